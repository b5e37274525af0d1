"""Counts of events: `rate` per head, `share` of a total, and `share_change`, two shares beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, overload

import attrs
import numpy as np

from policemetrics import _check, intervals
from policemetrics._compare import Asked, Beside, Comparison, Mask, Rows, kept_dims
from policemetrics._grouped import Grouped
from policemetrics._supply import spanned, why_negative
from policemetrics._write import count as written
from policemetrics._write import path, percent, size
from policemetrics._write import rate as as_rate
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.exposure import Divisor, Exposure, areas_of
from policemetrics.frames import as_tally, framed, with_flags
from policemetrics.periods import in_words
from policemetrics.results import Figure, Results, column, figure
from policemetrics.tallies import Tally
from policemetrics.typing import (
    Between,
    ByLabel,
    Column,
    Columns,
    Counts,
    Every,
    FloatArray,
    IntArray,
    Label,
    LikeForLike,
    Number,
    Numbers,
    RateMethod,
    ShareMethod,
    TwoGroups,
)


@figure(estimate="rate")
class Rate(Figure):
    """A number of events per 1,000 (or another number) of an exposure.

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
        What the exposure counts, and its reference date, if known.
    when : str
        The period or periods added up, if known.
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
        Which part of a table it is, such as "outcome arrest"; empty for plain numbers.
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
    """Share of a whole, with the Wilson interval: from two numbers, or from the rows of a table.

    Parameters
    ----------
    data : int, Tally or data frame; or sequence of int with `labels`
        The part: a whole number, 0 to `out_of`. Or the table whose rows are the whole.
    out_of : int, or sequence of int with `labels`
        The whole, for numbers. If it is 0, the share is not available.
    labels : sequence of str or int, optional
        A label for each pair of numbers; gives a table with the dimension ``label``.
    part : str or mapping of str to label or labels, optional
        For a table: which rows are the part, such as ``{"outcome": ["arrest", "caution"]}``. With several
        dimensions a row must match in all of them. A name alone is a column of True and False, or of 1 and 0; the
        part is what is True.
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
        A table if there is `labels` or `by`; otherwise one figure. A row without the label that `part` asks for
        is in neither part nor whole; the ledger says how many there are.

    Raises
    ------
    InvalidInputError
        If a number is negative or not whole, or the part is more than the whole.
    InvalidTypeError
        If numbers come with the options of a table, or a table without `part`.
    UnknownNameError
        If a dimension, column or label does not exist; the error lists what there is.

    See Also
    --------
    against : A share beside a target, with an exact test.
    share_change : Two shares.

    Notes
    -----
    The interval is Wilson's score interval [1]_. It assumes independent cases. If several come from one event,
    such as searches of a group, the true uncertainty is larger.

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

    Calls answered in time, by line, from a tally:

    >>> from policemetrics import Tally
    >>> calls = Tally.from_columns({"line": ["101", "101", "999", "999"], "in_time": ["yes", "no"] * 2}, [80, 20, 95, 5])
    >>> share(calls, part={"in_time": "yes"}, by="line")
    Share; part: in_time yes
    line  count  out_of   share      95% interval
    ----  -----  ------  ------  ----------------
    101      80     100  80.00%  71.12% to 86.66%
    999      95     100  95.00%  88.82% to 97.85%
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
    kept = dims or ()
    tally, wanted, said = _part_of(data, part, kept, kept, count)
    found = Grouped.of(tally, kept, single=dims is None)
    # What lacks a label of the part cannot be told to be in it or not, so that it is of neither.
    known = {dim: found.side.tally._cells.label(dim).tolist() for dim in wanted}
    counted, whole = found.only(**wanted), found.only(**known)
    for number in (counted, whole - counted):
        found.rows.adopt(why_negative(number, ""))
    return _shares(found.rows, counted, whole, found.rows.there, said, level)


def _part_of(
    data: Any, part: Any, kept: tuple[str, ...], needed: tuple[str, ...], count: str | None
) -> tuple[Tally, dict[str, list[Any]], str]:
    """Read a table by the dimensions that are needed; and say which labels are the part, and what that is in words."""
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
    tally = as_tally(data, by=(*needed, *dims), count=count)
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
    return tally, wanted, said


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


# ---- two shares -------------------------------------------------------------------------


@figure(estimate=("points", "ratio"))
class ShareChange(Figure):
    """One share beside another: the difference, the ratio, and the odds ratio.

    Attributes
    ----------
    old, new : float
        How many of the first and of the second.
    old_out_of, new_out_of : float
        Out of how many.
    old_share, new_share : float
        The two shares, as fractions.
    points, points_low, points_high : float
        `new_share` less `old_share` in percentage points, and its interval.
    ratio, ratio_low, ratio_high : float
        `new_share` divided by `old_share`, the risk ratio, and its interval. If `old_share` is 0, it is nan and
        the upper limit is infinite.
    odds_ratio, odds_ratio_low, odds_ratio_high : float
        The odds of the second divided by the odds of the first, and its interval; nan if it is infinite or
        undefined.
    p_value : float
        For equal shares. It and the three intervals come from one method, so they always agree.
    part : str
        Which part of a table is meant; empty for numbers.
    between : tuple of str
        The two periods, the earlier first, or the two groups; empty for numbers.
    compared : str
        The dimension of the two groups; empty if periods are compared.
    method, confidence_level : str, float
        How the intervals were made.
    """

    old: float = column("count", "numerator", shown=False)
    new: float = column("count", "numerator", shown=False)
    old_out_of: float = column("count", "denominator", shown=False)
    new_out_of: float = column("count", "denominator", shown=False)
    old_share: float = column("share", "estimate", of=("old", "old_out_of"))
    new_share: float = column("share", "estimate", of=("new", "new_out_of"))
    points: float = column("points", "estimate", of=("old_share", "new_share"))
    points_low: float = column("points", "lower")
    points_high: float = column("points", "upper")
    ratio: float = column("number", "estimate", of=("old_share", "new_share"))
    ratio_low: float = column("number", "lower")
    ratio_high: float = column("number", "upper")
    odds_ratio: float = column("number", "estimate", of=("old_share", "new_share"), shown=False)
    odds_ratio_low: float = column("number", "lower", shown=False)
    odds_ratio_high: float = column("number", "upper", shown=False)
    p_value: float = column("p", "p", of="points", shown=False)
    part: str = ""
    between: tuple[str, str] = ("", "")
    compared: str = ""
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        name = f"The share of {self.part}" if self.part else "The share"
        if np.isnan(self.points):
            return f"{name}: change {self.reason}."
        shares = percent(self.old_share, 2), percent(self.new_share, 2)
        limits, groups = f" ({self._interval_words()})", bool(self.compared)
        amount = f"{size(self.points, 2)} percentage points"
        moved = path(self.points, amount, limits, shares, map(in_words, self.between), groups=groups)
        ratio = f"; ratio {self.reason}"
        if not np.isnan(self.ratio):
            ratio = f", a ratio of {self._written('ratio')} ({self._interval_words('ratio')})"
        return f"{name} {moved}{ratio}."


@overload
def share_change(
    old: Number,
    new: Number,
    *,
    out_of: tuple[Number, Number],
    method: ShareMethod = "miettinen-nurminen",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> ShareChange: ...
@overload
def share_change(
    old: Numbers,
    new: Numbers,
    *,
    out_of: tuple[Number | Numbers, Number | Numbers],
    labels: Sequence[Label] | Column,
    method: ShareMethod = "miettinen-nurminen",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[ShareChange]: ...
@overload
def share_change(
    data: Counts,
    /,
    *,
    part: str | Mapping[str, Any],
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    by: None = None,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    method: ShareMethod = "miettinen-nurminen",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> ShareChange: ...
@overload
def share_change(
    data: Counts,
    /,
    *,
    part: str | Mapping[str, Any],
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    by: Columns,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    method: ShareMethod = "miettinen-nurminen",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[ShareChange]: ...
def share_change(
    old: Any,
    new: Any = None,
    *,
    out_of: Any = None,
    labels: Any = None,
    part: Any = None,
    between: Any = None,
    groups: Any = None,
    of: str | None = None,
    by: Columns | None = None,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    method: ShareMethod = "miettinen-nurminen",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> ShareChange | Results[ShareChange]:
    """Compare two shares: their difference in percentage points, their ratio, and their odds ratio.

    Give two counts and what they are out of; or a tally or data frame with `part`, and `between` or `groups`.

    Parameters
    ----------
    old, new : int, or sequence of int with `labels`
        The two parts: whole numbers >= 0. For a table give the tally or data frame as `old`, and leave out `new`.
    out_of : tuple of int, optional
        The two wholes, (first, second), for counts.
    labels : sequence of str or int, optional
        A label for each pair of counts; gives a table with the dimension ``label``.
    part : str or mapping, optional
        Which part of a table is meant, as for `share`.
    between : tuple of str or Period, optional
        Two periods, as for `rate_change`.
    groups : tuple of str or int, optional
        Two labels of the dimension `of`, instead of `between`, as for `rate_change`.
    of : str, optional
        The dimension of `groups`.
    by : str, sequence of str or mapping, optional
        The dimensions to keep; gives a table. Of a frame ``by={"force": "Force Name"}`` renames columns.
    period : str, optional
        The dimension that holds the period. Default is ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    like_for_like : {"require", "match"}, optional
        As for `rate_change`. Default is ``"require"``.
    method : {"miettinen-nurminen", "koopman"}, optional
        The score intervals of Miettinen and Nurminen; or those without their factor N / (N - 1): Koopman's of the ratio,
        Mee's of the difference. Default is ``"miettinen-nurminen"``.
    caveat : str, optional
        A caveat to show with the figure.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    ShareChange or Results of ShareChange
        A table if there is `labels` or `by`; otherwise one figure.

    Raises
    ------
    InvalidInputError
        If a count is not whole, below 0 or above its total, the periods do not compare, or both groups are one.
    InvalidTypeError
        If neither counts with `out_of` nor a table with `part` is given, or not one of `between` and `groups`.
    UnknownNameError
        If a dimension, column, label or method does not exist.

    See Also
    --------
    share : One share.
    rate_change : The ratio of two rates, where one person can be counted more than once.

    Notes
    -----
    All intervals, and the p-value, invert one score test [1]_ [2]_: see
    `policemetrics.intervals.proportion_ratio`. The two shares must be independent. A part and the whole that
    contains it are not, nor are two parts of one whole. An odds ratio is not the ratio of the shares: if the
    shares are large, it lies further from 1.

    References
    ----------
    .. [1] Miettinen, O. and Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine, 4(2),
       213-226.
    .. [2] Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions. Biometrics,
       40(2), 513-517.

    Examples
    --------
    >>> print(share_change(1, 7, out_of=(34, 34), method="koopman"))
    The share rose by 17.65 percentage points (95% interval +2.84 to +34.39), from 2.94% to 20.59%, a ratio of 7.000 (95% interval 1.221 to 42.58).

    Searches that found something, of two groups:

    >>> from policemetrics import Tally
    >>> searches = Tally.from_columns(
    ...     {"ethnicity": ["White", "White", "Black", "Black"], "found": ["yes", "no"] * 2}, [240, 760, 66, 234]
    ... )
    >>> print(share_change(searches, part={"found": "yes"}, groups=("White", "Black"), of="ethnicity"))
    The share of found yes was 2.00 percentage points lower (95% interval −7.14 to +3.63) in Black than in White: 22.00% against 24.00%, a ratio of 0.9167 (95% interval 0.7183 to 1.159).

    Two years, by force:

    >>> searches = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 4 + ["Kent"] * 4,
    ...         "period": ["2022/23", "2022/23", "2023/24", "2023/24"] * 2,
    ...         "found": ["yes", "no"] * 4,
    ...     },
    ...     [20, 80, 30, 70, 50, 150, 45, 155],
    ... )
    >>> found = share_change(searches, part={"found": "yes"}, between=("2022/23", "2023/24"), by="force")
    >>> found["points"].round(1).tolist()
    [10.0, -2.5]
    """
    _check.choice(method, "method", ("miettinen-nurminen", "koopman"))
    level = _check.confidence_level(confidence_level)
    note = Note("stated", caveat, _check.text(caveat, "caveat", empty=True))
    if new is not None or out_of is not None:
        if not isinstance(out_of, Sequence) or isinstance(out_of, str) or len(out_of) != 2:
            msg = f"out_of must be a pair (first, second), as in share_change(20, 30, out_of=(100, 120)); got {_check.shown(out_of)}."
            raise InvalidTypeError(msg)
        options = {
            "part": part,
            "between": between,
            "groups": groups,
            "of": of,
            "by": by,
            "count": count,
            "date": date,
        }
        given = {"old": old, "new": new, "out_of[0]": out_of[0], "out_of[1]": out_of[1]}
        rows, columns = Rows.of_numbers(labels, given, **options)
        rows.note(note)
        x0, x1, n0, n1 = np.broadcast_arrays(
            *(np.atleast_1d(_check.counts(*named)) for named in zip(columns, given, strict=True))
        )
        for name, x, n in (("old", x0, n0), ("new", x1, n1)):
            if (bad := x > n).any():
                at = int(np.argmax(bad))
                where = (
                    "" if rows.single else f", for {rows.keys['label'][at]} ({int(bad.sum())} of {len(bad)})"
                )
                msg = f"{name} must be at most what it is out of; got {x[at]} of {n[at]}{where}."
                raise InvalidInputError(msg)
        return _apart(rows, ((x0, n0), (x1, n1)), (rows.there, rows.there), Beside(), method, level)
    _check.refuse_options(labels=labels)
    if part is None:
        msg = (
            "share_change takes two counts, share_change(old, new, out_of=(first, second)); or a tally or frame and the part "
            "that is meant: give part={'outcome': 'arrest'}, a dimension or column and its label."
        )
        raise InvalidTypeError(msg)
    asked = Asked.of(
        between, period, groups, of, by=by, part=tuple(part) if isinstance(part, Mapping) else part
    )
    data, dims = framed(_check.one_data(old, "data"), by, date, every, period=asked.period)
    kept = kept_dims(dims, period=asked.dim)
    tally, wanted, said = _part_of(data, part, kept, (*kept, asked.dim), count)
    pair = Comparison.of(
        tally,
        asked.sides(tally),
        kept,
        like_for_like=like_for_like,
        caveat=caveat,
        apart=tuple(wanted),
        negative=False,
        single=dims is None,
    )
    known = {dim: tally._cells.label(dim).tolist() for dim in wanted}
    counted, whole = pair.only(**wanted), pair.only(**known)
    pair.explain_negative(counted, [size - part_of for size, part_of in zip(whole, counted, strict=True)])
    both = tuple(zip(counted, whole, strict=True))
    return _apart(pair.rows, both, pair.shown, pair.beside, method, level, said)


def _apart(
    rows: Rows,
    both: Sequence[tuple[IntArray, IntArray]],
    shown: Sequence[Mask],
    beside: Beside,
    method: ShareMethod,
    level: float,
    part: str = "",
) -> ShareChange | Results[ShareChange]:
    """Work out every row; `shown` says which counts stand where the comparison may not."""
    for label, (_, whole) in zip(beside.between, both, strict=True):
        rows.explain(whole == 0, f"not available: a share of nothing{f' in {label}' if label else ''}")
    rows.settle()
    (x0, n0), (x1, n1) = (rows.usable(*side) for side in both)
    old, new = x0 / n0, x1 / n1
    limits = {
        "points": [100 * v for v in intervals.proportion_difference(x1, n1, x0, n0, level, method=method)],
        "ratio": intervals.proportion_ratio(x1, n1, x0, n0, level, method=method),
        "odds_ratio": intervals.odds_ratio(x1, n1, x0, n0, level, method=method),
    }
    against = (n1 - x1) * x0
    values: dict[str, Any] = {
        "old": both[0][0],
        "new": both[1][0],
        "old_out_of": both[0][1],
        "new_out_of": both[1][1],
        "old_share": old,
        "new_share": new,
        "points": 100 * (new - old),
        "ratio": new / np.where(x0 > 0, old, np.nan),
        "odds_ratio": x1 * (n0 - x0) / np.where(against > 0, against, np.nan),
        "p_value": intervals.proportions_p_value(x1, n1, x0, n0, method=method),
    }
    for name, (low, high) in limits.items():
        values |= {f"{name}_low": low, f"{name}_high": high}
    rows.explain(rows.there & (x0 == 0), f"not applicable: the share was 0 {beside.before}")
    rows.explain(rows.there & (against == 0), "not applicable: the odds of one of the two are infinite")
    named = {"part": part, "method": method, "confidence_level": level, **beside.fields}
    stand = {
        f"{side}{what}": there
        for side, there in zip(("old", "new"), shown, strict=True)
        for what in ("", "_out_of")
    }
    return rows.results(ShareChange, values | named, stand)


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
    """Rate of events per 1,000 (or another number) of an exposure, with a Poisson interval.

    Parameters
    ----------
    events : int, Tally or data frame; or sequence of int with `labels`
        The count or counts; whole numbers >= 0.
    exposure : float, mapping, Exposure or Tally
        What to divide by, > 0: a number, if there is one group; a mapping with a number for each label of `by`;
        an `Exposure`, joined by label and added up over areas; or a tally of the divisor. With `labels`: one
        number, or a sequence of them.
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

    See Also
    --------
    against : A rate beside one that was expected, with an exact test.
    rate_change : Two rates.

    Notes
    -----
    The exact limits are those of Garwood [1]_. They describe a Poisson process. Recorded crime varies more, so
    the true uncertainty is larger.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28(3/4),
       437-442.

    Examples
    --------
    >>> print(rate(87_456, 1_100_000))
    Recorded crime was 79.5 per 1,000 (95% interval 79.0 to 80.0): 87,456 for 1,100,000.

    By force, from a tally and an exposure:

    >>> from policemetrics import Exposure, Tally
    >>> crimes = Tally.from_columns({"force": ["Essex", "Kent"]}, [1_200, 900])
    >>> residents = Exposure({"Essex": 15_000, "Kent": 12_000}, by="force", name="residents", date="mid-2022")
    >>> rate(crimes, residents, by="force")
    Recorded crime; per 1,000 residents; residents: mid-2022; method: exact
    force  events  exposure          rate    95% interval
                               (per 1,000
                               residents)
    -----  ------  --------  ------------  --------------
    Essex   1,200    15,000         80.00  75.54 to 84.66
    Kent      900    12,000         75.00  70.18 to 80.06
    [Rate, 2 rows]
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
