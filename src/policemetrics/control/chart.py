"""`control_chart`: which points of a series are out of the ordinary, by a named set of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, spc
from policemetrics._write import listed
from policemetrics.control.axis import Axis
from policemetrics.control.points import Points, read
from policemetrics.definitions import ControlRule, control_rules
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.periods import Period
from policemetrics.results import Figure, Results, column, figure, input_field
from policemetrics.typing import (
    Column,
    Columns,
    Counts,
    Divisor,
    Every,
    FloatArray,
    IntArray,
    Label,
    Number,
    Numbers,
)

_CHARTS: Final[Mapping[str, str]] = {
    "xmr": "single values, by how much they move from one point to the next; fits anything",
    "c": "counts of periods of one length, which vary as Poisson counts do",
    "u": "counts per day or per head, which vary as Poisson counts do",
    "u_prime": "the same, with limits as wide as the points really vary; for large counts",
    "p": "shares, which vary as binomial ones do",
    "p_prime": "the same, with limits as wide as the points really vary; for shares of large numbers",
    "xbar_times": "mean times, by the deviation and the number of the times of each point",
}
_KIND: Final = {
    "c": "count",
    "u": "count",
    "u_prime": "count",
    "p": "share",
    "p_prime": "share",
    "xbar_times": "times",
}
_NEEDED: Final = {
    "count": "counts, or counts per day or per head",
    "share": "shares with what they are out of, as share(…, by=…) gives",
    "times": "mean times with their deviation, as summarise_times(…, by=…) gives",
}
_SCALINGS: Final[Mapping[str, float]] = {"2.66": 2.66, "3/1.128": 3 / spc.D2}
_FEW: Final = 12
_TWO: Final = 2


@figure(slots=False)
class ControlFields(Figure):
    """What the points of every chart say besides their values.

    Attributes
    ----------
    signal : str
        Which rules the point is a part of, each with the first and last point of it; empty where none.
    meaning : str
        ``"improvement"`` or ``"concern"`` where `good` was said, else ``"higher"`` or ``"lower"``; empty without a
        signal, or where a signal has no side.
    assurance : str
        Whether the target will be met as things are: ``"always"``, ``"never"``, ``"hit and miss"``; empty without one.
    chart, rules, unit, baseline : str
        Which chart it is, which rules were looked for, what the values are per, and of which points the limits are made.
    target : float
        What is aimed at; nan without one.
    numerator, denominator : float
        What the value is made of, where it is a ratio.
    subject : str
        What is charted, for the sentence.
    """

    _unprotected: ClassVar[str] = "whose centre and limits tell of all its points"

    signal: str = ""
    meaning: str = ""
    assurance: str = ""
    chart: str
    rules: str
    unit: str = ""
    baseline: str
    target: float = input_field(default=np.nan)
    numerator: float = input_field("numerator", default=np.nan)
    denominator: float = input_field("denominator", default=np.nan)
    subject: str = "Recorded crime"

    def _sentence(self) -> str:
        value, centre, lower, upper = (self._written(name) for name in ("value", "centre", "lower", "upper"))
        if self.reason is not None:
            return f"{self._what(',')}: {self.reason}."
        unit = f" {self.unit}" if self.unit else ""
        means = f", {self.meaning}" if self.meaning in {"improvement", "concern"} else ""
        return (
            f"{self._what(',')} was {value}{unit} (centre {centre}, limits {lower} to {upper}): "
            f"{self.signal or 'nothing out of the ordinary'}{means}."
        )


@figure(estimate="value")
class ControlPoint(ControlFields):
    """One point of a control chart of counts, of rates, or of other numbers.

    Attributes
    ----------
    value : float
        The point.
    centre, lower, upper : float
        The centre line and the limits for this point.
    signal, meaning, assurance, chart, rules, unit, baseline, target, numerator, denominator, subject : optional
        What the rules say about it, and how the chart was made.
    """

    value: float = column("number", "estimate", of=("numerator", "denominator"))
    centre: float = column("number")
    lower: float = column("number")
    upper: float = column("number")


@figure(estimate="value")
class ControlShare(ControlFields):
    """One point of a control chart of shares; otherwise as `ControlPoint`.

    Attributes
    ----------
    value, centre, lower, upper : float
        As fractions, 0 to 1.
    signal, meaning, assurance, chart, rules, unit, baseline, target, numerator, denominator, subject : optional
        As for `ControlPoint`.
    """

    value: float = column("share", "estimate", of=("numerator", "denominator"))
    centre: float = column("share")
    lower: float = column("share")
    upper: float = column("share")


@figure(estimate="value")
class ControlTime(ControlFields):
    """One point of a control chart of times; otherwise as `ControlPoint`.

    Attributes
    ----------
    value, centre, lower, upper : float
        In seconds.
    signal, meaning, assurance, chart, rules, unit, baseline, target, numerator, denominator, subject : optional
        As for `ControlPoint`.
    """

    value: float = column("seconds", "estimate")
    centre: float = column("seconds")
    lower: float = column("seconds")
    upper: float = column("seconds")


_FIGURES: Final[Mapping[str, type[ControlFields]]] = {
    "share": ControlShare,
    "seconds": ControlTime,
    "times": ControlTime,
}


def control_chart(
    data: Counts | Results[Any] | Numbers,
    /,
    *,
    chart: Literal["xmr", "c", "u", "u_prime", "p", "p_prime", "xbar_times"] | None = None,
    period: str = "period",
    by: Columns = (),
    labels: Sequence[Label] | Column | None = None,
    value: str | None = None,
    exposure: Divisor | Numbers | None = None,
    per: float = 1000,
    per_day: bool = True,
    rules: Literal["nhs", "western-electric", "nelson"] = "nhs",
    scaling: Literal["2.66", "3/1.128"] = "2.66",
    baseline: int | tuple[Label | Period, Label | Period] | None = None,
    breaks: Label | Period | Sequence[Label | Period] = (),
    seasonal: bool = False,
    good: Literal["lower", "higher"] | None = None,
    target: Number | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    subject: str = "Recorded crime",
) -> Results[ControlFields]:
    r"""Control chart: which points of a series are out of the ordinary, by a named set of rules.

    Parameters
    ----------
    data : Tally, data frame, Results, or sequence of float
        Counts by month, quarter or week ("2024-W05"); or a table of figures with a row for each period; or plain values
        in order of time, nan where there is none.
    chart : {"xmr", "c", "u", "u_prime", "p", "p_prime", "xbar_times"}
        Which limits. The choice depends on what is charted, so there is no default. ``"xmr"`` fits any values;
        the others assume how chance works. ``"p"`` and ``"p_prime"`` are for shares, ``"xbar_times"`` is for mean
        times.
    period : str, optional
        The dimension that holds the periods. Default is ``"period"``.
    by : str, sequence of str or mapping of dimension to column, optional
        For counts: the dimensions to keep; each group is a series with its own limits.
    labels : sequence of str or int, optional
        For plain values: the period of each. Default is to number them.
    value : str, optional
        For a table of figures: the column to chart. Default is the first that the table is about.
    exposure : float, mapping, Exposure or Tally, optional
        What counts are divided by, as in `rate`; for plain values a number, or one for each.
    per : float, optional
        The size that a rate is per, where there is an exposure. Default is 1000.
    per_day : bool, optional
        Whether counts are divided by the days of their period, so that a shorter month, February, is not a fall.
        Default is True.
    rules : {"nhs", "western-electric", "nelson"}, optional
        The set of rules, see `policemetrics.definitions.control_rules`. Default is ``"nhs"``. It also leaves out
        moving ranges of at least 3.267 times their mean, and takes the mean once more.
    scaling : {"2.66", "3/1.128"}, optional
        For ``"xmr"``: how many mean moving ranges the limits lie from the centre. Default is ``"2.66"``.
    baseline : int or tuple of two periods, optional
        The points from which centre and limits are made: a number of points from the start, or from one period to
        another. Default is all.
    breaks : period or sequence of periods, optional
        Where new limits start: the first point of each new piece. Default is none; breaks are not found
        automatically.
    seasonal : bool, optional
        For ``"xmr"``: whether each point is compared with the mean of the same month, or week, of the baseline,
        which must have at least two of each. For series that have the same shape every year. Default is False.
    good : {"lower", "higher"}, optional
        Which way is better, so that a signal is called an improvement or a concern. Default is neither.
    target : float, optional
        The target, in the unit of the points; needs `good`. ``assurance`` says whether the present level will
        meet it.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    subject : str, optional
        What is counted, for the sentence. Default is ``"Recorded crime"``.

    Returns
    -------
    Results of ControlPoint, ControlShare or ControlTime
        A row for each point in order of time. A gap is also a row, and says why it is one.

    Raises
    ------
    ChoiceNeededError
        If no `chart` is given; the error lists the choices and what they are for.
    InvalidInputError
        If periods are of several kinds, overlap or occur twice, counts of unequal months go to ``"c"``, or a chart does
        not fit what is charted.
    UnknownNameError
        If a baseline or a break is no point of the series, or a column or dimension does not exist.

    See Also
    --------
    rate_change : Two periods, with an interval.

    Notes
    -----
    The limits are those of `policemetrics.spc`. A period is a gap if one of the suppliers did not send for it, or
    if it is not over; runs of points stop at a gap. Limits from fewer than twelve points are called provisional.
    Even without any change about one point in a hundred gives a signal: it shows where to look and proves
    nothing.

    Examples
    --------
    >>> monthly = [610, 595, 642, 588, 601, 633, 579, 612, 598, 625, 745, 607, 590, 618, 604]
    >>> print(control_chart(monthly, chart="xmr", subject="Demand")[10])
    point 11: demand was 745.0 (centre 616.5, limits 501.3 to 731.6): above the upper limit.

    By force, from a tally of months:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {"force": ["Essex"] * 12 + ["Kent"] * 12, "period": [f"2023-{month:02d}" for month in range(1, 13)] * 2},
    ...     [310, 280, 322, 298, 305, 301, 311, 299, 304, 308, 390, 310, *[200, 190, 204, 198, 210, 193] * 2],
    ... )
    >>> chart = control_chart(crimes, chart="u_prime", by="force")
    >>> chart.at(force="Essex", period="2023-11").signal
    'above the upper limit'
    """
    chosen = _check.one_of(chart, "chart", _CHARTS)
    for option, name, choices in ((rules, "rules", control_rules()), (scaling, "scaling", _SCALINGS)):
        _check.choice(option, name, tuple(choices))
    if good is not None:
        _check.choice(good, "good", ("lower", "higher"))
    elif target is not None:
        msg = "good= must be given with target=: good='higher' if a value above it meets it, good='lower' if one below does."
        raise InvalidTypeError(msg)
    points = read(
        data,
        chart=chosen,
        period=_check.text(period, "period"),
        by=by,
        dated=(date, every),
        labels=labels,
        value=value,
        exposure=exposure,
        per=_check.number(per, "per", above=0),
        per_day=_check.flag(per_day, "per_day"),
        count=count,
        subject=_check.text(subject, "subject"),
    )
    base, pieces, said = _base_and_pieces(points.axis, baseline, breaks)
    running = ~points.axis.over[points.at]
    points.rows.explain(running, "not available: the period is not over")
    points.rows.settle()
    if (base & points.axis.over).any():
        base = base & points.axis.over
    made = _limits(
        points,
        chosen,
        base,
        pieces,
        screened=rules == "nhs",
        factor=_SCALINGS[scaling],
        seasonal=_check.flag(seasonal, "seasonal"),
    )
    _say_what_limits(points, made, base)
    signal, side = _signals(points, made, control_rules()[rules])
    aim = np.nan if target is None else _check.number(target, "target", low=0)
    lines = {"value": made.value, "centre": made.centre, "lower": made.low, "upper": made.high}
    values: dict[str, Any] = {name: line[points.series, points.at] for name, line in lines.items()}
    stand = {name: ~np.isnan(found) for name, found in values.items()}
    names = {
        None: ("lower", "higher"),
        "lower": ("improvement", "concern"),
        "higher": ("concern", "improvement"),
    }[good]
    values |= {
        "signal": signal,
        "meaning": np.array([names[0], "", names[1]], dtype=object)[side + 1],
        "assurance": _assurance(values["lower"], values["upper"], aim, good),
        "chart": chosen,
        "rules": rules,
        "unit": points.unit,
        "baseline": said,
        "target": aim,
        "subject": points.subject,
    }
    if points.under is not None and points.kind != "times":
        values |= {"numerator": points.over, "denominator": points.under}
    table = points.rows.results(_FIGURES.get(points.kind, ControlPoint), values, stand, single=False)
    return table[np.lexsort((points.at, points.series))]


def _base_and_pieces(axis: Axis, baseline: Any, breaks: Any) -> tuple[NDArray[np.bool_], IntArray, str]:
    """Return of which points limits are made, the piece of each point, and the first in words."""
    if not isinstance(breaks, str | int | Period | Sequence) or isinstance(breaks, bytes | bool):
        raise _check.wrong_type(breaks, "breaks must be a period, or a sequence of them")
    several = [breaks] if isinstance(breaks, str | int | Period) else [*breaks]
    starts = sorted(
        {axis.place(start, "breaks") for start in several} - {0}
    )  # at the first point nothing changes
    pieces = np.searchsorted(np.array(starts, dtype=np.int64), np.arange(len(axis)), side="right")
    base, said = np.ones(len(axis), dtype=bool), "all points"
    if baseline is not None:
        first, last = _ends(axis, baseline)
        if first > last or pieces[first] != pieces[last]:
            msg = f"baseline must run from an earlier to a later point, with no break between; got {_check.shown(baseline)}."
            raise InvalidInputError(msg)
        at = np.arange(len(axis))
        base = ((at >= first) & (at <= last)) | (
            pieces != pieces[first]
        )  # other pieces have a base of their own
        said = f"{axis.labels[first]} to {axis.labels[last]}"
    anew = f", anew from {listed(str(axis.labels[start]) for start in starts)}" if starts else ""
    return base, pieces.astype(np.int64), said + anew


def _ends(axis: Axis, baseline: Any) -> tuple[int, int]:
    if isinstance(baseline, tuple | list) and len(baseline) == _TWO:
        first, last = (axis.place(end, "baseline", last=i == 1) for i, end in enumerate(baseline))
        return first, last
    if not _check.is_number(baseline):
        raise _check.wrong_type(baseline, "baseline must be a number of points, or a pair of periods")
    size = _check.number(baseline, "baseline", low=_TWO)
    if size > len(axis) or size % 1:
        msg = f"baseline must be a whole number of points, at most the {len(axis)} that there are; got {baseline}."
        raise InvalidInputError(msg)
    return 0, int(size) - 1


def _limits(
    points: Points,
    chart: str,
    base: NDArray[np.bool_],
    pieces: IntArray,
    *,
    screened: bool,
    factor: float,
    seasonal: bool,
) -> spc.Chart:
    """Find centre and limits of every series."""
    needed = _KIND.get(chart, "")
    if needed and (points.kind != needed or (needed != "count" and points.under is None)):
        msg = f"chart={chart!r} is of {_NEEDED[needed]}; use chart='xmr', which takes any value."
        raise InvalidInputError(msg)
    if seasonal and chart != "xmr":
        msg = f"seasonal=True goes with chart='xmr'; got chart={chart!r}."
        raise InvalidInputError(msg)
    over, under = points.spread(points.over), None if points.under is None else points.spread(points.under)
    if chart == "xmr":
        value = points.spread(points.value)
        expected = _same_season(value, points.axis, base) if seasonal else np.zeros_like(value)
        found = spc.individuals(value - expected, base=base, pieces=pieces, factor=factor, screened=screened)
        return spc.Chart(
            value, found.centre + expected, found.low + expected, found.high + expected, found.sigma, pieces
        )
    if chart == "xbar_times":
        parts = (over, points.spread(np.asarray(points.deviation)), np.asarray(under))
        few = parts[2] < _TWO  # of one time there is no deviation
        return spc.means(*(np.where(few, np.nan, part) for part in parts), base=base, pieces=pieces)
    if needed == "share":
        return spc.proportions(over, np.asarray(under), base=base, pieces=pieces, primed=chart == "p_prime")
    if (over % 1 > 0).any():
        msg = (
            f"chart={chart!r} is of counts, which are whole numbers; use chart='xmr', which takes any value."
        )
        raise InvalidInputError(msg)
    if chart == "c":
        days = points.axis.days
        if points.unit not in {"", "per day"} or np.ptp(days if len(days) else np.ones(1)) > 0:
            why = (
                f"these are {points.unit}"
                if points.unit not in {"", "per day"}
                else f"these have {days.min():g} to {days.max():g} days"
            )
            msg = f"chart='c' is of plain counts of periods of one length; {why}: use chart='u', which charts counts per day or per head."
            raise InvalidInputError(msg)
        points.under, points.unit, under = None, "", None
    size = np.where(np.isnan(over), np.nan, 1.0) if under is None else under / points.per
    return spc.rates(over, size, base=base, pieces=pieces, primed=chart == "u_prime")


def _same_season(value: FloatArray, axis: Axis, base: NDArray[np.bool_]) -> FloatArray:
    """Return the mean of the same month or week of the base, for every point."""
    expected, seasons = np.full(value.shape, np.nan), np.array(axis.seasons)
    for season in np.unique(seasons):
        used = value[:, (seasons == season) & base]
        if (np.isfinite(used).sum(axis=1) < _TWO).any():
            break
        expected[:, seasons == season] = np.nanmean(used, axis=1, keepdims=True)
    if np.isnan(expected).any():
        msg = "seasonal=True needs every month or week twice in the baseline of periods; give a longer one, or leave it out."
        raise InvalidInputError(msg)
    return expected


def _say_what_limits(points: Points, made: spc.Chart, base: NDArray[np.bool_]) -> None:
    """Say of which points there are no limits, and of which they are made of few points."""
    rows, at = points.rows, (points.series, points.at)
    rows.explain(
        rows.there & np.isnan(made.sigma[at]), "no limits: two points that follow each other are needed"
    )
    sizes = np.zeros(made.value.shape, dtype=np.int64)
    for piece in np.unique(made.pieces):
        part = made.pieces == piece
        sizes[:, part] = np.isfinite(made.value[:, part & base]).sum(axis=1, keepdims=True)
    few = np.flatnonzero(rows.there & (sizes[at] < _FEW)).tolist()
    long = "limits of {} points are provisional: twelve are needed to rely on them"
    rows.note_some(
        {row: Note("provisional-limits", "limits provisional", long.format(sizes[at][row])) for row in few}
    )


def _assurance(low: FloatArray, high: FloatArray, target: float, good: str | None) -> NDArray[np.object_]:
    """Say whether a target will be met as things are: whether it lies beyond the limits."""
    always, never = (low > target, high < target) if good == "higher" else (high < target, low > target)
    known = np.isfinite(low) & np.isfinite(target)
    return np.select([~known, always, never], ["", "always", "never"], "hit and miss").astype(object)


def _signals(
    points: Points, made: spc.Chart, rules: Sequence[ControlRule]
) -> tuple[NDArray[np.object_], IntArray]:
    """Return which rules every row is a part of, in words with the points that make it so; and on which side."""
    words, side = np.full(made.value.shape, "", dtype=object), np.zeros(made.value.shape, dtype=np.int64)
    for rule, up, down in zip(rules, *spc.signals(made, map(pattern_of, rules)), strict=True):
        for found, said, way in ((up, rule.above, 1), (down, rule.below, -1))[
            : 1 if rule.above == rule.below else 2
        ]:
            for series, at, first, last in zip(*_stretches(found, made.pieces, rule.of), strict=True):
                span = (
                    "" if first == last else f" ({points.axis.labels[first]} to {points.axis.labels[last]})"
                )
                words[series, at] += f"{'; ' if words[series, at] else ''}{said}{span}"
            if rule.above != rule.below:
                side[found & (side == 0)] = way
    return words[points.series, points.at], side[points.series, points.at]


def pattern_of(rule: ControlRule) -> spc.Pattern:
    """Return what the points of a rule must do, for the kernel."""
    kind: Any = rule.kind
    return spc.Pattern(kind=kind, points=rule.points, of=rule.of, beyond=rule.beyond, up_to=rule.up_to)


def _stretches(found: NDArray[np.bool_], pieces: IntArray, of: int) -> tuple[list[int], ...]:
    """Return series and place of every point that was found, and the first and last of those that it stands with."""
    series, at = np.nonzero(found)
    # Members of one stretch lie less than its length apart, in one piece of one series.
    new = (np.diff(series) != 0) | (np.diff(at) >= of) | (np.diff(pieces[at]) != 0)
    stretch = np.concatenate([[0], np.cumsum(new)])[: len(series)]
    first, last = (
        at[np.searchsorted(stretch, stretch, side=side) - (side == "right")] for side in ("left", "right")
    )
    return series.tolist(), at.tolist(), first.tolist(), last.tolist()
