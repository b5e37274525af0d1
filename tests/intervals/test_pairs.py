"""Two proportions and two rates: figures of R and of papers, the definition searched by brute force, and the laws."""

from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, stats

from policemetrics.errors import InvalidInputError, PoliceMetricsError, UnknownNameError
from policemetrics.intervals import (
    newcombe,
    newcombe_p_value,
    odds_ratio,
    proportion_difference,
    proportion_ratio,
    proportions_p_value,
    rate_difference,
    rate_ratio,
    rate_ratio_p_value,
    square_and_add,
    square_and_add_p_value,
    welch,
    welch_p_value,
    wilson,
)
from policemetrics.intervals.means import relative_welch
from policemetrics.intervals.pairs import square_and_add_ratio

LIMITS = {"ratio": proportion_ratio, "odds": odds_ratio, "difference": proportion_difference}
METHODS = ("miettinen-nurminen", "koopman")


@st.composite
def tables(draw, most=60):
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


def share_ratio(x1, n1, x2, n2, level=0.95):
    """The ratio of two shares from their Wilson limits, nan where the second is 0."""
    both = [np.array([v]) for x, n in ((x1, n1), (x2, n2)) for v in (x / n, *wilson(x, n, level))]
    return [limit[0] for limit in square_and_add_ratio(*both)]


def rates_apart(x1, e1, x2, e2, level=0.95):
    return rate_difference(x1, x2, e1, e2, level)


# Every kernel of two counts and their totals: what is the other way round, and of equal ones.
RATIO_LIMITS = [proportion_ratio, odds_ratio, share_ratio]
DIFFERENCE_LIMITS = [proportion_difference, rates_apart]
PAIR_P_VALUES = [proportions_p_value, newcombe_p_value, square_and_add_p_value]

# R 4.2.2, ratesci 1.1.0: scoreci(x1, n1, x2, n2, skew = FALSE), the Miettinen-Nurminen interval of the difference.
DIFFERENCES = [
    ((56, 70, 48, 80), 0.052829713248, 0.338172940012),
    ((6, 7, 2, 7), 0.034175545082, 0.853405259897),
    ((5, 56, 0, 29), -0.032596561774, 0.193330976691),
    ((0, 10, 0, 20), -0.165760227525, 0.284381339534),
    ((0, 10, 0, 10), -0.287933941293, 0.287933941282),
    ((10, 10, 0, 20), 0.715618660466, 1),
    ((10, 10, 0, 10), 0.663641551895, 1),
    ((7, 34, 1, 34), 0.027041626601, 0.345291216943),
    ((140, 1000, 120, 1000), -0.00952631407, 0.049632037914),
]
# R 4.2.2: prop.test(c(x1, x2), c(n1, n2), correct = FALSE)$p.value
P_VALUES = [
    ((140, 1000, 120, 1000), 0.183586833237209),
    ((7, 34, 1, 34), 0.0239258434806266),
    ((56, 70, 48, 80), 0.00804508136819656),
    ((10, 10, 0, 20), 4.3204630578275e-08),
    ((5, 56, 0, 29), 0.0971865681705797),
]
# R 4.2.2, ratesci 1.1.0: scoreci(x1, e1, x2, e2, distrib = "poi", skew = FALSE)
RATES = [
    ((60, 30, 51477.5, 54308.7), 0.00026579646294, 0.00098919220039),
    ((120, 100, 1, 1), -9.15052642928, 49.4938037966),
    ((5, 15, 1, 1), -20.2919477042, -1.36936811218),
    ((0, 10, 1, 1), -18.4094727151, -5.43198610561),
    ((10, 0, 1, 1), 5.43198610561, 18.4094727151),
    ((12, 30, 365, 366), -0.0872705767192, -0.0150546072709),
    ((1500, 1400, 1, 1), -5.55096705508, 205.683256125),
    ((1, 0, 1, 1), -2.84145882069, 5.66493426576),
]
# statsmodels 0.15.0: confint_proportions_2indep(x1, n1, x2, n2, compare=..., method="score", correction=...)
RATIOS = [
    ("odds", (15, 100, 9, 100), METHODS[0], 0.7539728204558646, 4.214476890374588),
    ("odds", (15, 100, 9, 100), METHODS[1], 0.7555348021355105, 4.2058368509880335),
    ("odds", (7, 34, 1, 34), METHODS[0], 1.2466223602451691, 56.46157554538696),
    ("odds", (140, 1000, 120, 1000), METHODS[0], 0.9196645220363847, 1.5496366555453773),
    ("ratio", (15, 100, 9, 100), METHODS[0], 0.7812929729082763, 3.5877783156273275),
    ("ratio", (15, 100, 9, 100), METHODS[1], 0.7827029537843034, 3.5811795330514604),
    ("ratio", (7, 34, 1, 34), METHODS[0], 1.2085679750900284, 43.03297223869471),
    ("ratio", (140, 1000, 120, 1000), METHODS[1], 0.9298323085915962, 1.4643119180402098),
]

