"""Changes in a positive outcome rate against published figures, R and hand arithmetic."""

from __future__ import annotations

import math
import re
from typing import ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcome_tables import (
    ASKED,
    CLOSED,
    COHORT,
    DASHBOARD,
    GIVEN,
    TWO_YEARS,
    WEST_MIDLANDS,
    WEST_MIDLANDS_CRIMES,
    YEARS,
    by_period,
    shown,
)

from policemetrics import (
    OutcomeSet,
    Results,
    Tally,
    outcome_rate_change,
    positive_outcome_rate,
)
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    UnknownNameError,
)

# ---- two figures ----------------------------------------------------------------------


class TestChange:
    def test_anchor(self):
        """5.51% to 7.93% is +2.42 points and +44.0 per cent; on the recorded basis 6.01% to 8.26%."""
        closed = outcome_rate_change(
            positive_outcome_rate(20_158, 365_882, **CLOSED), positive_outcome_rate(26_029, 328_104, **CLOSED)
        )
        assert (f"{closed.points:.2f}", f"{closed.percent_change:.1f}") == ("2.42", "44.0")
        assert (shown(closed.old), shown(closed.new)) == ("5.51", "7.93")
        # By the delta method, var(a/b) = (a/b)²(1/a + 1/b): close, with counts as large as these.
        error = math.sqrt(
            (20_158 / 365_882) ** 2 * (1 / 20_158 + 1 / 365_882)
            + (26_029 / 328_104) ** 2 * (1 / 26_029 + 1 / 328_104)
        )
        margin = 100 * 1.959964 * error
        assert closed.points_high - closed.points == pytest.approx(margin, rel=0.01)
        assert closed.points - closed.points_low == pytest.approx(margin, rel=0.01)
        assert (closed.old_positive, closed.old_denominator) == (20_158, 365_882)
        assert (closed.new_positive, closed.new_denominator) == (26_029, 328_104)
        assert (closed.outcomes, closed.basis, closed.out_of) == (DASHBOARD, "closed", "crimes")
        assert closed.method == closed.interval.method == "rate ratio score"
        assert closed.points in closed.interval

    @pytest.mark.parametrize(
        ("old", "new", "low", "high"),
        [
            ((48, 80), (56, 70), 0.0524314724024, 0.333872654037),
            ((2, 7), (6, 7), 0.0582279274823, 0.806249637524),
            ((0, 29), (5, 56), -0.0381371479035, 0.192560013855),
            ((0, 20), (0, 10), -0.161125158053, 0.277532799863),
            ((0, 20), (10, 10), 0.679086037142, 1),
            ((1, 34), (7, 34), 0.0189214438858, 0.340368687033),
        ],
    )
    @pytest.mark.parametrize("asked", [a for a in ASKED if a is not CLOSED])
    def test_newcombe(self, old, new, low, high, asked):
        """Proportions have Newcombe's interval, as R's ratesci gives it for his examples of 1998."""
        found = outcome_rate_change(
            positive_outcome_rate(*old, **asked), positive_outcome_rate(*new, **asked)
        )
        assert found.method == "wilson"
        assert (found.points_low, found.points_high) == pytest.approx((100 * low, 100 * high), abs=1e-8)

    def test_closed_out_of_crimes(self):
        """By hand from R's score limits of 5/15 (0.125951 to 0.882179) and 120/100 (0.921008 to 1.563504)."""
        found = outcome_rate_change(
            positive_outcome_rate(5, 15, **CLOSED), positive_outcome_rate(120, 100, **CLOSED)
        )
        # 120 - 33.3333; √(27.8992² + 54.8846²) = 61.5690; √(36.3504² + 20.7383²) = 41.8501
        assert found.points == pytest.approx(86.6667, abs=1e-4)
        assert found.points_low == pytest.approx(86.6667 - 61.5690, abs=2e-3)
        assert found.points_high == pytest.approx(86.6667 + 41.8501, abs=2e-3)
        assert found.percent_change == pytest.approx(260)

    def test_level_is_the_change_s_own(self):
        """The limits are made again at the level asked for, whatever that of the two rates."""
        rates = [
            [positive_outcome_rate(*n, **COHORT, confidence_level=level) for n in ((48, 80), (56, 70))]
            for level in (0.95, 0.5)
        ]
        assert outcome_rate_change(*rates[0]) == outcome_rate_change(*rates[1])
        assert outcome_rate_change(*rates[1]).confidence_level == 0.95

    def test_from_nothing(self):
        """A rise from 0 has points and no percentage."""
        found = outcome_rate_change(
            positive_outcome_rate(0, 100, **COHORT), positive_outcome_rate(5, 100, **COHORT)
        )
        assert found.points == 5
        assert math.isnan(found.percent_change)
        assert found.reason == "not applicable: the rate was 0 before"
        assert "from 0.00% to 5.00%; percentage not applicable: the rate was 0 before." in str(found)

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_of_a_rate_that_is_not_available(self, order):
        """A change of what is not available is not available, and says why."""
        rates = [positive_outcome_rate(0, 0, **GIVEN), positive_outcome_rate(1, 4, **GIVEN)]
        found = outcome_rate_change(*(rates[i] for i in order))
        assert math.isnan(found.points)
        assert found.reason == "not available: no outcomes"
        assert str(found).endswith("change not available: no outcomes.")
        assert min([found.old, found.new], key=math.isnan) == 0.25

    @pytest.mark.parametrize(
        ("other", "message"),
        [
            (COHORT, "one basis; got 'closed' and 'recorded'"),
            (GIVEN, "one denominator; got 'crimes' and 'outcomes'"),
            (
                CLOSED | {"positive": "charged"},
                "one set of positive outcomes; got 'positive-dashboard: 1, 2, 3",
            ),
            (
                CLOSED | {"positive": OutcomeSet(["1", "2", "3", "6", "7", "8", "22"], name="ours")},
                "'ours: 1",
            ),
        ],
    )
    def test_unlike_rates(self, other, message):
        """Rates of two definitions are two rates, not a change; the error names both."""
        with pytest.raises(InvalidInputError, match=re.escape(message)):
            outcome_rate_change(positive_outcome_rate(1, 4, **CLOSED), positive_outcome_rate(1, 4, **other))

    def test_sets_of_one_name(self):
        """Two sets of one name and other types are not one set."""
        asked = {"basis": "closed", "out_of": "outcomes"}
        old, new = (
            positive_outcome_rate(1, 4, positive=OutcomeSet(types, name="ours"), **asked)
            for types in (["1"], ["1", "8"])
        )
        with pytest.raises(InvalidInputError, match="'ours: 1' and 'ours: 1, 8'"):
            outcome_rate_change(old, new)

    def test_caveats_travel(self):
        """What was said of either rate is said of the change, once."""
        periods = Tally.from_columns(
            {"period": ["2021/22", "2021/22", "2022/23", "2022/23"], "outcome": ["1", "18"] * 2}, [1, 9, 2, 8]
        )
        found = outcome_rate_change(periods, between=("2021/22", "2022/23"), **GIVEN, caveat="type 22 began")
        assert str(found).endswith(" Caveat: type 22 began.")
        rate = positive_outcome_rate(1, 4, **GIVEN)
        assert outcome_rate_change(rate, rate, caveat="new rules").caveat == "new rules"


