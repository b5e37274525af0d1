"""All that two figures, before and after, can be: a region of the plane, cut out by what is known of them.

What is known of the figure before, the figure after, their difference or their ratio is each a strip or a wedge with
straight edges, so that everything that follows is found, exactly, at the corners of what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final, TypeAlias

import attrs

from policemetrics.claims.ranges import Range, Unit

__all__ = ["QUANTITIES", "corners"]

# A point or a direction of the plane: (before, after).
_Point: TypeAlias = tuple[Fraction, Fraction]
_ZERO = Fraction(0)
QUANTITIES: Final = ("before", "after", "change", "percent_change")


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
        """Tell whether a point is inside; where an edge does not belong, strictly asks for that too."""
        excess = self.over(point) - self.level
        return excess > 0 if strictly and not self.included else excess >= 0


# There was something before, and there is not less than nothing after.
_POSITIVE: Final = (_Edge(Fraction(1), _ZERO, _ZERO, False), _Edge(_ZERO, Fraction(1), _ZERO, True))


def corners(given: Mapping[str, Range], units: Mapping[str, Unit]) -> dict[str, Range]:
    """Return the range of each quantity, given those of some; nothing where they exclude one another."""
    edges = [*_POSITIVE, *(edge for name, span in given.items() for edge in _edges(name, span))]
    points = [p for p in _crossings(edges) if all(e.holds(p) for e in edges)]
    rays = [r for r in _directions(edges) if all(e.over(r) >= 0 for e in edges)]
    if not points or not all(e.holds(_middle(points, rays), strictly=True) for e in edges):
        return {}
    region = _Region(edges, points, rays)
    weights = {"before": (1, 0), "after": (0, 1), "change": (-1, 1)}
    found = {name: region.sum(Fraction(b), Fraction(a), units[name]) for name, (b, a) in weights.items()}
    return found | {"percent_change": region.percent_change()}


def _edges(name: str, span: Range) -> Iterable[_Edge]:
    """Return what is known of one quantity, as edges."""
    for end, included, side in (
        (span.exact_low, span.low_included, 1),
        (span.exact_high, span.high_included, -1),
    ):
        if end is None:
            continue
        if name == "percent_change":
            yield _Edge(-side * (1 + end / 100), Fraction(side), _ZERO, included)
        else:
            before, after = {"before": (1, 0), "after": (0, 1), "change": (-1, 1)}[name]
            yield _Edge(Fraction(side * before), Fraction(side * after), side * end, included)


def _crossings(edges: Sequence[_Edge]) -> set[_Point]:
    """Return the points where two edges cross."""
    found = set()
    for one, other in combinations(edges, 2):
        area = one.before * other.after - one.after * other.before
        if area:
            found.add(
                (
                    (one.level * other.after - one.after * other.level) / area,
                    (one.before * other.level - one.level * other.before) / area,
                )
            )
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
        """Tell whether the region has a point, of those that belong, where a weighted sum is at its end."""
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
            low_included=self._reached(-low, Fraction(1), _ZERO),
            high_included=high is not None and self._reached(-high, Fraction(1), _ZERO),
            unit="per cent",
        )
