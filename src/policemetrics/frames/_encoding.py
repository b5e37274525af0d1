"""From a column in memory to whole numbers, one a row, and the label of each.

Text is encoded by the frame's own means, which know how it is stored; whole numbers are their own
code. narwhals has no way to the codes of categories, so the frames differ here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _cells, _check
from policemetrics._cells import MEASURED, MICROSECONDS, LabelArray, distinct_of
from policemetrics.errors import InvalidInputError
from policemetrics.frames._arrays import array_of, chunks_of, known_of
from policemetrics.typing import IntArray

__all__ = ["Coded", "encoded"]

_Whole = NDArray[np.integer[Any]]


_AT_ONCE: Final = 2**17  # rows
_INT64: Final = np.iinfo(np.int64)


@attrs.frozen(eq=False)
class Coded:
    """A column of whole numbers (rows,), `gap` where there is no label; and what labels some of them have."""

    codes: _Whole
    labels: Callable[[IntArray], tuple[LabelArray, IntArray]]
    gap: int | None = None

    def named(self, codes: IntArray) -> tuple[LabelArray, IntArray]:
        """Return the distinct labels of some codes, sorted, and the place of each code's among them; -1 for none."""
        distinct, at = distinct_of(codes)
        there = distinct != self.gap if self.gap is not None else np.ones(len(distinct), dtype=bool)
        labels, places = self.labels(distinct[there])
        place = np.full(len(distinct), -1, dtype=np.int64)
        place[there] = places
        return labels, at if np.array_equal(place, np.arange(len(place))) else place[at]


def encoded(column: Any, dim: str) -> Coded:
    """Encode a narwhals series of labels: text, categories or whole numbers, or of measured seconds."""
    import narwhals.stable.v2 as nw

    if dim == MEASURED:
        return _of_seconds(column)
    if column.dtype.is_integer() and column.dtype not in (nw.Int128, nw.UInt128):
        return _of_integers(column, dim)
    if column.dtype.is_float():  # pandas has the year of a date as one, where another is missing
        return _of_integers(column, dim)
    native, implementation = column.to_native(), column.implementation
    text = column.dtype in (nw.String, nw.Categorical, nw.Enum)
    if implementation.is_polars() and text:
        return _of_polars(native, column.__native_namespace__(), dim)
    if implementation.is_pyarrow() and text:
        return _of_arrow(native, dim)
    if implementation.is_pandas() and hasattr(native, "cat"):
        return _of_listed(native.cat.codes.to_numpy(), native.cat.categories.tolist(), dim)
    if implementation.is_pandas() and isinstance(native.dtype, column.__native_namespace__().ArrowDtype):
        return _of_arrow(column.to_frame().to_arrow().column(0), dim)
    if implementation.is_pandas() and text and native.dtype != object:
        codes, distinct = column.__native_namespace__().factorize(native)
        return _of_listed(codes, distinct.tolist(), dim)
    listed = column.to_list()
    if column.dtype.is_decimal():  # as engines hand over wide whole numbers
        listed = [None if v is None else int(v) for v in listed]
    labels, codes = _cells.encode(listed, dim)
    return Coded(codes, lambda some: _used(labels, some), gap=-1)


def _used(labels: LabelArray, some: IntArray) -> tuple[LabelArray, IntArray]:
    """Choose some of labels that are sorted already, by ascending code."""
    return labels[some], np.arange(len(some))


def _of_listed(codes: _Whole, labels: Sequence[Any], dim: str) -> Coded:
    """Take codes into a list of labels, in any order; -1 for none."""
    return Coded(codes, lambda some: _cells.encode([labels[i] for i in some.tolist()], dim), gap=-1)


def _of_integers(column: Any, dim: str) -> Coded:
    """Take whole numbers as their own codes; where there is none, one beyond them all."""
    found, missing = known_of(column)
    if found.dtype.kind == "f" or found.dtype == np.uint64:
        found = _check.whole(found, dim)
    gap = None
    if missing is not None:
        gap = int(found.max(initial=0)) + 1
        if gap > _INT64.max:
            gap = int(found.min()) - 1
        if gap < _INT64.min:
            labels, codes = _cells.encode(column.to_list(), dim)
            return Coded(codes, lambda some: _used(labels, some), gap=-1)
        known, found = found, np.full(len(column), gap, dtype=np.int64)
        found[~missing] = known
    return Coded(found, lambda some: _cells.encode(some, dim), gap)


