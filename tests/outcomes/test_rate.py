"""Positive outcome rates against published figures, R and hand arithmetic."""

from __future__ import annotations

import csv
import math
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from outcome_tables import (
    ASKED,
    CLOSED,
    COHORT,
    COUNTS,
    DASHBOARD,
    GIVEN,
    WEST_MIDLANDS,
    WEST_MIDLANDS_CRIMES,
    YEARS,
    by_force,
    by_type,
    shown,
)

from policemetrics import (
    OutcomeSet,
    Tally,
    datasets,
    positive_outcome_rate,
)
from policemetrics.definitions import outcome_sets, outcome_types
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    UnknownNameError,
)

# ---- two numbers ----------------------------------------------------------------------


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


class TestAsking:
    @pytest.mark.parametrize("data", [(1, 2), (by_type(COUNTS),)], ids=["numbers", "tally"])
    def test_nothing_has_a_default(self, data):
        """Set, basis and denominator must each be named; the error lists the choices with their meaning."""
        with pytest.raises(InvalidTypeError) as caught:
            positive_outcome_rate(*data, basis="closed", out_of="outcomes")
        assert "positive= is required and has no default. Choose one of:" in str(caught.value)
        assert all(
            f"\n  {n!r}: type{'s' * (len(s.types) > 1)} {', '.join(s.types)}" in str(caught.value)
            for n, s in outcome_sets().items()
        )
        assert "OutcomeSet(['1', '8'], name='ours')" in str(caught.value)
        assert isinstance(caught.value, ChoiceNeededError)
        assert caught.value.note.code == "choose-positive"
        assert str(caught.value).startswith(caught.value.note.long)
        with pytest.raises(InvalidTypeError, match=r"(?s)basis= is required.*'recorded': .*'closed': "):
            positive_outcome_rate(*data, positive="charged", out_of="outcomes")
        with pytest.raises(
            InvalidTypeError,
            match=r"(?s)out_of= is required.*'crimes': .*'crimes_with_outcome': .*'outcomes': ",
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


# ---- laws -----------------------------------------------------------------------------

CODES = [c for c, kind in outcome_types().items() if not kind.parent and c != "other"]
ONE_FORCE = st.dictionaries(st.sampled_from(CODES), st.integers(0, 10**6), min_size=1)
FORCES = st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), ONE_FORCE, min_size=1)
SETS = st.sampled_from(list(outcome_sets()))


@pytest.mark.filterwarnings("ignore::policemetrics.errors.OnlyPositiveOutcomesWarning")
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
        counts = {force: {"18": 0} | types for force, types in counts.items()}
        moved = by_force(counts)
        labels = set(moved.labels("outcome"))
        moved = moved.relabel("outcome", {c: "1" for c in ("2", "3", "6", "7", "8", "22") if c in labels})
        one, two = (positive_outcome_rate(t, **GIVEN, by="force") for t in (by_force(counts), moved))
        assert one == two


# ---- sentences ------------------------------------------------------------------------


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


class TestOnScreen:
    """What all rows have in common stands above the table, so that no figure is without its definition."""

    def test_title(self):
        data = Tally.from_columns(
            {"force": ["Kent"] * 2 + ["Essex"] * 2, "outcome": ["1", "18"] * 2}, [1, 3, 1, 4]
        )
        asked = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}
        table = positive_outcome_rate(data, **asked, by="force", as_at="July 2024")
        title = "Outcome rate; outcomes: charged; outcome types: 1; basis: closed; out of: outcomes; as at: July 2024"
        assert repr(table).startswith(f"{title}; method: wilson\n")
        assert table.to_markdown().startswith(f"**{title}; method: wilson**\n")
        for thing in (table, table[0]):
            assert f">{title}; method: wilson</caption>" in thing._repr_html_()

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


# ---- real figures ---------------------------------------------------------------------


class TestWestMidlands:
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
            WEST_MIDLANDS.where(basis=basis),
            positive=DASHBOARD,
            basis=basis,
            out_of="crimes",
            crimes=WEST_MIDLANDS_CRIMES,
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
            WEST_MIDLANDS.where(basis=basis, period="2023/24"), positive=DASHBOARD, basis=basis, out_of=out_of
        )
        assert f"{100 * found.rate:.3f}" == expected

    def test_set_without_type_22(self):
        """Dropping type 22 gives 7.68%: "around 8%" cannot tell the sets apart."""
        ours = OutcomeSet(["1", "2", "3", "6", "7", "8"], name="without 22")
        found = positive_outcome_rate(
            WEST_MIDLANDS.where(basis="closed", period="2023/24"),
            **CLOSED | {"positive": ours},
            crimes=WEST_MIDLANDS_CRIMES.where(period="2023/24"),
        )
        assert shown(found.rate) == "7.68"


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
