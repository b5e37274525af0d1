"""Intervals for proportions and their differences, against published figures and the laws they obey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from kernels import BILLION, close, counts, levels, oracle
from scipy import stats

from policemetrics.errors import InvalidInputError
from policemetrics.intervals import clopper_pearson, garwood, newcombe, square_and_add, wilson


class TestProportion:
    @pytest.mark.parametrize("row", oracle("proportion", "x", "n", "wilson_low95", "wilson_high95"))
    def test_wilson_95(self, row):
        close(wilson(*row[:2]), *row[2:])

    @pytest.mark.parametrize("row", oracle("proportion", "x", "n", "wilson_low998", "wilson_high998"))
    def test_wilson_998(self, row):
        close(wilson(*row[:2], 0.998), *row[2:])

    @pytest.mark.parametrize("row", oracle("proportion", "x", "n", "exact_low95", "exact_high95"))
    def test_clopper_pearson(self, row):
        close(clopper_pearson(*row[:2]), *row[2:])

    @pytest.mark.parametrize(
        ("x", "n", "level", "low", "high"),
        [
            (1, 100, 0.95, 0.0017674320641406511, 0.054486196178705294),
            (1, 100, 0.998, 0.000873065697299977, 0.1045544528370582),
            (9856, 12345, 0.95, 0.7912101752909069, 0.8053640073614909),
            (9856, 12345, 0.998, 0.7869924108419063, 0.8093061412589626),
            (7776456, 7564336677, 0.95, 0.0010273201001641094, 0.0010287644578977231),
            (222, 3215, 0.95, 0.060791690363636595, 0.07833956681383633),
            (999, 3456, 0.95, 0.27418951080009873, 0.30440389662818057),
            (0.445, 1, 0.95, 0.04381744772058822, 0.9334621276979156),
        ],
    )
    def test_wilson_phe_suite(self, x, n, level, low, high):
        """[T] PHEindicatormethods testdata_Proportion.xlsx; the last numerator is a fraction."""
        close(wilson(x, n, level), low, high)

    def test_scipy_suite(self):
        """[T] scipy test_morestats, from R 3.6.2."""
        close(wilson(3, 10, 0.99), 0.07956632, 0.6799753, rel=1e-6)
        close(clopper_pearson(20, 100), 0.1266555521019559, 0.2918426890886281)
        close(clopper_pearson(3, 50, 0.99), 0.006872485, 0.202706269, rel=1e-6)

    def test_published(self):
        """Newcombe 1998, as quoted by ratesci, and a share of the domain notes, to the digits printed."""
        assert [round(float(v), 4) for v in (*wilson(0, 20), *clopper_pearson(0, 20))] == [
            0,
            0.1611,
            0,
            0.1684,
        ]
        assert [round(float(v), 4) for v in (*wilson(1, 29), *clopper_pearson(1, 29))] == [
            0.0061,
            0.1718,
            0.0009,
            0.1776,
        ]
        assert [round(100 * float(v), 3) for v in wilson(26029, 328104)] == [7.841, 8.026]

    @pytest.mark.parametrize("interval", [wilson, clopper_pearson])
    def test_bounds_are_reached_exactly(self, interval):
        """Rounding leaves Wilson's upper limit for 250 of 250 at 0.9999999999999998 elsewhere."""
        n = np.r_[1:2000, BILLION]
        assert (interval(n, n)[1] == 1).all()
        assert (interval(np.zeros_like(n), n)[0] == 0).all()
        assert (interval(n, n)[0] < 1).all()
        assert (interval(np.zeros_like(n), n)[1] > 0).all()

    @pytest.mark.parametrize("interval", [wilson, clopper_pearson])
    def test_out_of_none_nothing_is_known(self, interval):
        assert interval(0, 0) == (0, 1)
        assert interval([0, 0], [0, 10])[0].tolist() == [0, 0]
        assert interval([0, 0], [0, 10])[1][0] == 1
        assert interval(0, 0, 1e-300) == (0, 1)

    @pytest.mark.parametrize("interval", [wilson, clopper_pearson])
    @given(x=counts, y=counts, level=levels)
    def test_holds_the_share_and_mirrors(self, interval, x, y, level):
        """x / n lies inside, the limits within 0 and 1; of the rest they are the complements."""
        assume(x + y > 0)
        low, high = interval(x, x + y, level)
        assert 0 <= low <= x / (x + y) <= high <= 1
        rest = interval(y, x + y, level)
        assert (1 - rest[1], 1 - rest[0]) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))

    @pytest.mark.parametrize("interval", [wilson, clopper_pearson])
    def test_limits_rise_with_the_share(self, interval):
        for n in (50, BILLION):
            low, high = interval(np.unique(np.linspace(0, n, 1001).round()), n)
            assert (np.diff(low) > 0).all()
            assert (np.diff(high) > 0).all()

    @pytest.mark.parametrize("x", [3 * 10**8, 5 * 10**8, BILLION - 10**7])
    def test_a_billion_is_normal(self, x):
        """Both agree with p ± z√(p(1-p)/n), at widths of some 1e-5, to 1e-8."""
        p = x / BILLION
        margin = 1.959963984540054 * (p * (1 - p) / BILLION) ** 0.5
        close(wilson(x, BILLION), p - margin, p + margin, rel=1e-8)
        close(clopper_pearson(x, BILLION), p - margin, p + margin, rel=1e-8)

    @pytest.mark.parametrize("x", [0, 1, 999, 1000, 1001, 10**4])
    def test_rare_events_are_poisson(self, x):
        """Of a billion, a few are a Poisson count; scipy 1.17.1 is far out at exactly 1000 events."""
        low, high = garwood(x)
        close(clopper_pearson(x, BILLION), low / BILLION, high / BILLION, rel=1e-5)
        close(clopper_pearson(x, BILLION + 0.5), low / BILLION, high / BILLION, rel=1e-5)

    @given(x=st.integers(0, 3000), y=st.integers(0, 10**7), level=levels)
    def test_clopper_pearson_inverts_the_binomial(self, x, y, level):
        """At each limit the tail that holds x has half the probability left out."""
        low, high = clopper_pearson(x, x + y, level)
        tail = (1 - level) / 2
        assert low == 0 if x == 0 else stats.binom.sf(x - 1, x + y, low) == pytest.approx(tail, rel=1e-7)
        assert high == 1 if y == 0 else stats.binom.cdf(x, x + y, high) == pytest.approx(tail, rel=1e-7)


