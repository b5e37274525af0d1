"""`against`: counts, rates and shares beside a value that was fixed beforehand, by exact tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeAlias, overload

import numpy as np

from policemetrics import _check, intervals
from policemetrics._arguments import by_label
from policemetrics._compare import Mask, Rows
from policemetrics._grouped import Grouped
from policemetrics.across.figures import Counted
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.frames import as_tally, framed
from policemetrics.intervals._shared import Limits, require
from policemetrics.intervals.poisson import garwood_p_value
from policemetrics.intervals.proportions import clopper_pearson_p_value
from policemetrics.results import Figure, Results, column, figure
from policemetrics.times.estimates import EVERYWHERE
from policemetrics.typing import (
    ByLabel,
    Column,
    Columns,
    Counts,
    Every,
    FloatArray,
    IntArray,
    Label,
    Number,
    Numbers,
)

_CRIME: Final = "Recorded crime"

# ---- the figures ------------------------------------------------------------------------


@figure(slots=False)
class Against(Figure):
    """A figure beside a value that was fixed beforehand: what counts, rates and shares have in common."""

    of_what: str = ""
    method: str
    confidence_level: float

    @property
    def _about(self) -> str:
        return self.of_what

    def _sentence(self) -> str:
        own: Any = self  # a subclass has the columns
        if np.isnan(own.value):
            return f"{self._about}: {self.reason}."
        said = f"{self._about} was {self._written('value')} ({self._interval_words()})"
        if np.isnan(own.p_value):
            return f"{said}; {self.reason}."
        p = self._written("p_value")
        way = "higher than" if own.difference > 0 else "lower than"
        told = way if own.p_value < 1 - self.confidence_level else "not told apart from"
        return f"{said}: {told} the {self._written('expected')} expected (p {p if p.startswith('<') else f'= {p}'})."


@figure(estimate="value")
class CountAgainst(Against):
    """A count beside the number that was expected.

    Attributes
    ----------
    value, value_low, value_high : float
        The count, and its exact interval.
    expected : float
        The number expected; nan where none was given.
    difference, ratio : float
        The count less what was expected, and divided by it.
    p_value : float
        Of a Poisson count with that mean, exact. It is below 1 - `confidence_level` exactly where the interval leaves
        `expected` out.
    subject : str
        What is counted.
    of_what : str
        Empty: the subject says it.
    method, confidence_level : str, float
        How the interval was made.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("value",),)

    value: float = column("count", "estimate")
    value_low: float = column("number", "lower")
    value_high: float = column("number", "upper")
    expected: float = column("amount")
    difference: float = column("change", "estimate", of=("value", "expected"))
    ratio: float = column("number", "estimate", of=("value", "expected"))
    p_value: float = column("p", "p", of=("value", "expected"))
    subject: str = _CRIME

    @property
    def _about(self) -> str:
        return self._what()


@figure(estimate="value")
class RateAgainst(Against):
    """A rate beside the rate that was expected.

    Attributes
    ----------
    numerator, denominator : float
        What the rate is worked out from.
    value, value_low, value_high : float
        The rate, in the unit of its table, and its exact interval.
    expected : float
        The rate expected; nan where none was given.
    difference, ratio : float
        The rate less what was expected, and divided by it.
    p_value : float
        Of a Poisson count with that rate, exact. It is below 1 - `confidence_level` exactly where the interval leaves
        `expected` out.
    of_what : str
        What is measured.
    method, confidence_level : str, float
        How the interval was made.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("numerator",),)

    numerator: float = column("count", "numerator", shown=False)
    denominator: float = column("count", "denominator", shown=False)
    value: float = column("rate", "estimate", of=("numerator", "denominator"))
    value_low: float = column("rate", "lower")
    value_high: float = column("rate", "upper")
    expected: float = column("rate")
    difference: float = column("number", "estimate", of=("value", "expected"))
    ratio: float = column("number", "estimate", of=("value", "expected"))
    p_value: float = column("p", "p", of=("value", "expected"))


@figure(estimate="value")
class ShareAgainst(Against):
    """A share beside the share that was expected, a target say.

    Attributes
    ----------
    numerator, denominator : float
        What the share is worked out from.
    value, value_low, value_high : float
        The share, as a fraction, and its exact interval.
    expected : float
        The share expected, as a fraction; nan where none was given.
    difference : float
        The share less what was expected, in percentage points.
    ratio : float
        The share divided by what was expected.
    p_value : float
        Of a binomial count with that share, exact; of outcomes by crimes, neither a part of the other, of two Poisson counts
        with that ratio. It is below 1 - `confidence_level` exactly where the interval leaves `expected` out.
    of_what : str
        What is measured.
    method, confidence_level : str, float
        How the interval was made.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("numerator", "denominator - numerator"),)

    numerator: float = column("count", "numerator", shown=False)
    denominator: float = column("count", "denominator", shown=False)
    value: float = column("share", "estimate", of=("numerator", "denominator"))
    value_low: float = column("share", "lower")
    value_high: float = column("share", "upper")
    expected: float = column("share")
    difference: float = column("points", "estimate", of=("value", "expected"))
    ratio: float = column("number", "estimate", of=("value", "expected"))
    p_value: float = column("p", "p", of=("value", "expected"))


