"""A total among its parts: labels that hold others of their dimension, found by arithmetic and by name.

A label is proven to be a total where it is the sum of others wherever it stands, and either a table of definitions
names it as one that holds them, or that is too much for chance: of counts that are independent, a label is exactly
the sum of the others in a cell with a probability of at most ``1 / sqrt(4 pi n)``, where ``n`` is its count (both sides
Poisson, and as large on average, which is the worst case). Over the cells in which two others or more have a count these
multiply, and less than 1 in 1,024 is taken for proof. A name alone proves nothing.

Subsets are not searched: what a label may be the sum of is all others, or what the definitions say lies in it.

Chance may do it all the same, in small tables of round numbers most of all; so the caller has the last word
(`Tally.no_total`), and every refusal says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._typing import IntArray
from policemetrics._write import count as written
from policemetrics.definitions import force_names, offences
from policemetrics.definitions import wholes as wholes_by_name
from policemetrics.errors import InvalidInputError, Note
from policemetrics.periods import read_labels
from policemetrics.results import label_array

_PROOF: Final = 10.0  # bits
_NEAR: Final = 0.95
_ENOUGH: Final = (
    6  # cells that are all round by chance in one table of a million, or of a thousand if they end in 0
)
_ROUNDED_TO: Final = (1000, 100, 10)
_LEVELS: Final = (
    1,
    2,
    3,
)  # how often the parts may stand beside a total: forces, then regions too, then countries
_YEAR: Final = re.compile(r"\d{4}")
_NOTES: Final = re.compile(r" ?\[[^\]\n]*\]")

NONE: Final = frozenset[Any]()

Mask: TypeAlias = NDArray[np.bool_]


@attrs.frozen
class Whole:
    """A label that holds others: which, how far that is proven, and what it comes to in the first cell.

    `parts` are those that are added up with it; `times` says on how many levels they stand beside it. It stands in so
    many `places`, in the first with this `count`. `odds` is in how many tables of independent counts one would look so;
    infinite where a definition names it. It is `rounded` where the sum is its own but for rounding, and `near` where the
    parts come to nearly all of it. A `total` is one of all that there is.
    """

    label: Any
    parts: tuple[Any, ...]
    proven: bool
    places: int = 0
    count: int = 0
    times: int = 1
    odds: float = math.inf
    total: bool = False
    rounded: bool = False
    near: bool = True

    @property
    def twice(self) -> tuple[Any, ...]:
        """The labels to leave out: itself, or, where it holds much that its parts do not, the parts."""
        return (self.label,) if self.proven or self.total or self.near else self.parts


# ---- names ------------------------------------------------------------------------------


@attrs.frozen
class Known:
    """What the definitions know of labels: what each lies in, which name a total, and what such a one leaves out.

    A name of one `offence` is an everyday word, manslaughter, and alone says little.
    """

    named: dict[str, str]
    within: dict[str, frozenset[str]]
    without: dict[str, frozenset[str]]
    offence: frozenset[str]

    def of(self, labels: Sequence[Any]) -> list[str | None]:
        """Return what each label is called in the definitions; None where they do not know it."""
        if not labels or not isinstance(labels[0], str):
            return [None] * len(labels)
        found = _check.spelt(labels)
        return [self.named.get(v) or ("[" in v and self.named.get(_NOTES.sub("", v))) or None for v in found]

    def holds(self, label: str, part: str) -> bool:
        """Return whether a label may hold another: what nothing is known of may lie in it, and what is known must."""
        own, its = self.above(label), self.above(part)
        return part not in own and (not own or not its or label in its)

    def above(self, name: str) -> frozenset[str]:
        """Return all that a name lies in."""
        return self.within.get(name, frozenset())


@cache
def known() -> Known:
    """Return what the definitions know of labels; they are read on first use."""
    named: dict[str, str] = {}
    directly: dict[str, set[str]] = {}
    without: dict[str, frozenset[str]] = {}

    def add(name: str, within: str = "", variants: Iterable[str] = ()) -> str:
        (mine,) = _check.spelt([name])
        for variant in _check.spelt([name, *variants]):
            named.setdefault(variant, mine)
        if within and _check.spelt([within]) != [mine]:
            directly.setdefault(mine, set()).add(add(within))
        return mine

    for one in wholes_by_name().values():
        name = add(one.label, one.within, one.variants)
        if one.kind == "total":
            without[name] = frozenset(_check.spelt(one.without))
    for force in force_names().values():
        add(force.name, force.within, filter(None, (*force.variants, force.code)))
    for offence in offences().values():
        add(offence.subgroup, offence.group)
    headings = frozenset(named)
    for offence in offences().values():
        add(offence.name, offence.subgroup if offence.name != offence.subgroup else offence.group)

    def above(name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        upper = frozenset(directly.get(name, ())) - seen
        return upper.union(*(above(one, seen | {name}) for one in upper))

    return Known(named, {name: above(name) for name in directly}, without, frozenset(named) - headings)


# ---- arithmetic -------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Table:
    """Cells by key and label: which key, and which label, each cell has."""

    labels: list[Any]
    code: IntArray
    starts: IntArray
    key: IntArray
    counts: IntArray
    rounding: float  # how far a sum of one may be off

    @classmethod
    def of(cls, cells: Cells, dim: str, kept: Iterable[str]) -> _Table:
        kept = tuple(kept)
        by = cells.project((*kept, dim))
        starts = by.starts(kept) if kept else np.zeros(1, dtype=np.int64)
        key = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(by)))
        added = -(-len(cells) // len(by))  # cells to one sum
        base = next((b for b in _ROUNDED_TO if len(by) >= _ENOUGH and not (by.counts % b).any()), 0)
        return cls(by.label(dim).tolist(), by.code(dim), starts, key, by.counts, base / 2 * added)

    def sums(self, labels: Mask) -> IntArray:
        """Add up some labels, by key."""
        counts = self.counts if labels.all() else np.where(labels[self.code], self.counts, 0)
        found: IntArray = np.add.reduceat(counts, self.starts)
        return found

    def chosen(self, label: int) -> tuple[IntArray, IntArray]:
        """Return the counts of a label and their keys."""
        mine = self.code == label
        return self.counts[mine], self.key[mine]

    def equal(self, label: int, parts: Iterable[int], times: int = 1) -> bool:
        """Return whether a label is the sum of others wherever it stands, but for rounding, and is anything at all."""
        counts, key = self.chosen(label)
        held = self.mask(parts)
        off = np.abs(times * counts - self.sums(held)[key])
        return bool((off <= self.rounding * (times + held.sum())).all() and counts.any() and held.any())

    def mask(self, chosen: Iterable[int]) -> Mask:
        """Return which labels are among the chosen."""
        found = np.zeros(len(self.labels), dtype=bool)
        found[list(chosen)] = True
        return found

    def whole(self, label: int, parts: Iterable[int], **more: Any) -> Whole:
        """Describe a label by what it holds."""
        counts, key = self.chosen(label)
        sums = self.sums(self.mask(parts))[key]
        held = tuple(self.labels[i] for i in sorted(parts))
        rounded = bool((more.get("times", 1) * counts != sums).any())
        near = bool(sums.sum() >= _NEAR * counts.sum())
        return Whole(
            self.labels[label],
            held,
            places=len(counts),
            count=int(counts[0]),
            rounded=rounded,
            near=near,
            **more,
        )


Part: TypeAlias = tuple[tuple[str, tuple[Any, ...]], ...]
"""Labels by dimension: of the cells with these alone."""

_found: WeakKeyDictionary[Cells, dict[Any, tuple[Whole, ...]]] = WeakKeyDictionary()


def wholes(
    cells: Cells, dim: str, kept: Iterable[str], chosen: Part = (), none: frozenset[Any] = NONE
) -> tuple[Whole, ...]:
    """Find the labels of a dimension that hold others of it, where the dimensions `kept` stay; `none` of these do.

    What was found is kept as long as the cells are, which never change.
    """
    asked = dim, tuple(d for d in cells.dims if d in kept and d != dim), chosen, none
    before = _found.setdefault(cells, {})
    if asked not in before:
        wanted = {name: label_array(labels) for name, labels in chosen}
        before[asked] = _wholes(cells.select(cells.match(wanted)), *asked[:2], none)
    return before[asked]


def proven(
    cells: Cells, dim: str, kept: Iterable[str] = (), chosen: Part = (), none: frozenset[Any] = NONE
) -> tuple[Whole, ...]:
    """Return the labels of a dimension that are totals of others beyond doubt: as they are added up, or cell by cell."""
    # A total may stand for some offences only; or beside another column of the same labels, so that no cell has both.
    for some in (kept, cells.dims):
        if found := tuple(whole for whole in wholes(cells, dim, some, chosen, none) if whole.proven):
            return found
    return ()


def refuse(
    cells: Cells,
    dim: str,
    kept: Iterable[str],
    chosen: Part = (),
    none: frozenset[Any] = NONE,
    *,
    name: str = "",
    call: str = "",
) -> Note | None:
    """Refuse to add up a dimension in which a total stands beside its parts; what only its name says is returned.

    In words the dimension has the `name`, where it is a column that was not asked for, and `call` keeps it.
    """
    found = wholes(cells, dim, kept, chosen, none)
    if not any(whole.proven for whole in found):
        found = (
            proven(cells, dim, kept, chosen, none)
            or _proven_on_the_whole(cells, dim, chosen, found, none)
            or found
        )
    if any(whole.proven for whole in found):
        raise InvalidInputError(refusal(found, name or dim, call))
    return doubt(found, name or dim, call) if found else None


def _proven_on_the_whole(
    cells: Cells, dim: str, chosen: Part, found: Sequence[Whole], none: frozenset[Any]
) -> tuple[Whole, ...]:
    """Return those of the labels found that are the sum of others over all keys: beside some of these they stand."""
    named = {whole.label for whole in found}
    if not named:
        return ()
    return tuple(w for w in wholes(cells, dim, (), chosen, none) if w.proven and w.label in named)


def refuse_merging(cells: Cells, dim: str, mapping: Mapping[Any, Any], none: frozenset[Any]) -> None:
    """Refuse to give a total the label of one of its parts."""
    merged = [
        whole
        for whole in proven(cells, dim, none=none)
        if mapping.get(whole.label, whole.label) in {mapping.get(part, part) for part in whole.parts}
    ]
    if merged:
        raise InvalidInputError(refusal(merged, dim))


def _wholes(cells: Cells, dim: str, kept: tuple[str, ...], none: frozenset[Any]) -> tuple[Whole, ...]:
    labels = cells.label(dim).tolist()
    if len(labels) < 2:
        return ()
    names = {i: name for i, name in enumerate(known().of(labels)) if name}
    if len(labels) == 2 and not names:
        return ()
    table = _Table.of(cells, dim, kept)
    parts = _parts_by_name(names) or _shorter_periods(labels)
    barred = {i for i, label in enumerate(labels) if label in none}
    below = _nested(table, names, {i: held for i, held in parts.items() if i not in barred})
    inside = {i for whole in below.values() for i in whole[1]}
    upper = {i for i, (whole, _) in below.items() if whole.proven}
    totals = {i for i, name in names.items() if name in known().without} - upper - barred
    leaves = set(range(len(labels))) - totals - upper
    top = set(range(len(labels))) - totals - inside
    found = [whole for i, (whole, _) in below.items() if i not in totals]
    found += filter(None, (_named(table, i, names, leaves, top) for i in sorted(totals)))
    if not any(whole.proven for whole in found if whole.total):
        found += _unnamed(table, leaves, leaves - barred)
    return tuple(sorted(found, key=lambda whole: (not whole.proven, not whole.total, whole.label)))


def _parts_by_name(names: dict[int, str]) -> dict[int, set[int]]:
    """Return which labels lie in which by definition, and in none between."""
    at: dict[str, list[int]] = {}
    for i, name in names.items():
        at.setdefault(name, []).append(i)
    parts: dict[int, set[int]] = {}
    for i, name in names.items():
        above = [one for one in known().above(name) if one in at]
        nearest = [one for one in above if not any(one in known().above(other) for other in above)]
        for one in nearest:
            for whole in at[one]:
                parts.setdefault(whole, set()).add(i)
    return parts


def _shorter_periods(labels: Sequence[Any]) -> dict[int, set[int]]:
    """Return which periods lie in which longer ones, and in none between."""
    if not all(isinstance(label, str) and _YEAR.search(label) for label in labels):
        return {}
    try:
        read = read_labels(labels, "period")
    except InvalidInputError:
        return {}
    if len({p.months for p in read}) == 1:
        return {}
    parts: dict[int, set[int]] = {}
    for i, part in enumerate(read):
        above = [j for j, whole in enumerate(read) if whole != part and whole.contains(part)]
        for j in above:
            if read[j].months == min(read[k].months for k in above):
                parts.setdefault(j, set()).add(i)
    return parts


def _nested(
    table: _Table, names: dict[int, str], parts: dict[int, set[int]]
) -> dict[int, tuple[Whole, set[int]]]:
    """Find the labels in which others lie, as far as the counts do not speak against it."""
    found = {}
    for whole, held in parts.items():
        proven = table.equal(whole, held)
        told = any(names.get(i) not in known().offence for i in held)
        if proven or (told and _may_hold(table, whole, held)):
            total = names.get(whole) in known().without
            found[whole] = table.whole(whole, held, proven=proven, total=total), held
    return found


def _may_hold(table: _Table, label: int, parts: Iterable[int], *, more: bool = False) -> bool:
    """Return whether a label is nowhere less than one of its parts, or is `more` than each."""
    counts, key = table.chosen(label)
    mine = np.full(len(table.starts), np.iinfo(np.int64).max)
    mine[key] = counts
    among = table.mask(parts)[table.code]
    there = among & np.isin(table.key, key)
    part, held = table.counts[there], mine[table.key[there]]
    return bool(((part < held) if more else (part <= held)).all() and part.any())


def _named(table: _Table, label: int, names: dict[int, str], leaves: set[int], top: set[int]) -> Whole | None:
    """Describe a label that names a total; None where all that stands beside it lies elsewhere."""
    mine = names[label]
    without = known().without[mine]

    def belongs(i: int) -> bool:
        name = names.get(i, "")
        if ({name} | known().above(name)) & without:
            return False
        return known().holds(mine, name)  # England and Wales does not hold Scotland

    for among in (top, leaves):
        parts = {i for i in among if i != label and belongs(i)}
        counts, key = table.chosen(label)
        for times in _LEVELS:
            if table.equal(label, parts, times) and (times == 1 or _may_hold(table, label, parts, more=True)):
                return table.whole(label, parts, proven=True, times=times, total=True)
        if (one := _left_out(table, label, parts)) is not None:
            return table.whole(label, parts - {one}, proven=True, total=True)
    parts = {i for i in leaves | top if i != label and belongs(i)}
    others = {i for i in names if i != label and names[i] in known().without and not parts}
    beside = table.mask(parts or others)[table.code] & (table.counts != 0)
    if not np.isin(table.key[beside], key[counts != 0]).any():
        return None  # nothing is added to it
    return table.whole(label, parts or others, proven=False, total=True)


def _left_out(table: _Table, label: int, parts: set[int]) -> int | None:
    """Find the one part without which the others add up to a label: a subtotal, or what the total leaves out."""
    if len(parts) < 3:
        return None
    counts, key = table.chosen(label)
    rest = np.zeros(len(table.starts), dtype=np.int64)
    rest[key] = table.sums(table.mask(parts))[key] - counts
    told = _bits(rest[rest != 0]).sum() - math.log2(len(parts))
    there = np.isin(table.key, key) & (table.counts != 0)
    wrong = table.counts[there] != rest[table.key[there]]
    code = table.code[there]
    bad, held = (np.bincount(code[mask], minlength=len(table.labels)) for mask in (wrong, ~wrong))
    fits = (bad == 0) & (held == (rest != 0).sum()) & (told > _PROOF / 2)
    return next((i for i in sorted(parts) if fits[i]), None)


def _bits(counts: IntArray) -> NDArray[np.float64]:
    """Return how many bits against chance it is that another count is exactly the same."""
    found: NDArray[np.float64] = 0.5 * np.log2(4 * math.pi * np.abs(counts).astype(np.float64))
    return found


def _unnamed(table: _Table, leaves: set[int], could: set[int]) -> list[Whole]:
    """Find a label, of those that `could` be it, that is the sum of all others, or half of it, in too many cells for chance."""
    among = table.mask(leaves)
    every = table.sums(among)
    of_key = every[table.key]
    fits = [(times + 1) * table.counts == of_key for times in _LEVELS]
    left = table.mask(could)
    left[table.code[~(np.logical_or.reduce(fits) | (table.counts == 0))]] = False
    if not left.any():
        return []  # as it mostly is, at the cost of a few comparisons
    several = np.add.reduceat((among[table.code] & (table.counts != 0)).astype(np.int64), table.starts) > 2
    for i in np.flatnonzero(left).tolist():
        mine = (table.code == i) & (table.counts != 0)
        bits = float(_bits(table.counts[mine & several[table.key]]).sum())
        for times, fit in zip(_LEVELS, fits, strict=True):
            if not fit[mine].all() or bits - math.log2(times) <= _PROOF:
                continue
            others = leaves - {i}
            if times == 1 or _may_hold(table, i, others, more=True):
                odds = 2.0 ** min(bits - math.log2(times), 60)
                return [table.whole(i, others, proven=True, times=times, odds=odds, total=True)]
    return []


# ---- words ------------------------------------------------------------------------------


def refusal(found: Sequence[Whole], dim: str, call: str = "") -> str:
    """Say which labels are totals of others, and how to leave them out, to take one, or to keep them apart."""
    first, *more = (whole for whole in found if whole.proven)
    levels = f", which are there on {first.times} levels" if first.times > 1 else ""
    cells = (
        f"{written(first.places)} cells, {written(first.count)} in the first"
        if first.places > 1
        else written(first.count)
    )
    if first.odds < math.inf:
        cells += f"; by chance in fewer than 1 of {written(float(f'{first.odds:.1g}'))} tables"
    also = (
        f"; so {'is' if len(more) == 1 else 'are'} {_check.listing((w.label for w in more), most=3)}"
        if more
        else ""
    )
    call = f"{call}." if call else ""
    widest = max(found, key=lambda whole: (whole.total, len(whole.parts)))
    take = f"{call}where({_check.keyword(dim, [widest.label])})"
    cure = (
        f"Choose with {take}"
        if levels
        else f"Leave out the total with {call}{_dropped(dim, found)}, or choose with {take}"
    )
    return (
        f"{dim!r} must not hold a total beside its parts where it is added up, which would count them twice: {first.label!r} "
        f"is{', but for rounding,' if first.rounded else ''} the sum of {_check.listing(first.parts, most=4)}{levels} wherever "
        f"it stands ({cells}){also}. {cure}; or state overlapping={dim!r} when tallying, and keep {dim!r} in by=. "
        f"If {'one of these' if more else 'it'} holds no others, state {call}{_no_total(dim, [first])}."
    )


def doubt(found: Sequence[Whole], dim: str, call: str = "") -> Note:
    """Say which labels only by name hold others that are added up with them."""
    named, first = _check.listing((w.label for w in found), most=3), found[0]
    long = (
        f"in {dim!r}, {named} by name {'holds' if len(found) == 1 else 'hold'} others that are added up with "
        f"{'it' if len(found) == 1 else 'them'} ({_check.listing(first.parts, most=4)}), though the counts do not show it; "
        f"if so, some are counted twice: leave out with {call and f'{call}.'}{_dropped(dim, found)}; "
        f"if not, state {call and f'{call}.'}{_no_total(dim, found)}"
    )
    return Note("total-by-name", f"{first.label}: a total?", long)


def _dropped(dim: str, found: Sequence[Whole]) -> str:
    return (
        f"drop({_check.keyword(dim, list(dict.fromkeys(label for whole in found for label in whole.twice)))})"
    )


def _no_total(dim: str, found: Sequence[Whole]) -> str:
    return f"no_total({_check.keyword(dim, [whole.label for whole in found])})"
