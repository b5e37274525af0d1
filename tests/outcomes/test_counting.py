"""How outcomes are read and counted, and the crimes beside them, by hand arithmetic."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outcome_tables import (
    CLOSED,
    COHORT,
    COUNTS,
    DASHBOARD,
    GIVEN,
    TWO_YEARS,
    YEARS,
    by_force,
    by_type,
)

import policemetrics as pm
from policemetrics import (
    Exposure,
    OutcomeSet,
    Tally,
    outcome_rate_change,
    outcome_rate_drivers,
    outcome_rate_split,
    positive_outcome_rate,
    tally,
)
from policemetrics.definitions import outcome_types
from policemetrics.errors import (
    ChoiceNeededError,
    CountOverflowError,
    InvalidInputError,
    InvalidTypeError,
    OnlyPositiveOutcomesWarning,
    UnknownNameError,
)
from policemetrics.figures import OutcomeRate


class TestTally:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            (COHORT, (80, 1000)),
            (COHORT | {"out_of": "crimes_with_outcome"}, (80, 930)),
            (COHORT | {"out_of": "outcomes"}, (80, 930)),
            (GIVEN, (80, 930)),
            (COHORT | {"crimes": 1100}, (80, 1100)),
            (CLOSED | {"crimes": 50}, (80, 50)),
            (COHORT | {"positive": "charged"}, (55, 1000)),
            (COHORT | {"positive": "solved-surrey"}, (85, 1000)),
            (COHORT | {"positive": OutcomeSet(["8", "9"], name="ours")}, (17, 1000)),
        ],
    )
    def test_denominators(self, asked, expected):
        """Type 0 is among crimes recorded, not among outcomes; crimes given take their place."""
        found = positive_outcome_rate(by_type(COUNTS), **asked)
        assert isinstance(found, OutcomeRate)
        assert (found.positive, found.denominator) == expected
        assert found.rate == expected[0] / expected[1]
        assert found.not_yet_assigned == 70
        assert found.exclusions.counted == 1000
        assert found.exclusions.excluded == 0

    def test_same_as_numbers(self):
        """A tally gives the very figure that its two numbers give."""
        found = positive_outcome_rate(by_type(COUNTS), **GIVEN)
        plain = positive_outcome_rate(80, 930, **GIVEN)
        assert (found.rate, found.interval) == (plain.rate, plain.interval)

    @pytest.mark.parametrize("asked", [COHORT, COHORT | {"out_of": "outcomes"}, GIVEN])
    def test_parts_are_not_counted_twice(self, asked):
        """1A, 2A and 3A lie inside 1, 2 and 3: the figure stays, and they stand among the exclusions."""
        parts = {"3": 0, "1A": 4, "2A": 1, "3A": 0}
        plain = positive_outcome_rate(by_type(COUNTS), **asked)
        found = positive_outcome_rate(by_type(COUNTS | parts), **asked)
        assert (found.positive, found.denominator) == (plain.positive, plain.denominator)
        assert found.interval == plain.interval
        assert found.exclusions.reasons == {"inside type 1": 4, "inside type 2": 1}
        assert found.exclusions.counted + found.exclusions.excluded == sum((COUNTS | parts).values())

    def test_a_part_without_its_whole(self):
        """1A without 1 would be lost, so it is an error that says so."""
        with pytest.raises(InvalidInputError, match="has type '1A' but not type '1'"):
            positive_outcome_rate(by_type({"1A": 4, "18": 9}), **GIVEN)

    def test_a_part_that_was_not_supplied(self):
        """Marked cells of 1A are no outcomes either; the mark is passed on."""
        marked = by_type(COUNTS | {"1A": 0}).not_supplied("alternate offences not sent", outcome="1A")
        assert positive_outcome_rate(marked, **GIVEN).reason == "not available: alternate offences not sent"

    def test_group_of_nothing_but_a_part(self):
        """A group whose every row was set aside does not vanish, and says why."""
        data = by_force({"Kent": {"1": 5, "18": 5}, "Essex": {"1A": 3}})
        found = positive_outcome_rate(data, **GIVEN, by="force").at(force="Essex")
        assert found.reason == "not available: all counts were excluded (inside type 1 3)"
        assert math.isnan(found.positive)

    def test_numbers_are_read_as_codes(self):
        """A column of whole numbers is a column of codes."""
        text = by_type(COUNTS)
        whole = Tally.from_columns({"outcome": [int(v) for v in COUNTS]}, COUNTS.values())
        assert positive_outcome_rate(whole, **COHORT) == positive_outcome_rate(text, **COHORT)

    def test_unknown_types_are_all_named(self):
        """Every unknown label is listed, with the codes that there are."""
        with pytest.raises(UnknownNameError) as caught:
            positive_outcome_rate(by_type({"1": 1, "1B": 2, "Detected": 3}), **GIVEN)
        message = str(caught.value)
        assert "'1B', 'Detected'" in message
        assert all(f"\n  {code}: {kind.name}" in message for code, kind in outcome_types().items())

    def test_other_dimension(self):
        """The type may stand in a dimension of another name."""
        data = Tally.from_columns({"result": ["1", "18"]}, [1, 3])
        assert positive_outcome_rate(data, **GIVEN, outcome="result").rate == 0.25

    def test_rest_may_not_hide_a_type_of_the_set(self):
        """A table with a remainder must give every type that counts as positive."""
        data = by_type({"1": 10, "8": 5, "other": 85})
        assert positive_outcome_rate(data, **GIVEN | {"positive": "charged"}).rate == 0.1
        with pytest.raises(InvalidInputError, match="lacks '2', '3', '4'"):
            positive_outcome_rate(data, **GIVEN | {"positive": "solved-surrey"})

    def test_not_yet_assigned_is_unknown_without_type_0(self):
        """Without a row of type 0 nobody knows how many crimes are open."""
        data = by_type({"1": 10, "18": 90})
        assert math.isnan(positive_outcome_rate(data, **GIVEN).not_yet_assigned)
        with pytest.raises(ChoiceNeededError, match="no row has type '0'"):
            positive_outcome_rate(data, **COHORT)
        assert positive_outcome_rate(data, **COHORT, crimes=200).rate == 0.05
        assert positive_outcome_rate(by_type({"0": 0, "1": 10, "18": 90}), **COHORT).rate == 0.1

    def test_declared_overlap_of_types(self):
        """A caller who declares that types overlap (1A is in 1) is not refused for it."""
        columns = {"outcome": ["1", "1A", "18"]}
        data = Tally.from_columns(columns, [10, 2, 30], overlapping="outcome")
        assert positive_outcome_rate(data, **GIVEN).rate == 0.25

    def test_corrections(self):
        """Negative cells count; a total below zero is not available."""
        data = by_force({"Kent": {"1": 7, "8": -2, "18": 5}, "Essex": {"1": -3, "18": 9}})
        table = positive_outcome_rate(data, **GIVEN, by="force")
        assert table.at(force="Kent").rate == 0.5
        assert "−3" in table.at(force="Essex").reason
        assert "below zero" in table.at(force="Essex").reason

    @pytest.mark.parametrize(
        ("types", "asked", "reason"),
        [
            ({"0": 0, "1": 0, "18": -3}, GIVEN, "below zero"),
            ({"0": -3, "1": 2, "18": 9}, COHORT, "below zero"),
            ({"0": 0, "1": 5, "18": -3}, COHORT, "5 positive outcomes, more than the 2 crimes recorded"),
            ({"0": 0, "1": 5, "18": -3}, GIVEN, "more than the 2 outcomes"),
            ({"0": 5, "1": 0, "18": 0}, GIVEN, "no outcomes"),
            ({"0": 5}, COHORT | {"out_of": "crimes_with_outcome"}, "no crimes with an outcome"),
            ({"0": 0}, COHORT, "no crimes recorded"),
        ],
    )
    def test_impossible_counts(self, types, asked, reason):
        """Counts that make no rate give their reason, and still show what was counted."""
        found = positive_outcome_rate(by_type(types), **asked)
        assert math.isnan(found.rate)
        assert reason in found.reason
        assert found.denominator == sum(types.values()) - (0 if asked is COHORT else types["0"])

    def test_more_than_the_crimes_given(self):
        """On the recorded basis the crimes given must hold the outcomes; on the closed one they need not."""
        data = by_type({"1": 12, "18": 1})
        assert (
            "12 positive outcomes, more than the 10"
            in positive_outcome_rate(data, **COHORT, crimes=10).reason
        )
        assert positive_outcome_rate(data, **CLOSED, crimes=10).rate == 1.2

    def test_no_rows(self):
        """An empty table has no rate, and no group."""
        empty = Tally.from_columns({"force": [], "outcome": []}, [])
        for asked in (GIVEN, COHORT, CLOSED | {"crimes": 5}):
            assert positive_outcome_rate(empty, **asked).reason == "not available: no rows"
        assert len(positive_outcome_rate(empty, **GIVEN, by="force")) == 0

    def test_sums_past_64_bits(self):
        """A sum that does not fit is an error, never a wrap."""
        data = by_type({"1": 2**62, "8": 2**62, "18": 1})
        with pytest.raises(CountOverflowError):
            positive_outcome_rate(data, **GIVEN)

    def test_marked_as_not_supplied(self):
        """Zeros that were marked are no zero rate; the reason is the caller's."""
        data = by_force({"Kent": {"0": 4, "1": 5, "18": 5}, "Cumbria": {"0": 0, "1": 0, "18": 0}})
        assert positive_outcome_rate(data, **COHORT, by="force").at(force="Cumbria").reason == (
            "not available: no crimes recorded"
        )
        marked = data.not_supplied("nothing sent in 2014/15", force="Cumbria")
        for asked in (COHORT, GIVEN, CLOSED | {"crimes": {"Kent": 100, "Cumbria": 100}}):
            table = positive_outcome_rate(marked, **asked, by="force")
            assert table.at(force="Cumbria").reason == "not available: nothing sent in 2014/15"
            assert math.isnan(table.at(force="Cumbria").positive)
            assert table.at(force="Kent").reason is None
        assert "nothing sent" in positive_outcome_rate(marked, **COHORT).reason

    def test_type_marked_as_not_supplied(self):
        """A type that nobody supplied is known to the table, and its figures are not available."""
        data = by_type({"0": 1, "1": 5, "22": 0, "other": 5})
        for code in ("0", "1", "22"):
            found = positive_outcome_rate(
                data.not_supplied("not sent", outcome=code),
                **COHORT | {"positive": OutcomeSet(["1", "22"], name="ours")},
            )
            assert found.reason == "not available: not sent"


