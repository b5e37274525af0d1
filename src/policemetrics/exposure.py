"""`Exposure`: residents, households or officers, joined by label; and the join of any divisor.

A denominator of this kind is an estimate at a reference date. It adds up over areas, never over
time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._cells import Cells, LabelArray
from policemetrics._supply import (
    Reasons,
    Side,
    keys_of,
    no_reasons,
    refuse_unmatched,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._typing import ByLabel, Columns, FloatArray, Names, Number
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.frames import read_columns
from policemetrics.periods import Period, read_labels
from policemetrics.results import label_array
from policemetrics.tallies import Tally

if TYPE_CHECKING:
    from policemetrics.frames import IntoDataFrame

__all__ = ["Exposure", "divide"]


_NEEDS: Final = "an exposure needs at least one dimension in by= and one value."


@attrs.frozen(init=False, eq=False, repr=False)
class Exposure:
    """What a rate is per: residents, households, officers, by area, with a reference date.

    Parameters
    ----------
    values : mapping of label to float
        The size of each area, > 0; keyed by label, or by tuple of labels in the order of `by`.
    by : str or sequence of str
        The dimensions of the keys. With the period among them, each period has its own figure.
    name : str
        What is counted, in the plural: ``"residents"``.
    date : str
        The reference date in words: ``"mid-2022"``; for several periods, which estimate each takes.

    Raises
    ------
    InvalidInputError
        If there are no values, or one is not a finite number > 0, or a key has not one label for
        each dimension.

    Examples
    --------
    >>> residents = Exposure({"Kent": 1_860_000, "Essex": 1_850_000}, by="force", name="residents", date="mid-2019")
    >>> residents
    Exposure of 2 by force: residents, mid-2019
    """

    by: tuple[str, ...]
    name: str
    date: str
    # The inner form: each cell counts the position of its value, so that the join is the tally's own.
    keys: Cells
    values: FloatArray

    def __init__(self, values: ByLabel, *, by: Names, name: str, date: str) -> None:
        dims = _check.names(by, "by")
        if not isinstance(values, Mapping):
            msg = f"values must be a mapping of label to number; got {type(values).__name__}."
            raise InvalidTypeError(msg)
        if not dims or not values:
            raise InvalidInputError(_NEEDS)
        keys = [k if isinstance(k, tuple) else (k,) for k in values]
        for key in keys:
            if len(key) != len(dims):
                msg = f"values must be keyed by one label for each of {_check.listing(dims)}; got the key {key!r}."
                raise InvalidInputError(msg)
        sizes = [_check.number(v, f"values[{k!r}]", above=0) for k, v in values.items()]
        columns = {d: [k[i] for k in keys] for i, d in enumerate(dims)}
        index = Tally.from_columns(columns, range(len(keys)))
        if index.excluded is not None:
            msg = f"values must be keyed by labels; a key in {_check.listing(dims)} is missing."
            raise InvalidInputError(msg)
        if len(index) < len(keys):
            msg = f"values must have one key for each {_check.listing(dims)}; some keys name the same."
            raise InvalidInputError(msg)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # made by attrs for init=False
            dims, _check.text(name, "name"), _check.text(date, "date"), index.cells, _read_only(sizes)
        )

    @classmethod
    def from_frame(
        cls, frame: IntoDataFrame, /, *, by: Columns, value: str, name: str, date: str
    ) -> Exposure:
        """Make an exposure of a data frame with one row an area.

        Parameters
        ----------
        frame : data frame
            Any that narwhals reads: pandas, polars, pyarrow, DuckDB and others.
        by : str, sequence of str or mapping of dimension to column
            The columns that hold the labels.
        value : str
            The column that holds the sizes.
        name, date : str
            As for `Exposure`.

        Returns
        -------
        Exposure
            One size an area.

        Raises
        ------
        InvalidInputError
            If a key occurs twice: sizes would have to be added, which only the caller can allow.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"force": ["Kent", "Essex"], "mid_2019": [1_860_000, 1_850_000]})
        >>> Exposure.from_frame(frame, by="force", value="mid_2019", name="residents", date="mid-2019")
        Exposure of 2 by force: residents, mid-2019
        """
        dims, columns = read_columns(frame, by, value)
        if not dims:
            raise InvalidInputError(_NEEDS)
        rows = Tally.from_columns({d: columns[d] for d in dims}, [1] * len(columns[value]))
        if rows.excluded is not None:
            msg = f"frame must have a label for each {_check.listing(dims)}; {rows.excluded.total} rows lack one."
            raise InvalidInputError(msg)
        twice = rows.cells.select(rows.cells.counts > 1)
        if len(twice):
            named = [", ".join(map(str, key)) for key in zip(*(twice.column(d) for d in dims), strict=True)]
            msg = f"frame must have one row for each {_check.listing(dims)}; more than one for {_check.listing(named)}."
            raise InvalidInputError(msg)
        keys = zip(*(columns[d] for d in dims), strict=True)
        return cls(dict(zip(keys, columns[value], strict=True)), by=dims, name=name, date=date)

    def __len__(self) -> int:
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Exposure):
            return NotImplemented
        return (self.name, self.date, self._as_dict()) == (other.name, other.date, other._as_dict())

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def _as_dict(self) -> dict[tuple[Any, ...], float]:
        labels = zip(*(self.keys.column(d).tolist() for d in sorted(self.by)), strict=True)
        return dict(zip(labels, self.values[self.keys.counts].tolist(), strict=True))

    def __repr__(self) -> str:
        return f"Exposure of {len(self)} by {', '.join(self.by)}: {self.name}, {self.date}"

    def in_period(self, period: str, wanted: Period) -> Exposure:
        """Keep the figures of one period, without its dimension.

        Parameters
        ----------
        period : str
            The dimension that holds the periods.
        wanted : Period
            The one to keep.

        Returns
        -------
        Exposure
            The sizes by the other dimensions.
        """
        known = self.keys.label(period).tolist()
        same = [v for v, p in zip(known, read_labels(known, period), strict=True) if p == wanted]
        kept = self.keys.select(self.keys.match({period: label_array(same)}))
        rest = tuple(d for d in self.by if d != period)
        if len(kept.keys(rest)) < len(kept):
            msg = f"{self.name} must have one figure for {wanted.label}; {period!r} spells it {_check.listing(same)}."
            raise InvalidInputError(msg)
        found = object.__new__(Exposure)
        found.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # made by attrs for init=False
            rest, self.name, self.date, kept.project(rest), self.values
        )
        return found


def _read_only(sizes: list[float]) -> FloatArray:
    array = np.array(sizes)
    array.setflags(write=False)
    return array


def divide(
    divisor: Number | ByLabel | Exposure | Tally, groups: Cells, side: Side, reasons: Reasons
) -> FloatArray:
    """Find the divisor of each group; a group that has none gets nan and its reason.

    A number serves every group. A mapping is keyed by the group's labels. An `Exposure` is joined
    by label at the finest level it shares with the tally, then added over areas. A tally is added
    up to the groups.
    """
    if isinstance(divisor, Tally):
        divisor.need(*groups.dims)
        own = no_reasons(len(groups))
        refuse_unsupplied(own, groups, Side(divisor))
        for i in np.flatnonzero(unexplained(reasons) & ~unexplained(own)).tolist():
            reasons[i] = f"not available: of the divisor, {own[i].removeprefix('not available: ')}"
        refuse_unmatched(reasons, groups, side, Side(divisor), "the counts and their divisor")
        found = totals(Side(divisor), groups).astype(float)
        return _usable(found, groups, reasons, "no divisor")
    if isinstance(divisor, Mapping):
        if not groups.dims:
            msg = "a mapping of divisors is keyed by the labels of by=; give by=, or a number."
            raise InvalidInputError(msg)
        divisor = Exposure(divisor, by=groups.dims, name="divisor", date="not stated")
    if isinstance(divisor, Exposure):
        return _joined(divisor, groups, side, reasons)
    return np.full(len(groups), _check.number(divisor, "exposure", above=0))


def _joined(exposure: Exposure, groups: Cells, side: Side, reasons: Reasons) -> FloatArray:
    dated = side.when is not None and side.period in exposure.by
    if side.when is not None and dated:
        exposure = exposure.in_period(side.period, side.when)
    areas = _areas(exposure, groups, side)
    for dim in exposure.by:
        if dim not in groups.dims and len(areas.label(dim)) > 1 and _is_time(areas.label(dim)):
            msg = (
                f"{exposure.name} are given by {dim!r} and add up over areas, never over time; keep {dim!r} "
                f"in by=, or choose one with where({dim}=…)."
            )
            raise InvalidInputError(msg)
    at = areas.positions(exposure.keys, exposure.by)
    shared = tuple(d for d in groups.dims if d in areas.dims)
    grouped = areas.project(shared)
    to = areas.positions(grouped, shared)
    sums = np.zeros(len(grouped) + 1)  # the last for a group that no area belongs to
    position = np.append(exposure.keys.counts, -1)[at]
    np.add.at(sums, to, np.append(exposure.values, np.nan)[position])
    columns = keys_of(areas)
    lacking = {
        to[i]: ", ".join(str(columns[d][i]) for d in exposure.by)
        for i in np.flatnonzero(at < 0)[::-1].tolist()
    }
    place = groups.positions(grouped, shared)
    for g in np.flatnonzero(np.isin(place, list(lacking)) & unexplained(reasons)).tolist():
        named = ", ".join(v for v in (lacking[place[g]], side.label * dated) if v)
        reasons[g] = f"not available: no {exposure.name}{' for ' if named else ''}{named}"
    return _usable(sums[place], groups, reasons, f"no {exposure.name}")


def _areas(exposure: Exposure, groups: Cells, side: Side) -> Cells:
    """Return which areas belong to which group: its own labels, else those that supplied it."""
    if set(exposure.by) <= set(groups.dims):
        return groups
    dims = tuple(dict.fromkeys((*groups.dims, *exposure.by)))
    cells, supplied = side.tally.cells, side.tally.supplied
    if supplied is not None and set(exposure.by) <= set(supplied.dims):
        for dim in groups.dims:
            if dim not in supplied.dims and _lies_inside(cells, exposure.by, dim):
                msg = (
                    f"each {' and '.join(exposure.by)} has one {dim} only, but coverage does not say which: name {dim!r} "
                    f"in coverage=, too; or, where every {dim} has the same {exposure.name}, give their number."
                )
                raise InvalidInputError(msg)
        return supplied.keys(d for d in dims if d in supplied.dims)
    if set(exposure.by) <= set(cells.dims):
        # Inside coverage an absent cell is 0, and its area still counts, unless areas lie inside the groups.
        return cells.keys(
            d for d in dims if supplied is None or d in exposure.by or _lies_inside(cells, exposure.by, d)
        )
    msg = (
        f"{exposure.name} are given by {_check.listing(exposure.by)}, which the tally does not keep; "
        f"it has {_check.listing(side.tally.dims)}."
    )
    raise UnknownNameError(msg)


def _is_time(labels: LabelArray) -> bool:
    """Tell whether labels are those of periods, whatever the dimension is called."""
    try:
        read_labels(labels.tolist(), "period")
    except InvalidInputError:
        return False
    return True


def _lies_inside(cells: Cells, areas: tuple[str, ...], dim: str) -> bool:
    """Tell whether a dimension divides the areas, as regions do: each has one label of several."""
    if not {dim, *areas} <= set(cells.dims):
        return False
    return len(cells.label(dim)) > 1 and len(cells.keys((*areas, dim))) == len(cells.keys(areas))


def _usable(found: FloatArray, groups: Cells, reasons: Reasons, what: str) -> FloatArray:
    """Give every group without a usable divisor its reason."""
    bad = ~(found > 0)
    columns = keys_of(groups)
    for i in np.flatnonzero(bad & unexplained(reasons)).tolist():
        named = ", ".join(str(c[i]) for c in columns.values())
        reasons[i] = f"not available: {what}{' for ' if named else ''}{named}"
    return np.where(bad, np.nan, found)
