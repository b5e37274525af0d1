"""`Cells`: integer counts by key in columns, in one canonical form, and the algebra on them.

A dimension is an array of distinct sorted labels, all of them used, and an array of codes into it; the cells are
sorted by key and distinct. So two equal relations have equal arrays, and what is asked of leading dimensions needs
no sorting. Labels are int64 where they are whole numbers and Python text otherwise.

Three parts: the cells, the labels and how a column of them becomes codes, and rows counted by their keys. Sums are
exact: what does not fit in 64 bits is an error, never a wrap. What the counts mean is not known here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._typing import IntArray
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError
from policemetrics.results import MISSING as MISSING  # noqa: PLC0414  # handed on
from policemetrics.results import label_array

LabelArray: TypeAlias = NDArray[Any]
Whole: TypeAlias = NDArray[np.integer[Any]]
Encoded: TypeAlias = tuple[LabelArray, IntArray]
"""A column of labels: the distinct ones, sorted, and the code (rows,) of each row among them; -1 for none."""
"""The label, in the ledger only, of a row without one."""
REASON: Final = "reason"  # the ledger's own dimension
LACKING: Final = "missing "  # how the reason of a row without a label begins
DROPPED: Final = "dropped: "
PARTLY: Final = "not all "
NOT_SUPPLIED: Final = "not supplied: "
MEASURED: Final = "seconds"
"""The dimension that holds measurements: whole microseconds inside, float seconds outside."""
MICROSECONDS: Final = 1_000_000
HALF: Final = 2**32
"""Sums are kept in two halves, of 32 bits from above and below, so that none wraps."""
INT64: Final = np.iinfo(np.int64)
_SAFE: Final = 2.0**62  # sums of floats below it are far from 64 bits, whatever was rounded
_DENSE: Final = 4  # possible keys a row: below, keys are looked up in a table, which beats a search
_LARGEST_TABLE: Final = 2**24  # keys
_FALLS: Final = 8  # rows for each that lies below the one before it: with fewer, rows are hardly in order
_KEYS_PER_ROW: Final = 16  # a table larger than that many times the rows is mostly empty
_OFTEN: Final = 64  # rows a key, on average: hardly any has a thousand times as many
_AT_ONCE: Final = 2**16  # rows: a few columns of them fit in the cache
_DATES: Final = "a column of dates goes to date=, or name the periods as text"


# ---- cells ------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Cells:
    """Counts by key: `labels` and `codes` by dimension, `counts` (cells,), all read-only."""

    dims: tuple[str, ...]
    labels: tuple[LabelArray, ...]
    codes: tuple[IntArray, ...]
    counts: IntArray
    _starts: dict[int, IntArray] = attrs.field(init=False, factory=dict, repr=False)

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
        """Bring cells into canonical form. Labels must be distinct and sorted; unused ones go, and keys that repeat add up."""
        return cls._merged(dims, *_used(labels, codes), counts)

    @classmethod
    def _merged(
        cls,
        dims: tuple[str, ...],
        labels: tuple[LabelArray, ...],
        codes: tuple[IntArray, ...],
        counts: IntArray,
    ) -> Cells:
        """Sort cells whose labels are all used, and add up those that share a key."""
        sizes = [len(v) for v in labels]
        key = _pack(codes, sizes, len(counts))
        # Keys that rise are sorted and distinct already: so it is after most selections, at the cost of one comparison.
        if len(key) and not (key[1:] > key[:-1]).all():
            span = math.prod(sizes)
            if span <= _DENSE * len(key) and _is_safe(counts):
                kept, counts = _placed(key, span, counts)
            else:
                kept, counts = _sorted(key, counts)
            codes = tuple(c[kept] for c in codes)
        return cls(dims, labels, codes, counts)

    @classmethod
    def single(cls) -> Cells:
        """Return the one cell of no dimension, counted once."""
        return cls((), (), (), np.ones(1, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def total(self) -> int:
        """Sum of all counts, as a Python integer, which has no upper bound."""
        # As floats the sum is only nearly right, but cannot wrap: it tells whether int64 will do.
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
        """Return whether the cells are the same, in whatever order of dimensions."""
        if set(self.dims) != set(other.dims) or len(self) != len(other):
            return False
        other = other.project(self.dims)
        pairs = (
            (self.counts, other.counts),
            *zip(self.labels + self.codes, other.labels + other.codes, strict=True),
        )
        return all(
            np.array_equal(*pair) for pair in pairs
        )  # labels of no cell are equal, whatever their kind

    def _has_keys_of(self, other: Cells) -> bool:
        """Return whether the other has the same keys, over the same dimensions in this order."""
        return (
            len(self) == len(other)
            and all(map(_same, self.labels, other.labels))
            and all(map(np.array_equal, self.codes, other.codes))
        )

    # ---- algebra ------------------------------------------------------------------------

    def project(self, dims: Iterable[str]) -> Cells:
        """Add up to some of the dimensions, in the order given."""
        dims = tuple(dims)
        if dims == self.dims:
            return self
        labels, codes = tuple(map(self.label, dims)), tuple(map(self.code, dims))
        if not len(self) or not self._lead(dims):
            return Cells._merged(dims, labels, codes, self.counts)
        # Leading dimensions: cells that share a key lie together, and are sorted already.
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

    def known(self, dims: Iterable[str]) -> Cells:
        """Return the distinct keys over some dimensions that lack no label there."""
        found = self.keys(dims)
        for dim in found.dims:
            if found.label(dim).dtype.kind != "i" and MISSING in found.label(dim).tolist():
                found = found.select(found.where_label(dim, lambda label: label != MISSING))
        return found

    def _lead(self, dims: tuple[str, ...]) -> bool:
        """Return whether these dimensions come first, in this order, so that the cells are sorted by them."""
        return dims == self.dims[: len(dims)]

    def starts(self, dims: tuple[str, ...]) -> IntArray:
        """Find where each key begins, over dimensions that come first; the answer is kept."""
        first = len(dims)
        if first not in self._starts:
            keys, each = (math.prod(map(len, part)) for part in (self.labels[:first], self.labels[first:]))
            every = keys * each == len(self)  # every label of one with every label of the other
            found = (
                np.arange(0, len(self), max(each, 1)) if every else _run_starts(self.codes[:first], len(self))
            )
            found.setflags(write=False)
            self._starts[first] = found
        return self._starts[first]

    def select(self, mask: NDArray[np.bool_]) -> Cells:
        """Keep the cells where `mask` is true."""
        if mask.all():
            return self
        # What is left is in order, and no key repeats.
        return Cells(self.dims, *_used(self.labels, [c[mask] for c in self.codes]), self.counts[mask])

    def where_label(self, dim: str, chosen: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Return which cells have a label that `chosen` accepts."""
        accepted = np.array([chosen(v) for v in self.label(dim).tolist()], dtype=bool)
        return accepted[self.code(dim)]

    def match(self, wanted: Mapping[str, LabelArray]) -> NDArray[np.bool_]:
        """Return which cells have one of the labels in every dimension of `wanted`."""
        mask = np.ones(len(self), dtype=bool)
        for dim, labels in wanted.items():
            chosen = np.zeros(len(self.label(dim)) + 1, dtype=bool)  # the last for what does not occur
            chosen[find(self.label(dim), labels)] = True
            mask &= chosen[self.code(dim)]
        return mask

    def union(self, other: Cells) -> Cells:
        """Add the cells of both."""
        other = other.project(self.dims)
        if len(self) and self._has_keys_of(other) and _is_safe(np.append(self.counts, other.counts)):
            return Cells(self.dims, self.labels, self.codes, self.counts + other.counts)
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
        merged, _, to_merged = union(renamed[:0], renamed)  # distinct and sorted
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

    def doubled(self, dim: str, name: str) -> Cells:
        """Add a dimension with the labels of another, beside it; the order of the cells is the same."""
        at = self.dims.index(dim) + 1
        labels = (*self.labels[:at], self.label(dim), *self.labels[at:])
        codes = (*self.codes[:at], self.code(dim), *self.codes[at:])
        return Cells((*self.dims[:at], name, *self.dims[at:]), labels, codes, self.counts)

    def times(self, other: Cells) -> Cells:
        """Return every key of one with every key of the other, each counted once."""
        mine, theirs = len(self), len(other)
        codes = (*(np.repeat(c, theirs) for c in self.codes), *(np.tile(c, mine) for c in other.codes))
        counts = np.ones(mine * theirs, dtype=np.int64)
        return Cells.of((*self.dims, *other.dims), (*self.labels, *other.labels), codes, counts)

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
        dims = tuple(dims)
        if len(self) and len(dims) < len(self.dims) and self._lead(dims):
            # Cells that share a key lie together: one of each is looked up.
            lengths = np.diff(self.starts(dims), append=len(self))
            return np.repeat(self.keys(dims).positions(other, dims), lengths)
        if len(dims) == 1:
            (dim,) = dims
            first = np.zeros(len(other.label(dim)) + 1, dtype=np.int64)
            # Of several writes to one place the last stands: backwards, that is the first cell.
            first[other.code(dim)[::-1]] = np.arange(len(other))[::-1]
            first[-1] = -1  # where find() put what does not occur
            return first[find(other.label(dim), self.label(dim))][self.code(dim)]
        there = np.ones(len(self), dtype=bool)
        codes, sizes = [], []
        for dim in dims:
            to = find(other.label(dim), self.label(dim))[self.code(dim)]
            there &= to >= 0
            # Both relations are packed together, so that their keys can be compared.
            codes.append(np.concatenate((np.maximum(to, 0), other.code(dim))))
            sizes.append(len(other.label(dim)))
        key = _pack(codes, sizes, len(self) + len(other))
        wanted, among = key[: len(self)], key[len(self) :]
        span = math.prod(sizes)
        if span <= _DENSE * len(key):
            first = np.full(span, -1, dtype=np.int64)
            first[among[::-1]] = np.arange(len(among))[::-1]
            return np.where(there, first[wanted], -1)
        order = order_of(among)
        at = np.minimum(np.searchsorted(among[order], wanted), len(order) - 1)
        return np.where(there & (among[order][at] == wanted), order[at], -1)

    def within(self, other: Cells) -> NDArray[np.bool_]:
        """Return which cells have their key, over the dimensions both have, in `other`."""
        found: NDArray[np.bool_] = self.positions(other, [d for d in other.dims if d in self.dims]) >= 0
        return found


