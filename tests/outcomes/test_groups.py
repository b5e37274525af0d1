"""The rate of a group of forces: pooled or the mean of rates, with or without the force itself."""

from __future__ import annotations

import csv
from typing import ClassVar

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policemetrics import Results, Tally, group_outcome_rate, intervals, positive_outcome_rate, rate
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.figures import Exclusions, GroupOutcomeRate

ASKED = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}


def rates_of(counts, by="force", **options):
    """Rates by force from positive and other outcomes."""
    rows = [(f, c, n) for f, pair in counts.items() for c, n in zip(("1", "18"), pair, strict=True)]
    forces, codes, numbers = zip(*rows, strict=True)
    return positive_outcome_rate(
        Tally.from_columns({"force": forces, "outcome": codes}, numbers), **ASKED | options, by=by
    )


# 10% of 1,000, 15% of 2,000 and 20% of 100.
THREE = {"Kent": (100, 900), "Essex": (300, 1700), "Dorset": (20, 80)}


class TestConventions:
    def test_pooled_is_the_default(self):
        """420 of 3,100: what the outcomes of all three together give."""
        found = group_outcome_rate(rates_of(THREE))
        assert isinstance(found, GroupOutcomeRate)
        assert found.rate == 420 / 3100
        assert (found.rate_low, found.rate_high) == intervals.wilson(420, 3100)
        assert (found.average, found.members, found.force, found.include_self) == (
            "pooled",
            ("Dorset", "Essex", "Kent"),
            "",
            "",
        )
        assert (found.forces, found.lowest, found.highest, found.method) == (3, 0.1, 0.2, "wilson")
        assert np.isnan([found.own, found.points]).all()

    def test_mean_of_rates_by_name(self):
        """Each force alike: 15%, with limits that square and add the distances of the three."""
        rates = rates_of(THREE)
        found = group_outcome_rate(rates, average="mean_of_rates")
        assert found.rate == pytest.approx(0.15)
        low = 0.15 - np.sqrt(((rates["rate"] - rates["rate_low"]) ** 2).sum()) / 3
        assert found.rate_low == pytest.approx(low)
        assert found.method == "square and add"

    @pytest.mark.parametrize(
        ("average", "include_self", "expected"),
        [
            ("pooled", True, 420 / 3100),
            ("pooled", False, 320 / 2100),
            ("mean_of_rates", True, 0.15),
            ("mean_of_rates", False, 0.175),
        ],
    )
    def test_with_and_without_the_force(self, average, include_self, expected):
        """Both official conventions, each by name; the force stands beside its group."""
        found = group_outcome_rate(rates_of(THREE), force="Kent", include_self=include_self, average=average)
        assert found.rate == pytest.approx(expected)
        assert found.own == 0.1
        assert found.points == pytest.approx(100 * (0.1 - expected))
        assert ("Kent" in found.members) == include_self
        assert found.include_self == ("yes" if include_self else "no")
        named = group_outcome_rate(
            rates_of(THREE),
            members=["Essex", "Dorset"],
            force="Kent",
            include_self=include_self,
            average=average,
        )
        assert named == found

    def test_never_silently(self):
        """A force without a word on whether it is among its group is refused, and the other way round."""
        with pytest.raises(
            InvalidTypeError, match=r"include_self must be True or False .* both are official conventions"
        ):
            group_outcome_rate(rates_of(THREE), force="Kent")
        with pytest.raises(InvalidTypeError, match="include_self goes with force="):
            group_outcome_rate(rates_of(THREE), include_self=True)

    def test_sentences(self):
        """Which convention, of how many, and where the force stands."""
        rates = rates_of(THREE)
        assert str(group_outcome_rate(rates)) == (
            "The pooled positive outcome rate of 3 forces (charged, closed basis, out of outcomes) was 13.55% (95% interval "
            "12.39% to 14.80%; from 10.00% to 20.00%)."
        )
        found = group_outcome_rate(rates, force="Kent", include_self=False, average="mean_of_rates")
        assert str(found).startswith("The mean of the positive outcome rates of 2 forces (charged")
        assert "; every force counts the same, whatever its size)" in str(found)
        assert str(found).endswith(
            " Kent, which is not among them, had 10.00%: 7.50 percentage points below."
        )
        dorset = group_outcome_rate(rates, force="Dorset", include_self=True)
        assert str(dorset).endswith(" Dorset, which is among them, had 20.00%: 6.45 percentage points above.")
        alone = group_outcome_rate(rates, members=["Kent"], force="Kent", include_self=True)
        assert str(alone).endswith(" Kent, which is among them, had 10.00%: the same.")
        assert "of 1 force (" in str(alone)


