"""Families of intervals: limits, p-value and variance agree, by laws and against published limits."""

from __future__ import annotations

import pickle
from typing import get_args

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from kernels import BILLION, CLOSED, SEARCHED, counts, levels, oracle
from scipy import stats

from policemetrics import typing
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.intervals import (
    COUNTS,
    DIFFERENCES,
    PROPORTIONS,
    RATIOS,
    WEIGHTED_SUMS,
    Family,
    byar,
    clopper_pearson,
    dobson,
    garwood,
    newcombe,
    phe,
    rate_ratio,
    rate_ratio_p_value,
    weighted_normal,
    wilson,
)

# What the functions of each table are called with.
TABLES = {
    "COUNTS": (COUNTS, (12,), (12, 9.5)),
    "RATIOS": (RATIOS, (3, 10, 2, 4), (3, 10, 2, 4)),
    "PROPORTIONS": (PROPORTIONS, (3, 10), (3, 10, 0.5)),
    "DIFFERENCES": (DIFFERENCES, (3, 10, 4, 12), (3, 10, 4, 12)),
    "WEIGHTED_SUMS": (WEIGHTED_SUMS, (30, 90, 10), ()),
}
FAMILIES = [
    pytest.param(family, given, tested, id=f"{table}-{name}")
    for table, (families, given, tested) in TABLES.items()
    for name, family in families.items()
]
FUNCTIONS = [
    pytest.param(function, args, id=f"{table}-{name}-{what}")
    for table, (families, given, tested) in TABLES.items()
    for name, family in families.items()
    for what, function, args in (
        ("limits", family.limits, given),
        ("p_value", family.p_value, tested),
        ("variance", family.variance, given),
    )
    if function is not None
]


def agree(p, limits, null, level):
    """The p-value is below 1 - level exactly where the limits exclude the null."""
    low, high = limits
    assert 0 <= p <= 1
    # Where the null is a limit, to what a search leaves, rounding decides.
    assume(abs(p / (1 - level) - 1) > SEARCHED)
    assert (p < 1 - level) == (not low <= null <= high)


class TestTables:
    def test_they_have_the_methods_that_metrics_take(self):
        """And in the order in which an error message lists them."""
        assert tuple(COUNTS) == get_args(typing.RateMethod)
        assert tuple(RATIOS) == get_args(typing.RatioMethod)
        assert tuple(WEIGHTED_SUMS) == get_args(typing.HarmMethod)
        assert tuple(PROPORTIONS) == ("wilson", "clopper-pearson")
        assert tuple(DIFFERENCES) == ("newcombe",)

    @pytest.mark.parametrize("table", TABLES)
    def test_each_family_has_its_own_name(self, table):
        families, _, _ = TABLES[table]
        assert {name: family.name for name, family in families.items()} == {name: name for name in families}
        assert len(families) == len(list(families))
        assert "wald" not in families
        assert 5 not in families
        assert repr(families) == f"Families({', '.join(families)})"
        with pytest.raises(
            UnknownNameError, match=f"^method must be one of '{next(iter(families))}'.*got 'wald'"
        ):
            families["wald"]
        with pytest.raises(InvalidTypeError, match=r"method must be one of .*; got 5"):
            families[5]

    def test_they_cannot_be_changed(self):
        with pytest.raises(TypeError):
            RATIOS["score"] = RATIOS["midp"]
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            RATIOS["score"].name = "midp"

    def test_what_has_no_test_says_so(self):
        lacking = {n for families, _, _ in TABLES.values() for n, f in families.items() if f.p_value is None}
        assert lacking == {*WEIGHTED_SUMS}

    @pytest.mark.parametrize(("family", "data", "tested"), FAMILIES)
    def test_a_family_can_be_pickled(self, family, data, tested):
        assert pickle.loads(pickle.dumps(family)).limits(*data) == family.limits(*data)

    def test_a_family_shows_its_name(self):
        assert repr(COUNTS["phe"]) == "Family(name='phe')"

    @pytest.mark.parametrize("which", ["limits", "p_value", "variance"])
    def test_what_cannot_be_called_is_refused(self, which):
        with pytest.raises(InvalidTypeError, match=f"{which} must be a function; got 5"):
            Family(**{"name": "mine", "limits": wilson, which: 5})
        assert Family("mine", wilson).variance is None
        with pytest.raises(InvalidTypeError, match="limits must be a function; got None"):
            Family("mine", None)

    @pytest.mark.parametrize(("bad", "error"), [(None, InvalidTypeError), (" ", InvalidInputError)])
    def test_a_name_that_is_none_is_refused(self, bad, error):
        with pytest.raises(error, match="name must"):
            Family(bad, wilson)


