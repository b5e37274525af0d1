"""Calls: how fast they were answered, the service level, and beside it the calls abandoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, intervals
from policemetrics._arguments import one_count, refuse_options
from policemetrics._cells import MEASURED, MISSING, Cells
from policemetrics._supply import (
    Reasons,
    Side,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_negative,
    refuse_unmatched,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics._write import duration, percent
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.results import ExclusionTable, Results, column, figure, label_array
from policemetrics.tallies import REASON, Tally, filled
from policemetrics.times.reading import (
    Settings,
    as_times,
    duration_in,
    is_column,
    runs_of,
    seconds_in,
    seconds_of,
    several_labels,
    targets_of,
)
from policemetrics.times.summary import TimeSummary
from policemetrics.typing import (
    ByLabel,
    Counts,
    Durations,
    FloatArray,
    IntArray,
    Label,
    Names,
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
class Variant:
    """Out of what the service level is; abandoned calls that waited less than `short` do not count."""

    out_of: ServiceLevel
    short: float

    @classmethod
    def of(cls, out_of: Any, short: Any) -> Variant:
        """Check what was named: there is no default."""
        if not isinstance(out_of, str) or out_of not in _MEANINGS:
            lines = "".join(f"\n  {name!r}: {meaning}" for name, meaning in _MEANINGS.items())
            said = (
                "it must be given, there is no default" if out_of is None else f"got {_check.shown(out_of)}"
            )
            msg = f"out_of must be one of these; {said}.{lines}"
            raise (UnknownNameError if isinstance(out_of, str) else InvalidTypeError)(msg)
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
        return cls(cast("ServiceLevel", out_of), np.nan if short is None else duration_in(short, "short"))

    @property
    def audit(self) -> dict[str, Any]:
        """What a figure keeps of it."""
        return {"service_level": self.out_of, "short": self.short}


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
            without = ledger.match(wanted) & ledger.where_label(REASON, f"missing {measure}".__eq__)
            lost = filled(ledger.select(without).project((*kept, REASON)))
            waitless = _lacking_wait(ledger.select(~without), measure, (*by, dim))
            ledger = filled(ledger.select(~without).project((*by, REASON)))
        abandoned, waited = _without_waits(Tally._of(cells.select(mask).project(kept), None, lost), measure)
        answered = cells.select(~mask).project((*by, measure))
        counted = answered.project(by).union(abandoned._cells.project(by))
        supplied = counted.keys() if summed._supplied is None else summed._supplied
        whole = Tally._of(counted, supplied, ledger, unit=data.unit)
        return cls(
            by,
            whole,
            whole._evolve(cells=answered),
            abandoned._evolve(supplied=supplied),
            waited,
            measure,
            waitless,
        )

    @classmethod
    def joined(
        cls, data: Tally, by: tuple[str, ...], abandoned: Any, measure: str, waits: str = MEASURED
    ) -> Calls:
        """Join a table of calls answered with what is known of those abandoned: a number, numbers by group, a tally."""
        found, waited = _abandoned(abandoned, by), None
        if found is not None:
            found, waited = _without_waits(found, waits)
        answered = data.sum_to(*by, measure)
        waitless = None if answered._ledger is None else _lacking_wait(answered._ledger, measure, by)
        return cls(by, data, answered, found, waited, waits, waitless)

    def offered(self, variant: Variant) -> Offered:
        """Count by group what was abandoned, and tell where that, or all, is not available."""
        sides = [Side(part) for part in (self.answered, self.abandoned) if part is not None]
        groups = groups_of(sides, self.by)
        reasons, unknown = no_reasons(len(groups)), no_reasons(len(groups))
        refuse_unsupplied(reasons, groups, Side(self.whole))
        gone, short = self._gone(groups, variant, unknown)
        counted = totals(sides[0], groups) + np.where(unexplained(unknown), gone, 0)
        lost = exclusion_table(groups, sides, counted)
        known = None if self.abandoned is None else unknown
        waitless = np.zeros(len(groups), dtype=np.int64)
        if self.waitless is not None:
            found = self.waitless.project(self.by)
            waitless[found.positions(groups, self.by)] = found.counts
        return Offered(groups, variant, reasons, known, gone, short, waitless, lost)

    def _gone(self, groups: Cells, variant: Variant, unknown: Reasons) -> tuple[IntArray, IntArray]:
        """Count the calls abandoned, less those that were short, and these; say where that is not known."""
        short = np.zeros(len(groups), dtype=np.int64)
        if self.abandoned is None:
            return short, short
        side = Side(self.abandoned)
        refuse_unsupplied(unknown, groups, side)
        refuse_unmatched(unknown, groups, Side(self.whole), side, "the calls answered and those abandoned")
        every = totals(side, groups)
        if self.waited is not None and not np.isnan(variant.short):
            cells = self.waited.project((*self.by, self.waits))
            group = cells.positions(groups, self.by)
            soon = seconds_of(cells, self.waits) < variant.short
            np.add.at(short, group[soon], cells.counts[soon])
            waitless = every.copy()
            np.subtract.at(waitless, group, cells.counts)
            for i in np.flatnonzero((waitless > 0) & unexplained(unknown)).tolist():
                have = "has" if waitless[i] == 1 else "have"
                unknown[i] = (
                    f"{waitless[i]:,} {have} no waiting time to compare with {duration(variant.short)}"
                )
        gone = every - short
        refuse_negative(unknown, gone, "the calls abandoned")
        return gone, short


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
    return Tally._of(counted, tally._supplied, ledger, tally.overlapping - {waits}, tally.unit), tally._cells


def _lacks_wait(ledger: Cells, waits: str, dims: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which cells of a ledger lack their wait, and none of the labels."""
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
        counts = [one_count(v, f"abandoned[{k!r}]") for k, v in given.items()]
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
    count = one_count(given, "abandoned")
    if by:
        msg = f"abandoned must be given for each group of by=, as a mapping of label to number or a Tally; got {count}."
        raise InvalidInputError(msg)
    return Tally._of(attrs.evolve(Cells.single(), counts=np.array([count], dtype=np.int64)))