class TestChangeOfRows:
    """Two rows of a table of rates."""

    TABLE = positive_outcome_rate(
        Tally.from_columns(
            {
                "force": ["Kent"] * 4 + ["Essex"] * 4,
                "period": ["2022/23", "2022/23", "2023/24", "2023/24"] * 2,
                "outcome": ["1", "18"] * 4,
            },
            [10, 90, 20, 80, 30, 70, 40, 60],
        ),
        **GIVEN,
        by=["force", "period"],
    )

    def test_of_two_periods(self):
        """The periods are read off the rows; what they share stays."""
        old, new = (self.TABLE.at(force="Kent", period=p) for p in ("2022/23", "2023/24"))
        found = outcome_rate_change(old, new)
        assert dict(found.group) == {"force": "Kent"}
        assert found.between == ("2022/23", "2023/24")
        assert str(found).startswith("Kent: the positive outcome rate (")
        assert "from 10.00% in 2022/23 to 20.00% in 2023/24, which is 100.0% higher." in str(found)

    def test_of_periods_the_wrong_way_round(self):
        """The earlier comes first."""
        old, new = (self.TABLE.at(force="Kent", period=p) for p in ("2023/24", "2022/23"))
        with pytest.raises(InvalidInputError, match=r"old and new.*Swap them"):
            outcome_rate_change(old, new)

    def test_of_figures_that_tell_no_time(self):
        """What one of two totals does not tell, the change does not; beside a row of a period it cannot stand."""
        counts = {"outcome": ["1", "18"]}
        timeless = positive_outcome_rate(Tally.from_columns(counts, [1, 3]), **GIVEN)
        dated = Tally.from_columns(counts | {"period": ["2023/24"] * 2}, [2, 2])
        assert outcome_rate_change(timeless, positive_outcome_rate(dated, **GIVEN)).between == ("", "")
        with pytest.raises(
            InvalidInputError, match=r"in one period each; got {} and {'period': '2023/24'}\."
        ):
            outcome_rate_change(timeless, positive_outcome_rate(dated, **GIVEN, by="period")[0])

    def test_of_a_force_and_of_all_in_two_periods(self):
        """That both tell their period does not make them of one group."""
        counts = {
            "outcome": ["1", "18"] * 2,
            "period": ["2022/23"] * 2 + ["2023/24"] * 2,
            "force": ["Kent"] * 4,
        }
        data = Tally.from_columns(counts, [1, 3, 2, 2])
        whole = positive_outcome_rate(data, **GIVEN, by="period").at(period="2022/23")
        kent = positive_outcome_rate(data, **GIVEN, by=["force", "period"]).at(force="Kent", period="2023/24")
        with pytest.raises(InvalidInputError, match="in one period each"):
            outcome_rate_change(whole, kent)

    def test_two_types_together_beside_one_of_them(self):
        data = Tally.from_columns({"outcome": ["2/3", "2", "18"]}, [1, 1, 1])
        with pytest.raises(InvalidInputError, match="types 2, 3 together beside '2'"):
            positive_outcome_rate(data, **GIVEN)

    def test_by_the_period_that_is_compared(self):
        data = Tally.from_columns({"outcome": ["1", "1"], "period": ["2022/23", "2023/24"]}, [1, 2])
        with pytest.raises(InvalidInputError, match="'period': it is what is compared"):
            outcome_rate_change(data, **GIVEN, between=("2022/23", "2023/24"), by="period")

    @pytest.mark.parametrize("asked", ["between", "positive", "basis", "out_of", "crimes", "by", "count"])
    def test_figures_carry_their_own_definition(self, asked):
        old, new = (self.TABLE.at(force="Kent", period=p) for p in ("2022/23", "2023/24"))
        with pytest.raises(InvalidInputError, match=f"{asked}=.* cannot go with two figures"):
            outcome_rate_change(old, new, **{asked: "force"})

    def test_of_two_forces_of_a_table_by_period_first(self):
        """Two labels differ, whichever comes first."""
        data = Tally.from_columns(
            {"period": ["2022/23", "2023/24"], "force": ["Kent", "Essex"], "outcome": ["1", "18"]}, [5, 6]
        )
        rows = positive_outcome_rate(data, **GIVEN, by=["period", "force"])
        with pytest.raises(InvalidInputError, match=r"one group in two periods; got .*Kent.*Essex"):
            outcome_rate_change(*rows)

    @pytest.mark.parametrize("periods", [("2022/23", "2022/23"), ("2022/23", "2023/24")])
    def test_of_two_forces(self, periods):
        """Two forces are a comparison, not a change."""
        old, new = (self.TABLE.at(force=f, period=p) for f, p in zip(("Kent", "Essex"), periods, strict=True))
        with pytest.raises(InvalidInputError, match=r"one group in two periods; got .*Kent.*Essex"):
            outcome_rate_change(old, new)

    def test_of_a_row_and_a_plain_rate(self):
        """A rate without a group compares with any."""
        found = outcome_rate_change(positive_outcome_rate(1, 4, **GIVEN), self.TABLE[0])
        assert (dict(found.group), found.between) == ({}, ("", ""))


