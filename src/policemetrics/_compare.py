"""`Rows`, `Grouped`, `Comparison`: what lies between a table of counts and a table of figures, once for every metric.

A metric is a class of figure, a reading, and one pure function from counted arrays to named columns. What
lies between, groups, supply, reasons, exclusions, caveats, divisors, stands here: `Grouped` for one tally,
`Comparison` for two sides of it, which are two periods or two groups, and `Rows` for what becomes of either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, reduce
from typing import Any, Final, Literal, TypeAlias, cast, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write, multiplicity
from policemetrics._arguments import as_columns
from policemetrics._cells import LACKING, MEASURED, MISSING, REASON, Cells
from policemetrics._figure import Figure, audit_fields, column_fields, said
from policemetrics._held import Held
from policemetrics._sent import AS_SENT, Kept, Renamed, called_now, chosen_labels, empty_months, is_time, seen
from policemetrics._sources import Source
from policemetrics._supply import (
    Reasons,
    Side,
    added,
    both_groups,
    both_periods,
    exclusion_table,
    groups_of,
    keys_of,
    matched,
    no_reasons,
    one_sided_labels,
    pairs_of_periods,
    renamed,
    totals,
    unexplained,
    why_negative,
    why_not_supplied,
    why_one_sided,
)
from policemetrics._totals import Part
from policemetrics._write import shortened
from policemetrics.definitions import Break, breaks, not_crimes, outcome_types
from policemetrics.definitions._breaks import beyond_the_rules, force_labels, offence_labels
from policemetrics.definitions._offences import RECORDED
from policemetrics.errors import InvalidInputError, InvalidTypeError, NotCrimeWarning, Note
from policemetrics.exposure import Divisor, Exposure, areas_of, two_releases
from policemetrics.frames import as_tally, framed
from policemetrics.periods import Period, read_labels
from policemetrics.results import ExclusionTable, FigureT, Results, label_array
from policemetrics.tallies import Tally, as_given
from policemetrics.typing import Columns, Every, FloatArray, IntArray, Label, Names

Mask: TypeAlias = NDArray[np.bool_]
Notes: TypeAlias = "tuple[Note, ...] | NDArray[np.object_]"
"""What must travel with every row, or a tuple for each."""
_PERIOD: Final = "period"  # what dates are cut into
_UNEQUAL: Final = 0.01  # a change without what was left out is then wrong by one per cent or so
_MOST: Final = 1000  # labels of offences, or of forces, that there can be in all spellings


@attrs.frozen
class Chosen:
    """What was chosen of a tally, in words; what it is instead of recorded crime; what it holds that is none; its files."""

    words: str = ""
    instead: str = ""
    mixed: Note | None = None
    sources: tuple[Source, ...] = ()


@cache
def _not_crimes() -> frozenset[str]:
    """Return what stands among types of crime and is none, as it is spelt."""
    names = (name for known in not_crimes().values() for name in (known.label, *known.variants))
    return frozenset(_check.spelt(names))


def no_crimes(labels: Iterable[Any]) -> list[bool]:
    """Return which labels stand among types of crime and are none, however they are spelt."""
    known, listed = _not_crimes(), [*map(str, labels)]
    first = {letter for name in known for letter in (name[0], name[0].upper())}
    # To spell them all takes longer.
    near = {letter for letter in {label[:1] for label in listed} if letter in first or letter.isspace()}
    some = [label for label in listed if label[:1] in near] if near else []
    none = {label for label, name in zip(some, _check.spelt(some), strict=True) if name in known}
    return [label in none for label in listed] if none else [False] * len(listed)


# ---- one table of figures ---------------------------------------------------------------


@attrs.define(eq=False)
class Rows:
    """The rows of an answer, one a group: their labels, why some have no figure, and the table they become.

    `Grouped.of` and `Comparison.of` make them. A metric then says which rows have no figure, and hands over its
    columns.

    Attributes
    ----------
    keys : mapping of str to array, (rows,)
        The label of each row, by dimension.
    reasons : array of str or None, (rows,)
        Why a figure, or a part of it, is not available.
    single : bool
        Whether one figure is returned and not a table.
    exclusions : ExclusionTable or None
        What each row left out.
    notes : tuple of Note, or array of such tuples, (rows,)
        A caveat to show with the figures.
    there : array of bool, (rows,)
        Which rows have a figure. A reason given later speaks of a part of one.
    chosen : Chosen
        Which part of a tally was chosen.
    """

    keys: Mapping[str, NDArray[Any]]
    reasons: Reasons
    single: bool = False
    exclusions: ExclusionTable | None = None
    notes: Notes = ()
    there: Mask = attrs.field(default=attrs.Factory(lambda self: unexplained(self.reasons), takes_self=True))
    chosen: Chosen = attrs.field(factory=Chosen)

    @classmethod
    def of_numbers(cls, labels: Any, numbers: Mapping[str, Any], **options: Any) -> tuple[Rows, list[Any]]:
        """Take plain numbers, or columns of them with a label each; options of tables are refused."""
        _check.refuse_options(**options)
        keys, columns, single = as_columns(labels, dict(numbers))
        first, *_ = columns
        return cls(keys, no_reasons(1 if single else len(first)), single), columns

    @classmethod
    def of_side(
        cls,
        side: Side,
        groups: Cells,
        counted: IntArray | None = None,
        *,
        single: bool = False,
    ) -> Rows:
        """Take the groups of one side of a tally, and its totals if they are known; those not supplied say so.

        No total is added to its parts.
        """
        by_name = side.tally._refuse_totals(groups.dims)
        excluded = exclusion_table(groups, [side], totals(side, groups) if counted is None else counted)
        rows = cls(keys_of(groups), no_reasons(len(groups)), single, excluded, by_name)
        rows.chosen = chosen_of(side.tally, groups.dims)
        rows.adopt(why_not_supplied(groups, side))
        rows.note(*_months_without_rows(side))
        return rows

    def __len__(self) -> int:
        return len(self.reasons)

    def explain(self, where: Mask, why: str | Reasons | Callable[[int], str]) -> None:
        """Say why a figure, or a part of it, is not available, of rows of which nothing was said yet.

        Where it is the whole figure, `settle` follows.

        Parameters
        ----------
        where : array of bool, (rows,)
            The rows.
        why : str, array of str or callable
            The reason, as it is after "Recorded crime: "; those of all rows; or a function of the number of a row.
        """
        if not where.any():
            return  # to ask which rows are open takes longer
        open_rows = where & unexplained(self.reasons)
        if callable(why):
            for row in np.flatnonzero(open_rows).tolist():
                self.reasons[row] = why(row)
        else:
            self.reasons[open_rows] = why if isinstance(why, str) else why[open_rows]

    def adopt(self, reasons: Reasons, say: Callable[[str], str] = str) -> None:
        """Take over reasons, one a row or None, where nothing was said yet: these rows have no figure."""
        given = ~unexplained(reasons)
        if given.any():
            self.explain(given, lambda row: say(reasons[row]))
            self.settle()

    def settle(self) -> None:
        """Take every row with a reason for one without a figure."""
        self.there = unexplained(self.reasons)

    def divide(
        self, groups: Cells, sides: Sequence[Side], *divisors: Divisor, part: bool = False
    ) -> list[FloatArray]:
        """Find the divisor of each group on every side; what is wrong with it, or open, is said of the rows.

        Parameters
        ----------
        groups : Cells
            The groups, one a row.
        sides : sequence of Side
            What is divided.
        *divisors : Divisor
            One for all sides, or one for each.
        part : bool, optional
            Whether only a part of the figure is divided, so that the figure stands without its divisor.

        Returns
        -------
        list of array of float, (rows,)
            The size of each group, side by side; nan where there is none.
        """
        found = []
        for side, divisor in zip(
            sides, divisors * len(sides) if len(divisors) == 1 else divisors, strict=True
        ):
            sizes, reasons = divisor.sizes(groups, side)
            if part:
                self.explain(~unexplained(reasons), reasons.__getitem__)
            else:
                self.adopt(reasons)
            found.append(sizes)
        self.note(*divisors[0].notes(groups, sides[0]), *divisors[0].on_two_bases(sides))
        return found

    def usable(self, *columns: NDArray[Any]) -> list[NDArray[Any]]:
        """Return columns with 1 where there is no figure, so that a formula takes all rows; what it gives there is not shown."""
        return [np.where(self.there, column, 1) for column in columns]

    def note(self, *notes: Note, first: bool = False) -> None:
        """Let something travel with every figure, behind what travels already, or first."""
        new = tuple(n for n in notes if n.long)
        if isinstance(self.notes, tuple):
            self.notes = (*new, *self.notes) if first else (*self.notes, *new)
        else:
            self.notes = np.fromiter(
                ((*new, *old) if first else (*old, *new) for old in self.notes), dtype=object, count=len(self)
            )

    def note_some(self, found: Mapping[int, Note]) -> None:
        """Let something travel with the figures of some rows, given by number, behind what travels already."""
        if found:
            old = [self.notes] * len(self) if isinstance(self.notes, tuple) else self.notes
            new = ((*notes, *([found[i]] if i in found else [])) for i, notes in enumerate(old))
            self.notes = np.fromiter(new, dtype=object, count=len(self))

    def note_where(self, found: Sequence[tuple[Note, Mask]]) -> None:
        """Let things travel with the figures of some rows each, once, behind what travels already."""
        for note, where in found:
            if where.all() and isinstance(self.notes, tuple):
                self.note(*([] if note in self.notes else [note]))
            else:
                there = [self.notes] * len(self) if isinstance(self.notes, tuple) else self.notes
                self.note_some({i: note for i in np.flatnonzero(where).tolist() if note not in there[i]})

    @overload
    def results(
        self,
        kind: type[FigureT],
        values: Mapping[str, Any],
        stand: Mapping[str, Mask] = ...,
        *,
        single: Literal[False],
    ) -> Results[FigureT]: ...
    @overload
    def results(
        self, kind: type[FigureT], values: Mapping[str, Any], stand: Mapping[str, Mask] = ...
    ) -> FigureT | Results[FigureT]: ...
    def results(
        self,
        kind: type[FigureT],
        values: Mapping[str, Any],
        stand: Mapping[str, Mask] = {},  # never written to
        *,
        single: bool | None = None,
    ) -> FigureT | Results[FigureT]:
        """Make the table, or the one figure.

        Parameters
        ----------
        kind : type of Figure
            The class of the rows.
        values : mapping of str to array or object
            A column or an input of the figures by its name; what `kind` has a default for may be left out.
        stand : mapping of str to array of bool, optional
            Where a column stands; elsewhere it is nan. Default is where there is a figure.
        single : bool, optional
            Whether one figure is returned. Default is as the rows were made.
        """
        table: Results[FigureT] = Results._made(self._held(kind, values, stand))
        return table[0] if (self.single if single is None else single) else table

    def _held(self, kind: type[Figure], values: Mapping[str, Any], stand: Mapping[str, Mask] = {}) -> Held:
        """Make the arrays of the table, as `results` takes them."""
        columns = {
            f.name: _standing(values[f.name], stand.get(f.name, self.there)) for f in column_fields(kind)
        }
        fields = audit_fields(kind)
        inputs = {f.name: values.get(f.name, f.default) for f in fields}
        inputs |= {"chosen": self.chosen.words, "sources": self.chosen.sources}
        for field in fields:
            if field.name == "subject" and inputs["subject"] == field.default:
                inputs["subject"] = self._subject(str(field.default))
        return Held(kind, self.keys, columns, self.reasons, inputs, self.exclusions, self.notes)

    def _subject(self, recorded: str) -> str | NDArray[np.object_]:
        """Name what is counted as `recorded` unless it is none; where it holds what is none, that travels with it."""
        if self.chosen.mixed:
            self.note(self.chosen.mixed)
            _check.warn(NotCrimeWarning, self.chosen.mixed)
        if self.chosen.instead:
            return self.chosen.instead
        none = np.zeros(len(self), dtype=bool)
        for labels in self.keys.values():
            none |= np.array(no_crimes(labels.tolist()), dtype=bool)
        return np.where(none, "Incidents", recorded).astype(object) if none.any() else recorded


def rates_of(counted: Sequence[IntArray], sizes: Sequence[FloatArray], name: str) -> dict[str, Any]:
    """Return what a comparison of two counts keeps of what they were divided by, with both rates; nan without it."""
    if not sizes:
        return dict.fromkeys(("old_rate", "new_rate"), np.nan)
    per = 1.0 if name in {"days", "years"} else 1000.0
    found = {"per": per, "exposure_name": name}
    for side, count, size in zip(("old", "new"), counted, sizes, strict=True):
        found |= {f"{side}_exposure": size, f"{side}_rate": count / size * per}
    return found


def adjusted(found: FigureT | Results[FigureT], adjust: str | None) -> FigureT | Results[FigureT]:
    """Adjust the p-values of a table for how many comparisons there are; None leaves them as they are."""
    if adjust is None:
        return found
    _check.choice(adjust, "adjust", ("bh",))
    if not isinstance(found, Results):
        msg = "adjust= is for many comparisons at once: give by=, versus= or labels=, or leave it out."
        raise InvalidInputError(msg)
    adjusted = multiplicity.adjusted(found["p_value"], "bh")
    many = f"Benjamini-Hochberg over {_write.count(int((~np.isnan(adjusted)).sum()))} comparisons"
    values = {**found._values, "p_adjusted": adjusted}
    return found._evolve(columns=values, audit={**found._audit, "adjust": many})


def _standing(values: Any, stand: Mask) -> FloatArray:
    """Return a column with nan where it does not stand; one that nobody can write to is not copied where it all stands."""
    owned = isinstance(values, np.ndarray) and values.base is None and not values.flags.writeable
    if owned and values.dtype == np.float64 and stand.all():
        found: FloatArray = values
        return found
    return np.asarray(np.where(stand, values, np.nan), float)


# ---- one side ---------------------------------------------------------------------------


def only_some(side: Side, groups: Cells, labels: Mapping[str, Sequence[Label]]) -> IntArray:
    side.tally._require_dims(*labels)
    part = side.tally._where({dim: label_array(chosen) for dim, chosen in labels.items()})
    return totals(attrs.evolve(side, tally=part), groups)


def chosen_of(data: Tally, shown: tuple[str, ...]) -> Chosen:
    """Say which labels of a tally were chosen with `Tally.where`, of dimensions that no row and no side shows.

    Periods are said by themselves. Where several tallies were added, it is what was chosen of each.
    """
    parts = [
        chosen_labels(one) if any(isinstance(step, Kept) for step in one.steps) else {} for one in data._sent
    ]
    said_of, instead = [], ""
    for dim in dict.fromkeys(d for part in parts for d in part):
        labels = list(dict.fromkeys(v for part in parts for v in sorted(part.get(dim, ()))))
        if (
            dim not in shown
            and dim != MEASURED
            and all(dim in part for part in parts)
            and not is_time(labels)
        ):
            said_of.append(shortened([said(dim, label) for label in labels]))
            instead = said_of[-1] if all(no_crimes(labels)) else instead
    rest = ", ".join(one for one in said_of if one != instead)
    return Chosen(
        ", ".join(said_of),
        f"{instead} ({rest})" if instead and rest else instead,
        _mixed(data, shown),
        data.sources,
    )


def _mixed(data: Tally, shown: tuple[str, ...]) -> Note | None:
    """Say what is counted as recorded crime and is none."""
    for dim in (d for d in data.dims if d not in shown and d != MEASURED):
        labels = data._cells.label(dim).tolist()
        none = [label for label, found in zip(labels, no_crimes(labels), strict=True) if found]
        if none and len(none) < len(labels):
            cure = f"drop({_check.keyword(dim, none)}) leaves it out"
            long = f"{shortened(none)} is no recorded crime, and is counted with it: {cure}"
            return Note("not-recorded-crime", f"with {shortened(none)}", long)
    return None


# ---- two sides --------------------------------------------------------------------------


@attrs.frozen
class Beside:
    """How two sides are spoken of: two periods, or two groups of the dimension `compared`, which is empty of periods."""

    between: tuple[str, str] = ("", "")
    compared: str = ""

    @property
    def before(self) -> str:
        """Where the first of the two is, as a reason says it: "nothing was recorded before"."""
        return f"in {self.between[0]}" if self.compared else "before"

    @property
    def either(self) -> str:
        """Where both are: "nothing was recorded in either period"."""
        return "in either" if self.compared else "in either period"

    @property
    def no_share(self) -> str:
        """Why no part has a share of a change of 0."""
        return f"not applicable: the whole did not {'differ' if self.compared else 'change'}, so no part has a share of it"

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a figure that say what is compared."""
        return {"between": self.between, "compared": self.compared}


