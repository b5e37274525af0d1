"""A change in a positive outcome rate split into rates and mix: published, by hand, and by its laws."""

from __future__ import annotations

import csv

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policemetrics import (
    Tally,
    outcome_rate_change,
    outcome_rate_drivers,
    outcome_rate_split,
    positive_outcome_rate,
)
from policemetrics.decomposition import kitagawa, kitagawa_parts
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, UnknownNameError

YEARS = ("2022/23", "2023/24")
CHARGED = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
ASKED = {"between": YEARS, "of": "offence"} | CHARGED
CLOSED = ASKED | {"basis": "closed", "out_of": "crimes"}

# Theft 800 at 5% and drugs 200 at 60%, then 900 at 6% and 100 at 65%: a made-up case in which both rates rise and the whole falls.
MIX = [
    ("2022/23", "theft", "1", 40),
    ("2022/23", "theft", "18", 760),
    ("2022/23", "drugs", "1", 120),
    ("2022/23", "drugs", "18", 80),
    ("2023/24", "theft", "1", 54),
    ("2023/24", "theft", "18", 846),
    ("2023/24", "drugs", "1", 65),
    ("2023/24", "drugs", "18", 35),
]
COLUMNS = ("period", "offence", "outcome", "n")


def tally_of(rows, *dims, **options):
    names = (*dims, *COLUMNS[:3])
    return Tally.from_columns(
        {d: [row[i] for row in rows] for i, d in enumerate(names)}, [row[-1] for row in rows], **options
    )


class TestWorkedExample:
    def test_split(self):
        """16.0% to 11.9%: +1.6 points within the offences and −5.7 from their mix."""
        found = outcome_rate_split(tally_of(MIX), **ASKED)
        assert (found.old, found.new) == (0.16, 0.119)
        assert f"{found.points:+.1f} {found.within:+.1f} {found.mix:+.1f}" == "-4.1 +1.6 -5.7"
        assert found.within + found.mix == found.points
        assert (found.of, found.between, found.outcomes, found.basis) == (
            "offence",
            YEARS,
            "charged",
            "recorded",
        )

    def test_drivers(self):
        """By offence: rates by mean shares, and shares by how far the rate lies above the mean rate, 13.95%."""
        table = outcome_rate_drivers(tally_of(MIX), **ASKED)
        assert table["offence"].tolist() == ["drugs", "theft"]
        assert table["within"] == pytest.approx([5 * 0.15, 1 * 0.85])
        assert table["mix"] == pytest.approx([-10 * (0.625 - 0.1395), 10 * (0.055 - 0.1395)])
        assert table["mix"].sum() == pytest.approx(-5.7)
        assert table["points"] == pytest.approx([0.75 - 4.855, 0.85 - 0.845])
        assert table["old_rate"].tolist() == [0.6, 0.05]
        assert table["new_share"].tolist() == [0.1, 0.9]
        drugs = table.at(offence="drugs")
        assert (drugs.whole_old, drugs.whole_new) == (0.16, 0.119)

    def test_sentences(self):
        """Points are said, and why a share does what it does to the whole."""
        assert str(outcome_rate_split(tally_of(MIX), **ASKED)) == (
            "The positive outcome rate (charged, recorded basis, out of outcomes) changed by −4.10 percentage points, from "
            "16.00% in 2022/23 to 11.90% in 2023/24: +1.60 from the rates within each offence and −5.70 from the mix by offence."
        )
        theft = outcome_rate_drivers(tally_of(MIX), **ASKED).at(offence="theft")
        assert str(theft) == (
            "theft: positive outcome rate (charged, recorded basis, out of outcomes): 0.00 of the −4.10 percentage points by "
            "which the whole changed; +0.85 from its own rate (5.00% to 6.00%) and −0.85 from its share of outcomes (80.0% to "
            "90.0%; at a rate below that of the whole, which a larger share lowers)."
        )
        back = [(YEARS[p == YEARS[0]], *row) for p, *row in MIX]
        drugs = outcome_rate_drivers(tally_of(back), **ASKED).at(offence="drugs")
        assert "at a rate above that of the whole, which a larger share raises)" in str(drugs)

    def test_one_category(self):
        """A single category is all rate and no mix."""
        rows = [(p, "all", c, n) for p, _, c, n in MIX]
        found = outcome_rate_split(tally_of(rows), **ASKED)
        assert (found.points, found.within, found.mix) == pytest.approx((-4.1, -4.1, 0))
        assert "which a" not in str(outcome_rate_drivers(tally_of(rows), **ASKED)[0])

    @pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
    def test_frames(self, make):
        """A frame gives what its tally gives."""
        frame = make({name: [row[i] for row in MIX] for i, name in enumerate(COLUMNS)})
        assert (
            outcome_rate_split(frame, **ASKED, count="n").mix
            == outcome_rate_split(tally_of(MIX), **ASKED).mix
        )
        assert len(outcome_rate_drivers(frame, **ASKED, count="n")) == 2


