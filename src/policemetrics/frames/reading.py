"""How a data frame is opened: its columns found, their types checked, its labels brought home."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _oldest
from policemetrics._cells import MEASURED, REASON, is_missing
from policemetrics._handover import optional
from policemetrics._typing import Columns
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError, UnknownNameError
from policemetrics.frames import PERIOD
from policemetrics.frames.nw import nw
from policemetrics.tallies import COUNT, Tally

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

_NO_LIMIT: Final = 2**62
ANY: Final = "unknown"
"""The zone of a session that cannot be asked."""


# ---- small tables, read whole -----------------------------------------------------------


def read_columns(
    frame: IntoDataFrame, by: Columns, value: str, *, by_name: str = "by", value_name: str = "value"
) -> tuple[tuple[str, ...], dict[str, list[Any]]]:
    """Read a small table whole: the labels by dimension, and one column of values.

    The names are those of the caller's arguments, for the errors.
    """
    data, schema = opened(frame)
    lazy = data.lazy()
    dims = dimensions(by)
    # The one measured dimension is an argument of its own; the labels are in a mapping.
    arguments = {d: by_name for d in dims if len(dims) == 1 or d == MEASURED}
    wanted = labelled(lazy, schema, dims, arguments)
    wanted.append(nw.col(column_named(value, value_name, schema)).alias("v"))
    if value in dims:
        msg = f"by must not name the dimension {value!r}: that is the column of {value_name}; give it another name."
        raise InvalidInputError(msg)
    if schema[value].is_temporal():
        # An engine may have dates that Python has not, and fail on them.
        msg = f"{value_name}: column {value!r} must hold numbers; got {schema[value]}."
        raise InvalidTypeError(msg)
    with engine_errors("read"):
        found = collected(lazy.select(*wanted))
    columns = {d: labels_of(found[f"k{i}"], schema[c]) for i, (d, c) in enumerate(dims.items())}
    return tuple(dims), columns | {value: found["v"]}


def holds_text(frame: Any, name: str, argument: str) -> bool:
    """Return whether a column of a frame holds text; one that is not there is refused as the argument's."""
    schema = opened(frame)[1]
    return is_text(schema[column_named(name, argument, schema)])


def text_columns(frame: Any, *, whole: bool = False) -> list[str]:
    """Name the columns of a frame that hold text or categories; with `whole` whole numbers too."""
    schema = opened(frame)[1]
    return [name for name, dtype in schema.items() if is_text(dtype) or (whole and dtype.is_integer())]


def is_text(dtype: Any) -> bool:
    """Return whether a column holds text, or categories, which are text."""
    return dtype in (nw.String, nw.Categorical, nw.Enum)


def with_flags(frame: Any, names: Sequence[str], argument: str) -> Any:
    """Turn columns of True and False into the labels 1 and 0; any other column stays as it is."""
    data, schema = opened(frame)
    for name in names:
        kind = schema[column_named(name, argument, schema)]
        if data.implementation.is_pandas() and (kind == nw.Object or kind.is_float()):
            # Where some are missing, pandas keeps flags as objects or floats; what is none is refused as a label.
            with suppress(TypeError, ValueError):
                data = nw.from_native(data.to_native().astype({name: "boolean"}))
                schema[name] = nw.Boolean
    return data.with_columns(
        nw.col(n).cast(nw.Int32).cast(nw.Int64) for n in names if schema[n] == nw.Boolean
    )


# ---- opening ----------------------------------------------------------------------------


class Schema(dict[str, Any]):
    """The types of columns by name; `unread` are those that the engine cannot be asked for, with the reason."""

    unread: Mapping[str, str] = {}


def opened(frame: Any) -> tuple[Any, Schema]:
    """Open a frame, and look up the types of its columns, which reads none of its rows."""
    _oldest.require_for(frame.__class__)
    with engine_errors("read"):
        found = _opened(frame)
        found, unread = _readable(found) if found.implementation.is_sqlframe() else (found, {})
        schema = Schema(found.collect_schema())
        schema |= dict.fromkeys(unread, nw.Unknown())
        if nw.Unknown in schema.values() and found.implementation.is_spark_like() and not unread:
            durations, unread = _intervals(found)
            schema |= durations
        schema.unread = unread
        if found.implementation.is_polars():
            _refuse_patterns(schema)
        if found.implementation.is_duckdb() and _oldest.version_of("duckdb") < (2,):
            schema.unread = _torn(schema)
        zoned = [n for n, dtype in schema.items() if dtype == nw.Datetime and dtype.time_zone is not None]
        session = session_zone(found) if zoned else None
        if session is not None:
            schema |= {name: nw.Datetime(schema[name].time_unit, session) for name in zoned}
    return found, schema


