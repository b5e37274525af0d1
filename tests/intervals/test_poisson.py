"""Intervals for Poisson counts and for weighted sums of them, against published figures and the laws they obey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels import BILLION, close, counts, levels, oracle

from policemetrics.errors import InvalidInputError, UnknownNameError
from policemetrics.intervals import byar, dobson, garwood, phe, weighted_normal


class TestOneCount:
    @pytest.mark.parametrize("row", oracle("poisson_exact", "x", "low95", "high95"))
    def test_garwood_95(self, row):
        close(garwood(row[0]), *row[1:])

    @pytest.mark.parametrize("row", oracle("poisson_exact", "x", "low998", "high998"))
    def test_garwood_998(self, row):
        close(garwood(row[0], 0.998), *row[1:])

    def test_garwood_rates(self):
        """[T] statsmodels test_rates_poisson (from R), and two published rates of PHEindicatormethods."""
        close(garwood(15), 0.0209884653319583, 0.0618505471787146, scale=1 / 400)
        close(garwood(14), 0.019135, 0.058724, rel=1e-4, scale=1 / 400)
        close(garwood(5), 1.62348639011842, 11.668332079322669)
        close(garwood(1, 0.998), 0.0010005003335835344, 9.233413476451585)

    @pytest.mark.parametrize("row", oracle("byar", "x", "low95", "high95"))
    def test_byar_95(self, row):
        close(byar(row[0]), *row[1:])

    @pytest.mark.parametrize("row", oracle("byar", "x", "low998", "high998"))
    def test_byar_998(self, row):
        close(byar(row[0], 0.998), *row[1:])

    @pytest.mark.parametrize(
        ("x", "level", "low", "high"),
        [
            (65, 0.95, 50.163187710459454, 82.84913854593984),
            (65, 0.998, 42.8802614714802, 94.00029084431802),
            (1045, 0.95, 982.5932018073325, 1110.33121298565),
            (1045, 0.998, 947.9407035610374, 1148.806160988033),
            (10, 0.998, 2.916318374695686, 24.193724927880535),
        ],
    )
    def test_byar_phe_suite(self, x, level, low, high):
        """[T] PHEindicatormethods testdata_Byars_Wilson.xlsx."""
        close(byar(x, level), low, high)

    def test_byar_of_one(self):
        """The lower limit is printed in the same suite too; both worked out to 40 digits with mpmath."""
        close(byar(1), 0.013072132901504323698975166579, 5.563755582475262667099597457781)

    def test_byar_by_hand(self):
        """The figures of the domain notes, to their four decimals."""
        close(byar(25), 16.1743, 36.9065, rel=1e-5)

    def test_byar_is_never_below_zero(self):
        """PHE's own formula turns negative for 1 event at 99.8%, and its suite leaves it out."""
        low, _ = byar([0, 1e-300, 0.5, 1], 0.998)
        assert low.tolist() == [0, 0, 0, 0]

    @pytest.mark.parametrize("level", [95, 998])
    def test_phe_rate(self, level):
        """[T] the published rates of PHEindicatormethods."""
        for x, n, low, high in oracle("phe_rate", "x", "n", f"low{level}", f"high{level}"):
            close(phe(x, float(f"0.{level}")), low, high, scale=100_000 / n)

    @pytest.mark.parametrize(
        ("x", "n", "low", "high", "low998", "high998"),
        [
            (0, 25000, 0, 0.147555178165, 0, 0.276310211159),
            (5, 30000, 0.0541162130039, 0.388944402644, 0.0246457243973, 0.548491506789),
            (9, 41000, 0.1003749535946, 0.416702523205, 2.45242440436 / 41, 22.6573733091 / 41),
            (10, 52000, 0.0920663444994, 0.353681896265, 2.9163183747 / 52, 24.1937249279 / 52),
            (1234, 150000, 7.7740083597487, 8.698805165127, 7.5218886910770, 8.976398967398),
            (87456, 1100000, 78.9793893674657, 80.034153920938, 78.6772502589248, 80.339754202863),
        ],
    )
    def test_phe_per_thousand(self, x, n, low, high, low998, high998):
        """[R] PHEindicatormethods 2.0.0; the method changes between 9 and 10."""
        close(phe(x), low, high, scale=1000 / n)
        close(phe(x, 0.998), low998, high998, scale=1000 / n)

    @pytest.mark.parametrize(
        ("x", "n", "low", "high"),
        [
            (2, 200, 121.10463927198258, 3612.3438338619794),
            (10, 200, 2393.7249569837822, 9195.729302878237),
            (130, 200, 54306.52101925725, 77182.74430661963),
            (250, 220, 99984.94738532876, 128631.14487455782),
        ],
    )
    def test_phe_grouped(self, x, n, low, high):
        """[T] rows that PHEindicatormethods sums first."""
        close(phe(x), low, high, scale=100_000 / n)

    @pytest.mark.parametrize("interval", [garwood, byar])
    def test_limits_rise_with_the_count(self, interval):
        """By one method throughout: at its switch PHE's interval jumps."""
        x = np.unique(np.r_[0:400, np.geomspace(1, BILLION, 2000).round()])
        low, high = interval(x)
        assert (np.diff(low) >= 0).all()
        assert (np.diff(high) > 0).all()
        assert (np.diff(garwood(x)[0]) > 0).all()

    @pytest.mark.parametrize("interval", [garwood, byar, phe])
    def test_a_billion_is_normal(self, interval):
        """At a billion the limits are x ± z√x, to a few events in 62 thousand."""
        close(interval(BILLION), BILLION - 61979.5, BILLION + 61979.5, rel=3e-9)

    @pytest.mark.parametrize("interval", [garwood, byar, phe])
    @given(x=counts, level=levels)
    def test_holds_the_count(self, interval, x, level):
        low, high = interval(x, level)
        assert 0 <= low <= x < high < np.inf


