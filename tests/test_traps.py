"""Where engines differ, or say something else than they mean: each trap first, then the exact answer of every engine.

A frame of the user's own is read through narwhals, so that its traps count as the engine's. Two things known of
engines are no traps for a figure, and stand here without a test: polars groups an eager frame more slowly than a
lazy one, and DuckDB 2 has other names for the way to Arrow.
"""

import datetime as dt
import operator
import re
import warnings
from collections import Counter
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from engines import (
    CONNECT,
    MAKERS,
    cells,
    duck,
    frame_of,
    ibis_duckdb,
    ibis_postgres,
    ibis_sqlite,
    one_duckdb,
    reasons,
    require,
    set_zone,
    since,
    spark,
    sqlframe_session,
)
from ids import stable

import policemetrics as pm
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError, PoliceMetricsError
from policemetrics.frames import reading
from policemetrics.frames.clock import same_clocks, wrong_clocks
from policemetrics.frames.counting import halves
from policemetrics.frames.reading import ANY, session_zone

# Dask and Spark announce their own futures.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")

UTC, LONDON = dt.UTC, ZoneInfo("Europe/London")
MISSING = "(missing)"
NAN = float("nan")
SECOND = dt.timedelta(seconds=1)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
KINDS = {
    "k": pa.string(),
    "n": pa.int64(),
    "x": pa.float64(),
    "a": pa.timestamp("us"),
    "b": pa.timestamp("us"),
}

_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)


@pytest.fixture(params=MAKERS)
def engine(request):
    """Name each engine; one that is not installed skips, and says what would install it."""
    require(request.param)
    return request.param


def made(engine, **columns):
    return frame_of(engine, pa.table(columns))


def lazily(frame):
    return nw.from_native(frame).lazy()


def is_objects(frame, column):
    """pandas holds dates and decimals as objects, which are refused with the call that makes them columns of their own."""
    return isinstance(frame, pd.DataFrame) and frame[column].dtype == object


# ---- counts -----------------------------------------------------------------------------


class TestCounts:
    def test_lengths_without_a_sign(self, engine):
        """polars counts in 32 bits without a sign: one less two is 4,294,967,295."""
        sizes = pl.DataFrame({"k": ["a", "b", "b"]}).group_by("k", maintain_order=True).len()["len"]
        assert sizes.dtype == pl.UInt32
        assert (sizes - sizes.reverse())[0] == 2**32 - 1
        counts = pm.tally(made(engine, k=["a", "b", "b"]), by="k")._cells.counts
        assert counts.dtype == np.int64
        assert (counts - counts[::-1]).tolist() == [-1, 1]

    def test_sums_that_change_their_type(self, engine):
        """DuckDB adds integers up as HUGEINT, which comes home as a decimal."""
        total = duck().sql("SELECT sum(n) AS n FROM (VALUES (1), (2)) t(n)").to_arrow_table().column("n")
        assert pa.types.is_decimal(total.type)
        found = pm.tally(made(engine, k=["a", "a"], n=[1, 2]), by="k", count="n")
        assert cells(found) == {("a",): 3}
        assert [type(v) for v in found.to_dict()["count"]] == [int]

    @pytest.mark.parametrize(
        "counts", [[2**53 + 1, 2], [2**63 - 2, 1], [2**63 - 1] * 2 + [1 - 2**63]], ids=stable
    )
    def test_division_by_floats(self, engine, counts):
        """// of whole numbers is a division of floats on Spark, sqlframe and Ibis: past 2**53 the last digit is gone."""
        assert (2**53 + 1) // 2**32 * 2**32 + (2**53 + 1) % 2**32 == 2**53 + 1 != int(float(2**53 + 1))
        assert pm.tally(made(engine, n=counts), count="n").total == sum(counts)

    def test_sums_that_wrap(self, engine):
        """Of numpy, so of pandas, 2**63 is −2**63."""
        assert pd.Series([2**62, 2**62]).sum() == -(2**63)
        with pytest.raises(
            CountOverflowError, match=f"add up within 64 bits; got a sum of {2**63} in the whole frame"
        ):
            pm.tally(made(engine, n=[2**62, 2**62]), count="n")

    @pytest.mark.parametrize("value", ["9007199254740993.5", "-9007199254740993.5", "0.5"])
    def test_fractions_of_decimals(self, engine, value):
        """As a float it would be whole, and as such SQLite keeps it."""
        if engine == "ibis-sqlite" and value != "0.5":
            pytest.skip("SQLite keeps decimals as floats, in which this one is whole")
        assert float(Decimal("9007199254740993.5")).is_integer()
        frame = made(engine, n=[Decimal(value), Decimal("1.0"), None])
        if is_objects(frame, "n"):
            with pytest.raises(InvalidTypeError, match="turn it into integers first"):
                pm.tally(frame, count="n")
            return
        with pytest.raises(
            InvalidInputError, match="'n' must hold whole numbers; got 1 that are not in the whole frame"
        ):
            pm.tally(frame, count="n")

    def test_whole_decimals(self, engine):
        if engine == "ibis-sqlite":
            pytest.skip("SQLite keeps decimals as floats, which have not so many digits")
        values = [Decimal("9007199254740993.0"), Decimal(f"{2**62}.0"), None]
        frame = made(engine, n=values)
        if not is_objects(frame, "n"):
            assert pm.tally(frame, count="n").total == 2**53 + 1 + 2**62

    def test_not_a_number_is_missing(self, engine):
        """polars adds it in, pandas leaves it out, Arrow tells it from a missing one."""
        assert np.isnan(pl.Series([NAN, 1.0]).sum())
        assert pd.Series([NAN, 1.0]).sum() == 1
        frame = made(engine, k=["a", "a", "b", "c"], n=pa.array([NAN, 4.0, None, NAN], from_pandas=False))
        found = pm.tally(frame, by="k", count="n")
        assert cells(found) == {("a",): 4}
        assert set(cells(found.excluded)) == {(k, "not supplied: n missing in the source") for k in "abc"}

    def test_big_endian(self):
        """As some files have them; narwhals does not know the type."""
        values = {kind: np.array([1, 2, 2], kind) for kind in (">i2", ">i8", ">u8", ">f4", ">f8")}
        frame = pd.DataFrame(values)
        assert set(nw.from_native(frame).schema.values()) == {nw.Unknown}
        for kind in values:
            assert pm.tally(frame, count=kind).total == 5
            assert cells(pm.tally(frame, by={"seconds": kind})) == {(1.0,): 1, (2.0,): 2}
        with pytest.raises(InvalidTypeError, match="count: column 'c' must hold whole numbers; got Unknown"):
            pm.tally(pd.DataFrame({"c": np.array([1j], ">c16")}), count="c")


