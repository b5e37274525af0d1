"""The police force area data tables of the Office for National Statistics: every table by name, totals apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from os import PathLike
from types import MappingProxyType
from typing import Any, Final, Literal

import attrs
import numpy as np

from policemetrics import _check, _write
from policemetrics._sources import Source
from policemetrics.definitions import _tables, force_names
from policemetrics.errors import InvalidInputError
from policemetrics.official import _counting
from policemetrics.official._files import Published
from policemetrics.official._progress import Progress, reporter
from policemetrics.official._tables import Column, cell_text, layout, letters, release_date, sheets_of, spelt
from policemetrics.periods import Period
from policemetrics.tallies import Tally

_TITLE: Final = "Office for National Statistics, police force area data tables"
_READER: Final = "ons_force_tables"
_SHEET: Final = re.compile(r"Table (\w+)", re.IGNORECASE)
_CODE: Final = re.compile(r"([EKW][0-9]{8})[0-9]?")  # with the mark of a note
# "Homicide4", "(excluding fraud3)", "Mar '125, 6"
_NOTES: Final = re.compile(
    r"(?:(?<=[A-Za-z)])\s?|(?<='[0-9]{2}))[0-9]{1,2}(?:, ?[0-9]{1,2})*(?=$|\)| +[a-z])"
)
# "December 20191,2" is 2019 with notes 1 and 2, and "March 181,2" is 2018.
_YEAR_ENDING: Final = re.compile(r"year ending ([A-Za-z]+) (20[0-9]{2}|[0-9]{2})(?=[0-9,]*$|[^0-9])")
_NUMBERS: Final = "numbers"
_AREA_HEAD: Final = {"area code", "area codes"}


@attrs.frozen(eq=False, kw_only=True, repr=False)
class ForceTable:
    """One table of a workbook of police force areas: a row for each cell of it.

    Attributes
    ----------
    name, title : str
        "P1", and what stands above the table.
    period : str
        The last period that the title names; empty where it names none.
    notes : tuple of str
        What stands below the table.
    source : Source
        The file.
    columns : mapping of str to tuple
        A row for each cell: ``area_code``, ``area`` and its ``kind`` ("territorial", "other force", "region", "country"),
        the headings ``group`` and ``item`` above it, its ``unit``, the ``value``, or None with the reason in ``mark``.
    """

    name: str
    title: str
    period: str
    notes: tuple[str, ...]
    source: Source
    columns: Mapping[str, tuple[Any, ...]]

    def __len__(self) -> int:
        return len(self.columns["value"])

    def __repr__(self) -> str:
        return f"<ForceTable {self.name}: {_write.count(len(self))} cells; {self.title}>"

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the columns as lists, for ``pandas.DataFrame`` or ``polars.DataFrame``."""
        return {name: list(column) for name, column in self.columns.items()}

    def tally(self, *, of: Literal["subgroup", "group"] = "subgroup") -> Tally:
        """Return the counts of forces, of a table of numbers of offences.

        Parameters
        ----------
        of : {"subgroup", "group"}, optional
            Which offences: those that hold no others, or the nine groups. Each adds up to all. Default is ``"subgroup"``.

        Returns
        -------
        Tally
            Offences by ``force``, ``kind``, ``period`` and ``offence``. Regions, countries and the headings that hold others
            are left apart: the sums of what was read were compared with them.

        Raises
        ------
        InvalidInputError
            If the table is none of numbers of offences.
        """
        _check.choice(of, "of", ("subgroup", "group"))
        rows = [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]
        wanted = (
            _leaves() if of == "subgroup" else [o for o, within in _within().items() if within == _whole()]
        )
        kept = [r for r in rows if r["kind"] in {"territorial", "other force"} and r["item"] in wanted]
        if not kept or any(r["unit"] != _NUMBERS for r in kept) or not self.period:
            msg = (
                f"the table must be one of numbers of offences, to be counted; {self.name} is {self.title!r}."
            )
            raise InvalidInputError(msg)
        marks = {reason: ("not supplied", reason) for reason in {r["mark"] for r in kept if r["mark"]}}
        columns = {
            "force": _column([r["area"] for r in kept]),
            "kind": _column([r["kind"] for r in kept]),
            "period": _column([self.period] * len(kept)),
            "offence": _column([r["item"] for r in kept]),
            "offences": _column([r["mark"] or str(int(r["value"])) for r in kept]),
        }
        return _counting.counted([columns], "offences", self.source, marks)


