"""How time and memory grow with the rows: ``python -m benchmarks.scaling [--most N] [--draw] [NAME …]``.

Every path runs at 10,000 rows, 100,000 and so on to ten million, and four of them to a hundred, ours and the engine's own
in a process each, which has the rows ready and tells the median time of some calls, and the memory that they needed
beside those rows. What was measured is kept in ``scaling.json`` beside this module, by path and size; ``--draw`` draws it
for the documentation and prints the tables there.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks import cases, times
from benchmarks.harness import CLOCKS, Call

__all__ = ["main"]

PATHS: Final[Mapping[str, Callable[[int], tuple[Call, Call]]]] = {
    "counts by three codes, polars": cases.counting_codes_by_polars,
    "counts by three texts, polars": cases.counting_texts_by_polars,
    "answer times, polars": times.times_by_polars,
    "response times, polars": times.responses_by_polars,
    "response times from stamps, polars": times.stamps_by_polars,
    "response times from stamps, DuckDB": times.stamps_by_duckdb,
    "mean and share of response times, DuckDB": times.shares_of_responses,
}
FURTHER: Final = frozenset(PATHS) - {
    "counts by three texts, polars",
    "answer times, polars",
    "response times from stamps, polars",
}
SIDES: Final = ("ours", "its own")
LEAST, MOST, FURTHEST = 10**4, 10**7, 10**8
BUDGET: Final = 3  # seconds, for the calls of one path
CALLS: Final = (3, 15)  # at least, and at most
KEPT: Final = Path(__file__).with_suffix(".json")
PICTURE: Final = Path(__file__).parents[1] / "docs" / "_static" / "scaling.svg"
MIB: Final = 2**10  # KiB
RETURN: Final = {
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0"
}  # of memory: what polars frees goes back at once


# ---- in a process of its own ------------------------------------------------------------


def _memory(field: str) -> int:
    """Return the KiB of this process now (VmRSS), or its most (VmHWM), where the system tells; else the most there was."""
    status = Path("/proc/self/status")
    found = (
        [line for line in status.read_text().splitlines() if line.startswith(field)]
        if status.exists()
        else []
    )
    return int(found[0].split()[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def took(call: Call, clock: str) -> float:
    """Return the seconds of a call."""
    found: list[float] = []
    end = time.perf_counter() + BUDGET
    while len(found) < CALLS[0] or (len(found) < CALLS[1] and time.perf_counter() < end):
        start = CLOCKS[clock]()
        call()
        found.append(CLOCKS[clock]() - start)
    return statistics.median(found)


def needed(call: Call) -> float:
    """Return the MiB that a call needs at its peak, beside what was there, once what was freed has gone back."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    before = _memory("VmRSS")
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text("5")  # the most that there was
    call()
    return max(_memory("VmHWM") - before, 0) / MIB


def _apart(name: str, side: str, rows: int, what: str) -> float:
    """Measure in a process of its own."""
    asked = [
        sys.executable,
        "-m",
        "benchmarks.scaling",
        "--most",
        str(rows),
        "--one",
        side,
        "--of",
        what,
        name,
    ]
    done = subprocess.run(
        asked, capture_output=True, text=True, check=False, env=os.environ | (RETURN if what == "MiB" else {})
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(done.stdout.split()[-1])


# ---- what was measured ------------------------------------------------------------------


def _kept() -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Return what is kept, by path, rows and side."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def _slope(found: Mapping[str, Mapping[str, Mapping[str, float]]], side: str) -> float:
    """By how much the time grows from the second largest size to the largest, as a power of the rows."""
    (few, less), (many, more) = sorted(((int(rows), by[side]["seconds"]) for rows, by in found.items()))[-2:]
    return math.log(more / less) / math.log(many / few)


def tables() -> Iterator[str]:
    """Write time, slope and memory as tables."""
    kept = _kept()
    sizes = sorted({int(rows) for found in kept.values() for rows in found})
    heads = [f"{rows:,}" for rows in sizes]
    for field, form, last in (("seconds", "{:,.3g}", "slope"), ("MiB", "{:,.0f}", "")):
        yield f"| {field} | | {' | '.join(heads)} |{f' {last} |' if last else ''}"
        yield f"| --- | --- |{' ---: |' * (len(sizes) + bool(last))}"
        for name, found in kept.items():
            for side in SIDES:
                cells = [form.format(found[str(r)][side][field]) if str(r) in found else "" for r in sizes]
                slope = f" {_slope(found, side):.2f} |" if last else ""
                yield f"| {name} | {side} | {' | '.join(cells)} |{slope}"
        yield ""


def draw() -> None:
    """Draw every path, time over rows."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.use("agg")
    kept = _kept()
    with plt.style.context(["default", {"svg.hashsalt": "policemetrics", "font.size": 8}]):
        figure, grid = plt.subplots(2, math.ceil(len(kept) / 2), sharex=True, sharey=True, figsize=(9.6, 4.8))
        for axes, (title, found) in zip(grid.flat, kept.items(), strict=False):
            _panel(axes, title, found)
        for axes in grid.flat[len(kept) :]:
            axes.set_axis_off()
        grid.flat[0].legend(frameon=False)
        figure.supxlabel("rows")
        figure.supylabel("seconds")
        figure.tight_layout()
        figure.savefig(PICTURE, metadata={"Date": None})
        plt.close(figure)


def _panel(axes: Any, title: str, found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    rows = sorted(map(int, found))
    for side, line in zip(SIDES, ("-o", "--s"), strict=True):
        axes.loglog(rows, [found[str(r)][side]["seconds"] for r in rows], line, markersize=3, label=side)
    axes.set_title(title.replace(", ", ",\n"), loc="left", fontsize=8)


def main() -> int:
    """Measure what was asked for, a line each, and keep it; or draw what is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("names", nargs="*", help="paths; default all")
    parser.add_argument(
        "--most", type=int, help="rows of the largest; default 10,000,000, and of four paths 100,000,000"
    )
    parser.add_argument("--clock", choices=list(CLOCKS), default="wall")
    parser.add_argument("--draw", action="store_true", help="draw what is kept, and print its tables")
    parser.add_argument("--one", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--of", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if unknown := {*asked.names} - {*PATHS}:
        parser.error(f"no such path: {', '.join(sorted(unknown))}; there are {', '.join(PATHS)}")
    if asked.one:
        call = PATHS[asked.names[0]](asked.most)[SIDES.index(asked.one)]
        call()
        print(needed(call) if asked.of == "MiB" else took(call, asked.of))
        return 0
    if asked.draw:
        draw()
        print("\n".join(tables()))
        return 0
    for name in asked.names or PATHS:
        rows, most = LEAST, asked.most or (FURTHEST if name in FURTHER else MOST)
        while rows <= most:
            found = {
                side: {
                    "seconds": _apart(name, side, rows, asked.clock),
                    "MiB": _apart(name, side, rows, "MiB"),
                }
                for side in SIDES
            }
            kept = _kept()
            kept.setdefault(name, {})[str(rows)] = found
            KEPT.write_text(json.dumps(kept, indent=1) + "\n")
            said = ", ".join(
                f"{side} {f['seconds']:.3g} s and {f['MiB']:,.0f} MiB" for side, f in found.items()
            )
            print(f"{rows:>11,}  {name}: {said}", flush=True)
            rows *= 10
    return 0


if __name__ == "__main__":
    sys.exit(main())
