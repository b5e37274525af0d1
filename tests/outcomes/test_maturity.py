"""The maturity curve from crime month by outcome month: worked by hand, by a plain reckoner, and its laws."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import (
    OutcomeSet,
    Period,
    Results,
    Tally,
    intervals,
    outcome_maturity,
    positive_outcome_rate,
)
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.figures import OutcomeMaturity
from policemetrics.outcomes import maturity

MONTHS = [f"2024-{m:02d}" for m in range(1, 7)]
CURVE = {"positive": "charged", "as_at": "2024-03", "blank": "not_yet_assigned"}

# Three months of 100 crimes, as they stand at the end of March: month of crime, of outcome, type, crimes.
ROWS = [
    ("2024-01", "2024-01", "1", 10),
    ("2024-01", "2024-01", "18", 30),
    ("2024-01", "2024-02", "1", 12),
    ("2024-01", "2024-03", "1", 6),
    ("2024-01", "2024-03", "18", 2),
    ("2024-01", None, "0", 40),
    ("2024-02", "2024-02", "1", 8),
    ("2024-02", "2024-02", "18", 32),
    ("2024-02", "2024-03", "1", 6),
    ("2024-02", None, "0", 54),
    ("2024-03", "2024-03", "1", 9),
    ("2024-03", "2024-03", "18", 21),
    ("2024-03", None, None, 70),
]
COLUMNS = ("period", "outcome_period", "outcome", "n")


def tally_of(rows, *dims, **options):
    columns = {d: [row[i] for row in rows] for i, d in enumerate((*dims, *COLUMNS[:3]))}
    return Tally.from_columns(columns, [row[-1] for row in rows], **options)


def frame_of(rows, make=pd.DataFrame):
    return make({name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)})


def index(month):
    return 12 * int(month[:4]) + int(month[5:])


def reckoned(rows, last, positive=("1",)):
    """The curve by exact fractions, crime by crime in words: an independent reckoner."""
    alive, share, found, age = Fraction(1), Fraction(0), [], 0
    last = index(last)
    while any(last - index(row[0]) >= age for row in rows):
        waiting = hits = others = 0
        for crime, outcome, code, n in rows:
            if last - index(crime) < age:
                continue
            given = code not in {"0", None} and index(outcome) <= last
            at = index(outcome) - index(crime) if given else None
            if at is not None and at < age:
                continue
            waiting += n
            if at == age:
                hits, others = (hits + n, others) if code in positive else (hits, others + n)
        if waiting:
            share += alive * Fraction(hits, waiting)
            alive *= 1 - Fraction(hits + others, waiting)
        elif alive:
            share = None
            found.append(None)
            break
        found.append(share)
        age += 1
    return found


class TestByHand:
    def test_three_cohorts(self):
        """27 of 300 at once; then 18 of the 114 open in two cohorts; then 6 of the 48 of January."""
        table = outcome_maturity(tally_of(ROWS), **CURVE)
        assert table["months"].tolist() == [0, 1, 2]
        assert table["at_risk"].tolist() == [300, 120, 48]
        assert table["positive"].tolist() == [27, 18, 6]
        assert table["other"].tolist() == [83, 0, 2]
        assert table["censored"].tolist() == [70, 54, 40]
        assert table["cohorts"].tolist() == [3, 2, 1]
        first = 27 / 300
        second = first + (190 / 300) * 18 / 120
        third = second + (190 / 300) * (102 / 120) * 6 / 48
        assert table["share"] == pytest.approx([first, second, third])
        assert table["assigned"] == pytest.approx(
            [110 / 300, 1 - (190 / 300) * (102 / 120), 1 - (190 / 300) * (102 / 120) * (40 / 48)]
        )

    def test_one_cohort_is_a_plain_share(self):
        """By month of recording a curve is what was given by then, out of all, with Wilson's interval."""
        table = outcome_maturity(tally_of(ROWS), **CURVE, by="period")
        assert table["period"].tolist() == ["2024-01"] * 3 + ["2024-02"] * 2 + ["2024-03"]
        positive = np.array([10, 22, 28, 8, 14, 9])
        assert table["share"] == pytest.approx(positive / 100)
        low, high = intervals.wilson(positive, 100)
        assert table["share_low"] == pytest.approx(low)
        assert table["share_high"] == pytest.approx(high)
        assert table["cohorts"].tolist() == [1] * 6

    def test_ends_where_the_rate_stands(self):
        """The last month of a cohort's curve is its rate on the recorded basis, which this explains."""
        codes = [(crime, code or "0", n) for crime, _, code, n in ROWS]
        periods, types, counts = zip(*codes, strict=True)
        rates = positive_outcome_rate(
            Tally.from_columns({"period": periods, "outcome": types}, counts),
            positive="charged", basis="recorded", out_of="crimes", by="period",
        )  # fmt: skip
        table = outcome_maturity(tally_of(ROWS), **CURVE, by="period")
        last = {f.group["period"]: f.share for f in table}
        assert list(last.values()) == pytest.approx(rates["rate"].tolist())

    def test_open_crimes_are_no_failures(self):
        """Left out, or taken for failures, they would give another share than the two older cohorts show."""
        pooled = outcome_maturity(tally_of(ROWS), **CURVE).at(months=1).share
        failures = (27 + 18) / 300
        assert pooled == pytest.approx(0.185)
        assert pooled > failures
        older = (18 + 18) / 200
        assert abs(pooled - older) < abs(failures - older)

    def test_by_group(self):
        """Each offence group has a curve of its own, no longer than it is followed."""
        rows = [("theft", *row) for row in ROWS] + [
            ("drugs", "2024-03", "2024-03", "1", 60),
            ("drugs", "2024-03", None, "0", 40),
        ]
        table = outcome_maturity(tally_of(rows, "group"), **CURVE, by="group")
        assert table["group"].tolist() == ["drugs"] + ["theft"] * 3
        assert table.at(group="drugs").share == 0.6
        alone = outcome_maturity(tally_of(ROWS), **CURVE)
        np.testing.assert_allclose(table[1:]["share"], alone["share"])
        np.testing.assert_allclose(table[1:]["share_high"], alone["share_high"])

    def test_sentence(self):
        """What a board paper would say; the limits are those of the standard error of statsmodels 0.15.0."""
        table = outcome_maturity(tally_of(ROWS), **CURVE)
        assert isinstance(table[0], OutcomeMaturity)
        assert str(table[0]).startswith(
            "months 0: 9.00% of crimes recorded had a positive outcome by the end of the month in which they were recorded"
        )
        assert str(table[1]) == (
            "months 1: 18.50% of crimes recorded had a positive outcome within 1 month after the month in which they were "
            "recorded (charged, 95% interval 14.00% to 24.04%); 46.17% had any outcome by then (2 months of recording "
            "followed so long, as at March 2024)."
        )
        assert "within 2 months" in str(table[2])
        assert "(1 month of recording" in str(table[2])
        assert table[0].interval.method == "aalen-johansen, wilson"
        assert (table[0].outcome_types, table[0].as_at) == (("1",), "2024-03")


