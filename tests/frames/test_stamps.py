"""Times from stamps: exact on every engine, the clocks of a zone, and a reason for what cannot be timed."""

import datetime as dt
import re
from collections import Counter
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import ENGINES, cells, every_engine, one_duckdb, reasons, since, sql
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policemetrics import response_times, summarise_times, tally
from policemetrics.definitions import placeholder_stamps
from policemetrics.errors import (
    DateNotAdvancedWarning,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    PoliceMetricsWarning,
    UnknownNameError,
)
from policemetrics.frames import counting
from policemetrics.frames.clock import _microsecond, _microseconds, from_parts
from policemetrics.frames.stamps import _PLAIN, _midnight, durations
from policemetrics.tallies import Tally

UTC, LONDON, NEW_YORK = dt.UTC, ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
MISSING = "(missing)"
MICROSECOND = dt.timedelta(microseconds=1)

_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    """From an Arrow table to a frame of each engine."""
    return request.param


def at(text):
    return None if text is None else dt.datetime.fromisoformat(text)


def log(*rows, zone=None, unit="us", **more):
    """A table of stamps, given as text, with or without a zone."""
    columns = {
        name: pa.array([at(row[i]) for row in rows], pa.timestamp("us", zone)).cast(
            pa.timestamp(unit, zone), safe=False
        )
        for i, name in enumerate(("a", "b"))
    }
    return pa.table(columns | more)


def timed(frame, **options):
    return durations(frame, start="a", end="b", **options)


class TestByHand:
    ROWS = (
        ("2024-05-01 10:00:00", "2024-05-01 10:08:00.5"),
        ("2024-05-01 10:00:00", None),
        (None, "2024-05-01 10:00:00"),
        (None, None),
        ("2024-05-01 10:00:00", "2024-05-01 09:59:59.75"),
        ("2024-05-01 10:00:00", "2024-05-01 10:00:00"),
        ("2024-10-27 01:30:00", "2024-10-27 03:00:00"),
        ("2024-05-01 10:00:00.25", "2024-05-01 10:08:00.75"),
    )  # fmt: skip

    def test_each_row_once(self, engine):
        """Eight rows: three counted, and one reason for each of the others, the first that holds."""
        found = timed(engine(log(*self.ROWS)), timezone="Europe/London")
        assert found.to_dict() == {"seconds": [0.0, 480.5], "count": [1, 2]}
        assert reasons(found) == {"missing start": 2, "missing end": 1, "clock change": 1, "negative": 1}
        assert found.unit == "rows"
        assert cells(found.excluded)[-0.25, "negative"] == 1

    def test_by_group(self, engine):
        grades = ["1", "1", "2", "2", "1", "2", "1", "2"]
        found = timed(engine(log(*self.ROWS, grade=grades)), timezone="Europe/London", by="grade")
        assert cells(found) == {("1", 480.5): 1, ("2", 0.0): 1, ("2", 480.5): 1}
        assert cells(found.excluded.sum_to("grade", "reason")) == {
            ("1", "missing end"): 1, ("1", "negative"): 1, ("1", "clock change"): 1, ("2", "missing start"): 2,
        }  # fmt: skip

    def test_renamed_and_several(self, engine):
        table = log(*self.ROWS, g=["1"] * 8, n=[7] * 8)
        found = timed(engine(table), timezone="UTC", by={"grade": "g", "area": "n"})
        assert found.dims == ("grade", "area", "seconds")
        assert found.labels("area") == (7,)

    def test_missing_labels(self, engine):
        """A row that has a time lacks its label alone, which a total does not need; whatever has none says why."""
        grades = ["1", "1", None, "2", None, None, "2", "2"]
        found = timed(engine(log(*self.ROWS, grade=grades)), timezone="Europe/London", by="grade")
        whole = timed(engine(log(*self.ROWS)), timezone="Europe/London")
        assert reasons(found) == reasons(whole) | {"missing grade": 1}
        assert found.total + found.excluded.total == 8
        assert {k[0] for k in cells(found.excluded) if k[2] == "missing grade"} == {MISSING}
        assert found.sum_to("seconds") == whole

    def test_zeros(self, engine):
        """Kept, unless they are to be left out, and then counted."""
        kept = timed(engine(log(*self.ROWS)), timezone="UTC")
        left = timed(engine(log(*self.ROWS)), timezone="UTC", zero="exclude")
        assert summarise_times(kept).zeros == 1
        assert reasons(left) == reasons(kept) | {"zero": 1}
        assert cells(left) == {(480.5,): 2, (5400.0,): 1}
        assert cells(left.excluded)[0.0, "zero"] == 1

    def test_whole_seconds(self, engine):
        """Cut down, not rounded; what is below zero stays so, and what is cut to 0 is one."""
        rows = (*self.ROWS, ("2024-05-01 10:00:00.9", "2024-05-01 10:00:01.8"))
        found = timed(engine(log(*rows)), timezone="UTC", resolution="second")
        assert cells(found) == {(0.0,): 2, (480.0,): 2, (5400.0,): 1}
        assert reasons(found)["negative"] == 1
        left = timed(engine(log(*rows)), timezone="UTC", resolution="second", zero="exclude")
        assert reasons(left)["zero"] == 2

    def test_no_rows(self, engine):
        for zone in (None, "UTC"):
            found = timed(
                engine(log(zone=zone, grade=pa.array([], pa.string()))), timezone="Europe/London", by="grade"
            )
            assert (len(found), found.total, found.excluded, found.dims) == (0, 0, None, ("grade", "seconds"))

    def test_nothing_to_time(self, engine):
        found = timed(engine(log((None, None), (None, None))), timezone="Europe/London")
        assert (found.total, reasons(found)) == (0, {"missing start": 2})
        assert summarise_times(found).reason == "not available: all rows were excluded (missing start 2)"


