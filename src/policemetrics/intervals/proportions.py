"""Intervals for one proportion, and for the difference of two."""

from __future__ import annotations

from functools import partial

import numpy as np

from policemetrics import _check
from policemetrics.intervals._shared import (
    Limits,
    Values,
    as_columns,
    as_floats,
    beta_quantile,
    distinct,
    in_parts,
    require,
    tail_of,
    z_of,
)
from policemetrics.typing import FloatArray

__all__ = ["clopper_pearson", "newcombe", "square_and_add", "wilson"]


def wilson(x: Values, n: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Give Wilson's score interval for a proportion, without continuity correction.

    Parameters
    ----------
    x : number or array_like
        How many of `n`, from 0 to `n`. Fractions are allowed.
    n : number or array_like
        Out of how many, >= 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, as fractions within 0 and 1, with x / n between them; 0 and 1 where `n` is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are anything but finite numbers >= 0, `x` exceeds `n`, their shapes do not broadcast,
        or the level is not between 0 and 1.

    Notes
    -----
    With p = x / n and the normal quantile z the limits are [1]_

    .. math:: \frac{x + z^2/2 \pm z \sqrt{x(1-p) + z^2/4}}{n + z^2}.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
       Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> low, high = wilson([3, 250], [10, 250])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.1078, 0.9849], [0.6032, 1.0])
    """
    count, size = as_columns(_check.nonnegative, x=x, n=n)
    require(count <= size, "x must not exceed n", x=count, n=size)
    return in_parts(partial(_wilson, z=z_of(confidence_level)), count, size)


def clopper_pearson(x: Values, n: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Give the exact (Clopper-Pearson) interval for a proportion.

    Parameters
    ----------
    x : number or array_like
        How many of `n`, from 0 to `n`. Fractions are allowed: the limits are continuous in both.
    n : number or array_like
        Out of how many, >= 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, as fractions. `low` is 0 where `x` is 0, `high` is 1 where `x` is `n`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are anything but finite numbers >= 0, `x` exceeds `n`, their shapes do not broadcast,
        or the level is not between 0 and 1.

    Notes
    -----
    The limits are quantiles of beta distributions [1]_. With :math:`\alpha` = 1 - `confidence_level`,

    .. math:: L = B^{-1}_{\alpha/2}(x,\; n - x + 1), \qquad U = B^{-1}_{1-\alpha/2}(x + 1,\; n - x).

    References
    ----------
    .. [1] Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
       the case of the binomial. Biometrika, 26(4), 404-413.

    Examples
    --------
    >>> low, high = clopper_pearson([0, 20], [20, 100])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.1267], [0.1684, 0.2918])
    """
    count, size = as_columns(_check.nonnegative, x=x, n=n)
    require(count <= size, "x must not exceed n", x=count, n=size)
    return distinct(partial(_clopper_pearson, tail=tail_of(confidence_level)), count, size)


def newcombe(x1: Values, n1: Values, x2: Values, n2: Values, confidence_level: float = 0.95) -> Limits:
    """
    Give Newcombe's interval for a difference of two independent proportions, x1 / n1 - x2 / n2.

    Parameters
    ----------
    x1, x2 : number or array_like
        How many of `n1` and of `n2`. Fractions are allowed.
    n1, n2 : number or array_like
        Out of how many, >= 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, as fractions within -1 and 1 (times 100 they are percentage points); -1 and 1 where either
        proportion is out of none.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are anything but finite numbers >= 0, one exceeds its total, their shapes do not
        broadcast, or the level is not between 0 and 1.

    See Also
    --------
    square_and_add

    Notes
    -----
    Method 10 of [1]_: the two Wilson intervals, squared and added. It is not for two parts of one total,
    nor for the same cases seen twice: these are not independent.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
       comparison of eleven methods. Statistics in Medicine, 17(8), 873-890.

    Examples
    --------
    >>> low, high = newcombe(56, 70, 48, 80)
    >>> f"{low:.4f} to {high:.4f}"
    '0.0524 to 0.3339'
    """
    count1, size1, count2, size2 = as_columns(_check.nonnegative, x1=x1, n1=n1, x2=x2, n2=n2)
    require(count1 <= size1, "x1 must not exceed n1", x1=count1, n1=size1)
    require(count2 <= size2, "x2 must not exceed n2", x2=count2, n2=size2)
    return in_parts(partial(_newcombe, z=z_of(confidence_level)), count1, size1, count2, size2)


