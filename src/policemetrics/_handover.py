"""How a table is handed over: the data frames that it turns into, and the protocols by which others read it as it is."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
from numpy.typing import NDArray

from policemetrics import _oldest
from policemetrics.errors import MissingDependencyError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Values: TypeAlias = "list[Any] | NDArray[Any]"
_WHOLE: Final = ("int", "int or None")


def optional(module: str, user: str, *, extra: str = "") -> Any:
    """Import an optional package, or say which extra installs it; one that is too old is refused."""
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        there = not isinstance(error, ModuleNotFoundError) or error.name != module
        why = f", which cannot be imported here ({error})" if there else ""
        msg = f'{user} needs {module}{why}; install "policemetrics[{extra or module}]".'
        raise MissingDependencyError(msg) from error
    _oldest.require(module)
    return found


# ---- data frames ------------------------------------------------------------------------


# A column is a list in which None is missing, or an array of numbers in which nan is.


def pandas_of(table: Mapping[str, Values], kinds: Mapping[str, str], user: str) -> pd.DataFrame:
    """Make a pandas data frame of columns; a kind is "str", "int", "int or None", "float" or "bool"."""
    pandas = optional("pandas", user)
    text = "str" if int(pandas.__version__.split(".")[0]) >= 3 else "object"
    types = {"str": text, "int": "int64", "int or None": "Int64", "float": "float64", "bool": "bool"}
    columns = {name: pandas.Series(v, dtype=types[kinds[name]]) for name, v in table.items()}
    frame: pd.DataFrame = pandas.DataFrame(columns)
    return frame


def polars_of(table: Mapping[str, Values], kinds: Mapping[str, str], user: str) -> pl.DataFrame:
    """Make a polars data frame of columns."""
    polars = optional("polars", user)
    types = {"str": polars.String, "float": polars.Float64, "bool": polars.Boolean}
    types |= dict.fromkeys(_WHOLE, polars.Int64)
    frame: pl.DataFrame = polars.DataFrame(
        table, schema={name: types[kinds[name]] for name in table}, nan_to_null=True
    )
    return frame


def arrow_of(table: Mapping[str, Values], kinds: Mapping[str, str], user: str) -> pa.Table:
    """Make an Arrow table of columns."""
    arrow = optional("pyarrow", user)
    types = {"str": arrow.string(), "float": arrow.float64(), "bool": arrow.bool_()}
    types |= dict.fromkeys(_WHOLE, arrow.int64())
    schema = arrow.schema([(name, types[kinds[name]]) for name in table])
    columns = [arrow.array(v, types[kinds[name]], from_pandas=True) for name, v in table.items()]
    found: pa.Table = arrow.table(columns, schema=schema)
    return found


# ---- protocols --------------------------------------------------------------------------


class Handed:
    """What reads a table as it is finds here what it asks for; a class has `to_arrow`, `to_polars` and `to_pandas`."""

    __slots__ = ()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the table over by the Arrow PyCapsule protocol: polars, pyarrow and DuckDB read it."""
        return _frame_of(self, "to_arrow", "to_polars").__arrow_c_stream__(requested_schema)

    def __narwhals_dataframe__(self) -> _ToNarwhals:
        """Hand the table over to narwhals, by which Altair, Plotly, marimo and itables read it."""
        return _ToNarwhals(_frame_of(self, "to_polars", "to_arrow", "to_pandas"))

    def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True) -> Any:  # noqa: FBT001, FBT002  # as the protocol has it
        """Hand the table over by the interchange protocol, by which seaborn reads it; polars has it no more."""
        frame = _frame_of(self, "to_arrow", "to_pandas")
        with warnings.catch_warnings():
            # pandas calls the protocol deprecated, which who reads by it must heed.
            warnings.simplefilter("ignore", DeprecationWarning)
            return frame.__dataframe__(nan_as_null=nan_as_null, allow_copy=allow_copy)


@attrs.frozen
class _ToNarwhals:
    """A data frame on its way to narwhals, which says in which of its versions it is asked for."""

    frame: Any

    def _with_version(self, version: Any) -> Any:
        return version.namespace.from_native_object(self.frame).compliant.from_native(self.frame)


def _frame_of(table: Any, *ways: str) -> Any:
    """Turn a table into the first of some data frames whose package is installed."""
    for way in ways:
        try:
            return getattr(table, way)()
        except MissingDependencyError:
            continue
    packages = " or ".join({"to_arrow": "pyarrow"}.get(way, way.removeprefix("to_")) for way in ways)
    msg = f'handing a table over needs {packages}; install "policemetrics[{packages.split()[0]}]".'
    raise MissingDependencyError(msg)