# ---- by group ---------------------------------------------------------------------------


@attrs.frozen
class Offered:
    """The groups of some calls, and how many of each were abandoned; `unknown` says where that is not known.

    It is None where nothing was given.
    """

    groups: Cells
    variant: Variant
    reasons: Reasons
    unknown: Reasons | None
    abandoned: IntArray
    short: IntArray
    waitless: IntArray
    lost: ExclusionTable

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Whether the calls abandoned are known."""
        return np.zeros(len(self.groups), dtype=bool) if self.unknown is None else unexplained(self.unknown)

    @property
    def others(self) -> IntArray:
        """What is in the denominator of the service level beside the calls answered."""
        return np.where(self.counted & (self.variant.out_of != "answered"), self.abandoned, 0)

    @property
    def excluded(self) -> ExclusionTable:
        """What was left out, the calls abandoned too soon among it."""
        if not self.short.any():
            return self.lost
        name = f"abandoned within {duration(self.variant.short)}"
        counts = np.column_stack((self.lost.counts, self.short))
        return attrs.evolve(self.lost, reasons=(*self.lost.reasons, name), counts=counts)

    def complete(self, answered: IntArray) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Give every group its reason; tell which counts may stand, and which service levels."""
        known = unexplained(self.reasons)
        of_answered = self.variant.out_of == "answered"
        levels = known & (self.counted & (self.waitless == 0) | of_answered)
        for i in np.flatnonzero(known & (self.waitless > 0) & (not of_answered)).tolist():
            have = "has" if self.waitless[i] == 1 else "have"
            self.reasons[i] = f"not available: {_calls(self.waitless[i])} answered {have} no wait"
        for i in np.flatnonzero(known & (answered == 0)).tolist():
            self.reasons[i] = "not available: no call was answered"
            if self.lost.counts[i].any():
                # They may have been answered calls, in time or not.
                left_out = self.lost.row(i).left_out
                self.reasons[i] = f"not available: no call answered was counted ({left_out})"
                levels[i] = False
        if self.unknown is not None:
            for i in np.flatnonzero(known & ~self.counted).tolist():
                why = self.unknown[i].removeprefix("not available: ")
                self.reasons[i] = f"not available: of the calls abandoned, {why}"
        return known, levels

    def columns(self, answered: IntArray, known: NDArray[np.bool_], level: float) -> dict[str, FloatArray]:
        """Work out the calls offered and the share of them that were abandoned."""
        there = known & self.counted
        gone = np.where(there, self.abandoned, 0)
        offered = np.where(there, answered + self.waitless, 0) + gone
        low, high = intervals.wilson(gone, offered, level)
        some = there & (offered > 0)
        return {
            "offered": np.where(there, offered, np.nan),
            "abandoned": np.where(there, gone, np.nan),
            "share_abandoned": np.where(some, gone, np.nan) / np.maximum(offered, 1),
            "share_abandoned_low": np.where(some, low, np.nan),
            "share_abandoned_high": np.where(some, high, np.nan),
        }


