"""Times in seconds: `summarise_times` of measured ones, `pool_means` of published means."""

from policemetrics.times.pooled import PooledMean, pool_means
from policemetrics.times.summary import TimeSummary, summarise_times

__all__ = ["PooledMean", "TimeSummary", "pool_means", "summarise_times"]
