"""Rows of a frame, or a column of counts, by key.

A frame in memory is counted here, by its codes. An engine groups and counts by itself, in one query,
and only the small result comes home.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _cells, _check
from policemetrics._cells import (
    HALF,
    MEASURED,
    NOT_SUPPLIED,
    REASON,
    Cells,
    Encoded,
    Whole,
    is_missing,
    merged,
)
from policemetrics._sent import Senders
from policemetrics._totals import refuse
from policemetrics._typing import Columns, Every, FloatArray, IntArray, Names
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError, TotalByNameWarning
from policemetrics.frames import PERIOD, TooManyKeysError, reading, unused, written
from policemetrics.frames.clock import EVERY, Dates
from policemetrics.frames.copies import Unique
from policemetrics.frames.nw import nw
from policemetrics.tallies import Tally

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

TIMES: Final = "times"
"""What times between two stamps are called while they are not yet the dimension ``seconds``."""
MOST_CELLS: Final = 2**26  # some GiB at home
_WIDE: Final = 2**62  # no half of a sum that fits comes near it
_FLOATS_HOLD: Final = 2.0**53  # whole numbers below are floats
_AT_ONCE: Final = 2**17  # rows
_MOST_LOOKED_AT: Final = 2**17  # of a table of counts that is looked through for totals
# Of months in a series: nine of ten have a row; twelve of them, or five rows a month (e**-5: 1% have none by chance).
_DENSE: Final = 0.9
_LONG: Final = 12
_MANY: Final = 5


# ---- tallies of frames ------------------------------------------------------------------


def tally(
    frame: IntoFrame,
    /,
    by: Columns = (),
    *,
    count: str | None = None,
    marks: Mapping[str, str] | Iterable[str] | None = None,
    unique: Names | None = None,
    date: str | None = None,
    every: Every = "month",
    timezone: str = "Europe/London",
    coverage: Names | Senders | None = None,
    overlapping: Names = (),
) -> Tally:
    """Count the rows of a data frame by key, or add up a column of counts.

    Parameters
    ----------
    frame : data frame
        Any frame that narwhals reads: pandas, polars (eager or lazy), pyarrow, a DuckDB relation and others. The
        engine does the grouping.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep. A mapping renames: ``{"force": "force_name"}``. Columns hold text or whole
        numbers; the dimension ``seconds`` takes a column of seconds, or of durations, which are cut to the
        microsecond. Default is no dimension.
    count : str, optional
        The column of counts to add up: whole numbers, with corrections below zero. A row without a count marks
        its cell as "not supplied" in the ledger, and every figure that needs the cell says so. Default is to
        count rows. This warns if an unused column of numbers is named like a count ("offences", "n", "total"). It
        also warns if there are at least ten rows, each has its own key, and an unused column has whole numbers
        and is not named like an identifier, a time, a place or a grade. ``"rows"`` counts rows without a warning.
    marks : mapping of str to str, or sequence of str, optional
        For a column of counts as text: the marks used instead of a number, and what each means, as in ``{"[c]":
        "suppressed", "..": "not available"}``. A cell with a mark goes to the ledger with that reason, like a row
        without a count. A mark after a number is a note. "1,200" is read as 1200. Default is to refuse text.
    unique : str or sequence of str, optional
        The column, or columns, that identify what is counted, such as ``"Crime ID"``: rows with the same
        identifier count once, and the ledger says how many more there were. Rows without an identifier are all
        kept. Rows with the same identifier but different labels are an error. Default is to count every row.
    date : str, optional
        A column of dates or datetimes, cut into periods as the dimension ``period``. This dimension then proves
        supply: a period with one row counts as supplied in full, by all. If a supplier may be missing, also name
        the suppliers in `coverage`. Leave out a period that is not over. Datetimes with a time zone are read in
        `timezone`; those without are read as they are.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        Length of the periods that `date` is cut into. In periods longer than a month a month without a row may be
        missing data. It is treated as missing if nine of ten months from the first to the last have rows, and
        there are twelve such months, or five rows per month. A caveat then names the missing months, and a period
        that lacks some at either end is not compared. Stated coverage says that all months were sent. Default is
        ``"month"``.
    timezone : str, optional
        The time zone in which days begin; in DuckDB, Spark and Ibis it must be the zone of the session. Default
        is ``"Europe/London"``.
    coverage : str, sequence of str or Exposure, optional
        The dimensions whose keys prove that data were supplied, such as force and period: if a row has the key,
        an absent cell of it is 0. Or an exposure: its areas are the suppliers, and an area without a row had
        none, in every period that occurs.
    overlapping : str or sequence of str, optional
        Dimensions whose labels overlap (a total beside its parts), so that they must not be added up.

    Returns
    -------
    Tally
        Counts by key. Rows without a label or a date are in its ledger, `Tally.excluded`.

    Raises
    ------
    UnknownNameError
        If there is no such column; the error lists the columns.
    InvalidTypeError
        If `frame` is not a data frame, or a column is of the wrong kind: for example codes read as floats, in
        which 4.1 and 4.10 would be the same.
    InvalidInputError
        If counts are not whole, or add up past 64 bits; if `count` is "rows" and a column has that name.

    Warns
    -----
    UnusedCountWarning
        If rows were counted, and a column looks like their count.

    Examples
    --------
    >>> import pandas as pd
    >>> crimes = pd.DataFrame({"force": ["Kent", "Kent", "Essex"], "offences": [7, 5, 3]})
    >>> tally(crimes, by="force", count="offences").to_dict()
    {'force': ['Essex', 'Kent'], 'count': [3, 12]}
    >>> rows = pd.DataFrame({"Crime ID": ["7ee5", "7ee5", None, None], "Month": ["2022-08"] * 4})
    >>> tally(rows, by={"period": "Month"}, unique="Crime ID")
    period   count
    -------  -----
    2022-08      3
    [Tally of 3 rows in 1 cells; excluded further row of one Crime ID 1]
    """
    data, schema = reading.opened(frame)
    dims = reading.dimensions(by)
    if date is not None:
        reading.leave_period(dims, schema)
    keys = {f"k{i}": dim for i, dim in enumerate(dims)}
    select = reading.labelled(data, schema, dims)
    columns, dates = dict(keys), None
    _check.choice(every, "every", EVERY)
    if date is not None:
        dates = Dates.of(data, schema, date, every, timezone)
        select += dates.selected()
        columns |= Dates.KEYS
    on_purpose = unused.rows_on_purpose(count, schema)
    if on_purpose:
        count = None
    if count is not None:
        reading.column_named(count, "count", schema)
    marks = written.marks_of(marks, count)
    texts = count is not None and written.reads_text(schema[count], marks)
    if count is not None and texts:
        select.append(written.as_text(count, schema[count]).alias("c"))
        columns["c"] = count
    once = Unique.of(unique, count, schema, dims.values())
    select += once.select(data, schema)
    asked = _Asked(data, schema, dims, select, columns, None if texts else count, once)
    found, with_more = asked.here() if asked.is_near() else asked.there()
    coded, months = {dim: found.coded[key] for key, dim in keys.items()}, None
    proof: Any = coverage
    if coverage is not None and not isinstance(coverage, Senders):
        proof = _check.names(coverage, "coverage")
    if dates is not None:
        coded[PERIOD] = dates.periods(found.coded)
        if coverage is None:
            months = months_of(found, every)
        if not isinstance(proof, Senders):  # whose areas send every period
            proof = tuple(dict.fromkeys((*(proof or ()), PERIOD)))
    if count is None:
        counted = Tally._from_codes(
            coded,
            found.n,
            coverage=proof,
            overlapping=overlapping,
            unit="rows",
            months=months,
            tidy=found.tidy and date is None,
        )
        if not on_purpose and not once.columns:
            unused.warn_of_count(schema, {*dims.values(), date or ""}, dims, found.n)
        return counted._evolve(
            ledger=merged(counted._ledger, _left_out(coded, found.sums.get("copies"), once.reason))
        )
    dated = "" if date is None else f", date={date!r}, every={every!r}, timezone={timezone!r}"
    gaps: dict[str, NDArray[np.bool_]]
    if texts:
        call = f"tally(frame, by={by!r}, count={count!r}{dated}"
        totals, there, gaps = _totals_of_texts(count, found, coded, marks, call)
    else:
        totals, missing = _totals(count, found, coded), found.flagged("missing")
        for wide, unasked in with_more:
            _refuse_hidden_totals(wide, unasked, dims, count, dated)
        # A cell stands on the rows that have a count, and is marked if one has none.
        there, gaps = found.n > missing, {f"{count} missing in the source": missing > 0}
    counted = Tally._from_codes(
        rows_of(coded, there),
        totals[there],
        coverage=proof,
        overlapping=overlapping,
        unit=count,
        months=months,
        tidy=found.tidy and date is None and not texts and bool(there.all()),
    )
    ledger = counted._ledger
    for reason, gap in gaps.items():
        ledger = merged(ledger, _marked(coded, gap, reason))
    return counted._evolve(ledger=ledger)


_WithMore: TypeAlias = Iterator[tuple["KeyCounts", Mapping[str, str]]]
"""The same counts by columns of text that nobody asked for besides, and which those are."""


@attrs.frozen
class _Asked:
    """What is asked of a frame: columns to select and count by, a column of numbers to add up, and what is counted once."""

    data: Any
    schema: reading.Schema
    dims: Mapping[str, str]
    select: Sequence[Any]
    columns: Mapping[str, str]
    count: str | None
    once: Unique

    def is_near(self) -> bool:
        """Return whether rows are best counted here: in memory, unless polars groups text faster than it gives its codes."""
        wide = self.count is not None and self.schema[self.count] in {nw.Int128, nw.UInt128}
        if not isinstance(self.data, nw.DataFrame) or wide:
            return False
        keys = (*self.dims.values(), *self.once.columns.values())
        return not (self.data.implementation.is_polars() and any(self.schema[c] == nw.String for c in keys))

    def unasked(self) -> dict[str, str]:
        """Name the columns of text that nobody asked for: what is counted is added up over them.

        A table of counts is small; of one that is not, nothing is looked at.
        """
        large = isinstance(self.data, nw.DataFrame) and len(self.data) > _MOST_LOOKED_AT
        if self.count is None or large:
            return {}
        used = {*self.dims.values(), self.count, *self.schema.unread}
        names = [name for name, dtype in self.schema.items() if reading.is_text(dtype) and name not in used]
        return {f"x{i}": name for i, name in enumerate(names)}

    def label(self, key: str, name: str) -> Any:
        """Read a column that nobody asked for as labels."""
        return reading.label(self.data, nw.col(name), name, name, self.schema[name]).alias(key)

    def here(self) -> tuple[KeyCounts, _WithMore]:
        """Count the rows in memory; the counts by more are made only where somebody looks."""
        numbers = {} if self.count is None else numbers_here(self.data, self.count, self.schema[self.count])

        def counted(columns: Mapping[str, str], *more: Any) -> KeyCounts:
            with reading.engine_errors():
                wanted = [*self.select, *more]
                table = self.data.select(*wanted) if wanted else self.data
            return counted_here(table, columns, numbers)

        found = counted({**self.columns, **self.once.columns})
        if self.once.columns:
            n, copies = self.once.once([found.coded[key] for key in self.once.columns], found.n)
            found = KeyCounts(found.coded, n, {"copies": copies})
        more = self.unasked().items()
        return found, ((counted({**self.columns, k: v}, self.label(k, v)), {k: v}) for k, v in more)

    def there(self) -> tuple[KeyCounts, _WithMore]:
        """Let an engine count, in one query, by what nobody asked for, too, where that is a small table."""
        count, more = self.count, self.unasked()
        parts = {} if count is None else numbers_there(self.data, count, self.schema[count])
        wanted = [*self.select, *(part.alias(name) for name, part in parts.items())]
        if more:
            with reading.engine_errors():
                lazy = self.data.lazy().select(*wanted, *(self.label(k, v) for k, v in more.items()))
            with suppress(InvalidInputError):  # what is amiss is said of what was asked for
                columns = {**self.columns, **more}
                wide = counted_there(lazy, columns, list(parts), most=_MOST_LOOKED_AT)
                return _narrowed(wide, self.columns), iter([(wide, more)])
        with reading.engine_errors():
            lazy = self.data.lazy().select(*wanted) if wanted else self.data.lazy()
        if self.once.columns:
            lazy, parts = self.once.once_there(lazy, self.columns), {"rows": None, "copies": None}
        # Arrow fails on an unsigned count past 63 bits before anything can be added up.
        unsigned = count is not None and self.schema[count] == nw.UInt64
        failure = CountOverflowError if unsigned else InvalidInputError
        # Rows in memory have no more keys than there is room for.
        most = len(self.data) if isinstance(self.data, nw.DataFrame) else None
        found = counted_there(lazy, self.columns, list(parts), failure, most=most)
        if self.once.columns:
            found = attrs.evolve(found, n=found.sums["rows"] - found.sums["copies"])
        return found, iter(())


def _marked(coded: Mapping[str, Encoded], gap: NDArray[np.bool_], reason: str) -> Cells | None:
    """Return what has no count, marked by the reason; a row that lacks a label as well has both."""
    if not gap.any():
        return None
    gaps = Tally._from_codes(rows_of(coded, gap), np.zeros(int(gap.sum()), dtype=np.int64))
    marked = gaps._cells
    if gaps._ledger is not None:  # a total that needs no such label needs the count
        marked = marked.union(gaps._ledger.project(marked.dims))
    return merged(gaps._ledger, marked.extend(REASON, NOT_SUPPLIED + reason))


def _totals_of_texts(
    count: str, found: KeyCounts, coded: Mapping[str, Encoded], marks: Mapping[str, str] | None, call: str
) -> tuple[IntArray, NDArray[np.bool_], dict[str, NDArray[np.bool_]]]:
    """Add up counts that are texts: the total of each key and text, which of them are numbers, and why the others are none."""
    texts, codes = found.coded["c"]
    places = {int(code): place_of(coded, at) for at, code in reversed([*enumerate(codes.tolist())])}
    numbers, why = written.numbers_of(texts, marks, count, call, places)
    number = np.append(numbers, 0)[codes]  # code -1 takes the last
    if (np.abs(number.astype(np.float64)) * found.n >= 2.0**63).any():
        msg = f"count: column {count!r} must add up within 64 bits."
        raise CountOverflowError(msg)
    reason = np.append(np.array(why, dtype=object), f"{count} missing in the source")[codes]
    gaps = {text: np.asarray(reason == text, dtype=bool) for text in dict.fromkeys(reason.tolist()) if text}
    return number * found.n, np.asarray(reason == "", dtype=bool), gaps


def months_of(counted: KeyCounts, every: Every) -> frozenset[int] | None:
    """Return the months with a row of longer periods, counted from year 0.

    None where each is a period, and of events so rare that a month may have none by chance.
    """
    years, months = counted.coded["y"], counted.coded["m"]
    there = years[1] >= 0
    found = years[0][years[1][there]] * 12 + months[0][months[1][there]] - 1
    if every == "month" or not len(found):
        return None
    known, span = frozenset(found.tolist()), int(found.max() - found.min()) + 1
    dense = len(known) >= _DENSE * span and (span >= _LONG or counted.n[there].sum() >= _MANY * span)
    return known if dense else None


def _left_out(coded: Mapping[str, Encoded], counts: IntArray | None, reason: str) -> Cells | None:
    """Return what a reason left out, that among it that lacks a label as well."""
    if counts is None or not counts.any():
        return None
    part = Tally._from_codes(rows_of(coded, counts > 0), counts[counts > 0])
    lacking = None if part._ledger is None else part._ledger.relabel(REASON, lambda _: reason)
    return merged(part._cells.extend(REASON, reason), lacking)


def _refuse_hidden_totals(
    found: KeyCounts, extra: Mapping[str, str], dims: Mapping[str, str], count: str, dated: str
) -> None:
    """Refuse to add up a total and its parts in a column that nobody asked for; `dated` is what a call says of dates."""
    counts, missing = _totals(count, found, found.coded), found.n <= found.flagged("missing")
    for key, name in extra.items():
        kept = {k: v for k, v in found.coded.items() if k not in extra or k == key}
        there = ~missing & np.logical_and.reduce([codes >= 0 for _, codes in kept.values()])
        labels, codes = zip(*rows_of(kept, there).values(), strict=True)
        cells = _cells.Cells.of(tuple(kept), labels, codes, counts[there])
        by = {**dims, name: name}
        same = all(dim == column for dim, column in by.items())
        call = f"tally(frame, by={[*by] if same else by!r}, count={count!r}{dated})"
        note = refuse(cells, key, [k for k in kept if k != key], name=name, call=call)
        if note is not None:
            _check.warn(TotalByNameWarning, note)


def _narrowed(wide: KeyCounts, keys: Iterable[str]) -> KeyCounts:
    """Add up what an engine counted to some of its keys."""
    kept = list(keys)
    found = _cells.count_rows([wide.coded[key][1] for key in kept], len(wide.n), {"n": wide.n, **wide.sums})
    sums = {name: high * HALF + low for name, (high, low) in found.sums.items()}
    coded = {key: (wide.coded[key][0], codes) for key, codes in zip(kept, found.values, strict=True)}
    return KeyCounts(coded, sums.pop("n"), sums)


# ---- rows by key ------------------------------------------------------------------------


@attrs.frozen(eq=False)
class KeyCounts:
    """Labels and codes (keys,) of each column, the number of rows of each key, and what was added up of them.

    They are `tidy` where the keys are in the order of their labels, and none lacks one.
    """

    coded: dict[str, Encoded]
    n: IntArray
    sums: Mapping[str, IntArray]
    tidy: bool = False

    def flagged(self, flag: str) -> IntArray:
        """Return how many rows of each key have a flag; one that was not added up none has, nor any an upper half."""
        return self.sums.get(f"{flag}_low", np.zeros_like(self.n))


def counted_here(table: Any, keys: Mapping[str, str], numbers: Mapping[str, NDArray[Any]]) -> KeyCounts:
    """Count rows in memory by columns of theirs, given with their dimension, and add up numbers in halves."""
    with reading.engine_errors():
        columns = [encoded(table.get_column(key), dim) for key, dim in keys.items()]
    found = _cells.count_rows([c.codes for c in columns], len(table), numbers)
    named = [c.named(*held) for c, held in zip(columns, found.columns, strict=True)]
    tidy = all(codes is place for (_, codes), (_, place) in zip(named, found.columns, strict=True))
    sums = {
        f"{name}_{half}": v
        for name, both in found.sums.items()
        for half, v in zip(("high", "low"), both, strict=True)
    }
    return KeyCounts(dict(zip(keys, named, strict=True)), found.n, sums, tidy)


def counted_there(
    lazy: Any,
    keys: Mapping[str, str],
    sums: Sequence[str],
    failure: type[InvalidInputError] = InvalidInputError,
    *,
    more: Mapping[str, Any] = {},
    wide: Collection[str] = (),
    most: int | None = None,
) -> KeyCounts:
    """Let an engine count, in one query, and bring its small result home; it stops where that would be large.

    Beside the sums of some columns it gives whatever `more` asks of a key. Those of `wide` may pass 64 bits.
    """
    added = [nw.len().alias("n"), *([nw.col(*sums).sum()] if sums else [])]
    added += [column.alias(name) for name, column in more.items()]
    with reading.engine_errors(failure=failure):
        lazy = reading.groupable(lazy)
        found = (
            lazy.group_by(*keys).agg(*added).head((most or MOST_CELLS) + 1) if keys else lazy.select(*added)
        )
        table = found.collect()
    if len(table) > (most or MOST_CELLS):
        refuse_many(keys.values())
    n = _as_int64(table.get_column("n"))
    if not n.any():  # no rows are no evidence: without a dimension, too, they make no cell
        table, n = table.head(0), n[:0]
    with reading.engine_errors(failure=failure):
        columns = {key: encoded(table.get_column(key), dim) for key, dim in keys.items()}
    coded = {key: c.named(*_cells.distinct_of(c.codes.astype(np.int64))) for key, c in columns.items()}
    home = {name: table.get_column(name) for name in (*sums, *more)}
    return KeyCounts(coded, n, {k: _as_int64(v, wide=k in wide) for k, v in home.items()})


def brought_home(rows: Any) -> Any:
    """Bring rows of times home from an engine in this process: often hardly two are alike, and it would group for nothing.

    Those that are many, or have text, stay with the engine.
    """
    engine = rows.implementation
    if not isinstance(rows, nw.LazyFrame) or not (engine.is_duckdb() or engine.is_polars()):
        return rows
    most = MOST_CELLS // 4
    with reading.engine_errors():
        if not all(dtype.is_integer() for dtype in rows.collect_schema().values()):
            return rows
        found = rows.head(most + 1).collect()
    return rows if len(found) > most else found


def refuse_many(dims: Iterable[str]) -> NoReturn:
    """Say that an engine would return too much, and what to ask instead."""
    named = list(dims)
    hint = "leave out a column that is nearly different in every row"
    if {MEASURED, TIMES} & {*named}:
        hint += (
            ", or take times to the second (resolution='second' of durations and response_times, or "
            "whole seconds in the query); for mean and share within target alone ask summarise_times(…, percentiles=False)"
        )
    msg = f"by: the engine found more than {MOST_CELLS:,} distinct keys of {_check.listing(named)}: {hint}."
    raise TooManyKeysError(msg)


def _as_int64(column: Any, *, wide: bool = False) -> IntArray:
    """Turn sums that came home into int64: an engine may hand over decimals, or nothing where nothing was added.

    What is wider stays far beyond any limit; with `wide` all are Python's own integers then.
    """
    narrow = column.dtype.is_integer() and column.dtype not in {nw.UInt64, nw.Int128, nw.UInt128}
    if narrow and not column.null_count():
        return reading.array_of(column).astype(np.int64, copy=False)
    if column.dtype.is_decimal() and not column.null_count():
        rough: FloatArray = reading.array_of(column.cast(nw.Float64))
        if np.abs(rough).max(initial=0) < _FLOATS_HOLD:
            return rough.astype(np.int64)
    known = [0 if is_missing(v) else int(v) for v in column.to_list()]
    if wide:
        return np.array(known, dtype=object)
    return np.fromiter((min(max(v, -_WIDE), _WIDE) for v in known), np.int64, len(column))


# ---- a column of counts -----------------------------------------------------------------


def numbers_here(data: Any, name: str, dtype: Any) -> dict[str, NDArray[Any]]:
    """Return the counts of rows in memory, and flags of those that are none."""
    column = data.get_column(name)
    if dtype.is_integer():
        known, missing = reading.known_of(column)
        if missing is None:
            return {"number": known}
        return {"number": _with_gaps(known, missing, 0, known.dtype), "missing": missing}
    parts = _parts(data, name, dtype)
    with reading.engine_errors():
        table = data.select(**parts)
    return {part: table.get_column(part).fill_null(0).to_numpy() for part in parts}


def numbers_there(lazy: Any, name: str, dtype: Any) -> dict[str, Any]:
    """Prepare a column of counts for an engine."""
    flags = _parts(lazy, name, dtype)
    number = flags.pop("number")
    return halves(lazy, {"number": number}) | {f"{flag}_low": found for flag, found in flags.items()}


def halves(lazy: Any, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Split numbers in two for an engine.

    Engines differ in what a sum of integers does past 64 bits: wrap, fail, or turn into a decimal.
    Sums of halves do not get there.
    """
    in_sqlite = reading.is_sqlite(lazy)
    by_floats = lazy.implementation.is_spark_like() or lazy.implementation.is_ibis()
    found: dict[str, Any] = {}
    for name, number in numbers.items():
        if (
            in_sqlite
        ):  # its remainder is a float, too: what is above need not be exact, if what is left makes up for it
            high = (number.cast(nw.Float64) / HALF).floor().cast(nw.Int64).clip(upper_bound=HALF // 2 - 1)
            low = number - high * HALF
        elif by_floats:  # their // divides floats, which hold what is left without a remainder
            low = number % HALF
            high = (number - low) // HALF
        else:
            high = number // HALF
            low = number - high * HALF
        found |= {f"{name}_high": high, f"{name}_low": low}
    return found


def _parts(data: Any, name: str, dtype: Any) -> dict[str, Any]:
    """Read a column of counts: the number, and whether it is missing, not whole, or beyond 64 bits."""
    if not (dtype.is_numeric() or dtype.is_decimal()):
        msg = f"count: column {name!r} must hold whole numbers; got {dtype}: turn it into integers first, or give marks= where some are text."
        raise InvalidTypeError(msg)
    column = nw.col(name)
    missing = column.is_null()
    if dtype.is_integer():
        # Dask can neither cast nor add up where some are missing.
        number = nw.when(missing).then(nw.lit(0, dtype)).otherwise(column)
        if dtype not in {nw.UInt64, nw.Int128, nw.UInt128}:
            number = number.cast(nw.Int64)
        return {"number": number, "missing": reading.ones(missing)}
    # pandas keeps whole numbers with a gap as floats.
    missing = reading.unknown(data, column) if dtype.is_float() else missing
    # pandas 2 warns where a whole number gives way to floats; a decimal gives way to none.
    none = nw.lit(0, dtype) if dtype.is_float() else nw.lit(0)
    size = nw.when(missing).then(none).otherwise(column)
    beyond = size.cast(nw.Float64).abs() >= 2.0**63
    size = nw.when(beyond).then(none).otherwise(size)  # some engines have no whole part of infinity
    # A decimal has more digits than a float of its size. Older polars does not round it down, but cuts it off.
    by_cut = dtype.is_decimal() and data.implementation.is_polars()
    split = size != (size.cast(nw.Int64) if by_cut else size.floor())
    number = nw.when(split).then(none).otherwise(size).cast(nw.Int64)
    flags = {"missing": missing, "split": split, "beyond": beyond}
    return {"number": number} | {flag: reading.ones(found) for flag, found in flags.items()}


def _totals(name: str, found: KeyCounts, coded: Mapping[str, Encoded]) -> IntArray:
    """Put the halves of each sum of counts together, or say which sum is none."""
    for flag, rule, error in (
        ("split", "whole numbers", InvalidInputError),
        ("beyond", "finite numbers within 64 bits", CountOverflowError),
    ):
        bad = found.flagged(flag)
        if bad.any():
            at = int(np.argmax(bad > 0))
            msg = f"count: column {name!r} must hold {rule}; got {bad[at]} that are not in {place_of(coded, at) or 'the whole frame'}."
            raise error(msg)
    high, low = found.sums["number_high"], found.sums["number_low"]
    # What the lower half carries goes up, and the sum fits if the upper one then does.
    upper = high + low // HALF
    over = (upper < -HALF // 2) | (upper >= HALF // 2)
    if over.any():
        at = int(np.argmax(over))
        total = int(high[at]) * HALF + int(low[at])
        msg = f"count: column {name!r} must add up within 64 bits; got a sum of {total} in {place_of(coded, at) or 'the whole frame'}."
        raise CountOverflowError(msg)
    totals: IntArray = upper * HALF + low % HALF
    return totals


def rows_of(coded: Mapping[str, Encoded], chosen: NDArray[np.bool_]) -> dict[str, Encoded]:
    """Choose some rows of encoded columns."""
    if chosen.all():
        return dict(coded)
    return {d: (labels, codes[chosen]) for d, (labels, codes) in coded.items()}


def place_of(coded: Mapping[str, Encoded], at: int) -> str:
    """Name a key in words; nothing where there is no dimension."""
    return ", ".join(
        f"{d} {labels[codes[at]] if codes[at] >= 0 else None}" for d, (labels, codes) in coded.items()
    )


# ---- columns of labels as codes ---------------------------------------------------------


@attrs.frozen(eq=False)
class Coded:
    """A column of whole numbers (rows,), `gap` where there is no label; and what labels some of them have."""

    codes: Whole
    labels: Callable[[IntArray], Encoded]
    gap: int | None = None

    def named(self, distinct: IntArray, at: IntArray) -> Encoded:
        """Return the labels of distinct codes, sorted, and the place among them of what has the codes `at`; -1 for none."""
        there = distinct != self.gap if self.gap is not None else np.ones(len(distinct), dtype=bool)
        labels, places = self.labels(distinct[there])
        place = np.full(len(distinct), -1, dtype=np.int64)
        place[there] = places
        return labels, at if np.array_equal(place, np.arange(len(place))) else place[at]


def encoded(column: Any, dim: str) -> Coded:
    """Encode a narwhals series of labels: text, categories or whole numbers, or of measured seconds."""
    if dim == MEASURED:
        return _of_seconds(column)
    if dim == TIMES:
        return _of_times(column)
    # pandas has the year of a date as a float, where another is missing.
    wide = column.dtype in (nw.Int128, nw.UInt128)
    if column.dtype.is_float() or (column.dtype.is_integer() and not wide):
        return _of_integers(column, dim)
    native, implementation = column.to_native(), column.implementation
    text = reading.is_text(column.dtype)
    if implementation.is_polars() and text:
        return _of_polars(native, column.__native_namespace__(), dim)
    if implementation.is_pyarrow() and text:
        return _of_arrow(native, dim)
    if implementation.is_pandas() and hasattr(native, "cat"):
        return _of_listed(native.cat.codes.to_numpy(), native.cat.categories.tolist(), dim)
    if implementation.is_pandas() and isinstance(native.dtype, column.__native_namespace__().ArrowDtype):
        return _of_arrow(column.to_frame().to_arrow().column(0), dim)
    if implementation.is_pandas() and text and native.dtype != object:
        codes, distinct = column.__native_namespace__().factorize(native)
        return _of_listed(codes, distinct.tolist(), dim)
    listed = column.to_list()
    if column.dtype.is_decimal():  # as engines hand over wide whole numbers
        listed = [None if v is None else int(v) for v in listed]
    return _of_values(listed, dim)


def _of_seconds(column: Any) -> Coded:
    """Encode seconds as whole microseconds, or as whole seconds where all of them are."""
    known, missing = reading.known_of(column)
    if known.dtype.kind not in "iuf":
        known = reading.array_of(column.drop_nulls().cast(nw.Float64))
    if known.dtype.kind == "f" and (unknown := np.isnan(known)).any():
        missing = np.zeros(len(column), dtype=bool) if missing is None else missing.copy()
        missing[~missing] = unknown
        known = known[~unknown]
    whole = known.dtype.kind in "iu" or bool((known == np.floor(known)).all())
    unit = _cells.MICROSECONDS if whole else 1
    extreme = known[np.isfinite(known).argmin()] if known.size and known.dtype.kind == "f" else 0.0
    if not np.isfinite(extreme):
        msg = f"{MEASURED} must hold finite numbers; got {extreme}."
        raise InvalidInputError(msg)
    if whole:
        extremes = [known.min(initial=0), known.max(initial=0)]
        _cells.microseconds(extremes, MEASURED)  # refuses what is too long
        codes = known if known.dtype.kind == "i" else known.astype(np.int64)
    else:
        codes = _cells.microseconds(known, MEASURED)
    gap = None
    if missing is not None:
        gap = int(codes.max(initial=0)) + 1
        codes = _with_gaps(codes, missing, gap)
    return Coded(codes, lambda some: (some * unit, np.arange(len(some))), gap)


def _of_times(column: Any) -> Coded:
    """Encode whole microseconds, none of them missing, as whole seconds where all are: shorter keys sort faster."""
    seconds, end = np.empty(len(column), dtype=np.int32), 0
    for part in reading.parts_of(column, _AT_ONCE):
        some = seconds[end : end + len(part)]
        with np.errstate(invalid="ignore"):  # what is too long is no such number of seconds
            some[:] = np.rint(part / _cells.MICROSECONDS)
        if not np.array_equal(some * np.int64(_cells.MICROSECONDS), part):
            return Coded(reading.known_of(column)[0], lambda some: (some, np.arange(len(some))))
        end += len(part)
    return Coded(seconds, lambda some: (some * _cells.MICROSECONDS, np.arange(len(some))))


def _of_integers(column: Any, dim: str) -> Coded:
    """Take whole numbers as their own codes; where there is none, one beyond them all."""
    found, missing = reading.known_of(column)
    if found.dtype.kind == "f" or found.dtype == np.uint64:
        found = _check.whole(found, dim)
    gap = None
    if missing is not None:
        gap = int(found.max(initial=0)) + 1
        if gap > _cells.INT64.max:
            gap = int(found.min()) - 1
        if gap < _cells.INT64.min:
            return _of_values(column.to_list(), dim)
        found = _with_gaps(found, missing, gap)
    return Coded(found, lambda some: _cells.encode(some, dim), gap)


def _of_polars(native: Any, polars: Any, dim: str) -> Coded:
    if native.dtype == polars.String:
        # Text sorts by its code points here as in Python.
        texts = native.unique().drop_nulls().sort()
        native = native.cast(polars.Enum(texts))
    physical, gap = native.to_physical(), None
    if native.null_count():
        gap = int(physical.max() or 0) + 1
        physical = physical.cast(polars.Int64).fill_null(gap)
    codes = physical.to_numpy()

    def labels(some: IntArray) -> Encoded:
        listed = native.gather(_examples(codes, some)).cast(polars.String).to_list()
        return _cells.encode(listed, dim)

    return Coded(codes, labels, gap)


def _examples(codes: Whole, wanted: IntArray) -> IntArray:
    """Find a row for each of some codes that occur; mostly the first rows have them all."""
    place = np.full(int(wanted.max(initial=-1)) + 2, -1, dtype=np.int64)
    for first in range(0, len(codes), _AT_ONCE):
        some = np.minimum(codes[first : first + _AT_ONCE], len(place) - 1)
        place[some] = np.arange(first, first + len(some))
        if (place[wanted] >= 0).all():
            break
    return place[wanted]


def _of_arrow(native: Any, dim: str) -> Coded:
    import pyarrow as pa

    coded = native
    if not pa.types.is_dictionary(native.type):
        coded = native.dictionary_encode()
    elif any(part.dictionary.null_count for part in native.chunks):
        coded = native.cast(native.type.value_type).dictionary_encode()
    # Dictionaries that are joined may have more labels than an index of few bits can tell apart.
    coded = coded.cast(pa.dictionary(pa.int64(), coded.type.value_type))
    parts = coded.unify_dictionaries().chunks
    if not parts:
        return _of_listed(np.zeros(0, dtype=np.int64), [], dim)
    indices = pa.chunked_array([part.indices for part in parts])
    codes = np.full(len(indices), -1, dtype=np.int64)
    codes[reading.chunks_of(indices.is_valid())] = reading.chunks_of(indices.drop_null())
    return _of_listed(codes, parts[0].dictionary.to_pylist(), dim)


def _of_listed(codes: Whole, labels: Sequence[Any], dim: str) -> Coded:
    """Take codes into a list of labels, in any order; -1 for none."""
    return Coded(codes, lambda some: _cells.encode([labels[i] for i in some.tolist()], dim), gap=-1)


def _of_values(values: list[Any], dim: str) -> Coded:
    """Encode labels that came home one by one; those of ascending codes are sorted already."""
    labels, codes = _cells.encode(values, dim)
    return Coded(codes, lambda some: (labels[some], np.arange(len(some))), gap=-1)


def _with_gaps(known: Whole, missing: NDArray[np.bool_], gap: int, dtype: Any = np.int64) -> NDArray[Any]:
    """Put the numbers that are known back into their rows, and `gap` into those that have none."""
    found = np.full(len(missing), gap, dtype)
    found[~missing] = known
    return found
