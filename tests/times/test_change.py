"""Change in times: published figures, laws, and every way the input can be wrong."""

from __future__ import annotations

import importlib.util
import math
import pickle
from pathlib import Path

import attrs
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timings import NEW, OLD, YEARS, incidents

from policemetrics import (
    Results,
    Tally,
    answer_times,
    response_times,
    summarise_times,
    time_change,
    time_drivers,
)
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    Note,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.figures import TimeChange

CLOCKS = {"called": 0, "dispatched": 5, "arrived": 20, "cleared": 40}  # minutes after ten
seconds = st.lists(st.integers(0, 900), min_size=2, max_size=20)


def waits(old, new):
    columns = {"period": [YEARS[0]] * len(old) + [YEARS[1]] * len(new), "seconds": [*old, *new]}
    return Tally.from_columns(columns, [1] * (len(old) + len(new)))


class TestMean:
    def test_welch(self):
        """[R] t.test of the two samples: 3.6 more, −3.31193586527 to 10.51193586527."""
        found = time_change(waits(OLD, NEW), between=YEARS)
        assert found.mean_change == pytest.approx(3.6)
        assert (found.interval.low, found.interval.high) == pytest.approx((-3.31193586527, 10.51193586527))
        assert found.mean_percent_change == pytest.approx(100 * 3.6 / 8.7)
        assert (found.old_n, found.new_n, found.mean_method) == (10, 10, "welch")

    def test_one_time(self):
        """Of a single time the mean has no spread, and its change no interval."""
        found = time_change(waits([5], NEW), between=YEARS)
        assert found.mean_change == pytest.approx(7.3)
        assert math.isnan(found.mean_change_low)
        assert "interval" not in str(found)

    def test_from_nothing(self):
        """A mean of 0 has no percentage."""
        found = time_change(waits([0, 0], NEW), between=YEARS)
        assert math.isnan(found.mean_percent_change)
        assert found.reason == "not applicable: the mean was 0 before"
        assert "%" not in str(found).replace("95% interval", "")


class TestMedian:
    def test_square_and_add(self):
        """The medians 6.5 (3 to 12) and 10.5 (7 to 20): 4 more, by hand from their distances."""
        found = time_change(waits(OLD, NEW), between=YEARS)
        assert (found.old_median, found.new_median, found.median_change) == (6.5, 10.5, 4)
        assert found.median_change_low == pytest.approx(4 - math.hypot(10.5 - 7, 12 - 6.5))
        assert found.median_change_high == pytest.approx(4 + math.hypot(20 - 10.5, 6.5 - 3))
        assert found.median_percent_change == pytest.approx(100 * 4 / 6.5)

    def test_too_few(self):
        """Without limits of their own the medians give none."""
        found = time_change(waits([5, 6], [7, 8]), between=YEARS)
        assert found.median_change == 2
        assert math.isnan(found.median_change_low)
        assert "median rose by 2 s, from" in str(found)
        one_sided = time_change(waits([5], NEW), between=YEARS)
        assert math.isfinite(one_sided.median_change_high)
        assert one_sided.median_change_low == -math.inf

    def test_it_holds_what_it_promises(self):
        """Of exponential times, the 90% interval of the change holds the true one in nine of ten pairs of samples."""
        rng = np.random.default_rng(11)
        size, samples = 25, 400
        times = np.concatenate([rng.exponential(60, size * samples), rng.exponential(90, size * samples)])
        columns = {
            "period": np.repeat([2022, 2023], size * samples).astype(str).tolist(),
            "sample": np.tile(np.arange(size * samples) % samples, 2),
            "seconds": times,
        }
        table = time_change(
            Tally.from_columns(columns, np.ones(len(times), dtype=int)),
            between=("2022", "2023"), by="sample", confidence_level=0.9,
        )  # fmt: skip
        truth = 30 * math.log(2)
        held = np.mean((table["median_change_low"] <= truth) & (truth <= table["median_change_high"]))
        assert 0.88 < held < 0.99


