"""The times of two periods, by group and by the parts of each group."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._supply import (
    Reasons,
    Side,
    added,
    both_periods,
    exclusion_table,
    groups_of,
    matched,
    no_reasons,
    refuse_negative,
    refuse_one_sided,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics.errors import InvalidInputError
from policemetrics.percentiles import Runs
from policemetrics.results import ExclusionTable
from policemetrics.tallies import Tally
from policemetrics.times._shared import as_times, missed_of, runs_of
from policemetrics.typing import IntArray

__all__ = ["Half", "TwoPeriods"]


@attrs.frozen
class Half:
    """The times of one period: runs by part, what counts as missed with them, and which groups were supplied."""

    runs: Runs
    others: IntArray
    reasons: Reasons

    @property
    def supplied(self) -> NDArray[np.bool_]:
        """Which groups were supplied, with times or without."""
        return unexplained(self.reasons)


@attrs.frozen
class TwoPeriods:
    """The sides of a comparison; `parts` divide the `groups`, and are the same where nothing divides them.

    `reasons` say of each group why its two periods do not compare.
    """

    groups: Cells
    parts: Cells
    group: IntArray
    old: Half
    new: Half
    reasons: Reasons
    between: tuple[str, str]
    excluded: ExclusionTable

    @classmethod
    def of(
        cls,
        data: Any,
        by: tuple[str, ...],
        of: tuple[str, ...],
        between: Any,
        period: str,
        seconds: str,
        count: str | None,
        missed: tuple[str, ...],
        *,
        match: bool = False,
    ) -> TwoPeriods:
        """Read a tally or a frame."""
        if _check.text(period, "period") in (*by, *of):
            msg = f"by must not name the period dimension {period!r}: it is what is compared."
            raise InvalidInputError(msg)
        dims = (*by, *of)
        tally, measured = as_times(data, (*dims, period), seconds, count)
        sides = both_periods(tally, between, period)
        if match:
            sides = matched(*sides, by)
        groups, parts = groups_of(sides, by, tally), groups_of(sides, dims, tally)
        group = parts.positions(groups, by)
        old, new = (_half(side, groups, parts, group, measured, missed, tally) for side in sides)
        reasons = np.where(old.supplied, new.reasons, old.reasons)
        refuse_one_sided(reasons, groups, *sides)
        whole = added(*(totals(side, parts) for side in sides))
        excluded = exclusion_table(parts, sides, whole, tally)
        labels = (sides[0].label, sides[1].label)
        return cls(groups, parts, group, old, new, reasons, labels, excluded)


def _half(
    side: Side,
    groups: Cells,
    parts: Cells,
    group: IntArray,
    seconds: str,
    missed: tuple[str, ...],
    data: Tally,
) -> Half:
    """Line up the times of one period; what is the matter with a part is the matter with its group."""
    reasons = no_reasons(len(groups))
    refuse_unsupplied(reasons, groups, side)
    others = missed_of(exclusion_table(parts, [side], totals(side, parts)), missed, data.dims)
    of_parts = reasons[group]
    refuse_negative(of_parts, others, side.label)
    runs = runs_of(side.tally.cells, parts, seconds, of_parts)
    for at in np.flatnonzero(~unexplained(of_parts)).tolist():
        reasons[group[at]] = reasons[group[at]] or of_parts[at]
    return Half(runs, others, reasons)
