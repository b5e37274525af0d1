"""The vocabulary of published figures: which words say what. How far a word reaches is data, in `definitions`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
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
# Each way: what a figure did ("fell", "fell by", and "fell to", which is no change but a level), what it was ("a fall of",
# "a fall in crime of"), and how it compares.
_WAYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]] = {
    "down": (
        ("down", "fell", "fallen", "dropped", "decreased", "declined", "reduced", "cut"),
        ("fall", "drop", "decrease", "decline", "reduction", "cut"),
        ("fewer", "less", "lower", "faster", "quicker", "shorter", "minus"),
    ),
    "up": (
        ("up", "rose", "risen", "increased", "grew", "grown"),
        ("rise", "increase", "growth"),
        ("more", "higher", "slower", "longer", "plus"),
    ),
}
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
    Fraction(1): (
        "doubled",
        "doubling",
        "double",
        "twice as many",
        "twice as much",
        "twice as high",
        "twice as long",
    ),
    Fraction(2): ("trebled", "tripled", "trebling", "tripling"),
    Fraction(3): ("quadrupled",),
}
_ADJECTIVES = ("", "all ", "recorded ", "all recorded ", "police recorded ", "the ")


def _said() -> Iterator[tuple[Kind, Any, Iterable[str]]]:
    """List what can be said, with the phrases that say it; a later one replaces an earlier one."""
    for n, word in enumerate(_ONES):
        yield "number", n, [word]
    for n, tens in enumerate(_TENS, start=2):
        yield "number", 10 * n, [tens]
        for one in range(1, 10):
            yield "number", 10 * n + one, [f"{tens} {_ONES[one]}"]
    worth: Mapping[Kind, Mapping[Any, tuple[str, ...]]] = {
        "time": _TIMES, "multiplier": _MULTIPLIERS, "fraction": _FRACTIONS, "multiple": _MULTIPLES,
    }  # fmt: skip
    for kind, table in worth.items():
        for value, words in table.items():
            yield kind, value, words
    yield "times as", None, (f"times as {size}" for size in ("many", "much", "high", "long"))
    per_cent = ("%", "per cent", "percent", "pc", "pct")
    yield "per cent", None, per_cent
    yield "points", None, ("point", "points", "percentage point", "percentage points", "pp", "ppt", "ppts")
    yield "points", None, (f"{word} {points}" for word in per_cent for points in ("point", "points"))
    for direction, (verbs, nouns, comparatives) in _WAYS.items():
        yield "direction", direction, (*verbs, *nouns, *comparatives)
        yield "direction", direction, (f"{verb} by" for verb in verbs)
        yield "direction", direction, (f"{noun} {of}" for noun in nouns for of in ("of", "in"))
        yield "level", True, (f"{verb} to" for verb in verbs)
    yield "level", True, ("stands at", "stood at")
    # After the ways, since "up to 10%" is a limit and no level.
    for entry in claim_words().words.values():
        yield "word", entry.word, (*entry.also, *([entry.word] if entry.word != "plain" else []))
    for family, nouns in _FAMILIES.items():
        named = [f"{adjective}{noun}" for noun in nouns for adjective in _ADJECTIVES]
        yield "counts", family, named
        yield "out of", family, (f"of {noun}" for noun in named)
    yield "statistic", "mean", ("mean", "mean of")
    yield "statistic", "median", ("median", "median of")
    yield "statistic", "average", ("average", "on average", "average of")
    yield "in", None, ("in", "in every", "out of", "out of every")
    yield "m", 60, ("m",)
    yield "between", None, ("between",)
    yield "and", None, ("and",)
    yield "to", None, ("to",)
    yield "filler", None, ("a", "an", "the", "by", "of", "at", "is", "was", "were", "has", "have", "been")


@cache
def phrases() -> Mapping[tuple[str, ...], Phrase]:
    """Return what each phrase says, by its words."""
    return {tuple(said.split()): (kind, value) for kind, value, words in _said() for said in words}


def family_of(text: str) -> str:
    """Return what is counted, by a text that names it; empty where it names none or several."""
    # "Violence against the person" counts crimes.
    words = set(re.findall("[a-z]+", text.lower())) - {"person", "people"}
    found = [family for family, nouns in _FAMILIES.items() if words & set(nouns)]
    return found[0] if len(found) == 1 else ""
