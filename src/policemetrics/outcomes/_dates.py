"""What dates do to a rate: types that did not exist yet, and cohorts whose outcomes are still to come."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._cells import Cells
from policemetrics._checks import shown, text
from policemetrics._labels import MISSING
from policemetrics._sides import Side, spanned
from policemetrics._tally import Tally
from policemetrics.definitions import OutcomeType, outcome_types
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.periods import Period, as_period, in_words, read_labels
from policemetrics.typing import FloatArray, IntArray

__all__ = ["AsAt", "Span", "Spans", "maturities", "notes_of", "one_or_all", "with_dates"]

_DAY: Final = re.compile(r"(\d{1,2}) ([a-z]+ \d{4})", re.IGNORECASE)


# ---- periods and dates ------------------------------------------------------------------


@attrs.frozen
class Span:
    """The time that a figure adds up, from its first day to its last, and how it is said."""

    when: str
    start: dt.date
    end: dt.date

    @classmethod
    def of(cls, period: Period) -> Span:
        return cls(in_words(period.label), period.start, period.end)


@attrs.frozen
class Spans:
    """The time of every row: the distinct ones, None where no label tells it, and which is that of each row."""

    distinct: Sequence[Span | None]
    at: IntArray

    @classmethod
    def unknown(cls, rows: int) -> Spans:
        return cls([None], np.zeros(rows, dtype=np.int64))

    @classmethod
    def of(cls, tally: Tally, groups: Cells, period: str) -> Spans:
        """Find the time that each group adds up."""
        if period not in tally.dims:
            return cls.unknown(len(groups))
        kept = period in groups.dims
        labels = (groups if kept else tally.cells).label(period).tolist()
        known = [label for label in labels if label != MISSING]
        read = _periods(known, period)
        if not read:
            return cls.unknown(len(groups))
        if kept:
            own = {label: Span.of(p) for label, p in zip(known, read, strict=True)}
            return cls([own.get(label) for label in labels], groups.code(period))
        whole = Span(spanned(tally, (), period), min(read).start, max(p.end for p in read))
        return cls([whole], np.zeros(len(groups), dtype=np.int64))

    def take(self, rows: IntArray) -> Spans:
        return Spans(self.distinct, self.at[rows])


def _periods(labels: list[Any], name: str) -> Sequence[Period]:
    try:
        return read_labels(labels, name)
    except InvalidInputError:  # labels such as quarter numbers name no time of their own
        return ()


@attrs.frozen
class AsAt:
    """When the data were extracted: as it was written, and the last day it can mean, if it is a date."""

    written: str
    day: dt.date | None

    @classmethod
    def of(cls, value: Any) -> AsAt:
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
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        pass
    day = _DAY.fullmatch(written)
    try:
        month = as_period(day[2] if day else written, "as_at")
        return month.start.replace(day=int(day[1])) if day else month.end
    except ValueError:
        return None


# ---- definitions that changed -----------------------------------------------------------


def notes_of(types: Sequence[str], when: Spans) -> str | NDArray[np.object_]:
    """Say, of every row, which types of a set were not in use, or not by all, in all of its period."""
    return one_or_all(np.array([notes(types, span) for span in when.distinct], dtype=object)[when.at])


def notes(types: Iterable[str], span: Span | None) -> str:
    """Say it of one period."""
    if span is None:
        return ""
    known, found = outcome_types(), dict[str, list[str]]()
    for code in types:
        found.setdefault(_note(known[code], span), []).append(code)
    return "; ".join(f"{_named(codes)} {note}" for note, codes in found.items() if note)


def _named(codes: Sequence[str]) -> str:
    if len(codes) == 1:
        return f"type {codes[0]}"
    return f"types {', '.join(codes[:-1])} and {codes[-1]}"


def _note(kind: OutcomeType, span: Span) -> str:
    since, compulsory, until = kind.valid_from, kind.compulsory_from, kind.valid_to
    if since and span.end < since:
        return f"did not exist in {span.when} (in use from {_month(since)})"
    if until and span.start > until:
        return f"did not exist any more in {span.when} (in use to {_month(until)})"
    if since and span.start < since:
        return f"came into use in {_month(since)}, within {span.when}"
    if compulsory and span.end < compulsory:
        return f"stayed voluntary in {span.when} (compulsory from {_month(compulsory)})"
    if compulsory and span.start < compulsory:
        return f"became compulsory in {_month(compulsory)}, within {span.when}"
    if until and span.end > until:
        return f"went out of use after {_month(until)}, within {span.when}"
    return ""


def _month(day: dt.date) -> str:
    return in_words(f"{day:%Y-%m}")


def with_dates(caveat: str, types: Sequence[str], sides: Sequence[Side]) -> str:
    """Add to what the caller says which types were not in use in all of two periods, and whether that changed."""
    both = [Span.of(side.when) for side in sides if side.when]
    said = [notes(types, span) for span in both]
    apart = {note.replace(span.when, "") for note, span in zip(said, both, strict=True)}
    found = "; ".join(dict.fromkeys(filter(None, said)))
    if len(apart) > 1:
        found = f"the definition changed between the two: {found}"
    return "; ".join(filter(None, (caveat, found)))


def one_or_all(texts: NDArray[np.object_]) -> str | NDArray[np.object_]:
    """Keep what is the same in every row once, for an audit field or the caveat of a table."""
    if not len(texts):
        return ""
    return texts if (texts != texts[0]).any() else str(texts[0])


# ---- cohorts that are too young ---------------------------------------------------------


def maturities(
    as_at: AsAt, mature_after: int | None, when: Spans, open_crimes: FloatArray
) -> tuple[NDArray[np.object_], FloatArray]:
    """Tell of each cohort whether it is mature, and how many whole months old it is.

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
    return float(12 * (after.year - first.year) + after.month - first.month - (after.day < first.day))
