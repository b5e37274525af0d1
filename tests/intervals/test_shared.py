"""What all the kernels share: how they read numbers, shapes and levels, and the ways by which they save work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels import ONE_COUNT, TWO_COUNTS, counts, levels

from policemetrics import intervals
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError
from policemetrics.intervals import clopper_pearson, garwood, newcombe, order_statistics, student_t, wilson
from policemetrics.intervals._shared import beta_cdf


def test_a_share_of_none_or_of_all():
    """The mass of a beta distribution without one of its parameters is all at one end."""
    assert beta_cdf(*map(np.array, ([0.0, 3.0], [3.0, 0.0], 0.95, 0.05))).tolist() == [1, 0]


# Every function with plain arguments that it accepts, for what is asked of all of them.
CALLS: dict[str, tuple[Any, ...]] = {
    "byar": (12,),
    "clopper_pearson": (3, 10),
    "dobson": (30, 90, 10),
    "garwood": (12,),
    "newcombe": (3, 10, 4, 12),
    "newcombe_p_value": (3, 10, 4, 12),
    "odds_ratio": (3, 10, 4, 12),
    "order_statistics": (100, 0.5),
    "phe": (12,),
    "proportion_difference": (3, 10, 4, 12),
    "proportion_ratio": (3, 10, 4, 12),
    "proportions_p_value": (3, 10, 4, 12),
    "rate_difference": (3, 10, 2, 4),
    "rate_ratio": (3, 10, 2, 4),
    "rate_ratio_p_value": (3, 10, 2, 4),
    "square_and_add": (10, 7, 14, 4, 1, 8),
    "square_and_add_p_value": (3, 10, 2, 4),
    "student_t": (5, 2, 9),
    "weighted_normal": (5, 2),
    "welch": (5, 2, 9, 4, 1, 8),
    "welch_p_value": (5, 2, 9, 4, 1, 8),
    "wilson": (3, 10),
}
WITH_LEVEL = sorted(name for name in CALLS if name != "square_and_add" and not name.endswith("_p_value"))


class TestAll:
    def test_none_is_left_out(self):
        assert set(CALLS) == {name for name in intervals.__all__ if name.islower()}

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
                ("weighted_normal", 0), ("student_t", 0), ("welch", 0), ("welch", 3), ("welch_p_value", 0), ("welch_p_value", 3),
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
