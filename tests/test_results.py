"""The table `Results`: its rows, its parts, its exports, and how it shows itself."""

import copy
import math
import pickle
import sys
from html.parser import HTMLParser

import attrs
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import as_polars, since
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Results, Tally
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    MissingDependencyError,
    Note,
    OutOfRangeError,
    UnknownNameError,
)
from policemetrics.figures import Rate
from policemetrics.results import ExclusionTable, label_array

NAN, INF = float("nan"), float("inf")
TEN_EACH = {"Kent": 10, "Essex": 10, "Cumbria": 10}
NASTY = "<script>alert('x')</script> & \"co\""

COUNTS = st.integers(0, 60) | st.sampled_from([0, 10**6, 10**9])
PAIRS = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d"]), COUNTS, COUNTS), max_size=7)


def change_of(rows):
    """A table of changes; every base of 0 gives a row that is partly undefined."""
    labels, old, new = ([row[i] for row in rows] for i in range(3))
    return pm.rate_change(old, new, labels=labels)


@pytest.fixture
def table():
    """Three rows: one without a percentage, one that rose, one that did not change."""
    return change_of([("b", 0, 3), ("a", 2, 4), ("c", 5, 5)])


@pytest.fixture
def crimes():
    """A tally with rows left out for two reasons, in two forces of three."""
    rows = [
        ("Kent", "4.1", 7),
        ("Kent", None, 2),
        ("Essex", "4.1", 3),
        ("Essex", "99", 4),
        ("Cumbria", "4.1", 1),
    ]
    columns = {"force": [r[0] for r in rows], "offence": [r[1] for r in rows]}
    return Tally.from_columns(columns, [r[2] for r in rows], unit="crimes").drop(offence="99")


class TestRows:
    @given(PAIRS)
    def test_rows_equal_single_figures(self, rows):
        """A figure in a table differs from the same one alone by its group only."""
        table = change_of(rows)
        assert len(table) == len(list(table)) == len(rows)
        for figure, (label, old, new) in zip(table, rows, strict=True):
            assert figure.group == {"label": label}
            assert attrs.evolve(figure, group={}) == pm.rate_change(old, new)

    @given(PAIRS)
    def test_attributes_are_the_columns(self, rows):
        table = change_of(rows)
        for column in table.columns[1:-2]:
            assert table[column].tolist() == pytest.approx([getattr(f, column) for f in table], nan_ok=True)
        assert table["reason"].tolist() == [f.reason for f in table]
        assert table["excluded"].tolist() == [0] * len(rows)

    def test_columns(self, table):
        assert table.columns == (
            "label", "old", "new", "change", "old_rate", "new_rate", "percent_change", "percent_change_low", "percent_change_high",
            "rate_difference", "rate_difference_low", "rate_difference_high", "p_adjusted", "p_value", "reason", "excluded",
        )  # fmt: skip

    def test_values_are_pythons_own(self):
        """A numpy scalar would print as np.float64(…) and travel into every export."""
        table = pm.rate_change([5], [6], labels=np.array([7]), exposure=([365], [366]))
        figure = table[0]
        for value in (figure.old, figure.percent_change, figure.old_exposure, figure.new_exposure):
            assert type(value) is float
        assert type(figure.group["label"]) is int


