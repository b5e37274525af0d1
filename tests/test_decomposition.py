"""Splits of a change against published examples, and against the laws they must obey."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policemetrics import decomposition
from policemetrics.decomposition import kitagawa, kitagawa_parts, product_split, symmetric_split
from policemetrics.errors import InvalidInputError, InvalidTypeError

# Das Gupta (1993), as printed in the README of josiahpjking/DasGuptR and run in R 4.2.2: the factors of the
# two populations, and the effects. The fourth effect of the third example is worked out in fractions: with it,
# and not with the 0.1047547258 at hand, the four add up to the printed change of 2.9891394258.
DAS_GUPTA = [
    ([10930, 0.717892], [16591, 0.825974], [4369.912713, 1487.262361]),
    (
        [51.78746, 0.45919, 0.52638],
        [84.90502, 0.75756, 0.51065],
        [10.434033349327, 10.560847632988, -0.667008380904],
    ),
    (
        [25.3, 0.214, 0.279, 0.949],
        [32.7, 0.290, 0.473, 0.986],
        [0.688941053267, 0.812538127400, 1.382905519533, 0.104754725600],
    ),
    ([1000000, 80, 15.2], [1012000, 84.5, 14.1], [14454600, 66315600, -91022800]),
]

numbers = st.floats(-1e6, 1e6).map(lambda v: round(v, 3))


@st.composite
def corners(draw, most: int = 6):
    """How many factors, and a total for each combination of old and new."""
    k = draw(st.integers(1, most))
    values = draw(st.lists(numbers, min_size=2**k, max_size=2**k))
    return k, np.reshape(values, (2,) * k)


def over_all_orders(totals: np.ndarray) -> list[float]:
    """The Shapley value from its definition, in exact arithmetic: each order in which factors turn new."""
    k = totals.ndim
    effects = [Fraction(0)] * k
    for order in itertools.permutations(range(k)):
        at = [0] * k
        for factor in order:
            before = Fraction(float(totals[tuple(at)]))
            at[factor] = 1
            effects[factor] += Fraction(float(totals[tuple(at)])) - before
    return [float(effect / math.factorial(k)) for effect in effects]


class TestSymmetricSplit:
    def test_by_hand(self):
        """A rectangle of 3 by 10 grows to 5 by 20: 2 by the mean height 15, and 10 by the mean width 4."""
        assert symmetric_split([[30, 60], [50, 100]], factors=2).tolist() == [30, 40]

    def test_one_factor_takes_all(self):
        assert symmetric_split([3, 10], factors=1).tolist() == [7]

    @given(corners(most=4))
    def test_is_the_mean_over_all_orders(self, given_corners):
        k, totals = given_corners
        found = symmetric_split(totals, factors=k)
        assert found == pytest.approx(over_all_orders(totals), rel=1e-12, abs=1e-12 * np.abs(totals).max())

    @given(corners())
    def test_adds_up(self, given_corners):
        """To the change itself, as far as the largest effect has digits for it."""
        k, totals = given_corners
        found = symmetric_split(totals, factors=k)
        change = totals[(1,) * k] - totals[(0,) * k]
        assert abs(found.sum() - change) <= np.spacing(np.abs(found).sum())
        assert abs(math.fsum(found) - change) <= np.spacing(np.abs(found).sum())

    @given(corners())
    def test_backwards_every_sign_turns(self, given_corners):
        k, totals = given_corners
        back = symmetric_split(np.flip(totals), factors=k)
        expected = -symmetric_split(totals, factors=k)
        assert back == pytest.approx(expected, rel=1e-12, abs=1e-12 * np.abs(totals).max())

    @given(corners(), st.randoms())
    def test_the_order_of_the_factors_does_not_matter(self, given_corners, random):
        k, totals = given_corners
        order = random.sample(range(k), k)
        found = symmetric_split(totals.transpose(order), factors=k)
        expected = symmetric_split(totals, factors=k)[order]
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12 * np.abs(totals).max())

    @given(corners(most=5))
    def test_a_factor_that_changes_nothing_has_no_part(self, given_corners):
        k, totals = given_corners
        found = symmetric_split(np.stack([totals, totals], axis=1), factors=k + 1)
        assert found[1] == 0
        assert np.delete(found, 1) == pytest.approx(
            symmetric_split(totals, factors=k), rel=1e-12, abs=1e-12 * np.abs(totals).max()
        )

    @pytest.mark.parametrize("k", range(1, 7))
    def test_a_batch_is_split_each_by_itself(self, k):
        totals = np.random.default_rng(k).normal(size=(2,) * k + (3, 4))
        found = symmetric_split(totals, factors=k)
        assert found.shape == (k, 3, 4)
        for cell in np.ndindex(3, 4):
            alone = symmetric_split(totals[(..., *cell)], factors=k)
            assert found[(..., *cell)] == pytest.approx(alone, rel=1e-12, abs=1e-14)

    def test_an_empty_batch(self):
        assert symmetric_split(np.ones((2, 2, 0)), factors=2).shape == (2, 0)

    @pytest.mark.parametrize("factors", [0, 7, -1, 1.5, math.nan])
    def test_refuses_factors_it_cannot_split(self, factors):
        with pytest.raises(InvalidInputError, match="factors must be"):
            symmetric_split([1, 2], factors=factors)

    @pytest.mark.parametrize("factors", ["2", True, None])
    def test_refuses_what_is_no_number_of_factors(self, factors):
        with pytest.raises(InvalidTypeError, match="factors must be a number"):
            symmetric_split([1, 2], factors=factors)

    def test_refuses_corners_of_another_shape(self):
        with pytest.raises(
            InvalidInputError, match=r"2 axes of length 2, one for each factor; got shape \(2, 3\)"
        ):
            symmetric_split(np.ones((2, 3)), factors=2)
        with pytest.raises(InvalidInputError, match="1 axes of length 2"):
            symmetric_split(5, factors=1)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_refuses_corners_that_are_not_finite(self, bad):
        with pytest.raises(
            InvalidInputError, match=r"corners must hold finite numbers; got .* at corners\[1\]"
        ):
            symmetric_split([1, bad], factors=1)


class TestProductSplit:
    @pytest.mark.parametrize(("old", "new", "effects"), DAS_GUPTA)
    def test_oracle(self, old, new, effects):
        found = product_split(old, new)
        assert found == pytest.approx(effects, rel=1e-9)
        assert found.sum() == math.prod(new) - math.prod(old)
        assert product_split(new, old) == pytest.approx([-e for e in effects], rel=1e-9)

    def test_shares_of_the_first_example(self):
        """Printed as 74.61% and 25.39% of the change."""
        found = product_split(*DAS_GUPTA[0][:2])
        assert (100 * found / found.sum()).round(2).tolist() == [74.61, 25.39]

    def test_a_batch_of_products_adds_up(self):
        rng = np.random.default_rng(5)
        for k in range(1, 7):
            old, new = rng.integers(0, 400, (2, k, 1000))
            found = product_split(old, new)
            assert found.shape == (k, 1000)
            change = np.prod(new, axis=0) - np.prod(old, axis=0)
            off = np.abs(found.sum(axis=0) - change)
            assert (off <= np.spacing(np.abs(found).sum(axis=0))).all()

    def test_growth_adds_up_to_the_last_bit(self):
        """Where every factor rises, in whatever order the effects are added."""
        rng = np.random.default_rng(7)
        for k in range(1, 7):
            old = rng.uniform(0, 100, (k, 2000)).round(2)
            new = old + rng.uniform(0, 50, (k, 2000)).round(2)
            found = product_split(old, new)
            change = np.multiply.reduce(new) - np.multiply.reduce(old)
            for effects in (found, found[::-1]):
                np.testing.assert_array_equal(effects.sum(axis=0), change)
            assert [math.fsum(effects) for effects in found.T] == change.tolist()

    def test_a_factor_that_stays_has_no_part(self):
        assert product_split([0.1, 0.2, 0.3], [0.1, 0.7, 0.9])[0] == 0

    def test_from_nothing(self):
        """Two factors that were both 0 share the rise evenly; all of it is of both."""
        assert product_split([0, 0], [4, 5]).tolist() == [10, 10]
        assert product_split([0, 0], [0, 0]).tolist() == [0, 0]

    def test_refuses(self):
        with pytest.raises(InvalidInputError, match=r"same factors; got shapes \(2,\) and \(3,\)"):
            product_split([1, 2], [1, 2, 3])
        with pytest.raises(InvalidInputError, match="same factors"):
            product_split(1, 2)
        with pytest.raises(InvalidInputError, match="factors must be a whole number from 1 to 6; got 7"):
            product_split([1] * 7, [2] * 7)
        with pytest.raises(InvalidInputError, match="factors must be a whole number from 1 to 6; got 0"):
            product_split([], [])
        with pytest.raises(InvalidInputError, match="new must hold finite numbers"):
            product_split([1, 2], [1, np.nan])


class TestKitagawa:
    def test_mix_of_two_offences(self):
        """By hand: 5% to 6% and 60% to 65%, with shares from 80:20 to 90:10, is 16.0% to 11.9%."""
        within, mix = kitagawa([0.8, 0.2], [0.05, 0.6], [0.9, 0.1], [0.06, 0.65])
        assert 100 * within == pytest.approx(1 * 0.85 + 5 * 0.15)
        assert 100 * mix == pytest.approx(10 * 0.055 - 10 * 0.625)
        assert within + mix == pytest.approx(0.119 - 0.16, rel=1e-12)

    def test_mix_and_severity(self):
        """[R] counts 3000 5000 2000 to 3300 4200 2100, of severity 40 8 3 to 42 8.5 3."""
        old, new = np.array([3000, 5000, 2000]), np.array([3300, 4200, 2100])
        within, mix = kitagawa(old / old.sum(), [40, 8, 3], new / new.sum(), [42, 8.5, 3])
        assert (within, mix) == (pytest.approx(0.878125, rel=1e-9), pytest.approx(1.334375, rel=1e-9))
        assert within + mix == pytest.approx(18.8125 - 16.6, rel=1e-12)

    @given(st.lists(st.tuples(*[st.floats(0, 1).map(lambda v: round(v, 6))] * 4), min_size=1, max_size=8))
    def test_adds_up_and_turns_with_the_periods(self, rows):
        s0, r0, s1, r1 = np.array(rows).T
        within, mix = kitagawa(s0, r0, s1, r1)
        change = (s1 * r1).sum() - (s0 * r0).sum()
        assert abs(within + mix - change) <= np.spacing(abs(within) + abs(mix))
        assert kitagawa(s1, r1, s0, r0) == (pytest.approx(-within, abs=1e-12), pytest.approx(-mix, abs=1e-12))

    @given(corners(most=1), corners(most=1))
    def test_of_one_group_is_the_split_of_a_product(self, shares, rates):
        (s0, s1), (r0, r1) = shares[1], rates[1]
        within, mix = kitagawa([s0], [r0], [s1], [r1])
        assume(abs(within) + abs(mix) > 0)
        assert [mix, within] == pytest.approx(product_split([s0, r0], [s1, r1]), rel=1e-9, abs=1e-3)

    def test_a_group_that_comes_or_goes_is_mix(self):
        """It has no rate where it has no cases; that of the other period stands in."""
        within, mix = kitagawa([1, 0], [0.2, np.nan], [0.5, 0.5], [0.2, 0.6])
        assert (within, mix) == (0, pytest.approx(0.2))
        assert kitagawa([0.5, 0.5], [0.2, 0.6], [1, 0], [0.2, np.nan]) == (0, pytest.approx(-0.2))
        assert kitagawa([1, 0], [0.2, np.nan], [1, 0], [0.3, np.nan]) == (pytest.approx(0.1), 0)

    def test_a_batch_is_split_each_by_itself(self):
        four = np.random.default_rng(6).uniform(size=(4, 3, 5, 2))
        within, mix = kitagawa(*four)
        assert within.shape == mix.shape == (3, 5)
        assert (within[1, 2], mix[1, 2]) == pytest.approx(kitagawa(*four[:, 1, 2]), rel=1e-12)
        assert isinstance(kitagawa(*four[:, 1, 2])[0], np.float64)

    def test_refuses(self):
        with pytest.raises(
            InvalidInputError, match=r"same groups; old_shares has \(2,\), old_rates has \(3,\)"
        ):
            kitagawa([0.5, 0.5], [1, 2, 3], [0.5, 0.5], [1, 2])
        with pytest.raises(InvalidInputError, match="same groups"):
            kitagawa(1, 2, 3, 4)
        with pytest.raises(
            InvalidInputError, match=r"old_rates must hold finite numbers; got nan at old_rates\[1\]"
        ):
            kitagawa([0.5, 0.5], [1, np.nan], [0.5, 0.5], [1, 2])
        with pytest.raises(InvalidInputError, match="new_shares must hold finite numbers"):
            kitagawa([0.5, 0.5], [1, 2], [0.5, np.inf], [1, 2])
        with pytest.raises(InvalidTypeError, match="old_shares must hold numbers"):
            kitagawa(["a", "b"], [1, 2], [0.5, 0.5], [1, 2])

    def test_columns_of_a_table_must_have_one_index(self):
        pandas = pytest.importorskip("pandas")
        share, rate = pandas.Series([0.8, 0.2], index=["theft", "drugs"]), [0.05, 0.6]
        with pytest.raises(InvalidInputError, match="same index"):
            kitagawa(share, rate, share[::-1], rate)


class TestKitagawaParts:
    def test_by_hand(self):
        """Shares 80:20 to 90:10, rates 5 to 6% and 60 to 65%; the mean of the two wholes is 13.95%."""
        within, mix = kitagawa_parts([0.8, 0.2], [0.05, 0.6], [0.9, 0.1], [0.06, 0.65])
        assert within.tolist() == pytest.approx([0.01 * 0.85, 0.05 * 0.15])
        assert mix.tolist() == pytest.approx([0.1 * (0.055 - 0.1395), -0.1 * (0.625 - 0.1395)])

    @given(
        st.lists(
            st.tuples(st.integers(0, 50), st.integers(0, 99), st.integers(0, 50), st.integers(0, 99)),
            min_size=1,
            max_size=8,
        )
    )
    def test_adds_up_to_kitagawa(self, rows):
        n0, r0, n1, r1 = np.array(rows, dtype=float).T
        assume(n0.sum() > 0)
        assume(n1.sum() > 0)
        four = n0 / n0.sum(), r0, n1 / n1.sum(), r1
        within, mix = kitagawa_parts(*four)
        assert (within.sum(), mix.sum()) == pytest.approx(kitagawa(*four), rel=1e-9, abs=1e-9)
        back = kitagawa_parts(*four[2:], *four[:2])
        for part, other in zip((within, mix), back, strict=True):
            assert other.tolist() == pytest.approx((-part).tolist(), rel=1e-9, abs=1e-9)

    def test_one_rate_for_all_has_no_mix(self):
        """Where every group has the rate of the whole no share matters."""
        _, mix = kitagawa_parts([0.2, 0.8], [7, 7], [0.6, 0.4], [9, 9])
        assert mix.tolist() == [0, 0]

    def test_a_batch(self):
        """Rows that are not there have the share 0; a batch row may be empty."""
        shares = np.array([[0.5, 0.5, 0], [0, 0, 0]])
        rates = np.array([[1, 2, np.nan], [np.nan] * 3])
        within, mix = kitagawa_parts(shares, rates, shares, 2 * np.nan_to_num(rates))
        assert within.tolist() == [[0.5, 1, 0], [0, 0, 0]]
        assert mix.tolist() == [[0] * 3] * 2
        assert kitagawa_parts(*[np.zeros((2, 0))] * 4)[0].shape == (2, 0)
        within, _ = kitagawa_parts([[0.5, 0.5]] * 2, [[1, 2]] * 2, [[0.5, 0.5]] * 2, [[3, 2]] * 2)
        assert within.tolist() == [[1, 0]] * 2

    def test_refuses(self):
        with pytest.raises(InvalidInputError, match="new_shares must add up to 1 along the last axis"):
            kitagawa_parts([0.5, 0.5], [1, 2], [0.5, 0], [1, 2])
        with pytest.raises(InvalidInputError, match="old_shares must add up to 1 along the last axis"):
            kitagawa_parts([[0.5, 0.5], [0.5, 0]], np.ones((2, 2)), [[0.5, 0.5]] * 2, np.ones((2, 2)))
        with pytest.raises(InvalidInputError, match="same groups"):
            kitagawa_parts([0.5, 0.5], [1, 2, 3], [0.5, 0.5], [1, 2])


def test_all_is_sorted():
    assert decomposition.__all__ == sorted(decomposition.__all__)
