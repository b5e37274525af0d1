"""Tables in published files: the row of headings, the columns by their names in all spellings, cells by their address.

What a file calls its columns stands in ``columns.csv``, by reader; what stands in place of a number, in ``marks.csv``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._handover import optional
from policemetrics._typing import IntArray
from policemetrics.definitions import _tables
from policemetrics.errors import InvalidInputError
from policemetrics.official._files import Part, Published, workbook_of
from policemetrics.official._progress import Progress

_HEADINGS_WITHIN: Final = 40  # rows from the top
_ROWS_AT_ONCE: Final = 50_000
_BYTES_AT_ONCE: Final = 8 << 20
_NUMBER: Final = re.compile(r"([-+\u2212]?)([0-9]{1,3}(?:[, '\u2009\u202f][0-9]{3})+|[0-9]+)(?:\.0+)?")
_RELEASED: Final = re.compile(
    r"(?:released?|published|publication date|release date)(?: on)?:? (?:\w+day,? )?([0-9]{1,2} [A-Z][a-z]+ [0-9]{4})",
    re.IGNORECASE,
)
_MOST: Final = (1 << 53) - 1  # what a spreadsheet can hold to the last digit
_NOTE: Final = re.compile(r"\s*(?:\[note[^\]]*\]|\(note[^)]*\))$", re.IGNORECASE)


@attrs.frozen(eq=False)
class Column:
    """The texts of a column: those that occur, and which of them stands in each row. The empty one is a blank cell."""

    labels: Sequence[str]
    codes: IntArray

    @classmethod
    def of(cls, labels: Sequence[str], codes: IntArray) -> Column:
        """Make a column of texts of which some do not occur, and some occur twice."""
        there, again = np.unique(codes, return_inverse=True)
        known: dict[str, int] = {}
        one = np.array([known.setdefault(labels[int(code)], len(known)) for code in there], dtype=np.int64)
        return cls(list(known), one[again.reshape(-1)] if len(one) else np.zeros(0, dtype=np.int64))

    def mapped(self, new: Callable[[str], str]) -> Column:
        """Give every text a new one."""
        return Column.of([new(label) for label in self.labels], self.codes)

    def texts(self) -> list[str]:
        """Return the text of each row, of a small table."""
        return [self.labels[int(code)] for code in self.codes]

    def __len__(self) -> int:
        return len(self.codes)


@attrs.frozen(eq=False)
class Layout:
    """What a reader looks for: its columns and their names in the files, and the marks instead of numbers."""

    names: Mapping[str, tuple[str, ...]]
    optional: frozenset[str]
    marks: Mapping[str, tuple[str, str]]

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which there is no table."""
        return tuple(name for name in self.names if name not in self.optional)

    def places(self, row: Sequence[Any]) -> dict[str, int]:
        """Find the columns in a row of headings: their positions, by our names."""
        at: dict[str, int] = {}
        for i, cell in enumerate(row):
            at.setdefault(_heading(cell_text(cell)), i)
        there = (
            (ours, [at[h] for h in map(_heading, names) if h in at]) for ours, names in self.names.items()
        )
        return {ours: places[0] for ours, places in there if places}

    def expected(self) -> str:
        """Write the columns that are needed, as the files call them."""
        return _check.listing([self.names[name][0] for name in self.needed])


@cache
def layout(reader: str) -> Layout:
    """Read what a reader looks for."""
    rows = [row for row in _tables.rows("official", "columns.csv") if row["reader"] == reader]
    marks = [row for row in _tables.rows("official", "marks.csv") if row["reader"] == reader]
    return Layout(
        MappingProxyType({row["column"]: tuple(row["names"].split("|")) for row in rows}),
        frozenset(row["column"] for row in rows if row["needed"] == "no"),
        MappingProxyType({row["mark"]: (row["kind"], row["reason"]) for row in marks}),
    )


