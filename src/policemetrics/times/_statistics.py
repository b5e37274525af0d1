"""What is worked out of times, given as runs: mean, percentiles, the share within a target."""

from __future__ import annotations

from typing import Final

import numpy as np

from policemetrics import intervals
from policemetrics._labels import MICROSECONDS, microseconds
from policemetrics.percentiles import Runs, percentiles
from policemetrics.times._bootstrap import bootstrap_means
from policemetrics.typing import FloatArray, IntArray, Percentile

__all__ = ["averages", "shares_within"]

_PERCENTS: Final = {"median": 50, "p90": 90, "p95": 95, "p99": 99}
_EXACT_BELOW: Final = 2.0**62


def averages(
    runs: Runs, stamps: IntArray, method: Percentile, level: float, seed: int | None = None
) -> dict[str, FloatArray]:
    """Work out mean, deviation and percentiles of each group, and count its zeros; `stamps` are the microseconds.

    The interval of the mean is Student's, or with a `seed` that of the bootstrap.
    """
    n = runs.sizes
    mean, variance = _moments(runs, stamps)
    low, high = (
        intervals.student_t(mean, variance, n, level) if seed is None else bootstrap_means(runs, seed, level)
    )
    columns = {"n": n.astype(float), "mean": mean, "mean_low": np.maximum(low, 0), "mean_high": high}
    columns |= _percentiles(runs, method, level)
    columns["zeros"] = runs.sums(np.where(stamps == 0, runs.counts, 0)).astype(float)
    columns["sd"] = np.sqrt(variance)
    return columns


def shares_within(
    runs: Runs, stamps: IntArray, missed: IntArray, targets: FloatArray, level: float, *, inclusive: bool
) -> dict[str, FloatArray]:
    """Work out the share of each group within its target; nan is no target. What was missed did not meet it."""
    aimed = ~np.isnan(targets)
    bound = runs.spread(microseconds(np.where(aimed, targets, 0), "target"))
    met = stamps <= bound if inclusive else stamps < bound
    within = runs.sums(np.where(met, runs.counts, 0)).astype(float)
    out_of = (runs.sizes + missed).astype(float)
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


def _moments(runs: Runs, stamps: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and sample variance by group; the mean of whole microseconds is correctly rounded."""
    n = runs.sizes
    some = n > 0
    bulk = (runs.sums(stamps.astype(np.float64) * runs.counts) < _EXACT_BELOW).all()
    total = runs.sums(stamps * runs.counts if bulk else stamps.astype(object) * runs.counts)
    divisor = np.where(some, n, 1).astype(object) * MICROSECONDS
    finer = runs.sums((runs.values - stamps / MICROSECONDS) * runs.counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(some, (total.astype(object) / divisor).astype(np.float64) + finer / n, np.nan)
        squares = runs.sums(runs.counts * (runs.values - runs.spread(mean)) ** 2)
        variance = np.where(n > 1, squares / (n - 1), np.nan)
    return mean, variance
