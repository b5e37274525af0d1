"""Measured times: mean, median, percentiles and the share within a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, overload

import numpy as np

from policemetrics import _check
from policemetrics._cells import MEASURED, Cells
from policemetrics._compare import Rows
from policemetrics._supply import no_reasons
from policemetrics._write import count as written
from policemetrics._write import duration, percent
from policemetrics.errors import InvalidInputError
from policemetrics.frames import framed
from policemetrics.percentiles import Runs
from policemetrics.results import ExclusionTable, Figure, Results, column, figure, input_field
from policemetrics.times import estimates
from policemetrics.times.reading import Wanted, all_times, is_column, refuse_at, seconds_in
from policemetrics.typing import (
    Columns,
    Counts,
    Durations,
    Every,
    FloatArray,
    MeanMethod,
    Names,
    Numbers,
    Percentile,
    RecordedTo,
    Seconds,
)

# ---- the figure -------------------------------------------------------------------------
# Fields that several figures have stand once, in classes that a figure joins: it then has the columns of its last
# base first.


@figure(slots=False)
class MeanColumns(Figure):
    """The columns of a mean: of how many times, in seconds, and its interval."""

    n: float = column("count", "denominator")
    mean: float = column("seconds", "estimate")
    mean_low: float = column("seconds", "lower", shown=False)
    mean_high: float = column("seconds", "upper", shown=False)


@figure(slots=False)
class PercentileColumns(Figure):
    """The columns of median and percentiles, in seconds, each with its interval; and how many times were zero."""

    median: float = column("seconds", "estimate")
    median_low: float = column("seconds", "lower")
    median_high: float = column("seconds", "upper")
    p90: float = column("seconds", "estimate")
    p90_low: float = column("seconds", "lower", shown=False)
    p90_high: float = column("seconds", "upper", shown=False)
    p95: float = column("seconds", "estimate", shown=False)
    p95_low: float = column("seconds", "lower", shown=False)
    p95_high: float = column("seconds", "upper", shown=False)
    p99: float = column("seconds", "estimate", shown=False)
    p99_low: float = column("seconds", "lower", shown=False)
    p99_high: float = column("seconds", "upper", shown=False)
    zeros: float = column("count", shown=False)


@figure(slots=False)
class Aimed(Figure):
    """A target, whether a time equal to it meets it, and the words of a share within it."""

    target: float = column("seconds", definition=True)
    inclusive: bool = False
    recorded_to: str = ""

    @property
    def _counted_as(self) -> str:
        return f"counted as {'at or ' if self.inclusive else ''}under the target"

    @property
    def _in_time(self) -> str:
        interval = self._interval_words("share_within")
        return f"within {duration(self.target)} ({interval}), {self._counted_as}"


@figure(slots=False)
class WithinColumns(Aimed):
    """The columns of a share within a target, counted."""

    within: float = column("count", "numerator", shown=False)
    out_of: float = column("count", "denominator", shown=False)
    share_within: float = column("share", "estimate", of=("within", "out_of"))
    share_within_low: float = column("share", "lower")
    share_within_high: float = column("share", "upper")


@figure(estimate=("mean", "median", "share_within"), method="mean_method")
class TimeSummary(WithinColumns, PercentileColumns, MeanColumns):
    """How long something took: mean, median, percentiles and the share within a target.

    Attributes
    ----------
    n : float
        How many times were measured.
    mean, mean_low, mean_high : float
        Mean in seconds and its interval, whose lower limit is never below 0; for one time there is no interval.
    median, median_low, median_high : float
        Median in seconds and its interval. If there are too few times for a limit, it is 0 or infinite.
    p90, p90_low, p90_high, p95, p95_low, p95_high, p99, p99_low, p99_high : float
        The 90th, 95th and 99th percentile, with their intervals.
    zeros : float
        How many times were zero; they are counted in all of the above.
    target : float
        In seconds; nan without one.
    within, out_of : float
        How many times met the target, and out of how many: `n` plus the rows that `missed` names.
    share_within, share_within_low, share_within_high : float
        The fraction, 0 to 1, and its interval; nan without a target.
    inclusive : bool
        Whether a time equal to the target meets it.
    recorded_to : str
        The stated precision of the stamps; empty if none was stated.
    missed : str
        The reasons for exclusion whose rows count as not within the target.
    percentile_method : str
        Definition of the percentiles. If none were asked for, it and `percentile_interval_method` are empty, and
        the percentiles and the median are nan.
    mean_method, percentile_interval_method, share_method, confidence_level : str, str, str, float
        How the intervals were made.
    seed : float
        The seed of the bootstrap; nan for Student's interval.
    sd : float
        Standard deviation of the times, in seconds.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("n", "within", "out_of - within", "out_of - n?"),)

    missed: str = ""
    percentile_method: str
    mean_method: str = "student_t"
    seed: float = float("nan")
    sd: float = input_field(default=np.nan)
    percentile_interval_method: str = "order_statistics"
    share_method: str = "wilson"
    confidence_level: float

    def _sentence(self) -> str:
        found = [f"Times: {self.reason}"] if self.reason else [self._times]
        if not np.isnan(self.share_within):
            found.append(self._within)
        return f"{'; '.join(found)}."

    @property
    def _times(self) -> str:
        mean = "" if np.isnan(self.mean_low) else f" ({self._interval_words('mean')})"
        # Without an upper limit there is no lower one either, but 0: nothing to say.
        open_ended = np.isinf(self.median_high)
        median = "" if open_ended else f" ({duration(self.median_low)} to {duration(self.median_high)})"
        ranked = f", median {duration(self.median)}{median}, 90th percentile {duration(self.p90)}"
        asked = ranked if self.percentile_method else ""
        return f"Mean {duration(self.mean)}{mean}{asked}, of {written(self.n)}"

    @property
    def _within(self) -> str:
        missed = self.out_of - self.n
        whole = f" of {written(self.out_of)}, with {written(missed)} missed," if missed else ""
        return f"{percent(self.share_within, 2)}{whole} {self._in_time}"


