"""Intervals and p-values of a ratio of rates, against published figures and the laws they obey."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from kernels import BILLION, CLOSED, METHODS, SEARCHED, close, counts, levels, oracle
from scipy import stats

from policemetrics.errors import InvalidInputError, UnknownNameError
from policemetrics.intervals import garwood, rate_ratio, rate_ratio_p_value, wilson


class TestRatio:
    @pytest.mark.parametrize("method", ["score", "exact"])
    def test_oracle(self, method):
        for x1, e1, x2, e2, low, high in oracle(
            "ratio", "x1", "e1", "x2", "e2", f"{method}_low", f"{method}_high"
        ):
            close(rate_ratio(x1, x2, e1, e2, method=method), low, high)

    def test_midp_oracle(self):
        """The published limits come from a search that is right to about 1e-4."""
        for x1, e1, x2, e2, low, high in oracle("ratio", "x1", "e1", "x2", "e2", "midp_low", "midp_high"):
            close(rate_ratio(x1, x2, e1, e2, method="midp"), low, high, rel=1e-3)

    def test_p_value_oracle(self):
        for x1, e1, x2, e2, p in oracle("ratio_p", "x1", "e1", "x2", "e2", "exact_p"):
            assert rate_ratio_p_value(x1, x2, e1, e2, method="exact") == pytest.approx(p, rel=CLOSED)
        for x1, e1, x2, e2, p in oracle("ratio_p", "x1", "e1", "x2", "e2", "midp_p"):
            assert rate_ratio_p_value(x1, x2, e1, e2, method="midp") == pytest.approx(p, rel=CLOSED)

    def test_published(self):
        """Gu et al. 2008, example 1, one-sided, as quoted in statsmodels; Fay 2010; help of poisson.test."""
        gu = (60, 30, 51477.5, 54308.7)
        assert [float(rate_ratio_p_value(*gu, method=m)) / 2 for m in METHODS] == [
            pytest.approx(0.000316, abs=5e-7),
            pytest.approx(0.000428, abs=5e-7),
            pytest.approx(0.000310, abs=5e-7),
        ]
        close(rate_ratio(*gu), 1.365962, 3.259306, rel=1e-6)
        close(rate_ratio(*gu, method="exact"), 1.339735721772650, 3.388365573616252)
        close(rate_ratio(2, 10, 17877, 16660, method="exact"), 0.0198565395, 0.8746122464)
        assert rate_ratio_p_value(2, 10, 17877, 16660, method="exact") == pytest.approx(0.02853221853)
        close(rate_ratio(2, 9, 17877, 16660, method="exact"), 0.0217740627590647, 1.00054910448772)
        assert rate_ratio_p_value(2, 9, 17877, 16660, method="exact") == pytest.approx(0.0501064956141089)
        close(rate_ratio(11, 21, 800, 3011, method="exact"), 0.858426403391639, 4.27726594365407)

    def test_months_of_two_years(self):
        """[R] 681 events in twelve months, then 793; the dispersion scales the standard error of the log."""
        close(rate_ratio(793, 681, method="exact"), 1.04979728012, 1.29192300195)
        assert rate_ratio_p_value(793, 681, method="exact") == pytest.approx(0.00382336060903)
        low, high = rate_ratio(793, 681, dispersion=0.925994421829)
        assert np.log(high / low) / 2 / 1.959963984540054 == pytest.approx(0.0502739231967, rel=1e-3)

    def test_midp_by_hand(self):
        """With one count 0 the tail is half a power: (p^n)/2 = alpha/2."""
        assert rate_ratio(0, 10, method="midp")[1] == pytest.approx(0.05**-0.1 - 1, rel=CLOSED)
        assert rate_ratio(BILLION, 0, method="midp")[0] == pytest.approx(
            1 / np.expm1(-np.log(0.05) / BILLION), rel=CLOSED
        )
        assert rate_ratio_p_value(0, 10, method="midp") == 2**-10

    @pytest.mark.parametrize("method", METHODS)
    def test_zeros(self, method):
        low, high = rate_ratio([0, 5, 0], [5, 0, 0], 3.0, method=method)
        assert low[0] == low[2] == 0
        assert low[1] > 0
        assert high[0] < np.inf
        assert high[1] == high[2] == np.inf
        assert rate_ratio_p_value(0, 0, 3.0, method=method) == 1
        assert rate_ratio_p_value(0, 1, method=method) == pytest.approx(
            {"score": 0.31731050786, "exact": 1, "midp": 0.5}[method], rel=1e-9
        )

    @pytest.mark.parametrize("method", METHODS)
    @given(x1=counts, x2=counts, e1=st.floats(0.01, 100), level=levels)
    def test_p_value_and_interval_agree(self, method, x1, x2, e1, level):
        """p < alpha exactly when the interval leaves 1 out."""
        low, high = rate_ratio(x1, x2, e1, 1.0, level, method=method)
        p = rate_ratio_p_value(x1, x2, e1, 1.0, method=method)
        assert 0 <= p <= 1
        assume(abs(p / (1 - level) - 1) > 1e-6)
        assert (p < 1 - level) == (not low <= 1 <= high)

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("level", [0.01, 0.5, 0.95, 0.998])
    def test_test_at_the_limit_gives_alpha(self, method, level):
        """Tested against its own limit, a ratio has the p-value alpha, from 1 event to a million."""
        sizes = np.r_[0:8, 40, 999, 1000, 1001, 10**6]
        x1, x2 = np.meshgrid(sizes, sizes)
        for limit in rate_ratio(x1, x2, confidence_level=level, method=method):
            inside = (limit > 0) & (limit < np.inf)
            assert inside.sum() >= x1.size - 2 * len(sizes)
            p = rate_ratio_p_value(x1[inside], x2[inside], limit[inside], 1.0, method=method)
            # A search leaves its error in the exact limits, a thousandth of this in the limit itself.
            rel = SEARCHED if method == "exact" else CLOSED
            np.testing.assert_allclose(p, 1 - level, rtol=rel)

    @pytest.mark.parametrize("n", [10, 2000, 2 * 10**6])
    def test_midp_definition(self, n):
        """At the lower limit P(X > x) + P(X = x) / 2 is alpha / 2, by scipy's binomial distribution."""
        for x in (1, n // 3, n // 2, n - 1):
            odds, _ = rate_ratio(x, n - x, method="midp")
            binomial = stats.binom(n, odds / (1 + odds))
            assert binomial.sf(x) + binomial.pmf(x) / 2 == pytest.approx(0.025, rel=1e-8)

    @pytest.mark.parametrize("method", METHODS)
    @given(x1=counts, x2=counts, e1=st.floats(0.01, 100), e2=st.floats(0.01, 100), level=levels)
    def test_exchange_inverts(self, method, x1, x2, e1, e2, level):
        low, high = rate_ratio(x1, x2, e1, e2, level, method=method)
        back = rate_ratio(x2, x1, e2, e1, level, method=method)
        with np.errstate(divide="ignore"):
            assert np.divide(1, back[::-1]) == pytest.approx([low, high], rel=1e-12)
        assert rate_ratio_p_value(x1, x2, e1, e2, method=method) == pytest.approx(
            rate_ratio_p_value(x2, x1, e2, e1, method=method), rel=1e-6
        )

    @given(x1=counts, x2=counts, level=levels)
    def test_score_is_wilson_in_odds(self, x1, x2, level):
        assume(x1 + x2 > 0)
        low, high = rate_ratio(x1, x2, confidence_level=level)
        bottom, top = wilson(x1, x1 + x2, level)
        assert (low / (1 + low)) == pytest.approx(bottom, abs=1e-12)
        assert top == (1 if high == np.inf else pytest.approx(high / (1 + high), abs=1e-12))

    @given(x1=st.integers(1, 10**9), x2=st.integers(1, 10**9))
    def test_exact_is_widest(self, x1, x2):
        """The exact interval holds the mid-P one."""
        exact, midp = rate_ratio(x1, x2, method="exact"), rate_ratio(x1, x2, method="midp")
        assert exact[0] < midp[0] < x1 / x2 < midp[1] < exact[1]

    @pytest.mark.parametrize("method", METHODS)
    def test_a_billion_is_normal(self, method):
        """The log of the ratio of a billion to a billion has the standard error √(2 / 1e9)."""
        margin = 1.959963984540054 * (2 / BILLION) ** 0.5
        close(rate_ratio(BILLION, BILLION, method=method), np.exp(-margin), np.exp(margin), rel=3e-9)
        assert rate_ratio_p_value(BILLION, BILLION, method=method) == pytest.approx(1, abs=1e-4)

    @pytest.mark.parametrize("method", ["exact", "midp"])
    def test_against_a_billion_a_count_is_poisson(self, method):
        """What little a billion events leave open moves the limits of 1000 events by a millionth."""
        low, high = rate_ratio(1000, BILLION, method=method)
        expected = garwood(1000) if method == "exact" else (939.4, 1063.4)
        assert low * BILLION == pytest.approx(expected[0], rel=1e-3)
        assert high * BILLION == pytest.approx(expected[1], rel=1e-3)

    def test_all_but_a_few(self):
        """A share a few 1e-15 short of 1 keeps the digits of what is missing: against so many 3 is Poisson."""
        least, most = (float(v) for v in garwood(3))
        close(rate_ratio(1e15, 3, method="exact"), 1e15 / most, 1e15 / least)

    def test_beyond_what_rounding_lets_settle(self):
        """Newton's steps are bounded where no step can get the tail right to the last digit."""
        low, high = rate_ratio(1e14, 1e14, method="midp")
        assert low < 1 < high
        assert high - low == pytest.approx(2 * 1.959963984540054 * (2 / 1e14) ** 0.5, rel=0.05)

    def test_dispersion_widens(self):
        """By the square root: fourfold dispersion doubles the width on the log scale, and halves z."""
        one, four = rate_ratio(12000, 10000), rate_ratio(12000, 10000, dispersion=4)
        assert np.log(four[1] / four[0]) == pytest.approx(2 * np.log(one[1] / one[0]), rel=1e-3)
        z = stats.norm.isf(rate_ratio_p_value([120, 120], [100, 100]) / 2)
        halved = stats.norm.isf(rate_ratio_p_value(120, 100, dispersion=4) / 2)
        assert halved == pytest.approx(z[0] / 2, rel=1e-9)
        assert rate_ratio_p_value(0, 0, dispersion=4) == 1

    @pytest.mark.parametrize("function", [rate_ratio, rate_ratio_p_value])
    def test_dispersion_is_for_the_score(self, function):
        with pytest.raises(InvalidInputError, match="dispersion must be 1 with method 'exact'; got 2"):
            function(3, 4, method="exact", dispersion=2)
        with pytest.raises(InvalidInputError, match="dispersion must be > 0"):
            function(3, 4, dispersion=0)
        assert np.all(np.isfinite(function(3, 4, method="midp", dispersion=1.0)))

    @pytest.mark.parametrize("function", [rate_ratio, rate_ratio_p_value])
    def test_refuses(self, function):
        with pytest.raises(UnknownNameError, match="'score', 'exact', 'midp'"):
            function(3, 4, method="wald")
        with pytest.raises(InvalidInputError, match="e1 must be > 0; got e1 = 0 at "):
            function(3, 4, [1.0, 0.0])
        with pytest.raises(InvalidInputError, match=r"e2 must be > 0; got e2 = 0\."):
            function(3, 4, 1.0, 0.0)


class TestFarTails:
    """Twice a sum of binomial coefficients, in whole numbers."""

    @pytest.mark.parametrize(
        ("more", "fewer"), [(1062, 38), (1065, 35), (1086, 14), (1500, 400), (900, 0), (1000, 1), (2100, 250)]
    )
    def test_no_tail_that_a_float_holds_is_lost(self, more, fewer):
        n = more + fewer
        exact = Fraction(2 * sum(math.comb(n, k) for k in range(more, n + 1)), 2**n)
        for pair in ((more, fewer), (fewer, more)):
            assert rate_ratio_p_value(*pair, method="exact") == pytest.approx(float(exact), rel=1e-9)
            midp = exact - Fraction(math.comb(n, more), 2**n)
            assert rate_ratio_p_value(*pair, method="midp") == pytest.approx(float(midp), rel=1e-9)

    @given(st.integers(900, 1300), st.integers(1, 40), st.integers(1, 9))
    def test_any_share_around_a_thousand(self, more, fewer, exposure):
        n, p = more + fewer, Fraction(exposure, 10)
        tail = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(more, n + 1)]
        exact = min(2 * min(sum(tail), 1 - sum(tail) + tail[0]), 1)
        found = float(rate_ratio_p_value(more, fewer, exposure, 10 - exposure, method="exact"))
        if exact > Fraction(1, 10**300):
            assert found == pytest.approx(float(exact), rel=1e-8)
        else:
            assert 0 <= found < 1e-299
