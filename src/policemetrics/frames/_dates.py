"""A column of dates, cut into periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from policemetrics._cells import LabelArray, encode
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.frames._clock import parsing
from policemetrics.frames._reading import zone
from policemetrics.frames._session import same_clocks, wrong_clocks
from policemetrics.periods import Period
from policemetrics.typing import Every, IntArray

__all__ = ["EVERY", "local", "periods"]

EVERY: Final = ("month", "quarter", "calendar_year", "financial_year")


def local(lazy: Any, name: str, dtype: Any, timezone: str) -> Any:
    """Read a column of dates on the clocks of `timezone`."""
    import narwhals.stable.v2 as nw

    zone(timezone)
    column = nw.col(name)
    engine = lazy.implementation
    if dtype == nw.Date or (dtype == nw.Datetime and dtype.time_zone in {None, timezone}):
        return column
    if dtype == nw.Datetime and (engine.is_duckdb() or engine.is_spark_like() or engine.is_ibis()):
        there = str(dtype.time_zone)
        if same_clocks(there, timezone):
            return column
        raise wrong_clocks("date", name, there, timezone, f", or give timezone={there!r}")
    if dtype == nw.Datetime:
        return column.dt.convert_time_zone(timezone)
    call = f"pd.to_datetime(frame[{name!r}])"
    if dtype in (nw.String, nw.Categorical, nw.Enum):
        call = parsing(engine, name)
    hint = f"parse it first, as in {call}, or name a column of period labels in by="
    msg = f"date: column {name!r} must hold dates or datetimes; got {dtype}: {hint}."
    raise InvalidTypeError(msg)


def periods(
    years: tuple[LabelArray, IntArray], months: tuple[LabelArray, IntArray], every: Every, name: str
) -> tuple[LabelArray, IntArray]:
    """Return the label of the period that each year and month lie in, as labels and codes; -1 for no date."""
    make: Callable[[int, int], Period] = {
        "month": Period.month,
        "quarter": lambda y, m: Period.quarter(y, (m + 2) // 3),
        "calendar_year": lambda y, _: Period.calendar_year(y),
        "financial_year": lambda y, m: Period.financial_year(y - (m < 4)),
    }[every]
    width = len(months[0])
    there = years[1] >= 0
    pairs, at = np.unique(years[1][there] * width + months[1][there], return_inverse=True)
    found = []
    for pair in pairs.tolist():
        year, month = int(years[0][pair // width]), int(months[0][pair % width])
        try:
            found.append(make(year, month).label)
        except InvalidInputError as error:
            msg = f"date: column {name!r} holds a date of the year {year}: {error}"
            raise InvalidInputError(msg) from None
    labels, codes = encode(found, name)
    place = np.full(len(there), -1, dtype=np.int64)
    place[there] = codes[at]
    return labels, place