# ---- the metric -------------------------------------------------------------------------


@overload
def summarise_times(
    seconds: Numbers | Durations,
    /,
    *,
    target: Seconds | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    invalid: Literal["refuse", "exclude"] = "refuse",
    percentiles: bool = True,
    percentile_method: Percentile = "linear",
    mean_method: MeanMethod = "student_t",
    seed: int | None = None,
    confidence_level: float = 0.95,
) -> TimeSummary: ...
@overload
def summarise_times(
    data: Counts,
    /,
    *,
    by: None = None,
    target: Seconds | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    missed: Names = (),
    seconds: str = MEASURED,
    count: str | None = None,
    percentiles: bool = True,
    percentile_method: Percentile = "linear",
    mean_method: MeanMethod = "student_t",
    seed: int | None = None,
    confidence_level: float = 0.95,
) -> TimeSummary: ...
@overload
def summarise_times(
    data: Counts,
    /,
    *,
    by: Columns,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    missed: Names = (),
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    percentiles: bool = True,
    percentile_method: Percentile = "linear",
    mean_method: MeanMethod = "student_t",
    seed: int | None = None,
    confidence_level: float = 0.95,
) -> Results[TimeSummary]: ...
def summarise_times(
    data: Numbers | Durations | Counts,
    /,
    *,
    by: Columns | None = None,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    invalid: Literal["refuse", "exclude"] = "refuse",
    missed: Names = (),
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    percentiles: bool = True,
    percentile_method: Percentile = "linear",
    mean_method: MeanMethod = "student_t",
    seed: int | None = None,
    confidence_level: float = 0.95,
) -> TimeSummary | Results[TimeSummary]:
    """Mean, median, percentiles and the share within a target, of measured times.

    Parameters
    ----------
    data : column of seconds, Tally or data frame
        A list, array or Series of seconds >= 0, or of durations (timedelta, also of pandas, polars and Arrow); or
        a tally or frame that has them in `seconds`.
    by : str, sequence of str or mapping of dimension to column, optional
        For a tally or frame: the dimensions to keep; gives a table.
    target : float or timedelta, or mapping of label to them, optional
        In seconds, > 0; under one second or over a week there is a warning, because it may be in another unit.
        With `by` it may differ between groups: a mapping from the labels of one dimension, such as ``{"1": 900,
        "2": None}`` for grades, or from tuples of labels in the order of `by`. Name every group that has times;
        None means no target. Default is none.
    inclusive : bool, optional
        Whether a time equal to the target meets it. Default is False: it must be less. Keep False for times that
        were rounded down to whole seconds, as by ``durations(resolution="second")``: a tally does not record
        this.
    recorded_to : {"minute", "second"}, optional
        The precision of the stamps. For stamps in whole minutes the share within a target is known only between
        two bounds, which a caveat gives; ``"second"`` says that they are not in whole minutes. By default stamps
        count as whole minutes if there are at least 30 times and all are whole minutes.
    invalid : {"refuse", "exclude"}, optional
        For a column: what to do with missing and negative seconds. If excluded, they are counted by reason.
        Default is ``"refuse"``.
    missed : str or sequence of str, optional
        For a tally or frame: reasons for exclusion, such as ``"missing seconds"``, whose rows count as not within
        the target. Default is none: rows that were not measured are left out.
    seconds : str, optional
        The column of a frame that has seconds or durations, or the dimension of a tally. In ``"seconds"`` they
        are measured times; whole numbers in another dimension are read as seconds. Default is ``"seconds"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    percentiles : bool, optional
        Whether to work out the median and percentiles. Without them an engine returns only a few sums by group,
        and not every time. Default is True.
    percentile_method : str, optional
        One of numpy's nine definitions: ``"linear"``, ``"inverted_cdf"``, ``"averaged_inverted_cdf"``,
        ``"closest_observation"``, ``"interpolated_inverted_cdf"``, ``"hazen"``, ``"weibull"``,
        ``"median_unbiased"``, ``"normal_unbiased"``. Default is ``"linear"``, as in Excel.
    mean_method : {"student_t", "bootstrap"}, optional
        The interval of the mean: Student's, or the bootstrap's, which suits few, skewed times better. Default is
        ``"student_t"``.
    seed : int, optional
        For the bootstrap, which must have one: a whole number from 0. With the same seed the same times give the
        same interval again.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    TimeSummary or Results of TimeSummary
        A table if there is `by`; otherwise one figure. If nothing was measured, it is not available, and `reason`
        says why.

    Raises
    ------
    InvalidInputError
        If a time is negative, missing (in a column) or not finite, the target is not above 0, or data change
        while an engine reads them in several queries (for more than 67 million distinct times by group).
    InvalidTypeError
        If the times are not numbers of seconds.
    UnknownNameError
        If a column, dimension, definition or reason does not exist, or a group has no target.

    Warns
    -----
    TargetUnitWarning
        If a target is under one second or over a week.

    Notes
    -----
    Zero times are kept, and counted in `zeros`. The mean and the standard deviation are exact for times in whole
    microseconds, and are rounded once, at the end. Times are compared with a target to the microsecond. Times of
    a tally or frame are rounded to the microsecond; plain times are used as they are. Percentiles equal those of
    ``numpy.percentile`` to the last bit. For one frame the result is bit-identical on every engine and in every
    row order.

    The interval of the mean is Student's, cut off at 0, or with ``"bootstrap"`` the bias-corrected and
    accelerated (BCa) bootstrap interval [1]_ of 9,999 resamples. The interval of the share is Wilson's. The
    interval of a median or percentile comes from order statistics, for any distribution [2]_. If there are few
    times, some definitions give a percentile outside it; the interval is then widened to contain it. All assume
    that times are independent: those of one incident, or of one busy hour, are not.

    References
    ----------
    .. [1] Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical
       Association, 82(397), 171-185.
    .. [2] David, H. A. and Nagaraja, H. N. (2003). Order Statistics, 3rd edition. Wiley. Section 7.1.

    Examples
    --------
    >>> print(summarise_times([30, 15, 45, 60, 10], target=45))
    Mean 32 s (95% interval 6.2 s to 57.8 s), median 30 s, 90th percentile 54 s, of 5; 60.00% within 45 s (95% interval 23.07% to 88.24%), counted as under the target.

    Each grade has its own target:

    >>> from policemetrics import Tally
    >>> calls = Tally.from_columns({"grade": ["1", "1", "2"], "seconds": [540, 900, 2400]}, [3, 1, 2])
    >>> summarise_times(calls, by="grade", target={"1": 900, "2": 3600}).to_dict()["share_within"]
    [0.75, 1.0]
    """
    _check.choice(invalid, "invalid", ("refuse", "exclude"))
    settings = estimates.Settings.of(
        inclusive,
        percentile_method,
        confidence_level,
        mean_method,
        seed,
        percentiles=percentiles,
        recorded_to=recorded_to,
    )
    as_missed = _check.names(missed, "missed")
    if is_column(data):
        _check.refuse_options(
            by=by,
            count=count,
            date=date,
            missed=missed or None,
            seconds=None if seconds == MEASURED else seconds,
        )
        return _of_column(settings, seconds_in(data, MEASURED), target, exclude=invalid == "exclude")
    if invalid == "exclude":
        msg = "invalid= is for a column of seconds; a tally or frame keeps missing ones in its ledger, by reason."
        raise InvalidInputError(msg)
    data, dims = framed(data, by, date, every)
    kept = dims or ()
    aims = estimates.read_targets(target)
    given = Wanted(data, kept, seconds, count, aims, settings).given(all_times)
    rows, values = estimates.summarised(settings, given, kept, aims, as_missed)
    rows.single = by is None
    return rows.results(TimeSummary, values, {"target": estimates.EVERYWHERE})


