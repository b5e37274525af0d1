"""What a table of figures is made of: `Held`, its arrays, or `Later`, which works them out when somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._figure import ExclusionTable, Figure, audit_fields, column_fields, once
from policemetrics._typing import IntArray
from policemetrics.errors import InvalidInputError, Note

AT_ONCE: Final = 2**17  # rows: what is worked out of so many fits in the cache, and takes no time to speak of


@once
def _declared(kind: type[Figure]) -> tuple[list[str], set[str]]:
    """Name the columns of a table of figures, in order, and the inputs."""
    return [f.name for f in column_fields(kind)], {f.name for f in audit_fields(kind)}


@attrs.frozen(eq=False)
class Held:
    """The arrays of a table, one value a row; that they are those of the kind, all of one length, is checked here.

    Attributes
    ----------
    kind : type of Figure
        The class of the rows.
    keys : mapping of str to array, (rows,)
        The labels, by dimension.
    columns : mapping of str to array of float64, (rows,)
        The columns.
    reason : array of str or None, (rows,)
        Why a figure, or a part of it, is not available.
    audit : mapping of str to object, or to array, (rows,)
        What the figures were made of: once for all rows, or one a row.
    exclusions : ExclusionTable or None
        What each row left out.
    notes : tuple of Note, or array of such tuples, (rows,)
        What travels with the figures: once for all rows, or one a row.
    """

    kind: type[Figure]
    keys: Mapping[str, NDArray[Any]]
    columns: Mapping[str, NDArray[np.float64]]
    reason: NDArray[np.object_]
    audit: Mapping[str, Any] = attrs.field(factory=dict)
    exclusions: ExclusionTable | None = None
    notes: tuple[Note, ...] | NDArray[np.object_] = ()

    def __attrs_post_init__(self) -> None:
        names, inputs = _declared(self.kind)
        if (list(self.columns), set(self.audit)) != (names, inputs):
            msg = (
                f"a table of {self.kind.__name__} has the columns {_check.listing(names, most=60)} and the inputs "
                f"{_check.listing(sorted(inputs), most=60)}; got {_check.listing(self.columns, most=60)} and {_check.listing(self.audit, most=60)}."
            )
            raise InvalidInputError(msg)
        taken = [d for d in self.keys if d in {*names, "reason", "excluded"}]
        if taken:
            msg = (
                f"by must not name {_check.listing(taken)}: the table has a column of that name. Rename the "
                f"dimension, as in by={{'my_{taken[0]}': {taken[0]!r}}} when tallying a frame."
            )
            raise InvalidInputError(msg)
        named = [*self.keys.items(), *self.columns.items(), *self.audit.items(), ("caveats", self.notes)]
        arrays = [(n, v) for n, v in (("reason", self.reason), *named) if isinstance(v, np.ndarray)]
        if any(len(array) != len(self) for _, array in arrays):
            _check.same_length(dict(arrays))
        for _, array in arrays:
            array.setflags(write=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # Made anew, since a copied or unpickled array can be written to again.
        return Held, tuple(getattr(self, f.name) for f in attrs.fields(Held))

    def __len__(self) -> int:
        return len(self.reason)

    # Here each row is a group of its own, as `Later` has groups.

    @property
    def of(self) -> IntArray:
        """How many rows each group has."""
        return np.ones(len(self), dtype=np.int64)

    @property
    def exclusions_of_groups(self) -> ExclusionTable | None:
        """What each group left out."""
        return self.exclusions

    @property
    def notes_of_groups(self) -> tuple[Note, ...] | NDArray[np.object_]:
        """What travels with the figures of each group."""
        return self.notes

    def labels(self, index: IntArray) -> dict[str, NDArray[Any]]:
        """Return the labels of some rows."""
        return {dim: labels[index] for dim, labels in self.keys.items()}

    def column(self, name: str) -> Any:
        """Return a column, or what the figures were made of."""
        if name == "excluded":
            return _excluded(self.exclusions, len(self))
        return {**self.keys, **self.columns, **self.audit, "reason": self.reason}[name]

    def take(self, index: NDArray[Any]) -> Held:
        """Return some of the rows."""
        return attrs.evolve(
            self,
            keys=self.labels(index),
            columns={k: v[index] for k, v in self.columns.items()},
            reason=self.reason[index],
            audit={k: v[index] if isinstance(v, np.ndarray) else v for k, v in self.audit.items()},
            exclusions=self.exclusions.take(index) if self.exclusions else None,
            notes=self.notes if isinstance(self.notes, tuple) else self.notes[index],
        )

    def whole(self) -> Held:
        """Return all rows, worked out."""
        return self


@attrs.frozen(eq=False)
class Later:
    """The rows of a table that is too long to be worked out before somebody looks at it.

    Each of its groups has some rows, which are numbered from 0. Labels, exclusions and notes are those of the group.
    The rest is worked out some groups at a time when it is first looked at, and checked as any table is. A column that
    was looked at is kept, since code asks for the same one again and again, as `table["share"][i]` does; what was made
    on the way to it is not.

    Attributes
    ----------
    keys_of_groups : mapping of str to array, (groups,)
        The labels of the groups.
    exclusions_of_groups : ExclusionTable or None
        What each group left out.
    notes_of_groups : tuple of Note, or array of such tuples, (groups,)
        What travels with the figures of a group.
    of : array of int, (groups,)
        How many rows each has.
    number : str
        The dimension of the number of a row in its group.
    make : callable
        Works out all rows of some groups, given by position; their exclusions and notes are added here. It is pickled
        with the table. What the figures were made of is the same for all.
    """

    keys_of_groups: Mapping[str, NDArray[Any]]
    exclusions_of_groups: ExclusionTable | None
    notes_of_groups: tuple[Note, ...] | NDArray[np.object_]
    of: IntArray
    number: str
    make: Callable[[IntArray], Held]
    _none: Held = attrs.field(
        init=False, default=attrs.Factory(lambda self: self.make(np.arange(0)), takes_self=True)
    )
    _looked_at: dict[str, NDArray[Any]] = attrs.field(init=False, factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        return Later, tuple(getattr(self, f.name) for f in attrs.fields(Later) if f.init)

    def __len__(self) -> int:
        return int(self.of.sum())

    @property
    def kind(self) -> type[Figure]:
        """The class of the rows."""
        return self._none.kind

    @property
    def audit(self) -> Mapping[str, Any]:
        """What the figures were made of."""
        return self._none.audit

    @property
    def keys(self) -> Mapping[str, NDArray[Any]]:
        """The labels, by dimension."""
        return _Columns(tuple(self._none.keys), self._look)

    @property
    def columns(self) -> Mapping[str, NDArray[np.float64]]:
        """The columns."""
        return _Columns(tuple(self._none.columns), self._look)

    @property
    def reason(self) -> NDArray[np.object_]:
        """Why a figure, or a part of it, is not available."""
        return self._look("reason")

    @property
    def exclusions(self) -> ExclusionTable | None:
        """What each row left out."""
        out = self.exclusions_of_groups
        return out.take(np.repeat(np.arange(len(self.of)), self.of)) if out else None

    @property
    def notes(self) -> tuple[Note, ...] | NDArray[np.object_]:
        """What travels with the figures."""
        notes = self.notes_of_groups
        return notes if isinstance(notes, tuple) else np.repeat(notes, self.of)

    def column(self, name: str) -> Any:
        """Return a column, or what the figures were made of."""
        return self.audit[name] if name in self.audit else self._look(name)

    def _look(self, name: str) -> NDArray[Any]:
        """Return a column that was looked at before, or work it out."""
        if name not in self._looked_at:
            known = name in self._none.keys or name == "excluded"
            found = self._spread(name) if known else self._worked_out(name)[name]
            found.setflags(write=False)
            self._looked_at[name] = found
        return self._looked_at[name]

    def _spread(self, name: str) -> NDArray[Any]:
        """Give every row what is known of its group."""
        if name == "excluded":
            return np.repeat(_excluded(self.exclusions_of_groups, len(self.of)), self.of)
        if name == self.number:
            return np.arange(len(self)) - np.repeat(self._first, self.of)
        return np.repeat(self.keys_of_groups[name], self.of)

    def _worked_out(self, *names: str) -> dict[str, NDArray[Any]]:
        """Work columns out for all rows, some groups at a time."""
        found = {name: np.empty(len(self), dtype=self._none.column(name).dtype) for name in names}
        for groups, rows in self._some(np.arange(len(self.of))):
            part = self.make(groups)
            for name, column in found.items():
                column[rows] = part.column(name)
        return found

    @property
    def _first(self) -> IntArray:
        """The first row of each group."""
        first: IntArray = np.cumsum(self.of) - self.of
        return first

    def _group(self, index: IntArray) -> IntArray:
        """Find the group of some rows."""
        return np.searchsorted(np.cumsum(self.of), index, side="right")

    def labels(self, index: IntArray) -> dict[str, NDArray[Any]]:
        """Return the labels of some rows."""
        group = self._group(index)
        return {d: labels[group] for d, labels in self.keys_of_groups.items()} | {
            self.number: index - self._first[group]
        }

    def _some(self, groups: IntArray) -> Iterator[tuple[IntArray, slice]]:
        """Part groups, in order, by how many rows are worked out at once: with the place of those rows among all of theirs."""
        ends = np.cumsum(self.of[groups])
        done = 0
        for some in np.split(groups, np.flatnonzero(np.diff(ends // AT_ONCE)) + 1):
            rows = slice(done, done := done + int(self.of[some].sum()))
            yield some, rows

    def take(self, index: NDArray[Any]) -> Held:
        """Work out some of the rows, and of their groups no others."""
        index = np.where(index < 0, index + len(self), index)
        group = self._group(index)
        wanted = np.zeros(len(self.of), dtype=bool)
        wanted[group] = True
        # Where each row stands among those of the groups that are wanted.
        of = np.where(wanted, self.of, 0)
        place = (np.cumsum(of) - of)[group] + index - self._first[group]
        order = np.argsort(place, kind="stable")
        reason = np.empty(len(index), dtype=object)
        columns = {name: np.empty(len(index)) for name in self._none.columns}
        for groups, rows in self._some(np.flatnonzero(wanted)):
            low, high = np.searchsorted(place, (rows.start, rows.stop), sorter=order)
            to = order[low:high]
            part, at = self.make(groups), place[to] - rows.start
            reason[to] = part.reason[at]
            for name, column in columns.items():
                column[to] = part.columns[name][at]
        out, notes = self.exclusions_of_groups, self.notes_of_groups
        return attrs.evolve(
            self._none,
            keys=self.labels(index),
            columns=columns,
            reason=reason,
            exclusions=out.take(group) if out else None,
            notes=notes if isinstance(notes, tuple) else notes[group],
        )

    def whole(self) -> Held:
        """Return all rows, worked out."""
        found = self._worked_out(*self._none.columns, "reason")
        return attrs.evolve(
            self._none,
            keys={dim: self._spread(dim) for dim in self._none.keys},
            reason=found.pop("reason"),
            columns=found,
            exclusions=self.exclusions,
            notes=self.notes,
        )


@attrs.frozen(eq=False)
class _Columns(Mapping[str, NDArray[Any]]):
    """Columns by name, each worked out when it is looked at."""

    names: tuple[str, ...]
    look: Callable[[str], NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self.names:
            raise KeyError(name)
        return self.look(name)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _excluded(exclusions: ExclusionTable | None, rows: int) -> IntArray:
    if exclusions is None:
        return np.zeros(rows, dtype=np.int64)
    total: IntArray = exclusions.counts.sum(axis=1, dtype=np.int64)
    return total
