"""Two groups of a dimension beside each other, in every comparison of two periods: one `Comparison` with other sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Exposure, HarmWeights, Tally
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError

PAIR = {"groups": ("Eastside", "Westside"), "of": "district"}
BACK = {"groups": ("Westside", "Eastside"), "of": "district"}
MAPPED = {"district": ("Eastside", "Westside")}
YEARS = ("2022/23", "2023/24")
OWN = HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
OWN_TOO = HarmWeights({"theft": 10, "drugs": 40}, name="own", version="1")
CHARGED = {"positive": "charged", "basis": "recorded", "out_of": "outcomes"}
PEOPLE = Exposure({"Eastside": 10_000, "Westside": 9_000}, by="district", name="residents", date="mid-2023")

CRIMES = Tally.from_columns(
    {
        "district": ["Eastside"] * 3 + ["Westside"] * 3,
        "period": [*YEARS, YEARS[1]] * 2,
        "offence": ["theft", "theft", "robbery"] * 2,
    },
    [200, 210, 20, 170, 165, 30],
    coverage=["district", "period"],
)
OUTCOMES = Tally.from_columns(
    {
        "district": ["Eastside"] * 4 + ["Westside"] * 4,
        "offence": ["theft", "theft", "drugs", "drugs"] * 2,
        "outcome": ["1", "18"] * 4,
    },
    [40, 760, 120, 80, 54, 846, 65, 35],
)
TIMES = Tally.from_columns(
    {
        "district": ["Eastside"] * 3 + ["Westside"] * 3,
        "grade": ["1", "2", "1"] * 2,
        "seconds": [5, 9, 40] * 2,
    },
    [50, 30, 20, 60, 30, 10],
)


def rated(crimes=CRIMES, **asked):
    return pm.rate_change(crimes, **asked)


def harmed(crimes=CRIMES, **asked):
    return pm.harm_change(crimes, OWN, **asked)


def outcomes(counts=OUTCOMES, **asked):
    return pm.outcome_rate_change(counts, **CHARGED, **asked)


def times(counts=TIMES, **asked):
    return pm.time_change(counts, target=10, **asked)


def harm_outcomes(counts=OUTCOMES, **asked):
    return pm.harm_outcome_change(counts, OWN_TOO, **CHARGED, **asked)


CHANGES = {
    "rate": rated,
    "harm": harmed,
    "outcomes": outcomes,
    "times": times,
    "harm outcomes": harm_outcomes,
}
DATA = {
    "rate": CRIMES,
    "harm": CRIMES,
    "outcomes": OUTCOMES,
    "times": TIMES,
    "harm outcomes": OUTCOMES,
}
PARTS = {
    "rate": lambda **asked: pm.change_drivers(CRIMES, of="offence", **asked),
    "harm": lambda **asked: pm.harm_drivers(CRIMES, OWN, **asked),
    "split": lambda **asked: pm.outcome_rate_split(OUTCOMES, of="offence", **CHARGED, **asked),
    "outcomes": lambda **asked: pm.outcome_rate_drivers(OUTCOMES, of="offence", **CHARGED, **asked),
    "harm outcomes": lambda **asked: pm.harm_outcome_drivers(OUTCOMES, OWN_TOO, **CHARGED, **asked),
    "times": lambda **asked: pm.time_drivers(TIMES, of="grade", target=10, **asked),
}


class TestSentences:
    def test_counts(self):
        assert str(rated(**PAIR)) == (
            "Recorded crime was 65 lower (−15.1%, 95% interval −26.2% to −2.4%) in Westside than in Eastside: 365 "
            "against 430."
        )

    def test_rates(self):
        assert str(rated(**PAIR, exposure=PEOPLE)) == (
            "Recorded crime per 1,000 residents was 5.7% lower (95% interval −18.0% to +8.4%) in Westside than in "
            "Eastside: 40.6 (365 for 9,000 residents) against 43.0 (430 for 10,000 residents); mid-2023."
        )

    def test_harm(self):
        assert str(harmed(**PAIR)) == (
            "Harm (own 1) was 36.1% higher (95% interval −15.8% to +125.1%) in Westside than in Eastside: 27,350 days "
            "against 20,100 days; on 15.1% fewer crimes, harm per crime was 60.3% higher."
        )

    def test_harm_per_head(self):
        said = str(harmed(**PAIR, exposure=PEOPLE))
        assert "; per head (residents, mid-2023) it was 51.2% higher (95% interval" in said
        same = Tally.from_columns({"district": ["Eastside", "Westside"], "offence": ["theft"] * 2}, [20, 18])
        assert "it was the same (95% interval" in str(harmed(same, **PAIR, exposure=PEOPLE))
        assert str(harmed(same, **PAIR)).endswith("; on 10.0% fewer crimes, harm per crime was the same.")

    def test_harm_weighted_outcomes(self):
        """In Eastside 40 × 10 + 120 × 40 of 800 × 10 + 200 × 40, 32.5%."""
        said = str(harm_outcomes(**PAIR))
        assert (
            "percentage points lower (95% interval" in said
            or "percentage points higher (95% interval" in said
        )
        assert " in Westside than in Eastside: " in said
        assert "% against 32.50%; " in said

    def test_harm_of_nothing(self):
        found = harmed(
            Tally.from_columns({"district": ["Eastside", "Westside"], "offence": ["theft"] * 2}, [0, 3]),
            **PAIR,
        )
        assert str(found) == (
            "Harm (own 1) was higher in Westside than in Eastside: 30.00 days against 0 days; percentage not applicable: there "
            "was no harm in Eastside."
        )
        none = harmed(
            Tally.from_columns({"district": ["Eastside", "Westside"], "offence": ["theft"] * 2}, [0, 0]),
            **PAIR,
        )
        assert none.reason == "not applicable: there was no harm in either"
        one = harmed(
            Tally.from_columns({"district": ["Eastside", "Westside"], "offence": ["theft"] * 2}, [3, 0]),
            **PAIR,
        )
        assert str(one).startswith("Harm (own 1) was 100.0% lower")
        assert "harm per crime" not in str(one)

    def test_outcomes(self):
        assert str(outcomes(**PAIR)).startswith(
            "The positive outcome rate (charged, recorded basis, out of outcomes) was 4.10 percentage points lower (95% "
            "interval −7.14 to −1.06) in Westside than in Eastside: 11.90% against 16.00%, which is 25.6% lower"
        )

    def test_cohorts(self):
        """Two groups have no earlier and no later cohort."""
        asked = {"positive": "charged", "basis": "recorded", "out_of": "crimes"}
        data = Tally.from_columns(
            {"district": ["Eastside"] * 2 + ["Westside"] * 2, "outcome": ["1", "0"] * 2}, [10, 90, 20, 80]
        )
        found = pm.outcome_rate_change(data, **PAIR, **asked)
        assert str(found).endswith(
            "Of the crimes in Eastside 90.0% have no outcome yet, of those in Westside 80.0%."
        )
        assert "cohort is" not in str(found)

    def test_times(self):
        assert str(times(**PAIR)) == (
            "Mean was 3.5 s lower (95% interval −6.9 s to −0.1 s) in Westside than in Eastside: 9.7 s against 13.2 s, which "
            "is 26.5% lower; median was 2 s lower (95% interval −4 s to +2.5 s) in Westside than in Eastside: 5 s against "
            "7 s, which is 28.6% lower; share under 10 s was 10.00 percentage points higher (95% interval +0.01 to +19.95) "
            "in Westside than in Eastside: 90.00% against 80.00%, which is 12.5% higher."
        )

    @pytest.mark.parametrize("name", CHANGES)
    def test_nothing_rose(self, name):
        said = str(CHANGES[name](**PAIR))
        assert not any(word in said for word in (" rose ", " fell ", " before", " change"))
        assert "higher" in said or "lower" in said

    @pytest.mark.parametrize("name", PARTS)
    def test_parts(self, name):
        found = PARTS[name](groups=MAPPED)
        said = str(found if name == "split" else found[0])
        assert not any(word in said for word in (" rose", " fell", " changed", " change "))
        assert "Westside" in said or name in {"outcomes", "harm", "harm outcomes"}

    def test_no_difference(self):
        same = Tally.from_columns({"district": ["Eastside", "Westside"]}, [7, 7])
        assert str(rated(same, **PAIR)) == (
            "Recorded crime did not differ (0.0%, 95% interval −63.4% to +173.1%): 7 in both Eastside and Westside."
        )
        drivers = pm.change_drivers(
            Tally.from_columns({"district": ["Eastside", "Westside"], "offence": ["theft"] * 2}, [7, 7]),
            groups=MAPPED,
            of="offence",
        )
        assert str(drivers[0]).endswith("the whole did not differ.")
        assert drivers[0].reason == "not applicable: the whole did not differ, so no part has a share of it"

    def test_nothing_in_the_first(self):
        none = Tally.from_columns({"district": ["Eastside", "Westside"]}, [0, 5])
        assert str(rated(none, **PAIR)) == (
            "Recorded crime was 5 higher in Westside than in Eastside: 5 against 0; percentage not applicable: nothing was "
            "recorded in Eastside."
        )
        assert str(rated(none, **PAIR, exposure=PEOPLE)).endswith(
            "was higher in Westside than in Eastside: 0.5556 (5 for 9,000 residents) against 0 (0 for 10,000 residents); "
            "percentage not applicable: nothing was recorded in Eastside; mid-2023."
        )
        neither = Tally.from_columns({"district": ["Eastside", "Westside"]}, [0, 0])
        assert rated(neither, **PAIR).reason == "not applicable: nothing was recorded in either"

    def test_a_table_says_what_is_compared(self):
        found = rated(**PAIR, by="period")
        assert (
            repr(found).splitlines()[0]
            == "Recorded crime; Westside against Eastside (district); method: score"
        )
        assert found.to_dict(audit=True)["compared"] == ["district"] * 2
        assert "Westside against Eastside (district)" in rated(**PAIR).to_markdown()

    def test_labels_that_are_numbers(self):
        grades = Tally.from_columns({"grade": [1, 2]}, [10, 5])
        assert "in grade 2 than in grade 1" in str(rated(grades, groups=(1, 2), of="grade"))


class TestLikeForLike:
    """What a comparison of periods says, one of groups says as well."""

    PARTLY = Tally.from_columns(
        {"district": ["Eastside", "Eastside", "Westside"], "period": [*YEARS, YEARS[0]]},
        [200, 210, 170],
        coverage=["district", "period"],
    )

    def test_a_period_of_one_only(self):
        found = rated(self.PARTLY, **PAIR)
        assert found.reason == (
            "not like for like: supplied for one only: 2023/24; like_for_like='match' leaves out what one side lacks"
        )

    def test_matched(self):
        found = rated(self.PARTLY, **PAIR, like_for_like="match")
        assert (found.old, found.new) == (200, 170)
        assert found.exclusions.reasons == {"not like for like (2023/24)": 210}

    def test_by_period(self):
        found = rated(self.PARTLY, **PAIR, by="period")
        assert found.at(period=YEARS[0]).percent_change == pytest.approx(-15)
        assert found.at(period=YEARS[1]).reason == "not available: no rows for 2023/24, Westside"

    def test_without_coverage(self):
        bare = Tally.from_columns(
            {"district": ["Eastside", "Eastside", "Westside"], "period": [*YEARS, YEARS[0]]}, [200, 210, 170]
        )
        assert "only one of the groups has cells of 2023/24" in rated(bare, **PAIR).caveat

    def test_dropped(self):
        found = rated(
            Tally.from_columns(
                {"district": ["Eastside"] * 2 + ["Westside"] * 2, "offence": ["theft", "robbery"] * 2},
                [5, 4, 3, 2],
            ).drop(district="Eastside", offence="robbery"),
            **PAIR,
        )
        assert found.reason == "not like for like: cells of one of the two groups were dropped"

    def test_without_a_label(self):
        found = rated(Tally.from_columns({"district": ["Eastside", "Westside", None]}, [10, 5, 3]), **PAIR)
        assert found.exclusions.reasons == {"missing district": 3}

    def test_crimes(self):
        """Crimes have the groups, too."""
        asked = {"positive": "charged", "basis": "closed", "out_of": "crimes"}
        recorded = Tally.from_columns({"district": ["Eastside", "Westside"]}, [2000, 1000])
        found = pm.outcome_rate_change(OUTCOMES, **PAIR, **asked, crimes=recorded)
        assert (found.old, found.new) == pytest.approx((160 / 2000, 119 / 1000))
        with pytest.raises(InvalidTypeError, match="dimension 'district' where two groups are compared"):
            pm.outcome_rate_change(OUTCOMES, **PAIR, **asked, crimes=3000)
        with pytest.raises(InvalidTypeError, match="dimensions 'offence' and 'district'"):
            pm.outcome_rate_split(OUTCOMES, groups=MAPPED, of="offence", **asked, crimes=3000)

    def test_renamed(self):
        beats = Tally.from_columns(
            {"beat": ["a", "b", "c"], "period": [YEARS[0]] * 3}, [5, 6, 7], coverage=["beat", "period"]
        )
        joined = beats.relabel("beat", {"a": "E", "b": "E", "c": "W"})
        people = Exposure({"a": 100, "b": 200, "c": 250}, by="beat", name="residents", date="2020")
        found = rated(joined, groups=("E", "W"), of="beat", exposure=people)
        assert (found.old, found.new, found.old_exposure, found.new_exposure) == (11, 7, 300, 250)


class TestLaws:
    @pytest.mark.parametrize("name", CHANGES)
    def test_two_groups_are_two_periods(self, name):
        """The same counts, called periods, give the same figures."""
        data = DATA[name].sum_to(*(d for d in DATA[name].dims if d != "period")).forget()
        named = {"Eastside": YEARS[0], "Westside": YEARS[1]}
        columns = {d: data._cells.column(d).tolist() for d in data.dims}
        columns["period"] = [named[v] for v in columns.pop("district")]
        as_periods = Tally.from_columns(columns, data._cells.counts.tolist())
        one, other = CHANGES[name](data, **PAIR), CHANGES[name](as_periods, between=YEARS)
        for column in one:
            assert one[column] == pytest.approx(other[column], nan_ok=True) if column != "reason" else True, (
                column
            )

    @pytest.mark.parametrize("name", CHANGES)
    def test_the_mapping_is_the_pair(self, name):
        assert CHANGES[name](**PAIR) == CHANGES[name](groups=MAPPED)

    @given(st.lists(st.integers(0, 200), min_size=2, max_size=2))
    def test_swapped(self, counts):
        data = Tally.from_columns({"district": ["Eastside", "Westside"]}, counts)
        one, other = rated(data, **PAIR), rated(data, **BACK)
        assert one.change == -other.change
        assert one.p_value == pytest.approx(other.p_value, rel=1e-9)
        if all(counts):
            assert 1 + one.percent_change / 100 == pytest.approx(1 / (1 + other.percent_change / 100))
            assert 1 + one.percent_change_low / 100 == pytest.approx(
                1 / (1 + other.percent_change_high / 100)
            )

    @pytest.mark.parametrize("name", PARTS)
    def test_parts_add_up(self, name):
        found = PARTS[name](groups=MAPPED)
        if name == "split":
            assert found.within + found.mix == pytest.approx(outcomes(**PAIR).points)
            return
        column, whole = {
            "rate": ("change", rated(**PAIR).change),
            "harm": ("change", harmed(**PAIR).change),
            "outcomes": ("points", outcomes(**PAIR).points),
            "times": ("mean_change", times(**PAIR).mean_change),
            "harm outcomes": ("points", harm_outcomes(**PAIR).points),
        }[name]
        assert float(np.sum(found[column])) == pytest.approx(whole)


def agree(figure, p, points, percent):
    """The p-value, the interval of the difference, and that of the percentage all say the same."""
    value = getattr(figure, p)
    if np.isnan(value) or abs(value / 0.05 - 1) < 1e-6:
        return
    for name in (points, percent):
        low, high = (getattr(figure, f"{name}_{end}") for end in ("low", "high"))
        assert np.isnan(low) or (value < 0.05) == (not low <= 0 <= high), name


class TestOneFamily:
    """Whatever excludes 0 has p below 5%, and nothing else."""

    @given(st.tuples(*[st.integers(0, 60)] * 4), st.booleans())
    def test_outcomes(self, counts, closed):
        asked = {"positive": "charged", "basis": "closed" if closed else "recorded"}
        asked |= {"out_of": "crimes" if closed else "outcomes"}
        districts = ["Eastside", "Eastside", "Westside", "Westside"]
        data = Tally.from_columns({"district": districts, "outcome": ["1", "18"] * 2}, counts)
        crimes = Tally.from_columns({"district": ["Eastside", "Westside"]}, [40, 30]) if closed else None
        agree(
            pm.outcome_rate_change(data, **PAIR, **asked, crimes=crimes),
            "p_value",
            "points",
            "percent_change",
        )

    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 90)), min_size=4, max_size=40))
    def test_times(self, rows):
        data = Tally.from_columns(
            {
                "district": ["Westside" if west else "Eastside" for west, _ in rows]
                + ["Eastside", "Westside"],
                "seconds": [seconds for _, seconds in rows] + [5, 9],
            },
            [1] * (len(rows) + 2),
        )
        found = pm.time_change(data, **PAIR, target=30)
        agree(found, "p_value", "mean_change", "mean_percent_change")
        agree(found, "points_p_value", "points", "share_percent_change")


def asked_wrongly(function):
    """Return what each wrong question is answered with."""
    return [
        ({"between": YEARS, **PAIR}, InvalidTypeError, "both"),
        ({}, InvalidTypeError, "give|must be given"),
        ({"groups": ("Eastside", "Eastside"), "of": "district"}, InvalidInputError, "two labels of 'district'; got 'Eastside' twice"),
        ({"groups": ("Eastside", "Nowhere"), "of": "district"}, UnknownNameError, "label of 'district' must be one of .*got 'Nowhere'"),
        ({"groups": ("Eastside", "Westside"), "of": "beat"}, UnknownNameError, "no dimension 'beat'"),
        ({"groups": ("Eastside", "Westside")}, InvalidTypeError, "of must be given with groups="),
        ({"groups": "Eastside", "of": "district"}, InvalidTypeError, "groups must be a pair of labels of 'district'"),
        ({"groups": ("Eastside",), "of": "district"}, InvalidTypeError, "groups must be a pair"),
        ({"groups": ([], "Westside"), "of": "district"}, UnknownNameError, "label of 'district'"),
        ({"groups": MAPPED, "of": "district"}, InvalidTypeError, "mapping of one dimension"),
        ({"groups": {}}, InvalidTypeError, "mapping of one dimension"),
        ({**PAIR, "of": 3}, InvalidTypeError, "of must be text"),
        ({**PAIR, "by": "district"}, InvalidInputError, "by= must name another"),
        ({**PAIR, "period": "month"}, InvalidInputError, "period= goes with between="),
        ({"between": YEARS, "of": "district"}, InvalidInputError, "of= names the dimension of groups="),
    ]  # fmt: skip


class TestBadInput:
    @pytest.mark.parametrize("name", CHANGES)
    @pytest.mark.parametrize("case", range(15))
    def test_changes(self, name, case):
        asked, error, said = asked_wrongly(name)[case]
        with pytest.raises(error, match=said):
            CHANGES[name](**asked)

    @pytest.mark.parametrize("name", PARTS)
    def test_parts(self, name):
        with pytest.raises(
            InvalidTypeError, match="groups must be a mapping of their dimension to two of its labels"
        ):
            PARTS[name](groups=("Eastside", "Westside"))
        with pytest.raises(InvalidTypeError, match="cannot both be given"):
            PARTS[name](groups=MAPPED, between=YEARS)
        with pytest.raises(InvalidTypeError, match="between must be given"):
            PARTS[name]()
        part = "grade" if name == "times" else "offence"
        with pytest.raises(InvalidInputError, match=r"(of|offence)= must name another"):
            PARTS[name](groups={part: ("theft", "robbery")})

    def test_of_two_figures(self):
        """Two figures of two groups are refused, with the call that compares them."""
        one, other = pm.summarise_times(TIMES, by="district", target=10)
        cure = r"from their tally or frame: groups=\('Eastside', 'Westside'\), of='district'"
        with pytest.raises(InvalidInputError, match=cure):
            pm.time_change(one, other)
        assert times(groups=("Eastside", "Westside"), of="district").new_mean == other.mean

    def test_of_rates_alone(self):
        for asked, said in (
            ({"per_day": True}, "per_day= reads the two periods"),
            ({"dispersion": "estimate"}, "dispersion='estimate' reads the two periods"),
        ):
            with pytest.raises(InvalidInputError, match=said):
                rated(**PAIR, **asked)
        with pytest.raises(InvalidTypeError, match="not both"):
            rated(**PAIR, versus="previous")
        with pytest.raises(InvalidInputError, match="of= names the dimension"):
            rated(versus="previous", of="district")
        with pytest.raises(InvalidInputError, match="groups="):
            pm.rate_change(5, 6, **PAIR)

    def test_a_total_and_its_part(self):
        data = Tally.from_columns({"district": ["Eastside", "Westside", "Total"]}, [10, 5, 15])
        with pytest.raises(InvalidInputError, match="'Total' of 'district' holds 'Eastside'"):
            rated(data, groups=("Eastside", "Total"), of="district")
        assert rated(data, **PAIR).change == -5

    def test_figures(self):
        with pytest.raises(InvalidInputError, match="groups="):
            pm.time_change(pm.summarise_times(TIMES), pm.summarise_times(TIMES), groups=MAPPED)
