"""Outcome sets, positive outcome rates and their change, against published figures, R and hand arithmetic."""

from __future__ import annotations

import csv
import math
import pickle
import re
from typing import ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policemetrics import OutcomeSet, datasets, outcome_rate_change, outcome_set, positive_outcome_rate
from policemetrics.definitions import outcome_sets, outcome_types
from policemetrics.errors import (
    CountOverflowError,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.exposure import Exposure
from policemetrics.figures import OutcomeRate
from policemetrics.frames.counting import tally
from policemetrics.results import Results
from policemetrics.tallies import Tally

DASHBOARD = "positive-dashboard"
CLOSED = {"positive": DASHBOARD, "basis": "closed", "out_of": "crimes"}
COHORT = {"positive": DASHBOARD, "basis": "recorded", "out_of": "crimes"}
GIVEN = {"positive": DASHBOARD, "basis": "closed", "out_of": "outcomes"}
ASKED = [
    CLOSED,
    COHORT,
    GIVEN,
    COHORT | {"out_of": "crimes_with_outcome"},
    COHORT | {"out_of": "outcomes"},
]


def shown(rate):
    return f"{100 * rate:.2f}"


def by_type(counts, **labels):
    """A tally of one group: counts by type of outcome."""
    columns = {d: [v] * len(counts) for d, v in labels.items()}
    return Tally.from_columns(columns | {"outcome": list(counts)}, list(counts.values()))


def by_force(counts):
    """A tally of several forces: counts by force, then by type."""
    rows = [(force, code, n) for force, types in counts.items() for code, n in types.items()]
    forces, codes, numbers = zip(*rows, strict=True)
    return Tally.from_columns({"force": forces, "outcome": codes}, numbers)


# ---- sets -------------------------------------------------------------------------------


class TestOutcomeSet:
    def test_holds_its_types(self):
        """Types are codes, whatever order, repetition or kind of number they came in."""
        ours = OutcomeSet([8, "1", np.int64(22), "8"], name="ours", source="board paper")
        assert ours.types == {"1", "8", "22"}
        assert ours.codes == ("1", "8", "22")
        assert repr(ours) == "OutcomeSet 'ours': types 1, 8, 22"
        assert ours == OutcomeSet(["22", "8", "1"], name="ours", source="board paper")
        assert ours.source == "board paper"

    def test_travels(self):
        """A set can be pickled and used as a key."""
        ours = OutcomeSet(["1"], name="ours")
        assert pickle.loads(pickle.dumps(ours)) == ours
        assert {ours: 1}[OutcomeSet([1], name="ours")] == 1

    @pytest.mark.parametrize("name", list(outcome_sets()))
    def test_bundled(self, name):
        """Every bundled set can be had by name, and used."""
        found = outcome_set(name)
        assert (found.codes, found.name) == (outcome_sets()[name].types, name)
        assert found.source == outcome_sets()[name].origin
        asked = {"basis": "recorded", "out_of": "crimes"}
        assert positive_outcome_rate(1, 2, positive=name, **asked) == positive_outcome_rate(
            1, 2, positive=found, **asked
        )

    @pytest.mark.parametrize(
        ("types", "error", "message"),
        [
            ("1", InvalidTypeError, r"types must be several codes of outcomes, as in \['1'\]"),
            (1, InvalidTypeError, "types must be several codes"),
            ([], InvalidInputError, "at least one code"),
            (["0"], InvalidInputError, "no outcome yet"),
            ([0], InvalidInputError, "no outcome yet"),
            (["1", "1A"], InvalidInputError, r"types\[1\].*'1A'.*inside type 1"),
            (["2A"], InvalidInputError, "inside type 2"),
            (["3A"], InvalidInputError, "inside type 3"),
            (["other"], InvalidInputError, "rest of a table"),
            (["23"], UnknownNameError, r"(?s)got '23'.*\n  8: Community resolution\n"),
            ([23], UnknownNameError, "got 23"),
            ([1.0], InvalidTypeError, "code of an outcome"),
            ([True], InvalidTypeError, "code of an outcome"),
            ([None], InvalidTypeError, "code of an outcome"),
        ],
    )
    def test_refuses(self, types, error, message):
        """What cannot be in a set is refused by name."""
        with pytest.raises(error, match=message):
            OutcomeSet(types, name="ours")

    def test_refuses_a_borrowed_name(self):
        """A set of your own cannot pass for a bundled one."""
        with pytest.raises(InvalidInputError, match="'charged' is that of a bundled set, type 1;"):
            OutcomeSet(["1", "8"], name="charged")
        assert OutcomeSet(["1"], name="charged").codes == ("1",)

    @pytest.mark.parametrize(
        "options", [{"name": ""}, {"name": None}, {"name": "x", "source": None}, {"name": "x", "source": 3}]
    )
    def test_refuses_no_text(self, options):
        """Name and source are text, and the name says something."""
        with pytest.raises(PoliceMetricsError, match=r"name|source"):
            OutcomeSet(["1"], **options)

    def test_unknown_set_lists_those_there_are(self):
        """An unknown set lists each that there is with its types and what it holds."""
        with pytest.raises(UnknownNameError) as caught:
            outcome_set("solved")
        message = str(caught.value)
        assert message.startswith("name must be one of these; got 'solved'.")
        for name, found in outcome_sets().items():
            assert (
                f"\n  {name!r}: type{'s' * (len(found.types) > 1)} {', '.join(found.types)}. {found.description}"
                in message
            )


# ---- two numbers ------------------------------------------------------------------------


class TestNumbers:
    @pytest.mark.parametrize(
        ("positive", "denominator", "asked", "expected"),
        [
            (20_158, 365_882, CLOSED, "5.51"),
            (26_029, 328_104, CLOSED, "7.93"),
            (37_656, 308_494, CLOSED, "12.21"),
            (47_149, 301_020, CLOSED, "15.66"),
            (21_985, 365_882, COHORT, "6.01"),
            (27_087, 328_104, COHORT, "8.26"),
            (36_648, 308_494, COHORT, "11.88"),
            (41_173, 301_020, COHORT, "13.68"),
            (27_087, 327_607, COHORT | {"out_of": "crimes_with_outcome"}, "8.27"),
            (26_029, 325_111, GIVEN, "8.01"),
            (447_514, 5_235_213, COHORT | {"positive": "charged"}, "8.55"),
            (447_514, 4_850_405, COHORT | {"positive": "charged", "out_of": "outcomes"}, "9.23"),
            (550_778, 5_258_158, GIVEN | {"positive": "charged"}, "10.47"),
        ],
    )
    def test_published(self, positive, denominator, asked, expected):
        """West Midlands by year on both bases, and three national charge rates of one year."""
        found = positive_outcome_rate(positive, denominator, **asked)
        assert shown(found.rate) == expected
        assert (found.positive, found.denominator) == (positive, denominator)
        assert math.isnan(found.not_yet_assigned)
        assert found.reason is None
        assert found.rate in found.interval

    def test_carries_its_definition(self):
        """The set, its types, the basis, the denominator and the extract travel with the figure."""
        found = positive_outcome_rate(1, 2, **GIVEN, as_at="July 2026", confidence_level=0.9)
        assert (found.outcomes, found.outcome_types) == (DASHBOARD, ("1", "2", "3", "6", "7", "8", "22"))
        assert (found.basis, found.out_of, found.as_at) == ("closed", "outcomes", "July 2026")
        assert (found.method, found.confidence_level) == ("wilson", 0.9)
        assert found.interval.method == "wilson"
        assert pickle.loads(pickle.dumps(found)) == found

    @pytest.mark.parametrize("asked", [a for a in ASKED if a is not CLOSED])
    def test_proportion_has_wilson_limits(self, asked):
        """1 of 29 and 0 of 20 as Newcombe (1998) published them."""
        found = positive_outcome_rate(1, 29, **asked)
        assert found.method == "wilson"
        assert (found.rate_low, found.rate_high) == pytest.approx((0.0061, 0.1718), abs=5e-5)
        found = positive_outcome_rate(0, 20, **asked)
        assert (found.rate_low, found.rate_high) == pytest.approx((0, 0.161125158053), rel=1e-9)

    def test_closed_out_of_crimes_may_pass_all(self):
        """100 burglaries recorded, 120 confessed: 120%, with the limits of a ratio of counts, by R."""
        found = positive_outcome_rate(120, 100, **CLOSED)
        assert found.rate == 1.2
        assert (found.rate_low, found.rate_high) == pytest.approx((0.921008344504, 1.56350374955), rel=1e-9)
        assert found.method == "rate ratio score"
        assert "120.00% of crimes recorded" in str(found)

    @pytest.mark.parametrize("asked", [a for a in ASKED if a is not CLOSED])
    def test_a_part_cannot_pass_its_whole(self, asked):
        """More positive outcomes than they must be part of is an error everywhere else."""
        with pytest.raises(InvalidInputError, match="got 120 of 100"):
            positive_outcome_rate(120, 100, **asked)

    @pytest.mark.parametrize("asked", ASKED)
    def test_out_of_nothing(self, asked):
        """0 of 0 is not available, and says what there was none of."""
        found = positive_outcome_rate(0, 0, **asked)
        assert math.isnan(found.rate)
        assert found.reason.startswith("not available: no ")
        assert (found.positive, found.denominator) == (0, 0)
        assert str(found).endswith(f"{found.reason}.")
        assert "n/a" not in str(found)

    def test_some_out_of_nothing(self):
        """Outcomes in a period without crimes have no rate."""
        assert positive_outcome_rate(5, 0, **CLOSED).reason == "not available: no crimes recorded"

    @given(st.integers(0, 10**9), st.integers(1, 10**9), st.sampled_from([0.5, 0.95, 0.998]))
    def test_interval_contains_the_rate(self, positive, denominator, level):
        """The rate lies in its interval, and a proportion's interval in 0 to 1."""
        found = positive_outcome_rate(positive, denominator, **CLOSED, confidence_level=level)
        assert found.rate_low <= found.rate <= found.rate_high
        if positive <= denominator:
            found = positive_outcome_rate(positive, denominator, **COHORT, confidence_level=level)
            assert 0 <= found.rate_low <= found.rate <= found.rate_high <= 1

    @given(st.integers(0, 10**6), st.integers(1, 10**6))
    def test_ratio_is_wider_than_the_proportion(self, positive, denominator):
        """Two flows vary more than one part of a fixed whole."""
        assume(0 < positive <= denominator)
        ratio = positive_outcome_rate(positive, denominator, **CLOSED)
        part = positive_outcome_rate(positive, denominator, **COHORT)
        assert ratio.rate == part.rate
        assert ratio.rate_high - ratio.rate_low >= part.rate_high - part.rate_low

    @given(st.integers(0, 10**6), st.integers(0, 10**6))
    def test_bases_agree_out_of_outcomes(self, positive, rest):
        """With the same counts out of outcomes, the two bases differ in name only."""
        closed = positive_outcome_rate(positive, positive + rest, **GIVEN)
        cohort = positive_outcome_rate(positive, positive + rest, **GIVEN | {"basis": "recorded"})
        numbers = [(f.rate, f.rate_low, f.rate_high, f.reason) for f in (closed, cohort)]
        np.testing.assert_equal(numbers[0], numbers[1])
        assert closed != cohort


# ---- tallies ----------------------------------------------------------------------------


# A cohort of 1,000: 80 positive by the dashboard's set, 55 charged, 70 not yet assigned.
COUNTS = {"0": 70, "1": 55, "2": 3, "8": 17, "22": 5, "4": 10, "14": 100, "18": 740}


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
            positive_outcome_rate(by_type({"1": 1, "1B": 2, "Charged": 3}), **GIVEN)
        message = str(caught.value)
        assert "'1B', 'Charged'" in message
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
        with pytest.raises(InvalidInputError, match="no row has type '0'"):
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
            ({"0": 5, "1": 0}, GIVEN, "no outcomes"),
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
            (CLOSED, InvalidInputError, "crimes= must be given with basis='closed'"),
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
            "not like for like: outcomes and crimes differ in area, only one has b (of outcomes and crimes)",
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
            "not like for like: outcomes and crimes differ in force, only one has B (of outcomes and crimes)"
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
            "not like for like: outcomes and crimes differ in force, only one has B (of outcomes and crimes)"
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


class TestAsking:
    @pytest.mark.parametrize("data", [(1, 2), (by_type(COUNTS),)], ids=["numbers", "tally"])
    def test_nothing_has_a_default(self, data):
        """Set, basis and denominator must each be named; the error lists the choices with their meaning."""
        with pytest.raises(InvalidTypeError) as caught:
            positive_outcome_rate(*data, basis="closed", out_of="outcomes")
        assert "positive must be one of these; it must be given" in str(caught.value)
        assert all(
            f"\n  {n!r}: type{'s' * (len(s.types) > 1)} {', '.join(s.types)}" in str(caught.value)
            for n, s in outcome_sets().items()
        )
        assert "OutcomeSet(['1', '8'], name='ours')" in str(caught.value)
        with pytest.raises(InvalidTypeError, match=r"(?s)basis must be one.*'recorded': .*'closed': "):
            positive_outcome_rate(*data, positive="charged", out_of="outcomes")
        with pytest.raises(
            InvalidTypeError, match=r"(?s)out_of must be.*'crimes': .*'crimes_with_outcome': .*'outcomes': "
        ):
            positive_outcome_rate(*data, positive="charged", basis="closed")

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"positive": "detected"}, UnknownNameError, "positive must be one of these; got 'detected'"),
            ({"positive": ["1"]}, InvalidTypeError, r"got \['1'\]"),
            ({"positive": 1}, InvalidTypeError, "positive"),
            ({"basis": "cohort"}, UnknownNameError, "basis must be one of these; got 'cohort'"),
            ({"basis": 1}, InvalidTypeError, "basis"),
            ({"out_of": "offences"}, UnknownNameError, "out_of must be one of these; got 'offences'"),
            ({"out_of": ()}, InvalidTypeError, "out_of"),
            ({"out_of": "crimes_with_outcome"}, InvalidInputError, "use out_of='outcomes'"),
            ({"confidence_level": 95}, InvalidInputError, "Did you mean 0.95"),
            ({"as_at": 2024}, InvalidTypeError, "as_at"),
        ],
    )
    @pytest.mark.parametrize("data", [(1, 2), (by_type(COUNTS),)], ids=["numbers", "tally"])
    def test_refused_either_way(self, data, options, error, message):
        """What has no meaning is refused with numbers as with a table."""
        with pytest.raises(error, match=message):
            positive_outcome_rate(*data, **GIVEN | options)

    @pytest.mark.parametrize(
        ("data", "options", "error", "message"),
        [
            ((5,), {}, InvalidTypeError, "denominator must be given"),
            ((-1, 5), {}, InvalidInputError, "positive_outcomes must be a whole number >= 0; got -1"),
            ((1, -5), {}, InvalidInputError, "denominator must be a whole number >= 0"),
            ((0.5, 5), {}, InvalidInputError, "positive_outcomes"),
            ((math.nan, 5), {}, InvalidInputError, "positive_outcomes must be a finite number"),
            ((1, math.inf), {}, InvalidInputError, "denominator must be a finite number"),
            ((1, "5"), {}, InvalidTypeError, "denominator must be a number"),
            (("1", 5), {}, InvalidTypeError, "which is text"),
            ((True, 5), {}, InvalidInputError, "denominator goes with a number"),
            (([1, 2],), {}, InvalidTypeError, "data must be a Tally or a data frame"),
            ((None,), {}, InvalidTypeError, "data must be a Tally or a data frame"),
            ((1, 5), {"by": "force"}, InvalidInputError, "by="),
            ((1, 5), {"crimes": 3}, InvalidInputError, "crimes="),
            ((1, 5), {"count": "n"}, InvalidInputError, "count="),
            ((by_type(COUNTS), 5), {}, InvalidInputError, "for a tally or frame give crimes="),
            ((by_type(COUNTS),), {"by": "force"}, UnknownNameError, "no dimension 'force'"),
            ((by_type(COUNTS),), {"by": "outcome"}, InvalidInputError, "must not name the outcome dimension"),
            ((by_type(COUNTS),), {"by": 3}, InvalidTypeError, "by must be"),
            ((by_type(COUNTS),), {"outcome": "kind"}, UnknownNameError, "no dimension 'kind'"),
            ((by_type(COUNTS),), {"outcome": 3}, InvalidTypeError, "outcome must be text"),
            ((by_type(COUNTS),), {"count": "n"}, InvalidInputError, "a tally is counted already"),
            ((pd.DataFrame({"outcome": ["1"]}),), {"count": "n"}, UnknownNameError, "count: column"),
            ((pd.DataFrame({"kind": ["1"]}),), {}, UnknownNameError, "'outcome'"),
            ((pd.DataFrame({"outcome": [1.0]}),), {}, InvalidTypeError, "must hold labels"),
        ],
    )
    def test_refused(self, data, options, error, message):
        """Numbers and tables each refuse what belongs to the other, or to neither."""
        with pytest.raises(error, match=message):
            positive_outcome_rate(*data, **GIVEN | options)


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
        table = positive_outcome_rate(make(self.ROWS), **COHORT, by="force")
        assert table["rate"].tolist() == [0.25, 0.5]
        assert table["not_yet_assigned"].tolist() == [0, 1]
        assert table.at(force="Kent").exclusions.reasons == {"missing outcome": 1}

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


