"""`rate_change`: a count, or its rate, from one period to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, Literal, overload

import attrs
import numpy as np

from policemetrics import _check, intervals
from policemetrics._compare import (
    Asked,
    Beside,
    Comparison,
    Mask,
    Rows,
    adjusted,
    over_periods,
    rates_of,
    read_counts,
)
from policemetrics._grouped import dispersion_before, over_same_months
from policemetrics._supply import Side
from policemetrics._write import count as written
from policemetrics._write import differs, fixed, per_words, percent, signed
from policemetrics._write import rate as as_rate
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.exposure import Exposure, named_exposure
from policemetrics.frames import framed
from policemetrics.intervals import rate_difference
from policemetrics.intervals._shared import material
from policemetrics.periods import in_words
from policemetrics.results import Figure, Results, column, figure, input_field
from policemetrics.typing import (
    Between,
    Column,
    Columns,
    Counts,
    Dispersion,
    Every,
    FloatArray,
    GroupsOf,
    IntArray,
    Label,
    LikeForLike,
    Number,
    Numbers,
    RatioMethod,
    TwoGroups,
    Versus,
)

_WITHHELD: Final = "withheld: the base of {} is below {}"


@figure(estimate=("percent_change", "change"))
class RateChange(Figure):
    """A change in a count, or in its rate, from one period to another.

    Attributes
    ----------
    old, new : float
        The two counts.
    change : float
        `new` less `old`.
    old_rate, new_rate : float
        The two rates, per `per` of the exposure; nan without one.
    rate_difference, rate_difference_low, rate_difference_high : float
        `new_rate` less `old_rate`, and its score interval, which excludes 0 exactly when the interval of the
        percentage does. Nan without an exposure; the interval is nan if `method` is not ``"score"``.
    percent_change, percent_change_low, percent_change_high : float
        Change in per cent (−10.33 for a fall by about a tenth) and its interval; with an exposure it is the
        change of the rates. nan if there was nothing before, or if it is withheld; the upper limit is then
        infinite.
    p_value : float
        For no change. It comes from the same method as the interval, so they always agree.
    p_adjusted, adjust : float, str
        `p_value` adjusted for many comparisons, with the method and the number of comparisons; nan and empty if
        that was not asked for.
    between : tuple of str
        The two periods, the earlier first, or the two groups; empty if none were given.
    compared : str
        The dimension of the two groups (`old` is the first, `new` the second); empty if periods are compared.
    old_exposure, new_exposure : float
        What each count was divided by; nan without an exposure.
    per : float
        The size that the rates are per: 1,000, or 1 of days; nan without an exposure.
    exposure_name, exposure_date : str
        What the exposure counts ("days", "residents"), and which estimate it is.
    method, dispersion, confidence_level : str, float, float
        How the interval was made.
    margin : float
        A change that would not matter, in per cent; nan if none was given.
    material : str
        ``"yes"`` if the change is known to be beyond the margin, ``"no"`` if it is known to be within it,
        otherwise ``"open"``.
    subject : str
        What is counted, for the sentence.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("old",), ("new",))
    _tells: ClassVar[Mapping[str, Literal["counts", "limits"]]] = {"material": "limits"}

    old: float = column("count", "numerator")
    new: float = column("count", "numerator")
    change: float = column("change", "estimate", of=("old", "new"))
    old_rate: float = column("rate", "estimate", of=("old", "old_exposure"), unit="per {per}", needs="per")
    new_rate: float = column("rate", "estimate", of=("new", "new_exposure"), unit="per {per}", needs="per")
    percent_change: float = column(
        "percent", "estimate", of=("old", "new", "old_exposure", "new_exposure"), unit="of the rates{per:.0}"
    )
    percent_change_low: float = column("percent", "lower")
    percent_change_high: float = column("percent", "upper")
    rate_difference: float = column(
        "rate", "estimate", of=("old_rate", "new_rate"), unit="per {per}", needs="per", shown=False
    )
    rate_difference_low: float = column("rate", "lower", needs="per", shown=False)
    rate_difference_high: float = column("rate", "upper", needs="per", shown=False)
    p_adjusted: float = column("p", "p", of="percent_change", needs="adjust")
    p_value: float = column("p", "p", of="percent_change", shown=False)
    adjust: str = ""
    between: tuple[str, str] = ("", "")
    compared: str = ""
    old_exposure: float = input_field("denominator", default=np.nan)
    new_exposure: float = input_field("denominator", default=np.nan)
    per: float = np.nan
    exposure_name: str = ""
    exposure_date: str = ""
    method: str
    dispersion: float = 1.0
    confidence_level: float
    margin: float = np.nan
    material: str = ""
    subject: str = "Recorded crime"

    @classmethod
    def _worked_out(cls, number: Callable[[str], FloatArray]) -> dict[str, FloatArray]:
        old, new, per = number("old"), number("new"), number("per")
        sizes = [
            np.where(np.isnan(size), 1.0, size) for size in (number("old_exposure"), number("new_exposure"))
        ]
        rates = old / sizes[0], new / sizes[1]
        return {
            "change": new - old,
            "old_rate": rates[0] * per,
            "new_rate": rates[1] * per,
            "percent_change": (rates[1] / rates[0] - 1) * 100,
        }

    @property
    def z(self) -> float:
        """How many standard errors, by the score test, the later count is from what it would be without a change."""
        sizes = [1.0 if np.isnan(size) else size for size in (self.old_exposure, self.new_exposure)]
        total, part = self.old + self.new, sizes[1] / sum(sizes)
        spread = np.sqrt(total * part * (1 - part) * self.dispersion)
        return float((self.new - total * part) / spread) if spread else np.nan

    def _sentence(self) -> str:
        p = "" if np.isnan(self.p_adjusted) else f"; p {self._written('p_adjusted')} by {self.adjust}"
        known = {
            "no": "; known to be no more than a margin of",
            "yes": "; known to be more than a margin of",
            "open": "; not known to be more or less than a margin of",
        }
        margin = (
            ""
            if np.isnan(self.percent_change) or not self.material
            else f"{known[self.material]} {self.margin:g}%"
        )
        return f"{self._change.removesuffix('.')}{p}{margin}."

    @property
    def _change(self) -> str:
        if np.isnan(self.change):
            return f"{self._what()}: change {self.reason}."
        if self.exposure_name:
            return self._rate_sentence()
        limits = (
            ""
            if np.isnan(self.percent_change)
            else f" ({signed(self.percent_change, 1, '%')}, {self._interval_words()})"
        )
        reason = f"; percentage {self.reason}" if not limits else ""
        if self.compared:
            counts = written(self.old), written(self.new)
            moved = differs(self.change, f"{written(abs(self.change))} ", limits, counts, self.between)
            return f"{self._what(',')} {moved}{reason}."
        return f"{self._moved}{limits}{self._from_to}{reason}."

    def _rate_sentence(self) -> str:
        """Say how the rate moved, with both rates and what they were made of."""
        per = per_words(self.per, self.exposure_name)
        sides = [
            f"{as_rate(rate)}{when} ({written(count)} for {written(size)} {self.exposure_name.removesuffix('s') if size == 1 else self.exposure_name})"
            for rate, count, size, when in (
                (self.old_rate, self.old, self.old_exposure, self._when[0]),
                (self.new_rate, self.new, self.new_exposure, self._when[1]),
            )
        ]
        dated = f"; {self.exposure_date}" if self.exposure_date else ""
        if self.compared:
            return f"{self._what(',')} per {per} {self._rates_differ}{dated}."
        path = f", from {sides[0]} to {sides[1]}{dated}"
        if np.isnan(self.percent_change):
            return f"{self._what(',')} per {per}{path.replace(', from', ' went from')}; percentage {self.reason}."
        if self.percent_change == 0:
            return f"{self._what(',')} per {per} did not change ({self._interval_words()}){path}."
        verb = "rose" if self.percent_change > 0 else "fell"
        return f"{self._what(',')} per {per} {verb} by {fixed(abs(self.percent_change), 1)}% ({self._interval_words()}){path}."

    @property
    def _rates_differ(self) -> str:
        """Say how the rates of two groups differ, with what they were made of."""
        both = [
            f"{as_rate(rate)} ({written(count)} for {written(size)} {self.exposure_name})"
            for rate, count, size in (
                (self.old_rate, self.old, self.old_exposure),
                (self.new_rate, self.new, self.new_exposure),
            )
        ]
        if np.isnan(self.percent_change):
            return f"{differs(self.new_rate - self.old_rate, '', '', both, self.between)}; percentage {self.reason}"
        amount = f"{fixed(abs(self.percent_change), 1)}% "
        return differs(self.percent_change, amount, f" ({self._interval_words()})", both, self.between)

    @property
    def _moved(self) -> str:
        if self.change == 0:
            return f"{self._what(',')} did not change"
        return f"{self._what(',')} {'rose' if self.change > 0 else 'fell'} by {written(abs(self.change))}"

    @property
    def _when(self) -> tuple[str, str]:
        earlier, later = (f" in {in_words(b)}" if b else "" for b in self.between)
        return earlier, later

    @property
    def _from_to(self) -> str:
        earlier, later = self._when
        if self.change == 0:
            return (
                f": {written(self.old)}{earlier} and{later}"
                if earlier
                else f": {written(self.old)} before and after"
            )
        return f", from {written(self.old)}{earlier} to {written(self.new)}{later}"


