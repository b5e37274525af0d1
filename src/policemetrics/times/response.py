"""Response times: from a start of the clock that must be named to the first resource at the scene.

Where incidents are still open: Kaplan-Meier, beside what leaving those out would say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, get_args, overload

import numpy as np

from policemetrics import _check
from policemetrics._cells import MEASURED
from policemetrics._compare import Mask, Rows
from policemetrics._figure import uncapitalised
from policemetrics._supply import Side, groups_of
from policemetrics._write import count as written
from policemetrics._write import duration, percent
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, Note
from policemetrics.frames import framed, labels_by_column, timed
from policemetrics.percentiles import Runs, percentiles
from policemetrics.results import Figure, Results, column, figure
from policemetrics.survival import SURVIVAL_METHODS, kaplan_meier
from policemetrics.tallies import MISSING_END, Tally
from policemetrics.times import estimates
from policemetrics.times.reading import Wanted
from policemetrics.times.summary import Aimed, PercentileColumns, TimeSummary
from policemetrics.typing import (
    Columns,
    Every,
    FloatArray,
    IntArray,
    Label,
    Names,
    NoArrival,
    Percentile,
    RecordedTo,
    Regraded,
    Seconds,
    SurvivalMethod,
)

if TYPE_CHECKING:
    from policemetrics.frames import IntoFrame, Moments

_NO_ARRIVAL: Final = get_args(NoArrival)
_REGRADED: Final = get_args(Regraded)


# ---- the figures ------------------------------------------------------------------------


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


@figure(estimate=("mean", "median", "share_within"), method="mean_method")
class ResponseSummary(ClockInputs, TimeSummary):
    """How long a response took: a `TimeSummary` that says which clock was used.

    Attributes
    ----------
    not_arrived : float
        How many incidents have no arrival: left out, or counted as not within the target.
    start, end, timezone : str
        The columns at which the clock starts and ends, and its time zone.
    resolution, no_arrival, zero, incident, self_initiated, grades, regraded, upgraded : str
        The choices that were made.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("n", "within", "out_of - within", "out_of - n?", "not_arrived?"),
    )

    not_arrived: float = column("count")

    def _sentence(self) -> str:
        return f"From {self.start} to {self.end}: {uncapitalised(super()._sentence())}"


@figure(slots=False)
class FollowedColumns(Figure):
    """The columns of how many were attended, and how many were still open when last followed."""

    n: float = column("count")
    still_open: float = column("count")


@figure(estimate=("median", "share_within"), method="survival_method")
class ResponseSurvival(Aimed, ClockInputs, PercentileColumns, FollowedColumns):
    """How long a response takes, with open incidents counted as open.

    Attributes
    ----------
    n : float
        How many were attended: their time is known.
    still_open : float
        How many had not been attended when they were last followed: their time is longer than that.
    median, median_low, median_high : float
        The time in seconds by which half of all incidents had been attended, estimated, and its interval; nan if
        fewer had. A limit that is not reached is infinite (upper) or nan (lower).
    p90, p90_low, p90_high, p95, p95_low, p95_high, p99, p99_low, p99_high : float
        The 90th, 95th and 99th percentile, with their intervals.
    target : float
        In seconds; nan without one.
    share_within, share_within_low, share_within_high : float
        The fraction, 0 to 1, of all incidents attended within the target, estimated, and its interval; nan if
        none was followed for that long.
    median_arrived, share_within_arrived : float
        The same for attended incidents only, without the open ones: a shorter time, a larger share.
    zeros : float
        How many times were zero; they are counted in all of the above.
    inclusive : bool
        Whether a time equal to the target meets it.
    recorded_to : str
        The stated precision of the stamps; empty if none was stated.
    start, end, timezone, as_at, closed : str
        The columns at which the clock starts and ends, its time zone, and until when open incidents were
        followed.
    resolution, no_arrival, zero, incident, self_initiated, grades, regraded, upgraded : str
        The choices that were made.
    survival_method, confidence_level : str, float
        How the intervals were made.
    """

    _unprotected: ClassVar[str] = "whose shares tell of counts that it does not hold"

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


# ---- the metric -------------------------------------------------------------------------


