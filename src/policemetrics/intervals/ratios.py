"""The ratio of two Poisson rates: its interval, the p-value that agrees with it, and the variance of its log."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from policemetrics import _check
from policemetrics._typing import FloatArray, RatioMethod
from policemetrics.errors import InvalidInputError
from policemetrics.intervals._shared import (
    CLOSE,
    Limits,
    Values,
    as_columns,
    beta_cdf,
    beta_quantile,
    distinct,
    in_parts,
    require,
    tail_of,
    z_of,
)

_NEWTON_STEPS = 30  # five do at 50% and above; more are for odd levels, or where rounding hides the end


def rate_ratio(
    x1: Values,
    x2: Values,
    e1: Values = 1.0,
    e2: Values = 1.0,
    confidence_level: float = 0.95,
    *,
    method: RatioMethod = "score",
    dispersion: float = 1.0,
) -> Limits:
    r"""
    Return an interval for a ratio of two Poisson rates, (x1 / e1) / (x2 / e2).

    Parameters
    ----------
    x1, x2 : number or array_like
        Events counted, >= 0. Fractions are allowed.
    e1, e2 : number or array_like, optional
        Their exposures, > 0, in one unit such as days or residents. Default is 1, for the ratio of the counts.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    method : {"score", "exact", "midp"}, optional
        ``"score"`` inverts the normal (score) test, ``"exact"`` the binomial test, and ``"midp"`` the binomial
        test that gives the observed result half its probability. Default is ``"score"``.
    dispersion : float, optional
        Variance of the counts divided by their mean, > 0. The score method multiplies its standard error by the
        square root of it; the other methods allow only 1. Default is 1, as for Poisson counts.

    Returns
    -------
    low, high : ndarray of float64
        Limits of the ratio, in the broadcast shape. `low` is 0 where `x1` is 0; `high` is inf where `x2` is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, an exposure is not above 0, shapes do not broadcast,
        `dispersion` is not 1 and the method is not ``"score"``, or the level is not between 0 and 1.
    UnknownNameError
        If `method` is not one of the three.

    See Also
    --------
    rate_ratio_p_value : the test that goes with each method.

    Notes
    -----
    Given the sum of two Poisson counts, the first count is binomial, with odds of :math:`\theta e_1 / e_2` for a
    ratio of :math:`\theta` [1]_. The limits of this proportion, as odds times e2 / e1, are the limits of the ratio.
    They are Wilson's (score), Clopper and Pearson's (exact), or those at which the mid-P probability of each tail
    is (1 - `confidence_level`) / 2 (mid-P) [2]_. Exchanging the two counts and their exposures inverts the limits.

    References
    ----------
    .. [1] Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from Poisson
       series. Biometrika, 31(3/4), 313-323.
    .. [2] Berry, G. and Armitage, P. (1995). Mid-P confidence intervals: a brief review. The Statistician,
       44(4), 417-423.

    Examples
    --------
    >>> low, high = rate_ratio([120, 0], [100, 10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.921, 0.0], [1.5635, 0.3841])
    >>> low, high = rate_ratio(12, 30, 365, 366, method="exact")
    >>> f"{low:.3f} to {high:.3f}"
    '0.187 to 0.807'
    """
    a, b, exposure1, exposure2 = _rates(x1, x2, e1, e2)
    inflation = _inflation(dispersion, method)
    if method == "score":
        kernel = partial(_both_odds, _score_odds, z_of(confidence_level) * inflation)
        odds, odds_against = in_parts(kernel, a, b)
    else:
        kernel = partial(
            _both_odds, _exact_odds if method == "exact" else _midp_odds, tail_of(confidence_level)
        )
        odds, odds_against = distinct(kernel, a, b)
    scale = exposure2 / exposure1
    with np.errstate(divide="ignore"):
        return odds * scale, scale / odds_against


def rate_ratio_p_value(
    x1: Values,
    x2: Values,
    e1: Values = 1.0,
    e2: Values = 1.0,
    *,
    method: RatioMethod = "score",
    dispersion: float = 1.0,
) -> FloatArray:
    r"""
    Return the two-sided p-value for the hypothesis that two Poisson rates are equal.

    Parameters
    ----------
    x1, x2 : number or array_like
        Events counted, >= 0. Fractions are allowed.
    e1, e2 : number or array_like, optional
        Their exposures, > 0, in one unit. Default is 1, to compare the counts.
    method : {"score", "exact", "midp"}, optional
        As for `rate_ratio`. Default is ``"score"``.
    dispersion : float, optional
        As for `rate_ratio`. Default is 1.

    Returns
    -------
    p_value : ndarray of float64
        From 0 to 1, in the broadcast shape; 1 where both counts are 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are not finite numbers >= 0, an exposure is not above 0, shapes do not broadcast, or
        `dispersion` is not 1 and the method is not ``"score"``.
    UnknownNameError
        If `method` is not one of the three.

    See Also
    --------
    rate_ratio : the interval that goes with each method.

    Notes
    -----
    The p-value is below :math:`\alpha` exactly where the interval of `rate_ratio`, by the same method at the
    level :math:`1 - \alpha`, excludes 1. With n = x1 + x2 and :math:`\pi = e_1 / (e_1 + e_2)` the score test
    refers :math:`(x_1 - n\pi) / \sqrt{\phi n \pi (1 - \pi)}` to the normal distribution, where :math:`\phi`
    is the dispersion. The exact test doubles the smaller tail of the binomial distribution. The mid-P test first
    subtracts half the probability of the observed result from each tail. Other exact tests add up the probabilities
    of all results that are no more likely than the observed one; their p-values can contradict these intervals.

    Examples
    --------
    >>> rate_ratio_p_value([120, 5, 0], [100, 15, 0]).round(4).tolist()
    [0.1775, 0.0253, 1.0]
    >>> f"{rate_ratio_p_value(5, 15, method='exact'):.4f}"
    '0.0414'
    """
    a, b, exposure1, exposure2 = _rates(x1, x2, e1, e2)
    inflation = _inflation(dispersion, method)
    if method == "score":
        return _score_p_value(a, b, exposure1 / exposure2, inflation)
    tail = _exact_tail if method == "exact" else _midp_tail
    p, q = exposure1 / (exposure1 + exposure2), exposure2 / (exposure1 + exposure2)
    found: FloatArray = np.minimum(2 * np.minimum(tail(a, b, p, q), tail(b, a, q, p)), 1)
    return found


def log_ratio_variance(
    x1: Values,
    x2: Values,
    e1: Values = 1.0,
    e2: Values = 1.0,
    *,
    method: RatioMethod = "score",
    dispersion: float = 1.0,
) -> FloatArray:
    """
    Return the estimated variance of the log of a ratio of two Poisson rates.

    Parameters
    ----------
    x1, x2 : number or array_like
        Events counted, >= 0. Fractions are allowed.
    e1, e2 : number or array_like, optional
        Their exposures, > 0. They are checked as in `rate_ratio`, and change nothing but the shape: an
        exposure is known, so it has no variance. Default is 1.
    method : {"score", "exact", "midp"}, optional
        As for `rate_ratio`. Default is ``"score"``.
    dispersion : float, optional
        As for `rate_ratio`: the variance is multiplied by it. Default is 1.

    Returns
    -------
    variance : ndarray of float64
        Variance of the natural logarithm of the ratio, in the broadcast shape; inf where a count is 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As for `rate_ratio_p_value`.
    UnknownNameError
        If `method` is not one of the three.

    See Also
    --------
    rate_ratio : the interval of the ratio itself.

    Notes
    -----
    (1 / x1 + 1 / x2) times the dispersion. It is for pooling and weighting estimates. An interval made
    from it would be Wald's, which differs from all of these methods and is not defined at 0.

    Examples
    --------
    >>> log_ratio_variance([100, 0], [50, 7], dispersion=2).round(4).tolist()
    [0.06, inf]
    """
    a, b, exposure1, exposure2 = _rates(x1, x2, e1, e2)
    _inflation(dispersion, method)
    a, b, *_ = np.broadcast_arrays(a, b, exposure1, exposure2)
    with np.errstate(divide="ignore"):
        return dispersion * (1 / a + 1 / b)


def _rates(x1: object, x2: object, e1: object, e2: object) -> list[FloatArray]:
    """Read two counts and their exposures."""
    found = as_columns(_check.nonnegative, x1=x1, x2=x2, e1=e1, e2=e2)
    require(found[2] > 0, "e1 must be > 0", e1=found[2])
    require(found[3] > 0, "e2 must be > 0", e2=found[3])
    return found


def _inflation(dispersion: float, method: str) -> float:
    """Return the factor of the standard error, which is 1 for all methods but the score."""
    _check.choice(method, "method", ("score", "exact", "midp"))
    found = _check.number(dispersion, "dispersion", above=0)
    if found != 1 and method != "score":
        msg = f"dispersion must be 1 with method {method!r}; got {dispersion}. Only 'score' can be widened."
        raise InvalidInputError(msg)
    return math.sqrt(found)


def _both_odds(
    kernel: Callable[[FloatArray, FloatArray, float], FloatArray],
    bound: float,
    x1: FloatArray,
    x2: FloatArray,
) -> Limits:
    """Return the lower limit of the odds of x1, and that of the odds of x2, which is 1 / the upper limit.

    Both as lower limits, since these keep their digits where the odds are near 0 or infinite.
    """
    return kernel(x1, x2, bound), kernel(x2, x1, bound)


def _score_odds(x1: FloatArray, x2: FloatArray, margin: float) -> FloatArray:
    """Solve (x1 - odds x2)² = margin² odds (x1 + x2) for the smaller root."""
    # With t = √odds it is x2 t² + reach t - x1 = 0, with the root t = 2 x1 / (reach + √(reach² + 4 x1 x2)). The
    # usual form of the root subtracts two nearly equal numbers where x1 is small, and divides by 0 where x2 is 0.
    reach = margin * np.sqrt(x1 + x2)
    divisor = (reach + np.sqrt(reach**2 + 4 * x1 * x2)) / 2
    return (x1 / np.where(x1 > 0, divisor, 1)) ** 2


def _exact_odds(x1: FloatArray, x2: FloatArray, tail: float) -> FloatArray:
    """Return the odds at which x1 or more of the first kind have the probability `tail`."""
    p = beta_quantile(x1, x2 + 1, tail)
    p[x1 == 0] = 0
    q = 1 - p
    # Near p = 1 the difference 1 - p has lost its digits, so that q is worked out by a quantile of its own.
    near = p > 0.9
    q[near] = beta_quantile(x2[near] + 1, x1[near], tail, upper=True)
    return p / q


def _midp_odds(x1: FloatArray, x2: FloatArray, tail: float) -> FloatArray:
    """Return the odds at which the mid-P probability of x1 or more of the first kind is `tail`."""
    # Newton's method for log(probability) as a function of log(odds), from the exact limit. The exact limit is
    # below the solution, and the function is concave, so that every step stays below the solution: the search
    # cannot diverge. Only what has not converged yet takes the next step.
    odds = _exact_odds(x1, x2, tail)
    at = np.flatnonzero(odds)
    for _ in range(_NEWTON_STEPS):
        if not at.size:
            break
        a, b, r = x1[at], x2[at], odds[at]
        p, q = r / (1 + r), 1 / (1 + r)
        or_more, more = beta_cdf(a, b + 1, p, q), beta_cdf(a + 1, b, p, q)
        found = (or_more + more) / 2
        # The derivative by log(odds): or_more - more is P(X = x1), and those of its two tails are a q P and b p P.
        slope = (or_more - more) * (a * q + b * p) / 2
        short = np.log(tail / found)
        odds[at] = r * np.exp(short * found / slope)
        at = at[np.abs(short) > CLOSE]
    return odds


def _score_p_value(x1: FloatArray, x2: FloatArray, odds: FloatArray, inflation: float) -> FloatArray:
    from policemetrics.intervals._special import erfc

    deviation = np.sqrt((x1 + x2) * odds) * inflation
    # Twice the normal tail is erfc(z / √2). Without events there is no deviation, and z is 0.
    found: FloatArray = erfc(np.abs(x1 - x2 * odds) / np.where(deviation > 0, deviation, 1) / math.sqrt(2))
    return found


def _exact_tail(x1: FloatArray, x2: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the probability of x1 or more of the first kind."""
    return beta_cdf(x1, x2 + 1, p, q)


def _midp_tail(x1: FloatArray, x2: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the probability of x1 or more of the first kind, less half the probability of x1 itself."""
    return (beta_cdf(x1, x2 + 1, p, q) + beta_cdf(x1 + 1, x2, p, q)) / 2
