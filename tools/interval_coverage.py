"""How often the interval for a change of the median holds the true change: the numbers in docs/methods/times.md.

With incidents that are still open, and how often the log-rank test finds what is not there: those in two-groups.md.

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


def of_open(means: tuple[float, float], size: int, pairs: int = PAIRS, seed: int = SEED) -> pm.Results:
    """Compare pairs of samples, all at once, each followed for up to three times its mean: a third is then open."""
    draw = np.random.default_rng(seed)
    lasts = np.stack([draw.exponential(mean, (pairs, size)) for mean in means])
    until = np.stack([draw.uniform(0, 3 * mean, (pairs, size)) for mean in means])
    side, pair, _ = np.indices(lasts.shape)
    columns = {
        "pair": pair,
        "side": side,
        "seconds": np.ceil(np.minimum(lasts, until)),
        "open": lasts > until,
    }
    times = pm.Tally.from_columns(
        {name: column.ravel().astype(np.int64) for name, column in columns.items()},
        np.ones(lasts.size, dtype=np.int64),
    )
    return pm.time_change(
        times, groups=(0, 1), of="side", by="pair", still_open="open", confidence_level=LEVEL
    )


def held_with_open(size: int, pairs: int = PAIRS) -> float:
    """Return the share of pairs with two medians whose interval holds the true change."""
    found, true = of_open(MEANS, size, pairs), np.log(2) * (MEANS[1] - MEANS[0])
    low, change, high = (found[f"median_change{end}"] for end in ("_low", "", "_high"))
    # Without limits an interval holds everything.
    return float(np.mean(~((low > true) | (high < true))[~np.isnan(change)]))


def told_apart(size: int, pairs: int = PAIRS) -> float:
    """Return how often the log-rank test tells apart what is alike."""
    return float(np.mean(of_open((MEANS[0], MEANS[0]), size, pairs)["p_value"] < 1 - LEVEL))


if __name__ == "__main__":
    for size in SIZES:
        print(
            f"{PAIRS:,} pairs of {size} times: the {LEVEL:.0%} interval held the true change in {held(size):.1%}"
        )
        print(
            f"with a third still open in {held_with_open(size):.1%}; two alike were told apart in {told_apart(size):.1%}"
        )
