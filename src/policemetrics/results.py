"""`Results`, a table of figures: it holds arrays, or works them out, and makes its value objects only when they are asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, cast, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _screen, _sources, _suppression, _write
from policemetrics._figure import (
    Exclusions,
    ExclusionTable,
    Figure,
    FigureT,
    FigureT_co,
    FrozenMapping,
    Interval,
    audit_fields,
    column,
    column_fields,
    comparable,
    definitions_of,
    figure,
    found_field,
    input_field,
    stacked,
)
from policemetrics._handover import Handed, arrow_of, pandas_of, polars_of
from policemetrics._held import AT_ONCE, Held, Later
from policemetrics._typing import Column, IntArray, Label, Names
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    Note,
    OutOfRangeError,
    UnknownNameError,
    in_words,
)
from policemetrics.periods import Period, same_period
from policemetrics.periods import in_words as in_sentence

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = [
    "ExclusionTable",
    "Exclusions",
    "Figure",
    "FigureT",
    "FigureT_co",
    "FrozenMapping",
    "Interval",
    "Results",
    "column",
    "figure",
    "found_field",
    "input_field",
]


_MOST_ROWS_SHOWN: Final = 60
_MOST_SAID: Final = 4  # caveats, or reasons
_LONG_CAVEAT: Final = 160  # letters: two lines of a terminal
_AUDIT: Final = "audit_"
MISSING: Final = "(missing)"  # the label of what has none


@attrs.frozen(init=False, eq=False, repr=False)
class Results(Handed, Generic[FigureT_co]):
    """A table of figures: one row per group, one column per attribute.

    It holds arrays, makes value objects when asked, and can be exported to a data frame. The functions of the
    package make tables, and so does `of`. Two equal tables compare equal, including undefined values. An
    undefined value is ``nan`` with a `reason` here, and null in every export. Of a table of more than 131,072 rows
    a column is worked out when it is first looked at, and kept.

    Attributes
    ----------
    columns : tuple of str
        The group's dimensions, then the attributes of the value object, then ``"reason"`` and
        ``"excluded"``.

    Examples
    --------
    >>> import policemetrics as pm
    >>> change = pm.rate_change([54721, 182336], [53036, 204010], labels=["Cumbria", "Kent"])
    >>> change.at(label="Kent").change
    21674.0
    >>> change["percent_change"].round(1).tolist()
    [-3.1, 11.9]
    """

    _rows: Held | Later

    def __init__(self, *_: Any, **__: Any) -> None:
        msg = "a table is made by a function, as rate_change(…, by=…), or of figures, by Results.of([…])."
        raise InvalidTypeError(msg)

    @classmethod
    def _made(cls, rows: Held | Later) -> Results[Any]:
        """Make a table: the one door, at which a short one is worked out."""
        found: Any = object.__new__(cls)
        found.__attrs_init__(rows.whole() if len(rows) <= AT_ONCE else rows)
        return found  # type: ignore[no-any-return]

    def _evolve(self, **changes: Any) -> Results[FigureT_co]:
        """Return a copy with some parts changed, checked as it is when made."""
        return self._made(attrs.evolve(self._rows.whole(), **changes))

    def _whole(self) -> Results[FigureT_co]:
        """Work out all rows, for what looks at every column."""
        return self._made(self._rows.whole())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._made, (self._rows,)

    @property
    def kind(self) -> type[FigureT_co]:
        """The class of its figures."""
        return cast("type[FigureT_co]", self._rows.kind)

    @property
    def _keys(self) -> Mapping[str, NDArray[Any]]:
        return self._rows.keys

    @property
    def _values(self) -> Mapping[str, NDArray[np.float64]]:
        return self._rows.columns

    @property
    def _reason(self) -> NDArray[np.object_]:
        return self._rows.reason

    @property
    def _audit(self) -> Mapping[str, Any]:
        return self._rows.audit

    @property
    def _exclusions(self) -> ExclusionTable | None:
        return self._rows.exclusions

    @property
    def _notes(self) -> tuple[Note, ...] | NDArray[np.object_]:
        return self._rows.notes

    @staticmethod
    def of(figures: Sequence[FigureT]) -> Results[FigureT]:
        """Make a table of figures of one kind with the same dimensions, in the order given.

        Parameters
        ----------
        figures : sequence of Figure
            At least one; all of one class, with the same group dimensions.

        Returns
        -------
        Results
            One row per figure. Exclusions are not carried over where the units differ.

        Raises
        ------
        InvalidInputError
            If there are none, or they are of different kinds or dimensions.

        Examples
        --------
        >>> import policemetrics as pm
        >>> len(Results.of([pm.share(1, 4), pm.share(2, 4)]))
        2
        """
        figures = list(figures) if isinstance(figures, Iterable) else []
        if (
            not all(isinstance(f, Figure) for f in figures)
            or len({(type(f), tuple(f.group)) for f in figures}) != 1
        ):
            msg = "figures must be one or more of one kind, grouped by the same dimensions."
            raise InvalidInputError(msg)
        kind = type(figures[0])
        dims = tuple(figures[0].group)
        excluded = [ExclusionTable.of(f.exclusions) if f.exclusions else None for f in figures]
        same_unit = len({table and table.unit for table in excluded}) == 1
        return Results._made(
            Held(
                kind,
                {d: label_array(f.group[d] for f in figures) for d in dims},
                {
                    c.name: np.array([getattr(f, c.name) for f in figures], dtype=float)
                    for c in column_fields(kind)
                },
                _objects([f.reason for f in figures]),
                {a.name: _one_or_all([getattr(f, a.name) for f in figures]) for a in audit_fields(kind)},
                stacked(excluded) if same_unit else None,
                _one_or_all([f.caveats for f in figures]),
            )
        )

    @staticmethod
    def _stack(tables: Sequence[Results[FigureT]], labels: Mapping[str, Sequence[Label]]) -> Results[FigureT]:
        """Put tables of one kind below one another, with a label for each as a last dimension."""
        tables = [t._whole() for t in tables]
        first = tables[0]
        lengths = [len(t) for t in tables]

        def column(parts: Sequence[Any]) -> NDArray[Any]:
            return np.concatenate([_every_row(p, n) for p, n in zip(parts, lengths, strict=True)])

        keys = {d: np.concatenate([t._keys[d] for t in tables]) for d in first._keys}
        keys |= {
            d: label_array(v for v, n in zip(own, lengths, strict=True) for _ in range(n))
            for d, own in labels.items()
        }
        audit = {}
        for name, value in first._audit.items():
            parts = [t._audit[name] for t in tables]
            # What is the same for all tables stays one value.
            one = not isinstance(value, np.ndarray) and all(_same(part, value) for part in parts)
            audit[name] = value if one else column(parts)
        return Results._made(
            Held(
                first.kind,
                keys,
                {name: np.concatenate([t._values[name] for t in tables]) for name in first._values},
                np.concatenate([t._reason for t in tables]),
                audit,
                stacked([t._exclusions for t in tables]),
                _one_or_all(column([t._notes for t in tables]).tolist()) if sum(lengths) else first._notes,
            )
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return (*self._keys, *self._values, "reason", "excluded")

    @property
    def _notes_by_row(self) -> list[tuple[Note, ...]]:
        """What travels with every row."""
        notes: list[tuple[Note, ...]] = _every_row(self._notes, len(self)).tolist()
        return notes

    @property
    def _caveats(self) -> list[str]:
        """The caveat of every row."""
        words = {notes: in_words(notes) for notes in set(self._notes_by_row)}
        return [words[notes] for notes in self._notes_by_row]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[FigureT_co]:
        for start in range(0, len(self), AT_ONCE):
            some = self[start : start + AT_ONCE] if len(self) > AT_ONCE else self
            yield from (some._row(i) for i in range(len(some)))

    def _row(self, at: int) -> FigureT_co:
        rows = self._rows
        if isinstance(rows, Later):
            rows, at = rows.take(np.array([at])), 0
        columns: dict[str, Any] = {
            k: v.item(at) if isinstance(v, np.ndarray) else v for k, v in rows.audit.items()
        }
        columns |= {c: float(v[at]) for c, v in rows.columns.items()}
        return self.kind(
            group={d: k.item(at) for d, k in rows.keys.items()},
            reason=rows.reason[at],
            exclusions=rows.exclusions.row(at) if rows.exclusions else None,
            caveats=rows.notes if isinstance(rows.notes, tuple) else rows.notes[at],
            **columns,
        )

    @overload
    def __getitem__(self, key: str) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, key: int | np.integer[Any]) -> FigureT_co: ...
    @overload
    def __getitem__(self, key: slice | Sequence[bool] | Sequence[int] | Column) -> Results[FigureT_co]: ...
    def __getitem__(self, key: Any) -> Any:
        """Return a column by name, a figure by position, or a part of the table by slice or mask."""
        if isinstance(key, str):
            return self._column(key)
        if isinstance(key, int | np.integer) and not isinstance(key, bool):
            self._refuse_beyond(int(key), int(key))
            return self._row(int(key) % len(self))
        try:
            if isinstance(key, slice):
                return self._take(np.arange(*key.indices(len(self))))
            index = np.asarray(key)
        except (TypeError, ValueError) as error:
            msg = f"a part of the table is taken by a slice of whole numbers, by positions or by a mask; got {_check.shown(key)}."
            raise InvalidTypeError(msg) from error
        if index.size == 0:
            index = index.astype(np.int64)
        is_mask = index.dtype.kind == "b"
        if index.ndim != 1 or index.dtype.kind not in "biu" or (is_mask and len(index) != len(self)):
            msg = (
                f"a part of the table is taken by a slice, by positions or by a mask of {len(self)} "
                f"booleans; got {type(key).__name__} of {index.dtype} with shape {index.shape}."
            )
            raise InvalidTypeError(msg)
        rows = np.flatnonzero(index) if is_mask else index
        if rows.size:
            self._refuse_beyond(int(rows.min()), int(rows.max()))
        return self._take(rows)

    def _refuse_beyond(self, first: int, last: int) -> None:
        """Refuse positions that the table does not have."""
        if not -len(self) <= first <= last < len(self):
            there = (
                f"lie between {-len(self)} and {len(self) - 1}" if len(self) else "exist; the table has none"
            )
            msg = f"rows must {there}; got {first if first == last else f'{first} to {last}'}."
            raise OutOfRangeError(msg)

    def _column(self, name: Any) -> NDArray[Any]:
        # What the figures were made of can be read as a column too.
        if not isinstance(name, str) or name not in {*self.columns, *self._audit}:
            msg = f"no column {_check.shown(name)}; the columns are {_check.listing(self.columns, most=60)}."
            raise UnknownNameError(msg)
        return _every_row(self._rows.column(name), len(self))

    def _take(self, index: NDArray[Any]) -> Results[FigureT_co]:
        return self._made(self._rows.take(index))

    if not TYPE_CHECKING:  # for which a column is no attribute

        def __getattr__(self, name: str) -> Any:
            """Say where a column is found, and what else may have what a table has not."""
            if name.startswith("_"):
                raise AttributeError(name)
            called = _check.shown(name)
            if name in self.columns or name in self._audit:
                msg = f"Results has no {called}; use results[{called}], or .{name} of one figure, as in results[0].{name}."
            else:
                msg = f"Results has no {called}; results.to_pandas() and results.to_polars() are data frames, which may."
            raise AttributeError(msg, name=name, obj=self)

    def head(self, rows: int = 5, /) -> Results[FigureT_co]:
        """Return the first rows.

        Parameters
        ----------
        rows : int, optional
            How many. Default is 5; if there are fewer, all of them.

        Returns
        -------
        Results
            The first rows, in the same order.

        Raises
        ------
        InvalidTypeError
            If it is not a whole number.
        OutOfRangeError
            If it is below 0.

        Examples
        --------
        >>> import policemetrics as pm
        >>> len(pm.rate([5, 9], [100, 90], labels=["A", "B"]).head(1))
        1
        """
        return self._take(np.arange(min(len(self), _check.one_count(rows, "rows"))))

    def at(self, /, **labels: Label) -> FigureT_co:
        """Return the one figure with these labels.

        Parameters
        ----------
        **labels : str or int
            A label for each dimension that is needed to find the row; a period in any spelling.

        Returns
        -------
        Figure
            The row as a value object.

        Raises
        ------
        UnknownNameError
            If a dimension or a label is not in the table; the error lists those that exist.
        InvalidInputError
            If several rows match.

        Examples
        --------
        >>> import policemetrics as pm
        >>> shares = pm.rate([9, 10], [41000, 52000], labels=["A", "B"])
        >>> shares.at(label="B").events
        10.0
        """
        mask = np.ones(len(self), dtype=bool)
        for dim, label in labels.items():
            _check.known(dim, "dimension", self._keys)
            if not isinstance(label, str | Period) and not _check.is_number(label):
                raise _check.wrong_type(label, f"{dim} must be one label, text or a whole number")
            found = self._keys[dim] == label
            if not np.any(found):  # a period may be spelt in any way
                known = list(dict.fromkeys(self._keys[dim].tolist()))
                found = np.isin(self._keys[dim], label_array(same_period(label, known, dim)))
            if not np.any(found):
                msg = f"no row with {dim}={label!r}; {dim} has {_check.listing(dict.fromkeys(self._keys[dim].tolist()), most=60)}."
                raise UnknownNameError(msg)
            mask &= found
        where = np.flatnonzero(mask)
        if len(where) != 1:
            others = [d for d in self._keys if d not in labels]
            more = f"; name also {_check.listing(others)}" if len(where) and others else ""
            kind = InvalidInputError if len(where) else UnknownNameError
            msg = f"labels must match one row; {len(where)} rows match {labels}{more}."
            raise kind(msg)
        return self._row(int(where[0]))

    def sort(self, column: str, *, descending: bool = False) -> Results[FigureT_co]:
        """Return the table in the order of a column; what is not available comes last.

        Parameters
        ----------
        column : str
            Name of a column.
        descending : bool, optional
            Whether the largest values come first. Default is False. Equal values keep their order.

        Returns
        -------
        Results
            The same rows in another order.

        Raises
        ------
        UnknownNameError
            If there is no such column.

        Examples
        --------
        >>> import policemetrics as pm
        >>> pm.rate([5, 9], [100, 90], labels=["A", "B"]).sort("rate", descending=True)[0].group["label"]
        'B'
        """
        values = self._column(column)
        _check.flag(descending, "descending")
        if values.dtype.kind == "O":
            labels = sorted({v for v in values if v is not None}, key=_label_order)
            order = {v: i for i, v in enumerate(labels)}
            values = np.array([order.get(v, np.nan) for v in values], dtype=float)
        # A nan sorts last either way, and a stable sort keeps the order of equal values.
        return self._take(np.argsort(-values if descending else values, kind="stable"))

    def relabel(
        self,
        dim: str,
        names: Mapping[Any, Label] | Literal["definitions", "offences", "outcomes"],
        *,
        others: Literal["keep", "refuse"] = "keep",
    ) -> Results[FigureT_co]:
        """Rename the labels of a dimension; the rows and their figures are the same.

        Parameters
        ----------
        dim : str
            A dimension of the table.
        names : mapping of label to label, or str
            New label by old label. Or ``"definitions"``: the names of offences or outcome types in the package,
            chosen by the name of the dimension, otherwise by the codes; ``"offences"`` or ``"outcomes"`` says
            which of the two.
        others : {"keep", "refuse"}, optional
            What happens to labels without a new name. Default is ``"keep"``.

        Returns
        -------
        Results
            The same figures under the new labels.

        Raises
        ------
        UnknownNameError
            If there is no such dimension, a key of `names` matches no label, or `others` refuses one.
        InvalidInputError
            If two rows would have the same labels: figures cannot be added up. Relabel the counts first.
        ChoiceNeededError
            If the labels may be codes of offences or of outcomes.

        Examples
        --------
        >>> import policemetrics as pm
        >>> crimes = pm.Tally.from_columns({"offence": ["19C", "30C"]}, [5, 7])
        >>> rates = pm.rate(crimes, {"19C": 1000, "30C": 1000}, by="offence")
        >>> rates.relabel("offence", "definitions")["offence"].tolist()
        ['Rape of a female aged 16 and over', 'Burglary Business and Community']
        """
        _check.known(dim, "dimension", self._keys)
        _check.choice(others, "others", ("keep", "refuse"))
        known = list(dict.fromkeys(self._keys[dim].tolist()))
        if isinstance(names, str):
            from policemetrics.definitions._codes import code_names  # which nothing else here needs

            _check.choice(names, "names", ("definitions", "offences", "outcomes"))
            mapping: dict[Any, Any] = dict(code_names(known, dim, names))
            if known and not mapping:
                msg = f"no label of {dim!r} is a code of the definitions; it has {_check.listing(known)}."
                raise UnknownNameError(msg)
        else:
            mapping = dict(
                _check.instance(names, Mapping, "names must be a mapping of old label to new label")
            )
            for key in mapping:
                _check.known(key, f"key of names for {dim!r}", known)
        left = [label for label in known if label not in mapping]
        if others == "refuse" and left:
            msg = f"names must have every label of {dim!r}; they lack {_check.listing(left, most=40)}."
            raise UnknownNameError(msg)
        for label in mapping.values():
            if not isinstance(label, str) and not _check.is_number(label):
                raise _check.wrong_type(label, "a new label must be text or a whole number")
        keys = {**self._keys, dim: label_array(mapping.get(v, v) for v in self._keys[dim].tolist())}
        before, after = (
            len(set(zip(*(k.tolist() for k in all_.values()), strict=True))) for all_ in (self._keys, keys)
        )
        if after < before:
            msg = f"names must keep the rows of {dim!r} apart: figures do not add up. Merge the counts by Tally.relabel, and ask again."
            raise InvalidInputError(msg)
        return self._evolve(keys=keys)

    def suppress(
        self, below: int = 5, *, round_to: int | None = None, totals: Names | None = None
    ) -> Results[FigureT_co]:
        """Hide small counts, and whatever would reveal them, before a table is published.

        A hidden value is undefined in every export, with a reason that begins with the usual symbol, [c], which
        is shown instead of the value. What follows from a hidden count is also hidden: the change, the
        percentage, the rate and their limits, and what was left out, which would show how many were counted. The
        rows are sorted by their labels, because an order by size would reveal something.

        Parameters
        ----------
        below : int, optional
            Counts below it are small, including 0. Default is 5. From what is shown nobody can narrow a hidden
            count down to fewer than this many whole numbers.
        round_to : int, optional
            Round the counts that are shown to multiples of this, halves up. Changes, percentages, rates and
            shares are worked out again from the rounded counts; limits and p-values are left out. Default is not
            to round.
        totals : str or sequence of str, optional
            The totals that are published with the table or elsewhere: the name of one of its two dimensions for
            the totals by its labels, and ``"all"`` for the total of everything. Default is all of them; ``()`` is
            none.

        Returns
        -------
        Results
            The table to publish; it holds none of the hidden counts.

        Raises
        ------
        InvalidInputError
            If the table cannot be protected, such as a control chart, whose limits depend on all its points; if
            it does not have one or two dimensions; if rows overlap, such as a total and its parts, or windows of
            months; or if a small count cannot be hidden with these totals.
        OutOfRangeError
            If `below` or `round_to` is less than 2.

        Notes
        -----
        For a share the part and the rest are both protected, because 98 of 100 reveals 2. They are hidden
        together with the whole. For times the number of times is protected, and how many were within the target
        and how many were not; a median may still be the time of one person. For harm the number of crimes is
        protected; a score of many crimes may still reveal a rare offence with a high weight.

        This protects one table. A reader of another table with some of the same counts, such as an earlier
        edition, may know more.

        Examples
        --------
        >>> import policemetrics as pm
        >>> found = pm.rate([3, 40, 7], [1000, 2000, 500], labels=["A", "B", "C"])
        >>> hidden = found.suppress(totals="all")
        >>> hidden["events"].tolist(), hidden[0].reason
        ([nan, 40.0, nan], '[c]: small, or would give away one that is')
        >>> found.suppress(round_to=10, totals=())["rate"].tolist()
        [nan, 20.0, 20.0]
        """
        below = _at_least_two(below, "below")
        step = None if round_to is None else _at_least_two(round_to, "round_to")
        self._refuse_unprotected()
        keys = {d: k.tolist() for d, k in self._keys.items()}
        linked = [_suppression.Linked.of(said, self._numbers) for said in self.kind._may_hide]
        counts = np.nan_to_num(np.concatenate([one.counts for one in linked]))
        whole = list(keys)[:-1] if self.kind._holds_whole else None
        published = _suppression.published(keys, counts, totals, whole)
        masks: dict[str, NDArray[np.bool_]] = {}
        for one in linked:
            masks |= dict.fromkeys(one.columns, one.chosen(published, below))
        rows: NDArray[np.bool_] = np.any([*masks.values()], axis=0)
        if not rows.any() and step is None:
            return self
        said = [_suppression.note(below, published)] if rows.any() else []
        found = self
        if step is not None:
            found, said = self._rounded(step, list(masks)), [*said, _suppression.note_rounding(step)]
        fields = {f.name: f for f in attrs.fields(self.kind)}
        where = _suppression.what_follows(fields, masks)
        found = found._blanked(
            {
                **where,
                **dict.fromkeys(self.kind._tells, rows),
                **dict.fromkeys(self.kind._unseen, np.ones_like(rows)),
            }
        )
        own = _suppression.apart(self._notes_by_row, rows)
        found = found._evolve(
            reason=np.where(rows, _suppression.REASON, found._reason),
            exclusions=None,
            notes=_one_or_all([(*notes, *said) for notes in own]) if own else self._notes,
        )
        for dim in reversed(keys):
            found = found.sort(dim)
        return found

    def _numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column, or what the figures were made of, as numbers."""
        return self._column(name).astype(np.float64)

    def _refuse_unprotected(self) -> None:
        """Refuse to suppress what cannot be protected in this table."""
        what = f"of {self.kind.__name__}, {self.kind._unprotected}"
        several = isinstance(self._audit.get("between"), np.ndarray)
        if several:
            what = "of several comparisons, in which a count occurs twice"
        if not self.kind._may_hide or several:
            msg = (
                "suppress takes a table of counts, rates, shares, outcome rates, times or harm, or of their changes between two "
                f"periods; this is one {what}. Suppress the table of the counts that it was made of, and leave this one out."
            )
            raise InvalidInputError(msg)

    def _rounded(self, step: int, counts: Sequence[str]) -> Results[FigureT_co]:
        """Round the counts, work out again what follows of them, and leave out the rest."""
        known = {name: _suppression.rounded(self._numbers(name), step) for name in counts}
        with np.errstate(divide="ignore", invalid="ignore"):
            more = self.kind._worked_out(lambda name: known[name] if name in known else self._numbers(name))
        if not more:
            msg = (
                "round_to goes with a table whose figures follow of its counts: of rates, shares, outcome rates or changes of "
                f"counts; those of a {self.kind.__name__} do not. Leave round_to= out."
            )
            raise InvalidInputError(msg)
        known |= more
        known = {name: np.where(np.isfinite(v), v, np.nan) for name, v in known.items()}
        measured = {
            f.name for f in attrs.fields(self.kind) if f.metadata.get("role") not in {None, "denominator"}
        }
        every = np.ones(len(self), dtype=bool)
        blank = self._blanked(
            dict.fromkeys(
                (measured - known.keys()) | {n for n, of in self.kind._tells.items() if of == "limits"}, every
            )
        )
        first = known[self.kind._estimate[0]]
        nothing = np.isnan(first) & ~np.isnan(self._numbers(self.kind._estimate[0]))
        return blank._evolve(
            columns={name: known.get(name, column) for name, column in blank._values.items()},
            audit={name: known.get(name, value) for name, value in blank._audit.items()},
            reason=np.where(nothing, f"not applicable: rounded to multiples of {step}", self._reason),
        )

    def _blanked(self, where: Mapping[str, NDArray[np.bool_]]) -> Results[FigureT_co]:
        """Leave some rows of some columns, and of what the figures were made of, without a value."""

        def blank(name: str, value: Any) -> Any:
            rows = where.get(name)
            if rows is None or not rows.any():
                return value
            column = _every_row(value, len(self))
            nothing = "" if any(isinstance(v, str) for v in column.tolist()) else np.nan
            return np.where(rows, nothing, column.astype(object if nothing == "" else np.float64))

        return self._evolve(
            columns={name: blank(name, column) for name, column in self._values.items()},
            audit={name: blank(name, value) for name, value in self._audit.items()},
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Results):
            return NotImplemented
        if self.kind is not other.kind or self.columns != other.columns or len(self) != len(other):
            return False
        mine, theirs = self.to_dict(audit=True), other.to_dict(audit=True)
        return mine == theirs and self._notes_by_row == other._notes_by_row

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    # ---- handing over -------------------------------------------------------------------

    def to_dict(self, *, audit: bool = False) -> dict[str, list[Any]]:
        """Return the columns as lists; undefined is None.

        Parameters
        ----------
        audit : bool, optional
            Whether to add the inputs of the figures: method, level, definition, caveat, what was counted, and the
            exclusions by reason. Default is False.

        Returns
        -------
        dict of str to list
            One list per column, all of one length.

        Examples
        --------
        >>> import policemetrics as pm
        >>> pm.rate_change([0], [5], labels=["A"]).to_dict()["percent_change"]
        [None]
        """
        return {name: _listed(column) for name, column in self._whole()._every_column(audit=audit).items()}

    def _every_column(self, *, audit: bool) -> dict[str, NDArray[Any] | list[Any]]:
        """Return all columns, and what the figures were made of as lists."""
        table: dict[str, NDArray[Any] | list[Any]] = {**self._keys, **self._values}
        table |= {"reason": self._reason, "excluded": self["excluded"]}
        if _check.flag(audit, "audit"):
            # A dimension may have the name of an input: "unit" or "method", say.
            table |= {f"{_AUDIT if k in table else ''}{k}": v for k, v in self._audit_columns().items()}
        return table

    def _audit_columns(self) -> dict[str, list[Any]]:
        table: dict[str, list[Any]] = {}
        for name, value in self._audit.items():
            separator = " to " if name == "between" else ", "
            table[name] = [_audit_cell(v, separator) for v in _every_row(value, len(self)).tolist()]
        rows = [self._exclusions and self._exclusions.row(i) for i in range(len(self))]
        table["caveat"] = self._caveats
        table["unit"] = [r and r.unit for r in rows]
        table["counted"] = [r and r.counted for r in rows]
        words = [r and "; ".join(f"{reason}: {n}" for reason, n in r.reasons.items()) for r in rows]
        table["excluded_reasons"] = [w or None for w in words]
        return table

    def _typed(
        self, *, audit: bool, headings: bool
    ) -> tuple[dict[str, NDArray[Any] | list[Any]], dict[str, str]]:
        """Return the columns, and the kind of each, as `_handover` names it: it follows from the kind of figure, never from the values."""
        if _check.flag(headings, "headings"):
            if audit:
                msg = "headings=True gives what is shown, audit=True what it was made of; choose one."
                raise InvalidInputError(msg)
            shown = self._page(len(self)).readable().cells()
            return dict(shown), dict.fromkeys(shown, "str")
        whole = self._whole()
        table = whole._every_column(audit=audit)
        # A type is text where the class is made under `from __future__ import annotations`.
        declared = {f.name: getattr(f.type, "__name__", str(f.type)) for f in attrs.fields(self.kind)}
        declared["counted"] = "int or None"

        # Whole numbers beside the mark of a missing one stay numbers, and the mark is null.
        mixed = {dim: labels.tolist() for dim, labels in whole._keys.items() if labels.dtype.kind == "O"}
        gaps = {dim for dim, labels in mixed.items() if {type(v) for v in labels if v != MISSING} == {int}}
        table |= {dim: [None if v == MISSING else v for v in table[dim]] for dim in gaps}

        def kind(column: str) -> str:
            if column in whole._keys:
                numbers = {"i": "int", "f": "float"}
                return "int or None" if column in gaps else numbers.get(whole._keys[column].dtype.kind, "str")
            if column == "excluded":
                return "int"
            found = declared.get(column.removeprefix(_AUDIT), "str")
            return found if found in {"float", "bool", "int or None"} else "str"

        kinds = {column: kind(column) for column in table}
        # What is an array of the type that a frame has stays one.
        return {n: v if kinds[n] in {"int", "float"} else _listed(v) for n, v in table.items()}, kinds

    def to_pandas(self, *, audit: bool = False, headings: bool = False) -> pd.DataFrame:
        """Return the table as a pandas data frame; undefined is missing.

        Parameters
        ----------
        audit : bool, optional
            Whether to add the inputs of the figures. Default is False.
        headings : bool, optional
            Whether to give the table as it is shown, for a board: headings with units and periods, and figures as
            text. Default is False: the names of columns, and unrounded numbers.

        Returns
        -------
        pandas.DataFrame
            One row per figure.

        Raises
        ------
        MissingDependencyError
            If pandas is not installed.
        """
        table, kinds = self._typed(audit=audit, headings=headings)
        return pandas_of(table, kinds, "Results.to_pandas")

    def to_polars(self, *, audit: bool = False, headings: bool = False) -> pl.DataFrame:
        """Return the table as a polars data frame; undefined is null.

        Parameters
        ----------
        audit : bool, optional
            Whether to add the inputs of the figures. Default is False.
        headings : bool, optional
            Whether to give the table as it is shown, for a board: headings with units and periods, and figures as
            text. Default is False: the names of columns, and unrounded numbers.

        Returns
        -------
        polars.DataFrame
            One row per figure.

        Raises
        ------
        MissingDependencyError
            If polars is not installed.
        """
        table, kinds = self._typed(audit=audit, headings=headings)
        return polars_of(table, kinds, "Results.to_polars")

    def to_arrow(self, *, audit: bool = False, headings: bool = False) -> pa.Table:
        """Return the table as an Arrow table; undefined is null.

        Parameters
        ----------
        audit : bool, optional
            Whether to add the inputs of the figures. Default is False.
        headings : bool, optional
            Whether to give the table as it is shown, for a board: headings with units and periods, and figures as
            text. Default is False: the names of columns, and unrounded numbers.

        Returns
        -------
        pyarrow.Table
            One row per figure.

        Raises
        ------
        MissingDependencyError
            If pyarrow is not installed.
        """
        table, kinds = self._typed(audit=audit, headings=headings)
        return arrow_of(table, kinds, "Results.to_arrow")

    def to_markdown(self, *, headings: bool = False) -> str:
        """Return the table as Markdown: all rows, written as on screen, and what was left out.

        Parameters
        ----------
        headings : bool, optional
            Whether to give the columns headings for a board, such as "2022/23" for "old". Default is False: their
            names.

        Returns
        -------
        str
            A table with pipes, an empty line, and a line that says what the table is. Characters with a meaning
            in Markdown are escaped.

        Examples
        --------
        >>> import policemetrics as pm
        >>> print(pm.rate_change([54721, 0], [53036, 5], labels=["Cumbria", "Kent"]).to_markdown())
        **Recorded crime; method: score**
        <BLANKLINE>
        | label | old | new | change | percent_change | 95% interval | reason |
        | :--- | ---: | ---: | ---: | ---: | ---: | :--- |
        | Cumbria | 54,721 | 53,036 | −1,685 | −3.1% | −4.2% to −1.9% |  |
        | Kent | 0 | 5 | +5 | n/a | +30.2% or more | not applicable: nothing was recorded before |
        <BLANKLINE>
        RateChange, 2 rows
        """
        page = self._page(len(self))
        return (page.readable() if _check.flag(headings, "headings") else page).markdown()

    # ---- showing ------------------------------------------------------------------------

    def _page(self, most: int = _MOST_ROWS_SHOWN) -> _screen.Page:
        """Lay out its first rows as they are shown."""
        fields, rows = definitions_of(self.kind), min(len(self), most)
        same, apart = self._definitions()
        top = self.head(rows)
        labels = {d: list(map(str, k.tolist())) for d, k in top._keys.items()}
        labels |= {f"{_AUDIT if n in labels else ''}{n}": words[:rows] for n, words in apart.items()}
        last = {
            "excluded": [_write.count(n) for n in top["excluded"].tolist()],
            "reason": [why or "" for why in top["reason"].tolist()],
        }
        return _screen.Page(
            _screen.title(self.kind.__name__, fields, same),
            [_screen.Shown(name, words) for name, words in labels.items()],
            [
                *_suppression.marked(
                    _screen.columns(
                        column_fields(self.kind),
                        self.kind._estimate,
                        {name: values.tolist() for name, values in top._values.items()},
                        same,
                    ),
                    last["reason"],
                ),
                # A column that says nothing in any row only takes room.
                *(
                    _screen.Shown(name, cells, words=name == "reason", rank=_screen.LAST[name])
                    for name, cells in last.items()
                    if not {*cells} <= {"", "0"}
                ),
            ],
            rows,
            lambda *how: self._below(top, *how),
        )

    def _definitions(self) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """Return what the rows have in common of what they are, and in words what they differ in."""
        same: dict[str, Any] = {}
        apart: dict[str, list[str]] = {}
        level = attrs.fields_dict(self.kind).get("confidence_level")
        keys: list[list[str]] | None = None  # of all rows: only where they are needed
        for field in (*definitions_of(self.kind), *([level] if level else [])):
            name = field.name
            value = self._values[name] if name in self._values else self._audit[name]
            listed = value.tolist() if isinstance(value, np.ndarray) else [value]
            if all(_same(v, listed[0]) for v in listed[1:]):
                same |= {name: listed[0]} if listed else {}
            elif name not in self._values:
                keys = keys or [list(map(str, k.tolist())) for k in self._keys.values()]
                words = [_screen.word(field, v) for v in listed]
                if name == "between" and [str(later) for _, later in listed] in keys:
                    name, words = "compared_with", [in_sentence(earlier) for earlier, _ in listed]
                apart |= {} if words in keys else {name: words}
        return same, apart

    def _below(self, top: Results[Any], dropped: Sequence[str], in_short: bool) -> str:  # noqa: FBT001  # of this module
        """Say below the table what its rows have in common, each thing once."""
        rows = f"{len(self)} row{'' if len(self) == 1 else 's'}"
        said = [
            f"{self.kind.__name__}, {rows}{f', the first {len(top)} shown' if len(self) > len(top) else ''}",
        ]
        if unseen := [name for name in dropped if name != "reason"]:
            said.append(f"no room for {', '.join(unseen)}")
        if "reason" in dropped:
            reasons = self._each_once(top._reason, lambda why: [why] if why else [])
            said += _first(reasons, "and {} more in the column reason")
        out = self._rows.exclusions_of_groups
        together = self.kind._together(self) if len(self) else ""
        said += [together] if together else []
        said += [f"excluded {out.unit}: {out.left_out}"] if out and out.left_out else []
        long = {
            n
            for notes in _distinct(self._rows.notes_of_groups)
            for n in notes
            if in_short and len(n.long) > _LONG_CAVEAT and n.short != n.long
        }
        caveats = self._each_once(
            self._rows.notes_of_groups,
            lambda notes: [n.short if n in long else n.long.rstrip(".") for n in notes],
            self._rows.of,
        )
        caveats = _first(caveats, "and {} more")
        whole = ", in full in the .caveat of a row" if long else ""
        said += [f"caveat: {'; '.join(caveats)}{whole}"] if caveats else []
        read = self._each_once(
            self._audit["sources"], lambda found: [_sources.in_words(found)] if found else []
        )
        said += [f"source: {'; '.join(read)}"] if read else []
        return "; ".join(said)

    def _each_once(
        self, kept: Any, said: Callable[[Any], Sequence[str]], of: IntArray | None = None
    ) -> list[str]:
        """List what is said of rows, each thing once, and of which rows where it is not of all.

        `kept` is an array by row, of which the same occurs often, or what is the same in all; or an array by group,
        each with some rows.
        """
        if not isinstance(kept, np.ndarray):
            return list(dict.fromkeys(filter(None, said(kept)))) if len(self) else []
        words = {one: said(one) for one in _distinct(kept)}
        groups: dict[str, list[int]] = {}
        for i, one in enumerate(kept.tolist()):
            for text in words[one]:
                groups.setdefault(text, []).append(i)
        of = np.ones(len(kept), dtype=np.int64) if of is None else of
        ends = np.cumsum(of)

        def whose(found: list[int]) -> str:
            number = int(of[found].sum())
            if not self._keys or number == len(self):
                return ""
            rows = np.concatenate([np.arange(ends[i] - of[i], ends[i]) for i in found[: _write.SEVERAL]])
            labels = [labels.tolist() for labels in self._rows.labels(rows).values()]
            return f"{_write.shortened([' '.join(map(str, one)) for one in zip(*labels, strict=True)], number)}: "

        return [f"{whose(found)}{text}" for text, found in groups.items() if text]

    def __repr__(self) -> str:
        return self._page().text()

    def _repr_html_(self) -> str:
        return self._page().html()

    def _repr_markdown_(self) -> str:
        return self._page().markdown()


