"""Harm scores, against published figures, hand arithmetic and laws."""

from __future__ import annotations

import math
import pickle
from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest
from harms import CODES, counts, methods, own, positive_counts, read, two_years, weight_sets
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import Exposure, HarmWeights, Tally, harm_score
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.harm import score as module

# ---- published figures ------------------------------------------------------------------


class TestPublished:
    def test_greater_manchester(self, css, shared_data):
        """Five of the six group scores of the Crime Severity Score, and the sum of the five.

        Sexual offences differ, by the known fault of the public copy of the weights (code 21).
        """
        rows = read(shared_data / "css" / "greater_manchester_2017_18_inputs.csv")
        published = {
            row["css_group"]: (float(row["published_score"]), int(row["population_mid_2016"]))
            for row in read(shared_data / "css" / "greater_manchester_2017_18_expected.csv")
        }
        people = {g: n for g, (_, n) in published.items()}
        names = {"group": "css_group", "offence": "offence_code"}
        crimes = Tally.from_columns(
            {dim: [row[name] for row in rows] for dim, name in names.items()},
            [int(row["offences"]) for row in rows],
        )
        exposure = Exposure(people, by="group", name="residents", date="mid-2016")
        scores = harm_score(crimes, css, by="group", exposure=exposure)
        found = {row.group["group"]: row.per_head for row in scores}
        right = set(found) - {"Sexual offences"}
        assert len(right) == 5
        for group in right:
            assert found[group] == pytest.approx(published[group][0], rel=1e-12)
        assert sum(found[g] for g in right) == pytest.approx(sum(published[g][0] for g in right), rel=1e-12)
        assert found["Sexual offences"] / published["Sexual offences"][0] - 1 == pytest.approx(
            -0.01103, abs=5e-6
        )
        total = harm_score(crimes, css)
        assert total.score / 2780844 == pytest.approx(20.725092056671954, rel=1e-12)
        assert "sexual offences come out 1.1% to 3.5% low" in str(total)

    def test_from_the_home_office_file(self, css, shared_data):
        """The same from the rows as published: quarters, four rows of homicide, negative counts."""
        frame = pd.read_csv(
            shared_data / "recorded_crime" / "prc_pfa_2017_18.csv.gz", dtype={"offence_code": str}
        )
        scores = harm_score(frame, css, by="force_name", offence="offence_code", count="offences")
        manchester = scores.at(force_name="Greater Manchester")
        assert manchester.crimes == 339818
        assert manchester.score == pytest.approx(20.725092056671954 * 2780844, rel=1e-12)
        fraud = scores.at(force_name="CIFAS")
        assert np.isnan(fraud.score)
        assert fraud.exclusions.reasons == {"outside the weights: ons-css 2020": 276997}
        assert "all offences were excluded (outside the weights: ons-css 2020 276,997)" in str(fraud)

    def test_two_homicides_and_a_thousand_shopliftings(self):
        """Hand arithmetic on the weights as printed."""
        weights = own({"homicide": 7973.393423, "shoplifting": 11.855539})
        crimes = Tally.from_columns(
            {"town": ["T", "T"], "offence": ["homicide", "shoplifting"]},
            [2, 1000],
        )
        town = Exposure({"T": 100_000}, by="town", name="residents", date="mid-2020")
        score = harm_score(crimes, weights, by="town", exposure=town, method="normal")[0]
        assert score.score == pytest.approx(27802.325846, abs=1e-9)
        assert score.per_head == pytest.approx(0.27802325846, abs=1e-14)
        assert score.per_crime == pytest.approx(27802.325846 / 1002)
        assert (score.score_high - score.score) / 1.959963984540054 == pytest.approx(11282.31, abs=0.01)
        assert score.dominant_offence == "homicide"
        assert score.dominant_share == pytest.approx(0.999, abs=5e-4)

    @pytest.mark.parametrize(
        ("method", "low", "high"),
        [
            ("dobson-byar", 9717.709067985681, 11178.94091547925),
            ("dobson", 9717.715880792566, 11178.93513009431),
        ],
    )
    def test_dobson(self, method, low, high):
        """A directly standardised rate is a weighted sum of counts: PHEindicatormethods, testdata_DSR_ISR.xlsx."""
        counts = [127, 25, 18, 21, 12, 27, 48, 27, 29, 32, 32, 34, 45, 65, 38, 68, 74, 82, 91]
        people = [
            636,
            558,
            609,
            543,
            384,
            594,
            669,
            843,
            660,
            576,
            606,
            522,
            426,
            273,
            300,
            288,
            153,
            123,
            207,
        ]
        standard = [5, 5.5, 5.5, 5.5, 6, 6, 6.5, 7, 7, 7, 7, 6.5, 6, 5.5, 5, 4, 2.5, 1.5, 1]
        ages = [f"age {i}" for i in range(19)]
        weights = own(
            {a: s / p / sum(standard) * 1e5 for a, s, p in zip(ages, standard, people, strict=True)}
        )
        rate = harm_score(dict(zip(ages, counts, strict=True)), weights, method=method)
        assert rate.score == pytest.approx(10430.247991469423, rel=1e-13)
        assert (rate.score_low, rate.score_high) == pytest.approx((low, high), rel=1e-9)
        assert rate.interval.method == method

    def test_equal_weights_are_garwoods_limits(self):
        """Ten events: 4.795389 to 18.390356, in every table of Poisson limits."""
        score = harm_score({"a": 4, "b": 6}, own({"a": 100, "b": 100}))
        assert score.interval.low == pytest.approx(479.5389, abs=1e-4)
        assert score.interval.high == pytest.approx(1839.0356, abs=1e-4)