def split_missing(
    dims: tuple[str, ...], coded: Sequence[Encoded], counts: IntArray
) -> tuple[Cells, Cells | None]:
    """Split rows into cells and a ledger of those that lack a label: one row, one reason, the first it lacks."""
    labels, codes = [v for v, _ in coded], [c for _, c in coded]
    if all(c.min(initial=0) >= 0 for c in codes):
        return Cells.of(dims, labels, codes, counts), None
    lacking = np.array([c < 0 for c in codes], dtype=bool).reshape(len(dims), len(counts))
    bad = lacking.any(axis=0)
    cells = Cells.of(dims, labels, [c[~bad] for c in codes], counts[~bad])
    columns = []
    for found, code in coded:
        known, to_known, missing = union(found, label_array([MISSING]))
        columns.append((known, np.append(to_known, missing)[code[bad]]))  # code -1 takes the last
    reasons = label_array(sorted(f"{LACKING}{d}" for d in dims))
    reason = find(reasons, label_array(f"{LACKING}{d}" for d in dims))[lacking[:, bad].argmax(axis=0)]
    ledger = Cells.of(
        (*dims, REASON), [*(v for v, _ in columns), reasons], [*(c for _, c in columns), reason], counts[bad]
    )
    return cells, ledger


def lacking_labels(ledger: Cells | None) -> Cells | None:
    """Return the rows of a ledger that lack a label: they came in, whatever is not known of them."""
    if ledger is None or REASON not in ledger.dims:
        return None
    found = ledger.select(ledger.where_label(REASON, lambda reason: str(reason).startswith(LACKING)))
    return found if len(found) else None


