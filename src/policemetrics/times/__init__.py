"""Times in seconds: measured ones summarised, calls answered, published means pooled."""

from policemetrics.times.answers import AnswerSummary, answer_times
from policemetrics.times.banded import BandSummary, answer_bands
from policemetrics.times.bands import Bands
from policemetrics.times.pooled import PooledMean, pool_means
from policemetrics.times.summary import TimeSummary, summarise_times

__all__ = [
    "AnswerSummary",
    "BandSummary",
    "Bands",
    "PooledMean",
    "TimeSummary",
    "answer_bands",
    "answer_times",
    "pool_means",
    "summarise_times",
]