# ---- keys -------------------------------------------------------------------------------


class TestKeys:
    def test_missing_beside_not_a_number(self, engine):
        """polars and Arrow make them two keys, pandas one, Dask's groups of both fail; here both are missing."""
        both = pa.array([NAN, None, 4.0, NAN], from_pandas=False)
        assert pl.DataFrame({"k": pl.from_arrow(both)}).group_by("k").len().height == 3
        if since(pd, 3):  # before, it may fail
            assert len(pd.DataFrame({"k": both.to_pandas()}).groupby("k", dropna=False)) == 2
        found = pm.tally(made(engine, seconds=both), by="seconds")
        assert (cells(found), reasons(found)) == ({(4.0,): 1}, {"missing seconds": 3})

    def test_both_zeros(self, engine):
        """They are equal, and some engines make two keys of them all the same."""
        assert operator.eq(-0.0, 0.0)
        assert len(pc.unique(pa.array([0.0, -0.0]))) == 2
        found = pm.tally(made(engine, seconds=[0.0, -0.0, 1.5]), by="seconds")
        assert found.to_dict() == {"seconds": [0.0, 1.5], "count": [2, 1]}
        assert not np.signbit(found.to_dict()["seconds"][0])
        assert pm.tally(made(engine, n=[0.0, -0.0]), count="n").total == 0

    @pytest.mark.filterwarnings("ignore::policemetrics.errors.LabelSpellingWarning")
    def test_text_stays_as_it_is(self, engine):
        """Databases may be told not to tell these apart; one that says nothing must."""
        names = ["Kent", "kent", "Kent ", " Kent", "KENT", "", "Kent", None, "Ke\u0301nt", "K\u00e9nt"]
        found = pm.tally(made(engine, force=names), by="force")
        assert cells(found) == {(name,): n for name, n in Counter(names).items() if name is not None}
        assert reasons(found) == {"missing force": 1}

    @pytest.mark.parametrize(
        "labels", [["b", "a", None, "b", "a"], [2, 1, None, 2, 1]], ids=["text", "numbers"]
    )
    def test_dictionaries_with_gaps(self, engine, labels):
        """pandas 2 loses the group of those without a label, of Dask's too; Dask cannot join the groups of dictionaries."""
        frame = made(
            engine,
            k=pa.array(labels).dictionary_encode(),
            no=pa.array(list("xyzwv")).dictionary_encode(),
            a=stamps(*["2024-05-01 10:00"] * 5),
            b=stamps(*["2024-05-01 10:08"] * 5),
        )
        clock = {"start": "a", "end": "b", "timezone": "Europe/London"}
        counts, lost = {(labels[1],): 2, (labels[0],): 2}, {"missing k": 1}
        found = pm.tally(frame, by="k")
        assert (cells(found), reasons(found)) == (counts, lost)
        timed = pm.durations(frame, by="k", **clock)
        assert (cells(timed.sum_to("k")), reasons(timed)) == (counts, lost)
        for more in ({}, {"incident": "no"}):
            times = pm.response_times(frame, by="k", target=900, **clock, **more)
            assert sum(row.exclusions.excluded for row in times) == 1
            assert dict(zip(times["k"].tolist(), times["n"].tolist(), strict=True)) == {
                labels[0]: 2,
                labels[1]: 2,
                MISSING: 0,
            }

    @pytest.mark.parametrize(
        "values", [[4.1, 4.10], [Decimal("4.1"), Decimal("4.10")], [True, False]], ids=stable
    )
    def test_what_is_no_label(self, engine, values):
        """4.1 and 4.10 are two codes, and one number."""
        with pytest.raises(InvalidTypeError, match="code"):
            pm.tally(made(engine, code=values), by="code")

    def test_replacing(self, engine):
        """`replace_strict` without a default is not to be had on DuckDB, Dask, Spark, sqlframe and Ibis."""
        frame = lazily(duck().sql("SELECT 'a' AS k"))
        with pytest.raises((NotImplementedError, ValueError)):
            frame.select(nw.col("k").replace_strict({"a": "x"})).collect()
        found = pm.tally(made(engine, k=["a", "b", "a"]), by="k").relabel("k", {"a": "x", "b": "x"})
        assert cells(found) == {("x",): 3}

    def test_no_rows(self, engine):
        """No rows are no evidence: no cell, no coverage, and nothing excluded."""
        if engine == "spark" and CONNECT:
            pytest.skip("Spark Connect makes no frame of a table without rows")
        frame = made(engine, **{name: pa.array([], kind) for name, kind in KINDS.items()})
        for found in (
            pm.tally(frame, by="k", count="n", coverage="k"),
            pm.tally(frame),
            pm.tally(frame, count="x"),
            pm.tally(frame, by={"seconds": "x"}),
            pm.tally(frame, date="a"),
            pm.durations(frame, start="a", end="b", timezone="Europe/London", by="k"),
        ):
            assert (len(found), found.total, found.excluded) == (0, 0, None)

    @pytest.mark.filterwarnings("ignore::policemetrics.errors.UnusedCountWarning")
    def test_nothing_but_gaps(self, engine):
        frame = made(engine, **{name: pa.array([None, None], kind) for name, kind in KINDS.items()})
        assert reasons(pm.tally(frame, by="k")) == {"missing k": 2}
        assert reasons(pm.tally(frame, by={"seconds": "x"})) == {"missing seconds": 2}
        assert reasons(pm.tally(frame, date="a")) == {"missing period": 2}
        assert reasons(pm.durations(frame, start="a", end="b", timezone="Europe/London")) == {
            "missing start": 2
        }
        counted = pm.tally(frame, count="x")
        assert (len(counted), set(reasons(counted))) == (0, {"not supplied: x missing in the source"})


