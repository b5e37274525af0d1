"""Two proportions, or two rates, by the score: ratios, odds ratios and differences, and the p-values of two proportions.

Each limit is where the score statistic of a ratio, an odds ratio or a difference just reaches the normal quantile. The
most likely pair under such a hypothesis is one number away from the observed one, the shift s: as much as it takes off
the first count, weighted, it adds to the second. In s the statistic is a short formula that rises from 0, so that
Newton's method finds all limits at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

import numpy as np

from policemetrics import _check
from policemetrics._typing import FloatArray, ShareMethod
from policemetrics.intervals._shared import Limits, Values, as_columns, in_parts, require, z_of
from policemetrics.intervals.proportions import _two
from policemetrics.intervals.ratios import _rates

_STEPS: Final = 6  # of Newton's method for all; five do for nearly all
_FIRST: Final = 2  # of them, after which it is asked whether they do
_HALVINGS: Final = 60  # at most, for the rest
_FAR: Final = 1e6  # times the quantile of the usual test, beyond which that of no interval lies
_CLOSE: Final = 1e-6  # relative step at which the search stops: the error of the next is about its square
_CLOSEST: Final = 1e-12  # the same where it is halved
_PART: Final = 6144  # rows; the search keeps more columns in the cache than other kernels

Statistic: TypeAlias = Callable[..., tuple[FloatArray, FloatArray]]
"""The root of the score statistic at a shift, and its derivative."""


def proportion_ratio(
    x1: Values,
    n1: Values,
    x2: Values,
    n2: Values,
    confidence_level: float = 0.95,
    *,
    method: ShareMethod = "miettinen-nurminen",
) -> Limits:
    r"""
    Return the score interval for a ratio of two independent proportions, (x1 / n1) / (x2 / n2): a risk ratio.

    Parameters
    ----------
    x1, x2 : number or array_like
        How many of `n1` and of `n2`. Fractions are allowed.
    n1, n2 : number or array_like
        Out of how many, >= 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    method : {"miettinen-nurminen", "koopman"}, optional
        Whether the variance is multiplied by N / (N - 1), N being n1 + n2, as Miettinen and Nurminen do, or not,
        as Koopman. Default is ``"miettinen-nurminen"``.

    Returns
    -------
    low, high : ndarray of float64
        Limits of the ratio, in the broadcast shape. `low` is 0 where `x1` is 0; `high` is inf where `x2` is 0. They
        are 0 and inf where a total is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, one exceeds its total, their shapes do not broadcast, or the
        level is not between 0 and 1.
    UnknownNameError
        If `method` is not one of the two.

    See Also
    --------
    odds_ratio, proportion_difference, proportions_p_value : of the same family.

    Notes
    -----
    Koopman's chi-squared [1]_, of which Miettinen and Nurminen's [2]_ is (N - 1) / N. With the shift s the most likely
    proportions of a ratio are :math:`(x_1 - s) / (n_1 - s)` and :math:`(x_2 + s) / (n_2 + s)`, and its limits are where

    .. math:: s^2 \left(\frac{1 - x_1/n_1}{x_1 - s} + \frac{1 - x_2/n_2}{x_2 + s}\right) = z^2.

    References
    ----------
    .. [1] Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions. Biometrics,
       40(2), 513-517.
    .. [2] Miettinen, O. and Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine, 4(2),
       213-226.

    Examples
    --------
    >>> low, high = proportion_ratio(7, 34, 1, 34, method="koopman")
    >>> f"{low:.2f} to {high:.2f}"
    '1.22 to 42.58'
    """
    return _limits(_ratio, (x1, n1, x2, n2), confidence_level, method)


def odds_ratio(
    x1: Values,
    n1: Values,
    x2: Values,
    n2: Values,
    confidence_level: float = 0.95,
    *,
    method: ShareMethod = "miettinen-nurminen",
) -> Limits:
    r"""
    Return the score interval for the odds ratio of two independent proportions.

    Parameters
    ----------
    x1, x2 : number or array_like
        How many of `n1` and of `n2`. Fractions are allowed.
    n1, n2 : number or array_like
        Out of how many, >= 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    method : {"miettinen-nurminen", "koopman"}, optional
        As for `proportion_ratio`. Default is ``"miettinen-nurminen"``.

    Returns
    -------
    low, high : ndarray of float64
        Limits of :math:`x_1 (n_2 - x_2) / ((n_1 - x_1) x_2)`, in the broadcast shape. `low` is 0 where that is 0 and
        `high` is inf where it is infinite; they are 0 and inf where it is undefined, since all of both, or none, have
        what is counted, or a total is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError, UnknownNameError
        As for `proportion_ratio`.

    See Also
    --------
    proportion_ratio, proportion_difference, proportions_p_value : of the same family.

    Notes
    -----
    With the shift s the most likely counts of an odds ratio are :math:`x_1 - s` and :math:`x_2 + s` [1]_.

    References
    ----------
    .. [1] Miettinen, O. and Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine, 4(2),
       213-226.

    Examples
    --------
    >>> low, high = odds_ratio(15, 100, 9, 100)
    >>> f"{low:.3f} to {high:.3f}"
    '0.754 to 4.214'
    """
    return _limits(_odds, (x1, n1, x2, n2), confidence_level, method)


def proportion_difference(
    x1: Values,
    n1: Values,
    x2: Values,
    n2: Values,
    confidence_level: float = 0.95,
    *,
    method: ShareMethod = "miettinen-nurminen",
) -> Limits:
    r"""
    Return the score interval for a difference of two independent proportions, x1 / n1 - x2 / n2.

    Parameters
    ----------
    x1, x2 : number or array_like
        How many of `n1` and of `n2`. Fractions are allowed.
    n1, n2 : number or array_like
        Out of how many, >= 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    method : {"miettinen-nurminen", "koopman"}, optional
        As for `proportion_ratio`; the interval without the factor is Mee's. Default is ``"miettinen-nurminen"``.

    Returns
    -------
    low, high : ndarray of float64
        Limits, as fractions from -1 to 1 in the broadcast shape; -1 and 1 where a total is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError, UnknownNameError
        As for `proportion_ratio`.

    See Also
    --------
    newcombe : the interval of two Wilson intervals, which is not of this family.
    proportion_ratio, odds_ratio, proportions_p_value : of the same family.

    Notes
    -----
    With the shift s the most likely proportions of a difference solve :math:`x_1 - n_1 p_1 = s\,p_1 (1 - p_1)` and
    :math:`x_2 - n_2 p_2 = -s\,p_2 (1 - p_2)` [1]_ [2]_.

    References
    ----------
    .. [1] Mee, R. W. (1984). Confidence bounds for the difference between two probabilities. Biometrics, 40(4),
       1175-1176.
    .. [2] Miettinen, O. and Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine, 4(2),
       213-226.

    Examples
    --------
    >>> low, high = proportion_difference(56, 70, 48, 80)
    >>> f"{low:.4f} to {high:.4f}"
    '0.0528 to 0.3382'
    """
    return _limits(_difference, (x1, n1, x2, n2), confidence_level, method)


def proportions_p_value(
    x1: Values, n1: Values, x2: Values, n2: Values, *, method: ShareMethod = "miettinen-nurminen"
) -> FloatArray:
    r"""
    Return the two-sided p-value for the hypothesis that two proportions are equal, by the score test.

    Parameters
    ----------
    x1, x2 : number or array_like
        How many of `n1` and of `n2`. Fractions are allowed.
    n1, n2 : number or array_like
        Out of how many, >= 0.
    method : {"miettinen-nurminen", "koopman"}, optional
        As for `proportion_ratio`. Default is ``"miettinen-nurminen"``.

    Returns
    -------
    p_value : ndarray of float64
        From 0 to 1, in the broadcast shape; 1 where a total is 0, or all of both, or none, have what is counted. It is
        below :math:`\alpha` exactly where the intervals of this family at the level :math:`1 - \alpha` exclude 1, or 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError, UnknownNameError
        As for `proportion_ratio`.

    See Also
    --------
    proportion_ratio, odds_ratio, proportion_difference : the intervals that go with it.

    Notes
    -----
    Pearson's chi-squared of the two by two table without continuity correction, (``"koopman"``), or (N - 1) / N of it.

    Examples
    --------
    >>> f"{proportions_p_value(140, 1000, 120, 1000, method='koopman'):.6f}"
    '0.183587'
    """
    from policemetrics.intervals._special import erfc

    a, m, b, n = _two(x1, n1, x2, n2)
    factor = _factor(m + n, method)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a + b) / (m + n)
        z = np.abs(a * n - b * m) / np.sqrt(m * n * (m + n) * pooled * (1 - pooled) * factor)
    found: FloatArray = erfc(np.where(np.isnan(z), 0, z) / math.sqrt(2))
    return found


def newcombe_p_value(x1: Values, n1: Values, x2: Values, n2: Values) -> FloatArray:
    r"""
    Return the two-sided p-value for the hypothesis that two proportions are equal, of Newcombe's interval.

    Parameters
    ----------
    x1, x2 : number or array_like
        How many of `n1` and of `n2`. Fractions are allowed.
    n1, n2 : number or array_like
        Out of how many, >= 0.

    Returns
    -------
    p_value : ndarray of float64
        From 0 to 1, in the broadcast shape; 1 where the proportions are equal or a total is 0. It is below
        :math:`\alpha` exactly where the interval of `newcombe` at the level :math:`1 - \alpha` excludes 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, one exceeds its total, or their shapes do not broadcast.

    See Also
    --------
    newcombe : the interval that it inverts.
    proportions_p_value : the usual test, which can contradict that interval.

    Notes
    -----
    The level at which a limit of the interval is 0, found by Newton's method: where, with the Wilson limits l and u,
    :math:`(p_1 - l_1)^2 + (u_2 - p_2)^2 = (p_1 - p_2)^2` for :math:`p_1 > p_2`.

    Examples
    --------
    >>> newcombe_p_value([140, 5, 0], [1000, 5, 10], [120, 5, 0], [1000, 7, 20]).round(4).tolist()
    [0.1838, 0.2112, 1.0]
    """
    columns = _two(x1, n1, x2, n2)
    return _p_values(partial(_square_and_add_z, ratios=False), columns)


def square_and_add_p_value(x1: Values, e1: Values, x2: Values, e2: Values) -> FloatArray:
    r"""
    Return the two-sided p-value for equal ratios of counts, x1 / e1 and x2 / e2, of two intervals squared and added.

    Parameters
    ----------
    x1, x2, e1, e2 : number or array_like
        Events counted, >= 0; fractions are allowed. `e1` and `e2` are counts themselves, > 0, and not known sizes.

    Returns
    -------
    p_value : ndarray of float64
        From 0 to 1, in the broadcast shape. It is below :math:`\alpha` exactly where `square_and_add` of the two score
        intervals of `rate_ratio` at the level :math:`1 - \alpha` excludes 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, `e1` or `e2` is not above 0, or their shapes do not broadcast.

    See Also
    --------
    newcombe_p_value : of two proportions.

    Examples
    --------
    >>> f"{square_and_add_p_value(30, 200, 20, 200):.3f}"
    '0.184'
    """
    a, b, e, f = _rates(x1, x2, e1, e2)
    return _p_values(partial(_square_and_add_z, ratios=True), [a, e, b, f])


def rate_difference(
    x1: Values,
    x2: Values,
    e1: Values = 1.0,
    e2: Values = 1.0,
    confidence_level: float = 0.95,
    *,
    dispersion: Values = 1.0,
) -> Limits:
    r"""
    Return the score interval for a difference of two Poisson rates, x1 / e1 - x2 / e2.

    Parameters
    ----------
    x1, x2 : number or array_like
        Events counted, >= 0. Fractions are allowed.
    e1, e2 : number or array_like, optional
        Their exposures, > 0, in one unit. Default is 1, for the difference of the counts.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    dispersion : number or array_like, optional
        Variance of the counts divided by their mean, > 0. Default is 1, as for Poisson counts.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events for one unit of exposure and the broadcast shape.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, an exposure or the dispersion is not above 0, shapes do not
        broadcast, or the level is not between 0 and 1.

    See Also
    --------
    rate_ratio : the ratio; its score interval excludes 1 exactly where this one excludes 0.

    Notes
    -----
    With the shift s the most likely rates of a difference are :math:`x_1 / (e_1 + s)` and :math:`x_2 / (e_2 - s)` [1]_,
    and its limits are where

    .. math:: s^2 \left(\frac{x_1}{e_1 (e_1 + s)} + \frac{x_2}{e_2 (e_2 - s)}\right) = z^2.

    References
    ----------
    .. [1] Miettinen, O. and Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine, 4(2),
       213-226.

    Examples
    --------
    >>> low, high = rate_difference(60, 30, 51477.5, 54308.7)
    >>> f"{1000 * low:.4f} to {1000 * high:.4f}"
    '0.2658 to 0.9892'
    """
    a, b, e, f = _rates(x1, x2, e1, e2)
    (spread,) = as_columns(_check.nonnegative, dispersion=dispersion)
    require(spread > 0, "dispersion must be > 0", dispersion=spread)
    return _found(partial(_rates_apart, z=z_of(confidence_level)), a, b, e, f, spread)


def square_and_add_ratio(
    estimate1: FloatArray,
    low1: FloatArray,
    high1: FloatArray,
    estimate2: FloatArray,
    low2: FloatArray,
    high2: FloatArray,
) -> Limits:
    r"""
    Return an interval for a ratio, estimate1 / estimate2, from the intervals of two independent estimates.

    Parameters
    ----------
    estimate1, low1, high1 : ndarray of float64
        The first estimate, >= 0, and its limits, all at one level, which is also that of the result.
    estimate2, low2, high2 : ndarray of float64
        The second one, in the same unit.

    Returns
    -------
    low, high : ndarray of float64
        Limits of the ratio, >= 0; infinite above where the second estimate cannot be told from 0 and the first may be
        more than 0; nan where either estimate is nan or the second is 0, and where the limits are. They exclude 1 exactly where the interval of `square_and_add` excludes 0.

    Notes
    -----
    Each limit is the ratio at which the first estimate, less that multiple of the second, can just be told from 0 by
    `square_and_add` [1]_. Of limits that are as far below as above it is Fieller's.

    References
    ----------
    .. [1] Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and
       standard deviation. Statistical Methods in Medical Research, 21(4), 347-359.

    Examples
    --------
    >>> low, high = square_and_add_ratio(*(np.array([v]) for v in (0.8, 0.69, 0.88, 0.6, 0.49, 0.7)))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([1.077], [1.667])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.where(estimate2 > 0, estimate2, np.nan)
        # How far each limit lies from its estimate, as a fraction of that of the base, so that the first may be 0.
        ratio = estimate1 / base
        below1, above1 = (estimate1 - np.maximum(low1, 0)) / base, (high1 - estimate1) / base
        below2, above2 = 1 - low2 / base, high2 / base - 1
        low = (ratio**2 - below1**2) / (ratio + np.sqrt(below1**2 + above2**2 * (ratio**2 - below1**2)))
        squared = above1**2 + below2**2 * (ratio**2 - above1**2)
        high = (ratio + np.sqrt(np.maximum(squared, 0))) / (1 - below2**2)
        low, high = np.where(ratio == 0, 0.0, low), np.where(below2 >= 1, np.inf, high)
        # What is 0 for certain stays so by whatever it is divided; of what has no limit there is none.
        high = np.where(high1 > 0, high, 0 * high1)
        return low, np.where(np.isnan(ratio), np.nan, high)


