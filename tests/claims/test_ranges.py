"""`Range`: what a published figure could mean, from one exact end to the other."""

import math
from decimal import Decimal

import pytest

from policemetrics.claims import Range, stated
from policemetrics.claims.ranges import exact
from policemetrics.errors import InvalidInputError, InvalidTypeError


class TestRange:
    def test_bad_input(self):
        with pytest.raises(InvalidInputError, match="exact_low must be at most"):
            Range(exact_low=2, exact_high=1, unit="number")
        with pytest.raises(InvalidInputError, match="exact_low must be at most"):
            Range(exact_low=1, exact_high=1, low_included=False, unit="number")
        with pytest.raises(InvalidInputError, match="unit must be one of"):
            Range(exact_low=1, exact_high=2, unit="nope")
        with pytest.raises(InvalidTypeError, match="exact_high must be a number"):
            Range(exact_low=1, exact_high="2", unit="number")
        with pytest.raises(InvalidTypeError, match="low_included must be True or False"):
            Range(exact_low=1, exact_high=2, low_included=1, unit="number")
        with pytest.raises(InvalidTypeError, match="other must be a Range"):
            Range(exact_low=1, exact_high=2, unit="number").overlap(5)
        with pytest.raises(
            InvalidInputError, match="other must be in the same unit, 'number'; got 'seconds'"
        ):
            Range(exact_low=1, exact_high=2, unit="number").overlap(stated("1 s").range)
        with pytest.raises(InvalidTypeError, match="value must be a number"):
            assert "5" in Range(exact_low=1, exact_high=2, unit="number")

    def test_without_ends(self):
        span = Range(exact_low=None, exact_high=None, unit="number")
        assert (span.low, span.high, str(span)) == (-math.inf, math.inf, "any figure")
        assert 10**300 in span
        assert -span == span

    @pytest.mark.parametrize(
        ("one", "other", "both"),
        [
            ("5% to 7%", "6% to 9%", "5.5% to 7.5%"),
            ("over 6%", "5% to 7%", "above 6% to 7.5%"),
            ("under 6%", "5% to 7%", "4.5% to below 6%"),
            ("over 6%", "exactly 6%", None),
            ("over 6%", "over 5%", "above 6%"),
            ("at least 6%", "over 5.5%", "above 5.5%"),
            ("up to 6%", "at least 7%", "exactly 6.5%"),
            ("5%", "9%", None),
        ],
    )
    def test_overlap(self, one, other, both):
        """What lies in both, either way round."""
        first, second = stated(one).range, stated(other).range
        for found in (first.overlap(second), second.overlap(first)):
            assert (found if found is None else str(found)) == both

    def test_a_tiny_decimal_is_not_multiplied_out(self):
        """It would take all memory; as a float it is 0."""
        assert exact(Decimal("1e-999999999"), "value") == 0