# ---- times ------------------------------------------------------------------------------

# A thousand squares: Arrow's digest of them has another median.
SQUARES = [float(i * i) for i in range(1000)]


class TestFiguresOfTimes:
    def test_medians_that_are_approximate(self, engine):
        """Asked through narwhals for the medians of groups, Arrow gives approximate ones without a word."""
        groups = ["a", "b"] * 500
        table = pa.table({"k": groups, "s": SQUARES})
        exact = {k: float(np.median(SQUARES[i::2])) for i, k in enumerate("ab")}
        native = nw.from_native(table).group_by("k").agg(nw.col("s").median())
        assert dict(zip(native["k"].to_list(), native["s"].to_list(), strict=True)) != exact
        found = pm.summarise_times(frame_of(engine, table), by="k", seconds="s")
        assert dict(zip(found["k"], found["median"].tolist(), strict=True)) == exact

    @pytest.mark.parametrize("method", ["linear", "inverted_cdf", "median_unbiased"])
    def test_quantiles_that_are_missing(self, engine, method):
        """Of groups there are none on Arrow and Dask, and one definition on the engines of SQL."""
        with pytest.raises(ValueError, match="complex aggregation"):
            nw.from_native(pa.table({"k": ["a"], "s": [1.0]})).group_by("k").agg(
                nw.col("s").quantile(0.9, interpolation="linear")
            )
        values = SQUARES[:101]
        found = pm.summarise_times(made(engine, s=values), seconds="s", percentile_method=method)
        assert [found.median, found.p90] == np.percentile(values, [50, 90], method=method).tolist()

    def test_expressions_in_an_aggregation(self, engine):
        """Arrow and Dask take none; a share of a column of flags is refused by five engines."""
        frame = nw.from_native(pa.table({"k": ["a", "a"], "s": [1.0, 3.0]}))
        with pytest.raises(ValueError, match="complex aggregation"):
            frame.group_by("k").agg((nw.col("s") <= 2).cast(nw.Int64).sum())
        found = pm.summarise_times(
            made(engine, k=["a", "a", "b"], s=[1.0, 3.0, 2.5]), by="k", seconds="s", target=2
        )
        assert found["share_within"].tolist() == [0.5, 0.0]

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_durations(self, engine, unit):
        """Where they can be read, all agree to the microsecond, and cut what is below it."""
        if engine in UNREAD or engine == "ibis-sqlite":
            pytest.skip("has no durations, or hands them over in no form that can be read")
        values = {"s": [90, None, 30], "ms": [90_001, None, 1], "us": [16_213_703, None, 3_600_000_000]}.get(
            unit, [600, None, 1_999, 16_213_703_999, -1_500]
        )
        table = pa.table({"took": pa.array(values, pa.duration(unit))})
        per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
        expected = Counter(int(Decimal(v) / per * 10**6) / 10**6 for v in values if v is not None)
        found = pm.tally(frame_of(engine, table), by={"seconds": "took"})
        assert {k: n for (k,), n in cells(found).items()} == expected
        assert reasons(found) == {"missing seconds": 1}


