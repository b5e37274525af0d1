"""From two stamps a row to counts by seconds: each row is timed, or left out for one reason.

The engine does it, in one query: it reads the stamps as whole microseconds, gives each row one state, groups and
counts; DuckDB and polars hand over rows without text as they are, if they are not many. Naive stamps need a query before it, of the first and the last of them, to know which changes of the clock
to look for; incidents of several rows are checked in the same one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics._cells import (
    MEASURED,
    MICROSECONDS,
    MISSING,
    REASON,
    Cells,
    Encoded,
    is_missing,
    merged,
)
from policemetrics._typing import Columns, Every, IntArray, Label
from policemetrics.definitions import PlaceholderStamp, placeholder_stamps
from policemetrics.errors import (
    DateNotAdvancedWarning,
    IncidentNumberWarning,
    InvalidInputError,
    InvalidTypeError,
    Note,
    SwappedStampsWarning,
)
from policemetrics.frames import PERIOD, TooManyKeysError, labels_by_column, reading
from policemetrics.frames.advice import Column, day_of, how_to_make_again, later
from policemetrics.frames.clock import (
    CENTURY,
    DAY,
    EVERY,
    HOUR,
    Dates,
    Stamps,
    instant,
    int64,
    read_days,
    read_stamps,
)
from policemetrics.frames.counting import TIMES, KeyCounts, brought_home, counted_here, counted_there, rows_of
from policemetrics.frames.nw import nw
from policemetrics.results import label_array
from policemetrics.tallies import (
    CLOCK_CHANGE,
    MISSING_END,
    MISSING_START,
    NEGATIVE,
    PLACEHOLDER,
    STILL_OPEN,
    ZERO,
    Tally,
)

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

    from policemetrics.frames.moments import Moments

FURTHER_ROW: Final = "further row of an incident"
MISSING_INCIDENT: Final = "missing incident"
START_PLACEHOLDER: Final = f"start {PLACEHOLDER}"
_DAY_1970: Final = dt.date(1970, 1, 1).toordinal()
_BEGAN_AFTER_AS_AT: Final = "began after as_at"
_UPGRADED_BEFORE_START: Final = "upgrade before start"
# The state of a row: it counts as timed, or as still open, or it has the number of a reason.
_TIMED, _OPEN, _FIRST_REASON = 0, 1, 2
_SWAPPED: Final = 0.9  # so many below zero are no slips of a few hands
_SEVERAL: Final = 10
_DAYS: Final = 2
_FEW: Final = 3
_NEAR: Final = 6  # hours
_FAULTS: Final = {
    24: "the date was not advanced over midnight",
    12: "a clock of twelve hours lost its am or pm",
}
_GRADE: Final = "grade"


# ---- what is asked ----------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Timing:
    """What is timed in each row, by which clocks, and until when a row without an end was followed."""

    start: str
    end: str
    timezone: str | None
    resolution: str = "exact"
    zero: str = "keep"
    closed: str | None = None
    as_at: str | dt.date | None = None
    by_day: bool = False  # dates, and whole days between them
    flagged: bool = False  # whether the counts have a dimension that says what had not ended
    date: str | None = None
    every: Every = "month"

    def __attrs_post_init__(self) -> None:
        _check.choice(self.resolution, "resolution", ("exact", "second"))
        _check.choice(self.zero, "zero", ("keep", "exclude"))
        for argument, name in self.stamps.items():
            _check.text(name, argument)
        _check.choice(self.every, "every", EVERY)
        if self.start == self.end:
            msg = f"start and end must be two columns; got {self.start!r} for both."
            raise InvalidInputError(msg)

    @property
    def stamps(self) -> dict[str, str]:
        """The columns of stamps, by argument."""
        both = {"start": self.start, "end": self.end}
        return both if self.closed is None else both | {"closed": self.closed}


@attrs.frozen(kw_only=True)
class Incidents:
    """Which rows are incidents to be answered: one a row, or several rows for each `incident`."""

    incident: tuple[str, ...] = ()
    self_initiated: Mapping[str, Sequence[Label]] = attrs.field(default=None, converter=labels_by_column)
    grades: tuple[str, str] | None = None
    regraded: str | None = None
    upgraded: str | None = None

    @property
    def stamps(self) -> dict[str, str]:
        """The columns of stamps, by argument."""
        return {} if self.upgraded is None else {"upgraded": self.upgraded}

    def columns_of(self, dims: Mapping[str, str]) -> dict[str, str]:
        """Give the dimension of the grade its column: the initial or the final one."""
        chosen = self.regraded in {"initial", "final"}
        if self.grades is None or not (_GRADE in dims or chosen):
            return dict(dims)
        if _GRADE not in dims:
            msg = (
                f"regraded={self.regraded!r} needs the dimension 'grade', as in by='grade', which it takes from grades=: "
                f"it says under which grade an incident counts; got by={_check.listing(dims)}."
            )
            raise InvalidInputError(msg)
        if dims[_GRADE] not in {_GRADE, *self.grades}:
            msg = f"by: the dimension 'grade' is taken from grades=, {_check.listing(self.grades)}; got the column {dims[_GRADE]!r}."
            raise InvalidInputError(msg)
        return {**dims, _GRADE: self.grades[0 if self.regraded == "initial" else 1]}


# ---- the times --------------------------------------------------------------------------


def durations(
    frame: IntoFrame,
    /,
    *,
    start: str,
    end: str,
    by: Columns = (),
    date: str | None = None,
    every: Every = "month",
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    as_at: str | dt.date | None = None,
    closed: str | None = None,
    zero: Literal["keep", "exclude"] = "keep",
    self_initiated: Mapping[str, Label | Sequence[Label]] | None = None,
) -> Tally:
    """Count the times between two time stamps by key and seconds; what could not be timed is in the ledger.

    Parameters
    ----------
    frame : data frame
        Any that narwhals reads: pandas, polars (eager or lazy), pyarrow, a DuckDB relation and others. The
        engine does the arithmetic and the grouping.
    start, end : str
        The columns of time stamps. Both have a time zone (not necessarily the same), or neither has.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep, as in `tally`. Default is only ``seconds``.
    date : str, optional
        The column of dates, such as `start`, that is cut into the dimension ``period``. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    timezone : str, optional
        The time zone of stamps that have none, by its name in the zone database: ``"Europe/London"``. It must be
        given for these; stamps with a time zone do not need it.
    resolution : {"exact", "second"}, optional
        ``"second"`` rounds each time down to whole seconds. Compare such times with "within 15 minutes" only with
        ``inclusive=False``, the default, because 900.7 s becomes 900. The tally does not record that it was
        rounded, so ``inclusive=True`` gives no error, and would count 900.7 s as in time. Default is ``"exact"``,
        to the microsecond.
    as_at : str, date or datetime, optional
        When the data were extracted, as in `response_times`. Rows without an end were open then. They are counted with
        the time until then, and the dimension ``still_open`` is 1 for them and 0 for the others. By default they are
        left out.
    closed : str, optional
        The column of stamps at which rows without an end were closed. They are counted as with `as_at`, with the time
        until they were closed.
    zero : {"keep", "exclude"}, optional
        What to do with times of 0, at that resolution. Default is ``"keep"``; `summarise_times` counts them
        in `zeros`.
    self_initiated : mapping of column to label or labels, optional
        Rows to leave out, because officers came upon the incident themselves, as in `response_times`. Default is
        none.

    Returns
    -------
    Tally
        Counts over `by` and ``seconds``, of the unit ``"rows"``; with `as_at` or `closed` also over ``still_open``. Its
        ledger, `Tally.excluded`, has the rest by reason: counted plus excluded are all rows.

    Warns
    -----
    DateNotAdvancedWarning
        If many negative times lie just above −24 or −12 hours: the date was not advanced, or am and pm were lost.
    SwappedStampsWarning
        If nearly all of a few times are negative: the columns may be swapped. With ten or more times it is an
        error.

    Raises
    ------
    InvalidTypeError
        If a column holds no time stamps (for text the error names the call that parses it; dates have no time of
        day), or only one of the two has a time zone.
    InvalidInputError
        If stamps have no time zone and there is no `timezone`, or it is not a time zone; if `end` comes before
        `start` nearly everywhere; if all stamps are at midnight or at the beginning of a calendar; or if they lie
        a century apart.
    UnknownNameError
        If there is no such column; the error lists the columns.

    Notes
    -----
    Each row that is not timed has one reason, the first of these that applies: ``"missing start"``, ``"missing
    end"``, ``"clock change"``, ``"negative"``, and with ``zero="exclude"`` ``"zero"``. If a row also lacks a
    label of `by`, that is its reason. Negative times keep their seconds in the ledger. A placeholder for a
    missing stamp, as in `definitions.placeholder_stamps`, counts as missing and is named: ``"placeholder
    2079-06-06"`` for an end, ``"start placeholder 1970-01-01"`` for a start.

    A stamp without a time zone is what a clock showed. In the hour that is repeated in autumn it is ambiguous; in
    the hour that is skipped in spring it is impossible. Both are a ``"clock change"``. If a change lies between
    start and end, the time is what really passed, not the difference of the readings. The changes are those of
    the system's zone data in the years of the stamps.

    This takes one query; without a time zone two, because the first and the last stamp are looked up first.

    Examples
    --------
    In the night of 27 October 2024 the hour from one to two came twice:

    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "created": pd.to_datetime(["2024-10-27 00:50", "2024-10-27 01:40", "2024-10-27 03:00"]),
    ...     "arrived": pd.to_datetime(["2024-10-27 02:10", "2024-10-27 01:10", None]),
    ... })
    >>> found = durations(log, start="created", end="arrived", timezone="Europe/London")
    >>> found.to_dict()
    {'seconds': [8400.0], 'count': [1]}
    >>> found.excluded.sum_to("reason").to_dict()
    {'reason': ['clock change', 'missing end'], 'count': [1, 1]}

    By force:

    >>> found = durations(log.assign(force=["Kent", "Kent", "Essex"]), start="created", end="arrived", by="force", timezone="UTC")
    >>> found.to_dict()
    {'force': ['Kent'], 'seconds': [4800.0], 'count': [1]}
    """
    timing = Timing(
        start=start,
        end=end,
        timezone=timezone,
        resolution=resolution,
        zero=zero,
        closed=closed,
        as_at=as_at,
        flagged=(as_at, closed) != (None, None),
        date=date,
        every=every,
    )
    ended, still_open, *_ = timed(frame, by, timing, Incidents(self_initiated=self_initiated))
    return ended + still_open if timing.flagged else ended


def timed(
    frame: Any,
    by: Columns,
    timing: Timing,
    incidents: Incidents,
    otherwise: Callable[[Any, Mapping[str, str], Dates | None], Moments | None] | None = None,
) -> tuple[Tally, Tally, tuple[Note, ...], Moments | None]:
    """Count, by `by` and seconds, the times that have ended, with what was left out, and those still open.

    With what is shown with figures of them, which was also warned of. Where an engine has more times than may be
    returned, `otherwise` is given a frame of those that have ended, in seconds, the column of each dimension, and its
    dates: what it makes of them comes last, and instead of each time above 0 stands a microsecond.
    """
    lazy, schema = reading.opened(frame)
    dims = reading.dimensions(by)
    if MEASURED in dims:
        msg = f"by must not name {MEASURED!r}, the dimension of the times; rename yours, as in by={{'part': {dims[MEASURED]!r}}}."
        raise InvalidInputError(msg)
    if timing.flagged and STILL_OPEN in dims:
        msg = f"by must not name {STILL_OPEN!r}, the dimension that says what was still open: rename yours."
        raise InvalidInputError(msg)
    dates = None
    if timing.date is not None:
        reading.leave_period(dims, schema)
        dates = Dates.of(lazy, schema, timing.date, timing.every, timing.timezone or "Europe/London")
    dated = {} if dates is None else Dates.KEYS
    columns = incidents.columns_of(dims)
    keys = {f"k{i}": dim for i, dim in enumerate(dims)}
    select = reading.labelled(lazy, schema, columns)
    if dates is not None:
        select += dates.selected()
    if timing.by_day:
        found = read_days(lazy, schema, timing.stamps, str(timing.timezone))
    else:
        found = read_stamps(lazy, schema, timing.stamps | incidents.stamps, timing.timezone)
    as_at = None if timing.as_at is None else instant(timing.as_at, "as_at", timing.timezone)
    changed = _changed(incidents, lazy, schema)
    stamps = _started(incidents, changed, found.columns)
    select += [column.alias(argument) for argument, column in stamps.items()]
    rules = _rules(incidents, changed, lazy, schema)
    if rules:
        select.append(
            _first_of([rule.condition for rule in rules], _numbers(1, len(rules)), int64(0)).alias("rule")
        )
    by_row: list[str] = []
    rows: list[str] = []
    if incidents.incident:
        select.append(_incident_key(lazy, incidents.incident, schema).alias("incident"))
        by_row = [MISSING_INCIDENT, *(rule.reason for rule in rules)]
        rows = ["rows_low", "apart_low"]  # they have no upper half
    marks: list[PlaceholderStamp] = []
    readings: list[int] | None = None
    with reading.engine_errors():
        read = reading.settled(lazy.select(*select))
        if isinstance(read, nw.DataFrame) or not (found.fixed or rows):
            # Mostly no stamp stands for a missing one; where the first and the last are looked up anyway, they tell.
            readings = _readings(reading.collected(read.select(**_spans(stamps))))
        if readings is None or not all(_PLAIN[0] <= v < _PLAIN[1] for v in readings):
            (read, marks), readings = _marked(read, [*stamps]), None
        one_each = read = _first_of_each(reading.groupable(read), [*keys, *dated], stamps) if rows else read
        ruled = bool(rules) if rows and (dims or dated) else None
        read = reading.settled(_in_utc(read, list(stamps), found, readings, ruled=ruled))
        read, us, reasons = _stated(read, timing, as_at, [rule.reason for rule in rules], marks)
        # Of narrow numbers less has to come home.
        state = nw.col("state").cast(nw.Int16)
        table = brought_home(read.select(*keys, *dated, state, us.alias("us"), *rows))
    named = keys | dated | {"state": "state", "us": TIMES}
    added = None
    if isinstance(table, nw.DataFrame):
        numbers = {name.removesuffix("_low"): reading.array_of(table.get_column(name)) for name in rows}
        counted = counted_here(table, named, numbers)
    else:
        try:
            counted = counted_there(table, named, rows)
        except TooManyKeysError:
            if otherwise is not None:
                by = {dim: key for key, dim in keys.items()}
                added = otherwise(_measured(table, [*keys, *dated]), by, dates and dates.read())
            if added is None:
                raise
            counted = counted_there(_unmeasured(table), named, rows)
    coded = {dim: counted.coded[key] for key, dim in keys.items()}
    if timing.flagged:
        states, codes = counted.coded["state"]
        coded[STILL_OPEN] = label_array([0, 1]), (states[codes] == _OPEN).astype(np.int64)
    if dates is not None:
        coded[PERIOD] = dates.periods(counted.coded)
    counts = _Counts.of(counted, coded, reasons, by_row)
    _refuse_unmatched(lazy, schema, rules, counts)
    counts.refuse_no_stamps(timing, lazy, schema)
    if not timing.by_day:
        _refuse_days(counts, lazy, found, timing)
    cluster = None if timing.by_day else counts.clustered(timing, lazy)
    counts.refuse_no_times(timing, cluster)
    counts.refuse_unfollowed(timing)
    notes = [] if cluster is None else [cluster[0]]
    if rows and counted.flagged("apart").any():
        notes.append(_used_again(one_each, int(counted.flagged("apart").sum()), incidents, timing, lazy))
        _check.warn(IncidentNumberWarning, notes[-1])
    return counts.timed(), counts.open(), tuple(notes), added


def _measured(table: Any, keys: Iterable[str]) -> Any:
    """Take the times that have ended, in seconds; as floats they hold a century of microseconds."""
    seconds = nw.col("us").cast(nw.Float64) / float(MICROSECONDS)
    return table.filter(nw.col("state") == _TIMED).select(*keys, seconds.alias(MEASURED)).to_native()


def _unmeasured(table: Any) -> Any:
    """Put a microsecond in the place of every time that has ended, but those that are refused."""
    us = nw.col("us")
    sound = (nw.col("state") == _TIMED) & (us > 0) & (us <= int64(CENTURY))
    return reading.settled(table).with_columns(nw.when(sound).then(int64(1)).otherwise(us).alias("us"))


# ---- which rows count -------------------------------------------------------------------


class _Rule(NamedTuple):
    """Which rows are left out, and why; where they have a label, of which column."""

    reason: str
    condition: Any
    column: str = ""
    label: Label = ""


def _rules(incidents: Incidents, changed: Any, lazy: Any, schema: Mapping[str, Any]) -> list[_Rule]:
    """List what is left out before any stamp is looked at."""
    rules = []
    for name, chosen in incidents.self_initiated.items():
        argument = f"self_initiated[{name!r}]"
        is_flag = schema[reading.column_named(name, argument, schema)] == nw.Boolean
        column = nw.col(name) if is_flag else _labelled(lazy, schema, name, argument)
        for value in chosen:
            if isinstance(value, bool) != is_flag or isinstance(value, int) != (
                is_flag or schema[name].is_integer()
            ):
                msg = f"{argument} must hold labels as the column does, which has {schema[name]}; got {_check.shown(value)}."
                raise InvalidTypeError(msg)
            rules.append(_Rule("self-initiated", ~column.is_null() & (column == value), name, value))
    if incidents.regraded == "exclude":
        rules.append(_Rule("regraded", changed))
    if incidents.upgraded is not None:
        rules.append(_Rule("missing upgrade", changed & nw.col(incidents.upgraded).is_null()))
    return rules


def _changed(incidents: Incidents, lazy: Any, schema: Mapping[str, Any]) -> Any:
    """Return which rows ended with another grade than they began with; a missing one tells nothing."""
    if incidents.regraded != "exclude" and incidents.upgraded is None:
        return None
    grades = enumerate(incidents.grades or ())
    first, last = (_labelled(lazy, schema, c, f"grades[{i}]").cast(nw.String) for i, c in grades)
    return ~first.is_null() & ~last.is_null() & (first != last)


def _started(incidents: Incidents, changed: Any, stamps: Mapping[str, Any]) -> dict[str, Any]:
    """Let the clock start again at the upgrade, where there was one."""
    found = dict(stamps)
    if incidents.upgraded is not None:
        again = nw.when(changed).then(found.pop("upgraded"))
        found["began"] = found["start"]
        found["start"] = again.otherwise(found["start"])
    return found


def _refuse_unmatched(lazy: Any, schema: Mapping[str, Any], rules: Iterable[_Rule], counts: _Counts) -> None:
    """Refuse a label that does not occur: it leaves nothing out, as it was meant to."""
    # After the reason of a row that is of no known incident.
    first = _FIRST_REASON + (MISSING_INCIDENT in counts.reasons)
    for number, rule in enumerate(rules, first):
        if not len(counts.state) or not rule.column or (counts.state == number).any():
            continue
        there = reading.collected(lazy.select(nw.col(rule.column)).unique())[rule.column]
        known = sorted(v for v in reading.labels_of(there, schema[rule.column]) if not is_missing(v))
        _check.known(rule.label, f"self_initiated[{rule.column!r}]", known)


def _labelled(lazy: Any, schema: Mapping[str, Any], name: str, argument: str) -> Any:
    """Return a column of labels; categories as their text, to be compared."""
    dtype = schema[reading.column_named(name, argument, schema)]
    column = reading.label(lazy, nw.col(name), argument, name, dtype, argument)
    return column.cast(nw.String) if dtype in (nw.Categorical, nw.Enum) else column


# ---- one row for each incident ----------------------------------------------------------


def _incident_key(lazy: Any, names: Sequence[str], schema: Mapping[str, Any]) -> Any:
    """Return what tells incidents apart: a column, or the text of several, of which one that is missing tells nothing."""
    if len(names) == 1:
        return _one_key(lazy, names[0], schema)
    return nw.concat_str(
        [_one_key(lazy, name, schema, dated=True).cast(nw.String) for name in names], separator="\x1f"
    )


def _one_key(lazy: Any, name: str, schema: Mapping[str, Any], *, dated: bool = False) -> Any:
    """Return a column that tells incidents apart, or the date that does so beside another; blank text is missing."""
    dtype = schema[reading.column_named(name, "incident", schema)]
    if reading.is_text(dtype):
        column = nw.col(name).cast(nw.String)
        return nw.when(column.str.strip_chars() != "").then(column)
    if dtype.is_float():
        # On some engines nan is not missing; it tells nothing either.
        return nw.when(~reading.unknown(lazy, nw.col(name))).then(nw.col(name))
    if dtype.is_integer() or (dated and dtype in (nw.Date, nw.Datetime, nw.Object)):
        return nw.col(name)
    msg = f"incident: column {name!r} must hold text or numbers that tell incidents apart; got {dtype}."
    raise InvalidTypeError(msg)


def _first_of_each(read: Any, keys: Sequence[str], stamps: Iterable[str]) -> Any:
    """Bring the rows of an incident down to one, from its first start to its first end."""
    names = read.collect_schema().names()
    first = [name for name in stamps if name != "closed"]
    last = {"closed", *(f"mark_{name}" for name in _MARKED)}
    # Rows that a rule leaves out are no part of the incident.
    apart = [name for name in names if name == "rule"]
    found = read.group_by(*keys, "incident", *apart).agg(
        nw.len().alias("rows_low"),
        nw.col(*first).min(),
        *(nw.col(n).max() for n in names if n in last),
        nw.col("start").max().alias("last_start"),
    )
    again = ~nw.col("incident").is_null() & (nw.col("last_start") - nw.col("start") > int64(DAY))
    return found.with_columns(nw.when(again).then(int64(1)).otherwise(int64(0)).alias("apart_low"))


def _used_again(one_each: Any, n: int, incidents: Incidents, timing: Timing, lazy: Any) -> Note:
    """Say which numbers stand for several incidents, by the first of them, and how they are told apart."""
    first = one_each.filter(nw.col("apart_low") == 1).select(nw.col("incident").min())
    (number,) = reading.collected(first)["incident"]
    shown = ", ".join(str(number).split("\x1f"))
    return Note(
        "incident-numbers",
        "incident numbers used again",
        f"rows of one incident start more than a day apart, of {shown} first and of {_write.count(n)} in all: numbers that are "
        "used again stand for several incidents, and only the first of each is timed; name the date as well, as in "
        f"incident={[*incidents.incident, 'date']!r}, which is made by {day_of(lazy, timing.start)}",
    )


def _repeats(*, ruled: bool) -> dict[str, Any]:
    """Count how often an incident occurs among those that differ in a label."""
    key = nw.col("incident")
    if ruled:
        key = nw.when(nw.col("rule") == 0).then(key)
    return {"parts": nw.len(), "unknown": reading.ones(key.is_null()).sum(), "incidents": key.n_unique()}


def _repeats_by_group(read: Any, wanted: Mapping[str, Any], *, ruled: bool) -> tuple[Any, dict[str, Any]]:
    """Ask the same of one row for each incident: PostgreSQL cannot count distinct ones in the way that narwhals does."""
    key = nw.when(nw.col("rule") == 0).then(nw.col("incident")) if ruled else nw.col("incident")
    by_incident = read.with_columns(key.alias("incident")).group_by("incident")
    parts = nw.col("parts")
    lost = nw.when(nw.col("incident").is_null()).then(parts).otherwise(int64(0))
    spans = {name: getattr(nw.col(name), name.partition(" ")[0])() for name in wanted}
    grouped = by_incident.agg(nw.len().alias("parts"), *(v.alias(k) for k, v in wanted.items()))
    return grouped, {"parts": parts.sum(), "unknown": lost.sum(), "incidents": nw.len()} | spans


def _refuse_repeats(looked: Mapping[str, Sequence[Any]]) -> None:
    """Refuse incidents whose rows differ in a label: it would be counted as often as it has labels."""
    if "parts" not in looked:
        return
    parts, unknown, distinct = (int(looked[name][0] or 0) for name in ("parts", "unknown", "incidents"))
    more = parts - unknown - (distinct - (unknown > 0))
    if more:
        msg = (
            f"by must name labels that all rows of an incident share; {_write.count(more)} more occur with a second one: name what "
            "the incident was, not who went to it, or correct the rows."
        )
        raise InvalidInputError(msg)


# ---- days without a time of day ---------------------------------------------------------


def _refuse_days(counts: _Counts, lazy: Any, found: Stamps, timing: Timing) -> None:
    """Refuse stamps that are all at midnight: they are dates. Only times of whole days make it look."""
    rows = 0
    for some in (slice(_SEVERAL), slice(None)):  # mostly the first tell
        us, there = counts.us[some], (counts.state[some] == _TIMED) | (counts.us[some] < 0)
        left = (us[there] + HOUR) % DAY  # a clock may have changed between them
        if not np.isin(left, (0, HOUR, 2 * HOUR)).all():
            return
        rows = int(counts.rows[some][there].sum())
    if rows < _DAYS:
        return
    walls = {argument: found.columns[argument] for argument in _MARKED}
    # Some engines have no remainder.
    both = {argument: wall - wall // int64(DAY) * int64(DAY) for argument, wall in walls.items()}
    looked = reading.collected(lazy.select(*(column.max().alias(a) for a, column in both.items())))
    if all(looked[argument][0] == 0 for argument in both):
        msg = (
            f"start and end must be stamps; all of {timing.start!r} and {timing.end!r} are at midnight, 00:00:00, as dates are: "
            "they have no time of day, so that nothing can be timed by them; name the columns of the full stamps."
        )
        raise InvalidInputError(msg)


# ---- placeholders -----------------------------------------------------------------------

_MARKED: Final = ("start", "end")


def _marked(read: Any, stamps: Sequence[str]) -> tuple[Any, list[PlaceholderStamp]]:
    """Take stamps that stand for a missing one for missing, and mark start and end with their number in the table."""
    table = sorted(placeholder_stamps().values(), key=lambda p: p.first)
    spans = [(i, _midnight(p.first), _midnight(p.last, 1)) for i, p in enumerate(table, 1)]
    marks, walls = {}, {}
    for s in stamps:
        wall = nw.col(s)
        plain = wall.is_null() | ((wall >= int64(_PLAIN[0])) & (wall < int64(_PLAIN[1])))
        marks[s] = nw.when(plain).then(int64(0)).otherwise(_span_of(wall, spans))
        walls[s] = nw.when(nw.col(f"mark_{s}") == 0).then(wall)
    read = read.with_columns(*(mark.alias(f"mark_{s}") for s, mark in marks.items()))
    return reading.settled(read.with_columns(*(wall.alias(s) for s, wall in walls.items()))), table


def _span_of(wall: Any, spans: Sequence[tuple[int, int, int]]) -> Any:
    """Give the number of the span that a time lies in, 0 for none: as a sum, since SQLite takes few conditions in one another."""
    if len(spans) > 1:
        middle = len(spans) // 2
        return _span_of(wall, spans[:middle]) + _span_of(wall, spans[middle:])
    ((number, low, high),) = spans
    return nw.when((wall >= int64(low)) & (wall < int64(high))).then(int64(number)).otherwise(int64(0))


def _midnight(day: dt.date, after: int = 0) -> int:
    """Return when a day began, or one some days after it, in microseconds since 1970."""
    return (day.toordinal() + after - _DAY_1970) * DAY


_PLAIN: Final = _midnight(dt.date(1975, 1, 1)), _midnight(dt.date(2075, 1, 1))
"""Between them no stamp stands for a missing one."""


# ---- instants and states ----------------------------------------------------------------


def _spans(stamps: Iterable[str]) -> dict[str, Any]:
    """Ask for the first and the last of stamps."""
    return {f"{m} {s}": getattr(nw.col(s), m)() for s in stamps for m in ("min", "max")}


def _readings(looked: Mapping[str, Sequence[Any]]) -> list[int]:
    """Return those that there are."""
    found = (values[0] for name, values in looked.items() if name.startswith(("min ", "max ")))
    return [int(v) for v in found if not is_missing(v)]


def _in_utc(
    read: Any, stamps: list[str], found: Stamps, readings: list[int] | None, *, ruled: bool | None
) -> Any:
    """Put missing stamps aside and turn the rest into instants; what a clock showed twice or never is unclear.

    The first and the last of them are looked up where the clock was changed, and they are not known. Repeats of
    incidents, by rules or not, are looked for in the same query; None looks for none.
    """
    wanted, source = _spans(stamps) if readings is None and not found.fixed else {}, read
    if ruled is not None and read.implementation.is_ibis():
        source, wanted = _repeats_by_group(read, wanted, ruled=ruled)
    elif ruled is not None:
        wanted |= _repeats(ruled=ruled)
    looked = reading.collected(source.select(**wanted)) if wanted else {}
    _refuse_repeats(looked)
    changes = found.changes(_readings(looked) if readings is None else readings)
    walls = {s: nw.col(s) for s in stamps}
    # pandas 2 warns where what is missing is put before what is there: its kind of number is then another.
    filled = {s: nw.when(~wall.is_null()).then(wall).otherwise(int64(0)) for s, wall in walls.items()}
    read = read.with_columns(
        *(wall.is_null().alias(f"no_{s}") for s, wall in walls.items()),
        *(wall.cast(nw.Int64).alias(s) for s, wall in filled.items()),
    )
    return reading.settled(read).with_columns(
        *((~nw.col(f"no_{s}") & changes.unclear(wall)).alias(f"unclear_{s}") for s, wall in walls.items()),
        *(changes.utc(wall).alias(s) for s, wall in walls.items()),
    )


def _stated(
    read: Any,
    timing: Timing,
    as_at: int | None,
    rules: Sequence[str],
    marks: Sequence[PlaceholderStamp],
) -> tuple[Any, Any, list[str]]:
    """Give each row its state: timed, still open, or the first reason why it is neither; and say what its time is."""
    names = read.collect_schema().names()
    start, until = nw.col("start"), nw.col("end")
    arrived = ~nw.col("no_end")
    if as_at is not None:
        arrived &= until <= int64(as_at)
        until = nw.when(arrived).then(until).otherwise(int64(as_at))
    lost = ~arrived
    # What came after as_at at the earliest was open then, whatever the clock meant.
    unclear = nw.col("unclear_start") | (arrived & nw.col("unclear_end"))
    if "closed" in names:
        closed = ~arrived & ~nw.col("no_closed")
        closed = closed if as_at is None else closed & (nw.col("closed") <= int64(as_at))
        until = nw.when(closed).then(nw.col("closed")).otherwise(until)
        lost, unclear = lost & ~closed, unclear | (closed & nw.col("unclear_closed"))
    read = read.with_columns(
        (until - start).alias("us"), arrived.alias("arrived"), lost.alias("lost"), unclear.alias("unclear")
    )
    took = nw.col("us")
    kept, least = took, 1
    if timing.resolution == "second":
        # Below zero engines differ in which way they round.
        floor = took // int64(MICROSECONDS) * int64(MICROSECONDS)
        kept, least = nw.when(took < 0).then(took).otherwise(floor), MICROSECONDS
    arrived, began = nw.col("arrived"), ~nw.col("no_began") & ~nw.col("unclear_began")
    # Each reason with whether it is asked for, in the order in which they are given.
    reasons = (
        # First of all, since such rows of whatever incidents have come together.
        ("incident" in names, MISSING_INCIDENT, nw.col("incident").is_null()),
        *((True, reason, nw.col("rule") == i) for i, reason in enumerate(rules, 1)),
        (True, MISSING_START, nw.col("no_start")),
        (as_at is None, MISSING_END, nw.col("lost")),
        (True, CLOCK_CHANGE, nw.col("unclear")),
        ("began" in names, _UPGRADED_BEFORE_START, began & (start < nw.col("began"))),
        (as_at is not None, _BEGAN_AFTER_AS_AT, start > int64(as_at or 0)),
        (True, NEGATIVE, arrived & (took < 0)),
        ("closed" in names, NEGATIVE, took < 0),
        (timing.zero == "exclude", ZERO, arrived & (took < least)),
    )
    named, conditions = zip(*((reason, holds) for asked, reason, holds in reasons if asked), strict=True)
    state = nw.when(arrived).then(int64(_TIMED)).otherwise(int64(_OPEN))
    numbers = _numbers(_FIRST_REASON, len(named))
    if marks:
        for s, lacking, reason in zip(
            _MARKED, (MISSING_START, MISSING_END), (START_PLACEHOLDER, PLACEHOLDER), strict=True
        ):
            if lacking in named:
                at, mark = named.index(lacking), nw.col(f"mark_{s}")
                marked = mark + int64(_FIRST_REASON + len(named) - 1)
                numbers[at] = nw.when(mark > 0).then(marked).otherwise(numbers[at])
                named = (*named, *(f"{reason}{p.value}" for p in marks))
    read = reading.settled(read).with_columns(_first_of(conditions, numbers, state).alias("state"))
    negative = [i for i, reason in enumerate(named, _FIRST_REASON) if reason == NEGATIVE]
    counted = nw.col("state").is_in([_TIMED, _OPEN, *negative])
    return reading.settled(read), nw.when(counted).then(kept).otherwise(int64(0)), list(named)


def _numbers(first: int, how_many: int) -> list[Any]:
    return [int64(number) for number in range(first, first + how_many)]


def _first_of(conditions: Sequence[Any], numbers: Sequence[Any], otherwise: Any) -> Any:
    """Give the number of the first condition that holds."""
    found = otherwise
    for condition, number in reversed(list(zip(conditions, numbers, strict=True))):
        found = nw.when(condition).then(number).otherwise(found)
    return found


# ---- what comes home --------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Counts:
    """Rows by key, state and microseconds; `counts` are incidents where several rows make one."""

    coded: dict[str, Encoded]
    state: IntArray
    times: Encoded
    counts: IntArray
    rows: IntArray
    reasons: Sequence[str]
    us: IntArray = attrs.field(
        init=False, default=attrs.Factory(lambda self: self.times[0][self.times[1]], takes_self=True)
    )

    @classmethod
    def of(
        cls, found: KeyCounts, coded: dict[str, Encoded], reasons: Sequence[str], by_row: Sequence[str]
    ) -> _Counts:
        """Take what was counted; every row has a state and a time, if only 0. What `by_row` left out are rows."""
        labels, codes = found.coded["state"]
        state = labels[codes]
        counts, rows = found.n, found.sums.get("rows_low", found.n)
        numbers = [i for i, reason in enumerate(reasons, _FIRST_REASON) if reason in by_row]
        counts = np.where(np.isin(state, numbers), rows, counts)
        return cls(coded, state, found.coded["us"], counts, rows, reasons)

    def refuse_no_stamps(self, timing: Timing, lazy: Any, schema: Mapping[str, Any]) -> None:
        """Refuse a column that holds nothing but what a number becomes without its unit, or a time without its date."""
        found = {r: int(self.rows[self.state == i].sum()) for i, r in enumerate(self.reasons, _FIRST_REASON)}
        ended = int(self.rows[self.state == _TIMED].sum()) + sum(
            n
            for reason, n in found.items()
            if reason in {CLOCK_CHANGE, NEGATIVE, ZERO, _UPGRADED_BEFORE_START}
        )
        begun = ended + int(self.rows[self.state == _OPEN].sum())
        begun += sum(
            n for reason, n in found.items() if reason == MISSING_END or reason.startswith(PLACEHOLDER)
        )
        for value, stamp in placeholder_stamps().items():
            started, arrived = (
                found.get(f"{START_PLACEHOLDER}{value}", 0),
                found.get(f"{PLACEHOLDER}{value}", 0),
            )
            if stamp.whole_column and started and not begun:
                argument, name, n = "start", timing.start, started
            elif stamp.whole_column == "number" and arrived and not ended:
                argument, name, n = "end", timing.end, arrived
            else:
                continue
            hint = how_to_make_again(Column(lazy, name, schema[name]), stamp.whole_column)
            msg = f"{argument}: column {name!r} must hold stamps; all {_write.count(n)} of it lie at {value}, as {hint}."
            raise InvalidInputError(msg)

    def refuse_unfollowed(self, timing: Timing) -> None:
        """Refuse incidents that nothing has ended, where nobody says when they were last seen open."""
        if timing.closed is None or timing.as_at is not None:
            return
        lost = int(self.counts[self.state == _FIRST_REASON + self.reasons.index(MISSING_END)].sum())
        if lost:
            msg = (
                f"as_at must be given beside closed={timing.closed!r}: {_write.count(lost)} have neither {timing.end!r} nor "
                f"{timing.closed!r}, and were still open when the data were extracted; leaving them out would make the figures look too good."
            )
            raise InvalidInputError(msg)

    def clustered(self, timing: Timing, lazy: Any) -> tuple[Note, str] | None:
        """Say of times below zero that gather just above minus a day, or half of one, that they are one fault; and the cure."""
        below = (self.us < 0) & (self.state == _FIRST_REASON + self.reasons.index(NEGATIVE))
        took, n = self.us[below], self.counts[below]
        total = int(n.sum())
        for hours, why in _FAULTS.items():
            past = took + hours * HOUR
            near, close = (int(n[(past >= 0) & (past < h * HOUR)].sum()) for h in (_NEAR, 1))
            if near < _FEW or 2 * near < total:
                continue
            long = (
                f"{_write.count(near)} of {_write.count(total)} times below zero lie within {_NEAR} hours of −{hours} h "
                f"({_write.count(close)} within an hour): {why}"
            )
            code = later(lazy, timing.start, timing.end, hours, _NEAR)
            return Note("date-not-advanced", why, long), f"{long}; those become times by {code}"
        return None

    def refuse_no_times(self, timing: Timing, cluster: tuple[Note, str] | None) -> None:
        """Refuse times that no clock has measured: between stamps a century apart, or most of them backwards.

        Those below zero may have been found to be one fault.
        """
        if (np.abs(self.us) > CENTURY).any():
            longest = self.us[np.argmax(np.abs(self.us))] // (365 * 86_400 * MICROSECONDS)
            msg = (
                f"start and end must lie within a century; got {timing.start!r} and {timing.end!r} {longest} years apart: turn "
                "stamps that stand for a missing one, as 1900 and 9999 often do, into missing ones first."
            )
            raise InvalidInputError(msg)
        # Those that were closed without an end have the second number, where there are any.
        numbers = [i for i, reason in enumerate(self.reasons, _FIRST_REASON) if reason == NEGATIVE]
        sides = (("end", timing.end, _TIMED), ("closed", timing.closed, _OPEN))
        for negative, (argument, name, state) in zip(numbers, sides, strict=False):
            backwards = int(self.counts[self.state == negative].sum())
            both = backwards + int(self.counts[(self.us > 0) & (self.state == state)].sum())
            if not backwards or backwards < _SWAPPED * both:
                continue
            msg = (
                f"{argument} must come after start; got {name!r} before {timing.start!r} in {_write.count(backwards)} of "
                f"{_write.count(both)} times that are not 0: are start= and {argument}= swapped?"
            )
            if cluster is not None and argument == "end":
                msg = f"end must come after start: {cluster[1]}"
            if backwards >= _SEVERAL:
                raise InvalidInputError(msg)
            if cluster is None:
                _check.warn(SwappedStampsWarning, Note("swapped-stamps", "start and end swapped?", msg))
        if cluster is not None:
            _check.warn(DateNotAdvancedWarning, cluster[0]._replace(long=cluster[1]))

    def timed(self) -> Tally:
        """Return the times that have ended, with everything that was left out."""
        found = self._part(self.state == _TIMED, self.counts)
        ledger = found._ledger
        for i, reason in enumerate(self.reasons, _FIRST_REASON):
            ledger = merged(ledger, self._left_out(self.state == i, self.counts, reason))
        ledger = merged(ledger, self._left_out(self.rows > self.counts, self.rows - self.counts, FURTHER_ROW))
        return found._evolve(ledger=ledger)

    def open(self) -> Tally:
        """Return the times of what had not ended when it was last followed."""
        return self._part(self.state == _OPEN, self.counts)

    def _left_out(self, chosen: NDArray[np.bool_], counts: IntArray, reason: str) -> Cells | None:
        """Return what a reason left out, that among it that lacks a label as well."""
        if not chosen.any():
            return None
        part = self._part(chosen, counts, measured=reason in {NEGATIVE, ZERO})
        lacking = None if part._ledger is None else part._ledger.relabel(REASON, lambda _: reason)
        return merged(part._cells.extend(REASON, reason), lacking)

    def _part(self, chosen: NDArray[np.bool_], counts: IntArray, *, measured: bool = True) -> Tally:
        times = self.times if measured else (label_array([MISSING]), np.zeros(len(chosen), dtype=np.int64))
        kept = rows_of(self.coded | {MEASURED: times}, chosen)
        return Tally._from_codes(kept, counts[chosen], unit="rows")
