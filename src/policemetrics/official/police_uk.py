"""Street-level crimes, their outcomes, and stops and searches: the monthly files of data.police.uk."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import groupby
from os import PathLike
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from policemetrics import _check
from policemetrics.definitions import not_crimes
from policemetrics.errors import InvalidInputError
from policemetrics.official import _counting
from policemetrics.official._files import Part, Published
from policemetrics.official._once import COUNT, Rows, once
from policemetrics.official._progress import Progress, reporter
from policemetrics.official._tables import Column, Table, csv_table, joined, layout
from policemetrics.periods import Period
from policemetrics.tallies import Tally

Kind: TypeAlias = Literal["crimes", "anti-social behaviour", "outcomes", "searches"]

_TITLE: Final = "data.police.uk"
_NAME: Final = re.compile(r"([0-9]{4}-[0-9]{2})-(.+)-(street|outcomes|stop-and-search)\.csv(?:\.gz)?")
_FILES: Final = {
    "crimes": "street",
    "anti-social behaviour": "street",
    "outcomes": "outcomes",
    "searches": "stop-and-search",
}
_DIMS: Final = {
    "street": ("force", "period", "type", "outcome"),
    "outcomes": ("force", "period", "outcome"),
    "stop-and-search": ("force", "period", "type", "object", "outcome"),
}
_SOME: Final = Column(["some"], np.zeros(1, dtype=np.int64))
_COPY: Final = "further row of one Crime ID"


def police_uk(
    path: str | PathLike[str],
    /,
    *,
    kind: Kind = "crimes",
    unique: bool | Literal["labels"] = True,
    names: Mapping[str, str] | None = None,
    progress: Progress | bool | None = None,
) -> Tally:
    r"""Read files of data.police.uk: one file, a folder of files, or the archive as downloaded.

    Parameters
    ----------
    path : str or path
        A .csv or .csv.gz, a folder, or a .zip, which is read file by file and not unpacked.
    kind : {"crimes", "anti-social behaviour", "outcomes", "searches"}, optional
        What to count: the crimes in the street files; the incidents of anti-social behaviour in them, which are
        not crimes; the rows of the outcomes files; or stops and searches. Default is ``"crimes"``.
    unique : bool or "labels", optional
        Whether rows with the same Crime ID count once; False counts rows. If they have several outcomes, for
        example for several suspects, the outcome is ``"several outcomes"``. If they differ in force, month or
        type, it is an error. ``"labels"`` then counts one crime for each of its labels, including outcomes; the
        outcomes files are always counted so. Default is True.
    names : mapping of str to str, optional
        For each force that it does not know: the name in `definitions.force_names`. Default is none.
    progress : callable or bool, optional
        Called with (done, total, what) as files are read. Default is a line on a terminal, if it takes long.

    Returns
    -------
    Tally
        Rows by ``force``, ``period`` (the month), ``type`` and, if the files have it, ``outcome``; searches also
        by ``object``. A force with a file for a month sent that month, even if the file is empty; without a file
        there is no figure. What was left out, copies and anti-social behaviour, is in the ledger. Crime types
        changed in May 2013. If the files are from before and after, types have one name, but do not contain
        exactly the same crimes.

    Raises
    ------
    InvalidInputError
        If a file is of another kind, or its month is not the one in its name.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> rows = "Crime ID,Month,Reported by,Crime type,Last outcome category\n"
    >>> rows += "7ee5,2022-08,Kent Police,Robbery,Under investigation\n" * 2
    >>> rows += ",2022-08,Kent Police,Anti-social behaviour,\n"
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "2022-08-kent-street.csv").write_text(rows)
    ...     crimes = police_uk(folder)
    >>> crimes
    force  period   type     outcome              count
    -----  -------  -------  -------------------  -----
    Kent   2022-08  Robbery  Under investigation      1
    [Tally of 1 crimes in 1 cells; supply proved by force, period; excluded further row of one Crime ID 1, no crime: Anti-social behaviour 1]
    """
    _check.choice(kind, "kind", list(_FILES))
    if unique not in (True, False, "labels"):
        msg = f'unique must be True, False or "labels"; got {_check.shown(unique)}.'
        raise InvalidInputError(msg)
    published, report = Published.opened(path, several=True), reporter(progress)
    files, tables, copies, done = _wanted(published, _FILES[kind]), [], [], 0
    for _, months in groupby(files, key=lambda one: one.force):
        read = []  # of one force at a time, which is what a Crime ID is of
        for month in months:
            report(done, len(files), month.part.name)
            read.append(month.counted(names))
            done += 1
        one, more = once(read, "labels" if kind == "outcomes" and unique else unique)
        tables.append(one)
        copies.append(more)
    report(done, len(files), published.name)
    counted, further = joined(tables), joined(copies)
    left_out = {_COPY: further}
    if _FILES[kind] == "street":
        counted, left_out = _apart(_with_one_name(counted), _with_one_name(further), crimes=kind == "crimes")
    if not any(counted.get("outcome", _SOME).labels):
        counted, left_out = (
            _without_outcome(counted),
            {why: _without_outcome(of) for why, of in left_out.items()},
        )
    unit, of = "incidents" if kind == "anti-social behaviour" else kind, ("force", "period")
    source = published.source(_TITLE)
    return _counting.counted([counted], COUNT, source, coverage=of, left_out=left_out, unit=unit)


@attrs.frozen(eq=False)
class _File:
    """One file of a kind; its month and force where its name says them."""

    part: Part
    kind: str
    month: str
    force: str

    def counted(self, names: Mapping[str, str] | None) -> Rows:
        """Count the rows of the file by their labels."""
        table = csv_table(self.part, layout(f"police_uk {self.kind}"))
        if not len(table):  # a file without rows is a report of none
            own = {"force": self.force, "period": self.month}
            return Rows.none({dim: own.get(dim, "") for dim in _DIMS[self.kind]})
        return Rows.of(self._columns(table, names), table.columns.get("id"))

    def _columns(self, table: Table, names: Mapping[str, str] | None) -> dict[str, Column]:
        blank = Column([""], np.zeros(len(table), dtype=np.int64))
        columns = {dim: table.columns.get(dim, blank) for dim in _DIMS[self.kind]}
        if self.kind == "stop-and-search":
            return columns | {
                "force": Column([self.force], blank.codes),
                "period": Column([self.month], blank.codes),
            }
        table.filled("force", "period", *(["type"] if self.kind == "street" else []))
        for code, label in enumerate(table.columns["period"].labels if self.month else []):
            if label != self.month:
                raise table.refuse(
                    "period", code, f"must be the month in the name of the file, {self.month!r}"
                )
        month = table.read(
            "period", lambda v: Period.parse(v, kind="month").label, "must be a month, as in '2024-03'"
        )
        return columns | {"force": _counting.forces_of(table, names)[0], "period": month}


def _wanted(published: Published, kind: str) -> list[_File]:
    """Choose the files of a kind by their names, those of a force together; where no file has such a name, it is all of them."""
    named = [(part, _NAME.fullmatch(part.stem)) for part in published.parts]
    without = [part for part, name in named if name is None]
    if len(without) == len(named) and kind != "stop-and-search":
        return [_File(part, kind, "", "") for part in without]
    found: dict[tuple[str, str], _File] = {}
    for part, m in named:
        if m is not None and m[3] == kind:
            one = found.setdefault((_force(m[2]), m[1]), _File(part, kind, m[1], _force(m[2])))
            if one.part is not part:
                msg = f"{published.name}: a force must have one file for a month; {part.name} is one more than {one.part.name}."
                raise InvalidInputError(msg)
    if without or not found:
        there = _check.listing([part.name for part in without or published.parts], most=5)
        msg = f"{published.name}: files with names as '2024-03-kent-{kind}.csv' were expected; found {there}."
        raise InvalidInputError(msg)
    return [found[key] for key in sorted(found)]


def _force(written: str) -> str:
    try:
        return _counting.known_force(written)
    except KeyError:
        return written


def _apart(
    rows: Mapping[str, Column], copies: Mapping[str, Column], *, crimes: bool
) -> tuple[dict[str, Column], dict[str, dict[str, Column]]]:
    """Part what is no crime from what is; a report of nothing has no type, and is one of either."""
    counted = _of_types(rows, lambda label: not label or (label in not_crimes()) is not crimes)
    if not crimes:
        return counted, {}
    none = {f"no crime: {label}": _of_types(rows, label.__eq__) for label in not_crimes()}
    return counted, {_COPY: dict(copies), **none}


def _of_types(columns: Mapping[str, Column], wanted: Callable[[str], bool]) -> dict[str, Column]:
    """Choose the rows of some types."""
    rows = np.array([wanted(label) for label in columns["type"].labels], dtype=bool)[columns["type"].codes]
    return {name: Column.of(column.labels, column.codes[rows]) for name, column in columns.items()}


def _without_outcome(columns: Mapping[str, Column]) -> dict[str, Column]:
    return {name: column for name, column in columns.items() if name != "outcome"}


def _with_one_name(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Give types one name where old and new ones are there: the two into which one was divided have its name."""
    new = _counting.label_of("police_uk", "joined")
    there = {*columns["type"].labels}
    known = {old: now for old, now in new.items() if {old, now} <= there}
    return {**columns, "type": columns["type"].mapped(lambda label: known.get(label, label))}