def square_and_add(
    estimate1: Values,
    low1: Values,
    high1: Values,
    estimate2: Values,
    low2: Values,
    high2: Values,
) -> Limits:
    r"""
    Give an interval for a difference, estimate1 - estimate2, from those of two independent estimates.

    Parameters
    ----------
    estimate1, estimate2 : number or array_like
        The two estimates, in one unit.
    low1, high1, low2, high2 : number or array_like
        Their limits, all at one confidence level, which is then the level of the result. They may be
        infinite. What is made from a nan is nan.

    Returns
    -------
    low, high : ndarray of float64
        Limits of the difference, in the same unit.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If anything is not a number, an estimate lies outside its own limits, or shapes do not broadcast.

    Notes
    -----
    Also called MOVER, the method of variance estimates recovery [1]_. With the difference D,

    .. math::

        L = D - \sqrt{(e_1 - l_1)^2 + (u_2 - e_2)^2}, \qquad
        U = D + \sqrt{(u_1 - e_1)^2 + (e_2 - l_2)^2}.

    References
    ----------
    .. [1] Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a
       general approach. Statistics in Medicine, 27(10), 1693-1702.

    Examples
    --------
    >>> low, high = square_and_add(10, 7, 14, 4, 1, 8)
    >>> float(low), float(high)
    (1.0, 11.0)
    """
    e1, l1, u1, e2, l2, u2 = as_columns(
        as_floats, estimate1=estimate1, low1=low1, high1=high1, estimate2=estimate2, low2=low2, high2=high2
    )
    rule = "an estimate must not lie outside its own limits"
    require(~((e1 < l1) | (e1 > u1)), rule, estimate1=e1, low1=l1, high1=u1)
    require(~((e2 < l2) | (e2 > u2)), rule, estimate2=e2, low2=l2, high2=u2)
    return _square_and_add(e1, l1, u1, e2, l2, u2)


def _wilson(x: FloatArray, n: FloatArray, *, z: float) -> Limits:
    # Out of none p is nan, and so is what has p in it; fmin and fmax then leave the bounds, 0 and 1.
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / n
        weight = 1 / (n + z**2)
        centre = (x + z**2 / 2) * weight
        margin = np.sqrt(x * (1 - p) + z**2 / 4) * (z * weight)
    # p is a bound too: at 0 and at n rounding would let a limit pass it.
    return np.fmin(np.fmax(centre - margin, 0), p), np.fmax(np.fmin(centre + margin, 1), p)


def _clopper_pearson(x: FloatArray, n: FloatArray, *, tail: float) -> Limits:
    low = beta_quantile(x, n - x + 1, tail)
    high = beta_quantile(x + 1, n - x, tail, upper=True)
    low[x == 0], high[x == n] = 0, 1
    return low, high


def _newcombe(x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, *, z: float) -> Limits:
    with np.errstate(invalid="ignore"):
        p1, p2 = x1 / n1, x2 / n2
    low, high = _square_and_add(p1, *_wilson(x1, n1, z=z), p2, *_wilson(x2, n2, z=z))
    # A proportion out of none is nan, and so is the difference; fmax and fmin then leave the bound.
    return np.fmax(low, -1), np.fmin(high, 1)


def _square_and_add(
    estimate1: FloatArray,
    low1: FloatArray,
    high1: FloatArray,
    estimate2: FloatArray,
    low2: FloatArray,
    high2: FloatArray,
) -> Limits:
    with np.errstate(invalid="ignore"):
        difference = estimate1 - estimate2
        below = np.sqrt((estimate1 - low1) ** 2 + (high2 - estimate2) ** 2)
        above = np.sqrt((high1 - estimate1) ** 2 + (estimate2 - low2) ** 2)
        return difference - below, difference + above
