"""`Cells`: the canonical form, exact sums, and joins by key, against plain dictionaries; rows counted one by one."""

import copy
import math
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strategies import FORCES, OFFENCES, YEARS, rows

from policemetrics import _cells
from policemetrics._cells import (
    HALF,
    Cells,
    count_rows,
    distinct_of,
    encode,
    find,
    is_missing,
    label_array,
    microseconds,
    order_of,
    plain,
    union,
)
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError

MAX = 2**63 - 1
DIMS = ("force", "year")
FOUND = rows(*DIMS, gaps=False)
INT64 = np.iinfo(np.int64)
KINDS = [np.int8, np.uint8, np.int16, np.uint32, np.int64]


def cells_of(found, dims=DIMS):
    coded = [encode([row[i] for row in found], d) for i, d in enumerate(dims)]
    counts = np.array([row[-1] for row in found], dtype=np.int64)
    return Cells.of(tuple(dims), [v for v, _ in coded], [c for _, c in coded], counts)


def model(found, places=(0, 1)):
    """Add up rows in a dictionary: the oracle."""
    sums = Counter()
    for row in found:
        sums[tuple(row[i] for i in places)] += row[-1]
    return dict(sums)


def as_dict(cells):
    """Read cells back, refusing a key that stands twice."""
    found = list(zip(*(cells.column(d).tolist() for d in cells.dims), cells.counts.tolist(), strict=True))
    assert len({row[:-1] for row in found}) == len(found)
    return {row[:-1]: row[-1] for row in found}


def check_canonical(cells):
    """Labels distinct, sorted and all used; keys sorted and distinct; arrays read-only."""
    keys = list(zip(*(c.tolist() for c in cells.codes), strict=True))
    assert keys == sorted(set(keys))
    for label, code in zip(cells.labels, cells.codes, strict=True):
        listed = label.tolist()
        assert listed == sorted(set(listed), key=lambda v: (isinstance(v, str), v))
        assert set(code.tolist()) == set(range(len(listed)))
    assert cells.counts.dtype == np.int64
    assert not any(a.flags.writeable for a in (cells.counts, *cells.labels, *cells.codes))


class TestCanonicalForm:
    @given(FOUND)
    def test_adds_up_by_key(self, found):
        """What comes out is what a dictionary adds up, in canonical form; zero and negative sums stay."""
        cells = cells_of(found)
        check_canonical(cells)
        assert as_dict(cells) == model(found)

    @given(FOUND, st.randoms(use_true_random=False))
    def test_order_of_rows_does_not_matter(self, found, random):
        shuffled = random.sample(found, len(found))
        assert cells_of(shuffled).equals(cells_of(found))

    @given(FOUND, FOUND)
    def test_every_operation_keeps_it(self, one, two):
        a, b = cells_of(one), cells_of(two)
        for found in (
            a.union(b),
            a.project(["year"]),
            a.project(["year", "force"]),
            a.project([]),
            a.keys(),
            a.keys(["force"]),
            a.select(a.counts > 0),
            a.relabel("force", lambda v: v[:1]),
            a.relabel("year", lambda v: -v),
            a.extend("reason", "why"),
            Cells.single(),
        ):
            check_canonical(found)

    def test_unused_labels_go(self):
        cells = Cells.of(("a",), [label_array(["x", "y", "z"])], [np.array([2, 0])], np.array([1, 2]))
        assert cells.label("a").tolist() == ["x", "z"]
        assert cells.to_dict() == {"a": ["x", "z"], "count": [2, 1]}

    def test_many_wide_dimensions(self):
        """Seventy distinct labels in eleven dimensions are more keys than 64 bits can number."""
        size, dims = 70, tuple("abcdefghijk")
        rng = np.random.default_rng(7)
        codes = [rng.permutation(size) for _ in dims]
        codes = [np.concatenate((c, c[:5])) for c in codes]  # the first five keys occur twice
        labels = [np.arange(size)] * len(dims)
        cells = Cells.of(dims, labels, codes, np.ones(size + 5, dtype=np.int64))
        check_canonical(cells)
        assert len(cells) == size
        assert sorted(cells.counts.tolist()) == [1] * 65 + [2] * 5
        # The joins pack keys likewise.
        assert cells.positions(cells, dims).tolist() == list(range(size))
        assert cells.union(cells).counts.sum() == 2 * (size + 5)

    def test_no_dimension(self):
        cells = Cells.of((), [], [], np.array([2, 3]))
        assert (len(cells), cells.total, cells.to_dict()) == (1, 5, {"count": [5]})
        assert len(Cells.of((), [], [], np.array([], dtype=np.int64))) == 0
        assert Cells.single().to_dict() == {"count": [1]}


