"""The change in harm between periods, its interval, and what it is made of: `harm_change`, `harm_index`, `harm_drivers`."""

from __future__ import annotations

from typing import Any, ClassVar, Final, overload

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._compare import Asked, Comparison, Mask, Rows, read_counts
from policemetrics._supply import base_and_periods, exclusion_table, groups_of, left_by_match
from policemetrics._write import count as written
from policemetrics._write import differs, fixed, moved, percent, plain, size
from policemetrics.decomposition import symmetric_split
from policemetrics.exposure import Exposure
from policemetrics.frames import framed
from policemetrics.harm.score import How, Scored, Weighted, distinct
from policemetrics.harm.weights import HarmWeights
from policemetrics.intervals.pairs import square_and_add_ratio
from policemetrics.periods import Period, in_words
from policemetrics.results import Figure, Results, column, figure, input_field
from policemetrics.tallies import Tally
from policemetrics.typing import (
    Between,
    Columns,
    Counts,
    Every,
    FloatArray,
    GroupsOf,
    HarmMethod,
    IntArray,
    LikeForLike,
    TwoGroups,
)

_PARTS: Final = ("from_population", "from_volume", "from_mix", "from_weights")
_HEADS: Final = "{harm_unit}, {exposure_name}"
_MADE_OF: Final = ("old", "new", "crimes_old", "crimes_new", "old_exposure", "new_exposure")


# ---- two periods ------------------------------------------------------------------------


