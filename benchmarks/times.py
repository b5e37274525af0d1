"""Times: how long calls waited, and how long officers took to arrive, from rows, from stamps, and from counts.

Answer times are few distinct seconds, so that many rows fall on one; response times are hardly twice the same
within a group, and are the harder case.
"""

from __future__ import annotations

from typing import Any, Final

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

import policemetrics as pm
from benchmarks.harness import Call

AREAS, MONTHS, GRADES = 43, 24, 3
BY = ["area", "month", "grade"]
TARGET = 10
ARRIVAL = 900
ZONE: Final = "Europe/London"
SUMMARY: Final = (("mean", "mean"), ("median", "median"), ("p90", "p90"), ("share_within", "share"))


# ---- rows -------------------------------------------------------------------------------


def _groups(random: np.random.Generator, rows: int) -> dict[str, NDArray[Any]]:
    sizes = {"area": AREAS, "month": MONTHS, "grade": GRADES}
    return {name: random.integers(0, size, rows).astype(np.int16) for name, size in sizes.items()}


def calls(rows: int) -> dict[str, NDArray[Any]]:
    """Rows of area, month, grade and seconds to answer; the median is 3 seconds, the longest an hour."""
    random = np.random.default_rng(2)
    waited = np.minimum(random.lognormal(np.log(3), 1, rows), 3600)
    return {**_groups(random, rows), "seconds": waited.astype(np.int32)}


def responses(rows: int) -> dict[str, NDArray[Any]]:
    """Rows of area, month, grade and seconds to arrive; the median is nine minutes, the longest a day and more."""
    random = np.random.default_rng(3)
    waited = np.minimum(random.lognormal(np.log(545), 1, rows), 100_000)
    return {**_groups(random, rows), "seconds": waited.astype(np.int32)}


def stamped(rows: int) -> dict[str, NDArray[Any]]:
    """Rows of area and grade, and the stamps of a year between which those times lie, as clocks in London show them."""
    found = responses(rows)
    start = np.random.default_rng(4).integers(0, 365 * 86_400, rows).astype("m8[s]")
    created = np.datetime64("2023-01-01", "us") + start
    # Clocks that are put forward meanwhile show an hour that has not passed: those nights are left out.
    night = (created > np.datetime64("2023-03-24")) & (created < np.datetime64("2023-03-27"))
    night |= (created > np.datetime64("2023-10-27")) & (created < np.datetime64("2023-10-30"))
    created[night] += np.timedelta64(14, "D")
    arrived = created + found["seconds"].astype("m8[s]")
    return {"area": found["area"], "grade": found["grade"], "created": created, "arrived": arrived}


def _table(columns: dict[str, NDArray[Any]]) -> tuple[duckdb.DuckDBPyConnection, Any]:
    """Put rows into a table of DuckDB; return the connection, and the table."""
    connection = duckdb.connect()
    connection.register("source", pl.DataFrame(columns).to_arrow())
    connection.execute("create table times as from source")
    return connection, connection.table("times")


# ---- what a careful user would write ----------------------------------------------------


def _query(frame: pl.DataFrame, by: list[str], target: int, seconds: pl.Expr | None = None) -> Any:
    seconds = pl.col("seconds") if seconds is None else seconds
    return (
        frame.lazy()
        .group_by(by)
        .agg(
            seconds.mean().alias("mean"),
            seconds.quantile(0.5, "linear").alias("median"),
            seconds.quantile(0.9, "linear").alias("p90"),
            (seconds < target).mean().alias("share"),
        )
    )


def _sql(by: list[str], target: int, seconds: str = "seconds", *, ranked: bool = True) -> str:
    """Write the query of mean and share, and with `ranked` of median and 90th percentile."""
    quantiles = f"quantile_cont({seconds}, 0.5) as median, quantile_cont({seconds}, 0.9) as p90, "
    return (
        f"select {', '.join(by)}, avg({seconds}) as mean, {quantiles if ranked else ''}"
        f"avg(({seconds} < {target})::int) as share from times group by all order by all"
    )


