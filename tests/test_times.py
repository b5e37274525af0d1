"""Times: published figures, laws, and every way the input can be wrong."""

from __future__ import annotations

import datetime as dt
import inspect
import math
import pickle
import statistics
from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from policemetrics import datasets, summarise_times
from policemetrics.errors import (
    CountOverflowError,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    PoliceMetricsWarning,
    UnknownNameError,
)
from policemetrics.figures import TimeSummary
from policemetrics.frames.counting import tally
from policemetrics.frames.stamps import durations
from policemetrics.percentiles import Runs
from policemetrics.published import PooledMean, pool_means
from policemetrics.rates import share
from policemetrics.results import Results
from policemetrics.tallies import Tally
from policemetrics.times.averages import bootstrap_means
from policemetrics.typing import Percentile

# scipy before 1.15 had another name for it.
GENERATOR = "rng" if "rng" in inspect.signature(bootstrap).parameters else "random_state"
TEN = [2, 3, 4, 5, 6, 7, 8, 9, 12, 31]
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


def undefined(*values):
    """Whether none of the values is available."""
    return all(map(math.isnan, values))


def as_cells(rows):
    """A tally of (group, seconds, count) rows."""
    groups, seconds, counts = zip(*rows, strict=True)
    return Tally.from_columns({"g": list(groups), "seconds": list(seconds)}, list(counts))


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

    def test_nhs_september_2017(self):
        """Calls answered by four trusts: pooled mean 21.65 s, where the mean of the means is 17.18."""
        data = datasets.nhs_999_calls()
        then = np.array(data.columns["period"]) == "2017-09"
        calls, seconds = data.columns["calls"][then], data.columns["total_seconds"][then]
        found = pool_means(seconds / calls, calls)
        assert round(found.mean, 2) == 21.65
        assert round(float(np.mean(seconds / calls)), 2) == 17.18
        assert found.n == calls.sum()
        printed = pool_means(data.columns["mean_seconds"][then], calls, rounded_to=1)
        assert printed.rounding_low <= found.mean <= printed.rounding_high

    def test_nhs_every_printed_mean(self, shared_data):
        """85 of 85 printed means are total over count; those of the trusts, pooled, leave room for England's."""
        file = shared_data / "answer_times" / "nhs_ambsys_2017_09_and_2026_04.csv"
        rows = pd.read_csv(file, na_values=["."])
        checked = 0
        for count, total, mean in (
            ("A1", "A2", "A3"),
            ("A8", "A24", "A25"),
            ("A9", "A27", "A28"),
            ("A10", "A30", "A31"),
            ("A11", "A33", "A34"),
        ):
            known = rows.dropna(subset=[count, total, mean])
            for n, sum_of, printed in zip(known[count], known[total], known[mean], strict=True):
                found = pool_means([printed], [n], rounded_to=1)
                assert found.rounding_low <= sum_of / n <= found.rounding_high
                checked += 1
            for _, month in known.groupby("Year"):
                trusts, england = month[month["Org Code"] != "Eng"], month[month["Org Code"] == "Eng"]
                pooled = pool_means(trusts[mean], trusts[count], rounded_to=1)
                assert pooled.n == england[count].item()
                assert (
                    pooled.rounding_low
                    <= england[total].item() / england[count].item()
                    <= pooled.rounding_high
                )
        assert checked == 85

    def test_us_fire_data(self):
        """Five means in minutes, weighted by their incidents: published as 19.8."""
        found = pool_means([7.6, 13.2, 18.7, 26.9, 8.8], [233, 628, 5030, 2094, 218])
        assert round(found.mean, 1) == 19.8


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


