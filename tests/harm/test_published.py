"""What two published percentages, of crime and of harm, say of the harm of a crime."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.published import harm_per_crime_change


class TestHarmPerCrimeChange:
    def test_the_example_of_the_headlines(self):
        """By hand: 0.95/0.90, 0.945/0.905 and 0.955/0.895."""
        change = harm_per_crime_change(crime=-10, harm=-5, rounded_to=1)
        assert change.percent_change == pytest.approx((0.95 / 0.90 - 1) * 100)
        assert change.rounding_low == pytest.approx((0.945 / 0.905 - 1) * 100)
        assert change.rounding_high == pytest.approx((0.955 / 0.895 - 1) * 100)
        assert str(change) == (
            "Crime fell by 10% and harm fell by 5%: harm fell less than crime, so harm per crime rose by 5.6%, between "
            "+4.4% and +6.7% as far as the rounding tells."
        )

    @pytest.mark.parametrize(
        ("crime", "harm", "rounded_to", "says"),
        [
            (5, 5, None, "harm moved as crime did, so harm per crime did not change."),
            (0, 0, None, "Crime did not change and harm did not change: harm moved as crime did"),
            (
                5,
                5,
                1,
                "the rounding leaves open whether harm per crime rose or fell (0.0%, between −0.9% and +1.0%",
            ),
            (0, 3, 1, "Crime did not change and harm rose by 3%: harm per crime rose by 3.0%"),
            (4, -2, 0.5, "Crime rose by 4% and harm fell by 2%: harm per crime fell by 5.8%"),
            (10, 2, 1, "harm rose less than crime, so harm per crime fell by 7.3%"),
            (2, 10.5, None, "harm rose by 10.5%: harm rose more than crime, so harm per crime rose by 8.3%."),
            (0, 0.5, None, "harm rose by 0.5%: harm per crime rose by 0.5%."),
            (0.5, 0.9, None, "harm rose by 0.9%: harm rose more than crime, so harm per crime rose by 0.4%."),
            (5, 0, None, "harm did not change: harm per crime fell by 4.8%."),
            (-10, -9, 1, "leaves open whether harm per crime rose or fell (+1.1%, between 0.0% and +2.2%"),
            (-9, -10, 1, "leaves open whether harm per crime rose or fell (−1.1%, between −2.2% and 0.0%"),
            (-10, -10.001, None, "harm fell more than crime, so harm per crime fell by less than 0.1%."),
        ],
    )
    def test_sentences(self, crime, harm, rounded_to, says):
        assert says in str(harm_per_crime_change(crime=crime, harm=harm, rounded_to=rounded_to))

    def test_without_rounding(self):
        change = harm_per_crime_change(crime=-10, harm=-5)
        assert change.percent_change == pytest.approx(100 * 5 / 90)
        assert math.isnan(change.rounding_low)
        assert math.isnan(change.rounding_high)
        assert math.isnan(change.rounded_to)
        assert harm_per_crime_change(crime=-10, harm=-5, rounded_to=5).rounded_to == 5

    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"crime": -100}, InvalidInputError, "crime must be > -100"),
            ({"harm": -100}, InvalidInputError, "harm must be > -100"),
            (
                {"crime": -99.5, "rounded_to": 0.5, "harm": -99.9},
                InvalidInputError,
                "harm must be a multiple",
            ),
            (
                {"crime": -99, "rounded_to": 3},
                InvalidInputError,
                "crime must be > -100 however it was rounded",
            ),
            ({"crime": -96, "harm": 0, "rounded_to": 8}, InvalidInputError, "may be as low as -100"),
            (
                {"crime": -10.3, "rounded_to": 1},
                InvalidInputError,
                "crime must be a multiple of rounded_to, 1",
            ),
            ({"crime": math.nan}, InvalidInputError, "crime must be a finite number"),
            ({"crime": "-10"}, InvalidTypeError, "crime must be a number"),
            ({"rounded_to": 0}, InvalidInputError, "rounded_to must be > 0"),
        ],
    )
    def test_bad_input(self, options, error, match):
        with pytest.raises(error, match=match):
            harm_per_crime_change(**({"crime": -10, "harm": -6} | options))

    def test_any_number_will_do(self):
        change = harm_per_crime_change(crime=Decimal("-10.3"), harm=np.float64(4.2), rounded_to=0.1)
        assert change.rounding_low < change.percent_change < change.rounding_high

    @given(
        st.integers(-900, 3000),
        st.integers(-900, 3000),
        st.floats(-0.4999, 0.4999),
        st.floats(-0.4999, 0.4999),
    )
    def test_whatever_was_rounded_lies_within(self, crime, harm, c, h):
        """Tenths of a per cent: the change of the unrounded values is between the limits."""
        change = harm_per_crime_change(crime=crime / 10, harm=harm / 10, rounded_to=0.1)
        true = 100 * ((1000 + harm + h) / (1000 + crime + c) - 1)
        assert change.rounding_low - 1e-9 <= true <= change.rounding_high + 1e-9
        assert change.rounding_low < change.percent_change < change.rounding_high
