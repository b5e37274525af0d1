"""`Tally`: exact, mergeable counts; what proves supply, what was left out, what must not be added."""

import copy
import datetime as dt
import enum
import pickle
import sys
from collections import Counter
from decimal import Decimal

import attrs
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import as_polars
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from strategies import FORCES, MONTHS, as_columns, rows, tallies, tally_of

import policemetrics as pm
from policemetrics._cells import Cells, label_array
from policemetrics.errors import (
    CountOverflowError,
    IncompatibleTalliesError,
    InvalidInputError,
    InvalidTypeError,
    LabelSpellingWarning,
    MissingDependencyError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.periods import Period
from policemetrics.tallies import Tally, without_own_drops

MAX = 2**63 - 1
DIMS = ("force", "offence")
MISSING = "(missing)"


def cells(tally):
    """The cells as a dictionary by key, read through the public door."""
    table = tally.to_dict()
    counts = table.pop("count")
    found = (
        dict(zip(zip(*table.values(), strict=True), counts, strict=True))
        if table
        else {(): sum(counts)}
        if counts
        else {}
    )
    assert len(found) == len(counts)
    return found


def ledger(tally):
    return cells(tally.excluded) if tally.excluded is not None else {}


def everything(tally):
    """Everything that came in: counted and excluded."""
    return tally._cells.total + (tally.excluded._cells.total if tally.excluded is not None else 0)


@pytest.fixture
def crimes():
    """Two forces, two years; Kent's burglary of 2024 is a standing zero."""
    return Tally.from_columns(
        {
            "force": ["Kent", "Kent", "Kent", "Essex"],
            "year": [2023, 2023, 2024, 2024],
            "offence": ["burglary", "robbery", "burglary", "robbery"],
        },
        [7, 5, 0, 3],
        coverage=["force", "year"],
    )


class TestMaking:
    def test_counts_by_key(self):
        """Labels come out sorted; keys that repeat add up, never overwrite."""
        tally = Tally.from_columns(
            {"force": ["Kent", "Essex", "Kent"], "year": [2024, 2023, 2024]}, [7, 3, 5]
        )
        assert tally.dims == ("force", "year")
        assert tally.to_dict() == {"force": ["Essex", "Kent"], "year": [2023, 2024], "count": [3, 12]}
        assert (tally.total, len(tally), tally.unit) == (15, 2, "counts")

    def test_labels_leave_as_pythons_own(self):
        tally = Tally.from_columns(
            {"force": np.array(["Kent"]), "year": np.array([2024], np.int16)}, np.array([7])
        )
        assert [type(c[0]) for c in tally.to_dict().values()] == [str, int, int]
        assert type(tally.total) is int
        assert [type(tally.labels(d)[0]) for d in tally.dims] == [str, int]

    def test_zero_is_not_missing(self):
        """A standing cell is evidence of supply, also with 0; so is one whose rows cancel."""
        tally = Tally.from_columns({"force": ["Kent", "Essex", "Essex"]}, [0, 4, -4])
        assert cells(tally) == {("Kent",): 0, ("Essex",): 0}

    def test_corrections_are_real(self):
        """Negative cells stand; nothing is clipped."""
        tally = Tally.from_columns({"offence": ["4.1", "105A"]}, [-2, 5])
        assert cells(tally) == {("4.1",): -2, ("105A",): 5}
        assert tally.total == 3

    def test_codes_are_text(self):
        assert Tally.from_columns({"offence": ["4.1", "4.10", "4.1"]}, [2, 1, 3]).labels("offence") == (
            "4.1",
            "4.10",
        )

    @pytest.mark.parametrize("counts", [[5], [2, 3], []], ids=str)
    def test_no_dimension(self, counts):
        tally = Tally.from_columns({}, counts)
        assert (tally.dims, tally.total, len(tally)) == ((), sum(counts), min(len(counts), 1))

    def test_no_rows(self):
        tally = Tally.from_columns({"force": []}, [])
        assert (len(tally), tally.total, tally.labels("force"), tally.excluded) == (0, 0, (), None)

    @given(rows("force", "year"))
    def test_rows_in_are_counted_or_excluded(self, found):
        """Counted and excluded are what came in; each row without a label goes to the ledger, by its first gap."""
        tally = tally_of(found, "force", "year")
        counted, excluded = Counter(), Counter()
        for force, year, n in found:
            if force is None or year is None:
                key = (MISSING if force is None else force, MISSING if year is None else year)
                excluded[(*key, "missing force" if force is None else "missing year")] += n
            else:
                counted[force, year] += n
        assert cells(tally) == counted
        assert ledger(tally) == excluded
        assert everything(tally) == sum(row[-1] for row in found)

    @pytest.mark.parametrize(
        "columns",
        [
            {"force": ["Kent", None, "Kent"], "year": (2023, 2024, None)},
            {
                "force": np.array(["Kent", None, "Kent"], object),
                "year": np.array([2023, 2024, np.nan], object),
            },
            {
                "force": pd.Series(["Kent", None, "Kent"]),
                "year": pd.Series([2023, 2024, None], dtype="Int64"),
            },
            {
                "force": pd.Series(["Kent", None, "Kent"], dtype="category"),
                "year": pd.array([2023, 2024, pd.NA], "Int64"),
            },
            {"force": pl.Series(["Kent", None, "Kent"]), "year": pl.Series([2023, 2024, None])},
            {
                "force": pl.Series(["Kent", None, "Kent"], dtype=pl.Categorical),
                "year": pl.Series([2023, 2024, None], dtype=pl.UInt16),
            },
            {"force": pa.array(["Kent", None, "Kent"]), "year": pa.array([2023, 2024, None])},
            {
                "force": pa.chunked_array([["Kent", None], ["Kent"]]),
                "year": pa.chunked_array([[2023], [2024, None]]),
            },
            {
                "force": np.ma.array(["Kent", "", "Kent"], mask=[0, 1, 0]),
                "year": np.ma.array([2023, 2024, 0], mask=[0, 0, 1]),
            },
            {"force": iter(["Kent", pd.NA, "Kent"]), "year": (y for y in (2023, 2024, pd.NaT))},
            {"force": ["Kent", float("nan"), "Kent"], "year": [2023, 2024, np.float64("nan")]},
        ],
        ids=[
            "lists",
            "objects",
            "pandas",
            "pandas-category",
            "polars",
            "polars-category",
            "arrow",
            "chunked",
            "masked",
            "iterators",
            "nan",
        ],
    )
    def test_any_column_makes_the_same_tally(self, columns):
        tally = Tally.from_columns(columns, [1, 2, 4])
        assert cells(tally) == {("Kent", 2023): 1}
        assert ledger(tally) == {(MISSING, 2024, "missing force"): 2, ("Kent", MISSING, "missing year"): 4}

    @pytest.mark.parametrize(
        "counts",
        [
            (7, 3),
            iter([7, 3]),
            {"a": 7, "b": 3}.values(),
            np.array([7, 3], np.uint8),
            np.array([7.0, 3.0]),
            pd.Series([7, 3], dtype="Int64"),
            pl.Series([7, 3]),
            pa.array([7, 3]),
            [Decimal(7), np.int64(3)],
            np.ma.array([7, 3], mask=[0, 0]),
        ],
        ids=lambda c: type(c).__name__,
    )
    def test_counts_of_any_kind(self, counts):
        assert cells(Tally.from_columns({"force": {"Kent": 0, "Essex": 0}.keys()}, counts)) == {
            ("Kent",): 7,
            ("Essex",): 3,
        }

    def test_enumerations_are_their_text(self):
        """The text of ``class Force(str, Enum)`` is "Force.KENT"; its label is not."""
        force = enum.Enum("Force", {"KENT": "Kent"}, type=str)
        assert Tally.from_columns({"force": [force.KENT, "Kent"]}, [1, 2]).to_dict() == {
            "force": ["Kent"],
            "count": [3],
        }

    def test_input_stays_untouched(self):
        counts, years = np.array([1, 2]), np.array([2024, 2023])
        tally = Tally.from_columns({"year": years}, counts)
        counts[0] = years[0] = 99
        assert tally.to_dict() == {"year": [2023, 2024], "count": [2, 1]}

    def test_unit(self):
        assert Tally.from_columns({}, [5], unit="crimes").unit == "crimes"


BAD_INPUT = {
    "no mapping": (
        lambda: Tally.from_columns(["Kent"], [1]),
        InvalidTypeError,
        "columns must be a mapping.*got list",
    ),
    "a frame": (lambda: Tally.from_columns(pd.DataFrame({"a": [1]}), [1]), InvalidTypeError, "got DataFrame"),
    "a name that is no text": (
        lambda: Tally.from_columns({1: ["a"]}, [1]),
        InvalidTypeError,
        r"columns\[0\] must be text",
    ),
    "a blank name": (lambda: Tally.from_columns({" ": ["a"]}, [1]), InvalidInputError, "must not be empty"),
    "the ledger's name": (
        lambda: Tally.from_columns({"reason": ["a"]}, [1]),
        InvalidInputError,
        "'reason'.*ledger's own",
    ),
    "the name of the counts": (
        lambda: Tally.from_columns({"count": ["a"]}, [1]),
        InvalidInputError,
        "'count'.*another name",
    ),
    "text for a column": (
        lambda: Tally.from_columns({"force": "Kent"}, [1] * 4),
        InvalidTypeError,
        "column of labels; got 'Kent'",
    ),
    "a set": (
        lambda: Tally.from_columns({"force": {"Kent"}}, [1]),
        InvalidTypeError,
        r"column of labels.*\(set\)",
    ),
    "a mapping for a column": (
        lambda: Tally.from_columns({"force": {"Kent": 1}}, [1]),
        InvalidTypeError,
        "column of labels",
    ),
    "no column": (
        lambda: Tally.from_columns({"force": None}, [1]),
        InvalidTypeError,
        "column of labels; got None",
    ),
    "a square of labels": (
        lambda: Tally.from_columns({"year": np.ones((2, 2), int)}, [1]),
        InvalidInputError,
        r"shape \(2, 2\)",
    ),
    "a single label": (
        lambda: Tally.from_columns({"force": np.array("Kent")}, [1]),
        InvalidInputError,
        r"shape \(\)",
    ),
    "floats": (
        lambda: Tally.from_columns({"offence": [4.1]}, [1]),
        InvalidTypeError,
        r"got 4\.1 .*4\.1 and 4\.10.*dtype=\{'offence': str\}.*pl\.String",
    ),
    "floats as an array": (
        lambda: Tally.from_columns({"offence": np.array([8.0, 4.1])}, [1, 1]),
        InvalidTypeError,
        r"4\.1 and 4\.10",
    ),
    "floats beside a gap": (
        lambda: Tally.from_columns({"offence": [None, float("nan"), 4.1]}, [1] * 3),
        InvalidTypeError,
        r"got 4\.1 \(float\) at offence\[2\]",
    ),
    "whole floats of pandas": (
        lambda: Tally.from_columns({"year": pd.Series([2023, None])}, [1] * 2),
        InvalidTypeError,
        r"got 2023\.0",
    ),
    "a category of floats": (
        lambda: Tally.from_columns({"offence": pd.Series([4.1], dtype="category")}, [1]),
        InvalidTypeError,
        r"4\.1 and 4\.10",
    ),
    "decimals": (
        lambda: Tally.from_columns({"offence": [Decimal("4.1")]}, [1]),
        InvalidTypeError,
        r"4\.1 and 4\.10",
    ),
    "flags": (
        lambda: Tally.from_columns({"violent": [True, False]}, [1, 1]),
        InvalidTypeError,
        "got True.*turn it into text",
    ),
    "flags of numpy": (
        lambda: Tally.from_columns({"violent": np.array([True])}, [1]),
        InvalidTypeError,
        "got True",
    ),
    "flags of pandas": (
        lambda: Tally.from_columns({"violent": pd.array([True, None], "boolean")}, [1, 1]),
        InvalidTypeError,
        "got True",
    ),
    "dates": (
        lambda: Tally.from_columns({"day": [dt.date(2024, 1, 1)]}, [1]),
        InvalidTypeError,
        "goes to date=",
    ),
    "datetimes": (
        lambda: Tally.from_columns({"day": [dt.datetime(2024, 1, 1, tzinfo=dt.UTC)]}, [1]),
        InvalidTypeError,
        "goes to date=",
    ),
    "dates of numpy": (
        lambda: Tally.from_columns({"day": np.array(["2024-01-01"], "M8[ns]")}, [1]),
        InvalidTypeError,
        "goes to date=",
    ),
    "dates of pandas": (
        lambda: Tally.from_columns({"day": pd.Series(pd.to_datetime(["2024-01-01"]))}, [1]),
        InvalidTypeError,
        "goes to date=",
    ),
    "durations": (
        lambda: Tally.from_columns({"took": np.array([5], "m8[ns]")}, [1]),
        InvalidTypeError,
        "timedelta64.*turn it into text",
    ),
    "periods": (
        lambda: Tally.from_columns({"period": [Period.month(2024, 1)]}, [1]),
        InvalidTypeError,
        "turn it into text",
    ),
    "bytes": (lambda: Tally.from_columns({"force": [b"Kent"]}, [1]), InvalidTypeError, "got b'Kent'"),
    "lists of labels": (
        lambda: Tally.from_columns({"force": [["Kent"]]}, [1]),
        InvalidTypeError,
        "turn it into text",
    ),
    "text and numbers": (
        lambda: Tally.from_columns({"code": ["1A", 2]}, [1, 1]),
        InvalidTypeError,
        r"not both; got the number 2 at code\[1\]",
    ),
    "numbers beyond 64 bits": (
        lambda: Tally.from_columns({"code": [1, 2**64]}, [1, 1]),
        InvalidInputError,
        f"64 bits; got {2**64}.*as text",
    ),
    "numbers below 64 bits": (
        lambda: Tally.from_columns({"code": [1, -(2**64)]}, [1, 1]),
        InvalidInputError,
        f"got -{2**64}",
    ),
    "unsigned numbers beyond 64 bits": (
        lambda: Tally.from_columns({"code": np.array([2**63], np.uint64)}, [1]),
        InvalidInputError,
        "64 bits",
    ),
    "counts as text": (
        lambda: Tally.from_columns({"force": ["Kent"]}, ["7"]),
        InvalidTypeError,
        "counts must hold numbers",
    ),
    "a text of counts": (
        lambda: Tally.from_columns({"force": ["Kent"]}, "7"),
        InvalidTypeError,
        "counts must be a column",
    ),
    "bytes of counts": (
        lambda: Tally.from_columns({"force": ["Kent"]}, b"7"),
        InvalidTypeError,
        "counts must be a column",
    ),
    "one count": (
        lambda: Tally.from_columns({"force": ["Kent"]}, 7),
        InvalidTypeError,
        "counts must be a column",
    ),
    "no counts": (
        lambda: Tally.from_columns({"force": ["Kent"]}, None),
        InvalidTypeError,
        "counts must be a column",
    ),
    "a set of counts": (
        lambda: Tally.from_columns({"force": ["Kent"]}, {7}),
        InvalidTypeError,
        "counts must be a column",
    ),
    "a single count": (lambda: Tally.from_columns({}, np.array(7)), InvalidInputError, r"shape \(\)"),
    "a square of counts": (
        lambda: Tally.from_columns({}, np.ones((2, 2))),
        InvalidInputError,
        r"shape \(2, 2\)",
    ),
    "fractions": (
        lambda: Tally.from_columns({"force": ["Kent", "Essex"]}, [1, 0.5]),
        InvalidInputError,
        r"whole numbers; got 0\.5 at counts\[1\]",
    ),
    "nan": (
        lambda: Tally.from_columns({"force": ["Kent"]}, [float("nan")]),
        InvalidInputError,
        "whole numbers; got nan",
    ),
    "infinity": (
        lambda: Tally.from_columns({"force": ["Kent"]}, [float("inf")]),
        InvalidInputError,
        "whole numbers; got inf",
    ),
    "a missing count": (
        lambda: Tally.from_columns({"force": ["Kent", "Essex"]}, [1, None]),
        InvalidInputError,
        r"missing; got None at counts\[1\]",
    ),
    "a masked count": (
        lambda: Tally.from_columns({"force": ["Kent"]}, np.ma.array([7], mask=[1])),
        InvalidInputError,
        "missing",
    ),
    "flags for counts": (
        lambda: Tally.from_columns({"force": ["Kent"]}, [True]),
        InvalidTypeError,
        "hold numbers",
    ),
    "lengths": (
        lambda: Tally.from_columns({"force": ["Kent"], "year": [1, 2]}, [1]),
        InvalidInputError,
        "force has 1, year has 2",
    ),
    "length of counts": (
        lambda: Tally.from_columns({"counts": ["Kent", "Essex"]}, [1]),
        InvalidInputError,
        "counts has 2, counts= has 1",
    ),
    "indexes": (
        lambda: Tally.from_columns({"force": pd.Series(["Kent", "Essex"])}, pd.Series([1, 2], index=[1, 0])),
        InvalidInputError,
        "same index",
    ),
    "unknown coverage": (
        lambda: Tally.from_columns({"force": ["Kent"]}, [1], coverage="area"),
        UnknownNameError,
        "coverage must be one of 'force'; got 'area'",
    ),
    "coverage that is no name": (
        lambda: Tally.from_columns({"force": ["Kent"]}, [1], coverage=3),
        InvalidTypeError,
        "coverage must be a name",
    ),
    "unknown overlap": (
        lambda: Tally.from_columns({"force": ["Kent"]}, [1], overlapping=["area"]),
        UnknownNameError,
        "overlapping must be one of 'force'",
    ),
    "a flag among numbers": (
        lambda: Tally.from_columns({"code": [0, 1]}, [1, 2]).where(code=True),
        InvalidTypeError,
        "code must be a label, text or a whole number; got True",
    ),
    "a blank unit": (
        lambda: Tally.from_columns({"force": ["Kent"]}, [1], unit=""),
        InvalidInputError,
        "unit must not be empty",
    ),
}


@pytest.mark.parametrize(("call", "kind", "message"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input(call, kind, message):
    """Every error is the library's own and says what to do."""
    with pytest.raises(kind, match=message) as caught:
        call()
    assert isinstance(caught.value, PoliceMetricsError)


class TestOverflow:
    @pytest.mark.parametrize("counts", [[MAX, 1], [-MAX, -2], [2**62] * 2])
    def test_in_making(self, counts):
        with pytest.raises(CountOverflowError, match=str(sum(counts))):
            Tally.from_columns({"force": ["Kent"] * len(counts)}, counts)

    @pytest.mark.parametrize("count", [2**63, -(2**63) - 1, np.uint64(2**63), 1e19])
    def test_of_one_count(self, count):
        with pytest.raises(InvalidInputError, match="64 bits"):
            Tally.from_columns(
                {"force": ["Kent"]}, np.array([count]) if isinstance(count, np.uint64) else [count]
            )

    def test_in_merging(self):
        part = Tally.from_columns({"force": ["Kent"]}, [2**62])
        assert (part + part.where(force=[])).total == 2**62
        with pytest.raises(CountOverflowError):
            part + part

    def test_in_adding_up(self):
        tally = Tally.from_columns({"force": ["Kent", "Essex"]}, [2**62, 2**62])
        assert tally.total == 2**63  # Python's own number
        with pytest.raises(CountOverflowError):
            tally.sum_to()

    def test_in_the_ledger(self):
        tally = Tally.from_columns({"force": ["Kent", "Essex"], "year": [1, 1]}, [2**62, 2**62])
        with pytest.raises(CountOverflowError):
            tally.drop(year=1).sum_to("year")

    def test_in_relabelling(self):
        tally = Tally.from_columns({"force": ["Kent", "Essex"]}, [2**62, 2**62])
        with pytest.raises(CountOverflowError):
            tally.relabel("force", {"Kent": "all", "Essex": "all"})

    def test_in_rolling(self):
        tally = Tally.from_columns({"period": ["2024-01", "2024-02"]}, [2**62, 2**62])
        with pytest.raises(CountOverflowError):
            tally.rolling(2)


ANY = tallies("force", "year", coverage=["force"], overlapping=["year"])
COVERED = tallies("force", "year", coverage=["force"])
ADDABLE = tallies("force", "year", "offence", coverage=["force", "year"])


class TestMergingLaws:
    @given(ANY, ANY)
    def test_commutes(self, a, b):
        """Cells, coverage, ledger and overlap."""
        assert a + b == b + a

    @given(ANY, ANY, ANY)
    def test_associates(self, a, b, c):
        assert (a + b) + c == a + (b + c)

    @given(ANY, ANY)
    def test_adds_by_key(self, a, b):
        both = a + b
        assert cells(both) == _added(cells(a), cells(b))
        assert ledger(both) == _added(ledger(a), ledger(b))
        assert cells(both.coverage) == dict.fromkeys([*cells(a.coverage), *cells(b.coverage)], 1)
        assert both.overlapping == {"year"}
        assert everything(both) == everything(a) + everything(b)

    @given(ANY)
    def test_nothing_is_neutral(self, a):
        nothing = tally_of([], "force", "year", coverage=["force"])
        assert a + nothing == a
        assert a + a.where(force=[]) == a

    @given(tallies("force", "year"), st.permutations(["force", "year"]))
    def test_order_of_dimensions_does_not_matter(self, a, order):
        """sum_to() of all dimensions only turns them."""
        turned = a.sum_to(*order)
        assert turned == a
        assert a + turned == turned + a

    @given(rows("force", "year", "offence"), st.data())
    def test_tally_of_parts_is_the_tally_of_the_whole(self, found, data):
        """However the rows are dealt out to files, months or workers."""
        hands = data.draw(st.lists(st.integers(0, 2), min_size=len(found), max_size=len(found)))
        options = {"coverage": ["force", "year"], "overlapping": "offence"}
        dims = ("force", "year", "offence")
        parts = [
            tally_of([row for row, hand in zip(found, hands, strict=True) if hand == i], *dims, **options)
            for i in range(3)
        ]
        assert sum(parts) == tally_of(found, *dims, **options)

    @given(ADDABLE, ADDABLE, st.lists(st.sampled_from(["force", "year", "offence"]), unique=True))
    def test_adding_up_commutes_with_merging(self, a, b, kept):
        assert (a + b).sum_to(*kept) == a.sum_to(*kept) + b.sum_to(*kept)

    @given(ADDABLE, st.permutations(["force", "year", "offence"]))
    def test_adding_up_in_steps(self, a, order):
        assert a.sum_to(*order[:2]).sum_to(order[0]) == a.sum_to(order[0])

    @given(COVERED, COVERED)
    @example(
        tally_of([], "force", "year", coverage=["force"]),
        tally_of(
            [("Avon", 2023, 1_000_002), ("Kent", 2023, 2), ("London", 2023, 10**6)],
            "force",
            "year",
            coverage=["force"],
        ),
    )
    def test_relabelling_commutes_with_merging(self, a, b):
        def joined(tally):
            forces = [*tally._known_labels("force")]
            # Of random numbers one may be the sum of others.
            tally = tally.no_total(force=forces) if forces else tally
            return tally.relabel("force", dict.fromkeys(forces, "all"))

        assert joined(a + b) == joined(a) + joined(b)

    def test_sum_starts_from_nothing(self, crimes):
        assert sum([crimes]) == crimes
        assert sum([crimes, crimes]).total == 2 * crimes.total

    @pytest.mark.parametrize("other", [1, "Kent", None, {"force": 1}])
    def test_only_tallies_add(self, crimes, other):
        with pytest.raises(TypeError, match="unsupported operand"):
            crimes + other
        with pytest.raises(TypeError):
            other + crimes

    def test_units(self):
        rows_, crimes = (Tally.from_columns({}, [1], unit=u) for u in ("rows", "crimes"))
        assert (rows_ + rows_).unit == "rows"
        assert (rows_ + crimes).unit == "counts"

    def test_other_dimensions(self, crimes):
        with pytest.raises(
            IncompatibleTalliesError, match=r"same dimensions.*'force', 'year', 'offence' and 'force'"
        ):
            crimes + crimes.sum_to("force")

    @pytest.mark.parametrize("coverage", [None, "force", ["force", "offence"], ()])
    def test_other_coverage(self, crimes, coverage):
        other = Tally.from_columns(
            {"force": ["Kent"], "year": [2024], "offence": ["theft"]}, [1], coverage=coverage
        )
        for one, two in ((crimes, other), (other, crimes)):
            with pytest.raises(IncompatibleTalliesError, match="coverage over the same dimensions"):
                one + two

    def test_coverage_in_another_order(self):
        columns = {"force": ["Kent"], "year": [2024]}
        one = Tally.from_columns(columns, [1], coverage=["force", "year"])
        two = Tally.from_columns(columns, [1], coverage=["year", "force"])
        assert (one + two).coverage == one.coverage
        assert one == two

    def test_other_kind_of_label(self):
        text, number = Tally.from_columns({"year": ["2024"]}, [1]), Tally.from_columns({"year": [2024]}, [1])
        with pytest.raises(IncompatibleTalliesError, match="one kind of label in 'year'"):
            text + number
        assert (text.where(year=[]) + number).labels("year") == (2024,)

    def test_ledgers_add(self):
        """A ledger has text beside whole numbers where a label is missing; that is no mixture."""
        one = Tally.from_columns({"year": [2023, None], "force": [None, "Kent"]}, [1, 2]).excluded
        two = Tally.from_columns({"year": [2023], "force": [None]}, [4]).excluded
        assert cells(one + two) == {(2023, MISSING, "missing force"): 5, (MISSING, "Kent", "missing year"): 2}
        assert one + two == two + one

    @given(ANY, ANY)
    def test_equality_is_of_content(self, a, b):
        assert (a == b) == (
            (cells(a), ledger(a), cells(a.coverage)) == (cells(b), ledger(b), cells(b.coverage))
        )

    def test_equality_sees_each_part(self, crimes):
        assert (crimes == 3) is False
        assert crimes != crimes.drop(force="Essex").where(force="Kent")
        assert crimes != Tally.from_columns(*_split(crimes))
        assert crimes != Tally.from_columns(
            *_split(crimes), coverage=["force", "year"], overlapping="offence"
        )
        assert crimes == Tally.from_columns(*_split(crimes), coverage=["force", "year"])
        assert crimes != 15
        with pytest.raises(TypeError, match="unhashable"):
            hash(crimes)


def _added(one, two):
    both = Counter(one)
    for key, n in two.items():
        both[key] += n
    return dict(both)


def _split(tally):
    table = tally.to_dict()
    counts = table.pop("count")
    return table, counts


def _lacking(tally):
    return [(key[:-1], n) for key, n in ledger(tally).items() if key[-1].startswith("missing ")]


class TestSumTo:
    @given(
        tallies("force", "year", "offence"),
        st.lists(st.sampled_from(["force", "year", "offence"]), unique=True),
    )
    def test_adds_by_key(self, tally, kept):
        """What lacks a label that is kept stays out; whatever else a row lacks, the total needs it not."""
        summed = tally.sum_to(*kept)
        expected = Counter()
        for key, n in [*cells(tally).items(), *_lacking(tally)]:
            found = tuple(key[tally.dims.index(d)] for d in kept)
            if MISSING not in found:
                expected[found] += n
        assert cells(summed) == expected
        assert summed.dims == tuple(kept)
        assert everything(summed) == everything(tally)

    @given(rows("force", "year", "offence"), st.permutations(["force", "year", "offence"]), st.integers(0, 3))
    def test_adding_up_is_as_if_counted_so(self, found, order, size):
        """Figure by figure, exclusions and coverage included; in any order, and in two steps as in one."""
        dims = ("force", "year", "offence")
        columns, counts = as_columns(found, dims)
        kept = [d for d in dims if d in order[:size]]
        finer = [d for d in dims if d in order[: size + 1]]
        fine = Tally.from_columns(columns, counts, coverage=kept[:1])
        coarse = Tally.from_columns(
            {d: columns[d] for d in kept} or {"all": [0] * len(counts)}, counts, coverage=kept[:1]
        )
        assert fine.sum_to(*kept) == coarse.sum_to(*kept)
        assert fine.sum_to(*finer).sum_to(*kept) == fine.sum_to(*kept) == fine.sum_to(*reversed(kept))
        assert fine.sum_to().total == sum(counts)

    def test_a_total_needs_no_label_of_what_it_adds_up(self):
        lsoas, years = ["E1"] * 2 + [None] * 3 + ["E1"] * 3 + [None], ["2018"] * 5 + ["2019"] * 4
        crimes = Tally.from_columns({"lsoa": lsoas, "period": years}, [1] * 9)
        assert ledger(crimes) == {(MISSING, "2018", "missing lsoa"): 3, (MISSING, "2019", "missing lsoa"): 1}
        total = crimes.sum_to("period")
        assert (cells(total), total.excluded) == ({("2018",): 5, ("2019",): 4}, None)
        # What was dropped stays out, and what was dropped by another label takes with it what lacks one.
        assert cells(crimes.drop(lsoa="E1").sum_to("period")) == {("2018",): 3, ("2019",): 1}
        late = crimes.drop(period="2018").sum_to("period")
        assert (cells(late), ledger(late)) == ({("2019",): 4}, {("2018", "dropped: period"): 5})

    def test_what_overlaps_does_not_come_back(self):
        """A row of no offence may be the total once more."""
        both = Tally.from_columns({"offence": ["all", None], "year": [1, 1]}, [5, 2], overlapping="offence")
        found = both.sum_to("year")
        assert (cells(found), ledger(found)) == ({(1,): 5}, {(1, "missing offence"): 2})
        windows = Tally.from_columns({"period": ["2024-01", "2024-02", None]}, [1, 2, 4]).rolling(2)
        assert windows.sum_to().total == 3

    def test_what_lacks_its_force_is_in_the_grain(self):
        """Merged and added up in any order, matched or rolled."""
        columns = {
            "force": ["Kent", "Essex", None, "Kent", "Essex", None], "period": ["2023-01"] * 3 + ["2023-02"] * 3,
        }  # fmt: skip
        crimes = Tally.from_columns(columns, [1, 2, 4, 8, 16, 32], coverage=["force", "period"])
        region = crimes.relabel("force", {"Kent": "South", "Essex": "South"})
        for made in (crimes, region):
            assert made.sum_to("period").total == 63
            assert everything(made.sum_to("period").rolling(2)) == 63
            assert everything(made.rolling(2).sum_to("period")) == 63

    def test_coverage_is_never_summed_away(self, crimes):
        total = crimes.sum_to()
        assert total.to_dict() == {"count": [15]}
        assert total.coverage == crimes.coverage
        with pytest.raises(
            UnknownNameError, match="the tally has summed away the dimension 'force'; it has none"
        ):
            total._require_dims("force")

    def test_the_ledger_keeps_its_reasons(self, crimes):
        assert ledger(crimes.drop(offence="robbery").sum_to()) == {("dropped: offence",): 8}

    @pytest.mark.parametrize("dims", [["area"], ["force", "area"], ["reason"]])
    def test_unknown(self, crimes, dims):
        with pytest.raises(UnknownNameError, match=r"no dimension.*'force', 'year', 'offence'"):
            crimes.sum_to(*dims)

    @pytest.mark.parametrize("dims", [[1], [None], ["force", "force"], [""]])
    def test_no_name(self, crimes, dims):
        with pytest.raises(PoliceMetricsError, match="dims"):
            crimes.sum_to(*dims)


class TestOverlap:
    @pytest.fixture
    def outcomes(self):
        """1A is part of 1, and stands beside it."""
        return Tally.from_columns(
            {"force": ["Kent"] * 3, "type": ["1", "1A", "2"]}, [10, 3, 5], overlapping="type"
        )

    def test_labels_that_overlap_are_not_added(self, outcomes):
        with pytest.raises(InvalidInputError, match=r"'type' overlap.*'1', '1A', '2'.*where\(type=…\)"):
            outcomes.sum_to("force")
        assert outcomes.sum_to("type").overlapping == {"type"}

    def test_one_label_of_them_is_no_sum(self, outcomes):
        found = outcomes.where(type="1").sum_to("force")
        assert (found.total, found.overlapping) == (10, frozenset())

    def test_what_is_left_after_dropping(self, outcomes):
        with pytest.raises(InvalidInputError, match="overlap"):
            outcomes.drop(type="1A").sum_to("force")
        assert outcomes.drop(type=["1A", "2"]).sum_to("force").total == 10

    def test_merging_keeps_it(self, outcomes):
        plain = Tally.from_columns({"force": ["Essex"], "type": ["1"]}, [1])
        assert (plain + outcomes).overlapping == {"type"}

    def test_relabelling_is_no_way_round(self, outcomes):
        """Two labels made one would add a part to its whole."""
        with pytest.raises(InvalidInputError, match="must not merge"):
            outcomes.relabel("type", {"1A": "1"})

    @pytest.mark.filterwarnings("ignore::policemetrics.errors.LabelSpellingWarning")
    def test_one_label_spelt_in_two_ways_may_be_joined(self):
        """No cells of the two meet, so nothing is added."""
        columns = {"year": [1, 2], "type": ["Total", "total"]}
        with pytest.warns(LabelSpellingWarning, match=r"relabel\('type', \{'Total': 'total'\}\)"):
            tally = Tally.from_columns(columns, [10, 11], overlapping="type")
        assert tally.relabel("type", {"Total": "total"}).labels("type") == ("total",)

    def test_other_dimensions_still_add(self, outcomes):
        assert (outcomes + outcomes).sum_to("type").to_dict()["count"] == [20, 6, 10]


class TestWhereAndDrop:
    @given(tallies("force", "year", coverage=["force", "year"]), st.sets(st.sampled_from(FORCES)))
    def test_chosen_and_rest_are_the_whole(self, tally, forces):
        chosen = [f for f in forces if f in tally._known_labels("force")]
        assume(chosen)
        kept, rest = tally.where(force=chosen), tally.drop(force=chosen)
        assert cells(kept) == {k: n for k, n in cells(tally).items() if k[0] in chosen}
        assert cells(rest) == {k: n for k, n in cells(tally).items() if k[0] not in chosen}
        assert _added(cells(kept), cells(rest)) == cells(tally)
        assert _added(cells(kept.coverage), cells(rest.coverage)) == cells(tally.coverage)
        assert everything(rest) == everything(tally)
        assert rest.total + kept.total == tally.total

    @given(tallies("force", "year", coverage=["force", "year"]))
    def test_the_ledger_is_narrowed_alike(self, tally):
        assume(tally._known_labels("force"))
        force = tally._known_labels("force")[0]
        kept = tally.where(force=force)
        assert ledger(kept) == {k: n for k, n in ledger(tally).items() if k[0] == force}

    def test_several_dimensions(self, crimes):
        """A cell must match in all of them."""
        assert cells(crimes.where(force="Kent", year=[2023])) == {
            ("Kent", 2023, "burglary"): 7,
            ("Kent", 2023, "robbery"): 5,
        }
        left = crimes.drop(force="Kent", offence="robbery")
        assert ledger(left) == {("Kent", 2023, "robbery", "dropped: force and offence"): 5}
        assert left.coverage == crimes.coverage  # Kent 2023 was supplied all the same

    def test_coverage_is_pruned(self, crimes):
        assert cells(crimes.where(force="Kent").coverage) == {("Kent", 2023): 1, ("Kent", 2024): 1}
        assert cells(crimes.drop(force="Kent").coverage) == {("Essex", 2024): 1}
        assert cells(crimes.drop(force="Kent", year=2024).coverage) == {("Kent", 2023): 1, ("Essex", 2024): 1}

    def test_where_of_a_dimension_that_coverage_lacks(self, crimes):
        """Nobody ceases to supply because one offence is looked at."""
        assert crimes.where(offence="robbery").coverage == crimes.coverage

    @pytest.mark.parametrize(
        ("reason", "by", "own"),
        [
            ("dropped: force", ("force",), True),
            ("dropped: force", ("year", "force"), True),
            ("dropped: force", ("year",), False),
            ("dropped: forces", ("force",), False),
            ("missing force", ("force",), False),
            ("dropped: force and year", ("force",), False),
            ("dropped: force and force", ("force",), False),
            ("dropped: year and force and offence", ("force", "offence", "year"), True),
            ("dropped: care and control", ("care and control",), True),
            ("dropped: year and care and control", ("care and control", "year"), True),
        ],
    )
    def test_what_was_dropped_by_the_labels_of_the_group(self, reason, by, own):
        """Only by its own labels, each once, in any order; a name may hold "and" itself."""
        ledger = Cells.of(("reason",), [label_array([reason])], [np.array([0])], np.array([5]))
        assert len(without_own_drops(ledger, by)) == (0 if own else 1)

    def test_dropping_takes_what_was_excluded_before(self):
        tally = Tally.from_columns(
            {"force": ["Kent", "Kent", "Essex"], "year": [2023, None, None]}, [1, 2, 4]
        )
        dropped = tally.drop(force="Kent")
        assert ledger(dropped) == {
            ("Kent", 2023, "dropped: force"): 1,
            ("Kent", MISSING, "dropped: force"): 2,
            ("Essex", MISSING, "missing year"): 4,
        }
        assert dropped.drop(force="Kent") == dropped

    def test_a_label_that_is_only_excluded_or_covered_is_known(self):
        tally = Tally.from_columns(
            {"force": ["Kent", "Essex"], "year": [2023, None]}, [1, 2], coverage="force"
        )
        assert tally.labels("force") == ("Kent",)
        assert tally.where(force="Essex").excluded.total == 2
        assert cells(tally.where(force="Essex").coverage) == {("Essex",): 1}

    def test_a_ledger_that_says_nothing_is_none(self, crimes):
        assert crimes.drop(force="Kent").where(force="Essex").excluded is None

    @pytest.mark.parametrize(
        ("label", "years"),
        [
            (2023, {2023}),
            ([2023], {2023}),
            ((2024, 2023), {2023, 2024}),
            (np.int64(2023), {2023}),
            (np.array([2023]), {2023}),
            (pd.Series([2024]), {2024}),
            (range(2020, 2020), set()),
            ({2023: "x"}, {2023}),
            ({2024}, {2024}),
        ],
    )
    def test_label_or_labels(self, crimes, label, years):
        assert set(crimes.where(year=label).labels("year")) == years

    @pytest.mark.parametrize(
        "label", ["2023", 2022, 2023.0, True, None, b"2023", [2023, None], [[2023]], dt.date(2023, 1, 1)]
    )
    @pytest.mark.parametrize("method", ["where", "drop"])
    def test_unknown_label(self, crimes, method, label):
        with pytest.raises(PoliceMetricsError, match="year must be"):
            getattr(crimes, method)(year=label)

    def test_unknown_label_lists_those_there_are(self, crimes):
        with pytest.raises(UnknownNameError, match=r"force must be one of 'Essex', 'Kent'; got 'kent'"):
            crimes.where(force=["Kent", "kent"])

    @pytest.mark.parametrize("method", ["where", "drop", "not_supplied"])
    def test_unknown_dimension(self, crimes, method):
        with pytest.raises(UnknownNameError, match=r"no dimension 'area'; it has 'force', 'year', 'offence'"):
            getattr(crimes, method)(*(["why"] if method == "not_supplied" else []), area="Kent")

    @pytest.mark.parametrize("method", ["where", "drop", "not_supplied"])
    def test_nothing_named(self, crimes, method):
        with pytest.raises(InvalidInputError, match="name at least one dimension"):
            getattr(crimes, method)(*(["why"] if method == "not_supplied" else []))

    def test_any_name_of_a_dimension(self):
        """Even that of Python's own first argument."""
        tally = Tally.from_columns({"self": ["a", "b"], "odd name": ["x", "y"]}, [1, 2])
        assert tally.where(self="a").total == 1
        assert tally.drop(self="a").total == 2
        assert tally.not_supplied("why", self="a").total == 2
        assert tally.where(**{"odd name": "y"}).total == 2

    def test_a_text_that_reads_as_the_mark_of_a_missing_one(self):
        tally = Tally.from_columns({"force": [MISSING, None]}, [1, 2])
        assert tally.labels("force") == (MISSING,)
        assert tally.where(force=MISSING).total == 1

    def test_choosing_from_the_ledger(self):
        """What was excluded is a tally: it can be searched, but has no ledger of its own."""
        tally = Tally.from_columns({"force": ["Kent", None, None], "year": [None, 2023, 2024]}, [1, 2, 4])
        assert tally.excluded.where(reason="missing force").total == 6
        assert tally.excluded.where(force=MISSING, year=2024).total == 4
        assert tally.excluded.sum_to("reason").to_dict() == {
            "reason": ["missing force", "missing year"],
            "count": [6, 1],
        }
        with pytest.raises(InvalidInputError, match="no ledger of its own"):
            tally.excluded.drop(reason="missing force")


class TestPeriodsAsLabels:
    @pytest.mark.parametrize("asked", ["2023/24", Period.financial_year(2023), [Period.financial_year(2023)]])
    def test_of_a_year(self, asked):
        tally = Tally.from_columns({"period": ["2023/24", "2024/25"]}, [1, 2])
        assert tally.where(period=asked).total == 1

    def test_however_it_is_spelt(self):
        tally = Tally.from_columns({"period": ["Year ending March 2024", "2024/25"]}, [1, 2])
        assert tally.where(period=Period.financial_year(2023)).total == 1

    def test_all_spellings_of_it(self):
        tally = Tally.from_columns({"period": ["2023-24", "2023/24"]}, [1, 2])
        assert tally.where(period=Period.financial_year(2023)).total == 3

    def test_in_a_column_of_numbers(self):
        tally = Tally.from_columns({"year": [2023, 2024]}, [1, 2])
        assert tally.drop(year=Period.calendar_year(2023)).total == 2

    def test_unknown(self):
        tally = Tally.from_columns({"period": ["2023/24"]}, [1])
        with pytest.raises(UnknownNameError, match=r"one of '2023/24'; got '2022/23'"):
            tally.where(period=Period.financial_year(2022))


class TestNotSupplied:
    def test_the_reason_stands_in_the_ledger(self, crimes):
        found = crimes.not_supplied("nothing sent", force="Kent", year=2024)
        assert (2024 in found.where(force="Kent").labels("year")) is False
        assert ledger(found) == {("Kent", 2024, "burglary", "not supplied: nothing sent"): 0}
        assert cells(found.coverage) == {("Kent", 2023): 1, ("Essex", 2024): 1}
        assert everything(found) == everything(crimes)

    def test_within_coverage(self, crimes):
        """One offence of a force does not take the force out of coverage."""
        found = crimes.not_supplied("bad", force="Kent", offence="robbery")
        assert found.coverage == crimes.coverage

    def test_what_was_excluded_keeps_its_reason(self):
        tally = Tally.from_columns({"force": ["Kent", "Kent"], "year": [2023, None]}, [1, 2]).not_supplied(
            "bad", force="Kent"
        )
        assert ledger(tally) == {
            ("Kent", 2023, "not supplied: bad"): 1,
            ("Kent", MISSING, "missing year"): 2,
        }

    def test_nothing_to_mark(self, crimes):
        with pytest.raises(InvalidInputError, match="must match a cell; none has"):
            crimes.not_supplied("why", force="Essex", year=2023)

    @pytest.mark.parametrize("reason", ["", " ", None, 3])
    def test_a_reason_is_needed(self, crimes, reason):
        with pytest.raises(PoliceMetricsError, match="reason must"):
            crimes.not_supplied(reason, force="Kent")


class TestCoverage:
    def test_none_by_default(self):
        assert Tally.from_columns({"force": ["Kent"]}, [1]).coverage is None

    def test_keys_wherever_they_occur(self, crimes):
        assert crimes.coverage.to_dict() == {
            "force": ["Essex", "Kent", "Kent"],
            "year": [2024, 2023, 2024],
            "count": [1, 1, 1],
        }
        assert crimes.coverage.unit == "supplied"

    def test_an_excluded_row_proves_supply_too(self):
        """A row without an offence was sent by somebody; one without a force tells nothing of a force."""
        tally = Tally.from_columns(
            {"force": ["Kent", None], "offence": [None, "theft"]}, [0, 9], coverage="force"
        )
        assert len(tally) == 0
        assert cells(tally.coverage) == {("Kent",): 1}

    def test_beside_numbers(self):
        """The ledger of a numbered dimension holds text where a number is missing; coverage does not."""
        tally = Tally.from_columns(
            {"year": [2023, None, 2024], "force": ["Kent", "Kent", None]}, [1, 2, 3], coverage="year"
        )
        assert cells(tally.coverage) == {(2023,): 1, (2024,): 1}
        assert tally.coverage.labels("year") == (2023, 2024)

    def test_relabelled_alike(self, crimes):
        found = crimes.relabel("force", {"Kent": "South", "Essex": "South"})
        assert cells(found.coverage) == {("South", 2023): 1, ("South", 2024): 1}

    @given(rows("force", "year"))
    def test_is_the_keys_of_rows_that_name_them(self, found):
        tally = tally_of(found, "force", "year", coverage="year")
        assert cells(tally.coverage) == {(year,): 1 for _, year, _ in found if year is not None}


class TestRelabel:
    def test_renames(self, crimes):
        found = crimes.relabel("force", {"Kent": "Kent Police"})
        assert found.labels("force") == ("Essex", "Kent Police")
        assert found.total == crimes.total

    @given(
        tallies("force", "year"), st.dictionaries(st.sampled_from(FORCES), st.sampled_from(["North", "Kent"]))
    )
    def test_merges_in_cells_and_ledger(self, tally, new):
        assume(set(new) <= set(tally._known_labels("force")))
        found = tally.relabel("force", new)

        def renamed(relation):
            both = Counter()
            for (force, *rest), n in relation.items():
                both[new.get(force, force), *rest] += n
            return both

        assert cells(found) == renamed(cells(tally))
        assert ledger(found) == renamed(ledger(tally))

    def test_swaps(self):
        tally = Tally.from_columns({"force": ["a", "b"]}, [1, 2])
        assert cells(tally.relabel("force", {"a": "b", "b": "a"})) == {("a",): 2, ("b",): 1}

    def test_to_another_kind(self):
        tally = Tally.from_columns({"year": ["2023", "2024", None]}, [1, 2, 4])
        found = tally.relabel("year", {"2023": 2023, "2024": 2024})
        assert cells(found) == {(2023,): 1, (2024,): 2}
        assert ledger(found) == {(MISSING, "missing year"): 4}

    def test_with_numbers_of_numpy(self):
        """A mapping made of two arrays: nothing of numpy stays behind."""
        old, new = np.array([1, 2]), np.array([10, 10])
        found = Tally.from_columns({"code": [1, 2]}, [1, 2]).relabel("code", dict(zip(old, new, strict=True)))
        assert found.to_dict() == {"code": [10], "count": [3]}
        assert type(found.labels("code")[0]) is int

    def test_nothing_to_do(self, crimes):
        assert crimes.relabel("force", {}) == crimes

    def test_a_key_that_matches_nothing(self, crimes):
        with pytest.raises(UnknownNameError, match=r"mapping key for 'force' must be one of.*got 'kent'"):
            crimes.relabel("force", {"kent": "Kent"})

    def test_others_refused(self, crimes):
        with pytest.raises(UnknownNameError, match="it lacks 'Essex'"):
            crimes.relabel("force", {"Kent": "K"}, others="refuse")
        assert crimes.relabel("force", {"Kent": "K", "Essex": "E"}, others="refuse").labels("force") == (
            "E",
            "K",
        )

    @pytest.mark.parametrize(
        ("mapping", "message"),
        [
            ({"Kent": None}, "must give a label for each key"),
            ({"Kent": 1}, "not both"),
            ({"Kent": 4.1}, r"4\.1 and 4\.10"),
            ({"Kent": True}, "got True"),
            (["Kent"], "must be a mapping"),
            ("Kent", "must be a mapping"),
        ],
    )
    def test_bad_mapping(self, crimes, mapping, message):
        with pytest.raises(PoliceMetricsError, match=message):
            crimes.relabel("force", mapping)

    def test_bad_dimension_and_option(self, crimes):
        with pytest.raises(UnknownNameError, match="no dimension 'area'"):
            crimes.relabel("area", {})
        with pytest.raises(UnknownNameError, match="others must be one of 'keep', 'refuse'"):
            crimes.relabel("force", {}, others="drop")


def _windows(found, months):
    """Add up windows of months by hand: the oracle."""
    place = {m: i for i, m in enumerate(MONTHS)}
    there = sorted(place[m] for *_, m, _ in found)
    sums, seen = Counter(), {}
    for last in range(there[0] + months - 1, there[-1] + 1):
        window = range(last - months + 1, last + 1)
        for *key, month, n in found:
            if place[month] in window:
                sums[*key, last] += n
                seen.setdefault((*key, last), set()).add(month)
    return {k: n for k, n in sums.items() if len(seen[k]) == months}, {
        k: n for k, n in sums.items() if len(seen[k]) < months
    }


class TestRolling:
    def test_by_hand(self):
        tally = Tally.from_columns({"period": ["2023-11", "2023-12", "2024-01", "2024-02"]}, [1, 2, 4, 8])
        assert cells(tally.rolling(3)) == {("2023-11 to 2024-01",): 7, ("2023-12 to 2024-02",): 14}
        assert cells(tally.rolling(1)) == {("2023-11",): 1, ("2023-12",): 2, ("2024-01",): 4, ("2024-02",): 8}

    def test_twelve_months_are_a_year(self):
        labels = [Period.month(2023, 1).shift(i).label for i in range(15)]
        found = Tally.from_columns({"period": labels}, range(15)).rolling(12)
        # 0 + … + 11 = 66, and each month on adds 12.
        assert cells(found) == {
            ("2023",): 66,
            ("year ending 2024-01",): 78,
            ("year ending 2024-02",): 90,
            ("2023/24",): 102,
        }
        assert found.labels("period") == ("2023", "2023/24", "year ending 2024-01", "year ending 2024-02")

    @given(rows("force", "period", gaps=False), st.integers(1, 4))
    def test_equals_the_sum_by_hand(self, found, months):
        """Each window of each force adds up its months, and stands only where the force has them all."""
        tally = tally_of(found, "force", "period")
        places = sorted(MONTHS.index(m) for _, m, _ in found)
        if not places or places[-1] - places[0] + 1 < months:
            with pytest.raises(InvalidInputError, match="months must be at most"):
                tally.rolling(months)
            return
        whole, partial = _windows(found, months)

        def named(sums):
            first = Period.month(2023, 11)
            return {
                (force, Period(first.shift(last - months + 1).start, first.shift(last).end).label): n
                for (force, last), n in sums.items()
            }

        rolled = tally.rolling(months)
        assert cells(rolled) == named(whole)
        assert {k[:2]: n for k, n in ledger(rolled).items()} == named(partial)

    def test_a_window_that_lacks_a_month_says_so(self):
        """Where cells are the only evidence, an absent one makes every figure over it unavailable, not smaller."""
        tally = Tally.from_columns(
            {"force": ["Kent", "Kent", "Essex"], "period": ["2024-01", "2024-02", "2024-02"]}, [1, 2, 4]
        )
        rolled = tally.rolling(2)
        assert cells(rolled) == {("Kent", "2024-01 to 2024-02"): 3}
        ((key, n),) = ledger(rolled).items()
        assert (key[:2], n) == (("Essex", "2024-01 to 2024-02"), 4)
        assert key[2].startswith("not supplied: not all 2 months have a cell; state coverage=")

    def test_inside_coverage_an_absent_cell_is_zero(self):
        columns = {
            "force": ["Kent", "Kent", "Kent"],
            "offence": ["a", "b", "a"],
            "period": ["2024-01", "2024-01", "2024-02"],
        }
        rolled = Tally.from_columns(columns, [1, 2, 4], coverage=["force", "period"]).rolling(2)
        assert cells(rolled) == {
            ("Kent", "a", "2024-01 to 2024-02"): 5,
            ("Kent", "b", "2024-01 to 2024-02"): 2,
        }
        assert rolled.excluded is None
        assert cells(rolled.coverage) == {("Kent", "2024-01 to 2024-02"): 1}

    def test_outside_coverage_the_window_is_excluded(self):
        columns = {"force": ["Kent", "Essex", "Kent"], "period": ["2024-01", "2024-02", "2024-02"]}
        rolled = Tally.from_columns(columns, [1, 2, 4], coverage=["force", "period"]).rolling(2)
        assert ledger(rolled) == {("Essex", "2024-01 to 2024-02", "not all 2 months supplied"): 2}
        assert cells(rolled.coverage) == {("Kent", "2024-01 to 2024-02"): 1}

    def test_coverage_that_says_nothing_of_time(self):
        """Then the cells must prove each month, at the level of the coverage."""
        columns = {
            "force": ["Kent"] * 3 + ["Essex"],
            "offence": list("abaa"),
            "period": ["2024-01", "2024-01", "2024-02", "2024-02"],
        }
        rolled = Tally.from_columns(columns, [1, 2, 4, 8], coverage="force").rolling(2)
        assert cells(rolled) == {
            ("Kent", "a", "2024-01 to 2024-02"): 5,
            ("Kent", "b", "2024-01 to 2024-02"): 2,
        }
        assert [k[0] for k in ledger(rolled)] == ["Essex"]

    @given(st.lists(st.integers(-3, 9), min_size=12, max_size=12), st.integers(1, 4))
    def test_where_all_sent_all_months_it_commutes_with_adding_up(self, counts, months):
        columns = {"force": [f for f in FORCES for _ in MONTHS], "period": [*MONTHS] * len(FORCES)}
        tally = Tally.from_columns(columns, counts)
        assert tally.rolling(months).sum_to("period") == tally.sum_to("period").rolling(months)

    def test_windows_overlap(self):
        rolled = Tally.from_columns({"period": MONTHS}, [1, 2, 4, 8]).rolling(2)
        assert rolled.overlapping == {"period"}
        with pytest.raises(InvalidInputError, match="overlap"):
            rolled.sum_to()
        with pytest.raises(InvalidInputError, match="single months"):
            rolled.rolling(2)

    def test_the_ledger_rolls_too_and_keeps_what_has_no_month(self):
        tally = Tally.from_columns(
            {"force": ["Kent", "Kent", None, "Kent"], "period": ["2024-01", "2024-02", "2024-02", None]},
            [1, 2, 4, 8],
        )
        assert ledger(tally.rolling(2)) == {
            (MISSING, "2024-01 to 2024-02", "missing force"): 4,
            ("Kent", MISSING, "missing period"): 8,
        }

    def test_months_in_several_spellings_are_one_month(self):
        """January twice is not January and February."""
        tally = Tally.from_columns({"period": ["2024-01", "Jan 2024", "2024-03"]}, [1, 2, 4])
        assert cells(tally.rolling(2)) == {}
        spelt = Tally.from_columns({"period": ["2024-01", "Jan 2024", "February 2024"]}, [1, 2, 4])
        assert cells(spelt.rolling(2)) == {("2024-01 to 2024-02",): 7}

    def test_months_as_numbers(self):
        tally = Tally.from_columns({"month": [202312, 202401]}, [1, 2])
        assert cells(tally.rolling(2, period="month")) == {("2023-12 to 2024-01",): 3}

    @pytest.mark.parametrize("months", [0, -1, 2.0, "2", True, None])
    def test_bad_months(self, months):
        with pytest.raises(InvalidInputError, match="months must be a whole number >= 1"):
            Tally.from_columns({"period": MONTHS}, [1] * 4).rolling(months)

    def test_bad_labels(self, crimes):
        with pytest.raises(UnknownNameError, match="no dimension 'period'"):
            crimes.rolling(2)
        with pytest.raises(
            InvalidInputError, match="of which 2 months are made, to be rolled; got 2023, 2024"
        ):
            crimes.rolling(2, period="year")
        with pytest.raises(InvalidInputError, match="must name a period"):
            crimes.rolling(2, period="force")
        with pytest.raises(InvalidInputError, match="got 2 of 0"):
            Tally.from_columns({"period": []}, []).rolling(2)


class TestSeconds:
    """The measured dimension: whole microseconds inside, float seconds outside."""

    @pytest.mark.parametrize(
        "seconds",
        [
            [5, 0.1, 5.0],
            np.array([5, 0.1, 5.0]),
            pd.Series(
                pd.to_timedelta([5_000, 100, 5_000], unit="ms")
            ),  # pandas 3.0 misreads [5, 0.1, 5] of seconds
            np.array([5_000_000, 100_000, 5_000_000], "m8[us]"),
            np.array([5 * 10**9, 10**8, 5 * 10**9], "m8[ns]"),
            pl.Series([dt.timedelta(seconds=5), dt.timedelta(seconds=0.1), dt.timedelta(seconds=5)]),
            [Decimal(5), Decimal("0.1"), 5],
        ],
        ids=[
            "list",
            "array",
            "pandas-durations",
            "microseconds",
            "nanoseconds",
            "polars-durations",
            "decimals",
        ],
    )
    def test_read_back_as_given(self, seconds):
        tally = Tally.from_columns({"seconds": seconds}, [1, 2, 4])
        assert tally.to_dict() == {"seconds": [0.1, 5.0], "count": [2, 5]}
        assert tally.labels("seconds") == (0.1, 5.0)

    @pytest.mark.parametrize(
        "seconds",
        [np.array([5, 6]), pd.Series([5, 6]), pl.Series([5, 6]), np.array([5, 6], np.uint8), [5, 6]],
    )
    def test_whole_seconds_of_any_column_are_seconds(self, seconds):
        assert Tally.from_columns({"seconds": seconds}, [1, 1]).labels("seconds") == (5.0, 6.0)

    @pytest.mark.parametrize(
        "seconds",
        [
            [5, None],
            [5, pd.NA],
            [5.0, float("nan")],
            [5.0, None],
            np.array([5, np.nan]),
            pd.array([5, None], "Int64"),
            pl.Series([5, None]),
            pd.Series(pd.to_timedelta([5, None], unit="s")),
            np.ma.array([5, 6], mask=[0, 1]),
        ],
        ids=lambda s: type(s).__name__,
    )
    def test_missing(self, seconds):
        tally = Tally.from_columns({"seconds": seconds, "line": ["999", "101"]}, [1, 2])
        assert cells(tally) == {(5.0, "999"): 1}
        assert ledger(tally) == {(MISSING, "101", "missing seconds"): 2}
        assert tally.excluded.labels("seconds") == (MISSING,)

    def test_the_ledger_has_times_beside_a_missing_one(self):
        tally = Tally.from_columns({"seconds": [5, None], "line": [None, "101"]}, [1, 2])
        assert ledger(tally) == {(5.0, MISSING, "missing line"): 1, (MISSING, "101", "missing seconds"): 2}
        assert tally.excluded.to_arrow().to_pydict()["seconds"] == [5.0, None]

    def test_microseconds_are_told_apart_and_no_less(self):
        assert len(Tally.from_columns({"seconds": [1.000001, 1.000002, 1.0000021]}, [1, 1, 1])) == 2

    def test_choosing(self):
        tally = Tally.from_columns({"seconds": [0.1, 5, 7]}, [1, 2, 4])
        assert tally.where(seconds=0.1).total == 1
        assert tally.drop(seconds=[5, 7.0]).total == 1
        with pytest.raises(UnknownNameError, match="seconds must be among the times that occur; got 9"):
            tally.where(seconds=[5, 9])
        with pytest.raises(InvalidTypeError, match="seconds must hold numbers"):
            tally.where(seconds="5")

    def test_no_labels_to_rename(self):
        with pytest.raises(InvalidInputError, match="no labels to rename"):
            Tally.from_columns({"seconds": [5]}, [1]).relabel("seconds", {5: 6})

    @pytest.mark.parametrize(
        "seconds",
        [["5"], [True], [float("inf")], [1e300], [dt.timedelta(seconds=5)], np.array(["a"]), ["x", None]],
    )
    def test_bad(self, seconds):
        with pytest.raises(PoliceMetricsError, match="seconds must"):
            Tally.from_columns({"seconds": seconds}, [1] * len(seconds))

    @given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 5)), max_size=6))
    def test_merging_is_exact(self, found):
        parts = [Tally.from_columns({"seconds": [us / 1e6]}, [n]) for us, n in found]
        whole = Tally.from_columns({"seconds": [us / 1e6 for us, _ in found]}, [n for _, n in found])
        assert sum(parts, whole.where(seconds=[])) == whole


