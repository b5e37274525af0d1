"""Kaplan-Meier: R's and lifelines' figures, the plain share where nothing is open, and every edge."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics.errors import InvalidTypeError, UnknownNameError
from policemetrics.percentiles import Runs
from policemetrics.survival import Survival, kaplan_meier, log_rank

# Ten times, seven of which ended: R 4.2.2 (survival) and lifelines 0.30.3.
TIMES = [5, 8, 12, 20, 30, 45, 60, 60, 90, 120]
ENDED = [1, 1, 1, 0, 1, 1, 0, 1, 1, 0]

# Sixty times in steps of half a minute, seventeen of them open: lifelines 0.30.3, KaplanMeierFitter.
SIXTY = [180, 450, 780, 330, 30, 180, 390, 60, 30, 600, 660, 690, 150, 1320, 870, 180, 300, 60, 270, 330, 1050, 30,
         90, 510, 0, 420, 630, 30, 1020, 0, 1260, 570, 180, 420, 150, 300, 270, 390, 870, 210, 240, 180, 780, 810, 0,
         330, 30, 0, 420, 480, 360, 840, 180, 240, 1050, 780, 420, 90, 480, 240]  # fmt: skip
SIXTY_ENDED = [0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0,
               1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1]  # fmt: skip

rows = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=25)


def runs_of(groups):
    """The counts of rows (time, whether it ended), group by group."""
    columns = [
        (time, sum(e for t, e in found if t == time), sum(not e for t, e in found if t == time), g)
        for g, found in enumerate(groups)
        for time in sorted({t for t, _ in found})
    ]
    times, ended, still_open, group = (
        (np.array(c, dtype=np.int64) for c in zip(*columns, strict=True))
        if columns
        else [np.zeros(0, dtype=np.int64)] * 4
    )
    return times.astype(float), ended, still_open, group, len(groups)


def fitted(times, ended, **options):
    return kaplan_meier(*runs_of([list(zip(times, map(bool, ended), strict=True))]), **options)


def by(found, bound, *, inclusive=True):
    """The share that has ended by a time, and its limits, of a single group."""
    return tuple(column.item() for column in found.at(np.array([float(bound)]), inclusive=inclusive))


class TestPublished:
    def test_steps_of_r_and_lifelines(self):
        found = fitted(TIMES, ENDED)
        assert found.times.tolist() == [5, 8, 12, 30, 45, 60, 90]
        expected = [0.9, 0.8, 0.7, 0.583333333, 0.466666667, 0.35, 0.175]
        assert (1 - found.ended).tolist() == pytest.approx(expected, abs=1e-9)

    def test_limits_of_lifelines(self):
        found = fitted(TIMES, ENDED)
        assert (1 - found.high).tolist() == pytest.approx(
            [0.473009, 0.408691, 0.328717, 0.229787, 0.149552, 0.084799, 0.011173], abs=5e-7
        )
        assert (1 - found.low).tolist() == pytest.approx(
            [0.985281, 0.945873, 0.891949, 0.820739, 0.736610, 0.639760, 0.508664], abs=1e-6
        )

    @pytest.mark.parametrize(("method", "low"), [("log", 12), ("log-log", 5)])
    def test_median(self, method, low):
        """R's interval is symmetric in the logarithm, that of lifelines in the logarithm of the logarithm."""
        estimate, least, most = fitted(TIMES, ENDED, method=method).percentiles([50])
        assert (estimate.item(), least.item(), most.item()) == (45, low, math.inf)

    def test_sixty_of_lifelines(self):
        found = fitted(SIXTY, SIXTY_ENDED)
        assert by(found, 300) == pytest.approx(
            (1 - 0.6006390704, 1 - 0.7168510573, 1 - 0.4581247045), abs=1e-9
        )
        assert by(found, 900) == pytest.approx(
            (1 - 0.1386645925, 1 - 0.2629006945, 1 - 0.0538400582), abs=1e-9
        )
        estimate, low, high = found.percentiles([50, 90, 95])
        assert estimate[0].tolist() == [420, 1320, 1320]
        assert (low[0, 0], high[0, 0]) == (270, 600)