class TestChangeOfFiguresInTime:
    """Two figures are compared only if a table by period would compare them."""

    ASKED: ClassVar = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
    DATA = Tally.from_columns(
        {
            "force": ["Kent", "Essex"] * 6,
            "period": ["2021/22"] * 4 + ["2022/23"] * 4 + ["2023/24"] * 4,
            "outcome": ["1", "1", "18", "18"] * 3,
        },
        [10, 20, 90, 80, 20, 10, 80, 90, 30, 30, 70, 70],
    )

    def of(self, *years, **options):
        return positive_outcome_rate(self.DATA.where(period=list(years)), **self.ASKED | options)

    def test_between(self):
        """The periods added up are those of the change: 15% and 30%."""
        found = outcome_rate_change(self.of("2022/23"), self.of("2023/24"))
        assert (found.between, found.old, found.new) == (YEARS, 0.15, 0.3)
        row = self.of("2022/23", "2023/24", by="period").at(period="2023/24")
        assert outcome_rate_change(self.of("2022/23"), row).between == YEARS

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            (["2023/24"], ["2022/23"], "Swap them"),
            (["2022/23"], ["2022/23"], "the same months"),
            (["2021/22", "2022/23"], ["2022/23", "2023/24"], "not overlap"),
            (["2021/22", "2022/23"], ["2023/24"], "of one length"),
            (["2021/22", "2023/24"], ["2022/23"], "in one period each"),
        ],
    )
    def test_refused(self, old, new, message):
        with pytest.raises(InvalidInputError, match=message):
            outcome_rate_change(self.of(*old), self.of(*new))

    def test_a_force_and_all(self):
        kent = self.of("2022/23", by="force").at(force="Kent")
        with pytest.raises(InvalidInputError, match="of one group, in one period each"):
            outcome_rate_change(kent, self.of("2023/24"))

    def test_two_extracts(self):
        """The dates of two extracts are said: one cohort had more time."""
        found = outcome_rate_change(
            self.of("2022/23", as_at="July 2025"), self.of("2023/24", as_at="July 2024")
        )
        assert (
            found.caveat
            == "the two extracts are of July 2025 and July 2024: outcomes of the one had more time"
        )
        one = outcome_rate_change(self.of("2022/23"), self.of("2023/24", as_at="July 2024"))
        assert "of a date that is not stated and July 2024" in one.caveat


