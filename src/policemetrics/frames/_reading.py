"""How a data frame is opened: its columns found, their types checked, its labels brought home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from policemetrics import _check
from policemetrics._cells import MEASURED, is_missing
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError
from policemetrics.frames._session import session_zone
from policemetrics.tallies import COUNT, REASON
from policemetrics.typing import Columns

__all__ = [
    "collected",
    "column_named",
    "dimensions",
    "engine_errors",
    "label",
    "labelled",
    "labels_of",
    "opened",
    "zone",
]


def opened(frame: Any) -> tuple[Any, dict[str, Any]]:
    """Open a frame, and look up the types of its columns, which reads none of its rows."""
    import narwhals.stable.v2 as nw

    with engine_errors("read"):
        found = _opened(frame)
        schema = dict(found.collect_schema())
        zoned = [
            name for name, dtype in schema.items() if dtype == nw.Datetime and dtype.time_zone is not None
        ]
        session = session_zone(found) if zoned else None
        if session is not None:
            schema |= {name: nw.Datetime(schema[name].time_unit, session) for name in zoned}
    return found, schema


def _opened(frame: Any) -> Any:
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
        types = nw.to_native(found).dtypes
        unread = [name for name, dtype in found.collect_schema().items() if dtype == nw.Unknown]
        known = {name: kind for name in unread if (kind := _known(types[name])) is not None}
        found = (
            found.with_columns(*(nw.col(name).cast(kind) for name, kind in known.items())) if known else found
        )
    return found


def _known(dtype: Any) -> Any:
    """Tell what narwhals can read as the same: of pandas it does not know every zone, nor numbers of another byte order."""
    import narwhals.stable.v2 as nw

    if getattr(dtype, "tz", None) is not None:
        # Names of zones must be mere letters: America/New_York is none. As UTC it is the same instant.
        return nw.Datetime("us", "UTC")
    if not getattr(dtype, "isnative", True):
        return {"i": nw.Int64, "u": nw.UInt64, "f": nw.Float64}.get(dtype.kind)
    return None


def dimensions(by: Columns) -> dict[str, str]:
    """Return the column of each dimension."""
    if isinstance(by, Mapping):
        dims = _check.names(tuple(by), "by")
        found = {d: _check.text(by[d], f"by[{d!r}]") for d in dims}
    else:
        found = {d: d for d in _check.names(by, "by")}
    for dim, whose in ((REASON, "the ledger's own dimension"), (COUNT, "the column of the counts")):
        if dim in found:
            msg = f"by must not name {dim!r}, which is {whose}; rename it, as in by={{'cause': {found[dim]!r}}}."
            raise InvalidInputError(msg)
    return found


def column_named(name: Any, argument: str, schema: Mapping[str, Any]) -> str:
    _check.text(name, argument)
    _check.known(name, f"{argument}: column", schema)
    return str(name)


def label(lazy: Any, column: Any, dim: str, name: str, dtype: Any, argument: str = "by") -> Any:
    """Prepare a column of labels, or refuse its type before the engine sees it."""
    import narwhals.stable.v2 as nw

    if dim == MEASURED:
        if dtype == nw.Duration and not (
            lazy.implementation.is_spark_like() or lazy.implementation.is_ibis()
        ):
            return _seconds(lazy, column, dtype)
        if dtype.is_float() and lazy.implementation.is_dask():
            # There, keys that are not a number beside missing ones fail.
            return nw.when(~column.is_nan()).then(column)
        if dtype.is_numeric():
            wide = dtype.is_decimal() or dtype in (nw.Int128, nw.UInt128)
            return column.cast(nw.Float64) if wide else column
        hint = "."
        if dtype in (nw.Duration, nw.Unknown):
            hint = ": turn it into numbers of seconds first; durations of this engine cannot be read, nor what has no type."
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


def labelled(data: Any, schema: Mapping[str, Any], dims: Mapping[str, str]) -> list[Any]:
    """Prepare the columns of all dimensions, given by dimension."""
    import narwhals.stable.v2 as nw

    for dim, name in dims.items():
        column_named(name, f"by[{dim!r}]", schema)
    return [label(data, nw.col(name), dim, name, schema[name]) for dim, name in dims.items()]


def _seconds(lazy: Any, column: Any, dtype: Any) -> Any:
    """Turn durations into seconds as floats, exact to the microsecond; parts of one are cut off."""
    import narwhals.stable.v2 as nw

    if not (lazy.implementation.is_pandas_like() or lazy.implementation.is_dask()):
        return column.dt.total_microseconds() / 1_000_000  # Arrow would not cast a number past 2^53
    # There, narwhals multiplies floats and cuts: 16.213703 s would be 16,213,702 microseconds. As a whole number a
    # duration is as many of its unit as it has, and one that is missing is garbage.
    number = column.cast(nw.Int64)
    if dtype.time_unit == "ns":
        number = nw.when(number < 0).then(-(-number // 1_000)).otherwise(number // 1_000)
    unit = {"s": 1, "ms": 1_000}.get(dtype.time_unit, 1_000_000)
    return nw.when(~column.is_null()).then(number / unit)


def labels_of(values: list[Any], dtype: Any) -> list[Any]:
    """Bring whole numbers home as Python's own: an engine may hand over decimals."""
    if not dtype.is_integer() or {*map(type, values)} <= {int, type(None)}:
        return values
    return [None if is_missing(v) else int(v) for v in values]


def collected(lazy: Any) -> dict[str, list[Any]]:
    """Run a query, and bring its small result home as Python values."""
    import narwhals.stable.v2 as nw

    with engine_errors("read"):
        found = lazy.collect() if isinstance(lazy, nw.LazyFrame) else lazy
        return {name: found.get_column(name).to_list() for name in found.columns}


@contextmanager
def engine_errors(
    doing: str = "grouped and counted", failure: type[InvalidInputError] = InvalidInputError
) -> Iterator[None]:
    """Turn what an engine says of a query that fails into an error of ours."""
    try:
        yield
    except (PoliceMetricsError, OSError, ImportError, MemoryError):
        raise
    except Exception as error:  # each engine has a family of its own
        kind = InvalidTypeError if isinstance(error, TypeError) else failure
        # An engine whose session has ended may have nothing to say.
        says = str(error).partition("\n")[0] or f"{type(error).__name__}; has its session ended?"
        msg = f"data could not be {doing} by its engine, which says: {says}"
        raise kind(msg) from error


def zone(name: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(_check.text(name, "timezone"))
    except (OSError, ValueError, KeyError) as error:
        msg = f"timezone must be a name of the zone database, such as 'Europe/London'; got {name!r}."
        raise InvalidInputError(msg) from error
