"""What the interval kernels share: reading columns, saving repeated work, and beta functions."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np

from policemetrics import _check
from policemetrics._typing import FloatArray, IntArray, Number, Numbers
from policemetrics.errors import InvalidInputError

Values: TypeAlias = Number | Numbers
Limits: TypeAlias = tuple[FloatArray, FloatArray]
_PART = 8192  # values, 64 KiB per column: the temporary arrays of one part fit the cache and are reused
_FEW = 256  # values; below this, finding the distinct ones costs more than it saves
CLOSE = 1e-11  # relative error of a tail probability at which a search stops
_CLOSE_KEYS = 4  # a lookup table may have this many places per value; a larger one costs more than sorting


def as_columns(check: Callable[[object, str], FloatArray], **columns: object) -> list[FloatArray]:
    """Read columns with one check, and refuse shapes that do not broadcast."""
    _check.same_index(columns)
    arrays = {name: check(values, name) for name, values in columns.items()}
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} has {array.shape}" for name, array in arrays.items())
        msg = f"shapes must broadcast against each other; {shapes}."
        raise InvalidInputError(msg) from error
    return list(arrays.values())


def as_floats(values: object, name: str) -> FloatArray:
    """Read numbers; nan and infinity are allowed."""
    return _check.as_array(values, name).astype(np.float64)


def require(holds: Any, rule: str, **columns: FloatArray) -> None:
    """Raise an error unless the rule holds everywhere; the message shows the first values that break it."""
    if np.all(holds):
        return
    bad = ~np.asarray(holds)
    at = tuple(int(i) for i in np.argwhere(bad)[0])
    shown = ", ".join(f"{name} = {np.broadcast_to(v, bad.shape)[at]:.15g}" for name, v in columns.items())
    place = f" at [{', '.join(map(str, at))}] ({int(bad.sum())} of {bad.size} are bad)" if at else ""
    msg = f"{rule}; got {shown}{place}."
    raise InvalidInputError(msg)


def tail_of(confidence_level: float) -> float:
    """Return the probability outside the interval on each side."""
    return (1 - _check.confidence_level(confidence_level)) / 2


def z_of(confidence_level: float) -> float:
    """Return the normal quantile of a two-sided level."""
    # From the lower tail: 1 - tail would round to 1 at levels next to 1, and its quantile is infinite.
    return -NormalDist().inv_cdf(tail_of(confidence_level))


def in_parts(kernel: Callable[..., Limits], *columns: FloatArray, part: int = _PART) -> Limits:
    """Call a cheap kernel on parts that fit the processor's cache, which is twice as fast as on the whole."""
    rows = np.broadcast_arrays(*columns)
    shape, size = rows[0].shape, rows[0].size
    if size <= part:
        return kernel(*columns)
    flat = [row.ravel() for row in rows]
    low, high = np.empty(size), np.empty(size)
    for start in range(0, size, part):
        rows_of = slice(start, start + part)
        low[rows_of], high[rows_of] = kernel(*(column[rows_of] for column in flat))
    return low.reshape(shape), high.reshape(shape)


def distinct(kernel: Callable[..., Limits], *columns: FloatArray) -> Limits:
    """Call a costly kernel once for each distinct row, and copy its results to all equal rows.

    Counts of small groups repeat a lot, and a quantile of the gamma or beta distribution costs a search.
    """
    rows = np.broadcast_arrays(*columns)
    flat = [row.ravel() for row in rows]
    spread: Any = slice(None)
    if flat[0].size > _FEW:
        # One number per row, from one per column, made dense after each so that the product cannot overflow.
        spread = _codes(flat[0])
        for codes in map(_codes, flat[1:]):
            spread = _dense(spread * (codes.max() + 1) + codes)
        # Any row of each kind will do: where several assign to one place, one of them stays.
        which = np.empty(spread.max() + 1, dtype=np.int64)
        which[spread] = np.arange(spread.size)
        flat = [column[which] for column in flat]
    low, high = kernel(*flat)
    shape = rows[0].shape
    return low[spread].reshape(shape)[()], high[spread].reshape(shape)[()]


