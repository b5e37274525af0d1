"""`control_chart`: points over time with their centre and limits, those out of the ordinary marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from policemetrics import _check, _write
from policemetrics.control.axis import Axis
from policemetrics.control.chart import ControlFields
from policemetrics.errors import InvalidInputError
from policemetrics.plot import _canvas, _ticks
from policemetrics.results import Results
from policemetrics.typing import FloatArray, IntArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of a meaning its colour, its mark and its words; told apart by shape as well as by colour.
_MARKS: Final = {
    "": ("0.55", "o", ""),
    "improvement": (_canvas.MAIN, "^", "improvement"),
    "concern": ("#D55E00", "v", "concern"),
    "higher": (_canvas.RISE, "^", "higher"),
    "lower": (_canvas.MAIN, "v", "lower"),
}
_SIDELESS: Final = "D"


def control_chart(
    chart: Results[ControlFields],
    /,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    r"""Draw a control chart: the points, their centre and limits, and which points are out of the ordinary.

    Parameters
    ----------
    chart : Results of ControlPoint, ControlShare or ControlTime
        One series, as `policemetrics.control_chart` gives it.
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
        If the table holds several series.
    InvalidTypeError
        If `chart` is not a control chart, or `ax` is not axes.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    Points with nothing out of the ordinary are grey circles. Improvements are blue triangles, and concerns are
    orange triangles. They point up if higher is better, otherwise down; if it was not said which is better, they
    point in the direction of the signal. A gap in the line is a period without a figure.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> chart = pm.control_chart([610, 595, 642, 588, 601, 633, 579, 612, 598, 625, 745, 607, 590], chart="xmr")
    >>> ax = pm.plot.control_chart(chart)
    >>> ax.get_title(loc="left").replace("\n", " ")
    'Recorded crime: 1 of 13 points is out of the ordinary; 11 was above the upper limit'
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.control_chart")
    _check.instance(chart, Results, "chart must be a table, as control_chart(…) gives")
    if not issubclass(chart.kind, ControlFields):
        raise _check.wrong_type(
            chart, f"chart must be one of control_chart(…); this is a table of {chart.kind.__name__}:"
        )
    *others, _ = chart._keys or ("",)
    several = {
        d: len(set(chart._keys[d].tolist())) for d in chart._keys if len(set(chart._keys[d].tolist())) > 1
    }
    if len(several) > 1 and others:
        dim = next(iter(several))
        label = chart._keys[dim].tolist()[0]
        msg = f"chart must hold one series; this holds {several[dim]} by {dim!r}: choose one, as in chart[chart[{dim!r}] == {label!r}]."
        raise InvalidInputError(msg)
    return _Chart(chart).on(ax, title, source)


class _Chart(_canvas.PictureOfTable):
    """One series of points."""

    @property
    def _labels(self) -> list[Any]:
        return self.table._keys[list(self.table._keys)[-1]].tolist() if self.table._keys else []

    @property
    def _places(self) -> tuple[IntArray, list[Any]]:
        """Where each point stands, and the labels of all periods, those without a row among them."""
        labels = self._labels
        try:
            axis = Axis.of(labels, "period")
        except InvalidInputError:  # points that are only numbered
            axis = Axis(labels, [])
        return axis.positions(labels), axis.labels

    def _line(self, name: str) -> FloatArray:
        at, labels = self._places
        found = np.full(len(labels), np.nan)
        found[at] = self.table[name]
        return found

    @property
    def unit(self) -> str:
        """What the points are."""
        first = self.table[0]
        below = "; the lower limit is below 0" if self._stops_at_0 and self.table["lower"].min() < 0 else ""
        return f"Centre and limits of {first.baseline} ({first.chart}, rules {first.rules}){below}."

    @property
    def measured(self) -> tuple[str, str]:
        """What the points are, and per what."""
        first = self.table[0]
        return "", f"{first._what(',')} {first.unit}".strip()

    @property
    def _stops_at_0(self) -> bool:
        """Whether nothing that was measured is below 0, so that the axis does not go there either."""
        return bool(np.nanmin(self.table["value"], initial=0.0) >= 0)

    def draw(self, ax: Axes) -> None:
        """Draw the limits as a band, the centre as a line, and the points over them."""
        _canvas.bare(ax, "y")
        kind = attrs.fields_dict(self.table.kind)["value"].metadata["column"]
        form = _write.FORMATS[kind]
        value, centre, low, high = (self._line(n) for n in ("value", "centre", "lower", "upper"))
        at = np.arange(len(value))
        for line in (low, high):
            ax.plot(at, line, color=_canvas.MUTED, lw=1, ls="--", drawstyle="steps-mid")
        ax.plot(at, centre, color=_canvas.MUTED, lw=1.2, drawstyle="steps-mid")
        ax.plot(at, value, color="0.55", lw=1.2)
        meanings = np.full(len(value), "", dtype=object)
        meanings[self._places[0]] = [
            point.meaning or ("either" if point.signal else "") for point in self.table
        ]
        for meaning in dict.fromkeys(meanings.tolist()):
            colour, mark, words = _MARKS.get(meaning, (_canvas.RISE, _SIDELESS, "out of the ordinary"))
            which = (meanings == meaning) & ~np.isnan(value)
            if meaning in {"improvement", "concern"}:
                # The triangle points the way that the points lie.
                mark = "^" if np.nanmean((value - centre)[which]) > 0 else "v"
            ax.plot(
                at[which],
                value[which],
                ls="",
                marker=mark,
                color=colour,
                ms=6 if meaning else 4,
                label=words or "_",
            )
        target = self.table[0].target
        if not np.isnan(target):
            ax.axhline(target, color=_canvas.ink(), lw=1, ls=":")
            _canvas.at_end(ax, (at[-1], target), f"target {form(target)}")
        for line, words in ((high, "upper"), (centre, "centre"), (low, "lower")):
            if not np.isnan(line[-1]) and not (self._stops_at_0 and line[-1] < 0):
                _canvas.at_end(ax, (at[-1], line[-1]), f"{words} {form(line[-1])}", color=_canvas.MUTED)
        _ticks.set_names(ax.xaxis, [str(label) for label in self._places[1]])
        _ticks.set_ticks(ax.yaxis, kind)
        ax.set_xlim(-0.5, len(at) - 0.5)
        if self._stops_at_0 and ax.get_ylim()[0] < 0:
            ax.set_ylim(bottom=0)
        odd = {*meanings.tolist()} - {""}
        if odd:  # above the points, which get less of the height
            bottom, top = ax.get_ylim()
            ax.set_ylim(bottom, top + 0.12 * (top - bottom))
            ax.legend(loc="upper left", ncols=len(odd), frameon=False, fontsize=_canvas.SMALL)

    @property
    def finding(self) -> str:
        """Say how many points are out of the ordinary, and what the last of them is."""
        subject = self.table[0]._what(",")
        odd = [(label, point) for label, point in zip(self._labels, self.table, strict=True) if point.signal]
        n = int(np.isfinite(self.table["value"]).sum())
        if not odd:
            return f"{subject}: none of {n} points is out of the ordinary"
        label, last = odd[-1]
        means = f" ({last.meaning})" if last.meaning in {"improvement", "concern"} else ""
        many = "points is" if len(odd) == 1 else "points are"
        which = "" if len(odd) == 1 else "the last, "
        return f"{subject}: {len(odd)} of {n} {many} out of the ordinary; {which}{label}{',' if which else ''} was {last.signal.partition(';')[0]}{means}"
