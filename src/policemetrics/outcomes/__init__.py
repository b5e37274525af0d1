"""Outcomes of crimes: their types and sets, positive outcome rates, how they change and how they mature.

The field has no agreed set of positive outcomes, no agreed basis and no agreed denominator, so
none of the three has a default here.
"""

from policemetrics.outcomes.change import OutcomeRateChange, outcome_rate_change
from policemetrics.outcomes.drivers import OutcomeRateDriver, outcome_rate_drivers
from policemetrics.outcomes.groups import GroupOutcomeRate, group_outcome_rate
from policemetrics.outcomes.maturity import OutcomeMaturity, outcome_maturity
from policemetrics.outcomes.names import OutcomeMatch, match_outcomes
from policemetrics.outcomes.rate import OutcomeRate, positive_outcome_rate
from policemetrics.outcomes.sets import OutcomeSet, outcome_set
from policemetrics.outcomes.split import OutcomeRateSplit, outcome_rate_split

__all__ = [
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
]
