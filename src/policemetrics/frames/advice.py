"""What to do with a column that holds no stamps: the call that makes stamps of it, in the words of its engine.

A message looks at what the column holds, at the size of its numbers and at the first of its texts; it is only asked
when the column has been refused. Every call here is run by a test, on the column that was refused.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final, NamedTuple

from policemetrics._cells import is_missing
from policemetrics.frames.nw import nw
from policemetrics.frames.reading import collected, is_text

_TIME_OF_DAY: Final = re.compile(r"\s*\d{1,2}:\d\d(:\d\d(\.\d+)?)?\s*")
_NUMBER: Final = re.compile(r"\s*\d+(\.\d+)?\s*")
# Which numbers can be stamps of 1990 to 2100: days as Excel counts them, and the units of time since 1970.
_EXCEL: Final = (32_874, 73_051)
_SINCE_1970: Final = (631_152_000, 4_102_444_800)
_UNITS: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
# Dates and stamps written as one number.
_DIGITS: Final = {"%Y%m%d": 10**4, "%Y%m%d%H%M": 10**8, "%Y%m%d%H%M%S": 10**10}


class Column(NamedTuple):
    """A column that was refused: its name and type, in its frame."""

    lazy: Any
    name: str
    dtype: Any

    @property
    def engine(self) -> Any:
        """What the frame is of."""
        return self.lazy.implementation

    @property
    def pandas(self) -> str:
        """What the module is called that reads columns of pandas, or of Dask."""
        return "dd" if self.engine.is_dask() else "pd"

    @property
    def quoted(self) -> str:
        """The name as SQL has it."""
        quote = "`" if self.engine.is_spark_like() else '"'
        return f"{quote}{self.name.replace(quote, 2 * quote)}{quote}"

    @property
    def first(self) -> Any:
        """The first value that is not missing; None where there is none."""
        there = self.lazy.filter(~nw.col(self.name).is_null()).select(nw.col(self.name).alias("v")).head(1)
        return next(iter(collected(there)["v"]), None)

    @property
    def largest(self) -> float:
        """The largest number; nan where there is none."""
        (found,) = collected(self.lazy.select(nw.col(self.name).max().alias("v")))["v"]
        return float("nan") if is_missing(found) else float(found)


def how_to_stamp(column: Column, *, whole: bool = True) -> str:
    """Say how a column becomes stamps; one of dates will do where a `whole` stamp is not asked for."""
    name, dtype = column.name, column.dtype
    first = column.first if dtype == nw.Object or is_text(dtype) else None
    if whole and (dtype == nw.Date or (isinstance(first, dt.date) and not isinstance(first, dt.datetime))):
        return "dates have no time of day, so that nothing can be timed by them: name the column of the full stamp"
    if dtype == nw.Time or isinstance(first, dt.time) or _is(_TIME_OF_DAY, first):
        return _with_a_date(column, first)
    number = column.largest if dtype.is_numeric() else float("nan")
    if isinstance(first, str) and _is(_NUMBER, first):
        number = float(first)
    call = _of_numbers(column, number)
    if call:
        return call
    if dtype == nw.Unknown:
        return f"its type says nothing, as where all of it is missing: give it one first, as in {parsing(column, typed=False)}"
    if dtype == nw.Object:
        return f"turn it into stamps first, as in {column.pandas}.to_datetime(frame[{name!r}]) if none has a zone; with utc=True if all have one"
    return (
        f"parse it first, as in {parsing(column)}, with marks such as 'NULL' as missing"
        if is_text(dtype)
        else ""
    )


def parsing(column: Column, *, typed: bool = True) -> str:
    """Name the call that makes stamps of a column of text, or of one without a type."""
    name, engine = column.name, column.engine
    if engine.is_polars():
        return f"pl.col({name!r})" + (
            ".str.to_datetime('%Y-%m-%d %H:%M:%S%.f')" if typed else ".cast(pl.Datetime('us'))"
        )
    if engine.is_pyarrow():
        return f"table[{name!r}].cast(pa.timestamp('us'))"
    if engine.is_pandas_like() or engine.is_dask():
        # Left to guess, pandas takes 03/04 for the 4th of March.
        return f"{column.pandas}.to_datetime(frame[{name!r}], format='ISO8601'), or format='%d/%m/%Y %H:%M' for 31/03/2024 12:00"
    return f"CAST({column.quoted} AS TIMESTAMP)"


def how_to_make_again(column: Column, lacking: str) -> str:
    """Say how stamps are made again that are all at the beginning of a calendar: they lack a unit, or a date."""
    if lacking == "time of day":
        return _with_a_date(column, None)
    return (
        "numbers do that are read without their unit: make stamps of the column of numbers again, by "
        f"{_from_1970(column, 'ms', 1000)} if they are milliseconds since 1970 (or 's', 'us', 'ns'), or by "
        f"{_from_excel(column)} if they are days as Excel counts them"
    )


# ---- numbers ----------------------------------------------------------------------------


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _of_numbers(column: Column, number: float) -> str:
    """Say what stamps numbers of that size are, and how they become some; nothing where they are none."""
    if _EXCEL[0] <= number < _EXCEL[1]:
        return (
            f"numbers around {number:,.0f} are days as Excel counts them, from 1899-12-30 on (unit='D', "
            f"origin='1899-12-30'): {_from_excel(column)}"
        )
    for unit, many in _UNITS.items():
        if _SINCE_1970[0] * many <= number < _SINCE_1970[1] * many:
            return (
                f"numbers around {number:.3g} are stamps in UTC, counted from 1970 on (unit={unit!r}): "
                f"{_from_1970(column, unit, many)}"
            )
    for form, many in _DIGITS.items():
        if 1900 * many <= number < 2100 * many:
            return f"numbers such as {number:.0f} are {form!r} written as one: {_from_digits(column, form)}"
    return ""


def _number(column: Column) -> str:
    """Write a column of numbers as the engine has it; text is turned into numbers."""
    name, engine, text = column.name, column.engine, is_text(column.dtype)
    if engine.is_polars():
        return f"pl.col({name!r})" + (".cast(pl.Float64)" if text else "")
    if engine.is_pyarrow():
        return f"table[{name!r}]" + (".cast(pa.float64())" if text else "")
    if engine.is_pandas_like() or engine.is_dask():
        return f"{column.pandas}.to_numeric(frame[{name!r}])" if text else f"frame[{name!r}]"
    return f"CAST({column.quoted} AS DOUBLE)" if text else column.quoted


def _from_excel(column: Column) -> str:
    number, engine = _number(column), column.engine
    if engine.is_polars():
        seconds = f"({number} * 86_400).round().cast(pl.Int64)"
        return f"(pl.datetime(1899, 12, 30) + pl.duration(seconds={seconds})).alias({column.name!r})"
    if engine.is_pyarrow():
        seconds = f"pc.round(pc.multiply({number}, 86_400)).cast(pa.int64()).cast(pa.duration('s'))"
        return f"pc.add({seconds}, pa.scalar(datetime.datetime(1899, 12, 30), pa.timestamp('s')))"
    if engine.is_pandas_like() or engine.is_dask():
        # As floats the days are a few microseconds off.
        return f"{column.pandas}.to_datetime({number}, unit='D', origin='1899-12-30').dt.round('s')"
    if engine.is_spark_like():
        return f"TIMESTAMP_NTZ '1899-12-30 00:00:00' + make_dt_interval(0, 0, 0, round({number} * 86400))"
    return f"TIMESTAMP '1899-12-30 00:00:00' + to_seconds(CAST(round({number} * 86400) AS BIGINT))"


def _from_1970(column: Column, unit: str, many: int) -> str:
    number, engine = _number(column), column.engine
    if engine.is_polars():
        return f"pl.from_epoch({number}.cast(pl.Int64), time_unit={unit!r}).dt.replace_time_zone('UTC')"
    if engine.is_pyarrow():
        return f"{number}.cast(pa.int64()).cast(pa.timestamp({unit!r}, 'UTC'))"
    if engine.is_pandas_like() or engine.is_dask():
        return f"{column.pandas}.to_datetime({number}, unit={unit!r}, utc=True)"
    whole = f"CAST({number} AS BIGINT)"
    if engine.is_spark_like():
        return (
            f"timestamp_micros({whole} * {10**6 // many})"
            if many <= 10**6
            else f"timestamp_micros({whole} DIV 1000)"
        )
    return (
        f"make_timestamptz({whole} * {10**6 // many})"
        if many <= 10**6
        else f"make_timestamptz({whole} // 1000)"
    )


def _from_digits(column: Column, form: str) -> str:
    number, engine = _number(column), column.engine
    if engine.is_polars():
        return f"{number}.cast(pl.Int64).cast(pl.String).str.to_datetime({form!r})"
    if engine.is_pyarrow():
        return f"pc.strptime({number}.cast(pa.int64()).cast(pa.string()), format={form!r}, unit='s')"
    if engine.is_pandas_like() or engine.is_dask():
        return f"{column.pandas}.to_datetime({number}.astype('Int64').astype('string'), format={form!r})"
    if engine.is_spark_like():
        java = form.replace("%Y", "yyyy").replace("%m", "MM").replace("%d", "dd").replace("%H", "HH")
        return f"to_timestamp(CAST(CAST({number} AS BIGINT) AS STRING), '{java.replace('%M', 'mm').replace('%S', 'ss')}')"
    return f"strptime(CAST(CAST({number} AS BIGINT) AS VARCHAR), '{form}')"


# ---- times of day -----------------------------------------------------------------------


def _with_a_date(column: Column, first: Any) -> str:
    """Say how a time of day gets its date, and what midnight does."""
    name, engine, text = column.name, column.engine, is_text(column.dtype)
    if column.dtype == nw.Datetime:
        call = _of_a_stamp(column)
    elif engine.is_polars() and not text:
        call = f"pl.col('date').dt.combine(pl.col({name!r})).alias({name!r})"
    elif engine.is_polars():
        form = "%H:%M:%S%.f" if str(first).count(":") > 1 else "%H:%M"
        call = f"(pl.col('date').cast(pl.String) + ' ' + pl.col({name!r})).str.to_datetime('%Y-%m-%d {form}').alias({name!r})"
    elif engine.is_pyarrow():
        both = f"table['date'].cast(pa.string()), table[{name!r}].cast(pa.string()), ' '"
        call = f"pc.binary_join_element_wise({both}).cast(pa.timestamp('us'))"
    elif engine.is_pandas_like() or engine.is_dask():
        call = f"{column.pandas}.to_datetime(frame['date'].astype(str) + ' ' + frame[{name!r}].astype(str))"
    else:
        call = f"CAST(CAST(date AS VARCHAR(10)) || ' ' || CAST({column.quoted} AS VARCHAR(15)) AS TIMESTAMP)"
    return (
        f"times of day have no date, and run from 23:59 to 00:00 at midnight: join them with the column of the date, "
        f"'date' say, as in {call}; an end that then comes before its start was past midnight, and gets a day more"
    )


def _of_a_stamp(column: Column) -> str:
    """Write how the time of day of a stamp is joined with a date."""
    name, engine = column.name, column.engine
    if engine.is_polars():
        return f"pl.col('date').dt.combine(pl.col({name!r}).dt.time()).alias({name!r})"
    if engine.is_pyarrow():
        times = f"pc.strftime(table[{name!r}], format='%H:%M:%S')"
        return f"pc.binary_join_element_wise(table['date'].cast(pa.string()), {times}, ' ').cast(pa.timestamp('us'))"
    if engine.is_pandas_like() or engine.is_dask():
        return (
            f"{column.pandas}.to_datetime(frame['date']) + (frame[{name!r}] - frame[{name!r}].dt.normalize())"
        )
    return f"CAST(date AS TIMESTAMP) + ({column.quoted} - CAST(CAST({column.quoted} AS DATE) AS TIMESTAMP))"


# ---- days that are lacking --------------------------------------------------------------


def later(lazy: Any, start: str, end: str, hours: int, within: int) -> str:
    """Write the call that puts an end later that comes so many hours before its start, or up to `within` hours fewer."""
    a, b = Column(lazy, start, None), Column(lazy, end, None)
    engine = lazy.implementation
    if engine.is_polars():
        times, new = f"pl.col({end!r}) - pl.col({start!r})", f"pl.col({end!r}) + pl.duration(hours={hours})"
        near = f"({times}).is_between(pl.duration(hours=-{hours}), pl.duration(hours=-{hours - within}), closed='left')"
        return f"pl.when({near}).then({new}).otherwise(pl.col({end!r})).alias({end!r})"
    if engine.is_pandas_like() or engine.is_dask():
        ends = f"pd.Timedelta(hours=-{hours}), pd.Timedelta(hours=-{hours - within})"
        near = f"(frame[{end!r}] - frame[{start!r}]).between({ends}, inclusive='left')"
        return f"frame[{end!r}].mask({near}, frame[{end!r}] + pd.Timedelta(hours={hours}))"
    if engine.is_pyarrow():
        times = f"pc.subtract(table[{end!r}], table[{start!r}]).cast(pa.duration('us')).cast(pa.int64())"
        near = f"pc.floor(pc.divide(pc.add({times}, {hours * 3_600_000_000}), {within * 3_600_000_000}.0))"
        more = f"pa.scalar({hours * 3600}, pa.duration('s'))"
        return f"pc.if_else(pc.equal({near}, 0), pc.add(table[{end!r}], {more}), table[{end!r}])"
    least, most = (f"{a.quoted} - INTERVAL '{h}' HOUR" for h in (hours, hours - within))
    near = f"{b.quoted} >= {least} AND {b.quoted} < {most}"
    return f"CASE WHEN {near} THEN {b.quoted} + INTERVAL '{hours}' HOUR ELSE {b.quoted} END"


def day_of(lazy: Any, name: str) -> str:
    """Write the call that makes a column of the days of stamps."""
    engine = lazy.implementation
    if engine.is_polars():
        return f"frame.with_columns(date=pl.col({name!r}).dt.date())"
    if engine.is_pyarrow():
        return f"table.append_column('date', table[{name!r}].cast(pa.date32()))"
    if engine.is_pandas_like() or engine.is_dask():
        return f"frame.assign(date=frame[{name!r}].dt.normalize())"
    return f"SELECT *, CAST({Column(lazy, name, None).quoted} AS DATE) AS date"
