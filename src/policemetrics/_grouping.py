"""What a metric reads off a tally: its groups, supply, like for like, and exclusions.

A figure is available where its side of the tally was supplied in full, and a comparison only where
both sides had the same suppliers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _write
from policemetrics._cells import Cells
from policemetrics._labels import MISSING
from policemetrics._ledger import DROPPED, NOT_SUPPLIED, REASON, without_own_drops
from policemetrics._sides import Side
from policemetrics._tally import Tally
from policemetrics.errors import CountOverflowError
from policemetrics.results import ExclusionTable, label_array
from policemetrics.typing import FloatArray, IntArray

__all__ = [
    "Reasons",
    "added",
    "exclusion_table",
    "groups_of",
    "keys_of",
    "matched",
    "no_reasons",
    "one_sided_cells",
    "refuse_negative",
    "refuse_one_sided",
    "refuse_unmatched",
    "refuse_unsupplied",
    "totals",
    "unexplained",
]

Reasons: TypeAlias = NDArray[np.object_]

_MOST_NAMED: Final = 5
_NOT_LIKE_FOR_LIKE: Final = "not like for like"


def matched(old: Side, new: Side, by: tuple[str, ...]) -> tuple[Side, Side]:
    """Keep on both sides only what comes from suppliers of both; the rest goes to the ledger."""
    paired = _paired(old, new, by)
    common = paired.select(paired.counts == 3).keys()
    old.tally.need(*common.dims)
    return _only(old, common), _only(new, common)


def _only(side: Side, common: Cells) -> Side:
    tally = side.tally
    mask = tally.cells.within(common)
    ledger = tally.ledger
    left = tally.cells.select(~mask)
    if len(left):
        added = left.extend(REASON, _NOT_LIKE_FOR_LIKE)
        ledger = added if ledger is None else ledger.union(added)
    supplied = None if tally.supplied is None else common
    kept = attrs.evolve(tally, cells=tally.cells.select(mask), supplied=supplied, ledger=ledger)
    # What one period lacks has been left out of both: no part is still wanted.
    return attrs.evolve(side, tally=kept, common=common, parts={})


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
        found.append(tally.cells.keys(by))
        if tally.supplied is not None and set(by) <= set(tally.supplied.dims):
            found.append(tally.supplied.keys(by))
        if tally.ledger is not None:
            found.append(without_own_drops(tally.ledger, by).keys(by))
    return reduce(Cells.union, found).keys()


def keys_of(groups: Cells) -> dict[str, NDArray[Any]]:
    """Return the label of each group, by dimension."""
    return {d: groups.column(d) for d in groups.dims}


def totals(side: Side, groups: Cells) -> IntArray:
    """Add up a side by group; a group without cells has 0, and cells of no group are left out."""
    summed = side.tally.sum_to(*groups.dims).cells
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
    """Tell which rows have no reason: their figures are available."""
    found: NDArray[np.bool_] = np.asarray(reasons == np.full(1, None)).astype(bool)
    return found


def refuse_unsupplied(reasons: Reasons, groups: Cells, side: Side, *, none_is_zero: bool = False) -> None:
    """Say, for each group without a reason yet, why this side of it is not available.

    Coverage may prove that rows came in although every one of them was excluded, as where each lacks
    a label: their number is then unknown, unless `none_is_zero`.
    """
    _refuse_marked(reasons, groups, side)
    proof = side.proof(groups.dims)
    shared = tuple(d for d in groups.dims if d in proof.dims)
    parts = proof.keys((*shared, side.period) if side.period else shared)
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
        named = [_said(dim, column[i]) for dim, column in labels]
        named += [absent.get(int(at[i]), whole)] if side.period else []
        reasons[i] = f"not available: no rows{' for ' if named else ''}{', '.join(named)}"


def _refuse_marked(reasons: Reasons, groups: Cells, side: Side) -> None:
    """Pass on what the caller said of cells that a source wrote but nobody supplied."""
    ledger = side.tally.ledger
    if ledger is None:
        return
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


def _absent_parts(side: Side, parts: Cells, supplied: Cells, shared: tuple[str, ...]) -> dict[int, str]:
    """Name, for each supplied key that has only some parts of the period, those it lacks."""
    if not side.period:
        return {}
    at = parts.positions(supplied, shared)
    partly = np.flatnonzero(supplied.counts[at] < len(side.parts))
    there: dict[int, set[int]] = {}
    for key, offset in zip(at[partly].tolist(), parts.column(side.period)[partly].tolist(), strict=True):
        there.setdefault(key, set()).add(offset)
    return {
        key: _named([label for offset, label in side.parts.items() if offset not in has])
        for key, has in there.items()
    }


def _excluded_entirely(side: Side, groups: Cells) -> dict[int, dict[str, int]]:
    """Give, for each group whose every row was excluded, how much each reason left out."""
    if side.tally.ledger is None:
        return {}
    ledger = side.tally.ledger.project((*groups.dims, REASON))
    counted = np.zeros(len(groups), dtype=bool)
    held = side.tally.cells.positions(groups, groups.dims)
    counted[held[held >= 0]] = True
    at = ledger.positions(groups, groups.dims)
    rows = at >= 0
    rows[rows] = ~counted[at[rows]]  # there may be no groups at all
    why: dict[int, dict[str, int]] = {}
    columns = at[rows].tolist(), ledger.column(REASON)[rows].tolist(), ledger.counts[rows].tolist()
    for group, reason, n in zip(*columns, strict=True):
        why.setdefault(group, {})[reason] = n
    return why


def refuse_one_sided(reasons: Reasons, groups: Cells, old: Side, new: Side) -> None:
    """Say, for each group without a reason yet, which suppliers only one of the two periods has."""
    _refuse_dropped(reasons, groups, old, new)
    paired = _paired(old, new, groups.dims)
    one_sided = paired.select(paired.counts != 3)
    shared = tuple(d for d in groups.dims if d in one_sided.dims)
    # The month of a period tells suppliers apart only where a period has several parts.
    told = [d for d in one_sided.dims if d != old.period or len(new.parts) > 1]
    if not len(one_sided) or set(told) <= set(shared):
        return
    names = [
        [str(new.parts.get(v, v) if dim == old.period else v) for v in one_sided.column(dim).tolist()]
        for dim in told
    ]
    grouped = one_sided.project(shared)
    named: dict[int, dict[str, None]] = {}
    for row, at in enumerate(one_sided.positions(grouped, shared).tolist()):
        named.setdefault(at, {})[" ".join(column[row] for column in names)] = None
    for i, at in enumerate(groups.positions(grouped, shared).tolist()):
        if at >= 0 and reasons[i] is None:
            reasons[i] = f"{_NOT_LIKE_FOR_LIKE}: supplied for one only: {_named(list(named[at]))}"


def _refuse_dropped(reasons: Reasons, groups: Cells, old: Side, new: Side) -> None:
    """Say of which groups the caller dropped cells of one of the two periods only."""
    held = []
    for side in (old, new):
        dropped = np.zeros(len(groups), dtype=bool)
        if side.tally.ledger is not None:
            by_period = side.tally.ledger.select(
                side.tally.ledger.where_label(REASON, _names_period(side.period))
            )
            at = by_period.positions(groups, groups.dims)
            dropped[at[at >= 0]] = True
        held.append(dropped)
    for i in np.flatnonzero((held[0] != held[1]) & unexplained(reasons)).tolist():
        reasons[i] = f"{_NOT_LIKE_FOR_LIKE}: cells of one of the two periods were dropped"


def _names_period(period: str) -> Callable[[str], bool]:
    """Recognise the reason of a drop that named the period with other dimensions."""
    return lambda reason: reason.startswith(DROPPED) and period in reason.removeprefix(DROPPED).split(" and ")


def refuse_unmatched(reasons: Reasons, groups: Cells, side: Side, other: Side, what: str) -> None:
    """Say, for each group without a reason yet, in which labels a tally and its divisor differ.

    They are compared over each dimension that both know and that is added up: the areas, the periods.
    """
    for dim in dict.fromkeys((*side.tally.dims, *(side.tally.supplied.dims if side.tally.supplied else ()))):
        mine, theirs = _knows(side.tally, dim), _knows(other.tally, dim)
        # That every part of its period was supplied has been seen to.
        if mine is None or theirs is None or dim in (*groups.dims, side.period):
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
                reasons[i] = f"{_NOT_LIKE_FOR_LIKE}: {what} differ in {dim}, only one has {_named(named[at])}"


def _knows(tally: Tally, dim: str) -> Cells | None:
    """Return what tells which labels of a dimension were supplied: the coverage, else the cells."""
    if tally.supplied is not None and dim in tally.supplied.dims:
        return tally.supplied
    return tally.cells if dim in tally.dims else None


def one_sided_cells(old: Side, new: Side, dims: tuple[str, ...]) -> str:
    """Name the labels over `dims` of which only one of two sides has cells."""
    theirs = new.tally.cells.keys(dims)
    paired = old.tally.cells.keys(dims).union(attrs.evolve(theirs, counts=2 * theirs.counts))
    found = paired.select(paired.counts != 3)
    return _named(
        [" ".join(map(str, key)) for key in zip(*(found.column(d).tolist() for d in dims), strict=True)]
    )


def refuse_negative(reasons: Reasons, counted: IntArray | FloatArray, label: str) -> None:
    """Say, for each group without a reason yet, that its total is below zero: a metric needs a count."""
    where = f" in {label}" if label else ""
    for at in np.flatnonzero((counted < 0) & unexplained(reasons)).tolist():
        reasons[at] = (
            f"not available: a total of {_write.count(counted[at])}{where}, below zero: corrections outweigh what was recorded"
        )


def _said(dim: str, label: Any) -> str:
    return label if isinstance(label, str) else f"{dim} {label}"


def _named(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _MOST_NAMED} more" if len(labels) > _MOST_NAMED else ""
    return ", ".join(labels[:_MOST_NAMED]) + more


# ---- exclusions -------------------------------------------------------------------------


def exclusion_table(
    groups: Cells, sides: Sequence[Side], counted: IntArray, whole: Tally | None = None
) -> ExclusionTable:
    """Gather what each group left out, by reason; rows of `whole` without a period belong to every comparison."""
    ledgers = [*(side.tally.ledger for side in sides), _undated(sides, whole)]
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
    if whole is None or whole.ledger is None:
        return None
    return whole.ledger.select(whole.ledger.match({sides[0].period: label_array([MISSING])}))