class TestClocks:
    # Europe/London 2024: forward on 31 March at 01:00, back on 27 October at 02:00.
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ("2024-03-31 00:59:59", "2024-03-31 02:00:01", 2.0),
            ("2024-03-30 12:00:00", "2024-04-01 12:00:00", 47 * 3600.0),
            ("2024-10-27 00:59:59", "2024-10-27 02:00:00", 2 * 3600 + 1.0),
            ("2024-10-26 12:00:00", "2024-10-28 12:00:00", 49 * 3600.0),
            ("2024-03-30 12:00:00", "2024-10-28 12:00:00", 212 * 86400.0),
            ("2024-07-01 12:00:00", "2024-07-01 12:00:01", 1.0),
            ("2024-03-31 01:00:00", "2024-03-31 03:00:00", None),
            ("2024-03-31 00:59:59", "2024-03-31 01:59:59.999999", None),
            ("2024-10-27 01:00:00", "2024-10-27 03:00:00", None),
            ("2024-10-27 00:30:00", "2024-10-27 01:59:59.999999", None),
            ("2024-10-27 01:38:20", "2024-10-27 01:06:14", None),
        ],
    )
    def test_both_sides_of_a_change(self, engine, start, end, expected):
        found = timed(engine(log((start, end))), timezone="Europe/London")
        if expected is None:
            assert reasons(found) == {"clock change": 1}
        else:
            assert cells(found) == {(expected,): 1}

    @given(
        st.lists(
            st.tuples(*[st.none() | st.datetimes(at("2020-01-01"), at("2030-01-01"))] * 2), max_size=6
        ),
        st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC", "Etc/GMT+5"]),
    )  # fmt: skip
    @settings(max_examples=12)
    @example([(at("2024-10-27 00:59:59.999999"), at("2024-10-27 02:00"))], "Europe/London")
    @example([(at("2024-03-31 01:00"), at("2024-03-31 02:00"))], "Europe/London")
    @pytest.mark.filterwarnings("ignore:end must come after start")
    def test_any_stamps_on_any_clock(self, rows, zone):
        """The oracle is Python's own clock: a stamp that its two readings of a fold tell apart is unclear."""
        clock, expected = ZoneInfo(zone), Counter()
        for start, end in rows:
            ends = [
                None if v is None else [v.replace(tzinfo=clock, fold=f) for f in (0, 1)] for v in (start, end)
            ]
            if start is None or end is None:
                expected["missing start" if start is None else "missing end"] += 1
            elif any(one.utcoffset() != other.utcoffset() for one, other in ends):
                expected["clock change"] += 1
            else:
                took = (ends[1][0].astimezone(UTC) - ends[0][0].astimezone(UTC)) / MICROSECOND / 1e6
                expected["negative" if took < 0 else took] += 1
        table = pa.table({n: pa.array([r[i] for r in rows], pa.timestamp("us")) for i, n in enumerate("ab")})
        for name, frame in every_engine(table).items():
            found = timed(frame, timezone=zone)
            assert {k: n for (k,), n in cells(found).items()} | reasons(found) == expected, name

    def test_naive_stamps_are_those_of_their_clock(self, engine):
        """Local stamps outside the hours of a change say what the same instants say with a zone."""
        hours = [dt.datetime(2024, 10, 20, tzinfo=UTC) + dt.timedelta(hours=i) for i in range(900)]
        starts, ends = hours[:-1], [h + dt.timedelta(minutes=i % 90) for i, h in enumerate(hours[1:])]
        wall = [[v.astimezone(NEW_YORK).replace(tzinfo=None) for v in column] for column in (starts, ends)]
        naive = timed(engine(pa.table(dict(zip("ab", wall, strict=True)))), timezone="America/New_York")
        aware = timed(engine(pa.table({"a": starts, "b": ends})))
        assert aware.total == len(starts)
        lost = naive.excluded.total
        assert 0 < lost < 6
        assert naive.total == aware.total - lost
        assert all(n <= cells(aware)[key] for key, n in cells(naive).items())

    def test_a_century_of_changes(self, engine):
        """As many changes as an expression must bear."""
        rows = [
            ("1920-01-01 00:00:00", "1920-01-01 00:00:01"),
            ("2019-07-01 00:00:00", "2019-07-01 00:00:01"),
        ]
        assert cells(timed(engine(log(*rows)), timezone="Europe/London")) == {(1.0,): 2}

    def test_before_there_were_zones(self, engine):
        """Local mean time: London was 75 s behind until 1847, and never so again."""
        rows = [("1847-11-30 12:00:00", "1847-12-02 12:00:00")]
        expected = 2 * 86400.0 - 75
        assert cells(timed(engine(log(*rows)), timezone="Europe/London")) == {(expected,): 1}


