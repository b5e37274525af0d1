"""Which categories a change in a count comes from: hand arithmetic, real figures, laws."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import Tally, change_drivers, datasets, rate_change
from policemetrics.errors import InvalidInputError, UnknownNameError

YEARS = ("2022/23", "2023/24")


def two_years(old: dict[str, int], new: dict[str, int], **more) -> Tally:
    columns = {"period": [YEARS[0]] * len(old) + [YEARS[1]] * len(new), "group": [*old, *new]}
    return Tally.from_columns(columns, [*old.values(), *new.values()], **({"coverage": ["period"]} | more))


def drivers(old, new, **more):
    return change_drivers(two_years(old, new), between=YEARS, of="group", **more)


class TestByHand:
    def test_a_fall_of_a_tenth(self):
        """1,000 crimes fall to 900: theft by 130, drugs rise by 30."""
        table = drivers({"theft": 600, "drugs": 400}, {"theft": 470, "drugs": 430})
        assert table["group"].tolist() == ["drugs", "theft"]
        assert table["change"].tolist() == [30, -130]
        assert table["points"].tolist() == [3, -13]
        assert table["share_of_change"].tolist() == pytest.approx([-0.3, 1.3])
        theft = table.at(group="theft")
        assert (theft.old, theft.new, theft.whole_old, theft.whole_new) == (600, 470, 1000, 900)
        assert theft.between == YEARS

    def test_sentence(self):
        table = drivers({"theft": 600, "drugs": 400}, {"theft": 470, "drugs": 430}, subject="Crime")
        assert str(table.at(group="drugs")) == (
            "drugs: crime: +30, from 400 in 2022/23 to 430 in 2023/24; +3.00 percentage points of the −10.0% by "
            "which the whole fell, −30.0% of the change."
        )

    def test_a_category_that_did_not_move(self):
        row = drivers({"a": 10, "b": 5}, {"a": 12, "b": 5}).at(group="b")
        assert (row.change, row.points, row.share_of_change, row.reason) == (0, 0, 0, None)
        assert "5 in both 2022/23 and 2023/24" in str(row)

    def test_absent_on_one_side_is_zero(self):
        table = drivers({"a": 10}, {"b": 4})
        assert table["change"].tolist() == [-10, 4]
        assert table["points"].tolist() == [-100, 40]

    def test_no_change_as_a_whole(self):
        """Points stand, a share of nothing does not."""
        row = drivers({"a": 10, "b": 5}, {"a": 5, "b": 10})[0]
        assert (row.change, row.points) == (-5, pytest.approx(-100 / 3))
        assert math.isnan(row.share_of_change)
        assert row.reason == "not applicable: the whole did not change, so no part has a share of it"
        assert str(row).endswith("−33.33 percentage points; the whole did not change.")

    def test_nothing_before(self):
        row = drivers({"a": 0}, {"a": 10})[0]
        assert (row.change, row.share_of_change) == (10, 1)
        assert math.isnan(row.points)
        assert row.reason == "not applicable: nothing was recorded before"
        assert str(row).endswith(
            "the whole rose, and has no percentage: not applicable: nothing was recorded before."
        )

    def test_nothing_in_either_period(self):
        row = drivers({"a": 0}, {"a": 0})[0]
        assert (row.change, row.reason) == (0, "not applicable: nothing was recorded before")
        assert "the whole did not change, and has no percentage" in str(row)

    def test_corrections_below_zero(self):
        """A category may be negative; a whole may not."""
        row = drivers({"a": 10, "b": -1}, {"a": 8, "b": 0}).at(group="b")
        assert (row.old, row.change, row.points) == (-1, 1, pytest.approx(100 / 9))
        assert drivers({"a": -10}, {"a": 8})[0].reason.startswith("not available: a total of −10 in 2022/23")

    def test_each_group_adds_up_to_its_own_whole(self):
        columns = {
            "force": ["Kent", "Kent", "Essex", "Essex"] * 2,
            "period": [YEARS[0]] * 4 + [YEARS[1]] * 4,
            "group": ["a", "b"] * 4,
        }
        tally = Tally.from_columns(columns, [10, 10, 50, 50, 12, 13, 50, 40], coverage=["force", "period"])
        table = change_drivers(tally, between=YEARS, of="group", by="force")
        assert table.columns[:2] == ("force", "group")
        assert [(r.group["force"], r.points) for r in table] == [
            ("Essex", 0),
            ("Essex", -10),
            ("Kent", 10),
            ("Kent", 15),
        ]


class TestLikeForLike:
    def test_a_period_that_was_not_supplied(self):
        row = drivers({"a": 10}, {})[0]
        assert row.reason == "not available: no rows for 2023/24"
        assert math.isnan(row.change)
        assert str(row) == "a: recorded crime: change not available: no rows for 2023/24."

    def test_a_supplier_of_one_period(self):
        columns = {"force": ["Kent", "Essex", "Kent"], "period": [YEARS[0], YEARS[0], YEARS[1]]}
        tally = Tally.from_columns(columns, [5, 6, 7], coverage=["force", "period"])
        for row in change_drivers(tally, between=YEARS, of="force"):
            assert row.reason.startswith("not like for like: supplied for one only: Essex")

    def test_overlapping_categories_do_not_add(self):
        with pytest.raises(InvalidInputError, match="overlap"):
            change_drivers(
                two_years({"a": 1, "all": 1}, {"a": 1, "all": 1}, overlapping="group"),
                between=YEARS,
                of="group",
            )

    def test_what_was_dropped_is_in_the_ledger(self):
        tally = two_years({"a": 10, "b": 5}, {"a": 12, "b": 6}).drop(group="b")
        (row,) = change_drivers(tally, between=YEARS, of="group")
        assert row.points == 20

    def test_a_row_of_none_proves_supply(self):
        """A row without its offence, of 0 crimes: the year came in, and nothing was recorded."""
        data = pd.DataFrame({"offence": [None, "theft"], "period": ["2022", "2023"], "n": [0, 5]})
        found = change_drivers(data, between=("2022", "2023"), of="offence", count="n").at(offence="theft")
        assert (found.old, found.new) == (0, 5)
        assert found.reason == "not applicable: nothing was recorded before"


class TestWestMidlands:
    def test_points_add_up_to_the_published_rise(self):
        """Every engine alike; the counts are the published totals."""
        data = datasets.west_midlands_offences().to_dict()
        settings = {"between": ("2017/18", "2019/20"), "count": "offences"}
        frames = [pd.DataFrame(data), pl.DataFrame(data), pl.LazyFrame(data), pa.table(data)]
        relation = duckdb.from_arrow(pa.table(data))
        tables = [change_drivers(frame, of="offence_code", **settings) for frame in (*frames, relation)]
        assert all(table == tables[0] for table in tables)
        assert (tables[0]["old"].sum(), tables[0]["new"].sum()) == (233_393, 260_829)
        whole = rate_change(frames[0], **settings)
        assert tables[0]["change"].sum() == whole.change
        assert math.fsum(tables[0]["points"]) == pytest.approx(whole.percent_change, rel=1e-12)
        assert tables[0].sort("change")[0].group == {"offence_code": "46"}  # shoplifting fell most


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"of": "period"}, InvalidInputError, "of must name another dimension .* which is period="),
            ({"of": "group", "by": "group"}, InvalidInputError, "which is by="),
            ({"of": "group", "by": "period"}, InvalidInputError, "by must not name the period dimension"),
            ({"of": "nope"}, UnknownNameError, "has no dimension 'nope'"),
            ({"of": "group", "between": YEARS[::-1]}, InvalidInputError, "Swap them"),
            ({"of": "group", "subject": ""}, InvalidInputError, "subject must not be empty"),
        ],
    )
    def test_arguments(self, options, error, match):
        with pytest.raises(error, match=match):
            change_drivers(two_years({"a": 1}, {"a": 2}), **({"between": YEARS} | options))


counts = st.fixed_dictionaries(dict.fromkeys("abcd", st.integers(0, 10**6)))


class TestLaws:
    @given(counts, counts)
    def test_parts_add_up_to_the_whole(self, old, new):
        table = drivers(old, new)
        whole = rate_change(two_years(old, new), between=YEARS)
        assert table["change"].sum() == whole.change
        if whole.old:
            assert math.fsum(table["points"]) == pytest.approx(whole.percent_change, rel=1e-12, abs=1e-9)
        if whole.change:
            assert math.fsum(table["share_of_change"]) == pytest.approx(1)

    @given(counts, counts)
    def test_swapping_the_periods_turns_the_signs(self, old, new):
        there, back = drivers(old, new), drivers(new, old)
        assert (there["change"] == -back["change"]).all()
        assert np.allclose(there["share_of_change"], back["share_of_change"], equal_nan=True)

    @given(counts, counts)
    def test_merging_categories_adds_their_parts(self, old, new):
        apart = drivers(old, new)
        tally = two_years(old, new).relabel("group", {"a": "ab", "b": "ab"})
        joined = change_drivers(tally, between=YEARS, of="group").at(group="ab")
        assert joined.change == apart.at(group="a").change + apart.at(group="b").change
        parts = apart.at(group="a").points + apart.at(group="b").points
        assert joined.points == pytest.approx(parts, nan_ok=True, abs=1e-9)


def test_one_more_is_a_rise():
    """A whole that grows by a single crime rose."""
    crimes = Tally.from_columns({"offence": ["a"] * 2, "period": ["2022/23", "2023/24"]}, [10, 11])
    assert "the +10.0% by which the whole rose" in str(
        change_drivers(crimes, of="offence", between=("2022/23", "2023/24"))[0]
    )