class TestGetting:
    def test_by_position(self, table):
        assert table[0].group["label"] == table[np.int64(-3)].group["label"] == "b"
        assert table[-1] == table[2]

    @pytest.mark.parametrize("key", [3, -4, 2**70, [0, 3], [-4], np.array([5])])
    def test_beyond_the_end(self, table, key):
        with pytest.raises(OutOfRangeError, match="rows must lie between -3 and 2; got"):
            table[key] if not isinstance(key, int) or abs(key) < 2**63 else table[int(key)]

    def test_of_an_empty_table(self):
        with pytest.raises(IndexError, match="the table has none"):
            change_of([])[0]
        assert len(change_of([])[:5]) == 0

    def test_for_loops_end(self, table):
        assert [f.group["label"] for f in table] == ["b", "a", "c"]

    @pytest.mark.parametrize(
        "key",
        [1.0, True, np.True_, None, object(), [True, False], ["a", "b"], [[0]], [[0], [1, 2]], [2**70],
         np.empty((0, 2)), slice("a", "b"), slice(1.5, None), slice(None, None, 0),
         pd.Series([True, None, True], dtype="boolean")],
    )  # fmt: skip
    def test_what_is_no_part(self, table, key):
        with pytest.raises(InvalidTypeError, match="part of the table"):
            table[key]

    @pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series, pl.Series, pa.array])
    def test_parts(self, table, kind):
        assert [f.group["label"] for f in table[kind([True, False, True])]] == ["b", "c"]
        assert [f.group["label"] for f in table[kind([2, 0])]] == ["c", "b"]

    def test_nothing_chosen(self, table):
        for key in ([], np.array([], dtype=bool), [False] * 3, slice(0, 0)):
            assert len(table[key]) == 0
            assert table[key].columns == table.columns

    def test_unknown_column(self, table):
        with pytest.raises(UnknownNameError, match=r"no column 'percent'; the columns are 'label', 'old'"):
            table["percent"]

    @given(PAIRS, st.data())
    def test_a_part_is_the_rows_chosen(self, rows, data):
        table = change_of(rows)
        mask = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
        start, stop, step = (data.draw(st.none() | st.integers(-9, 9).filter(bool)) for _ in range(3))
        figures = list(table)
        assert list(table[np.array(mask, dtype=bool)]) == [f for f, m in zip(figures, mask, strict=True) if m]
        assert list(table[start:stop:step]) == figures[start:stop:step]

    def test_columns_cannot_be_written_to(self, table):
        for again in (
            table,
            table[:2],
            table.sort("old"),
            pickle.loads(pickle.dumps(table)),
            copy.deepcopy(table),
        ):
            for column in ("label", "old", "reason"):
                with pytest.raises(ValueError, match="read-only"):
                    again[column][0] = again[column][1]


class TestAt:
    def test_finds(self, table):
        assert table.at(label="a").old == 2
        assert change_of([("only", 1, 2)]).at().new == 2

    @pytest.mark.parametrize("label", [8, np.int64(8), 8.0])
    def test_whole_numbers(self, label):
        assert pm.rate([1, 2], 10, labels=[7, 8]).at(label=label).events == 2

    def test_lists_what_there_is(self, table):
        with pytest.raises(UnknownNameError, match=r"no row with label='z'; label has 'b', 'a', 'c'\."):
            table.at(label="z")
        with pytest.raises(UnknownNameError, match=r"dimension must be one of 'label'; got 'force'"):
            table.at(force="Kent")
        with pytest.raises(UnknownNameError, match=r"label has 7, 8\."):
            pm.rate([1, 2], 10, labels=[7, 8]).at(label="8")
        with pytest.raises(UnknownNameError, match="label has none"):
            change_of([]).at(label="a")
        with pytest.raises(UnknownNameError, match="0 rows match"):
            change_of([]).at()

    def test_says_what_else_to_name(self):
        both = Tally.from_columns({"force": ["Kent", "Kent"], "grade": [1, 2]}, [5, 6])
        rates = pm.rate(both, {("Kent", 1): 1000, ("Kent", 2): 1000}, by=["force", "grade"])
        assert rates.at(force="Kent", grade=2).events == 6
        with pytest.raises(InvalidInputError, match=r"2 rows match {'force': 'Kent'}; name also 'grade'\."):
            rates.at(force="Kent")
        with pytest.raises(UnknownNameError, match="no row with grade=3"):
            rates.at(grade=3)

    def test_labels_that_never_meet(self):
        pairs = Tally.from_columns({"force": ["Kent", "Essex"], "grade": [1, 2]}, [5, 6])
        with pytest.raises(UnknownNameError, match=r"0 rows match {'force': 'Kent', 'grade': 2}"):
            pm.rate(pairs, pairs, by=["force", "grade"]).at(force="Kent", grade=2)

    def test_a_label_that_stands_twice(self):
        with pytest.raises(InvalidInputError, match=r"2 rows match {'label': 'a'}\.$"):
            change_of([("a", 1, 2), ("a", 3, 4)]).at(label="a")

    @pytest.mark.parametrize("label", [["a", "b", "c"], ["a"], np.array(["a", "b", "c"]), None, True, {"a"}])
    def test_takes_one_label(self, table, label):
        """A list would be compared row by row, and find whatever happened to meet."""
        with pytest.raises(InvalidTypeError, match="label must be one label"):
            table.at(label=label)