def _of_column(
    settings: estimates.Settings, found: FloatArray, target: Any, *, exclude: bool
) -> TimeSummary | Results[TimeSummary]:
    """Summarise plain seconds."""
    missing, negative = np.isnan(found), found < 0
    refuse_at(
        ~missing & ~(np.abs(found) < estimates.LONGEST), found, "seconds", "be finite and below 292,000 years"
    )
    if not exclude:
        hint = "; clean them, or leave them out, counted, with invalid='exclude'"
        refuse_at(missing, found, "seconds", "not be missing", hint)
        refuse_at(negative, found, "seconds", "be >= 0", hint)
    # Adding 0 turns −0 into 0.
    runs = Runs.of_rows(found[~missing & ~negative] + 0.0)
    left_out = np.array([[missing.sum(), negative.sum()]], dtype=np.int64)
    excluded = ExclusionTable("rows", runs.sizes, ("missing", "negative"), left_out)
    rows = Rows({}, no_reasons(1), True, excluded)
    why = excluded.row(0).left_out
    lacking = f"all rows were excluded ({why})" if why else "no rows"
    rows.explain(runs.sizes == 0, f"not available: {lacking}")
    targets = estimates.targets_of(estimates.read_targets(target), Cells.single(), rows.there)
    times, none_missed = estimates.LinedTimes.of(runs), np.zeros(1, dtype=np.int64)
    estimates.note_minutes(rows, settings, targets, {"": (times, none_missed)})
    return rows.results(TimeSummary, settings.summary(times, none_missed, targets))
