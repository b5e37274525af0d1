"""Times added up where they are: for mean, deviation and share within a target no engine need send them home.

Every sum is of whole numbers, none of which passes 64 bits, so that engines neither wrap nor round and
all give the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._cells import Cells
from policemetrics._labels import MEASURED, MICROSECONDS, LabelArray
from policemetrics._packed import HALF
from policemetrics._tally import Tally
from policemetrics.errors import InvalidInputError
from policemetrics.frames._grouping import Counted, counted_there, halves
from policemetrics.frames._reading import dimensions, labelled, opened
from policemetrics.typing import FloatArray, IntArray

__all__ = ["Moments", "moments"]

_DIGIT: Final = 2**31  # the square of what is smaller fits in 64 bits
_SAFE: Final = 2.0**62
_MOST_ROWS: Final = 2**30  # of a key: then no sum of halves passes 64 bits
_LONGEST: Final = 2**63

_Coded: TypeAlias = Mapping[str, tuple[LabelArray, IntArray]]


@attrs.frozen(eq=False)
class Moments:
    """The times of each key, added up in whole numbers, of which `unit` make a second.

    `data` holds what a tally of the times would hold, but for the times themselves: each is 0 there.
    """

    data: Tally
    keys: Cells
    unit: int
    zeros: IntArray
    total: NDArray[np.object_]
    squares: NDArray[np.object_]
    met: Mapping[int, IntArray]


def moments(
    frame: Any, by: Sequence[str], seconds: str, bounds: Sequence[int], *, inclusive: bool
) -> Moments | None:
    """Let an engine add up times, in one query, and count those that meet each bound, in microseconds.

    None for a frame in memory, whose times are as well counted, and where sums could pass 64 bits, as those
    of thousands of centuries do: every time must then be counted.
    """
    import narwhals.stable.v2 as nw

    data, schema = opened(frame)
    if not isinstance(data, nw.LazyFrame):
        return None
    dims = dimensions({d: d for d in by} | {MEASURED: seconds})
    *labels, time = labelled(data, schema, dims)
    keys = {f"k{i}": dim for i, dim in enumerate(by)}
    dtype = schema[seconds]
    whole = dtype.is_integer() and dtype not in (nw.Int128, nw.UInt128)
    unit = 1 if whole else MICROSECONDS
    read = data.select(*(v.alias(k) for k, v in zip(keys, labels, strict=True)), time.alias("x"))
    read = _as_whole_seconds(read, dtype) if whole else _as_microseconds(read)
    limits = {f"met{i}": _limit(bound, unit, inclusive=inclusive) for i, bound in enumerate(bounds)}
    read, sums = _added(read, keys, limits)
    found = counted_there(read, keys, sums, extremes=["x"])
    return _brought_home(found, keys, unit, dict(zip(bounds, limits, strict=True)))


# ---- what the engine is asked -----------------------------------------------------------


def _as_whole_seconds(read: Any, dtype: Any) -> Any:
    """Read whole numbers as they are."""
    import narwhals.stable.v2 as nw

    x, none = nw.col("x"), nw.lit(0, dtype)
    read = read.with_columns(x.is_null().alias("missing"))
    # Dask can neither cast nor add up where some are missing.
    read = read.with_columns(nw.when(nw.col("missing")).then(none).otherwise(x).alias("x"))
    most = _LONGEST // MICROSECONDS
    if dtype == nw.UInt64:
        read = read.with_columns(nw.when(x > most).then(nw.lit(most + 1, dtype)).otherwise(x).alias("x"))
    read = read.with_columns(x.cast(nw.Int64).alias("x"))
    return _without(read, x > most, nw.lit(0, nw.Int64))


def _as_microseconds(read: Any) -> Any:
    """Round to whole microseconds, halves to the even one: engines differ in how they would."""
    import narwhals.stable.v2 as nw

    x, low, part = nw.col("x"), nw.col("low"), nw.col("part")
    read = read.with_columns(x.cast(nw.Float64).alias("x"))
    read = read.with_columns((x.is_null() | x.is_nan()).alias("missing"))
    read = read.with_columns(
        (nw.when(nw.col("missing")).then(nw.lit(0.0)).otherwise(x) * float(MICROSECONDS)).alias("x")
    )
    read = _without(read, x.abs() >= float(_LONGEST), nw.lit(0.0))
    read = read.with_columns(x.floor().alias("low"))
    read = read.with_columns((x - low).alias("part"))
    up = (part > 0.5) | ((part == 0.5) & ((low * 0.5).floor() != low * 0.5))
    return read.with_columns(
        (low + nw.when(up).then(nw.lit(1.0)).otherwise(nw.lit(0.0))).cast(nw.Int64).alias("x")
    )


def _without(read: Any, beyond: Any, none: Any) -> Any:
    """Mark times that are too long, infinite ones among them, and put `none` in their place."""
    import narwhals.stable.v2 as nw

    read = read.with_columns(beyond.alias("beyond"))
    return read.with_columns(nw.when(nw.col("beyond")).then(none).otherwise(nw.col("x")).alias("x"))


def _limit(bound: int, unit: int, *, inclusive: bool) -> int:
    """Return the largest whole number that meets a bound in microseconds."""
    return (bound if inclusive else bound - 1) // (MICROSECONDS // unit)


def _added(read: Any, keys: Mapping[str, str], limits: Mapping[str, int]) -> tuple[Any, list[str]]:
    """Prepare what is added up: times and their squares by the digits of the times, and flags."""
    import narwhals.stable.v2 as nw

    x, a, b = nw.col("x"), nw.col("a"), nw.col("b")
    # Some engines divide as floats do: whatever the first digit, the second is what is left.
    read = read.with_columns((x // _DIGIT).cast(nw.Int64).alias("a"))
    read = read.with_columns((x - a * _DIGIT).alias("b"))
    there = ~nw.col("missing")
    flags = {"missing": ~there, "beyond": nw.col("beyond"), "zero": there & (x == 0)}
    flags |= {name: there & (x <= limit) for name, limit in limits.items()}
    terms = {"a": a, "b": b, "aa": a * a, "ab": a * b} | halves(read, {"bb": b * b})
    columns = {name: flag.cast(nw.Int64) for name, flag in flags.items()} | terms
    return read.select(*keys, x, *(v.alias(k) for k, v in columns.items())), list(columns)


# ---- what comes home --------------------------------------------------------------------


def _brought_home(
    found: Counted, keys: Mapping[str, str], unit: int, names: Mapping[int, str]
) -> Moments | None:
    """Put sums together; what may not be summarised is refused as in a tally."""
    coded, sums = {dim: found.coded[key] for key, dim in keys.items()}, found.sums
    known = np.ones(len(found.n), dtype=bool)
    for _, codes in coded.values():
        known &= codes >= 0
    if sums["beyond"].any():
        msg = f"{MEASURED} must be finite and below 292,000 years; got {sums['beyond'].sum():,} that are not."
        raise InvalidInputError(msg)
    _refuse_negative(coded, np.where(known, sums["least_x"], 0) / unit)
    # No sum of products is more than the greatest first digit, or second one, for each of the sum of the first.
    largest = sums["a"] * np.maximum(sums["most_x"] / _DIGIT, _DIGIT)
    if (largest >= _SAFE).any() or (found.n >= _MOST_ROWS).any():
        return None
    counts = found.n - sums["missing"]
    labels = tuple(v for v, _ in coded.values())
    wide = {name: column[known].astype(object) for name, column in sums.items()}
    return Moments(
        _counted(coded, counts, sums["missing"]),
        Cells(tuple(coded), labels, tuple(codes[known] for _, codes in coded.values()), counts[known]),
        unit,
        sums["zero"][known],
        wide["a"] * _DIGIT + wide["b"],
        wide["aa"] * _DIGIT**2 + wide["ab"] * (2 * _DIGIT) + wide["bb_high"] * HALF + wide["bb_low"],
        {bound: sums[name][known] for bound, name in names.items()},
    )


def _refuse_negative(coded: _Coded, least: FloatArray) -> None:
    """Refuse times below zero, given the least of each key."""
    bad = least < 0
    if bad.any():
        at = int(np.argmin(least))
        named = ", ".join(f"{d} {labels[codes[at]]}" for d, (labels, codes) in coded.items())
        msg = (
            f"{MEASURED} must be >= 0; got {least[at]:g}{' for ' if named else ''}{named} (in {int(bad.sum())} groups): leave "
            "negative times out on purpose, in the frame."
        )
        raise InvalidInputError(msg)


def _counted(coded: _Coded, counts: IntArray, missing: IntArray) -> Tally:
    """Make the tally, in which every time is 0, and what has none or lacks a label stands in the ledger."""
    n = np.concatenate((counts, missing))
    some = n > 0
    times = np.repeat((0, -1), len(counts))[some]
    twice = {d: (labels, np.concatenate((codes, codes))[some]) for d, (labels, codes) in coded.items()}
    return Tally.from_codes(twice | {MEASURED: (np.zeros(1, dtype=np.int64), times)}, n[some], unit="rows")
