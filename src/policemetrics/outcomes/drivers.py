"""What each category adds to a change in a positive outcome rate, by its own rate and by its share."""

from __future__ import annotations

import attrs
import numpy as np

from policemetrics._supply import keys_of
from policemetrics._write import percent, signed
from policemetrics.decomposition import kitagawa_parts
from policemetrics.outcomes._definition import NOUNS, Definition, not_yet_assigned, said
from policemetrics.outcomes._split import Split
from policemetrics.outcomes.sets import OutcomeSet
from policemetrics.results import Figure, Results, shown_as, telling_apart
from policemetrics.tallies import Tally
from policemetrics.typing import Basis, Between, Counts, Names, OutOf

__all__ = ["OutcomeRateDriver", "outcome_rate_drivers"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
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

    old_rate: float = attrs.field(metadata=shown_as("share"))
    new_rate: float = attrs.field(metadata=shown_as("share"))
    old_share: float = attrs.field(metadata=shown_as("share"))
    new_share: float = attrs.field(metadata=shown_as("share"))
    points: float = attrs.field(metadata=shown_as("points"))
    within: float = attrs.field(metadata=shown_as("points"))
    mix: float = attrs.field(metadata=shown_as("points"))
    whole_old: float = attrs.field(converter=float)
    whole_new: float = attrs.field(converter=float)
    of: str
    between: tuple[str, str]
    outcomes: str = attrs.field(metadata=telling_apart(below=True))
    outcome_types: tuple[str, ...]
    basis: Basis = attrs.field(metadata=telling_apart(below=True))
    out_of: OutOf = attrs.field(metadata=telling_apart(below=True))
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