@figure(estimate=("percent_change", "change"))
class HarmChange(Weighted):
    """A change in harm from one period to another, and its parts.

    Attributes
    ----------
    old, new : float
        The two scores, in `harm_unit`.
    change : float
        `new` less `old`.
    percent_change, percent_change_low, percent_change_high : float
        Change of the score in per cent, and its interval. Nan if there was no harm before. If there are no crimes
        after, the lower limit is −100 and the upper is not known.
    old_per_head, new_per_head : float
        The two scores divided by the exposure; nan without one.
    per_head_percent_change, per_head_percent_change_low, per_head_percent_change_high : float
        Change of the score per head in per cent, and its interval, which treats the exposure as known.
    from_population : float
        Part of `change` from more or fewer people (or whatever the exposure counts); 0 without an exposure.
    from_volume : float
        Part from more or fewer crimes; with an exposure, crimes per head.
    from_mix : float
        Part from the mix of offences: whether crimes were more or less serious.
    from_weights : float
        Part from other weights; 0 unless two editions are compared. The four parts add up to `change`.
    crimes_old, crimes_new : float
        How many crimes were weighted.
    per_crime_change : float
        Change of the mean harm of a crime, in per cent. Harm may fall while this rises.
    between : tuple of str
        The two periods, the earlier first; or the two groups.
    compared : str
        The dimension of the two groups (`old` is the first, `new` the second); empty if periods are compared.
    weights, harm_unit : str
        The edition of the weights, or both editions; and their unit.
    old_exposure, new_exposure : float
        The exposure of each period; nan without one.
    exposure_name, exposure_date : str
        What the exposure counts, and which estimate it is.
    method, confidence_level : str, float
        How the interval was made.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("crimes_old",), ("crimes_new",))

    old: float = column("amount", "numerator", of="crimes_old", unit="{harm_unit}")
    new: float = column("amount", "numerator", of="crimes_new", unit="{harm_unit}")
    change: float = column("amount_change", "estimate", of=("old", "new"), unit="{harm_unit}")
    percent_change: float = column(
        "percent", "estimate", of=("old", "new"), unit="of the total{exposure_name:.0}"
    )
    percent_change_low: float = column("percent", "lower")
    percent_change_high: float = column("percent", "upper")
    old_per_head: float = column(
        "rate", "estimate", of=("old", "old_exposure"), unit=_HEADS, needs="exposure_name"
    )
    new_per_head: float = column(
        "rate", "estimate", of=("new", "new_exposure"), unit=_HEADS, needs="exposure_name"
    )
    per_head_percent_change: float = column(
        "percent", "estimate", of=("old_per_head", "new_per_head"), needs="exposure_name"
    )
    per_head_percent_change_low: float = column("percent", "lower", needs="exposure_name")
    per_head_percent_change_high: float = column("percent", "upper", needs="exposure_name")
    from_population: float = column("amount_change", "estimate", of=_MADE_OF, unit="{harm_unit}")
    from_volume: float = column("amount_change", "estimate", of=_MADE_OF, unit="{harm_unit}")
    from_mix: float = column("amount_change", "estimate", of=_MADE_OF, unit="{harm_unit}")
    from_weights: float = column("amount_change", "estimate", of=_MADE_OF, unit="{harm_unit}")
    crimes_old: float = input_field("numerator")
    crimes_new: float = input_field("numerator")
    per_crime_change: float = input_field("estimate", of=("old", "new", "crimes_old", "crimes_new"))
    between: tuple[str, str]
    compared: str = ""
    old_exposure: float = input_field("denominator", default=np.nan)
    new_exposure: float = input_field("denominator", default=np.nan)

    def _sentence(self) -> str:
        if np.isnan(self.change):
            return f"{self._about}: change {self.reason}."
        if self.compared:
            return self._differs
        earlier, later = map(in_words, self.between)
        path = f", from {plain(self.old)} {self.harm_unit} in {earlier} to {plain(self.new)} in {later}"
        if np.isnan(self.percent_change):
            verb = "rose" if self.change > 0 else "did not change"
            return f"{self._about} {verb}{path}; percentage {self.reason}."
        stated = f"{self._about} {_moved(self.percent_change)} ({self._interval_words()}){path}{self._heads}"
        if np.isnan(self.per_crime_change):
            return f"{stated}."
        return f"{stated}; on {self._crimes}, harm per crime {_moved(self.per_crime_change)}."

    @property
    def _differs(self) -> str:
        """Say how the harm of two groups differs, per head, too, where that is known; and that of a crime."""
        both = [f"{plain(score)} {self.harm_unit}" for score in (self.old, self.new)]
        if np.isnan(self.percent_change):
            return (
                f"{self._about} {differs(self.change, '', '', both, self.between)}; percentage {self.reason}."
            )
        limits, amount = f" ({self._interval_words()})", f"{size(self.percent_change, 1)}% "
        stated = (
            f"{self._about} {differs(self.percent_change, amount, limits, both, self.between)}{self._heads}"
        )
        if np.isnan(self.per_crime_change):
            return f"{stated}."
        per_crime = "the same"
        if self.per_crime_change:
            per_crime = f"{size(self.per_crime_change, 1)}% {_higher(self.per_crime_change)}"
        return f"{stated}; on {self._crimes}, harm per crime was {per_crime}."

    @property
    def _heads(self) -> str:
        """Say how the score per head moved, where it is known."""
        if np.isnan(self.per_head_percent_change):
            return ""
        if self.compared:
            heads = [f"{plain(v)} per head" for v in (self.old_per_head, self.new_per_head)]
            change, words = self.per_head_percent_change, self._interval_words("per_head_percent_change")
            apart = "the same" if change == 0 else f"{size(change, 1)}% {_higher(change)}"
            return f"; per head ({self.exposure_name}, {self.exposure_date}) it was {apart} ({words}): {heads[1]} against {heads[0]}"
        heads = [f"{plain(v)} per head" for v in (self.old_per_head, self.new_per_head)]
        return (
            f"; per head ({self.exposure_name}, {self.exposure_date}) it {_moved(self.per_head_percent_change)} "
            f"({self._interval_words('per_head_percent_change')}), from {heads[0]} to {heads[1]}"
        )

    @property
    def _crimes(self) -> str:
        if self.crimes_old == self.crimes_new:
            return "as many crimes"
        change = (self.crimes_new / self.crimes_old - 1) * 100
        return f"{fixed(abs(change), 1)}% {'more' if change > 0 else 'fewer'} crimes"


def _higher(change: float) -> str:
    return "higher" if change > 0 else "lower"


def _moved(percent_change: float) -> str:
    return moved(percent_change, f"{size(percent_change, 1)}%")


@overload
def harm_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between,
    by: None = None,
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    weights_new: HarmWeights | None = None,
    like_for_like: LikeForLike = "require",
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> HarmChange: ...
@overload
def harm_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between,
    by: Columns,
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    weights_new: HarmWeights | None = None,
    like_for_like: LikeForLike = "require",
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[HarmChange]: ...
@overload
def harm_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    groups: TwoGroups,
    of: str | None = None,
    by: None = None,
    offence: str = "offence",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    weights_new: HarmWeights | None = None,
    like_for_like: LikeForLike = "require",
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> HarmChange: ...
@overload
def harm_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    groups: TwoGroups,
    of: str | None = None,
    by: Columns,
    offence: str = "offence",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    weights_new: HarmWeights | None = None,
    like_for_like: LikeForLike = "require",
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[HarmChange]: ...
def harm_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    by: Columns | None = None,
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    weights_new: HarmWeights | None = None,
    like_for_like: LikeForLike = "require",
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> HarmChange | Results[HarmChange]:
    r"""Change in harm between two periods, with an interval, split into volume and mix.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by offence code and period.
    weights : HarmWeights
        The harm of one crime of each offence, for both periods.
    between : tuple of str or Period, optional
        The two periods, (earlier, later): of one length, without overlap. If the tally has shorter periods, such
        as quarters, those within each period are added up.
    groups : tuple of str or int, optional
        Two labels of the dimension `of`, instead of `between`, as for `rate_change`.
    of : str, optional
        The dimension of `groups`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    offence, period : str, optional
        The dimensions, or columns, of offence codes and periods. Defaults are ``"offence"`` and
        ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    exposure : Exposure, optional
        Residents, for example; if each period has its own estimate, the period is one of its dimensions. It
        splits off the part of the change that comes from their number. Default is none.
    weights_new : HarmWeights, optional
        Other weights, of the same unit, for the later period: only to see what a new edition changes. Crimes with
        codes outside either set are excluded. Default is `weights` for both periods.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only: refuse the comparison, or compare the suppliers of
        both and list the rest in the ledger. Default is ``"require"``.
    method : {"dobson", "dobson-byar", "normal"}, optional
        The interval of each period's score, as for `harm_score`; the interval of the percentage is made from
        both. Default is ``"dobson"``.
    caveat : str, optional
        A caveat to show with the figure, such as a break in recording. Default is none.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    HarmChange or Results of HarmChange
        A table if there is `by`; otherwise one figure. Where data are missing, or the two periods have different
        suppliers, the figure is not available and `reason` says why.

    Raises
    ------
    UnknownNameError
        If an offence of either period has no weight and is not in `outside` of the weights: the error lists all
        of them.
    InvalidInputError
        If the periods are reversed, equal, unequal in length or overlap, or the two sets of weights have
        different units.
    InvalidTypeError
        If codes are numbers, `weights` is not a `HarmWeights`, or not one of `between` and `groups` is given.

    Notes
    -----
    The score is population × crimes per head × mean harm of a crime. Das Gupta's symmetric split [1]_ says how
    much each factor added; it treats all factors the same, and the parts add up. If one period has no crimes, it
    gets the mix of the other period, so all of the change comes from the number.

    The interval of the ratio :math:`R = S_1 / S_0` recovers the variance of each score from its own limits
    l, u [2]_. With :math:`a = 1 - l_1/S_1`, :math:`b = u_0/S_0 - 1`, :math:`c = u_1/S_1 - 1` and
    :math:`d = 1 - l_0/S_0`,

    .. math::

        L = R\,\frac{1 - a^2}{1 + \sqrt{a^2 + b^2 - a^2 b^2}}, \qquad
        U = R\,\frac{1 + \sqrt{c^2 + d^2 - c^2 d^2}}{1 - d^2}.

    It contains the estimate. With the two periods exchanged, the limits are the reciprocals. The two periods are
    assumed to be independent.

    References
    ----------
    .. [1] Das Gupta, P. (1993). Standardization and Decomposition of Rates: A User's Manual. Current
       Population Reports P23-186, U.S. Bureau of the Census.
    .. [2] Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean
       and standard deviation. Statistical Methods in Medical Research, 21(4), 347-359.

    Examples
    --------
    A tenth fewer crimes, and yet harm hardly fell, since what is left is more serious:

    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23", "2022/23", "2023/24", "2023/24"], "offence": ["theft", "robbery"] * 2},
    ...     [9000, 1000, 8000, 1000],
    ... )
    >>> change = harm_change(crimes, own, between=("2022/23", "2023/24"))
    >>> print(change)
    Harm (own 1) fell by 1.1% (95% interval −8.7% to +7.1%), from 890,000 days in 2022/23 to 880,000 in 2023/24; on 10.0% fewer crimes, harm per crime rose by 9.9%.
    >>> round(change.from_volume), round(change.from_mix)
    (-93389, 83389)

    By force:

    >>> crimes = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 4 + ["Kent"] * 4,
    ...         "period": ["2022/23", "2022/23", "2023/24", "2023/24"] * 2,
    ...         "offence": ["theft", "robbery"] * 4,
    ...     },
    ...     [900, 100, 800, 100, 500, 40, 520, 50],
    ... )
    >>> harm_change(crimes, own, between=("2022/23", "2023/24"), by="force")["percent_change"].round(1).tolist()
    [-1.1, 22.2]
    """
    editions = (weights,) if weights_new is None else (weights, weights_new)
    how = How(editions, offence, exposure, method, confidence_level)
    asked = Asked.of(between, period, groups, of, by=by, offence=offence)
    data, dims = framed(data, by, date, every, period=asked.period)
    tally, kept = _read(data, how, dims, asked.dim, count)
    pair = Comparison.of(
        tally,
        asked.sides(tally),
        kept,
        like_for_like=like_for_like,
        caveat=caveat,
        counts="harm",
        apart=(offence,),
        single=by is None,
    )
    how.refuse_unweighted(pair.sides)
    scored = _weigh(pair, how)
    _note_weights(pair.rows, scored)
    before, after = scored[0][0], scored[1][-1]
    rows, there = pair.rows, pair.rows.there
    ratio, low, high = score_ratio(before, after, there, how)
    rows.explain(
        (before.score == 0) & (after.score == 0), f"not applicable: there was no harm {pair.beside.either}"
    )
    rows.explain(before.score == 0, f"not applicable: there was no harm {pair.beside.before}")
    sizes = how.sizes(rows, pair.groups, *pair.sides)
    heads = sizes[1] / sizes[0]
    parts, per_crime_change = _parts(scored, None if exposure is None else sizes, there)
    values = {
        "old": before.score,
        "new": after.score,
        "change": after.score - before.score,
        "percent_change": (ratio - 1) * 100,
        "percent_change_low": (low - 1) * 100,
        "percent_change_high": (high - 1) * 100,
        "old_per_head": before.score / sizes[0],
        "new_per_head": after.score / sizes[1],
        "per_head_percent_change": (ratio / heads - 1) * 100,
        "per_head_percent_change_low": (low / heads - 1) * 100,
        "per_head_percent_change_high": (high / heads - 1) * 100,
        **dict(zip(_PARTS, parts, strict=True)),
        "crimes_old": np.where(there, before.crimes, np.nan),
        "crimes_new": np.where(there, after.crimes, np.nan),
        "per_crime_change": per_crime_change,
        **pair.beside.fields,
        "old_exposure": sizes[0],
        "new_exposure": sizes[1],
        **how.said(pair.data),
    }
    return rows.results(HarmChange, values, dict(zip(("old", "new"), pair.shown, strict=True)))


# ---- every period beside a base ---------------------------------------------------------


@figure(estimate="index")
class HarmIndex(Weighted):
    """Harm in one period, where the harm of the base period is 100.

    Attributes
    ----------
    index, index_low, index_high : float
        The score of the period (per head if there is an exposure), scaled so that the base period is 100, and its
        interval. The base is 100 by definition and has no interval. If there are no crimes in the period, the
        lower limit is 0 and the upper is not known.
    score : float
        The sum of weight times crimes, in `harm_unit`.
    crimes : float
        How many crimes were weighted.
    per_head : float
        The score divided by the exposure; nan without one.
    base : str
        The base period.
    base_score : float
        The score of the base period.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    exposure, base_exposure : float
        What the two scores are divided by; nan without an exposure.
    exposure_name, exposure_date : str
        What the exposure counts, and which estimate it is.
    method, confidence_level : str, float
        How the interval was made.
    """

    _unprotected: ClassVar[str] = "of which every row tells of its base"

    index: float = column(
        "rate", "estimate", of=("score", "base_score", "exposure", "base_exposure"), unit="{base} = 100"
    )
    index_low: float = column("rate", "lower")
    index_high: float = column("rate", "upper")
    score: float = column("amount", "numerator", of="crimes", unit="{harm_unit}")
    crimes: float = column("count", "numerator", counts="crimes")
    per_head: float = column(
        "rate",
        "estimate",
        of=("score", "exposure"),
        unit="{harm_unit}, {exposure_name}",
        needs="exposure_name",
    )
    base: str
    base_score: float = input_field("numerator")
    exposure: float = input_field("denominator", default=np.nan)
    base_exposure: float = input_field("denominator", default=np.nan)

    def _sentence(self) -> str:
        name = f"Harm index ({self.weights}{', per head' if self.exposure_name else ''})"
        if np.isnan(self.index):
            return f"{name}: {self.reason}."
        if self.index_low == self.index_high == 100:
            return f"{name}: 100, the base period; {self._amount}."
        within = self._interval_words(form=lambda value: fixed(value, 1))
        return (
            f"{name}: {fixed(self.index, 1)} ({within}), where {in_words(self.base)} is 100; {self._amount}."
        )

    @property
    def _amount(self) -> str:
        amount = f"{plain(self.score)} {self.harm_unit}"
        return f"{amount}, {self._per_head(self.per_head, self.exposure)}" if self.exposure_name else amount


def harm_index(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    base: str | Period,
    by: Columns = (),
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    like_for_like: LikeForLike = "require",
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
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; each group has its own index. Default is one index.
    offence, period : str, optional
        The dimensions, or columns, of offence codes and periods. Defaults are ``"offence"`` and
        ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    exposure : Exposure, optional
        Residents, for example; if each period has its own estimate, the period is one of its dimensions. The
        index is then of the score per head. Default is none, an index of the score.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only: refuse the comparison, or compare the suppliers of
        both and list the rest in the ledger. Default is ``"require"``.
    method : {"dobson", "dobson-byar", "normal"}, optional
        The interval of each period's score, as for `harm_score`; the interval of the index is made from both.
        Default is ``"dobson"``.
    caveat : str, optional
        A caveat to show with the figures, such as a break in recording. Default is none.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Results of HarmIndex
        One row for each group and period, in their order. Where data are missing, or the suppliers differ from
        those of the base period, the index is not available and `reason` says why.

    Raises
    ------
    UnknownNameError
        If an offence has no weight and is not in `outside` of the weights: the error lists all of them.
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
    :math:`100\,(S / P) / (S_0 / P_0)`, like the Crime Severity Index of Statistics Canada,
    whose base year is 100. All periods have the same weights, because a new edition would move the index without
    any crime. The limits are those of the ratio of scores in `harm_change`. Every interval includes the
    uncertainty of the base. So compare two periods other than the base with `harm_change`, not by whether their
    intervals overlap.

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

    By force:

    >>> crimes = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 4 + ["Kent"] * 4,
    ...         "period": ["2022/23", "2022/23", "2023/24", "2023/24"] * 2,
    ...         "offence": ["theft", "robbery"] * 4,
    ...     },
    ...     [900, 100, 800, 100, 500, 40, 520, 50],
    ... )
    >>> index = harm_index(crimes, own, base="2022/23", by="force")
    >>> round(index.at(force="Kent", period="2023/24").index, 1)
    122.2
    """
    how = How((weights,), offence, exposure, method, confidence_level)
    data, dims = framed(data, by, date, every, period=period)
    tally, kept = _read(data, how, dims, period, count)
    first, sides = base_and_periods(tally, base, period)
    groups = groups_of([first, *sides], kept, tally)
    pairs = [
        Comparison.of(
            tally,
            (first, side),
            kept,
            like_for_like=like_for_like,
            caveat=caveat,
            counts="harm",
            apart=(offence,),
            groups=groups,
        )
        for side in sides
    ]
    how.refuse_unweighted([pair.sides[1] for pair in pairs])
    table = Results._stack([_index(pair, how) for pair in pairs], {period: [side.own for side in sides]})
    for dim in reversed(kept):
        table = table.sort(dim)
    return table


