"""`compare`: each area beside a group, on worked figures, on published ones, and by its laws."""

from __future__ import annotations

import csv
import gzip
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Results, Tally, compare
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.figures import AreaRate, AreaShare

GROUP = {"against": "pooled", "include_self": True}
ASKED = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}
# Ten areas of which R's FunnelPlotR and PHEindicatormethods were asked.
TEN = {
    "a": (120, 1000), "b": (340, 2500), "c": (95, 1000), "d": (610, 5000), "e": (1500, 10000),
    "f": (48, 600), "g": (220, 1500), "h": (90, 700), "i": (410, 3300), "j": (260, 1800),
}  # fmt: skip


def shares_of(areas, **options):
    counts, wholes = zip(*areas.values(), strict=True)
    return pm.share(list(counts), list(wholes), labels=list(areas), **options)


def rates_of(areas, **options):
    counts, sizes = zip(*areas.values(), strict=True)
    return pm.rate(list(counts), list(sizes), labels=list(areas), **options)


def outcomes_of(counts, **options):
    """Rates by force from positive and other outcomes."""
    rows = [(f, c, n) for f, pair in counts.items() for c, n in zip(("1", "18"), pair, strict=True)]
    forces, codes, numbers = zip(*rows, strict=True)
    data = Tally.from_columns({"force": forces, "outcome": codes}, numbers)
    return pm.positive_outcome_rate(data, **ASKED | options, by="force")


THREE = {"Kent": (100, 900), "Essex": (300, 1700), "Dorset": (20, 80)}


