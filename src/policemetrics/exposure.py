"""`Exposure`: residents, households or officers, joined by label; and `Divisor`, whatever counts are divided by.

A denominator of this kind is an estimate at a reference date. It adds up over areas, never over
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from policemetrics import _check, _write
from policemetrics._cells import Cells
from policemetrics._sent import (
    Kept,
    Left,
    as_sent,
    is_time,
    known_lines,
    seen,
    spelt_alike,
    time_dims,
)
from policemetrics._supply import (
    Reasons,
    Side,
    both_periods,
    by_sender,
    keys_of,
    listed_by_group,
    no_reasons,
    renamed,
    totals,
    unexplained,
    why_not_supplied,
    why_ragged,
    why_unlike,
)
from policemetrics._typing import ByLabel, Columns, FloatArray, Names
from policemetrics.errors import (
    AreasWithoutRowsWarning,
    InvalidInputError,
    InvalidTypeError,
    Note,
    UnknownNameError,
)
from policemetrics.frames import read_columns
from policemetrics.periods import Period, read_labels
from policemetrics.results import label_array
from policemetrics.tallies import Tally

if TYPE_CHECKING:
    from policemetrics.frames import IntoDataFrame

_NEEDS: Final = "an exposure needs at least one dimension in by= and one value."


@attrs.frozen(init=False, eq=False, repr=False)
class Exposure:
    """What a rate is divided by: residents, households, officers, by area, with a reference date.

    Parameters
    ----------
    values : mapping of label to float
        The size of each area, > 0; keyed by label, or by tuple of labels in the order of `by`.
    by : str or sequence of str
        The dimensions of the keys. If the period is one of them, each period has its own size.
    name : str
        What is counted, in the plural: ``"residents"``.
    date : str
        The reference date in words: ``"mid-2022"``; for several periods, the estimate used for each.
    basis : str, optional
        What the estimates are based on: ``"Census 2021"``. If two exposures with different bases are joined with
        ``+``, a figure that divides by both says so. Default is not stated.

    Raises
    ------
    InvalidInputError
        If there are no values, one is not a finite number > 0, or a key does not have one label for each
        dimension.

    Examples
    --------
    >>> residents = Exposure({"Kent": 1_860_000, "Essex": 1_850_000}, by="force", name="residents", date="mid-2019")
    >>> residents
    Exposure of 2 by force: residents, mid-2019

    Estimates of two periods, of which the earlier was not revised after the Census of 2021:

    >>> given = {"by": ["force", "period"], "name": "residents"}
    >>> before = Exposure({("Kent", "2019/20"): 1_840_000}, **given, date="mid-2018", basis="Census 2011")
    >>> after = Exposure({("Kent", "2023/24"): 1_590_000}, **given, date="mid-2022", basis="Census 2021")
    >>> before + after
    Exposure of 2 by force, period: residents, mid-2018 and mid-2022
    """

    by: tuple[str, ...]
    name: str
    date: str
    # The inner form: each cell counts the position of its value, so that the join is the tally's own.
    _keys: Cells
    _sizes: FloatArray
    _bases: tuple[str, ...]  # what each size rests on

    def __init__(self, values: ByLabel, *, by: Names, name: str, date: str, basis: str = "") -> None:
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
            dims,
            _check.text(name, "name"),
            _check.text(date, "date"),
            index._cells,
            _read_only(sizes),
            (_check.text(basis, "basis", empty=True),) * len(sizes),
        )

    @classmethod
    def from_frame(
        cls, frame: IntoDataFrame, /, *, by: Columns, value: str, name: str, date: str, basis: str = ""
    ) -> Exposure:
        """Make an exposure from a data frame with one row per area.

        Parameters
        ----------
        frame : data frame
            Any that narwhals reads: pandas, polars, pyarrow, DuckDB and others.
        by : str, sequence of str or mapping of dimension to column
            The columns that hold the labels.
        value : str
            The column that holds the sizes.
        name, date, basis : str
            As for `Exposure`.

        Returns
        -------
        Exposure
            One size per area.

        Raises
        ------
        InvalidInputError
            If a key occurs twice: add up the sizes first, if that is what you mean.

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
        twice = rows._cells.select(rows._cells.counts > 1)
        if len(twice):
            named = [", ".join(map(str, key)) for key in zip(*(twice.column(d) for d in dims), strict=True)]
            msg = f"frame must have one row for each {_check.listing(dims)}; more than one for {_check.listing(named)}."
            raise InvalidInputError(msg)
        sizes = dict(zip(zip(*(columns[d] for d in dims), strict=True), columns[value], strict=True))
        for key, size in sizes.items():
            _check.number(size, f"value: column {value!r}, of {', '.join(map(str, key))},", above=0)
        return cls(sizes, by=dims, name=name, date=date, basis=basis)

    def __add__(self, other: Exposure) -> Exposure:
        """Join two exposures of the same kind: other areas, or other periods; each size keeps what it rests on."""
        if not isinstance(other, Exposure):
            return NotImplemented
        if (set(self.by), self.name) != (set(other.by), other.name):
            msg = f"exposures must be of the same kind to be joined; got {self!r} and {other!r}."
            raise InvalidInputError(msg)
        if (both := other._keys.within(self._keys)).any():
            keys = other._keys.select(both)
            named = [", ".join(map(str, key)) for key in zip(*map(keys.column, self.by), strict=True)]
            msg = f"exposures must not both have a size to be joined; they have of {_check.listing(named, most=5)}."
            raise InvalidInputError(msg)
        further = attrs.evolve(other._keys, counts=other._keys.counts + len(self))
        sizes = _read_only([*self._sizes.tolist(), *other._sizes.tolist()])
        date = " and ".join(dict.fromkeys((self.date, other.date)))
        return self._with(self._keys.union(further), sizes, (*self._bases, *other._bases), date)

    def __len__(self) -> int:
        return len(self._sizes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Exposure):
            return NotImplemented
        return (self.name, self.date, self._as_dict()) == (other.name, other.date, other._as_dict())

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def _as_dict(self) -> dict[tuple[Any, ...], tuple[float, str]]:
        labels = zip(*(self._keys.column(d).tolist() for d in sorted(self.by)), strict=True)
        return {
            label: (float(self._sizes[at]), self._bases[at])
            for label, at in zip(labels, self._keys.counts.tolist(), strict=True)
        }

    def _rests_on(self, side: Side) -> list[str]:
        """Return what the sizes of one side rest on; of a period, those of that period."""
        if len(every := set(self._bases)) < 2:
            return [*every]
        dated = side.when is not None and side.dim in self.by
        keys = self._in_period(side.dim, side.when)._keys if dated and side.when else self._keys
        return sorted({self._bases[at] for at in keys.counts.tolist()})

    def __repr__(self) -> str:
        return f"Exposure of {len(self)} by {', '.join(self.by)}: {self.name}, {self.date}"

    def _in_period(self, period: str, wanted: Period) -> Exposure:
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
        known = self._keys.label(period).tolist()
        same = [v for v, p in zip(known, read_labels(known, period), strict=True) if p == wanted]
        kept = self._keys.select(self._keys.match({period: label_array(same)}))
        rest = tuple(d for d in self.by if d != period)
        if len(kept.keys(rest)) < len(kept):
            msg = f"{self.name} must have one figure for {wanted.label}; {period!r} spells it {_check.listing(same)}."
            raise InvalidInputError(msg)
        return self._keyed(kept.project(rest))

    def _keyed(self, keys: Cells) -> Exposure:
        """Give the sizes other keys."""
        return self._with(keys, self._sizes, self._bases, self.date)

    def _with(self, keys: Cells, sizes: FloatArray, bases: tuple[str, ...], date: str) -> Exposure:
        found = object.__new__(Exposure)
        found.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # made by attrs for init=False
            keys.dims, self.name, date, keys, sizes, bases
        )
        return found


