"""How a table of outcomes is read: its labels as codes of the framework, and what is counted by group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._arguments import one_count
from policemetrics._cells import Cells
from policemetrics._supply import (
    Reasons,
    Side,
    no_reasons,
    refuse_negative,
    refuse_one_sided,
    refuse_unmatched,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics.definitions import outcome_types
from policemetrics.definitions._outcomes import REST, code_of, members_of
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.exposure import Exposure, divide
from policemetrics.frames import as_tally, text_columns
from policemetrics.outcomes.definition import BASES, Counted, Definition, OutcomeSet, refuse_unknown
from policemetrics.results import label_array
from policemetrics.tallies import NOT_SUPPLIED, REASON, Tally
from policemetrics.typing import FloatArray

_BASIS: Final = "basis"

Crimes: TypeAlias = float | Side | Exposure | None


def as_crimes(crimes: Any, by: tuple[str, ...], tally: Tally, period: str) -> Crimes:
    """Check the crimes that a single table of outcomes is divided by."""
    if crimes is None or isinstance(crimes, Exposure):
        return crimes
    if isinstance(crimes, Tally):
        require_dims(crimes, by)
        refuse_wider(crimes, tally, by, period)
        if period in crimes.dims and period in tally.dims and period not in by:
            mine, theirs = tally.labels(period), crimes.labels(period)
            if set(mine) != set(theirs):
                msg = (
                    f"crimes must be of the same periods as the outcomes; crimes have {_check.listing(theirs)}, outcomes "
                    f"{_check.listing(mine)}. Choose with where(), or keep {period!r} in by=."
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
                msg = f"crimes must be keyed by one label for each of {_check.listing(by)}; got the key {key!r}."
                raise InvalidInputError(msg)
        numbers = [one_count(v, f"crimes[{k!r}]") for k, v in crimes.items()]
        return Side(Tally.from_columns({d: [k[i] for k in keys] for i, d in enumerate(by)}, numbers))
    if not _check.is_number(crimes):
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
        msg = f"crimes must be a tally that keeps {_check.listing(lacking)}; it has {_check.listing(crimes.dims)}."
        raise UnknownNameError(msg)


def basis_dims(dims: Iterable[str]) -> list[str]:
    """Name the dimensions, or columns, that tell the basis, however they are spelt."""
    return [d for d in dims if d.strip().casefold() == _BASIS]


def refuse_wider(crimes: Tally, outcomes: Tally, by: Iterable[str], *dims: str) -> None:
    """Refuse crimes added up over several periods, or bases, where outcomes do not tell theirs: they may be too many."""
    for dim in (*dims, *basis_dims(crimes.dims)):
        if dim in crimes.dims and dim not in {*outcomes.dims, *by} and len(crimes.labels(dim)) > 1:
            msg = (
                f"crimes must be of what the outcomes are of; crimes have several labels of {dim!r}, "
                f"{_check.listing(crimes.labels(dim))}, which the outcomes do not tell. Choose one with "
                f"where({dim}=...), or keep {dim!r} in the outcomes too."
            )
            raise InvalidInputError(msg)


def divisors(crimes: float | Side | Exposure, groups: Cells, side: Side, reasons: Reasons) -> FloatArray:
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
    mine, theirs = side.tally._supplied, crimes.tally._supplied
    if mine is None or theirs is None:
        refuse_unmatched(reasons, groups, side, crimes, "outcomes and crimes")
        return
    common = [d for d in mine.dims if d in theirs.dims]
    if len(side.parts) != len(crimes.parts):  # months on one side, a year on the other
        common = [d for d in common if d != side.period]
    outcomes, recorded = (
        attrs.evolve(
            one,
            tally=one.tally._evolve(supplied=proof.keys(common)),
            period=one.period if one.period in common else "",
        )
        for one, proof in ((side, mine), (crimes, theirs))
    )
    refuse_one_sided(reasons, groups, outcomes, recorded)


def adopt(reasons: Reasons, own: Reasons, say: Callable[[str], str]) -> None:
    """Take over, in other words, the reasons of groups that have none yet."""
    for at in np.flatnonzero(unexplained(reasons) & ~unexplained(own)).tolist():
        reasons[at] = say(own[at])


WAITING: Final = "0"


@attrs.frozen
class Counter:
    """How a tally of outcomes, by code, is counted by group; `given` holds the codes that it gives."""

    definition: Definition
    outcome: str
    given: frozenset[str]

    @property
    def positive(self) -> frozenset[str]:
        """The codes of the table that are in the set; a joined one is, if all its types are."""
        return frozenset(c for c in self.given if set(members_of(c)) <= self.definition.positive.types)

    def count(self, groups: Cells, side: Side, crimes: Crimes, reasons: Reasons) -> Counted:
        """Count one side; a group that cannot be counted gets its reason."""
        refuse_unsupplied(reasons, groups, side)
        self._refuse_larger_parts(reasons, groups, side)
        supplied = unexplained(reasons)
        found = self.parts(groups, side, supplied)
        refuse_negative(reasons, found.positive, side.label)
        if self.definition.is_cohort and WAITING in self.given:
            refuse_negative(reasons, found.waiting, side.label)
        if crimes is not None:
            found = self.out_of_crimes(found, divisors(crimes, groups, side, reasons))
        refuse_negative(reasons, found.denominator, side.label)
        self.definition.refuse_impossible(found, reasons, side.label)
        return found

    def out_of_crimes(self, found: Counted, crimes: FloatArray) -> Counted:
        """Put outcomes out of crimes; those left have no outcome yet, where nothing else tells how many have none.

        A table of nothing but positive outcomes does not hold them all, and tells of none.
        """
        waiting = found.waiting
        if self.definition.is_cohort and WAITING not in self.given and self.given - self.positive:
            waiting = crimes - found.outcomes
        return attrs.evolve(found, denominator=crimes, waiting=waiting)

    def parts(self, groups: Cells, side: Side, known: NDArray[np.bool_]) -> Counted:
        """Add up the outcomes of each group that is known; what is absent counts 0."""
        outcomes = self._of(groups, side, self.given - {WAITING}, known)
        waiting = self._of(groups, side, {WAITING}, known & (WAITING in self.given))
        whole = outcomes
        if self.definition.out_of == "crimes" and WAITING in self.given:
            whole = outcomes + waiting
        return Counted(self._of(groups, side, self.positive, known), whole, waiting, outcomes)

    def _refuse_larger_parts(self, reasons: Reasons, groups: Cells, side: Side) -> None:
        """Say, for each group without a reason yet, which part, left out before, is larger than its whole."""
        ledger = side.tally._ledger
        if ledger is None:
            return
        for code, kind in outcome_types().items():
            if not kind.parent:
                continue
            own = ledger.select(ledger.where_label(REASON, _inside(kind.parent).__eq__))
            own = own.select(own.match({self.outcome: label_array([code])})).project(groups.dims)
            at = own.positions(groups, groups.dims)
            part = np.zeros(len(groups))
            part[at[at >= 0]] = own.counts[at >= 0]
            wholes = {c for c in self.given if kind.parent in members_of(c)}
            whole = self._of(groups, side, wholes, unexplained(reasons))
            for row in np.flatnonzero((part > whole) & unexplained(reasons)).tolist():
                where = f" in {side.label}" if side.label else ""
                reasons[row] = (
                    f"not available: {written(part[row])} outcomes of type {code}{where}, more than the "
                    f"{written(whole[row])} of type {kind.parent} that they must be part of"
                )

    def _of(self, groups: Cells, side: Side, codes: Iterable[str], known: NDArray[np.bool_]) -> FloatArray:
        kept = side.tally._where({self.outcome: label_array(codes)})
        return np.where(known, totals(attrs.evolve(side, tally=kept), groups), np.nan)

    def check_crimes(self, crimes: object) -> None:
        """Refuse crimes where they have no use, and ask for them where nothing else tells."""
        definition = self.definition
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
        if self.given and WAITING not in self.given:
            msg = (
                "crimes= must be given with out_of='crimes' where no row has type '0', crimes not yet assigned an outcome: "
                f"the rows do not tell how many crimes were recorded. If {self.outcome!r} is empty for such crimes, fill "
                "it with '0'; or use out_of='crimes_with_outcome'."
            )
            raise InvalidInputError(msg)


def read(
    data: Any,
    needed: tuple[str, ...],
    outcome: str,
    count: str | None,
    definition: Definition,
    *,
    useful: tuple[str, ...] = (),
    coverage: tuple[str, ...] | None = None,
) -> tuple[Tally, Counter]:
    """Return the outcomes as a tally over codes that do not overlap, and how to count them.

    Of a frame the columns that are `useful` are kept too, where it has them as text.
    """
    kept = needed
    if not isinstance(data, Tally):
        there = text_columns(data, whole=True)
        also = (*basis_dims(there), *useful)
        needed += tuple(d for d in also if d not in (*needed, outcome) and d in there)
    tally = as_tally(data, by=(*needed, outcome), count=count, coverage=coverage)
    _refuse_other_basis(tally, definition.basis, kept)
    tally = _coded(tally, outcome)
    given = _given(tally, outcome)
    _refuse_doubled(given, outcome)
    types = {t for code in given for t in members_of(code)}
    for code in sorted(given & set(outcome_types())):
        parent = outcome_types()[code].parent
        if parent and parent not in types:
            msg = (
                f"{outcome!r} has type {code!r} but not type {parent!r}, which it is a part of; a table without "
                f"its parent cannot be counted. Add type {parent!r}, or relabel {code!r} to it if they are disjoint."
            )
            raise InvalidInputError(msg)
        if parent:
            given -= {code}
            if code in tally.labels(outcome):
                tally = tally._exclude({outcome: label_array([code])}, _inside(parent))
    _refuse_hidden(given, types, definition.positive, outcome)
    # With the parts of 1, 2 and 3 out, no two codes overlap, whatever the caller declared.
    tally = tally._evolve(overlapping=tally.overlapping - {outcome})
    return tally, Counter(definition, outcome, given)


def _inside(parent: str) -> str:
    """Write the reason for which a part of a type is left out."""
    return f"inside type {parent}"


def _refuse_other_basis(tally: Tally, basis: str, kept: tuple[str, ...]) -> None:
    for dim in basis_dims(tally.dims):
        read = {label: _basis_in(label) for label in tally.labels(dim)}
        other = [label for label, own in read.items() if own not in {basis, ""}]
        unread = [label for label, own in read.items() if not own]
        if other:
            mine = [label for label in read if label not in other]
            msg = (
                f"basis is {basis!r}, but the outcomes have rows of {dim} {_check.listing(other)} too: the same outcomes, "
                f"counted another way. Choose the rows first, with where({dim}={mine[0] if len(mine) == 1 else basis!r}) for a tally."
            )
            raise InvalidInputError(msg)
        if unread and len(read) > 1 and dim not in kept:
            msg = (
                f"{dim!r} must say 'closed' or 'recorded' where it has several labels; got {_check.listing(unread)}: the same outcomes "
                "may be counted in two ways. Choose the rows first, or relabel them."
            )
            raise InvalidInputError(msg)


def _basis_in(label: Any) -> str:
    """Tell which basis a label names, if it names one."""
    named = [basis for basis in BASES if isinstance(label, str) and basis in label.casefold()]
    return named[0] if len(named) == 1 else ""


def _coded(tally: Tally, outcome: str) -> Tally:
    """Label outcomes by their codes; what stands for none is refused, unless it was left out before."""
    refuse_unknown(tally.labels(outcome), outcome)
    if all(code_of(label) == label for label in tally._known_labels(outcome)):
        return tally
    return tally._relabel(outcome, lambda label: code_of(label) or label)


def _given(tally: Tally, outcome: str) -> frozenset[str]:
    """Return the codes that the table gives, those that it marks as not supplied among them."""
    found = set(tally.labels(outcome))
    if tally._ledger is not None:
        marked = tally._ledger.where_label(REASON, lambda reason: reason.startswith(NOT_SUPPLIED))
        found.update(tally._ledger.select(marked).label(outcome).tolist())
    return frozenset(c for c in found if set(members_of(c)) <= set(outcome_types()))


def _refuse_doubled(given: frozenset[str], outcome: str) -> None:
    """Refuse a code that joins several types beside one of them: a total beside its parts, most likely."""
    joined = sorted((c for c in given if len(members_of(c)) > 1), key=members_of)
    for code in joined:
        also = [c for c in sorted(given - {code}) if set(members_of(c)) & set(members_of(code))]
        if also:
            msg = (
                f"{outcome!r} has a label that stands for types {', '.join(members_of(code))} together beside {_check.listing(also)}, "
                "which are among them: their outcomes may be counted twice. Drop the one or the other, or relabel them to one."
            )
            raise InvalidInputError(msg)


def _refuse_hidden(given: frozenset[str], types: set[str], positive: OutcomeSet, outcome: str) -> None:
    """Refuse a set of which some types cannot be told from what is not in it."""
    for code in sorted(given):
        within = [t for t in members_of(code) if t in positive.types]
        if within and len(within) < len(members_of(code)):
            msg = (
                f"{outcome!r} has a label that stands for types {', '.join(members_of(code))} together, of which the set "
                f"{positive.name!r} has only {', '.join(within)}. Choose a set with all of them or none, or a table that tells them apart."
            )
            raise InvalidInputError(msg)
    hidden = [c for c in positive.codes if c not in types] if REST in given else []
    if hidden:
        msg = (
            f"{outcome!r} must give every type of the set {positive.name!r} where it has "
            f"{REST!r}, which may hide them; it lacks {_check.listing(hidden)}. Where they are known to be 0, add them to the tally as rows with 0 (tally + Tally.from_columns), "
            "or choose a set without them."
        )
        raise InvalidInputError(msg)