def only_known(
    columns: Mapping[str, FloatArray], known: NDArray[np.bool_], levels: NDArray[np.bool_]
) -> dict[str, FloatArray]:
    """Leave of each column what may stand: the times where they are known, the service level where that is."""

    def may_stand(name: str) -> NDArray[np.bool_]:
        if name == "target":
            return np.ones_like(known)
        return levels if name in {"within", "out_of"} or name.startswith("share") else known

    return {name: np.where(may_stand(name), column, np.nan) for name, column in columns.items()}


@figure(estimate=("mean", "median", "share_within"), method="mean_method")
class AnswerSummary(TimeSummary):
    """How fast calls were answered, how many in time, and how many were abandoned.

    It has all that a `TimeSummary` has, of the waits of calls answered: `mean` is the average speed of
    answer, `n` the calls answered, and `share_within` the service level.

    Attributes
    ----------
    offered : float
        Calls answered, with a wait or without, and abandoned; not a number where the calls abandoned are not known.
    abandoned : float
        Calls abandoned, less those that waited less than `short`.
    share_abandoned, share_abandoned_low, share_abandoned_high : float
        `abandoned` as a fraction of `offered`, and its Wilson interval.
    service_level : str
        Out of what `share_within` is: ``"answered"``, ``"offered"`` or ``"offered_less_short"``.
    short : float
        The seconds before which an abandoned call does not count; not a number where every one does.
    """

    offered: float = column("count")
    abandoned: float = column("count")
    share_abandoned: float = column("share")
    share_abandoned_low: float = column("share", "lower", shown=False)
    share_abandoned_high: float = column("share", "upper", shown=False)
    service_level: ServiceLevel
    short: float = float("nan")

    def _sentence(self) -> str:
        if np.isnan(self.mean):
            found = [f"Calls: {self.reason}"]
        else:
            found = [f"{self._times} call{'' if self.n == 1 else 's'} answered"]
        if not np.isnan(self.share_within):
            found.append(f"{percent(self.share_within, 2)} of {said_level(self)} {self._in_time}")
        elif self.reason and not np.isnan(self.mean):
            found.append(f"service level {self.reason}")
        if not np.isnan(self.n):
            found.append(said_abandoned(self))
        return f"{'; '.join(found)}."


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
    by: Names,
    inclusive: bool = False,
    seconds: str = MEASURED,
    count: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> Results[AnswerSummary]: ...
