"""Averages as others published them: means pooled, two averages compared, and every way the input can be wrong."""

from __future__ import annotations

import datetime as dt
import math

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timings import as_cells, undefined

from policemetrics import (
    Results,
    Tally,
    datasets,
    share,
    summarise_times,
)
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.published import PooledMean, pool_means
from policemetrics.published import time_change as published_time_change


class TestPublishedMeans:
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


class TestTwoAverages:
    def test_five_to_three(self):
        """ "From 5 to 3 seconds, an improvement of 40 per cent": between 22 and 55."""
        found = published_time_change(5, 3, of="mean", rounded_to=1)
        assert found.percent_change == pytest.approx(-40)
        assert (round(found.percent_rounding_low), round(found.percent_rounding_high)) == (-55, -22)
        assert (found.change, found.change_rounding_low, found.change_rounding_high) == (-2, -3, -1)
        assert str(found) == (
            "The mean fell from 5 s to 3 s: −2 s (−3 s to −1 s as far as the rounding tells), −40.0% (−54.5% to −22.2%)."
        )

    @pytest.mark.parametrize(
        ("old", "new", "options", "says"),
        [
            (5, 3, {}, "The mean fell from 5 s to 3 s: −2 s, −40.0%."),
            (3, 5, {"of": "median"}, "The median rose from 3 s to 5 s: +2 s, +66.7%."),
            (5, 6, {}, "The mean rose from 5 s to 6 s: +1 s, +20.0%."),
            (5, 6, {"rounded_to": 1}, "The mean rose from 5 s to 6 s: +1 s (0 s to +2 s as far as the rounding tells), +20.0% (0.0% to +44.4%)."),
            (5, 5, {"of": "p90"}, "The 90th percentile did not change: 5 s before and after."),
            (5, 5, {"rounded_to": 1}, "The rounding leaves open whether the mean, 5 s and then 5 s, rose or fell: 0 s (−1 s to +1 s as far as the rounding tells), 0.0% (−18.2% to +22.2%)."),
            (0, 3, {}, "The mean rose from 0 s to 3 s: +3 s; percentage not applicable: the first figure is 0."),
        ],
    )  # fmt: skip
    def test_sentences(self, old, new, options, says):
        assert str(published_time_change(old, new, **{"of": "mean"} | options)) == says

    def test_down_to_nothing(self):
        """A time is never below 0, whatever it was rounded from."""
        found = published_time_change(1, 0, of="mean", rounded_to=1)
        assert (found.change_rounding_low, found.change_rounding_high) == (-1.5, 0)
        assert (found.percent_rounding_low, found.percent_rounding_high) == (-100, 0)
        assert str(found).startswith("The mean fell from 1 s to 0 s: −1 s (−1.5 s to 0 s")
        nil = published_time_change(0, 2, of="mean", rounded_to=1)
        assert nil.change_rounding_low == 1
        assert math.isnan(nil.percent_change)

    @given(
        st.integers(1, 60),
        st.integers(0, 60),
        st.sampled_from([0.5, 1, 5]),
        st.floats(-0.5, 0.5),
        st.floats(-0.5, 0.5),
    )
    def test_the_truth_lies_within(self, old, new, step, before, after):
        """Whatever was rounded to what is printed, its change lies within the limits."""
        found = published_time_change(old * step, new * step, of="mean", rounded_to=step)
        truth = (old + before) * step, max((new + after) * step, 0)
        change = truth[1] - truth[0]
        assert found.change_rounding_low - 1e-9 <= change <= found.change_rounding_high + 1e-9
        assert (
            found.percent_rounding_low - 1e-9 <= 100 * change / truth[0] <= found.percent_rounding_high + 1e-9
        )


def share_table():
    return Results.of([share(1, 2)])