# ---- laws -------------------------------------------------------------------------------

CODES = [c for c, kind in outcome_types().items() if not kind.parent and c != "other"]
ONE_FORCE = st.dictionaries(st.sampled_from(CODES), st.integers(0, 10**6), min_size=1)
FORCES = st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), ONE_FORCE, min_size=1)
SETS = st.sampled_from(list(outcome_sets()))


class TestLaws:
    @given(FORCES, SETS)
    def test_pooled_lies_between(self, counts, positive):
        """The pooled rate lies between the lowest and the highest of the forces."""
        asked = GIVEN | {"positive": positive}
        rates = positive_outcome_rate(by_force(counts), **asked, by="force")["rate"]
        rates = rates[~np.isnan(rates)]
        assume(rates.size)
        pooled = positive_outcome_rate(by_force(counts), **asked).rate
        assert rates.min() - 1e-12 <= pooled <= rates.max() + 1e-12

    @settings(max_examples=25)
    @given(FORCES, SETS, st.sampled_from([GIVEN, COHORT, COHORT | {"out_of": "outcomes"}]), st.data())
    def test_splitting_a_type_changes_nothing(self, counts, positive, asked, data):
        """A type's count over two rows is one count."""
        for force in counts.values():
            force.setdefault("0", 0)
        rows = [(f, c, n) for f, types in counts.items() for c, n in types.items()]
        split = []
        for force, code, n in rows:
            first = data.draw(st.integers(0, n))
            split += [(force, code, first), (force, code, n - first)]
        frames = [pd.DataFrame(r, columns=["force", "outcome", "n"]) for r in (rows, split)]
        one, two = (
            positive_outcome_rate(f, **asked | {"positive": positive}, by="force", count="n") for f in frames
        )
        assert one == two

    @given(FORCES, SETS)
    def test_every_row_has_a_rate_or_a_reason(self, counts, positive):
        """nan comes with a reason, and only then; intervals contain their rates."""
        table = positive_outcome_rate(by_force(counts), **GIVEN | {"positive": positive}, by="force")
        there = ~np.isnan(table["rate"])
        assert [r is None for r in table["reason"]] == there.tolist()
        part = table[there]
        assert (part["rate_low"] <= part["rate"]).all()
        assert (part["rate"] <= part["rate_high"]).all()

    @given(FORCES)
    def test_same_group_in_the_set_changes_nothing(self, counts):
        """Moving outcomes between types of the set leaves the rate alone."""
        moved = by_force(counts)
        labels = set(moved.labels("outcome"))
        moved = moved.relabel("outcome", {c: "1" for c in ("2", "3", "6", "7", "8", "22") if c in labels})
        one, two = (positive_outcome_rate(t, **GIVEN, by="force") for t in (by_force(counts), moved))
        assert one == two

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


