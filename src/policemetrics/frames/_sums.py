"""The column of counts that is added up: made ready, and its sums checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._cells import HALF, Cells, LabelArray
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError
from policemetrics.frames._arrays import known_of
from policemetrics.frames._grouping import Counted, halves
from policemetrics.frames._reading import engine_errors
from policemetrics.tallies import NOT_SUPPLIED, REASON, Tally
from policemetrics.typing import IntArray, Names

__all__ = ["Sums", "numbers_here", "numbers_there"]

_LIMIT: Final = 2**63

_Coded: TypeAlias = Mapping[str, tuple[LabelArray, IntArray]]


def numbers_here(data: Any, name: str, dtype: Any) -> dict[str, NDArray[Any]]:
    """Return the counts of rows in memory, and flags of those that are none."""
    column = data.get_column(name)
    if dtype.is_integer():
        known, missing = known_of(column)
        if missing is None:
            return {"number": known}
        number = np.zeros(len(column), dtype=known.dtype)
        number[~missing] = known
        return {"number": number, "missing": missing}
    parts = _parts(name, dtype)
    with engine_errors():
        table = data.select(**parts)
    return {part: table.get_column(part).fill_null(0).to_numpy() for part in parts}


def numbers_there(lazy: Any, name: str, dtype: Any) -> dict[str, Any]:
    """Prepare a column of counts for an engine."""
    flags = _parts(name, dtype)
    number = flags.pop("number")
    return halves(lazy, {"number": number}) | {f"{flag}_low": found for flag, found in flags.items()}


def _parts(name: str, dtype: Any) -> dict[str, Any]:
    """Read a column of counts: the number, and whether it is missing, not whole, or beyond 64 bits."""
    import narwhals.stable.v2 as nw

    if not (dtype.is_numeric() or dtype.is_decimal()):
        msg = f"count: column {name!r} must hold whole numbers; got {dtype}: turn it into integers first."
        raise InvalidTypeError(msg)
    column = nw.col(name)
    missing = column.is_null()
    if dtype.is_integer():
        # Dask can neither cast nor add up where some are missing.
        number = nw.when(missing).then(nw.lit(0, dtype)).otherwise(column)
        if dtype not in {nw.UInt64, nw.Int128, nw.UInt128}:
            number = number.cast(nw.Int64)
        return {"number": number, "missing": missing.cast(nw.Int64)}
    # pandas keeps whole numbers with a gap as floats.
    missing = missing | column.is_nan() if dtype.is_float() else missing
    size = nw.when(missing).then(nw.lit(0)).otherwise(column)
    beyond = size.cast(nw.Float64).abs() >= float(_LIMIT)
    size = nw.when(beyond).then(nw.lit(0)).otherwise(size)  # some engines have no whole part of infinity
    split = size != size.floor()  # a decimal has more digits than a float of its size
    number = nw.when(split).then(nw.lit(0)).otherwise(size).cast(nw.Int64)
    flags = {"missing": missing, "split": split, "beyond": beyond}
    return {"number": number} | {flag: found.cast(nw.Int64) for flag, found in flags.items()}


@attrs.frozen(eq=False)
class Sums:
    """What was added up of each key: the number, in two halves, and how many rows have no proper one."""

    name: str
    n: IntArray
    high: IntArray
    low: IntArray
    missing: IntArray
    split: IntArray
    beyond: IntArray

    @classmethod
    def of(cls, name: str, found: Counted) -> Sums:
        """Take what was added up; flags that were not are 0, and none of them has an upper half."""
        none = np.zeros_like(found.n)
        flags = (found.sums.get(f"{flag}_low", none) for flag in ("missing", "split", "beyond"))
        return cls(name, found.n, found.sums["number_high"], found.sums["number_low"], *flags)

    def tally(self, coded: _Coded, coverage: tuple[str, ...] | None, overlapping: Names) -> Tally:
        """Make the tally: a cell stands on the rows that have a count, and is marked if one has none."""
        counts = self._checked(coded)
        found = self._part(coded, counts, self.n > self.missing, coverage, overlapping)
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
