"""How many cells the sheets of a workbook span, before a reader lays them all out.

A workbook of a few bytes may say that its last cell stands in row 1,048,576, or repeat one ten million times.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import Final

from policemetrics.errors import InvalidInputError

_MOST_CELLS: Final = 50_000_000
_COLUMN: Final = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})[0-9]""")
_ROW: Final = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]{0,3}([0-9]{1,7})["']""")
_LONGEST_NAME: Final = 64
_ROWS: Final = re.compile(rb'^[^>]*number-rows-repeated\s*=\s*["\']([0-9]{1,9})["\']')
_CELL: Final = re.compile(rb"<(?:\w+:)?(?:covered-)?table-cell(\s[^>]*?)?(/?)>")
_COLUMNS: Final = re.compile(rb'number-columns-repeated\s*=\s*["\']([0-9]{1,9})["\']')


class Extent:
    """The extent of the sheets whose XML it is fed piece by piece; one that is too large is refused."""

    def __init__(self, where: str, *, ods: bool) -> None:
        self._where, self._ods = where, ods
        self._widest = self._longest = self._rows = 0
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        """Take one more piece."""
        text = self._rest + piece
        if self._ods:
            *whole, last = text.split(b"table-row")
            for before, row in zip(whole, [*whole[1:], last][: len(whole) - 1], strict=False):
                if row[:1] in b" \t\r\n>/" and not before.endswith((b"</", b"</table:")):
                    self._take(row)
            # The last one may not be whole: it is read again with the next piece.
            self._rest = b"table-row".join([*whole[-1:], last])
        else:
            self._longest = max([self._longest, *map(int, set(_ROW.findall(text)))])
            for name in set(_COLUMN.findall(text)):
                self._widest = max(
                    self._widest, reduce(lambda n, letter: 26 * n + letter - 64, name.upper(), 0)
                )
            self._rest = text[-_LONGEST_NAME:]
        if self._widest * self._longest > _MOST_CELLS:
            msg = (
                f"{self._where}: a sheet must have no more than {_MOST_CELLS:,} cells; one stands in row {self._longest:,} and one in "
                f"column {self._widest:,}."
            )
            raise InvalidInputError(msg)

    def _take(self, row: bytes) -> None:
        """Take one row of OpenDocument, as often as it is repeated; what is blank behind the last cell does not count."""
        repeated = _ROWS.match(row)
        self._rows += int(repeated[1]) if repeated else 1
        if b":p" not in row and b"value" not in row:
            return
        self._longest = self._rows
        at = 0
        for attributes, empty in _CELL.findall(row):
            columns = _COLUMNS.search(attributes)
            at += int(columns[1]) if columns else 1
            if not empty or b"value" in attributes:
                self._widest = max(self._widest, at)
