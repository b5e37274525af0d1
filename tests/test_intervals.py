"""Intervals against published and independently computed figures, and against the laws they must obey.

The tables are in ``oracles/intervals.json``, each with its source. Other figures stand beside the test that
uses them: [R] run in R 4.2.2, [T] printed in the test suite of the package named.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from policemetrics import intervals
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError, UnknownNameError
from policemetrics.intervals import (
    byar,
    clopper_pearson,
    dobson,
    garwood,
    means,
    newcombe,
    order_statistics,
    phe,
    rate_ratio,
    rate_ratio_p_value,
    square_and_add,
    student_t,
    weighted_normal,
    welch,
    wilson,
)
from policemetrics.intervals._shared import beta_cdf

ORACLES = json.loads((Path(__file__).parent / "oracles" / "intervals.json").read_text(encoding="utf-8"))
CLOSED = 1e-9  # relative, for closed forms
SEARCHED = 1e-6  # relative, for what was or is found by a search
METHODS = ["score", "exact", "midp"]
BILLION = 10**9


def oracle(name: str, *columns: str) -> list[tuple[float, ...]]:
    """Rows of a table of oracles that have a figure in each of the columns."""
    table = ORACLES[name]
    at = [table["columns"].index(column) for column in columns]
    rows = [tuple(row[i] for i in at) for row in table["rows"]]
    found = [tuple(map(float, row)) for row in rows if None not in row]
    assert found
    return found


def close(found: tuple[Any, Any], low: float, high: float, rel: float = CLOSED, scale: float = 1.0) -> None:
    """Both limits, times a scale, are the ones expected."""
    assert float(found[0]) * scale == pytest.approx(low, rel=rel, abs=1e-300)
    assert float(found[1]) * scale == pytest.approx(high, rel=rel, abs=1e-300)


# One call of each interval with a single array of events: what is asked of all.
ONE_COUNT: dict[str, Callable[..., Any]] = {"garwood": garwood, "byar": byar, "phe": phe}
TWO_COUNTS: dict[str, Callable[..., Any]] = {
    "wilson": lambda x, y, c=0.95: wilson(x, np.add(x, y), c),
    "clopper_pearson": lambda x, y, c=0.95: clopper_pearson(x, np.add(x, y), c),
    **{
        method: lambda x, y, c=0.95, method=method: rate_ratio(x, y, 2.0, 3.0, c, method=method)
        for method in METHODS
    },
}

counts = st.one_of(st.integers(0, 30), st.integers(0, 10**4), st.integers(0, 10**9))
levels = st.floats(0.01, 0.999)


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


def test_a_share_of_none_or_of_all():
    """The mass of a beta distribution without one of its parameters is all at one end."""
    assert beta_cdf(*map(np.array, ([0.0, 3.0], [3.0, 0.0], 0.95, 0.05))).tolist() == [1, 0]


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


# Every function with plain arguments that it accepts, for what is asked of all of them.
CALLS: dict[str, tuple[Any, ...]] = {
    "byar": (12,),
    "clopper_pearson": (3, 10),
    "dobson": (30, 90, 10),
    "garwood": (12,),
    "newcombe": (3, 10, 4, 12),
    "order_statistics": (100, 0.5),
    "phe": (12,),
    "rate_ratio": (3, 10, 2, 4),
    "rate_ratio_p_value": (3, 10, 2, 4),
    "square_and_add": (10, 7, 14, 4, 1, 8),
    "student_t": (5, 2, 9),
    "weighted_normal": (5, 2),
    "welch": (5, 2, 9, 4, 1, 8),
    "wilson": (3, 10),
}
WITH_LEVEL = sorted(set(CALLS) - {"rate_ratio_p_value", "square_and_add"})


class TestAll:
    def test_none_is_left_out(self):
        assert sorted(CALLS) == intervals.__all__

    @pytest.mark.parametrize("name", CALLS)
    def test_numbers_give_numpy_scalars(self, name):
        found = np.atleast_1d(getattr(intervals, name)(*CALLS[name]))
        scalar = np.int64 if name == "order_statistics" else np.float64
        result = getattr(intervals, name)(*CALLS[name])
        for limit in result if isinstance(result, tuple) else (result,):
            assert isinstance(limit, scalar)
        assert np.isfinite(found).all()

    @pytest.mark.parametrize("name", CALLS)
    def test_shapes_broadcast(self, name):
        """The first argument down, the others across: each cell is that of its own numbers."""
        function, (first, *others) = getattr(intervals, name), CALLS[name]
        alone = np.array(function(first, *others))
        down = np.full((3, 1), first)
        across = [np.full(4, value) for value in others]
        found = np.array(function(down, *across))
        assert found.shape == (*alone.shape, 3, 4 if others else 1)
        assert (found == alone[..., None, None]).all()
        assert np.array(function(down[:0], *across)).shape == (*alone.shape, 0, 4 if others else 1)

    @pytest.mark.parametrize("name", sorted(set(CALLS) - set(ONE_COUNT)))
    def test_shapes_that_do_not_broadcast_are_refused(self, name):
        function, args = getattr(intervals, name), CALLS[name]
        with pytest.raises(InvalidInputError, match=r"has \(2,\).*has \(3,\)"):
            function([args[0]] * 2, [args[1]] * 3, *args[2:])

    @pytest.mark.parametrize("name", CALLS)
    @pytest.mark.parametrize(
        ("bad", "error"),
        [
            ("3", InvalidTypeError),
            (True, InvalidTypeError),
            ([True, False], InvalidTypeError),
            (None, InvalidTypeError),
            (["3"], InvalidTypeError),
            (object(), InvalidTypeError),
            ([1, [2, 3]], InvalidTypeError),
        ],
    )
    def test_what_is_no_number_is_refused(self, name, bad, error):
        function, args = getattr(intervals, name), CALLS[name]
        for at in range(len(args)):
            with pytest.raises(error, match="must"):
                function(*args[:at], bad, *args[at + 1 :])

    @pytest.mark.parametrize("name", sorted(set(CALLS) - {"square_and_add"}))
    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, -1])
    def test_what_cannot_be_is_refused(self, name, bad):
        function, args = getattr(intervals, name), CALLS[name]
        for at in range(len(args)):
            if bad == -1 and (name, at) in {
                ("weighted_normal", 0), ("student_t", 0), ("welch", 0), ("welch", 3),
            }:  # fmt: skip
                continue
            with pytest.raises(InvalidInputError, match="must"):
                function(*args[:at], bad, *args[at + 1 :])

    @pytest.mark.parametrize("name", WITH_LEVEL)
    @pytest.mark.parametrize("level", [95, 0, 1, -0.5, np.nan, np.inf, "0.95", True, None, [0.95]])
    def test_levels_that_are_none_are_refused(self, name, level):
        with pytest.raises(PoliceMetricsError, match="confidence_level must"):
            getattr(intervals, name)(*CALLS[name], level)

    @pytest.mark.parametrize("name", WITH_LEVEL)
    def test_a_level_of_95_gets_a_hint(self, name):
        with pytest.raises(InvalidInputError, match=r"Did you mean 0\.95"):
            getattr(intervals, name)(*CALLS[name], confidence_level=95)

    @pytest.mark.parametrize("name", WITH_LEVEL)
    def test_a_higher_level_never_narrows(self, name):
        found = np.array(
            [getattr(intervals, name)(*CALLS[name], c) for c in np.r_[0.01:1:0.01, 0.998, 1 - 1e-9]]
        )
        assert (np.diff(found[:, 0]) <= 0).all()
        assert (np.diff(found[:, 1]) >= 0).all()

    @pytest.mark.parametrize("name", WITH_LEVEL)
    @pytest.mark.parametrize("level", [1e-300, 1e-9, 1 - 2**-53])
    def test_the_ends_of_the_levels(self, name, level):
        """From a point to all but everything, without a warning."""
        low, high = getattr(intervals, name)(*CALLS[name], level)
        assert low <= high + 1e-12 * abs(high)

    @pytest.mark.parametrize("interval", TWO_COUNTS)
    @given(x=counts, y=counts, level=levels, further=st.floats(0, 1))
    def test_a_higher_level_never_narrows_two_counts(self, interval, x, y, level, further):
        narrow = TWO_COUNTS[interval](x, y, level)
        wide = TWO_COUNTS[interval](x, y, level + further * (0.9999 - level))
        assert wide[0] <= narrow[0] * (1 + 1e-12)
        assert wide[1] >= narrow[1] * (1 - 1e-12)

    @pytest.mark.parametrize("interval", [wilson, clopper_pearson])
    def test_more_than_all_is_refused(self, interval):
        with pytest.raises(InvalidInputError, match=r"x must not exceed n; got x = 11, n = 10\."):
            interval(11, 10)
        with pytest.raises(InvalidInputError, match=r"at \[1, 0\] \(1 of 4 are bad\)"):
            interval([[1, 2], [3, 4]], [[2, 2], [2, 4]])

    def test_more_than_all_is_refused_on_both_sides(self):
        with pytest.raises(InvalidInputError, match="x1 must not exceed n1"):
            newcombe(11, 10, 4, 12)
        with pytest.raises(InvalidInputError, match="x2 must not exceed n2"):
            newcombe(3, 10, 13, 12)

    def test_columns_of_a_table_must_have_one_index(self):
        pandas = pytest.importorskip("pandas")
        x, n = pandas.Series([1, 2]), pandas.Series([10, 20])
        assert wilson(x, n)[0].tolist() == wilson([1, 2], [10, 20])[0].tolist()
        with pytest.raises(InvalidInputError, match="same index"):
            wilson(x, n.set_axis([1, 0]))


class TestManyValues:
    """Large arrays go another way, by distinct values or in parts; the figures must be the same."""

    @pytest.mark.parametrize("interval", ONE_COUNT)
    @pytest.mark.parametrize("most", [50, 10**6, 10**12])
    @pytest.mark.parametrize("whole", [True, False])
    def test_one_count(self, interval, most, whole):
        x = np.random.default_rng(1).uniform(0, most, 20_000)
        x = x.round() if whole else x
        found = ONE_COUNT[interval](x.reshape(40, 500))
        some = ONE_COUNT[interval](x[-9:])
        np.testing.assert_array_equal(np.reshape(found, (2, -1))[:, -9:], some)
        assert found[0].shape == found[1].shape == (40, 500)

    @pytest.mark.parametrize("interval", TWO_COUNTS)
    @pytest.mark.parametrize("most", [20, 10**4, 10**11])
    def test_two_counts(self, interval, most):
        size = 20_000 if interval in {"wilson", "score"} or most < 100 else 600
        x, y = np.random.default_rng(2).integers(0, most, (2, size))
        found = np.array(TWO_COUNTS[interval](x, y))
        np.testing.assert_array_equal(found[:, -9:], TWO_COUNTS[interval](x[-9:], y[-9:]))

    def test_whole_numbers_among_others(self):
        """Halves, and numbers beyond any integer, do not fall together with the whole ones."""
        x = np.r_[np.arange(300), np.arange(300) + 0.5]
        found = np.array(garwood(x))
        np.testing.assert_array_equal(found[:, 295:305], garwood(x[295:305]))
        np.testing.assert_array_equal(found[:, 590:600], garwood(x[590:600]))
        found = np.array(garwood(np.r_[np.arange(300), 1e300]))
        np.testing.assert_array_equal(found[:, 290:300], garwood(np.arange(290, 300)))

    def test_newcombe(self):
        x1, y1, x2, y2 = np.random.default_rng(3).integers(0, 100, (4, 20_000))
        found = np.array(newcombe(x1, x1 + y1, x2, x2 + y2))
        some = newcombe(x1[:9], (x1 + y1)[:9], x2[:9], (x2 + y2)[:9])
        np.testing.assert_array_equal(found[:, :9], some)

    def test_ranks_and_quantiles(self):
        n = np.random.default_rng(4).integers(0, 5000, 1000)
        q = np.tile([0.5, 0.9], 500)
        np.testing.assert_array_equal(
            np.array(order_statistics(n, q))[:, -9:], order_statistics(n[-9:], q[-9:])
        )
        np.testing.assert_array_equal(np.array(student_t(n, n, n))[:, -9:], student_t(n[-9:], n[-9:], n[-9:]))