class TestColumn:
    @pytest.mark.parametrize(
        "values",
        [
            [1, 2.5, Decimal(4)],
            (1.0, 2.5, 4.0),
            np.array([4, 2.5, 1], dtype=np.float32),
            pd.Series([1, 2.5, 4], index=[7, 8, 9]),
            pd.Series([1, 2.5, 4], dtype="Float64"),
            pl.Series([1.0, 2.5, 4.0]),
            pa.array([1, 2.5, 4]),
            pa.chunked_array([[1], [2.5, 4]], type=pa.float64()),
        ],
        ids=lambda v: f"{type(v).__module__}.{type(v).__name__}",
    )
    def test_kinds(self, values):
        """Any column of numbers will do."""
        found = summarise_times(values, target=4)
        assert (found.n, found.mean, found.median, found.within, found.out_of) == (3, 2.5, 2.5, 2, 3)

    @pytest.mark.parametrize(
        "values",
        [
            [1, None, -2, 3],
            [1, math.nan, -2.0, 3],
            np.ma.array([1, 7, -2, 3], mask=[False, True, False, False]),
            pd.Series([1, None, -2, 3], dtype="Int64"),
            pd.Series([1, pd.NA, -2, 3], dtype="object"),
            pl.Series([1, None, -2, 3]),
            pa.array([1, None, -2, 3]),
        ],
        ids=lambda v: f"{type(v).__module__}.{type(v).__name__}",
    )
    def test_excluded_by_reason(self, values):
        """Missing and negative seconds are left out on request, each counted."""
        found = summarise_times(values, invalid="exclude")
        assert (found.n, found.mean) == (2, 2)
        assert dict(found.exclusions.reasons) == {"missing": 1, "negative": 1}
        with pytest.raises(
            InvalidInputError,
            match=r"must not be missing; got nan at seconds\[1\] \(1 of 4\).*invalid='exclude'",
        ):
            summarise_times(values)

    @pytest.mark.parametrize(
        "make",
        [
            list,
            tuple,
            lambda v: np.array(v, dtype="m8[us]"),
            lambda v: np.array(v, dtype="m8[ns]"),
            pd.Series,
            pd.to_timedelta,
            lambda v: pd.Series(v).astype("duration[us][pyarrow]"),
            lambda v: pd.Series(v, dtype=object),
            pl.Series,
            pa.array,
            lambda v: pa.chunked_array([pa.array(v[:1]), pa.array(v[1:])]),
            lambda v: [np.timedelta64(x) for x in v if x is not None] + [np.timedelta64("NaT")],
            lambda v: [pd.Timedelta(x) for x in v],
        ],
    )  # fmt: skip
    def test_durations(self, make):
        """Durations are what they are, to the microsecond: 16.213703 s, 2 min 14 s, and one that is missing."""
        given = [dt.timedelta(microseconds=16_213_703), dt.timedelta(minutes=2, seconds=14), None]
        found = summarise_times(make(given), target=dt.timedelta(minutes=2), invalid="exclude")
        assert (found.n, found.mean, found.within) == (2, float(Fraction(150_213_703, 2 * 10**6)), 1)
        assert dict(found.exclusions.reasons) == {"missing": 1}
        assert found.target == 120

    @pytest.mark.parametrize(
        ("target", "says"), [(0.25, "0.25 s, under one second"), (604_801, "over a week")]
    )
    def test_a_target_of_another_unit_warns(self, target, says):
        """A target in minutes cannot be told from one in seconds, but the absurd ones can; it warns where it is given."""
        with pytest.warns(PoliceMetricsWarning, match=says) as caught:
            found = summarise_times([1.0], target=target)
        assert found.target == target
        assert caught[0].filename == __file__
        with pytest.warns(PoliceMetricsWarning, match=r"target\['a'\] is"):
            summarise_times(CELLS, by="g", target={"a": target, "b": 1})
        for plain in (1, 604_800):
            summarise_times([1.0], target=plain)

    def test_nothing(self):
        """No rows, or none that counts, give a figure that says so."""
        found = summarise_times([], target=5)
        assert (found.n, found.out_of, found.within) == (0, 0, 0)
        assert undefined(found.mean, found.share_within, found.p99_high)
        assert str(found) == "Times: not available: no rows."
        assert (
            summarise_times([None, -1], invalid="exclude").reason
            == "not available: all rows were excluded (missing 1, negative 1)"
        )

    def test_one(self):
        """A single time has a mean and a median, and no interval worth the name."""
        found = summarise_times([5])
        assert (found.mean, found.median, found.p99) == (5, 5, 5)
        assert undefined(found.mean_low, found.mean_high)
        assert (found.median_low, found.median_high) == (0, math.inf)
        assert found.reason is None
        assert str(found) == "Mean 5 s, median 5 s, 90th percentile 5 s, of 1."

    def test_zeros(self):
        """Zero times are kept and counted; −0 is 0."""
        found = summarise_times([0, -0.0, 4], target=1)
        assert (found.zeros, found.mean, found.within) == (2, 4 / 3, 2)
        assert math.copysign(1, found.median) == 1

    def test_no_target(self):
        """Without a target there is no share, which is no fault."""
        found = summarise_times([1, 2])
        assert undefined(found.target, found.within, found.share_within)
        assert found.reason is None
        assert "within" not in str(found)

    def test_target_to_the_microsecond(self):
        """A target, and a time, that floating point has moved off its decimals still compare as written."""
        assert 1.1 + 2.2 > 3.3
        assert summarise_times([1.1 + 2.2], target=3.3).within == 0
        assert summarise_times([1.1 + 2.2], target=3.3, inclusive=True).within == 1
        assert summarise_times([3.3], target=1.1 + 2.2).within == 0

    def test_interval_holds_its_estimate(self):
        """Where a definition goes beyond the order statistics, the interval is widened to it."""
        # Of two values the 99th percentile has the second as its lower limit.
        found = summarise_times([1, 2])
        assert found.p99 == pytest.approx(1.99)
        assert found.p99_low == found.p99


