"""How long a summary of times takes, beside sorting as many numbers.

Run ``python benchmarks/times.py``. Both sides run in one process, in alternating order, and what is printed
is the median of the paired ratios. The left side gives mean, median, percentiles and share, all with intervals;
the right side is one `numpy.sort` of as many random 32-bit numbers.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from policemetrics import Tally, summarise_times

ROUNDS = 15
ROWS = 1_000_000
GROUPS = 3096


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def cases() -> dict[str, tuple[Callable[[], object], float | None]]:
    """Make the calls, each with its goal in times the sort."""
    random = np.random.default_rng(3)
    whole = np.rint(random.lognormal(1, 1.2, ROWS)).clip(0, 3600)
    exact = np.rint(random.lognormal(6, 0.6, ROWS) * 1e6) / 1e6
    group = random.integers(0, GROUPS, ROWS)
    tally = Tally.from_columns({"group": group, "seconds": whole}, np.ones(ROWS, dtype=np.int64))
    by_second, by_stamp = (pd.DataFrame({"group": group, "seconds": times}) for times in (whole, exact))
    return {
        "whole seconds, an array": (lambda: summarise_times(whole, target=10), 2.5),
        "microseconds, an array": (lambda: summarise_times(exact, target=900), None),
        f"whole seconds, a frame, {GROUPS:,} groups": (
            lambda: summarise_times(by_second, by="group", target=10),
            None,
        ),
        f"microseconds, a frame, {GROUPS:,} groups": (
            lambda: summarise_times(by_stamp, by="group", target=900),
            None,
        ),
        f"a tally of {len(tally):,} cells, {GROUPS:,} groups": (
            lambda: summarise_times(tally, by="group", target=10),
            4,
        ),
    }


def main() -> None:
    numbers = np.random.default_rng(4).integers(0, 2**32, ROWS, dtype=np.uint32)
    for name, (summary, goal) in cases().items():
        pairs = []
        for i in range(ROUNDS):
            order = (summary, np.sort) if i % 2 else (np.sort, summary)
            took = {call: seconds(summary if call is summary else lambda: np.sort(numbers)) for call in order}
            pairs.append((took[summary], took[np.sort]))
        ratio = statistics.median(a / b for a, b in pairs)
        ours, bare = (statistics.median(column) * 1e3 for column in zip(*pairs, strict=True))
        verdict = "" if goal is None else f", goal {goal}: {'met' if ratio <= goal else 'not met'}"
        print(f"{name}: {ours:.1f} ms, sort {bare:.1f} ms, ratio {ratio:.2f}{verdict}")


if __name__ == "__main__":
    main()