def _refuse_patterns(names: Iterable[str]) -> None:
    """Refuse names that polars takes for patterns of names: it would read other columns."""
    for name in names:
        if name == "*" or (name.startswith("^") and name.endswith("$")):
            msg = (
                f"data must not name a column {name!r}, which polars reads as a pattern of names; "
                f"rename it first, as in frame.rename({{{name!r}: 'column'}})."
            )
            raise InvalidInputError(msg)


def _torn(names: Iterable[str]) -> dict[str, str]:
    """Find names that DuckDB 1 takes apart: it would read a column of another name, or a part of one."""
    return {
        name: (
            f"column {name!r} cannot be asked of DuckDB 1, which takes a name with a quote or a dot apart: rename it, as in "
            f'relation.project({f"*, {_quoted(name)} AS renamed"!r}), or pip install "duckdb>=2".'
        )
        for name in names
        if '"' in name or "." in name
    }


def _readable(frame: Any) -> tuple[Any, dict[str, str]]:
    """Leave out columns of types that sqlframe does not know, for which it would read none of the others."""
    native = nw.to_native(frame)
    if not _foreign(native):
        return frame, {}
    unread = {}
    for name in native.columns:
        if said := _foreign(native.select(name)):
            column = _ticked(name)
            cure = f"CAST({column} AS {'BIGINT' if 'INT1' in said else 'STRING'})"
            cure = f"epoch({column})" if "INTERVAL" in said else cure
            unread[name] = (
                f"column {name!r} cannot be read by sqlframe, which says: {said}; change its type, as in "
                f"frame.withColumn({name!r}, functions.expr({cure!r}))."
            )
    readable = [name for name in native.columns if name not in unread]
    return (nw.from_native(native.select(*readable)), unread) if readable else (frame, {})


def _foreign(native: Any) -> str:
    """Return what sqlframe says of a type that it does not know."""
    try:
        native.schema  # noqa: B018  # it is looked up
    except NotImplementedError as error:
        return str(error.__cause__)
    return ""


