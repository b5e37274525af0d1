"""A change in a positive outcome rate, split into rates within categories and the mix of categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._supply import (
    Reasons,
    Side,
    added,
    both_periods,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_negative,
    refuse_one_sided,
    totals,
    unexplained,
)
from policemetrics._write import percent, signed
from policemetrics.decomposition import kitagawa, kitagawa_parts
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.outcomes.counting import Counter, adopt, read, refuse_wider, require_dims
from policemetrics.outcomes.dates import with_dates
from policemetrics.outcomes.definition import (
    NOUNS,
    Counted,
    Definition,
    OutcomeSet,
    kept_dims,
    not_yet_assigned,
    said,
)
from policemetrics.periods import in_words
from policemetrics.results import (
    ExclusionTable,
    Figure,
    Results,
    column,
    definition_field,
    figure,
    input_field,
)
from policemetrics.tallies import Tally
from policemetrics.typing import Basis, Between, Counts, FloatArray, IntArray, Names, OutOf


@attrs.frozen
class Split:
    """Two periods counted by group and by category: `group` and `category` say where each row belongs."""

    definition: Definition
    of: str
    caveat: str
    tally: Tally
    sides: tuple[Side, Side]
    groups: Cells
    rows: Cells
    group: IntArray
    category: IntArray
    counted: tuple[Counted, Counted]
    whole: tuple[FloatArray, FloatArray]
    waiting: tuple[FloatArray, FloatArray]
    reasons: Reasons

    @classmethod
    def of_data(
        cls,
        data: Any,
        between: Any,
        of: Any,
        definition: Definition,
        crimes: Any,
        by: Names | None,
        outcome: str,
        period: str,
        count: str | None,
        caveat: Any,
    ) -> Split:
        kept = kept_dims(by, outcome, period=period)
        if _check.text(of, "of") in {*kept, outcome, period}:
            msg = f"of must name another dimension than by=, outcome= and period=; got {of!r}."
            raise InvalidInputError(msg)
        caveat = _check.text(caveat, "caveat", empty=True)
        tally, counter = read(data, (*kept, of, period), outcome, count, definition, coverage=(*kept, period))
        counter.check_crimes(crimes)
        sides = both_periods(tally, between, period)
        recorded: Sequence[Side | None] = (None, None)
        if crimes is not None:
            if not isinstance(crimes, Tally):
                msg = f"crimes must be a Tally with the dimensions {of!r} and {period!r}; got {type(crimes).__name__}."
                raise InvalidTypeError(msg)
            require_dims(crimes, (*kept, of, period))
            refuse_wider(crimes, tally, kept)
            recorded = both_periods(crimes, between, period)
        groups = groups_of(sides, kept)
        rows = groups_of([*sides, *(side for side in recorded if side)], (*kept, of))
        rows = rows.select(rows.positions(groups, kept) >= 0)
        group = rows.positions(groups, kept)
        own: list[Reasons] = []
        counted, whole, waiting = [], [], []
        for side, divisor in zip(sides, recorded, strict=True):
            reasons = no_reasons(len(groups))
            total = counter.count(groups, side, divisor, reasons)
            parts = _by_category(counter, rows, side, divisor)
            _refuse_parts(reasons, group, rows, parts, definition, side.label, of)
            counted.append(parts)
            whole.append(definition.rates(total, unexplained(reasons))[0])
            waiting.append(np.where(unexplained(reasons), definition.open_share(total), np.nan))
            own.append(reasons)
        reasons = np.where(unexplained(own[0]), own[1], own[0])
        refuse_one_sided(reasons, groups, *sides)
        if recorded[0] and recorded[1]:
            unlike = no_reasons(len(groups))
            refuse_one_sided(unlike, groups, recorded[0], recorded[1])
            adopt(reasons, unlike, lambda why: f"{why} (of the crimes)")
        return cls(
            definition,
            of,
            with_dates(caveat, definition, [side.when for side in sides]),
            tally,
            sides,
            groups,
            rows,
            group,
            rows.code(of),
            (counted[0], counted[1]),
            (whole[0], whole[1]),
            (waiting[0], waiting[1]),
            reasons,
        )

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which groups can be split."""
        return unexplained(self.reasons)

    @property
    def audit(self) -> dict[str, Any]:
        own = {k: self.definition.audit[k] for k in ("outcomes", "outcome_types", "basis", "out_of")}
        return own | {"of": self.of, "between": (self.sides[0].label, self.sides[1].label)}

    def excluded(self, groups: Cells) -> ExclusionTable:
        whole = added(*(totals(side, groups) for side in self.sides))
        return exclusion_table(groups, self.sides, whole, self.tally)

    def dense(self) -> list[FloatArray]:
        """Lay out old shares and rates, then new ones, by group and category; a group that is not there has none."""
        found = []
        for counted in self.counted:
            positive, whole = (np.zeros((len(self.groups), len(self.rows.label(self.of)))) for _ in range(2))
            at = self.group, self.category
            positive[at], whole[at] = counted.positive, counted.denominator
            total = whole.sum(axis=1, keepdims=True)
            known = self.there[:, np.newaxis]
            share = np.where(known, whole / np.where(total > 0, total, 1), 0)
            found += [share, np.where(known & (whole > 0), positive / np.where(whole > 0, whole, 1), np.nan)]
        return found