class TestBases:
    """The two bases count the same outcomes twice: they are never added up."""

    COLUMNS: ClassVar = {
        "basis": ["closed", "closed", "recorded", "recorded"],
        "outcome": ["1", "18", "1", "18"],
        "n": [10, 90, 20, 60],
    }

    @pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
    def test_frame_of_both(self, make):
        """A frame with a column of bases is refused until the rows are chosen."""
        with pytest.raises(InvalidInputError, match="rows of basis 'recorded' too"):
            positive_outcome_rate(make(self.COLUMNS), **GIVEN, count="n")
        with pytest.raises(InvalidInputError, match="rows of basis 'closed' too"):
            positive_outcome_rate(make(self.COLUMNS), **GIVEN | {"basis": "recorded"}, count="n", by="basis")
        half = make({name: column[:2] for name, column in self.COLUMNS.items()})
        assert positive_outcome_rate(half, **GIVEN, count="n").rate == 0.1
        assert positive_outcome_rate(half, **GIVEN, count="n", by="basis")["rate"].tolist() == [0.1]

    def test_tally_of_both(self):
        """So is a tally, and rows of one basis cannot be called the other."""
        data = tally(pd.DataFrame(self.COLUMNS), by=["basis", "outcome"], count="n", overlapping="basis")
        with pytest.raises(InvalidInputError, match=r"where\(basis='closed'\)"):
            positive_outcome_rate(data, **GIVEN)
        assert positive_outcome_rate(data.where(basis="closed"), **GIVEN).rate == 0.1
        with pytest.raises(InvalidInputError, match="basis is 'closed'"):
            positive_outcome_rate(data.where(basis="recorded"), **GIVEN)

    def test_however_spelt(self):
        """A basis in capitals is a basis."""
        columns = self.COLUMNS | {"basis": [b.capitalize() for b in self.COLUMNS["basis"]]}
        data = tally(pd.DataFrame(columns), by=["basis", "outcome"], count="n", overlapping="basis")
        with pytest.raises(InvalidInputError, match=r"rows of basis 'Recorded' too.*where\(basis='Closed'\)"):
            positive_outcome_rate(data, **GIVEN)
        assert positive_outcome_rate(data.where(basis="Closed"), **GIVEN).rate == 0.1

    def test_another_column_of_the_name(self):
        """A column "basis" that says something else may count outcomes twice, unless it says one thing only."""
        frame = pd.DataFrame({"basis": ["a", "b"], "outcome": ["1", "18"]})
        with pytest.raises(
            InvalidInputError, match=r"'basis' must say 'closed' or 'recorded'.* got 'a', 'b'"
        ):
            positive_outcome_rate(frame, **GIVEN)
        assert positive_outcome_rate(frame, **GIVEN, by="basis")["rate"].tolist() == [1.0, 0.0]
        assert positive_outcome_rate(frame.assign(basis="a"), **GIVEN).rate == 0.5
        assert positive_outcome_rate(frame.assign(basis=[0.5, 1.5]), **GIVEN).rate == 0.5

    @pytest.mark.parametrize("column", ["basis", "Basis"])
    @pytest.mark.parametrize("spelt", ["{} basis", "{}", "On the {} basis"])
    def test_spellings(self, column, spelt):
        """However it is spelt, outcomes on two bases are not added."""
        frame = pd.DataFrame(
            {column: [spelt.format(b) for b in ("Closed", "Recorded")] * 2, "outcome": ["1", "1", "18", "18"]}
        )
        with pytest.raises(InvalidInputError, match=f"rows of {column} .*Recorded"):
            positive_outcome_rate(frame, **GIVEN | {"basis": "closed", "out_of": "outcomes"})
        chosen = frame[frame[column] == spelt.format("Closed")]
        found = positive_outcome_rate(chosen, **GIVEN | {"basis": "closed", "out_of": "outcomes"})
        assert (found.positive, found.denominator) == (1, 2)