class TestDigits:
    @pytest.mark.parametrize(
        "finer",
        [
            [2.5e-7, 2.5e-7, 2.5e-7, 4e-7, 9e-7],
            [3e-7, 4e-7],
            [1.0, 1.0, 2.0, 2.0000004, 2.0000004],
            [3e-7, 5e-7, 5e-7, 5e-7, 5e-7, 1.1e-6],
        ],
    )
    def test_finer_than_a_microsecond(self, finer):
        """As Python's statistics have it, in exact fractions."""
        found = summarise_times(finer)
        assert found.mean == pytest.approx(statistics.mean(finer), rel=1e-12)
        assert found.sd == pytest.approx(statistics.stdev(finer), rel=1e-9)

    def test_minus_zero_is_zero(self):
        found = summarise_times([-0.0, -0.0])
        assert [math.copysign(1, v) for v in (found.mean, found.median, found.p90)] == [1, 1, 1]

    def test_one_time_finer_than_a_microsecond_has_no_deviation(self):
        found = summarise_times([3e-7])
        assert found.mean == pytest.approx(3e-7, rel=1e-12)
        assert math.isnan(found.sd)

    @pytest.mark.parametrize("count", [2**40, 2**57 - 1, 2**60])
    def test_sums_far_beyond_64_bits(self, count):
        """The mean of two times, each as often, lies half between them; each deviates by half a second."""
        counted = Tally.from_columns({"seconds": [2**36 + 0.5, 2**36 + 1.5]}, [count, count])
        found = summarise_times(counted, percentiles=False)
        assert found.mean == 2**36 + 1
        assert found.sd == pytest.approx(0.5, rel=1e-11)

    def test_sums_whose_float_says_little_of_the_last_64_bits(self):
        """Forty times a second apart, of 2,000 years each: the variance of k numbers in a row is k(k + 1)/12."""
        found = summarise_times([2**36 + 0.5 + i for i in range(40)], percentiles=False)
        assert found.mean == 2**36 + 20
        assert found.sd == pytest.approx(math.sqrt(40 * 41 / 12), rel=1e-12)

    def test_many_short_times_finer_than_a_second(self):
        """10,000 of one and two microseconds: the squares are few, the number of times is not."""
        counted = Tally.from_columns({"seconds": [1e-6, 2e-6]}, [5_000, 5_000])
        found = summarise_times(counted, percentiles=False)
        assert found.mean == 1.5e-6
        assert found.sd == pytest.approx(0.5e-6 * math.sqrt(10_000 / 9_999), rel=1e-12)


