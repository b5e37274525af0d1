"""Rows counted by packed key: whichever way is taken, the rows counted one by one are the oracle."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from policemetrics import _cells
from policemetrics._cells import HALF, count_rows, distinct_of

INT64 = np.iinfo(np.int64)
KINDS = [np.int8, np.uint8, np.int16, np.uint32, np.int64]


@st.composite
def tables(draw):
    """Some columns of one length, of any kind of whole number, near each other or far apart."""
    rows = draw(st.integers(0, 30))

    def column(kind):
        low, high = np.iinfo(kind).min, np.iinfo(kind).max
        near = st.integers(max(low, -3), min(high, 3))
        return hnp.arrays(kind, rows, elements=draw(st.sampled_from([near, st.integers(low, high)])))

    columns = [draw(column(draw(st.sampled_from(KINDS)))) for _ in range(draw(st.integers(0, 4)))]
    return columns, rows, draw(column(draw(st.sampled_from([*KINDS, np.uint64]))))


def by_hand(columns, rows, numbers):
    n, sums = Counter(), Counter()
    for i in range(rows):
        key = tuple(int(c[i]) for c in columns)
        n[key] += 1
        sums[key] += int(numbers[i])
    return n, sums


def check(columns, rows, numbers):
    n, sums = by_hand(columns, rows, numbers)
    found = count_rows(columns, rows, {"numbers": numbers})
    high, low = found.sums["numbers"]
    assert {a.dtype for a in (found.n, high, low, *found.values)} == {np.dtype(np.int64)}
    keys = list(zip(*(v.tolist() for v in found.values), strict=True)) if columns else [()] * len(found.n)
    assert keys == sorted(n)
    assert dict(zip(keys, found.n.tolist(), strict=True)) == n
    added = [h * HALF + v for h, v in zip(high.tolist(), low.tolist(), strict=True)]
    assert dict(zip(keys, added, strict=True)) == sums
    alone = count_rows(columns, rows)
    assert [v.tolist() for v in alone.values] == [v.tolist() for v in found.values]
    assert alone.n.tolist() == found.n.tolist()


@given(tables())
@example(([np.array([INT64.min, INT64.max, INT64.max])], 3, np.array([INT64.min, INT64.max, INT64.max])))
@example(
    ([np.array([0, 2**31 - 1]), np.array([0, 2**32 - 1])], 2, np.array([1, 2]))
)  # 2**63 keys are too many
@example(([np.array([0, 2**63 - 2, 2**62])], 3, np.array([1, 2, 3])))  # one less is not
@example(([np.array([INT64.max, INT64.min, INT64.max]), np.array([1, 2, 2])], 3, np.array([1, 2, 3])))
@example(([np.array([7, 7]), np.array([0, 2**31 - 1])], 2, np.array([1, 2])))  # a digit beyond 32 bits
@example(([np.array([7, 7]), np.array([0, 2**32 - 2])], 2, np.array([1, 2])))
@example(([np.array([0, 1]), np.array([0, 1], dtype=np.uint64)], 2, np.array([1, 2])))
@example(([np.array([2**40, 2**40 + 1]), np.array([-(2**40), 5])], 2, np.array([1, 2])))
def test_every_row_is_counted(table):
    """Narrow keys go to a table, wide ones are packed and sorted, the widest sorted as they are."""
    check(*table)


@given(tables(), st.sampled_from([(1, 0), (2**24, 16)]))
@settings(max_examples=50)
def test_a_table_and_sorting_agree(table, limits):
    """The limits choose between two ways to the same counts."""
    largest, per_row = limits
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_cells, "_LARGEST_TABLE", largest)
        patch.setattr(_cells, "_KEYS_PER_ROW", per_row)
        check(*table)


@pytest.mark.parametrize("rows", [1, 7, 8, 9, 30])
def test_rows_are_taken_some_at_a_time(rows, monkeypatch):
    monkeypatch.setattr(_cells, "_AT_ONCE", 8)
    column = np.arange(rows) % 5 - 2
    check([column, column // 2], rows, np.full(rows, 2**62))


def test_memory_does_not_grow_with_the_rows():
    """Beyond the table itself a few megabytes do, for any number of rows."""
    import tracemalloc

    peaks = []
    for rows in (2**18, 2**21):
        columns = [np.arange(rows, dtype=np.int16) % k for k in (43, 24, 150)]
        tracemalloc.start()
        count_rows(columns, rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
    assert peaks[1] < 3 * 8 * 43 * 24 * 150 + 8 * 2**20


@given(hnp.arrays(np.int64, st.integers(0, 20), elements=st.integers(-9, 9) | st.integers(-(2**62), 2**62)))
def test_distinct_values(values):
    distinct, place = distinct_of(values)
    assert distinct.tolist() == sorted(set(values.tolist()))
    assert distinct[place].tolist() == values.tolist()