def _index(pair: Comparison, how: How) -> Results[HarmIndex]:
    """Work out one period by group; the first side of the pair is the base."""
    scored = _weigh(pair, how)
    _note_weights(pair.rows, scored)
    (first,), (this,) = scored
    rows = pair.rows
    found = score_ratio(first, this, rows.there, how)
    rows.explain(first.score == 0, "not applicable: there was no harm in the base period")
    sizes = how.sizes(rows, pair.groups, *pair.sides)
    base, label = pair.between
    if base == label:  # 100 by definition
        found = (found[0],) * 3
    heads = 1.0 if how.exposure is None else sizes[0] / sizes[1]
    shown_base, shown = pair.shown
    rows.exclusions = exclusion_table(
        pair.groups, [pair.sides[1], left_by_match(pair.sides[0])], this.crimes, pair.data
    )
    index, low, high = (100 * ratio * heads for ratio in found)
    values = {
        "index": index,
        "index_low": low,
        "index_high": high,
        "score": this.score,
        "crimes": this.crimes,
        "per_head": this.score / sizes[1],
        "base": base,
        "base_score": np.where(shown_base, first.score, np.nan),
        "exposure": sizes[1],
        "base_exposure": sizes[0],
        **how.said(pair.data),
    }
    stand = {"score": shown, "crimes": shown, "per_head": shown & this.stands}
    return rows.results(HarmIndex, values, stand, single=False)


