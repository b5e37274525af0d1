"""Rows counted by key where they are: in memory by their codes, in an engine by its own GROUP BY."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._labels import LabelArray, is_missing
from policemetrics._packed import HALF, count_rows
from policemetrics.errors import InvalidInputError
from policemetrics.frames._encoding import encoded
from policemetrics.frames._reading import engine_errors
from policemetrics.typing import IntArray

__all__ = ["Counted", "counted_here", "counted_there", "halves"]

_WIDE = 2**62


@attrs.frozen(eq=False)
class Counted:
    """Labels and codes (keys,) of each column, the number of rows of each key, and what was added up of them."""

    coded: dict[str, tuple[LabelArray, IntArray]]
    n: IntArray
    sums: Mapping[str, IntArray]


def counted_here(table: Any, keys: Mapping[str, str], numbers: Mapping[str, NDArray[Any]]) -> Counted:
    """Count rows in memory by columns of theirs, given with their dimension, and add up numbers in halves."""
    with engine_errors():
        columns = [encoded(table.get_column(key), dim) for key, dim in keys.items()]
    found = count_rows([c.codes for c in columns], len(table), numbers)
    named = (c.named(values) for c, values in zip(columns, found.values, strict=True))
    sums = {
        f"{name}_{half}": v
        for name, both in found.sums.items()
        for half, v in zip(_HALVES, both, strict=True)
    }
    return Counted(dict(zip(keys, named, strict=True)), found.n, sums)


def counted_there(
    lazy: Any,
    keys: Mapping[str, str],
    sums: Sequence[str],
    failure: type[InvalidInputError] = InvalidInputError,
) -> Counted:
    """Let an engine count, in one query, and bring its small result home."""
    import narwhals.stable.v2 as nw

    added = [nw.len().alias("n"), *([nw.col(*sums).sum()] if sums else [])]
    with engine_errors(failure=failure):
        table = (lazy.group_by(*keys).agg(*added) if keys else lazy.select(*added)).collect()
    n = _whole(table.get_column("n"))
    if not n.any():  # no rows are no evidence: without a dimension, too, they make no cell
        table, n = table.head(0), n[:0]
    with engine_errors(failure=failure):
        columns = {key: encoded(table.get_column(key), dim) for key, dim in keys.items()}
    coded = {key: c.named(c.codes.astype(np.int64)) for key, c in columns.items()}
    return Counted(coded, n, {name: _whole(table.get_column(name)) for name in sums})


_HALVES = ("high", "low")


def halves(lazy: Any, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Split numbers in two for an engine.

    Engines differ in what a sum of integers does past 64 bits: wrap, fail, or turn into a decimal.
    Sums of halves do not get there.
    """
    by_floats = lazy.implementation.is_spark_like() or lazy.implementation.is_ibis()
    found: dict[str, Any] = {}
    for name, number in numbers.items():
        if by_floats:  # their // divides floats, which hold what is left without a remainder
            low = number % HALF
            high = (number - low) // HALF
        else:
            high = number // HALF
            low = number - high * HALF
        found |= {f"{name}_high": high, f"{name}_low": low}
    return found


def _whole(column: Any) -> IntArray:
    """Turn sums that came home into int64: an engine may hand over decimals, or nothing where nothing was added.

    What is wider still stays far beyond any limit.
    """
    import narwhals.stable.v2 as nw

    narrow = column.dtype.is_integer() and column.dtype not in {nw.UInt64, nw.Int128, nw.UInt128}
    if narrow and not column.null_count():
        return np.asarray(column.to_numpy(), dtype=np.int64)
    known = (0 if is_missing(v) else int(v) for v in column.to_list())
    return np.fromiter((min(max(v, -_WIDE), _WIDE) for v in known), np.int64, len(column))
