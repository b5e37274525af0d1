"""The change in a harm-weighted outcome rate, split into rates within offences and the mix of harm.

`harm_outcome_change` has the change, its interval and the two parts; `harm_outcome_drivers` what each offence adds to
them. Both read two periods of outcomes as `outcome_rate_change` does, and weigh each side as `harm_outcome_rate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, overload

import attrs
import numpy as np

from policemetrics import _check, intervals
from policemetrics._cells import Cells
from policemetrics._compare import Asked, Comparison, Mask
from policemetrics._supply import Reasons, no_reasons, unexplained
from policemetrics._write import path, percent, signed, size
from policemetrics.across.harm_outcomes import Harm, parts_of
from policemetrics.decomposition import kitagawa, kitagawa_parts
from policemetrics.errors import InvalidInputError
from policemetrics.frames import framed
from policemetrics.harm.score import How
from policemetrics.harm.weights import HarmWeights
from policemetrics.outcomes.counting import Outcomes, TwoPeriods
from policemetrics.outcomes.definition import Counted, Definition, OutcomeFigureOfTwo, OutcomeSet
from policemetrics.outcomes.split import OutcomeRateDriver, laid_out, why_faulty
from policemetrics.periods import in_words
from policemetrics.results import Results, column, figure, input_field
from policemetrics.tallies import Tally
from policemetrics.typing import (
    Alternates,
    Basis,
    Between,
    Blank,
    Columns,
    Counts,
    Every,
    FloatArray,
    GroupsOf,
    IntArray,
    LikeForLike,
    OutOf,
    TwoGroups,
)


@figure(estimate=("points", "percent_change"), counts="harm")
class HarmOutcomeChange(OutcomeFigureOfTwo):
    """A change in a harm-weighted outcome rate, and its parts.

    Attributes
    ----------
    old, new : float
        The two rates, as fractions.
    points, points_low, points_high : float
        `new` less `old` in percentage points, and its interval.
    percent_change : float
        The same change in per cent of `old`; nan if `old` is 0.
    within : float
        The part of `points` from the rates within the offences.
    mix : float
        The part from the mix of harm: offences with a rate above that of the whole became a larger or smaller
        share of the harm. The two add up to `points`.
    between : tuple of str
        The two periods, the earlier first, or the two groups.
    compared : str
        The dimension of the two groups, of which `old` is the first; empty where periods are compared.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    old_positive_harm, old_harm, new_positive_harm, new_harm : float
        What the two rates were made of.
    outcomes, outcome_types, basis, out_of, blank, alternates : optional
        As for `OutcomeRate`.
    old_share_not_yet_assigned, new_share_not_yet_assigned : float
        As for `OutcomeRateChange`: of the crimes, not weighted.
    method, confidence_level : str, float
        How the intervals of the two rates were made, from which the interval of the points comes.
    """

    old: float = column("share", "estimate")
    new: float = column("share", "estimate")
    points: float = column("points", "estimate", of=("old", "new"))
    points_low: float = column("points", "lower")
    points_high: float = column("points", "upper")
    percent_change: float = column("percent", "estimate", of=("old", "new"))
    within: float = column("points", "estimate")
    mix: float = column("points", "estimate")
    old_positive_harm: float = input_field()
    old_harm: float = input_field()
    new_positive_harm: float = input_field()
    new_harm: float = input_field()
    weights: str
    harm_unit: str
    method: str
    confidence_level: float

    @property
    def _about(self) -> str:
        return f"The harm-weighted outcome rate ({self._of_what}, {self.weights})"

    def _sentence(self) -> str:
        if np.isnan(self.points):
            return f"{self._about}: change {self.reason}."
        amount, both = (
            f"{size(self.points, 2)} percentage points",
            (percent(self.old, 2), percent(self.new, 2)),
        )
        when, groups = map(in_words, self.between), bool(self.compared)
        moved = path(self.points, amount, f" ({self._interval_words()})", both, when, groups=groups)
        parts = f"{signed(self.within, 2)} from the rates within offences and {signed(self.mix, 2)} from the mix of harm"
        if np.isnan(self.within):
            parts = f"its parts are {self.reason}"
        return f"{self._about} {moved}{';' if groups else ':'} {parts}.{self._less_mature}"


@overload
def harm_outcome_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf = "crimes",
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: None = None,
    outcome: str = "outcome",
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> HarmOutcomeChange: ...
@overload
def harm_outcome_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf = "crimes",
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns,
    outcome: str = "outcome",
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[HarmOutcomeChange]: ...
@_check.asking_together
def harm_outcome_change(
    data: Any,
    weights: HarmWeights,
    /,
    *,
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    positive: str | OutcomeSet | None = None,
    basis: Basis | None = None,
    out_of: OutOf = "crimes",
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns | None = None,
    outcome: str = "outcome",
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> HarmOutcomeChange | Results[HarmOutcomeChange]:
    r"""Change in a harm-weighted outcome rate, with an interval, split into rates within offences and mix of harm.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by type, offence and period.
    weights : HarmWeights
        The harm of one crime of each offence, for both periods.
    between : tuple of str or Period, optional
        The two periods, (earlier, later), as for `outcome_rate_change`.
    groups, of : optional
        Two groups of a dimension instead of `between`, as for `outcome_rate_change`.
    positive, basis, out_of, blank, alternates : optional
        As for `harm_outcome_rate`; the first two must be given.
    crimes : Tally, optional
        Crimes recorded by offence and period, for ``out_of="crimes"``.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    outcome, offence, period : str, optional
        The dimensions, or columns, of the type of outcome, the offence code and the period. Defaults are
        ``"outcome"``, ``"offence"`` and ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only, as for `outcome_rate_change`. Default is
        ``"require"``.
    caveat : str, optional
        A caveat to show with the figure.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    HarmOutcomeChange or Results of HarmOutcomeChange
        A table if there is `by`; otherwise one figure. Where the two periods have different suppliers the figure
        is not available and `reason` says why.

    Raises
    ------
    InvalidInputError, InvalidTypeError, ChoiceNeededError, UnknownNameError
        As `outcome_rate_change` and `harm_outcome_rate`.

    See Also
    --------
    harm_outcome_drivers : What each offence adds to the two parts.
    outcome_rate_split : The same for rates without weights.

    Notes
    -----
    The interval squares and adds the distances of the two rates from their own limits, as for
    `outcome_rate_change`. It assumes that the two periods are independent.

    With the shares s of the harm, :math:`s_i = w_i n_i / \sum w n`, and the rates r of the offences the rate is
    :math:`\sum_i s_i r_i`; within is :math:`\sum_i \Delta r_i\,\bar{s_i}` and mix :math:`\sum_i \Delta s_i\,\bar{r_i}`,
    where a bar is the mean of old and new [1]_. An offence without crimes in one period takes its rate from the
    other.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the American
       Statistical Association, 50(272), 1168-1194.

    Examples
    --------
    Every rate stood still; a smaller part of the harm is homicide, of which most are charged:

    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"1": 100, "46": 1}, name="own", version="1")
    >>> columns = {
    ...     "period": ["2022/23"] * 4 + ["2023/24"] * 4,
    ...     "offence": ["1", "1", "46", "46"] * 2,
    ...     "outcome": ["1", "18"] * 4,
    ... }
    >>> crimes = Tally.from_columns(columns, [60, 20, 40, 360, 30, 10, 40, 360])
    >>> print(harm_outcome_change(
    ...     crimes, own, between=("2022/23", "2023/24"), positive="charged", basis="recorded", out_of="outcomes"
    ... ))
    The harm-weighted outcome rate (charged, recorded basis, out of outcomes, own 1) fell by 2.81 percentage points (95% interval −19.11 to +12.31), from 71.90% in 2022/23 to 69.09% in 2023/24: 0.00 from the rates within offences and −2.81 from the mix of harm.

    By force:

    >>> by_force = Tally.from_columns(
    ...     {"force": ["Essex"] * 8 + ["Kent"] * 8} | {name: column * 2 for name, column in columns.items()},
    ...     [60, 20, 40, 360, 30, 10, 40, 360, 30, 10, 20, 180, 30, 10, 30, 170],
    ... )
    >>> asked = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
    >>> change = harm_outcome_change(by_force, own, between=("2022/23", "2023/24"), by="force", **asked)
    >>> change["points"].round(2).tolist()
    [-2.81, 0.24]
    """
    definition = Definition.of(positive, basis, out_of, confidence_level, blank, alternates)
    how = How((weights,), offence, confidence_level=confidence_level)
    asked = Asked.of(between, period, groups, of, by=by, outcome=outcome, offence=offence)
    data, dims = framed(data, by, date, every, period=asked.period)
    outcomes = _read(data, how, definition, dims, outcome, asked, count)
    weighed = _Weighed.of(how, outcomes, crimes, like_for_like, caveat)
    definition, rows = weighed.definition, weighed.pair.rows
    (old, old_low, old_high), (new, new_low, new_high) = weighed.rates
    low, high = intervals.square_and_add(new, new_low, new_high, old, old_low, old_high)
    why = weighed.why_no_split(rows.there)
    whole = unexplained(why)
    rows.explain(old == 0, f"not applicable: the rate was 0 {weighed.pair.beside.before}")
    rows.explain(rows.there & ~whole, why)
    old_share, old_rate, new_share, new_rate, beside = weighed.by_offence(rows.there & whole)
    within, mix = kitagawa(old_share, 100 * old_rate, new_share, 100 * new_rate)
    values = {
        "old": old,
        "new": new,
        "points": 100 * (new - old),
        "points_low": 100 * low,
        "points_high": 100 * high,
        "percent_change": 100 * (new / np.where(old > 0, old, np.nan) - 1),
        "within": within,
        "mix": mix + beside.sum(axis=1),
        **weighed.inputs,
        **weighed.open_shares,
        **weighed.said,
    }
    parts = rows.there & whole
    first, last = weighed.stand
    return rows.results(HarmOutcomeChange, values, {"old": first, "new": last, "within": parts, "mix": parts})


@figure(estimate="points", counts="harm")
class HarmOutcomeDriver(OutcomeRateDriver):
    """What one offence added to a change in a harm-weighted outcome rate.

    Attributes
    ----------
    old_rate, new_rate : float
        The rates of the offence, as fractions; nan if it has no crimes.
    old_share, new_share : float
        Its share of the harm in the denominator of the whole rate.
    points : float
        What it added to the change of the whole rate, in percentage points.
    within, mix : float
        The parts of `points` from its own rate and from its share of the harm. They add up to `points`, and over
        the offences to those of the `HarmOutcomeChange`.
    whole_old, whole_new : float
        The two rates of the whole.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    of, between, outcomes, outcome_types, basis, out_of : optional
        As for `OutcomeRateDriver`.
    old_share_not_yet_assigned, new_share_not_yet_assigned : float
        As for `HarmOutcomeChange`: of the whole.
    """

    weights: str
    harm_unit: str

    @property
    def _noun(self) -> str:
        return f"the harm of {super()._noun}"

    @property
    def _of_what(self) -> str:
        return f"{super()._of_what}, {self.weights}"


@_check.asking_together
def harm_outcome_drivers(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between | None = None,
    groups: GroupsOf | None = None,
    positive: str | OutcomeSet | None = None,
    basis: Basis | None = None,
    out_of: OutOf = "crimes",
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns = (),
    outcome: str = "outcome",
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
) -> Results[HarmOutcomeDriver]:
    """Return what each offence added to a change in a harm-weighted outcome rate, through its rate and through its share.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by type, offence and period.
    weights : HarmWeights
        The harm of one crime of each offence, for both periods.
    between : tuple of str or Period, optional
        The two periods, (earlier, later), as for `outcome_rate_change`.
    groups : mapping of dimension to two labels, optional
        Two groups instead of `between`, as for `change_drivers`.
    positive, basis, out_of, crimes, blank, alternates : optional
        As for `harm_outcome_change`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    outcome, offence, period : str, optional
        The dimensions, or columns, of the type of outcome, the offence code and the period. Defaults are
        ``"outcome"``, ``"offence"`` and ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    like_for_like : {"require", "match"}, optional
        As for `harm_outcome_change`. Default is ``"require"``.
    caveat : str, optional
        A caveat to show with the figures.

    Returns
    -------
    Results of HarmOutcomeDriver
        One row for each offence of each group. Within a group `points`, `within` and `mix` add up to those of its
        `harm_outcome_change`.

    Raises
    ------
    InvalidInputError, InvalidTypeError, ChoiceNeededError, UnknownNameError
        As `harm_outcome_change`.

    See Also
    --------
    harm_outcome_change : The two parts of the whole.

    Examples
    --------
    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"1": 100, "46": 1}, name="own", version="1")
    >>> columns = {
    ...     "period": ["2022/23"] * 4 + ["2023/24"] * 4,
    ...     "offence": ["1", "1", "46", "46"] * 2,
    ...     "outcome": ["1", "18"] * 4,
    ... }
    >>> crimes = Tally.from_columns(columns, [60, 20, 40, 360, 30, 10, 40, 360])
    >>> asked = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
    >>> harm_outcome_drivers(crimes, own, between=("2022/23", "2023/24"), **asked)
    Harm outcome driver; outcomes: charged; outcome types: 1; basis: recorded; out of: outcomes; 2022/23 to 2023/24; weights: own 1; in days; of: offence
    offence  old_rate  new_rate  old_share  new_share  points  within    mix
    -------  --------  --------  ---------  ---------  ------  ------  -----
    1          75.00%    75.00%     95.24%     90.91%   −0.19    0.00  −0.19
    46         10.00%    10.00%      4.76%      9.09%   −2.62    0.00  −2.62
    [HarmOutcomeDriver, 2 rows]

    By force:

    >>> by_force = Tally.from_columns(
    ...     {"force": ["Essex"] * 8 + ["Kent"] * 8} | {name: column * 2 for name, column in columns.items()},
    ...     [60, 20, 40, 360, 30, 10, 40, 360, 30, 10, 20, 180, 30, 10, 30, 170],
    ... )
    >>> drivers = harm_outcome_drivers(by_force, own, between=("2022/23", "2023/24"), by="force", **asked)
    >>> round(drivers.at(force="Essex", offence="46").mix, 2)
    -2.62
    """
    definition = Definition.of(positive, basis, out_of, 0.95, blank, alternates)
    how = How((weights,), offence)
    asked = Asked.of_parts(between, period, groups, by=by, outcome=outcome, offence=offence)
    data, dims = framed(data, by, date, every, period=asked.period)
    outcomes = _read(data, how, definition, dims, outcome, asked, count)
    weighed = _Weighed.of(how, outcomes, crimes, like_for_like, caveat)
    pair, parts = weighed.pair, weighed.parts
    pair.rows.adopt(weighed.why_no_split(pair.rows.there))
    rows, group, _ = pair.by_part(offence, parts)
    at = group, parts.code(offence)
    old_share, old_rate, new_share, new_rate, beside = weighed.by_offence(pair.rows.there)
    within, mix = (100 * part[at] for part in kitagawa_parts(old_share, old_rate, new_share, new_rate))
    mix = mix + beside[at]
    (old, *_), (new, *_) = weighed.rates
    wholes = {"whole_old": old, "whole_new": new} | weighed.open_shares
    values = {
        "old_rate": old_rate[at],
        "new_rate": new_rate[at],
        "old_share": old_share[at],
        "new_share": new_share[at],
        "points": within + mix,
        "within": within,
        "mix": mix,
        **{name: np.where(rows.there, whole[group], np.nan) for name, whole in wholes.items()},
        "of": offence,
        **weighed.said,
    }
    return rows.results(HarmOutcomeDriver, values, single=False)


# ---- two periods, weighed ---------------------------------------------------------------


def _read(
    data: Any,
    how: How,
    definition: Definition,
    by: tuple[str, ...] | None,
    outcome: str,
    asked: Asked,
    count: str | None,
) -> Outcomes:
    """Read outcomes that keep their offences, without those that the weights leave out on purpose."""
    if by is not None and how.offence in by:
        msg = f"by must not name the offence dimension {how.offence!r}: harm is weighed over offences; harm_outcome_drivers has a row for each."
        raise InvalidInputError(msg)
    found = Outcomes.read(data, definition, by, outcome, asked, count, how.offence)
    return attrs.evolve(found, tally=how.set_aside(found.tally))


@attrs.frozen
class _Weighed:
    """Two periods, weighed: the offences of every group, what each side weighs, and its rates where they stand."""

    found: TwoPeriods
    parts: Cells
    offence: str
    sides: tuple[Harm, Harm]
    stand: Sequence[Mask]
    rates: Sequence[tuple[FloatArray, FloatArray, FloatArray]]
    said: dict[str, Any]

    @classmethod
    def of(
        cls,
        how: How,
        outcomes: Outcomes,
        crimes: Any,
        like_for_like: LikeForLike,
        caveat: str,
    ) -> _Weighed:
        """Weigh both periods, and say which groups have no rate."""
        recorded = how.set_aside(crimes) if isinstance(crimes, Tally) else crimes
        found = outcomes.compare(recorded, like_for_like, caveat)
        pair, definition = found.pair, found.counter.definition
        of_crimes = found.crimes or (None, None)
        every = [side for side in (*pair.sides, *of_crimes) if side is not None]
        how.refuse_unweighted(every)
        parts = parts_of(pair.groups, how.offence, *every)
        old, new = (
            Harm.of(found.counter, pair.groups, side, own, how, parts)
            for side, own in zip(pair.sides, of_crimes, strict=True)
        )
        stand = []
        for harm, side, there in zip((old, new), pair.sides, found.stand, strict=True):
            why = harm.why_impossible(definition, side.label)
            pair.rows.adopt(why)
            pair.rows.note_some(harm.more_than_all(definition))
            stand.append(there & unexplained(why))
        pair.rows.note(*dict.fromkeys(note for harm in (old, new) for note in harm.notes(how)))
        rates = [harm.rates(definition, there) for harm, there in zip((old, new), stand, strict=True)]
        said = {
            **pair.beside.fields,
            **definition.audit,
            **{name: how.said(pair.data)[name] for name in ("weights", "harm_unit")},
        }
        return cls(found, parts, how.offence, (old, new), stand, rates, said)

    @property
    def pair(self) -> Comparison:
        """The two periods by group."""
        return self.found.pair

    @property
    def definition(self) -> Definition:
        """What the rates are of."""
        return self.found.counter.definition

    @property
    def open_shares(self) -> dict[str, FloatArray]:
        """How far the two cohorts are."""
        return self.definition.open_shares(self.found.counted, self.found.stand)

    @property
    def inputs(self) -> dict[str, FloatArray]:
        """What the two rates were made of."""
        found = {}
        for name, harm, there in zip(("old", "new"), self.sides, self.stand, strict=True):
            found[f"{name}_positive_harm"] = np.where(there, harm.weighed.positive, np.nan)
            found[f"{name}_harm"] = np.where(there, harm.weighed.denominator, np.nan)
        return found

    def why_no_split(self, there: Mask) -> Reasons:
        """Say of each group which of its offences has no rate, so that the change has no parts."""
        why, labels = no_reasons(len(there)), self.parts.column(self.offence)
        faults = [
            why_faulty(self.definition, harm.counted, label)
            for harm, label in zip(self.sides, self.pair.between, strict=True)
        ]
        for reasons in chain(*zip(*faults, strict=True)):
            for at in np.flatnonzero(~unexplained(reasons)).tolist():
                group = self.sides[0].group[at]
                if why[group] is None:
                    told = str(reasons[at]).removeprefix("not available: ")
                    why[group] = f"not available: of {self.offence} {labels[at]}, {told}"
        return why

    def by_offence(self, there: Mask) -> tuple[FloatArray, ...]:
        """Lay out shares and rates, old and new, by group and offence, and what is of no share, in percentage points."""
        at: tuple[IntArray, IntArray] = self.sides[0].group, self.parts.code(self.offence)
        count = len(self.parts.label(self.offence))
        before, after = (
            laid_out(Counted(*(harm.weight * v for v in attrs.astuple(harm.counted))), at, there, count)
            for harm in self.sides
        )
        return (*before[:2], *after[:2], 100 * (after[2] - before[2]))