def _read_only(sizes: list[float]) -> FloatArray:
    array = np.array(sizes)
    array.setflags(write=False)
    return array


def named_exposure(given: Any) -> Exposure | None:
    """Return an exposure, or none, as it is; a bare number or mapping does not say whose heads it counts."""
    if given is None:
        return None
    rule = (
        "exposure must be an Exposure, which has a name and a reference date, as in "
        "Exposure({'Eastside': 5000, 'Westside': 4000}, by='district', name='residents', date='mid-2022')"
    )
    return _check.instance(given, Exposure, rule)  # type: ignore[no-any-return]


@attrs.frozen
class Divisor:
    """What counts are divided by: one number, a mapping, an `Exposure` or a `Tally`, read and refused once.

    Attributes
    ----------
    given : float, Exposure or Side
        The divisor; a mapping has become one of these.
    argument : str
        The argument that it came by, for messages.
    noun : str
        What it counts, for reasons: "crimes".
    whole : bool
        Whether it is a count, of which 0 may be one.
    both : str
        The counts and their divisor, for reasons: "outcomes and crimes".
    exposure : Exposure or None
        The divisor, where it was given as an exposure, with a name and a date to say.
    """

    given: float | Exposure | Side
    argument: str
    noun: str = "divisor"
    whole: bool = False
    both: str = attrs.field(
        default=attrs.Factory(lambda self: f"the counts and their {self.noun}", takes_self=True)
    )
    exposure: Exposure | None = None

    @classmethod
    def of(
        cls, given: Any, by: tuple[str, ...], argument: str, *, noun: str = "divisor", whole: bool = False
    ) -> Divisor:
        """Read a divisor for groups over `by`; with `whole` numbers are counts, of which 0 may be one."""
        if isinstance(given, Tally):
            lacking = [d for d in by if d not in given.dims]
            if lacking:
                msg = f"{argument} must be a tally that keeps {_check.listing(lacking)}; it has {_check.listing(given.dims)}."
                raise UnknownNameError(msg)
            return cls(Side(given._regained(by)), argument, noun, whole)
        if isinstance(given, Mapping):
            return cls(_of_mapping(given, by, argument, noun, whole=whole), argument, noun, whole)
        if isinstance(given, Exposure):
            return cls(given, argument, noun, whole, exposure=given)
        if not _check.is_number(given):
            msg = (
                f"{argument} must be a number, a mapping of label to number, an Exposure or a Tally (a frame becomes one "
                f"by tally()); got {type(given).__name__}."
            )
            raise InvalidTypeError(msg)
        number = (
            float(_check.one_count(given, argument)) if whole else _check.number(given, argument, above=0)
        )
        return cls(number, argument, noun, whole)

    def between(self, between: Any, period: str) -> tuple[Divisor, Divisor]:
        """Return what two periods are divided by; only a tally has a part for each."""
        if not isinstance(self.given, Side):
            return self, self
        old, new = both_periods(self.given.tally, between, period)
        return attrs.evolve(self, given=old), attrs.evolve(self, given=new)

    def sizes(self, groups: Cells, side: Side) -> tuple[FloatArray, Reasons]:
        """Find the divisor of each group, nan where there is none, and say why."""
        if isinstance(self.given, Side):
            return self._counted(self.given, groups, side)
        if isinstance(self.given, Exposure):
            found, reasons = _joined(self.given, groups, side)
            return found, _first(why_ragged(groups, side, self.given.by), reasons)
        if len(groups) > 1:
            msg = (
                f"{self.argument} must be given for each group, as a mapping, an Exposure or a Tally, where by= makes "
                f"several; got the one number {_write.count(self.given)} for {len(groups)} groups."
            )
            raise InvalidInputError(msg)
        return np.full(len(groups), self.given), why_ragged(groups, side)

    def notes(self, groups: Cells, side: Side) -> tuple[Note, ...]:
        """Say what a divisor leaves open: where nothing was stated, areas without rows and rows of one only; who did not send."""
        tally, supplied = side.tally, side.tally._supplied
        if isinstance(self.given, Exposure) and (
            supplied is None or not {*supplied.dims}.issuperset(self.given.by)
        ):
            found = _divided(self.given, groups, tally)
            return found if supplied is not None else (*_without_rows(self.given, groups, side), *found)
        if isinstance(self.given, Side) and supplied is None and self.given.tally._supplied is None:
            return _of_one_only(side, self.given, self.both)
        if not isinstance(self.given, float) or supplied is None or len(groups) != 1:
            return ()
        who = [d for d in supplied.dims if d not in time_dims(tally._sent)]
        known, there = known_lines(tally._sent, who), side.proof(())
        sent = [as_sent(d) if as_sent(d) in there.dims else d for d in who]
        lacking = known.keys(sent)
        lacking = lacking.select(~by_sender(tally, lacking).within(by_sender(tally, there.keys(sent))))
        if not who or not len(lacking):
            return ()
        named = _check.cut(
            " ".join(map(str, key)) for key in zip(*(lacking.column(d).tolist() for d in sent), strict=True)
        )
        return (
            Note(
                "did-not-send",
                "not of all",
                f"the counts are not of {named}, who did not send; the divisor must not be either",
            ),
        )

    def on_two_bases(self, sides: Sequence[Side]) -> tuple[Note, ...]:
        """Say of an exposure that its estimates do not all rest on the same, where that is known of all of them."""
        if not isinstance(self.given, Exposure):
            return ()
        bases = [self.given._rests_on(side) for side in sides]
        every = sorted({basis for of_side in bases for basis in of_side})
        if len(every) < 2 or not all(every):
            return ()
        apart = bases[0] != bases[-1]
        named = (
            [f"{' and '.join(of)} for {side.label}" for of, side in zip(bases, sides, strict=True)]
            if apart
            else every
        )
        long = (
            f"{self.given.name} are estimates on two bases, {' and '.join(named)}: a part of the difference may be that "
            "of the estimates"
        )
        return (Note("two-bases", "estimates on two bases", long),)

    def _counted(self, own: Side, groups: Cells, side: Side) -> tuple[FloatArray, Reasons]:
        """Add a tally up to the groups; its suppliers must be those of the counts."""
        own.tally._refuse_totals(groups.dims)
        reasons = why_not_supplied(groups, own)
        found = np.where(unexplained(reasons), totals(own, groups), np.nan)
        for i in np.flatnonzero(~unexplained(reasons)).tolist():
            reasons[i] = f"not available: of the {self.noun}, {reasons[i].removeprefix('not available: ')}"
        unlike = why_unlike(groups, side, own, self.both)
        reasons = np.where(unexplained(reasons), unlike, reasons)
        return (found, reasons) if self.whole else _usable(found, groups, reasons, self.noun)


