"""`Range`: what a published figure could mean, from one exact end to the other; and how it is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Final, Literal, TypeAlias

import attrs

from policemetrics import _check
from policemetrics._write import MINUS, fixed
from policemetrics.errors import InvalidInputError
from policemetrics.typing import Number

Unit: TypeAlias = Literal["number", "per cent", "points", "seconds"]
UNITS: Final[tuple[Unit, ...]] = ("number", "per cent", "points", "seconds")
# Beyond this a Decimal says nothing that a float does not, and would take all day to multiply out.
_MOST_DIGITS: Final = 400


def exact(value: object, name: str) -> Fraction:
    """Return a finite number as a fraction; a float stands for the decimal that it is printed as."""
    if isinstance(value, Fraction):
        return value
    found = _check.number(value, name)
    if isinstance(value, Integral):
        return Fraction(int(value))
    if isinstance(value, Decimal) and value.adjusted() > -_MOST_DIGITS:
        return Fraction(value)
    return Fraction(repr(found))


def _low(value: object) -> Fraction | None:
    """Return the lower end of a range; None is no end."""
    return None if value is None else exact(value, "exact_low")


def _high(value: object) -> Fraction | None:
    """Return the upper end of a range; None is no end."""
    return None if value is None else exact(value, "exact_high")


def _low_included(value: object) -> bool:
    return _check.flag(value, "low_included")


def _high_included(value: object) -> bool:
    return _check.flag(value, "high_included")


@attrs.frozen(kw_only=True, repr=False)
class Range:
    """What a published figure could mean, exactly. This is not a confidence interval.

    Attributes
    ----------
    exact_low, exact_high : fractions.Fraction or None
        The ends; None if there is no end on that side.
    low_included, high_included : bool
        Whether the ends are included.
    unit : {"number", "per cent", "points", "seconds"}
        What both are in.

    Raises
    ------
    InvalidInputError
        If there is nothing between the ends.

    Examples
    --------
    >>> almost = Range(exact_low=10.5, exact_high=11, high_included=False, unit="per cent")
    >>> print(almost)
    10.5% to below 11%
    >>> 10.887 in almost, 11 in almost
    (True, False)
    """

    exact_low: Fraction | None = attrs.field(converter=_low)
    exact_high: Fraction | None = attrs.field(converter=_high)
    low_included: bool = attrs.field(default=True, converter=_low_included)
    high_included: bool = attrs.field(default=True, converter=_high_included)
    unit: Unit

    def __attrs_post_init__(self) -> None:
        _check.choice(self.unit, "unit", UNITS)
        if _nothing(self.exact_low, self.exact_high, both=self.low_included and self.high_included):
            msg = f"exact_low must be at most exact_high, and below it where an end is left out; got {self.low} and {self.high}."
            raise InvalidInputError(msg)

    @property
    def low(self) -> float:
        """The lower end as a float; −infinity where there is none."""
        return -math.inf if self.exact_low is None else float(self.exact_low)

    @property
    def high(self) -> float:
        """The upper end as a float; infinity where there is none."""
        return math.inf if self.exact_high is None else float(self.exact_high)

    def __contains__(self, value: Number | Fraction) -> bool:
        found = exact(value, "value")
        low, high = self.exact_low, self.exact_high
        above = low is None or found > low or (found == low and self.low_included)
        return above and (high is None or found < high or (found == high and self.high_included))

    def __neg__(self) -> Range:
        return attrs.evolve(
            self,
            exact_low=None if self.exact_high is None else -self.exact_high,
            exact_high=None if self.exact_low is None else -self.exact_low,
            low_included=self.high_included,
            high_included=self.low_included,
        )

    def overlap(self, other: Range) -> Range | None:
        """Return what lies in both.

        Parameters
        ----------
        other : Range
            In the same unit.

        Returns
        -------
        Range or None
            None where nothing does.

        Raises
        ------
        InvalidInputError
            If the units differ.
        InvalidTypeError
            If `other` is no range.
        """
        _check.instance(other, Range, "other must be a Range")
        if other.unit != self.unit:
            msg = f"other must be in the same unit, {self.unit!r}; got {other.unit!r}."
            raise InvalidInputError(msg)
        first = max(other, self, key=_lower)
        # The upper end is the lower one seen from the other side.
        last = max(other, self, key=lambda span: _lower(-span))
        low, high = first.exact_low, last.exact_high
        if _nothing(low, high, both=first.low_included and last.high_included):
            return None
        return attrs.evolve(first, exact_high=high, high_included=last.high_included)

    def __str__(self) -> str:
        return in_words(self)

    def __repr__(self) -> str:
        return f"<Range {self}>"


def _lower(span: Range) -> tuple[Fraction | float, bool]:
    """Place the lower end: the further up the less is in the range; of equal ends that is the one left out."""
    return (-math.inf, False) if span.exact_low is None else (span.exact_low, not span.low_included)


def _nothing(low: Fraction | None, high: Fraction | None, *, both: bool) -> bool:
    """Return whether there is nothing between two ends."""
    return low is not None and high is not None and (low > high or (low == high and not both))


# ---- in words ---------------------------------------------------------------------------

_SIGNS: Final[Mapping[Unit, str]] = {"per cent": "%", "points": " percentage points"}
_MOST_DECIMALS: Final = 6


def in_words(span: Range, digits: int | None = None) -> str:
    """Write a range: "32,500 to 37,500", "above 20%"; with as many decimals as it takes, or as are asked for."""
    low, high, unit = span.exact_low, span.exact_high, span.unit
    if low is None and high is None:
        return "any figure"
    if high is None:
        return f"{'at least' if span.low_included else 'above'} {say(low or Fraction(), unit, digits)}"
    if low is None:
        return f"{'at most' if span.high_included else 'below'} {say(high, unit, digits)}"
    if low == high:
        return f"exactly {say(low, unit, digits)}"
    # Points are named once: "2.35 to 2.45 percentage points".
    first = "number" if unit == "points" else unit
    return (
        f"{'' if span.low_included else 'above '}{say(low, first, digits)} to "
        f"{'' if span.high_included else 'below '}{say(high, unit, digits)}"
    )


def say(value: Fraction, unit: Unit, digits: int | None = None) -> str:
    """Write an exact figure in its unit, with as many decimals as it takes."""
    if unit == "seconds":
        return _time(value, digits)
    return f"{_number(value, digits)}{_SIGNS.get(unit, '')}"


def _number(value: Fraction, digits: int | None) -> str:
    return fixed(float(value), _decimals(value) if digits is None else digits)


def _decimals(value: Fraction) -> int:
    """Count the decimals it takes to write a fraction in full; two where it would take too many."""
    return next((d for d in range(_MOST_DECIMALS + 1) if (value * 10**d).denominator == 1), 2)


def _time(value: Fraction, digits: int | None) -> str:
    """Write seconds in hours, minutes and seconds, none of them rounded away."""
    decimals = _decimals(value) if digits is None else digits
    seconds = Fraction(fixed(float(abs(value)), decimals).replace(",", ""))
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n:,} {unit}" for n, unit in ((hours, "h"), (minutes, "min")) if n]
    if left or not parts:
        parts.append(f"{_number(left, None)} s")
    return (MINUS if value < 0 and seconds else "") + " ".join(parts)