@attrs.define(eq=False)
class Comparison:
    """Two sides of one tally, two periods or two groups, by group: what each counted, and the rows of a table.

    Attributes
    ----------
    data : Tally
        The whole.
    sides : tuple of Side
        The two selections of it, the earlier first; only what both have where they were matched.
    groups : Cells
        The groups.
    counted : tuple of array of int64, (groups,)
        The totals of each side.
    shown : tuple of array of bool, (groups,)
        Which of them were supplied: they are shown even where the comparison is refused.
    rows : Rows
        One row per group, with its reasons, caveats and exclusions.
    counts : str
        What is counted, for the breaks in series that touch it.
    pairs : tuple of Comparison
        Where several earlier sides were added up: each with the later one.

    Examples
    --------
    >>> crimes = Tally.from_columns({"force": ["Kent", "Kent"], "period": ["2022/23", "2023/24"]}, [8, 7])
    >>> pair = Comparison.of(crimes, both_periods(crimes, ("2022/23", "2023/24"), "period"), ("force",))
    >>> [side.tolist() for side in pair.counted]
    [[8], [7]]
    """

    data: Tally
    sides: tuple[Side, Side]
    groups: Cells
    counted: tuple[IntArray, IntArray]
    shown: tuple[Mask, Mask]
    rows: Rows
    counts: str = ""
    pairs: tuple[Comparison, ...] = ()

    @classmethod
    def of(
        cls,
        data: Tally,
        sides: tuple[Side, Side],
        by: tuple[str, ...],
        *,
        like_for_like: str = "require",
        caveat: str = "",
        apart: tuple[str, ...] = (),
        whole: bool = False,
        negative: bool = True,
        groups: Cells | None = None,
        single: bool = False,
        counts: str = "",
    ) -> Comparison:
        """Compare two sides of `data` by group.

        Parameters
        ----------
        data : Tally
            The whole, of which the sides are parts.
        sides : tuple of Side
            As `both_periods` or `both_groups` takes them.
        by : tuple of str
            The dimensions of the groups.
        like_for_like : {"require", "match"}
            Whether a supplier of one side only refuses the comparison or is left out.
        caveat : str
            A caveat of the caller, to show with the figures.
        apart : tuple of str
            Dimensions that say what was counted, not who sent it: the offence, the outcome, the seconds.
        whole : bool
            Whether a matched side, too, needs all of its period, as where it is divided by its days.
        negative : bool
            Whether a total below zero is a reason; no, where the metric counts parts of it.
        groups : Cells, optional
            The groups, where more than one comparison is to have the same.
        single : bool
            Whether one figure is returned and not a table.
        counts : str
            What is counted, for the breaks in series that touch it (`definitions.breaks`): "recorded crime", or the
            subject of a figure. Default is nothing that one is known of.
        """
        _check.choice(like_for_like, "like_for_like", ("require", "match"))
        _check.text(caveat, "caveat", empty=True)
        old, new = sides
        totals_by_name = data._refuse_totals((*by, old.dim), _labels_of(data, sides))
        # Of whom nothing tells who sends, nobody can be left out.
        senders = () if data._supplied is None else set(data._supplied.dims) - {old.dim}
        if like_for_like == "match":
            if not senders:
                msg = (
                    "like_for_like='match' needs to know who supplied: state coverage= when tallying, "
                    "as in tally(frame, by=['force', 'period'], coverage=['force', 'period'])."
                )
                raise InvalidInputError(msg)
            wanted = [side.parts for side in sides]
            old, new = matched(old, new)
            if whole:
                old, new = (attrs.evolve(s, parts=p) for s, p in zip((old, new), wanted, strict=True))
        sides = old, new
        groups = groups_of(sides, by, data) if groups is None else groups
        counted = totals(old, groups), totals(new, groups)
        not_old, not_new = (why_not_supplied(groups, side) for side in sides)
        gaps = [_empty_months(side) for side in sides]
        for reasons, (ends, _) in zip((not_old, not_new), gaps, strict=True):
            if ends:
                reasons[unexplained(reasons)] = f"not available: no rows for {_check.cut(ends)}"
        excluded = exclusion_table(groups, sides, added(*counted), data)
        rows = Rows(keys_of(groups), no_reasons(len(groups)), single, excluded)
        rows.chosen = chosen_of(data, (*by, old.dim))
        rows.adopt(not_old)
        rows.adopt(not_new)
        if like_for_like == "require":
            rows.adopt(why_one_sided(groups, old, new), _or_match if senders else str)
        shown = unexplained(not_old), unexplained(not_new)
        pair = cls(data, sides, groups, counted, shown, rows, counts)
        if negative:
            pair.explain_negative(counted)
        rows.notes = _not_stated(data, sides, groups, apart)
        rows.note_some(_left_out_unequally(data, sides, groups, counted))
        rows.note_where(_breaks_between(data, sides, groups, counts))
        rows.note(
            *_no_rows_for([month for _, between in gaps for month in between]),
            *(two_releases(sides) if data.sources else ()),
        )
        rows.note(Note("stated", caveat, caveat), *totals_by_name, first=True)
        return pair

    def explain_negative(self, *of_sides: Sequence[IntArray | FloatArray]) -> None:
        """Say of which groups a total of one side is below zero: a metric needs a count."""
        for both in of_sides:
            for side, total in zip(self.sides, both, strict=True):
                self.rows.adopt(why_negative(total, side.label))

    @property
    def between(self) -> tuple[str, str]:
        """The two sides, as they are written."""
        old, new = self.sides
        first = self.pairs[0].sides[0].label if self.pairs else old.label
        until = f" and the same months until {old.when.end.year}" if len(self.pairs) > 1 and old.when else ""
        return f"{first}{until}", new.label

    @property
    def beside(self) -> Beside:
        """The two sides, as a sentence speaks of them."""
        old = self.sides[0]
        return Beside(self.between, "" if old.when else old.dim)

    def only(self, **labels: Sequence[Label]) -> tuple[IntArray, IntArray]:
        """Count some labels of a dimension only, by group, on both sides: ``only(offence=["burglary"])``."""
        old, new = (only_some(side, self.groups, labels) for side in self.sides)
        return old, new

    def sizes(self, exposure: Exposure | None, *, per_day: bool = False) -> tuple[list[FloatArray], str]:
        """Find what each count is divided by, and its name: an exposure, days, or person-days."""
        if self.pairs:
            each = [pair.sizes(exposure, per_day=per_day) for pair in self.pairs]
            for pair in self.pairs:
                self.rows.adopt(pair.rows.reasons)
            last, named = each[-1]
            if not last:
                return [np.full(len(self.groups), float(len(each))), np.ones(len(self.groups))], "years"
            return [np.sum([sizes[0] for sizes, _ in each], axis=0), last[1]], named
        days = [np.full(len(self.groups), float(side.days)) for side in self.sides]
        if exposure is None:
            return (days, "days") if per_day else ([], "")
        areas, (old, new) = exposure.by, self.sides
        known = not {*areas} - {*self.data.dims}
        if self.data._supplied is None and old.dim not in areas and known:
            self.rows.adopt(why_one_sided(self.groups, old, new, areas=areas))
        found = self.divide(Divisor.of(exposure, self.groups.dims, "exposure"))
        if not per_day:
            return found, exposure.name
        return [size * day for size, day in zip(found, days, strict=True)], f"{exposure.name} × days"

    def divide(self, *divisors: Divisor) -> list[FloatArray]:
        """Find the divisor of each group on both sides, of one divisor or of one for each side."""
        return self.rows.divide(self.groups, self.sides, *divisors)

    def by_part(self, of: str, parts: Cells | None = None) -> tuple[Rows, IntArray, list[IntArray]]:
        """Divide every group: a row for each part, the group of each, and what both sides counted of it.

        A part stands where its group does, and is 0 where it has no cell. A metric that counts more of the parts
        than this finds them by `groups_of` and gives them.
        """
        if parts is None:
            parts = groups_of(self.sides, (*self.groups.dims, of), self.data)
        group = parts.positions(self.groups, self.groups.dims)
        counted = [totals(side, parts) for side in self.sides]
        excluded = exclusion_table(parts, self.sides, added(*counted), self.data)
        notes = self.rows.notes
        own = notes if isinstance(notes, tuple) else notes[group]
        rows = Rows(
            keys_of(parts), self.rows.reasons[group], exclusions=excluded, notes=own, chosen=self.rows.chosen
        )
        rows.note_where(_breaks_between(self.data, self.sides, parts, self.counts))
        return rows, group, counted


