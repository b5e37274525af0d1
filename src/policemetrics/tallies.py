"""`Tally`: exact counts by key, with what proves supply and what was left out.

Every metric is a function of a tally. Tallies of two halves add up to the tally of the whole.

A tally is three relations (`Cells`) over dimensions of their own: what was counted, the coverage that proves supply,
and the ledger of what was left out, which has the dimension ``reason`` besides. What a user calls checks what it is
given; what is private does not, and is for the package alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, Never

import attrs
import numpy as np

from policemetrics import _cells, _check, _sources, _spans, _totals, _write
from policemetrics._alike import meant, warn_of_spellings
from policemetrics._cells import (
    DROPPED,
    MEASURED,
    MISSING,
    NOT_SUPPLIED,
    REASON,
    Cells,
    Encoded,
    LabelArray,
    filled,
    merged,
)
from policemetrics._handover import Handed, arrow_of, pandas_of, polars_of
from policemetrics._sent import (
    Kept,
    Left,
    Lost,
    Renamed,
    Senders,
    Sent,
    Step,
    Windows,
    grain,
    identities,
    is_time,
    joined,
    regained,
    reports,
    reports_of,
    sent_twice,
    time_dims,
)
from policemetrics._sources import Source
from policemetrics._typing import Column, Every, IntArray, Label, Labels, Names, Number, Numbers
from policemetrics.errors import (
    IncompatibleTalliesError,
    InvalidInputError,
    InvalidTypeError,
    Note,
    TotalByNameWarning,
    UnknownNameError,
)
from policemetrics.periods import Period, same_period
from policemetrics.results import label_array

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

COUNT: Final = "count"  # the column of the counts in every table
SUPPLIED: Final = "supplied"  # the unit of a coverage

# How reasons in a ledger begin.
# Why two stamps give no time to count, whether or not it occurs in a ledger.
MISSING_START: Final = "missing start"
MISSING_END: Final = "missing end"
STILL_OPEN: Final = "still_open"  # the dimension of times of what had ended, 0, and of what had not, 1
CLOCK_CHANGE: Final = "clock change"
PLACEHOLDER: Final = "placeholder "  # how the reason of an end begins that stands for a missing one
NEGATIVE: Final = "negative"
ZERO: Final = "zero"
CLOCK_REASONS: Final = (MISSING_START, MISSING_END, CLOCK_CHANGE, NEGATIVE, ZERO)
_MOST_CELLS_SHOWN: Final = 20


@attrs.frozen(init=False, eq=False, repr=False)
class Tally(Handed):
    """Counts by key: whole numbers, exact, immutable, and mergeable with ``+``.

    Make one with `tally` from a data frame or with `from_columns` from plain columns. A cell in the tally, even a
    0, shows that data were supplied. Cells may be negative, because corrections are. Labels are text or whole
    numbers, except in the dimension ``seconds``, which has measured times as float seconds.

    Attributes
    ----------
    dims : tuple of str
        The dimensions of the key.
    coverage : Tally or None
        The keys that are known to be supplied, over the dimensions that prove it. Inside it an absent cell is 0;
        outside it a figure is not available. None: only the cells show what was supplied.
    excluded : Tally or None
        The ledger: what was left out, by the same dimensions and ``reason``.
    overlapping : frozenset of str
        Dimensions whose labels overlap and must not be added up.
    unit : str
        What is counted: ``"rows"``, the name of the column that ``count=`` adds up, or ``"counts"``.

    Examples
    --------
    >>> t = Tally.from_columns({"force": ["Kent", "Kent", "Essex"], "year": [2023, 2024, 2024]}, [7, 5, 3])
    >>> t.total, t.labels("force")
    (15, ('Essex', 'Kent'))
    >>> t.sum_to("force").to_dict()
    {'force': ['Essex', 'Kent'], 'count': [3, 12]}
    """

    _cells: Cells
    _supplied: Cells | None  # each key counted once
    _ledger: Cells | None  # None rather than empty
    overlapping: frozenset[str]
    unit: str
    _sent: tuple[Sent, ...]  # what was sent, as it was sent, and the steps since
    _marks: tuple[
        Cells, ...
    ]  # labels that the caller said were not supplied, over their own dimensions and the reason
    _no_totals: Mapping[str, frozenset[Any]]  # labels that the caller said are no totals, by dimension

    # ---- making -------------------------------------------------------------------------

    def __init__(self, *_: Never, **__: Never) -> None:
        msg = "Tally must be made with tally(frame, by=…) or Tally.from_columns(columns, counts), not with Tally(…)."
        raise InvalidTypeError(msg)

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, Labels | Numbers],
        counts: Iterable[Number] | Column,
        *,
        coverage: Names | Senders | None = None,
        overlapping: Names = (),
        unit: str = "counts",
    ) -> Tally:
        """Make a tally from plain columns: lists, arrays, or the columns of any data frame.

        Parameters
        ----------
        columns : mapping of str to sequence of str or int
            The label of each cell, by dimension; all of one length. Keys that occur more than once
            add up. A row without a label goes to the ledger as ``"missing <dimension>"``. The
            dimension ``seconds`` takes numbers, in seconds, or a column of durations.
        counts : iterable of int
            The count of each cell, of the same length; 0 and negative corrections are kept.
        coverage : str, sequence of str or Exposure, optional
            The dimensions whose keys prove that data were supplied; or an exposure, whose areas are then the
            suppliers, in every period that occurs.
        overlapping : str or sequence of str, optional
            Dimensions whose labels overlap, so that they must not be added up.
        unit : str, optional
            What is counted. Default is ``"counts"``.

        Returns
        -------
        Tally
            The counts by key.

        Raises
        ------
        InvalidInputError
            If lengths differ, a count is not whole, or a sum does not fit in 64 bits.
        InvalidTypeError
            If a label is neither text nor a whole number: codes read as floats, for example.

        Examples
        --------
        >>> Tally.from_columns({"offence": ["4.1", "4.10", "4.1"]}, [2, 1, 3]).to_dict()
        {'offence': ['4.1', '4.10'], 'count': [5, 1]}
        """
        if not isinstance(columns, Mapping):
            msg = f"columns must be a mapping of dimension to labels; got {type(columns).__name__}."
            raise InvalidTypeError(msg)
        dims = _check.names(tuple(columns), "columns")
        for dim, whose in ((REASON, "the ledger's own dimension"), (COUNT, "the column of the counts")):
            if dim in dims:
                msg = f"columns must not name {dim!r}, which is {whose}; give yours another name."
                raise InvalidInputError(msg)
        whole = _check.whole_column(counts)
        _check.same_index({**columns, "counts=": counts})
        coded = {d: _cells.encode(columns[d], d) for d in dims}
        _check.same_length({d: codes for d, (_, codes) in coded.items()} | {"counts=": whole})
        return cls._from_codes(coded, whole, coverage=coverage, overlapping=overlapping, unit=unit)

    @classmethod
    def _from_codes(
        cls,
        coded: Mapping[str, Encoded],
        counts: IntArray,
        *,
        coverage: Names | Senders | None = None,
        overlapping: Names = (),
        unit: str = "counts",
        months: frozenset[int] | None = None,
        tidy: bool = False,
    ) -> Tally:
        """Build a tally from encoded columns, given by dimension. The columns are not validated.

        Those that are `tidy` make cells as they are: no label is missing or unused, no key repeats, and they are in order.
        """
        dims = tuple(coded)
        _warn_of_spellings(coded)
        if tidy:
            labels, codes = zip(*coded.values(), strict=True) if coded else ((), ())
            cells, ledger = Cells(dims, labels, codes, counts), None
        else:
            cells, ledger = _cells.split_missing(dims, tuple(coded.values()), counts)
        found = cls._of(
            cells,
            ledger=ledger,
            overlapping=frozenset(_within(overlapping, "overlapping", dims)),
            unit=_check.text(unit, "unit"),
        )
        if isinstance(coverage, Senders):
            if lacking := [d for d in coverage.by if d not in dims]:
                msg = f"coverage is given by {_check.listing(coverage.by)}: keep {_check.listing(lacking)} in the tally, too."
                raise UnknownNameError(msg)
            found = found._with_coverage(coverage.by, coverage)
        elif coverage is not None:
            found = found._with_coverage(_within(coverage, "coverage", dims))
        return found if months is None else found._evolve(sent=(attrs.evolve(found._sent[0], months=months),))

    @classmethod
    def _of(
        cls,
        cells: Cells,
        supplied: Cells | None = None,
        ledger: Cells | None = None,
        overlapping: frozenset[str] = frozenset(),
        unit: str = "counts",
        sent: tuple[Sent, ...] | None = None,
        marks: tuple[Cells, ...] = (),
        no_totals: Mapping[str, frozenset[Any]] = {},  # never written to
    ) -> Tally:
        """Build a tally from its relations, by default as it was sent. Nothing is validated."""
        found = cls.__new__(cls)
        made = (Sent(cells, _cells.lacking_labels(ledger), supplied),) if sent is None else sent
        found.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # made by attrs for init=False
            cells, supplied, ledger, overlapping, unit, made, marks, no_totals
        )
        return found

    def _evolve(self, **changes: Any) -> Tally:
        """Return the tally with other relations, as `attrs.evolve` would. Nothing is validated."""
        parts = {
            "cells": self._cells,
            "supplied": self._supplied,
            "ledger": self._ledger,
            "overlapping": self.overlapping,
            "unit": self.unit,
            "sent": self._sent,
            "marks": self._marks,
            "no_totals": self._no_totals,
        }
        return self._of(**(parts | changes))

    def _then(self, step: Step, *renamed: str) -> tuple[Sent, ...]:
        """Take one more step from what was sent; it may rename a dimension."""
        return tuple(
            [
                attrs.evolve(one, steps=(*one.steps, step), renamed=one.renamed | {*renamed})
                for one in self._sent
            ]
        )

    def _with_coverage(self, dims: tuple[str, ...], senders: Senders | None = None) -> Tally:
        """Take the keys over `dims` as supplied; an excluded row proves supply as well as a counted one.

        Where it is said who sends, all of them sent every period that occurs.
        """
        if senders is not None:
            dims = (*dims, *(d for d in time_dims(self._sent) if d not in dims))
        supplied = self._cells.keys(dims)
        if self._ledger is not None:
            named = self._ledger.keys(dims)
            for dim in dims:
                named = named.select(named.where_label(dim, lambda label: label != MISSING))
            supplied = supplied.union(named).keys()
        if senders is not None:
            supplied = supplied.union(reports_of(senders, supplied)).keys()
        found = self._of(self._cells, supplied, self._ledger, self.overlapping, self.unit)
        return found._evolve(sent=(attrs.evolve(found._sent[0], named=senders is not None),))

    def _from_files(self, *sources: Source) -> Tally:
        """Say which published files the counts were read from."""
        return self._evolve(sent=tuple(attrs.evolve(one, sources=sources) for one in self._sent))

    def released(self, when: str, /) -> Tally:
        """Name the release of the counts, so that a comparison with another release says so.

        Parameters
        ----------
        when : str
            The release in words: ``"18 July 2024"``. The readers of `policemetrics.official` take it from the file.

        Returns
        -------
        Tally
            The same counts; their `sources` know the release.

        Examples
        --------
        >>> first = Tally.from_columns({"period": ["2022/23"]}, [7]).released("July 2023")
        >>> later = Tally.from_columns({"period": ["2023/24"]}, [8]).released("July 2024")
        >>> [source.released for source in (first + later).sources]
        ['July 2023', 'July 2024']
        """
        _check.text(when, "when")
        unknown = (Source(file="counts", sha256=""),)
        sent = [
            attrs.evolve(one, sources=tuple(attrs.evolve(s, released=when) for s in one.sources or unknown))
            for one in self._sent
        ]
        return self._evolve(sent=tuple(sent))

    # ---- reading ------------------------------------------------------------------------

    @property
    def dims(self) -> tuple[str, ...]:
        """The dimensions of the key."""
        return self._cells.dims

    @property
    def coverage(self) -> Tally | None:
        """The keys that are known to be supplied, each counted once; None if only the cells show what was supplied."""
        return None if self._supplied is None else Tally._of(self._supplied, unit=SUPPLIED)

    @property
    def excluded(self) -> Tally | None:
        """What was left out, by the same dimensions and ``reason``; None if nothing was."""
        return None if self._ledger is None else Tally._of(self._ledger, unit=self.unit)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The published files from which `policemetrics.official` read the counts; empty for other counts."""
        found = [one.sources for one in self._sent if one.sources]
        return _sources.joined(*found) if found else ()

    @property
    def total(self) -> int:
        """Sum of all counts that have every label; ``sum_to().total`` also counts those that lack one.

        Raises
        ------
        InvalidInputError
            If labels overlap, so that their sum would count some twice.
        """
        self._refuse_overlap(())
        self._refuse_totals()
        return self._cells.total

    def __len__(self) -> int:
        return len(self._cells)

    def labels(self, dim: str) -> tuple[Any, ...]:
        """Return the distinct labels of a dimension, sorted.

        Parameters
        ----------
        dim : str
            A dimension of the tally.

        Returns
        -------
        tuple of str or int
            The labels of the cells; float seconds for the dimension ``seconds``.

        Raises
        ------
        UnknownNameError
            If the tally has no such dimension.
        """
        self._require_dims(dim)
        return tuple(self._cells.shown(dim).tolist())

    def _require_dims(self, *dims: str) -> None:
        """Refuse dimensions that the tally does not have, and list those it has."""
        for dim in dims:
            if dim not in self.dims:
                gone = self._supplied is not None and dim in self._supplied.dims
                why = "has summed away the dimension" if gone else "has no dimension"
                msg = f"the tally {why} {dim!r}; it has {_check.listing(self.dims)}."
                raise UnknownNameError(msg)

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the cells as columns: the label of each dimension, then ``count``.

        Returns
        -------
        dict of str to list
            One list per column, in the order of the keys.
        """
        return self._cells.to_dict()

    def to_arrow(self) -> pa.Table:
        """Return the cells as an Arrow table: the dimensions, then ``count``.

        Returns
        -------
        pyarrow.Table
            One row per cell: text, 64-bit integers, and for seconds floats. In a ledger, and among whole
            numbers, a label that is missing is null.

        Raises
        ------
        MissingDependencyError
            If pyarrow is not installed.
        """
        return arrow_of(*self._typed(), "Tally.to_arrow")

    def to_pandas(self) -> pd.DataFrame:
        """Return the cells as a pandas data frame: the dimensions, then ``count``.

        Returns
        -------
        pandas.DataFrame
            One row per cell, with the types of `to_arrow`.

        Raises
        ------
        MissingDependencyError
            If pandas is not installed.
        """
        return pandas_of(*self._typed(), "Tally.to_pandas")

    def to_polars(self) -> pl.DataFrame:
        """Return the cells as a polars data frame: the dimensions, then ``count``.

        Returns
        -------
        polars.DataFrame
            One row per cell, with the types of `to_arrow`.

        Raises
        ------
        MissingDependencyError
            If polars is not installed.
        """
        return polars_of(*self._typed(), "Tally.to_polars")

    def _typed(self) -> tuple[dict[str, list[Any]], dict[str, str]]:
        """Return the cells as columns, and the kind of each."""
        columns, kinds = self.to_dict(), {COUNT: "int"}
        for dim in self.dims:
            whole = _kinds(self._cells.label(dim)) == {int}
            if whole or REASON in self.dims:
                columns[dim] = [None if v == MISSING else v for v in columns[dim]]
            kinds[dim] = (
                "float"
                if dim == MEASURED
                else "int or None"
                if whole and None in columns[dim]
                else "int"
                if whole
                else "str"
            )
        return columns, kinds

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return (
            self._cells.equals(other._cells)
            and _equal(self._supplied, other._supplied)
            and _equal(self._ledger, other._ledger)
            and self.overlapping == other.overlapping
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __repr__(self) -> str:
        return f"{_write.text_table(*self._shown(), left=len(self.dims))}\n[{self._footer()}]"

    def _repr_html_(self) -> str:
        return _write.html_table(*self._shown(), left=len(self.dims), caption=self._footer())

    def _shown(self) -> tuple[list[str], list[list[str]]]:
        head = self._cells.select(np.arange(len(self)) < _MOST_CELLS_SHOWN).to_dict()
        rows = [[*map(str, row[:-1]), _write.count(row[-1])] for row in zip(*head.values(), strict=True)]
        return list(head), rows

    def _footer(self) -> str:
        added = not any(
            len(self._cells.label(dim)) > 1
            and (dim in self.overlapping or _totals.proven(self._cells, dim, none=self._none_of(dim)))
            for dim in self.dims
        )
        counted = (
            f"{_write.count(self._cells.total)} {self.unit} in " if added else ""
        )  # overlapping, they do not add up
        parts = [f"Tally of {counted}{_write.count(len(self))} cells"]
        if len(self) > _MOST_CELLS_SHOWN:
            parts[0] += f", the first {_MOST_CELLS_SHOWN} shown"
        if self._supplied is not None:
            parts.append(f"supply proved by {', '.join(self._supplied.dims)}")
        if self.overlapping:
            parts.append(f"overlapping {', '.join(sorted(self.overlapping))}")
        if self._ledger is not None:
            reasons = self._ledger.project([REASON]).to_dict()
            named = zip(reasons[REASON], reasons["count"], strict=True)
            parts.append("excluded " + ", ".join(f"{r} {_write.count(n)}" for r, n in named))
        return "; ".join(parts)

    # ---- adding -------------------------------------------------------------------------

    def __add__(self, other: Tally) -> Tally:
        """Merge two tallies of the same dimensions: counts, coverage and ledger add up. What a file sent is added once."""
        if not isinstance(other, Tally):
            return NotImplemented
        if set(self.dims) != set(other.dims):
            msg = (
                f"tallies must have the same dimensions to be added; got {_check.listing(self.dims)} "
                f"and {_check.listing(other.dims)}; use sum_to() first."
            )
            raise IncompatibleTalliesError(msg)
        for dim in self.dims:
            _refuse_mixture(dim, self._cells.label(dim), other._cells.label(dim))
        if twice := sent_twice(self._sent, other._sent):
            first = " ".join(str(labels[0]) for dim, labels in twice.items() if dim in self.dims)
            msg = (
                f"tallies that were read from published files must not hold the same cells to be added; {first} stands in both, "
                f"as do {_write.count(len(twice['count']) - 1)} more cells, and would count twice."
            )
            raise IncompatibleTalliesError(msg)
        cells = self._cells.union(other._cells)
        # Two years may each write a force in their own way.
        grown = [
            dim
            for dim in self.dims
            if len(cells.label(dim)) > max(len(t._cells.label(dim)) for t in (self, other))
        ]
        _warn_of_spellings({dim: (cells.label(dim), cells.code(dim)) for dim in grown})
        return Tally._of(
            cells,
            self._joint_coverage(other),
            merged(self._ledger, other._ledger),
            self.overlapping | other.overlapping,
            self.unit if self.unit == other.unit else "counts",
            self._sent + other._sent,
            self._marks + other._marks,
            {
                dim: self._none_of(dim) | other._none_of(dim)
                for dim in {**self._no_totals, **other._no_totals}
            },
        )

    def __radd__(self, other: int) -> Tally:
        """Let ``sum(tallies)`` start from 0."""
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def _joint_coverage(self, other: Tally) -> Cells | None:
        mine, theirs = self._supplied, other._supplied
        if mine is None and theirs is None:
            return None
        if mine is None or theirs is None or set(mine.dims) != set(theirs.dims):
            shown = [_check.listing(c.dims) if c is not None else "none" for c in (mine, theirs)]
            msg = f"tallies must state coverage over the same dimensions to be added; got {shown[0]} and {shown[1]}."
            raise IncompatibleTalliesError(msg)
        return mine.union(theirs).keys()

    def sum_to(self, *dims: str) -> Tally:
        """Add up to fewer dimensions; who sent what is kept, and the ledger is added up in the same way.

        What was left out because it lacks a label counts again if that dimension is summed away: a total does not
        need the label. What was dropped stays out.

        Parameters
        ----------
        *dims : str
            The dimensions to keep, in the order wanted; none for the total alone.

        Returns
        -------
        Tally
            Counts by the kept dimensions.

        Raises
        ------
        UnknownNameError
            If there is no such dimension.
        InvalidInputError
            If that would add labels that overlap, or a total to its parts.

        Warns
        -----
        TotalByNameWarning
            If a label that is added up is a total by its name alone.

        Notes
        -----
        A label is treated as a total if it is the sum of others in every cell, and one of two things holds.
        Either the definitions name it as a total of them (`policemetrics.definitions.wholes`). Or so many counts
        agree that chance would do it in fewer than 1 of 1,024 tables of independent counts, in which the label is
        on average as large as the others together. This was tried on 40,000 random tables of three labels and two
        periods, with a mean count of 3, 10 and 40: no label was treated as a total, although the sums agree in
        2.1%, 0.05% and 0% of the tables. If one label is on average as large as the other two together, it
        happened in 0%, 0% and 0.04%. If a label is the sum of others by chance, say so with :meth:`no_total`.

        Examples
        --------
        >>> t = Tally.from_columns({"lsoa": ["E1", None], "year": [2018, 2018]}, [2, 3])
        >>> t.total, t.sum_to("year").total
        (2, 5)
        """
        kept = _check.names(dims, "dims")
        self._require_dims(*kept)
        self._refuse_totals(kept)
        return self._summed(kept)

    def _summed(self, kept: tuple[str, ...]) -> Tally:
        """Add up to fewer dimensions; that no total is added to its parts has been seen to."""
        whole = self._regained(kept)
        return Tally._of(
            whole._added_up(kept),
            self._supplied,
            None if whole._ledger is None else whole._ledger.project((*kept, REASON)),
            self.overlapping & set(kept),
            self.unit,
            self._sent,
            self._marks,
            self._no_totals,
        )

    def _added_up(self, kept: tuple[str, ...]) -> Cells:
        """Add the cells up to some dimensions."""
        self._refuse_overlap(kept)
        return self._cells.project(kept)

    def _regained(self, kept: Sequence[str]) -> Tally:
        """Count again what only lacks labels of other dimensions than those `kept`; they stand as missing in its cells."""
        if self._ledger is None:
            return self
        back, ledger = regained(self._ledger, kept, self.overlapping - {*kept})
        return self if back is None else self._evolve(cells=self._cells.union(back), ledger=filled(ledger))

    def _grain(self) -> Cells:
        """Return the counts at the grain at which they were sent, those among them that lack a label not needed here."""
        made = dict.fromkeys(d for one in self._sent for d in one.cells.dims)
        unneeded = [d for d in made if d not in self.dims or MISSING in self._cells.label(d).tolist()]
        return grain(self._sent, unneeded)

    def _refuse_overlap(self, kept: tuple[str, ...]) -> None:
        """Refuse to add up labels that overlap."""
        for dim in sorted(self.overlapping - set(kept)):
            if len(self._cells.label(dim)) > 1:
                msg = (
                    f"the labels of {dim!r} overlap and do not add up ({_check.listing(self.labels(dim), most=5)}); "
                    f"keep {dim!r} in by=, or choose one with where({dim}=…)."
                )
                raise InvalidInputError(msg)

    def _refuse_totals(self, kept: Iterable[str] = (), chosen: _totals.Part = ()) -> tuple[Note, ...]:
        """Refuse to add a total to its parts, in the cells that are chosen; what only its name says is warned of.

        It is returned, too, so that it travels with a figure.
        """
        notes = []
        for dim in self.dims:
            if dim in kept or dim in self.overlapping or dim == MEASURED or not self._may_hold_totals(dim):
                continue
            if (note := _totals.refuse(self._cells, dim, kept, chosen, self._none_of(dim))) is not None:
                _check.warn(TotalByNameWarning, note)
                notes.append(note)
        return tuple(notes)

    def _none_of(self, dim: str) -> frozenset[Any]:
        """Return the labels of a dimension that the caller said are no totals."""
        return self._no_totals.get(dim, _totals.NONE)

    def _may_hold_totals(self, dim: str) -> bool:
        """Return whether there can be a total among labels: of two alone numbers tell nothing, only their names."""
        labels = self._cells.label(dim).tolist()
        if len(labels) != 2 or REASON in self.dims or self.unit == SUPPLIED:
            return len(labels) > 2 and REASON not in self.dims and self.unit != SUPPLIED
        known = _totals.known()
        names = [known.named.get(label) for label in _check.spelt([*map(str, labels)])]
        return all(names) or not known.without.keys().isdisjoint(names)

    def forget(self) -> Tally:
        """Return the same counts without the forces and months from which they were added up.

        A total still knows what was sent, force by force and month by month. To pass on a tally as an object (for
        example pickled) with its totals only, forget the rest.

        Returns
        -------
        Tally
            The same counts, coverage and ledger.

        Examples
        --------
        >>> t = Tally.from_columns({"force": ["Kent", "Essex"]}, [7, 3])
        >>> t.sum_to().forget().total
        10
        """
        found = Tally._of(
            self._cells,
            self._supplied,
            self._ledger,
            self.overlapping,
            self.unit,
            no_totals=self._no_totals,
        )
        return found._from_files(*self.sources)

    # ---- choosing -----------------------------------------------------------------------

    def where(self, /, **labels: Any) -> Tally:
        """Keep the cells with these labels; coverage and ledger are narrowed in the same way.

        Parameters
        ----------
        **labels : str, int or iterable of them
            Label or labels by dimension; a cell must match in all of them.

        Returns
        -------
        Tally
            The chosen part. This part and the rest, from `drop` with the same labels, make up the whole.

        Raises
        ------
        UnknownNameError
            If a dimension or a label does not occur; the error lists what there is.

        Examples
        --------
        >>> t = Tally.from_columns({"force": ["Kent", "Essex"]}, [7, 3])
        >>> t.where(force="Kent").total
        7
        """
        return self._where(self._wanted(labels))

    def _where(self, wanted: Mapping[str, LabelArray]) -> Tally:
        """Keep what has these labels in cells, coverage and ledger; those that do not occur are passed over."""
        return self._evolve(
            cells=self._cells.select(self._cells.match(wanted)),
            supplied=_narrowed(self._supplied, wanted),
            ledger=filled(_narrowed(self._ledger, wanted)),
            sent=self._then(Kept(wanted)),
            marks=tuple(kept for mark in self._marks if (kept := filled(_narrowed(mark, wanted)))),
        )

    def drop(self, reason: str = "", /, **labels: Any) -> Tally:
        """Leave out the cells with these labels, and list them in the ledger.

        If nothing is left of a supplier in any period, it is no longer a supplier, unless `coverage` named the
        suppliers.

        Parameters
        ----------
        reason : str, optional
            Why they are left out, for the ledger. Default is no reason.
        **labels : str, int or iterable of them
            Label or labels by dimension; a cell is dropped where it matches in all of them.

        Returns
        -------
        Tally
            The rest; what was dropped is in `excluded` as ``"dropped: <dimension>"``, or ``"dropped: <dimension>
            (<reason>)"``.

        Raises
        ------
        UnknownNameError
            If a dimension or a label does not occur; the error lists what there is.

        Examples
        --------
        >>> t = Tally.from_columns({"force": ["Kent", "Action Fraud"]}, [7, 3]).drop(force="Action Fraud")
        >>> t.total, t.excluded.to_dict()["reason"]
        (7, ['dropped: force'])
        """
        wanted = self._wanted(labels)
        why = f" ({_check.text(reason, 'reason')})" if reason != "" else ""
        found, times = self._exclude(wanted, DROPPED + " and ".join(wanted) + why), time_dims(self._sent)
        reports = () if self._supplied is None else self._supplied.dims
        if {*wanted} <= {*reports} or {*wanted} & {*times} or any(one.named for one in self._sent):
            return found
        return found._without_idle(self, [d for d in reports if d not in times])

    def _without_idle(self, before: Tally, who: Sequence[str]) -> Tally:
        """Leave out suppliers that sent something `before`, and of whom nothing is left: of frauds alone, where these were dropped."""
        there = self._cells.keys(who)
        if self._ledger is not None:  # what was left out otherwise came in, or is known to be missing
            others = self._ledger.where_label(REASON, lambda reason: not reason.startswith(DROPPED))
            there = there.union(self._ledger.select(others).known(who))
        had = before._cells.keys(who)
        idle, found = had.select(~had.within(there.keys())), self
        for key in zip(*(idle.column(d).tolist() for d in who), strict=True):
            left = Left({d: label_array([v]) for d, v in zip(who, key, strict=True)})
            supplied = found._supplied
            found = found._evolve(supplied=supplied and left.on(supplied), sent=found._then(left))
        return found

    def not_supplied(self, reason: str, /, **labels: Any) -> Tally:
        """Mark cells as not supplied: a source wrote a figure, often 0, although it had no valid data.

        The mark is for everything with these labels, whether there is a cell or not.

        Parameters
        ----------
        reason : str
            Why they are not valid; every figure that needs them gives this reason.
        **labels : str, int or iterable of them
            Label or labels by dimension; a cell is marked where it matches in all of them.

        Returns
        -------
        Tally
            The tally without these cells. They are in `excluded` as ``"not supplied: <reason>"``, and a figure
            that needs them is not available, for that reason.

        Raises
        ------
        UnknownNameError
            If a dimension or a label does not occur.
        InvalidInputError
            If no cell has these labels.

        Examples
        --------
        >>> t = Tally.from_columns({"force": ["Kent", "Cumbria"]}, [7, 0])
        >>> t.not_supplied("nothing sent in 2014/15", force="Cumbria").labels("force")
        ('Kent',)
        """
        wanted = self._wanted(labels)
        _check.text(reason, "reason")
        if not self._cells.match(wanted).any():
            msg = f"not_supplied must match a cell; none has {labels}. What is absent is not available without it."
            raise InvalidInputError(msg)
        mark = Cells.single()
        for dim, values in wanted.items():
            mark = joined(mark.extend(dim, label) for label in values.tolist())
        found = self._exclude(wanted, NOT_SUPPLIED + reason)
        return found._evolve(marks=(*found._marks, mark.keys().extend(REASON, reason)))

    def no_total(self, /, **labels: Any) -> Tally:
        """Say that labels are not totals of others, whatever their numbers and names, so that they are added up with them.

        A label that is the sum of others in every cell is treated as their total (see :meth:`sum_to`), and is not
        added to them. In a small table of round numbers this may happen by chance.

        Parameters
        ----------
        **labels : str, int or iterable of them
            Label or labels by dimension; none of them is a total of others.

        Returns
        -------
        Tally
            The same counts, which now add up. Any other label that is a total is still an error.

        Raises
        ------
        UnknownNameError
            If a dimension or a label does not occur; the error lists what there is.

        Examples
        --------
        >>> t = Tally.from_columns(
        ...     {"force": ["Kent", "Essex", "Surrey"] * 2, "year": [2023] * 3 + [2024] * 3}, [200, 120, 80, 250, 150, 100]
        ... )
        >>> t.no_total(force="Kent").sum_to("year").to_dict()
        {'year': [2023, 2024], 'count': [400, 500]}
        """
        said = {dim: frozenset(found.tolist()) for dim, found in self._wanted(labels).items()}
        return self._evolve(
            no_totals={**self._no_totals, **{d: self._none_of(d) | found for d, found in said.items()}}
        )

    def _wanted(self, labels: Mapping[str, Any]) -> dict[str, LabelArray]:
        """Check the labels asked for against all that the tally knows of."""
        if not labels:
            msg = "name at least one dimension with its label or labels, as in force='Kent'."
            raise InvalidInputError(msg)
        self._require_dims(*labels)
        return {dim: self._labels_asked(dim, asked) for dim, asked in labels.items()}

    def _labels_asked(self, dim: str, asked: Any) -> LabelArray:
        several = isinstance(asked, Iterable) and not isinstance(asked, str | bytes | Period)
        listed: list[Any] = list(asked) if several else [asked]
        known = self._known_labels(dim)
        if dim == MEASURED:
            stamps = _cells.microseconds(listed, dim)
            for value, stamp in zip(listed, stamps.tolist(), strict=True):
                if stamp not in known:
                    msg = f"{dim} must be among the times that occur; got {value}."
                    raise UnknownNameError(msg)
            return stamps
        there, texts = set(known), all(isinstance(v, str) for v in known)
        found: list[Any] = []
        for value in listed:
            if isinstance(value, Period) or (isinstance(value, str) and value not in there and texts):
                same = same_period(value, known, dim)
                found += [value.label] if same == [value] and isinstance(value, Period) else same
            else:
                found.append(_cells.plain(value))
        for value in found:
            if isinstance(value, bool):
                msg = f"{dim} must be a label, text or a whole number; got {value}."
                raise InvalidTypeError(msg)
            if not isinstance(value, str | int) or value not in there:
                _check.known(value, dim, known, meant=meant(value, known))
        return label_array(found)

    def _known_labels(self, dim: str) -> list[Any]:
        """Return every label of a dimension, in cells, coverage or ledger; the mark of a missing one is none."""
        relations = [
            r for r in (self._cells, self._supplied, self._ledger) if r is not None and dim in r.dims
        ]
        labels = (
            v for r in relations for v in r.label(dim).tolist() if v != MISSING or r is not self._ledger
        )
        return list(dict.fromkeys(labels))

    def _ever_known(self, dim: str) -> list[Any]:
        """Return every label of a dimension that is known, those of periods that were not chosen among them."""
        made = [
            (one, one.cells if one.register is None or dim not in one.register.dims else one.register)
            for one in self._sent
        ]
        ever = (one.again(keys.keys((dim,))).label(dim).tolist() for one, keys in made if dim in keys.dims)
        return list(
            dict.fromkeys([*self._known_labels(dim), *(label for labels in ever for label in labels)])
        )

    def _exclude(self, wanted: Mapping[str, LabelArray], reason: str) -> Tally:
        """Move the cells that have all these labels to the ledger; what is dropped takes with it what was excluded before."""
        if REASON in self.dims:
            msg = "a ledger has no ledger of its own; choose from what was excluded with where()."
            raise InvalidInputError(msg)
        mask = self._cells.match(wanted)
        moved, ledger, supplied = self._cells.select(mask), self._ledger, self._supplied
        if ledger is not None and reason.startswith(DROPPED):
            there = ledger.match(wanted)
            moved, ledger = moved.union(ledger.select(there).project(self.dims)), ledger.select(~there)
        if supplied is not None and set(wanted) <= set(supplied.dims):
            supplied = supplied.select(~supplied.match(wanted))
        added = moved.extend(REASON, reason) if len(moved) else None
        return self._evolve(
            cells=self._cells.select(~mask),
            supplied=supplied,
            ledger=merged(filled(ledger), added),
            sent=self._then((Lost if reason.startswith(NOT_SUPPLIED) else Left)(wanted)),
            marks=tuple(
                mark.select(~mark.match(wanted)) if set(wanted) <= set(mark.dims) else mark
                for mark in self._marks
            ),
        )

    # ---- changing labels ----------------------------------------------------------------

    def relabel(
        self,
        dim: str,
        mapping: Mapping[Any, Label],
        *,
        others: Literal["keep", "refuse"] = "keep",
    ) -> Tally:
        """Rename or merge the labels of a dimension, also in coverage and ledger; who sent what is kept.

        Forces that are merged to a region are still the suppliers: if one of them is missing, part of the region
        is missing. Two labels that were never sent for the same period are one supplier, whose name changed.

        Parameters
        ----------
        dim : str
            A dimension of the tally.
        mapping : mapping of label to label
            New label by old label. Old labels with the same new label add up.
        others : {"keep", "refuse"}, optional
            What happens to labels that are not in `mapping`. Default is ``"keep"``.

        Returns
        -------
        Tally
            The same counts by the new labels.

        Raises
        ------
        UnknownNameError
            If a key of `mapping` matches no label, or `others` refuses one.
        InvalidInputError
            If a label is neither text nor a whole number, cells of labels that overlap would add up, or two names
            of one supplier are joined after :meth:`rolling`, which left out windows in which the name changed.

        Examples
        --------
        >>> t = Tally.from_columns({"force": ["Devon and Cornwall", "Kent"]}, [7, 3])
        >>> t.relabel("force", {"Devon and Cornwall": "Devon & Cornwall"}).labels("force")
        ('Devon & Cornwall', 'Kent')
        """
        self._require_dims(dim)
        _check.choice(others, "others", ("keep", "refuse"))
        if not isinstance(mapping, Mapping):
            msg = f"mapping must be a mapping of old label to new label; got {type(mapping).__name__}."
            raise InvalidTypeError(msg)
        if dim == MEASURED:
            msg = f"{MEASURED!r} holds measured times, which have no labels to rename."
            raise InvalidInputError(msg)
        known = self._ever_known(dim)
        mapping = {_cells.plain(old): _cells.plain(new) for old, new in mapping.items()}
        there = set(known)
        for key in (k for k in mapping if k not in there):
            _check.known(key, f"mapping key for {dim!r}", known, meant=meant(key, known))
        left = [v for v in known if v not in mapping]
        if others == "refuse" and left:
            msg = f"mapping must name every label of {dim!r}; it lacks {_check.listing(left, most=40)}."
            raise UnknownNameError(msg)
        _, codes = _cells.encode(
            [*mapping.values(), *left], dim
        )  # refuses what is no label, and a mix of kinds
        if (codes < 0).any():
            msg = f"mapping must give a label for each key; got none for one of {dim!r}."
            raise InvalidInputError(msg)
        found = self._relabel(dim, lambda label: mapping.get(label, label))
        if dim in self.overlapping and len(found) < len(self):
            msg = f"the labels of {dim!r} overlap and do not add up; mapping must not merge cells of them."
            raise InvalidInputError(msg)
        for step in found._sent[0].steps:
            if isinstance(step, Windows) and step.dim != dim:
                names = Counter(identities(found._sent, dim).values())
                before = Counter(identities(self._sent, dim).values())
                if twice := [who for who, n in names.items() if n > max(1, before[who])]:
                    msg = (
                        f"names of {dim!r} must be joined before rolling(): {_check.listing(twice, most=5)} is one supplier "
                        f"under several names, and windows in which the name changes were left out."
                    )
                    raise InvalidInputError(msg)
        if len(found) < len(self) and self._may_hold_totals(dim):
            _totals.refuse_merging(self._cells, dim, mapping, self._none_of(dim))
        return found

    def _relabel(self, dim: str, new: Callable[[Any], Any], *, step: bool = True) -> Tally:
        """Change the labels of a dimension in cells, coverage and ledger; `new` gives the new label of an old one.

        It is one more step from what was sent, unless `step` is false: then the new labels are for a moment only.
        """
        named = {} if dim == MEASURED or not step else {v: new(v) for v in self._ever_known(dim)}
        changed = {old: now for old, now in named.items() if old != now}
        supplied = self._supplied
        if supplied is not None and dim in supplied.dims:
            supplied = supplied.relabel(dim, new).keys()
        ledger = None if self._ledger is None else self._ledger.relabel(dim, new)
        # Periods that are written in another way, none of them merged, are no less what was sent.
        spelling = bool(changed) and len(set(named.values())) == len(named) and is_time(named.values())
        sent = (
            self._then(Renamed(dim, changed, spelling), *([] if spelling else [dim]))
            if changed
            else self._sent
        )
        marks = tuple(mark.relabel(dim, new).keys() if dim in mark.dims else mark for mark in self._marks)
        none = self._no_totals
        if dim in none:  # what is merged of others, too, may be one
            others = {new(v) for v in self._cells.label(dim).tolist() if v not in none[dim]}
            none = {**none, dim: frozenset(map(new, none[dim])) - others}
        return self._evolve(
            cells=self._cells.relabel(dim, new),
            supplied=supplied,
            ledger=ledger,
            sent=sent,
            marks=marks,
            no_totals=none,
        )

    def to_periods(self, every: Every, /, *, period: str = "period") -> Tally:
        """Add months or quarters up to longer periods.

        Parameters
        ----------
        every : {"month", "quarter", "calendar_year", "financial_year"}
            The periods to add up to; a financial year begins in April.
        period : str, optional
            The dimension that holds the periods. Default is ``"period"``.

        Returns
        -------
        Tally
            Counts by the longer periods. If a supplier sent only a part of a period, every figure leaves it out
            there, and says so. Coverage without `period` does not prove any month: a row of the supplier does.

        Raises
        ------
        InvalidInputError
            If a label is not a period, or does not lie within one of the longer periods.

        Examples
        --------
        >>> t = Tally.from_columns({"period": ["2023-04", "2023-05", "2024-04"]}, [1, 2, 4])
        >>> t.to_periods("quarter").to_dict()
        {'period': ['2023-Q2', '2024-Q2'], 'count': [3, 4]}
        """
        self._require_dims(period)
        within, same = _spans.longer(every, self._known_labels(period), self._ever_known(period), period)
        if period in self.overlapping:
            msg = f"the labels of {period!r} overlap and do not add up; choose one kind of them with where() first."
            raise InvalidInputError(msg)
        self._refuse_totals([d for d in self.dims if d != period])
        named = {label: p.label for label, p in within.items()}
        parts = self if same else self._proved(period)
        longer = parts._relabel(period, lambda label: named.get(label, label))
        # However few of them there are, these are parts of what they are called now.
        return longer if same else longer._evolve(sent=parts._then(Renamed(period, named), period))

    def _proved(self, period: str) -> Tally:
        """Let rows prove the parts of a longer period, where the coverage that was stated says nothing of time."""
        if self._supplied is None or period in self._supplied.dims:
            return self
        dims = (*self._supplied.dims, period)
        sent = tuple([attrs.evolve(one, register=one.rows(dims)) for one in self._sent])
        return self._evolve(supplied=reports(sent).keys(dims), sent=sent)

    def rolling(self, months: int, *, period: str = "period") -> Tally:
        """Add up every window of `months` months; the windows overlap, so they cannot be added up again.

        Parameters
        ----------
        months : int
            Length of a window: 12 for "year ending".
        period : str, optional
            The dimension that holds the months. Default is ``"period"``.

        Returns
        -------
        Tally
            Counts by window, labelled by its period, with `period` among the overlapping dimensions. A window
            counts the suppliers that sent all of its months; what the others sent is in the ledger. Coverage
            without `period` does not prove any month: a row of the supplier does. If no coverage was stated,
            there is a window only if each of its months has a cell.

        Raises
        ------
        InvalidInputError
            If the labels are not single months, or there are fewer than `months` of them.

        Examples
        --------
        >>> t = Tally.from_columns({"period": ["2024-01", "2024-02", "2024-03"]}, [1, 2, 4])
        >>> t.rolling(2).to_dict()
        {'period': ['2024-01 to 2024-02', '2024-02 to 2024-03'], 'count': [3, 6]}
        """
        self._require_dims(period)
        if period in self.overlapping:
            msg = f"{period!r} must hold single months to be rolled; the labels there are overlap."
            raise InvalidInputError(msg)
        named, windows = _spans.windows_of(months, self._known_labels(period), self._sent, period)
        spelt = self._proved(period)._relabel(period, lambda label: named.get(label, label))
        sent = spelt._then(windows, period)
        cells, supplied, ledger, marks = _spans.rolled(
            windows,
            (spelt._cells, spelt._supplied, spelt._ledger, spelt._marks),
            spelt._sent,
            sent,
            lambda: spelt._evolve(sent=sent)._grain(),
        )
        return spelt._evolve(
            cells=cells,
            supplied=supplied,
            ledger=ledger,
            overlapping=self.overlapping | {period},
            sent=sent,
            marks=marks,
        )


def as_given(data: Tally, dims: Iterable[str], count: str | None) -> Tally:
    """Return a tally that a metric was given; it must have the dimensions, and is counted already.

    What lacks a label that the metric does not need counts: it would of a frame, too.
    """
    if count is not None:
        msg = f"count= names a column of a frame; a tally is counted already; got count={count!r}."
        raise InvalidInputError(msg)
    data._require_dims(*dims)
    return data._regained(tuple(dims))


# ---- arguments --------------------------------------------------------------------------


def _within(value: Names, name: str, dims: tuple[str, ...]) -> tuple[str, ...]:
    found = _check.names(value, name)
    for dim in found:
        _check.known(dim, name, dims)
    return found


def _kinds(labels: LabelArray) -> set[type]:
    """Return the kinds of label there are, apart from the mark of a missing one."""
    return {int} if labels.dtype.kind == "i" else {type(v) for v in labels.tolist() if v != MISSING}


def _refuse_mixture(dim: str, first: LabelArray, second: LabelArray) -> None:
    if len(_kinds(first) | _kinds(second)) > 1:
        msg = f"tallies must hold one kind of label in {dim!r} to be added; got text and whole numbers."
        raise IncompatibleTalliesError(msg)


# ---- coverage and ledger ----------------------------------------------------------------


def without_own_drops(ledger: Cells, by: tuple[str, ...]) -> Cells:
    """Leave out of a ledger what was dropped by the group's own labels: the caller took that group away."""
    return ledger.select(
        ledger.where_label(
            REASON,
            lambda reason: not (reason.startswith(DROPPED) and _joins(reason.removeprefix(DROPPED), by)),
        )
    )