def _same(ours: Any, theirs: Any, *, ranked: bool = True) -> None:
    """Refuse to measure what gives other figures, of rows in the order of their groups."""
    for mine, name in SUMMARY if ranked else (SUMMARY[0], SUMMARY[3]):
        np.testing.assert_allclose(ours[mine], np.asarray(theirs[name]), rtol=1e-12)


def _key(columns: dict[str, NDArray[Any]]) -> NDArray[np.uint32]:
    """Pack group and seconds into one number a row."""
    area, month, grade, seconds = (columns[name].astype(np.uint32) for name in (*BY, "seconds"))
    return (((area * MONTHS + month) * GRADES + grade) << 17) | seconds


# ---- answer times -----------------------------------------------------------------------


def times_by_sorting(rows: int) -> tuple[Call, Call]:
    """All of a summary, with intervals, from rows; the reference only sorts as many numbers."""
    frame = pl.DataFrame(calls(rows))
    random = np.random.default_rng(3).integers(0, 2**32, rows, dtype=np.uint32)
    return lambda: pm.summarise_times(frame, by=BY, target=TARGET), lambda: np.sort(random)


def times_by_polars(rows: int) -> tuple[Call, Call]:
    """The reference has mean, median, p90 and share, without intervals."""
    frame = pl.DataFrame(calls(rows))
    query = _query(frame, BY, TARGET)
    _same(pm.summarise_times(frame, by=BY, target=TARGET), query.collect().sort(BY))
    return lambda: pm.summarise_times(frame, by=BY, target=TARGET), query.collect


def times_by_duckdb(rows: int) -> tuple[Call, Call]:
    columns = calls(rows)
    frame, sql = pl.DataFrame(columns), _sql(BY, TARGET)
    connection, _ = _table(columns)
    _same(pm.summarise_times(frame, by=BY, target=TARGET), connection.sql(sql).to_arrow_table())
    return (
        lambda: pm.summarise_times(frame, by=BY, target=TARGET),
        lambda: connection.sql(sql).to_arrow_table(),
    )


def times_from_a_tally(rows: int) -> tuple[Call, Call]:
    """From counts by second, beside the same from rows."""
    frame = pl.DataFrame(calls(rows))
    tally = pm.tally(frame, by=[*BY, "seconds"])
    assert pm.summarise_times(tally, by=BY) == pm.summarise_times(frame, by=BY)
    return (
        lambda: pm.summarise_times(tally, by=BY, target=TARGET),
        lambda: pm.summarise_times(frame, by=BY, target=TARGET),
    )


def _shares_in_duckdb(columns: dict[str, NDArray[Any]], target: int) -> tuple[Call, Call]:
    """Mean with interval and share within target, in the engine; the reference has no intervals."""
    connection, relation = _table(columns)
    sql = _sql(BY, target, ranked=False)

    def ours() -> Any:
        return pm.summarise_times(relation, by=BY, target=target, percentiles=False)

    _same(ours(), connection.sql(sql).to_arrow_table(), ranked=False)
    return ours, lambda: connection.sql(sql).to_arrow_table()


def shares_of_answers(rows: int) -> tuple[Call, Call]:
    return _shares_in_duckdb(calls(rows), TARGET)


def shares_of_responses(rows: int) -> tuple[Call, Call]:
    return _shares_in_duckdb(responses(rows), ARRIVAL)


# ---- response times ---------------------------------------------------------------------


def responses_by_sorting(rows: int) -> tuple[Call, Call]:
    """All of a summary, from rows; the reference sorts their keys, which it has ready."""
    columns = responses(rows)
    frame, key = pl.DataFrame(columns), _key(columns)
    return lambda: pm.summarise_times(frame, by=BY, target=ARRIVAL), lambda: np.sort(key)


