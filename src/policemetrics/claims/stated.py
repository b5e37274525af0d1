"""`stated`: a published figure as printed, and the range of what it could mean.

A text is read whole or refused: cut into phrases, which are told apart by one letter each, so that patterns say
which of them make a figure. How far a word reaches is data, `policemetrics.definitions.claim_words`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal, NoReturn, TypeAlias

import attrs

from policemetrics import _check
from policemetrics._write import MINUS
from policemetrics.claims.ranges import Range, Unit, exact
from policemetrics.definitions import ClaimWord, _tables, claim_words
from policemetrics.errors import InvalidInputError
from policemetrics.typing import Number

Direction: TypeAlias = Literal["up", "down", ""]
Sense: TypeAlias = Literal["change", "level", "either"]


@attrs.frozen(kw_only=True, repr=False)
class Stated:
    """A published figure: what was printed, and the range of what it could mean.

    Attributes
    ----------
    text : str
        As it was published.
    value : float or None
        The figure as printed, in `unit`, negative if the text says that it fell; None for a range.
    range : Range
        What it could mean: with a sign if the text gives the direction, otherwise the size.
    unit : {"number", "per cent", "points", "seconds"}
        What it is in.
    sense : {"change", "level", "either"}
        What the text says it is: a change ("10% fewer"), a level ("8% of crimes", "fell to 3 s"), or neither.
    direction : {"up", "down", ""}
        The direction, if the text gives it.
    word : str
        The word by which it was read, "plain" without one.
    nearest : float or None
        The step to which it was rounded, if it was given.
    counts, out_of : str
        What is counted ("victims"), and what it is a part of ("crimes"); empty if the text does not say.
    statistic : {"mean", "median", "average", ""}
        Which average it is, if the text says so.
    vintage : str
        Which data it was made from, if that was stated.
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
        The figure and the words that belong to it, at most 120 characters: ``"around 35,000"``, ``"10.3%"``, ``"2
        minutes 14 seconds"``, ``"almost 11%"``, ``"one in eight"``, ``"halved"``. It may include the direction
        ("fewer", "up", "−"), what is counted ("victims", "crimes", "of crimes") and which average it is ("mean",
        "median").
    nearest : float, optional
        The step to which it was rounded, > 0, in the unit of the figure: per cent, points or seconds. It replaces
        the width of the word, and gives "over" and "up to" a second limit. Default is the table of words.
    vintage : str, optional
        Which data it was made from: "published October 2024". Default is not stated.

    Returns
    -------
    Stated
        The figure, with its range, exact.

    Raises
    ------
    InvalidInputError
        If the text cannot be read, or can be read in two ways; the error lists the forms that can be read, or
        both readings.
    InvalidTypeError
        If it is not text.

    See Also
    --------
    check_claim : Ask whether a figure supports it.
    policemetrics.definitions.claim_words : How far each word reaches, and why.

    Notes
    -----
    A plain figure is taken as rounded to its last printed digit, and both ends are included: "10.3%" is 10.25% to
    10.35%. Zeros at the end of a count are taken as rounding, except in the first two digits: "35,000" is 34,500
    to 35,500. "One in eight" is one in 7.5 to one in 8.5; "three in ten" is 2.5 to 3.5 in ten. The width of each
    word is in a table, and is our choice; none is official.

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
    found = _read(_check.text(text, "text", empty=True))
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


# ---- how far a figure reaches -----------------------------------------------------------

_WIDEST: Final = 10**15


def _step(nearest: Number) -> Fraction:
    """Return the step that the caller gives, of the size of a published figure."""
    _check.number(nearest, "nearest", above=0)
    step = exact(nearest, "nearest")
    if not Fraction(1, _WIDEST) <= step <= _WIDEST:
        msg = f"nearest must lie between 1e-15 and 1e15; got {nearest}."
        raise InvalidInputError(msg)
    return step


