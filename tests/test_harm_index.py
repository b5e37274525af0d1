"""Harm as an index: hand arithmetic, the figures of `harm_change`, real data, laws."""

from __future__ import annotations

import math

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import HarmWeights, Period, datasets, harm_change, harm_index, harm_weights
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.exposure import Exposure
from policemetrics.tallies import Tally

OWN = HarmWeights({"a": 10, "b": 100}, name="own", version="1", outside=["F"])
YEARS = ("2021/22", "2022/23", "2023/24")


def tally(*years: dict[str, int], **more) -> Tally:
    columns = {
        "period": [year for year, counts in zip(YEARS, years, strict=False) for _ in counts],
        "offence": [code for counts in years for code in counts],
    }
    counts = [n for year in years for n in year.values()]
    return Tally.from_columns(columns, counts, **({"coverage": ["period"]} | more))


THREE = tally({"a": 100, "b": 10}, {"a": 100, "b": 20}, {"a": 50, "b": 5})


class TestByHand:
    def test_scores_over_the_base(self):
        """Scores 2,000, 3,000 and 1,000."""
        table = harm_index(THREE, OWN, base="2021/22")
        assert table["period"].tolist() == list(YEARS)
        assert table["index"].tolist() == [100, 150, 50]
        assert table["score"].tolist() == [2000, 3000, 1000]
        assert table["crimes"].tolist() == [110, 120, 55]
        assert table.at(period="2023/24").base_score == 2000

    def test_a_base_in_the_middle(self):
        table = harm_index(THREE, OWN, base=Period.parse("2022/23"))
        assert table["index"].tolist() == pytest.approx([200 / 3, 100, 100 / 3])

    def test_the_base_is_certain(self):
        base = harm_index(THREE, OWN, base="2022/23").at(period="2022/23")
        assert (base.index, base.index_low, base.index_high) == (100, 100, 100)
        assert str(base) == "2022/23: harm index (own 1): 100, the base period; 3,000 days."

    def test_per_head(self):
        """As many people again halve the index."""
        people = Exposure(
            dict(zip(YEARS, (1000, 2000, 1000), strict=True)), by="period", name="residents", date="mid-year"
        )
        table = harm_index(THREE, OWN, base="2021/22", exposure=people)
        assert table["index"].tolist() == [100, 75, 50]
        assert table["per_head"].tolist() == [2, 1.5, 1]
        assert len({row.base_exposure for row in table}) == 1
        assert table[1].base_exposure == table[0].exposure != table[1].exposure
        plain = harm_index(THREE, OWN, base="2021/22")
        assert table.at(period="2022/23").index_high == pytest.approx(
            plain.at(period="2022/23").index_high / 2
        )
        assert str(table.at(period="2022/23")).endswith(
            "where 2021/22 is 100; 3,000 days, 1.500 per head (2,000 residents, mid-year)."
        )

    def test_of_groups(self):
        columns = {
            "force": ["Kent", "Essex"] * 2,
            "period": ["2021/22"] * 2 + ["2022/23"] * 2,
            "offence": ["a"] * 4,
        }
        crimes = Tally.from_columns(columns, [10, 20, 15, 20])
        table = harm_index(crimes, OWN, base="2021/22", by="force")
        assert [(*r.group.values(), r.index) for r in table] == [
            ("Essex", "2021/22", 100),
            ("Essex", "2022/23", 100),
            ("Kent", "2021/22", 100),
            ("Kent", "2022/23", 150),
        ]


class TestLikeForLike:
    def test_a_force_of_one_period(self):
        columns = {"force": ["Kent", "Essex", "Kent"], "period": ["2021/22", "2021/22", "2022/23"]}
        crimes = Tally.from_columns(columns | {"offence": ["a"] * 3}, [5, 6, 7], coverage=["force", "period"])
        row = harm_index(crimes, OWN, base="2021/22").at(period="2022/23")
        assert row.reason == "not like for like: supplied for one only: Essex"
        assert math.isnan(row.index)
        by_force = harm_index(crimes, OWN, base="2021/22", by="force")
        assert by_force.at(force="Kent", period="2022/23").index == 140
        assert (
            by_force.at(force="Essex", period="2022/23").reason == "not available: no rows for Essex, 2022/23"
        )

    def test_a_base_that_was_not_supplied(self):
        table = harm_index(THREE, OWN, base="2019/20")
        assert table["period"].tolist() == ["2019/20", *YEARS]
        assert set(table["reason"]) == {"not available: no rows for 2019/20"}
        assert all(math.isnan(row.base_score) for row in table)
        assert table["score"].tolist()[1:] == [2000, 3000, 1000]

    def test_nothing_in_the_base(self):
        row = harm_index(tally({"a": 0}, {"a": 5}), OWN, base="2021/22")[1]
        assert row.reason == "not applicable: there was no harm in the base period"
        assert (
            str(row) == "2022/23: harm index (own 1): not applicable: there was no harm in the base period."
        )

    def test_no_crimes_after(self):
        row = harm_index(tally({"a": 50}, {"a": 0}), OWN, base="2021/22")[1]
        assert (row.index, row.index_low, row.base_score) == (0, 0, 500)
        assert "0.0 (95% interval 0.0 or more), where 2021/22 is 100" in str(row)
        assert math.isnan(row.index_high)
        assert row.reason is None

    def test_exposure_missing_for_one(self):
        people = Exposure({"2021/22": 10, "2022/23": 10}, by="period", name="residents", date="mid-year")
        row = harm_index(THREE, OWN, base="2021/22", exposure=people).at(period="2023/24")
        assert row.reason == "not available: no residents for 2023/24"
        assert (row.score, math.isnan(row.index)) == (1000, True)

    def test_what_was_left_out_is_that_of_the_period(self):
        crimes = tally({"a": 10, "F": 3}, {"a": 10, "F": 4})
        table = harm_index(crimes, OWN, base="2021/22")
        assert [(r.exclusions.counted, r.exclusions.excluded) for r in table] == [(10, 3), (10, 4)]


