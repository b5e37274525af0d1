"""`by_group`: an estimate and its interval for every group, one below another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics._figure import column_fields, limits_of
from policemetrics.errors import InvalidInputError
from policemetrics.plot import _canvas, _ticks
from policemetrics.results import Figure, Results
from policemetrics.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PLOT: Final = 6.0  # inches for names and marks
_LETTER: Final = 0.075  # inches of a small letter
_UNITS: Final = {"percent": "Change in per cent", "points": "Change in percentage points"}
_MEASURES: Final = {"points": "The share within the target"}  # of times, whose figures have no subject
_CHANGES: Final = (*_UNITS, "change", "seconds_change")


def by_group(
    table: Results[Any] | Figure,
    /,
    *,
    column: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    """Draw the figure of every group with its interval: a change, a rate, a score.

    Parameters
    ----------
    table : Results or Figure
        Any table whose figures have intervals: of `rate_change`, `harm_change`, `outcome_rate_change`, `rate`,
        `positive_outcome_rate`, … Rows are in the order of the table: sort it first.
    column : str, optional
        The column to draw; it must have limits. Default is the first such column.
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
        If `table` is not a table of figures, or `ax` is not axes.
    InvalidInputError
        If the figures have no interval.
    UnknownNameError
        If there is no such column with limits.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    A filled mark is a change whose interval does not contain 0; a hollow mark may be no change. An interval
    without an upper limit ends in an arrow. A row that is not available says why. The caption below says what the
    marks are, what was left out, and the caveats. It is not the label of an axis, so you can still set that.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> change = pm.rate_change([54_721, 182_336], [53_036, 204_010], labels=["Cumbria", "Kent"])
    >>> ax = pm.plot.by_group(change)
    >>> ax.get_title(loc="left")
    'Recorded crime rose in Kent and fell in Cumbria'
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.by_group")
    table = Results.of([table]) if isinstance(table, Figure) else table
    _check.instance(table, Results, "table must be a Results table, as rate_change(…, by=…) returns")
    return _Estimates.of(table, column).on(ax, title, source)