class TestZones:
    ROWS = (
        ("2025-11-02 05:30:00", "2025-11-03 05:30:00.000123"),
        ("2025-11-02 05:30:00", "2025-11-02 06:30:00"),
        ("2024-10-27 00:15:00", "2024-10-27 01:45:00"),
        (None, "2025-11-03 05:30:00"),
    )
    TOOK = {(86400.000123,): 1, (3600.0,): 1, (5400.0,): 1}  # noqa: RUF012

    @pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/New_York", "Etc/GMT+5"])
    def test_stamps_with_a_zone_are_instants(self, engine, zone):
        """In the repeated hour too, in whichever zone they are shown; the zone need not be named."""
        table = pa.table(
            {
                n: c.cast(pa.timestamp("us", zone))
                for n, c in zip("ab", log(*self.ROWS, zone="UTC").columns, strict=True)
            }
        )
        assert cells(timed(engine(table))) == self.TOOK
        assert cells(timed(engine(table), timezone="Asia/Tokyo")) == self.TOOK

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Europe/London", "Asia/Tokyo"])
    def test_the_session_of_duckdb_does_not_matter(self, zone):
        """A difference of two of its stamps is in days of the session: 24 hours where 25 have passed."""
        with duckdb.connect() as connection:
            connection.execute(f"SET TimeZone = '{zone}'")
            table = log(*self.ROWS, zone="UTC")
            assert cells(timed(connection.from_arrow(table))) == self.TOOK

    @pytest.mark.parametrize("name", [n for n in ENGINES if n != "duckdb"])
    def test_two_zones(self, name):
        table = log(*self.ROWS, zone="UTC")
        table = table.set_column(1, "b", table["b"].cast(pa.timestamp("us", "America/New_York")))
        assert cells(timed(ENGINES[name](table))) == self.TOOK

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize("zone", [None, "UTC"])
    def test_every_unit(self, engine, unit, zone):
        data = engine(log(("2024-05-01 10:00:00", "2024-05-01 10:00:01"), zone=zone, unit=unit))
        assert cells(timed(data, timezone="Europe/London")) == {(1.0,): 1}

    def test_engines_to_the_microsecond(self):
        """16.213703 s is what narwhals makes 16,213,702 microseconds of in pandas, if asked for a difference."""
        instants = [dt.datetime(2024, 5, 1, tzinfo=UTC) + k * 16_213_703 * MICROSECOND for k in range(2000)]
        for zone in (None, "UTC"):
            columns = [pa.array([v.replace(tzinfo=None) for v in c], pa.timestamp("us")).cast(pa.timestamp("us", zone))
                       for c in (instants[:-1], instants[1:])]  # fmt: skip
            table = pa.table(dict(zip("ab", columns, strict=True)))
            for name, frame in every_engine(table).items():
                assert cells(timed(frame, timezone="UTC")) == {(16.213703,): 1999}, name

    def test_parts_of_a_stamp(self, engine):
        """Where an engine has nothing shorter, year, day and time of day make the same microseconds."""
        stamps = [at("1969-12-31 23:59:59.999999"), at("1970-01-01"), at("2000-02-29 12:34:56.789012"),
                  at("2023-12-31 23:59:59.999999"), at("2024-12-31 23:59:59"), at("2100-03-01 00:00:00.000001")]  # fmt: skip
        frame = nw.from_native(engine(pa.table({"a": pa.array(stamps, pa.timestamp("us"))}))).lazy()
        found = (
            frame.select(from_parts(nw.col("a"), _microsecond(nw.col("a"))).alias("us"))
            .collect()["us"]
            .to_list()
        )
        assert found == [
            (v.replace(tzinfo=UTC) - dt.datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND for v in stamps
        ]

    def test_an_engine_with_nothing_shorter(self):
        """It is asked for the parts, which are those of its session's clocks where stamps have a zone."""
        lazy = SimpleNamespace(implementation=nw.Implementation.SQLFRAME)
        frame = nw.from_native(pl.DataFrame({"a": [at("2024-05-01 10:00:00.25")]})).lazy()
        for zone in (None, "UTC"):
            parts = _microseconds(lazy, "a", nw.Datetime("us", zone), "start")
            assert frame.select(parts).collect()["a"].to_list() == [1_714_557_600_250_000]
        with pytest.raises(
            InvalidInputError,
            match=r"start: .* only on the clocks of its session, Asia/Tokyo; .* to UTC first",
        ):
            _microseconds(lazy, "a", nw.Datetime("us", "Asia/Tokyo"), "start")


class TestLaws:
    micros = st.integers(-(10**9), 10**11)
    rows = st.lists(
        st.tuples(
            st.sampled_from(["1", "2", None]), st.none() | st.integers(0, 6 * 10**13), st.none() | micros
        ), max_size=12,
    )  # fmt: skip

    @staticmethod
    def table(rows):
        epoch = at("2023-01-01 03:00:01")
        starts = [None if s is None else epoch + s * MICROSECOND for _, s, _ in rows]
        ends = [
            None if m is None else (s or epoch) + m * MICROSECOND
            for s, (_, _, m) in zip(starts, rows, strict=True)
        ]
        return pa.table(
            {"grade": pa.array([g for g, _, _ in rows], pa.string())}
            | {n: pa.array(c, pa.timestamp("us")) for n, c in (("a", starts), ("b", ends))}
        )

    @given(rows, st.integers(0, 12), st.randoms(use_true_random=False))
    @settings(max_examples=15)
    @pytest.mark.filterwarnings("ignore:end must come after start")
    def test_engines_parts_and_order(self, rows, cut, random):
        """Every engine counts alike; two halves add up to the whole; the order of the rows is of no account."""
        whole = timed(self.table(rows).to_pandas(), timezone="Europe/London", by="grade")
        assert whole.total + (whole.excluded.total if whole.excluded else 0) == len(rows)
        for name, make in ENGINES.items():
            assert timed(make(self.table(rows)), timezone="Europe/London", by="grade") == whole, name
        halves = [
            timed(pl.from_arrow(self.table(p)), timezone="Europe/London", by="grade")
            for p in (rows[:cut], rows[cut:])
        ]
        assert halves[0] + halves[1] == whole
        shuffled = list(rows)
        random.shuffle(shuffled)
        assert timed(self.table(shuffled), timezone="Europe/London", by="grade") == whole
        assert whole.sum_to("seconds") == timed(self.table(rows), timezone="Europe/London")

    @given(
        st.lists(st.tuples(st.integers(10**14, 10**15), st.integers(0, 10**9)), min_size=1, max_size=8),
        st.integers(0, 10**14),
        st.integers(1, 5),
    )
    @settings(max_examples=20)
    def test_shift_and_scale(self, rows, shift, scale):
        """All stamps a while later: the same times. Ends twice as far away: twice the times."""

        def counted(rows, shift, scale):
            stamps = [(s + shift, s + shift + scale * m) for s, m in rows]
            table = pa.table(
                {n: pa.array([r[i] for r in stamps], pa.timestamp("us", "UTC")) for i, n in enumerate("ab")}
            )
            return cells(timed(table))

        once = counted(rows, 0, 1)
        assert counted(rows, shift, 1) == once
        assert counted(rows, shift, scale) == {(round(s * 1e6) * scale / 1e6,): n for (s,), n in once.items()}

    def test_seconds_are_floored_times(self):
        """Whole seconds are the exact times cut down."""
        rng = np.random.default_rng(3)
        start = rng.integers(10**14, 10**15, 500)
        table = pa.table(
            {
                "a": pa.array(start, pa.timestamp("us", "UTC")),
                "b": pa.array(start + rng.integers(0, 10**8, 500), pa.timestamp("us", "UTC")),
            }
        )
        exact, floored = timed(table), timed(table, resolution="second")
        expected = Counter()
        for (seconds,), n in cells(exact).items():
            expected[float(int(seconds)),] += n
        assert cells(floored) == expected


class TestQueries:
    @pytest.fixture
    def collected(self, monkeypatch):
        """The results of the queries that were run."""
        found = []
        collect = nw.LazyFrame.collect
        monkeypatch.setattr(
            nw.LazyFrame, "collect", lambda self, *a, **k: found.append(collect(self, *a, **k)) or found[-1]
        )
        return found

    def test_one_with_a_zone(self, collected):
        data = sql(
            "select i % 3 as grade, timestamptz '2024-05-01' as a, timestamptz '2024-05-01' + to_seconds(i % 20) as b from range(10000) t(i)"
        )
        assert timed(data, by="grade").total == 10_000
        assert [len(table) for table in collected] == [10_000]

    @pytest.mark.parametrize(("zone", "queries"), [("Europe/London", 2), ("UTC", 1)])
    def test_two_without(self, collected, zone, queries):
        """The first and last stamp are looked up before, unless the clock is never changed."""
        data = sql(
            "select i % 3 as grade, timestamp '2024-05-01' as a, timestamp '2024-05-01' + to_seconds(i % 20) as b from range(10000) t(i)"
        )
        assert timed(data, by="grade", timezone=zone).total == 10_000
        assert [len(table) for table in collected] == [1, 10_000][-queries:]

    @pytest.mark.parametrize("label", ["i % 3", "'grade ' || (i % 3)"])
    def test_many_rows_and_text_are_grouped_there(self, collected, monkeypatch, label):
        """Rows come home in whole numbers alone, and not more than a quarter of the cells that may."""
        data = sql(
            "select timestamptz '2024-05-01' as a, timestamptz '2024-05-01' + to_seconds(i % 20) as b, i from range(10000) t(i)"
        ).project(f"a, b, {label} as grade")
        home = timed(data, by="grade")
        rows = [10_000] if label == "i % 3" else [60]
        assert [len(table) for table in collected] == rows
        monkeypatch.setattr(counting, "MOST_CELLS", 4 * 9_999)
        assert timed(data, by="grade") == home
        assert [len(table) for table in collected] == [*rows, *([10_000] if label == "i % 3" else []), 60]


class TestBadInput:
    GOOD = log(("2024-05-01 10:00:00", "2024-05-01 10:08:00"), grade=["1"])

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({}, InvalidInputError, r"timezone must be given, because the stamps of start \('a'\), end \('b'\) have no time zone.*timezone='Europe/London'"),
            ({"timezone": "GMT/London"}, InvalidInputError, "timezone must be a name of the zone database.*got 'GMT/London'"),
            ({"timezone": 0}, InvalidTypeError, "timezone must be text"),
            ({"timezone": "UTC", "start": "c"}, UnknownNameError, "start: column must be one of 'a', 'b', 'grade'; got 'c'"),
            ({"timezone": "UTC", "end": None}, InvalidTypeError, "end must be text; got None"),
            ({"timezone": "UTC", "start": "grade"}, InvalidTypeError, "start: column 'grade' must hold datetimes; got String"),
            ({"timezone": "UTC", "end": "a"}, InvalidInputError, "start and end must be two columns; got 'a' for both"),
            ({"timezone": "UTC", "by": "c"}, UnknownNameError, r"by\['c'\]: column must be one of"),
            ({"timezone": "UTC", "by": {"seconds": "grade"}}, InvalidInputError, r"by must not name 'seconds'.*by=\{'part': 'grade'\}"),
            ({"timezone": "UTC", "by": "a"}, InvalidTypeError, "must hold labels"),
            ({"timezone": "UTC", "resolution": "minute"}, UnknownNameError, "resolution must be one of 'exact', 'second'"),
            ({"timezone": "UTC", "zero": True}, InvalidTypeError, "zero must be one of 'keep', 'exclude'"),
        ],
    )  # fmt: skip
    def test_options(self, engine, options, error, message):
        with pytest.raises(error, match=message):
            durations(engine(self.GOOD), **({"start": "a", "end": "b"} | options))

    @pytest.mark.parametrize(
        ("kind", "call"),
        [
            ("pandas", r"pd\.to_datetime\(frame\['a'\], format='ISO8601'\), or format='%d"),
            ("pandas-arrow", r"pd\.to_datetime\(frame\['a'\], format='ISO8601'\)"),
            ("polars", r"pl\.col\('a'\)\.str\.to_datetime\("),
            ("polars-lazy", r"pl\.col\('a'\)\.str\.to_datetime\("),
            ("pyarrow", r"table\['a'\]\.cast\(pa\.timestamp\('us'\)\)"),
            ("duckdb", r'CAST\("a" AS TIMESTAMP\)'),
        ],
    )
    def test_text(self, kind, call):
        """Text is refused with the call that parses it, in the words of the engine."""
        table = pa.table({"a": ["2024-05-01 10:00", "NULL"], "b": ["2024-05-01 10:08", "."]})
        with pytest.raises(
            InvalidTypeError,
            match=f"start: column 'a' must hold datetimes; got String: parse it first, as in {call}.*'NULL' as missing",
        ):
            timed(ENGINES[kind](table), timezone="UTC")

    def test_the_calls_that_parse(self):
        """What the message says works."""
        text = {"a": ["2024-05-01 10:00:00.25"], "b": ["2024-05-01 10:08:00.5"]}
        frame = pl.DataFrame(text).with_columns(pl.col("a", "b").str.to_datetime("%Y-%m-%d %H:%M:%S%.f"))
        assert timed(frame, timezone="UTC").labels("seconds") == (480.25,)
        table = sql(
            "select CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b from (select '2024-05-01 10:00:00.25' as a, '2024-05-01 10:08:00.5' as b)"
        )
        assert timed(table, timezone="UTC").labels("seconds") == (480.25,)
        assert timed(pd.DataFrame(text).apply(pd.to_datetime), timezone="UTC").labels("seconds") == (480.25,)

    @pytest.mark.parametrize("kind", ["pandas", "pandas-arrow", "polars", "polars-lazy", "pyarrow", "duckdb"])
    @pytest.mark.parametrize("text", [["2024-05-01 10:00:00.25"], None], ids=["text", "missing"])
    def test_the_call_named(self, kind, text):
        """The call is taken from the message as it stands, for a name with a space and a quotation mark in it."""
        if kind == "duckdb" and not since(duckdb, 2):
            pytest.skip("DuckDB 1 is not asked for names with a quote")
        name, b = (
            'my "start',
            pa.array([dt.datetime.fromisoformat("2024-05-01 10:08:00.5")], pa.timestamp("us")),
        )
        frame = ENGINES[kind](pa.table({name: pa.nulls(1) if text is None else text, "b": b}))
        if kind == "duckdb" and text is None:
            frame = frame.project('NULL AS "my ""start", b')
        with pytest.raises(InvalidTypeError) as caught:
            durations(frame, start=name, end="b", timezone="UTC")
        call = re.search(
            r"(?:as in|its type by) (CAST\(.* TIMESTAMP\)|p[dl]\..*?\)(?=[,.]? |\.$|, or)|table.*?'\)\))",
            str(caught.value),
        ).group(1)
        if kind == "duckdb":
            frame = frame.project(f'{call} AS "my ""start", b')
        else:
            column = eval(call, {"pl": pl, "pa": pa, "pd": pd, "frame": frame, "table": frame})  # noqa: S307  # our own
            if kind.startswith("polars"):
                frame = frame.with_columns(column)
            elif kind == "pyarrow":
                frame = frame.set_column(0, name, column)
            else:
                frame = frame.assign(**{name: column})
        found = durations(frame, start=name, end="b", timezone="UTC")
        assert found.to_dict() == {
            "seconds": [] if text is None else [480.25],
            "count": [] if text is None else [1],
        }
        assert text is not None or found.excluded.to_dict()["reason"] == ["missing start"]

    def test_objects_of_several_zones(self):
        """Ten in London is nine in UTC."""
        zones = [pd.Timestamp("2024-05-01 10:00", tz=z) for z in ("Europe/London", "UTC")]
        frame = pd.DataFrame({"a": zones, "b": zones}, dtype=object)
        with pytest.raises(
            InvalidTypeError,
            match=r"as in pd\.to_datetime\(frame\['a'\]\) if none has a zone; with utc=True if all have one",
        ):
            timed(frame)
        frame = frame.assign(
            a=pd.to_datetime(frame["a"], utc=True), b=pd.Timestamp("2024-05-01 10:10", tz="UTC")
        )
        assert timed(frame).labels("seconds") == (600, 4200)

    def test_parts_of_a_microsecond(self, engine):
        """They are cut off each stamp, towards the past: 0.6 to 1.5 us are 1, and −0.6 to 1.5 are 2."""
        start = 10**18
        stamps = {"a": [start + 600, start - 600], "b": [start + 1_500, start + 1_500]}
        table = pa.table({n: pa.array(v, pa.timestamp("ns")) for n, v in stamps.items()})
        assert timed(engine(table), timezone="UTC").labels("seconds") == (1e-6, 2e-6)

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ([dt.date(2024, 5, 1)], "dates have no time of day"),
            ([5.0], "times that were measured already go to tally"),
            ([dt.timedelta(1)], "times that were measured already go to tally"),
            ([dt.time(1)], "times of day have no date"),
            ([True], "must hold datetimes"),
        ],
        ids=str,
    )
    def test_what_is_no_stamp(self, engine, values, message):
        data = engine(pa.table({"a": values, "b": values}))
        with pytest.raises(InvalidTypeError, match=message):
            timed(data, timezone="UTC")

    def test_objects_of_pandas(self):
        """A column of stamps with and without a zone, or in two zones, is one of objects."""
        mixed = pd.DataFrame(
            {"a": pd.Series([at("2024-05-01"), at("2024-05-01").replace(tzinfo=UTC)], dtype=object)}
        )
        with pytest.raises(
            InvalidTypeError, match=r"start: column 'a' must hold datetimes; got Object: .*pd\.to_datetime"
        ):
            timed(mixed.assign(b=mixed["a"]), timezone="UTC")

    def test_mixed(self, engine):
        table = log(("2024-05-01 10:00:00", "2024-05-01 10:08:00"))
        table = table.set_column(1, "b", table["b"].cast(pa.timestamp("us", "UTC")))
        with pytest.raises(
            InvalidTypeError,
            match=r"start and end must all have a zone, or none; end \('b'\) has one, start \('a'\) has none",
        ):
            timed(engine(table), timezone="UTC")

    def test_swapped(self, engine):
        """Of ten times and more it is an error, of fewer a warning: a part of a frame may be as bad as that."""
        rows = [("2024-05-01 10:08:00", "2024-05-01 10:00:00")] * 9 + [
            ("2024-05-01 10:00:00", "2024-05-01 10:00:00")
        ] * 9
        with pytest.warns(
            PoliceMetricsWarning,
            match=r"end must come after start; got 'b' before 'a' in 9 of 9 times that are not 0: .*swapped\?",
        ):
            assert reasons(timed(engine(log(*rows)), timezone="UTC")) == {"negative": 9}
        rows += [*rows[:9], ("2024-05-01 10:00:00", "2024-05-01 10:08:00")]
        with pytest.raises(
            InvalidInputError, match=r"in 18 of 19 times that are not 0: are start= and end= swapped\?"
        ):
            timed(engine(log(*rows)), timezone="UTC")
        rows += [("2024-05-01 10:00:00", "2024-05-01 10:08:00")] * 2
        assert reasons(timed(engine(log(*rows)), timezone="UTC")) == {"negative": 18}

    @pytest.mark.parametrize("zone", [None, "UTC"])
    def test_a_century_apart(self, engine, zone):
        """What no table knows for a placeholder."""
        table = log(
            ("2024-05-01 10:00:00", "1888-08-08"), ("2024-05-01 10:00:00", "2024-05-01 10:08:00"), zone=zone
        )
        with pytest.raises(InvalidInputError, match=r"within a century.*as 1900 and 9999 often do"):
            timed(engine(table), timezone="Europe/London")

    def test_all_in_a_year_of_no_calendar(self):
        table = log(("2345-12-31 00:00:00", "2345-12-31 00:00:01"))
        with pytest.raises(InvalidInputError, match="of the years 1800 to 2199; got some of 2345"):
            timed(table, timezone="Europe/London")

    def test_a_query_that_fails(self):
        data = pl.LazyFrame({"a": ["x"], "b": ["x"]}).select(pl.col("a", "b").str.to_datetime("%Y"))
        with pytest.raises(PoliceMetricsError, match="could not be read by its engine"):
            timed(data, timezone="Europe/London")

    @pytest.mark.parametrize(
        "data",
        [None, "log.csv", [1], {"a": [1]}, pd.Series([1]), Tally.from_columns({"seconds": [1]}, [1])],
        ids=str,
    )
    def test_what_is_no_frame(self, data):
        with pytest.raises(InvalidTypeError, match=r"data must be a (Tally or a )?data frame"):
            timed(data)