class TestBootstrap:
    def test_the_largest_seed(self):
        assert summarise_times([1, 1], mean_method="bootstrap", seed=2**32 - 1).seed == 4_294_967_295

    def test_ten_values(self):
        """[Py] scipy's BCa of the ten values, 9,999 resamples: 5.5 to 16.9 by one stream of numbers, 17.1 by another."""
        found = summarise_times(TEN, mean_method="bootstrap", seed=1)
        assert found.mean_low == 5.5
        assert 16.8 <= found.mean_high <= 17.3
        assert (found.mean, found.mean_method, found.seed) == (8.7, "bootstrap", 1)
        assert found.interval.method == "bootstrap"

    def test_as_scipy(self):
        """The interval is that of scipy.stats.bootstrap with the same generator, to the last digits."""
        values = np.random.default_rng(5).lognormal(3, 1, 200).round(3)
        for level in (0.8, 0.95):
            generator = {GENERATOR: np.random.default_rng(2)}
            expected = bootstrap((values,), np.mean, confidence_level=level, **generator).confidence_interval
            found = summarise_times(np.sort(values), mean_method="bootstrap", seed=2, confidence_level=level)
            assert (found.mean_low, found.mean_high) == pytest.approx(expected, rel=0.01)

    def test_counts_are_resampled_alike(self):
        """Many calls of few distinct times are drawn by count: as many rows give the same within the noise of drawing."""
        seconds, counts = [1, 4, 9, 60], [400, 300, 200, 100]
        counted = Tally.from_columns({"seconds": seconds}, counts)
        by_count = summarise_times(counted, mean_method="bootstrap", seed=1)
        # A hair apart, the same times have as many distinct values as rows.
        spread = np.repeat(seconds, counts) + np.arange(1000) * 1e-6
        by_row = summarise_times(spread, mean_method="bootstrap", seed=1)
        assert (by_count.mean_low, by_count.mean_high) == pytest.approx(
            (by_row.mean_low, by_row.mean_high), rel=0.01
        )
        assert by_count.mean_low < 9.4 < by_count.mean_high
        # Skewed times: further up than down, and both higher than Student's.
        plain = summarise_times(counted)
        assert by_count.mean_high - 9.4 > 9.4 - by_count.mean_low
        assert by_count.mean_high > plain.mean_high
        assert by_count.mean_low > plain.mean_low

    def test_again(self):
        """One seed gives one interval, in a table as alone; another seed another one, a little apart."""
        rows = [("a", s, 1) for s in TEN] + [("b", s * s, 1) for s in TEN]
        table = summarise_times(as_cells(rows), by="g", mean_method="bootstrap", seed=3)
        alone = summarise_times(TEN, mean_method="bootstrap", seed=3)
        assert (table[0].mean_low, table[0].mean_high) == (alone.mean_low, alone.mean_high)
        other = summarise_times([v * v for v in TEN], mean_method="bootstrap", seed=4)
        assert other.mean_high != table[1].mean_high
        assert other.mean_high == pytest.approx(table[1].mean_high, rel=0.2)
        assert table.to_polars(audit=True)["seed"].to_list() == [3, 3]

    def test_degenerate(self):
        """One time has no interval; equal times have a point; far out in the tails the limits are the extremes."""
        options = {"mean_method": "bootstrap", "seed": 1}
        assert undefined(summarise_times([5], **options).mean_low, summarise_times([], **options).mean_high)
        found = summarise_times([5, 5, 5], **options)
        assert (found.mean_low, found.mean_high) == (5, 5)
        lone = summarise_times([0] * 19 + [100], confidence_level=1 - 1e-9, **options)
        assert lone.mean_low == 0
        assert lone.mean_high <= 100
        mirrored = summarise_times([100] * 19 + [0], confidence_level=1 - 1e-9, **options)
        assert mirrored.mean_high == 100

    @given(st.lists(st.integers(0, 100), min_size=2, max_size=12))
    @settings(max_examples=10)
    def test_bounds(self, values):
        """The limits lie within the range of the times, and hold the mean."""
        found = summarise_times(values, mean_method="bootstrap", seed=1)
        assert min(values) <= found.mean_low <= found.mean + 1e-9
        assert found.mean - 1e-9 <= found.mean_high <= max(values)


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
            "missed, within 2 s (95% interval 6.15% to 79.23%), counted as under the target. Left out: missing seconds 1."
        )
        assert str(found[1]).startswith(
            "b: times: not available: all rows were excluded (missing seconds 1); 0.00% of 1, with 1 missed, within 2 s"
        )

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
        """A correction that outweighs what it corrects leaves no count; one that does not is netted."""
        found = summarise_times(
            as_cells([("a", 5, 3), ("a", 5, -1), ("b", 5, 1), ("b", 9, -2)]), by="g", target=6
        )
        assert found.at(g="a").n == 2
        b = found.at(g="b")
        assert (
            b.reason
            == "not available: a count of -2 at 9 s, below zero: corrections outweigh what was recorded"
        )
        assert undefined(b.n, b.share_within)
        assert b.target == 6
        found = summarise_times(as_cells([("b", 5, -1), ("b", 9, -2)]), by="g")
        assert "-1 at 5 s" in found[0].reason

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
        heading = (
            "g n mean median 95% interval of median p90 target share_within 95% interval of share_within"
        )
        assert repr(found).splitlines()[0].split() == heading.split()
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