class TestSupply:
    def test_a_category_that_comes(self):
        """One without crimes before is a change in the mix, at the rate that it has now."""
        rows = [*MIX[:2], *MIX[4:]]
        frame = pd.DataFrame({name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)})
        found = outcome_rate_split(frame, **ASKED, count="n")
        assert found.old == 0.05
        assert found.within == pytest.approx(1 * 0.95)
        assert found.points == pytest.approx(11.9 - 5)
        drugs = outcome_rate_drivers(frame, **ASKED, count="n").at(offence="drugs")
        assert np.isnan(drugs.old_rate)
        # The whole went from 5% to 11.9%, on the mean 8.45%; drugs came with 10% at 65%.
        assert (drugs.within, drugs.mix) == pytest.approx((0, 10 * (0.65 - 0.0845)))
        assert "(none to 65.00%)" in str(drugs)

    def test_a_category_of_one(self):
        """Arson: one outcome, positive, then none of one. 1/2 to 0/2: the rate of half of them fell from 1 to 0."""
        rows = [(year, o, "18", 1) for year in YEARS for o in ("arson", "theft")]
        rows[0] = (YEARS[0], "arson", "1", 1)
        asked = {**ASKED, "positive": "charged"}
        found = outcome_rate_split(tally_of(rows), **asked)
        assert (found.old, found.new, found.points, found.within, found.mix) == (0.5, 0, -50, -50, 0)
        arson = outcome_rate_drivers(tally_of(rows), **asked).at(offence="arson")
        assert (arson.old_rate, arson.new_rate, arson.old_share, arson.points) == (1, 0, 0.5, -50)

    def test_groups(self):
        """Each force is split for itself; one that was not supplied has no split, and says why."""
        rows = [(f, *row) for f in ("Kent", "Essex") for row in MIX]
        data = tally_of(rows, "force").not_supplied("sent too late", force="Essex", period="2022/23")
        table = outcome_rate_split(data, **ASKED, by="force")
        assert table.at(force="Kent").mix == pytest.approx(-5.7)
        essex = table.at(force="Essex")
        assert essex.reason == "not available: sent too late"
        assert np.isnan([essex.points, essex.within, essex.mix]).all()
        assert "split of the change by offence not available: sent too late." in str(essex)
        drivers = outcome_rate_drivers(data, **ASKED, by="force")
        assert len(drivers) == 4
        assert drivers.at(force="Essex", offence="drugs").reason == "not available: sent too late"
        assert "sent too late" in str(drivers.at(force="Essex", offence="drugs"))

    def test_not_like_for_like(self):
        """A supplier of one period only makes the split not available."""
        rows = [("Kent", *row) for row in MIX] + [("Essex", *row) for row in MIX[4:]]
        data = tally_of(rows, "force", coverage=["force", "period"])
        assert (
            outcome_rate_split(data, **ASKED).reason
            == "not like for like: supplied for one only: Essex; like_for_like='match' leaves out what one side lacks"
        )

    def test_crimes(self):
        """On the closed basis, out of crimes recorded by offence; a rate may pass 100%."""
        crimes = Tally.from_columns(
            {"period": [y for y in YEARS for _ in range(2)], "offence": ["theft", "drugs"] * 2},
            [800, 100, 900, 100],
        )
        asked = ASKED | {"basis": "closed", "out_of": "crimes", "crimes": crimes}
        found = outcome_rate_split(tally_of(MIX), **asked)
        change = outcome_rate_change(tally_of(MIX), **{k: v for k, v in asked.items() if k != "of"})
        assert found.points == pytest.approx(change.points)
        drugs = outcome_rate_drivers(tally_of(MIX), **asked).at(offence="drugs")
        assert (drugs.old_rate, drugs.new_rate) == (1.2, 0.65)
        fewer = crimes.where(offence="theft")
        assert outcome_rate_split(tally_of(MIX), **asked | {"crimes": fewer}).reason == (
            "not like for like: outcomes and crimes differ in offence, only one has drugs"
        )
        none = crimes + Tally.from_columns({"period": ["2022/23"], "offence": ["drugs"]}, [-100])
        assert outcome_rate_split(tally_of(MIX), **asked | {"crimes": none}).reason == (
            "not available: of offence drugs, no crimes recorded in 2022/23"
        )
        two = Tally.from_columns(
            {
                "force": ["Kent"] * 4 + ["Essex"] * 2,
                "period": [*crimes.to_dict()["period"], "2023/24", "2023/24"],
                "offence": [*crimes.to_dict()["offence"], "theft", "drugs"],
            },
            [*crimes.to_dict()["count"], 5, 5],
            coverage=["force", "period"],
        )
        assert outcome_rate_split(tally_of(MIX), **asked | {"crimes": two}).reason == (
            "not like for like: supplied for one only: Essex (of the crimes)"
        )

    def test_a_category_of_crimes_without_outcomes(self):
        """An offence that has crimes and no outcome at all is a row, with a rate of 0, and lowers the whole as it grows."""
        crimes = Tally.from_columns(
            {"period": [y for y in YEARS for _ in range(3)], "offence": ["theft", "drugs", "fraud"] * 2},
            [800, 200, 100, 900, 100, 200],
            coverage="period",
        )
        data = tally_of(MIX, coverage="period")
        asked = ASKED | {"basis": "closed", "out_of": "crimes", "crimes": crimes}
        fraud = outcome_rate_drivers(data, **asked).at(offence="fraud")
        assert (fraud.old_rate, fraud.within) == (0, 0)
        positive = [sum(n for p, _, c, n in MIX if p == year and c == "1") for year in YEARS]
        mean = (positive[0] / 1100 + positive[1] / 1200) / 2
        assert fraud.mix == pytest.approx(100 * (200 / 1200 - 100 / 1100) * (0 - mean))
        assert fraud.new_share == pytest.approx(200 / 1200)

    @pytest.mark.parametrize("make", [tally_of, lambda rows: pd.DataFrame(rows, columns=COLUMNS)])
    def test_a_category_of_crimes_without_outcomes_or_coverage(self, make):
        """Nobody knows whether its outcomes came in. A frame is what its tally is, and the split refuses as the change does."""
        crimes = Tally.from_columns(
            {"period": [y for y in YEARS for _ in range(3)], "offence": ["theft", "drugs", "fraud"] * 2},
            [800, 200, 100, 900, 100, 200],
        )
        data = make(MIX)
        asked = CLOSED | {"crimes": crimes, "count": "n" if isinstance(data, pd.DataFrame) else None}
        reason = "not like for like: outcomes and crimes differ in offence, only one has fraud"
        assert outcome_rate_split(data, **asked).reason == reason
        del asked["of"], asked["count"]
        assert outcome_rate_change(tally_of(MIX), **asked).reason == reason

    @pytest.mark.parametrize(
        ("basis", "reason"),
        [("closed", None), ("recorded", "not available: of offence fraud, no crimes recorded in 2022/23")],
    )
    def test_a_category_of_outcomes_without_crimes(self, basis, reason):
        """Outcomes, none of them positive, of crimes of an earlier year: on the closed basis that can be."""
        years = [y for y in YEARS for _ in range(3)]
        crimes = Tally.from_columns(
            {"period": years, "offence": ["theft", "drugs", "fraud"] * 2}, [900, 200, 0, 1000, 100, 50]
        )
        data = tally_of([*MIX, ("2022/23", "fraud", "18", 3), ("2023/24", "fraud", "18", 3)])
        found = outcome_rate_split(data, **ASKED | {"basis": basis, "out_of": "crimes", "crimes": crimes})
        assert found.reason == reason
        if reason is None:
            # 160 charged of 1,100 crimes before, 119 of 1,150 then.
            assert found.within + found.mix == pytest.approx(100 * (119 / 1150 - 160 / 1100))

    def test_corrections(self):
        """A category below zero, or with more positive outcomes than outcomes, has no rate of its own."""
        below = tally_of([*MIX, ("2022/23", "fraud", "18", -5)])
        assert outcome_rate_split(below, **ASKED).reason.startswith(
            "not available: of offence fraud, a total of −5 in 2022/23, below zero"
        )
        more = tally_of([*MIX, ("2023/24", "fraud", "18", -5), ("2023/24", "fraud", "1", 9)])
        assert (
            "of offence fraud, 9 positive outcomes in 2023/24, more than the 4 outcomes"
            in outcome_rate_split(more, **ASKED).reason
        )
        nothing = tally_of([*MIX, ("2022/23", "fraud", "18", 0), ("2023/24", "fraud", "1", 0)])
        assert outcome_rate_split(nothing, **ASKED).mix == pytest.approx(-5.7)

    def test_definition_that_changed(self):
        """The caveat of a type that was not in use travels with the split as with the change."""
        rows = [("2018/19" if p == YEARS[0] else "2021/22", o, c, n) for p, o, c, n in MIX]
        asked = ASKED | {"between": ("2018/19", "2021/22"), "positive": "positive-dashboard"}
        assert outcome_rate_split(tally_of(rows), **asked).caveat.startswith(
            "the definition changed between the two: type 22"
        )
        assert outcome_rate_drivers(tally_of(rows), **asked, caveat="new system")[0].caveat.startswith(
            "new system; the def"
        )

    @pytest.mark.parametrize("function", [outcome_rate_split, outcome_rate_drivers])
    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"of": "period"}, InvalidInputError, "of must name another dimension"),
            ({"of": "outcome"}, InvalidInputError, "of must name another dimension"),
            ({"of": "offence", "by": "offence"}, InvalidInputError, "of must name another dimension"),
            ({"of": "group"}, UnknownNameError, "'group'"),
            ({"of": None}, InvalidTypeError, "of must be text"),
            ({"by": "period"}, InvalidInputError, "by must not name the period dimension"),
            ({"between": YEARS[::-1]}, InvalidInputError, "Swap them"),
            ({"positive": None}, InvalidTypeError, "positive= is required and has no default"),
            ({"basis": "closed", "out_of": "crimes"}, ChoiceNeededError, "crimes= must be given"),
            (
                {"out_of": "crimes", "crimes": {"theft": 5}},
                InvalidTypeError,
                "crimes must be a Tally with the dimensions 'offence' and 'period'",
            ),
            (
                {"out_of": "crimes", "crimes": Tally.from_columns({"period": list(YEARS)}, [5, 6])},
                UnknownNameError,
                "keeps 'offence'",
            ),
            ({"caveat": 3}, InvalidTypeError, "caveat"),
        ],
    )
    def test_refused(self, function, options, error, message):
        with pytest.raises(error, match=message):
            function(tally_of(MIX), **ASKED | options)


