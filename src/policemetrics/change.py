"""`rate_change`: a count, or its rate, from one period to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, intervals
from policemetrics._arguments import as_columns, exposure_pair, one_count, one_data, refuse_options
from policemetrics._cells import Cells
from policemetrics._supply import (
    Reasons,
    Side,
    added,
    both_periods,
    exclusion_table,
    groups_of,
    keys_of,
    matched,
    no_reasons,
    one_sided_cells,
    pairs_of_periods,
    refuse_negative,
    refuse_one_sided,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics._write import fixed, percent, signed
from policemetrics._write import rate as as_rate
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.exposure import Exposure, divide
from policemetrics.frames import as_tally
from policemetrics.periods import in_words
from policemetrics.results import Figure, Results, column, figure, input_field
from policemetrics.tallies import Tally
from policemetrics.typing import (
    Between,
    Column,
    Counts,
    FloatArray,
    Label,
    Names,
    Number,
    Numbers,
    RatioMethod,
    Versus,
)


@figure(estimate=("percent_change", "change"))
class RateChange(Figure):
    """A change in a count, or in its rate, from one period to another.

    Attributes
    ----------
    old, new : float
        The two counts.
    change : float
        `new` less `old`.
    percent_change, percent_change_low, percent_change_high : float
        Change in per cent (−10.33 for a fall by about a tenth) and its interval; of the rates where
        there is an exposure. Not a number where there was nothing before, or where it is withheld;
        the upper limit is then infinite.
    p_value : float
        Of no change; of the same family as the interval, so that they always agree.
    between : tuple of str
        The two periods, the earlier first; empty where none were given.
    old_exposure, new_exposure : float
        What each count was divided by; not a number without an exposure.
    exposure_name, exposure_date : str
        What the exposure counts ("days", "residents"), and which estimate it is.
    method, dispersion, confidence_level : str, float, float
        How the interval was made.
    subject : str
        What is counted, for the sentence.
    """

    old: float = column("count")
    new: float = column("count")
    change: float = column("change")
    percent_change: float = column("percent")
    percent_change_low: float = column("percent", "lower")
    percent_change_high: float = column("percent", "upper")
    p_value: float = column("p", "p", shown=False)
    between: tuple[str, str] = ("", "")
    old_exposure: float = float("nan")
    new_exposure: float = float("nan")
    exposure_name: str = ""
    exposure_date: str = ""
    method: str
    dispersion: float = 1.0
    confidence_level: float
    subject: str = "Recorded crime"

    def _sentence(self) -> str:
        if np.isnan(self.change):
            return f"{self.subject}: change {self.reason}."
        if self.exposure_name:
            return self._rate_sentence()
        if np.isnan(self.percent_change):
            return f"{self._moved}{self._from_to}; percentage {self.reason}."
        return f"{self._moved} ({signed(self.percent_change, 1, '%')}, {self._limits}){self._from_to}."

    def _rate_sentence(self) -> str:
        """Say how the rate moved, with both rates and what they were made of."""
        per, scale = ("day", 1.0) if self.exposure_name == "days" else (f"1,000 {self.exposure_name}", 1000.0)
        sides = [
            f"{as_rate(count / size * scale)}{when} "
            f"({written(count)} for {written(size)} {self.exposure_name})"
            for count, size, when in (
                (self.old, self.old_exposure, self._when[0]),
                (self.new, self.new_exposure, self._when[1]),
            )
        ]
        dated = f"; {self.exposure_date}" if self.exposure_date else ""
        path = f", from {sides[0]} to {sides[1]}{dated}"
        if np.isnan(self.percent_change):
            return (
                f"{self.subject} per {per}{path.replace(', from', ' went from')}; percentage {self.reason}."
            )
        if self.percent_change == 0:
            return f"{self.subject} per {per} did not change ({self._limits}){path}."
        verb = "rose" if self.percent_change > 0 else "fell"
        return f"{self.subject} per {per} {verb} by {fixed(abs(self.percent_change), 1)}% ({self._limits}){path}."

    @property
    def _limits(self) -> str:
        low, high = signed(self.percent_change_low, 1, "%"), signed(self.percent_change_high, 1, "%")
        return f"{self.confidence_level * 100:g}% interval {low} to {high}"

    @property
    def _moved(self) -> str:
        if self.change == 0:
            return f"{self.subject} did not change"
        return f"{self.subject} {'rose' if self.change > 0 else 'fell'} by {written(abs(self.change))}"

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
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
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
    exposure: Exposure | None = None,
    per_day: bool = False,
    like_for_like: Literal["require", "match"] = "require",
    method: RatioMethod = "score",
    dispersion: float = 1,
    minimum_base: int = 0,
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
    by: Names,
    period: str = "period",
    count: str | None = None,
    exposure: Exposure | None = None,
    per_day: bool = False,
    like_for_like: Literal["require", "match"] = "require",
    method: RatioMethod = "score",
    dispersion: float = 1,
    minimum_base: int = 0,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> Results[RateChange]: ...
@overload
def rate_change(
    data: Counts,
    /,
    *,
    versus: Versus,
    by: Names = (),
    period: str = "period",
    count: str | None = None,
    exposure: Exposure | None = None,
    per_day: bool = False,
    like_for_like: Literal["require", "match"] = "require",
    method: RatioMethod = "score",
    dispersion: float = 1,
    minimum_base: int = 0,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> Results[RateChange]: ...
def rate_change(
    old: Any,
    new: Any = None,
    *,
    labels: Any = None,
    between: Any = None,
    versus: Any = None,
    by: Names | None = None,
    period: str = "period",
    count: str | None = None,
    exposure: Any = None,
    per_day: bool = False,
    like_for_like: Literal["require", "match"] = "require",
    method: RatioMethod = "score",
    dispersion: float = 1,
    minimum_base: int = 0,
    caveat: str = "",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> RateChange | Results[RateChange]:
    """Change in a count or a rate, absolute and in per cent, with an interval.

    Give two counts; or two columns of counts with `labels`; or a tally or data frame with `between`
    or `versus`.

    Parameters
    ----------
    old, new : int, or sequence of int with `labels`
        The counts before and after; whole numbers >= 0. A tally or data frame takes the place of
        `old`, and `new` is left out.
    labels : sequence of str or int, optional
        A label for each pair of counts; gives a table with the dimension ``label``.
    between : tuple of str or Period, optional
        The two periods, (earlier, later): of one length, without overlap. Where the tally holds
        shorter periods, months say, those that make up each are added.
    versus : {"year_before", "previous"}, optional
        Compare every period with the one a year before it or just before it; gives a table.
    by : str or sequence of str, optional
        The dimensions to keep; gives a table.
    period : str, optional
        The dimension that holds the period. Default is ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    exposure : tuple of float, or Exposure, optional
        What each count is divided by, (before, after), > 0; for a tally an `Exposure`, with the
        period among its dimensions where each has its own estimate. The percentage is then that of
        the rates; `change` remains that of the counts.
    per_day : bool, optional
        Whether to divide by the days of each period: 2023/24 has 366. Default is False.
    like_for_like : {"require", "match"}, optional
        What to do where a supplier is there in one period only: refuse the comparison, or keep the
        suppliers of both and put the rest in the ledger. Default is ``"require"``.
    method : {"score", "exact", "midp"}, optional
        Wilson's score interval on `new` of both, turned into odds; the exact conditional one; or its
        mid-P version. Default is ``"score"``.
    dispersion : float, optional
        Variance over mean of the counts, >= 1: widens the score interval. Default is 1, Poisson.
    minimum_base : int, optional
        Withhold the percentage where `old` is below it; 50 is the practice of ONS. Default is 0.
    caveat : str, optional
        What must travel with the figure: a break in recording, say.
    subject : str, optional
        What is counted, for the sentence. Default is ``"Recorded crime"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    RateChange or Results of RateChange
        A table if there is `labels`, `versus` or `by`; otherwise one figure. What was not supplied,
        or not supplied alike, is not available, and says why.

    Raises
    ------
    InvalidInputError
        If a count is negative or not whole, the periods are reversed, equal, unequal in length or
        overlap, or lengths differ.
    UnknownNameError
        If a dimension, column or method does not exist.

    Notes
    -----
    Given the sum of two Poisson counts, the second is binomial, so limits for its share turn into
    limits for the ratio of rates. The p-value is of the same family: it is below
    ``1 - confidence_level`` exactly when the interval leaves 0% out. At the size of a force almost
    any change is distinguishable from chance: report how large it is.

    Examples
    --------
    >>> print(rate_change(365_882, 328_104))
    Recorded crime fell by 37,778 (−10.3%, 95% interval −10.7% to −9.9%), from 365,882 to 328,104.
    >>> print(rate_change(0, 5))
    Recorded crime rose by 5, from 0 to 5; percentage not applicable: nothing was recorded before.
    """
    settings = _Changes(
        method,
        _check.number(dispersion, "dispersion", low=1),
        one_count(minimum_base, "minimum_base"),
        _check.text(caveat, "caveat", empty=True),
        _check.text(subject, "subject"),
        _check.confidence_level(confidence_level),
    )
    _check.choice(method, "method", ("score", "exact", "midp"))
    _check.flag(per_day, "per_day")
    if new is not None:
        refuse_options(
            between=between,
            versus=versus,
            by=by,
            count=count,
            period=None if period == "period" else period,
            per_day=per_day or None,
            like_for_like=None if like_for_like == "require" else like_for_like,
        )
        exposures = exposure_pair(exposure)
        keys, columns, single = as_columns(labels, {"old": old, "new": new} | exposures)
        before, after = (
            np.atleast_1d(_check.counts(c, n)) for c, n in zip(columns[:2], ("old", "new"), strict=True)
        )
        sizes = [np.atleast_1d(_check.positive(c, n)) for c, n in zip(columns[2:], exposures, strict=True)]
        result = settings.table(keys, (before, after), sizes, no_reasons(len(before)), {})
        return result[0] if single else result
    if (between is None) == (versus is None):
        both = "not both" if between is not None else "for example"
        msg = (
            "rate_change compares two counts, rate_change(old, new); or the periods of a tally or frame: "
            f"give between=(earlier, later) or versus='year_before', {both}."
        ).replace(", for example", "")
        raise InvalidTypeError(msg)
    refuse_options(labels=labels)
    kept = () if by is None else _check.names(by, "by")
    if _check.text(period, "period") in kept:
        msg = f"by must not name the period dimension {period!r}: it is what is compared; use versus= for a row a period."
        raise InvalidInputError(msg)
    if exposure is not None and not isinstance(exposure, Exposure):
        msg = f"exposure must be an Exposure where the counts are a tally or frame; got {type(exposure).__name__}."
        raise InvalidTypeError(msg)
    _check.choice(like_for_like, "like_for_like", ("require", "match"))
    needed = (*kept, period)
    data = as_tally(one_data(old, "data"), by=needed, count=count, coverage=needed)
    comparison = _Comparison(settings, data, kept, exposure, per_day, like_for_like)
    if versus is not None:
        return comparison.many(pairs_of_periods(data, versus, period), period)
    table = comparison.one(*both_periods(data, between, period))
    return table[0] if by is None else table


@attrs.frozen
class _Changes:
    """The settings of one call of `rate_change`, and the arithmetic on arrays."""

    method: RatioMethod
    dispersion: float
    minimum_base: int
    caveat: str
    subject: str
    level: float

    def table(
        self,
        keys: dict[str, NDArray[Any]],
        counted: tuple[NDArray[Any], NDArray[Any]],
        exposures: Sequence[FloatArray],
        reasons: Reasons,
        audit: dict[str, Any],
        *,
        shown: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None,
        exclusions: Any = None,
    ) -> Results[RateChange]:
        """Work out every row; `shown` tells which counts may stand where the change may not."""
        there = unexplained(reasons)
        old, new = (np.where(there, c, 0) for c in counted)
        sizes = [np.where(there, e, 1.0) for e in exposures] or [np.ones(len(old)), np.ones(len(old))]
        low, high = intervals.rate_ratio(
            new, old, sizes[1], sizes[0], self.level, method=self.method, dispersion=self.dispersion
        )
        p_value = intervals.rate_ratio_p_value(
            new, old, sizes[1], sizes[0], method=self.method, dispersion=self.dispersion
        )
        base = np.where(old > 0, old, np.nan).astype(float)
        if exposures:
            percent_change = ((new / sizes[1]) / (base / sizes[0]) - 1) * 100
        else:
            # Multiplied first, since that is exact, so that a tie in the last digit shown stays one.
            percent_change = 100.0 * (new - old) / base
        nothing = there & (old == 0)
        withheld = there & (old > 0) & (old < self.minimum_base)
        reasons[nothing] = "not applicable: nothing was recorded before"
        reasons[nothing & (new == 0)] = "not applicable: nothing was recorded in either period"
        for at in np.flatnonzero(withheld):
            reasons[at] = (
                f"withheld: the base of {written(float(old[at]))} is below {written(self.minimum_base)}"
            )
        hidden = ~there | withheld
        old_shown, new_shown = shown if shown is not None else (there, there)
        columns = {
            "old": np.where(old_shown, counted[0], np.nan),
            "new": np.where(new_shown, counted[1], np.nan),
            "change": np.where(there, (new - old).astype(float), np.nan),
            "percent_change": np.where(hidden, np.nan, percent_change),
            "percent_change_low": np.where(hidden, np.nan, (low - 1) * 100),
            "percent_change_high": np.where(hidden, np.nan, (high - 1) * 100),
            "p_value": np.where(there, p_value, np.nan),
        }
        audit = {
            "between": ("", ""),
            "old_exposure": exposures[0] if exposures else float("nan"),
            "new_exposure": exposures[1] if exposures else float("nan"),
            "exposure_name": "exposure" if exposures else "",
            "exposure_date": "",
            "method": self.method,
            "dispersion": self.dispersion,
            "confidence_level": self.level,
            "subject": self.subject,
        } | audit
        return Results(RateChange, keys, columns, reasons, audit, exclusions, self.caveat)


@attrs.frozen
class _Comparison:
    """The comparison of two sides of one tally, by group."""

    settings: _Changes
    data: Tally
    by: tuple[str, ...]
    exposure: Exposure | None
    per_day: bool
    like_for_like: str

    def one(self, old: Side, new: Side) -> Results[RateChange]:
        """Compare two periods."""
        if self.like_for_like == "match":
            if self.data._supplied is None:
                msg = "like_for_like='match' needs to know who supplied: state coverage= when tallying."
                raise InvalidInputError(msg)
            parts = old.parts, new.parts
            old, new = matched(old, new, self.by)
            if self.per_day:  # days are those of the whole period, so all of it must be there
                old, new = (attrs.evolve(s, parts=p) for s, p in zip((old, new), parts, strict=True))
        groups = groups_of([old, new], self.by, self.data)
        before, after = no_reasons(len(groups)), no_reasons(len(groups))
        refuse_unsupplied(before, groups, old)
        refuse_unsupplied(after, groups, new)
        counted = totals(old, groups), totals(new, groups)
        shown = unexplained(before), unexplained(after)
        reasons = np.where(shown[0], after, before)
        if self.like_for_like == "require":
            refuse_one_sided(reasons, groups, old, new)
        for total, side in zip(counted, (old, new), strict=True):
            refuse_negative(reasons, total, side.label)
        exposures, audit = self._exposures(groups, old, new, reasons)
        excluded = exclusion_table(groups, [old, new], added(*counted), self.data)
        audit["between"] = (old.label, new.label)
        return self._with_caveat(old, new).table(
            keys_of(groups), counted, exposures, reasons, audit, shown=shown, exclusions=excluded
        )

    def _with_caveat(self, old: Side, new: Side) -> _Changes:
        """Add the caveat that, without coverage, cells of one period only may be missing ones of the other."""
        rest = tuple(d for d in self.data.dims if d not in (*self.by, old.period))
        both = len(old.tally._cells) and len(new.tally._cells)
        named = one_sided_cells(old, new, rest) if rest and both and self.data._supplied is None else ""
        if not named:
            return self.settings
        caveat = f"no coverage was stated, and only one of the periods has cells of {named}"
        return attrs.evolve(self.settings, caveat="; ".join(filter(None, (self.settings.caveat, caveat))))

    def _exposures(
        self, groups: Cells, old: Side, new: Side, reasons: Reasons
    ) -> tuple[list[FloatArray], dict[str, Any]]:
        """Find the divisors of both sides: an exposure, days, or person-days where both are asked."""
        days = [np.full(len(groups), float(side.when.days if side.when else 1)) for side in (old, new)]
        if self.exposure is None:
            return (days, {"exposure_name": "days"}) if self.per_day else ([], {})
        found = [divide(self.exposure, groups, side, reasons) for side in (old, new)]
        named = {"exposure_name": self.exposure.name, "exposure_date": self.exposure.date}
        if not self.per_day:
            return found, named
        return [f * d for f, d in zip(found, days, strict=True)], named | {
            "exposure_name": f"{self.exposure.name} × days"
        }

    def many(self, pairs: Sequence[tuple[Side, Side]], period: str) -> Results[RateChange]:
        """Compare each pair of periods, one below the other, in the order of group and period."""
        tables = [(new.label, self.one(old, new)) for old, new in pairs]
        if not tables:
            return self.settings.table(
                {d: np.empty(0, dtype=object) for d in (*self.by, period)},
                (np.zeros(0), np.zeros(0)),
                [],
                no_reasons(0),
                {},
            )
        stacked = Results._stack([table for _, table in tables], {period: [label for label, _ in tables]})
        for dim in reversed(self.by):
            stacked = stacked.sort(dim)
        return stacked


@figure(estimate="change")
class ChangeDriver(Figure):
    """What one category added to a change in a count.

    Attributes
    ----------
    old, new : float
        The two counts of the category; one may be below zero where corrections outweigh what was recorded.
    change : float
        `new` less `old`: its part of the change of the whole.
    points : float
        Its part of the percentage change of the whole, in percentage points: they add up to that percentage.
        Not a number where nothing was recorded before.
    share_of_change : float
        `change` as a fraction of that of the whole: negative where it went the other way, above 1 where
        others made up for it. Not a number where the whole did not change.
    whole_old, whole_new : float
        The two counts of the whole that the category is a part of.
    between : tuple of str
        The two periods, the earlier first.
    subject : str
        What is counted, for the sentence.
    """

    old: float = column("count")
    new: float = column("count")
    change: float = column("change")
    points: float = column("points")
    share_of_change: float = column("share")
    whole_old: float = input_field()
    whole_new: float = input_field()
    between: tuple[str, str]
    subject: str = "Recorded crime"

    def _sentence(self) -> str:
        if np.isnan(self.change):
            return f"{self.subject}: change {self.reason}."
        earlier, later = map(in_words, self.between)
        path = f", from {written(self.old)} in {earlier} to {written(self.new)} in {later}"
        moved = (
            f"{signed(self.change, 0)}{path}"
            if self.change
            else f"{written(self.old)} in both {earlier} and {later}"
        )
        return f"{self.subject}: {moved}; {self._part}."

    @property
    def _part(self) -> str:
        """Say what part of the whole change it is; undefined is the share, or the points, or both."""
        whole = self.whole_new - self.whole_old
        if np.isnan(self.points):
            return f"the whole {_moved(whole)}, and has no percentage: {self.reason}"
        if np.isnan(self.share_of_change):
            return f"{signed(self.points, 2)} percentage points; the whole did not change"
        total = 100 * whole / self.whole_old
        return (
            f"{signed(self.points, 2)} percentage points of the {signed(total, 1, '%')} by which the whole {_moved(whole)}, "
            f"{percent(self.share_of_change)} of the change"
        )


def _moved(change: float) -> str:
    if change == 0:
        return "did not change"
    return "rose" if change > 0 else "fell"


def change_drivers(
    data: Counts,
    /,
    *,
    between: Between,
    of: str,
    by: Names = (),
    period: str = "period",
    count: str | None = None,
    subject: str = "Recorded crime",
) -> Results[ChangeDriver]:
    """Tell what each category added to a change in a count: which of them made a fall of 10%.

    Parameters
    ----------
    data : Tally or data frame
        Counts by period and by `of`.
    between : tuple of str or Period
        The two periods, (earlier, later), as for `rate_change`.
    of : str
        The dimension whose categories are shown: the offence group, the offence, the area.
    by : str or sequence of str, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    period : str, optional
        The dimension that holds the period. Default is ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    subject : str, optional
        What is counted, for the sentence. Default is ``"Recorded crime"``.

    Returns
    -------
    Results of ChangeDriver
        One row for each category of each group. Within a group `change` adds up to the change of its
        `rate_change`, exactly, and `points` to its `percent_change`.

    Raises
    ------
    InvalidInputError
        If the periods do not compare, or one dimension is given two roles.
    UnknownNameError
        If a dimension or column does not exist.

    See Also
    --------
    rate_change : The change that is explained.
    harm_drivers : The same for harm.

    Notes
    -----
    A category of a frame that has no row in a period counts 0 there, as long as its group has rows at all.
    Where an area may be absent since nothing was supplied, give a `Tally` whose coverage names the areas.

    Examples
    --------
    A tenth fewer crimes, mostly of theft:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23"] * 3 + ["2023/24"] * 3, "group": ["drugs", "theft", "violence"] * 2},
    ...     [1_000, 6_000, 3_000, 1_200, 4_700, 3_100],
    ... )
    >>> drivers = change_drivers(crimes, between=("2022/23", "2023/24"), of="group")
    >>> drivers.sort("change")
    group       old    new  change  points  share_of_change
    --------  -----  -----  ------  ------  ---------------
    theft     6,000  4,700  −1,300  −13.00          130.00%
    violence  3,000  3,100    +100   +1.00          −10.00%
    drugs     1,000  1,200    +200   +2.00          −20.00%
    [ChangeDriver, 3 rows]
    >>> print(drivers.at(group="theft"))
    theft: recorded crime: −1,300, from 6,000 in 2022/23 to 4,700 in 2023/24; −13.00 percentage points of the −10.0% by which the whole fell, 130.0% of the change.
    """
    kept = _check.names(by, "by")
    roles = {"by": kept, "period": (_check.text(period, "period"),)}
    for role, dims in roles.items():
        if _check.text(of, "of") in dims:
            msg = f"of must name another dimension than by= and period=; got {of!r}, which is {role}=."
            raise InvalidInputError(msg)
    if period in kept:
        msg = f"by must not name the period dimension {period!r}: it is what is compared."
        raise InvalidInputError(msg)
    _check.text(subject, "subject")
    covered = (*kept, period)
    tally = as_tally(one_data(data, "data"), by=(*kept, of, period), count=count, coverage=covered)
    sides = both_periods(tally, between, period)
    groups, rows = groups_of(sides, kept), groups_of(sides, (*kept, of))
    group = rows.positions(groups, kept)
    before, after = no_reasons(len(groups)), no_reasons(len(groups))
    wholes = []
    for side, reasons in zip(sides, (before, after), strict=True):
        refuse_unsupplied(reasons, groups, side)
        whole = totals(side, groups)
        refuse_negative(reasons, whole, side.label)
        wholes.append(whole)
    of_groups = np.where(unexplained(before), after, before)
    refuse_one_sided(of_groups, groups, *sides)
    there, reasons = unexplained(of_groups)[group], of_groups[group]
    columns = _columns([totals(side, rows) for side in sides], [whole[group] for whole in wholes], there)
    reasons[there & np.isnan(columns["share_of_change"])] = (
        "not applicable: the whole did not change, so no part has a share of it"
    )
    reasons[there & np.isnan(columns["points"])] = "not applicable: nothing was recorded before"
    audit = {
        "whole_old": np.where(there, wholes[0][group], np.nan),
        "whole_new": np.where(there, wholes[1][group], np.nan),
        "between": (sides[0].label, sides[1].label),
        "subject": subject,
    }
    excluded = exclusion_table(rows, sides, added(*(totals(side, rows) for side in sides)), tally)
    return Results(ChangeDriver, keys_of(rows), columns, reasons, audit, excluded)


def _columns(parts: list[Any], wholes: list[Any], there: Any) -> dict[str, Any]:
    """Work out the parts, in counts, in points and as shares."""
    (old, new), (whole_old, whole_new) = parts, wholes
    change = np.where(there, (new - old).astype(float), np.nan)
    moved = (whole_new - whole_old).astype(float)
    return {
        "old": np.where(there, old, np.nan),
        "new": np.where(there, new, np.nan),
        "change": change,
        # Multiplied first, since that is exact, so that a tie in the last digit shown stays one.
        "points": 100 * change / np.where(whole_old == 0, np.nan, whole_old),
        "share_of_change": change / np.where(moved == 0, np.nan, moved),
    }
