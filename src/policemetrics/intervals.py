"""Confidence intervals, as array kernels: numbers in, ``(low, high)`` out.

Counts, exposures and estimates may be single numbers, sequences, numpy arrays of any shape or columns of a
table. They broadcast against each other, and the two limits have the shape that results (numpy scalars for
single numbers). Nothing here knows what is being counted. Every method is defined at zero.

The intervals are two-sided and equal-tailed. Those for counts take the events to be independent; events that
come in clusters make them too narrow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import Any, Literal, TypeAlias

import numpy as np

from policemetrics import _checks
from policemetrics.errors import InvalidInputError
from policemetrics.typing import FloatArray, IntArray, Number, Numbers, RatioMethod

__all__ = [
    "byar",
    "clopper_pearson",
    "dobson",
    "garwood",
    "newcombe",
    "order_statistics",
    "phe",
    "rate_ratio",
    "rate_ratio_p_value",
    "square_and_add",
    "student_t",
    "weighted_normal",
    "wilson",
]

_Values: TypeAlias = Number | Numbers
_Limits: TypeAlias = tuple[FloatArray, FloatArray]

_RATIO_METHODS = ("score", "exact", "midp")
_EXACT_BELOW = 10  # events; PHE's switch from the exact interval to Byar's
_FEW = 256  # below this many values, finding the distinct ones costs more than it saves
_NEWTON_STEPS = 30  # five do at 50% and above; more are for odd levels, or where rounding hides the end
_CLOSE = 1e-11  # relative error of a tail probability that counts as none


def garwood(x: _Values, confidence_level: float = 0.95) -> _Limits:
    r"""
    Exact interval of Garwood for the mean of a Poisson count.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed: the limits are continuous in `x`.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events; divide by the exposure for those of a rate. `low` is 0 where `x` is 0.

    Raises
    ------
    InvalidInputError
        If a value is negative or not finite, or the level is not between 0 and 1.
    InvalidTypeError
        If the values are not numbers.

    Notes
    -----
    With :math:`\alpha` = 1 - `confidence_level` the limits are quantiles of gamma distributions [1]_,

    .. math:: L = \Gamma^{-1}_{\alpha/2}(x), \qquad U = \Gamma^{-1}_{1-\alpha/2}(x + 1),

    or :math:`\chi^2_{\alpha/2}(2x)/2` and :math:`\chi^2_{1-\alpha/2}(2x+2)/2`. They cover the mean at least
    as often as the level says.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28(3/4), 437-442.

    Examples
    --------
    >>> low, high = garwood([0, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 4.795], [3.689, 18.39])
    """
    (events,) = _columns(_checks.nonnegative, x=x)
    return _distinct(partial(_garwood, tail=_tail(confidence_level)), events)


def byar(x: _Values, confidence_level: float = 0.95) -> _Limits:
    r"""
    Byar's approximation to the exact interval for the mean of a Poisson count.

    Parameters
    ----------
    x : number or array_like
        Events counted, >= 0. Fractions are allowed.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in events. `low` is 0 where `x` is 0, and where the formula falls below 0.

    Raises
    ------
    InvalidInputError
        If a value is negative or not finite, or the level is not between 0 and 1.
    InvalidTypeError
        If the values are not numbers.

    Notes
    -----
    With the normal quantile z the limits [1]_, as English public-health practice uses them, are

    .. math::

        L = x \left(1 - \frac{1}{9x} - \frac{z}{3\sqrt{x}}\right)^3, \qquad
        U = (x+1) \left(1 - \frac{1}{9(x+1)} + \frac{z}{3\sqrt{x+1}}\right)^3.

    Another formula of the same name takes x + 1/2 on both sides and is narrower.

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
    (events,) = _columns(_checks.nonnegative, x=x)
    z = _z(confidence_level)
    # A base of minus infinity, at or near no events, is cut at 0 like any other below it.
    with np.errstate(divide="ignore", over="ignore"):
        root = 3 * np.sqrt(events)
        base = np.maximum(1 - (z + 1 / root) / root, 0)
    above = events + 1
    root = 3 * np.sqrt(above)
    return events * base**3, above * (1 + (z - 1 / root) / root) ** 3


