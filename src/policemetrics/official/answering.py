"""Calls to the police by the time they waited: published numbers of calls, and of those that were answered in 10 seconds."""

from __future__ import annotations

from os import PathLike
from types import MappingProxyType
from typing import Final

import numpy as np

from policemetrics._cells import NOT_SUPPLIED
from policemetrics.errors import InvalidInputError
from policemetrics.official import _counting
from policemetrics.official._files import Published
from policemetrics.official._progress import reporter
from policemetrics.official._tables import Column, Table, layout, read_tables, spelt, whole_number
from policemetrics.periods import Period
from policemetrics.tallies import Tally

_TITLE: Final = "Published answer times of calls to the police"
UNDER: Final = "under 10 s"
OVER: Final = "10 s or more"
NOT_ANSWERED: Final = "not answered"
_NO_BANDS: Final = f"{NOT_SUPPLIED}no bands published"
_NO_CALLS: Final = f"{NOT_SUPPLIED}no number of calls published"
_NO_PERIOD: Final = f"{NOT_SUPPLIED}period not known"
_NO_FORCE: Final = f"{NOT_SUPPLIED}of no one force"


def answering(path: str | PathLike[str], /) -> Tally:
    r"""Read published answer times of 999 and 101 calls: one row per line, force and period.

    Parameters
    ----------
    path : str or path
        A .csv, .csv.gz, .xlsx or .ods with the columns line, area, period, calls_received, calls_answered,
        calls_not_answered and under_10s; a cell is blank if nothing was published.

    Returns
    -------
    Tally
        Calls by ``line``, ``force``, ``period`` and ``band``: "under 10 s", "10 s or more" and "not answered", as
        `published.answer_bands` takes them. Rows with only a published mean or percentage are not counts. They
        are in the ledger, with rows of areas that are not forces and of unknown periods. If only one number of
        calls was published, it is the denominator of the share in time, as in the published percentage.

    Raises
    ------
    InvalidInputError
        If the file is of another kind, or a printed sum or percentage does not agree with its parts: the error
        gives both numbers.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> table = "line,area,period,calls_received,calls_answered,calls_not_answered,under_10s\n"
    >>> table += "999,Cambridgeshire,2023-11,11797,,,9060\n999,Norfolk,2023-11,,,,\n"
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "calls.csv").write_text(table)
    ...     calls = answering(Path(folder, "calls.csv"))
    >>> calls.to_dict()["band"], calls.to_dict()["count"]
    (['10 s or more', 'under 10 s'], [2737, 9060])
    >>> calls.excluded.to_dict()["reason"]
    ['not supplied: no number of calls published']
    """
    published = Published.opened(path)
    reading = read_tables(published, layout("answering"), reporter(progress=False))
    cells: list[tuple[str, ...]] = []
    left: dict[str, list[tuple[str, ...]]] = {}
    for table in reading.tables:
        table.filled("line", "force", "period")
        for at, row in enumerate(table.rows()):
            key, why = _key(row)
            bands = _bands(table, at, row)
            why = why or ("" if bands else _NO_CALLS)
            bands = bands or {"": 0}
            why = why or (_NO_BANDS if UNDER not in bands else "")
            to = left.setdefault(why, []) if why else cells
            to.extend((*key, band, str(count)) for band, count in bands.items())
    source = published.source(_TITLE, reading.sheets, reading.released)
    left_out = {why: _columns(rows) for why, rows in left.items()}
    return _counting.counted(
        [_columns(cells)],
        "calls",
        source,
        MappingProxyType({}),
        coverage=("line", "force", "period"),
        left_out=left_out,
    )


def _columns(cells: list[tuple[str, ...]]) -> dict[str, Column]:
    names = ("line", "force", "period", "band", "calls")
    columns = zip(*cells, strict=True) if cells else [()] * len(names)
    return {n: Column.of(v, np.arange(len(cells))) for n, v in zip(names, columns, strict=True)}


def _key(row: dict[str, str]) -> tuple[tuple[str, str, str], str]:
    """Read line, force and period, and why they cannot be counted by."""
    force = _counting.known_forces().get(spelt(row["force"]))
    try:
        period, why = Period.parse(row["period"]).label, ""
    except InvalidInputError:
        period, why = row["period"], _NO_PERIOD
    return (row["line"], force or row["force"], period), why if force else _NO_FORCE


def _bands(table: Table, at: int, row: dict[str, str]) -> dict[str, int]:
    """Divide the calls of a row into bands; empty where no number of calls was published."""
    names = ("received", "answered", "not_answered", "under_5", "from_5", "under_10")
    found = {name: _number(table, at, name, row.get(name, "")) for name in names}
    received, answered, lost, under_5, from_5, under_10 = (found[name] for name in names)
    if None not in (received, answered, lost) and answered + lost != received:  # type: ignore[operator]
        raise table.differs("received", at, received, answered + lost)  # type: ignore[operator]
    if None not in (under_5, from_5, under_10) and under_5 + from_5 != under_10:  # type: ignore[operator]
        raise table.differs("under_10", at, under_10, under_5 + from_5)  # type: ignore[operator]
    out_of = answered if answered is not None else received
    if out_of is None:
        return {}
    if under_10 is not None and under_10 > out_of:
        raise table.differs("under_10", at, under_10, out_of)
    lost = lost if answered is not None else None
    bands = {"": out_of} if under_10 is None else {UNDER: under_10, OVER: out_of - under_10}
    if under_10 is not None and row.get("percent"):
        share = 100 * under_10 / out_of
        digits = len(row["percent"].partition(".")[2])
        if abs(share - float(row["percent"])) > 0.5 * 10**-digits + 1e-9:
            raise table.differs("percent", at, float(row["percent"]), share)
    return bands | ({NOT_ANSWERED: lost} if lost is not None else {})


def _number(table: Table, at: int, name: str, text: str) -> int | None:
    if not text:
        return None
    found = whole_number(text)
    if found is None or found < 0:
        raise table.refuse(name, int(table.columns[name].codes[at]), "must be a number of calls, or empty")
    return found
