"""Counts of events: `rate` per head and `share` of a total."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, intervals
from policemetrics._arguments import as_columns, one_count, one_data, refuse_options
from policemetrics._supply import (
    Reasons,
    Side,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_negative,
    refuse_unsupplied,
    spanned,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics._write import rate as as_rate
from policemetrics.errors import InvalidInputError
from policemetrics.exposure import Exposure, divide
from policemetrics.frames import as_tally
from policemetrics.results import Figure, Results, column, figure
from policemetrics.tallies import Tally
from policemetrics.typing import (
    Column,
    Counts,
    Divisor,
    FloatArray,
    Label,
    Names,
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

    events: float = column("count")
    exposure: float = column("count")
    rate: float = column("rate")
    rate_low: float = column("rate", "lower")
    rate_high: float = column("rate", "upper")
    per: float
    method: str
    confidence_level: float
    exposure_name: str = ""
    exposure_date: str = ""
    when: str = ""
    subject: str = "Recorded crime"

    def _sentence(self) -> str:
        if np.isnan(self.rate):
            return f"{self.subject} per {written(self.per)}: {self.reason}."
        dated = f", {self.exposure_date}" if self.exposure_date else ""
        name = f" {self.exposure_name}" if self.exposure_name else ""
        when = f" in {self.when}" if self.when else ""
        return (
            f"{self.subject} was {as_rate(self.rate)} per {written(self.per)}{name}{when} ({self.confidence_level * 100:g}% interval "
            f"{as_rate(self.rate_low)} to {as_rate(self.rate_high)}): {written(self.events)} for {written(self.exposure)}{name}{dated}."
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
    method, confidence_level : str, float
        How the interval was made.
    """

    count: float = column("count")
    out_of: float = column("count")
    share: float = column("share")
    share_low: float = column("share", "lower")
    share_high: float = column("share", "upper")
    method: str = "wilson"
    confidence_level: float

    def _sentence(self) -> str:
        if np.isnan(self.share):
            return f"{written(self.count)} of {written(self.out_of)}: {self.reason}."
        return (
            f"{written(self.count)} of {written(self.out_of)} is {percent(self.share, 2)} "
            f"({self.confidence_level * 100:g}% interval {percent(self.share_low, 2)} to {percent(self.share_high, 2)})."
        )


# ---- share ------------------------------------------------------------------------------


def share(count: Number, out_of: Number, /, *, confidence_level: float = 0.95) -> Share:
    """Share of a whole, with the Wilson interval.

    Parameters
    ----------
    count : int
        The part: a whole number, 0 to `out_of`.
    out_of : int
        The whole. Of 0 the share is not available.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Share
        The fraction, with its inputs and interval.

    Raises
    ------
    InvalidInputError
        If a number is negative or not whole, or `count` is above `out_of`.

    Notes
    -----
    The interval is Wilson's score interval [1]_.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    Calls answered in time, of all answered:

    >>> print(share(241_038, 281_336))
    241,038 of 281,336 is 85.68% (95% interval 85.55% to 85.81%).
    """
    level = _check.confidence_level(confidence_level)
    part, whole = one_count(count, "count"), one_count(out_of, "out_of")
    if part > whole:
        msg = f"count must be at most out_of; got {part} of {whole}."
        raise InvalidInputError(msg)
    low, high = intervals.wilson(part, whole, level) if whole else (np.nan, np.nan)
    return Share(
        count=float(part),
        out_of=float(whole),
        share=part / whole if whole else np.nan,
        share_low=float(low),
        share_high=float(high),
        reason=None if whole else "not available: a share of nothing",
        confidence_level=level,
    )


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
    exposure: Divisor,
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
    exposure: Divisor,
    /,
    *,
    by: Names,
    count: str | None = None,
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
    by: Names | None = None,
    count: str | None = None,
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
        What to divide by, > 0: one number for all; a number for each label of `by`; an `Exposure`,
        joined by label and added over areas; or a tally of the divisor. With `labels` one number or
        a sequence of them.
    labels : sequence of str or int, optional
        A label for each count; gives a table with the dimension ``label``.
    by : str or sequence of str, optional
        The dimensions to keep; gives a table.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
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
    settings = _Rates(
        _check.number(per, "per", above=0),
        method,
        _check.text(subject, "subject"),
        _check.confidence_level(confidence_level),
    )
    _check.choice(method, "method", tuple(_POISSON))
    if labels is not None or _check.is_number(events):
        refuse_options(by=by, count=count)
        keys, (old, divisor), single = as_columns(labels, {"events": events, "exposure": exposure})
        numbers = np.atleast_1d(_check.counts(old, "events"))
        sizes = np.atleast_1d(_check.positive(divisor, "exposure"))
        result = settings.table(
            keys, numbers, sizes, no_reasons(len(numbers)), np.ones(len(numbers), dtype=bool)
        )
        return result[0] if single else result
    kept = () if by is None else _check.names(by, "by")
    # An exposure is joined by its own dimensions, which a frame must therefore be counted by.
    joined = exposure.by if isinstance(exposure, Exposure) and not isinstance(events, Tally) else ()
    data = as_tally(one_data(events, "events"), by=tuple(dict.fromkeys((*kept, *joined))), count=count)
    side = Side(data)
    groups = groups_of([side], kept)
    reasons = no_reasons(len(groups))
    refuse_unsupplied(reasons, groups, side)
    counted = totals(side, groups)
    refuse_negative(reasons, counted, "")
    known = unexplained(reasons)
    divisors = divide(exposure, groups, side, reasons)
    named = exposure if isinstance(exposure, Exposure) else None
    excluded = exclusion_table(groups, [side], counted)
    table = settings.table(
        keys_of(groups),
        counted,
        divisors,
        reasons,
        known,
        named=named,
        when=spanned(data, kept),
        exclusions=excluded,
    )
    return table[0] if by is None else table


_POISSON = {"exact": intervals.garwood, "byar": intervals.byar, "phe": intervals.phe}


@attrs.frozen
class _Rates:
    """The settings of one call of `rate`, and the arithmetic on arrays."""

    per: float
    method: str
    subject: str
    level: float

    def table(
        self,
        keys: dict[str, NDArray[Any]],
        events: NDArray[Any],
        exposure: FloatArray,
        reasons: Reasons,
        known: NDArray[np.bool_],
        *,
        named: Exposure | None = None,
        when: str = "",
        exclusions: Any = None,
    ) -> Results[Rate]:
        """Work out every row; `known` tells which counts may stand where the rate may not."""
        there = unexplained(reasons)
        counted = np.where(there, events, 0)
        sizes = np.where(there, exposure, np.nan)
        low, high = _POISSON[self.method](counted, self.level)
        with np.errstate(over="ignore"):  # per almost nothing, a rate has no upper bound
            # Multiplied first, since that is exact, so that a tie in the last digit shown stays one.
            found, least, most = (v * self.per / sizes for v in (counted, low, high))
        columns = {
            "events": np.where(known, events, np.nan).astype(float),
            "exposure": exposure,
            "rate": found,
            "rate_low": least,
            "rate_high": most,
        }
        audit = {
            "per": self.per,
            "method": self.method,
            "confidence_level": self.level,
            "exposure_name": named.name if named else "",
            "exposure_date": named.date if named else "",
            "when": when,
            "subject": self.subject,
        }
        return Results(Rate, keys, columns, reasons, audit, exclusions)