def test_scores_from_other_copies(css, west_midlands, shared_data):
    """The bundled tables give what the published files give, added up one by one."""
    weights = {r["offence_code"]: float(r["weight"]) for r in read(shared_data / "css" / "css_weights.csv")}
    for year, name in zip(
        ("2017/18", "2019/20"), ("prc_pfa_2017_18.csv.gz", "prc_pfa_2019_20.csv.gz"), strict=True
    ):
        counts = Counter()
        for row in read(shared_data / "recorded_crime" / name):
            if row["force_name"] == "West Midlands" and row["offence_group"] != "Fraud offences":
                counts[row["offence_code"]] += int(row["offences"])
        expected = math.fsum(weights[code] * n for code, n in counts.items())
        score = harm_score(west_midlands.where(period=year), css)
        assert score.score == pytest.approx(expected, rel=1e-9)
        assert score.crimes == sum(counts.values())


class TestCrimeSeverityScore:
    def test_groups_add_up_to_the_total_in_every_area_and_year(self, shared_data):
        """Trafford, Greater Manchester and England, ten years each: six groups, weighed by 1, are the total.

        The scores are published per head and not whole, so they enter as weights of one crime each.
        """
        groups = defaultdict(dict)
        for row in read(shared_data / "css" / "css_published_scores_trafford_gm_england.csv"):
            groups[row["area_code"], row["period"]][row["group"]] = float(row["value"])
        assert len(groups) == 30
        for scores in groups.values():
            total = scores.pop("Total recorded crime")
            assert len(scores) == 6
            weights = HarmWeights(scores, name="groups", version="2018", unit="days per head")
            assert harm_score(dict.fromkeys(scores, 1), weights).score == pytest.approx(total, rel=1e-14)


@pytest.fixture(scope="module")
def medians(shared_data):
    """Days by subgroup, and the subgroups of each category."""
    rows = read(shared_data / "cchi" / "cchi_2026_subgroup_medians.csv")
    categories = defaultdict(list)
    for row in rows:
        categories[row["category"]].append(row["prc_subgroup"])
    return {row["prc_subgroup"]: float(row["median_days"]) for row in rows}, categories


@pytest.fixture(scope="module")
def cells(shared_data):
    """Crimes and published days by force and category: seven forces, thirteen categories."""
    return {
        (row["force"], row["category"]): (int(row["offences_2024_25"]), float(row["harm_cchi_days"]))
        for row in read(shared_data / "cchi" / "cchi_2026_force_harm_2024_25_sample.csv")
    }


