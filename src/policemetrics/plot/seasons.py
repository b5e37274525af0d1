"""`months`: twelve months of counts beside the same months a year before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from policemetrics import _check, _write
from policemetrics._grouped import Grouped
from policemetrics.change import RateChange, rate_change
from policemetrics.errors import InvalidInputError, Note
from policemetrics.frames import as_tally, framed
from policemetrics.periods import Period, as_period, in_words, read_labels
from policemetrics.plot import _canvas, _ticks
from policemetrics.tallies import Tally
from policemetrics.typing import Counts, FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def months(
    data: Counts,
    /,
    *,
    until: str | Period | None = None,
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    subject: str = "Recorded crime",
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    r"""Draw twelve months of counts, with the same months a year before.

    Parameters
    ----------
    data : Tally or data frame
        Counts by month.
    until : str or Period, optional
        The last month shown. Default is the last in the data: leave out a month that is not over.
    period : str, optional
        The dimension, or column, that holds the months. Default is ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into months, as by `tally`. Default is none: `period` holds labels.
    subject : str, optional
        What is counted, for the title. Default is ``"Recorded crime"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default is a new figure.
    title : str, optional
        The title. Default is the finding, in words.
    source : str, optional
        Where the data come from, for the caption. Default is none.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, which you can edit.

    Raises
    ------
    InvalidInputError
        If the periods are not single months.
    InvalidTypeError
        If `data` is not a table, or `ax` is not axes.
    UnknownNameError
        If there is no such column or dimension.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    Counts start at 0. A month without data is a gap, which the caption under the axes names. The change in the
    title is from `rate_change`, and says so if the two years are not like for like.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> labels = [f"{year}-{month:02d}" for year in (2022, 2023) for month in range(1, 13)]
    >>> crimes = pm.Tally.from_columns({"period": labels}, [100] * 12 + [90] * 12)
    >>> ax = pm.plot.months(crimes)
    >>> ax.get_title(loc="left").replace("\n", " ")
    'Recorded crime fell by 10.0% (95% interval −17.1% to −2.3%), from 1,200 in 2022 to 1,080 in 2023'
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.months")
    _check.text(subject, "subject")
    found, _ = framed(_check.one_data(data, "data"), (), date, period=_check.text(period, "period"))
    tally = as_tally(found, by=(period,), count=count)
    tally._require_dims(period)
    known = tally._known_labels(period)
    read = read_labels(known, period)
    longer = [label for label, p in zip(known, read, strict=True) if p.months != 1]
    if longer:
        msg = f"{period!r} must hold single months; got {_check.listing(longer)}."
        raise InvalidInputError(msg)
    last = max(read, default=None) if until is None else as_period(until, "until")
    if last is None:
        return _canvas.say_on(ax, "Nothing to show: no months were counted.", title, source)
    if last.months != 1:
        msg = f"until must be a single month; got {last.label!r}."
        raise InvalidInputError(msg)
    year = Period.year_ending(last.end.year, last.end.month)
    return _Years.of(tally, year, period, subject).on(ax, title, source)


