"""Control charts: centre, limits and signals of series of points, for arrays.

These functions do not know what is counted. Time runs along the last axis; the axes before are a batch of series.
nan is a gap, at which moving ranges and runs of points stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._typing import Column, FloatArray
from policemetrics.errors import InvalidInputError

__all__ = ["Chart", "Pattern", "dispersion", "individuals", "means", "proportions", "rates", "signals"]

_Array: TypeAlias = Column | Sequence[Any]
_Mask: TypeAlias = NDArray[np.bool_]
D2: Final = 1.128
"""The expected range of two independent normal values, in standard deviations, as it is printed in tables."""
SCREEN: Final = 3.267
"""The upper limit of moving ranges, as a multiple of their mean."""


@attrs.frozen(eq=False)
class Chart:
    """Points with their centre and limits; arrays of one shape.

    Attributes
    ----------
    value : ndarray of float64
        The points; nan in a gap.
    centre, low, high : ndarray of float64
        The centre line and the limits; limits of counts and shares stay within the possible values.
    sigma : ndarray of float64
        A third of the distance from the centre to a limit, before the limit was cut.
    pieces : ndarray of int64, (points,)
        The piece of each point; each piece has its own limits.
    """

    value: FloatArray
    centre: FloatArray
    low: FloatArray
    high: FloatArray
    sigma: FloatArray
    pieces: NDArray[np.int64]


def individuals(
    values: _Array,
    *,
    base: _Array | None = None,
    pieces: _Array | None = None,
    factor: float = 2.66,
    screened: bool = False,
) -> Chart:
    r"""
    Find the limits of single values from their moving ranges: the XmR chart.

    Parameters
    ----------
    values : array_like, (..., points)
        The values.
    base : array_like of bool, (points,), optional
        The points from which centre and limits are made. Default is all.
    pieces : array_like of int, (points,), optional
        The piece of each point, from 0 on; each piece has its own centre and limits. Default is one piece.
    factor : float, optional
        How many mean moving ranges the limits lie from the centre. Default is 2.66.
    screened : bool, optional
        Whether moving ranges of at least 3.267 times their mean are left out, and the mean taken once more.
        Default is False.

    Returns
    -------
    Chart
        The points with their centre and limits; nan if fewer than two neighbouring points are in the base.

    Raises
    ------
    InvalidInputError
        If a value is infinite, shapes differ, or a piece has no point in the base.

    Notes
    -----
    With the mean :math:`\bar{x}` and the mean moving range :math:`\bar{R} = \mathrm{mean}\,|x_i - x_{i-1}|` the limits are
    :math:`\bar{x} \pm 2.66\,\bar{R}` [1]_. 2.66 is :math:`3/d_2` with :math:`d_2 = 1.128`, rounded.

    References
    ----------
    .. [1] Wheeler, D. J., & Chambers, D. S. (1992). Understanding Statistical Process Control (2nd ed.). SPC Press.

    Examples
    --------
    >>> chart = individuals([3, 1, 4, 1, 5, 9, 2])
    >>> chart.centre[0].round(4).item(), chart.low[0].round(4).item(), chart.high[0].round(4).item()
    (3.5714, -6.6252, 13.7681)
    """
    value, used, piece = _points(values, base, pieces)
    found = []
    for part in _parts(piece):
        x, u = value[..., part], used[..., part]
        ranges, there = np.abs(np.diff(x)), u[..., 1:] & u[..., :-1]
        mean = _mean(ranges, there)
        if screened:
            # Of a constant series no range is screened: all of them are 0.
            there = there & ((ranges < SCREEN * mean) | (mean == 0))
            mean = _mean(ranges, there)
        found.append((_mean(x, u), factor / 3 * mean))
    return _chart(value, found, piece)


def rates(
    counts: _Array,
    sizes: _Array,
    *,
    base: _Array | None = None,
    pieces: _Array | None = None,
    primed: bool = False,
) -> Chart:
    r"""
    Find the limits of counts per unit with Poisson variation: the u chart; for equal sizes, the c chart.

    Parameters
    ----------
    counts : array_like, (..., points)
        The counts, >= 0.
    sizes : array_like, (..., points)
        What they are divided by: days, residents; > 0.
    base, pieces : array_like, optional
        As in `individuals`.
    primed : bool, optional
        Whether the limits are widened, or narrowed, by how much the points really vary: the u prime chart of Laney.

    Returns
    -------
    Chart
        The rates with their centre and limits, of which none is below 0.

    Raises
    ------
    InvalidInputError
        If a count is below 0 or a size not above it, shapes differ, or a piece has no point in the base.

    Notes
    -----
    With :math:`\bar{u} = \sum c_i/\sum e_i` the limits are :math:`\bar{u} \pm 3\sqrt{\bar{u}/e_i}`. For the primed chart
    the distance is multiplied by :math:`\sigma_z = \mathrm{mean}\,|z_i - z_{i-1}|/1.128` with
    :math:`z_i = (u_i - \bar{u})/\sqrt{\bar{u}/e_i}` [1]_.

    References
    ----------
    .. [1] Laney, D. B. (2002). Improved control charts for attributes. Quality Engineering, 14(4), 531-537.

    Examples
    --------
    >>> chart = rates([4, 9, 5], [1, 2, 1])
    >>> chart.centre.tolist(), chart.high.round(2).tolist()
    ([4.5, 4.5, 4.5], [10.86, 9.0, 10.86])
    """
    return _attributes(counts, sizes, base, pieces, primed=primed, share=False)


def proportions(
    counts: _Array,
    totals: _Array,
    *,
    base: _Array | None = None,
    pieces: _Array | None = None,
    primed: bool = False,
) -> Chart:
    r"""
    Find the limits of shares with binomial variation: the p chart.

    Parameters
    ----------
    counts : array_like, (..., points)
        The parts, from 0 to their totals.
    totals : array_like, (..., points)
        The wholes, > 0.
    base, pieces : array_like, optional
        As in `individuals`.
    primed : bool, optional
        Whether the limits are widened, or narrowed, by how much the points really vary: the p prime chart of Laney.

    Returns
    -------
    Chart
        The shares, 0 to 1, with their centre and limits, of which none is below 0 or above 1.

    Raises
    ------
    InvalidInputError
        If a part is below 0 or above its total, a total not above 0, shapes differ, or a piece has no point in the base.

    Notes
    -----
    With :math:`\bar{p} = \sum x_i/\sum n_i` the limits are :math:`\bar{p} \pm 3\sqrt{\bar{p}(1 - \bar{p})/n_i}`; the primed
    chart is made as in `rates`.

    Examples
    --------
    >>> chart = proportions([10, 30], [100, 100])
    >>> chart.centre.tolist(), chart.high.round(2).tolist()
    ([0.2, 0.2], [0.32, 0.32])
    """
    return _attributes(counts, totals, base, pieces, primed=primed, share=True)


def means(
    averages: _Array,
    deviations: _Array,
    sizes: _Array,
    *,
    base: _Array | None = None,
    pieces: _Array | None = None,
) -> Chart:
    r"""
    Find the limits of averages of several measurements each: the x̄ chart of an x̄-S pair.

    Parameters
    ----------
    averages, deviations, sizes : array_like, (..., points)
        The mean, the standard deviation (of a sample, >= 0) and the number (>= 2) of the measurements of each point.
    base, pieces : array_like, optional
        As in `individuals`.

    Returns
    -------
    Chart
        The averages with their centre and limits.

    Raises
    ------
    InvalidInputError
        If a deviation is below 0 or a number below 2, shapes differ, or a piece has no point in the base.

    Notes
    -----
    With the averages :math:`x_i` the centre is :math:`\bar{x} = \sum n_i x_i/\sum n_i`, and with
    :math:`s^2 = \sum (n_i - 1)s_i^2/\sum (n_i - 1)` the limits are :math:`\bar{x} \pm 3s/(c_4(n_i)\sqrt{n_i})` [1]_,
    where :math:`c_4(n) = \sqrt{2/(n-1)}\,\Gamma(n/2)/\Gamma((n-1)/2)`.

    References
    ----------
    .. [1] Montgomery, D. C. (2009). Introduction to Statistical Quality Control (6th ed.), section 6.3.2. Wiley.

    Examples
    --------
    >>> chart = means([10, 12], [2, 2], [4, 4])
    >>> chart.centre.tolist(), chart.high.round(3).tolist()
    ([11.0, 11.0], [14.256, 14.256])
    """
    from scipy.special import gammaln

    value, used, piece = _points(averages, base, pieces)
    s, n = (
        np.broadcast_to(_numbers(v, name), value.shape)
        for v, name in ((deviations, "deviations"), (sizes, "sizes"))
    )
    used = used & ~np.isnan(s) & ~np.isnan(n)
    value = np.where(np.isnan(s) | np.isnan(n), np.nan, value)
    if (s < 0).any() or (n < 2).any():  # one measurement has no deviation
        msg = "deviations must be >= 0, and sizes >= 2."
        raise InvalidInputError(msg)
    c4 = np.exp(gammaln(n / 2) - gammaln((n - 1) / 2)) * np.sqrt(2 / (n - 1))
    found = []
    for part in _parts(piece):
        u, size = used[..., part], n[..., part]
        pooled = np.sqrt(_ratio((size - 1) * s[..., part] ** 2, size - 1, u))
        found.append((_ratio(size * value[..., part], size, u), pooled / (c4[..., part] * np.sqrt(size))))
    return _chart(value, found, piece)


def dispersion(counts: _Array, sizes: _Array) -> FloatArray:
    r"""
    Estimate the variance of counts, divided by that of Poisson counts.

    Parameters
    ----------
    counts : array_like, (..., points)
        The counts, >= 0; nan for a gap.
    sizes : array_like, (..., points)
        The sizes to which they are proportional, such as the days of their months; > 0.

    Returns
    -------
    ndarray of float64, (...)
        The dispersion; nan for fewer than two counts, and for counts that are all 0.

    Raises
    ------
    InvalidInputError
        If a count is below 0 or a size not above it, or shapes differ.

    Notes
    -----
    Pearson's statistic divided by its degrees of freedom [1]_: with :math:`\mu_i = e_i \sum c / \sum e` it is
    :math:`\sum (c_i - \mu_i)^2/\mu_i/(k - 1)`. A trend and the seasons also count as variation.

    References
    ----------
    .. [1] McCullagh, P., & Nelder, J. A. (1989). Generalized Linear Models (2nd ed.), section 6.2.4. Chapman and Hall.

    Examples
    --------
    >>> dispersion([8, 12, 10], [1, 1, 1]).item()
    0.4
    """
    chart = rates(counts, sizes)
    expected = chart.centre * _numbers(sizes, "sizes")
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = (chart.value * _numbers(sizes, "sizes") - expected) ** 2 / expected
        return np.asarray(np.nansum(apart, axis=-1) / np.maximum(np.isfinite(apart).sum(axis=-1) - 1, 0))


def _attributes(counts: Any, sizes: Any, base: Any, pieces: Any, *, primed: bool, share: bool) -> Chart:
    count, used, piece = _points(counts, base, pieces, "counts")
    size = np.broadcast_to(_numbers(sizes, "sizes" if not share else "totals"), count.shape)
    if (count < 0).any() or (size <= 0).any() or (share and (count > size).any()):
        rule = (
            "counts must be from 0 to their totals, which are > 0"
            if share
            else "counts must be >= 0, and sizes > 0"
        )
        raise InvalidInputError(f"{rule}; a gap is nan.")
    if np.isnan(size).any():
        used = used & ~np.isnan(size)
    value, found = count / size, []
    for part in _parts(piece):
        u = used[..., part]
        mean = _ratio(count[..., part], size[..., part], u)
        spread = np.sqrt(mean * (1 - mean if share else 1) / size[..., part])
        if primed:
            with np.errstate(invalid="ignore", divide="ignore"):
                z = (value[..., part] - mean) / spread
            z = np.where(spread == 0, 0, z)  # where all are 0, or all are 1, nothing varies
            spread = spread * _mean(np.abs(np.diff(z)), u[..., 1:] & u[..., :-1]) / D2
        found.append((mean, spread))
    return _chart(value, found, piece, 0, 1 if share else np.inf)


def _chart(
    value: FloatArray,
    found: Sequence[tuple[FloatArray, FloatArray]],
    pieces: NDArray[np.int64],
    least: float = -np.inf,
    most: float = np.inf,
) -> Chart:
    """Lay the centre and the distance of the limits of each piece side by side."""
    lines = [
        (centre, (centre - 3 * sigma).clip(least), (centre + 3 * sigma).clip(None, most), sigma)
        for centre, sigma in found
    ]
    parts = [value[..., part].shape for part in _parts(pieces)]
    columns = []
    for line in zip(*lines, strict=True):
        whole = [np.broadcast_to(one, shape) for one, shape in zip(line, parts, strict=True)]
        columns.append(whole[0] if len(whole) == 1 else np.concatenate(whole, axis=-1))
    centre, low, high, sigma = columns
    return Chart(value, centre, low, high, sigma, pieces)


def _numbers(values: Any, name: str) -> FloatArray:
    found = np.asarray(values, dtype=float)
    if not np.isfinite(found).all() and np.isinf(found).any():
        raise InvalidInputError(f"{name} must be finite, or nan for a gap; got an infinite one.")
    return found


def _points(
    values: Any, base: Any, pieces: Any, name: str = "values"
) -> tuple[FloatArray, _Mask, NDArray[np.int64]]:
    """Return the points, which of them the limits are made of, and the piece of each."""
    found = _numbers(values, name)
    if found.ndim == 0:
        raise InvalidInputError(f"{name} must have time along the last axis; got a single number.")
    points = found.shape[-1]
    used = np.ones(points, dtype=bool) if base is None else np.asarray(base, dtype=bool)
    piece = np.zeros(points, dtype=np.int64) if pieces is None else np.asarray(pieces, dtype=np.int64)
    for what, given in (("base", used), ("pieces", piece)):
        if given.shape != (points,):
            raise InvalidInputError(
                f"{what} must have one entry for each of {points} points; got shape {given.shape}."
            )
    for part in _parts(piece):
        if points and not used[part].any():
            raise InvalidInputError("base must hold a point of every piece.")
    gaps = np.isnan(found)
    return found, used & ~gaps if gaps.any() else used, piece


def _parts(pieces: NDArray[np.int64]) -> list[slice]:
    """Return where each piece lies; they follow each other."""
    edges = np.flatnonzero(np.diff(pieces)) + 1
    ends = [0, *edges.tolist(), len(pieces)]
    return [slice(a, b) for a, b in pairwise(ends)]


def _mean(values: FloatArray, there: _Mask) -> FloatArray:
    return _ratio(values, np.ones(()), there)


def _ratio(over: FloatArray, under: FloatArray, there: _Mask) -> FloatArray:
    """Divide two sums over the points that are there; nan where none is."""
    if there.all():
        top, bottom = (
            over.sum(axis=-1, keepdims=True),
            np.broadcast_to(under, over.shape).sum(axis=-1, keepdims=True),
        )
    else:
        top = np.where(there, over, 0).sum(axis=-1, keepdims=True)
        bottom = np.where(there, under, 0).sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan))


# ---- signals ----------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Pattern:
    """What successive points must do to be out of the ordinary.

    Attributes
    ----------
    kind : {"side", "either", "within", "trend", "alternating"}
        Points on one side of the centre, on either side, or close to it; points that rise or fall, or that rise
        and fall in turn.
    points, of : int
        How many points, out of how many successive ones.
    beyond, up_to : float
        How far from the centre they lie, in thirds of the distance to a limit: more than `beyond`, and at most
        `up_to`.
    """

    kind: Literal["side", "either", "within", "trend", "alternating"]
    points: int
    of: int
    beyond: float = 0.0
    up_to: float = np.inf


def signals(chart: Chart, patterns: Iterable[Pattern]) -> tuple[_Mask, _Mask]:
    """
    Find which points show which patterns.

    Parameters
    ----------
    chart : Chart
        Points with centre and limits.
    patterns : iterable of Pattern
        What to look for.

    Returns
    -------
    tuple of ndarray of bool, (patterns, ..., points)
        Which points are a part of a pattern above the centre, or that rises; and of one below it, or that falls. A
        pattern that has no side is in both.

    Notes
    -----
    A pattern ends where new limits start, and a gap is not a point. In a pattern of points on one side only the
    points on that side are marked: "two of three near a limit" marks two points, not three.

    Examples
    --------
    >>> up, down = signals(individuals([5, 6, 5, 6, 5, 6, 5, 20]), [Pattern(kind="side", points=1, of=1, beyond=3)])
    >>> up[0].tolist().index(True), bool(down.any())
    (7, False)
    """
    found = [_found(chart, pattern) for pattern in patterns]
    none = np.zeros((0, *chart.value.shape), dtype=bool)
    return (
        (np.stack([up for up, _ in found]), np.stack([down for _, down in found])) if found else (none, none)
    )


def _found(chart: Chart, pattern: Pattern) -> tuple[_Mask, _Mask]:
    up, down = np.zeros((2, *chart.value.shape), dtype=bool)
    for part in _parts(chart.pieces):
        off = chart.value[..., part] - chart.centre[..., part]
        sigma = chart.sigma[..., part]
        if pattern.kind in ("trend", "alternating"):
            steps = np.sign(np.diff(chart.value[..., part]))
            if pattern.kind == "alternating":
                turn = np.ones(max(steps.shape[-1], 0))
                turn[1::2] = -1
                steps = steps * turn
            rise, fall = (_runs(steps == way, pattern.of - 1) for way in (1, -1))
            for whole, run in ((up, rise), (down, fall)):
                if run.shape[-1]:
                    whole[..., part][..., 1:] |= run
                    whole[..., part][..., :-1] |= run
            continue
        distance = np.abs(off)
        # At the limit itself a point is inside: the comparison is with the line that is drawn.
        far = distance > pattern.beyond * sigma if pattern.beyond else distance > 0
        far &= distance <= pattern.up_to * sigma if np.isfinite(pattern.up_to) else True
        far &= ~np.isnan(sigma)
        if pattern.kind == "within":
            near = (distance <= pattern.up_to * sigma) & (sigma > 0)
            up[..., part] |= _windows(near, pattern)
        elif pattern.kind == "either":
            up[..., part] |= _windows(far, pattern)
        else:
            up[..., part] |= _windows(far & (off > 0), pattern)
            down[..., part] |= _windows(far & (off < 0), pattern)
    if pattern.kind in ("within", "either"):
        down = up
    elif pattern.kind == "alternating":
        up = down = up | down
    return up, down


def _windows(member: _Mask, pattern: Pattern) -> _Mask:
    """Return the members of every stretch of `of` points of which at least `points` are members."""
    length = member.shape[-1]
    found = np.zeros_like(member)
    # A stretch cut short by the end of the series counts if enough of it is there.
    sums = np.concatenate(
        [np.zeros((*member.shape[:-1], 1), dtype=np.int32), np.cumsum(member, axis=-1, dtype=np.int32)],
        axis=-1,
    )
    size = min(pattern.of, length)
    enough = sums[..., size:] - sums[..., : length + 1 - size] >= pattern.points
    for shift in range(size):
        found[..., shift : shift + enough.shape[-1]] |= enough
    return found & member


def _runs(member: _Mask, least: int) -> _Mask:
    """Return the members of every run of at least so many members."""
    if member.shape[-1] < least:
        return np.zeros_like(member)
    return _windows(member, Pattern(kind="side", points=least, of=least))