class TestPoolMeans:
    def test_a_row_without_one_of_two_labels_is_of_no_group(self):
        frame = pd.DataFrame({
            "force": ["a", "a", "b"], "line": ["999", None, "999"], "mean": [10, 50, 30], "calls": [4, 4, 4],
        })  # fmt: skip
        table = pool_means(frame, mean="mean", count="calls", by=["force", "line"])
        assert [table.at(force=force, line="999").mean for force in "ab"] == [10, 30]

    def test_rounding(self):
        """5 s printed may be 4.5 to 5.5; a time is never below 0."""
        found = pool_means([5, 5], [1, 3], rounded_to=1)
        assert (found.mean, found.rounding_low, found.rounding_high) == (5, 4.5, 5.5)
        assert str(found) == "Pooled mean 5 s of 4 (4.5 s to 5.5 s as far as the rounding tells)."
        assert pool_means([0], [1], rounded_to=1).rounding_low == 0
        nothing_below = pool_means([0, 10], [1, 1], rounded_to=1)
        assert (nothing_below.rounding_low, nothing_below.rounding_high) == (4.75, 5.5)
        plain = pool_means([5], [2])
        assert isinstance(plain, PooledMean)
        assert undefined(plain.rounding_low, plain.rounding_high)
        assert str(plain) == "Pooled mean 5 s of 2."

    def test_no_weight(self):
        """A mean of no times has no weight; without any time there is no mean."""
        assert pool_means([7, 500], [4, 0]).mean == 7
        found = pool_means([5], [0])
        assert found.reason == "not available: the counts add up to 0"
        assert math.isnan(found.mean)
        assert str(found) == "Pooled mean: not available: the counts add up to 0."
        assert pool_means([], []).reason is not None

    @given(st.lists(st.lists(st.integers(0, 900), min_size=1, max_size=9), min_size=1, max_size=6))
    def test_mean_of_all(self, parts):
        """Pooled means of parts are the mean of everything."""
        found = pool_means([sum(p) / len(p) for p in parts], [len(p) for p in parts])
        assert found.mean == pytest.approx(summarise_times([v for p in parts for v in p]).mean)
        assert min(map(min, parts)) - 1e-9 <= found.mean <= max(map(max, parts)) + 1e-9

    def test_summaries(self):
        """A table of summaries is pooled by its own counts: exactly the mean of all the times."""
        rows = [("a", 4, 3), ("a", 9, 1), ("b", 30, 4), ("c", 5, 0)]
        cells = as_cells(rows)
        table = summarise_times(cells, by="g")
        assert pool_means(table).mean == pytest.approx(summarise_times(cells).mean)
        assert pool_means(table).n == 8
        by = pool_means(table, by="g")
        assert by["mean"][:2].tolist() == [5.25, 30]
        assert by[2].reason == "not available: the counts add up to 0"
        assert pool_means(by, mean="mean").mean == pool_means(table).mean
        assert pool_means(table[:0]).reason == "not available: the counts add up to 0"

    def test_summaries_not_available(self):
        """What is not available in one is not available in all of its group."""
        cells = Tally.from_columns({"g": ["a", "a", "b"], "m": [1, 2, 1], "seconds": [5, 7, 9]}, [1, 1, 1])
        table = summarise_times(cells.not_supplied("lost", g="a", m=2), by=("g", "m"))
        found = pool_means(table, by="g")
        assert (found[0].reason, found[1].mean) == ("not available: lost", 9)
        assert undefined(found[0].mean, found[0].n)

    def test_durations(self):
        """Means may come as durations."""
        assert pool_means([dt.timedelta(seconds=7), dt.timedelta(seconds=25)], [300, 100]).mean == 11.5

    def test_medians_have_no_pool(self):
        """Parts of 100 calls with the medians 2 and 20 s: together the median may be either, or between."""
        for between in (2, 7, 20):
            parts = [2] * 51 + [between] * 49, [between] * 49 + [20] * 51
            assert [summarise_times(part).median for part in parts] == [2, 20]
            assert summarise_times(parts[0] + parts[1]).median == between

    def test_engines(self):
        """Every frame gives the same table, groups without a label in the ledger."""
        data = {"g": ["a", "b", None, "a", "c"], "m": [2.0, 9.0, 1.0, 8.0, 3.0], "n": [3, 1, 5, 1, 0]}
        expected = pool_means(pd.DataFrame(data), mean="m", count="n", by="g", rounded_to=1)
        assert expected["g"].tolist() == ["(missing)", "a", "b", "c"]
        assert expected["mean"][1:3].tolist() == [3.5, 9]
        assert expected["n"].tolist() == [0, 4, 1, 0]
        assert expected["excluded"].tolist() == [5, 0, 0, 0]
        assert expected[0].reason == "not available: all n were excluded (missing g 5)"
        assert expected[3].reason == "not available: the counts add up to 0"
        assert expected[0].exclusions.unit == "n"
        for frame in (pl.DataFrame(data), pa.table(data), duckdb.from_arrow(pa.table(data))):
            assert pool_means(frame, mean="m", count="n", by=["g"], rounded_to=1) == expected

    def test_whole_frame(self):
        """With no dimension to keep, a frame gives one row: that of its columns."""
        frame = pl.DataFrame({"m": [2.0, 8.0], "n": [3, 1]})
        table = pool_means(frame, mean="m", count="n", by=())
        assert len(table) == 1
        assert table[0].mean == pool_means(frame["m"], frame["n"]).mean == 3.5


