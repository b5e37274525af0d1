"""Hypothesis strategies for tests of code that uses this package: ``pip install "policemetrics[testing]"``.

Labels are few and real, so that keys repeat and gaps meet; corrections below zero, standing zeros and missing
labels are ordinary. Everything shrinks to the simplest case: no rows, the first label, one crime.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, TypedDict

from policemetrics import HarmWeights, _check
from policemetrics.errors import InvalidInputError, MissingDependencyError
from policemetrics.exposure import Exposure
from policemetrics.periods import Period
from policemetrics.tallies import Tally
from policemetrics.typing import Label, Names

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
except ImportError as error:
    _MSG = 'policemetrics.testing.strategies needs hypothesis; install "policemetrics[testing]".'
    raise MissingDependencyError(_MSG) from error

__all__ = [
    "COUNTS",
    "LABELS",
    "Row",
    "Stamps",
    "durations",
    "exposures",
    "labels",
    "outcome_tallies",
    "periods",
    "rows",
    "stamps",
    "tallies",
    "weights",
]

Row: TypeAlias = tuple[Any, ...]
_Kind: TypeAlias = Literal[
    "month", "quarter", "financial_quarter", "calendar_year", "financial_year", "year_ending"
]
_BadDuration: TypeAlias = Literal["missing", "negative"]
_BadStamp: TypeAlias = Literal["missing", "reversed", "clock change"]
_Own: TypeAlias = Mapping[str, Sequence[Label]]


class Stamps(TypedDict):
    """Columns of stamps, which every data-frame library takes as they are.

    Attributes
    ----------
    created, arrived : list of datetime or None
        Local London times without a zone; None where one is missing.
    """

    created: list[dt.datetime | None]
    arrived: list[dt.datetime | None]


#: Labels by dimension: real names, with what makes them hard ("4.1" is not "4.10", "London, City of" has a comma).
LABELS: Final[_Own] = {
    "force": ("Avon & Somerset", "Kent", "London, City of"),
    "offence": ("4.1", "4.10", "105A"),
    "outcome": ("0", "1", "8", "18", "22"),
    "year": (2023, 2024),
    "period": ("2023-11", "2023-12", "2024-01", "2024-02"),
}

#: Counts of a cell: small, with corrections below zero; the large ones still add up within 64 bits.
# One choice among all, from the simplest on, shrinks further than a choice of a choice.
COUNTS: Final[SearchStrategy[int]] = st.sampled_from(
    [*range(10), 10**6, 2**53 + 1, 2**58, -1, -2, -3, -(10**12)]
)

_KINDS: Final[Mapping[_Kind, Callable[[int, int], Period]]] = {
    "month": lambda year, n: Period.month(year, n + 1),
    "quarter": lambda year, n: Period.quarter(year, n % 4 + 1),
    "financial_quarter": lambda year, n: Period.financial_quarter(year, n % 4 + 1),
    "calendar_year": lambda year, _: Period.calendar_year(year),
    "financial_year": lambda year, _: Period.financial_year(year),
    "year_ending": lambda year, n: Period.year_ending(year, n + 1),
}
_DAY: Final = 86_400


def labels(dim: str, *, known: _Own = LABELS, gaps: bool = True) -> SearchStrategy[Any]:
    """Labels of a dimension, with a missing one now and then.

    Parameters
    ----------
    dim : str
        The dimension.
    known : mapping of str to sequence of label, optional
        Labels by dimension. Default is `LABELS`.
    gaps : bool, optional
        Whether None is among them. Default is True.

    Returns
    -------
    SearchStrategy of str, int or None
        Shrinks to the first label.

    Raises
    ------
    UnknownNameError
        If `known` has no such dimension.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(labels("force"), lambda label: label is not None)
    'Avon & Somerset'
    """
    _check.instance(known, Mapping, "known must be a mapping of dimension to labels")
    _check.known(dim, "dim", known, hint="For labels of your own give known={…}.")
    if not len(known[dim]):
        msg = f"known[{dim!r}] must hold at least one label; got none."
        raise InvalidInputError(msg)
    return st.sampled_from([*known[dim], *([None] if _check.flag(gaps, "gaps") else [])])


def rows(
    *dims: str,
    known: _Own = LABELS,
    gaps: bool = True,
    counts: SearchStrategy[Any] = COUNTS,
    max_size: int = 6,
) -> SearchStrategy[list[Row]]:
    """Rows of a table: a label for each dimension and, last, a count; keys may repeat.

    Parameters
    ----------
    *dims : str
        The dimensions, in the order of the columns.
    known : mapping of str to sequence of label, optional
        Labels by dimension. Default is `LABELS`.
    gaps : bool, optional
        Whether labels are missing now and then. Default is True.
    counts : SearchStrategy of int, optional
        Where counts come from. Default is `COUNTS`.
    max_size : int, optional
        The most rows. Default is 6.

    Returns
    -------
    SearchStrategy of list of tuple
        Shrinks to no rows.

    Raises
    ------
    UnknownNameError
        If `known` has no such dimension.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(rows("force", "year"), lambda found: sum(row[-1] for row in found) > 5)
    [('Avon & Somerset', 2023, 6)]
    """
    drawn = (labels(d, known=known, gaps=gaps) for d in dims)
    return st.lists(st.tuples(*drawn, counts), max_size=_check.one_count(max_size, "max_size"))


def tallies(
    *dims: str,
    known: _Own = LABELS,
    coverage: Names | None = None,
    overlapping: Names = (),
    gaps: bool = True,
    excluding: bool = True,
    counts: SearchStrategy[int] = COUNTS,
    max_size: int = 6,
) -> SearchStrategy[Tally]:
    """Tallies with coverage, overlap, and a ledger of what is missing, dropped and not supplied.

    Parameters
    ----------
    *dims : str
        The dimensions.
    known : mapping of str to sequence of label, optional
        Labels by dimension. Default is `LABELS`.
    coverage, overlapping : str or sequence of str, optional
        As for `Tally.from_columns`.
    gaps : bool, optional
        Whether labels are missing now and then, which the ledger then says. Default is True.
    excluding : bool, optional
        Whether cells are dropped, or marked as not supplied, now and then. Default is True.
    counts : SearchStrategy of int, optional
        Where counts come from. Default is `COUNTS`.
    max_size : int, optional
        The most rows that a tally is made of. Default is 6.

    Returns
    -------
    SearchStrategy of Tally
        Shrinks to the empty tally.

    Raises
    ------
    UnknownNameError
        If `known` has no such dimension.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(tallies("force"), lambda tally: tally.total > 5).to_dict()
    {'force': ['Avon & Somerset'], 'count': [6]}
    """
    found = rows(*dims, known=known, gaps=gaps, counts=counts, max_size=max_size)

    def made(drawn: list[Row]) -> Tally:
        columns = {d: [row[i] for row in drawn] for i, d in enumerate(dims)}
        return Tally.from_columns(
            columns, [row[-1] for row in drawn], coverage=coverage, overlapping=overlapping
        )

    whole = found.map(made)
    return _less(whole, dims) if _check.flag(excluding, "excluding") and dims else whole


@st.composite
def _less(draw: st.DrawFn, whole: SearchStrategy[Tally], dims: tuple[str, ...]) -> Tally:
    """Drop the cells of a label, then mark those of another as not supplied; or neither."""
    found = draw(whole)
    for not_supplied in (False, True):
        dim = draw(st.sampled_from(dims))
        if len(found) and draw(st.booleans()):
            chosen = {dim: draw(st.sampled_from(found.labels(dim)))}
            found = found.not_supplied("never sent", **chosen) if not_supplied else found.drop(**chosen)
    return found


def outcome_tallies(
    *dims: str, known: _Own = LABELS, gaps: bool = False, max_size: int = 6
) -> SearchStrategy[Tally]:
    """Tallies of crimes by type of outcome: real codes, no negative counts, the dimension ``outcome`` last.

    None of their labels is a total of others, and they say so, since drawn numbers may look like one.

    Parameters
    ----------
    *dims : str
        The other dimensions.
    known : mapping of str to sequence of label, optional
        Labels by dimension, ``outcome`` among them. Default is `LABELS`.
    gaps : bool, optional
        Whether labels are missing now and then. Default is False.
    max_size : int, optional
        The most rows that a tally is made of. Default is 6.

    Returns
    -------
    SearchStrategy of Tally
        Shrinks to the empty tally.

    Raises
    ------
    UnknownNameError
        If `known` has no such dimension.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(outcome_tallies(), lambda tally: tally.total > 5).to_dict()
    {'outcome': ['0'], 'count': [6]}
    """
    counts = st.sampled_from([*range(10), 10**6])
    names = (*dims, "outcome")
    drawn = tallies(*names, known=known, gaps=gaps, excluding=False, counts=counts, max_size=max_size)
    return drawn.map(lambda found: found.no_total(**{d: found.labels(d) for d in names}))


def exposures(by: str = "force", *, known: _Own = LABELS, complete: bool = True) -> SearchStrategy[Exposure]:
    """Residents by label.

    Parameters
    ----------
    by : str, optional
        The dimension. Default is ``"force"``.
    known : mapping of str to sequence of label, optional
        Labels by dimension. Default is `LABELS`.
    complete : bool, optional
        Whether every label has a size; otherwise some are left out, for which no rate is available. Default is
        True.

    Returns
    -------
    SearchStrategy of Exposure
        Shrinks to one resident everywhere.

    Raises
    ------
    UnknownNameError
        If `known` has no such dimension.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(exposures(), lambda residents: len(residents) == 3)
    Exposure of 3 by force: residents, mid-2019
    """
    label = labels(by, known=known, gaps=False)
    sizes = st.integers(1, 10**7)
    some = st.dictionaries(label, sizes, min_size=1)
    every = st.fixed_dictionaries(dict.fromkeys(known[by], sizes))
    chosen = every if _check.flag(complete, "complete") else some
    return chosen.map(lambda values: Exposure(values, by=by, name="residents", date="mid-2019"))


def weights(codes: Sequence[str] = ("4.1", "4.10", "105A")) -> SearchStrategy[HarmWeights]:
    """Harm weights of every code: whole days and parts of days, and 0.

    Parameters
    ----------
    codes : sequence of str, optional
        The offence codes. Default is those of `LABELS`.

    Returns
    -------
    SearchStrategy of HarmWeights
        Shrinks to 0 days for every code.

    Raises
    ------
    InvalidTypeError
        If `codes` are not text.
    InvalidInputError
        If there are none.

    Examples
    --------
    >>> from hypothesis import find
    >>> dict(find(weights(["46"]), lambda found: found["46"] > 5))
    {'46': 6.0}
    """
    listed = _check.names(codes, "codes")
    if not listed:
        msg = "codes must name at least one offence; got none."
        raise InvalidInputError(msg)
    days = st.integers(0, 8_000).map(float) | st.integers(1, 400_000).map(lambda n: n / 64)
    return st.fixed_dictionaries(dict.fromkeys(listed, days)).map(
        lambda values: HarmWeights(values, name="invented", version="1")
    )


def periods(kind: _Kind | None = None) -> SearchStrategy[Period]:
    """Periods from 2011 to 2026.

    Parameters
    ----------
    kind : str, optional
        ``"month"``, ``"quarter"``, ``"financial_quarter"``, ``"calendar_year"``, ``"financial_year"`` or
        ``"year_ending"``. Default is any of them.

    Returns
    -------
    SearchStrategy of Period
        Shrinks to the first month, or to the first period of its kind.

    Raises
    ------
    UnknownNameError
        If there is no such kind.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(periods("financial_year"), lambda period: period.days == 366)
    Period('2011/12')
    """
    if kind is not None:
        _check.known(kind, "kind", _KINDS)
    return st.builds(
        lambda which, year, n: _KINDS[which](year, n),
        st.sampled_from(list(_KINDS) if kind is None else [kind]),
        st.integers(2011, 2025),
        st.integers(0, 11),
    )


def durations(
    *, bad: Sequence[_BadDuration] = ("missing", "negative"), max_size: int = 8
) -> SearchStrategy[list[float | None]]:
    """Columns of seconds: zeros, ties and long waits, and bad ones now and then.

    Parameters
    ----------
    bad : sequence of str, optional
        Which faults occur: ``"missing"``, ``"negative"``. Default is both; ``()`` gives clean columns.
    max_size : int, optional
        The most rows. Default is 8.

    Returns
    -------
    SearchStrategy of list of float or None
        Shrinks to no rows, and a duration to 0.

    Raises
    ------
    UnknownNameError
        If there is no such fault.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(durations(), lambda found: any(v and v > 10 for v in found))
    [11.0]
    """
    made: dict[str, Callable[[int], float | None]] = {
        "seconds": float,
        "milliseconds": lambda n: n / 1000,
        "missing": lambda _: None,
        "negative": lambda n: -1.0 - n,
    }
    kinds = ["seconds", "milliseconds", *_faults(bad, ("missing", "negative"))]
    drawn = st.tuples(st.sampled_from(kinds), st.integers(0, 2 * _DAY)).map(lambda kn: made[kn[0]](kn[1]))
    return st.lists(drawn, max_size=_check.one_count(max_size, "max_size"))


def stamps(
    *, bad: Sequence[_BadStamp] = ("missing", "reversed", "clock change"), max_size: int = 8
) -> SearchStrategy[Stamps]:
    """Columns of stamps, created and arrived, as an incident log has them: local London time, without a zone.

    Parameters
    ----------
    bad : sequence of str, optional
        Which faults occur: ``"missing"`` (either stamp), ``"reversed"`` (arrived before created) and ``"clock
        change"`` (created in the hour that is repeated or skipped). Default is all; ``()`` gives clean columns.
    max_size : int, optional
        The most rows. Default is 8.

    Returns
    -------
    SearchStrategy of dict of str to list
        The columns ``created`` and ``arrived``, for the data frame of your choice. Shrinks to no rows.

    Raises
    ------
    UnknownNameError
        If there is no such fault.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(stamps(bad=()), lambda columns: len(columns["created"]) > 0)
    >>> found["arrived"][0] - found["created"][0]
    datetime.timedelta(0)
    """
    kinds = st.sampled_from(["", *_faults(bad, ("missing", "reversed", "clock change"))])
    drawn = st.builds(_stamped, kinds, st.integers(0, 30 * _DAY), st.integers(0, 7_200))
    found = st.lists(drawn, max_size=_check.one_count(max_size, "max_size"))
    return found.map(lambda pairs: {"created": [a for a, _ in pairs], "arrived": [b for _, b in pairs]})


def _stamped(fault: str, after: int, lasted: int) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Make a pair of stamps in June, or in the hour that London repeats in October or skips in March."""
    start, spread = dt.datetime(2024, 6, 3), 30 * _DAY  # noqa: DTZ001  # as a log has it
    if fault == "clock change":
        month, day = [(10, 27), (3, 31)][after % 2]
        start, spread = dt.datetime(2024, month, day, 1), 3_600  # noqa: DTZ001
    created = start + dt.timedelta(seconds=after % spread)
    arrived = created + dt.timedelta(seconds=lasted)
    if fault == "reversed":
        return created, created - dt.timedelta(seconds=lasted + 1)
    if fault == "missing":
        return [(created, None), (None, arrived), (None, None)][lasted % 3]
    return created, arrived


def _faults(bad: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    found = _check.names(bad, "bad")
    for fault in found:
        _check.known(fault, "bad", known)
    return found
