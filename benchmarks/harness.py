"""Ours and the reference in turn, in one process: the median of paired ratios.

Absolute times belong to the machine they were taken on, so none is ever compared with another run's.
"""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs

__all__ = ["CLOCKS", "Case", "Measured", "measure"]

Call: TypeAlias = Callable[[], Any]

_PAIRS: Final = (5, 31)  # at least, and at most; odd, so that the median is one of them
_SHORTEST: Final = 2e-3  # a call that takes less is repeated


def _cpu() -> float:
    """Return the seconds that all threads, and processes that have ended, were at work."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in used)


CLOCKS: Final[Mapping[str, Callable[[], float]]] = {"wall": time.perf_counter, "cpu": _cpu}
"""What shows the seconds: the clock on the wall, or the work done, which others on the machine lengthen less."""


@attrs.frozen
class Case:
    """One comparison: at each size, how many times as long as the reference ours may take; None: no goal there.

    `build` makes both for a size, and checks that they agree. The first size is the small one, for CI, where
    `air` is what noise may add.
    """

    id: str
    what: str
    build: Callable[[int], tuple[Call, Call]]
    goals: Mapping[int, float | None]
    air: float = 2


@attrs.frozen
class Measured:
    """What was measured of a case at one size; times in seconds."""

    id: str
    what: str
    size: int
    goal: float | None
    ratio: float
    ratio_low: float
    ratio_high: float
    pairs: int
    ours: float
    reference: float

    def met(self, air: float = 1) -> bool:
        """Whether the goal is met, if there is one, give or take some air."""
        return self.goal is None or self.ratio <= self.goal * air


def measure(case: Case, size: int, seconds: float, clock: str = "wall", least: int = _PAIRS[0]) -> Measured:
    """Measure a case, in so many pairs at least, and look again, longer, before it is said to be over its goal."""
    ours, reference = case.build(size)

    def look(budget: float) -> Measured:
        repeats = [
            max(1, round(_SHORTEST / max(_seconds(call, 1, time.perf_counter), 1e-9)))
            for call in (ours, reference)
        ]
        return _found(case, size, list(_pairs(ours, reference, repeats, budget, CLOCKS[clock], least)))

    found = look(seconds)
    return found if found.met() else look(3 * seconds)


def _found(case: Case, size: int, pairs: list[tuple[float, float]]) -> Measured:
    ratios = [a / b for a, b in pairs]
    return Measured(
        case.id,
        case.what,
        size,
        case.goals[size],
        statistics.median(ratios),
        min(ratios),
        max(ratios),
        len(pairs),
        *(statistics.median(side) for side in zip(*pairs, strict=True)),
    )


def _pairs(
    ours: Call, reference: Call, repeats: list[int], budget: float, clock: Callable[[], float], least: int
) -> Iterator[tuple[float, float]]:
    """Take the time of both, each first in turn, an odd number of times."""
    end = time.perf_counter() + budget
    for i in range(_PAIRS[1]):
        if i >= least and i % 2 and time.perf_counter() > end:
            return
        gc.collect()
        if i % 2:
            b = _seconds(reference, repeats[1], clock)
            a = _seconds(ours, repeats[0], clock)
        else:
            a = _seconds(ours, repeats[0], clock)
            b = _seconds(reference, repeats[1], clock)
        yield a, b


def _seconds(call: Call, times: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(times):
        call()
    return (clock() - start) / times
