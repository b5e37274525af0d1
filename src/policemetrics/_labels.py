"""Labels of a dimension: from a column to distinct sorted labels and codes into them.

Labels are int64 where they are whole numbers and Python text otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.results import label_array
from policemetrics.typing import IntArray

__all__ = [
    "MEASURED",
    "MICROSECONDS",
    "MISSING",
    "LabelArray",
    "encode",
    "find",
    "is_missing",
    "label_array",
    "microseconds",
    "plain",
    "union",
]

LabelArray: TypeAlias = NDArray[Any]

MISSING: Final = "(missing)"
"""The label, in the ledger only, of a row without one."""

MEASURED: Final = "seconds"
"""The dimension that holds measurements: whole microseconds inside, float seconds outside."""

MICROSECONDS: Final = 1_000_000

_DATES: Final = "a column of dates goes to date=, or name the periods as text"


def _in_order(labels: Iterable[Any]) -> list[Any]:
    """Whole numbers before text: only a ledger holds both, where a label is missing."""
    listed = list(labels)
    text = [v for v in listed if isinstance(v, str)]
    numbers = [v for v in listed if not isinstance(v, str)] if len(text) < len(listed) else []
    return [*sorted(numbers), *sorted(text)]


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
    """Tell a mark of absence: None, nan, and those of pandas."""
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    return value is None or type(value).__name__ in {"NAType", "NaTType"}


def plain(label: Any) -> Any:
    """Turn numpy scalars and enumerations into Python's own text and numbers, which is what leaves the library."""
    if isinstance(label, str):
        return str.__str__(label)
    return int(label) if isinstance(label, int | np.integer) and not isinstance(label, bool) else label


def encode(values: Any, name: str) -> tuple[LabelArray, IntArray]:
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
    kinds = set(map(type, listed))
    sound = kinds & {str, int}
    there = np.ones(len(listed), dtype=bool)
    if kinds != sound:
        there[:] = [type(v) in sound or not is_missing(v) for v in listed]
    known = listed if there.all() else [v for v, t in zip(listed, there.tolist(), strict=True) if t]
    _refuse_kinds(set(map(type, known)), listed, name)
    labels = _in_order(map(plain, set(known)))
    if labels and isinstance(labels[0], int) and not -(2**63) <= labels[0] <= labels[-1] < 2**63:
        msg = f"{name} must hold whole numbers that fit in 64 bits; got {max(labels, key=abs)}: read the column as text."
        raise InvalidInputError(msg)
    code = {v: i for i, v in enumerate(labels)}
    codes = np.full(len(listed), -1, dtype=np.int64)
    codes[there] = np.fromiter(map(code.__getitem__, known), np.int64, len(known))
    return label_array(labels), codes


def _listed(values: Any) -> list[Any]:
    """Turn a column into Python values; polars and pyarrow then keep whole numbers whole beside a gap."""
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(values, method):
            found: list[Any] = getattr(values, method)()
            return found
    return list(values)


def _encode_measured(values: Any) -> tuple[LabelArray, IntArray]:
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


def union(first: LabelArray, second: LabelArray) -> tuple[LabelArray, IntArray, IntArray]:
    """Merge two label arrays; return the merged one and the new code of each old label."""
    if _same(first, second):
        same = np.arange(len(first))
        return first, same, same
    if first.dtype.kind == second.dtype.kind == "i":
        merged = np.union1d(first, second)
    else:
        merged = label_array(_in_order({*first.tolist(), *second.tolist()}))
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
    code = {v: i for i, v in enumerate(among.tolist())}
    return np.fromiter((code.get(v, -1) for v in wanted.tolist()), np.int64, len(wanted))


def _same(first: LabelArray, second: LabelArray) -> bool:
    """Tell whether two label arrays hold the same, as those of one tally mostly do."""
    return first is second or (
        first.dtype == second.dtype and len(first) == len(second) and bool((first == second).all())
    )
