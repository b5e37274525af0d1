"""Intervals for a mean, for the difference of two means, and for percentiles by order statistics."""

from __future__ import annotations

from functools import partial

import numpy as np

from policemetrics import _check
from policemetrics._typing import FloatArray, IntArray
from policemetrics.intervals._shared import (
    CLOSE,
    Limits,
    Values,
    as_columns,
    as_floats,
    beta_cdf,
    distinct,
    require,
    tail_of,
    z_of,
)
from policemetrics.intervals.pairs import square_and_add_ratio


def student_t(mean: Values, variance: Values, n: Values, confidence_level: float = 0.95) -> Limits:
    r"""
    Return Student's t interval for a mean.

    Parameters
    ----------
    mean : number or array_like
        Mean of the values.
    variance : number or array_like
        Their sample variance, with the divisor n - 1.
    n : number or array_like
        How many values, a whole number >= 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of `mean` and the broadcast shape; nan where `n` is below 2, where `mean` and
        `variance` may be nan as well.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `n` is not a whole number >= 0; if, where `n` is 2 or more, `mean` or `variance` is not finite or
        `variance` is negative; if shapes do not broadcast; or if the level is not between 0 and 1.

    Notes
    -----
    .. math:: \bar{x} \pm t_{n-1,\,1-\alpha/2} \sqrt{s^2 / n}

    The values must be independent, and there must be enough of them for the mean to be nearly normal. From a
    few skewed values, such as times, the interval is too wide on the short side and too narrow on the long one.

    Examples
    --------
    >>> low, high = student_t(53.704345, 20.97557525770931**2, 8)
    >>> f"{low:.4f} to {high:.4f}"
    '36.1683 to 71.2404'
    """
    centre, spread, size = as_columns(as_floats, mean=mean, variance=variance, n=n)
    _require_sample(centre, spread, size)
    below, above = distinct(partial(_student, tail=tail_of(confidence_level)), size)
    error = np.sqrt(np.where(size < 2, np.nan, spread) / size)
    return centre + below * error, centre + above * error


def welch(
    mean1: Values,
    variance1: Values,
    n1: Values,
    mean2: Values,
    variance2: Values,
    n2: Values,
    confidence_level: float = 0.95,
) -> Limits:
    r"""
    Return Welch's interval for a difference of two independent means, mean1 - mean2.

    Parameters
    ----------
    mean1, mean2 : number or array_like
        The two means, in one unit.
    variance1, variance2 : number or array_like
        The sample variances, with the divisor n - 1. They may differ.
    n1, n2 : number or array_like
        How many values each mean is of, a whole number >= 0.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low, high : ndarray of float64
        Limits, in the unit of the means and the broadcast shape; nan where either mean is of fewer than 2
        values, where its mean and variance may be nan as well.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As for `student_t`, for either of the two.

    See Also
    --------
    student_t

    Notes
    -----
    .. math:: \bar{x_1} - \bar{x_2} \pm t_{\nu,\,1-\alpha/2} \sqrt{e_1 + e_2}, \qquad e_i = s_i^2 / n_i,

    with the degrees of freedom of [1]_,
    :math:`\nu = (e_1 + e_2)^2 / \left(e_1^2 / (n_1 - 1) + e_2^2 / (n_2 - 1)\right)`.

    References
    ----------
    .. [1] Welch, B. L. (1947). The generalization of 'Student's' problem when several different population
       variances are involved. Biometrika, 34(1/2), 28-35.

    Examples
    --------
    >>> low, high = welch(12.3, 36.4556, 10, 8.7, 70.2333, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '-3.312 to 10.512'
    """
    first, second, error1, error2, freedom = _two_samples(mean1, variance1, n1, mean2, variance2, n2)
    error = error1 + error2
    margin = _margin(freedom, tail_of(confidence_level)) * np.sqrt(error)
    difference = first - second
    return difference - margin, difference + margin


