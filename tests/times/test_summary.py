"""Measured times summarised: published figures, laws, tables, and every way the input can be wrong."""

from __future__ import annotations

import datetime as dt
import math
import pickle
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timings import TEN, as_cells, undefined

from policemetrics import (
    Results,
    Tally,
    datasets,
    durations,
    summarise_times,
    tally,
)
from policemetrics.errors import (
    CountOverflowError,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.figures import TimeSummary
from policemetrics.typing import Percentile

POINTS = ("median", "p90", "p95", "p99")
micros = st.integers(0, 10**10)
waits = st.lists(
    st.one_of(micros.map(lambda m: m / 1e6), st.integers(0, 20).map(float)), min_size=1, max_size=40
)
labelled = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.integers(1, 5)), min_size=1, max_size=30
)
methods = st.sampled_from(Percentile.__args__)


def columns(figure):
    """Every number of a figure, by name, nan as None."""
    return {k: v[0] for k, v in Results.of([figure]).to_dict().items() if k not in {"reason", "excluded"}}


def fires():
    data = datasets.lfb_first_pump_2009().to_dict()
    return Tally.from_columns({"seconds": data["seconds"]}, data["calls"], unit="fires")


class TestPublished:
    def test_london_fires_2009(self):
        """First pump at dwelling fires: mean 319.73 s, median 296, p90 471; 70.86% under six minutes."""
        found = summarise_times(fires(), target=360)
        assert (found.n, found.median, found.p90) == (6708, 296, 471)
        assert found.mean == pytest.approx(319.73, abs=0.005)
        assert round(100 * found.share_within, 2) == 70.86
        assert found.exclusions.unit == "fires"

    def test_at_most_and_under_differ(self):
        """20 of those calls took exactly 360 s: with them it is 71.15%."""
        under, at_most = (summarise_times(fires(), target=360, inclusive=i) for i in (False, True))
        assert round(100 * at_most.share_within, 2) == 71.15
        assert at_most.within - under.within == 20
        assert (under.inclusive, at_most.inclusive) == (False, True)

    @pytest.mark.parametrize(
        ("method", "median", "p90", "p95"),
        [
            ("inverted_cdf", 6, 12, 31),
            ("averaged_inverted_cdf", 6.5, 21.5, 31),
            ("closest_observation", 6, 12, 31),
            ("interpolated_inverted_cdf", 6, 12, 21.5),
            ("hazen", 6.5, 21.5, 31),
            ("weibull", 6.5, 29.1, 31),
            ("linear", 6.5, 13.9, 22.45),
            ("median_unbiased", 6.5, 24.0333333333, 31),
            ("normal_unbiased", 6.5, 23.4, 31),
        ],
    )
    def test_definitions_of_r(self, method, median, p90, p95):
        """The nine definitions give what R's quantile gives."""
        found = summarise_times(TEN, percentile_method=method)
        assert (found.median, found.p90, found.p95) == pytest.approx((median, p90, p95))
        assert found.percentile_method == method

    def test_interval_of_a_percentile(self):
        """Of ten values the median lies between 3 and 12, and the 90th percentile above 8, as scipy says."""
        found = summarise_times(TEN)
        assert (found.median_low, found.median_high) == (3, 12)
        assert (found.p90_low, found.p90_high) == (8, math.inf)

    def test_interval_of_the_mean(self):
        """PHEindicatormethods: eight values, 53.704345 (36.168325 to 71.240365)."""
        values = [33.09375, 48.38596, 64.83495, 67.98475, 22.93556, 71.23587, 38.78465, 82.37927]
        found = summarise_times(values)
        assert found.mean == pytest.approx(53.704345, rel=1e-12)
        assert (found.interval.low, found.interval.high) == pytest.approx(
            (36.168325241336504, 71.24036475866352), rel=1e-12
        )
        wider = summarise_times(values, confidence_level=0.998)
        assert (wider.mean_low, wider.mean_high) == pytest.approx(
            (18.216705294788838, 89.19198470521118), rel=1e-9
        )

    def test_average_speed_of_answer(self):
        """Waits of 30, 15, 45, 60 and 10 s: mean 32."""
        assert summarise_times([30, 15, 45, 60, 10]).mean == 32