class TestSort:
    @given(
        PAIRS,
        st.sampled_from(["label", "old", "change", "percent_change", "percent_change_high", "reason"]),
        st.booleans(),
    )
    def test_orders_and_loses_nothing(self, rows, column, descending):
        table = change_of(rows)
        ordered = table.sort(column, descending=descending)
        assert sorted(map(hash, ordered)) == sorted(map(hash, table))
        values = ordered[column].tolist()
        there = [v for v in values if v is not None and not (isinstance(v, float) and math.isnan(v))]
        assert values[: len(there)] == there, "what is not available comes last"
        assert there == sorted(there, reverse=descending)

    @given(PAIRS, st.booleans())
    def test_equal_values_keep_their_order(self, rows, descending):
        table = change_of(rows).sort("old", descending=descending)
        by_hand = sorted(change_of(rows), key=lambda f: -f.old if descending else f.old)
        assert list(table) == by_hand

    @given(PAIRS)
    def test_sorting_twice_changes_nothing(self, rows):
        once = change_of(rows).sort("percent_change", descending=True)
        assert once.sort("percent_change", descending=True) == once

    def test_undefined_comes_last_in_both_directions(self, table):
        for descending in (False, True):
            assert table.sort("percent_change", descending=descending)[-1].group["label"] == "b"

    def test_infinity_is_no_gap(self, table):
        assert table.sort("percent_change_high", descending=True)[0].group["label"] == "b"

    def test_exclusions_travel(self, crimes):
        ordered = pm.rate(crimes, TEN_EACH, by="force").sort("excluded", descending=True)
        assert [(f.group["force"], f.exclusions.excluded) for f in ordered] == [
            ("Essex", 4), ("Cumbria", 0), ("Kent", 0),
        ]  # fmt: skip

    @pytest.mark.parametrize("column", ["percent", 0, ["old"], None])
    def test_unknown_column(self, table, column):
        with pytest.raises(UnknownNameError, match="no column"):
            table.sort(column)

    def test_descending_is_a_flag(self, table):
        with pytest.raises(InvalidTypeError, match="descending must be True or False"):
            table.sort("old", descending="no")


class TestEquality:
    @given(PAIRS, PAIRS)
    def test_equal_when_equal(self, first, second):
        assert change_of(first) == change_of(list(first))
        assert (change_of(first) == change_of(second)) == (first == second)

    @given(PAIRS)
    def test_pickles_and_copies(self, rows):
        table = change_of(rows)
        for again in (pickle.loads(pickle.dumps(table)), copy.copy(table), copy.deepcopy(table)):
            assert again == table
            assert list(again) == list(table)

    def test_sees_what_the_table_does_not_show(self, table):
        assert table != pm.rate_change([0, 2, 5], [3, 4, 5], labels=["b", "a", "c"], confidence_level=0.9)
        assert table != pm.rate_change([0, 2, 5], [3, 4, 5], labels=["b", "a", "c"], caveat="a break")
        assert table != pm.rate_change([0, 2, 5], [3, 4, 5], labels=["b", "a", "c"], subject="Burglary")
        assert table != pm.rate([3, 4, 5], 10, labels=["b", "a", "c"])
        assert table != table[:2]
        assert table != list(table)

    def test_sees_the_exclusions(self, crimes):
        other = crimes.excluded.relabel("reason", {"dropped: offence": "missing offence"})
        changed = crimes._evolve(ledger=other._cells)
        assert pm.rate(crimes, TEN_EACH, by="force") == pm.rate(crimes, TEN_EACH, by="force")
        assert pm.rate(crimes, TEN_EACH, by="force") != pm.rate(changed, TEN_EACH, by="force")

    def test_sees_a_label_that_has_the_name_of_an_input(self):
        """A dimension "unit" must not be overwritten by the unit of the exclusions."""
        first, second = (
            pm.rate(Tally.from_columns({"unit": [u]}, [5]), 10, by="unit") for u in ("CID", "PPU")
        )
        assert first != second
        exported = first.to_dict(audit=True)
        assert (exported["unit"], exported["audit_unit"]) == (["CID"], ["counts"])
        assert first.to_polars(audit=True).schema["audit_unit"] == pl.String

    def test_is_not_hashable(self, table):
        with pytest.raises(TypeError):
            hash(table)


