"""Compare a newer official table with the bundled definitions, and print what is new, gone or renamed.

    python tools/compare_definitions.py prc-pfa-mar2013-onwards-tables.ods

A table of recorded crime or of outcomes, as the Home Office publishes it: CSV, gzipped or not, or a workbook, all of
whose sheets are read (python-calamine, of the extra "official"). Columns are known by their headings. Names of offences
are compared with those of the latest release that is bundled. It exits with 1 where anything differs.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from policemetrics import definitions
from policemetrics.definitions import (
    canonical_force_names,
    force_names,
    offences,
    outcome_codes,
    outcome_types,
)

HEADINGS = {
    "code": ("offence code", "offence_code", "code"),
    "name": ("offence description", "offence_description", "offence"),
    "subgroup": ("offence subgroup", "offence_subgroup", "subgroup"),
    "group": ("offence group", "offence_group", "group"),
    "force": ("force name", "force_name", "force"),
    "outcome": ("outcome type", "outcome_type"),
    "outcome name": ("outcome description", "outcome_description"),
}
Row = dict[str, str]


# ---- reading ----------------------------------------------------------------------------


def tables(path: Path) -> Iterator[list[list[str]]]:
    """Read every table of a file, as text."""
    if path.suffix in {".csv", ".gz"}:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
        yield list(csv.reader(io.StringIO(text, newline="")))
        return
    try:
        from python_calamine import CalamineWorkbook
    except ImportError:
        raise SystemExit(
            "A workbook needs python-calamine: pip install python-calamine; or save its sheets as CSV."
        ) from None
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        yield [[_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def rows(table: Sequence[Sequence[str]]) -> Iterator[Row]:
    """Return what is known by its heading, below the first row that names codes, forces or outcomes."""
    for at, row in enumerate(table[:20]):
        headings = [_clean(cell).casefold() for cell in row]
        found = {
            what: next((headings.index(h) for h in known if h in headings), None)
            for what, known in HEADINGS.items()
        }
        if found["code"] is not None or found["force"] is not None:
            for line in table[at + 1 :]:
                yield {what: _clean(line[i]) for what, i in found.items() if i is not None and i < len(line)}
            return


def _clean(cell: str) -> str:
    return " ".join(re.sub(r"\[[^\]]*\]", " ", cell).split())


# ---- comparing --------------------------------------------------------------------------


def compare(found: Iterable[Row]) -> dict[str, list[str]]:
    """Return, by heading, one line for each difference."""
    listed: dict[str, Row] = {}
    forces: set[str] = set()
    outcomes: dict[str, str] = {}
    for row in found:
        if row.get("code"):
            listed.setdefault(row["code"], row)
        forces |= {row["force"]} if row.get("force") else set()
        if row.get("outcome"):
            outcomes[row["outcome"]] = row.get("outcome name", "")
    known = {code: o for code, o in offences().items() if o.latest_name}
    return {
        "offences, new": [f"{code}: {_names(row)}" for code, row in listed.items() if code not in offences()],
        "offences, back": [
            f"{code}: {offences()[code].name}, not in the latest table that is bundled"
            for code in listed
            if code in offences() and code not in known
        ],
        "offences, gone": [
            f"{code}: {known[code].latest_name}" for code in known if listed and code not in listed
        ],
        "offences, renamed": [
            line for code in listed if code in known for line in _renamed(code, listed[code])
        ],
        "forces, new": sorted(forces - set(force_names()) - set(canonical_force_names(forces))),
        "outcomes, new": [
            f"{code}: {name}".rstrip(": ") for code, name in outcomes.items() if code not in outcome_types()
        ],
        "outcomes, renamed": [
            f"{code}: {name}"
            for code, name in outcomes.items()
            if name and code in outcome_types() and outcome_codes([name]).get(name) != code
        ],
    }


def _names(row: Row) -> str:
    return "; ".join(filter(None, (row.get(what, "") for what in ("name", "subgroup", "group"))))


def _renamed(code: str, row: Row) -> Iterator[str]:
    bundled = offences()[code]
    for what in ("name", "subgroup", "group"):
        was = getattr(bundled, f"latest_{what}")
        if row.get(what) and row[what].casefold() != was.casefold():
            yield f"{code}: {what} {was!r} is {row[what]!r}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Compare a newer official table with the bundled definitions."
    )
    parser.add_argument(
        "table", type=Path, nargs="+", help="the published file, or several: CSV or a workbook"
    )
    options = parser.parse_args(arguments)
    found = [row for path in options.table for table in tables(path) for row in rows(table)]
    if not found:
        print(
            f"no table with a heading such as {HEADINGS['code'][0]!r} or {HEADINGS['force'][0]!r} was found.",
            file=sys.stderr,
        )
        return 2
    different = {what: lines for what, lines in compare(found).items() if lines}
    for what, lines in different.items():
        print(f"{what} ({len(lines)})", *(f"  {line}" for line in lines), sep="\n")
    latest = max(year for o in definitions.offences().values() for year in o.years)
    print(
        f"{len(found):,} rows compared with the definitions, whose latest table of offences is that of {latest}."
    )
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
