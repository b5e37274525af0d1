"""What is worked out of times, by group: mean, percentiles, the share within a target, and their intervals.

Sums are of whole microseconds, as integers of any size, and are rounded once at the end: every engine, and every
order of the rows, gives the same bits.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _supply, _write, intervals
from policemetrics._arguments import by_label
from policemetrics._cells import MEASURED, MICROSECONDS, Cells, distinct_of, microseconds
from policemetrics._compare import Mask, Rows, chosen_of
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    Note,
    TargetUnitWarning,
)
from policemetrics.percentiles import PERCENTILE_METHODS, Runs, percentiles
from policemetrics.results import ExclusionTable
from policemetrics.tallies import CLOCK_REASONS, MISSING_END, PLACEHOLDER, Tally
from policemetrics.typing import FloatArray, IntArray, Percentile, RecordedTo

if TYPE_CHECKING:
    from policemetrics.frames import Moments

LONGEST: Final = 2.0**63 / MICROSECONDS  # seconds; some 292,000 years
_WEEK: Final = 7 * 86_400

Targets: TypeAlias = float | Mapping[Any, float]
"""In seconds, one for all or by label; nan for none."""

EVERYWHERE: Final[Mask] = np.ones(1, dtype=bool)
"""Where a column stands that is given rather than worked out, as a target is: in every row."""

PERCENTILES: Final = {"median": 50, "p90": 90, "p95": 95, "p99": 99}
_LARGEST_SEED: Final = 2**32 - 1
_GROUPS: Final = 2**14  # at once: a few columns of them fit in the cache
_RUNS: Final = 2**16  # likewise


# ---- what is asked ----------------------------------------------------------------------


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
    recorded_to: RecordedTo | None = None

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
        recorded_to: Any = None,
    ) -> Settings:
        """Check what was given."""
        if recorded_to is not None:
            _check.choice(recorded_to, "recorded_to", get_args(RecordedTo))
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
        found = None if seed is None else _check.one_count(seed, "seed")
        if found is not None and found > _LARGEST_SEED:
            msg = f"seed must be at most {_LARGEST_SEED:,}; got {found:,}."
            raise InvalidInputError(msg)
        return cls(
            _check.flag(inclusive, "inclusive"),
            percentile_method,
            _check.confidence_level(confidence_level),
            found,
            recorded_to,
        )

    @property
    def needs_every_time(self) -> bool:
        """Whether sums of the times are not enough."""
        return bool(self.percentile_method) or self.seed is not None

    def ranks(self, cells: Cells) -> IntArray:
        """Return which times of some cells, in microseconds, the percentiles and their limits are read off."""
        groups = cells.keys(d for d in cells.dims if d != MEASURED)
        runs = lined_up(cells, groups, MEASURED)[0].runs
        noting = cast("_Noting", _Noting.lined(runs.values, runs.counts, runs.lengths))
        _percentiles(noting, self.percentile_method or "linear", self.level)
        found = np.concatenate([np.zeros(0), *map(np.ravel, noting.noted)])
        return np.unique(microseconds(found[~np.isnan(found)], MEASURED))  # of no times there is none

    def summary(self, times: Times, missed: IntArray, targets: FloatArray) -> dict[str, Any]:
        """Work out what a summary of times says of every group, by the names of its fields.

        What was `missed` is counted with the times but met no target; nan is no target. Without a method there
        are no percentiles.
        """
        n = times.sizes
        mean, variance = times.moments()
        low, high = intervals.student_t(mean, variance, n, self.level)
        ranked: Sequence[FloatArray] = [np.full((len(n), len(PERCENTILES)), np.nan)] * 3
        if times.runs is not None:
            if self.seed is not None:
                low, high = bootstrap_means(times.runs, self.seed, self.level)
            if self.percentile_method:
                ranked = _percentiles(times.runs, self.percentile_method, self.level)
        return {
            "n": n.astype(float),
            "mean": mean,
            "mean_low": np.maximum(low, 0),
            "mean_high": high,
            **by_percentile(ranked),
            "zeros": times.zeros.astype(float),
            "sd": np.sqrt(variance),
            **shares_within(times, missed, targets, self.level, inclusive=self.inclusive),
            "inclusive": self.inclusive,
            "recorded_to": self.recorded_to or "",
            "percentile_method": self.percentile_method,
            "mean_method": "student_t" if self.seed is None else "bootstrap",
            "seed": np.nan if self.seed is None else float(self.seed),
            "percentile_interval_method": "order_statistics" if self.percentile_method else "",
            "share_method": "wilson",
            "confidence_level": self.level,
        }


# ---- targets ----------------------------------------------------------------------------


def read_targets(target: Any) -> Targets:
    """Read one target, or those by label; nan for none."""
    if not isinstance(target, Mapping):
        return _target(target, "target")
    return {key: _target(value, f"target[{key!r}]") for key, value in target.items()}


def targets_of(found: Targets, groups: Cells, needed: Mask) -> FloatArray:
    """Find the target of each group among those that were read; every group with something to compare needs one."""
    if not isinstance(found, Mapping):
        return np.full(len(groups), found)
    return by_label(found, _supply.keys_of(groups), needed, "target")


def _target(value: Any, name: str) -> float:
    """Read a target to the microsecond, as the times are; nan for none."""
    if value is None:
        return np.nan
    found = duration_in(value, name)
    if not 1 <= found <= _WEEK:
        said = "under one second" if found < 1 else "over a week"
        long = f"{name} is {found:g} s, {said}; targets are in seconds: 15 minutes are 900."
        _check.warn(TargetUnitWarning, Note("target-unit", f"a target {said}", long))
    return found


def duration_in(value: Any, name: str) -> float:
    """Read a length of time above 0, in seconds or as a timedelta, to the microsecond."""
    seconds = as_seconds(value, name)
    if not _check.is_number(seconds):
        rule = f"{name} must be a number of seconds, as 900 for 15 minutes, or a timedelta"
        raise _check.wrong_type(value, rule)
    found = float(microseconds([_check.number(seconds, name, above=0)], name)[0]) / MICROSECONDS
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


# ---- times by group ---------------------------------------------------------------------


def summarised(
    settings: Settings,
    given: Given,
    by: tuple[str, ...],
    target: Targets,
    missed: tuple[str, ...],
) -> tuple[Rows, dict[str, Any]]:
    """Summarise by group the times that were given.

    What comes back is the fields of a `TimeSummary` by name, and the rows that make a table of them.
    """
    data, near = given.tally, None if given.added is None else given.added.near
    by_name = data._refuse_totals((*by, given.seconds))
    summed = _supply.whole_side(data).tally._summed((*by, given.seconds))
    side = _supply.Side(summed)
    groups = _supply.groups_of([side], by)
    counted = _supply.totals(side, groups)
    excluded = _supply.exclusion_table(groups, [side], counted)
    refuse_unknown_reasons(missed, excluded, data.dims)
    rows = Rows(_supply.keys_of(groups), _supply.why_marked(groups, side), exclusions=excluded, notes=by_name)
    rows.chosen = chosen_of(data, by)
    others = excluded_for(excluded, missed)
    rows.adopt(_supply.why_negative(others, ""))
    times, below = given.lined_up(summed._cells if near is None else near, groups)
    rows.adopt(below)
    if near is not None:
        _refuse_changed(times.sizes, counted)
    others = np.where(rows.there, others, 0)
    targets = targets_of(target, groups, rows.there & (times.sizes + others > 0))
    count_missed(rows, missed, targets)
    # A group without times says why; but its counts, of 0, stand.
    nothing = (times.sizes == 0) & (others > 0) & ~np.isnan(targets)
    rows.explain(nothing, "not available: no time was measured")
    timed = summed._evolve(supplied=None, cells=summed._cells.select(summed._cells.counts > 0))
    untimed = _supply.why_not_supplied(groups, _supply.Side(timed))
    rows.explain(~_supply.unexplained(untimed), lambda row: str(untimed[row]))
    values = settings.summary(times, others, targets)
    note_minutes(rows, settings, targets, {"": (times, others)})
    return rows, values | {
        "sd": np.where(rows.there, values["sd"], np.nan),
        "missed": "; ".join(missed),
        "not_arrived": excluded_for(excluded, (MISSING_END,)),
    }


def lined_up(
    cells: Cells,
    groups: Cells,
    seconds: str,
    label: str = "",
    said: Callable[[float], str] = "at {:g} s".format,
) -> tuple[LinedTimes, _supply.Reasons]:
    """Line up the times of each group; one with a total or a count below zero has no times, but a reason.

    The reason names the side by its `label`, and the time of the count as `said` writes it.
    """
    cells = cells.project((*groups.dims, seconds))
    shown: NDArray[Any] = _seconds_shown(cells, seconds)
    counts, starts = cells.counts, cells.starts(groups.dims)
    # Whole seconds are told by their labels, which are few, and stay whole numbers.
    if (shown == np.floor(shown)).all():
        shown = shown.astype(np.int32 if np.abs(shown).max(initial=0) < 2**31 else np.int64)
    values = shown.take(cells.code(seconds))
    at = cells.keys(groups.dims).positions(groups, groups.dims)
    lengths, total = np.zeros((2, len(groups)), dtype=np.int64)
    lengths[at] = np.diff(starts, append=len(cells))
    if not len(cells) or counts.min() > 0:
        return LinedTimes.of(Runs.lined(values, counts, lengths)), _supply.no_reasons(len(groups))
    total[at] = np.add.reduceat(counts, starts)
    reasons = _supply.why_negative(total, label)
    below = np.flatnonzero(counts < 0)
    for cell, row in zip(below.tolist(), at[np.searchsorted(starts, below, side="right") - 1], strict=True):
        if reasons[row] is None:
            reasons[row] = (
                f"not available: a count of {_write.count(int(counts[cell]))} {said(values[cell])}, below zero: corrections "
                "outweigh what was recorded"
            )
    there = _supply.unexplained(reasons)
    kept = (counts > 0) & np.repeat(there[at], lengths[at])
    lengths[at] = np.add.reduceat(kept, starts, dtype=np.int64)
    return LinedTimes.of(Runs.lined(values[kept], counts[kept], lengths)), reasons


def seconds_of(cells: Cells, seconds: str) -> FloatArray:
    """Return the seconds of each cell; none that is counted may be negative."""
    return _seconds_shown(cells, seconds)[cells.code(seconds)]


def _seconds_shown(cells: Cells, seconds: str) -> FloatArray:
    """Return the labels of the times as seconds; none that is counted may be negative."""
    labels = cells.label(seconds)
    if labels.dtype.kind != "i" and len(labels):
        msg = f"the dimension {seconds!r} must hold whole seconds; got the label {labels[0]!r}."
        raise InvalidTypeError(msg)
    shown: FloatArray = cells.shown(seconds).astype(np.float64)
    below = shown < 0
    bad = np.flatnonzero(below[cells.code(seconds)] & (cells.counts != 0) if below.any() else below)
    if len(bad):
        first = shown[cells.code(seconds)[bad[0]]]
        named = ", ".join(f"{d} {cells.column(d)[bad[0]]}" for d in cells.dims if d != seconds)
        msg = (
            f"{seconds} must be >= 0; got {first:g}{' for ' if named else ''}{named} (in {len(bad)} cells): "
            f"leave negative times out on purpose, in the frame or with tally.drop({seconds}=[{first:g}, …])."
        )
        raise InvalidInputError(msg)
    if shown.max(initial=0) >= LONGEST:
        msg = f"{seconds} must be below 292,000 years; got {shown.max():g}."
        raise InvalidInputError(msg)
    return shown


def refuse_unknown_reasons(chosen: tuple[str, ...], excluded: ExclusionTable, dims: tuple[str, ...]) -> None:
    """Refuse reasons for exclusion that count as missing the target, and cannot occur."""
    # Where times come from stamps, these could have occurred; where they came as seconds, some lack those.
    stamped = MEASURED in dims and f"missing {MEASURED}" not in excluded.reasons
    clock = CLOCK_REASONS if stamped else ()
    possible = dict.fromkeys((*clock, *excluded.reasons, *(f"missing {d}" for d in dims)))
    for reason in chosen:
        _check.known(reason, "missed: reason for exclusion", possible)


def count_missed(rows: Rows, missed: Collection[str], targets: FloatArray) -> None:
    """Count what missed a target: without one it stands in no share, and stays left out."""
    if rows.exclusions is not None:
        named = meant(missed, rows.exclusions)
        rows.exclusions = rows.exclusions.counting(named, rows.there & ~np.isnan(targets))


def meant(reasons: Collection[str], excluded: ExclusionTable) -> set[str]:
    """Return the reasons that were named; an end that a placeholder stands for is a missing one."""
    ends = [reason for reason in excluded.reasons if reason.startswith(PLACEHOLDER)]
    return {*reasons, *(ends if MISSING_END in reasons else ())}


def excluded_for(excluded: ExclusionTable, chosen: Collection[str]) -> IntArray:
    """Add up, by group, what was excluded for some reasons."""
    columns = [reason in meant(chosen, excluded) for reason in excluded.reasons]
    found: IntArray = excluded.counts[:, columns].sum(axis=1, dtype=np.int64)
    return found


# ---- stamps in whole minutes ------------------------------------------------------------

_MINUTE: Final = 60 * MICROSECONDS
_EVIDENT: Final = 30
"""So many times that are all whole minutes are no chance."""


def either_way(bounds: IntArray, *, inclusive: bool) -> tuple[IntArray, IntArray]:
    """Return bounds in microseconds for times in whole minutes: what meets one did, what meets the other may have.

    Either of the two stamps may be cut, by less than a minute, so that the time is off by less than one either way.
    """
    return bounds - _MINUTE + (not inclusive), bounds + _MINUTE - inclusive


def in_minutes(times: Times | Moments, recorded_to: RecordedTo | None) -> Mask:
    """Return of which groups the times are in whole minutes: as was said, or as all of many are."""
    if recorded_to is not None:
        return np.full(len(times.sizes), recorded_to == "minute")
    sizes, even = times.sizes, times.broken == 0
    if even.all():  # one log: what is true of all of it is true of its smallest group
        return np.full(len(sizes), int(sizes.sum()) >= _EVIDENT and bool((sizes > times.zeros).any()))
    found: Mask = even & (sizes >= _EVIDENT)
    return found & (sizes > times.zeros) if found.any() else found


def note_minutes(
    rows: Rows, settings: Settings, targets: FloatArray, sides: Mapping[str, tuple[Times, IntArray]]
) -> None:
    """Say between which bounds a share within a target lies where the stamps are in whole minutes.

    Each side, by its label, has its times and what was missed.
    """
    aimed = ~np.isnan(targets)
    bounds = microseconds(np.where(aimed, targets, 0), "target")
    found = {}
    for label, (times, missed) in sides.items():
        rough = aimed & rows.there & in_minutes(times, settings.recorded_to)
        if rough.any():
            # Where nothing is rough an engine was not asked for these bounds.
            sure, may = (
                times.within(v, inclusive=settings.inclusive)
                for v in either_way(bounds, inclusive=settings.inclusive)
            )
            whole = np.maximum(times.sizes + missed, 1)
            found[label] = np.where(rough, sure / whole, np.nan), np.where(rough, may / whole, np.nan)
    say_minutes(rows, targets, found)


def say_minutes(rows: Rows, targets: FloatArray, found: Mapping[str, tuple[FloatArray, FloatArray]]) -> None:
    """Let the bounds of a share travel with it, of each side by its label; nan, or two that are equal, say nothing."""
    said: dict[int, list[str]] = {}
    for label, (sure, may) in found.items():
        for row in np.flatnonzero(sure < may).tolist():
            when = f" in {label}" if label else ""
            between = f"between {_write.percent(sure[row], 2)} and {_write.percent(may[row], 2)}{when}"
            said.setdefault(row, []).append(between)
    notes = {
        row: Note(
            "whole-minutes",
            "stamps in whole minutes",
            "stamps in whole minutes leave each time open by up to a minute either way: the share within "
            f"{_write.duration(targets[row])} lies {' and '.join(parts)}",
        )
        for row, parts in said.items()
    }
    rows.note_some(notes)


# ---- mean, percentiles, share within -----------------------------------------------------


def shares_within(
    times: Times, missed: IntArray, targets: FloatArray, level: float, *, inclusive: bool
) -> dict[str, FloatArray]:
    """Work out the share of each group within its target; nan is no target. What was missed did not meet it."""
    aimed = ~np.isnan(targets)
    bounds = microseconds(np.where(aimed, targets, 0), "target")
    within = times.within(bounds, inclusive=inclusive).astype(float)
    out_of = (times.sizes + np.where(aimed, missed, 0)).astype(float)
    return {
        "target": targets,
        "within": np.where(aimed, within, np.nan),
        "out_of": out_of,
        **share_of("share_within", within, out_of, aimed, level),
    }


def share_of(
    name: str, part: NDArray[Any], whole: NDArray[Any], known: Mask, level: float
) -> dict[str, FloatArray]:
    """Work out a share and its limits, as columns; nan where it is not known or nothing is there."""
    some = known & (whole > 0)
    columns = part / np.maximum(whole, 1), *intervals.wilson(part, whole, level)
    ends = zip(("", "_low", "_high"), columns, strict=True)
    return {f"{name}{end}": np.where(some, column, np.nan) for end, column in ends}


def by_percentile(found: Sequence[FloatArray]) -> dict[str, FloatArray]:
    """Name the columns of estimates (groups, percentiles), and of their lower and upper limits."""
    ends = zip(("", "_low", "_high"), found, strict=True)
    return {f"{p}{end}": column[:, i] for end, column in ends for i, p in enumerate(PERCENTILES)}


def by_side(sides: Sequence[Mapping[str, Any]], *names: str) -> dict[str, Any]:
    """Name what the old side and the new one have each, as a change of times does."""
    both = list(zip(("old", "new"), sides, strict=True))
    return {f"{side}_{name}": values[name] for name in names for side, values in both}


def _percentiles(runs: Runs, method: Percentile, level: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Find the percentiles of each group, and the order statistics that bound them whatever the distribution."""
    shares = list(PERCENTILES.values())
    sizes, size = distinct_of(runs.sizes)
    first, last = intervals.order_statistics(sizes, np.array(shares)[:, None] / 100, level)
    found, low, high = np.zeros((3, len(shares), len(size)))
    for groups, part in runs.parts(_GROUPS):
        least, most = first[:, size[groups]], last[:, size[groups]]
        found[:, groups] = percentiles(part, shares, method=method).T
        low[:, groups] = np.where(least > 0, part.at(least - 1), 0.0)
        high[:, groups] = np.where(most <= part.sizes, part.at(most - 1), np.inf)
    # Some definitions go beyond the order statistics where times are few: the interval is widened to hold its
    # estimate. Without times that is nan, and so are the limits then.
    return found.T, np.minimum(low, found).T, np.maximum(high, found).T