# ---- reading ----------------------------------------------------------------------------


def _factor(size: FloatArray, method: str) -> FloatArray:
    """Return by what the variance is multiplied; a single one cannot be compared with anything."""
    _check.choice(method, "method", ("miettinen-nurminen", "koopman"))
    if method == "koopman":
        return np.ones_like(size)
    return size / np.where(size > 1, size - 1, np.nan)


def _limits(
    kernel: Callable[..., Limits], given: tuple[Values, ...], confidence_level: float, method: str
) -> Limits:
    """Read two counts and their totals, and find both limits."""
    a, m, b, n = _two(*given)
    return _found(kernel, a, m, b, n, z_of(confidence_level) * np.sqrt(_factor(m + n, method)))


def _found(kernel: Callable[..., Limits], *columns: FloatArray) -> Limits:
    """Call a kernel that takes rows; of single numbers single numbers come back."""
    rows = np.broadcast_arrays(*columns)
    low, high = in_parts(kernel, *(row.ravel() for row in rows), part=_PART)
    return low.reshape(rows[0].shape)[()], high.reshape(rows[0].shape)[()]


# ---- the search -------------------------------------------------------------------------


def _newton(
    statistic: Statistic, start: FloatArray, bound: FloatArray, z: FloatArray, *columns: FloatArray
) -> FloatArray:
    """Find the shift at which the statistic is z; it rises with the shift, from 0 to z or more at the bound.

    Newton's method alone settles nearly all. For the rest a step that would leave what encloses the shift is replaced
    by half of that.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found, left = start, np.ones(start.shape, dtype=bool)
        for taken in range(_STEPS):
            at, slope = statistic(found, *columns)
            step = (at - z) / slope
            found = found - step
            if taken < _FIRST:  # none is there yet
                continue
            left = ~(np.abs(step) <= _CLOSE * found)
            if not left.any():
                return found
        low, high = np.zeros(int(left.sum())), bound[left]
        rest, goal, some = start[left], z[left], [column[left] for column in columns]
        for _ in range(_HALVINGS):
            at, slope = statistic(rest, *some)
            low, high = np.where(at < goal, rest, low), np.where(at < goal, high, rest)
            step = rest - (at - goal) / slope
            step = np.where((step > low) & (step < high), step, (low + high) / 2)
            moved, rest = np.abs(step - rest) > _CLOSEST * step, step
            if not moved.any():
                break
        found[left] = rest
    return found


def _together(one: FloatArray, other: FloatArray) -> FloatArray:
    """Guess the shift that takes both of two parts to z, of those that take each alone there."""
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / np.sqrt(1 / one**2 + 1 / other**2)


def _falling_off(
    s: FloatArray, a: FloatArray, c: FloatArray, b: FloatArray, d: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the statistic s √(a / (c - s) + b / (d + s)), of ratios of proportions and differences of rates."""
    first, second = 1 / (c - s), 1 / (d + s)
    part, rest = a * first, b * second
    root = np.sqrt(part + rest)
    return s * root, root + s * (part * first - rest * second) / (2 * root)