class TestInput:
    @pytest.mark.parametrize(
        "make",
        [
            pd.DataFrame,
            pl.DataFrame,
            lambda c: pl.DataFrame(c).lazy(),
            lambda c: duckdb.from_arrow(pl.DataFrame(c).to_arrow()),
        ],
        ids=["pandas", "polars", "lazy", "duckdb"],
    )
    def test_frames(self, make):
        """Blank months and types are crimes still open: counted, and none of them in the ledger."""
        table = outcome_maturity(frame_of(ROWS, make), **CURVE, count="n")
        expected = outcome_maturity(tally_of(ROWS), **CURVE)
        np.testing.assert_array_equal(table["share"], expected["share"])
        assert table[0].exclusions.counted == 300
        assert table[0].exclusions.excluded == 0

    def test_rows_one_a_crime(self):
        """A frame of crimes, one row each, under the names of its file."""
        rows = [row[:3] for row in ROWS for _ in range(row[3])]
        frame = pd.DataFrame(rows, columns=["recorded", "decided", "Last outcome category"])
        frame["Last outcome category"] = frame["Last outcome category"].map(
            {
                "1": "Suspect charged",
                "18": "Investigation complete; no suspect identified",
                "0": "Under investigation",
            }
        )
        table = outcome_maturity(
            frame, **CURVE, period="recorded", outcome_period="decided", outcome="Last outcome category"
        )
        assert table["share"] == pytest.approx(outcome_maturity(tally_of(ROWS), **CURVE)["share"])

    def test_type_0_with_a_month(self):
        """A crime without an outcome has none, whatever month stands beside it: any text will do."""
        rows, plain = (
            [(c, other if o is None else o, code or "0", n) for c, o, code, n in ROWS] for other in ("", None)
        )
        assert outcome_maturity(tally_of(rows), **CURVE) == outcome_maturity(tally_of(plain), **CURVE)

    @pytest.mark.parametrize(
        "as_at",
        ["2024-03", "March 2024", dt.date(2024, 3, 31), "2024-04-29", Period.month(2024, 3), "31 March 2024"],
    )
    def test_extract(self, as_at):
        """A day stands for the last month that is over on it."""
        assert outcome_maturity(tally_of(ROWS), **CURVE | {"as_at": as_at}) == outcome_maturity(
            tally_of(ROWS), **CURVE
        )

    def test_an_earlier_extract(self):
        """As at February March's crimes are not known, and outcomes of March not given yet."""
        table = outcome_maturity(tally_of(ROWS), **CURVE | {"as_at": "2024-02"})
        assert table["share"] == pytest.approx([18 / 200, 18 / 200 + (120 / 200) * 12 / 60])
        assert table["censored"].tolist() == [60, 48]
        assert table[0].exclusions.reasons == {"recorded after the extract": 100}

    def test_a_later_extract(self):
        """Months without a new outcome are followed too."""
        table = outcome_maturity(tally_of(ROWS), **CURVE | {"as_at": "2024-05"})
        assert table["months"].tolist() == [0, 1, 2, 3, 4]
        assert table["at_risk"].tolist() == [
            300,
            190,
            172,
            110 - 16,
            40,
        ]  # of March 70 stay to age 2, of February 54 to 3
        assert table["share"][-1] == pytest.approx(table["share"][2])

    def test_what_is_left_out(self):
        """Outcomes before their crime, and those without a month, are excluded by name; all rows are accounted for."""
        rows = [
            *ROWS,
            ("2024-02", "2024-01", "1", 3),
            ("2024-02", None, "18", 4),
            ("2024-02", "2024-03", None, 5),
        ]
        table = outcome_maturity(tally_of(rows), **CURVE | {"blank": "excluded"})
        assert table[0].exclusions.reasons == {
            "missing outcome": 5,
            "missing outcome_period": 4 + 70,  # which lack their outcome as well
            "outcome before the crime": 3,
        }
        assert table[0].exclusions.counted + table[0].exclusions.excluded == 312
        rest = tally_of([row for row in ROWS if row[2]])
        assert table["share"] == pytest.approx(outcome_maturity(rest, **CURVE)["share"])
        assert str(table[0]).startswith(
            "months 0: 11.74% of crimes whose outcome is not blank had a positive"
        )

    def test_blank_outcomes(self):
        """A blank type is asked for; open, it is type 0, whatever month stands beside it, as in the rate."""
        rows = [*ROWS, ("2024-02", "2024-03", None, 5)]
        with pytest.raises(ChoiceNeededError, match="75 of 305 counts have a blank 'outcome'") as caught:
            outcome_maturity(tally_of(rows), as_at="2024-03")
        assert [note.code for note in caught.value.notes] == ["choose-positive", "choose-blank"]
        assert caught.value.call == (
            "outcome_maturity(data, positive='charged', as_at='2024-03', blank='not_yet_assigned')"
        )
        opened = [(c, None, "0", n) if code is None else (c, o, code, n) for c, o, code, n in rows]
        expected = outcome_maturity(tally_of(opened), **CURVE)
        found = outcome_maturity(tally_of(rows), **CURVE)
        for name in ("share", "share_high", "at_risk", "censored"):
            np.testing.assert_array_equal(found[name], expected[name])
        assert (found[0].blank, expected[0].blank) == ("not_yet_assigned", "")

    @pytest.mark.parametrize("blank", ["not_yet_assigned", "excluded"])
    def test_blanks_as_in_the_rate(self, blank):
        """The curve of one old cohort ends where its rate stands, whatever blanks are."""
        rows = [("2024-01", "2024-01", "1", 10), ("2024-01", "2024-02", "18", 5), ("2024-01", None, "0", 15)]
        rows += [("2024-01", None, None, 60), ("2024-01", "2024-02", None, 10)]
        curve = outcome_maturity(tally_of(rows), **CURVE | {"blank": blank})
        asked = {"positive": "charged", "basis": "recorded", "out_of": "crimes", "blank": blank}
        counted = Tally.from_columns({"outcome": [row[2] for row in rows]}, [row[-1] for row in rows])
        rate = positive_outcome_rate(counted, **asked)
        assert curve["share"][-1] == pytest.approx(rate.rate)
        assert rate.rate == (0.1 if blank == "not_yet_assigned" else pytest.approx(1 / 3))

    def test_dropped_and_missing_dimensions(self):
        """What the caller dropped stays out; an open crime without a group belongs to none."""
        rows = [("theft", *row) for row in ROWS] + [(None, "2024-01", None, "0", 7), ("rest", *ROWS[0])]
        data = tally_of(rows, "group").drop(group="rest")
        table = outcome_maturity(data, **CURVE, by="group")
        assert table["group"].tolist() == ["(missing)"] + ["theft"] * 3
        assert table[0].reason == "not available: all counts were excluded (missing group 7)"
        assert table.at(group="theft", months=0).share == pytest.approx(0.09)

    def test_not_supplied(self):
        """A group whose figures were not supplied has no curve, and says why; coverage alone is no crime."""
        rows = [(f, *row) for f in ("Kent", "Essex") for row in ROWS]
        data = tally_of(rows, "force", coverage=["force", "period"])
        marked = data.not_supplied("sent too late", force="Essex")
        table = outcome_maturity(marked, **CURVE, by="force")
        essex = table.at(force="Essex")
        assert essex.reason == "not available: sent too late"
        assert np.isnan(essex.share)
        assert str(essex).startswith(
            "Essex, months 0: positive outcomes by age of the crime (charged): not available: sent too late."
        )
        assert len(table) == 4
        zero = tally_of([("Kent", *ROWS[0]), ("Essex", "2024-01", "2024-01", "1", 0)], "force")
        assert (
            outcome_maturity(zero, **CURVE, by="force").at(force="Essex", months=0).reason
            == "not available: no crimes recorded"
        )

    def test_corrections(self):
        """Corrections count; below zero in a month of age there is no curve."""
        found = outcome_maturity(
            tally_of([*ROWS, ("2024-01", "2024-02", "1", -2), ("2024-01", None, "0", 2)]), **CURVE
        )
        assert found.at(months=1).positive == 16
        below = outcome_maturity(tally_of([*ROWS, ("2024-01", "2024-02", "1", -30)]), **CURVE)
        assert len(below) == 1
        assert below[0].reason == (
            "not available: a total below zero 1 month after the crime: corrections outweigh what was recorded"
        )

    def test_nobody_followed(self):
        """Where the crimes still open are all younger, later ages are not available."""
        rows = [("2024-01", "2024-01", "18", 10), ("2024-03", None, "0", 10)]
        table = outcome_maturity(tally_of(rows), **CURVE)
        assert table["reason"].tolist() == [
            None,
            "not available: of the crimes still open none was followed for 1 months",
            "not available: of the crimes still open none was followed for 2 months",
        ]

    def test_no_rows(self):
        """An empty table has no curve."""
        empty = Tally.from_columns({d: [] for d in COLUMNS[:3]}, [])
        assert outcome_maturity(empty, **CURVE)[0].reason == "not available: no rows"
        assert len(outcome_maturity(empty, **CURVE, by="period")) == 0

    def test_nothing_but_open_crimes(self):
        """A cohort without any outcome has a share of 0, and limits."""
        table = outcome_maturity(tally_of([("2024-02", None, None, 20)]), **CURVE)
        assert table["share"].tolist() == [0, 0]
        assert table["share_high"] == pytest.approx([intervals.wilson(0, 20)[1]] * 2)

    def test_caveat(self):
        """Types that did not exist when the crimes were recorded are named, cohort by cohort."""
        rows = [
            ("2018-12", "2019-01", "1", 5),
            ("2019-04", "2019-05", "1", 5),
            ("2021-04", "2021-04", "1", 5),
        ]
        table = outcome_maturity(
            tally_of(rows), positive=OutcomeSet(["1", "22"], name="ours"), as_at="2021-05", by="period"
        )
        caveats = {f.group["period"]: f.caveat for f in table}
        assert caveats["2018-12"] == (
            "type 22 was not in use when the crimes of December 2018 were recorded (in use from April 2019)"
        )
        assert caveats["2021-04"] == ""

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            (
                {"as_at": "soon"},
                InvalidInputError,
                "as_at must be a date, .* the last month that the extract holds in full; got 'soon'",
            ),
            ({"as_at": 202403}, InvalidTypeError, "as_at must be a date, or text"),
            ({"positive": None}, InvalidTypeError, "positive= is required and has no default"),
            ({"by": "outcome"}, InvalidInputError, "must not name the outcome dimension"),
            ({"by": "outcome_period"}, InvalidInputError, "must not name the outcome period dimension"),
            ({"period": "outcome"}, InvalidInputError, "must name three dimensions"),
            ({"outcome_period": "period"}, InvalidInputError, "must name three dimensions"),
            ({"by": "group"}, UnknownNameError, "no dimension 'group'"),
            ({"outcome_period": "decided"}, UnknownNameError, "no dimension 'decided'"),
            ({"confidence_level": 95}, InvalidInputError, "Did you mean 0.95"),
        ],
    )
    def test_refused(self, options, error, message):
        with pytest.raises(error, match=message):
            outcome_maturity(tally_of(ROWS), **CURVE | options)

    def test_refused_by_its_labels(self):
        """Ages are of months; a dimension called "months" would be taken for them; overlaps do not add."""
        quarters = tally_of([("2024-Q1", "2024-Q1", "1", 5)])
        with pytest.raises(InvalidInputError, match="'period' must hold single months"):
            outcome_maturity(quarters, **CURVE)
        with pytest.raises(InvalidInputError, match="'outcome_period' must hold single months"):
            outcome_maturity(tally_of([("2024-01", "2023/24", "1", 5)]), **CURVE)
        named = tally_of([("a", *row) for row in ROWS], "months")
        with pytest.raises(InvalidInputError, match="by must not name 'months'"):
            outcome_maturity(named, **CURVE, by="months")
        twice = tally_of([(f, *row) for f in ("a", "total") for row in ROWS], "area", overlapping="area")
        with pytest.raises(InvalidInputError, match="overlap and do not add up"):
            outcome_maturity(twice, **CURVE)
        assert outcome_maturity(twice, **CURVE, by="area").at(area="a", months=0).share == pytest.approx(0.09)