# ---- the metric -------------------------------------------------------------------------


@overload
def against(
    data: Number, expected: Number, *, subject: str = _CRIME, confidence_level: float = 0.95
) -> CountAgainst: ...
@overload
def against(
    data: Numbers,
    expected: Number | Numbers | ByLabel,
    *,
    labels: Sequence[Label] | Column,
    subject: str = _CRIME,
    confidence_level: float = 0.95,
) -> Results[CountAgainst]: ...
@overload
def against(
    data: Results[Any],
    expected: Number | Numbers | ByLabel,
    *,
    column: str | None = None,
    confidence_level: float = 0.95,
) -> Results[RateAgainst] | Results[ShareAgainst]: ...
@overload
def against(
    data: Figure,
    expected: Number,
    *,
    column: str | None = None,
    confidence_level: float = 0.95,
) -> RateAgainst | ShareAgainst: ...
@overload
def against(
    data: Counts,
    expected: Number,
    *,
    by: None = None,
    count: str | None = None,
    subject: str = _CRIME,
    confidence_level: float = 0.95,
) -> CountAgainst: ...
@overload
def against(
    data: Counts,
    expected: Number | ByLabel,
    *,
    by: Columns,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    subject: str = _CRIME,
    confidence_level: float = 0.95,
) -> Results[CountAgainst]: ...
def against(
    data: Any,
    expected: Any,
    *,
    labels: Any = None,
    by: Columns | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    column: str | None = None,
    subject: str = _CRIME,
    confidence_level: float = 0.95,
) -> Any:
    r"""Set counts, rates or shares beside a value that was fixed beforehand: an expected number, a target, with an exact test.

    Parameters
    ----------
    data : int, figure, Results, Tally or data frame; or sequence of int with `labels`
        A count, >= 0, or a tally or frame to be counted. Or a figure, or a table of them, that is a numerator out of a
        denominator: as `rate`, `share`, `positive_outcome_rate`, `answer_times`, `response_times`, `summarise_times` and
        `standardised_ratio` give them.
    expected : float, mapping of label to float, or sequence of float
        The value, above 0: of counts a number of events, of a rate one in its unit, of a share a fraction under 1, 0.9 for
        90%. One for all groups; or by label of one dimension, or by tuple of labels in the order of `by`, None where there is
        none; or one for each row of a table, or for each of `labels`.
    labels : sequence of str or int, optional
        A label for each count; gives a table with the dimension ``label``.
    by : str, sequence of str or mapping of dimension to column, optional
        For a tally or frame: the dimensions to keep; gives a table.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    column : str, optional
        Which figure, where a table has several.
    subject : str, optional
        What is counted, for the sentence; figures have their own. Default is ``"Recorded crime"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    CountAgainst, RateAgainst or ShareAgainst, or Results of them
        By what `data` is: a table if there is `labels` or `by`, or it is one. A group without a figure, or without a value,
        says why.

    Raises
    ------
    ChoiceNeededError
        If a table has several figures, and `column` is not given.
    InvalidInputError
        If a count is negative or not whole, or a value is not above 0, or of a share not under 1.
    InvalidTypeError
        If `data` is no count and no figure that is one count out of another, as a score or a mean is not.
    UnknownNameError
        If a group has no value, or a dimension or column does not exist.

    See Also
    --------
    compare : Areas beside a group, or a value, with the spread between them.
    rate_change, share_change : Two counts, rates or shares, both of which vary.

    Notes
    -----
    The value is taken as known: one that was itself estimated, as last year's figure is, varies too, and belongs in
    `rate_change`. p is twice the smaller of the probabilities of as much or more and of as much or less, at most 1: of a Poisson
    count with the mean expected, with Garwood's interval [1]_; for shares of a binomial count, with Clopper and Pearson's [2]_.
    A ratio of two counts, neither a part of the other, is tested given their sum, with the interval of that test. So p is
    below 5% exactly where the 95% interval leaves the value out. R's ``poisson.test`` and ``binom.test`` have the same
    intervals, but another two-sided p, the sum of the probabilities of all that is no more likely, which can
    contradict them; theirs with ``alternative="less"`` and ``"greater"`` are the two probabilities doubled here.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28(3/4), 437-442.
    .. [2] Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of
       the binomial. Biometrika, 26(4), 404-413.

    Examples
    --------
    >>> print(against(137, 24.2))
    Recorded crime was 137 (95% interval 115.0 to 162.0): higher than the 24.20 expected (p < 0.001).

    Calls answered within the target, of which nine tenths should be:

    >>> import policemetrics as pm
    >>> print(against(pm.share([870, 455], [1000, 500], labels=["101", "999"]), 0.9).at(label="101"))
    label 101: share was 87.00% (95% interval 84.76% to 89.02%): lower than the 90.00% expected (p = 0.003).

    By force, from a tally of crimes and the numbers expected:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns({"force": ["Essex", "Kent"]}, [137, 60])
    >>> against(crimes, {"Essex": 120, "Kent": 90}, by="force")
    Recorded crime; method: exact
    force  value    95% interval  expected  difference   ratio  p_value
    -----  -----  --------------  --------  ----------  ------  -------
    Essex    137  115.0 to 162.0       120         +17   1.142    0.137
    Kent      60  45.79 to 77.23        90         −30  0.6667    0.001
    [CountAgainst, 2 rows]
    """
    level = _check.confidence_level(confidence_level)
    if isinstance(data, Figure | Results):
        options = {"labels": labels, "by": by, "count": count, "date": date}
        options["subject"] = subject if subject != _CRIME else None
        given = [name for name, value in options.items() if value is not None]
        if given:
            msg = f"{_check.listing(f'{n}=' for n in given)} cannot go with figures, which have their own; leave them out."
            raise InvalidInputError(msg)
        return _of_figures(data, expected, column, level)
    if column is not None:
        msg = "column= is for a table of figures; of counts there is one."
        raise InvalidInputError(msg)
    said = _check.text(subject, "subject")
    if labels is not None or _check.is_number(data):
        rows, (given,) = Rows.of_numbers(labels, {"data": data}, by=by, count=count, date=date)
        counted, known = np.atleast_1d(_check.counts(given, "data")), rows.there
        if labels is not None:
            _check.same_index({"labels": labels, "expected": expected})
        value = _expected(expected, rows, share=False, in_order=True)
    else:
        data, dims = framed(data, by, date, every)
        tally = as_tally(_check.one_data(data, "data"), by=dims or (), count=count)
        found = Grouped.of(tally, dims or (), single=by is None)
        rows, counted, known = found.rows, found.counted, found.shown
        value = _expected(expected, rows, share=False, in_order=False)
    one = np.ones(len(rows))
    more = {"subject": said, "method": "exact"}
    return _placed(rows, CountAgainst, counted, one, value, _of_count, level, more, {"value": known})