def merged(first: Cells | None, second: Cells | None) -> Cells | None:
    """Add two ledgers, either of which may be None."""
    if first is None or second is None:
        return first if second is None else second
    return first.union(second)


def filled(ledger: Cells | None) -> Cells | None:
    """Return a ledger, or None where it is empty."""
    return ledger if ledger is not None and len(ledger) else None


def _used(
    labels: Iterable[LabelArray], codes: Iterable[IntArray]
) -> tuple[tuple[LabelArray, ...], tuple[IntArray, ...]]:
    """Drop labels that no cell has."""
    tidy_labels, tidy_codes = [], []
    for label, code in zip(labels, codes, strict=True):
        used = np.zeros(len(label), dtype=bool)
        used[code] = True
        # The same array where nothing changes, so that equal labels are known without a look.
        tidy_labels.append(label if used.all() else label[used])
        tidy_codes.append(code if used.all() else (np.cumsum(used) - 1)[code])
    return tuple(tidy_labels), tuple(tidy_codes)


def _pack(codes: Sequence[IntArray], sizes: Sequence[int], rows: int) -> IntArray:
    """Combine the codes of several dimensions into one ordered integer key a row."""
    key, span = np.zeros(rows, dtype=np.int64), 1
    for code, size in zip(codes, sizes, strict=True):
        if span * size > INT64.max:
            # Ranks of the keys so far keep their order, and are no more than there are rows.
            distinct, key = np.unique(key, return_inverse=True)
            span = len(distinct)
        key, span = key * size + code, span * size
    return key


