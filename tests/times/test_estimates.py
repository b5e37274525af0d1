"""What is worked out of times: the digits of mean and deviation, and the bootstrap."""

from __future__ import annotations

import inspect
import math
import re
import statistics

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap
from timings import TEN, as_cells, undefined

from policemetrics import (
    Tally,
    response_times,
    summarise_times,
    time_change,
)
from policemetrics.percentiles import Runs
from policemetrics.times import estimates
from policemetrics.times.estimates import bootstrap_means

# scipy before 1.15 had another name for it.
GENERATOR = "rng" if "rng" in inspect.signature(bootstrap).parameters else "random_state"


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


def test_the_median_interval_holds_what_it_promises():
    """Of exponential times, the 90% interval holds the true median in more than nine of ten samples."""
    times = np.random.default_rng(7).exponential(60, 25 * 1000)
    samples = Tally.from_columns({"sample": np.arange(25 * 1000) % 1000, "seconds": times}, [1] * 25 * 1000)
    found = summarise_times(samples, by="sample", confidence_level=0.9)
    truth = 60 * math.log(2)
    held = np.mean((found["median_low"] <= truth) & (truth <= found["median_high"]))
    assert 0.9 < held < 0.98


def test_a_group_beyond_sixty_two_bits_beside_a_small_one():
    """Two times of 285,000 years add up to more microseconds than an integer holds; their mean is exact."""
    data = Tally.from_columns({"g": ["big", "small"], "seconds": [9e12, 1.0]}, [2, 3])
    found = summarise_times(data, by="g")
    assert [(row.group["g"], row.mean) for row in found] == [("big", 9e12), ("small", 1)]


def test_a_bootstrap_of_few_times_has_a_width():
    """Two of no seconds and two of one: between the two, on either side of a half."""
    (low,), (high,) = bootstrap_means(Runs.of_rows(np.array([0.0, 0, 1, 1])), 1, 0.95)
    assert 0 <= low < 0.5 < high <= 1


def test_groups_are_worked_out_some_at_a_time(monkeypatch):
    """However many at a time, the figures are the same."""
    random = np.random.default_rng(4)
    frame = pl.DataFrame({"beat": random.integers(0, 9, 100), "seconds": random.integers(0, 60, 100)})
    expected = summarise_times(frame, by="beat", target=30)
    monkeypatch.setattr(estimates, "_GROUPS", 2)
    monkeypatch.setattr(estimates, "_RUNS", 25)
    assert summarise_times(frame, by="beat", target=30) == expected


# ---- stamps in whole minutes ------------------------------------------------------------


def bounds_of(figure):
    """The two bounds that the caveat gives, in per cent as printed; none where there is none."""
    (note,) = [n for n in figure.caveats if n.code == "whole-minutes"] or [None]
    return [] if note is None else re.findall(r"[\d.]+(?=%)", note.long)


MINUTES = [60, 120, 420, 420, 480, 480, 540, 900] * 5