@attrs.frozen(eq=False)
class _Noting(Runs):
    """Runs that note which values are asked for."""

    noted: list[FloatArray] = attrs.field(factory=list)

    def at(self, positions: IntArray) -> FloatArray:
        """Return the values at positions, as runs do."""
        found = Runs.at(self, positions)
        self.noted.append(found)
        return found


# ---- sums of times ----------------------------------------------------------------------
# A sum of floats hangs on the order of its terms, so that engines would differ in the last digits. Whole numbers
# add up to the same in any order: in 64 bits while they fit, else as Python's own.

_WRAP: Final = 2.0**64
_SAFE: Final = 2.0**62
_FLOATS_HOLD: Final = 2.0**53  # whole numbers below are floats, and their quotient is correctly rounded

_Whole = NDArray[Any]  # int64, or Python's own integers


@attrs.frozen(eq=False)
class LinedTimes:
    """Times in runs, and as whole numbers of which `unit` make a second."""

    runs: Runs
    times: IntArray
    unit: int

    @classmethod
    def of(cls, runs: Runs) -> LinedTimes:
        """Read times to the microsecond, or as whole seconds, whose squares leave 64 bits far later."""
        values: NDArray[Any] = runs.values
        if values.dtype.kind == "i":
            return cls(runs, values, 1)
        if (values == np.floor(values)).all():
            return cls(runs, values.astype(np.int64), 1)
        return cls(runs, microseconds(runs.values, MEASURED), MICROSECONDS)

    @property
    def sizes(self) -> IntArray:
        """How many times each group has."""
        return self.runs.sizes

    @property
    def zeros(self) -> IntArray:
        """How many of them are zero."""
        return self.within(np.zeros_like(self.sizes), inclusive=True)

    @property
    def broken(self) -> Mask:
        """Whether any of them is no whole minute: where the last one is none, or one between, no other is looked at."""
        runs, minute, some = self.runs, 60 * self.unit, self.runs.lengths > 0
        last, middle = np.cumsum(runs.lengths)[some] - 1, runs.lengths[some] // 2
        found = np.zeros(len(some), dtype=bool)
        found[some] = (self.times[last] % minute != 0) | (self.times[last - middle] % minute != 0)
        left = some & ~found
        if left.any():
            kept = runs.spread(left)
            rest = Runs.lined(self.times[kept], runs.counts[kept], runs.lengths[left])
            found[left] = rest.sums(np.where(rest.values % minute != 0, rest.counts, 0)) > 0
        return found

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and sample variance, correctly rounded for whole microseconds."""
        runs, n = self.runs, self.runs.sizes
        mean, variance = _mean_and_variance(n, *_sums(runs, self.times), self.unit)
        # Plain numbers may be finer than a microsecond: their rest is added as floats.
        finer = runs.values - self.times / self.unit if self.unit > 1 else np.zeros(1)
        if not finer.any():
            return mean, variance
        mean += runs.sums(finer * runs.counts) / np.maximum(n, 1)
        squares = runs.sums(runs.counts * (runs.values - runs.spread(mean)) ** 2)
        return mean, np.where(n > 1, squares / np.maximum(n - 1, 1), np.nan)

    def within(self, bounds: IntArray, *, inclusive: bool) -> IntArray:
        """Return how many are under the bound of their group, in microseconds, or at it."""
        most = bounds if inclusive else bounds - 1
        return self.runs.up_to(self.times, most // (MICROSECONDS // self.unit))


@attrs.frozen(eq=False)
class AddedTimes:
    """Times that an engine has added up, by group; `met` has how many met each bound that was asked for.

    `runs` has those on which percentiles depend, where such were asked for, and the others roughly.
    """

    sizes: IntArray
    zeros: IntArray
    broken: IntArray
    total: _Whole
    squares: _Whole
    unit: int
    met: Mapping[int, IntArray]
    runs: Runs | None = None

    @classmethod
    def of(cls, found: Moments, keys: Cells, groups: Cells, runs: Runs | None) -> AddedTimes:
        """Add up the sums of some keys, which are told by their number, by group; a group without times has 0."""
        at, number = keys.positions(groups, groups.dims), keys.label(MEASURED)[keys.code(MEASURED)]

        def placed(column: _Whole) -> _Whole:
            filled = np.zeros(len(groups), dtype=column.dtype)
            np.add.at(filled, at, column[number])
            return filled

        met = {bound: placed(column) for bound, column in found.met.items()}
        sizes, zeros, broken = placed(found.sizes), placed(found.zeros), placed(found.broken)
        if runs is not None:
            _refuse_changed(sizes, runs.sizes)
        return cls(sizes, zeros, broken, placed(found.total), placed(found.squares), found.unit, met, runs)

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and sample variance, correctly rounded."""
        return _mean_and_variance(self.sizes, self.total, self.squares, self.unit)

    def within(self, bounds: IntArray, *, inclusive: bool) -> IntArray:  # noqa: ARG002 - asked so already
        """Return how many met the bound of their group; a group without one has 0, as its bound."""
        found = np.zeros(len(bounds), dtype=np.int64)
        for bound, column in self.met.items():
            found = np.where(bounds == bound, column, found)
        return found


