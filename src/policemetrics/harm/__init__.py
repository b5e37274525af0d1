"""Harm: counts of crimes weighted by offence, how certain the sum is, and what changed it.

The weights are always named and versioned. Nothing here has a default set of them.
"""

from policemetrics.harm.change import HarmChange, harm_change
from policemetrics.harm.drivers import HarmDriver, harm_drivers
from policemetrics.harm.score import HarmScore, harm_score
from policemetrics.harm.weights import HarmWeights, harm_weights

__all__ = [
    "HarmChange",
    "HarmDriver",
    "HarmScore",
    "HarmWeights",
    "harm_change",
    "harm_drivers",
    "harm_score",
    "harm_weights",
]
