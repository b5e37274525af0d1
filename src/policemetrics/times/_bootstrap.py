"""The bootstrap interval of a mean, from values and how often each occurs."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from policemetrics.errors import InvalidInputError
from policemetrics.percentiles import Runs
from policemetrics.typing import FloatArray, IntArray

__all__ = ["RESAMPLES", "bootstrap_means"]

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
