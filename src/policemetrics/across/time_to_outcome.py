"""`time_to_outcome`: days from the record of a crime to its outcome, with crimes that are open counted as such.

Days are read and counted as response times are, crimes that are open followed to the extract by Kaplan and Meier.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np

from policemetrics import _check
from policemetrics._cells import MEASURED
from policemetrics._compare import Mask, Rows
from policemetrics._supply import Side, groups_of
from policemetrics._write import count as written
from policemetrics._write import days, percent
from policemetrics.errors import ChoiceNeededError, InvalidTypeError, Note
from policemetrics.frames import framed, timed
from policemetrics.outcomes.dates import AsAt
from policemetrics.percentiles import Runs, percentiles
from policemetrics.periods import Period
from policemetrics.results import Figure, Results, column, figure
from policemetrics.survival import SURVIVAL_METHODS, kaplan_meier
from policemetrics.tallies import Tally
from policemetrics.times import estimates
from policemetrics.typing import Columns, Every, SurvivalMethod

if TYPE_CHECKING:
    from policemetrics.frames import IntoFrame

_DAY: Final = 86_400  # seconds
_WITHIN: Final = (50.0, 90.0)
_OF_OUTCOME: Final = Note(
    "by-outcome",
    "of crimes with that outcome alone",
    "by outcome the days are of crimes that have it: those that are open may still get it, later than these",
)


@figure(estimate="median", method="survival_method", counts="crimes")
class TimeToOutcome(Figure):
    """How many days it takes until a crime has an outcome.

    Attributes
    ----------
    median, median_low, median_high : float
        Days by which half of all crimes have an outcome, estimated, and the interval; nan if fewer have. A limit
        that is not reached is infinite (upper) or nan (lower).
    p90, p90_low, p90_high : float
        The same for 90% of crimes.
    share : float
        Share of the crimes that have an outcome by the longest time for which any was followed.
    n : float
        How many crimes have an outcome.
    still_open : float
        How many had none when the data were extracted: these will take longer.
    median_closed : float
        The median of the crimes with an outcome only, without the open ones: fewer days.
    same_day : float
        How many had an outcome on the day of recording.
    start, end, timezone, as_at : str
        The columns of the two dates, the time zone of stamps, and until when open crimes were followed.
    survival_method, confidence_level : str, float
        How the intervals were made.
    """

    median: float = column("days", "estimate", unit="days")
    median_low: float = column("days", "lower")
    median_high: float = column("days", "upper")
    p90: float = column("days", "estimate", unit="days")
    p90_low: float = column("days", "lower", shown=False)
    p90_high: float = column("days", "upper", shown=False)
    share: float = column("share", "estimate")
    n: float = column("count")
    still_open: float = column("count")
    median_closed: float = column("days", unit="days")
    same_day: float = column("count", shown=False)
    start: str
    end: str
    timezone: str
    as_at: str
    survival_method: str
    confidence_level: float

    def _sentence(self) -> str:
        everything = self.n + self.still_open
        if not everything > 0:
            return f"Days from {self.start} to {self.end}: {self.reason}."
        of = f"estimated of {written(everything)} with {written(self.still_open)} still open on {self.as_at}"
        without = (
            f"; without the open ones it would be {_days(self.median_closed)}"
            if self.still_open and self.n
            else ""
        )
        if np.isnan(self.median):
            return f"Days from {self.start} to {self.end}: {self.reason}, {of}{without}."
        most = "" if np.isnan(self.p90) else f", nine tenths within {_days(self.p90)}"
        within = "" if np.isnan(self.median_low) else f" ({self._interval_words()})"
        return (
            f"Half of the crimes had an outcome within {_days(self.median)}{within}{most}, from {self.start} to {self.end}, {of}"
            f"{without}."
        )


def _days(value: float) -> str:
    return f"{days(value)} day{'' if value == 1 else 's'}"


@overload
def time_to_outcome(
    frame: IntoFrame,
    /,
    *,
    start: str,
    end: str,
    as_at: str | dt.date | Period,
    by: None = None,
    outcome: str = "outcome",
    timezone: str = "Europe/London",
    survival_method: SurvivalMethod = "log-log",
    confidence_level: float = 0.95,
) -> TimeToOutcome: ...
@overload
def time_to_outcome(
    frame: IntoFrame,
    /,
    *,
    start: str,
    end: str,
    as_at: str | dt.date | Period,
    by: Columns,
    date: str | None = None,
    every: Every = "month",
    outcome: str = "outcome",
    timezone: str = "Europe/London",
    survival_method: SurvivalMethod = "log-log",
    confidence_level: float = 0.95,
) -> Results[TimeToOutcome]: ...
def time_to_outcome(
    frame: IntoFrame,
    /,
    *,
    start: str | None = None,
    end: str | None = None,
    as_at: str | dt.date | Period,
    by: Columns | None = None,
    date: str | None = None,
    every: Every = "month",
    outcome: str = "outcome",
    timezone: str = "Europe/London",
    survival_method: SurvivalMethod = "log-log",
    confidence_level: float = 0.95,
) -> TimeToOutcome | Results[TimeToOutcome]:
    """Days from the recording of a crime to its outcome: median and 90th percentile, with open crimes counted as open.

    A median over the crimes that have an outcome is too short, because those that take long have none yet.

    Parameters
    ----------
    frame : data frame
        One row per crime, with the date of its recording and the date of its outcome, which is missing while it
        is open. Any frame that narwhals reads.
    start, end : str
        The columns of these dates: dates, or time stamps, whose date counts.
    as_at : str, datetime.date or Period
        The day of the extract, to which the crimes were followed; a month or year means its last day. Outcomes
        given later count as not yet given.
    by : str, sequence of str or mapping of dimension to column, optional
        What to keep, such as the offence group; gives a table. Default is one figure.
    date : str, optional
        The column of dates, such as `start`, that is cut into the dimension ``period``; with `by` each period has
        its own row. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    outcome : str, optional
        The dimension of `by` that holds the type of outcome, if there is one. Default is ``"outcome"``.
    timezone : str, optional
        The time zone in which stamps with a zone are read as dates. Default is ``"Europe/London"``.
    survival_method : {"log-log", "log"}, optional
        On which scale the intervals are symmetric. Default is ``"log-log"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    TimeToOutcome or Results of TimeToOutcome
        A table if there is `by`.

    Raises
    ------
    ChoiceNeededError
        If `start` or `end` is left out.
    InvalidTypeError
        If a column holds no dates, `as_at` is no date, or `frame` is a tally.
    InvalidInputError
        If `as_at` names no day, or most outcomes come before their crime.
    UnknownNameError
        If there is no such column, or `outcome` is named and is not a dimension of `by`.

    See Also
    --------
    response_times : The same for responses, to the microsecond.
    outcome_maturity : Which outcomes there are by age, in months.

    Notes
    -----
    Days are calendar days: an outcome on the day of recording took 0. The share that has no outcome yet is Kaplan
    and Meier's estimate, from the days of the crimes with an outcome and how long the others were followed [1]_.
    It assumes that open crimes are like those that were open as long and then got an outcome. If nothing is open,
    the percentiles are those of ``"averaged_inverted_cdf"``.

    An open crime has no type of outcome yet. So by type of outcome only crimes with an outcome are counted, as in
    the bulletins, and a caveat says so.

    Crimes without a date of record, recorded after `as_at`, or with an outcome before it, are left out, each for that
    reason.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal
       of the American Statistical Association, 53(282), 457-481.

    Examples
    --------
    Three crimes have an outcome after 2, 6 and 10 days; two are open after 20 and 30:

    >>> import pandas as pd
    >>> crimes = pd.DataFrame({
    ...     "recorded": pd.to_datetime(["2024-05-01", "2024-05-01", "2024-05-02", "2024-05-12", "2024-05-02"]),
    ...     "closed": pd.to_datetime(["2024-05-03", "2024-05-07", "2024-05-12", None, None]),
    ... })
    >>> found = time_to_outcome(crimes, start="recorded", end="closed", as_at="2024-06-01")
    >>> found.median, found.median_closed, found.still_open
    (10.0, 6.0, 2.0)

    By force:

    >>> by_force = crimes.assign(force=["Essex", "Essex", "Essex", "Kent", "Kent"])
    >>> time_to_outcome(by_force, start="recorded", end="closed", as_at="2024-06-01", by="force")["n"].tolist()
    [3.0, 0.0]
    """
    _check.choice(survival_method, "survival_method", SURVIVAL_METHODS)
    level = _check.confidence_level(confidence_level)
    if isinstance(frame, Tally):
        msg = "frame must be a data frame with a row per crime; a tally has no dates. outcome_maturity takes counts by month."
        raise InvalidTypeError(msg)
    if start is None or end is None:
        msg = "start and end must be given, the columns of the date of record and of the date of the outcome."
        raise ChoiceNeededError(Note("clock", "between which dates the days are counted", msg))
    given, kept = framed(frame, by, date, every)
    day = AsAt.of(as_at).needed("to which the crimes were followed")
    _check.text(outcome, "outcome")
    followed = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    timing = {"start": start, "end": end, "timezone": timezone, "as_at": followed, "by_day": True}
    ended, waiting, notes, _ = timed(given, kept or (), timing, {})
    dims = tuple(d for d in ended.dims if d != MEASURED)
    if outcome != "outcome":
        _check.known(outcome, "outcome: dimension of by=", dims)
    rows, values = _survived(ended, waiting, dims, survival_method, level)
    rows.single = by is None
    rows.note(*notes, *([_OF_OUTCOME] if outcome in dims else []))
    asked = {"start": start, "end": end, "timezone": timezone, "as_at": day.isoformat()}
    asked |= {"survival_method": survival_method}
    counts: dict[str, Mask] = dict.fromkeys(("n", "still_open", "same_day"), estimates.EVERYWHERE)
    return rows.results(TimeToOutcome, values | asked | {"confidence_level": level}, counts)


def _survived(
    ended: Tally, waiting: Tally, by: tuple[str, ...], method: SurvivalMethod, level: float
) -> tuple[Rows, dict[str, Any]]:
    """Estimate the days by group, from those of crimes that have ended and those for which the rest was followed."""
    side = Side(ended + waiting)
    groups, cells = groups_of([side], by), side.tally._cells
    rows = Rows.of_side(side, groups)
    took, group = np.rint(estimates.seconds_of(cells, MEASURED) / _DAY), cells.positions(groups, by)
    # What was still open at a time is what both tallies have there, less what had ended.
    at = cells.positions(ended._cells, ended.dims)
    over = np.where(at >= 0, np.append(ended._cells.counts, 0)[at], 0)
    found = kaplan_meier(
        took, over, cells.counts - over, group, len(groups), method=method, confidence_level=level
    )
    limits = found.percentiles(_WITHIN)
    some, share, known = found.runs.sizes > 0, found.reached(), over > 0
    closed = Runs.of(took[known], over[known], group[known], len(groups))
    rows.explain(
        some & np.isnan(limits[0][:, 0]),
        lambda row: (
            f"not available: median ({percent(share[row])} had an outcome when the last was followed)"
        ),
    )
    ranked = {
        f"{name}{end}": np.where(some, values[:, i], np.nan)
        for i, name in enumerate(("median", "p90"))
        for end, values in zip(("", "_low", "_high"), limits, strict=True)
    }
    return rows, {
        **ranked,
        "share": np.where(some, share, np.nan),
        "n": found.runs.sums(over),
        "still_open": found.runs.sums(cells.counts - over),
        "median_closed": percentiles(closed, [50], method="averaged_inverted_cdf")[:, 0],
        "same_day": found.runs.sums(np.where(took == 0, over, 0)),
    }
