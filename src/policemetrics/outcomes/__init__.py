"""Outcomes of crimes: `OutcomeSet`, `positive_outcome_rate` and `outcome_rate_change`.

The field has no agreed set of positive outcomes, no agreed basis and no agreed denominator, so
none of the three has a default here.
"""

from policemetrics.outcomes.change import OutcomeRateChange, outcome_rate_change
from policemetrics.outcomes.rate import OutcomeRate, positive_outcome_rate
from policemetrics.outcomes.sets import OutcomeSet, outcome_set

__all__ = [
    "OutcomeRate",
    "OutcomeRateChange",
    "OutcomeSet",
    "outcome_rate_change",
    "outcome_set",
    "positive_outcome_rate",
]