class TestFrames:
    ROWS: ClassVar = {
        "force": ["Kent"] * 5 + ["Essex"] * 4,
        "outcome": ["1", "8", "18", "0", None, "1", "18", "18", "18"],
    }

    @pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
    def test_rows(self, make):
        """One row a crime: counted by the engine, and a row without an outcome is told apart."""
        table = positive_outcome_rate(make(self.ROWS), **COHORT, by="force", blank="excluded")
        assert table["rate"].tolist() == [0.25, 0.5]
        assert table["not_yet_assigned"].tolist() == [0, 1]
        assert table.at(force="Kent").exclusions.reasons == {"missing outcome": 1}
        table = positive_outcome_rate(make(self.ROWS), **COHORT, by="force", blank="not_yet_assigned")
        assert table["rate"].tolist() == [0.25, 0.4]
        assert table["not_yet_assigned"].tolist() == [0, 2]
        assert table["excluded"].tolist() == [0, 0]

    def test_engines_agree(self):
        """pandas, polars and a tally give equal tables."""
        counted = tally(pd.DataFrame(self.ROWS), by=["force", "outcome"])
        tables = [
            positive_outcome_rate(data, **GIVEN, by="force")
            for data in (pd.DataFrame(self.ROWS), pl.DataFrame(self.ROWS), counted)
        ]
        assert tables[0] == tables[1] == tables[2]
        frame, other = tables[0].to_pandas(audit=True), tables[1].to_polars(audit=True)
        assert frame["outcomes"].tolist() == other["outcomes"].to_list() == [DASHBOARD] * 2
        assert other["rate"].to_list() == [0.25, 2 / 3]

    def test_count_column(self):
        """A column of counts is added up; a missing count makes its group not available."""
        frame = pd.DataFrame(
            {"force": ["Kent", "Kent", "Essex", "Essex"], "outcome": ["1", "18"] * 2, "n": [1, 3, 2, None]}
        )
        table = positive_outcome_rate(frame, **GIVEN, by="force", count="n")
        assert table.at(force="Kent").rate == 0.25
        assert table.at(force="Essex").reason == "not available: n missing in the source"

    def test_group_without_any_outcome(self):
        """A force whose every row lacks an outcome has no rate, not one of 0%."""
        frame = pd.DataFrame({"force": ["Kent", "Kent", "Essex"], "outcome": ["1", "18", None]})
        crimes = {"Kent": 10, "Essex": 10}
        found = positive_outcome_rate(frame, **CLOSED, by="force", crimes=crimes).at(force="Essex")
        assert found.reason == "not available: all rows were excluded (missing outcome 1)"


class TestParts:
    """A part of a type cannot be larger than the type."""

    ASKED: ClassVar = {"positive": "charged", "basis": "recorded", "out_of": "crimes"}

    def test_larger_than_the_whole(self):
        data = Tally.from_columns(
            {"force": ["Kent"] * 3 + ["Essex"] * 3, "outcome": ["1A", "1", "0"] * 2}, [9, 4, 5, 3, 4, 5]
        )
        essex, kent = positive_outcome_rate(data, **self.ASKED, by="force")
        assert kent.reason == (
            "not available: 9 outcomes of type 1A, more than the 4 of type 1 that they must be part of; "
            "where they stand beside them, say alternates='beside'"
        )
        assert essex.rate == pytest.approx(4 / 9)

    @pytest.mark.parametrize(("part", "fits"), [(4, True), (5, False)])
    def test_larger_by_one(self, part, fits):
        """All of a type may be of one part of it; one more cannot."""
        data = Tally.from_columns({"outcome": ["1A", "1", "0"]}, [part, 4, 5])
        assert (positive_outcome_rate(data, **self.ASKED).reason is None) is fits

    def test_larger_in_a_period(self):
        data = Tally.from_columns(
            {"period": ["2022/23"] * 3 + ["2023/24"] * 3, "outcome": ["1A", "1", "0"] * 2}, [9, 4, 5, 3, 4, 5]
        )
        change = outcome_rate_change(data, between=YEARS, **self.ASKED)
        assert "9 outcomes of type 1A in 2022/23" in change.reason


# ---- crimes beside outcomes -----------------------------------------------------------