def phe(x: _Values, confidence_level: float = 0.95) -> _Limits:
    """
    Interval of English public-health practice for a count: exact under 10 events, Byar's from 10.

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
    InvalidInputError
        If a value is negative or not finite, or the level is not between 0 and 1.
    InvalidTypeError
        If the values are not numbers.

    See Also
    --------
    garwood, byar

    Notes
    -----
    As in the R package PHEindicatormethods. The limits jump a little from 9 to 10 events, where the method
    changes.

    Examples
    --------
    >>> low, high = phe([9, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([4.115, 4.787], [17.085, 18.391])
    """
    (events,) = _columns(_checks.nonnegative, x=x)
    few = events < _EXACT_BELOW
    exact = garwood(np.minimum(events, _EXACT_BELOW), confidence_level)
    approximate = byar(events, confidence_level)
    low, high = (np.where(few, e, a)[()] for e, a in zip(exact, approximate, strict=True))
    return low, high


def wilson(x: _Values, n: _Values, confidence_level: float = 0.95) -> _Limits:
    r"""
    Wilson's score interval for a proportion, without continuity correction.

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
        Limits, as fractions within 0 and 1, with x / n between them. They are 0 and 1 where `n` is 0.

    Raises
    ------
    InvalidInputError
        If a value is negative or not finite, `x` exceeds `n`, shapes do not broadcast, or the level is not
        between 0 and 1.
    InvalidTypeError
        If the values are not numbers.

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
    count, size = _columns(_checks.nonnegative, x=x, n=n)
    _require(count <= size, "x must not exceed n", x=count, n=size)
    return _wilson(count, size, _z(confidence_level))


def clopper_pearson(x: _Values, n: _Values, confidence_level: float = 0.95) -> _Limits:
    r"""
    Exact interval of Clopper and Pearson for a proportion.

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
    InvalidInputError
        If a value is negative or not finite, `x` exceeds `n`, shapes do not broadcast, or the level is not
        between 0 and 1.
    InvalidTypeError
        If the values are not numbers.

    Notes
    -----
    With :math:`\alpha` = 1 - `confidence_level` the limits are quantiles of beta distributions [1]_,

    .. math:: L = B^{-1}_{\alpha/2}(x,\; n - x + 1), \qquad U = B^{-1}_{1-\alpha/2}(x + 1,\; n - x).

    They cover the proportion at least as often as the level says.

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
    count, size = _columns(_checks.nonnegative, x=x, n=n)
    _require(count <= size, "x must not exceed n", x=count, n=size)
    return _distinct(partial(_clopper_pearson, tail=_tail(confidence_level)), count, size)


def newcombe(x1: _Values, n1: _Values, x2: _Values, n2: _Values, confidence_level: float = 0.95) -> _Limits:
    """
    Newcombe's interval for a difference of two independent proportions, x1 / n1 - x2 / n2.

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
        Limits, as fractions within -1 and 1 (times 100 gives percentage points). They are -1 and 1 where
        either proportion is out of none.

    Raises
    ------
    InvalidInputError
        If a value is negative or not finite, a count exceeds its total, shapes do not broadcast, or the
        level is not between 0 and 1.
    InvalidTypeError
        If the values are not numbers.

    See Also
    --------
    square_and_add

    Notes
    -----
    Method 10 of [1]_: the two Wilson intervals, squared and added. Not for two shares of one total or for
    the same cases seen twice, which are not independent.

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
    count1, size1, count2, size2 = _columns(_checks.nonnegative, x1=x1, n1=n1, x2=x2, n2=n2)
    _require(count1 <= size1, "x1 must not exceed n1", x1=count1, n1=size1)
    _require(count2 <= size2, "x2 must not exceed n2", x2=count2, n2=size2)
    z = _z(confidence_level)
    with np.errstate(invalid="ignore"):
        first, second = count1 / size1, count2 / size2
    low, high = _square_and_add(first, *_wilson(count1, size1, z), second, *_wilson(count2, size2, z))
    # The difference is nan where a total is 0; fmax and fmin then leave the bound itself.
    return np.fmax(low, -1), np.fmin(high, 1)


def square_and_add(
    estimate1: _Values,
    low1: _Values,
    high1: _Values,
    estimate2: _Values,
    low2: _Values,
    high2: _Values,
) -> _Limits:
    r"""
    Interval for a difference, estimate1 - estimate2, from the intervals of two independent estimates.

    Parameters
    ----------
    estimate1, estimate2 : number or array_like
        The two estimates, in one unit.
    low1, high1, low2, high2 : number or array_like
        Their limits, all at one confidence level, which is then the level of the result. A limit may be
        infinite; what is made from a nan is nan.

    Returns
    -------
    low, high : ndarray of float64
        Limits of the difference, in the same unit.

    Raises
    ------
    InvalidInputError
        If an estimate lies outside its own limits, or shapes do not broadcast.
    InvalidTypeError
        If the values are not numbers.

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
    e1, l1, u1, e2, l2, u2 = _columns(
        _floats, estimate1=estimate1, low1=low1, high1=high1, estimate2=estimate2, low2=low2, high2=high2
    )
    rule = "{0} must not lie outside its limits {1} and {2}"
    _require(
        ~((e1 < l1) | (e1 > u1)), rule.format("estimate1", "low1", "high1"), estimate1=e1, low1=l1, high1=u1
    )
    _require(
        ~((e2 < l2) | (e2 > u2)), rule.format("estimate2", "low2", "high2"), estimate2=e2, low2=l2, high2=u2
    )
    return _square_and_add(e1, l1, u1, e2, l2, u2)


