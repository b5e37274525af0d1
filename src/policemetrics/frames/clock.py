"""Stamps as whole microseconds since 1970 in UTC, and dates as periods: the clocks of a zone.

A naive stamp says what a wall clock showed. It is turned into an instant by the changes of that clock, as whole
numbers, which every engine adds and compares the same. `replace_time_zone` of narwhals would be shorter, but
engines differ in it: those that keep no zone with a column (DuckDB, Spark, Ibis) do not have it, and polars, pandas
and pyarrow fail altogether where one stamp lies in an hour that the clock showed twice or never. So no engine is
asked about a zone.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from itertools import pairwise
from typing import Any, ClassVar, Final, NamedTuple
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._cells import MICROSECONDS, Encoded, LabelArray, encode
from policemetrics._typing import Every, IntArray
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.frames.advice import Column, how_to_make_again, how_to_stamp
from policemetrics.frames.nw import nw
from policemetrics.frames.reading import ANY, collected, column_named, is_sqlite, ones
from policemetrics.periods import Period, stamp_in

_PERIODS: Final[Mapping[Every, Callable[[int, int], Period]]] = {
    "month": Period.month,
    "quarter": lambda year, month: Period.quarter(year, (month + 2) // 3),
    "calendar_year": lambda year, _: Period.calendar_year(year),
    "financial_year": lambda year, month: Period.financial_year(year - (month < 4)),
}
EVERY: Final = tuple(_PERIODS)
_DAY: Final = 86_400
HOUR: Final = 3_600 * MICROSECONDS
DAY: Final = 24 * HOUR
CENTURY: Final = 36_525 * DAY
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_STAMP: Final = r"^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?$"
_KNOWN: Final = range(1800, 2200)  # years, as in `Period`
_FEW: Final = 4  # changes, which are asked about one by one


# ---- columns of stamps ------------------------------------------------------------------


def read_stamps(
    lazy: Any, schema: Mapping[str, Any], named: Mapping[str, str], timezone: str | None
) -> Stamps:
    """Read columns of stamps, by argument, as microseconds; all have a zone or none has."""
    if timezone is not None:
        require_zone(timezone)
    without: list[str] = []
    with_zone: list[str] = []
    for argument, name in named.items():
        column_named(name, argument, schema)
        alike = without if _is_naive(lazy, schema[name], argument, name) else with_zone
        alike.append(f"{argument} ({name!r})")
    if without and with_zone:
        msg = (
            f"{' and '.join(named)} must all have a zone, or none; {', '.join(with_zone)} has one, {', '.join(without)} "
            "has none: give the latter its own first (in pandas .dt.tz_localize, in polars .dt.replace_time_zone)."
        )
        raise InvalidTypeError(msg)
    if without and timezone is None:
        msg = (
            f"timezone must be given, because the stamps of {', '.join(without)} have no time zone: the zone "
            "in which they were recorded, as in timezone='Europe/London', or timezone='UTC'."
        )
        raise InvalidInputError(msg)
    if without and is_sqlite(lazy):
        refuse_loose_text(lazy, named)
    columns = {a: _microseconds(lazy, name, schema[name], a) for a, name in named.items()}
    return Stamps(columns, ZoneInfo(str(timezone)) if without else None)


def read_days(lazy: Any, schema: Mapping[str, Any], named: Mapping[str, str], timezone: str) -> Stamps:
    """Read columns of dates, by argument, as microseconds of their midnights; of stamps the date on the clocks of a zone."""
    columns = {}
    for argument, name in named.items():
        column_named(name, argument, schema)
        column, dtype, engine = (
            local(lazy, name, schema[name], timezone, argument),
            schema[name],
            lazy.implementation,
        )
        if engine.is_polars() or engine.is_pandas_like() or engine.is_pyarrow() or engine.is_dask():
            # There the parts of a missing date are no whole numbers.
            wall = column.dt.replace_time_zone(None) if getattr(dtype, "time_zone", None) else column
            columns[argument] = wall.dt.timestamp("us") // int64(DAY) * int64(DAY)
        else:
            columns[argument] = _days(column) * int64(DAY)
    return Stamps(columns, None)


class Stamps(NamedTuple):
    """Columns of stamps, by argument, as microseconds: in UTC, or where there is a `clock` as it showed them."""

    columns: dict[str, Any]
    clock: ZoneInfo | None

    @property
    def fixed(self) -> bool:
        """Whether the clock was never changed, so that its changes need not be looked for."""
        return self.clock is None or self.clock.utcoffset(None) is not None

    def changes(self, readings: Sequence[int]) -> Changes:
        """Find how the clock was changed between the first and the last of its readings."""
        if self.clock is None or not (self.fixed or readings):
            return Changes()
        if self.fixed:
            return Changes(_offset(self.clock, 0) * MICROSECONDS)
        return changes_between(self.clock, min(readings), max(readings))


def _is_naive(lazy: Any, dtype: Any, argument: str, name: str) -> bool:
    """Return whether stamps have no zone; what is no stamp is refused with the call that parses it."""
    if dtype == nw.Datetime:
        return dtype.time_zone is None
    column = Column(lazy, name, dtype)
    hint = how_to_stamp(column)
    if not hint:
        hint = "times that were measured already go to tally(), by={'seconds': …}"
        if dtype.is_float() and lazy.implementation.is_pandas_like():
            hint = f"{hint}; a column that is missing throughout gets its type by pd.to_datetime(frame[{name!r}])"
    msg = f"{argument}: column {name!r} must hold datetimes; got {dtype}: {hint}."
    raise InvalidTypeError(msg)


# ---- microseconds -----------------------------------------------------------------------


def _microseconds(lazy: Any, name: str, dtype: Any, argument: str) -> Any:
    """Return stamps as microseconds since 1970: in UTC if they have a zone, else on their own clock."""
    engine, column = lazy.implementation, nw.col(name)
    if engine.is_duckdb():
        # There narwhals asks for epoch_us, which takes stamps too. The difference of two stamps would be in
        # days of the session's calendar, with the hour of a clock change lost.
        if dtype.time_unit != "ns":
            return column.dt.total_microseconds()
        # It rounds parts of a microsecond, which others cut off: what the nanoseconds do not bear out is taken away.
        rounded, second = column.dt.total_microseconds(), int64(MICROSECONDS)
        added = rounded - column.dt.nanosecond().cast(nw.Int64) // int64(1_000)
        return rounded - (added % second + second) % second
    if engine.is_polars() or engine.is_pandas_like() or engine.is_pyarrow() or engine.is_dask():
        return column.dt.timestamp("us")
    spark = engine.is_pyspark() or engine.is_pyspark_connect()
    if dtype.time_zone is not None and spark:
        # Whole seconds since 1970; what is left of one is the same on all clocks.
        return column.cast(nw.Int64) * int64(MICROSECONDS) + _microsecond(column)
    if dtype.time_zone is not None and not same_clocks(dtype.time_zone, "UTC"):
        raise wrong_clocks(argument, name, str(dtype.time_zone), "UTC")
    if is_sqlite(lazy):
        # It takes no expression that is deep, and rounds what lies between seconds: so it is asked when the day began.
        midnight = column.dt.date().dt.to_string("%s").cast(nw.Int64)
        return (midnight + _of_the_day(column)) * MICROSECONDS + _written_microsecond(column)
    # Before 4.3 Spark reads the microsecond of stamps with a zone alone; in whichever zone, it is the same.
    return from_parts(column, _microsecond(column.cast(nw.Datetime("us", "UTC")) if spark else column))


def from_parts(column: Any, microsecond: Any) -> Any:
    """Put microseconds together from year, day and time of day, and what there is beside whole seconds."""
    return (_days(column) * _DAY + _of_the_day(column)) * MICROSECONDS + microsecond


def _days(column: Any) -> Any:
    """Return the number of the day of each date, from the first of 1970."""
    before = column.dt.year().cast(nw.Int64) - 1
    leap_days = before // 4 - before // 100 + before // 400 - (1969 // 4 - 1969 // 100 + 1969 // 400)
    return (before - 1969) * 365 + leap_days + column.dt.ordinal_day().cast(nw.Int64) - 1


def _of_the_day(column: Any) -> Any:
    """Read how many whole seconds of its day had passed."""
    part = {p: getattr(column.dt, p)().cast(nw.Int64) for p in ("hour", "minute", "second")}
    return part["hour"] * 3_600 + part["minute"] * 60 + part["second"]


def _microsecond(column: Any) -> Any:
    """Read what a stamp has beside its whole seconds; of Spark narwhals has that below zero before 1970."""
    found = column.dt.microsecond().cast(nw.Int64)
    return nw.when(found < 0).then(found + MICROSECONDS).otherwise(found)


def _written_microsecond(column: Any) -> Any:
    """Read what a stamp of SQLite has beside its whole seconds off its text: Ibis gives the second for it."""
    written = nw.concat_str(column.cast(nw.String), nw.lit("000000"))
    return written.str.slice(20, 6).cast(nw.Int64)


def refuse_loose_text(lazy: Any, named: Mapping[str, str]) -> None:
    """Refuse stamps of SQLite, which are text there, in any form that would be read as another time, or as none."""
    loose = {
        argument: ones(~nw.col(name).cast(nw.String).str.contains(_STAMP)).sum().alias(argument)
        for argument, name in named.items()
    }
    for argument, (bad,) in collected(lazy.select(*loose.values())).items():
        if bad:
            msg = (
                f"{argument}: column {named[argument]!r} must hold stamps as SQLite writes them, such as 2024-03-31 12:00:00.25, "
                f"without a zone; got {bad:,} in another form: rewrite those first, as by strftime('%Y-%m-%d %H:%M:%f', …)."
            )
            raise InvalidInputError(msg)


def int64(value: int) -> Any:
    """Write a whole number into a query, in 64 bits whatever its size."""
    return nw.lit(value, dtype=nw.Int64)


# ---- the changes of a clock -------------------------------------------------------------


class Changes(NamedTuple):
    """How far a clock is ahead of UTC, before the first of some changes, and the changes; in microseconds."""

    offset: int = 0
    changes: tuple[_Change, ...] = ()

    def utc(self, wall: Any) -> Any:
        """Turn what the clock showed into an instant: the earliest that it can have been where `unclear` holds."""
        return wall - self.ahead(wall)

    def ahead(self, wall: Any) -> Any:
        """Return how far the clock was ahead; engines choose among numbers faster than among differences."""
        if not self.changes:
            return int64(self.offset)
        before, change, after = self._halves()
        shown = int64(change.low if change.shift > 0 else change.high)
        return nw.when(wall >= shown).then(after.ahead(wall)).otherwise(before.ahead(wall))

    def unclear(self, wall: Any) -> Any:
        """Return where the clock showed a time twice, or never."""
        if not self.changes:
            return wall.is_null()  # nowhere: a missing one has been put aside
        if len(self.changes) <= _FEW:
            shown = ((wall >= int64(c.low)) & (wall < int64(c.high)) for c in self.changes)
            return reduce(operator.or_, shown)
        before, change, after = self._halves()
        after = Changes(changes=(change, *after.changes))
        return nw.when(wall >= int64(change.low)).then(after.unclear(wall)).otherwise(before.unclear(wall))

    def _halves(self) -> tuple[Changes, _Change, Changes]:
        """Part the changes at the middle one: a row is then asked about few of them, however many there are."""
        middle = len(self.changes) // 2
        passed = sum(change.shift for change in self.changes[: middle + 1])
        before, after = self.changes[:middle], self.changes[middle + 1 :]
        return Changes(self.offset, before), self.changes[middle], Changes(self.offset + passed, after)


class _Change(NamedTuple):
    """A clock that was put forward or back: what it showed from `low` to `high` it showed twice or never."""

    low: int
    high: int
    shift: int


def changes_between(clock: ZoneInfo, first: int, last: int) -> Changes:
    """Find how a clock was changed between two of its readings, in microseconds."""
    years = [int(np.datetime64(v, "us").astype("M8[Y]").astype(np.int64)) + 1970 for v in (first, last)]
    if last - first > CENTURY or not (years[0] in _KNOWN and years[1] in _KNOWN):
        msg = (
            f"stamps must lie within a century, of the years {_KNOWN.start} to {_KNOWN.stop - 1}; got some of {years[0]} "
            f"and of {years[1]}: turn those that stand for a missing one, as 1900 and 9999 often do, into missing ones first."
        )
        raise InvalidInputError(msg)
    # The year of a clock is that of UTC, give or take a day.
    found = [change for year in range(years[0] - 1, years[1] + 2) for change in _changes_of(clock, year)]
    passed = sum(change.shift for change in found if change.high <= first)
    near = tuple(change for change in found if change.high > first and change.low <= last)
    return Changes(_offset(clock, _new_year(years[0] - 1)) * MICROSECONDS + passed, near)


@cache
def _changes_of(clock: ZoneInfo, year: int) -> tuple[_Change, ...]:
    """Find the changes of a year: day by day, then by halving the day."""
    days = range(_new_year(year), _new_year(year + 1) + 1, _DAY)
    offsets = [_offset(clock, day) for day in days]
    steps = zip(days, pairwise(offsets), strict=False)
    return tuple(_change(clock, day, day + _DAY) for day, (before, after) in steps if before != after)


def _change(clock: ZoneInfo, low: int, high: int) -> _Change:
    """Find the second of a change, which lies after `low` and not after `high`."""
    before, after = _offset(clock, low), _offset(clock, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(clock, middle) == before else (low, middle)
    shown = sorted((high + before, high + after))
    return _Change(shown[0] * MICROSECONDS, shown[1] * MICROSECONDS, (after - before) * MICROSECONDS)


def _new_year(year: int) -> int:
    return int((dt.datetime(year, 1, 1, tzinfo=dt.UTC) - _EPOCH).total_seconds())


def _offset(clock: ZoneInfo, second: int) -> int:
    """Return by how many seconds a clock is ahead of UTC, at a second since 1970."""
    shown = (_EPOCH + dt.timedelta(seconds=second)).astimezone(clock)
    return int((shown.utcoffset() or dt.timedelta(0)).total_seconds())


# ---- one instant ------------------------------------------------------------------------


def instant(value: Any, name: str, timezone: str | None) -> int:
    """Turn a stamp into microseconds since 1970 in UTC; a naive one is read on the clock of the zone, a day is its beginning."""
    if isinstance(value, str):
        stamp = stamp_in(value.strip())
        if stamp is None:
            msg = f"{name} must be a day or a stamp, as in '2024-03-31' or '2024-03-31 12:00'; got {value!r}."
            raise InvalidInputError(msg)
        value = stamp
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001  # on the clock of the zone
    _check.instance(value, dt.datetime, f"{name} must be a datetime, as in datetime(2024, 3, 31, 12)")
    if value != value:  # noqa: PLR0124  # pandas NaT is a datetime that does not equal itself
        msg = f"{name} must not be missing; got {value}."
        raise InvalidInputError(msg)
    if value.utcoffset() is None:
        if timezone is None:
            msg = f"{name} must have a zone, as the stamps have: {name}=datetime(…, tzinfo=ZoneInfo('Europe/London')); got {value}."
            raise InvalidInputError(msg)
        wall: int = (value.replace(tzinfo=dt.UTC) - _EPOCH) // _MICROSECOND
        changes = changes_between(ZoneInfo(timezone), wall, wall)
        if changes.changes:
            msg = f"{name} must be one instant; the clocks of {timezone} showed {value} twice, or never: give it with a zone."
            raise InvalidInputError(msg)
        return wall - changes.offset
    since: int = (value - _EPOCH) // _MICROSECOND
    return since


# ---- dates and periods ------------------------------------------------------------------


@attrs.frozen
class Dates:
    """A column of dates that is cut into periods of the length `every`: its years and months, by which rows are counted."""

    year: Any
    month: Any
    every: Every
    column: Column

    KEYS: ClassVar = {"y": "year", "m": "month"}

    @classmethod
    def of(
        cls, lazy: Any, schema: Mapping[str, Any], date: Any, every: Every, timezone: str = "Europe/London"
    ) -> Dates:
        """Read a column of dates on the clocks of `timezone`."""
        name = column_named(date, "date", schema)
        day = local(lazy, name, schema[name], timezone)
        return cls(day.dt.year(), day.dt.month(), every, Column(lazy.lazy(), name, schema[name]))

    def selected(self) -> list[Any]:
        """Return the columns of the keys."""
        return [self.year.alias("y"), self.month.alias("m")]

    def read(self) -> Dates:
        """Return the same of a table that has the columns of the keys."""
        return attrs.evolve(self, year=nw.col("y"), month=nw.col("m"))

    def periods(self, coded: Mapping[str, Encoded]) -> Encoded:
        """Return the period of each key."""
        return periods(coded["y"], coded["m"], self.every, self.column)


def local(lazy: Any, name: str, dtype: Any, timezone: str, argument: str = "date") -> Any:
    """Read a column of dates on the clocks of `timezone`."""
    require_zone(timezone)
    column = nw.col(name)
    engine = lazy.implementation
    if (dtype == nw.Date or (dtype == nw.Datetime and dtype.time_zone is None)) and is_sqlite(lazy):
        refuse_loose_text(lazy, {argument: name})
    if dtype == nw.Date or (dtype == nw.Datetime and dtype.time_zone in {None, timezone}):
        return column
    if dtype == nw.Datetime and (engine.is_duckdb() or engine.is_spark_like() or engine.is_ibis()):
        there = str(dtype.time_zone)
        if same_clocks(there, timezone):
            return column
        raise wrong_clocks(argument, name, there, timezone, f", or give timezone={there!r}, which tally has")
    if dtype == nw.Datetime:
        return column.dt.convert_time_zone(timezone)
    hint = how_to_stamp(Column(lazy.lazy(), name, dtype), whole=False)
    if not hint:
        hint = f"parse it first, as in pd.to_datetime(frame[{name!r}])"
    otherwise = "; or name a column of period labels in by=" if argument == "date" else ""
    msg = f"{argument}: column {name!r} must hold dates or datetimes; got {dtype}: {hint}{otherwise}."
    raise InvalidTypeError(msg)


def periods(
    years: tuple[LabelArray, IntArray], months: tuple[LabelArray, IntArray], every: Every, column: Column
) -> tuple[LabelArray, IntArray]:
    """Return the label of the period that each year and month lie in, as labels and codes; -1 for no date."""
    width, name = len(months[0]), column.name
    there = years[1] >= 0
    pairs, at = np.unique(years[1][there] * width + months[1][there], return_inverse=True)
    if len(pairs) and _all_of_1970(
        [(int(years[0][p // width]), int(months[0][p % width])) for p in pairs[:3].tolist()]
    ):
        msg = f"date: column {name!r} must hold dates; all of it lie in 1970-01, as {how_to_make_again(column, 'number')}."
        raise InvalidInputError(msg)
    found = []
    for pair in pairs.tolist():
        year, month = int(years[0][pair // width]), int(months[0][pair % width])
        try:
            found.append(_PERIODS[every](year, month).label)
        except InvalidInputError as error:
            msg = f"date: column {name!r} holds a date of the year {year}: {error}"
            raise InvalidInputError(msg) from None
    labels, codes = encode(found, name)
    place = np.full(len(there), -1, dtype=np.int64)
    place[there] = codes[at]
    return labels, place


def _all_of_1970(months: Sequence[tuple[int, int]]) -> bool:
    """Return whether the first months that occur are those in which a number of now lies that lost its unit."""
    return {*months} <= {(1969, 12), (1970, 1), (1970, 2)} and (1970, 1) in months


# ---- zones ------------------------------------------------------------------------------


def require_zone(name: str) -> None:
    """Refuse what is no zone of the database."""
    try:
        ZoneInfo(_check.text(name, "timezone"))
    except (OSError, ValueError, KeyError) as error:
        msg = f"timezone must be a name of the zone database, such as 'Europe/London'; got {name!r}."
        raise InvalidInputError(msg) from error


def same_clocks(one: str, other: str) -> bool:
    """Return whether two zones are one, as Etc/UTC and UTC are."""
    return one == other or (_is_utc(one) and _is_utc(other))


def _is_utc(name: str) -> bool:
    try:
        return ZoneInfo(name).utcoffset(None) == dt.timedelta(0)
    except (OSError, ValueError, KeyError):  # as Spark's +01:00
        return False


def wrong_clocks(argument: str, name: str, found: str, wanted: str, otherwise: str = "") -> InvalidInputError:
    """Return the error that a column is read on the clocks of the session, and how to set them."""
    if found == ANY:
        return InvalidInputError(
            f"{argument}: this engine does not say on whose clocks it reads the column {name!r}, which has a zone: turn "
            "it into stamps without one first, on the clocks that timezone= names."
        )
    return InvalidInputError(
        f"{argument}: this engine reads the column {name!r} only on the clocks of its session, {found}; set those to "
        f"{wanted} first (in Spark spark.conf.set('spark.sql.session.timeZone', '{wanted}'), in DuckDB SET TimeZone = "
        f"'{wanted}'){otherwise}."
    )
