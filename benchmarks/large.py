"""A Parquet file of 100,000,000 rows: ``python -m benchmarks.large FOLDER [--rows N]``.

Each path runs in a process of its own, ours and the engine's own query in turn, and prints its wall time
and its peak of memory. The file is made by DuckDB, by a seed, where it is not there yet; it takes 400 MB.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import duckdb

__all__ = ["main"]

KEYS = "area, month, offence"
MAKE = """
copy (select 'area ' || lpad((hash(i) % 43)::text, 2, '0') as area,
             'month ' || lpad((hash(i + 7) % 24)::text, 2, '0') as month,
             'offence ' || lpad(floor(150 * pow((hash(i + 13) % 1000003) / 1000003.0, 3))::int::text, 3, '0') as offence
      from range({rows}) t(i))
to '{file}' (format parquet, compression snappy, row_group_size 1000000)
"""
OURS = "import policemetrics as pm, {engine}; print(len(pm.tally({frame}, by=['area', 'month', 'offence'])))"
PATHS = {
    "DuckDB": (
        OURS.format(engine="duckdb", frame="duckdb.read_parquet({file!r})"),
        'import duckdb; print(len(duckdb.sql("select COLUMNS, count(*) from read_parquet({file!r}) group by all").to_arrow_table()))'.replace(
            "COLUMNS", KEYS
        ),
    ),
    "polars": (
        OURS.format(engine="polars", frame="polars.scan_parquet({file!r})"),
        "import polars; print(len(polars.scan_parquet({file!r}).group_by('area', 'month', 'offence').len().collect()))",
    ),
}
PATHS["polars, a tenth at a time"] = (
    """
import policemetrics as pm, polars
rows = polars.scan_parquet({file!r})
size = -(-rows.select(polars.len()).collect().item() // 10)
parts = [pm.tally(rows.slice(i * size, size), by=['area', 'month', 'offence']) for i in range(10)]
print(len(sum(parts[1:], parts[0])))
""",
    PATHS["polars"][1],
)
ROUNDS = 3
TIMES, MEMORY = 1.15, 64  # of the engine's own; and MiB more than it
MOST = {"DuckDB": 1024, "polars, a tenth at a time": 1024}  # MiB; polars' own query takes more


def run(program: str) -> tuple[float, float, str]:
    """Run a program; return its seconds, its peak in MiB, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read().split()[-1]  # after DuckDB's bar of progress
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    return time.perf_counter() - start, used.ru_maxrss / 1024, printed


def main() -> int:
    """Measure every path, and print a line each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=100_000_000)
    asked = parser.parse_args()
    file = asked.folder / f"crimes_{asked.rows}.parquet"
    if not file.exists():
        duckdb.sql(MAKE.format(rows=asked.rows, file=file))
    failed = 0
    for name, programs in PATHS.items():
        ours, theirs = (program.format(file=str(file)) for program in programs)
        pairs = []
        for i in range(ROUNDS):
            order = (ours, theirs) if i % 2 else (theirs, ours)
            found = {program: run(program) for program in order}
            assert found[ours][2] == found[theirs][2]
            pairs.append((found[ours], found[theirs]))
        ratio = statistics.median(a[0] / b[0] for a, b in pairs)
        walls = [statistics.median(p[i][0] for p in pairs) for i in (0, 1)]
        peaks = [max(p[i][1] for p in pairs) for i in (0, 1)]
        met = ratio <= TIMES and peaks[0] <= min(peaks[1] + MEMORY, MOST.get(name, math.inf))
        failed += not met
        print(
            f"T5    {asked.rows:>10,}  {ratio:>6.3g} {TIMES:>7.3g}  {walls[0]:>7.3g}s  {walls[1]:>7.3g}s   {name}: peak {peaks[0]:,.0f} MiB, "
            f"its own query {peaks[1]:,.0f} MiB{'' if met else '  OVER'}",
            flush=True,
        )
    print(f"{len(PATHS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