class TestLaws:
    @given(waits, st.randoms(use_true_random=False))
    def test_order_is_irrelevant(self, values, random):
        """Rows may come in any order."""
        shuffled = list(values)
        random.shuffle(shuffled)
        assert summarise_times(values, target=9) == summarise_times(shuffled, target=9)

    @given(waits, methods, st.booleans())
    def test_counts_say_the_same_as_rows(self, values, method, inclusive):
        """A tally of the rows gives the same figure, to the last bit."""
        options = {"target": 7.5, "inclusive": inclusive, "percentile_method": method}
        counted = Tally.from_columns({"seconds": values}, [1] * len(values))
        assert columns(summarise_times(values, **options)) == columns(summarise_times(counted, **options))

    @given(waits, methods)
    def test_percentiles_are_numpys(self, values, method):
        """Percentiles equal numpy's of the rows, to the last bit."""
        found = summarise_times(values, percentile_method=method)
        if method != "closest_observation":  # wrong in numpy before 2.0.1; see test_percentiles.py
            expected = np.percentile(values, [50, 90, 95, 99], method=method).tolist()
            assert [getattr(found, p) for p in POINTS] == expected

    @given(st.lists(micros, min_size=1, max_size=40))
    def test_mean_is_exact(self, stamps):
        """The mean of whole microseconds is the nearest number to the true one."""
        found = summarise_times([s / 1e6 for s in stamps])
        assert found.mean == float(Fraction(sum(stamps), len(stamps) * 10**6))

    @given(st.lists(st.floats(0, 1e6), min_size=2, max_size=40))
    def test_finer_than_microseconds(self, values):
        """Rows finer than the clock keep their mean and spread."""
        found = summarise_times(values)
        assert found.mean == pytest.approx(math.fsum(values) / len(values), rel=1e-12, abs=1e-15)
        margin = found.mean_high - found.mean
        spread = np.std(values, ddof=1) / math.sqrt(len(values))
        assert margin >= 1.9 * spread - 1e-9 * (1 + found.mean)

    @given(waits)
    def test_scale(self, values):
        """Twice the times are twice the summary; the share is that of twice the target."""
        once, twice = summarise_times(values, target=4), summarise_times([2 * v for v in values], target=8)
        for name, value in columns(once).items():
            same = name in {"n", "zeros", "within", "out_of"} or name.startswith("share")
            expected = value if same or value is None else 2 * value
            assert columns(twice)[name] == expected, name

    @given(st.lists(st.integers(0, 500), min_size=1, max_size=40), st.integers(0, 1000))
    def test_shift(self, values, by):
        """A minute more for everybody is a minute more in mean and percentiles."""
        before, after = summarise_times(values), summarise_times([v + by for v in values])
        for name in ("mean", *POINTS):
            assert getattr(after, name) == pytest.approx(getattr(before, name) + by, rel=1e-12)

    @given(labelled, labelled)
    def test_merging(self, first, second):
        """The summary of two tallies added up is that of all their rows."""
        merged, whole = as_cells(first) + as_cells(second), as_cells(first + second)
        assert summarise_times(merged, by="g", target=30) == summarise_times(whole, by="g", target=30)
        assert summarise_times(merged, target=30) == summarise_times(whole, target=30)

    @given(labelled)
    def test_groups_stand_alone(self, rows):
        """Each row of a table is the summary of its group alone."""
        table = summarise_times(as_cells(rows), by="g", target=30)
        for found in table:
            values = [s for g, s, n in rows for _ in range(n) if g == found.group["g"]]
            assert columns(summarise_times(values, target=30)) == {
                k: v for k, v in columns(found).items() if k != "g"
            }

    @given(waits, methods, st.sampled_from([0.5, 0.95, 0.999]))
    def test_bounds(self, values, method, level):
        """Percentiles rise within the range of the times; estimates lie in their intervals, none below 0."""
        found = summarise_times(values, percentile_method=method, confidence_level=level, target=3)
        points = [getattr(found, p) for p in POINTS]
        assert min(values) <= points[0]
        assert points[-1] <= max(values)
        assert points == sorted(points)
        for name in (*POINTS, "share_within"):
            assert (
                0 <= getattr(found, f"{name}_low") <= getattr(found, name) <= getattr(found, f"{name}_high")
            )
        assert (
            0 <= found.mean_low <= found.mean in found.interval
            if len(values) > 1
            else math.isnan(found.mean_low)
        )

    @given(waits, st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)).map(sorted))
    def test_level_never_narrows(self, values, levels):
        """A higher confidence level never gives a narrower interval."""
        narrow, wide = (summarise_times(values, target=3, confidence_level=v) for v in levels)
        for name in ("mean", *POINTS, "share_within"):
            assert not getattr(wide, f"{name}_low") > getattr(narrow, f"{name}_low")
            assert not getattr(wide, f"{name}_high") < getattr(narrow, f"{name}_high")

    @given(waits, st.floats(1, 30), st.floats(0, 30))
    def test_share_rises_with_the_target(self, values, target, more):
        """A longer target is met no less often; at most it is met no less often than under it."""
        shares = [
            summarise_times(values, target=t, inclusive=i).share_within
            for t in (target, target + more)
            for i in (False, True)
        ]
        assert shares[0] <= shares[1] <= shares[3]
        assert shares[0] <= shares[2] <= shares[3]

    @given(st.lists(st.one_of(st.none(), st.just(math.nan), st.floats(-9, 9)), max_size=20))
    def test_nothing_lost(self, values):
        """Counted and excluded make up the rows, by reason."""
        found = summarise_times(values, invalid="exclude")
        assert found.exclusions.counted + found.exclusions.excluded == len(values)
        assert found.exclusions.counted == found.n
        assert found.exclusions.reasons.get("negative", 0) == sum(v is not None and v < 0 for v in values)
        assert (found.reason is None) == (found.n > 0) == (not math.isnan(found.mean))


