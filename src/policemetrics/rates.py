"""Counts of events: `rate` per head and `share` of a total."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, overload

import attrs
import numpy as np

from policemetrics import _check, intervals
from policemetrics._compare import Mask, Rows
from policemetrics._grouped import Grouped
from policemetrics._supply import spanned, why_negative
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics._write import rate as as_rate
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.exposure import Divisor, Exposure, areas_of
from policemetrics.frames import as_tally, framed, with_flags
from policemetrics.results import Figure, Results, column, figure
from policemetrics.tallies import Tally
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
    RateMethod,
)


@figure(estimate="rate")
class Rate(Figure):
    """A number of events per so many of an exposure.

    Attributes
    ----------
    events : float
        The count.
    exposure : float
        What it is divided by: residents, households, calls.
    rate, rate_low, rate_high : float
        Events per `per` of the exposure, and its interval.
    per : float
        The size that the rate is per: 1,000 by default.
    method, confidence_level : str, float
        How the interval was made.
    exposure_name, exposure_date : str
        What the exposure counts, and its reference date, where they are known.
    when : str
        The period or periods added up, where the counts say.
    subject : str
        What the events are, for the sentence.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("events",),)

    events: float = column("count", "numerator")
    exposure: float = column("count", "denominator")
    rate: float = column("rate", "estimate", of=("events", "exposure"), unit="per {per}")
    rate_low: float = column("rate", "lower")
    rate_high: float = column("rate", "upper")
    per: float
    method: str
    confidence_level: float
    exposure_name: str = ""
    exposure_date: str = ""
    when: str = ""
    subject: str = "Recorded crime"

    @classmethod
    def _worked_out(cls, number: Callable[[str], FloatArray]) -> dict[str, FloatArray]:
        return {"rate": number("events") * number("per") / number("exposure")}

    def _sentence(self) -> str:
        if np.isnan(self.rate):
            return f"{self._what(',')} per {written(self.per)}: {self.reason}."
        dated = f", {self.exposure_date}" if self.exposure_date else ""
        name = f" {self.exposure_name}" if self.exposure_name else ""
        when = f" in {self.when}" if self.when else ""
        return (
            f"{self._what(',')} was {as_rate(self.rate)} per {written(self.per)}{name}{when} "
            f"({self._interval_words(form=as_rate)}): {written(self.events)} for {written(self.exposure)}{name}{dated}."
        )


