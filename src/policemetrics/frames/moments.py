"""Times added up where they are: for mean, deviation and share within a target no engine need send them home.

Every sum is of whole numbers, none of which passes 64 bits, so that engines neither wrap nor round and
all give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics._cells import HALF, MEASURED, MICROSECONDS, Cells, Encoded, LabelArray
from policemetrics._typing import FloatArray, IntArray
from policemetrics.errors import InvalidInputError
from policemetrics.frames import PERIOD, Framed, counting
from policemetrics.frames.clock import Dates, int64
from policemetrics.frames.counting import KeyCounts, counted_there, months_of, place_of
from policemetrics.frames.nw import nw
from policemetrics.frames.reading import dimensions, labelled, leave_period, ones, opened, settled, unknown
from policemetrics.frames.unused import rows_on_purpose, warn_of_count
from policemetrics.tallies import Tally

_FLOATS_HOLD: Final = 2**53  # whole numbers below are floats
_DIGIT: Final = 2**31  # the square of what is smaller fits in 64 bits
_MOST_ROWS: Final = 2**30  # of a key
_LONGEST: Final = 2**63  # microseconds
_MOST: Final = _LONGEST // MICROSECONDS  # seconds
_SQUARED: Final = 2**48  # the squares of what is no larger, of 2**31 rows, add up in 128 bits
_NARROW: Final = frozenset({"Int8", "Int16", "Int32", "UInt8", "UInt16"})  # whose squares fit in 64 bits


Mask: TypeAlias = NDArray[np.bool_]


@attrs.frozen(eq=False)
class Moments:
    """The times of each key, added up in whole numbers, of which `unit` make a second.

    `data` holds what a tally of the times would hold, except the times themselves: each is 0 there. `broken` are those
    that are no whole minutes: their number if it was asked for, else 0 only where the sums allow of none. `near` has the
    times themselves, as `near_ranks` counts them, where ranks were asked for.
    """

    data: Tally
    keys: Cells
    unit: int
    zeros: IntArray
    broken: IntArray
    total: NDArray[np.object_]
    squares: NDArray[np.object_]
    met: Mapping[int, IntArray]
    near: Cells | None = None

    @property
    def sizes(self) -> IntArray:
        """How many times each key has."""
        return self.keys.counts

    @property
    def tally(self) -> Tally:
        """The tally of those times that are `near` ranks, and of the others roughly."""
        return self.data if self.near is None else self.holding(self.near)

    @property
    def none(self) -> Cells:
        """A cell of no time for every key."""
        keys, zero = self.keys, np.zeros(len(self.keys), dtype=np.int64)
        return Cells((*keys.dims, MEASURED), (*keys.labels, zero[:1]), (*keys.codes, zero), zero)

    @property
    def numbered(self) -> Tally:
        """The tally in which each key has its number for a time: so it can be found among what is chosen of a tally."""
        keys, number = self.keys, np.arange(len(self.keys))
        cells = Cells((*keys.dims, MEASURED), (*keys.labels, number), (*keys.codes, number), keys.counts)
        return self.holding(cells.select(keys.counts > 0))

    def holding(self, cells: Cells) -> Tally:
        """Return the tally with the cells of other times."""
        cells = cells.project(self.data.dims)
        (sent,) = self.data._sent
        return self.data._evolve(cells=cells, sent=(attrs.evolve(sent, cells=cells),))


def sum_times(
    asked: Framed,
    by: Mapping[str, str],
    seconds: str,
    bounds: Sequence[int],
    *,
    inclusive: bool,
    minutes: bool = False,
    count: str | None = None,
) -> Moments | None:
    """Let an engine add up times, in one query, and count those that meet each bound, in microseconds.

    With `minutes` it counts those that are no whole minutes, too.

    None for a frame in memory, whose times are as well counted, and where the sums of a key could pass 64
    bits: those of more than 2**30 rows, or of 146,000 years. Every time must then be counted.
    """
    data, schema = opened(asked.frame)
    if not isinstance(data, nw.LazyFrame):
        return None
    read, keys, unit = _read(data, schema, asked, by, seconds)
    dtype = schema[seconds]
    # The largest whole number that meets each bound.
    most = (bound if inclusive else bound - 1 for bound in bounds)
    limits = {f"met{i}": bound // (MICROSECONDS // unit) for i, bound in enumerate(most)}
    narrow = str(dtype) in _NARROW
    # Sums of DuckDB have 128 bits: it needs no digits, which take three times as long.
    by_duckdb = data.implementation.is_duckdb()
    squared = _squared if by_duckdb else _in_digits
    flagged = _flagged if by_duckdb else ones
    read, sums = _added(
        read, keys.columns, limits, squared, flagged, narrow=narrow, minute=60 * unit if minutes else None
    )
    on_purpose = rows_on_purpose(count, schema)
    more = {"least": nw.col("x").min(), "known": nw.col("given").count()}
    if by_duckdb and not narrow:
        more["most"] = nw.col("x").max()
    found = counted_there(read, keys.columns, sums, more=more, wide={"total", "squares"})
    if not on_purpose:
        used = {*by.values(), seconds, "" if keys.dates is None else keys.dates.column.name}
        warn_of_count(schema, used, {**by, MEASURED: seconds}, found.n)
    return _brought_home(found, keys, unit, dict(zip(bounds, limits, strict=True)))


def near_ranks(
    asked: Framed,
    by: Mapping[str, str],
    seconds: str,
    wanted: Callable[[Cells], IntArray],
    groups: Collection[str],
) -> Cells:
    """Let an engine count times by spans, which get narrower where the ranks lie that are `wanted`.

    Each query returns no more than it may: first spans of all times, then spans of those spans alone, and so
    on down to the times themselves. Mostly that is two queries.

    Parameters
    ----------
    asked : Framed
        A lazy data frame, as for `sum_times`, which has found its times to be sound.
    by : mapping of str to str
        The column of each dimension to keep.
    seconds : str
        The column of times.
    wanted : callable
        Which times, in microseconds, hold the ranks, of cells by key and time; or are asked for themselves.
    groups : collection of str
        The dimensions whose labels are in no rank together, so that they may be looked at one after the other.

    Returns
    -------
    Cells
        Counts by key and time, in microseconds: exact where a rank lies, by the start of a span elsewhere.
    """
    read, keys, unit = _read(*opened(asked.frame), asked, by, seconds)
    keys = attrs.evolve(keys, groups=groups)
    read = settled(read.filter(~nw.col("missing")).select(*keys.columns, "x"))
    return _near(read, keys, MICROSECONDS // unit, wanted)


def _near(read: Any, keys: _Keys, scale: int, wanted: Callable[[Cells], IntArray]) -> Cells:
    """Count by spans; where the ranks of many groups lie on too many, some groups at a time."""
    found = counted_there(read, keys.columns, [], more={"most": nw.col("x").max()})
    cells = _by_spans(read, keys, found, scale, wanted)
    if cells is not None:
        return cells
    halves = keys.halves(found)
    if not halves:
        counting.refuse_many((*keys.coded(found), MEASURED))
    low, high = (_near(settled(read.filter(half)), keys, scale, wanted) for half in halves)
    return low.union(high)


def _by_spans(
    read: Any, keys: _Keys, found: KeyCounts, scale: int, wanted: Callable[[Cells], IntArray]
) -> Cells | None:
    """Count by spans that get narrower; None where those at hand are too many to be narrowed."""
    x, most = nw.col("x"), int(found.sums["most"].max(initial=0))
    span, starts, cells = 1 << most.bit_length(), np.zeros(1, dtype=np.int64), None
    if most >= _FLOATS_HOLD:
        return None
    while cells is None or (span > 1 and len(starts)):
        room = counting.MOST_CELLS // max(len(found.n), 1) // len(starts)
        narrower = span >> min(max(room, 1).bit_length() - 1, span.bit_length() - 1)
        if narrower == span > 1:
            return None
        part = settled(read.filter(_above(x, span).is_in((starts // span).tolist())))
        part = settled(part.select(*keys.columns, _above(x, narrower).alias("span")))
        fine = _times_of(counted_there(part, {**keys.columns, "span": "span"}, []), keys, narrower * scale)
        if cells is None:
            cells = fine
        else:
            rough = ~np.isin(cells.label(MEASURED), starts * scale)
            cells = cells.select(rough[cells.code(MEASURED)]).union(fine)
        span, starts = narrower, np.unique(wanted(cells) // scale // narrower * narrower)
    return cells


def _times_of(found: KeyCounts, keys: _Keys, width: int) -> Cells:
    """Make cells of counts by key and span, each span by its start; what lacks a label goes."""
    starts, at = found.coded["span"]
    coded = keys.coded(found) | {MEASURED: (starts * width, at)}
    known = _known(coded, found)
    return Cells.of(*_keys_of(coded, known), found.n[known])


def _known(coded: Mapping[str, Encoded], found: KeyCounts) -> Mask:
    """Return which keys lack no label."""
    known = np.ones(len(found.n), dtype=bool)
    for _, codes in coded.values():
        known &= codes >= 0
    return known


def _keys_of(
    coded: Mapping[str, Encoded], some: Mask
) -> tuple[tuple[str, ...], tuple[LabelArray, ...], tuple[IntArray, ...]]:
    """Return dimensions, labels and codes of some keys, as cells have them."""
    return tuple(coded), tuple(v for v, _ in coded.values()), tuple(c[some] for _, c in coded.values())


# ---- what the engine is asked -----------------------------------------------------------
# Each step is a query within the query, which costs an engine some time to plan: so there are few.


@attrs.frozen
class _Keys:
    """By which columns an engine groups: labels `by` their dimension, and the years and months of `dates`."""

    by: Mapping[str, str]
    dates: Dates | None
    groups: Collection[str] = ()

    @property
    def columns(self) -> dict[str, str]:
        """What the columns hold."""
        return {**self.by, **({} if self.dates is None else Dates.KEYS)}

    def coded(self, found: KeyCounts) -> dict[str, Encoded]:
        """Return the label of each key by dimension; several keys may have the same ones, as the months of a year."""
        coded = {dim: found.coded[key] for key, dim in self.by.items()}
        return coded if self.dates is None else coded | {PERIOD: self.dates.periods(found.coded)}

    def halves(self, found: KeyCounts) -> list[Any]:
        """Part the rows by the dimension of groups that has most labels; none where it has but one."""
        coded = {dim: v for dim, v in self.coded(found).items() if dim in self.groups and len(v[0]) > 1}
        if not coded:
            return []
        dim = max(coded, key=lambda d: len(coded[d][0]))
        labels, codes = coded[dim]
        column = next((key for key, d in self.by.items() if d == dim), None)
        if column is None:
            (years, y), (months, m) = (found.coded[key] for key in Dates.KEYS)
            values, found_in = years[y] * 12 + months[m], nw.col("y") * 12 + nw.col("m")
        else:
            values, found_in = labels[codes], nw.col(column)
        low = codes < len(labels) // 2
        return [found_in.is_in(np.unique(values[part & (codes >= 0)]).tolist()) for part in (low, ~low)]


def _read(
    data: Any, schema: Mapping[str, Any], asked: Framed, by: Mapping[str, str], seconds: str
) -> tuple[Any, _Keys, int]:
    """Read the labels, and the times as whole numbers x, of which so many make a second."""
    dims, dates = dimensions({**by, MEASURED: seconds}), asked.dates
    if asked.date:
        leave_period(dims, schema)
        dates = Dates.of(data, schema, asked.date, asked.every)
    *labels, time = labelled(data, schema, dims)
    keys = _Keys({f"k{i}": dim for i, dim in enumerate(dims) if dim != MEASURED}, dates)
    read, dtype = [*labels, *([] if dates is None else dates.selected())], schema[seconds]
    if dtype.is_integer() and dtype not in (nw.Int128, nw.UInt128):
        return settled(_as_whole_seconds(data.select(*read, time.alias("x")), dtype)), keys, 1
    table = data.select(*read, time.cast(nw.Float64).alias("x"))
    return settled(_as_microseconds(table)), keys, MICROSECONDS


def _as_whole_seconds(read: Any, dtype: Any) -> Any:
    """Read whole numbers as they are."""
    x = nw.col("x")
    missing = x.is_null()
    there = x.fill_null(0)  # Dask can neither cast nor add up where some are missing
    if dtype == nw.UInt64:
        there = nw.when(there > nw.lit(_MOST, dtype)).then(nw.lit(_MOST + 1, dtype)).otherwise(there)
    read = read.with_columns(missing.alias("missing"), x.alias("given"), there.cast(nw.Int64).alias("x"))
    if str(dtype) in _NARROW:
        return read
    beyond = x > _MOST
    return settled(read).with_columns(
        beyond.alias("beyond"), nw.when(beyond).then(int64(0)).otherwise(x).alias("x")
    )


def _as_microseconds(read: Any) -> Any:
    """Round to whole microseconds, halves to the even one: by themselves engines differ in that."""
    x, micro = nw.col("x"), nw.col("x") * float(MICROSECONDS)
    missing = unknown(read, x)
    sound = ~missing & (micro.abs() < float(_LONGEST))
    read = read.with_columns(
        missing.alias("missing"),
        nw.when(~missing).then(x).alias("given"),
        (~missing & ~sound).alias("beyond"),
        nw.when(sound).then(micro).otherwise(nw.lit(0.0)).alias("x"),
    )
    low = x.floor()
    up = (x - low > 0.5) | ((x - low == 0.5) & ((low * 0.5).floor() != low * 0.5))
    return settled(read).with_columns((low.cast(nw.Int64) + ones(up)).alias("x"))


def _added(
    read: Any,
    keys: Iterable[str],
    limits: Mapping[str, int],
    squared: Callable[..., tuple[Any, dict[str, Any]]],
    flagged: Callable[[Any], Any],
    *,
    narrow: bool,
    minute: int | None,
) -> tuple[Any, list[str]]:
    """Prepare what is added up: times and their squares, and flags, for which a missing time is 0."""
    x = nw.col("x")
    flags = {"zero": x == 0}
    if not narrow:
        flags["beyond"] = nw.col("beyond")
    if minute is not None:
        flags["broken"] = x // minute * minute != x
    flags |= {name: x <= limit for name, limit in limits.items()}
    read, columns = squared(read, narrow=narrow)
    columns = {name: flagged(flag) for name, flag in flags.items()} | columns
    return read.select(*keys, x, "given", *(v.alias(k) for k, v in columns.items())), list(columns)


def _flagged(condition: Any) -> Any:
    """Return 1 where a condition holds and 0 elsewhere: DuckDB adds up 32 bits faster than 64, into 128 all the same."""
    return condition.cast(nw.Int32)


def _squared(read: Any, *, narrow: bool) -> tuple[Any, dict[str, Any]]:
    """Prepare times and their squares; those that are too large are given up on all the same."""
    x = nw.col("x") if narrow else nw.col("x").clip(-_SQUARED, _SQUARED)
    return read, {"total": x, "squares": x * x if narrow else x.cast(nw.Int128) * x}


def _in_digits(read: Any, *, narrow: bool) -> tuple[Any, dict[str, Any]]:  # noqa: ARG001 - as `_squared` is called
    """Prepare times and their squares by the digits of the times, whose sums fit in 64 bits."""
    x, a, b = nw.col("x"), nw.col("a"), nw.col("b")
    read = read.with_columns(_above(x, _DIGIT).alias("a"))
    read = settled(settled(read).with_columns((x - a * _DIGIT).alias("b")))
    # Some engines fail where a product passes 64 bits; so large a sum of times is given up on all the same.
    near = a.clip(-_DIGIT, _DIGIT)
    high = _above(b * b, HALF)
    columns = {"a": a, "b": b, "aa": near * near, "ab": near * b, "bb_high": high}
    return read, columns | {"bb_low": b * b - high * HALF}


def _above(number: Any, digit: int) -> Any:
    """Return how often a number holds a power of two, give or take one: floats divide by it faster than integers do."""
    return (number.cast(nw.Float64) * (1 / digit)).floor().cast(nw.Int64)


# ---- what comes home --------------------------------------------------------------------


def _brought_home(found: KeyCounts, keys: _Keys, unit: int, names: Mapping[int, str]) -> Moments | None:
    """Put sums together; what may not be summarised is refused as in a tally."""
    coded, sums = keys.coded(found), found.sums
    known = _known(coded, found)
    if "beyond" in sums and sums["beyond"].any():
        msg = f"{MEASURED} must be finite and below 292,000 years; got {sums['beyond'].sum():,} that are not."
        raise InvalidInputError(msg)
    _refuse_negative(coded, np.where(known, sums["least"], 0) / unit)
    # Squares add up to less than the square of a sum: all sums are then below 2**62.
    large = [found.n >= _MOST_ROWS]
    if "a" in sums:
        large.append(sums["a"] >= _DIGIT)
    elif "most" in sums:
        large.append(sums["most"] > _SQUARED)
    if np.any(large):
        return None
    counts, missing = sums["known"], found.n - sums["known"]
    keyed = *_keys_of(coded, known), counts[known]
    cells = Cells.of(*keyed)
    at = Cells(*keyed).positions(cells, cells.dims)

    def merged(column: NDArray[Any]) -> NDArray[Any]:
        total = np.zeros(len(cells), dtype=column.dtype)
        np.add.at(total, at, column[known])
        return total

    wide = {name: merged(column.astype(object)) for name, column in sums.items()}
    if "total" in sums:
        total, squares = wide["total"], wide["squares"]
    else:
        total = wide["a"] * _DIGIT + wide["b"]
        squares = wide["aa"] * _DIGIT**2 + wide["ab"] * (2 * _DIGIT) + wide["bb_high"] * HALF + wide["bb_low"]
    # Whole minutes add up to whole minutes.
    broken = (total % (60 * unit) != 0) | (squares % (60 * unit) ** 2 != 0)
    proof = (
        {} if keys.dates is None else {"coverage": (PERIOD,), "months": months_of(found, keys.dates.every)}
    )
    return Moments(
        _counted(coded, counts, missing, proof),
        cells,
        unit,
        merged(sums["zero"] - missing),
        merged(sums["broken"]) if "broken" in sums else broken.astype(np.int64),
        total,
        squares,
        {bound: merged(sums[name] - missing) for bound, name in names.items()},
    )


def _refuse_negative(coded: Mapping[str, Encoded], least: FloatArray) -> None:
    """Refuse times below zero, given the least of each key."""
    bad = least < 0
    if bad.any():
        at = int(np.argmin(least))
        named = place_of(coded, at)
        msg = (
            f"{MEASURED} must be >= 0; got {least[at]:g}{' for ' if named else ''}{named} (in {int(bad.sum())} groups): leave "
            "negative times out on purpose, in the frame."
        )
        raise InvalidInputError(msg)


def _counted(
    coded: Mapping[str, Encoded], counts: IntArray, missing: IntArray, proof: Mapping[str, Any]
) -> Tally:
    """Make the tally, in which every time is 0, and what has none or lacks a label stands in the ledger."""
    n = np.concatenate((counts, missing))
    some = n > 0
    times = np.repeat((0, -1), len(counts))[some]
    twice = {d: (labels, np.concatenate((codes, codes))[some]) for d, (labels, codes) in coded.items()}
    timed = twice | {MEASURED: (np.zeros(1, dtype=np.int64), times)}
    if proof:  # a row without a time, either, lacks that first, as `tally` has it
        timed[PERIOD] = timed.pop(PERIOD)
    return Tally._from_codes(timed, n[some], unit="rows", **proof)