def _intervals(frame: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Find the durations of Spark, which narwhals does not know; those of months are as long as the months are."""
    kinds = {field.name: field.dataType.simpleString() for field in nw.to_native(frame).schema}
    found = {name: kind for name, kind in kinds.items() if kind.startswith("interval")}
    fixed = {name for name, kind in found.items() if re.search("day|hour|minute|second", kind)}
    return dict.fromkeys(fixed, nw.Duration()), {
        name: f"column {name!r} holds intervals of months ({found[name]}), which have no length in seconds, and are no labels."
        for name in found.keys() - fixed
    }


def _ticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _opened(frame: Any) -> Any:
    if isinstance(frame, Tally):
        msg = "data must be a data frame; a Tally is counted already: add it up by sum_to(), or give it to a metric as it is."
        raise InvalidTypeError(msg)
    try:
        found = nw.from_native(_handed(frame))
    except nw.exceptions.DuplicateError as error:
        msg = f"data must have distinct names of columns; {' '.join(str(error).split())}"
        raise InvalidInputError(msg) from error
    except TypeError as error:
        msg = (
            "data must be a Tally or a data frame (pandas, polars, pyarrow, DuckDB, …); plain columns go "
            f"through Tally.from_columns; got {type(frame).__name__}."
        )
        raise InvalidTypeError(msg) from error
    engine = found.implementation
    if not (engine.is_polars() or engine.is_pandas_like() or engine.is_dask()):
        optional("pyarrow", f"a {type(frame).__name__}")  # by which the others hand over what they find
    if engine.is_pyarrow():
        return _with_dates(found)
    if engine.is_duckdb():
        return _with_stamps(found)
    if engine.is_pandas_like() or engine.is_dask():
        types = nw.to_native(found).dtypes
        if any(hasattr(kind, "pyarrow_dtype") for kind in types):
            _oldest.require("pyarrow")
        unread = [name for name, dtype in found.collect_schema().items() if dtype == nw.Unknown]
        known = {name: kind for name in unread if (kind := _known(types[name])) is not None}
        if known:
            return found.with_columns(*(nw.col(name).cast(kind) for name, kind in known.items()))
    return found


def _handed(frame: Any) -> Any:
    """Take what narwhals does not know, but which hands itself over by the Arrow PyCapsule protocol, as an Arrow table."""
    known = nw.from_native(frame, pass_through=True)
    if isinstance(known, nw.DataFrame | nw.LazyFrame) or not hasattr(type(frame), "__arrow_c_stream__"):
        return frame
    with suppress(ValueError):  # a column hands itself over, too, and makes no table
        return optional("pyarrow", f"a {type(frame).__name__}").table(frame)
    return frame


def _with_dates(frame: Any) -> Any:
    """Read Arrow's dates in milliseconds, which narwhals does not know, as dates in days."""
    import pyarrow as pa

    native, found = nw.to_native(frame), frame
    for name, dtype in zip(native.column_names, native.schema.types, strict=True):
        if pa.types.is_date64(dtype):
            found = found.with_columns(
                nw.from_native(native.select([name]).cast(pa.schema({name: pa.date32()})))[name]
            )
    return found


def _with_stamps(frame: Any) -> Any:
    """Read DuckDB's nanoseconds with a zone, which narwhals does not know, cut off to microseconds."""
    native = nw.to_native(frame)
    quoted = [
        _quoted(name)
        for name, kind in zip(native.columns, native.types, strict=True)
        if str(kind) == "TIMESTAMPTZ_NS"
    ]
    if not quoted:
        return frame
    # A cast would round them; before 1970 a whole division cuts off the wrong way.
    read = [
        f"make_timestamptz(epoch_ns({name}) // 1000 - CAST(epoch_ns({name}) % 1000 < 0 AS INTEGER)) AS {name}"
        for name in quoted
    ]
    return nw.from_native(native.project(f"* REPLACE ({', '.join(read)})"))


def _is_pandas_2() -> bool:
    return getattr(sys.modules.get("pandas"), "__version__", "").startswith("2.")


def groupable(frame: Any) -> Any:
    """Take columns of pandas that cannot be grouped by as what they stand for: rows without a label would be lost.

    pandas 2 loses those of Arrow's dictionaries, and Dask cannot put the groups of its parts together. Beside pandas 2 it
    gives rows without a number the number of others, too, unless missing is nan.
    """
    pandas_2, by_dask = _is_pandas_2(), frame.implementation.is_dask()
    if not (by_dask or (pandas_2 and frame.implementation.is_pandas_like())):
        return frame
    native = nw.to_native(frame)
    plain: dict[str, Any] = {}
    for name, kind in native.dtypes.items():
        if hasattr(getattr(kind, "pyarrow_dtype", None), "index_type"):
            plain[name] = type(kind)(kind.pyarrow_dtype.value_type)
        elif by_dask and pandas_2 and kind.kind == "f":
            plain[name] = "float64"
    return nw.from_native(native.astype(plain)) if plain else frame


def _known(dtype: Any) -> Any:
    """Return a type of narwhals for one of pandas that it does not know: some zones, Arrow's dates in milliseconds, and numbers of another byte order."""
    if str(dtype) == "date64[ms][pyarrow]":
        return nw.Date
    if getattr(dtype, "tz", None) is not None:
        # Names of zones must be mere letters: America/New_York is none. As UTC it is the same instant.
        return nw.Datetime("us", "UTC")
    if not getattr(dtype, "isnative", True):
        return {"i": nw.Int64, "u": nw.UInt64, "f": nw.Float64}.get(dtype.kind)
    return None


def session_zone(frame: Any) -> str | None:
    """Ask a session for its zone; None where each column has its own.

    narwhals has it too, but from when it first looked, and a session can be told another one at any time.
    """
    engine, native = frame.implementation, frame.to_native()
    if engine.is_spark_like():
        return str(native.sparkSession.conf.get("spark.sql.session.timeZone"))
    if engine.is_ibis():
        backend = native.get_backend()
        if backend.name not in {"duckdb", "postgres"}:
            return ANY
        return str(backend.raw_sql("SELECT current_setting('TimeZone')").fetchall()[0][0])
    return None


# ---- columns ----------------------------------------------------------------------------


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


def leave_period(dims: dict[str, str], schema: Mapping[str, Any]) -> None:
    """Take the periods, which date= makes, out of the dimensions that have a column; who names a column means that."""
    column = dims.pop(PERIOD, None)
    if column is not None and (column != PERIOD or PERIOD in schema):
        msg = (
            f"date= makes the dimension 'period'; by= must not take it from the column {column!r}: "
            "leave one of the two out."
        )
        raise InvalidInputError(msg)


def column_named(name: Any, argument: str, schema: Mapping[str, Any]) -> str:
    """Return the name of a column, or refuse one that is not there as the argument's."""
    _check.text(name, argument)
    _check.known(name, f"{argument}: column", schema)
    if isinstance(schema, Schema) and name in schema.unread:
        raise InvalidInputError(f"{argument}: {schema.unread[name]}")
    return str(name)


def labelled(
    data: Any, schema: Mapping[str, Any], dims: Mapping[str, str], arguments: Mapping[str, str] = {}
) -> list[Any]:
    """Prepare the columns of all dimensions, as k0, k1 and so on: a dimension may have the name of any column."""
    for dim, name in dims.items():
        if isinstance(name, str) and name not in schema and dim in schema and dim != name:
            msg = f"by={{{dim!r}: {name!r}}} must name the dimension first and then its column, as in by={{{name!r}: {dim!r}}}."
            raise UnknownNameError(msg)
        column_named(name, arguments.get(dim, f"by[{dim!r}]"), schema)
    columns = [label(data, nw.col(name), dim, name, schema[name]) for dim, name in dims.items()]
    return [column.alias(f"k{i}") for i, column in enumerate(columns)]


def label(lazy: Any, column: Any, dim: str, name: str, dtype: Any, argument: str = "by") -> Any:
    """Prepare a column of labels, or refuse its type before the engine sees it."""
    if dim == MEASURED:
        engine = lazy.implementation
        if dtype == nw.Duration and not (engine.is_spark_like() or engine.is_ibis()):
            return _seconds(lazy, column, dtype)
        if dtype.is_float() and engine.is_dask():
            # There, nan beside missing keys fails.
            return nw.when(~column.is_nan()).then(column)
        if dtype.is_numeric():
            wide = dtype.is_decimal() or dtype in (nw.Int128, nw.UInt128)
            return column.cast(nw.Float64) if wide else column
        hint = "."
        if dtype == nw.Unknown:
            hint = ": its type says nothing; turn it into numbers of seconds first."
        if dtype == nw.Duration:
            msg = f"by: column {name!r} holds durations, which this engine hands over in no form that can be read; turn them into numbers of seconds, as in {_in_seconds(lazy, name)}."
            raise InvalidTypeError(msg)
        if dtype in (nw.String, nw.Categorical, nw.Enum, nw.Object):
            hint = (
                ": turn it into numbers first, and marks such as 'NULL', '.' or '#DIV/0!' into missing ones."
            )
        if dtype in (nw.Object, nw.Time):
            hint = f": clock times that are durations, hours, minutes and seconds, become some by {_as_durations(lazy, name)}."
        if dtype == nw.Datetime:
            hint = ": stamps are timed, from one to another, by durations(frame, start=…, end=…)."
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


def _as_durations(lazy: Any, name: str) -> str:
    """Write the call that turns clock times into durations; a reader of Excel has such for what is below a day."""
    engine = lazy.implementation
    if engine.is_polars():
        return f"pl.col({name!r}).cast(pl.Duration('us'))"
    if engine.is_pyarrow():
        return f"table[{name!r}].cast(pa.time64('us')).cast(pa.int64()).cast(pa.duration('us'))"
    if engine.is_pandas_like() or engine.is_dask():
        return f"pd.to_timedelta(frame[{name!r}].astype(str))"
    return f"epoch({name})"


def _in_seconds(lazy: Any, name: str) -> str:
    """Write the call that turns the durations of an engine into numbers of seconds, where they cannot be read."""
    if lazy.implementation.is_ibis():
        seconds = f"SELECT *, EXTRACT(EPOCH FROM {_quoted(name)}) AS in_seconds FROM t"  # noqa: S608  # of the user's own
        return f"table.alias('t').sql({seconds!r}) and its column 'in_seconds'"
    seconds = f"unix_micros(timestamp_seconds(0) + {_ticked(name)}) / 1000000"
    return f"frame.withColumn({name!r}, functions.expr({seconds!r}))"


def _seconds(lazy: Any, column: Any, dtype: Any) -> Any:
    """Turn durations into seconds as floats, exact to the microsecond; parts of one are cut off."""
    if not (lazy.implementation.is_pandas_like() or lazy.implementation.is_dask()):
        return column.dt.total_microseconds() / 1_000_000  # Arrow would not cast a number past 2^53
    # There, narwhals multiplies floats and cuts: 16.213703 s would be 16,213,702 microseconds. As a whole number a
    # duration is as many of its unit as it has, and one that is missing is garbage.
    number = column.cast(nw.Int64)
    if dtype.time_unit == "ns":
        number = nw.when(number < 0).then(-(-number // 1_000)).otherwise(number // 1_000)
    unit = {"s": 1, "ms": 1_000}.get(dtype.time_unit, 1_000_000)
    return nw.when(~column.is_null()).then(number / unit)


def unknown(lazy: Any, column: Any) -> Any:
    """Return where a column of floats has no number; SQLite keeps nothing that is not one, and has no question for it."""
    return column.is_null() if is_sqlite(lazy) else column.is_null() | column.is_nan()


def is_sqlite(lazy: Any) -> bool:
    """Return whether rows lie in SQLite, which has fewer types and functions than others."""
    return bool(lazy.implementation.is_ibis()) and lazy.to_native().get_backend().name == "sqlite"


def settled(read: Any) -> Any:
    """Have the query so far worked out before the next one.

    PostgreSQL and SQLite write an expression out wherever its name stands: of names that stand for names that would be more
    than memory holds. Below a limit they leave it.
    """
    if read.implementation.is_ibis() and read.to_native().get_backend().name != "duckdb":
        return read.head(_NO_LIMIT)
    return read


def ones(condition: Any) -> Any:
    """Return 1 where a condition holds and 0 elsewhere, to be added up: PostgreSQL turns flags into 32 bits alone."""
    return condition.cast(nw.Int32).cast(nw.Int64)


# ---- what comes home --------------------------------------------------------------------


def collected(lazy: Any) -> dict[str, list[Any]]:
    """Run a query, and bring its small result home as Python values."""
    with engine_errors("read"):
        found = lazy.collect() if isinstance(lazy, nw.LazyFrame) else lazy
        return {name: found.get_column(name).to_list() for name in found.columns}


@contextmanager
def engine_errors(
    doing: str = "grouped and counted", failure: type[InvalidInputError] = InvalidInputError
) -> Iterator[None]:
    """Turn what an engine says of a query that fails into an error of ours."""
    try:
        if not _is_pandas_2():
            yield
            return
        with warnings.catch_warnings():
            # It announces that it will no longer make floats whole, on which nothing here depends.
            warnings.filterwarnings("ignore", "Downcasting behavior", FutureWarning)
            yield
    except (PoliceMetricsError, OSError, ImportError, MemoryError):
        raise
    except Exception as error:  # each engine has a family of its own
        kind = InvalidTypeError if isinstance(error, TypeError) else failure
        # An engine whose session has ended may have nothing to say.
        says = str(error).partition("\n")[0] or f"{type(error).__name__}; has its session ended?"
        if says == "parser stack overflow":  # of SQLite
            says = f"{says}: SQLite takes a query that deep from 3.46 on (sqlite3.sqlite_version tells); hand the rows over, as in table.to_pyarrow()."
        msg = f"data could not be {doing} by its engine, which says: {says}"
        raise kind(msg) from error


def labels_of(values: list[Any], dtype: Any) -> list[Any]:
    """Bring whole numbers home as Python's own: an engine may hand over decimals."""
    if not dtype.is_integer() or {*map(type, values)} <= {int, type(None)}:
        return values
    return [None if is_missing(v) else int(v) for v in values]


def array_of(column: Any) -> NDArray[Any]:
    """Turn a series of numbers or flags, none of them missing, into an array."""
    return chunks_of(column.to_native()) if column.implementation.is_pyarrow() else column.to_numpy()


def known_of(column: Any) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return the numbers that a series has, and which of its rows have none; None where all have one."""
    if not column.null_count():
        return array_of(column), None
    return array_of(column.drop_nulls()), array_of(column.is_null())


def chunks_of(column: Any) -> NDArray[Any]:
    """Turn an Arrow column of numbers or flags, none of them missing, into an array."""
    parts = [_chunk(part) for part in column.chunks] or [np.zeros(0, dtype=column.type.to_pandas_dtype())]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def parts_of(column: Any, at_once: int) -> Iterator[NDArray[Any]]:
    """Turn a series of numbers, none of them missing, into arrays of so many at most, without a copy where there is none."""
    arrow = column.implementation.is_pyarrow()
    for part in map(_chunk, column.to_native().chunks) if arrow else (column.to_numpy(),):
        for first in range(0, len(part), at_once):
            yield part[first : first + at_once]


def _chunk(part: Any) -> NDArray[Any]:
    import pyarrow as pa

    if pa.types.is_boolean(part.type):  # eight to a byte
        return np.from_dlpack(part.cast(pa.uint8())).astype(bool)
    return np.from_dlpack(part)
