"""Averages as others published them: means pooled, and two averages compared, with what their rounding leaves open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, overload

import numpy as np

from policemetrics import _check
from policemetrics._cells import MEASURED, Cells, encode
from policemetrics._compare import Mask, Rows
from policemetrics._supply import Side, groups_of, keys_of, no_reasons
from policemetrics._write import count as written
from policemetrics._write import duration, rounding, seconds_change, signed
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, Note
from policemetrics.frames import read_columns, text_columns
from policemetrics.results import Figure, Results, column, figure
from policemetrics.tallies import Tally
from policemetrics.times import reading
from policemetrics.times.estimates import as_seconds, duration_in
from policemetrics.times.summary import TimeSummary
from policemetrics.typing import Durations, FloatArray, IntArray, Names, Numbers, Seconds

if TYPE_CHECKING:
    from policemetrics.frames import IntoDataFrame


_NO_MEAN: Final = re.compile(
    # A letter beside a short one makes another word, as in "medical" or "p90s"; an underscore or a digit does not. A
    # quarter of a year, as in "2024-Q3" or "mean of Q3", is no quartile.
    r"median|(per)?centile|quantile|quartile|quintile|decile|fractile|tertile|%ile"
    r"|(?<![^\W_])((p|q|quant|pct|pctl|ptile|pctile|perc)[ _.-]?\d\d|\d\d[ _-]?th|q[ _]?0?\.\d+)(?![^\W_])"
    r"|(?<![^\W_])(mdn|med|iqr|lq|uq|ptile|pctile|pctl|ntile)(?![^\W_])"
    r"|^(?!.*(\d{4}|mean|average|avg)).*(?<![^\W_])(q[ _.-]?[1-4]|d[ _.-]?[1-9])(?![^\W_])",
    re.IGNORECASE,
)

# ---- means pooled -----------------------------------------------------------------------


@figure(estimate="mean")
class PooledMean(Figure):
    """A mean of published means, each weighted by its count.

    Attributes
    ----------
    mean : float
        The overall mean in seconds.
    n : float
        The number of times behind it.
    rounding_low, rounding_high : float
        The bounds of the mean if each published mean was rounded; nan if no step was given.
    rounded_to : float
        The step to which they were rounded, in seconds; nan if no step was given.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("n",),)

    mean: float = column("seconds", "estimate")
    n: float = column("count", "denominator")
    rounding_low: float = column("seconds", "lower", of="mean", shown=False)
    rounding_high: float = column("seconds", "upper", of="mean", shown=False)
    rounded_to: float

    def _sentence(self) -> str:
        if np.isnan(self.mean):
            return f"Pooled mean: {self.reason}."
        limits = duration(self.rounding_low), duration(self.rounding_high)
        tells = rounding(*limits, self.rounded_to)
        return f"Pooled mean {duration(self.mean)} of {written(self.n)}{tells}."


