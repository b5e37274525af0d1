"""Hypothesis strategies shared by the tests: rows with gaps, and tallies with all that hangs on them.

Everything is small and made of few labels, so that keys repeat, gaps meet and examples shrink to a few rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from policemetrics._tally import Tally

Row = tuple[Any, ...]

FORCES = ("Avon & Somerset", "Kent", "London, City of")
OFFENCES = ("4.1", "4.10", "105A")
YEARS = (2023, 2024)
MONTHS = ("2023-11", "2023-12", "2024-01", "2024-02")

# Corrections below zero and standing zeros are ordinary; the large ones still add up within 64 bits.
COUNTS = st.integers(-3, 9) | st.sampled_from([0, 10**6, -(10**12), 2**53 + 1, 2**58])

LABELS: Mapping[str, Sequence[Any]] = {"force": FORCES, "offence": OFFENCES, "year": YEARS, "period": MONTHS}


def labels(dim: str, *, gaps: bool = True) -> st.SearchStrategy[Any]:
    """Labels of a dimension; with gaps, None now and then."""
    known = st.sampled_from(LABELS[dim])
    return known | st.none() if gaps else known


def rows(
    *dims: str, gaps: bool = True, counts: st.SearchStrategy[Any] = COUNTS, max_size: int = 6
) -> st.SearchStrategy[list[Row]]:
    """Rows of labels and, last, a count; keys may repeat."""
    return st.lists(st.tuples(*(labels(d, gaps=gaps) for d in dims), counts), max_size=max_size)


def as_columns(found: Sequence[Row], dims: Sequence[str]) -> tuple[dict[str, list[Any]], list[Any]]:
    """Turn rows into the columns of `Tally.from_columns` and their counts."""
    return {d: [row[i] for row in found] for i, d in enumerate(dims)}, [row[-1] for row in found]


def tally_of(found: Sequence[Row], *dims: str, **options: Any) -> Tally:
    """Make a tally of rows."""
    columns, counts = as_columns(found, dims)
    return Tally.from_columns(columns, counts, **options)


@st.composite
def tallies(
    draw: st.DrawFn,
    *dims: str,
    coverage: Sequence[str] | None = None,
    overlapping: Sequence[str] = (),
    gaps: bool = True,
    excluding: bool = True,
    max_size: int = 6,
) -> Tally:
    """Tallies with coverage, overlap and a ledger of missing, dropped and not supplied; shrink to the empty one."""
    found = tally_of(
        draw(rows(*dims, gaps=gaps, max_size=max_size)), *dims, coverage=coverage, overlapping=overlapping
    )
    if excluding:
        for leave_out in (Tally.drop, lambda t, **asked: t.not_supplied("never sent", **asked)):
            dim = draw(st.sampled_from(dims))
            if len(found) and draw(st.booleans()):
                found = leave_out(found, **{dim: draw(st.sampled_from(found.labels(dim)))})
    return found
