"""The vocabulary of published figures: which words say what. How far a word reaches is data, in `definitions`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any, Final, Literal, TypeAlias

from policemetrics.definitions import claim_words

__all__ = ["Kind", "Phrase", "family_of", "phrases"]

Kind: TypeAlias = Literal[
    "number", "sign", "multiplier", "per cent", "points", "time", "m", "fraction", "in", "multiple", "times as",
    "between", "and", "to", "direction", "level", "word", "counts", "out of", "statistic", "filler",
]  # fmt: skip
Phrase: TypeAlias = tuple[Kind, Any]

# What is counted. One crime is not one victim, one outcome or one call, so these never stand for each other.
_FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "crimes": ("crime", "crimes", "offence", "offences"),
    "victims": ("victim", "victims", "person", "people"),
    "outcomes": ("outcome", "outcomes"),
    "arrests": ("arrest", "arrests"),
    "calls": ("call", "calls"),
    "incidents": ("incident", "incidents"),
    "harm": ("harm",),
}
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_DOWN = (
    "down", "down by", "fell", "fell by", "fall", "fall of", "fallen", "fallen by", "drop", "drop of", "dropped",
    "dropped by", "decrease", "decrease of", "decreased", "decreased by", "decline", "decline of", "declined",
    "declined by", "reduction", "reduction of", "reduced by", "cut", "cut of", "cut by", "fewer", "less", "lower",
    "faster", "quicker", "shorter", "minus",
)  # fmt: skip
_UP = (
    "up", "up by", "rose", "rose by", "rise", "rise of", "risen", "risen by", "increase", "increase of", "increased",
    "increased by", "grew", "grew by", "growth", "growth of", "more", "higher", "slower", "longer", "plus",
)  # fmt: skip
_LEVEL = (
    "fell to", "down to", "dropped to", "reduced to", "cut to", "rose to", "increased to", "grew to", "stands at",
    "stood at",
)  # fmt: skip
_TIMES = {
    1: ("s", "sec", "secs", "second", "seconds"),
    60: ("min", "mins", "minute", "minutes"),
    3_600: ("h", "hr", "hrs", "hour", "hours"),
    86_400: ("d", "day", "days"),
}
_MULTIPLIERS = {
    100: ("hundred",),
    10**3: ("thousand", "k"),
    10**6: ("million", "mn"),
    10**9: ("billion", "bn"),
}
_FRACTIONS = {
    2: ("half",),
    3: ("third", "thirds"),
    4: ("quarter", "quarters"),
    5: ("fifth", "fifths"),
    10: ("tenth", "tenths"),
}
# By how much of what there was before.
_MULTIPLES = {
    Fraction(-1, 2): ("halved", "halving"),
    Fraction(1): ("doubled", "doubling", "twice as many", "twice as much", "twice as high", "twice as long"),
    Fraction(2): ("trebled", "tripled", "trebling", "tripling"),
    Fraction(3): ("quadrupled",),
}
_ADJECTIVES = ("", "all ", "recorded ", "all recorded ", "police recorded ", "the ")


def _said() -> Iterator[tuple[str, Phrase]]:
    """List every phrase that is understood, with what it says."""
    for n, word in enumerate(_ONES):
        yield word, ("number", n)
    for n, tens in enumerate(_TENS, start=2):
        yield tens, ("number", 10 * n)
        for one in range(1, 10):
            yield f"{tens} {_ONES[one]}", ("number", 10 * n + one)
    worth: Mapping[Kind, Mapping[Any, tuple[str, ...]]] = {
        "time": _TIMES, "multiplier": _MULTIPLIERS, "fraction": _FRACTIONS, "multiple": _MULTIPLES,
    }  # fmt: skip
    for kind, table in worth.items():
        for value, words in table.items():
            for word in words:
                yield word, (kind, value)
    for direction, words in (("down", _DOWN), ("up", _UP)):
        for word in words:
            yield word, ("direction", direction)
    for word in _LEVEL:
        yield word, ("level", True)
    for entry in claim_words().words.values():
        for word in (entry.word, *entry.also) if entry.word != "plain" else ():
            yield word, ("word", entry.word)
    for family, nouns in _FAMILIES.items():
        for noun in nouns:
            for adjective in _ADJECTIVES:
                yield f"{adjective}{noun}", ("counts", family)
                yield f"of {adjective}{noun}", ("out of", family)
    yield from ((f"times as {size}", ("times as", None)) for size in ("many", "much", "high", "long"))
    yield from ((word, ("per cent", None)) for word in ("%", "per cent", "percent", "pc", "pct"))
    for word in ("point", "points", "percentage point", "percentage points", "pp", "ppt", "ppts"):
        yield word, ("points", None)
    for word in (
        "per cent point",
        "per cent points",
        "percent point",
        "percent points",
        "% point",
        "% points",
    ):
        yield word, ("points", None)
    for statistic, words in (
        ("mean", ("mean", "mean of")),
        ("median", ("median", "median of")),
        ("average", ("average", "on average", "average of")),
    ):
        for word in words:
            yield word, ("statistic", statistic)
    for word in ("in", "in every", "out of", "out of every"):
        yield word, ("in", None)
    yield from (
        ("m", ("m", 60)),
        ("between", ("between", None)),
        ("and", ("and", None)),
        ("to", ("to", None)),
    )
    yield from (
        (word, ("filler", None)) for word in ("a", "an", "the", "by", "of", "at", "is", "was", "were")
    )


@cache
def phrases() -> Mapping[tuple[str, ...], Phrase]:
    """Return what each phrase says, by its words."""
    return {tuple(words.split()): said for words, said in _said()}


def family_of(text: str) -> str:
    """Return what is counted, by a text that names it; empty where it names none or several."""
    # "Violence against the person" counts crimes.
    words = set(text.lower().split()) - {"person", "people"}
    found = [family for family, nouns in _FAMILIES.items() if words & set(nouns)]
    return found[0] if len(found) == 1 else ""