@attrs.frozen
class _Estimates(_canvas.PictureOfRows):
    """An estimate and two limits a row."""

    column: str
    kind: str
    value: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, table: Results[Any], column: str | None) -> _Estimates:
        """Choose the column, which must have limits."""
        options = limits_of(table.kind)
        if not options:
            msg = f"table must hold figures with an interval; {table.kind.__name__} has none."
            raise InvalidInputError(msg)
        if column is not None:
            _check.known(column, "column", options, hint="Only columns with limits are drawn.")
        name = column or next(iter(options))
        form = next(f.metadata["column"] for f in column_fields(table.kind) if f.name == name)
        return cls(table, name, form, table[name], *(table[limit] for limit in options[name]))

    @property
    def size(self) -> tuple[int, int, float]:
        """A row for each group, as wide as the longest figure needs."""
        return len(self.table), 0, _PLOT + _LETTER * max(map(len, self.written))

    @property
    def is_change(self) -> bool:
        """Whether nothing has changed at 0."""
        return self.kind in _CHANGES

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows are available."""
        return ~np.isnan(self.value)

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Which rows have an interval that excludes no change, and a p-value that does, where that was adjusted."""
        if not self.is_change:
            return self.known
        apart = (self.low > 0) | (self.high < 0)
        if self._adjusted:
            apart &= self.table["p_adjusted"] < 1 - self.table["confidence_level"].astype(float)
        return self.known & apart

    @property
    def _adjusted(self) -> str:
        """How p-values were adjusted for many comparisons, where they were, and are those of what is drawn."""
        return (
            str(getattr(self.table[0], "adjust", ""))
            if self.column == "percent_change" and len(self.table)
            else ""
        )

    def draw(self, ax: Axes) -> None:
        """Draw the marks, their intervals, and beside them what they are in figures."""
        words = self.written
        _canvas.bare(ax, "x")
        low, high = self.span
        ax.set_xlim(low, high)
        _ticks.set_ticks(ax.xaxis, self.kind)
        if not self.known.any():
            ax.set_xticks([])
        if self.is_change and self.known.any():
            ax.axvline(0, color=_canvas.MUTED, linewidth=1, zorder=1)
        marks = zip(self.value.tolist(), self.low.tolist(), self.high.tolist(), self.settled, strict=True)
        for row, (value, lower, upper, settled) in enumerate(marks):
            if np.isnan(value):
                _canvas.reason_in_row(ax, row, self.table["reason"][row])
                continue
            if not np.isnan(lower):
                ax.plot([max(lower, low), min(upper, high)], [row, row], color=_canvas.MAIN, linewidth=2)
            for end, mark in ((lower, "<"), (upper, ">")):
                if not low <= end <= high and not np.isnan(end):
                    ax.plot([low if mark == "<" else high], [row], mark, color=_canvas.MAIN, clip_on=False)
            face = _canvas.MAIN if settled else ax.get_facecolor()
            style: dict[str, Any] = {"markerfacecolor": face, "markersize": 7, "zorder": 3, "clip_on": False}
            ax.plot([value], [row], "o", color=_canvas.MAIN, **style)
            _canvas.in_row(ax, 1.03, row, words[row])

    @property
    def written(self) -> list[str]:
        """Each figure with its interval, as it is beside its mark; of what is not available nothing."""
        form = _write.FORMATS[self.kind]
        words = []
        for value, low, high in zip(self.value.tolist(), self.low.tolist(), self.high.tolist(), strict=True):
            within = _write.limits(form(low), form(high), unbounded=np.isinf(high))
            bare = np.isnan(value) or np.isnan(low)
            words.append("" if np.isnan(value) else form(value) if bare else f"{form(value)}  {within}")
        return words

    @property
    def span(self) -> tuple[float, float]:
        """The ends of the axis: every estimate, no change, and limits unless a few of them dwarf the rest."""
        known = self.known
        value, low, high = (v[known] for v in (self.value, self.low, self.high))
        marks = np.append(value, 0.0) if self.is_change else value
        if not len(value):
            return -1.0, 1.0
        ends = np.concatenate((marks, low[np.isfinite(low)], high[np.isfinite(high)]))
        if len(value) > 1:
            wide = (high - low)[np.isfinite(high - low)]
            reach = max(2 * np.ptp(marks), 3 * float(np.median(wide)) if len(wide) else 0.0)
            ends = ends.clip(marks.min() - reach, marks.max() + reach)
        room = 0.06 * float(np.ptp(ends)) or float(np.abs(ends).max()) or 1.0
        least = float(ends.min()) - room
        # What cannot be below 0 has no axis there; the mark at 0 is not clipped.
        return least if self.is_change or ends.min() < 0 else max(least, 0.0), float(ends.max()) + room

    # ---- words --------------------------------------------------------------------------

    @property
    def unit(self) -> str:
        """Name what is drawn, with its interval."""
        change = " change" if self.kind.endswith("change") else ""
        named = _UNITS.get(self.kind, f"{self._named}{change}")
        level = getattr(self.table[0], "confidence_level", None)
        percent = f"{level * 100:g}% " if isinstance(level, float) else ""
        where = (
            f"p by {self._adjusted} does not exclude chance" if self._adjusted else "that includes no change"
        )
        hollow = f"; hollow where {where}" if (self.known & ~self.settled).any() else ""
        beyond = (self.low < self.span[0]) | (self.high > self.span[1])
        arrow = "; an arrow goes on beyond the axis" if (self.known & beyond).any() else ""
        return f"{named}, with the {percent}interval{hollow}{arrow}."

    @property
    def measured(self) -> tuple[str, str]:
        """The unit of the axis, where its ticks do not say it."""
        if self.kind == "points":
            return "Percentage points", ""
        unit = getattr(self.table[0], "harm_unit", "") if self.kind.startswith("amount") else ""
        return f"Per {self._over}" if self._over else unit.capitalize(), ""

    @property
    def finding(self) -> str:
        """Say what the picture shows: one figure in its own sentence, several by which way they went."""
        if len(self.table) == 1:
            return str(self.table[0]._finding())
        if not self.known.any():
            return f"{self._subject}: not available for any of {len(self.table)}."
        return self._changes if self.is_change else self._levels

    @property
    def _changes(self) -> str:
        names, known = self.named, self.known
        low, high = np.where(self.settled, self.low, -1), np.where(self.settled, self.high, 1)
        moved = [_canvas.moved(*row) for row in zip(self.value, low, high, strict=True)]
        said = {verb: known & [m.startswith(verb) for m in moved] for verb in ("rose", "fell", "did not")}
        unclear = "did not clearly change" if (self.value[said["did not"]] != 0).any() else "did not change"
        groups = {f"{unclear if verb == 'did not' else verb} in": names[rows] for verb, rows in said.items()}
        several = len(names) > 3
        said_of = [
            f"{verb} {_canvas.joined(who.tolist(), others=f' of {len(names)}' if several and not i else '')}"
            for i, (verb, who) in enumerate((v, w) for v, w in groups.items() if len(w))
        ]
        lacking = names[~known].tolist()
        gone = f"; not available for {_canvas.joined(lacking)}" if lacking else ""
        return f"{self._subject} {_write.listed(said_of)}{self._when}{gone}"

    @property
    def _levels(self) -> str:
        names, form = self.named, _write.FORMATS[self.kind]
        most, least = int(np.nanargmax(self.value)), int(np.nanargmin(self.value))
        high, low = form(self.value[most]), form(self.value[least])
        lacking = names[~self.known].tolist()
        gone = f"; not available for {_canvas.joined(lacking)}" if lacking else ""
        if high == low:
            several = self.known.sum() > 1
            return f"{self._subject}: {high}{' in all that are available' if gone and several else ' in all' if several else ''}{gone}"
        overlap = "; their intervals overlap" if self.low[most] <= self.high[least] else ""
        return (
            f"{self._subject}: highest in {_canvas.short(names[most])} ({high}), "
            f"lowest in {_canvas.short(names[least])} ({low}){overlap}{gone}"
        )

    @property
    def _named(self) -> str:
        return self.column.removesuffix("_change").replace("_", " ").capitalize()

    @property
    def _subject(self) -> str:
        """Name what is measured, with the definition that must be said."""
        first = self.table[0]
        about = first._about or _MEASURES.get(self.column) or self._named
        return f"{about} per {self._over}" if self._over else about

    @property
    def _over(self) -> str:
        """Name what is measured is divided by; empty where it is nothing, or what is drawn is a change in per cent."""
        first = self.table[0]
        over = first._per(self.column)
        return "day" if over == "days" else f"{getattr(first, 'per', 1000):,g} {over}" if over else ""

    @property
    def _when(self) -> str:
        pairs = {getattr(row, "between", ("", "")) for row in self.table}
        return _canvas.when(pairs.pop()) if len(pairs) == 1 else ""
