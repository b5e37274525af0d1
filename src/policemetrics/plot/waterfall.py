"""`drivers`: the parts of a change as a waterfall from the old total to the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics.change import ChangeDriver, RateChange, rate_change
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.figures import HarmChange, HarmDriver
from policemetrics.periods import in_words
from policemetrics.plot import _canvas
from policemetrics.results import Figure, Results
from policemetrics.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HALF: Final = 0.31  # of the height of a bar
_CLOSE: Final = 1e-6  # of what is compared: the rounding of sums of weights


def drivers(
    table: Results[HarmDriver] | Results[ChangeDriver],
    /,
    *,
    total: HarmChange | RateChange | None = None,
    most: int = 12,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    r"""Draw what drove a change as a waterfall: from the old total, part by part, to the new total.

    Parameters
    ----------
    table : Results of HarmDriver or ChangeDriver
        The parts of one change, in the order in which they are drawn: sort them first.
    total : HarmChange or RateChange, optional
        The change that the parts add up to, which gives both ends. `change_drivers` knows them. For
        `harm_drivers` without it the waterfall starts at 0 and shows only the change.
    most : int, optional
        How many of the largest parts to draw; the rest is one bar. Default is 12.
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
        If `table` has no drivers, `total` is not a change, or `ax` is not axes.
    InvalidInputError
        If the table explains several changes, or does not add up to `total`.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    Compare only the lengths of the bars. The axis does not begin at 0, so the two totals are lines, not bars.
    Rises are dark and go to the right, falls are light and go to the left, and each bar has its sign.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> crimes = pm.Tally.from_columns(
    ...     {"period": ["2022/23"] * 3 + ["2023/24"] * 3, "group": ["drugs", "theft", "violence"] * 2},
    ...     [1_000, 6_000, 3_000, 1_200, 4_700, 3_100],
    ... )
    >>> parts = pm.change_drivers(crimes, between=("2022/23", "2023/24"), of="group")
    >>> ax = pm.plot.drivers(parts.sort("change"))
    >>> ax.get_title(loc="left").replace("\n", " ")
    'Recorded crime fell by 1,000 (−10.0%, 95% interval −12.5% to −7.4%), 2022/23 to 2023/24: theft took most away (−1,300), drugs added most (+200)'
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.drivers")
    if not isinstance(table, Results) or "share_of_change" not in table.columns:
        got = table.kind.__name__ if isinstance(table, Results) else type(table).__name__
        msg = f"table must be what change_drivers(…) or harm_drivers(…) returns; got {got}."
        raise InvalidTypeError(msg)
    bars = _check.at_least_one(most, "most")
    for dim in tuple(table._keys)[:-1]:
        labels = dict.fromkeys(table[dim].tolist())
        if len(labels) > 1:
            msg = f'table must explain one change; it has {dim} {_check.listing(labels)}: choose one, as in table[table["{dim}"] == {next(iter(labels))!r}].'
            raise InvalidInputError(msg)
    return _Waterfall.of(table, total, bars).on(ax, title, source)


def _whole(table: Results[Any], total: Figure | None) -> tuple[float, float]:
    """Return the two totals; nan where they are not known."""
    if total is not None:
        fields = attrs.fields_dict(type(total)).keys() if isinstance(total, Figure) else set()
        if not {"old", "new", "change"} <= fields:
            rule = "total must be one change, as harm_change(…) or rate_change(…) returns"
            raise _check.wrong_type(total, rule)
        return float(getattr(total, "old")), float(getattr(total, "new"))  # noqa: B009  # of any kind of change
    first = table[0] if len(table) else None
    return getattr(first, "whole_old", np.nan), getattr(first, "whole_new", np.nan)


