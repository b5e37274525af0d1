"""`Grouped`: one tally by group, with all that must be known of the groups; and how their months vary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np

from policemetrics import _check, spc
from policemetrics._cells import Cells
from policemetrics._compare import Comparison, Mask, Rows, only_some
from policemetrics._supply import (
    Side,
    added,
    exclusion_table,
    groups_of,
    read_periods,
    side_of,
    totals,
    unexplained,
    whole_side,
    why_negative,
    why_not_supplied,
)
from policemetrics.errors import InvalidInputError, Note
from policemetrics.exposure import Divisor
from policemetrics.periods import Period
from policemetrics.results import label_array
from policemetrics.tallies import Tally
from policemetrics.typing import FloatArray, IntArray, Label

_FEW_MONTHS: Final = 12


@attrs.define(eq=False)
class Grouped:
    """One tally by group: what was counted, and the rows that become a table.

    Attributes
    ----------
    side : Side
        The whole of the tally.
    groups : Cells
        The groups.
    counted : array of int64, (groups,)
        The total of each.
    shown : array of bool, (groups,)
        Which of them were supplied: they are shown even where there is no figure.
    rows : Rows
        One row per group, with its reasons, caveats and exclusions.

    Examples
    --------
    >>> crimes = Tally.from_columns({"force": ["Essex", "Kent"]}, [3, 7])
    >>> Grouped.of(crimes, ("force",)).counted.tolist()
    [3, 7]
    """

    side: Side
    groups: Cells
    counted: IntArray
    shown: Mask
    rows: Rows

    @classmethod
    def of(
        cls,
        data: Tally,
        by: tuple[str, ...],
        *,
        areas: tuple[str, ...] = (),
        caveat: str = "",
        single: bool = False,
    ) -> Grouped:
        """Count `data` by group; what was not supplied, or has a total below zero, says so.

        Parameters
        ----------
        data : Tally
            The counts.
        by : tuple of str
            The dimensions of the groups.
        areas : tuple of str
            The dimensions of the exposure that the counts will be divided by: where nothing was stated, its
            areas are taken for the suppliers.
        caveat : str
            A caveat of the caller, to show with the figures.
        single : bool
            Whether one figure is returned and not a table.
        """
        _check.text(caveat, "caveat", empty=True)
        side = whole_side(data, areas)
        groups = groups_of([side], by)
        counted = totals(side, groups)
        rows = Rows.of_side(side, groups, counted, single=single)
        found = cls(side, groups, counted, rows.there, rows)
        found.rows.adopt(why_negative(found.counted, ""))
        found.rows.note(Note("stated", caveat, caveat))
        return found

    def only(self, **labels: Sequence[Label]) -> IntArray:
        """Count some labels of a dimension only, by group: ``only(offence=["burglary"])``."""
        return only_some(self.side, self.groups, labels)

    def divide(self, divisor: Divisor) -> FloatArray:
        """Find the divisor of each group, nan where there is none; these rows say so."""
        (sizes,) = self.rows.divide(self.groups, [self.side], divisor)
        return sizes


def _same_months(tally: Tally, years: int, period: str) -> list[tuple[Side, Side]]:
    """Take the months of the latest year there are, from January on, with the same months of each of some years before."""
    read = read_periods(tally, period)
    last = max(read.values(), default=None)
    if last is None:
        empty = Side(tally._where({period: label_array([])}), period)
        return [(empty, empty)]
    if any(p.months != 1 for p in read.values()):
        msg = f"versus='same_months' needs single months; {period!r} holds {_check.listing(read, most=5)}."
        raise InvalidInputError(msg)
    later = Period(last.start.replace(month=1), last.end)
    return [
        (side_of(tally, period, later.shift(-12 * ago), read), side_of(tally, period, later, read))
        for ago in range(years, 0, -1)
    ]


def _months_before(tally: Tally, later: Period, period: str) -> dict[Any, Period]:
    """Return the single months that end before a period begins."""
    return {
        label: p for label, p in read_periods(tally, period).items() if p.months == 1 and p.end < later.start
    }


def over_same_months(
    tally: Tally, by: tuple[str, ...], years: int, period: str, **options: Any
) -> Comparison:
    """Compare the months of the latest year there are with the same months of some years before, added up."""
    both = _same_months(tally, years, period)
    groups = groups_of([side for pair in both for side in pair], by, tally)
    return _of_mean([Comparison.of(tally, pair, by, groups=groups, **options) for pair in both])


def _of_mean(pairs: Sequence[Comparison]) -> Comparison:
    """Compare one side with several before it, added up: each pair has the same groups and the same later side."""
    last = pairs[-1]
    before = np.sum([pair.counted[0] for pair in pairs], axis=0)
    found = attrs.evolve(last, counted=(before, last.counted[1]), pairs=tuple(pairs))
    sides = [*(p.sides[0] for p in pairs), last.sides[1]]
    found.rows.exclusions = exclusion_table(found.groups, sides, added(*found.counted), found.data)
    for pair in pairs[:-1]:
        found.rows.adopt(pair.rows.reasons)
    every = [pair.rows.notes for pair in pairs]
    by_row = ([n] * len(found.groups) if isinstance(n, tuple) else n for n in every)
    merged = (
        tuple(dict.fromkeys(note for notes in row for note in notes)) for row in zip(*by_row, strict=True)
    )
    found.rows.notes = np.fromiter(merged, dtype=object, count=len(found.groups))
    return found


def dispersion_before(pair: Comparison, period: str, method: str) -> FloatArray:
    """Estimate the dispersion of each group from its months before the later side, those that were supplied; at least 1."""
    data, groups, later = pair.data, pair.groups, pair.sides[1]
    if method != "score":
        msg = f"dispersion='estimate' goes with method='score', which alone can be widened; got method={method!r}."
        raise InvalidInputError(msg)
    months = _months_before(data, later.when, period) if later.when else {}
    counts = np.full((len(groups), len(months)), np.nan)
    for column, label in enumerate(months):
        side = whole_side(data._where({period: label_array([label])}))
        known = unexplained(why_not_supplied(groups, side))
        counts[known, column] = totals(side, groups)[known]
    if len(months) < _FEW_MONTHS:
        msg = (
            f"dispersion='estimate' needs at least {_FEW_MONTHS} single months before {later.label}; {period!r} has "
            f"{len(months)}. Give a number, as in dispersion=2."
        )
        raise InvalidInputError(msg)
    found = spc.dispersion(counts, np.array([float(p.days) for p in months.values()]))
    return np.fmax(found, 1.0)  # a group without a crime has none: it is taken as Poisson's