UNREAD = ("spark", "sqlframe", "ibis", "ibis-postgres")


class TestDurationsThatCannotBeRead:
    """Refused by the name of the column, with a call that runs; what stands beside them is read."""

    @pytest.fixture(params=UNREAD)
    def engine(self, request):
        require(request.param)
        return request.param

    @pytest.fixture
    def frame(self, engine):
        """Two durations and a gap: Ibis has no name for them in PostgreSQL when it makes a table, but reads them."""
        query = (
            "SELECT * FROM (VALUES ('Kent', INTERVAL '8' MINUTE), ('Essex', INTERVAL '90.25' SECOND), "
            "('Essex', NULL)) AS t(force, took)"
        )
        if engine == "spark":
            return spark().sql(query)
        if engine == "sqlframe":
            sqlframe_session()._conn.execute(f"CREATE OR REPLACE TABLE timed AS {query}")
            return sqlframe_session().table("timed")
        with warnings.catch_warnings(action="ignore"):  # Ibis asks DuckDB by an older name
            return (ibis_duckdb() if engine == "ibis" else ibis_postgres()).sql(query)

    def test_beside_them(self, frame):
        assert cells(pm.tally(frame, by="force")) == {("Essex",): 2, ("Kent",): 1}

    def test_as_labels(self, frame):
        with pytest.raises(PoliceMetricsError, match=r"column 'took'"):
            pm.tally(frame, by="took")

    def test_the_call_that_cures_it(self, engine, frame):
        with pytest.raises(PoliceMetricsError, match=r"column 'took'") as refused:
            pm.summarise_times(frame, seconds="took", target=100)
        cured = re.search(
            r"as in ((?:frame|table)\..*\))(?:\.$| and its column '(\w+)'\.$)", str(refused.value)
        )
        functions = {}
        if engine == "spark":
            from pyspark.sql import functions
        elif engine == "sqlframe":
            from sqlframe.duckdb import functions
        known = {"frame": frame, "table": frame, "functions": functions}
        with warnings.catch_warnings(action="ignore"):
            cure = eval(cured[1], known)  # noqa: S307  # our own words
        found = pm.summarise_times(cure, seconds=cured[2] or "took", target=100)
        assert (found.mean, found.n, found.share_within) == (285.125, 2, 0.5)
        assert "missing seconds 1" in str(found)

    def test_intervals_of_months(self):
        """They have no length in seconds: the call that turns others into seconds would count on from 1970."""
        require("spark")
        for interval in ("INTERVAL '8' MONTH", "INTERVAL '1-2' YEAR TO MONTH", "make_interval(0, 8)"):
            frame = spark().sql(f"SELECT 'Kent' AS force, {interval} AS term")
            for call in (
                lambda frame=frame: pm.summarise_times(frame, seconds="term"),
                lambda frame=frame: pm.tally(frame, by="term"),
            ):
                with pytest.raises(PoliceMetricsError, match="column 'term' holds intervals of months"):
                    call()
            assert pm.tally(frame, by="force").total == 1

    def test_other_types_of_sqlframe(self):
        """It knows no sums of whole numbers, and would read no other column beside one."""
        require("sqlframe")
        sqlframe_session()._conn.execute(
            "CREATE OR REPLACE TABLE added AS SELECT 'Kent' AS force, sum(n) AS n FROM (VALUES (1), (2)) AS t(n)"
        )
        frame = sqlframe_session().table("added")
        assert pm.tally(frame, by="force").total == 1
        with pytest.raises(PoliceMetricsError, match=r"count: column 'n' cannot be read by sqlframe.*INT128"):
            pm.tally(frame, by="force", count="n")


# ---- stamps -----------------------------------------------------------------------------


def at(text, zone=None):
    return None if text is None else dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def stamps(*texts, zone=None, unit="us"):
    kind = pa.timestamp("us", None if zone is None else str(zone))
    return pa.array([at(t, zone) for t in texts], kind).cast(pa.timestamp(unit, kind.tz))


def timed(frame, **options):
    return pm.durations(frame, start="a", end="b", **options)


@pytest.fixture
def clocks(engine):
    """A session's clocks on UTC, for engines that read stamps by them."""
    if engine in {"duckdb", "spark", "sqlframe", "ibis", "ibis-postgres"}:
        set_zone(engine, "UTC")


