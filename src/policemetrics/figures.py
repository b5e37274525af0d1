"""The classes of the answers: one value object a figure. Nobody constructs them; the verbs do."""

from policemetrics.across.against import CountAgainst, RateAgainst, ShareAgainst
from policemetrics.across.harm_outcome_change import HarmOutcomeChange, HarmOutcomeDriver
from policemetrics.across.harm_outcomes import HarmOutcomeRate
from policemetrics.across.placed import AreaRate, AreaShare
from policemetrics.across.standardised import StandardisedRate, StandardisedRatio
from policemetrics.across.time_to_outcome import TimeToOutcome
from policemetrics.change import ChangeDriver, RateChange
from policemetrics.control.chart import ControlPoint, ControlShare, ControlTime
from policemetrics.detectable import DetectableChange
from policemetrics.harm.change import HarmChange, HarmDriver, HarmIndex
from policemetrics.harm.score import HarmScore
from policemetrics.harm.weights import WeightMatch
from policemetrics.outcomes.change import OutcomeRateChange
from policemetrics.outcomes.definition import OutcomeMatch
from policemetrics.outcomes.maturity import OutcomeMaturity
from policemetrics.outcomes.projection import OutcomeProjection
from policemetrics.outcomes.rate import OutcomeRate
from policemetrics.outcomes.split import OutcomeRateDriver, OutcomeRateSplit
from policemetrics.rates import Rate, Share, ShareChange
from policemetrics.results import Exclusions
from policemetrics.times.answers import AnswerSummary
from policemetrics.times.change import TimeChange
from policemetrics.times.drivers import TimeDriver
from policemetrics.times.response import ResponseSummary, ResponseSurvival
from policemetrics.times.still_open import SurvivalChange
from policemetrics.times.summary import TimeSummary

__all__ = [
    "AnswerSummary",
    "AreaRate",
    "AreaShare",
    "ChangeDriver",
    "ControlPoint",
    "ControlShare",
    "ControlTime",
    "CountAgainst",
    "DetectableChange",
    "Exclusions",
    "HarmChange",
    "HarmDriver",
    "HarmIndex",
    "HarmOutcomeChange",
    "HarmOutcomeDriver",
    "HarmOutcomeRate",
    "HarmScore",
    "OutcomeMatch",
    "OutcomeMaturity",
    "OutcomeProjection",
    "OutcomeRate",
    "OutcomeRateChange",
    "OutcomeRateDriver",
    "OutcomeRateSplit",
    "Rate",
    "RateAgainst",
    "RateChange",
    "ResponseSummary",
    "ResponseSurvival",
    "Share",
    "ShareAgainst",
    "ShareChange",
    "StandardisedRate",
    "StandardisedRatio",
    "SurvivalChange",
    "TimeChange",
    "TimeDriver",
    "TimeSummary",
    "TimeToOutcome",
    "WeightMatch",
]