FRAME = pd.DataFrame({"g": ["a", "b"], "seconds": [1.0, 2.0], "text": ["1", "2"], "n": [1, 2]})
CELLS = Tally.from_columns({"g": ["a", "b"], "seconds": [1, 2]}, [1, 1])


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
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
        (lambda: pool_means([7.3, 25], [3, 1], rounded_to=1), InvalidInputError, "means must be multiples of rounded_to, 1, if they were rounded to that; got 7.3 at means"),
        (lambda: pool_means(FRAME.assign(seconds=7.5), mean="seconds", count="n", by="g", rounded_to=1), InvalidInputError, "seconds must be multiples of rounded_to"),
        (lambda: pool_means(pd.Series([7], name="med_answer"), [3]), InvalidInputError, "'med_answer' is a median or percentile"),
        (lambda: pool_means(pd.Series([7], name="95th"), [3]), InvalidInputError, "'95th' is a median or percentile"),
        (lambda: published_time_change("5", 3, of="mean"), InvalidTypeError, "old must be a number"),
        (lambda: published_time_change(5, -3, of="mean"), InvalidInputError, "new must be >= 0"),
        (lambda: published_time_change(5, 3, of=None), ChoiceNeededError, "of must be given: 'mean', 'median' or 'p90'"),
        (lambda: published_time_change(5, 3), ChoiceNeededError, "of must be given: 'mean', 'median' or 'p90'"),
        (lambda: published_time_change(np.timedelta64("NaT", "s"), 3, of="mean"), InvalidInputError, "old must be a length of time.*not missing"),
        (lambda: published_time_change(5, 3, of="average"), UnknownNameError, "of must be one of 'mean', 'median', 'p90'"),
        (lambda: published_time_change(5, 3, of="mean", rounded_to=0), InvalidInputError, "rounded_to must be > 0"),
        (lambda: published_time_change(5.2, 3, of="mean", rounded_to=1), InvalidInputError, "old must be a multiple of rounded_to, 1.*got 5.2"),
    ],
)  # fmt: skip
def test_bad_input(call, error, says):
    """Every fault is an error of the family that names the argument and the value."""
    with pytest.raises(error, match=says) as caught:
        call()
    assert isinstance(caught.value, PoliceMetricsError)


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


def test_published_as_timedelta():
    """Ten minutes, then nine, each rounded to whole minutes: from nothing to two minutes less."""
    minute = np.timedelta64(1, "m")
    found = published_time_change(dt.timedelta(minutes=10), 9 * minute, of="mean", rounded_to=minute)
    assert (found.change, found.change_rounding_low, found.change_rounding_high) == (-60, -120, 0)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "q90",
            "mdn",
            "pctl90",
            "p_90",
            "Q3",
            "decile",
            "P90 (min)",
            "pct_90",
            "perc90",
            "iqr",
            "q_1",
            "90 th",
        ),
        *("upper_decile", "quintile", "ptile", "Mdn_wait", "response_p95", "pctile", "q.25", "p-90"),
        *("lq", "UQ (min)", "quant90", "q0.9", "90%ile", "%ile", "fractile", "ntile", "tertile", "D9", "d_1"),
    ],
)
def test_other_spellings_of_medians(name):
    with pytest.raises(InvalidInputError, match="is a median or percentile by its name"):
        pool_means(pd.Series([7.0], name=name), [3])


@pytest.mark.parametrize(
    "name",
    [
        "mean",
        "2024-Q3",
        "mean_q3_2024",
        "Q4_mean",
        "avg of Q1",
        "quantity",
        "until",
        "medical",
        "p90s",
        "p1",
        "q5",
        "D10",
        "D2 2024",
        "queue 12",
        "p_2024",
        "mean of 3",
        "perch",
    ],
)
def test_what_is_no_median(name):
    """A quarter of a year is no quartile, and a priority no percentile."""
    assert pool_means(pd.Series([7.0], name=name), [3]).mean == 7


def test_a_summary_whose_n_is_not_known_weighs_nothing():
    """B's times are marked: how many there were is not known, of B or of both together; nothing of A changes."""
    columns = {"g": ["a", "a", "b"], "h": ["x", "x", "y"], "seconds": [1.0, 3.0, 9.0]}
    marked = Tally.from_columns(columns, [3, 1, 5]).not_supplied("B's clock stood still", g="b")
    table = summarise_times(marked, by=["g", "h"])
    a, b = pool_means(table, by="g")
    assert (a.mean, a.n) == (1.5, 4)
    assert (b.reason, math.isnan(b.mean), math.isnan(b.n)) == (
        "not available: B's clock stood still",
        True,
        True,
    )
    both = pool_means(table)
    assert (both.reason, math.isnan(both.n)) == (b.reason, True)
