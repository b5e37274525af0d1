"""Calls: how fast they were answered, the service level, and beside it the calls abandoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, cast, overload

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._cells import MEASURED, MISSING, REASON, Cells, filled
from policemetrics._compare import Chosen, Mask, Rows, chosen_of
from policemetrics._supply import (
    Reasons,
    Side,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    totals,
    unexplained,
    whole_side,
    why_negative,
    why_not_supplied,
    why_unlike,
)
from policemetrics._write import count as written
from policemetrics._write import duration, percent
from policemetrics.definitions import answer_clocks
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.frames import framed
from policemetrics.results import ExclusionTable, Figure, FigureT, Results, column, figure, label_array
from policemetrics.tallies import Tally
from policemetrics.times import estimates
from policemetrics.times.reading import Wanted, is_column, seconds_in, several_labels
from policemetrics.times.summary import TimeSummary
from policemetrics.typing import (
    ByLabel,
    Columns,
    Counts,
    Durations,
    Every,
    FloatArray,
    IntArray,
    Label,
    Number,
    Numbers,
    Percentile,
    Seconds,
    ServiceLevel,
)

_MEANINGS: Final[Mapping[ServiceLevel, str]] = {
    "answered": "the calls answered; those abandoned are left out of it",
    "offered": "all calls offered: answered and abandoned",
    "offered_less_short": "the calls answered, and those abandoned after short= seconds or more",
}
_SAID: Final[Mapping[ServiceLevel, str]] = {
    "answered": "answered",
    "offered": "offered",
    "offered_less_short": "offered, less those abandoned too soon to count,",
}


# ---- what is asked ----------------------------------------------------------------------


@attrs.frozen
class ServiceLevelDefinition:
    """Out of what the service level is; abandoned calls that waited less than `short` do not count."""

    out_of: ServiceLevel
    short: float

    @classmethod
    def of(cls, out_of: Any, short: Any) -> ServiceLevelDefinition:
        """Check what was named: there is no default."""
        note = "service-level", "out of which calls the service level is"
        chosen = _check.one_of(out_of, "out_of", _MEANINGS, note=note)
        if short is None and out_of == "offered_less_short":
            msg = (
                "short must be given with out_of='offered_less_short': the seconds before which an abandoned call "
                "does not count."
            )
            raise InvalidInputError(msg)
        if short is not None and out_of == "offered":
            msg = (
                "short cannot go with out_of='offered', which counts every call abandoned; use "
                "out_of='offered_less_short'."
            )
            raise InvalidInputError(msg)
        return cls(chosen, np.nan if short is None else estimates.duration_in(short, "short"))

    def refuse_unknown(self, abandoned: object, where: str) -> None:
        """Refuse not to know the calls abandoned where they count; `where` says what could name them."""
        if abandoned is None and self.out_of != "answered":
            msg = (
                f"abandoned must be given with out_of={self.out_of!r}: a number, a mapping of label to number or a Tally; "
                f"or name in {where}."
            )
            raise InvalidInputError(msg)


def said_of(service_level: str) -> str:
    """Write of which calls a service level is."""
    return _SAID[cast("ServiceLevel", service_level)].rstrip(",")


def said_level(figure: Any) -> str:
    """Write out of what a service level is: "320 calls answered"."""
    return f"{_calls(figure.out_of)} {_SAID[figure.service_level]}"


def said_abandoned(figure: Any, side: str = "") -> str:
    """Write the share of calls abandoned, which stands beside every service level; `side` is that of a change."""
    offered, share = (getattr(figure, f"{side}{name}") for name in ("offered", "share_abandoned"))
    after = "" if np.isnan(figure.short) else f" after {duration(figure.short)} or more"
    if np.isnan(offered):
        return f"how many calls were abandoned{after} is not known"
    if not offered:
        return "no calls were offered"
    return f"{percent(share, 2)} of {_calls(offered)} offered were abandoned{after}"


def _calls(number: float) -> str:
    return f"{written(number)} call{'' if number == 1 else 's'}"


def _have(number: float) -> str:
    return "has" if number == 1 else "have"


# ---- what is given ----------------------------------------------------------------------


@attrs.frozen
class Calls:
    """The calls of one table: those answered, with their measure; those abandoned, and how long these waited.

    `whole` tells what was supplied. `waited` holds the abandoned calls whose wait is known, where any can be, and
    `waitless` the answered ones whose wait is not: they were offered, and in time or not.
    """

    by: tuple[str, ...]
    whole: Tally
    answered: Tally
    abandoned: Tally | None
    waited: Cells | None
    waits: str
    waitless: Cells | None
    chosen: Chosen

    @classmethod
    def divided(
        cls, data: Tally, by: tuple[str, ...], dim: str, labels: tuple[Any, ...], measure: str
    ) -> Calls:
        """Divide one table by the labels of a dimension that mean abandoned."""
        summed = data.sum_to(*dict.fromkeys((*by, dim, measure)))
        cells, ledger, wanted = summed._cells, summed._ledger, {dim: label_array(labels)}
        mask, kept, lost = cells.match(wanted), by if measure == dim else (*by, measure), None
        waitless = None
        if ledger is not None:
            # An abandoned call without a wait was left out of the times; as a call abandoned it counts.
            without = ledger.match(wanted) & ledger.where_label(REASON, f"missing {measure}".__eq__)
            lost = filled(ledger.select(without).project((*kept, REASON)))
            waitless = _lacking_wait(ledger.select(~without), measure, (*by, dim))
            ledger = filled(ledger.select(~without).project((*by, REASON)))
        abandoned, waited = _without_waits(Tally._of(cells.select(mask).project(kept), None, lost), measure)
        answered = cells.select(~mask).project((*by, measure))
        counted = answered.project(by).union(abandoned._cells.project(by))
        supplied = counted.keys() if summed._supplied is None else summed._supplied
        whole = Tally._of(counted, supplied, ledger, unit=data.unit)
        parts = whole._evolve(cells=answered), abandoned._evolve(supplied=supplied)
        return cls(by, whole, *parts, waited, measure, waitless, chosen_of(data, by))

    @classmethod
    def joined(
        cls, data: Tally, by: tuple[str, ...], abandoned: Any, measure: str, waits: str = MEASURED
    ) -> Calls:
        """Join a table of calls answered with what is known of those abandoned: a number, numbers by group, a tally."""
        found, waited = _abandoned(abandoned, by), None
        if found is not None:
            found, waited = _without_waits(found, waits)
        answered = whole_side(data).tally.sum_to(*by, measure)
        waitless = None if answered._ledger is None else _lacking_wait(answered._ledger, measure, by)
        return cls(by, data, answered, found, waited, waits, waitless, chosen_of(data, by))

    def offered(self, definition: ServiceLevelDefinition, *, single: bool) -> Offered:
        """Count by group what was abandoned, and say where that, or all, is not available."""
        sides = [Side(part) for part in (self.answered, self.abandoned) if part is not None]
        groups = groups_of(sides, self.by)
        gone, short, unknown = self._gone(groups, definition)
        known = unexplained(unknown)
        lost = exclusion_table(groups, sides, totals(sides[0], groups) + np.where(known, gone, 0))
        rows = Rows(
            keys_of(groups), why_not_supplied(groups, Side(self.whole)), single, lost, chosen=self.chosen
        )
        if short.any():
            name = f"abandoned within {duration(definition.short)}"
            counts = np.column_stack((lost.counts, short))
            rows.exclusions = attrs.evolve(lost, reasons=(*lost.reasons, name), counts=counts)
        waitless = _by_group(self.waitless, groups)
        counted = known & (self.abandoned is not None)
        return Offered(groups, rows, definition, counted, unknown, gone, waitless, lost)

    def _gone(self, groups: Cells, definition: ServiceLevelDefinition) -> tuple[IntArray, IntArray, Reasons]:
        """Count the calls abandoned, less those that were short, and these; say where that is not known."""
        short, unknown = np.zeros(len(groups), dtype=np.int64), no_reasons(len(groups))
        if self.abandoned is None:
            return short, short, unknown
        side = Side(self.abandoned)
        asked = Rows({}, unknown)
        asked.adopt(why_not_supplied(groups, side))
        asked.adopt(why_unlike(groups, Side(self.whole), side, "the calls answered and those abandoned"))
        every = totals(side, groups)
        if self.waited is not None and not np.isnan(definition.short):
            cells = self.waited.project((*self.by, self.waits))
            short = _by_group(
                cells.select(estimates.seconds_of(cells, self.waits) < definition.short), groups
            )
            waitless = every - _by_group(cells, groups)
            compared = f"no waiting time to compare with {duration(definition.short)}"
            asked.explain(
                waitless > 0, lambda row: f"{written(waitless[row])} {_have(waitless[row])} {compared}"
            )
        gone = every - short
        asked.adopt(why_negative(gone, "the calls abandoned"))
        return gone, short, unknown


def _by_group(cells: Cells | None, groups: Cells) -> IntArray:
    """Add up cells by group."""
    return np.zeros(len(groups), dtype=np.int64) if cells is None else totals(Side(Tally._of(cells)), groups)


def _without_waits(tally: Tally, waits: str) -> tuple[Tally, Cells | None]:
    """Count calls abandoned whatever their wait, those among them whose wait is missing; and return the waits."""
    if waits not in tally.dims:
        return tally, None
    dims = tuple(d for d in tally.dims if d != waits)
    counted, ledger = tally._cells.project(dims), tally._ledger
    if ledger is not None:
        found = _lacks_wait(ledger, waits, dims)
        counted = counted.union(ledger.select(found).project(dims))
        ledger = filled(ledger.select(~found).project((*dims, REASON)))
    counts = tally._evolve(
        cells=counted, ledger=ledger, overlapping=tally.overlapping - {waits}, sent=None, marks=()
    )
    return counts, tally._cells


def _lacks_wait(ledger: Cells, waits: str, dims: tuple[str, ...]) -> Mask:
    """Return which cells of a ledger lack their wait, and none of the labels."""
    found = ledger.where_label(REASON, f"missing {waits}".__eq__)
    for dim in dims:
        found &= ledger.where_label(dim, MISSING.__ne__)
    return found


def _lacking_wait(ledger: Cells, waits: str, dims: tuple[str, ...]) -> Cells:
    """Count what a ledger has of calls without a wait."""
    return ledger.select(_lacks_wait(ledger, waits, dims)).project(dims)


def _abandoned(given: Any, by: tuple[str, ...]) -> Tally | None:
    """Bring what is known of the calls abandoned into the form of a tally over the groups."""
    if given is None:
        return None
    if isinstance(given, Tally):
        given._require_dims(*by)
        return given
    if isinstance(given, Mapping):
        if not by:
            msg = "abandoned by label needs by=, whose labels it is keyed by; or give one number."
            raise InvalidInputError(msg)
        counts = [_check.one_count(v, f"abandoned[{k!r}]") for k, v in given.items()]
        keys = [k if isinstance(k, tuple) else (k,) for k in given]
        if any(len(k) != len(by) for k in keys):
            msg = f"abandoned must be keyed by the labels of {_check.listing(by)}, in that order; got {_check.listing(given)}."
            raise InvalidInputError(msg)
        columns = {d: [k[i] for k in keys] for i, d in enumerate(by)}
        found = Tally.from_columns(columns, counts)
        if len(found) < len(keys):
            msg = f"abandoned must be keyed by distinct labels, none of them missing; got {_check.listing(given)}."
            raise InvalidInputError(msg)
        return found
    if not _check.is_number(given):
        msg = (
            "abandoned must be a number, a mapping of label to number, or a Tally; a label goes with result=; got "
            f"{_check.shown(given)} ({type(given).__name__})."
        )
        raise InvalidTypeError(msg)
    count = _check.one_count(given, "abandoned")
    if by:
        msg = f"abandoned must be given for each group of by=, as a mapping of label to number or a Tally; got {count}."
        raise InvalidInputError(msg)
    return Tally._of(attrs.evolve(Cells.single(), counts=np.array([count], dtype=np.int64)))


# ---- by group ---------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Offered:
    """The groups of some calls, how many were abandoned, and what is said of each group.

    Attributes
    ----------
    groups : Cells
        The groups.
    rows : Rows
        One row per group, with its reason where it has no calls.
    definition : ServiceLevelDefinition
        What is asked.
    counted : array of bool, (groups,)
        Whether the calls abandoned are known.
    unknown : array of str or None, (groups,)
        Why they are not, where they were given.
    abandoned, waitless : array of int64, (groups,)
        Calls abandoned, less those too short to count; and calls answered whose wait is missing.
    lost : ExclusionTable
        What was left out, but for calls abandoned too soon to count.
    """

    groups: Cells
    rows: Rows
    definition: ServiceLevelDefinition
    counted: Mask
    unknown: Reasons
    abandoned: IntArray
    waitless: IntArray
    lost: ExclusionTable

    @property
    def others(self) -> IntArray:
        """What is in the denominator of the service level beside the calls answered."""
        return np.where(self.counted & (self.definition.out_of != "answered"), self.abandoned, 0)

    def targets(self, aims: estimates.Targets, answered: IntArray) -> FloatArray:
        """Find the target of each group among those that were read; every one with calls needs one."""
        return estimates.targets_of(aims, self.groups, self.rows.there & (answered + self.others > 0))

    def explain(self, answered: IntArray) -> Mask:
        """Give every group its reason, and return of which the service level stands."""
        rows, of_answered = self.rows, self.definition.out_of == "answered"
        levels = rows.there & (self.counted & (self.waitless == 0) | of_answered)
        given = "not available: of the calls abandoned, "
        rows.explain(
            ~unexplained(self.unknown),
            lambda row: given + self.unknown[row].removeprefix("not available: "),
        )
        # What was left out may have been answered calls, in time or not.
        none, left_out = answered == 0, self.lost.counts.any(axis=1)
        rows.explain(
            none & left_out,
            lambda row: f"not available: no call answered was counted ({self.lost.row(row).left_out})",
        )
        rows.explain(none, "not available: no call was answered")
        rows.explain(
            (self.waitless > 0) & (not of_answered),
            lambda row: (
                f"not available: {_calls(self.waitless[row])} answered {_have(self.waitless[row])} no wait"
            ),
        )
        stand: Mask = levels & ~(none & left_out)
        return stand

    def results(
        self, kind: type[FigureT], values: Mapping[str, Any], levels: Mask
    ) -> FigureT | Results[FigureT]:
        """Make the figures, with the calls offered beside each; `levels` says of which the service level stands."""
        there = self.rows.there & self.counted
        gone = np.where(there, self.abandoned, 0)
        offered = np.where(there, values["n"] + self.waitless, 0) + gone
        calls = {"offered": offered, "abandoned": gone}
        calls |= estimates.share_of("share_abandoned", gone, offered, there, values["confidence_level"])
        stand = dict.fromkeys(("within", "out_of", *(v for v in values if v.startswith("share"))), levels)
        stand |= {"target": estimates.EVERYWHERE} | dict.fromkeys(calls, there)
        asked = {"service_level": self.definition.out_of, "short": self.definition.short}
        return self.rows.results(kind, {**values, **calls, **asked}, stand)


# ---- the figure -------------------------------------------------------------------------


@figure(slots=False)
class CallColumns(Figure):
    """The columns of calls offered and abandoned, and out of what a service level is."""

    offered: float = column("count", "denominator")
    abandoned: float = column("count", "numerator")
    share_abandoned: float = column("share", "estimate", of=("abandoned", "offered"))
    share_abandoned_low: float = column("share", "lower", shown=False)
    share_abandoned_high: float = column("share", "upper", shown=False)
    service_level: ServiceLevel
    short: float = float("nan")


@figure(estimate=("mean", "median", "share_within"), method="mean_method")
class AnswerSummary(CallColumns, TimeSummary):
    """How fast calls were answered, how many in time, and how many were abandoned.

    It has everything that a `TimeSummary` has, for the waits of answered calls: `mean` is the average speed of
    answer, `n` the calls answered, and `share_within` the service level.

    Attributes
    ----------
    offered : float
        Calls answered, with a wait or without, plus calls abandoned; nan if the abandoned calls are not known.
    abandoned : float
        Calls abandoned, less those that waited less than `short`.
    share_abandoned, share_abandoned_low, share_abandoned_high : float
        `abandoned` as a fraction of `offered`, and its Wilson interval.
    service_level : str
        The denominator of `share_within`: ``"answered"``, ``"offered"`` or ``"offered_less_short"``.
    short : float
        The seconds before which an abandoned call does not count; nan if every one counts.
    clock : str
        Where the waits start and end; empty if that was not stated.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (
        (
            "n",
            "within",
            "out_of - within",
            "out_of - n?",
            "offered - n?",
            "abandoned?",
            "offered - abandoned",
        ),
    )

    clock: str = ""

    def _sentence(self) -> str:
        if np.isnan(self.mean):
            found = [f"Calls: {self.reason}"]
        else:
            clock = f", {self.clock}" if self.clock else ""
            found = [f"{self._times} call{'' if self.n == 1 else 's'} answered{clock}"]
        if not np.isnan(self.share_within):
            found.append(f"{percent(self.share_within, 2)} of {said_level(self)} {self._in_time}")
        elif self.reason and not np.isnan(self.mean):
            found.append(f"service level {self.reason}")
        if not np.isnan(self.n):
            found.append(said_abandoned(self))
        return f"{'; '.join(found)}."