# ---- two periods of a table -----------------------------------------------------------


class TestChangeOfTally:
    @pytest.mark.parametrize(
        ("asked", "old", "new"),
        [
            (COHORT, (10, 100), (30, 200)),
            (COHORT | {"out_of": "outcomes"}, (10, 100), (30, 180)),
            (GIVEN, (10, 100), (30, 180)),
        ],
    )
    def test_same_as_two_rates(self, asked, old, new):
        """A tally with between= gives the change of its two rates."""
        found = outcome_rate_change(TWO_YEARS, between=YEARS, **asked)
        rates = [positive_outcome_rate(*n, **asked) for n in (old, new)]
        plain = outcome_rate_change(*rates)
        assert (found.points, found.interval) == (plain.points, plain.interval)
        assert found.percent_change == plain.percent_change
        assert found.between == YEARS
        assert (found.new_positive, found.new_denominator) == new
        assert found.exclusions.counted == 300
        assert "10.00% in 2022/23" in str(found)

    def test_out_of_crimes_given(self):
        """Crimes are joined by group and period."""
        outcomes = by_period(
            {
                (f, p, c): n
                for (f, p), numbers in {
                    ("Essex", "2022/23"): (5, 5),
                    ("Essex", "2023/24"): (9, 1),
                    ("Kent", "2022/23"): (10, 40),
                    ("Kent", "2023/24"): (20, 30),
                }.items()
                for c, n in zip(("1", "18"), numbers, strict=True)
            }
        )
        crimes = Tally.from_columns(
            {"force": ["Essex", "Kent"] * 2, "period": ["2022/23"] * 2 + ["2023/24"] * 2}, [10, 100, 5, 100]
        )
        table = outcome_rate_change(outcomes, between=YEARS, **CLOSED, crimes=crimes, by="force")
        assert isinstance(table, Results)
        assert table["old"].tolist() == [0.5, 0.1]
        assert table["new"].tolist() == [1.8, 0.2]
        assert table["points"] == pytest.approx([130, 10])
        assert table.at(force="Kent").old_denominator == 100
        pooled = outcome_rate_change(outcomes, between=YEARS, **CLOSED, crimes=crimes)
        assert (pooled.old, pooled.new) == (15 / 110, 29 / 105)
        assert outcome_rate_change(outcomes, between=YEARS, **COHORT, crimes=crimes, by="force")[
            "reason"
        ].tolist() == [
            "not available: 9 positive outcomes in 2023/24, more than the 5 crimes recorded that they must be part of",
            None,
        ]

    def test_months_make_up_a_year(self):
        """Shorter periods add up; a month that is lacking is named."""
        months = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)]
        columns = {"period": [m for m in months for _ in "ab"], "outcome": ["1", "18"] * 24}
        outcomes = Tally.from_columns(columns, [1, 9] * 12 + [2, 8] * 12)
        crimes = Tally.from_columns({"period": ["2022", "2023"]}, [240, 120])
        found = outcome_rate_change(outcomes, between=("2022", "2023"), **GIVEN)
        assert (found.old, found.new) == (0.1, 0.2)
        found = outcome_rate_change(outcomes, between=("2022", "2023"), **CLOSED, crimes=crimes)
        assert (found.old, found.new) == (12 / 240, 24 / 120)
        part = outcomes.where(period=months[:-1])
        found = outcome_rate_change(part, between=("2022", "2023"), **GIVEN)
        assert found.reason == "not available: no rows for 2023-12"
        assert (found.old, math.isnan(found.new)) == (0.1, True)

    def test_months_against_years_with_coverage(self):
        """Suppliers of months and of years are matched by who they are, not by month."""
        months = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)]
        columns = {
            "force": ["Kent"] * 48,
            "period": [m for m in months for _ in "ab"],
            "outcome": ["1", "18"] * 24,
        }
        outcomes = Tally.from_columns(columns, [1, 9] * 24, coverage=["force", "period"])
        crimes = Tally.from_columns(
            {"force": ["Kent"] * 2, "period": ["2022", "2023"]}, [240, 120], coverage=["force", "period"]
        )
        found = outcome_rate_change(outcomes, between=("2022", "2023"), **CLOSED, crimes=crimes)
        assert (found.old, found.new) == (0.05, 0.1)
        more = crimes + Tally.from_columns(
            {"force": ["Essex"] * 2, "period": ["2022", "2023"]}, [1, 1], coverage=["force", "period"]
        )
        found = outcome_rate_change(outcomes, between=("2022", "2023"), **CLOSED, crimes=more)
        assert "not like for like" in found.reason
        assert "Essex" in found.reason

    def test_like_for_like(self):
        """A supplier of one period only makes the comparison not available, not wrong."""
        outcomes = by_period(
            {
                ("Kent", "2022/23", "1"): 1,
                ("Kent", "2022/23", "18"): 3,
                ("Kent", "2023/24", "1"): 1,
                ("Kent", "2023/24", "18"): 1,
                ("Essex", "2023/24", "1"): 9,
            },
            coverage=["force", "period"],
        )
        found = outcome_rate_change(outcomes, between=YEARS, **GIVEN)
        assert found.reason.startswith("not like for like")
        assert math.isnan(found.points)
        table = outcome_rate_change(outcomes, between=YEARS, **GIVEN, by="force")
        assert table.at(force="Kent").points == 25
        assert table.at(force="Essex").reason == "not available: no rows for Essex, 2022/23"
        assert table.at(force="Essex").new == 1

    def test_like_for_like_of_crimes(self):
        """So does a supplier of the crimes of one period only."""
        columns = {"force": ["Kent", "Essex", "Kent"], "period": ["2022/23", "2022/23", "2023/24"]}
        crimes = Tally.from_columns(columns, [200, 100, 300], coverage=["force", "period"])
        found = outcome_rate_change(TWO_YEARS, between=YEARS, **CLOSED, crimes=crimes)
        assert found.reason == "not like for like: supplied for one only: Essex (of the crimes)"
        assert (found.old, found.new) == (10 / 300, 0.1)

    def test_crimes_of_one_period_only(self):
        """A period without crimes is named."""
        crimes = Tally.from_columns({"period": ["2023/24"]}, [300])
        found = outcome_rate_change(TWO_YEARS, between=YEARS, **CLOSED, crimes=crimes)
        assert found.reason == "not available: of the crimes, no rows for 2022/23"
        assert found.new == 0.1

    def test_counts_of_crimes_below_zero(self):
        """What makes no rate is shown: both counts are inputs, and say why there is none."""
        crimes = Tally.from_columns({"period": [*YEARS]}, [300, -2])
        found = outcome_rate_change(TWO_YEARS, between=YEARS, **CLOSED, crimes=crimes)
        assert "a total of −2 in 2023/24, below zero" in found.reason
        assert (found.new_positive, found.new_denominator, math.isnan(found.new)) == (30, -2, True)
        assert found.old == 10 / 300

    def test_parts_are_excluded_once(self):
        """1A stands among the exclusions of the comparison."""
        data = TWO_YEARS + by_period({("2022/23", "1A"): 2, ("2023/24", "1A"): 3})
        found = outcome_rate_change(data, between=YEARS, **GIVEN)
        assert found.points == outcome_rate_change(TWO_YEARS, between=YEARS, **GIVEN).points
        assert found.exclusions.reasons == {"inside type 1": 5}

    @pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
    def test_frames(self, make):
        """A frame gives what its tally gives."""
        frame = make(TWO_YEARS.to_dict())
        found = outcome_rate_change(frame, between=YEARS, **COHORT, count="count")
        plain = outcome_rate_change(TWO_YEARS, between=YEARS, **COHORT)
        assert (found.points, found.interval) == (plain.points, plain.interval)
        frame = make({"when": ["2022", "2022", "2023"], "kind": [1, 18, 1]})
        found = outcome_rate_change(
            frame, between=("2022", "2023"), **GIVEN, outcome="kind", period="when", confidence_level=0.9
        )
        assert (found.points, found.confidence_level) == (50, 0.9)

    @pytest.mark.parametrize(
        ("data", "options", "error", "message"),
        [
            ((TWO_YEARS,), {"between": None}, InvalidTypeError, r"between=\(earlier, later\)"),
            ((TWO_YEARS,), {"positive": None}, InvalidTypeError, "positive= is required and has no default"),
            ((TWO_YEARS,), {"basis": None}, InvalidTypeError, "basis= is required and has no default"),
            ((TWO_YEARS,), {"out_of": None}, InvalidTypeError, "out_of= is required and has no default"),
            ((TWO_YEARS,), {"between": YEARS[::-1]}, InvalidInputError, "Swap them"),
            ((TWO_YEARS,), {"between": "2022/23"}, InvalidTypeError, "between must be a pair"),
            ((TWO_YEARS,), {"by": "period"}, InvalidInputError, "must not name the period dimension"),
            ((TWO_YEARS,), {"by": "outcome"}, InvalidInputError, "must not name the outcome dimension"),
            ((TWO_YEARS,), {"by": "force"}, UnknownNameError, "'force'"),
            ((TWO_YEARS,), {"period": "year"}, UnknownNameError, "'year'"),
            (
                (TWO_YEARS,),
                {"period": "outcome"},
                InvalidInputError,
                "period must name another dimension than outcome=",
            ),
            ((TWO_YEARS,), {"period": 3}, InvalidTypeError, "period must be text"),
            ((TWO_YEARS,), {"caveat": 3}, InvalidTypeError, "caveat"),
            ((TWO_YEARS,), {"confidence_level": 1}, InvalidInputError, "confidence_level"),
            ((TWO_YEARS,), CLOSED, ChoiceNeededError, "crimes= must be given"),
            ((TWO_YEARS,), {"crimes": TWO_YEARS}, InvalidInputError, "crimes= cannot go with"),
            (
                (TWO_YEARS,),
                CLOSED | {"crimes": 5},
                InvalidTypeError,
                "crimes must be a Tally with the dimension",
            ),
            (
                (TWO_YEARS,),
                CLOSED | {"crimes": Tally.from_columns({"force": ["Kent"]}, [5])},
                UnknownNameError,
                "crimes must be a tally that keeps 'period'; it has 'force'",
            ),
            (
                (TWO_YEARS, TWO_YEARS),
                dict.fromkeys([*GIVEN, "between"]),
                InvalidTypeError,
                "old must be an Outc",
            ),
            ((5,), {}, InvalidTypeError, "data must be a Tally or a data frame"),
        ],
    )
    def test_refused(self, data, options, error, message):
        """What cannot be compared is refused, by name."""
        with pytest.raises(error, match=message):
            outcome_rate_change(*data, **{"between": YEARS} | GIVEN | options)

    def test_figures_refuse_what_is_for_tables(self):
        """Two figures carry their definition; the second must be one."""
        rate = positive_outcome_rate(1, 4, **GIVEN)
        with pytest.raises(InvalidInputError, match="'basis=', 'by=' cannot go with two figures"):
            outcome_rate_change(rate, rate, basis="closed", by="force")
        with pytest.raises(InvalidInputError, match="'like_for_like=' cannot go with two figures"):
            outcome_rate_change(rate, rate, like_for_like="match")
        with pytest.raises(InvalidTypeError, match=r"new must be an OutcomeRate.*got NoneType"):
            outcome_rate_change(rate)
        with pytest.raises(InvalidTypeError, match=r"new must be an OutcomeRate.*got int"):
            outcome_rate_change(rate, 3)


