"""Run the benchmarks: ``python -m benchmarks [--full] [--check] [--clock cpu] [--json FILE] [--markdown] [ID …]``.

The last line says how many goals were met. ``--check`` exits with 1 where what does not depend on time, such as
what an import brings in, is not as it should be, or where a time passes its goal by more than its air.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import attrs

from benchmarks import cases
from benchmarks.harness import CLOCKS, Measured, measure


def main() -> int:
    """Measure what was asked for, and print a line each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("ids", nargs="*", help="goals to measure, such as T1; default all")
    parser.add_argument("--full", action="store_true", help="at full size too, which takes minutes")
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 where a goal is missed, give or take its air"
    )
    parser.add_argument("--json", type=Path, help="write what was measured to a file")
    parser.add_argument("--markdown", action="store_true", help="print the rows of a table")
    parser.add_argument("--seconds", type=float, default=4, help="for one look at a case; default 4")
    parser.add_argument(
        "--clock", choices=list(CLOCKS), default="wall", help="wall time, or that of all threads together"
    )
    parser.add_argument("--pairs", type=int, default=5, help="at least, of each case; default 5")
    asked = parser.parse_args()
    unknown = set(asked.ids) - {c.id for c in cases.CASES} - {f.id for f in cases.FACTS}
    if unknown:
        parser.error(f"no such goal: {', '.join(sorted(unknown))}")
    lines = _Markdown() if asked.markdown else _Plain()
    measured, failed, passed = [], 0, 0
    for fact in cases.FACTS:
        if asked.ids and fact.id not in asked.ids:
            continue
        value, bound = fact.look()
        if value > bound:  # one more look, before it is said to be over
            value, bound = min((value, bound), fact.look())
        met = value <= bound * (fact.air if asked.check else 1)
        passed, failed = passed + met, failed + (not met)
        lines.fact(fact, value, bound, met=met)
    for case in cases.CASES:
        if asked.ids and case.id not in asked.ids:
            continue
        for size in list(case.goals) if asked.full else list(case.goals)[:1]:
            found = measure(case, size, asked.seconds, asked.clock, asked.pairs)
            measured.append(found)
            met = found.met(case.air if asked.check else 1)
            if found.goal is not None:
                passed, failed = passed + met, failed + (not met)
            lines.case(found, met=met)
    if asked.json:
        asked.json.write_text(json.dumps([attrs.asdict(m) for m in measured], indent=1) + "\n")
    print(f"{passed} passed, {failed} failed")
    return 1 if asked.check and failed else 0


class _Plain:
    """Lines for a screen."""

    def __init__(self) -> None:
        print(f"{'goal':5} {'size':>10}  {'ratio':>6} {'at most':>7}  {'ours':>9} {'reference':>9}  what")

    def fact(self, fact: cases.Fact, found: float, bound: float, *, met: bool) -> None:
        over = "" if met else "  OVER"
        print(
            f"{fact.id:5} {'':>10}  {found:>6.4g} {bound:>7.4g}  {'':>9} {'':>9}  {fact.what}{over}",
            flush=True,
        )

    def case(self, found: Measured, *, met: bool) -> None:
        goal = "" if found.goal is None else f"{found.goal:.3g}"
        print(
            f"{found.id:5} {found.size:>10,}  {found.ratio:>6.3g} {goal:>7}  {found.ours * 1e3:>7.3g}ms "
            f"{found.reference * 1e3:>7.3g}ms  {found.what} ({found.ratio_low:.2g}-{found.ratio_high:.2g}, "
            f"{found.pairs} pairs){'' if met else '  OVER'}",
            flush=True,
        )


class _Markdown:
    """Rows of a table for the documentation."""

    def __init__(self) -> None:
        print("| goal | what | size | ours | reference | ratio | at most | |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |")

    def fact(self, fact: cases.Fact, found: float, bound: float, *, met: bool) -> None:
        print(
            f"| {fact.id} | {fact.what} | | {found:.3g} | | | {bound:.3g} | {_verdict(met=met)} |", flush=True
        )

    def case(self, found: Measured, *, met: bool) -> None:
        goal = "" if found.goal is None else f"{found.goal:.3g}"
        print(
            f"| {found.id} | {found.what} | {found.size:,} | {found.ours * 1e3:,.3g} ms | {found.reference * 1e3:,.3g} ms "
            f"| {found.ratio:.3g} ({found.ratio_low:.2g}–{found.ratio_high:.2g}) | {goal} | {_verdict(met=met) if goal else ''} |",
            flush=True,
        )


def _verdict(*, met: bool) -> str:
    return "met" if met else "**over**"


if __name__ == "__main__":
    sys.exit(main())