# ---- parts of a change ------------------------------------------------------------------


@figure(estimate="change", counts="harm")
class HarmDriver(Figure):
    """What one offence, or one part of the crimes, added to a change in harm.

    Attributes
    ----------
    crimes_old, crimes_new : float
        Crimes of the part in each period.
    change : float
        Its contribution to the change of the score, in `harm_unit`.
    from_volume : float
        What it would have added if all crimes had risen or fallen by the same percentage.
    from_mix : float
        What it added because it became a larger or smaller share of crimes; with `from_volume` it adds up to
        `change`.
    share_of_change : float
        `change` as a fraction of the change of the whole: negative if it went the other way, above 1 if other
        parts went the other way. Nan if the whole did not change.
    between : tuple of str
        The two periods, the earlier first; or the two groups.
    compared : str
        The dimension of the two groups; empty if periods are compared.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    """

    _unprotected: ClassVar[str] = "whose parts add up to the whole in harm as in crimes"

    crimes_old: float = column("count", "numerator", counts="crimes")
    crimes_new: float = column("count", "numerator", counts="crimes")
    change: float = column("amount_change", "estimate", of=("crimes_old", "crimes_new"), unit="{harm_unit}")
    from_volume: float = column(
        "amount_change", "estimate", of=("crimes_old", "crimes_new"), unit="{harm_unit}"
    )
    from_mix: float = column("amount_change", "estimate", of=("crimes_old", "crimes_new"), unit="{harm_unit}")
    share_of_change: float = column("share", "estimate", of="change")
    between: tuple[str, str]
    compared: str = ""
    weights: str
    harm_unit: str

    @property
    def _about(self) -> str:
        return f"Harm ({self.weights})"

    def _sentence(self) -> str:
        what = "difference" if self.compared else "change"
        name = f"Contribution to the {what} in harm ({self.weights})"
        if np.isnan(self.change):
            return f"{name}: {self.reason}."
        earlier, later = map(in_words, self.between)
        share = (
            "" if np.isnan(self.share_of_change) else f", {percent(self.share_of_change)} of the whole {what}"
        )
        return (
            f"{name}: {_signed(self.change)} {self.harm_unit}{share}; {_signed(self.from_volume)} from the number of all "
            f"crimes and {_signed(self.from_mix)} from its share of them; {written(self.crimes_old)} crimes in {earlier}, "
            f"{written(self.crimes_new)} in {later}."
        )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{plain(value)}"


