"""Sets of positive outcomes; outcomes by name as well as by code; the report of what maps and what does not."""

from __future__ import annotations

import math
import pickle
from typing import ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import (
    OutcomeSet,
    Tally,
    match_outcomes,
    outcome_rate_change,
    outcome_set,
    positive_outcome_rate,
)
from policemetrics.definitions import outcome_names, outcome_sets, outcome_types
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError, UnknownNameError

COHORT = {"positive": "positive-dashboard", "basis": "recorded", "out_of": "crimes"}


def by_label(counts, **options):
    return Tally.from_columns({"outcome": list(counts)}, list(counts.values()), **options)


class TestRates:
    def test_names_and_codes_give_one_figure(self):
        """By code, by number, by name, in any case: the same rate."""
        expected = positive_outcome_rate(by_label({"0": 10, "1": 5, "8": 3, "18": 82}), **COHORT)
        for labels in (
            [0, 1, 8, 18],
            ["Not yet assigned an outcome", "Charged/Summonsed", "Community Resolution", "Outcome 18"],
            [
                "not yet assigned",
                "CHARGED / SUMMONSED",
                "type 8",
                "Investigation complete - no suspect identified",
            ],
            [
                "Under investigation",
                "Suspect charged",
                "Local resolution",
                "Investigation complete; no suspect identified",
            ],
        ):
            found = positive_outcome_rate(by_label(dict(zip(labels, [10, 5, 3, 82], strict=True))), **COHORT)
            assert found == expected

    def test_two_spellings_of_one_type_add_up(self):
        """Files of two years spell a type in two ways."""
        data = by_label({"Charged/Summonsed": 5, "Charged or summonsed": 7, "18": 88})
        assert positive_outcome_rate(data, **COHORT | {"out_of": "outcomes"}).positive == 12

    @pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
    def test_frames(self, make):
        """A column as the file has it, under its own name."""
        frame = make(
            {"Last outcome category": ["Suspect charged", "Under investigation", None, "Local resolution"]}
        )
        asked = COHORT | {"outcome": "Last outcome category"}
        found = positive_outcome_rate(frame, **asked, blank="excluded")
        assert (found.positive, found.denominator, found.not_yet_assigned) == (2, 3, 1)
        assert found.exclusions.reasons == {"missing Last outcome category": 1}
        found = positive_outcome_rate(frame, **asked, blank="not_yet_assigned")
        assert (found.positive, found.denominator, found.not_yet_assigned) == (2, 4, 2)

    def test_several_types_in_one_label(self):
        """A caution of a youth or an adult is positive where both are; a set with one of them cannot tell."""
        data = by_label({"1": 5, "Offender given a caution": 3, "18": 92})
        assert positive_outcome_rate(data, **COHORT | {"out_of": "outcomes"}).positive == 8
        assert (
            positive_outcome_rate(data, **COHORT | {"out_of": "outcomes", "positive": "charged"}).positive
            == 5
        )
        youths = OutcomeSet(["1", "2"], name="youths")
        with pytest.raises(
            InvalidInputError, match="stands for types 2, 3 together, of which the set 'youths' has only 2"
        ):
            positive_outcome_rate(data, **COHORT | {"positive": youths})

    def test_home_office_groups(self):
        """A table by group of outcome: formal and informal out-of-court, and diversion apart."""
        data = by_label(
            {
                "Charged/Summonsed": 447_514,
                "Out-of-court (formal)": 42_474,
                "Out-of-court (informal)": 174_735,
                "Diversionary, educational or intervention activity": 23_277,
                "other": 4_162_405,
            }
        )
        asked = {"basis": "recorded", "out_of": "outcomes"}
        counts = {
            n: positive_outcome_rate(data, positive=n, **asked).positive
            for n in ("charged", "out-of-court", "positive-dashboard")
        }
        assert counts == {"charged": 447_514, "out-of-court": 217_209, "positive-dashboard": 688_000}
        with pytest.raises(InvalidInputError, match="has only 2, 3"):
            positive_outcome_rate(data, positive="solved-surrey", **asked)

    def test_a_group_beside_its_types(self):
        """A total beside its parts would be counted twice."""
        data = by_label({"Out-of-court (formal)": 5, "3": 4, "1": 2, "18": 9})
        with pytest.raises(InvalidInputError, match=r"types 2, 3, 6 together beside '3'"):
            positive_outcome_rate(data, **COHORT | {"out_of": "outcomes"})
        assert positive_outcome_rate(data.drop(outcome="3"), **COHORT | {"out_of": "outcomes"}).positive == 7

    def test_a_part_inside_a_group(self):
        """Type 2A lies inside 2, and so inside a label of 2 or 3."""
        data = by_label({"Offender given a caution": 5, "2A": 1, "18": 5})
        found = positive_outcome_rate(data, **COHORT | {"out_of": "outcomes"})
        assert (found.rate, found.exclusions.reasons) == (0.5, {"inside type 2": 1})

    def test_marks_and_drops_are_read_by_name_too(self):
        """What was left out by a name stays left out, and what was not supplied is known by its code."""
        data = by_label({"Charged/Summonsed": 0, "Under investigation": 5, "Rubbish": 4, "18": 5}).drop(
            outcome="Rubbish"
        )
        assert positive_outcome_rate(data, **COHORT).denominator == 10
        marked = data.not_supplied("charges not sent", outcome="Charged/Summonsed")
        assert positive_outcome_rate(marked, **COHORT).reason == "not available: charges not sent"
        covered = by_label({"Charged/Summonsed": 4, "18": 5}, coverage="outcome")
        assert positive_outcome_rate(covered, **COHORT | {"out_of": "outcomes"}).positive == 4

    def test_change(self):
        """A change reads names alike."""
        data = Tally.from_columns(
            {"period": ["2022/23"] * 2 + ["2023/24"] * 2, "outcome": ["Charged/Summonsed", "18"] * 2},
            [1, 9, 2, 8],
        )
        asked = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
        assert outcome_rate_change(data, between=("2022/23", "2023/24"), **asked).points == 10

    def test_unknown_names(self):
        """Each is listed with why it maps to nothing and the nearest name, then what to do, then the types."""
        data = by_label({"1": 1, "Charged/Sumonsed": 2, "Status update unavailable": 3, "xyz": 1})
        with pytest.raises(UnknownNameError) as caught:
            positive_outcome_rate(data, **COHORT)
        message = str(caught.value)
        assert "'Charged/Sumonsed', 'Status update unavailable', 'xyz'." in message
        assert (
            "'Charged/Sumonsed': no type and no wording of this name is known; the nearest is 'Charged/Summonsed'"
            in message
        )
        assert f"'Status update unavailable': {outcome_names()['Status update unavailable'].note}" in message
        assert "'xyz': no type and no wording of this name is known\n" in message
        assert "Tally.relabel" in message
        assert all(f"\n  {code}: {kind.name}" in message for code, kind in outcome_types().items())

    @given(
        st.dictionaries(
            st.sampled_from([c for c in outcome_types() if c != "other"]), st.integers(0, 99), min_size=1
        )
    )
    def test_relabelling_by_name_changes_nothing(self, counts):
        """The names of the types give what their codes give."""
        for code in ("1", "2", "3", "18"):
            counts.setdefault(code, 1)
        named = {outcome_types()[code].name: n for code, n in counts.items()}
        asked = COHORT | {"out_of": "outcomes"}
        assert positive_outcome_rate(by_label(named), **asked) == positive_outcome_rate(
            by_label(counts), **asked
        )