def _at_least_two(value: object, name: str) -> int:
    found = _check.one_count(value, name)
    if found < 2:
        msg = f"{name} must be >= 2; got {found}."
        raise OutOfRangeError(msg)
    return found


def _first(said: list[str], more: str) -> list[str]:
    """Return the first of what is said, and how much more there is."""
    beyond = len(said) - _MOST_SAID
    return [*said[:_MOST_SAID], *([more.format(beyond)] if beyond > 0 else [])]


def _same(one: Any, other: Any) -> bool:
    return bool(comparable(one) == comparable(other))


def _one_or_all(values: Sequence[Any]) -> Any:
    """Keep what is the same in every row once."""
    return values[0] if all(_same(v, values[0]) for v in values) else _objects(values)


def _distinct(value: Any) -> set[Any]:
    """Return what rows have, each once, where what is the same in all was kept once."""
    return set(value.tolist()) if isinstance(value, np.ndarray) else {value}


def _every_row(value: Any, rows: int) -> NDArray[Any]:
    """Return what each of some rows has, where what is the same in all was kept once."""
    return value if isinstance(value, np.ndarray) else _objects([value] * rows)


def label_array(labels: Iterable[Any]) -> NDArray[Any]:
    """Return labels as an array: int64 where all are whole numbers, else Python objects."""
    listed = list(labels)
    if listed and all(isinstance(v, int) for v in listed):
        return np.array(listed, dtype=np.int64)
    return _objects(listed)


def _listed(column: NDArray[Any] | list[Any]) -> list[Any]:
    """Return a column as a list, with None where a number is undefined."""
    if isinstance(column, list):
        return column
    listed: list[Any] = column.tolist()
    return [None if math.isnan(v) else v for v in listed] if column.dtype.kind == "f" else listed


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """Keep Python labels as they are: a text array would cut, an int array would leak numpy scalars."""
    return np.fromiter(values, dtype=object, count=len(values))


def _audit_cell(value: Any, separator: str) -> Any:
    if isinstance(value, tuple):
        return separator.join(map(str, value)) if any(value) else None
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def _label_order(label: Any) -> tuple[bool, Any]:
    return isinstance(label, str), label