@attrs.frozen(eq=False)
class Given:
    """The times that a metric was given, in the dimension `seconds` of a tally: every one, or what an engine `added` up.

    `keys` has the keys of what was added up, by their number, of each side.
    """

    tally: Tally
    seconds: str
    added: Moments | None = None
    keys: Sequence[Cells] = ()

    def lined_up(
        self, cells: Cells, groups: Cells, label: str = "", *, side: int = 0
    ) -> tuple[Times, _supply.Reasons]:
        """Line up the times of each group of one side, as `lined_up` does."""
        times, below = lined_up(cells, groups, self.seconds, label)
        if self.added is None:
            return times, below
        runs = None if self.added.near is None else times.runs
        return AddedTimes.of(self.added, self.keys[side], groups, runs), below


def _refuse_changed(first: IntArray, again: IntArray) -> None:
    """Refuse data that were others when they were read again."""
    if not np.array_equal(first, again):
        msg = "the data changed while they were read, query by query: copy them, or read them in one transaction."
        raise InvalidInputError(msg)


Times: TypeAlias = LinedTimes | AddedTimes
"""What is known of the times of some groups: each of them, or their sums."""


def _sums(runs: Runs, times: IntArray) -> tuple[_Whole, _Whole]:
    """Add up times and their squares, by group."""
    if float(times.max(initial=0)) ** 2 * float(runs.sizes.max(initial=0)) < _SAFE:
        total, squares = np.zeros((2, len(runs.sizes)), dtype=np.int64)
        some = 1 + _RUNS * len(total) // (len(times) + 1)
        for groups, part in attrs.evolve(runs, values=times).parts(some):
            terms = part.counts * part.values
            total[groups] = part.sums(terms)
            terms *= part.values
            squares[groups] = part.sums(terms)
        return total, squares
    first, second = (runs.counts * times for _ in range(2))
    rough = runs.counts.astype(np.float64) * times
    total = _unwrapped(runs, times, 1, runs.sums(first), runs.sums(rough))
    second *= times
    rough *= times
    return total, _unwrapped(runs, times, 2, runs.sums(second), runs.sums(rough))