def _placed(key: IntArray, span: int, counts: IntArray) -> tuple[IntArray, IntArray]:
    """Put keys in order by their place in a table of all; return a row of each, and the sum of its counts."""
    # By the last row of each key, whichever that is: they differ in counts alone.
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
    order = order_of(key)
    key = key[order]
    starts = _run_starts([key], len(key))
    return order[starts], _exact_sums(counts[order], starts)


def order_of(key: Whole) -> IntArray:
    """Return the rows of keys, whole numbers >= 0, in their order; those of equal ones as they come."""
    falls = np.count_nonzero(key[1:] < key[:-1])
    if (
        falls <= len(key) // _FALLS
    ):  # as of tables that are in order, one after another, which need only be merged
        return np.argsort(key, kind="stable")
    # Numbers of 16 bits are sorted by counting: last digits first, that is several times as fast on every processor.
    order = np.argsort(key.astype(np.uint16), kind="stable")
    for shift in range(16, int(key.max()).bit_length(), 16):
        digit = (key >> shift).astype(np.uint16)
        order = order[np.argsort(digit[order], kind="stable")]
    return order


def _run_starts(columns: Iterable[NDArray[Any]], rows: int) -> IntArray:
    """Return where each run of equal rows begins."""
    new = np.zeros(rows, dtype=bool)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


def _exact_sums(counts: IntArray, starts: IntArray) -> IntArray:
    """Add up runs of counts; a sum beyond 64 bits is an error, never a wrap."""
    sums = np.add.reduceat(counts, starts)  # may have wrapped
    if _is_safe(counts):
        return sums
    if np.add.reduceat(np.abs(counts.astype(np.float64)), starts).max() < _SAFE:
        return sums
    # Rarely needed: Python's integers do not wrap.
    ends = [*starts[1:].tolist(), len(counts)]
    exact = [sum(counts[a:b].tolist()) for a, b in zip(starts.tolist(), ends, strict=True)]
    over = next((v for v in exact if not INT64.min <= v <= INT64.max), None)
    if over is not None:
        msg = f"counts must add up within 64 bits; got a sum of {over}."
        raise CountOverflowError(msg)
    return np.array(exact, dtype=np.int64)


def _is_safe(counts: IntArray) -> bool:
    """Return whether no sum of some of the counts can pass 64 bits."""
    return max(float(counts.max()), -float(counts.min())) * len(counts) < _SAFE


# ---- labels -----------------------------------------------------------------------------


def encode(values: Any, name: str) -> Encoded:
    """Turn a column of labels into sorted distinct labels and codes; a missing label gets code -1."""
    if isinstance(values, str | bytes | Mapping | set | frozenset) or not isinstance(values, Iterable):
        msg = f"{name} must be a column of labels; got {values!r} ({type(values).__name__})."
        raise InvalidTypeError(msg)
    # A masked array would lose its mask as an array; a list of it has None there.
    array = np.asarray(values) if hasattr(values, "__array__") and not np.ma.isMA(values) else None
    if array is not None and array.ndim != 1:
        msg = f"{name} must be a column of labels; got an array of shape {array.shape}."
        raise InvalidInputError(msg)
    if name == MEASURED:
        return _encode_measured(_listed(values) if array is None else array)
    if array is not None and array.dtype.kind in "mM":
        # As a list, nanoseconds would come out as whole numbers.
        hint = _DATES if array.dtype.kind == "M" else "turn it into text first"
        msg = f"{name} must hold labels, text or whole numbers; got dtype {array.dtype}; {hint}."
        raise InvalidTypeError(msg)
    if array is not None and array.dtype.kind in "iu":
        found, codes = np.unique(_check.whole(array, name), return_inverse=True)
        return found, codes.astype(np.int64)
    listed = _listed(values if array is None or array.dtype.kind == "f" else array)
    # By the kinds that occur rather than by each label: a column of a million texts has one kind.
    kinds = set(map(type, listed))
    sound = kinds & {str, int}
    there = np.ones(len(listed), dtype=bool)
    if kinds != sound:
        there[:] = [type(v) in sound or not is_missing(v) for v in listed]
    known = listed if there.all() else [v for v, t in zip(listed, there.tolist(), strict=True) if t]
    _refuse_kinds(set(map(type, known)), listed, name)
    labels = _numbers_first(map(plain, set(known)))
    if labels and isinstance(labels[0], int) and not -(2**63) <= labels[0] <= labels[-1] < 2**63:
        msg = f"{name} must hold whole numbers that fit in 64 bits; got {max(labels, key=abs)}: read the column as text."
        raise InvalidInputError(msg)
    if labels and isinstance(labels[0], str):
        _refuse_half_letters(labels, name)
    code = {v: i for i, v in enumerate(labels)}
    codes = np.full(len(listed), -1, dtype=np.int64)
    codes[there] = np.fromiter(map(code.__getitem__, known), np.int64, len(known))
    return label_array(labels), codes