# mpmath 1.3: the definition solved by bisection at 60 digits, where a search has most to go wrong.
FAR = [
    ("odds", (1, 11, 1, 2), "miettinen-nurminen", 0.999999, 0.00022130865378417048, 11.440266893116312),
    ("odds", (4, 504, 218, 220), "miettinen-nurminen", 0.95, 1.4670481426893982e-5, 0.00038003316618424073),
    ("odds", (2, 5052, 1, 4), "koopman", 0.999999, 1.3788318406921242e-5, 0.058855955570841498),
    ("odds", (3, 5, 0, 1), "miettinen-nurminen", 0.95, 0.19178237250482126, np.inf),
    ("ratio", (50, 51, 1025, 1884), "miettinen-nurminen", 0.999999, 1.1943054473889191, 2.0267119422839181),
    ("ratio", (1, 1483, 2, 939), "koopman", 0.95, 0.041520798616775502, 2.4135365515687754),
    ("ratio", (10, 11, 0, 9), "koopman", 0.999999, 0.70061034672085336, np.inf),
    (
        "difference",
        (0, 918, 0, 3886),
        "miettinen-nurminen",
        0.5,
        -0.00011708128325050899,
        0.00049543105205226079,
    ),
    (
        "difference",
        (230, 232, 577, 577),
        "miettinen-nurminen",
        0.95,
        -0.030902716722564811,
        -0.0019582579197338709,
    ),
    ("difference", (13, 604, 0, 407), "koopman", 0.95, 0.01209252937229869, 0.036473485014206389),
    (
        "difference",
        (0, 909570, 0, 135),
        "miettinen-nurminen",
        0.95,
        -0.027667981590260235,
        4.2233657877320123e-6,
    ),
    (
        "difference",
        (33182250, 2404608551, 17, 17),
        "miettinen-nurminen",
        0.999999,
        -0.98621219287432589,
        -0.40156283700202877,
    ),
    (
        "difference",
        (786321544, 786321544, 1531, 1531),
        "koopman",
        0.95,
        -4.8853536205886262e-9,
        0.002502837539745463,
    ),
]
# The same of newcombe_p_value and square_and_add_p_value.
FAR_P_VALUES = [
    ((17, 45, 3377, 3379), 3.265861677135221e-151, 0.0004122997026174397),
    ((3424, 3718, 3613, 3924), 0.9766211700970952, 0.9952530774591904),
    ((1115087492, 9265476926, 1, 6), 0.7273158052327599, 0.7620550994909912),
    ((30, 200, 20, 200), 0.1320129854498597, 0.1838710670843573),
]


