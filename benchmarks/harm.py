"""How long a harm score with its interval takes, beside the bare product of counts and weights.

Run ``python benchmarks/harm.py``. Both sides run in one process, in alternating order, and what is printed
is the median of the paired ratios. The left side starts from a `Tally` and ends in a table with exclusions
and reasons; the right side is one matrix product of an array that is already there.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from policemetrics import HarmWeights, Tally, harm_score

ROUNDS = 31
GOAL = 4  # times the product, for 3,096 groups
CASES = {"43 forces x 2 years, 130 offences": (86, 130), "3,096 groups, 150 offences": (3096, 150)}


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def case(groups: int, offences: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Make the two calls, and check that they agree."""
    random = np.random.default_rng(3)
    counts = random.poisson(random.lognormal(2, 1.5, offences), (groups, offences))
    weight = random.lognormal(4, 1.5, offences)
    codes = np.array([f"c{i:03}" for i in range(offences)], dtype=object)
    areas = np.array([f"a{i:04}" for i in range(groups)], dtype=object)
    columns = {"area": np.repeat(areas, offences), "offence": np.tile(codes, groups)}
    tally = Tally.from_columns(columns, counts.ravel(), coverage=["area"])
    weights = HarmWeights(dict(zip(codes.tolist(), weight.tolist(), strict=True)), name="own", version="1")
    score, product = lambda: harm_score(tally, weights, by="area"), lambda: counts.astype(float) @ weight
    np.testing.assert_allclose(score()["score"], product(), rtol=1e-12)
    return score, product


def main() -> None:
    for name, (groups, offences) in CASES.items():
        score, product = case(groups, offences)
        pairs = []
        for i in range(ROUNDS):
            first, second = (score, product) if i % 2 else (product, score)
            took = {first: seconds(first), second: seconds(second)}
            pairs.append((took[score], took[product]))
        ratio = statistics.median(a / b for a, b in pairs)
        ours, bare = (statistics.median(column) * 1e3 for column in zip(*pairs, strict=True))
        print(f"{name}: score with interval {ours:.2f} ms, product {bare:.3f} ms, ratio {ratio:.0f}")
        if groups > 1000:
            met = "met" if ratio <= GOAL else "not met"
            print(f"  the goal of {GOAL} times the product is {met}: a tally is no matrix, and its groups,")
            print("  supply and exclusions are found anew in every call.")


if __name__ == "__main__":
    main()