# ---- sentences --------------------------------------------------------------------------


class TestSentence:
    def test_closed(self):
        """Outcomes given are compared with crimes recorded, not said to belong to them."""
        assert str(positive_outcome_rate(20_158, 365_882, **CLOSED)) == (
            "Positive outcomes were 5.51% of crimes recorded (positive-dashboard, closed basis: 20,158 outcomes given "
            "in the period, whenever the crime was recorded, out of 365,882 crimes recorded in it; 95% interval of a ratio of counts, 5.43% to 5.59%)."
        )

    def test_three_charge_rates_of_one_year(self):
        """The three national charge rates of one year tell themselves apart."""
        charged = {"positive": "charged"}
        open_cases = by_type({"0": 384_808, "1": 447_514, "18": 4_850_405 - 447_514})
        assert str(positive_outcome_rate(open_cases, **COHORT | charged, as_at="July 2026")) == (
            "8.55% of crimes recorded have so far had a positive outcome (charged, recorded basis: 447,514 of 5,235,213 "
            "crimes recorded in the period, as at July 2026; 95% interval 8.52% to 8.57%; immature: 7.4% of the crimes not "
            "yet assigned an outcome)."
        )
        assert str(
            positive_outcome_rate(open_cases, **COHORT | charged | {"out_of": "crimes_with_outcome"})
        ) == (
            "9.23% of crimes with an outcome have so far had a positive one (charged, recorded basis: 447,514 of "
            "4,850,405 crimes recorded in the period that have an outcome; 95% interval 9.20% to 9.25%; immature: "
            "7.4% of the crimes not yet assigned an outcome)."
        )
        assert str(positive_outcome_rate(550_778, 5_258_158, **GIVEN | charged)) == (
            "10.47% of outcomes were positive (charged, closed basis: 550,778 of 5,258,158 outcomes given in the period, "
            "whenever the crime was recorded; 95% interval 10.45% to 10.50%)."
        )

    def test_recorded_out_of_outcomes(self):
        """Outcomes given so far to a cohort."""
        assert (
            "of outcomes were positive (positive-dashboard, recorded basis: 1 of 4 outcomes given so far to"
            in str(positive_outcome_rate(1, 4, **COHORT | {"out_of": "outcomes"}))
        )

    def test_closed_does_not_speak_of_open_crimes(self):
        """The share not yet assigned is that of a cohort; on the closed basis it has no whole."""
        assert "not yet assigned" not in str(positive_outcome_rate(by_type(COUNTS), **GIVEN))

    def test_group(self):
        """A row of a table says which group it is."""
        table = positive_outcome_rate(by_force({"Kent": {"1": 1, "18": 3}}), **GIVEN, by="force")
        assert str(table[0]).startswith("Kent: 25.00% of outcomes were positive (")

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


