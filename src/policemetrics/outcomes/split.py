"""A change in a positive outcome rate, split into rates within categories and the mix of categories.

`outcome_rate_split` gives the two parts of the whole change, `outcome_rate_drivers` what each category adds to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, ClassVar, overload

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._compare import Asked, Comparison, Mask
from policemetrics._supply import Reasons, Side, groups_of, no_reasons, totals, unexplained, why_negative
from policemetrics._write import percent, signed
from policemetrics.decomposition import kitagawa, kitagawa_parts
from policemetrics.frames import framed
from policemetrics.outcomes.counting import Counter, Outcomes, TwoPeriods, first_of
from policemetrics.outcomes.definition import Counted, Definition, OutcomeFigureOfTwo, OutcomeSet
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
)


@figure(estimate="points")
class OutcomeRateSplit(OutcomeFigureOfTwo):
    """A change in a positive outcome rate, split into change within categories and change in their mix.

    Attributes
    ----------
    old, new : float
        The two rates, as fractions.
    points : float
        `new` less `old`, in percentage points.
    within, mix : float
        The parts from the rates within the categories and from their shares; they add up to `points`, exactly.
    of : str
        The dimension of the categories.
    between : tuple of str
        The two periods, the earlier first, or the two groups.
    compared : str
        The dimension of the two groups; empty if periods are compared.
    outcomes, outcome_types : str, tuple of str
        The set of positive outcomes.
    basis, out_of : str
        Which outcomes, out of what.
    old_share_not_yet_assigned, new_share_not_yet_assigned : float
        As for `OutcomeRateChange`.
    """

    _unprotected: ClassVar[str] = "whose parts tell of the whole"

    old: float = column("share", "estimate")
    new: float = column("share", "estimate")
    points: float = column("points", "estimate", of=("old", "new"))
    within: float = column("points", "estimate")
    mix: float = column("points", "estimate")
    of: str

    def _sentence(self) -> str:
        if np.isnan(self.points):
            return f"{self._about}: split of the {'difference' if self.compared else 'change'} by {self.of} {self.reason}."
        earlier, later = map(in_words, self.between)
        path = f"from {percent(self.old, 2)} in {earlier} to {percent(self.new, 2)} in {later}"
        if self.compared:
            path = f"{percent(self.new, 2)} in {later} against {percent(self.old, 2)} in {earlier}"
        return (
            f"{self._about} {'differed' if self.compared else 'changed'} by {signed(self.points, 2)} percentage points, {path}: {signed(self.within, 2)} from the rates "
            f"within each {self.of} and {signed(self.mix, 2)} from the mix by {self.of}.{self._less_mature}"
        )


@overload
def outcome_rate_split(
    data: Counts,
    /,
    *,
    between: Between | None = None,
    groups: GroupsOf | None = None,
    of: str,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: None = None,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
) -> OutcomeRateSplit: ...
@overload
def outcome_rate_split(
    data: Counts,
    /,
    *,
    between: Between | None = None,
    groups: GroupsOf | None = None,
    of: str,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
) -> Results[OutcomeRateSplit]: ...
@_check.asking_together
def outcome_rate_split(
    data: Any,
    /,
    *,
    between: Between | None = None,
    groups: GroupsOf | None = None,
    of: str,
    positive: str | OutcomeSet | None = None,
    basis: Basis | None = None,
    out_of: OutOf | None = None,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns | None = None,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
) -> OutcomeRateSplit | Results[OutcomeRateSplit]:
    r"""Split a change in a positive outcome rate into rates within categories and their mix.

    A rate can fall although it rises for every offence, because a larger share of crimes are offences that seldom
    have a positive outcome. The two parts add up to the change, exactly.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by type, period and `of`.
    between : tuple of str or Period, optional
        The two periods, (earlier, later), as for `outcome_rate_change`.
    groups : mapping of str to tuple, optional
        Two groups instead of two periods: their dimension and both labels, ``{"district": ("Eastside",
        "Westside")}``.
    of : str
        The dimension of the categories: the offence, its group, the area.
    positive, basis, out_of : optional
        As for `positive_outcome_rate`; they must be given.
    crimes : Tally, optional
        Crimes recorded by period and `of`, for ``out_of="crimes"``.
    blank, alternates : optional
        As for `positive_outcome_rate`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions whose changes are each split; gives a table. Default is the change of the whole.
    outcome, period : str, optional
        The dimensions that hold the type and the period. Default is ``"outcome"``, ``"period"``.
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

    Returns
    -------
    OutcomeRateSplit or Results of OutcomeRateSplit
        A table if there is `by`; otherwise one figure. Where the two periods have different suppliers the figure
        is not available and `reason` says why.

    Raises
    ------
    InvalidInputError
        If the periods do not compare, or one dimension is given two roles. Also as for `positive_outcome_rate`.
    InvalidTypeError
        If `crimes` is no Tally, not one of `between` and `groups` is given, or `groups` is no such mapping.
    ChoiceNeededError
        If a choice is left out, as for `positive_outcome_rate`: the error lists all choices with their meaning,
        and a complete call.
    UnknownNameError
        If a set, a type of outcome, a dimension or a column does not exist.

    See Also
    --------
    outcome_rate_drivers : What each category adds to the two parts.
    outcome_rate_change : The change itself, with its interval.
    policemetrics.decomposition.kitagawa : The split, for arrays.

    Notes
    -----
    With shares s of what the rate is out of, and rates r, of the categories i, within is
    :math:`\sum_i \Delta r_i\,\bar{s_i}` and mix :math:`\sum_i \Delta s_i\,\bar{r_i}`, where a bar is the mean of
    old and new [1]_. A category without crimes in one period takes its rate from the other, so that it counts as a
    change in the mix. The split is arithmetic: it does not say why a rate or the mix has changed. With finer
    categories more of the change counts as mix and less as within.

    In a frame a category without a row in a period counts as 0, if its group has any rows. If `crimes` has the
    category, it counts as not known: then give a `Tally` whose coverage says who supplied data.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the American
       Statistical Association, 50(272), 1168-1194.

    Examples
    --------
    Both offences do better, theft 5% to 6% and drugs 60% to 65%, and yet the rate falls:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {
    ...         "period": ["2022/23"] * 4 + ["2023/24"] * 4,
    ...         "offence": ["theft", "theft", "drugs", "drugs"] * 2,
    ...         "outcome": ["1", "18"] * 4,
    ...     },
    ...     [40, 760, 120, 80, 54, 846, 65, 35],
    ... )
    >>> asked = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
    >>> print(outcome_rate_split(crimes, between=("2022/23", "2023/24"), of="offence", **asked))
    The positive outcome rate (charged, recorded basis, out of outcomes) changed by −4.10 percentage points, from 16.00% in 2022/23 to 11.90% in 2023/24: +1.60 from the rates within each offence and −5.70 from the mix by offence.

    By force:

    >>> by_force = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 8 + ["Kent"] * 8,
    ...         "period": (["2022/23"] * 4 + ["2023/24"] * 4) * 2,
    ...         "offence": ["theft", "theft", "drugs", "drugs"] * 4,
    ...         "outcome": ["1", "18"] * 8,
    ...     },
    ...     [40, 760, 120, 80, 54, 846, 65, 35, 30, 570, 60, 40, 36, 564, 65, 35],
    ... )
    >>> split = outcome_rate_split(by_force, between=("2022/23", "2023/24"), of="offence", by="force", **asked)
    >>> split["within"].round(2).tolist(), split["mix"].round(2).tolist()
    ([1.6, 1.57], [-5.7, 0.0])
    """
    definition = Definition.of(positive, basis, out_of, 0.95, blank, alternates)
    asked = Asked.of_parts(between, period, groups, by=by, of=_check.text(of, "of"), outcome=outcome)
    data, dims = framed(data, by, date, every, period=asked.period)
    outcomes = Outcomes.read(data, definition, dims, outcome, asked, count, of)
    split = _Split.of(outcomes.compare(crimes, like_for_like, caveat), of)
    # Percentage points from the start: what adds up exactly does so no more when multiplied afterwards.
    old_share, old_rate, new_share, new_rate = split.dense.values()
    within, mix = kitagawa(old_share, 100 * old_rate, new_share, 100 * new_rate)
    mix = mix + split.beside.sum(axis=1)
    values = {
        "old": split.wholes["whole_old"],
        "new": split.wholes["whole_new"],
        "points": within + mix,
        "within": within,
        "mix": mix,
        **split.wholes,
        **split.said,
    }
    return split.pair.rows.results(OutcomeRateSplit, values)


@figure(estimate="points")
class OutcomeRateDriver(OutcomeFigureOfTwo):
    """What one category added to a change in a positive outcome rate.

    Attributes
    ----------
    old_rate, new_rate : float
        The rates of the category, as fractions; nan where it has no crimes.
    old_share, new_share : float
        Its share of the denominator of the whole rate.
    points : float
        What it added to the change of the whole rate, in percentage points.
    within, mix : float
        The parts of `points` from its own rate and from its share. They add up to `points`, and over the
        categories to those of the `OutcomeRateSplit`.
    whole_old, whole_new : float
        The two rates of the whole.
    of, between, compared, outcomes, outcome_types, basis, out_of : optional
        As for `OutcomeRateSplit`.
    old_share_not_yet_assigned, new_share_not_yet_assigned : float
        As for `OutcomeRateSplit`: of the whole.
    """

    _unprotected: ClassVar[str] = "whose parts tell of the whole"

    old_rate: float = column("share", "estimate")
    new_rate: float = column("share", "estimate")
    old_share: float = column("share", "estimate")
    new_share: float = column("share", "estimate")
    points: float = column("points", "estimate", of=("within", "mix"))
    within: float = column("points", "estimate", of=("old_rate", "new_rate", "old_share", "new_share"))
    mix: float = column("points", "estimate", of=("old_rate", "new_rate", "old_share", "new_share"))
    whole_old: float = input_field("estimate")
    whole_new: float = input_field("estimate")
    of: str

    def _sentence(self) -> str:
        subject = f"Positive outcome rate ({self._of_what})"
        if np.isnan(self.points):
            return f"{subject}: {self.reason}."
        rates = f"{_rate(self.old_rate)} to {_rate(self.new_rate)}"
        shares = f"{percent(self.old_share, 1)} to {percent(self.new_share, 1)}"
        whole = signed(100 * (self.whole_new - self.whole_old), 2)
        return (
            f"{subject}: {signed(self.points, 2)} of the {whole} percentage points by which the whole {'differed' if self.compared else 'changed'}; "
            f"{signed(self.within, 2)} from its own rate ({rates}) and {signed(self.mix, 2)} from its share of "
            f"{self._noun} ({shares}{self._pull}).{self._less_mature}"
        )

    @property
    def _pull(self) -> str:
        """Say why its share does to the whole what the sign of `mix` says."""
        moved = self.new_share - self.old_share
        own = np.nanmean([self.old_rate, self.new_rate])
        above = own - (self.whole_old + self.whole_new) / 2
        if moved == 0 or above == 0 or np.isnan(above):
            return ""
        pulls = "raises" if moved * above > 0 else "lowers"
        return (
            f"; at a rate {'above' if above > 0 else 'below'} that of the whole, which a "
            f"{'larger' if moved > 0 else 'smaller'} share {pulls}"
        )


def _rate(value: float) -> str:
    return "none" if np.isnan(value) else percent(value, 2)


@_check.asking_together
def outcome_rate_drivers(
    data: Counts,
    /,
    *,
    between: Between | None = None,
    groups: GroupsOf | None = None,
    of: str,
    positive: str | OutcomeSet | None = None,
    basis: Basis | None = None,
    out_of: OutOf | None = None,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns = (),
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
) -> Results[OutcomeRateDriver]:
    """Return what each category added to a change in a positive outcome rate, through its rate and through its share.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by type, period and `of`.
    between : tuple of str or Period, optional
        The two periods, (earlier, later), as for `outcome_rate_change`.
    groups : mapping of str to tuple, optional
        Two groups instead of two periods: their dimension and both labels, ``{"district": ("Eastside",
        "Westside")}``.
    of : str
        The dimension whose categories are shown: the offence, its group, the area.
    positive, basis, out_of : optional
        As for `positive_outcome_rate`; they must be given.
    crimes : Tally, optional
        Crimes recorded by period and `of`, for ``out_of="crimes"``.
    blank, alternates : optional
        As for `positive_outcome_rate`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    outcome, period : str, optional
        The dimensions that hold the type and the period. Default is ``"outcome"``, ``"period"``.
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
        A caveat to show with the figures.

    Returns
    -------
    Results of OutcomeRateDriver
        One row for each category of each group. Within a group `points`, `within` and `mix` add up to those
        of its `outcome_rate_split`.

    Raises
    ------
    InvalidInputError, InvalidTypeError, ChoiceNeededError, UnknownNameError
        As `outcome_rate_split`.

    See Also
    --------
    outcome_rate_split : The two parts of the whole.

    Notes
    -----
    The `mix` of a category is the change of its share, times the distance of its rate above that of the whole
    (both means of the two periods). So a category with a growing share raises the whole only if its rate is above
    that of the whole. The changes of the shares add up to 0, so the rows add up to the mix of the
    `OutcomeRateSplit`.

    Examples
    --------
    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {
    ...         "period": ["2022/23"] * 4 + ["2023/24"] * 4,
    ...         "offence": ["theft", "theft", "drugs", "drugs"] * 2,
    ...         "outcome": ["1", "18"] * 4,
    ...     },
    ...     [40, 760, 120, 80, 54, 846, 65, 35],
    ... )
    >>> asked = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
    >>> outcome_rate_drivers(crimes, between=("2022/23", "2023/24"), of="offence", **asked)
    Outcome rate driver; outcomes: charged; outcome types: 1; basis: recorded; out of: outcomes; 2022/23 to 2023/24; of: offence
    offence  old_rate  new_rate  old_share  new_share  points  within    mix
    -------  --------  --------  ---------  ---------  ------  ------  -----
    drugs      60.00%    65.00%     20.00%     10.00%   −4.11   +0.75  −4.86
    theft       5.00%     6.00%     80.00%     90.00%    0.00   +0.85  −0.85
    [OutcomeRateDriver, 2 rows]

    By force:

    >>> by_force = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 8 + ["Kent"] * 8,
    ...         "period": (["2022/23"] * 4 + ["2023/24"] * 4) * 2,
    ...         "offence": ["theft", "theft", "drugs", "drugs"] * 4,
    ...         "outcome": ["1", "18"] * 8,
    ...     },
    ...     [40, 760, 120, 80, 54, 846, 65, 35, 30, 570, 60, 40, 36, 564, 65, 35],
    ... )
    >>> drivers = outcome_rate_drivers(by_force, between=("2022/23", "2023/24"), of="offence", by="force", **asked)
    >>> round(drivers.at(force="Kent", offence="theft").within, 2)
    0.86
    """
    definition = Definition.of(positive, basis, out_of, 0.95, blank, alternates)
    asked = Asked.of_parts(between, period, groups, by=by, of=_check.text(of, "of"), outcome=outcome)
    data, dims = framed(data, by, date, every, period=asked.period)
    outcomes = Outcomes.read(data, definition, dims, outcome, asked, count, of)
    split = _Split.of(outcomes.compare(crimes, like_for_like, caveat), of)
    rows, group, _ = split.pair.by_part(of, split.parts)
    at = group, split.parts.code(of)
    within, mix = (100 * part[at] for part in kitagawa_parts(*split.dense.values()))
    mix = mix + split.beside[at]
    values = {
        "points": within + mix,
        "within": within,
        "mix": mix,
        **{name: part[at] for name, part in split.dense.items()},
        **{name: np.where(rows.there, whole[group], np.nan) for name, whole in split.wholes.items()},
        **split.said,
    }
    return rows.results(OutcomeRateDriver, values, single=False)


# ---- by category ------------------------------------------------------------------------


@attrs.frozen
class _Split:
    """Two periods divided by category: the categories of every group, and what both are made of.

    `dense` holds arrays by group and category: old shares and rates, then new ones. A category of which nothing was
    counted has a share of 0 and no rate; if it has positive outcomes all the same, since corrections leave it no
    others, what they add to the change stands in `beside`, in percentage points, and is of the mix. `wholes` are the rates of each group, and how far its cohorts are.
    """

    pair: Comparison
    parts: Cells
    dense: Mapping[str, FloatArray]
    beside: FloatArray
    wholes: Mapping[str, FloatArray]
    said: Mapping[str, Any]

    @classmethod
    def of(cls, found: TwoPeriods, of: str) -> _Split:
        pair, counter, definition = found.pair, found.counter, found.counter.definition
        # A category may have crimes and no outcomes.
        parts = groups_of((*pair.sides, *(found.crimes or ())), (*pair.groups.dims, of), pair.data)
        parts = parts.select(parts.within(pair.groups))
        group, named = parts.positions(pair.groups, pair.groups.dims), parts.column(of)
        counted = [
            by_category(counter, parts, side, crimes)
            for side, crimes in zip(pair.sides, found.crimes or (None, None), strict=True)
        ]
        faults = [why_faulty(definition, *one) for one in zip(counted, pair.between, strict=True)]
        for reasons in chain(*zip(*faults, strict=True)):
            of_group = no_reasons(len(pair.groups))
            for at in np.flatnonzero(~unexplained(reasons))[::-1].tolist():  # the first of a group stays
                why = reasons[at].removeprefix("not available: ")
                of_group[group[at]] = f"not available: of {of} {named[at]}, {why}"
            pair.rows.adopt(of_group)
        places, categories = (group, parts.code(of)), len(parts.label(of))
        before, after = (laid_out(one, places, pair.rows.there, categories) for one in counted)
        old, new = map(definition.rates, found.counted, found.stand)
        names = ("old_share", "old_rate", "new_share", "new_rate")
        dense: dict[str, FloatArray] = dict(zip(names, (*before[:2], *after[:2]), strict=True))
        wholes = definition.open_shares(found.counted, found.stand) | {
            "whole_old": old[0],
            "whole_new": new[0],
        }
        said = {"of": of} | pair.beside.fields | definition.audit
        return cls(pair, parts, dense, 100 * (after[2] - before[2]), wholes, said)


def by_category(counter: Counter, parts: Cells, side: Side, crimes: Side | None) -> Counted:
    """Add up one side by category; what is absent counts 0."""
    found = counter.parts(parts, side)
    return found if crimes is None else counter.out_of_crimes(found, totals(crimes, parts).astype(float))


def why_faulty(definition: Definition, parts: Counted, label: str) -> tuple[Reasons, Reasons]:
    """Say of each category which total is below zero, and why else its counts make no rate of its own."""
    below = first_of(why_negative(parts.positive, label), why_negative(parts.denominator, label))
    own = definition.why_impossible(parts, label)
    # Nothing of a category is no fault.
    of_it = parts.positive if definition.is_ratio else parts.outcomes
    nothing = (parts.denominator == 0) & (of_it == 0)
    below[nothing] = own[nothing] = None
    return below, own


def laid_out(
    counted: Counted, at: tuple[IntArray, IntArray], there: Mask, categories: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lay out shares and rates by group and category, and positives of no denominator; a group that cannot be split has none."""
    positive, whole = (np.zeros((len(there), categories)) for _ in range(2))
    positive[at], whole[at] = counted.positive, counted.denominator
    whole[~there] = positive[~there] = 0
    total = whole.sum(axis=1, keepdims=True)
    size = np.where(total > 0, total, 1)  # of harm there may be less than 1
    rate = np.where(whole > 0, positive / np.where(whole > 0, whole, 1), np.nan)
    return whole / size, rate, np.where(whole > 0, 0, positive) / size
