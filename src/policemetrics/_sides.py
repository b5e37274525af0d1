"""The sides of a comparison: the parts of a tally that lie in one period each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

import attrs

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._ledger import without_own_drops
from policemetrics._tally import Tally
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.periods import Period, as_period, check_pair, in_words, read_labels
from policemetrics.results import label_array
from policemetrics.typing import Label
from policemetrics.values import Figure

__all__ = [
    "Side",
    "base_and_periods",
    "both_periods",
    "compared_figures",
    "pairs_of_periods",
    "said_together",
    "spanned",
]

_MOST_NAMED: Final = 5


@attrs.frozen
class Side:
    """The part of a tally in one period; a side without a period is the whole tally.

    The labels of its period dimension are months after its start, so that those of two sides meet.
    `parts` names what must have been supplied, by that offset. `common` is what both sides of a
    matched comparison have, where the rest was left out.
    """

    tally: Tally
    period: str = ""
    when: Period | None = None
    parts: Mapping[int, str] = attrs.field(factory=dict)
    common: Cells | None = None

    @property
    def label(self) -> str:
        """The period as it is written; empty for the whole tally."""
        return self.when.label if self.when else ""

    def proof(self, by: tuple[str, ...]) -> Cells:
        """Return the keys that were supplied: the coverage, else the cells themselves."""
        dims = (self.period,) if self.period else ()
        supplied = self.tally.supplied
        if supplied is None:
            return self.tally.cells.keys((*by, *dims))
        if self.period and self.period not in supplied.dims:
            # Coverage that says nothing of time proves no period: the cells must.
            return self.tally.cells.keys((*(d for d in supplied.dims if d in self.tally.dims), *dims))
        return supplied


def both_periods(tally: Tally, between: Any, period: str) -> tuple[Side, Side]:
    """Take the two sides of `between`, which must be comparable periods, the earlier first."""
    read = _read(tally, period)
    if isinstance(between, str | Period) or not isinstance(between, Sequence) or len(between) != 2:
        msg = f"between must be a pair (earlier, later), as in ('2022/23', '2023/24'); got {between!r}."
        raise InvalidTypeError(msg)
    # A label of the column itself is read as the column is: "2009-10" among months is a month.
    earlier, later = (read[b] if b in read else as_period(b, f"between[{i}]") for i, b in enumerate(between))
    check_pair(earlier, later)
    return _side(tally, period, earlier, read), _side(tally, period, later, read)


def pairs_of_periods(tally: Tally, versus: str, period: str) -> list[tuple[Side, Side]]:
    """Take every period with the one a year before it, or just before it."""
    _check.choice(versus, "versus", ("year_before", "previous"))
    read = _read(tally, period)
    pairs = []
    for later in sorted(set(read.values())):
        if versus == "year_before" and later.months > 12:
            msg = f"versus='year_before' needs periods of at most a year; {period!r} has {later.label}."
            raise InvalidInputError(msg)
        earlier = later.shift(-12) if versus == "year_before" else later.previous()
        pairs.append((_side(tally, period, earlier, read), _side(tally, period, later, read)))
    return pairs


def base_and_periods(tally: Tally, base: Any, period: str) -> tuple[Side, list[Side]]:
    """Take one period, and every period there is to be compared with it, itself among them, in order."""
    read = _read(tally, period)
    wanted = read[base] if isinstance(base, str) and base in read else as_period(base, "base")
    found = sorted({wanted, *read.values()})
    for other in found:
        if other != wanted:
            check_pair(min(wanted, other), max(wanted, other), f"base and the periods of {period!r}")
    return _side(tally, period, wanted, read), [_side(tally, period, other, read) for other in found]


def _read(tally: Tally, period: str) -> dict[Any, Period]:
    tally.need(period)
    if tally.ledger is not None:
        # A label that was dropped, "Total" say, need not be a period.
        tally = attrs.evolve(tally, ledger=without_own_drops(tally.ledger, (period,)))
    known = tally.known_labels(period)
    return dict(zip(known, read_labels(known, period), strict=True))


def _side(tally: Tally, period: str, wanted: Period, read: Mapping[Any, Period]) -> Side:
    """Take the part of a tally in one period: its own label, or the shorter periods that make it up."""
    parts = {label: 0 for label, p in read.items() if p == wanted}
    named = {0: wanted.label}
    within = {label: p for label, p in read.items() if wanted.contains(p) and p != wanted}
    if not parts:
        parts, named = _tiles(wanted, within, period)
    elif within and period not in tally.overlapping and _finer_only(tally, period, parts, within):
        msg = (
            f"{period!r} holds {wanted.label} for some, and for others only shorter periods inside it, "
            f"{_check.listing(within, most=5)}: choose one kind with where()."
        )
        raise InvalidInputError(msg)
    kept = tally.narrowed({period: label_array(parts)})
    return Side(kept.relabelled(period, parts.__getitem__), period, wanted, named)


def _finer_only(tally: Tally, period: str, own: Iterable[Any], within: Iterable[Any]) -> bool:
    """Tell whether some key has cells of the shorter periods, but none of the period itself."""
    rest = [d for d in tally.dims if d != period]
    finer, whole = (
        tally.cells.select(tally.cells.match({period: label_array(labels)})).keys(rest)
        for labels in (within, own)
    )
    return not finer.within(whole).all()


def _tiles(
    wanted: Period, within: Mapping[Any, Period], period: str
) -> tuple[dict[Any, int], dict[int, str]]:
    """Lay shorter periods of one length end to end; what is absent is still named as needed."""
    lengths = {p.months for p in within.values()}
    if not lengths:
        return {}, {0: wanted.label}
    length = lengths.pop()
    first = Period.month(wanted.start.year, wanted.start.month)
    named = {
        m: Period(first.shift(m).start, first.shift(m + length - 1).end).label
        for m in range(0, wanted.months - length + 1, length)
    }
    offsets = {first.shift(m).start: m for m in named}
    if lengths or wanted.months % length or any(p.start not in offsets for p in within.values()):
        there = _check.listing(p.label for p in within.values())
        msg = f"{period!r} must hold {wanted.label} itself, or periods of one length that make it up; within it there are {there}."
        raise InvalidInputError(msg)
    return {label: offsets[p.start] for label, p in within.items()}, named


def compared_figures(old: Figure, new: Figure) -> tuple[dict[str, Label], tuple[str, str]]:
    """Return what two figures have in common, and the two periods where they are rows of a table by period."""
    common = [d for d in old.group if d in new.group]
    group = {d: old.group[d] for d in common if old.group[d] == new.group[d]}
    differing = [d for d in common if d not in group]
    if not differing:
        return group, ("", "")
    msg = f"old and new must be of one group in two periods; got {dict(old.group)} and {dict(new.group)}."
    if len(differing) > 1:
        raise InvalidInputError(msg)
    try:
        earlier, later = read_labels([old.group[differing[0]], new.group[differing[0]]], differing[0])
    except InvalidInputError as error:
        raise InvalidInputError(msg) from error
    check_pair(earlier, later, "old and new")
    return group, (earlier.label, later.label)


def spanned(tally: Tally, by: tuple[str, ...], period: str = "period") -> str:
    """Say which periods a figure adds up, as in a sentence; nothing where the tally knows none or keeps them apart."""
    if period not in tally.dims or period in by:
        return ""
    try:
        periods = sorted(set(read_labels(tally.cells.label(period).tolist(), period)))
    except InvalidInputError:  # labels such as quarter numbers name no time of their own
        return ""
    return said_together(periods) if periods else ""


def said_together(periods: Sequence[Period]) -> str:
    """Write the periods that are added up, in order, as in a sentence."""
    if all(one.end + timedelta(days=1) == other.start for one, other in pairwise(periods)):
        return in_words(Period(periods[0].start, periods[-1].end).label)
    named = [in_words(p.label) for p in periods]
    if len(named) > _MOST_NAMED:
        return f"{len(named)} periods from {named[0]} to {named[-1]}"
    return f"{', '.join(named[:-1])} and {named[-1]}"