# ---- change -----------------------------------------------------------------------------


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
            {"period": ["2022/23", "2023/24"], "force": ["Kent", "Essex"], "outcome": ["1", "1"]}, [5, 6]
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


def by_period(counts, **options):
    """A tally of counts by period and type."""
    rows = [(*key, n) for key, n in counts.items()]
    *columns, numbers = zip(*rows, strict=True)
    names = ["force", "period", "outcome"][3 - len(columns) :]
    return Tally.from_columns(dict(zip(names, columns, strict=True)), numbers, **options)


YEARS = ("2022/23", "2023/24")
TWO_YEARS = by_period(
    {
        ("2022/23", "0"): 0,
        ("2022/23", "1"): 10,
        ("2022/23", "18"): 90,
        ("2023/24", "0"): 20,
        ("2023/24", "1"): 30,
        ("2023/24", "18"): 150,
    }
)


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
            ((TWO_YEARS,), {"positive": None}, InvalidTypeError, "positive must be one of these"),
            ((TWO_YEARS,), {"basis": None}, InvalidTypeError, "basis must be one of these"),
            ((TWO_YEARS,), {"out_of": None}, InvalidTypeError, "out_of must be one of these"),
            ((TWO_YEARS,), {"between": YEARS[::-1]}, InvalidInputError, "Swap them"),
            ((TWO_YEARS,), {"between": "2022/23"}, InvalidTypeError, "between must be a pair"),
            ((TWO_YEARS,), {"by": "period"}, InvalidInputError, "must not name the period dimension"),
            ((TWO_YEARS,), {"by": "outcome"}, InvalidInputError, "must not name the outcome dimension"),
            ((TWO_YEARS,), {"by": "force"}, UnknownNameError, "'force'"),
            ((TWO_YEARS,), {"period": "year"}, UnknownNameError, "'year'"),
            ((TWO_YEARS,), {"period": 3}, InvalidTypeError, "period must be text"),
            ((TWO_YEARS,), {"caveat": 3}, InvalidTypeError, "caveat"),
            ((TWO_YEARS,), {"confidence_level": 1}, InvalidInputError, "confidence_level"),
            ((TWO_YEARS,), CLOSED, InvalidInputError, "crimes= must be given"),
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
        with pytest.raises(InvalidTypeError, match=r"new must be an OutcomeRate.*got NoneType"):
            outcome_rate_change(rate)
        with pytest.raises(InvalidTypeError, match=r"new must be an OutcomeRate.*got int"):
            outcome_rate_change(rate, 3)