def harm_drivers(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between | None = None,
    groups: GroupsOf | None = None,
    of: str = "offence",
    by: Columns = (),
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
) -> Results[HarmDriver]:
    r"""Say what each offence, or each part of the crimes, added to a change in harm.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by offence code and period, and by `of` if that is another dimension.
    weights : HarmWeights
        The harm of one crime of each offence, for both periods.
    between : tuple of str or Period, optional
        The two periods, (earlier, later), as for `harm_change`.
    groups : mapping of str to tuple, optional
        Two groups instead of two periods: their dimension and both labels, ``{"district": ("Eastside",
        "Westside")}``.
    of : str, optional
        The dimension whose parts are shown: the offence, its group, the area. Default is ``"offence"``.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    offence, period : str, optional
        The dimensions, or columns, of offence codes and periods. Defaults are ``"offence"`` and
        ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only, as for `harm_change`. Default is ``"require"``.
    caveat : str, optional
        A caveat to show with the figures. Default is none.

    Returns
    -------
    Results of HarmDriver
        One row for each part of each group. Within a group `change`, `from_volume` and `from_mix` add up to those
        of `harm_change` without an exposure, whatever `of` is.

    Raises
    ------
    UnknownNameError
        If an offence of either period has no weight and is not in `outside` of the weights, or a dimension does
        not exist.
    InvalidInputError
        If the periods do not compare, or one dimension is given two roles.
    InvalidTypeError
        If codes are numbers, `weights` is not a `HarmWeights`, not one of `between` and `groups` is given, or
        `groups` is no such mapping.

    See Also
    --------
    harm_change : The change that is explained.

    Notes
    -----
    A part with the share s of N crimes, and harm w per crime, contributes w s N. Of its change :math:`w\,\bar
    s\,\Delta N` comes from volume and :math:`w\,\Delta s\,\bar N` from mix, where a bar is the mean of old and
    new. The split is made by offence and then added up. If one code replaces another, the old one falls and the
    new one rises; `Tally.relabel` joins them.

    Examples
    --------
    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23", "2022/23", "2023/24", "2023/24"], "offence": ["theft", "robbery"] * 2},
    ...     [9000, 1000, 8000, 1000],
    ... )
    >>> harm_drivers(crimes, own, between=("2022/23", "2023/24")).sort("change")
    Harm driver; 2022/23 to 2023/24; weights: own 1; in days
    offence  crimes_old  crimes_new   change  from_volume  from_mix  share_of_change
                                      (days)       (days)    (days)
    -------  ----------  ----------  -------  -----------  --------  ---------------
    theft         9,000       8,000  −10,000       −8,944    −1,056          100.00%
    robbery       1,000       1,000        0      −84,444   +84,444            0.00%
    [HarmDriver, 2 rows]

    By force:

    >>> crimes = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 4 + ["Kent"] * 4,
    ...         "period": ["2022/23", "2022/23", "2023/24", "2023/24"] * 2,
    ...         "offence": ["theft", "robbery"] * 4,
    ...     },
    ...     [900, 100, 800, 100, 500, 40, 520, 50],
    ... )
    >>> drivers = harm_drivers(crimes, own, between=("2022/23", "2023/24"), by="force")
    >>> drivers.at(force="Kent", offence="robbery").change
    8000.0
    """
    how = How((weights,), offence)
    asked = Asked.of_parts(between, period, groups, by=by, of=_check.text(of, "of"), offence=offence)
    data, dims = framed(data, by, date, every, period=asked.period)
    tally, kept = _read(data, how, dims, asked.dim, count, of=of)
    pair = Comparison.of(
        tally,
        asked.sides(tally),
        kept,
        like_for_like=like_for_like,
        caveat=caveat,
        counts="harm",
        apart=() if of == offence else (offence,),
    )
    how.refuse_unweighted(pair.sides)
    # Added up once, for the wholes and for the parts.
    old, new = (
        attrs.evolve(side, tally=side.tally._summed(distinct(*kept, of, offence))) for side in pair.sides
    )
    pair = attrs.evolve(pair, sides=(old, new))
    (whole_old,), (whole_new,) = _weigh(pair, how)
    parts = groups_of(pair.sides, (*kept, of), tally)
    rows, group, counted = pair.by_part(of, parts)
    scored = [how.weigh(*side) for side in zip(pair.sides, [parts] * 2, counted, strict=True)]
    _note_weights(rows, scored)
    before, after = (np.where(rows.there, side.score, 0) for (side,) in scored)
    # The number of all crimes of the group, and the part's harm for each of them.
    crimes = np.where(rows.there, [side[group] for side in pair.counted], 0)
    severity = per_crime(np.array([before, after]), crimes)
    volume, mix = share_out(crimes[:, np.newaxis] * severity, before, after)
    moved = (whole_new.score - whole_old.score)[group]
    rows.explain(moved == 0, pair.beside.no_share)
    values = {
        "crimes_old": counted[0],
        "crimes_new": counted[1],
        "change": after - before,
        "from_volume": volume,
        "from_mix": mix,
        "share_of_change": (after - before) / np.where(moved == 0, np.nan, moved),
        **pair.beside.fields,
        **how.said(pair.data),
    }
    shown = {name: there[group] for name, there in zip(("crimes_old", "crimes_new"), pair.shown, strict=True)}
    return rows.results(HarmDriver, values, shown, single=False)


