"""What is worked out of times, given as runs: mean, percentiles, the share within a target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, Final, Literal, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import intervals
from policemetrics._cells import MEASURED, MICROSECONDS, Cells, microseconds
from policemetrics.errors import InvalidInputError
from policemetrics.frames import Moments
from policemetrics.percentiles import Runs, percentiles
from policemetrics.typing import FloatArray, IntArray, Percentile

RESAMPLES: Final = 9_999
_MOST_DRAWS: Final = 2e9  # half a minute
_AT_ONCE: Final = 2**20  # draws held in memory
_DEAR: Final = 7  # how much longer the draw of a count takes than that of a value


def bootstrap_means(runs: Runs, seed: int, level: float) -> tuple[FloatArray, FloatArray]:
    """Give the limits of each group; nan where it has fewer than 2 values.

    Every group starts from the same seed, so that its limits are those it has alone: a loop over groups,
    each of which is 9,999 resamples' work.
    """
    _refuse_too_many(runs)
    ends = np.cumsum(runs.lengths)
    found = [
        _limits(runs.values[end - length : end], runs.counts[end - length : end], seed, level)
        for end, length in zip(ends.tolist(), runs.lengths.tolist(), strict=True)
    ]
    low, high = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return low, high


def _refuse_too_many(runs: Runs) -> None:
    draws = RESAMPLES * float(np.minimum(runs.sizes, _DEAR * runs.lengths).sum())
    if draws > _MOST_DRAWS:
        msg = (
            f"mean_method must be 'student_t' for so many times: the bootstrap would take {draws:.1g} draws, more than "
            f"{_MOST_DRAWS:.0g}. Of many times the mean is near normal, and the two intervals agree."
        )
        raise InvalidInputError(msg)


def _limits(values: FloatArray, counts: IntArray, seed: int, level: float) -> tuple[float, float]:
    """Give the BCa limits of one mean: percentiles of the resampled means, moved for bias and skewness."""
    n = int(counts.sum())
    if n < 2:
        return np.nan, np.nan
    mean = float(values @ counts) / n
    away = values - mean
    spread = float(away**2 @ counts)
    if len(values) == 1 or spread == 0:
        return mean, mean
    means = _resampled(values, counts, n, seed)
    normal = NormalDist()
    # A mean as large as the estimate lies half below it; that none or all do can only be rounding.
    below = float((np.mean(means < mean) + np.mean(means <= mean)) / 2)
    bias = normal.inv_cdf(min(max(below, 0.5 / RESAMPLES), 1 - 0.5 / RESAMPLES))
    skew = float(away**3 @ counts) / (6 * spread**1.5)
    tail = normal.inv_cdf((1 - level) / 2)
    shares = [normal.cdf(_moved(bias + z, bias, skew)) for z in (tail, -tail)]
    low, high = np.quantile(means, shares).tolist()
    return low, high


def _moved(z: float, bias: float, skew: float) -> float:
    """Correct a normal quantile for bias and skewness; far out the correction passes through infinity."""
    left = 1 - skew * z
    return bias + z / left if left > 0 else math.copysign(math.inf, z)


def _resampled(values: FloatArray, counts: IntArray, n: int, seed: int) -> FloatArray:
    """Draw n of the values, with replacement, and take their mean, again and again."""
    random = np.random.default_rng(seed)
    by_count = n > _DEAR * len(values)
    rows = np.empty(0) if by_count else np.repeat(values, counts)
    width = len(values) if by_count else n
    means = np.full(RESAMPLES, np.nan)
    step = max(1, _AT_ONCE // width)
    for start in range(0, RESAMPLES, step):
        part = means[start : start + step]
        if by_count:
            part[:] = random.multinomial(n, counts / n, len(part)) @ values / n
        else:
            part[:] = rows[random.integers(0, n, (len(part), n))].mean(axis=1)
    return means


_PERCENTS: Final = {"median": 50, "p90": 90, "p95": 95, "p99": 99}


def averages(
    times: Times, level: float, runs: Runs | None, method: Percentile | Literal[""], seed: int | None
) -> dict[str, FloatArray]:
    """Work out mean, deviation and percentiles of each group, and count its zeros.

    The interval of the mean is Student's, or with a `seed` that of the bootstrap. The percentiles, and the
    bootstrap, need the times in `runs`; without a `method` there are none.
    """
    n = times.sizes
    mean, variance = times.moments()
    if runs is None or seed is None:
        low, high = intervals.student_t(mean, variance, n, level)
    else:
        low, high = bootstrap_means(runs, seed, level)
    columns = {"n": n.astype(float), "mean": mean, "mean_low": np.maximum(low, 0), "mean_high": high}
    if runs is None or not method:
        columns |= {
            f"{p}{limit}": np.full(len(n), np.nan) for p in _PERCENTS for limit in ("", "_low", "_high")
        }
    else:
        columns |= _percentiles(runs, method, level)
    columns["zeros"] = times.zeros.astype(float)
    columns["sd"] = np.sqrt(variance)
    return columns


def shares_within(
    times: Times, missed: IntArray, targets: FloatArray, level: float, *, inclusive: bool
) -> dict[str, FloatArray]:
    """Work out the share of each group within its target; nan is no target. What was missed did not meet it."""
    aimed = ~np.isnan(targets)
    bounds = microseconds(np.where(aimed, targets, 0), "target")
    within = times.within(bounds, inclusive=inclusive).astype(float)
    out_of = (times.sizes + missed).astype(float)
    low, high = intervals.wilson(within, out_of, level)
    some = aimed & (out_of > 0)
    return {
        "target": targets,
        "within": np.where(aimed, within, np.nan),
        "out_of": out_of,
        "share_within": np.where(some, within, np.nan) / np.maximum(out_of, 1),
        "share_within_low": np.where(some, low, np.nan),
        "share_within_high": np.where(some, high, np.nan),
    }


def _percentiles(runs: Runs, method: Percentile, level: float) -> dict[str, FloatArray]:
    found = percentiles(runs, list(_PERCENTS.values()), method=method)
    n, shares = runs.sizes[:, None], np.array(list(_PERCENTS.values())) / 100
    first, last = intervals.order_statistics(n, shares, level)
    low = np.where(first > 0, runs.at(first - 1), 0.0)
    high = np.where(last <= n, runs.at(last - 1), np.inf)
    # The comparison with the estimate also makes limits of nothing nan.
    low, high = np.minimum(low, found), np.maximum(high, found)
    return {
        name: column
        for i, p in enumerate(_PERCENTS)
        for name, column in ((p, found[:, i]), (f"{p}_low", low[:, i]), (f"{p}_high", high[:, i]))
    }


_WRAP: Final = 2.0**64
_SAFE: Final = 2.0**62
_FLOATS_HOLD: Final = 2.0**53  # whole numbers below are floats, and their quotient is correctly rounded

_Whole = NDArray[Any]  # int64, or Python's own integers


class Times(Protocol):
    """What can be said of the times of some groups without knowing each."""

    @property
    def sizes(self) -> IntArray:
        """How many times each group has."""
        ...

    @property
    def zeros(self) -> IntArray:
        """How many of them are zero."""
        ...

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and sample variance; nan where there are too few times."""
        ...

    def within(self, bounds: IntArray, *, inclusive: bool) -> IntArray:
        """Return how many are under the bound of their group, in microseconds, or at it."""
        ...


