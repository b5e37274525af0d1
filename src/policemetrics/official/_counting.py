"""From the columns of published tables to a `Tally` that knows who sent what, what was left out, and where it was read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np

from policemetrics import _cells, _check
from policemetrics._cells import REASON
from policemetrics._sources import Source
from policemetrics.definitions import _tables, force_names
from policemetrics.errors import InvalidInputError
from policemetrics.frames import as_tally
from policemetrics.official._tables import Column, Table, arrow, joined, spelt
from policemetrics.periods import Period
from policemetrics.tallies import Tally

NOT_APPLICABLE: Final = "not applicable"
_POLICE: Final = re.compile(r" (police|constabulary|police service|police force)$")
OWN: Final = "named by the caller"


def counted(
    tables: Sequence[Mapping[str, Column]],
    count: str,
    source: Source,
    marks: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    *,
    coverage: tuple[str, ...] = ("force", "kind", "period"),
    left_out: Mapping[str, Mapping[str, Column]] = MappingProxyType({}),
    unit: str = "",
) -> Tally:
    """Count the rows of tables by all columns but that of the counts.

    A mark that says "not supplied" takes the figures away that would need the cell; one that says "not applicable" goes
    to the ledger alone, since nothing is missing. So do the tables that were `left_out`, by reason.
    """
    columns = joined(tables)
    dims = [name for name in columns if name != count]
    none = {mark: reason for mark, (kind, reason) in marks.items() if kind == NOT_APPLICABLE}
    why = np.array([none.get(label, "") for label in columns[count].labels], dtype=object)[
        columns[count].codes
    ]
    read = {mark: reason for mark, (kind, reason) in marks.items() if kind != NOT_APPLICABLE}
    found = as_tally(arrow(columns, why == ""), by=dims, count=count, coverage=coverage, marks=read)
    zero = Column(["0"], np.zeros(len(why), dtype=np.int64))
    others = {
        f"{NOT_APPLICABLE}: {reason}": arrow({**columns, count: zero}, why == reason)
        for reason in none.values()
    }
    others |= {reason: arrow(part) for reason, part in left_out.items()}
    supplied, ledger = found._supplied, found._ledger
    for reason, table in others.items():
        left = as_tally(table, by=dims, count=count, coverage=coverage, marks={})
        every = left._cells if left._ledger is None else left._cells.union(left._ledger.project(dims))
        if supplied is not None and left._supplied is not None and not reason.startswith(_cells.NOT_SUPPLIED):
            supplied = supplied.union(left._supplied).keys()
        ledger = _cells.merged(ledger, _cells.filled(every.extend(REASON, reason)))
    return Tally._of(found._cells, supplied, ledger, frozenset(), unit or count)._from_files(source)


@cache
def known_forces() -> Mapping[str, str]:
    return {spelt(name): f.name for f in force_names().values() for name in (f.name, *f.variants)}


@cache
def known_force(name: str) -> str:
    """Return the name in `definitions.force_names` of a force that data.police.uk writes without spaces."""
    plain = {known.replace("-", " "): force for known, force in known_forces().items()}
    return label_of("police_uk", "force").get(name) or plain[spelt(name.replace("-", " "))]


@cache
def label_of(reader: str, column: str) -> Mapping[str, str]:
    """Return the label that stands for what a published file writes in a column, where the two differ."""
    rows = _tables.rows("official", "labels.csv")
    return {r["written"]: r["label"] for r in rows if (r["reader"], r["column"]) == (reader, column)}


def forces_of(table: Table, names: Mapping[str, str] | None) -> tuple[Column, Column]:
    """Read a column of forces: the name in `definitions.force_names`, and the kind that each is there."""
    known = {**known_forces(), **{spelt(name): new for name, new in (names or {}).items()}}
    unknown = [label for label in table.columns["force"].labels if label and spelt(label) not in known]
    rule = "must be a force, or a body beside them, of definitions.force_names"
    if unknown:
        short = _POLICE.sub("", spelt(unknown[0]))
        near = [known[name] for name in _check.nearest(short, known)] or ["Action Fraud"]
        rule += f", or be given its name, as in names={{{unknown[0]!r}: {near[0]!r}}}"
    force = table.read("force", lambda label: known[spelt(label)], rule)
    return force, force.mapped(lambda name: force_names()[name].kind if name in force_names() else OWN)


def quarters_of(table: Table) -> Column:
    """Read financial years and quarters: "2019/20" and "1" are "2019-Q2"."""
    rule = "must be a financial year, as in '2019/20', with a quarter from 1 to 4"
    return table.together(("year", "quarter"), _quarter, rule)


def _quarter(year: str, quarter: str) -> str:
    first = Period.parse(year, kind="financial_year").start.year
    return Period.financial_quarter(first, int(quarter.upper().removeprefix("Q"))).label


def refuse_twice(tables: Sequence[Table], read: Sequence[Mapping[str, Column]]) -> None:
    """Refuse a report that stands in two tables of one file: it would be counted twice."""
    seen: dict[tuple[str, str], Table] = {}
    for table, columns in zip(tables, read, strict=True):
        force, period = columns["force"], columns["period"]
        pairs = np.unique(force.codes * len(period.labels) + period.codes)
        for pair in pairs:
            one, two = divmod(int(pair), len(period.labels))
            report = force.labels[one], period.labels[two]
            if seen.setdefault(report, table) is not table:
                msg = (
                    f"{table.where}: every force and period must stand in one table; {' '.join(report)} stands in "
                    f"{seen[report].where}, too."
                )
                raise InvalidInputError(msg)