class TestCrimes:
    DATA = by_force({"Kent": {"1": 10, "18": 40}, "Essex": {"1": 30, "18": 50}})

    @pytest.mark.parametrize("basis", ["closed", "recorded"])
    @pytest.mark.parametrize(
        "crimes",
        [
            {"Kent": 200, "Essex": 100, "Devon": 5},
            {("Kent",): 200.0, ("Essex",): np.int64(100)},
            Tally.from_columns({"force": ["Kent", "Essex", "Kent"]}, [150, 100, 50]),
            Exposure({"Kent": 200, "Essex": 100}, by="force", name="crimes", date="2023/24"),
        ],
        ids=["mapping", "mapping of tuples", "tally", "exposure"],
    )
    def test_ways_to_give_them(self, basis, crimes):
        """A mapping, a tally and an exposure are joined by label."""
        table = positive_outcome_rate(
            self.DATA, positive=DASHBOARD, basis=basis, out_of="crimes", crimes=crimes, by="force"
        )
        assert table["force"].tolist() == ["Essex", "Kent"]
        assert table["denominator"].tolist() == [100, 200]
        assert table["rate"].tolist() == [0.3, 0.05]

    @pytest.mark.parametrize(
        "crimes",
        [300, Tally.from_columns({"force": ["Kent", "Essex"]}, [200, 100]), Tally.from_columns({}, [300])],
    )
    def test_pooled(self, crimes):
        """Without by= one number, or a tally added up."""
        assert positive_outcome_rate(self.DATA, **CLOSED, crimes=crimes).rate == 40 / 300

    def test_missing_for_a_group(self):
        """A group without crimes shows its outcomes, and says what is lacking."""
        for crimes in ({"Kent": 200}, Tally.from_columns({"force": ["Kent"]}, [200])):
            found = positive_outcome_rate(self.DATA, **CLOSED, crimes=crimes, by="force").at(force="Essex")
            assert found.reason == "not available: of the crimes, no rows for Essex"
            assert (found.positive, math.isnan(found.denominator)) == (30, True)
        exposed = Exposure({"Kent": 200}, by="force", name="crimes", date="2023/24")
        found = positive_outcome_rate(self.DATA, **CLOSED, crimes=exposed, by="force").at(force="Essex")
        assert found.reason == "not available: no crimes for Essex"

    def test_none_for_a_group(self):
        """No crimes is a number, but no denominator; less than none is neither."""
        found = positive_outcome_rate(self.DATA, **CLOSED, crimes={"Kent": 200, "Essex": 0}, by="force")
        assert found.at(force="Essex").reason == "not available: no crimes recorded"
        crimes = Tally.from_columns({"force": ["Kent", "Essex"]}, [200, -4])
        found = positive_outcome_rate(self.DATA, **CLOSED, crimes=crimes, by="force")
        assert "−4" in found.at(force="Essex").reason

    def test_one_number_for_several_groups(self):
        """One number cannot be the crimes of each of several groups; for one group it is."""
        with pytest.raises(InvalidInputError, match="one number 300 for 2 groups"):
            positive_outcome_rate(self.DATA, **CLOSED, crimes=300, by="force")
        kent = positive_outcome_rate(self.DATA.where(force="Kent"), **CLOSED, crimes=200, by="force")
        assert kent["rate"].tolist() == [0.05]

    def test_of_other_periods(self):
        """Crimes of two years under the outcomes of one would halve the rate: refused."""
        outcomes = by_type({"1": 10, "18": 40}, period="2023/24")
        crimes = Tally.from_columns({"period": ["2022/23", "2023/24"]}, [90, 100])
        with pytest.raises(InvalidInputError, match="same periods as the outcomes"):
            positive_outcome_rate(outcomes, **CLOSED, crimes=crimes)
        chosen = crimes.where(period="2023/24")
        assert positive_outcome_rate(outcomes, **CLOSED, crimes=chosen).rate == 0.1
        assert positive_outcome_rate(outcomes, **CLOSED, crimes=crimes, by="period")["rate"].tolist() == [0.1]

    def test_of_other_suppliers(self):
        """Where both say who supplied, the suppliers must be the same."""
        outcomes = Tally.from_columns(
            {"force": ["Kent", "Kent"], "outcome": ["1", "18"]}, [10, 40], coverage="force"
        )
        crimes = Tally.from_columns({"force": ["Kent", "Essex"]}, [200, 100], coverage="force")
        found = positive_outcome_rate(outcomes, **CLOSED, crimes=crimes)
        assert found.reason == "not like for like: supplied for one only: Essex (of outcomes and crimes)"
        assert positive_outcome_rate(outcomes, **CLOSED, crimes=crimes.where(force="Kent")).rate == 0.05
        assert positive_outcome_rate(outcomes, **CLOSED, crimes=crimes, by="force")["rate"].tolist() == [0.05]
        assert positive_outcome_rate(outcomes, **CLOSED, crimes=crimes.sum_to()).reason == found.reason

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            (CLOSED, ChoiceNeededError, "crimes= must be given with basis='closed'"),
            (GIVEN | {"crimes": 5}, InvalidInputError, "crimes= cannot go with out_of='outcomes'"),
            (
                COHORT | {"out_of": "crimes_with_outcome", "crimes": 5},
                InvalidInputError,
                "cannot go with out_of='crimes_with_outcome'",
            ),
            (CLOSED | {"crimes": -1}, InvalidInputError, "crimes must be a whole number >= 0; got -1"),
            (CLOSED | {"crimes": 1.5}, InvalidInputError, "crimes"),
            (CLOSED | {"crimes": math.nan}, InvalidInputError, "crimes must be a finite number"),
            (CLOSED | {"crimes": "many"}, InvalidTypeError, "crimes must be a number, a mapping"),
            (CLOSED | {"crimes": [1, 2]}, InvalidTypeError, "got list"),
            (CLOSED | {"crimes": pd.DataFrame({"a": [1]})}, InvalidTypeError, "got DataFrame"),
            (CLOSED | {"crimes": {"Kent": 3}}, InvalidInputError, "no by="),
            (
                CLOSED | {"crimes": {("Kent", 1): 3}, "by": "force"},
                InvalidInputError,
                "one label for each of",
            ),
            (CLOSED | {"crimes": {"Kent": "x"}, "by": "force"}, InvalidTypeError, r"crimes\['Kent'\]"),
            (
                CLOSED | {"crimes": Tally.from_columns({}, [3]), "by": "force"},
                UnknownNameError,
                "crimes must be a tally that keeps 'force'; it has none",
            ),
        ],
    )
    def test_refused(self, options, error, message):
        """Crimes are asked for where they are needed, and refused where they have no use or no sense."""
        with pytest.raises(error, match=message):
            positive_outcome_rate(self.DATA, **options)

    def test_only_the_group_that_differs_is_refused(self):
        """One force has outcomes of one area and crimes of two; the other's agree, 10 in 100."""
        outcomes = Tally.from_columns(
            {"force": ["X", "Y", "Y"], "area": ["a", "a", "b"], "outcome": ["1", "1", "1"]}, [5, 5, 5]
        )
        crimes = Tally.from_columns({"force": ["X", "X", "Y", "Y"], "area": ["a", "b", "a", "b"]}, [50] * 4)
        asked = {"positive": "charged", "basis": "recorded", "out_of": "crimes", "crimes": crimes}
        found = positive_outcome_rate(outcomes, by="force", **asked)
        assert found["rate"].tolist() == [pytest.approx(math.nan, nan_ok=True), 0.1]
        assert found["reason"].tolist() == [
            "not like for like: outcomes and crimes differ in area, only one has b",
            None,
        ]

    OF_FORCES: ClassVar = {"positive": "charged", "basis": "recorded", "out_of": "crimes"}

    @pytest.mark.parametrize("by", [None, "offence"])
    def test_coverage_that_knows_nothing_of_a_group(self, by):
        """Two forces gave outcomes, one of them crimes: of no offence do the two belong together."""
        outcomes = Tally.from_columns(
            {"force": ["A", "A", "B"], "offence": ["x", "y", "x"], "outcome": ["1"] * 3},
            [5, 5, 5],
            coverage="force",
        )
        crimes = Tally.from_columns({"force": ["A", "A"], "offence": ["x", "y"]}, [50, 50])
        found = positive_outcome_rate(outcomes, by=by, crimes=crimes, **self.OF_FORCES)
        assert {row.reason for row in ([found] if by is None else found)} == {
            "not like for like: supplied for one only: B (of outcomes and crimes)"
        }

    def test_months_of_outcomes_and_years_of_crimes(self):
        """A year of crimes goes with its months of outcomes, and a force that only one has is still found."""
        months = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)]
        outcomes = Tally.from_columns(
            {"period": months * 2, "force": ["A"] * 24 + ["B"] * 24, "outcome": ["1"] * 48}, [5] * 48
        )
        crimes = Tally.from_columns(
            {"period": ["2022", "2023"] * 2, "force": ["A", "A", "B", "B"]}, [1000, 500, 1000, 500]
        )
        asked = self.OF_FORCES | {"basis": "closed", "between": ("2022", "2023")}
        assert outcome_rate_change(outcomes, crimes=crimes, **asked).points == pytest.approx(6)
        assert outcome_rate_change(outcomes, crimes=crimes.where(force="A"), **asked).reason == (
            "not like for like: outcomes and crimes differ in force, only one has B"
        )

    def test_a_month_without_outcomes_of_a_covered_force(self):
        """The force answered for every month: no drug offence was charged in the first, which is 0, not unknown."""
        months = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)]
        outcomes = Tally.from_columns(
            {
                "period": months + months[1:],
                "force": ["A"] * 47,
                "offence": ["theft"] * 24 + ["drugs"] * 23,
                "outcome": ["1"] * 47,
            },
            [5] * 47,
            coverage="force",
        )
        crimes = Tally.from_columns(
            {"period": months * 2, "force": ["A"] * 48, "offence": ["theft"] * 24 + ["drugs"] * 24},
            [100] * 48,
        )
        asked = self.OF_FORCES | {"basis": "closed", "between": ("2022", "2023"), "crimes": crimes}
        drugs = outcome_rate_change(outcomes, by="offence", **asked).at(offence="drugs")
        assert (drugs.old, drugs.new) == (pytest.approx(55 / 1200), 0.05)