def two_releases(sides: Sequence[Side]) -> tuple[Note, ...]:
    """Say that the two periods are of two releases, where both are known: a year that was revised beside one that was not."""
    sent = [[one for one in side.tally._sent if one.has_rows] for side in sides]
    released = [
        {s.released for one in of for s in one.sources} | {"" for one in of if not one.sources} for of in sent
    ]
    if released[0] == released[1] or not all(all(of) and of for of in released):
        return ()
    old, new = (
        f"{side.label} is of {' and '.join(sorted(of))}" for side, of in zip(sides, released, strict=True)
    )
    long = f"two releases, {old} and {new}: counts are revised from one to the next, and a part of the change may be that"
    return (Note("two-releases", "two releases", long),)


def _of_mapping(
    given: Mapping[Any, Any], by: tuple[str, ...], argument: str, noun: str, *, whole: bool
) -> Exposure | Side:
    """Read a divisor by label: an exposure, or counts, of which 0 may be one."""
    if not by:
        msg = f"{argument} must be a number where there is no by=; a mapping is keyed by the labels of by=."
        raise InvalidInputError(msg)
    if not whole:
        return Exposure(given, by=by, name=noun, date="not stated")
    keys = [k if isinstance(k, tuple) else (k,) for k in given]
    for key in keys:
        if len(key) != len(by):
            msg = f"{argument} must be keyed by one label for each of {_check.listing(by)}; got the key {key!r}."
            raise InvalidInputError(msg)
    numbers = [_check.one_count(v, f"{argument}[{k!r}]") for k, v in given.items()]
    return Side(Tally.from_columns({d: [k[i] for k in keys] for i, d in enumerate(by)}, numbers))


