"""Percentiles of values given as runs: every distinct value with how often it occurs.

Rows are the case that every value occurs once. All groups and all percentiles are read off the
cumulative counts at once; the rows are never written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._typing import FloatArray, IntArray, Percentile
from policemetrics.errors import CountOverflowError

__all__ = ["PERCENTILE_METHODS", "Runs", "percentiles"]

PERCENTILE_METHODS: Final[tuple[str, ...]] = get_args(Percentile)

# Plotting positions (alpha, beta) of the continuous definitions; "linear" has its own formula.
_POSITIONS: Final = {
    "interpolated_inverted_cdf": (0, 1),
    "hazen": (0.5, 0.5),
    "weibull": (0, 0),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}


@attrs.frozen(eq=False)
class Runs:
    """Sorted values with how often each occurs, group after group.

    Attributes
    ----------
    values : ndarray of float64, int32 or int64, (runs,)
        Ascending within each group.
    counts : ndarray of int64, (runs,)
        How often each value occurs, > 0.
    lengths : ndarray of int64, (groups,)
        How many runs each group has; a group may have none.
    sizes : ndarray of int64, (groups,)
        How many values each group has: its counts added up.
    """

    values: FloatArray | IntArray
    counts: IntArray
    lengths: IntArray
    sizes: IntArray
    _through: IntArray  # how many values there are before each run, and in all

    @classmethod
    def of(cls, values: FloatArray | IntArray, counts: IntArray, group: IntArray, groups: int) -> Runs:
        """Make runs of values that are sorted by group and then by value.

        Parameters
        ----------
        values : ndarray of float64, (runs,)
            Ascending within each group.
        counts : ndarray of int64, (runs,)
            How often each occurs, > 0.
        group : ndarray of int64, (runs,)
            The number of the group that each belongs to, ascending.
        groups : int
            How many groups there are.

        Returns
        -------
        Runs
            The same, with what the percentiles need.

        Raises
        ------
        CountOverflowError
            If all counts together do not fit in 64 bits.

        Examples
        --------
        >>> runs = Runs.of(np.array([1.0, 5.0]), np.array([2, 1]), np.array([0, 0]), 1)
        >>> runs.sizes.tolist()
        [3]
        """
        return cls.lined(values, counts, np.bincount(group, minlength=groups).astype(np.int64))

    @classmethod
    def lined(cls, values: FloatArray | IntArray, counts: IntArray, lengths: IntArray) -> Runs:
        """Make runs of which each group has so many, one group after another."""
        # A sum of floats cannot wrap, and is needed only where counts are so large that theirs could.
        large = float(counts.max(initial=0)) * len(counts) >= 2.0**63
        if large and (total := counts.sum(dtype=np.float64)) >= 2.0**63:
            msg = f"counts must add up within 64 bits; got a sum of {total:.4g}."
            raise CountOverflowError(msg)
        through = np.zeros(len(counts) + 1, dtype=np.int64)
        np.cumsum(counts, out=through[1:])
        sizes = np.diff(through[np.cumsum(lengths)], prepend=0)
        return cls(values, counts, lengths, sizes, through)

    @classmethod
    def of_rows(cls, values: FloatArray) -> Runs:
        """Make runs, of one group, of values in any order.

        Parameters
        ----------
        values : ndarray of float64, (rows,)
            One value a row.

        Returns
        -------
        Runs
            Every distinct value, counted.

        Examples
        --------
        >>> Runs.of_rows(np.array([5.0, 1.0, 1.0])).counts.tolist()
        [2, 1]
        """
        distinct, counts = np.unique(values, return_counts=True)
        return cls.of(distinct, counts.astype(np.int64), np.zeros(len(distinct), dtype=np.int64), 1)

    def parts(self, size: int) -> Iterator[tuple[slice, Runs]]:
        """Cut the groups into parts of so many, whose columns fit in the cache; return which they are, and their runs."""
        ends = np.append(0, np.cumsum(self.lengths)).tolist()
        for start in range(0, len(self.lengths), size):
            groups, first = slice(start, start + size), ends[start]
            end = ends[min(start + size, len(self.lengths))]
            yield (
                groups,
                attrs.evolve(
                    self,
                    values=self.values[first:end],
                    counts=self.counts[first:end],
                    lengths=self.lengths[groups],
                    sizes=self.sizes[groups],
                    through=self._through[first : end + 1],
                ),
            )

    def spread(self, column: NDArray[Any]) -> NDArray[Any]:
        """Give every run the value of its group, of a column (groups,)."""
        return np.repeat(column, self.lengths)

    def sums(self, terms: NDArray[Any]) -> NDArray[Any]:
        """Add up terms, one a run, by group; a group without runs has 0."""
        found = np.zeros(len(self.lengths), dtype=terms.dtype)
        filled = self.lengths > 0
        if filled.any():
            found[filled] = np.add.reduceat(terms, (np.cumsum(self.lengths) - self.lengths)[filled])
        return found

    def up_to(self, terms: IntArray, limits: IntArray) -> IntArray:
        """Count the values of each group whose term, one a run and ascending in each group, does not pass its limit."""
        ends = np.cumsum(self.lengths)
        first = ends - self.lengths
        found: IntArray = self._through[_first_above(terms, limits, first, ends)] - self._through[first]
        return found

    def at(self, positions: IntArray) -> FloatArray:
        """Return the values at positions (k, groups), counted from 0, or the nearest there are; nan for a group without values."""
        if not len(self.values):
            return np.full(positions.shape, np.nan)
        position = np.minimum(np.maximum(positions, 0), self.sizes - 1)
        # Each run has a value or more, so that no more runs than values lie before a position, or behind it.
        ends = np.cumsum(self.lengths)
        first = ends - self.lengths
        low, high = np.maximum(position + (ends - self.sizes), first), np.minimum(position + first, ends - 1)
        run = _first_above(self._through[1:], position + self._through[first], low, high)
        found = self.values.take(run, mode="clip")
        return np.where(self.sizes > 0, found, np.nan)


def _first_above(terms: IntArray, limits: IntArray, low: IntArray, high: IntArray) -> IntArray:
    """Find the first of ascending terms that is above a limit, from `low` until `high`, which it is if none before it is."""
    found = low.flatten()
    left = np.flatnonzero(found < high.ravel())
    at, end, limit = found[left], high.ravel()[left], limits.ravel()[left]
    step = 1 << int((end - at).max(initial=0)).bit_length()
    while step := step >> 1:
        probe = at + (step - 1)
        at += step * ((probe < end) & (terms.take(probe, mode="clip") <= limit))
    found[left] = at
    return found.reshape(low.shape)


def percentiles(runs: Runs, q: Sequence[float], *, method: Percentile = "linear") -> FloatArray:
    """Percentiles of every group, by a named definition.

    Parameters
    ----------
    runs : Runs
        The values.
    q : sequence of float
        Which, from 0 to 100.
    method : str, optional
        One of the nine definitions of Hyndman and Fan, by numpy's names. Default is ``"linear"``,
        which is also that of pandas, R, SQL's ``percentile_cont`` and Excel's ``PERCENTILE.INC``.

    Returns
    -------
    ndarray of float64, (groups, len(q))
        Equal to ``numpy.percentile`` of the rows to the last bit; nan for a group without values.

    Raises
    ------
    UnknownNameError
        If there is no such definition; the error lists those that exist.

    Notes
    -----
    Each definition says at which place of the sorted values the percentile lies, and what to take
    where that falls between two of them [1]_. The order of the operations is numpy's, so that they
    round the same; numpy before 2.0.1 has ``"closest_observation"`` wrong in a tie.

    References
    ----------
    .. [1] Hyndman, R. J. and Fan, Y. (1996). Sample quantiles in statistical packages. The American
       Statistician, 50(4), 361-365.

    Examples
    --------
    >>> runs = Runs.of_rows(np.array([2.0, 3, 4, 5, 6, 7, 8, 9, 12, 31]))
    >>> percentiles(runs, [50, 90]).round(1).tolist()
    [[6.5, 13.9]]
    >>> percentiles(runs, [50, 90], method="weibull").round(1).tolist()
    [[6.5, 29.1]]
    """
    _check.choice(method, "percentile_method", PERCENTILE_METHODS)
    share = np.asarray(q)[:, None] / 100
    n = runs.sizes.astype(np.float64)
    if method in {"inverted_cdf", "closest_observation"}:
        place = n * share - 1 if method == "inverted_cdf" else n * share - 1 - 0.5
        below = np.floor(place)
        exact = place == below
        if method == "closest_observation":
            exact &= below % 2 == 1  # of two that are as close, the one of even rank
        return runs.at(np.where(exact, below, below + 1).astype(np.int64)).T
    if method == "linear":
        place = (n - 1) * share
    elif method == "averaged_inverted_cdf":
        place = n * share - 1
    else:
        alpha, beta = _POSITIONS[method]
        place = n * share + (alpha + share * (1 - alpha - beta)) - 1
    below = np.floor(place)
    part = place - below
    if method == "averaged_inverted_cdf":
        part = np.where(part == 0, 0.5, 1.0)
    position = below.astype(np.int64)
    lower, upper = runs.at(position), runs.at(position + 1)
    return _between(lower, upper, part).T


def _between(lower: FloatArray, upper: FloatArray, part: FloatArray) -> FloatArray:
    """Interpolate from the nearer end, as numpy does."""
    gap = upper - lower
    return cast("FloatArray", np.where(part >= 0.5, upper - gap * (1 - part), lower + gap * part))