class TestCrimesThatDoNotFit:
    """Crimes that are not those of the outcomes give no rate that is silently wrong."""

    OUTCOMES = Tally.from_columns({"outcome": ["1", "18"]}, [30, 170])
    CLOSED: ClassVar = {"positive": "charged", "basis": "closed", "out_of": "crimes"}
    COHORT: ClassVar = {"positive": "charged", "basis": "recorded", "out_of": "crimes"}

    @pytest.mark.parametrize("dim", ["period", "basis", "Basis"])
    def test_several_times(self, dim):
        """Crimes of two years, or on two bases, are not what the outcomes of one are out of."""
        crimes = Tally.from_columns({dim: ["2022/23", "2023/24"]}, [300, 300])
        with pytest.raises(InvalidInputError, match=f"several labels of '{dim}', '2022/23', '2023/24'"):
            positive_outcome_rate(self.OUTCOMES, **self.CLOSED, crimes=crimes)
        one = crimes.where(**{dim: "2023/24"})
        assert positive_outcome_rate(self.OUTCOMES, **self.CLOSED, crimes=one).rate == 0.1

    def test_several_bases_in_a_change(self):
        data = TWO_YEARS.sum_to("period", "outcome")
        crimes = Tally.from_columns({"period": [*YEARS] * 2, "basis": ["a", "a", "b", "b"]}, [300] * 4)
        with pytest.raises(InvalidInputError, match="several labels of 'basis'"):
            outcome_rate_change(data, between=YEARS, **self.CLOSED, crimes=crimes)

    def test_those_left_wait(self):
        """Of 1,000 crimes of which 200 have an outcome 800 have none yet."""
        found = positive_outcome_rate(self.OUTCOMES, **self.COHORT, crimes=1000)
        assert (found.not_yet_assigned, found.share_not_yet_assigned) == (800, 0.8)
        assert found.immature
        assert "80.0% of the crimes not yet assigned an outcome" in str(found)

    def test_positive_outcomes_alone(self):
        """A table of the positive outcomes alone does not tell how many crimes have another, or none."""
        charged = Tally.from_columns({"outcome": ["1"]}, [30])
        found = positive_outcome_rate(charged, **self.COHORT, crimes=1000)
        assert np.isnan(found.not_yet_assigned)
        assert str(found).endswith("; how many crimes have no outcome yet is not known).")

    @pytest.mark.parametrize(
        ("counts", "crimes", "reason"),
        [
            (
                [80, 10, 30],
                50,
                "40 outcomes and 80 crimes not yet assigned one, more than the 50 crimes recorded",
            ),
            ([-5, 10, 30], 50, "a total of −5, below zero"),
            ([-5, 10, 30], None, "a total of −5, below zero"),
        ],
    )
    def test_more_than_all(self, counts, crimes, reason):
        data = Tally.from_columns({"outcome": ["0", "1", "18"]}, counts)
        found = positive_outcome_rate(data, **self.COHORT, crimes=crimes)
        assert np.isnan(found.rate)
        assert reason in found.reason

    @pytest.mark.parametrize("out_of", ["outcomes", "crimes_with_outcome"])
    def test_fewer_than_none(self, out_of):
        data = Tally.from_columns({"outcome": ["0", "1", "18"]}, [-5, 10, 30])
        found = positive_outcome_rate(data, **self.COHORT | {"out_of": out_of})
        assert "below zero" in found.reason

    def test_more_outcomes_than_crimes(self):
        found = positive_outcome_rate(self.OUTCOMES, **self.COHORT, crimes=150)
        assert found.reason == (
            "not available: 200 outcomes, more than the 150 crimes recorded that they must be part of"
        )

    def test_whole_numbers_as_periods(self):
        """A column of years as numbers is read as in a tally."""
        frame = pd.DataFrame({"period": [2014, 2014], "outcome": ["22", "18"]})
        asked = {"positive": "positive-dashboard", "basis": "closed", "out_of": "outcomes"}
        found = positive_outcome_rate(frame, **asked)
        assert found.when == "2014"
        assert found.caveat == "type 22 did not exist in 2014 (in use from April 2019)"


class TestMatchedCrimes:
    """With like_for_like="match" the crimes are those of the suppliers whose outcomes are compared."""

    MONTHS = tuple(f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13))
    ASKED: ClassVar = CLOSED | {"between": ("2022", "2023"), "like_for_like": "match"}

    def outcomes(self, *without):
        """Kent, 10 positive outcomes a month and then 20, and Essex; but for some months of some."""
        rows = [
            (force, month, n if month < "2023" else 2 * n)
            for force, n in (("Kent", 10), ("Essex", 1))
            for month in self.MONTHS
            if not any(f == force and month.startswith(m) for f, m in without)
        ]
        force, month, n = zip(*rows, strict=True)
        columns = {"force": force, "period": month, "outcome": ["1"] * len(n)}
        return Tally.from_columns(columns, n, coverage=["force", "period"])

    def crimes(self, periods, each, coverage=("force", "period")):
        columns = {"force": ["Kent"] * len(periods) + ["Essex"] * len(periods), "period": [*periods] * 2}
        return Tally.from_columns(columns, [each] * 2 * len(periods), coverage=coverage)

    @pytest.mark.parametrize("coverage", [("force", "period"), None])
    @pytest.mark.parametrize(
        ("periods", "each"), [(MONTHS, 100), (("2022", "2023"), 1200)], ids=["months", "years"]
    )
    def test_a_supplier_of_one_period(self, periods, each, coverage):
        """Essex sent nothing for 2022: Kent's 120 of 1,200, then 240, whatever the crimes are by."""
        data, crimes = self.outcomes(("Essex", "2022")), self.crimes(periods, each, coverage)
        found = outcome_rate_change(data, **self.ASKED, crimes=crimes)
        assert (found.reason, found.old, found.new) == (None, 0.1, 0.2)
        assert (found.old_denominator, found.new_denominator) == (1200, 1200)
        ((why, n),) = found.exclusions.reasons.items()
        assert (why[:32], n) == ("not like for like (Essex 2023-01", 24)
        refused = outcome_rate_change(data, **self.ASKED | {"like_for_like": "require"}, crimes=crimes)
        assert refused.reason.startswith("not like for like: supplied for one only: Essex 2023-01")
        kent, essex = outcome_rate_change(data, **self.ASKED, crimes=crimes, by="force").sort("old")
        assert (kent.new, essex.reason) == (0.2, "not available: no rows for Essex, 2022")

    @pytest.mark.parametrize("coverage", [("force", "period"), None])
    def test_years_of_outcomes_beside_months_of_crimes(self, coverage):
        """All twelve months of Kent's crimes, not the first of each year."""
        columns = {
            "force": ["Kent", "Kent", "Essex"],
            "period": ["2022", "2023", "2023"],
            "outcome": ["1"] * 3,
        }
        data = Tally.from_columns(columns, [120, 240, 24], coverage=["force", "period"])
        found = outcome_rate_change(data, **self.ASKED, crimes=self.crimes(self.MONTHS, 100, coverage))
        assert (found.old, found.new, found.old_denominator) == (0.1, 0.2, 1200)
        lacking = self.crimes(self.MONTHS[:-1], 100, coverage)
        assert outcome_rate_change(data, **self.ASKED, crimes=lacking).reason is not None

    def test_a_month_that_one_lacks(self):
        """Without August on both sides, of outcomes and of crimes; a year of crimes has no part to leave out."""
        data = self.outcomes(("Kent", "2022-08"))
        found = outcome_rate_change(data, **self.ASKED, crimes=self.crimes(self.MONTHS, 100))
        assert (found.old, found.new) == ((110 + 12) / 2300, (220 + 24) / 2300)
        with pytest.raises(
            InvalidInputError, match="crimes must be of periods as long as those of the outcomes"
        ):
            outcome_rate_change(data, **self.ASKED, crimes=self.crimes(("2022", "2023"), 1200))

    @pytest.mark.parametrize("coverage", [("force", "period"), None])
    def test_crimes_that_are_lacking(self, coverage):
        """Who is compared must have crimes in both periods: that is not left out in silence."""
        crimes = self.crimes(self.MONTHS, 100, coverage).where(force="Essex")
        found = outcome_rate_change(self.outcomes(("Essex", "2022")), **self.ASKED, crimes=crimes)
        assert found.reason == "not available: of the crimes, no rows for 2022"
        months = self.crimes(self.MONTHS[:-1], 100, coverage)
        found = outcome_rate_change(self.outcomes(("Essex", "2022")), **self.ASKED, crimes=months)
        assert found.reason == ("not like for like: supplied for one only: Kent (of outcomes and crimes)")

    def test_crimes_that_tell_no_supplier(self):
        with pytest.raises(
            UnknownNameError, match="crimes must be a tally that keeps 'force'; it has 'period'"
        ):
            outcome_rate_change(
                self.outcomes(("Essex", "2022")),
                **self.ASKED,
                crimes=self.crimes(self.MONTHS, 100, "period").sum_to("period"),
            )

    def test_parts(self):
        """The parts of the split, too, are of the suppliers that are compared: Kent's change is all of it."""
        data, crimes = self.outcomes(("Essex", "2022")), self.crimes(self.MONTHS, 100)
        asked = self.ASKED | {"crimes": crimes}
        split = outcome_rate_split(data, **asked, of="force")
        assert (split.old, split.new, split.within, split.mix) == (0.1, 0.2, pytest.approx(10), 0)
        drivers = outcome_rate_drivers(data, **asked, of="force")
        assert drivers.at(force="Kent").points == pytest.approx(10)
        assert {f.reason for f in drivers} == {None}


