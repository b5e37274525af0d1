"""Rows counted by key: every row is packed into one whole number.

Where few keys are possible they are counted in a table; where many are, the packed numbers are
sorted and their runs counted. Either way no row is looked at in Python, and the memory of a table
does not grow with the rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics.typing import IntArray

__all__ = ["HALF", "Packed", "count_rows", "distinct_of"]

HALF: Final = 2**32
"""Sums are kept in two halves, of 32 bits from above and below, so that none wraps."""

_LARGEST_TABLE: Final = 2**24  # keys
_KEYS_PER_ROW: Final = 16  # a table larger than that many times the rows is mostly empty
_AT_ONCE: Final = 2**16  # rows

_Whole = NDArray[np.integer[Any]]


@attrs.frozen(eq=False)
class Packed:
    """The distinct keys, in order: the values (keys,) of each column, and what was added up.

    `n` counts the rows; `sums` holds the upper and the lower half of each sum, both int64.
    """

    values: tuple[IntArray, ...]
    n: IntArray
    sums: Mapping[str, tuple[IntArray, IntArray]]


def count_rows(
    columns: Sequence[_Whole], rows: int, sums: Mapping[str, _Whole] = {}
) -> Packed:  # never written to
    """Count rows by the values of some columns of whole numbers, and add up others.

    Parameters
    ----------
    columns : sequence of array, (rows,)
        Whole numbers that fit in int64; none for all rows together.
    rows : int
        How many rows there are.
    sums : mapping of str to array, (rows,)
        Whole numbers to add up.

    Returns
    -------
    Packed
        The distinct keys; none where there are no rows.
    """
    if not rows:
        nothing = np.zeros(0, dtype=np.int64)
        return Packed(tuple(nothing for _ in columns), nothing, dict.fromkeys(sums, (nothing, nothing)))
    lows, highs = zip(*map(_extremes, columns), strict=True) if columns else ((), ())
    sizes = [high - low + 1 for low, high in zip(lows, highs, strict=True)]
    span = math.prod(sizes)
    if span >= 2**63:
        return _in_order(columns, rows, sums)
    keys = _Keys(columns, lows, sizes, span, rows)
    if span <= min(_LARGEST_TABLE, _KEYS_PER_ROW * rows):
        key, n, added = _by_table(keys, sums)
    else:
        key, n, added = _by_sorting(keys, sums)
    return Packed(keys.unpacked(key), n, added)


def _extremes(column: _Whole) -> tuple[int, int]:
    """Return the least and the greatest, in one pass through memory."""
    parts = [column[first : first + _AT_ONCE] for first in range(0, len(column), _AT_ONCE)]
    lows, highs = zip(*((part.min(), part.max()) for part in parts), strict=True)
    return int(min(lows)), int(max(highs))


@attrs.frozen(eq=False)
class _Keys:
    """Columns as the digits of one number, the first of them the highest."""

    columns: Sequence[_Whole]
    lows: Sequence[int]
    sizes: Sequence[int]
    span: int
    rows: int

    def packed(self) -> Iterator[tuple[slice, IntArray]]:
        """Pack some rows at a time, each time into the same memory."""
        at_once = min(_AT_ONCE, self.rows)
        digits, found = list(self._digits(at_once)), np.zeros(at_once, dtype=np.int64)
        for first in range(0, self.rows, _AT_ONCE):
            rows = slice(first, min(first + _AT_ONCE, self.rows))
            key: _Whole | None = None
            for digit in digits:
                key = digit.read(rows) if key is None else digit.behind(key, rows)
            wide = found[: rows.stop - first]
            if key is not None:
                wide[:] = key
            yield rows, wide

    def _digits(self, at_once: int) -> Iterator[_Digit]:
        """Give each column the narrowest numbers that hold the key as far as it: narrow ones are several times faster."""
        span, memory = 1, dict[type, NDArray[Any]]()
        for column, low, size in zip(self.columns, self.lows, self.sizes, strict=True):
            span *= size
            narrow = next(t for t in (np.int16, np.int32, np.int64) if span <= np.iinfo(t).max)
            own, key = memory.setdefault(narrow, np.empty((2, at_once), dtype=narrow))
            yield _Digit(column, low, size, own, key)

    def unpacked(self, key: IntArray) -> tuple[IntArray, ...]:
        """Return the value of each column."""
        rest = key.astype(np.int32) if self.span < 2**31 else key  # divides several times faster
        values = []
        for low, size in zip(self.lows[:0:-1], self.sizes[:0:-1], strict=True):
            above = rest // size
            values.append((rest - above * size).astype(np.int64) + low)
            rest = above
        values += [rest.astype(np.int64) + low for low in self.lows[:1]]
        return tuple(reversed(values))


@attrs.frozen(eq=False)
class _Digit:
    """A column as one digit of the keys, and the memory that some rows of either are worked out in."""

    column: _Whole
    low: int
    size: int
    own: _Whole
    key: _Whole

    def read(self, rows: slice) -> _Whole:
        """Return the digit of some rows."""
        found = self.column[rows]
        if not self.low and found.dtype == self.own.dtype:
            return found
        own = self.own[: len(found)]
        own[:] = found
        # Narrow numbers may wrap, and then the lowest does so too: what is between them stays.
        own -= np.array(self.low).astype(own.dtype)
        return own

    def behind(self, higher: _Whole, rows: slice) -> _Whole:
        """Put the digit of some rows behind those before it."""
        key = self.key[: len(higher)]
        if higher.dtype != key.dtype:
            key[:] = higher
            higher = key
        np.multiply(higher, self.size, out=key)
        key += self.read(rows)
        return key


_Counted = tuple[IntArray, IntArray, dict[str, tuple[IntArray, IntArray]]]


def _by_table(keys: _Keys, sums: Mapping[str, _Whole]) -> _Counted:
    """Count in a table of all possible keys."""
    n = np.zeros(keys.span, dtype=np.int64)
    tables = {
        name: (np.zeros(keys.span, dtype=np.int64), np.zeros(keys.span, dtype=np.int64)) for name in sums
    }
    for rows, key in keys.packed():
        np.add.at(n, key, 1)
        for name, column in sums.items():
            for table, half in zip(tables[name], _halves(column[rows]), strict=True):
                if half is not None:
                    np.add.at(table, key, half)
    there = np.flatnonzero(n != 0)
    return there, n[there], {name: (high[there], low[there]) for name, (high, low) in tables.items()}


def _by_sorting(keys: _Keys, sums: Mapping[str, _Whole]) -> _Counted:
    """Count the runs of the sorted keys."""
    key = np.empty(keys.rows, dtype=np.uint32 if keys.span <= HALF else np.int64)
    for rows, some in keys.packed():
        key[rows] = some
    order = np.argsort(key, kind="stable") if sums else None
    if order is None:
        key.sort()
    else:
        key = key[order]
    starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    n = np.diff(starts, append=keys.rows)
    return key[starts].astype(np.int64), n, {c: _runs(v, order, starts) for c, v in sums.items()}


def _in_order(columns: Sequence[_Whole], rows: int, sums: Mapping[str, _Whole]) -> Packed:
    """Count the runs of sorted rows, where 64 bits do not hold their keys."""
    order = np.lexsort(columns[::-1])
    new = np.arange(rows) == 0
    for column in columns:
        new[1:] |= np.diff(column[order]) != 0
    starts = np.flatnonzero(new)
    values = tuple(c[order[starts]].astype(np.int64) for c in columns)
    return Packed(values, np.diff(starts, append=rows), {c: _runs(v, order, starts) for c, v in sums.items()})


def _runs(values: _Whole, order: IntArray | None, starts: IntArray) -> tuple[IntArray, IntArray]:
    """Add up runs of values in a certain order."""
    high, low = _halves(values if order is None else values[order])
    none = np.zeros(len(starts), dtype=np.int64)
    return none if high is None else np.add.reduceat(high, starts), np.add.reduceat(low, starts)


def _halves(values: _Whole) -> tuple[IntArray | None, IntArray]:
    """Split whole numbers in two, value = high * 2**32 + low; small ones have no high half."""
    if values.dtype.kind == "u" and values.dtype.itemsize == 8:
        high: IntArray = (values >> 32).astype(np.int64)
        return high, (values & (HALF - 1)).astype(np.int64)
    whole = values.astype(np.int64, copy=False)
    if whole.min() >= -HALF // 2 and whole.max() < HALF // 2:
        return None, whole
    return whole >> 32, whole & (HALF - 1)


def distinct_of(values: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct values, sorted, and the place of each value among them."""
    low = int(values.min(initial=0))
    span = int(values.max(initial=0)) - low + 1
    if span > _KEYS_PER_ROW * len(values):
        return np.unique(values, return_inverse=True)
    place = values - low
    there = np.zeros(span, dtype=bool)
    there[place] = True
    if there.all():
        return np.arange(low, low + span), place
    return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[place]