def _labels_of(data: Tally, sides: tuple[Side, Side]) -> Part:
    """Return the labels of the two sides, where they are still those of the tally: what is not compared proves nothing."""
    dim, *_ = (side.dim for side in sides)
    named = {label for side in sides for label in (*side.places, side.label)}
    there = tuple(label for label in data.labels(dim) if label in named)
    return ((dim, there),) if there else ()


def _or_match(why: str) -> str:
    """Say beside who is on one side only how they can be left out."""
    hint = "; like_for_like='match' leaves out what one side lacks"
    return f"{why}{hint}" if ": supplied for one only: " in why else why


def _not_stated(data: Tally, sides: tuple[Side, Side], groups: Cells, apart: tuple[str, ...]) -> Notes:
    """Without coverage, labels that only one side has may be missing ones of the other: that travels with a figure.

    Each dimension that is added up is looked at alone, and each group for itself.
    """
    old, new = sides
    rest = [d for d in data.dims if d not in (*groups.dims, old.dim, *apart)]
    if data.coverage is not None or not rest:
        return ()
    named: dict[int, list[str]] = {}
    for dim in rest:
        for row, labels in one_sided_labels(old, new, groups, dim).items():
            named.setdefault(row, []).extend(labels)
    if not named:
        return ()
    what = "periods" if old.when else "groups"
    found: list[tuple[Note, ...]] = [()] * len(groups)
    for row, labels in named.items():
        long = f"no coverage was stated, and only one of the {what} has cells of {_check.cut(labels)}"
        found[row] = (Note("coverage-not-stated", "no coverage stated", long),)
    return found[0] if len(set(found)) == 1 else np.fromiter(found, dtype=object, count=len(found))