class TestWholeMinutes:
    def test_both_bounds(self):
        """Of 40, 20 are under eight minutes for certain; ten more were written down as eight."""
        found = summarise_times(MINUTES, target=480)
        assert found.within == 20
        assert found.caveat == (
            "stamps in whole minutes leave each time open by up to a minute either way: the share within 8 min lies between "
            "50.00% and 75.00%"
        )
        assert str(found).endswith("lies between 50.00% and 75.00%.")

    @pytest.mark.parametrize(
        ("target", "inclusive", "bounds"),
        [
            (480, True, ["50.00", "75.00"]),
            (500, False, ["50.00", "87.50"]),  # 8 minutes may be 8:59
            (30, False, ["0.00", "12.50"]),
            (3600, False, []),  # all are in time, whatever the seconds
        ],
    )
    def test_any_target(self, target, inclusive, bounds):
        assert bounds_of(summarise_times(MINUTES, target=target, inclusive=inclusive)) == bounds

    def test_stated(self):
        """Thirty are evidence; fewer are whole minutes if the caller says so, and more are not if the caller does."""
        assert bounds_of(summarise_times(MINUTES[:29], target=480)) == []
        assert bounds_of(summarise_times(MINUTES[:30], target=480)) != []
        assert bounds_of(summarise_times(MINUTES[:8], target=480, recorded_to="minute")) == ["50.00", "75.00"]
        found = summarise_times(MINUTES, target=480, recorded_to="second")
        assert (bounds_of(found), found.recorded_to) == ([], "second")

    def test_no_evidence(self):
        assert bounds_of(summarise_times([*MINUTES, 481], target=480)) == []
        assert bounds_of(summarise_times([0] * 40, target=480)) == []
        assert bounds_of(summarise_times(MINUTES)) == []

    @pytest.mark.parametrize("engine", ["memory", "lazy", "duckdb", "whole"])
    def test_engines(self, engine):
        """Where an engine adds up, it is asked again, and only where the sums allow of whole minutes."""
        frame = pl.DataFrame({"g": ["a", "b"] * 20, "seconds": [float(s) for s in MINUTES]})
        if engine == "whole":
            frame = frame.with_columns(pl.col("seconds").cast(pl.Int64))
        there = {"memory": frame, "lazy": frame.lazy(), "duckdb": duckdb.from_arrow(frame.to_arrow())}
        data = there.get(engine, frame.lazy())
        for target, inclusive in ((480, False), (480, True), (500, False), (30, False)):
            asked = {"target": target, "inclusive": inclusive, "by": "g"}
            expected = summarise_times(frame, **asked)
            found = summarise_times(data, **asked, percentiles=False)
            assert [f.caveats for f in found] == [f.caveats for f in expected]
            assert any(bounds_of(f) for f in found)

    @given(st.lists(st.integers(0, 12), min_size=30, max_size=40), st.integers(1, 900), st.booleans())
    def test_the_truth_lies_between(self, minutes, target, inclusive):
        """Whatever the seconds that both stamps lost."""
        found = summarise_times([60 * m for m in minutes], target=target, inclusive=inclusive)
        low, high = map(float, bounds_of(found) or [100 * found.share_within] * 2)
        cut = np.random.default_rng(target).uniform(0, 60, (2, len(minutes)))
        truth = 60 * np.array(minutes) + cut[0] - cut[1]
        share = 100 * np.mean(truth <= target if inclusive else truth < target)
        if any(minutes):
            assert low - 0.005 <= share <= high + 0.005

    def test_of_groups(self):
        """A force in whole minutes beside one in seconds; a small group of a log in whole minutes is in them, too."""
        frame = pl.DataFrame(
            {"force": ["A"] * 40 + ["B"] * 40, "seconds": MINUTES + [s + 1 for s in MINUTES]}
        )
        table = summarise_times(frame, by="force", target=480)
        assert [bounds_of(f) for f in table] == [["50.00", "75.00"], []]
        odd = frame.with_columns(seconds=pl.Series([*MINUTES, *MINUTES[:-1], 61]))  # one that lies between
        assert [bounds_of(f) for f in summarise_times(odd, by="force", target=480)] == [
            ["50.00", "75.00"],
            [],
        ]
        few = pl.DataFrame({"force": ["A"] * 32 + ["B"] * 8, "seconds": MINUTES})
        assert all(bounds_of(f) for f in summarise_times(few, by="force", target=480))
        by_label = summarise_times(few, by="force", target={"A": 480, "B": None})
        assert [bool(bounds_of(f)) for f in by_label] == [True, False]

    def test_missed(self):
        frame = pl.DataFrame({"seconds": [*MINUTES, *[None] * 10]})
        assert bounds_of(summarise_times(frame, target=480, missed="missing seconds")) == ["40.00", "60.00"]

    def test_of_a_change(self):
        """A force that begins to record seconds changes what can be known."""
        frame = pl.DataFrame(
            {
                "period": ["2022/23"] * 40 + ["2023/24"] * 40,
                "seconds": MINUTES + [s + 1 for s in MINUTES],
            }
        )
        years = {"between": ("2022/23", "2023/24"), "target": 480}
        found = time_change(frame, **years)
        assert found.caveat.endswith("the share within 8 min lies between 50.00% and 75.00% in 2022/23")
        assert "and between" in time_change(frame, **years, recorded_to="minute").caveat
        assert time_change(frame, **years, recorded_to="second").caveat == ""
        both = [summarise_times(v, target=480) for v in (MINUTES, [*MINUTES, 60])]
        assert time_change(*both).caveat.count("lies between") == 2
        stated = summarise_times(MINUTES, target=480, recorded_to="second")
        assert time_change(stated, summarise_times([480.5], target=480)).caveat == ""

    def test_of_stamps(self):
        """With arrivals missing, missed, or open; a target in seconds, and one by grade."""
        start = pd.Timestamp("2024-05-01 10:00")
        log = pd.DataFrame({"created": [start] * 40, "arrived": start + pd.to_timedelta(MINUTES, unit="s")})
        clock = {"start": "created", "end": "arrived", "timezone": "Europe/London", "target": 480}
        for data in (log, pl.from_pandas(log).lazy(), duckdb.from_df(log)):
            assert bounds_of(response_times(data, **clock)) == ["50.00", "75.00"]
            followed = {"no_arrival": "censored", "as_at": start + pd.Timedelta(hours=1)}
            found = response_times(data, **clock, **followed)
            assert bounds_of(found) == ["50.00", "75.00"]
            assert bounds_of(response_times(data, **clock, **followed, recorded_to="second")) == []
        found = response_times(log[:8], **clock, recorded_to="minute")
        assert (bounds_of(found), found.recorded_to) == (["50.00", "75.00"], "minute")
