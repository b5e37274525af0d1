"""Small real tables, bundled for examples and tests.

Each function returns a `Dataset`: its columns, with the source, licence, vintage and what you must know before
you use the figures. pandas and polars take ``to_dict()``. Definitions (offences, outcome types, weights) are in
`policemetrics.definitions`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs
import numpy as np

from policemetrics.definitions import _tables
from policemetrics.typing import IntArray

__all__ = [
    "Dataset",
    "lfb_first_pump_2009",
    "nhs_999_calls",
    "west_midlands_annual",
    "west_midlands_offences",
    "west_midlands_outcomes",
    "west_midlands_population",
]

_DataColumn: TypeAlias = "IntArray | tuple[str, ...]"


def _as_lists(columns: Mapping[str, _DataColumn]) -> dict[str, list[object]]:
    return {
        name: column.tolist() if isinstance(column, np.ndarray) else list(column)
        for name, column in columns.items()
    }


@attrs.frozen(kw_only=True, repr=False)
class Dataset:
    """A small table with its source.

    Attributes
    ----------
    name, title : str
        Name of the function that returns it, and what it holds.
    publisher, source, licence, vintage : str
        Who published the figures, where they were read, under which licence, and when.
    notes : str
        Definitions and known faults.
    not_supplied : tuple of str
        Rows left out because the source has no figures for them. They are missing, not zero.
    columns : mapping of str to array or tuple of str
        Whole numbers as read-only arrays, text as tuples; read-only.

    Examples
    --------
    >>> annual = west_midlands_annual()
    >>> annual
    <Dataset west_midlands_annual: 4 rows of period, crimes, positive_closed, positive_recorded>
    >>> int(annual.columns["crimes"][1] - annual.columns["crimes"][0])
    -37778
    """

    name: str
    title: str
    publisher: str
    source: str
    licence: str = "Open Government Licence v3.0"
    vintage: str
    notes: str
    not_supplied: tuple[str, ...] = ()
    _columns: dict[str, _DataColumn] = attrs.field(alias="columns", eq=_as_lists, hash=False)

    @property
    def columns(self) -> Mapping[str, Any]:
        """The columns by name, in the order of the table."""
        return MappingProxyType(self._columns)

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the columns as lists of plain values, for ``pandas.DataFrame`` or ``polars.DataFrame``.

        Returns
        -------
        dict of str to list
            Fresh lists of `str` and `int`; changing them does not change the dataset.
        """
        return _as_lists(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __repr__(self) -> str:
        return f"<Dataset {self.name}: {len(self)} rows of {', '.join(self._columns)}>"

    def __str__(self) -> str:
        missing = f"\nNot supplied: {'; '.join(self.not_supplied)}." if self.not_supplied else ""
        return (
            f"{self.title}\n{len(self)} rows of {', '.join(self._columns)}\n"
            f"Source: {self.publisher}, {self.source}. {self.licence}.\n"
            f"Vintage: {self.vintage}.\n{self.notes}{missing}"
        )


def _bundled(name: str, *, whose: tuple[str, ...] = ()) -> Dataset:
    """Read a table and what is said of it; `whose` tells which rows lack their figures.

    Which columns are numbers is said, never guessed, since codes are text.
    """
    about = json.loads(_tables.text("data", "datasets.json"))[name]
    numbers = about.pop("numbers")
    rows = _tables.rows("data", f"{name}.csv")
    supplied = [row for row in rows if all(row[number] for number in numbers)]
    missing = [row for row in rows if not all(row[number] for number in numbers)]
    columns: dict[str, _DataColumn] = {c: tuple(row[c] for row in supplied) for c in supplied[0]}
    for number in numbers:
        column = np.array(columns[number]).astype(np.int64)
        column.flags.writeable = False
        columns[number] = column
    not_supplied = tuple(", ".join(row[c] for c in whose) for row in missing)
    return Dataset(name=name, **about, not_supplied=not_supplied, columns=columns)


@cache
def west_midlands_annual() -> Dataset:
    """Return recorded crime and positive outcomes of West Midlands Police, 2022/23 to 2025/26.

    Returns
    -------
    Dataset
        Columns `period` (financial year), `crimes`, `positive_closed` (positive outcomes given
        in the year, whenever the crime was recorded) and `positive_recorded` (given so far to
        crimes recorded in the year).

    Notes
    -----
    "Positive" is the set "positive-dashboard": types 1, 2, 3, 6, 7, 8 and 22.

    Examples
    --------
    >>> columns = west_midlands_annual().columns
    >>> [f"{100 * p / c:.2f}" for p, c in zip(columns["positive_closed"], columns["crimes"])]
    ['5.51', '7.93', '12.21', '15.66']
    """
    return _bundled("west_midlands_annual")


@cache
def west_midlands_offences() -> Dataset:
    """Return recorded crime of West Midlands Police by quarter and offence, 2017/18 and 2019/20.

    Returns
    -------
    Dataset
        Columns `period` (financial year), `quarter` (1 is April to June), `offence_code`
        (text) and `offences`.

    Examples
    --------
    >>> offences = west_midlands_offences()
    >>> len(offences), int(offences.columns["offences"].sum())
    (1044, 494222)
    """
    return _bundled("west_midlands_offences")


@cache
def west_midlands_outcomes() -> Dataset:
    """Return outcomes of crimes, West Midlands Police, by type and basis, 2014/15 and 2022/23 to 2025/26.

    Returns
    -------
    Dataset
        Columns `period` (financial year), `basis` ("closed" or "recorded"), `outcome` (type;
        "other" is the rest of all outcomes assigned) and `outcomes`.

    Notes
    -----
    The two bases count the same outcomes twice: never add them up.

    Examples
    --------
    >>> sorted(set(west_midlands_outcomes().columns["outcome"]))
    ['1', '2', '22', '3', '6', '7', '8', 'other']
    """
    return _bundled("west_midlands_outcomes")


@cache
def west_midlands_population() -> Dataset:
    """Return residents of the West Midlands police force area, mid-2016 and mid-2018, unrounded.

    Returns
    -------
    Dataset
        Columns `period` (the financial year whose rates ONS divides by it), `mid_year` and
        `residents`.

    Examples
    --------
    >>> west_midlands_population().to_dict()
    {'period': ['2017/18', '2019/20'], 'mid_year': [2016, 2018], 'residents': [2870551, 2916458]}
    """
    return _bundled("west_midlands_population")


@cache
def nhs_999_calls() -> Dataset:
    """Return 999 calls answered by English ambulance trusts, September 2017 and April 2026.

    Returns
    -------
    Dataset
        Columns `period` (month), `trust_code`, `trust`, `calls` (answered), `total_seconds`
        (to answer them all) and `mean_seconds` (as printed, whole seconds). `not_supplied` names
        the trusts that gave no figures.

    Notes
    -----
    Here the mean of means misleads: in September 2017 one of four trusts answered a third of the calls, slowly.

    Examples
    --------
    >>> calls = nhs_999_calls()
    >>> september = [p == "2017-09" for p in calls.columns["period"]]
    >>> seconds, answered = calls.columns["total_seconds"][september], calls.columns["calls"][september]
    >>> round(float(seconds.sum() / answered.sum()), 2), round(float((seconds / answered).mean()), 2)
    (21.65, 17.18)
    >>> len(calls.not_supplied)
    7
    """
    return _bundled("nhs_999_calls", whose=("trust", "period"))


@cache
def lfb_first_pump_2009() -> Dataset:
    """Return attendance times of the first fire engine at London dwelling fires, 2009.

    Returns
    -------
    Dataset
        Columns `seconds` (whole seconds from mobilisation to arrival) and `calls` (fires attended in that time).
        These are counts by value, so any percentile can be worked out exactly.

    Examples
    --------
    >>> columns = lfb_first_pump_2009().columns
    >>> seconds, calls = columns["seconds"], columns["calls"]
    >>> int(calls.sum()), round(float(seconds @ calls / calls.sum()), 2)
    (6708, 319.73)
    """
    return _bundled("lfb_first_pump_2009")
