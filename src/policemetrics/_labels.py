"""Labels of a dimension: from a column to distinct sorted labels and codes into them.

Labels are int64 where they are whole numbers and Python text otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from policemetrics import _checks
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.typing import IntArray
from policemetrics.values import label_array

__all__ = [
    "MEASURED",
    "MICROSECONDS",
    "MISSING",
    "LabelArray",
    "encode",
    "find",
    "label_array",
    "microseconds",
    "union",
]

LabelArray: TypeAlias = NDArray[Any]

MISSING: Final = "(missing)"
"""The label, in the ledger only, of a row without one."""

MEASURED: Final = "seconds"
"""The dimension that holds measurements: whole microseconds inside, float seconds outside."""

MICROSECONDS: Final = 1_000_000


def _in_order(labels: Iterable[Any]) -> list[Any]:
    """Whole numbers before text: only a ledger holds both, where a label is missing."""
    return sorted(labels, key=lambda v: (isinstance(v, str), v))


def microseconds(values: Any, name: str) -> IntArray:
    """Turn seconds into whole microseconds, exactly as far as the clock of the data goes."""
    found = _checks.finite(values, name)
    scaled = np.rint(found * MICROSECONDS)
    too_large = np.abs(scaled) >= 2.0**63
    if too_large.any():
        at = int(np.argmax(too_large))
        msg = f"{name} must be below 292,000 years; got {found[at]} at {name}[{at}]."
        raise InvalidInputError(msg)
    return scaled.astype(np.int64)


def encode(values: Any, name: str) -> tuple[LabelArray, IntArray]:
    """Turn a column of labels into sorted distinct labels and codes; a missing label gets code -1."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        msg = f"{name} must be a column of labels; got {values!r} ({type(values).__name__})."
        raise InvalidTypeError(msg)
    array = np.asarray(values) if hasattr(values, "__array__") else None
    if array is not None and array.ndim != 1:
        msg = f"{name} must be a column of labels; got an array of shape {array.shape}."
        raise InvalidInputError(msg)
    if array is not None and array.dtype.kind in "iu":
        found, codes = np.unique(_checks.whole(array, name), return_inverse=True)
        return found, codes.astype(np.int64)
    listed: list[Any] = array.tolist() if array is not None else list(values)
    if name == MEASURED:
        return _encode_measured(listed)
    kinds = set(map(type, listed))
    missing = {v for v in kinds if v is type(None) or v.__name__ in {"NAType", "NaTType"}}
    if float in kinds and all(v != v for v in listed if type(v) is float):  # noqa: PLR0124  # nan marks a missing text
        missing.add(float)
    _refuse_kinds(kinds - missing, listed, name)
    labels = _in_order({v for v in listed if type(v) not in missing})
    code = {v: i for i, v in enumerate(labels)}
    codes = np.fromiter(
        (code.get(v, -1) if type(v) not in missing else -1 for v in listed), np.int64, len(listed)
    )
    return label_array(_plain(v) for v in labels), codes


def _encode_measured(listed: Sequence[Any]) -> tuple[LabelArray, IntArray]:
    there = np.array([v is not None and v == v for v in listed], dtype=bool)  # noqa: PLR0124  # nan is missing
    known = [v for v, t in zip(listed, there, strict=True) if t]
    found, inverse = np.unique(microseconds(known, MEASURED), return_inverse=True)
    codes = np.full(len(listed), -1, dtype=np.int64)
    codes[there] = inverse
    return found, codes


def _plain(label: Any) -> Any:
    """Turn numpy scalars into Python's own, which is what leaves the library."""
    return str(label) if isinstance(label, str) else int(label)


def _refuse_kinds(kinds: set[type], listed: Sequence[Any], name: str) -> None:
    """Refuse labels that are neither text nor whole numbers, or are both."""
    bad = [k for k in kinds if issubclass(k, bool | np.bool_) or not issubclass(k, str | int | np.integer)]
    if bad:
        at = next(i for i, v in enumerate(listed) if type(v) in bad)
        value = listed[at]
        hint = "turn it into text first"
        if isinstance(value, float | np.floating | Decimal):
            hint = (
                "codes such as 4.1 and 4.10 would be one number: read the column as text "
                f"(in pandas dtype={{{name!r}: str}}, in polars schema_overrides={{{name!r}: pl.String}})"
            )
        elif isinstance(value, dt.date):
            hint = "a column of dates goes to date=, or name the periods as text"
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
    if first.dtype.kind == second.dtype.kind == "i":
        merged = np.union1d(first, second)
    else:
        merged = label_array(_in_order({*first.tolist(), *second.tolist()}))
    return merged, find(merged, first), find(merged, second)


def find(among: LabelArray, wanted: LabelArray) -> IntArray:
    """Return the position of each wanted label in a sorted label array; -1 where there is none."""
    if among.dtype.kind == wanted.dtype.kind == "i":
        if not len(among):
            return np.full(len(wanted), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
        return np.where(among[at] == wanted, at, -1).astype(np.int64)
    code = {v: i for i, v in enumerate(among.tolist())}
    return np.fromiter((code.get(v, -1) for v in wanted.tolist()), np.int64, len(wanted))
