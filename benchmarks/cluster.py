"""The same figures on Spark with two workers: ``python -m benchmarks.cluster FOLDER [--rows N …] [--rounds N]``.

Ours and Spark's own aggregation take turns in one session, whose driver has a fixed memory, after each has run once
and both gave the same figures. The file is made by DuckDB, by a seed, where it is not there yet. The last lines give
the slope of each, by how much the time grows where the rows do, 1 where both grow alike; and the memory of the driver.
It needs Java, pyspark, duckdb and pyarrow; for ``--clock cpu`` Linux.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import numpy as np

import policemetrics as pm

__all__ = ["main"]

Call: TypeAlias = Callable[[], Any]

MAKE: Final = """
copy (select (hash(i) % 43)::smallint as area, (hash(i + 7) % 24)::smallint as month, (hash(i + 9) % 3)::smallint as grade,
             floor(150 * pow((hash(i + 13) % 1000003) / 1000003.0, 3))::smallint as offence,
             least(3600, floor(3 * exp(sqrt(-2 * ln((1 + hash(i + 19) % 1000003) / 1000004.0))
                   * cos(2 * pi() * (hash(i + 29) % 1000003) / 1000003.0))))::int as waited,
             least(100000, floor(545 * exp(sqrt(-2 * ln((1 + hash(i + 17) % 1000003) / 1000004.0))
                   * cos(2 * pi() * (hash(i + 23) % 1000003) / 1000003.0))))::int as seconds
      from range({rows}) t(i))
to '{file}' (format parquet, compression snappy, row_group_size 1000000)
"""
"""Rows of area, month, grade and offence, with the seconds to answer and to arrive."""
BY: Final = ["area", "month", "grade"]
OFFENCES: Final = ["area", "month", "offence"]
ANSWER, ARRIVAL = 10, 900  # seconds
DRIVER: Final = "1g"
SETTINGS: Final = {
    "spark.driver.memory": DRIVER,
    "spark.executor.memory": "2g",
    "spark.sql.shuffle.partitions": 4,
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


# ---- what is compared -------------------------------------------------------------------


def paths(frame: Any) -> dict[str, tuple[Call, Call]]:
    """Return ours and Spark's own, by what they work out; refuse those of other figures."""

    def counts() -> Any:
        return frame.groupBy(OFFENCES).count().toArrow()

    assert len(pm.tally(frame, by=OFFENCES)) == len(counts())
    return {
        "counts by three codes": (lambda: pm.tally(frame, by=OFFENCES), counts),
        "mean and share of answer times": _times(frame, "waited", ANSWER, ranked=False),
        "answer times with percentiles": _times(frame, "waited", ANSWER, ranked=True),
        "mean and share of response times": _times(frame, "seconds", ARRIVAL, ranked=False),
        "response times with percentiles": _times(frame, "seconds", ARRIVAL, ranked=True),
    }


def _times(frame: Any, seconds: str, target: int, *, ranked: bool) -> tuple[Call, Call]:
    from pyspark.sql import functions as f

    asked = [
        f.avg(seconds).alias("mean"),
        f.avg((f.col(seconds) < target).cast("int")).alias("share_within"),
        *([f.percentile(seconds, f.lit(0.9)).alias("p90")] if ranked else []),
    ]

    def own() -> Any:
        return frame.groupBy(BY).agg(*asked).toArrow()

    def ours() -> Any:
        return pm.summarise_times(frame, by=BY, seconds=seconds, target=target, percentiles=ranked)

    found, same = ours(), own().sort_by([(name, "ascending") for name in BY])
    for name in ("mean", "share_within", *(["p90"] if ranked else [])):
        np.testing.assert_allclose(found[name], same[name].to_numpy(), rtol=1e-12)
    return ours, own


# ---- how it is measured -----------------------------------------------------------------


def _work() -> float:
    """Return the seconds that this process and all that it started have been at work: the driver and its workers."""
    parts: dict[int, tuple[int, float]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        parts[int(folder.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    ours = {os.getpid()}
    while more := {pid for pid, (parent, _) in parts.items() if parent in ours} - ours:
        ours |= more
    return sum(parts[pid][1] for pid in ours if pid in parts) / os.sysconf("SC_CLK_TCK")


CLOCKS: Final[Mapping[str, Callable[[], float]]] = {"wall": time.perf_counter, "cpu": _work}


def _took(call: Call, clock: Callable[[], float]) -> float:
    start = clock()
    call()
    return clock() - start


def _pairs(ours: Call, own: Call, rounds: int, clock: Callable[[], float]) -> list[tuple[float, float]]:
    """Take the time of both, each first in turn."""
    found = []
    for i in range(rounds):
        took = {call: _took(call, clock) for call in ((own, ours) if i % 2 else (ours, own))}
        found.append((took[ours], took[own]))
    return found


def _session(master: str) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master)
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _peaks(session: Any) -> str:
    """Say the most memory that the driver had: this process, and Spark's beside it."""
    java = session._jvm.java.lang.ProcessHandle.current().pid()  # noqa: SLF001 - Spark tells it nowhere else
    status = Path(f"/proc/{java}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    spark = [f", {int(line.split()[1]) // 1024:,} MiB in Java" for line in lines if line.startswith("VmHWM")]
    python = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{python:,} MiB in Python{''.join(spark)}"


def main() -> int:
    """Measure every path at every size, and print a line each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000_000, 20_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--master", default="local-cluster[2,1,2048]", help="default: two workers of one core"
    )
    parser.add_argument(
        "--clock", choices=list(CLOCKS), default="wall", help="wall time, or the work of all processes"
    )
    asked = parser.parse_args()
    warnings.simplefilter("ignore", FutureWarning)  # Spark's own
    session = _session(asked.master)
    seconds: dict[str, list[tuple[float, float]]] = {}
    print("| what | rows | ours | its own | ratio |\n| --- | ---: | ---: | ---: | ---: |", flush=True)
    for rows in asked.rows:
        file = asked.folder / f"calls_{rows}.parquet"
        if not file.exists():
            duckdb.sql(MAKE.format(rows=rows, file=file))
        for what, both in paths(session.read.parquet(str(file))).items():
            pairs = _pairs(*both, asked.rounds, CLOCKS[asked.clock])
            mine, own = (statistics.median(side) for side in zip(*pairs, strict=True))
            seconds.setdefault(what, []).append((mine, own))
            ratio = statistics.median(a / b for a, b in pairs)
            print(f"| {what} | {rows:,} | {mine:.2f} s | {own:.2f} s | {ratio:.2f} |", flush=True)
        print(f"driver, at most: {_peaks(session)}", flush=True)
    if len(asked.rows) > 1:
        grown = math.log(asked.rows[-1] / asked.rows[0])
        for what, found in seconds.items():
            slopes = [math.log(found[-1][side] / found[0][side]) / grown for side in (0, 1)]
            print(f"slope, {what}: ours {slopes[0]:.2f}, its own {slopes[1]:.2f}")
    session.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