@pytest.mark.parametrize("name", ["Outcome basis", "outcome_basis", "Outcome type basis", " BASIS "])
def test_two_bases_by_another_name(name):
    """The same outcomes, counted twice, however the column that says so is called."""
    frame = pd.DataFrame(
        {name: ["Closed", "Recorded"] * 2, "outcome": ["1", "1", "18", "18"], "n": [5, 6, 9, 9]}
    )
    asked = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}
    with pytest.raises(InvalidInputError, match="'Recorded' too: the same outcomes, counted another way"):
        positive_outcome_rate(frame, **asked, count="n")
    data = tally(frame, by=[name, "outcome"], count="n")
    with pytest.raises(InvalidInputError, match=r"with where\(.*'Closed'"):
        positive_outcome_rate(data, **asked)
    assert positive_outcome_rate(data.where(**{name: "Closed"}), **asked).positive == 5


def test_another_kind_of_basis():
    """A legal basis says nothing of how outcomes were counted."""
    frame = pd.DataFrame({"legal basis": ["PACE", None], "outcome": ["1", "18"]})
    asked = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}
    assert positive_outcome_rate(frame, **asked).denominator == 2


# ---- blank outcomes ---------------------------------------------------------------------

OF_CRIMES = {"positive": "charged", "basis": "recorded", "out_of": "crimes"}


def answered(error, data):
    """What the call in an error gives on the data that caused it, in whatever name they have there."""
    space = {name: getattr(pm, name) for name in pm.__all__} | {"data": data}
    return eval(error.call, space)  # noqa: S307  # that it runs is what is tested


class TestBlank:
    """On the recorded basis out of crimes a blank outcome is a crime: what it is has to be said."""

    ROWS: ClassVar = ["1"] * 10 + ["0"] * 5 + [None] * 85

    @pytest.mark.parametrize("none", [None, "", "  "])
    @pytest.mark.parametrize(
        "make", [pd.DataFrame, pl.DataFrame, lambda c: tally(pd.DataFrame(c), by="outcome")]
    )
    def test_asked(self, make, none):
        """10 of 100, where 66.67% would be of 15; one row of type 0 does not settle what the others are."""
        for rows in (self.ROWS, [v for v in self.ROWS if v != "0"]):
            data = make({"outcome": [none if v is None else v for v in rows]})
            with pytest.raises(
                ChoiceNeededError, match=f"85 of {len(rows)} rows have a blank 'outcome'"
            ) as caught:
                positive_outcome_rate(data, **OF_CRIMES)
            assert [note.code for note in caught.value.notes] == ["choose-blank"]
            found = answered(caught.value, data)
            assert (found.positive, found.denominator) == (10, len(rows))
            assert found.not_yet_assigned == len(rows) - 10
            assert found.blank == "not_yet_assigned"
            assert found.exclusions.excluded == 0

    def test_excluded(self):
        """What is left out is no crime recorded any more, and the sentence says so."""
        data = pd.DataFrame({"outcome": self.ROWS})
        found = positive_outcome_rate(data, **OF_CRIMES, blank="excluded")
        assert str(found) == (
            "66.67% of crimes whose outcome is not blank have so far had a positive one (charged, recorded basis: 10 of 15 "
            "such crimes recorded in the period; 95% interval 41.71% to 84.82%; immature: 33.3% of the crimes not yet "
            "assigned an outcome). Left out: missing outcome 85."
        )
        without = data[data.outcome != "0"]
        with pytest.raises(ChoiceNeededError, match="or use out_of='crimes_with_outcome'"):
            positive_outcome_rate(without, **OF_CRIMES, blank="excluded")
        clean = positive_outcome_rate(data.dropna(), **OF_CRIMES, blank="excluded")
        assert "10 of 15 crimes recorded" in str(clean)  # where nothing is blank these are the crimes
        assert clean.blank == ""

    def test_whole_numbers(self):
        """Types as numbers, one of them missing."""
        data = Tally.from_columns({"outcome": [1, 18, None], "quarter": [1, 1, 1]}, [1, 2, 3])
        assert positive_outcome_rate(data, **OF_CRIMES, blank="not_yet_assigned").denominator == 6

    def test_by_group_and_period(self):
        """Each group has its own; what lacks its group as well stays out, for that."""
        frame = pd.DataFrame(
            {
                "force": ["Kent", "Kent", "Essex", "Essex", None, "Essex"],
                "period": [*YEARS, *YEARS, YEARS[0], YEARS[1]],
                "outcome": ["1", None, "18", "1", None, "0"],
                "n": [1, 3, 2, 1, 7, 1],
            }
        )
        table = positive_outcome_rate(
            frame, **OF_CRIMES, blank="not_yet_assigned", by=["force", "period"], count="n"
        )
        assert table.at(force="Kent", period="2023/24").not_yet_assigned == 3
        assert table.at(force="(missing)", period="2022/23").reason == (
            "not available: all n were excluded (missing force 7)"
        )
        assert table.at(force="Essex", period="2023/24").rate == 0.5

    def test_only_blanks_of_what_is_compared(self):
        """A blank of a year that is not compared asks nothing."""
        years = [*YEARS, "2024/25"]
        frame = pd.DataFrame({"period": years * 3, "outcome": ["1"] * 3 + ["0"] * 3 + ["18", "18", None]})
        assert outcome_rate_change(frame, between=YEARS, **OF_CRIMES).points == 0
        with pytest.raises(ChoiceNeededError, match="1 of 6 rows") as caught:
            outcome_rate_change(frame, between=years[1:], **OF_CRIMES)
        found = answered(caught.value, frame)
        assert (found.new_denominator, found.blank) == (3, "not_yet_assigned")
        found = outcome_rate_change(frame, between=years[1:], **OF_CRIMES, blank="excluded")
        assert "out of crimes whose outcome is not blank" in str(found)
        assert found.new_denominator == 2

    @pytest.mark.parametrize("split", [outcome_rate_split, outcome_rate_drivers])
    def test_split(self, split):
        frame = pd.DataFrame(
            {
                "period": list(YEARS) * 4,
                "area": ["a"] * 8,
                "outcome": ["1", "1", "0", "0", "18", "18", None, None],
            }
        )
        with pytest.raises(ChoiceNeededError) as caught:
            split(frame, of="area", between=YEARS, count=None)
        assert caught.value.call == (
            f"{split.__name__}(data, between=('2022/23', '2023/24'), of='area', positive='charged', basis='recorded', "
            "out_of='crimes', blank='not_yet_assigned', count=None)"
        )
        answered(caught.value, frame)

    def test_beside_crimes(self):
        """Crimes that are given hold the blank ones: the rate asks nothing, and they are open."""
        data = pd.DataFrame({"outcome": self.ROWS})
        found = positive_outcome_rate(data, **OF_CRIMES, crimes=100)
        assert (found.rate, found.not_yet_assigned) == (0.1, 90)
        with pytest.raises(InvalidInputError, match="blank='excluded' cannot go with crimes="):
            positive_outcome_rate(data, **OF_CRIMES, crimes=100, blank="excluded")

    @pytest.mark.parametrize("out_of", ["outcomes", "crimes_with_outcome"])
    def test_out_of_outcomes(self, out_of):
        """They are no outcomes, and stay out; how much is open is then not known."""
        data = pd.DataFrame({"outcome": [*self.ROWS, "18"]})
        found = positive_outcome_rate(data, **OF_CRIMES | {"out_of": out_of})
        assert (found.denominator, found.exclusions.reasons) == (11, {"missing outcome": 85})
        assert math.isnan(found.share_not_yet_assigned)
        told = positive_outcome_rate(data, **OF_CRIMES | {"out_of": out_of}, blank="not_yet_assigned")
        assert (told.rate, told.not_yet_assigned) == (found.rate, 90)

    def test_closed(self):
        data = pd.DataFrame({"outcome": [*self.ROWS, "18"]})
        asked = OF_CRIMES | {"basis": "closed"}
        assert positive_outcome_rate(data, **asked, crimes=50).rate == 0.2
        with pytest.raises(InvalidInputError, match="blank= goes with basis='recorded'"):
            positive_outcome_rate(data, **asked, crimes=50, blank="excluded")

    def test_no_choice(self):
        with pytest.raises(UnknownNameError, match="blank must be one of these; got 'open'"):
            positive_outcome_rate(by_type(COUNTS), **OF_CRIMES, blank="open")
        with pytest.raises(InvalidInputError, match="blank="):
            positive_outcome_rate(1, 2, **OF_CRIMES, blank="excluded")

    @settings(max_examples=60)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["Kent", "Surrey", "Essex", None]),
                st.sampled_from(["2022-Q2", "2022-Q3", "2022-Q4", "2023-Q1", "2023-Q2", "2024-Q1"]),
                st.sampled_from(["1", "18", "0", None]),
                st.integers(0, 5),
            ),
            min_size=1,
            max_size=40,
        ),
        st.sets(st.sampled_from(["coverage", "region", "years", "drop", "match"])),
    )
    def test_as_if_they_had_been_filled(self, rows, steps):
        """Whatever is done to the table first, open blanks are as in a table in which they were type 0."""
        rows = [*rows, *(("Kent", "2022-Q2", code, 1) for code in (None, "0")), ("Kent", "2023-Q2", "18", 1)]
        found = []
        for told in (None, "0"):
            columns = {
                "outcome": [r[2] or told for r in rows],
                "force": [r[0] for r in rows],
                "period": [r[1] for r in rows],
            }
            data = Tally.from_columns(
                columns, [r[3] for r in rows], coverage=["force", "period"] if "coverage" in steps else None
            )
            if "drop" in steps and any(r[0] == "Essex" for r in rows):
                data = data.drop(force="Essex")
            if "region" in steps:
                data = data.relabel("force", {r[0]: "South" for r in rows if r[0] in {"Kent", "Surrey"}})
            if "years" in steps:
                data = data.to_periods("financial_year")
            rates = [
                positive_outcome_rate(data, **OF_CRIMES, blank="not_yet_assigned", by=by)
                for by in ("force", "period")
            ]
            change = outcome_rate_change(
                data,
                between=("2022-Q2", "2023-Q2") if "years" not in steps else ("2022/23", "2023/24"),
                **OF_CRIMES,
                blank="not_yet_assigned",
                like_for_like="match" if {"match", "coverage"} <= steps else "require",
            )
            parts = ("old_positive", "old_denominator", "new_positive", "new_denominator", "points", "reason")
            found.append(
                [table.to_pandas().drop(columns="excluded").to_dict("list") for table in rates]
                + [{name: getattr(change, name) for name in parts}]
            )
        np.testing.assert_equal(*found)


