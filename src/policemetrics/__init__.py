"""Police performance figures with their definition, uncertainty and exclusions.

Counts in, defensible figures out: change in recorded crime, harm, positive outcomes, answer and
response times. Every metric is a function of counts by key, a `Tally`, or of a data frame.
"""

from policemetrics import datasets, decomposition, definitions, errors, incidence, intervals
from policemetrics.change import RateChange, rate_change
from policemetrics.claims import (
    ClaimCheck,
    Implied,
    Range,
    Stated,
    check_claim,
    implied_change,
    implied_harm_per_crime,
    implied_parts,
    stated,
)
from policemetrics.counts import Rate, Share, rate, share
from policemetrics.drivers import ChangeDriver, change_drivers
from policemetrics.errors import PoliceMetricsError, PoliceMetricsWarning
from policemetrics.exposure import Exposure
from policemetrics.frames import durations, tally
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
    GroupOutcomeRate,
    OutcomeMatch,
    OutcomeMaturity,
    OutcomeRate,
    OutcomeRateChange,
    OutcomeRateDriver,
    OutcomeRateSplit,
    OutcomeSet,
    group_outcome_rate,
    match_outcomes,
    outcome_maturity,
    outcome_rate_change,
    outcome_rate_drivers,
    outcome_rate_split,
    outcome_set,
    positive_outcome_rate,
)
from policemetrics.periods import Period
from policemetrics.results import Results
from policemetrics.tally import Tally
from policemetrics.times import (
    PooledMean,
    ResponseSummary,
    ResponseSurvival,
    TimeSummary,
    pool_means,
    response_times,
    summarise_times,
)
from policemetrics.values import Exclusions, Figure, Interval

__version__ = "0.1.0"

__all__ = [
    "ChangeDriver",
    "ClaimCheck",
    "Exclusions",
    "Exposure",
    "Figure",
    "GroupOutcomeRate",
    "HarmChange",
    "HarmDriver",
    "HarmIndex",
    "HarmPerCrimeChange",
    "HarmScore",
    "HarmWeights",
    "Implied",
    "Interval",
    "OutcomeMatch",
    "OutcomeMaturity",
    "OutcomeRate",
    "OutcomeRateChange",
    "OutcomeRateDriver",
    "OutcomeRateSplit",
    "OutcomeSet",
    "Period",
    "PoliceMetricsError",
    "PoliceMetricsWarning",
    "PooledMean",
    "Range",
    "Rate",
    "RateChange",
    "ResponseSummary",
    "ResponseSurvival",
    "Results",
    "Share",
    "Stated",
    "Tally",
    "TimeSummary",
    "WeightMatch",
    "change_drivers",
    "check_claim",
    "datasets",
    "decomposition",
    "definitions",
    "durations",
    "errors",
    "group_outcome_rate",
    "harm_change",
    "harm_drivers",
    "harm_index",
    "harm_per_crime_change",
    "harm_score",
    "harm_weights",
    "implied_change",
    "implied_harm_per_crime",
    "implied_parts",
    "incidence",
    "intervals",
    "match_outcomes",
    "outcome_maturity",
    "outcome_rate_change",
    "outcome_rate_drivers",
    "outcome_rate_split",
    "outcome_set",
    "pool_means",
    "positive_outcome_rate",
    "rate",
    "rate_change",
    "response_times",
    "share",
    "stated",
    "summarise_times",
    "tally",
]