class TestCambridgeCrimeHarmIndex:
    def test_cells_of_one_weight(self, medians, cells):
        """Where a category has one weight, each cell is count times days: 63 of them, exactly."""
        days, categories = medians
        single = {c: days[s[0]] for c, s in categories.items() if len({days[v] for v in s}) == 1}
        wanted = {key: cell for key, cell in cells.items() if key[1] in single}
        assert len(wanted) == 63
        weights = HarmWeights(single, name="cchi", version="2026")
        crimes = Tally.from_columns(
            {"force": [f for f, _ in wanted], "offence": [c for _, c in wanted]},
            [n for n, _ in wanted.values()],
        )
        scores = harm_score(crimes, weights, by=["force", "offence"])
        assert len(scores) == 63
        for (force, category), (n, published) in wanted.items():
            row = scores.at(force=force, offence=category)
            assert (row.crimes, row.score) == (n, published)

    def test_totals_are_sums_of_cells(self, shared_data, cells):
        """Seven totals of thirteen cells each, exactly: quarter days have no rounding in binary."""
        totals = read(shared_data / "cchi" / "cchi_2026_force_harm_totals_2024_25.csv")
        assert (len(totals), len(cells)) == (7, 91)
        for row in totals:
            of_force = {c: days for (force, c), (_, days) in cells.items() if force == row["force"]}
            assert len(of_force) == 13
            weights = HarmWeights(of_force, name="cells", version="2026")
            score = harm_score(dict.fromkeys(of_force, 1), weights)
            assert score.score == float(row["harm_total_days"])

    def test_mixed_cells_within_the_rounding_of_their_effective_weight(self, shared_data, cells):
        """Days per crime, printed with two decimals, times crimes: within half a hundredth for each crime."""
        effective = read(shared_data / "cchi" / "cchi_2026_effective_weights_sample.csv")
        checked = 0
        for row in effective:
            n, published = cells.get((row["force"], row["category"]), (0, math.nan))
            if not n:
                continue
            checked += 1
            weights = HarmWeights(
                {row["category"]: float(row["cchi_days_rounded_2dp"])}, name="cchi", version="2026"
            )
            score = harm_score({row["category"]: n}, weights)
            assert abs(score.score - published) <= 0.005 * n * (1 + 1e-9)
            assert round(published / n, 2) == pytest.approx(score.per_crime, abs=1e-9)
        assert checked == len(effective) == 16


# ---- by hand ----------------------------------------------------------------------------