def ons_force_tables(path: str | PathLike[str], /, *, progress: Progress | bool | None = None) -> ForceTables:
    """Read a workbook "Crime in England and Wales: Police Force Area data tables".

    Parameters
    ----------
    path : str or path
        The file as it was downloaded: .xlsx or .ods, in a .zip or not.
    progress : callable or bool, optional
        Called with (done, total, what) as sheets are read. Default is a line on a terminal, if it takes long.

    Returns
    -------
    ForceTables
        A mapping of every table by its name, "P1", in the order of the workbook. Of a table of numbers of offences
        `ForceTable.tally` gives the counts.

    Raises
    ------
    InvalidInputError
        If the file is none of this kind. When a table is asked for: if a cell of it is neither a number nor a mark, or a
        printed total is not the sum of its parts; both numbers are named.
    """
    published, report = Published.opened(path), reporter(progress)
    released, found = "", {}
    for sheet, rows in sheets_of(published.parts[0], report) if published.parts[0].kind == "workbook" else ():
        named, table = _SHEET.fullmatch(sheet.strip()), list(rows)
        if named:
            found[named[1].upper()] = (sheet, table)
        else:
            released = released or release_date(table)
    if not found:
        msg = f"{published.name}: a workbook with sheets named 'Table P1' and so on was expected; found none."
        raise InvalidInputError(msg)
    return ForceTables(found, published.source(_TITLE, (), released))


class ForceTables(Mapping[str, ForceTable]):
    """The tables of a workbook, by name. One is read when it is asked for; what is not recognised is refused then."""

    def __init__(self, sheets: Mapping[str, tuple[str, Sequence[Sequence[Any]]]], source: Source) -> None:
        self._sheets, self._source = dict(sheets), source

    def __getitem__(self, name: str) -> ForceTable:
        _check.known(name, "table", self._sheets)
        sheet, rows = self._sheets[name]
        return _table(name, sheet, rows, attrs.evolve(self._source, sheets=(sheet,)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._sheets)

    def __len__(self) -> int:
        return len(self._sheets)

    def __repr__(self) -> str:
        return f"<ForceTables of {self._source.file}: {_check.cut(self._sheets, 20)}>"


def _table(name: str, sheet: str, rows: Sequence[Sequence[Any]], source: Source) -> ForceTable:
    """Read one sheet."""
    where = f"{source.file}, sheet {sheet!r}"
    text = [[cell_text(cell) for cell in row] for row in rows]
    at = next((i for i, row in enumerate(text) if row and row[0].casefold() in _AREA_HEAD), None)
    first = next((i for i, row in enumerate(text) if row and _CODE.fullmatch(row[0])), None)
    if at is None or first is None or first <= at:
        msg = f"{where}: a row of headings that begins with 'Area Code' was expected, and areas with codes beneath it; found none."
        raise InvalidInputError(msg)
    heads = _headings(text[1:first], at - 1)
    last = next((i for i in range(first, len(text)) if not any(text[i][1:])), len(text))
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
    named = _YEAR_ENDING.findall(text[0][0])
    ending = [Period.parse(f"year ending {month} 20{year[-2:]}") for month, year in named]
    notes = tuple(filter(None, (row[0] for row in text[last:])))
    title = text[0][0]
    return ForceTable(
        name=name, title=title, period=max(ending).label if ending else "", notes=notes, source=source,
        columns=MappingProxyType({c: tuple(v) for c, v in columns.items()}),
    )  # fmt: skip


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


def _whole() -> str:
    return next(offence for offence, within in _within().items() if not within)


def _leaves() -> list[str]:
    return [offence for offence in _within() if offence not in _within().values()]


def _column(texts: Sequence[str]) -> Column:
    return Column.of(texts, np.arange(len(texts)))


def _check_sums(columns: Mapping[str, Sequence[Any]], places: Sequence[str]) -> None:
    """Compare every printed total with the sum of what it holds."""
    if _NUMBERS not in columns["unit"]:
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
