"""Response times where some incidents are still open: Kaplan-Meier, beside what leaving those out would say."""

from __future__ import annotations

from typing import Any

import numpy as np

from policemetrics._cells import MEASURED
from policemetrics._compare import Rows
from policemetrics._supply import Side, groups_of
from policemetrics._write import count as written
from policemetrics._write import duration, percent
from policemetrics.percentiles import Runs, percentiles
from policemetrics.results import Figure, column, figure
from policemetrics.survival import kaplan_meier
from policemetrics.tallies import Tally
from policemetrics.times.estimates import PERCENTILES, Targets, by_percentile, seconds_of, targets_of
from policemetrics.times.summary import Aimed, PercentileColumns
from policemetrics.typing import FloatArray, IntArray, SurvivalMethod

# ---- the figure -------------------------------------------------------------------------


@figure(slots=False)
class ClockInputs(Figure):
    """Which clock ran, and what the caller chose: what figures of response times have in common."""

    start: str
    end: str
    timezone: str = ""
    resolution: str = "exact"
    no_arrival: str
    zero: str = "keep"
    incident: str = ""
    self_initiated: str = ""
    grades: str = ""
    regraded: str = ""
    upgraded: str = ""


@figure(slots=False)
class FollowedColumns(Figure):
    """The columns of how many were attended, and how many were still open when last followed."""

    n: float = column("count")
    still_open: float = column("count")


@figure(estimate=("median", "share_within"), method="survival_method")
class ResponseSurvival(Aimed, ClockInputs, PercentileColumns, FollowedColumns):
    """How long a response takes, with incidents that are still open counted as such.

    Attributes
    ----------
    n : float
        How many were attended: their time is known.
    still_open : float
        How many had not been when they were last followed: their time is longer than that.
    median, median_low, median_high : float
        The time in seconds by which half had been attended, estimated of all, and its interval; nan
        where fewer had. The upper limit is infinite, and the lower one nan, where it is not reached.
    p90, p90_low, p90_high, p95, p95_low, p95_high, p99, p99_low, p99_high : float
        The 90th, 95th and 99th percentile, with their intervals.
    target : float
        In seconds; nan without one.
    share_within, share_within_low, share_within_high : float
        The fraction, 0 to 1, attended within the target, estimated of all, and its interval; nan where
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

    share_within: float = column("share", "estimate")
    share_within_low: float = column("share", "lower")
    share_within_high: float = column("share", "upper")
    median_arrived: float = column("seconds")
    share_within_arrived: float = column("share")
    as_at: str = ""
    closed: str = ""
    survival_method: str = "log-log"
    confidence_level: float

    def _sentence(self) -> str:
        found = [f"From {self.start} to {self.end}: {self._half}"]
        if not np.isnan(self.share_within):
            found.append(f"{percent(self.share_within, 2)} {self._in_time}")
        if self.still_open and self.n:
            found.append(self._flattered)
        return f"{'; '.join(found)}."

    @property
    def _half(self) -> str:
        everything = self.n + self.still_open
        if not everything > 0:
            return str(self.reason)
        median = str(self.reason) if np.isnan(self.median) else f"median {duration(self.median)}"
        interval = "" if np.isnan(self.median_low) else f" ({self._interval_words('median')})"
        p90 = "" if np.isnan(self.p90) else f", 90th percentile {duration(self.p90)}"
        return f"{median}{interval}{p90}, estimated of {written(everything)} with {written(self.still_open)} still open"

    @property
    def _flattered(self) -> str:
        share = "" if np.isnan(self.share_within_arrived) else f" and {percent(self.share_within_arrived, 2)}"
        return f"without the open ones it would be a median of {duration(self.median_arrived)}{share}"


# ---- the estimate -----------------------------------------------------------------------


def survived(
    arrived: Tally,
    waiting: Tally,
    by: tuple[str, ...],
    target: Targets,
    *,
    inclusive: bool,
    method: SurvivalMethod,
    level: float,
    single: bool,
) -> tuple[Rows, dict[str, Any]]:
    """Estimate, by group, from the times of what was attended and the times for which the rest was followed.

    What comes back is the fields of a `ResponseSurvival` by name, and the rows that make a table of them.
    """
    side = Side(arrived + waiting)
    groups, cells = groups_of([side], by), side.tally._cells
    rows = Rows.of_side(side, groups, single=single)
    times, group = seconds_of(cells, MEASURED), cells.positions(groups, by)
    # What was still open at a time is what both tallies have there, less what had ended.
    at = cells.positions(arrived._cells, arrived.dims)
    ended = np.where(at >= 0, np.append(arrived._cells.counts, 0)[at], 0)
    still_open = cells.counts - ended
    found = kaplan_meier(times, ended, still_open, group, len(groups), method=method, confidence_level=level)
    some = found.runs.sizes > 0
    targets = targets_of(target, groups, some)
    limits = found.percentiles(list(PERCENTILES.values()))
    ranked = by_percentile([np.where(some[:, None], column, np.nan) for column in limits])
    share, low, high = found.at(targets, inclusive=inclusive)
    never, unseen = np.isnan(ranked["median"]), np.isnan(share) & ~np.isnan(targets)
    attended = found.reached()

    def why(row: int) -> str:
        lacking = []
        if never[row]:
            lacking.append(f"median ({percent(attended[row])} had been attended when the last was followed)")
        if unseen[row]:
            lacking.append(f"share within the target (none was followed for {duration(targets[row])})")
        return f"not available: {'; '.join(lacking)}"

    rows.explain(never | unseen, why)
    return rows, {
        "n": found.runs.sums(ended),
        "still_open": found.runs.sums(still_open),
        **ranked,
        "target": targets,
        "share_within": share,
        "share_within_low": low,
        "share_within_high": high,
        **_of_arrived(times, ended, group, targets, len(groups), inclusive=inclusive),
        "inclusive": inclusive,
        "survival_method": method,
        "confidence_level": level,
    }


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