# ---- reading and weighing ---------------------------------------------------------------


def _read(
    data: Any, how: How, by: tuple[str, ...] | None, period: str, count: str | None, *, of: str = ""
) -> tuple[Tally, tuple[str, ...]]:
    """Read a tally that keeps its offences, and the dimensions of by=; the offence may be what of= names."""
    roles = {} if of == how.offence else {"offence": how.offence}
    tally, kept = read_counts(data, by, period, count, of=of, roles=roles, exposure=how.exposure)
    return how.set_aside(tally), kept


def _weigh(pair: Comparison, how: How) -> list[list[Scored]]:
    """Weigh both sides with each set of weights, and say which groups have no score."""
    scored = [
        how.weigh(side, pair.groups, crimes) for side, crimes in zip(pair.sides, pair.counted, strict=True)
    ]
    for side, of_side in zip(pair.sides, scored, strict=True):
        for found in of_side:
            found.explain(pair.rows, side.label)
    return scored


def _note_weights(rows: Rows, scored: list[list[Scored]]) -> None:
    """Let the caveats of the weights travel, each once, in the order of the editions."""
    every = (note for edition in zip(*scored, strict=True) for found in edition for note in found.notes)
    rows.note(*dict.fromkeys(every))


# ---- kernels ----------------------------------------------------------------------------


