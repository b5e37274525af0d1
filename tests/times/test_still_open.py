"""A change in times of which some are still open: R's figures, by hand, the laws, and every way the input can be wrong."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Tally, time_change
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.figures import SurvivalChange
from policemetrics.survival import log_rank

# R 4.2.2, survival 3.5.3: survdiff(Surv(time, status) ~ x), and survfit(…, conf.type = "log-log").
AML = (
    ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]),
    ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]),
)
OVARIAN = (
    ([59, 115, 156, 431, 448, 477, 638, 803, 855, 1040, 1106, 268, 329], [1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1]),
    ([421, 464, 475, 563, 744, 769, 770, 1129, 1206, 1227, 353, 365, 377], [0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0]),
)  # fmt: skip
TIMES = (
    ([5, 8, 12, 20, 30, 45, 60, 60, 90, 120], [1, 1, 1, 0, 1, 1, 0, 1, 1, 0]),
    ([3, 4, 8, 8, 15, 20, 22, 31, 40, 41], [1, 1, 1, 1, 0, 1, 1, 1, 1, 0]),
)
TIED = (
    ([1, 1, 1, 2, 2, 3, 3, 3, 4, 5], [1, 1, 0, 1, 0, 1, 1, 0, 1, 0]),
    ([1, 2, 2, 2, 3, 4, 4, 5, 5, 5], [0, 1, 1, 0, 1, 1, 1, 1, 0, 0]),
)
COUNTED = {
    "x": ["a"] * 4 + ["b"] * 4,
    "seconds": [60, 120, 300, 600, 60, 120, 300, 900],
    "open": [0, 0, 0, 1] * 2,
}
CLOCK = {"start": "created", "end": "arrived", "timezone": "Europe/London", "by": "x"}
PAIR = {"groups": ("a", "b"), "of": "x", "still_open": "open"}
BACK = {"groups": ("b", "a"), "of": "x", "still_open": "open"}


def tallied(*groups, names="abcdefgh"):
    """Rows (times, whether they ended) of groups, counted."""
    rows = [
        (name, t, int(not e))
        for name, (times, ended) in zip(names, groups, strict=False)
        for t, e in zip(times, ended, strict=True)
    ]
    x, seconds, is_open = zip(*rows, strict=True)
    return Tally.from_columns({"x": x, "seconds": seconds, "open": is_open}, [1] * len(x))


def changed(*groups, **options):
    return time_change(tallied(*groups), **{**PAIR, **options})


class TestR:
    @pytest.mark.parametrize(
        ("groups", "p", "expected", "medians"),
        [
            (AML, 0.0653393220405051, (10.6893359923007, 7.31066400769928), (31, 23)),
            (OVARIAN, 0.302591116989095, (5.23353101714994, 6.76646898285006), (638, math.nan)),
            (TIMES, 0.0792586619957694, (9.93082092486117, 5.06917907513883), (45, 20)),
            (TIED, 0.422816350750767, (4.78327922077922, 7.21672077922078), (3, 4)),
            ((TIED[0], (TIED[1][0], [0] * 10)), 0.00401388793562915, (2.63230519480519, 3.36769480519481), (3, math.nan)),
        ],
        ids=["aml", "ovarian", "times", "ties", "all open"],
    )  # fmt: skip
    def test_log_rank(self, groups, p, expected, medians):
        found = changed(*groups)
        assert isinstance(found, SurvivalChange)
        assert found.p_value == pytest.approx(p, rel=1e-11)
        assert (found.old_expected, found.new_expected) == pytest.approx(expected, rel=1e-12)
        assert (found.old_median, found.new_median) == pytest.approx(medians, nan_ok=True)

    def test_counts_are_rows(self):
        """The same of ``rep(times, counts)``."""
        found = time_change(Tally.from_columns(COUNTED, [30, 20, 10, 5, 20, 25, 15, 9]), **PAIR)
        assert found.p_value == pytest.approx(0.0583951060242142, rel=1e-11)
        assert (found.old_expected, found.new_expected) == pytest.approx((52.6191159586682, 67.3808840413318))
        assert (found.old_median, found.new_median) == (120, 120)

    def test_statistic(self):
        sides = [
            (np.array(t, float), np.array(e), 1 - np.array(e), np.zeros(len(t), dtype=np.int64))
            for t, e in AML
        ]
        found = log_rank(*sides, 1)
        assert found.statistic.item() == pytest.approx(3.3963886989776, rel=1e-12)
        assert found.observed[:, 0].tolist() == [7, 11]

    def test_limits_of_the_medians_are_squared_and_added(self):
        """Those of 1 to 40 days are 14 and 26 in R, 6.5 below the median and 5.5 above it."""
        times = (list(range(1, 41)), [1] * 40), (list(range(11, 51)), [1] * 40)
        found = changed(*times)
        one, other = (
            pm.summarise_times(t, percentile_method="averaged_inverted_cdf").median for t, _ in times
        )
        assert (found.old_median, found.new_median, found.median_change) == (one, other, 10)
        low, high = found.median_change_low, found.median_change_high
        alone = changed(times[0], times[0])
        below, above = alone.median_change_low, alone.median_change_high
        assert (low - 10, high - 10) == pytest.approx((below, above))
        # survfit(Surv(1:40, rep(1, 40)) ~ 1, conf.type = "log-log"): median 20.5, 14 to 26.
        assert above == pytest.approx(math.hypot(26 - 20.5, 20.5 - 14))


class TestByHand:
    def test_three_beside_three(self):
        """1, 2, 3 beside 2, 4 and more than 5: of 1 at risk are 3 and 3, of 2 (two end) 2 and 3, of 3 1 and 2."""
        found = changed(([1, 2, 3], [1, 1, 1]), ([2, 4, 5], [1, 1, 0]))
        assert found.old_expected == pytest.approx(3 / 6 + 2 * 2 / 5 + 1 / 3)
        variance = 1 / 4 + 2 * (2 / 5) * (3 / 5) * (3 / 4) + 2 / 9
        chi = (3 - found.old_expected) ** 2 / variance
        assert found.p_value == pytest.approx(math.erfc(math.sqrt(chi / 2)))
        assert (found.old_median, found.new_median, found.median_change) == (2, 4, 2)
        assert (found.new_n, found.new_still_open) == (2, 1)

    def test_share_within(self):
        """Of 4 two end within 10; of 4 with one open after 5, the share beyond is 3/4 times 1/2."""
        first, second = ([4, 8, 12, 16], [1, 1, 1, 1]), ([4, 5, 8, 12], [1, 0, 1, 1])
        found = changed(first, second, target=10)
        assert (found.old_share_within, found.new_share_within) == (0.5, 1 - 0.75 * 0.5)
        assert found.points == 12.5
        assert found.points_low < 0 < found.points_high
        at = changed(first, second, target=8, inclusive=True)
        assert at.points == changed(first, second, target=8.1).points
        assert changed(first, second, target=8).old_share_within == 0.25

    def test_sentence(self):
        assert str(changed(*TIMES)) == (
            "Median was 25 s lower in b than in a: 20 s against 45 s; not told apart by the log-rank test (p = 0.079); "
            "estimated of 10 with 3 still open, and of 10 with 2 still open."
        )
        counts = Tally.from_columns(COUNTED, [300, 200, 100, 50, 100, 250, 250, 90])
        assert str(time_change(counts, **PAIR, target=300, inclusive=True)) == (
            "Median did not differ (95% interval 0 s to +3 min 10 s): 2 min in both a and b; share at or under 5 min was 5.35 "
            "percentage points lower (95% interval −8.59 to −2.10) in b than in a: 86.96% against 92.31%; told apart by the "
            "log-rank test (p < 0.001); estimated of 650 with 50 still open, and of 690 with 90 still open."
        )

    def test_between_periods(self):
        years = {"a": "2022/23", "b": "2023/24"}
        times = tallied(*AML).relabel("x", years)
        found = time_change(times, between=("2022/23", "2023/24"), period="x", still_open="open")
        assert str(found).startswith(
            "Median fell by 8 s, from 31 s in 2022/23 to 23 s in 2023/24; not told apart"
        )
        assert found.p_value == changed(*AML).p_value

    def test_percent(self):
        found = changed((list(range(1, 60)), [1] * 59), (list(range(31, 90)), [1] * 59))
        assert found.median_percent_change == 100
        assert 0 < found.median_percent_change_low < 100 < found.median_percent_change_high
        assert found.median_change_low > 0


class TestReasons:
    def test_nothing_ended(self):
        found = changed(([5, 6], [0, 0]), ([7, 8], [0, 0]))
        assert math.isnan(found.p_value)
        assert found.reason == (
            "not available: median in a (0.0% had ended when the last was followed); median in b (0.0% had ended when the "
            "last was followed); test (nothing ended while some of both were followed)"
        )
        assert str(found).startswith("Times: change not available: median in a")
        assert (found.old_n, found.old_still_open) == (0, 2)

    def test_never_together(self):
        """All of one are gone before any of the other ends."""
        found = changed(([1, 1], [0, 0]), ([5, 6], [1, 1]))
        assert math.isnan(found.p_value)
        assert "test (nothing ended while some of both" in found.reason

    def test_not_followed_to_the_target(self):
        found = changed(([10, 20, 30], [1, 0, 0]), ([10, 20, 90], [1, 1, 1]), target=60)
        assert "share within the target in a (none was followed for 1 min)" in found.reason
        assert math.isnan(found.points)
        assert "percentage points" not in str(found)

    def test_median_of_zero(self):
        found = changed(([0, 0, 5], [1, 1, 1]), ([1, 2, 3], [1, 1, 0]))
        assert math.isnan(found.median_percent_change)
        assert found.reason == "not applicable: the median was 0 in a"

    def test_no_times_on_one_side(self):
        counts = Tally.from_columns(
            {"x": ["a", "a"], "seconds": [5, 6], "open": [0, 1]}, [3, 4], coverage=None
        )
        both = counts + Tally.from_columns({"x": ["b"], "seconds": [5], "open": [0]}, [0])
        assert time_change(both, **PAIR).reason == "not available: no times in b"

    def test_corrections_below_zero(self):
        counts = Tally.from_columns(
            {"x": ["a", "a", "b"], "seconds": [5, 6, 5], "open": [0, 1, 0]}, [3, -1, 4]
        )
        assert time_change(counts, **PAIR).reason.startswith("not available: a")

    def test_what_lacks_its_flag_is_left_out(self):
        counts = Tally.from_columns(
            {"x": ["a", "a", "b"], "seconds": [5, 6, 5], "open": [0, None, 0]}, [3, 2, 4]
        )
        found = time_change(counts, **PAIR)
        assert (found.old_n, found.old_still_open) == (3, 0)
        assert found.exclusions.reasons == {"missing open": 2}

    def test_many_pairs_at_once(self):
        """The rows of a table are the pairs alone, one without events among them."""
        rng = np.random.default_rng(3)
        size, pairs = 600, 30
        columns = {
            "pair": rng.integers(0, pairs, size).tolist(),
            "x": ["ab"[i] for i in rng.integers(0, 2, size)],
            "seconds": rng.integers(1, 40, size).tolist(),
            "open": rng.integers(0, 2, size).tolist(),
        }
        columns["open"] = [1 if p == 7 else o for p, o in zip(columns["pair"], columns["open"], strict=True)]
        counts = Tally.from_columns(columns, [1] * size)
        table = time_change(counts, **PAIR, by="pair", target=10)
        for at in (0, 7, 29):
            alone = time_change(counts.where(pair=at), **PAIR, target=10)
            for name in (
                "p_value",
                "median_change",
                "median_change_high",
                "points",
                "points_low",
                "old_expected",
            ):
                assert table[name][at] == pytest.approx(getattr(alone, name), nan_ok=True, rel=1e-12)


ROWS = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=12)


def naive(first, second):
    """The log-rank test in whole numbers, time by time."""
    apart = variance = Fraction(0)
    for time in sorted({t for t, e in first + second if e}):
        n1, n2 = (sum(t >= time for t, _ in side) for side in (first, second))
        d1, d2 = (sum(t == time and e for t, e in side) for side in (first, second))
        n, d = n1 + n2, d1 + d2
        apart += d2 - Fraction(d * n2, n)
        variance += Fraction(d * (n - d) * n1 * n2, n * n * (n - 1)) if n > 1 else 0
    return None if variance == 0 else math.erfc(math.sqrt(apart**2 / variance / 2))


def split(rows):
    times, ended = zip(*rows, strict=True)
    return list(times), list(ended)


class TestLaws:
    @given(ROWS, ROWS)
    def test_the_naive_sums(self, first, second):
        found, expected = changed(split(first), split(second)).p_value, naive(first, second)
        assert found == pytest.approx(math.nan if expected is None else expected, nan_ok=True, abs=1e-12)

    @given(ROWS, ROWS)
    def test_the_other_way_round(self, first, second):
        """Swapping the groups turns the sign, and keeps p to the last bit."""
        counts = tallied(split(first), split(second))
        one, other = (time_change(counts, **asked, target=5) for asked in (PAIR, BACK))
        assert one.p_value == other.p_value or math.isnan(one.p_value + other.p_value)
        for name in ("median_change", "points"):
            low, mid, high = (getattr(one, f"{name}{end}") for end in ("_low", "", "_high"))
            turned = tuple(-getattr(other, f"{name}{end}") for end in ("_high", "", "_low"))
            assert (low, mid, high) == pytest.approx(turned, nan_ok=True)

    @given(ROWS)
    def test_beside_itself(self, rows):
        found = changed(split(rows), split(rows), target=5)
        if not math.isnan(found.p_value):
            assert found.p_value == 1
        if not math.isnan(found.old_median):
            assert found.median_change == 0
            assert not found.median_change_low > 0 > found.median_change_high

    @given(ROWS, ROWS)
    def test_more_of_the_same(self, first, second):
        """Twice as much of both moves no figure, and no interval gets wider."""
        counts = tallied(split(first), split(second))
        one, two = (time_change(c, **PAIR) for c in (counts, counts + counts))
        assert (one.old_median, one.median_change) == pytest.approx(
            (two.old_median, two.median_change), nan_ok=True
        )
        if np.isfinite([one.median_change_low, one.median_change_high]).all():
            assert two.median_change_low >= one.median_change_low
            assert two.median_change_high <= one.median_change_high
        if not math.isnan(one.p_value):
            assert two.p_value <= one.p_value + 1e-12

    @given(ROWS, ROWS)
    def test_where_nothing_is_open(self, first, second):
        """The medians and shares are the plain ones."""
        times = [split([(t, True) for t, _ in rows]) for rows in (first, second)]
        found = changed(*times, target=4, inclusive=True)
        plain = time_change(
            tallied(*times), groups=("a", "b"), of="x", percentile_method="averaged_inverted_cdf", target=4, inclusive=True
        )  # fmt: skip
        assert (found.old_median, found.median_change) == (plain.old_median, plain.median_change)
        for side in ("old", "new"):
            share = getattr(found, f"{side}_share_within")
            assert math.isnan(share) or share == pytest.approx(getattr(plain, f"{side}_share_within"))


class TestStamps:
    @pytest.fixture
    def log(self):
        pd = pytest.importorskip("pandas")
        day = "2024-05-01 "
        return pd.DataFrame(
            {
                "x": ["a", "a", "b", "b"],
                "created": pd.to_datetime([day + t for t in ("10:00", "11:00", "12:00", "13:00")]),
                "arrived": pd.to_datetime([day + "10:08", day + "11:20", day + "12:12", None]),
                "closed": pd.to_datetime([None, None, None, day + "13:20"]),
            }
        )

    def test_durations_with_open_ones(self, log):
        """Followed for 1,800 s until the extract, or 1,200 s until it was closed."""
        for asked, last in (({"as_at": "2024-05-01 13:30"}, 1800), ({"closed": "closed"}, 1200)):
            found = pm.durations(log, **CLOCK, **asked)
            assert found.dims == ("x", "still_open", "seconds")
            assert found.to_dict() == {
                "x": ["a", "a", "b", "b"],
                "still_open": [0, 0, 0, 1],
                "seconds": [480, 1200, 720, last],
                "count": [1, 1, 1, 1],
            }
            assert not found.excluded
        figure = time_change(found, groups=("a", "b"), of="x", still_open="still_open")
        censored = pm.response_times(log, **CLOCK, no_arrival="censored", closed="closed")
        assert [figure.old_median, figure.new_median] == censored["median"].tolist()

    def test_what_was_left_out_stays_in_the_ledger(self, log):
        log.loc[0, "created"] = None
        found = pm.durations(log, **CLOCK, as_at="2024-05-01 13:30")
        assert found.excluded.sum_to("reason").to_dict() == {"reason": ["missing start"], "count": [1]}

    def test_nobody_takes_open_ones_for_times(self, log):
        found = pm.durations(log, **CLOCK, as_at="2024-05-01 13:30")
        for call in (
            lambda: pm.summarise_times(found, by="x"),
            lambda: time_change(found, groups=("a", "b"), of="x"),
        ):
            with pytest.raises(InvalidInputError, match=r"still open.*where\(still_open=0\) leaves them out"):
                call()
        assert pm.summarise_times(found.where(still_open=0)).n == 3
        assert len(pm.summarise_times(found, by="still_open")) == 2

    def test_the_name_is_taken(self, log):
        with pytest.raises(InvalidInputError, match="by must not name 'still_open'"):
            pm.durations(log.assign(still_open=1), **CLOCK | {"by": "still_open"}, as_at="2024-05-02")

    def test_a_frame_of_seconds(self):
        pd = pytest.importorskip("pandas")
        rows = [(x, t, not e) for x, side in zip("ab", AML, strict=True) for t, e in zip(*side, strict=True)]
        frame = pd.DataFrame(rows, columns=["x", "seconds", "open"])
        for form in (frame, frame.astype({"open": int})):
            assert repr(time_change(form, **PAIR)) == repr(changed(*AML))


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "error", "said"),
        [
            ({"still_open": 5}, InvalidTypeError, "still_open must be text; got 5"),
            ({"still_open": "nope"}, UnknownNameError, "nope"),
            ({"still_open": "x"}, InvalidInputError, "still_open= must name another"),
            ({"still_open": "seconds"}, InvalidInputError, "'seconds'"),
            ({"still_open": "force"}, InvalidInputError, r"must hold True and False, .* it holds 'Kent': make a column of flags"),
            ({"by": "open"}, InvalidInputError, "still_open must name another dimension than by="),
            ({"missed": "missing end"}, InvalidInputError, "missed= cannot go with still_open="),
            ({"percentile_method": "weibull"}, InvalidInputError, "percentile_method= cannot go with still_open="),
            ({"recorded_to": "minute"}, InvalidInputError, "recorded_to= cannot go with still_open="),
            ({"survival_method": "plain"}, UnknownNameError, "survival_method must be one of"),
            ({"still_open": None, "survival_method": "log"}, InvalidInputError, "survival_method= goes with still_open="),
            ({"between": ("a", "b")}, InvalidTypeError, "between and groups cannot both be given"),
        ],
    )  # fmt: skip
    def test_refused(self, options, error, said):
        counts = Tally.from_columns({**COUNTED, "force": ["Kent"] * 8}, [3] * 8)
        with pytest.raises(error, match=said):
            time_change(counts, **{**PAIR, **options})

    def test_two_summaries_know_no_open_ones(self):
        one = pm.summarise_times([30, 45])
        with pytest.raises(InvalidInputError, match="still_open= cannot go with two summaries"):
            time_change(one, one, still_open="open")

    def test_the_cure_works(self):
        """What the message says to do, done."""
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame({"x": list("aabb"), "seconds": [5, 6, 7, 8], "state": ["done", "waits"] * 2})
        asked = {"groups": ("a", "b"), "of": "x"}
        with pytest.raises(InvalidInputError, match=r"frame\['open'\] = frame\['state'\] == 'done'"):
            time_change(frame, **asked, still_open="state")
        frame["open"] = frame["state"] == "waits"
        assert time_change(frame, **asked, still_open="open").old_still_open == 1

    def test_survival_method(self):
        log, loglog = (changed(*TIMES, survival_method=m) for m in ("log", "log-log"))
        assert log.p_value == loglog.p_value
        assert log.survival_method == "log"
        assert (
            log.median_change_low != loglog.median_change_low
            or log.median_change_high != loglog.median_change_high
        )