# ---- real figures -----------------------------------------------------------------------


class TestWestMidlands:
    OUTCOMES = tally(
        pd.DataFrame(datasets.west_midlands_outcomes().to_dict()),
        by=["period", "basis", "outcome"],
        count="outcomes",
        overlapping="basis",
    )
    CRIMES = tally(pd.DataFrame(datasets.west_midlands_annual().to_dict()), by="period", count="crimes")

    @pytest.mark.parametrize(
        ("basis", "expected"),
        [
            ("closed", [None, "5.51", "7.93", "12.21", "15.66"]),
            ("recorded", [None, "6.01", "8.26", "11.88", "13.68"]),
        ],
    )
    def test_out_of_crimes(self, basis, expected):
        """The bundled outcomes by the bundled crimes, by year; 2014/15 has no crimes here."""
        table = positive_outcome_rate(
            self.OUTCOMES.where(basis=basis),
            positive=DASHBOARD,
            basis=basis,
            out_of="crimes",
            crimes=self.CRIMES,
            by="period",
        )
        assert [None if math.isnan(v) else shown(v) for v in table["rate"]] == expected
        assert table.at(period="2014/15").reason == "not available: of the crimes, no rows for 2014/15"
        annual = datasets.west_midlands_annual().columns
        assert table["positive"].tolist()[1:] == annual[f"positive_{basis}"].tolist()

    @pytest.mark.parametrize(
        ("basis", "out_of", "expected"),
        [("closed", "outcomes", "8.006"), ("recorded", "crimes_with_outcome", "8.268")],
    )
    def test_out_of_outcomes(self, basis, out_of, expected):
        """2023/24 out of what was assigned."""
        found = positive_outcome_rate(
            self.OUTCOMES.where(basis=basis, period="2023/24"), positive=DASHBOARD, basis=basis, out_of=out_of
        )
        assert f"{100 * found.rate:.3f}" == expected

    def test_change(self):
        """+2.42 points and +44.0 per cent on the closed basis."""
        found = outcome_rate_change(
            self.OUTCOMES.where(basis="closed"), between=YEARS, **CLOSED, crimes=self.CRIMES
        )
        assert (f"{found.points:+.2f}", f"{found.percent_change:+.1f}") == ("+2.42", "+44.0")

    def test_set_without_type_22(self):
        """Dropping type 22 gives 7.68%: "around 8%" cannot tell the sets apart."""
        ours = OutcomeSet(["1", "2", "3", "6", "7", "8"], name="without 22")
        found = positive_outcome_rate(
            self.OUTCOMES.where(basis="closed", period="2023/24"),
            **CLOSED | {"positive": ours},
            crimes=self.CRIMES.where(period="2023/24"),
        )
        assert shown(found.rate) == "7.68"