@overload
def pool_means(
    means: Numbers | Durations, counts: Numbers, /, *, rounded_to: float | None = None
) -> PooledMean: ...
@overload
def pool_means(
    summaries: Results[TimeSummary] | Results[PooledMean], /, *, by: None = None
) -> PooledMean: ...
@overload
def pool_means(
    summaries: Results[TimeSummary] | Results[PooledMean], /, *, by: Names
) -> Results[PooledMean]: ...
@overload
def pool_means(
    frame: IntoDataFrame, /, *, mean: str, count: str, by: Names, rounded_to: float | None = None
) -> Results[PooledMean]: ...
def pool_means(
    means: Numbers | Durations | Results[TimeSummary] | Results[PooledMean] | IntoDataFrame,
    counts: Numbers | None = None,
    /,
    *,
    mean: str | None = None,
    count: str | None = None,
    by: Names | None = None,
    rounded_to: float | None = None,
) -> PooledMean | Results[PooledMean]:
    """Overall mean, from published means of parts and their counts.

    Give means and their counts; or a data frame that holds both; or a table of summaries.

    Parameters
    ----------
    means : sequence of float or timedelta, data frame, or Results of TimeSummary
        Means in seconds, >= 0. Or a frame or table that has both the means and their counts.
    counts : sequence of int
        The number of times behind each mean, >= 0; a mean of 0 times has no weight.
    mean, count : str
        For a frame: the columns of the means and of their counts.
    by : str or sequence of str
        For a frame: the dimensions to keep; gives a table, with ``()`` of one row. For a table of summaries the
        default is none, which gives one figure.
    rounded_to : float, optional
        The step to which the means were rounded: 1 for whole seconds. It gives the limits between
        which the pooled mean must lie. Default is none.

    Returns
    -------
    PooledMean or Results of PooledMean
        A table if a frame or `by` is given; otherwise one figure. It is not available if the counts add up to 0,
        or a summary is not available.

    Raises
    ------
    InvalidInputError
        If a mean is negative, missing or not a multiple of `rounded_to`; if a count is negative or not whole; if
        lengths differ; or if a column has a name of medians or percentiles.
    UnknownNameError
        If there is no such column; the error lists those that exist.

    See Also
    --------
    summarise_times : The mean, and the median, of the times themselves.
    answer_bands : Bounds of a median, from bands that add up.

    Notes
    -----
    Each mean is weighted by its count. The plain mean of the means would count a small part as much as a large
    one. Medians and percentiles cannot be pooled, whatever their weights: two parts of 100 calls with the medians
    2 s and 20 s may together have any median from 2 to 20 s. Work them out from the times, or within bounds from
    bands.

    Examples
    --------
    >>> print(pool_means([7, 25], [300, 100], rounded_to=1))
    Pooled mean 11.5 s of 400 (11 s to 12 s as far as the rounding tells).

    By line, from a data frame:

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"line": ["101", "101", "999"], "mean": [120, 180, 7], "calls": [300, 100, 500]})
    >>> pool_means(frame, mean="mean", count="calls", by="line")["mean"].tolist()
    [135.0, 7.0]
    """
    step = np.nan if rounded_to is None else _check.number(rounded_to, "rounded_to", above=0)
    if isinstance(means, Results):
        _check.refuse_options(counts=counts, count=count, rounded_to=rounded_to)
        _refuse_percentiles("mean" if mean is None else _check.text(mean, "mean"), "mean")
        return _pooled_table(means, () if by is None else _check.names(by, "by"), single=by is None)
    if counts is not None or reading.is_column(means):
        _check.refuse_options(mean=mean, count=count, by=by)
        _refuse_percentiles(getattr(means, "name", None), "means")
        found = _check.nonnegative(reading.seconds_in(means, "means"), "means")
        weights = _check.counts(reading.numbers(counts, "counts"), "counts")
        _check.same_length({"means": found, "counts": weights})
        _check.same_index({"means": means, "counts": counts})
        _refuse_unrounded(found, "means", step)
        together = np.zeros(len(weights), dtype=np.int64)
        return _pooled(Rows({}, no_reasons(1), True), found, weights, together, step)
    if mean is None or count is None or by is None:
        msg = "pool_means takes means and their counts, pool_means(means, counts); or a frame with mean=, count= and by=."
        raise InvalidTypeError(msg)
    _refuse_percentiles(mean, "mean")
    return _pooled_frame(means, mean, count, _check.names(by, "by"), step)


def _refuse_percentiles(name: object, argument: str) -> None:
    """Refuse a column that is a median or a percentile by its name; others cannot be told from means."""
    if isinstance(name, str) and _NO_MEAN.search(name):
        msg = (
            f"{argument} must be means; {name!r} is a median or percentile by its name, and these cannot be pooled, whatever "
            "their weights. Use summarise_times of the times themselves, or answer_bands of bands; a column that does "
            "hold means needs another name."
        )
        raise InvalidInputError(msg)


def _refuse_unrounded(means: FloatArray, name: str, step: float) -> None:
    """Refuse means that cannot have been rounded as was said; a step that is nan refuses nothing."""
    rule = f"be multiples of rounded_to, {step:g}, if they were rounded to that"
    reading.refuse_at(_check.off_step(means, step), means, name, rule)


