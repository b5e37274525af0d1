"""Rows counted by key where they are: in memory by their codes, in an engine by its own GROUP BY."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import HALF, MEASURED, LabelArray, count_rows, is_missing
from policemetrics.errors import InvalidInputError
from policemetrics.frames._arrays import array_of
from policemetrics.frames._encoding import encoded
from policemetrics.frames._reading import engine_errors
from policemetrics.typing import FloatArray, IntArray

__all__ = ["TIMED", "Counted", "counted_here", "counted_there", "halves"]

TIMED: Final = "times"
"""What times between two stamps are called while they are not yet the dimension ``seconds``."""

_WIDE: Final = 2**62
_FLOATS_HOLD: Final = 2.0**53  # whole numbers below are floats
_MOST_CELLS: Final = 2**26  # some GiB at home


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
    *,
    least: Sequence[str] = (),
) -> Counted:
    """Let an engine count, in one query, and bring its small result home; it stops where that would be large.

    Beside the sums of some columns it gives the least of others, as ``least_x`` of ``x``.
    """
    import narwhals.stable.v2 as nw

    added = [nw.len().alias("n"), *([nw.col(*sums).sum()] if sums else [])]
    added += [nw.col(name).min().alias(f"least_{name}") for name in least]
    with engine_errors(failure=failure):
        found = lazy.group_by(*keys).agg(*added).head(_MOST_CELLS + 1) if keys else lazy.select(*added)
        table = found.collect()
    if len(table) > _MOST_CELLS:
        _refuse_many(keys.values())
    n = _whole(table.get_column("n"))
    if not n.any():  # no rows are no evidence: without a dimension, too, they make no cell
        table, n = table.head(0), n[:0]
    with engine_errors(failure=failure):
        columns = {key: encoded(table.get_column(key), dim) for key, dim in keys.items()}
    coded = {key: c.named(c.codes.astype(np.int64)) for key, c in columns.items()}
    wanted = [*sums, *(f"least_{name}" for name in least)]
    return Counted(coded, n, {name: _whole(table.get_column(name)) for name in wanted})


def _refuse_many(dims: Iterable[str]) -> NoReturn:
    """Say that an engine would bring home too much, and what to ask instead."""
    named = list(dims)
    hint = "leave out a column that is nearly different in every row"
    if {MEASURED, TIMED} & {*named}:
        hint += (
            ", or take times to the second (resolution='second' of durations and response_times, or "
            "whole seconds in the query); for mean and share within target alone ask summarise_times(…, percentiles=False)"
        )
    msg = f"by: the engine found more than {_MOST_CELLS:,} distinct keys of {_check.listing(named)}: {hint}."
    raise InvalidInputError(msg)


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
        return array_of(column).astype(np.int64, copy=False)
    if column.dtype.is_decimal() and not column.null_count():
        rough: FloatArray = array_of(column.cast(nw.Float64))
        if np.abs(rough).max(initial=0) < _FLOATS_HOLD:
            return rough.astype(np.int64)
    known = (0 if is_missing(v) else int(v) for v in column.to_list())
    return np.fromiter((min(max(v, -_WIDE), _WIDE) for v in known), np.int64, len(column))
