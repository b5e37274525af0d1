"""Rows of a frame, or a column of counts, by key.

A frame in memory is counted here, by its codes. An engine groups and counts by itself, in one query,
and only the small result comes home.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from policemetrics import _check
from policemetrics.errors import CountOverflowError, InvalidInputError
from policemetrics.frames._dates import EVERY, local, periods
from policemetrics.frames._grouping import counted_here, counted_there
from policemetrics.frames._reading import column_named, dimensions, engine_errors, labelled, opened
from policemetrics.frames._sums import Sums, numbers_here, numbers_there
from policemetrics.tallies import Tally
from policemetrics.typing import Columns, Every, Names

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

__all__ = ["as_tally", "tally"]

_PERIOD: Final = "period"


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
        numbers; the dimension ``seconds`` takes a column of seconds, or of durations, which are cut to the
        microsecond. Default is no dimension.
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
        Where the days begin; in DuckDB, Spark and Ibis that must be the zone of the session.
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

    data, schema = opened(frame)
    dims = dimensions(by)
    keys = {f"k{i}": dim for i, dim in enumerate(dims)}
    select = [v.alias(key) for key, v in zip(keys, labelled(data, schema, dims), strict=True)]
    if date is not None:
        if _PERIOD in dims:
            msg = "date= makes the dimension 'period'; by= must not name another one."
            raise InvalidInputError(msg)
        day = local(data, column_named(date, "date", schema), schema[date], timezone)
        select += [day.dt.year().alias("y"), day.dt.month().alias("m")]
    columns = keys if date is None else keys | {"y": "year", "m": "month"}
    _check.choice(every, "every", EVERY)
    if count is not None:
        column_named(count, "count", schema)
    if _is_near(data, dims.values(), count, schema):
        with engine_errors():
            table = data.select(*select) if select else data
        found = counted_here(
            table, columns, {} if count is None else numbers_here(data, count, schema[count])
        )
    else:
        parts = {} if count is None else numbers_there(data, count, schema[count])
        wanted = [*select, *(part.alias(name) for name, part in parts.items())]
        with engine_errors():
            lazy = data.lazy().select(*wanted) if wanted else data.lazy()
        # Arrow fails on an unsigned count past 63 bits before anything can be added up.
        wide = count is not None and schema[count] == nw.UInt64
        found = counted_there(lazy, columns, list(parts), CountOverflowError if wide else InvalidInputError)
    coded = {dim: found.coded[key] for key, dim in keys.items()}
    if date is not None:
        coded[_PERIOD] = periods(found.coded["y"], found.coded["m"], every, date)
    proof = _check.names(coverage, "coverage") if coverage is not None else None
    if date is not None:
        proof = tuple(dict.fromkeys((*(proof or ()), _PERIOD)))
    if count is None:
        return Tally.from_codes(coded, found.n, coverage=proof, overlapping=overlapping, unit="rows")
    return Sums.of(count, found).tally(coded, proof, overlapping)


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


def _is_near(data: Any, columns: Iterable[str], count: str | None, schema: Mapping[str, Any]) -> bool:
    """Tell whether rows are best counted here: in memory, unless polars can take text faster than it gives codes."""
    import narwhals.stable.v2 as nw

    if not isinstance(data, nw.DataFrame) or (count is not None and schema[count] in {nw.Int128, nw.UInt128}):
        return False
    return not (data.implementation.is_polars() and any(schema[c] == nw.String for c in columns))