def _without_rows(exposure: Exposure, groups: Cells, side: Side) -> tuple[Note, ...]:
    """Say of how many of its areas a figure is, where nobody said who sends and the caller did not choose."""
    sent = side.tally._sent
    areas = tuple(d for d in exposure.by if d not in time_dims(sent))
    chosen = {d for one in sent for step in one.steps if isinstance(step, Kept | Left) for d in step.wanted}
    if not areas or chosen & {*areas} or not {*areas} <= {*sent[0].cells.dims} or {*areas} <= {*groups.dims}:
        return ()
    every, found = exposure._keys.keys(areas), seen(sent, areas)
    there = int(every.within(found.keys(areas)).sum())
    if there in {0, len(every)} or as_sent(areas[0]) in found.dims:
        return ()
    long = f"of {there} of the {len(every)} areas that {exposure.name} are given for; the others have no rows, and no coverage was stated"
    note = Note("areas-without-rows", f"{there} of {len(every)} areas", long)
    cure = f"; tally(frame, by={list(side.tally.dims)}, coverage=exposure) says that they had none"
    _check.warn(AreasWithoutRowsWarning, note._replace(long=long + cure))
    return (note,)


def _divided(exposure: Exposure, groups: Cells, tally: Tally) -> tuple[Note, ...]:
    """Say of which dimension it is assumed, from the rows alone, that it divides the areas as regions do."""
    areas = tuple(exposure.by)
    if {*groups.dims}.issuperset(areas):
        return ()
    whose = " and ".join(d for d in areas if d not in time_dims(tally._sent))
    return tuple(
        Note(
            "areas-divided",
            f"{dim} divides {whose}",
            f"each {whose} has rows of one {dim} only, so {dim} is taken to divide the {exposure.name}, too; coverage= that "
            f"names {whose} and {dim} states it",
        )
        for dim in groups.dims
        if dim not in areas and _lies_inside(tally, areas, dim)
    )