def _of_figures(data: Any, expected: Any, column: str | None, level: float) -> Any:
    """Set figures, each for itself, beside their values."""
    table = Results.of([data]) if isinstance(data, Figure) else data
    counted = Counted.of(table, column, tuple(table._keys), "rate(…, by='force')", one_target=False)
    above, size, there = counted.numerator, counted.denominator / counted.unit, ~np.isnan(counted.value)
    counts = np.allclose(above[there] / size[there], counted.value[there], rtol=1e-9, atol=0)
    if counted.model not in _TESTS or not counts:
        msg = (
            f"data must be counts out of something; {counted.column} of {table.kind.__name__} is weighted, and its chance is "
            "not that of a count: compare(…, against=…) sets harm per head beside a value."
        )
        raise InvalidTypeError(msg)
    silent = np.where(there, np.array(None), table["reason"])
    keys, single = {dim: table[dim] for dim in table._keys}, isinstance(data, Figure)
    rows = Rows(keys, silent, single, table._exclusions, table._notes, chosen=counted.chosen)
    rows.note(*counted.notes)
    share, method, test = counted.form == "share", *_TESTS[counted.model]
    # A Series has labels of its own, in an order that need not be that of the table.
    in_order = not hasattr(getattr(expected, "index", None), "equals")
    value = _expected(expected, rows, share=share, in_order=in_order)
    more = {"denominator": counted.denominator, "of_what": counted.about, "method": method}
    stand = {name: ~np.isnan(part) for name, part in (("numerator", above), ("denominator", size))}
    return _placed(rows, ShareAgainst if share else RateAgainst, above, size, value, test, level, more, stand)