@attrs.frozen(eq=False)
class LinedTimes:
    """Times in runs, and as whole microseconds."""

    runs: Runs
    stamps: IntArray

    @classmethod
    def of(cls, runs: Runs) -> LinedTimes:
        return cls(runs, microseconds(runs.values, MEASURED))

    @property
    def sizes(self) -> IntArray:
        return self.runs.sizes

    @property
    def zeros(self) -> IntArray:
        return self._counted(self.stamps == 0)

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and sample variance, correctly rounded for whole microseconds."""
        runs, n = self.runs, self.runs.sizes
        if (runs.values == np.floor(runs.values)).all():
            return _mean_and_variance(n, *_sums(runs, runs.values.astype(np.int64)), 1)
        mean, variance = _mean_and_variance(n, *_sums(runs, self.stamps), MICROSECONDS)
        finer = runs.values - self.stamps / MICROSECONDS
        if not finer.any():
            return mean, variance
        mean += runs.sums(finer * runs.counts) / np.maximum(n, 1)
        squares = runs.sums(runs.counts * (runs.values - runs.spread(mean)) ** 2)
        return mean, np.where(n > 1, squares / np.maximum(n - 1, 1), np.nan)

    def within(self, bounds: IntArray, *, inclusive: bool) -> IntArray:
        bound = self.runs.spread(bounds)
        return self._counted(self.stamps <= bound if inclusive else self.stamps < bound)

    def _counted(self, chosen: NDArray[np.bool_]) -> IntArray:
        return self.runs.sums(np.where(chosen, self.runs.counts, 0))


@attrs.frozen(eq=False)
class AddedTimes:
    """Times that an engine has added up, by group; `met` has how many met each bound that was asked for."""

    sizes: IntArray
    zeros: IntArray
    total: _Whole
    squares: _Whole
    unit: int
    met: Mapping[int, IntArray]

    @classmethod
    def of(cls, found: Moments, groups: Cells) -> AddedTimes:
        """Bring sums by key into the order of the groups; a group without times has 0."""
        at = found.keys.positions(groups, groups.dims)

        def placed(column: _Whole) -> _Whole:
            filled = np.zeros(len(groups), dtype=column.dtype)
            filled[at] = column
            return filled

        met = {bound: placed(column) for bound, column in found.met.items()}
        n, zeros = placed(found.keys.counts), placed(found.zeros)
        return cls(n, zeros, placed(found.total), placed(found.squares), found.unit, met)

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and sample variance, correctly rounded."""
        return _mean_and_variance(self.sizes, self.total, self.squares, self.unit)

    def within(self, bounds: IntArray, *, inclusive: bool) -> IntArray:  # noqa: ARG002 - asked so already
        """Return how many met the bound of their group; a group without one has 0, as its bound."""
        found = np.zeros(len(bounds), dtype=np.int64)
        for bound, column in self.met.items():
            found = np.where(bounds == bound, column, found)
        return found


