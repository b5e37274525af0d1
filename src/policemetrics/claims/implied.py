"""What several published figures together imply, or that they cannot all be true."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final, TypeAlias

import attrs

from policemetrics import _check
from policemetrics._write import listed
from policemetrics.claims.ranges import Range, Unit, in_words
from policemetrics.claims.stated import Stated, stated
from policemetrics.errors import InvalidInputError, UnknownNameError
from policemetrics.harm.published import HarmPerCrimeChange, per_crime_change_between
from policemetrics.results import FrozenMapping

_QUANTITIES: Final = ("before", "after", "change", "percent_change")


@attrs.frozen(kw_only=True, repr=False)
class Implied:
    """What several published figures together imply; ``str()`` gives the sentence.

    Attributes
    ----------
    given : mapping of str to Stated
        The figures that were given, by name.
    ranges : mapping of str to Range
        Where each quantity must lie, including the given ones, if all of them are true; empty if they cannot be.
    reason : str
        Why they cannot all be true; empty if they can.

    Examples
    --------
    >>> implied = implied_change(percent_change="10% fewer", change="around 35,000 fewer")
    >>> implied["before"].low <= 365_882 <= implied["before"].high
    True
    """

    given: Mapping[str, Stated]
    ranges: Mapping[str, Range]
    reason: str = ""

    @property
    def consistent(self) -> bool:
        """Whether the figures can all be true."""
        return not self.reason

    def __getitem__(self, name: str) -> Range:
        """Return the range of one quantity, by name."""
        if self.reason:
            msg = f"nothing is implied: {self.reason}"
            raise InvalidInputError(msg)
        if name not in self.ranges:
            msg = f"no quantity {_check.shown(name)}; there are {_check.listing(self.ranges)}."
            raise UnknownNameError(msg)
        return self.ranges[name]

    def __str__(self) -> str:
        said = listed(claim.quoted for claim in self.given.values())
        if self.reason:
            return f"{said} cannot all be true: {self.reason}"
        rest = [n for n in self.ranges if n not in self.given]
        if not rest:
            return f"{said} can all be true."
        found = "; ".join(self._said(name) for name in rest)
        return f"{said} {'together imply' if len(self.given) > 1 else 'implies'} {found}."

    def __repr__(self) -> str:
        found = self.reason or ", ".join(f"{name} {span}" for name, span in self.ranges.items())
        return f"<Implied {found}>"

    def _said(self, name: str) -> str:
        # Parts always have a total, and may have any name.
        parts = "total" in self.ranges
        return f"{name} of {_rounded(self.ranges[name])}" if parts else _said(name, self.ranges[name])


def implied_change(
    *,
    before: str | Stated | None = None,
    after: str | Stated | None = None,
    change: str | Stated | None = None,
    percent_change: str | Stated | None = None,
) -> Implied:
    """Work out what is implied by two or more published figures of one change.

    Parameters
    ----------
    before, after : str or Stated, optional
        The figure of each period: a count, a time or a percentage.
    change : str or Stated, optional
        The change from one to the other, with its direction: ``"around 35,000 fewer"``; for percentages, in
        points.
    percent_change : str or Stated, optional
        The same in per cent of the figure before: ``"10% fewer"``.

    Returns
    -------
    Implied
        The range of each of the four, with the names of the arguments; or why they cannot all be true.

    Raises
    ------
    InvalidInputError
        If fewer than two are given; if one cannot be read, is in another unit than the rest or counts something
        else; or if a change has no direction.
    InvalidTypeError
        If one of them is not text.

    Notes
    -----
    The ranges are exact and as narrow as possible. What is known of two figures, their difference and their ratio
    limits a region of the plane with straight edges, and the ends of each range are at its corners. Combining the
    ranges one by one would give wider ranges.

    Examples
    --------
    >>> print(implied_change(percent_change="10% fewer", change="around 35,000 fewer"))
    “around 35,000 fewer” and “10% fewer” together imply 309,524 to 394,737 before; 277,024 to 357,237 after.
    >>> print(implied_change(before="5 s", after="3 s"))
    “5 s” and “3 s” together imply a change of −3 s to −1 s; a change of −54.5% to −22.2%.
    >>> print(implied_change(before="5 s", after="3 s", percent_change="down 60%"))
    “5 s”, “3 s” and “down 60%” cannot all be true: “5 s” and “3 s” imply a change of −54.5% to −22.2%.
    """
    given = dict(zip(_QUANTITIES, (before, after, change, percent_change), strict=True))
    claims = {name: _claim(value, name) for name, value in given.items() if value is not None}
    if len(claims) < 2:
        msg = f"two or more of {_check.listing(_QUANTITIES)} must be given; got {_check.listing(claims)}."
        raise InvalidInputError(msg)
    _refuse_mixed(claims)
    for name in ("change", "percent_change"):
        _refuse_sense(claims, name, "change", "says which way it went, as in 'down 10%' or '35,000 fewer'")
    for name in ("before", "after"):
        _refuse_sense(claims, name, "level", "is the figure of one period, not a change")
    units = _units(claims)
    found = _corners({name: claim.range for name, claim in claims.items()}, units)
    return Implied(
        given=FrozenMapping(claims),
        ranges=FrozenMapping({name: found[name] for name in _QUANTITIES} if found else {}),
        reason="" if found else _why_not(claims, units),
    )


def implied_parts(parts: Mapping[str, str | Stated | None], *, total: str | Stated | None = None) -> Implied:
    """Work out what is implied by published parts and their total.

    Parameters
    ----------
    parts : mapping of str to str or Stated
        The figure of each part by its name, all of one kind: counts, changes in them, or percentages of one
        whole. Give all parts; None means a part that was not published, such as the rest.
    total : str or Stated, optional
        Their total. Default is not published; shares of one whole add up to ``"exactly 100%"``.

    Returns
    -------
    Implied
        The range of each part, and of the ``"total"``; or that they cannot add up.

    Raises
    ------
    InvalidInputError
        If there is no part, one cannot be read, or they differ in unit or in what they count.
    InvalidTypeError
        If `parts` is not a mapping, or one of them is not text.

    Notes
    -----
    Each part is the total less the others. A level that was not published cannot be below zero; a change can go
    either way.

    Examples
    --------
    >>> print(implied_parts({"violence": "17,949 fewer", "the rest": None}, total="22,573 fewer"))
    “17,949 fewer” and “22,573 fewer” together imply the rest of −4,625 to −4,623.
    >>> print(implied_parts({"solved": "12%", "unsolved": "85%"}, total="exactly 100%"))
    “12%”, “85%” and “exactly 100%” cannot all be true: the parts make 96% to 98%.
    """
    _check.instance(parts, Mapping, "parts must be a mapping of names to published figures")
    names = [_check.text(name, "the names of parts") for name in parts]
    if not names or "total" in names:
        msg = f"parts must name one or more parts, none of them 'total', which is an argument; got {_check.listing(names)}."
        raise InvalidInputError(msg)
    given = {**parts, "total": total}
    claims = {
        name: _claim(value, "total" if name == "total" else f"parts[{name!r}]")
        for name, value in given.items()
        if value is not None
    }
    if not claims:
        msg = "parts must hold one or more published figures; got None for each."
        raise InvalidInputError(msg)
    _refuse_mixed(claims)
    units, senses = ({getattr(c, kind) for c in claims.values()} for kind in ("unit", "sense"))
    if len(units) > 1 or {"change"} < senses:
        msg = f"parts and total must be of one kind, all changes or none, in one unit; got {_listed(claims)}."
        raise InvalidInputError(msg)
    unit = units.pop()
    unknown = Range(exact_low=None if senses == {"change"} else 0, exact_high=None, unit=unit)
    spans = {name: claims[name].range if name in claims else unknown for name in given}
    sums = _sum([spans[name] for name in names], unit)
    whole = spans["total"].overlap(sums)
    if whole is None:
        reason = f"the parts make {sums}."
        return Implied(given=FrozenMapping(claims), ranges=FrozenMapping({}), reason=reason)
    # Each part is the total less the others.
    left = {n: _sum([spans["total"], *(-spans[o] for o in names if o != n)], unit) for n in names}
    found = {n: span for n in names if (span := spans[n].overlap(left[n]))}
    return Implied(given=FrozenMapping(claims), ranges=FrozenMapping(found | {"total": whole}))


def implied_harm_per_crime(*, crime: str | Stated, harm: str | Stated) -> HarmPerCrimeChange:
    """Work out what published changes of crime and of harm imply for the mean harm of a crime.

    Parameters
    ----------
    crime, harm : str or Stated
        The two changes in per cent, with their directions: ``"10% lower"``.

    Returns
    -------
    HarmPerCrimeChange
        The change of harm per crime, and the range that the two claims allow.

    Raises
    ------
    InvalidInputError
        If one cannot be read, is not a change in per cent, has only one limit ("over"), or may be a fall to 0.
    InvalidTypeError
        If one of them is not text.

    See Also
    --------
    harm_per_crime_change : The same from plain numbers and the step they were rounded to.

    Examples
    --------
    >>> print(implied_harm_per_crime(crime="10% lower", harm="5% lower"))
    Crime fell by 10% and harm fell by 5%: harm fell less than crime, so harm per crime rose by 5.6%, between +4.4% and +6.7% as far as the rounding tells.
    """
    claims = {name: _claim(value, name) for name, value in (("crime", crime), ("harm", harm))}
    found = {}
    for name, claim in claims.items():
        _refuse_sense(claims, name, "change", "says which way it went, as in 'down 10%'")
        ends = claim.range.low, claim.range.high
        if claim.unit != "per cent" or claim.value is None or not all(map(math.isfinite, ends)):
            msg = f"{name} must be a change in per cent with two ends, such as 'down 10%', or 'over 10% lower' with nearest=; got {claim.text!r}."
            raise InvalidInputError(msg)
        found[name] = (ends[0], claim.value, ends[1])
    return per_crime_change_between(found)


# ---- what was given ---------------------------------------------------------------------


def _claim(value: object, name: str) -> Stated:
    """Return a published figure, read if it is a text."""
    if isinstance(value, Stated):
        return value
    try:
        return stated(_check.text(value, name, empty=True))
    except InvalidInputError as error:
        msg = f"{name}: {error}"
        raise InvalidInputError(msg) from None


def _refuse_mixed(claims: Mapping[str, Stated]) -> None:
    """Refuse figures that say they are of different things: a crime is no victim, a mean no median."""
    for what in ("counts", "out_of", "statistic"):
        said = {
            name: getattr(c, what) for name, c in claims.items() if getattr(c, what) not in {"", "average"}
        }
        if len(set(said.values())) > 1:
            given = ", ".join(f"{name} {value!r}" for name, value in said.items())
            msg = f"{' and '.join(said)} must be of one thing; got {given}. State both of what they share, or leave the word out."
            raise InvalidInputError(msg)


def _refuse_sense(claims: Mapping[str, Stated], name: str, sense: str, rule: str) -> None:
    """Refuse a level where a change is meant, and the other way round."""
    claim = claims.get(name)
    fitting = {sense} if sense == "change" else {sense, "either"}
    if claim is not None and claim.sense not in fitting:
        msg = f"{name} must be a figure that {rule}; got {claim.text!r}."
        raise InvalidInputError(msg)


def _units(claims: Mapping[str, Stated]) -> dict[str, Unit]:
    """Return the unit of each of the four quantities, or refuse figures of different units."""
    percent = claims.get("percent_change")
    if percent is not None and percent.unit != "per cent":
        msg = f"percent_change must be in per cent; got {percent.text!r}."
        raise InvalidInputError(msg)
    change = claims.get("change")
    if change is not None and change.unit == "per cent":
        msg = f"change must be in the unit of the figures, and of percentages in points; {change.text!r} belongs to percent_change."
        raise InvalidInputError(msg)
    # A change of percentages is in points.
    levels: set[Unit] = {
        "per cent" if name == "change" and c.unit == "points" else c.unit
        for name, c in claims.items()
        if name != "percent_change"
    }
    if len(levels) > 1 or "points" in levels:
        msg = f"before, after and change must be in one unit; got {_listed(claims)}."
        raise InvalidInputError(msg)
    level = levels.pop()
    in_change: Unit = "points" if level == "per cent" else level
    return {"before": level, "after": level, "change": in_change, "percent_change": "per cent"}


def _listed(claims: Mapping[str, Stated]) -> str:
    return ", ".join(f"{name} {claim.text!r} ({claim.unit})" for name, claim in claims.items())


# ---- in words ---------------------------------------------------------------------------


def _why_not(claims: Mapping[str, Stated], units: Mapping[str, Unit]) -> str:
    """Say which of the figures the others exclude."""
    for name in reversed(list(claims)):
        others = {n: c for n, c in claims.items() if n != name}
        found = _corners({n: c.range for n, c in others.items()}, units) if len(others) > 1 else {}
        if found:
            return f"{listed(c.quoted for c in others.values())} imply {_said(name, found[name])}."
    return "no figures before and after fit them."


def _said(name: str, span: Range) -> str:
    """Write the implied range of one of the four quantities."""
    return f"{_rounded(span)} {name}" if name in {"before", "after"} else f"a change of {_rounded(span)}"


def _rounded(span: Range) -> str:
    """Write an implied range, whose ends were never printed, with decimals enough to tell the one from the other."""
    ends = [end for end in (span.exact_low, span.exact_high) if end is not None]
    if all(end.denominator == 1 for end in ends):
        return str(span)
    least = 0 if span.unit == "number" and max(map(abs, ends)) >= 100 else 1
    wide = max(ends) - min(ends) or 1
    return in_words(span, next((d for d in range(least, 6) if wide * 10**d >= 1), least))


# ---- the region of the plane ------------------------------------------------------------

# What is known of the figures before and after, their difference and their ratio cuts a region with straight edges
# out of the plane of (before, after): a ratio, too, is a straight line through the origin. Every quantity is least
# and most at a corner of the region, or along an edge that has no end, so that corners and directions are all it
# takes; in fractions, so that nothing is lost to rounding.

# A point or a direction of the plane.
_Point: TypeAlias = tuple[Fraction, Fraction]
_ZERO, _ONE = Fraction(0), Fraction(1)
# How much the figures before and after weigh in each quantity that is a sum of the two.
_WEIGHTS: Final = {"before": (_ONE, _ZERO), "after": (_ZERO, _ONE), "change": (-_ONE, _ONE)}


@attrs.frozen
class _Edge:
    """A half of the plane: the points whose weighted sum is at least a level, or above it."""

    before: Fraction
    after: Fraction
    level: Fraction
    included: bool

    def over(self, point: _Point) -> Fraction:
        """Return by how much a point lies inside; of a direction, the change along it."""
        return self.before * point[0] + self.after * point[1]

    def holds(self, point: _Point, *, strictly: bool = False) -> bool:
        """Return whether a point is inside; where an edge does not belong, strictly asks for that too."""
        excess = self.over(point) - self.level
        return excess > 0 if strictly and not self.included else excess >= 0


# There was something before, and there is not less than nothing after.
_POSITIVE: Final = (_Edge(*_WEIGHTS["before"], _ZERO, False), _Edge(*_WEIGHTS["after"], _ZERO, True))


def _corners(given: Mapping[str, Range], units: Mapping[str, Unit]) -> dict[str, Range]:
    """Return the range of each quantity, given those of some; nothing where they exclude one another."""
    edges = [*_POSITIVE, *(edge for name, span in given.items() for edge in _edges(name, span))]
    points = [p for p in _crossings(edges) if all(e.holds(p) for e in edges)]
    rays = [r for r in _directions(edges) if all(e.over(r) >= 0 for e in edges)]
    if not points or not all(e.holds(_middle(points, rays), strictly=True) for e in edges):
        return {}
    region = _Region(edges, points, rays)
    found = {name: region.sum(*weights, units[name]) for name, weights in _WEIGHTS.items()}
    return found | {"percent_change": region.percent_change()}


def _edges(name: str, span: Range) -> Iterable[_Edge]:
    """Return what is known of one quantity, as edges."""
    for end, included, side in (
        (span.exact_low, span.low_included, 1),
        (span.exact_high, span.high_included, -1),
    ):
        if end is not None and name == "percent_change":
            yield _Edge(-side * (1 + end / 100), side * _ONE, _ZERO, included)
        elif end is not None:
            before, after = _WEIGHTS[name]
            yield _Edge(side * before, side * after, side * end, included)


def _crossings(edges: Sequence[_Edge]) -> set[_Point]:
    """Return the points where two edges cross."""
    found = set()
    for one, other in combinations(edges, 2):
        area = one.before * other.after - one.after * other.before
        if area:
            before = (one.level * other.after - one.after * other.level) / area
            found.add((before, (one.before * other.level - one.level * other.before) / area))
    return found


def _directions(edges: Sequence[_Edge]) -> set[_Point]:
    """Return the directions along the edges, of length one in each to tell them apart."""
    along = {(sign * -e.after, sign * e.before) for e in edges for sign in (1, -1)}
    return {(b / (abs(b) + abs(a)), a / (abs(b) + abs(a))) for b, a in along}


def _middle(points: Sequence[_Point], rays: Sequence[_Point]) -> _Point:
    """Return a point inside the region that these corners and directions span."""
    total = [
        sum((p[i] for p in points), _ZERO) / len(points) + sum((r[i] for r in rays), _ZERO) for i in (0, 1)
    ]
    return total[0], total[1]


@attrs.frozen
class _Region:
    """What is left of the plane: its edges, its corners, and the directions in which it has no end."""

    edges: Sequence[_Edge]
    points: Sequence[_Point]
    rays: Sequence[_Point]

    def _reached(self, before: Fraction, after: Fraction, level: Fraction) -> bool:
        """Return whether the region has a point, of those that belong, where a weighted sum is at its end."""
        side = _Edge(before, after, level, included=True)
        points = [p for p in self.points if side.over(p) == level]
        rays = [r for r in self.rays if not side.over(r)]
        return bool(points) and all(e.holds(_middle(points, rays), strictly=True) for e in self.edges)

    def sum(self, before: Fraction, after: Fraction, unit: Unit) -> Range:
        """Return the range of a weighted sum of the two figures."""
        weigh = _Edge(before, after, _ZERO, included=True).over
        slopes, values = [weigh(r) for r in self.rays], [weigh(p) for p in self.points]
        low = None if any(s < 0 for s in slopes) else min(values)
        high = None if any(s > 0 for s in slopes) else max(values)
        return Range(
            exact_low=low,
            exact_high=high,
            low_included=low is not None and self._reached(before, after, low),
            high_included=high is not None and self._reached(before, after, high),
            unit=unit,
        )

    def percent_change(self) -> Range:
        """Return the range of the change in per cent of the figure before."""
        # The ratio is the same all along an edge from (0, 0), so that corner has nothing of its own to say.
        found = [p for p in (*self.points, *self.rays) if p != (_ZERO, _ZERO)]
        ratios = [after / before for before, after in found if before]
        low = min(ratios)
        high = max(ratios) if len(ratios) == len(found) else None
        return Range(
            exact_low=100 * (low - 1),
            exact_high=None if high is None else 100 * (high - 1),
            low_included=self._reached(-low, _ONE, _ZERO),
            high_included=high is not None and self._reached(-high, _ONE, _ZERO),
            unit="per cent",
        )


# ---- parts and their total --------------------------------------------------------------


def _sum(spans: Iterable[Range], unit: Unit) -> Range:
    """Return the range of a sum; an end belongs to it where all the ends that make it belong."""
    parts = list(spans)
    lows, highs = [s.exact_low for s in parts], [s.exact_high for s in parts]
    return Range(
        exact_low=None if None in lows else sum(filter(None, lows), Fraction()),
        exact_high=None if None in highs else sum(filter(None, highs), Fraction()),
        low_included=all(s.low_included for s in parts),
        high_included=all(s.high_included for s in parts),
        unit=unit,
    )