def asked(query, changes):
    """Ask DuckDB, which finds the table by its name here."""
    return duckdb.sql(query)


def exports(table, **options):
    """Every way out of a table, read back as lists with None where something is undefined."""
    frame = table.to_pandas(**options)
    ways = {
        "pandas": {c: [None if pd.isna(v) else v for v in frame[c].tolist()] for c in frame},
        "polars": table.to_polars(**options).to_dict(as_series=False),
        "arrow": table.to_arrow(**options).to_pydict(),
    }
    if not options:
        ways |= {
            "polars, by capsule": as_polars(table).to_dict(as_series=False),
            "pyarrow, by capsule": pa.table(table).to_pydict(),
            "duckdb, by capsule": asked("from changes", table).to_arrow_table().to_pydict(),
        }
    return ways


class TestExports:
    def test_every_way_says_the_same(self, table):
        expected = table.to_dict()
        assert expected["percent_change"] == [None, 100, 0]
        assert expected["percent_change_high"][0] == INF
        assert expected["reason"] == ["not applicable: nothing was recorded before", None, None]
        for way, found in exports(table).items():
            assert found == expected, way

    @given(PAIRS)
    def test_round_trip(self, rows):
        table = change_of(rows)
        expected = table.to_dict(audit=True)
        for way, found in exports(table, audit=True).items():
            assert found == expected, way

    def test_undefined_is_null_and_not_nan(self, table):
        """In polars and DuckDB a nan compares as greater than 50, a null does not."""
        assert as_polars(table).filter(pl.col("percent_change") > 50)["label"].to_list() == ["a"]
        assert asked("select label from changes where percent_change > 50", table).fetchall() == [("a",)]
        assert table.to_arrow()["percent_change"].null_count == 1
        assert int(table.to_pandas()["percent_change"].isna().sum()) == 1

    @pytest.mark.parametrize("audit", [False, True])
    def test_schema_does_not_depend_on_the_data(self, table, crimes, audit):
        """Empty or filled, all undefined or none, with exclusions or without."""
        tables = [
            table,
            table[:0],
            table[[0]],
            change_of([]),
            pm.rate_change([5], [6], labels=["a"], exposure=([1], [2]), caveat="a break"),
        ]
        rates = [pm.rate(crimes, TEN_EACH, by="force"), pm.rate(crimes, {"Kent": 5}, by="force")[:0]]
        rates += [pm.rate([1], 10, labels=["a"])]
        for group in (tables, rates):
            assert len({str([d.type for d in t.to_arrow(audit=audit).schema]) for t in group}) == 1
            assert len({str(t.to_polars(audit=audit).dtypes) for t in group}) == 1
            assert len({str(t.to_pandas(audit=audit).dtypes.tolist()) for t in group}) == 1

    def test_columns_keep_their_kind(self):
        table = pm.rate([1, 2], [10, 20], labels=[4, 5])
        assert table.to_polars().schema["label"] == pl.Int64
        assert table.to_pandas()["label"].dtype == np.int64
        assert table.to_arrow().schema.field("label").type == pa.int64()
        times = pm.rate(Tally.from_columns({"seconds": [1.5, 60]}, [3, 4]), {1.5: 10, 60: 10}, by="seconds")
        assert times.to_polars()["seconds"].to_list() == [1.5, 60]
        assert times.to_arrow()["seconds"].to_pylist() == [1.5, 60]
        assert times.to_pandas()["seconds"].tolist() == [1.5, 60]

    def test_audit_says_what_the_figures_were_made_of(self, crimes):
        found = pm.rate(crimes, TEN_EACH, by="force", per=100).to_dict(audit=True)
        assert found["method"] == ["exact"] * 3
        assert found["confidence_level"] == [0.95] * 3
        assert found["per"] == [100] * 3
        assert found["counted"] == [1, 3, 9]
        assert found["unit"] == ["crimes"] * 3
        assert found["excluded"] == [0, 4, 0]
        assert found["excluded_reasons"] == [None, "dropped: offence: 4", None]

    @pytest.mark.usefixtures("no_breaks")
    def test_audit_writes_periods_in_words(self):
        data = Tally.from_columns({"period": ["2022/23", "2023/24"]}, [5, 6])
        found = pm.rate_change(data, versus="previous", caveat="a break")
        assert found.to_dict(audit=True)["between"] == ["2021/22 to 2022/23", "2022/23 to 2023/24"]
        assert found.to_dict(audit=True)["caveat"] == ["a break"] * 2
        assert found.to_polars(audit=True)["between"].to_list() == found.to_dict(audit=True)["between"]

    def test_audit_is_a_flag(self, table):
        for export in (table.to_dict, table.to_pandas, table.to_polars, table.to_arrow):
            with pytest.raises(InvalidTypeError, match="audit must be True or False"):
                export(audit="yes")

    def test_labels_with_the_name_of_a_column_are_refused(self):
        for name in ("rate", "events", "reason_", "excluded"):
            data = Tally.from_columns({name: ["a", "b"]}, [1, 2])
            if name == "reason_":
                assert pm.rate(data, data, by=name).columns[0] == name
            else:
                with pytest.raises(
                    InvalidInputError, match=f"by must not name '{name}': the table has a column"
                ):
                    pm.rate(data, data, by=name)

    @pytest.mark.parametrize(
        ("module", "export"), [("pandas", "to_pandas"), ("polars", "to_polars"), ("pyarrow", "to_arrow")]
    )
    def test_names_the_package_that_is_missing(self, table, monkeypatch, module, export):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(
            MissingDependencyError,
            match=rf'Results\.{export} needs {module}; install "policemetrics\[{module}\]"',
        ):
            getattr(table, export)()

    def test_says_why_a_package_that_is_there_cannot_be_imported(self, table, monkeypatch, tmp_path):
        """As a pyarrow that wants a newer numpy: to be told to install it would help nobody."""
        (tmp_path / "pyarrow.py").write_text("raise ImportError('pyarrow requires NumPy 2.0 or newer')")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "pyarrow")
        with pytest.raises(
            MissingDependencyError,
            match=r"needs pyarrow, which cannot be imported here \(pyarrow requires NumPy 2\.0 or newer\); install",
        ):
            table.to_arrow()

    def test_arrow_without_pyarrow(self, table, crimes, monkeypatch):
        """Either pyarrow or polars hands a table over, and a tally."""
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        if since(pl, 1, 10):
            assert as_polars(table).equals(table.to_polars())
            assert as_polars(crimes).equals(crimes.to_polars())
        with pytest.raises(MissingDependencyError, match=r"Tally\.to_arrow needs pyarrow"):
            crimes.to_arrow()
        monkeypatch.setitem(sys.modules, "polars", None)
        for one in (table, crimes):
            with pytest.raises(MissingDependencyError, match="needs pyarrow or polars"):
                one.__arrow_c_stream__()