def welch_p_value(
    mean1: Values, variance1: Values, n1: Values, mean2: Values, variance2: Values, n2: Values
) -> FloatArray:
    r"""
    Return the two-sided p-value of Welch's test that two means are equal.

    Parameters
    ----------
    mean1, mean2, variance1, variance2, n1, n2 : number or array_like
        As for `welch`.

    Returns
    -------
    p_value : ndarray of float64
        From 0 to 1, in the broadcast shape; nan where either mean is of fewer than 2 values. It is below :math:`\alpha`
        exactly where the interval of `welch` at the level :math:`1 - \alpha` excludes 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As for `student_t`, for either of the two.

    See Also
    --------
    welch : The interval that goes with it.

    Examples
    --------
    >>> f"{welch_p_value(12.3, 36.4556, 10, 8.7, 70.2333, 10):.4f}"
    '0.2863'
    """
    from policemetrics.intervals._special import stdtr

    first, second, error1, error2, freedom = _two_samples(mean1, variance1, n1, mean2, variance2, n2)
    error, off = error1 + error2, np.abs(first - second)
    # Without any spread two means are known to be equal, or not to be.
    with np.errstate(divide="ignore"):
        t = np.where(off == 0, 0, off / np.where(off == 0, 1, np.sqrt(error)))
    found: FloatArray = 2 * stdtr(freedom, -np.where(np.isnan(error), np.nan, t))
    return found


def relative_welch(
    mean1: Values,
    variance1: Values,
    n1: Values,
    mean2: Values,
    variance2: Values,
    n2: Values,
    confidence_level: float = 0.95,
) -> Limits:
    r"""
    Return the interval of a ratio of two independent means, mean1 / mean2, by Fieller, with Welch's degrees of freedom.

    Parameters
    ----------
    mean1, mean2, variance1, variance2, n1, n2, confidence_level : optional
        As for `welch`; the means are >= 0.

    Returns
    -------
    low, high : ndarray of float64
        Limits of the ratio, >= 0; infinite above where the second mean cannot be told from 0. They exclude 1 exactly
        where the interval of `welch` excludes 0.
    """
    first, second, error1, error2, freedom = _two_samples(mean1, variance1, n1, mean2, variance2, n2)
    t = _margin(freedom, tail_of(confidence_level))
    half1, half2 = t * np.sqrt(error1), t * np.sqrt(error2)
    return square_and_add_ratio(first, first - half1, first + half1, second, second - half2, second + half2)


def order_statistics(n: Values, q: Values, confidence_level: float = 0.95) -> tuple[IntArray, IntArray]:
    r"""
    Return which of n sorted values bound a quantile: an interval that assumes no distribution.

    Parameters
    ----------
    n : number or array_like
        How many values, a whole number >= 0.
    q : number or array_like
        The quantile, strictly between 0 and 1: 0.5 for the median.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    low_rank, high_rank : ndarray of int64
        Ranks, counted from 1, in the broadcast shape. The quantile lies between the values of these ranks
        with at least the confidence asked for. A rank of 0 or n + 1 means that there are too few values for
        that limit.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `n` is not a whole number from 0 to below 2**53, `q` or the level is not between 0 and 1, or shapes
        do not broadcast.

    Notes
    -----
    The number B of values below the quantile is binomial, with n and q [1]_. `low_rank` is the largest l
    with :math:`P(B < l) \le \alpha/2`, `high_rank` the smallest u with :math:`P(B \ge u) \le \alpha/2`.

    References
    ----------
    .. [1] David, H. A. and Nagaraja, H. N. (2003). Order Statistics, 3rd edition. Wiley. Section 7.1.

    Examples
    --------
    The second and the ninth of ten values bound the median. The 90th percentile has no upper limit:

    >>> low_rank, high_rank = order_statistics(10, [0.5, 0.9])
    >>> low_rank.tolist(), high_rank.tolist()
    ([2, 7], [9, 11])
    """
    size, quantile = as_columns(as_floats, n=n, q=q)
    _check.counts(size, "n")
    require(size < 2.0**53, "n must be below 2**53, beyond which ranks are not exact", n=size)
    require((quantile > 0) & (quantile < 1), "q must lie strictly between 0 and 1", q=quantile)
    kernel = partial(_ranks, tail=tail_of(confidence_level), z=z_of(confidence_level))
    low, high = distinct(kernel, size, quantile)
    return low.astype(np.int64), high.astype(np.int64)


