"""The mean of everything, from published means of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _checks
from policemetrics._cells import Cells
from policemetrics._display import count as written
from policemetrics._display import duration
from policemetrics._given import refuse_options
from policemetrics._grouping import (
    Reasons,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._labels import MEASURED, encode
from policemetrics._sides import Side
from policemetrics.errors import InvalidTypeError
from policemetrics.frames import read_columns
from policemetrics.results import ExclusionTable, Results
from policemetrics.tally import Tally
from policemetrics.times._shared import is_column, limits, numbers, seconds_field
from policemetrics.typing import FloatArray, IntArray, Names, Numbers
from policemetrics.values import Figure, shown_as

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

__all__ = ["PooledMean", "pool_means"]


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
def pool_means(means: Numbers, counts: Numbers, /, *, rounded_to: float | None = None) -> PooledMean: ...
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

    Parameters
    ----------
    means : sequence of float, or data frame
        Means in seconds, >= 0. A frame takes their place and that of `counts`.
    counts : sequence of int
        How many times each mean was made of, >= 0; a mean of 0 times has no weight.
    mean, count : str
        For a frame: the columns of the means and of their counts.
    by : str or sequence of str
        For a frame: the dimensions to keep; gives a table. ``()`` gives one row.
    rounded_to : float, optional
        The step to which the means were rounded: 1 for whole seconds. It gives the limits between
        which the pooled mean must lie. Default is none.

    Returns
    -------
    PooledMean or Results of PooledMean
        A table if a frame is given; otherwise one figure. It is not available where the counts add
        up to 0.

    Raises
    ------
    InvalidInputError
        If a mean is negative or missing, a count is negative or not whole, or lengths differ.
    UnknownNameError
        If there is no such column; those there are get listed.

    Notes
    -----
    Each mean is weighted by its count. The plain mean of the means would count a small part as much
    as a large one. Medians and percentiles cannot be pooled: use `summarise_times` of the times.

    Examples
    --------
    >>> print(pool_means([7, 25], [300, 100], rounded_to=1))
    Pooled mean 11.5 s of 400 (11 s to 12 s as far as the rounding tells).
    """
    step = np.nan if rounded_to is None else _checks.number(rounded_to, "rounded_to", above=0)
    if counts is not None or is_column(means):
        refuse_options(mean=mean, count=count, by=by)
        found = _checks.nonnegative(numbers(means, "means"), "means")
        weights = _checks.counts(numbers(counts, "counts"), "counts")
        _checks.same_length({"means": found, "counts": weights})
        _checks.same_index({"means": means, "counts": counts})
        together = np.zeros(len(weights), dtype=np.int64)
        return _pooled({}, found, weights, together, no_reasons(1), step)[0]
    if mean is None or count is None or by is None:
        msg = "pool_means takes means and their counts, pool_means(means, counts); or a frame with mean=, count= and by=."
        raise InvalidTypeError(msg)
    return _pooled_frame(means, mean, count, _checks.names(by, "by"), step)


def _pooled_frame(frame: Any, mean: str, count: str, by: tuple[str, ...], step: float) -> Results[PooledMean]:
    # Read as the measured dimension, the means may be durations, and come with their row's count.
    _checks.names((*by, MEASURED, count), "by and count")
    wanted = {d: d for d in by} | {MEASURED: _checks.text(mean, "mean")}
    _, read = read_columns(frame, wanted, count, by_name="mean", value_name="count")
    means, weights = _checks.nonnegative(read[MEASURED], mean), _checks.counts(read[count], count)
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
    total = np.bincount(group, means * weights, minlength=len(reasons))
    reasons[(n == 0) & unexplained(reasons)] = "not available: the counts add up to 0"
    pooled = total / np.where(n > 0, n, np.nan)
    columns = {
        "mean": pooled,
        "n": n,
        "rounding_low": np.maximum(pooled - step / 2, 0),
        "rounding_high": pooled + step / 2,
    }
    return Results(PooledMean, keys, columns, reasons, {"rounded_to": step}, exclusions)
