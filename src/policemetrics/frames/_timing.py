"""From two stamps a row to counts by seconds: each row is timed, or left out for one reason.

The engine does it, in one query: it reads the stamps as whole microseconds, gives each row one state, groups and
counts. Naive stamps need a query before it, of the first and the last of them, to know which changes of the clock
to look for; incidents of several rows are checked in the same one.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics._cells import MEASURED, MISSING, Cells, LabelArray, distinct_of, is_missing
from policemetrics.errors import InvalidInputError, PoliceMetricsWarning
from policemetrics.frames._clock import CENTURY, Moments, instant, moments, whole
from policemetrics.frames._grouping import TIMED, Counted, counted_here, counted_there
from policemetrics.frames._incidents import FURTHER_ROW, MISSING_INCIDENT, Incidents, refuse_repeats
from policemetrics.frames._reading import (
    collected,
    column_named,
    dimensions,
    engine_errors,
    label,
    opened,
)
from policemetrics.tallies import (
    CLOCK_CHANGE,
    MISSING_END,
    MISSING_START,
    NEGATIVE,
    REASON,
    ZERO,
    Tally,
    merged,
)
from policemetrics.typing import Columns, IntArray

__all__ = ["Timing", "timed"]

_SECOND: Final = 1_000_000
_AFTER: Final = "began after as_at"
_UPGRADED_BEFORE: Final = "upgrade before start"
# The state of a row: it counts as timed, or as still open, or it has the number of a reason.
_TIMED, _OPEN, _REASONS = 0, 1, 2
_SWAPPED: Final = 0.9  # so many below zero are no slips of a few hands
_SEVERAL: Final = 10


@attrs.frozen(kw_only=True)
class Timing:
    """What is timed in each row, by which clocks, and until when a row without an end was followed."""

    start: str
    end: str
    timezone: str | None
    resolution: str = "exact"
    zero: str = "keep"
    closed: str | None = None
    as_at: dt.datetime | None = None

    def __attrs_post_init__(self) -> None:
        _check.choice(self.resolution, "resolution", ("exact", "second"))
        _check.choice(self.zero, "zero", ("keep", "exclude"))
        for argument, name in self.stamps.items():
            _check.text(name, argument)
        if self.start == self.end:
            msg = f"start and end must be two columns; got {self.start!r} for both."
            raise InvalidInputError(msg)

    @property
    def stamps(self) -> dict[str, str]:
        """The columns of stamps, by argument."""
        return {"start": self.start, "end": self.end} | (
            {"closed": self.closed} if self.closed is not None else {}
        )


def timed(frame: Any, by: Columns, timing: Timing, incidents: Incidents | None = None) -> tuple[Tally, Tally]:
    """Count, by `by` and seconds, the times that have ended, with what was left out, and those still open."""
    import narwhals.stable.v2 as nw

    incidents = incidents or Incidents()
    lazy, schema = opened(frame)
    dims = dimensions(by)
    if MEASURED in dims:
        msg = f"by must not name {MEASURED!r}, the dimension of the times; rename yours, as in by={{'part': {dims[MEASURED]!r}}}."
        raise InvalidInputError(msg)
    columns = incidents.columns_of(dims)
    keys = {dim: f"k{i}" for i, dim in enumerate(dims)}
    select = [
        label(lazy, nw.col(column_named(c, f"by[{d!r}]", schema)), d, c, schema[c]).alias(keys[d])
        for d, c in columns.items()
    ]
    found = moments(lazy, schema, timing.stamps | incidents.stamps, timing.timezone)
    as_at = None if timing.as_at is None else instant(timing.as_at, "as_at", timing.timezone)
    stamps = incidents.started(lazy, schema, found.columns)
    select += [column.alias(argument) for argument, column in stamps.items()]
    rules = incidents.rules(lazy, schema)
    if rules:
        select.append(_first_of([rule.condition for rule in rules], 1, whole(0)).alias("rule"))
    if incidents.incident is not None:
        select.append(incidents.key(schema).alias("incident"))
    with engine_errors():
        read = incidents.first_of_each(lazy.select(*select), list(keys.values()), list(stamps))
        read = _in_utc(read, list(stamps), found, incidents.repeats(ruled=bool(rules)) if dims else {})
        read, reasons = _stated(read, timing, as_at, [rule.reason for rule in rules])
    named = {key: dim for dim, key in keys.items()} | {"state": "state", "us": TIMED}
    sums = {f"{name}_low": name for name in incidents.sums}  # rows of an incident have no upper half
    table = read.select(*named, *(nw.col(name).alias(low) for low, name in sums.items()))
    if isinstance(table, nw.DataFrame):
        numbers = {name: table.get_column(low).to_numpy() for low, name in sums.items()}
        counted = counted_here(table, named, numbers)
    else:
        counted = counted_there(table, named, list(sums))
    by_row = [MISSING_INCIDENT, *(rule.reason for rule in rules)] if incidents.incident is not None else []
    counts = _Counts.of(counted, {dim: counted.coded[key] for dim, key in keys.items()}, reasons, by_row)
    if len(counts.rows):
        first = len(incidents.sums)  # after the reason of a row that is of no known incident
        unused = [rule for i, rule in enumerate(rules, first) if rule.column and not counts.has(i)]
        incidents.refuse_unmatched(lazy, schema, unused)
    counts.refuse_no_times(timing)
    counts.refuse_unfollowed(timing)
    return counts.timed(), counts.open()


# ---- what the engine is asked -----------------------------------------------------------


def _in_utc(read: Any, stamps: list[str], found: Moments, more: dict[str, Any]) -> Any:
    """Put missing stamps aside and turn the rest into instants; what a clock showed twice or never is unclear."""
    import narwhals.stable.v2 as nw

    spans = [] if found.fixed else [(s, m) for s in stamps for m in ("min", "max")]
    wanted = {f"{m}_{s}": getattr(nw.col(s), m)() for s, m in spans} | more
    looked = collected(read.select(*(v.alias(k) for k, v in wanted.items()))) if wanted else {}
    refuse_repeats(looked)
    readings = [int(looked[f"{m}_{s}"][0]) for s, m in spans if not is_missing(looked[f"{m}_{s}"][0])]
    changes = found.changes(readings)
    walls = {s: nw.col(s) for s in stamps}
    read = read.with_columns(
        *(wall.is_null().alias(f"no_{s}") for s, wall in walls.items()),
        *(
            nw.when(wall.is_null()).then(whole(0)).otherwise(wall).cast(nw.Int64).alias(s)
            for s, wall in walls.items()
        ),
    )
    return read.with_columns(
        *((~nw.col(f"no_{s}") & changes.unclear(wall)).alias(f"unclear_{s}") for s, wall in walls.items()),
        *(changes.utc(wall).alias(s) for s, wall in walls.items()),
    )


def _stated(read: Any, timing: Timing, as_at: int | None, rules: Sequence[str]) -> tuple[Any, list[str]]:
    """Give each row its time and its state: timed, still open, or the first reason why it is neither."""
    import narwhals.stable.v2 as nw

    names = read.collect_schema().names()
    start, until = nw.col("start"), nw.col("end")
    arrived = ~nw.col("no_end")
    if as_at is not None:
        arrived &= until <= whole(as_at)
        until = nw.when(arrived).then(until).otherwise(whole(as_at))
    lost = ~arrived
    # What came after as_at at the earliest was open then, whatever the clock meant.
    unclear = nw.col("unclear_start") | (arrived & nw.col("unclear_end"))
    if "closed" in names:
        closed = ~arrived & ~nw.col("no_closed")
        closed = closed if as_at is None else closed & (nw.col("closed") <= whole(as_at))
        until = nw.when(closed).then(nw.col("closed")).otherwise(until)
        lost, unclear = lost & ~closed, unclear | (closed & nw.col("unclear_closed"))
    read = read.with_columns(
        (until - start).alias("us"), arrived.alias("arrived"), lost.alias("lost"), unclear.alias("unclear")
    )
    took = nw.col("us")
    if timing.resolution == "second":
        # Below zero engines differ in which way they round.
        floor = took // whole(_SECOND) * whole(_SECOND)
        read = read.with_columns(nw.when(took < 0).then(took).otherwise(floor).alias("us"))
    reasons = []
    if "incident" in names:
        # First of all, since such rows of whatever incidents have come together.
        reasons.append((MISSING_INCIDENT, nw.col("incident").is_null()))
    reasons += [(reason, nw.col("rule") == i + 1) for i, reason in enumerate(rules)]
    reasons.append((MISSING_START, nw.col("no_start")))
    if as_at is None:
        reasons.append((MISSING_END, nw.col("lost")))
    reasons.append((CLOCK_CHANGE, nw.col("unclear")))
    if "began" in names:
        known = ~nw.col("no_began") & ~nw.col("unclear_began")
        reasons.append((_UPGRADED_BEFORE, known & (start < nw.col("began"))))
    if as_at is not None:
        reasons.append((_AFTER, start > whole(as_at)))
    reasons.append((NEGATIVE, nw.col("arrived") & (took < 0)))
    if "closed" in names:
        reasons.append((NEGATIVE, took < 0))
    if timing.zero == "exclude":
        reasons.append((ZERO, nw.col("arrived") & (took == 0)))
    state = nw.when(nw.col("arrived")).then(whole(_TIMED)).otherwise(whole(_OPEN))
    read = read.with_columns(
        _first_of([condition for _, condition in reasons], _REASONS, state).alias("state")
    )
    negative = [_REASONS + i for i, (reason, _) in enumerate(reasons) if reason == NEGATIVE]
    counted = nw.col("state").is_in([_TIMED, _OPEN, *negative])
    return read.with_columns(nw.when(counted).then(took).otherwise(whole(0)).alias("us")), [
        r for r, _ in reasons
    ]


# ---- what comes home --------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Counts:
    """Rows by key, state and microseconds; `counts` are incidents where several rows make one."""

    coded: dict[str, tuple[LabelArray, IntArray]]
    state: IntArray
    us: IntArray
    counts: IntArray
    rows: IntArray
    reasons: Sequence[str]

    @classmethod
    def of(
        cls,
        found: Counted,
        coded: dict[str, tuple[LabelArray, IntArray]],
        reasons: Sequence[str],
        by_row: Sequence[str],
    ) -> _Counts:
        """Take what was counted; every row has a state and a time, if only 0. What `by_row` left out are rows."""
        state, us = (labels[codes] for labels, codes in (found.coded["state"], found.coded["us"]))
        counts, rows = found.n, found.sums.get("rows_low", found.n)
        numbers = [_REASONS + i for i, reason in enumerate(reasons) if reason in by_row]
        counts = np.where(np.isin(state, numbers), rows, counts)
        return cls(coded, state, us, counts, rows, reasons)

    def has(self, number: int) -> bool:
        """Tell whether any row has the reason of that number."""
        return bool((self.state == _REASONS + number).any())

    def refuse_unfollowed(self, timing: Timing) -> None:
        """Refuse incidents that nothing has ended, where nobody says when they were last seen open."""
        if timing.closed is None or timing.as_at is not None:
            return
        lost = int(self.counts[self.state == _REASONS + self.reasons.index(MISSING_END)].sum())
        if lost:
            msg = (
                f"as_at must be given beside closed={timing.closed!r}: {_write.count(lost)} have neither {timing.end!r} nor "
                f"{timing.closed!r}, and were still open when the data were extracted; leaving them out would flatter."
            )
            raise InvalidInputError(msg)

    def refuse_no_times(self, timing: Timing) -> None:
        """Refuse times that no clock has measured: between stamps a century apart, or most of them backwards."""
        if (np.abs(self.us) > CENTURY).any():
            longest = self.us[np.argmax(np.abs(self.us))] // (365 * 86_400 * _SECOND)
            msg = (
                f"start and end must lie within a century; got {timing.start!r} and {timing.end!r} {longest} years apart: turn "
                "stamps that stand for a missing one, as 1900 and 9999 often do, into missing ones first."
            )
            raise InvalidInputError(msg)
        # Those that were closed without an end have the second number, where there are any.
        numbers = [_REASONS + i for i, reason in enumerate(self.reasons) if reason == NEGATIVE]
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
            if backwards >= _SEVERAL:
                raise InvalidInputError(msg)
            warnings.warn(msg, PoliceMetricsWarning, stacklevel=4)

    def timed(self) -> Tally:
        """Return the times that have ended, with everything that was left out."""
        found = self._part(self.state == _TIMED, self.counts)
        ledger = found.ledger
        for i, reason in enumerate(self.reasons):
            measured = reason in {NEGATIVE, ZERO}
            ledger = merged(
                ledger, self._left_out(self.state == _REASONS + i, self.counts, reason, measured=measured)
            )
        ledger = merged(ledger, self._left_out(self.rows > self.counts, self.rows - self.counts, FURTHER_ROW))
        return attrs.evolve(found, ledger=ledger)

    def open(self) -> Tally:
        """Return the times of what had not ended when it was last followed."""
        return self._part(self.state == _OPEN, self.counts)

    def _left_out(
        self, chosen: NDArray[np.bool_], counts: IntArray, reason: str, *, measured: bool = False
    ) -> Cells | None:
        """Return what a reason left out; what lacks a label as well has that for its reason."""
        if not chosen.any():
            return None
        part = self._part(chosen, counts, measured=measured)
        cells, ledger = part.cells, part.ledger
        if not measured:
            cells = cells.extend(MEASURED, MISSING)
            ledger = None if ledger is None else ledger.extend(MEASURED, MISSING)
        return merged(cells.extend(REASON, reason), ledger)

    def _part(self, chosen: NDArray[np.bool_], counts: IntArray, *, measured: bool = True) -> Tally:
        kept = {d: (labels, codes[chosen]) for d, (labels, codes) in self.coded.items()}
        if measured:
            kept[MEASURED] = distinct_of(self.us[chosen])
        return Tally.from_codes(kept, counts[chosen], unit="rows")


def _first_of(conditions: Sequence[Any], number: int, otherwise: Any) -> Any:
    """Give the number of the first condition that holds, counted from `number`."""
    import narwhals.stable.v2 as nw

    found = otherwise
    for i, condition in reversed(list(enumerate(conditions))):
        found = nw.when(condition).then(whole(number + i)).otherwise(found)
    return found