def _of_one_only(side: Side, other: Side, both: str) -> tuple[Note, ...]:
    """Say which labels only the counts or only their divisor has in some period, where nobody said who sends."""
    cells = side.tally._cells, other.tally._cells
    shared = [d for d in cells[0].dims if d in cells[1].dims]
    times = [d for d in time_dims(side.tally._sent) if d in shared]
    labels: list[str] = []
    for dim in [d for d in shared if d not in times] if times else ():
        mine, theirs = (one.known((dim, *times)) for one in cells)
        for rows in (mine.select(~mine.within(theirs)), theirs.select(~theirs.within(mine))):
            labels += (
                " ".join(map(str, key)) for key in zip(*map(list, map(rows.column, rows.dims)), strict=True)
            )
    if not labels:
        return ()
    long = f"no coverage was stated, and only one of {both} has cells of {_check.cut(labels)}"
    return (Note("coverage-not-stated", "no coverage stated", long),)


def areas_of(divisor: Any, data: Any = None) -> tuple[str, ...]:
    """Return the dimensions that a divisor is given by, where it is an exposure; of a tally as `data` those that it has."""
    if not isinstance(divisor, Exposure):
        return ()
    return tuple(d for d in divisor.by if d in data.dims) if isinstance(data, Tally) else divisor.by


def _first(*reasons: Reasons) -> Reasons:
    """Return the first reason of each row."""
    first, *others = reasons
    for other in others:
        first = np.where(unexplained(first), other, first)
    return first


def _joined(exposure: Exposure, groups: Cells, side: Side) -> tuple[FloatArray, Reasons]:
    """Join an exposure at the finest level it shares with the tally, and add it up over areas."""
    dated = side.when is not None and side.dim in exposure.by
    if side.when is not None and dated:
        exposure = exposure._in_period(side.dim, side.when)
    areas = _areas(exposure, groups, side)
    for dim in exposure.by:
        if dim not in groups.dims and len(areas.label(dim)) > 1 and is_time(areas.label(dim)):
            msg = (
                f"{exposure.name} are given by {dim!r} and add up over areas, never over time; keep {dim!r} "
                f"in by=, or choose one with where({dim}=…)."
            )
            raise InvalidInputError(msg)
    when = side.label if dated else ""
    keys = exposure._keys
    for dim in exposure.by:
        keys = spelt_alike(keys, dim, areas.label(dim).tolist())
    if keys is not exposure._keys:
        exposure = exposure._keyed(keys)
    renamed = [d for d in exposure.by if as_sent(d) in areas.dims]
    now = _added(exposure, areas, groups, exposure.by, when)
    if not renamed:
        others = _why_of_others(exposure, groups, side, areas)
        return np.where(unexplained(others), now[0], np.nan), _first(now[1], others)
    sent = _added(
        exposure, areas, groups, tuple(as_sent(d) if d in renamed else d for d in exposure.by), when
    )
    return _either(exposure, sent, now, groups, side, areas)