class TestTable:
    def test_target_by_label(self):
        """Each grade is held to its own target; one without says None."""
        rows = [("1", 540, 3), ("1", 900, 1), ("2", 2400, 2), ("3", 9, 1)]
        found = summarise_times(as_cells(rows), by="g", target={"1": 900, "2": 3600, "3": None, "4": 1})
        assert found["share_within"][:2].tolist() == [0.75, 1]
        assert found["target"][:2].tolist() == [900, 3600]
        assert math.isnan(found.at(g="3").target)
        assert found.at(g="3").reason is None

    def test_target_by_labels(self):
        """Several dimensions are keyed by tuple, in the order of by."""
        found = Tally.from_columns({"area": ["u", "r"], "grade": [1, 1], "seconds": [1000, 1000]}, [1, 1])
        table = summarise_times(found, by=("grade", "area"), target={(1, "u"): 900, (1, "r"): 1200})
        assert table.at(area="u").within == 0
        assert table.at(area="r").within == 1

    def test_target_lacking(self):
        """A group with times and no target is an error that names it; a group without times is not."""
        rows = [("1", 540, 3), ("2", 900, 1), ("3", 900, 0)]
        with pytest.raises(UnknownNameError, match=r"every group of 'g'; it lacks '2'; it has '1', '9'"):
            summarise_times(as_cells(rows), by="g", target={"1": 900, "9": 5})
        found = summarise_times(as_cells(rows), by="g", target={"1": 900, "2": 900})
        assert math.isnan(found.at(g="3").target)

    def test_excluded(self):
        """What has no seconds or no label stands in the ledger, and the groups shown are all there are."""
        frame = pd.DataFrame({"g": ["a", "a", "b", None], "seconds": [1.5, None, None, 4]})
        found = summarise_times(frame, by="g", target=2)
        assert found["g"].tolist() == ["(missing)", "a", "b"]
        assert found["n"].tolist() == [0, 1, 0]
        assert found["excluded"].tolist() == [1, 1, 1]
        assert found.at(g="b").reason == "not available: all rows were excluded (missing seconds 1)"
        assert found["out_of"].sum() + found["excluded"].sum() == len(frame)

    def test_missed(self):
        """What was not measured can be counted as missing the target; it changes the share alone."""
        frame = pd.DataFrame({"g": ["a", "a", "a", "b"], "seconds": [1, 3, None, None]})
        found = summarise_times(frame, by="g", target=2, missed="missing seconds")
        assert (found[0].n, found[0].mean, found[0].within, found[0].out_of) == (2, 2, 1, 3)
        assert found[0].share_within == pytest.approx(1 / 3)
        assert (found[1].share_within, found[1].out_of, found[1].n) == (0, 1, 0)
        assert found[1].missed == "missing seconds"
        assert str(found[0]) == (
            "a: mean 2 s (95% interval 0 s to 14.7 s), median 2 s, 90th percentile 2.8 s, of 2; 33.33% of 3, with 1 "
            "missed, within 2 s (95% interval 6.15% to 79.23%), counted as under the target."
        )
        assert str(found[1]).startswith(
            "b: times: not available: no time was measured; 0.00% of 1, with 1 missed, within 2 s"
        )
        assert [f.exclusions.counted for f in found] == [3, 1]
        assert found.to_dict()["excluded"] == [0, 0]

    def test_missed_reasons(self):
        """Any reason of the ledger will do; one that could not occur lists those that can."""
        found = as_cells([("a", 1, 2), ("a", 5, 3)]).drop(seconds=5)
        assert summarise_times(found, target=2, missed=["dropped: seconds", "missing seconds"]).out_of == 5
        with pytest.raises(
            UnknownNameError, match="'dropped: seconds', 'missing g', 'missing seconds'; got 'no arrival'"
        ):
            summarise_times(found, target=2, missed="no arrival")

    def test_missing_label(self):
        """Rows without their group's label miss no target of a named group."""
        frame = pd.DataFrame({"g": ["a", None], "seconds": [1, 1]})
        found = summarise_times(frame, by="g", target={"a": 2})
        assert math.isnan(found.at(g="(missing)").target)
        assert found.at(g="a").out_of == 1

    def test_counts(self):
        """A frame of counts by seconds is the frame of its rows."""
        counts = pd.DataFrame({"g": ["a", "a", "b"], "wait": [1, 3, 2], "calls": [2, 1, 4]})
        rows = counts.loc[counts.index.repeat(counts.calls)].drop(columns="calls")
        by_count = summarise_times(counts, by="g", seconds="wait", count="calls", target=2)
        by_row = summarise_times(rows, by="g", seconds="wait", target=2)
        assert by_count.to_dict() == by_row.to_dict()
        assert by_count[0].exclusions.unit == "calls"

    def test_other_dimension(self):
        """Whole numbers of another dimension are seconds."""
        found = Tally.from_columns({"wait": [1, 3], "g": ["a", "a"]}, [1, 2])
        assert summarise_times(found, seconds="wait").mean == pytest.approx(7 / 3)
        assert summarise_times(found, seconds="wait", by="g", missed="missing wait")[0].median == 3

    def test_negative_counts(self):
        """A correction that outweighs what it corrects leaves no count; one that does not is netted.

        A total below zero is said first, in the words of every metric; then the cell.
        """
        cells = [("a", 5, 3), ("a", 5, -1), ("b", 5, 4), ("b", 9, -2), ("c", 5, 1), ("c", 9, -2)]
        found = summarise_times(as_cells(cells), by="g", target=6)
        assert found.at(g="a").n == 2
        b, c = found.at(g="b"), found.at(g="c")
        recorded = "below zero: corrections outweigh what was recorded"
        assert b.reason == f"not available: a count of −2 at 9 s, {recorded}"
        assert c.reason == f"not available: a total of −1, {recorded}"
        assert undefined(b.n, b.share_within, b.sd, c.n)
        assert b.target == 6
        found = summarise_times(as_cells([("b", 3, 4), ("b", 5, -1), ("b", 9, -2)]), by="g")
        assert "−1 at 5 s" in found[0].reason

    def test_negative_ledger(self):
        """A ledger that comes to less than nothing cannot be counted as missed."""
        found = Tally.from_columns({"seconds": [None, 3]}, [-2, 5])
        got = summarise_times(found, target=4, missed="missing seconds")
        assert "below zero" in got.reason
        assert undefined(got.share_within, got.n)

    def test_not_supplied(self):
        """What the caller says was not supplied is not available, whatever else the group holds."""
        found = as_cells([("a", 5, 3), ("b", 5, 1), ("b", 0, 9)]).not_supplied(
            "placeholder", g="b", seconds=0
        )
        got = summarise_times(found, by="g", target=6, missed="missing seconds").at(g="b")
        assert got.reason == "not available: placeholder"
        assert undefined(got.n, got.share_within)

    def test_covered_without_times(self):
        """A group that was supplied without a time has none to summarise: 0 of 0, and a reason."""
        found = Tally.from_columns({"g": ["a", "b"], "seconds": [5, 5]}, [2, 0], coverage="g")
        got = summarise_times(found, by="g", target=6).at(g="b")
        assert (got.n, got.out_of) == (0, 0)
        assert got.reason == "not available: no rows for b"

    def test_empty_frame(self):
        """A frame without rows gives a figure that says so, and a table without rows."""
        frame = pl.DataFrame({"g": [], "seconds": []}, schema={"g": pl.String, "seconds": pl.Float64})
        assert summarise_times(frame, target=5).reason == "not available: no rows"
        assert len(summarise_times(frame, by="g", target={})) == 0

    def test_great_counts(self):
        """Sums beyond 64 bits are exact; counts beyond them are refused."""
        found = summarise_times(Tally.from_columns({"seconds": [10**6, 10**6 + 1]}, [2 * 10**15, 10**15]))
        assert found.mean == float(Fraction(3 * 10**6 + 1, 3))
        with pytest.raises(CountOverflowError):
            summarise_times(as_cells([("a", 1, 2**62), ("b", 1, 2**62)]), by="g")

    def test_engines(self):
        """pandas, polars, pyarrow and DuckDB give equal tables; durations count as seconds."""
        data = {"g": ["a", "b", "a", "b", "a"], "seconds": [1.5, 2.0, None, 0.25, 7.0]}
        frames = [pl.DataFrame(data), pl.LazyFrame(data), pa.table(data)]
        frames += [duckdb.from_arrow(pa.table(data))]
        frames += [
            pl.DataFrame(data).with_columns(
                pl.duration(microseconds=pl.col("seconds") * 1_000_000).alias("seconds")
            )
        ]
        expected = summarise_times(pd.DataFrame(data), by="g", target=2, missed="missing seconds")
        assert expected["out_of"].tolist() == [3, 2]
        for frame in frames:
            assert summarise_times(frame, by="g", target=2, missed="missing seconds") == expected
        assert (
            summarise_times(tally(frames[0], by=("g", "seconds")), by="g", target=2, missed="missing seconds")
            == expected
        )

    def test_single_is_a_row(self):
        """Without by= the figure is the one row of the table without dimensions."""
        found = as_cells([("a", 1, 2), ("b", 5, 3)])
        assert summarise_times(found, target=2) == summarise_times(found, by=(), target=2)[0]

    def test_many_distinct_times(self):
        """A frame of many distinct times gives what the array of them gives."""
        waits = np.random.default_rng(1).permutation(10**5) / 7
        expected = summarise_times(waits, target=900)
        for frame in (pd.DataFrame({"seconds": waits}), pl.DataFrame({"seconds": waits})):
            found = summarise_times(frame, target=900)
            assert found.n == expected.n
            assert found.mean == pytest.approx(expected.mean, rel=1e-9)
            assert found.within == expected.within

    def test_what_a_clock_could_have_left_out_may_count_as_missed(self):
        """Times from stamps may lack an end, or be negative, though none is here; times given as seconds cannot."""
        stamps = pd.DataFrame(
            {"start": pd.to_datetime(["2024-05-01 10:00"]), "end": pd.to_datetime(["2024-05-01 10:05"])}
        )
        timed = durations(stamps, start="start", end="end", timezone="Europe/London")
        assert summarise_times(timed, target=900, missed=["negative", "missing end"]).share_within == 1
        given = Tally.from_columns({"seconds": [300, None]}, [1, 1])
        with pytest.raises(UnknownNameError, match="negative"):
            summarise_times(given, target=900, missed=["negative"])
        with pytest.raises(UnknownNameError, match="negative"):
            summarise_times(Tally.from_columns({"wait": [3]}, [1]), seconds="wait", missed=["negative"])

    def test_one_time_too_long_among_others(self):
        with pytest.raises(InvalidInputError, match=r"wait must be below 292,000 years; got 4\.6"):
            summarise_times(Tally.from_columns({"wait": [1, 2**62]}, [1, 1]), seconds="wait")