def _joins(text: str, names: tuple[str, ...]) -> bool:
    """Return whether a text is some of the names joined by "and", which may itself stand in a name."""
    return any(
        text == name
        or (text.startswith(f"{name} (") and text.endswith(")"))
        or (
            text.startswith(f"{name} and ")
            and _joins(text.removeprefix(f"{name} and "), names[:i] + names[i + 1 :])
        )
        for i, name in enumerate(names)
    )


def _narrowed(relation: Cells | None, wanted: Mapping[str, LabelArray]) -> Cells | None:
    """Keep of a coverage or a ledger what has the labels, as far as it has their dimensions."""
    if relation is None:
        return None
    return relation.select(relation.match({d: v for d, v in wanted.items() if d in relation.dims}))


def _equal(first: Cells | None, second: Cells | None) -> bool:
    return first is second or (first is not None and second is not None and first.equals(second))


def _warn_of_spellings(coded: Mapping[str, Encoded]) -> None:
    """Warn of labels that are one in all but spelling."""
    for dim, (labels, codes) in coded.items():
        names = _check.spelt(labels.tolist()) if labels.dtype.kind != "i" else []
        if len({*names}) < len(names) - max(names.count("") - 1, 0):  # blanks are no names
            warn_of_spellings(dim, labels.tolist(), codes)