def _unwrapped(runs: Runs, times: IntArray, power: int, wrapped: IntArray, rough: FloatArray) -> _Whole:
    """Return sums that may have passed 64 bits: `wrapped` has their last 64 bits, `rough` what they are near."""
    most = rough.max(initial=0)
    if most < _SAFE:
        return wrapped
    # How often a sum has wrapped is the distance between the two in whole turns, as long as the float errs by less
    # than a quarter of a turn: as many roundings as a sum has terms, and a few for each term.
    if most * (runs.lengths.max() + 8) * np.finfo(np.float64).eps > _SAFE:
        return runs.sums(times.astype(object) ** power * runs.counts.astype(object))
    turns = np.rint((rough - wrapped) / _WRAP).astype(np.int64)
    found: _Whole = wrapped.astype(object) + turns.astype(object) * int(_WRAP)
    return found


def _mean_and_variance(
    n: IntArray, total: _Whole, squares: _Whole, unit: int
) -> tuple[FloatArray, FloatArray]:
    """Return mean and sample variance in seconds, rounded once, from exact sums in units of which `unit` make one."""
    largest = n.astype(np.float64) * np.maximum(squares.astype(np.float64), n * float(unit) ** 2)
    if largest.max(initial=0) >= _SAFE:
        n, total, squares = (v.astype(object) for v in (n, total, squares))
    mean = _divided(total, n * unit)
    # No greater than n times the squares.
    return mean, _divided(n * squares - total * total, n * (n - 1) * unit**2)


