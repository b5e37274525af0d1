"""Metrics of your own: the parts from which the metrics of this package are made. **Provisional**: it may change in any release.

A metric is a class of figure, a reading, and one pure function from counted arrays to named columns. `Grouped`
(one tally) and `Comparison` (two periods, or two groups) give the counts by group and everything you must know
about them: which groups were not supplied, what was left out, whether both sides are like for like, and the
caveats. ``rows.results(YourFigure, columns)`` turns them into the figure or the table.
"""

from policemetrics._compare import Comparison, Rows, read_counts
from policemetrics._grouped import Grouped
from policemetrics._supply import Side, both_groups, both_periods
from policemetrics.exposure import Divisor
from policemetrics.results import Figure, column, figure, found_field, input_field

__all__ = [
    "Comparison",
    "Divisor",
    "Figure",
    "Grouped",
    "Rows",
    "Side",
    "both_groups",
    "both_periods",
    "column",
    "figure",
    "found_field",
    "input_field",
    "read_counts",
]
