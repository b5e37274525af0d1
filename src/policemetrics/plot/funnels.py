"""`funnel`: areas by their size, between the limits that chance leaves and those that allow for their spread."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from policemetrics import _check, _write
from policemetrics._compare import Mask
from policemetrics.across.chance import BACK, FORTH
from policemetrics.across.placed import WITHIN, AreaRate, AreaShare
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.plot import _canvas, _ticks
from policemetrics.results import Results
from policemetrics.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROWS: Final = 12  # as high as so many rows
_WIDE: Final = 10.0  # of sizes that are so many times as large as others the axis is logarithmic
_PLACES: Final = (
    (6, 0, "left"),
    (-6, 0, "right"),
    (0, 8, "center"),
    (0, -8, "center"),
    (6, 10, "left"),
    (-6, -10, "right"),
)
_CURVES: Final = {"": _canvas.MUTED, "_spread": _canvas.MAIN}
_LINES: Final = {"": "--", "_outer": "-"}


def areas_in(table: Any) -> Results[Any]:
    """Return a table of areas beside a group, or refuse it."""
    if not isinstance(table, Results) or table.kind not in {AreaShare, AreaRate}:
        msg = "table must be a table of areas beside a group, as compare(figures, against='pooled', include_self=True) returns."
        raise InvalidTypeError(msg)
    return table


def funnel(
    table: Results[AreaShare] | Results[AreaRate],
    /,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    """Draw every area by its size, with the limits from chance alone and the limits that allow for the spread.

    Parameters
    ----------
    table : Results
        Areas compared with one figure, from `compare` with ``include_self=True`` or against a number.
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
    InvalidTypeError
        If `table` is no such table, or `ax` is not axes.
    InvalidInputError
        If areas are compared with different figures.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    Grey lines are the limits from chance alone; blue lines are the limits with the spread, if it was allowed for.
    The inner lines are dashed. Filled points are areas outside the limits that were tested, named if there is
    room. Areas that are not tested are crosses, and the caption gives their figures.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> shares = pm.share([120, 340, 95, 610], [1000, 2500, 1000, 5000], labels=["Kent", "Essex", "Dorset", "Surrey"])
    >>> found = pm.compare(shares, of="label", against=0.12, overdispersion=None)
    >>> ax = pm.plot.funnel(found)
    >>> print(ax.get_title(loc="left").replace(chr(10), " "))
    Of 4 areas 0 lie outside 99.8% limits by chance alone
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.funnel")
    picture = _Funnel(areas_in(table))
    if len(set(picture.references.tolist())) > 1:
        msg = (
            "table must compare all areas with one figure; here each has its own. Compare with include_self=True and "
            "without a mapping, or draw plot.caterpillar(table)."
        )
        raise InvalidInputError(msg)
    return picture.on(ax, title, source)


