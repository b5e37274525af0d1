"""What the figures of times share: how times and targets are given, and how they are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _checks
from policemetrics._cells import Cells
from policemetrics._display import duration
from policemetrics._grouping import Reasons, keys_of
from policemetrics._labels import MICROSECONDS, is_missing, microseconds
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.typing import Column, FloatArray, IntArray
from policemetrics.values import shown_as

__all__ = [
    "LONGEST",
    "is_column",
    "limits",
    "numbers",
    "refuse_at",
    "refuse_corrections",
    "seconds_field",
    "seconds_of",
    "targets_of",
]

LONGEST: Final = 2.0**63 / MICROSECONDS  # seconds; some 292,000 years


# ---- how times are shown ----------------------------------------------------------------


def seconds_field(*, shown: bool = False) -> Any:
    """Make a field of a figure that holds seconds."""
    return attrs.field(metadata=shown_as("seconds", shown=shown))


def limits(low: float, high: float) -> str:
    """Write an interval of times."""
    return f"{duration(low)} to {duration(high)}"


# ---- how they are given -----------------------------------------------------------------


def is_column(data: object) -> bool:
    """Tell a column of numbers from a frame, which has columns."""
    if isinstance(data, list | tuple | range):
        return True
    return isinstance(data, Column) and not hasattr(type(data), "columns")


def numbers(data: Any, name: str) -> FloatArray:
    """Read a column of numbers; a missing one is nan."""
    try:
        # A masked array would lose its mask; a list of it has None there.
        found = np.asarray(data.tolist() if np.ma.isMA(data) else data)
    except (ValueError, TypeError) as error:
        msg = f"{name} must be one column of numbers; got {type(data).__name__} of uneven parts."
        raise InvalidTypeError(msg) from error
    if found.ndim != 1:
        msg = f"{name} must be one column of numbers; got {type(data).__name__} of shape {found.shape}."
        raise InvalidTypeError(msg)
    if found.dtype.kind in "iuf":
        return found.astype(np.float64)
    listed = found.tolist()
    if found.dtype.kind in "mM" or any(isinstance(v, dt.timedelta | dt.date) for v in listed):
        msg = (
            f"{name} must be numbers; got dates or durations: subtract dates, and turn durations into seconds, "
            "as in series.dt.total_seconds()."
        )
        raise InvalidTypeError(msg)
    objects = np.empty(len(listed), dtype=object)
    objects[:] = [np.nan if is_missing(v) else v for v in listed]
    return _checks.as_array(objects, name).astype(np.float64)


def refuse_at(bad: NDArray[np.bool_], found: FloatArray, rule: str, hint: str = "") -> None:
    """Refuse seconds that break a rule, and show the first."""
    if bad.any():
        at = int(np.argmax(bad))
        msg = f"seconds must {rule}; got {found[at]:g} at seconds[{at}] ({int(bad.sum())} of {len(found)}){hint}."
        raise InvalidInputError(msg)


def seconds_of(cells: Cells, seconds: str) -> FloatArray:
    """Return the seconds of each cell; none that is counted may be negative."""
    labels = cells.label(seconds)
    if labels.dtype.kind != "i" and len(labels):
        msg = f"the dimension {seconds!r} must hold whole seconds; got the label {labels[0]!r}."
        raise InvalidTypeError(msg)
    found: FloatArray = cells.column(seconds).astype(np.float64)
    bad = (found < 0) & (cells.counts != 0)
    if bad.any():
        at = int(np.argmax(bad))
        named = ", ".join(f"{d} {cells.column(d)[at]}" for d in cells.dims if d != seconds)
        msg = (
            f"{seconds} must be >= 0; got {found[at]:g}{' for ' if named else ''}{named} (in {int(bad.sum())} cells): "
            f"leave negative times out on purpose, in the frame or with tally.drop({seconds}=[{found[at]:g}, …])."
        )
        raise InvalidInputError(msg)
    if len(found) and found.max() >= LONGEST:
        msg = f"{seconds} must be below 292,000 years; got {found.max():g}."
        raise InvalidInputError(msg)
    return found


def refuse_corrections(reasons: Reasons, cells: Cells, times: FloatArray, group: IntArray) -> None:
    """Say, for each group, which time was counted less than no times."""
    for at in np.flatnonzero(cells.counts < 0).tolist():
        if reasons[group[at]] is None:
            reasons[group[at]] = (
                f"not available: a count of {cells.counts[at]:,} at {times[at]:g} s, below zero: corrections outweigh what was recorded"
            )


def targets_of(target: Any, groups: Cells, needed: NDArray[np.bool_]) -> FloatArray:
    """Find the target of each group; every group that has something to compare needs one."""
    if not isinstance(target, Mapping):
        return np.full(len(groups), _target(target, "target"))
    if not groups.dims:
        msg = "target by label needs by=, whose labels it is keyed by; or give one number."
        raise InvalidInputError(msg)
    found = {key: _target(value, f"target[{key!r}]") for key, value in target.items()}
    columns = [column.tolist() for column in keys_of(groups).values()]
    labels = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
    lacking = [v for v, need in zip(labels, needed.tolist(), strict=True) if need and v not in found]
    if lacking:
        msg = (
            f"target must name every group of {_checks.listing(groups.dims)}; it lacks {_checks.listing(lacking)}; "
            f"it has {_checks.listing(found)}."
        )
        raise UnknownNameError(msg)
    return np.array([found.get(v, np.nan) for v in labels], dtype=np.float64)


def _target(value: object, name: str) -> float:
    """Read a target to the microsecond, as the times are; nan for none."""
    if value is None:
        return np.nan
    found = _checks.number(value, name, above=0)
    return float(microseconds([found], name)[0]) / MICROSECONDS