class TestLimits:
    """The limits are those of the public functions, to the last digit."""

    @given(x=counts, level=levels)
    def test_counts(self, x, level):
        for name, interval in (("exact", garwood), ("byar", byar), ("phe", phe)):
            assert COUNTS[name].limits(x, level) == interval(x, level)

    @given(four=st.tuples(counts, counts, counts, counts), level=levels)
    def test_ratios_and_proportions(self, four, level):
        x1, y1, x2, y2 = four
        for method, family in RATIOS.items():
            data = (x1, x2, y1 + 1, y2 + 1)
            assert family.limits(*data, level) == rate_ratio(*data, level, method=method)
            assert family.p_value(*data) == rate_ratio_p_value(*data, method=method)
        for name, interval in (("wilson", wilson), ("clopper-pearson", clopper_pearson)):
            assert PROPORTIONS[name].limits(x1, x1 + y1, level) == interval(x1, x1 + y1, level)
        data = (x1, x1 + y1, x2, x2 + y2, level)
        assert DIFFERENCES["newcombe"].limits(*data) == newcombe(*data)

    def test_dispersion(self):
        family = RATIOS["score"]
        assert family.limits(120, 100, dispersion=4) == rate_ratio(120, 100, dispersion=4)
        assert family.p_value(120, 100, dispersion=4) == rate_ratio_p_value(120, 100, dispersion=4)
        for function in (RATIOS["midp"].limits, RATIOS["midp"].p_value, RATIOS["midp"].variance):
            with pytest.raises(InvalidInputError, match="dispersion must be 1 with method 'midp'; got 2"):
                function(3, 4, dispersion=2)

    def test_weighted_sums(self):
        data = [30.0, 500.0, 0.0], [90.0, 90_000.0, 0.0], [10, 3, 0]
        for name, limits in (("dobson", "garwood"), ("dobson-byar", "byar")):
            found = WEIGHTED_SUMS[name].limits(*data, 0.9)
            np.testing.assert_array_equal(found, dobson(*data, 0.9, limits=limits))
        low, high = WEIGHTED_SUMS["normal"].limits(*data, 0.9)
        expected = weighted_normal(*data[:2], 0.9)
        assert low.tolist() == [expected[0][0], expected[0][1], 0]
        assert high[:2].tolist() == expected[1][:2].tolist()
        assert np.isnan(high[2])
        assert WEIGHTED_SUMS["normal"].limits(5, 25, 1)[0] == 0

    @pytest.mark.parametrize("name", WEIGHTED_SUMS)
    def test_a_score_without_events_is_refused(self, name):
        with pytest.raises(InvalidInputError, match="must be 0 where count is 0; got score = 5"):
            WEIGHTED_SUMS[name].limits([1, 5], [1, 0], [1, 0])