def _encode_measured(values: Any) -> Encoded:
    """Encode seconds, given as numbers or as an array of durations."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "m":
        values = values / np.timedelta64(1, "s")
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        there = ~np.isnan(values)
        known = values[there]
    else:
        listed: list[Any] = _listed(values)
        if {*map(type, listed)} <= {float, type(None)}:
            # What an engine hands over: as one array, without a look at each number.
            return _encode_measured(np.array(listed, dtype=np.float64))
        there = np.array([not is_missing(v) for v in listed], dtype=bool)
        known = np.array([v for v, t in zip(listed, there.tolist(), strict=True) if t], dtype=object)
    found, inverse = np.unique(microseconds(known, MEASURED), return_inverse=True)
    codes = np.full(len(there), -1, dtype=np.int64)
    codes[there] = inverse
    return found, codes


def _listed(values: Any) -> list[Any]:
    """Turn a column into Python values; polars and pyarrow then keep whole numbers whole beside a gap."""
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(values, method):
            found: list[Any] = getattr(values, method)()
            return found
    return list(values)


def _refuse_kinds(kinds: set[type], listed: Sequence[Any], name: str) -> None:
    """Refuse labels that are neither text nor whole numbers, or are both."""
    bad = [k for k in kinds if issubclass(k, bool | np.bool_) or not issubclass(k, str | int | np.integer)]
    if bad:
        at = next(i for i, v in enumerate(listed) if type(v) in bad and not is_missing(v))
        value = listed[at]
        hint = "turn it into text first"
        if isinstance(value, float | np.floating | Decimal):
            hint = (
                "codes such as 4.1 and 4.10 would be one number: read the column as text "
                f"(in pandas dtype={{{name!r}: str}}, in polars schema_overrides={{{name!r}: pl.String}})"
            )
        elif isinstance(value, dt.date):
            hint = _DATES
        msg = (
            f"{name} must hold labels, text or whole numbers; got {value!r} ({type(value).__name__}) "
            f"at {name}[{at}]; {hint}."
        )
        raise InvalidTypeError(msg)
    if any(issubclass(k, str) for k in kinds) and not all(issubclass(k, str) for k in kinds):
        at = next(i for i, v in enumerate(listed) if isinstance(v, int | np.integer))
        msg = (
            f"{name} must hold text or whole numbers, not both; got the number {listed[at]} at "
            f"{name}[{at}] beside text: read the column as text."
        )
        raise InvalidTypeError(msg)


def _refuse_half_letters(labels: Sequence[str], name: str) -> None:
    """Refuse text that no file and no other program can hold: a surrogate without its other half."""
    try:
        "".join(labels).encode()
    except UnicodeEncodeError as error:
        bad = next(v for v in labels if any("\ud800" <= c <= "\udfff" for c in v))
        msg = (
            f"{name} must hold labels of whole letters; got {bad!r}, with half of one (a lone surrogate), which cannot be "
            "written: read the file again in its own encoding, without errors='surrogateescape'."
        )
        raise InvalidInputError(msg) from error


def microseconds(values: Any, name: str) -> IntArray:
    """Turn seconds into whole microseconds, exactly as far as the clock of the data goes."""
    found = _check.finite(values, name)
    scaled = np.rint(found * MICROSECONDS)
    too_large = np.abs(scaled) >= 2.0**63
    if too_large.any():
        at = int(np.argmax(too_large))
        msg = f"{name} must be below 292,000 years; got {found[at]} at {name}[{at}]."
        raise InvalidInputError(msg)
    return scaled.astype(np.int64)


def is_missing(value: Any) -> bool:
    """Return True for None, nan, pandas.NA and NaT, that of numpy too."""
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    # By name, so that pandas need not be imported.
    kind = type(value).__name__
    return (
        value is None
        or kind in {"NAType", "NaTType"}
        or (kind in {"datetime64", "timedelta64"} and bool(np.isnat(value)))
    )


def plain(label: Any) -> Any:
    """Turn numpy scalars and enumerations into Python's own text and numbers, which is what leaves the library."""
    if isinstance(label, str):
        return str.__str__(label)
    return int(label) if isinstance(label, int | np.integer) and not isinstance(label, bool) else label


