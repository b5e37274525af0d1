"""A change in times of which some are still open: medians and shares by Kaplan-Meier, and the log-rank test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from policemetrics import _check, intervals
from policemetrics._compare import Comparison, Rows
from policemetrics._write import count as written
from policemetrics._write import duration, one_sentence, path, percent, size
from policemetrics.errors import InvalidInputError
from policemetrics.intervals.pairs import square_and_add_ratio
from policemetrics.periods import in_words
from policemetrics.results import Figure, Results, column, figure
from policemetrics.survival import Followed, LogRank, followed, kaplan_meier, log_rank
from policemetrics.tallies import Tally
from policemetrics.times import estimates
from policemetrics.typing import FloatArray, SurvivalMethod

# ---- the figure -------------------------------------------------------------------------


@figure(estimate=("median_change", "points"), method="median_method")
class SurvivalChange(Figure):
    """A change in times of which some are still open: of the median in seconds, of the share within target in points.

    Attributes
    ----------
    old_n, new_n : float
        How many have ended: their time is known.
    old_still_open, new_still_open : float
        How many had not when they were last followed: their time is longer than that.
    old_median, new_median : float
        The times in seconds by which half have ended, estimated of all by Kaplan and Meier; nan where fewer have.
    median_change, median_change_low, median_change_high : float
        The second less the first, in seconds, and its interval; it is without limits where few have ended.
    median_percent_change, median_percent_change_low, median_percent_change_high : float
        The same in per cent of `old_median`, and its interval; nan where that is 0.
    p_value : float
        Of the log-rank test, that at no time more end in one of the two than in the other. It tests all times, and does not
        belong to the interval of the medians: the one may tell two groups apart where the other does not.
    old_expected, new_expected : float
        How many would have ended in each, were both alike.
    target : float
        In seconds; nan without one.
    old_share_within, new_share_within : float
        The fractions that end within the target, 0 to 1, estimated of all; nan where none was followed for so long.
    points, points_low, points_high : float
        The second less the first in percentage points, and its interval.
    between : tuple of str
        The two periods, the earlier first, or the two groups.
    compared : str
        The dimension of the two groups, of which `old` is the first and `new` the second; empty where periods are
        compared.
    inclusive : bool
        Whether a time equal to the target meets it.
    still_open : str
        The column or dimension that says which had not ended.
    survival_method, median_method, confidence_level : str, str, float
        How the intervals of medians and shares were made, and how those of their differences.
    """

    _unprotected: ClassVar[str] = "whose medians and shares tell of counts that it does not hold"

    old_n: float = column("count", shown=False)
    new_n: float = column("count", shown=False)
    old_still_open: float = column("count", shown=False)
    new_still_open: float = column("count", shown=False)
    old_median: float = column("seconds", "estimate")
    new_median: float = column("seconds", "estimate")
    median_change: float = column("seconds_change", "estimate", of=("old_median", "new_median"))
    median_change_low: float = column("seconds_change", "lower")
    median_change_high: float = column("seconds_change", "upper")
    median_percent_change: float = column("percent", "estimate", of=("old_median", "new_median"), shown=False)
    median_percent_change_low: float = column("percent", "lower", shown=False)
    median_percent_change_high: float = column("percent", "upper", shown=False)
    p_value: float = column("p", "p", of=("old_n", "new_n"))
    old_expected: float = column("number", shown=False)
    new_expected: float = column("number", shown=False)
    target: float = column("seconds", shown=False, definition=True)
    old_share_within: float = column("share", "estimate", shown=False)
    new_share_within: float = column("share", "estimate", shown=False)
    points: float = column("points", "estimate", of=("old_share_within", "new_share_within"))
    points_low: float = column("points", "lower")
    points_high: float = column("points", "upper")
    between: tuple[str, str] = ("", "")
    compared: str = ""
    inclusive: bool = False
    still_open: str
    survival_method: str
    median_method: str = "square_and_add"
    confidence_level: float

    def _sentence(self) -> str:
        found = [f"times: change {self.reason}"]
        if not np.isnan(self.median_change):
            amount = (
                duration(abs(self.median_change)) if abs(self.median_change) >= 0.05 else "less than 0.1 s"
            )
            found = [
                self._path("median", "median_change", amount, (self.old_median, self.new_median), duration)
            ]
        if not np.isnan(self.points):
            name = f"share {'at or ' if self.inclusive else ''}under {duration(self.target)}"
            shares = self.old_share_within, self.new_share_within
            amount = f"{size(self.points, 2)} percentage points"
            found.append(self._path(name, "points", amount, shares, lambda share: percent(share, 2)))
        if not np.isnan(self.p_value):
            told = "told apart" if self.p_value < 1 - self.confidence_level else "not told apart"
            p = self._written("p_value")
            found.append(f"{told} by the log-rank test (p {p if p.startswith('<') else f'= {p}'})")
        old, new = (
            f"{written(n + waiting)} with {written(waiting)} still open"
            for n, waiting in ((self.old_n, self.old_still_open), (self.new_n, self.new_still_open))
        )
        found.append(f"estimated of {old}, and of {new}")
        return one_sentence(found)

    def _path(
        self, name: str, column: str, amount: str, both: tuple[float, float], form: Callable[[float], str]
    ) -> str:
        """Say by how much something moved, and from what to what."""
        change, low, high = (getattr(self, f"{column}{end}") for end in ("", "_low", "_high"))
        limits = f" ({self._interval_words(column)})" if np.isfinite([low, high]).all() else ""
        when = map(in_words, self.between)
        return f"{name} {path(change, amount, limits, map(form, both), when, groups=bool(self.compared))}"


# ---- what goes in -----------------------------------------------------------------------


def refuse_options(
    name: Any, kept: tuple[str, ...], percentile_method: str, recorded_to: object, missed: tuple[str, ...]
) -> None:
    """Refuse what has no meaning where some times are longer than what was counted."""
    if name in kept:
        msg = f"still_open must name another dimension than by=; got {name!r}: of the open ones alone no time is known."
        raise InvalidInputError(msg)
    rules = {
        "percentile_method= cannot go with still_open=, whose medians are estimated.": percentile_method
        != "linear",
        "recorded_to= cannot go with still_open=; leave it out.": recorded_to is not None,
        "missed= cannot go with still_open=: what is open is counted as such, and not as missed.": bool(
            missed
        ),
    }
    for msg, broken in rules.items():
        if broken:
            raise InvalidInputError(msg)


def refuse_no_flags(tally: Tally, name: str) -> None:
    """Refuse a dimension that is to say what had not ended, and holds other labels than 1 and 0."""
    others = [label for label in tally.labels(name) if label not in {0, 1}]
    if others:
        msg = (
            f"still_open: {name!r} must hold True and False, or 1 and 0; it holds {_check.listing(others)}: make a column of flags "
            f"first, as in frame['open'] = frame[{name!r}] == {others[0]!r}, or relabel a tally's."
        )
        raise InvalidInputError(msg)


# ---- the comparison ---------------------------------------------------------------------


def compared(
    pair: Comparison,
    seconds: str,
    flag: str,
    aims: estimates.Targets,
    settings: estimates.Settings,
    method: SurvivalMethod,
) -> SurvivalChange | Results[SurvivalChange]:
    """Compare what was estimated of both sides of every row."""
    rows, groups = pair.rows, pair.groups
    both: list[Followed] = []
    for side in pair.sides:
        cells = side.tally._cells
        states = cells.label(flag)[cells.code(flag)]
        runs = []
        for state in (0, 1):
            lined, below = estimates.lined_up(cells.select(states == state), groups, seconds, side.label)
            rows.adopt(below)
            runs.append(lined.runs)
        both.append(followed(*runs))
    for counted, supplied, label in zip(pair.counted, pair.shown, pair.between, strict=True):
        rows.explain(supplied & (counted == 0), f"not available: no times in {label}")
    rows.settle()
    targets = estimates.targets_of(aims, groups, rows.there)
    level = settings.level
    sides: list[dict[str, Any]] = []
    for times, ended, waiting, group in both:
        fit = kaplan_meier(times, ended, waiting, group, len(groups), method=method, confidence_level=level)
        sides.append(
            {
                "n": fit.runs.sums(ended),
                "still_open": fit.runs.sums(waiting),
                "median": [column[:, 0] for column in fit.percentiles([50])],
                "share_within": fit.at(targets, inclusive=settings.inclusive),
                "reached": fit.reached(),
            }
        )
    tested = log_rank(both[0], both[1], len(groups))
    values: dict[str, Any] = {"target": targets, "p_value": tested.p_value}
    values |= estimates.by_side(sides, "n", "still_open")
    for name, found, expected in zip(("old", "new"), sides, tested.expected, strict=True):
        values |= {f"{name}_{what}": found[what][0] for what in ("median", "share_within")}
        values[f"{name}_expected"] = expected
    old, new = sides
    for what, change, unit in (("median", "median_change", 1), ("share_within", "points", 100)):
        low, high = intervals.square_and_add(*new[what], *old[what])
        # Without any limit there is nothing to say.
        known = ~(np.isinf(low) & np.isinf(high))
        values |= {
            change: unit * (new[what][0] - old[what][0]),
            f"{change}_low": np.where(known, unit * low, np.nan),
            f"{change}_high": np.where(known, unit * high, np.nan),
        }
    base = old["median"][0]
    relative = (
        *square_and_add_ratio(*new["median"], *old["median"]),
        new["median"][0] / np.where(base > 0, base, np.nan),
    )
    for end, ratio in zip(("_low", "_high", ""), relative, strict=True):
        values[f"median_percent_change{end}"] = 100 * (ratio - 1)
    _explain_open(rows, pair, sides, tested, targets)
    values |= {
        **pair.beside.fields,
        "inclusive": settings.inclusive,
        "still_open": flag,
        "survival_method": method,
        "confidence_level": level,
    }
    stand = {"target": estimates.EVERYWHERE}
    for name, supplied in zip(("old", "new"), pair.shown, strict=True):
        stand |= {f"{name}_{what}": supplied & rows.there for what in ("n", "still_open")}
    return rows.results(SurvivalChange, values, stand)


def _explain_open(
    rows: Rows, pair: Comparison, sides: list[dict[str, Any]], tested: LogRank, targets: FloatArray
) -> None:
    """Say what of a figure is not known, and why."""
    untested, lacking = np.isnan(tested.p_value), np.zeros(len(rows), dtype=bool)
    for side in sides:
        lacking |= np.isnan(side["median"][0]) | (np.isnan(side["share_within"][0]) & ~np.isnan(targets))

    def why(row: int) -> str:
        found = []
        for side, label in zip(sides, pair.between, strict=True):
            if np.isnan(side["median"][0][row]):
                ended = percent(side["reached"][row])
                found.append(f"median in {label} ({ended} had ended when the last was followed)")
            if np.isnan(side["share_within"][0][row]) and not np.isnan(targets[row]):
                found.append(
                    f"share within the target in {label} (none was followed for {duration(targets[row])})"
                )
        if untested[row]:
            found.append("test (nothing ended while some of both were followed)")
        return f"not available: {'; '.join(found)}"

    rows.explain(rows.there & (lacking | untested), why)
    base = sides[0]["median"][0]
    rows.explain(rows.there & (base == 0), f"not applicable: the median was 0 {pair.beside.before}")
