"""Mean, deviation and share within target from sums: the digits of every time counted, in one query."""

import datetime as dt
import math
import warnings
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from typing import ClassVar

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from engines import duck, one_duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from policemetrics import answer_times, durations, response_times, summarise_times, time_change, time_drivers
from policemetrics.errors import (
    IncidentNumberWarning,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    PoliceMetricsWarning,
    UnknownNameError,
)
from policemetrics.figures import TimeSummary
from policemetrics.frames import counting, stamps
from policemetrics.tallies import Tally

duckdb_here = pytest.fixture(scope="module", autouse=True)(one_duckdb)

RANKED = {f"{p}{limit}" for p in ("median", "p90", "p95", "p99") for limit in ("", "_low", "_high")}
NOT_ASKED = {"percentile_method", "percentile_interval_method"}

# Finer than a microsecond, too, and half of one, which is rounded to the even one.
seconds = st.one_of(
    st.none(),
    st.just(math.nan),
    st.integers(0, 10**11).map(lambda m: m / 1e6),
    st.integers(0, 5000).map(float),
    st.integers(0, 10**10).map(lambda n: n / 2e6),
    st.floats(0, 1e9),
)
label = st.sampled_from(["a", "b", None])
rows = st.lists(st.tuples(label, st.sampled_from([1, 2, None]), seconds), max_size=25)


def frames(schema, columns):
    """The same frame in memory, and in two engines that read it where it lies."""
    frame = pl.DataFrame(columns, schema=schema, strict=False)
    return frame, frame.lazy(), duck().from_arrow(frame.to_arrow())


def same_but_percentiles(found, every):
    """Whether two tables are the same to the last bit, but for the percentiles, which the first has not."""
    tables = ([v] if isinstance(v, TimeSummary) else v for v in (found, every))
    for one, other in zip(*tables, strict=True):
        assert one.group == other.group
        for name in (f.name for f in type(one).__attrs_attrs__):
            mine, theirs = getattr(one, name), getattr(other, name)
            if name in RANKED:
                assert math.isnan(mine)
            elif name in NOT_ASKED:
                assert mine == ""
            elif isinstance(mine, float):
                assert mine == theirs or (math.isnan(mine) and math.isnan(theirs)), name
            else:
                assert mine == theirs, name


@pytest.fixture
def queries(monkeypatch):
    """The results that engines were asked for."""
    found = []
    collect = nw.LazyFrame.collect

    def noted(self, *args, **kwargs):
        found.append(collect(self, *args, **kwargs))
        return found[-1]

    monkeypatch.setattr(nw.LazyFrame, "collect", noted)
    return found