def rate_ratio(
    x1: _Values,
    x2: _Values,
    e1: _Values = 1.0,
    e2: _Values = 1.0,
    confidence_level: float = 0.95,
    *,
    method: RatioMethod = "score",
    dispersion: float = 1.0,
) -> _Limits:
    r"""
    Interval for a ratio of two Poisson rates, (x1 / e1) / (x2 / e2).

    Parameters
    ----------
    x1, x2 : number or array_like
        Events counted, >= 0. Fractions are allowed.
    e1, e2 : number or array_like, optional
        Their exposures, > 0, in one unit: days, residents. Default is 1, for a ratio of the counts.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    method : {"score", "exact", "midp"}, optional
        ``"score"`` inverts the normal test, ``"exact"`` the binomial one, ``"midp"`` the binomial one that
        counts the result itself by half. Default is ``"score"``.
    dispersion : float, optional
        Variance of the counts over their mean, > 0; the score interval is widened by its square root (or
        narrowed, under 1). Default is 1, as for Poisson counts.

    Returns
    -------
    low, high : ndarray of float64
        Limits of the ratio. `low` is 0 where `x1` is 0, `high` is inf where `x2` is 0.

    Raises
    ------
    InvalidInputError
        If a count is negative or not finite, an exposure is not above 0, shapes do not broadcast, a
        `dispersion` is given to another method than the score, or the level is not between 0 and 1.
    InvalidTypeError
        If the values are not numbers.
    UnknownNameError
        If there is no such method.

    See Also
    --------
    rate_ratio_p_value : the test that goes with each method.

    Notes
    -----
    Given their sum, the first of two Poisson counts is binomial [1]_, with the odds
    :math:`\theta e_1 / e_2` at a ratio of :math:`\theta`. The limits are those of the binomial proportion,
    turned into odds, times e2 / e1: of Wilson's interval (score), of Clopper and Pearson's (exact), and
    those at which the mid-P probability of each tail is half of 1 - `confidence_level` [2]_ (mid-P).
    Exchanging the two counts, with their exposures, turns the limits upside down.

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
    scale = exposure2 / exposure1
    if method == "score":
        margin = _z(confidence_level) * inflation
        odds, odds_against = _score_odds(a, b, margin), _score_odds(b, a, margin)
    else:
        kernel = _exact_odds if method == "exact" else _midp_odds
        odds, odds_against = _distinct(partial(_both_odds, kernel, tail=_tail(confidence_level)), a, b)
    with np.errstate(divide="ignore"):
        return odds * scale, scale / odds_against


def rate_ratio_p_value(
    x1: _Values,
    x2: _Values,
    e1: _Values = 1.0,
    e2: _Values = 1.0,
    *,
    method: RatioMethod = "score",
    dispersion: float = 1.0,
) -> FloatArray:
    r"""
    Two-sided p-value of the hypothesis that two Poisson rates are equal.

    Parameters
    ----------
    x1, x2 : number or array_like
        Events counted, >= 0. Fractions are allowed.
    e1, e2 : number or array_like, optional
        Their exposures, > 0, in one unit. Default is 1, which tests the counts.
    method : {"score", "exact", "midp"}, optional
        As for `rate_ratio`. Default is ``"score"``.
    dispersion : float, optional
        Variance of the counts over their mean, > 0; for the score test only. Default is 1.

    Returns
    -------
    p_value : ndarray of float64
        Within 0 and 1; 1 where both counts are 0.

    Raises
    ------
    InvalidInputError
        If a count is negative or not finite, an exposure is not above 0, shapes do not broadcast, or a
        `dispersion` is given to another method than the score.
    InvalidTypeError
        If the values are not numbers.
    UnknownNameError
        If there is no such method.

    Notes
    -----
    Of one family with `rate_ratio`: the p-value is below :math:`\alpha` exactly where the interval of the
    same method at the level :math:`1 - \alpha` leaves out 1. Given n = x1 + x2, and with
    :math:`\pi = e_1 / (e_1 + e_2)`, the score test refers
    :math:`(x_1 - n\pi) / \sqrt{\phi n \pi (1 - \pi)}` to the normal distribution, :math:`\phi` being the
    dispersion; the exact test doubles the smaller tail of the binomial distribution, and mid-P that tail
    less half the probability of the result. Other exact tests add up the results that are no likelier than
    the one seen; their p-values can contradict these intervals.

    Examples
    --------
    >>> rate_ratio_p_value([120, 5, 0], [100, 15, 0]).round(4).tolist()
    [0.1775, 0.0253, 1.0]
    >>> f"{rate_ratio_p_value(5, 15, method='exact'):.4f}"
    '0.0414'
    """
    from scipy.special import erfc

    a, b, exposure1, exposure2 = _rates(x1, x2, e1, e2)
    inflation = _inflation(dispersion, method)
    if method == "score":
        odds = exposure1 / exposure2
        deviation = np.sqrt((a + b) * odds) * inflation
        return erfc(np.abs(a - b * odds) / np.where(deviation > 0, deviation, 1) / np.sqrt(2))
    p, q = exposure1 / (exposure1 + exposure2), exposure2 / (exposure1 + exposure2)
    tail = _exact_tail if method == "exact" else _midp_tail
    return np.minimum(2 * np.minimum(tail(a, b, p, q), tail(b, a, q, p)), 1)


def dobson(
    score: _Values,
    variance: _Values,
    count: _Values,
    confidence_level: float = 0.95,
    *,
    limits: Literal["garwood", "byar"] = "garwood",
) -> _Limits:
    r"""
    Dobson's interval for a weighted sum of Poisson counts.

    Parameters
    ----------
    score : number or array_like
        The weighted sum, S = sum of w x, with weights w >= 0.
    variance : number or array_like
        Its variance, V = sum of w² x.
    count : number or array_like
        Events counted, N = sum of x. Where it is 0 the other two must be 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.
    limits : {"garwood", "byar"}, optional
        Interval to take for N. Default is ``"garwood"``, the exact one.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `score`. `low` is never below 0. Where `count` is 0 they are 0 and nan: how
        high the sum might be depends on which weight the unseen events would have had.

    Raises
    ------
    InvalidInputError
        If a value is negative or not finite, a score has no count, shapes do not broadcast, or the level is
        not between 0 and 1.
    InvalidTypeError
        If the values are not numbers.
    UnknownNameError
        If there are no such limits.

    Notes
    -----
    The limits of the count are moved and scaled [1]_,

    .. math:: S + \sqrt{V / N}\,(L_N - N), \qquad S + \sqrt{V / N}\,(U_N - N).

    With equal weights these are the weight times the limits of the count.

    References
    ----------
    .. [1] Dobson, A. J., Kuulasmaa, K., Eberle, E. and Scherer, J. (1991). Confidence intervals for weighted
       sums of Poisson parameters. Statistics in Medicine, 10(3), 457-462.

    Examples
    --------
    Ten events of weight 3 and one of weight 100:

    >>> low, high = dobson(130, 10 * 3**2 + 100**2, 11)
    >>> f"{low:.1f} to {high:.1f}"
    '0.0 to 393.1'
    """
    total, spread, events = _columns(_checks.nonnegative, score=score, variance=variance, count=count)
    _require(
        (events > 0) | ((total == 0) & (spread == 0)),
        "score and variance must be 0 where count is 0",
        score=total,
        variance=spread,
        count=events,
    )
    _checks.choice(limits, "limits", ("garwood", "byar"))
    low, high = (garwood if limits == "garwood" else byar)(events, confidence_level)
    with np.errstate(invalid="ignore"):
        scale = np.sqrt(spread / events)
    # The scale is nan where nothing was counted; fmax then leaves the lower limit of 0.
    return np.fmax(total + scale * (low - events), 0), total + scale * (high - events)


def weighted_normal(score: _Values, variance: _Values, confidence_level: float = 0.95) -> _Limits:
    r"""
    Normal interval for a sum whose variance is known: S ± z √V.

    Parameters
    ----------
    score : number or array_like
        The sum, of either sign.
    variance : number or array_like
        Its variance, >= 0; that of a weighted sum of Poisson counts is the sum of w² x.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `score`. They may pass 0: the interval knows no bounds, and is too narrow
        when a few heavy events carry most of the variance.

    Raises
    ------
    InvalidInputError
        If a value is not finite, a variance is negative, shapes do not broadcast, or the level is not
        between 0 and 1.
    InvalidTypeError
        If the values are not numbers.

    See Also
    --------
    dobson : better for a weighted sum of few events.

    Examples
    --------
    >>> low, high = weighted_normal(-10, 70, 0.9)
    >>> f"{low:.4f} to {high:.4f}"
    '-23.7618 to 3.7618'
    """
    total, spread = _columns(_checks.finite, score=score, variance=variance)
    _require(spread >= 0, "variance must be >= 0", variance=spread)
    margin = _z(confidence_level) * np.sqrt(spread)
    return total - margin, total + margin


def student_t(mean: _Values, variance: _Values, n: _Values, confidence_level: float = 0.95) -> _Limits:
    r"""
    Student's t interval for a mean.

    Parameters
    ----------
    mean : number or array_like
        Mean of the values.
    variance : number or array_like
        Their sample variance, with the divisor n - 1.
    n : number or array_like
        How many values, a whole number.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `mean`; nan where `n` is below 2. There `mean` and `variance` may be nan too.

    Raises
    ------
    InvalidInputError
        If `n` is not a whole number >= 0, a mean or variance of two values or more is not finite, a
        variance is negative, shapes do not broadcast, or the level is not between 0 and 1.
    InvalidTypeError
        If the values are not numbers.

    Notes
    -----
    .. math:: \bar x \pm t_{n-1,\,1-\alpha/2} \sqrt{s^2 / n}

    It takes the values to be independent, and their mean to be near normal: with few and skewed values, as
    times are, it is too narrow on the long side.

    Examples
    --------
    >>> low, high = student_t(53.704345, 20.97557525770931**2, 8)
    >>> f"{low:.4f} to {high:.4f}"
    '36.1683 to 71.2404'
    """
    centre, spread, size = _columns(_floats, mean=mean, variance=variance, n=n)
    _checks.counts(size, "n")
    finite = np.isfinite(centre) & np.isfinite(spread) & (spread >= 0)
    _require(
        (size < 2) | finite,
        "mean and variance must be finite, and variance >= 0, where n is 2 or more",
        mean=centre,
        variance=spread,
        n=size,
    )
    (quantile,) = _distinct(partial(_student_quantile, tail=_tail(confidence_level)), size)
    margin = quantile * np.sqrt(np.where(size < 2, np.nan, spread) / np.maximum(size, 1))
    return centre - margin, centre + margin


def order_statistics(n: _Values, q: _Values, confidence_level: float = 0.95) -> tuple[IntArray, IntArray]:
    r"""
    Which of n sorted values bound a quantile: an interval that takes no shape for granted.

    Parameters
    ----------
    n : number or array_like
        How many values, a whole number.
    q : number or array_like
        The quantile, strictly between 0 and 1: 0.5 for the median.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low_rank, high_rank : ndarray of int64
        Ranks, counted from 1: the quantile lies between the values of these ranks with at least the
        confidence asked for. 0 and n + 1 say that there are too few values for that limit.

    Raises
    ------
    InvalidInputError
        If `n` is not a whole number >= 0, `q` or the level is not between 0 and 1, or shapes do not
        broadcast.
    InvalidTypeError
        If the values are not numbers.

    Notes
    -----
    The number B of values below the quantile is binomial with n and q [1]_. `low_rank` is the largest l with
    :math:`P(B < l) \le \alpha/2`, `high_rank` the smallest u with :math:`P(B \ge u) \le \alpha/2`.

    References
    ----------
    .. [1] David, H. A. and Nagaraja, H. N. (2003). Order Statistics, 3rd edition. Wiley. Section 7.1.

    Examples
    --------
    Of ten values, the second and the ninth bound the median; the 90th percentile has no upper limit:

    >>> low_rank, high_rank = order_statistics(10, [0.5, 0.9])
    >>> low_rank.tolist(), high_rank.tolist()
    ([2, 7], [9, 11])
    """
    size, quantile = _columns(_floats, n=n, q=q)
    _checks.counts(size, "n")
    _require((quantile > 0) & (quantile < 1), "q must lie strictly between 0 and 1", q=quantile)
    low, high = _distinct(
        partial(_ranks, tail=_tail(confidence_level), z=_z(confidence_level)), size, quantile
    )
    return low.astype(np.int64), high.astype(np.int64)


def _columns(check: Callable[[object, str], FloatArray], **columns: object) -> list[FloatArray]:
    """Read columns by one rule, and refuse those that do not broadcast."""
    _checks.same_index(columns)
    arrays = {name: check(values, name) for name, values in columns.items()}
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} has {array.shape}" for name, array in arrays.items())
        msg = f"shapes must broadcast against each other; {shapes}."
        raise InvalidInputError(msg) from error
    return list(arrays.values())


def _floats(values: object, name: str) -> FloatArray:
    """Read numbers, nan and infinity among them."""
    return _checks.as_array(values, name).astype(np.float64)


def _require(holds: Any, rule: str, **columns: FloatArray) -> None:
    """Refuse the first place where a rule does not hold, and show the values there."""
    if np.all(holds):
        return
    bad = ~np.asarray(holds)
    at = tuple(int(i) for i in np.argwhere(bad)[0])
    shown = ", ".join(f"{name} = {np.broadcast_to(v, bad.shape)[at]:.15g}" for name, v in columns.items())
    place = f" at [{', '.join(map(str, at))}] ({int(bad.sum())} of {bad.size} are bad)" if at else ""
    msg = f"{rule}; got {shown}{place}."
    raise InvalidInputError(msg)


def _rates(x1: object, x2: object, e1: object, e2: object) -> list[FloatArray]:
    """Read two counts and their exposures."""
    a, b, exposure1, exposure2 = _columns(_checks.nonnegative, x1=x1, x2=x2, e1=e1, e2=e2)
    _require(exposure1 > 0, "e1 must be > 0", e1=exposure1)
    _require(exposure2 > 0, "e2 must be > 0", e2=exposure2)
    return [a, b, exposure1, exposure2]


def _inflation(dispersion: float, method: str) -> float:
    """Return what multiplies the standard error; only the score method has one."""
    _checks.choice(method, "method", _RATIO_METHODS)
    found = _checks.number(dispersion, "dispersion", above=0)
    if found != 1 and method != "score":
        msg = f"dispersion must be 1 with method {method!r}; got {dispersion}. Use method 'score' to widen."
        raise InvalidInputError(msg)
    return found**0.5


def _tail(confidence_level: float) -> float:
    """Return the probability left out on each side."""
    return (1 - _checks.confidence_level(confidence_level)) / 2


def _z(confidence_level: float) -> float:
    """Return the normal quantile, taken in the lower tail, where nothing rounds to 1."""
    return -NormalDist().inv_cdf(_tail(confidence_level))


def _distinct(kernel: Callable[..., tuple[Any, ...]], *columns: FloatArray) -> Any:
    """Call a dear kernel once for each distinct row, and spread what it returns."""
    rows = np.broadcast_arrays(*columns)
    shape = rows[0].shape
    flat = [row.ravel() for row in rows]
    if flat[0].size <= _FEW:
        return tuple(found.reshape(shape)[()] for found in kernel(*flat))
    key = _codes(flat[0])
    for column in flat[1:]:
        key = key << 32 | _codes(column)
    distinct, inverse = np.unique(key, return_inverse=True)
    which = np.empty(distinct.size, dtype=np.int64)
    which[inverse] = np.arange(key.size)
    return tuple(found[inverse].reshape(shape) for found in kernel(*(column[which] for column in flat)))


def _codes(column: FloatArray) -> IntArray:
    """Return whole numbers below 2^31 that tell the values of a column apart."""
    if column.max() < 2**31 and (column == np.floor(column)).all():
        return column.astype(np.int64)
    return np.unique(column, return_inverse=True)[1]


def _garwood(x: FloatArray, *, tail: float) -> _Limits:
    from scipy.special import gammainccinv, gammaincinv

    return np.where(x > 0, gammaincinv(x, tail), 0.0), gammainccinv(x + 1, tail)


def _wilson(x: FloatArray, n: FloatArray, z: float) -> _Limits:
    # Out of none every term with p is nan; fmin and fmax then leave the bounds, 0 and 1.
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / n
        centre = (x + z**2 / 2) / (n + z**2)
        margin = z * np.sqrt(x * (1 - p) + z**2 / 4) / (n + z**2)
    # The estimate bounds its own limits, which rounding would let pass it at 0 and at 1.
    return np.fmin(np.fmax(centre - margin, 0), p), np.fmax(np.fmin(centre + margin, 1), p)


def _beta_quantile(a: FloatArray, b: FloatArray, tail: float, *, upper: bool = False) -> FloatArray:
    """Return the point that leaves `tail` of a beta distribution below it, or above it."""
    from scipy.special import betainccinv, betaincinv

    # Boost, in scipy 1.17.1, is wrong, up to tenfold and more, where one parameter is exactly 1000 and the
    # other beyond 2e5. Just off that value it is right, and so little off moves no digit that is shown.
    off = 1 + 1e-13
    return (betainccinv if upper else betaincinv)(a * off, b * off, tail)


def _beta_cdf(a: FloatArray, b: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the beta distribution function at p = 1 - q; the mass is all at 0 if a = 0, at 1 if b = 0."""
    from scipy.special import betainc, betaincc

    a, b, p, q = np.broadcast_arrays(a, b, p, q)
    found = np.where(a == 0, 1.0, 0.0)
    inside = (a > 0) & (b > 0)
    # From the smaller of p and q, which has kept its digits.
    betainc(a, b, p, out=found, where=inside & (p <= q))
    betaincc(b, a, q, out=found, where=inside & (p > q))
    return found


