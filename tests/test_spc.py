"""The kernel of control charts: published figures of other packages, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from policemetrics.control.chart import pattern_of
from policemetrics.definitions import control_rules
from policemetrics.errors import InvalidInputError
from policemetrics.spc import Pattern, individuals, means, proportions, rates, signals

# tests/unittests/test_limits_calculations.py of nhspy-plotthedots, which screens moving ranges.
PLOTTHEDOTS = [
    (range(1, 11), 5.5, 2.84, 8.16),
    ([1, 2, 3, 4, 5, 4, 3, 2, 1, 2], 2.7, 0.040000000000000036, 5.36),
    ([1, 2, 3], 2, -0.66, 4.66),
    (range(20), 9.5, 6.84, 12.16),
    ([3, 1, 4, 1, 5, 9, 2], 3.5714285714285716, -6.625238095238096, 13.768095238095238),
    ([1, 2, 3, 2, 1, 2, 3, 4, 5, 6, 7, 4, 3, 2, 1, 2], 3, -0.014666666666666828, 6.014666666666667),
]
# Run in R: NHSRplotthedots and qicharts2.
TWENTY = [610, 595, 642, 588, 601, 633, 579, 612, 598, 625, 745, 607, 590, 618, 604, 611, 583, 629, 597, 615]
STEP = [50, 52, 49, 51, 48, 50, 53, 47, 51, 50, 56, 57, 58, 56, 59, 57, 58, 60, 57, 56]
TREND = [20, 21, 19, 20, 22, 20, 21, 22, 23, 24, 25, 26, 27, 28, 20, 21, 19, 20, 21, 20]
SERIES = arrays(float, st.integers(3, 40), elements=st.integers(-50, 50).map(float))


def lines(chart, at=0):
    return chart.centre[at].item(), chart.low[at].item(), chart.high[at].item()


def found(chart, rule_set):
    """Return the points (from 1) of each rule of a set."""
    up, down = signals(chart, [pattern_of(rule) for rule in control_rules()[rule_set]])
    return [(np.flatnonzero(a | b) + 1).tolist() for a, b in zip(up, down, strict=True)]


class TestIndividuals:
    @pytest.mark.parametrize(("values", "centre", "low", "high"), PLOTTHEDOTS)
    def test_plotthedots(self, values, centre, low, high):
        assert lines(individuals(list(values), screened=True)) == pytest.approx(
            (centre, low, high), abs=1e-12
        )

    def test_r(self):
        assert lines(individuals(TWENTY, screened=True)) == pytest.approx(
            (614.1, 525.581111111, 702.618888889)
        )
        assert lines(individuals(TWENTY)) == pytest.approx((614.1, 510.92, 717.28))
        fixed = individuals(TWENTY, base=np.arange(20) < 12, screened=True)
        assert lines(fixed) == pytest.approx((619.583333333, 487.308787879, 751.857878788))
        qicharts2 = individuals(TWENTY, factor=3 / 1.128)
        assert lines(qicharts2)[1:] == pytest.approx((510.936506159, 717.263493841))
        assert lines(individuals(TWENTY, factor=3 / 1.128, screened=True))[1:] == pytest.approx(
            (525.595271868, 702.604728132)
        )
        assert [i for i in range(20) if TWENTY[i] > fixed.high[i]] == []

    def test_rules_of_r(self):
        chart = individuals(STEP, screened=True)
        assert lines(chart) == pytest.approx((53.75, 47.03, 60.47))
        assert found(chart, "nhs") == [[8], list(range(1, 21)), [], [3, 5]]
        again = individuals(STEP, pieces=np.arange(20) >= 10, screened=True)
        assert lines(again) == pytest.approx((50.1, 42.4155555556, 57.7844444444))
        assert lines(again, 19) == pytest.approx((57.4, 52.6711111111, 62.1288888889))
        assert found(again, "nhs") == [[], [], [], []]

    def test_trend_of_r(self):
        chart = individuals(TREND, screened=True)
        assert lines(chart) == pytest.approx((21.95, 18.6988888889, 25.2011111111))
        outside, _, trend, _ = found(chart, "nhs")
        assert (outside, trend) == ([12, 13, 14], list(range(6, 15)))

    def test_near_opposite_limits(self):
        chart = individuals([1, -1] * 7 + [5.5, -5.5], screened=True)
        assert lines(chart) == pytest.approx((0, -6.175, 6.175))
        assert found(chart, "nhs") == [[], [], [], []]

    @pytest.mark.parametrize("rule_set", list(control_rules()))
    def test_constant(self, rule_set):
        chart = individuals([5] * 20, screened=True)
        assert lines(chart) == (5, 5, 5)
        assert not any(found(chart, rule_set))

    def test_gap(self):
        """No moving range goes across one: 1 to 2 and 8 to 9 are the ranges."""
        chart = individuals([1, 2, np.nan, 8, 9])
        assert lines(chart) == pytest.approx((5, 5 - 2.66, 5 + 2.66))
        assert individuals([1, np.nan, 2]).high.tolist() != individuals([1, 2]).high.tolist()
        assert np.isnan(individuals([1, np.nan, 2]).high).all()

    @given(SERIES, st.integers(-9, 9), st.integers(1, 9))
    def test_shift_and_scale(self, values, shift, scale):
        chart, moved = individuals(values), individuals(values * scale + shift)
        for name in ("centre", "low", "high"):
            np.testing.assert_allclose(getattr(moved, name), getattr(chart, name) * scale + shift, atol=1e-9)

    @given(SERIES)
    def test_time_reversed(self, values):
        chart, back = individuals(values), individuals(values[::-1])
        assert lines(chart) == pytest.approx(lines(back))
        rising = Pattern(kind="trend", points=3, of=3)
        (up,), (down,) = signals(chart, [rising])
        (fell,), (rose,) = signals(back, [rising])
        assert (up.tolist(), down.tolist()) == (rose[::-1].tolist(), fell[::-1].tolist())

    @given(SERIES, st.integers(3, 40))
    def test_base_alone(self, values, first):
        first = min(first, len(values))
        fixed = individuals(values, base=np.arange(len(values)) < first)
        assert lines(fixed) == pytest.approx(lines(individuals(values[:first])))

    @given(SERIES, st.integers(1, 39))
    def test_pieces(self, values, start):
        start = min(start, len(values) - 1)
        both = individuals(values, pieces=np.arange(len(values)) >= start)
        apart = [individuals(values[:start]), individuals(values[start:])]
        np.testing.assert_array_equal(both.high, np.concatenate([one.high for one in apart]))

    @given(arrays(float, (3, 12), elements=st.one_of(st.integers(0, 9).map(float), st.just(np.nan))))
    def test_each_series_alone(self, values):
        together = individuals(values, screened=True)
        patterns = [pattern_of(rule) for rules in control_rules().values() for rule in rules]
        all_up, all_down = signals(together, patterns)
        for row, series in enumerate(values):
            alone = individuals(series, screened=True)
            np.testing.assert_allclose(together.high[row], alone.high)
            up, down = signals(alone, patterns)
            np.testing.assert_array_equal(all_up[:, row], up)
            np.testing.assert_array_equal(all_down[:, row], down)


class TestAttributes:
    def test_by_hand(self):
        chart = rates([4, 9, 5], [1, 2, 1])
        assert chart.value.tolist() == [4, 4.5, 5]
        assert lines(chart) == pytest.approx((4.5, 0, 4.5 + 3 * 4.5**0.5))
        assert lines(chart, 1) == pytest.approx((4.5, 0, 9.0))
        shares = proportions([10, 30], [100, 100])
        assert lines(shares) == pytest.approx((0.2, 0.08, 0.32))

    def test_primed(self):
        """u = 4, 6, 2; ū = 4; z = 0, 1, −1; mean |Δz| = 1.5."""
        chart = rates([4, 6, 2], [1, 1, 1], primed=True)
        assert lines(chart)[2] == pytest.approx(4 + 3 * 2 * 1.5 / 1.128)

    def test_nothing_and_all(self):
        assert lines(rates([0, 0], [1, 2])) == (0, 0, 0)
        assert lines(rates([0, 0], [1, 2], primed=True)) == (0, 0, 0)
        assert lines(proportions([5, 7], [5, 7], primed=True)) == (1, 1, 1)

    @given(arrays(float, st.integers(2, 20), elements=st.integers(0, 50).map(float)), st.integers(1, 9))
    def test_size_of_the_unit(self, counts, size):
        """Per day or per week is one chart in other units."""
        days = np.full(len(counts), float(size))
        one, other = rates(counts, np.ones(len(counts))), rates(counts, days)
        np.testing.assert_allclose(one.high / size, other.centre + (one.high - one.centre) / size)
        np.testing.assert_allclose(one.centre / size, other.centre)

    def test_means(self):
        """c4(4) = 0.921318."""
        chart = means([10, 12], [2, 2], [4, 4])
        assert lines(chart) == pytest.approx(
            (11, 11 - 3 * 2 / (0.921318 * 2), 11 + 3 * 2 / (0.921318 * 2)), rel=1e-6
        )

    @pytest.mark.parametrize(
        ("call", "says"),
        [
            (lambda: rates([-1], [1]), "counts must be >= 0"),
            (lambda: rates([1], [0]), "sizes > 0"),
            (lambda: proportions([2], [1]), "from 0 to their totals"),
            (lambda: means([1], [-1], [3]), "deviations must be >= 0"),
            (lambda: means([1], [1], [1]), "sizes >= 2"),
            (lambda: individuals([1, np.inf]), "must be finite"),
            (lambda: individuals(5), "time along the last axis"),
            (lambda: individuals([1, 2], base=[True]), "base must have one entry"),
            (lambda: individuals([1, 2], pieces=[0]), "pieces must have one entry"),
            (lambda: individuals([1, 2], base=[True, False], pieces=[0, 1]), "a point of every piece"),
        ],
    )
    def test_refused(self, call, says):
        with pytest.raises(InvalidInputError, match=says):
            call()


class TestSignals:
    def naive(self, chart, pattern):
        """Look at every stretch by itself."""
        off, sigma = chart.value - chart.centre, chart.sigma
        up, down = (np.zeros(len(off), dtype=bool) for _ in range(2))
        if pattern.kind in {"trend", "alternating"}:
            return None
        for start in range(len(off) - pattern.of + 1):
            window = range(start, start + pattern.of)
            for side, marks in ((1, up), (-1, down)):
                far = [
                    i
                    for i in window
                    if not np.isnan(off[i])
                    and (off[i] * side > 0 or pattern.kind in {"either", "within"})
                    and (abs(off[i]) > pattern.beyond * sigma[i] or pattern.kind == "within")
                    and abs(off[i]) <= pattern.up_to * sigma[i]
                    and (pattern.kind != "within" or sigma[i] > 0)
                ]
                if len(far) >= pattern.points:
                    marks[far] = True
        return up, down

    @given(arrays(float, st.integers(15, 30), elements=st.integers(0, 6).map(float)))
    def test_as_each_stretch_alone(self, values):
        chart = individuals(values)
        for rules in control_rules().values():
            for rule in rules:
                expected = self.naive(chart, pattern_of(rule))
                if expected is not None:
                    (up,), (down,) = signals(chart, [pattern_of(rule)])
                    assert (up.tolist(), down.tolist()) == (expected[0].tolist(), expected[1].tolist()), (
                        rule.name
                    )

    def test_alternating(self):
        pattern = Pattern(kind="alternating", points=5, of=5)
        (up,), _ = signals(individuals([1, 3, 2, 4, 3, 9, 9]), [pattern])
        assert up.tolist() == [True] * 6 + [False]

    def test_no_pattern(self):
        up, down = signals(individuals([1, 2]), [])
        assert up.shape == down.shape == (0, 2)
