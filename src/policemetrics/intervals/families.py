"""Families of intervals: limits, p-value and variance under one name, so that what a table shows always agrees.

A metric that is told ``method="score"`` takes one object from a table, and gets all its uncertainty from that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NoReturn

import attrs

from policemetrics import _check
from policemetrics._typing import FloatArray, RatioMethod
from policemetrics.errors import InvalidTypeError
from policemetrics.intervals._shared import Limits
from policemetrics.intervals.pairs import newcombe_p_value
from policemetrics.intervals.poisson import (
    byar,
    byar_p_value,
    count_variance,
    dobson,
    garwood,
    garwood_p_value,
    normal_above_zero,
    phe,
    phe_p_value,
)
from policemetrics.intervals.proportions import (
    clopper_pearson,
    clopper_pearson_p_value,
    difference_variance,
    newcombe,
    proportion_variance,
    wilson,
    wilson_p_value,
)
from policemetrics.intervals.ratios import log_ratio_variance, rate_ratio, rate_ratio_p_value


def _name(value: str) -> str:
    return _check.text(value, "name")


def _function(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """Refuse what cannot be called; of the limits, None as well."""
    if not (callable(value) or (value is None and field.name != "limits")):
        msg = f"{field.name} must be a function; got {_check.shown(value)} ({type(value).__name__})."
        raise InvalidTypeError(msg)


@attrs.frozen
class Family:
    r"""
    Limits, p-value and variance of one method, which agree with each other.

    The p-value is below :math:`\alpha` exactly where the limits at the level :math:`1 - \alpha` exclude the
    value tested. The functions take numbers, sequences, arrays and columns that broadcast against each other, and
    return float64 in the broadcast shape. What they are called with is the same for all families of a table:

    ================= ================================== ==================== ===================================
    table             ``limits``                         ``p_value``          ``variance``
    ================= ================================== ==================== ===================================
    `COUNTS`          ``x``, in events                   ``x, expected``      ``x``, of the count
    `RATIOS`          ``x1, x2, e1, e2``, of the ratio   the same, against 1  the same, of the log of the ratio
    `PROPORTIONS`     ``x, n``, as fractions             ``x, n, expected``   ``x, n``, of the proportion
    `DIFFERENCES`     ``x1, n1, x2, n2``, as fractions   the same, against 0  the same, of the difference
    `WEIGHTED_SUMS`   ``score, variance, count``         none                 none: it is given
    ================= ================================== ==================== ===================================

    Every ``limits`` takes `confidence_level` besides, 0.95 if not given. In `RATIOS` all three take
    ``dispersion``, 1 if not given, which must be 1 for all families but ``"score"``.

    Attributes
    ----------
    name : str
        What the table, and ``method=`` of a metric, calls it.
    limits : callable
        Returns the lower and the upper limit.
    p_value : callable or None
        Returns the two-sided p-value; None where the method has no test that inverts its limits exactly.
    variance : callable or None
        Returns the estimated variance; None where it is one of the arguments.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the name is not text or is blank, or a function cannot be called.

    See Also
    --------
    rate_ratio, rate_ratio_p_value, garwood, byar, phe, wilson, clopper_pearson, newcombe, dobson

    Examples
    --------
    >>> family = RATIOS["score"]
    >>> family
    Family(name='score')
    >>> low, high = family.limits(120, 100)
    >>> f"{low:.3f} to {high:.3f}, p = {family.p_value(120, 100):.3f}, variance {family.variance(120, 100):.4f}"
    '0.921 to 1.564, p = 0.178, variance 0.0183'
    >>> WEIGHTED_SUMS["dobson"].p_value is None
    True
    """

    name: str = attrs.field(converter=_name)
    limits: Callable[..., Limits] = attrs.field(repr=False, validator=_function)
    p_value: Callable[..., FloatArray] | None = attrs.field(default=None, repr=False, validator=_function)
    variance: Callable[..., FloatArray] | None = attrs.field(default=None, repr=False, validator=_function)


class Families(dict[str, Family]):
    """Families for one kind of figure, by the names of their methods: a mapping that cannot be changed.

    A name that is not in it is refused in the words that a metric has for its ``method=``:

    >>> RATIOS["wald"]
    Traceback (most recent call last):
    policemetrics.errors.UnknownNameError: method must be one of 'score', 'exact', 'midp'; got 'wald'.
    """

    def __init__(self, *families: Family) -> None:
        super().__init__({family.name: family for family in families})

    def __missing__(self, method: str) -> Family:
        _check.choice(method, "method", tuple(self))
        raise KeyError(method)  # what is no text, and yet equals none of them

    def __reduce__(self) -> tuple[type[Families], tuple[Family, ...]]:
        return Families, tuple(self.values())

    def __repr__(self) -> str:
        return f"Families({', '.join(self)})"

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        msg = "the families of intervals cannot be changed."
        raise InvalidTypeError(msg)

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = clear = setdefault = _refuse  # pyright: ignore[reportAssignmentType]


def _ratio(method: RatioMethod) -> Family:
    return Family(
        method,
        limits=partial(rate_ratio, method=method),
        p_value=partial(rate_ratio_p_value, method=method),
        variance=partial(log_ratio_variance, method=method),
    )


COUNTS: Final = Families(
    Family("exact", garwood, garwood_p_value, count_variance),
    Family("byar", byar, byar_p_value, count_variance),
    Family("phe", phe, phe_p_value, count_variance),
)

RATIOS: Final = Families(_ratio("score"), _ratio("exact"), _ratio("midp"))

PROPORTIONS: Final = Families(
    Family("wilson", wilson, wilson_p_value, proportion_variance),
    Family("clopper-pearson", clopper_pearson, clopper_pearson_p_value, proportion_variance),
)

# The usual test, with a pooled variance, can contradict Newcombe's limits: this one inverts them.
DIFFERENCES: Final = Families(Family("newcombe", newcombe, newcombe_p_value, difference_variance))

# The variance of a weighted sum needs the weights, so that it is an argument here.
WEIGHTED_SUMS: Final = Families(
    Family("dobson", partial(dobson, limits="garwood")),
    Family("dobson-byar", partial(dobson, limits="byar")),
    Family("normal", normal_above_zero),
)
