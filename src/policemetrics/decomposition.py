"""How much each factor adds to a change: splits that add up, for arrays.

These functions do not know what is counted. They divide the change of a total among its factors. The parts add up
to the change, and change their sign if old and new are exchanged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from policemetrics import _check
from policemetrics._typing import Column, FloatArray
from policemetrics.errors import InvalidInputError

__all__ = ["kitagawa", "kitagawa_parts", "product_split", "symmetric_split"]

_Array: TypeAlias = Column | Sequence[Any]

_MOST_FACTORS = 6  # the corners double with each
_CLOSE = 1e-9


def symmetric_split(corners: _Array, *, factors: int) -> FloatArray:
    r"""
    Divide a change among its factors, treating all the same.

    Parameters
    ----------
    corners : array_like
        The total with each factor at its old (0) or new (1) value, of shape ``(2,) * factors`` followed by
        any batch shape: ``corners[0, 1]`` has the first factor old and the second one new.
    factors : int
        How many factors, from 1 to 6.

    Returns
    -------
    effects : ndarray of float64
        The part of each factor, of shape ``(factors,)`` followed by the batch shape, in the unit of
        `corners`. They add up to the change from the corner with all old to the corner with all new.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `corners` holds anything but finite numbers or has another shape, or `factors` is not a whole
        number from 1 to 6.

    See Also
    --------
    product_split : for a total that is the product of its factors.

    Notes
    -----
    The effect of a factor is the change when it alone is made new, averaged over all orders in which the
    factors could be made new: Das Gupta's symmetric decomposition [1]_, the same as the Shapley value. Of k
    factors, with i others already new, each such change has the weight :math:`i!\,(k-1-i)!/k!`. What rounding
    leaves over goes to the largest effect.

    References
    ----------
    .. [1] Das Gupta, P. (1993). Standardization and Decomposition of Rates: A User's Manual. Current
       Population Reports P23-186, U.S. Bureau of the Census.

    Examples
    --------
    A rectangle grows from 3 by 10 to 5 by 20. The width adds 2 by the mean height of 15, the height 10 by the
    mean width of 4:

    >>> symmetric_split([[3 * 10, 3 * 20], [5 * 10, 5 * 20]], factors=2).tolist()
    [30.0, 40.0]
    """
    k = _factors(factors)
    totals = _check.finite(corners, "corners")
    if totals.shape[:k] != (2,) * k:
        msg = f"corners must begin with {k} axes of length 2, one for each factor; got shape {totals.shape}."
        raise InvalidInputError(msg)
    others_new = np.indices((2,) * (k - 1)).sum(axis=0)
    weights = np.array([math.factorial(i) * math.factorial(k - 1 - i) for i in range(k)]) / math.factorial(k)
    effects = np.stack(
        [
            np.tensordot(weights[others_new], np.diff(totals, axis=axis).squeeze(axis), k - 1)
            for axis in range(k)
        ]
    )
    return _settle(effects, totals[(1,) * k] - totals[(0,) * k])


def product_split(old: _Array, new: _Array) -> FloatArray:
    """
    Divide the change of a product among its factors.

    Parameters
    ----------
    old, new : array_like
        The factors, from 1 to 6 of them along the first axis, before and after; one shape for both. The axes
        that follow are a batch.

    Returns
    -------
    effects : ndarray of float64
        The part of each factor, of the same shape, in the unit of the product. They add up to its change.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the factors are anything but finite numbers, there are none or more than 6, or the shapes differ.

    See Also
    --------
    symmetric_split : the method, for totals of any other form.

    Examples
    --------
    A thousand people as before, 0.09 events a head instead of 0.08, each weighing 14 instead of 15:

    >>> product_split([1000, 0.08, 15], [1000, 0.09, 14]).round(6).tolist()
    [0.0, 145.0, -85.0]
    """
    before, after = _check.finite(old, "old"), _check.finite(new, "new")
    if before.shape != after.shape or before.ndim == 0:
        msg = f"old and new must hold the same factors; got shapes {before.shape} and {after.shape}."
        raise InvalidInputError(msg)
    k = _factors(len(before))
    corners = np.ones(())
    for axis, pair in enumerate(np.stack([before, after], axis=1)):
        corners = corners * np.expand_dims(pair, tuple(i for i in range(k) if i != axis))
    return symmetric_split(corners, factors=k)


def kitagawa(
    old_shares: _Array,
    old_rates: _Array,
    new_shares: _Array,
    new_rates: _Array,
) -> tuple[FloatArray, FloatArray]:
    r"""
    Split the change of a mean rate into change within groups and change in their mix.

    Parameters
    ----------
    old_shares, new_shares : array_like
        Share of each group in the whole, as fractions, along the last axis. The axes before are a batch. All four
        have one shape.
    old_rates, new_rates : array_like
        Rate of each group. It may be nan where the share is 0: the rate of the other period then stands in,
        so that a group that comes or goes is a change in the mix.

    Returns
    -------
    within, mix : ndarray of float64
        Their sum is the change of the mean rate, the sum of share times rate; in the unit of the rates.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If anything but finite numbers is given, apart from those nan, or the shapes differ.

    Notes
    -----
    With shares s and rates r of the groups i [1]_,

    .. math::

        \text{within} = \sum_i \Delta r_i\,\bar{s_i}, \qquad \text{mix} = \sum_i \Delta s_i\,\bar{r_i}.

    Shares and rates count as two factors, each taken at the mean of old and new, as in `symmetric_split`.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the American
       Statistical Association, 50(272), 1168-1194.

    Examples
    --------
    Both groups do better, 5% to 6% and 60% to 65%, and yet the mean falls from 16% to 11.9%:

    >>> within, mix = kitagawa([0.8, 0.2], [0.05, 0.6], [0.9, 0.1], [0.06, 0.65])
    >>> f"{100 * within:+.1f} {100 * mix:+.1f}"
    '+1.6 -5.7'
    """
    s0, r0, s1, r1 = _shares_and_rates(old_shares, old_rates, new_shares, new_rates)
    within = ((r1 - r0) * (s0 + s1) / 2).sum(axis=-1)
    mix = ((s1 - s0) * (r0 + r1) / 2).sum(axis=-1)
    within, mix = _settle(np.stack([within, mix]), (s1 * r1).sum(axis=-1) - (s0 * r0).sum(axis=-1))
    return within, mix


def kitagawa_parts(
    old_shares: _Array,
    old_rates: _Array,
    new_shares: _Array,
    new_rates: _Array,
) -> tuple[FloatArray, FloatArray]:
    r"""
    Split the change of a mean rate, as `kitagawa` does, and give the part of each group.

    Parameters
    ----------
    old_shares, new_shares : array_like
        Share of each group in the whole, as fractions that add up to 1 along the last axis, or are all 0. The
        axes before are a batch. All four have one shape.
    old_rates, new_rates : array_like
        Rate of each group. It may be nan where the share is 0, as for `kitagawa`.

    Returns
    -------
    within, mix : ndarray of float64
        The parts of each group, of the same shape. Their sums along the last axis are those of `kitagawa`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As for `kitagawa`, or if shares do not add up to 1.

    See Also
    --------
    kitagawa : the two sums alone.

    Notes
    -----
    .. math::

        \text{within}_i = \Delta r_i\,\bar{s_i}, \qquad \text{mix}_i = \Delta s_i\,(\bar{r_i} - \bar{R}),

    where :math:`\bar{R}` is the mean of the old and the new rate of the whole. Since the changes of the shares
    add up to 0, what is taken away in the mix does not alter its sum; and a group whose share grows raises
    the whole only if its rate is above that of the whole.

    Examples
    --------
    More of the group with the low rate, less of that with the high one: both lower the mean.

    >>> within, mix = kitagawa_parts([0.8, 0.2], [0.05, 0.6], [0.9, 0.1], [0.06, 0.65])
    >>> (100 * within).round(3).tolist(), (100 * mix).round(3).tolist()
    ([0.85, 0.75], [-0.845, -4.855])
    """
    s0, r0, s1, r1 = _shares_and_rates(old_shares, old_rates, new_shares, new_rates)
    for name, shares in {"old_shares": s0, "new_shares": s1}.items():
        total = shares.sum(axis=-1)
        if (np.minimum(np.abs(total - 1), np.abs(total)) > _CLOSE).any():
            msg = f"{name} must add up to 1 along the last axis; got {_check.shown(total.tolist())}."
            raise InvalidInputError(msg)
    old, new = (s0 * r0).sum(axis=-1), (s1 * r1).sum(axis=-1)
    within = (r1 - r0) * (s0 + s1) / 2
    mix = (s1 - s0) * ((r0 + r1) - (old + new)[..., np.newaxis]) / 2
    if not within.shape[-1]:
        return within, mix
    parts = _settle(np.moveaxis(np.concatenate([within, mix], axis=-1), -1, 0), new - old)
    within, mix = np.split(np.moveaxis(parts, 0, -1), 2, axis=-1)
    return within, mix


def _shares_and_rates(
    old_shares: _Array, old_rates: _Array, new_shares: _Array, new_rates: _Array
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Check shares and rates; a group without a share takes the rate of the other period."""
    given = {
        "old_shares": old_shares,
        "old_rates": old_rates,
        "new_shares": new_shares,
        "new_rates": new_rates,
    }
    _check.same_index(given)
    arrays = {name: _check.as_array(values, name).astype(np.float64) for name, values in given.items()}
    if len({array.shape for array in arrays.values()}) > 1 or arrays["old_shares"].ndim == 0:
        shapes = ", ".join(f"{name} has {array.shape}" for name, array in arrays.items())
        msg = f"shares and rates must hold the same groups; {shapes}."
        raise InvalidInputError(msg)
    s0, r0, s1, r1 = arrays.values()
    none0, none1 = (s0 == 0) & np.isnan(r0), (s1 == 0) & np.isnan(r1)
    arrays["old_rates"] = np.where(none0, np.where(none1, 0, r1), r0)
    arrays["new_rates"] = np.where(none1, np.where(none0, 0, r0), r1)
    s0, r0, s1, r1 = (_check.finite(array, name) for name, array in arrays.items())
    return s0, r0, s1, r1


def _factors(factors: float) -> int:
    """Return a number of factors that the corners can be made for."""
    found = _check.number(factors, "factors")
    if found not in range(1, _MOST_FACTORS + 1):
        msg = f"factors must be a whole number from 1 to {_MOST_FACTORS}; got {factors}."
        raise InvalidInputError(msg)
    return int(found)


def _settle(effects: FloatArray, total: FloatArray) -> FloatArray:
    """Round the effects to one grid, fine enough, on which adding is exact; the largest takes what is left."""
    grid = np.spacing(np.abs(effects).sum(axis=0))
    effects = np.round(effects / grid) * grid
    largest = np.abs(effects).argmax(axis=0)[np.newaxis]
    settled = np.take_along_axis(effects, largest, axis=0) + (total - effects.sum(axis=0))
    np.put_along_axis(effects, largest, settled, axis=0)
    return effects