def _reach(quantity: _Quantity, word: ClaimWord, step: Fraction | None, text: str) -> Range:
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
        _refuse(text, f"nothing is {word.word} {quantity.value}.")
    return Range(
        exact_low=low,
        exact_high=high,
        low_included=low_included,
        high_included=high_included,
        unit=quantity.unit,
    )


def _from_to(found: _Reading, step: Fraction | None, text: str) -> Range:
    """Return the range between two figures, signed where one of them is."""
    first, last = found.quantities
    low, high = (-q.value if q.direction == "down" else q.value for q in found.quantities)
    if first.unit != last.unit or low >= high:
        why = "a range goes from its lower end to its upper, both in one unit; two figures are stated one by one."
        _refuse(text, why)
    below, above = (first.printed[0], last.printed[1]) if step is None else (step / 2, step / 2)
    return Range(exact_low=low - below, exact_high=high + above, unit=first.unit)


# ---- the text ---------------------------------------------------------------------------

_Kind: TypeAlias = Literal[
    "number", "sign", "multiplier", "per cent", "points", "time", "m", "fraction", "in", "multiple", "times as",
    "between", "and", "to", "direction", "level", "word", "counts", "out of", "statistic", "filler",
]  # fmt: skip
_Phrase: TypeAlias = tuple[_Kind, Any]

_LONGEST_TEXT: Final = 120
_LONGEST_PHRASE: Final = 5
# A float tells every count of so many digits from the next.
_MOST_DIGITS: Final = 15
_FORMS: Final = (
    "The forms that can be read: '328,104', '35,000', '1.2 million', '10.3%' or '10.3 per cent', '2.4 percentage "
    "points', '2 minutes 14 seconds', '2 minutes 14', '11 min', 'one in eight', '3 in 10', 'a quarter', 'halved', 'doubled', 'three "
    "times as many', 'between 5% and 6%', '5% to 6%'; with 'around', 'almost', 'just over', 'over', 'at least', "
    "'under', 'up to', 'exactly'; with which way it went, '10% fewer', 'down 10%', '−10%'; and with what is counted, "
    "'35,000 fewer victims', '8% of crimes', 'a median of 11 minutes'."
)
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
# Dashes stand for minus signs and hyphens; quotation marks and apostrophes for nothing.
_SPELT: Final = {
    **dict.fromkeys((0x2010, 0x2011, 0x2013, 0x2014, ord(MINUS)), "-"),
    **dict.fromkeys((0x22, 0x27, 0x2018, 0x2019, 0x201C, 0x201D), None),
}
_TOKEN = re.compile(rf"{_NUMBER}|[a-z]+|[%+-]")
# One letter for each part of a figure, so that a pattern can tell which parts make one.
_LETTERS: Final[Mapping[_Kind, str]] = {
    "number": "N", "sign": "S", "multiplier": "M", "per cent": "P", "points": "Q", "time": "T", "m": "m", "fraction": "F",
    "in": "I", "multiple": "V", "times as": "X", "between": "B", "and": "A", "to": "O",
}  # fmt: skip
_TIME, _PLAIN = r"S?NT(?:A?NT)*N?", r"S?(?:NM?|M)[PQ]?"
# "2 minutes 14": what follows a unit without one of its own.
_NEXT_UNIT: Final = {3_600: 60, 60: 1}
_SEVERAL: Final = "it holds more than one figure; state each by itself."
_RANGE = re.compile(rf"(B?)({_TIME}|{_PLAIN})([AO])({_TIME}|{_PLAIN})")


@attrs.frozen(kw_only=True)
class _Quantity:
    """A figure of the text: its size, and how far off it may be, below and above, by each of the two widths."""

    value: Fraction
    printed: tuple[Fraction, Fraction]
    rounded: tuple[Fraction, Fraction]
    unit: Unit
    direction: Direction = ""
    part: bool = False


