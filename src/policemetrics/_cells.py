"""`Cells`: integer counts by key in columns, in one canonical form, and the algebra on them.

A dimension is an array of distinct sorted labels, all of them used, and an array of codes into
it; the cells are sorted by key and distinct. Sums are exact: what does not fit in 64 bits is an
error, never a wrap. What the counts mean is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._labels import MEASURED, MICROSECONDS, LabelArray, find, label_array, union
from policemetrics.errors import CountOverflowError
from policemetrics.typing import IntArray

__all__ = ["Cells"]

_INT64: Final = np.iinfo(np.int64)
_SAFE: Final = 2.0**62
_DENSE: Final = 4  # keys so close together are looked up in a table, which beats a search


@attrs.frozen(eq=False)
class Cells:
    """Counts by key: `labels` and `codes` by dimension, `counts` (cells,), all read-only."""

    dims: tuple[str, ...]
    labels: tuple[LabelArray, ...]
    codes: tuple[IntArray, ...]
    counts: IntArray

    def __attrs_post_init__(self) -> None:
        for array in (self.counts, *self.labels, *self.codes):
            array.setflags(write=False)

    def __reduce__(self) -> tuple[type[Cells], tuple[Any, ...]]:
        # numpy forgets that an array was read-only; making the cells anew does not.
        return Cells, (self.dims, self.labels, self.codes, self.counts)

    @classmethod
    def of(
        cls,
        dims: tuple[str, ...],
        labels: Iterable[LabelArray],
        codes: Iterable[IntArray],
        counts: IntArray,
    ) -> Cells:
        """Bring cells into canonical form; labels are distinct and sorted, keys that repeat add up."""
        tidy_labels, tidy_codes = [], []
        for label, code in zip(labels, codes, strict=True):
            used = np.zeros(len(label), dtype=bool)
            used[code] = True
            # The same array where nothing changes, so that equal labels are known without a look.
            tidy_labels.append(label if used.all() else label[used])
            tidy_codes.append(code if used.all() else (np.cumsum(used) - 1)[code])
        return cls._merged(dims, tuple(tidy_labels), tidy_codes, counts)

    @classmethod
    def _merged(
        cls,
        dims: tuple[str, ...],
        labels: tuple[LabelArray, ...],
        codes: Sequence[IntArray],
        counts: IntArray,
    ) -> Cells:
        """Sort cells whose labels are all used, and add up those that share a key."""
        sizes = [len(v) for v in labels]
        key = _pack(codes, sizes, len(counts))
        if len(key) and not (key[1:] > key[:-1]).all():
            span = math.prod(sizes)
            if span <= _DENSE * len(key) and _is_safe(counts):
                kept, counts = _placed(key, span, counts)
            else:
                kept, counts = _sorted(key, counts)
            codes = [c[kept] for c in codes]
        return cls(dims, labels, tuple(codes), counts)

    @classmethod
    def single(cls) -> Cells:
        """Return the one cell of no dimension, counted once."""
        return cls((), (), (), np.ones(1, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def total(self) -> int:
        """Sum of all counts, as a Python integer, which has no upper bound."""
        if np.abs(self.counts.astype(np.float64)).sum() < _SAFE:
            return int(self.counts.sum())
        return sum(self.counts.tolist())

    def label(self, dim: str) -> LabelArray:
        """Return the distinct labels of a dimension."""
        return self.labels[self.dims.index(dim)]

    def code(self, dim: str) -> IntArray:
        """Return the code of each cell in a dimension."""
        return self.codes[self.dims.index(dim)]

    def column(self, dim: str) -> NDArray[Any]:
        """Return the label of each cell in a dimension; measured times as float seconds."""
        return self.shown(dim)[self.code(dim)]

    def shown(self, dim: str) -> LabelArray:
        """Return the distinct labels of a dimension as they read outside: times as float seconds."""
        labels = self.label(dim)
        if dim != MEASURED:
            return labels
        if labels.dtype.kind == "i":
            return labels / MICROSECONDS
        # A ledger has text beside the times, where one is missing.
        return label_array(v if isinstance(v, str) else v / MICROSECONDS for v in labels.tolist())

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the columns as lists, then ``count``."""
        return {d: self.column(d).tolist() for d in self.dims} | {"count": self.counts.tolist()}

    def equals(self, other: Cells) -> bool:
        """Tell whether the cells are the same, in whatever order of dimensions."""
        if set(self.dims) != set(other.dims) or len(self) != len(other):
            return False
        other = other.project(self.dims)
        return (
            np.array_equal(self.counts, other.counts)
            and all(map(np.array_equal, self.codes, other.codes))
            and all(map(np.array_equal, self.labels, other.labels))
        )

    # ---- algebra ------------------------------------------------------------------------

    def project(self, dims: Iterable[str]) -> Cells:
        """Add up to some of the dimensions, in the order given."""
        dims = tuple(dims)
        if dims == self.dims:
            return self
        labels, codes = tuple(map(self.label, dims)), [self.code(d) for d in dims]
        if not len(self) or not self._lead(dims):
            return Cells._merged(dims, labels, codes, self.counts)
        starts = self.starts(dims)
        return Cells(dims, labels, tuple(c[starts] for c in codes), _exact_sums(self.counts, starts))

    def keys(self, dims: Iterable[str] | None = None) -> Cells:
        """Return the distinct keys over some dimensions, each counted once."""
        dims = self.dims if dims is None else tuple(dims)
        labels = tuple(map(self.label, dims))
        if len(dims) == 1:
            codes: tuple[IntArray, ...] = (np.arange(len(labels[0])),)  # every label is used
        elif self._lead(dims):
            starts = self.starts(dims)
            codes = tuple(self.code(d)[starts] for d in dims)
        else:
            codes = self.project(dims).codes
        size = len(codes[0]) if dims else min(len(self), 1)
        return Cells(dims, labels, codes, np.ones(size, dtype=np.int64))

    def _lead(self, dims: tuple[str, ...]) -> bool:
        """Tell whether these dimensions come first, in this order: the cells are then sorted by them."""
        return dims == self.dims[: len(dims)]

    def starts(self, dims: tuple[str, ...]) -> IntArray:
        """Find where each key begins, over dimensions that come first."""
        keys = math.prod(len(v) for v in self.labels[: len(dims)])
        each = math.prod(len(v) for v in self.labels[len(dims) :])
        if keys * each == len(self):  # every label of one with every label of the other
            return np.arange(0, len(self), max(each, 1))
        new = np.arange(len(self)) == 0
        for code in self.codes[: len(dims)]:
            new[1:] |= code[1:] != code[:-1]
        return np.flatnonzero(new)

    def select(self, mask: NDArray[np.bool_]) -> Cells:
        """Keep the cells where `mask` is true."""
        if mask.all():
            return self
        return Cells.of(self.dims, self.labels, [c[mask] for c in self.codes], self.counts[mask])

    def where_label(self, dim: str, chosen: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Tell which cells have a label that `chosen` accepts."""
        accepted = np.array([chosen(v) for v in self.label(dim).tolist()], dtype=bool)
        return accepted[self.code(dim)]

    def match(self, wanted: Mapping[str, LabelArray]) -> NDArray[np.bool_]:
        """Tell which cells have one of the labels in every dimension of `wanted`."""
        mask = np.ones(len(self), dtype=bool)
        for dim, labels in wanted.items():
            chosen = np.zeros(len(self.label(dim)) + 1, dtype=bool)  # the last for what does not occur
            chosen[find(self.label(dim), labels)] = True
            mask &= chosen[self.code(dim)]
        return mask

    def union(self, other: Cells) -> Cells:
        """Add the cells of both."""
        other = other.project(self.dims)
        labels, codes = [], []
        for mine, theirs, a, b in zip(self.labels, other.labels, self.codes, other.codes, strict=True):
            merged, to_mine, to_theirs = union(mine, theirs)
            labels.append(merged)
            codes.append(np.concatenate((to_mine[a], to_theirs[b])))
        return Cells.of(self.dims, labels, codes, np.concatenate((self.counts, other.counts)))

    def relabel(self, dim: str, new: Callable[[Any], Any]) -> Cells:
        """Change the labels of a dimension; cells that come to share a key add up."""
        at = self.dims.index(dim)
        renamed = label_array(new(v) for v in self.labels[at].tolist())
        merged, _, to_merged = union(renamed[:0], renamed)
        return self.recode(dim, merged, to_merged[self.codes[at]])

    def recode(self, dim: str, labels: LabelArray, codes: IntArray, rows: IntArray | None = None) -> Cells:
        """Give a dimension other labels and codes, for all cells or for `rows` of them, repeats allowed."""
        at = self.dims.index(dim)
        rest = self.codes if rows is None else [c[rows] for c in self.codes]
        counts = self.counts if rows is None else self.counts[rows]
        return Cells.of(
            self.dims,
            [*self.labels[:at], labels, *self.labels[at + 1 :]],
            [*rest[:at], codes, *rest[at + 1 :]],
            counts,
        )

    def extend(self, dim: str, label: str) -> Cells:
        """Add a dimension with one label."""
        zero = np.zeros(len(self), dtype=np.int64)
        return Cells.of(
            (*self.dims, dim), (*self.labels, label_array([label])), (*self.codes, zero), self.counts
        )

    def positions(self, other: Cells, dims: Sequence[str]) -> IntArray:
        """Find, for each cell, the first cell of `other` with the same labels over `dims`; -1: none."""
        if not len(other):
            return np.full(len(self), -1, dtype=np.int64)
        if len(dims) == 1:
            (dim,) = dims
            first = np.zeros(len(other.label(dim)) + 1, dtype=np.int64)
            first[other.code(dim)[::-1]] = np.arange(len(other))[::-1]
            first[-1] = -1  # where find() put what does not occur
            return first[find(other.label(dim), self.label(dim))][self.code(dim)]
        there = np.ones(len(self), dtype=bool)
        codes, sizes = [], []
        for dim in dims:
            to = find(other.label(dim), self.label(dim))[self.code(dim)]
            there &= to >= 0
            codes.append(np.concatenate((np.maximum(to, 0), other.code(dim))))
            sizes.append(len(other.label(dim)))
        key = _pack(codes, sizes, len(self) + len(other))
        wanted, among = key[: len(self)], key[len(self) :]
        span = math.prod(sizes)
        if span <= _DENSE * len(key):
            first = np.full(span, -1, dtype=np.int64)
            first[among[::-1]] = np.arange(len(among))[::-1]
            return np.where(there, first[wanted], -1)
        order = np.argsort(among, kind="stable")
        at = np.minimum(np.searchsorted(among[order], wanted), len(order) - 1)
        return np.where(there & (among[order][at] == wanted), order[at], -1)

    def within(self, other: Cells) -> NDArray[np.bool_]:
        """Tell which cells have their key, over the dimensions both have, in `other`."""
        found: NDArray[np.bool_] = self.positions(other, [d for d in other.dims if d in self.dims]) >= 0
        return found


def _pack(codes: Sequence[IntArray], sizes: Sequence[int], rows: int) -> IntArray:
    """Combine the codes of several dimensions into one ordered integer key a row."""
    key, span = np.zeros(rows, dtype=np.int64), 1
    for code, size in zip(codes, sizes, strict=True):
        if span * size > _INT64.max:
            distinct, key = np.unique(key, return_inverse=True)
            span = len(distinct)
        key, span = key * size + code, span * size
    return key


def _placed(key: IntArray, span: int, counts: IntArray) -> tuple[IntArray, IntArray]:
    """Put keys in order by their place in a table of all; return a row of each, and the sum of its counts."""
    row = np.full(span, -1, dtype=np.int64)
    row[key] = np.arange(len(key))
    kept = row[row >= 0]
    if len(kept) == len(key):
        return kept, counts[kept]
    sums = np.zeros(span, dtype=np.int64)
    np.add.at(sums, key, counts)
    return kept, sums[key[kept]]


def _sorted(key: IntArray, counts: IntArray) -> tuple[IntArray, IntArray]:
    """Put keys in order by sorting; return a row of each, and the sum of its counts."""
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    return order[starts], _exact_sums(counts[order], starts)


def _is_safe(counts: IntArray) -> bool:
    """Tell whether no sum of some of the counts can pass 64 bits."""
    return max(float(counts.max()), -float(counts.min())) * len(counts) < _SAFE


def _exact_sums(counts: IntArray, starts: IntArray) -> IntArray:
    """Add up runs of counts; a sum beyond 64 bits is an error, never a wrap."""
    sums = np.add.reduceat(counts, starts)
    if _is_safe(counts):
        return sums
    if np.add.reduceat(np.abs(counts.astype(np.float64)), starts).max() < _SAFE:
        return sums
    ends = [*starts[1:].tolist(), len(counts)]
    exact = [sum(counts[a:b].tolist()) for a, b in zip(starts.tolist(), ends, strict=True)]
    over = next((v for v in exact if not _INT64.min <= v <= _INT64.max), None)
    if over is not None:
        msg = f"counts must add up within 64 bits; got a sum of {over}."
        raise CountOverflowError(msg)
    return np.array(exact, dtype=np.int64)