class TestShare:
    @pytest.mark.parametrize(("old", "new", "points"), [(85, 86.9, 1.9), (77.2, 81.9, 4.7)])
    def test_metropolitan(self, old, new, points):
        """Met grades I and S: 85 to 86.9% is +1.9 points, and 2.2 per cent; 77.2 to 81.9% is +4.7."""

        def side(share):
            return [(1, 60, round(10 * share)), (1, 6000, 1000 - round(10 * share))]

        found = time_change(incidents(side(old), side(new)), between=YEARS, target=900)
        assert found.points == pytest.approx(points)
        assert found.share_percent_change == pytest.approx(100 * (new - old) / old)

    def test_newcombe(self):
        """56 of 70 after 48 of 80: +20 points, +5.24 to +33.39, as Newcombe (1998) has it."""
        found = time_change(
            incidents([("1", 1, 48), ("1", 99, 32)], [("1", 1, 56), ("1", 99, 14)]), between=YEARS, target=10
        )
        assert found.points == pytest.approx(20)
        assert (round(found.points_low, 2), round(found.points_high, 2)) == (5.24, 33.39)
        assert (found.old_within, found.old_out_of, found.new_within, found.new_out_of) == (48, 80, 56, 70)

    def test_missed(self):
        """What was not measured may count as missed, in both periods."""
        frame = pd.DataFrame({"period": [YEARS[0]] * 2 + [YEARS[1]] * 2, "seconds": [5, 5, 5, None]})
        assert time_change(frame, between=YEARS, target=10).points == 0
        found = time_change(frame, between=YEARS, target=10, missed="missing seconds")
        assert (found.points, found.new_out_of, found.missed) == (-50, 2, "missing seconds")
        assert (found.exclusions.counted, found.exclusions.excluded) == (4, 0)
        drivers = time_drivers(
            frame.assign(g="a"), between=YEARS, of="g", target=10, missed="missing seconds"
        )
        assert (drivers[0].points, drivers[0].exclusions.counted, drivers[0].exclusions.excluded) == (
            -50,
            4,
            0,
        )
        untimed = time_change(frame, between=YEARS, missed="missing seconds")
        assert (untimed.exclusions.counted, untimed.exclusions.excluded) == (3, 1)

    def test_from_none(self):
        found = time_change(waits([50, 60], [5, 60]), between=YEARS, target=10)
        assert found.points == 50
        assert math.isnan(found.share_percent_change)
        assert found.reason == "not applicable: the share within target was 0 before"

    def test_target_by_label(self):
        data = incidents([("1", 500, 2), ("2", 2000, 2)], [("1", 1000, 2), ("2", 2000, 2)])
        table = time_change(data, between=YEARS, by="grade", target={"1": 900, "2": 3600})
        assert table["points"].tolist() == [-100, 0]
        assert table["target"].tolist() == [900, 3600]