def _of_polars(native: Any, polars: Any, dim: str) -> Coded:
    if native.dtype == polars.String:
        # Text sorts by its code points here as in Python.
        texts = native.unique().drop_nulls().sort()
        native = native.cast(polars.Enum(texts))
    physical, gap = native.to_physical(), None
    if native.null_count():
        gap = int(physical.max() or 0) + 1
        physical = physical.cast(polars.Int64).fill_null(gap)
    codes = physical.to_numpy()

    def labels(some: IntArray) -> tuple[LabelArray, IntArray]:
        listed = native.gather(_examples(codes, some)).cast(polars.String).to_list()
        return _cells.encode(listed, dim)

    return Coded(codes, labels, gap)


def _examples(codes: _Whole, wanted: IntArray) -> IntArray:
    """Find a row for each of some codes that occur; mostly the first rows have them all."""
    place = np.full(int(wanted.max(initial=-1)) + 2, -1, dtype=np.int64)
    for first in range(0, len(codes), _AT_ONCE):
        some = np.minimum(codes[first : first + _AT_ONCE], len(place) - 1)
        place[some] = np.arange(first, first + len(some))
        if (place[wanted] >= 0).all():
            break
    return place[wanted]


def _of_arrow(native: Any, dim: str) -> Coded:
    import pyarrow as pa

    coded = native
    if not pa.types.is_dictionary(native.type):
        coded = native.dictionary_encode()
    elif any(part.dictionary.null_count for part in native.chunks):
        coded = native.cast(native.type.value_type).dictionary_encode()
    # Dictionaries that are joined may have more labels than an index of few bits can tell apart.
    coded = coded.cast(pa.dictionary(pa.int64(), coded.type.value_type))
    parts = coded.unify_dictionaries().chunks
    if not parts:
        return _of_listed(np.zeros(0, dtype=np.int64), [], dim)
    indices = pa.chunked_array([part.indices for part in parts])
    codes = np.full(len(indices), -1, dtype=np.int64)
    codes[chunks_of(indices.is_valid())] = chunks_of(indices.drop_null())
    return _of_listed(codes, parts[0].dictionary.to_pylist(), dim)


def _of_seconds(column: Any) -> Coded:
    """Encode seconds as whole microseconds, or as whole seconds where all of them are."""
    known, missing = known_of(column)
    if known.dtype.kind not in "iuf":
        known = array_of(column.drop_nulls().cast(_float64()))
    if known.dtype.kind == "f" and (unknown := np.isnan(known)).any():
        missing = np.zeros(len(column), dtype=bool) if missing is None else missing.copy()
        missing[~missing] = unknown
        known = known[~unknown]
    whole = known.dtype.kind in "iu" or bool((known == np.floor(known)).all())
    unit = MICROSECONDS if whole else 1
    extreme = known[np.isfinite(known).argmin()] if known.size and known.dtype.kind == "f" else 0.0
    if not np.isfinite(extreme):
        msg = f"{MEASURED} must hold finite numbers; got {extreme}."
        raise InvalidInputError(msg)
    if whole:
        _cells.microseconds(
            [known.min(initial=0), known.max(initial=0)], MEASURED
        )  # refuses what is too long
        codes = known if known.dtype.kind == "i" else known.astype(np.int64)
    else:
        codes = _cells.microseconds(known, MEASURED)
    gap = None
    if missing is not None:
        gap = int(codes.max(initial=0)) + 1
        some, codes = codes, np.full(len(column), gap, dtype=np.int64)
        codes[~missing] = some
    return Coded(codes, lambda some: (some * unit, np.arange(len(some))), gap)


def _float64() -> Any:
    import narwhals.stable.v2 as nw

    return nw.Float64
