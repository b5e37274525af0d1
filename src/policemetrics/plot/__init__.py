"""Pictures of figures. Each function draws on matplotlib axes and returns them; the title states the finding.

They need the extra ``policemetrics[plot]``. Every picture labels its parts directly, can be read in grey, and
shows what is not available, with the reason.
"""

from policemetrics.plot.caterpillars import caterpillar
from policemetrics.plot.control import control_chart
from policemetrics.plot.curves import maturity
from policemetrics.plot.durations import times
from policemetrics.plot.funnels import funnel
from policemetrics.plot.groups import by_group
from policemetrics.plot.mix import outcome_mix
from policemetrics.plot.seasons import months
from policemetrics.plot.waterfall import drivers

__all__ = [
    "by_group",
    "caterpillar",
    "control_chart",
    "drivers",
    "funnel",
    "maturity",
    "months",
    "outcome_mix",
    "times",
]