def answer_times(
    data: Any,
    /,
    *,
    target: Any = None,
    out_of: Any = None,
    short: Any = None,
    abandoned: Any = None,
    result: str | None = None,
    answered: Any = "answered",
    by: Names | None = None,
    inclusive: bool = False,
    seconds: str = MEASURED,
    count: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> AnswerSummary | Results[AnswerSummary]:
    """Average speed of answer, service level and abandonment of calls.

    Out of what the service level is must be named: of the same calls several are true. The share abandoned
    stands beside each, since an average of calls answered improves as more callers give up.

    Parameters
    ----------
    data : Tally, data frame or column of seconds
        The waits of calls, in seconds or durations: of those answered alone, or of all with `result`.
    target : float or timedelta, or mapping of label to them
        In seconds, > 0; with `by` also by label, as for `summarise_times`.
    out_of : {"answered", "offered", "offered_less_short"}
        Out of what the service level is: calls answered; all calls, answered and abandoned; or all but
        those abandoned before `short`.
    short : float or timedelta, optional
        Abandoned calls that waited less than this do not count, in the service level
        ``"offered_less_short"``, which needs it, and in the share abandoned. Default is that every one does.
    abandoned : int, mapping of label to int, or Tally; with `result` label or sequence of labels
        How many calls were abandoned: one number; a number for each label of `by`; or a tally by the
        same dimensions, with their waits in `seconds` if `short` shall divide them. Numbers without waits
        are taken to leave short ones out already. With `result` it is what abandoned calls are labelled,
        ``"abandoned"`` by default. Without either only ``"answered"`` is possible.
    result : str, optional
        The dimension or column that says what became of each call. An abandoned call may have its wait, or
        none. Default is that all calls of `data` were answered.
    answered : label or sequence of labels, optional
        With `result`: what calls answered are labelled. Default is ``"answered"``.
    by : str or sequence of str, optional
        For a tally or frame: the dimensions to keep; gives a table.
    inclusive : bool, optional
        Whether a call answered exactly at the target is in time. Default is False: 10.0 s is not within 10 s.
    seconds : str, optional
        The dimension or column of the waits. Default is ``"seconds"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    percentile_method : str, optional
        As for `summarise_times`. Default is ``"linear"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    AnswerSummary or Results of AnswerSummary
        A table if there is `by`; otherwise one figure. Where no call was answered the times are not
        available; the service level out of calls offered is then 0.

    Raises
    ------
    InvalidTypeError
        If `out_of` is left out: the choices get listed, with their meaning.
    UnknownNameError
        If `out_of`, a column, a dimension or a definition does not exist, `result` has a label that is
        neither answered nor abandoned, or a group has no target.
    InvalidInputError
        If a wait is negative, the calls abandoned are needed and not given, or `short` does not go with
        `out_of`.

    Warns
    -----
    PoliceMetricsWarning
        If a target is under one second or over a week.

    See Also
    --------
    answer_bands : the same from published bands.
    pool_means : the average of everything from published averages.

    Notes
    -----
    The average speed of answer is the sum of the waits of calls answered over their number. A call answered
    whose wait is missing is left out of that, and counted as excluded. It was offered none the less, so that the
    share abandoned has it, and the service level out of calls offered is not available: it may have been in
    time. One abandoned counts without its wait. Where the wait begins differs: at the switchboard or at the force, before a recorded message or after it.

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
    settings = Settings.of(inclusive, percentile_method, confidence_level)
    variant = Variant.of(out_of, short)
    if target is None:
        msg = "target must be given: the seconds within which a call shall be answered."
        raise InvalidTypeError(msg)
    kept = () if by is None else _check.names(by, "by")
    if is_column(data):
        refuse_options(result=result, by=by, count=count, seconds=None if seconds == MEASURED else seconds)
        waits = seconds_in(data, MEASURED)
        data = Tally.from_columns({MEASURED: waits}, np.ones(len(waits), dtype=np.int64), unit="rows")
    if result is None:
        if not isinstance(answered, str) or answered != "answered":
            msg = "answered goes with result=, the dimension that says which calls were; without it all of data were answered."
            raise InvalidInputError(msg)
        if abandoned is None and variant.out_of != "answered":
            msg = (
                f"abandoned must be given with out_of={variant.out_of!r}: a number, a mapping of label to number or a "
                "Tally; or name in result= the dimension that says which calls were abandoned."
            )
            raise InvalidInputError(msg)
        found, measured = as_times(data, kept, seconds, count)
        calls = Calls.joined(found, kept, abandoned, measured, measured)
    else:
        _check.text(result, "result")
        if result in kept:
            msg = f"by must not name {result!r}, which says what became of each call."
            raise InvalidInputError(msg)
        found, measured = as_times(data, (*kept, result), seconds, count)
        calls = Calls.divided(found, kept, result, _results(found, result, answered, abandoned), measured)
    offered = calls.offered(variant)
    runs = runs_of(calls.answered._cells, offered.groups, measured, offered.reasons)
    known, levels = offered.complete(runs.sizes)
    targets = targets_of(target, offered.groups, known & (runs.sizes + offered.others > 0))
    columns = only_known(settings.columns(runs, offered.others, targets), known, levels)
    columns |= offered.columns(runs.sizes, known, settings.level)
    audit = settings.audit | {"sd": columns.pop("sd"), "missed": ""} | variant.audit
    table = Results(AnswerSummary, keys_of(offered.groups), columns, offered.reasons, audit, offered.excluded)
    return table[0] if by is None else table


def _results(data: Tally, result: str, answered: Any, abandoned: Any) -> tuple[Label, ...]:
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
