"""Percentiles from runs: R's and numpy's figures, and equality with numpy to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics.errors import CountOverflowError, InvalidTypeError, UnknownNameError
from policemetrics.percentiles import PERCENTILE_METHODS, Runs, percentiles

# numpy 2.0.1 corrected "closest_observation"; before, it took the odd rank of a tie.
NUMPY_RIGHT = tuple(map(int, np.__version__.split(".")[:3])) >= (2, 0, 1)
AS_NUMPY = [m for m in PERCENTILE_METHODS if NUMPY_RIGHT or m != "closest_observation"]

TEN = [2, 3, 4, 5, 6, 7, 8, 9, 12, 31]

# R: quantile(x, c(.5, .9, .95), type = 1:9)
R_TYPES = {
    "inverted_cdf": (6, 12, 31),
    "averaged_inverted_cdf": (6.5, 21.5, 31),
    "closest_observation": (6, 12, 31),
    "interpolated_inverted_cdf": (6, 12, 21.5),
    "hazen": (6.5, 21.5, 31),
    "weibull": (6.5, 29.1, 31),
    "linear": (6.5, 13.9, 22.45),
    "median_unbiased": (6.5, 24.0333333333, 31),
    "normal_unbiased": (6.5, 23.4, 31),
}

times = st.lists(
    st.one_of(
        st.integers(0, 5).map(float),
        st.floats(0, 1e9, allow_subnormal=False),
        st.integers(0, 10**12).map(lambda micro: micro / 1e6),
    ),
    min_size=1,
    max_size=60,
)
parts = st.lists(st.one_of(st.integers(0, 100), st.floats(0, 100)), min_size=1, max_size=4)


def one(values):
    return Runs.of_rows(np.array(values, dtype=float))


class TestDefinitions:
    def test_nine(self):
        """All nine definitions of Hyndman and Fan are there."""
        assert set(PERCENTILE_METHODS) == set(R_TYPES)

    @pytest.mark.parametrize("method", R_TYPES)
    def test_equal_to_r(self, method):
        """Each gives R's figures."""
        assert percentiles(one(TEN), [50, 90, 95], method=method)[0] == pytest.approx(R_TYPES[method])

    def test_tie_goes_to_the_even_rank(self):
        """Of two that are as close, "closest_observation" takes the one of even rank, as R does."""
        found = percentiles(one([1, 2, 3]), [50, 100 / 6], method="closest_observation")
        assert found.tolist() == [[2, 1]]

    @pytest.mark.parametrize("method", AS_NUMPY)
    @given(values=times, q=parts)
    def test_equal_to_numpy(self, method, values, q):
        """Of rows, each equals numpy's to the last bit."""
        np.testing.assert_array_equal(
            percentiles(one(values), q, method=method)[0], np.percentile(values, q, method=method)
        )

    @pytest.mark.parametrize("method", AS_NUMPY)
    @given(data=st.data())
    def test_groups_and_counts(self, method, data):
        """Of several groups given by counts, each equals numpy's of its rows, to the last bit."""
        groups = data.draw(
            st.lists(
                st.dictionaries(st.integers(0, 50), st.integers(1, 9), max_size=8), min_size=1, max_size=5
            )
        )
        values = np.array([v / 7 for g in groups for v in sorted(g)])
        counts = np.array([g[v] for g in groups for v in sorted(g)], dtype=np.int64)
        group = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
        runs = Runs.of(values, counts, group, len(groups))
        found = percentiles(runs, [0, 37.5, 50, 99, 100], method=method)
        for i in range(len(groups)):
            rows = np.repeat(values[group == i], counts[group == i])
            expected = (
                np.percentile(rows, [0, 37.5, 50, 99, 100], method=method) if len(rows) else [np.nan] * 5
            )
            np.testing.assert_array_equal(found[i], expected)

    def test_unknown(self):
        """A definition that does not exist lists those that do."""
        with pytest.raises(UnknownNameError, match=r"one of 'linear'.*got 'type7'"):
            percentiles(one([1]), [50], method="type7")
        with pytest.raises(InvalidTypeError, match="percentile_method"):
            percentiles(one([1]), [50], method=7)