@attrs.frozen(eq=False)
class Table:
    """One table of a published file: its columns by our names, each row with its number in the sheet.

    Attributes
    ----------
    where : str
        The file, and the sheet or member.
    sheet : str
        The sheet; empty for a text file.
    heads : mapping of str to (str, int)
        How the file writes each column, and its position.
    columns : mapping of str to Column
        The texts.
    numbers : array of int64, (rows,)
        The number of each row in the file or sheet, from 1.
    """

    where: str
    sheet: str
    heads: Mapping[str, tuple[str, int]]
    columns: Mapping[str, Column]
    numbers: IntArray

    def __len__(self) -> int:
        return len(self.numbers)

    def rows(self) -> Iterator[dict[str, str]]:
        """Return the texts row by row, of a small table."""
        texts = {name: column.texts() for name, column in self.columns.items()}
        return (dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True))

    def place(self, name: str, code: int) -> str:
        """Name the first cell that holds one of the texts of a column."""
        row = int(self.numbers[np.argmax(self.columns[name].codes == code)])
        head, at = self.heads[name]
        return f"{self.where}, cell {letters(at)}{row} ({head!r})"

    def differs(self, name: str, at: int, printed: object, found: float) -> InvalidInputError:
        """Return the error that what is printed in a cell of a row is not what the parts give."""
        head, column = self.heads[name]
        return InvalidInputError(
            f"{self.where}, cell {letters(column)}{self.numbers[at]} ({head!r}): what is printed must be what its parts give; "
            f"it is {printed}, and they give {found:.10g}."
        )

    def refuse(self, name: str, code: int, rule: str) -> InvalidInputError:
        """Return the error that a text of a column breaks a rule, with the address of its cell."""
        shown = self.columns[name].labels[code]
        found = repr(shown) if shown else "it is empty, or holds the error of a formula"
        return InvalidInputError(f"{self.place(name, code)}: {rule}; got {found}.")

    def filled(self, *names: str) -> None:
        """Refuse blank cells in these columns."""
        for name in names:
            for code, label in enumerate(self.columns[name].labels):
                if not label:
                    raise self.refuse(name, code, "must not be empty in a row of the table")

    def read(self, name: str, read: Callable[[str], str], rule: str) -> Column:
        """Give every text of a column the label that it stands for; one that `read` cannot take is refused."""
        found = []
        for code, label in enumerate(self.columns[name].labels):
            try:
                found.append(read(label))
            except (ValueError, KeyError, TypeError) as error:
                raise self.refuse(name, code, rule) from error
        return Column.of(found, self.columns[name].codes)

    def together(self, names: tuple[str, str], read: Callable[[str, str], str], rule: str) -> Column:
        """Give every pair of texts of two columns the one label that it stands for."""
        first, second = (self.columns[name] for name in names)
        pairs, codes = np.unique(first.codes * len(second.labels) + second.codes, return_inverse=True)
        found = []
        for pair in pairs:
            one, two = divmod(int(pair), len(second.labels))
            try:
                found.append(read(first.labels[one], second.labels[two]))
            except (ValueError, KeyError, TypeError) as error:
                raise self.refuse(names[0], one, f"{rule} with {second.labels[two]!r} beside it") from error
        return Column.of(found, codes.reshape(-1))

    def counts(self, name: str, marks: Iterable[str]) -> tuple[IntArray, Column]:
        """Read a column of counts: the number in each row, 0 for a mark, and the number or the mark as a text."""
        column = self.columns[name]
        values, texts = np.zeros(len(column.labels), dtype=np.int64), []
        known = {spelt(mark): mark for mark in marks}
        for code, label in enumerate(column.labels):
            number, mark = whole_number(label), known.get(spelt(label))
            if number is not None:
                values[code] = number
            elif mark is None:
                rule = f"must be a whole number{f' or one of {_check.listing(marks)}' if marks else ''}"
                raise self.refuse(name, code, rule)
            texts.append(str(values[code]) if mark is None else mark)
        return values[column.codes], Column.of(texts, column.codes)