class TestHarmScore:
    WEIGHTS = own({"theft": 10, "robbery": 800, "note": 0}, outside=["fraud", "scam"])

    def test_sentence(self):
        score = harm_score({"theft": 100, "robbery": 2}, self.WEIGHTS)
        assert str(score) == (
            "Harm (own 1) was 2,600 days (95% interval 482.3 to 5,054): 25.49 days per crime over 102 crimes; "
            "offence robbery alone carries 99.2% of the variance."
        )
        one = harm_score({"theft": 1, "robbery": 0}, own({"theft": 10, "robbery": 800}, unit="points"))
        assert "10.00 points per crime over 1 crime; offence theft alone" in str(one)
        level = harm_score(
            {"theft": 100, "robbery": 0, "note": 1}, own({"theft": 1, "note": 10, "robbery": 8})
        )
        assert "alone" not in str(level)

    def test_sentence_per_head(self):
        crimes = Tally.from_columns(
            {"force": ["Kent", "Kent", "Essex"], "offence": ["theft", "robbery", "theft"]}, [50, 1, 5]
        )
        kent = Exposure({"Kent": 1000}, by="force", name="residents", date="mid-2020")
        scores = harm_score(crimes, self.WEIGHTS, by="force", exposure=kent)
        assert ", 1.300 per head (1,000 residents, mid-2020); offence" in str(scores.at(force="Kent"))
        essex = scores.at(force="Essex")
        assert essex.score == 50
        assert math.isnan(essex.per_head)
        assert essex.reason == "not available: no residents for Essex"
        assert ", per head not available: no residents for Essex" in str(essex)
        assert scores["reason"].tolist() == ["not available: no residents for Essex", None]

    def test_no_crimes(self):
        """Zero is a score; how much there might have been is not known."""
        for method in ("dobson", "dobson-byar", "normal"):
            score = harm_score({"theft": 0}, self.WEIGHTS, method=method)
            assert (score.score, score.score_low, score.crimes) == (0, 0, 0)
            assert math.isnan(score.score_high)
            assert math.isnan(score.per_crime)
            assert math.isnan(score.dominant_share)
            assert score.dominant_offence == ""
            assert str(score) == "Harm (own 1) was 0 days: no crimes were counted."

    def test_nothing_supplied(self):
        score = harm_score({}, self.WEIGHTS)
        assert str(score) == "Harm (own 1): not available: no rows."
        assert math.isnan(score.score)

    def test_weightless_crimes(self):
        score = harm_score({"note": 7}, self.WEIGHTS)
        assert (score.score, score.score_low, score.score_high, score.per_crime) == (0, 0, 0, 0)

    def test_outside_goes_to_the_ledger(self):
        score = harm_score({"theft": 3, "fraud": 5, "scam": 0}, self.WEIGHTS)
        assert (score.score, score.crimes) == (30, 3)
        assert str(score.exclusions) == "3 crimes counted, 5 excluded (outside the weights: own 1 5)"

    def test_group_of_excluded_crimes_alone_does_not_vanish(self):
        crimes = Tally.from_columns({"force": ["Kent", "Bureau"], "offence": ["theft", "fraud"]}, [3, 5])
        scores = harm_score(crimes, self.WEIGHTS, by="force")
        assert scores["force"].tolist() == ["Bureau", "Kent"]
        assert "all counts were excluded (outside the weights: own 1 5)" in scores[0].reason
        assert np.isnan(scores["score"]).tolist() == [True, False]

    def test_corrections(self):
        """A negative cell is taken as it is, and adds to the variance; a negative total is no figure."""
        crimes = Tally.from_columns(
            {"force": ["A", "A", "B", "B", "C", "C", "D"], "offence": ["theft", "robbery"] * 3 + ["theft"]},
            [90, -1, 3, -1, 1, -1, -2],
        )
        scores = harm_score(crimes, self.WEIGHTS, by="force")
        first = scores.at(force="A")
        assert (first.score, first.crimes) == (100, 89)
        assert first.dominant_share == pytest.approx(640000 / 649000)
        assert scores.at(force="B").reason == (
            "not available: a score of −770.0 on 2 crimes: corrections outweigh what was recorded"
        )
        assert "on 0 crimes" in scores.at(force="C").reason
        assert "below zero" in scores.at(force="D").reason
        assert np.isnan(scores["score"][1:]).all()
        assert np.isnan(scores["dominant_share"][1:]).all()

    def test_corrections_net_out_before_they_are_squared(self):
        quarters = Tally.from_columns({"quarter": [1, 2], "offence": ["robbery"] * 2}, [5, -1])
        assert harm_score(quarters, self.WEIGHTS) == harm_score(
            Tally.from_columns({"offence": ["robbery"]}, [4]), self.WEIGHTS
        )

    def test_by_offence(self):
        scores = harm_score(
            Tally.from_columns({"offence": ["theft", "robbery"]}, [3, 2]), self.WEIGHTS, by="offence"
        )
        assert scores["score"].tolist() == [1600, 30]
        assert scores["dominant_share"].tolist() == [1, 1]

    def test_of_equals_the_first_is_named(self):
        score = harm_score({"b": 1, "a": 1}, own({"a": 5, "b": 5}))
        assert (score.dominant_offence, score.dominant_share) == ("a", 0.5)

    def test_caveat_of_the_weights_travels(self):
        weights = own({"theft": 10}, caveat="a known fault.")
        score = harm_score({"theft": 1}, weights)
        assert str(score).endswith("Caveat: a known fault.")
        assert "caveat: a known fault" in repr(
            harm_score(Tally.from_columns({"offence": ["theft"]}, [1]), weights, by="offence")
        )

    def test_audit(self):
        crimes = Tally.from_columns({"offence": ["theft"]}, [1])
        table = harm_score(crimes, self.WEIGHTS, by=[]).to_dict(audit=True)
        assert (table["weights"], table["harm_unit"], table["method"]) == (["own 1"], ["days"], ["dobson"])
        assert table["dominant_offence"] == ["theft"]
        assert table["exposure"] == [None]

    def test_overlapping_offences_do_not_add(self):
        crimes = Tally.from_columns({"offence": ["theft", "robbery"]}, [3, 2], overlapping="offence")
        with pytest.raises(InvalidInputError, match="overlap"):
            harm_score(crimes, self.WEIGHTS)

    def test_pickles(self):
        crimes = Tally.from_columns({"force": ["A", "B"], "offence": ["theft", "robbery"]}, [3, 2])
        scores = harm_score(crimes, self.WEIGHTS, by="force")
        assert pickle.loads(pickle.dumps(scores)) == scores
        assert scores.to_polars().height == len(scores.to_pandas()) == 2