class TestOracles:
    @pytest.mark.parametrize(("name", "data", "method", "level", "low", "high"), FAR)
    def test_far(self, name, data, method, level, low, high):
        assert LIMITS[name](*data, level, method=method) == pytest.approx((low, high), rel=1e-9)
        many = [np.full(9000, v) for v in data]
        found = np.array(LIMITS[name](*many, level, method=method))
        assert found == pytest.approx(np.repeat([[low], [high]], 9000, axis=1), rel=1e-9)

    @pytest.mark.parametrize(("data", "newcombes", "squared"), FAR_P_VALUES)
    def test_far_p_values(self, data, newcombes, squared):
        assert newcombe_p_value(*data) == pytest.approx(newcombes, rel=1e-8)
        assert square_and_add_p_value(*data) == pytest.approx(squared, rel=1e-8)

    @pytest.mark.parametrize(("name", "data", "method", "low", "high"), RATIOS)
    def test_ratios(self, name, data, method, low, high):
        assert LIMITS[name](*data, method=method) == pytest.approx((low, high), rel=1e-9)

    @pytest.mark.parametrize(("data", "low", "high"), DIFFERENCES)
    def test_differences(self, data, low, high):
        assert proportion_difference(*data) == pytest.approx((low, high), rel=1e-6, abs=1e-9)

    def test_published(self):
        """Fagerland, Lydersen and Laake (2015), 7 of 34 against 1 of 34: Koopman, as PropCIs has it to six places; Mee."""
        assert proportion_ratio(7, 34, 1, 34, method="koopman") == pytest.approx(
            (1.220853, 42.575718), abs=1e-6
        )
        assert proportion_difference(7, 34, 1, 34, method="koopman") == pytest.approx((0.028, 0.34), abs=5e-3)

    @pytest.mark.parametrize(("data", "p"), P_VALUES)
    def test_p_values(self, data, p):
        assert proportions_p_value(*data, method="koopman") == pytest.approx(p, rel=1e-9)

    @pytest.mark.parametrize(("data", "low", "high"), RATES)
    def test_rates(self, data, low, high):
        assert rate_difference(*data) == pytest.approx((low, high), rel=1e-6)

    def test_welch(self):
        """R 4.2.2: t.test(c(6, 9, 14, 8, 11, 20, 7, 13, 25, 10), c(2, 3, 4, 5, 6, 7, 8, 9, 12, 31))$p.value"""
        one, other = [6, 9, 14, 8, 11, 20, 7, 13, 25, 10], [2, 3, 4, 5, 6, 7, 8, 9, 12, 31]
        samples = [v for x in (one, other) for v in (np.mean(x), np.var(x, ddof=1), len(x))]
        assert welch_p_value(*samples) == pytest.approx(0.28634454233015, rel=1e-9)

    @pytest.mark.parametrize("name", LIMITS)
    @pytest.mark.parametrize(
        "data", [(7, 34, 1, 34), (15, 100, 9, 100), (3, 8, 5, 9), (0, 10, 4, 12), (9, 9, 4, 12)]
    )
    def test_by_its_definition(self, name, data):
        """At a limit the score statistic of the most likely pair, found by brute force, is the normal quantile."""
        x1, n1, x2, n2 = data
        for limit in LIMITS[name](*data, method="koopman"):
            if not np.isfinite(limit) or limit in {0, 1, -1}:
                continue

            def pair(p2, limit=limit):
                return {
                    "ratio": limit * p2,
                    "odds": limit * p2 / (1 - p2 + limit * p2),
                    "difference": p2 + limit,
                }[name]

            def unlikely(p2):
                p1 = pair(p2)
                return -stats.binom.logpmf(x1, n1, p1) - stats.binom.logpmf(x2, n2, p2)

            least, most = 1e-12, 1 - 1e-12
            if name == "ratio":
                most = min(most, (1 - 1e-12) / limit)
            if name == "difference":
                least, most = max(least, 1e-12 - limit), min(most, 1 - 1e-12 - limit)
            p2 = optimize.minimize_scalar(
                unlikely, bounds=(least, most), method="bounded", options={"xatol": 1e-12}
            ).x
            p1 = pair(p2)
            squared = (x1 - n1 * p1) ** 2 / (n1 * p1 * (1 - p1)) + (x2 - n2 * p2) ** 2 / (n2 * p2 * (1 - p2))
            assert np.sqrt(squared) == pytest.approx(1.959963984540054, rel=2e-4)


