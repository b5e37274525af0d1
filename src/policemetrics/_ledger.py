"""The ledger: cells that were left out, with one more dimension, the reason; and how relations go along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from policemetrics import _labels
from policemetrics._cells import Cells
from policemetrics._labels import MISSING, LabelArray
from policemetrics.results import label_array
from policemetrics.typing import IntArray

__all__ = [
    "CLOCK_CHANGE",
    "CLOCK_REASONS",
    "DROPPED",
    "MISSING_END",
    "MISSING_START",
    "NEGATIVE",
    "NOT_SUPPLIED",
    "REASON",
    "ZERO",
    "filled",
    "merged",
    "narrowed",
    "split_missing",
    "without_own_drops",
]

REASON: Final = "reason"
DROPPED: Final = "dropped: "
NOT_SUPPLIED: Final = "not supplied: "

# Why two stamps give no time to count, whether or not it occurs in a ledger.
MISSING_START: Final = "missing start"
MISSING_END: Final = "missing end"
CLOCK_CHANGE: Final = "clock change"
NEGATIVE: Final = "negative"
ZERO: Final = "zero"
CLOCK_REASONS: Final = (MISSING_START, MISSING_END, CLOCK_CHANGE, NEGATIVE, ZERO)


def merged(first: Cells | None, second: Cells | None) -> Cells | None:
    """Add two ledgers, either of which may not be there."""
    if first is None or second is None:
        return first if second is None else second
    return first.union(second)


def filled(ledger: Cells | None) -> Cells | None:
    """Return a ledger only where it says something."""
    return ledger if ledger is not None and len(ledger) else None


def narrowed(relation: Cells | None, wanted: Mapping[str, LabelArray]) -> Cells | None:
    """Keep of a coverage or a ledger what agrees with the labels over its own dimensions."""
    if relation is None:
        return None
    return relation.select(relation.match({d: v for d, v in wanted.items() if d in relation.dims}))


def split_missing(
    dims: tuple[str, ...], coded: list[tuple[LabelArray, IntArray]], counts: IntArray
) -> tuple[Cells, Cells | None]:
    """Split rows into cells and a ledger of those that lack a label: one row, one reason, the first it lacks."""
    labels, codes = [v for v, _ in coded], [c for _, c in coded]
    if all(c.min(initial=0) >= 0 for c in codes):
        return Cells.of(dims, labels, codes, counts), None
    lacking = np.array([c < 0 for c in codes], dtype=bool).reshape(len(dims), len(counts))
    bad = lacking.any(axis=0)
    cells = Cells.of(dims, labels, [c[~bad] for c in codes], counts[~bad])
    columns = []
    for found, code in coded:
        merged, to_merged, missing = _labels.union(found, label_array([MISSING]))
        columns.append((merged, np.append(to_merged, missing)[code[bad]]))  # code -1 takes the last
    reasons = label_array(sorted(f"missing {d}" for d in dims))
    reason = _labels.find(reasons, label_array(f"missing {d}" for d in dims))[lacking[:, bad].argmax(axis=0)]
    ledger = Cells.of(
        (*dims, REASON), [*(v for v, _ in columns), reasons], [*(c for _, c in columns), reason], counts[bad]
    )
    return cells, ledger


def without_own_drops(ledger: Cells, by: tuple[str, ...]) -> Cells:
    """Leave out of a ledger what was dropped by the group's own labels: the caller took that group away."""
    return ledger.select(
        ledger.where_label(
            REASON,
            lambda reason: not (reason.startswith(DROPPED) and _joins(reason.removeprefix(DROPPED), by)),
        )
    )


def _joins(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether a text is some of the names joined by "and", which may itself stand in a name."""
    return any(
        text == name
        or (
            text.startswith(f"{name} and ")
            and _joins(text.removeprefix(f"{name} and "), names[:i] + names[i + 1 :])
        )
        for i, name in enumerate(names)
    )
