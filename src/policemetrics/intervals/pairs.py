"""Two proportions, or two rates, by the score: ratios, odds ratios and differences, and the p-values of two proportions.

Each limit is where the score statistic of a ratio, an odds ratio or a difference just reaches the normal quantile. The
most likely pair under such a hypothesis is one number away from the observed one, the shift s: as much as it takes off
the first count, weighted, it adds to the second. In s the square of the statistic is a short formula that rises from 0
nearly as s² does, so that Halley's method finds all limits at once.
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

_FEW: Final = 1 / 8  # of the rows may be left by a quick search of two steps; if more are, it takes a third
_MORE: Final = 60  # steps at most, for those
_CLOSE: Final = 3e-7  # relative step at which the search stops: the error of the next is below its square
_LEAST: Final = 1e-200  # square of a quantile
_PART: Final = 6144  # rows; the search keeps more columns in the cache than other kernels

Statistic: TypeAlias = Callable[..., tuple[FloatArray, FloatArray]]
"""The square of the score statistic at a shift, and its derivative."""
Search: TypeAlias = Callable[..., FloatArray]
"""What finds the shift of each row: of a statistic, from a start, up to a bound, for a goal."""
Kernel: TypeAlias = Callable[..., Limits]
"""Both limits by a search; nan where that has not found them."""


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
    The level at which a limit of the interval is 0, found by a search: where, with the Wilson limits l and u,
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
    return _found(partial(_rates_apart, level=_square_of(confidence_level)), a, b, e, f, spread)


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


def _square_of(confidence_level: float) -> float:
    """Return the square of the normal quantile of a level; never 0, at which a search has nowhere to start."""
    return max(z_of(confidence_level) ** 2, _LEAST)


def _limits(kernel: Kernel, given: tuple[Values, ...], confidence_level: float, method: str) -> Limits:
    """Read two counts and their totals, and find both limits."""
    square = _square_of(confidence_level)

    def widened(search: Search, a: FloatArray, m: FloatArray, b: FloatArray, n: FloatArray) -> Limits:
        return kernel(search, a, m, b, n, square * _factor(m + n, method))

    return _found(widened, *_two(*given))


def _found(kernel: Kernel, *columns: FloatArray) -> Limits:
    """Call a kernel that takes rows; of single numbers single numbers come back."""
    rows = np.broadcast_arrays(*columns)
    flat = [row.ravel() for row in rows]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        low, high = in_parts(partial(kernel, _settled), *flat, part=_PART)
        # Not one of them is nan, but where the search is not done.
        left = np.flatnonzero(np.isnan(low + high))
        if left.size:
            low[left], high[left] = in_parts(
                partial(kernel, _sought), *(row[left] for row in flat), part=_PART
            )
    return low.reshape(rows[0].shape)[()], high.reshape(rows[0].shape)[()]


# ---- the search -------------------------------------------------------------------------
# In place, where it can be: what a part needs beside its columns then stays in the cache.


def _settled(
    statistic: Statistic, start: FloatArray, bound: FloatArray | float, goal: FloatArray, *columns: FloatArray
) -> FloatArray:
    """Find the shift at which the statistic is the goal, where that takes two steps or three; nan elsewhere.

    The first is Halley's for what rises as the square of the shift does. The others are cubics through the last two.
    """
    value, slope = statistic(start, *columns)
    short = np.subtract(goal, value, out=value)
    step = np.divide(short, slope, out=slope)
    before, shift = start, start + start
    part = shift + step
    shift *= step
    shift /= part
    shift += start
    again = True
    while True:
        value, slope = statistic(shift, *columns)
        shorter = np.subtract(goal, value, out=value)
        last = np.divide(shorter, slope, out=slope)
        # Of the inverse, by its values and derivatives at both: what Newton's step leaves out.
        np.subtract(shorter, short, out=part)
        np.divide(shorter, part, out=part)
        np.clip(part, -0.5, 0.5, out=part)  # it is more only where both are no more than rounding
        bend = before - shift
        bend *= part
        np.subtract(last, bend, out=bend)
        bend *= part + part - 3
        rest = step - last
        rest *= part
        rest += last
        bend += rest
        bend *= part
        bend += last
        bend += shift
        # The error is about the square of that, by the distance from either end.
        step *= last
        np.abs(step, out=step)
        room = np.subtract(bound, bend, out=rest)
        np.minimum(bend, room, out=room)
        room *= np.abs(room)
        room *= _CLOSE
        far = step > room
        if not again or np.count_nonzero(far) <= _FEW * far.size:
            break
        before, shift, short, step, again = shift, bend.copy(), shorter, last, False
    bend[far] = np.nan
    return bend


def _sought(
    statistic: Statistic, start: FloatArray, bound: FloatArray | float, goal: FloatArray, *columns: FloatArray
) -> FloatArray:
    """Find the shift for the rest; the statistic rises with it, from 0 to the goal or more at the bound.

    A step of Halley's that would leave what encloses the shift is replaced by half of that, or by twice the shift. There
    is none where the bound is 0, or where neither it nor the start is a finite number above 0.
    """
    found = np.where((start > 0) & (start < bound), start, bound / 2)
    at = np.flatnonzero((found > 0) & (found < np.inf))
    low, high = np.zeros(at.size), np.broadcast_to(bound, start.shape)[at]
    some = [high, *(column[at] for column in (goal, *columns))]
    for _ in range(_MORE):
        if not at.size:
            break
        bound, goal, *rest = some
        shift = found[at]
        value, slope = statistic(shift, *rest)
        under = value < goal
        low, high = np.where(under, shift, low), np.where(under, high, shift)
        step = (goal - value) / slope
        tried = shift + step / (1 + step / (shift + shift))
        inside = (tried >= low) & (tried <= high)
        found[at] = np.where(inside, tried, np.where(high < np.inf, (low + high) / 2, 2 * shift))
        left = ~(inside & (np.abs(step) <= _CLOSE * np.minimum(tried, bound - tried)))
        at, low, high, some = at[left], low[left], high[left], [column[left] for column in some]
    return found


def _squared(s: FloatArray, total: FloatArray, tilt: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return s² times a sum of variances, and the derivative, of that sum and its own."""
    total *= s
    tilt *= s
    tilt *= s
    tilt += total
    tilt += total
    total *= s
    return total, tilt