ROW = st.tuples(
    st.sampled_from(MONTHS), st.integers(0, 3), st.sampled_from(["0", "1", "8", "18"]), st.integers(0, 30)
)


def made(rows):
    """Rows with an outcome month so many months after the crime; type 0 has none."""
    found = []
    for crime, lag, code, n in rows:
        month = Period.parse(crime).shift(lag).label
        found.append((crime, None if code == "0" else month, code, n))
    return found


class TestLaws:
    @given(st.lists(ROW, min_size=1, max_size=12), st.sampled_from(MONTHS))
    def test_agrees_with_the_reckoner(self, rows, last):
        """The curve is that of exact fractions, crime by crime."""
        rows = [row for row in made(rows) if row[0] <= last]
        if not sum(row[-1] for row in rows):
            return
        table = outcome_maturity(tally_of(rows), positive="charged", as_at=last)
        expected = reckoned(rows, last)
        found = table["share"].tolist()
        for i, share in enumerate(expected):
            assert (share is None) == np.isnan(found[i])
            if share is not None:
                assert found[i] == pytest.approx(float(share))
        assert [r is None for r in table["reason"]] == (~np.isnan(table["share"])).tolist()

    @given(st.lists(ROW, min_size=1, max_size=12))
    def test_all_crimes_end_once(self, rows):
        """Positive, other and censored over all ages add up to the crimes counted."""
        rows = made(rows)
        table = outcome_maturity(tally_of(rows), positive="positive-dashboard", as_at="2024-06")
        if table[0].reason:
            return
        total = table["positive"].sum() + table["other"].sum() + table["censored"].sum()
        assert total == table["at_risk"][0] == sum(row[-1] for row in rows)

    @given(st.lists(ROW, min_size=1, max_size=12))
    def test_old_cohorts_need_no_estimate(self, rows):
        """Years later nothing is censored: the curve ends in the plain share of all crimes."""
        rows = made(rows)
        total = sum(row[-1] for row in rows)
        if not total:
            return
        table = outcome_maturity(tally_of(rows), positive="charged", as_at="2030-12")
        charged = sum(row[-1] for row in rows if row[2] == "1")
        assert table.at(months=6).share == pytest.approx(charged / total)
        assert table.at(months=6).interval.high == pytest.approx(intervals.wilson(charged, total)[1])

    @pytest.mark.filterwarnings("ignore::policemetrics.errors.OnlyPositiveOutcomesWarning")
    @given(st.lists(ROW, min_size=1, max_size=12))
    def test_outcomes_in_the_month_of_the_crime(self, rows):
        """Where every outcome falls in its crime's month, the curve is flat and the two bases agree."""
        rows = [(c, None if code == "0" else c, code, n) for c, _, code, n in rows]
        asked = {"positive": "positive-dashboard", "out_of": "outcomes", "by": "month"}
        given_rows = [row for row in rows if row[2] != "0"]
        if not sum(row[-1] for row in given_rows):
            return
        by_month = [
            positive_outcome_rate(
                Tally.from_columns(
                    {"month": [row[i] for row in given_rows], "outcome": [row[2] for row in given_rows]},
                    [row[-1] for row in given_rows],
                ),
                basis=basis,
                **asked,
            )
            for basis, i in (("recorded", 0), ("closed", 1))
        ]
        np.testing.assert_array_equal(by_month[0]["rate"], by_month[1]["rate"])
        curve = outcome_maturity(tally_of(rows), positive="positive-dashboard", as_at="2024-06")["share"]
        known = curve[~np.isnan(curve)]
        assert known == pytest.approx([known[0]] * len(known))

    @pytest.mark.parametrize("at_once", [1, 7, 20])
    def test_some_groups_at_a_time(self, monkeypatch, at_once):
        """Groups that are followed unequally long, one of them without crimes and one below zero."""
        rows = [
            (force, *row)
            for force, some in (("Kent", ROWS), ("Essex", ROWS[:5]), ("York", ROWS[6:]))
            for row in some
        ]
        rows += [("Avon", "2024-01", "2024-01", "1", 0), ("Dyfed", "2024-02", "2024-03", "1", -2)]
        asked = CURVE | {"by": "force"}
        whole = outcome_maturity(tally_of(rows, "force"), **asked)
        monkeypatch.setattr(maturity, "AT_ONCE", at_once)
        assert outcome_maturity(tally_of(rows, "force"), **asked) == whole
        for force in ("Kent", "Essex", "York"):
            alone = outcome_maturity(tally_of([row[1:] for row in rows if row[0] == force]), **CURVE)
            np.testing.assert_array_equal(whole["share"][whole["force"] == force], alone["share"])
        assert [f.reason for f in whole if f.group["force"] == "Avon"] == [
            "not available: no crimes recorded"
        ]
        (below,) = (f for f in whole if f.group["force"] == "Dyfed")
        assert below.reason.startswith("not available: a total below zero 1 month after the crime")

    def test_memory_is_that_of_what_was_looked_at(self):
        """Before, a long table holds little more than the counts; then a column, and what is worked out beside it does not grow."""
        groups, months = 4000, [f"{y}-{m:02d}" for y in range(2014, 2024) for m in range(1, 13)]
        columns = {
            "force": np.arange(groups),
            "period": np.array(months, dtype=object)[np.arange(groups) % 24],
        }
        columns |= {"outcome_period": columns["period"], "outcome": np.full(groups, "1", dtype=object)}
        data = Tally.from_columns(columns, np.ones(groups, dtype=np.int64))
        asked = {"positive": "charged", "as_at": "2023-12", "by": "force"}
        outcome_maturity(data, **asked)
        tracemalloc.start()
        table = outcome_maturity(data, **asked)
        made = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        column = table["share"].nbytes
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert column == 8 * len(table) > 800 * groups
        assert made < column
        assert kept < made + column + 2**16
        assert peak < kept + 64 * 2**20

    @given(st.lists(ROW, min_size=1, max_size=12), st.lists(ROW, min_size=1, max_size=12))
    def test_merging_lies_between(self, first, second):
        """In the month of the crime itself, where nothing is censored yet, a pooled share lies between the two."""
        both = [made(first), made(second)]
        shares = [outcome_maturity(tally_of(r), positive="charged", as_at="2024-06")[0].share for r in both]
        if np.isnan(shares).any():
            return
        pooled = outcome_maturity(tally_of(both[0]) + tally_of(both[1]), positive="charged", as_at="2024-06")[
            0
        ].share
        assert min(shares) - 1e-12 <= pooled <= max(shares) + 1e-12