def as_in_r(times, column, followed, share):
    """R's ``quantile.survfit``: the middle of a level that is the very share; the last one ends with follow-up."""
    level = [t for t, v in zip(times, column, strict=True) if abs(v - share) < 1e-12]
    above = [t for t, v in zip(times, column, strict=True) if v > share + 1e-12]
    if level:
        return (level[0] + (above[0] if above else followed)) / 2
    return above[0] if above else None


class TestLevels:
    def test_level_to_the_end_of_follow_up(self):
        """R's print of survfit: 1350; the last level ends where the last was followed."""
        estimate, low, high = fitted([300, 600, 900, 1800, 1800, 1800], [1, 1, 1, 0, 0, 0]).percentiles([50])
        assert (estimate.item(), low.item(), high.item()) == (1350, 300, math.inf)

    def test_of_one_group_among_others(self):
        level = [(300, True), (600, True), (900, True), (1800, False), (1800, False), (1800, False)]
        ends_there = [(5, True), (9, True), (9, False), (9, False)]
        beyond = [(2, True), (4, True), (7, True)]
        found = kaplan_meier(*runs_of([[], level, beyond, [], ends_there, [(8, False)]])).percentiles([50])
        assert found[0][:, 0].tolist() == pytest.approx(
            [math.nan, 1350, 4, math.nan, 9, math.nan], nan_ok=True
        )

    def test_limits_that_touch_a_share(self):
        """By R's rule for limits, too: of a share that is the very limit."""
        fit = fitted(TIMES, ENDED)
        for column, at in ((fit.low, 2), (fit.high, 1)):
            share = column[at]
            _, low, high = fit.percentiles([100 * share])
            expected = as_in_r(fit.times, column, 120, share)
            assert expected == (fit.times[at] + fit.times[at + 1]) / 2
            assert expected in (low.item(), high.item())
        _, _, high = fit.percentiles([100 * fit.low[-1]])
        assert high.item() == (90 + 120) / 2

    @given(rows, st.sampled_from([10, 20, 25, 50, 75, 90]))
    def test_any_level(self, found, q):
        fit = kaplan_meier(*runs_of([found]))
        followed, (estimate, low, high) = max(t for t, _ in found), fit.percentiles([q])
        for column, value, never in (
            (fit.ended, estimate, None),
            (fit.high, low, None),
            (fit.low, high, math.inf),
        ):
            expected = as_in_r(fit.times, column, followed, q / 100)
            if expected is None:
                assert math.isnan(value.item()) if never is None else value.item() == never
            else:
                assert value.item() == expected