def _clopper_pearson(x: FloatArray, n: FloatArray, *, tail: float) -> _Limits:
    low = np.where(x > 0, _beta_quantile(x, n - x + 1, tail), 0.0)
    return low, np.where(x < n, _beta_quantile(x + 1, n - x, tail, upper=True), 1.0)


def _square_and_add(
    estimate1: FloatArray,
    low1: FloatArray,
    high1: FloatArray,
    estimate2: FloatArray,
    low2: FloatArray,
    high2: FloatArray,
) -> _Limits:
    with np.errstate(invalid="ignore"):
        difference = estimate1 - estimate2
        below = np.sqrt((estimate1 - low1) ** 2 + (high2 - estimate2) ** 2)
        above = np.sqrt((high1 - estimate1) ** 2 + (estimate2 - low2) ** 2)
        return difference - below, difference + above


# Of the events of a pair, x1 of x1 + x2 are of the first kind. The lower limit of a ratio of rates comes from
# that of the odds of this binomial proportion; the upper limit is the same with the two exchanged, turned
# upside down.


def _both_odds(
    kernel: Callable[[FloatArray, FloatArray, float], FloatArray],
    x1: FloatArray,
    x2: FloatArray,
    *,
    tail: float,
) -> _Limits:
    return kernel(x1, x2, tail), kernel(x2, x1, tail)