@attrs.frozen
class _Waterfall(_canvas.PictureOfRows):
    """The bars, from the first to the last, and the rows that have none."""

    names: NDArray[np.object_]
    change: FloatArray
    reasons: list[tuple[str, str]]
    old: float
    new: float
    total: Figure | None

    @classmethod
    def of(cls, table: Results[Any], total: Figure | None, most: int) -> _Waterfall:
        """Choose the largest parts, add up the rest, and check the sum against the total."""
        old, new = _whole(table, total)
        change = np.asarray(table["change"], dtype=np.float64)
        names = _canvas.PictureOfTable(table).named
        known = ~np.isnan(change)
        moved, scale = float(change[known].sum()), float(np.abs(change[known]).sum())
        if total is not None and known.all() and abs(moved - (new - old)) > _CLOSE * max(scale, abs(new), 1):
            msg = (
                f"total must be the change that the parts add up to; they add up to {_write.plain(moved)}, and it is "
                f"{_write.plain(new - old)}: take both of the same counts, periods and weights, without an exposure."
            )
            raise InvalidInputError(msg)
        reasons = list(zip(names[~known].tolist(), table["reason"][~known].tolist(), strict=True))
        names, change = names[known], change[known]
        if len(change) > most:
            largest = np.zeros(len(change), dtype=bool)
            largest[np.argsort(-np.abs(change), kind="stable")[:most]] = True
            rest = change[~largest]
            names = np.append(names[largest], f"{len(rest)} others")
            change = np.append(change[largest], rest.sum())
        return cls(table, names, change, reasons, old, new, total)

    @property
    def ends(self) -> bool:
        """Whether the two totals are known."""
        return not np.isnan(self.old + self.new)

    @property
    def size(self) -> tuple[int, int, float]:
        """A row for each part, and for each of the two totals."""
        return len(self.change) + len(self.reasons) + 2 * self.ends, 0, 0.0

    @property
    def rows(self) -> list[str]:
        """The parts between the two periods; those that are not available after the others."""
        periods = [in_words(p) for p in self.table[0].between] if self.ends else []
        return [*periods[:1], *self.names, *(name for name, _ in self.reasons), *periods[1:]]

    def draw(self, ax: Axes) -> None:
        """Draw the bars, each from where the last one ended."""
        stops = np.cumsum(np.append(self.old if self.ends else 0.0, self.change))
        _canvas.bare(ax)
        ax.set_xticks([])
        low, high = stops.min(), stops.max()
        room = 0.3 * (high - low) or max(abs(high), 1.0)
        ax.set_xlim(low - room, high + room)
        rows = np.arange(len(self.change)) + self.ends
        colours = np.where(self.change > 0, _canvas.RISE, _canvas.FALL).tolist()
        ax.barh(rows, self.change, left=stops[:-1], height=0.62, color=colours, zorder=2)
        still = self.change == 0
        ax.plot(stops[:-1][still], rows[still], "|", color=_canvas.MUTED, markersize=12)
        for row, change, stop in zip(rows.tolist(), self.change.tolist(), stops[1:].tolist(), strict=True):
            _canvas.beside(ax, (stop, row), self._signed(change), right=change >= 0)
        for row, (_, reason) in enumerate(self.reasons, len(self.change) + self.ends):
            _canvas.reason_in_row(ax, row, reason)
        if self.ends:
            last = self.size[0] - 1
            for row, value in ((0, self.old), (last, self.new)):
                ends = [row - _HALF, row + _HALF]
                ax.plot([value] * 2, ends, color=_canvas.ink(), linewidth=3, solid_capstyle="butt")
                _canvas.beside(ax, (value, row), self._count(value))
            levels, rows = stops, np.concatenate(([0], rows, [last]))
        else:
            levels = stops[1:-1]
            ax.axvline(0, color=_canvas.MUTED, linewidth=1, zorder=1)
        # From each mark down to the next, along where they meet.
        down = [rows[:-1] - _HALF, rows[1:] - _HALF]
        ax.plot([levels, levels], down, color=_canvas.MUTED, linewidth=0.8, zorder=1)

    def _signed(self, change: float) -> str:
        """Write a part; parts of thousands need no decimals."""
        parts = np.abs(self.change)
        return _write.signed(change, 0 if parts.max() >= 1_000 or (parts == parts.round()).all() else 1)

    @staticmethod
    def _count(value: float) -> str:
        return _write.count(round(value, 0 if abs(value) >= 1_000 else 1))

    # ---- words --------------------------------------------------------------------------

    def _how(self, moved: float) -> tuple[str, str]:
        """Say which way the whole went, and how sure that is, where its percentage is known."""
        whole: Any = self.total
        if whole is None and self.ends and self.table.kind is ChangeDriver:
            whole = rate_change(self.old, self.new)
        if whole is None or np.isnan(whole.percent_change):
            return _canvas.moved(moved, moved, moved), ""
        limits = whole.percent_change_low, whole.percent_change_high
        percent = f"{_write.signed(whole.percent_change, 1, '%')}, {whole._interval_words()}"
        return _canvas.moved(moved, *limits), percent

    @property
    def _measure(self) -> tuple[str, str]:
        """Name what has changed, and its unit."""
        first = self.table[0]
        unit = getattr(first, "harm_unit", "")
        return first._about or "The whole", f" {unit}" if unit else ""

    @property
    def caveats(self) -> list[Note]:
        """What travels with the parts, and with the whole."""
        whole = self.total.caveats if self.total is not None else ()
        return list(dict.fromkeys([*super().caveats, *whole]))

    @property
    def unit(self) -> str:
        """Say what the bars are."""
        unit = self._measure[1].strip()
        ends = "" if self.ends else "; the totals are not given, nor how sure the change is"
        return f"Part of the change{f', in {unit}' if unit else ''}{ends}."

    @property
    def finding(self) -> str:
        """Say how the whole moved, and which parts moved it most, either way."""
        subject, unit = self._measure
        periods = _canvas.when(self.table[0].between)
        if not len(self.change):
            return f"{subject}{periods}: the change is not available"
        moved = float(self.change.sum())
        how, sure = self._how(moved)
        size = f"{self._count(abs(moved))}{unit}"
        if how in {"rose", "fell"}:
            verb = f"{how} by {size}{f' ({sure})' if sure else ''}"
        else:
            signed = f"{'+' if moved > 0 else _write.MINUS}{size}" if moved else ""
            verb = f"{how} ({', '.join(filter(None, (signed, sure)))})" if sure else how
        known = ~np.isnan(self.table["change"])
        parts, names = self.table["change"][known], self.named[known]
        least, largest = int(parts.argmin()), int(parts.argmax())
        down = (
            f"{_canvas.short(names[least])} took most away ({self._signed(parts[least])})"
            if parts[least] < 0
            else ""
        )
        up = (
            f"{_canvas.short(names[largest])} added most ({self._signed(parts[largest])})"
            if parts[largest] > 0
            else ""
        )
        told = ", ".join(t for t in ((down, up) if moved < 0 else (up, down)) if t)
        return f"{subject} {verb}{periods}{f': {told}' if told else ''}"