class TestReading:
    def test_labels_and_need(self, crimes):
        assert crimes.labels("year") == (2023, 2024)
        crimes._require_dims("force", "year")
        with pytest.raises(
            UnknownNameError, match="the tally has no dimension 'area'; it has 'force', 'year', 'offence'"
        ):
            crimes.labels("area")

    def test_known_labels(self, crimes):
        found = crimes.drop(force="Essex").relabel("force", {"Kent": "K"})
        assert found.labels("force") == ("K",)
        assert set(found._known_labels("force")) == {"K", "Essex"}

    def test_repr(self, crimes):
        assert repr(crimes) == (
            "force  year  offence   count\n"
            "-----  ----  --------  -----\n"
            "Essex  2024  robbery       3\n"
            "Kent   2023  burglary      7\n"
            "Kent   2023  robbery       5\n"
            "Kent   2024  burglary      0\n"
            "[Tally of 15 counts in 4 cells; supply proved by force, year]"
        )

    def test_repr_says_what_hangs_on_it(self):
        tally = Tally.from_columns(
            {"type": ["1", "1A", None]}, [1200, -1, 4], overlapping="type", unit="crimes"
        ).drop(type="1A")
        assert repr(tally).endswith(
            "[Tally of 1,200 crimes in 1 cells; overlapping type; excluded dropped: type −1, missing type 4]"
        )

    def test_repr_is_short(self):
        tally = Tally.from_columns({"year": range(1000)}, [1] * 1000)
        assert len(repr(tally).splitlines()) == 2 + 20 + 1
        assert "in 1,000 cells, the first 20 shown" in repr(tally)
        assert "in 20 cells]" in repr(tally.where(year=range(20)))

    def test_repr_without_rows_or_dimensions(self):
        assert "Tally of 0 counts in 0 cells" in repr(Tally.from_columns({"force": []}, []))
        assert "Tally of 5 counts in 1 cells" in repr(Tally.from_columns({}, [5]))

    def test_html_is_escaped(self):
        bad = "<script>alert('x')</script> & co"
        page = Tally.from_columns({bad: [bad, None]}, [1, 2], unit=bad)._repr_html_()
        assert "<script>" not in page
        assert page.count("&lt;script&gt;") >= 3
        assert "&amp; co" in page

    def test_excluded_and_coverage_are_tallies(self, crimes):
        left = crimes.drop(force="Kent")
        assert left.excluded.dims == ("force", "year", "offence", "reason")
        assert left.excluded.unit == crimes.unit
        assert left.coverage.dims == ("force", "year")
        assert crimes.excluded is None


