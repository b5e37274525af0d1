"""Who supplied what: the sides of a comparison, their groups, and why a group cannot be counted or compared.

A figure is available where its side of the tally was supplied in full, and a comparison only where
both sides had the same suppliers. Nothing here changes a reason: each question gives, for every group,
a reason or None, and `Rows` takes them over in the order in which they are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import reduce
from itertools import pairwise
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics._cells import MISSING, Cells
from policemetrics._typing import FloatArray, IntArray, Label
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError
from policemetrics.periods import Period, as_period, check_pair, in_words, read_labels
from policemetrics.results import ExclusionTable, Figure, label_array
from policemetrics.tallies import DROPPED, LACKING, NOT_SUPPLIED, REASON, Tally, without_own_drops

_MOST_NAMED: Final = 5


@attrs.frozen
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
        The label of a group.
    """

    tally: Tally
    dim: str = ""
    when: Period | None = None
    parts: Mapping[int, str] = attrs.field(factory=dict)
    common: Cells | None = None
    group: str = ""

    @property
    def label(self) -> str:
        """The period or group as it is written; empty for the whole of a tally."""
        return self.when.label if self.when else self.group

    @property
    def days(self) -> int:
        """How many days the period has; 1 without a period."""
        return self.when.days if self.when else 1

    def proof(self, by: tuple[str, ...]) -> Cells:
        """Return the keys that were supplied: the coverage, else the cells themselves."""
        dims = (self.dim,) if self.dim else ()
        supplied = self.tally._supplied
        if supplied is None:
            return self._seen((*by, *dims))
        if self.dim and self.dim not in supplied.dims:
            # Coverage that says nothing of time proves no period: the cells must.
            return self.tally._cells.keys((*(d for d in supplied.dims if d in self.tally.dims), *dims))
        return supplied

    def _seen(self, dims: tuple[str, ...]) -> Cells:
        """Return the keys of which rows came in, those that lack some other label among them."""
        seen, ledger = self.tally._cells.keys(dims), self.tally._ledger
        if ledger is None:
            return seen
        named = ledger.select(ledger.where_label(REASON, lambda reason: reason.startswith(LACKING))).keys(
            dims
        )
        for dim in dims:
            named = named.select(named.where_label(dim, lambda label: label != MISSING))
        return seen.union(named).keys()


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
    read = _read_periods(tally, period)
    if isinstance(between, str | Period) or not isinstance(between, Sequence) or len(between) != 2:
        msg = f"between must be a pair (earlier, later), as in ('2022/23', '2023/24'); got {between!r}."
        raise InvalidTypeError(msg)
    # A label of the column itself is read as the column is: "2009-10" among months is a month.
    earlier, later = (read[b] if b in read else as_period(b, f"between[{i}]") for i, b in enumerate(between))
    check_pair(earlier, later)
    return _side(tally, period, earlier, read), _side(tally, period, later, read)


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
        If both are the same, or there is no such label.
    UnknownNameError
        If there is no such dimension.

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

    def side(label: Any) -> Side:
        part = tally._where({of: label_array([label])})._relabel(of, lambda _: 0)
        return Side(part, of, parts={0: said(of, label)}, group=said(of, label))

    return side(groups[0]), side(groups[1])


def pairs_of_periods(tally: Tally, versus: str, period: str) -> list[tuple[Side, Side]]:
    """Take every period with the one a year before it, or just before it."""
    _check.choice(versus, "versus", ("year_before", "previous"))
    read = _read_periods(tally, period)
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
    read = _read_periods(tally, period)
    wanted = read[base] if isinstance(base, str) and base in read else as_period(base, "base")
    found = sorted({wanted, *read.values()})
    for other in found:
        if other != wanted:
            check_pair(min(wanted, other), max(wanted, other), f"base and the periods of {period!r}")
    return _side(tally, period, wanted, read), [_side(tally, period, other, read) for other in found]


def _read_periods(tally: Tally, period: str) -> dict[Any, Period]:
    tally._require_dims(period)
    if tally._ledger is not None:
        # A label that was dropped, "Total" say, need not be a period.
        tally = tally._evolve(ledger=without_own_drops(tally._ledger, (period,)))
    known = tally._known_labels(period)
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
    kept = tally._where({period: label_array(parts)})
    return Side(kept._relabel(period, parts.__getitem__), period, wanted, named)