class TestWeighing:
    """The sums of each group, whatever their size."""

    FORCES = Tally.from_columns(
        {"force": [*"AAABBBCCC"], "offence": ["a", "b", "c"] * 3}, [1, 5, 1, 0, 1, 9, 0, 0, 4]
    )
    WEIGHTS = own({"a": 10, "b": 1, "c": 0.5})

    @pytest.mark.parametrize("at_once", [2**15, 5, 4, 3, 1])
    def test_some_groups_at_a_time(self, monkeypatch, at_once):
        """By hand: the score, and the offence with the largest part of the variance, weight squared by count."""
        monkeypatch.setattr(module, "_AT_ONCE", at_once)
        rows = harm_score(self.FORCES, self.WEIGHTS, by="force")
        assert [(r.score, r.dominant_offence) for r in rows] == [(15.5, "a"), (5.5, "c"), (2, "c")]
        assert [r.dominant_share for r in rows] == pytest.approx([100 / 105.25, 2.25 / 3.25, 1])

    def test_none_counted(self):
        """What was left out is said."""
        some, none = (
            harm_score(Tally.from_columns({"offence": ["a", "F"]}, [0, n]), own({"a": 1}, outside=["F"]))
            for n in (3, 0)
        )
        assert "no crimes were counted, 3 excluded." in str(some)
        assert "no crimes were counted." in str(none)

    def test_light_offences(self):
        """One crime of half a day is all there is of the variance; none of no weight is of it."""
        row = harm_score(self.FORCES.where(force="A", offence="c"), self.WEIGHTS)
        assert (row.dominant_offence, row.dominant_share) == ("c", 1)
        assert harm_score(self.FORCES.where(force="A", offence="c"), own({"c": 0})).dominant_offence == ""

    def test_normal_limits_by_hand(self):
        """A hundred crimes of ten days: 1,000 days, give or take 1.96 times 100; one crime: no less than none."""
        found = harm_score(Tally.from_columns({"offence": ["a"]}, [100]), self.WEIGHTS, method="normal")
        assert (found.score_low, found.score_high) == pytest.approx((804.0036, 1195.9964))
        found = harm_score(Tally.from_columns({"offence": ["a"]}, [1]), self.WEIGHTS, method="normal")
        assert (found.score_low, found.score_high) == pytest.approx((0, 29.59964))

    def test_corrections_of_light_offences(self):
        """One theft more and one less of another kind are no crimes, yet something happened."""
        tally = Tally.from_columns({"offence": ["c", "d"]}, [1, -1])
        assert "corrections outweigh" in harm_score(tally, own({"c": 0.5, "d": 0.5})).reason

    def test_what_to_do_about_unknown_codes(self):
        with pytest.raises(UnknownNameError, match="do not guess a weight"):
            harm_score(self.FORCES, own({"a": 1}))