class TestOrder:
    @given(st.integers(0, 62), st.integers(0, 400), st.integers(0, 2**32), st.sampled_from([0, 1, 2, 3, 400]))
    def test_as_numpy_has_it(self, bits, rows, seed, runs):
        """Of numbers in any order, and of some in order one after another; those of equal ones stay as they come."""
        key = np.random.default_rng(seed).integers(0, 2**bits, rows, endpoint=True)
        for part in np.array_split(key, runs) if runs else []:
            part.sort()
        for dtype in [np.int64, *([np.uint32] if bits < 32 else [])]:
            np.testing.assert_array_equal(order_of(key.astype(dtype)), np.argsort(key, kind="stable"))


class TestFrozen:
    def test_arrays_are_read_only(self):
        cells = cells_of([("Kent", 2023, 5)])
        for array in (cells.counts, *cells.labels, *cells.codes, cells.keys().counts, Cells.single().counts):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1

    @pytest.mark.parametrize(
        "clone",
        [lambda c: pickle.loads(pickle.dumps(c)), copy.copy, copy.deepcopy],
        ids=["pickle", "copy", "deep"],
    )
    def test_a_copy_is_equal_and_read_only(self, clone):
        """numpy forgets the flag when it pickles; the cells don't."""
        cells = cells_of([("Kent", 2023, 5), ("Essex", 2024, 0)])
        again = clone(cells)
        assert again.equals(cells)
        check_canonical(again)


class TestEquals:
    @given(FOUND)
    def test_whatever_the_order_of_dimensions(self, found):
        cells = cells_of(found)
        assert cells.equals(cells.project(["year", "force"]))

    @given(FOUND, FOUND)
    def test_as_the_model(self, one, two):
        assert cells_of(one).equals(cells_of(two)) == (model(one) == model(two))

    @pytest.mark.parametrize(
        "other",
        [
            [("Kent", 2023, 6)],
            [("Kent", 2024, 5)],
            [("Essex", 2023, 5)],
            [("Kent", 2023, 5), ("Kent", 2024, 0)],
            [],
        ],
        ids=["count", "year", "force", "a standing zero", "nothing"],
    )
    def test_differs(self, other):
        assert not cells_of([("Kent", 2023, 5)]).equals(cells_of(other))

    def test_other_dimensions_differ(self):
        assert not cells_of([("Kent", 2023, 5)]).equals(cells_of([("Kent", 2023, 5)], ("force", "month")))