@figure(estimate="share")
class Share(Figure):
    """A part of a whole, as a fraction, with its Wilson interval.

    Attributes
    ----------
    count, out_of : float
        The part and the whole.
    share, share_low, share_high : float
        The fraction, 0 to 1, and its interval.
    part : str
        Which part of a table it is, "outcome arrest"; empty for plain numbers.
    method, confidence_level : str, float
        How the interval was made.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("count", "out_of - count"),)

    count: float = column("count", "numerator")
    out_of: float = column("count", "denominator")
    share: float = column("share", "estimate", of=("count", "out_of"))
    share_low: float = column("share", "lower")
    share_high: float = column("share", "upper")
    part: str = ""
    method: str = "wilson"
    confidence_level: float

    @classmethod
    def _worked_out(cls, number: Callable[[str], FloatArray]) -> dict[str, FloatArray]:
        return {"share": number("count") / number("out_of")}

    def _sentence(self) -> str:
        which = f" ({self.part})" if self.part else ""
        whole = f"{written(self.count)} of {written(self.out_of)}{which}"
        if np.isnan(self.share):
            return f"{whole}: {self.reason}."
        return f"{whole} is {percent(self.share, 2)} ({self._interval_words()})."


# ---- share ------------------------------------------------------------------------------


@overload
def share(count: Number, out_of: Number, /, *, confidence_level: float = 0.95) -> Share: ...
@overload
def share(
    count: Numbers,
    out_of: Number | Numbers,
    /,
    *,
    labels: Sequence[Label] | Column,
    confidence_level: float = 0.95,
) -> Results[Share]: ...
@overload
def share(
    data: Counts,
    /,
    *,
    part: str | Mapping[str, Any],
    by: None = None,
    count: str | None = None,
    confidence_level: float = 0.95,
) -> Share: ...
@overload
def share(
    data: Counts,
    /,
    *,
    part: str | Mapping[str, Any],
    by: Columns,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    confidence_level: float = 0.95,
) -> Results[Share]: ...
def share(
    data: Any,
    out_of: Any = None,
    /,
    *,
    labels: Any = None,
    part: Any = None,
    by: Columns | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    confidence_level: float = 0.95,
) -> Share | Results[Share]:
    """Share of a whole, with the Wilson interval: of two numbers, or of the rows of a table that are some part of it.

    Parameters
    ----------
    data : int, Tally or data frame; or sequence of int with `labels`
        The part: a whole number, 0 to `out_of`. Or the table that the part is a part of.
    out_of : int, or sequence of int with `labels`
        The whole, for numbers. Of 0 the share is not available.
    labels : sequence of str or int, optional
        A label for each pair of numbers; gives a table with the dimension ``label``.
    part : str or mapping of str to label or labels, optional
        For a table: which of it is counted, ``{"outcome": ["arrest", "caution"]}``; of several dimensions in all of
        them. A name alone is a column of True and False, or of 1 and 0, and stands for what is True.
    by : str, sequence of str or mapping of dimension to column, optional
        For a table: the dimensions to keep; gives a table of shares.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Share or Results of Share
        A table if there is `labels` or `by`; otherwise one figure. What lacks a label of `part` is in neither part
        nor whole; the ledger says how much that is.

    Raises
    ------
    InvalidInputError
        If a number is negative or not whole, or the part is more than the whole.
    InvalidTypeError
        If numbers come with the options of a table, or a table without `part`.
    UnknownNameError
        If a dimension, column or label does not exist; what there is gets listed.

    Notes
    -----
    The interval is Wilson's score interval [1]_. It takes each of the whole for a draw of its own; where several
    come from one event, as searches of a group do, more is uncertain than it says.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    Calls answered in time, of all received:

    >>> print(share(241_038, 281_336))
    241,038 of 281,336 is 85.68% (95% interval 85.55% to 85.81%).

    Searches that found something, by force:

    >>> import pandas as pd
    >>> searches = pd.DataFrame({"force": ["Kent"] * 4 + ["Essex"], "found": [True, False, False, True, True]})
    >>> share(searches, part="found", by="force")
    Share; part: found
    force  count  out_of    share       95% interval
    -----  -----  ------  -------  -----------------
    Essex      1       1  100.00%  20.65% to 100.00%
    Kent       2       4   50.00%   15.00% to 85.00%
    [Share, 2 rows]
    """
    level = _check.confidence_level(confidence_level)
    if part is not None and out_of is not None:
        msg = "out_of cannot go with part=: the whole of a table is what it holds, and of two numbers the first is the part."
        raise InvalidInputError(msg)
    if out_of is not None or _check.is_number(data):
        options = {"part": part, "by": by, "count": count, "date": date}
        rows, columns = Rows.of_numbers(labels, {"count": data, "out_of": out_of}, **options)
        counted, whole = (
            np.atleast_1d(_check.counts(*named)) for named in zip(columns, ("count", "out_of"), strict=True)
        )
        bad = counted > whole
        if bad.any():
            at = int(np.argmax(bad))
            where = "" if rows.single else f", for {rows.keys['label'][at]} ({int(bad.sum())} of {len(bad)})"
            msg = f"count must be at most out_of; got {counted[at]} of {whole[at]}{where}."
            raise InvalidInputError(msg)
        return _shares(rows, counted, whole, rows.there, "", level)
    _check.refuse_options(labels=labels)
    if part is None:
        msg = (
            "share takes two numbers, share(count, out_of); or a tally or frame and the part that is meant: give "
            "part={'outcome': 'arrest'}, a dimension or column and its label; or the name of a column of True and False."
        )
        raise InvalidTypeError(msg)
    data, dims = framed(_check.one_data(data, "data"), by, date, every)
    found, wanted, said = _part_of(data, part, dims, count)
    # What lacks a label of the part cannot be told to be in it or not, so that it is of neither.
    known = {dim: found.side.tally._cells.label(dim).tolist() for dim in wanted}
    counted, whole = found.only(**wanted), found.only(**known)
    for size in (counted, whole - counted):
        found.rows.adopt(why_negative(size, ""))
    return _shares(found.rows, counted, whole, found.rows.there, said, level)


def _part_of(
    data: Any, part: Any, by: tuple[str, ...] | None, count: str | None
) -> tuple[Grouped, dict[str, list[Any]], str]:
    """Count a table by group; and say which labels are the part, and what that is in words."""
    kept = by or ()
    chosen = {part: True} if isinstance(part, str) else part
    if not isinstance(chosen, Mapping) or not chosen:
        rule = "part must be a mapping of dimension to label or labels, or the name of a column of True and False"
        raise _check.wrong_type(part, rule)
    dims = _check.names(tuple(chosen), "part")
    both = [d for d in dims if d in kept]
    if both:
        msg = (
            f"by must not name {_check.listing(both)}, which is part=: every group would be all part or none."
        )
        raise InvalidInputError(msg)
    flags = [d for d, label in chosen.items() if isinstance(label, bool | np.bool_)]
    if not isinstance(data, Tally) and flags:
        data = with_flags(data, flags)
    tally = as_tally(data, by=(*kept, *dims), count=count)
    for flag in flags:
        others = [label for label in tally.labels(flag) if label not in {0, 1}]
        if others:
            msg = (
                f"part: {flag!r} must hold True and False, or 1 and 0, where no label is given; it holds "
                f"{_check.listing(others)}: say which is meant, as in part={{{flag!r}: {others[0]!r}}}."
            )
            raise InvalidInputError(msg)
    wanted = {d: [int(chosen[d])] if d in flags else _labels_of(tally, d, chosen[d]) for d in dims}
    said = " and ".join(
        (d if wanted[d] == [1] else f"not {d}") if d in flags else f"{d} {' or '.join(map(str, wanted[d]))}"
        for d in dims
    )
    return Grouped.of(tally, kept, single=by is None), wanted, said


def _labels_of(tally: Tally, dim: str, asked: Any) -> list[Any]:
    """Return the labels that are asked for, which the dimension must have, unless there are no rows at all."""
    found: list[Any] = tally._labels_asked(dim, asked).tolist() if tally._known_labels(dim) else []
    return found


def _shares(
    rows: Rows, counted: IntArray, whole: IntArray, known: Mask, part: str, level: float
) -> Share | Results[Share]:
    """Work out every row."""
    rows.explain(whole == 0, "not available: a share of nothing")
    rows.settle()
    part_of, size = rows.usable(counted, whole)
    low, high = intervals.wilson(part_of, size, level)
    values = {
        "count": counted,
        "out_of": whole,
        "share": part_of / size,
        "share_low": low,
        "share_high": high,
    }
    named = {"part": part, "confidence_level": level}
    return rows.results(Share, values | named, {"count": known, "out_of": known})


# ---- rate -------------------------------------------------------------------------------


@overload
def rate(
    events: Number,
    exposure: Number,
    *,
    per: float = 1000,
    method: RateMethod = "exact",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> Rate: ...
@overload
def rate(
    events: Numbers,
    exposure: Number | Numbers,
    *,
    labels: Sequence[Label] | Column,
    per: float = 1000,
    method: RateMethod = "exact",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> Results[Rate]: ...
@overload
def rate(
    data: Counts,
    exposure: Number | ByLabel | Exposure | Tally,
    /,
    *,
    by: None = None,
    count: str | None = None,
    per: float = 1000,
    method: RateMethod = "exact",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> Rate: ...
@overload
def rate(
    data: Counts,
    exposure: Number | ByLabel | Exposure | Tally,
    /,
    *,
    by: Columns,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    per: float = 1000,
    method: RateMethod = "exact",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> Results[Rate]: ...
def rate(
    events: Any,
    exposure: Any,
    *,
    labels: Any = None,
    by: Columns | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    per: float = 1000,
    method: RateMethod = "exact",
    subject: str = "Recorded crime",
    confidence_level: float = 0.95,
) -> Rate | Results[Rate]:
    """Rate of events per so many of an exposure, with a Poisson interval.

    Parameters
    ----------
    events : int, Tally or data frame; or sequence of int with `labels`
        The count or counts; whole numbers >= 0.
    exposure : float, mapping, Exposure or Tally
        What to divide by, > 0: one number, where there is one group; a mapping, with a number for each
        label of `by`; an `Exposure`, joined by label and added over areas; or a tally of the divisor.
        With `labels` one number or a sequence of them.
    labels : sequence of str or int, optional
        A label for each count; gives a table with the dimension ``label``.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    per : float, optional
        The size that the rate is per. Default is 1000.
    method : {"exact", "byar", "phe"}, optional
        Garwood's exact interval, Byar's, or exact under 10 events and Byar's from 10, as public
        health in England does. Default is ``"exact"``.
    subject : str, optional
        What the events are, for the sentence. Default is ``"Recorded crime"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Rate or Results of Rate
        A table if there is `labels` or `by`; otherwise one figure.

    Raises
    ------
    InvalidInputError
        If a count is negative or not whole, an exposure is not above 0, or lengths differ.
    UnknownNameError
        If a dimension, column or method does not exist.

    Notes
    -----
    The exact limits are those of Garwood [1]_. They describe a Poisson process; recorded crime
    varies more than that, so they are the least that is uncertain.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28(3/4),
       437-442.

    Examples
    --------
    >>> print(rate(87_456, 1_100_000))
    Recorded crime was 79.5 per 1,000 (95% interval 79.0 to 80.0): 87,456 for 1,100,000.
    """
    _check.choice(method, "method", tuple(intervals.COUNTS))
    how = _How(
        _check.number(per, "per", above=0),
        method,
        _check.text(subject, "subject"),
        _check.confidence_level(confidence_level),
    )
    if labels is not None or _check.is_number(events):
        rows, columns = Rows.of_numbers(
            labels, {"events": events, "exposure": exposure}, by=by, count=count, date=date
        )
        counted = np.atleast_1d(_check.counts(columns[0], "events"))
        sizes = np.atleast_1d(_check.positive(columns[1], "exposure"))
        return _rates(how, rows, counted, sizes, rows.there)
    events, dims = framed(events, by, date, every)
    kept = dims or ()
    # An exposure is joined by its own dimensions, whose labels the counts therefore need.
    areas = areas_of(exposure, events)
    data = as_tally(_check.one_data(events, "events"), by=tuple(dict.fromkeys((*kept, *areas))), count=count)
    found = Grouped.of(data, kept, areas=areas_of(exposure), single=by is None)
    known, divisor = found.rows.there, Divisor.of(exposure, kept, "exposure")
    sizes = found.divide(divisor)
    named = divisor.exposure
    more = {"exposure_name": named.name, "exposure_date": named.date} if named else {}
    return _rates(
        how, found.rows, found.counted, sizes, known, when=spanned(found.side, found.groups), **more
    )


@attrs.frozen
class _How:
    """What a rate is per, and how its interval is made."""

    per: float
    method: str
    subject: str
    confidence_level: float


def _rates(
    how: _How, rows: Rows, counted: IntArray, sizes: FloatArray, known: Mask, **more: object
) -> Rate | Results[Rate]:
    """Work out every row; `known` says which counts stand where the rate may not."""
    events = np.where(rows.there, counted, 0)
    low, high = intervals.COUNTS[how.method].limits(events, confidence_level=how.confidence_level)
    with np.errstate(over="ignore"):  # per almost nothing, a rate has no upper bound
        # Multiplied first, since that is exact, so that a tie in the last digit shown stays one.
        found = [v * how.per / np.where(rows.there, sizes, np.nan) for v in (events, low, high)]
    values: dict[str, Any] = dict(zip(("rate", "rate_low", "rate_high"), found, strict=True))
    values |= {"events": counted, "exposure": sizes, **attrs.asdict(how, recurse=False), **more}
    return rows.results(Rate, values, {"events": known, "exposure": np.isfinite(sizes)})
