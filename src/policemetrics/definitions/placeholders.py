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
    """A day or a year that systems write if there is no time stamp.

    Attributes
    ----------
    value : str
        The day or the year: "2079-06-06", "2099".
    first, last : date
        The days that count as it, with one more on either side for other time zones.
    whole_column : str
        What a column with nothing else is: "number", read without its unit, or "time of day", read without its
        date; empty if it may be a column of placeholders.
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
    """Return the time stamps that are written instead of a missing one, by value.

    Returns
    -------
    mapping of str to PlaceholderStamp
        Read-only. `response_times` and `durations` treat such a stamp as missing, and name it.

    Examples
    --------
    >>> placeholder_stamps()["2079-06-06"].means
    'the last smalldatetime of SQL Server'
    """
    day = dt.date.fromisoformat
    read: dict[str, Callable[[str], Any]] = {"first": day, "last": day}
    return _tables.records(PlaceholderStamp, "placeholder_stamps.csv", read)