TABLE = {"force": ["Essex", "Kent"], "year": [2023, 2024], "count": [3, 12]}


class TestHandingOver:
    @pytest.fixture
    def tally(self):
        return Tally.from_columns({"force": ["Kent", "Essex"], "year": [2024, 2023]}, [12, 3])

    def test_to_arrow(self, tally):
        table = tally.to_arrow()
        assert table.to_pydict() == TABLE
        assert table.schema.types == [pa.string(), pa.int64(), pa.int64()]

    def test_by_the_capsule(self, tally):
        """polars, pyarrow and DuckDB take it as it is."""
        assert as_polars(tally).to_dict(as_series=False) == TABLE
        assert pa.table(tally).to_pydict() == TABLE
        with duckdb.connect() as connection:
            connection.register("t", pa.RecordBatchReader.from_stream(tally))
            assert connection.sql("select * from t order by force").fetchall() == [
                ("Essex", 2023, 3),
                ("Kent", 2024, 12),
            ]
        if hasattr(pd.DataFrame, "from_arrow"):  # since 3
            assert pd.DataFrame.from_arrow(tally).to_dict("list") == TABLE

    def test_and_back(self, tally):
        assert Tally.from_columns(*_split_frame(as_polars(tally))) == tally

    def test_no_rows_keep_their_types(self):
        tally = Tally.from_columns({"force": [], "seconds": []}, [])
        assert tally.to_arrow().schema.types == [pa.string(), pa.float64(), pa.int64()]

    def test_seconds(self):
        assert Tally.from_columns({"seconds": [0.1]}, [1]).to_arrow().to_pydict() == {
            "seconds": [0.1],
            "count": [1],
        }

    def test_a_missing_label_is_null(self):
        """The ledger holds text beside numbers; a column of Arrow cannot."""
        tally = Tally.from_columns({"force": ["Kent", None], "year": [None, 2024]}, [1, 2])
        assert as_polars(tally.excluded).rows() == [
            (None, 2024, "missing force", 2),
            ("Kent", None, "missing year", 1),
        ]

    def test_a_text_like_the_mark_of_a_missing_one_stays(self):
        assert Tally.from_columns({"force": [MISSING]}, [1]).to_arrow().to_pydict()["force"] == [MISSING]

    def test_large_counts_are_exact(self):
        assert as_polars(Tally.from_columns({"a": ["x"]}, [MAX])).rows() == [("x", MAX)]

    @pytest.mark.parametrize(
        ("module", "export"), [("pandas", "to_pandas"), ("polars", "to_polars"), ("pyarrow", "to_arrow")]
    )
    def test_names_the_package_that_is_missing(self, tally, monkeypatch, module, export):
        monkeypatch.setitem(sys.modules, module, None)
        needs = rf'Tally\.{export} needs {module}; install "policemetrics\[{module}\]"'
        with pytest.raises(MissingDependencyError, match=needs):
            getattr(tally, export)()


