"""Response times: from a start of the clock that must be named to the first resource at the scene."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, overload

from policemetrics import _check
from policemetrics._cells import MEASURED, plain
from policemetrics._figure import uncapitalised
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, Note
from policemetrics.frames import timed
from policemetrics.results import Results, column, figure
from policemetrics.survival import SURVIVAL_METHODS
from policemetrics.tallies import MISSING_END, Tally
from policemetrics.times.estimates import EVERYWHERE, Settings, excluded_for, read_targets, summarised
from policemetrics.times.summary import TimeSummary
from policemetrics.times.survival import ClockInputs, ResponseSurvival, survived
from policemetrics.typing import Columns, Label, NoArrival, Percentile, Regraded, Seconds, SurvivalMethod

if TYPE_CHECKING:
    from policemetrics.frames import IntoFrame

_NO_ARRIVAL: Final = get_args(NoArrival)
_REGRADED: Final = get_args(Regraded)


@figure(estimate=("mean", "median", "share_within"), method="mean_method")
class ResponseSummary(ClockInputs, TimeSummary):
    """How long a response took: a `TimeSummary` that says which clock ran.

    Attributes
    ----------
    not_arrived : float
        How many incidents have no arrival: left out, or counted as missing the target.
    start, end, timezone : str
        The columns between which the clock runs, and its zone.
    resolution, no_arrival, zero, incident, self_initiated, grades, regraded, upgraded : str
        What the caller chose.
    """

    not_arrived: float = column("count")

    def _sentence(self) -> str:
        return f"From {self.start} to {self.end}: {uncapitalised(super()._sentence())}"


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
    no_arrival: Literal["exclude", "missed"] = "exclude",
    zero: Literal["keep", "exclude"] = "keep",
    incident: str | None = None,
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
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    inclusive: bool = False,
    no_arrival: Literal["exclude", "missed"] = "exclude",
    zero: Literal["keep", "exclude"] = "keep",
    incident: str | None = None,
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
    no_arrival: Literal["censored"],
    as_at: dt.datetime | None = None,
    closed: str | None = None,
    zero: Literal["keep", "exclude"] = "keep",
    incident: str | None = None,
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
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    inclusive: bool = False,
    no_arrival: Literal["censored"],
    as_at: dt.datetime | None = None,
    closed: str | None = None,
    zero: Literal["keep", "exclude"] = "keep",
    incident: str | None = None,
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
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    inclusive: bool = False,
    no_arrival: NoArrival = "exclude",
    as_at: dt.datetime | None = None,
    closed: str | None = None,
    zero: Literal["keep", "exclude"] = "keep",
    incident: str | None = None,
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
        One row an incident, or with `incident` several. Any that narwhals reads.
    start, end : str
        The columns of stamps between which the clock runs. Forces start it at the call, the creation of the
        incident, the grading or the dispatch, so that there is no default; both names stand in the figure.
    target : float or timedelta, or mapping of label to them, optional
        In seconds, > 0. With `by` it may differ from group to group: keyed by label, or by tuple of labels in
        the order of `by`. See `definitions.response_targets`. Default is none.
    by : str, sequence of str or mapping of dimension to column, optional
        What to keep; gives a table. Default is one figure.
    timezone : str, optional
        Whose clocks stamps without a zone were read from. It must be given if they have none.
    resolution : {"exact", "second"}, optional
        ``"second"`` cuts each time down to whole seconds, so that an engine brings fewer of them home; means are
        lower for it, by half a second or so. Default is ``"exact"``, to the microsecond.
    inclusive : bool, optional
        Whether a time equal to the target meets it. Default is False: it must be less. It cannot go with
        ``resolution="second"``: cut, 900.7 s is 900.
    no_arrival : {"exclude", "missed", "censored"}, optional
        What an incident without an arrival is: left out of everything; missed, in the share within the target;
        or censored: it took at least as long as it was observed. Excluding it makes the force look faster.
        Default is ``"exclude"``.
    as_at : datetime, optional
        When the data were extracted, for ``"censored"``: until then open incidents were followed, and what
        arrived later had not.
    closed : str, optional
        For ``"censored"``: the column of stamps at which incidents were closed, until which those without an
        arrival were followed. `as_at`, `closed` or both must be given; `as_at` too where some have neither.
    zero : {"keep", "exclude"}, optional
        What to do with times of 0, where the resource was there already. Default is ``"keep"``.
    incident : str, optional
        The column that tells incidents apart, where each resource has a row: an incident is timed from its
        first start to its first end, and its further rows are counted in the ledger. Default is that each row
        is an incident.
    self_initiated : mapping of column to label or labels, optional
        Rows to be left out, because officers came upon them: ``{"reception": "OFFICER"}``. Default is none.
    grades : pair of str, optional
        The columns of the initial and the final grade. The dimension ``"grade"`` of `by` is then taken from
        them as `regraded` says, whichever of the two it names.
    regraded : {"initial", "final", "from_upgrade", "exclude"}, optional
        What an incident counts as whose grade was changed: as its initial grade, or as its final one, with the
        time it had waited before; as its final one from the stamp in `upgraded` on; or not at all. With
        `grades` it must be given; the first two need the dimension ``"grade"``.
    upgraded : str, optional
        For ``"from_upgrade"``: the column of stamps at which the grade was changed.
    percentile_method : str, optional
        One of the nine definitions, as for `summarise_times`. Default is ``"linear"``; what is estimated with
        ``"censored"`` has one of its own.
    survival_method : {"log-log", "log"}, optional
        For ``"censored"``: on which scale the intervals are symmetric. Default is ``"log-log"``.
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
        If a column holds no stamps (text names the call that parses it), or only some have a zone.
    InvalidInputError
        If stamps without a zone come without `timezone`, most incidents end before they start, or an option
        lacks another that it needs.
    UnknownNameError
        If there is no such column, label or option; those there are get listed.

    See Also
    --------
    durations : the times themselves, to be merged and summarised by `summarise_times`.

    Notes
    -----
    Each row that is not timed has one reason, in this order: missing incident, self-initiated, regraded, missing
    upgrade, missing start, missing end, clock change, upgrade before start, began after as_at, negative, zero.
    With `incident` what the first four leave out are rows, before an incident is put together from the others;
    of the further rows of an incident only their number is told.

    With ``"censored"`` the share still waiting is Kaplan and Meier's estimate, from the times of the incidents
    attended and how long the others were followed [1]_. It takes the open ones to be like those that waited as
    long and were then attended. Where nothing is open it is the plain share, and the percentiles are those
    defined by ``"averaged_inverted_cdf"``.

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
    officers, initial_and_final = _labels_by_column(self_initiated), _pair(grades)
    followed = as_at is not None or closed is not None
    _refuse_half_followed(no_arrival, percentile_method, survival_method, followed=followed)
    _refuse_half_graded(initial_and_final, regraded, upgraded)
    timing = {"start": start, "end": end, "timezone": timezone, "resolution": resolution, "zero": zero}
    incidents = {"incident": incident, "regraded": regraded, "upgraded": upgraded}
    arrived, still_open = timed(
        frame,
        () if by is None else by,
        {**timing, "closed": closed, "as_at": as_at},
        {**incidents, "grades": initial_and_final, "self_initiated": officers},
    )
    dims = tuple(d for d in arrived.dims if d != MEASURED)
    asked = {name: value or "" for name, value in {**timing, **incidents}.items()}
    asked |= {
        "no_arrival": no_arrival,
        "grades": " to ".join(initial_and_final or ()),
        "self_initiated": "; ".join(f"{column}: {', '.join(map(str, v))}" for column, v in officers.items()),
    }
    single = by is None
    if no_arrival == "censored":
        asked |= {"as_at": str(as_at or ""), "closed": closed or ""}
        rows, values = survived(
            arrived,
            still_open,
            dims,
            read_targets(target),
            inclusive=inclusive,
            method=survival_method,
            level=level,
            single=single,
        )
        # Of a group without times the counts, of 0, stand.
        counts = {"n": EVERYWHERE, "still_open": EVERYWHERE, "zeros": EVERYWHERE}
        return rows.results(ResponseSurvival, values | asked, counts | {"target": EVERYWHERE})
    settings = Settings.of(inclusive, percentile_method, level)
    missed = (MISSING_END,) if no_arrival == "missed" else ()
    rows, values = summarised(settings, arrived, dims, MEASURED, read_targets(target), missed, single=single)
    if rows.exclusions is not None:
        values["not_arrived"] = excluded_for(rows.exclusions, (MISSING_END,))
    stand = {"target": EVERYWHERE, "not_arrived": EVERYWHERE}
    return rows.results(ResponseSummary, values | asked, stand)


# ---- what the caller chose --------------------------------------------------------------


def _refuse_half_followed(
    no_arrival: str, percentile_method: str, survival_method: str, *, followed: bool
) -> None:
    """Refuse options for open incidents that lack another one, or that another one leaves without a meaning."""
    if no_arrival == "censored":
        until = "as_at= or closed= must be given for no_arrival='censored': until when were open incidents followed?"
        _refuse(until, where=not followed)
        estimated = (
            "percentile_method= cannot go with no_arrival='censored', whose percentiles are estimated."
        )
        _refuse(estimated, where=percentile_method != "linear")
    else:
        only = f"with no_arrival='censored' only; got no_arrival={no_arrival!r}."
        _refuse(f"as_at= and closed= go {only}", where=followed)
        _refuse(f"survival_method= goes {only}", where=survival_method != "log-log")


def _refuse_half_graded(grades: object, regraded: object, upgraded: object) -> None:
    """Refuse options for grades that lack another one, or that another one leaves without a meaning."""
    if grades is not None:
        _check.choice(regraded, "regraded", _REGRADED)
    pair = "regraded= needs grades=, the columns of the initial and the final grade."
    _refuse(pair, where=grades is None and regraded is not None)
    again, given = regraded == "from_upgrade", upgraded is not None
    stamps = "upgraded=, a column of stamps, must be given for regraded='from_upgrade'."
    _refuse(stamps, where=again and not given)
    _refuse("upgraded= goes with regraded='from_upgrade' only.", where=given and not again)


def _refuse(msg: str, *, where: bool) -> None:
    if where:
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


def _labels_by_column(chosen: object) -> dict[str, tuple[Label, ...]]:
    """Return the labels to be left out, by column."""
    if chosen is None:
        return {}
    if not isinstance(chosen, Mapping) or not chosen:
        msg = f"self_initiated must be a mapping of column to label or labels, as in {{'reception': 'OFFICER'}}; got {_check.shown(chosen)}."
        raise InvalidTypeError(msg)
    found = {}
    for name, labels in chosen.items():
        several = isinstance(labels, Iterable) and not isinstance(labels, str)
        listed = [plain(v) for v in (labels if several else [labels])]
        if not listed or any(isinstance(v, bool) or not isinstance(v, str | int) for v in listed):
            msg = f"self_initiated[{name!r}] must be a label or labels, text or whole numbers; got {_check.shown(labels)}."
            raise InvalidTypeError(msg)
        found[_check.text(name, "self_initiated: column")] = tuple(listed)
    return found