@attrs.frozen(kw_only=True)
class _Reading:
    """What a text says: one quantity or the two ends of a range, and the words around them."""

    quantities: tuple[_Quantity, ...]
    word: str
    direction: Direction
    level: bool
    counts: str
    out_of: str
    statistic: str


def _read(text: str) -> _Reading:
    """Read a text whole, or refuse it."""
    plain = _spelt_alike(text)
    _refuse_ambiguous(plain, text)
    items = _items(plain, text)
    said = {
        kind: _one(kind, items, text)
        for kind in ("direction", "level", "word", "counts", "out of", "statistic")
    }
    quantities = _quantities([item for item in items if item[0] in _LETTERS], text)
    if quantities[0].unit == "seconds" and ("number", "counts") in pairwise(kind for kind, _ in items):
        _refuse(text, _SEVERAL, forms=True)  # "11 minutes 40 calls"
    direction: Direction = said["direction"]
    signs: list[Direction] = [q.direction for q in quantities if q.direction]
    if direction and signs:
        _refuse(text, "it says twice which way it went; write one of them.")
    if said["level"] and (direction or signs):
        _refuse(text, "it says both where it went to and which way; state them as two figures.")
    if len(quantities) > 1 and said["word"]:
        _refuse(text, f"it is a range already, so {said['word']!r} has nothing to widen.")
    # "one in eight crimes" is a part of them; "a third fewer crimes" is not.
    part = any(q.part for q in quantities) and not direction
    out_of = said["out of"] or (said["counts"] if part else "")
    return _Reading(
        quantities=quantities,
        word=said["word"] or "plain",
        direction=direction or (signs[0] if len(quantities) == 1 and signs else ""),
        level=bool(said["level"] or out_of or part),
        counts="" if part else said["counts"],
        out_of=out_of,
        statistic=said["statistic"],
    )


def _one(kind: str, items: Sequence[_Phrase], text: str) -> Any:
    """Return what the text says of one kind; empty where it says nothing."""
    found = list(dict.fromkeys(value for of, value in items if of == kind))
    if len(found) > 1:
        _refuse(text, f"it says both {found[0]!r} and {found[1]!r}; only one of them can be meant.")
    return found[0] if found else ""


def _refuse(text: str, why: str, *, forms: bool = False) -> NoReturn:
    msg = f"text {_check.shown(text)} cannot be read as a published figure: {why}{' ' + _FORMS if forms else ''}"
    raise InvalidInputError(msg)


def _spelt_alike(text: str) -> str:
    """Bring signs, hyphens, quotes and spaces to one spelling."""
    if len(text) > _LONGEST_TEXT:
        why = (
            f"it is longer than {_LONGEST_TEXT} characters; give the figure and the words that belong to it."
        )
        _refuse(text, why, forms=True)
    plain = text.lower().translate(_SPELT)
    plain = " ".join(plain.split()).rstrip(" .;!")
    plain = re.sub(r"(?<=[a-z])-(?=[a-z])|(?<=[0-9])-(?=[a-z])|,(?= )", " ", plain)
    plain = re.sub(r"(?<=[a-z])\.", "", plain)
    plain = re.sub(r"(?<=[0-9%])\+", " or more", plain).replace("~", "around ")
    # Between two figures a hyphen is no minus.
    return re.sub(r"(?<=[0-9%]) ?- ?(?=[0-9])", " to ", plain)


def _refuse_ambiguous(plain: str, text: str) -> None:
    """Refuse what can be read in two ways, and name both."""
    for form, readings in _AMBIGUOUS:
        if m := re.search(form, plain):
            one, other = readings(m)
            _refuse(text, f"{m[0].strip()!r} can mean {one} or {other}; write the one that is meant.")


def _clock(m: re.Match[str]) -> tuple[str, str]:
    parts = [int(p) for p in re.split("[:.]", m[0])]
    fine = _units(parts, ("minutes", "seconds", "hundredths of a second"))
    return _units(parts, ("hours", "minutes", "seconds")), fine