class TestAgainstHarmChange:
    """An index is the percentage change, and its limits, on another scale."""

    def test_real_figures(self):
        data = datasets.west_midlands_offences().to_dict()
        css = harm_weights("ons-css", version="2020")
        people = Exposure(
            {"2017/18": 2_870_551, "2019/20": 2_916_458}, by="period", name="residents", date="mid"
        )
        settings = {"offence": "offence_code", "count": "offences"}
        change = harm_change(pd.DataFrame(data), css, between=("2017/18", "2019/20"), **settings)
        frames = [pd.DataFrame(data), pl.DataFrame(data), pl.LazyFrame(data), pa.table(data)]
        tables = [
            harm_index(frame, css, base="2017/18", exposure=people, **settings)
            for frame in (*frames, duckdb.from_arrow(pa.table(data)))
        ]
        assert all(table == tables[0] for table in tables)
        found = tables[0].at(period="2019/20")
        heads = 2_870_551 / 2_916_458
        for index, percent in (
            (found.index, change.percent_change),
            (found.index_low, change.percent_change_low),
            (found.index_high, change.percent_change_high),
        ):
            assert index == pytest.approx((100 + percent) * heads, rel=1e-12)
        assert found.index in found.interval
        assert "Code 21" in found.caveat

    @given(st.tuples(*[st.integers(1, 10**5)] * 4), st.sampled_from(["dobson", "dobson-byar", "normal"]))
    def test_either_year_as_the_base(self, counts, method):
        """The index to the later year is the reciprocal of that to the earlier one, and so are the limits."""
        a, b, c, d = counts
        crimes = tally({"a": a, "b": b}, {"a": c, "b": d})
        there = harm_index(crimes, OWN, base=YEARS[0], method=method).at(period=YEARS[1])
        back = harm_index(crimes, OWN, base=YEARS[1], method=method).at(period=YEARS[0])
        assert there.index * back.index == pytest.approx(1e4)
        assert there.index_low <= there.index <= there.index_high
        if math.isfinite(there.index_high):
            assert there.index_high * back.index_low == pytest.approx(1e4, rel=1e-6)

    @given(st.integers(1, 50), st.floats(0.01, 100))
    def test_scaling_the_weights_leaves_the_index_alone(self, n, factor):
        scaled = HarmWeights({k: v * factor for k, v in OWN.items()}, name="own", version="1")
        crimes = tally({"a": 7 * n, "b": n}, {"a": 5 * n, "b": 2 * n})
        one, other = (harm_index(crimes, w, base=YEARS[0]) for w in (OWN, scaled))
        for name in ("index", "index_low", "index_high"):
            assert one[name].tolist() == pytest.approx(other[name].tolist())


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"base": "rubbish"}, InvalidInputError, "base"),
            ({"base": None}, InvalidTypeError, "base"),
            ({"base": "2021"}, InvalidInputError, "base and the periods of 'period'.* must"),
            ({"base": "2021-Q3"}, InvalidInputError, "base and the periods of 'period'.* must"),
            ({"by": "period"}, InvalidInputError, "period must name another dimension"),
            ({"by": "nope"}, UnknownNameError, "nope"),
            ({"exposure": 100}, InvalidTypeError, "exposure must be an Exposure"),
            ({"method": "nope"}, UnknownNameError, "method must be one of"),
            ({"caveat": None}, InvalidTypeError, "caveat must be text"),
        ],
    )
    def test_arguments(self, options, error, match):
        with pytest.raises(error, match=match):
            harm_index(THREE, OWN, **({"base": "2021/22"} | options))

    def test_unknown_offences_of_any_period(self):
        crimes = tally({"a": 1, "x": 1}, {"b": 1, "y": 1}, {"z": 0})
        with pytest.raises(UnknownNameError, match="'x', 'y', 'z'"):
            harm_index(crimes, OWN, base="2021/22")

    def test_weights(self):
        with pytest.raises(InvalidTypeError, match="weights must be a HarmWeights"):
            harm_index(THREE, {"a": 1}, base="2021/22")

    def test_a_mapping_has_no_periods(self):
        with pytest.raises(InvalidTypeError):
            harm_index({"a": 1}, OWN, base="2021/22")
