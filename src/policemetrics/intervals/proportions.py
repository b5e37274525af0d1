"""Intervals and p-values for one proportion, and intervals for the difference of two."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from policemetrics import _check
from policemetrics._typing import FloatArray
from policemetrics.intervals._shared import (
    Limits,
    Values,
    as_columns,
    as_floats,
    beta_cdf,
    beta_quantile,
    distinct,
    in_parts,
    require,
    tail_of,
    z_of,
)


def wilson(x: Values, n: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Return Wilson's score interval for a proportion, without continuity correction.

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
        Limits, as fractions from 0 to 1 in the broadcast shape, with x / n between them; 0 and 1 where `n` is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, `x` exceeds `n`, their shapes do not broadcast, or the level
        is not between 0 and 1.

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
    Return the exact (Clopper-Pearson) interval for a proportion.

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
        Limits, as fractions in the broadcast shape. `low` is 0 where `x` is 0; `high` is 1 where `x` is `n`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, `x` exceeds `n`, their shapes do not broadcast, or the level
        is not between 0 and 1.

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


def wilson_p_value(x: Values, n: Values, expected: Values) -> FloatArray:
    r"""
    Return the two-sided p-value of a proportion against an expected one, by the score test.

    Parameters
    ----------
    x : number or array_like
        How many of `n`, from 0 to `n`. Fractions are allowed.
    n : number or array_like
        Out of how many, >= 0.
    expected : number or array_like
        The proportion expected, as a fraction from 0 to 1. The three broadcast against each other.

    Returns
    -------
    p_value : ndarray of float64
        Within 0 and 1, in the broadcast shape; 1 where `n` is 0. It is below :math:`\alpha` exactly where the
        interval of `wilson` at the level :math:`1 - \alpha` excludes `expected`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, `x` exceeds `n`, `expected` is not from 0 to 1, or the
        shapes do not broadcast.

    See Also
    --------
    wilson : the interval that goes with this test.

    Notes
    -----
    With :math:`\pi` for the proportion expected, :math:`(x - n\pi) / \sqrt{n \pi (1 - \pi)}` is referred to
    the normal distribution.

    Examples
    --------
    >>> wilson_p_value([60, 0], [100, 0], 0.5).round(4).tolist()
    [0.0455, 1.0]
    """
    from policemetrics.intervals._special import erfc

    count, size, share = _against(x, n, expected)
    deviation = np.sqrt(size * share * (1 - share))
    off = np.abs(count - size * share)
    # Where the deviation is 0 the count is certain. If it is the one expected z is 0, else infinite.
    with np.errstate(divide="ignore"):
        z = np.where(off > 0, off / np.where(off > 0, deviation, 1), 0)
    found: FloatArray = erfc(z / math.sqrt(2))
    return found


def clopper_pearson_p_value(x: Values, n: Values, expected: Values) -> FloatArray:
    r"""
    Return the two-sided exact p-value of a proportion against an expected one.

    Parameters
    ----------
    x : number or array_like
        How many of `n`, from 0 to `n`. Fractions are allowed.
    n : number or array_like
        Out of how many, >= 0.
    expected : number or array_like
        The proportion expected, as a fraction from 0 to 1. The three broadcast against each other.

    Returns
    -------
    p_value : ndarray of float64
        Within 0 and 1, in the broadcast shape; 1 where `n` is 0. It is below :math:`\alpha` exactly where the
        interval of `clopper_pearson` at the level :math:`1 - \alpha` excludes `expected`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, `x` exceeds `n`, `expected` is not from 0 to 1, or the
        shapes do not broadcast.

    See Also
    --------
    clopper_pearson : the interval that goes with this test.

    Notes
    -----
    Twice the smaller of the binomial probabilities of `x` or more and of `x` or fewer, and at most 1.

    Examples
    --------
    >>> clopper_pearson_p_value([0, 60], [5, 100], 0.5).round(4).tolist()
    [0.0625, 0.0569]
    """
    count, size, share = _against(x, n, expected)
    rest = size - count
    or_more = beta_cdf(count, rest + 1, share, 1 - share)
    or_fewer = beta_cdf(rest, count + 1, 1 - share, share)
    found: FloatArray = np.minimum(2 * np.minimum(or_more, or_fewer), 1)
    return found


def proportion_variance(x: Values, n: Values) -> FloatArray:
    """
    Return the estimated variance of a proportion, p (1 - p) / n with p = x / n.

    Parameters
    ----------
    x : number or array_like
        How many of `n`, from 0 to `n`. Fractions are allowed.
    n : number or array_like
        Out of how many, >= 0.

    Returns
    -------
    variance : ndarray of float64
        In squared fractions, in the broadcast shape; nan where `n` is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, `x` exceeds `n`, or the shapes do not broadcast.

    Examples
    --------
    >>> proportion_variance([60, 0], [100, 0]).tolist()
    [0.0024, nan]
    """
    count, size = as_columns(_check.nonnegative, x=x, n=n)
    require(count <= size, "x must not exceed n", x=count, n=size)
    return _variance(count, size)


def difference_variance(x1: Values, n1: Values, x2: Values, n2: Values) -> FloatArray:
    """
    Return the estimated variance of a difference of two independent proportions: the sum of theirs.

    Parameters
    ----------
    x1, x2 : number or array_like
        How many of `n1` and of `n2`. Fractions are allowed.
    n1, n2 : number or array_like
        Out of how many, >= 0.

    Returns
    -------
    variance : ndarray of float64
        In squared fractions, in the broadcast shape; nan where `n1` or `n2` is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, one exceeds its total, or the shapes do not broadcast.

    Examples
    --------
    >>> f"{difference_variance(60, 100, 5, 10):.4f}"
    '0.0274'
    """
    count1, size1, count2, size2 = _two(x1, n1, x2, n2)
    return _variance(count1, size1) + _variance(count2, size2)


def newcombe(x1: Values, n1: Values, x2: Values, n2: Values, confidence_level: float = 0.95) -> Limits:
    """
    Return Newcombe's interval for a difference of two independent proportions, x1 / n1 - x2 / n2.

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
        Limits, as fractions from -1 to 1 in the broadcast shape; multiply them by 100 for percentage points.
        They are -1 and 1 where `n1` or `n2` is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, one exceeds its total, their shapes do not broadcast, or the
        level is not between 0 and 1.

    See Also
    --------
    square_and_add

    Notes
    -----
    Method 10 of [1]_: `square_and_add` of the two Wilson intervals. Two parts of one total are not independent,
    and neither are the same cases seen twice: do not use it for those.

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
    count1, size1, count2, size2 = _two(x1, n1, x2, n2)
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
    Return an interval for a difference, estimate1 - estimate2, from the intervals of two independent estimates.

    Parameters
    ----------
    estimate1, estimate2 : number or array_like
        The two estimates, in one unit.
    low1, high1, low2, high2 : number or array_like
        Their limits, all at one confidence level, which is also the level of the result. They may be infinite.
        Where an argument is nan, the limit that depends on it is nan.

    Returns
    -------
    low, high : ndarray of float64
        Limits of the difference, in the same unit and the broadcast shape.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is not a number, an estimate lies outside its own limits, or shapes do not broadcast.

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


