"""What dates do to a rate: types that did not exist yet, and cohorts whose outcomes are still to come.

`Spans` is the time of every row of a table, `AsAt` the date of the extract. From them come the caveats of types
that were not in use, and whether a cohort is mature.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._cells import MISSING, Cells
from policemetrics._check import shown, text
from policemetrics._compare import Notes
from policemetrics._supply import said_together
from policemetrics._write import listed
from policemetrics.definitions import OutcomeType, outcome_types
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.outcomes.definition import Definition
from policemetrics.periods import Period, as_period, in_words, read_labels, stamp_in
from policemetrics.tallies import Tally
from policemetrics.typing import FloatArray, IntArray

# ---- periods and dates ------------------------------------------------------------------


@attrs.frozen
class Span:
    """The time that a figure adds up, from its first day to its last; `held` says which periods `among` some it is."""

    start: dt.date
    end: dt.date
    among: Sequence[Period]
    held: NDArray[np.bool_]  # one more than there are periods: whether there are times that no label names

    @classmethod
    def of(cls, period: Period) -> Span:
        """Return the time of one period."""
        return cls(period.start, period.end, [period], np.array([True, False]))

    @property
    def when(self) -> str:
        """The time in words, which takes longer than anything else here."""
        others = " and other times" if self.held[-1] else ""
        return said_together([p for p, has in zip(self.among, self.held, strict=False) if has]) + others


@attrs.frozen
class Spans:
    """The time of every row: the distinct ones, None where no label tells it, and which is that of each row."""

    distinct: Sequence[Span | None]
    at: IntArray

    @classmethod
    def unknown(cls, rows: int) -> Spans:
        """Return the time of rows whose labels name none."""
        return cls([None], np.zeros(rows, dtype=np.int64))

    @classmethod
    def of(cls, tally: Tally, groups: Cells, period: str) -> Spans:
        """Find the time that each group adds up: what was supplied of it, else what there is."""
        if period not in tally.dims:
            return cls.unknown(len(groups))
        if period in groups.dims:
            labels = groups.label(period).tolist()
            own = _read(labels, period)
            return cls([Span.of(own[v]) if v in own else None for v in labels], groups.code(period))
        supplied = tally._supplied
        there = supplied if supplied is not None and period in supplied.dims else tally._cells
        shared = tuple(d for d in groups.dims if d in there.dims)
        keyed = there.keys(shared)
        labels = there.label(period).tolist()
        read = _read(labels, period)
        among = sorted({*read.values()})
        rank = {one: i for i, one in enumerate(among)}
        code = np.array([rank[read[v]] if v in read else len(among) for v in labels], dtype=np.int64)
        held = np.zeros((len(keyed), len(among) + 1), dtype=bool)
        held[there.positions(keyed, shared), code[there.code(period)]] = True
        # Fewer sets of periods occur than there are groups: as the bits of one text a group they are told apart fast.
        bits = np.packbits(held, axis=1)
        _, row, which = np.unique(bits.view(f"S{bits.shape[1]}"), return_index=True, return_inverse=True)
        held = held[row]
        last = np.zeros(len(row), dtype=np.int64)
        for i, one in enumerate(among):
            np.maximum(last, one.end.toordinal(), out=last, where=held[:, i])
        bounds = zip(held.argmax(axis=1).tolist(), last.tolist(), held, strict=True)
        distinct = [
            Span(among[i].start, dt.date.fromordinal(end), among, has) if end else None
            for i, end, has in bounds
        ]
        at = groups.positions(keyed, shared)
        return cls([*distinct, None], np.append(which.ravel(), len(distinct))[at])

    @property
    def known(self) -> bool:
        """Whether the time of any row is known."""
        return any(span is not None for span in self.distinct)

    @property
    def when(self) -> str | NDArray[np.object_]:
        """The time of every row, in words."""
        return one_or_all(np.array([s.when if s else "" for s in self.distinct], dtype=object)[self.at])


def _read(labels: list[Any], name: str) -> dict[Any, Period]:
    """Read the labels that name a time; "Total", say, or the number of a quarter names none."""
    known = [label for label in labels if label != MISSING]
    clear = known if _is_read(known, name) else [label for label in known if _is_read([label], name)]
    # The clear ones decide for those that can be read in two ways.
    both = [label for label in known if label in clear or (clear and _is_read([*clear, label], name))]
    return dict(zip(both, read_labels(both, name), strict=True)) if both else {}


def _is_read(labels: list[Any], name: str) -> bool:
    try:
        return bool(read_labels(labels, name))
    except InvalidInputError:
        return False


def one_or_all(texts: NDArray[np.object_]) -> str | NDArray[np.object_]:
    """Keep what is the same in every row once, for an audit field."""
    if not len(texts):
        return ""
    return texts if (texts != texts[0]).any() else str(texts[0])


@attrs.frozen
class AsAt:
    """When the data were extracted: as it was written, and the last day it can mean, if it is a date."""

    written: str
    day: dt.date | None

    @classmethod
    def of(cls, value: Any) -> AsAt:
        """Read a date, a period or any words."""
        if isinstance(value, dt.datetime):
            value = value.date()
        if isinstance(value, dt.date):
            return cls(value.isoformat(), value)
        if isinstance(value, Period):
            return cls(value.label, value.end)
        if not isinstance(value, str):
            msg = f"as_at must be a date, or text; got {shown(value)} ({type(value).__name__})."
            raise InvalidTypeError(msg)
        return cls(text(value, "as_at", empty=True), _day(value.strip()))

    def needed(self, why: str) -> dt.date:
        """Return the day, or say what it is needed for."""
        if self.day is None:
            given = f"got {self.written!r}" if self.written else "it was not given"
            msg = f"as_at must be a date, as in '2026-07-23', 'July 2026' or datetime.date, {why}; {given}."
            raise InvalidInputError(msg)
        return self.day


def _day(written: str) -> dt.date | None:
    """Read a day, or a month or year as its last day."""
    if (stamp := stamp_in(written)) is not None:
        return stamp.date()
    try:
        return as_period(written, "as_at").end
    except ValueError:
        return None


# ---- definitions that changed -----------------------------------------------------------
# What is said holds "{when}" in the place of the time: many times lie between the same days, and few are spoken of.

_WHEN: Final = "{when}"


def notes_of(definition: Definition, when: Spans) -> Notes:
    """Note of every row which types of the set were not in use, or not by all, in all of its period."""
    kinds = _types_of(definition)
    said: dict[tuple[dt.date, dt.date], str] = {}
    found: list[tuple[Note, ...]] = []
    for span in when.distinct:
        long = ""
        if span is not None:
            days = span.start, span.end
            if days not in said:
                said[days] = _said(kinds, span, definition)
            long = said[days] and said[days].replace(_WHEN, span.when)
        found.append(_noted(long))
    used = {found[i] for i in np.unique(when.at).tolist()}
    if len(used) <= 1:
        return used.pop() if used else ()
    return np.fromiter(found, dtype=object, count=len(found))[when.at]


def notes_between(definition: Definition, when: Sequence[Period | None]) -> tuple[Note, ...]:
    """Note how the types in use differ from what is counted, and between two periods.

    Of the set whatever was not in use is said; of what the rate is out of, only what changed.
    """
    both = [Span.of(period) for period in when if period]
    found, changed = _said_of_both(_types_of(definition), both, definition)
    if changed:
        found = f"the definition changed between the two: {found}"
    # Whether a type was voluntary moves outcomes among the types, and changes no total.
    rest = [attrs.evolve(kind, compulsory_from=None) for kind in definition.other_types]
    rest = [kind for kind in rest if _said_of_both([kind], both, definition)[1]]
    out_of, changed = _said_of_both(rest, both, definition)
    if changed:
        out_of = f"what the rate is out of changed between the two: {out_of}"
    return (*_noted(found), *_noted(out_of if changed else ""))


def _noted(long: str) -> tuple[Note, ...]:
    return (Note("outcome-types", "types not in use throughout", long),) if long else ()


def _types_of(definition: Definition) -> list[OutcomeType]:
    return [outcome_types()[code] for code in definition.positive.codes]


def _said_of_both(
    kinds: Sequence[OutcomeType], both: Sequence[Span], definition: Definition
) -> tuple[str, bool]:
    """Return what is to be said of two periods, and whether it differs between them."""
    said = [_said(kinds, span, definition) for span in both]
    words = [one.replace(_WHEN, span.when) for one, span in zip(said, both, strict=True)]
    return "; ".join(dict.fromkeys(filter(None, words))), len({*said}) > 1


def _said(kinds: Iterable[OutcomeType], span: Span, definition: Definition) -> str:
    """Say of one period which types were not in use in all of it; types of which the same holds together."""
    found = dict[str, list[str]]()
    for kind in kinds:
        found.setdefault(_use(kind, span, definition), []).append(kind.code)
    return "; ".join(
        f"type{'' if len(codes) == 1 else 's'} {listed(codes)} {use.replace('{was}', 'was' if len(codes) == 1 else 'were')}"
        for use, codes in found.items()
        if use
    )


def _use(kind: OutcomeType, span: Span, definition: Definition) -> str:
    """Say how a type was not in use in all of a period; nothing where it was."""
    since, compulsory, until = kind.valid_from, kind.compulsory_from, kind.valid_to
    # A cohort may still be given, later, a type that was not in use when its crimes were recorded.
    recorded = f"in use when the crimes of {_WHEN} were recorded"
    if since and span.end < since:
        if definition.is_cohort:
            return f"{{was}} not {recorded} (in use from {_month(since)})"
        return f"did not exist in {_WHEN} (in use from {_month(since)})"
    if until and span.start > until:
        if definition.is_cohort:
            return f"{{was}} no longer {recorded} (in use to {_month(until)})"
        return f"did not exist any more in {_WHEN} (in use to {_month(until)})"
    if since and span.start < since:
        return f"came into use in {_month(since)}, within {_WHEN}"
    if compulsory and span.end < compulsory:
        return f"stayed voluntary in {_WHEN} (compulsory from {_month(compulsory)})"
    if compulsory and span.start < compulsory:
        return f"became compulsory in {_month(compulsory)}, within {_WHEN}"
    if until and span.end > until:
        return f"went out of use after {_month(until)}, within {_WHEN}"
    return ""


def _month(day: dt.date) -> str:
    return in_words(f"{day:%Y-%m}")


# ---- cohorts that are too young ---------------------------------------------------------


def maturities(
    as_at: AsAt, mature_after: int | None, when: Spans, open_crimes: FloatArray
) -> tuple[NDArray[np.object_], FloatArray]:
    """Return of each cohort whether it is mature, and how many whole months old it is.

    With `mature_after` a cohort is immature while it is younger; without, while any crime has no outcome yet.
    """
    age = np.array([_age(as_at, span) for span in when.distinct], dtype=float)[when.at]
    if mature_after is None:
        unknown, immature = np.isnan(open_crimes), open_crimes > 0
    else:
        as_at.needed("where mature_after= is given")
        unknown, immature = np.isnan(age), age < mature_after
    told = np.where(unknown, "not known", np.where(immature, "immature", "mature"))
    return told.astype(object), age


def _age(as_at: AsAt, span: Span | None) -> float:
    """Count the whole months from the end of a period to the extract."""
    if as_at.day is None or span is None:
        return np.nan
    if as_at.day < span.end:
        msg = f"as_at must not come before the end of the period; got {as_at.written!r} for {span.when}, which ends on {span.end}."
        raise InvalidInputError(msg)
    after = as_at.day + dt.timedelta(days=1)
    first = span.end + dt.timedelta(days=1)
    return float(12 * (after.year - first.year) + after.month - first.month)  # first is the first of a month