def refuses_zones(engine):
    """SQLite has no stamps with a zone; a column that was declared so is refused by name."""
    if engine != "ibis-sqlite":
        return False
    frame = made(engine, a=stamps("2024-05-01", zone=UTC), b=stamps("2024-05-02", zone=UTC))
    with pytest.raises(
        InvalidInputError, match=r"start: this engine does not say .* column 'a', which has a zone"
    ):
        timed(frame)
    with pytest.raises(
        InvalidInputError, match=r"date: this engine does not say .* column 'a', which has a zone"
    ):
        pm.tally(frame, date="a")
    return True


@pytest.mark.usefixtures("clocks")
class TestStamps:
    def test_missing_stamps(self, engine):
        """As whole numbers pandas makes −9223372036854775808 of one."""
        frame = pd.DataFrame({"a": pd.to_datetime(["2024-05-01", None])})
        assert nw.from_native(frame).select(nw.col("a").cast(nw.Int64))["a"].to_list()[1] == -(2**63)
        a, b = ("2024-05-01", None, "2024-05-01"), ("2024-05-01 00:01", "2024-05-01", None)
        found = timed(made(engine, a=stamps(*a), b=stamps(*b)), timezone="Europe/London")
        assert cells(found) == {(60.0,): 1}
        assert reasons(found) == {"missing start": 1, "missing end": 1}

    def test_hours_of_eight_bits(self, engine):
        """In polars 23 hours are 112 seconds past a multiple of 256."""
        hour = pl.Series([at("2024-05-01 23:00")]).dt.hour()
        assert hour.dtype == pl.Int8
        table = {"a": stamps("2024-05-01 00:00"), "b": stamps("2024-05-01 23:59:59.999999")}
        assert cells(timed(made(engine, **table), timezone="UTC")) == {(86399.999999,): 1}

    def test_numbers_of_stamps(self, engine):
        """As whole numbers stamps are microseconds, seconds, garbage, or an error; differences of them are not everywhere."""
        table = pa.table({"a": stamps("1967-12-31 23:59:59.999999", "2000-02-29 12:00:00.25", "2024-12-31 23:59:59.5"),
                          "b": stamps("1968-01-01 00:00:00.000001", "2000-03-01 12:00:00.5", "2025-01-01 00:00:00")})  # fmt: skip
        with pytest.raises(duckdb.Error, match="Unimplemented type for cast"):
            lazily(duck().from_arrow(table)).select(nw.col("a").cast(nw.Int64)).collect()
        expected = {(2e-6,): 1, (86400.25,): 1, (0.5,): 1}
        assert cells(timed(frame_of(engine, table), timezone="UTC")) == expected
        if refuses_zones(engine):
            return
        aware = table.cast(pa.schema([("a", pa.timestamp("us", "UTC")), ("b", pa.timestamp("us", "UTC"))]))
        assert cells(timed(frame_of(engine, aware))) == expected

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize("zone", [None, UTC])
    def test_units(self, engine, unit, zone):
        """A second is a second in all of them; sqlframe has names for microseconds and nanoseconds only."""
        if engine == "sqlframe" and (unit in {"s", "ms"} or zone):
            unit = "us"
        if zone and refuses_zones(engine):
            return
        table = {"a": stamps("2024-05-01 10:00:00", zone=zone, unit=unit), "b": stamps("2024-05-01 10:00:01", zone=zone, unit=unit)}  # fmt: skip
        frame = made(engine, **table)
        assert cells(timed(frame, timezone="Europe/London")) == {(1.0,): 1}

    def test_dates_and_datetimes(self, engine):
        """The day is the same; `dt.truncate` is not on Dask, so that months are cut from years and months."""
        days = [dt.date(2024, 1, 31), dt.date(2024, 2, 29), None]
        frame = made(engine, d=pa.array(days), t=stamps("2024-01-31 23:59", "2024-02-29 00:00", None))
        expected = {("2024-01",): 1, ("2024-02",): 1}
        for name in "dt":
            if is_objects(frame, name):
                with pytest.raises(InvalidTypeError, match=r"pd\.to_datetime"):
                    pm.tally(frame, date=name)
                continue
            found = pm.tally(frame, date=name)
            assert (cells(found), reasons(found)) == (expected, {"missing period": 1})
        with pytest.raises(InvalidTypeError, match=r"dates have no time of day|turn it into stamps first"):
            pm.durations(frame, start="d", end="t", timezone="UTC")

    def test_names_of_utc(self, engine):
        """A session on a server has it as Etc/UTC, which is UTC."""
        if refuses_zones(engine):
            return
        if engine in {"duckdb", "spark", "sqlframe", "ibis", "ibis-postgres"}:
            set_zone(engine, "Etc/UTC")
        frame = made(engine, a=stamps("2024-06-30 23:30", zone=UTC), b=stamps("2024-07-01 00:30", zone=UTC))
        assert cells(timed(frame)) == {(3600.0,): 1}
        assert pm.tally(frame, date="a", timezone="UTC").labels("period") == ("2024-06",)

    def test_two_zones(self, engine):
        """Noon in UTC to half past eight in New York is half an hour; engines that keep no zone with a column agree."""
        if refuses_zones(engine):
            return
        a = stamps("2024-07-01 12:00", zone=UTC)
        b = a.cast(pa.int64()).cast(pa.timestamp("us", "UTC"))
        b = pc.add(b, pa.scalar(1800, pa.duration("s"))).cast(pa.timestamp("us", "America/New_York"))
        frame = made(engine, a=a, b=b)
        assert cells(timed(frame)) == {(1800.0,): 1}

    def test_one_zone_and_none(self, engine):
        with pytest.raises(InvalidTypeError, match=r"must all have a zone, or none; end .* has one"):
            pm.durations(
                made(engine, a=stamps("2024-05-01"), b=stamps("2024-05-01", zone=UTC)), start="a", end="b"
            )


