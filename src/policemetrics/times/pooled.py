"""The mean of everything, from published means of its parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._arguments import refuse_options
from policemetrics._cells import MEASURED, Cells, encode
from policemetrics._supply import (
    Reasons,
    Side,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics._write import duration
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.frames import read_columns, text_columns
from policemetrics.results import ExclusionTable, Figure, Results, shown_as
from policemetrics.tallies import Tally
from policemetrics.times._shared import (
    is_column,
    limits,
    numbers,
    refuse_text,
    seconds_field,
    seconds_in,
)
from policemetrics.times.summary import TimeSummary
from policemetrics.typing import Durations, FloatArray, IntArray, Names, Numbers

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

__all__ = ["PooledMean", "pool_means"]

_NO_MEAN: Final = re.compile(
    # A letter beside it makes another word, as in "medical" or "p90s"; an underscore or a digit does not.
    r"median|(per)?centile|quantile|quartile|(?<![^\W_])(p\d\d|med|\d\dth)(?![^\W_])",
    re.IGNORECASE,
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PooledMean(Figure):
    """A mean of published means, each weighted by its count.

    Attributes
    ----------
    mean : float
        Mean in seconds of everything that the published means were made of.
    n : float
        How many that are.
    rounding_low, rounding_high : float
        Where the mean can lie if each published one was rounded; not a number where that was not said.
    rounded_to : float
        The step to which they were rounded, in seconds; not a number where that was not said.
    """

    mean: float = seconds_field(shown=True)
    n: float = attrs.field(metadata=shown_as("count"))
    rounding_low: float = seconds_field()
    rounding_high: float = seconds_field()
    rounded_to: float

    def _sentence(self) -> str:
        if np.isnan(self.mean):
            return f"Pooled mean: {self.reason}."
        rounding = (
            ""
            if np.isnan(self.rounded_to)
            else f" ({limits(self.rounding_low, self.rounding_high)} as far as the rounding tells)"
        )
        return f"Pooled mean {duration(self.mean)} of {written(self.n)}{rounding}."


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
    means: Any,
    counts: Any = None,
    /,
    *,
    mean: str | None = None,
    count: str | None = None,
    by: Names | None = None,
    rounded_to: float | None = None,
) -> PooledMean | Results[PooledMean]:
    """Mean of everything, from published means of its parts and their counts.

    Give means and their counts; or a data frame that holds both; or a table of summaries.

    Parameters
    ----------
    means : sequence of float or timedelta, data frame, or Results of TimeSummary
        Means in seconds, >= 0. A frame or a table takes their place and that of `counts`.
    counts : sequence of int
        How many times each mean was made of, >= 0; a mean of 0 times has no weight.
    mean, count : str
        For a frame: the columns of the means and of their counts.
    by : str or sequence of str
        For a frame: the dimensions to keep; gives a table. ``()`` gives one row. For a table of summaries
        the default is none, which gives one figure.
    rounded_to : float, optional
        The step to which the means were rounded: 1 for whole seconds. It gives the limits between
        which the pooled mean must lie. Default is none.

    Returns
    -------
    PooledMean or Results of PooledMean
        A table if a frame or `by` is given; otherwise one figure. It is not available where the counts add
        up to 0, or a summary is not available.

    Raises
    ------
    InvalidInputError
        If a mean is negative or missing, or no multiple of `rounded_to`, a count is negative or not whole, or lengths differ; or a column
        says by its name that it holds medians or percentiles.
    UnknownNameError
        If there is no such column; those there are get listed.

    See Also
    --------
    summarise_times : the mean, and the median, of the times themselves.
    answer_bands : bounds of a median, from bands that add up.

    Notes
    -----
    Each mean is weighted by its count. The plain mean of the means would count a small part as much
    as a large one. Medians and percentiles cannot be pooled, whatever their weights: parts of 100 calls
    with the medians 2 s and 20 s may together have any median from 2 to 20 s. They come from the times,
    or within bounds from bands.

    Examples
    --------
    >>> print(pool_means([7, 25], [300, 100], rounded_to=1))
    Pooled mean 11.5 s of 400 (11 s to 12 s as far as the rounding tells).
    """
    step = np.nan if rounded_to is None else _check.number(rounded_to, "rounded_to", above=0)
    if isinstance(means, Results):
        refuse_options(counts=counts, count=count, rounded_to=rounded_to)
        _refuse_percentiles("mean" if mean is None else _check.text(mean, "mean"), "mean")
        table = _pooled_table(means, () if by is None else _check.names(by, "by"))
        return table[0] if by is None else table
    if counts is not None or is_column(means):
        refuse_options(mean=mean, count=count, by=by)
        _refuse_percentiles(getattr(means, "name", None), "means")
        found = _check.nonnegative(seconds_in(means, "means"), "means")
        weights = _check.counts(numbers(counts, "counts"), "counts")
        _check.same_length({"means": found, "counts": weights})
        _check.same_index({"means": means, "counts": counts})
        _refuse_unrounded(found, "means", step)
        together = np.zeros(len(weights), dtype=np.int64)
        return _pooled({}, found, weights, together, no_reasons(1), step)[0]
    if mean is None or count is None or by is None:
        msg = "pool_means takes means and their counts, pool_means(means, counts); or a frame with mean=, count= and by=."
        raise InvalidTypeError(msg)
    _refuse_percentiles(mean, "mean")
    return _pooled_frame(means, mean, count, _check.names(by, "by"), step)


def _refuse_percentiles(name: object, argument: str) -> None:
    """Refuse a column that calls itself a median or a percentile; others cannot be told from means."""
    if isinstance(name, str) and _NO_MEAN.search(name):
        msg = (
            f"{argument} must be means; {name!r} is a median or percentile by its name, and these cannot be pooled, whatever "
            "their weights. Use summarise_times of the times themselves, or answer_bands of bands; a column that does "
            "hold means needs another name."
        )
        raise InvalidInputError(msg)


def _refuse_unrounded(means: FloatArray, name: str, step: float) -> None:
    """Refuse means that cannot have been rounded as was said; a step that is none refuses nothing."""
    steps = means / step
    bad = np.abs(steps - np.rint(steps)) > 1e-6
    if bad.any():
        at = int(np.argmax(bad))
        msg = (
            f"{name} must be multiples of rounded_to, {step:g}, if they were rounded to that; got {means[at]:g} at "
            f"{name}[{at}] ({int(bad.sum())} of {len(means)})."
        )
        raise InvalidInputError(msg)


def _pooled_table(table: Results[Any], by: tuple[str, ...]) -> Results[PooledMean]:
    """Pool the rows of a table of summaries; what is not available in one is not available in its group."""
    if not issubclass(table.kind, TimeSummary | PooledMean):
        msg = f"summaries must be a table of TimeSummary or PooledMean; got one of {table.kind.__name__}."
        raise InvalidTypeError(msg)
    coded = {d: encode(table[d], d) for d in by}
    known = ~np.isnan(table["n"])
    weights = np.where(known, table["n"], 0).astype(np.int64)
    rows = Cells(by, tuple(v for v, _ in coded.values()), tuple(c for _, c in coded.values()), weights)
    groups = Cells.of(by, rows.labels, rows.codes, np.ones_like(weights)).keys() if by else Cells.single()
    group = rows.positions(groups, by)
    reasons = no_reasons(len(groups))
    reasons[group[~known]] = table["reason"][~known]
    return _pooled(keys_of(groups), np.nan_to_num(table["mean"]), weights, group, reasons, np.nan)


def _pooled_frame(frame: Any, mean: str, count: str, by: tuple[str, ...], step: float) -> Results[PooledMean]:
    # Read as the measured dimension, the means may be durations, and come with their row's count.
    _check.names((*by, MEASURED, count), "by and count")
    wanted = {d: d for d in by} | {MEASURED: _check.text(mean, "mean")}
    if mean in text_columns(frame):
        refuse_text(f"column {mean!r}", "text")
    _, read = read_columns(frame, wanted, count, by_name="mean", value_name="count")
    means, weights = _check.nonnegative(read[MEASURED], mean), _check.counts(read[count], count)
    _refuse_unrounded(means, mean, step)
    counted = Tally.from_columns({d: read[d] for d in by}, weights, unit=count)
    side = Side(counted)
    groups = groups_of([side], by)
    reasons = no_reasons(len(groups))
    refuse_unsupplied(reasons, groups, side)
    excluded = exclusion_table(groups, [side], totals(side, groups))
    coded = [encode(read[d], d) for d in by]
    named = np.all([codes >= 0 for _, codes in coded], axis=0) if by else np.ones(len(means), dtype=bool)
    rows = Cells(by, tuple(v for v, _ in coded), tuple(c[named] for _, c in coded), weights[named])
    group = rows.positions(groups, by)
    return _pooled(keys_of(groups), means[named], weights[named], group, reasons, step, excluded)


def _pooled(
    keys: dict[str, NDArray[Any]],
    means: FloatArray,
    weights: IntArray,
    group: IntArray,
    reasons: Reasons,
    step: float,
    exclusions: ExclusionTable | None = None,
) -> Results[PooledMean]:
    """Work out every row: means weighted by their counts."""
    n = np.bincount(group, weights, minlength=len(reasons))
    reasons[(n == 0) & unexplained(reasons)] = "not available: the counts add up to 0"
    there = unexplained(reasons)
    # What was printed was half a step more or less, but no time is below 0.
    pooled, low, high = (
        np.where(there, np.bincount(group, parts * weights, minlength=len(reasons)), np.nan)
        / np.where(there, n, 1)
        for parts in (means, np.maximum(means - step / 2, 0), means + step / 2)
    )
    columns = {
        "mean": pooled,
        "n": np.where(there | (n == 0), n, np.nan),
        "rounding_low": low,
        "rounding_high": high,
    }
    return Results(PooledMean, keys, columns, reasons, {"rounded_to": step}, exclusions)
