"""Offence codes as text: those spelt alike, and names that are no codes but categories of many offences."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from typing import Final

from policemetrics import definitions

__all__ = ["READ_AS_TEXT", "is_category", "nearest", "spelling"]

READ_AS_TEXT: Final = (
    "codes such as 4.1 and 4.10 would be one number: read them as text "
    "(in pandas dtype={column: str}, in polars schema_overrides={column: pl.String})"
)
# The categories of the street-level data and of the bulletins that are not in the offence table.
_STREET_CATEGORIES: Final = frozenset(
    {
        "anti social behaviour",
        "bicycle theft",
        "burglary",
        "criminal damage and arson",
        "drugs",
        "other crime",
        "other theft",
        "possession of weapons",
        "public order",
        "robbery",
        "shoplifting",
        "theft from the person",
        "vehicle crime",
        "vehicle offences",
        "violence and sexual offences",
        "violent crime",
    }
)


def nearest(offence: str, codes: Iterable[str]) -> list[str]:
    """Find the codes that are spelt most like one that is not among them."""
    return difflib.get_close_matches(offence, list(codes), n=2)


def spelling(code: str) -> str:
    """Return a code without what typing adds to it: case and blanks."""
    return "".join(code.split()).casefold()


def is_category(label: str) -> bool:
    """Tell whether a label names a group of offences, of which there are several weights."""
    return _bare(label) in _categories()


def _bare(name: str) -> str:
    return name.casefold().replace("-", " ").strip()


@cache
def _categories() -> frozenset[str]:
    """Return the names, bare, of what holds many offences."""
    known = definitions.offences().values()
    return _STREET_CATEGORIES | {
        _bare(name) for offence in known for name in (offence.group, offence.subgroup)
    }