@overload
def rate_change(
    old: Number,
    new: Number,
    *,
    exposure: tuple[Number, Number] | None = None,
    method: RatioMethod = "score",
    dispersion: float = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> RateChange: ...
@overload
def rate_change(
    old: Numbers,
    new: Number | Numbers,
    *,
    labels: Sequence[Label] | Column,
    exposure: tuple[Number | Numbers, Number | Numbers] | None = None,
    method: RatioMethod = "score",
    dispersion: float = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
    adjust: Literal["bh"] | None = None,
) -> Results[RateChange]: ...
@overload
def rate_change(
    data: Counts,
    /,
    *,
    between: Between,
    by: None = None,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    per_day: bool = False,
    like_for_like: LikeForLike = "require",
    method: RatioMethod = "score",
    dispersion: Dispersion = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> RateChange: ...
@overload
def rate_change(
    data: Counts,
    /,
    *,
    between: Between,
    by: Columns,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    per_day: bool = False,
    like_for_like: LikeForLike = "require",
    method: RatioMethod = "score",
    dispersion: Dispersion = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> Results[RateChange]: ...
@overload
def rate_change(
    data: Counts,
    /,
    *,
    groups: TwoGroups,
    of: str | None = None,
    by: None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    like_for_like: LikeForLike = "require",
    method: RatioMethod = "score",
    dispersion: float = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> RateChange: ...
@overload
def rate_change(
    data: Counts,
    /,
    *,
    groups: TwoGroups,
    of: str | None = None,
    by: Columns,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    like_for_like: LikeForLike = "require",
    method: RatioMethod = "score",
    dispersion: float = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
    adjust: Literal["bh"] | None = None,
) -> Results[RateChange]: ...
@overload
def rate_change(
    data: Counts,
    /,
    *,
    versus: Literal["same_months"],
    years: int = 3,
    by: None = None,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    per_day: bool = False,
    like_for_like: LikeForLike = "require",
    method: RatioMethod = "score",
    dispersion: Dispersion = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> RateChange: ...
@overload
def rate_change(
    data: Counts,
    /,
    *,
    versus: Literal["same_months"],
    years: int = 3,
    by: Columns,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    per_day: bool = False,
    like_for_like: LikeForLike = "require",
    method: RatioMethod = "score",
    dispersion: Dispersion = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
    adjust: Literal["bh"] | None = None,
) -> Results[RateChange]: ...
@overload
def rate_change(
    data: Counts,
    /,
    *,
    versus: Versus,
    by: Columns = (),
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    per_day: bool = False,
    like_for_like: LikeForLike = "require",
    method: RatioMethod = "score",
    dispersion: Dispersion = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
    adjust: Literal["bh"] | None = None,
) -> Results[RateChange]: ...
def rate_change(
    old: Any,
    new: Any = None,
    *,
    labels: Any = None,
    between: Any = None,
    groups: Any = None,
    of: str | None = None,
    versus: Any = None,
    years: int = 3,
    by: Columns | None = None,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Any = None,
    per_day: bool = False,
    like_for_like: LikeForLike = "require",
    method: RatioMethod = "score",
    dispersion: Dispersion = 1,
    minimum_base: int = 0,
    margin: float | None = None,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
    adjust: Literal["bh"] | None = None,
) -> RateChange | Results[RateChange]:
    """Change in a count or a rate, absolute and in per cent, with an interval.

    Give two counts; or two columns of counts with `labels`; or a tally or data frame with `between` or `versus`.
    With `groups` it compares two groups instead of two periods.

    Parameters
    ----------
    old, new : int, or sequence of int with `labels`
        The counts before and after: whole numbers >= 0. For a table give the tally or data frame as `old`, and
        leave out `new`.
    labels : sequence of str or int, optional
        A label for each pair of counts; gives a table with the dimension ``label``.
    between : tuple of str or Period, optional
        The two periods, (earlier, later): of one length, without overlap. If the tally has shorter periods, such
        as months, those within each period are added up.
    groups : tuple of str or int, optional
        Two labels of the dimension `of`, instead of `between`: how does the second differ from the first? Or a
        mapping of the dimension to both, ``{"district": ("Eastside", "Westside")}``. Periods are added up; put
        the period in `by` to compare the groups in each period. If the tally knows who sent what, both groups
        must have the same months.
    of : str, optional
        The dimension of `groups`.
    versus : {"year_before", "previous", "same_months"}, optional
        Compare every period with the one a year before it, or just before it; gives a table. ``"same_months"``
        compares the months of the latest year, from January on, with the mean of the same months of the `years`
        before.
    years : int, optional
        For ``versus="same_months"``: how many years before. Default is 3.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    period : str, optional
        The dimension that holds the period. Default is ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    exposure : tuple of float, or Exposure, optional
        What each count is divided by, (before, after), > 0. For a tally an `Exposure`; if each period has its own
        estimate, the period is one of its dimensions. The percentage is then the change of the rates; `change` is
        still the change of the counts.
    per_day : bool, optional
        Whether to divide by the days of each period: 2023/24 has 366. Default is False.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only: refuse the comparison, or compare the suppliers of
        both and list the rest in the ledger. Default is ``"require"``.
    method : {"score", "exact", "midp"}, optional
        Wilson's score interval for `new` out of both, turned into odds; the exact conditional interval; or its
        mid-P version. Default is ``"score"``.
    dispersion : float or "estimate", optional
        Variance over mean of the counts, >= 1: widens the score interval. ``"estimate"`` is Pearson's estimate,
        `policemetrics.spc.dispersion`, from the months before the later period. It is made for each group, and
        needs twelve months. Default is 1, Poisson.
    minimum_base : int, optional
        Withhold the percentage if `old` is below this; ONS uses 50. Default is 0.
    margin : float, optional
        A change that would not matter, in per cent, > 0: ``material`` says whether the change is known to be within it,
        by two one-sided tests, or known to be beyond it.
    caveat : str, optional
        A caveat to show with the figure, such as a break in recording.
    subject : str, optional
        What is counted, for the sentence. Default is ``"Recorded crime"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    adjust : {"bh"}, optional
        For many comparisons at once: p-values adjusted by Benjamini and Hochberg [1]_. At most about 5% of the
        changes with a `p_adjusted` below 5% are then due to chance. Default is None: of many groups without any
        change, one in 20 has an interval that does not contain 0%.

    Returns
    -------
    RateChange or Results of RateChange
        A table if there is `labels`, `versus` or `by`; otherwise one figure. Where data are missing, or the two
        periods have different suppliers, the figure is not available and `reason` says why.

    Raises
    ------
    InvalidInputError
        If a count is negative or not whole, the periods are reversed, equal, unequal in length or
        overlap, or lengths differ.
    UnknownNameError
        If a dimension, column or method does not exist.

    Notes
    -----
    Given the sum of two Poisson counts, the second is binomial, so limits for its share turn into limits for the
    ratio of rates. The p-value comes from the same method: it is below ``1 - confidence_level`` exactly when the
    interval does not contain 0%. For a whole force almost any change is larger than chance alone would give:
    report how large it is.

    With `adjust` only `p_adjusted` allows for the other comparisons; the intervals do not.

    References
    ----------
    .. [1] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful
       approach to multiple testing. Journal of the Royal Statistical Society B, 57(1), 289-300.

    Examples
    --------
    >>> print(rate_change(365_882, 328_104))
    Recorded crime fell by 37,778 (−10.3%, 95% interval −10.7% to −9.9%), from 365,882 to 328,104.
    >>> print(rate_change(0, 5))
    Recorded crime rose by 5, from 0 to 5; percentage not applicable: nothing was recorded before.

    By force, from a tally:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {"force": ["Essex", "Essex", "Kent", "Kent"], "period": ["2023/24", "2024/25"] * 2}, [1_200, 1_080, 900, 1_000]
    ... )
    >>> rate_change(crimes, between=("2023/24", "2024/25"), by="force")
    Recorded crime; 2023/24 to 2024/25; method: score
    force    old    new  change  percent_change     95% interval
    -----  -----  -----  ------  --------------  ---------------
    Essex  1,200  1,080    −120          −10.0%  −17.1% to −2.3%
    Kent     900  1,000    +100          +11.1%  +1.5% to +21.6%
    [RateChange, 2 rows]
    """
    _check.choice(method, "method", tuple(intervals.RATIOS))
    how = _How(
        method,
        1.0 if dispersion == "estimate" and new is None else _check.number(dispersion, "dispersion", low=1),
        _check.one_count(minimum_base, "minimum_base"),
        _check.text(caveat, "caveat", empty=True),
        _check.text(subject, "subject"),
        _check.confidence_level(confidence_level),
        np.nan if margin is None else _check.number(margin, "margin", above=0),
    )
    _check.flag(per_day, "per_day")
    span = _check.at_least_one(years, "years")
    if new is not None:
        sizes = _check.exposure_pair(exposure)
        rows, columns = Rows.of_numbers(
            labels,
            {"old": old, "new": new} | sizes,
            between=between,
            groups=groups,
            of=of,
            versus=versus,
            by=by,
            count=count,
            date=date,
            period=None if period == "period" else period,
            per_day=per_day or None,
            like_for_like=None if like_for_like == "require" else like_for_like,
        )
        rows.note(Note("stated", how.caveat, how.caveat))
        counted = [
            np.atleast_1d(_check.counts(*named)) for named in zip(columns[:2], ("old", "new"), strict=True)
        ]
        divisors = [np.atleast_1d(_check.positive(*named)) for named in zip(columns[2:], sizes, strict=True)]
        return adjusted(_changes(how, rows, counted, divisors, "exposure" if sizes else "", ()), adjust)
    if sum(given is not None for given in (between, groups, versus)) != 1:
        msg = (
            "rate_change compares two counts, rate_change(old, new); or the periods of a tally or frame: give "
            "between=(earlier, later) or versus='year_before', not both; or two groups of it: give "
            "groups=('Eastside', 'Westside'), of='district' in place of either."
        )
        raise InvalidTypeError(msg)
    _check.refuse_options(labels=labels)
    asked = (
        Asked.of(between, period, groups, of, by=by) if versus is None else Asked.of_periods(period, None, of)
    )
    if groups is not None and (per_day or dispersion == "estimate"):
        what = "per_day=" if per_day else "dispersion='estimate'"
        msg = f"{what} reads the two periods of between= or versus=, and groups= compares two groups; leave it out."
        raise InvalidInputError(msg)
    exposure = named_exposure(exposure)
    old, dims = framed(old, by, date, every, period=asked.period)
    tally, kept = read_counts(old, dims, asked.dim, count, exposure=exposure)

    def figure_of(pair: Comparison) -> RateChange | Results[RateChange]:
        sizes, named = pair.sizes(exposure, per_day=per_day)
        spread = dispersion_before(pair, period, method) if dispersion == "estimate" else None
        dated = exposure.date if exposure else ""
        return _changes(
            how,
            pair.rows,
            pair.counted,
            sizes,
            named,
            pair.shown,
            spread,
            beside=pair.beside,
            exposure_date=dated,
        )

    options: dict[str, Any] = {"like_for_like": like_for_like, "caveat": how.caveat, "whole": per_day}
    options |= {"counts": how.subject, "single": by is None and versus in {None, "same_months"}}
    if versus == "same_months":
        found = figure_of(over_same_months(tally, kept, span, period, **options))
    else:

        def of_sides(sides: tuple[Side, Side]) -> RateChange | Results[RateChange]:
            return figure_of(Comparison.of(tally, sides, kept, **options))

        found = over_periods(tally, asked, versus, kept, of_sides)
    return adjusted(found, adjust)


@attrs.frozen
class _How:
    """How a change is made, and what is said of it."""

    method: str
    dispersion: float
    minimum_base: int
    caveat: str
    subject: str
    confidence_level: float
    margin: float


def _changes(
    how: _How,
    rows: Rows,
    counted: Sequence[IntArray],
    sizes: Sequence[FloatArray],
    named: str,
    shown: Sequence[Mask],
    estimated: FloatArray | None = None,
    *,
    beside: Beside = Beside(),  # noqa: B008  # frozen
    exposure_date: str = "",
) -> RateChange | Results[RateChange]:
    """Work out every row; `shown` says which counts stand where the change may not."""
    there = rows.there
    old, new = (np.where(there, c, 0) for c in counted)
    e0, e1 = [np.where(there, e, 1.0) for e in sizes] or [np.ones(len(old))] * 2
    family, spread = intervals.RATIOS[how.method], {"dispersion": how.dispersion}
    # So many times the variance is as if there were so many times fewer.
    ratio = (new, old, e1, e0) if estimated is None else (new / estimated, old / estimated, e1, e0)
    low, high = family.limits(*ratio, confidence_level=how.confidence_level, **spread)
    base = np.where(old > 0, old, np.nan)
    # Multiplied first, since that is exact, so that a tie in the last digit shown stays one.
    percent = ((new / e1) / (base / e0) - 1) * 100 if sizes else 100.0 * (new - old) / base
    withheld = (old > 0) & (old < how.minimum_base)
    rows.explain((old == 0) & (new == 0), f"not applicable: nothing was recorded {beside.either}")
    rows.explain(old == 0, f"not applicable: nothing was recorded {beside.before}")
    rows.explain(withheld, lambda row: _WITHHELD.format(written(old[row]), written(how.minimum_base)))
    percents = {
        "percent_change": percent,
        "percent_change_low": (low - 1) * 100,
        "percent_change_high": (high - 1) * 100,
    }
    values = {
        "old": counted[0],
        "new": counted[1],
        "change": new - old,
        "p_value": family.p_value(*ratio, **spread) if family.p_value else np.nan,
        "p_adjusted": np.nan,
        "material": material(partial(family.limits, *ratio, **spread), how.margin, how.confidence_level),
        **percents,
        **_rates_apart(how, rates_of(counted, sizes, named), (new, old, e1, e0), estimated),
        **attrs.asdict(how, filter=attrs.filters.exclude("minimum_base", "caveat")),
        **({} if estimated is None else {"dispersion": estimated}),
        **beside.fields,
        "exposure_date": exposure_date,
    }
    stand = dict.fromkeys(percents, there & ~withheld) | dict(zip(("old", "new"), shown, strict=False))
    return rows.results(RateChange, values, stand)


def _rates_apart(
    how: _How, rates: dict[str, Any], ratio: Sequence[FloatArray], estimated: FloatArray | None
) -> dict[str, Any]:
    """Add the difference of the rates, the later less the earlier, with its score interval, to the rates."""
    low = high = np.nan
    if "per" in rates and how.method == "score":
        new, old, e1, e0 = ratio
        spread = how.dispersion if estimated is None else estimated
        limits = rate_difference(new, old, e1, e0, how.confidence_level, dispersion=spread)
        low, high = (rates["per"] * limit for limit in limits)
    return rates | {
        "rate_difference": rates["new_rate"] - rates["old_rate"],
        "rate_difference_low": low,
        "rate_difference_high": high,
    }


@figure(estimate="change")
class ChangeDriver(Figure):
    """What one category added to a change in a count.

    Attributes
    ----------
    old, new : float
        The two counts of the category. One may be negative, if corrections outweigh what was recorded.
    change : float
        `new` less `old`: its part of the change of the whole.
    points : float
        Its part of the percentage change of the whole, in percentage points; the points add up to that
        percentage. nan if nothing was recorded before.
    share_of_change : float
        `change` as a fraction of the change of the whole: negative if it went the other way, above 1 if other
        parts went the other way. nan if the whole did not change.
    whole_old, whole_new : float
        The two counts of the whole that the category is a part of.
    between : tuple of str
        The two periods, the earlier first; or the two groups.
    compared : str
        The dimension of the two groups; empty if periods are compared.
    subject : str
        What is counted, for the sentence.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("old",), ("new",))
    _holds_whole: ClassVar[bool] = True

    old: float = column("count", "numerator")
    new: float = column("count", "numerator")
    change: float = column("change", "estimate", of=("old", "new"))
    points: float = column("points", "estimate", of=("change", "whole_old"))
    share_of_change: float = column("share", "estimate", of=("change", "whole_old", "whole_new"))
    whole_old: float = input_field()
    whole_new: float = input_field()
    between: tuple[str, str]
    compared: str = ""
    subject: str = "Recorded crime"

    def _sentence(self) -> str:
        if np.isnan(self.change):
            return f"{self._what()}: change {self.reason}."
        earlier, later = map(in_words, self.between)
        path = f", from {written(self.old)} in {earlier} to {written(self.new)} in {later}"
        if self.compared:
            path = f", with {written(self.new)} in {later} against {written(self.old)} in {earlier}"
        moved = (
            f"{signed(self.change, 0)}{path}"
            if self.change
            else f"{written(self.old)} in both {earlier} and {later}"
        )
        return f"{self._what()}: {moved}; {self._part}."

    @property
    def _part(self) -> str:
        """Say what part of the whole change it is; undefined is the share, or the points, or both."""
        whole = self.whole_new - self.whole_old
        if np.isnan(self.points):
            return f"the whole {self._moved(whole)}, and has no percentage: {self.reason}"
        if np.isnan(self.share_of_change):
            return f"{signed(self.points, 2)} percentage points; the whole {self._moved(0)}"
        total = 100 * whole / self.whole_old
        return (
            f"{signed(self.points, 2)} percentage points of the {signed(total, 1, '%')} by which the whole {self._moved(whole)}, "
            f"{percent(self.share_of_change)} of the {'difference' if self.compared else 'change'}"
        )

    def _moved(self, change: float) -> str:
        """Say which way the whole went, or how it is in the second of two groups."""
        if change == 0:
            return f"did not {'differ' if self.compared else 'change'}"
        if self.compared:
            return f"is {'higher' if change > 0 else 'lower'}"
        return "rose" if change > 0 else "fell"


def change_drivers(
    data: Counts,
    /,
    *,
    between: Between | None = None,
    groups: GroupsOf | None = None,
    of: str,
    by: Columns = (),
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    subject: str = "Recorded crime",
) -> Results[ChangeDriver]:
    """Split a change in a count by category: how much each category added to it.

    Parameters
    ----------
    data : Tally or data frame
        Counts by period and by `of`.
    between : tuple of str or Period, optional
        The two periods, (earlier, later), as for `rate_change`.
    groups : mapping of str to tuple, optional
        Two groups instead of two periods: their dimension and both labels, ``{"district": ("Eastside",
        "Westside")}``.
    of : str
        The dimension whose categories are shown: the offence group, the offence, the area.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    period : str, optional
        The dimension that holds the period. Default is ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only, as for `rate_change`. Default is ``"require"``.
    caveat : str, optional
        A caveat to show with the figures. Default is none.
    subject : str, optional
        What is counted, for the sentence. Default is ``"Recorded crime"``.

    Returns
    -------
    Results of ChangeDriver
        One row for each category of each group. Within a group `change` adds up to the change of its
        `rate_change`, exactly, and `points`, but for their rounding, to its `percent_change`.

    Raises
    ------
    InvalidInputError
        If the periods do not compare, both groups are one, or one dimension is given two roles.
    InvalidTypeError
        If not exactly one of `between` and `groups` is given, or `groups` is no such mapping.
    UnknownNameError
        If a dimension or column does not exist.

    See Also
    --------
    rate_change : The change that is explained.
    harm_drivers : The same for harm.

    Notes
    -----
    In a frame a category without a row in a period counts as 0, if its group has any rows. If an area may be
    absent because nothing was supplied, give a `Tally` whose coverage names the areas.

    Examples
    --------
    A tenth fewer crimes, mostly of theft:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2023/24"] * 3 + ["2024/25"] * 3, "group": ["drugs", "theft", "violence"] * 2},
    ...     [1_000, 6_000, 3_000, 1_200, 4_700, 3_100],
    ... )
    >>> drivers = change_drivers(crimes, between=("2023/24", "2024/25"), of="group")
    >>> drivers.sort("change")
    Recorded crime; 2023/24 to 2024/25
    group       old    new  change  points  share_of_change
    --------  -----  -----  ------  ------  ---------------
    theft     6,000  4,700  −1,300  −13.00          130.00%
    violence  3,000  3,100    +100   +1.00          −10.00%
    drugs     1,000  1,200    +200   +2.00          −20.00%
    [ChangeDriver, 3 rows]
    >>> print(drivers.at(group="theft"))
    theft: recorded crime: −1,300, from 6,000 in 2023/24 to 4,700 in 2024/25; −13.00 percentage points of the −10.0% by which the whole fell, 130.0% of the change.

    By force:

    >>> crimes = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 4 + ["Kent"] * 4,
    ...         "period": ["2023/24", "2023/24", "2024/25", "2024/25"] * 2,
    ...         "group": ["theft", "violence"] * 4,
    ...     },
    ...     [600, 300, 500, 330, 400, 200, 420, 180],
    ... )
    >>> drivers = change_drivers(crimes, between=("2023/24", "2024/25"), of="group", by="force")
    >>> round(drivers.at(force="Essex", group="theft").points, 1)
    -11.1
    """
    _, _ = _check.text(of, "of"), _check.text(subject, "subject")
    asked = Asked.of_parts(between, period, groups, by=by, of=of)
    data, dims = framed(data, by, date, every, period=asked.period)
    tally, kept = read_counts(data, dims, asked.dim, count, of=of)
    pair = Comparison.of(
        tally, asked.sides(tally), kept, like_for_like=like_for_like, caveat=caveat, counts=subject
    )
    rows, group, (old, new) = pair.by_part(of)
    whole_old, whole_new = (whole[group] for whole in pair.counted)
    change, moved = (new - old).astype(float), (whole_new - whole_old).astype(float)
    rows.explain(whole_old == 0, f"not applicable: nothing was recorded {pair.beside.before}")
    rows.explain(moved == 0, pair.beside.no_share)
    values = {
        "old": old,
        "new": new,
        "change": change,
        # Multiplied first, since that is exact, so that a tie in the last digit shown stays one.
        "points": 100 * change / np.where(whole_old == 0, np.nan, whole_old),
        "share_of_change": change / np.where(moved == 0, np.nan, moved),
        "whole_old": np.where(rows.there, whole_old, np.nan),
        "whole_new": np.where(rows.there, whole_new, np.nan),
        **pair.beside.fields,
        "subject": subject,
    }
    old_there, new_there = (there[group] for there in pair.shown)
    return rows.results(ChangeDriver, values, {"old": old_there, "new": new_there}, single=False)