class TestPlaceholders:
    """Known by their value; missing, under their own name."""

    GOOD = (("2024-05-01 10:00:00", "2024-05-01 10:10:00"), ("2024-05-01 11:00:00", "2024-05-01 11:12:00"))

    @pytest.mark.parametrize(
        ("mark", "name"),
        [
            ("2079-06-06 00:00:00", "2079-06-06"),
            ("2079-06-06 23:59:00", "2079-06-06"),
            ("2099-12-31 00:00:00", "2099"),
            ("2099-01-01 12:00:00", "2099"),
            ("9999-12-31 23:59:59", "9999"),
            ("1970-01-01 00:00:00", "1970-01-01"),
            ("1969-12-31 19:00:00", "1970-01-01"),  # 0 in New York
            ("1900-01-01 00:00:00", "1900-01-01"),
            ("1753-01-01 00:00:00", "1753-01-01"),
            ("0001-01-01 00:00:00", "0001-01-01"),
        ],
    )
    @pytest.mark.parametrize("zone", [None, "UTC"])
    def test_of_an_end_and_of_a_start(self, engine, mark, name, zone):
        table = log(*self.GOOD, ("2024-05-01 12:00:00", mark), zone=zone)
        found = timed(engine(table), timezone="Europe/London")
        assert found.labels("seconds") == (600, 720)
        assert reasons(found) == {f"placeholder {name}": 1}
        found = timed(
            engine(log(*self.GOOD, (mark, "2024-05-01 12:08:00"), zone=zone)), timezone="Europe/London"
        )
        assert reasons(found) == {f"start placeholder {name}": 1}

    @pytest.mark.parametrize(
        "stamp", ["1970-02-18 00:00:00", "2079-06-04 23:59:59", "2000-01-01 00:00:00", "2038-01-19 03:14:07"]
    )
    def test_others_are_stamps(self, engine, stamp):
        found = timed(engine(log((stamp, stamp), ("2024-05-01 12:00:00", None))), timezone="UTC")
        assert (found.labels("seconds"), reasons(found)) == ((0,), {"missing end": 1})

    def test_by_group_and_without_a_label(self, engine):
        table = log(
            *self.GOOD, *[("2024-05-01 12:00:00", "2079-06-06 00:00:00")] * 3, g=["a", "b", "b", None, "a"]
        )
        found = timed(engine(table), timezone="Europe/London", by="g")
        assert found.total + found.excluded.total == 5
        assert found.excluded.to_dict() == {
            "g": [MISSING, "a", "b"], "seconds": [MISSING] * 3,
            "reason": ["placeholder 2079-06-06"] * 3, "count": [1, 1, 1],
        }  # fmt: skip

    def test_the_table_lies_outside_what_is_not_looked_at(self):
        for stamp in placeholder_stamps().values():
            assert stamp.first <= stamp.last
            low, high = (_midnight(d) for d in (stamp.first, stamp.last))
            assert high < _PLAIN[0] or low >= _PLAIN[1], stamp

    def test_every_arrival(self):
        """A log of incidents that are all still open."""
        table = log(*[("2024-05-01 12:00:00", "2079-06-06 00:00:00")] * 3)
        assert reasons(timed(table, timezone="UTC")) == {"placeholder 2079-06-06": 3}


