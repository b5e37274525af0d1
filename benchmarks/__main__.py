"""Run the benchmarks: ``python -m benchmarks [--full] [--check] [--json FILE] [ID …]``.

The last line says how many goals were met. ``--check`` exits with 1 if one was missed by more than the
air it allows; what does not depend on time, such as what an import brings in, has no air.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import attrs

from benchmarks import cases
from benchmarks.harness import Measured, measure


def main() -> int:
    """Measure what was asked for, and print a line each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("ids", nargs="*", help="goals to measure, such as T1; default all")
    parser.add_argument("--full", action="store_true", help="at full size too, which takes minutes")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a goal is missed")
    parser.add_argument("--json", type=Path, help="write what was measured to a file")
    asked = parser.parse_args()
    unknown = set(asked.ids) - {c.id for c in cases.CASES} - {f.id for f in cases.FACTS}
    if unknown:
        parser.error(f"no such goal: {', '.join(sorted(unknown))}")
    print(f"{'goal':5} {'size':>10}  {'ratio':>6} {'at most':>7}  {'ours':>9} {'reference':>9}  what")
    measured, failed, passed = [], 0, 0
    for fact in cases.FACTS:
        if asked.ids and fact.id not in asked.ids:
            continue
        found, bound = fact.look()
        met = found <= bound
        passed, failed = passed + met, failed + (not met)
        print(
            f"{fact.id:5} {'':>10}  {found:>6.4g} {bound:>7.4g}  {'':>9} {'':>9}  {fact.what}{'' if met else '  OVER'}"
        )
    for case in cases.CASES:
        if asked.ids and case.id not in asked.ids:
            continue
        for size in case.sizes if asked.full else case.sizes[:1]:
            found = measure(case, size)
            measured.append(found)
            met = found.ratio <= case.goal * (case.air if asked.check else 1)
            passed, failed = passed + met, failed + (not met)
            print(_line(found, met=met), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps([attrs.asdict(m) for m in measured], indent=1) + "\n")
    print(f"{passed} passed, {failed} failed")
    return 1 if asked.check and failed else 0


def _line(found: Measured, *, met: bool) -> str:
    return (
        f"{found.id:5} {found.size:>10,}  {found.ratio:>6.3g} {found.goal:>7.3g}  {found.ours * 1e3:>7.3g}ms "
        f"{found.reference * 1e3:>7.3g}ms  {found.what} ({found.ratio_low:.2g}-{found.ratio_high:.2g}, "
        f"{found.pairs} pairs){'' if met else '  OVER'}"
    )


if __name__ == "__main__":
    sys.exit(main())