# ---- laws -----------------------------------------------------------------------------


class TestLaws:
    RATES = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))

    @given(RATES, RATES, st.sampled_from([CLOSED, COHORT]))
    def test_there_and_back(self, old, new, asked):
        """The points from A to B are minus those from B to A, with their limits exchanged."""
        first, second = positive_outcome_rate(*old, **asked), positive_outcome_rate(*new, **asked)
        there, back = outcome_rate_change(first, second), outcome_rate_change(second, first)
        assert there.points == -back.points
        assert (there.points_low, there.points_high) == pytest.approx((-back.points_high, -back.points_low))
        assert there.points_low <= there.points <= there.points_high
        if old[0] and new[0]:
            assert (1 + there.percent_change / 100) * (1 + back.percent_change / 100) == pytest.approx(1)

    @given(RATES, RATES, st.sampled_from([CLOSED, COHORT]))
    def test_higher_level_is_wider(self, old, new, asked):
        """A higher level never narrows the interval of the points."""
        figures = positive_outcome_rate(*old, **asked), positive_outcome_rate(*new, **asked)
        narrow = outcome_rate_change(*figures, confidence_level=0.8)
        wide = outcome_rate_change(*figures, confidence_level=0.99)
        assert wide.points_low <= narrow.points_low
        assert narrow.points_high <= wide.points_high