def _by_category(counter: Counter, rows: Cells, side: Side, crimes: Side | None) -> Counted:
    """Add up one side by category; what is absent counts 0."""
    parts = counter.parts(rows, side, np.ones(len(rows), dtype=bool))
    return parts if crimes is None else counter.out_of_crimes(parts, totals(crimes, rows).astype(float))


def _refuse_parts(
    reasons: Reasons,
    group: IntArray,
    rows: Cells,
    parts: Counted,
    definition: Definition,
    label: str,
    of: str,
) -> None:
    """Say, for each group without a reason yet, which category has counts that make no rate of its own."""
    below, faults = no_reasons(len(rows)), no_reasons(len(rows))
    refuse_negative(below, parts.positive, label)
    refuse_negative(below, parts.denominator, label)
    definition.refuse_impossible(parts, faults, label)
    faults[~unexplained(below)] = below[~unexplained(below)]
    # Nothing of a category is no fault.
    of_it = parts.positive if definition.is_ratio else parts.outcomes
    faults[(parts.denominator == 0) & (of_it == 0)] = None
    named = rows.column(of).tolist()
    for at in np.flatnonzero(~unexplained(faults)).tolist():
        if reasons[group[at]] is None:
            why = faults[at].removeprefix("not available: ")
            reasons[group[at]] = f"not available: of {of} {named[at]}, {why}"


@figure(estimate="points")
class OutcomeRateSplit(Figure):
    """A change in a positive outcome rate, split into change within categories and change in their mix.

    Attributes
    ----------
    old, new : float
        The two rates, as fractions.
    points : float
        `new` less `old`, in percentage points.
    within, mix : float
        What of it comes from the rates within the categories, and from their shares; they add up to `points`,
        exactly.
    of : str
        The dimension of the categories.
    between : tuple of str
        The two periods, the earlier first.
    outcomes, outcome_types : str, tuple of str
        The set of positive outcomes.
    basis, out_of : str
        Which outcomes, out of what.
    old_share_not_yet_assigned, new_share_not_yet_assigned : float
        As for `OutcomeRateChange`.
    """

    old: float = column("share")
    new: float = column("share")
    points: float = column("points")
    within: float = column("points")
    mix: float = column("points")
    of: str
    between: tuple[str, str]
    outcomes: str = definition_field(below=True)
    outcome_types: tuple[str, ...]
    basis: Basis = definition_field(below=True)
    out_of: OutOf = definition_field(below=True)
    old_share_not_yet_assigned: float = np.nan
    new_share_not_yet_assigned: float = np.nan

    def _sentence(self) -> str:
        subject = f"The positive outcome rate ({said(self.outcomes, self.basis, self.out_of)})"
        if np.isnan(self.points):
            return f"{subject}: split of the change by {self.of} {self.reason}."
        earlier, later = map(in_words, self.between)
        path = f"from {percent(self.old, 2)} in {earlier} to {percent(self.new, 2)} in {later}"
        return (
            f"{subject} changed by {signed(self.points, 2)} percentage points, {path}: {signed(self.within, 2)} from the rates "
            f"within each {self.of} and {signed(self.mix, 2)} from the mix by {self.of}."
            f"{not_yet_assigned(self.old_share_not_yet_assigned, self.new_share_not_yet_assigned)}"
        )