def _score_odds(x1: FloatArray, x2: FloatArray, margin: float) -> FloatArray:
    """Solve (x1 - odds x2)² = margin² odds (x1 + x2) for the smaller root, without cancellation."""
    reach = margin * np.sqrt(x1 + x2)
    divisor = (reach + np.sqrt(reach**2 + 4 * x1 * x2)) / 2
    return (x1 / np.where(x1 > 0, divisor, 1)) ** 2


def _exact_odds(x1: FloatArray, x2: FloatArray, tail: float) -> FloatArray:
    """Return the odds at which x1 or more of the first kind have the probability `tail`."""
    p = np.where(x1 > 0, _beta_quantile(x1, x2 + 1, tail), 0.0)
    q = 1 - p
    # Near 1 the difference has lost its digits, so q is found for itself.
    near = p > 0.9
    q[near] = _beta_quantile(x2[near] + 1, x1[near], tail, upper=True)
    return p / q


def _midp_odds(x1: FloatArray, x2: FloatArray, tail: float) -> FloatArray:
    """Return the odds at which the mid-P probability of x1 or more of the first kind is `tail`.

    Newton's method on the logarithms of both, from the exact limit. That lies below the solution, and the
    tail is log-concave in the log of the odds, so the steps never pass it.
    """
    odds = _exact_odds(x1, x2, tail)
    at = np.flatnonzero(odds)
    for _ in range(_NEWTON_STEPS):
        if not at.size:
            break
        a, b, r = x1[at], x2[at], odds[at]
        p, q = r / (1 + r), 1 / (1 + r)
        or_more, more = _beta_cdf(a, b + 1, p, q), _beta_cdf(a + 1, b, p, q)
        found = (or_more + more) / 2
        slope = (or_more - more) * (a * q + b * p) / 2
        short = np.log(tail / found)
        odds[at] = r * np.exp(short * found / slope)
        at = at[np.abs(short) > _CLOSE]
    return odds