class TestExactSums:
    @pytest.mark.parametrize(
        ("counts", "total"),
        [
            ([MAX], MAX),
            ([MAX - 1, 1], MAX),
            ([-MAX, -1], -MAX - 1),
            ([MAX, MAX, -MAX], MAX),
            ([2**62, 2**61, 2**61 - 1], MAX),
            ([2**53, 1, 1, 1], 2**53 + 3),
        ],
    )
    def test_up_to_the_limit(self, counts, total):
        """Floats would lose the last digits; nothing is lost, and what passes through more than fits is right."""
        cells = cells_of([("Kent", 2023, n) for n in counts])
        assert cells.counts.tolist() == [total]
        assert cells.total == total

    @pytest.mark.parametrize("counts", [[MAX, 1], [2**62, 2**62], [-MAX, -2], [2**61] * 4])
    def test_beyond_is_an_error(self, counts):
        """A wrap would give a negative number of crimes."""
        with pytest.raises(CountOverflowError, match=rf"within 64 bits; got a sum of {sum(counts)}"):
            cells_of([("Kent", 2023, n) for n in counts])

    def test_one_group_beyond_among_many(self):
        with pytest.raises(OverflowError, match=str(2**63)):
            cells_of([("Essex", 2023, 1), ("Kent", 2023, MAX), ("Kent", 2024, 3), ("Kent", 2023, 1)])

    def test_each_within_though_not_all_together(self):
        found = cells_of([(force, year, 2**61) for force in ("Kent", "Essex") for year in (2024, 2023, 2024)])
        assert as_dict(found) == {
            (force, year): (2**62 if year == 2024 else 2**61)
            for force in ("Essex", "Kent")
            for year in (2023, 2024)
        }
        assert as_dict(cells_of([(str(i // 2), i, 2**60) for i in range(8)]).project(["force"])) == {
            (force,): 2**61 for force in "0123"
        }

    def test_a_total_has_no_limit(self):
        """The total is a Python number, so cells that fit are always added up."""
        cells = cells_of([(force, 2023, MAX) for force in FORCES])
        assert cells.total == 3 * MAX
        with pytest.raises(CountOverflowError):
            cells.project(["year"])

    @given(st.lists(st.integers(-(2**63), MAX), max_size=6))
    @example([2**62, -(2**62), 2**62])
    def test_as_python_adds(self, counts):
        total = sum(counts)
        found = [("Kent", 2023, n) for n in counts]
        if -(2**63) <= total <= MAX:
            assert cells_of(found).total == total
        else:
            with pytest.raises(CountOverflowError):
                cells_of(found)


class TestAlgebra:
    @given(FOUND, FOUND)
    def test_union(self, one, two):
        assert as_dict(cells_of(one).union(cells_of(two))) == model([*one, *two])

    @given(FOUND, FOUND)
    def test_union_in_another_order_of_dimensions(self, one, two):
        both = cells_of(one).union(cells_of(two).project(["year", "force"]))
        assert as_dict(both) == model([*one, *two])

    @given(FOUND)
    def test_project(self, found):
        cells = cells_of(found)
        assert as_dict(cells.project(["year"])) == model(found, [1])
        assert as_dict(cells.project(["year", "force"])) == model(found, [1, 0])
        assert cells.project(DIMS) is cells
        assert cells.project(list(DIMS)) is cells

    @given(FOUND)
    def test_keys(self, found):
        assert as_dict(cells_of(found).keys(["force"])) == dict.fromkeys(model(found, [0]), 1)

    def test_all_cells_share_the_key_over_nothing(self):
        assert cells_of([("Kent", 2023, 5), ("Kent", 2024, 7)]).keys([]).to_dict() == {"count": [1]}

    @given(FOUND, st.sampled_from(FORCES), st.sampled_from(YEARS))
    def test_match(self, found, force, year):
        """A label that does not occur matches nothing."""
        cells = cells_of(found)
        wanted = {"force": label_array([force, "Nowhere"]), "year": label_array([year, 1066])}
        kept = {k: n for k, n in model(found).items() if k == (force, year)}
        assert as_dict(cells.select(cells.match(wanted))) == kept

    @given(FOUND)
    def test_where_label(self, found):
        cells = cells_of(found)
        kept = {k: n for k, n in model(found).items() if k[1] > 2023}
        assert as_dict(cells.select(cells.where_label("year", lambda v: v > 2023))) == kept

    @given(FOUND, FOUND)
    def test_positions(self, one, two):
        """Each cell finds its key in the other cells, or -1; the first, if only a part of the key is compared."""
        a, b = cells_of(one), cells_of(two)
        there = list(as_dict(b))
        assert a.positions(b, DIMS).tolist() == [there.index(k) if k in there else -1 for k in as_dict(a)]
        forces = [k[0] for k in there]
        assert a.positions(b, ["force"]).tolist() == [
            forces.index(k[0]) if k[0] in forces else -1 for k in as_dict(a)
        ]

    def test_positions_among_few_of_the_possible_keys(self):
        """Twenty of four hundred keys: looked up in order, past the last of them too."""
        there = [(f"F{i:02}", 2000 - i) for i in range(20)]
        wanted = [there[7], ("F07", 1990), ("F19", 2000), there[0], ("F99", 1985), ("F03", 1066)]
        a, b = (cells_of([(*key, 1) for key in keys]) for keys in (wanted, there))
        assert dict(zip(as_dict(a), a.positions(b, DIMS).tolist(), strict=True)) == {
            there[7]: 7,
            ("F07", 1990): -1,
            ("F19", 2000): -1,
            there[0]: 0,
            ("F99", 1985): -1,
            ("F03", 1066): -1,
        }

    @given(FOUND, FOUND)
    def test_within(self, one, two):
        """Only the dimensions that both have are compared."""
        a, b = cells_of(one), cells_of(two).project(["force"])
        assert a.within(b).tolist() == [(k[0],) in as_dict(b) for k in as_dict(a)]
        assert cells_of(one).within(Cells.single()).all()

    @given(FOUND, FOUND)
    def test_positions_of_leading_dimensions(self, one, two):
        """Cells that lie together are looked up once, whatever the other cells are sorted by."""
        a, b = cells_of(one), cells_of(two).project(["year", "force"])
        forces = [k[1] for k in as_dict(b)]
        expected = [forces.index(k[0]) if k[0] in forces else -1 for k in as_dict(a)]
        assert a.positions(b, ["force"]).tolist() == a.positions(b, ("force",)).tolist() == expected

    @given(FOUND)
    def test_union_of_the_same_keys(self, found):
        cells = cells_of(found)
        twice = cells.union(cells)
        check_canonical(twice)
        assert as_dict(twice) == {k: 2 * n for k, n in model(found).items()}

    def test_union_of_the_same_keys_never_wraps(self):
        cells = cells_of([("Kent", 2023, 2**62), ("Kent", 2024, 1)])
        with pytest.raises(CountOverflowError):
            cells.union(cells)

    @given(FOUND, st.data())
    def test_select(self, found, data):
        """What is left is in canonical form, whichever cells go."""
        cells = cells_of(found)
        mask = np.array([data.draw(st.booleans()) for _ in range(len(cells))], dtype=bool)
        kept = cells.select(mask)
        check_canonical(kept)
        assert as_dict(kept) == {k: n for (k, n), m in zip(as_dict(cells).items(), mask, strict=True) if m}

    def test_starts_are_found_once(self):
        cells = cells_of([("Kent", 2023, 5), ("Kent", 2024, 7), ("Essex", 2023, 1)])
        assert cells.starts(("force",)) is cells.starts(("force",))
        assert cells.starts(("force",)).tolist() == [0, 1]
        with pytest.raises(ValueError, match="read-only"):
            cells.starts(("force",))[0] = 9

    def test_recode_repeats_rows(self):
        """A cell may count in several windows."""
        cells = cells_of([("Kent", 2023, 5), ("Kent", 2024, 7)])
        rolled = cells.recode("year", label_array(["old", "span"]), np.array([0, 1, 1]), np.array([0, 0, 1]))
        assert as_dict(rolled) == {("Kent", "old"): 5, ("Kent", "span"): 12}

    def test_relabel_merges(self):
        cells = cells_of([("Kent", 2023, 5), ("Essex", 2023, 7)])
        assert as_dict(cells.relabel("force", lambda _: "all")) == {("all", 2023): 12}

    def test_relabel_to_another_kind(self):
        assert cells_of([("Kent", 2023, 5)]).relabel("force", len).to_dict() == {
            "force": [4],
            "year": [2023],
            "count": [5],
        }


class TestLabels:
    def test_text_and_numbers_are_two_kinds(self):
        """ "10" comes before "9" as text, after it as a number."""
        assert encode(["9", "10"], "code")[0].tolist() == ["10", "9"]
        assert encode([9, 10], "code")[0].tolist() == [9, 10]

    @given(st.lists(st.text(max_size=3)), st.lists(st.text(max_size=3)))
    def test_find_and_union_of_text(self, one, two):
        a, b = encode(one, "x")[0], encode(two, "x")[0]
        merged, to_a, to_b = union(a, b)
        assert merged.tolist() == sorted({*one, *two})
        assert [merged[i] for i in to_a] == a.tolist()
        assert [merged[i] for i in to_b] == b.tolist()
        assert find(a, b).tolist() == [a.tolist().index(v) if v in a.tolist() else -1 for v in b.tolist()]

    @given(st.lists(st.integers(-5, 5)), st.lists(st.integers(-5, 5)))
    def test_find_and_union_of_numbers(self, one, two):
        a, b = encode(one, "x")[0], encode(two, "x")[0]
        assert union(a, b)[0].tolist() == sorted({*one, *two})
        assert find(a, b).tolist() == [a.tolist().index(v) if v in a.tolist() else -1 for v in b.tolist()]

    @given(st.lists(st.text(max_size=2) | st.none()) | st.lists(st.integers(-(2**63), MAX) | st.none()))
    def test_encode_gives_back(self, values):
        found, codes = encode(values, "x")
        assert [found.tolist()[i] if i >= 0 else None for i in codes] == values

    def test_nul_and_long_text_stay_whole(self):
        """A numpy text array would cut both."""
        values = ["a", "a\0", "a" * 500]
        assert encode(values, "x")[0].tolist() == values

    @pytest.mark.parametrize(
        "value", [None, float("nan"), np.float64("nan"), np.float32("nan"), np.datetime64("NaT", "us").item()]
    )
    def test_missing(self, value):
        assert is_missing(value)

    @pytest.mark.parametrize("value", ["", 0, 0.0, "nan", "None", float("inf"), False, "(missing)"])
    def test_not_missing(self, value):
        assert not is_missing(value)

    @pytest.mark.parametrize("value", [np.str_("x"), np.int8(3), "x", 3])
    def test_plain(self, value):
        assert type(plain(value)) in (str, int)
        assert plain(value) == value

    def test_plain_leaves_flags_alone(self):
        """A flag is no whole number; who reads the label refuses it."""
        assert plain(True) is True

    def test_seconds_are_whole_microseconds(self):
        assert microseconds([0.1, 2, 1e-6, -1.5], "seconds").tolist() == [100_000, 2_000_000, 1, -1_500_000]

    @pytest.mark.parametrize("value", [1e13, -1e13])
    def test_seconds_have_a_limit(self, value):
        with pytest.raises(
            InvalidInputError, match=r"below 292,000 years; got .*10000000000000.0 at seconds\[1\]"
        ):
            microseconds([1, value], "seconds")

    def test_the_last_second(self):
        """2**63 microseconds are one too many; the seconds before them are not."""
        last = math.nextafter(2**63 / 10**6, 0)
        assert microseconds([last], "seconds")[0] == pytest.approx(last * 10**6)
        with pytest.raises(InvalidInputError, match="292,000 years"):
            microseconds([2**63 / 10**6], "seconds")

    def test_the_last_whole_number(self):
        """Labels fill 64 bits, and no more."""
        assert encode([2**63 - 1, -(2**63)], "code")[0].tolist() == [-(2**63), 2**63 - 1]
        for label in (2**63, -(2**63) - 1):
            with pytest.raises(InvalidInputError, match="fit in 64 bits"):
                encode([label], "code")

    def test_text_is_no_column(self):
        with pytest.raises(InvalidTypeError, match="must be a column of labels"):
            encode("Kent", "force")

    def test_find_among_none(self):
        """No whole number is among none."""
        assert find(np.array([], dtype=np.int64), np.array([3, 4])).tolist() == [-1, -1]

    @pytest.mark.parametrize("value", [float("inf"), float("nan"), "5"])
    def test_seconds_are_finite_numbers(self, value):
        with pytest.raises((InvalidInputError, InvalidTypeError), match="seconds must hold"):
            microseconds([value], "seconds")

    def test_offence_codes_stay_apart(self):
        assert encode(OFFENCES, "offence")[0].tolist() == ["105A", "4.1", "4.10"]


# ---- rows by key ------------------------------------------------------------------------


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
    for some in (2**18, 2**21):
        columns = [np.arange(some, dtype=np.int16) % k for k in (43, 24, 150)]
        tracemalloc.start()
        count_rows(columns, some)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
    assert peaks[1] < 3 * 8 * 43 * 24 * 150 + 8 * 2**20


@pytest.mark.parametrize("often", [1, 2**16 - 1, 2**16, 2**16 + 1, 2**17])
def test_a_key_that_has_more_rows_than_16_bits_hold(often):
    """A table of narrow counts is made again where one has wrapped, if only to 0."""
    codes = np.append(np.full(often, 7), [0, 3000])
    found = count_rows([codes], len(codes), {"code": codes})
    assert found.values[0].tolist() == [0, 7, 3000]
    assert found.n.tolist() == [1, often, 1]
    assert found.sums["code"][1].tolist() == [0, 7 * often, 3000]


@given(hnp.arrays(np.int64, st.integers(0, 20), elements=st.integers(-9, 9) | st.integers(-(2**62), 2**62)))
def test_distinct_values(values):
    distinct, place = distinct_of(values)
    assert distinct.tolist() == sorted(set(values.tolist()))
    assert distinct[place].tolist() == values.tolist()
