"""How outcomes are read and counted: labels as codes of the framework, crimes beside them, one period or two.

`read` makes a tally over codes that do not overlap, and a `Counter` that adds them up by group: positive outcomes,
what they are out of, and crimes that have no outcome yet. `Outcomes` and `TwoPeriods` do it for a comparison.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, Final

import attrs
import numpy as np

from policemetrics import _check, _supply
from policemetrics._cells import LACKING, MISSING, NOT_SUPPLIED, REASON, Cells, filled, merged
from policemetrics._compare import Asked, Comparison, Mask, kept_dims, part_of
from policemetrics._sent import Renamed, Sent
from policemetrics._write import count as written
from policemetrics.definitions import outcome_sets, outcome_types
from policemetrics.definitions._outcomes import REST, code_of, members_of
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    Note,
    OnlyPositiveOutcomesWarning,
)
from policemetrics.exposure import Divisor
from policemetrics.frames import as_tally, text_columns
from policemetrics.outcomes.dates import notes_between
from policemetrics.outcomes.definition import (
    ALTERNATES,
    BASES,
    BLANKS,
    Counted,
    Definition,
    OutcomeSet,
    refuse_unknown,
    types_of,
)
from policemetrics.results import label_array
from policemetrics.tallies import Tally
from policemetrics.typing import Blank, FloatArray, LikeForLike

NOT_YET_ASSIGNED: Final = "0"
_BLANK: Final = "\0blank"
_BASIS: Final = re.compile(r"(outcomes?)?[\W_]*(types?)?[\W_]*basis", re.IGNORECASE)
_BOTH: Final = "outcomes and crimes"
_INSIDE: Final = "inside type "


# ---- reading outcomes -------------------------------------------------------------------


def refuse_by_outcome(by: tuple[str, ...], outcome: str) -> None:
    """Refuse groups by the type of outcome."""
    if _check.text(outcome, "outcome") in by:
        msg = f"by must not name the outcome dimension {outcome!r}: every figure needs all types of outcome."
        raise InvalidInputError(msg)


def read(
    data: Any,
    needed: tuple[str, ...],
    outcome: str,
    count: str | None,
    definition: Definition,
    *,
    useful: tuple[str, ...] = (),
) -> tuple[Tally, Counter]:
    """Return the outcomes as a tally over codes that do not overlap, and how to count them.

    Of a frame the columns that are `useful` are kept too, where it has them as text.
    """
    kept = needed
    if not isinstance(data, Tally):
        there = text_columns(data, whole=True)
        also = (*basis_dims(there), *useful)
        needed += tuple(d for d in also if d not in (*needed, outcome) and d in there)
    tally = as_tally(data, by=(*needed, outcome), count=count)
    _refuse_other_basis(tally, definition.basis, kept)
    tally, blanks = _without_blank_text(tally, outcome, definition.blank)
    tally = _coded(tally, outcome)
    if definition.blank == "not_yet_assigned":
        tally = _opened(tally, outcome)._regained((*needed, outcome))
    parents = {code: kind.parent for code, kind in outcome_types().items() if kind.parent}
    apart = not parents.keys().isdisjoint(_given(tally, outcome))
    if definition.alternates == "beside":
        tally = tally._relabel(outcome, lambda code: parents.get(code, code))
    definition = attrs.evolve(
        definition,
        blank=definition.blank if blanks else None,
        alternates=definition.alternates if apart else None,
    )
    given = _given(tally, outcome)
    _refuse_doubled(given, outcome)
    types = {t for code in given for t in members_of(code)}
    for code in sorted(given & set(outcome_types())):
        parent = outcome_types()[code].parent
        if parent and parent not in types:
            msg = (
                f"{outcome!r} has type {code!r} but not type {parent!r}, which it is a part of; a table without "
                f"its parent cannot be counted. Add type {parent!r}, or say alternates='beside' if the two are disjoint."
            )
            raise InvalidInputError(msg)
        if parent:
            given -= {code}
            if code in tally.labels(outcome):
                tally = tally._exclude({outcome: label_array([code])}, _inside(parent))
    _refuse_hidden(given, types, definition.positive, outcome)
    # With the parts of 1, 2 and 3 out, no two codes overlap, whatever the caller declared.
    tally = tally._evolve(overlapping=tally.overlapping - {outcome})
    notes = _only_positive(definition, given) if tally._cells.counts.any() else ()
    for note in notes:
        _check.warn(OnlyPositiveOutcomesWarning, note)
    return tally, Counter(definition, outcome, given, notes)


def _inside(parent: str) -> str:
    """Write the reason for which a part of a type is left out."""
    return f"{_INSIDE}{parent}"


def _is_blank(label: Any) -> bool:
    return isinstance(label, str) and (label == MISSING or not label.strip())


def _any(_: Any) -> bool:
    return True


def _without_blank_text(tally: Tally, outcome: str, blank: Blank | None) -> tuple[Tally, bool]:
    """Take text without a letter for a missing outcome, and say whether any outcome is blank."""
    empty = label_array(filter(_is_blank, tally.labels(outcome)))
    if not len(empty):
        return tally, _in_ledger(tally, outcome) is not None
    if blank == "not_yet_assigned":
        return tally._relabel(
            outcome, lambda v: NOT_YET_ASSIGNED if _is_blank(v) and v != MISSING else v
        ), True
    return tally._exclude({outcome: empty}, f"{LACKING}{outcome}"), True


def _in_ledger(
    tally: Tally, outcome: str, chosen: Callable[[str], bool] = _is_blank, reason: str = LACKING
) -> Cells | None:
    """Return what was left out of the chosen outcomes, the blank ones say, for a reason that begins so."""
    ledger = tally._ledger
    if ledger is None:
        return None
    for_it = ledger.where_label(REASON, lambda why: why.startswith(reason))
    return filled(ledger.select(ledger.where_label(outcome, chosen) & for_it)) if for_it.any() else None


def _opened(tally: Tally, outcome: str) -> Tally:
    """Count crimes with a blank outcome as not yet assigned one; what lacks another label, too, stays out for that."""
    found = _in_ledger(tally, outcome)
    if tally._ledger is None or found is None:
        return tally
    counted, lacking = _with_outcome(found.project(tally.dims), outcome, NOT_YET_ASSIGNED)
    ledger = merged(filled(tally._ledger.select(~tally._ledger.within(found))), lacking)
    sent = [_opened_as_sent(one, outcome) for one in tally._sent]
    return tally._evolve(cells=tally._cells.union(counted), ledger=ledger, sent=tuple(sent))


def _opened_as_sent(one: Sent, outcome: str) -> Sent:
    """Do the same with what was sent, where the blank has a name of its own, which no relabelling meant."""
    if one.lacking is None:
        return one
    blank = one.lacking.where_label(outcome, lambda label: label == MISSING)
    counted, lacking = _with_outcome(one.lacking.select(blank).project(one.cells.dims), outcome, _BLANK)
    return attrs.evolve(
        one,
        cells=one.cells.union(counted),
        lacking=merged(filled(one.lacking.select(~blank)), lacking),
        steps=(*one.steps, Renamed(outcome, {_BLANK: NOT_YET_ASSIGNED})),
    )


def _with_outcome(rows: Cells, outcome: str, label: str) -> tuple[Cells, Cells | None]:
    """Give rows an outcome; apart from them stands what lacks another label, for that reason."""
    rows, lacking = rows.relabel(outcome, lambda _: label), None
    for dim in rows.dims:
        lacks = rows.match({dim: label_array([MISSING])})
        if lacks.any():
            lacking = merged(lacking, rows.select(lacks).extend(REASON, f"{LACKING}{dim}"))
            rows = rows.select(~lacks)
    return rows, lacking


def basis_dims(dims: Iterable[str]) -> list[str]:
    """Name the dimensions, or columns, that tell the basis, however they are spelt: "Outcome basis", too."""
    return [d for d in dims if _BASIS.fullmatch(d.strip())]


def _refuse_other_basis(tally: Tally, basis: str, kept: tuple[str, ...]) -> None:
    for dim in basis_dims(tally.dims):
        read = {label: _basis_in(label) for label in tally.labels(dim)}
        other = [label for label, own in read.items() if own not in {basis, ""}]
        unread = [label for label, own in read.items() if not own]
        if other:
            mine = [label for label in read if label not in other]
            chosen = mine[0] if len(mine) == 1 else basis
            call = f"{dim}={chosen!r}" if dim.isidentifier() else f"**{{{dim!r}: {chosen!r}}}"
            msg = (
                f"basis is {basis!r}, but the outcomes have rows of {dim} {_check.listing(other)} too: the same outcomes, "
                f"counted another way. Choose the rows first, with where({call}) for a tally."
            )
            raise InvalidInputError(msg)
        if unread and len(read) > 1 and dim not in kept:
            msg = (
                f"{dim!r} must say 'closed' or 'recorded' where it has several labels; got {_check.listing(unread)}: the same outcomes "
                "may be counted in two ways. Choose the rows first, or relabel them."
            )
            raise InvalidInputError(msg)


def basis_of(tally: Tally, kept: tuple[str, ...]) -> str:
    """Return the basis that a tally says its outcomes are on; nothing where it says none, or keeps both apart.

    Two that would be added up are refused, whether or not they were declared to overlap.
    """
    found = ""
    for dim in basis_dims(tally.dims):
        read = {label: own for label in tally.labels(dim) if (own := _basis_in(label))}
        if len({*read.values()}) > 1 and dim not in kept:
            first = next(iter(read))
            call = f"{dim}={first!r}" if dim.isidentifier() else f"**{{{dim!r}: {first!r}}}"
            msg = (
                f"{dim!r} has the labels {_check.listing(read)}: the same outcomes, counted in two ways. Keep {dim!r} in "
                f"by=, or choose one first, with where({call}) for a tally."
            )
            raise InvalidInputError(msg)
        if len({*read.values()}) == 1:
            found = next(iter(read.values()))
    return found


def _basis_in(label: Any) -> str:
    """Return the basis that a label names, if it names one."""
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


def _only_positive(definition: Definition, given: frozenset[str]) -> tuple[Note, ...]:
    """Note that a table holds none but positive outcomes, so that a share of them is no share of all outcomes."""
    types = {t for code in given - {NOT_YET_ASSIGNED} for t in members_of(code)}
    counted = definition.positive.types.union(*(one.types for one in outcome_sets().values()))
    if definition.out_of == "crimes" or not types or not types <= counted:
        return ()
    long = (
        f"the table holds only outcomes that some set counts as positive, of {types_of([c for c in outcome_types() if c in types])}: "
        "those without anybody held to account, such as type 18, are missing, or there were none"
    )
    return (Note("only-positive-outcomes", "only positive outcomes", long),)


# ---- counting by group ------------------------------------------------------------------


@attrs.frozen
class Counter:
    """How a tally of outcomes, by code, is counted by group.

    `given` holds the codes that it gives, `notes` what is shown with every rate.
    """

    definition: Definition
    outcome: str
    given: frozenset[str]
    notes: tuple[Note, ...] = ()

    @property
    def positive(self) -> frozenset[str]:
        """The codes of the table that are in the set; a joined one is, if all its types are."""
        return frozenset(c for c in self.given if set(members_of(c)) <= self.definition.positive.types)

    def count(
        self, groups: Cells, side: _supply.Side, crimes: Divisor | None = None
    ) -> tuple[Counted, list[_supply.Reasons]]:
        """Count one side, and say why groups have no rate: of the crimes, of a total below zero, of its own."""
        found, of_crimes = self.parts(groups, side), _supply.no_reasons(len(groups))
        if crimes is not None:
            sizes, of_crimes = crimes.sizes(groups, side)
            self._ask_alternates(groups, side, sizes)
            found = self.out_of_crimes(found, sizes)
        needed = [found.positive, found.denominator]
        if self.definition.is_cohort and NOT_YET_ASSIGNED in self.given:
            needed.insert(1, found.not_yet_assigned)
        below = (_supply.why_negative(total, side.label) for total in needed)
        own = self._why_larger(groups, side), self.definition.why_impossible(found, side.label)
        return found, [of_crimes, first_of(*below), first_of(*own)]

    def parts(self, groups: Cells, side: _supply.Side) -> Counted:
        """Add up the outcomes of each group; what is absent counts 0."""
        outcomes = self._of(groups, side, self.given - {NOT_YET_ASSIGNED})
        waiting, whole = np.full(len(groups), np.nan), outcomes
        if NOT_YET_ASSIGNED in self.given:
            waiting = self._of(groups, side, {NOT_YET_ASSIGNED})
            whole = outcomes + waiting if self.definition.out_of == "crimes" else outcomes
            if (
                self.definition.is_cohort and self.definition.blank is None
            ):  # then type 0 does not tell how many have none
                waiting = np.where(self._blank(groups, side) != 0, np.nan, waiting)
        return Counted(self._of(groups, side, self.positive), whole, waiting, outcomes)

    def out_of_crimes(self, found: Counted, crimes: FloatArray) -> Counted:
        """Put outcomes out of crimes; those left have no outcome yet, where nothing else tells how many have none.

        A table of nothing but positive outcomes does not hold them all, and tells of none.
        """
        waiting = found.not_yet_assigned
        if self.definition.is_cohort and self.given - self.positive:
            waiting = np.where(np.isnan(waiting), crimes - found.outcomes, waiting)
        return attrs.evolve(found, denominator=crimes, not_yet_assigned=waiting)

    def _why_larger(self, groups: Cells, side: _supply.Side) -> _supply.Reasons:
        """Say of each group which part of a type, left out before, is larger than its whole."""
        reasons = _supply.no_reasons(len(groups))
        for code, kind in outcome_types().items():
            own = (
                _in_ledger(side.tally, self.outcome, code.__eq__, _inside(kind.parent))
                if kind.parent
                else None
            )
            if own is None:
                continue
            part, held = _by_group(own, groups)  # a group without the part has none that could be too large
            whole = self._of(groups, side, {c for c in self.given if kind.parent in members_of(c)})
            for row in np.flatnonzero(held & (part > whole) & _supply.unexplained(reasons)).tolist():
                where = f" in {side.label}" if side.label else ""
                reasons[row] = (
                    f"not available: {written(part[row])} outcomes of type {code}{where}, more than the "
                    f"{written(whole[row])} of type {kind.parent} that they must be part of; "
                    "where they stand beside them, say alternates='beside'"
                )
        return reasons

    def _blank(self, groups: Cells, side: _supply.Side) -> FloatArray:
        """Count what was left out of each group without an outcome."""
        return _by_group(_in_ledger(side.tally, self.outcome), groups)[0]

    def ask_blank(self, *tallies: Tally) -> None:
        """Ask what blank outcomes are where each of them is a crime recorded, and the caller did not say."""
        blank, lacking = (
            sum(found.total for tally in tallies if (found := _in_ledger(tally, self.outcome, chosen)))
            for chosen in (_is_blank, _any)
        )
        if self.definition.blank is None and blank:
            all_of_it = f"{written(lacking + sum(tally._cells.total for tally in tallies))} {tallies[0].unit}"
            why = f"{written(blank)} of {all_of_it} have a blank {self.outcome!r}, and each of them is a crime recorded"
            _check.one_of(None, "blank", BLANKS, why=why)

    def _ask_alternates(self, groups: Cells, side: _supply.Side, crimes: FloatArray) -> None:
        """Ask where types 1A, 2A and 3A and all else add up to the crimes: so they do if they stand beside 1, 2 and 3."""
        own = _in_ledger(side.tally, self.outcome, _any, _INSIDE)
        if self.definition.alternates is not None or own is None:
            return
        parts, held = _by_group(own, groups)
        whole = self._of(groups, side, self.given) + parts + self._blank(groups, side)
        held &= parts > 0
        if held.any() and (whole == crimes)[held].all():
            lead = (
                f"{written(parts.sum())} outcomes are of {types_of(own.label(self.outcome).tolist())}, and with them the rows "
                f"add up to the {written(crimes[held].sum())} crimes, as if they were counted separately from the types that they are a part of"
            )
            _check.one_of(None, "alternates", ALTERNATES, why=lead)

    def _of(self, groups: Cells, side: _supply.Side, codes: Iterable[str]) -> FloatArray:
        kept = side.tally._where({self.outcome: label_array(codes)})
        return _supply.totals(attrs.evolve(side, tally=kept), groups).astype(float)


def _by_group(relation: Cells | None, groups: Cells) -> tuple[FloatArray, Mask]:
    """Add up a part of a ledger by group, and say which groups it has."""
    counts, held = np.zeros(len(groups)), np.zeros(len(groups), dtype=bool)
    if relation is not None:
        own = relation.project(groups.dims)
        at = own.positions(groups, groups.dims)
        counts[at[at >= 0]], held[at[at >= 0]] = own.counts[at >= 0], True
    return counts, held


def first_of(*reasons: _supply.Reasons) -> _supply.Reasons:
    """Return of each row the first reason that there is."""
    found = reasons[0].copy()
    for others in reasons[1:]:
        found = np.where(_supply.unexplained(found), others, found)
    return found


# ---- crimes beside outcomes -------------------------------------------------------------


def refuse_crimes(
    crimes: object,
    counter: Counter,
    *counted: Tally,
    of_which: str = "the number, a mapping, an Exposure or a Tally",
) -> None:
    """Refuse crimes where they have no use, and ask where nothing tells how many there are, or what blanks are."""
    definition, given = counter.definition, counter.given
    if crimes is not None:
        if definition.out_of != "crimes":
            msg = f"crimes= cannot go with out_of={definition.out_of!r}, which does not use it; leave it out, or use out_of='crimes'."
            raise InvalidInputError(msg)
        if definition.blank == "excluded":
            msg = "blank='excluded' cannot go with crimes=, which counts the crimes with a blank outcome too; leave out one of the two."
            raise InvalidInputError(msg)
        return
    if definition.is_ratio:
        msg = (
            "crimes= must be given with basis='closed' and out_of='crimes': outcomes given in a period do not tell how "
            f"many crimes were recorded in it. Give {of_which}, or use out_of='outcomes'."
        )
        raise _crimes_needed(msg, "outcomes")
    if definition.out_of == "crimes":
        counter.ask_blank(*counted)
    if definition.out_of == "crimes" and given and NOT_YET_ASSIGNED not in given:
        msg = (
            "crimes= must be given with out_of='crimes' where no row has type '0', crimes not yet assigned an outcome: "
            "the rows do not tell how many crimes were recorded; or use out_of='crimes_with_outcome'."
        )
        raise _crimes_needed(msg, "crimes_with_outcome")


def _crimes_needed(msg: str, instead: str) -> ChoiceNeededError:
    return ChoiceNeededError(
        Note("choose-crimes", "crimes= must be given", msg), answers={"out_of": (instead,)}
    )


def crimes_of(crimes: Any, by: tuple[str, ...], outcomes: Tally, period: str) -> Divisor | None:
    """Read the crimes that a single table of outcomes is divided by."""
    if crimes is None:
        return None
    divisor = attrs.evolve(Divisor.of(crimes, by, "crimes", noun="crimes", whole=True), both=_BOTH)
    if isinstance(crimes, Tally):
        _refuse_wider(crimes, outcomes, by, period)
        if period not in by:
            _refuse_other_periods(crimes, outcomes, period)
    return divisor


def _over(crimes: _supply.Side) -> Divisor:
    return Divisor(crimes, "crimes", noun="crimes", whole=True, both=_BOTH)


def _refuse_wider(crimes: Tally, outcomes: Tally, by: Iterable[str], *dims: str) -> None:
    """Raise if crimes span several periods or bases and the outcomes do not say which: they could be too many."""
    for dim in (*dims, *basis_dims(crimes.dims)):
        if dim in crimes.dims and dim not in {*outcomes.dims, *by} and len(crimes.labels(dim)) > 1:
            msg = (
                f"crimes must be of what the outcomes are of; crimes have several labels of {dim!r}, "
                f"{_check.listing(crimes.labels(dim))}, which the outcomes do not tell. Choose one with "
                f"where({dim}=...), or keep {dim!r} in the outcomes too."
            )
            raise InvalidInputError(msg)


def _refuse_other_periods(crimes: Tally, outcomes: Tally, period: str) -> None:
    """Raise if both are added up over periods, and these are not the same."""
    if period not in crimes.dims or period not in outcomes.dims:
        return
    mine, theirs = outcomes.labels(period), crimes.labels(period)
    if set(mine) != set(theirs):
        msg = (
            f"crimes must be of the same periods as the outcomes; crimes have {_check.listing(theirs)}, outcomes "
            f"{_check.listing(mine)}. Choose with where(), or keep {period!r} in by=."
        )
        raise InvalidInputError(msg)


# ---- two periods ------------------------------------------------------------------------


@attrs.frozen
class Outcomes:
    """Outcomes of two sides, as they were read; `of` names the dimension by which groups will be divided."""

    tally: Tally
    counter: Counter
    by: tuple[str, ...]
    asked: Asked
    of: str
    single: bool

    @classmethod
    def read(
        cls,
        data: Any,
        definition: Definition,
        by: tuple[str, ...] | None,
        outcome: str,
        asked: Asked,
        count: str | None,
        of: str = "",
    ) -> Outcomes:
        """Read a tally that keeps all that a comparison needs."""
        period = asked.dim
        kept = kept_dims(by, period=period, outcome=outcome)
        refuse_by_outcome(kept, outcome)
        parts = (part_of(of, by=kept, period=period, outcome=outcome),) if of else ()
        tally, counter = read(data, (*kept, *parts, period), outcome, count, definition)
        return cls(tally, counter, kept, asked, of, by is None)

    def compare(self, crimes: Any, like_for_like: LikeForLike, caveat: str) -> TwoPeriods:
        """Count the two sides, and the crimes of both."""
        sides = self.asked.sides(self.tally)
        refuse_crimes(crimes, self.counter, *(side.tally for side in sides))
        pair = Comparison.of(
            self.tally,
            sides,
            self.by,
            like_for_like=like_for_like,
            caveat=caveat,
            counts=f"outcomes {self.counter.definition.basis}",
            apart=(self.counter.outcome, *basis_dims(self.tally.dims)),
            negative=False,
            single=self.single,
        )
        pair.rows.note(*notes_between(self.counter.definition, [side.when for side in sides]))
        pair.rows.note(*self.counter.notes)
        recorded = None if crimes is None else self._crimes(crimes, sides, pair.sides[0].common)
        return TwoPeriods.of(self.counter, pair, recorded)

    def _crimes(
        self, crimes: Any, sides: tuple[_supply.Side, _supply.Side], common: Cells | None
    ) -> tuple[_supply.Side, _supply.Side]:
        """Read the crimes of both sides; of suppliers that were left out of the outcomes, they are left out too."""
        if not isinstance(crimes, Tally):
            two = "groups" if self.asked.groups else "periods"
            what = f"dimension {self.asked.dim!r} where two {two} are compared"
            if self.of:
                what = f"dimensions {self.of!r} and {self.asked.dim!r}"
            msg = f"crimes must be a Tally with the {what}; got {type(crimes).__name__}."
            raise InvalidTypeError(msg)
        needed = dict.fromkeys((*self.by, self.of, self.asked.dim, *(common.dims if common else ())))
        Divisor.of(crimes, tuple(filter(None, needed)), "crimes")  # refuses crimes that lack a dimension
        _refuse_wider(crimes, self.tally, self.by)
        old, new = self.asked.sides(crimes)
        if common is None:
            return old, new
        return _matched(old, sides[0], common), _matched(new, sides[1], common)


@attrs.frozen
class TwoPeriods:
    """Two periods of outcomes by group, with what each counted and the crimes of each, where they are given.

    `stand` says of each period which rates stand by themselves, where the comparison may not.
    """

    counter: Counter
    pair: Comparison
    crimes: tuple[_supply.Side, _supply.Side] | None
    counted: tuple[Counted, Counted]
    stand: tuple[Mask, Mask]

    @classmethod
    def of(
        cls, counter: Counter, pair: Comparison, crimes: tuple[_supply.Side, _supply.Side] | None
    ) -> TwoPeriods:
        """Count both; what the crimes of either lack comes before what is the matter with the counts of either."""
        (old, why_old), (new, why_new) = (
            counter.count(pair.groups, side, None if own is None else _over(own))
            for side, own in zip(pair.sides, crimes or (None, None), strict=True)
        )
        of_crimes, *others = zip(why_old, why_new, strict=True)
        for reasons in of_crimes:
            pair.rows.adopt(reasons)
        if crimes is not None:
            pair.rows.adopt(_supply.why_one_sided(pair.groups, *crimes), lambda why: f"{why} (of the crimes)")
        for reasons in chain(*others):
            pair.rows.adopt(reasons)
        old_stands, new_stands = (
            shown & _supply.unexplained(first_of(*why))
            for shown, why in zip(pair.shown, (why_old, why_new), strict=True)
        )
        return cls(counter, pair, crimes, (old, new), (old_stands, new_stands))


def _matched(crimes: _supply.Side, outcomes: _supply.Side, common: Cells) -> _supply.Side:
    """Keep of the crimes of a period what is of those suppliers whose outcomes are compared."""
    parts: Mapping[int, str] = {}
    if len(crimes.parts) != len(outcomes.parts):
        # Months of the one beside a year of the other: a supplier has all of it, or none.
        suppliers = common.keys(d for d in common.dims if d != crimes.dim)
        if len(common) < len(suppliers) * len(outcomes.parts):
            msg = (
                "crimes must be of periods as long as those of the outcomes where like_for_like='match' leaves out some of "
                f"them; got {len(crimes.parts)} for {outcomes.label}, and {len(outcomes.parts)} of outcomes."
            )
            raise InvalidInputError(msg)
        common, parts = suppliers, crimes.parts
    cells, supplied = crimes.tally._cells, crimes.tally._supplied
    cells = cells.select(cells.within(common))
    # Without coverage of their own, crimes are supplied where there are any.
    supplied = cells.keys(common.dims) if supplied is None else supplied.select(supplied.within(common))
    tally = crimes.tally._evolve(cells=cells, supplied=supplied)
    return attrs.evolve(crimes, tally=tally, common=supplied, parts=parts)