@attrs.frozen
class _Years(_canvas.Picture):
    """Counts of twelve months, nan where nothing was supplied, and of the twelve before."""

    later: Period
    old: FloatArray
    new: FloatArray
    change: RateChange

    @classmethod
    def of(cls, tally: Tally, later: Period, period: str, subject: str) -> _Years:
        """Add up each month of both years."""
        months, years = Grouped.of(tally, (period,)), (later.shift(-12), later)
        labels = read_labels(months.groups.column(period).tolist(), period)
        found: dict[Period, float] = {}
        for month, counted, shown in zip(labels, months.counted.tolist(), months.shown, strict=True):
            if shown:
                found[month] = found.get(month, 0.0) + counted
        old, new = (np.array([found.get(month, np.nan) for month in _months(year)]) for year in years)
        return cls(later, old, new, rate_change(tally, between=years, period=period, subject=subject))

    @property
    def nothing(self) -> str:
        """Neither year has a month with rows."""
        gone = np.isnan(self.new).all() and np.isnan(self.old).all()
        return f"Nothing to show: {self.change.reason}." if gone else ""

    @property
    def measured(self) -> tuple[str, str]:
        """What the lines are."""
        return "", f"{self.change._what(',')} by month"

    def draw(self, ax: Axes) -> None:
        """Draw both years as lines, each with its name at its end."""
        _canvas.bare(ax, "y")
        names = [in_words(month.label)[:3] for month in _months(self.later)]
        _ticks.set_names(ax.xaxis, names)
        _ticks.set_ticks(ax.yaxis, "count")
        ax.set_xlim(-0.3, 11.3)
        faint: dict[str, Any] = {"color": _canvas.MUTED, "lw": 1.5, "ls": "--", "marker": "o", "ms": 3.5}
        strong: dict[str, Any] = {"color": _canvas.MAIN, "lw": 2.5, "marker": "o", "ms": 5}
        ends: list[tuple[float, int, str, dict[str, Any]]] = []
        for counts, year, style in ((self.old, self.later.shift(-12), faint), (self.new, self.later, strong)):
            ax.plot(np.arange(12), counts, **style)
            if not np.isnan(counts).all():
                at = int(np.flatnonzero(~np.isnan(counts))[-1])
                words = f"{_short(year)}\n{_write.count(counts[at])} in {names[at]}"
                weight = "normal" if style is faint else "bold"
                ends.append((float(counts[at]), at, words, {"color": style["color"], "fontweight": weight}))
        both = np.concatenate((self.old, self.new, [0.0]))
        bottom, top = float(np.nanmin(both)), float(np.nanmax(both))
        ax.set_ylim(1.08 * bottom, 1.08 * top or (0.0 if bottom else 1.0))
        for value, at, words, style in ends:
            _canvas.at_end(ax, (at, value), words, **style)

    @property
    def finding(self) -> str:
        """Say how the twelve months compare with those before."""
        change = self.change
        if np.isnan(change.change):
            return change._finding()
        ends = [
            f"{_write.count(n)} in {in_words(p)}"
            for n, p in zip((change.old, change.new), change.between, strict=True)
        ]
        moved = _canvas.moved(change.change, change.percent_change_low, change.percent_change_high)
        if np.isnan(change.percent_change):  # there was nothing before, of which a percentage could be
            joined = (
                f" {moved}, from {' to '.join(ends)}"
                if moved == "rose"
                else f" {moved}: {' and '.join(ends)}"
            )
            return f"{change.subject}{joined}; percentage {change.reason}"
        sure = change._interval_words()
        if moved in {"rose", "fell"}:
            by = f"{_write.size(change.percent_change, 1)}% ({sure})"
            return f"{change._what(',')} {moved} by {by}, from {' to '.join(ends)}"
        percent = _write.signed(change.percent_change, 1, "%")
        return f"{change._what(',')} {moved}: {' and '.join(ends)} ({percent}, {sure})"

    @property
    def left_out(self) -> str:
        """What was left out of either year."""
        return _canvas.of_exclusions(self.change.exclusions)

    @property
    def caveats(self) -> list[Note]:
        """What travels with the change."""
        return list(self.change.caveats)

    @property
    def remarks(self) -> list[str]:
        """Name the months without data."""
        months = [*_months(self.later.shift(-12)), *_months(self.later)]
        absent = np.isnan(np.concatenate((self.old, self.new)))
        # Months in a row are named as one: where each run begins, and where it ends.
        edges = np.flatnonzero(np.diff(np.concatenate(([False], absent, [False])))).reshape(-1, 2).tolist()
        gaps = [in_words(Period(months[first].start, months[end - 1].end).label) for first, end in edges]
        return [f"No rows for {', '.join(gaps)}."] if gaps else []


def _months(year: Period) -> list[Period]:
    first = Period.month(year.start.year, year.start.month)
    return [first.shift(m) for m in range(12)]


def _short(year: Period) -> str:
    """Name a year beside its line."""
    words = in_words(year.label)
    return words.replace("the year ending ", "year to ") if words.startswith("the year") else words
