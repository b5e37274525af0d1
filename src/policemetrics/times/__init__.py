"""Times in seconds: measured ones summarised, calls answered, incidents attended, published means, and their change."""

from policemetrics.times.answers import AnswerSummary, answer_times
from policemetrics.times.banded import BandSummary, answer_bands
from policemetrics.times.bands import Bands
from policemetrics.times.change import TimeChange, time_change
from policemetrics.times.drivers import TimeDriver, time_drivers
from policemetrics.times.pooled import PooledMean, pool_means
from policemetrics.times.published import PublishedTimeChange, published_time_change
from policemetrics.times.response import ResponseSummary, response_times
from policemetrics.times.summary import TimeSummary, summarise_times
from policemetrics.times.survival import ResponseSurvival

__all__ = [
    "AnswerSummary",
    "BandSummary",
    "Bands",
    "PooledMean",
    "PublishedTimeChange",
    "ResponseSummary",
    "ResponseSurvival",
    "TimeChange",
    "TimeDriver",
    "TimeSummary",
    "answer_bands",
    "answer_times",
    "pool_means",
    "published_time_change",
    "response_times",
    "summarise_times",
    "time_change",
    "time_drivers",
]
