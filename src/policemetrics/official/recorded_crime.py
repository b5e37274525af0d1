"""Recorded crime by force, quarter and offence: the open data tables of the Home Office."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Final

import numpy as np

from policemetrics import _check
from policemetrics._typing import Every, Names
from policemetrics.definitions import offences
from policemetrics.errors import InvalidInputError
from policemetrics.official import _counting
from policemetrics.official._files import Published
from policemetrics.official._progress import Progress, reporter
from policemetrics.official._tables import Column, Table, layout, read_tables
from policemetrics.tallies import Tally

_TITLE: Final = "Home Office, police recorded crime open data tables"
_OF_OFFENCES: Final = ("offence", "description", "subgroup", "group")


def recorded_crime(
    path: str | PathLike[str],
    /,
    *,
    of: Names = "offence",
    every: Every = "quarter",
    names: Mapping[str, str] | None = None,
    progress: Progress | bool | None = None,
) -> Tally:
    r"""Read the police recorded crime open data of the Home Office, by police force area.

    Parameters
    ----------
    path : str or path
        The file as downloaded: .ods, .xlsx, or its text as .csv or .csv.gz; any of them may be in a .zip. In a
        workbook every sheet of a year is read.
    of : {"offence", "description", "subgroup", "group"}, or a sequence of them, optional
        What to keep of the offences: the code, always as text, or the names in the file. Default is
        ``"offence"``.
    every : {"quarter", "calendar_year", "financial_year"}, optional
        The periods. Default is ``"quarter"``, as published.
    names : mapping of str to str, optional
        For each force or body that it does not know: the name in `definitions.force_names`. Default is none.
    progress : callable or bool, optional
        Called with (done, total, what) as sheets are read. Default is a line on a terminal, if it takes long.

    Returns
    -------
    Tally
        Offences by ``force``, ``kind``, ``period`` and the dimensions in `of`. A force has one name, however each
        year spells it; `kind` says which are ``"territorial"``, ``"other force"`` (British Transport Police) and
        ``"no force"`` (Action Fraud, CIFAS, UK Finance). A force with rows for a quarter sent it.

    Raises
    ------
    InvalidInputError
        If the file is of another kind: the error says what was expected and what was found, with sheet and cell.

    Notes
    -----
    Corrections below zero are kept. A blank count, or one with a formula error, is an error.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> table = "Financial Year,Financial Quarter,Force Name,Offence Code,Number of Offences\n"
    >>> table += '2019/20,1,"London, City of",4.10,1\n2019/20,1,Action Fraud,AF,"1,204"\n'
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "prc.csv").write_text(table)
    ...     crimes = recorded_crime(Path(folder, "prc.csv"))
    >>> crimes
    force           kind         period   offence  count
    --------------  -----------  -------  -------  -----
    Action Fraud    no force     2019-Q2  AF       1,204
    City of London  territorial  2019-Q2  4.10         1
    [Tally of 1,205 offences in 2 cells; supply proved by force, kind, period]
    >>> crimes.sources[0].file
    'prc.csv'
    """
    asked = _check.names(of, "of")
    for name in asked:
        _check.known(name, "of", _OF_OFFENCES)
    _check.choice(every, "every", ("quarter", "calendar_year", "financial_year"))
    published = Published.opened(path)
    wanted = layout("recorded_crime")
    reading = read_tables(published, wanted, reporter(progress))
    read = [_columns(table, asked, names) for table in reading.tables]
    _counting.refuse_twice(reading.tables, read)
    source = published.source(_TITLE, reading.sheets, reading.released)
    found = _counting.counted(read, "offences", source, wanted.marks)
    return found if every == "quarter" else found.to_periods(every)


def _columns(table: Table, asked: tuple[str, ...], names: Mapping[str, str] | None) -> dict[str, Column]:
    """Read one table."""
    if lacking := [name for name in asked if name not in table.columns]:
        msg = f"of must name what the file has; {table.where} has no column of {_check.listing(lacking)}."
        raise InvalidInputError(msg)
    table.filled("year", "quarter", "force", "offence", *asked)
    _refuse_one_code_for_two(table)
    _, counts = table.counts("count", ())
    force, kind = _counting.forces_of(table, names)
    columns = {"force": force, "kind": kind, "period": _counting.quarters_of(table)}
    return columns | {name: table.columns[name] for name in asked} | {"offences": counts}


def _refuse_one_code_for_two(table: Table) -> None:
    """Refuse codes that a spreadsheet took for numbers, so that 4.10 became 4.1: then one code has two descriptions."""
    if "description" not in table.columns:
        return
    codes, described = table.columns["offence"], table.columns["description"]
    twins = [
        code for code in offences() if code.endswith("0") and "." in code and code.rstrip("0") in offences()
    ]
    for short in (code.rstrip("0") for code in twins):
        if short in codes.labels:
            at = codes.labels.index(short)
            several = {described.labels[int(d)] for d in np.unique(described.codes[codes.codes == at])}
            if len(several) > 1:
                rule = f"must be text: {_check.listing(sorted(several))} have one code, which a spreadsheet does to 4.1 and 4.10"
                raise table.refuse("offence", at, rule)
