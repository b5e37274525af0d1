"""Handing tables over: to pandas, polars and Arrow, each imported only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from policemetrics.errors import MissingDependencyError

__all__ = ["arrow_stream", "optional", "to_arrow", "to_pandas", "to_polars"]


def to_pandas(table: Mapping[str, list[Any]], types: Mapping[str, str]) -> Any:
    """Make a pandas data frame of columns; None is missing, and the types are those said."""
    pandas = optional("pandas", "Results.to_pandas")
    text = "str" if int(pandas.__version__.split(".")[0]) >= 3 else "object"
    names = {"str": text, "int": "int64", "int or None": "Int64", "float": "float64", "bool": "bool"}
    return pandas.DataFrame({c: pandas.Series(v, dtype=names[types[c]]) for c, v in table.items()})


def to_polars(table: Mapping[str, list[Any]], types: Mapping[str, str]) -> Any:
    """Make a polars data frame of columns; None is null, and the types are those said."""
    polars = optional("polars", "Results.to_polars")
    names = {"str": polars.String, "float": polars.Float64, "bool": polars.Boolean}
    names |= {"int": polars.Int64, "int or None": polars.Int64}
    return polars.DataFrame(table, schema={c: names[types[c]] for c in table})


def to_arrow(table: Mapping[str, list[Any]], types: Mapping[str, str]) -> Any:
    """Make an Arrow table of columns; None is null, and the types are those said."""
    arrow = optional("pyarrow", "Results.to_arrow")
    names = {"str": arrow.string(), "float": arrow.float64(), "bool": arrow.bool_()}
    names |= {"int": arrow.int64(), "int or None": arrow.int64()}
    return arrow.table(table, schema=arrow.schema([(c, names[types[c]]) for c in table]))


def arrow_stream(table: Any, requested_schema: object) -> object:
    """Hand over `table` by the Arrow C stream, through whichever of pyarrow and polars is installed."""
    try:
        return table.to_arrow().__arrow_c_stream__(requested_schema)
    except MissingDependencyError:
        if not hasattr(table, "to_polars"):
            raise
    try:
        return table.to_polars().__arrow_c_stream__(requested_schema)
    except MissingDependencyError as error:
        msg = 'handing a table over by Arrow needs pyarrow or polars; install "policemetrics[pyarrow]".'
        raise MissingDependencyError(msg) from error


def optional(module: str, user: str, *, extra: str = "") -> Any:
    """Import an optional package, or say which extra installs it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        msg = f'{user} needs {module}; install "policemetrics[{extra or module}]".'
        raise MissingDependencyError(msg) from error
