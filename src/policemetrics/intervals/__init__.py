"""Confidence intervals, as array kernels: numbers in, ``(low, high)`` out.

Counts, exposures and estimates may be single numbers, sequences, numpy arrays of any shape or columns of a
table. They broadcast against each other, and the two limits have the shape that results (numpy scalars for
single numbers). Nothing here knows what is being counted.

Every interval is two-sided and leaves out (1 - `confidence_level`) / 2 on each side. Every method is defined
at zero. Intervals for counts take the events to be independent: where they come in clusters, as repeat
victims do, the limits are too narrow.
"""

from policemetrics.intervals.families import COUNTS, DIFFERENCES, PROPORTIONS, RATIOS, WEIGHTED_SUMS, Family
from policemetrics.intervals.means import order_statistics, student_t, welch
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
    "order_statistics",
    "phe",
    "rate_ratio",
    "rate_ratio_p_value",
    "square_and_add",
    "student_t",
    "weighted_normal",
    "welch",
    "wilson",
]