class TestSums:
    COUNTS = np.array([127, 25, 18, 21, 12, 27, 48, 27, 29, 32, 32, 34, 45, 65, 38, 68, 74, 82, 91])
    PEOPLE = np.array(
        [636, 558, 609, 543, 384, 594, 669, 843, 660, 576, 606, 522, 426, 273, 300, 288, 153, 123, 207]
    )
    STANDARD = np.repeat(
        [5000, 5500, 6000, 6500, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000],
        [1, 3, 2, 1, 4, 1, 1, 1, 1, 1, 1, 1, 1],
    )

    def test_dobson_standardised_rate(self):
        """[T] PHEindicatormethods testdata_DSR_ISR.xlsx on Byar's limits; [Py] on Garwood's."""
        weights = self.STANDARD / self.PEOPLE / self.STANDARD.sum() * 100_000
        score, variance, n = (
            (weights * self.COUNTS).sum(),
            (weights**2 * self.COUNTS).sum(),
            self.COUNTS.sum(),
        )
        assert score == pytest.approx(10430.247991469423)
        close(dobson(score, variance, n, limits="byar"), 9717.709067985681, 11178.94091547925)
        close(dobson(score, variance, n), 9717.715880792566, 11178.93513009431)

    @given(x=counts.filter(bool), weight=st.floats(0.01, 10**4), level=levels)
    def test_dobson_of_equal_weights(self, x, weight, level):
        """The weight times the limits of the count."""
        low, high = garwood(x, level)
        close(dobson(weight * x, weight**2 * x, x, level), weight * low, weight * high)

    def test_dobson_without_events(self):
        low, high = dobson([0, 3], [0, 3], [0, 3])
        assert low[0] == 0
        assert np.isnan(high[0])
        close((low[1], high[1]), *garwood(3))

    def test_dobson_is_never_below_zero(self):
        """One event that weighs something among a thousand that weigh nothing."""
        low, high = dobson(1, 1, 1000)
        assert low == 0
        assert high > 1

    def test_dobson_refuses(self):
        with pytest.raises(
            InvalidInputError, match="where count is 0; got score = 5, variance = 0, count = 0 at "
        ):
            dobson([1, 5], [1, 0], [1, 0])
        with pytest.raises(UnknownNameError, match="limits must be one of 'garwood', 'byar'"):
            dobson(1, 1, 1, limits="wald")

    def test_weighted_normal(self):
        """The two displacement examples of the domain notes, and two homicides with a thousand thefts."""
        close(weighted_normal(-10, 70, 0.9), -23.7618, 3.7618, rel=1e-5)
        low, high = weighted_normal([-10, 0], [100 + 90 + 100 + 80, 0])
        assert (high - low)[0] / 2 / 1.959963984540054 == pytest.approx(19.24, abs=0.005)
        assert low[1] == high[1] == 0
        score = 2 * 7973.393423 + 1000 * 11.855539
        low, high = weighted_normal(score, 2 * 7973.393423**2 + 1000 * 11.855539**2)
        assert (high - low) / 2 / 1.959963984540054 == pytest.approx(11282.31, abs=0.005)
        assert (high + low) / 2 == pytest.approx(27802.325846)

    def test_weighted_normal_refuses_a_negative_variance(self):
        with pytest.raises(InvalidInputError, match=r"variance must be >= 0; got variance = -1\."):
            weighted_normal(3, -1)