class TestFigure:
    def test_sentence(self):
        """Mean, median and share each in their own unit, with their interval; points and per cent apart."""
        data = incidents(
            [("1", 5, 50), ("1", 9, 30), ("1", 40, 20)], [("1", 5, 60), ("1", 9, 30), ("1", 40, 10)]
        )
        found = time_change(data, between=YEARS, target=10, caveat="another telephone system")
        assert str(found) == (
            "Mean fell by 3.5 s (95% interval −6.9 s to −0.1 s), from 13.2 s in 2022/23 to 9.7 s in 2023/24, which is "
            "26.5% less; median fell by 2 s (95% interval −4 s to +2.5 s), from 7 s in 2022/23 to 5 s in 2023/24, which "
            "is 28.6% less; share under 10 s rose by 10.00 percentage points (95% interval +0.01 to +19.95), from 80.00% "
            "in 2022/23 to 90.00% in 2023/24, which is 12.5% higher. Caveat: another telephone system."
        )

    def test_no_change(self):
        """What did not change says so, and what hardly did does not read as none."""
        same = time_change(waits(OLD, OLD), between=YEARS, target=10)
        assert "Mean did not change (95% interval" in str(same)
        assert "): 8.7 s in 2022/23 and in 2023/24; median did not change" in str(same)
        assert "share under 10 s did not change" in str(same)
        assert str(same).endswith("80.00% in 2022/23 and in 2023/24.")
        hardly = time_change(waits([10, 10.001], [10.001, 10.002]), between=YEARS)
        assert "Mean rose by less than 0.1 s" in str(hardly)
        assert "which is less than 0.1% more" in str(hardly)

    def test_screen(self):
        """Seconds carry their sign and unit; points are points."""
        table = time_change(incidents([("a", 9, 4)], [("a", 134, 4)]), between=YEARS, by="grade", target=10)
        assert "+2 min 5 s" in repr(table)
        assert "−100.00" in repr(table)
        assert isinstance(table[0], TimeChange)
        assert pickle.loads(pickle.dumps(table)) == table
        audit = table.to_polars(audit=True)
        assert audit["between"].to_list() == ["2022/23 to 2023/24"]
        assert audit["share_method"].to_list() == ["newcombe"]

    def test_two_summaries(self):
        """Two figures say the same as their tally; rows of a table by period bring their periods."""
        data = waits(OLD, NEW)
        expected = time_change(data, between=YEARS, target=10)
        table = summarise_times(data, by="period", target=10)
        found = time_change(table[0], table[1])
        assert found.between == YEARS
        assert Results.of([found]).to_dict() == Results.of([expected]).to_dict()
        plain = time_change(summarise_times(OLD, target=10), summarise_times(NEW, target=10))
        assert plain.mean_change_low == expected.mean_change_low
        assert "from 8.7 s to 12.3 s" in str(plain)
        assert str(time_change(summarise_times(OLD), summarise_times(OLD))).endswith(
            "6.5 s before and after."
        )

    def test_caveats_of_two_summaries(self):
        """The caller's first, then those of the two; each once, without its full stop."""
        noted = attrs.evolve(summarise_times(OLD), caveats=(Note("stated", "new line", "a new line."),))
        found = time_change(noted, noted, caveat="another system.")
        assert found.caveat == "another system; a new line"
        assert time_change(noted, noted).caveat == "a new line"

    def test_two_summaries_of_calls(self):
        """The service levels of two sets of calls: out of the same, or no change at all."""
        asked = {"target": 10, "out_of": "offered"}
        old, new = answer_times(OLD, abandoned=10, **asked), answer_times(NEW, abandoned=0, **asked)
        found = time_change(old, new)
        assert (found.old_out_of, found.new_out_of, found.service_level) == (20, 10, "offered")
        assert found.points == pytest.approx(0)
        assert "share of calls offered under 10 s did not change" in str(found)
        less = answer_times(OLD, target=10, out_of="offered_less_short", short=5, abandoned=10)
        with pytest.raises(
            InvalidInputError, match="one service_level; got 'offered' and 'offered_less_short'"
        ):
            time_change(old, less)

    @pytest.mark.parametrize("swapped", [False, True])
    def test_one_of_two_service_levels_is_not_available(self, swapped):
        """The times compare; of the service levels it is said why they do not."""
        asked = {"target": 10, "out_of": "offered", "abandoned": 1}
        known, unknown = answer_times([5, 7, 20], **asked), answer_times([5, None, 20], **asked)
        found = time_change(unknown, known) if swapped else time_change(known, unknown)
        assert abs(found.mean_change) == pytest.approx(12.5 - 32 / 3)
        shares = {swapped: found.old_share_within, not swapped: found.new_share_within}
        assert shares[False] == 0.5
        assert np.isnan([shares[True], found.points, found.points_low, found.points_high]).all()
        assert found.reason == "not available: 1 call answered has no wait"
        assert "; change of the share not available: 1 call answered has no wait; " in str(found)

    def test_calls_say_who_gave_up(self):
        """Of 20 calls 10 were abandoned before, none of 10 afterwards; what is not known is said to be so."""
        asked = {"target": 10, "out_of": "answered"}
        old, new = answer_times(OLD, abandoned=10, **asked), answer_times(NEW, abandoned=0, **asked)
        found = time_change(old, new)
        assert (found.old_offered, found.old_share_abandoned) == (20, 0.5)
        assert (found.new_offered, found.new_share_abandoned) == (10, 0)
        assert str(found).endswith(
            "; before, 50.00% of 20 calls offered were abandoned; afterwards, 0.00% of 10 calls offered were abandoned."
        )
        unknown = time_change(answer_times(OLD, **asked), new)
        assert math.isnan(unknown.old_share_abandoned)
        assert "; before, how many calls were abandoned is not known; " in str(unknown)
        assert "abandoned" not in str(time_change(summarise_times(OLD), summarise_times(NEW)))

    def test_calls_of_two_years(self):
        """Rows of a table by period name it."""
        frame = pd.DataFrame({"period": [YEARS[0]] * 10 + [YEARS[1]] * 10, "seconds": OLD + NEW})
        left = dict(zip(YEARS, (10, 0), strict=True))
        table = answer_times(frame, target=10, out_of="offered", by="period", abandoned=left)
        said = str(time_change(table[0], table[1]))
        assert "; in 2022/23, 50.00% of 20 calls offered were abandoned; in 2023/24, 0.00% of 10" in said

    @pytest.mark.parametrize(
        ("options", "name"),
        [
            ({"start": "dispatched"}, "start"),
            ({"end": "cleared"}, "end"),
            ({"timezone": "UTC"}, "timezone"),
            ({"zero": "exclude"}, "zero"),
            ({"no_arrival": "missed"}, "missed"),
            ({"incident": "id"}, "incident"),
            ({"self_initiated": {"source": "officer"}}, "self_initiated"),
            ({"grades": ("first", "last"), "regraded": "exclude"}, "grades"),
            ({"percentile_method": "hazen"}, "percentile_method"),
        ],
    )
    def test_two_clocks(self, options, name):
        """A response from the call and one from the dispatch, or by another rule, are no change; alike ones name it."""
        stamps = {
            c: pd.Timestamp("2024-05-01 10:00") + pd.to_timedelta([m, m], unit="min")
            for c, m in CLOCKS.items()
        }
        log = pd.DataFrame(
            stamps
            | {"id": ["a", "b"], "source": ["call", "officer"], "first": ["1", "1"], "last": ["1", "2"]}
        )
        clock = {"start": "called", "end": "arrived", "timezone": "Europe/London"}
        old, new = response_times(log, **clock), response_times(log, **clock | options)
        with pytest.raises(InvalidInputError, match=f"old and new must have one {name}; got"):
            time_change(old, new)
        found = time_change(old, old)
        assert (found.start, found.end) == ("called", "arrived")
        assert str(found).startswith("From called to arrived: mean did not change")

    def test_a_summary_not_available(self):
        found = time_change(summarise_times([]), summarise_times(NEW))
        assert found.reason == "not available: no rows"
        assert str(found) == "Times: change not available: no rows."
        assert math.isnan(found.mean_change)


