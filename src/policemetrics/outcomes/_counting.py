"""What is read off a tally of outcomes: how many were positive, out of how many, how many are still open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _checks, intervals
from policemetrics._cells import Cells
from policemetrics._display import count as written
from policemetrics._given import one_count
from policemetrics._grouping import (
    Reasons,
    no_reasons,
    refuse_negative,
    refuse_one_sided,
    refuse_unmatched,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._ledger import NOT_SUPPLIED, REASON
from policemetrics._sides import Side
from policemetrics.definitions import outcome_types
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.exposure import Exposure, divide
from policemetrics.frames import as_tally, text_columns
from policemetrics.outcomes.sets import REST, OutcomeSet, bundled, known_types, one_of
from policemetrics.results import label_array
from policemetrics.tally import Tally
from policemetrics.typing import Basis, FloatArray, Names, OutOf

__all__ = [
    "NOUNS",
    "Counted",
    "Counter",
    "Crimes",
    "Definition",
    "adopt",
    "as_crimes",
    "check_crimes",
    "kept_dims",
    "read",
    "require_dims",
    "said",
]

_WAITING: Final = "0"
_BASIS: Final = "basis"
_PERIOD: Final = "period"

_BASES: Final[Mapping[Basis, str]] = {
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


# ---- what is asked ----------------------------------------------------------------------


def kept_dims(by: Names | None, outcome: str, period: str = "") -> tuple[str, ...]:
    """Read `by`, which cannot name what every figure needs whole."""
    kept = () if by is None else _checks.names(by, "by")
    _checks.text(outcome, "outcome")
    if outcome in kept:
        msg = f"by must not name the outcome dimension {outcome!r}: every figure needs all types of outcome."
        raise InvalidInputError(msg)
    if period and period in kept:
        msg = f"by must not name the period dimension {period!r}: it is what is compared."
        raise InvalidInputError(msg)
    return kept


def said(outcomes: str, basis: Basis, out_of: OutOf) -> str:
    """Write what a rate is of, for its sentence."""
    return f"{outcomes}, {basis} basis, out of {NOUNS[out_of]}"


@attrs.frozen
class Definition:
    """Which outcomes, on which basis, out of what; and the arithmetic on arrays."""

    positive: OutcomeSet
    basis: Basis
    out_of: OutOf
    level: float

    @classmethod
    def of(cls, positive: Any, basis: Any, out_of: Any, confidence_level: float) -> Definition:
        chosen = positive if isinstance(positive, OutcomeSet) else bundled(positive, "positive")
        basis, out_of = one_of(basis, "basis", _BASES), one_of(out_of, "out_of", _DENOMINATORS)
        if basis == "closed" and out_of == "crimes_with_outcome":
            msg = (
                "out_of='crimes_with_outcome' cannot go with basis='closed': an outcome given in a period need "
                "not belong to a crime recorded in it; use out_of='outcomes', or out_of='crimes'."
            )
            raise InvalidInputError(msg)
        return cls(chosen, basis, out_of, _checks.confidence_level(confidence_level))

    @property
    def is_ratio(self) -> bool:
        """Whether the numerator is no part of the denominator, so that the rate may pass 1."""
        return self.basis == "closed" and self.out_of == "crimes"

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


@attrs.frozen
class Counted:
    """Counts by group: positive, out of, and not yet assigned; nan where they are not known."""

    positive: FloatArray
    denominator: FloatArray
    waiting: FloatArray


Crimes: TypeAlias = float | Side | Exposure | None


@attrs.frozen
class Counter:
    """How a tally of outcomes is counted by group."""

    definition: Definition
    outcome: str
    given: frozenset[str]

    def count(self, groups: Cells, side: Side, crimes: Crimes, reasons: Reasons) -> Counted:
        """Count one side; a group that cannot be counted gets its reason."""
        refuse_unsupplied(reasons, groups, side)
        supplied = unexplained(reasons)
        positive = self._of(groups, side, self.definition.positive.types, supplied)
        waiting = self._of(groups, side, {_WAITING}, supplied & (_WAITING in self.given))
        refuse_negative(reasons, positive, side.label)
        if crimes is not None:
            denominator = _divisors(crimes, groups, side, reasons)
        elif self.definition.out_of == "crimes":
            denominator = self._of(groups, side, self.given, supplied)
            refuse_negative(reasons, waiting, side.label)
        else:
            denominator = self._of(groups, side, self.given - {_WAITING}, supplied)
        refuse_negative(reasons, denominator, side.label)
        found = Counted(positive, denominator, waiting)
        self.definition.refuse_impossible(found, reasons, side.label)
        return found

    def _of(self, groups: Cells, side: Side, codes: Iterable[str], known: NDArray[np.bool_]) -> FloatArray:
        kept = side.tally.narrowed({self.outcome: label_array(codes)})
        return np.where(known, totals(attrs.evolve(side, tally=kept), groups), np.nan)


# ---- reading outcomes -------------------------------------------------------------------


def read(
    data: Any, needed: tuple[str, ...], outcome: str, count: str | None, definition: Definition
) -> tuple[Tally, Counter]:
    """Return the outcomes as a tally over codes that do not overlap, and how to count them."""
    tally = _with_basis(data, (*needed, outcome), count)
    _refuse_other_basis(tally, definition.basis)
    if tally.cells.label(outcome).dtype.kind == "i":
        tally = tally.relabelled(outcome, str)
    known = outcome_types()
    unknown = [v for v in tally.labels(outcome) if v not in known]
    if unknown:
        msg = (
            f"{outcome!r} must hold codes of the crime outcomes framework; got {_checks.listing(unknown, most=40)}. "
            f"The codes are:\n{known_types()}"
        )
        raise UnknownNameError(msg)
    given = _given(tally, outcome)
    for code in sorted(given):
        parent = known[code].parent
        if parent and parent not in given:
            msg = (
                f"{outcome!r} has type {code!r} but not type {parent!r}, which it is a part of; a table without "
                f"its parent cannot be counted. Add type {parent!r}, or relabel {code!r} to it if they are disjoint."
            )
            raise InvalidInputError(msg)
        if parent and code in tally.labels(outcome):
            tally = tally.set_aside({outcome: label_array([code])}, f"inside type {parent}")
    hidden = [c for c in definition.positive.codes if c not in given] if REST in given else []
    if hidden:
        msg = (
            f"{outcome!r} must give every type of the set {definition.positive.name!r} where it has "
            f"{REST!r}, which may hide them; it lacks {_checks.listing(hidden)}. Add these types, with 0 where there are none, "
            "or choose a set without them."
        )
        raise InvalidInputError(msg)
    # With the parts of 1, 2 and 3 out, no two codes overlap, whatever the caller declared.
    tally = attrs.evolve(tally, overlapping=tally.overlapping - {outcome})
    return tally, Counter(definition, outcome, frozenset(c for c in given if not known[c].parent))


def _with_basis(data: Any, needed: tuple[str, ...], count: str | None) -> Tally:
    """Turn a frame into a tally, with its column "basis" if it has one: two bases must not be added."""
    if not isinstance(data, Tally) and _BASIS not in needed and _BASIS in text_columns(data):
        needed = (*needed, _BASIS)
    return as_tally(data, by=needed, count=count)


def _refuse_other_basis(tally: Tally, basis: str) -> None:
    if _BASIS not in tally.dims:
        return
    other = [v for v in tally.labels(_BASIS) if v in _BASES and v != basis]
    if other:
        msg = (
            f"basis is {basis!r}, but the outcomes have rows of basis {_checks.listing(other)} too: the same outcomes, "
            f"counted another way. Choose the rows first, with where(basis={basis!r}) for a tally."
        )
        raise InvalidInputError(msg)


def _given(tally: Tally, outcome: str) -> frozenset[str]:
    """Return the types that the table gives, those that it marks as not supplied among them."""
    found = set(tally.labels(outcome))
    if tally.ledger is not None:
        marked = tally.ledger.where_label(REASON, lambda reason: reason.startswith(NOT_SUPPLIED))
        found.update(tally.ledger.select(marked).label(outcome).tolist())
    return frozenset(found & set(outcome_types()))


# ---- crimes -----------------------------------------------------------------------------


def check_crimes(crimes: object, counter: Counter) -> None:
    """Refuse crimes where they have no use, and ask for them where nothing else tells."""
    definition = counter.definition
    if definition.out_of != "crimes":
        if crimes is not None:
            msg = f"crimes= cannot go with out_of={definition.out_of!r}, which does not use it; leave it out, or use out_of='crimes'."
            raise InvalidInputError(msg)
        return
    if crimes is not None:
        return
    if definition.is_ratio:
        msg = (
            "crimes= must be given with basis='closed' and out_of='crimes': outcomes given in a period do not tell how "
            "many crimes were recorded in it. Give the number, a mapping, an Exposure or a Tally, or use out_of='outcomes'."
        )
        raise InvalidInputError(msg)
    if counter.given and _WAITING not in counter.given:
        msg = (
            "crimes= must be given with out_of='crimes' where no row has type '0', crimes not yet assigned an outcome: "
            f"the rows do not tell how many crimes were recorded. If {counter.outcome!r} is empty for such crimes, fill "
            "it with '0'; or use out_of='crimes_with_outcome'."
        )
        raise InvalidInputError(msg)


def as_crimes(crimes: Any, by: tuple[str, ...], tally: Tally) -> Crimes:
    """Check the crimes that a single table of outcomes is divided by."""
    if crimes is None or isinstance(crimes, Exposure):
        return crimes
    if isinstance(crimes, Tally):
        require_dims(crimes, by)
        if _PERIOD in crimes.dims and _PERIOD in tally.dims and _PERIOD not in by:
            mine, theirs = tally.labels(_PERIOD), crimes.labels(_PERIOD)
            if set(mine) != set(theirs):
                msg = (
                    f"crimes must be of the same periods as the outcomes; crimes have {_checks.listing(theirs)}, outcomes "
                    f"{_checks.listing(mine)}. Choose with where(), or keep 'period' in by=."
                )
                raise InvalidInputError(msg)
        return Side(crimes)
    if isinstance(crimes, Mapping):
        if not by:
            msg = "crimes must be a number where there is no by=; a mapping is keyed by the labels of by=."
            raise InvalidInputError(msg)
        keys = [k if isinstance(k, tuple) else (k,) for k in crimes]
        for key in keys:
            if len(key) != len(by):
                msg = f"crimes must be keyed by one label for each of {_checks.listing(by)}; got the key {key!r}."
                raise InvalidInputError(msg)
        numbers = [one_count(v, f"crimes[{k!r}]") for k, v in crimes.items()]
        return Side(Tally.from_columns({d: [k[i] for k in keys] for i, d in enumerate(by)}, numbers))
    if not _checks.is_number(crimes):
        msg = (
            "crimes must be a number, a mapping of label to number, an Exposure or a Tally (a frame becomes one "
            f"by tally()); got {type(crimes).__name__}."
        )
        raise InvalidTypeError(msg)
    return float(one_count(crimes, "crimes"))


def require_dims(crimes: Tally, dims: Iterable[str]) -> None:
    """Refuse a tally of crimes that has not kept what the outcomes are grouped by."""
    lacking = [d for d in dims if d not in crimes.dims]
    if lacking:
        msg = f"crimes must be a tally that keeps {_checks.listing(lacking)}; it has {_checks.listing(crimes.dims)}."
        raise UnknownNameError(msg)


def _divisors(crimes: float | Side | Exposure, groups: Cells, side: Side, reasons: Reasons) -> FloatArray:
    """Find the crimes of each group; a group that has none gives its reason."""
    if isinstance(crimes, Exposure):
        return divide(crimes, groups, side, reasons)
    if isinstance(crimes, Side):
        own = no_reasons(len(groups))
        refuse_unsupplied(own, groups, crimes)
        adopt(
            reasons, own, lambda why: f"not available: of the crimes, {why.removeprefix('not available: ')}"
        )
        unlike = no_reasons(len(groups))
        _refuse_unlike(unlike, groups, side, crimes)
        adopt(reasons, unlike, lambda why: f"{why} (of outcomes and crimes)")
        return np.where(unexplained(own), totals(crimes, groups), np.nan)
    if len(groups) > 1:
        msg = (
            f"crimes must be given for each group, as a mapping, an Exposure or a Tally, where by= makes several; got the "
            f"one number {written(crimes)} for {len(groups)} groups."
        )
        raise InvalidInputError(msg)
    return np.full(len(groups), crimes)


def _refuse_unlike(reasons: Reasons, groups: Cells, side: Side, crimes: Side) -> None:
    """Say which suppliers only the outcomes or only the crimes have; without coverage, by each dimension alone."""
    mine, theirs = side.tally.supplied, crimes.tally.supplied
    if mine is None or theirs is None:
        refuse_unmatched(reasons, groups, side, crimes, "outcomes and crimes")
        return
    common = [d for d in mine.dims if d in theirs.dims]
    if len(side.parts) != len(crimes.parts):  # months on one side, a year on the other
        common = [d for d in common if d != side.period]
    outcomes, recorded = (
        attrs.evolve(
            one,
            tally=attrs.evolve(one.tally, supplied=proof.keys(common)),
            period=one.period if one.period in common else "",
        )
        for one, proof in ((side, mine), (crimes, theirs))
    )
    refuse_one_sided(reasons, groups, outcomes, recorded)


def adopt(reasons: Reasons, own: Reasons, say: Callable[[str], str]) -> None:
    """Take over, in other words, the reasons of groups that have none yet."""
    for at in np.flatnonzero(unexplained(reasons) & ~unexplained(own)).tolist():
        reasons[at] = say(own[at])