def _exact_tail(x1: FloatArray, x2: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the probability of x1 or more of the first kind out of x1 + x2."""
    return _beta_cdf(x1, x2 + 1, p, q)


def _midp_tail(x1: FloatArray, x2: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the same, less half the probability of x1 itself."""
    return (_beta_cdf(x1, x2 + 1, p, q) + _beta_cdf(x1 + 1, x2, p, q)) / 2


def _student_quantile(n: FloatArray, *, tail: float) -> tuple[FloatArray]:
    from scipy.special import stdtrit

    return (-stdtrit(np.maximum(n - 1, 1), tail),)


def _ranks(n: FloatArray, q: FloatArray, *, tail: float, z: float) -> _Limits:
    """Return the lower rank, and the upper one, which is the lower one counted from the other end."""
    p = 1 - q
    return _low_rank(n, q, p, tail, z), n + 1 - _low_rank(n, p, q, tail, z)


def _low_rank(n: FloatArray, q: FloatArray, p: FloatArray, tail: float, z: float) -> FloatArray:
    """Return the largest l with P(B < l) <= tail, B binomial with n and q = 1 - p; 0 if there is none.

    The normal quantile, with its correction for skewness, is right or next to right; from there the steps
    double until they pass the rank, then halve.
    """
    deviation = np.sqrt(n * q * p)
    guess = np.floor(n * q - z * deviation + (z**2 - 1) * (p - q) / 6 + 0.5)
    low, high = np.zeros_like(n), n + 1  # low always holds, high never does
    rank, step = np.clip(guess, 1, np.maximum(n, 1)), 1.0
    at = np.flatnonzero(n)
    while at.size:
        r = rank[at]
        holds = _beta_cdf(n[at] - r + 1, r, p[at], q[at]) <= tail * (1 + _CLOSE)
        low[at], high[at] = np.where(holds, r, low[at]), np.where(holds, high[at], r)
        middle = np.floor((low[at] + high[at]) / 2)
        rank[at] = np.where(holds, np.minimum(r + step, middle), np.maximum(r - step, middle))
        at = at[high[at] - low[at] > 1]
        step *= 2
    return low
