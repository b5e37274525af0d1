"""`ExclusionTable`: what the rows of a table counted and left out, each thing once where rows share it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _write
from policemetrics._figure import Exclusions
from policemetrics._typing import IntArray


@attrs.frozen(eq=False)
class ExclusionTable:
    """The exclusions of every row: `counted` (rows,) and `counts` (rows, reasons), int64.

    Rows of one source share theirs, as the ages of one cohort do, or two comparisons with one year in common: in a
    total they count once. `parts` holds what each row left out by source: names (rows,) and counts (rows, reasons).
    """

    unit: str
    counted: IntArray
    reasons: tuple[str, ...]
    counts: IntArray
    parts: tuple[tuple[NDArray[Any], IntArray], ...] = attrs.field(
        default=attrs.Factory(lambda self: ((np.arange(len(self.counted)), self.counts),), takes_self=True)
    )

    @staticmethod
    def of(one: Exclusions) -> ExclusionTable:
        """Make a table of one row."""
        counts = np.array([list(one.reasons.values())], dtype=np.int64)
        return ExclusionTable(one.unit, np.array([one.counted]), tuple(one.reasons), counts)

    def take(self, index: NDArray[Any]) -> ExclusionTable:
        """Return some of the rows."""
        parts = tuple((source[index], counts[index]) for source, counts in self.parts)
        return attrs.evolve(self, counted=self.counted[index], counts=self.counts[index], parts=parts)

    def total(self) -> IntArray:
        """Add up each reason over the rows."""
        sources, counts = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        _, first = np.unique(sources, return_index=True)
        summed: IntArray = counts[first].sum(axis=0)
        return summed

    def counting(self, chosen: Collection[str], rows: NDArray[np.bool_]) -> ExclusionTable:
        """Count, in some of the rows, what some reasons left out: it is then left out no more."""
        moved = rows[:, None] & np.array([reason in chosen for reason in self.reasons], dtype=bool)
        parts = tuple((source, np.where(moved, 0, counts)) for source, counts in self.parts)
        counts = np.where(moved, 0, self.counts)
        counted = self.counted + (self.counts - counts).sum(axis=1)
        return attrs.evolve(self, counted=counted, counts=counts, parts=parts)

    @property
    def left_out(self) -> str:
        """How much each reason left out over all rows, in words."""
        total = zip(self.reasons, self.total().tolist(), strict=True)
        return ", ".join(f"{reason} {_write.count(n)}" for reason, n in total if n)

    def row(self, at: int) -> Exclusions:
        """Return the exclusions of one row."""
        named = {r: int(n) for r, n in zip(self.reasons, self.counts[at], strict=True) if n}
        return Exclusions(self.unit, int(self.counted[at]), sum(named.values()), named)


def stacked(tables: Sequence[ExclusionTable | None]) -> ExclusionTable | None:
    """Put exclusions below one another, over the reasons of all."""
    known = [t for t in tables if t is not None]
    if len(known) < len(tables):
        return None
    reasons = list(dict.fromkeys(r for t in known for r in t.reasons))

    def spread(table: ExclusionTable, counts: IntArray) -> IntArray:
        wide = np.zeros((len(counts), len(reasons)), dtype=np.int64)
        wide[:, [reasons.index(r) for r in table.reasons]] = counts
        return wide

    parts = []
    for sources in zip_longest(*(t.parts for t in known)):
        names, wide = [], []
        for at, (table, part) in enumerate(zip(known, sources, strict=True)):
            source, counts = part or (np.full(len(table.counted), ""), np.zeros_like(table.counts))
            # Rows that are numbered are those of one table; sources that have a name are the same in all.
            numbered = source.dtype.kind != "U"
            names.append(np.char.add(f"{at} ", source.astype(str)) if numbered else source)
            wide.append(spread(table, counts))
        parts.append((np.concatenate(names), np.concatenate(wide)))
    return ExclusionTable(
        known[0].unit,
        np.concatenate([t.counted for t in known]),
        tuple(reasons),
        np.concatenate([spread(t, t.counts) for t in known]),
        tuple(parts),
    )
