"""Measured times: mean, median, percentiles and the share within a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _checks
from policemetrics._cells import Cells
from policemetrics._display import count as written
from policemetrics._display import duration, percent
from policemetrics._given import refuse_options
from policemetrics._grouping import (
    Reasons,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_negative,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._labels import MEASURED, microseconds
from policemetrics._ledger import CLOCK_REASONS
from policemetrics._sides import Side
from policemetrics.errors import InvalidInputError
from policemetrics.frames import as_tally, tally
from policemetrics.percentiles import PERCENTILE_METHODS, Runs
from policemetrics.results import ExclusionTable, Results
from policemetrics.tally import Tally
from policemetrics.times._shared import (
    LONGEST,
    is_column,
    limits,
    numbers,
    refuse_at,
    refuse_corrections,
    seconds_field,
    seconds_of,
    targets_of,
)
from policemetrics.times._statistics import averages, shares_within
from policemetrics.typing import Counts, FloatArray, IntArray, Names, Numbers, Percentile
from policemetrics.values import Figure, Interval, shown_as

__all__ = ["TimeSummary", "summarise_times"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TimeSummary(Figure):
    """How long something took: mean, median, percentiles and the share within a target.

    Attributes
    ----------
    n : float
        How many times were measured.
    mean, mean_low, mean_high : float
        Mean in seconds and its interval, whose lower limit is never below 0; of one time there is
        no interval.
    median, median_low, median_high : float
        Median in seconds and its interval. Where there are too few times for a limit it is 0 or
        infinite.
    p90, p90_low, p90_high, p95, p95_low, p95_high, p99, p99_low, p99_high : float
        The 90th, 95th and 99th percentile, alike.
    zeros : float
        How many times were zero; they are counted in all of the above.
    target : float
        In seconds; not a number without one.
    within, out_of : float
        How many times met the target, and out of how many: `n` and what `missed` names.
    share_within, share_within_low, share_within_high : float
        The fraction, 0 to 1, and its interval; not a number without a target.
    inclusive : bool
        Whether a time equal to the target meets it.
    missed : str
        The reasons for exclusion that are counted as missing the target.
    percentile_method : str
        Definition of the percentiles.
    mean_method, percentile_interval_method, share_method, confidence_level : str, str, str, float
        How the intervals were made.
    """

    n: float = attrs.field(metadata=shown_as("count"))
    mean: float = seconds_field(shown=True)
    mean_low: float = seconds_field()
    mean_high: float = seconds_field()
    median: float = seconds_field(shown=True)
    median_low: float = seconds_field(shown=True)
    median_high: float = seconds_field(shown=True)
    p90: float = seconds_field(shown=True)
    p90_low: float = seconds_field()
    p90_high: float = seconds_field()
    p95: float = seconds_field()
    p95_low: float = seconds_field()
    p95_high: float = seconds_field()
    p99: float = seconds_field()
    p99_low: float = seconds_field()
    p99_high: float = seconds_field()
    zeros: float = attrs.field(metadata=shown_as("count", shown=False))
    target: float = seconds_field(shown=True)
    within: float = attrs.field(metadata=shown_as("count", shown=False))
    out_of: float = attrs.field(metadata=shown_as("count", shown=False))
    share_within: float = attrs.field(metadata=shown_as("share"))
    share_within_low: float = attrs.field(metadata=shown_as("share"))
    share_within_high: float = attrs.field(metadata=shown_as("share"))
    inclusive: bool = False
    missed: str = ""
    percentile_method: str
    mean_method: str = "student_t"
    percentile_interval_method: str = "order_statistics"
    share_method: str = "wilson"
    confidence_level: float

    @property
    def interval(self) -> Interval:
        """The interval of `mean`."""
        return Interval(self.mean_low, self.mean_high, self.confidence_level, self.mean_method)

    def _sentence(self) -> str:
        found = [f"Times: {self.reason}"] if self.reason else [self._times]
        if not np.isnan(self.share_within):
            found.append(self._within)
        return f"{'; '.join(found)}."

    @property
    def _times(self) -> str:
        level = f"{self.confidence_level * 100:g}% interval "
        mean = "" if np.isnan(self.mean_low) else f" ({level}{limits(self.mean_low, self.mean_high)})"
        # Without an upper limit there is no lower one either, but 0: nothing to say.
        open_ended = np.isinf(self.median_high)
        median = "" if open_ended else f" ({limits(self.median_low, self.median_high)})"
        return (
            f"Mean {duration(self.mean)}{mean}, median {duration(self.median)}{median}, "
            f"90th percentile {duration(self.p90)}, of {written(self.n)}"
        )

    @property
    def _within(self) -> str:
        missed = self.out_of - self.n
        whole = f" of {written(self.out_of)}, with {written(missed)} missed," if missed else ""
        return (
            f"{percent(self.share_within, 2)}{whole} within {duration(self.target)} ({self.confidence_level * 100:g}% "
            f"interval {percent(self.share_within_low, 2)} to {percent(self.share_within_high, 2)}), counted as "
            f"{'at or ' if self.inclusive else ''}under the target"
        )


@overload
def summarise_times(
    seconds: Numbers,
    /,
    *,
    target: float | None = None,
    inclusive: bool = False,
    invalid: Literal["refuse", "exclude"] = "refuse",
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> TimeSummary: ...
@overload
def summarise_times(
    data: Counts,
    /,
    *,
    by: None = None,
    target: float | None = None,
    inclusive: bool = False,
    missed: Names = (),
    seconds: str = MEASURED,
    count: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> TimeSummary: ...
@overload
def summarise_times(
    data: Counts,
    /,
    *,
    by: Names,
    target: float | Mapping[Any, float | None] | None = None,
    inclusive: bool = False,
    missed: Names = (),
    seconds: str = MEASURED,
    count: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> Results[TimeSummary]: ...
def summarise_times(
    data: Any,
    /,
    *,
    by: Names | None = None,
    target: Any = None,
    inclusive: bool = False,
    invalid: Literal["refuse", "exclude"] = "refuse",
    missed: Names = (),
    seconds: str = MEASURED,
    count: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> TimeSummary | Results[TimeSummary]:
    """Mean, median, percentiles and the share within a target, of measured times.

    Parameters
    ----------
    data : column of seconds, Tally or data frame
        A list, array or Series of seconds >= 0; or a tally or frame that holds them in `seconds`.
    by : str or sequence of str, optional
        For a tally or frame: the dimensions to keep; gives a table.
    target : float or mapping of label to float, optional
        In seconds, > 0. With `by` it may differ from group to group: keyed by label, or by tuple of
        labels in the order of `by`. Every group with times must be named, with None where it has no
        target. Default is none.
    inclusive : bool, optional
        Whether a time equal to the target meets it. Default is False: it must be less.
    invalid : {"refuse", "exclude"}, optional
        For a column: what to do with missing and negative seconds; excluded ones are counted by
        reason. Default is ``"refuse"``.
    missed : str or sequence of str, optional
        For a tally or frame: reasons for exclusion, such as ``"missing seconds"``, whose rows count as
        missing the target. Default is none: what was not measured is left out.
    seconds : str, optional
        The column of a frame that holds seconds or durations, or the dimension of a tally: in
        ``"seconds"`` they are measured; the whole numbers of another one are taken as seconds.
        Default is ``"seconds"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    percentile_method : str, optional
        One of numpy's nine definitions: ``"linear"``, ``"inverted_cdf"``, ``"averaged_inverted_cdf"``,
        ``"closest_observation"``, ``"interpolated_inverted_cdf"``, ``"hazen"``, ``"weibull"``,
        ``"median_unbiased"``, ``"normal_unbiased"``. Default is ``"linear"``, as in Excel.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    TimeSummary or Results of TimeSummary
        A table if there is `by`; otherwise one figure. Where nothing was measured it is not
        available, and says why.

    Raises
    ------
    InvalidInputError
        If a time is negative, missing (in a column) or not finite, or the target is not above 0.
    InvalidTypeError
        If the times are not numbers of seconds.
    UnknownNameError
        If a column, dimension, definition or reason does not exist, or a group has no target.

    Notes
    -----
    Zero times are kept and counted in `zeros`. The mean is exact for times in whole microseconds, and
    times meet a target, or do not, to the microsecond. Percentiles equal ``numpy.percentile`` of the
    rows to the last bit.

    The interval of the mean is Student's, cut off at 0; that of the share is Wilson's. A median or
    percentile has the order statistics that bound it whatever the distribution [1]_. Some definitions
    go beyond them where times are few; the interval is then widened to hold its estimate. All take
    the times to be independent: those of one incident, or of one busy hour, are not.

    References
    ----------
    .. [1] David, H. A. and Nagaraja, H. N. (2003). Order Statistics, 3rd edition. Wiley. Section 7.1.

    Examples
    --------
    >>> print(summarise_times([30, 15, 45, 60, 10], target=45))
    Mean 32 s (95% interval 6.2 s to 57.8 s), median 30 s, 90th percentile 54 s, of 5; 60.00% within 45 s (95% interval 23.07% to 88.24%), counted as under the target.

    Each grade has its own target:

    >>> calls = Tally.from_columns({"grade": ["1", "1", "2"], "seconds": [540, 900, 2400]}, [3, 1, 2])
    >>> summarise_times(calls, by="grade", target={"1": 900, "2": 3600}).to_dict()["share_within"]
    [0.75, 1.0]
    """
    _checks.choice(invalid, "invalid", ("refuse", "exclude"))
    _checks.choice(percentile_method, "percentile_method", PERCENTILE_METHODS)
    settings = _Summaries(
        _checks.flag(inclusive, "inclusive"),
        percentile_method,
        _checks.confidence_level(confidence_level),
        _checks.names(missed, "missed"),
    )
    _checks.text(seconds, "seconds")
    if is_column(data):
        refuse_options(
            by=by, count=count, missed=missed or None, seconds=None if seconds == MEASURED else seconds
        )
        return settings.of_column(numbers(data, MEASURED), target, exclude=invalid == "exclude")[0]
    if invalid == "exclude":
        msg = "invalid= is for a column of seconds; a tally or frame keeps missing ones in its ledger, by reason."
        raise InvalidInputError(msg)
    kept = () if by is None else _checks.names(by, "by")
    if seconds in kept or (MEASURED in kept and not isinstance(data, Tally)):
        msg = f"by must not name {seconds if seconds in kept else MEASURED!r}: that is what is summarised."
        raise InvalidInputError(msg)
    if isinstance(data, Tally):
        found = as_tally(data, by=(*kept, seconds), count=count)
    else:
        found = tally(data, {d: d for d in kept} | {MEASURED: seconds}, count=count)
        seconds = MEASURED
    table = settings.of_tally(found, kept, seconds, target)
    return table[0] if by is None else table


@attrs.frozen
class _Summaries:
    """The settings of one call of `summarise_times`."""

    inclusive: bool
    percentile_method: Percentile
    level: float
    missed: tuple[str, ...]

    def of_column(self, found: FloatArray, target: Any, *, exclude: bool) -> Results[TimeSummary]:
        """Summarise plain seconds, as the one group of a table."""
        missing, negative = np.isnan(found), found < 0
        refuse_at(~missing & ~(np.abs(found) < LONGEST), found, "be finite and below 292,000 years")
        if not exclude:
            hint = "; clean them, or leave them out, counted, with invalid='exclude'"
            refuse_at(missing, found, "not be missing", hint)
            refuse_at(negative, found, "be >= 0", hint)
        # Adding 0 turns −0 into 0.
        runs = Runs.of_rows(found[~missing & ~negative] + 0.0)
        left_out = np.array([[missing.sum(), negative.sum()]], dtype=np.int64)
        excluded = ExclusionTable("rows", runs.sizes, ("missing", "negative"), left_out)
        reasons = no_reasons(1)
        if not runs.sizes[0]:
            why = ", ".join(f"{reason} {n:,}" for reason, n in excluded.row(0).reasons.items())
            reasons[0] = f"not available: {f'all rows were excluded ({why})' if why else 'no rows'}"
        here = np.ones(1, dtype=bool)
        targets = targets_of(target, Cells.single(), here)
        return self.table({}, runs, np.zeros(1, dtype=np.int64), targets, reasons, here, excluded)

    def of_tally(self, data: Tally, by: tuple[str, ...], seconds: str, target: Any) -> Results[TimeSummary]:
        """Summarise the times of a tally by group."""
        summed = data.sum_to(*by, seconds)
        side = Side(summed)
        groups = groups_of([side], by)
        cells = summed.cells
        times = seconds_of(cells, seconds)
        group = cells.positions(groups, by)
        excluded = exclusion_table(groups, [side], totals(side, groups))
        missed = self._missed(excluded, data.dims)
        reasons = no_reasons(len(groups))
        # With every group proved, only what the caller marked as not supplied is refused here.
        refuse_unsupplied(reasons, groups, Side(attrs.evolve(summed, supplied=groups)), none_is_zero=True)
        refuse_corrections(reasons, cells, times, group)
        refuse_negative(reasons, missed, "")
        known = unexplained(reasons)
        # With only the groups that have times proved, every other one gets its reason; its counts, of 0, stand.
        there = cells.counts > 0
        refuse_unsupplied(
            reasons, groups, Side(attrs.evolve(summed, supplied=None, cells=cells.select(there)))
        )
        there &= known[group]
        missed = np.where(known, missed, 0)
        runs = Runs.of(times[there], cells.counts[there], group[there], len(groups))
        targets = targets_of(target, groups, known & (runs.sizes + missed > 0))
        return self.table(keys_of(groups), runs, missed, targets, reasons, known, excluded)

    def _missed(self, excluded: ExclusionTable, dims: tuple[str, ...]) -> IntArray:
        """Add up what was excluded for the reasons that count as missed."""
        # Where times come from stamps, these could have occurred; where they came as seconds, some lack those.
        stamped = MEASURED in dims and f"missing {MEASURED}" not in excluded.reasons
        clock = CLOCK_REASONS if stamped else ()
        possible = dict.fromkeys((*clock, *excluded.reasons, *(f"missing {d}" for d in dims)))
        for reason in self.missed:
            _checks.known(reason, "missed: reason for exclusion", possible)
        chosen = [reason in self.missed for reason in excluded.reasons]
        found: IntArray = excluded.counts[:, chosen].sum(axis=1, dtype=np.int64)
        return found

    def table(
        self,
        keys: dict[str, NDArray[Any]],
        runs: Runs,
        missed: IntArray,
        targets: FloatArray,
        reasons: Reasons,
        known: NDArray[np.bool_],
        exclusions: ExclusionTable,
    ) -> Results[TimeSummary]:
        """Work out every row; `known` tells which counts may stand where the times may not."""
        stamps = microseconds(runs.values, MEASURED)
        columns = averages(runs, stamps, self.percentile_method, self.level)
        columns |= shares_within(runs, stamps, missed, targets, self.level, inclusive=self.inclusive)
        columns = {c: v if c == "target" else np.where(known, v, np.nan) for c, v in columns.items()}
        audit = {
            "inclusive": self.inclusive,
            "missed": "; ".join(self.missed),
            "percentile_method": self.percentile_method,
            "mean_method": "student_t",
            "percentile_interval_method": "order_statistics",
            "share_method": "wilson",
            "confidence_level": self.level,
        }
        return Results(TimeSummary, keys, columns, reasons, audit, exclusions)