def _empty_months(side: Side) -> tuple[list[str], list[str]]:
    """Return the months of a side that have no row, where dates were cut into longer periods: at an end, and between."""
    sent = side.tally._sent
    known = [one.months for one in sent if one.months is not None]
    if len(known) < len(sent):
        return [], []
    rows = frozenset[int]().union(*known)
    if side.when:
        return empty_months(rows, [side.when])
    labels = seen(sent, (_PERIOD,)).label(_PERIOD).tolist()
    return empty_months(rows, [p for v in labels if is_time([v]) for p in read_labels([v], _PERIOD)])


def _months_without_rows(side: Side) -> tuple[Note, ...]:
    ends, between = _empty_months(side)
    return _no_rows_for(sorted({*ends, *between}))


def _no_rows_for(months: Sequence[str]) -> tuple[Note, ...]:
    """Say which months have no row, in a series in which nearly every month has some."""
    long = f"no rows for {_check.cut(months)}"
    return (Note("months-without-rows", "months without rows", long),) if months else ()


def _left_out_unequally(
    data: Tally, sides: tuple[Side, Side], groups: Cells, counted: Sequence[IntArray]
) -> dict[int, Note]:
    """Say of which groups more was left out of one side than of the other because a label is missing that the figure needs.

    What lacks a label of the groups themselves may belong to any of them that has its other labels.
    """
    if all(side.tally._ledger is None for side in sides):
        return {}
    lacking = label_array(LACKING + dim for dim in data.dims if dim != MEASURED)
    ledgers = [
        (ledger.select(ledger.match({REASON: lacking})) if ledger is not None else groups.select(no_rows))
        for ledger in (side.tally._ledger for side in sides)
        for no_rows in [np.zeros(len(groups), dtype=bool)]
    ]
    none, dims, found = label_array([MISSING]), groups.dims, dict[int, Note]()
    lost = [ledger.project(dims) for ledger in ledgers]
    lacks = [np.stack([np.ones(len(one), bool), *(one.match({d: none}) for d in dims)]) for one in lost]
    for pattern in np.unique(np.concatenate(lacks, axis=1), axis=1).T:
        kept = [d for d, lack in zip(dims, pattern[1:].tolist(), strict=True) if not lack]
        whole = groups.project(kept)
        place, sizes = groups.positions(whole, kept), []
        for count, one, lack in zip(counted, lost, lacks, strict=True):
            left, both = np.zeros((2, len(whole)), np.int64)
            part = one.select((lack == pattern[:, None]).all(axis=0)).project(kept)
            at = part.positions(whole, kept)
            np.add.at(left, at[at >= 0], part.counts[at >= 0])
            np.add.at(both, place, count)
            sizes.append((left, both + left))
        shares = [left / np.maximum(both, 1) for left, both in sizes]
        unequal = (np.abs(shares[0] - shares[1]) >= _UNEQUAL) & (sizes[0][1] > 0) & (sizes[1][1] > 0)
        for row in np.flatnonzero(unequal[place]).tolist():
            of = [
                f"{_write.count(left[place[row]])} of {_write.count(both[place[row]])} ({_write.percent(share[place[row]])}) of {side.label}"
                for (left, both), share, side in zip(sizes, shares, sides, strict=True)
            ]
            long = f"left out because a label is missing: {of[0]}, but {of[1]}"
            found[row] = Note("left-out-unequally", "more left out of one", long)
    return found


