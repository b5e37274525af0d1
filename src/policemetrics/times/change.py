"""The change in a mean, a median and a share within target, from one period or group to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, overload

import attrs
import numpy as np

from policemetrics import _check, _supply, intervals
from policemetrics._cells import MEASURED, Cells
from policemetrics._compare import Asked, Beside, Chosen, Comparison, Rows, kept_dims
from policemetrics._figure import audit_fields, comparable
from policemetrics._sources import joined
from policemetrics._write import duration, one_sentence, path, percent, size
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.frames import framed, with_flags
from policemetrics.intervals.means import relative_welch
from policemetrics.intervals.pairs import square_and_add_ratio
from policemetrics.periods import in_words
from policemetrics.results import Figure, Results, column, figure, input_field, label_array
from policemetrics.survival import SURVIVAL_METHODS
from policemetrics.tallies import Tally
from policemetrics.times import estimates
from policemetrics.times.answers import said_abandoned, said_of
from policemetrics.times.reading import Parts, Wanted, as_times
from policemetrics.times.still_open import SurvivalChange, compared, refuse_no_flags, refuse_options
from policemetrics.times.summary import TimeSummary
from policemetrics.typing import (
    Between,
    Columns,
    Counts,
    Every,
    FloatArray,
    IntArray,
    LikeForLike,
    Names,
    Percentile,
    RecordedTo,
    Seconds,
    SurvivalMethod,
    TwoGroups,
)

# ---- the figure -------------------------------------------------------------------------


@figure(estimate=("mean_change", "median_change", "points"), method="mean_method")
class TimeChange(Figure):
    """A change in times: of the mean and the median in seconds, of the share within target in points.

    Attributes
    ----------
    old_n, new_n : float
        How many times were measured.
    old_mean, new_mean : float
        The two means, in seconds.
    mean_change, mean_change_low, mean_change_high : float
        The second less the first, in seconds, and its interval.
    mean_percent_change, mean_percent_change_low, mean_percent_change_high : float
        The same in per cent of `old_mean`, and its interval; nan if that is 0. It has no upper limit if
        `old_mean` cannot be told from 0.
    p_value : float
        For no change of the mean. It and both intervals of the mean come from one method, so they always agree.
    old_median, new_median : float
        The two medians, in seconds.
    median_change, median_change_low, median_change_high : float
        The second less the first, in seconds, and its interval; with few times it has no limits.
    median_percent_change : float
        The same in per cent of `old_median`; nan if that is 0.
    target : float
        In seconds; nan without one.
    old_share_within, new_share_within : float
        The two fractions within the target, 0 to 1.
    points, points_low, points_high : float
        The second less the first in percentage points (+1.9), and its interval.
    share_percent_change, share_percent_change_low, share_percent_change_high : float
        The same change in per cent of `old_share_within`, 85 to 86.9% is +1.9 points and +2.2 per cent; and its interval.
    points_p_value : float
        For no change of the share. It and both intervals of the share come from one method, so they always agree.
    between : tuple of str
        The two periods, the earlier first, or the two groups; empty if they are not known.
    compared : str
        The dimension of the two groups (`old` is the first, `new` the second); empty if periods are compared.
    inclusive : bool
        Whether a time equal to the target meets it.
    missed : str
        The reasons for exclusion whose rows count as not within the target.
    start, end : str
        For response times, the columns at which the clock started and ended; empty if not known.
    service_level, short : str, float
        For calls, the denominator of the shares, and the seconds before which an abandoned call does not count.
    old_offered, new_offered, old_share_abandoned, new_share_abandoned : float
        For calls: how many were offered, and the fraction of them abandoned; nan where not known.
    old_within, old_out_of, new_within, new_out_of : float
        What the two shares were made of.
    percentile_method : str
        Definition of the medians; empty if the two summaries have none.
    mean_method, median_method, share_method, confidence_level : str, str, str, float
        How the intervals were made.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("old_n", "old_within", "old_out_of - old_within", "old_out_of - old_n?", "old_offered - old_n?"),
        ("new_n", "new_within", "new_out_of - new_within", "new_out_of - new_n?", "new_offered - new_n?"),
    )
    _unseen: ClassVar[tuple[str, ...]] = ("old_share_abandoned", "new_share_abandoned")

    old_n: float = column("count", "denominator", shown=False)
    new_n: float = column("count", "denominator", shown=False)
    old_mean: float = column("seconds", "estimate")
    new_mean: float = column("seconds", "estimate")
    mean_change: float = column("seconds_change", "estimate", of=("old_mean", "new_mean"))
    mean_change_low: float = column("seconds_change", "lower")
    mean_change_high: float = column("seconds_change", "upper")
    mean_percent_change: float = column("percent", "estimate", of=("old_mean", "new_mean"))
    mean_percent_change_low: float = column("percent", "lower", shown=False)
    mean_percent_change_high: float = column("percent", "upper", shown=False)
    p_value: float = column("p", "p", of="mean_change", shown=False)
    old_median: float = column("seconds", "estimate", shown=False)
    new_median: float = column("seconds", "estimate", shown=False)
    median_change: float = column("seconds_change", "estimate", of=("old_median", "new_median"))
    median_change_low: float = column("seconds_change", "lower")
    median_change_high: float = column("seconds_change", "upper")
    median_percent_change: float = column("percent", "estimate", of=("old_median", "new_median"), shown=False)
    target: float = column("seconds", shown=False, definition=True)
    old_share_within: float = column("share", "estimate", of=("old_within", "old_out_of"), shown=False)
    new_share_within: float = column("share", "estimate", of=("new_within", "new_out_of"), shown=False)
    points: float = column("points", "estimate", of=("old_share_within", "new_share_within"))
    points_low: float = column("points", "lower")
    points_high: float = column("points", "upper")
    share_percent_change: float = column(
        "percent", "estimate", of=("old_share_within", "new_share_within"), shown=False
    )
    share_percent_change_low: float = column("percent", "lower", shown=False)
    share_percent_change_high: float = column("percent", "upper", shown=False)
    points_p_value: float = column("p", "p", of="points", shown=False)
    between: tuple[str, str] = ("", "")
    compared: str = ""
    inclusive: bool = False
    missed: str = ""
    start: str = ""
    end: str = ""
    service_level: str = ""
    short: float = float("nan")
    old_offered: float = input_field("denominator", default=np.nan)
    new_offered: float = input_field("denominator", default=np.nan)
    old_share_abandoned: float = input_field("estimate", default=np.nan)
    new_share_abandoned: float = input_field("estimate", default=np.nan)
    old_within: float = input_field("numerator")
    old_out_of: float = input_field("denominator")
    new_within: float = input_field("numerator")
    new_out_of: float = input_field("denominator")
    percentile_method: str
    mean_method: str = "welch"
    median_method: str = "square_and_add"
    share_method: str = "newcombe"
    confidence_level: float

    def _sentence(self) -> str:
        found = [f"times: change {self.reason}"]
        if not np.isnan(self.mean_change):
            asked = ("mean", "median") if self.percentile_method else ("mean",)
            found = list(map(self._seconds, asked))
        if not np.isnan(self.points):
            found.append(self._points)
        elif not np.isnan([self.target, self.mean_change]).any():
            found.append(f"change of the share {self.reason}")
        if self.service_level:
            found += self._abandoned
        if self.start:
            found[0] = f"from {self.start} to {self.end}: {found[0]}"
        return one_sentence(found)

    def _seconds(self, name: str) -> str:
        """Say how the mean or the median moved: in seconds, and in per cent."""
        change = getattr(self, f"{name}_change")
        amount = duration(abs(change)) if abs(change) >= 0.05 else "less than 0.1 s"
        old, new = (duration(getattr(self, f"{side}_{name}")) for side in ("old", "new"))
        relative = getattr(self, f"{name}_percent_change")
        how = ("higher", "lower") if self.compared else ("more", "less")
        return self._moved(name, f"{name}_change", amount, (old, new), relative, how)

    @property
    def _points(self) -> str:
        """Say how the share within target moved: in percentage points, and in per cent."""
        calls = f" of calls {said_of(self.service_level)}" if self.service_level else ""
        name = f"share{calls} {'at or ' if self.inclusive else ''}under {duration(self.target)}"
        amount = f"{size(self.points, 2)} percentage points"
        shares = percent(self.old_share_within, 2), percent(self.new_share_within, 2)
        return self._moved(name, "points", amount, shares, self.share_percent_change, ("higher", "lower"))

    def _moved(
        self,
        name: str,
        column: str,
        amount: str,
        both: tuple[str, str],
        relative: float,
        compared: tuple[str, str],
    ) -> str:
        """Say by how much something moved, from what to what, and that in per cent, which may be nan."""
        change, low, high = (getattr(self, f"{column}{end}") for end in ("", "_low", "_high"))
        limits = f" ({self._interval_words(column)})" if np.isfinite([low, high]).all() else ""
        when, groups = map(in_words, self.between), bool(self.compared)
        moved = f"{name} {path(change, amount, limits, both, when, groups=groups)}"
        if change == 0 or np.isnan(relative):
            return moved
        return f"{moved}, which is {size(relative, 1)}% {compared[0] if change > 0 else compared[1]}"

    @property
    def _abandoned(self) -> list[str]:
        """Say beside every change of calls how many were abandoned: a wait falls too as more callers give up."""
        when = [f"in {in_words(b)}" for b in self.between] if any(self.between) else ["before", "afterwards"]
        sides = zip(when, ("old_", "new_"), strict=True)
        return [f"{at}, {said_abandoned(self, side)}" for at, side in sides]