def _units(amounts: Sequence[int], units: Sequence[str]) -> str:
    """Write two or three amounts in the units they have, from the first on."""
    named = [(n, unit) for n, unit in zip(amounts, units, strict=False) if n]
    said = [f"{n} {unit.removesuffix('s') if n == 1 and ' ' not in unit else unit}" for n, unit in named]
    return f"'{' '.join(said) or f'0 {units[len(amounts) - 1]}'}'"


_AMBIGUOUS: Final = (
    (
        r"[0-9]+ ?/ ?[0-9]+",
        lambda m: (f"'{m[0].replace('/', ' in ')}'", "a date or a period, which is no figure"),
    ),
    (r"[0-9]+(?::[0-9]+){1,2}(?![0-9:])|[0-9]+\.[0-9]+\.[0-9]+(?![0-9.])", _clock),
    (
        r"(?<![0-9,.])([0-9]+)\.([0-5][0-9]) ?(?:(?P<minutes>m|mins?|minutes?)|h|hrs?|hours?)\b",
        lambda m: (
            f"a decimal, '{m[1]}.{m[2]}'",
            _units([int(m[1]), int(m[2])], ("minutes", "seconds") if m["minutes"] else ("hours", "minutes")),
        ),
    ),
    (
        r"(?<![0-9,.])[0-9]+,[0-9]{1,2}(?![0-9])",
        lambda m: (f"'{m[0].replace(',', '.')}'", f"'{m[0].replace(',', '')}'"),
    ),
    (
        r"([0-9.]+|[a-z]+) times (?:more|higher|greater|longer|fewer|less|lower)\b",
        lambda m: (f"'{m[1]} times as many'", "that and once more"),
    ),
)


def _items(plain: str, text: str) -> list[_Phrase]:
    """Cut a text into what it says, a phrase before its parts; what is not understood is refused."""
    if left := _TOKEN.sub(" ", plain).split():
        _refuse(text, f"{left[0]!r} is not understood.", forms=True)
    tokens = _TOKEN.findall(plain)
    found: list[_Phrase] = []
    while tokens:
        length = 1
        if tokens[0][0] in ".0123456789":
            found.append(("number", tokens[0]))
        elif tokens[0] in "+-":
            found.append(("sign", "up" if tokens[0] == "+" else "down"))
        else:
            length = next((n for n in range(_LONGEST_PHRASE, 0, -1) if tuple(tokens[:n]) in _phrases()), 0)
            if not length:
                why = f"{tokens[0]!r} is not understood; leave out what does not belong to the figure."
                _refuse(text, why, forms=True)
            found.append(_phrases()[tuple(tokens[:length])])
        del tokens[:length]
    return found


def _quantities(items: list[_Phrase], text: str) -> tuple[_Quantity, ...]:
    """Read the parts of a figure: one quantity, or the two ends of a range."""
    shape = "".join(_LETTERS[kind] for kind, _ in items)
    if "m" in shape and "T" not in shape:
        _refuse(text, "'m' can mean 'million' or 'minutes'; write the one that is meant.")
    shape = shape.replace("m", "T")
    m = _RANGE.fullmatch(shape)
    if m and (m[1] == "B") == (m[3] == "A"):
        first, last = items[m.start(2) : m.end(2)], items[m.start(4) :]
        if re.fullmatch("S?N", m[2]) and re.fullmatch("S?N(?:M?[PQ]?|T)", m[4]):
            # "30 to 35 thousand": the unit is said once.
            first += last[m[4].index("N") + 1 :]
        return _quantity(first, text), _quantity(last, text)
    return (_quantity(items, text),)