def _either(
    exposure: Exposure,
    sent: tuple[FloatArray, Reasons],
    now: tuple[FloatArray, Reasons],
    groups: Cells,
    side: Side,
    areas: Cells,
) -> tuple[FloatArray, Reasons]:
    """Choose between labels as they were sent and as they are now; those of now are of all who are known in them."""
    both = unexplained(sent[1]) & unexplained(now[1])
    if (both & (sent[0] != now[0])).any():
        row = int(np.argmax(both & (sent[0] != now[0])))
        msg = (
            f"{exposure.name} are given by labels that mean one thing as they were sent and another since they were renamed "
            f"({_write.count(sent[0][row])} and {_write.count(now[0][row])}): join them before relabel(), or give them by the new labels alone."
        )
        raise InvalidInputError(msg)
    reasons = now[1].copy()
    reasons[unexplained(sent[1])] = None
    others = _why_of_others(exposure, groups, side, areas)
    reasons = np.where(unexplained(now[1]) & ~unexplained(sent[1]), others, reasons)
    found = np.where(unexplained(sent[1]), sent[0], now[0])
    return np.where(unexplained(reasons), found, np.nan), reasons


def _why_of_others(exposure: Exposure, groups: Cells, side: Side, areas: Cells) -> Reasons:
    """Say of each group whose residents are those of others, too: known in its areas, as they are now, but not in it.

    So Surrey lies beneath "South East", to which it was renamed, and beneath a region that coverage names beside it.
    """
    reasons = no_reasons(len(groups))
    tally, beneath = side.tally, _beneath(side.tally, exposure.by)
    if not {*areas.dims}.issuperset(beneath):
        areas = side.senders()
    held = dict.fromkeys((*exposure.by, *beneath))
    who = [as_sent(d) if as_sent(d) in areas.dims else d for d in held]
    if {*who} == {*exposure.by}:
        return reasons
    shared = [d for d in groups.dims if d in areas.dims]
    times = time_dims(tally._sent)
    lines = known_lines(tally._sent, [d for d in dict.fromkeys((*held, *shared)) if d not in times])
    known = lines.keys(dict.fromkeys((*shared, *held, *who)))
    lacking = known.select(known.within(areas.keys(dict.fromkeys((*shared, *exposure.by)))))
    there = areas.keys(dict.fromkeys((*shared, *who)))
    lacking = lacking.select(~by_sender(tally, lacking).within(by_sender(tally, there)))
    told = [lacking.column(d).tolist() for d in who if d not in exposure.by]
    names = [" ".join(map(str, key)) for key in zip(*told, strict=True)]
    what = "who did not send both" if side.dim and side.common is not None else "who did not send"
    for row, named in listed_by_group(groups, lacking, tuple(shared), names).items():
        reasons[row] = f"not available: the {exposure.name} are those of {named} too, {what}"
    return reasons


def _beneath(tally: Tally, areas: tuple[str, ...]) -> list[str]:
    """Return the suppliers that coverage names beneath areas, as forces beneath regions: each has one area of several."""
    supplied = tally._supplied
    if supplied is None:
        return []
    times, made = time_dims(tally._sent), [one.register for one in tally._sent if one.register is not None]
    found = []
    for dim in (d for d in supplied.dims if d not in (*times, *areas)):
        for area in (a for a in areas if a in supplied.dims and a not in times):
            pairs = reduce(Cells.union, (one.keys((dim, area)) for one in made)).keys()
            if len(pairs.label(area)) > 1 and len(pairs) == len(pairs.label(dim)):
                found.append(dim)
    return found