def _together(one: FloatArray, other: FloatArray) -> FloatArray:
    """Guess the shift that takes both of two parts to the goal, of those that take each alone there."""
    return one * other / np.sqrt(one * one + other * other)


def _falling_off(
    s: FloatArray, a: FloatArray, c: FloatArray, b: FloatArray, d: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the statistic s² (a / (c - s) + b / (d + s)), of ratios of proportions and differences of rates."""
    below, above = c - s, d + s
    total, rest = a / below, b / above
    tilt = np.divide(total, below, out=below)
    tilt -= np.divide(rest, above, out=above)
    total += rest
    return _squared(s, total, tilt)


def _alone(a: FloatArray, c: FloatArray, square: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the shifts that take either part of it alone to a square: a s² = z² (c - s), and a s² = z² (c + s)."""
    root = a * c
    root *= 4
    root /= square
    root += 1
    np.sqrt(root, out=root)
    root += 1
    falling = c / root
    falling += falling
    root *= square
    root /= a + a
    return falling, root


def _shift(
    search: Search,
    first: FloatArray,
    second: FloatArray,
    a: FloatArray,
    c: FloatArray,
    b: FloatArray,
    d: FloatArray,
    square: FloatArray,
) -> FloatArray:
    """Find the shift, from 0 to c, that takes both parts there; where a is 0 it may end at c with some of z² left."""
    found = search(_falling_off, _together(first, second), c * (a > 0), square, a, c, b, d)
    # Each of the two parts alone needs a larger shift than both.
    alone = (a == 0) | (b == 0)
    return np.where(alone, np.fmin(first, second), found) if alone.any() else found


# ---- ratio of proportions ---------------------------------------------------------------


def _ratio(
    search: Search, x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, square: FloatArray
) -> Limits:
    failed1, failed2 = (n1 - x1) / n1, (n2 - x2) / n2
    (falls1, rises1), (falls2, rises2) = _alone(failed1, x1, square), _alone(failed2, x2, square)
    shift = _shift(search, falls1, rises2, failed1, x1, failed2, x2, square)
    low = _least_ratio(shift, failed1, x1, n1, failed2, x2, n2, square)
    shift = _shift(search, falls2, rises1, failed2, x2, failed1, x1, square)
    return low, 1 / _least_ratio(shift, failed2, x2, n2, failed1, x1, n1, square)


def _least_ratio(
    s: FloatArray,
    failed1: FloatArray,
    a: FloatArray,
    m: FloatArray,
    failed2: FloatArray,
    b: FloatArray,
    n: FloatArray,
    square: FloatArray,
) -> FloatArray:
    """Return the lower limit of the ratio; the upper one is that of the inverse, inverted."""
    p1 = (a - s) / (m - s)
    # Where all of the first have it, the shift ends at n1, and the rest of z² comes off the first proportion alone.
    full = failed1 == 0
    if full.any():
        p1 = np.where(full, m / (m + np.maximum(square - m * m * failed2 / (b + m), 0)), p1)
    p1 *= n + s
    p1 /= b + s
    # Without any of the first, or without a second, nothing bounds it.
    p1[~((a > 0) & (n > 0) & (square > 0))] = 0
    return p1


# ---- odds ratio -------------------------------------------------------------------------


def _odds(
    search: Search, x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, square: FloatArray
) -> Limits:
    (below1, above1), (below2, above2) = _of_wilson(n1, x1, n1, square), _of_wilson(n2, x2, n2, square)
    rest1, rest2 = n1 - x1, n2 - x2
    low = _least_odds(search, _together(below1, above2), x1, rest1, n1, x2, rest2, n2, square)
    return low, 1 / _least_odds(search, _together(below2, above1), x2, rest2, n2, x1, rest1, n1, square)


def _least_odds(
    search: Search,
    start: FloatArray,
    a: FloatArray,
    c: FloatArray,
    m: FloatArray,
    b: FloatArray,
    d: FloatArray,
    n: FloatArray,
    square: FloatArray,
) -> FloatArray:
    """Return the lower limit of the odds ratio, 0 where the first have none of it, or the second all."""
    bound = np.minimum(a, d)
    s = search(_swapped, start, bound, square, a, c, m, b, d, n)
    found = a - s
    found *= d - s
    found /= c + s
    found /= b + s
    found[~((bound > 0) & (square > 0))] = 0
    return found


def _swapped(
    s: FloatArray, a: FloatArray, c: FloatArray, m: FloatArray, b: FloatArray, d: FloatArray, n: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the statistic of an odds ratio, whose shift goes from one count to the other."""
    total, tilt = _across(a - s, c + s, m)
    more, turn = _across(d - s, b + s, n)
    total += more
    tilt += turn
    return _squared(s, total, tilt)


def _across(less: FloatArray, more: FloatArray, size: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a size, divided by two counts of which one loses what the other gets, and the derivative."""
    both = less * more
    found = size / both
    more -= less
    more /= both
    more *= found
    return found, more


# ---- difference of proportions ----------------------------------------------------------


def _difference(
    search: Search, x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, square: FloatArray
) -> Limits:
    (below1, above1), (below2, above2) = _of_wilson(1, x1, n1, square), _of_wilson(1, x2, n2, square)
    rest1, rest2, half1, half2 = n1 - x1, n2 - x2, n1 / 2, n2 / 2
    gap = x1 / n1 - x2 / n2
    low = gap - _distance(search, below1, above2, square, x1, rest1, half1, rest2, x2, half2)
    high = gap + _distance(search, below2, above1, square, x2, rest2, half2, rest1, x1, half1)
    never = ~((n1 > 0) & (n2 > 0) & (square > 0))
    low[never], high[never] = -1, 1
    return np.maximum(low, -1, out=low), np.minimum(high, 1, out=high)


def _distance(
    search: Search, below: FloatArray, above: FloatArray, square: FloatArray, *columns: FloatArray
) -> FloatArray:
    """Return how far the lower limit is from the difference; the columns are those of the statistic."""
    near = below * below
    near += above * above
    np.sqrt(near, out=near)
    # A proportion of 0 or 1 stays there until the shift passes its total: only from above does no step go astray.
    stays = np.flatnonzero(columns[1] * columns[4] == 0)
    near[stays] = np.maximum(below[stays], above[stays])
    found = search(_apart, square / near, np.inf, square, *columns)
    return np.divide(square, found, out=found)


def _apart(
    s: FloatArray, a: FloatArray, c: FloatArray, m: FloatArray, d: FloatArray, b: FloatArray, n: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the statistic of a difference; the first proportion falls with the shift, and what the second lacks to 1.

    `m` and `n` are half the totals.
    """
    half = s / 2
    total, tilt = _lowered(s, half, a, c, m)
    more, turn = _lowered(s, half, d, b, n)
    total += more
    tilt += turn
    tilt += total
    tilt *= half
    total *= s
    total *= half
    return total, tilt


def _lowered(
    s: FloatArray, half: FloatArray, x: FloatArray, y: FloatArray, size: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return twice the variance of the proportion p of which x - (x + y) p = s p (1 - p), and minus twice its derivative.

    `size` is half of x + y. With the root of ((x + y - s) / 2)² + s y the derivative is - p (1 - p) / (2 root).
    """
    root = size - half
    root *= root
    p = s * y
    root += p
    np.sqrt(root, out=root)
    np.add(size, half, out=p)
    p += root
    np.divide(x, p, out=p)
    variance = 1 - p
    variance *= p
    np.divide(variance, size, out=p)
    variance /= root
    return p, variance


# ---- difference of rates ----------------------------------------------------------------


def _rates_apart(
    search: Search,
    x1: FloatArray,
    x2: FloatArray,
    e1: FloatArray,
    e2: FloatArray,
    spread: FloatArray,
    *,
    level: float,
) -> Limits:
    square, rate1, rate2 = level * spread, x1 / e1, x2 / e2
    (falls1, rises1), (falls2, rises2) = _alone(rate1, e1, square), _alone(rate2, e2, square)
    gap = rate1 - rate2
    below = square / _shift(search, falls2, rises1, rate2, e2, rate1, e1, square)
    above = square / _shift(search, falls1, rises2, rate1, e1, rate2, e2, square)
    return gap - below, gap + above


# ---- p-values of squared and added intervals --------------------------------------------


def _p_values(kernel: Callable[..., FloatArray], columns: list[FloatArray]) -> FloatArray:
    """Turn the normal quantile at which a limit is 0 into the p-value."""
    from policemetrics.intervals._special import erfc

    def both(search: Search, *parts: FloatArray) -> Limits:
        found = kernel(search, *parts)
        found /= math.sqrt(2)
        erfc(found, out=found)
        return found, found

    return _found(both, *columns)[0]


def _square_and_add_z(
    search: Search, x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, *, ratios: bool
) -> FloatArray:
    """Find at which quantile the limits of two score intervals, squared and added, reach as far as the difference."""
    p1, p2 = x1 / n1, x2 / n2
    gap = p1 - p2
    goal, side, both, size = gap * gap, np.sign(gap), x1 + x2, n1 + n2
    # Of proportions what is left is above 0 where 1 less both may be rounded to it.
    rest = size + both if ratios else (n1 - x1) + (n2 - x2)
    start = np.sqrt(goal * n1 * n2 * size / (both * rest))
    if ratios:
        lean = side / 2
        columns = x1 / (1 + p1), -lean, n1 / (1 + p1), x2 / (1 + p2), lean, n2 / (1 + p2)
    else:
        columns = x1 * (1 - p1), (p1 - 0.5) * side, n1, x2 * (1 - p2), (0.5 - p2) * side, n2
    found = search(partial(_reach, ratios=ratios), start, np.inf, goal, *columns)
    found[~(goal > 0)] = 0
    return found


def _reach(z: FloatArray, *columns: FloatArray, ratios: bool) -> tuple[FloatArray, FloatArray]:
    """Return the sum of the squares of how far two limits are from their estimates, and the derivative."""
    square = z * z
    below, fall = _away(square, *columns[:3], ratios=ratios)
    above, rise = _away(square, *columns[3:], ratios=ratios)
    fall *= below
    rise *= above
    fall += rise
    fall *= z
    fall *= 4
    below *= below
    above *= above
    below += above
    return below, fall


def _away(
    square: FloatArray, spread: FloatArray, lean: FloatArray, size: FloatArray, *, ratios: bool
) -> tuple[FloatArray, FloatArray]:
    """Return how far a score limit is, (√(z² (spread + z² / 4)) + lean z²) / size, and the derivative by z².

    To the size of a proportion z² is added.
    """
    quarter = square / 4
    slope = spread + quarter
    root = square * slope
    np.sqrt(root, out=root)
    slope += quarter
    slope /= root
    slope /= 2
    slope += lean
    away = np.multiply(lean, square, out=quarter)
    away += root
    if not ratios:
        size = np.add(size, square, out=root)
    away /= size
    if not ratios:
        slope -= away
    slope /= size
    return away, slope


def _of_wilson(times: FloatArray | int, x: FloatArray, n: FloatArray, square: FloatArray) -> Limits:
    """Return how far below and above a proportion Wilson's limits are, so many times; exactly 0 where it is 0, or 1."""
    p, quarter = x / n, square / 4
    above = 1 - p
    above *= x
    above += quarter
    above *= square
    np.sqrt(above, out=above)
    lean = np.subtract(0.5, p, out=p)
    lean *= square
    below = above - lean
    above += lean
    weight = np.add(square, n, out=quarter)
    np.divide(times, weight, out=weight)
    below *= weight
    above *= weight
    return below, above
