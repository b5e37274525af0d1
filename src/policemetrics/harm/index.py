"""Harm as an index: every period beside one base period, which is 100."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._supply import base_and_periods, exclusion_table, groups_of, keys_of
from policemetrics._write import count as written
from policemetrics._write import fixed, limits, plain
from policemetrics.exposure import Exposure
from policemetrics.harm._scoring import (
    METHODS,
    Pair,
    check_exposure,
    check_period,
    check_weights,
    exposure_names,
    read,
    refuse_unknown,
    sizes_of,
)
from policemetrics.harm.change import score_ratio
from policemetrics.harm.weights import HarmWeights
from policemetrics.periods import in_words
from policemetrics.results import Figure, Interval, Results, shown_as
from policemetrics.typing import Counts, HarmMethod, Names

if TYPE_CHECKING:
    from policemetrics.periods import Period

__all__ = ["HarmIndex", "harm_index"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class HarmIndex(Figure):
    """Harm in one period, where that of the base period is 100.

    Attributes
    ----------
    index, index_low, index_high : float
        The score of the period, per head where there is an exposure, for 100 in the base period; and its
        interval. The base itself is 100 by definition, without uncertainty. Where there are no crimes
        in the period, the lower limit is 0 and the upper is not known.
    score : float
        The sum of weight times crimes, in `harm_unit`.
    crimes : float
        How many crimes were weighted.
    per_head : float
        The score divided by the exposure; not a number without one.
    base : str
        The base period.
    base_score : float
        The score of the base period.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    exposure, base_exposure : float
        What the two scores are divided by; not a number without an exposure.
    exposure_name, exposure_date : str
        What the exposure counts, and which estimate it is.
    method, confidence_level : str, float
        How the interval was made.
    """

    index: float = attrs.field(metadata=shown_as("rate"))
    index_low: float = attrs.field(metadata=shown_as("rate"))
    index_high: float = attrs.field(metadata=shown_as("rate"))
    score: float = attrs.field(metadata=shown_as("count"))
    crimes: float = attrs.field(metadata=shown_as("count"))
    per_head: float = attrs.field(metadata=shown_as("rate"))
    base: str
    base_score: float = attrs.field(converter=float)
    weights: str
    harm_unit: str
    exposure: float = attrs.field(default=float("nan"), converter=float)
    base_exposure: float = attrs.field(default=float("nan"), converter=float)
    exposure_name: str = ""
    exposure_date: str = ""
    method: str
    confidence_level: float

    @property
    def interval(self) -> Interval:
        """The interval of `index`."""
        return Interval(self.index_low, self.index_high, self.confidence_level, self.method)

    def _sentence(self) -> str:
        name = f"Harm index ({self.weights}{', per head' if self.exposure_name else ''})"
        if np.isnan(self.index):
            return f"{name}: {self.reason}."
        if self.index_low == self.index_high == 100:
            return f"{name}: 100, the base period; {self._amount}."
        low, high = fixed(self.index_low, 1), fixed(self.index_high, 1)
        within = limits(low, high, unbounded=not np.isfinite(self.index_high))
        return (
            f"{name}: {fixed(self.index, 1)} ({self.confidence_level * 100:g}% interval {within}), where {in_words(self.base)} "
            f"is 100; {self._amount}."
        )

    @property
    def _amount(self) -> str:
        amount = f"{plain(self.score)} {self.harm_unit}"
        if not self.exposure_name:
            return amount
        return f"{amount}, {plain(self.per_head)} per head ({written(self.exposure)} {self.exposure_name}, {self.exposure_date})"


def harm_index(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    base: str | Period,
    by: Names = (),
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    exposure: Exposure | None = None,
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[HarmIndex]:
    r"""Harm of every period as an index, where that of a base period is 100.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by offence code and period; the periods are of one length and do not overlap the base.
    weights : HarmWeights
        The harm of one crime of each offence, for all periods.
    base : str or Period
        The period whose harm is 100.
    by : str or sequence of str, optional
        The dimensions to keep: each group has an index of its own. Default is one index.
    offence, period : str, optional
        The dimensions, or columns, of offence codes and periods. Defaults are ``"offence"`` and
        ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    exposure : Exposure, optional
        Residents, say, with the period among its dimensions where each has its own estimate: the index is
        then that of the score per head. Default is none, an index of the score.
    method : {"dobson", "dobson-byar", "normal"}, optional
        The interval of each period's score, as for `harm_score`; that of the index is made from both.
        Default is ``"dobson"``.
    caveat : str, optional
        What must travel with the figures: a break in recording, say. Default is none.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Results of HarmIndex
        One row for each group and period, in their order. What was not supplied, or not supplied in the
        base period alike, is not available, and says why.

    Raises
    ------
    UnknownNameError
        If an offence has no weight and is not outside them: all such are listed.
    InvalidInputError
        If a period is of another length than the base or overlaps it.
    InvalidTypeError
        If codes are numbers, or `weights` is not a `HarmWeights`.

    See Also
    --------
    harm_change : Two periods, with what made the change.

    Notes
    -----
    The index of a period with the score S and the exposure P, to the base :math:`S_0` and :math:`P_0`, is
    :math:`100\,(S / P) / (S_0 / P_0)`, in the manner of the Crime Severity Index of Statistics Canada,
    whose base year is 100. One set of weights serves all periods: a new edition would move the index
    without any crime. The limits are those of the ratio of scores in `harm_change`. Every interval holds
    the uncertainty of the base too, so that two periods other than the base are compared with
    `harm_change`, not by whether their intervals overlap.

    Examples
    --------
    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23", "2022/23", "2023/24", "2023/24"], "offence": ["theft", "robbery"] * 2},
    ...     [9000, 1000, 8000, 1000],
    ... )
    >>> print(harm_index(crimes, own, base="2022/23").at(period="2023/24"))
    2023/24: harm index (own 1): 98.9 (95% interval 91.3 to 107.1), where 2022/23 is 100; 880,000 days.
    """
    check_weights(weights, "weights")
    _check.choice(method, "method", METHODS)
    level = _check.confidence_level(confidence_level)
    _check.text(caveat, "caveat", empty=True)
    check_exposure(exposure)
    kept = _check.names(by, "by")
    check_period(period, kept, offence)
    tally = read(data, [weights], kept, offence, count, period=(period,))
    first, sides = base_and_periods(tally, base, period)
    refuse_unknown(sides, offence, [weights])
    groups = groups_of([first, *sides], kept)
    pairs = [Pair.of_sides(tally, (first, side), groups, [weights], offence) for side in sides]
    of_weights = {pair.scored[1][0].caveat for pair in pairs}
    caveats = ". ".join(c.rstrip(".") for c in (caveat, *of_weights) if c)
    tables = [_table(pair, weights, exposure, method, level, caveats) for pair in pairs]
    stacked = Results.stack(tables, {period: [side.label for side in sides]})
    for dim in reversed(kept):
        stacked = stacked.sort(dim)
    return stacked


def _table(
    pair: Pair, weights: HarmWeights, exposure: Exposure | None, method: str, level: float, caveat: str
) -> Results[HarmIndex]:
    """Work out one period by group; the first side of the pair is the base."""
    reasons, there = pair.reasons.copy(), pair.there
    first, this = (side[0] for side in pair.scored)
    old, new = (np.where(there, side.score, 0) for side in (first, this))
    ratio, low, high = score_ratio(
        old, new, first.limits(there, method, level), this.limits(there, method, level)
    )
    reasons[there & (old == 0)] = "not applicable: there was no harm in the base period"
    sizes = np.array([sizes_of(exposure, pair.groups, side, reasons) for side in pair.sides])
    per_head = 1.0 if exposure is None else sizes[0] / sizes[1]
    base, label = pair.between
    if base == label:
        low, high = ratio, ratio
    columns = {
        name: 100 * part * per_head
        for name, part in (("index", ratio), ("index_low", low), ("index_high", high))
    }
    columns |= {
        "score": np.where(pair.shown[1], this.score, np.nan),
        "crimes": np.where(pair.shown[1], this.crimes, np.nan),
        "per_head": np.where(pair.shown[1], this.score / sizes[1], np.nan),
    }
    audit = {
        "base": base,
        "base_score": np.where(pair.shown[0], first.score, np.nan),
        "weights": weights.edition,
        "harm_unit": weights.unit,
        "exposure": sizes[1],
        "base_exposure": sizes[0],
        **exposure_names(exposure),
        "method": method,
        "confidence_level": level,
    }
    excluded = exclusion_table(pair.groups, pair.sides[1:], this.crimes, pair.whole)
    return Results(HarmIndex, keys_of(pair.groups), columns, reasons, audit, excluded, caveat)