class TestLaws:
    @given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(0, 31), st.booleans())
    def test_the_plain_share_where_nothing_is_open(self, times, bound, inclusive):
        """To the last bit; and the percentiles are those that numpy calls averaged_inverted_cdf."""
        found = fitted(times, [True] * len(times))
        within = sum(t <= bound if inclusive else t < bound for t in times)
        if any(t >= bound for t in times) or within == len(times):
            assert by(found, bound, inclusive=inclusive)[0] == within / len(times)
        q = [10, 25, 50, 75, 90]
        expected = np.percentile(times, q, method="averaged_inverted_cdf")
        assert found.percentiles(q)[0][0].tolist() == expected.tolist()

    @given(rows)
    def test_the_product_by_definition(self, found):
        """Against the product and Greenwood's sum in fractions."""
        fit = kaplan_meier(*runs_of([found]))
        share, variance, step = Fraction(1), Fraction(0), 0
        for time in sorted({t for t, _ in found}):
            n, d = sum(t >= time for t, _ in found), sum(t == time and e for t, e in found)
            share *= Fraction(n - d, n)
            if d:
                assert 1 - fit.ended[step] == pytest.approx(float(share), abs=1e-12)
                variance += Fraction(d, n * (n - d)) if n > d else 0
                if share > 0:
                    power = math.exp(1.959963984540054 * math.sqrt(variance) / abs(math.log(share)))
                    assert fit.high[step] == pytest.approx(1 - float(share) ** power, abs=1e-9)
                    assert fit.low[step] == pytest.approx(1 - float(share) ** (1 / power), abs=1e-9)
                step += 1
        assert step == len(fit.times)

    @given(st.lists(rows | st.just([]), max_size=6), st.integers(0, 13), st.booleans())
    def test_groups_stand_alone(self, groups, bound, inclusive):
        """A group has the same figures, to the last bit, whatever stands beside it."""
        together = kaplan_meier(*runs_of(groups))
        at = together.at(np.full(len(groups), float(bound)), inclusive=inclusive)
        points, reached = together.percentiles([50, 90]), together.reached()
        for i, one in enumerate(groups):
            alone = kaplan_meier(*runs_of([one]))
            single = alone.at(np.array([float(bound)]), inclusive=inclusive)
            assert [c[i] for c in at] == pytest.approx([c[0] for c in single], abs=0, nan_ok=True)
            for column, other in zip(points, alone.percentiles([50, 90]), strict=True):
                assert column[i].tolist() == pytest.approx(other[0].tolist(), abs=0, nan_ok=True)
            assert reached[i] == alone.reached()[0]

    @given(rows, st.sampled_from(["log-log", "log"]), st.sampled_from([0.5, 0.95, 0.999]))
    def test_intervals_hold_their_estimates(self, found, method, level):
        fit = kaplan_meier(*runs_of([found]), method=method, confidence_level=level)
        assert (np.diff(fit.ended) > 0).all()
        assert ((fit.low >= 0) & (fit.low <= fit.ended) & (fit.ended <= fit.high) & (fit.high <= 1)).all()
        estimate, low, high = (c[0] for c in fit.percentiles([50, 90]))
        known = ~np.isnan(estimate)
        assert (low[known] <= estimate[known]).all()
        assert (estimate[known] <= high[known]).all()

    @given(rows, st.integers(0, 12), st.integers(0, 3))
    def test_share_rises_with_the_time(self, found, bound, more):
        fit = kaplan_meier(*runs_of([found]))
        shares = [
            by(fit, b, inclusive=i)[0] for b, i in ((bound, False), (bound, True), (bound + more + 1, False))
        ]
        known = [s for s in shares if not math.isnan(s)]
        assert known == sorted(known)

    @given(rows, st.integers(0, 12))
    def test_open_ones_flatter_when_left_out(self, found, bound):
        """What is still open lasts longer than it has: the share within a time is never more than without it."""
        met = [t for t, e in found if e]
        share = by(kaplan_meier(*runs_of([found])), bound)[0]
        if met and not math.isnan(share):
            assert share <= sum(t <= bound for t in met) / len(met) + 1e-12

    def test_the_interval_holds_what_it_promises(self):
        """Of 2,000 samples of 60 exponential times, a third open, some 95% hold the true share."""
        rng = np.random.default_rng(11)
        took, until = rng.exponential(600, (2000, 60)), rng.exponential(1200, (2000, 60))
        order = np.argsort(np.minimum(took, until), axis=1)
        times = np.take_along_axis(np.minimum(took, until), order, axis=1).ravel()
        ended = np.take_along_axis(took <= until, order, axis=1).ravel().astype(np.int64)
        found = kaplan_meier(times, ended, 1 - ended, np.repeat(np.arange(2000), 60), 2000)
        _, low, high = found.at(np.full(2000, 300.0), inclusive=True)
        truth = 1 - math.exp(-0.5)
        assert 0.93 < np.mean((low <= truth) & (truth <= high)) < 0.97
        _, low, high = (c[:, 0] for c in found.percentiles([50]))
        assert 0.93 < np.mean((low <= 600 * math.log(2)) & (600 * math.log(2) <= high)) < 0.98


