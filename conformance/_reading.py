"""Published files as columns: what is damaged is named with its line, what is absent is said to be so."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics.errors import InvalidInputError
from policemetrics.typing import FloatArray, IntArray

__all__ = ["Table", "TextArray", "find", "joined", "read"]

TextArray = NDArray[np.str_]
_EXACT: Final = 2.0**53  # beyond it a float no longer tells whole numbers apart


@attrs.frozen(eq=False)
class Table:
    """Columns of text by name, and the line of the file that each row ends on."""

    path: Path
    columns: dict[str, TextArray]
    lines: IntArray

    def __getitem__(self, name: str) -> TextArray:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.lines)

    def keep(self, mask: NDArray[np.bool_]) -> Table:
        """Return some of the rows."""
        return Table(self.path, {name: c[mask] for name, c in self.columns.items()}, self.lines[mask])

    def stated(self, name: str, *marks: str) -> Table:
        """Keep the rows whose value is none of the marks of a missing one."""
        return self.keep(~np.isin(self[name], marks))

    def numbers(self, name: str, *marks: str) -> FloatArray:
        """Return a column as floats; the marks of a missing value, and only they, are nan."""
        marked = np.isin(self[name], marks)
        text = np.where(marked, "nan", self[name])
        try:
            found = text.astype(np.float64)
        except ValueError:
            found = np.array([_number(v) for v in text.tolist()])
        self._refuse(~np.isfinite(found) & ~marked, name, "be a number")
        return found

    def whole(self, name: str, *marks: str) -> IntArray:
        """Return a column of whole numbers; the marks of a missing value are 0."""
        found = np.where(np.isin(self[name], marks), 0.0, self.numbers(name, *marks))
        self._refuse((found % 1 != 0) | (np.abs(found) > _EXACT), name, "be a whole number")
        return found.astype(np.int64)

    def _refuse(self, bad: NDArray[np.bool_], name: str, rule: str) -> None:
        for at in np.flatnonzero(bad)[:1].tolist():
            _damaged(self.path, f"{name} must {rule}; got {str(self[name][at])!r}", int(self.lines[at]))


def read(folder: Path, path: str, *wanted: str) -> Table:
    """Read the wanted columns of a CSV file, gzipped or not, with whatever line ends it has."""
    place = folder / path
    text = _text(place)
    # csv finds its own line ends, a lone carriage return among them.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        header = next(reader, [])
        lacking = [name for name in wanted if name not in header]
        if lacking:
            wants, has = (", ".join(map(repr, names)) or "none" for names in (lacking, header))
            _damaged(place, f"the columns must include {wants}; got {has}", 1)
        at = [header.index(name) for name in wanted]
        for row in reader:
            if len(row) != len(header):
                _damaged(place, f"a row must have {len(header)} fields; got {len(row)}", reader.line_num)
            rows.append([row[i] for i in at])
            lines.append(reader.line_num)
    except csv.Error as error:
        _damaged(place, str(error), reader.line_num)
    if not rows:
        _damaged(place, "the file must have rows below its header; got none", 1)
    columns = dict(zip(wanted, map(np.array, zip(*rows, strict=True)), strict=True))
    return Table(place, columns, np.array(lines, dtype=np.int64))


def _text(place: Path) -> str:
    try:
        raw = place.read_bytes()
        raw = gzip.decompress(raw) if place.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{place} cannot be read: {error}; fetch it again."
        raise InvalidInputError(msg) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = 1 + max(before.count(b"\n"), before.count(b"\r"))
        _damaged(place, f"the file must be UTF-8; got the byte {raw[error.start]:#04x}", line)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _damaged(place: Path, what: str, line: int) -> NoReturn:
    msg = f"{place}, line {line}: {what}; fetch the file again."
    raise InvalidInputError(msg)


def joined(*columns: Sequence[object] | NDArray[np.generic]) -> TextArray:
    """Return one text a row, of all its labels: the name of a cell."""
    whole, *rest = (np.asarray(c).astype(np.str_) for c in columns)
    for column in rest:
        whole = np.char.add(np.char.add(whole, ", "), column)
    return whole


def find(wanted: TextArray, among: TextArray, values: NDArray[np.generic]) -> FloatArray:
    """Return the value of each name; nan where there is none of that name."""
    if not len(among):
        return np.full(len(wanted), np.nan)
    order = np.argsort(among, kind="stable")
    at = np.minimum(np.searchsorted(among, wanted, sorter=order), len(among) - 1)
    return np.where(among[order][at] == wanted, values[order][at].astype(np.float64), np.nan)