class TestEdges:
    """At zero and at full everything is defined."""

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("name", LIMITS)
    def test_all_of_few(self, name, method):
        cases = [(a, m, b, n) for m in range(4) for n in range(4) for a in range(m + 1) for b in range(n + 1)]
        columns = [np.array(column) for column in zip(*cases, strict=True)]
        low, high = LIMITS[name](*columns, method=method)
        p = proportions_p_value(*columns, method=method)
        assert not np.isnan([low, high, p]).any()
        assert (low <= high).all()
        assert ((p >= 0) & (p <= 1)).all()
        assert (low >= (-1 if name == "difference" else 0)).all()

    def test_nothing_of_either(self):
        assert proportion_ratio(0, 10, 0, 20) == (0, np.inf)
        assert odds_ratio(0, 10, 0, 20) == (0, np.inf)
        assert odds_ratio(10, 10, 20, 20) == (0, np.inf)
        assert proportions_p_value(0, 10, 0, 20) == 1
        assert newcombe_p_value(0, 10, 0, 20) == 1
        assert newcombe_p_value(0, 0, 5, 20) == 1

    def test_no_total(self):
        assert proportion_ratio(0, 0, 5, 20) == (0, np.inf)
        assert odds_ratio(0, 0, 5, 20) == (0, np.inf)
        assert proportion_difference(0, 0, 5, 20) == (-1, 1)
        assert proportion_difference(1, 1, 0, 0) == (-1, 1)

    def test_all_and_nothing(self):
        low, high = proportion_ratio(10, 10, 0, 10)
        assert low > 1
        assert high == np.inf
        assert proportion_difference(0, 10, 10, 10)[0] == -1
        assert newcombe_p_value(10, 10, 0, 10) < 1e-4
        assert rate_difference(0, 0, 5, 7)[0] == pytest.approx(-rate_difference(0, 0, 7, 5)[1])

    @pytest.mark.parametrize("next_to_nothing", [0.1 + 0.2 - 0.3, 1e-30, 1e-300])
    def test_next_to_nothing(self, next_to_nothing):
        """What is left of 0 by rounding has the limits of nearly nothing, and not none."""
        for limits in (odds_ratio, proportion_ratio):
            low, high = limits(next_to_nothing, 1, next_to_nothing, 1)
            assert low < 1e-8
            assert high > 1e8
        rates = rate_difference(next_to_nothing, next_to_nothing)
        assert rates == pytest.approx(rate_difference(0, 0), rel=1e-9)

    def test_of_no_spread(self):
        assert welch_p_value(5, 0, 3, 5, 0, 3) == 1
        assert welch_p_value(5, 0, 3, 6, 0, 3) == 0
        assert np.isnan(welch_p_value(5, 1, 1, 6, 1, 3))