# ---- values and tests -------------------------------------------------------------------


def _expected(given: Any, rows: Rows, *, share: bool, in_order: bool) -> FloatArray:
    """Read the value of each row, nan for none; a column of them is read only where rows have the order of the caller's."""
    if isinstance(given, Mapping):
        found = {
            k: np.nan if v is None else _value(v, f"expected[{k!r}]", share=share) for k, v in given.items()
        }
        return by_label(found, rows.keys, rows.there, "expected")
    if _check.is_number(given):
        return np.full(len(rows), _value(given, "expected", share=share))
    if not in_order or rows.single or not isinstance(given, list | tuple | Column):
        rule = "expected must be a number, or a mapping of label to number, as a pandas Series gives by .to_dict()"
        raise _check.wrong_type(given, rule)
    column = _check.as_array(given, "expected").astype(np.float64)
    none = "expected must not be missing; a mapping has None for a label without one, as in {'Kent': 5, 'Essex': None}"
    require(~np.isnan(column), none, expected=column)
    _check.positive(column, "expected")
    if column.shape != (len(rows),):
        msg = f"expected must have one number for each of the {len(rows)} rows; got shape {column.shape}."
        raise InvalidInputError(msg)
    return _under_one(column, "expected", share=share)


def _value(given: Any, name: str, *, share: bool) -> float:
    """Read one value."""
    return float(_under_one(np.array(_check.number(given, name, above=0)), name, share=share))


def _under_one(found: FloatArray, name: str, *, share: bool) -> FloatArray:
    """Refuse a share of all or more, which no chance reaches: per cent that were meant as a fraction."""
    if share:
        require(found < 1, f"{name} must be a fraction under 1 for a share, as 0.9 for 90%", **{name: found})
    return found


ExactTest: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray, float], tuple[Limits, FloatArray]]
"""Of events, what they are out of, in the unit of the rate, the value and the level: limits and p-value of one family."""


def _of_count(x: FloatArray, n: FloatArray, value: FloatArray, level: float) -> tuple[Limits, FloatArray]:
    low, high = intervals.garwood(x, level)
    return (low / n, high / n), garwood_p_value(x, value * n)


def _of_share(x: FloatArray, n: FloatArray, value: FloatArray, level: float) -> tuple[Limits, FloatArray]:
    return intervals.clopper_pearson(x, n, level), clopper_pearson_p_value(x, n, value)


def _of_flows(x: FloatArray, n: FloatArray, value: FloatArray, level: float) -> tuple[Limits, FloatArray]:
    limits = intervals.rate_ratio(x, n, confidence_level=level, method="exact")
    return limits, intervals.rate_ratio_p_value(x, n, value, 1.0, method="exact")


_TESTS: Final[Mapping[str, tuple[str, ExactTest]]] = {
    "rate": ("exact", _of_count),
    "share": ("clopper-pearson", _of_share),
    "flows": ("exact ratio", _of_flows),
}


def _placed(
    rows: Rows,
    kind: type[Against],
    above: FloatArray | IntArray,
    size: FloatArray,
    value: FloatArray,
    test: ExactTest,
    level: float,
    more: Mapping[str, Any],
    stand: Mapping[str, Mask],
) -> Any:
    """Test every row; one without a value has its figure and its interval."""
    events, out_of = rows.usable(above, size)
    tested = rows.there & ~np.isnan(value)
    (low, high), p = test(events, out_of, np.where(tested, value, 0.5), level)
    rows.explain(rows.there & np.isnan(value), "not tested: no value was given for it")
    found = events / out_of
    numbers = {
        "numerator": above,
        "value": found,
        "value_low": low,
        "value_high": high,
        "expected": value,
        "difference": (100 if kind is ShareAgainst else 1) * (found - value),
        "ratio": found / value,
        "p_value": np.where(tested, p, np.nan),
        "confidence_level": level,
    }
    return rows.results(kind, numbers | dict(more), {"expected": EVERYWHERE, **stand})