@overload
def outcome_rate_split(
    data: Counts,
    /,
    *,
    between: Between,
    of: str,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    by: None = None,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    caveat: str = "",
) -> OutcomeRateSplit: ...
@overload
def outcome_rate_split(
    data: Counts,
    /,
    *,
    between: Between,
    of: str,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    by: Names,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    caveat: str = "",
) -> Results[OutcomeRateSplit]: ...
def outcome_rate_split(
    data: Any,
    /,
    *,
    between: Any,
    of: str,
    positive: Any = None,
    basis: Any = None,
    out_of: Any = None,
    crimes: Any = None,
    by: Names | None = None,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    caveat: str = "",
) -> OutcomeRateSplit | Results[OutcomeRateSplit]:
    r"""Split a change in a positive outcome rate into rates within categories and their mix.

    A rate can fall although it rises for every offence, because more of the crimes are of those that seldom
    have a positive outcome. The two parts add up to the change, exactly.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by type, period and `of`.
    between : tuple of str or Period
        The two periods, (earlier, later), as for `outcome_rate_change`.
    of : str
        The dimension of the categories: the offence, its group, the area.
    positive, basis, out_of : optional
        As for `positive_outcome_rate`; they must be given.
    crimes : Tally, optional
        Crimes recorded by period and `of`, for ``out_of="crimes"``.
    by : str or sequence of str, optional
        The dimensions whose changes are each split; gives a table. Default is the change of the whole.
    outcome, period : str, optional
        The dimensions that hold the type and the period. Default is ``"outcome"``, ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    caveat : str, optional
        What must travel with the figure.

    Returns
    -------
    OutcomeRateSplit or Results of OutcomeRateSplit
        A table if there is `by`; otherwise one figure. What is not supplied alike is not available.

    Raises
    ------
    InvalidInputError
        If the periods do not compare, or one dimension is given two roles. What `positive_outcome_rate`
        refuses is refused.
    InvalidTypeError
        If `positive`, `basis` or `out_of` is left out, or `crimes` is no Tally.
    UnknownNameError
        If a set, a type of outcome, a dimension or a column does not exist.

    See Also
    --------
    outcome_rate_drivers : What each category adds to the two parts.
    outcome_rate_change : The change itself, with its interval.
    policemetrics.decomposition.kitagawa : The split, for arrays.

    Notes
    -----
    With shares s of what the rate is out of, and rates r, of the categories i, within is
    :math:`\sum_i \Delta r_i\,\bar{s_i}` and mix :math:`\sum_i \Delta s_i\,\bar{r_i}`, means being those of old
    and new [1]_. A category without crimes in one period takes its rate from the other, so that it counts as
    a change in the mix. The split is arithmetic: it does not say why a rate or the mix has changed, and
    finer categories move change from within to mix.

    A category of a frame that has no row in a period counts 0 there, as long as its group has rows at all.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the American
       Statistical Association, 50(272), 1168-1194.

    Examples
    --------
    Both offences do better, theft 5% to 6% and drugs 60% to 65%, and yet the rate falls:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {
    ...         "period": ["2022/23"] * 4 + ["2023/24"] * 4,
    ...         "offence": ["theft", "theft", "drugs", "drugs"] * 2,
    ...         "outcome": ["1", "18"] * 4,
    ...     },
    ...     [40, 760, 120, 80, 54, 846, 65, 35],
    ... )
    >>> asked = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
    >>> print(outcome_rate_split(crimes, between=("2022/23", "2023/24"), of="offence", **asked))
    The positive outcome rate (charged, recorded basis, out of outcomes) changed by −4.10 percentage points, from 16.00% in 2022/23 to 11.90% in 2023/24: +1.60 from the rates within each offence and −5.70 from the mix by offence.
    """
    split = Split.of_data(
        data,
        between,
        of,
        Definition.of(positive, basis, out_of, 0.95),
        crimes,
        by,
        outcome,
        period,
        count,
        caveat,
    )
    parts = split.dense()
    # Percentage points from the start: what adds up exactly does so no more when multiplied afterwards.
    within, mix = kitagawa(parts[0], 100 * parts[1], parts[2], 100 * parts[3])
    there = split.there
    columns = {
        "old": np.where(there, split.whole[0], np.nan),
        "new": np.where(there, split.whole[1], np.nan),
        "points": np.where(there, within + mix, np.nan),
        "within": np.where(there, within, np.nan),
        "mix": np.where(there, mix, np.nan),
    }
    table = Results(
        OutcomeRateSplit,
        keys_of(split.groups),
        columns,
        split.reasons,
        split.audit
        | dict(zip(("old_share_not_yet_assigned", "new_share_not_yet_assigned"), split.waiting, strict=True)),
        split.excluded(split.groups),
        split.caveat,
    )
    return table[0] if by is None else table


