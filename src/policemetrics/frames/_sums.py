"""The column of counts that is added up: made ready, and its sums checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._cells import Cells
from policemetrics._labels import LabelArray, is_missing
from policemetrics._ledger import NOT_SUPPLIED, REASON
from policemetrics._packed import HALF
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError
from policemetrics.tally import Tally
from policemetrics.typing import IntArray, Names

__all__ = ["Sums", "halves", "numbers_of", "whole"]

_LIMIT: Final = 2**63
_WIDE: Final = 2**62

_Coded: TypeAlias = Mapping[str, tuple[LabelArray, IntArray]]


def numbers_of(column: Any, name: str, dtype: Any) -> dict[str, Any]:
    """Prepare a column of counts: the number, and whether it is missing, not whole, or beyond 64 bits."""
    import narwhals.stable.v2 as nw

    if not (dtype.is_numeric() or dtype.is_decimal()):
        msg = f"count: column {name!r} must hold whole numbers; got {dtype}: turn it into integers first."
        raise InvalidTypeError(msg)
    missing = column.is_null()
    if dtype.is_integer():
        # Dask can neither cast nor add up where some are missing.
        number = nw.when(missing).then(nw.lit(0)).otherwise(column)
        if dtype not in {nw.UInt64, nw.Int128, nw.UInt128}:
            number = number.cast(nw.Int64)
        return {"number": number, "missing": missing.cast(nw.Int64)}
    # pandas keeps whole numbers with a gap as floats.
    size = column.cast(nw.Float64)
    missing = missing | size.is_nan() if dtype.is_float() else missing
    size = nw.when(missing).then(nw.lit(0.0)).otherwise(size)
    split, beyond = size != size.floor(), size.abs() >= float(_LIMIT)
    number = nw.when(missing | split | beyond).then(nw.lit(0)).otherwise(column).cast(nw.Int64)
    flags = {"missing": missing, "split": split, "beyond": beyond}
    return {"number": number} | {flag: found.cast(nw.Int64) for flag, found in flags.items()}


def halves(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Split the number in two for an engine.

    Engines differ in what a sum of integers does past 64 bits: wrap, fail, or turn into a decimal.
    Sums of halves do not get there.
    """
    flags = dict(numbers)
    number = flags.pop("number")
    high = number // HALF
    return {"high": high, "low": number - high * HALF, **flags}


@attrs.frozen(eq=False)
class Sums:
    """What was added up of each key: the number, in two halves, and how many rows have no proper one."""

    name: str
    high: IntArray
    low: IntArray
    missing: IntArray
    split: IntArray
    beyond: IntArray

    @classmethod
    def of(cls, name: str, found: Mapping[str, IntArray]) -> Sums:
        """Take sums by the name of each part; a part that is not there is 0."""
        none = np.zeros_like(found["low"])
        return cls(name, *(found.get(part, none) for part in ("high", "low", "missing", "split", "beyond")))

    def tally(
        self, coded: _Coded, n: IntArray, coverage: tuple[str, ...] | None, overlapping: Names
    ) -> Tally:
        """Make the tally: a cell stands on the rows that have a count, and is marked if one has none."""
        counts = self._checked(coded)
        found = self._part(coded, counts, n > self.missing, coverage, overlapping)
        if not self.missing.any():
            return found
        gaps = self._part(coded, np.zeros_like(counts), self.missing > 0, None, overlapping)
        marked = gaps.cells.extend(REASON, f"{NOT_SUPPLIED}{self.name} missing in the source")
        ledger = reduce(Cells.union, [v for v in (found.ledger, gaps.ledger) if v is not None], marked)
        return attrs.evolve(found, ledger=ledger)

    def _checked(self, coded: _Coded) -> IntArray:
        """Put the halves together, or say which sum is none."""
        for bad, rule, error in (
            (self.split, "whole numbers", InvalidInputError),
            (self.beyond, "finite numbers within 64 bits", CountOverflowError),
        ):
            if bad.any():
                at = int(np.argmax(bad > 0))
                msg = f"count: column {self.name!r} must hold {rule}; got {bad[at]} that are not in {_place(coded, at)}."
                raise error(msg)
        # What the lower half carries goes up, and the sum fits if the upper one then does.
        upper, lower = self.high + self.low // HALF, self.low % HALF
        over = (upper < -HALF // 2) | (upper >= HALF // 2)
        if over.any():
            at = int(np.argmax(over))
            total = int(self.high[at]) * HALF + int(self.low[at])
            msg = f"count: column {self.name!r} must add up within 64 bits; got a sum of {total} in {_place(coded, at)}."
            raise CountOverflowError(msg)
        found: IntArray = upper * HALF + lower
        return found

    def _part(
        self,
        coded: _Coded,
        counts: IntArray,
        chosen: NDArray[np.bool_],
        coverage: tuple[str, ...] | None,
        overlapping: Names,
    ) -> Tally:
        kept = {d: (labels, codes[chosen]) for d, (labels, codes) in coded.items()}
        return Tally.from_codes(
            kept, counts[chosen], coverage=coverage, overlapping=overlapping, unit=self.name
        )


def _place(coded: _Coded, at: int) -> str:
    """Name the key of some rows."""
    named = (f"{d} {labels[codes[at]] if codes[at] >= 0 else None}" for d, (labels, codes) in coded.items())
    return ", ".join(named) or "the whole frame"


def whole(column: Any) -> IntArray:
    """Turn sums that came home into int64: an engine may hand over decimals, or nothing where nothing was added.

    What is wider still stays far beyond any limit.
    """
    import narwhals.stable.v2 as nw

    narrow = column.dtype.is_integer() and column.dtype not in {nw.UInt64, nw.Int128, nw.UInt128}
    if narrow and not column.null_count():
        return np.asarray(column.to_numpy(), dtype=np.int64)
    known = (0 if is_missing(v) else int(v) for v in column.to_list())
    return np.fromiter((min(max(v, -_WIDE), _WIDE) for v in known), np.int64, len(column))
