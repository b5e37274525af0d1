"""The only module that reads data frames: whatever the engine, it groups and counts there.

One ``GROUP BY … COUNT`` is all that is asked of an engine; what comes back is small, and leaves
as plain Python labels and 64-bit counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import attrs

from policemetrics import _checks
from policemetrics._cells import Cells
from policemetrics._labels import MEASURED
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError
from policemetrics.periods import Period
from policemetrics.tally import NOT_SUPPLIED, REASON, Tally
from policemetrics.typing import Columns, Every, Names

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame, IntoFrame

__all__ = ["as_tally", "read_columns", "tally"]

_EVERY: Final = ("month", "quarter", "calendar_year", "financial_year")
_PERIOD: Final = "period"
_INT64_MAX: Final = 2**63 - 1


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
        without a count makes its cell "not supplied". Default is to count rows.
    date : str, optional
        A column of dates or datetimes, cut into periods as the dimension ``period``, which then
        proves supply. Datetimes with a zone are read in `timezone`; those without as they stand.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        Length of the periods that `date` is cut into. Default is ``"month"``.
    timezone : str, optional
        Where the days begin. Default is ``"Europe/London"``.
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

    lazy = _lazy(frame)
    schema = dict(lazy.collect_schema())
    dims = _dimensions(by)
    for dim, column in dims.items():
        _column(column, f"by[{dim!r}]", schema)
    keys = {dim: f"k{i}" for i, dim in enumerate(dims)}
    select = [
        _label(nw.col(column), dim, column, schema[column]).alias(keys[dim]) for dim, column in dims.items()
    ]
    if date is not None:
        if _PERIOD in dims:
            msg = "date= makes the dimension 'period'; by= must not name another one."
            raise InvalidInputError(msg)
        day = _local(nw.col(_column(date, "date", schema)), date, schema[date], timezone)
        select += [day.dt.year().cast(nw.Int64).alias("y"), day.dt.month().cast(nw.Int64).alias("m")]
    _checks.choice(every, "every", _EVERY)
    if count is not None:
        select += _counted(nw.col(_column(count, "count", schema)), count, schema[count])
    grouping = [*keys.values(), *(["y", "m"] if date is not None else [])]
    sums = [nw.len().alias("n")] if count is None else [nw.col("c", "size", "part", "lacking").sum()]
    cells = _aggregated(lazy, select, grouping, sums)
    columns = {dim: cells[keys[dim]] for dim in dims}
    if date is not None:
        columns[_PERIOD] = _periods(cells["y"], cells["m"], every)
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


def read_columns(
    frame: IntoDataFrame, by: Columns, value: str
) -> tuple[tuple[str, ...], dict[str, list[Any]]]:
    """Read a small table whole: the labels by dimension, and one column of values."""
    import narwhals.stable.v2 as nw

    lazy = _lazy(frame)
    schema = dict(lazy.collect_schema())
    dims = _dimensions(by)
    wanted = [
        _label(nw.col(_column(c, f"by[{d!r}]", schema)), d, c, schema[c]).alias(f"k{i}")
        for i, (d, c) in enumerate(dims.items())
    ]
    wanted.append(nw.col(_column(value, "value", schema)).alias("v"))
    found = lazy.select(*wanted).collect()
    columns = {d: found.get_column(f"k{i}").to_list() for i, d in enumerate(dims)}
    return tuple(dims), columns | {value: found.get_column("v").to_list()}


def _lazy(frame: Any) -> Any:
    import narwhals.stable.v2 as nw

    try:
        found = nw.from_native(frame)
    except TypeError as error:
        msg = (
            "data must be a Tally or a data frame (pandas, polars, pyarrow, DuckDB, …); plain columns go "
            f"through Tally.from_columns; got {type(frame).__name__}."
        )
        raise InvalidTypeError(msg) from error
    return found.lazy()


def _dimensions(by: Columns) -> dict[str, str]:
    """Return the column of each dimension."""
    if isinstance(by, Mapping):
        dims = _checks.names(tuple(by), "by")
        found = {d: _checks.text(by[d], f"by[{d!r}]") for d in dims}
    else:
        found = {d: d for d in _checks.names(by, "by")}
    if REASON in found:
        msg = f"{REASON!r} is the ledger's own dimension; rename it, as in by={{'cause': {found[REASON]!r}}}."
        raise InvalidInputError(msg)
    return found


def _column(name: Any, argument: str, schema: Mapping[str, Any]) -> str:
    _checks.text(name, argument)
    _checks.known(name, f"{argument}: column", schema)
    return str(name)


def _label(column: Any, dim: str, name: str, dtype: Any) -> Any:
    """Prepare a column of labels, or refuse its type before the engine sees it."""
    import narwhals.stable.v2 as nw

    if dim == MEASURED:
        if dtype == nw.Duration:
            return column.dt.total_microseconds().cast(nw.Float64) / 1_000_000
        if dtype.is_numeric():
            return column.cast(nw.Float64)
        msg = f"by: column {name!r} must hold seconds as numbers or durations; got {dtype}."
        raise InvalidTypeError(msg)
    if dtype in {nw.Categorical, nw.Enum}:
        return column.cast(nw.String)
    if dtype.is_integer() or dtype in {nw.String, nw.Object, nw.Unknown}:
        return column
    hint = "turn it into text first"
    if dtype.is_float() or dtype.is_decimal():
        hint = (
            "codes such as 4.1 and 4.10 would be one number, and whole numbers become decimal where one is "
            f"missing: read the column as text (in pandas dtype={{{name!r}: str}}, in polars "
            f"schema_overrides={{{name!r}: pl.String}})"
        )
    elif dtype.is_temporal():
        hint = f"give date={name!r} to cut it into periods"
    msg = f"by: column {name!r} must hold labels, text or whole numbers; got {dtype}: {hint}."
    raise InvalidTypeError(msg)


def _local(column: Any, name: str, dtype: Any, timezone: str) -> Any:
    """Read a column of dates on the clocks of `timezone`."""
    import narwhals.stable.v2 as nw

    _zone(timezone)
    if dtype == nw.Date:
        return column
    if dtype == nw.Datetime:
        return column if dtype.time_zone is None else column.dt.convert_time_zone(timezone)
    hint = f"parse it first, as in pd.to_datetime(frame[{name!r}]), or name a column of period labels in by="
    msg = f"date: column {name!r} must hold dates or datetimes; got {dtype}: {hint}."
    raise InvalidTypeError(msg)


def _zone(name: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(_checks.text(name, "timezone"))
    except (OSError, ValueError, KeyError) as error:
        msg = f"timezone must be a name of the zone database, such as 'Europe/London'; got {name!r}."
        raise InvalidInputError(msg) from error


def _counted(column: Any, name: str, dtype: Any) -> list[Any]:
    """Prepare a column of counts: the count, its size, what it has behind the point, whether it lacks.

    Engines differ in what an integer sum does past 64 bits: the sum of sizes, as floats, tells.
    """
    import narwhals.stable.v2 as nw

    if not (dtype.is_numeric() or dtype.is_decimal()):
        msg = f"count: column {name!r} must hold whole numbers; got {dtype}: turn it into integers first."
        raise InvalidTypeError(msg)
    whole = column
    part = nw.lit(0.0)
    number = column.cast(nw.Float64)
    if not dtype.is_integer():
        # pandas keeps whole numbers with a gap as floats.
        number = nw.when(number.is_nan()).then(None).otherwise(number) if dtype.is_float() else number
        part = (number - number.floor()).abs()
        whole = number.floor().cast(nw.Int64)
    elif dtype != nw.UInt64:
        whole = column.cast(nw.Int64)
    return [
        whole.alias("c"),
        number.abs().alias("size"),
        part.alias("part"),
        number.is_null().cast(nw.Int64).alias("lacking"),
    ]


def _aggregated(lazy: Any, select: list[Any], grouping: list[str], sums: list[Any]) -> dict[str, list[Any]]:
    """Run the one query, and bring its small result home as Python values."""
    import narwhals.stable.v2 as nw

    if not select:
        total = lazy.select(nw.len().alias("n")).collect()
    elif grouping:
        total = lazy.select(*select).group_by(*grouping).agg(*sums).collect()
    else:
        total = lazy.select(*select).select(*sums).collect()
    return {name: total.get_column(name).to_list() for name in total.columns}


def _periods(years: list[Any], months: list[Any], every: Every) -> list[str | None]:
    make = {
        "month": Period.month,
        "quarter": lambda y, m: Period.quarter(y, (m + 2) // 3),
        "calendar_year": lambda y, _: Period.calendar_year(y),
        "financial_year": lambda y, m: Period.financial_year(y - (m < 4)),
    }[every]
    labels: dict[tuple[Any, Any], str | None] = {}
    for key in set(zip(years, months, strict=True)):
        there = all(v is not None and v == v for v in key)  # noqa: PLR0124  # nan is missing
        labels[key] = make(int(key[0]), int(key[1])).label if there else None
    return [labels[key] for key in zip(years, months, strict=True)]


def _summed(
    columns: dict[str, list[Any]],
    cells: dict[str, list[Any]],
    count: str,
    coverage: tuple[str, ...] | None,
    overlapping: Names,
) -> Tally:
    """Check the sums of a count column, and set aside the cells in which one is missing."""
    sizes = [v or 0.0 for v in cells["size"]]
    if any(v and v > 0 for v in cells["part"]):
        at = next(i for i, v in enumerate(cells["part"]) if v and v > 0)
        where = {d: c[at] for d, c in columns.items()}
        msg = (
            f"count: column {count!r} must hold whole numbers; some are not, at {where or 'the whole frame'}."
        )
        raise InvalidInputError(msg)
    if any(v > _INT64_MAX for v in sizes):
        msg = f"count: column {count!r} must add up within 64 bits; got a sum of {max(sizes):.4g}."
        raise CountOverflowError(msg)
    counts = [int(v or 0) for v in cells["c"]]
    lacking = [bool(v) for v in cells["lacking"]]
    found = _part(columns, counts, [not v for v in lacking], coverage, overlapping, count)
    if not any(lacking):
        return found
    gaps = _part(columns, counts, lacking, None, overlapping, count)
    marked = gaps.cells.extend(REASON, f"{NOT_SUPPLIED}{count} missing in the source")
    ledger = reduce(Cells.union, [v for v in (found.ledger, gaps.ledger) if v is not None], marked)
    return attrs.evolve(found, ledger=ledger)


def _part(
    columns: dict[str, list[Any]],
    counts: list[int],
    chosen: list[bool],
    coverage: tuple[str, ...] | None,
    overlapping: Names,
    count: str,
) -> Tally:
    kept = {d: [v for v, there in zip(c, chosen, strict=True) if there] for d, c in columns.items()}
    numbers = [v for v, there in zip(counts, chosen, strict=True) if there]
    return Tally.from_columns(kept, numbers, coverage=coverage, overlapping=overlapping, unit=count)