class TestMaking:
    @given(PAIRS.filter(bool))
    def test_of_its_own_rows_is_the_table(self, rows):
        table = change_of(rows)
        assert Results.of(list(table)) == table
        assert Results.of(tuple(table)) == table
        assert repr(Results.of(list(table))) == repr(table)

    def test_of_rows_with_exclusions(self, crimes):
        table = pm.rate(crimes, TEN_EACH, by="force")
        again = Results.of(list(table))
        assert again == table
        assert [f.exclusions for f in again] == [f.exclusions for f in table]

    def test_of_figures_that_differ_in_their_inputs(self):
        table = Results.of(
            [pm.rate_change(5, 6, caveat="a break"), pm.rate_change(0, 6, confidence_level=0.9)]
        )
        assert [f.confidence_level for f in table] == [0.95, 0.9]
        assert " interval" in repr(table)
        assert "95% interval" not in repr(table)
        assert table[0].caveat == "a break"

    def test_of_figures_in_different_units(self):
        rates = [pm.rate(Tally.from_columns({}, [5], unit=u), 10) for u in ("rows", "crimes")]
        assert Results.of(rates)[0].exclusions is None
        assert Results.of([pm.rate(5, 10), rates[0]])[1].exclusions is None

    @pytest.mark.parametrize(
        "figures",
        [
            [],
            None,
            5,
            ["a"],
            [1],
            [pm.share(1, 2), pm.rate(1, 2)],
            [pm.rate(1, 2), pm.rate([1], 2, labels=["a"])[0]],
        ],
    )
    def test_of_what_is_no_table(self, figures):
        with pytest.raises(InvalidInputError, match="figures must be one or more of one kind"):
            Results.of(figures)

    def test_caveats_of_rows(self):
        """A caveat stays with its row: through slices, stacks, pickles and exports; the footer cuts a long list."""
        figures = [pm.rate_change(n, n + 1, caveat=f"note {n}") for n in range(1, 7)]
        table = Results.of(figures)
        assert [f.caveat for f in table] == [f"note {n}" for n in range(1, 7)]
        assert [f.caveat for f in table[::2]] == ["note 1", "note 3", "note 5"]
        assert next(f.caveat for f in table.sort("old", descending=True)) == "note 6"
        assert pickle.loads(pickle.dumps(table)) == table
        assert "caveat: note 1; note 2; note 3; note 4; and 2 more]" in repr(table)
        assert Results.of(figures[:1] * 2)._notes == (Note("stated", "note 1", "note 1"),)
        both = Results._stack([table[:2], table[:1]], {"half": ["first", "second"]})
        assert [f.caveat for f in both] == ["note 1", "note 2", "note 1"]
        same = Results._stack([table[:1], table[:1]], {"half": ["first", "second"]})
        assert same._notes == (Note("stated", "note 1", "note 1"),)
        empty = Results._stack([table[:0], table[:0]], {"half": ["first", "second"]})
        assert len(empty) == 0

    def test_stack(self, table):
        both = Results._stack([table, table[:1]], {"half": ["first", "second"]})
        assert both.columns[:2] == ("label", "half")
        assert [f.group for f in both][-1] == {"label": "b", "half": "second"}
        assert both["half"].tolist() == ["first"] * 3 + ["second"]
        assert both.to_dict(audit=True)["method"] == ["score"] * 4

    def test_stack_keeps_what_differs(self):
        first, second = (pm.rate([5], 10, labels=["a"], method=m) for m in ("exact", "byar"))
        both = Results._stack([first, second], {"year": [2023, 2024]})
        assert [f.method for f in both] == ["exact", "byar"]
        assert both["year"].dtype == np.int64

    def test_stack_adds_up_the_reasons_of_all(self):
        def part(reason):
            return ExclusionTable("rows", np.array([5]), (reason,), np.array([[2]]))

        tables = [
            pm.rate([5], 10, labels=["a"])._evolve(exclusions=part(r)) for r in ("negative", "missing start")
        ]
        both = Results._stack(tables, {"year": [2023, 2024]})
        assert [f.exclusions.reasons for f in both] == [{"negative": 2}, {"missing start": 2}]
        assert (
            Results._stack([tables[0], pm.rate([5], 10, labels=["a"])], {"y": [1, 2]})[0].exclusions is None
        )

    def test_label_array(self):
        assert label_array([1, 2]).dtype == np.int64
        assert label_array(["a", 1]).dtype == object
        assert label_array([]).dtype == object


