"""Intervals for means, their differences and percentiles, against published figures and the laws they obey."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels import BILLION, close, levels
from scipy import stats

from policemetrics.errors import InvalidInputError
from policemetrics.intervals import means, order_statistics, student_t, weighted_normal, welch
from policemetrics.intervals._shared import beta_cdf


class TestStudent:
    VALUES = (33.09375, 48.38596, 64.83495, 67.98475, 22.93556, 71.23587, 38.78465, 82.37927)

    def test_oracle(self):
        """[T] PHEindicatormethods testdata_Mean.xlsx: eight values, and the summary of eighteen."""
        mean, variance = np.mean(self.VALUES), np.var(self.VALUES, ddof=1)
        close(student_t(mean, variance, 8), 36.168325241336504, 71.24036475866352, rel=1e-8)
        close(student_t(mean, variance, 8, 0.998), 18.216705294788838, 89.19198470521118, rel=1e-8)
        close(
            student_t(5678.962957777778, 2117.831716159067**2, 18),
            4625.790022452972,
            6732.135893102583,
            rel=1e-8,
        )

    def test_too_few_values_have_no_interval(self):
        low, high = student_t([np.nan, 5, 5], [np.nan, np.nan, 2], [0, 1, 2])
        assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, False]
        assert np.isnan(student_t(5, 0, 1)).all()
        assert student_t(5, 0, 2) == (5, 5)

    def test_two_values(self):
        """With one degree of freedom Student's quantile at 95% is tan(0.475 π): for 0 and 2 it is the margin."""
        close(student_t(1, 2, 2), 1 - math.tan(0.475 * math.pi), 1 + math.tan(0.475 * math.pi))

    def test_a_billion_is_normal(self):
        close(student_t(60, 400, BILLION), *weighted_normal(60, 400 / BILLION), rel=1e-12)

    @pytest.mark.parametrize("args", [(np.nan, 1, 2), (1, np.nan, 2), (1, -1, 2), (np.inf, 1, 2)])
    def test_refuses_a_mean_that_is_none(self, args):
        with pytest.raises(InvalidInputError, match="where n is 2 or more; got mean = "):
            student_t(*args)

    def test_refuses_part_of_a_value(self):
        with pytest.raises(InvalidInputError, match=r"n must .*whole number.* >= 0; got 2\.5"):
            student_t(1, 1, 2.5)


class TestWelch:
    B, A = (6, 9, 14, 8, 11, 20, 7, 13, 25, 10), (2, 3, 4, 5, 6, 7, 8, 9, 12, 31)

    @staticmethod
    def sample(values):
        return np.mean(values), np.var(values, ddof=1), len(values)

    def test_oracle(self):
        """[R] t.test(b, a), Welch: difference 3.6, -3.31193586527 to 10.51193586527."""
        close(welch(*self.sample(self.B), *self.sample(self.A)), -3.31193586527, 10.51193586527)

    def test_unequal_sizes(self):
        """[Py] scipy's ttest_ind without equal variances, at two levels."""
        one, other = self.B[:4], self.A
        for level in (0.5, 0.998):
            expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(level)
            close(welch(*self.sample(one), *self.sample(other), level), *expected)

    def test_two_values_each(self):
        """0 and 2 less 0 and 2: variances of 1 in the mean, 2 degrees of freedom; t at 95% is 0.95 √(2/0.0975)."""
        margin = 0.95 * math.sqrt(2 / (1 - 0.95**2)) * math.sqrt(2)
        close(welch(1, 2, 2, 1, 2, 2), -margin, margin)

    def test_too_few_values_have_no_interval(self):
        low, high = welch([np.nan, 5, 5], [np.nan, np.nan, 2], [0, 1, 2], 3, 1, 4)
        assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, False]
        assert np.isnan(welch(3, 1, 4, 5, 0, 1)).all()

    def test_without_spread(self):
        """Of two constants the difference is known; beside one the interval is that of the other mean."""
        assert welch(5, 0, 3, 2, 0, 3) == (3, 3)
        close(welch(5, 2, 9, 0, 0, 3), *(float(v) for v in student_t(5, 2, 9)))

    def test_any_size(self):
        """Nothing overflows on the way."""
        low, high = welch(1e200, 1e300, 5, 0, 1e-300, 3)
        assert np.isfinite([low, high]).all()

    @pytest.mark.parametrize(("at", "bad"), [(1, -1), (4, -1), (0, np.inf), (2, 2.5), (5, -1)])
    def test_refuses(self, at, bad):
        args: list[float] = [5, 2, 9, 4, 1, 8]
        args[at] = bad
        with pytest.raises(InvalidInputError, match=f"(n|mean|variance){1 if at < 3 else 2}"):
            welch(*args)