def score_ratio(
    before: Scored, after: Scored, there: Mask, how: How
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return new / old, and its limits recovered from those of each; nan where there was nothing before."""
    old, new = (np.where(there, side.score, 0) for side in (before, after))
    (old_low, old_high), (new_low, new_high) = (side.limits(there, how) for side in (before, after))
    low, high = square_and_add_ratio(new, new_low, new_high, old, old_low, old_high)
    return new / np.where(old > 0, old, np.nan), low, high


def _parts(
    scored: list[list[Scored]], sizes: list[FloatArray] | None, there: Mask
) -> tuple[FloatArray, FloatArray]:
    """Share the change out: population, volume, mix, weights; and the change of harm per crime, in per cent."""
    scores = np.where(there, [[found.score for found in side] for side in scored], 0)
    crimes = np.where(there, [side[0].crimes for side in scored], 0)
    severity = per_crime(scores, crimes[:, np.newaxis])
    known = there if sizes is None else there & np.isfinite(sizes).all(axis=0)
    people = np.ones(crimes.shape) if sizes is None else np.where(known, sizes, 1.0)
    # A score for each choice of old and new, over the axes people, crimes per head, mix and weights, group.
    corners = people[:, None, None, None] * (crimes / people)[:, None, None] * severity
    # What cannot differ is no factor: its part is 0, to the bit.
    factors = [sizes is not None, True, True, scores.shape[1] > 1]
    chosen = corners[tuple(slice(None) if factor else 0 for factor in factors)]
    parts = np.zeros((4, len(there)))
    parts[factors] = share_out(chosen, scores[0, 0], scores[1, -1])
    parts[:, ~known] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (severity[1, -1] / severity[0, 0] - 1) * 100
    return parts, np.where((crimes > 0).all(axis=0) & (severity[0, 0] > 0), change, np.nan)


def per_crime(scores: FloatArray, crimes: IntArray) -> FloatArray:
    """Divide scores by crimes, old and new; a period without crimes is taken to have the mix of the other."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = scores / crimes
    found = np.nan_to_num(np.where(crimes == 0, found[::-1], found))
    # One mix, scored on two numbers of crimes, differs by rounding alone.
    same = np.abs(found[1] - found[0]) <= 1e-13 * found[0]
    found[1, same] = found[0, same]
    return found


def share_out(corners: FloatArray, old: FloatArray, new: FloatArray) -> FloatArray:
    """Share out the change from old to new; what the corners have lost of it by rounding goes to the largest part."""
    parts = symmetric_split(corners, factors=corners.ndim - 1)
    parts[np.abs(parts).argmax(axis=0), np.arange(len(old))] += (new - old) - parts.sum(axis=0)
    return parts