def union(first: LabelArray, second: LabelArray) -> tuple[LabelArray, IntArray, IntArray]:
    """Merge two label arrays; return the merged one and the new code of each old label."""
    if _same(first, second):
        same = np.arange(len(first))
        return first, same, same
    if first.dtype.kind == second.dtype.kind == "i":
        merged = np.union1d(first, second)
    else:
        merged = label_array(_numbers_first({*first.tolist(), *second.tolist()}))
    return merged, find(merged, first), find(merged, second)


def find(among: LabelArray, wanted: LabelArray) -> IntArray:
    """Return the position of each wanted label in a sorted label array; -1 where there is none."""
    if _same(among, wanted):
        return np.arange(len(among))
    if among.dtype.kind == wanted.dtype.kind == "i":
        if not len(among):
            return np.full(len(wanted), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
        return np.where(among[at] == wanted, at, -1).astype(np.int64)
    # As Python's labels: comparing arrays of text and numbers would compare their spelling.
    code = {v: i for i, v in enumerate(among.tolist())}
    return np.fromiter((code.get(v, -1) for v in wanted.tolist()), np.int64, len(wanted))


def _same(first: LabelArray, second: LabelArray) -> bool:
    """Return whether two label arrays are equal, as those of one tally mostly are."""
    return first is second or (
        first.dtype == second.dtype and len(first) == len(second) and bool((first == second).all())
    )


def _numbers_first(labels: Iterable[Any]) -> list[Any]:
    """Sort whole numbers before text: only a ledger holds both, where a label is missing."""
    listed = list(labels)
    text = [v for v in listed if isinstance(v, str)]
    numbers = [v for v in listed if not isinstance(v, str)] if len(text) < len(listed) else []
    return [*sorted(numbers), *sorted(text)]


# ---- rows by key ------------------------------------------------------------------------


def count_rows(
    columns: Sequence[Whole], rows: int, sums: Mapping[str, Whole] = {}
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
        none = tuple((nothing, nothing) for _ in columns)
        return Packed(none, nothing, dict.fromkeys(sums, (nothing, nothing)))
    lows, highs = zip(*map(_extremes, columns), strict=True) if columns else ((), ())
    sizes = [high - low + 1 for low, high in zip(lows, highs, strict=True)]
    span = math.prod(sizes)  # how many keys there could be
    if span >= 2**63:  # no whole number of 64 bits can hold a key
        return _by_lexsort(columns, rows, sums)
    keys = _Keys(columns, lows, sizes, span, rows)
    # A table of all possible keys needs one pass and no sorting, but is slow where it is large or mostly empty.
    if span <= min(_LARGEST_TABLE, _KEYS_PER_ROW * rows):
        key, n, added = _by_table(keys, sums)
    else:
        key, n, added = _by_sorting(keys, sums)
    return Packed(keys.unpacked(key), n, added)


@attrs.frozen(eq=False)
class Packed:
    """The distinct keys, in order, and what was added up.

    `columns` holds the distinct values of each column, sorted, and the place (keys,) of each key's among them; `n` counts
    the rows; `sums` holds the upper and the lower half of each sum, both int64.
    """

    columns: tuple[tuple[IntArray, IntArray], ...]
    n: IntArray
    sums: Mapping[str, tuple[IntArray, IntArray]]

    @property
    def values(self) -> tuple[IntArray, ...]:
        """The value (keys,) of each column."""
        return tuple(distinct[place] for distinct, place in self.columns)


_ByKey: TypeAlias = tuple[Whole, IntArray, dict[str, tuple[IntArray, IntArray]]]
"""Packed keys in order, the number of rows of each, and what was added up, in halves."""


@attrs.frozen(eq=False)
class _Keys:
    """Columns as the digits of one number, the first of them the highest: keys compare as rows do."""

    columns: Sequence[Whole]
    lows: Sequence[int]
    sizes: Sequence[int]
    span: int
    rows: int

    def packed(self) -> Iterator[tuple[slice, Whole]]:
        """Pack some rows at a time, each time into the same memory, which stays in the cache."""
        digits = list(self._digits(min(_AT_ONCE, self.rows)))
        for first in range(0, self.rows, _AT_ONCE):
            rows = slice(first, min(first + _AT_ONCE, self.rows))
            key: Whole | None = None
            for digit in digits:
                key = digit.read(rows) if key is None else digit.append_to(key, rows)
            # Without a column there is one key, 0.
            yield rows, np.zeros(rows.stop - first, dtype=np.int64) if key is None else key

    def _digits(self, at_once: int) -> Iterator[_Digit]:
        """Give each column the narrowest numbers that hold the key as far as it: narrow ones are several times faster."""
        span, memory = 1, dict[type, NDArray[Any]]()
        for column, low, size in zip(self.columns, self.lows, self.sizes, strict=True):
            span *= size
            narrow = next(t for t in (np.int16, np.int32, np.int64) if span <= np.iinfo(t).max)
            own, key = memory.setdefault(narrow, np.empty((2, at_once), dtype=narrow))
            yield _Digit(column, low, size, own, key)

    def unpacked(self, key: Whole) -> tuple[tuple[IntArray, IntArray], ...]:
        """Return the distinct values of each column, and the place of each key's among them.

        Keys that agree in all digits but the last lie together: of the digits above one of each is looked at.
        """
        # Narrow numbers divide several times faster.
        rest = key.astype(np.int32, copy=False) if self.span < HALF // 2 else key
        starts, found = np.arange(0), list[tuple[IntArray, IntArray]]()
        for i, size in reversed([*enumerate(self.sizes)]):
            digit, each = rest, starts
            if i:
                digit = rest // size
                new = _run_starts([digit], len(digit))
                starts, above = new if len(rest) == len(key) else starts[new], digit[new]
                digit *= size
                rest, digit = above, np.subtract(rest, digit, out=digit)
            distinct, place = _ranked(digit, self.lows[i], size)
            if len(place) < len(key):
                place = np.repeat(place, np.diff(each, append=len(key)))
            found.append((distinct, place))
        return tuple(reversed(found))


@attrs.frozen(eq=False)
class _Digit:
    """A column as one digit of the keys, and the memory that some rows of either are worked out in."""

    column: Whole
    low: int
    size: int
    own: Whole
    key: Whole

    def read(self, rows: slice) -> Whole:
        """Return the digit of some rows."""
        found = self.column[rows]
        if not self.low and found.dtype == self.own.dtype:
            return found
        own = self.own[: len(found)]
        own[:] = found
        if self.low:
            # Narrow numbers may wrap, and then the lowest does so too: what is between them stays.
            own -= np.array(self.low).astype(own.dtype)
        return own

    def append_to(self, higher: Whole, rows: slice) -> Whole:
        """Append this column's digit to the keys of some rows."""
        key = self.key[: len(higher)]
        if higher.dtype != key.dtype:
            key[:] = higher
            higher = key
        np.multiply(higher, self.size, out=key)
        key += self.read(rows)
        return key


def _extremes(column: Whole) -> tuple[int, int]:
    """Return the least and the greatest value, in one pass through memory: some rows fit in the cache for both."""
    parts = [column[first : first + _AT_ONCE] for first in range(0, len(column), _AT_ONCE)]
    lows, highs = zip(*((part.min(), part.max()) for part in parts), strict=True)
    return int(min(lows)), int(max(highs))


def _by_table(keys: _Keys, sums: Mapping[str, Whole], *, narrow: bool = True) -> _ByKey:
    """Count in a table of all possible keys: of 16 bits where that holds any usual count, as it stays in the cache."""
    narrow = narrow and keys.rows <= _OFTEN * keys.span
    n = np.zeros(keys.span, dtype=np.uint16 if narrow else np.int64)
    one = n.dtype.type(1)  # of another type it would be turned into this one for each row
    tables = {
        name: (np.zeros(keys.span, dtype=np.int64), np.zeros(keys.span, dtype=np.int64)) for name in sums
    }
    for rows, some in keys.packed():
        key = some.astype(np.int64, copy=False)  # by which alone tables are looked up
        np.add.at(n, key, one)
        for name, column in sums.items():
            for table, half in zip(tables[name], _halves(column[rows]), strict=True):
                if half is not None:
                    np.add.at(table, key, half)
    # The place in the table is the key, so that keys come out in order.
    there = np.flatnonzero(n != 0)
    counts = n[there].astype(np.int64)
    if narrow and counts.sum() < keys.rows:  # a count has wrapped
        return _by_table(keys, sums, narrow=False)
    return there, counts, {name: (high[there], low[there]) for name, (high, low) in tables.items()}


def _by_sorting(keys: _Keys, sums: Mapping[str, Whole]) -> _ByKey:
    """Count the runs of the sorted keys."""
    # Half the width sorts in less than half the time.
    width = np.int32 if keys.span < HALF // 2 else np.uint32 if keys.span <= HALF else np.int64
    key: Whole = np.empty(keys.rows, dtype=width)
    for rows, some in keys.packed():
        key[rows] = some
    # Without sums the keys themselves are sorted, which is faster than to find their order.
    order = order_of(key) if sums else None
    if order is None:
        key.sort()
    else:
        key = key[order]
    starts = _run_starts([key], len(key))
    n = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=n[:-1])
    n[-1] = keys.rows - starts[-1]
    return key.take(starts), n, {c: _run_sums(v, order, starts) for c, v in sums.items()}


def _by_lexsort(columns: Sequence[Whole], rows: int, sums: Mapping[str, Whole]) -> Packed:
    """Count the runs of sorted rows, where 64 bits do not hold their keys."""
    order = np.lexsort(columns[::-1])  # which takes the last for the highest
    starts = _run_starts((c[order] for c in columns), rows)
    values = (c[order[starts]].astype(np.int64) for c in columns)
    return Packed(
        tuple(map(distinct_of, values)),
        np.diff(starts, append=rows),
        {c: _run_sums(v, order, starts) for c, v in sums.items()},
    )


def _run_sums(values: Whole, order: IntArray | None, starts: IntArray) -> tuple[IntArray, IntArray]:
    """Add up runs of values, in halves; `order` brings the runs together."""
    high, low = _halves(values if order is None else values[order])
    none = np.zeros(len(starts), dtype=np.int64)
    return none if high is None else np.add.reduceat(high, starts), np.add.reduceat(low, starts)


def _halves(values: Whole) -> tuple[IntArray | None, IntArray]:
    """Split whole numbers in two, value = high * 2**32 + low; small ones have no high half.

    Each half of fewer than 2**31 rows then adds up within 64 bits.
    """
    if values.dtype.kind == "u" and values.dtype.itemsize == 8:
        high: IntArray = (values >> 32).astype(np.int64)
        return high, (values & (HALF - 1)).astype(np.int64)
    whole = values.astype(np.int64, copy=False)
    if whole.min() >= -HALF // 2 and whole.max() < HALF // 2:
        return None, whole
    return whole >> 32, whole & (HALF - 1)


def distinct_of(values: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct values, sorted, and the place of each value among them."""
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    if high - low >= INT64.max:
        return np.unique(values, return_inverse=True)
    return _ranked(values - low, low, high - low + 1)


def _ranked(digits: Whole, low: int, span: int) -> tuple[IntArray, IntArray]:
    """Return the distinct values, sorted, and the place of each among them, of values that are from 0 to a span above `low`."""
    if span > _KEYS_PER_ROW * len(digits):
        distinct, place = np.unique(digits, return_inverse=True)
        return distinct.astype(np.int64) + low, place
    # A flag for each value in the span, and its rank among the flags that are set: no sorting.
    there, place = np.zeros(span, dtype=bool), digits.astype(np.int64)
    parts = [place[first : first + _AT_ONCE] for first in range(0, len(place), _AT_ONCE)]
    for part in parts:
        there[part] = True
    if not there.all():
        rank = np.cumsum(there) - 1
        for part in parts:
            part[:] = rank[part]
    return np.flatnonzero(there) + low, place
