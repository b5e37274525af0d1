"""Many tests at once: p-values adjusted for how many there are."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from policemetrics import _check
from policemetrics._typing import FloatArray, Numbers
from policemetrics.errors import InvalidInputError
from policemetrics.intervals._shared import as_floats

__all__ = ["ADJUSTMENTS", "Adjustment", "adjusted"]

Adjustment: TypeAlias = Literal["bh", "bonferroni"]
ADJUSTMENTS: Final[tuple[str, ...]] = get_args(Adjustment)


def adjusted(p: Numbers, method: Adjustment = "bh") -> FloatArray:
    r"""Return p-values adjusted for how many tests there are.

    Parameters
    ----------
    p : array_like
        The p-values, 0 to 1, in one dimension; nan where there is no test, which does not count as one.
    method : {"bh", "bonferroni"}, optional
        ``"bh"`` bounds the share of false findings among those found (Benjamini and Hochberg); ``"bonferroni"`` the
        probability of any. Default is ``"bh"``.

    Returns
    -------
    ndarray of float64
        In the order of `p`. Those at most q are found at the level q.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If `p` has not one dimension, or a value is not from 0 to 1.
    UnknownNameError
        If there is no such method.

    Notes
    -----
    Of m tests in ascending order the adjusted value is :math:`\min_{j \ge i} \min(1, m p_{(j)} / j)` [1]_; Bonferroni's
    is :math:`\min(1, m p)`.

    References
    ----------
    .. [1] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful
       approach to multiple testing. Journal of the Royal Statistical Society, Series B, 57(1), 289-300.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    _check.choice(method, "method", ADJUSTMENTS)
    found = as_floats(p, "p")
    if found.ndim != 1 or ((found < 0) | (found > 1)).any():
        msg = "p must be one column of numbers from 0 to 1, or nan where there is no test."
        raise InvalidInputError(msg)
    tested = np.flatnonzero(~np.isnan(found))
    m = len(tested)
    if method == "bonferroni":
        return np.minimum(found * m, 1)
    down = tested[np.argsort(-found[tested], kind="stable")]
    found[down] = np.minimum(np.minimum.accumulate(found[down] * m / np.arange(m, 0, -1)), 1)
    return found
