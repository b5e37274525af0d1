"""Response times where some incidents are still open: Kaplan-Meier, beside what leaving those out would say."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from policemetrics import _write
from policemetrics._cells import MEASURED
from policemetrics._supply import (
    Reasons,
    Side,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics._write import duration, percent
from policemetrics.percentiles import Runs, percentiles
from policemetrics.results import Figure, Results, column, column_fields, figure
from policemetrics.survival import Survival, kaplan_meier
from policemetrics.tallies import Tally
from policemetrics.times.reading import seconds_of, targets_of
from policemetrics.typing import FloatArray, IntArray, SurvivalMethod

__all__ = ["ResponseSurvival", "survival_of"]

_PERCENTS: Final = {"median": 50, "p90": 90, "p95": 95, "p99": 99}


@figure(estimate=("median", "share_within"), method="survival_method")
class ResponseSurvival(Figure):
    """How long a response takes, with incidents that are still open counted as such.

    Attributes
    ----------
    n : float
        How many were attended: their time is known.
    still_open : float
        How many had not been when they were last followed: their time is longer than that.
    median, median_low, median_high : float
        The time in seconds by which half had been attended, estimated of all, and its interval. Not a number
        where fewer had; the upper limit is infinite, and the lower one not a number, where it is not reached.
    p90, p90_low, p90_high, p95, p95_low, p95_high, p99, p99_low, p99_high : float
        The 90th, 95th and 99th percentile, alike.
    target : float
        In seconds; not a number without one.
    share_within, share_within_low, share_within_high : float
        The fraction, 0 to 1, attended within the target, estimated of all, and its interval; not a number where
        none was followed for so long.
    median_arrived, share_within_arrived : float
        What those that were attended would say alone, the open ones left out: a shorter time, a larger share.
    zeros : float
        How many times were zero; they are counted in all of the above.
    inclusive : bool
        Whether a time equal to the target meets it.
    start, end, timezone, as_at, closed : str
        The columns between which the clock runs, its zone, and until when open incidents were followed.
    resolution, no_arrival, zero, incident, self_initiated, grades, regraded, upgraded : str
        What the caller chose.
    survival_method, confidence_level : str, float
        How the intervals were made.
    """

    n: float = column("count")
    still_open: float = column("count")
    median: float = column("seconds")
    median_low: float = column("seconds", "lower")
    median_high: float = column("seconds", "upper")
    p90: float = column("seconds")
    p90_low: float = column("seconds", "lower", shown=False)
    p90_high: float = column("seconds", "upper", shown=False)
    p95: float = column("seconds", shown=False)
    p95_low: float = column("seconds", "lower", shown=False)
    p95_high: float = column("seconds", "upper", shown=False)
    p99: float = column("seconds", shown=False)
    p99_low: float = column("seconds", "lower", shown=False)
    p99_high: float = column("seconds", "upper", shown=False)
    target: float = column("seconds")
    share_within: float = column("share")
    share_within_low: float = column("share", "lower")
    share_within_high: float = column("share", "upper")
    median_arrived: float = column("seconds")
    share_within_arrived: float = column("share")
    zeros: float = column("count", shown=False)
    inclusive: bool = False
    start: str
    end: str
    timezone: str = ""
    resolution: str = "exact"
    as_at: str = ""
    closed: str = ""
    no_arrival: str = "censored"
    zero: str = "keep"
    incident: str = ""
    self_initiated: str = ""
    grades: str = ""
    regraded: str = ""
    upgraded: str = ""
    survival_method: str = "log-log"
    confidence_level: float

    def _sentence(self) -> str:
        found = [f"From {self.start} to {self.end}: {self._half}"]
        if not np.isnan(self.share_within):
            found.append(self._within)
        if self.still_open and self.n:
            found.append(self._flattered)
        return f"{'; '.join(found)}."

    @property
    def _level(self) -> str:
        return f"{self.confidence_level * 100:g}% interval"

    @property
    def _half(self) -> str:
        everything = self.n + self.still_open
        if not everything > 0:
            return str(self.reason)
        median = str(self.reason) if np.isnan(self.median) else f"median {duration(self.median)}"
        between = _write.limits(
            duration(self.median_low), duration(self.median_high), unbounded=np.isinf(self.median_high)
        )
        interval = "" if np.isnan(self.median_low) else f" ({self._level} {between})"
        p90 = "" if np.isnan(self.p90) else f", 90th percentile {duration(self.p90)}"
        return f"{median}{interval}{p90}, estimated of {written(everything)} with {written(self.still_open)} still open"

    @property
    def _within(self) -> str:
        between = f"{percent(self.share_within_low, 2)} to {percent(self.share_within_high, 2)}"
        return (
            f"{percent(self.share_within, 2)} within {duration(self.target)} ({self._level} {between}), counted as "
            f"{'at or ' if self.inclusive else ''}under the target"
        )

    @property
    def _flattered(self) -> str:
        share = "" if np.isnan(self.share_within_arrived) else f" and {percent(self.share_within_arrived, 2)}"
        return f"without the open ones it would be a median of {duration(self.median_arrived)}{share}"


def survival_of(
    arrived: Tally,
    waiting: Tally,
    by: tuple[str, ...],
    target: Any,
    audit: dict[str, Any],
    *,
    inclusive: bool,
    method: SurvivalMethod,
    level: float,
) -> Results[ResponseSurvival]:
    """Estimate, by group, from the times of what was attended and the times for which the rest was followed."""
    both = arrived + waiting
    side = Side(both)
    groups, cells = groups_of([side], by), both._cells
    reasons = no_reasons(len(groups))
    refuse_unsupplied(reasons, groups, side)
    times, group = seconds_of(cells, MEASURED), cells.positions(groups, by)
    at = cells.positions(arrived._cells, arrived.dims)
    ended = np.where(at >= 0, np.append(arrived._cells.counts, 0)[at], 0)
    still_open = cells.counts - ended
    found = kaplan_meier(times, ended, still_open, group, len(groups), method=method, confidence_level=level)
    targets = targets_of(target, groups, found.runs.sizes > 0)
    columns = {
        "n": found.runs.sums(ended).astype(float),
        "still_open": found.runs.sums(still_open).astype(float),
    }
    some = found.runs.sizes[:, None] > 0
    for limits, limit in zip(found.percentiles(list(_PERCENTS.values())), ("", "_low", "_high"), strict=True):
        there = np.where(some, limits, np.nan)
        columns |= {f"{name}{limit}": there[:, i] for i, name in enumerate(_PERCENTS)}
    share, low, high = found.at(targets, inclusive=inclusive)
    columns |= {
        "target": targets,
        "share_within": share,
        "share_within_low": low,
        "share_within_high": high,
    }
    columns |= _of_arrived(times, ended, group, targets, len(groups), inclusive=inclusive)
    _explain(reasons, columns, found)
    columns = {f.name: columns[f.name] for f in column_fields(ResponseSurvival)}
    excluded = exclusion_table(groups, [side], totals(side, groups))
    settings = {"inclusive": inclusive, "survival_method": method, "confidence_level": level}
    return Results(ResponseSurvival, keys_of(groups), columns, reasons, audit | settings, excluded)


def _of_arrived(
    times: FloatArray, ended: IntArray, group: IntArray, targets: FloatArray, groups: int, *, inclusive: bool
) -> dict[str, FloatArray]:
    """Say what only those that were attended would say; the median is defined as that of the estimate is."""
    there = ended > 0
    runs = Runs.of(times[there], ended[there], group[there], groups)
    bound = runs.spread(targets)
    within = runs.sums(np.where(runs.values <= bound if inclusive else runs.values < bound, runs.counts, 0))
    some = (runs.sizes > 0) & ~np.isnan(targets)
    return {
        "median_arrived": percentiles(runs, [50], method="averaged_inverted_cdf")[:, 0],
        "share_within_arrived": np.where(some, within, np.nan) / np.maximum(runs.sizes, 1),
        "zeros": runs.sums(np.where(runs.values == 0, runs.counts, 0)).astype(float),
    }


def _explain(reasons: Reasons, columns: dict[str, FloatArray], found: Survival) -> None:
    """Say, of each group that has times, why its median or its share is not available."""
    never, target = np.isnan(columns["median"]), columns["target"]
    unseen = np.isnan(columns["share_within"]) & ~np.isnan(target)
    attended = found.reached()
    for at in np.flatnonzero((never | unseen) & unexplained(reasons)).tolist():
        why = []
        if never[at]:
            why.append(f"median ({percent(attended[at])} had been attended when the last was followed)")
        if unseen[at]:
            why.append(f"share within the target (none was followed for {duration(target[at])})")
        reasons[at] = f"not available: {'; '.join(why)}"
