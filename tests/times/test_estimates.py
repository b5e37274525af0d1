"""What is worked out of times: the digits of mean and deviation, and the bootstrap."""

from __future__ import annotations

import inspect
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap
from timings import TEN, as_cells, undefined

from policemetrics import (
    Tally,
    summarise_times,
)
from policemetrics.percentiles import Runs
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