class TestSets:
    def test_by_name(self):
        """A set takes names, and groups of types by the name of the group."""
        ours = OutcomeSet(["Charged/Summonsed", 8, "Outcome 22", "Out-of-court (formal)"], name="ours")
        assert ours.codes == ("1", "2", "3", "6", "8", "22")

    def test_unknown_name(self):
        """A name that is not known gets the nearest."""
        with pytest.raises(
            UnknownNameError, match=r"types\[0\] .* got 'Chargd/Summonsed'.* nearest is 'Charged/Summonsed'"
        ):
            OutcomeSet(["Chargd/Summonsed"], name="ours")
        with pytest.raises(
            InvalidInputError, match="cannot be in a set: it stands for crimes that have no outcome yet"
        ):
            OutcomeSet(["Under investigation"], name="ours")


class TestMatch:
    COUNTS: ClassVar = {
        "Charged/Summonsed": 40,
        "Offender fined": 10,
        "Under investigation": 30,
        "Status update unavailable": 20,
    }

    def test_report(self):
        """Codes with their sources, what does not match with its reason, and its share."""
        found = match_outcomes(self.COUNTS)
        assert dict(found.codes) == {
            "Charged/Summonsed": "1",
            "Offender fined": "1",
            "Under investigation": "0",
        }
        assert list(found.unmatched) == ["Status update unavailable"]
        assert found.unmatched["Status update unavailable"].startswith("Neither open nor closed")
        assert "July 2012" in found.sources["Offender fined"]
        assert (found.crimes, found.share_unmatched) == (100, 0.2)

    def test_of_labels_and_tallies(self):
        """Labels alone have no counts; a tally has them, whatever its dimension is called."""
        labels = match_outcomes(list(self.COUNTS))
        assert math.isnan(labels.crimes)
        assert math.isnan(labels.share_unmatched)
        assert labels == match_outcomes(pd.Series(list(self.COUNTS)))
        tally = Tally.from_columns({"result": list(self.COUNTS)}, list(self.COUNTS.values()))
        assert match_outcomes(tally, outcome="result") == match_outcomes(self.COUNTS)
        assert dict(match_outcomes([1, 8]).codes) == {1: "1", 8: "8"}

    def test_travels(self):
        """A report can be pickled, and not be changed."""
        found = match_outcomes(self.COUNTS)
        assert pickle.loads(pickle.dumps(found)) == found
        with pytest.raises(InvalidTypeError, match="read-only"):
            found.codes["x"] = "1"

    def test_of_both_bases(self):
        """A table on two bases has its labels read, and no count that adds the two."""
        both = Tally.from_columns(
            {"basis": ["closed", "recorded"], "outcome": ["1", "1"]}, [5, 6], overlapping="basis"
        )
        assert dict(match_outcomes(both).codes) == {"1": "1"}
        assert math.isnan(match_outcomes(both).crimes)
        assert match_outcomes(both.where(basis="closed")).crimes == 5

    def test_its_text(self):
        """Everything in one paragraph a reader can check; long lists are cut, what does not match is not."""
        text = str(match_outcomes(self.COUNTS))
        assert text.startswith(
            "3 of 4 labels stand for a type of the outcomes framework. Of 100 counted, 20.0% have another label.\n"
        )
        assert "\n  'Offender fined': 1, Charged or summonsed\n" in text
        assert "Not matched:\n  'Status update unavailable': Neither open" in text
        every = str(match_outcomes([n.name for n in outcome_names().values()]))
        assert "\n  and 92 more\nNot matched:\n" in every
        assert str(match_outcomes(["1"])) == (
            "1 of 1 labels stand for a type of the outcomes framework.\n  '1': 1, Charged or summonsed"
        )

    def test_small_counts(self):
        """A share is told of a single outcome, and beside a label of none."""
        assert match_outcomes({"1": 1}).share_unmatched == 0
        assert match_outcomes({"1": 3, "nonsense": 1, "18": 0}).share_unmatched == 0.25

    def test_what_is_not_known_is_not_said(self):
        assert "counted" not in str(match_outcomes(["nonsense"]))
        assert "more" not in str(match_outcomes([str(n) for n in range(1, 13)]))

    def test_corrections(self):
        """Where a count is below zero a share has no meaning."""
        assert math.isnan(match_outcomes({"1": 5, "18": -1}).share_unmatched)
        assert math.isnan(match_outcomes({"1": 0}).share_unmatched)

    @pytest.mark.parametrize(
        ("outcomes", "error", "message"),
        [
            (5, InvalidTypeError, "outcomes must be labels"),
            ("1", InvalidTypeError, "outcomes must be a column of labels"),
            ([1.5], InvalidTypeError, "outcomes must hold labels"),
            (["1", None], InvalidInputError, r"got none at outcomes\[1\]: name blanks first"),
            ({"1": 2, None: 3}, InvalidInputError, "one of the labels is"),
            ({"1": "x"}, InvalidTypeError, "counts"),
            (Tally.from_columns({"force": ["Kent"]}, [1]), UnknownNameError, "no dimension 'outcome'"),
        ],
    )
    def test_refused(self, outcomes, error, message):
        with pytest.raises(error, match=message):
            match_outcomes(outcomes)


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

    def test_one_full_stop(self):
        with pytest.raises(UnknownNameError) as caught:
            OutcomeSet(["Unable to prosecute suspect"], name="ours")
        assert ".." not in str(caught.value)

    def test_one_type(self):
        assert repr(outcome_set("charged")) == "OutcomeSet 'charged': type 1"