def _finer_only(tally: Tally, period: str, own: Iterable[Any], within: Iterable[Any]) -> bool:
    """Return whether some key has cells of the shorter periods, but none of the period itself."""
    rest = [d for d in tally.dims if d != period]
    finer, whole = (
        tally._cells.select(tally._cells.match({period: label_array(labels)})).keys(rest)
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
        periods = sorted(set(read_labels(tally._cells.label(period).tolist(), period)))
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


Reasons: TypeAlias = NDArray[np.object_]

_NOT_LIKE_FOR_LIKE: Final = "not like for like"


def matched(old: Side, new: Side, by: tuple[str, ...]) -> tuple[Side, Side]:
    """Keep on both sides only what comes from suppliers of both; the rest goes to the ledger."""
    paired = _paired(old, new, by)
    common = paired.select(paired.counts == 3).keys()
    old.tally._require_dims(*common.dims)
    return _only(old, common), _only(new, common)


def _only(side: Side, common: Cells) -> Side:
    tally = side.tally
    mask = tally._cells.within(common)
    ledger = tally._ledger
    left = tally._cells.select(~mask)
    if len(left):
        added = left.extend(REASON, _NOT_LIKE_FOR_LIKE)
        ledger = added if ledger is None else ledger.union(added)
    supplied = None if tally._supplied is None else common
    kept = tally._evolve(cells=tally._cells.select(mask), supplied=supplied, ledger=ledger)
    # What one period lacks has been left out of both: no part is still wanted.
    return attrs.evolve(side, tally=kept, common=common, parts={})


def left_by_match(side: Side) -> Side:
    """Return a side whose ledger holds nothing but what `matched` left out of it."""
    ledger = side.tally._ledger
    if ledger is not None:
        ledger = ledger.select(ledger.where_label(REASON, lambda reason: reason == _NOT_LIKE_FOR_LIKE))
    return attrs.evolve(side, tally=side.tally._evolve(ledger=ledger))


def _paired(old: Side, new: Side, by: tuple[str, ...]) -> Cells:
    """Count each supplier 1 for the old side, 2 for the new one, and so 3 for both."""
    theirs = new.proof(by)
    return old.proof(by).union(attrs.evolve(theirs, counts=2 * theirs.counts))


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
            found.append(without_own_drops(tally._ledger, by).keys(by))
    return reduce(Cells.union, found).keys()


def keys_of(groups: Cells) -> dict[str, NDArray[Any]]:
    """Return the label of each group, by dimension."""
    return {d: groups.column(d) for d in groups.dims}


def totals(side: Side, groups: Cells) -> IntArray:
    """Add up a side by group; a group without cells has 0, and cells of no group are left out."""
    summed = side.tally.sum_to(*groups.dims)._cells
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
    return np.full(rows, None, dtype=object)


def unexplained(reasons: Reasons) -> NDArray[np.bool_]:
    """Return which rows have no reason: their figures are available."""
    found: NDArray[np.bool_] = np.asarray(reasons == np.full(1, None)).astype(bool)
    return found


def why_not_supplied(groups: Cells, side: Side, *, none_is_zero: bool = False) -> Reasons:
    """Say of each group why this side of it is not available.

    Coverage may prove that rows came in although every one of them was excluded, as where each lacks
    a label: their number is then unknown, unless `none_is_zero`.
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
        unknown = not none_is_zero and any(n and not r.startswith(_NOT_LIKE_FOR_LIKE) for r, n in why.items())
        if reasons[i] is None and (found[i] == 0 or unknown):
            listed = ", ".join(f"{r} {_write.count(n)}" for r, n in why.items())
            reasons[i] = f"not available: all {side.tally.unit} were excluded ({listed})"
    lacking = np.flatnonzero((found < max(len(side.parts), 1)) & unexplained(reasons)).tolist()
    absent = _absent_parts(side, parts, supplied, shared) if lacking else {}
    labels = [(dim, column.tolist()) for dim, column in keys_of(groups).items()]
    whole = side.label
    for i in lacking:
        named = [said(dim, column[i]) for dim, column in labels]
        named += [absent.get(int(at[i]), whole)] if side.dim else []
        reasons[i] = f"not available: no rows{' for ' if named else ''}{', '.join(named)}"
    return reasons


def why_marked(groups: Cells, side: Side) -> Reasons:
    """Pass on what the caller said of cells that a source wrote but nobody supplied."""
    reasons = no_reasons(len(groups))
    ledger = side.tally._ledger
    if ledger is None:
        return reasons
    marked = ledger.select(ledger.where_label(REASON, lambda reason: reason.startswith(NOT_SUPPLIED)))
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
    if not side.dim:
        return {}
    at = parts.positions(supplied, shared)
    partly = np.flatnonzero(supplied.counts[at] < len(side.parts))
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


def why_one_sided(groups: Cells, old: Side, new: Side) -> Reasons:
    """Say of each group which suppliers only one of the two sides has."""
    reasons = _why_dropped(groups, old, new)
    paired = _paired(old, new, groups.dims)
    one_sided = paired.select(paired.counts != 3)
    shared = tuple(d for d in groups.dims if d in one_sided.dims)
    # The month of a period tells suppliers apart only where a period has several parts.
    told = [d for d in one_sided.dims if d != old.dim or len(new.parts) > 1]
    if not len(one_sided) or set(told) <= set(shared):
        return reasons
    names = [
        [str(new.parts.get(v, v) if dim == old.dim else v) for v in one_sided.column(dim).tolist()]
        for dim in told
    ]
    grouped = one_sided.project(shared)
    named: dict[int, dict[str, None]] = {}
    for row, at in enumerate(one_sided.positions(grouped, shared).tolist()):
        named.setdefault(at, {})[" ".join(column[row] for column in names)] = None
    for i, at in enumerate(groups.positions(grouped, shared).tolist()):
        if at >= 0 and reasons[i] is None:
            reasons[i] = f"{_NOT_LIKE_FOR_LIKE}: supplied for one only: {_check.cut(named[at])}"
    return reasons


def _why_dropped(groups: Cells, old: Side, new: Side) -> Reasons:
    """Say of which groups the caller dropped cells of one of the two periods only."""
    reasons = no_reasons(len(groups))
    held = []
    for side in (old, new):
        dropped = np.zeros(len(groups), dtype=bool)
        if side.tally._ledger is not None:
            by_period = side.tally._ledger.select(
                side.tally._ledger.where_label(REASON, _names_period(side.dim))
            )
            at = by_period.positions(groups, groups.dims)
            dropped[at[at >= 0]] = True
        held.append(dropped)
    reasons[held[0] != held[1]] = f"{_NOT_LIKE_FOR_LIKE}: cells of one of the two periods were dropped"
    return reasons


def _names_period(period: str) -> Callable[[str], bool]:
    """Recognise the reason of a drop that named the period with other dimensions."""
    return lambda reason: reason.startswith(DROPPED) and period in reason.removeprefix(DROPPED).split(" and ")


def why_unlike(groups: Cells, side: Side, other: Side, what: str) -> Reasons:
    """Say of each group which suppliers only a tally or only its divisor has.

    Where both state their coverage, it is compared over the dimensions that both know, together. Otherwise each
    dimension that both know and that is added up is compared alone.
    """
    mine, theirs = side.tally._supplied, other.tally._supplied
    if mine is None or theirs is None:
        return _why_unmatched(groups, side, other, what)
    common = [d for d in mine.dims if d in theirs.dims]
    if len(side.parts) != len(other.parts):  # months on one side, a year on the other
        common = [d for d in common if d != side.dim]
    alike = (
        attrs.evolve(
            one,
            tally=one.tally._evolve(supplied=proof.keys(common)),
            dim=one.dim if one.dim in common else "",
        )
        for one, proof in ((side, mine), (other, theirs))
    )
    reasons = why_one_sided(groups, *alike)
    for at in np.flatnonzero(~unexplained(reasons)).tolist():
        reasons[at] += f" (of {what})"
    return reasons


def _why_unmatched(groups: Cells, side: Side, other: Side, what: str) -> Reasons:
    reasons = no_reasons(len(groups))
    for dim in dict.fromkeys(
        (*side.tally.dims, *(side.tally._supplied.dims if side.tally._supplied else ()))
    ):
        mine, theirs = _knows(side.tally, dim), _knows(other.tally, dim)
        # That every part of its period was supplied has been seen to.
        if mine is None or theirs is None or dim in (*groups.dims, side.dim):
            continue
        shared = tuple(d for d in groups.dims if d in mine.dims and d in theirs.dims)
        both = theirs.keys((*shared, dim))
        paired = mine.keys((*shared, dim)).union(attrs.evolve(both, counts=2 * both.counts))
        one_sided = paired.select(paired.counts != 3)
        grouped = one_sided.project(shared)
        named: dict[int, list[str]] = {}
        for at, label in zip(
            one_sided.positions(grouped, shared).tolist(), one_sided.column(dim).tolist(), strict=True
        ):
            named.setdefault(at, []).append(str(label))
        for i, at in enumerate(groups.positions(grouped, shared).tolist()):
            if at >= 0 and reasons[i] is None:
                reasons[i] = (
                    f"{_NOT_LIKE_FOR_LIKE}: {what} differ in {dim}, only one has {_check.cut(named[at])}"
                )
    return reasons


def _knows(tally: Tally, dim: str) -> Cells | None:
    """Return what tells which labels of a dimension were supplied: the coverage, else the cells."""
    if tally._supplied is not None and dim in tally._supplied.dims:
        return tally._supplied
    return tally._cells if dim in tally.dims else None


def one_sided_labels(old: Side, new: Side, groups: Cells, dim: str) -> dict[int, list[str]]:
    """Name, by group, the labels of `dim` of which only one of two sides has cells; a group that both have."""
    dims = (*groups.dims, dim)
    mine, theirs = old.tally._cells.keys(dims), new.tally._cells.keys(dims)
    paired = mine.union(attrs.evolve(theirs, counts=2 * theirs.counts))
    found = paired.select(paired.counts != 3)
    held = [_holds(cells, groups) for cells in (mine, theirs)]
    named: dict[int, list[str]] = {}
    for row, label in zip(
        found.positions(groups, groups.dims).tolist(), found.column(dim).tolist(), strict=True
    ):
        if row >= 0 and held[0][row] and held[1][row]:
            named.setdefault(row, []).append(said(dim, label))
    return named


def _holds(cells: Cells, groups: Cells) -> NDArray[np.bool_]:
    """Return which groups have cells."""
    there = np.zeros(len(groups), dtype=bool)
    at = cells.positions(groups, groups.dims)
    there[at[at >= 0]] = True
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
    return label if isinstance(label, str) else f"{dim} {label}"


# ---- exclusions -------------------------------------------------------------------------


def exclusion_table(
    groups: Cells, sides: Sequence[Side], counted: IntArray, whole: Tally | None = None
) -> ExclusionTable:
    """Gather what each group left out, by reason; rows of `whole` without a period belong to every comparison."""
    ledgers = [*(side.tally._ledger for side in sides), _undated(sides, whole)]
    by = groups.dims
    rows = [v.project((*by, REASON)) for v in ledgers if v is not None and len(v)]
    unit = sides[0].tally.unit
    if not rows:
        return ExclusionTable(unit, counted, (), np.zeros((len(groups), 0), dtype=np.int64))
    merged = reduce(Cells.union, rows)
    counts = np.zeros((len(groups), len(merged.label(REASON))), dtype=np.int64)
    at = merged.positions(groups, by)
    counts[at[at >= 0], merged.code(REASON)[at >= 0]] = merged.counts[at >= 0]
    return ExclusionTable(unit, counted, tuple(merged.label(REASON).tolist()), counts)


def _undated(sides: Sequence[Side], whole: Tally | None) -> Cells | None:
    """Return what of `whole` was left out without a period, which no side holds."""
    if whole is None or whole._ledger is None:
        return None
    return whole._ledger.select(whole._ledger.match({sides[0].dim: label_array([MISSING])}))
