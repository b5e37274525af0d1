"""Stamps that stand for a missing one: the ends of calendars, and the far future."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import attrs

from policemetrics.definitions import _tables


@attrs.frozen(kw_only=True)
class PlaceholderStamp:
    """A day or a year that systems write where there is no stamp.

    Attributes
    ----------
    value : str
        The day or the year: "2079-06-06", "2099".
    first, last : date
        The days that are taken for it; one more on either side, for what it is in other zones.
    whole_column : str
        What a column is that holds nothing else: "number", read without its unit, "time of day", read without its
        date; empty where it may be a column of placeholders.
    means, source : str
        What it is, and who documents it.
    """

    value: str
    first: dt.date
    last: dt.date
    whole_column: str
    means: str
    source: str


@cache
def placeholder_stamps() -> Mapping[str, PlaceholderStamp]:
    """Return the stamps that stand for a missing one, by value.

    Returns
    -------
    mapping of str to PlaceholderStamp
        Read-only. `response_times` and `durations` leave such a stamp out as a missing one, by its name.

    Examples
    --------
    >>> placeholder_stamps()["2079-06-06"].means
    'the last smalldatetime of SQL Server'
    """
    day = dt.date.fromisoformat
    read: dict[str, Callable[[str], Any]] = {"first": day, "last": day}
    return _tables.records(PlaceholderStamp, "placeholder_stamps.csv", read)