class TestUnknownOffences:
    def test_all_are_listed(self, css):
        unknown = [f"X{i}" for i in range(30)]
        with pytest.raises(UnknownNameError) as caught:
            harm_score(dict.fromkeys(unknown, 1) | {"46": 1}, css)
        for code in unknown:
            assert repr(code) in str(caught.value)
        assert "'46'," not in str(caught.value)

    def test_the_nearest_are_named(self, css):
        with pytest.raises(UnknownNameError, match=r"none for '34b'\. The nearest it has are '34b': '34B'"):
            harm_score({"34b": 1}, css)

    @pytest.mark.parametrize("name", ["Burglary", "vehicle-crime", "Domestic burglary", "Sexual offences"])
    def test_a_category_is_not_an_offence(self, css, name):
        with pytest.raises(
            UnknownNameError, match=f"'{name}' is a category .* at offence level.* 703 .* 438"
        ):
            harm_score({name: 1}, css)
        with pytest.raises(UnknownNameError, match="are categories"):
            harm_score({name: 1, "Robbery": 2}, css)

    def test_even_a_zero_cell(self, css):
        with pytest.raises(InvalidInputError, match="'X9'"):
            harm_score({"46": 3, "X9": 0}, css)

    def test_codes_as_numbers(self, css):
        with pytest.raises(InvalidTypeError, match=r"4.1 and 4.10 would be one number"):
            harm_score({4.1: 1}, css)
        with pytest.raises(InvalidTypeError, match=r"got the number 46: .* as text"):
            harm_score({46: 1}, css)
        with pytest.raises(InvalidTypeError, match=r"4.1 and 4.10 would be one number"):
            harm_score(pd.DataFrame({"offence": [4.1]}), css)


class TestCaveatCodes:
    """A caveat about some codes travels only with figures in which one of them counts."""

    WEIGHTS = own({"theft": 10, "robbery": 800, "fault": 0}, caveat="Known.", caveat_codes=["fault"])

    @pytest.mark.parametrize(
        ("crimes", "caveat"),
        [
            ({"theft": 3}, ""),
            ({"theft": 3, "fault": 0}, ""),
            ({"theft": 3, "fault": 1}, "Known"),
            ({"theft": 3, "fault": -1}, "Known"),
            ({}, ""),
        ],
    )
    def test_score(self, crimes, caveat):
        score = harm_score(crimes, self.WEIGHTS)
        assert score.caveat == caveat
        assert ("Caveat: Known." in str(score)) == bool(caveat)

    def test_without_codes_always(self):
        assert harm_score({"theft": 0}, own({"theft": 10}, caveat="Known.")).caveat == "Known"

    def test_the_bundled_set(self, css):
        """That it is superseded holds for every score; the fault of sexual offences for any of these."""
        assert harm_score({"46": 10}, css).caveat.startswith("This edition is superseded")
        assert "sexual" not in harm_score({"46": 10}, css).caveat
        for code in ("21", "17A", "88E", "73"):
            assert "sexual offences come out 1.1% to 3.5% low" in harm_score({"46": 10, code: 1}, css).caveat

    def test_table(self):
        crimes = Tally.from_columns({"force": ["A", "B"], "offence": ["theft", "fault"]}, [3, 1])
        assert "caveat: Known" in repr(harm_score(crimes, self.WEIGHTS, by="force"))
        without = harm_score(crimes.drop(force="B"), self.WEIGHTS, by="force")
        assert "caveat" not in repr(without)
        assert without.to_dict(audit=True)["caveat"] == [""]

    def test_what_cancels_out_does_not_matter(self):
        crimes = Tally.from_columns({"quarter": [1, 2], "offence": ["fault"] * 2}, [1, -1])
        assert harm_score(crimes, self.WEIGHTS).caveat == ""
        assert harm_score(crimes, self.WEIGHTS, by="quarter")[0].caveat == "Known"


