"""What was sent, as it was sent, and what has been done to it since.

Counts add up; who sent them must not be forgotten by that. `Sent` keeps the cells and the register of reports as
they were made, which costs a reference, and the steps since: what was kept, left out, renamed, rolled. Only where a
question needs the grain at which it was sent, as after a merge of labels, are the steps taken again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial, reduce
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

import attrs
import numpy as np

from policemetrics._cells import LACKING, MISSING, REASON, Cells, LabelArray
from policemetrics._sources import Source
from policemetrics.errors import InvalidInputError
from policemetrics.periods import Period, read_labels
from policemetrics.results import label_array

AS_SENT: Final = "\0"


@runtime_checkable
class Senders(Protocol):
    """Whatever lists who sends, by label: an exposure and its areas."""

    @property
    def by(self) -> tuple[str, ...]: ...

    @property
    def _keys(self) -> Cells: ...


def as_sent(dim: str) -> str:
    """Name the column that holds a dimension as it was sent, beside what it is called now."""
    return AS_SENT + dim


def relabelled(relation: Cells, who: Mapping[str, Mapping[Any, Any]]) -> Cells:
    """Let labels go by other names, by dimension; what comes to share a key adds up."""
    for dim, names in who.items():
        relation = relation.relabel(dim, partial(_known_as, names))
    return relation


def _known_as(names: Mapping[Any, Any], label: Any) -> Any:
    return names.get(label, label)


def called(relation: Cells, who: Mapping[str, Mapping[Any, Any]]) -> Cells:
    """Return the rows of a relation, as they are, by other names: to look them up, not to add them."""
    labels = [
        label_array(who[dim].get(v, v) for v in found.tolist()) if dim in who else found
        for dim, found in zip(relation.dims, relation.labels, strict=True)
    ]
    return Cells(relation.dims, tuple(labels), relation.codes, relation.counts)


# ---- rows without a label ---------------------------------------------------------------


def regained(
    ledger: Cells | None, kept: Iterable[str], barred: Iterable[str] = ()
) -> tuple[Cells | None, Cells | None]:
    """Divide a ledger into what a total over the dimensions that are `kept` counts all the same, and the rest.

    A total needs no label of what it adds up: only what lacks one that is kept, or is `barred` from adding up, stays
    left out, and the first such is its reason, unless it has one of them already.
    """
    if ledger is None:
        return None, None
    dims, needed = [d for d in ledger.dims if d != REASON], {*kept, *barred}
    without = {d: ledger.match({d: label_array([MISSING])}) for d in dims}
    back = np.zeros(len(ledger), dtype=bool)
    for dim in dims:
        if dim not in needed:  # other reasons begin with the same word: "missing end" of two stamps
            back |= without[dim] & ledger.match({REASON: label_array([LACKING + dim])})
    if not back.any():
        return None, ledger
    rest = [ledger.select(~back)]
    for dim in (d for d in dims if d in needed):
        lacks = back & without[dim]
        rest.append(ledger.select(lacks).relabel(REASON, partial(_lacking, dim)))
        back &= ~lacks
    return ledger.select(back).project(dims), reduce(Cells.union, rest)


def _lacking(dim: str, _: Any) -> str:
    return LACKING + dim


# ---- steps ------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Kept:
    """Rows with these labels were kept: `where`."""

    wanted: Mapping[str, LabelArray]

    def on(self, relation: Cells) -> Cells:
        """Keep what has the labels, in the dimensions that there are."""
        return relation.select(relation.match({d: v for d, v in self.wanted.items() if d in relation.dims}))


@attrs.frozen(eq=False)
class Left:
    """Rows with all these labels were left out: `drop`."""

    wanted: Mapping[str, LabelArray]

    def on(self, relation: Cells) -> Cells:
        """Leave out what has the labels, where all of their dimensions are there."""
        if not set(self.wanted) <= set(relation.dims):
            return relation
        return relation.select(~relation.match(self.wanted))


@attrs.frozen(eq=False)
class Lost(Left):
    """Rows with all these labels are no figures, and so no evidence that anything was sent: `not_supplied`."""


@attrs.frozen(eq=False)
class Renamed:
    """A dimension got other labels: `relabel`, `to_periods`. A mere spelling of periods is as good as what was sent."""

    dim: str
    labels: Mapping[Any, Any]
    spelling: bool = False

    def on(self, relation: Cells) -> Cells:
        """Rename the labels."""
        if self.dim not in relation.dims:
            return relation
        found = relation.relabel(self.dim, lambda label: self.labels.get(label, label))
        if not self.spelling or as_sent(self.dim) not in found.dims:
            return found
        return found.relabel(as_sent(self.dim), lambda label: self.labels.get(label, label))


@attrs.frozen
class Windows:
    """Windows of `months` months, each labelled by its period.

    `starts` has the first month of each label, counted from year 0; each label is of `length` months. `who` says by
    dimension who the labels as sent are: a force that changed its name within a window sent all of it.
    """

    dim: str
    months: int
    length: int
    starts: Mapping[Any, int]
    who: Mapping[str, Mapping[Any, Any]] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls,
        dim: str,
        months: int,
        length: int,
        there: Iterable[Period],
        who: Mapping[str, Mapping[Any, Any]],
    ) -> Windows:
        """Make the windows of periods of one length, which are labelled by their canonical labels."""
        return cls(dim, months, length, {p.label: p.start.year * 12 + p.start.month - 1 for p in there}, who)

    @property
    def labels(self) -> dict[int, str]:
        """The label of each window, by its first month."""
        starts = self.starts.values()
        found = {}
        for first in (
            range(min(starts), max(starts) + self.length - self.months + 1, self.length) if starts else ()
        ):
            opening = Period.month(first // 12, first % 12 + 1)
            found[first] = Period(opening.start, opening.shift(self.months - 1).end).label
        return found

    def spread(self, cells: Cells) -> Cells:
        """Count every cell once for each window that it lies in."""
        windows = sorted(self.labels.items(), key=lambda pair: pair[1])
        first = np.array([number for number, _ in windows])
        # What is no part of any window has nan, which lies nowhere.
        start = np.array([self.starts.get(v, np.nan) for v in cells.label(self.dim).tolist()])
        # A table of labels by windows: cells are then looked up by their codes, however many there are.
        inside = (first <= start[:, None]) & (start[:, None] < first + self.months)
        rows, which = np.nonzero(inside[cells.code(self.dim)])
        return cells.recode(self.dim, label_array(label for _, label in windows), which, rows)

    def complete(self, reports: Cells) -> Cells:
        """Return the windows of which every part was sent, over the other dimensions of the reports."""
        who = {as_sent(d): who for d, who in self.who.items() if as_sent(d) in reports.dims}
        whole = self.spread(self._parts(relabelled(reports, who).keys()))
        whole = whole.select(whole.counts * self.length == self.months).keys()
        if not who:
            return whole
        parts = self.spread(reports.keys(d for d in reports.dims if d != as_sent(self.dim))).keys()
        return parts.select(called(parts, who).within(whole))

    def _parts(self, reports: Cells) -> Cells:
        """Return the parts of windows that were sent: of a quarter that was made of months, all of them."""
        sent = as_sent(self.dim)
        if sent not in reports.dims:
            return reports
        parts = reports.project([d for d in reports.dims if d != sent])
        labels = reports.label(sent).tolist()
        lengths = {p.months for p in read_labels(labels, self.dim)} if is_time(labels) else set()
        if len(lengths) == 1:
            parts = parts.select(parts.counts * lengths.pop() >= self.length)
        return parts.keys()

    def on(self, relation: Cells) -> Cells:
        """Roll reports."""
        return self.complete(relation) if self.dim in relation.dims else relation


Step: TypeAlias = Kept | Left | Lost | Renamed | Windows


# ---- what was sent ----------------------------------------------------------------------


@attrs.frozen(eq=False)
class Sent:
    """One tally as it was made, and the steps since.

    Attributes
    ----------
    cells : Cells
        What was counted.
    lacking : Cells or None
        Rows that came in without some label, which are no less evidence that their report came in.
    register : Cells or None
        The reports that were sent, where coverage states who sends; None where it does not.
    steps : tuple of step
        What was done since, in order.
    renamed : frozenset of str
        The dimensions that have other labels than were sent, or windows of them.
    months : frozenset of int or None
        Of dates that were cut into longer periods: the months with a row, counted from year 0. None where a month
        without one tells nothing: of rare events, and where coverage was stated.
    sources : tuple of Source
        The published files that it was read from.
    named : bool
        Whether it was said by name who sends, so that they do with or without a row.
    """

    cells: Cells
    lacking: Cells | None = None
    register: Cells | None = None
    steps: tuple[Step, ...] = ()
    renamed: frozenset[str] = frozenset()
    months: frozenset[int] | None = None
    sources: tuple[Source, ...] = ()
    named: bool = False

    @property
    def has_rows(self) -> bool:
        """Whether anything is left of it after the steps since, by the dimensions that they choose by."""
        dims = dict.fromkeys(d for step in self.steps if isinstance(step, Kept) for d in step.wanted)
        return len(self.again(self.cells.keys(d for d in dims if d in self.cells.dims))) > 0

    def known(self, dims: Collection[str]) -> Cells:
        """Return the keys of all rows that came in, those that lack some other label among them, as they were made."""
        keys = self.cells.keys(dims)
        return keys if self.lacking is None else keys.union(self.lacking.known(dims)).keys()

    def again(self, relation: Cells, *, whole: bool = True) -> Cells:
        """Take the steps again on keys: what there is now, with a column as sent for each dimension that was renamed.

        What was kept or left out by a dimension that is not there stays: that an offence was chosen does not
        change who sent. A window is there where all of it is, or with `whole` false any of it.
        """
        found = self._doubled(relation)
        for step in self.steps:
            if isinstance(step, Windows) and not whole and step.dim in found.dims:
                found = step.spread(found.keys(d for d in found.dims if d != as_sent(step.dim))).keys()
            else:
                found = step.on(found)
        return found.keys()

    def grain(self, unneeded: Collection[str]) -> Cells:
        """Take the steps again on the counts, at the grain at which they were sent, with what lacks an `unneeded` label."""
        found, (back, _) = (
            self.cells,
            regained(self.lacking, [d for d in self.cells.dims if d not in unneeded]),
        )
        found = self._doubled(found if back is None else found.union(back))
        for step in self.steps:
            if isinstance(step, Windows):
                found = step.spread(found.project([d for d in found.dims if d != as_sent(step.dim)]))
            else:
                found = step.on(found)
        return found

    def rows(self, dims: Collection[str], *, lacking: bool = False) -> Cells:
        """Return the keys of which rows came in, as they were made; with `lacking` those without some label, too."""
        keys = self.evidence(self.cells).keys(dims)
        if self.lacking is None:
            return keys
        others = self.evidence(self.lacking)
        return keys.union(others.keys(dims) if lacking else others.known(dims)).keys()

    def evidence(self, rows: Cells) -> Cells:
        """Leave out of rows, as they were made, those that were said to be no figures, by the labels they had by then."""
        named: dict[str, dict[Any, Any]] = {}
        for step in self.steps:
            if isinstance(step, Renamed) and step.dim in rows.dims:
                before = named.get(step.dim) or {v: v for v in rows.label(step.dim).tolist()}
                named[step.dim] = {made: step.labels.get(now, now) for made, now in before.items()}
            elif isinstance(step, Lost) and {*step.wanted} <= {*rows.dims}:
                lost = {
                    dim: label_array(made for made, now in named[dim].items() if now in labels.tolist())
                    if dim in named
                    else labels
                    for dim, labels in step.wanted.items()
                }
                rows = rows.select(~rows.match(lost))
        return rows

    def _doubled(self, relation: Cells) -> Cells:
        for dim in dict.fromkeys(step.dim for step in self.steps if isinstance(step, Renamed)):
            if dim in relation.dims and dim in self.renamed:
                relation = relation.doubled(dim, as_sent(dim))
        return relation


def joined(parts: Iterable[Cells]) -> Cells:
    """Add relations over the same dimensions; one that was renamed nowhere is as it was sent."""
    parts = list(parts)
    dims = dict.fromkeys(d for part in parts for d in part.dims)
    return reduce(Cells.union, (_filled(part, dims) for part in parts))


def _filled(part: Cells, dims: Iterable[str]) -> Cells:
    for dim in dims:
        if dim not in part.dims:
            part = part.doubled(dim.removeprefix(AS_SENT), dim)
    return part


def reports(sent: Iterable[Sent]) -> Cells:
    """Return every report that was sent, by who sent it and when, now and as sent, where coverage states who sends."""
    return joined(one.again(one.register) for one in sent if one.register is not None).keys()


def identities(sent: Sequence[Sent], dim: str) -> dict[Any, Any]:
    """Return who each label of a renamed dimension is: labels that were never sent for the same period are one supplier.

    Merging Kent and Surrey, which both sent April, leaves them two. Merging "Avon and Somerset" of one year with
    "Avon & Somerset" of the next does not.
    """
    stated = sent[0].register  # tallies that are added state coverage alike
    if stated is None or dim not in stated.dims:
        return {}
    spelt = [attrs.evolve(one, steps=tuple(s for s in one.steps if isinstance(s, Renamed))) for one in sent]
    found = joined(one.again(one.register) for one in spelt if one.register is not None)
    if as_sent(dim) not in found.dims:
        return {}
    named = found.keys([d for d in found.dims if d.removeprefix(AS_SENT) == dim])
    together = found.project([d for d in found.dims if d != as_sent(dim)])
    several = set(together.select(together.counts > 1).column(dim).tolist())
    pairs = zip(named.column(as_sent(dim)).tolist(), named.column(dim).tolist(), strict=True)
    return {old: old if now in several else now for old, now in pairs}


def seen(sent: Iterable[Sent], dims: Collection[str], *, lacking: bool = False) -> Cells:
    """Return the keys of which rows came in, of whatever other labels, now and as sent; or those that lack one, too."""
    return joined(one.again(one.rows(dims, lacking=lacking)) for one in sent).keys()


def grain(sent: Iterable[Sent], unneeded: Collection[str]) -> Cells:
    """Return the counts at the grain at which they were sent, with those that lack an `unneeded` label."""
    return joined(one.grain(unneeded) for one in sent)


def sent_twice(first: Iterable[Sent], second: Iterable[Sent]) -> dict[str, list[Any]] | None:
    """Return the cells, as they were sent, that two tallies both hold as read from published files; None where none is.

    Only where the reports are still known: a total that was forgotten to be one tells nothing.
    """
    sides = [
        [
            _as_it_was(one.grain(()), one.cells.dims)
            for one in side
            if one.sources and one.register is not None and {*one.cells.dims}.issuperset(one.register.dims)
        ]
        for side in (first, second)
    ]
    if not all(sides) or len({frozenset(one.dims) for side in sides for one in side}) > 1:
        return None
    one, two = (joined(side).keys() for side in sides)
    found = one.select(one.within(two))
    return found.to_dict() if len(found) else None


def _as_it_was(found: Cells, dims: Sequence[str]) -> Cells:
    """Return the keys of a relation by the labels that were sent."""
    named = [as_sent(d) if as_sent(d) in found.dims else d for d in dims]
    keys = found.keys(named)
    return Cells(tuple(d.removeprefix(AS_SENT) for d in keys.dims), keys.labels, keys.codes, keys.counts)


def chosen_labels(sent: Sent) -> dict[str, set[Any]]:
    """Return the labels that are left of each dimension of which not all were chosen, as they are called now."""
    chosen: dict[str, set[Any]] = {}
    every = {dim: set(sent.cells.label(dim).tolist()) for dim in sent.cells.dims}
    for step in sent.steps:
        if isinstance(step, Renamed):
            for of in (every, chosen):
                of[step.dim] = {step.labels.get(v, v) for v in of[step.dim]} if step.dim in of else set()
            chosen = {dim: labels for dim, labels in chosen.items() if labels}
        for dim, wanted in step.wanted.items() if isinstance(step, Kept) else ():
            labels = set(wanted.tolist()) & chosen.get(dim, every.get(dim, set()))
            if labels and labels != every.get(dim):
                chosen[dim] = labels
    return chosen


def called_now(sent: Sent, dim: str) -> dict[Any, Any]:
    """Return what the labels of a dimension are called now, of those that were neither left out nor not chosen."""
    now = {v: v for v in sent.cells.label(dim).tolist()} if dim in sent.cells.dims else {}
    for step in sent.steps:
        if isinstance(step, Renamed) and step.dim == dim:
            now = {made: step.labels.get(v, v) for made, v in now.items()}
        elif (
            isinstance(step, Kept | Left)
            and dim in step.wanted
            and (isinstance(step, Kept) or len(step.wanted) == 1)
        ):
            wanted = {*step.wanted[dim].tolist()}
            now = {made: v for made, v in now.items() if (v in wanted) == isinstance(step, Kept)}
    return now


def empty_months(rows: frozenset[int], periods: Iterable[Period]) -> tuple[list[str], list[str]]:
    """Return the months of some periods that have no row: before or after all that have one, and between these."""
    firsts = [(p.start.year * 12 + p.start.month - 1, p.months) for p in periods]
    lacking = sorted({first + m for first, months in firsts for m in range(months)} - rows)
    between = [month in range(min(rows), max(rows)) for month in lacking]
    named = [Period.month(month // 12, month % 12 + 1).label for month in lacking]
    return (
        [label for label, inner in zip(named, between, strict=True) if not inner],
        [label for label, inner in zip(named, between, strict=True) if inner],
    )


# ---- what is known ----------------------------------------------------------------------


def known_lines(sent: Sequence[Sent], who: Iterable[str]) -> Cells:
    """Return every supplier that is known, for every period that is known, now and as sent, whatever it sent.

    What the caller dropped is neither sent nor missing.
    """
    who, times, found = tuple(who), time_dims(sent), []
    for one in sent:
        stated = one.register if one.register is not None and {*one.register.dims}.issuperset(who) else None
        made, keys = (one.cells, one.known) if stated is None else (stated, stated.keys)
        lines = keys(who).times(keys([d for d in times if d in made.dims and d not in who]))
        found.append(one.again(lines, whole=False))
    return joined(found).keys()


def time_dims(sent: Sequence[Sent]) -> list[str]:
    """Return the dimensions that hold periods, whatever they are called: as they were made, or named since."""
    made = sent[0].cells
    named = {
        step.dim for step in sent[0].steps if isinstance(step, Renamed) and is_time(step.labels.values())
    }
    return [d for d in made.dims if d in named or is_time(made.label(d))]


def spelt_alike(relation: Cells, dim: str, like: Iterable[Any]) -> Cells:
    """Spell periods as others are spelt that mean the same; where either are no periods, nothing is changed."""
    mine, theirs = relation.label(dim).tolist(), list(like)
    if mine == theirs or not (is_time(mine) and is_time(theirs)):
        return relation
    spelt = dict(zip(read_labels(theirs, dim), theirs, strict=True))
    named = {
        label: spelt.get(period, label) for label, period in zip(mine, read_labels(mine, dim), strict=True)
    }
    return (
        relation.relabel(dim, partial(_known_as, named)) if len({*named.values()}) == len(mine) else relation
    )


def is_time(labels: Iterable[Any]) -> bool:
    """Return whether labels are those of periods, whatever the dimension is called."""
    read: Sequence[Period] = ()
    with suppress(InvalidInputError):
        read = read_labels(list(labels), "period")
    return bool(read)


def reports_of(senders: Senders, rows: Cells) -> Cells:
    """Return the reports of who is said to send: of each period of which rows came in, as it is spelt there."""
    who = senders._keys.keys()
    for dim in who.dims:
        there = rows.label(dim)
        who = spelt_alike(who, dim, there.tolist())
        if len(rows) and not np.isin(there, who.label(dim)).any():
            msg = (
                f"coverage names {len(who.label(dim)):,} labels of {dim!r}, and no row has one of them: "
                f"{who.label(dim).tolist()[0]!r} there, {there.tolist()[0]!r} in the rows. Spell them alike."
            )
            raise InvalidInputError(msg)
        if is_time(there):  # of a period without rows nothing is known
            who = who.select(who.match({dim: there}))
    rest = [d for d in rows.dims if d not in who.dims]
    return who.times(rows.keys(rest)) if rest else who