# ---- breaks in series -------------------------------------------------------------------


def _breaks_between(
    data: Tally, sides: tuple[Side, Side], groups: Cells, counts: str
) -> list[tuple[Note, Mask]]:
    """Say of which groups the two periods lie on either side of a break in what they count: its force, its offences."""
    earlier, later = (side.when for side in sides)
    if earlier is None or later is None or not counts:
        return []
    measure, by_code = _measure(counts)
    known = [one for one in breaks().values() if lies_between(one, earlier, later)]
    known = [one for one in known if measure in one.touches or (by_code and one.kind in {"split", "moved"})]
    if not known or (MEASURED in data.dims and measure == RECORDED):  # times are of no crimes
        return []
    made = sides[0].tally._sent[0].cells.dims
    dims = [d for d in dict.fromkeys((*made, *data.dims)) if d not in (sides[0].dim, MEASURED)]
    labels = {dim: _labels_sent(sides, dim) for dim in dims}
    offences = [
        _Offences.of(sides, groups, dim, labels[dim]) for dim in dims if are_offences(dim, labels[dim])
    ]
    stand_for = {dim: forces_of(labels[dim]) for dim in dims}
    forces = [
        _Forces.of(sides, groups, dim, found) for dim, found in stand_for.items() if any(found.values())
    ]
    found = []
    for one in known:
        touched = _of_forces(one, forces, len(groups))
        for dim in offences:
            touched &= dim.some(one)
        if one.kind in {"split", "moved"}:  # a group that names no offences holds all of them
            touched &= np.any([dim.apart(one) for dim in offences] or [np.zeros(len(groups), bool)], axis=0)
        if touched.any():
            long = f"{one.force}: {one.note}" if one.force else one.note
            found.append((Note(f"break: {one.name}", one.short, long), touched))
    return found