class TestOrderStatistics:
    def test_ten_values(self):
        """[Py] scipy's quantile_test on 2 3 4 5 6 7 8 9 12 31: 3 to 12, and for the 90th 8 to none."""
        values = [2, 3, 4, 5, 6, 7, 8, 9, 12, 31]
        low, high = order_statistics(10, [0.5, 0.9])
        assert (values[low[0] - 1], values[high[0] - 1]) == (3, 12)
        assert values[low[1] - 1] == 8
        assert high[1] == 11

    def test_too_few_values(self):
        """Six values are the fewest that bound a median at 95%: 1 - 2 (1/2)^6 is 96.9%."""
        low, high = order_statistics([0, 1, 5, 6], 0.5)
        assert low.tolist() == [0, 0, 0, 1]
        assert high.tolist() == [1, 2, 6, 6]

    def test_a_tie_counts(self):
        """P(B = 0) is 1/32 of five values: just what a level of 15/16 leaves; so with 5% in one of one."""
        assert order_statistics(5, 0.5, 0.9375) == (1, 5)
        assert order_statistics(1, 0.05, 0.9) == (0, 1)

    @pytest.mark.parametrize("level", [0.01, 0.5, 0.95, 0.998, 1 - 1e-9])
    def test_ranks_are_the_binomial_ones(self, level):
        """One rank further in, either way, leaves too much outside; by scipy's binomial distribution."""
        n = np.unique(np.r_[0:60, np.geomspace(60, BILLION, 60).round()])[:, None]
        q = np.array([1e-4, 0.05, 0.3, 0.5, 0.77, 0.9, 0.95, 0.99])
        low, high = order_statistics(n, q, level)
        tail, slack = (1 - level) / 2, 1e-7
        assert ((low >= 0) & (low < high) & (high <= n + 1)).all()
        assert (stats.binom.cdf(low - 1, n, q) <= tail * (1 + slack)).all()
        assert (stats.binom.cdf(low, n, q) >= tail * (1 - slack)).all()
        assert (stats.binom.sf(high - 1, n, q) <= tail * (1 + slack)).all()
        assert (stats.binom.sf(high - 2, n, q) >= tail * (1 - slack)).all()

    @given(n=st.integers(0, 10**6), q=st.floats(0.001, 0.999), level=levels)
    def test_covers(self, n, q, level):
        """The ranks cover the quantile with the level or more; counted down they are those of 1 - q."""
        low, high = order_statistics(n, q, level)
        assert stats.binom.cdf(high - 1, n, q) - stats.binom.cdf(low - 1, n, q) >= level - 1e-9
        assert order_statistics(n, 0.5, level)[1] == n + 1 - order_statistics(n, 0.5, level)[0]

    def test_the_search_starts_next_to_the_rank(self, monkeypatch):
        """Two looks at the distribution settle a rank, one that holds and one that does not; few take more."""
        looks = []
        monkeypatch.setattr(means, "beta_cdf", lambda a, *rest: looks.append(a.size) or beta_cdf(a, *rest))
        n = np.geomspace(100, BILLION, 40).round()[:, None]
        order_statistics(n, [0.05, 0.1, 0.5, 0.77, 0.95])
        assert sum(looks) <= 2.05 * 2 * 200

    def test_a_higher_level_reaches_further(self):
        low, high = order_statistics(1000, 0.9, 0.95)
        wider = order_statistics(1000, 0.9, 0.998)
        assert wider[0] < low < high < wider[1]

    @pytest.mark.parametrize("q", [0, 1, -0.5, 50, np.nan])
    def test_refuses_what_is_no_quantile(self, q):
        with pytest.raises(InvalidInputError, match="q must lie strictly between 0 and 1; got q = "):
            order_statistics(10, q)

    def test_refuses_part_of_a_value(self):
        with pytest.raises(InvalidInputError, match=r"n must .*whole numbers >= 0; got 2.5 at n\[1\]"):
            order_statistics([2, 2.5], 0.5)
        with pytest.raises(InvalidInputError, match=r"n must be below 2\*\*53"):
            order_statistics(2**53, 0.5)