def _pooled_table(
    table: Results[Any], by: tuple[str, ...], *, single: bool
) -> PooledMean | Results[PooledMean]:
    """Pool the rows of a table of summaries; what is not available in one is not available in its group."""
    if not issubclass(table.kind, TimeSummary | PooledMean):
        msg = f"summaries must be a table of TimeSummary or PooledMean; got one of {table.kind.__name__}."
        raise InvalidTypeError(msg)
    known = ~np.isnan(table["n"])
    weights = np.nan_to_num(table["n"]).astype(np.int64)
    cells, _ = _keyed({d: table[d] for d in by}, weights)
    # A summary of no times still makes a group.
    groups = Cells.of(by, cells.labels, cells.codes, np.ones_like(weights)).keys() if by else Cells.single()
    group = cells.positions(groups, by)
    reasons = no_reasons(len(groups))
    reasons[group[~known]] = table["reason"][~known]
    rows, unknown = Rows(keys_of(groups), reasons, single), np.zeros(len(groups), dtype=bool)
    unknown[group[~known]] = True
    return _pooled(rows, np.nan_to_num(table["mean"]), weights, group, np.nan, unknown=unknown)


def _pooled_frame(
    frame: Any, mean: str, count: str, by: tuple[str, ...], step: float
) -> PooledMean | Results[PooledMean]:
    """Pool the rows of a frame, each a mean with its count."""
    # Read as the measured dimension, the means may be durations, and come with their row's count.
    _check.names((*by, MEASURED, count), "by and count")
    wanted = {d: d for d in by} | {MEASURED: _check.text(mean, "mean")}
    if mean in text_columns(frame):
        reading.refuse_text(f"column {mean!r}", "text")
    _, read = read_columns(frame, wanted, count, by_name="mean", value_name="count")
    means, weights = _check.nonnegative(read[MEASURED], mean), _check.counts(read[count], count)
    _refuse_unrounded(means, mean, step)
    side = Side(Tally.from_columns({d: read[d] for d in by}, weights, unit=count))
    groups = groups_of([side], by)
    cells, named = _keyed({d: read[d] for d in by}, weights)
    group = cells.positions(groups, by)
    return _pooled(Rows.of_side(side, groups), means[named], weights[named], group, step)


def _keyed(columns: Mapping[str, Any], weights: IntArray) -> tuple[Cells, Mask]:
    """Hold the rows that lack no label as they come, so that means keep their place; and say which these are."""
    coded = [encode(column, dim) for dim, column in columns.items()]
    named = np.ones(len(weights), dtype=bool)
    for _, codes in coded:
        named &= codes >= 0
    labels, kept = tuple(v for v, _ in coded), tuple(codes[named] for _, codes in coded)
    return Cells(tuple(columns), labels, kept, weights[named]), named


def _pooled(
    rows: Rows,
    means: FloatArray,
    weights: IntArray,
    group: IntArray,
    step: float,
    *,
    unknown: Mask | bool = False,
) -> PooledMean | Results[PooledMean]:
    """Work out every row: means weighted by their counts, where these are not `unknown`."""
    n = np.bincount(group, weights, minlength=len(rows))
    rows.explain(n == 0, "not available: the counts add up to 0")
    rows.settle()
    # What was printed was half a step more or less, but no time is below 0.
    pooled, low, high = (
        np.bincount(group, parts * weights, minlength=len(rows)) / np.where(rows.there, n, 1)
        for parts in (means, np.maximum(means - step / 2, 0), means + step / 2)
    )
    values = {"mean": pooled, "n": n, "rounding_low": low, "rounding_high": high, "rounded_to": step}
    return rows.results(PooledMean, values, {"n": rows.there | ((n == 0) & np.logical_not(unknown))})


# ---- two averages -----------------------------------------------------------------------

_OF = {"mean": "mean", "median": "median", "p90": "90th percentile"}


