"""What the figures of times share: how times and targets are given, and how they are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NoReturn, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._arguments import one_count
from policemetrics._cells import MEASURED, MICROSECONDS, Cells, is_missing, microseconds, plain
from policemetrics._supply import Reasons, keys_of, unexplained
from policemetrics._write import duration
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.frames import Moments, as_tally, holds_text, sum_times
from policemetrics.percentiles import PERCENTILE_METHODS, Runs
from policemetrics.results import ExclusionTable
from policemetrics.tallies import CLOCK_REASONS, Tally
from policemetrics.times.averages import AddedTimes, LinedTimes, Times, averages, shares_within
from policemetrics.typing import Column, FloatArray, IntArray, Label, Percentile

LONGEST: Final = 2.0**63 / MICROSECONDS  # seconds; some 292,000 years
_WEEK: Final = 7 * 86_400

Targets: TypeAlias = float | Mapping[Any, float]
"""In seconds, one for all or by label; nan for none."""


# ---- how times are shown ----------------------------------------------------------------


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
    return np.array([np.nan if is_missing(v) else _in_seconds(v) for v in listed], dtype=np.float64)


def _in_seconds(value: Any) -> float:
    """Turn a duration into seconds: numpy before 2.1 cannot divide one of Python by one of its own."""
    return float(
        value / (np.timedelta64(1, "s") if isinstance(value, np.timedelta64) else dt.timedelta(seconds=1))
    )


def _is_duration(value: object, place: str, name: str) -> bool:
    """Tell a duration from a number, and refuse what only the reader of a file can turn into seconds."""
    if isinstance(value, str | bytes):
        refuse_text(name, f"the text {value!r} at {place}")
    if isinstance(value, dt.date | dt.time):
        kind = "a clock time" if isinstance(value, dt.time) else "a date"
        msg = f"{name} must hold seconds or durations; got {kind}, {value}, at {place}: subtract the start from the end first."
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
        found = np.asarray(data.tolist() if np.ma.isMA(data) else data)
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


def as_times(data: Any, by: tuple[str, ...], seconds: str, count: str | None) -> tuple[Tally, str]:
    """Turn a tally or a frame into a tally that has the dimensions needed, and say which one holds the times."""
    _refuse_misnamed(data, by, seconds)
    if isinstance(data, Tally):
        return as_tally(data, by=(*by, seconds), count=count), seconds
    return as_tally(data, by={d: d for d in by} | {MEASURED: seconds}, count=count), MEASURED


def as_moments(
    data: Any, by: tuple[str, ...], seconds: str, count: str | None, target: Targets, *, inclusive: bool
) -> Moments | None:
    """Have the times of a frame added up by its engine; None for what is counted by its times instead."""
    _refuse_misnamed(data, by, seconds)
    if isinstance(data, Tally) or count is not None:
        return None
    aims = np.unique(list(target.values()) if isinstance(target, Mapping) else [target])
    bounds = microseconds(aims[~np.isnan(aims)], "target").tolist()
    return sum_times(data, by, seconds, bounds, inclusive=inclusive)


def _refuse_misnamed(data: Any, by: tuple[str, ...], seconds: str) -> None:
    """Refuse names of dimensions that cannot be, and columns of text for times."""
    _check.text(seconds, "seconds")
    taken = [d for d in (seconds, MEASURED) if d in by and (d == seconds or not isinstance(data, Tally))]
    if taken:
        msg = f"by must not name {taken[0]!r}: that is what is summarised."
        raise InvalidInputError(msg)
    if not isinstance(data, Tally) and holds_text(data, seconds, "seconds"):
        refuse_text(f"column {seconds!r}", "text")


def runs_of(cells: Cells, groups: Cells, seconds: str, reasons: Reasons) -> Runs:
    """Line up the times of each group without a reason; a count below zero is a reason."""
    cells = cells.project((*groups.dims, seconds))
    times = seconds_of(cells, seconds)
    group = cells.positions(groups, groups.dims)
    refuse_corrections(reasons, cells.counts, group, lambda at: f"at {times[at]:g} s")
    there = (cells.counts > 0) & unexplained(reasons)[group]
    return Runs.of(times[there], cells.counts[there], group[there], len(groups))


def missed_of(excluded: ExclusionTable, chosen: tuple[str, ...], dims: tuple[str, ...]) -> IntArray:
    """Add up what was excluded for the reasons that count as missing the target."""
    # Where times come from stamps, these could have occurred; where they came as seconds, some lack those.
    stamped = MEASURED in dims and f"missing {MEASURED}" not in excluded.reasons
    clock = CLOCK_REASONS if stamped else ()
    possible = dict.fromkeys((*clock, *excluded.reasons, *(f"missing {d}" for d in dims)))
    for reason in chosen:
        _check.known(reason, "missed: reason for exclusion", possible)
    columns = [reason in chosen for reason in excluded.reasons]
    found: IntArray = excluded.counts[:, columns].sum(axis=1, dtype=np.int64)
    return found


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


def refuse_corrections(
    reasons: Reasons, counts: IntArray, group: IntArray, said: Callable[[int], str]
) -> None:
    """Say, for each group, where fewer than none were counted; `said` writes the place of a cell."""
    for at in np.flatnonzero(counts < 0).tolist():
        if reasons[group[at]] is None:
            reasons[group[at]] = (
                f"not available: a count of {counts[at]:,} {said(at)}, below zero: corrections outweigh what was recorded"
            )


def read_targets(target: Any) -> Targets:
    """Read one target, or those by label; nan for none."""
    if not isinstance(target, Mapping):
        return _target(target, "target")
    return {key: _target(value, f"target[{key!r}]") for key, value in target.items()}


def targets_of(target: Any, groups: Cells, needed: NDArray[np.bool_]) -> FloatArray:
    """Find the target of each group; every group that has something to compare needs one."""
    return spread_targets(read_targets(target), groups, needed)


def spread_targets(found: Targets, groups: Cells, needed: NDArray[np.bool_]) -> FloatArray:
    """Find the target of each group among those that were read."""
    if not isinstance(found, Mapping):
        return np.full(len(groups), found)
    if not groups.dims:
        msg = "target by label needs by=, whose labels it is keyed by; or give one number."
        raise InvalidInputError(msg)
    columns = [column.tolist() for column in keys_of(groups).values()]
    labels = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
    lacking = [v for v, need in zip(labels, needed.tolist(), strict=True) if need and v not in found]
    if lacking:
        msg = (
            f"target must name every group of {_check.listing(groups.dims)}; it lacks {_check.listing(lacking)}; "
            f"it has {_check.listing(found)}."
        )
        raise UnknownNameError(msg)
    return np.array([found.get(v, np.nan) for v in labels], dtype=np.float64)


def _target(value: Any, name: str) -> float:
    """Read a target to the microsecond, as the times are; nan for none."""
    if value is None:
        return np.nan
    found = duration_in(value, name)
    if not 1 <= found <= _WEEK:
        said = "under one second" if found < 1 else "over a week"
        _check.warn(f"{name} is {found:g} s, {said}; targets are in seconds: 15 minutes are 900.")
    return found


def duration_in(value: Any, name: str) -> float:
    """Read a length of time above 0, in seconds or as a timedelta, to the microsecond."""
    found = (
        float(microseconds([_check.number(as_seconds(value, name), name, above=0)], name)[0]) / MICROSECONDS
    )
    if not found:
        msg = f"{name} must be at least a microsecond, to which times are read; got {value}."
        raise InvalidInputError(msg)
    return found


def as_seconds(value: Any, name: str) -> Any:
    """Turn a timedelta, Python's or numpy's, into seconds; leave anything else as it is."""
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if not isinstance(value, np.timedelta64):
        return value
    if np.isnat(value) or np.datetime_data(value)[0] in {"Y", "M", "generic"}:
        msg = f"{name} must be a length of time in weeks or less, and not missing; got {value!r}."
        raise InvalidInputError(msg)
    return float(value / np.timedelta64(1, "s"))


_LARGEST_SEED: Final = 2**32 - 1


@attrs.frozen
class Settings:
    """The settings of one call.

    `seed` is that of the bootstrap, None for Student's interval; `percentile_method` is empty where no
    percentiles are asked for.
    """

    inclusive: bool
    percentile_method: Percentile | Literal[""]
    level: float
    seed: int | None = None

    @classmethod
    def of(
        cls,
        inclusive: object,
        percentile_method: Any,
        confidence_level: object,
        mean_method: object = "student_t",
        seed: object = None,
        *,
        percentiles: object = True,
    ) -> Settings:
        """Check what was given."""
        _check.choice(percentile_method, "percentile_method", PERCENTILE_METHODS)
        if not _check.flag(percentiles, "percentiles"):
            if percentile_method != "linear":
                msg = f"percentile_method is for percentiles=True; without them there is nothing to define as {percentile_method!r}."
                raise InvalidInputError(msg)
            percentile_method = ""
        _check.choice(mean_method, "mean_method", ("student_t", "bootstrap"))
        if (seed is None) == (mean_method == "bootstrap"):
            msg = (
                "seed must be given with mean_method='bootstrap', so that the figure can be made again: seed=1, say."
                if seed is None
                else "seed is for mean_method='bootstrap'; Student's interval draws nothing."
            )
            raise InvalidInputError(msg)
        found = None if seed is None else one_count(seed, "seed")
        if found is not None and found > _LARGEST_SEED:
            msg = f"seed must be at most {_LARGEST_SEED:,}; got {found:,}."
            raise InvalidInputError(msg)
        return cls(
            _check.flag(inclusive, "inclusive"),
            percentile_method,
            _check.confidence_level(confidence_level),
            found,
        )

    def columns(
        self, times: Runs | AddedTimes, others: IntArray, targets: FloatArray
    ) -> dict[str, FloatArray]:
        """Work out the columns of every group; `others` are counted with the times but met no target."""
        runs = times if isinstance(times, Runs) else None
        found: Times = LinedTimes.of(times) if isinstance(times, Runs) else times
        columns = averages(found, self.level, runs, self.percentile_method, self.seed)
        return columns | shares_within(found, others, targets, self.level, inclusive=self.inclusive)

    @property
    def needs_every_time(self) -> bool:
        """Whether sums of the times are not enough."""
        return bool(self.percentile_method) or self.seed is not None

    @property
    def audit(self) -> dict[str, Any]:
        """What a figure keeps of them."""
        return {
            "inclusive": self.inclusive,
            "percentile_method": self.percentile_method,
            "mean_method": "student_t" if self.seed is None else "bootstrap",
            "seed": np.nan if self.seed is None else float(self.seed),
            "percentile_interval_method": "order_statistics" if self.percentile_method else "",
            "share_method": "wilson",
            "confidence_level": self.level,
        }