class TestAlternates:
    """Types 1A, 2A and 3A: inside their types in the tables of the Home Office, beside them in a force's own."""

    # Cumbria Constabulary, FOI release: outcomes of 2,500 crimes, under two spellings of the charges.
    CUMBRIA: ClassVar = {
        "Adult Caution With Alternate Offence": 2,
        "Caution - Adults": 22,
        "Caution - Youths": 3,
        "Charge/Summons": 417,
        "Charge/Summonsed With Alternate Offence": 30,
        "Community Resolution": 56,
        "Investigation Complete: No Suspect Identified": 1970,
    }

    @pytest.mark.parametrize("spelt", [{}, {"Charge/Summonsed With Alternate Offence": "Charge/Summons"}])
    def test_asked_where_the_sum_is_that_of_the_crimes(self, spelt):
        data = Tally.from_columns(
            {"outcome": [spelt.get(v, v) for v in self.CUMBRIA]}, list(self.CUMBRIA.values())
        )
        with pytest.raises(
            ChoiceNeededError, match=r"outcomes are of types? (1A, )?3A, .* the 2,500 crimes"
        ) as caught:
            positive_outcome_rate(data, **OF_CRIMES, crimes=2500)
        found = answered(caught.value, data)
        assert (found.positive, found.denominator, found.not_yet_assigned) == (447, 2500, 0)
        assert round(found.rate, 4) == 0.1788
        assert (found.alternates, found.exclusions.excluded) == ("beside", 0)
        inside = positive_outcome_rate(data, **OF_CRIMES, crimes=2500, alternates="inside")
        assert (inside.positive, inside.not_yet_assigned) == ((447, 2) if spelt else (417, 32))

    @pytest.mark.parametrize("crimes", [2501, 2499, 2468])
    def test_not_asked_where_it_is_not(self, crimes):
        data = Tally.from_columns({"outcome": list(self.CUMBRIA)}, list(self.CUMBRIA.values()))
        found = positive_outcome_rate(data, **OF_CRIMES, crimes=crimes)
        assert (found.positive, found.alternates) == (417, "")

    def test_by_group(self):
        """Where it holds for every force that has such types."""
        rows = [
            ("Kent", "1", 5),
            ("Kent", "1A", 2),
            ("Kent", "18", 93),
            ("Essex", "1", 4),
            ("Essex", "18", 6),
        ]
        data = Tally.from_columns(
            {"force": [r[0] for r in rows], "outcome": [r[1] for r in rows]}, [r[2] for r in rows]
        )
        with pytest.raises(
            ChoiceNeededError, match=r"2 outcomes are of type 1A, .* the 100 crimes"
        ) as caught:
            positive_outcome_rate(data, **OF_CRIMES, crimes={"Kent": 100, "Essex": 50}, by="force")
        assert caught.value.call.endswith("crimes=crimes, alternates='beside', by='force')")
        table = positive_outcome_rate(
            data, **OF_CRIMES, crimes={"Kent": 100, "Essex": 50}, by="force", alternates="beside"
        )
        assert table["positive"].tolist() == [4, 7]

    def test_beside_open_and_blank_crimes(self):
        """Those of type 0 and the blank ones are among the crimes as well."""
        data = Tally.from_columns({"outcome": ["1", "1A", "18", "0", None]}, [5, 2, 80, 3, 10])
        with pytest.raises(
            ChoiceNeededError, match="2 outcomes are of type 1A, and with them the rows add up"
        ):
            positive_outcome_rate(data, **OF_CRIMES, crimes=100)
        found = positive_outcome_rate(data, **OF_CRIMES, crimes=100, alternates="beside")
        assert (found.positive, found.not_yet_assigned) == (7, 13)

    def test_without_their_type(self):
        """Beside it a part needs no whole; inside it, it does."""
        data = by_type({"1A": 2, "18": 8})
        with pytest.raises(InvalidInputError, match="or say alternates='beside'"):
            positive_outcome_rate(data, **GIVEN)
        assert positive_outcome_rate(data, **GIVEN, alternates="beside").rate == 0.2

    def test_in_a_change(self):
        data = Tally.from_columns(
            {"period": [YEARS[0]] * 3 + [YEARS[1]] * 3, "outcome": ["1", "1A", "18"] * 2},
            [5, 2, 93, 6, 1, 93],
        )
        crimes = Tally.from_columns({"period": YEARS}, [100, 100])
        with pytest.raises(ChoiceNeededError, match="2 outcomes are of type 1A"):
            outcome_rate_change(data, between=YEARS, **OF_CRIMES, crimes=crimes)
        found = outcome_rate_change(data, between=YEARS, **OF_CRIMES, crimes=crimes, alternates="beside")
        assert (found.old, found.new) == (0.07, 0.07)