def share_table():
    return Results.of([share(1, 2)])


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
        (lambda: summarise_times(np.array([5], dtype="m8")), InvalidTypeError, "got timedelta64"),
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
        (lambda: summarise_times([1], target="6 min"), InvalidTypeError, "target must be a number; got '6 min'"),
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
        (lambda: summarise_times(FRAME, missed="late"), UnknownNameError, "missed: reason for exclusion.*'missing seconds'; got 'late'"),
        (
            lambda: summarise_times(Tally.from_columns({"g": ["a", "b"], "seconds": [1, -2007]}, [1, 1]), by="g"),
            InvalidInputError,
            r"seconds must be >= 0; got -2007 for g b \(in 1 cells\).*tally.drop\(seconds=\[-2007, …\]\)",
        ),
        (lambda: summarise_times(Tally.from_columns({"seconds": [-5]}, [1])), InvalidInputError, r"got -5 \(in 1"),
        (lambda: summarise_times(Tally.from_columns({"wait": [10**14]}, [1]), seconds="wait"), InvalidInputError, "292,000 years"),
        (lambda: pool_means([1, 2], [1]), InvalidInputError, "means has 2, counts has 1"),
        (lambda: pool_means([-1], [1]), InvalidInputError, "means must hold finite numbers >= 0"),
        (lambda: pool_means([math.nan], [0]), InvalidInputError, "means must hold finite numbers >= 0"),
        (lambda: pool_means([None], [1]), InvalidInputError, "means must hold finite numbers >= 0; got nan"),
        (lambda: pool_means([1], [1.5]), InvalidInputError, "counts must hold whole numbers"),
        (lambda: pool_means([1], [-1]), InvalidInputError, "counts must hold whole numbers >= 0"),
        (lambda: pool_means(["5.45"], [1]), InvalidTypeError, "means must hold numbers of seconds.*the text '5.45'"),
        (lambda: pool_means([1], ["1"]), InvalidTypeError, "counts must hold numbers; got '1'"),
        (lambda: pool_means(FRAME.rename(columns={"seconds": "median_seconds"}), mean="median_seconds", count="n", by="g"), InvalidInputError, "'median_seconds' is a median or percentile by its name.*cannot be pooled"),
        (lambda: pool_means(pd.Series([1.0], name="P90"), [1]), InvalidInputError, "means must be means; 'P90'"),
        (lambda: pool_means(summarise_times(CELLS, by="g"), mean="median"), InvalidInputError, "'median' is a median"),
        (lambda: pool_means(summarise_times(CELLS, by="g"), by="h"), UnknownNameError, "no column 'h'"),
        (lambda: pool_means(summarise_times(CELLS, by="g"), [1, 2]), InvalidInputError, "counts="),
        (lambda: pool_means(summarise_times(CELLS, by="g"), count="n"), InvalidInputError, "count="),
        (lambda: pool_means(share_table()), InvalidTypeError, "table of TimeSummary or PooledMean; got one of Share"),
        (lambda: pool_means([1]), InvalidTypeError, r"counts must be one column of numbers; got NoneType of shape \(\)"),
        (lambda: pool_means(5, [1]), InvalidTypeError, "means must be one column of numbers; got int"),
        (lambda: pool_means([[1]], [[1]]), InvalidTypeError, "one column"),
        (lambda: pool_means(pd.Series([1], index=[4]), pd.Series([1])), InvalidInputError, "same index"),
        (lambda: pool_means([1], [1], rounded_to=0), InvalidInputError, "rounded_to must be > 0"),
        (lambda: pool_means([1], [1], by="g"), InvalidInputError, "by="),
        (lambda: pool_means(FRAME), InvalidTypeError, "pool_means takes means and their counts"),
        (lambda: pool_means(FRAME, mean="seconds", count="n"), InvalidTypeError, "mean=, count= and by="),
        (lambda: pool_means(FRAME, mean="seconds", count="calls", by="g"), UnknownNameError, "'calls'"),
        (lambda: pool_means(FRAME, mean="wait", count="n", by="g"), UnknownNameError, "'wait'"),
        (lambda: pool_means(FRAME, mean="text", count="n", by="g"), InvalidTypeError, "column 'text' must hold numbers of seconds"),
        (lambda: pool_means(FRAME, mean="n", count="seconds", by="g"), InvalidInputError, "more than once"),
        (lambda: pool_means(FRAME.assign(seconds=[1, None]), mean="seconds", count="n", by="g"), InvalidInputError, "seconds must"),
        (lambda: pool_means(FRAME, mean=5, count="n", by="g"), InvalidTypeError, "mean must be text"),
        (lambda: pool_means({"m": [1]}, mean="m", count="n", by="g"), InvalidTypeError, "data frame"),
        (lambda: summarise_times([5], target=np.timedelta64("NaT")), InvalidInputError, "target must be a length of time.*not missing"),
        (lambda: summarise_times([5], target=np.timedelta64(1, "M")), InvalidInputError, "target must be a length of time in weeks or less"),
        (lambda: summarise_times([5], target=1e-7), InvalidInputError, "target must be at least a microsecond"),
        (lambda: pool_means([7.3, 25], [3, 1], rounded_to=1), InvalidInputError, "means must be multiples of rounded_to, 1, if they were rounded to that; got 7.3 at means"),
        (lambda: pool_means(FRAME.assign(seconds=7.5), mean="seconds", count="n", by="g", rounded_to=1), InvalidInputError, "seconds must be multiples of rounded_to"),
        (lambda: pool_means(pd.Series([7], name="med_answer"), [3]), InvalidInputError, "'med_answer' is a median or percentile"),
        (lambda: pool_means(pd.Series([7], name="95th"), [3]), InvalidInputError, "'95th' is a median or percentile"),
    ],
)  # fmt: skip
def test_bad_input(call, error, says):
    """Every fault is an error of the family that names the argument and the value."""
    with pytest.raises(error, match=says) as caught:
        call()
    assert isinstance(caught.value, PoliceMetricsError)