# Half past midnight and half past one in UTC: in London both are half past one, for the clocks went back in between.
CHANGE = {"a": stamps("2024-10-27 00:30", "2024-06-30 23:30", zone=UTC), "b": stamps("2024-10-27 01:30", "2024-07-01 00:30", zone=UTC)}  # fmt: skip


@pytest.mark.parametrize("engine", ["duckdb", "spark", "sqlframe", "ibis", "ibis-postgres"])
class TestClocksOfTheSession:
    """These engines read the parts of a stamp on the clocks of their session, which can be set at any time.

    narwhals looks once what they are, and on Ibis goes by the column, so that after a change it would be an hour wrong.
    """

    @pytest.fixture(autouse=True)
    def sessions(self, engine):
        require(engine)
        set_zone(engine, "UTC")
        yield
        set_zone(engine, "Europe/London" if engine == "duckdb" else "UTC")

    def test_the_trap(self, engine):
        """In UTC the second stamp is an hour after the first; in London it is not."""
        frame = lazily(made(engine, **CHANGE))
        hours = []
        for zone in ("UTC", "Europe/London"):
            set_zone(engine, zone)
            found = (
                frame.select((nw.col("b").dt.hour() - nw.col("a").dt.hour()).alias("h"))
                .collect()["h"]
                .to_list()
            )
            hours.append(found[0])
        assert hours == [1, 0]

    def test_times(self, engine):
        """Right whatever the session has, or refused with what to set; on a frame that was there before, too."""
        frame = made(engine, **CHANGE)
        for zone in ("UTC", "Europe/London", "Asia/Tokyo", "UTC"):
            set_zone(engine, zone)
            for data in (frame, made(engine, **CHANGE)):
                if engine in {"duckdb", "spark"} or zone == "UTC":
                    assert cells(timed(data)) == {(3600.0,): 2}
                else:
                    with pytest.raises(
                        InvalidInputError, match=f"clocks of its session, {zone}; set those to UTC first"
                    ):
                        timed(data)

    def test_periods(self, engine):
        """Cut on the clocks that are asked for, or not at all."""
        frame = made(engine, **CHANGE)
        months = {"UTC": "2024-06", "Europe/London": "2024-07"}
        for zone in ("UTC", "Europe/London", "UTC"):
            set_zone(engine, zone)
            for asked, month in months.items():
                if asked == zone:
                    assert pm.tally(frame, date="a", timezone=asked).labels("period") == (month, "2024-10")
                else:
                    with pytest.raises(
                        InvalidInputError, match=f"clocks of its session, {zone}; set those to {asked} first"
                    ):
                        pm.tally(frame, date="a", timezone=asked)

    def test_stamps_without_a_zone(self, engine):
        """They are on the clocks that are named, whatever the session has. On Spark that is TIMESTAMP_NTZ."""
        naive = {"a": stamps("2024-10-26 12:00"), "b": stamps("2024-10-27 12:00")}
        frame = made(engine, **naive)
        for zone in ("UTC", "Asia/Tokyo"):
            set_zone(engine, zone)
            assert cells(timed(frame, timezone="Europe/London")) == {(25 * 3600.0,): 1}
            assert cells(timed(frame, timezone="UTC")) == {(24 * 3600.0,): 1}
            assert pm.tally(frame, date="a").labels("period") == ("2024-10",)