@attrs.frozen
class _Funnel(_canvas.PictureOfTable):
    """Areas by size, and limits around the figure of the group."""

    @property
    def references(self) -> FloatArray:
        """The figure of the group, where there is one."""
        found: FloatArray = self.table["reference"]
        return found[~np.isnan(found)]

    @property
    def size(self) -> tuple[int, int, float]:
        """Always of one height."""
        return _ROWS, 0, 0.0

    @property
    def nothing(self) -> str:
        """Nothing to draw."""
        return "" if len(self.references) else "Nothing to show: no area has a figure."

    @property
    def finding(self) -> str:
        """How many stand out."""
        said = self.table.kind._together(self.table)
        return f"{said[0].upper()}{said[1:]}" if said else "No area is tested"

    @property
    def unit(self) -> str:
        """What stands on the axes, and what the lines are."""
        first = self.table[0]
        inner, outer = (f"{100 * level:g}%" for level in first.confidence_levels)
        spread = (
            f"; blue: with the spread between areas ({first.overdispersion})" if first.overdispersion else ""
        )
        return f"Grey: limits of chance alone{spread}; dashed {inner}, solid {outer}."

    @property
    def measured(self) -> tuple[str, str]:
        """How large the areas are, and their figures."""
        first = self.table[0]
        return first.out_of_what or "Number that it is out of", first.of_what

    @property
    def remarks(self) -> list[str]:
        """Who is not tested, with their figures and the reason."""
        table, tick = self.table, _write.FORMATS[self._kind]
        reasons: dict[str, list[str]] = {}
        for name, value, reason in zip(self.named, table["value"].tolist(), table["reason"], strict=True):
            if reason:
                figure = "" if np.isnan(value) else f" ({tick(value)})"
                reasons.setdefault(reason.partition(";")[0], []).append(f"{name}{figure}")
        return [f"{_check.cut(names)}: {reason}." for reason, names in reasons.items()]

    @property
    def _kind(self) -> str:
        return "share" if self.table.kind is AreaShare else "rate"

    def draw(self, ax: Axes) -> None:
        """Draw limits, areas, and the names of those that stand out."""
        n, value, side = (self.table[name] for name in ("denominator", "value", "side"))
        there, tested = ~np.isnan(value) & (n > 0), side != ""
        shown = (
            tested if tested.any() else there
        )  # one that is not tested may be far off: the caption has its figure
        _canvas.bare(ax, "y")
        if n[shown].max() > _WIDE * n[shown].min():
            ax.set_xscale("log")
        ax.axhline(self.references[0], color=_canvas.ink(), linewidth=1)
        ends = [value[shown]]
        for name, colour, style in product(("lower", "upper"), _CURVES.items(), _LINES.items()):
            sizes, limit = self._curve(name, f"{style[0]}{colour[0]}", n[shown], shown)
            ax.plot(sizes, limit, style[1], color=colour[1], linewidth=1, zorder=1)
            ends.append(limit)
        out = shown & (side != WITHIN) & tested
        marks = (
            (shown & (side == WITHIN), "o", "none", _canvas.MUTED),
            (out, "o", _canvas.RISE, _canvas.RISE),
        )
        for rows, mark, face, edge in (*marks, (there & ~tested, "x", "none", _canvas.MUTED)):
            ax.plot(
                n[rows], value[rows], mark, markerfacecolor=face, markeredgecolor=edge, markersize=6, zorder=3
            )
        low, high = np.nanmin(np.concatenate(ends)), np.nanmax(np.concatenate(ends))
        room = 0.05 * (high - low) or 1.0
        ax.set_ylim(low - room, high + room)
        ax.set_xlim(n[shown].min() / 1.15, n[shown].max() * 1.15)
        _ticks.set_ticks(ax.yaxis, self._kind)
        if ax.get_xscale() == "log":
            _ticks.set_sizes(ax.xaxis)
        else:
            _ticks.set_ticks(ax.xaxis, "count")

    def _curve(self, end: str, which: str, n: FloatArray, shown: Mask) -> tuple[FloatArray, FloatArray]:
        """Return a limit by size: between areas its squared distance on the scale is a line in 1 / n."""
        scale, t = self.table[0].scale, self.references[0]
        with np.errstate(divide="ignore"):
            apart = (FORTH[scale](self.table[f"{end}{which}"][shown]) - FORTH[scale](t)) ** 2
        there = np.isfinite(apart)
        if not there.any():
            return np.empty(0), np.empty(0)
        order = np.argsort(1 / n[there])
        sizes = np.geomspace(n[there].min(), n[there].max(), 200)
        reach = np.sqrt(np.interp(1 / sizes, 1 / n[there][order], apart[there][order]))
        return sizes, BACK[scale](FORTH[scale](t) + (reach if end == "upper" else -reach))

    def finish(self, ax: Axes) -> None:
        """Name who stands out, the farthest first, where no name lies on a mark or another name, and none falls off the axes."""
        ax.figure.figure.draw_without_rendering()
        places = np.column_stack((self.table["denominator"], self.table["value"]))
        marks, taken = ax.transData.transform(places[~np.isnan(places[:, 1])]), list[Any]()
        far = np.argsort(-np.abs(np.nan_to_num(self.table["z"])), kind="stable")
        out = [row for row in far.tolist() if self.table["side"][row] not in {"", WITHIN}]
        for row in out:
            at = places[row, 0], places[row, 1]
            for x, y, align in _PLACES:
                text = ax.annotate(
                    _canvas.short(str(self.named[row])), at, xytext=(x, y), textcoords="offset points", ha=align, va="center",
                    fontsize=_canvas.SMALL, parse_math=False,
                )  # fmt: skip
                box = text.get_window_extent()
                inside = all(ax.bbox.contains(*corner) for corner in (box.min, box.max))
                if inside and not box.count_contains(marks) and not box.count_overlaps(taken):
                    taken.append(box)
                    break
                text.remove()