class TestAgreement:
    """p < 1 - level exactly where the limits exclude the null, for every family that has both."""

    @pytest.mark.parametrize("name", COUNTS)
    @given(x=counts, off=st.floats(-6, 6), level=levels)
    def test_counts(self, name, x, off, level):
        """Against what lies up to six standard errors off."""
        expected = max(0.0, x + off * (x + 1) ** 0.5)
        family = COUNTS[name]
        agree(family.p_value(x, expected), family.limits(x, level), expected, level)

    @pytest.mark.parametrize("name", RATIOS)
    @given(x1=counts, x2=counts, e1=st.floats(0.01, 100), level=levels)
    def test_ratios(self, name, x1, x2, e1, level):
        family = RATIOS[name]
        agree(family.p_value(x1, x2, e1), family.limits(x1, x2, e1, confidence_level=level), 1, level)

    @given(x1=counts, x2=counts, e1=st.floats(0.01, 100), level=levels, dispersion=st.floats(0.1, 50))
    def test_ratios_with_dispersion(self, x1, x2, e1, level, dispersion):
        family, wide = RATIOS["score"], {"dispersion": dispersion}
        limits = family.limits(x1, x2, e1, confidence_level=level, **wide)
        agree(family.p_value(x1, x2, e1, **wide), limits, 1, level)

    @pytest.mark.parametrize("name", PROPORTIONS)
    @given(x=counts, y=counts, off=st.floats(-6, 6), level=levels)
    def test_proportions(self, name, x, y, off, level):
        n, family = x + y, PROPORTIONS[name]
        share = (x + 1) / (n + 2)
        expected = min(max(share + off * (share * (1 - share) / (n + 2)) ** 0.5, 0.0), 1.0)
        agree(family.p_value(x, n, expected), family.limits(x, n, level), expected, level)

    @pytest.mark.parametrize("name", COUNTS)
    @pytest.mark.parametrize("level", [0.01, 0.5, 0.95, 0.998])
    def test_at_its_own_limits_a_count_has_alpha(self, name, level):
        x = np.r_[0:12, 0.5, 9.99, 40, 1000, 10**6, BILLION]
        for limit in COUNTS[name].limits(x, level):
            inside = limit > 0
            assert inside.sum() >= x.size - 4
            p = COUNTS[name].p_value(x[inside], limit[inside])
            np.testing.assert_allclose(p, 1 - level, rtol=SEARCHED)

    @pytest.mark.parametrize("name", PROPORTIONS)
    @pytest.mark.parametrize("level", [0.01, 0.5, 0.95, 0.998])
    def test_at_its_own_limits_a_proportion_has_alpha(self, name, level):
        x, y = np.meshgrid(np.r_[0:8, 40, 1000, 10**6], np.r_[0:8, 12, 999, 10**6])
        for limit in PROPORTIONS[name].limits(x, x + y, level):
            inside = (limit > 0) & (limit < 1)
            assert inside.sum() >= x.size - 25
            p = PROPORTIONS[name].p_value(x[inside], (x + y)[inside], limit[inside])
            np.testing.assert_allclose(p, 1 - level, rtol=SEARCHED)


