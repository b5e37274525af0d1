"""How many have had an event by a certain time, if some have not been followed for so long: functions for arrays.

These functions do not know what is counted. Time goes in whole steps. Waiting ends in one of three ways: with the
event of interest, with another event that rules it out, or because the case is no longer followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from policemetrics import _check, intervals
from policemetrics._typing import Column, FloatArray
from policemetrics.errors import InvalidInputError

__all__ = ["Incidence", "Projection", "cumulative_incidence", "projected_incidence"]

_Array: TypeAlias = Column | Sequence[Any]


@attrs.frozen(eq=False)
class Incidence:
    """Shares by time, as arrays of one shape: the steps of time along the last axis.

    Attributes
    ----------
    at_risk : ndarray of float64
        How many were still waiting, and still followed, at the start of each step.
    share, low, high : ndarray of float64
        Share that had the event by the end of each step, and its interval; nan from the step in which some would
        still be waiting but none is followed.
    ended : ndarray of float64
        Share that had the event or another one; nan where `share` is.
    """

    at_risk: FloatArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    ended: FloatArray


def cumulative_incidence(
    events: _Array, others: _Array, censored: _Array, confidence_level: float = 0.95
) -> Incidence:
    r"""
    Estimate the share that has had an event by the end of each step of time.

    Parameters
    ----------
    events : array_like
        How many had the event in each step, >= 0; time along the last axis, the axes before are a batch.
    others : array_like
        How many had another event, which rules out the event of interest; of the same shape.
    censored : array_like
        How many were followed to the end of the step and no further, and were still waiting; of the same
        shape. Those still waiting at the last step are censored there.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Incidence
        The share by the end of each step, with its interval, and what it was made of.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the counts are anything but finite numbers >= 0, their shapes differ, or the level is not between
        0 and 1.

    Notes
    -----
    With :math:`n_k` waiting at the start of step k, :math:`d_k` events and :math:`c_k` others in it, the share
    still waiting is :math:`S_k = S_{k-1}(1 - (d_k + c_k)/n_k)` and the share with the event
    :math:`F_k = F_{k-1} + S_{k-1} d_k / n_k`: the Aalen-Johansen estimator [1]_ in discrete time. Censoring is at
    the end of steps, so nobody is at risk for part of a step. Those who are censored are assumed to be like those
    who are followed further. One minus the Kaplan-Meier curve of `events` would treat the others as censored as
    well, and be too high.

    The variance follows from the multinomial counts of each step by the delta method. The interval is Wilson's
    for :math:`F` out of the number that would give this variance, :math:`F(1-F)/\mathrm{var}`, as Rothman [2]_
    did for survival: without censoring this is the number at the start, and the interval is Wilson's own. If no
    one, or everyone, has had the event, it is the limit, :math:`n_k/S_{k-1}`.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov
       chains based on censored observations. Scandinavian Journal of Statistics, 5(3), 141-150.
    .. [2] Rothman, K. J. (1978). Estimation of confidence limits for the cumulative probability of survival
       in life table analysis. Journal of Chronic Diseases, 31(8), 557-560.

    Examples
    --------
    A hundred wait. Ten have the event and ten another one in the first step, then forty leave; of the forty
    left two have the event in the second step. By then it is 0.1 + 0.8 x 2/40:

    >>> found = cumulative_incidence([10, 2], [10, 0], [40, 38])
    >>> found.at_risk.tolist(), found.share.round(4).tolist()
    ([100.0, 40.0], [0.1, 0.14])
    """
    given = {"events": events, "others": others, "censored": censored}
    d, c, left = (_check.nonnegative(values, name) for name, values in given.items())
    level = _check.confidence_level(confidence_level)
    if not d.shape == c.shape == left.shape or d.ndim == 0:
        shapes = ", ".join(f"{n} has {v.shape}" for n, v in zip(given, (d, c, left), strict=True))
        msg = (
            f"events, others and censored must be of one shape, with the steps along the last axis; {shapes}."
        )
        raise InvalidInputError(msg)
    # Step by step over the whole batch, which lies together then.
    d, c, left = (np.ascontiguousarray(np.moveaxis(values, -1, 0)) for values in (d, c, left))
    # From the end: what is still to go. So the last at risk are exactly those that end last.
    at_risk: FloatArray = np.flip(np.cumsum(np.flip(d + c + left, 0), 0), 0)
    number: FloatArray = np.where(at_risk == 0, 1.0, at_risk)
    before, waiting, share, other, variance = _followed(d / number, c / number, 1 - (d + c) / number, number)
    # Near 1 rounding would decide whether everyone has had the event: those without it say so exactly.
    rest = other + waiting
    share = np.where(rest < 0.5, 1 - rest, share)
    # Once nobody is in sight nothing is known any more, unless nobody waits either.
    lost = np.logical_or.accumulate((at_risk == 0) & (before > 0), axis=0)
    low, high = _limits(share, variance, before, at_risk, level)
    known = (np.where(lost, np.nan, found) for found in (share, low, high, 1 - waiting))
    return Incidence(*(np.moveaxis(found, 0, -1) for found in (at_risk, *known)))


def _followed(
    event: FloatArray, other: FloatArray, staying: FloatArray, number: FloatArray
) -> tuple[FloatArray, ...]:
    """Go from step to step, given which share of those in sight has the event or another one there, or stays.

    Of each step: the share waiting before it and after it, that with the event and with another one by then, and the
    variance of that with the event.
    """
    found = tuple(np.empty(event.shape) for _ in range(5))
    before, waiting, share, others, variance = found
    s = np.ones(event.shape[1:])  # waiting; f has the event
    f = g = var_s = var_f = cov = np.zeros(event.shape[1:])
    for k, (h, q) in enumerate(zip(event, staying, strict=True)):
        new = s * s / number[k]
        before[k] = s
        share[k] = f = f + s * h
        others[k] = g = g + s * other[k]
        variance[k] = var_f = var_f + 2 * h * cov + h * h * var_s + new * h * (1 - h)
        cov = q * (cov + h * var_s) - new * h * q
        var_s = q * q * var_s + new * q * (1 - q)
        waiting[k] = s = s * q
    return found


def _limits(
    share: FloatArray, variance: FloatArray, before: FloatArray, at_risk: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Give Wilson's limits for the number out of which a plain share would vary as much."""
    with np.errstate(divide="ignore", invalid="ignore"):
        # The last step with anybody in sight stands for those after it, in which nothing happens, and for those
        # few who are lost in the rounding of a large number.
        behind = np.minimum.accumulate(np.where(before > 0, at_risk / before, np.inf), axis=0)
        number = np.where((share > 0) & (share < 1), share * (1 - share) / variance, behind)
    low, high = intervals.wilson(share * number, number, level)
    return np.minimum(low, share), np.maximum(high, share)


