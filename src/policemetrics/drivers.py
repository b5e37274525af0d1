"""`change_drivers`: which categories a change in a count comes from."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._arguments import one_data
from policemetrics._grouping import (
    added,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_negative,
    refuse_one_sided,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._sides import both_periods
from policemetrics._write import count as written
from policemetrics._write import percent, signed
from policemetrics.errors import InvalidInputError
from policemetrics.frames import as_tally
from policemetrics.periods import in_words
from policemetrics.results import Results
from policemetrics.typing import Between, Counts, Names
from policemetrics.values import Figure, shown_as

__all__ = ["ChangeDriver", "change_drivers"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ChangeDriver(Figure):
    """What one category added to a change in a count.

    Attributes
    ----------
    old, new : float
        The two counts of the category; one may be below zero where corrections outweigh what was recorded.
    change : float
        `new` less `old`: its part of the change of the whole.
    points : float
        Its part of the percentage change of the whole, in percentage points: they add up to that percentage.
        Not a number where nothing was recorded before.
    share_of_change : float
        `change` as a fraction of that of the whole: negative where it went the other way, above 1 where
        others made up for it. Not a number where the whole did not change.
    whole_old, whole_new : float
        The two counts of the whole that the category is a part of.
    between : tuple of str
        The two periods, the earlier first.
    subject : str
        What is counted, for the sentence.
    """

    old: float = attrs.field(metadata=shown_as("count"))
    new: float = attrs.field(metadata=shown_as("count"))
    change: float = attrs.field(metadata=shown_as("change"))
    points: float = attrs.field(metadata=shown_as("points"))
    share_of_change: float = attrs.field(metadata=shown_as("share"))
    whole_old: float = attrs.field(converter=float)
    whole_new: float = attrs.field(converter=float)
    between: tuple[str, str]
    subject: str = "Recorded crime"

    def _sentence(self) -> str:
        if np.isnan(self.change):
            return f"{self.subject}: change {self.reason}."
        earlier, later = map(in_words, self.between)
        path = f", from {written(self.old)} in {earlier} to {written(self.new)} in {later}"
        moved = (
            f"{signed(self.change, 0)}{path}"
            if self.change
            else f"{written(self.old)} in both {earlier} and {later}"
        )
        return f"{self.subject}: {moved}; {self._part}."

    @property
    def _part(self) -> str:
        """Say what part of the whole change it is; undefined is the share, or the points, or both."""
        whole = self.whole_new - self.whole_old
        if np.isnan(self.points):
            return f"the whole {_moved(whole)}, and has no percentage: {self.reason}"
        if np.isnan(self.share_of_change):
            return f"{signed(self.points, 2)} percentage points; the whole did not change"
        total = 100 * whole / self.whole_old
        return (
            f"{signed(self.points, 2)} percentage points of the {signed(total, 1, '%')} by which the whole {_moved(whole)}, "
            f"{percent(self.share_of_change)} of the change"
        )


def _moved(change: float) -> str:
    if change == 0:
        return "did not change"
    return "rose" if change > 0 else "fell"


def change_drivers(
    data: Counts,
    /,
    *,
    between: Between,
    of: str,
    by: Names = (),
    period: str = "period",
    count: str | None = None,
    subject: str = "Recorded crime",
) -> Results[ChangeDriver]:
    """Tell what each category added to a change in a count: which of them made a fall of 10%.

    Parameters
    ----------
    data : Tally or data frame
        Counts by period and by `of`.
    between : tuple of str or Period
        The two periods, (earlier, later), as for `rate_change`.
    of : str
        The dimension whose categories are shown: the offence group, the offence, the area.
    by : str or sequence of str, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    period : str, optional
        The dimension that holds the period. Default is ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    subject : str, optional
        What is counted, for the sentence. Default is ``"Recorded crime"``.

    Returns
    -------
    Results of ChangeDriver
        One row for each category of each group. Within a group `change` adds up to the change of its
        `rate_change`, exactly, and `points` to its `percent_change`.

    Raises
    ------
    InvalidInputError
        If the periods do not compare, or one dimension is given two roles.
    UnknownNameError
        If a dimension or column does not exist.

    See Also
    --------
    rate_change : The change that is explained.
    harm_drivers : The same for harm.

    Notes
    -----
    A category of a frame that has no row in a period counts 0 there, as long as its group has rows at all.
    Where an area may be absent since nothing was supplied, give a `Tally` whose coverage names the areas.

    Examples
    --------
    A tenth fewer crimes, mostly of theft:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23"] * 3 + ["2023/24"] * 3, "group": ["drugs", "theft", "violence"] * 2},
    ...     [1_000, 6_000, 3_000, 1_200, 4_700, 3_100],
    ... )
    >>> drivers = change_drivers(crimes, between=("2022/23", "2023/24"), of="group")
    >>> drivers.sort("change")
    group       old    new  change  points  share_of_change
    --------  -----  -----  ------  ------  ---------------
    theft     6,000  4,700  −1,300  −13.00          130.00%
    violence  3,000  3,100    +100   +1.00          −10.00%
    drugs     1,000  1,200    +200   +2.00          −20.00%
    [ChangeDriver, 3 rows]
    >>> print(drivers.at(group="theft"))
    theft: recorded crime: −1,300, from 6,000 in 2022/23 to 4,700 in 2023/24; −13.00 percentage points of the −10.0% by which the whole fell, 130.0% of the change.
    """
    kept = _check.names(by, "by")
    roles = {"by": kept, "period": (_check.text(period, "period"),)}
    for role, dims in roles.items():
        if _check.text(of, "of") in dims:
            msg = f"of must name another dimension than by= and period=; got {of!r}, which is {role}=."
            raise InvalidInputError(msg)
    if period in kept:
        msg = f"by must not name the period dimension {period!r}: it is what is compared."
        raise InvalidInputError(msg)
    _check.text(subject, "subject")
    covered = (*kept, period)
    tally = as_tally(one_data(data, "data"), by=(*kept, of, period), count=count, coverage=covered)
    sides = both_periods(tally, between, period)
    groups, rows = groups_of(sides, kept), groups_of(sides, (*kept, of))
    group = rows.positions(groups, kept)
    before, after = no_reasons(len(groups)), no_reasons(len(groups))
    wholes = []
    for side, reasons in zip(sides, (before, after), strict=True):
        refuse_unsupplied(reasons, groups, side)
        whole = totals(side, groups)
        refuse_negative(reasons, whole, side.label)
        wholes.append(whole)
    of_groups = np.where(unexplained(before), after, before)
    refuse_one_sided(of_groups, groups, *sides)
    there, reasons = unexplained(of_groups)[group], of_groups[group]
    columns = _columns([totals(side, rows) for side in sides], [whole[group] for whole in wholes], there)
    reasons[there & np.isnan(columns["share_of_change"])] = (
        "not applicable: the whole did not change, so no part has a share of it"
    )
    reasons[there & np.isnan(columns["points"])] = "not applicable: nothing was recorded before"
    audit = {
        "whole_old": np.where(there, wholes[0][group], np.nan),
        "whole_new": np.where(there, wholes[1][group], np.nan),
        "between": (sides[0].label, sides[1].label),
        "subject": subject,
    }
    excluded = exclusion_table(rows, sides, added(*(totals(side, rows) for side in sides)), tally)
    return Results(ChangeDriver, keys_of(rows), columns, reasons, audit, excluded)


def _columns(parts: list[Any], wholes: list[Any], there: Any) -> dict[str, Any]:
    """Work out the parts, in counts, in points and as shares."""
    (old, new), (whole_old, whole_new) = parts, wholes
    change = np.where(there, (new - old).astype(float), np.nan)
    moved = (whole_new - whole_old).astype(float)
    return {
        "old": np.where(there, old, np.nan),
        "new": np.where(there, new, np.nan),
        "change": change,
        # Multiplied first, since that is exact, so that a tie in the last digit shown stays one.
        "points": 100 * change / np.where(whole_old == 0, np.nan, whole_old),
        "share_of_change": change / np.where(moved == 0, np.nan, moved),
    }