class TestOnScreen:
    def test_exclusions_count_once(self):
        """Five crimes were left out, not five for each month of age; nor when tables are cut."""
        rows = [("2024-01", "2024-01", "1", 10), ("2024-01", None, "0", 90), ("2024-02", "2024-01", "1", 5)]
        table = outcome_maturity(tally_of(rows), positive="charged", as_at="2024-06")
        assert len(table) == 6
        assert "outcome before the crime 5" in repr(table)
        assert "outcome before the crime 5" in repr(table[2:])
        assert table[3].exclusions.excluded == 5
        both = Results._stack([table, table], {"table": ["a", "b"]})
        assert "outcome before the crime 10" in repr(both)

    def test_a_month_spelt_in_two_ways(self):
        """The crimes of January are one cohort, however their month is written."""
        rows = [("2024-01", "2024-01", "1", 10), ("Jan 2024", None, "0", 90), ("2024-02", None, "0", 5)]
        table = outcome_maturity(tally_of(rows), positive="charged", as_at="2024-02")
        assert table["cohorts"].tolist() == [2, 1]


def test_open_crimes_of_no_force_are_left_out():
    """In whatever order the dimensions come, what lacks its force is in no curve, though it is open."""
    rows = [(code, month, "Kent", crime, n) for crime, month, code, n in ROWS] + [
        (None, None, None, "2024-01", 5)
    ]
    names = ("outcome", "outcome_period", "force", "period")
    data = Tally.from_columns({d: [r[i] for r in rows] for i, d in enumerate(names)}, [r[-1] for r in rows])
    row = outcome_maturity(data, **CURVE, by="force").at(force="(missing)", months=0)
    assert row.reason == "not available: all counts were excluded (missing outcome_period 5)"


@pytest.mark.parametrize("label", ["2023-12", "2024-01", "2024-02", "2024-12"])
def test_months_have_numbers(label):
    """The last month that is over on its own last day is the month itself."""
    assert maturity.month_label(maturity._last_month(Period.parse(label).end)) == label