# ---- sentences ------------------------------------------------------------------------


class TestSentence:
    def test_change(self):
        """Points are called points, per cent are called higher or lower, never one for the other."""
        change = outcome_rate_change(
            positive_outcome_rate(26_029, 328_104, **CLOSED), positive_outcome_rate(20_158, 365_882, **CLOSED)
        )
        assert str(change) == (
            "The positive outcome rate (positive-dashboard, closed basis, out of crimes recorded) fell by 2.42 percentage "
            "points (95% interval −2.55 to −2.30), from 7.93% to 5.51%, which is 30.6% lower."
        )
        assert "per cent" not in str(change)

    def test_no_change(self):
        """Equal rates did not change."""
        rate = positive_outcome_rate(5, 100, **COHORT)
        assert "did not change (95% interval −" in str(outcome_rate_change(rate, rate))
        assert str(outcome_rate_change(rate, rate)).endswith(": 5.00% before and after.")

    def test_small_change_does_not_read_as_none(self):
        """A change below half a hundredth of a point is not written as 0.00."""
        old, new = (positive_outcome_rate(n, 10_000_000, **COHORT) for n in (500_000, 500_100))
        sentence = str(outcome_rate_change(old, new))
        assert "rose by less than 0.01 percentage points" in sentence
        assert sentence.endswith("which is less than 0.1% higher.")


# ---- real figures ---------------------------------------------------------------------


class TestWestMidlands:
    def test_change(self):
        """+2.42 points and +44.0 per cent on the closed basis."""
        found = outcome_rate_change(
            WEST_MIDLANDS.where(basis="closed"), between=YEARS, **CLOSED, crimes=WEST_MIDLANDS_CRIMES
        )
        assert (f"{found.points:+.2f}", f"{found.percent_change:+.1f}") == ("+2.42", "+44.0")


class TestForces:
    def test_change_from_a_year_not_supplied(self, force_outcomes):
        """Nor is there a change from it."""
        _, outcomes = force_outcomes
        cohort = outcomes.where(basis="recorded").not_supplied(
            "nothing was supplied", force="Cumbria", period="2024/25"
        )
        asked = COHORT | {"out_of": "outcomes"}
        table = outcome_rate_change(cohort, between=("2024/25", "2025/26"), **asked, by="force")
        found = table.at(force="Cumbria")
        assert found.reason == "not available: nothing was supplied"
        assert math.isnan(found.old)
        assert found.new == 6_644 / 32_388
        assert np.isnan(table["points"]).sum() == 1