def _split_frame(frame):
    return {d: frame[d] for d in frame.columns if d != "count"}, frame["count"]


class TestConstructor:
    """A tally is made by what checks it."""

    @pytest.mark.parametrize(
        ("args", "kwargs"),
        [((), {}), (({"force": ["Kent"]}, [1]), {}), ((), {"cells": Cells.single(), "unit": "crimes"})],
    )
    def test_refused_with_what_to_call(self, args, kwargs):
        with pytest.raises(InvalidTypeError, match=r"tally\(frame, by=…\) or Tally\.from_columns\("):
            Tally(*args, **kwargs)

    def test_nor_evolved(self, crimes):
        with pytest.raises(InvalidTypeError, match=r"Tally\.from_columns"):
            attrs.evolve(crimes, unit="crimes")


class TestFrozen:
    @pytest.mark.parametrize("name", ["_cells", "unit", "overlapping", "dims", "anything"])
    def test_nothing_can_be_set(self, crimes, name):
        with pytest.raises(AttributeError):
            setattr(crimes, name, None)

    def test_arrays_are_read_only(self, crimes):
        left = crimes.drop(force="Essex")
        for relation in (left._cells, left._supplied, left._ledger):
            for array in (relation.counts, *relation.codes, *relation.labels):
                assert not array.flags.writeable

    @given(tallies("force", "year", coverage=["force"], overlapping=["year"]))
    @settings(max_examples=20)
    def test_pickles_and_copies(self, tally):
        for again in (pickle.loads(pickle.dumps(tally)), copy.deepcopy(tally), copy.copy(tally)):
            assert again == tally
            assert (again.unit, again.overlapping) == (tally.unit, tally.overlapping)
            assert not again._cells.counts.flags.writeable

    def test_what_is_read_is_a_copy(self, crimes):
        crimes.to_dict()["count"][0] = 99
        assert crimes.total == 15

    def test_operations_leave_it_alone(self, crimes):
        before = copy.deepcopy(crimes)
        (
            crimes.drop(force="Kent"),
            crimes.where(year=2023),
            crimes.relabel("force", {"Kent": "K"}),
            crimes + crimes,
        )
        crimes.not_supplied("why", force="Kent"), crimes.sum_to()
        assert crimes == before


