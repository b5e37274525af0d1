"""Who supplied what: the sides of a comparison, their groups, and why a group cannot be counted or compared.

*Who sends* are suppliers: forces, areas, lines; `coverage=` names their dimensions. *When* are the periods, down to
the finest that was sent. *What is counted within*, offence, outcome, grade, seconds, never proves supply. A report is
what one supplier sends for one period; a row of it, even of 0, even without some label, shows that it was sent. So:

- In a report that was sent an absent cell is 0; outside it is unknown.
- In a longer period, or a window, is who sent the whole of it; the rest is left out of it, and the ledger says so.
- A comparison is of the same reports on both sides, however they have been merged or summed since.
- A divisor is of those who were counted: an exposure by the labels as they were sent, or as they are called now where
  all who are known in them are in. Of several periods, all must be of the same suppliers.
- A mark, `not_supplied`, is over all that has its labels, whether a cell stands there or not.
- Where nothing was stated one sender is assumed, and for an exposure its areas; a figure needs rows of its own, and
  a total over labels that only one period has says so.

Nothing here changes a reason: each question gives, for every group, a reason or None, and `Rows` takes them over in
the order in which they are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property, reduce
from itertools import pairwise
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _totals, _write
from policemetrics._cells import DROPPED, LACKING, MISSING, NOT_SUPPLIED, PARTLY, REASON, Cells, find, merged
from policemetrics._sent import (
    AS_SENT,
    as_sent,
    called,
    identities,
    known_lines,
    relabelled,
    reports,
    seen,
    time_dims,
)
from policemetrics._typing import FloatArray, IntArray, Label
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError
from policemetrics.periods import Period, as_period, check_pair, in_words, read_labels, spelt_like
from policemetrics.results import ExclusionTable, Figure, label_array
from policemetrics.tallies import Tally, without_own_drops

_MOST_NAMED: Final = 5
_WHOLE: Final = 0  # the place in a side of what has one part


@attrs.frozen(slots=False)  # so that `_reports` can be kept
class Side:
    """One side of a comparison: the part of a tally in one period, or of one group; or the whole of a tally.

    Attributes
    ----------
    tally : Tally
        The part.
    dim : str
        The dimension that is compared; empty for the whole. Its labels are places in the side, months after
        the start of a period, so that those of two sides meet.
    when : Period or None
        The period.
    parts : mapping of int to str
        What must have been supplied, by place.
    common : Cells or None
        What both sides of a matched comparison have, where the rest was left out.
    group : str
        The label of a group, or a period as the data spell it.
    own : label
        The label of the period in the data; where they have none, as it is written.
    places : mapping of label to int
        The place of each label of `dim`.
    made : bool
        Whether these are the labels as they were sent, since they have been added up since.
    members : Cells or None
        Of the whole of a tally where nothing was stated: the areas that are in, by period.
    """

    tally: Tally
    dim: str = ""
    when: Period | None = None
    parts: Mapping[int, str] = attrs.field(factory=dict)
    common: Cells | None = None
    group: str = ""
    own: Any = ""
    places: Mapping[Any, int] = attrs.field(factory=dict)
    made: bool = False
    members: Cells | None = None

    @property
    def label(self) -> str:
        """The period or group as it is written; empty for the whole of a tally."""
        return self.group or (self.when.label if self.when else "")

    @property
    def days(self) -> int:
        """How many days the period has; 1 without a period."""
        return self.when.days if self.when else 1

    def proof(self, by: tuple[str, ...]) -> Cells:
        """Return the reports that were sent: of whom, by whom, for which place in the side; else the rows themselves.

        A dimension that was renamed stands there as it is called now and as it was sent.
        """
        if self.common is not None and self.dim in ("", *self.common.dims):
            return self.common
        dims, supplied = (self.dim,) if self.dim else (), self.tally._supplied
        if supplied is None:
            return self._own_rows((*by, *dims))
        if self.dim and self.dim not in supplied.dims:
            # Coverage that says nothing of time proves no period: the cells must.
            wanted = (*supplied.dims, *dims)
            if not renamed(self.tally) & {*wanted}:
                return self.tally._cells.keys(d for d in wanted if d in self.tally.dims)
            return self._placed(seen(self.tally._sent, wanted))
        return self._reports if renamed(self.tally) & {*supplied.dims} else supplied

    @cached_property
    def _reports(self) -> Cells:
        """The reports by place and sender; each reason of a comparison asks for them."""
        return self._placed(reports(self.tally._sent))

    def _own_rows(self, dims: tuple[str, ...]) -> Cells:
        """Return the keys of which rows came in, those that lack some other label among them."""
        if self.members is not None or renamed(self.tally) & {*dims}:
            made = self.tally._sent[0].cells.dims
            kept = [d for dim in dims for d in dict.fromkeys((as_sent(dim) if dim == self.dim else dim, dim))]
            found = seen(self.tally._sent, made, lacking=True)
            if self.members is not None:
                found = found.select(
                    found.within(self.members.keys(d for d in dims if d in self.members.dims))
                )
            return self._placed(found.known(d for d in kept if d in found.dims))
        found, ledger = self.tally._cells.known(dims), self.tally._ledger
        if ledger is None:
            return found
        lacking = ledger.select(ledger.where_label(REASON, lambda reason: reason.startswith(LACKING)))
        return found.union(lacking.known(dims)).keys()

    def senders(self) -> Cells:
        """Return the reports of those who are in, with every supplier by its labels as sent, for a divisor."""
        stated = () if self.tally._supplied is None else self.tally._supplied.dims
        if renamed(self.tally).isdisjoint(stated) and not self.group:
            return self.proof(())
        found = reports(self.tally._sent)
        if self.common is None:
            return found
        # A divisor may be given by the labels of groups, which the place does not tell.
        common = self.common.keys(d for d in self.common.dims if d != self.dim)
        return found.select(by_sender(self.tally, found).within(common))

    def rows_of(self, areas: tuple[str, ...]) -> Cells:
        """Return the areas of which any row came in, by place in the side."""
        return self._placed(seen(self.tally._sent, (*areas, self.dim)))

    def _placed(self, relation: Cells) -> Cells:
        """Put the place in the side where the label of its dimension stands, and who it is where it was renamed."""
        relation = _identified(self.tally, relation, but=self.dim)
        if not self.dim or self.dim not in relation.dims:
            return relation
        held = as_sent(self.dim) if self.made else self.dim
        kept = relation.project(
            [d for d in relation.dims if d == held or d.removeprefix(as_sent("")) != self.dim]
        )
        placed = kept.relabel(held, lambda label: self.places.get(label, label))
        return attrs.evolve(placed, dims=tuple(self.dim if d == held else d for d in placed.dims))

    def at_grain(self) -> Cells:
        """Return the counts at the grain at which they were sent, by place in the side and by who sent them."""
        return self._placed(self.tally._grain())


def _identified(tally: Tally, relation: Cells, *, but: str = "") -> Cells:
    """Let every supplier that was renamed be who it was: two names of one supplier become one."""
    return relabelled(relation, _identities(tally, relation, but))


def by_sender(tally: Tally, relation: Cells) -> Cells:
    """Return the rows of a relation, as they are, by who they are of: to look them up, not to add them."""
    return called(relation, _identities(tally, relation, ""))


def _identities(tally: Tally, relation: Cells, but: str) -> dict[str, dict[Any, Any]]:
    now = {dim: dim.removeprefix(as_sent("")) for dim in relation.dims}
    return {dim: identities(tally._sent, name) for dim, name in now.items() if dim != name != but}


def renamed(tally: Tally) -> set[str]:
    """Return the dimensions that have other labels than were sent."""
    return set().union(*[one.renamed for one in tally._sent])


def whole_side(tally: Tally, areas: tuple[str, ...] = ()) -> Side:
    """Take the whole of a tally as one side; of every longer period only who sent all of it is in it.

    Where nothing was stated, one sender is assumed, or the `areas` of an exposure.
    """
    supplied, common, members = tally._supplied, None, None
    for dim in sorted(renamed(tally) - tally.overlapping):
        who = areas if supplied is None else supplied.dims
        stated = supplied is not None and dim in supplied.dims
        found = reports(tally._sent) if stated else seen(tally._sent, dict.fromkeys((*who, dim)))
        if as_sent(dim) not in found.dims or not (needed := _parts_needed(tally, who, dim)):
            continue
        sent = _identified(tally, found).keys().project([d for d in found.dims if d != as_sent(dim)])
        enough = sent.counts >= np.array([needed[v] for v in sent.label(dim).tolist()])[sent.code(dim)]
        if not enough.all():
            tally = _left_out(tally, sent.select(~enough), dim)
        if stated:
            common = sent.select(enough).keys()
        elif supplied is None:
            found = found.keys(d for d in found.dims if d != as_sent(dim))
            members = found.select(called(found, _identities(tally, found, dim)).within(sent.select(enough)))
    return Side(tally, common=common, members=members)


def _parts_needed(tally: Tally, who: Iterable[str], dim: str) -> dict[Any, float] | None:
    """Return how many reports make up each label of a dimension of periods; None where it is no such dimension."""
    known = known_lines(tally._sent, [d for d in who if d != dim])
    if as_sent(dim) not in known.dims:
        return None
    pairs = known.keys((dim, as_sent(dim)))
    try:
        made = read_labels(pairs.column(as_sent(dim)).tolist(), dim)
    except InvalidInputError:
        return None
    parts: dict[Any, list[Period]] = {}
    for label, part in zip(pairs.column(dim).tolist(), made, strict=True):
        parts.setdefault(label, []).append(part)
    return {label: _count_parts(label, of_label, dim) for label, of_label in parts.items()}


def _count_parts(label: Any, parts: Sequence[Period], dim: str) -> float:
    """Count the reports of a period by the calendar, no whole number if none make it up; of a mere name, those known."""
    try:
        (whole,) = read_labels([label], dim)
    except InvalidInputError:
        return len(parts)
    lengths = {p.months for p in parts}
    within = all(whole.contains(p) for p in parts)
    return whole.months / lengths.pop() if within and len(lengths) == 1 else len(parts)


def _left_out(tally: Tally, partly: Cells, dim: str) -> Tally:
    """Move to the ledger what came from suppliers of only a part of a period."""
    as_it_is = {*tally.dims}.issuperset(partly.dims)
    cells = tally._cells if as_it_is else tally._grain()
    some = called(cells, _identities(tally, cells, dim)).within(partly)
    left = cells.select(some).project(tally.dims)
    ledger = tally._ledger
    for label in left.label(dim).tolist() if dim in left.dims else [""]:
        part = left.select(left.match({dim: label_array([label])})) if dim in left.dims else left
        ledger = merged(ledger, part.extend(REASON, f"{PARTLY}of {label or 'a period'} supplied"))
    return tally._evolve(cells=cells.select(~some).project(tally.dims), ledger=ledger)


def both_periods(tally: Tally, between: Any, period: str) -> tuple[Side, Side]:
    """Take two periods as the sides of a comparison.

    Parameters
    ----------
    tally : Tally
        The whole.
    between : tuple of str or Period
        The two, (earlier, later): of one length, without overlap. Shorter periods that make one up are added.
    period : str
        The dimension that holds the periods.

    Returns
    -------
    tuple of Side
        The earlier and the later.

    Raises
    ------
    InvalidTypeError
        If `between` is no pair.
    InvalidInputError
        If the two do not compare, or the labels of `period` are no periods.

    Examples
    --------
    >>> crimes = Tally.from_columns({"period": ["2022/23", "2023/24"]}, [8, 7])
    >>> [side.tally.total for side in both_periods(crimes, ("2022/23", "2023/24"), "period")]
    [8, 7]
    """
    read = read_periods(tally, period)
    if isinstance(between, str | Period) or not isinstance(between, Sequence) or len(between) != 2:
        msg = f"between must be a pair (earlier, later), as in ('2022/23', '2023/24'); got {between!r}."
        raise InvalidTypeError(msg)
    # A label of the column itself is read as the column is: "2009-10" among months is a month.
    earlier, later = (_meant(b, read, f"between[{i}]") for i, b in enumerate(between))
    check_pair(earlier, later)
    return side_of(tally, period, earlier, read), side_of(tally, period, later, read)


def both_groups(tally: Tally, groups: Any, of: str) -> tuple[Side, Side]:
    """Take two groups of one dimension as the sides of a comparison.

    Parameters
    ----------
    tally : Tally
        The whole.
    groups : tuple of str or int
        The two labels.
    of : str
        Their dimension.

    Returns
    -------
    tuple of Side
        The first and the second.

    Raises
    ------
    InvalidTypeError
        If `groups` is no pair.
    InvalidInputError
        If both are the same, or one holds the other, as a total does.
    UnknownNameError
        If there is no such dimension, or no such label.

    Examples
    --------
    >>> crimes = Tally.from_columns({"force": ["Essex", "Kent"]}, [8, 7])
    >>> [side.tally.total for side in both_groups(crimes, ("Kent", "Essex"), "force")]
    [7, 8]
    """
    tally._require_dims(of)
    if isinstance(groups, str) or not isinstance(groups, Sequence) or len(groups) != 2:
        msg = f"groups must be a pair of labels of {of!r}, as in groups=('Eastside', 'Westside'); got {_check.shown(groups)}."
        raise InvalidTypeError(msg)
    for label in groups:
        _check.known(label, f"label of {of!r}", tally._known_labels(of))
    if groups[0] == groups[1]:
        msg = f"groups must be two labels of {of!r}; got {groups[0]!r} twice."
        raise InvalidInputError(msg)
    for whole in _totals.wholes(tally._cells, of, (), none=tally._none_of(of)):
        held = [label for label in groups if label in whole.parts]
        if held and whole.label in groups:
            msg = (
                f"groups must not lie in one another; {whole.label!r} of {of!r} holds {held[0]!r}, which would be compared "
                "with itself in part: compare it with the others alone; or, if it holds no others, state "
                f"no_total({_check.keyword(of, [whole.label])})."
            )
            raise InvalidInputError(msg)

    def side(label: Any) -> Side:
        part = tally._where({of: label_array([label])})._relabel(of, lambda _: _WHOLE, step=False)
        return Side(part, of, parts={_WHOLE: said(of, label)}, group=said(of, label))

    return side(groups[0]), side(groups[1])


def pairs_of_periods(tally: Tally, versus: str, period: str) -> list[tuple[Side, Side]]:
    """Take every period with the one a year before it, or just before it."""
    _check.choice(versus, "versus", ("year_before", "previous"))
    read = read_periods(tally, period)
    pairs = []
    for later in sorted(set(read.values())):
        if versus == "year_before" and later.months > 12:
            msg = f"versus='year_before' needs periods of at most a year; {period!r} has {later.label}."
            raise InvalidInputError(msg)
        earlier = later.shift(-12) if versus == "year_before" else later.previous()
        pairs.append((side_of(tally, period, earlier, read), side_of(tally, period, later, read)))
    return pairs


def base_and_periods(tally: Tally, base: Any, period: str) -> tuple[Side, list[Side]]:
    """Take one period, and every period there is to be compared with it, itself among them, in order."""
    read = read_periods(tally, period)
    wanted = _meant(base, read, "base")
    found = sorted({wanted, *read.values()})
    for other in found:
        if other != wanted:
            check_pair(min(wanted, other), max(wanted, other), f"base and the periods of {period!r}")
    return side_of(tally, period, wanted, read), [side_of(tally, period, other, read) for other in found]


def _meant(asked: Any, read: Mapping[Any, Period], name: str) -> Period:
    """Return the period that is asked for: a year may be a number, whatever it is in the data."""
    if isinstance(asked, str | int) and asked in read:
        return read[asked]
    wanted: Any = str(asked) if isinstance(asked, int | np.integer) and 1000 <= asked <= 9999 else asked
    return as_period(wanted, name)


def read_periods(tally: Tally, period: str) -> dict[Any, Period]:
    tally._require_dims(period)
    if tally._ledger is not None:
        # A label that was dropped, "Total" say, need not be a period.
        tally = tally._evolve(ledger=without_own_drops(tally._ledger, (period,)))
    known = tally._known_labels(period)
    return dict(zip(known, read_labels(known, period), strict=True))


def side_of(tally: Tally, period: str, wanted: Period, read: Mapping[Any, Period]) -> Side:
    """Take the part of a tally in one period: its own label, or the shorter periods that make it up."""
    chosen = {label: p for label, p in read.items() if p == wanted}
    within = {label: p for label, p in read.items() if wanted.contains(p) and p != wanted}
    if chosen and within and period not in tally.overlapping and _finer_only(tally, period, chosen, within):
        msg = (
            f"{period!r} holds {wanted.label} for some, and for others only shorter periods inside it, "
            f"{_check.listing(within, most=5)}: choose one kind with where()."
        )
        raise InvalidInputError(msg)
    chosen = chosen or within
    kept = tally._where({period: label_array(chosen)})
    made = _as_made(kept, period)
    parts = made or chosen
    written = spelt_like(wanted, read)
    if all(p == wanted for p in parts.values()) and parts:
        places, named = dict.fromkeys(parts, _WHOLE), {_WHOLE: written}
    else:
        places, named = _tiles(wanted, parts, period, read)
    # What lies in the side has one label there, unless it is still in the parts that were sent.
    labels = places if {*places}.issuperset(chosen) else dict.fromkeys(chosen, _WHOLE)
    placed = kept._relabel(period, lambda label: labels.get(label, label), step=False)
    own = next((label for label, p in read.items() if p == wanted), written)
    return Side(placed, period, wanted, named, group=written, own=own, places=places, made=bool(made))


def _as_made(tally: Tally, period: str) -> dict[Any, Period] | None:
    """Return the periods that were sent, by their labels, where they have been added up since."""
    if period not in renamed(tally) or period in tally.overlapping:
        return None
    stated = tally._supplied is not None and period in tally._supplied.dims
    found = reports(tally._sent) if stated else seen(tally._sent, (period,))
    labels = found.label(as_sent(period)).tolist()
    try:
        return dict(zip(labels, read_labels(labels, period), strict=True))
    except InvalidInputError:  # mere names, which no calendar orders
        return None


def _finer_only(tally: Tally, period: str, own: Iterable[Any], within: Iterable[Any]) -> bool:
    """Return whether some key has cells of the shorter periods, but none of the period itself."""
    rest = [d for d in tally.dims if d != period]
    finer, whole = (
        tally._cells.select(tally._cells.match({period: label_array(labels)})).keys(rest)
        for labels in (within, own)
    )
    return not finer.within(whole).all()


def _tiles(
    wanted: Period, within: Mapping[Any, Period], period: str, read: Mapping[Any, Period]
) -> tuple[dict[Any, int], dict[int, str]]:
    """Lay shorter periods of one length end to end; what is absent is still named as needed."""
    lengths = {p.months for p in within.values()}
    if not lengths:
        return {}, {_WHOLE: spelt_like(wanted, read)}
    length = lengths.pop()
    first = Period.month(wanted.start.year, wanted.start.month)
    named = {
        m: spelt_like(Period(first.shift(m).start, first.shift(m + length - 1).end), read)
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
    dim = differing[0]
    both = old.group[dim], new.group[dim]
    try:
        earlier, later = read_labels(both, dim)
    except InvalidInputError as error:
        msg += f" Two groups are compared from their tally or frame: groups={both!r}, of={dim!r}."
        raise InvalidInputError(msg) from error
    check_pair(earlier, later, "old and new")
    return group, (earlier.label, later.label)


def spanned(side: Side, groups: Cells, period: str = "period") -> str | NDArray[np.object_]:
    """Say which periods each group adds up, as in a sentence; nothing where none are known, or are kept apart."""
    tally, supplied = side.tally, side.tally._supplied
    if period not in tally.dims or period in groups.dims:
        return ""
    lines = side.proof(groups.dims) if supplied is not None and period in supplied.dims else tally._cells
    shared = [d for d in groups.dims if d in lines.dims]
    lines = lines.known((*shared, period))
    try:
        read = dict(zip(labels := lines.label(period).tolist(), read_labels(labels, period), strict=True))
    except InvalidInputError:  # labels such as quarter numbers name no time of their own
        return ""
    held: dict[int, set[str]] = {}
    grouped = lines.project(shared)
    for at, label in zip(
        lines.positions(grouped, shared).tolist(), lines.column(period).tolist(), strict=True
    ):
        held.setdefault(at, set()).add(label)
    # Most groups hold the same periods, so each set of them is put in order and written once.
    sets = {at: frozenset(labels) for at, labels in held.items()}
    written = {one: said_together(sorted({read[label] for label in one}), read) for one in {*sets.values()}}
    found = [written[sets[at]] if at in sets else "" for at in groups.positions(grouped, shared).tolist()]
    return found[0] if len(set(found)) == 1 else np.fromiter(found, dtype=object, count=len(found))


def said_together(periods: Sequence[Period], read: Mapping[Any, Period] = {}) -> str:  # never written to
    """Write the periods that are added up, in order, as in a sentence."""
    if all(one.end + timedelta(days=1) == other.start for one, other in pairwise(periods)):
        return in_words(spelt_like(Period(periods[0].start, periods[-1].end), read))
    named = [in_words(spelt_like(p, read)) for p in periods]
    if len(named) > _MOST_NAMED:
        return f"{len(named)} periods from {named[0]} to {named[-1]}"
    return f"{', '.join(named[:-1])} and {named[-1]}"


Reasons: TypeAlias = NDArray[np.object_]

_NOT_LIKE_FOR_LIKE: Final = "not like for like"


def matched(old: Side, new: Side) -> tuple[Side, Side]:
    """Keep on both sides only what comes from suppliers of both; the rest goes to the ledger."""
    paired = _counted_twice(old.proof(()), new.proof(()))
    common = paired.select(paired.counts == 3).keys()
    return _only(old, common), _only(new, common)


def _only(side: Side, common: Cells) -> Side:
    tally = side.tally
    as_it_is = {*tally.dims}.issuperset(common.dims) and side.dim not in renamed(tally)
    cells = tally._cells if as_it_is else side.at_grain()
    mask = cells.within(common)
    ledger, rest = tally._ledger, cells.select(~mask)
    if len(rest):
        _, names = _named(rest.keys(common.dims), side.dim, side.parts)
        named = sorted({*names} - {""})
        who = f" ({_check.cut(named)})" if named else ""
        ledger = merged(ledger, rest.project(tally.dims).extend(REASON, _NOT_LIKE_FOR_LIKE + who))
    supplied = (
        None if tally._supplied is None else common.keys(d for d in tally._supplied.dims if d in common.dims)
    )
    kept = tally._evolve(cells=cells.select(mask).project(tally.dims), supplied=supplied, ledger=ledger)
    # What one period lacks has been left out of both: no part is still wanted.
    return attrs.evolve(side, tally=kept, common=common, parts={})


def left_by_match(side: Side) -> Side:
    """Return a side whose ledger holds nothing but what `matched` left out of it."""
    ledger = side.tally._ledger
    if ledger is not None:
        ledger = ledger.select(
            ledger.where_label(REASON, lambda reason: reason.startswith(_NOT_LIKE_FOR_LIKE))
        )
    return attrs.evolve(side, tally=side.tally._evolve(ledger=ledger))


def _counted_twice(old: Cells, new: Cells) -> Cells:
    """Count each key 1 for the old side, 2 for the new one, and so 3 for both."""
    return old.union(attrs.evolve(new, counts=new.counts + new.counts))


def why_ragged(groups: Cells, side: Side, areas: tuple[str, ...] = ()) -> Reasons:
    """Say of each group that not the same suppliers are in each of the periods that are added up.

    What is divided by people must be of the same people in every period. Where nothing was stated, who has a row is
    taken for a supplier: the areas of an exposure, `areas`.
    """
    reasons = no_reasons(len(groups))
    tally, supplied = side.tally, side.tally._supplied
    if side.dim:
        return reasons
    times = time_dims(tally._sent)
    if supplied is None:
        if not areas:
            return reasons
        lines = seen(tally._sent, dict.fromkeys((*areas, *times))) if side.members is None else side.members
    else:
        lines = side.proof(groups.dims)
    times = [d for d in times if d in lines.dims]
    who = [d for d in lines.dims if d.removeprefix(as_sent("")) not in times and as_sent(d) not in lines.dims]
    added = [d for d in times if d not in groups.dims]
    if not added:
        return reasons
    inside = [d for d in groups.dims if d in lines.dims]
    lines = lines.keys(dict.fromkeys((*inside, *who, *added)))
    at = lines.positions(lines.project(inside), inside)
    of_group = [lines.keys(dict.fromkeys((*inside, *dims))).project(inside).counts for dims in (who, added)]
    full = of_group[0] * of_group[1] == np.bincount(at)
    for row, group in enumerate(groups.positions(lines.project(inside), inside).tolist()):
        if group >= 0 and not full[group]:
            reasons[row] = (
                f"not available: not the same suppliers in every period: {_absent(lines.select(at == group), who, added)}"
            )
    return reasons


def _absent(lines: Cells, who: Sequence[str], when: Sequence[str]) -> str:
    """Name which of the suppliers sent nothing for which of the periods."""
    there = set(zip(*(lines.column(d).tolist() for d in (*who, *when)), strict=True))
    rows = [
        list(zip(*(lines.keys(dims).column(d).tolist() for d in dims), strict=True)) for dims in (who, when)
    ]
    lacking = [(*one, *other) for one in rows[0] for other in rows[1] if (*one, *other) not in there]
    return f"no {_check.cut(' '.join(map(str, key)) for key in lacking)}"


# ---- groups -----------------------------------------------------------------------------


def groups_of(sides: Sequence[Side], by: tuple[str, ...], whole: Tally | None = None) -> Cells:
    """Return every group that was counted, covered or excluded, as cells over `by`; `whole` as in `exclusion_table`."""
    if not by:
        return Cells.single()
    undated = _undated(sides, whole)
    found = [] if undated is None else [undated.keys(by)]
    for side in sides:
        tally = side.tally
        found.append(tally._cells.keys(by))
        if tally._supplied is not None and set(by) <= set(tally._supplied.dims):
            found.append(tally._supplied.keys(by))
        if tally._ledger is not None:
            # What the caller dropped is no group of its own.
            kept = tally._ledger.where_label(REASON, lambda reason: not reason.startswith(DROPPED))
            found.append(tally._ledger.select(kept).keys(by))
    return reduce(Cells.union, found).keys()


def keys_of(groups: Cells) -> dict[str, NDArray[Any]]:
    """Return the label of each group, by dimension."""
    return {d: groups.column(d) for d in groups.dims}


def totals(side: Side, groups: Cells) -> IntArray:
    """Add up a side by group; a group without cells has 0, and cells of no group are left out."""
    summed = side.tally._added_up(groups.dims)
    at = summed.positions(groups, groups.dims)
    counts = np.zeros(len(groups), dtype=np.int64)
    counts[at[at >= 0]] = summed.counts[at >= 0]
    return counts


def added(old: IntArray, new: IntArray) -> IntArray:
    """Add the counts of two sides; a sum beyond 64 bits is an error, never a wrap."""
    both = old + new
    wrapped = ((old ^ both) & (new ^ both)) < 0  # the sum has the sign of neither
    if wrapped.any():
        at = int(np.argmax(wrapped))
        msg = f"counts must add up within 64 bits; got a sum of {int(old[at]) + int(new[at])}."
        raise CountOverflowError(msg)
    return both


# ---- reasons ----------------------------------------------------------------------------


def no_reasons(rows: int) -> Reasons:
    """Start with no reason for any row."""
    return np.full(rows, None)


def unexplained(reasons: Reasons) -> NDArray[np.bool_]:
    """Return which rows have no reason: their figures are available."""
    found: NDArray[np.bool_] = np.asarray(reasons == np.full(1, None)).astype(bool)
    return found


def why_not_supplied(groups: Cells, side: Side) -> Reasons:
    """Say of each group why this side of it is not available.

    Coverage may prove that rows came in although every one of them was excluded, as where each lacks
    a label: their number is then unknown.
    """
    reasons = why_marked(groups, side)
    proof = side.proof(groups.dims)
    shared = tuple(d for d in groups.dims if d in proof.dims)
    parts = proof.keys((*shared, side.dim) if side.dim else shared)
    supplied = parts.project(shared)
    at = groups.positions(supplied, shared)
    found = np.append(supplied.counts, 0)[at]
    excluded = _excluded_entirely(side, groups)
    for i, why in excluded.items():
        # What only one side has, or was marked, has been seen to; what was dropped is the caller's choice.
        known = (_NOT_LIKE_FOR_LIKE, NOT_SUPPLIED, DROPPED, PARTLY)
        unknown = any(n and not r.startswith(known) for r, n in why.items())
        if reasons[i] is None and (found[i] == 0 or unknown):
            listed = ", ".join(f"{r} {_write.count(n)}" for r, n in why.items())
            reasons[i] = f"not available: all {side.tally.unit} were excluded ({listed})"
    lacking = np.flatnonzero((found < max(len(side.parts), 1)) & unexplained(reasons)).tolist()
    absent = _absent_parts(side, parts, supplied, shared) if lacking and side.dim else {}
    labels = [(dim, column.tolist()) for dim, column in keys_of(groups).items()]
    for i in lacking:
        named = [said(dim, column[i]) for dim, column in labels]
        named += [absent.get(int(at[i]), side.label)] if side.dim else []
        reasons[i] = f"not available: no rows{' for ' if named else ''}{', '.join(named)}"
    return reasons


def _why_in_marks(groups: Cells, side: Side) -> Reasons:
    """Give the reason of every group that a mark touches, whether or not a cell stands there."""
    reasons = no_reasons(len(groups))
    supplied = side.tally._supplied
    for mark in side.tally._marks:
        shared = [d for d in mark.dims if d in groups.dims]
        of_group = mark.project((*shared, REASON))
        at = groups.positions(of_group, shared)
        touched = at >= 0
        if (
            side.dim
            and side.common is not None
            and supplied is not None
            and set(mark.dims) - {REASON} <= set(supplied.dims)
        ):
            # A whole report has been left out with what only one side has, unless the group has no other.
            touched &= ~_holds(side.common, groups)
        why = of_group.column(REASON)
        for row in np.flatnonzero(touched & unexplained(reasons)).tolist():
            reasons[row] = f"not available: {why[at[row]]}"
    return reasons


def why_marked(groups: Cells, side: Side) -> Reasons:
    """Pass on what the caller said of cells that a source wrote but nobody supplied."""
    reasons = _why_in_marks(groups, side)
    ledger = side.tally._ledger
    if ledger is None:
        return reasons
    said = {NOT_SUPPLIED + why for mark in side.tally._marks for why in mark.label(REASON).tolist()}
    marked = ledger.select(
        ledger.where_label(REASON, lambda reason: reason.startswith(NOT_SUPPLIED) and reason not in said)
    )
    if side.common is not None:
        # A supplier of one period only has been left out of both, unless the group has no other.
        of_group = [d for d in groups.dims if d in side.common.dims]
        marked = marked.select(marked.within(side.common) | (marked.positions(side.common, of_group) < 0))
    marked = marked.project((*groups.dims, REASON))
    why = marked.column(REASON)
    for row, at in enumerate(marked.positions(groups, groups.dims).tolist()):
        if at >= 0 and reasons[at] is None:
            reasons[at] = f"not available: {why[row].removeprefix(NOT_SUPPLIED)}"
    return reasons


def _absent_parts(side: Side, parts: Cells, supplied: Cells, shared: tuple[str, ...]) -> dict[int, str]:
    """Name, for each supplied key that has only some parts of the period, those it lacks."""
    at = parts.positions(supplied, shared)
    partly = np.flatnonzero(supplied.counts[at] != len(side.parts))
    there: dict[int, set[int]] = {}
    for key, offset in zip(at[partly].tolist(), parts.column(side.dim)[partly].tolist(), strict=True):
        there.setdefault(key, set()).add(offset)
    return {
        key: _check.cut([label for offset, label in side.parts.items() if offset not in has])
        for key, has in there.items()
    }


def _excluded_entirely(side: Side, groups: Cells) -> dict[int, dict[str, int]]:
    """Give, for each group whose every row was excluded, how much each reason left out."""
    if side.tally._ledger is None:
        return {}
    ledger = side.tally._ledger.project((*groups.dims, REASON))
    counted = np.zeros(len(groups), dtype=bool)
    held = side.tally._cells.positions(groups, groups.dims)
    counted[held[held >= 0]] = True
    at = ledger.positions(groups, groups.dims)
    rows = at >= 0
    rows[rows] = ~counted[at[rows]]  # there may be no groups at all
    why: dict[int, dict[str, int]] = {}
    columns = at[rows].tolist(), ledger.column(REASON)[rows].tolist(), ledger.counts[rows].tolist()
    for group, reason, n in zip(*columns, strict=True):
        why.setdefault(group, {})[reason] = n
    return why


def why_one_sided(groups: Cells, old: Side, new: Side, areas: tuple[str, ...] = ()) -> Reasons:
    """Say of each group which suppliers only one of the two sides has.

    Where nothing was stated, the areas of an exposure are the suppliers, by any row of any category.
    """
    had, has = (side.rows_of(areas) if areas else side.proof(groups.dims) for side in (old, new))
    dropped = _why_dropped(groups, old, new)
    return np.where(unexplained(dropped), _why_differ(groups, had, has, old.dim, new.parts), dropped)


def _why_differ(groups: Cells, old: Cells, new: Cells, dim: str, parts: Mapping[int, str]) -> Reasons:
    """Say of each group which reports only one of two relations has; `parts` names the places in `dim`."""
    reasons = no_reasons(len(groups))
    paired = _counted_twice(old, new)
    lone = paired.select(paired.counts != 3)
    shared = tuple(d for d in groups.dims if d in lone.dims)
    told, names = _named(lone, dim, parts)
    if not {*shared}.issuperset(told):  # else it is the group itself that one lacks
        for i, listed in listed_by_group(groups, lone, shared, names).items():
            reasons[i] = f"{_NOT_LIKE_FOR_LIKE}: supplied for one only: {listed}"
    return reasons


def listed_by_group(
    groups: Cells, relation: Cells, shared: tuple[str, ...], names: Sequence[str]
) -> dict[int, str]:
    """List the names of the rows of a relation, by the group that they belong to over the dimensions `shared`."""
    grouped = relation.project(shared)
    named: dict[int, dict[str, None]] = {}
    for name, at in zip(names, relation.positions(grouped, shared).tolist(), strict=True):
        named.setdefault(at, {})[name] = None
    places = enumerate(groups.positions(grouped, shared).tolist())
    return {i: _check.cut(named[at]) for i, at in places if at >= 0}


def _named(reports: Cells, dim: str, parts: Mapping[int, str]) -> tuple[list[str], list[str]]:
    """Name reports by who sent them and when; `parts` names the places in `dim`."""
    # The month of a period tells suppliers apart only where a period has several parts.
    told = [d for d in reports.dims if AS_SENT + d not in reports.dims and (d != dim or len(parts) > 1)]
    columns = [
        [said(d, parts.get(v, v) if d == dim else v) for v in reports.column(d).tolist()] for d in told
    ]
    return told, [" ".join(key) for key in zip(*columns, strict=True)] if told else [""] * len(reports)


def _why_dropped(groups: Cells, old: Side, new: Side) -> Reasons:
    """Say of which groups the caller dropped cells of one of the two periods only."""
    reasons = no_reasons(len(groups))
    held = []
    for side in (old, new):
        at: Sequence[int] | IntArray = ()
        if side.tally._ledger is not None:
            reports = () if side.tally._supplied is None else side.tally._supplied.dims
            by_period = side.tally._ledger.select(
                side.tally._ledger.where_label(REASON, _names_period(side.dim, reports))
            )
            at = by_period.positions(groups, groups.dims)
        held.append(np.isin(np.arange(len(groups)), at))
    what = "periods" if old.when else "groups"
    reasons[held[0] != held[1]] = f"{_NOT_LIKE_FOR_LIKE}: cells of one of the two {what} were dropped"
    return reasons


def _names_period(period: str, reports: tuple[str, ...]) -> Callable[[str], bool]:
    """Recognise the reason of a drop that named the period with other dimensions; whole reports are seen to."""

    def names(reason: str) -> bool:
        dims = reason.removeprefix(DROPPED).partition(" (")[0]
        named = dims.split(" and ") if reason.startswith(DROPPED) else []
        return period in named and not {*reports}.issuperset(named)

    return names


def why_unlike(groups: Cells, side: Side, other: Side, what: str) -> Reasons:
    """Say of each group which suppliers only a tally or only its divisor has.

    What either states is compared over the dimensions that both know, together; what only one of them states, with
    the rows of the other. Unless both state it, each dimension that both know and that is added up is compared, too,
    alone: of rows that nobody said are all, more would be a guess.
    """
    stated = [s.tally._supplied for s in (side, other) if s.tally._supplied is not None]
    mine, theirs = (
        s.tally._cells if s.tally._supplied is None else s.proof(groups.dims) for s in (side, other)
    )
    known = {d for one in stated for d in one.dims}
    common = [d for d in mine.dims if d in theirs.dims and d in known]
    if len(side.parts) != len(other.parts):  # months on one side, a year on the other
        common = [d for d in common if d != side.dim]
    reasons = no_reasons(len(groups))
    if common:
        reasons = _why_differ(groups, mine.known(common), theirs.known(common), side.dim, other.parts)
    for at in np.flatnonzero(~unexplained(reasons)).tolist():
        reasons[at] += f" (of {what})"
    alone = reasons if len(stated) == 2 else _why_unmatched(groups, side, other, known, what)
    return np.where(unexplained(reasons), alone, reasons)


def _why_unmatched(groups: Cells, side: Side, other: Side, stated: Collection[str], what: str) -> Reasons:
    reasons = no_reasons(len(groups))
    mine, theirs, shared = side.tally._cells, other.tally._cells, groups.dims
    for dim in mine.dims:
        # What either states has been compared, and that every part of its period was supplied has been seen to.
        if dim not in theirs.dims or dim in (*groups.dims, *stated, side.dim):
            continue
        paired = _counted_twice(mine.known((*shared, dim)), theirs.known((*shared, dim)))
        one_sided = paired.select(paired.counts != 3)
        names = list(map(str, one_sided.column(dim).tolist()))
        for i, listed in listed_by_group(groups, one_sided, shared, names).items():
            if reasons[i] is None:
                reasons[i] = f"{_NOT_LIKE_FOR_LIKE}: {what} differ in {dim}, only one has {listed}"
    return reasons


def one_sided_labels(old: Side, new: Side, groups: Cells, dim: str) -> dict[int, list[str]]:
    """Name, by group, the labels of `dim` of which only one of two sides has cells; a group that both have."""
    lines = [side._own_rows((*groups.dims, dim, old.dim)) for side in (old, new)]
    whole = _counted_twice(*(line.keys((*groups.dims, dim)) for line in lines))
    paired = _counted_twice(*(line.keys((*groups.dims, dim, old.dim)) for line in lines))
    found = paired.select(paired.counts != 3)
    of_both = whole.counts[found.positions(whole, whole.dims)] == 3
    held = [_holds(line, groups) for line in lines]
    named: dict[int, dict[str, None]] = {}
    columns = (found.column(d).tolist() for d in (dim, old.dim))
    has = found.counts - 1  # the one side that has it
    rows = found.positions(groups, groups.dims).tolist(), of_both.tolist(), has.tolist()
    for label, place, row, both, side in zip(*columns, *rows, strict=True):
        if row >= 0 and held[0][row] and held[1][row]:
            part = f" {(old, new)[side].parts[place]}" if both else ""
            named.setdefault(row, {})[f"{said(dim, label)}{part}"] = None
    return {row: list(labels) for row, labels in named.items()}


def _holds(cells: Cells, groups: Cells) -> NDArray[np.bool_]:
    """Return which groups have cells, over the dimensions that both have."""
    there: NDArray[np.bool_] = groups.positions(cells, [d for d in groups.dims if d in cells.dims]) >= 0
    return there


def why_negative(counted: IntArray | FloatArray, label: str) -> Reasons:
    """Say of each group that its total is below zero, where it is: a metric needs a count."""
    where = f" in {label}" if label else ""
    reasons = no_reasons(len(counted))
    for at in np.flatnonzero(counted < 0).tolist():
        reasons[at] = (
            f"not available: a total of {_write.count(counted[at])}{where}, below zero: corrections outweigh what was recorded"
        )
    return reasons


def said(dim: str, label: Any) -> str:
    """Name a label; one that is no text needs its dimension: "grade 1"."""
    return label if isinstance(label, str) else f"{dim.removeprefix(AS_SENT)} {label}"


# ---- exclusions -------------------------------------------------------------------------


def exclusion_table(
    groups: Cells, sides: Sequence[Side], counted: IntArray, whole: Tally | None = None
) -> ExclusionTable:
    """Gather what each group left out, by reason; rows of `whole` without a period belong to every comparison."""
    ledgers = [(side.label, side.tally._ledger) for side in sides] + [(MISSING, _undated(sides, whole))]
    rows = [(name, v.project((*groups.dims, REASON))) for name, v in ledgers if v is not None and len(v)]
    unit = sides[0].tally.unit
    if not rows:
        return ExclusionTable(unit, counted, (), np.zeros((len(groups), 0), np.int64))
    reasons = reduce(Cells.union, (v.project([REASON]) for _, v in rows)).label(REASON)
    keys = (
        zip(*(column.tolist() for column in keys_of(groups).values()), strict=True) if groups.dims else [()]
    )
    labels, parts = [" ".join(map(str, key)) for key in keys], []
    for name, cells in rows:
        counts = np.zeros((len(groups), len(reasons)), dtype=np.int64)
        at = cells.positions(groups, groups.dims)
        counts[at[at >= 0], find(reasons, cells.column(REASON))[at >= 0]] = cells.counts[at >= 0]
        parts.append((np.array([f"{name} {label}" for label in labels], str), counts))
    summed: IntArray = np.sum([counts for _, counts in parts], axis=0)
    if len({name for name, _ in rows}) < len(rows) or len(sides) == 1:  # no periods that other rows have, too
        return ExclusionTable(unit, counted, tuple(reasons.tolist()), summed)
    return ExclusionTable(unit, counted, tuple(reasons.tolist()), summed, tuple(parts))


def _undated(sides: Sequence[Side], whole: Tally | None) -> Cells | None:
    """Return what of `whole` was left out without a period, which no side holds."""
    if whole is None or whole._ledger is None:
        return None
    first, *_ = sides
    return whole._ledger.select(whole._ledger.match({first.dim: label_array([MISSING])}))