@figure(estimate="points")
class OutcomeRateDriver(Figure):
    """What one category added to a change in a positive outcome rate.

    Attributes
    ----------
    old_rate, new_rate : float
        The rates of the category, as fractions; not a number where it has no crimes.
    old_share, new_share : float
        Its share of what the whole rate is out of.
    points : float
        What it added to the change of the whole rate, in percentage points.
    within, mix : float
        What of that comes from its own rate, and from its share; they add up to `points`, and over the
        categories to those of the `OutcomeRateSplit`.
    whole_old, whole_new : float
        The two rates of the whole.
    of, between, outcomes, outcome_types, basis, out_of : optional
        As for `OutcomeRateSplit`.
    old_share_not_yet_assigned, new_share_not_yet_assigned : float
        As for `OutcomeRateSplit`: of the whole.
    """

    old_rate: float = column("share")
    new_rate: float = column("share")
    old_share: float = column("share")
    new_share: float = column("share")
    points: float = column("points")
    within: float = column("points")
    mix: float = column("points")
    whole_old: float = input_field()
    whole_new: float = input_field()
    of: str
    between: tuple[str, str]
    outcomes: str = definition_field(below=True)
    outcome_types: tuple[str, ...]
    basis: Basis = definition_field(below=True)
    out_of: OutOf = definition_field(below=True)
    old_share_not_yet_assigned: float = np.nan
    new_share_not_yet_assigned: float = np.nan

    def _sentence(self) -> str:
        subject = f"Positive outcome rate ({said(self.outcomes, self.basis, self.out_of)})"
        if np.isnan(self.points):
            return f"{subject}: {self.reason}."
        rates = f"{_rate(self.old_rate)} to {_rate(self.new_rate)}"
        shares = f"{percent(self.old_share, 1)} to {percent(self.new_share, 1)}"
        whole = signed(100 * (self.whole_new - self.whole_old), 2)
        return (
            f"{subject}: {signed(self.points, 2)} of the {whole} percentage points by which the whole changed; "
            f"{signed(self.within, 2)} from its own rate ({rates}) and {signed(self.mix, 2)} from its share of "
            f"{NOUNS[self.out_of]} ({shares}{self._pull})."
            f"{not_yet_assigned(self.old_share_not_yet_assigned, self.new_share_not_yet_assigned)}"
        )

    @property
    def _pull(self) -> str:
        """Say why its share does to the whole what the sign of `mix` says."""
        moved = self.new_share - self.old_share
        own = np.nanmean([self.old_rate, self.new_rate])
        above = own - (self.whole_old + self.whole_new) / 2
        if moved == 0 or above == 0 or np.isnan(above):
            return ""
        pulls = "raises" if moved * above > 0 else "lowers"
        return (
            f"; at a rate {'above' if above > 0 else 'below'} that of the whole, which a "
            f"{'larger' if moved > 0 else 'smaller'} share {pulls}"
        )


