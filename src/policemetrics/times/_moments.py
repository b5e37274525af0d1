"""Mean and variance of times from sums of whole numbers: whoever adds up, in whatever order, the digits are the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._cells import MEASURED, MICROSECONDS, Cells, microseconds
from policemetrics.frames import Moments
from policemetrics.percentiles import Runs
from policemetrics.typing import FloatArray, IntArray

__all__ = ["AddedTimes", "LinedTimes", "Times"]

_WRAP: Final = 2.0**64
_SAFE: Final = 2.0**62
_FLOATS_HOLD: Final = 2.0**53  # whole numbers below are floats, and their quotient is correctly rounded

_Whole = NDArray[Any]  # int64, or Python's own integers


class Times(Protocol):
    """What can be said of the times of some groups without knowing each."""

    @property
    def sizes(self) -> IntArray:
        """How many times each group has."""
        ...

    @property
    def zeros(self) -> IntArray:
        """How many of them are zero."""
        ...

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and sample variance; nan where there are too few times."""
        ...

    def within(self, bounds: IntArray, *, inclusive: bool) -> IntArray:
        """Return how many are under the bound of their group, in microseconds, or at it."""
        ...


@attrs.frozen(eq=False)
class LinedTimes:
    """Times in runs, and as whole microseconds."""

    runs: Runs
    stamps: IntArray

    @classmethod
    def of(cls, runs: Runs) -> LinedTimes:
        return cls(runs, microseconds(runs.values, MEASURED))

    @property
    def sizes(self) -> IntArray:
        return self.runs.sizes

    @property
    def zeros(self) -> IntArray:
        return self._counted(self.stamps == 0)

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and sample variance, correctly rounded for whole microseconds."""
        runs, n = self.runs, self.runs.sizes
        if (runs.values == np.floor(runs.values)).all():
            return _mean_and_variance(n, *_sums(runs, runs.values.astype(np.int64)), 1)
        mean, variance = _mean_and_variance(n, *_sums(runs, self.stamps), MICROSECONDS)
        finer = runs.values - self.stamps / MICROSECONDS
        if not finer.any():
            return mean, variance
        mean += runs.sums(finer * runs.counts) / np.maximum(n, 1)
        squares = runs.sums(runs.counts * (runs.values - runs.spread(mean)) ** 2)
        return mean, np.where(n > 1, squares / np.maximum(n - 1, 1), np.nan)

    def within(self, bounds: IntArray, *, inclusive: bool) -> IntArray:
        bound = self.runs.spread(bounds)
        return self._counted(self.stamps <= bound if inclusive else self.stamps < bound)

    def _counted(self, chosen: NDArray[np.bool_]) -> IntArray:
        return self.runs.sums(np.where(chosen, self.runs.counts, 0))


@attrs.frozen(eq=False)
class AddedTimes:
    """Times that an engine has added up, by group; `met` has how many met each bound that was asked for."""

    sizes: IntArray
    zeros: IntArray
    total: _Whole
    squares: _Whole
    unit: int
    met: Mapping[int, IntArray]

    @classmethod
    def of(cls, found: Moments, groups: Cells) -> AddedTimes:
        """Bring sums by key into the order of the groups; a group without times has 0."""
        at = found.keys.positions(groups, groups.dims)

        def placed(column: _Whole) -> _Whole:
            filled = np.zeros(len(groups), dtype=column.dtype)
            filled[at] = column
            return filled

        met = {bound: placed(column) for bound, column in found.met.items()}
        n, zeros = placed(found.keys.counts), placed(found.zeros)
        return cls(n, zeros, placed(found.total), placed(found.squares), found.unit, met)

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and sample variance, correctly rounded."""
        return _mean_and_variance(self.sizes, self.total, self.squares, self.unit)

    def within(self, bounds: IntArray, *, inclusive: bool) -> IntArray:  # noqa: ARG002 - asked so already
        """Return how many met the bound of their group; a group without one has 0, as its bound."""
        found = np.zeros(len(bounds), dtype=np.int64)
        for bound, column in self.met.items():
            found = np.where(bounds == bound, column, found)
        return found


def _sums(runs: Runs, times: IntArray) -> tuple[_Whole, _Whole]:
    """Add up times and their squares, by group."""
    first, second = (runs.counts * times for _ in range(2))
    rough = runs.counts.astype(np.float64) * times
    total = _unwrapped(runs, times, 1, runs.sums(first), runs.sums(rough))
    second *= times
    rough *= times
    return total, _unwrapped(runs, times, 2, runs.sums(second), runs.sums(rough))


def _unwrapped(runs: Runs, times: IntArray, power: int, wrapped: IntArray, rough: FloatArray) -> _Whole:
    """Return sums beyond 64 bits: whole numbers wrap there, and how often, floats tell."""
    most = rough.max(initial=0)
    if most < _SAFE:
        return wrapped
    # As many roundings as a sum has terms, and a few for each term.
    if most * (runs.lengths.max() + 8) * np.finfo(np.float64).eps > _SAFE:
        return runs.sums(times.astype(object) ** power * runs.counts.astype(object))
    turns = np.rint((rough - wrapped) / _WRAP).astype(np.int64)
    found: _Whole = wrapped.astype(object) + turns.astype(object) * int(_WRAP)
    return found


def _mean_and_variance(
    n: IntArray, total: _Whole, squares: _Whole, unit: int
) -> tuple[FloatArray, FloatArray]:
    """Round mean and sample variance, in seconds, once, from exact sums in a fraction of them."""
    largest = n.astype(np.float64) * np.maximum(squares.astype(np.float64), n * float(unit) ** 2)
    if largest.max(initial=0) >= _SAFE:
        n, total, squares = (v.astype(object) for v in (n, total, squares))
    mean = _divided(total, n * unit)
    # No greater than n times the squares.
    return mean, _divided(n * squares - total * total, n * (n - 1) * unit**2)


def _divided(above: _Whole, below: _Whole) -> FloatArray:
    """Divide whole numbers, correctly rounded; nan where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        top, bottom = above.astype(np.float64), below.astype(np.float64)
        found = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan)
    large = np.flatnonzero((np.maximum(top, bottom) >= _FLOATS_HOLD) & (bottom > 0))
    # Python rounds the quotient of integers correctly, whatever their size.
    found[large] = [a / b for a, b in zip(above[large].tolist(), below[large].tolist(), strict=True)]
    return found
