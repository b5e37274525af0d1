"""`caterpillar`: areas in the order of their figures, with intervals and the ranks that these leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from policemetrics import _write
from policemetrics._figure import column_fields
from policemetrics.across.placed import AreaRate, AreaShare
from policemetrics.plot import _canvas, _ticks
from policemetrics.plot.funnels import areas_in
from policemetrics.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def caterpillar(
    table: Results[AreaShare] | Results[AreaRate],
    /,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    """Draw areas in the order of their figures, with their intervals and their possible ranks.

    Parameters
    ----------
    table : Results
        Areas compared with a group, from `compare`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default is a new figure, as high as the rows need.
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
    InvalidTypeError
        If `table` is no such table, or `ax` is not axes.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    Every row has a bar for the group. The ranges of ranks on the right contain all true ranks together, with the
    probability in the caption. An area that is not tested has no ranks.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> shares = pm.share([120, 340, 95, 710], [1000, 2500, 1000, 5000], labels=["Kent", "Essex", "Dorset", "Surrey"])
    >>> ax = pm.plot.caterpillar(pm.compare(shares, of="label", against="pooled", include_self=True))
    >>> print(ax.get_title(loc="left").replace(chr(10), " "))
    Highest in Surrey (14.20%), lowest in Dorset (9.50%); chance leaves 3 to 4 ranks open
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.caterpillar")
    return _Caterpillar(areas_in(table).sort("value", descending=True)).on(ax, title, source)


@attrs.frozen
class _Caterpillar(_canvas.PictureOfRows):
    """Areas one below another, the highest first."""

    @property
    def size(self) -> tuple[int, int, float]:
        """A row per area."""
        return len(self.table), 0, 0.0

    @property
    def finding(self) -> str:
        """Who is highest and lowest, and how far ranks are known."""
        known = np.flatnonzero(~np.isnan(self.table["value"]))
        if not len(known):
            return "No area has a figure"
        ends = [
            f"{_canvas.short(str(self.named[i]))} ({self._form(float(self.table['value'][i]))})"
            for i in (known[0], known[-1])
        ]
        width = self.table["rank_high"] - self.table["rank_low"] + 1
        open_ = width[~np.isnan(width)]
        between = f"{open_.min():g} to {open_.max():g}" if len(open_) else ""
        ranks = (
            f"; chance leaves {between if len(set(open_.tolist())) > 1 else f'{open_[0]:g}'} ranks open"
            if between
            else ""
        )
        return f"Highest in {ends[0]}, lowest in {ends[1]}{ranks}"

    @property
    def unit(self) -> str:
        """What is drawn."""
        first = self.table[0]
        level = f"{100 * first.confidence_level:g}%"
        return f"With {level} intervals; the bar is the figure of the group. At the right the rank, and those that are open, {level} for all together."

    @property
    def measured(self) -> tuple[str, str]:
        """What the figures are."""
        return self.table[0].of_what, ""

    @property
    def _kind(self) -> str:
        return str(next(f.metadata["column"] for f in column_fields(self.table.kind) if f.name == "value"))

    def _form(self, value: float) -> str:
        return _write.FORMATS[self._kind](value)

    def draw(self, ax: Axes) -> None:
        """Draw the rows."""
        table, rows = self.table, np.arange(len(self.table))
        _canvas.bare(ax, "x")
        value, low, high, reference = (
            table[name] for name in ("value", "value_low", "value_high", "reference")
        )
        ax.hlines(rows, low, high, color=_canvas.MAIN, linewidth=2)
        ax.plot(value, rows, "o", color=_canvas.MAIN, markersize=5, zorder=3)
        ax.vlines(reference, rows - 0.35, rows + 0.35, color=_canvas.RISE, linewidth=1.5)
        _ticks.set_ticks(ax.xaxis, self._kind)
        for row in rows.tolist():
            if np.isnan(value[row]):
                _canvas.reason_in_row(ax, row, table["reason"][row])
            elif not np.isnan(table["rank"][row]):
                rank, first, last = (f"{table[name][row]:g}" for name in ("rank", "rank_low", "rank_high"))
                _canvas.in_row(ax, 1.03, row, f"{rank}  ({first} to {last})")
