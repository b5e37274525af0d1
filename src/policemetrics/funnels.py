"""Areas beside one another: how far they are spread beyond chance, the limits of a funnel, and ranks.

Kernels for arrays: they do not know what is counted. The last axis holds the areas; nan stands for one that is not there.
"""

from __future__ import annotations

import math
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from policemetrics._typing import FloatArray, IntArray
from policemetrics.intervals._shared import CLOSE, Limits, tail_of, z_of

__all__ = ["count_limits", "normal_p", "ranks", "spread"]

_STEPS: Final = 60  # five do, but for hardly any expected


def spread(z: FloatArray, s: FloatArray, winsorise: float = 0.1) -> tuple[FloatArray, FloatArray]:
    r"""Return how much farther areas are spread than by chance: φ, the mean of their squared z, and τ, the spread between them.

    Parameters
    ----------
    z, s : ndarray of float64, (..., areas)
        How far each is from its group, in standard errors; and those. Nan where an area is not there.
    winsorise : float, optional
        Which share of the z at either end is brought to the quantile there. Default is 0.1.

    Returns
    -------
    phi, tau : ndarray of float64, (...)
        Both nan where no area is there.

    Notes
    -----
    :math:`\phi = \sum z^2 / k` of k winsorised z, and with :math:`w = 1 / s^2` [1]_

    .. math:: \tau^2 = \max\left(0, \frac{k \phi - (k - 1)}{\sum w - \sum w^2 / \sum w}\right).

    References
    ----------
    .. [1] Spiegelhalter, D., Sherlaw-Johnson, C., Bardsley, M., Blunt, I., Wood, C. and Grigg, O. (2012). Statistical
       methods for healthcare regulation: rating, screening and surveillance. Journal of the Royal Statistical Society,
       Series A, 175(1), 1-47.

    Examples
    --------
    >>> phi, tau = spread(np.array([-3.0, -1.0, 1.0, 3.0]), np.full(4, 0.1), winsorise=0)
    >>> print(f"{phi:.1f} {tau:.4f}")  # 20 / 4, and the root of (20 - 3) / 300
    5.0 0.2380
    """
    there = ~np.isnan(z)
    k = there.sum(axis=-1)
    ends = (_quantile(z, k, q) for q in (winsorise, 1 - winsorise))
    low, high = (end[..., None] for end in ends)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(there, np.clip(z, low, high) ** 2, 0).sum(axis=-1)
        w = np.where(there, 1 / s**2, 0)
        first, second = w.sum(axis=-1), (w**2).sum(axis=-1)
        phi = squares / np.where(k, k, np.nan)
        tau2 = (squares - (k - 1)) / (first - second / first)
    return phi, np.sqrt(np.maximum(np.where(k > 1, tau2, 0), 0)) + 0 * phi


def _quantile(z: FloatArray, k: IntArray, q: float) -> FloatArray:
    """Return the quantile between the values that are there, linearly: numpy's own goes area by area where some are nan."""
    ordered = np.sort(z, axis=-1)  # nan comes last
    place = np.maximum(k - 1, 0) * q
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(k - 1, 0))
    one, other = (np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0] for at in (below, above))
    return one + (other - one) * (place - below)


def normal_p(z: FloatArray) -> FloatArray:
    """Return the two-sided p-value of standard normal deviates."""
    from policemetrics.intervals._special import erfc

    found: FloatArray = erfc(np.abs(z) / math.sqrt(2))
    return found


def count_limits(expected: FloatArray, confidence_level: float = 0.95) -> Limits:
    """Return the counts whose exact (Garwood) interval just reaches an expected one: the limits of a funnel.

    Parameters
    ----------
    expected : ndarray of float64
        Events expected, > 0; nan where there are none.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        A count beyond them has a p-value below 1 - `confidence_level` by `intervals.COUNTS["exact"]`, and no other has.
        Where even no events are likely enough, `low` is 0.

    Examples
    --------
    >>> low, high = count_limits(np.array([5.57164339094, 0.0253178079843]))
    >>> low.round(3).tolist(), high.round(3).tolist()  # 1 event has the exact interval 0.0253 to 5.5716
    ([1.0, 0.0], [11.114, 1.0])
    """
    tail, z, mean = tail_of(confidence_level), z_of(confidence_level), np.asarray(expected, dtype=np.float64)
    middle, reach = mean + (z**2 + 2) / 6, z * np.sqrt(mean)
    low = _reached(np.maximum(middle - reach, 1), mean, tail, -1)
    return low - 1, _reached(middle + reach, mean, tail, 1)


def _reached(count: FloatArray, mean: FloatArray, tail: float, way: Literal[-1, 1]) -> FloatArray:
    """Return the count x, from a near one, where P(X >= x) is the tail (1), or P(X <= x - 1), with x at least 1 (-1)."""
    from scipy.special import gammaln

    from policemetrics.intervals._special import gammainc, gammaincc

    # Newton's method for log(probability). Between x - 1/2 and x + 1/2 a probability falls by about P(X = x).
    found, at = count.ravel().copy(), np.flatnonzero(mean.ravel() > 0)
    means = mean.ravel()
    for _ in range(_STEPS):
        x, m = found[at], means[at]
        beyond = (gammainc if way > 0 else gammaincc)(x, m)
        step = way * np.log(beyond / tail) * beyond / np.exp((x - 0.5) * np.log(m) - m - gammaln(x + 0.5))
        found[at] = np.maximum(x + step, x / 4 if way > 0 else 1)
        at = at[np.abs(found[at] - x) > CLOSE * x]
        if not at.size:
            break
    return found.reshape(count.shape)


def ranks(value: FloatArray, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the rank of each value, 1 for the highest, and the ranks that its interval leaves open.

    Parameters
    ----------
    value, low, high : ndarray of float64, (areas,)
        The values and their intervals; nan where an area is not there. Intervals that hold all true values together with
        some probability leave ranks open that hold all true ranks together with that probability [1]_.

    Returns
    -------
    rank, first, last : ndarray of float64, (areas,)
        Values that are equal have the first of their ranks.

    References
    ----------
    .. [1] Klein, M., Wright, T. and Wieczorek, J. (2020). A joint confidence region for an overall ranking of
       populations. Journal of the Royal Statistical Society, Series C, 69(3), 589-606.

    Examples
    --------
    >>> rank, first, last = ranks(np.array([5.0, 9.0, 6.0]), np.array([4.0, 8.0, 5.0]), np.array([6.0, 10.0, 7.0]))
    >>> rank.tolist(), first.tolist(), last.tolist()
    ([3.0, 1.0, 2.0], [2.0, 1.0, 2.0], [3.0, 1.0, 3.0])
    """
    there = ~np.isnan(value)
    k = int(there.sum())

    def beyond(column: FloatArray, ends: FloatArray, side: Any) -> NDArray[np.int64]:
        return np.searchsorted(np.sort(column[there]), ends, side=side)

    found = [
        k - beyond(value, value, "right") + 1,
        k - beyond(low, high, "right") + 1,
        k - beyond(high, low, "left"),
    ]
    rank, first, last = (np.where(there, v, np.nan) for v in found)
    return rank, first, last