# No outcome is the sum of others by accident, which would be refused as a total: the last three digits tell them apart.
DIGITS = {"1": 1, "18": 10, "8": 100}
CELLS = st.dictionaries(
    st.tuples(st.sampled_from(YEARS), st.sampled_from("abcd"), st.sampled_from([*DIGITS])),
    st.integers(0, 1000),
    min_size=1,
).map(lambda cells: {key: n and 1000 * n + DIGITS[key[-1]] for key, n in cells.items()})


class TestLaws:
    @settings(max_examples=40)
    @given(CELLS)
    def test_parts_add_up(self, cells):
        """Within and mix add up to the change exactly, and the categories to them."""
        rows = [(*key, n) for key, n in cells.items()]
        rows += [(y, "a", c, 1) for y in YEARS for c in ("1", "18")]
        data = tally_of(rows, coverage="period")
        split = outcome_rate_split(data, **ASKED)
        change = outcome_rate_change(data, between=YEARS, **CHARGED)
        assert split.within + split.mix == split.points
        assert split.points == pytest.approx(change.points, abs=1e-9)
        assert (split.old, split.new) == (change.old, change.new)
        table = outcome_rate_drivers(data, **ASKED)
        for name in ("points", "within", "mix"):
            assert table[name].sum() == pytest.approx(getattr(split, name), abs=1e-9)

    @given(CELLS)
    def test_there_and_back(self, cells):
        """Exchanging the periods turns every sign."""
        rows = [(*key, n) for key, n in cells.items()] + [(y, "a", "18", 1) for y in YEARS]
        there = outcome_rate_split(tally_of(rows, coverage="period"), **ASKED)
        turned = [(YEARS[p == YEARS[0]], *row) for p, *row in rows]
        back = outcome_rate_split(tally_of(turned, coverage="period"), **ASKED)
        assert (there.within, there.mix) == pytest.approx((-back.within, -back.mix), abs=1e-9)

    @given(CELLS)
    def test_a_finer_split_of_nothing(self, cells):
        """Cutting each category in two halves alike changes neither part."""
        rows = [(*key, 2 * n) for key, n in cells.items()] + [(y, "a", "18", 2) for y in YEARS]
        halves = [(p, o + half, c, n // 2) for p, o, c, n in rows for half in "xy"]
        one, two = (outcome_rate_split(tally_of(r, coverage="period"), **ASKED) for r in (rows, halves))
        assert (one.within, one.mix) == pytest.approx((two.within, two.mix), abs=1e-9)

    @given(CELLS)
    def test_kernel_by_group(self, cells):
        """What the kernel keeps by group adds up to what it adds up itself."""
        counts = np.zeros((2, 4, 2))
        for (year, offence, code), n in cells.items():
            counts[YEARS.index(year), "abcd".index(offence), int(code == "1")] += n
        counts[:, 0, :] += 1
        whole = counts.sum(axis=2)
        shares = whole / whole.sum(axis=1, keepdims=True)
        rates = np.where(whole > 0, counts[:, :, 1] / np.where(whole > 0, whole, 1), np.nan)
        arguments = shares[0], rates[0], shares[1], rates[1]
        parts, sums = kitagawa_parts(*arguments), kitagawa(*arguments)
        assert [p.sum() for p in parts] == pytest.approx(sums, abs=1e-12)


def test_real_split_by_force(shared_data):
    """The national rate of 2024/25 to 2025/26, split by force: 44 rows that add up to the change."""
    with (shared_data / "outcomes" / "ho_outcomes_force_year.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            r for r in csv.DictReader(file) if r["basis"] == "recorded" and r["financial_year"] != "2014/15"
        ]
    cells = [
        (r["financial_year"], r["force"], code, n)
        for r in rows
        for code, n in (
            ("1", int(r["charged_summonsed_t1"])),
            ("other", int(r["assigned_total"]) - int(r["charged_summonsed_t1"])),
        )
    ]
    data = Tally.from_columns(
        dict(zip(("period", "force", "outcome"), list(zip(*cells, strict=True))[:3], strict=True)),
        [c[-1] for c in cells],
    )
    asked = {"between": ("2024/25", "2025/26"), "of": "force"} | CHARGED
    split, table = outcome_rate_split(data, **asked), outcome_rate_drivers(data, **asked)
    assert len(table) == 44
    assert table["points"].sum() == pytest.approx(split.points)
    assert f"{100 * split.new:.2f}" == "9.23"
    assert split.within + split.mix == split.points


def test_cohorts_that_are_still_open():
    """How much of either cohort is open is said with the split, and with what each category added."""
    data = Tally.from_columns(
        {
            "period": ["2022/23"] * 6 + ["2023/24"] * 6,
            "offence": ["theft"] * 3 + ["drugs"] * 3 + ["theft"] * 3 + ["drugs"] * 3,
            "outcome": ["0", "1", "18"] * 4,
        },
        [5, 10, 35, 5, 25, 20, 10, 10, 30, 30, 10, 10],
    )
    asked = {"between": ("2022/23", "2023/24"), "of": "offence", "positive": "charged"}
    asked |= {"basis": "recorded", "out_of": "crimes"}
    said = " The later cohort is the less mature: 40.0% of its crimes have no outcome yet, of the earlier 10.0%; project_outcome_rate brings both to one age."
    split = outcome_rate_split(data, **asked)
    assert (split.old_share_not_yet_assigned, split.new_share_not_yet_assigned) == (0.1, 0.4)
    assert str(split).endswith(said)
    assert all(str(driver).endswith(said) for driver in outcome_rate_drivers(data, **asked))


def test_a_cohort_of_which_it_is_not_known():
    """Where one of two cohorts does not tell how many wait, that is said."""
    asked = {"positive": "charged", "basis": "recorded", "out_of": "crimes"}
    known = positive_outcome_rate(10, 100, **asked, not_yet_assigned=20)
    unknown = positive_outcome_rate(20, 100, **asked)
    assert str(outcome_rate_change(unknown, known)).endswith(
        " Of the crimes of the later cohort 20.0% have no outcome yet; of the earlier that is not known."
    )
    assert str(outcome_rate_change(known, unknown)).endswith(
        " Of the crimes of the earlier cohort 20.0% have no outcome yet; of the later that is not known."
    )


class TestOutOfCrimes:
    """A closed rate out of the crimes of each category, given beside the outcomes."""

    CRIMES = Tally.from_columns(
        {"period": [YEARS[0]] * 2 + [YEARS[1]] * 2, "offence": ["theft", "drugs"] * 2}, [800, 200, 900, 100]
    )

    def test_as_the_worked_example(self):
        found = outcome_rate_split(tally_of(MIX), **CLOSED, crimes=self.CRIMES)
        assert (found.old, found.new, found.reason) == (0.16, 0.119, None)
        assert f"{found.within:+.1f} {found.mix:+.1f}" == "+1.6 -5.7"

    def test_a_category_without_crimes(self):
        """Positive outcomes of no crimes are a fault."""
        crimes = self.CRIMES + Tally.from_columns({"period": [*YEARS], "offence": ["other"] * 2}, [0, 0])
        data = tally_of([*MIX, (YEARS[0], "other", "1", 5), (YEARS[1], "other", "1", 5)])
        assert "of offence other" in outcome_rate_split(data, **CLOSED, crimes=crimes).reason

    def test_forces_without_outcomes(self):
        """Crimes of a force that has no outcomes belong to no group."""
        outcomes = tally_of([("Kent", *row) for row in MIX], "force")
        both = Tally.from_columns(
            {"force": ["Kent"] * 4 + ["Essex"] * 4, "period": [YEARS[0], YEARS[0], YEARS[1], YEARS[1]] * 2,
             "offence": ["theft", "drugs"] * 4}, [800, 200, 900, 100, 1, 2, 3, 4],
        )  # fmt: skip
        table = outcome_rate_split(outcomes, **CLOSED, crimes=both, by="force")
        assert (len(table), table.at(force="Kent").points) == (1, pytest.approx(-4.1))
        drivers = outcome_rate_drivers(outcomes, **CLOSED, crimes=both, by="force")
        assert drivers["old_share"].tolist() == [0.2, 0.8]

    def test_crimes_of_two_bases(self):
        wide = Tally.from_columns(
            {"period": [*YEARS] * 2, "offence": ["theft"] * 4, "basis": ["closed"] * 2 + ["recorded"] * 2},
            [1] * 4,
        )
        with pytest.raises(InvalidInputError, match="several labels of 'basis'"):
            outcome_rate_split(tally_of(MIX), **CLOSED, crimes=wide)

    def test_corrections(self):
        """Charges taken back, more than there were, make no rate."""
        more = [*MIX, (YEARS[0], "other", "1", -1), (YEARS[0], "other", "18", 3)]
        assert "offence other" in outcome_rate_split(tally_of(more), **ASKED).reason

    def test_what_was_left_out(self):
        found = outcome_rate_split(tally_of([*MIX, (YEARS[0], "F", "18", 7)]).drop(offence="F"), **ASKED)
        assert found.exclusions.excluded == 7


@pytest.mark.parametrize(
    ("shares", "rate", "says"),
    [
        ((0.2, 0.3), 0.13, "above that of the whole, which a larger share raises"),
        ((0.3, 0.2), 0.13, "above that of the whole, which a smaller share lowers"),
        ((0.2, 0.3), 0.12, "below that of the whole, which a larger share lowers"),
        ((0.3, 0.2), 0.12, "below that of the whole, which a smaller share raises"),
        ((0.2, 0.2), 0.13, ""),
        ((0.2, 0.3), 0.125, ""),
    ],
)
def test_which_way_a_share_pulls(shares, rate, says):
    """Beside a whole of 10% and then 15%, 12.5% in the mean."""
    driver = attrs.evolve(
        outcome_rate_drivers(tally_of(MIX), **ASKED)[0],
        old_share=shares[0], new_share=shares[1], old_rate=rate, new_rate=rate, whole_old=0.1, whole_new=0.15,
    )  # fmt: skip
    assert driver._pull.removeprefix("; at a rate ") == says
