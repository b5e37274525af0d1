"""Sheets of figures by police force area: headings over headings, areas with their codes, marks, and totals that must add up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from policemetrics import _check, _write
from policemetrics.definitions import _tables, force_names
from policemetrics.errors import InvalidInputError
from policemetrics.official import _counting
from policemetrics.official._tables import cell_text, layout, letters, spelt

NUMBERS: Final = "numbers"  # the unit of counts
_READER: Final = "ons_force_tables"
_CODE: Final = re.compile(r"([EKW][0-9]{8})[0-9]?")  # with the mark of a note
# "Homicide4", "(excluding fraud3)", "Mar '125, 6"
_NOTES: Final = re.compile(
    r"(?:(?<=[A-Za-z)])\s?|(?<='[0-9]{2}))[0-9]{1,2}(?:, ?[0-9]{1,2})*(?=$|\)| +[a-z])"
)
_AREA_HEAD: Final = {"area code", "area codes"}


def read_areas(rows: Sequence[Sequence[Any]], where: str) -> tuple[dict[str, list[Any]], list[str]]:
    """Read a sheet: a row for each of its cells, and what stands below the table."""
    text = [[cell_text(cell) for cell in row] for row in rows]
    at = next((i for i, row in enumerate(text) if row and row[0].casefold() in _AREA_HEAD), None)
    first = next((i for i, row in enumerate(text) if row and _CODE.fullmatch(row[0])), None)
    if at is None or first is None or first <= at:
        msg = f"{where}: a row of headings that begins with 'Area Code' was expected, and areas with codes beneath it; found none."
        raise InvalidInputError(msg)
    heads = _headings(text[1:first], at - 1)
    last = next((i for i in range(first, len(text)) if not any(text[i][1:])), len(text))
    if after := next((i for i in range(last, len(text)) if _CODE.fullmatch(text[i][0])), None):
        msg = (
            f"{where}, row {after + 1}: the rows of a table must follow one another; {text[after][0]!r} stands below its end in row "
            f"{last}, so that it may belong to another table."
        )
        raise InvalidInputError(msg)
    columns: dict[str, list[Any]] = {
        c: [] for c in ("area_code", "area", "kind", "group", "item", "unit", "value", "mark")
    }
    places = []
    for i in range(first, last):
        code, area, kind = _area(text[i][0], text[i][1], f"{where}, cell B{i + 1}")
        for j, head in heads.items():
            cell = f"{where}, cell {letters(j)}{i + 1}"
            value, mark = _value(rows[i][j], cell)
            places.append(cell)
            for column, v in zip(columns.values(), (code, area, kind, *head, value, mark), strict=True):
                column.append(v)
    _check_sums(columns, places)
    return columns, [row[0] for row in text[last:] if row[0]]


def _headings(rows: Sequence[Sequence[str]], at: int) -> dict[int, tuple[str, str, str]]:
    """Name every column of figures: the heading over several, its own, and its unit; an empty column parts them."""
    found, group, unit = {}, "", ""
    above = rows[at - 1] if at and not rows[at - 1][0] else [""] * len(rows[at])
    below = rows[at + 1] if at + 1 < len(rows) else [""] * len(rows[at])
    for j in range(2, len(rows[at])):
        if not (above[j] or rows[at][j]):
            group = ""
            continue
        group, unit = above[j] or group, below[j] or unit
        item = rows[at][j] or above[j]
        names = [_NOTES.sub("", " ".join(one.split())) for one in (group if rows[at][j] else "", item, unit)]
        found[j] = (names[0], _offence_names().get(spelt(names[1]), names[1]), spelt(names[2]))
    return found


def _area(code: str, name: str, where: str) -> tuple[str, str, str]:
    """Read an area: its code, its name, and what it is."""
    plain = _NOTES.sub("", name.strip())
    code = code[:9]
    kinds, names = (_counting.label_of(_READER, column) for column in ("code", "area"))
    plain = names.get(code) or names.get(plain, plain)
    kind = kinds.get(code[:3]) or (
        _counting.label_of(_READER, "total").get(spelt(plain)) if not code else None
    )
    if kind:
        return code, plain, kind
    known = _counting.known_forces().get(spelt(plain))
    if known is None or (code and force_names()[known].code != code):
        msg = f"{where}: a police force with its code was expected; got {name!r} ({code or 'no code'})."
        raise InvalidInputError(msg)
    return code, known, force_names()[known].kind


def _value(cell: Any, where: str) -> tuple[float | None, str]:
    """Read a figure, or the reason why there is none."""
    text, marks = cell_text(cell), layout(_READER).marks
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell), ""
    if text in marks:
        return None, marks[text][1]
    try:
        return float(text.replace(",", "")), ""
    except ValueError as error:
        shown = repr(text) if text else "it is empty, or holds the error of a formula"
        msg = f"{where}: a number or one of {_check.listing(marks)} was expected; got {shown}."
        raise InvalidInputError(msg) from error


# ---- totals -----------------------------------------------------------------------------


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    return tuple(_tables.rows("official", "ons_offences.csv"))


@cache
def _offence_names() -> Mapping[str, str]:
    return {
        spelt(name): r["offence"] for r in _rows() for name in (r["offence"], *r["names"].split("|")) if name
    }


@cache
def _within() -> Mapping[str, str]:
    return {row["offence"]: row["within"] for row in _rows()}


def groups() -> list[str]:
    """Return the offences that the total is the sum of."""
    (whole,) = (offence for offence, within in _within().items() if not within)
    return [offence for offence, within in _within().items() if within == whole]


def leaves() -> list[str]:
    """Return the offences that hold no others."""
    return [offence for offence in _within() if offence not in _within().values()]


def _check_sums(columns: Mapping[str, Sequence[Any]], places: Sequence[str]) -> None:
    """Compare every printed total with the sum of what it holds."""
    if NUMBERS not in columns["unit"]:
        return
    areas, items, values = columns["area"], columns["item"], columns["value"]
    at = {key: i for i, key in enumerate(zip(areas, items, strict=True))}
    known = _counting.label_of(_READER, "within")
    for parts_of in ("areas", "offences"):
        parts: dict[int, list[float]] = {}
        for (area, item), i in at.items():
            force = force_names().get(area)
            outer = force.within if force else known.get(area) or known.get(columns["kind"][i], "")
            whole = at.get((outer, item) if parts_of == "areas" else (area, _within().get(item, "")))
            if whole is not None and values[i] is not None:
                parts.setdefault(whole, []).append(values[i])
        for whole, held in parts.items():
            if values[whole] is not None and sum(held) != values[whole]:
                msg = (
                    f"{places[whole]} ({areas[whole]}, {items[whole]}): the printed total must be the sum of its {parts_of}; it "
                    f"is {_write.count(values[whole])}, and they add up to {_write.count(sum(held))}."
                )
                raise InvalidInputError(msg)
