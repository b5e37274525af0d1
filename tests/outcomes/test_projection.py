"""Cohorts brought to maturity: by hand, by a plain reckoner of projection and back-test, and by their laws."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from policemetrics import Period, Tally, outcome_maturity, positive_outcome_rate, project_outcome_rate
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.incidence import cumulative_incidence, projected_incidence
from policemetrics.outcomes import projection

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
    ("2024-03", None, "0", 70),
]
COLUMNS = ("period", "outcome_period", "outcome")
ASKED = {"positive": "charged", "as_at": "2024-03", "until": 2}


def tally_of(rows, *dims, **options):
    columns = {d: [row[i] for row in rows] for i, d in enumerate((*dims, *COLUMNS))}
    return Tally.from_columns(columns, [row[-1] for row in rows], **options)


def month(number):
    return f"{2015 + number // 12}-{number % 12 + 1:02d}"


def cohorts_of(table, size):
    """Rows of cohorts, each with its events and others by age, as they stand after the last of them."""
    rows = []
    for at, ages in enumerate(table):
        left = size
        for age, (event, other) in enumerate(ages[: len(table) - at]):
            rows += [(month(at), month(at + age), "1", event), (month(at), month(at + age), "18", other)]
            left -= event + other
        rows.append((month(at), None, "0", left))
    return rows, month(len(table) - 1)


def steady(cohorts, ages, size=1000, seed=1):
    """Cohorts that mature alike, but for chance."""
    draw = np.random.default_rng(seed)
    chances = [(0.03 * 0.9**age, 0.1 * 0.9**age) for age in range(ages)]
    table = []
    for _ in range(cohorts):
        left, found = size, []
        for chance in chances:
            event, other, _ = draw.multinomial(left, [*chance, 1 - sum(chance)]).tolist()
            found.append((event, other))
            left -= event + other
        table.append(found)
    return table


def reckoned(table, size, until):
    """Plain loops: of each cohort x, o, the projection and the half of the band, as a chance of who is open."""
    last = len(table) - 1

    def chance(now, age):
        """The chance of who is open at an age, as it could be told at a month."""
        found, waiting = 0.0, 1.0
        for step in range(age + 1, until + 1):
            events = others = number = 0
            for at in range(max(now - step + 1, 0)):
                events += table[at][step][0]
                others += table[at][step][1]
                number += size - sum(map(sum, table[at][:step]))
            if not number:
                return math.nan if waiting else found
            found += waiting * events / number
            waiting *= 1 - (events + others) / number
        return found

    answer = []
    for at in range(last + 1):
        age = min(last - at, until)
        x = sum(event for event, _ in table[at][: age + 1])
        o = size - sum(map(sum, table[at][: age + 1]))
        errors = []
        for past in range(max(last - until + 1, 0)):
            then = chance(past + age, age)
            left = size - sum(map(sum, table[past][: age + 1]))
            if left and not math.isnan(then):
                came = sum(event for event, _ in table[past][age + 1 : until + 1]) / left
                errors.append(came - then)
        half = math.nan
        if len(errors) >= 6:
            half = stats.t.ppf(0.975, len(errors)) * math.sqrt(sum(e * e for e in errors) / len(errors))
        answer.append((x, o, chance(last, age), half, len(errors)))
    return answer


# ---- by hand ----------------------------------------------------------------------------


class TestByHand:
    def test_three_months(self):
        """Open at age 0: 18/120 and then 6/48; open at age 1: 6/48."""
        found = project_outcome_rate(tally_of(ROWS), **ASKED)
        assert (100 * found["projected"]).tolist() == pytest.approx([28, 20.75, 26.9375])
        assert found["positive"].tolist() == [28, 14, 9]
        assert found["still_open"].tolist() == [40, 54, 70]
        assert found["at_least"].tolist() == [0.28, 0.14, 0.09]
        assert found["at_most"].tolist() == pytest.approx([0.68, 0.68, 0.79])
        assert found["cohorts"].tolist() == [0, 1, 2]
        assert [row.leans_on for row in found] == ["", "January 2024", "January 2024 to February 2024"]

    def test_sentences(self):
        first, second, third = (f"{row:short}" for row in project_outcome_rate(tally_of(ROWS), **ASKED))
        assert first == (
            "2024-01: 28.00% of crimes recorded had a positive outcome 2 months after the month in which they were recorded "
            "(charged: 28 of 100, as at March 2024)."
        )
        assert second.startswith(
            "2024-02: if it matures as those of January 2024 did, 20.75% of crimes recorded will have had"
        )
        assert "fewer than 6); 9.00% (9 of 100) have one so far, and 70 are open" in third

    def test_published(self):
        """Crimes of 2022/23: 5.7% charged at first, 8.0% not yet assigned; so 5.7% to 13.7%, and no projection."""
        rows = [
            ("2023-03", "2023-03", "1", 57),
            ("2023-03", "2023-03", "18", 863),
            ("2023-03", None, "0", 80),
        ]
        (found,) = project_outcome_rate(tally_of(rows), positive="charged", as_at="2023-03")
        assert (found.at_least, found.at_most) == pytest.approx((0.057, 0.137))
        assert np.isnan(found.projected)
        assert f"{found:short}" == (
            "2023-03: of crimes recorded 5.70% (57 of 1,000) have one so far, and 80 are open, so that it is 5.70% at least and "
            "13.70% at most (charged, as at March 2023); not available: projection, no older month to project from."
        )

    def test_a_cohort_that_was_followed_longer(self):
        """It stands as it was at the age that is asked for: what came later is not counted."""
        found = project_outcome_rate(tally_of(ROWS), positive="charged", as_at="2024-03", until=1)
        assert found["projected"].tolist() == pytest.approx([0.22, 0.14, 0.09 + 0.7 * 0.15])
        assert found["still_open"].tolist() == [48, 54, 70]
        assert found["age"].tolist() == [1, 1, 0]

    def test_none_tells(self):
        """A month was followed, but not for so long."""
        found = project_outcome_rate(tally_of(ROWS), positive="charged", as_at="2024-03", until=12)
        assert np.isnan(found["projected"]).all()
        assert (
            found[2].reason
            == "not available: projection, no older month shows what happens 12 months after the crime"
        )
        assert found["at_most"].tolist() == pytest.approx([0.68, 0.68, 0.79])

    def test_nobody_is_open(self):
        rows = [("2024-01", "2024-01", "1", 3), ("2024-01", "2024-01", "18", 7)]
        (found,) = project_outcome_rate(tally_of(rows), **ASKED | {"until": 36})
        assert (found.projected, found.projected_low, found.projected_high) == (0.3, 0.3, 0.3)
        assert found.reason is None

    def test_all_older_crimes_are_closed(self):
        """Then it is known what comes, however far ahead."""
        rows = [
            ("2024-01", "2024-01", "18", 5),
            ("2024-01", "2024-02", "1", 5),
            ("2024-02", "2024-02", "18", 5),
            ("2024-02", None, "0", 5),
        ]
        found = project_outcome_rate(tally_of(rows), positive="charged", as_at="2024-02", until=36)
        assert found["projected"].tolist() == [0.5, 0.5]


class TestReckoned:
    @pytest.mark.parametrize(("cohorts", "until"), [(30, 6), (12, 12), (9, 3), (40, 12)])
    def test_by_plain_loops(self, cohorts, until):
        table = steady(cohorts, until + cohorts)
        rows, last = cohorts_of(table, 1000)
        found = project_outcome_rate(tally_of(rows), positive="charged", as_at=last, until=until)
        for row, (x, o, chance, half, tested) in zip(found, reckoned(table, 1000, until), strict=True):
            over = row.age == until
            assert (row.positive, row.still_open) == (x, o)
            assert row.projected == pytest.approx((x + o * chance) / 1000, nan_ok=True)
            if not over:
                assert row.tested == tested
                low, high = (max(chance - half, 0), chance + half) if tested >= 6 else (math.nan, math.nan)
                assert row.projected_low == pytest.approx((x + o * low) / 1000, nan_ok=True)
                assert row.projected_high == pytest.approx((x + o * min(high, 1)) / 1000, nan_ok=True)

    def test_the_sentence_has_the_band(self):
        rows, last = cohorts_of(steady(30, 36), 1000)
        found = project_outcome_rate(tally_of(rows), positive="charged", as_at=last, until=6)[-1]
        assert (
            f"(95% band {100 * found.projected_low:.2f}% to {100 * found.projected_high:.2f}%, by how far"
            in str(found)
        )
        assert found.interval.method == "aalen-johansen, back-test"

    def test_as_the_curve(self):
        """The chance is (F_T − F_k) / S_k of the curve that `outcome_maturity` draws of all cohorts."""
        rows, last = cohorts_of(steady(20, 30), 1000)
        curve = outcome_maturity(tally_of(rows), positive="charged", as_at=last)
        share, ended = curve["share"], curve["assigned"]
        found = project_outcome_rate(tally_of(rows), positive="charged", as_at=last, until=15)
        for row in found[-10:]:
            k = int(row.age)
            chance = (share[15] - share[k]) / (1 - ended[k])
            assert row.projected == pytest.approx((row.positive + row.still_open * chance) / row.crimes)

    def test_groups_lean_on_their_own(self, monkeypatch):
        tables = {"Essex": steady(25, 30, seed=2), "Kent": steady(25, 30, seed=3)}
        rows = [(force, *row) for force, table in tables.items() for row in cohorts_of(table, 1000)[0]]
        asked = {"positive": "charged", "as_at": month(24), "until": 6}
        together = project_outcome_rate(tally_of(rows, "force"), by="force", **asked)
        monkeypatch.setattr(projection, "_AT_ONCE", 1)
        for found in (
            together,
            project_outcome_rate(tally_of(rows, "force"), by=["force", "period"], **asked),
        ):
            for force in tables:
                own = [row[1:] for row in rows if row[0] == force]
                alone = project_outcome_rate(tally_of(own), **asked)
                part = found[found["force"] == force]
                for name in ("projected", "projected_low", "tested", "cohorts"):
                    assert part[name].tolist() == pytest.approx(alone[name].tolist(), nan_ok=True)


class TestLeansOn:
    def test_chosen_cohorts(self):
        """Those before a break are left out, of the projection and of the tests."""
        rows, last = cohorts_of(steady(36, 40), 1000)
        asked = {"positive": "charged", "as_at": last, "until": 6}
        all_of_them = project_outcome_rate(tally_of(rows), **asked)
        found = project_outcome_rate(tally_of(rows), cohorts=["2016", Period.month(2017, 1)], **asked)
        assert (
            found[-1].leans_on == "2016 and January 2017"
            or "January 2016 to January 2017" in found[-1].leans_on
        )
        assert found[-1].cohorts == 13
        assert found[-1].tested < all_of_them[-1].tested
        assert found[-1].projected != all_of_them[-1].projected
        only = [row for row in rows if row[0] >= "2016-01"]
        since = project_outcome_rate(tally_of(only), cohorts="2016", **asked)
        again = project_outcome_rate(tally_of(rows), cohorts="2016", **asked)
        assert since[-1].projected == again[-1].projected

    @pytest.mark.parametrize("cohorts", ["2030", ["2031-01", "2031-02"], []])
    def test_none_there(self, cohorts):
        with pytest.raises(
            InvalidInputError,
            match="cohorts must hold months of 'period', which has January 2024 to March 2024",
        ):
            project_outcome_rate(tally_of(ROWS), cohorts=cohorts, **ASKED)

    @pytest.mark.parametrize(
        ("cohorts", "error"),
        [(5, InvalidTypeError), (b"2024", InvalidTypeError), ("nope", InvalidInputError)],
    )
    def test_no_periods(self, cohorts, error):
        with pytest.raises(error, match="cohorts"):
            project_outcome_rate(tally_of(ROWS), cohorts=cohorts, **ASKED)


class TestSaid:
    def test_withdrawn(self):
        """A row below zero makes the lower bound no floor, and is said of its month."""
        rows = [*ROWS, ("2024-01", "2024-02", "1", -2)]
        found = project_outcome_rate(tally_of(rows), **ASKED)
        assert [bool(row.caveats) for row in found] == [
            False,
            False,
            False,
        ]  # 10 of 12 stand: nothing is below zero
        rows = [*ROWS, ("2024-02", "2024-03", "18", -3)]
        found = project_outcome_rate(tally_of(rows), **ASKED)
        assert [row.caveat for row in found] == ["", projection._WITHDRAWN.long, ""]
        assert (found[1].crimes, found[1].at_least) == (97, 14 / 97)
        assert found[2].projected == pytest.approx(
            (9 + 70 * (18 / 117 + (1 - 15 / 117) * 0.125)) / 100, rel=0.01
        )

    def test_corrections_outweigh(self):
        rows = [*ROWS, ("2024-03", "2024-03", "1", -19)]
        found = project_outcome_rate(tally_of(rows), **ASKED)
        assert "below zero" in found[2].reason
        assert np.isnan(found[2].at_least)
        assert f"{found[2]:short}".startswith(
            "2024-03: positive outcomes to be expected (charged): not available"
        )

    def test_no_crimes(self):
        rows = [*ROWS, ("2023-12", "2023-12", "1", 0)]
        assert project_outcome_rate(tally_of(rows), **ASKED)[0].reason == "not available: no crimes recorded"

    def test_recorded_after_the_extract(self):
        found = project_outcome_rate(tally_of(ROWS), positive="charged", as_at="2024-02", until=1)
        assert found["positive"].tolist()[:2] == [22, 8]
        assert "recorded after the extract" in found[2].reason

    def test_crimes_of_no_month(self):
        """They have a row that says so, and no cohort is projected for them."""
        found = project_outcome_rate(tally_of([*ROWS, (None, "2024-01", "1", 3)]), **ASKED)
        row = found[found["period"] == "(missing)"][0]
        assert row.reason == "not available: all counts were excluded (missing period 3)"
        assert np.isnan([row.crimes, row.projected, row.at_most]).all()
        assert row.leans_on == ""
        assert found.at(period="2024-03").projected == pytest.approx(0.269375)

    def test_an_empty_table(self):
        assert (
            len(project_outcome_rate(tally_of(ROWS).where(period="2024-01").drop(period="2024-01"), **ASKED))
            == 0
        )

    def test_blank(self):
        rows = [*ROWS[:-1], ("2024-03", None, None, 70)]
        with pytest.raises(ChoiceNeededError, match="blank"):
            project_outcome_rate(tally_of(rows), **ASKED)
        found = project_outcome_rate(tally_of(rows), blank="not_yet_assigned", **ASKED)
        assert found[2].projected == pytest.approx(0.269375)


class TestRefused:
    @pytest.mark.parametrize("until", [0, -1, 1.5, "24", None, True, np.nan])
    def test_until(self, until):
        with pytest.raises((InvalidInputError, InvalidTypeError), match="until"):
            project_outcome_rate(tally_of(ROWS), **ASKED | {"until": until})

    def test_until_far_ahead(self):
        assert np.isnan(project_outcome_rate(tally_of(ROWS), **ASKED | {"until": 10**12})["projected"]).all()

    def test_two_spellings(self):
        rows = [*ROWS, ("January 2024", "2024-01", "1", 3)]
        with pytest.raises(
            InvalidInputError, match="must spell a month in one way; got '2024-01', 'January 2024'"
        ):
            project_outcome_rate(tally_of(rows), **ASKED)

    def test_what_the_curve_refuses(self):
        with pytest.raises(ChoiceNeededError, match="positive"):
            project_outcome_rate(tally_of(ROWS), as_at="2024-03")
        with pytest.raises(UnknownNameError):
            project_outcome_rate(tally_of(ROWS), by="force", **ASKED)
        with pytest.raises(InvalidInputError, match="outcome_period"):
            project_outcome_rate(tally_of(ROWS), by="outcome_period", **ASKED)


# ---- laws -------------------------------------------------------------------------------

counts_of = st.lists(
    st.tuples(
        st.integers(0, 7), st.integers(0, 7), st.sampled_from(["1", "8", "18", "0"]), st.integers(0, 400)
    ),
    min_size=1,
    max_size=40,
)


def rows_of(drawn):
    return [
        (month(at), None if code == "0" else month(min(at + age, 7)), code, n) for at, age, code, n in drawn
    ]


class TestLaws:
    @settings(max_examples=60)
    @given(counts_of, st.integers(1, 9), st.randoms(use_true_random=False))
    def test_bounds_hold_and_order_is_nothing(self, drawn, until, random):
        rows = rows_of(drawn)
        asked = {"positive": "charged", "as_at": month(7), "until": until}
        found = project_outcome_rate(tally_of(rows), **asked)
        low, here, high = (found[name] for name in ("at_least", "projected", "at_most"))
        known = ~np.isnan(here)
        assert ((low <= here + 1e-12) & (here <= high + 1e-12))[known].all()
        band = ~np.isnan(found["projected_low"])
        assert ((low - 1e-12 <= found["projected_low"]) & (found["projected_high"] <= high + 1e-12))[
            band
        ].all()
        random.shuffle(rows)
        assert project_outcome_rate(tally_of(rows), **asked) == found

    @settings(max_examples=60)
    @given(counts_of, st.integers(1, 9))
    def test_a_mature_cohort_has_its_rate(self, drawn, until):
        asked = {"positive": "charged", "as_at": month(7)}
        tally = tally_of(rows_of(drawn))
        for row in project_outcome_rate(tally, until=until, **asked):
            if row.age == until and not np.isnan(row.at_least):
                assert row.projected == row.at_least == row.positive / row.crimes
                if until == 7:  # the first month alone, and nothing came later
                    one = positive_outcome_rate(
                        tally.where(period=row["period"]).sum_to("outcome"),
                        positive="charged",
                        basis="recorded",
                        out_of="crimes",
                        crimes=row.crimes,
                    )
                    assert one.rate == pytest.approx(row.projected)

    @settings(max_examples=40)
    @given(counts_of, st.integers(2, 5), st.integers(1, 9))
    def test_only_proportions_count(self, drawn, factor, until):
        asked = {"positive": "charged", "as_at": month(7), "until": until}
        larger = [(*row[:3], factor * row[3]) for row in rows_of(drawn)]
        one, other = (project_outcome_rate(tally_of(rows), **asked) for rows in (rows_of(drawn), larger))
        for name in ("at_least", "at_most", "projected", "projected_low"):
            assert one[name].tolist() == pytest.approx(other[name].tolist(), nan_ok=True)

    @settings(max_examples=40)
    @given(counts_of, counts_of)
    def test_halves_add_up(self, one, other):
        asked = {"positive": "charged", "as_at": month(7), "until": 3}
        both = tally_of(rows_of(one)) + tally_of(rows_of(other))
        assert project_outcome_rate(both, **asked) == project_outcome_rate(
            tally_of(rows_of(one + other)), **asked
        )


class TestKernel:
    def test_matches_the_curve(self):
        draw = np.random.default_rng(5)
        events, others = draw.integers(0, 5, (2, 9, 4))
        number = (events + others).sum(axis=1) + draw.integers(1, 9, 9)
        found = projected_incidence(events, others, number)
        # Counts by step of all cohorts, as far as each was seen.
        seen = np.arange(9)[::-1, np.newaxis] >= np.arange(4)
        d, c = ((v * seen).sum(axis=0) for v in (events, others))
        gone = np.zeros(4)
        for at in range(9):
            step = min(8 - at, 3)
            gone[step] += number[at] - (events + others)[at, : step + 1].sum()
        curve = cumulative_incidence(d, c, gone)
        for at, step in ((8, 0), (7, 1), (6, 2)):
            chance = (curve.share[3] - curve.share[step]) / (1 - curve.ended[step])
            assert found.chance[at] == pytest.approx(chance)
        assert found.chance[:6].tolist() == [0] * 6

    @pytest.mark.parametrize(
        ("events", "others", "number"),
        [
            ([1], [1], [5]),
            ([[1]], [[1, 2]], [5]),
            ([[1]], [[1]], [5, 6]),
            ([[np.nan]], [[1]], [5]),
            ([[1]], [[1]], [np.inf]),
        ],
    )
    def test_shapes(self, events, others, number):
        with pytest.raises(InvalidInputError, match="events and others"):
            projected_incidence(events, others, number)

    def test_fewest(self):
        table = np.array(steady(12, 3))
        number = np.full(12, 1000)
        some = projected_incidence(table[..., 0], table[..., 1], number, fewest=2)
        assert not np.isnan(some.error[-1])
        assert np.isnan(projected_incidence(table[..., 0], table[..., 1], number, fewest=50).error[-1])
        none = projected_incidence(table[..., 0], table[..., 1], number, pool=np.zeros(12, dtype=bool))
        assert np.isnan(none.chance[-1])
        assert none.tested[-1] == 0


# ---- the simulation of the method page --------------------------------------------------


def test_the_simulation_of_the_method_page():
    """The band holds under stable maturing and not after a break, as the page says, and the script that it names shows."""
    script = Path(__file__).resolve().parents[2] / "tools" / "projection_coverage.py"
    if not script.exists():
        pytest.skip("tools/projection_coverage.py is in the repository only")
    spec = importlib.util.spec_from_file_location("projection_coverage", script)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    found = {name: tool.held(speed, forces=300) for name, speed in tool.SETTINGS.items()}
    for name in ("stable", "uneven months"):
        assert all(0.92 < held < 0.99 for held, _, _ in found[name].values())
    assert found["break right after"][0][0] < 0.6
    assert found["drift in speed"][0][2] > 2
    assert found["drift in speed"][0][1] > 1.5 * found["stable"][0][1]
