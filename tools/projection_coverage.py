"""How often the band of `project_outcome_rate` holds what becomes of a cohort: the numbers in docs/methods/projected-outcomes.md.

    python tools/projection_coverage.py

Forces are drawn from a seed, each with 72 months of crimes, and all that becomes of them in two years: the chances of a
crime that is open to get a positive outcome, or another one, fall with its age. In some settings they hang on the month of
the calendar, too. What is known after the 72nd month is projected, and compared with what comes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from policemetrics.incidence import projected_incidence

SEED, FORCES, LEVEL = 20_260, 2_000, 0.95
MONTHS, UNTIL, CRIMES = 72, 24, 600  # of crimes, of age, in a month
AGES = 0, 6, 12, 18
Floats = NDArray[np.float64]
Speed = Callable[[np.random.Generator, int, int], tuple[Floats, Floats]]


def stable(_: np.random.Generator, forces: int, months: int) -> tuple[Floats, Floats]:
    """Every month is like any other: chance alone."""
    return np.ones((forces, months)), np.ones((forces, months))


def uneven(draw: np.random.Generator, forces: int, months: int) -> tuple[Floats, Floats]:
    """Some months close more crimes than others, at random, by a fifth or so."""
    speed = np.exp(0.2 * draw.standard_normal((forces, months)))
    return speed, speed


def drift(_: np.random.Generator, forces: int, months: int) -> tuple[Floats, Floats]:
    """Crimes are closed more slowly every month, positively or not, by 1.5%."""
    return _falling(forces, months), _falling(forces, months)


def fading(_: np.random.Generator, forces: int, months: int) -> tuple[Floats, Floats]:
    """Positive outcomes alone become rarer every month, by 1.5%."""
    return _falling(forces, months), np.ones((forces, months))


def past_break(_: np.random.Generator, forces: int, months: int) -> tuple[Floats, Floats]:
    """A year before the extract positive outcomes became a third rarer."""
    return _since(MONTHS - 12, forces, months), np.ones((forces, months))


def coming_break(_: np.random.Generator, forces: int, months: int) -> tuple[Floats, Floats]:
    """The month after the extract positive outcomes become a third rarer."""
    return _since(MONTHS, forces, months), np.ones((forces, months))


def _falling(forces: int, months: int) -> Floats:
    found: Floats = np.power(np.full((forces, months), 0.985), np.arange(months))
    return found


def _since(month: int, forces: int, months: int) -> Floats:
    found: Floats = np.broadcast_to(np.where(np.arange(months) < month, 1.0, 2 / 3), (forces, months))
    return found


SETTINGS: dict[str, Speed] = {
    "stable": stable,
    "uneven months": uneven,
    "drift in speed": drift,
    "drift in positive outcomes": fading,
    "break a year ago": past_break,
    "break right after": coming_break,
}


def drawn(speed: Speed, forces: int, seed: int) -> tuple[Floats, Floats]:
    """Draw positive and other outcomes, (forces, months, ages), of all that becomes of the crimes."""
    draw = np.random.default_rng(seed)
    positive, other = speed(draw, forces, MONTHS + UNTIL)
    left = np.full((forces, MONTHS), CRIMES)
    found = np.zeros((2, forces, MONTHS, UNTIL + 1))
    for age in range(UNTIL + 1):
        calendar = np.arange(MONTHS) + age
        chance = (
            0.02 * 0.93**age * positive[:, calendar],
            (0.35 if age == 0 else 0.11 * 0.95**age) * other[:, calendar],
        )
        found[0, :, :, age] = draw.binomial(left, chance[0])
        left = left - found[0, :, :, age].astype(int)
        found[1, :, :, age] = draw.binomial(left, np.minimum(chance[1], 1))
        left = left - found[1, :, :, age].astype(int)
    return found[0], found[1]


def held(speed: Speed, forces: int = FORCES, seed: int = SEED) -> dict[int, tuple[float, float, float]]:
    """Return by age how often the band holds the rate to come, how wide it is, and by how much the projection is off.

    The last two in percentage points, on the average.
    """
    positive, other = drawn(speed, forces, seed)
    number = np.full((forces, MONTHS), CRIMES)
    made = projected_incidence(positive, other, number, confidence_level=LEVEL)
    found = {}
    for age in AGES:
        at = MONTHS - 1 - age
        came = positive[:, at].sum(axis=-1)
        low, here, high = (
            made.known[:, at]
            + made.waiting[:, at] * np.clip(made.chance[:, at] + sign * made.error[:, at], 0, 1)
            for sign in (-1, 0, 1)
        )
        points = 100 / CRIMES
        inside = ((low <= came) & (came <= high)).mean()
        found[age] = float(inside), points * float((high - low).mean()), points * float((here - came).mean())
    return found


if __name__ == "__main__":
    print(
        f"{FORCES:,} forces, {MONTHS} months of {CRIMES} crimes, until {UNTIL} months: the {LEVEL:.0%} band"
    )
    for name, speed in SETTINGS.items():
        for age, (inside, width, off) in held(speed).items():
            print(
                f"{name}, {age} months old: held {inside:.1%}, width {width:.2f} points, off by {off:+.2f} points"
            )
