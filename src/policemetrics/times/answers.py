"""Calls: how fast they were answered, the service level, and beside it the calls abandoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._arguments import refuse_options
from policemetrics._cells import MEASURED
from policemetrics._supply import keys_of
from policemetrics._write import percent
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.results import Results, shown_as
from policemetrics.tallies import Tally
from policemetrics.times._calls import Calls, Variant, only_known, said_abandoned, said_level
from policemetrics.times._settings import Settings
from policemetrics.times._shared import as_times, is_column, runs_of, seconds_in, several_labels, targets_of
from policemetrics.times.summary import TimeSummary
from policemetrics.typing import (
    ByLabel,
    Counts,
    Durations,
    Label,
    Names,
    Number,
    Numbers,
    Percentile,
    Seconds,
    ServiceLevel,
)

__all__ = ["AnswerSummary", "answer_times"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
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

    offered: float = attrs.field(metadata=shown_as("count"))
    abandoned: float = attrs.field(metadata=shown_as("count"))
    share_abandoned: float = attrs.field(metadata=shown_as("share"))
    share_abandoned_low: float = attrs.field(metadata=shown_as("share", shown=False))
    share_abandoned_high: float = attrs.field(metadata=shown_as("share", shown=False))
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
    runs = runs_of(calls.answered.cells, offered.groups, measured, offered.reasons)
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
