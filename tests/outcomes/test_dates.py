"""Types that did not exist yet, cohorts that are too young, and the date of the extract."""

from __future__ import annotations

import datetime as dt
import math

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest

from policemetrics import OutcomeSet, Period, Results, Tally, outcome_rate_change, positive_outcome_rate
from policemetrics.definitions import outcome_types
from policemetrics.errors import InvalidInputError, InvalidTypeError, TotalByNameWarning, UnknownNameError
from policemetrics.outcomes import dates

GIVEN = {"positive": "positive-dashboard", "basis": "closed", "out_of": "outcomes"}
COHORT = {"positive": "charged", "basis": "recorded", "out_of": "crimes"}


def of_periods(*periods, **codes):
    """A tally of one count for each period and type, 1 and 18 unless named."""
    codes = codes or {"1": 1, "18": 3}
    rows = [(p, c, n) for p in periods for c, n in codes.items()]
    names, types, counts = zip(*rows, strict=True)
    return Tally.from_columns({"period": names, "outcome": types}, counts)


def cohort(period, waiting, positive=10, rest=90):
    return of_periods(period, **{"0": waiting, "1": positive, "18": rest})


class TestTypesOfTheTime:
    @pytest.mark.parametrize(
        ("period", "types", "caveat"),
        [
            ("2014/15", ["1", "22"], "type 22 did not exist in 2014/15 (in use from April 2019)"),
            ("2018/19", ["22"], "type 22 did not exist in 2018/19 (in use from April 2019)"),
            ("2019", ["22"], "type 22 came into use in April 2019, within 2019"),
            ("2019/20", ["22"], "type 22 stayed voluntary in 2019/20 (compulsory from April 2021)"),
            ("2020/21", ["22"], "type 22 stayed voluntary in 2020/21 (compulsory from April 2021)"),
            ("2021", ["22"], "type 22 became compulsory in April 2021, within 2021"),
            ("2021/22", ["22"], ""),
            ("2015-12", ["21"], "type 21 did not exist in December 2015 (in use from January 2016)"),
            ("2016-01", ["21"], ""),
            ("2015/16", ["21"], "type 21 came into use in January 2016, within 2015/16"),
            ("2024/25", ["19"], ""),
            ("2025/26", ["19"], ""),
            ("2025", ["19"], ""),
            (
                "2012/13",
                ["1", "2", "3", "22"],
                (
                    "types 1, 2 and 3 did not exist in 2012/13 (in use from April 2013); "
                    "type 22 did not exist in 2012/13 (in use from April 2019)"
                ),
            ),
            ("2013/14", ["14"], "type 14 did not exist in 2013/14 (in use from April 2014)"),
            ("2023/24", ["1", "2", "3", "6", "7", "8", "22"], ""),
        ],
    )
    def test_caveat(self, period, types, caveat):
        """A set used in a period in which one of its types did not exist says so, on either basis."""
        ours = OutcomeSet(types, name="ours")
        asked = {"positive": ours, "out_of": "outcomes"}
        found = positive_outcome_rate(of_periods(period), **asked, basis="closed")
        assert found.caveat == caveat
        assert str(found).endswith(f" Caveat: {caveat}." if caveat else ").")
        cohort = positive_outcome_rate(of_periods(period), **asked, basis="recorded").caveat
        if " exist" not in caveat:
            assert cohort == caveat
        # Later outcomes count: what matters is when the crimes were recorded.
        assert (" in use when the crimes of " in cohort) == (" exist" in caveat)

    @pytest.mark.parametrize(
        ("period", "basis", "caveat"),
        [
            ("2024/25", "closed", ""),
            ("2025/26", "closed", "type 19 did not exist any more in 2025/26 (in use to March 2025)"),
            ("2025", "closed", "type 19 went out of use after March 2025, within 2025"),
            (
                "2025/26",
                "recorded",
                "type 19 was no longer in use when the crimes of 2025/26 were recorded (in use to March 2025)",
            ),
        ],
    )
    def test_a_type_that_ended(self, monkeypatch, period, basis, caveat):
        """None is known to have ended; the day one does, it is said."""
        ended = attrs.evolve(outcome_types()["19"], valid_to=dt.date(2025, 3, 31))
        monkeypatch.setattr(dates, "outcome_types", lambda: {**outcome_types(), "19": ended})
        asked = {"positive": OutcomeSet(["19"], name="ours"), "basis": basis, "out_of": "outcomes"}
        assert positive_outcome_rate(of_periods(period), **asked).caveat == caveat

    def test_cohort(self):
        """A cohort may be given a type later that was not in use when its crimes were recorded."""

        def caveat(period, *types):
            asked = {"positive": OutcomeSet(types, name="ours"), "basis": "recorded", "out_of": "crimes"}
            return positive_outcome_rate(cohort(period, 5), **asked).caveat

        assert caveat("2018/19", "22") == (
            "type 22 was not in use when the crimes of 2018/19 were recorded (in use from April 2019)"
        )
        assert caveat("2012/13", "1", "2") == (
            "types 1 and 2 were not in use when the crimes of 2012/13 were recorded (in use from April 2013)"
        )

    def test_each_row_has_its_own(self):
        """In a table by period a caveat stands with its period, and in every export."""
        table = positive_outcome_rate(of_periods("2014/15", "2019/20", "2024/25"), **GIVEN, by="period")
        caveats = [f.caveat for f in table]
        assert caveats[0].startswith("type 22 did not exist in 2014/15")
        assert caveats[1].startswith("type 22 stayed voluntary in 2019/20")
        assert caveats[2] == ""
        assert table.to_pandas(audit=True)["caveat"].tolist() == caveats
        assert table[1:].to_polars(audit=True)["caveat"].to_list() == caveats[1:]
        assert "2014/15" in repr(table)
        assert "caveat" not in repr(table[2:])
        assert Results.of(list(table)) == table

    def test_rows_without_a_period(self):
        """A row that lacks its period takes no caveat from the others."""
        data = Tally.from_columns(
            {"period": ["2014/15", None, "2014/15"], "outcome": ["1", "1", "18"]}, [1, 2, 3]
        )
        table = positive_outcome_rate(data, **GIVEN, by="period")
        assert {f.group["period"]: f.caveat[:7] for f in table} == {"2014/15": "type 22", "(missing)": ""}

    def test_periods_added_up(self):
        """Over several periods it is the whole time that counts."""
        found = positive_outcome_rate(of_periods("2017/18", "2018/19", "2019/20"), **GIVEN)
        assert found.caveat == "type 22 came into use in April 2019, within April 2017 to March 2020"
        months = of_periods("2018-11", "2018-12")
        assert "November 2018 to December 2018" in positive_outcome_rate(months, **GIVEN).caveat

    @pytest.mark.parametrize(
        ("coverage", "span"),
        [("period", "April 2017 to March 2020"), ("force", "April 2018 to March 2020")],
    )
    def test_periods_without_a_count(self, coverage, span):
        """A year that was supplied is one of those added up, whatever is left of it; cells tell where coverage does not."""
        data = Tally.from_columns(
            {"force": ["Kent"] * 3, "period": ["2017/18", "2018/19", "2019/20"], "outcome": ["5", "1", "18"]},
            [3, 1, 2],
            coverage=coverage,
        )
        assert positive_outcome_rate(data.drop(outcome="5"), **GIVEN).caveat.endswith(f"within {span}")

    def test_the_clear_labels_decide(self):
        """2009-10 is a year beside 2010/11, and a total stays one."""
        read = dates._read(["2009-10", "2010/11", "Total"], "period")
        assert {label: period.label for label, period in read.items()} == {
            "2009-10": "2009/10",
            "2010/11": "2010/11",
        }

    def test_what_all_rows_say_is_said_once(self):
        texts = np.array(["a", "a"], dtype=object)
        assert dates.one_or_all(texts) == "a"
        assert dates.one_or_all(texts[:0]) == ""
        texts[1] = "b"
        assert dates.one_or_all(texts).tolist() == ["a", "b"]

    def test_labels_that_are_no_periods(self):
        """Quarters without a year tell nothing of time."""
        assert (
            positive_outcome_rate(of_periods("first", "second"), **GIVEN, by="period")["reason"].tolist()
            == [None] * 2
        )
        assert positive_outcome_rate(of_periods("first"), **GIVEN).caveat == ""
        assert positive_outcome_rate(of_periods("2014/15").sum_to("outcome"), **GIVEN).caveat == ""
        empty = Tally.from_columns({"period": [], "outcome": []}, [])
        assert positive_outcome_rate(empty, **GIVEN).caveat == ""
        assert len(positive_outcome_rate(empty, **GIVEN, by="period")) == 0

    @pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
    def test_frames(self, make):
        """A frame with a column "period" is read with it; one of another name is named."""
        columns = {"period": ["2014/15"] * 2, "year": [2014] * 2, "outcome": ["1", "18"]}
        assert "2014/15" in positive_outcome_rate(make(columns), **GIVEN).caveat
        found = positive_outcome_rate(make(columns), **GIVEN, period="year")
        assert found.caveat == "type 22 did not exist in 2014 (in use from April 2019)"
        assert found.when == "2014"
        with pytest.raises(UnknownNameError, match="'years'"):
            positive_outcome_rate(make(columns), **GIVEN, period="years")
        with pytest.raises(UnknownNameError, match="no dimension 'year'"):
            positive_outcome_rate(of_periods("2014/15"), **GIVEN, period="year")

    def test_change_across_a_change_of_definition(self):
        """A change says what the types were in each period, and that the definition changed between them."""
        data = of_periods("2018/19", "2019/20", "2021/22", "2022/23", "2023/24", "2015/16", "2016/17")

        def caveat(*between, **options):
            return outcome_rate_change(data, between=between, **GIVEN | options).caveat

        assert caveat("2018/19", "2019/20") == (
            "the definition changed between the two: type 22 did not exist in 2018/19 (in use from April 2019); "
            "type 22 stayed voluntary in 2019/20 (compulsory from April 2021)"
        )
        assert caveat("2018/19", "2022/23") == (
            "the definition changed between the two: type 22 did not exist in 2018/19 (in use from April 2019)"
        )
        assert caveat("2015/16", "2016/17") == (
            "type 22 did not exist in 2015/16 (in use from April 2019); "
            "type 22 did not exist in 2016/17 (in use from April 2019); what the rate is out of changed between the two: "
            "type 21 came into use in January 2016, within 2015/16"
        )
        assert caveat("2023/24", "2024/25") == ""
        assert caveat("2018/19", "2019/20", positive="charged") == (
            "what the rate is out of changed between the two: type 22 did not exist in 2018/19 (in use from April 2019)"
        )
        assert caveat("2019/20", "2021/22", positive="charged") == ""
        assert caveat("2023/24", "2024/25", caveat="new system") == "new system"
        assert caveat("2018/19", "2022/23", caveat="new system").startswith(
            "new system; the definition changed"
        )

    def test_each_caveat_is_a_note(self):
        """A program knows by the code what is said, whatever the words."""
        data = of_periods("2018/19", "2022/23")
        table = positive_outcome_rate(data, **GIVEN, by="period")
        assert [[note.code for note in row.caveats] for row in table] == [["outcome-types"], []]
        found = outcome_rate_change(data, between=("2018/19", "2022/23"), **GIVEN, caveat="new system.")
        assert [note.code for note in found.caveats] == ["stated", "outcome-types"]
        assert found.caveat.startswith("new system; the definition changed")

    def test_change_of_two_figures(self):
        """Two rows of a table bring their caveats along."""
        table = positive_outcome_rate(of_periods("2018/19", "2022/23"), **GIVEN, by="period")
        found = outcome_rate_change(table[0], table[1], caveat="new system")
        assert found.caveat == (
            "new system; the definition changed between the two: type 22 did not exist in 2018/19 (in use from April 2019)"
        )

    def test_change_of_what_the_rate_is_out_of(self):
        """In April 2014 ten types came that no crime had had before: the same charges are out of more outcomes."""
        data = of_periods("2013/14", "2014/15", **{"1": 50, "8": 50, "18": 400})

        def caveat(out_of, basis="closed"):
            asked = {"positive": "charged", "basis": basis, "out_of": out_of}
            return outcome_rate_change(data, between=("2013/14", "2014/15"), **asked).caveat

        assert caveat("outcomes") == (
            "what the rate is out of changed between the two: types 9, 10, 11, 12, 13, 14, 15, 16, 17 and 18 did not exist "
            "in 2013/14 (in use from April 2014)"
        )
        assert "were not in use when the crimes of 2013/14" in caveat("crimes_with_outcome", "recorded")
        crimes = Tally.from_columns({"period": ["2013/14", "2014/15"]}, [900, 900])
        asked = {"positive": "charged", "basis": "closed", "out_of": "crimes", "crimes": crimes}
        assert outcome_rate_change(data, between=("2013/14", "2014/15"), **asked).caveat == ""