class TestStampsOfSQLite:
    """They are text there, of which Ibis reads the second for the microsecond, and nothing where the form is another."""

    @pytest.fixture(autouse=True)
    def sqlite(self):
        require("ibis-sqlite")

    def table(self, *rows):
        name = f"s{len(ibis_sqlite().list_tables())}"
        ibis_sqlite().con.execute(f"CREATE TABLE {name} (a TIMESTAMP, b TIMESTAMP)")
        ibis_sqlite().con.executemany(f"INSERT INTO {name} VALUES (?, ?)", rows)  # noqa: S608  # our own
        return ibis_sqlite().table(name)

    def test_the_trap(self):
        frame = lazily(self.table(("2024-05-01 10:00:59.25", None)))
        assert frame.select(nw.col("a").dt.microsecond()).collect()["a"].to_list() == [59]

    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("2024-05-01 10:00:59.25", 59.25), ("2024-05-01T10:00:59.000001", 59.000001), ("2024-05-01 10:00:59.1234567", 59.123456),
         ("2024-05-01 10:01:00", 60.0), ("2024-05-01 10:01", 60.0), ("2024-05-02", 50_400.0)],
    )  # fmt: skip
    def test_read(self, text, seconds):
        found = timed(self.table(("2024-05-01 10:00:00", text)), timezone="UTC")
        assert cells(found) == {(seconds,): 1}

    @pytest.mark.parametrize(
        "text", ["01/05/2024 10:00", "2024-05-01 10:00:00+01:00", "2024-05-01 10:00:00Z", "2460431.9", 2460431.9, 1714557600, "", "NULL"]
    )  # fmt: skip
    @pytest.mark.parametrize("argument", ["start", "end", "date"])
    def test_refused(self, text, argument):
        good = "2024-05-01 10:00:00"
        frame = self.table((good, good), (text, good) if argument != "end" else (good, text), (None, None))
        call = (
            (lambda: pm.tally(frame, date="a"))
            if argument == "date"
            else (lambda: timed(frame, timezone="UTC"))
        )
        with pytest.raises(
            InvalidInputError,
            match=rf"{argument}: column '[ab]' must hold stamps as SQLite writes them.* got 1 in",
        ):
            call()


class TestWithoutTheEngine:
    """What engines are asked, and given, that not everyone has who runs the tests."""

    class Session:
        def __init__(self, zone):
            self.zone = zone

        def get(self, name):
            assert name == "spark.sql.session.timeZone"
            return self.zone

        def raw_sql(self, query):
            assert query == "SELECT current_setting('TimeZone')"
            return self

        def fetchall(self):
            return [(self.zone,)]

    def frame(self, implementation, native):
        return SimpleNamespace(implementation=implementation, to_native=lambda: native)

    def native(self, zone, name="duckdb"):
        session = self.Session(zone)
        session.name = name
        return SimpleNamespace(sparkSession=SimpleNamespace(conf=session), get_backend=lambda: session)

    def test_asked(self):
        for implementation in (nw.Implementation.PYSPARK, nw.Implementation.SQLFRAME, nw.Implementation.IBIS):
            for zone in ("UTC", "Asia/Tokyo"):
                assert session_zone(self.frame(implementation, self.native(zone))) == zone

    def test_not_to_be_asked(self):
        assert session_zone(self.frame(nw.Implementation.IBIS, self.native("UTC", "oracle"))) == ANY
        assert "turn it into stamps without one first" in str(wrong_clocks("start", "a", ANY, "UTC"))

    def test_names_of_utc(self):
        """A server has it as Etc/UTC, Spark also writes +00:00, which is no name of a zone."""
        assert same_clocks("Etc/UTC", "UTC")
        assert same_clocks("Asia/Tokyo", "Asia/Tokyo")
        assert not same_clocks("Europe/London", "UTC")
        assert not same_clocks("+00:00", "UTC")

    def test_asked_at_each_call(self, monkeypatch):
        """What narwhals remembers of the zone is put right."""
        monkeypatch.setattr(reading, "session_zone", lambda _: "Asia/Tokyo")
        frame = pl.DataFrame({"a": stamps("2024-05-01", zone=UTC), "b": stamps("2024-05-01"), "c": [1]})
        _, schema = reading.opened(frame)
        assert schema == {"a": nw.Datetime("us", "Asia/Tokyo"), "b": nw.Datetime("us"), "c": nw.Int64()}

    def test_halves_of_spark_and_seconds_of_dask(self):
        """Spark divides floats, so that the remainder goes first; Dask has no groups of missing beside not a number."""
        lazy = SimpleNamespace(implementation=nw.Implementation.PYSPARK)
        numbers, seconds = [2**63 - 1, -(2**63), -1, 0, 2**32], [NAN, None, 1.5, 0.0, -1.0]
        frame = nw.from_native(pl.DataFrame({"n": numbers, "s": seconds}))
        found = frame.select(**halves(lazy, {"n": nw.col("n")}))
        assert [
            h * 2**32 + v for h, v in zip(found["n_high"].to_list(), found["n_low"].to_list(), strict=True)
        ] == numbers
        lazy = SimpleNamespace(implementation=nw.Implementation.DASK)
        label = reading.label(lazy, nw.col("s"), "seconds", "s", nw.Float64())
        assert frame.select(label)["s"].to_list() == [None, None, 1.5, 0.0, -1.0]

    @pytest.mark.skipif(
        not since(duckdb, 2), reason="a column without a type is one of whole numbers in DuckDB 1"
    )
    def test_what_has_no_type(self):
        with pytest.raises(
            InvalidTypeError,
            match=r"got Unknown: its type says nothing; turn it into numbers of seconds first",
        ):
            pm.tally(duck().sql("SELECT NULL AS s"), by={"seconds": "s"})

    def test_with_the_column(self):
        assert session_zone(nw.from_native(pl.DataFrame({"a": [1]}))) is None


# ---- failures ---------------------------------------------------------------------------


