"""The rate of a group of forces: pooled, or the mean of their rates; with the force it is compared with, or without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, overload

import numpy as np

from policemetrics import _check
from policemetrics._write import count as written
from policemetrics._write import fixed, percent
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.outcomes.definition import Counted, Definition, OutcomeSet, one_of, said, still_open
from policemetrics.outcomes.rate import OutcomeRate
from policemetrics.results import (
    Exclusions,
    Figure,
    Results,
    column,
    comparable,
    definition_field,
    figure,
)
from policemetrics.typing import Basis, Label, Names, OutOf

__all__ = ["GroupOutcomeRate", "group_outcome_rate"]

_AVERAGES: Final = {
    "pooled": "all positive outcomes of the group out of all that they are out of: larger forces weigh more",
    "mean_of_rates": "the plain mean of the rates: every force weighs the same, whatever its size",
}
_SELF: Final = (
    "include_self must be True or False where force= is given: both are official conventions, and they differ"
)


@figure(estimate="rate")
class GroupOutcomeRate(Figure):
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
        The rate of the force that is compared, and how far it is above the group, in percentage points; not a
        number where none is.
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

    rate: float = column("share")
    rate_low: float = column("share", "lower")
    rate_high: float = column("share", "upper")
    forces: float = column("count")
    lowest: float = column("share")
    highest: float = column("share")
    own: float = column("share")
    points: float = column("points")
    not_yet_assigned: float = column("count", shown=False)
    share_not_yet_assigned: float = column("share")
    average: str = definition_field(below=True)
    members: tuple[str, ...]
    force: str = definition_field(below=True)
    include_self: str = definition_field(below=True)
    outcomes: str = definition_field(below=True)
    outcome_types: tuple[str, ...]
    basis: Basis = definition_field(below=True)
    out_of: OutOf = definition_field(below=True)
    as_at: str = definition_field(below=True, default="")
    when: str = definition_field(below=True, default="")
    maturity: str = definition_field(below=True, default="")
    mature_after: float = np.nan
    of: str = "force"
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        what = said(self.outcomes, self.basis, self.out_of)
        how = {
            "pooled": "pooled positive outcome rate",
            "mean_of_rates": "mean of the positive outcome rates",
        }
        members = f"{self.of}{'' if self.forces == 1 else 's'}"
        if self.of != "force":
            members = f"label{'' if self.forces == 1 else 's'} of {self.of}"
        subject = f"The {how[self.average]} of {written(self.forces)} {members} ({what})"
        if np.isnan(self.rate):
            return f"{subject}: {self.reason}."
        limits = f"{percent(self.rate_low, 2)} to {percent(self.rate_high, 2)}"
        alike = (
            f"; every {self.of} counts the same, whatever its size" if self.average == "mean_of_rates" else ""
        )
        dated = f"; as at {self.as_at}" if self.as_at else ""
        waiting = still_open(self.basis, self.share_not_yet_assigned, self.maturity)
        stated = (
            f"{subject} was {percent(self.rate, 2)}{f' in {self.when}' if self.when else ''} ({self.confidence_level * 100:g}% interval {limits}; from "
            f"{percent(self.lowest, 2)} to {percent(self.highest, 2)}{alike}{dated}{waiting})."
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
def group_outcome_rate(
    rates: Any,
    /,
    *,
    of: str = "force",
    members: Any = None,
    force: Any = None,
    include_self: Any = None,
    average: Any = "pooled",
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
        If `rates` is no table of `OutcomeRate`, or `include_self` is missing or has no use.
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
    average = one_of(average, "average", _AVERAGES)
    rest = _other_dims(rates, of, by)
    chosen = _members(rates[of].tolist(), of, members, force, include_self)
    figures = list(rates)
    definition = _definition(figures)
    keyed: dict[tuple[Any, ...], dict[Any, OutcomeRate]] = {}
    for one in figures:
        group = keyed.setdefault(tuple(one.group[d] for d in rest), {})
        if one.group[of] in group:
            msg = f"rates must have one row for each label of a group; {dict(one.group)} stands there twice."
            raise InvalidInputError(msg)
        group[one.group[of]] = one
    how = {"of": of, "average": average, "force": "" if force is None else str(force)}
    how["include_self"] = "" if force is None else ("yes" if include_self else "no")
    found = [
        _of_group(dict(zip(rest, key, strict=True)), there, chosen, force, definition, how)
        for key, there in keyed.items()
    ]
    return found[0] if by is None else Results.of(found)


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
    known = list(dict.fromkeys(labels))
    if members is None:
        chosen = known
    elif isinstance(members, str) or not isinstance(members, Iterable):
        msg = f"members must be several labels of {of!r}; got {_check.shown(members)} ({type(members).__name__})."
        raise InvalidTypeError(msg)
    else:
        chosen = list(dict.fromkeys(members))
        there = set(known)
        for label in chosen:
            if label not in there or not isinstance(label, str | int):
                _check.known(label, "members", known)
        if not chosen:
            msg = f"members must hold at least one label of {of!r}; got none."
            raise InvalidInputError(msg)
    if force is None:
        if include_self is not None:
            msg = "include_self goes with force=, the force that the group is compared with; leave it out, or name the force."
            raise InvalidTypeError(msg)
    else:
        _check.known(force, "force", known)
        if include_self is None:
            raise InvalidTypeError(f"{_SELF}.")
        chosen = [v for v in chosen if v != force] + (
            [force] if _check.flag(include_self, "include_self") else []
        )
    if not chosen:
        msg = f"members must hold at least one label of {of!r} besides the force itself; got none."
        raise InvalidInputError(msg)
    wanted = set(chosen)
    return tuple(v for v in known if v in wanted)


def _definition(figures: Sequence[OutcomeRate]) -> Definition:
    """Return what all the rates are of; rates of several definitions have no common rate."""
    first = figures[0]
    for what in ("outcomes", "outcome_types", "basis", "out_of", "confidence_level"):
        several = list(dict.fromkeys(getattr(f, what) for f in figures))
        if len(several) > 1:
            msg = f"rates must be of one set, basis, denominator and level; {what} is {_check.listing(several)}."
            raise InvalidInputError(msg)
    return Definition.of(
        OutcomeSet(first.outcome_types, name=first.outcomes),
        first.basis,
        first.out_of,
        first.confidence_level,
    )


def _of_group(
    group: dict[str, Any],
    there: dict[Any, OutcomeRate],
    chosen: tuple[Any, ...],
    force: Any,
    definition: Definition,
    how: dict[str, str],
) -> GroupOutcomeRate:
    members = [there[label] for label in chosen if label in there]
    of = how["of"]
    alike = _in_common([*members, *([there[force]] if force in there else [])], of)
    lacking = [str(label) for label in chosen if label not in there]
    without = [f for f in members if np.isnan(f.rate)]
    reason = None
    if lacking:
        none = lacking + [str(f.group[of]) for f in without]
        reason = f"not available: of the group, no rate for {', '.join(none)}"
    elif without:
        told = (f"{f.group[of]}: {str(f.reason).removeprefix('not available: ')}" for f in without)
        reason = f"not available: of the group, {'; '.join(told)}"
    whole = _whole(members)
    rate, low, high = (
        (np.nan, np.nan, np.nan) if reason else _average(members, whole, definition, how["average"])
    )
    waiting, share = (
        (np.nan, np.nan) if reason else (float(whole.waiting[0]), float(definition.open_share(whole)[0]))
    )
    rates = [f.rate for f in members]
    own = there[force].rate if force in there else np.nan
    if reason is None and force is not None and np.isnan(own):
        why = str(there[force].reason) if force in there else "not available: no rate"
        reason = f"{why} (of {force})"
    audit: dict[str, Any] = definition.audit | how
    if how["average"] == "mean_of_rates":
        audit["method"] = "square and add"
    return GroupOutcomeRate(
        group=group,
        reason=reason,
        exclusions=_together([f.exclusions for f in members]),
        caveat="; ".join(dict.fromkeys(f.caveat for f in members if f.caveat)),
        rate=rate,
        rate_low=low,
        rate_high=high,
        forces=float(len(chosen)),
        lowest=np.nan if np.isnan(rate) else min(rates),
        highest=np.nan if np.isnan(rate) else max(rates),
        own=own,
        points=100 * (own - rate),
        not_yet_assigned=waiting,
        share_not_yet_assigned=share,
        members=tuple(map(str, chosen)),
        maturity=_maturity(members, definition),
        **alike,
        **audit,
    )


def _in_common(figures: Sequence[OutcomeRate], of: str) -> dict[str, Any]:
    """Return the time and the extract that the figures have in common; figures of several make no group."""
    common: dict[str, Any] = {}
    for what in ("when", "as_at", "mature_after"):
        # A figure that is not available is of no time.
        told = [f for f in figures if what != "when" or f.when]
        first = {comparable(getattr(f, what)): f for f in reversed(told)}
        if len(first) > 1:
            named = ", ".join(f"{f.group[of]!r} {getattr(f, what)!r}" for f in reversed(first.values()))
            msg = f"rates of a group must have one {what}; got {named}. Make them of one time and one extract, or leave some out by members=."
            raise InvalidInputError(msg)
        if told:
            common[what] = getattr(told[0], what)
    return common


def _maturity(members: Sequence[OutcomeRate], definition: Definition) -> str:
    """Say of the group what holds for the least mature of its members."""
    if not definition.is_cohort:
        return ""
    found = {f.maturity for f in members}
    return next((v for v in ("immature", "not known") if v in found), "mature" if found else "not known")


def _whole(members: Sequence[OutcomeRate]) -> Counted:
    """Add up what the rates are made of."""
    positive, denominator, waiting = (
        np.array([sum(getattr(f, n) for f in members)], dtype=float)
        for n in ("positive", "denominator", "not_yet_assigned")
    )
    return Counted(positive, denominator, waiting, positive)


def _average(
    members: Sequence[OutcomeRate], whole: Counted, definition: Definition, average: str
) -> tuple[float, float, float]:
    """Return the rate of the group with its limits."""
    if average == "pooled":
        rate, low, high = definition.rates(whole, np.ones(1, dtype=bool))
        return float(rate[0]), float(low[0]), float(high[0])
    rates, lows, highs = (
        np.array([getattr(f, n) for f in members]) for n in ("rate", "rate_low", "rate_high")
    )
    mean, k = rates.mean(), len(rates)
    return (
        float(mean),
        float(mean - np.hypot.reduce(rates - lows) / k),
        float(mean + np.hypot.reduce(highs - rates) / k),
    )


def _together(parts: Sequence[Exclusions | None]) -> Exclusions | None:
    """Add up what the members left out, where all say it in one unit."""
    known = [p for p in parts if p is not None]
    if len(known) < len(parts) or len({p.unit for p in known}) != 1:
        return None
    reasons: dict[str, int] = {}
    for part in known:
        for reason, n in part.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + n
    return Exclusions(known[0].unit, sum(p.counted for p in known), sum(p.excluded for p in known), reasons)