class TestDateNotAdvanced:
    @staticmethod
    def rows(hours, n, good=10):
        start = at("2024-05-01 10:00:00")
        early = [start + dt.timedelta(hours=hours, minutes=5 * (i + 1)) for i in range(n)]
        pairs = [
            *((start, e) for e in early),
            *((start, start + dt.timedelta(minutes=8)) for _ in range(good)),
        ]
        return log(*((a.isoformat(" "), b.isoformat(" ")) for a, b in pairs))

    @pytest.mark.parametrize(
        ("hours", "why"),
        [
            (-24, "the date was not advanced over midnight"),
            (-12, "a clock of twelve hours lost its am or pm"),
        ],
    )
    def test_one_fault(self, engine, hours, why):
        frame = engine(self.rows(hours, 4))
        with pytest.warns(DateNotAdvancedWarning) as caught:
            found = timed(frame, timezone="UTC")
        assert str(caught[0].message).startswith(
            f"4 of 4 times below zero lie within 6 hours of −{-hours} h (4 within an hour): {why}; those become times by "
        )
        assert reasons(found) == {"negative": 4}
        call = str(caught[0].message).partition("become times by ")[2]
        if isinstance(frame, pd.DataFrame):
            frame = frame.assign(b=eval(call, {"pd": pd, "frame": frame}))  # noqa: S307  # our own
        elif isinstance(frame, pl.DataFrame | pl.LazyFrame):
            frame = frame.with_columns(eval(call, {"pl": pl}))  # noqa: S307
        elif isinstance(frame, pa.Table):
            frame = frame.set_column(1, "b", eval(call, {"pa": pa, "pc": pa.compute, "table": frame}))  # noqa: S307
        else:
            frame = frame.project(f"* REPLACE ({call} AS b)")
        assert cells(timed(frame, timezone="UTC")) == {
            (300.0,): 1,
            (480.0,): 10,
            (600.0,): 1,
            (900.0,): 1,
            (1200.0,): 1,
        }

    def test_nearly_all(self, engine):
        """Where the rest is too little to go by it is an error, and names the fault, not swapped columns."""
        with pytest.raises(
            InvalidInputError,
            match=r"end must come after start: 12 of 12 times below zero .* not advanced .* by ",
        ):
            timed(engine(self.rows(-24, 12, good=1)), timezone="UTC")

    @pytest.mark.parametrize(("hours", "n"), [(-24, 2), (-17, 5), (-6, 5), (-1, 5), (-48, 5)])
    def test_slips_are_none(self, hours, n):
        assert reasons(timed(self.rows(hours, n), timezone="UTC")) == {"negative": n}

    def test_of_a_few_among_many(self):
        """Less than half of those below zero is no one fault."""
        table = pa.concat_tables([self.rows(-24, 4), self.rows(-3, 5)])
        assert reasons(timed(table, timezone="UTC")) == {"negative": 9}

    def test_ambulances_of_a_night(self):
        """The times below zero, in hours, of 99 calls of a published log; 60 have others."""
        hours = [-23.97, -23.92, -23.91, -23.9, -23.9, -23.9, -23.89, -23.88, -23.88, -23.87, -23.86, -23.86, -23.85, -23.83, -23.82,
                 -23.79, -23.78, -23.74, -23.73, -23.71, -23.68, -23.48, -23.47, -23.45, -23.38, -23.23, -22.86, -22.84, -22.81,
                 -22.58, -22.2, -21.99, -21.9, -20.53, -19.7, -10.18, -8.57, -6.52, -4.36]  # fmt: skip
        start = pd.Timestamp("2016-12-22 19:00")
        ends = start + pd.to_timedelta([round(3600 * h) for h in hours] + [480] * 60, unit="s")
        frame = pd.DataFrame({"a": [start] * 99, "b": ends})
        with pytest.warns(
            DateNotAdvancedWarning,
            match=r"^35 of 39 times below zero lie within 6 hours of −24 h \(26 within an hour\)",
        ):
            found = response_times(frame, start="a", end="b", timezone="America/New_York", target=900)
        assert found.caveat.startswith("35 of 39 times below zero")
        assert "frame[" not in found.caveat
        assert found.exclusions.reasons == {"negative": 39}