def _added(
    exposure: Exposure, areas: Cells, groups: Cells, held: tuple[str, ...], when: str
) -> tuple[FloatArray, Reasons]:
    """Add an exposure up over the areas of each group, by the columns that hold their labels."""
    reasons = no_reasons(len(groups))
    shared = tuple(d for d in groups.dims if d in areas.dims)
    areas = areas.keys(dict.fromkeys((*shared, *held)))
    labels = Cells(exposure.by, tuple(map(areas.label, held)), tuple(map(areas.code, held)), areas.counts)
    at = labels.positions(exposure._keys, exposure.by)
    grouped = areas.project(shared)
    to = areas.positions(grouped, shared)
    position = np.append(exposure._keys.counts, -1)[at]
    sizes = np.append(exposure._sizes, np.nan)[position]
    sums = np.append(np.bincount(to, sizes, len(grouped)), 0)  # the last of a group that no area belongs to
    columns = keys_of(labels)
    lacking = {
        to[i]: ", ".join(str(columns[d][i]) for d in exposure.by)
        for i in np.flatnonzero(at < 0)[::-1].tolist()
    }
    place = groups.positions(grouped, shared)
    for g in np.flatnonzero(np.isin(place, list(lacking))).tolist():
        named = ", ".join(v for v in (lacking[place[g]], when) if v)
        reasons[g] = f"not available: no {exposure.name}{' for ' if named else ''}{named}"
    return _usable(sums[place], groups, reasons, exposure.name)


def _areas(exposure: Exposure, groups: Cells, side: Side) -> Cells:
    """Return which areas belong to which group: its own labels, else those that supplied it.

    This is the one place that settles which areas a divisor is made of. Coverage that names them says who sent.
    Otherwise every area is one that has a row anywhere, of whatever offence and in whatever period.
    """
    tally, supplied = side.tally, side.tally._supplied
    if {*groups.dims}.issuperset(exposure.by) and renamed(tally).isdisjoint(exposure.by):
        return groups
    made = tally._sent[0].cells
    if supplied is not None and set(exposure.by) <= set(supplied.dims):
        for dim in groups.dims:
            if dim not in supplied.dims and _lies_inside(tally, exposure.by, dim):
                msg = (
                    f"each {' and '.join(exposure.by)} has one {dim} only, but coverage does not say which: name {dim!r} "
                    f"in coverage=, too; or, where every {dim} has the same {exposure.name}, give their number."
                )
                raise InvalidInputError(msg)
        return side.senders()
    if set(exposure.by) <= set(tally.dims) | (renamed(tally) & set(made.dims)):
        # Areas may lie inside the groups, as forces in regions do; otherwise every area is one of every group.
        inside = [d for d in groups.dims if d in exposure.by or _lies_inside(tally, exposure.by, d)]
        if supplied is not None:
            return known_lines(tally._sent, tuple(dict.fromkeys((*inside, *exposure.by))))
        # Nothing was stated: in a period is every area that has a row in it, of whatever category.
        if side.members is not None and {*side.members.dims}.issuperset(inside):
            return side.members
        times = [d for d in time_dims(tally._sent) if d not in exposure.by]
        return seen(tally._sent, dict.fromkeys((*inside, *times, *exposure.by)))
    wanted = _check.listing(d for d in exposure.by if d not in tally.dims)
    msg = (
        f"{exposure.name} are given by {_check.listing(exposure.by)}, which the counts do not keep; they have "
        f"{_check.listing(side.tally.dims)}. Keep {wanted} in the tally, as in tally(frame, by=[…, {wanted}])."
    )
    raise UnknownNameError(msg)


def _lies_inside(tally: Tally, areas: tuple[str, ...], dim: str) -> bool:
    """Return whether a dimension divides the areas, as regions do: in all rows as made each has one label of several."""
    if not {dim, *areas} <= set(tally._sent[0].cells.dims) or dim in time_dims(tally._sent):
        return False
    found = seen(tally._sent, (*areas, dim))
    return len(found.label(dim)) > 1 and len(found.keys((*areas, dim))) == len(found.keys(areas))


def _usable(found: FloatArray, groups: Cells, reasons: Reasons, noun: str) -> tuple[FloatArray, Reasons]:
    """Keep divisors above 0, and say which groups have none."""
    usable = found > 0
    labels = keys_of(groups)
    for g in np.flatnonzero(~usable & unexplained(reasons)).tolist():
        named = ", ".join(str(column[g]) for column in labels.values())
        reasons[g] = f"not available: no {noun}{' for ' if named else ''}{named}"
    return np.where(usable, found, np.nan), reasons