class TestOnlyPositive:
    """A share of outcomes that were chosen for being positive is no share of outcomes."""

    SAID = (
        "the table holds only outcomes that some set counts as positive, of types 1, 2, 3, 8: those without"
    )

    @pytest.mark.parametrize("asked", [GIVEN, GIVEN | {"positive": "charged"}])
    def test_said(self, asked):
        data = by_type({"1": 16_054, "2": 1066, "3": 3582, "8": 2882})
        with pytest.warns(OnlyPositiveOutcomesWarning, match=self.SAID):
            found = positive_outcome_rate(data, **asked)
        assert self.SAID in str(found)
        assert [note.code for note in found.caveats] == ["only-positive-outcomes"]

    def test_in_a_change(self):
        data = Tally.from_columns({"period": [*YEARS, *YEARS], "outcome": ["1", "1", "8", "8"]}, [1, 2, 3, 4])
        with pytest.warns(OnlyPositiveOutcomesWarning):
            found = outcome_rate_change(data, between=YEARS, **GIVEN)
        assert "only outcomes that some set counts as positive, of types 1, 8:" in found.caveat

    @pytest.mark.parametrize(
        "types",
        [
            {"1": 5, "18": 0},
            {"1": 0, "8": 0},
            {"1": 5, "other": 9},
            {"1": 5, "14/16": 9},
            {"0": 5, "1": 3, "22": 1, "9": 2},
        ],
    )
    def test_not_said(self, types):
        """One type outside all sets is enough, even with 0; nor is it said of crimes."""
        assert positive_outcome_rate(by_type(types), **GIVEN | {"positive": "charged"}).caveat == ""
        assert (
            positive_outcome_rate(by_type({"1": 5}), **CLOSED | {"positive": "charged"}, crimes=9).caveat
            == ""
        )

    def test_of_one_group_only(self):
        """A force all of whose outcomes are positive has a rate like any other."""
        table = positive_outcome_rate(
            by_force({"Kent": {"1": 5}, "Essex": {"1": 5, "18": 5}}), **GIVEN, by="force"
        )
        assert table["rate"].tolist() == [0.5, 1]
        assert {figure.caveat for figure in table} == {""}


class TestOneQuestion:
    """A call that lacks several choices asks for all of them, with a call that runs."""

    FRAME: ClassVar = pd.DataFrame({"kind": ["1"] * 10 + ["0"] * 5 + [None] * 85, "area": ["a", "b"] * 50})

    @pytest.mark.parametrize(
        ("given", "codes", "call"),
        [
            (
                {},
                ["positive", "basis", "out-of", "blank"],
                "positive='charged', basis='recorded', out_of='crimes', blank='not_yet_assigned'",
            ),
            (
                {"basis": "recorded", "out_of": "crimes"},
                ["positive", "blank"],
                "positive='charged', basis='recorded', out_of='crimes', blank='not_yet_assigned'",
            ),
            (
                {"positive": "charged", "basis": "closed"},
                ["out-of"],
                "positive='charged', basis='closed', out_of='outcomes'",
            ),
            (
                {"basis": "closed", "out_of": "crimes"},
                ["positive", "crimes"],
                "positive='charged', basis='closed', out_of='outcomes'",
            ),
        ],
    )
    @pytest.mark.parametrize("by", [{}, {"by": "area"}, {"by": ["area"]}])
    @pytest.mark.filterwarnings("ignore::policemetrics.errors.OnlyPositiveOutcomesWarning")
    def test_all_at_once(self, given, codes, call, by):
        with pytest.raises(ChoiceNeededError) as caught:
            positive_outcome_rate(self.FRAME, **given, **by, outcome="kind")
        assert [note.code for note in caught.value.notes] == [f"choose-{code}" for code in codes]
        assert all(note.long in str(caught.value) for note in caught.value.notes)
        written = "".join(f"by={v!r}, " for v in by.values())
        assert caught.value.call == f"positive_outcome_rate(data, {call}, {written}outcome='kind')"
        assert str(caught.value).endswith(f"This call runs, with one choice of each: {caught.value.call}")
        answered(caught.value, self.FRAME)

    def test_numbers(self):
        with pytest.raises(ChoiceNeededError) as caught:
            positive_outcome_rate(20_158, 365_882)
        assert caught.value.call == (
            "positive_outcome_rate(20158, 365882, positive='charged', basis='recorded', out_of='crimes')"
        )
        assert answered(caught.value, None).rate == 20_158 / 365_882

    def test_a_set_of_ones_own(self):
        """What is no plain value goes by its name."""
        ours = OutcomeSet(["1", "8"], name="ours")
        with pytest.raises(ChoiceNeededError) as caught:
            positive_outcome_rate(by_type(COUNTS), positive=ours, basis="closed")
        assert (
            caught.value.call
            == "positive_outcome_rate(data, positive=positive, basis='closed', out_of='outcomes')"
        )

    def test_a_set_that_the_table_can_tell(self):
        """The set in the call is one with which it runs: 'other' hides the types that are not given."""
        data = by_type({"2": 1, "3": 2, "6": 1, "7": 3, "8": 5, "other": 88})
        with pytest.raises(ChoiceNeededError) as caught:
            positive_outcome_rate(data, basis="closed", out_of="outcomes")
        assert "positive='out-of-court'" in caught.value.call
        assert answered(caught.value, data).positive == 12

    def test_a_change(self):
        data = pd.DataFrame({"period": list(YEARS) * 2, "outcome": ["1", "1", "18", "18"]})
        with pytest.raises(ChoiceNeededError) as caught:
            outcome_rate_change(data, between=YEARS)
        assert caught.value.call == (
            "outcome_rate_change(data, between=('2022/23', '2023/24'), positive='charged', basis='recorded', "
            "out_of='crimes_with_outcome')"
        )
        assert answered(caught.value, data).points == 0

    def test_more_is_amiss(self):
        """Where no choice would do, what else is amiss is said too."""
        with pytest.raises(
            ChoiceNeededError, match=r"(?s)positive= is .*basis= is .*Besides, .*got 'zzz'"
        ) as caught:
            positive_outcome_rate(pd.DataFrame({"outcome": ["zzz"]}))
        assert caught.value.call == ""
        with pytest.raises(ChoiceNeededError, match=r"(?s)out_of= is .*Besides, between must be given"):
            outcome_rate_change(by_type(COUNTS), positive="charged", basis="closed")
