"""Two periods counted by group and by category: what the split of a change in a rate is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._supply import (
    Reasons,
    Side,
    added,
    both_periods,
    exclusion_table,
    groups_of,
    no_reasons,
    refuse_negative,
    refuse_one_sided,
    totals,
    unexplained,
)
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.outcomes._crimes import adopt, refuse_wider, require_dims
from policemetrics.outcomes._dates import with_dates
from policemetrics.outcomes._definition import Counted, Definition, kept_dims
from policemetrics.outcomes._reading import Counter, read
from policemetrics.results import ExclusionTable
from policemetrics.tallies import Tally
from policemetrics.typing import FloatArray, IntArray, Names

__all__ = ["Split"]


@attrs.frozen
class Split:
    """Two periods counted by group and by category: `group` and `category` say where each row belongs."""

    definition: Definition
    of: str
    caveat: str
    tally: Tally
    sides: tuple[Side, Side]
    groups: Cells
    rows: Cells
    group: IntArray
    category: IntArray
    counted: tuple[Counted, Counted]
    whole: tuple[FloatArray, FloatArray]
    waiting: tuple[FloatArray, FloatArray]
    reasons: Reasons

    @classmethod
    def of_data(
        cls,
        data: Any,
        between: Any,
        of: Any,
        definition: Definition,
        crimes: Any,
        by: Names | None,
        outcome: str,
        period: str,
        count: str | None,
        caveat: Any,
    ) -> Split:
        kept = kept_dims(by, outcome, period=period)
        if _check.text(of, "of") in {*kept, outcome, period}:
            msg = f"of must name another dimension than by=, outcome= and period=; got {of!r}."
            raise InvalidInputError(msg)
        caveat = _check.text(caveat, "caveat", empty=True)
        tally, counter = read(data, (*kept, of, period), outcome, count, definition, coverage=(*kept, period))
        counter.check_crimes(crimes)
        sides = both_periods(tally, between, period)
        recorded: Sequence[Side | None] = (None, None)
        if crimes is not None:
            if not isinstance(crimes, Tally):
                msg = f"crimes must be a Tally with the dimensions {of!r} and {period!r}; got {type(crimes).__name__}."
                raise InvalidTypeError(msg)
            require_dims(crimes, (*kept, of, period))
            refuse_wider(crimes, tally, kept)
            recorded = both_periods(crimes, between, period)
        groups = groups_of(sides, kept)
        rows = groups_of([*sides, *(side for side in recorded if side)], (*kept, of))
        rows = rows.select(rows.positions(groups, kept) >= 0)
        group = rows.positions(groups, kept)
        own: list[Reasons] = []
        counted, whole, waiting = [], [], []
        for side, divisor in zip(sides, recorded, strict=True):
            reasons = no_reasons(len(groups))
            total = counter.count(groups, side, divisor, reasons)
            parts = _by_category(counter, rows, side, divisor)
            _refuse_parts(reasons, group, rows, parts, definition, side.label, of)
            counted.append(parts)
            whole.append(definition.rates(total, unexplained(reasons))[0])
            waiting.append(np.where(unexplained(reasons), definition.open_share(total), np.nan))
            own.append(reasons)
        reasons = np.where(unexplained(own[0]), own[1], own[0])
        refuse_one_sided(reasons, groups, *sides)
        if recorded[0] and recorded[1]:
            unlike = no_reasons(len(groups))
            refuse_one_sided(unlike, groups, recorded[0], recorded[1])
            adopt(reasons, unlike, lambda why: f"{why} (of the crimes)")
        return cls(
            definition,
            of,
            with_dates(caveat, definition, [side.when for side in sides]),
            tally,
            sides,
            groups,
            rows,
            group,
            rows.code(of),
            (counted[0], counted[1]),
            (whole[0], whole[1]),
            (waiting[0], waiting[1]),
            reasons,
        )

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which groups can be split."""
        return unexplained(self.reasons)

    @property
    def audit(self) -> dict[str, Any]:
        own = {k: self.definition.audit[k] for k in ("outcomes", "outcome_types", "basis", "out_of")}
        return own | {"of": self.of, "between": (self.sides[0].label, self.sides[1].label)}

    def excluded(self, groups: Cells) -> ExclusionTable:
        whole = added(*(totals(side, groups) for side in self.sides))
        return exclusion_table(groups, self.sides, whole, self.tally)

    def dense(self) -> list[FloatArray]:
        """Lay out old shares and rates, then new ones, by group and category; a group that is not there has none."""
        found = []
        for counted in self.counted:
            positive, whole = (np.zeros((len(self.groups), len(self.rows.label(self.of)))) for _ in range(2))
            at = self.group, self.category
            positive[at], whole[at] = counted.positive, counted.denominator
            total = whole.sum(axis=1, keepdims=True)
            known = self.there[:, np.newaxis]
            share = np.where(known, whole / np.where(total > 0, total, 1), 0)
            found += [share, np.where(known & (whole > 0), positive / np.where(whole > 0, whole, 1), np.nan)]
        return found


def _by_category(counter: Counter, rows: Cells, side: Side, crimes: Side | None) -> Counted:
    """Add up one side by category; what is absent counts 0."""
    parts = counter.parts(rows, side, np.ones(len(rows), dtype=bool))
    return parts if crimes is None else counter.out_of_crimes(parts, totals(crimes, rows).astype(float))


def _refuse_parts(
    reasons: Reasons,
    group: IntArray,
    rows: Cells,
    parts: Counted,
    definition: Definition,
    label: str,
    of: str,
) -> None:
    """Say, for each group without a reason yet, which category has counts that make no rate of its own."""
    below, faults = no_reasons(len(rows)), no_reasons(len(rows))
    refuse_negative(below, parts.positive, label)
    refuse_negative(below, parts.denominator, label)
    definition.refuse_impossible(parts, faults, label)
    faults[~unexplained(below)] = below[~unexplained(below)]
    # Nothing of a category is no fault.
    of_it = parts.positive if definition.is_ratio else parts.outcomes
    faults[(parts.denominator == 0) & (of_it == 0)] = None
    named = rows.column(of).tolist()
    for at in np.flatnonzero(~unexplained(faults)).tolist():
        if reasons[group[at]] is None:
            why = faults[at].removeprefix("not available: ")
            reasons[group[at]] = f"not available: of {of} {named[at]}, {why}"