def lies_between(one: Break, earlier: Period, later: Period) -> bool:
    """Return whether a comparison of two periods crosses a break, or has incomplete figures on either side."""
    if one.ends is not None:
        return any(p.start <= one.ends and one.begins <= p.end for p in (earlier, later))
    return earlier.start < one.by and one.begins <= later.end


def codes_of(labels: Sequence[Any]) -> dict[Any, frozenset[str]]:
    """Return the offence codes that each label stands for; none where it is no offence that is known."""
    return _check.stand_for(labels, offence_labels(), _MOST)


def forces_of(labels: Sequence[Any]) -> dict[Any, frozenset[str]]:
    """Return the forces that each label stands for; none where it is no force, region or country that is known."""
    return _check.stand_for(labels, force_labels(), _MOST)


def are_offences(dim: str, labels: Sequence[Any]) -> bool:
    """Return whether labels are those of offences: by the name of their dimension, or by one that nothing else has."""
    known = codes_of(labels)
    if not any(known.values()):
        return False
    if any(word in dim.casefold() for word in ("offence", "crime")):
        return True
    if all(str(label) in _types() for label in labels):  # 1 is murder, and charged
        return False
    forces = forces_of(labels)  # CIFAS stands among forces, and among codes
    return any(codes and not forces[v] and any(c.isalpha() for c in str(v)) for v, codes in known.items())


@cache
def _types() -> frozenset[str]:
    return frozenset(outcome_types())


def _measure(counts: str) -> tuple[str, bool]:
    """Return what a break touches, by the words for what is counted; and whether it may be counted by code at all."""
    if counts in {"outcomes closed", "outcomes recorded", "response times"}:
        return counts, counts != "response times"
    crimes = any(word in counts.casefold() for word in ("crime", "offence", "harm"))
    return RECORDED if crimes else "", True


def _labels_sent(sides: Sequence[Side], dim: str) -> list[Any]:
    """Return the labels of a dimension as they were sent, chosen or not."""
    sent = [one for side in sides for one in side.tally._sent if dim in one.cells.dims]
    return list(dict.fromkeys(v for one in sent for v in one.cells.label(dim).tolist()))


def _rows_of(sides: Sequence[Side], *dims: str) -> Cells:
    """Return the keys of the rows on either side, with a column as sent for what was renamed."""
    if all({*dims} <= {*side.tally.dims} and not renamed(side.tally) & {*dims} for side in sides):
        return reduce(Cells.union, (side.tally._cells.keys(dims) for side in sides)).keys()
    return seen([one for side in sides for one in side.tally._sent], dims)


