"""How a data frame is opened: its columns found, their types checked, its labels brought home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from policemetrics import _checks
from policemetrics._labels import MEASURED, is_missing
from policemetrics._ledger import REASON
from policemetrics._tally import COUNT
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError
from policemetrics.typing import Columns

__all__ = [
    "collected",
    "column_named",
    "dimensions",
    "engine_errors",
    "label",
    "labels_of",
    "opened",
    "zone",
]


def opened(frame: Any) -> Any:
    import narwhals.stable.v2 as nw

    try:
        found = nw.from_native(frame)
    except nw.exceptions.DuplicateError as error:
        msg = f"data must have distinct names of columns; {' '.join(str(error).split())}"
        raise InvalidInputError(msg) from error
    except TypeError as error:
        msg = (
            "data must be a Tally or a data frame (pandas, polars, pyarrow, DuckDB, …); plain columns go "
            f"through Tally.from_columns; got {type(frame).__name__}."
        )
        raise InvalidTypeError(msg) from error
    if found.implementation.is_pandas_like() or found.implementation.is_dask():
        # Of pandas zones narwhals knows names of mere letters: America/New_York is none. As UTC it is the same instant.
        types = nw.to_native(found).dtypes
        unread = [name for name, dtype in found.collect_schema().items() if dtype == nw.Unknown]
        zoned = [name for name in unread if getattr(types[name], "tz", None) is not None]
        found = found.with_columns(nw.col(*zoned).cast(nw.Datetime("us", "UTC"))) if zoned else found
    return found


def dimensions(by: Columns) -> dict[str, str]:
    """Return the column of each dimension."""
    if isinstance(by, Mapping):
        dims = _checks.names(tuple(by), "by")
        found = {d: _checks.text(by[d], f"by[{d!r}]") for d in dims}
    else:
        found = {d: d for d in _checks.names(by, "by")}
    for dim, whose in ((REASON, "the ledger's own dimension"), (COUNT, "the column of the counts")):
        if dim in found:
            msg = f"by must not name {dim!r}, which is {whose}; rename it, as in by={{'cause': {found[dim]!r}}}."
            raise InvalidInputError(msg)
    return found


def column_named(name: Any, argument: str, schema: Mapping[str, Any]) -> str:
    _checks.text(name, argument)
    _checks.known(name, f"{argument}: column", schema)
    return str(name)


def label(lazy: Any, column: Any, dim: str, name: str, dtype: Any, argument: str = "by") -> Any:
    """Prepare a column of labels, or refuse its type before the engine sees it."""
    import narwhals.stable.v2 as nw

    if dim == MEASURED:
        if dtype == nw.Duration:
            return _seconds(column, pandas=lazy.implementation.is_pandas_like())
        if dtype.is_numeric():
            wide = dtype.is_decimal() or dtype in (nw.Int128, nw.UInt128)
            return column.cast(nw.Float64) if wide else column
        hint = "."
        if dtype in (nw.String, nw.Categorical, nw.Enum, nw.Object):
            hint = (
                ": turn it into numbers first, and marks such as 'NULL', '.' or '#DIV/0!' into missing ones."
            )
        msg = f"by: column {name!r} must hold seconds as numbers or durations; got {dtype}{hint}"
        raise InvalidTypeError(msg)
    # Categories come back as what they are: text, or numbers that a list of labels takes or refuses.
    if dtype.is_integer() or dtype in (nw.String, nw.Categorical, nw.Enum, nw.Object, nw.Unknown):
        return column
    hint = "turn it into text first"
    if dtype.is_float() or dtype.is_decimal():
        hint = (
            "codes such as 4.1 and 4.10 would be one number, and whole numbers become decimal where one is "
            f"missing: read the column as text (in pandas dtype={{{name!r}: str}}, in polars "
            f"schema_overrides={{{name!r}: pl.String}})"
        )
    elif dtype == nw.Duration:
        hint = f"durations are the dimension {MEASURED!r}, as in by={{{MEASURED!r}: {name!r}}}"
    elif dtype in (nw.Date, nw.Datetime):
        hint = f"give date={name!r} to cut it into periods"
    msg = f"{argument}: column {name!r} must hold labels, text or whole numbers; got {dtype}: {hint}."
    raise InvalidTypeError(msg)


def _seconds(column: Any, *, pandas: bool) -> Any:
    """Turn durations into seconds as floats, exact to the microsecond."""
    import narwhals.stable.v2 as nw

    # Arrow would not cast a number past 2^53, but divides it.
    micro = column.dt.total_microseconds() / 1_000_000
    if not pandas:
        return micro
    # There, narwhals multiplies floats and cuts: 16.213703 s would be 16,213,702 microseconds. Nanoseconds
    # leave room for that, up to the 292 years that 64 bits hold.
    nano = column.dt.total_nanoseconds() / 1_000_000_000
    return nw.when(micro.abs() < 9e9).then(nano).otherwise(micro)


def labels_of(values: list[Any], dtype: Any) -> list[Any]:
    """Bring whole numbers home as Python's own: an engine may hand over decimals."""
    if not dtype.is_integer() or {*map(type, values)} <= {int, type(None)}:
        return values
    return [None if is_missing(v) else int(v) for v in values]


def collected(lazy: Any) -> dict[str, list[Any]]:
    """Run a query, and bring its small result home as Python values."""
    import narwhals.stable.v2 as nw

    found = lazy.collect() if isinstance(lazy, nw.LazyFrame) else lazy
    return {name: found.get_column(name).to_list() for name in found.columns}


@contextmanager
def engine_errors(failure: type[InvalidInputError] = InvalidInputError) -> Iterator[None]:
    """Turn what an engine says of a query that fails into an error of ours."""
    try:
        yield
    except (PoliceMetricsError, OSError, ImportError, MemoryError):
        raise
    except Exception as error:  # each engine has a family of its own
        kind = InvalidTypeError if isinstance(error, TypeError) else failure
        msg = f"data could not be grouped and counted by its engine, which says: {str(error).partition(chr(10))[0]}"
        raise kind(msg) from error


def zone(name: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(_checks.text(name, "timezone"))
    except (OSError, ValueError, KeyError) as error:
        msg = f"timezone must be a name of the zone database, such as 'Europe/London'; got {name!r}."
        raise InvalidInputError(msg) from error
