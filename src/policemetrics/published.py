"""Figures as others published them: averages pooled and compared, scores and rates, counts by band, and two headlines at once."""

from policemetrics.harm.published import HarmPerCrimeChange, harm_per_crime_change
from policemetrics.scores import PublishedChange, change
from policemetrics.times.bands import Bands, BandSummary, answer_bands
from policemetrics.times.published import AverageChange, PooledMean, pool_means, time_change

__all__ = [
    "AverageChange",
    "BandSummary",
    "Bands",
    "HarmPerCrimeChange",
    "PooledMean",
    "PublishedChange",
    "answer_bands",
    "change",
    "harm_per_crime_change",
    "pool_means",
    "time_change",
]