class TestImmature:
    def test_any_crime_without_an_outcome(self):
        """By default a cohort is immature as long as one of its crimes has no outcome yet."""
        young = positive_outcome_rate(cohort("2025/26", 25), **COHORT)
        assert (young.maturity, young.immature, young.share_not_yet_assigned) == ("immature", True, 0.2)
        assert "; immature: 20.0% of the crimes not yet assigned an outcome)" in str(young)
        done = positive_outcome_rate(cohort("2025/26", 0), **COHORT)
        assert (done.maturity, done.immature, done.share_not_yet_assigned) == ("mature", False, 0)

    @pytest.mark.parametrize("out_of", ["outcomes", "crimes_with_outcome"])
    def test_share_is_of_the_cohort(self, out_of):
        """Whatever the rate is out of, what is open is a share of all the crimes."""
        found = positive_outcome_rate(cohort("2025/26", 25), **COHORT | {"out_of": out_of})
        assert (found.denominator, found.share_not_yet_assigned) == (100, 0.2)
        assert found.immature

    def test_corrections_of_what_is_open(self):
        """Where nothing is out of the cohort, a correction of its open crimes takes nothing away."""
        data = of_periods("2025/26", **{"0": -1, "1": 5, "18": 5})
        assert positive_outcome_rate(data, **GIVEN).rate == 0.5
        assert positive_outcome_rate(data, **COHORT).reason is not None

    def test_the_time_is_named(self):
        assert "crimes recorded in 2025/26" in str(positive_outcome_rate(cohort("2025/26", 25), **COHORT))

    def test_every_crime_accounted_for(self):
        """Ten charged and five open are all of fifteen."""
        assert positive_outcome_rate(10, 15, **COHORT, not_yet_assigned=5).rate == pytest.approx(2 / 3)

    def test_one_crime(self):
        """Even of a single crime the share is told."""
        assert positive_outcome_rate(of_periods("2025/26", **{"0": 1}), **COHORT).share_not_yet_assigned == 1

    @pytest.mark.parametrize(("old", "new"), [(0, 0), (0, math.nan), (math.nan, 0), (math.nan, math.nan)])
    def test_nothing_open_is_not_spoken_of(self, old, new):
        data = cohort("2024/25", 5) + cohort("2025/26", 25)
        found = outcome_rate_change(data, between=("2024/25", "2025/26"), **COHORT)
        assert "no outcome yet" in str(found)
        found = attrs.evolve(found, old_share_not_yet_assigned=old, new_share_not_yet_assigned=new)
        assert "no outcome yet" not in str(found)

    def test_not_known(self):
        """Without type 0 nobody knows."""
        found = positive_outcome_rate(of_periods("2025/26"), **COHORT | {"out_of": "outcomes"})
        assert found.maturity == "not known"
        assert "mature" not in str(found)
        assert positive_outcome_rate(1, 4, **COHORT).maturity == "not known"

    def test_closed_basis_has_no_cohort(self):
        """Outcomes given in a period do not grow any more."""
        found = positive_outcome_rate(of_periods("2025/26", **{"0": 5, "1": 1, "18": 3}), **GIVEN)
        assert (found.maturity, found.immature) == ("", False)
        assert np.isnan(found.share_not_yet_assigned)
        with pytest.raises(InvalidInputError, match="mature_after= goes with basis='recorded'"):
            positive_outcome_rate(of_periods("2025/26"), **GIVEN, mature_after=3)

    @pytest.mark.parametrize(
        ("as_at", "age"),
        [
            (dt.date(2026, 3, 31), 0),
            ("2026-04-29", 0),
            ("30 April 2026", 1),
            ("April 2026", 1),
            ("2026-05-15", 1),
            (dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC), 3),
            (Period.month(2026, 7), 4),
            ("2026/27", 12),
        ],
    )
    def test_younger_than_its_outcomes_need(self, as_at, age):
        """The age is counted in whole months from the end of the period; 3 months are needed here."""
        found = positive_outcome_rate(cohort("2025/26", 25), **COHORT, as_at=as_at, mature_after=3)
        assert (found.age_months, found.mature_after) == (age, 3)
        assert found.immature == (age < 3)
        if found.immature:
            assert (
                f"; immature: {age} of the 3 months old that its outcomes need, 20.0% of the crimes not yet"
                in str(found)
            )
        else:
            assert "; 20.0% of the crimes not yet assigned an outcome)" in str(found)

    def test_without_type_0(self):
        """A young cohort is flagged even where the share still open is not known."""
        found = positive_outcome_rate(
            of_periods("2025/26"), **COHORT | {"out_of": "outcomes"}, as_at="2026-04-30", mature_after=3
        )
        assert found.immature
        assert (
            str(found)
            .split("; immature: ")[1]
            .startswith(
                "1 of the 3 months old that its outcomes need, how many crimes have no outcome yet is not known)"
            )
        )

    def test_by_period(self):
        """Each month of a table has its own age, and the screen tells them apart."""
        data = cohort("2024-01", 0) + cohort("2024-02", 5) + cohort("2024-03", 50)
        table = positive_outcome_rate(data, **COHORT, by="period", as_at="2024-04-30", mature_after=2)
        assert table["age_months"].tolist() == [3, 2, 1]
        assert table["maturity"].tolist() == ["mature", "mature", "immature"]
        assert "maturity" in repr(table)
        assert "maturity" in table._repr_html_()
        title, *lines = repr(table[:2]).splitlines()
        assert "; as at: 2024-04-30; maturity: mature; " in title
        assert "maturity" not in "".join(lines)
        assert table.to_dict(audit=True)["maturity"] == ["mature", "mature", "immature"]

    def test_extract_before_the_end(self):
        """An extract cannot hold a period that is not over."""
        with pytest.raises(
            InvalidInputError,
            match=r"as_at must not come before the end .* 2025/26, which ends on 2026-03-31",
        ):
            positive_outcome_rate(cohort("2025/26", 25), **COHORT, as_at="2026-03-30")

    @pytest.mark.parametrize(
        "as_at", ["", "latest revision", "2009-10", "31 February 2026", "sometime 2026", "40 May 2026"]
    )
    def test_words_are_kept_but_tell_no_age(self, as_at):
        """Any words may say when; where a date is needed they are refused."""
        found = positive_outcome_rate(cohort("2025/26", 25), **COHORT, as_at=as_at)
        assert (found.as_at, np.isnan(found.age_months)) == (as_at, True)
        with pytest.raises(
            InvalidInputError, match=r"as_at must be a date, as in .* where mature_after= is given"
        ):
            positive_outcome_rate(cohort("2025/26", 25), **COHORT, as_at=as_at, mature_after=3)

    def test_no_period(self):
        """Without a period there is no age, and nothing to tell the young by."""
        data = cohort("2025/26", 25)
        asked = COHORT | {"as_at": "2026-07", "mature_after": 3}
        with pytest.raises(InvalidInputError, match=r"mature_after= needs periods .* no dimension 'period'"):
            positive_outcome_rate(data.sum_to("outcome"), **asked)
        with pytest.raises(InvalidInputError, match=r"mature_after= needs periods .* has 'Q1'"):
            positive_outcome_rate(data.relabel("period", {"2025/26": "Q1"}), **asked)

    def test_one_label_that_names_no_time(self):
        """A total among years takes nothing from the years: each has its age and its caveat."""
        data = of_periods("2018/19", "2023/24", "Total", **{"0": 5, "22": 10, "18": 85})
        asked = {"positive": "positive-dashboard", "basis": "recorded", "out_of": "crimes"}
        asked |= {"as_at": "2024-06", "mature_after": 12}
        table = positive_outcome_rate(data, **asked, by="period")
        assert table["maturity"].tolist() == ["mature", "immature", "not known"]
        assert [bool(f.caveat) for f in table] == [True, False, False]
        with pytest.warns(TotalByNameWarning, match=r"'Total' by name"):
            whole = positive_outcome_rate(data, **asked)
        assert whole.when == "2018/19 and 2023/24 and other times"

    def test_each_group_has_its_own_time(self):
        """A force with the figures of one year has the time, age and caveats of that year alone."""
        data = Tally.from_columns(
            {
                "force": ["Kent"] * 2 + ["Essex"] * 2,
                "period": ["2018/19"] * 2 + ["2023/24"] * 2,
                "outcome": ["22", "0"] * 2,
            },
            [10, 4, 3, 9],
        )
        asked = {"positive": "positive-dashboard", "basis": "recorded", "out_of": "crimes", "by": "force"}
        table = positive_outcome_rate(data, **asked, as_at="2024-06", mature_after=12)
        essex, kent = table
        assert (kent.when, kent.age_months, kent.maturity) == ("2018/19", 63.0, "mature")
        assert (essex.when, essex.age_months, essex.maturity) == ("2023/24", 3.0, "immature")
        assert "2018/19" in kent.caveat
        assert essex.caveat == ""

    def test_group_without_a_figure(self):
        """What has no rate has no maturity either."""
        data = cohort("2025/26", 25).not_supplied("not sent", period="2025/26")
        found = positive_outcome_rate(data, **COHORT, by="period")[0]
        assert (found.reason, found.maturity) == ("not available: not sent", "not known")
        assert np.isnan(found.share_not_yet_assigned)

    def test_numbers(self):
        """Two numbers can say how many crimes are open."""
        found = positive_outcome_rate(
            447_514, 5_235_213, **COHORT, not_yet_assigned=384_808, as_at="2026-07-23"
        )
        assert (found.not_yet_assigned, round(found.share_not_yet_assigned, 4)) == (384_808, 0.0735)
        assert "as at 2026-07-23; 95% interval 8.52% to 8.57%; immature: 7.4% of the crimes" in str(found)
        given = positive_outcome_rate(
            447_514, 4_850_405, **COHORT | {"out_of": "outcomes"}, not_yet_assigned=384_808
        )
        assert given.share_not_yet_assigned == found.share_not_yet_assigned

    @pytest.mark.parametrize(
        ("data", "options", "error", "message"),
        [
            ((1, 4), GIVEN | {"not_yet_assigned": 1}, InvalidInputError, "goes with basis='recorded'"),
            ((1, 4), {"not_yet_assigned": 4}, InvalidInputError, "beside 1 of 4"),
            ((1, 4), {"not_yet_assigned": -1}, InvalidInputError, "not_yet_assigned must be a whole number"),
            ((1, 4), {"mature_after": 3}, InvalidInputError, "'mature_after=' cannot go with plain numbers"),
            ((cohort("2025/26", 1),), {"not_yet_assigned": 1}, InvalidInputError, "rows of type '0'"),
            (
                (cohort("2025/26", 1),),
                {"mature_after": "3", "as_at": "2026-07"},
                InvalidTypeError,
                "mature_after",
            ),
            (
                (cohort("2025/26", 1),),
                {"as_at": 2026},
                InvalidTypeError,
                "as_at must be a date, or text; got 2026",
            ),
        ],
    )
    def test_refused(self, data, options, error, message):
        with pytest.raises(error, match=message):
            positive_outcome_rate(*data, **COHORT | options)

    def test_change_of_cohorts(self):
        """A later cohort with more crimes still open is the less mature, and the sentence says so."""
        data = cohort("2024/25", 5) + cohort("2025/26", 25, rest=70)
        found = outcome_rate_change(data, between=("2024/25", "2025/26"), **COHORT)
        assert found.old_share_not_yet_assigned == pytest.approx(5 / 105)
        assert str(found).endswith(
            "The later cohort is the less mature: 23.8% of its crimes have no outcome yet, of the earlier 4.8%; project_outcome_rate brings both to one age."
        )
        table = positive_outcome_rate(data, **COHORT, by="period")
        assert outcome_rate_change(table[0], table[1]).new_share_not_yet_assigned == pytest.approx(25 / 105)
        back = cohort("2024/25", 25) + cohort("2025/26", 5)
        assert str(outcome_rate_change(back, between=("2024/25", "2025/26"), **COHORT)).endswith(
            "The earlier cohort is the less mature: 20.0% of its crimes have no outcome yet, of the later 4.8%; project_outcome_rate brings both to one age."
        )
        alike = cohort("2024/25", 25) + cohort("2025/26", 25)
        assert str(outcome_rate_change(alike, between=("2024/25", "2025/26"), **COHORT)).endswith(
            " Of the crimes of either cohort 20.0% have no outcome yet."
        )
        same = of_periods("2024/25", "2025/26")
        assert "mature" not in str(outcome_rate_change(same, between=("2024/25", "2025/26"), **GIVEN))
