"""`published.change`: published figures, limits by brute force over every corner, and what a sentence may say."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.published import PublishedChange, change

STEPS = st.sampled_from(["1", "0.5", "0.1", "0.01", "0.001", "5", "100"])
MULTIPLES = st.integers(-3_000, 3_000)


class TestSentence:
    @pytest.mark.parametrize(
        ("given_", "options", "sentence"),
        [
            (  # the case of a score with two decimals
                (81.20, 77.89), {"rounded_to": 0.01},
                ("The figure fell by 3.31 (−3.32 to −3.30 as far as the rounding tells), from 81.20 to 77.89; "
                "−4.08% (−4.09% to −4.06%)."),
            ),
            (
                (6.6, 8.6), {"rounded_to": 0.1, "subject": "The severity score"},
                "The severity score rose by 2.0 (+1.9 to +2.1 as far as the rounding tells), from 6.6 to 8.6; +30.3% (+28.6% to +32.1%).",
            ),
            ((81.2, 77.89), {}, "The figure fell by 3.31, from 81.2 to 77.89; −4.1%."),
            ((5, 5), {}, "The figure did not change: 5 before and after; 0.0%."),
            (
                (5, 5), {"rounded_to": 1, "between": ("2022/23", "2023/24")},
                ("The rounding leaves open whether the figure rose or fell, 5 in 2022/23 and then 5 in 2023/24: 0 (−1 to +1 as far "
                "as the rounding tells); 0.0% (−18.2% to +22.2%)."),
            ),
            (  # two figures, each with decimals of its own
                (5, 5.1), {"rounded_to": (1, 0.1)},
                ("The rounding leaves open whether the figure rose or fell, 5 and then 5.1: +0.10 (−0.45 to +0.65 as far as the "
                "rounding tells); +2.0% (−8.2% to +14.4%)."),
            ),
            (
                (0, 5), {"rounded_to": 1},
                ("The figure rose by 5 (+4 to +6 as far as the rounding tells), from 0 to 5; percentage not applicable: the first "
                "figure may be 0."),
            ),
            ((0, 5), {}, "The figure rose by 5, from 0 to 5; percentage not applicable: the first figure is 0."),
            (  # what may be below 0 has no percentage
                (-3, 2), {"rounded_to": 1, "subject": "Net confidence", "caveat": "a new question"},
                ("Net confidence rose by 5 (+4 to +6 as far as the rounding tells), from −3 to 2; percentage not applicable: of "
                "figures below 0 there is none. Caveat: a new question."),
            ),
            ((2, -3), {}, "The figure fell by 5, from 2 to −3; percentage not applicable: of figures below 0 there is none."),
            (
                (1234.5, 1301.25), {"between": ("March 2022", "March 2023"), "subject": "Officers, full-time equivalents,"},
                "Officers, full-time equivalents, rose by 66.75, from 1,234.5 in March 2022 to 1,301.25 in March 2023; +5.4%.",
            ),
        ],
    )  # fmt: skip
    def test_of_one(self, given_, options, sentence):
        assert str(change(*given_, **options)) == sentence

    def test_no_interval_of_chance(self):
        """A score times ten is no count: `rate_change` would give it an interval."""
        found = change(6.6, 8.6, rounded_to=0.1)
        with pytest.raises(AttributeError, match="has no interval"):
            _ = found.interval
        assert "interval" not in str(found)


class TestLimits:
    @given(MULTIPLES, MULTIPLES, STEPS, STEPS)
    def test_every_corner(self, old, new, first, second):
        """Exact, and attained: nothing that rounds to the two figures lies outside, and the corners do."""
        steps = [Fraction(s) for s in (first, second)]
        before, after = old * steps[0], new * steps[1]
        found = change(float(before), float(after), rounded_to=(float(first), float(second)))
        olds = [before + steps[0] * Fraction(k, 8) for k in range(-4, 5)]
        news = [after + steps[1] * Fraction(k, 8) for k in range(-4, 5)]
        moves = [n - o for o in olds for n in news]
        assert (found.change_rounding_low, found.change_rounding_high) == (
            float(min(moves)),
            float(max(moves)),
        )
        assert found.change == float(after - before)
        if old <= 0 or new < 0:
            assert all(
                map(
                    math.isnan,
                    (found.percent_change, found.percent_rounding_low, found.percent_rounding_high),
                )
            )
            assert found.reason
            return
        relative = [100 * (max(n, Fraction()) / o - 1) for o in olds for n in news]
        assert found.percent_rounding_low == float(min(relative))
        assert found.percent_rounding_high == float(max(relative))
        assert found.percent_rounding_low <= found.percent_change <= found.percent_rounding_high

    @given(MULTIPLES, MULTIPLES, STEPS)
    def test_says_which_way_only_where_that_is_known(self, old, new, step):
        found = change(float(old * Fraction(step)), float(new * Fraction(step)), rounded_to=float(step))
        assert str(found).startswith("The rounding leaves open") == (old == new)

    def test_as_harm_per_crime(self):
        """The ratio of two rounded figures has the limits that the harm of a crime has."""
        other = pm.published.harm_per_crime_change(crime=-10, harm=-5, rounded_to=1)
        found = change(90, 95, rounded_to=1)
        assert found.percent_change == pytest.approx(other.percent_change)
        assert found.percent_rounding_low == pytest.approx(other.rounding_low)
        assert found.percent_rounding_high == pytest.approx(other.rounding_high)

    def test_a_large_figure_in_small_steps(self):
        assert change(1_234_567_890.123, 1_234_567_890.124, rounded_to=0.001).change == 0.001


class TestTables:
    def test_labels(self):
        table = change([81.2, 0.0], [77.9, 0.3], labels=["Kent", "Surrey"], rounded_to=0.1)
        assert table.kind is PublishedChange
        assert table.at(label="Kent") != change(81.2, 77.9, rounded_to=0.1)  # it has a group
        assert str(table.at(label="Surrey")) == (
            "Surrey: the figure rose by 0.3 (+0.2 to +0.4 as far as the rounding tells), from 0.0 to 0.3; percentage not "
            "applicable: the first figure may be 0."
        )
        assert table["percent_rounding_low"][0] == change(81.2, 77.9, rounded_to=0.1).percent_rounding_low

    def test_columns_of_any_kind(self):
        wanted = change([1.5, 2], [2, 2.5], labels=["a", "b"], rounded_to=0.5)
        for old, new in (
            (np.array([1.5, 2]), np.array([2, 2.5])),
            (pd.Series([1.5, 2]), pd.Series([2, 2.5])),
            ([Decimal("1.5"), 2], [2, Decimal("2.5")]),
        ):
            assert change(old, new, labels=["a", "b"], rounded_to=0.5) == wanted

    def test_none(self):
        assert len(change([], [], labels=[])) == 0


@pytest.mark.parametrize(
    ("given_", "options", "error", "message"),
    [
        ((1, 2.25), {"rounded_to": 0.1}, InvalidInputError, r"new must be a multiple of rounded_to, 0\.1.*got 2\.25"),
        (([1.0, 2.25], [1, 2]), {"rounded_to": 0.1, "labels": ["a", "b"]}, InvalidInputError, r"old\[1\] must be a multiple"),
        ((1, math.nan), {}, InvalidInputError, "new must be a finite number|new must hold finite"),
        (("1", 2), {}, InvalidTypeError, "old must be a number"),
        ((True, 2), {}, InvalidTypeError, "old must be a number"),
        (([1], [2]), {}, InvalidTypeError, "old must be a number.*labels="),
        (([1, 2], [2]), {"labels": ["a", "b"]}, InvalidInputError, "columns must have one length"),
        ((1, 2), {"rounded_to": 0}, InvalidInputError, r"rounded_to\[0\] must be > 0"),
        ((1, 2), {"rounded_to": (1, 0)}, InvalidInputError, r"rounded_to\[1\] must be > 0"),
        ((1, 2), {"rounded_to": (1, 1, 1)}, InvalidTypeError, "rounded_to must be one step, or a pair"),
        ((1, 2), {"between": "2023"}, InvalidTypeError, "between must be a pair"),
        ((1, 2), {"between": ("2023", "")}, InvalidInputError, r"between\[1\] must not be empty"),
    ],
)  # fmt: skip
def test_bad_input(given_, options, error, message):
    with pytest.raises(error, match=message):
        change(*given_, **options)
