"""What the project's own tests share: the public strategies, and two ways to look at their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policemetrics.tallies import Tally
from policemetrics.testing.strategies import COUNTS, LABELS, Row, labels, rows, tallies

__all__ = [
    "COUNTS",
    "FORCES",
    "MONTHS",
    "OFFENCES",
    "YEARS",
    "Row",
    "as_columns",
    "labels",
    "rows",
    "tallies",
    "tally_of",
]

FORCES, OFFENCES, YEARS, MONTHS = (LABELS[dim] for dim in ("force", "offence", "year", "period"))


def as_columns(found: Sequence[Row], dims: Sequence[str]) -> tuple[dict[str, list[Any]], list[Any]]:
    """Turn rows into the columns of `Tally.from_columns` and their counts."""
    return {d: [row[i] for row in found] for i, d in enumerate(dims)}, [row[-1] for row in found]


def tally_of(found: Sequence[Row], *dims: str, **options: Any) -> Tally:
    """Make a tally of rows."""
    columns, counts = as_columns(found, dims)
    return Tally.from_columns(columns, counts, **options)