def _against(x: object, n: object, expected: object) -> list[FloatArray]:
    """Read a count, its total, and the proportion expected."""
    found = as_columns(_check.nonnegative, x=x, n=n, expected=expected)
    require(found[0] <= found[1], "x must not exceed n", x=found[0], n=found[1])
    require(found[2] <= 1, "expected must not exceed 1", expected=found[2])
    return found


def _two(x1: object, n1: object, x2: object, n2: object) -> list[FloatArray]:
    """Read two counts and their totals."""
    found = as_columns(_check.nonnegative, x1=x1, n1=n1, x2=x2, n2=n2)
    require(found[0] <= found[1], "x1 must not exceed n1", x1=found[0], n1=found[1])
    require(found[2] <= found[3], "x2 must not exceed n2", x2=found[2], n2=found[3])
    return found


def _variance(x: FloatArray, n: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        p = x / n
        found: FloatArray = p * (1 - p) / n
    return found


def _wilson(x: FloatArray, n: FloatArray, *, z: float) -> Limits:
    # Where n is 0, p is nan, and so are the margin and both limits. fmin and fmax ignore nan and keep the number
    # beside it, so that the limits become 0 and 1.
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / n
        weight = 1 / (n + z**2)
        centre = (x + z**2 / 2) * weight
        margin = np.sqrt(x * (1 - p) + z**2 / 4) * (z * weight)
    # Where x is 0 or n one limit is p exactly, which rounding would miss or pass.
    return np.fmin(np.fmax(centre - margin, 0), p), np.fmax(np.fmin(centre + margin, 1), p)


def _clopper_pearson(x: FloatArray, n: FloatArray, *, tail: float) -> Limits:
    low = beta_quantile(x, n - x + 1, tail)
    high = beta_quantile(x + 1, n - x, tail, upper=True)
    # There the beta distribution has a parameter of 0, for which scipy returns nan.
    low[x == 0], high[x == n] = 0, 1
    return low, high


def _newcombe(x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, *, z: float) -> Limits:
    with np.errstate(invalid="ignore"):
        p1, p2 = x1 / n1, x2 / n2
    low, high = _square_and_add(p1, *_wilson(x1, n1, z=z), p2, *_wilson(x2, n2, z=z))
    # Where a total is 0 the limits are nan. fmax and fmin ignore nan, so that the limits become -1 and 1.
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
