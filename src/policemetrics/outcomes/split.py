"""A change in a positive outcome rate, split into rates within categories and the mix of categories."""

from __future__ import annotations

from typing import Any, overload

import attrs
import numpy as np

from policemetrics._supply import keys_of
from policemetrics._write import percent, signed
from policemetrics.decomposition import kitagawa
from policemetrics.outcomes._definition import Definition, not_yet_assigned, said
from policemetrics.outcomes._split import Split
from policemetrics.outcomes.sets import OutcomeSet
from policemetrics.periods import in_words
from policemetrics.results import Figure, Results, shown_as, telling_apart
from policemetrics.tallies import Tally
from policemetrics.typing import Basis, Between, Counts, Names, OutOf

__all__ = ["OutcomeRateSplit", "outcome_rate_split"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
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

    old: float = attrs.field(metadata=shown_as("share"))
    new: float = attrs.field(metadata=shown_as("share"))
    points: float = attrs.field(metadata=shown_as("points"))
    within: float = attrs.field(metadata=shown_as("points"))
    mix: float = attrs.field(metadata=shown_as("points"))
    of: str
    between: tuple[str, str]
    outcomes: str = attrs.field(metadata=telling_apart(below=True))
    outcome_types: tuple[str, ...]
    basis: Basis = attrs.field(metadata=telling_apart(below=True))
    out_of: OutOf = attrs.field(metadata=telling_apart(below=True))
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