@pytest.fixture(scope="module")
def force_outcomes(shared_data):
    """The 44 forces by year, basis and type; "other" is what the assigned total leaves."""
    with (shared_data / "outcomes" / "ho_outcomes_force_year.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    types = {c: c.rpartition("_t")[2] for c in rows[0] if re.search(r"_t\d+$", c)}
    columns = {"force": [], "period": [], "basis": [], "outcome": [], "n": []}
    for row in rows:
        counts = {code: int(row[column]) for column, code in types.items()}
        counts["other"] = int(row["assigned_total"]) - int(row["positive_total"])
        for code, n in counts.items():
            for name, value in zip(
                columns, (row["force"], row["financial_year"], row["basis"], code, n), strict=True
            ):
                columns[name].append(value)
    frame = pd.DataFrame(columns)
    return rows, tally(
        frame,
        by=["force", "period", "basis", "outcome"],
        count="n",
        overlapping=["basis"],
        coverage=["force"],
    )


class TestForces:
    @pytest.mark.parametrize("basis", ["closed", "recorded"])
    def test_every_force(self, force_outcomes, basis):
        """All 44 forces, three years: positive and assigned totals as the file prints them."""
        rows, outcomes = force_outcomes
        table = positive_outcome_rate(
            outcomes.where(basis=basis), **GIVEN | {"basis": basis}, by=["force", "period"]
        )
        assert len(table) == 44 * 3
        expected = {
            (r["force"], r["financial_year"]): (int(r["positive_total"]), int(r["assigned_total"]))
            for r in rows
            if r["basis"] == basis
        }
        found = {(f.group["force"], f.group["period"]): (f.positive, f.denominator) for f in table}
        assert found == expected

    def test_nothing_supplied_is_not_zero(self, force_outcomes):
        """Cumbria sent nothing for 2014/15 on the recorded basis: no figure, and no 0%."""
        _, outcomes = force_outcomes
        cohort = outcomes.where(basis="recorded", period="2014/15")
        assert positive_outcome_rate(cohort, **COHORT | {"out_of": "outcomes"}, by="force").at(
            force="Cumbria"
        ).reason == ("not available: no outcomes")
        silent = ["British Transport Police", "Cumbria", "Leicestershire"]
        marked = cohort.not_supplied("nothing was supplied for 2014/15", force=silent)
        table = positive_outcome_rate(marked, **COHORT | {"out_of": "outcomes"}, by="force")
        assert table["force"][np.isnan(table["rate"])].tolist() == silent
        for force in silent:
            found = table.at(force=force)
            assert found.reason == "not available: nothing was supplied for 2014/15"
            assert "0.00%" not in str(found)

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

    def test_reason_for_an_absurd_rate(self, force_outcomes):
        """The Metropolitan Police's 81.9% of 2014/15 can be given its reason the same way."""
        _, outcomes = force_outcomes
        closed = outcomes.where(basis="closed", period="2014/15")
        met = {"force": "Metropolitan Police"}
        assert shown(positive_outcome_rate(closed, **GIVEN, by="force").at(**met).rate) == "81.85"
        marked = closed.not_supplied("other outcomes were not supplied", outcome="other", **met)
        found = positive_outcome_rate(marked, **GIVEN, by="force").at(**met)
        assert found.reason == "not available: other outcomes were not supplied"

    def test_national_totals(self, shared_data):
        """447,514 charged, 217,209 out of court and 688,000 positive in 2025/26, by three sets."""
        with (shared_data / "outcomes" / "ho_outcomes_national_year.csv").open(
            encoding="utf-8", newline=""
        ) as file:
            rows = list(csv.DictReader(file))
        row = next(
            r
            for r in rows
            if (r["financial_year"], r["basis"], r["fraud"]) == ("2025/26", "recorded", "ex_fraud")
        )
        counts = {c.rpartition("_t")[2]: int(n) for c, n in row.items() if re.search(r"_t\d+$", c)}
        counts["other"] = int(row["assigned_total"]) - int(row["positive_total"])
        data = by_type(counts)
        asked = {"basis": "recorded", "out_of": "outcomes"}
        found = {
            name: positive_outcome_rate(data, positive=name, **asked)
            for name in ("charged", "out-of-court", DASHBOARD)
        }
        assert [f.positive for f in found.values()] == [447_514, 217_209, 688_000]
        assert {f.denominator for f in found.values()} == {4_850_405}
        assert shown(found["charged"].rate) == "9.23"
        with_22 = OutcomeSet(["2", "3", "6", "7", "8", "22"], name="out of court with 22")
        assert positive_outcome_rate(data, positive=with_22, **asked).positive == 240_486
        data += by_type({"0": 384_808})
        assert shown(
            positive_outcome_rate(data, positive="charged", basis="recorded", out_of="crimes").rate
        ) == ("8.55")


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


class TestOnScreen:
    """What all rows have in common stands below the table, so that no figure is without its definition."""

    def test_footer(self):
        data = Tally.from_columns(
            {"force": ["Kent"] * 2 + ["Essex"] * 2, "outcome": ["1", "18"] * 2}, [1, 3, 1, 4]
        )
        asked = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}
        table = positive_outcome_rate(data, **asked, by="force", as_at="July 2024")
        below = "OutcomeRate, 2 rows; outcomes: charged; basis: closed; out_of: outcomes; as_at: July 2024"
        assert repr(table).endswith(f"\n[{below}]")
        assert f">{below}</caption>" in table._repr_html_()
        alone = below.replace(", 2 rows", "")
        assert f">{alone}</caption>" in table[0]._repr_html_()

    def test_several_periods(self):
        data = Tally.from_columns({"period": [*YEARS], "outcome": ["1", "1"]}, [10, 10])
        asked = {"positive": "charged", "basis": "closed", "out_of": "crimes"}
        split = Tally.from_columns({"period": ["2020/21", "2023/24"], "outcome": ["1", "1"]}, [10, 10])
        assert "recorded in it;" in str(positive_outcome_rate(data, **asked, crimes=100))
        assert "recorded in them;" in str(positive_outcome_rate(split, **asked, crimes=100))

    def test_text_for_a_number(self):
        with pytest.raises(
            InvalidTypeError, match="positive_outcomes must be a number; got '5', which is text"
        ):
            positive_outcome_rate("5", 10, positive="charged", basis="closed", out_of="crimes")

    def test_one_full_stop(self):
        with pytest.raises(UnknownNameError) as caught:
            OutcomeSet(["Unable to prosecute suspect"], name="ours")
        assert ".." not in str(caught.value)

    def test_one_type(self):
        assert repr(outcome_set("charged")) == "OutcomeSet 'charged': type 1"


class TestParts:
    """A part of a type cannot be larger than the type."""

    ASKED: ClassVar = {"positive": "charged", "basis": "recorded", "out_of": "crimes"}

    def test_larger_than_the_whole(self):
        data = Tally.from_columns(
            {"force": ["Kent"] * 3 + ["Essex"] * 3, "outcome": ["1A", "1", "0"] * 2}, [9, 4, 5, 3, 4, 5]
        )
        essex, kent = positive_outcome_rate(data, **self.ASKED, by="force")
        assert kent.reason == (
            "not available: 9 outcomes of type 1A, more than the 4 of type 1 that they must be part of"
        )
        assert essex.rate == pytest.approx(4 / 9)
        data = Tally.from_columns(
            {"period": ["2022/23"] * 3 + ["2023/24"] * 3, "outcome": ["1A", "1", "0"] * 2}, [9, 4, 5, 3, 4, 5]
        )
        change = outcome_rate_change(data, between=YEARS, **self.ASKED)
        assert "9 outcomes of type 1A in 2022/23" in change.reason
