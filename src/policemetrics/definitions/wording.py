"""What the words around a published figure are taken to mean: a table with a name and a version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Literal

import attrs

from policemetrics._figure import FrozenMapping
from policemetrics.definitions import _tables


@attrs.frozen(kw_only=True)
class ClaimWord:
    """How far one word reaches around a published figure.

    Attributes
    ----------
    word : str
        The word: "around", "over"; "plain" for a figure without one.
    also : tuple of str
        Other words that mean the same.
    low, high : float or None
        The ends, in half widths from the figure: −1 and 1 are half a step below and above it, 0 the figure
        itself. None if the word sets no end.
    low_included, high_included : bool
        Whether the ends are included.
    width : {"printed", "round"}
        Which step: the last digit printed, or the round figure.
    rationale : str
        Why, and possible objections.
    """

    word: str
    also: tuple[str, ...]
    low: float | None
    high: float | None
    low_included: bool
    high_included: bool
    width: Literal["printed", "round"]
    rationale: str


@attrs.frozen(kw_only=True)
class ClaimRule:
    """One number used to read figures without a printed step.

    Attributes
    ----------
    rule : str
        Its name: "digits", "round", "fractions", "multiples".
    value : int
        The number.
    rationale : str
        What it does, and why.
    """

    rule: str
    value: int
    rationale: str


@attrs.frozen(kw_only=True)
class ClaimWords:
    """One edition of the table of words.

    Attributes
    ----------
    name, version : str
        Together they identify the edition.
    rationale : str
        The reasons for it.
    words : mapping of str to ClaimWord
        By word; read-only.
    rules : mapping of str to ClaimRule
        By name; read-only.
    """

    name: str
    version: str
    rationale: str
    words: Mapping[str, ClaimWord]
    rules: Mapping[str, ClaimRule]

    @property
    def edition(self) -> str:
        """Name and version in one."""
        return f"{self.name} {self.version}"


@cache
def claim_words() -> ClaimWords:
    """Return how far each word around a published figure reaches.

    Returns
    -------
    ClaimWords
        The edition in the package. There is no official one: each word has its rationale.

    See Also
    --------
    policemetrics.claims.stated : Read a figure with it; ``nearest=`` overrides a width.

    Examples
    --------
    >>> words = claim_words()
    >>> words.edition
    'policemetrics-words 1'
    >>> words.words["almost"].also
    ('nearly', 'close to', 'just under', 'just below', 'slightly under', 'a little under')
    >>> words.rules["round"].value
    5
    """
    found = json.loads(_tables.text("definitions", "claim_words.json"))
    words = [ClaimWord(**{**word, "also": tuple(word["also"])}) for word in found["words"]]
    rules = [ClaimRule(**rule) for rule in found["rules"]]
    return ClaimWords(
        name=found["name"],
        version=found["version"],
        rationale=found["rationale"],
        words=FrozenMapping({word.word: word for word in words}),
        rules=FrozenMapping({rule.rule: rule for rule in rules}),
    )
