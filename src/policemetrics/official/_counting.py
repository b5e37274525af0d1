"""From the columns of published tables to a `Tally` that knows who sent what, what was left out, and where it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from policemetrics import _cells, _check
from policemetrics._cells import REASON
from policemetrics._sources import Source
from policemetrics.definitions import force_names
from policemetrics.errors import InvalidInputError
from policemetrics.frames import as_tally
from policemetrics.official._tables import Column, Table, arrow, joined, spelt
from policemetrics.periods import Period
from policemetrics.tallies import Tally

NOT_APPLICABLE: Final = "not applicable"
OWN: Final = "named by the caller"


def counted(
    tables: Sequence[Mapping[str, Column]],
    count: str,
    source: Source,
    marks: Mapping[str, tuple[str, str]],
    *,
    coverage: tuple[str, ...] = ("force", "kind", "period"),
    overlapping: frozenset[str] = frozenset(),
) -> Tally:
    """Count the rows of tables by all columns but that of the counts.

    A mark that says "not supplied" takes the figures away that would need the cell; one that says "not applicable" goes
    to the ledger alone, since nothing is missing.
    """
    columns = joined(tables)
    dims = [name for name in columns if name != count]
    none = {mark: reason for mark, (kind, reason) in marks.items() if kind == NOT_APPLICABLE}
    why = np.array([none.get(label, "") for label in columns[count].labels], dtype=object)[
        columns[count].codes
    ]
    read = {mark: reason for mark, (kind, reason) in marks.items() if kind != NOT_APPLICABLE}
    found = as_tally(arrow(columns, why == ""), by=dims, count=count, coverage=coverage, marks=read)
    ledger = found._ledger
    for reason in dict.fromkeys(none.values()):
        if (why == reason).any():
            rows = as_tally(arrow({d: columns[d] for d in dims}, why == reason), by=dims, count=None)._cells
            left = _cells.Cells(rows.dims, rows.labels, rows.codes, np.zeros_like(rows.counts))
            ledger = _cells.merged(ledger, left.extend(REASON, f"{NOT_APPLICABLE}: {reason}"))
    return found._evolve(ledger=ledger, overlapping=overlapping)._from_files(source)


@cache
def _known_forces() -> Mapping[str, str]:
    return {spelt(name): f.name for f in force_names().values() for name in (f.name, *f.variants)}


def forces_of(table: Table, names: Mapping[str, str] | None) -> tuple[Column, Column]:
    """Read a column of forces: the name in `definitions.force_names`, and the kind that each is there."""
    known = {**_known_forces(), **{spelt(name): new for name, new in (names or {}).items()}}
    unknown = [label for label in table.columns["force"].labels if label and spelt(label) not in known]
    rule = "must be a force, or a body beside them, of definitions.force_names"
    if unknown:
        near = _check.nearest(unknown[0], [force for force in force_names()])
        rule += f", or be given its name, as in names={{{unknown[0]!r}: {(near or ['Action Fraud'])[0]!r}}}"
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
        for pair in pairs.tolist():
            one, two = divmod(pair, len(period.labels))
            report = force.labels[one], period.labels[two]
            if seen.setdefault(report, table) is not table:
                msg = (
                    f"{table.where}: every force and period must stand in one table; {' '.join(report)} stands in "
                    f"{seen[report].where}, too."
                )
                raise InvalidInputError(msg)