# ---- what is still to come --------------------------------------------------------------


@attrs.frozen(eq=False)
class Projection:
    """The chance of the event for those who still wait, by cohort, as arrays of one shape: the cohorts along the last axis.

    Attributes
    ----------
    known, waiting : ndarray of float64
        How many of each cohort had the event, and how many still wait, at the last step that is followed.
    chance : ndarray of float64
        The chance that those who wait have the event by the last step; 0 if that step is over, and nan if there
        is no earlier cohort to estimate it from.
    error : ndarray of float64
        The error of such chances: half the width of an interval for the chance of the cohort; nan if too few can
        be tested.
    tested : ndarray of float64
        How many cohorts could be tested.
    """

    known: FloatArray
    waiting: FloatArray
    chance: FloatArray
    error: FloatArray
    tested: FloatArray


def projected_incidence(
    events: _Array,
    others: _Array,
    number: _Array,
    *,
    pool: _Array | None = None,
    fewest: int = 6,
    confidence_level: float = 0.95,
) -> Projection:
    r"""
    Project the events of those who still wait from the cohorts that began before them.

    Parameters
    ----------
    events, others : array_like, (..., cohorts, steps)
        How many of each cohort had the event, or another one, in each of its steps. Cohorts begin one step after
        another, so the last one is seen only in its first step; later values are ignored. Corrections may be
        below zero.
    number : array_like, (..., cohorts)
        How many each began with.
    pool : array_like of bool, (cohorts,), optional
        The cohorts from which to project. Default is all.
    fewest : int, optional
        How many cohorts must be tested for an error. Default is 6.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Projection
        What is known of each cohort, and the chance of those who wait.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the numbers are not finite, shapes do not fit, or the level is not between 0 and 1.

    Notes
    -----
    Let :math:`h_j` be the share of those at risk that have the event in step j, and :math:`g_j` the share with
    another event, from the cohorts seen by step t of the calendar. Those who wait at the end of step k have the
    event by the last step T with the chance

    .. math:: q_k = h_{k+1} + (1 - h_{k+1} - g_{k+1})\, q_{k+1}, \qquad q_T = 0,

    which is :math:`(F_T - F_k) / S_k` of the Aalen-Johansen estimator [1]_. Only cohorts that began earlier show
    steps beyond k.

    Each cohort that was seen to its end is projected in the same way, from its step k and with what was known then, and its
    error is the share of those waiting who had the event, less that chance. With the mean square
    :math:`s^2` of m such errors the interval is :math:`q \pm t_{m}\, s`, by Student's distribution with m degrees of
    freedom: errors are assumed to be normal and independent, around 0. Neighbouring cohorts are affected by the
    same calendar step, so m overstates how many independent errors there are.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov
       chains based on censored observations. Scandinavian Journal of Statistics, 5(3), 141-150.

    Examples
    --------
    Three cohorts of 100 in three steps: of 120 who waited after the first 18 had the event in the second, of 48 who
    waited then 6 in the third. So those who wait after one step have the chance 0.15 + 0.85 x 0.125:

    >>> events = [[10, 12, 6], [8, 6, 0], [9, 0, 0]]
    >>> others = [[30, 0, 2], [32, 0, 0], [21, 0, 0]]
    >>> projected_incidence(events, others, [100, 100, 100]).chance.tolist()
    [0.0, 0.125, 0.25625]
    """
    d, c, n = (
        _check.as_array(values, name).astype(np.float64)
        for values, name in ((events, "events"), (others, "others"), (number, "number"))
    )
    level = _check.confidence_level(confidence_level)
    if (
        d.ndim < 2
        or d.shape != c.shape
        or n.shape != d.shape[:-1]
        or not np.isfinite([d.sum(), c.sum(), n.sum()]).all()
    ):
        msg = (
            "events and others must be finite and of one shape, with cohorts and steps along the last axes, number of the same "
            f"without steps; events has {d.shape}, others has {c.shape}, number has {n.shape}."
        )
        raise InvalidInputError(msg)
    cohorts, steps = d.shape[-2:]
    leaned = np.ones(cohorts, dtype=bool) if pool is None else np.asarray(pool, dtype=bool)
    had, left = np.cumsum(d, axis=-1), n[..., np.newaxis] - np.cumsum(d + c, axis=-1)
    chances = _chances(*(np.where(leaned[:, np.newaxis], v, 0) for v in (d, c, left + d + c)))
    at = np.minimum(np.arange(cohorts)[::-1], steps - 1)  # the last step of each that is in sight
    each = np.arange(cohorts)
    known, waiting = had[..., each, at], left[..., each, at]
    chance = chances[..., -1, :][..., at]
    # Every cohort that was seen to its end, from each of its steps.
    ended = max(cohorts - steps + 1, 0)
    then = np.minimum(each[:ended, np.newaxis] + np.arange(steps), cohorts - 1)
    made = chances[..., then, np.arange(steps)]
    rest = left[..., :ended, :]
    came = (had[..., :ended, -1:] - had[..., :ended, :]) / np.where(rest > 0, rest, np.nan)
    wrong = np.where(leaned[:ended, np.newaxis], came - made, np.nan)
    tested = (~np.isnan(wrong)).sum(axis=-2).astype(np.float64)
    square = np.nansum(wrong**2, axis=-2) / np.where(tested >= max(fewest, 1), tested, np.nan)
    _, error = intervals.student_t(
        np.zeros_like(tested), np.nan_to_num(square) * (tested + 1), tested + 1, level
    )
    error = np.where(np.isnan(square), np.nan, error)
    return Projection(known, waiting, chance, error[..., at], tested[..., at])


def _chances(d: FloatArray, c: FloatArray, at_risk: FloatArray) -> FloatArray:
    """Return the chance of who waits after each step, as it could be told at each step of the calendar: (..., calendar, steps)."""
    cohorts, steps = d.shape[-2:]
    found = np.zeros_like(d)
    for j in range(steps - 1, 0, -1):
        # By then so many of the cohorts had come to their step j.
        event, other, number = (
            np.concatenate(
                [np.zeros_like(v[..., :j, j]), np.cumsum(v[..., : max(cohorts - j, 0), j], axis=-1)], axis=-1
            )[..., :cohorts]
            for v in (d, c, at_risk)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            share, waits = event / number, 1 - (event + other) / number
        later = np.where(waits == 0, 0, waits * found[..., j])
        # Corrections may pass either end.
        found[..., j - 1] = np.clip(np.where(number > 0, share + later, np.nan), 0, 1)
    return found