class TestTables:
    def test_by_period(self):
        """A table by force and period gives a row a period, when that is named."""
        rows = [
            (p, f, c, n)
            for p in ("2023/24", "2024/25")
            for f, pair in THREE.items()
            for c, n in zip(("1", "18"), pair, strict=True)
        ]
        columns = dict(zip(("period", "force", "outcome"), list(zip(*rows, strict=True))[:3], strict=True))
        data = Tally.from_columns(columns, [r[-1] for r in rows])
        rates = positive_outcome_rate(data, **ASKED, by=["force", "period"])
        table = group_outcome_rate(rates, by="period")
        assert isinstance(table, Results)
        assert table["period"].tolist() == ["2023/24", "2024/25"]
        assert table["rate"].tolist() == [420 / 3100] * 2
        assert table[0].exclusions.counted == 3100
        with pytest.raises(InvalidInputError, match="kept by 'period' too"):
            group_outcome_rate(rates)
        assert group_outcome_rate(rates[rates["period"] == "2023/24"], by=["period"])[0].rate == 420 / 3100
        one = group_outcome_rate(rates[rates["period"] == "2023/24"])
        assert (one.rate, one.group) == (420 / 3100, {"period": "2023/24"})
        fewer = rates[(rates["force"] != "Kent") | (rates["period"] == "2024/25")]
        lacking = group_outcome_rate(fewer, by="period", force="Kent", include_self=False)
        assert lacking["reason"].tolist() == ["not available: no rate (of Kent)", None]
        assert str(lacking[0]).endswith("Kent, which is not among them: not available: no rate (of Kent).")
        assert group_outcome_rate(fewer, by="period").at(period="2023/24").reason == (
            "not available: of the group, no rate for Kent"
        )

    def test_by_two_dimensions_in_any_order(self):
        """The order of the rows of the rates makes no difference."""
        cells = [
            (force, period, kind, code, n)
            for i, force in enumerate(("Kent", "Essex", "Devon"))
            for j, period in enumerate(("2023/24", "2024/25"))
            for k, kind in enumerate(("theft", "drugs"))
            for code, n in (("1", 1 + i + 3 * j + 5 * k), ("18", 90))
            if (force, period) != ("Devon", "2023/24")
        ]
        *columns, n = zip(*cells, strict=True)
        names = ("force", "period", "kind", "outcome")
        data = Tally.from_columns(dict(zip(names, columns, strict=True)), n)
        rates = positive_outcome_rate(data, **ASKED, by=["force", "period", "kind"])
        asked = {"members": ["Kent", "Essex"], "by": ["period", "kind"]}
        table = group_outcome_rate(rates, **asked)
        assert table.to_dict() == group_outcome_rate(rates.sort("rate"), **asked).to_dict()
        assert list(zip(table["period"], table["kind"], strict=True)) == [
            ("2023/24", "drugs"), ("2023/24", "theft"), ("2024/25", "drugs"), ("2024/25", "theft")
        ]  # fmt: skip
        both = data.where(force=["Kent", "Essex"])
        whole = positive_outcome_rate(both, **ASKED, by=["period", "kind"])
        assert table["rate"].tolist() == whole["rate"].tolist()

    def test_a_force_without_a_rate(self):
        """It is not left out silently: the group has no rate, and names it."""
        rates = rates_of(THREE | {"Cumbria": (0, 0)})
        found = group_outcome_rate(rates)
        assert found.reason == "not available: of the group, Cumbria: no outcomes"
        assert np.isnan([found.rate, found.lowest]).all()
        assert str(found).endswith(
            "(charged, closed basis, out of outcomes): not available: of the group, Cumbria: no outcomes."
        )
        assert group_outcome_rate(rates, members=THREE).rate == 420 / 3100
        compared = group_outcome_rate(rates, force="Cumbria", include_self=False)
        assert compared.rate == 420 / 3100
        assert compared.reason == "not available: no outcomes (of Cumbria)"

    def test_what_travels(self):
        """Caveats and exclusions of the members are those of the group."""
        data = Tally.from_columns(
            {
                "force": ["Kent"] * 3 + ["Essex"] * 2,
                "outcome": ["1", "18", "1A", "1", "18"],
                "period": ["2014/15"] * 5,
            },
            [10, 30, 2, 5, 5],
        )
        rates = positive_outcome_rate(data, **ASKED | {"positive": "positive-dashboard"}, by="force")
        found = group_outcome_rate(rates)
        assert found.caveat == "type 22 did not exist in 2014/15 (in use from April 2019)"
        assert found.exclusions.reasons == {"inside type 1": 2}
        assert found.interval.method == "wilson"
        plain = Results.of([positive_outcome_rate(1, 4, **ASKED), positive_outcome_rate(3, 4, **ASKED)])
        with pytest.raises(UnknownNameError, match="of: dimension must be one of none"):
            group_outcome_rate(plain)

    def test_exclusions_of_several_units(self):
        """Rows and counts do not add up: then the group says nothing of what was left out."""
        first, second = rates_of(THREE), rates_of(THREE)
        other = positive_outcome_rate(
            Tally.from_columns({"force": ["Surrey"] * 2, "outcome": ["1", "18"]}, [1, 3], unit="rows"),
            **ASKED,
            by="force",
        )
        found = group_outcome_rate(Results.of([*first, *other]))
        assert found.exclusions is None
        assert group_outcome_rate(second).exclusions.counted == 3100

    def test_ratio_of_flows(self):
        """On the closed basis out of crimes the pooled rate is a ratio of counts, and may pass 100%."""
        rates = rates_of(
            THREE, basis="closed", out_of="crimes", crimes={"Kent": 50, "Essex": 200, "Dorset": 100}
        )
        found = group_outcome_rate(rates)
        assert found.rate == 420 / 350
        assert found.method == "rate ratio score"

    def test_whole_numbers_as_labels(self):
        """Forces by number are members like any other."""
        data = Tally.from_columns({"area": [1, 1, 2, 2], "outcome": ["1", "18"] * 2}, [1, 3, 2, 2])
        rates = positive_outcome_rate(data, **ASKED, by="area")
        found = group_outcome_rate(rates, of="area", force=1, include_self=False)
        assert (found.rate, found.members, found.force) == (0.5, ("2",), "1")

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            (
                {"members": ["Kent", "Surrey"]},
                UnknownNameError,
                "members must be one of 'Dorset', 'Essex', 'Kent'; got 'Surrey'",
            ),
            ({"members": "Kent"}, InvalidTypeError, "members must be several labels"),
            ({"members": []}, InvalidInputError, "members must hold at least one"),
            (
                {"members": ["Kent"], "force": "Kent", "include_self": False},
                InvalidInputError,
                "besides the force itself",
            ),
            ({"force": "Surrey", "include_self": True}, UnknownNameError, "force must be one of"),
            (
                {"force": "Kent", "include_self": "yes"},
                InvalidTypeError,
                "include_self must be True or False",
            ),
            (
                {"average": "mean"},
                UnknownNameError,
                r"(?s)average must be one of these; got 'mean'.*'mean_of_rates': ",
            ),
            ({"of": "area"}, UnknownNameError, "of: dimension must be one of 'force'"),
            ({"by": "period"}, UnknownNameError, "by: dimension must be one of none"),
        ],
    )
    def test_refused(self, options, error, message):
        with pytest.raises(error, match=message):
            group_outcome_rate(rates_of(THREE), **options)

    def test_what_is_no_table_of_rates(self):
        """Other tables, single figures and empty tables are refused."""
        with pytest.raises(InvalidTypeError, match=r"rates must be a table of OutcomeRate.* got Rate"):
            group_outcome_rate(rate([1, 2], 10, labels=["a", "b"]))
        with pytest.raises(InvalidTypeError, match="got OutcomeRate"):
            group_outcome_rate(rates_of(THREE)[0])
        with pytest.raises(InvalidInputError, match="the table is empty"):
            group_outcome_rate(rates_of(THREE)[:0])

    def test_rates_of_several_definitions(self):
        """What is not of one set, basis or denominator has no common rate."""
        for other in ({"positive": "out-of-court"}, {"basis": "recorded"}, {"confidence_level": 0.9}):
            mixed = Results.of([rates_of(THREE)[0], rates_of(THREE, **other)[1]])
            with pytest.raises(
                InvalidInputError, match="rates must be of one set, basis, denominator and level"
            ):
                group_outcome_rate(mixed)