class TestSecondsOfFrames:
    """Columns of durations are times wherever seconds are; marks of missing values never become numbers."""

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_durations(self, engine, unit):
        frame = engine(
            pa.table(
                {
                    "g": ["a", "b", "a"],
                    "took": pa.array([90, 30, None], pa.duration("s")).cast(pa.duration(unit)),
                }
            )
        )
        found = summarise_times(frame, by="g", seconds="took", target=60)
        assert found["mean"].tolist()[:2] == [90, 30]
        assert found["excluded"].tolist() == [1, 0]

    @pytest.mark.parametrize("mark", ["NULL", ".", "#DIV/0!", "-"])
    def test_marks_of_text(self, engine, mark):
        frame = engine(pa.table({"took": ["135", mark, "97"]}))
        with pytest.raises(
            InvalidTypeError,
            match=r"column 'took' must hold numbers of seconds, or durations; got text: .*NULL.*missing",
        ):
            summarise_times(frame, seconds="took")

    def test_marks_of_numbers(self, engine):
        """−9999 is a negative time, and refused as such; what it stands for is the reader's to say."""
        frame = engine(pa.table({"took": [135, -9999, 97]}))
        with pytest.raises(
            InvalidInputError, match=r"seconds must be >= 0; got -9999 .*leave negative times out on purpose"
        ):
            summarise_times(frame, seconds="took")