# ---- the metric -------------------------------------------------------------------------


@overload
def answer_times(
    waits: Numbers | Durations,
    /,
    *,
    target: Seconds,
    out_of: ServiceLevel,
    short: Seconds | None = None,
    abandoned: Number | Tally | None = None,
    inclusive: bool = False,
    clock: str = "",
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> AnswerSummary: ...
@overload
def answer_times(
    data: Counts,
    /,
    *,
    target: Seconds,
    out_of: ServiceLevel,
    short: Seconds | None = None,
    abandoned: Number | Tally | Label | Sequence[Label] | None = None,
    result: str | None = None,
    answered: Label | Sequence[Label] = "answered",
    by: None = None,
    inclusive: bool = False,
    clock: str = "",
    seconds: str = MEASURED,
    count: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> AnswerSummary: ...
@overload
def answer_times(
    data: Counts,
    /,
    *,
    target: Seconds | Mapping[Any, Seconds | None],
    out_of: ServiceLevel,
    short: Seconds | None = None,
    abandoned: ByLabel | Tally | Label | Sequence[Label] | None = None,
    result: str | None = None,
    answered: Label | Sequence[Label] = "answered",
    by: Columns,
    inclusive: bool = False,
    clock: str = "",
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> Results[AnswerSummary]: ...
@_check.asking_together
def answer_times(
    data: Numbers | Durations | Counts,
    /,
    *,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    out_of: ServiceLevel | None = None,
    short: Seconds | None = None,
    abandoned: Number | ByLabel | Tally | Label | Sequence[Label] | None = None,
    result: str | None = None,
    answered: Label | Sequence[Label] = "answered",
    by: Columns | None = None,
    inclusive: bool = False,
    clock: str = "",
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> AnswerSummary | Results[AnswerSummary]:
    """Average speed of answer, service level and abandonment of calls.

    You must name the denominator of the service level, because the same calls have several true ones. The share
    abandoned is always given as well, because the average of calls answered improves when more callers give up.

    Parameters
    ----------
    data : Tally, data frame or column of seconds
        The waits of calls, in seconds or durations: of answered calls only, or of all calls with `result`.
    target : float or timedelta, or mapping of label to them
        In seconds, > 0; with `by` also by label, as for `summarise_times`.
    out_of : {"answered", "offered", "offered_less_short"}
        The denominator of the service level: calls answered; all calls, answered and abandoned; or all except
        those abandoned before `short`.
    short : float or timedelta, optional
        Abandoned calls that waited less than this do not count in the share abandoned, nor in the service level
        ``"offered_less_short"``, which needs it. Default is that every abandoned call counts.
    abandoned : int, mapping of label to int, or Tally; with `result` label or sequence of labels
        How many calls were abandoned: one number; a number for each label of `by`; or a tally by the same
        dimensions, with their waits in `seconds` if `short` is to be applied to them. Numbers without waits must
        already leave out the short ones. With `result` it is the label of abandoned calls, ``"abandoned"`` by
        default. Without either only ``"answered"`` is possible.
    result : str, optional
        The dimension or column that says what became of each call. An abandoned call may have a wait or none.
        Default is that all calls in `data` were answered.
    answered : label or sequence of labels, optional
        With `result`: the label of answered calls. Default is ``"answered"``.
    by : str, sequence of str or mapping of dimension to column, optional
        For a tally or frame: the dimensions to keep; gives a table.
    inclusive : bool, optional
        Whether a call answered exactly at the target is in time. Default is False: 10.0 s is not within 10 s.
    clock : str, optional
        Where the waits start and end, in words or by a name of `definitions.answer_clocks`: the wait for the
        switchboard and the wait for a call handler are two measures. Figures with different clocks cannot be
        compared. Default is not stated.
    seconds : str, optional
        The dimension or column of the waits. Default is ``"seconds"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    percentile_method : str, optional
        As for `summarise_times`. Default is ``"linear"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    AnswerSummary or Results of AnswerSummary
        A table if there is `by`; otherwise one figure. If no call was answered, the times are not available, and
        the service level out of calls offered is 0.

    Raises
    ------
    ChoiceNeededError
        If `out_of` is left out: the error lists the choices, with their meaning.
    UnknownNameError
        If `out_of`, a column, a dimension or a definition does not exist, `result` has a label that is
        neither answered nor abandoned, or a group has no target.
    InvalidInputError
        If a wait is negative, the calls abandoned are needed and not given, `short` does not go with
        `out_of`, or data change while an engine reads them in several queries (for more than 67 million distinct
        waits by group).

    Warns
    -----
    TargetUnitWarning
        If a target is under one second or over a week.

    See Also
    --------
    policemetrics.published.answer_bands : The same from published bands.
    policemetrics.published.pool_means : The average of everything from published averages.

    Notes
    -----
    The average speed of answer is the sum of the waits of answered calls, divided by their number. An answered
    call whose wait is missing is left out of it, and counted as excluded. It was offered, so it counts in the
    share abandoned. It may have been in time, so the service level out of calls offered is not available. An
    abandoned call counts without its wait. Forces differ in where the wait begins: at the switchboard or at the
    force, before or after a recorded message.

    Examples
    --------
    >>> from policemetrics import Tally
    >>> calls = Tally.from_columns(
    ...     {"line": ["999", "999", "999", "999"], "result": ["answered"] * 3 + ["abandoned"], "seconds": [4, 9, 30, 20]},
    ...     [60, 30, 8, 2],
    ... )
    >>> found = answer_times(calls, target=10, out_of="offered", result="result", by="line")
    >>> found["share_within"].tolist(), found["share_abandoned"].tolist()
    ([0.9], [0.02])
    >>> print(answer_times([30, 15, 45, 60, 10], target=20, out_of="offered", abandoned=1))
    Mean 32 s (95% interval 6.2 s to 57.8 s), median 30 s, 90th percentile 54 s, of 5 calls answered; 33.33% of 6 calls offered within 20 s (95% interval 9.68% to 70.00%), counted as under the target; 16.67% of 6 calls offered were abandoned.
    """
    settings = estimates.Settings.of(inclusive, percentile_method, confidence_level)
    definition = ServiceLevelDefinition.of(out_of, short)
    known = answer_clocks().get(_check.text(clock, "clock", empty=True))
    if target is None:
        msg = "target must be given: the seconds within which a call shall be answered."
        raise InvalidTypeError(msg)
    data, dims = framed(data, by, date, every)
    kept = dims or ()
    if is_column(data):
        _check.refuse_options(
            result=result, by=by, count=count, date=date, seconds=None if seconds == MEASURED else seconds
        )
        waits = seconds_in(data, MEASURED)
        data = Tally.from_columns({MEASURED: waits}, np.ones(len(waits), dtype=np.int64), unit="rows")
    if result is None:
        if not isinstance(answered, str) or answered != "answered":
            msg = "answered goes with result=, the dimension that says which calls were; without it all of data were answered."
            raise InvalidInputError(msg)
        definition.refuse_unknown(abandoned, "result= the dimension that says which calls were abandoned")
    else:
        _check.text(result, "result")
        if result in kept:
            msg = f"by must not name {result!r}, which says what became of each call."
            raise InvalidInputError(msg)

    def calls_of(tally: Tally, waits: str) -> Calls:
        if result is None:
            return Calls.joined(tally, kept, abandoned, waits, waits)
        gone = _abandoned_labels(tally, result, answered, abandoned)
        return Calls.divided(tally, kept, result, gone, waits)

    def answered_of(tally: Tally, waits: str) -> list[Cells]:
        return [calls_of(tally, waits).answered._cells]

    aims, dims = estimates.read_targets(target), kept if result is None else (*kept, result)
    given = Wanted(data, dims, seconds, count, aims, settings).given(answered_of, definition.short)
    calls = calls_of(given.tally, given.seconds)
    offered = calls.offered(definition, single=by is None)
    times, below = given.lined_up(calls.answered._cells, offered.groups, "the calls answered")
    offered.rows.adopt(below)
    values = settings.summary(times, offered.others, offered.targets(aims, times.sizes))
    values["sd"] = np.where(offered.rows.there, values["sd"], np.nan)
    values["clock"] = known.words if known else clock
    return offered.results(AnswerSummary, values, offered.explain(times.sizes))


def _abandoned_labels(data: Tally, result: str, answered: Any, abandoned: Any) -> tuple[Label, ...]:
    """Return the labels that mean abandoned; every label there is must mean one or the other."""
    meant = {
        "answered": several_labels(answered, "answered"),
        "abandoned": several_labels("abandoned" if abandoned is None else abandoned, "abandoned"),
    }
    both = [v for v in meant["answered"] if v in meant["abandoned"]]
    if both:
        msg = f"answered and abandoned must be different labels; got {_check.listing(both)} for both."
        raise InvalidInputError(msg)
    left = [v for v in data.labels(result) if v not in {*meant["answered"], *meant["abandoned"]}]
    if left:
        said = " and ".join(f"{name}={_check.listing(labels)}" for name, labels in meant.items())
        msg = (
            f"result: every label of {result!r} must mean answered or abandoned; {_check.listing(left)} does not; got {said}. "
            "Name it in answered= or abandoned=, or leave such calls out on purpose, in the frame or with tally.drop()."
        )
        raise UnknownNameError(msg)
    return meant["abandoned"]
