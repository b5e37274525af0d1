"""`change`: two published figures that are no counts, and what their rounding leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, overload

import numpy as np

from policemetrics import _check
from policemetrics._compare import Rows
from policemetrics._figure import uncapitalised
from policemetrics._write import fixed, path, rounding, signed, size
from policemetrics.errors import Note
from policemetrics.results import Figure, Results, column, figure, input_field
from policemetrics.typing import Column, Label, Number, Numbers

_MOST_DECIMALS: Final = 6
_NONE: Final = (np.nan, np.nan)


@figure(estimate=("percent_change", "change"))
class PublishedChange(Figure):
    """The change between two published figures that are not counts, and the range that their rounding allows.

    Attributes
    ----------
    old, new : float
        The two figures as published: scores, rates, full-time equivalents.
    change, change_rounding_low, change_rounding_high : float
        The second less the first, and its bounds if both were rounded; the limits are nan if no step was given.
        They are not a confidence interval: a score alone says nothing about chance.
    percent_change, percent_rounding_low, percent_rounding_high : float
        The same in per cent of `old`; nan if that is not above 0.
    old_rounded_to, new_rounded_to : float
        The steps to which the figures were rounded; nan if no step was given.
    between : tuple of str
        When the two figures were measured, if that was given.
    subject : str
        What they are, for the sentence.
    """

    old: float = column("number", "numerator")
    new: float = column("number", "numerator")
    change: float = column("number", "estimate", of=("old", "new"))
    change_rounding_low: float = column("number", "lower", of="change", shown=False)
    change_rounding_high: float = column("number", "upper", of="change", shown=False)
    percent_change: float = column("percent", "estimate", of=("old", "new"))
    percent_rounding_low: float = column("percent", "lower", of="percent_change", shown=False)
    percent_rounding_high: float = column("percent", "upper", of="percent_change", shown=False)
    old_rounded_to: float = input_field()
    new_rounded_to: float = input_field()
    between: tuple[str, str] = ("", "")
    subject: str = "The figure"

    def _sentence(self) -> str:
        steps = self.old_rounded_to, self.new_rounded_to
        both = [fixed(v, _decimals(v, s)) for v, s in zip((self.old, self.new), steps, strict=True)]
        low, high = self.change_rounding_low, self.change_rounding_high
        digits = _decimals(self.change, low, high, *steps)
        relative = f"percentage {self.reason}" if np.isnan(self.percent_change) else self._percent
        tells = rounding(signed(low, digits), signed(high, digits), low)
        if low < 0 < high:
            first, second = (f"{v}{f' in {p}' if p else ''}" for v, p in zip(both, self.between, strict=True))
            return (
                f"The rounding leaves open whether {uncapitalised(self.subject)} rose or fell, {first} and then {second}: "
                f"{signed(self.change, digits)}{tells}; {relative}."
            )
        return f"{self.subject} {path(self.change, size(self.change, digits), tells, both, self.between)}; {relative}."

    @property
    def _percent(self) -> str:
        """Write the percentage with as many decimals as tell its limits apart."""
        low, high = self.percent_rounding_low, self.percent_rounding_high
        said = not np.isnan(low)
        digits = 1
        while digits < _MOST_DECIMALS and (said and fixed(low, digits) == fixed(high, digits)):
            digits += 1
        value, *ends = (signed(v, digits, "%") for v in (self.percent_change, low, high))
        return f"{value} ({' to '.join(ends)})" if said else value


@overload
def change(
    old: Number,
    new: Number,
    /,
    *,
    rounded_to: Number | tuple[Number, Number] | None = None,
    between: tuple[str, str] | None = None,
    subject: str = "The figure",
    caveat: str = "",
) -> PublishedChange: ...
@overload
def change(
    old: Numbers,
    new: Number | Numbers,
    /,
    *,
    labels: Sequence[Label] | Column,
    rounded_to: Number | tuple[Number, Number] | None = None,
    between: tuple[str, str] | None = None,
    subject: str = "The figure",
    caveat: str = "",
) -> Results[PublishedChange]: ...
def change(
    old: Any,
    new: Any,
    /,
    *,
    labels: Any = None,
    rounded_to: Any = None,
    between: Any = None,
    subject: str = "The figure",
    caveat: str = "",
) -> PublishedChange | Results[PublishedChange]:
    """Change between two published figures that are not counts: scores, rates, full-time equivalents.

    Parameters
    ----------
    old, new : float, or sequence of float with `labels`
        The figures before and after, as they were published.
    labels : sequence of str or int, optional
        A label for each pair; gives a table with the dimension ``label``.
    rounded_to : float or tuple of float, optional
        The step to which the figures were rounded, 0.01 for two decimals; or two steps, for `old` and for `new`.
        It gives the limits between which the change must lie. Default is none: the figures are exact.
    between : tuple of str, optional
        When the two figures were measured, for the sentence.
    subject : str, optional
        What they are, for the sentence. Default is ``"The figure"``.
    caveat : str, optional
        A caveat to show with the change.

    Returns
    -------
    PublishedChange or Results of PublishedChange
        The change and the percentage, each with the range that the rounding allows. If the first figure may be 0,
        or is below 0, there is no percentage.

    Raises
    ------
    InvalidInputError
        If a figure is not finite, or not a multiple of its step; or lengths differ.
    InvalidTypeError
        If a figure is not a number.

    See Also
    --------
    rate_change : The same for counts, with a confidence interval.
    harm_per_crime_change : What a change of crime and a change of harm say about the harm of a crime.
    time_change : The same for average times.

    Notes
    -----
    A figure printed as :math:`x` in steps of :math:`s` was between :math:`x - s/2` and :math:`x + s/2`. The
    change is lowest if the first was rounded down and the second up, and highest if it was the other way round.
    For the percentage all four combinations are tried. The limits are worked out in decimals, without the error
    of floats.

    There is no confidence interval: how far a score would move by chance depends on the counts behind it. If you
    treat it as a count, or multiply it by ten until it is whole, the interval has no meaning.

    Examples
    --------
    >>> print(change(81.20, 77.89, rounded_to=0.01))
    The figure fell by 3.31 (−3.32 to −3.30 as far as the rounding tells), from 81.20 to 77.89; −4.08% (−4.09% to −4.06%).

    Two years of a score, made up:

    >>> print(change(5.1, 5.4, rounded_to=0.1, between=("2022/23", "2023/24"), subject="The score"))
    The score rose by 0.3 (+0.2 to +0.4 as far as the rounding tells), from 5.1 in 2022/23 to 5.4 in 2023/24; +5.9% (+3.9% to +7.9%).
    """
    steps = _steps(rounded_to)
    when = ("", "") if between is None else _when(between)
    rows, columns = Rows.of_numbers(labels, {"old": old, "new": new})
    rows.note(Note("stated", caveat, _check.text(caveat, "caveat", empty=True)))
    both = [
        np.atleast_1d(_check.finite(*named)).tolist() for named in zip(columns, ("old", "new"), strict=True)
    ]
    for values, name, step in zip(both, ("old", "new"), steps, strict=True):
        for at, value in enumerate(values):
            _check.refuse_unrounded(value, name if rows.single else f"{name}[{at}]", step)
    bases = np.array(both[0])
    found = np.array([_worked_out(*pair, *steps) for pair in zip(*both, strict=True)]).reshape(-1, 6).T
    names = [
        f"{what}{end}"
        for what in ("change", "percent")
        for end in ("" if what == "change" else "_change", "_rounding_low", "_rounding_high")
    ]
    rows.explain((bases < 0) | (np.array(both[1]) < 0), "not applicable: of figures below 0 there is none")
    rows.explain(
        np.isnan(found[3]), f"not applicable: the first figure {'is' if np.isnan(steps[0]) else 'may be'} 0"
    )
    values = dict(zip(names, found, strict=True)) | {"old": bases, "new": np.array(both[1])}
    made = {"old_rounded_to": steps[0], "new_rounded_to": steps[1], "between": when}
    everywhere = np.ones(len(rows), dtype=bool)
    stand = dict.fromkeys(values, everywhere)  # what has no percentage is nan already
    return rows.results(PublishedChange, values | made | {"subject": _check.text(subject, "subject")}, stand)


def _steps(rounded_to: Any) -> tuple[float, float]:
    """Return the step of each figure; nan where none was said."""
    if rounded_to is None:
        return np.nan, np.nan
    if _check.is_number(rounded_to):
        rounded_to = rounded_to, rounded_to
    if not isinstance(rounded_to, tuple | list) or len(rounded_to) != 2:
        raise _check.wrong_type(rounded_to, "rounded_to must be one step, or a pair of them (of old, of new)")
    old, new = (_check.number(step, f"rounded_to[{i}]", above=0) for i, step in enumerate(rounded_to))
    return old, new


def _when(between: Any) -> tuple[str, str]:
    if not isinstance(between, tuple | list) or len(between) != 2:
        raise _check.wrong_type(between, "between must be a pair of texts, (earlier, later)")
    old, new = (_check.text(label, f"between[{i}]") for i, label in enumerate(between))
    return old, new


def _worked_out(old: float, new: float, *steps: float) -> tuple[float, ...]:
    """Return the change and the percentage, each with its two limits; nan where there is none."""
    before, after = _exact(old), _exact(new)
    rounded = not np.isnan(steps[0])
    half = [_exact(step) / 2 if rounded else Fraction() for step in steps]
    # Every corner: the first figure and the second, each as low and as high as it can have been.
    corners = [(before + a * half[0], after + b * half[1]) for a in (-1, 1) for b in (-1, 1)]
    changes = [second - first for first, second in corners]
    # A percentage supposes a figure above 0 before, and one that cannot be below 0 after.
    ratio = before > half[0] and after >= 0
    percents = [100 * (max(second, Fraction()) / first - 1) for first, second in corners] if ratio else []
    found = [float(after - before), *(_ends(changes) if rounded else _NONE)]
    found += [float(100 * (after / before - 1)) if ratio else np.nan]
    return (*found, *(_ends(percents) if rounded and ratio else _NONE))


def _ends(corners: Sequence[Fraction]) -> tuple[float, float]:
    return float(min(corners)), float(max(corners))


def _exact(value: float) -> Fraction:
    """Return a float as the decimal that it is printed as."""
    return Fraction(Decimal(repr(value)))


def _decimals(*values: float) -> int:
    """Count the decimals that it takes to write all of some numbers, but for those that are no end."""
    exponents = (Decimal(repr(float(v))).normalize().as_tuple().exponent for v in values if np.isfinite(v))
    return min(_MOST_DECIMALS, max((-e for e in exponents if isinstance(e, int)), default=0))