def _codes(column: FloatArray) -> IntArray:
    """Give each distinct value of a column a number, from 0."""
    # Whole numbers can be keys themselves; the bound keeps them within int64. Sorting is slower.
    if column.max() < 2**31 and (column == np.floor(column)).all():
        return _dense(column.astype(np.int64))
    return np.unique(column, return_inverse=True)[1]


def _dense(keys: IntArray) -> IntArray:
    """Give each distinct key, >= 0, a number from 0: with a lookup table if it is small, else by sorting."""
    most = int(keys.max())
    if most > _CLOSE_KEYS * keys.size:
        return np.unique(keys, return_inverse=True)[1]
    seen = np.zeros(most + 1, dtype=np.int64)
    seen[keys] = 1
    # The number of a key is how many smaller keys there are.
    return (np.cumsum(seen) - 1)[keys]


def beta_quantile(a: FloatArray, b: FloatArray, tail: float, *, upper: bool = False) -> FloatArray:
    """Return the point that leaves `tail` of a beta distribution below it, or above it."""
    from policemetrics.intervals._special import betainccinv, betaincinv

    # In scipy 1.17.1 both functions are wrong, by a factor of 2 to 10, where one parameter is exactly 1000 and
    # the other above 2e5. Next to that value they are right, and so small a shift changes no digit that matters.
    off = 1 + 1e-13
    return np.asarray((betainccinv if upper else betaincinv)(a * off, b * off, tail), dtype=np.float64)


def beta_cdf(a: FloatArray, b: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the beta distribution function at p = 1 - q; all mass is at 0 if a = 0, and at 1 if b = 0."""
    from policemetrics.intervals._special import betainc, betaincc

    a, b, p, q = np.broadcast_arrays(a, b, p, q)
    found = np.where(a == 0, 1.0, 0.0)
    inside = (a > 0) & (b > 0)
    # Near p = 1 only q = 1 - p still has its digits, so that it is used there. Elsewhere p is used, since
    # betaincc is slower.
    betainc(a, b, p, out=found, where=inside & (p <= 0.9))
    betaincc(b, a, q, out=found, where=inside & (p > 0.9))
    lost = inside & (found == 0)
    if lost.any():
        found[lost] = _far_tail(a[lost], b[lost], p[lost], q[lost])
    return found


def _far_tail(a: FloatArray, b: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the beta distribution function by its series, which loses no tail that a float can hold.

    Around 1,000 events scipy 1.17.1 has 0 for some from 1e-260 on.
    """
    from scipy.special import betaln, xlog1py, xlogy

    # Of the smaller of p and q = 1 - p the logarithm of the other keeps its digits.
    log_p, log_q = np.where(p < q, [xlogy(a, p), xlog1py(b, -p)], [xlog1py(a, -q), xlogy(b, q)])
    first: FloatArray = np.exp(log_p + log_q - betaln(a, b)) / a
    there = np.flatnonzero(first)
    a, b, p = a[there], b[there], p[there]
    total, term, k = np.ones_like(p), np.ones_like(p), 0
    while (term > np.finfo(np.float64).eps * total).any():
        term = term * (a + b + k) / (a + 1 + k) * p
        total, k = total + term, k + 1
    first[there] *= total
    return first


def material(limits: Callable[..., tuple[FloatArray, FloatArray]], margin: float, level: float) -> Any:
    """Say whether a ratio is known to be within a margin in per cent, by two one-sided tests, or known to be beyond it."""
    if np.isnan(margin):
        return ""
    (low, high), (least, most) = (
        [100 * (limit - 1) for limit in limits(confidence_level=at)] for at in (2 * level - 1, level)
    )
    within, beyond = (low > -margin) & (high < margin), (least > margin) | (most < -margin)
    return np.select([within, beyond], ["no", "yes"], "open").astype(object)