def arrow(columns: Mapping[str, Column], rows: NDArray[np.bool_] | None = None) -> Any:
    """Return columns as an Arrow table, blank cells as null; of all rows, or those that are chosen."""
    pa = optional("pyarrow", "policemetrics.official", extra="official")
    arrays = {}
    for name, column in columns.items():
        codes = column.codes if rows is None else column.codes[rows]
        blank = np.array([not label for label in column.labels], dtype=bool)
        indices = pa.array(codes.astype(np.int32), mask=blank[codes] if len(blank) else None)
        arrays[name] = pa.DictionaryArray.from_arrays(indices, pa.array(column.labels, pa.string()))
    return pa.table(arrays)


def joined(tables: Sequence[Mapping[str, Column]]) -> dict[str, Column]:
    """Lay the columns of several tables below one another."""
    found = {}
    for name in tables[0]:
        labels: dict[str, int] = {}
        codes = [
            np.array([labels.setdefault(v, len(labels)) for v in t[name].labels], dtype=np.int64)[
                t[name].codes
            ]
            for t in tables
            if len(t[name])
        ]
        found[name] = Column(list(labels), np.concatenate([*codes, np.zeros(0, dtype=np.int64)]))
    return found


def whole_number(text: str) -> int | None:
    """Read a whole number as tables write it, "1,204" or "12.0"; None where a text is none."""
    number = _NUMBER.fullmatch(text)
    digits = int(re.sub(r"\D", "", number[2])) if number else _MOST + 1
    if number is None or digits > _MOST:
        return None
    return -digits if number[1] in {"-", "\u2212"} else digits