def _two_samples(*given: Values) -> list[FloatArray]:
    """Read two samples: their means, the variance of each mean, and Welch's degrees of freedom."""
    names = ("mean1", "variance1", "n1", "mean2", "variance2", "n2")
    first, spread1, size1, second, spread2, size2 = as_columns(
        as_floats, **dict(zip(names, given, strict=True))
    )
    _require_sample(first, spread1, size1, "1")
    _require_sample(second, spread2, size2, "2")
    error1 = np.where(size1 < 2, np.nan, spread1) / size1
    error2 = np.where(size2 < 2, np.nan, spread2) / size2
    error = error1 + error2
    # The degrees of freedom depend on the shares of the two errors only; squares of the errors themselves could
    # overflow. Where both errors are 0 the margin is 0 whatever the degrees: 1 avoids a division by 0.
    whole = np.where(error == 0, 1, error)
    uncertain = (error1 / whole) ** 2 / (size1 - 1) + (error2 / whole) ** 2 / (size2 - 1)
    return [first, second, error1, error2, 1 / np.where(error == 0, 1, uncertain)]


def _require_sample(mean: FloatArray, variance: FloatArray, n: FloatArray, which: str = "") -> None:
    """Refuse numbers that cannot be the mean, the variance and the number of some values."""
    _check.counts(n, f"n{which}")
    require(
        (n < 2) | (np.isfinite(mean) & np.isfinite(variance) & (variance >= 0)),
        f"mean{which} and variance{which} must be finite, and variance{which} >= 0, where n{which} is 2 or more",
        **{f"mean{which}": mean, f"variance{which}": variance, f"n{which}": n},
    )


def _student(n: FloatArray, *, tail: float) -> Limits:
    above = _margin(n - 1, tail)
    return -above, above


def _margin(freedom: FloatArray, tail: float) -> FloatArray:
    """Return the quantile of Student's t that leaves `tail` above it."""
    from policemetrics.intervals._special import stdtrit

    return -np.asarray(stdtrit(freedom, tail), dtype=np.float64)


def _ranks(n: FloatArray, q: FloatArray, *, tail: float, z: float) -> Limits:
    """Return both ranks; the upper one is the lower rank of 1 - q, counted from the largest value down."""
    p = 1 - q
    return _low_rank(n, q, p, tail, z), n + 1 - _low_rank(n, p, q, tail, z)


def _low_rank(n: FloatArray, q: FloatArray, p: FloatArray, tail: float, z: float) -> FloatArray:
    """Return the largest l with P(B < l) <= tail, B binomial with n and q = 1 - p; 0 if there is none."""
    # The normal quantile with a correction for skewness (Cornish and Fisher's first term) is the rank or next to
    # it, so that two looks at the distribution settle most ranks. From the guess the steps double until low and
    # high enclose the rank, and then halve what is between them.
    skew = (z**2 - 1) * (p - q) / 6
    guess = np.floor(n * q - z * np.sqrt(n * q * p) + skew + 0.5)
    rank, step = np.clip(guess, 1, np.maximum(n, 1)), 1.0
    low, high = np.zeros_like(n), n + 1  # low always holds, high never does
    at = np.flatnonzero(n)
    while at.size:
        r = rank[at]
        # Where the tail is hit exactly (1/32 of five values) rounding must not decide.
        holds = beta_cdf(n[at] - r + 1, r, p[at], q[at]) <= tail * (1 + CLOSE)
        low[at], high[at] = np.where(holds, r, low[at]), np.where(holds, high[at], r)
        middle = np.floor((low[at] + high[at]) / 2)
        rank[at] = np.where(holds, np.minimum(r + step, middle), np.maximum(r - step, middle))
        at = at[high[at] - low[at] > 1]
        step *= 2
    return low