@figure(estimate="change")
class AverageChange(Figure):
    """The change between two published averages, and the range that their rounding allows.

    Attributes
    ----------
    old, new : float
        The two figures as published, in seconds.
    change, change_rounding_low, change_rounding_high : float
        The second less the first, in seconds, and its bounds if both were rounded; the limits are nan if no step
        was given. They are not a confidence interval.
    percent_change, percent_rounding_low, percent_rounding_high : float
        The same in per cent of `old`; nan if that is 0.
    of : str
        What was published: ``"mean"``, ``"median"`` or ``"p90"``.
    rounded_to : float
        The step to which the figures were rounded, in seconds; nan if no step was given.
    """

    old: float = column("seconds", "estimate")
    new: float = column("seconds", "estimate")
    change: float = column("seconds_change", "estimate", of=("old", "new"))
    change_rounding_low: float = column("seconds_change", "lower", of="change", shown=False)
    change_rounding_high: float = column("seconds_change", "upper", of="change", shown=False)
    percent_change: float = column("percent", "estimate", of=("old", "new"))
    percent_rounding_low: float = column("percent", "lower", of="percent_change", shown=False)
    percent_rounding_high: float = column("percent", "upper", of="percent_change", shown=False)
    of: str
    rounded_to: float

    def _sentence(self) -> str:
        exact = np.isnan(self.rounded_to)
        low, high = (self.change,) * 2 if exact else (self.change_rounding_low, self.change_rounding_high)
        name, old, new = _OF[self.of], duration(self.old), duration(self.new)
        if low == high == 0:
            return f"The {name} did not change: {old} before and after."
        moved = f"The {name} {'fell' if high <= 0 else 'rose'} from {old} to {new}"
        if low < 0 < high:
            moved = f"The rounding leaves open whether the {name}, {old} and then {new}, rose or fell"
        tells = rounding(seconds_change(low), seconds_change(high), self.rounded_to)
        if np.isnan(self.percent_change):
            return f"{moved}: {seconds_change(self.change)}{tells}; percentage {self.reason}."
        relative, *limits = (
            signed(v, 1, "%")
            for v in (self.percent_change, self.percent_rounding_low, self.percent_rounding_high)
        )
        return f"{moved}: {seconds_change(self.change)}{tells}, {relative}{'' if exact else f' ({limits[0]} to {limits[1]})'}."


def time_change(
    old: Seconds,
    new: Seconds,
    /,
    *,
    of: Literal["mean", "median", "p90"] | None = None,
    rounded_to: Seconds | None = None,
) -> AverageChange:
    """Change between two published average times, with the range that their rounding allows.

    Parameters
    ----------
    old, new : float or timedelta
        The two figures, in seconds, >= 0.
    of : {"mean", "median", "p90"}
        What they are. It must be given, because "average" may be either; it changes only the sentence.
    rounded_to : float or timedelta, optional
        The step to which both were rounded: 1 for whole seconds, 60 for whole minutes. It gives the limits
        between which the change must lie. Default is none.

    Returns
    -------
    AverageChange
        The change in seconds and in per cent, with the ranges that the rounding allows. If the first figure is 0,
        there is no percentage.

    Raises
    ------
    InvalidInputError
        If a figure is negative, or not a multiple of `rounded_to`.
    InvalidTypeError
        If a figure is not a number; as `ChoiceNeededError` if `of` is left out.

    See Also
    --------
    time_change : The same from the times, with an interval.
    pool_means : The overall mean from published means.

    Notes
    -----
    A figure printed as x was between x − step / 2 and x + step / 2, and not below 0. The percentage is lowest if
    the first was rounded down and the second up, and highest if it was the other way round.

    Examples
    --------
    "From 5 to 3 seconds, an improvement of 40 per cent", by figures in whole seconds:

    >>> print(time_change(5, 3, of="mean", rounded_to=1))
    The mean fell from 5 s to 3 s: −2 s (−3 s to −1 s as far as the rounding tells), −40.0% (−54.5% to −22.2%).
    """
    if of is None:
        msg = "of must be given: 'mean', 'median' or 'p90', for an average may be either."
        raise ChoiceNeededError(Note("average", "what the two figures are", msg))
    _check.choice(of, "of", tuple(_OF))
    before, after = (
        _check.number(as_seconds(value, name), name, low=0) for name, value in (("old", old), ("new", new))
    )
    step = np.nan if rounded_to is None else duration_in(rounded_to, "rounded_to")
    _check.refuse_unrounded(before, "old", step)
    _check.refuse_unrounded(after, "new", step)
    first, second = (np.maximum([v - step / 2, v + step / 2], 0) for v in (before, after))
    # A step that was not said leaves limits that are nan.
    base = np.where(before > 0, [before, first[1], first[0]], np.nan)
    relative, low, high = (100 * (np.array([after, second[0], second[1]]) / base - 1)).tolist()
    return AverageChange(
        old=before,
        new=after,
        change=after - before,
        change_rounding_low=float(second[0] - first[1]),
        change_rounding_high=float(second[1] - first[0]),
        percent_change=relative,
        percent_rounding_low=low,
        percent_rounding_high=high,
        of=of,
        rounded_to=step,
        reason=None if before else "not applicable: the first figure is 0",
    )
