"""How often the interval for a change of the median holds the true change: the numbers in docs/methods/times.md.

    python tools/interval_coverage.py

Pairs of samples of exponential times with different means are drawn from a seed, and the interval of `time_change` is
asked whether it holds the difference of the two medians.
"""

from __future__ import annotations

import numpy as np

import policemetrics as pm

SEED, PAIRS, LEVEL = 20_260, 2_000, 0.9
MEANS = 600.0, 480.0  # seconds; the median of exponential times is ln 2 of their mean
SIZES = 100, 25


def held(size: int, pairs: int = PAIRS, seed: int = SEED) -> float:
    """Return the share of pairs of samples whose interval holds the true change of the median."""
    draw, found = np.random.default_rng(seed), 0
    true = np.log(2) * (MEANS[1] - MEANS[0])
    for _ in range(pairs):
        old, new = (
            pm.summarise_times(draw.exponential(mean, size), confidence_level=LEVEL) for mean in MEANS
        )
        change = pm.time_change(old, new, confidence_level=LEVEL)
        found += change.median_change_low <= true <= change.median_change_high
    return found / pairs


if __name__ == "__main__":
    for size in SIZES:
        print(
            f"{PAIRS:,} pairs of {size} times: the {LEVEL:.0%} interval held the true change in {held(size):.1%}"
        )