class TestLikeForLike:
    def test_engines(self):
        """Every engine, and its tally, give the same table."""
        data = {
            "period": [YEARS[0]] * 3 + [YEARS[1]] * 3,
            "g": ["a", "b", "a"] * 2,
            "seconds": [5.0, 7.5, 9, 4, 8.25, None],
        }
        options = {"between": YEARS, "by": "g", "target": 8}
        expected = time_change(pd.DataFrame(data), **options)
        assert expected["excluded"].tolist() == [1, 0]
        assert expected[0].exclusions.counted == 3
        table = pa.table(data)
        for frame in (pl.DataFrame(data), pl.LazyFrame(data), table, duckdb.from_arrow(table)):
            assert time_change(frame, **options) == expected

    def test_months(self):
        """Months make up the years; one that is missing makes the year not available."""
        months = [f"2023-{m:02}" for m in range(1, 13)] + [f"2024-{m:02}" for m in range(1, 13)]
        columns = {"period": months, "seconds": [60] * 12 + [50] * 12}
        data = Tally.from_columns(columns, [1] * 24)
        assert time_change(data, between=("2023", "2024")).mean_change == -10
        # In whatever month a time was, those of a year are sorted together.
        year = [120, 10, 110, 20, 100, 30, 90, 40, 80, 50, 70, 60]
        columns["seconds"] = year + [2 * s for s in year]
        mixed = time_change(Tally.from_columns(columns, [1] * 24), between=("2023", "2024"))
        assert (mixed.old_median, mixed.new_median) == (65, 130)
        short = time_change(data.drop(period="2024-03"), between=("2023", "2024"))
        assert short.reason == "not available: no rows for 2024-03"
        assert math.isnan(short.mean_change)

    def test_one_sided(self):
        """A force in one period only: refused, or left out of both and counted so."""
        columns = {
            "period": [YEARS[0]] * 2 + [YEARS[1]], "force": ["a", "b", "a"], "seconds": [10, 1000, 20]
        }  # fmt: skip
        data = Tally.from_columns(columns, [5, 5, 5], coverage=["force", "period"])
        found = time_change(data, between=YEARS)
        assert (
            found.reason
            == "not like for like: supplied for one only: b; like_for_like='match' leaves out what one side lacks"
        )
        matched = time_change(data, between=YEARS, like_for_like="match")
        assert matched.mean_change == 10
        assert matched.exclusions.reasons == {"not like for like (b)": 5}
        by = time_change(data, between=YEARS, by="force")
        assert by.at(force="b").reason == "not available: no rows for b, 2023/24"
        assert by.at(force="b").old_mean == 1000
        assert str(by.at(force="b")) == "b: times: change not available: no rows for b, 2023/24."

    def test_one_sided_has_no_points(self):
        """Each year has its share, and there is no change of it."""
        columns = {
            "period": [YEARS[0]] * 2 + [YEARS[1]], "force": ["a", "b", "a"], "seconds": [10, 1000, 20]
        }  # fmt: skip
        data = Tally.from_columns(columns, [5, 5, 5], coverage=["force", "period"])
        found = time_change(data, between=YEARS, target=15)
        assert (found.old_share_within, found.new_share_within) == (0.5, 0)
        assert np.isnan([found.points, found.points_low, found.points_high, found.share_percent_change]).all()

    def test_which_groups_need_a_target(self):
        """Those with something to compare: neither a force of one year only, nor one without times."""
        columns = {
            "period": [*YEARS, YEARS[0], *YEARS],
            "force": ["a", "a", "b", "c", "c"],
            "seconds": [10, 20, 10, 10, 10],
        }
        data = Tally.from_columns(columns, [5, 5, 5, 0, 0], coverage=["force", "period"])
        found = time_change(data, between=YEARS, by="force", target={"a": 15})
        assert found["points"].tolist()[0] == -100
        assert found["reason"].tolist() == [
            None, "not available: no rows for b, 2023/24", "not available: no times in 2022/23"
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("seconds", "counts"), [([10.0, 20], [1, 0]), ([10.0, None, 20, None], [1, 1, 1, 1])]
    )
    def test_a_target_is_missed(self, seconds, counts):
        """One time in one of the years is enough to need one; so is one for each that is missing."""
        years = sorted(YEARS * (len(seconds) // 2))
        data = Tally.from_columns(
            {"period": years, "force": ["a"] * len(years), "seconds": seconds},
            counts,
            coverage=["force", "period"],
        )
        with pytest.raises(UnknownNameError, match="target must name every group of 'force'; it lacks 'a'"):
            time_change(data, between=YEARS, by="force", target={"b": 15}, missed="missing seconds")

    def test_covered_without_times(self):
        """A force that had no incident in a year has no mean there, and no change of one."""
        columns = {"period": [*YEARS], "force": ["a", "a"], "seconds": [10, 20]}
        found = time_change(Tally.from_columns(columns, [5, 0], coverage=["force", "period"]), between=YEARS)
        assert found.reason == "not available: no times in 2023/24"

    def test_no_share_of_no_times(self):
        columns = {"period": [*YEARS], "force": ["a", "a"], "seconds": [10, 20]}
        data = Tally.from_columns(columns, [5, 0], coverage=["force", "period"])
        found = time_change(data, between=YEARS, target=15)
        assert found.old_share_within == 1
        assert math.isnan(found.new_share_within)

    def test_corrections(self):
        columns = {"period": [*YEARS, YEARS[1]], "seconds": [10, 20, 30]}
        found = time_change(Tally.from_columns(columns, [5, 5, -1]), between=YEARS)
        assert "a count of −1 at 30 s, below zero" in found.reason
        assert (found.old_n, found.new_n, found.old_mean) == (5, 4, 10)
        assert np.isnan([found.new_mean, found.mean_change]).all()

    def test_a_total_below_zero_comes_first(self):
        """In the words of every comparison, and shown; of the other period everything stands."""
        columns = {"period": [*YEARS, YEARS[1]], "seconds": [10, 20, 30]}
        found = time_change(Tally.from_columns(columns, [5, 5, -8]), between=YEARS, target=15)
        assert found.reason == (
            "not available: a total of −3 in 2023/24, below zero: corrections outweigh what was recorded"
        )
        assert (found.old_n, found.new_n, found.old_share_within) == (5, -3, 1)
        assert np.isnan([found.new_mean, found.new_share_within, found.points]).all()

    def test_a_reason_of_one_period_may_count_as_missed(self):
        data = waits([5, 50], [5, 7]).drop(period=YEARS[0], seconds=50)
        found = time_change(data, between=YEARS, target=10, missed="dropped: period and seconds")
        assert (found.old_out_of, found.new_out_of) == (2, 2)

    def test_times_under_a_second(self):
        columns = {"period": YEARS, "seconds": [0.5, 0.75]}
        found = time_change(Tally.from_columns(columns, [4, 4]), between=YEARS)
        assert (found.mean_percent_change, found.median_percent_change) == (50, 50)
        assert found.reason is None

    def test_fewer_than_none_were_missed(self):
        columns = {"period": [*YEARS, "2023/24"], "seconds": [5.0, 7.0, None]}
        data = Tally.from_columns(columns, [4, 4, -1])
        found = time_change(data, between=YEARS, target=10, missed="missing seconds")
        assert found.reason.startswith("not available: a total of −1 in 2023/24, below zero")

    def test_small_changes_are_said(self):
        columns = {"period": [YEARS[0]] * 2 + [YEARS[1]] * 2, "seconds": [5.0, 15.0, 6.0, 15.0]}
        found = time_change(Tally.from_columns(columns, [100, 100, 101, 99]), between=YEARS, target=10)
        assert (found.reason, found.median_method) == (None, "square_and_add")
        said = str(found)
        assert "Mean rose by 0.5 s" in said
        assert "share under 10 s rose by 0.50 percentage points" in said
        assert "1.0% higher" in said


class TestLaws:
    @given(seconds, seconds, st.integers(1, 500))
    def test_shift_and_scale(self, old, new, by):
        """A shift of both periods changes no difference; twice the times are twice the difference."""
        before = time_change(waits(old, new), between=YEARS, target=300)
        shifted = time_change(
            waits([v + by for v in old], [v + by for v in new]), between=YEARS, target=300 + by
        )
        doubled = time_change(waits([2 * v for v in old], [2 * v for v in new]), between=YEARS, target=600)
        for name in ("mean_change", "mean_change_low", "mean_change_high", "median_change"):
            value = getattr(before, name)
            assert getattr(shifted, name) == pytest.approx(value, rel=1e-9, abs=1e-6)
            assert getattr(doubled, name) == pytest.approx(2 * value, rel=1e-9, abs=1e-6)
        assert shifted.points == doubled.points == before.points

    @given(seconds, seconds)
    def test_the_way_back(self, old, new):
        """Exchanging the periods turns every sign."""
        there, back = (
            time_change(waits(*pair), between=YEARS, target=300) for pair in ((old, new), (new, old))
        )
        for name in ("mean_change", "median_change", "points"):
            assert getattr(back, name) == pytest.approx(-getattr(there, name), abs=1e-9)
            assert getattr(back, f"{name}_low") == pytest.approx(
                -getattr(there, f"{name}_high"), abs=1e-9, nan_ok=True
            )

    @given(seconds, seconds, st.tuples(st.floats(0.5, 0.99), st.floats(0.5, 0.99)).map(sorted))
    def test_level_never_narrows(self, old, new, levels):
        narrow, wide = (
            time_change(waits(old, new), between=YEARS, target=300, confidence_level=v) for v in levels
        )
        for name in ("mean_change", "median_change", "points"):
            assert not getattr(wide, f"{name}_low") > getattr(narrow, f"{name}_low") + 1e-9
            assert not getattr(wide, f"{name}_high") < getattr(narrow, f"{name}_high") - 1e-9


DATA = incidents([("1", 10, 5), ("2", 40, 5)], [("1", 20, 5), ("2", 40, 5)])
SUMMARY = summarise_times(OLD, target=10)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: time_change(DATA), InvalidTypeError, "between must be given"),
        (lambda: time_change(DATA, between=YEARS[::-1]), InvalidInputError, "between"),
        (lambda: time_change(DATA, between=("2022/23", "2022/23")), InvalidInputError, "between"),
        (lambda: time_change(DATA, between=("2022/23", "2023-Q3")), InvalidInputError, "between"),
        (lambda: time_change(DATA, between=("2022/23", "year ending June 2023")), InvalidInputError, "between"),
        (lambda: time_change(DATA, between=YEARS, by="period"), InvalidInputError, "by must not name the period"),
        (lambda: time_change(DATA, between=YEARS, by="seconds"), InvalidInputError, "by must not name 'seconds'"),
        (lambda: time_change(DATA, between=YEARS, by="force"), UnknownNameError, "no dimension 'force'"),
        (lambda: time_change(DATA, between=YEARS, period="year"), UnknownNameError, "no dimension 'year'"),
        (lambda: time_change(DATA, between=YEARS, target=-1), InvalidInputError, "target must be > 0"),
        (lambda: time_change(DATA, between=YEARS, by="grade", target={"1": 5}), UnknownNameError, "lacks '2'"),
        (lambda: time_change(DATA, between=YEARS, like_for_like="maybe"), UnknownNameError, "like_for_like"),
        (lambda: time_change(DATA, between=YEARS, missed="late"), UnknownNameError, "missed: reason"),
        (lambda: time_change(DATA, between=YEARS, caveat=5), InvalidTypeError, "caveat must be text"),
        (lambda: time_change(DATA, between=YEARS, percentile_method="x"), UnknownNameError, "percentile_method"),
        (lambda: time_change(OLD, NEW), InvalidTypeError, "old must be a TimeSummary.*got list"),
        (lambda: time_change(SUMMARY, NEW), InvalidTypeError, "new must be a TimeSummary.*got list"),
        (lambda: time_change(SUMMARY), InvalidTypeError, "new must be a TimeSummary.*got NoneType"),
        (lambda: time_change(SUMMARY, SUMMARY, between=YEARS), InvalidInputError, "cannot go with two summaries"),
        (lambda: time_change(SUMMARY, SUMMARY, confidence_level=0.9), InvalidInputError, "confidence_level must be that of the two summaries, 0.95; got 0.9"),
        (lambda: time_change(SUMMARY, summarise_times(NEW, target=20)), InvalidInputError, "one target; got 10.0 and 20.0"),
        (lambda: time_change(SUMMARY, summarise_times(NEW)), InvalidInputError, "one target; got 10.0 and nan"),
        (lambda: time_change(SUMMARY, summarise_times(NEW, target=10, inclusive=True)), InvalidInputError, "one inclusive"),
        (lambda: time_change(SUMMARY, answer_times(NEW, target=10, out_of="answered")), InvalidInputError, "of one kind"),
    ],
)  # fmt: skip
def test_bad_input(call, error, says):
    """Every fault is an error of the family that names the argument and the value."""
    with pytest.raises(error, match=says) as caught:
        call()
    assert isinstance(caught.value, PoliceMetricsError)


