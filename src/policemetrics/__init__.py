"""Police performance figures with their definition, uncertainty and exclusions.

Counts in, defensible figures out: change in recorded crime, harm, positive outcomes, answer and
response times. Every metric is a function of counts by key, a `Tally`, or of a data frame.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from policemetrics import datasets, decomposition, definitions, errors, incidence, intervals, plot
    from policemetrics.change import ChangeDriver, RateChange, change_drivers, rate_change
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
    from policemetrics.rates import Rate, Share, rate, share
    from policemetrics.results import Exclusions, Figure, Interval, Results
    from policemetrics.tallies import Tally
    from policemetrics.times import (
        AnswerSummary,
        Bands,
        BandSummary,
        PooledMean,
        PublishedTimeChange,
        ResponseSummary,
        ResponseSurvival,
        TimeChange,
        TimeDriver,
        TimeSummary,
        answer_bands,
        answer_times,
        pool_means,
        published_time_change,
        response_times,
        summarise_times,
        time_change,
        time_drivers,
    )

__version__ = "0.1.0"

__all__ = [
    "AnswerSummary",
    "BandSummary",
    "Bands",
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
    "PublishedTimeChange",
    "Range",
    "Rate",
    "RateChange",
    "ResponseSummary",
    "ResponseSurvival",
    "Results",
    "Share",
    "Stated",
    "Tally",
    "TimeChange",
    "TimeDriver",
    "TimeSummary",
    "WeightMatch",
    "answer_bands",
    "answer_times",
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
    "plot",
    "pool_means",
    "positive_outcome_rate",
    "published_time_change",
    "rate",
    "rate_change",
    "response_times",
    "share",
    "stated",
    "summarise_times",
    "tally",
    "time_change",
    "time_drivers",
]

# A name is imported from its module when it is first used: to import the package costs next to nothing.
_NAMES: Final = {
    "_tally": ("Tally",),
    "change": ("RateChange", "rate_change"),
    "claims": (
        "ClaimCheck",
        "Implied",
        "Range",
        "Stated",
        "check_claim",
        "implied_change",
        "implied_harm_per_crime",
        "implied_parts",
        "stated",
    ),
    "counts": ("Rate", "Share", "rate", "share"),
    "drivers": ("ChangeDriver", "change_drivers"),
    "errors": ("PoliceMetricsError", "PoliceMetricsWarning"),
    "exposure": ("Exposure",),
    "frames": ("durations", "tally"),
    "harm": (
        "HarmChange",
        "HarmDriver",
        "HarmIndex",
        "HarmPerCrimeChange",
        "HarmScore",
        "HarmWeights",
        "WeightMatch",
        "harm_change",
        "harm_drivers",
        "harm_index",
        "harm_per_crime_change",
        "harm_score",
        "harm_weights",
    ),
    "outcomes": (
        "GroupOutcomeRate",
        "OutcomeMatch",
        "OutcomeMaturity",
        "OutcomeRate",
        "OutcomeRateChange",
        "OutcomeRateDriver",
        "OutcomeRateSplit",
        "OutcomeSet",
        "group_outcome_rate",
        "match_outcomes",
        "outcome_maturity",
        "outcome_rate_change",
        "outcome_rate_drivers",
        "outcome_rate_split",
        "outcome_set",
        "positive_outcome_rate",
    ),
    "periods": ("Period",),
    "results": ("Results",),
    "times": (
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
    ),
    "values": ("Exclusions", "Figure", "Interval"),
}
_HOMES: Final = {name: module for module, names in _NAMES.items() for name in names}

# Type checkers read the imports above; with this they would take any name for one.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from importlib import import_module
        from importlib.util import find_spec

        if name in _HOMES:
            found = getattr(import_module(f"policemetrics.{_HOMES[name]}"), name)
            globals()[name] = found
            return found
        if not name.startswith("_") and find_spec(f"policemetrics.{name}") is not None:
            return import_module(f"policemetrics.{name}")
        msg = f"module 'policemetrics' has no attribute {name!r}"
        raise AttributeError(msg)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
