"""Rolling windows of months over cells, coverage and ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from policemetrics._cells import Cells
from policemetrics._labels import MISSING
from policemetrics._ledger import NOT_SUPPLIED, REASON, filled
from policemetrics.periods import Period
from policemetrics.results import label_array

__all__ = ["Windows"]


@attrs.frozen
class Windows:
    """Windows of so many months, each labelled by its period; `numbers` counts the months of the labels."""

    period: str
    months: int
    numbers: Mapping[Any, int]

    @classmethod
    def of(cls, period: str, months: int, there: Mapping[str, Period]) -> Windows:
        """Make the windows of months that are labelled by their canonical labels."""
        return cls(
            period, months, {label: p.start.year * 12 + p.start.month - 1 for label, p in there.items()}
        )

    @property
    def labels(self) -> dict[int, str]:
        """The label of each window, by the number of its last month."""
        numbers = self.numbers.values()
        found = {}
        for last in range(min(numbers) + self.months - 1, max(numbers) + 1) if numbers else ():
            first = last - self.months + 1
            opening = Period.month(first // 12, first % 12 + 1)
            closing = Period.month(last // 12, last % 12 + 1)
            found[last] = Period(opening.start, closing.end).label
        return found

    def spread(self, cells: Cells) -> Cells:
        """Count every cell once for each window that its month lies in."""
        windows = sorted(self.labels.items(), key=lambda pair: pair[1])
        last = np.array([number for number, _ in windows], dtype=np.int64)
        number = [self.numbers.get(v, -(10**6)) for v in cells.label(self.period).tolist()]
        month = np.array(number, dtype=np.int64)
        inside = (month[:, None] <= last) & (last < month[:, None] + self.months)
        rows, which = np.nonzero(inside[cells.code(self.period)])
        return cells.recode(self.period, label_array(label for _, label in windows), which, rows)

    def roll(
        self, cells: Cells, supplied: Cells | None, ledger: Cells | None
    ) -> tuple[Cells, Cells | None, Cells | None]:
        """Roll cells, coverage and ledger; a window of which a month is missing goes to the ledger."""
        proof = supplied
        if proof is None:
            proof = cells.keys()
        elif self.period not in proof.dims:
            # Coverage that says nothing of time proves no month: the cells must.
            proof = cells.keys((*(d for d in proof.dims if d in cells.dims), self.period))
        whole = self.spread(proof)
        whole = whole.select(whole.counts == self.months).keys()
        rolled = self.spread(cells)
        complete = rolled.within(whole)
        # Where cells are the only evidence, a sum over windows of which some are missing would be too small.
        reason = f"not all {self.months} months supplied"
        if supplied is None:
            reason = (
                f"{NOT_SUPPLIED}not all {self.months} months have a cell; "
                "state coverage=, or use sum_to() before rolling()"
            )
        left = rolled.select(~complete).extend(REASON, reason)
        if ledger is not None:
            undated = ledger.select(ledger.match({self.period: label_array([MISSING])}))
            left = self.spread(ledger).union(undated).union(left)
        return rolled.select(complete), None if supplied is None else whole, filled(left)
