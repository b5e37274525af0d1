"""The one door to data frames: no other room knows narwhals, or imports what lies behind this module.

Whatever the engine, rows are grouped and counted there. One ``GROUP BY`` with counts and sums is all that is
asked of it; what comes back is small, and leaves as plain Python labels and 64-bit counts.

Each function imports its module when a frame comes, so that plain numbers and tallies never wait for narwhals.
`policemetrics.tally` and `policemetrics.durations`, which take nothing but frames, are read from `counting` and
`stamps` themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policemetrics._typing import Columns
from policemetrics.errors import Note
from policemetrics.tallies import Tally, as_given

if TYPE_CHECKING:  # what others call the types of narwhals, which only this package knows
    from narwhals.typing import IntoDataFrame as IntoDataFrame
    from narwhals.typing import IntoFrame as IntoFrame

    from policemetrics.frames.moments import Moments as Moments

__all__ = [
    "as_tally",
    "holds_text",
    "read_columns",
    "sum_times",
    "text_columns",
    "timed",
    "with_flags",
]


def as_tally(
    data: Any,
    *,
    by: Sequence[str] | Mapping[str, str],
    count: str | None,
    coverage: tuple[str, ...] | None = None,
    marks: Mapping[str, str] | None = None,
) -> Tally:
    """Turn what a metric was given, a tally or a frame, into a tally that has the dimensions it needs."""
    if isinstance(data, Tally):
        return as_given(data, by, count)
    from policemetrics.frames.counting import tally

    return tally(data, by=by, count=count, coverage=coverage, marks=marks)


def timed(
    frame: Any, by: Columns, timing: Mapping[str, Any], incidents: Mapping[str, Any]
) -> tuple[Tally, Tally, tuple[Note, ...]]:
    """Count, by `by` and seconds, the times that have ended, with what was left out, those still open, and what to say.

    What is asked are the fields of `stamps.Timing` and of `stamps.Incidents`.
    """
    from policemetrics.frames import stamps

    asked = stamps.Timing(**timing), stamps.Incidents(**incidents)
    return stamps.timed(frame, by, *asked)


def sum_times(
    frame: Any,
    by: Sequence[str],
    seconds: str,
    bounds: Sequence[int],
    *,
    inclusive: bool,
    minutes: bool = False,
    count: str | None = None,
) -> Moments | None:
    """Let an engine add up times, and count those that meet each bound; None where every time must be counted."""
    from policemetrics.frames import moments

    return moments.sum_times(frame, by, seconds, bounds, inclusive=inclusive, count=count, minutes=minutes)


def read_columns(
    frame: IntoDataFrame, by: Columns, value: str, *, by_name: str = "by", value_name: str = "value"
) -> tuple[tuple[str, ...], dict[str, list[Any]]]:
    """Read a small table whole: the labels by dimension, and one column of values.

    The names are those of the caller's arguments, for the errors.
    """
    from policemetrics.frames import reading

    return reading.read_columns(frame, by, value, by_name=by_name, value_name=value_name)


def holds_text(frame: Any, name: str, argument: str) -> bool:
    """Return whether a column of a frame holds text; one that is not there is refused as the argument's."""
    from policemetrics.frames import reading

    return reading.holds_text(frame, name, argument)


def text_columns(frame: Any, *, whole: bool = False) -> list[str]:
    """Name the columns of a frame that hold text or categories; with `whole` whole numbers too."""
    from policemetrics.frames import reading

    return reading.text_columns(frame, whole=whole)


def with_flags(frame: Any, names: Sequence[str]) -> Any:
    """Turn columns of True and False into the labels 1 and 0; any other column stays as it is."""
    from policemetrics.frames import reading

    return reading.with_flags(frame, names)
