"""What a function of counts was given: single numbers, columns with labels, or a table.

The names of the arguments decide, never the type of a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policemetrics import _cells, _check
from policemetrics._typing import FloatArray
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.tallies import Tally


def as_columns(labels: Any, given: dict[str, Any]) -> tuple[dict[str, NDArray[Any]], list[Any], bool]:
    """Bring numbers to columns of one length: with labels several rows, without one."""
    if labels is None:
        for name, value in given.items():
            if not _check.is_number(value):
                hint = (
                    "; several numbers need labels=, one for each"
                    if hasattr(value, "__len__") and not isinstance(value, str)
                    else ""
                )
                msg = f"{name} must be a number; got {_check.shown(value)} ({type(value).__name__}){hint}."
                raise InvalidTypeError(msg)
        return {}, list(given.values()), True
    if isinstance(labels, set | frozenset | Mapping):
        msg = f"labels must be a column of labels in the order of the numbers; got a {type(labels).__name__}."
        raise InvalidTypeError(msg)
    found, codes = _cells.encode(labels, "labels")
    if (codes < 0).any():
        msg = f"labels must not be missing; got none at labels[{int(np.argmax(codes < 0))}]."
        raise InvalidInputError(msg)
    several = {n: _column(v, n) for n, v in given.items() if not _check.is_number(v)}
    _check.same_length({"labels": codes} | several)
    _check.same_index({"labels": labels} | {n: given[n] for n in several})
    columns = [several[n] if n in several else [v] * len(codes) for n, v in given.items()]
    return {"label": found[codes]}, columns, False


def labels_and_counts(
    given: Any, name: str, dim: str, noun: str, hint: str = ""
) -> tuple[list[Any], dict[Any, int] | None]:
    """Return the distinct labels of a column, a mapping or a tally, sorted, and how many each has where that was given."""
    if isinstance(given, Mapping):
        given = Tally.from_columns({dim: list(given)}, list(given.values()))
        if given.excluded is not None:
            msg = f"{name} must not be missing; one of the {noun}s is."
            raise InvalidInputError(msg)
    if isinstance(given, Tally):
        columns = given.sum_to(dim).to_dict()
        return columns[dim], dict(zip(columns[dim], columns["count"], strict=True))
    if not hasattr(given, "__len__"):
        msg = f"{name} must be {noun}s, a mapping of {noun} to count, or a Tally; got {type(given).__name__}."
        raise InvalidTypeError(msg)
    found, codes = _cells.encode(given, name)
    if (codes < 0).any():
        msg = f"{name} must not be missing; got none at {name}[{int(np.argmax(codes < 0))}]{hint}."
        raise InvalidInputError(msg)
    return found.tolist(), None


def by_label(
    given: Mapping[Any, float], keys: Mapping[str, NDArray[Any]], needed: NDArray[np.bool_], name: str
) -> FloatArray:
    """Find the number of each row among those given by label, nan for none; every row that needs one must be named."""
    if not keys:
        msg = f"{name} by label needs by=, whose labels it is keyed by; or give one number."
        raise InvalidInputError(msg)
    columns = {dim: column.tolist() for dim, column in keys.items()}
    dims = (
        tuple(columns)
        if any(isinstance(key, tuple) for key in given)
        else _dims_of_labels(given, columns, name)
    )
    of_dims = [columns[dim] for dim in dims]
    labels = of_dims[0] if len(dims) == 1 else list(zip(*of_dims, strict=True))
    lacking = [v for v, need in zip(labels, needed.tolist(), strict=True) if need and v not in given]
    if lacking:
        msg = (
            f"{name} must name every group of {_check.listing(dims)}; it lacks "
            f"{_check.listing(dict.fromkeys(lacking))}; it has {_check.listing(given)}. A group without one gets None."
        )
        raise UnknownNameError(msg)
    return np.array([given.get(v, np.nan) for v in labels], dtype=np.float64)


def _dims_of_labels(
    given: Mapping[Any, float], columns: Mapping[str, list[Any]], name: str
) -> tuple[str, ...]:
    """Find the dimension whose labels numbers are keyed by, which is all that there is, or the only one that has any."""
    having = [dim for dim, labels in columns.items() if not given.keys().isdisjoint(labels)]
    if len(having) > 1:
        firsts = {dim: next(key for key in given if key in columns[dim]) for dim in having}
        msg = (
            f"{name} must be keyed by the labels of one dimension; {' and '.join(f'{dim} has {key!r}' for dim, key in firsts.items())}: "
            f"key it by tuples of labels in the order of by=, {_check.listing(columns)}."
        )
        raise InvalidInputError(msg)
    return tuple(having or columns)


def total_and_shares(counts: Mapping[Any, int] | None, *parts: Sequence[Any]) -> list[float]:
    """Add up counts, and find the share of some labels in it, and of some more; nan without counts, or with one below zero."""
    if counts is None:
        return [np.nan] * (1 + len(parts))
    total = float(sum(counts.values()))
    whole = total if total > 0 and min(counts.values()) >= 0 else np.nan
    return [total, *(sum(counts[label] for label in part) / whole for part in parts)]


def _column(value: Any, name: str) -> NDArray[Any]:
    """Return a column of numbers as an array; what has no length would be read only once."""
    found = _check.as_array(value, name) if hasattr(value, "__len__") else np.empty((), dtype=object)
    if found.ndim != 1:
        msg = f"{name} must be a number or a column of numbers; got {_check.shown(value)} ({type(value).__name__})."
        raise InvalidTypeError(msg)
    return found