class TestLaws:
    @settings(max_examples=40, deadline=None)
    @given(rows, st.booleans(), st.sampled_from([1, 900, 2.5e-6 * 1e6, 86_400]))
    def test_the_digits_of_every_time(self, data, inclusive, target):
        schema = {"g": pl.String, "h": pl.Int64, "seconds": pl.Float64}
        columns = {name: [row[i] for row in data] for i, name in enumerate(schema)}
        asked = {"target": target, "inclusive": inclusive, "by": ["g", "h"], "missed": "missing seconds"}
        memory, *engines = frames(schema, columns)
        every = summarise_times(memory, **asked)
        for frame in (memory, *engines):
            same_but_percentiles(summarise_times(frame, percentiles=False, **asked), every)

    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(st.tuples(st.sampled_from("ab"), st.one_of(st.none(), st.integers(0, 10**6))), max_size=20),
        st.sampled_from([pl.Int16, pl.Int64, pl.UInt64, pl.UInt8]),
        st.booleans(),
    )
    def test_whole_seconds(self, data, dtype, inclusive):
        columns = {"g": [g for g, _ in data], "t": [None if t is None else t % 200 for _, t in data]}
        asked = {"seconds": "t", "by": "g", "target": {"a": 30, "b": 45.5}, "inclusive": inclusive}
        memory, *engines = frames({"g": pl.String, "t": dtype}, columns)
        every = summarise_times(memory, **asked)
        for frame in engines:
            same_but_percentiles(summarise_times(frame, percentiles=False, **asked), every)

    @settings(deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.one_of(st.integers(0, 10**7), st.integers(0, 10**15), st.integers(0, 2**62)),
                st.one_of(st.integers(1, 5), st.integers(1, 2**40)),
            ),
            min_size=2,
            max_size=12,
        ),
        st.booleans(),
    )
    def test_deviation_is_exact(self, data, whole):
        """Both moments are rounded once, from integers of any size."""
        # Beyond 2^59, 18,000 years, a float does not hold whole seconds as microseconds.
        data = [
            (x % 2**59 // 10**6 * 10**6 if whole else x // 2**10 * 2**10 if x > 2**52 else x, n)
            for x, n in data
        ]
        cells = Tally.from_columns({"seconds": [x / 1e6 for x, _ in data]}, [n for _, n in data])
        stamps = cells._cells.label("seconds")[cells._cells.code("seconds")].tolist()
        counts = cells._cells.counts.tolist()
        n = sum(counts)
        mean = Fraction(sum(x * c for x, c in zip(stamps, counts, strict=True)), n * 10**6)
        squares = sum(c * (Fraction(x, 10**6) - mean) ** 2 for x, c in zip(stamps, counts, strict=True))
        found = summarise_times(cells, percentiles=False)
        assert found.mean == float(mean)
        assert found.sd == math.sqrt(float(squares / (n - 1)))


class TestEngines:
    FRAME = pl.DataFrame(
        {"g": ["a", "a", "b", None, "c"], "seconds": [1.5, 2.25, None, 7.0, 9.125]},
        schema_overrides={"seconds": pl.Float64},
    )

    def test_one_query(self, queries):
        """A few sums by group come home, whatever the times."""
        frame = pl.LazyFrame({"g": ["a", "b"] * 500, "seconds": [i / 7 for i in range(1000)]})
        summarise_times(frame, by="g", target={"a": 60, "b": 90}, percentiles=False)
        assert [table.shape for table in queries] == [(2, 14)]

    def test_every_time_where_it_is_needed(self, queries):
        frame = self.FRAME.lazy()
        for more in ({"mean_method": "bootstrap", "seed": 1}, {"count": "n"}):
            queries.clear()
            found = summarise_times(
                frame.with_columns(n=pl.lit(2)), percentiles=False, **{"count": "rows", **more}
            )
            assert [len(table) for table in queries] == [5]
            assert math.isnan(found.median)

    @pytest.mark.parametrize("limit", ["_SQUARED", "_MOST_ROWS"])
    def test_sums_beyond_bounds_in_duckdb(self, monkeypatch, queries, limit):
        every = summarise_times(self.FRAME, by="g")
        monkeypatch.setattr(import_module("policemetrics.frames.moments"), limit, 2)
        queries.clear()
        frame = duck().from_arrow(self.FRAME.to_arrow())
        same_but_percentiles(summarise_times(frame, by="g", percentiles=False), every)
        assert len(queries) == 2

    @pytest.mark.parametrize("limit", ["_DIGIT", "_MOST_ROWS"])
    def test_sums_beyond_bounds(self, monkeypatch, queries, limit):
        """Where a sum could pass 64 bits every time is counted."""
        every = summarise_times(self.FRAME, by="g")
        monkeypatch.setattr(import_module("policemetrics.frames.moments"), limit, 2)
        queries.clear()
        same_but_percentiles(summarise_times(self.FRAME.lazy(), by="g", percentiles=False), every)
        assert len(queries) == 2

    @pytest.mark.parametrize(("inclusive", "met"), [(False, 1), (True, 2)])
    def test_a_time_at_the_target(self, inclusive, met):
        for frame in frames({"seconds": pl.Float64}, {"seconds": [9.5, 10, 10.5]}):
            found = summarise_times(frame, percentiles=False, target=10, inclusive=inclusive)
            assert found.within == met

    def test_longest(self):
        """Of two centuries of centuries the squares pass 64 bits, and are exact."""
        memory, *engines = frames({"seconds": pl.Float64}, {"seconds": [9e9, 6.3e11, 1.7]})
        for frame in engines:
            same_but_percentiles(summarise_times(frame, percentiles=False), summarise_times(memory))

    @pytest.mark.parametrize("years", [146_200, 207_000, 250_000, 292_000])
    def test_longer_than_a_square_holds(self, years):
        """DuckDB fails where a product passes 64 bits, and must not be asked for one."""
        memory, *engines = frames({"seconds": pl.Float64}, {"seconds": [years * 365.25 * 86_400, 1.7]})
        for frame in engines:
            same_but_percentiles(summarise_times(frame, percentiles=False), summarise_times(memory))

    @pytest.mark.parametrize("dtype", [pl.Int16, pl.Int32, pl.UInt16, pl.Int64, pl.UInt64])
    def test_whole_numbers_of_any_width(self, dtype):
        """DuckDB squares narrow ones in 64 bits and adds up in 128; missing ones are no zeros."""
        bits = int(str(dtype).lstrip("UInt"))
        most = min(2 ** (bits - (not str(dtype).startswith("U"))) - 1, 10**10)
        columns = {"g": ["a", "a", "a", "b", "b", "c"], "seconds": [most, most - 1, 0, None, 7, None]}
        memory, *engines = frames({"g": pl.String, "seconds": dtype}, columns)
        for frame in engines:
            found = summarise_times(frame, by="g", target=10, percentiles=False)
            same_but_percentiles(found, summarise_times(memory, by="g", target=10))
            assert found["zeros"].tolist()[:2] == [1, 0]

    @pytest.mark.parametrize("seconds", [2**47, 2**48, 2**48 + 1, 2**52])
    def test_sums_that_pass_64_bits(self, seconds):
        """They are exact in 128, or every time is counted."""
        columns = {"g": ["a"] * 3, "seconds": [seconds // 2**9, seconds // 2**9 - 1, 3]}
        memory, *engines = frames({"g": pl.String, "seconds": pl.Int64}, columns)
        for frame in engines:
            same_but_percentiles(summarise_times(frame, percentiles=False), summarise_times(memory))

    def test_durations(self):
        frame = pl.DataFrame(
            {
                "g": ["a", "a", "b"],
                "took": [dt.timedelta(microseconds=m) for m in (1, 16_213_703, 10**12 + 1)],
            }
        )
        every = summarise_times(frame, by="g", seconds="took", target=20)
        for engine in (frame.lazy(), frame.lazy().with_columns(pl.col("took").cast(pl.Duration("ns")))):
            found = summarise_times(engine, by="g", seconds="took", target=20, percentiles=False)
            same_but_percentiles(found, every)

    def test_decimals(self):
        frame = pl.DataFrame({"seconds": [Decimal("1.25"), Decimal("2.50"), None]})
        found = summarise_times(frame.lazy(), percentiles=False)
        assert (found.n, found.mean, found.exclusions.reasons) == (2, 1.875, {"missing seconds": 1})

    @pytest.mark.parametrize("by", [None, "g"])
    def test_no_rows(self, by):
        empty = self.FRAME.clear()
        found, every = (
            summarise_times(f, by=by, percentiles=p) for f, p in ((empty.lazy(), False), (empty, True))
        )
        if by is None:
            assert found.reason == every.reason == "not available: no rows"
        else:
            assert len(found) == len(every) == 0

    def test_bounds_what_comes_home(self, monkeypatch):
        monkeypatch.setattr(counting, "MOST_CELLS", 3)
        with pytest.raises(
            InvalidInputError, match=r"by: the engine found more than 3 distinct keys of 'g': leave "
        ):
            summarise_times(self.FRAME.lazy(), by="g", percentiles=False)

    def test_target_warns_once(self):
        with pytest.warns(PoliceMetricsWarning, match="under one second") as warned:
            summarise_times(self.FRAME.lazy(), target=0.5, percentiles=False)
        assert len(warned) == 1


class TestBadInput:
    def refuses(self, columns, error=InvalidInputError, match="", **asked):
        with pytest.raises(error, match=match):
            summarise_times(pl.LazyFrame(columns), percentiles=False, **asked)

    def test_negative(self):
        columns = {"g": ["a", "b", "b", None], "seconds": [1.0, -2.5, -7.0, -9.0]}
        self.refuses(
            columns, by="g", match=r"seconds must be >= 0; got -7 for g b \(in 1 groups\): leave negative"
        )
        self.refuses({"seconds": [3, -4]}, match=r"seconds must be >= 0; got -4 \(in 1 groups\)")

    @pytest.mark.parametrize("dtype", [pl.Int64, pl.Float64])
    def test_missing_mark_of_stamps(self, dtype):
        """What is left of a stamp without a time, where it was turned into a number: the least there is."""
        least = -(2**63) if dtype == pl.Int64 else -8.9e12
        for frame in frames({"seconds": dtype}, {"seconds": [least, 5]})[1:]:
            with pytest.raises(
                InvalidInputError, match=r"seconds must be >= 0; got -.* leave negative times out"
            ):
                summarise_times(frame, percentiles=False)

    def test_negative_without_a_label(self):
        """What is left out anyway may be anything."""
        frame = pl.LazyFrame({"g": ["a", None], "seconds": [1.0, -9.0]})
        found = summarise_times(frame, by="g", percentiles=False)
        assert found["n"].tolist()[-1] == 1

    @pytest.mark.parametrize("bad", [math.inf, -math.inf, 1e300, 9.3e12])
    def test_not_finite(self, bad):
        self.refuses(
            {"seconds": [1.0, bad, bad]},
            match="seconds must be finite and below 292,000 years; got 2 that are not",
        )

    @pytest.mark.parametrize(("dtype", "most"), [(pl.Int64, 2**63 - 1), (pl.UInt64, 2**64 - 1)])
    def test_too_long(self, dtype, most):
        column = pl.Series([1, most], dtype=dtype)
        self.refuses({"seconds": column}, match="below 292,000 years; got 1 that are not")

    def test_names(self):
        good = {"g": ["a"], "seconds": [1.0]}
        self.refuses(good, UnknownNameError, r"by\['h'\]: column", by="h")
        self.refuses(good, UnknownNameError, r"^seconds: column", seconds="took")
        self.refuses(good, InvalidInputError, "by must not name 'seconds'", by="seconds")
        self.refuses(good, UnknownNameError, "it lacks 'a'", by="g", target={"b": 3})
        self.refuses(good, InvalidInputError, "target by label needs by=", target={"b": 3})
        self.refuses(good, UnknownNameError, "missed: reason", missed="wrong")
        self.refuses({"seconds": ["5.45"]}, InvalidTypeError, "must hold numbers of seconds")
        self.refuses({"seconds": [dt.date(2024, 1, 1)]}, InvalidTypeError, "seconds as numbers or durations")

    def test_options(self):
        with pytest.raises(InvalidTypeError, match="percentiles must be True or False"):
            summarise_times([1], percentiles="no")
        with pytest.raises(InvalidInputError, match="percentile_method is for percentiles=True"):
            summarise_times([1], percentiles=False, percentile_method="weibull")
        with pytest.raises(PoliceMetricsError):
            summarise_times([1], percentiles=False, percentile_method="worst")


class TestFigure:
    def test_sentence(self):
        found = summarise_times([30, 15, 45, 60, 10], target=45, percentiles=False)
        assert str(found) == (
            "Mean 32 s (95% interval 6.2 s to 57.8 s), of 5; 60.00% within 45 s (95% interval 23.07% to 88.24%), "
            "counted as under the target."
        )

    def test_column(self):
        """Plain seconds, those finer than microseconds too, have the same mean and deviation either way."""
        values = [1.23456789, 2.0000004, 7.1, 0.0]
        same_but_percentiles(summarise_times(values, percentiles=False), summarise_times(values))

    def test_finer_than_microseconds(self):
        values = np.array([1.00000049, 1.00000051, 1.0000007])
        found = summarise_times(values, percentiles=False)
        assert found.sd == pytest.approx(np.std(values, ddof=1), rel=1e-6)

    def test_change(self):
        """A change of two such figures says nothing of the median."""
        old, new = (summarise_times(v, target=5, percentiles=False) for v in ([4, 6, 9, 10], [3, 4, 4, 8]))
        change = time_change(old, new)
        assert change.mean_change == -2.5
        assert math.isnan(change.median_change)
        assert "median" not in str(change)


class TestRanks:
    """Where not every time may come home: spans that get narrower, and the digits of every time counted."""

    @staticmethod
    def frame(rows=400, seed=1):
        random = np.random.default_rng(seed)
        return pl.DataFrame(
            {
                "g": random.choice(["a", "b", "c", None], rows),
                "h": random.integers(0, 2, rows),
                "seconds": np.where(random.random(rows) < 0.05, np.nan, random.lognormal(6, 1.5, rows)),
            }
        )

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        monkeypatch.setattr(counting, "MOST_CELLS", 120)

    @pytest.fixture
    def second_pass(self, monkeypatch):
        """What was counted by spans."""
        moments, asked = import_module("policemetrics.frames.moments"), []
        near = moments.near_ranks

        def noted(*args, **options):
            asked.append("by spans")
            return near(*args, **options)

        monkeypatch.setattr(moments, "near_ranks", noted)
        return asked

    @pytest.mark.parametrize("by", [None, "g", ["h", "g"]])
    @pytest.mark.parametrize("method", ["linear", "inverted_cdf"])
    def test_digits(self, by, method):
        frame = self.frame()
        if method != "linear":
            frame = frame.with_columns(pl.col("seconds").fill_nan(None).floor().cast(pl.Int32))
        asked = {"by": by, "target": 900, "percentile_method": method}
        every = summarise_times(frame, **asked)
        for engine in (frame.lazy(), duck().from_arrow(frame.to_arrow())):
            with pytest.raises(InvalidInputError, match="more than"):
                summarise_times(engine, mean_method="bootstrap", seed=1)
            assert summarise_times(engine, **asked) == every

    @staticmethod
    def dated(rows=600):
        random = np.random.default_rng(7)
        day = np.datetime64("2023-01-15") + random.integers(0, 500, rows)
        day[day.astype("M8[M]") == np.datetime64("2023-08")] -= 31
        frame = pl.DataFrame(
            {
                "g": random.choice(["a", "b", None], rows),
                "day": day,
                "seconds": np.where(random.random(rows) < 0.05, np.nan, random.lognormal(6, 1.5, rows)),
            }
        )
        none = pl.int_range(rows) % 13 == 0
        return frame.with_columns(pl.when(~none).then("day").alias("day"))

    @pytest.mark.parametrize("every", ["month", "quarter", "calendar_year", "financial_year"])
    @pytest.mark.parametrize("by", ["period", "g", ["period", "g"]])
    def test_dates(self, by, every, second_pass, monkeypatch):
        monkeypatch.setattr(counting, "MOST_CELLS", 450)
        frame = self.dated()
        asked = {"by": by, "date": "day", "every": every, "target": 900, "missed": "missing seconds"}
        every_time = summarise_times(frame, **asked)
        for engine in (frame.lazy(), duck().from_arrow(frame.to_arrow())):
            assert summarise_times(engine, **asked) == every_time
            assert second_pass.pop() == "by spans"
            found = summarise_times(engine, percentiles=False, **asked)
            same_but_percentiles(found, every_time)
            for one, other in zip(found, every_time, strict=True):
                assert (one.exclusions, one.caveat) == (other.exclusions, other.caveat)
            assert not second_pass

    def test_whole_minutes_of_periods(self):
        """Of which no month has enough of them, but a quarter has; beside another of which all are broken."""
        day = np.datetime64("2023-01-15") + np.arange(6).repeat(15) * np.timedelta64(30, "D")
        seconds = np.where(day < np.datetime64("2023-04-01"), 600, 601) + np.arange(90) % 15 * 60
        frame = pl.DataFrame({"day": day, "seconds": seconds})
        asked = {"by": "period", "date": "day", "every": "quarter", "target": 900, "percentiles": False}
        every = summarise_times(frame, **asked)
        assert ["whole minutes" in figure.caveat for figure in every] == [True, False]
        for engine in (frame.lazy(), duck().from_arrow(frame.to_arrow())):
            found = summarise_times(engine, **asked)
            assert found == every
            assert [figure.caveat for figure in found] == [figure.caveat for figure in every]

    def test_dates_that_are_none(self):
        """What is wrong with dates is said as it is of a frame in memory."""
        frame = self.dated()
        lost = frame.with_columns(pl.lit(dt.date(1970, 1, 1)).alias("day"))
        for table, asked, match in (
            (lost, {"date": "day"}, "all of it lie in 1970-01"),
            (frame, {"date": "g"}, "column 'g' must hold dates or datetimes"),
            (frame, {"date": "days"}, "date: column"),
            (frame, {"by": {"period": "g"}, "date": "day"}, "leave one of the two out"),
        ):
            for percentiles in (True, False):
                for engine in (table, table.lazy()):
                    with pytest.raises(PoliceMetricsError, match=match):
                        summarise_times(engine, **{"by": "period"} | asked, percentiles=percentiles)

    def test_times_of_one_length(self):
        frame = pl.DataFrame({"g": [f"{i:02}" for i in range(40)] * 3, "seconds": [0, 0, 7] * 40})
        assert summarise_times(frame.lazy(), by="g") == summarise_times(frame, by="g")

    def test_too_many_all_the_same(self, monkeypatch):
        """Of one group whose ranks cannot be told apart in so few spans, and of times of three centuries."""
        monkeypatch.setattr(counting, "MOST_CELLS", 5)
        with pytest.raises(InvalidInputError, match=r"more than 5 distinct keys of 'seconds': leave out"):
            summarise_times(self.frame().lazy())
        long = pl.LazyFrame({"seconds": np.arange(9) + 1e10})
        with pytest.raises(InvalidInputError, match=r"more than 5 distinct keys of 'seconds': leave out"):
            summarise_times(long)

    @staticmethod
    def stamped(rows=500):
        random = np.random.default_rng(3)
        start = np.datetime64("2024-03-01", "us") + random.integers(0, 60 * 86_400 * 10**6, rows).astype(
            "m8[us]"
        )
        took = (random.lognormal(6.3, 1, rows) * 10**6).astype("m8[us]") - np.timedelta64(60, "s")
        took[:9] = 0
        frame = pl.DataFrame(
            {
                "grade": random.choice(["1", "2", None], rows).tolist(),
                "origin": random.choice(["call", "officer"], rows).tolist(),
                "number": random.integers(0, rows // 2, rows),
                "created": start,
                "arrived": start + took,
            }
        )
        return frame.with_columns(pl.when(pl.int_range(rows) % 11 > 0).then("arrived").alias("arrived"))

    CLOCK: ClassVar = {
        "start": "created",
        "end": "arrived",
        "timezone": "Europe/London",
        "target": 900,
        "no_arrival": "missed",
    }

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"by": "grade"},
            {"by": {"level": "grade"}, "self_initiated": {"origin": "officer"}, "zero": "exclude"},
            {"by": "grade", "percentile_method": "hazen", "recorded_to": "minute"},
            {"resolution": "second", "by": "grade"},
            {"by": "period", "date": "created"},
            {"by": "grade", "date": "created", "every": "quarter"},
            {"by": ["grade", "period"], "date": "arrived", "every": "financial_year"},
        ],
    )
    def test_times_between_stamps(self, asked, second_pass):
        frame = self.stamped()
        every = response_times(frame, **self.CLOCK | asked)
        for engine in (frame.lazy(), duck().from_arrow(frame.to_arrow())):
            assert response_times(engine, **self.CLOCK | asked) == every
        assert second_pass == ["by spans"] * 2

    def test_times_of_incidents(self):
        frame = self.stamped().with_columns(pl.lit("1").alias("grade"))
        asked = self.CLOCK | {"by": "grade", "incident": "number"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", IncidentNumberWarning)
            assert response_times(frame.lazy(), **asked) == response_times(frame, **asked)

    def test_times_between_stamps_that_change(self, monkeypatch):
        counted = stamps.counted_there

        def changed(lazy, *args, **options):
            found = counted(lazy, *args, **options)
            return attrs.evolve(found, n=found.n + 1)

        monkeypatch.setattr(stamps, "counted_there", changed)
        with pytest.raises(InvalidInputError, match="the data changed while they were read"):
            response_times(self.stamped().lazy(), **self.CLOCK)

    @pytest.mark.parametrize(
        "asked",
        [{"no_arrival": "censored", "as_at": "2024-06-01"}, {"no_arrival": "exclude", "end": "late"}],
    )
    def test_times_between_stamps_that_are_too_many(self, asked):
        """Of open incidents, and of times too long to be added up."""
        late = pl.col("created") + pl.duration(days=20_000) + pl.duration(microseconds=pl.int_range(pl.len()))
        frame = self.stamped().with_columns(late.alias("late"))
        with pytest.raises(InvalidInputError, match="more than 120 distinct keys"):
            response_times(duck().from_arrow(frame.to_arrow()), **self.CLOCK | asked)

    def test_data_that_change(self, monkeypatch):
        """What is read again is held against what was there before."""
        near = counting.counted_there

        def changed(lazy, keys, *args, **options):
            return near(lazy.head(300) if "span" in keys else lazy, keys, *args, **options)

        monkeypatch.setattr(import_module("policemetrics.frames.moments"), "counted_there", changed)
        with pytest.raises(InvalidInputError, match="the data changed while they were read"):
            summarise_times(self.frame().lazy())

    # ---- other metrics ------------------------------------------------------------------

    @staticmethod
    def calls(rows=900, seed=5):
        """Calls of lines, of which one abandons all, and some lack a line, a result or a wait."""
        random = np.random.default_rng(seed)
        waits = np.where(random.random(rows) < 0.05, np.nan, random.lognormal(2, 1, rows))
        waits[::17] = 2.5
        line = random.choice(["101", "999", "text", None], rows)
        result = random.choice(["answered", "by app", "abandoned", None], rows, p=[0.6, 0.2, 0.15, 0.05])
        return pl.DataFrame(
            {
                "line": line,
                "result": np.where(line == "text", "abandoned", result),
                "day": np.datetime64("2023-01-15") + random.integers(0, 200, rows),
                "seconds": waits,
            }
        )

    RESULT: ClassVar = {"result": "result", "answered": ["answered", "by app"]}

    @pytest.mark.parametrize(
        "asked",
        [
            {"out_of": "answered"},
            {"out_of": "answered", "by": "line", "percentile_method": "hazen"},
            {"out_of": "offered", "by": "line", **RESULT},
            {"out_of": "offered", "by": "line", "target": {"101": 10, "999": 5, "text": 20}, **RESULT},
            {"out_of": "offered_less_short", "short": 2.5, "by": "line", **RESULT},
            {"out_of": "offered_less_short", "short": 2.500001, **RESULT},
            {"out_of": "answered", "short": 1e6, "inclusive": True, **RESULT},
            {"out_of": "offered", "by": "period", "date": "day", "every": "quarter", **RESULT},
            {"out_of": "offered", "abandoned": {"101": 9, "999": 3, "text": 0}, "by": "line"},
        ],
    )
    def test_answer_times(self, asked, second_pass, monkeypatch):
        monkeypatch.setattr(counting, "MOST_CELLS", 400)
        frame, asked = self.calls(), {"target": 10} | asked
        every = answer_times(frame, **asked)
        for engine in (frame.lazy(), duck().from_arrow(frame.to_arrow())):
            assert answer_times(engine, **asked) == every
            assert second_pass.pop() == "by spans"

    def test_answer_times_of_whole_seconds(self, second_pass):
        """With a bound between two whole seconds, under which abandoned calls do not count."""
        frame = self.calls().with_columns((pl.col("seconds") * 10).round().fill_nan(None).cast(pl.Int32))
        asked = {"target": 100, "out_of": "offered_less_short", "short": 20.5, "by": "line"} | self.RESULT
        assert answer_times(frame.lazy(), **asked) == answer_times(frame, **asked)
        assert second_pass == ["by spans"]

    def test_no_call_answered(self, second_pass):
        frame = self.calls().with_columns(pl.lit("abandoned").alias("result"))
        for by in (None, "line"):
            asked = {"target": 10, "out_of": "offered", "result": "result", "by": by}
            assert answer_times(frame.lazy(), **asked) == answer_times(frame, **asked)
        assert second_pass == ["by spans"] * 2

    @pytest.mark.parametrize(
        ("asked", "match"),
        [
            ({"answered": "answered"}, "'by app' does not"),
            ({"seconds": "line"}, "must hold numbers of seconds"),
            ({"target": {"101": 10}, "by": "line"}, "it lacks"),
        ],
    )
    def test_wrong_calls(self, asked, match):
        asked = {"target": 10, "out_of": "offered"} | self.RESULT | asked
        for frame in (self.calls(), self.calls().lazy()):
            with pytest.raises(PoliceMetricsError, match=match):
                answer_times(frame, **asked)

    def test_negative_calls(self):
        frame = self.calls().with_columns(
            pl.when(pl.int_range(900) == 60).then(-3.0).otherwise("seconds").alias("seconds")
        )
        for table in (frame, frame.lazy()):
            with pytest.raises(InvalidInputError, match=r"seconds must be >= 0; got -3"):
                answer_times(table, target=10, out_of="answered")

    @staticmethod
    def two_years(rows=3000, seed=9):
        """Times of two years, of groups of which one is there in the second year alone, and one district is small."""
        random = np.random.default_rng(seed)
        day = np.datetime64("2022-04-01") + random.integers(0, 730, rows)
        late = day >= np.datetime64("2023-04-01")
        group = np.where(late & (random.random(rows) < 0.1), "new", random.choice(["a", "b", None], rows))
        took = random.lognormal(6, 1, rows) * np.where(late, 0.9, 1)
        took[::19] = 600
        return pl.DataFrame(
            {
                "g": group,
                "month": np.datetime_as_string(day, "M"),
                "year": np.where(late, "2023/24", "2022/23"),
                "day": day,
                "district": random.choice(["East", "West", "tiny", None], rows, p=[0.5, 0.39, 0.01, 0.1]),
                "seconds": np.where(random.random(rows) < 0.05, np.nan, took),
            }
        ).with_columns(pl.when(pl.col("g") != "None").then("g").alias("g"))

    BETWEEN: ClassVar = {"between": ("2022/23", "2023/24")}

    @pytest.mark.parametrize(
        "asked",
        [
            {**BETWEEN, "period": "year"},
            {"between": ("2021/22", "2022/23"), "period": "year", "by": "g"},
            {**BETWEEN, "period": "year", "by": "g", "percentile_method": "weibull"},
            {**BETWEEN, "period": "month", "by": "g", "target": {"a": 900, "b": 600, "new": None}},
            {**BETWEEN, "date": "day", "every": "financial_year", "by": ["district"]},
            {**BETWEEN, "date": "day", "every": "quarter", "by": "district", "recorded_to": "minute"},
            {"between": ("2022-05", "2023-05"), "date": "day", "by": "district"},
            {"groups": ("East", "tiny"), "of": "district", "by": "g", "missed": "missing seconds"},
            {
                "groups": ("East", "West"),
                "of": "district",
                "date": "day",
                "every": "quarter",
                "by": "period",
                "like_for_like": "match",
            },
        ],
    )
    def test_time_change(self, asked, second_pass, monkeypatch):
        monkeypatch.setattr(counting, "MOST_CELLS", 2600)
        frame, asked = self.two_years(), {"target": 900} | asked
        every = time_change(frame, **asked)
        for engine in (frame.lazy(), duck().from_arrow(frame.to_arrow())):
            found = time_change(engine, **asked)
            assert found == every
            assert second_pass.pop() == "by spans"

    def test_time_drivers(self, monkeypatch, second_pass):
        """Which need no rank, and so are asked for as sums at once."""
        monkeypatch.setattr(counting, "MOST_CELLS", 60)
        frame, asked = self.two_years(), {**self.BETWEEN, "period": "year", "of": "g", "target": 900}
        for by in (None, "district"):
            every = time_drivers(frame, by=by, **asked)
            for engine in (frame.lazy(), duck().from_arrow(frame.to_arrow())):
                assert time_drivers(engine, by=by, **asked) == every
        assert not second_pass

    def test_change_that_is_followed(self):
        """Of what is still open every time is followed: the refusal stands, and whole seconds are its cure."""
        frame = self.two_years().with_columns((pl.int_range(3000) % 9 == 0).alias("open"))
        asked = {**self.BETWEEN, "period": "year", "still_open": "open"}
        with pytest.raises(
            InvalidInputError, match=r"more than 120 distinct keys .* whole seconds in the query"
        ):
            time_change(frame.lazy(), **asked)
        whole = frame.with_columns((pl.col("seconds") // 120 * 120).clip(0, 3000))
        assert time_change(whole.lazy(), **asked) == time_change(whole, **asked)

    def test_stamps_are_cured(self):
        """Where every time is needed: by times to the second, as the refusal says, of which there are fewer."""
        micro = pl.duration(microseconds=pl.int_range(pl.len()))
        frame = self.stamped().with_columns((pl.col("created") + micro).alias("arrived"))
        frame = frame.with_columns(pl.when(pl.int_range(500) % 50 > 0).then("arrived").alias("arrived"))
        stamps = {"start": "created", "end": "arrived", "timezone": "Europe/London"}
        followed = {**stamps, "no_arrival": "censored", "as_at": "2024-06-01"}
        for call, asked in ((durations, stamps), (response_times, followed)):
            with pytest.raises(
                InvalidInputError, match=r"more than 120 .*resolution='second' of durations and response_"
            ):
                call(frame.lazy(), **asked)
            cured = asked | {"resolution": "second"}
            assert call(frame.lazy(), **cured) == call(frame, **cured)

    @pytest.mark.parametrize("asked", [{"mean_method": "bootstrap", "seed": 1}, {"count": "n"}])
    def test_seconds_are_cured(self, asked):
        """By whole seconds in the query."""
        frame = pl.DataFrame({"seconds": 100 + np.arange(400) / 1e3, "n": np.full(400, 2)})
        frame = frame.select("seconds", *{"n"} & {asked.get("count")})
        with pytest.raises(InvalidInputError, match=r"more than 120 .*whole seconds in the query"):
            summarise_times(frame.lazy(), **asked)
        whole = frame.with_columns(pl.col("seconds").floor())
        assert summarise_times(whole.lazy(), **asked) == summarise_times(whole, **asked)