# ---- the metric -------------------------------------------------------------------------


@overload
def time_change(
    old: TimeSummary, new: TimeSummary, /, *, caveat: str = "", confidence_level: float = 0.95
) -> TimeChange: ...
@overload
def time_change(
    data: Counts,
    /,
    *,
    between: Between,
    by: None = None,
    target: Seconds | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    missed: Names = (),
    period: str = "period",
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    percentile_method: Percentile = "linear",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> TimeChange: ...
@overload
def time_change(
    data: Counts,
    /,
    *,
    between: Between,
    by: Columns,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    missed: Names = (),
    period: str = "period",
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    percentile_method: Percentile = "linear",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[TimeChange]: ...
@overload
def time_change(
    data: Counts,
    /,
    *,
    groups: TwoGroups,
    of: str | None = None,
    by: None = None,
    target: Seconds | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    missed: Names = (),
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    percentile_method: Percentile = "linear",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> TimeChange: ...
@overload
def time_change(
    data: Counts,
    /,
    *,
    groups: TwoGroups,
    of: str | None = None,
    by: Columns,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    missed: Names = (),
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    percentile_method: Percentile = "linear",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[TimeChange]: ...
@overload
def time_change(
    data: Counts,
    /,
    *,
    still_open: str,
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    by: None = None,
    target: Seconds | None = None,
    inclusive: bool = False,
    period: str = "period",
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    survival_method: SurvivalMethod = "log-log",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> SurvivalChange: ...
@overload
def time_change(
    data: Counts,
    /,
    *,
    still_open: str,
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    by: Columns,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    inclusive: bool = False,
    period: str = "period",
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    survival_method: SurvivalMethod = "log-log",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[SurvivalChange]: ...
def time_change(
    old: TimeSummary | Counts,
    new: TimeSummary | None = None,
    /,
    *,
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    by: Columns | None = None,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    missed: Names = (),
    period: str = "period",
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    percentile_method: Percentile = "linear",
    still_open: str | None = None,
    survival_method: SurvivalMethod = "log-log",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> TimeChange | SurvivalChange | Results[TimeChange] | Results[SurvivalChange]:
    """Change in times between two periods, with intervals: mean, median and share within target.

    Give a tally or data frame with `between`, or with `groups` to compare two groups; or two summaries, as
    `summarise_times` and `answer_times` make them.

    Parameters
    ----------
    old, new : TimeSummary
        The summaries before and after, made with the same options. For a table give the tally or data frame of
        times as `old`, and leave out `new`.
    between : tuple of str or Period, optional
        The two periods, (earlier, later): of one length, without overlap. If the tally has shorter periods, such
        as months, those within each period are added up.
    groups : tuple of str or int, optional
        Two labels of the dimension `of`, instead of `between`, as for `rate_change`.
    of : str, optional
        The dimension of `groups`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    target, inclusive, recorded_to, missed, seconds, count, percentile_method : optional
        As for `summarise_times`.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    period : str, optional
        The dimension that holds the period. Default is ``"period"``.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only: refuse the comparison, or compare the suppliers of
        both and list the rest in the ledger. Default is ``"require"``.
    still_open : str, optional
        The column or dimension that says which incidents had not ended when they were last followed: True and False, or 1
        and 0, as `durations` makes it. They take longer than the time counted. By default all have ended.
    survival_method : {"log-log", "log"}, optional
        For `still_open`: on which scale the intervals of both medians are symmetric. Default is ``"log-log"``.
    caveat : str, optional
        A caveat to show with the figure, such as another start of the clock.
    confidence_level : float, optional
        Strictly between 0 and 1; two summaries keep their own. Default is 0.95.

    Returns
    -------
    TimeChange or SurvivalChange, or Results of them
        A `SurvivalChange` with `still_open`; a table if there is `by`, otherwise one figure. Where data are missing, or
        the two periods have different suppliers, the figure is not available and `reason` says why.

    Raises
    ------
    InvalidInputError
        If the periods are reversed, equal, unequal in length or overlap, or the two summaries were made with
        different options; if `still_open` does not hold True and False, or comes with an option that it cannot have; if
        data change while an engine reads them in several queries (for more than 67 million distinct times by group).
    InvalidTypeError
        If not exactly one of `between` and `groups` is given, or one of the two is not a summary.
    UnknownNameError
        If a dimension, column or definition does not exist.

    Warns
    -----
    TargetUnitWarning
        If a target is under one second or over a week.

    See Also
    --------
    time_drivers : How much of the change comes from the mix of grades.
    time_change : What two published averages say, with their rounding.

    Notes
    -----
    The interval of the mean's change is Welch's; in per cent it is Fieller's with Welch's degrees of freedom. The
    interval of the share's change is Newcombe's; in per cent it is made from the same limits. A p-value is the
    level at which the interval just reaches 0. For the median the distances of the two medians from their own
    limits, which are order statistics, are squared and added [1]_. This assumes no shape, and is not symmetric
    for skewed times. All assume that times are independent, within a period and between the two.

    With `still_open` both sides are estimated by Kaplan and Meier, as in `response_times`. The limits of a median are where
    the limits of the curve cross a half [2]_; for the difference they are squared and added, too. The p-value is that of the
    log-rank test [3]_: whether at any time more end in one of the two. It works best if one is faster by the same factor at all
    times; if the curves cross it may miss much. It assumes that open incidents are like those that lasted as long
    and then ended.

    A change of the mean may come from the mix alone: with fewer urgent calls it rises, although each grade is as
    fast as before.

    References
    ----------
    .. [1] Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a
       general approach. Statistics in Medicine, 27(10), 1693-1702.
    .. [2] Brookmeyer, R. and Crowley, J. (1982). A confidence interval for the median survival time. Biometrics,
       38(1), 29-41.
    .. [3] Peto, R. and Peto, J. (1972). Asymptotically efficient rank invariant test procedures. Journal of the Royal
       Statistical Society, Series A, 135(2), 185-207.

    Examples
    --------
    >>> from policemetrics import Tally
    >>> waits = Tally.from_columns(
    ...     {"period": ["2022/23"] * 3 + ["2023/24"] * 3, "seconds": [5, 9, 40] * 2}, [50, 30, 20, 60, 30, 10]
    ... )
    >>> change = time_change(waits, between=("2022/23", "2023/24"), target=10)
    >>> print(change)
    Mean fell by 3.5 s (95% interval −6.9 s to −0.1 s), from 13.2 s in 2022/23 to 9.7 s in 2023/24, which is 26.5% less; median fell by 2 s (95% interval −4 s to +2.5 s), from 7 s in 2022/23 to 5 s in 2023/24, which is 28.6% less; share under 10 s rose by 10.00 percentage points (95% interval +0.01 to +19.95), from 80.00% in 2022/23 to 90.00% in 2023/24, which is 12.5% higher.

    By line:

    >>> waits = Tally.from_columns(
    ...     {"line": ["101"] * 4 + ["999"] * 4, "period": ["2022/23", "2022/23", "2023/24", "2023/24"] * 2, "seconds": [5, 40] * 4},
    ...     [40, 60, 50, 50, 80, 20, 90, 10],
    ... )
    >>> time_change(waits, between=("2022/23", "2023/24"), by="line")["mean_change"].round(1).tolist()
    [-3.5, -3.5]

    Some of the incidents of two districts were still open, after as many seconds as they had been followed:

    >>> lasted = Tally.from_columns(
    ...     {"district": ["East"] * 3 + ["West"] * 3, "seconds": [300, 600, 900] * 2, "open": [0, 0, 1] * 2}, [40, 30, 10, 20, 40, 20]
    ... )
    >>> print(time_change(lasted, groups=("East", "West"), of="district", still_open="open"))
    Median was 2 min 30 s higher (95% interval 0 s to +5 min) in West than in East: 10 min against 7 min 30 s; told apart by the log-rank test (p = 0.002); estimated of 80 with 10 still open, and of 80 with 20 still open.
    """
    if still_open is not None:
        _check.text(still_open, "still_open")
    if isinstance(old, TimeSummary) or new is not None:
        if any(
            v is not None for v in (between, groups, of, by, target, recorded_to, count, date, still_open)
        ):
            msg = "between=, groups=, of=, by=, target=, recorded_to=, count=, date= and still_open= cannot go with two summaries, which carry what they were asked; leave them out."
            raise InvalidInputError(msg)
        note = Note("stated", caveat, _check.text(caveat, "caveat", empty=True))
        return _of_figures(old, new, note, _check.confidence_level(confidence_level))
    instead = "; or give two TimeSummary figures"
    asked = Asked.of(
        between, period, groups, of, instead=instead, by=by, seconds=seconds, still_open=still_open
    )
    settings = estimates.Settings.of(inclusive, percentile_method, confidence_level, recorded_to=recorded_to)
    chosen = _check.names(missed, "missed")
    _check.choice(survival_method, "survival_method", SURVIVAL_METHODS)
    if still_open is None and survival_method != "log-log":
        msg = "survival_method= goes with still_open=, of which times some are longer; leave it out."
        raise InvalidInputError(msg)
    old, dims = framed(old, by, date, every, period=asked.period)
    kept = kept_dims(dims, period=asked.dim)
    flags = () if still_open is None else (still_open,)
    if still_open is not None:
        refuse_options(still_open, kept, percentile_method, recorded_to, chosen)
        old = old if isinstance(old, Tally) else with_flags(old, flags, "still_open")
    aims = estimates.read_targets(target)
    if still_open is not None:  # followed time by time
        given = estimates.Given(*as_times(old, (*kept, asked.dim, *flags), seconds, count))
    else:
        parts = parts_of(asked, kept, like_for_like)
        given = Wanted(old, (*kept, asked.dim), seconds, count, aims, settings).given(parts)
    tally, measured = given.tally, given.seconds
    pair = Comparison.of(
        tally,
        asked.sides(tally),
        kept,
        like_for_like=like_for_like,
        caveat=caveat,
        counts="response times",
        apart=(measured, *flags),
        single=by is None,
    )
    if still_open is not None:
        refuse_no_flags(tally, still_open)
        return compared(pair, measured, still_open, aims, settings, survival_method)
    rows, halves = pair.rows, halves_of(pair, pair.groups, given, chosen)
    for half in halves:
        rows.adopt(half.below)
    needed = rows.there & (sum(half.times.sizes + half.others for half in halves) > 0)
    targets = estimates.targets_of(aims, pair.groups, needed)
    estimates.count_missed(rows, chosen, targets)
    both = {label: (h.times, h.others) for label, h in zip(pair.between, halves, strict=True)}
    estimates.note_minutes(rows, settings, targets, both)
    sides = []
    for half, counted, supplied, label in zip(halves, pair.counted, pair.shown, pair.between, strict=True):
        found = settings.summary(half.times, half.others, targets)
        stands = supplied & _supply.unexplained(half.below)
        side = {name: np.where(stands, found[name], np.nan) for name in _READ}
        sides.append(side | {"n": np.where(supplied, counted, np.nan)})
        rows.explain(supplied & (counted == 0), f"not available: no times in {label}")
    rows.settle()
    said = {
        **pair.beside.fields,
        "inclusive": settings.inclusive,
        "missed": "; ".join(chosen),
        "percentile_method": settings.percentile_method,
    }
    return _changes(rows, sides, targets, settings.level, said)


@attrs.frozen(eq=False)
class Half:
    """The times of one side by group: lined up, with what counts as missed; and which of both are `below` zero."""

    times: estimates.Times
    others: IntArray
    below: _supply.Reasons


def parts_of(asked: Asked, by: tuple[str, ...], like_for_like: str) -> Parts:
    """Return how the times of both sides are taken of a tally, as `Comparison` takes them."""

    def both(tally: Tally, seconds: str) -> list[Cells]:
        sides = asked.sides(tally)
        if like_for_like == "match":
            sides = _supply.matched(*sides)
        return [side.tally._cells.project((*by, seconds)) for side in sides]

    return both


def halves_of(pair: Comparison, groups: Cells, given: estimates.Given, missed: tuple[str, ...]) -> list[Half]:
    """Line up the times of both sides of a comparison, by its groups or by parts of them."""
    if pair.rows.exclusions is not None:
        estimates.refuse_unknown_reasons(missed, pair.rows.exclusions, pair.data.dims)
    found = []
    for at, side in enumerate(pair.sides):
        others = estimates.excluded_for(
            _supply.exclusion_table(groups, [side], _supply.totals(side, groups)), missed
        )
        times, below = given.lined_up(side.tally._cells, groups, side.label, side=at)
        fewer = _supply.why_negative(others, side.label)
        found.append(Half(times, np.maximum(others, 0), np.where(_supply.unexplained(fewer), below, fewer)))
    return found


# What a figure keeps of its data, and how an interval was drawn that a change makes anew.
_NOT_ASKED: Final = frozenset({"sd", "seed", "mean_method", "recorded_to"})
_RANKED: Final = ("median", "median_low", "median_high")
_READ: Final = ("mean", "sd", *_RANKED, "within", "out_of", "share_within")


def _of_figures(old: Any, new: Any, stated: Note, level: float) -> TimeChange | Results[TimeChange]:
    """Compare two summaries, which must have been asked the same."""
    for name, given in (("old", old), ("new", new)):
        if not isinstance(given, TimeSummary):
            msg = f"{name} must be a TimeSummary, as summarise_times returns it; got {type(given).__name__}."
            raise InvalidTypeError(msg)
    if type(old) is not type(new):
        msg = f"old and new must be of one kind; got {type(old).__name__} and {type(new).__name__}."
        raise InvalidInputError(msg)
    for name in ("target", *(f.name for f in audit_fields(type(old)) if f.name not in _NOT_ASKED)):
        values = getattr(old, name), getattr(new, name)
        if comparable(values[0]) != comparable(values[1]):
            msg = f"old and new must have one {name}; got {values[0]!r} and {values[1]!r}: these are different figures, not a change."
            raise InvalidInputError(msg)
    if old.confidence_level != level:
        msg = f"confidence_level must be that of the two summaries, {old.confidence_level:g}; got {level:g}."
        raise InvalidInputError(msg)
    group, between = _supply.compared_figures(old, new)
    rows = Rows(
        {d: label_array([v]) for d, v in group.items()},
        _supply.no_reasons(1),
        True,
        chosen=Chosen(old.chosen, sources=joined(old.sources, new.sources)),
    )
    rows.note(*dict.fromkeys((stated, *old.caveats, *new.caveats)))
    sides = [
        {name: np.array([getattr(f, name)], dtype=np.float64) for name in ("n", *_READ)} for f in (old, new)
    ]
    kept = ("inclusive", "missed", "percentile_method", "start", "end", "service_level", "short")
    asked = {"between": between} | {name: getattr(old, name) for name in kept if hasattr(old, name)}
    asked |= {
        f"{side}_{name}": getattr(given, name)
        for name in ("offered", "share_abandoned")
        for side, given in (("old", old), ("new", new))
        if hasattr(given, name)
    }
    # Without a mean there is no share within target either.
    why = next((f.reason for f in (old, new) if np.isnan(f.share_within)), None)
    return _changes(rows, sides, np.array([old.target]), level, asked, no_share=why)


def _changes(
    rows: Rows,
    sides: list[dict[str, FloatArray]],
    targets: FloatArray,
    level: float,
    asked: Mapping[str, Any],
    *,
    no_share: str | None = None,
) -> TimeChange | Results[TimeChange]:
    """Work out every row from what stands of its two sides; `no_share` says why two figures have no change of one."""
    old, new = sides
    values: dict[str, Any] = estimates.by_side(
        sides, "n", "mean", "median", "within", "out_of", "share_within"
    )
    stand = dict.fromkeys((*values, "target"), estimates.EVERYWHERE)
    # A mean without a deviation has no interval.
    n0, n1 = (np.where(np.isnan(side["sd"]), 0, side["n"]) for side in sides)
    samples = new["mean"], new["sd"] ** 2, n1, old["mean"], old["sd"] ** 2, n0
    welch, relative_mean = intervals.welch(*samples, level), relative_welch(*samples, level)
    low, high = intervals.square_and_add(*(side[name] for side in (new, old) for name in _RANKED))
    # Without any limit there is nothing to say.
    unlimited = np.isinf(low) & np.isinf(high)
    medians = [np.where(unlimited, np.nan, limit) for limit in (low, high)]
    for name, (low, high) in {"mean": welch, "median": medians}.items():
        change = new[name] - old[name]
        values |= {
            f"{name}_change": change,
            f"{name}_change_low": low,
            f"{name}_change_high": high,
            f"{name}_percent_change": 100 * change / np.where(old[name] > 0, old[name], np.nan),
        }
    values |= {
        "mean_percent_change_low": 100 * (relative_mean[0] - 1),
        "mean_percent_change_high": 100 * (relative_mean[1] - 1),
        "p_value": intervals.welch_p_value(*samples),
    }
    values |= _points(old, new, level)
    if no_share is not None:
        rows.explain(np.isnan(values["points"]), no_share)
    before = Beside(asked["between"], asked.get("compared", "")).before
    for moved, relative, what in (
        ("mean_change", "mean_percent_change", "mean"),
        ("points", "share_percent_change", "share within target"),
    ):
        nothing = rows.there & ~np.isnan(values[moved]) & np.isnan(values[relative])
        rows.explain(nothing, f"not applicable: the {what} was 0 {before}")
    values |= {
        "target": targets,
        "median_method": "square_and_add" if asked["percentile_method"] else "",
        "confidence_level": level,
    }
    return rows.results(TimeChange, values | dict(asked), stand)


def _points(old: dict[str, FloatArray], new: dict[str, FloatArray], level: float) -> dict[str, FloatArray]:
    """Work out the change of the share within target, in percentage points and in per cent."""
    before, after = old["share_within"], new["share_within"]
    points = 100 * (after - before)
    known = ~np.isnan(points)
    x1, n1, x0, n0 = (
        np.where(known, v[name], other) for v in (new, old) for name, other in (("within", 0), ("out_of", 1))
    )
    low, high = (np.where(known, 100 * v, np.nan) for v in intervals.newcombe(x1, n1, x0, n0, level))
    limits = [(x / n, *intervals.wilson(x, n, level)) for x, n in ((x1, n1), (x0, n0))]
    less, more = (100 * (v - 1) for v in square_and_add_ratio(*limits[0], *limits[1]))
    return {
        "points": points,
        "points_low": low,
        "points_high": high,
        "points_p_value": np.where(known, intervals.newcombe_p_value(x1, n1, x0, n0), np.nan),
        "share_percent_change": points / np.where(before > 0, before, np.nan),
        "share_percent_change_low": np.where(known, less, np.nan),
        "share_percent_change_high": np.where(known, more, np.nan),
    }
