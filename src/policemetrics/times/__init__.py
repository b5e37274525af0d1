"""Times in seconds: `summarise_times` of measured ones, `response_times` from stamps, `pool_means` of published means."""

from policemetrics.times.pooled import PooledMean, pool_means
from policemetrics.times.response import ResponseSummary, response_times
from policemetrics.times.summary import TimeSummary, summarise_times
from policemetrics.times.survival import ResponseSurvival

__all__ = [
    "PooledMean",
    "ResponseSummary",
    "ResponseSurvival",
    "TimeSummary",
    "pool_means",
    "response_times",
    "summarise_times",
]
