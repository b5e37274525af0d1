"""`Test`: how far a figure is from a reference, by chance, and the limits around it; on the scale that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np

from policemetrics._compare import Mask
from policemetrics.across.figures import Counted
from policemetrics.funnels import count_limits, normal_p
from policemetrics.intervals import dobson, garwood, rate_ratio, wilson
from policemetrics.intervals._shared import Limits, z_of
from policemetrics.intervals.poisson import garwood_p_value
from policemetrics.typing import FloatArray

Scale: TypeAlias = Literal["identity", "arcsine", "log"]

# By kind of figure: the scales on which it may be compared, the first by default, and how its limits by chance are made.
SCALES: Final[Mapping[str, tuple[Scale, ...]]] = {
    "share": ("identity", "arcsine"),
    "rate": ("log", "identity"),
    "flows": ("log", "identity"),
    "weighted": ("log", "identity"),
    "mean": ("identity",),
}
FORTH: Final[Mapping[Scale, Callable[[Any], Any]]] = {
    "identity": lambda v: v,
    "arcsine": lambda v: np.arcsin(np.sqrt(v)),
    "log": np.log,
}
BACK: Final[Mapping[Scale, Callable[[Any], Any]]] = {
    "identity": lambda v: np.maximum(v, 0),
    "arcsine": lambda v: np.sin(np.clip(v, 0, np.pi / 2)) ** 2,
    "log": np.exp,
}


@attrs.frozen
class Test:
    """How far a figure is from a reference, on a scale, and the limits around it."""

    counted: Counted
    scale: Scale
    levels: tuple[float, float]
    least: float

    def expected(self, at: Any, t: FloatArray) -> FloatArray:
        """Return how many events, or how much weight in events, the reference lets one expect."""
        found: FloatArray = t * self.counted.denominator[at] / self.counted.unit / self.counted.weight[at]
        return found

    def enough(self, at: Any, t: FloatArray) -> Mask:
        """Return where enough is expected; of a share on either side."""
        expected = self.expected(at, t)
        rest = self.counted.denominator[at] - expected if self.counted.model == "share" else expected
        return np.minimum(expected, rest) >= max(self.least, np.finfo(float).tiny)

    def error(self, at: Any, t: FloatArray) -> FloatArray:
        """Return the standard error of chance, on the scale."""
        c, n = self.counted, self.counted.denominator[at]
        variance = {
            "share": lambda: t * (1 - t) / n,
            "flows": lambda: t * (1 + t) / n,  # the counts above and below both vary
            "mean": lambda: (c.weight[at] - c.value[at]) * c.value[at] / n,
        }.get(c.model, lambda: t * c.unit * c.weight[at] / n)()
        found: FloatArray = np.sqrt(variance) / (t if self.scale == "log" else 1)
        return 1 / (2 * np.sqrt(n)) if self.scale == "arcsine" else found

    def values(self, at: Any) -> tuple[FloatArray, FloatArray]:
        """Return the figures, as they lie beside exact limits, and on the scale: on a logarithmic one 0 is half an event."""
        c = self.counted
        value = c.value[at]
        floor = c.unit * c.weight[at] / 2 / c.denominator[at] if self.scale == "log" else 0
        floored: FloatArray = np.maximum(value, floor)
        return (value if self.exact else floored), floored

    def z(self, at: Any, t: FloatArray) -> FloatArray:
        """Return the deviation in standard errors."""
        forth = FORTH[self.scale]
        found: FloatArray = (forth(self.values(at)[1]) - forth(t)) / self.error(at, t)
        return found

    def limits(self, t: FloatArray, s: FloatArray, level: float) -> Limits:
        """Return the limits around a reference, for a standard error."""
        middle, reach = FORTH[self.scale](t), z_of(level) * s
        low, high = (BACK[self.scale](middle + way * reach) for way in (-1, 1))
        return low, np.minimum(high, 1) if self.counted.model == "share" else high

    @property
    def method(self) -> str:
        """How the limits of chance alone are made."""
        made = {"share": "wilson", "flows": "ratio of counts", "mean": "normal"}
        return "arcsine" if self.scale == "arcsine" else made.get(self.counted.model, "exact")

    @property
    def exact(self) -> bool:
        """Whether chance alone is that of a Poisson count."""
        return self.counted.model in {"rate", "weighted"}

    def by_chance(self, at: Any, t: FloatArray) -> tuple[FloatArray, Limits, Limits]:
        """Return the p-value and the limits of chance alone, at both levels."""
        c, expected = self.counted, self.expected(at, t)
        if not self.exact:
            inner, outer = (self.limits(t, self.error(at, t), level) for level in self.levels)
            return normal_p(self.z(at, t)), inner, outer
        there = np.isfinite(expected) & (expected > 0)
        mean, events = (np.where(there, v, 1) for v in (expected, c.numerator[at] / c.weight[at]))
        each = np.where(there, c.unit * c.weight[at] / c.denominator[at], np.nan)
        both = [count_limits(mean, level) for level in self.levels]
        inner, outer = ((low * each, high * each) for low, high in both)
        return garwood_p_value(events, mean), inner, outer

    def interval(self, at: Any, there: Mask, level: float) -> Limits:
        """Return the interval of each figure itself."""
        c = self.counted
        above, below = (np.where(there, v[at], 1) for v in (c.numerator, c.denominator))
        if c.model == "share":
            found = wilson(above, below, level)
        elif c.model == "flows":
            found = rate_ratio(above, below, confidence_level=level)
        elif c.model == "mean":
            reach = z_of(level) * self.error(at, c.value[at])
            found = c.value[at] - reach, c.value[at] + reach
        else:
            if c.model == "rate":
                low, high = garwood(above, level)
            else:
                crimes, weight = (np.where(there, v[at], 1) for v in (c.table["crimes"], c.weight))
                low, high = dobson(above, above * weight, crimes, level)
            found = low * c.unit / below, high * c.unit / below
        low, high = (np.where(there, v, np.nan) for v in found)
        return low, high