def _closed_duckdb():
    connection = duckdb.connect()
    frame = connection.sql("SELECT 'Kent' AS force, 1 AS n, 1.5 AS mean")
    connection.close()
    return frame


def _failing_polars():
    return pl.LazyFrame({"force": ["Kent"], "n": [1], "mean": ["x"]}).with_columns(pl.col("mean", "force").cast(pl.Float64).cast(pl.String))  # fmt: skip


def _failing_dask():
    def fail(_):
        raise RuntimeError("the worker died")

    frame = made("dask", force=["Kent"], n=[1], mean=[1.5])
    return frame.map_partitions(fail, meta=frame)


def _failing_spark():
    from pyspark.sql import functions as f

    return made("spark", force=["Kent"], n=[1], mean=[1.5]).withColumn("n", f.col("force").cast("int"))


def _dropped(engine):
    frame = made(engine, force=["Kent"], n=[1], mean=[1.5])
    ibis_duckdb().drop_table(frame.op().name)
    return frame


FAILING = {
    "duckdb": (
        _closed_duckdb,
        "could not be (read|grouped and counted) by its engine, which says: .*already been closed",
    ),
    "polars-lazy": (_failing_polars, "which says: conversion from `str` to `f64` failed"),
    "dask": (_failing_dask, "which says: the worker died"),
    "spark": (_failing_spark, r"which says: \[CAST_INVALID_INPUT\]"),
    "ibis": (lambda: _dropped("ibis"), "which says: .*does not exist"),
}


@pytest.mark.parametrize("engine", FAILING)
def test_failures(engine):
    """An engine's own words, in an error of ours, whichever way the frame is read."""
    require(engine)
    make, says = FAILING[engine]
    frame = make()
    for read in (
        lambda: pm.tally(frame, by="force", count="n"),
        lambda: pm.published.pool_means(frame, mean="n", count="n", by="force"),
    ):
        with pytest.raises(InvalidInputError, match=says):
            read()


def test_an_error_without_words():
    """A session of Spark that has ended says nothing."""

    class Ended:
        def __init__(self):
            self._frame = pl.LazyFrame({"a": [1]})

        def __narwhals_lazyframe__(self):
            raise AssertionError

    with pytest.raises(InvalidInputError, match="AssertionError; has its session ended"):
        pm.tally(Ended(), by="a")


def test_a_parser_that_gives_up():
    """Older SQLites take few things in one another; the error says how to go on."""

    class Deep:
        def __narwhals_lazyframe__(self):
            raise RuntimeError("parser stack overflow")

    with pytest.raises(
        InvalidInputError,
        match=r"a query that deep from 3\.46 on.*hand the rows over, as in table\.to_pyarrow\(\)",
    ):
        pm.tally(Deep(), by="a")


@pytest.mark.parametrize("engine", ["ibis-sqlite", "ibis-postgres"])
def test_incidents_with_all_that_is_asked_of_them(engine):
    """Deep queries: of several rows an incident, a clock that was changed, placeholders, and whole seconds."""
    table = pa.table(
        {
            "no": ["1", "1", "2", "3", None],
            "k": ["a", "a", "b", "b", "a"],
            "a": stamps(
                "2023-05-01 10:00",
                "2023-05-01 10:01",
                "2024-03-31 00:50:00.9996",
                "2024-05-01 10:00",
                "2024-05-01 10:00",
            ),
            "b": stamps("2023-05-01 10:08", None, "2024-03-31 02:05", "2079-06-06 00:00", "2024-05-01 10:09"),
            "c": stamps(*["2024-05-01 12:00"] * 5),
            "first": ["2", "2", "2", "1", "1"],
            "last": ["1", "1", "1", "1", "1"],
            "up": stamps("2023-05-01 10:02", "2023-05-01 10:02", "2024-03-31 00:59", None, None),
        }
    )
    frame = frame_of(engine, table)
    upgraded = {"grades": ("first", "last"), "regraded": "from_upgrade", "upgraded": "up"}
    clock = {"start": "a", "end": "b", "timezone": "Europe/London", "target": 900}
    asked = [
        {"incident": "no", "by": "k"},
        {"incident": "no", "by": "k", "resolution": "second", "zero": "exclude"},
        {"by": "k", "no_arrival": "censored", "as_at": at("2024-06-01"), "closed": "c"},
        {"incident": ["no", "k"], "by": "k", "no_arrival": "censored", "as_at": at("2024-06-01")},
        {"incident": "no", "by": "k", "no_arrival": "missed", **upgraded},
        {
            "incident": ["no", "k"],
            "by": "k",
            "date": "a",
            "self_initiated": {"k": "b"},
            "no_arrival": "censored",
            "as_at": at("2024-06-01"),
            "closed": "c",
            "resolution": "second",
            "zero": "exclude",
            **upgraded,
        },
    ]
    for options in asked:
        found, wanted = (pm.response_times(f, **clock, **options) for f in (frame, table))
        assert found.to_dict(audit=True) == wanted.to_dict(audit=True)