class TestRuns:
    def test_rows(self):
        """Rows come to their distinct values, counted and sorted."""
        runs = one([5, 1, 5])
        assert (runs.values.tolist(), runs.counts.tolist(), runs.sizes.tolist()) == ([1, 5], [1, 2], [3])

    def test_empty_groups(self):
        """A group without values has size and sums of 0 and no percentile; its neighbours keep theirs."""
        runs = Runs.of(np.array([1.0, 7.0]), np.array([2, 3]), np.array([1, 3]), 5)
        assert runs.sizes.tolist() == [0, 2, 0, 3, 0]
        assert runs.sums(runs.values * runs.counts).tolist() == [0, 2, 0, 21, 0]
        assert runs.spread(np.arange(5)).tolist() == [1, 3]
        np.testing.assert_array_equal(percentiles(runs, [50]), [[np.nan], [1], [np.nan], [7], [np.nan]])

    @pytest.mark.parametrize("method", PERCENTILE_METHODS)
    def test_nothing(self, method):
        """No values at all give no percentile."""
        assert np.isnan(percentiles(one([]), [50, 90], method=method)).all()
        assert one([]).sums(np.zeros(0)).tolist() == [0]

    @given(
        st.lists(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), max_size=9), max_size=6),
        st.data(),
    )
    def test_up_to_a_limit(self, groups, data):
        """How many values of each group do not pass its own limit, a group without values among them."""
        groups = [dict(sorted(group)) for group in groups]
        limits = [data.draw(st.integers(-1, 21)) for _ in groups]
        values = np.array([v for group in groups for v in group], dtype=np.int64)
        counts = np.array([n for group in groups for n in group.values()], dtype=np.int64)
        runs = Runs.lined(values, counts, np.array([len(group) for group in groups], dtype=np.int64))
        expected = [
            sum(n for v, n in group.items() if v <= most) for group, most in zip(groups, limits, strict=True)
        ]
        assert runs.up_to(values, np.array(limits, dtype=np.int64)).tolist() == expected

    def test_whole_numbers_give_the_percentiles_of_floats(self):
        values, counts = np.array([1, 5, 2]), np.array([2, 1, 4])
        for method in PERCENTILE_METHODS:
            whole, floats = (
                percentiles(Runs.lined(v, counts, np.array([2, 1])), [10, 50, 90], method=method)
                for v in (values, values.astype(float))
            )
            np.testing.assert_array_equal(whole, floats)

    @pytest.mark.parametrize("size", [1, 2, 3, 7])
    def test_parts(self, size):
        """Some groups at a time have what all have together."""
        values, counts = np.array([1, 4, 9, 2, 2, 3, 5]), np.array([3, 1, 1, 2, 1, 1, 4])
        whole = Runs.lined(values, counts, np.array([3, 0, 1, 0, 3]))
        parts = list(whole.parts(size))
        assert [at for groups, _ in parts for at in range(5)[groups]] == [0, 1, 2, 3, 4]
        for groups, part in parts:
            np.testing.assert_array_equal(percentiles(part, [25, 90]), percentiles(whole, [25, 90])[groups])
            assert part.sums(part.values).tolist() == whole.sums(values)[groups].tolist()
            limits = np.array([4, 4, 1, 1, 3])
            assert (
                part.up_to(part.values, limits[groups]).tolist()
                == whole.up_to(values, limits)[groups].tolist()
            )

    def test_beyond_the_values(self):
        """A position before the first value, or behind the last, is at that value."""
        runs = Runs.lined(np.array([1, 4, 9]), np.array([2, 1, 1]), np.array([2, 1]))
        assert runs.at(np.array([[-1, -1], [1, 0], [3, 1]])).tolist() == [[1, 9], [1, 9], [4, 9]]

    def test_sums_of_python_numbers(self):
        """Sums go past 64 bits where the terms are Python integers."""
        runs = one([1, 2])
        assert runs.sums(np.array([2**63, 2**63], dtype=object)).tolist() == [2**64]

    def test_overflow(self):
        """Counts that do not add up within 64 bits are refused, never wrapped."""
        with pytest.raises(CountOverflowError, match="64 bits"):
            Runs.of(np.array([1.0, 1.0]), np.array([2**62, 2**62]), np.array([0, 1]), 2)

    def test_billions(self):
        """Counts are never written out as rows."""
        runs = Runs.of(np.array([1.0, 2.0]), np.array([10**15, 10**15]), np.array([0, 0]), 1)
        assert percentiles(runs, [25, 50, 75]).tolist() == [[1, 1.5, 2]]
