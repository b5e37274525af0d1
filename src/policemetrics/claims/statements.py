"""`stated`: a published figure, as the range of what it could mean."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, Literal, TypeAlias

import attrs

from policemetrics import _check
from policemetrics.claims._reading import Direction, Quantity, Reading, read
from policemetrics.claims.ranges import Range, Unit, exact
from policemetrics.definitions import ClaimWord, claim_words
from policemetrics.errors import InvalidInputError
from policemetrics.typing import Number

__all__ = ["Sense", "Stated", "stated"]

Sense: TypeAlias = Literal["change", "level", "either"]
_WIDEST: Final = 10**15


@attrs.frozen(kw_only=True, repr=False)
class Stated:
    """A published figure: what was printed, and the range of what it could mean.

    Attributes
    ----------
    text : str
        As it was published.
    value : float or None
        The figure as printed, in `unit`, negative where it is said to have fallen; None of a range.
    range : Range
        What it could mean. Signed where the text says which way it went; otherwise of the size.
    unit : {"number", "per cent", "points", "seconds"}
        What it is in.
    sense : {"change", "level", "either"}
        What the text says it is: a change ("10% fewer"), a level ("8% of crimes", "fell to 3 s"), or neither.
    direction : {"up", "down", ""}
        Which way it went, where the text says so.
    word : str
        The word by which it was read, "plain" without one.
    nearest : float or None
        The step it was rounded to, where the caller gave it.
    counts, out_of : str
        What is counted ("victims"), and what it is a part of ("crimes"); empty where the text does not say.
    statistic : {"mean", "median", "average", ""}
        Which average it is, where the text says so.
    vintage : str
        Which data it was made from, where the caller said so.
    words : str
        The edition of the table of words.

    Examples
    --------
    >>> claim = stated("around 35,000 fewer victims")
    >>> claim.range.low, claim.range.high
    (-37500.0, -32500.0)
    >>> claim.counts
    'victims'
    >>> -33_000 in claim
    True
    """

    text: str
    value: float | None
    range: Range
    unit: Unit
    sense: Sense
    direction: Direction
    word: str
    nearest: float | None
    counts: str
    out_of: str
    statistic: str
    vintage: str
    words: str

    def __contains__(self, value: Number) -> bool:
        return value in self.range

    @property
    def quoted(self) -> str:
        """The text in quotation marks."""
        return f"“{self.text}”"

    def __str__(self) -> str:
        return f"{self.quoted} is taken to mean {self.range}."

    def __repr__(self) -> str:
        return f"<Stated {self.text!r}: {self.range}>"


def stated(text: str, *, nearest: Number | None = None, vintage: str = "") -> Stated:
    """Read a published figure as the range of what it could mean.

    Parameters
    ----------
    text : str
        The figure and the words that belong to it, at most 120 characters: ``"around 35,000"``, ``"10.3%"``,
        ``"2 minutes 14 seconds"``, ``"almost 11%"``, ``"one in eight"``, ``"halved"``. Which way it went
        ("fewer", "up", "−"), what is counted ("victims", "crimes", "of crimes") and which average it is ("mean",
        "median") may be said too.
    nearest : float, optional
        The step that it was rounded to, > 0, in the unit of the figure: per cent, points or seconds. It takes the
        place of the width of the word, and gives "over" and "up to" a far end. Default is the table of words.
    vintage : str, optional
        Which data it was made from: "published October 2024". Default is not said.

    Returns
    -------
    Stated
        The figure, with its range, exact.

    Raises
    ------
    InvalidInputError
        If the text cannot be read, or can be read in two ways; the forms that can, or both readings, are listed.
    InvalidTypeError
        If it is no text.

    See Also
    --------
    check_claim : Ask whether a figure bears it out.
    policemetrics.definitions.claim_words : How far each word reaches, and why.

    Notes
    -----
    A plain figure is rounded to its last printed digit, and both ends belong: "10.3%" is 10.25% to 10.35%. Zeros
    at the end of a count are taken as rounding, but for the first two digits: "35,000" is 34,500 to 35,500. "One
    in eight" is one in 7.5 to one in 8.5; "three in ten" is 2.5 to 3.5 in ten. The width of each word is data and
    arguable; none of them is official.

    Examples
    --------
    >>> print(stated("around 35,000"))
    “around 35,000” is taken to mean 32,500 to 37,500.
    >>> print(stated("around 35,000", nearest=10_000))
    “around 35,000” is taken to mean 30,000 to 40,000.
    >>> print(stated("2 minutes 14 seconds"))
    “2 minutes 14 seconds” is taken to mean 2 min 13.5 s to 2 min 14.5 s.
    >>> print(stated("one in eight"))
    “one in eight” is taken to mean 11.76% to 13.33%.
    """
    found = read(_check.text(text, "text", empty=True))
    step = None if nearest is None else _step(nearest)
    words = claim_words()
    first = found.quantities[0]
    signed = any(q.direction for q in found.quantities) or bool(found.direction)
    if len(found.quantities) == 1:
        span = _reach(first, words.words[found.word], step, text)
        value = float(-first.value if found.direction == "down" else first.value)
    else:
        span, value = _from_to(found, step, text), None
    return Stated(
        text=" ".join(text.split()),
        value=value,
        range=-span if found.direction == "down" else span,
        unit=first.unit,
        sense="change" if signed else "level" if found.level else "either",
        direction=found.direction,
        word=found.word,
        nearest=None if step is None else float(step),
        counts=found.counts,
        out_of=found.out_of,
        statistic=found.statistic,
        vintage=_check.text(vintage, "vintage", empty=True),
        words=words.edition,
    )


def _step(nearest: Number) -> Fraction:
    """Return the step that the caller gives, of the size of a published figure."""
    _check.number(nearest, "nearest", above=0)
    step = exact(nearest, "nearest")
    if not Fraction(1, _WIDEST) <= step <= _WIDEST:
        msg = f"nearest must lie between 1e-15 and 1e15; got {nearest}."
        raise InvalidInputError(msg)
    return step


def _reach(quantity: Quantity, word: ClaimWord, step: Fraction | None, text: str) -> Range:
    """Let a word reach from the size of a figure."""
    size, (below, above) = quantity.value, quantity.printed if word.width == "printed" else quantity.rounded
    if step is not None:
        below = above = step / 2
    # Without an end a size goes down to nothing, and up without limit; a step given by the caller ends both.
    low = Fraction(0) if word.low is None else size + Fraction(word.low) * below
    if size:
        low = max(low, Fraction(0))
    high = size + Fraction(word.high) * above if word.high is not None else None
    low_included, high_included = word.low_included, word.high_included
    if step is not None and word.low is None:
        low = max(size - step, low)
    if step is not None and word.high is None:
        high, high_included = size + step, True
    if high is not None and (low > high or (low == high and not (low_included and high_included))):
        msg = f"text {_check.shown(text)} cannot be read as a published figure: nothing is {word.word} {quantity.value}."
        raise InvalidInputError(msg)
    return Range(
        exact_low=low,
        exact_high=high,
        low_included=low_included,
        high_included=high_included,
        unit=quantity.unit,
    )


def _from_to(found: Reading, step: Fraction | None, text: str) -> Range:
    """Return the range between two figures, signed where one of them is."""
    first, last = found.quantities
    low, high = (-q.value if q.direction == "down" else q.value for q in found.quantities)
    if first.unit != last.unit or low >= high:
        msg = (
            f"text {_check.shown(text)} cannot be read as a published figure: a range goes from its lower end to its "
            "upper, both in one unit; two figures are stated one by one."
        )
        raise InvalidInputError(msg)
    below, above = (first.printed[0], last.printed[1]) if step is None else (step / 2, step / 2)
    return Range(exact_low=low - below, exact_high=high + above, unit=first.unit)
