"""The harm-weighted outcome rate and its change: by hand, on published counts, and by their laws."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from harms import own, read
from hypothesis import given
from hypothesis import strategies as st
from outcome_tables import ASKED, YEARS

import policemetrics as pm
from policemetrics import HarmWeights, Tally, harm_outcome_change, harm_outcome_drivers, harm_outcome_rate
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.intervals import rate_ratio, wilson

TWO = own({"1": 100, "46": 1})
CHARGED = {"positive": "charged", "basis": "recorded"}
GIVEN = CHARGED | {"out_of": "outcomes"}
CLOSED = {"positive": "charged", "basis": "closed"}


def tally_of(rows, *dims):
    """A tally of rows, each with its labels and its count."""
    *columns, counts = zip(*rows, strict=True)
    return Tally.from_columns(dict(zip(dims, columns, strict=True)), counts)


def by_offence(counts, **labels):
    """A tally of counts by offence and type of outcome."""
    rows = [(offence, code, n) for offence, types in counts.items() for code, n in types.items()]
    found = {d: [v] * len(rows) for d, v in labels.items()}
    offences, codes, numbers = zip(*rows, strict=True)
    return Tally.from_columns(found | {"offence": offences, "outcome": codes}, numbers)


# Two of three homicides and ten of a hundred shopliftings.
SMALL = by_offence({"1": {"1": 2, "0": 1}, "46": {"1": 10, "0": 90}})


# ---- by hand ----------------------------------------------------------------------------


class TestByHand:
    def test_two_offences(self):
        """210 of 400 by harm, 12 of 103 by count; (Σwn)² / Σw²n is 160,000 / 30,100."""
        found = harm_outcome_rate(SMALL, TWO, **CHARGED)
        assert (found.positive_harm, found.harm, found.rate) == (210, 400, 0.525)
        assert (found.positive, found.denominator) == (12, 103)
        assert found.plain_rate == pytest.approx(0.1165, abs=5e-5)
        assert found.points == pytest.approx(100 * (0.525 - 12 / 103))
        assert found.effective == pytest.approx(160_000 / 30_100)
        low, high = wilson(0.525 * 160_000 / 30_100, 160_000 / 30_100)
        assert (found.rate_low, found.rate_high) == pytest.approx((low, high))
        assert (found.dominant_offence, found.dominant_share) == ("1", pytest.approx(30_000 / 30_100))
        assert (found.share_not_yet_assigned, found.maturity) == (pytest.approx(190 / 400), "immature")
        assert (found.weights, found.harm_unit, found.share_weighed) == ("own 1", "days", 1)
        assert str(found) == (
            "52.50% of the harm of crimes recorded has so far come to a positive outcome (charged, recorded basis, own 1: "
            "210.0 of 400.0 days; 95% interval 19.09% to 83.81%; immature: 47.5% of the harm not yet assigned an outcome), "
            "+40.85 percentage points beside the 11.65% without weights (12 of 103); offence 1 alone carries 99.7% of the "
            "variance."
        )

    def test_closed_basis(self):
        """Two weighted sums: 90,000 · … of outcomes, 160,000 / 30,100 of crimes, and the ratio of both."""
        crimes = Tally.from_columns({"offence": ["1", "46"]}, [3, 100])
        found = harm_outcome_rate(SMALL.drop(outcome="0"), TWO, crimes=crimes, **CLOSED)
        above, below = 210**2 / (2 * 100**2 + 10), 400**2 / (3 * 100**2 + 100)
        low, high = rate_ratio(above, below)
        assert found.rate == pytest.approx(0.525)
        scale = 0.525 / (above / below)
        assert (found.rate_low, found.rate_high) == pytest.approx((low * scale, high * scale))
        assert found.rate_low > 0
        variance = 2 * 100**2 / 210**2 + 3 * 100**2 / 400**2
        assert found.dominant_share == pytest.approx(variance / (1 / above + 1 / below))
        assert str(found).startswith("The harm of positive outcomes was 52.50% of that of crimes recorded (")

    def test_no_outcome_is_positive(self):
        """What was not seen is taken to weigh what the crimes do."""
        crimes = Tally.from_columns({"offence": ["1", "46"]}, [3, 100])
        found = harm_outcome_rate(by_offence({"1": {"18": 0}, "46": {"18": 5}}), TWO, crimes=crimes, **CLOSED)
        assert (found.rate, found.rate_low) == (0, 0)
        assert found.rate_high == pytest.approx(rate_ratio(0, 160_000 / 30_100)[1])

    def test_by_group(self):
        both = by_offence({"1": {"1": 2, "0": 1}}, force="Kent") + by_offence(
            {"46": {"1": 10, "0": 90}}, force="Essex"
        )
        found = harm_outcome_rate(both, TWO, by="force", **CHARGED)
        assert found["force"].tolist() == ["Essex", "Kent"]
        assert found["rate"].tolist() == pytest.approx([0.1, 2 / 3])
        assert [row.dominant_offence for row in found] == ["46", "1"]

    def test_by_offence(self):
        """Each rate is that of its offence."""
        found = harm_outcome_rate(SMALL, TWO, by="offence", **CHARGED)
        plain = pm.positive_outcome_rate(SMALL, by="offence", out_of="crimes", **CHARGED)
        for name in ("rate", "rate_low", "rate_high"):
            assert found[name].tolist() == pytest.approx(plain[name].tolist())

    def test_published_changes(self, shared_data):
        """Weighted clearance rates of Canada: published changes come from unrounded rates, so they lie within the rounding."""
        rows = read(shared_data / "clearance" / "statcan_weighted_clearance_2000_2010.csv")
        assert len(rows) == 14
        for row in rows:
            old, new, change = (
                float(row[name]) for name in ("2000", "2010", "percent_change_2000_2010_unrounded")
            )
            found = pm.published.change(old, new, rounded_to=0.1)
            assert found.percent_rounding_low - 0.05 <= change <= found.percent_rounding_high + 0.05
        plain = next(row for row in rows if row["area"] == "Canada")
        assert (plain["2000"], plain["2010"]) == ("35.5", "39.4")


# ---- published counts -------------------------------------------------------------------

GROUPS = {"Miscellaneous crimes": "Miscellaneous crimes against society"}


@pytest.fixture(scope="module")
def recorded(shared_data):
    """Crimes of 2019/20 by force and offence group, without fraud, and their harm."""
    css, crimes, harm = pm.harm_weights("ons-css", version="2020"), Counter(), Counter()
    for row in read(shared_data / "recorded_crime" / "prc_pfa_2019_20.csv.gz"):
        if row["offence_group"] == "Fraud offences":
            continue
        key = row["force_name"].replace("&", "and"), GROUPS.get(row["offence_group"], row["offence_group"])
        crimes[key] += int(row["offences"])
        harm[key] += int(row["offences"]) * css[row["offence_code"]]
    return crimes, harm


def tallied(counts, *dims, **labels):
    columns = {d: [key[i] for key in counts] for i, d in enumerate(dims)}
    return Tally.from_columns(
        columns | {d: [v] * len(counts) for d, v in labels.items()}, list(counts.values())
    )


class TestWestMidlands:
    @pytest.fixture
    def parts(self, recorded, shared_data):
        crimes, harm = ({g: n for (f, g), n in c.items() if f == "West Midlands"} for c in recorded)
        weights = HarmWeights(
            {g: harm[g] / crimes[g] for g in crimes}, name="ons-css by group", version="2020"
        )
        positive = {
            row["offence_group"]: int(row["out_of_court_recorded"]) + int(row["charged_recorded"])
            for row in read(shared_data / "outcomes" / "west_midlands_outcomes_by_group_2018_26.csv")
            if row["financial_year"] == "2019/20"
        }
        outcomes = Tally.from_columns(
            {"offence": list(positive), "outcome": ["1"] * 9}, list(positive.values())
        )
        return outcomes, weights, Tally.from_columns({"offence": list(crimes)}, list(crimes.values()))

    def test_published_counts(self, parts):
        outcomes, weights, crimes = parts
        found = harm_outcome_rate(outcomes, weights, positive="charged", basis="recorded", crimes=crimes)
        assert f"{found.rate:.4%} {found.plain_rate:.4%}" == "9.1677% 9.7815%"
        assert (found.positive, found.denominator) == (25_513, 260_829)
        assert f"{found.effective:,.2f}" == "86,720.17"
        assert f"{found.rate_low:.4%} to {found.rate_high:.4%}" == "8.9774% to 9.3616%"
        assert found.dominant_offence == "Sexual offences"
        assert "the figure cannot say which offences within a group had a positive outcome" in found.caveat

    @pytest.mark.parametrize("basis", ["recorded", "closed"])
    def test_weights_of_one(self, parts, basis):
        """To the last bit: a weight of one is none."""
        outcomes, weights, crimes = parts
        asked = {"positive": "charged", "basis": basis}
        found = harm_outcome_rate(outcomes, own(dict.fromkeys(weights, 1)), crimes=crimes, **asked)
        plain = pm.positive_outcome_rate(outcomes, out_of="crimes", crimes=crimes.total, **asked)
        assert (found.rate, found.rate_low, found.rate_high) == (plain.rate, plain.rate_low, plain.rate_high)
        assert found.rate == found.plain_rate


class TestByForce:
    @pytest.fixture
    def parts(self, recorded, shared_data):
        crimes, harm = recorded
        rows = read(shared_data / "outcomes" / "outcomes_by_force_group_2018_24.csv")
        forces = {row["force"] for row in rows} & {f for f, _ in crimes}
        crimes = {key: n for key, n in crimes.items() if key[0] in forces}
        groups, whole = Counter(), Counter()
        for (force, group), n in crimes.items():
            groups[group] += harm[force, group]
            whole[group] += n
        weights = HarmWeights(
            {g: groups[g] / whole[g] for g in groups}, name="ons-css by group", version="2020"
        )
        positive = {
            (row["force"], row["offence_group"], row["financial_year"]): int(row["out_of_court_recorded"])
            + int(row["charged_recorded"])
            for row in rows
            if row["force"] in forces
        }
        outcomes = tallied(positive, "force", "offence", "period", outcome="1")
        return (
            outcomes.where(period="2019/20"),
            weights,
            tallied(crimes, "force", "offence", period="2019/20"),
        )

    def test_greater_manchester_is_a_trap(self, parts):
        """Most of its outcomes of 2019/20 were never sent: its rate is the lowest of all, unless that is said."""
        outcomes, weights, crimes = parts
        asked = {"positive": "charged", "basis": "recorded", "by": "force"}
        found = harm_outcome_rate(outcomes, weights, crimes=crimes, **asked)
        assert len(found) >= 43
        assert not np.isnan(found["rate"]).any()
        rates = dict(zip(found["force"].tolist(), found["rate"].tolist(), strict=True))
        trap = "Greater Manchester"
        assert min(rates, key=rates.get) == trap
        assert rates[trap] < 0.6 * sorted(rates.values())[1]
        said = outcomes.not_supplied("most outcomes of 2019/20 were not sent", force=trap)
        row = harm_outcome_rate(said, weights, crimes=crimes, **asked).at(force=trap)
        assert np.isnan(row.rate)
        assert row.reason == "not available: most outcomes of 2019/20 were not sent"


# ---- what is said -----------------------------------------------------------------------


class TestSaid:
    def test_outside_the_weights(self):
        """Offences that the weights leave out are left out of everything, and how many are left is said."""
        weights = own({"1": 100}, outside=["46"])
        found = harm_outcome_rate(SMALL, weights, **CHARGED)
        assert (found.positive, found.denominator, found.share_weighed) == (2, 3, pytest.approx(3 / 103))
        assert found.exclusions.excluded == 100
        assert "2.9% of all have a weight" in str(found)
        crimes = Tally.from_columns({"offence": ["1", "46"]}, [4, 100])
        found = harm_outcome_rate(SMALL.drop(outcome="0"), weights, crimes=crimes, **CLOSED)
        assert (found.denominator, found.share_weighed) == (4, pytest.approx(4 / 104))

    def test_more_than_all_of_an_offence(self):
        crimes = Tally.from_columns({"offence": ["1", "46"]}, [1, 100])
        outcomes = by_offence({"1": {"1": 2}, "46": {"1": 10}})
        found = harm_outcome_rate(outcomes, TWO, crimes=crimes, **CHARGED)
        assert found.reason == (
            "not available: a harm of 210.0 with a positive outcome, more than the 200.0 of the crimes recorded that it must "
            "be part of"
        )
        weights = own({"1": 2, "46": 1})
        found = harm_outcome_rate(outcomes, weights, crimes=crimes, **CHARGED)
        assert found.rate == pytest.approx(14 / 102)
        assert (
            "more positive outcomes than crimes recorded, of which they must be part: 1 (2 of 1)"
            in found.caveat
        )

    @pytest.mark.parametrize(
        ("weights", "counts", "reason"),
        [
            ({"1": 0, "46": 0}, {"1": {"1": 2, "18": 1}}, "no harm: what was counted weighs nothing"),
            (
                {"1": 100, "46": 1},
                {"1": {"1": -1, "18": 0}, "46": {"1": 9, "18": 30}},
                "corrections outweigh what was recorded",
            ),
            ({"1": 100, "46": 1}, {"1": {"18": 0}, "46": {"18": 0}}, "no outcomes"),
        ],
    )
    def test_no_rate(self, weights, counts, reason):
        found = harm_outcome_rate(by_offence(counts), own(weights), **GIVEN)
        assert np.isnan(found.rate)
        assert reason in str(found)
        assert str(found).startswith(
            "The harm-weighted outcome rate (charged, recorded basis, out of outcomes, own 1): "
        )

    def test_a_crime_without_an_offence_has_no_weight(self):
        """It is left out of the rate and of the one beside it, in the outcomes and in the crimes."""
        outcomes = Tally.from_columns({"offence": ["46", None], "outcome": ["1", "1"]}, [10, 5])
        crimes = Tally.from_columns({"offence": ["46", None]}, [100, 7])
        found = harm_outcome_rate(outcomes, TWO, crimes=crimes, **CHARGED)
        assert (found.positive, found.denominator) == (10, 100)
        assert found.rate == found.plain_rate == 0.1
        assert found.exclusions.reasons == {"missing offence": 5}

    def test_compare_takes_no_harm_for_counts(self):
        found = harm_outcome_rate(SMALL, TWO, by="offence", **CHARGED)
        with pytest.raises(InvalidTypeError, match="HarmOutcomeRate"):
            pm.compare(found, of="offence", against="pooled")

    def test_one_period_beside_a_year(self):
        outcomes = by_offence({"1": {"1": 2, "18": 1}}, period="2023/24")
        found = harm_outcome_rate(outcomes, TWO, as_at="2025-01-01", **GIVEN)
        assert found.when == "2023/24"
        assert "in 2023/24" in str(found)
        assert "as at 2025-01-01" in str(found)
        assert harm_outcome_rate(outcomes, TWO, by="period", **GIVEN)[0].when == ""


class TestRefused:
    def test_choices(self):
        with pytest.raises(ChoiceNeededError) as caught:
            harm_outcome_rate(SMALL, TWO)
        for name in ("positive", "basis"):
            assert name in str(caught.value)

    def test_crimes_are_needed(self):
        with pytest.raises(ChoiceNeededError, match="Give a Tally that keeps 'offence', or use"):
            harm_outcome_rate(SMALL, TWO, **CLOSED)

    def test_unweighted(self):
        with pytest.raises(UnknownNameError, match="'46'"):
            harm_outcome_rate(SMALL, own({"1": 100}), **CHARGED)
        crimes = Tally.from_columns({"offence": ["1", "46"]}, [3, 100])
        with pytest.raises(UnknownNameError, match="'46'"):
            harm_outcome_rate(by_offence({"1": {"1": 2}}), own({"1": 100}), crimes=crimes, **CHARGED)

    @pytest.mark.parametrize("crimes", [103, {"1": 3, "46": 100}, "103"])
    def test_crimes_by_offence(self, crimes):
        with pytest.raises(InvalidTypeError, match="crimes must be a Tally that keeps 'offence'"):
            harm_outcome_rate(SMALL, TWO, crimes=crimes, **CHARGED)

    def test_crimes_without_offence(self):
        crimes = Tally.from_columns({"force": ["Kent"]}, [103])
        with pytest.raises(UnknownNameError, match="offence"):
            harm_outcome_rate(SMALL, TWO, crimes=crimes, **CHARGED)

    def test_offence_is_no_outcome(self):
        with pytest.raises(InvalidInputError, match="outcome"):
            harm_outcome_rate(SMALL, TWO, offence="outcome", **CHARGED)

    def test_by_offence_of_a_change(self):
        with pytest.raises(InvalidInputError, match="harm_outcome_drivers"):
            harm_outcome_change(YEARS_OF_TWO, TWO, between=YEARS, by="offence", **GIVEN)


# ---- the change -------------------------------------------------------------------------

YEARS_OF_TWO = tally_of(
    [
        ("2022/23", "1", "1", 60),
        ("2022/23", "1", "18", 20),
        ("2022/23", "46", "1", 40),
        ("2022/23", "46", "18", 360),
        ("2023/24", "1", "1", 30),
        ("2023/24", "1", "18", 10),
        ("2023/24", "46", "1", 60),
        ("2023/24", "46", "18", 340),
    ],
    "period",
    "offence",
    "outcome",
)


class TestChange:
    def test_by_hand(self):
        """6,040 of 8,400 to 3,060 of 4,400; homicide is 8,000/8,400 and then 4,000/4,400 of the harm."""
        found = harm_outcome_change(YEARS_OF_TWO, TWO, between=YEARS, **GIVEN)
        assert (found.old, found.new) == pytest.approx((6_040 / 8_400, 3_060 / 4_400))
        within = 100 * (0.15 - 0.10) * (400 / 8_400 + 400 / 4_400) / 2
        assert found.within == pytest.approx(within)
        assert found.within + found.mix == pytest.approx(found.points)
        sides = [harm_outcome_rate(YEARS_OF_TWO.where(period=y), TWO, **GIVEN) for y in YEARS]
        low = found.points / 100 - np.hypot(
            sides[1].rate - sides[1].rate_low, sides[0].rate_high - sides[0].rate
        )
        assert found.points_low == pytest.approx(100 * low)
        assert found.percent_change == pytest.approx(100 * (found.new / found.old - 1))
        assert (found.old_harm, found.new_positive_harm) == (8_400, 3_060)
        assert "from the rates within offences and" in str(found)

    def test_drivers_add_up(self):
        whole = harm_outcome_change(YEARS_OF_TWO, TWO, between=YEARS, **GIVEN)
        found = harm_outcome_drivers(YEARS_OF_TWO, TWO, between=YEARS, **GIVEN)
        for part in ("points", "within", "mix"):
            assert found[part].sum() == pytest.approx(getattr(whole, part))
        assert found["old_share"].tolist() == pytest.approx([8_000 / 8_400, 400 / 8_400])
        assert "its share of the harm of outcomes" in str(found[0])

    def test_weights_of_one(self):
        """Then it is the change of the plain rate, and its split."""
        one = own({"1": 1, "46": 1})
        found = harm_outcome_change(YEARS_OF_TWO, one, between=YEARS, **GIVEN)
        plain = pm.outcome_rate_change(YEARS_OF_TWO, between=YEARS, **GIVEN)
        split = pm.outcome_rate_split(YEARS_OF_TWO, between=YEARS, of="offence", **GIVEN)
        for name in ("old", "new", "points", "points_low", "points_high", "percent_change"):
            assert getattr(found, name) == getattr(plain, name)
        assert (found.within, found.mix) == pytest.approx((split.within, split.mix))

    def test_closed_out_of_crimes(self):
        crimes = tally_of(
            [(y, o, n) for y, n1 in zip(YEARS, (80, 40), strict=True) for o, n in (("1", n1), ("46", 400))],
            "period",
            "offence",
        )
        found = harm_outcome_change(YEARS_OF_TWO, TWO, between=YEARS, crimes=crimes, **CLOSED)
        assert (found.old, found.method) == (pytest.approx(6_040 / 8_400), "rate ratio score")
        assert found.within + found.mix == pytest.approx(found.points)
        few = harm_outcome_drivers(YEARS_OF_TWO, TWO, between=YEARS, crimes=crimes, **CLOSED)
        assert few["points"].sum() == pytest.approx(found.points)

    def test_outcomes_of_an_offence_without_crimes(self):
        """The rate stands, as one of flows may; there is no rate of the offence to split by."""
        crimes = Tally.from_columns(
            {"period": [*YEARS, "2022/23"], "offence": ["46", "46", "1"]}, [400, 400, 80], coverage=["period"]
        )
        outcomes = YEARS_OF_TWO._with_coverage(("period",))
        found = harm_outcome_change(outcomes, TWO, between=YEARS, crimes=crimes, **CLOSED)
        assert found.new == pytest.approx(3_060 / 400)
        assert found.reason == "not available: of offence 1, no crimes recorded in 2023/24"

    def test_positive_outcomes_that_corrections_leave_alone(self):
        """Of an offence of which nothing else is left they are of the mix."""
        rows = tally_of([("2022/23", "2", "1", 1), ("2022/23", "2", "18", -1)], *YEARS_OF_TWO.dims)
        weights = own({"1": 100, "46": 1, "2": 100})
        found = harm_outcome_change(YEARS_OF_TWO + rows, weights, between=YEARS, **GIVEN)
        plain = harm_outcome_change(YEARS_OF_TWO, TWO, between=YEARS, **GIVEN)
        assert found.within + found.mix == pytest.approx(found.points)
        assert found.within == pytest.approx(plain.within)

    def test_an_offence_that_cannot_be_split(self):
        """The change stands, its parts do not."""
        rows = YEARS_OF_TWO + tally_of(
            [("2022/23", "2", "1", 1), ("2022/23", "2", "18", -3), ("2023/24", "2", "18", 4)],
            *YEARS_OF_TWO.dims,
        )
        weights = own({"1": 100, "46": 1, "2": 1})
        found = harm_outcome_change(rows, weights, between=YEARS, **GIVEN)
        assert not np.isnan(found.points)
        assert np.isnan(found.within)
        assert "its parts are not available: of offence 2, " in str(found)
        assert harm_outcome_drivers(rows, weights, between=YEARS, **GIVEN)[
            "points"
        ].tolist() == pytest.approx([np.nan] * 3, nan_ok=True)

    def test_nothing_before(self):
        rows = tally_of(
            [("2022/23", "46", "18", 5), ("2023/24", "46", "1", 1), ("2023/24", "46", "18", 4)],
            *YEARS_OF_TWO.dims,
        )
        found = harm_outcome_change(rows, TWO, between=YEARS, **GIVEN)
        assert (found.points, found.reason) == (pytest.approx(20), "not applicable: the rate was 0 before")
        assert np.isnan(found.percent_change)

    def test_not_there(self):
        found = harm_outcome_change(YEARS_OF_TWO, TWO, between=("2021/22", "2022/23"), **GIVEN)
        assert np.isnan(found.points)
        assert "change not available" in str(found)

    def test_an_offence_outside_the_weights(self):
        crimes = YEARS_OF_TWO.sum_to("period", "offence")
        weights = own({"1": 100}, outside=["46"])
        found = harm_outcome_change(YEARS_OF_TWO, weights, between=YEARS, crimes=crimes, **CLOSED)
        assert (found.old_harm, found.new_harm) == (8_000, 4_000)
        with pytest.raises(InvalidTypeError, match="crimes must be a Tally"):
            harm_outcome_change(YEARS_OF_TWO, weights, between=YEARS, crimes=5, **CLOSED)


# ---- laws -------------------------------------------------------------------------------

TYPES = ("0", "1", "8", "18")
OFFENCES = ("a", "b", "c")
table = st.dictionaries(
    st.tuples(st.sampled_from(OFFENCES), st.sampled_from(TYPES)), st.integers(0, 5_000), min_size=1
)
weights_of = st.fixed_dictionaries(dict.fromkeys(OFFENCES, st.floats(0.01, 10_000)))


def of_table(counts):
    """A tally with every type, so that its codes are the same whatever was drawn, and the crimes of each offence."""
    every = {(o, t): counts.get((o, t), 0) for o in OFFENCES for t in TYPES}
    outcomes = tally_of([(*key, n) for key, n in every.items()], "offence", "outcome")
    return outcomes, outcomes.sum_to("offence")


def limits(found):
    return found.rate, found.rate_low, found.rate_high


class TestLaws:
    @given(table, st.sampled_from(ASKED), st.sampled_from([0.8, 0.95]))
    def test_weights_of_one_are_none(self, counts, asked, level):
        outcomes, crimes = of_table(counts)
        beside = {"crimes": crimes} if asked["basis"] == "closed" and asked["out_of"] == "crimes" else {}
        found = harm_outcome_rate(
            outcomes, own(dict.fromkeys(OFFENCES, 1)), confidence_level=level, **asked, **beside
        )
        plain = pm.positive_outcome_rate(outcomes, confidence_level=level, **asked, **beside)
        assert limits(found) == pytest.approx(limits(plain), nan_ok=True, rel=1e-12)
        assert (found.reason, found.positive, found.denominator) == (
            plain.reason,
            plain.positive,
            plain.denominator,
        )

    @given(table, weights_of, st.sampled_from(ASKED), st.floats(0.001, 1000))
    def test_only_proportions_of_weights_count(self, counts, weights, asked, factor):
        outcomes, crimes = of_table(counts)
        beside = {"crimes": crimes} if asked["basis"] == "closed" and asked["out_of"] == "crimes" else {}
        scaled = {code: factor * w for code, w in weights.items()}
        both = (harm_outcome_rate(outcomes, own(w), **asked, **beside) for w in (weights, scaled))
        first, second = map(limits, both)
        assert first == pytest.approx(second, nan_ok=True, rel=1e-9)

    @given(table, weights_of, st.sampled_from(ASKED))
    def test_limits_hold_the_rate(self, counts, weights, asked):
        outcomes, crimes = of_table(counts)
        beside = {"crimes": crimes} if asked["basis"] == "closed" and asked["out_of"] == "crimes" else {}
        rate, low, high = limits(harm_outcome_rate(outcomes, own(weights), **asked, **beside))
        assert np.isnan(rate) or 0 <= low <= rate <= high

    @given(table, table, weights_of)
    def test_halves_add_up(self, one, other, weights):
        (first, _), (second, _) = of_table(one), of_table(other)
        both, parts = first + second, [harm_outcome_rate(t, own(weights), **CHARGED) for t in (first, second)]
        found = harm_outcome_rate(both, own(weights), **CHARGED)
        if not any(np.isnan(part.rate) for part in parts):
            assert found.harm == pytest.approx(sum(part.harm for part in parts))
            assert found.positive_harm == pytest.approx(sum(part.positive_harm for part in parts))

    @given(table, table, weights_of)
    def test_parts_of_a_change_add_up(self, one, other, weights):
        rows = [
            (y, *key, n) for y, counts in zip(YEARS, (one, other), strict=True) for key, n in counts.items()
        ]
        rows += [(y, "a", code, 1) for y in YEARS for code in TYPES]
        counts = tally_of(rows, "period", "offence", "outcome")
        counts = counts.no_total(
            offence=counts.labels("offence")
        )  # one drawn number may be the sum of others
        found = harm_outcome_change(counts, own(weights), between=YEARS, **GIVEN)
        drivers = harm_outcome_drivers(counts, own(weights), between=YEARS, **GIVEN)
        assert found.within + found.mix == pytest.approx(found.points, abs=1e-9)
        assert drivers["within"].sum() == pytest.approx(found.within, abs=1e-9)
        assert drivers["points"].sum() == pytest.approx(found.points, abs=1e-9)
        assert found.points_low <= found.points + 1e-9 <= found.points_high + 2e-9