def _quantity(items: list[_Phrase], text: str) -> _Quantity:
    """Read the parts of one quantity, by what they are."""
    values = [value for _, value in items]
    shape = "".join(_LETTERS[kind] for kind, _ in items).replace("m", "T")
    if re.fullmatch(_PLAIN, shape):
        return _plain(items, text)
    if re.fullmatch(_TIME, shape):
        return _time(items, text)
    if re.fullmatch("NI[NM]", shape):
        return _one_in(_number(values[0], text), _number(values[2], text), text)
    if re.fullmatch("N?F", shape):
        return _fraction(_number(values[0], text).value if shape == "NF" else Fraction(1), values[-1], text)
    if shape == "V":
        return _multiple(Fraction(values[0]), None)
    if shape == "NX":
        number = _number(values[0], text)
        return _multiple(number.value - 1, number.step)
    why = "there is no figure in it."
    if shape.count("N") > 1:
        why = _SEVERAL
    elif set(shape) & set("NFV"):
        why = "the words beside the figure do not make sense with it."
    _refuse(text, why, forms=True)


# ---- figures ----------------------------------------------------------------------------


@attrs.frozen
class _Number:
    """A number as it is printed: its value, its last digit's worth, and the same for a count."""

    value: Fraction
    step: Fraction
    count_step: Fraction


def _number(written: str | int, text: str) -> _Number:
    digits = str(written).replace(",", "")
    if len(digits) > _MOST_DIGITS:
        _refuse(text, f"no published figure has more than {_MOST_DIGITS} digits.")
    whole, _, decimals = digits.partition(".")
    step = Fraction(1, 10 ** len(decimals))
    zeros = 0 if decimals else len(whole) - len(whole.rstrip("0"))
    rounded = min(zeros, len(whole) - claim_words().rules["digits"].value)
    return _Number(Fraction(digits), step, Fraction(10**rounded) if rounded > 0 else step)


def _within(value: Fraction, step: Fraction, unit: Unit, direction: Direction) -> _Quantity:
    """Make a quantity that is rounded to a step, or to a round multiple of it."""
    by = claim_words().rules["round"].value
    wide = step * by if (value / step) % by == 0 else step
    return _Quantity(
        value=value,
        printed=(step / 2, step / 2),
        rounded=(wide / 2, wide / 2),
        unit=unit,
        direction=direction,
    )


def _plain(items: list[_Phrase], text: str) -> _Quantity:
    """Read a count, a percentage or points: '35,000', '1.2 million', '−10.3%'."""
    said = dict(items)
    number = _number(said.get("number", 1), text)
    unit: Unit = "per cent" if "per cent" in said else "points" if "points" in said else "number"
    step = number.count_step if unit == "number" and "multiplier" not in said else number.step
    times = said.get("multiplier", 1)
    return _within(number.value * times, step * times, unit, said.get("sign", ""))


def _time(items: list[_Phrase], text: str) -> _Quantity:
    """Read hours, minutes and seconds, the larger unit first: '2 minutes 14 seconds', or '2 minutes 14' for short."""
    numbers = [_number(value, text) for kind, value in items if kind == "number"]
    units = [value for kind, value in items if kind in {"time", "m"}]
    if len(numbers) > len(units):
        whole = numbers[-2].step == 1 and re.fullmatch("[0-5]?[0-9]", str(items[-1][1]))
        if not whole or units[-1] not in _NEXT_UNIT:
            _refuse(text, _SEVERAL, forms=True)
        units.append(_NEXT_UNIT[units[-1]])
    if units != sorted(set(units), reverse=True):
        why = "a time is written from its largest unit to its smallest, each once: '2 minutes 14 seconds'."
        _refuse(text, why)
    value = sum((n.value * unit for n, unit in zip(numbers, units, strict=True)), Fraction())
    return _within(value, numbers[-1].step * units[-1], "seconds", dict(items).get("sign", ""))


def _percentage(
    value: Fraction, below: Fraction, above: Fraction, direction: Direction = "", *, part: bool = False
) -> _Quantity:
    """Make a quantity in per cent that was said in words, so that it has one width."""
    off = below, above
    return _Quantity(value=value, printed=off, rounded=off, unit="per cent", direction=direction, part=part)