@pytest.mark.parametrize("by", [None, "grade"])
def test_matched_suppliers(by):
    """Essex, with twice Kent's times, came in 2023/24 only: Kent's own did not change, in all and by grade."""
    rows = [("Kent", year, g, 600, 10) for year in YEARS for g in ("1", "2")]
    rows += [("Essex", YEARS[1], "1", 1200, 10)]
    *labels, counts = zip(*rows, strict=True)
    columns = dict(zip(("force", "period", "grade", "seconds"), labels, strict=True))
    data = Tally.from_columns(columns, counts, coverage=["force", "period"])
    found = time_change(data, between=YEARS, by=by, like_for_like="match")
    for row in [found] if by is None else found:
        assert (row.mean_change, row.old_mean, row.reason) == (0, 600, None)
    refused = time_change(data, between=YEARS, by=by)
    for row in [refused] if by is None else refused:
        assert (
            row.reason
            == "not like for like: supplied for one only: Essex; like_for_like='match' leaves out what one side lacks"
        )
    unstated = Tally.from_columns(columns, counts)
    with pytest.raises(InvalidInputError, match="needs to know who supplied: state coverage="):
        time_change(unstated, between=YEARS, by=by, like_for_like="match")


def test_the_simulation_of_the_method_page():
    """The interval of the median's change errs on the safe side, as the page says, and the script that it names shows."""
    script = Path(__file__).resolve().parents[2] / "tools" / "interval_coverage.py"
    if not script.exists():
        pytest.skip("tools/interval_coverage.py is in the repository only")
    spec = importlib.util.spec_from_file_location("interval_coverage", script)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert 0.94 < tool.held(25, pairs=300) < 1
    assert 0.9 < tool.held_with_open(25) < 0.97
    assert 0.08 < tool.told_apart(100) < 0.12
