"""The police force area data tables of the Office for National Statistics: every table by name, totals apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from types import MappingProxyType
from typing import Any, Final, Literal

import attrs
import numpy as np

from policemetrics import _check, _write
from policemetrics._sources import Source
from policemetrics.errors import InvalidInputError
from policemetrics.official import _counting
from policemetrics.official._areas import NUMBERS, groups, leaves, read_areas
from policemetrics.official._files import Published
from policemetrics.official._progress import Progress, reporter
from policemetrics.official._tables import Column, cell_text, release_date, sheets_of
from policemetrics.periods import Period
from policemetrics.tallies import Tally

_TITLE: Final = "Office for National Statistics, police force area data tables"
_SHEET: Final = re.compile(r"Table (\w+)", re.IGNORECASE)
# "December 20191,2" is 2019 with notes 1 and 2, and "March 181,2" is 2018.
_YEAR_ENDING: Final = re.compile(r"year ending ([A-Za-z]+) (20[0-9]{2}|[0-9]{2})(?=[0-9,]*$|[^0-9])")


@attrs.frozen(eq=False, kw_only=True, repr=False)
class ForceTable:
    """One table of a workbook of police force areas: a row for each cell of it.

    Attributes
    ----------
    name, title : str
        "P1", and the title above the table.
    period : str
        The last period in the title; empty if there is none.
    notes : tuple of str
        The notes below the table.
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
        """Return the counts by force, for a table of numbers of offences.

        Parameters
        ----------
        of : {"subgroup", "group"}, optional
            Which offences: those without subdivisions, or the nine groups. Either adds up to all. Default is
            ``"subgroup"``.

        Returns
        -------
        Tally
            Offences by ``force``, ``kind``, ``period`` and ``offence``. Regions, countries and headings with
            subdivisions are left out; they were compared with the sums of what was read.

        Raises
        ------
        InvalidInputError
            If the table is not of numbers of offences.
        """
        _check.choice(of, "of", ("subgroup", "group"))
        rows = [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]
        wanted = leaves() if of == "subgroup" else groups()
        kept = [r for r in rows if r["kind"] in {"territorial", "other force"} and r["item"] in wanted]
        if not kept or any(r["unit"] != NUMBERS for r in kept) or not self.period:
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
        The file as downloaded: .xlsx or .ods; it may be in a .zip.
    progress : callable or bool, optional
        Called with (done, total, what) as sheets are read. Default is a line on a terminal, if it takes long.

    Returns
    -------
    ForceTables
        A mapping of every table by its name, such as "P1", in the order of the workbook. For a table of numbers
        of offences `ForceTable.tally` gives the counts.

    Raises
    ------
    InvalidInputError
        If the file is of another kind. When a table is read: if one of its cells is neither a number nor a mark,
        or a printed total is not the sum of its parts; the error gives both numbers.
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
    """The tables of a workbook, by name. A table is read when you ask for it; what is not recognised is an error then."""

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
    columns, notes = read_areas(rows, f"{source.file}, sheet {sheet!r}")
    title = cell_text(rows[0][0])
    named = _YEAR_ENDING.findall(title)
    ending = [Period.parse(f"year ending {month} 20{year[-2:]}") for month, year in named]
    return ForceTable(
        name=name, title=title, period=max(ending).label if ending else "", notes=tuple(notes), source=source,
        columns=MappingProxyType({c: tuple(v) for c, v in columns.items()}),
    )  # fmt: skip


def _column(texts: Sequence[str]) -> Column:
    return Column.of(texts, np.arange(len(texts)))
