"""Intervals and p-values for Poisson counts, and intervals for weighted sums of them."""

from __future__ import annotations

import math
from functools import partial
from typing import Literal

import numpy as np

from policemetrics import _check
from policemetrics._typing import FloatArray
from policemetrics.intervals._shared import (
    Limits,
    Values,
    as_columns,
    distinct,
    in_parts,
    require,
    tail_of,
    z_of,
)

_EXACT_BELOW = 10  # events; PHE's switch from the exact interval to Byar's


def garwood(x: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Return the exact (Garwood) interval for the mean of a Poisson count.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed: the limits are continuous in `x`.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events and the shape of `x`; divide them by an exposure for the limits of a rate. `low` is 0
        where `x` is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `x` is not a finite number >= 0, or the level is not between 0 and 1.

    Notes
    -----
    The limits are quantiles of gamma distributions [1]_. With :math:`\alpha` = 1 - `confidence_level`,

    .. math::

        L = \Gamma^{-1}_{\alpha/2}(x) = \tfrac{1}{2} \chi^2_{\alpha/2}(2x), \qquad
        U = \Gamma^{-1}_{1-\alpha/2}(x+1) = \tfrac{1}{2} \chi^2_{1-\alpha/2}(2x+2).

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28(3/4), 437-442.

    Examples
    --------
    >>> low, high = garwood([0, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 4.795], [3.689, 18.39])
    """
    (events,) = as_columns(_check.nonnegative, x=x)
    return distinct(partial(_garwood, tail=tail_of(confidence_level)), events)


def byar(x: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Return Byar's approximation to the exact interval for the mean of a Poisson count.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events and the shape of `x`. `low` is 0 where `x` is 0 and where the formula is negative.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `x` is not a finite number >= 0, or the level is not between 0 and 1.

    Notes
    -----
    With the normal quantile z, in the form used in English public health [1]_,

    .. math::

        L = x \left(1 - \frac{1}{9x} - \frac{z}{3\sqrt{x}}\right)^3, \qquad
        U = (x+1) \left(1 - \frac{1}{9(x+1)} + \frac{z}{3\sqrt{x+1}}\right)^3.

    A different formula of the same name uses x + 1/2 for both limits; its interval is narrower.

    References
    ----------
    .. [1] Breslow, N. E. and Day, N. E. (1987). Statistical Methods in Cancer Research, Volume II: The
       Design and Analysis of Cohort Studies. International Agency for Research on Cancer, Lyon.

    Examples
    --------
    >>> low, high = byar([10, 65])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([4.787, 50.163], [18.391, 82.849])
    """
    (events,) = as_columns(_check.nonnegative, x=x)
    return in_parts(partial(_byar, z=z_of(confidence_level)), events)


def phe(x: Values, confidence_level: float = 0.95) -> Limits:
    """
    Return the interval used in English public health for a count: exact below 10 events, Byar's from 10.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events and the shape of `x`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `x` is not a finite number >= 0, or the level is not between 0 and 1.

    See Also
    --------
    garwood, byar

    Notes
    -----
    As in the R package PHEindicatormethods. The limits jump slightly between 9 and 10 events, where the method
    changes: by some hundredths of an event at the lower limit.

    Examples
    --------
    >>> low, high = phe([9, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([4.115, 4.787], [17.085, 18.391])
    """
    (events,) = as_columns(_check.nonnegative, x=x)
    few = events < _EXACT_BELOW
    # The exact limits from 10 are not used. All counts there as 10 leave few distinct values to work out.
    exact = garwood(np.minimum(events, _EXACT_BELOW), confidence_level)
    approximate = byar(events, confidence_level)
    low, high = (np.where(few, e, a)[()] for e, a in zip(exact, approximate, strict=True))
    return low, high


def garwood_p_value(x: Values, expected: Values) -> FloatArray:
    r"""
    Return the two-sided exact p-value of a Poisson count against an expected one.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.
    expected : number or array_like
        Events expected, >= 0. The two broadcast against each other.

    Returns
    -------
    p_value : ndarray of float64
        Within 0 and 1, in the broadcast shape. It is below :math:`\alpha` exactly where the interval of
        `garwood` at the level :math:`1 - \alpha` excludes `expected`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is not a finite number >= 0, or the shapes do not broadcast.

    See Also
    --------
    garwood : the interval that goes with this test.

    Notes
    -----
    Twice the smaller of the probabilities of `x` or more and of `x` or fewer events, and at most 1.

    Examples
    --------
    >>> garwood_p_value([0, 10], [3, 10]).round(4).tolist()
    [0.0996, 1.0]
    """
    events, mean = as_columns(_check.nonnegative, x=x, expected=expected)
    return _garwood_p_value(events, mean)


def byar_p_value(x: Values, expected: Values) -> FloatArray:
    r"""
    Return the two-sided p-value of a Poisson count against an expected one, by Byar's approximation.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.
    expected : number or array_like
        Events expected, >= 0. The two broadcast against each other.

    Returns
    -------
    p_value : ndarray of float64
        Within 0 and 1, in the broadcast shape. It is below :math:`\alpha` exactly where the interval of
        `byar` at the level :math:`1 - \alpha` excludes `expected`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is not a finite number >= 0, or the shapes do not broadcast.

    See Also
    --------
    byar : the interval that goes with this test.

    Notes
    -----
    With :math:`\mu` events expected, and y = x where more than these were counted, y = x + 1 where fewer were,

    .. math:: z = 3 \sqrt{y} \left| 1 - \frac{1}{9y} - \left(\frac{\mu}{y}\right)^{1/3} \right|

    is referred to the normal distribution [1]_. Where :math:`\mu` lies between the limits for z = 0 the p-value
    is 1.

    References
    ----------
    .. [1] Breslow, N. E. and Day, N. E. (1987). Statistical Methods in Cancer Research, Volume II: The
       Design and Analysis of Cohort Studies. International Agency for Research on Cancer, Lyon.

    Examples
    --------
    >>> byar_p_value([25, 10], [16.1743, 10]).round(4).tolist()
    [0.05, 1.0]
    """
    events, mean = as_columns(_check.nonnegative, x=x, expected=expected)
    return _byar_p_value(events, mean)


def phe_p_value(x: Values, expected: Values) -> FloatArray:
    """
    Return the two-sided p-value that goes with `phe`: exact under 10 events, Byar's from 10.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.
    expected : number or array_like
        Events expected, >= 0. The two broadcast against each other.

    Returns
    -------
    p_value : ndarray of float64
        Within 0 and 1, in the broadcast shape.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is not a finite number >= 0, or the shapes do not broadcast.

    See Also
    --------
    phe : the interval that goes with this test.

    Examples
    --------
    >>> phe_p_value([9, 25], [17.0848, 16.1743]).round(4).tolist()
    [0.05, 0.05]
    """
    events, mean = as_columns(_check.nonnegative, x=x, expected=expected)
    # The interval changes its method with the events counted, so that the test must do so too.
    found: FloatArray = np.where(
        events < _EXACT_BELOW, _garwood_p_value(events, mean), _byar_p_value(events, mean)
    )[()]
    return found


def count_variance(x: Values) -> FloatArray:
    """
    Return the estimated variance of a Poisson count, which is the count itself.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.

    Returns
    -------
    variance : ndarray of float64
        In squared events, in the shape of `x`; divide by the square of an exposure for that of a rate.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `x` is not a finite number >= 0.

    Examples
    --------
    >>> count_variance([0, 12]).tolist()
    [0.0, 12.0]
    """
    (events,) = as_columns(_check.nonnegative, x=x)
    return events.astype(np.float64)[()]


def dobson(
    score: Values,
    variance: Values,
    count: Values,
    confidence_level: float = 0.95,
    *,
    limits: Literal["garwood", "byar"] = "garwood",
) -> Limits:
    r"""
    Return Dobson's interval for a weighted sum of Poisson counts.

    Parameters
    ----------
    score : number or array_like
        The weighted sum S of counts, with weights >= 0.
    variance : number or array_like
        Its variance V: the sum of the counts times the squared weights.
    count : number or array_like
        Events counted, N: the plain sum. Where it is 0 the other two must be 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    limits : {"garwood", "byar"}, optional
        Interval for N that is scaled. Default is ``"garwood"``, the exact one.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `score` and the broadcast shape. `low` is at least 0. Where `count` is 0 they are
        0 and nan: the upper limit depends on the weight of an event, and there is none.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is not a finite number >= 0, `score` or `variance` is not 0 where `count` is 0, shapes do
        not broadcast, or the level is not between 0 and 1.
    UnknownNameError
        If `limits` is neither of the two.

    Notes
    -----
    The limits of the count, :math:`L_N` and :math:`U_N`, are moved and scaled [1]_:

    .. math:: S + \sqrt{V / N}\,(L_N - N), \qquad S + \sqrt{V / N}\,(U_N - N).

    References
    ----------
    .. [1] Dobson, A. J., Kuulasmaa, K., Eberle, E. and Scherer, J. (1991). Confidence intervals for weighted
       sums of Poisson parameters. Statistics in Medicine, 10(3), 457-462.

    Examples
    --------
    Ten events of weight 3 have three times the limits of ten events:

    >>> low, high = dobson(30, 90, 10)
    >>> f"{low:.2f} to {high:.2f}"
    '14.39 to 55.17'
    """
    total, spread, events = _weighted_sum(score, variance, count)
    _check.choice(limits, "limits", ("garwood", "byar"))
    low, high = (garwood if limits == "garwood" else byar)(events, confidence_level)
    with np.errstate(invalid="ignore"):
        scale = np.sqrt(spread / events)
    # Where nothing was counted the scale is 0 / 0, which is nan. fmax ignores it, so that the lower limit is 0.
    # The upper limit stays nan.
    return np.fmax(total + scale * (low - events), 0), total + scale * (high - events)


def weighted_normal(score: Values, variance: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Return the normal interval for a sum whose variance is known, S ± z √V.

    Parameters
    ----------
    score : number or array_like
        The sum, of either sign.
    variance : number or array_like
        Its variance, >= 0. For a weighted sum of Poisson counts it is the sum of the counts times the squared
        weights.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `score` and the broadcast shape. They are not bounded at 0. The upper limit is too
        low where a few heavy events carry most of the variance.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is not a finite number, a variance is negative, shapes do not broadcast, or the level is
        not between 0 and 1.

    See Also
    --------
    dobson : more accurate for a weighted sum of few events.

    Examples
    --------
    >>> low, high = weighted_normal(-10, 70, 0.9)
    >>> f"{low:.4f} to {high:.4f}"
    '-23.7618 to 3.7618'
    """
    total, spread = as_columns(_check.finite, score=score, variance=variance)
    require(spread >= 0, "variance must be >= 0", variance=spread)
    margin = z_of(confidence_level) * np.sqrt(spread)
    return total - margin, total + margin


def normal_above_zero(
    score: Values, variance: Values, count: Values, confidence_level: float = 0.95
) -> Limits:
    """
    Return the normal interval for a weighted sum of Poisson counts, with the arguments and bounds of `dobson`.

    Parameters
    ----------
    score : number or array_like
        The weighted sum of counts, with weights >= 0.
    variance : number or array_like
        Its variance: the sum of the counts times the squared weights.
    count : number or array_like
        Events counted: the plain sum. Where it is 0 the other two must be 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `score` and the broadcast shape. `low` is at least 0. Where `count` is 0 they
        are 0 and nan: with a variance of 0 the sum would look certain.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As for `dobson`.

    See Also
    --------
    weighted_normal : the interval itself, for sums of either sign.

    Examples
    --------
    >>> low, high = normal_above_zero([30, 0], [900, 0], [1, 0])
    >>> low.tolist(), high.round(2).tolist()
    ([0.0, 0.0], [88.8, nan])
    """
    total, spread, events = np.broadcast_arrays(*_weighted_sum(score, variance, count))
    low, high = weighted_normal(total, spread, confidence_level)
    return np.maximum(low, 0), np.where(events > 0, high, np.nan)[()]


def _weighted_sum(score: object, variance: object, count: object) -> list[FloatArray]:
    """Read a weighted sum of counts: without events there is nothing to add up."""
    total, spread, events = as_columns(_check.nonnegative, score=score, variance=variance, count=count)
    require(
        (events > 0) | ((total == 0) & (spread == 0)),
        "score and variance must be 0 where count is 0",
        score=total,
        variance=spread,
        count=events,
    )
    return [total, spread, events]


def _garwood(x: FloatArray, *, tail: float) -> Limits:
    from policemetrics.intervals._special import gammainccinv, gammaincinv

    # gammainccinv counts the tail from above: gammaincinv(x + 1, 1 - tail) would lose the digits of a small tail.
    low = np.asarray(gammaincinv(x, tail), dtype=np.float64)
    high = np.asarray(gammainccinv(x + 1, tail), dtype=np.float64)
    low[x == 0] = 0
    return low, high


def _garwood_p_value(x: FloatArray, mean: FloatArray) -> FloatArray:
    from policemetrics.intervals._special import gammainc, gammaincc

    # P(X >= x) is the gamma distribution function with shape x, at the mean. There is none with shape 0, but 0 or
    # more events are certain.
    or_more = np.where(x == 0, 1, gammainc(x, mean))
    found: FloatArray = np.minimum(2 * np.minimum(or_more, gammaincc(x + 1, mean)), 1)
    return found


def _byar_p_value(x: FloatArray, mean: FloatArray) -> FloatArray:
    from policemetrics.intervals._special import erfc

    # Each limit, solved for the z at which it equals the mean expected. For the lower limit z is positive only if
    # the mean is small, for the upper one only if it is large, so that the larger z is the one that counts.
    z = np.maximum(_byar_reach(x, mean), -_byar_reach(x + 1, mean))
    found: FloatArray = erfc(np.maximum(z, 0) / math.sqrt(2))
    return found


def _byar_reach(x: FloatArray, mean: FloatArray) -> FloatArray:
    """Return 3 √x (1 - 1 / 9x - (mean / x)^(1/3)), multiplied out since it is then minus infinity at x = 0."""
    root = 3 * np.sqrt(x)
    with np.errstate(divide="ignore"):
        found: FloatArray = root - 1 / root - 3 * np.sqrt(np.cbrt(x)) * np.cbrt(mean)
    return found


def _byar(x: FloatArray, *, z: float) -> Limits:
    # With root = 3 √x the base is 1 - (z + 1 / root) / root. Where x is 0 it is minus infinity. The maximum turns
    # every negative base into 0, since a third power would keep the sign.
    with np.errstate(divide="ignore", over="ignore"):
        root = 3 * np.sqrt(x)
        low = np.maximum(1 - (z + 1 / root) / root, 0)
    root = 3 * np.sqrt(x + 1)
    high = 1 + (z - 1 / root) / root
    # Two products are several times faster than a third power.
    return x * (low * low * low), (x + 1) * (high * high * high)