def test_missing_among_whole_numbers():
    """In a ledger, and in what is made of it, a label that is missing is null beside numbers."""
    frame = pd.DataFrame({"beat": pd.array([1, None], dtype="Int64"), "force": ["Kent", "Kent"]})
    ledger = pm.tally(frame, by=["beat", "force"]).drop(beat=1).excluded.sum_to("beat")
    assert ledger.to_dict()["beat"] == [1, MISSING]
    arrow = ledger.to_arrow()
    assert (arrow.schema.field("beat").type, arrow["beat"].to_pylist()) == (pa.int64(), [1, None])
    assert duckdb.sql("SELECT max(beat) FROM arrow").fetchall() == [(1,)]


HALF = "Kent\ud800"


@pytest.mark.parametrize(
    "call",
    [
        lambda: Tally.from_columns({"force": ["Essex", HALF]}, [1, 2]),
        lambda: Tally.from_columns({"force": ["Essex"]}, [1]).relabel("force", {"Essex": HALF}),
        lambda: pm.Exposure({HALF: 3}, by="force", name="residents", date="mid-2022"),
        lambda: pm.rate_change([1, 2], [3, 4], labels=["Essex", HALF]),
        lambda: pm.tally(pd.DataFrame({"force": pd.Series(["Essex", HALF], dtype=object)}), by="force"),
    ],
    ids=["columns", "relabel", "exposure", "labels", "frame"],
)
def test_half_a_letter_is_no_label(call):
    """No file and no other engine can hold a lone surrogate: it is refused where it comes in, not where it goes out."""
    with pytest.raises(InvalidInputError, match=r"whole letters; got 'Kent\\ud800', with half of one"):
        call()


