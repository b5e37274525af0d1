"""Police performance figures with their definition, uncertainty and exclusions.

Counts in, defensible figures out: change in recorded crime, harm, positive outcomes, answer and
response times. Every metric is a function of counts by key, a `Tally`, or of a data frame.
"""

from policemetrics.change import RateChange, rate_change
from policemetrics.counts import Rate, Share, rate, share
from policemetrics.errors import PoliceMetricsError, PoliceMetricsWarning
from policemetrics.exposure import Exposure
from policemetrics.frames import tally
from policemetrics.periods import Period
from policemetrics.tally import Tally
from policemetrics.values import Exclusions, Figure, Interval, Results

__version__ = "0.1.0"

__all__ = [
    "Exclusions",
    "Exposure",
    "Figure",
    "Interval",
    "Period",
    "PoliceMetricsError",
    "PoliceMetricsWarning",
    "Rate",
    "RateChange",
    "Results",
    "Share",
    "Tally",
    "rate",
    "rate_change",
    "share",
    "tally",
]