class Texts(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_data(self, data):
        self.found.append(data)


class TestShowing:
    def test_terminal(self, table):
        assert repr(table) == (
            "Recorded crime; method: score\n"
            "label  old  new  change  percent_change       95% interval                                       reason\n"
            "-----  ---  ---  ------  --------------  -----------------  -------------------------------------------\n"
            "b        0    3      +3             n/a     −21.9% or more  not applicable: nothing was recorded before\n"
            "a        2    4      +2         +100.0%  −57.1% to +833.4%\n"
            "c        5    5       0            0.0%  −69.0% to +222.7%\n"
            "[RateChange, 3 rows]"
        )

    def test_says_what_was_excluded(self, crimes):
        written = repr(pm.rate(crimes, TEN_EACH, by="force"))
        assert written.endswith("[Rate, 3 rows; excluded crimes: dropped: offence 4]")
        assert "excluded" in written.splitlines()[1]
        assert "excluded" not in repr(pm.rate([1], 10, labels=["a"]))

    def test_leaves_out_columns_that_say_nothing(self, table):
        assert "reason" not in repr(table[1:])
        assert "excluded" not in repr(table)
        assert "p_value" not in repr(table)

    def test_carries_the_caveat(self):
        shown = pm.rate_change([1], [2], labels=["a"], caveat=NASTY)
        assert repr(shown).endswith(f"[RateChange, 1 row; caveat: {NASTY}]")

    def test_cuts_long_tables(self):
        table = pm.rate(np.arange(100), 10, labels=np.arange(100))
        assert len(repr(table).splitlines()) == 60 + 1 + 3 + 1
        assert "100 rows, the first 60 shown" in repr(table)
        assert table._repr_html_().count("<tr>") == 62

    def test_empty(self):
        assert repr(change_of([])).endswith("[RateChange, 0 rows]")
        assert "<tbody></tbody>" in change_of([])._repr_html_()

    def test_without_groups(self, crimes):
        assert repr(pm.rate(crimes, 10, by=[])).splitlines()[1].split()[0] == "events"

    def test_notebook_is_escaped(self, table):
        html = pm.rate_change([0], [2], labels=[NASTY], caveat=NASTY, subject=NASTY)._repr_html_()
        assert "<script" not in html
        assert ">RateChange, 1 row; caveat: &lt;script" in html
        assert NASTY in Texts(html).found
        assert "not applicable: nothing was recorded before" in Texts(html).found

    def test_level_of_the_interval(self):
        assert "99.8% interval" in repr(pm.rate([1], 10, labels=["a"], confidence_level=0.998))

    def test_rate_is_exported_from_the_top(self):
        assert isinstance(pm.rate([1], 10, labels=["a"])[0], Rate)


def test_inputs_read_as_columns():
    """What the figures were made of is not among the columns, but can be read like one."""
    table = pm.rate_change([1, 2], [3, 4], labels=["a", "b"])
    assert "method" not in table.columns
    assert table["method"].tolist() == ["score", "score"]


class TestMissingAmongNumbers:
    """A beat that no row names stands beside the numbers of the others: they stay numbers, and it is null."""

    TABLE = pm.rate_change(
        pm.tally(
            pd.DataFrame(
                {"beat": pd.array([1, 12, None], dtype="Int64"), "period": ["2022", "2023", "2023"]}
            ),
            by=["beat", "period"],
        ),
        between=("2022", "2023"),
        by="beat",
    )

    def test_exports(self):
        assert self.TABLE["beat"].tolist() == [1, 12, "(missing)"]
        assert self.TABLE.to_dict()["beat"] == [1, 12, "(missing)"]
        arrow = self.TABLE.to_arrow()
        assert (str(arrow.schema.field("beat").type), arrow["beat"].to_pylist()) == ("int64", [1, 12, None])
        polars = self.TABLE.to_polars()
        assert (polars["beat"].dtype, polars["beat"].to_list()) == (pl.Int64, [1, 12, None])
        pandas = self.TABLE.to_pandas()
        assert (str(pandas["beat"].dtype), pandas["beat"].isna().tolist()) == ("Int64", [False, False, True])


class TestArraysOfTheCaller:
    """They can be written to as before, and what is written does not reach the figures."""

    @pytest.mark.parametrize("labels", [["a", "b"], [1, 2]])
    @pytest.mark.parametrize("kind", ["int64", "float64"])
    @pytest.mark.parametrize("of_labels", ["object", None])
    def test_plain_numbers(self, labels, kind, of_labels):
        own = [np.array(v, dtype=kind) for v in ([10, 20], [12, 30], [100, 200], [110, 210])]
        old, new, *exposure = own
        names = np.array(labels, dtype=of_labels)
        tables = [
            pm.rate_change(old, new, labels=names, exposure=tuple(exposure)),
            pm.rate_change(old, new, labels=names),
            pm.rate(old, new, labels=names),
        ]
        before = [table.to_dict(audit=True) for table in tables]
        for array in own:
            array[:] = 7
        names[:] = names[::-1].copy()
        assert [table.to_dict(audit=True) for table in tables] == before

    def test_columns_of_a_tally(self):
        counts, seconds, labels = np.array([10, 20]), np.array([1.0, 2.0]), np.array(["a", "b"], dtype=object)
        made = pm.Tally.from_columns({"force": labels, "seconds": seconds}, counts)
        counts[:], seconds[:], labels[:] = 7, 7, "c"
        assert made.to_dict() == {"force": ["a", "b"], "seconds": [1.0, 2.0], "count": [10, 20]}
        assert counts.flags.writeable
