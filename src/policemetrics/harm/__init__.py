"""Harm: counts of crimes weighted by offence, how certain the sum is, and what changed it.

The weights are always named and versioned. Nothing here has a default set of them.
"""

from policemetrics.harm.change import HarmChange, harm_change
from policemetrics.harm.drivers import HarmDriver, harm_drivers
from policemetrics.harm.headlines import HarmPerCrimeChange, harm_per_crime_change
from policemetrics.harm.index import HarmIndex, harm_index
from policemetrics.harm.matching import WeightMatch
from policemetrics.harm.score import HarmScore, harm_score
from policemetrics.harm.weights import HarmWeights, harm_weights

__all__ = [
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
]
