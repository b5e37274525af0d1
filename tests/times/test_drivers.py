"""What each part added to a change in times: by hand, laws, and every way the input can be wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timings import YEARS, incidents

from policemetrics import (
    Tally,
    time_change,
    time_drivers,
)
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.figures import TimeDriver

graded = st.lists(
    st.tuples(st.sampled_from("123"), st.integers(0, 3000), st.integers(1, 5)), min_size=1, max_size=15
)  # fmt: skip


class TestDrivers:
    def test_mix_alone(self):
        """Grades as fast as before, fewer of them urgent: the mean rises by a minute, all of it mix."""
        data = incidents([("1", 600, 50), ("2", 1200, 50)], [("1", 600, 40), ("2", 1200, 60)])
        table = time_drivers(data, between=YEARS, of="grade")
        assert table["mean_from_within"].tolist() == [0, 0]
        # Grade 1 lies 330 s below the mean of the whole, 930 s, and grade 2 270 s above: a tenth of each.
        assert table["mean_from_mix"].tolist() == pytest.approx([33, 27])
        assert table["mean_change"].sum() == pytest.approx(60)
        assert (table[0].whole_old_mean, table[0].whole_new_mean) == (900, 960)

    def test_synthetic(self):
        """By Kitagawa (1955), on made-up counts: theft 800 at 5% to 900 at 6%, drugs 200 at 60% to 100 at 65%: within +1.6, mix −5.7 points."""
        data = incidents(
            [("theft", 1, 40), ("theft", 99, 760), ("drugs", 1, 120), ("drugs", 99, 80)],
            [("theft", 1, 54), ("theft", 99, 846), ("drugs", 1, 65), ("drugs", 99, 35)],
        )
        table = time_drivers(data, between=YEARS, of="grade", target=10)
        assert round(float(table["points_from_within"].sum()), 1) == 1.6
        assert round(float(table["points_from_mix"].sum()), 1) == -5.7
        assert table["points"].sum() == pytest.approx(11.9 - 16)
        assert table["new_share_within"].tolist() == pytest.approx([0.65, 0.06])
        assert str(table.at(grade="drugs")) == (
            "drugs: contribution to the change in times: +4 s of the +4 s by which the mean changed from 2022/23 to "
            "2023/24, −0.7 s from its own times and +4.8 s from its part of all, 20.0% to 10.0%; −4.11 of the −4.10 "
            "percentage points by which the share within target changed, +0.75 from its own times and −4.86 from its part "
            "of all."
        )
        assert isinstance(table[0], TimeDriver)

    def test_severities(self):
        """[R] counts 3000 5000 2000 to 3300 4200 2100, of 40 8 3 to 42 8.5 3 s: mix 1.334375, within 0.878125."""
        data = incidents(
            [("a", 40, 3000), ("b", 8, 5000), ("c", 3, 2000)],
            [("a", 42, 3300), ("b", 8.5, 4200), ("c", 3, 2100)],
        )
        table = time_drivers(data, between=YEARS, of="grade")
        assert table["mean_from_within"].sum() == pytest.approx(0.878125, rel=1e-9)
        assert table["mean_from_mix"].sum() == pytest.approx(1.334375, rel=1e-9)

    def test_a_grade_that_comes(self):
        """A grade without times in one period is a change of the mix alone."""
        data = incidents([("1", 10, 5)], [("1", 10, 5), ("2", 40, 5)])
        table = time_drivers(data, between=YEARS, of="grade")
        assert table["mean_from_within"].tolist() == [0, 0]
        assert table["mean_change"].sum() == 15
        assert math.isnan(table.at(grade="2").old_mean)
        assert table.at(grade="2").old_mix == 0

    def test_by_group(self):
        """Each group's change is explained by itself, with a target for each part of each."""
        columns = {
            "period": ([YEARS[0]] * 2 + [YEARS[1]] * 2) * 2,
            "force": ["a"] * 4 + ["b"] * 4,
            "grade": ["1", "2"] * 4,
            "seconds": [10, 40, 20, 40, 5, 6, 7, 8],
        }
        data = Tally.from_columns(columns, [1, 1, 1, 1, 2, 3, 4, 5])
        targets = {("a", "1"): 15, ("a", "2"): 50, ("b", "1"): 6, ("b", "2"): 7}
        table = time_drivers(data, between=YEARS, of="grade", by="force", target=targets)
        assert table["force"].tolist() == ["a", "a", "b", "b"]
        changes = time_change(data, between=YEARS, by="force")
        for force in "ab":
            rows = table[table["force"] == force]
            assert rows["mean_change"].sum() == pytest.approx(changes.at(force=force).mean_change)
        assert table["points"][:2].sum() == -50

    def test_without_a_target(self):
        """Where one part has no target the whole has no share to explain; the means are explained all the same."""
        data = incidents([("1", 10, 5), ("2", 40, 5)], [("1", 20, 5), ("2", 40, 5)])
        table = time_drivers(data, between=YEARS, of="grade", target={"1": 15, "2": None})
        assert np.isnan(table["points"]).all()
        assert table["mean_change"].tolist() == [5, 0]
        assert "percentage points" not in str(table[0])

    def test_not_available(self):
        """A group that does not compare has its reason in every part."""
        columns = {
            "period": [*YEARS, YEARS[0]],
            "force": ["a", "a", "b"],
            "grade": ["1"] * 3,
            "seconds": [1, 2, 3],
        }
        data = Tally.from_columns(columns, [1, 1, 1])
        table = time_drivers(data, between=YEARS, of="grade", by="force")
        assert table.at(force="b").reason == "not available: no rows for b, 2023/24"
        assert math.isnan(table.at(force="b").mean_change)
        assert str(table.at(force="b")).startswith(
            "b, grade 1: contribution to the change in times: not available"
        )
        nothing = Tally.from_columns({"period": [*YEARS], "grade": ["1", "1"], "seconds": [1, 1]}, [3, 0])
        assert (
            time_drivers(nothing, between=YEARS, of="grade")[0].reason == "not available: no times in 2023/24"
        )
        negative = incidents([("1", 5, 3), ("2", 5, 3)], [("1", 5, 3), ("2", 7, -3)])
        table = time_drivers(negative, between=YEARS, of="grade")
        why = "a total of −3 in 2023/24, below zero: corrections outweigh what was recorded"
        assert table["reason"].tolist() == [f"not available: of grade 2, {why}"] * 2
        assert (table["old_n"].tolist(), table["new_n"].tolist()) == ([3, 3], [3, -3])
        cell = incidents([("1", 5, 3), ("2", 5, 3)], [("1", 5, 3), ("2", 5, 4), ("2", 7, -3)])
        table = time_drivers(cell, between=YEARS, of="grade")
        why = "a count of −3 at 7 s, below zero: corrections outweigh what was recorded"
        assert table["reason"].tolist() == [f"not available: of grade 2, {why}"] * 2

    def test_fewer_than_none_were_missed(self):
        """Of one part: its group cannot be counted; the others can."""
        columns = {
            "period": [*YEARS] * 4 + [YEARS[1]],
            "force": ["a"] * 4 + ["b"] * 4 + ["a"],
            "grade": ["1", "1", "2", "2"] * 2 + ["2"],
            "seconds": [5.0, 7.0] * 4 + [None],
        }
        data = Tally.from_columns(columns, [4] * 8 + [-1])
        table = time_drivers(data, between=YEARS, of="grade", by="force", target=10, missed="missing seconds")
        why = "a total of −1 in 2023/24, below zero: corrections outweigh what was recorded"
        assert table["reason"].tolist() == [f"not available: of grade 2, {why}"] * 2 + [None] * 2

    def test_caveat_and_match(self):
        """As of every comparison."""
        columns = {
            "period": [*YEARS, *YEARS, YEARS[1]],
            "force": ["a", "a", "a", "a", "b"],
            "grade": ["1", "1", "2", "2", "1"],
            "seconds": [5, 7, 5, 8, 900],
        }
        data = Tally.from_columns(columns, [4] * 5, coverage=["force", "period"])
        found = time_drivers(data, between=YEARS, of="grade", caveat="another system")
        assert {(f.reason, f.caveat) for f in found} == {
            (
                "not like for like: supplied for one only: b; like_for_like='match' leaves out what one side lacks",
                "another system",
            )
        }
        found = time_drivers(data, between=YEARS, of="grade", like_for_like="match")
        assert found["mean_change"].sum() == 2.5

    @given(graded, graded)
    def test_adds_up(self, old, new):
        """The parts add up to the change of the whole, in seconds and in points; turned round every sign turns."""
        data = incidents(old, new)
        table = time_drivers(data, between=YEARS, of="grade", target=900)
        whole = time_change(data, between=YEARS, target=900)
        assert table["mean_change"].sum() == pytest.approx(whole.mean_change, rel=1e-9, abs=1e-9)
        assert table["points"].sum() == pytest.approx(whole.points, rel=1e-9, abs=1e-9)
        for name in ("mean", "points"):
            whole_of = "mean_change" if name == "mean" else "points"
            parts = table[f"{name}_from_within"] + table[f"{name}_from_mix"]
            assert table[whole_of].tolist() == pytest.approx(parts.tolist(), rel=1e-9, abs=1e-9)
        back = time_drivers(incidents(new, old), between=YEARS, of="grade", target=900)
        for name in ("mean_from_within", "mean_from_mix", "points_from_within", "points_from_mix"):
            assert back[name].tolist() == pytest.approx((-table[name]).tolist(), rel=1e-9, abs=1e-9)

    def test_only_a_part_with_times_needs_a_target(self):
        """By hand: grade 1 has three times, grade 2 one in all, grade 3 none, grade 4 one that was missed."""
        rows = [
            ("2022/23", "1", 5.0, 2), ("2023/24", "1", 9.0, 1), ("2023/24", "2", 4.0, 1),
            ("2022/23", "3", 1.0, 0), ("2023/24", "3", 1.0, 0), ("2023/24", "4", None, 1),
        ]  # fmt: skip
        for late in (True, False):
            periods = [p if late or g != "4" else "2022/23" for p, g, *_ in rows]
            columns = {"period": periods, "grade": [r[1] for r in rows], "seconds": [r[2] for r in rows]}
            data = Tally.from_columns(columns, [r[3] for r in rows])
            options = {"between": YEARS, "of": "grade", "missed": "missing seconds"}
            targets = {"1": 10, "2": 10, "4": 10}
            assert len(time_drivers(data, **options, target=targets)) == 4
            for lacking in targets:
                fewer = {g: t for g, t in targets.items() if g != lacking}
                with pytest.raises(UnknownNameError, match=f"it lacks '{lacking}'"):
                    time_drivers(data, **options, target=fewer)

    def test_no_times_in_either_period(self):
        columns = {
            "period": [*YEARS] * 2,
            "area": ["a", "a", "b", "b"],
            "grade": ["1"] * 4,
            "seconds": [5] * 4,
        }
        table = time_drivers(
            Tally.from_columns(columns, [1, 1, 0, 0]),
            between=YEARS,
            of="grade",
            by="area",
            target={("a", "1"): 9},
        )
        assert table["reason"].tolist() == [None, "not available: no times in 2022/23"]


DATA = incidents([("1", 10, 5), ("2", 40, 5)], [("1", 20, 5), ("2", 40, 5)])


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: time_drivers(DATA, between=YEARS, of="period"), InvalidInputError, "of must name another dimension"),
        (lambda: time_drivers(DATA, between=YEARS, of="grade", by="grade"), InvalidInputError, "of must name another"),
        (lambda: time_drivers(DATA, between=YEARS, of="seconds"), InvalidInputError, "of must name another"),
        (lambda: time_drivers(DATA, between=YEARS, of="force"), UnknownNameError, "no dimension 'force'"),
        (lambda: time_drivers(DATA, between=YEARS, of=5), InvalidTypeError, "of must be text"),
        (lambda: time_drivers(DATA, between=YEARS, of="grade", target={"1": 5}), UnknownNameError, "target must name every group"),
        (lambda: time_drivers(DATA, between=YEARS[::-1], of="grade"), InvalidInputError, "between"),
    ],
)  # fmt: skip
def test_bad_input(call, error, says):
    """Every fault is an error of the family that names the argument and the value."""
    with pytest.raises(error, match=says) as caught:
        call()
    assert isinstance(caught.value, PoliceMetricsError)