class TestOracles:
    """Against R: FunnelPlotR's functions, PHEindicatormethods."""

    def test_arcsine(self):
        """φ, τ² and limits of ten proportions on the arcsine scale, 10% winsorised."""
        found = compare(shares_of(TEN), of="label", scale="arcsine", **GROUP)
        one = found.at(label="a")
        assert one.phi == pytest.approx(5.02610225921, rel=1e-11)
        assert one.tau**2 == pytest.approx(0.00047084361424, rel=1e-10)
        assert one.reference == pytest.approx(0.1347810219, rel=1e-9)
        assert (one.lower_spread, one.upper_spread) == pytest.approx((0.10092828605, 0.1726753237), rel=1e-8)
        assert (one.lower, one.upper) == pytest.approx((0.1143304811, 0.1566340873), rel=1e-8)
        assert (one.lower_outer, one.upper_outer) == pytest.approx((0.10320561479, 0.16984132), rel=1e-7)
        assert one.limits_method == "arcsine"

    def test_identity(self):
        one = compare(shares_of(TEN), of="label", **GROUP)[0]
        assert one.phi == pytest.approx(4.561664, rel=1e-6)
        assert one.tau**2 == pytest.approx(0.000194908, rel=1e-6)

    def test_ratios(self):
        """Of observed and expected counts, on the logarithmic scale."""
        areas = dict(
            zip(
                "abcdef",
                [(4200, 4710), (9100, 8635), (2500, 3218), (15200, 12560), (980, 942), (3100, 3050)],
                strict=True,
            )
        )
        found = compare(rates_of(areas, per=1), of="label", against=1)
        expected = [-7.8651659505, 4.8739657778, -14.3219325651, 21.3807885594, 1.2137863741, 0.8980166168]
        assert found["z"] == pytest.approx(expected, rel=1e-9)
        assert found[0].phi == pytest.approx(63.88182592, rel=1e-9)
        assert found[0].tau ** 2 == pytest.approx(0.01524800633, rel=1e-9)
        wide = math.hypot(1 / math.sqrt(1000), found[0].tau)
        assert [math.exp(w * 1.959963984540054 * wide) for w in (-1, 1)] == pytest.approx(
            (0.7789316014, 1.283809770), rel=1e-8
        )

    @pytest.mark.parametrize(
        ("t", "n", "inner", "outer"),
        [
            (0.12, 100, (0.05630870927, 0.18369129073), (0.01957933626, 0.22042066374)),
            (0.12, 20000, (0.1154963456, 0.1245036544), (0.1128998892, 0.1271008068)),
            (0.8, 5000, (0.7889127694, 0.8110872306), (0.7825190062, 0.8174809938)),
        ],
    )
    def test_inverse_of_wilson(self, t, n, inner, outer):
        """The funnel of a proportion, PHEindicatormethods."""
        (one,) = compare(shares_of({"a": (n // 2, n)}), of="label", against=t, overdispersion=None)
        assert (one.lower, one.upper) == pytest.approx(inner, rel=1e-9)
        assert (one.lower_outer, one.upper_outer) == pytest.approx(outer, rel=1e-4)

    def test_labels_of_proportions(self):
        """Of eight, by the pooled average 0.1349541284."""
        areas = dict(
            zip(
                "abcdefgh",
                [
                    (120, 1000),
                    (340, 2500),
                    (95, 1000),
                    (610, 5000),
                    (1500, 10000),
                    (48, 600),
                    (220, 1500),
                    (9, 200),
                ],
                strict=True,
            )
        )
        found = compare(shares_of(areas), of="label", overdispersion=None, **GROUP)
        assert found[0].reference == pytest.approx(0.1349541284, rel=1e-9)
        assert found["by_chance"].tolist() == [
            "within", "within", "below 99.8%", "below 95%", "above 99.8%", "below 99.8%", "within", "below 99.8%"
        ]  # fmt: skip
        assert found["side"].tolist() == found["by_chance"].tolist()

    def test_labels_of_ratios(self):
        """Of observed and expected counts, exact."""
        areas = dict(
            zip(
                "abcdefg",
                [
                    (8, 6.239860227),
                    (151, 106.4429719),
                    (159, 232.9329036),
                    (124, 183.894409),
                    (150, 119.5695496),
                    (0, 240.6273499),
                    (220, 249.8012944),
                ],
                strict=True,
            )
        )
        found = compare(rates_of(areas, per=1), of="label", against=1, overdispersion=None)
        assert found["by_chance"].tolist() == [
            "within", "above 99.8%", "below 99.8%", "below 99.8%", "above 95%", "below 99.8%", "within"
        ]  # fmt: skip


class TestConventions:
    @pytest.mark.parametrize(
        ("against", "include_self", "expected"),
        [
            ("pooled", True, 420 / 3100),
            ("pooled", False, 320 / 2100),
            ("mean_of_rates", True, 0.15),
            ("mean_of_rates", False, 0.175),
        ],
    )
    def test_with_and_without_itself(self, against, include_self, expected):
        """Both official conventions, each by name: 10% of 1,000 beside 15% of 2,000 and 20% of 100."""
        kent = compare(outcomes_of(THREE), against=against, include_self=include_self).at(force="Kent")
        assert isinstance(kent, AreaShare)
        assert kent.reference == pytest.approx(expected)
        assert kent.difference == pytest.approx(100 * (0.1 - expected))
        assert (kent.members, kent.include_self) == (2 + include_self, "yes" if include_self else "no")
        similar = {"Kent": ["Essex", "Dorset"]}
        named = compare(outcomes_of(THREE), against=against, include_self=include_self, members=similar)
        assert len(named) == 1
        assert named[0].reference == pytest.approx(expected)

    def test_some_are_the_group(self):
        """One that is no member is beside them, with itself or without."""
        four = THREE | {"Surrey": (500, 500)}
        for include_self, expected in ((False, 420 / 3100), (True, 920 / 4100)):
            found = compare(
                outcomes_of(four), against="pooled", include_self=include_self, members=list(THREE)
            )
            assert found.at(force="Surrey").reference == expected
            assert found.at(force="Surrey").members == 3 + include_self
            assert len(found) == 4
            assert found[0].phi == pytest.approx(
                compare(outcomes_of(THREE), against="pooled", include_self=include_self)[0].phi
            )

    def test_similar_areas(self):
        """Each has the spread of its own group."""
        five = THREE | {"Surrey": (500, 500), "Sussex": (50, 950)}
        similar = {"Kent": ["Essex", "Dorset"], "Surrey": ["Sussex", "Kent", "Essex", "Dorset"]}
        found = compare(outcomes_of(five), against="pooled", include_self=True, members=similar)
        assert found["force"].tolist() == ["Kent", "Surrey"]
        alone = compare(outcomes_of(THREE), **GROUP).at(force="Kent")
        assert (found[0].phi, found[0].tau, found[0].z) == pytest.approx((alone.phi, alone.tau, alone.z))
        assert found[1].members == 5

    def test_never_silently(self):
        """Both are asked for in one error, with a call that runs on the same table."""
        rates = outcomes_of(THREE)
        with pytest.raises(ChoiceNeededError, match=r"(?s)against= is required.*include_self must") as caught:
            compare(rates)
        assert caught.value.call == "compare(figures, against='pooled', include_self=True)"
        figures = rates
        assert len(eval(caught.value.call)) == 3  # noqa: S307  # our own words
        assert figures is rates
        with pytest.raises(InvalidTypeError, match="go with a group"):
            compare(rates, against=0.1, include_self=True)

    def test_sentences(self):
        found = compare(outcomes_of(THREE), **GROUP)
        assert str(found.at(force="Kent")) == (
            "Kent: the positive outcome rate (charged, closed basis, out of outcomes) was 10.00%, 3.55 percentage points below "
            "the pooled figure of 3 forces (13.55%): below 99.8% limits by chance alone, within once the spread between forces "
            "is allowed for; rank 3 of 3 (95% interval 2 to 3)."
        )
        assert "of 3 forces 1 lie outside 99.8% limits by chance alone, and 0 once the spread" in repr(found)
        alone = compare(outcomes_of(THREE), overdispersion=None, **GROUP)
        assert "by chance alone: Kent (below)" in repr(alone)
        assert "of 1 forces shown of 3 compared" in repr(found[:1])
        given = compare(outcomes_of(THREE), against=0.1, overdispersion=None).at(force="Kent")
        assert "was 10.00%, the same as the figure given (10.00%): within limits" in str(given)


class TestKinds:
    """What may be compared: whatever is a numerator out of a denominator."""

    def test_ratio_of_flows(self):
        """Closed outcomes out of crimes are no part of them: both counts vary, s² = 1/E + 1/D on the logarithmic scale."""
        crimes = {"Kent": 50, "Essex": 200, "Dorset": 100}
        found = compare(outcomes_of(THREE, out_of="crimes", crimes=crimes), overdispersion=None, **GROUP)
        kent = found.at(force="Kent")
        assert kent.reference == 420 / 350
        assert (kent.scale, kent.limits_method) == ("log", "ratio of counts")
        assert kent.z == pytest.approx(math.log(2 / 1.2) / math.sqrt(1 / 60 + 1 / 50))
        assert (
            compare(outcomes_of(THREE, out_of="crimes", crimes=crimes), against=1.5, overdispersion=None)[
                0
            ].reference
            == 1.5
        )

    def test_times(self):
        """Shares within target, of calls answered and of responses."""
        areas = {"Kent": [5] * 80 + [50] * 20, "Essex": [5] * 70 + [50] * 30, "Dorset": [5] * 60 + [50] * 40}
        columns = {
            "force": [f for f, v in areas.items() for _ in v],
            "seconds": [s for v in areas.values() for s in v],
        }
        calls = Tally.from_columns(columns, [1] * 300)
        found = compare(pm.answer_times(calls, target=10, out_of="answered", by="force"), **GROUP)
        assert found.at(force="Kent").reference == 0.7
        assert found[0].of_what == "The share of the calls answered within 10 s"
        assert found.at(force="Kent").z == pytest.approx(0.1 / math.sqrt(0.21 / 100))
        assert (
            compare(pm.summarise_times(calls, target=10, by="force"), **GROUP)["z"].tolist()
            == found["z"].tolist()
        )

    def test_harm(self):
        """Of crimes that all weigh the same harm per head has the funnel of the crimes; per crime it must be said."""
        weights = pm.HarmWeights({"theft": 10.0}, name="own", version="1")
        sizes = {"Kent": 1000, "Essex": 2000, "Dorset": 500}
        crimes = Tally.from_columns({"force": [*sizes], "offence": ["theft"] * 3}, [90, 230, 80])
        people = pm.Exposure(sizes, by="force", name="residents", date="mid-2022")
        for method in ("dobson", "dobson-byar", "normal"):
            harm = pm.harm_score(crimes, weights, by="force", exposure=people, method=method)
            found = compare(harm, column="per_head", overdispersion=None, **GROUP)
            plain = compare(pm.rate(crimes, people, by="force"), overdispersion=None, **GROUP)
            assert found[0].of_what == "Harm (own 1) per head"
            for column in ("z", "p", "rank", "rank_low"):
                assert found[column] == pytest.approx(plain[column], rel=1e-9)
            for column in ("value", "reference", "lower", "upper", "value_low", "value_high"):
                assert found[column] == pytest.approx(plain[column] / 100, rel=1e-9)
        with pytest.raises(ChoiceNeededError, match="column must be given: 'per_crime', 'per_head'"):
            compare(harm, **GROUP)

    def test_harm_per_crime(self):
        """The mean of weights has their variance: of n crimes, half of weight 10 and half of 30, 100 / n."""
        weights = pm.HarmWeights({"a": 10.0, "b": 30.0}, name="own", version="1")
        forces = ["Kent"] * 2 + ["Essex"] * 2 + ["Dorset"] * 2
        crimes = Tally.from_columns({"force": forces, "offence": ["a", "b"] * 3}, [50, 50, 20, 80, 60, 40])
        found = compare(pm.harm_score(crimes, weights, by="force"), overdispersion=None, **GROUP)
        kent = found.at(force="Kent")
        assert (kent.value, kent.reference) == (20, pytest.approx(6400 / 300))
        assert kent.z == pytest.approx((20 - 6400 / 300) / math.sqrt(100 / 100))
        assert kent.scale == "identity"

    def test_what_cannot(self):
        change = pm.rate_change([5, 6, 7], [7, 8, 9], labels=[*"abc"])
        with pytest.raises(
            InvalidTypeError, match=r"numerators out of denominators.*got a table of RateChange"
        ):
            compare(change, of="label", **GROUP)
        with pytest.raises(InvalidTypeError, match="figures must be a table of figures"):
            compare(shares_of(TEN)[0], of="label", **GROUP)
        with pytest.raises(InvalidInputError, match="the table is empty"):
            compare(shares_of(TEN)[:0], of="label", **GROUP)
        with pytest.raises(
            UnknownNameError, match="scale of a share must be one of 'identity', 'arcsine'; got 'log'"
        ):
            compare(shares_of(TEN), of="label", scale="log", **GROUP)
        with pytest.raises(InvalidInputError, match=r"against must be a fraction under 1 .* got 12"):
            compare(shares_of(TEN), of="label", against=12)


class TestBadTables:
    def test_an_area_twice(self):
        both = Results.of([*shares_of(TEN), shares_of(TEN)[3]])
        with pytest.raises(InvalidInputError, match=r"\{'label': 'd'\} stands there twice"):
            compare(both, of="label", **GROUP)

    @pytest.mark.parametrize(
        "other",
        [
            {"positive": "out-of-court"},
            {"basis": "recorded"},
            {"confidence_level": 0.9},
            {"as_at": "July 2024"},
        ],
    )
    def test_several_definitions(self, other):
        mixed = Results.of([*outcomes_of(THREE)[:2], outcomes_of(THREE, **other)[2]])
        with pytest.raises(InvalidInputError, match="figures must be of one definition"):
            compare(mixed, **GROUP)

    def test_several_sizes_that_a_rate_is_per(self):
        mixed = Results.of([*rates_of(TEN)[:9], rates_of(TEN, per=100_000)[9]])
        with pytest.raises(InvalidInputError, match="of one definition; per is 1000"):
            compare(mixed, of="label", **GROUP)

    def test_several_parts_of_a_tally(self):
        crimes = Tally.from_columns(
            {"force": [*"abcabc"], "group": ["Robbery"] * 3 + ["Arson"] * 3}, [50, 60, 70, 80, 90, 99]
        )
        robbery, arson = (
            pm.rate(crimes.where(group=g), {"a": 900, "b": 900, "c": 900}, by="force")
            for g in ("Robbery", "Arson")
        )
        with pytest.raises(InvalidInputError, match="chosen is 'Robbery', 'Arson'"):
            compare(Results.of([*robbery[:2], arson[2]]), **GROUP)
        assert compare(robbery, **GROUP)[0].chosen == "Robbery"
        assert str(compare(robbery, **GROUP)[0]).startswith("a, Robbery: recorded crime per 1,000 was")

    def test_several_targets(self):
        calls = Tally.from_columns({"force": ["a", "b", "c"], "seconds": [5, 6, 7]}, [10, 20, 30])
        one, other = (pm.summarise_times(calls, target=t, by="force") for t in (10, 15))
        with pytest.raises(InvalidInputError, match="target is 10"):
            compare(Results.of([*one[:2], other[2]]), **GROUP)

    def test_several_periods(self):
        columns = {"force": [*"abc"] * 2, "period": ["2022/23"] * 3 + ["2023/24"] * 3}
        rates = pm.rate(
            Tally.from_columns(columns, [50, 60, 70] * 2),
            Tally.from_columns(columns, [500] * 6),
            by=["force", "period"],
        )
        with pytest.raises(
            InvalidInputError, match=r"kept by 'period' too.*figures\[figures\['period'\] == '2022/23'\]"
        ):
            compare(rates, **GROUP)
        figures = rates
        found = compare(figures[figures["period"] == "2022/23"], **GROUP)
        assert found[0].group == {"force": "a", "period": "2022/23"}

    def test_a_total_among_them(self):
        """It would count everything twice."""
        whole = TEN | {"All areas": tuple(map(sum, zip(*TEN.values(), strict=True)))}
        with pytest.raises(
            InvalidInputError, match="'All areas' of 'label' is the sum of others: leave it out"
        ) as caught:
            compare(shares_of(whole), of="label", **GROUP)
        figures = shares_of(whole)
        assert "figures[figures['label'] != 'All areas']" in str(caught.value)
        assert len(compare(figures[figures["label"] != "All areas"], of="label", **GROUP)) == 10

    def test_a_group_of_two(self):
        """Each would be as far above the other as that is below it, and of their spread nothing is known."""
        two = {k: TEN[k] for k in "ab"}
        for options in (GROUP, {"against": 0.1}, {"against": "pooled", "include_self": False}):
            with pytest.raises(InvalidInputError, match="a group must have at least 3 areas"):
                compare(shares_of(two), of="label", **options)
        with pytest.raises(InvalidInputError, match="got fewer for 'a'"):
            compare(shares_of(TEN), of="label", members={"a": ["b"]}, **GROUP)
        assert len(compare(shares_of(two), of="label", against=0.12, overdispersion=None)) == 2


class TestNotTested:
    """Shown, never tested without saying so."""

    def test_without_a_figure(self):
        rates = outcomes_of(THREE | {"Cumbria": (0, 0)})
        found = compare(rates, **GROUP)
        assert found.at(force="Cumbria").reason == "not available: no outcomes"
        assert np.isnan(found.at(force="Cumbria").reference) or np.isnan(found.at(force="Cumbria").value)
        assert found.at(force="Kent").reference == 420 / 3100
        assert found.at(force="Kent").caveat == "the group is without Cumbria"
        assert "not tested: Cumbria" in repr(found)
        assert str(found.at(force="Cumbria")).startswith(
            "Cumbria: the positive outcome rate (charged, closed basis, out of outcomes): not available: no outcomes."
        )

    def test_too_little_expected(self):
        """Of 30 at 12% fewer than 5 are expected: the area counts in the group, and neither in the spread nor in the ranks."""
        found = compare(shares_of(TEN | {"k": (30, 30)}), of="label", **GROUP)
        few = found.at(label="k")
        assert few.reason == "not tested: fewer than 5 are expected of it, of a share on either side"
        assert (few.by_chance, few.side, few.value) == ("", "", 1.0)
        assert np.isnan([few.z, few.p, few.p_spread, few.rank]).all()
        assert few.reference == (3693 + 30) / (27400 + 30)
        assert found[0].areas == 10
        assert (
            compare(shares_of(TEN | {"k": (30, 30)}), of="label", least_expected=0, **GROUP)
            .at(label="k")
            .side
            != ""
        )

    def test_few_residents(self):
        """City of London, by any of its names, per head; its outcomes are tested like all others."""
        for name in ("City of London", "London, City of"):
            areas = {
                "Kent": (900, 10_000),
                "Essex": (800, 10_000),
                "Dorset": (850, 10_000),
                name: (8_000, 9_000),
            }
            rates = rates_of(areas)
            found = compare(rates, of="label", **GROUP)
            city = found.at(label=name)
            assert city.reason.startswith("not tested: few residents beside those who work there or visit")
            assert (city.by_chance, found[0].areas, found[0].reference) == ("", 3, 85)
            named = compare(rates, of="label", members=list(areas), **GROUP).at(label=name)
            assert named.by_chance == "above 99.8%"
            assert named.caveat.startswith("few residents beside")
            assert compare(outcomes_of(THREE | {name: (300, 700)}), **GROUP).at(force=name).side != ""

    def test_what_stands_out_beyond_the_spread(self):
        """The data come first, and that is said of it alone."""
        areas = {f"x{i}": (100 + i % 3, 1000) for i in range(20)} | {"y": (400, 1000)}
        found = compare(shares_of(areas), of="label", **GROUP)
        assert found.at(label="y").side == "above 99.8%"
        assert found.at(label="y").caveat.startswith("so far from the others the data come first")
        assert found.at(label="x1").caveat == ""


class TestCohorts:
    def test_how_much_is_open_travels(self):
        """30% of the crimes of one and 5% of another have no outcome yet: the figures are not of one age."""
        columns = {"force": [f for f in "abc" for _ in range(3)], "outcome": ["0", "1", "18"] * 3}
        data = Tally.from_columns(columns, [300, 50, 650, 50, 60, 890, 100, 70, 830])
        rates = pm.positive_outcome_rate(
            data, positive="charged", basis="recorded", out_of="crimes", by="force"
        )
        said = "5.0% to 30.0% of the crimes of an area have no outcome yet, so that rates will still grow, and not all alike"
        assert [found.caveat for found in compare(rates, **GROUP)] == [said] * 3
        assert "no outcome yet" not in compare(outcomes_of(THREE), **GROUP)[0].caveat


class TestNothing:
    """Where nothing was counted, or everything, nothing is tested, and nothing warns."""

    @pytest.mark.parametrize("counts", [[0, 0, 0], [100, 100, 100], [0, 0, 30]])
    @pytest.mark.parametrize("against", ["pooled", "mean_of_rates"])
    @pytest.mark.parametrize("include_self", [True, False])
    def test_all_or_nothing(self, counts, against, include_self):
        sizes, labels = [100, 100, 101], [*"abc"]
        for figures in (pm.share(counts, sizes, labels=labels), pm.rate(counts, sizes, labels=labels)):
            found = compare(figures, of="label", against=against, include_self=include_self)
            assert all("inf" not in str(f) and "nan" not in str(f) for f in found)
            assert ((found["by_chance"] == "") == np.isnan(found["z"])).all()

    def test_no_members(self):
        with pytest.raises(InvalidInputError, match="members= is empty"):
            compare(outcomes_of(THREE), members={}, **GROUP)
        with pytest.raises(InvalidInputError, match="a group must have at least 3 areas"):
            compare(outcomes_of(THREE), members=[], **GROUP)

    def test_a_comparison_is_made(self):
        with pytest.raises(InvalidTypeError, match="got a table of AreaShare"):
            compare(compare(outcomes_of(THREE), **GROUP), **GROUP)


class TestAdjusted:
    def test_by_hand(self):
        """Bonferroni's times the number of tests, of the test with the spread where there is one."""
        found = compare(shares_of(TEN), of="label", adjust="bonferroni", **GROUP)
        assert found["p_adjusted"] == pytest.approx(np.minimum(found["p_spread"] * 10, 1))
        alone = compare(shares_of(TEN), of="label", adjust="bonferroni", overdispersion=None, **GROUP)
        assert alone["p_adjusted"] == pytest.approx(np.minimum(alone["p"] * 10, 1))
        assert np.isnan(compare(shares_of(TEN), of="label", **GROUP)["p_adjusted"]).all()

    def test_multiplicative(self):
        """The limits of chance, √φ as wide; never narrower than chance."""
        found = compare(shares_of(TEN), of="label", overdispersion="multiplicative", **GROUP)[0]
        assert found.upper_spread - found.reference == pytest.approx(
            (found.upper - found.reference) * math.sqrt(found.phi)
        )


# ---- laws -------------------------------------------------------------------------------

AREAS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.tuples(st.integers(0, 500), st.integers(1, 500)),
    min_size=3,
    max_size=12,
).map(lambda d: {k: (x, x + rest) for k, (x, rest) in d.items()})
COLUMNS = ("z", "p", "z_spread", "p_spread", "lower", "upper_outer_spread", "rank", "rank_low", "rank_high")


def total_free(areas):
    counts = [x for x, _ in areas.values()]
    return all(2 * x != sum(counts) for x in counts)


class TestLaws:
    @given(AREAS, st.randoms())
    def test_order_does_not_matter(self, areas, random):
        assume(total_free(areas))
        mixed = list(areas)
        random.shuffle(mixed)
        one, other = (
            compare(t, of="label", **GROUP)
            for t in (shares_of(areas), shares_of({k: areas[k] for k in mixed}))
        )
        for column in COLUMNS:
            assert one[column] == pytest.approx(
                other[[mixed.index(k) for k in areas]][column], rel=1e-9, nan_ok=True
            )

    @given(AREAS, st.sampled_from([1, 100, 100_000]))
    def test_scale_does_not_matter(self, areas, per):
        assume(total_free(areas))
        one, other = (compare(rates_of(areas, per=p), of="label", **GROUP) for p in (1_000, per))
        for column in ("z", "p", "z_spread", "rank"):
            assert one[column] == pytest.approx(other[column], rel=1e-6, abs=1e-9, nan_ok=True)

    @given(st.integers(30, 200), st.integers(300, 900), st.integers(3, 9), st.booleans())
    def test_equals(self, count, size, k, include_self):
        """One area in a group of equals is at z = 0, with no spread between them."""
        found = compare(
            shares_of({f"x{i}": (count, size) for i in range(k)}),
            of="label",
            against="pooled",
            include_self=include_self,
        )
        assert found["z"] == pytest.approx(0, abs=1e-9)
        assert found[0].tau == 0
        assert set(found["side"]) == {"within"}
        assert set(found["rank"]) == {1}

    @given(AREAS)
    def test_merged_areas(self, areas):
        """A pooled group of two areas merged is that of both."""
        assume(total_free(areas) and len(areas) > 3)
        (a, x), (b, y), *rest = areas.items()
        merged = {f"{a}+{b}": (x[0] + y[0], x[1] + y[1])} | dict(rest)
        assume(total_free(merged))
        one, other = (compare(shares_of(t), of="label", **GROUP) for t in (areas, merged))
        assert one[0].reference == other[0].reference
        assert one["z"][2:] == pytest.approx(other["z"][1:], nan_ok=True)

    @given(AREAS)
    def test_limits_widen_with_the_level_and_with_the_spread(self, areas):
        assume(total_free(areas))
        for found in (
            compare(f(areas), of="label", least_expected=0, **GROUP) for f in (shares_of, rates_of)
        ):
            t = {name: found[name] for name in found.columns if name.startswith(("lower", "upper"))}
            there = ~np.isnan(found["z"]) & (found["reference"] > 0)
            for tail in ("", "_spread"):
                assert (t[f"lower_outer{tail}"] <= t[f"lower{tail}"] + 1e-12)[there].all()
                assert (t[f"upper_outer{tail}"] >= t[f"upper{tail}"] - 1e-12)[there].all()
            if isinstance(found[0], AreaShare):
                assert (t["upper_spread"] >= t["upper"] - 1e-12)[there].all()

    @given(st.integers(1, 99), st.integers(100, 10_000))
    def test_limits_narrow_with_n(self, percent, n):
        small, large = (
            compare(
                f({"a": (0, n), "b": (0, 2 * n)}, **o),
                of="label",
                against=percent / 100,
                overdispersion=None,
                least_expected=0,
            )
            for f, o in ((shares_of, {}), (rates_of, {"per": 1}))
        )
        for found in (small, large):
            assert found[1].upper - found[1].lower < found[0].upper - found[0].lower

    @given(AREAS, st.sampled_from([0.8, 0.95, 0.99]))
    def test_limits_and_p_values_agree(self, areas, level):
        """Outside the limits exactly where the p-value is below one less the level."""
        assume(total_free(areas))
        for make in (shares_of, rates_of):
            found = compare(make(areas), of="label", confidence_levels=(level, 0.998), **GROUP)
            outside = np.array([v not in {"", "within"} for v in found["by_chance"]])
            clear = np.abs(found["p"] - (1 - level)) > 1e-6
            assert (outside == (found["p"] < 1 - level))[clear & ~np.isnan(found["p"])].all()
            beyond = np.array([v not in {"", "within"} for v in found["side"]])
            clear = np.abs(found["p_spread"] - (1 - level)) > 1e-6
            assert (beyond == (found["p_spread"] < 1 - level))[clear & ~np.isnan(found["p"])].all()

    @given(AREAS)
    def test_ranks_hold_the_rank(self, areas):
        assume(total_free(areas))
        found = compare(rates_of(areas), of="label", least_expected=0, **GROUP)
        there = ~np.isnan(found["rank"])
        assert (found["rank_low"] <= found["rank"])[there].all()
        assert (found["rank"] <= found["rank_high"])[there].all()


def test_no_spread_where_chance_is_all():
    """Draws from one probability: τ is 0 or next to it, and about 5% lie outside the inner limits."""
    rng = np.random.default_rng(5)
    areas = {f"a{i}": (int(rng.binomial(2_000, 0.3)), 2_000) for i in range(400)}
    found = compare(shares_of(areas), of="label", winsorise=0, **GROUP)
    assert found[0].tau < 0.003
    assert 0.02 < np.mean(found["by_chance"] != "within") < 0.08


# ---- real figures -----------------------------------------------------------------------


def read_outcomes(folder, year, basis):
    """Positive outcomes and all others of the 43 territorial forces."""
    with (folder / "outcomes" / "ho_outcomes_force_year.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if (r["basis"], r["financial_year"]) == (basis, year)]
    forces = pm.definitions.force_names()
    return {
        r["force"]: (n := int(r["positive_total"]), int(r["assigned_total"]) - n)
        for r in rows
        if forces[r["force"]].kind == "territorial"
    }


@pytest.mark.parametrize(
    ("year", "basis", "expected"),
    [
        ("2024/25", "recorded", ("0.136715", "515.73", "0.023250", 39, 2, 3)),
        ("2025/26", "closed", ("0.156058", "338.85", "0.019799", 36, 2, 3)),
    ],
)
def test_positive_outcomes_of_43_forces(shared_data, year, basis, expected):
    found = compare(outcomes_of(read_outcomes(shared_data, year, basis), basis=basis), adjust="bh", **GROUP)
    outside = [sum(v.endswith("99.8%") for v in found[name]) for name in ("by_chance", "side")]
    one = found[0]
    assert (
        f"{one.reference:.6f}",
        f"{one.phi:.2f}",
        f"{one.tau:.6f}",
        *outside,
        int((found["p_adjusted"] < 0.05).sum()),
    ) == expected
    assert len(found) == one.areas == 43


def test_recorded_crime_per_head(shared_data):
    """Without fraud, 2019/20, for the residents of mid-2018; City of London is shown, and not tested."""
    crimes: Counter[str] = Counter()
    with gzip.open(shared_data / "recorded_crime" / "prc_pfa_2019_20.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["offence_group"].startswith("Fraud"):
                crimes[row["force_name"]] += int(row["offences"])
    path = shared_data / "population" / "population_pfa_exact_mid2001_2019.csv"
    with path.open(encoding="utf-8", newline="") as file:
        people = {
            r["area_name"]: float(r["population"]) for r in csv.DictReader(file) if r["mid_year"] == "2018"
        }
    names = [pm.definitions.canonical_force_names(d) for d in (crimes, people)]
    sizes = {names[1].get(k, k): v for k, v in people.items()}
    counts = {f: n for k, n in crimes.items() if (f := names[0].get(k, k)) in sizes}
    data = Tally.from_columns({"force": list(counts)}, list(counts.values()))
    rates = pm.rate(data, pm.Exposure(sizes, by="force", name="residents", date="mid-2018"), by="force")
    found = compare(rates, **GROUP)
    kent = found.at(force="Kent")
    assert isinstance(kent, AreaRate)
    assert (f"{kent.reference:.4f}", f"{kent.phi:.1f}", kent.areas) == ("88.4453", "3034.5", 42)
    outside = [sum(v.endswith("99.8%") for v in found[name]) for name in ("by_chance", "side")]
    assert outside == [42, 0]
    assert found.at(force="City of London").side == ""