def _rate(value: float) -> str:
    return "none" if np.isnan(value) else percent(value, 2)


def outcome_rate_drivers(
    data: Counts,
    /,
    *,
    between: Between,
    of: str,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    by: Names = (),
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    caveat: str = "",
) -> Results[OutcomeRateDriver]:
    """Tell what each category added to a change in a positive outcome rate, by its rate and by its share.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by type, period and `of`.
    between : tuple of str or Period
        The two periods, (earlier, later), as for `outcome_rate_change`.
    of : str
        The dimension whose categories are shown: the offence, its group, the area.
    positive, basis, out_of : optional
        As for `positive_outcome_rate`; they must be given.
    crimes : Tally, optional
        Crimes recorded by period and `of`, for ``out_of="crimes"``.
    by : str or sequence of str, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    outcome, period : str, optional
        The dimensions that hold the type and the period. Default is ``"outcome"``, ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    caveat : str, optional
        What must travel with the figures.

    Returns
    -------
    Results of OutcomeRateDriver
        One row for each category of each group. Within a group `points`, `within` and `mix` add up to those
        of its `outcome_rate_split`.

    Raises
    ------
    InvalidInputError, InvalidTypeError, UnknownNameError
        As `outcome_rate_split`.

    See Also
    --------
    outcome_rate_split : The two parts of the whole.

    Notes
    -----
    The `mix` of a category is the change of its share times how far its rate lies above that of the whole, each
    the mean of the two periods: one that grows raises the whole only if its rate is above it. Since shares gain
    what others lose, the rows add up to the mix of the `OutcomeRateSplit`.

    Examples
    --------
    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {
    ...         "period": ["2022/23"] * 4 + ["2023/24"] * 4,
    ...         "offence": ["theft", "theft", "drugs", "drugs"] * 2,
    ...         "outcome": ["1", "18"] * 4,
    ...     },
    ...     [40, 760, 120, 80, 54, 846, 65, 35],
    ... )
    >>> asked = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
    >>> outcome_rate_drivers(crimes, between=("2022/23", "2023/24"), of="offence", **asked)
    offence  old_rate  new_rate  old_share  new_share  points  within    mix
    -------  --------  --------  ---------  ---------  ------  ------  -----
    drugs      60.00%    65.00%     20.00%     10.00%   −4.11   +0.75  −4.86
    theft       5.00%     6.00%     80.00%     90.00%    0.00   +0.85  −0.85
    [OutcomeRateDriver, 2 rows; outcomes: charged; basis: recorded; out_of: outcomes]
    """
    split = Split.of_data(
        data,
        between,
        of,
        Definition.of(positive, basis, out_of, 0.95),
        crimes,
        by,
        outcome,
        period,
        count,
        caveat,
    )
    parts = split.dense()
    at = split.group, split.category
    within, mix = (100 * part[at] for part in kitagawa_parts(*parts))
    old_share, old_rate, new_share, new_rate = (part[at] for part in parts)
    there = split.there[split.group]
    columns = {
        "old_rate": old_rate,
        "new_rate": new_rate,
        "old_share": old_share,
        "new_share": new_share,
        "points": within + mix,
        "within": within,
        "mix": mix,
    }
    wholes = {
        name: np.where(there, w[split.group], np.nan)
        for names, both in (
            (("whole_old", "whole_new"), split.whole),
            (("old_share_not_yet_assigned", "new_share_not_yet_assigned"), split.waiting),
        )
        for name, w in zip(names, both, strict=True)
    }
    return Results(
        OutcomeRateDriver,
        keys_of(split.rows),
        {name: np.where(there, column, np.nan) for name, column in columns.items()},
        split.reasons[split.group],
        split.audit | wholes,
        split.excluded(split.rows),
        split.caveat,
    )