def responses_by_polars(rows: int) -> tuple[Call, Call]:
    frame = pl.DataFrame(responses(rows))
    query = _query(frame, BY, ARRIVAL)
    _same(pm.summarise_times(frame, by=BY, target=ARRIVAL), query.collect().sort(BY))
    return lambda: pm.summarise_times(frame, by=BY, target=ARRIVAL), query.collect


def responses_from_a_tally(rows: int) -> tuple[Call, Call]:
    columns = responses(rows)
    frame, key = pl.DataFrame(columns), _key(columns)
    tally = pm.tally(frame, by=[*BY, "seconds"])
    assert pm.summarise_times(tally, by=BY) == pm.summarise_times(frame, by=BY)
    return lambda: pm.summarise_times(tally, by=BY, target=ARRIVAL), lambda: np.sort(key)


def tally_of_responses(rows: int) -> tuple[Call, Call]:
    """Counts by group and second; the reference finds the runs of its sorted keys."""
    columns = responses(rows)
    frame, key = pl.DataFrame(columns), _key(columns)
    np.testing.assert_array_equal(
        pm.tally(frame, by=[*BY, "seconds"])._cells.counts, np.unique(key, return_counts=True)[1]
    )
    return lambda: pm.tally(frame, by=[*BY, "seconds"]), lambda: np.sort(key)


def responses_of_wide_groups(rows: int) -> tuple[Call, Call]:
    """A hundred thousand groups of a few times each, where what is done for a group counts most."""
    random = np.random.default_rng(5)
    frame = pl.DataFrame(
        {"beat": random.integers(0, 100_000, rows).astype(np.int32), "seconds": responses(rows)["seconds"]}
    )
    query = _query(frame, ["beat"], ARRIVAL)
    _same(pm.summarise_times(frame, by="beat", target=ARRIVAL), query.collect().sort("beat"))
    return lambda: pm.summarise_times(frame, by="beat", target=ARRIVAL), query.collect


# ---- response times from stamps ---------------------------------------------------------

_CLOCK: Final = {"start": "created", "end": "arrived", "timezone": ZONE, "no_arrival": "exclude"}
_STAMPED: Final = ["area", "grade"]


def _from_stamps(frame: Any) -> Any:
    return pm.response_times(frame, by=_STAMPED, target=ARRIVAL, **_CLOCK)


def stamps_by_duckdb(rows: int) -> tuple[Call, Call]:
    """From stamps in a table of DuckDB; its own query knows no changes of the clock."""
    connection, relation = _table(stamped(rows))
    sql = _sql(_STAMPED, ARRIVAL, "date_diff('second', created, arrived)")
    _same(_from_stamps(relation), connection.sql(sql).to_arrow_table())
    return lambda: _from_stamps(relation), lambda: connection.sql(sql).to_arrow_table()


def stamps_by_polars(rows: int) -> tuple[Call, Call]:
    frame = pl.DataFrame(stamped(rows))
    query = _query(frame, _STAMPED, ARRIVAL, (pl.col("arrived") - pl.col("created")).dt.total_seconds())
    _same(_from_stamps(frame), query.collect().sort(_STAMPED))
    return lambda: _from_stamps(frame), query.collect


def stamps_by_pandas(rows: int) -> tuple[Call, Call]:
    frame = pl.DataFrame(stamped(rows)).to_pandas()

    def reference() -> Any:
        seconds = (frame["arrived"] - frame["created"]).dt.total_seconds()
        timed = frame[_STAMPED].assign(seconds=seconds, within=seconds < ARRIVAL)
        grouped = timed.groupby(_STAMPED)
        found = grouped["seconds"].quantile([0.5, 0.9]).unstack()
        return found.set_axis(["median", "p90"], axis=1).assign(
            mean=grouped["seconds"].mean(), share=grouped["within"].mean()
        )

    _same(_from_stamps(frame), reference())
    return lambda: _from_stamps(frame), reference