def _sums(runs: Runs, times: IntArray) -> tuple[_Whole, _Whole]:
    """Add up times and their squares, by group."""
    first, second = (runs.counts * times for _ in range(2))
    rough = runs.counts.astype(np.float64) * times
    total = _unwrapped(runs, times, 1, runs.sums(first), runs.sums(rough))
    second *= times
    rough *= times
    return total, _unwrapped(runs, times, 2, runs.sums(second), runs.sums(rough))


def _unwrapped(runs: Runs, times: IntArray, power: int, wrapped: IntArray, rough: FloatArray) -> _Whole:
    """Return sums beyond 64 bits: whole numbers wrap there, and how often, floats tell."""
    most = rough.max(initial=0)
    if most < _SAFE:
        return wrapped
    # As many roundings as a sum has terms, and a few for each term.
    if most * (runs.lengths.max() + 8) * np.finfo(np.float64).eps > _SAFE:
        return runs.sums(times.astype(object) ** power * runs.counts.astype(object))
    turns = np.rint((rough - wrapped) / _WRAP).astype(np.int64)
    found: _Whole = wrapped.astype(object) + turns.astype(object) * int(_WRAP)
    return found


def _mean_and_variance(
    n: IntArray, total: _Whole, squares: _Whole, unit: int
) -> tuple[FloatArray, FloatArray]:
    """Round mean and sample variance, in seconds, once, from exact sums in a fraction of them."""
    largest = n.astype(np.float64) * np.maximum(squares.astype(np.float64), n * float(unit) ** 2)
    if largest.max(initial=0) >= _SAFE:
        n, total, squares = (v.astype(object) for v in (n, total, squares))
    mean = _divided(total, n * unit)
    # No greater than n times the squares.
    return mean, _divided(n * squares - total * total, n * (n - 1) * unit**2)


def _divided(above: _Whole, below: _Whole) -> FloatArray:
    """Divide whole numbers, correctly rounded; nan where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        top, bottom = above.astype(np.float64), below.astype(np.float64)
        found = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan)
    large = np.flatnonzero((np.maximum(top, bottom) >= _FLOATS_HOLD) & (bottom > 0))
    # Python rounds the quotient of integers correctly, whatever their size.
    found[large] = [a / b for a, b in zip(above[large].tolist(), below[large].tolist(), strict=True)]
    return found
