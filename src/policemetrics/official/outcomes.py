"""Outcomes by force, quarter, offence and type of outcome: the open data tables of the Home Office."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Final, Literal

from policemetrics import _check
from policemetrics._typing import Every
from policemetrics.definitions import outcome_types
from policemetrics.errors import InvalidInputError
from policemetrics.official import _counting
from policemetrics.official._files import Published
from policemetrics.official._progress import Progress, reporter
from policemetrics.official._tables import Column, Table, layout, read_tables
from policemetrics.tallies import Tally

_TITLE: Final = "Home Office, crime outcomes open data tables"
_BASES: Final[Mapping[Literal["recorded", "closed"], str]] = {
    "recorded": "outcomes given so far to crimes recorded in the quarter; recent years still grow",
    "closed": "outcomes given in the quarter, whenever the crime was recorded",
}


def outcomes(
    path: str | PathLike[str],
    /,
    *,
    basis: Literal["recorded", "closed"] | None = None,
    every: Every = "quarter",
    names: Mapping[str, str] | None = None,
    progress: Progress | bool | None = None,
) -> Tally:
    r"""Read the outcomes open data of the Home Office, one workbook for each financial year.

    Parameters
    ----------
    path : str or path
        The file as downloaded: .ods, .xlsx, or the text of its sheet of data as .csv or .csv.gz; any of them may
        be in a .zip.
    basis : {"recorded", "closed"}
        One sheet has both: ``"recorded"``, the outcomes given so far to crimes recorded in the quarter, so that
        recent years still grow; or ``"closed"``, the outcomes given in the quarter, whenever the crime was
        recorded. It has no default.
    every : {"quarter", "calendar_year", "financial_year"}, optional
        The periods. Default is ``"quarter"``, as published.
    names : mapping of str to str, optional
        For each force or body that it does not know: the name in `definitions.force_names`. Default is none.
    progress : callable or bool, optional
        Called with (done, total, what) as sheets are read. Default is a line on a terminal, if it takes long.

    Returns
    -------
    Tally
        Outcomes by ``force``, ``kind``, ``period``, ``offence`` and ``outcome`` (the code, as text). What was not
        provided is in the ledger as not supplied, and every figure that needs it says so. An offence code that
        has expired is in the ledger as not applicable. Corrections below zero are kept.

    Raises
    ------
    ChoiceNeededError
        If no basis is given.
    InvalidInputError
        If the file is of another kind. The file of outcomes for alternate offences (1A, 2A, 3A) is also an error,
        because 1, 2 and 3 already include them.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> recorded, closed = "Outcomes for offences that were recorded", "Outcomes for investigations closed"
    >>> table = "Financial Year,Financial Quarter,Force Name,Offence Code,Outcome Type,"
    >>> table += f"{recorded} in the quarter,{closed} in the quarter\n"
    >>> table += "2021/22,1,Kent,34A,1,7,9\n2021/22,1,Kent,34A,18,50,48\n2021/22,1,Essex,34A,1,N/A - data not provided,4\n"
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "outcomes.csv").write_text(table)
    ...     found = outcomes(Path(folder, "outcomes.csv"), basis="recorded")
    >>> found
    force  kind         period   offence  outcome  count
    -----  -----------  -------  -------  -------  -----
    Kent   territorial  2021-Q2  34A      1            7
    Kent   territorial  2021-Q2  34A      18          50
    [Tally of 57 outcomes in 2 cells; supply proved by force, kind, period; excluded not supplied: data not provided 0]
    """
    chosen = _check.one_of(basis, "basis", _BASES)
    _check.choice(every, "every", ("quarter", "calendar_year", "financial_year"))
    published = Published.opened(path)
    wanted = layout("outcomes")
    reading = read_tables(published, wanted, reporter(progress))
    read = [_columns(table, chosen, wanted.marks, names) for table in reading.tables]
    _counting.refuse_twice(reading.tables, read)
    source = published.source(f"{_TITLE}, basis {chosen!r}", reading.sheets, reading.released)
    found = _counting.counted(read, "outcomes", source, wanted.marks)
    return found if every == "quarter" else found.to_periods(every)


def _columns(
    table: Table, basis: str, marks: Mapping[str, tuple[str, str]], names: Mapping[str, str] | None
) -> dict[str, Column]:
    """Read one table."""
    table.filled("year", "quarter", "force", "offence", "outcome")
    for name in _BASES:
        table.counts(name, marks)  # a layout that has changed shows in either
    _, counts = table.counts(basis, marks)
    force, kind = _counting.forces_of(table, names)
    outcome = table.read("outcome", _outcome, "must be the number of a type of outcome")
    _refuse_alternates(table, outcome)
    columns = {"force": force, "kind": kind, "period": _counting.quarters_of(table)}
    return columns | {"offence": table.columns["offence"], "outcome": outcome, "outcomes": counts}


def _outcome(label: str) -> str:
    return outcome_types()[label.upper()].code


def _refuse_alternates(table: Table, outcome: Column) -> None:
    """Refuse the file of alternate offences: its outcomes are in 1, 2 and 3 of the other already."""
    if any(outcome_types()[label].parent for label in outcome.labels):
        msg = (
            f"{table.where}: the outcomes of all offences were expected; the types {_check.listing(outcome.labels)} are of the "
            f"file of alternate offences, which the types 1, 2 and 3 of the other file count already: never add the two."
        )
        raise InvalidInputError(msg)
