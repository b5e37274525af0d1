"""`AreaShare`, `AreaRate`: where an area stands beside a group, and whether it stands out."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from policemetrics import _check
from policemetrics._write import count as written
from policemetrics._write import fixed, plain
from policemetrics.results import Figure, Results, column, figure, input_field

WITHIN = "within"


@figure(slots=False)
class Placed(Figure):
    """Where an area stands in its group: what a comparison of shares and one of rates have in common."""

    _unprotected: ClassVar[str] = "whose reference and ranks tell of all areas"

    z: float = column("number")
    p: float = column("p", "p", of=("value", "reference"), shown=False)
    z_spread: float = column("number", shown=False)
    p_spread: float = column("p", "p", of=("value", "reference"), shown=False)
    p_adjusted: float = column("p", "p", of=("value", "reference"), shown=False)
    rank: float = column("count", "estimate", of="value")
    rank_low: float = column("count", "lower")
    rank_high: float = column("count", "upper")
    by_chance: str = ""
    side: str = ""
    of_what: str = ""
    against: str
    include_self: str = ""
    scale: str
    overdispersion: str = ""
    adjust: str = ""
    out_of_what: str = ""
    of: str = "force"
    phi: float = input_field(default=np.nan)
    tau: float = input_field(default=np.nan)
    members: float = input_field(default=np.nan)
    areas: float = input_field(default=np.nan)
    winsorise: float = input_field(default=np.nan)
    limits_method: str
    confidence_levels: tuple[float, ...]
    confidence_level: float

    @property
    def _about(self) -> str:
        return self.of_what

    def _sentence(self) -> str:
        own: Any = self  # a subclass has the columns
        if np.isnan(own.value) or np.isnan(own.reference):
            return f"{self.of_what}: {self.reason}."
        share = isinstance(self, AreaShare)
        apart = f"{fixed(abs(own.difference), 2)} percentage points" if share else plain(abs(own.difference))
        way = f"{apart} {'above' if own.difference > 0 else 'below'}" if own.difference else "the same as"
        stated = (
            f"{self.of_what} was {self._written('value')}, {way} {self._group} ({self._written('reference')})"
        )
        if not self.by_chance:
            return f"{stated}; {self.reason}."
        beyond = ""
        if self.overdispersion:
            beyond = f", {self.side} once the spread between {areas_of(self.of)} is allowed for"
        rank = f"rank {written(self.rank)} of {written(self.areas)} ({self._interval_words('rank')})"
        return f"{stated}: {self.by_chance} limits by chance alone{beyond}; {rank}."

    @property
    def _group(self) -> str:
        if self.against not in {"pooled", "mean_of_rates"}:
            return "the figure given"
        how = "pooled figure" if self.against == "pooled" else "mean of the figures"
        return f"the {how} of {written(self.members)} {areas_of(self.of)}"

    @classmethod
    def _together(cls, table: Results[Any]) -> str:
        first, names = table[0], table[table[0].of].astype(str)
        areas, level = areas_of(first.of), f"{100 * first.confidence_levels[1]:g}%"
        tested = table["by_chance"] != ""
        if not tested.any():
            return ""
        shown = "" if tested.sum() == first.areas else f" shown of {written(first.areas)} compared"
        by_chance, side = (
            np.array([v.endswith(level) for v in table[name]]) for name in ("by_chance", "side")
        )
        said = f"of {int(tested.sum())} {areas}{shown} {int(by_chance.sum())} lie outside {level} limits by chance alone"
        if first.overdispersion:
            said += f", and {int(side.sum())} once the spread between {areas} is allowed for"
        ways = [
            f"{name} ({way.split()[0]})" for name, way in zip(names[side], table["side"][side], strict=True)
        ]
        said += f": {_check.cut(ways)}" if ways else ""
        return said + (f"; not tested: {_check.cut(names[~tested])}" if not tested.all() else "")


@figure(slots=False)
class ShareColumns(Figure):
    """A share beside that of a group, with the limits of the funnel."""

    numerator: float = column("count", "numerator", shown=False)
    denominator: float = column("count", "denominator")
    value: float = column("share", "estimate", of=("numerator", "denominator"))
    value_low: float = column("share", "lower", shown=False)
    value_high: float = column("share", "upper", shown=False)
    reference: float = column("share", "estimate")
    difference: float = column("points", "estimate", of=("value", "reference"))
    lower: float = column("share", shown=False)
    upper: float = column("share", shown=False)
    lower_outer: float = column("share", shown=False)
    upper_outer: float = column("share", shown=False)
    lower_spread: float = column("share", shown=False)
    upper_spread: float = column("share", shown=False)
    lower_outer_spread: float = column("share", shown=False)
    upper_outer_spread: float = column("share", shown=False)


@figure(slots=False)
class RateColumns(Figure):
    """A rate beside that of a group, with the limits of the funnel."""

    numerator: float = column("count", "numerator", shown=False)
    denominator: float = column("count", "denominator")
    value: float = column("rate", "estimate", of=("numerator", "denominator"))
    value_low: float = column("rate", "lower", shown=False)
    value_high: float = column("rate", "upper", shown=False)
    reference: float = column("rate", "estimate")
    difference: float = column("change", "estimate", of=("value", "reference"))
    lower: float = column("rate", shown=False)
    upper: float = column("rate", shown=False)
    lower_outer: float = column("rate", shown=False)
    upper_outer: float = column("rate", shown=False)
    lower_spread: float = column("rate", shown=False)
    upper_spread: float = column("rate", shown=False)
    lower_outer_spread: float = column("rate", shown=False)
    upper_outer_spread: float = column("rate", shown=False)


@figure(estimate="value", method="limits_method")
class AreaShare(Placed, ShareColumns):
    """The share of an area compared with the share of a group; its attributes are those of `AreaRate`, written as shares."""


@figure(estimate="value", method="limits_method")
class AreaRate(Placed, RateColumns):
    """The rate of an area compared with the rate of a group.

    Attributes
    ----------
    numerator, denominator : float
        The two parts of the figure.
    value, value_low, value_high : float
        The figure of the area, and its interval.
    reference, difference : float
        The figure of the group, and how far the area is above it (for a share, in percentage points).
    lower, upper, lower_outer, upper_outer : float
        The limits for an area of this size by chance alone, at the two levels.
    lower_spread, upper_spread, lower_outer_spread, upper_outer_spread : float
        The same, allowing for the spread between areas.
    z, p : float
        How far the area is from the group, in standard errors of chance alone, and the p-value that goes with the limits.
    z_spread, p_spread : float
        The same, allowing for the spread.
    p_adjusted : float
        The p-value (with the spread, if that is allowed for), adjusted for the number of areas tested.
    rank, rank_low, rank_high : float
        1 for the highest; and the possible ranks, for all areas together.
    by_chance, side : str
        On which side of which limit it lies, "above 99.8%" or "within": by chance alone, and with the spread;
        empty if it is not tested.
    of_what, out_of_what : str
        What is measured, and its denominator, if known.
    against, include_self, scale, overdispersion, adjust, of : str
        What was asked for.
    phi, tau : float
        The spread of the areas: the mean of their squared z, and the standard deviation between them on the
        scale.
    members, areas : float
        How many areas the group has, and how many are tested.
    winsorise, confidence_levels, confidence_level, limits_method : float, tuple, float, str
        How the spread was measured; the two levels; the level of the intervals; how the limits by chance were
        made.
    """


def areas_of(of: str) -> str:
    """Name several labels of a dimension."""
    return {"force": "forces", "area": "areas", "label": "areas"}.get(of, f"labels of {of}")
