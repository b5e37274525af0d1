"""What is worked out of times, given as runs: mean, percentiles, the share within a target."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from policemetrics import intervals
from policemetrics._cells import microseconds
from policemetrics.percentiles import Runs, percentiles
from policemetrics.times._bootstrap import bootstrap_means
from policemetrics.times._moments import Times
from policemetrics.typing import FloatArray, IntArray, Percentile

__all__ = ["averages", "shares_within"]

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