def _one_in(part: _Number, whole: _Number, text: str) -> _Quantity:
    """Read a part of a whole: one in so many is rounded in the whole, several in so many in the part."""
    n, m = part.value, whole.value
    if n.denominator > 1 or m.denominator > 1 or not 0 < n <= m or m < 2:
        _refuse(text, "'one in eight' needs two whole numbers, the smaller one first.")
    half = whole.count_step / 2 if n == 1 else Fraction(1, 2)
    low, high = (n / (m + half), n / (m - half)) if n == 1 else ((n - half) / m, (n + half) / m)
    value = 100 * n / m
    return _percentage(value, value - 100 * low, 100 * high - value, part=True)


def _fraction(parts: Fraction, of: int, text: str) -> _Quantity:
    """Read a fraction in words: 'a quarter', 'two thirds'."""
    if not 0 < parts <= of:
        _refuse(text, "a fraction in words is a part of one: 'a quarter', 'two thirds'.")
    half = Fraction(claim_words().rules["fractions"].value, 2)
    return _percentage(100 * parts / of, half, half, part=True)


def _multiple(more: Fraction, step: Fraction | None) -> _Quantity:
    """Read how many times there is what there was: 'doubled', 'three times as many'."""
    rules = claim_words().rules
    width = Fraction(rules["fractions" if more < 0 else "multiples"].value)
    half = (width if step is None else min(width, 100 * step)) / 2
    return _percentage(100 * abs(more), half, half, "down" if more < 0 else "up")


# ---- words ------------------------------------------------------------------------------


@cache
def _vocabulary() -> Any:
    """Return the bundled words: numbers, which way it went, what is counted, and the phrases that mean one thing each."""
    return json.loads(_tables.text("definitions", "claim_phrases.json"))


def _said() -> Iterator[tuple[_Kind, Any, Iterable[str]]]:
    """List what can be said, with the phrases that say it; a later one replaces an earlier one."""
    known = _vocabulary()
    for row in known["phrases"]:
        yield row["kind"], row["value"], row["phrases"]
    ones = known["ones"]
    for n, word in enumerate(ones):
        yield "number", n, [word]
    for n, tens in enumerate(known["tens"], start=2):
        yield "number", 10 * n, [tens]
        for one in range(1, 10):
            yield "number", 10 * n + one, [f"{tens} {ones[one]}"]
    for direction, way in known["ways"].items():
        verbs, nouns = way["verbs"], way["nouns"]
        yield "direction", direction, (*verbs, *nouns, *way["comparatives"])
        yield "direction", direction, (f"{verb} by" for verb in verbs)
        yield "direction", direction, (f"{noun} {of}" for noun in nouns for of in ("of", "in"))
        # What "fell to" is no change but a level.
        yield "level", True, (f"{verb} to" for verb in verbs)
    # After the ways, since "up to 10%" is a limit and no level.
    for entry in claim_words().words.values():
        yield "word", entry.word, (*entry.also, *([entry.word] if entry.word != "plain" else []))
    # One crime is not one victim, one outcome or one call, so these never stand for each other.
    for family, nouns in known["families"].items():
        named = [f"{adjective} {noun}" for noun in nouns for adjective in known["adjectives"]]
        yield "counts", family, named
        yield "out of", family, (f"of {noun}" for noun in named)


@cache
def _phrases() -> Mapping[tuple[str, ...], _Phrase]:
    """Return what each phrase says, by its words."""
    return {tuple(said.split()): (kind, value) for kind, value, words in _said() for said in words}


def family_of(text: str) -> str:
    """Return what is counted, by a text that names it; empty where it names none or several."""
    # "Violence against the person" counts crimes.
    words = set(re.findall("[a-z]+", text.lower())) - {"person", "people"}
    families = _vocabulary()["families"]
    found = [family for family, nouns in families.items() if words & set(nouns)]
    return found[0] if len(found) == 1 else ""
