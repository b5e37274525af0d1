"""Police performance figures with their definition, uncertainty and exclusions.

Counts in, defensible figures out: change in recorded crime, harm, positive outcomes, answer and
response times. Every metric is a function of counts by key, a `Tally`, or of a data frame.
"""

from policemetrics import datasets, decomposition, definitions, errors, intervals, plot
from policemetrics.change import RateChange, rate_change
from policemetrics.counts import Rate, Share, rate, share
from policemetrics.drivers import ChangeDriver, change_drivers
from policemetrics.errors import PoliceMetricsError, PoliceMetricsWarning
from policemetrics.exposure import Exposure
from policemetrics.frames import tally
from policemetrics.harm import (
    HarmChange,
    HarmDriver,
    HarmIndex,
    HarmPerCrimeChange,
    HarmScore,
    HarmWeights,
    WeightMatch,
    harm_change,
    harm_drivers,
    harm_index,
    harm_per_crime_change,
    harm_score,
    harm_weights,
)
from policemetrics.outcomes import (
    OutcomeRate,
    OutcomeRateChange,
    OutcomeSet,
    outcome_rate_change,
    outcome_set,
    positive_outcome_rate,
)
from policemetrics.periods import Period
from policemetrics.results import Results
from policemetrics.tally import Tally
from policemetrics.times import PooledMean, TimeSummary, pool_means, summarise_times
from policemetrics.values import Exclusions, Figure, Interval

__version__ = "0.1.0"

__all__ = [
    "ChangeDriver",
    "Exclusions",
    "Exposure",
    "Figure",
    "HarmChange",
    "HarmDriver",
    "HarmIndex",
    "HarmPerCrimeChange",
    "HarmScore",
    "HarmWeights",
    "Interval",
    "OutcomeRate",
    "OutcomeRateChange",
    "OutcomeSet",
    "Period",
    "PoliceMetricsError",
    "PoliceMetricsWarning",
    "PooledMean",
    "Rate",
    "RateChange",
    "Results",
    "Share",
    "Tally",
    "TimeSummary",
    "WeightMatch",
    "change_drivers",
    "datasets",
    "decomposition",
    "definitions",
    "errors",
    "harm_change",
    "harm_drivers",
    "harm_index",
    "harm_per_crime_change",
    "harm_score",
    "harm_weights",
    "intervals",
    "outcome_rate_change",
    "outcome_set",
    "plot",
    "pool_means",
    "positive_outcome_rate",
    "rate",
    "rate_change",
    "share",
    "summarise_times",
    "tally",
]