@attrs.frozen
class _Offences:
    """What a dimension of offences says of each group: the codes that it may count, and those that it does on either side.

    `place` has the sets of each group; `known` are the codes that occur at all, chosen or not.
    """

    sets: list[tuple[frozenset[str], frozenset[str], frozenset[str]]]
    place: IntArray
    known: frozenset[str]

    @classmethod
    def of(cls, sides: tuple[Side, Side], groups: Cells, dim: str, labels: Sequence[Any]) -> _Offences:
        stands_for = codes_of(labels)
        may: dict[Any, frozenset[str]] = {}
        for one in [one for side in sides for one in side.tally._sent if dim in one.cells.dims]:
            made = one.cells.label(dim).tolist()
            plain = all(
                dim != step.dim if isinstance(step, Renamed) else dim not in getattr(step, "wanted", ())
                for step in one.steps
            )
            for label, now in zip(made, made, strict=True) if plain else called_now(one, dim).items():
                may[now] = may.get(now, frozenset()) | stands_for.get(label, frozenset())
        there = [set(_rows_of([side], dim).column(dim).tolist()) for side in sides]
        lines = [[v] for v in groups.label(dim).tolist()] if dim in groups.dims else [list(may)]
        sets = []
        for shown in lines:
            every, *of_sides = (
                frozenset[str]().union(*(may.get(v, frozenset()) for v in shown if v in some))
                for some in (may, *there)
            )
            sets.append((every, of_sides[0], of_sides[1]))
        place = groups.code(dim) if dim in groups.dims else np.zeros(len(groups), dtype=np.int64)
        return cls(sets, place, frozenset[str]().union(*stands_for.values()))

    def some(self, one: Break) -> Mask:
        """Return which groups count any of the offences of a break."""
        found = [not one.codes or not one.codes.isdisjoint(old | new) for _, old, new in self.sets]
        return np.array(found, dtype=bool)[self.place]

    def apart(self, one: Break) -> Mask:
        """Return which groups count not all of what moved, or not both sides of what was split."""
        found = [self._apart(one, *(codes & one.codes for codes in sets)) for sets in self.sets]
        return np.array(found, dtype=bool)[self.place]

    def _apart(self, one: Break, may: frozenset[str], old: frozenset[str], new: frozenset[str]) -> bool:
        if one.kind == "moved":
            return not one.codes <= may
        before, *after = one.offences
        if before not in self.known or self.known.isdisjoint(
            after
        ):  # the same codes in both, or in one alone
            return one.begins == one.by and bool(old) != bool(new)
        return not one.codes & self.known <= may


@attrs.frozen
class _Forces:
    """What a dimension that names forces says of each group: which rows of `pairs` are of which `group`, and of whom."""

    group: IntArray
    forces: list[frozenset[str]]
    code: IntArray

    @classmethod
    def of(
        cls, sides: Sequence[Side], groups: Cells, dim: str, stand_for: Mapping[Any, frozenset[str]]
    ) -> _Forces:
        made = sides[0].tally._sent[0].cells.dims
        of_group = [d for d in groups.dims if d in made]
        rows = _rows_of(sides, *dict.fromkeys((*of_group, dim)))
        held = AS_SENT + dim if AS_SENT + dim in rows.dims else dim
        forces = [stand_for.get(label, frozenset()) for label in rows.label(held).tolist()]
        return cls(rows.positions(groups, of_group), forces, rows.code(held))

    def any_of(self, wanted: Callable[[frozenset[str]], bool], size: int) -> Mask:
        """Return which groups have a row of a force that is wanted."""
        rows = np.array([wanted(forces) for forces in self.forces], dtype=bool)[self.code]
        found: Mask = np.bincount(self.group[rows & (self.group >= 0)], minlength=size) > 0
        return found


def _of_forces(one: Break, forces: Sequence[_Forces], size: int) -> Mask:
    """Return which groups a break concerns: those of its force; of a rule all but those that it does not bind."""
    none = np.zeros(size)

    def any_of(wanted: Callable[[frozenset[str]], bool]) -> Mask:
        found: Mask = np.any([none, *(dim.any_of(wanted, size) for dim in forces)], axis=0)
        return found

    if one.force:
        return any_of(lambda of: one.force in of)
    beyond = beyond_the_rules()
    return any_of(lambda of: not of <= beyond) | ~any_of(lambda of: bool(of) and of <= beyond)


# ---- reading ----------------------------------------------------------------------------


def read_counts(
    data: Any,
    by: Columns | None = None,
    period: str = "",
    count: str | None = None,
    *,
    of: str = "",
    roles: Mapping[str, str] = {},  # never written to
    exposure: Any = None,
    date: str | None = None,
    every: Every = "month",
) -> tuple[Tally, tuple[str, ...]]:
    """Read what a metric is given: the counts, and the dimensions of its rows.

    Parameters
    ----------
    data : Tally or data frame
        A frame is counted by all the dimensions that are needed; a tally must keep them.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions of the rows; for a frame a mapping says from which columns. Default is one row, of all.
    period : str, optional
        The dimension whose labels are compared. Default is none: nothing is.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    of : str, optional
        The dimension whose labels are the parts of each row. Default is no parts.
    roles : mapping of str to str, optional
        The dimensions that have another part, by the argument that says so: ``{"offence": "offence"}``.
    exposure : Exposure, optional
        The counts keep its dimensions, too, so that its areas are known. Default is none.
    date, every : str, optional
        For a frame: the column of dates that is cut into the dimension ``"period"``, and how long the periods are.

    Returns
    -------
    tuple of Tally and tuple of str
        The counts, and the dimensions of `by`.

    Raises
    ------
    InvalidInputError
        If one dimension is given two roles.
    UnknownNameError
        If a dimension or column does not exist.

    Examples
    --------
    >>> crimes = Tally.from_columns({"force": ["Kent", "Kent"], "period": ["2022/23", "2023/24"]}, [8, 7])
    >>> read_counts(crimes, "force", "period")[1]
    ('force',)
    """
    data, by = framed(data, by, date, every, period=period)
    kept = kept_dims(by, period=period, **roles)
    roles = roles if period == "" else {**roles, "period": period}
    parts = () if of == "" else (part_of(of, by=kept, **roles),)
    areas = () if exposure is None else areas_of(exposure, data)
    needed = tuple(dict.fromkeys((*kept, *parts, *roles.values(), *areas)))
    if isinstance(data, Tally):  # which never waits for the readers of frames
        return as_given(data, needed, count), kept
    return as_tally(_check.one_data(data, "data"), by=needed, count=count), kept


