"""Published percentages by band, each rounded: every set of shares that could have been printed so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._write import duration
from policemetrics.errors import InvalidInputError, UnknownNameError
from policemetrics.times.bands import Bands
from policemetrics.typing import FloatArray, IntArray

__all__ = ["Percentages", "said_inside"]

_CLOSE: Final = 1e-9  # what rounding in floating point may leave of a percentage


def said_inside(bands: Bands, target: float) -> str:
    """Say why the share within a target that is no edge is not known."""
    name = next(repr(label) for label, low, high in bands.edges if low < target < high)
    return f"not exact: {duration(target)} lies inside the band {name}, whose calls may be in time or not"


@attrs.frozen(eq=False)
class Percentages:
    """The percentage of each band as printed, and the least and the most that it can have been."""

    printed: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, given: Mapping[Any, Any], bands: Bands, step: float) -> Percentages:
        """Read one percentage for each band, in their order; they must be able to add up to 100."""
        for label in given:
            _check.known(label, "percentages: band", bands.labels)
        lacking = [label for label in bands.labels if label not in given]
        if lacking:
            msg = f"percentages must have every band, a 0 that was printed among them; they lack {_check.listing(lacking)}."
            raise UnknownNameError(msg)
        printed = np.array([_check.number(given[v], f"percentages[{v!r}]", low=0) for v in bands.labels])
        for label, value in zip(bands.labels, printed.tolist(), strict=True):
            if value > 100:
                msg = f"percentages[{label!r}] must be at most 100; got {value:g}."
                raise InvalidInputError(msg)
            if abs(value / step - round(value / step)) > 1e-6:
                msg = f"percentages[{label!r}] must be a multiple of rounded_to, {step:g}, if it was rounded to that; got {value:g}."
                raise InvalidInputError(msg)
        low, high = np.maximum(printed - step / 2, 0), np.minimum(printed + step / 2, 100)
        if low.sum() > 100 + _CLOSE or high.sum() < 100 - _CLOSE:
            msg = (
                f"percentages must be able to add up to 100, each rounded to {step:g}; they add up to {printed.sum():g}. "
                "Is a band missing, or are they out of all calls offered?"
            )
            raise InvalidInputError(msg)
        return cls(printed, low, high)

    def bounds(self, bands: Bands, target: float, percents: Mapping[str, int]) -> dict[str, float]:
        """Give the bounds of the share within a target, of percentiles and of the mean."""
        low, high = self.low, self.high
        # The share up to each band: at least what its parts are, or what the others leave; at most alike.
        least = np.maximum(np.cumsum(low), 100 - (high.sum() - np.cumsum(high)))
        most = np.minimum(np.cumsum(high), 100 - (low.sum() - np.cumsum(low)))
        surely, maybe = int((bands.highs <= target).sum()), int((bands.lows < target).sum())
        share_least, share_most = np.append(0, least)[surely] / 100, np.append(0, most)[maybe] / 100
        order = np.arange(len(low))
        found = {
            "mean_least": self._mean(bands.lows, order),
            "mean_most": self._mean(bands.highs, order[::-1]),
            "share_least": share_least,
            "share_most": share_most,
        }
        for name, q in percents.items():
            found[f"{name}_least"] = bands.lows[np.argmax(most >= q - _CLOSE)]
            found[f"{name}_most"] = bands.highs[np.argmax(least > q + _CLOSE)]
        if surely == maybe:
            found["share_within"] = np.clip(self.printed[:surely].sum() / 100, share_least, share_most)
        return {name: float(value) for name, value in found.items()}

    def _mean(self, edges: FloatArray, order: IntArray) -> float:
        """Take the mean of the edges, with as much as can be in the bands that come first in `order`."""
        room, left = (self.high - self.low)[order], 100 - self.low.sum()
        before = np.cumsum(room) - room
        shares = self.low[order] + np.clip(left - before, 0, room)
        held = shares > 0
        return float((shares[held] * edges[order][held]).sum() / 100)
