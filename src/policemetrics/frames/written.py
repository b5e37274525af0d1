"""Counts as tables write them: 1,200 and 1200 (r) are numbers, ``[c]``, ``..`` and <5 are none."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from policemetrics import _check
from policemetrics._cells import INT64, LabelArray
from policemetrics._typing import IntArray
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.frames.nw import nw

# Groups of three, apart by what the field puts between them; a point with zeros is what a spreadsheet adds.
_NUMBER: Final = re.compile(
    r"([-+\u2212]?)([0-9]{1,3}(?:[, \u00a0\u2009\u202f'][0-9]{3})+|[0-9]+)(?:\.0+)?(?:\s*(\D.*))?", re.DOTALL
)
_MARK: Final = re.compile(r"(\[[^\]]*\]|\([^)]*\)|[a-z]{1,2}|[*†‡~^#§¶¹²³])+", re.IGNORECASE)
_MOST_MARKS: Final = 12


def reads_text(dtype: Any, marks: Mapping[str, str] | None) -> bool:
    """Return whether a column of counts holds texts; with marks also one of numbers and texts, as pandas has them."""
    return dtype in (nw.String, nw.Categorical, nw.Enum) or (dtype == nw.Object and marks is not None)


def as_text(name: str, dtype: Any) -> Any:
    """Prepare a column of counts as texts."""
    column = nw.col(name)
    return nw.when(~column.is_null()).then(column.cast(nw.String)) if dtype == nw.Object else column


def marks_of(marks: Mapping[str, str] | Iterable[str] | None, count: str | None) -> dict[str, str] | None:
    """Read ``marks=``: the reason of each mark; of one that came without, what it commonly means."""
    if marks is None:
        return None
    if count is None:
        msg = "marks= says what stands in place of a count, and goes with count=, the column of counts."
        raise InvalidInputError(msg)
    if isinstance(marks, str | bytes) or not isinstance(marks, Iterable):
        msg = f"marks must be a mapping of mark to reason, as in {{'[c]': 'suppressed'}}, or a sequence of marks; got {_check.shown(marks)}."
        raise InvalidTypeError(msg)
    named = dict(marks) if isinstance(marks, Mapping) else {m: _reason(m) for m in marks}
    for mark, reason in named.items():
        _check.text(reason, f"marks[{_check.text(mark, 'marks')!r}]")
    return {mark.strip(): reason for mark, reason in named.items()}


def numbers_of(
    texts: LabelArray, marks: Mapping[str, str] | None, count: str, call: str, places: Mapping[int, str]
) -> tuple[IntArray, list[str]]:
    """Return the number of each text, 0 where it is none, and why it is none.

    Texts are refused where no marks were given, or one is neither a number nor a mark; the message shows one that
    is none, at its place, and the call that reads the column.
    """
    found, why, unread = np.zeros(len(texts), dtype=np.int64), [""] * len(texts), dict[str, int]()
    for at, text in enumerate(str(v).strip() for v in texts.tolist()):
        m = _NUMBER.fullmatch(text)
        mark = ((m[3] or "") if m else text).strip()
        number = (
            int("".join(c for c in m[2] if c.isdigit())) * (-1 if m[1] in {"-", "\u2212"} else 1) if m else 0
        )
        if text in (marks or {}):
            why[at] = (marks or {})[text]
        elif not text:
            why[at] = f"{count} missing in the source"
        elif not m or (mark and mark not in (marks or {})) or not INT64.min <= number <= INT64.max:
            unread.setdefault(mark if m and _MARK.fullmatch(mark) else text, at)
        else:
            found[at] = number
    if unread or marks is None:
        _refuse(texts, unread, marks, count, call, places)
    return found, why


def _refuse(
    texts: LabelArray,
    unread: Mapping[str, int],
    marks: Mapping[str, str] | None,
    count: str,
    call: str,
    places: Mapping[int, str],
) -> None:
    at = next(iter(unread.values()), 0)
    place = f" in {places[at]}" if places.get(at) else ""
    shown = f", {str(texts[at])!r}{place}" if len(texts) else " without a number"
    msg = f"count: column {count!r} must hold whole numbers; got text{shown}"
    if len(unread) > _MOST_MARKS:
        msg += f": turn it into integers first, if it is a column of counts; {len(unread)} of its {len(texts)} texts are no numbers."
    else:
        proposed = {**(marks or {}), **{mark: _reason(mark) for mark in unread}}
        msg += (
            f": turn it into integers with {call}, marks={proposed}), which reads '1,200' as 1200, treats a mark after a number "
            "as a note, and leaves out a mark on its own, for the reason that you give."
        )
    raise InvalidTypeError(msg)


def _reason(mark: str) -> str:
    return _known_marks().get(mark, f"{mark} in the source")


@cache
def _known_marks() -> dict[str, str]:
    """Read what marks in place of a count commonly mean."""
    text = (files("policemetrics") / "definitions" / "count_marks.csv").read_text(encoding="utf-8")
    return {row["mark"]: row["reason"] for row in csv.DictReader(text.splitlines())}
