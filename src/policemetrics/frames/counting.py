"""Rows of a frame, or a column of counts, by key: the engine groups and counts, in one query."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _checks
from policemetrics._cells import Cells
from policemetrics._labels import is_missing
from policemetrics._ledger import NOT_SUPPLIED, REASON
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError
from policemetrics.frames._reading import (
    aggregated,
    column_named,
    dimensions,
    label,
    labels_of,
    opened,
    refuse_lost_rows,
    whole_numbers,
    zone,
)
from policemetrics.periods import Period
from policemetrics.tally import Tally
from policemetrics.typing import Columns, Every, IntArray, Names

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

__all__ = ["as_tally", "tally"]

_EVERY: Final = ("month", "quarter", "calendar_year", "financial_year")
_PERIOD: Final = "period"
_HALF: Final = 2**32
_LIMIT: Final = 2**63


def tally(
    frame: IntoFrame,
    /,
    by: Columns = (),
    *,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    timezone: str = "Europe/London",
    coverage: Names | None = None,
    overlapping: Names = (),
) -> Tally:
    """Count the rows of a data frame by key, or add up a column of counts.

    Parameters
    ----------
    frame : data frame
        Any that narwhals reads: pandas, polars (eager or lazy), pyarrow, a DuckDB relation and
        others. The engine does the grouping.
    by : str, sequence of str or mapping of dimension to column, optional
        What to keep. A mapping renames: ``{"force": "force_name"}``. Columns hold text or whole
        numbers; the dimension ``seconds`` takes a column of seconds. Default is no dimension.
    count : str, optional
        The column of counts to add up: whole numbers, corrections below zero included. A row
        without a count marks its cell as "not supplied" in the ledger, and every figure that
        would need the cell says so. Default is to count rows.
    date : str, optional
        A column of dates or datetimes, cut into periods as the dimension ``period``, which then
        proves supply: a period with one row counts as supplied in full, by all. Name the suppliers
        in `coverage` too where one may be missing, and leave out a period that is not over.
        Datetimes with a zone are read in `timezone`; those without as they stand.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        Length of the periods that `date` is cut into. Default is ``"month"``.
    timezone : str, optional
        Where the days begin; in DuckDB that must be the zone of the session (``SET TimeZone``).
        Default is ``"Europe/London"``.
    coverage : str or sequence of str, optional
        The dimensions whose keys, wherever they occur, prove that data were supplied, so that an
        absent cell is 0 there: force and period, say.
    overlapping : str or sequence of str, optional
        Dimensions whose labels overlap (a total beside its parts), so that they must not be added.

    Returns
    -------
    Tally
        Counts by key. Rows without a label or a date stand in its ledger, `Tally.excluded`.

    Raises
    ------
    UnknownNameError
        If there is no such column; the columns there are get listed.
    InvalidTypeError
        If `frame` is no data frame, or a column is of the wrong kind: codes read as floats, for
        example, where 4.1 and 4.10 would be one.
    InvalidInputError
        If counts are not whole, or add up past 64 bits.

    Examples
    --------
    >>> import pandas as pd
    >>> crimes = pd.DataFrame({"force": ["Kent", "Kent", "Essex"], "offences": [7, 5, 3]})
    >>> tally(crimes, by="force", count="offences").to_dict()
    {'force': ['Essex', 'Kent'], 'count': [3, 12]}
    """
    import narwhals.stable.v2 as nw

    lazy = opened(frame)
    schema = dict(lazy.collect_schema())
    dims = dimensions(by)
    for dim, column in dims.items():
        column_named(column, f"by[{dim!r}]", schema)
    keys = {dim: f"k{i}" for i, dim in enumerate(dims)}
    select = [
        label(lazy, nw.col(column), dim, column, schema[column]).alias(keys[dim])
        for dim, column in dims.items()
    ]
    if date is not None:
        if _PERIOD in dims:
            msg = "date= makes the dimension 'period'; by= must not name another one."
            raise InvalidInputError(msg)
        day = _local(lazy, column_named(date, "date", schema), schema[date], timezone)
        select += [day.dt.year().alias("y"), day.dt.month().alias("m")]
    _checks.choice(every, "every", _EVERY)
    parts = {}
    if count is not None:
        parts = _counted(nw.col(column_named(count, "count", schema)), count, schema[count])
        select += [part.alias(name) for name, part in parts.items()]
    grouping = [*keys.values(), *(["y", "m"] if date is not None else [])]
    # Arrow fails on an unsigned count past 63 bits before anything can be added up.
    failure = CountOverflowError if count is not None and schema[count] == nw.UInt64 else InvalidInputError
    cells = aggregated(lazy, select, grouping, list(parts), failure)
    refuse_lost_rows(frame, cells["n"])
    columns = {dim: labels_of(cells[keys[dim]], schema[column]) for dim, column in dims.items()}
    if date is not None:
        columns[_PERIOD] = _periods(cells["y"], cells["m"], every, date)
    proof = _checks.names(coverage, "coverage") if coverage is not None else None
    if date is not None:
        proof = tuple(dict.fromkeys((*(proof or ()), _PERIOD)))
    if count is None:
        return Tally.from_columns(columns, cells["n"], coverage=proof, overlapping=overlapping, unit="rows")
    return _summed(columns, cells, count, proof, overlapping)


def as_tally(
    data: Any, *, by: tuple[str, ...], count: str | None, coverage: tuple[str, ...] | None = None
) -> Tally:
    """Turn what a metric was given, a tally or a frame, into a tally that has the dimensions it needs."""
    if isinstance(data, Tally):
        if count is not None:
            msg = f"count= names a column of a frame; a tally is counted already; got count={count!r}."
            raise InvalidInputError(msg)
        data.need(*by)
        return data
    return tally(data, by=by, count=count, coverage=coverage)


def _local(lazy: Any, name: str, dtype: Any, timezone: str) -> Any:
    """Read a column of dates on the clocks of `timezone`."""
    import narwhals.stable.v2 as nw

    zone(timezone)
    column = nw.col(name)
    if dtype == nw.Date or (dtype == nw.Datetime and dtype.time_zone in {None, timezone}):
        return column
    if dtype == nw.Datetime:
        local = column.dt.convert_time_zone(timezone)
        try:
            lazy.select(local)
        except NotImplementedError as error:
            msg = (
                f"date: this engine reads the column {name!r} only on the clocks of its session, {dtype.time_zone}; set "
                f"those to {timezone} first (in DuckDB SET TimeZone = '{timezone}'), or give timezone={dtype.time_zone!r}."
            )
            raise InvalidInputError(msg) from error
        return local
    hint = f"parse it first, as in pd.to_datetime(frame[{name!r}]), or name a column of period labels in by="
    msg = f"date: column {name!r} must hold dates or datetimes; got {dtype}: {hint}."
    raise InvalidTypeError(msg)


def _counted(column: Any, name: str, dtype: Any) -> dict[str, Any]:
    """Prepare a column of counts: its halves, and whether it is missing, not whole, or beyond 64 bits.

    Engines differ in what a sum of integers does past 64 bits: wrap, fail, or turn into a decimal.
    Sums of halves do not get there.
    """
    import narwhals.stable.v2 as nw

    if not (dtype.is_numeric() or dtype.is_decimal()):
        msg = f"count: column {name!r} must hold whole numbers; got {dtype}: turn it into integers first."
        raise InvalidTypeError(msg)
    missing, flags = column.is_null(), {}
    if dtype in {nw.UInt64, nw.Int128, nw.UInt128}:
        number = column
    elif dtype.is_integer():
        number = column.cast(nw.Int64)
    else:
        # pandas keeps whole numbers with a gap as floats.
        size = column.cast(nw.Float64)
        missing = missing | size.is_nan() if dtype.is_float() else missing
        size = nw.when(missing).then(nw.lit(0.0)).otherwise(size)
        split, beyond = size != size.floor(), size.abs() >= float(_LIMIT)
        number = nw.when(missing | split | beyond).then(nw.lit(0)).otherwise(column).cast(nw.Int64)
        flags = {"split": split.cast(nw.Int64), "beyond": beyond.cast(nw.Int64)}
    high = number // _HALF
    return {"high": high, "low": number - high * _HALF, "missing": missing.cast(nw.Int64)} | flags


def _periods(years: list[Any], months: list[Any], every: Every, name: str) -> list[str | None]:
    make: Callable[[int, int], Period] = {
        "month": Period.month,
        "quarter": lambda y, m: Period.quarter(y, (m + 2) // 3),
        "calendar_year": lambda y, _: Period.calendar_year(y),
        "financial_year": lambda y, m: Period.financial_year(y - (m < 4)),
    }[every]
    labels: dict[tuple[int, int] | None, str | None] = {None: None}
    listed = [None if is_missing(y) else (int(y), int(m)) for y, m in zip(years, months, strict=True)]
    for key in {v for v in listed if v}:
        try:
            labels[key] = make(*key).label
        except InvalidInputError as error:
            msg = f"date: column {name!r} holds a date of the year {key[0]}: {error}"
            raise InvalidInputError(msg) from None
    return [labels[key] for key in listed]


def _summed(
    columns: dict[str, list[Any]],
    cells: dict[str, list[Any]],
    count: str,
    coverage: tuple[str, ...] | None,
    overlapping: Names,
) -> Tally:
    """Check the sums of a count column; a cell stands on the rows that have a count, and is marked if one has none."""
    none = [0] * len(cells["n"])
    high, low, missing, split, beyond = (
        whole_numbers(cells.get(part, none)) for part in ("high", "low", "missing", "split", "beyond")
    )
    # The halves were added apart; what the lower one carries goes up, and the sum fits if the upper then does.
    upper, lower = high + low // _HALF, low % _HALF

    def where(bad: NDArray[np.bool_]) -> tuple[int, str]:
        at = int(np.argmax(bad))
        return at, ", ".join(f"{d} {c[at]}" for d, c in columns.items()) or "the whole frame"

    if split.any():
        at, place = where(split > 0)
        msg = f"count: column {count!r} must hold whole numbers; got {split[at]} that are not in {place}."
        raise InvalidInputError(msg)
    if beyond.any():
        at, place = where(beyond > 0)
        msg = f"count: column {count!r} must hold finite numbers within 64 bits; got {beyond[at]} that are not in {place}."
        raise CountOverflowError(msg)
    over = (upper < -_HALF // 2) | (upper >= _HALF // 2)
    if over.any():
        at, place = where(over)
        total = int(cells["high"][at]) * _HALF + int(cells["low"][at])
        msg = f"count: column {count!r} must add up within 64 bits; got a sum of {total} in {place}."
        raise CountOverflowError(msg)
    counts = upper * _HALF + lower
    found = _part(columns, counts, whole_numbers(cells["n"]) > missing, coverage, overlapping, count)
    if not missing.any():
        return found
    gaps = _part(columns, np.zeros_like(counts), missing > 0, None, overlapping, count)
    marked = gaps.cells.extend(REASON, f"{NOT_SUPPLIED}{count} missing in the source")
    ledger = reduce(Cells.union, [v for v in (found.ledger, gaps.ledger) if v is not None], marked)
    return attrs.evolve(found, ledger=ledger)


def _part(
    columns: dict[str, list[Any]],
    counts: IntArray,
    chosen: NDArray[np.bool_],
    coverage: tuple[str, ...] | None,
    overlapping: Names,
    count: str,
) -> Tally:
    kept = columns if chosen.all() else {d: list(compress(c, chosen.tolist())) for d, c in columns.items()}
    return Tally.from_columns(kept, counts[chosen], coverage=coverage, overlapping=overlapping, unit=count)