@overload
def response_times(
    frame: IntoFrame,
    /,
    *,
    start: str,
    end: str,
    target: Seconds | None = None,
    by: None = None,
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    no_arrival: Literal["exclude", "missed"] = "exclude",
    zero: Literal["keep", "exclude"] = "keep",
    incident: Names | None = None,
    self_initiated: Mapping[str, Label | Sequence[Label]] | None = None,
    grades: tuple[str, str] | None = None,
    regraded: Regraded | None = None,
    upgraded: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> ResponseSummary: ...
@overload
def response_times(
    frame: IntoFrame,
    /,
    *,
    start: str,
    end: str,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    by: Columns,
    date: str | None = None,
    every: Every = "month",
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    no_arrival: Literal["exclude", "missed"] = "exclude",
    zero: Literal["keep", "exclude"] = "keep",
    incident: Names | None = None,
    self_initiated: Mapping[str, Label | Sequence[Label]] | None = None,
    grades: tuple[str, str] | None = None,
    regraded: Regraded | None = None,
    upgraded: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> Results[ResponseSummary]: ...
@overload
def response_times(
    frame: IntoFrame,
    /,
    *,
    start: str,
    end: str,
    target: Seconds | None = None,
    by: None = None,
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    no_arrival: Literal["censored"],
    as_at: str | dt.date | None = None,
    closed: str | None = None,
    zero: Literal["keep", "exclude"] = "keep",
    incident: Names | None = None,
    self_initiated: Mapping[str, Label | Sequence[Label]] | None = None,
    grades: tuple[str, str] | None = None,
    regraded: Regraded | None = None,
    upgraded: str | None = None,
    survival_method: SurvivalMethod = "log-log",
    confidence_level: float = 0.95,
) -> ResponseSurvival: ...
@overload
def response_times(
    frame: IntoFrame,
    /,
    *,
    start: str,
    end: str,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    by: Columns,
    date: str | None = None,
    every: Every = "month",
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    no_arrival: Literal["censored"],
    as_at: str | dt.date | None = None,
    closed: str | None = None,
    zero: Literal["keep", "exclude"] = "keep",
    incident: Names | None = None,
    self_initiated: Mapping[str, Label | Sequence[Label]] | None = None,
    grades: tuple[str, str] | None = None,
    regraded: Regraded | None = None,
    upgraded: str | None = None,
    survival_method: SurvivalMethod = "log-log",
    confidence_level: float = 0.95,
) -> Results[ResponseSurvival]: ...
def response_times(
    frame: IntoFrame,
    /,
    *,
    start: str | None = None,
    end: str | None = None,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    by: Columns | None = None,
    date: str | None = None,
    every: Every = "month",
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    inclusive: bool = False,
    recorded_to: RecordedTo | None = None,
    no_arrival: NoArrival = "exclude",
    as_at: str | dt.date | None = None,
    closed: str | None = None,
    zero: Literal["keep", "exclude"] = "keep",
    incident: Names | None = None,
    self_initiated: Mapping[str, Label | Sequence[Label]] | None = None,
    grades: tuple[str, str] | None = None,
    regraded: Regraded | None = None,
    upgraded: str | None = None,
    percentile_method: Percentile = "linear",
    survival_method: SurvivalMethod = "log-log",
    confidence_level: float = 0.95,
) -> ResponseSummary | ResponseSurvival | Results[ResponseSummary] | Results[ResponseSurvival]:
    """Response times from stamps: mean, median, percentiles and the share within a target.

    Parameters
    ----------
    frame : data frame
        One row per incident, or several with `incident`. Any frame that narwhals reads.
    start, end : str
        The columns of time stamps at which the clock starts and ends. Forces start it at the call, when the
        incident is created or graded, or at dispatch, so there is no default; the figure names both columns.
    target : float or timedelta, or mapping of label to them, optional
        In seconds, > 0. With `by` it may differ between groups: a mapping from the labels of one dimension, such
        as ``{"1": 900, "2": None}`` for grades, or from tuples of labels in the order of `by`; None means no
        target. See `definitions.response_targets`. Default is none.
    by : str, sequence of str or mapping of dimension to column, optional
        What to keep; gives a table. Default is one figure.
    date : str, optional
        The column of dates, such as `start`, that is cut into the dimension ``period``; with `by` each period has
        its own row. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    timezone : str, optional
        The time zone of stamps that have none. It must be given for these.
    resolution : {"exact", "second"}, optional
        ``"second"`` rounds each time down to whole seconds, so that an engine returns less data; means come out
        about half a second lower. Default is ``"exact"``, to the microsecond.
    inclusive : bool, optional
        Whether a time equal to the target meets it. Default is False: it must be less. It cannot be combined with
        ``resolution="second"``, which makes 900 of 900.7 s.
    recorded_to : {"minute", "second"}, optional
        The precision of the stamps. For stamps in whole minutes the share within a target is known only between
        two bounds, which a caveat gives; ``"second"`` says that they are not in whole minutes. By default stamps
        count as whole minutes if there are at least 30 times and all are whole minutes.
    no_arrival : {"exclude", "missed", "censored"}, optional
        What an incident without an arrival counts as: left out of everything; missed, that is not within the
        target; or censored, that is longer than it was followed. To exclude it makes the force look faster.
        Default is ``"exclude"``.
    as_at : str, date or datetime, optional
        For ``"censored"``: when the data were extracted, also as text such as "2026-07-23 08:00"; a day means its
        beginning. Open incidents were followed until then, and later arrivals count as not yet made.
    closed : str, optional
        For ``"censored"``: the column of stamps at which incidents were closed. Those without an arrival were
        followed until then. `as_at`, `closed` or both must be given; `as_at` always if some incidents have
        neither an arrival nor a close.
    zero : {"keep", "exclude"}, optional
        What to do with times of 0, when the resource was already there. Default is ``"keep"``.
    incident : str or sequence of str, optional
        The column of the incident's number, if each resource has a row: the time runs from its first start to its
        first end, and its further rows are counted in the ledger. If numbers are used again, add the date:
        ``["log", "date"]``. Default is that each row is an incident.
    self_initiated : mapping of column to label or labels, optional
        Rows to leave out, because officers came upon the incident themselves: ``{"reception": "OFFICER"}``, or
        ``{"proactive": True}``. Default is none.
    grades : pair of str, optional
        The columns of the initial and the final grade. The dimension ``"grade"`` of `by` is then made from them
        as `regraded` says.
    regraded : {"initial", "final", "from_upgrade", "exclude"}, optional
        How an incident counts if its grade was changed: with its initial grade; with its final grade, including
        the wait before the change; with its final grade, timed from the stamp in `upgraded`; or not at all. It
        must be given with `grades`; the first two need the dimension ``"grade"``.
    upgraded : str, optional
        For ``"from_upgrade"``: the column of stamps at which the grade was changed.
    percentile_method : str, optional
        One of the nine definitions, as for `summarise_times`. Default is ``"linear"``; with ``"censored"``
        percentiles have their own definition.
    survival_method : {"log-log", "log"}, optional
        For ``"censored"``: the scale on which the intervals are symmetric. Default is ``"log-log"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    ResponseSummary or ResponseSurvival, or Results of them
        A `ResponseSurvival` for ``no_arrival="censored"``; a table if there is `by`.

    Raises
    ------
    ChoiceNeededError
        If `start` or `end` is left out.
    InvalidTypeError
        If a column holds no time stamps (for text the error names the call that parses it), or only some have a
        time zone.
    InvalidInputError
        If stamps have no time zone and there is no `timezone`, most incidents end before they start, an option
        lacks another that it needs, or data change while an engine reads them in several queries (for more than
        67 million distinct times by group).
    UnknownNameError
        If there is no such column, label or option; the error lists those that exist.

    Warns
    -----
    DateNotAdvancedWarning, IncidentNumberWarning, SwappedStampsWarning
        If many times below zero lie just above −24 or −12 hours; if rows of one incident start more than a day
        apart; or if nearly all of a few times are below zero.

    See Also
    --------
    durations : The times themselves, to merge and to summarise with `summarise_times`.

    Notes
    -----
    Each row that is not timed has one reason, the first that applies: missing incident, self-initiated, regraded,
    missing upgrade, missing start, missing end, clock change, upgrade before start, began after as_at, negative,
    zero. With `incident` the first four leave out rows before the other rows of an incident are joined; only the
    number of its further rows is given. A placeholder for a missing stamp, as in
    `definitions.placeholder_stamps`, counts as missing and is named in its reason: "placeholder 2079-06-06", or
    for a start "start placeholder 1970-01-01".

    With ``"censored"`` the share still waiting is Kaplan and Meier's estimate, from the times of the incidents
    attended and how long the others were followed [1]_. It assumes that open incidents are like those that waited
    as long and were then attended. If nothing is open, it is the plain share, and the percentiles are those of
    ``"averaged_inverted_cdf"``.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal
       of the American Statistical Association, 53(282), 457-481.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "created": pd.to_datetime(["2024-05-01 10:00", "2024-05-01 11:00", "2024-05-01 12:00", "2024-05-01 13:00"]),
    ...     "arrived": pd.to_datetime(["2024-05-01 10:08", "2024-05-01 11:20", "2024-05-01 12:12", None]),
    ... })
    >>> clock = {"start": "created", "end": "arrived", "timezone": "Europe/London", "target": 900}
    >>> found = response_times(log, **clock, no_arrival="missed")
    >>> found.median, found.share_within, found.not_arrived
    (720.0, 0.5, 1.0)
    >>> extracted = pd.Timestamp("2024-05-01 13:30")
    >>> found = response_times(log, **clock, no_arrival="censored", as_at=extracted)
    >>> found.median, found.still_open
    (960.0, 1.0)

    By grade, each with its own target:

    >>> graded = log.assign(grade=["1", "1", "2", "2"])
    >>> by_grade = response_times(graded, **clock | {"target": {"1": 900, "2": 3600}}, by="grade")
    >>> by_grade["share_within"].tolist()
    [0.5, 1.0]
    """
    _check.choice(no_arrival, "no_arrival", _NO_ARRIVAL)
    _check.choice(survival_method, "survival_method", SURVIVAL_METHODS)
    level = _check.confidence_level(confidence_level)
    if isinstance(frame, Tally):
        msg = "frame must be a data frame with stamps; the times of a tally go to summarise_times."
        raise InvalidTypeError(msg)
    if start is None or end is None:
        msg = (
            "start and end must be given, the columns of stamps between which the clock runs: forces start it at the call, "
            "the creation of the incident, the grading or the dispatch, so that there is no default."
        )
        raise ChoiceNeededError(Note("clock", "between which stamps the clock runs", msg))
    if _check.flag(inclusive, "inclusive") and resolution == "second":
        msg = "inclusive=True cannot go with resolution='second': cut to whole seconds, a time beyond the target would meet it; leave one of the two out."
        raise InvalidInputError(msg)
    officers, initial_and_final = labels_by_column(self_initiated), _pair(grades)
    methods = percentile_method, survival_method
    _refuse_half_asked(no_arrival, (as_at, closed), methods, initial_and_final, regraded, upgraded)
    asked_of, kept = framed(frame, by, date, every)
    timing = {"start": start, "end": end, "timezone": timezone, "resolution": resolution, "zero": zero}
    told_by = () if incident is None else _check.names(incident, "incident")
    incidents = {"incident": told_by, "regraded": regraded, "upgraded": upgraded}
    aims, settings = (
        estimates.read_targets(target),
        estimates.Settings.of(inclusive, percentile_method, level, recorded_to=recorded_to),
    )

    def otherwise(table: Any, dims: tuple[str, ...]) -> Moments | None:
        # Open incidents are followed time by time.
        if no_arrival == "censored":
            return None
        return Wanted(table, dims, MEASURED, None, aims, settings).sums_and_ranks()

    arrived, still_open, notes, added = timed(
        asked_of,
        kept or (),
        {**timing, "closed": closed, "as_at": as_at},
        {**incidents, "grades": initial_and_final, "self_initiated": self_initiated},
        otherwise,
    )
    dims = tuple(d for d in arrived.dims if d != MEASURED)
    asked = {name: value or "" for name, value in {**timing, **incidents}.items()}
    asked |= {
        "incident": ", ".join(told_by),
        "no_arrival": no_arrival,
        "grades": " to ".join(initial_and_final or ()),
        "self_initiated": "; ".join(f"{column}: {', '.join(map(str, v))}" for column, v in officers.items()),
    }
    if no_arrival == "censored":
        asked |= {"as_at": str(as_at or ""), "closed": closed or ""}
        rows, values = _survived(arrived, still_open, dims, aims, settings, survival_method)
        rows.single = by is None
        rows.note(*notes)
        # Of a group without times the counts, of 0, stand.
        counts: dict[str, Mask] = dict.fromkeys(("target", "n", "still_open", "zeros"), estimates.EVERYWHERE)
        return rows.results(ResponseSurvival, values | asked, counts)
    missed = (MISSING_END,) if no_arrival == "missed" else ()
    given = estimates.Given(arrived, MEASURED, added, () if added is None else [added.numbered._cells])
    rows, values = estimates.summarised(settings, given, dims, aims, missed)
    rows.single = by is None
    rows.note(*notes)
    stand: dict[str, Mask] = dict.fromkeys(("target", "not_arrived"), estimates.EVERYWHERE)
    return rows.results(ResponseSummary, values | asked, stand)


# ---- what the caller chose --------------------------------------------------------------


def _refuse_half_asked(
    no_arrival: str,
    followed: tuple[object, object],
    methods: tuple[str, str],
    grades: object,
    regraded: object,
    upgraded: object,
) -> None:
    """Refuse options that lack another one, or that another one leaves without a meaning."""
    if grades is not None:
        _check.choice(regraded, "regraded", _REGRADED)
    censored, again, until = no_arrival == "censored", regraded == "from_upgrade", followed != (None, None)
    only = f"with no_arrival='censored' only; got no_arrival={no_arrival!r}."
    rules = {
        "as_at= or closed= must be given for no_arrival='censored': until when were open incidents followed?": censored
        and not until,
        "percentile_method= cannot go with no_arrival='censored', whose percentiles are estimated.": censored
        and methods[0] != "linear",
        f"as_at= and closed= go {only}": until and not censored,
        f"survival_method= goes {only}": methods[1] != "log-log" and not censored,
        "regraded= needs grades=, the columns of the initial and the final grade.": regraded is not None
        and grades is None,
        "upgraded=, a column of stamps, must be given for regraded='from_upgrade'.": again
        and upgraded is None,
        "upgraded= goes with regraded='from_upgrade' only.": upgraded is not None and not again,
    }
    for msg, broken in rules.items():
        if broken:
            raise InvalidInputError(msg)


def _pair(grades: object) -> tuple[str, str] | None:
    """Return the columns of the initial and the final grade."""
    if grades is None:
        return None
    found = _check.names(grades, "grades")
    if len(found) != 2:
        msg = f"grades must be a pair of columns, (initial, final); got {_check.shown(grades)}."
        raise InvalidInputError(msg)
    return found[0], found[1]


# ---- incidents still open ---------------------------------------------------------------


def _survived(
    arrived: Tally,
    waiting: Tally,
    by: tuple[str, ...],
    target: estimates.Targets,
    settings: estimates.Settings,
    method: SurvivalMethod,
) -> tuple[Rows, dict[str, Any]]:
    """Estimate, by group, from the times of what was attended and the times for which the rest was followed.

    What comes back is the fields of a `ResponseSurvival` by name, and the rows that make a table of them.
    """
    side = Side(arrived + waiting)
    groups, cells = groups_of([side], by), side.tally._cells
    rows = Rows.of_side(side, groups)
    times, group = estimates.seconds_of(cells, MEASURED), cells.positions(groups, by)
    # What was still open at a time is what both tallies have there, less what had ended.
    at = cells.positions(arrived._cells, arrived.dims)
    ended = np.where(at >= 0, np.append(arrived._cells.counts, 0)[at], 0)
    still_open = cells.counts - ended
    followed = times, ended, still_open, group, len(groups)
    found = kaplan_meier(*followed, method=method, confidence_level=settings.level)
    some = found.runs.sizes > 0
    targets = estimates.targets_of(target, groups, some)
    limits = found.percentiles(list(estimates.PERCENTILES.values()))
    ranked = estimates.by_percentile([np.where(some[:, None], column, np.nan) for column in limits])
    share, low, high = found.at(targets, inclusive=settings.inclusive)
    measured, ends = _of_arrived(times, ended, group, targets, settings)
    rough = estimates.in_minutes(measured, settings.recorded_to) & rows.there
    bounds = [np.where(rough, targets + shift, np.nan) for shift in (-60, 60)]
    either = [found.at(b, inclusive=i)[0] for b, i in zip(bounds, (True, False), strict=True)]
    estimates.say_minutes(rows, targets, {"": (either[0], either[1])})
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
        **ends,
        "inclusive": settings.inclusive,
        "recorded_to": settings.recorded_to or "",
        "survival_method": method,
        "confidence_level": settings.level,
    }


def _of_arrived(
    times: FloatArray, ended: IntArray, group: IntArray, targets: FloatArray, settings: estimates.Settings
) -> tuple[estimates.LinedTimes, dict[str, FloatArray]]:
    """Say what only those that were attended would say; the median is defined as that of the estimate is."""
    there = ended > 0
    found = estimates.LinedTimes.of(Runs.of(times[there], ended[there], group[there], len(targets)))
    none_missed = np.zeros(len(targets), dtype=np.int64)
    within = estimates.shares_within(
        found, none_missed, targets, settings.level, inclusive=settings.inclusive
    )
    return found, {
        "median_arrived": percentiles(found.runs, [50], method="averaged_inverted_cdf")[:, 0],
        "share_within_arrived": within["share_within"],
        "zeros": found.zeros.astype(float),
    }
