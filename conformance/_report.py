"""The table of a run: as text, as Markdown, as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Final

import attrs

from conformance._verdicts import VERDICTS, Cells

__all__ = ["Checked", "as_json", "as_markdown", "as_text", "judged"]

HEADERS: Final = ("source", "cells", *(v.replace("_", " ") for v in VERDICTS), "why")
_MOST_NAMED: Final = 5
_PAGE: Final = """\
# Conformance

Made on {today} by `python -m conformance DIR --markdown`, where DIR is a folder of published files.

Every published cell that the library can work out is worked out again, by public calls, and compared with the printed
one. The programs are in `conformance/` of the repository and of the source distribution, not in the wheel; run the
command from there. `conformance.check(folder)` returns the same for programs, one `Checked` for each source.

- **equal**: to a relative 1e-9, or withheld in both.
- **within rounding**: at most half of the last printed place away. For a rate: a denominator that rounds to the
  printed one gives the printed rate.
- **base revised**: a whole number other than the count printed a year before gives the percentage to 1e-9. The
  percentage is right; the count was revised before it was worked out.
- **differing**: not equal, for a known reason, which is stated.
- **failed**: should agree and does not. The command then exits with 1.

If the files of a source are missing, it is "not checked". A damaged file is named with its line. Neither counts as
agreement. The figures contain public sector information licensed under the Open Government Licence v3.0. Those of
Alexandria, Virginia, state no licence; they are read, but not shipped.
"""


@attrs.frozen(kw_only=True)
class Checked:
    """What became of one published source.

    Attributes
    ----------
    source : str
        What was published.
    status : str
        ``"agrees"``, ``"fails"``, ``"damaged"`` or ``"not checked"``.
    cells : int
        How many published cells were worked out again.
    equal, within_rounding, base_revised, differing, failed : int
        How many came out equal; as near as rounding allows; from a base that was revised; otherwise, for a known
        reason; or otherwise, though they should agree. They add up to `cells`.
    why : str
        The reasons; for a source that was not checked, which files it lacks; for a damaged one, the file and line.
    failures : tuple of str
        The first cells that failed, each with both values.
    """

    source: str
    status: str
    cells: int = 0
    equal: int = 0
    within_rounding: int = 0
    base_revised: int = 0
    differing: int = 0
    failed: int = 0
    why: str = ""
    failures: tuple[str, ...] = ()


def judged(source: str, cells: Cells, why: str) -> Checked:
    """Sum up the verdicts of a source; one without any cell is not checked."""
    if not len(cells):
        return Checked(
            source=source, status="not checked", why="its files hold no cell that can be worked out"
        )
    failed = cells.of("failed")
    named = [
        f"{name}: published {published!r}, found {found!r}" for name, published, found in failed[:_MOST_NAMED]
    ]
    if len(failed) > _MOST_NAMED:
        named.append(f"and {len(failed) - _MOST_NAMED:,} more")
    return Checked(
        source=source,
        status="fails" if failed else "agrees",
        cells=len(cells),
        **cells.tally,
        why=why,
        failures=tuple(named),
    )


def _rows(checked: Sequence[Checked]) -> list[list[str]]:
    rows = []
    for c in checked:
        read = c.status in {"agrees", "fails"}
        counts = [f"{getattr(c, name):,}" if read else "" for name in ("cells", *VERDICTS)]
        rows.append([c.source, *counts, c.why if read else f"{c.status.upper()}: {c.why}"])
    sums = [f"{sum(getattr(c, name) for c in checked):,}" for name in ("cells", *VERDICTS)]
    return [*rows, ["all", *sums, ""]]


def as_text(checked: Sequence[Checked]) -> str:
    """Write the table in columns; the reasons, which are long, stand below it by number."""
    notes = [c.why for c in checked]
    *rows, total = _rows(checked)
    short = [
        [
            *row[:-1],
            f"{'' if c.status == 'agrees' else c.status.upper() + ' '}{f'[{i}]' if why else ''}".strip(),
        ]
        for i, (row, c, why) in enumerate(zip(rows, checked, notes, strict=True), 1)
    ]
    table = _in_columns([HEADERS, *short, total])
    below = [f"[{i}] {why}." for i, why in enumerate(notes, 1) if why]
    return "\n".join([table, "", *below, *_failures(checked)])


def _in_columns(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out below a heading; the first column is aligned left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in (rows[0], ["-" * width for width in widths], *rows[1:]):
        cells = [c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def as_markdown(checked: Sequence[Checked]) -> str:
    """Write the table as a page in Markdown, dated today."""
    today = dt.datetime.now(tz=dt.UTC).date()
    rows = [HEADERS, ["---", *["---:"] * (len(VERDICTS) + 1), "---"], *_rows(checked)]
    table = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([_PAGE.format(today=f"{today:%d %B %Y}"), *table, *_failures(checked)])


def as_json(checked: Sequence[Checked]) -> str:
    """Write every source as an object, with all its fields."""
    return json.dumps([attrs.asdict(c) for c in checked], indent=2, ensure_ascii=False)


def _failures(checked: Sequence[Checked]) -> list[str]:
    named = [f"- {c.source}, {failure}" for c in checked for failure in c.failures]
    return ["", "These cells should agree and do not:", "", *named] if named else []