def _divided(above: _Whole, below: _Whole) -> FloatArray:
    """Divide whole numbers, correctly rounded; nan where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        top, bottom = above.astype(np.float64), below.astype(np.float64)
        found = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan)
    large = np.flatnonzero((np.maximum(top, bottom) >= _FLOATS_HOLD) & (bottom > 0))
    # Python rounds the quotient of integers correctly, whatever their size.
    found[large] = [a / b for a, b in zip(above[large].tolist(), below[large].tolist(), strict=True)]
    return found


# ---- the bootstrap ----------------------------------------------------------------------

RESAMPLES: Final = 9_999
_MOST_DRAWS: Final = 2e9  # half a minute
_AT_ONCE: Final = 2**20  # draws held in memory
_DEAR: Final = 7  # how much longer the draw of a count takes than that of a value


def bootstrap_means(runs: Runs, seed: int, level: float) -> tuple[FloatArray, FloatArray]:
    """Give the limits of each group; nan where it has fewer than 2 values.

    Every group starts from the same seed, so that its limits are those it has alone: a loop over groups,
    each of which is 9,999 resamples' work.
    """
    _refuse_too_many(runs)
    ends = np.cumsum(runs.lengths)
    found = [
        _limits(
            runs.values[end - length : end].astype(np.float64), runs.counts[end - length : end], seed, level
        )
        for end, length in zip(ends.tolist(), runs.lengths.tolist(), strict=True)
    ]
    low, high = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return low, high


def _refuse_too_many(runs: Runs) -> None:
    # What will be drawn is the lesser of the two ways of `_resampled`, in draws of a value.
    draws = RESAMPLES * float(np.minimum(runs.sizes, _DEAR * runs.lengths).sum())
    if draws > _MOST_DRAWS:
        msg = (
            f"mean_method must be 'student_t' for so many times: the bootstrap would take {draws:.1g} draws, more than "
            f"{_MOST_DRAWS:.0g}. Of many times the mean is near normal, and the two intervals agree."
        )
        raise InvalidInputError(msg)


def _limits(values: FloatArray, counts: IntArray, seed: int, level: float) -> tuple[float, float]:
    """Give the BCa limits of one mean: percentiles of the resampled means, moved for bias and skewness."""
    n = int(counts.sum())
    if n < 2:
        return np.nan, np.nan
    mean = float(values @ counts) / n
    away = values - mean
    spread = float(away**2 @ counts)
    if len(values) == 1 or spread == 0:
        return mean, mean
    means = _resampled(values, counts, n, seed)
    normal = NormalDist()
    # A mean as large as the estimate lies half below it; that none or all do can only be rounding.
    below = float((np.mean(means < mean) + np.mean(means <= mean)) / 2)
    bias = normal.inv_cdf(min(max(below, 0.5 / RESAMPLES), 1 - 0.5 / RESAMPLES))
    skew = float(away**3 @ counts) / (6 * spread**1.5)
    tail = normal.inv_cdf((1 - level) / 2)
    shares = [normal.cdf(_moved(bias + z, bias, skew)) for z in (tail, -tail)]
    low, high = np.quantile(means, shares).tolist()
    return low, high


def _moved(z: float, bias: float, skew: float) -> float:
    """Correct a normal quantile for bias and skewness; far out the correction passes through infinity."""
    left = 1 - skew * z
    return bias + z / left if left > 0 else math.copysign(math.inf, z)


def _resampled(values: FloatArray, counts: IntArray, n: int, seed: int) -> FloatArray:
    """Draw n of the values, with replacement, and take their mean, again and again."""
    random = np.random.default_rng(seed)
    # Many times of few values are cheaper drawn as how often each value comes than one by one.
    by_count = n > _DEAR * len(values)
    rows = np.empty(0) if by_count else np.repeat(values, counts)
    width = len(values) if by_count else n
    means = np.full(RESAMPLES, np.nan)
    step = max(1, _AT_ONCE // width)
    for start in range(0, RESAMPLES, step):
        part = means[start : start + step]
        if by_count:
            part[:] = random.multinomial(n, counts / n, len(part)) @ values / n
        else:
            part[:] = rows[random.integers(0, n, (len(part), n))].mean(axis=1)
    return means
