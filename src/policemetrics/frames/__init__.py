"""The only package that reads data frames: whatever the engine, it groups and counts there.

One ``GROUP BY`` with counts and sums is all that is asked of an engine; what comes back is small, and
leaves as plain Python labels and 64-bit counts.
"""

from typing import TYPE_CHECKING

from policemetrics.frames.counting import as_tally, tally
from policemetrics.frames.moments import Moments, moments
from policemetrics.frames.reading import holds_text, read_columns, text_columns
from policemetrics.frames.stamps import Incidents, Timing, durations, timed

if TYPE_CHECKING:  # what others call the types of narwhals, which only this package knows
    from narwhals.typing import IntoDataFrame as IntoDataFrame
    from narwhals.typing import IntoFrame as IntoFrame

__all__ = [
    "Incidents",
    "Moments",
    "Timing",
    "as_tally",
    "durations",
    "holds_text",
    "moments",
    "read_columns",
    "tally",
    "text_columns",
    "timed",
]
