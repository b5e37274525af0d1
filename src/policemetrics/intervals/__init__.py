"""Confidence intervals for arrays: the functions take numbers and return ``(low, high)``.

Counts, exposures and estimates may be single numbers, sequences, numpy arrays of any shape or columns of a table.
They broadcast against each other. The two limits have the broadcast shape; for single numbers they are numpy
scalars. The functions do not know what is counted.

Every interval is two-sided, with a probability of (1 - `confidence_level`) / 2 outside on each side. Every
method is defined at zero. Intervals for counts assume independent events: where events come in clusters, as
repeat victims do, the limits are too narrow.
"""

from policemetrics.intervals.families import COUNTS, DIFFERENCES, PROPORTIONS, RATIOS, WEIGHTED_SUMS, Family
from policemetrics.intervals.means import order_statistics, student_t, welch, welch_p_value
from policemetrics.intervals.pairs import (
    newcombe_p_value,
    odds_ratio,
    proportion_difference,
    proportion_ratio,
    proportions_p_value,
    rate_difference,
    square_and_add_p_value,
)
from policemetrics.intervals.poisson import byar, dobson, garwood, phe, weighted_normal
from policemetrics.intervals.proportions import clopper_pearson, newcombe, square_and_add, wilson
from policemetrics.intervals.ratios import rate_ratio, rate_ratio_p_value

__all__ = [  # noqa: RUF022  # in the order of the alphabet, whatever the case
    "COUNTS",
    "DIFFERENCES",
    "Family",
    "PROPORTIONS",
    "RATIOS",
    "WEIGHTED_SUMS",
    "byar",
    "clopper_pearson",
    "dobson",
    "garwood",
    "newcombe",
    "newcombe_p_value",
    "odds_ratio",
    "order_statistics",
    "phe",
    "proportion_difference",
    "proportion_ratio",
    "proportions_p_value",
    "rate_difference",
    "rate_ratio",
    "rate_ratio_p_value",
    "square_and_add",
    "square_and_add_p_value",
    "student_t",
    "weighted_normal",
    "welch",
    "welch_p_value",
    "wilson",
]