class TestDifference:
    @pytest.mark.parametrize(
        "row", oracle("difference", "x1", "n1", "x2", "n2", "newcombe_low", "newcombe_high")
    )
    def test_newcombe(self, row):
        close(newcombe(*row[:4]), *row[4:])

    def test_newcombe_published(self):
        """Newcombe 1998, example d, and Fagerland et al. 2015, to the digits printed."""
        assert [round(float(v), 4) for v in newcombe(5, 56, 0, 29)] == [-0.0381, 0.1926]
        close(newcombe(7, 34, 1, 34), 0.019, 0.34, rel=1e-2)

    def test_nothing_is_known_of_a_difference_from_none(self):
        low, high = newcombe([0, 3, 0], [0, 10, 0], [3, 0, 0], [10, 0, 0])
        assert low.tolist() == [-1, -1, -1]
        assert high.tolist() == [1, 1, 1]

    @given(st.tuples(counts, counts, counts, counts), levels)
    def test_bounds_and_exchange(self, four, level):
        """The difference lies inside, within -1 and 1; exchanging the two turns the sign."""
        x1, y1, x2, y2 = four
        assume(x1 + y1 > 0)
        assume(x2 + y2 > 0)
        low, high = newcombe(x1, x1 + y1, x2, x2 + y2, level)
        assert -1 <= low <= x1 / (x1 + y1) - x2 / (x2 + y2) <= high <= 1
        back = newcombe(x2, x2 + y2, x1, x1 + y1, level)
        assert back == (pytest.approx(-high, abs=1e-15), pytest.approx(-low, abs=1e-15))

    def test_a_billion_is_normal(self):
        """Standard error of two proportions of a half out of a billion: √(0.5 / 1e9)."""
        margin = 1.959963984540054 * (0.5 / BILLION) ** 0.5
        close(newcombe(BILLION // 2, BILLION, BILLION // 2, BILLION), -margin, margin, rel=1e-6)

    def test_square_and_add_by_hand(self):
        """3-4-5 triangles on both sides, in an array; a limit may be infinite, a nan gives nan."""
        low, high = square_and_add([10, 10, 10], [7, 7, 7], [16, np.inf, 16], 4, [-4, -4, np.nan], 8)
        assert low.tolist() == [1, 1, 1]
        assert high[:2].tolist() == [16, np.inf]
        assert np.isnan(high[2])
        assert square_and_add(0, 0, 3, 4, 4, 4) == (-4, -1)
        assert np.isnan(square_and_add(np.nan, 0, 1, 0.5, 0.4, 0.6)).all()
        assert np.isnan(square_and_add(np.inf, 0, np.inf, np.inf, 0, np.inf)).all()

    @pytest.mark.parametrize(
        ("args", "which"), [((7, 10, 14, 4, 1, 8), "estimate1"), ((10, 7, 14, 9, 1, 8), "estimate2")]
    )
    def test_square_and_add_refuses_limits_out_of_order(self, args, which):
        with pytest.raises(InvalidInputError, match=f"own limits; got {which} = "):
            square_and_add(*args)