def test_letters_beyond_the_first_plane_are_whole():
    made = Tally.from_columns({"force": ["𝕂ent 🚓"]}, [1])
    assert made.to_arrow()["force"].to_pylist() == ["𝕂ent 🚓"]


class TestDropped:
    """What the caller leaves out is gone: no group of its own, and no supplier of whom nothing is left."""

    BOTH = ("2017/18", "2019/20")

    @pytest.fixture
    def crimes(self):
        columns = {
            "force": ["Kent", "Kent", "UK Finance"],
            "period": ["2017/18", "2019/20", "2017/18"],
            "group": ["Theft", "Theft", "Fraud"],
        }
        return Tally.from_columns(columns, [100, 90, 50], coverage=["force", "period"])

    def test_who_sent_nothing_else_is_no_supplier(self, crimes):
        rest = crimes.drop(group="Fraud")
        assert rest.coverage.labels("force") == ("Kent",)
        found = pm.rate_change(rest, between=self.BOTH)
        assert (found.old, found.new, found.reason) == (100, 90, None)
        assert found.exclusions.reasons == {"dropped: group": 50}
        assert pm.rate_change(rest, between=self.BOTH, by="force")["force"].tolist() == ["Kent"]

    def test_as_if_the_rows_had_never_been_there(self, crimes):
        kent = Tally.from_columns(
            {"force": ["Kent"] * 2, "period": self.BOTH, "group": ["Theft"] * 2},
            [100, 90],
            coverage=["force", "period"],
        )
        assert crimes.drop(group="Fraud").coverage == kent.coverage

    def test_who_sent_something_else_stays(self, crimes):
        rest = crimes.drop(group="Theft")
        assert rest.coverage.labels("force") == ("UK Finance",)
        more = crimes + Tally.from_columns(
            {"force": ["UK Finance"], "period": ["2019/20"], "group": ["Theft"]},
            [0],
            coverage=["force", "period"],
        )
        assert more.drop(group="Fraud").coverage.labels("force") == ("Kent", "UK Finance")

    def test_who_was_named_stays(self):
        """An exposure says who sends, with or without a row: its residents are divided by."""
        residents = pm.Exposure({"Kent": 1000, "Essex": 3000}, by="force", name="residents", date="2020")
        crimes = Tally.from_columns(
            {"force": ["Kent", "Essex"], "group": ["Theft", "Fraud"]}, [4, 5], coverage=residents
        )
        assert pm.rate(crimes.drop(group="Fraud"), residents).rate == 1.0

    def test_what_was_marked_as_missing_stays_so(self, crimes):
        more = crimes + Tally.from_columns(
            {"force": ["Essex"] * 2, "period": self.BOTH, "group": ["Fraud", "Theft"]},
            [3, 0],
            coverage=["force", "period"],
        )
        marked = more.not_supplied("nothing sent", force="Essex", period="2019/20").drop(group="Fraud")
        assert "nothing sent" in pm.rate_change(marked, between=self.BOTH).reason

    @pytest.mark.parametrize("metric", [pm.rate_change, pm.change_drivers])
    def test_no_ghost_of_a_group(self, crimes, metric):
        by = {"of": "group"} if metric is pm.change_drivers else {"by": "group"}
        found = metric(crimes.drop(force="UK Finance"), between=self.BOTH, **by)
        assert found["group"].tolist() == ["Theft"]

    def test_the_reason_stands_in_the_ledger(self, crimes):
        rest = crimes.drop("recorded by Action Fraud", group="Fraud")
        why = "dropped: group (recorded by Action Fraud)"
        assert rest.excluded.to_dict() == {
            "force": ["UK Finance"], "period": ["2017/18"], "group": ["Fraud"], "reason": [why], "count": [50]
        }  # fmt: skip
        assert pm.rate_change(rest, between=self.BOTH).exclusions.reasons == {why: 50}
        assert pm.rate_change(rest, between=self.BOTH, by="group")["group"].tolist() == ["Theft"]

    def test_a_period_with_a_reason(self, crimes):
        """A period that was dropped with something else is one of which a part is gone, whatever the reason says."""
        rest = crimes.drop("late", group="Theft", period="2019/20")
        found = pm.rate_change(rest.sum_to("period"), between=self.BOTH)
        assert "cells of one of the two periods were dropped" in found.reason

    def test_reasons_are_text(self, crimes):
        with pytest.raises(InvalidTypeError, match="reason"):
            crimes.drop(3, group="Fraud")