class TestEdges:
    def test_not_followed_for_so_long(self):
        """Beyond the last that was followed nothing is known, unless all have ended."""
        found = fitted(TIMES, ENDED)
        assert by(found, 120)[0] == pytest.approx(0.825)
        assert all(map(math.isnan, by(found, 120.5)))
        assert by(fitted([5, 8], [0, 1]), 60)[0] == 1

    def test_nothing_has_ended_yet(self):
        """0 of ten: Wilson's upper limit for as many as were followed for so long."""
        found = fitted(TIMES, ENDED)
        assert by(found, 5, inclusive=False) == pytest.approx((0, 0, 0.2775327998628892))
        assert all(map(math.isnan, by(fitted([5, 8], [0, 0]), 9)))
        assert by(fitted([5, 8], [0, 0]), 6)[:2] == (0, 0)

    def test_all_at_once(self):
        """All ended at one time: nothing is left, as Wilson's limit for 0 of as many says."""
        found = fitted([7] * 50, [1] * 50)
        assert (found.ended.item(), found.high.item()) == (1, 1)
        assert found.low.item() == pytest.approx(1 - 0.07134759913335874)
        assert [c.item() for c in found.percentiles([50])] == [7, 7, 7]

    def test_level_with_the_percentile(self):
        """Where exactly half have ended for a while, the median is the middle of it, at the end too."""
        assert fitted([2, 4, 6, 8], [1, 1, 1, 1]).percentiles([50])[0].item() == 5
        assert fitted([2, 4, 5, 6, 8], [1, 1, 0, 0, 0]).percentiles([40])[0].item() == 6
        assert fitted([1, 1, 1], [1, 1, 1]).percentiles([50])[0].item() == 1

    def test_after_the_first_step(self):
        """Between the first and the second step the limits are those of the first, as lifelines has them."""
        assert by(fitted(TIMES, ENDED), 6) == pytest.approx((0.1, 1 - 0.985281, 1 - 0.473009), abs=1e-6)

    def test_level_with_a_limit(self):
        """The times whose limits hold the share bound the percentile; of a limit level with it the middle."""
        runs = Runs.of_rows(np.array([1.0, 2, 3, 4]))
        ended, low, high = np.array([[0.25, 0.5, 0.75, 1], [0.1, 0.25, 0.5, 0.6], [0.5, 0.75, 0.9, 1]])
        found = Survival(runs, runs.values, np.array([4]), ended, low, high, 0.95)
        assert [c.item() for c in found.percentiles([50])] == [2.5, 1.5, 3.5]

    def test_not_reached(self):
        estimate, low, high = fitted([5, 8, 9], [1, 0, 0]).percentiles([50])
        assert (math.isnan(estimate.item()), high.item()) == (True, math.inf)
        assert low.item() == 5
        assert fitted([5, 8, 9], [1, 0, 0]).reached().item() == pytest.approx(1 / 3)

    def test_no_rows(self):
        found = kaplan_meier(*runs_of([[], [(5, True)], []]))
        assert found.lengths.tolist() == [0, 1, 0]
        assert np.isnan(found.percentiles([50])[0][[0, 2]]).all()
        assert found.reached().tolist() == [0, 1, 0]
        assert len(kaplan_meier(*runs_of([])).at(np.zeros(0), inclusive=True)[0]) == 0

    def test_no_time(self):
        assert all(map(math.isnan, by(fitted(TIMES, ENDED), math.nan)))

    def test_many(self):
        """A million still open before each of two ends: shares keep their digits."""
        found = kaplan_meier(
            np.array([1.0, 2, 3]),
            np.array([0, 1, 1]),
            np.array([10**6, 0, 0]),
            np.zeros(3, dtype=np.int64),
            1,
        )
        assert found.ended.tolist() == pytest.approx([0.5, 1])

    @pytest.mark.parametrize(("method", "error"), [("plain", UnknownNameError), (None, InvalidTypeError)])
    def test_unknown_method(self, method, error):
        with pytest.raises(error, match="survival_method must be one of 'log-log', 'log'"):
            fitted(TIMES, ENDED, method=method)


class TestLogRank:
    def test_times_at_which_nothing_happened(self):
        """Runs of no counts, first, in between and last, change nothing."""
        one, none = np.ones(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
        side = np.array([1.0, 2, 3]), one, none, none
        other = np.array([2.0, 4, 5]), np.array([1, 1, 0]), np.array([0, 0, 1]), none
        gaps = tuple(
            np.concatenate([column, extra])
            for column, extra in zip(other, ([0.0, 2.5, 9], none, none, none), strict=True)
        )
        found, same = log_rank(side, other, 1), log_rank(side, gaps, 1)
        assert found.p_value.item() == same.p_value.item()
        assert found.expected.tolist() == same.expected.tolist()

    def test_no_pairs(self):
        empty = np.zeros(0), *[np.zeros(0, dtype=np.int64)] * 3
        found = log_rank(empty, empty, 0)
        assert found.p_value.shape == (0,)
        assert np.isnan(log_rank(empty, empty, 2).p_value).all()
