"""Ticks of an axis: where they stand, what is written at them, and how many of them find room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from policemetrics import _write
from policemetrics.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axis import Axis

CLOCK: Final = (
    0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
)  # fmt: skip
_DAY: Final = 86_400.0
_NICE: Final = (1, 2, 5, 10)
_MOST: Final = 7
_LETTER: Final = 0.62  # of the size of the letters: how wide one is
_LEADING: Final = 1.6  # of their size: how far apart two lines are
_SIGNED: Final = {"change": "", "amount_change": "", "points": "", "percent": "%"}
_EVERY: Final = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120, 240)


def clock_step(least: float) -> float:
    """Return the readable length of time that is at least so long."""
    return next((float(s) for s in CLOCK if s >= least), _DAY * _nice(least / _DAY))


def _nice(least: float) -> float:
    """Return the number of 1, 2, 5, 10, 20, … that is at least so large."""
    power = 10.0 ** np.floor(np.log10(max(least, 1.0)))
    return float(next(n * power for n in _NICE if n * power >= min(least, 10 * power)))


def set_ticks(axis: Axis, kind: str, *, upto: float = np.inf) -> None:
    """Tick an axis by what it measures: a count at whole numbers, a time at those of a clock, and none beyond `upto`."""
    _put(axis, lambda low, high: _steps(kind, low, min(high, upto)), words_of(kind))


def set_names(axis: Axis, names: Sequence[str]) -> None:
    """Name the places 0, 1, 2, … of an axis: all of them, or every second, third, … one."""

    def some(low: float, high: float) -> Iterator[FloatArray]:
        for step in _EVERY:
            at = np.arange(0.0, len(names), step)
            yield at[(at >= low) & (at <= high)]

    _put(axis, some, lambda v: names[round(v)])


def set_sizes(axis: Axis) -> None:
    """Tick an axis of sizes that is logarithmic: at 1, 2, 5, 10, …, or at fewer of them."""

    def some(low: float, high: float) -> Iterator[FloatArray]:
        within: FloatArray = np.empty(0)
        powers: FloatArray = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        for parts in ((1, 2, 5), (1, 3), (1,)):
            at: FloatArray = np.outer(powers, np.array(parts, dtype=np.float64)).ravel()
            within = at[(at >= low) & (at <= high)]
            yield within
        yield within[:1]

    _put(axis, some, words_of("count"))


def words_of(kind: str) -> Callable[[float], str]:
    """Return what writes a tick: with its unit, with its sign where it is a change, and without decimals that say nothing."""
    if kind == "seconds":
        return _write.duration
    if kind == "seconds_change":
        return lambda v: _write.seconds_change(v) if v else "no change"
    if kind in _SIGNED:
        return lambda v: f"{'+' if v > 0 else ''}{_bare(v)}{_SIGNED[kind]}" if v else "no change"
    return (lambda v: f"{_bare(100 * v)}%") if kind == "share" else _bare


def _bare(value: float) -> str:
    """Write a number with the decimals that it has."""
    written = f"{round(value, 12) + 0.0:,.12f}".rstrip("0").rstrip(".")
    return written.replace("-", _write.MINUS)


def _steps(kind: str, low: float, high: float) -> Iterator[FloatArray]:
    """List ticks between two ends, the most first."""
    from matplotlib.ticker import MaxNLocator

    found: FloatArray = np.empty(0)
    for most in range(_MOST, 0, -1):
        if kind in {"seconds", "seconds_change"}:
            step = max(clock_step((high - low) / most), _finest(max(abs(low), abs(high))))
            found = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
        else:
            whole = kind in {"count", "change"}
            found = np.asarray(
                MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
            )
            found = found[found == np.rint(found)] if whole else found
        slack = 1e-9 * (high - low)
        found = found[(found >= low - slack) & (found <= high + slack)]
        found[np.abs(found) <= slack] = 0.0
        if len(found):
            yield found
    yield found[found == 0] if (found == 0).any() else found[:1]


def _finest(longest: float) -> float:
    """Return the step of time that is still seen where so long a time is written."""
    return 3_600.0 if longest >= _DAY else 60.0 if longest >= 3_600 else 1.0 if longest >= 59.95 else 0.1


def _put(
    axis: Axis, options: Callable[[float, float], Iterator[FloatArray]], words: Callable[[float], str]
) -> None:
    """Place ticks whenever the axis is drawn, as many as find room then: whatever size it has become."""
    from matplotlib.ticker import FuncFormatter, Locator, NullLocator

    class Fitting(Locator):
        def __call__(self) -> Any:
            low, high = sorted(axis.get_view_interval())
            return self.tick_values(float(low), float(high))

        def tick_values(self, vmin: float, vmax: float) -> Any:
            found = np.empty(0)
            for found in options(vmin, vmax):  # the last is what is left where none fits
                if _apart(axis, found, words):
                    break
            return found

    axis.set_major_locator(Fitting())
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda v, _: words(v)))


def _apart(axis: Axis, at: FloatArray, words: Callable[[float], str]) -> bool:
    """Whether what is written at ticks finds room beside each other, by the mean width of letters."""
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties

    name = cast("Any", axis).axis_name
    across = name == "x"
    box, dpi = axis.axes.bbox, axis.axes.figure.dpi
    points = 72 / dpi * (box.width if across else box.height)
    size = FontProperties(size=cast("Any", rcParams)[f"{name}tick.labelsize"]).get_size_in_points()
    places = axis.get_transform().transform(np.concatenate((axis.get_view_interval(), at)))
    apart = np.abs(np.diff(places[2:])) * points / (abs(places[1] - places[0]) or 1.0)
    if not across:
        return bool((apart >= _LEADING * size).all())
    wide = _LETTER * size * np.array([len(words(v)) for v in at.tolist()])
    return bool((apart >= (wide[1:] + wide[:-1]) / 2 + size).all())