def kept_dims(by: Names | None, *, period: str, **roles: str) -> tuple[str, ...]:
    """Return the dimensions of by=; none of them may be the period, where there is one."""
    kept = () if by is None else _check.names(by, "by")
    if period != "" and _check.text(period, "period") in kept:
        msg = f"by must not name the period dimension {period!r}: it is what is compared."
        raise InvalidInputError(msg)
    for role, dim in roles.items():
        if _check.text(dim, role) == period:
            msg = f"period must name another dimension than {role}=; got {period!r}."
            raise InvalidInputError(msg)
    return kept


def part_of(of: Any, *, by: tuple[str, ...], **roles: str) -> str:
    """Return the dimension of the parts, which must have no other role."""
    for role, dims in {"by": by, **{role: (dim,) for role, dim in roles.items()}}.items():
        if _check.text(of, "of") in dims:
            others = "by= and period="
            msg = f"of must name another dimension than {others}; got {of!r}, which is {role}=."
            raise InvalidInputError(msg)
    return str(of)


@attrs.frozen
class Asked:
    """Which two sides a comparison is given: two periods of the dimension `dim`, or two of its groups."""

    dim: str
    pair: Any
    groups: bool = False

    @classmethod
    def of(
        cls,
        between: Any,
        period: str,
        groups: Any,
        of: Any = None,
        /,
        *,
        instead: str = "",
        **roles: Any,
    ) -> Asked:
        """Read what a caller gave: two periods with between=, or two groups with groups= and of=.

        Parameters
        ----------
        between : tuple or None
            Two periods.
        period : str
            Their dimension.
        groups : tuple or mapping or None
            Two labels; or a mapping of their dimension to both, where `of` has another meaning.
        of : str or None
            The dimension of two labels.
        instead : str
            What else a caller could have given, for the error.
        **roles : str, sequence of str or None
            The dimensions that have another part, by the argument that says so: those of two groups may not.

        Raises
        ------
        InvalidTypeError
            If both are given, or neither; or `groups` is no mapping of one dimension, and there is no `of`.
        InvalidInputError
            If `of` or `period` is given where it says nothing, or the dimension of the groups has another part.
        """
        if (between is None) == (groups is None):
            lead = (
                "between must be given with a tally or frame"
                if groups is None
                else "between and groups cannot both be given"
            )
            msg = (
                f"{lead}: between=(earlier, later) compares two periods, and groups=('Eastside', 'Westside') with "
                f"of='district' two groups{instead}."
            )
            raise InvalidTypeError(msg)
        if groups is None:
            return cls.of_periods(period, between, of)
        if period != "period":
            msg = f"period= goes with between=, and two groups are compared; got {period!r}. Leave it out."
            raise InvalidInputError(msg)
        if isinstance(groups, Mapping):
            if len(groups) != 1 or of is not None:
                msg = (
                    "groups must be a mapping of one dimension to two of its labels, without of=, as in "
                    f"groups={{'district': ('Eastside', 'Westside')}}; got {_check.shown(groups)}"
                    f"{'' if of is None else f' and of={of!r}'}."
                )
                raise InvalidTypeError(msg)
            ((of, groups),) = groups.items()
        if of is None:
            msg = "of must be given with groups=, their dimension, as in groups=('Eastside', 'Westside'), of='district'."
            raise InvalidTypeError(msg)
        dim = _check.text(of, "of")
        for role, dims in roles.items():
            if dim in ((dims,) if isinstance(dims, str) else dims or ()):
                msg = f"{dim!r} is the dimension of groups=, which is what is compared: {role}= must name another."
                raise InvalidInputError(msg)
        return cls(dim, groups, groups=True)

    @classmethod
    def of_periods(cls, period: str, between: Any = None, of: Any = None, /) -> Asked:
        """Read it of periods, which need no of=."""
        if of is not None:
            msg = f"of= names the dimension of groups=, and there is none; got {of!r}. Leave it out."
            raise InvalidInputError(msg)
        return cls(period, between)

    @classmethod
    def of_parts(cls, between: Any, period: str, groups: Any, /, **roles: Any) -> Asked:
        """Read it where of= names the parts of a change, so that groups= is a mapping."""
        if groups is not None and not isinstance(groups, Mapping):
            msg = (
                "groups must be a mapping of their dimension to two of its labels, as in "
                "groups={'district': ('Eastside', 'Westside')}, since of= names the parts; "
                f"got {_check.shown(groups)}."
            )
            raise InvalidTypeError(msg)
        return cls.of(between, period, groups, **roles)

    @property
    def period(self) -> str:
        """The dimension of the periods that are compared; empty where two groups are, of each period."""
        return "" if self.groups else self.dim

    def sides(self, tally: Tally) -> tuple[Side, Side]:
        """Take the two sides of a tally."""
        return (both_groups if self.groups else both_periods)(tally, self.pair, self.dim)


def over_periods(
    tally: Tally,
    asked: Asked,
    versus: str | None,
    by: tuple[str, ...],
    figure: Callable[[tuple[Side, Side]], FigureT | Results[FigureT]],
) -> FigureT | Results[FigureT]:
    """Make the figure of two sides; or a table of every period with the one before it, by group and period."""
    period = asked.dim
    if versus is None:
        return figure(asked.sides(tally))
    table_of = cast("Callable[[tuple[Side, Side]], Results[FigureT]]", figure)  # of several periods
    pairs = pairs_of_periods(tally, versus, period)
    if not pairs:
        empty = tally._where({period: label_array([])})
        table = table_of((Side(empty, period), Side(empty, period)))
        return table[:0]._evolve(keys={d: label_array([]) for d in (*by, period)}, exclusions=None)
    table = Results._stack([table_of(pair) for pair in pairs], {period: [new.own for _, new in pairs]})
    for dim in reversed(by):
        table = table.sort(dim)
    return table