def letters(at: int) -> str:
    """Write the number of a column as a spreadsheet does: 0 is A, 26 is AA."""
    return (letters(at // 26 - 1) if at >= 26 else "") + chr(65 + at % 26)


def spelt(text: str) -> str:
    """Write a text as it is compared, by the rule that the labels of a tally are."""
    return _check.spelt([" ".join(text.split())])[0]


@cache
def _heading(text: str) -> str:
    return spelt(_NOTE.sub("", text).replace("_", " "))


def cell_text(cell: Any) -> str:
    """Write a cell as text: 12.0 of a spreadsheet is 12, a date is as ISO writes it, U+00A0 a space."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else "" if cell is None else str(cell)


# ---- reading ----------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Reading:
    """What was read of a published file: its tables, at least one, and the date of release if some sheet says it."""

    tables: Sequence[Table]
    released: str

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheets with a table, of a workbook."""
        return tuple(dict.fromkeys(table.sheet for table in self.tables if table.sheet))


def read_tables(published: Published, wanted: Layout, progress: Progress) -> Reading:
    """Read every table that has the wanted columns. A sheet without them is passed over, one with half of them refused."""
    tables, passed, released = [], [], ""
    for part in published.parts:
        if part.kind == "csv":
            tables.append(csv_table(part, wanted))
            continue
        for sheet, rows in sheets_of(part, progress):
            top = list(islice(rows, _HEADINGS_WITHIN))
            where = f"{part.name}, sheet {sheet!r}"
            at = _headings(top, wanted, where)
            if at is None:
                passed.append(sheet)
                released = released or release_date(top)
                continue
            places = wanted.places(top[at])
            columns, numbers = _encoded(top[at + 1 :], rows, places, at + 2, where)
            heads = {name: (cell_text(top[at][i]), i) for name, i in places.items()}
            tables.append(Table(where, sheet, heads, columns, numbers))
    if not any(map(len, tables)):
        what = f"the sheets {_check.listing(passed)}" if passed else "headings alone"
        msg = f"{published.name}: a table with rows and the columns {wanted.expected()} was expected; found {what}."
        raise InvalidInputError(msg)
    return Reading(tables, released)


def release_date(rows: Iterable[Sequence[Any]]) -> str:
    """Return the date of release that the first rows of a sheet say, as they write it; empty where they say none."""
    text = " ".join(cell_text(cell) for row in rows for cell in row)
    said = _RELEASED.search(text)
    return said[1] if said else ""


def sheets_of(part: Part, progress: Progress) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """Read the sheets of a workbook one after another: the name, and the rows."""
    calamine = optional("python_calamine", "policemetrics.official", extra="official")
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(workbook_of(part))
        for done, sheet in enumerate(workbook.sheet_names):
            progress(done, len(workbook.sheet_names), f"{part.name}, sheet {sheet!r}")
            found = workbook.get_sheet_by_name(sheet)
            blank = [""] * (found.start[1] if found.start else 0)  # columns to the left of the first cell
            yield sheet, ([*blank, *row] for row in found.iter_rows()) if blank else found.iter_rows()
        progress(len(workbook.sheet_names), len(workbook.sheet_names), part.name)
    except calamine.CalamineError as error:
        msg = f"{part.name}: the workbook must be whole, and cannot be read ({error}); download it again."
        raise InvalidInputError(msg) from error


def _headings(top: Sequence[Sequence[Any]], wanted: Layout, where: str) -> int | None:
    """Find the row of headings; where one has half of the wanted columns and not all, it is refused."""
    found = [wanted.places(row) for row in top]
    for at, places in enumerate(found):
        if set(wanted.needed) <= set(places):
            return at
    nearest = max(range(len(found)), key=lambda at: len(found[at]), default=0)
    near = len(set(found[nearest]) & set(wanted.needed)) if found else 0
    if 2 * near >= len(wanted.needed):
        raise missing_columns(top[nearest], wanted, f"{where}, row {nearest + 1}")
    return None


def missing_columns(row: Sequence[Any], wanted: Layout, where: str) -> InvalidInputError:
    """Return the error that a row of headings lacks some columns: what was expected, and what was found."""
    lacking = [wanted.names[name] for name in wanted.needed if name not in wanted.places(row)]
    expected = "; ".join(" or ".join(map(repr, names)) for names in lacking)
    there = _check.listing([cell_text(cell) for cell in row if cell_text(cell)], most=20)
    msg = f"{where}: the table must have a column {expected}; found {there}. If the layout has changed, this reader does not know it."
    return InvalidInputError(msg)


def _encoded(
    first: list[list[Any]], rest: Iterator[list[Any]], places: Mapping[str, int], start: int, where: str
) -> tuple[dict[str, Column], IntArray]:
    """Read rows in pieces, each text once. Rows that are blank in all columns may only stand at the end."""
    known: dict[str, dict[Any, int]] = {name: {} for name in places}
    codes: dict[str, list[IntArray]] = {name: [] for name in places}
    numbers, last, piece = [], start - 1, first
    while piece:
        width = len(piece[0])
        columns = list(zip(*piece, strict=True))
        there = np.zeros(len(piece), dtype=bool)
        for name, at in places.items():
            cells: Iterable[Any] = columns[at] if at < width else [""] * len(piece)
            if any(type(cell) is bool for cell in cells):  # which would be 1
                cells = [str(cell) if type(cell) is bool else cell for cell in cells]
            of = known[name]
            found = np.fromiter((of.setdefault(cell, len(of)) for cell in cells), np.int64, len(piece))
            codes[name].append(found)
            there |= np.array([cell_text(cell) != "" for cell in of], dtype=bool)[found]
        at_row = np.flatnonzero(there) + start
        _refuse_gap(at_row, last, where)
        last = int(at_row[-1]) if len(at_row) else last
        for name in places:
            codes[name][-1] = codes[name][-1][there]
        numbers.append(at_row)
        start += len(piece)
        piece = list(islice(rest, _ROWS_AT_ONCE))
    columns_of = (
        {  # the number 12 and the text "12" are one
            name: Column.of([cell_text(cell) for cell in known[name]], np.concatenate(codes[name]))
            for name in places
        }
        if numbers
        else {name: Column([], np.zeros(0, dtype=np.int64)) for name in places}
    )
    return columns_of, np.concatenate([*numbers, np.zeros(0, dtype=np.int64)])


def _refuse_gap(at_row: IntArray, last: int, where: str, most: int = 0) -> None:
    gaps = np.flatnonzero(np.diff(at_row, prepend=last) > most + 1)
    if len(gaps):
        row = int(at_row[gaps[0]])
        before = int(at_row[gaps[0] - 1]) if gaps[0] else last
        msg = (
            f"{where}, row {row}: the rows of a table must follow one another; {row - before - 1:,} blank rows stand before "
            f"this one, so that it may belong to another table."
        )
        raise InvalidInputError(msg)


def csv_table(part: Part, wanted: Layout) -> Table:
    """Read a text file. It is UTF-8, with or without its mark, or Windows-1252, as Excel writes it."""
    pa = optional("pyarrow", "policemetrics.official", extra="official")
    encoding, top = _beginning(part)
    at = _headings(top, wanted, part.name)
    if at is None:
        raise missing_columns(top[0] if top else [], wanted, f"{part.name}, row 1")
    places = wanted.places(top[at])
    try:
        table = _parsed(part, encoding, at + 1, len(top[at]), list(places.values()))
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        msg = f"{part.name}: every row must have the {len(top[at])} columns of the headings, in {encoding} ({error})."
        raise InvalidInputError(msg) from error
    columns = {name: _of_arrow(table.column(f"c{i}")) for name, i in places.items()}
    there = np.zeros(len(table), dtype=bool)
    for column in columns.values():
        there |= np.array([label != "" for label in column.labels], dtype=bool)[column.codes]
    numbers = np.flatnonzero(there) + at + 2
    _refuse_gap(numbers, at + 1, part.name, most=1)  # a file may have two line ends for one
    if not there.all():
        columns = {name: Column.of(c.labels, c.codes[there]) for name, c in columns.items()}
    heads = {name: (cell_text(top[at][i]), i) for name, i in places.items()}
    return Table(part.name, "", heads, columns, numbers)


def _parsed(part: Part, encoding: str, skipped: int, width: int, wanted: Sequence[int]) -> Any:
    """Parse a text file into Arrow, each text once; an empty line is a row of empty texts, so that rows keep their numbers."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [f"c{i}" for i in wanted]
    read = arrow_csv.ReadOptions(
        use_threads=False,
        block_size=_BYTES_AT_ONCE,
        skip_rows_after_names=skipped,
        encoding=encoding,
        column_names=[f"c{i}" for i in range(width)],
    )
    parse = arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
    kept = arrow_csv.ConvertOptions(
        include_columns=names,
        column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in names},
        strings_can_be_null=False,
    )
    with part.open() as file:
        return arrow_csv.read_csv(file, read, parse, kept)


def _of_arrow(column: Any) -> Column:
    if not len(column):
        return Column([], np.zeros(0, dtype=np.int64))
    chunk = column.unify_dictionaries().combine_chunks()
    chunk = chunk.chunk(0) if hasattr(chunk, "chunk") else chunk
    labels = [cell_text(label) for label in chunk.dictionary.to_pylist()]
    return Column.of(labels, chunk.indices.to_numpy(zero_copy_only=False))


def _beginning(part: Part) -> tuple[str, list[list[str]]]:
    """Return the encoding of a text file, and its first rows; a file of which the text is neither encoding's is refused."""
    with part.open() as file:
        head = file.read(_BYTES_AT_ONCE)
    encoding = "utf-8"
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            encoding = "cp1252"
        text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="ignore")
    try:
        rows = list(islice(csv.reader(io.StringIO(text[: 1 << 18], newline="")), _HEADINGS_WITHIN))
    except csv.Error as error:
        msg = f"{part.name}: a table of short texts was expected; the file is none ({error})."
        raise InvalidInputError(msg) from error
    return encoding, rows
