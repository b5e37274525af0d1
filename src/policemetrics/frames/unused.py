"""A count that was forgotten: rows were counted, and a column of the frame that is not used looks like their count.

Names and types of columns tell it, and the cells that were counted; no row is read for it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from policemetrics import _check
from policemetrics._cells import MEASURED
from policemetrics._typing import IntArray
from policemetrics.errors import InvalidInputError, Note, UnusedCountWarning

ROWS: Final = "rows"
"""What ``count=`` is where rows are counted on purpose."""
_FEWEST: Final = 10  # rows, of which each with a key of its own tells a table of counts from a log
_PLACES: Final = {"whole": "^{}$", "start": "^{}( |$)", "end": "(^| ){}$", "tail": "{}$"}


def rows_on_purpose(count: str | None, columns: Collection[str]) -> bool:
    """Return whether ``count=`` asks for rows; refused where a column has that name."""
    if count == ROWS and ROWS in columns:
        msg = (
            f"count={ROWS!r} counts the rows of a frame, but this one has a column of that name: rename it, to 'n' say, and "
            "give count='n' to add it up."
        )
        raise InvalidInputError(msg)
    return count == ROWS


def warn_of_count(
    schema: Mapping[str, Any], used: Collection[str], dims: Collection[str], n: IntArray
) -> None:
    """Warn where the rows of a frame were counted although it has a column that looks like their count.

    That is one of numbers that is named like a count; or, where each of ten rows and more had a key of its own, any of
    whole numbers that is not named like an identifier, a time, a place or a grade. Measured times are no such key.

    Parameters
    ----------
    schema : mapping of str to type
        The columns of the frame.
    used : collection of str
        Those that were counted by.
    dims : collection of str
        What they are called.
    n : array of int64, (keys,)
        How many rows each key has.
    """
    numbers = {
        c: kind for c, kind in schema.items() if c not in used and (kind.is_numeric() or kind.is_decimal())
    }
    meant = {c: _meaning(c) for c in numbers}
    found, why = [c for c in numbers if meant[c] == "count"], "named like one"
    if not found and dims and MEASURED not in dims and n.max(initial=0) == 1 and len(n) >= _FEWEST:
        found = [c for c, kind in numbers.items() if kind.is_integer() and not meant[c]]
        why = f"of whole numbers, and each of the {len(n)} rows has a key of its own"
    if found and n.any():
        long = (
            f"the rows of the frame were counted, but it has a column that may be their count, {_check.listing(found, most=3)} "
            f"({why}): count={found[0]!r} adds it up, count={ROWS!r} counts rows on purpose."
        )
        _check.warn(UnusedCountWarning, Note("unused-count", f"{found[0]} not used", long))


def _meaning(name: str) -> str:
    """Return what the name of a column says that it holds: "count", "other", or nothing."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name))
    words = " ".join(re.findall("[a-z]+", spaced.lower()))
    return next((meaning for form, meaning in _names() if form.search(words)), "")


@cache
def _names() -> list[tuple[re.Pattern[str], str]]:
    """Read the bundled names, whole ones first, then what is no count: "crime number" is none."""
    text = (files("policemetrics") / "definitions" / "column_names.csv").read_text(encoding="utf-8")
    rows = sorted(
        csv.DictReader(text.splitlines()), key=lambda r: (r["place"] != "whole", r["meaning"] != "other")
    )
    return [(re.compile(_PLACES[r["place"]].format(r["words"])), r["meaning"]) for r in rows]
