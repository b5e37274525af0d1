"""`times`: how measured times are spread, with the target and percentiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import attrs
import numpy as np

from policemetrics import _write, summarise_times
from policemetrics._cells import MEASURED
from policemetrics._supply import Side
from policemetrics.errors import Note
from policemetrics.figures import TimeSummary
from policemetrics.frames import as_tally
from policemetrics.plot import _canvas, _ticks
from policemetrics.tallies import Tally
from policemetrics.times.estimates import seconds_of
from policemetrics.times.reading import is_column, seconds_in
from policemetrics.typing import Counts, FloatArray, IntArray, Names, Numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BARS: Final = 40
_AIMED: Final = (_canvas.RISE, 2.5, "-", "bold")  # how the target is drawn


def times(
    data: Numbers | Counts,
    /,
    *,
    target: float | None = None,
    inclusive: bool = False,
    missed: Names = (),
    invalid: Literal["refuse", "exclude"] = "refuse",
    seconds: str = MEASURED,
    count: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    r"""Draw the distribution of measured times, with the median, the 90th percentile and the target.

    Parameters
    ----------
    data : column of seconds, Tally or data frame
        As for `summarise_times`, from which the figures come.
    target : float, optional
        In seconds, > 0. Default is none.
    inclusive : bool, optional
        Whether a time equal to the target meets it. Default is False: it must be less.
    missed : str or sequence of str, optional
        For a tally or frame: reasons for exclusion, such as ``"missing end"``, whose rows count as not within the
        target, as for `summarise_times`. Default is none.
    invalid : {"refuse", "exclude"}, optional
        For a column: what to do with missing and negative times: refuse them, or leave them out; the caption then
        says how many. Default is ``"refuse"``.
    seconds : str, optional
        The column of a frame, or the dimension of a tally, that holds the times. Default is ``"seconds"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
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
        If a time is negative or not finite, or the target is not above 0.
    InvalidTypeError
        If the times are not numbers of seconds, or `ax` is not axes.
    UnknownNameError
        If there is no such column or dimension.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    The longest times are not drawn if they would take up most of the picture; a note says how many there are.
    Percentiles are by linear interpolation.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> ax = pm.plot.times([30, 15, 45, 60, 10], target=45)
    >>> ax.get_title(loc="left").replace("\n", " ")
    '60.0% (95% interval 23.1% to 88.2%) took less than the target of 45 s; median 30 s, 90th percentile 54 s'
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.times")
    asked: Any = data
    options: dict[str, Any] = {"target": target, "inclusive": inclusive, "invalid": invalid, "missed": missed}
    if is_column(data):
        summary = summarise_times(asked, **options)
        times = seconds_in(asked, MEASURED)
        times = times[times >= 0]  # what is missing or negative, if it got here, is left out
        found = Tally.from_columns({MEASURED: times}, np.ones(len(times), dtype=np.int64), unit="times")
        seconds = MEASURED
    else:
        dim = seconds if isinstance(data, Tally) else MEASURED
        found, seconds = as_tally(asked, by={dim: seconds}, count=count), dim
        summary = summarise_times(found, **options, seconds=seconds)
    cells = Side(found.sum_to(seconds)).tally._cells
    return _Spread(seconds_of(cells, seconds), cells.counts, summary, found.unit).on(ax, title, source)


@attrs.frozen
class _Spread(_canvas.Picture):
    """Times, how often each occurred, and their summary."""

    seconds: FloatArray
    counts: IntArray
    summary: TimeSummary
    what: str

    @property
    def nothing(self) -> str:
        """No time was measured."""
        return str(self.summary) if np.isnan(self.summary.median) else ""

    @property
    def longest(self) -> float:
        """The longest time that occurred."""
        return float(self.seconds[self.counts > 0].max())

    @property
    def bars(self) -> tuple[float, int]:
        """Choose a readable step, and how many of it show nearly all, and the target."""
        longest, tail = self.longest, self.summary.p99
        end = longest if longest <= 1.5 * tail else 1.15 * tail
        end = max(end, 0.0 if np.isnan(self.summary.target) else 1.1 * self.summary.target) or 1.0
        step = _ticks.clock_step(end / _BARS)
        return step, int(np.floor(end / step)) + 1

    def draw(self, ax: Axes) -> None:
        """Draw the bars, and over them the target and the percentiles, each with its name."""
        step, bars = self.bars
        edges = np.arange(bars + 1) * step
        heights, _ = np.histogram(self.seconds, edges, weights=self.counts)
        _canvas.bare(ax, "y")
        ax.stairs(heights, edges, fill=True, color=_canvas.FALL)
        ax.set_xlim(0, edges[-1])
        ax.set_ylim(0, 1.4 * max(float(heights.max()), 1.0))
        _ticks.set_ticks(ax.yaxis, "count", upto=float(heights.max()))
        _ticks.set_ticks(ax.xaxis, "seconds")
        for (at, words, aimed), height in zip(self._marks, (0.95, 0.87, 0.79), strict=False):
            colour, width, line, weight = _AIMED if aimed else (_canvas.ink(), 1.5, "--", "normal")
            up = ax.get_xaxis_transform()
            ax.plot([at, at], [0, height], transform=up, color=colour, linewidth=width, linestyle=line)
            right = bool(at < 0.6 * edges[-1])
            _canvas.beside(ax, (at, height - 0.02), words, right=right, xycoords=up, fontweight=weight)
        beyond = int(self.counts[self.seconds > edges[-1]].sum())
        if beyond:
            words = f"{_write.count(beyond)} longer,\nup to {_write.duration(self.longest)} →"
            across = ax.transAxes
            ax.text(1.0, 0.04, words, transform=across, ha="right", va="bottom", fontsize=_canvas.SMALL)

    @property
    def _marks(self) -> list[tuple[float, str, bool]]:
        """List what is marked, from the left: where, in which words, and whether it is the target."""
        s = self.summary
        marks = [
            (s.median, f"median {_write.duration(s.median)}", False),
            (s.p90, f"90th percentile {_write.duration(s.p90)}", False),
        ]
        if not np.isnan(s.target):
            under = f"{_write.percent(s.share_within)} {'within' if s.inclusive else 'under'}"
            marks.append((s.target, f"target {_write.duration(s.target)}: {under}", True))
        return sorted(marks)

    @property
    def finding(self) -> str:
        """Say what share met the target, and how long they took."""
        s = self.summary
        half = f"median {_write.duration(s.median)}, 90th percentile {_write.duration(s.p90)}"
        if np.isnan(s.target):
            return half.capitalize()
        at = "at most" if s.inclusive else "less than"
        sure = s._interval_words("share_within", _write.percent)
        return f"{_write.percent(s.share_within)} ({sure}) took {at} the target of {_write.duration(s.target)}; {half}"

    @property
    def unit(self) -> str:
        """Say what the bars are."""
        step = _write.duration(self.bars[0])
        missed = self.summary.out_of - self.summary.n
        more = (
            f" {_write.count(missed)} more have no time, and count as missing the target." if missed else ""
        )
        return f"By how long they took, in steps of {step}; {_write.count(self.summary.n)} in all.{more}"

    @property
    def measured(self) -> tuple[str, str]:
        """What is counted."""
        return "", f"Number of {self.what}"

    @property
    def left_out(self) -> str:
        """What was left out."""
        return _canvas.of_exclusions(self.summary.exclusions)

    @property
    def caveats(self) -> list[Note]:
        """What travels with the summary."""
        return list(self.summary.caveats)