def test_the_median_interval_holds_what_it_promises():
    """Of exponential times, the 90% interval holds the true median in more than nine of ten samples."""
    times = np.random.default_rng(7).exponential(60, 25 * 1000)
    samples = Tally.from_columns({"sample": np.arange(25 * 1000) % 1000, "seconds": times}, [1] * 25 * 1000)
    found = summarise_times(samples, by="sample", confidence_level=0.9)
    truth = 60 * math.log(2)
    held = np.mean((found["median_low"] <= truth) & (truth <= found["median_high"]))
    assert 0.9 < held < 0.98


def test_targets_of_numpy():
    """A target of 10 s is the same as numpy's."""
    assert summarise_times([5, 12], target=np.timedelta64(10_000, "ms")).share_within == 0.5


def test_a_group_beyond_sixty_two_bits_beside_a_small_one():
    """Two times of 285,000 years add up to more microseconds than an integer holds; their mean is exact."""
    data = Tally.from_columns({"g": ["big", "small"], "seconds": [9e12, 1.0]}, [2, 3])
    found = summarise_times(data, by="g")
    assert [(row.group["g"], row.mean) for row in found] == [("big", 9e12), ("small", 1)]


@pytest.mark.parametrize(("option", "value"), [("mean", "m"), ("count", "n"), ("by", "g")])
def test_means_in_columns_of_their_own_take_no_names(option, value):
    with pytest.raises(InvalidInputError, match=f"{option}=.*another form"):
        pool_means([7, 25], [300, 100], **{option: value})


def test_a_table_of_summaries_was_not_rounded():
    table = summarise_times(Tally.from_columns({"g": ["a"], "seconds": [1.0]}, [2]), by="g")
    with pytest.raises(InvalidInputError, match=r"rounded_to=.*another form"):
        pool_means(table, rounded_to=1)


def test_a_minute_and_a_half_was_not_rounded_to_minutes():
    with pytest.raises(InvalidInputError, match="rounded_to"):
        pool_means([90, 120], [3, 1], rounded_to=60)


def test_a_bootstrap_of_few_times_has_a_width():
    """Two of no seconds and two of one: between the two, on either side of a half."""
    (low,), (high,) = bootstrap_means(Runs.of_rows(np.array([0.0, 0, 1, 1])), 1, 0.95)
    assert 0 <= low < 0.5 < high <= 1


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
