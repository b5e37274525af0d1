"""Counts, rates and shares beside a fixed value: R's figures, by hand, the laws, and every way the input can be wrong."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Tally, against
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    UnknownNameError,
)
from policemetrics.figures import CountAgainst, RateAgainst, ShareAgainst

FORCES = Tally.from_columns({"force": ["Essex", "Kent"]}, [30, 60])
RATES = pm.rate([44, 10], [12_000, 4_000], labels=["a", "b"])
SHARES = pm.share([870, 455], [1000, 500], labels=["101", "999"])
PEOPLE = pm.Exposure({"Kent": 1000}, by="force", name="residents", date="mid-2023")
CLOSED = {"positive": "positive-dashboard", "basis": "closed", "out_of": "crimes"}


def pair(found):
    return found.value_low, found.value_high


class TestR:
    """R 4.2.2: the p-value is twice the smaller of those of alternative="less" and "greater"; conf.int is the interval."""

    @pytest.mark.parametrize(
        ("count", "expected", "tail", "low", "high"),
        [
            (137, 24.19893, 2.84522726411445e-56, 115.020534433799, 161.956404688073),
            (120, 100, 0.0282303939648657, 99.4919256259387, 143.490585369352),
            (0, 3, 0.0497870683678639, 0, 3.68887945411394),
            (5, 12.5, 0.0148228745974416, 1.62348639011842, 11.6683320793227),
        ],
    )
    def test_counts(self, count, expected, tail, low, high):
        """``poisson.test(x, r=expected, alternative=…)``."""
        found = against(count, expected)
        assert isinstance(found, CountAgainst)
        assert found.p_value == pytest.approx(2 * tail, rel=1e-9)
        assert pair(found) == pytest.approx((low, high), rel=1e-9)

    def test_rates(self):
        """``poisson.test(44, 12, r=5)``, in thousands."""
        found = against(pm.rate(44, 12_000), 5)
        assert isinstance(found, RateAgainst)
        assert found.p_value == pytest.approx(2 * 0.0189731013720258, rel=1e-9)
        assert pair(found) == pytest.approx((2.66420561317869, 4.92232885669231), rel=1e-9)

    @pytest.mark.parametrize(
        ("count", "out_of", "expected", "tail", "low", "high"),
        [
            (870, 1000, 0.9, 0.00134139837087341, 0.84756350539956, 0.890230687546296),
            (455, 500, 0.9, 0.254689260562344, 0.881427078322658, 0.933595991245431),
            (0, 20, 0.1, 0.121576654590569, 0, 0.168433470983085),
            (20, 20, 0.8, 0.0115292150460685, 0.831566529016915, 1),
        ],
    )
    def test_shares(self, count, out_of, expected, tail, low, high):
        """``binom.test(x, n, p, alternative=…)``."""
        found = against(pm.share(count, out_of), expected)
        assert isinstance(found, ShareAgainst)
        assert found.p_value == pytest.approx(2 * tail, rel=1e-9)
        assert pair(found) == pytest.approx((low, high), rel=1e-9)

    def test_outcomes_by_crimes(self):
        """Both vary: ``poisson.test(c(30, 500), c(1, 1), r=0.08)``."""
        found = against(pm.positive_outcome_rate(30, 500, **CLOSED), 0.08)
        assert found.method == "exact ratio"
        assert found.p_value == pytest.approx(2 * 0.069020220954921, rel=1e-9)
        assert pair(found) == pytest.approx((0.0400551072914614, 0.0867464304901689), rel=1e-9)


class TestByHand:
    def test_count(self):
        """None of 3 expected: twice e to the minus 3. And the columns: 5 is 2 less than 7."""
        found = against(5, 7)
        assert (found.difference, found.ratio) == (-2, 5 / 7)
        assert against(0, 3).p_value == pytest.approx(2 * math.exp(-3))
        assert against(0, 3).ratio == 0
        assert against(0, 0.5).p_value == 1

    def test_share(self):
        """Of none no chance is less likely than any: 0.9 to the 20th, twice."""
        assert against(pm.share(0, 20), 0.1).p_value == pytest.approx(2 * 0.9**20)
        assert against(pm.share(20, 20), 0.9).difference == pytest.approx(10)

    def test_of_a_standardised_ratio(self):
        """What was observed beside what the mix gives, 1 if they are the same."""
        columns = {"force": ["Kent"] * 2 + ["Essex"] * 2, "offence_group": ["theft", "drugs"] * 2}
        solved, crimes = (
            Tally.from_columns(columns, counts) for counts in ([50, 50, 50, 500], [1000, 100, 1000, 1000])
        )
        rates = pm.rate(solved, crimes, by=["force", "offence_group"])
        found = against(pm.standardised_ratio(rates, reference={"theft": 40, "drugs": 500}), 1).at(
            force="Kent"
        )
        assert found.p_value == against(100, 90).p_value
        assert found.value == pytest.approx(100 / 90)


class TestSentences:
    @pytest.mark.parametrize(
        ("found", "said"),
        [
            (
                against(137, 24.2),
                "Recorded crime was 137 (95% interval 115.0 to 162.0): higher than the 24.20 expected (p < 0.001).",
            ),
            (
                against(120, 100, subject="Burglary", confidence_level=0.9),
                "Burglary was 120 (90% interval 102.6 to 139.6): higher than the 100 expected (p = 0.056).",
            ),
            (
                against(RATES, 5).at(label="a"),
                "a: recorded crime per 1,000 was 3.67 (95% interval 2.66 to 4.92): lower than the 5.00 expected (p = 0.038).",
            ),
            (
                against(pm.share(455, 500), 0.9),
                "Share was 91.00% (95% interval 88.14% to 93.36%): not told apart from the 90.00% expected (p = 0.509).",
            ),
        ],
    )
    def test_what_it_says(self, found, said):
        assert str(found) == said

    def test_times_have_a_target_of_their_own(self):
        calls = Tally.from_columns({"grade": ["1", "1", "2"], "seconds": [540, 900, 2400]}, [30, 10, 20])
        times = pm.summarise_times(calls, by="grade", target={"1": 900, "2": 3600})
        found = against(times, {"1": 0.9, "2": 0.8})
        assert found["p_value"].tolist() == pytest.approx(
            [against(pm.share(30, 40), 0.9).p_value, against(pm.share(20, 20), 0.8).p_value]
        )
        assert str(found[0]).startswith("grade 1: the share within its target was 75.00%")
        same = against(pm.summarise_times(calls, by="grade", target=900), 0.8)
        assert str(same[0]).startswith("grade 1: the share within 15 min was 75.00%")

    def test_what_was_chosen_and_left_out_travels(self):
        offences = {"force": ["Kent", "Kent", None], "offence": ["theft", "drugs", "theft"]}
        crimes = pm.Tally.from_columns(offences, [5, 6, 7])
        found = against(crimes.where(offence="theft"), 5, by="force").at(force="Kent")
        assert str(found) == (
            "Kent: recorded crime, theft was 5 (95% interval 1.6 to 11.7): not told apart from the 5 expected (p = 1.000)."
        )
        rates = pm.rate(crimes.where(offence="theft"), {"Kent": 1000}, by="force")
        assert [f.exclusions for f in against(rates, 5)] == [f.exclusions for f in rates]


class TestValues:
    def test_by_label(self):
        found = against(FORCES, {"Kent": 50, "Essex": None}, by="force")
        assert found["expected"].tolist() == pytest.approx([math.nan, 50], nan_ok=True)
        assert found["p_value"][1] == against(60, 50).p_value
        assert found["value"].tolist() == [30, 60]
        assert found[0].reason == "not tested: no value was given for it"
        assert str(found[0]) == (
            "Essex: recorded crime was 30 (95% interval 20.2 to 42.8); not tested: no value was given for it."
        )

    def test_by_two_labels(self):
        crimes = Tally.from_columns({"force": ["Kent"] * 2, "offence": ["theft", "drugs"]}, [5, 6])
        found = against(crimes, {("theft", "Kent"): 5, ("drugs", "Kent"): 7}, by=["offence", "force"])
        assert found["expected"].tolist() == [7, 5]
        assert against(crimes, {"theft": 5, "drugs": 7}, by=["offence", "force"]) == found

    def test_one_for_each_row(self):
        assert against([30, 60], [25, 50], labels=["a", "b"])["p_value"].tolist() == [
            against(30, 25).p_value,
            against(60, 50).p_value,
        ]
        assert against(RATES, (4, 2.5))["expected"].tolist() == [4, 2.5]
        assert against(RATES, np.array([4, 2.5])) == against(RATES, {"a": 4, "b": 2.5})

    def test_one_for_all(self):
        assert against(FORCES, 45, by="force")["expected"].tolist() == [45, 45]
        assert against(FORCES, 100).value == 90

    def test_a_row_of_a_table(self):
        found = against(RATES[0], 5)
        assert (dict(found.group), found.p_value) == ({"label": "a"}, against(RATES, 5)["p_value"][0])

    def test_not_supplied(self):
        """What has no figure says so in its own words; its value stands."""
        both = pm.Tally.from_columns({"force": ["Kent", "Essex"]}, [5, 5], coverage="force").not_supplied(
            "no return", force="Essex"
        )
        found = against(both, {"Kent": 5, "Essex": 5}, by="force")
        essex = found.at(force="Essex")
        assert essex.reason.startswith("not available: ")
        assert math.isnan(essex.value)
        assert math.isnan(essex.p_value)
        assert format(essex, "short") == f"Essex: recorded crime: {essex.reason}."
        nothing = against(pm.share([0, 3], [0, 6], labels=["a", "b"]), 0.5)
        assert nothing[0].reason == "not available: a share of nothing"
        assert nothing[0].denominator == 0
        assert nothing[1].p_value == 1

    def test_small_counts_are_hidden(self):
        table = against([3, 30, 60], [9, 25, 50], labels=["a", "b", "c"])
        hidden = table.suppress(below=5, totals="all")
        assert math.isnan(hidden["value"][0])
        assert math.isnan(hidden["p_value"][0])


class TestLaws:
    @given(st.integers(0, 500), st.floats(0.01, 1000), st.sampled_from([0.8, 0.95, 0.99]))
    def test_counts_agree(self, count, expected, level):
        """The p-value is below 5% exactly where the 95% interval leaves the value out."""
        found = against(count, expected, confidence_level=level)
        outside = not found.value_low <= expected <= found.value_high
        assert outside == (found.p_value < 1 - level) or abs(found.p_value - (1 - level)) < 1e-9
        assert ("not told apart" in str(found)) != outside or abs(found.p_value - (1 - level)) < 1e-9

    @given(st.integers(0, 300), st.integers(1, 300), st.floats(0.001, 0.999))
    def test_shares_agree(self, count, rest, expected):
        for figure in (
            pm.share(count, count + rest),
            pm.positive_outcome_rate(count, count + rest, **CLOSED),
        ):
            found = against(figure, expected)
            outside = not found.value_low <= expected <= found.value_high
            assert outside == (found.p_value < 0.05) or abs(found.p_value - 0.05) < 1e-9
            assert found.value_low <= found.value <= found.value_high

    @given(st.integers(0, 300), st.integers(1, 300), st.floats(0.01, 0.99))
    def test_the_rest_says_the_same(self, count, rest, expected):
        """How many were not answered in time beside the share that may be late."""
        one = against(pm.share(count, count + rest), expected)
        other = against(pm.share(rest, count + rest), 1 - expected)
        assert one.p_value == pytest.approx(other.p_value, rel=1e-6)
        assert one.difference == pytest.approx(-other.difference, abs=1e-9)

    @given(st.integers(0, 300), st.floats(0.1, 300), st.sampled_from([1.0, 100.0, 1e5]))
    def test_a_rate_is_its_count(self, count, expected, per):
        found = against(pm.rate(count, 7_000, per=per), expected * per / 7_000)
        assert found.p_value == pytest.approx(against(count, expected).p_value, rel=1e-6)

    def test_many_at_once(self):
        """The rows of a table are the figures alone."""
        rng = np.random.default_rng(1)
        counts, expected = rng.poisson(20, 200), rng.uniform(5, 40, 200)
        labels = [f"a{i:03}" for i in range(200)]
        table = against(counts, expected, labels=labels)
        for at in (0, 17, 199):
            assert table["p_value"][at] == against(int(counts[at]), float(expected[at])).p_value


class TestBadInput:
    def test_a_row_without_a_value(self):
        """A column may not have a gap; the mapping that the message names may."""
        for gap in (math.nan, None):
            with pytest.raises(InvalidInputError, match="expected must not be missing"):
                against([5, 6], [4, gap], labels=["Kent", "Essex"])
        with pytest.raises(
            InvalidInputError, match=r"mapping has None .* as in \{'Kent': 5, 'Essex': None\}"
        ):
            against([5, 6], [4, math.nan], labels=["Kent", "Essex"])
        found = against([5, 6], {"Kent": 5, "Essex": None}, labels=["Kent", "Essex"])
        assert found["p_value"].tolist() == pytest.approx([1, math.nan], nan_ok=True)

    @pytest.mark.parametrize(
        ("call", "error", "said"),
        [
            (lambda: against(5, 0), InvalidInputError, "expected must be > 0; got 0"),
            (lambda: against(5, math.nan), InvalidInputError, "expected must be a finite number; got nan"),
            (lambda: against(-1, 5), InvalidInputError, "data must be a whole number >= 0; got -1"),
            (lambda: against(5, None), InvalidTypeError, "expected must be a number, or a mapping"),
            (lambda: against(5, [5]), InvalidTypeError, "expected must be a number, or a mapping"),
            (lambda: against(5, {"Kent": 5}), InvalidInputError, "expected by label needs by="),
            (lambda: against(FORCES, [5, 6], by="force"), InvalidTypeError, "mapping of label to number"),
            (lambda: against(FORCES, {"Kent": 5}, by="force"), UnknownNameError, "lacks 'Essex'.*gets None"),
            (
                lambda: against(FORCES, {"Kent": 5, "Essex": -1}, by="force"),
                InvalidInputError,
                r"expected\['Essex'\] must be > 0; got -1",
            ),
            (
                lambda: against([5, 6], [5], labels=["a", "b"]),
                InvalidInputError,
                "one number for each of the 2 rows",
            ),
            (
                lambda: against([5, 6], [5, 0], labels=["a", "b"]),
                InvalidInputError,
                "expected must hold finite",
            ),
            (lambda: against([5, 6], 5), InvalidTypeError, "data must be .* labels="),
            (
                lambda: against(pm.share(9, 10), 90),
                InvalidInputError,
                "under 1 for a share, as 0.9 for 90%; got",
            ),
            (lambda: against(pm.share(9, 10), 1), InvalidInputError, "under 1 for a share"),
            (lambda: against(SHARES, [0.9, 90]), InvalidInputError, r"got expected = 90 at \[1\]"),
            (
                lambda: against(RATES, 5, subject="Theft"),
                InvalidInputError,
                "'subject=' cannot go with figures",
            ),
            (lambda: against(RATES, 5, by="label"), InvalidInputError, "'by=' cannot go with figures"),
            (lambda: against(RATES, 5, column="share"), UnknownNameError, "column must be one of 'rate'"),
            (lambda: against(5, 5, column="rate"), InvalidInputError, "column= is for a table of figures"),
            (lambda: against(pm.rate_change(5, 6), 5), InvalidTypeError, "got a table of RateChange"),
            (lambda: against("crimes.csv", 5), InvalidTypeError, "data must be a Tally or a data frame"),
        ],
    )
    def test_refused(self, call, error, said):
        with pytest.raises(error, match=said):
            call()

    def test_weighted(self):
        """A score is no count; nor is a rate with another mix."""
        weights = pm.HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
        crimes = Tally.from_columns({"force": ["Kent"] * 2, "offence": ["theft", "robbery"]}, [50, 3])
        scores = pm.harm_score(crimes, weights, by="force", exposure=PEOPLE)
        with pytest.raises(ChoiceNeededError, match="column must be given"):
            against(scores, 5)
        for column in ("per_head", "per_crime"):
            with pytest.raises(InvalidTypeError, match=f"{column} of HarmScore is weighted"):
                against(scores, 5, column=column)
        rates = pm.rate(crimes, {("Kent", "theft"): 900, ("Kent", "robbery"): 100}, by=["force", "offence"])
        standard = pm.directly_standardised_rate(rates, standard={"theft": 1, "robbery": 1}, of="offence")
        with pytest.raises(InvalidTypeError, match="rate of StandardisedRate is weighted"):
            against(standard, 5)

    def test_a_series_has_labels_of_its_own(self):
        """In another order than the table they would be taken for each other's; as a mapping they are not."""
        pd = pytest.importorskip("pandas")
        given = pd.Series({"b": 2.5, "a": 4})
        with pytest.raises(InvalidTypeError, match=r"as a pandas Series gives by \.to_dict\(\)"):
            against(RATES, given)
        assert against(RATES, given.to_dict())["expected"].tolist() == [4, 2.5]
        with pytest.raises(InvalidInputError, match="must have the same index"):
            against([44, 10], given, labels=pd.Series(["a", "b"]))
