"""What of a figure a published one can be about: its columns, in the units of claims, and what it counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import attrs

from policemetrics.change import ChangeDriver, RateChange
from policemetrics.claims.ranges import Range, Unit, exact, say
from policemetrics.harm import HarmChange, HarmDriver, HarmPerCrimeChange, HarmScore
from policemetrics.outcomes import OutcomeRate, OutcomeRateChange
from policemetrics.rates import Rate, Share
from policemetrics.results import Figure, column_fields
from policemetrics.times import PooledMean, TimeSummary

__all__ = ["Column", "columns_of", "counted", "divisor", "headline", "spoken", "unit_of"]

# What a claim without more words is about, by kind of figure; of any other kind the caller names the column.
_HEADLINES: Final[Mapping[type[Figure], tuple[str, ...]]] = {
    RateChange: ("change", "percent_change"),
    ChangeDriver: ("change",),
    HarmChange: ("change", "percent_change"),
    HarmPerCrimeChange: ("percent_change",),
    HarmDriver: ("change",),
    HarmScore: ("score",),
    OutcomeRate: ("rate", "positive"),
    OutcomeRateChange: ("points", "percent_change"),
    Rate: ("rate",),
    Share: ("share",),
    TimeSummary: ("mean", "median", "share_within"),
    PooledMean: ("mean",),
}
# The unit that each format of a column is in, and whether it is a change or a level.
_UNITS: Final[Mapping[str, tuple[Unit, bool]]] = {
    "count": ("number", False),
    "change": ("number", True),
    "rate": ("number", False),
    "percent": ("per cent", True),
    "share": ("per cent", False),
    "points": ("points", True),
    "seconds": ("seconds", False),
}
_SPOKEN: Final[Mapping[str, str]] = {
    "percent_change": "change",
    "points": "change",
    "old": "figure before",
    "new": "figure after",
    "positive": "number of positive outcomes",
    "share_within": "share within the target",
    "p90": "90th percentile",
    "p95": "95th percentile",
    "p99": "99th percentile",
}


@attrs.frozen(kw_only=True)
class Column:
    """One number of a figure, exactly; `low` and `high` differ from `value` where it was made of rounded ones."""

    name: str
    unit: Unit
    change: bool
    value: Fraction
    low: Fraction
    high: Fraction
    per: str = ""

    @property
    def size(self) -> Column:
        """The same without its sign."""
        ends = sorted((abs(self.low), abs(self.high)))
        low = Fraction(0) if self.low < 0 < self.high else ends[0]
        return attrs.evolve(self, value=abs(self.value), low=low, high=ends[1])

    def said(self, beside: Range) -> str:
        """Name it with its value, with as many decimals as tell it from the ends of a range."""
        ends = [abs(e) for e in (beside.exact_low, beside.exact_high) if e is not None]
        gaps = [abs(abs(self.value) - e) for e in ends if abs(self.value) != e]
        digits = next((d for d in range(2, 6) if all(gap >= Fraction(1, 10**d) for gap in gaps)), 6)
        whole = self.value.denominator == 1
        rate = f" of the rate, by {self.per}," if self.per else ""
        return f"the {spoken(self.name)}{rate} is {say(self.value, self.unit, None if whole else digits)}"


def spoken(name: str) -> str:
    """Write the name of a column in a sentence."""
    return _SPOKEN.get(name, name.replace("_", " "))


def headline(figure: Figure) -> tuple[str, ...]:
    """Name the columns that a claim without more words is about."""
    return _HEADLINES.get(type(figure), ())


def columns_of(figure: Figure) -> dict[str, Column | None]:
    """Return the columns that a claim can be about, by name; None where the figure is not available.

    The limits of an interval are not among them, nor is a target, which is set and not measured.
    """
    return {
        f.name: _column(figure, f.name, f.metadata["column"])
        for f in column_fields(type(figure))
        if f.metadata["column"] in _UNITS and f.name != "target" and not f.name.endswith(("_low", "_high"))
    }


def unit_of(figure: Figure, name: str) -> tuple[Unit, bool]:
    """Return the unit of a column, and whether it is a change."""
    return next(_UNITS[f.metadata["column"]] for f in column_fields(type(figure)) if f.name == name)


def _column(figure: Figure, name: str, form: str) -> Column | None:
    value = getattr(figure, name)
    if not math.isfinite(value):
        return None
    rounded = ("rounding_low", "rounding_high") if name in headline(figure) else ()
    bounds = [v for v in (getattr(figure, r, math.nan) for r in rounded) if math.isfinite(v)] or [value] * 2
    # Fractions are published in per cent.
    value, low, high = (exact(v, name) * (100 if form == "share" else 1) for v in (value, *bounds))
    unit, change = _UNITS[form]
    per = divisor(figure) if form == "percent" else ""
    return Column(name=name, unit=unit, change=change, value=value, low=low, high=high, per=per)


def divisor(figure: Figure) -> str:
    """Name what a change is per, where its percentage is that of a rate."""
    return figure.exposure_name if isinstance(figure, RateChange) else ""


def counted(figure: Figure, name: str | None) -> tuple[str, str]:
    """Return what a figure, or one column of it, counts and what it is a part of; empty where it does not say."""
    if name in {"crimes", "crimes_old", "crimes_new", "not_yet_assigned"}:
        return "crimes", ""
    if isinstance(figure, OutcomeRate | OutcomeRateChange):
        whole = "outcomes" if figure.out_of == "outcomes" else "crimes"
        return (whole, "") if name == "denominator" else ("positive outcomes", whole)
    if isinstance(figure, HarmChange | HarmScore | HarmPerCrimeChange | HarmDriver):
        return "harm", ""
    return str(getattr(figure, "subject", "")), ""