class TestFigure:
    def test_sentence(self):
        """The sentence for a board paper says mean, median, denominator and how the target was met."""
        assert str(summarise_times(fires(), target=360)) == (
            "Mean 5 min 20 s (95% interval 5 min 17 s to 5 min 23 s), median 4 min 56 s (4 min 54 s to 4 min 59 s), "
            "90th percentile 7 min 51 s, of 6,708; 70.86% within 6 min (95% interval 69.76% to 71.93%), counted as "
            "under the target."
        )
        assert str(summarise_times(fires(), target=360, inclusive=True)).endswith(
            "counted as at or under the target."
        )

    def test_open_interval(self):
        """Limits that so few times cannot give are not said."""
        found = summarise_times([10, 20, 30, 40, 50])
        assert (found.median_low, found.median_high) == (0, math.inf)
        assert ", median 30 s, 90th" in str(found)
        assert "median 30 s (10 s to 50 s), 90th" in str(
            summarise_times([10, 20, 30, 40, 50], confidence_level=0.9)
        )

    def test_screen(self):
        """On screen stand n, mean, median, 90th percentile, target and share; the rest is in the export."""
        found = summarise_times(as_cells([("a", 1, 2), ("a", 5, 3)]), by="g", target=2)
        heading = "g n mean median 95% interval of median p90 share_within 95% interval of share_within"
        assert found._repr_html_().count('<th scope="col"') == 8
        assert found.to_markdown().splitlines()[2].replace("|", "").split() == heading.split()
        assert repr(found).startswith("Time summary; percentile method: linear; target: 2 s\n")
        frame = found.to_polars(audit=True)
        assert frame["inclusive"].dtype == pl.Boolean
        assert frame["mean_method"].to_list() == ["student_t"]
        assert frame["percentile_interval_method"].to_list() == ["order_statistics"]

    def test_columns(self):
        """The columns come in their order, each with its interval after it."""
        names = summarise_times(as_cells([("a", 1, 2)]), by="g").columns
        limits = [f"{p}{end}" for p in ("mean", *POINTS) for end in ("", "_low", "_high")]
        assert list(names) == [
            "g", "n", *limits, "zeros", "target", "within", "out_of", "share_within", "share_within_low",
            "share_within_high", "reason", "excluded",
        ]  # fmt: skip

    def test_pickle(self):
        """Figures survive pickling."""
        found = summarise_times([1, 2], target=3)
        assert isinstance(found, TimeSummary)
        assert pickle.loads(pickle.dumps(found)) == found


