"""What a positive outcome rate is of: which outcomes, on which basis, out of what; and the arithmetic on arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, intervals
from policemetrics._supply import Reasons, unexplained
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics.definitions import OutcomeType, outcome_types
from policemetrics.definitions._outcomes import REST
from policemetrics.errors import InvalidInputError
from policemetrics.outcomes.sets import OutcomeSet, bundled, one_of
from policemetrics.typing import Basis, FloatArray, Names, OutOf

__all__ = ["BASES", "NOUNS", "Counted", "Definition", "kept_dims", "not_yet_assigned", "said", "still_open"]

BASES: Final[Mapping[Basis, str]] = {
    "recorded": "outcomes given so far to the crimes recorded in the period, which still grow",
    "closed": "outcomes given in the period, whenever the crime was recorded",
}
_DENOMINATORS: Final[Mapping[OutOf, str]] = {
    "crimes": "all crimes recorded in the period, with an outcome or without",
    "crimes_with_outcome": "the crimes recorded in the period that have an outcome",
    "outcomes": "all outcomes given",
}
NOUNS: Final[Mapping[OutOf, str]] = {
    "crimes": "crimes recorded",
    "crimes_with_outcome": "crimes with an outcome",
    "outcomes": "outcomes",
}


def kept_dims(by: Names | None, outcome: str, **roles: str) -> tuple[str, ...]:
    """Read `by`, which cannot name what every figure needs whole, nor a dimension with a role of its own."""
    kept = () if by is None else _check.names(by, "by")
    _check.text(outcome, "outcome")
    if outcome in kept:
        msg = f"by must not name the outcome dimension {outcome!r}: every figure needs all types of outcome."
        raise InvalidInputError(msg)
    for role, dim in roles.items():
        if _check.text(dim, role) in kept:
            why = "it is what is compared" if role == "period" else f"it is {role}="
            msg = f"by must not name the {role.replace('_', ' ')} dimension {dim!r}: {why}."
            raise InvalidInputError(msg)
    return kept


def said(outcomes: str, basis: Basis, out_of: OutOf) -> str:
    """Write what a rate is of, for its sentence."""
    return f"{outcomes}, {basis} basis, out of {NOUNS[out_of]}"


def not_yet_assigned(old: float, new: float) -> str:
    """Say of two cohorts how many of their crimes have no outcome yet, and which has had less time."""
    if not (old > 0 or new > 0):
        return ""
    shares = f"{percent(new)} of its crimes have no outcome yet, of the earlier {percent(old)}"
    if old > new:
        shares = f"{percent(old)} of its crimes have no outcome yet, of the later {percent(new)}"
    if old == new:
        return f" Of the crimes of either cohort {percent(new)} have no outcome yet."
    if np.isnan(old) or np.isnan(new):
        which, known, other = ("later", new, "earlier") if np.isnan(old) else ("earlier", old, "later")
        return f" Of the crimes of the {which} cohort {percent(known)} have no outcome yet; of the {other} that is not known."
    return f" The {'earlier' if old > new else 'later'} cohort is the less mature: {shares}."


def still_open(basis: Basis, share: float, maturity: str, young: str = "") -> str:
    """Say at the end of a bracket how much of a cohort is still open; the closed basis has none."""
    if basis == "closed":
        return ""
    how_many = f"{percent(share)} of the crimes not yet assigned an outcome"
    if np.isnan(share):
        how_many = "how many crimes have no outcome yet is not known"
    if maturity != "immature":
        return f"; {how_many}"
    return f"; immature: {', '.join(filter(None, (young, how_many)))}"


@attrs.frozen
class Counted:
    """Counts by group: positive, out of, not yet assigned, and all outcomes; nan where they are not known."""

    positive: FloatArray
    denominator: FloatArray
    waiting: FloatArray
    outcomes: FloatArray


@attrs.frozen
class Definition:
    """Which outcomes, on which basis, out of what."""

    positive: OutcomeSet
    basis: Basis
    out_of: OutOf
    level: float

    @classmethod
    def of(cls, positive: Any, basis: Any, out_of: Any, confidence_level: float) -> Definition:
        chosen = positive if isinstance(positive, OutcomeSet) else bundled(positive, "positive")
        basis, out_of = one_of(basis, "basis", BASES), one_of(out_of, "out_of", _DENOMINATORS)
        if basis == "closed" and out_of == "crimes_with_outcome":
            msg = (
                "out_of='crimes_with_outcome' cannot go with basis='closed': an outcome given in a period need "
                "not belong to a crime recorded in it; use out_of='outcomes', or out_of='crimes'."
            )
            raise InvalidInputError(msg)
        return cls(chosen, basis, out_of, _check.confidence_level(confidence_level))

    @property
    def is_ratio(self) -> bool:
        """Whether the numerator is no part of the denominator, so that the rate may pass 1."""
        return self.basis == "closed" and self.out_of == "crimes"

    @property
    def other_types(self) -> list[OutcomeType]:
        """The types that the rate is out of besides those of the set; crimes are there whatever their outcome."""
        known = outcome_types().values() if self.out_of != "crimes" else ()
        return [
            kind
            for kind in known
            if kind.is_outcome and not kind.parent and kind.code not in {REST, *self.positive.types}
        ]

    @property
    def audit(self) -> dict[str, Any]:
        return {
            "outcomes": self.positive.name,
            "outcome_types": self.positive.codes,
            "basis": self.basis,
            "out_of": self.out_of,
            "method": "rate ratio score" if self.is_ratio else "wilson",
            "confidence_level": self.level,
        }

    def rates(self, counted: Counted, there: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Work out the rates that are there, with their limits."""
        positive = np.where(there, counted.positive, 0.0)
        denominator = np.where(there, counted.denominator, 1.0)
        rate = positive / denominator
        if self.is_ratio:
            low, high = intervals.rate_ratio(
                positive, denominator, confidence_level=self.level, method="score"
            )
        else:
            low, high = intervals.wilson(positive, denominator, self.level)
        # Between huge counts a limit can pass the estimate by a rounding.
        found = (rate, np.minimum(low, rate), np.maximum(high, rate))
        rate, low, high = (np.where(there, v, np.nan) for v in found)
        return rate, low, high

    def open_share(self, counted: Counted) -> FloatArray:
        """Work out which share of a cohort has no outcome yet; the closed basis has no cohort."""
        if not self.is_cohort:
            return np.full(len(counted.waiting), np.nan)
        cohort = counted.denominator + (0 if self.out_of == "crimes" else counted.waiting)
        return counted.waiting / np.where(cohort > 0, cohort, np.nan)

    @property
    def is_cohort(self) -> bool:
        """Whether the outcomes are those of the crimes of one time, of which some have none yet."""
        return self.basis == "recorded"

    def refuse_impossible(self, counted: Counted, reasons: Reasons, label: str) -> None:
        """Say, for each group without a reason yet, why its counts make no rate."""
        noun, where = NOUNS[self.out_of], f" in {label}" if label else ""
        whole = counted.denominator
        for at in np.flatnonzero((whole == 0) & unexplained(reasons)).tolist():
            reasons[at] = f"not available: no {noun}{where}"
        if self.is_ratio:
            return
        for at in np.flatnonzero((counted.positive > whole) & unexplained(reasons)).tolist():
            reasons[at] = (
                f"not available: {written(counted.positive[at])} positive outcomes{where}, "
                f"more than the {written(whole[at])} {noun} that they must be part of"
            )
        if not self.is_cohort or self.out_of != "crimes":
            return
        waiting = np.maximum(np.nan_to_num(counted.waiting), 0)
        for at in np.flatnonzero((counted.outcomes + waiting > whole) & unexplained(reasons)).tolist():
            open_ones = f" and {written(waiting[at])} crimes not yet assigned one" if waiting[at] else ""
            reasons[at] = (
                f"not available: {written(counted.outcomes[at])} outcomes{open_ones}{where}, "
                f"more than the {written(whole[at])} {noun} that they must be part of"
            )