PAIRS = st.dictionaries(
    st.sampled_from("ABCDE"), st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1
)


class TestLaws:
    @given(PAIRS)
    def test_between_the_forces(self, counts):
        """Pooled and mean lie between the lowest and the highest rate, inside their own limits."""
        assume(all(sum(pair) for pair in counts.values()))
        for average in ("pooled", "mean_of_rates"):
            found = group_outcome_rate(rates_of(counts), average=average)
            assert found.lowest - 1e-12 <= found.rate <= found.highest + 1e-12
            assert found.rate_low <= found.rate <= found.rate_high
            assert found.rate_low >= -1e-12
            assert found.rate_high <= 1 + 1e-12

    @given(PAIRS)
    def test_pooled_is_the_rate_of_the_whole(self, counts):
        """Pooling rates gives the very rate of the counts added up."""
        assume(all(sum(pair) for pair in counts.values()))
        rows = [(c, n) for pair in counts.values() for c, n in zip(("1", "18"), pair, strict=True)]
        whole = positive_outcome_rate(
            Tally.from_columns({"outcome": [c for c, _ in rows]}, [n for _, n in rows]), **ASKED
        )
        found = group_outcome_rate(rates_of(counts))
        assert (found.rate, found.rate_low, found.rate_high) == (whole.rate, whole.rate_low, whole.rate_high)

    @given(st.integers(0, 50), st.integers(1, 50), st.integers(1, 5))
    def test_alike_forces(self, positive, rest, k):
        """Of forces of one size the two averages are one."""
        rates = rates_of({str(i) + "x": (positive, rest) for i in range(k)})
        pooled, mean = (group_outcome_rate(rates, average=a).rate for a in ("pooled", "mean_of_rates"))
        assert pooled == pytest.approx(mean)