class TestPValues:
    @pytest.mark.parametrize(("name", "table"), [("exact", "poisson_exact"), ("byar", "byar")])
    @pytest.mark.parametrize(("level", "alpha"), [("95", 0.05), ("998", 0.002)])
    def test_published_limits_of_counts(self, name, table, level, alpha):
        """Tested against a published limit, a count has the p-value that the limit was made for."""
        for x, *limits in oracle(table, "x", f"low{level}", f"high{level}"):
            for limit in filter(None, limits):
                assert COUNTS[name].p_value(x, limit) == pytest.approx(alpha, rel=SEARCHED)

    @pytest.mark.parametrize(("name", "prefix"), [("wilson", "wilson"), ("clopper-pearson", "exact")])
    def test_published_limits_of_proportions(self, name, prefix):
        for x, n, *limits in oracle("proportion", "x", "n", f"{prefix}_low95", f"{prefix}_high95"):
            for limit in limits:
                if 0 < limit < 1:
                    p = PROPORTIONS[name].p_value(x, n, limit)
                    # The limits are printed to some digits, and the larger n the more a digit moves p.
                    assert p == pytest.approx(0.05, rel=1e-4)

    @given(x=st.integers(0, 10**4), expected=st.floats(0.01, 10**4))
    def test_exact_is_the_doubled_poisson_tail(self, x, expected):
        tails = stats.poisson.sf(x - 1, expected), stats.poisson.cdf(x, expected)
        assert COUNTS["exact"].p_value(x, expected) == pytest.approx(min(1, 2 * min(tails)), rel=1e-9)

    @given(x=st.integers(0, 10**4), y=st.integers(0, 10**4), expected=st.floats(0.01, 0.99))
    def test_clopper_pearson_is_the_doubled_binomial_tail(self, x, y, expected):
        tails = stats.binom.sf(x - 1, x + y, expected), stats.binom.cdf(x, x + y, expected)
        found = PROPORTIONS["clopper-pearson"].p_value(x, x + y, expected)
        # The tail of SciPy is 0 below some 1e-240.
        assert found == pytest.approx(min(1, 2 * min(tails)), rel=1e-9, abs=1e-200)

    @pytest.mark.parametrize("x", [10, 100, 10**4])
    def test_byar_comes_near_the_exact_one(self, x):
        """As it was made to: over three standard errors either way, to a hundredth."""
        expected = x + np.linspace(-2.5, 3, 23) * x**0.5
        exact, near = COUNTS["exact"].p_value(x, expected), COUNTS["byar"].p_value(x, expected)
        np.testing.assert_allclose(near, exact, atol=0.01)

    def test_phe_changes_where_its_interval_does(self):
        x = np.array([0, 9, 9.99, 10, 11])
        p = COUNTS["phe"].p_value(x, 5)
        assert p[:3].tolist() == COUNTS["exact"].p_value(x[:3], 5).tolist()
        assert p[3:].tolist() == COUNTS["byar"].p_value(x[3:], 5).tolist()

    def test_by_hand(self):
        """No event where 3 were expected: 2 exp(-3). 60 of 100 against a half: two standard errors."""
        assert COUNTS["exact"].p_value(0, 3) == pytest.approx(2 * np.exp(-3), rel=CLOSED)
        assert PROPORTIONS["wilson"].p_value(60, 100, 0.5) == pytest.approx(0.04550026389635842, rel=CLOSED)
        assert PROPORTIONS["clopper-pearson"].p_value(0, 5, 0.5) == 2 / 32

    @pytest.mark.parametrize("name", COUNTS)
    def test_nothing_expected(self, name):
        """One event is impossible by the exact test; by Byar's it is 3 - 1/3 standard errors off."""
        p = COUNTS[name].p_value([0, 1, 50], 0)
        assert p[0] == 1
        assert p[2] < 1e-9
        assert p[1] == (pytest.approx(2 * stats.norm.sf(3 - 1 / 3)) if name == "byar" else 0)

    @pytest.mark.parametrize("name", PROPORTIONS)
    def test_none_or_all_expected(self, name):
        p = PROPORTIONS[name].p_value([0, 1, 0, 10, 9], [10, 10, 0, 10, 10], [0, 0, 0, 1, 1])
        assert p.tolist() == [1, 0, 1, 1, 0]

    @pytest.mark.parametrize("name", PROPORTIONS)
    def test_refuses(self, name):
        with pytest.raises(InvalidInputError, match=r"expected must not exceed 1; got expected = 50\."):
            PROPORTIONS[name].p_value(3, 10, 50)
        for function in (PROPORTIONS[name].variance, lambda x, n: PROPORTIONS[name].p_value(x, n, 0.5)):
            with pytest.raises(InvalidInputError, match=r"x must not exceed n; got x = 11, n = 10\."):
                function(11, 10)