class TestTypesThatNarwhalsDoesNotKnow:
    DAYS = (dt.date(2024, 1, 31), dt.date(1969, 12, 31), None)

    @pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
    @pytest.mark.parametrize(
        "make",
        [lambda table: table, pl.from_arrow, lambda table: table.to_pandas(types_mapper=pd.ArrowDtype)],
    )
    def test_dates_of_arrow(self, make, kind):
        """A date in milliseconds is the date in days, beside others that are read as they are."""
        frame = make(pa.table({"day": pa.array(self.DAYS, kind), "force": ["Kent", "Kent", "Essex"]}))
        found = tally(frame, by="force", date="day", timezone="Europe/London")
        assert found.to_dict() == {"force": ["Kent"] * 2, "period": ["1969-12", "2024-01"], "count": [1, 1]}
        assert found.excluded.total == 1

    @pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
    def test_nanoseconds_with_a_zone(self, zone):
        """DuckDB has a type of its own for them; a cast to microseconds would round what other engines cut off."""
        connection = duckdb.connect()
        connection.execute(f"SET TimeZone = '{zone}'")
        for stamps in (
            ("2024-06-30 23:30:00.000000999+00", "2024-06-30 23:30:01.000000+00"),
            ("1969-06-30 23:30:00.000000999+00", "1969-06-30 23:30:01.000000+00"),
        ):
            called, arrived = stamps
            try:
                frame = connection.sql(
                    f"SELECT TIMESTAMPTZ_NS '{called}' AS \"the \"\"call\", TIMESTAMPTZ_NS '{arrived}' AS arrived"
                )
            except duckdb.Error:
                pytest.skip("this DuckDB has no such type")
            found = durations(frame, start='the "call', end="arrived", zero="keep")
            assert found.to_dict()["seconds"] == [1.0]
            # Half past eleven in UTC was summer in London.
            month = "06" if zone == "UTC" else "07"
            assert tally(frame, by=(), date='the "call', timezone=zone).labels("period") == (
                called[:5] + month,
            )