FRAME = pd.DataFrame({"g": ["a", "b"], "seconds": [1.0, 2.0], "text": ["1", "2"], "n": [1, 2]})
CELLS = Tally.from_columns({"g": ["a", "b"], "seconds": [1, 2]}, [1, 1])
WORDS = Tally.from_columns({"wait": ["1", "2"]}, [1, 1])


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: summarise_times([1, -2]), InvalidInputError, r"seconds must be >= 0; got -2 at seconds\[1\]"),
        (lambda: summarise_times([1, math.nan]), InvalidInputError, r"must not be missing; got nan at seconds\[1\]"),
        (lambda: summarise_times([1, math.inf]), InvalidInputError, r"finite.*got inf at seconds\[1\] \(1 of 2\)"),
        (lambda: summarise_times([-math.inf], invalid="exclude"), InvalidInputError, "finite"),
        (lambda: summarise_times([1e13]), InvalidInputError, "below 292,000 years"),
        (lambda: summarise_times(["5.45", None]), InvalidTypeError, r"got the text '5.45' at seconds\[0\].*unit cannot be told"),
        (lambda: summarise_times([None, 5.0, "NULL"]), InvalidTypeError, r"got the text 'NULL' at seconds\[2\].*become missing on reading"),
        (lambda: summarise_times(pd.Series(["0:08:00", "#DIV/0!"])), InvalidTypeError, "the text '0:08:00'"),
        (lambda: summarise_times(pl.Series(["."])), InvalidTypeError, r"the text '\.'"),
        (lambda: summarise_times(np.array(["a"])), InvalidTypeError, "the text 'a'"),
        (lambda: summarise_times(np.array([b"a"])), InvalidTypeError, "the text b'a'"),
        (lambda: summarise_times([dt.time(0, 8)]), InvalidTypeError, r"a clock time, 00:08:00, at seconds\[0\]: subtract"),
        (lambda: summarise_times([dt.datetime(2024, 1, 1)]), InvalidTypeError, "a date, 2024-01-01 00:00:00"),  # noqa: DTZ001
        (lambda: summarise_times([dt.timedelta(seconds=5), 5]), InvalidTypeError, "all numbers of seconds or all durations; got both"),
        (lambda: summarise_times(np.array([5], dtype="m8[M]")), InvalidTypeError, r"got timedelta64\[M\]"),
        (lambda: summarise_times([4, -9999]), InvalidInputError, r"seconds must be >= 0; got -9999 at seconds\[1\].*invalid='exclude'"),
        (lambda: summarise_times([True, False]), InvalidTypeError, "hold numbers"),
        (lambda: summarise_times([[1], [2, 3]]), InvalidTypeError, "uneven parts"),
        (lambda: summarise_times([[1, 2]]), InvalidTypeError, r"one column of numbers; got list of shape \(1, 2\)"),
        (lambda: summarise_times(np.array(["2024-01-01"], dtype="M8[ns]")), InvalidTypeError, "subtract dates from each other"),
        (lambda: summarise_times([1], mean_method="jackknife"), UnknownNameError, "'student_t', 'bootstrap'"),
        (lambda: summarise_times([1], mean_method="bootstrap"), InvalidInputError, "seed must be given"),
        (lambda: summarise_times([1], seed=1), InvalidInputError, "seed is for mean_method='bootstrap'"),
        (lambda: summarise_times([1], mean_method="bootstrap", seed=-1), InvalidInputError, "seed must be a whole number >= 0; got -1"),
        (lambda: summarise_times([1], mean_method="bootstrap", seed=2**33), InvalidInputError, "seed must be at most 4,294,967,295"),
        (lambda: summarise_times(np.arange(3e5), mean_method="bootstrap", seed=1), InvalidInputError, "'student_t' for so many times: .* 3e.09 draws"),
        (lambda: summarise_times(5), InvalidTypeError, "Tally or a data frame"),
        (lambda: summarise_times("5"), InvalidTypeError, "Tally or a data frame"),
        (lambda: summarise_times({"seconds": [5]}), InvalidTypeError, "Tally or a data frame"),
        (lambda: summarise_times([1], by="g"), InvalidInputError, "by="),
        (lambda: summarise_times([1], count="n"), InvalidInputError, "count="),
        (lambda: summarise_times([1], missed="missing seconds"), InvalidInputError, "missed="),
        (lambda: summarise_times([1], seconds="wait"), InvalidInputError, "seconds="),
        (lambda: summarise_times([1], invalid="drop"), UnknownNameError, "'refuse', 'exclude'"),
        (lambda: summarise_times(FRAME, invalid="exclude"), InvalidInputError, "invalid= is for a column"),
        (lambda: summarise_times([1], inclusive="yes"), InvalidTypeError, "inclusive must be True or False; got 'yes'"),
        (lambda: summarise_times([1], percentile_method="type7"), UnknownNameError, "'linear', 'inverted_cdf'.*'weibull'"),
        (lambda: summarise_times([1], percentile_method=7), InvalidTypeError, "percentile_method"),
        (lambda: summarise_times([1], confidence_level=95), InvalidInputError, "Did you mean 0.95"),
        (lambda: summarise_times([1], target=0), InvalidInputError, "target must be > 0; got 0"),
        (lambda: summarise_times([1], target=-5), InvalidInputError, "target must be > 0; got -5"),
        (lambda: summarise_times([1], target=math.nan), InvalidInputError, "target must be a finite number"),
        (lambda: summarise_times([1], target=1e14), InvalidInputError, "target must be below 292,000 years"),
        (lambda: summarise_times([1], target="6 min"), InvalidTypeError, "target must be a number of seconds, as 900 for 15 minutes, or a timedelta; got '6 min'"),
        (lambda: summarise_times([1], target=dt.timedelta(0)), InvalidInputError, "target must be > 0; got 0"),
        (lambda: summarise_times([1], target={"a": 5}), InvalidInputError, "needs by="),
        (lambda: summarise_times(CELLS, target={"a": 5}), InvalidInputError, "needs by="),
        (lambda: summarise_times(CELLS, by="g", target={"a": 5, "b": -1}), InvalidInputError, r"target\['b'\] must be > 0"),
        (lambda: summarise_times(CELLS, by="g", target={"a": 5}), UnknownNameError, "lacks 'b'"),
        (lambda: summarise_times(CELLS, by="seconds"), InvalidInputError, "by must not name 'seconds'"),
        (lambda: summarise_times(FRAME, by="seconds", seconds="n"), InvalidInputError, "by must not name 'seconds'"),
        (lambda: summarise_times(CELLS, by="h"), UnknownNameError, "no dimension 'h'; it has 'g', 'seconds'"),
        (lambda: summarise_times(CELLS, seconds="wait"), UnknownNameError, "no dimension 'wait'"),
        (lambda: summarise_times(CELLS, seconds=5), InvalidTypeError, "seconds must be text"),
        (lambda: summarise_times(CELLS, count="n"), InvalidInputError, "count= names a column of a frame"),
        (lambda: summarise_times(WORDS, seconds="wait"), InvalidTypeError, "'wait' must hold whole seconds; got the label '1'"),
        (lambda: summarise_times(FRAME, seconds="wait"), UnknownNameError, "^seconds: column must be one of .*; got 'wait'"),
        (lambda: summarise_times(FRAME, seconds="wait", percentiles=False), UnknownNameError, "^seconds: column must"),
        (lambda: summarise_times(FRAME, seconds="text"), InvalidTypeError, "column 'text' must hold numbers of seconds.*NULL"),
        (lambda: summarise_times(FRAME.assign(seconds=FRAME.g == "a")), InvalidTypeError, "'seconds' must hold seconds as numbers"),
        (lambda: summarise_times(FRAME, by="h"), UnknownNameError, "'h'"),
        (lambda: summarise_times(FRAME, missed=5), InvalidTypeError, "missed must be a name"),
        (lambda: summarise_times(FRAME, count="rows", missed="late"), UnknownNameError, "missed: reason for exclusion.*'missing seconds'; got 'late'"),
        (
            lambda: summarise_times(Tally.from_columns({"g": ["a", "b"], "seconds": [1, -2007]}, [1, 1]), by="g"),
            InvalidInputError,
            r"seconds must be >= 0; got -2007 for g b \(in 1 cells\).*tally.drop\(seconds=\[-2007, …\]\)",
        ),
        (lambda: summarise_times(Tally.from_columns({"seconds": [-5]}, [1])), InvalidInputError, r"got -5 \(in 1"),
        (lambda: summarise_times(Tally.from_columns({"wait": [10**14]}, [1]), seconds="wait"), InvalidInputError, "292,000 years"),
        (lambda: summarise_times([5], target=np.timedelta64("NaT", "s")), InvalidInputError, "target must be a length of time.*not missing"),
        (lambda: summarise_times([5], target=np.timedelta64(1, "M")), InvalidInputError, "target must be a length of time in weeks or less"),
        (lambda: summarise_times([5], target=1e-7), InvalidInputError, "target must be at least a microsecond"),
    ],
)  # fmt: skip
def test_bad_input(call, error, says):
    """Every fault is an error of the family that names the argument and the value."""
    with pytest.raises(error, match=says) as caught:
        call()
    assert isinstance(caught.value, PoliceMetricsError)


def test_times_missed_need_a_target_beside_as_many_measured():
    """One time measured and one missed: two to compare, not none."""
    data = Tally.from_columns({"g": ["a", "a"], "seconds": [5.0, None]}, [1, 1])
    with pytest.raises(UnknownNameError, match="target must name every group of 'g'; it lacks 'a'"):
        summarise_times(data, by="g", target={"b": 10}, missed="missing seconds")


@pytest.mark.parametrize("more", [{}, {"mean_method": "bootstrap", "seed": 1}])
def test_a_count_of_none_changes_no_digit(more):
    times = Tally.from_columns({"seconds": [1.0, 2, 3, 4]}, [3, 1, 0, 2])
    without = Tally.from_columns({"seconds": [1.0, 2, 4]}, [3, 1, 2])
    assert summarise_times(times, **more) == summarise_times(without, **more)
