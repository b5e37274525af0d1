"""Intervals for Poisson counts, and for weighted sums of them."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np

from policemetrics import _check
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
from policemetrics.typing import FloatArray

__all__ = ["byar", "dobson", "garwood", "phe", "weighted_normal"]

_EXACT_BELOW = 10  # events; PHE's switch from the exact interval to Byar's


def garwood(x: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Give the exact (Garwood) interval for the mean of a Poisson count.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed: the limits are continuous in `x`.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events; divide by an exposure for those of a rate. `low` is 0 where `x` is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `x` holds anything but finite numbers >= 0, or the level is not between 0 and 1.

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
    Give Byar's approximation to the exact interval for the mean of a Poisson count.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events. `low` is 0 where `x` is 0, and where the formula would fall below 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `x` holds anything but finite numbers >= 0, or the level is not between 0 and 1.

    Notes
    -----
    With the normal quantile z, and as English public-health practice has it [1]_,

    .. math::

        L = x \left(1 - \frac{1}{9x} - \frac{z}{3\sqrt{x}}\right)^3, \qquad
        U = (x+1) \left(1 - \frac{1}{9(x+1)} + \frac{z}{3\sqrt{x+1}}\right)^3.

    Another formula of the same name takes x + 1/2 on both sides; its interval is narrower.

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
    Give the interval of English public-health practice for a count: exact under 10, Byar's from 10.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `x` holds anything but finite numbers >= 0, or the level is not between 0 and 1.

    See Also
    --------
    garwood, byar

    Notes
    -----
    As in the R package PHEindicatormethods. The limits jump a little where the method changes: from 9 to 10
    the lower one may gain or lose some hundredths.

    Examples
    --------
    >>> low, high = phe([9, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([4.115, 4.787], [17.085, 18.391])
    """
    (events,) = as_columns(_check.nonnegative, x=x)
    few = events < _EXACT_BELOW
    exact = garwood(np.minimum(events, _EXACT_BELOW), confidence_level)
    approximate = byar(events, confidence_level)
    low, high = (np.where(few, e, a)[()] for e, a in zip(exact, approximate, strict=True))
    return low, high


def dobson(
    score: Values,
    variance: Values,
    count: Values,
    confidence_level: float = 0.95,
    *,
    limits: Literal["garwood", "byar"] = "garwood",
) -> Limits:
    r"""
    Give Dobson's interval for a weighted sum of Poisson counts.

    Parameters
    ----------
    score : number or array_like
        The weighted sum S of counts, with weights >= 0.
    variance : number or array_like
        Its variance V: the counts summed with the squares of the weights.
    count : number or array_like
        Events counted, N: the plain sum. Where it is 0 the other two must be 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    limits : {"garwood", "byar"}, optional
        Interval to take for N. Default is ``"garwood"``, the exact one.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `score`. `low` is cut at 0. Where `count` is 0 they are 0 and nan: how high
        the sum might be depends on the weight that the next event would have, which nothing here tells.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If anything but finite numbers >= 0 is given, a score has no count, shapes do not broadcast, or the
        level is not between 0 and 1.
    UnknownNameError
        If there are no such limits.

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
    total, spread, events = as_columns(_check.nonnegative, score=score, variance=variance, count=count)
    require(
        (events > 0) | ((total == 0) & (spread == 0)),
        "score and variance must be 0 where count is 0",
        score=total,
        variance=spread,
        count=events,
    )
    _check.choice(limits, "limits", ("garwood", "byar"))
    low, high = (garwood if limits == "garwood" else byar)(events, confidence_level)
    with np.errstate(invalid="ignore"):
        scale = np.sqrt(spread / events)
    # The scale is nan where nothing was counted; fmax then leaves 0.
    return np.fmax(total + scale * (low - events), 0), total + scale * (high - events)


def weighted_normal(score: Values, variance: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Give the normal interval for a sum whose variance is known, S ± z √V.

    Parameters
    ----------
    score : number or array_like
        The sum, of either sign.
    variance : number or array_like
        Its variance, >= 0; for a weighted sum of Poisson counts, the counts summed with the squares of the
        weights.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `score`. They may pass 0: this interval knows no bounds, and it is too narrow
        above where a few heavy events carry most of the variance.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If anything but finite numbers is given, a variance is negative, shapes do not broadcast, or the
        level is not between 0 and 1.

    See Also
    --------
    dobson : better for a weighted sum of few events.

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


def _garwood(x: FloatArray, *, tail: float) -> Limits:
    from scipy.special import gammainccinv, gammaincinv

    low = np.asarray(gammaincinv(x, tail), dtype=np.float64)
    high = np.asarray(gammainccinv(x + 1, tail), dtype=np.float64)
    low[x == 0] = 0
    return low, high


def _byar(x: FloatArray, *, z: float) -> Limits:
    # At no events the base is minus infinity, and is cut at 0 like any other below it.
    with np.errstate(divide="ignore", over="ignore"):
        root = 3 * np.sqrt(x)
        low = np.maximum(1 - (z + 1 / root) / root, 0)
    root = 3 * np.sqrt(x + 1)
    high = 1 + (z - 1 / root) / root
    # Two products are several times faster than a power.
    return x * (low * low * low), (x + 1) * (high * high * high)
