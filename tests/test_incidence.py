"""Cumulative incidence with competing events and censoring: by hand, by statsmodels, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import intervals
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError
from policemetrics.incidence import Incidence, cumulative_incidence

COUNT = st.integers(0, 50)
STEPS = st.lists(st.tuples(COUNT, COUNT, COUNT), min_size=1, max_size=6)


def of(steps, level=0.95):
    return cumulative_incidence(*np.array(steps, dtype=float).T.reshape(3, -1), level)


class TestByHand:
    def test_worked_example(self):
        """A hundred wait; 10 + 10 end, 40 leave, then 2 of 40: 0.1 + 0.8 x 2/40 = 0.14."""
        found = cumulative_incidence([10, 2], [10, 0], [40, 38])
        assert found.at_risk.tolist() == [100, 40]
        assert found.share == pytest.approx([0.1, 0.14])
        assert found.ended == pytest.approx([0.2, 0.24])

    def test_competing_events_are_not_censored(self):
        """Of 10, 5 end otherwise at once and 5 have the event: half, where one minus Kaplan-Meier says all."""
        found = cumulative_incidence([0, 5], [5, 0], [0, 0])
        assert found.share.tolist() == [0, 0.5]
        assert found.ended.tolist() == [0.5, 1]

    def test_against_statsmodels(self):
        """CumIncidenceRight of statsmodels 0.15.0: 90 cases, censored between the steps; its standard errors."""
        found = cumulative_incidence([10, 2, 4, 1], [10, 3, 5, 2], [20, 10, 8, 25])
        share = np.array([0.1, 0.12666667, 0.19185185, 0.21280423])
        error = np.array([0.03, 0.0345275, 0.04469273, 0.04814038])
        assert found.share == pytest.approx(share, abs=1e-8)
        # Rothman's interval as the R package km.ci writes it, for the share and its variance.
        z, v = 1.959963984540054, error**2
        n = share * (1 - share) / v
        centre, half = share + z**2 / (2 * n), z * np.sqrt(v + z**2 / (4 * n**2))
        assert found.low == pytest.approx(n / (n + z**2) * (centre - half), abs=1e-6)
        assert found.high == pytest.approx(n / (n + z**2) * (centre + half), abs=1e-6)

    def test_nobody_in_sight(self):
        """Once those still waiting are all out of sight nothing is known; where nobody waits, nothing changes."""
        found = cumulative_incidence(
            [[10, 0, 0], [10, 0, 0]], [[80, 0, 0], [90, 0, 0]], [[10, 0, 0], [0, 0, 0]]
        )
        assert np.isnan(found.share).tolist() == [[False, True, True], [False, False, False]]
        assert np.isnan(found.ended).tolist() == np.isnan(found.share).tolist()
        assert np.isnan(found.low).tolist() == np.isnan(found.high).tolist() == np.isnan(found.share).tolist()
        assert found.share[1].tolist() == [0.1, 0.1, 0.1]
        assert found.high[1] == pytest.approx([found.high[0, 0]] * 3)

    def test_nobody_at_all(self):
        """No case gives no share."""
        assert np.isnan(cumulative_incidence([0, 0], [0, 0], [0, 0]).share).all()

    def test_none_and_all(self):
        """No event, or nothing else: limits as for the number at risk over the share waiting."""
        none = cumulative_incidence([0, 0], [40, 0], [30, 30])
        assert none.share.tolist() == none.low.tolist() == [0, 0]
        # 100 at first; then 30 in sight of the 60% still waiting, worth 50.
        assert none.high == pytest.approx([intervals.wilson(0, 100)[1], intervals.wilson(0, 50)[1]])
        everyone = cumulative_incidence([20], [0], [0])
        assert (everyone.share[0], everyone.high[0]) == (1, 1)
        assert everyone.low[0] == pytest.approx(intervals.wilson(20, 20)[0])

    def test_everyone_in_parts(self):
        """8/22 + 10/22 + 4/22 is one, though a rounding short of it: the interval is that of 22 of 22."""
        found = cumulative_incidence([8, 10, 4], [0, 0, 0], [0, 0, 0])
        assert (found.share[-1], found.ended[-1], found.high[-1]) == (1, 1, 1)
        assert found.low[-1] == pytest.approx(intervals.wilson(22, 22)[0])

    def test_long_after_the_last(self):
        """Where all have ended otherwise at once, the limit stays that of none of ten."""
        found = cumulative_incidence(np.zeros(300), np.eye(300)[0] * 10, np.zeros(300))
        assert found.high == pytest.approx(np.full(300, intervals.wilson(0, 10)[1]))

    def test_one_in_sight(self):
        """The last of ten, one in sight of the half still waiting, is worth two."""
        found = cumulative_incidence([0, 0], [5, 0], [4, 1])
        assert found.high == pytest.approx([intervals.wilson(0, 10)[1], intervals.wilson(0, 2)[1]])

    def test_a_last_one_lost_in_rounding(self):
        """Of 10^17 and one a float holds the first: nobody waits, and yet there is one more event."""
        found = cumulative_incidence([10**17, 1], [0, 0], [0, 0])
        assert found.share.tolist() == found.high.tolist() == [1, 1]


class TestLaws:
    @given(STEPS, st.sampled_from([0.5, 0.95, 0.998]))
    def test_without_censoring_it_is_wilson(self, steps, level):
        """What is followed to the end is a plain proportion, with its own interval."""
        steps = [(d, c, 0) for d, c, _ in steps[:-1]] + [steps[-1]]
        total = sum(map(sum, steps))
        found = of(steps, level)
        if not total:
            assert np.isnan(found.share).all()
            return
        events = np.cumsum([d for d, _, _ in steps])
        low, high = intervals.wilson(events, total, level)
        assert found.share == pytest.approx(events / total)
        assert found.low == pytest.approx(low, abs=1e-9)
        assert found.high == pytest.approx(high, abs=1e-9)

    @given(STEPS)
    def test_a_share(self, steps):
        """It never falls, stays within 0 and what has ended, and lies in its interval."""
        found = of(steps)
        known = ~np.isnan(found.share)
        share = found.share[known]
        assert (np.diff(share) >= -1e-12).all()
        assert (share >= 0).all()
        assert (share <= found.ended[known] + 1e-12).all()
        assert (found.low[known] <= share).all()
        assert (share <= found.high[known]).all()
        assert (found.low[known] >= 0).all()
        assert (found.high[known] <= 1).all()

    @given(STEPS)
    def test_the_two_kinds_make_up_what_has_ended(self, steps):
        """Exchanging the events with the others gives the rest."""
        found, other = of(steps), of([(c, d, left) for d, c, left in steps])
        assert found.share + other.share == pytest.approx(found.ended, nan_ok=True)

    @given(STEPS, st.integers(2, 20))
    def test_more_of_the_same(self, steps, times):
        """Ten times as many of each gives the same share, and never a wider interval."""
        found, more = of(steps), of([(d * times, c * times, left * times) for d, c, left in steps])
        assert more.share == pytest.approx(found.share, nan_ok=True)
        known = ~np.isnan(found.share)
        assert (more.high - more.low <= found.high - found.low + 1e-12)[known].all()

    @given(STEPS)
    def test_never_below_what_is_seen(self, steps):
        """Those out of sight would have gone on: the share is at least that of events among all."""
        found = of(steps)
        total = sum(map(sum, steps))
        seen = np.cumsum([d for d, _, _ in steps]) / max(total, 1)
        known = ~np.isnan(found.share)
        assert (found.share[known] >= seen[known] - 1e-12).all()

    @given(STEPS, STEPS)
    def test_batches(self, first, second):
        """Rows of a batch do not touch each other."""
        n = max(len(first), len(second))
        padded = [s + [(0, 0, 0)] * (n - len(s)) for s in (first, second)]
        both = cumulative_incidence(*np.moveaxis(np.array(padded, dtype=float), -1, 0))
        for i, steps in enumerate(padded):
            alone = of(steps)
            for name in ("at_risk", "share", "low", "high", "ended"):
                np.testing.assert_allclose(getattr(both, name)[i], getattr(alone, name))

    def test_coverage(self):
        """Over made-up cohorts of known hazards 95% intervals cover about 95 times of 100."""
        rng = np.random.default_rng(4)
        h, g = np.array([0.08, 0.05, 0.03, 0.02]), np.array([0.2, 0.15, 0.1, 0.1])
        truth = np.cumsum(np.concatenate([[1], np.cumprod(1 - h - g)[:-1]]) * h)
        ends = np.zeros((3, 4_000, 4))
        for followed in range(4):
            waiting = np.full(4_000, 60)
            for k in range(followed + 1):
                gone = rng.binomial(waiting, h[k] + g[k])
                hits = rng.binomial(gone, h[k] / (h[k] + g[k]))
                ends[0, :, k] += hits
                ends[1, :, k] += gone - hits
                waiting = waiting - gone
            ends[2, :, followed] += waiting
        found = cumulative_incidence(*ends)
        covered = ((found.low <= truth) & (truth <= found.high)).mean(axis=0)
        assert found.share.mean(axis=0) == pytest.approx(truth, abs=2e-3)
        assert (covered > 0.935).all()
        assert (covered < 0.97).all()


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (([-1], [0], [0]), InvalidInputError, "events must hold"),
            (([1], [np.nan], [0]), InvalidInputError, "others must hold"),
            (([1], [0], ["x"]), InvalidTypeError, "censored must hold"),
            (([1, 2], [0], [0]), InvalidInputError, "one shape"),
            ((1, 0, 0), InvalidInputError, "one shape"),
            (([1], [0], [0], 95), InvalidInputError, "confidence_level"),
        ],
    )
    def test_refused(self, arguments, error, message):
        with pytest.raises(error, match=message):
            cumulative_incidence(*arguments)

    def test_family(self):
        with pytest.raises(PoliceMetricsError):
            cumulative_incidence(None, [1], [1])

    def test_what_comes_back(self):
        assert isinstance(cumulative_incidence([1], [1], [1]), Incidence)
