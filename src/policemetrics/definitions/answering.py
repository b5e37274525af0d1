"""Answering calls: the targets that are on record, and between what the published waits run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

import attrs

from policemetrics.definitions import _tables


@attrs.frozen(kw_only=True)
class AnswerTarget:
    """A target of answering calls.

    Attributes
    ----------
    name : str
        The name to ask for it.
    publisher, source : str
        Who set it, and the source.
    line : str
        Of which calls: ``"999"``.
    statistic : {"share within", "mean"}
        What the target is of.
    seconds : float
        The seconds within which calls are to be answered, or below which their mean is to be.
    share : float or None
        The share to be answered within them; None for a mean, or if no source gives it.
    as_of : str
        The year for which it was stated.
    """

    name: str
    publisher: str
    line: str
    statistic: Literal["share within", "mean"]
    seconds: float
    share: float | None
    as_of: str
    source: str


@attrs.frozen(kw_only=True)
class AnswerClock:
    """Where a published wait starts and stops: a part of the definition of an answer time.

    Attributes
    ----------
    name : str
        The name to ask for it, as in ``answer_times(…, clock="national-999")``.
    line : str
        Of which calls: ``"999"``, ``"101"``.
    start, end : str
        What starts the clock, and what stops it.
    as_of : str
        The date from which, or for which, it is known.
    note, source : str
        What the wait leaves out, and the source.
    """

    name: str
    line: str
    start: str
    end: str
    as_of: str
    note: str
    source: str

    @property
    def words(self) -> str:
        """The clock in a sentence: "from the call to the answer of the switchboard"."""
        return f"from {self.start} to {self.end}"


@cache
def answer_targets() -> Mapping[str, AnswerTarget]:
    """Return targets of answering calls that are on record, by name.

    Returns
    -------
    mapping of str to AnswerTarget
        Read-only. Targets for attendance are in `response_targets`.

    Notes
    -----
    A share within a target and a mean under a target are two measures: a force can meet one and miss the other.

    Examples
    --------
    >>> forces, scotland = answer_targets()["forces-999"], answer_targets()["police-scotland-999"]
    >>> forces.statistic, forces.seconds, forces.share
    ('share within', 10.0, 0.9)
    >>> scotland.statistic, scotland.seconds, scotland.share
    ('mean', 10.0, None)
    """
    read = {"seconds": float, "share": lambda written: float(written) if written else None}
    return _tables.records(AnswerTarget, "answer_targets.csv", read)


@cache
def answer_clocks() -> Mapping[str, AnswerClock]:
    """Return the clocks of published waits of callers, by name: where each starts and stops.

    Returns
    -------
    mapping of str to AnswerClock
        Read-only: only what a source says; most forces do not say.

    Notes
    -----
    National figures of 101 have been published since spring 2025. For some forces the wait ends at the
    switchboard, after which a caller may wait again for a call handler; for others it ends at the call handler.
    The two cannot be compared.

    Examples
    --------
    >>> answer_clocks()["wiltshire-101"].words
    'from the call to the answer of the switchboard'
    """
    return _tables.records(AnswerClock, "answer_clocks.csv")