class TestBadInput:
    CRIMES = two_years({"theft": 5}, {"theft": 6})
    WEIGHTS = own({"theft": 10})

    @pytest.mark.parametrize(
        ("data", "options", "error", "match"),
        [
            ([1, 2], {}, InvalidTypeError, "Tally or a data frame"),
            (None, {}, InvalidTypeError, "Tally or a data frame"),
            ({"theft": 1.5}, {}, InvalidInputError, "whole"),
            ({"theft": math.nan}, {}, InvalidInputError, "whole"),
            ({"theft": "5"}, {}, InvalidTypeError, "counts"),
            ({"theft": 5}, {"by": "force"}, InvalidInputError, "a mapping of offence to count is one score"),
            ({"theft": 5}, {"count": "n"}, InvalidInputError, "a mapping of offence to count is one score"),
            (CRIMES, {"by": "force"}, UnknownNameError, "no dimension 'force'; it has 'period', 'offence'"),
            (CRIMES, {"offence": "code"}, UnknownNameError, "no dimension 'code'"),
            (CRIMES, {"offence": 3}, InvalidTypeError, "offence must be text"),
            (CRIMES, {"count": "n"}, InvalidInputError, "counted already"),
            (CRIMES, {"method": "exact"}, UnknownNameError, "'dobson', 'dobson-byar', 'normal'"),
            (CRIMES, {"method": None}, InvalidTypeError, "method must be one of"),
            (CRIMES, {"confidence_level": 95}, InvalidInputError, "Did you mean 0.95"),
            (CRIMES, {"exposure": 1000}, InvalidTypeError, "exposure must be an Exposure"),
        ],
    )
    def test_score(self, data, options, error, match):
        with pytest.raises(error, match=match):
            harm_score(data, self.WEIGHTS, **options)


# ---- laws -------------------------------------------------------------------------------


class TestLaws:
    @given(counts, weight_sets, st.floats(1e-3, 1e3), methods)
    def test_scaling_the_weights_scales_score_and_limits(self, crimes, weights, factor, method):
        score = harm_score(crimes, own(weights), method=method)
        scaled = harm_score(crimes, own({k: v * factor for k, v in weights.items()}), method=method)
        for name in ("score", "score_low", "score_high", "per_crime"):
            assert getattr(scaled, name) == pytest.approx(
                getattr(score, name) * factor, rel=1e-9, abs=1e-6 * factor, nan_ok=True
            )
        assert scaled.dominant_share == pytest.approx(score.dominant_share, nan_ok=True)

    @given(counts, counts, weight_sets)
    def test_scores_of_merged_tallies_add(self, first, second, weights):
        parts = [Tally.from_columns({"offence": list(c)}, list(c.values())) for c in (first, second)]
        whole, one, two = (harm_score(t, own(weights)) for t in (parts[0] + parts[1], *parts))
        assert whole.score == pytest.approx(one.score + two.score, rel=1e-12)
        assert whole.crimes == one.crimes + two.crimes

    @given(positive_counts, weight_sets, methods, st.floats(0.5, 0.99))
    def test_estimate_lies_in_its_interval(self, crimes, weights, method, level):
        score = harm_score(crimes, own(weights), method=method, confidence_level=level)
        assert 0 <= score.score_low <= score.score <= score.score_high
        wider = harm_score(crimes, own(weights), method=method, confidence_level=0.995)
        assert wider.score_low <= score.score_low + 1e-9
        assert wider.score_high >= score.score_high - 1e-9

    @given(
        st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(CODES), st.integers(-50, 50)), max_size=12)
    )
    def test_any_corrections_give_a_figure_or_a_reason(self, rows):
        """Never a negative score, never a nan without a reason, never an error."""
        columns = {"force": [f for f, _, _ in rows], "offence": [c for _, c, _ in rows]}
        crimes = Tally.from_columns(columns, [n for _, _, n in rows])
        for row in harm_score(crimes, own({"a": 1, "b": 10, "c": 100, "d": 0}), by="force"):
            assert (row.reason is None) == (row.score >= 0)
            assert row.reason is None or math.isnan(row.score)
