"""How times are given: a column, a tally or a frame of them; and labels, and the rounding of what was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import MEASURED, Cells, is_missing, microseconds, plain
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.frames import TooManyKeysError, as_tally, holds_text, near_ranks, sum_times
from policemetrics.tallies import STILL_OPEN, Tally
from policemetrics.times.estimates import Given, Settings, Targets, as_seconds, either_way, in_minutes
from policemetrics.typing import Column, FloatArray, IntArray, Label

if TYPE_CHECKING:
    from policemetrics.frames import Moments

# ---- a column ---------------------------------------------------------------------------


def is_column(data: object) -> bool:
    """Return whether data are a column of numbers, and no frame, which has columns."""
    if isinstance(data, list | tuple | range):
        return True
    return isinstance(data, Column) and not hasattr(type(data), "columns")


def numbers(data: Any, name: str) -> FloatArray:
    """Read a column of numbers; a missing one is nan."""
    return _as_numbers(_one_column(data, name), name)


def seconds_in(data: Any, name: str) -> FloatArray:
    """Read a column of seconds, given as numbers or as durations; a missing one is nan."""
    found = _one_column(data, name)
    if found.dtype.kind == "m" and np.datetime_data(found.dtype)[0] not in {"Y", "M", "generic"}:
        return found / np.timedelta64(1, "s")
    if found.dtype.kind not in "OUS":
        return _as_numbers(found, name)
    listed = found.tolist()
    kinds = {_is_duration(v, f"{name}[{at}]", name) for at, v in enumerate(listed) if not is_missing(v)}
    if True not in kinds:
        return _as_numbers(found, name)
    if False in kinds:
        msg = f"{name} must be all numbers of seconds or all durations; got both."
        raise InvalidTypeError(msg)
    return np.array([np.nan if is_missing(v) else as_seconds(v, name) for v in listed], dtype=np.float64)


def _is_duration(value: object, place: str, name: str) -> bool:
    """Return whether a value is a duration; refuse what only the reader of a file can turn into seconds."""
    if isinstance(value, str | bytes):
        refuse_text(name, f"the text {value!r} at {place}")
    if isinstance(value, dt.date | dt.time):
        kind, hint = "a date", "subtract the start from the end first"
        if isinstance(value, dt.time):
            # As a reader of Excel has a duration below a day.
            kind = "a clock time"
            hint += "; or, if it is a duration, hours, minutes and seconds, take pd.to_timedelta(column.astype(str))"
        msg = f"{name} must hold seconds or durations; got {kind}, {value}, at {place}: {hint}."
        raise InvalidTypeError(msg)
    return isinstance(value, dt.timedelta | np.timedelta64)


def refuse_text(name: str, what: str) -> NoReturn:
    """Refuse times as text, and say what only the reader of the file can know."""
    msg = (
        f"{name} must hold numbers of seconds, or durations; got {what}: turn the column into numbers, and those into "
        "seconds, first. Its unit cannot be told: '5.45' may be minutes, and '0:08:00' is printed for 8 seconds, too. "
        "Marks such as NULL, '.' or '#DIV/0!' become missing on reading, as with na_values= of pandas or null_values= "
        "of polars."
    )
    raise InvalidTypeError(msg)


def _one_column(data: Any, name: str) -> NDArray[Any]:
    try:
        # A masked array would lose its mask; a list of it has None there.
        listed = data.tolist() if np.ma.isMA(data) else data
        # numpy 1 makes 0 of a missing duration whose unit is another than the first one's.
        by_unit = isinstance(listed, list | tuple) and np.timedelta64 in {*map(type, listed)}
        found = np.array(listed, dtype=object) if by_unit else np.asarray(listed)
    except (ValueError, TypeError) as error:
        msg = f"{name} must be one column of numbers; got {type(data).__name__} of uneven parts."
        raise InvalidTypeError(msg) from error
    if found.ndim != 1:
        msg = f"{name} must be one column of numbers; got {type(data).__name__} of shape {found.shape}."
        raise InvalidTypeError(msg)
    return found


def _as_numbers(found: NDArray[Any], name: str) -> FloatArray:
    if found.dtype.kind in "iuf":
        return found.astype(np.float64)
    if found.dtype.kind in "mM":
        msg = (
            f"{name} must be numbers; got {found.dtype}: subtract dates from each other, and turn durations into "
            "seconds, as in series.dt.total_seconds()."
        )
        raise InvalidTypeError(msg)
    objects = np.empty(len(found), dtype=object)
    objects[:] = [np.nan if is_missing(v) else v for v in found.tolist()]
    return _check.as_array(objects, name).astype(np.float64)


def refuse_at(bad: NDArray[np.bool_], found: FloatArray, name: str, rule: str, hint: str = "") -> None:
    """Refuse a column of which some break a rule, and show the first."""
    if bad.any():
        at = int(np.argmax(bad))
        msg = (
            f"{name} must {rule}; got {found[at]:g} at {name}[{at}] ({int(bad.sum())} of {len(found)}){hint}."
        )
        raise InvalidInputError(msg)


# ---- labels -----------------------------------------------------------------------------


def several_labels(given: Any, name: str) -> tuple[Label, ...]:
    """Return one label or several as a tuple."""
    several = [given] if isinstance(given, str) or not isinstance(given, Sequence) else given
    for label in several:
        refuse_no_label(label, name)
    return tuple(map(plain, several))


def refuse_no_label(label: object, name: str) -> None:
    """Refuse what cannot be a label."""
    if isinstance(label, bool) or not isinstance(label, str | int | np.integer):
        msg = f"{name} must hold labels, text or whole numbers; got {_check.shown(label)} ({type(label).__name__})."
        raise InvalidTypeError(msg)


# ---- a tally or a frame -----------------------------------------------------------------


def as_times(data: Any, by: tuple[str, ...], seconds: str, count: str | None) -> tuple[Tally, str]:
    """Turn a tally or a frame into a tally that has the dimensions needed, and say which one holds the times."""
    _refuse_misnamed(data, by, seconds)
    if isinstance(data, Tally):
        if STILL_OPEN in data.dims and STILL_OPEN not in by and 1 in data.labels(STILL_OPEN):
            msg = (
                f"data has times of what was still open, which will be longer: time_change(…, still_open={STILL_OPEN!r}) allows "
                f"for them, and so does response_times(…, no_arrival='censored') of the stamps; where({STILL_OPEN}=0) leaves them out."
            )
            raise InvalidInputError(msg)
        return as_tally(data, by=(*by, seconds), count=count), seconds
    return as_tally(data, by={d: d for d in by} | {MEASURED: seconds}, count=count), MEASURED


Parts: TypeAlias = Callable[[Tally, str], Sequence[Cells]]
"""What a metric summarises of a tally, whose times are in some dimension: the cells of each side."""


def all_times(tally: Tally, _: str) -> list[Cells]:
    """Return all cells of a tally: what is summarised where it has one side."""
    return [tally._cells]


@attrs.frozen(eq=False)
class Wanted:
    """Which times a metric wants, of which data, and what it will say of them."""

    data: Any
    by: tuple[str, ...]
    seconds: str
    count: str | None
    target: Targets
    settings: Settings

    def given(self, parts: Parts, short: float = np.nan) -> Given:
        """Read every time, or sums where those are enough.

        Where an engine has more times than may be returned, it is sums, and the times on which ranks of the `parts` lie;
        the others are read roughly, but for those around `short`, in seconds.
        """
        added = None if self.settings.needs_every_time else self._sums()
        if added is None:
            try:
                return Given(*as_times(self.data, self.by, self.seconds, self.count))
            except TooManyKeysError:
                if self.settings.percentile_method and self.settings.seed is None:
                    added = self.sums_and_ranks(parts, short)
                if added is None:
                    raise
        return Given(added.tally, MEASURED, added, parts(added.numbered, MEASURED))

    def sums_and_ranks(self, parts: Parts = all_times, short: float = np.nan) -> Moments | None:
        """Have the times of a frame added up by its engine, and find those that ranks lie on; None for what cannot be added up."""
        added = self._sums(whole=True)
        if added is None:
            return None
        also = np.zeros(0, dtype=np.int64) if np.isnan(short) else microseconds([short], "short")

        def wanted(cells: Cells) -> IntArray:
            # Some groups at a time are looked at, of which no label may be missing.
            tally = added.holding(cells.union(added.none))
            return np.concatenate([also, *map(self.settings.ranks, parts(tally, MEASURED))])

        (first, *_) = parts(added.numbered, MEASURED)
        groups = {*first.dims} - {MEASURED}
        return attrs.evolve(added, near=near_ranks(self.data, self.by, self.seconds, wanted, groups))

    def _sums(self, *, whole: bool = False) -> Moments | None:
        """Have the times of a frame added up by its engine; None for what is counted by its times instead.

        With `whole` all is asked for that may be said of sums of several keys, too.
        """
        _refuse_misnamed(self.data, self.by, self.seconds)
        if isinstance(self.data, Tally) or self.count not in (None, "rows"):
            return None
        target, inclusive, stated = self.target, self.settings.inclusive, self.settings.recorded_to
        aims = np.unique(list(target.values()) if isinstance(target, Mapping) else [target])
        bounds = microseconds(aims[~np.isnan(aims)], "target")
        wider = np.unique([bounds, *either_way(bounds, inclusive=inclusive)]).tolist()

        def sums(bounds: Sequence[int], *, minutes: bool) -> Moments | None:
            asked = self.data, self.by, self.seconds, bounds
            return sum_times(*asked, inclusive=inclusive, count=self.count, minutes=minutes)

        found = sums(wider if whole or stated == "minute" else bounds.tolist(), minutes=whole)
        if whole or found is None or stated is not None or not in_minutes(found, None).any():
            return found
        # The sums allow of whole minutes, as those of other times hardly ever do: it is worth a second query.
        return sums(wider, minutes=True)


def _refuse_misnamed(data: Any, by: tuple[str, ...], seconds: str) -> None:
    """Refuse names of dimensions that cannot be, and columns of text for times."""
    _check.text(seconds, "seconds")
    taken = [d for d in (seconds, MEASURED) if d in by and (d == seconds or not isinstance(data, Tally))]
    if taken:
        msg = f"by must not name {taken[0]!r}: that is what is summarised."
        raise InvalidInputError(msg)
    if not isinstance(data, Tally) and holds_text(data, seconds, "seconds"):
        refuse_text(f"column {seconds!r}", "text")
