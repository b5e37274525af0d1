"""The spread between areas, limits of a funnel, and ranks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics.funnels import count_limits, normal_p, ranks, spread
from policemetrics.intervals import garwood
from policemetrics.intervals.poisson import garwood_p_value

Z = st.lists(st.floats(-50, 50), min_size=3, max_size=12)


class TestSpread:
    @given(Z, st.floats(0, 0.49))
    def test_as_numpy_winsorises(self, z, q):
        """φ is the mean of the squares between numpy's quantiles."""
        z = np.array(z)
        phi, _ = spread(z, np.ones(len(z)), q)
        assert phi == pytest.approx(
            (np.clip(z, *np.quantile(z, [q, 1 - q])) ** 2).mean(), rel=1e-9, abs=1e-12
        )

    def test_groups_at_once(self):
        """Each row for itself, whatever is not there."""
        z = np.array([[1.0, 2, 3, np.nan], [5, -5, 1, 0], [np.nan] * 4])
        phi, tau = spread(z, np.where(np.isnan(z), np.nan, 0.5))
        for row in (0, 1):
            there = z[row][~np.isnan(z[row])]
            one = spread(there, np.full(len(there), 0.5))
            assert (phi[row], tau[row]) == pytest.approx(one)
        assert np.isnan([phi[2], tau[2]]).all()

    def test_one_has_no_spread(self):
        assert spread(np.array([3.0]), np.array([1.0]))[1] == 0

    @given(Z)
    def test_none_where_chance_is_all(self, z):
        """τ is 0 where the squares come to less than their number less one."""
        z = np.array(z)
        z /= max(1.0, np.sqrt((z**2).sum()))
        assert spread(z, np.ones(len(z)))[1] == 0


class TestCountLimits:
    @given(st.floats(0.01, 1e7), st.sampled_from([0.8, 0.95, 0.998]))
    def test_inverse_of_the_exact_interval(self, expected, level):
        """The interval of the upper limit begins at what is expected; that of the lower ends there."""
        low, high = count_limits(np.array([expected]), level)
        assert garwood(high, level)[0] == pytest.approx(expected, rel=1e-6)
        if low[0] > 0:
            assert garwood(low, level)[1] == pytest.approx(expected, rel=1e-6)

    @given(st.integers(0, 300), st.floats(0.5, 300))
    def test_agrees_with_the_test(self, count, expected):
        low, high = count_limits(np.array([expected]))
        p = float(garwood_p_value(count, expected))
        if abs(p - 0.05) > 1e-6:
            assert (p < 0.05) == bool(count < low[0] or count > high[0])


def test_normal_p():
    assert normal_p(np.array([1.959963984540054, -3.090232306167813, 0])) == pytest.approx([0.05, 0.002, 1])


class TestRanks:
    def test_by_hand(self):
        """Two that overlap may each be first; the third is apart, and the one that is not there has none."""
        value = np.array([9.0, 8.0, 1.0, np.nan])
        rank, first, last = ranks(value, value - 1, value + 1)
        assert rank[:3].tolist() == [1, 2, 3]
        assert first[:3].tolist() == [1, 1, 3]
        assert last[:3].tolist() == [2, 2, 3]
        assert np.isnan([rank[3], first[3], last[3]]).all()

    @given(st.lists(st.integers(0, 20), min_size=1, max_size=10), st.floats(0, 5))
    def test_as_counted_one_by_one(self, values, reach):
        value = np.array(values, dtype=float)
        rank, first, last = ranks(value, value - reach, value + reach)
        for i, v in enumerate(values):
            assert rank[i] == 1 + sum(w > v for w in values)
            assert first[i] == 1 + sum(w - reach > v + reach for w in values)
            assert last[i] == len(values) - sum(w + reach < v - reach for w in values)