def test_all_forces(shared_data):
    """44 forces in 2025/26: pooled is the national 10.47%; the mean of rates is another figure."""
    with (shared_data / "outcomes" / "ho_outcomes_force_year.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if (r["basis"], r["financial_year"]) == ("closed", "2025/26")]
    charged = {r["force"]: (n := int(r["charged_summonsed_t1"]), int(r["assigned_total"]) - n) for r in rows}
    rates = rates_of(charged)
    pooled, mean = (group_outcome_rate(rates, average=a) for a in ("pooled", "mean_of_rates"))
    assert (f"{100 * pooled.rate:.2f}", pooled.forces) == ("10.47", 44)
    assert mean.rate == pytest.approx(np.mean([a / (a + b) for a, b in charged.values()]))
    assert f"{100 * mean.rate:.2f}" != "10.47"


class TestUnlikeMembers:
    """A group is of one time, one extract and one row a member."""

    ASKED: ClassVar = {"positive": "charged", "basis": "recorded", "out_of": "crimes", "by": "force"}

    def rates(self, period="2023/24", counts=(300, 50, 650, 0, 60, 440), **options):
        data = Tally.from_columns(
            {"force": ["Kent"] * 3 + ["Essex"] * 3, "period": [period] * 6, "outcome": ["0", "1", "18"] * 2},
            counts,
        )
        return positive_outcome_rate(data, **self.ASKED | options)

    def test_twice(self):
        both = Results.of([*self.rates(), *self.rates()])
        with pytest.raises(InvalidInputError, match=r"'force': 'Essex'.* stands there twice"):
            group_outcome_rate(both)

    @pytest.mark.parametrize(
        ("other", "message"),
        [
            ({"period": "2022/23"}, "one when; got 'Essex' '2023/24', 'Kent' '2022/23'"),
            ({"as_at": "July 2024"}, "one as_at; got 'Essex' '', 'Kent' 'July 2024'"),
            ({"as_at": "July 2024", "mature_after": 3}, "one as_at"),
        ],
    )
    def test_unlike(self, other, message):
        essex, kent = self.rates().at(force="Essex"), self.rates(**other).at(force="Kent")
        with pytest.raises(InvalidInputError, match=message):
            group_outcome_rate(Results.of([essex, kent]))

    def test_what_a_cohort_tells(self):
        """Of 1,500 crimes 300 have no outcome yet, all of one member: the group is immature."""
        found = group_outcome_rate(self.rates(as_at="July 2024"))
        assert (found.not_yet_assigned, found.share_not_yet_assigned) == (300, 0.2)
        assert (found.when, found.as_at, found.maturity) == ("2023/24", "July 2024", "immature")
        assert " in 2023/24 (" in str(found)
        assert str(found).endswith(
            "; as at July 2024; immature: 20.0% of the crimes not yet assigned an outcome)."
        )

    def test_a_member_whose_rows_were_all_excluded_is_of_no_time(self):
        """The group is of the time of the others; what it lacks is its reason, not an error."""
        data = pd.DataFrame(
            {
                "force": ["Kent", "Kent", "Essex", "Essex", "Devon"],
                "period": ["2023/24"] * 5,
                "outcome": ["1", "0", "1", "0", None],
                "n": [5, 95, 10, 90, 3],
            }
        )
        rates = positive_outcome_rate(data, count="n", as_at="July 2024", blank="excluded", **self.ASKED)
        found = group_outcome_rate(rates)
        assert found.reason == "not available: of the group, Devon: all n were excluded (missing outcome 3)"
        assert (found.when, found.as_at) == ("2023/24", "July 2024")

    def test_all_without_a_rate(self):
        found = group_outcome_rate(self.rates(counts=(0,) * 6))
        assert found.reason == (
            "not available: of the group, Essex: no crimes recorded; Kent: no crimes recorded"
        )

    def test_other_dimension(self):
        """What is not a force is not called one."""
        data = Tally.from_columns(
            {"offence_group": ["theft"] * 2 + ["drugs"] * 2, "outcome": ["1", "0"] * 2}, [1] * 4
        )
        rates = positive_outcome_rate(data, **self.ASKED | {"by": "offence_group"})
        assert "of 2 labels of offence_group (" in str(group_outcome_rate(rates, of="offence_group"))


class TestSmallMatters:
    def test_half_a_point_above(self):
        """Kent's 10.5% beside 10% of all three."""
        rates = rates_of({"Kent": (105, 895), "Essex": (95, 905), "Dorset": (100, 900)})
        assert "had 10.50%: 0.50 percentage points above" in str(
            group_outcome_rate(rates, force="Kent", include_self=True)
        )

    def test_what_was_left_out_is_told_where_all_tell_it(self):
        data = Tally.from_columns(
            {"force": ["Kent"] * 3 + ["Essex"] * 3, "outcome": ["1", "18", None] * 2},
            [1, 4, 1] * 2,
            unit="crimes",
        )
        rates = positive_outcome_rate(data, **ASKED, by="force")
        found = group_outcome_rate(rates)
        assert found.exclusions == Exclusions("crimes", 10, 2, {"missing outcome": 2})
        silent = attrs.evolve(rates[1], exclusions=None)
        assert group_outcome_rate(Results.of([rates[0], silent])).exclusions is None

    @pytest.mark.parametrize(
        ("members", "whole"),
        [
            (["mature", "mature"], "mature"),
            (["mature", "immature", "not known"], "immature"),
            (["mature", "not known"], "not known"),
        ],
    )
    def test_the_least_mature_decides(self, members, whole):
        rates = rates_of(THREE, basis="recorded")
        figures = [attrs.evolve(f, maturity=m) for f, m in zip(rates, members, strict=False)]
        assert group_outcome_rate(Results.of(figures)).maturity == whole

    def test_no_member_no_maturity(self):
        """The one that is there is the force itself."""
        kent = rates_of(THREE, basis="recorded").at(force="Kent")
        both = [attrs.evolve(kent, group=kent.group | {"period": year}) for year in ("2022/23", "2023/24")]
        essex = attrs.evolve(both[0], group={"force": "Essex", "period": "2022/23"})
        table = group_outcome_rate(Results.of([*both, essex]), by="period", force="Kent", include_self=False)
        assert table["maturity"].tolist() == ["not known"] * 2
        assert table["reason"].tolist() == [None, "not available: of the group, no rate for Essex"]
        assert table["own"].tolist() == [0.1] * 2

    def test_caveats_of_the_members(self):
        """Each group says what its own members say, once."""
        columns = {
            "force": ["Kent", "Essex"] * 4,
            "period": (["2018/19"] * 2 + ["2023/24"] * 2) * 2,
            "outcome": ["1"] * 4 + ["18"] * 4,
        }
        asked = ASKED | {"positive": "positive-dashboard"}
        rates = positive_outcome_rate(Tally.from_columns(columns, [5] * 8), **asked, by=["force", "period"])
        early, late = group_outcome_rate(rates, by="period")
        assert early.caveat == "type 22 did not exist in 2018/19 (in use from April 2019)"
        assert [note.code for note in early.caveats] == ["outcome-types"]
        assert late.caveats == ()