class TestLaws:
    @given(tables(), st.sampled_from([0.5, 0.8, 0.95, 0.999]))
    def test_swapped(self, data, level):
        """The other way round the ratio is inverted, the difference has the other sign, and p is the same."""
        x1, n1, x2, n2 = data
        back = x2, n2, x1, n1
        for method in METHODS:
            ratios = [partial(kernel, method=method) for kernel in RATIO_LIMITS[:2]]
            for limits in [*ratios, share_ratio] if x1 and x2 else ratios:
                low, high = np.float64(limits(*data, level))
                with np.errstate(divide="ignore"):
                    assert limits(*back, level) == pytest.approx((1 / high, 1 / low), rel=1e-9)
            for limits in (partial(proportion_difference, method=method), rates_apart):
                low, high = limits(*data, level)
                assert limits(*back, level) == pytest.approx((-high, -low), abs=1e-9)
            assert proportions_p_value(*data, method=method) == pytest.approx(
                proportions_p_value(*back, method=method), rel=1e-9
            )
        for p in PAIR_P_VALUES:
            assert p(*data) == pytest.approx(p(*back), rel=1e-9)

    @given(tables(), st.sampled_from(METHODS), st.sampled_from([0.5, 0.8, 0.95, 0.999]))
    def test_p_and_limits_agree(self, data, method, level):
        p = proportions_p_value(*data, method=method)
        assume(abs(p / (1 - level) - 1) > 1e-6)
        for name, limits in LIMITS.items():
            low, high = limits(*data, level, method=method)
            null = 0 if name == "difference" else 1
            assert (p < 1 - level) == (not low <= null <= high), name

    @given(tables(), st.sampled_from([0.5, 0.8, 0.95, 0.999]))
    def test_newcombe_agrees(self, data, level):
        p = newcombe_p_value(*data)
        assume(abs(p / (1 - level) - 1) > 1e-6)
        low, high = newcombe(*data, level)
        assert (p < 1 - level) == (not low <= 0 <= high)

    @given(
        st.integers(0, 90),
        st.integers(1, 90),
        st.integers(0, 90),
        st.integers(1, 90),
        st.sampled_from([0.8, 0.95]),
    )
    def test_ratios_of_counts_agree(self, x1, e1, x2, e2, level):
        p = square_and_add_p_value(x1, e1, x2, e2)
        assume(abs(p / (1 - level) - 1) > 1e-6)
        both = []
        for x, e in ((x1, e1), (x2, e2)):
            low, high = rate_ratio(x, e, confidence_level=level)
            both += [x / e, min(low, x / e), max(high, x / e)]
        low, high = square_and_add(*both)
        assert (p < 1 - level) == (not low <= 0 <= high)
        if x2:
            least, most = square_and_add_ratio(*(np.array([v]) for v in both))
            assert (p < 1 - level) == (not least[0] <= 1 <= most[0])

    @given(
        st.integers(0, 90),
        st.integers(0, 90),
        st.floats(0.1, 50),
        st.floats(0.1, 50),
        st.sampled_from([0.8, 0.95]),
    )
    def test_rates_agree(self, x1, x2, e1, e2, level):
        p = rate_ratio_p_value(x1, x2, e1, e2)
        assume(abs(p / (1 - level) - 1) > 1e-6)
        low, high = rate_difference(x1, x2, e1, e2, level)
        assert low <= x1 / e1 - x2 / e2 <= high
        assert (p < 1 - level) == (not low <= 0 <= high)

    @given(tables(), st.sampled_from([0.5, 0.8, 0.95, 0.999]))
    def test_the_same(self, data, level):
        """Against itself a proportion is the same: no difference, a ratio of 1, and p = 1."""
        pair = (*data[:2], *data[:2])
        for p in PAIR_P_VALUES:
            assert p(*pair) == 1
        for limits in DIFFERENCE_LIMITS:
            low, high = limits(*pair, level)
            assert low == pytest.approx(-high)
            assert low <= 0
        for limits in RATIO_LIMITS if data[0] else RATIO_LIMITS[:2]:
            low, high = limits(*pair, level)
            assert low <= 1 <= high
            assert high == np.inf or low * high == pytest.approx(1)

    @given(tables(), st.integers(2, 5), st.sampled_from([0.5, 0.8, 0.95, 0.999]))
    def test_merged(self, data, times, level):
        """Equal parts of both, merged, change nothing but the width, which shrinks; what is unlikely gets less likely."""
        merged = [times * v for v in data]
        koopman = [partial(limits, method="koopman") for limits in LIMITS.values()]
        for limits in (*koopman, rates_apart, newcombe, *([share_ratio] if data[2] else [])):
            (low, high), (least, most) = limits(*data, level), limits(*merged, level)
            assert low <= least + 1e-9 * abs(least)
            assert most <= high + 1e-9 * abs(high) or high == np.inf
        for p in (partial(proportions_p_value, method="koopman"), *PAIR_P_VALUES[1:]):
            assert p(*merged) <= p(*data) * (1 + 1e-9)

    @given(
        st.tuples(*[st.floats(0.1, 9), st.floats(0.01, 9), st.integers(2, 60)] * 2),
        st.sampled_from([0.8, 0.95]),
    )
    def test_means_agree(self, samples, level):
        p = welch_p_value(*samples)
        assume(abs(p / (1 - level) - 1) > 1e-6)
        (low, high), (least, most) = welch(*samples, level), relative_welch(*samples, level)
        assert (p < 1 - level) == (not low <= 0 <= high) == (not least <= 1 <= most)
        assert least <= samples[0] / samples[3] <= most

    def test_many_are_one_by_one(self):
        rng = np.random.default_rng(22)
        n1, n2 = rng.integers(1, 4000, (2, 20_000))
        x1, x2 = rng.binomial(n1, rng.beta(0.4, 0.4, n1.size)), rng.binomial(n2, rng.beta(0.4, 0.4, n2.size))
        some = rng.integers(0, n1.size, 25)
        for limits in (*LIMITS.values(), rates_apart, *PAIR_P_VALUES):
            found = np.array(limits(x1, n1, x2, n2))
            for at in some:
                alone = limits(int(x1[at]), int(n1[at]), int(x2[at]), int(n2[at]))
                assert alone == pytest.approx(found[..., at], rel=1e-9)


class TestBadInput:
    @pytest.mark.parametrize("function", [*LIMITS.values(), proportions_p_value, newcombe_p_value])
    def test_counts(self, function):
        for bad in (
            (3, 2, 1, 5),
            (1, 5, 3, 2),
            (-1, 5, 1, 5),
            (1, np.nan, 1, 5),
            ("x", 5, 1, 5),
            ([1, 2], 5, [1, 2, 3], 5),
        ):
            with pytest.raises(PoliceMetricsError):
                function(*bad)

    def test_options(self):
        with pytest.raises(UnknownNameError, match="method must be one of 'miettinen-nurminen', 'koopman'"):
            proportion_ratio(1, 2, 1, 2, method="wald")
        with pytest.raises(InvalidInputError, match="dispersion must be > 0"):
            rate_difference(1, 2, dispersion=0)
        with pytest.raises(InvalidInputError, match="e1 must be > 0"):
            square_and_add_p_value(1, 0, 1, 2)