class TestVariances:
    def test_by_hand(self):
        for family in COUNTS.values():
            assert family.variance([0, 12]).tolist() == [0, 12]
        for family in RATIOS.values():
            assert family.variance([4, 0], [20, 3], 2, 9).tolist() == [0.25 + 0.05, np.inf]
        assert RATIOS["score"].variance(4, 20, dispersion=3) == pytest.approx(0.9)
        for family in PROPORTIONS.values():
            assert family.variance([60, 0], [100, 0])[0] == pytest.approx(0.0024)
            assert np.isnan(family.variance(0, 0))
        assert DIFFERENCES["newcombe"].variance(60, 100, 5, 10) == pytest.approx(0.0024 + 0.025)
        assert np.isnan(DIFFERENCES["newcombe"].variance(60, 100, 0, 0))

    def test_refuses_more_than_all(self):
        with pytest.raises(InvalidInputError, match="x2 must not exceed n2"):
            DIFFERENCES["newcombe"].variance(3, 10, 13, 12)

    def test_of_large_counts_the_limits_are_normal(self):
        """The width of an interval of many events is 2 z times the root of the variance."""
        million = 10**8
        for families, data, scale in (
            (COUNTS, (million,), np.asarray),
            (RATIOS, (million, 2 * million, 3, 4), np.log),
            (PROPORTIONS, (million, 3 * million), np.asarray),
            (DIFFERENCES, (million, 3 * million, million, 4 * million), np.asarray),
        ):
            for family in families.values():
                low, high = scale(family.limits(*data))
                width = 2 * 1.959963984540054 * family.variance(*data) ** 0.5
                assert high - low == pytest.approx(width, rel=1e-4)


class TestAll:
    @pytest.mark.parametrize(("function", "args"), FUNCTIONS)
    def test_numbers_give_numpy_scalars(self, function, args):
        found = function(*args)
        for value in found if isinstance(found, tuple) else (found,):
            assert isinstance(value, np.float64)
            assert np.isfinite(value)

    @pytest.mark.parametrize(("function", "args"), FUNCTIONS)
    def test_shapes_broadcast(self, function, args):
        """The first argument down, the others across: each cell is that of its own numbers."""
        alone = np.array(function(*args))
        down, across = np.full((3, 1), args[0]), [np.full(4, value) for value in args[1:]]
        found = np.array(function(down, *across))
        assert found.shape == (*alone.shape, 3, 4 if across else 1)
        np.testing.assert_allclose(found, np.broadcast_to(alone[..., None, None], found.shape), rtol=1e-15)
        assert np.array(function(down[:0], *across)).shape == (*alone.shape, 0, 4 if across else 1)

    @pytest.mark.parametrize(("function", "args"), [f for f in FUNCTIONS if len(f.values[1]) > 1])
    def test_shapes_that_do_not_broadcast_are_refused(self, function, args):
        with pytest.raises(InvalidInputError, match=r"has \(2,\).*has \(3,\)"):
            function([args[0]] * 2, [args[1]] * 3, *args[2:])

    @pytest.mark.parametrize(("function", "args"), FUNCTIONS)
    @pytest.mark.parametrize("bad", ["3", True, None, ["3"], object(), np.nan, np.inf, -1])
    def test_what_is_no_number_is_refused(self, function, args, bad):
        for at in range(len(args)):
            with pytest.raises((InvalidInputError, InvalidTypeError), match="must"):
                function(*args[:at], bad, *args[at + 1 :])

    @pytest.mark.parametrize(("family", "data", "tested"), FAMILIES)
    def test_every_family_takes_a_level(self, family, data, tested):
        narrow, wide = (family.limits(*data, confidence_level=level) for level in (0.5, 0.95))
        assert wide[0] < narrow[0] < narrow[1] < wide[1]
        assert wide == family.limits(*data)
        with pytest.raises(InvalidInputError, match=r"Did you mean 0\.95"):
            family.limits(*data, confidence_level=95)