def _shift(a: FloatArray, c: FloatArray, b: FloatArray, d: FloatArray, z: FloatArray) -> FloatArray:
    """Find the shift, from 0 to c, of that statistic; where a is 0 it may end at c with some of z left."""
    square = z * z
    # Each of the two parts alone needs a larger shift than both.
    with np.errstate(divide="ignore", invalid="ignore"):
        first = 2 * c / (1 + np.sqrt(1 + 4 * a * c / square))
        # The other part alone: b s² = z² (d + s).
        second = (square + z * np.sqrt(square + 4 * b * d)) / (2 * b)
    bound = np.fmin(first, second)
    both = (a > 0) & (b > 0) & (c > 0)
    start = np.where(both, _together(first, second), 0.5)
    columns = [np.where(both, v, 1.0) for v in (bound, z, a, c, b, d)]
    return np.where(both, _newton(_falling_off, start, *columns), bound)


# ---- ratio of proportions ---------------------------------------------------------------


def _ratio(x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, z: FloatArray) -> Limits:
    low, high = _least_ratio(x1, n1, x2, n2, z), _least_ratio(x2, n2, x1, n1, z)
    with np.errstate(divide="ignore"):
        return low, 1 / high


def _least_ratio(x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, z: FloatArray) -> FloatArray:
    """Return the lower limit of the ratio; the upper one is that of the inverse, inverted."""
    some = (x1 > 0) & (n2 > 0)
    a, m, b, n = (np.where(some, v, 1.0) for v in (x1, n1, x2, n2))
    failed1, failed2 = (m - a) / m, (n - b) / n
    s = _shift(failed1, a, failed2, b, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where all of the first have it, the shift ends at n1, and the rest of z² comes off the first proportion alone.
        left = np.maximum(z**2 - m**2 * failed2 / (b + m), 0)
        p1 = np.where(failed1 > 0, (a - s) / (m - s), m / (m + left))
        found = p1 * (n + s) / (b + s)
    return np.where(some & ~np.isnan(z), found, 0.0)


# ---- odds ratio -------------------------------------------------------------------------


def _odds(x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, z: FloatArray) -> Limits:
    low, high = _least_odds(x1, n1, x2, n2, z), _least_odds(x2, n2, x1, n1, z)
    with np.errstate(divide="ignore"):
        return low, 1 / high


def _least_odds(x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, z: FloatArray) -> FloatArray:
    """Return the lower limit of the odds ratio, 0 where the first have none of it, or the second all."""
    some = (x1 > 0) & (x2 < n2)
    a, m, b, n = (np.where(some, v, w) for v, w in ((x1, 1.0), (n1, 2.0), (x2, 1.0), (n2, 2.0)))
    # What takes each proportion alone to its limit by Wilson.
    shifts = m * _of_proportion(a / m, 1 / m, z, -1)[0], n * _of_proportion(b / n, 1 / n, z, 1)[0]
    s = _newton(_swapped, _together(*shifts), np.fmin(*shifts), z, a, m, b, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (a - s) * (n - b - s) / ((m - a + s) * (b + s))
    return np.where(some & ~np.isnan(z), found, 0.0)


def _swapped(
    s: FloatArray, x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the statistic of an odds ratio, whose shift goes from one count to the other."""
    with1, without1, with2, without2 = x1 - s, n1 - x1 + s, x2 + s, n2 - x2 - s
    part, rest = n1 / (with1 * without1), n2 / (with2 * without2)
    root = np.sqrt(part + rest)
    slope = part * (1 / with1 - 1 / without1) + rest * (1 / without2 - 1 / with2)
    return s * root, root + s * slope / (2 * root)


# ---- difference of proportions ----------------------------------------------------------


def _difference(x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, z: FloatArray) -> Limits:
    return _least_difference(x1, n1, x2, n2, z), -_least_difference(x2, n2, x1, n1, z)


def _least_difference(
    x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, z: FloatArray
) -> FloatArray:
    """Return the lower limit of the difference, -1 where a total is 0, or where it can be no less."""
    some = (n1 > 0) & (n2 > 0) & ((x1 > 0) | (x2 < n2))
    a, m, b, n = (np.where(some, v, w) for v, w in ((x1, 1.0), (n1, 2.0), (x2, 1.0), (n2, 2.0)))
    first, second = a / m, b / n
    least, most = (
        first - _of_proportion(first, 1 / m, z, -1)[0],
        second + _of_proportion(second, 1 / n, z, 1)[0],
    )
    with np.errstate(divide="ignore"):
        shifts = z * np.sqrt(m / (least * (1 - least))), z * np.sqrt(n / (most * (1 - most)))
    # A proportion of 0 or 1 stays there until the shift passes its total: only from above does no step go astray.
    bound = np.fmin(*shifts)
    start = np.where((a == m) | (b == 0), bound, _together(*shifts))
    s = _newton(_apart, start, bound, z, a, m, b, n)
    p1, p2 = _lowered(s, a, m), 1 - _lowered(s, n - b, n)
    return np.where(some & ~np.isnan(z), p1 - p2, -1.0)


def _apart(
    s: FloatArray, x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the statistic of a difference; the first proportion falls with the shift, and what the second lacks to 1."""
    total, slope = np.zeros_like(s), np.zeros_like(s)
    for x, n in ((x1, n1), (n2 - x2, n2)):
        p = _lowered(s, x, n)
        variance, tilt = p * (1 - p) / n, 1 - 2 * p
        total += variance
        # The derivative of p is - p (1 - p) / (n + s (1 - 2 p)).
        slope -= variance * tilt / (n + s * tilt)
    root = np.sqrt(total)
    return s * root, root + s * slope / (2 * root)


def _lowered(s: FloatArray, x: FloatArray, n: FloatArray) -> FloatArray:
    """Return the proportion p of which x - n p = s p (1 - p)."""
    below = n - s
    found: FloatArray = np.minimum(2 * x / (n + s + np.sqrt(below * below + 4 * s * (n - x))), 1)
    return found


# ---- difference of rates ----------------------------------------------------------------


def _rates_apart(
    x1: FloatArray, x2: FloatArray, e1: FloatArray, e2: FloatArray, spread: FloatArray, *, z: float
) -> Limits:
    bound = z * np.sqrt(spread)
    return _least_apart(x1, x2, e1, e2, bound), -_least_apart(x2, x1, e2, e1, bound)


def _least_apart(x1: FloatArray, x2: FloatArray, e1: FloatArray, e2: FloatArray, z: FloatArray) -> FloatArray:
    """Return the lower limit of the difference; the upper one is that of the inverse, with its sign turned."""
    s = np.fmin(_shift(x2 / e2, e2, x1 / e1, e1, z), e2)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where nothing was counted in the second, the shift ends at e2, and the rest of z² is a rate of the second alone.
        left = np.maximum(z**2 - e2**2 * x1 / (e1 * (e1 + e2)), 0)
        second = np.where(x2 > 0, x2 / (e2 - s), left / e2)
    return x1 / (e1 + s) - second


# ---- p-values of squared and added intervals --------------------------------------------


def _p_values(kernel: Callable[..., FloatArray], columns: list[FloatArray]) -> FloatArray:
    """Turn the normal quantile at which a limit is 0 into the p-value."""
    from policemetrics.intervals._special import erfc

    def both(*parts: FloatArray) -> Limits:
        z = kernel(*parts)
        return z, z

    z, _ = _found(both, *columns)
    found: FloatArray = erfc(z / math.sqrt(2))
    return found


def _square_and_add_z(
    x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, *, ratios: bool
) -> FloatArray:
    """Find at which quantile the limits of two score intervals, squared and added, reach as far as the difference."""
    with np.errstate(divide="ignore", invalid="ignore"):
        off = x1 / n1 - x2 / n2
    some, up = np.abs(off) > 0, off > 0  # nan is neither
    # The larger of the two first.
    a, m, b, n = (
        np.where(some, np.where(up, v, w), other)
        for v, w, other in ((x1, x2, 2.0), (n1, n2, 2.0), (x2, x1, 1.0), (n2, n1, 2.0))
    )
    p1, p2 = a / m, b / n
    gap, distance = p1 - p2, _of_ratio if ratios else _of_proportion
    own = (1 / m + p1 / m, 1 / n + p2 / n) if ratios else (1 / m, 1 / n)

    def reach(z: FloatArray, *columns: FloatArray) -> tuple[FloatArray, FloatArray]:
        first, second, size1, size2 = columns
        below, fall = distance(first, size1, z, -1)
        above, rise = distance(second, size2, z, 1)
        found = np.sqrt(below * below + above * above)
        return found, (below * fall + above * rise) / found

    pooled = (a + b) / (m + n)
    # Above 0, where 1 - pooled may be rounded to it.
    rest = 1 + pooled if ratios else (m - a + n - b) / (m + n)
    start = gap / np.sqrt(pooled * rest * (1 / m + 1 / n))
    return np.where(some, _newton(reach, start, start * _FAR, gap, p1, p2, *own), 0.0)


def _of_proportion(
    p: FloatArray, weight: FloatArray, z: FloatArray, side: int
) -> tuple[FloatArray, FloatArray]:
    """Return how far a limit of Wilson's is from its proportion, and the derivative by z; `weight` is 1 / n."""
    scaled = z * z * weight
    variance = p * (1 - p)
    away = (np.sqrt(scaled * (variance + scaled / 4)) + side * scaled * (0.5 - p)) / (1 + scaled)
    limit = p + side * away
    spread = 2 * away - side * scaled * (1 - 2 * limit)
    with np.errstate(divide="ignore", invalid="ignore"):  # a quantile of 0 is no step away
        return away, 2 * z * weight * limit * (1 - limit) / spread


def _of_ratio(p: FloatArray, weight: FloatArray, z: FloatArray, side: int) -> tuple[FloatArray, FloatArray]:
    """Return how far a score limit is from a ratio of counts, and the derivative by z; `weight` is (1 + p) / n."""
    scaled = z * z * weight
    away = (np.sqrt(scaled * (scaled + 4 * p)) + side * scaled) / 2
    return away, 2 * z * weight * (p + side * away) / (2 * away - side * scaled)
