"""Two shares beside each other: figures of packages, what a table gives, laws, and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Tally
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError, UnknownNameError

SEARCHES = Tally.from_columns(
    {"ethnicity": ["White", "White", "Black", "Black"], "found": ["yes", "no"] * 2}, [240, 760, 66, 234]
)
PAIR = {"groups": ("White", "Black"), "of": "ethnicity"}


@st.composite
def pairs(draw):
    totals = draw(st.tuples(st.integers(1, 80), st.integers(1, 80)))
    return [draw(st.integers(0, n)) for n in totals], totals


class TestFigures:
    def test_published(self):
        """7 of 34 against 1 of 34: Koopman's limits as PropCIs has them; those of the odds by statsmodels 0.15.0."""
        found = pm.share_change(1, 7, out_of=(34, 34), method="koopman")
        assert (found.ratio, found.ratio_low, found.ratio_high) == pytest.approx(
            (7, 1.220853, 42.575718), abs=1e-6
        )
        assert (found.odds_ratio_low, found.odds_ratio_high) == pytest.approx(
            (1.2612876033172236, 55.848283225321865)
        )
        # R 4.2.2: prop.test(c(7, 1), c(34, 34), correct = FALSE)$p.value
        assert found.p_value == pytest.approx(0.0239258434806266)
        assert found.odds_ratio == pytest.approx(7 * 33 / 27)

    def test_a_table(self):
        found = pm.share_change(SEARCHES, part={"found": "yes"}, **PAIR)
        assert (found.old, found.old_out_of, found.new, found.new_out_of) == (240, 1000, 66, 300)
        assert found.interval.low == found.points_low
        assert str(found) == (
            "The share of found yes was 2.00 percentage points lower (95% interval −7.14 to +3.63) in Black than in White: "
            "22.00% against 24.00%, a ratio of 0.9167 (95% interval 0.7183 to 1.159)."
        )

    def test_periods(self):
        data = Tally.from_columns(
            {"period": ["2022", "2022", "2023", "2023"], "found": ["yes", "no"] * 2}, [2, 8, 5, 5]
        )
        found = pm.share_change(data, part={"found": "yes"}, between=("2022", "2023"), caveat="a new form")
        assert "rose by 30.00 percentage points" in str(found)
        assert found.caveat == "a new form"
        by = pm.share_change(data, part={"found": "yes"}, between=("2022", "2023"), by=())
        assert by[0].points == pytest.approx(30)

    def test_columns(self):
        found = pm.share_change([1, 5], [7, 5], out_of=([34, 20], [34, 20]), labels=["a", "b"], caveat="c")
        assert found["points"].tolist() == pytest.approx([100 * 6 / 34, 0])
        assert found.at(label="b").p_value == 1
        assert str(found.at(label="b")).startswith("b: the share did not change (95% interval")

    def test_nothing(self):
        none = pm.share_change(0, 3, out_of=(10, 10))
        assert none.reason == "not applicable: the share was 0 before"
        assert np.isnan(none.ratio)
        assert none.ratio_high == np.inf
        assert str(none).endswith("to 30.00%; ratio not applicable: the share was 0 before.")
        full = pm.share_change(3, 10, out_of=(10, 10))
        assert full.reason == "not applicable: the odds of one of the two are infinite"
        assert full.ratio == pytest.approx(10 / 3)
        empty = pm.share_change(0, 3, out_of=(0, 10))
        assert empty.reason == "not available: a share of nothing"
        assert str(empty) == "The share: change not available: a share of nothing."
        lone = Tally.from_columns({"ethnicity": ["White", "Black"], "found": ["yes", "yes"]}, [5, 0])
        assert (
            pm.share_change(lone, part={"found": "yes"}, **PAIR).reason
            == "not available: a share of nothing in Black"
        )

    def test_below_zero(self):
        data = Tally.from_columns(
            {"ethnicity": ["White", "Black", "Black"], "found": ["yes", "yes", "no"]}, [5, -1, 4]
        )
        assert "below zero" in pm.share_change(data, part={"found": "yes"}, **PAIR).reason


class TestLaws:
    @given(pairs(), st.sampled_from(["miettinen-nurminen", "koopman"]))
    def test_swapped(self, data, method):
        (a, b), (m, n) = data
        one = pm.share_change(a, b, out_of=(m, n), method=method)
        back = pm.share_change(b, a, out_of=(n, m), method=method)
        assert one.points == pytest.approx(-back.points, abs=1e-9)
        assert one.points_low == pytest.approx(-back.points_high, abs=1e-6)
        assert one.p_value == pytest.approx(back.p_value, rel=1e-9)
        if a and b:
            assert one.ratio * back.ratio == pytest.approx(1)

    @given(pairs())
    def test_all_agree(self, data):
        (a, b), out_of = data
        found = pm.share_change(a, b, out_of=out_of)
        if abs(found.p_value / 0.05 - 1) < 1e-6:
            return
        assert (found.p_value < 0.05) == (not found.points_low <= 0 <= found.points_high)
        for name in ("ratio", "odds_ratio"):
            low, high = (getattr(found, f"{name}_{end}") for end in ("low", "high"))
            if not np.isnan(low):
                assert (found.p_value < 0.05) == (not low <= 1 <= high)


class TestBadInput:
    @pytest.mark.parametrize(
        ("args", "options", "error", "said"),
        [
            ((5, 6), {}, InvalidTypeError, r"out_of must be a pair"),
            ((5, 6), {"out_of": 7}, InvalidTypeError, r"out_of must be a pair"),
            (
                (5, 6),
                {"out_of": (4, 7)},
                InvalidInputError,
                r"old must be at most what it is out of; got 5 of 4",
            ),
            (
                ([1, 9], [1, 2]),
                {"out_of": ([4, 4], 7), "labels": ["a", "b"]},
                InvalidInputError,
                r"got 9 of 4, for b \(1 of 2\)",
            ),
            ((5, -6), {"out_of": (7, 7)}, PoliceMetricsError, "new"),
            ((5, 6), {"out_of": (7, 7), **PAIR}, InvalidInputError, "groups="),
            ((SEARCHES,), PAIR, InvalidTypeError, "part="),
            ((SEARCHES,), {"part": {"found": "yes"}}, InvalidTypeError, "between must be given"),
            ((SEARCHES,), {"part": {"found": "maybe"}, **PAIR}, UnknownNameError, "maybe"),
            (
                (SEARCHES,),
                {"part": {"ethnicity": "White"}, **PAIR},
                InvalidInputError,
                "part= must name another",
            ),
            (
                (SEARCHES,),
                {"part": {"found": "yes"}, **PAIR, "method": "wald"},
                UnknownNameError,
                "method must be one of",
            ),
            ((SEARCHES,), {"part": {"found": "yes"}, **PAIR, "labels": ["a"]}, InvalidInputError, "labels="),
        ],
    )
    def test_refused(self, args, options, error, said):
        with pytest.raises(error, match=said):
            pm.share_change(*args, **options)
