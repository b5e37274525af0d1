"""`group_outcome_rate`: the rate of a group of forces, pooled or the mean of their rates, and a force beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells, encode
from policemetrics._compare import Chosen, Mask, Notes, Rows
from policemetrics._supply import Reasons, keys_of, no_reasons
from policemetrics._write import count as written
from policemetrics._write import fixed, percent
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, Note
from policemetrics.outcomes.dates import one_or_all
from policemetrics.outcomes.definition import Counted, Definition, OutcomeFigure, still_open
from policemetrics.outcomes.rate import OutcomeRate
from policemetrics.results import ExclusionTable, Results, column, figure, input_field
from policemetrics.typing import FloatArray, IntArray, Label, Names

_AVERAGES: Final[Mapping[Literal["pooled", "mean_of_rates"], str]] = {
    "pooled": "all positive outcomes of the group out of all that they are out of: larger forces weigh more",
    "mean_of_rates": "the plain mean of the rates: every force weighs the same, whatever its size",
}
_SELF: Final = (
    "include_self must be True or False where force= is given: both are official conventions, and they differ"
)


@figure(estimate="rate")
class GroupOutcomeRate(OutcomeFigure):
    """The positive outcome rate of a group of forces, and a force beside it.

    Attributes
    ----------
    rate, rate_low, rate_high : float
        The rate of the group, as a fraction, and its interval.
    forces : float
        How many forces it is made of.
    lowest, highest : float
        The lowest and the highest rate among them.
    own, points : float
        The rate of the force that is compared, and how far it is above the group, in percentage points; nan where
        none is.
    average : str
        ``"pooled"`` or ``"mean_of_rates"``.
    members : tuple of str
        The forces that it is made of.
    force : str
        The force that is compared; empty where none is.
    include_self : str
        ``"yes"`` or ``"no"``: whether that force is among the members; empty where none is compared.
    not_yet_assigned, share_not_yet_assigned : float
        Crimes of all its members without an outcome yet, and their share of the cohort; as for `OutcomeRate`.
    outcomes, outcome_types, basis, out_of, as_at, when, mature_after : optional
        As for `OutcomeRate`; the members have them in common.
    maturity : str
        ``"immature"`` if that of a member is, ``"not known"`` if that of one is not known; as for `OutcomeRate`.
    of : str
        The dimension whose members are grouped.
    method, confidence_level : str, float
        How the interval was made.
    """

    rate: float = column("share", "estimate")
    rate_low: float = column("share", "lower")
    rate_high: float = column("share", "upper")
    forces: float = column("count")
    lowest: float = column("share", "estimate")
    highest: float = column("share", "estimate")
    own: float = column("share", "estimate")
    points: float = column("points", "estimate", of=("own", "rate"))
    not_yet_assigned: float = column("count", "numerator", counts="crimes", shown=False)
    share_not_yet_assigned: float = column("share", "estimate", of="not_yet_assigned")
    average: str
    members: tuple[str, ...]
    force: str
    include_self: str
    as_at: str = ""
    when: str = ""
    maturity: str = ""
    mature_after: float = input_field(default=np.nan)
    of: str = "force"
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        how, weighed = "pooled positive outcome rate", ""
        if self.average == "mean_of_rates":
            how = "mean of the positive outcome rates"
            weighed = f"; every {self.of} counts the same, whatever its size"
        s = "" if self.forces == 1 else "s"
        members = f"force{s}" if self.of == "force" else f"label{s} of {self.of}"
        subject = f"The {how} of {written(self.forces)} {members} ({self._of_what})"
        if np.isnan(self.rate):
            return f"{subject}: {self.reason}."
        dated = f"; as at {self.as_at}" if self.as_at else ""
        waiting = still_open(self.basis, self.share_not_yet_assigned, self.maturity)
        stated = (
            f"{subject} was {percent(self.rate, 2)}{f' in {self.when}' if self.when else ''} ({self._interval_words()}; from "
            f"{percent(self.lowest, 2)} to {percent(self.highest, 2)}{weighed}{dated}{waiting})."
        )
        return stated + self._compared

    @property
    def _compared(self) -> str:
        if not self.force:
            return ""
        among = "which is among them" if self.include_self == "yes" else "which is not among them"
        if np.isnan(self.own):
            return f" {self.force}, {among}: {self.reason}."
        apart = f"{fixed(abs(self.points), 2)} percentage points {'above' if self.points > 0 else 'below'}"
        return f" {self.force}, {among}, had {percent(self.own, 2)}: {apart if self.points else 'the same'}."


@overload
def group_outcome_rate(
    rates: Results[OutcomeRate],
    /,
    *,
    of: str = "force",
    members: Iterable[Label] | None = None,
    force: Label | None = None,
    include_self: bool | None = None,
    average: Literal["pooled", "mean_of_rates"] = "pooled",
    by: None = None,
) -> GroupOutcomeRate: ...
@overload
def group_outcome_rate(
    rates: Results[OutcomeRate],
    /,
    *,
    of: str = "force",
    members: Iterable[Label] | None = None,
    force: Label | None = None,
    include_self: bool | None = None,
    average: Literal["pooled", "mean_of_rates"] = "pooled",
    by: Names,
) -> Results[GroupOutcomeRate]: ...
@_check.asking_together
def group_outcome_rate(
    rates: Results[OutcomeRate],
    /,
    *,
    of: str = "force",
    members: Iterable[Label] | None = None,
    force: Label | None = None,
    include_self: bool | None = None,
    average: Literal["pooled", "mean_of_rates"] = "pooled",
    by: Names | None = None,
) -> GroupOutcomeRate | Results[GroupOutcomeRate]:
    r"""Positive outcome rate of a group of forces, pooled or as the mean of their rates.

    Two conventions are official and differ: the inspectorate's comparator took the mean of the rates of a
    force's most similar group, that force among them; the dashboards on value for money weigh by size.

    Parameters
    ----------
    rates : Results of OutcomeRate
        The rates of the forces, as `positive_outcome_rate` gives them with ``by="force"``.
    of : str, optional
        The dimension whose members are grouped. Default is ``"force"``.
    members : iterable of str or int, optional
        The forces of the group. Default is all in the table.
    force : str or int, optional
        The force that the group is compared with. Default is none.
    include_self : bool, optional
        Whether that force is counted in the group; it must be given with `force`, there is no default.
    average : {"pooled", "mean_of_rates"}, optional
        All positive outcomes of the group out of all that they are out of; or the plain mean of the rates.
        Default is ``"pooled"``.
    by : str or sequence of str, optional
        The other dimensions of the table, the period say; gives a table. Those that hold several labels must
        all be named.

    Returns
    -------
    GroupOutcomeRate or Results of GroupOutcomeRate
        A table if there is `by`; otherwise one figure. A group of which one force has no rate is not
        available, and names it: leave it out of `members` to have the rate of the others.

    Raises
    ------
    InvalidTypeError
        If `rates` is no table of `OutcomeRate`, or `include_self` has no use.
    ChoiceNeededError
        If `include_self` is missing.
    InvalidInputError
        If the rates are not of one set, basis and denominator, a group has no member, or a dimension of the
        table is not named.
    UnknownNameError
        If a force, an average or a dimension does not exist.

    See Also
    --------
    positive_outcome_rate : The rates of the forces.

    Notes
    -----
    The interval of the pooled rate is that of its counts. That of the mean of k rates squares and adds the
    distances of the rates from their own limits [1]_: :math:`\bar{r} - \frac{1}{k}\sqrt{\sum (r_i - l_i)^2}` to
    :math:`\bar{r} + \frac{1}{k}\sqrt{\sum (u_i - r_i)^2}`.

    References
    ----------
    .. [1] Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a
       general approach. Statistics in Medicine, 27(10), 1693-1702.

    Examples
    --------
    >>> from policemetrics import Tally, positive_outcome_rate
    >>> outcomes = Tally.from_columns(
    ...     {"force": ["Kent", "Kent", "Essex", "Essex", "Dorset", "Dorset"], "outcome": ["1", "18"] * 3},
    ...     [100, 900, 300, 1700, 20, 80],
    ... )
    >>> rates = positive_outcome_rate(outcomes, positive="charged", basis="closed", out_of="outcomes", by="force")
    >>> round(group_outcome_rate(rates).rate, 4)  # 420 of 3,100
    0.1355
    >>> round(group_outcome_rate(rates, average="mean_of_rates").rate, 4)  # of 10%, 15% and 20%
    0.15
    >>> kent = group_outcome_rate(rates, force="Kent", include_self=False, average="mean_of_rates")
    >>> kent.members, round(kent.points, 1)
    (('Dorset', 'Essex'), -7.5)
    """
    if not isinstance(rates, Results) or rates.kind is not OutcomeRate:
        what = rates.kind.__name__ if isinstance(rates, Results) else type(rates).__name__
        msg = f"rates must be a table of OutcomeRate, as positive_outcome_rate gives with by={of!r}; got {what}."
        raise InvalidTypeError(msg)
    average = _check.one_of(average, "average", _AVERAGES)
    rest = _other_dims(rates, of, by)
    chosen = _members(rates[of].tolist(), of, members, force, include_self)
    definition = _definition(rates)
    how = {"of": of, "average": average, "force": "", "include_self": ""}
    if force is not None:
        how |= {"force": str(force), "include_self": "yes" if include_self else "no"}
    grid = _Grid.of_table(rates, of, rest, chosen, force)
    return _rates(grid, definition, force, how, single=by is None)


# ---- reading ----------------------------------------------------------------------------


def _other_dims(rates: Results[OutcomeRate], of: Any, by: Names | None) -> tuple[str, ...]:
    """Return the dimensions of the table that are kept: those named, and those with one label only."""
    if not len(rates):
        msg = "rates must have a row; the table is empty."
        raise InvalidInputError(msg)
    dims = tuple(rates[0].group)
    _check.known(_check.text(of, "of"), "of: dimension", dims)
    named = () if by is None else _check.names(by, "by")
    for dim in named:
        _check.known(dim, "by: dimension", [d for d in dims if d != of])
    left = [d for d in dims if d not in {of, *named}]
    mixed = [d for d in left if len(set(rates[d].tolist())) > 1]
    if mixed:
        msg = f"rates are kept by {_check.listing(mixed)} too; name all such dimensions in by=, or choose rows first."
        raise InvalidInputError(msg)
    return (*named, *left)


def _members(labels: Sequence[Any], of: str, members: Any, force: Any, include_self: Any) -> tuple[Any, ...]:
    """Return the labels of the group, in order."""
    chosen = known = list(dict.fromkeys(labels))
    if members is not None:
        if isinstance(members, str) or not isinstance(members, Iterable):
            msg = f"members must be several labels of {of!r}; got {_check.shown(members)} ({type(members).__name__})."
            raise InvalidTypeError(msg)
        chosen, there = list(dict.fromkeys(members)), set(known)
        for label in chosen:
            if label not in there or not isinstance(label, str | int):
                _check.known(label, "members", known)
        if not chosen:
            msg = f"members must hold at least one label of {of!r}; got none."
            raise InvalidInputError(msg)
    if force is not None:
        _check.known(force, "force", known)
        if include_self is None:
            note = Note("choose-include-self", "include_self= must be given", f"{_SELF}.")
            raise ChoiceNeededError(note, answers={"include_self": (True, False)})
        own = [force] if _check.flag(include_self, "include_self") else []
        chosen = [*(v for v in chosen if v != force), *own]
    elif include_self is not None:
        msg = "include_self goes with force=, the force that the group is compared with; leave it out, or name the force."
        raise InvalidTypeError(msg)
    if not chosen:
        msg = f"members must hold at least one label of {of!r} besides the force itself; got none."
        raise InvalidInputError(msg)
    wanted = set(chosen)
    return tuple(v for v in known if v in wanted)


def _definition(rates: Results[OutcomeRate]) -> Definition:
    """Return what all the rates are of; rates of several definitions have no common rate."""
    for what in ("outcomes", "outcome_types", "basis", "out_of", "blank", "confidence_level"):
        several = list(dict.fromkeys(rates[what].tolist()))
        if len(several) > 1:
            msg = f"rates must be of one set, basis, denominator and level; {what} is {_check.listing(several)}."
            raise InvalidInputError(msg)
    return Definition.of_figure(rates[0], rates[0].confidence_level)


# ---- groups and their members -----------------------------------------------------------


@attrs.frozen
class _Grid:
    """The rows of a table by group and member: `at` (groups, members), and that of the force beside each; -1: none."""

    rates: Results[OutcomeRate]
    of: str
    chosen: tuple[Label, ...]
    keys: dict[str, NDArray[Any]]
    at: IntArray
    beside: IntArray

    @classmethod
    def of_table(
        cls,
        rates: Results[OutcomeRate],
        of: str,
        rest: tuple[str, ...],
        chosen: tuple[Label, ...],
        force: Label | None,
    ) -> _Grid:
        """Lay out the rows."""
        dims = (*rest, of)
        labels, codes = zip(*(encode(rates[d], d) for d in dims), strict=True)
        row, once = np.arange(len(rates)), np.ones(len(rates), dtype=np.int64)
        cells = Cells(dims, labels, codes, once)  # a cell a row, in the order of the table
        twice = cells.positions(cells, dims) != row
        if twice.any():
            named = dict(rates[int(np.argmax(twice))].group)
            msg = f"rates must have one row for each label of a group; {named} stands there twice."
            raise InvalidInputError(msg)
        groups = Cells.of(dims, labels, codes, once).keys(rest)
        table = np.full((len(groups), len(labels[-1]) + 1), -1, dtype=np.int64)  # the last for no force
        table[cells.positions(groups, rest), codes[-1]] = row
        place = {label: i for i, label in enumerate(labels[-1].tolist())}
        at = table[:, [place[label] for label in chosen]]
        beside = table[:, -1 if force is None else place[force]]
        return cls(rates, of, chosen, keys_of(groups), at, beside)

    def column(self, name: str) -> FloatArray:
        """Return a column of the members of each group, nan where one is not there."""
        return np.append(self.rates[name], np.nan)[self.at]

    def holds(self, name: str, value: str) -> Mask:
        """Return which groups have a member of which a word is true."""
        found: Mask = np.any(np.append(self.rates[name] == value, False)[self.at], axis=1)
        return found

    def why_none(self) -> Reasons:
        """Say of each group which members have no rate."""
        reasons, told = no_reasons(len(self.at)), self.rates["reason"]
        without = np.isnan(self.column("rate"))
        for row in np.flatnonzero(without.any(axis=1)).tolist():
            at = dict(zip(self.chosen, self.at[row].tolist(), strict=True))
            mute = [label for label, nan in zip(self.chosen, without[row].tolist(), strict=True) if nan]
            named = [label for label in mute if at[label] < 0]
            if named:
                why = f"no rate for {', '.join(map(str, dict.fromkeys((*named, *mute))))}"
            else:
                why = "; ".join(f"{v}: {str(told[at[v]]).removeprefix('not available: ')}" for v in mute)
            reasons[row] = f"not available: of the group, {why}"
        return reasons

    def common(self, what: str) -> NDArray[Any]:
        """Return what the figures of each group have in common; figures of several times or extracts make none."""
        values, rows = self.rates[what], np.column_stack((self.at, self.beside))
        distinct, codes = np.unique(
            values.astype(float if what == "mature_after" else str), return_inverse=True
        )
        # A figure that is not available is of no time.
        told = (rows >= 0) & np.append((what != "when") | (values != ""), False)[rows]
        of = np.append(codes, 0)[rows]
        mixed = np.where(told, of, len(distinct)).min(axis=1) < np.where(told, of, -1).max(axis=1)
        if mixed.any():
            one = int(np.argmax(mixed))
            at = rows[one][told[one]]
            at = at[np.sort(np.unique(codes[at], return_index=True)[1])]
            labels = zip(self.rates[self.of][at].tolist(), values[at].tolist(), strict=True)
            named = ", ".join(f"{label!r} {value!r}" for label, value in labels)
            msg = f"rates of a group must have one {what}; got {named}. Make them of one time and one extract, or leave some out by members=."
            raise InvalidInputError(msg)
        found = values[np.take_along_axis(rows, told.argmax(axis=1)[:, None], axis=1)[:, 0]]
        return np.where(told.any(axis=1), found, np.nan if what == "mature_after" else "")

    def exclusions(self) -> ExclusionTable | None:
        """Add up what the members left out, where all say it in one unit."""
        own = self.rates._exclusions
        if own is None:
            return None
        counted, counts = (
            np.concatenate((numbers, np.zeros_like(numbers[:1])))[self.at].sum(axis=1)
            for numbers in (own.counted, own.counts)
        )
        return ExclusionTable(own.unit, counted, own.reasons, counts)

    def notes(self) -> Notes:
        """Gather what travels with the members, each once."""
        own = self.rates._notes
        if isinstance(own, tuple):
            return own
        found: list[tuple[Note, ...]] = [()] * len(self.at)
        noted = np.append(np.fromiter(map(bool, own), dtype=bool, count=len(own)), False)
        for row, member in np.argwhere(noted[self.at]).tolist():
            found[row] = tuple(dict.fromkeys((*found[row], *own[self.at[row, member]])))
        return np.fromiter(found, dtype=object, count=len(found))


# ---- the figures ------------------------------------------------------------------------


def _rates(
    grid: _Grid, definition: Definition, force: Label | None, how: dict[str, str], *, single: bool
) -> GroupOutcomeRate | Results[GroupOutcomeRate]:
    """Work out every group."""
    rows = Rows(grid.keys, grid.why_none(), single, grid.exclusions(), grid.notes())
    rows.chosen = Chosen(grid.rates[0].chosen if len(grid.rates) else "")
    common = {what: grid.common(what) for what in ("when", "as_at", "mature_after")}
    positive, denominator, waiting = (
        grid.column(name).sum(axis=1) for name in ("positive", "denominator", "not_yet_assigned")
    )
    whole = Counted(positive, denominator, waiting, positive)
    rates, method = grid.column("rate"), {}
    if how["average"] == "pooled":
        rate, low, high = definition.rates(whole, rows.there)
    else:
        rate, k, method = rates.mean(axis=1), len(grid.chosen), {"method": "square and add"}
        low = rate - np.hypot.reduce(rates - grid.column("rate_low"), axis=1) / k
        high = rate + np.hypot.reduce(grid.column("rate_high") - rates, axis=1) / k
    own = np.append(grid.rates["rate"], np.nan)[grid.beside]
    told = np.append(grid.rates["reason"], "not available: no rate")[grid.beside]
    if force is not None:
        rows.explain(np.isnan(own), lambda row: f"{told[row]} (of {force})")
    unknown = grid.holds("maturity", "not known") | (grid.at < 0).all(axis=1)
    maturity = np.where(unknown, "not known", "mature")
    maturity = np.where(grid.holds("maturity", "immature"), "immature", maturity)
    values = {
        "rate": rate,
        "rate_low": low,
        "rate_high": high,
        "forces": np.full(len(rows), float(len(grid.chosen))),
        "lowest": rates.min(axis=1),
        "highest": rates.max(axis=1),
        "own": own,
        "points": 100 * (own - rate),
        "not_yet_assigned": waiting,
        "share_not_yet_assigned": definition.open_share(whole),
        "members": tuple(map(str, grid.chosen)),
        "maturity": one_or_all(maturity.astype(object)) if definition.is_cohort else "",
        "when": one_or_all(common["when"]),
        "as_at": one_or_all(common["as_at"]),
        "mature_after": common["mature_after"],
        **how,
        **definition.audit,
        **method,
    }
    everywhere = np.ones(len(rows), dtype=bool)
    return rows.results(GroupOutcomeRate, values, {"forces": everywhere, "own": everywhere})
