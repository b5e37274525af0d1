"""A long table is worked out when it is looked at: whatever is asked of it, it gives what a table that is held gives."""

from __future__ import annotations

import copy
import pickle
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import Results, Tally, _held, outcome_maturity, results
from policemetrics.errors import InvalidInputError, OutOfRangeError, UnknownNameError
from policemetrics.outcomes import maturity

MONTHS = ["2014-02", "2014-03", "2014-04", "2014-05", "2014-06"]
ASKED = {"positive": "positive-dashboard", "as_at": "2014-06", "by": "method"}
# A dimension with the name of an input, and one of the crimes left out: its outcome came before it.
ROWS = [
    ("Kent", "2014-02", "2014-02", "1", 5),
    ("Kent", "2014-03", "2014-05", "8", 4),
    ("Kent", "2014-05", None, "0", 3),
    ("Essex", "2014-04", "2014-04", "1", 2),
    ("Essex", "2014-05", "2014-02", "1", 7),
    ("York", "2014-05", "2014-05", "18", 1),
    ("Avon", "2014-03", "2014-03", "1", 0),
    ("Dyfed", "2014-03", "2014-03", "1", -2),
    ("Powys", "2014-02", "2014-02", "1", 300),
]


@contextmanager
def worked_out_later(at_once):
    """Take every table with more rows for a long one."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (_held, results, maturity):
            patch.setattr(module, "AT_ONCE", at_once)
        yield


def tally_of(rows):
    names = ("method", "period", "outcome_period", "outcome")
    return Tally.from_columns({d: [r[i] for r in rows] for i, d in enumerate(names)}, [r[-1] for r in rows])


def both(rows=ROWS, at_once=3, **options):
    """The same table, held and not."""
    asked = ASKED | options
    held = outcome_maturity(tally_of(rows), **asked)
    with worked_out_later(at_once):
        later = outcome_maturity(tally_of(rows), **asked)
    assert isinstance(held._rows, _held.Held)
    assert isinstance(later._rows, _held.Later)
    return held, later


def looked_at(table):
    """The columns of a table that it keeps."""
    return list(table._rows._looked_at)


ROW = st.tuples(
    st.sampled_from(["Avon", "Essex", "Kent", "York"]),
    st.sampled_from(MONTHS),
    st.sampled_from([None, *MONTHS]),
    st.sampled_from(["0", "1", "8", "18"]),
    st.integers(-1, 300),
)
TABLES = st.lists(ROW, min_size=2, max_size=15)


class TestLaws:
    @given(TABLES, st.integers(1, 6), st.data())
    def test_every_answer_is_the_same(self, rows, at_once, data):
        asked = ASKED | {"as_at": "2014-12"}  # eight rows at least
        held = outcome_maturity(tally_of(rows), **asked)
        with worked_out_later(at_once):
            later = outcome_maturity(tally_of(rows), **asked)
            for rows_of in (
                np.s_[:],
                np.s_[::-2],
                data.draw(st.lists(st.integers(-len(held), len(held) - 1))),
            ):
                assert later[rows_of] == held[rows_of]
            assert repr(later) == repr(held)
            assert list(later) == list(held)
            for name in data.draw(st.permutations(later.columns)):
                assert later[name].dtype == held[name].dtype
                np.testing.assert_array_equal(later[name], held[name])
            assert later.to_dict(audit=True) == held.to_dict(audit=True)
            assert later == held


class TestAsATable:
    def test_says_what_it_is(self):
        held, later = both()
        assert (len(later), later.columns, later.kind) == (len(held), held.columns, held.kind)
        assert looked_at(later) == []

    @pytest.mark.parametrize("written", [repr, Results._repr_html_, Results.to_markdown])
    def test_is_printed(self, written):
        """And nothing but its first rows is worked out for it."""
        held, later = both()
        assert "caveat: " in repr(held)
        assert "excluded counts: outcome before the crime 7" in repr(held)
        assert written(later) == written(held)
        assert looked_at(later) == []

    @pytest.mark.parametrize("most", [2, 9])
    def test_whose_caveat_it_is(self, monkeypatch, most):
        """Of more than three rows the first is named, of a group with many rows, too."""
        monkeypatch.setattr(results, "_MOST_ROWS_SHOWN", most)
        held, later = both()
        assert isinstance(held._notes, np.ndarray)
        np.testing.assert_array_equal(later._notes, held._notes)
        assert "Essex 0, Essex 1 and Essex 2" in repr(held)
        assert repr(later) == repr(held)

    def test_a_column_is_kept_and_cannot_be_written_to(self):
        held, later = both()
        assert later["share"] is later["share"]
        assert later._values["share"] is later["share"]
        assert later["method"].tolist() == held["method"].tolist() == [maturity.METHOD] * len(held)
        np.testing.assert_array_equal(later._keys["method"], held._keys["method"])
        np.testing.assert_array_equal(later._reason, held._reason)
        assert looked_at(later) == ["share", "method", "reason"]
        for name in ("share", "months", "reason", "excluded"):
            with pytest.raises(ValueError, match="read-only"):
                later[name][0] = 0

    def test_one_row(self):
        held, later = both()
        assert [later[i] for i in (0, 7, -1)] == [held[i] for i in (0, 7, -1)]
        assert later.at(method="Kent", months=2) == held.at(method="Kent", months=2)
        assert looked_at(later) == ["method", "months"]
        with pytest.raises(OutOfRangeError, match="rows must lie between"):
            later[len(held)]

    @pytest.mark.parametrize("index", [[], [3, 1, 3], [-1, 0], np.s_[2:9:3], np.s_[5:1]])
    def test_some_rows(self, index):
        held, later = both()
        assert later[index] == held[index]
        assert later[later["months"] == 1] == held[held["months"] == 1]

    def test_other_orders_and_labels(self):
        held, later = both()
        for name in ("share", "months", "reason"):
            assert later.sort(name, descending=True) == held.sort(name, descending=True)
        names = {"Kent": "Kent Police"}
        assert later.relabel("method", names) == held.relabel("method", names)
        assert Results._stack([later, held], {"t": [1, 2]}) == Results._stack([held] * 2, {"t": [1, 2]})

    def test_travels(self):
        """What was looked at stays here."""
        held, later = both()
        later["share"]
        with worked_out_later(3):
            for again in (pickle.loads(pickle.dumps(later)), copy.deepcopy(later)):
                assert looked_at(again) == []
                assert again == held
                with pytest.raises(ValueError, match="read-only"):
                    again["share"][0] = 0
            assert copy.copy(later) == held

    def test_is_handed_over(self):
        pytest.importorskip("pandas")
        pytest.importorskip("polars")
        held, later = both()
        assert later.to_polars(audit=True).equals(held.to_polars(audit=True))
        assert later.to_pandas().equals(held.to_pandas())
        assert looked_at(later) == []

    def test_columns_by_name(self):
        """As a mapping of which a look at the names works nothing out."""
        _, later = both()
        assert "share" in later._values
        assert "nothing" not in later._values
        assert len(later._values) == 9
        with pytest.raises(KeyError):
            later._values["nothing"]
        with pytest.raises(UnknownNameError, match="no column 'nothing'"):
            later["nothing"]
        assert looked_at(later) == []

    def test_is_not_suppressed(self):
        _, later = both()
        with pytest.raises(InvalidInputError, match="in which each age tells of the one before"):
            later.suppress()

    def test_short_ones_are_held(self):
        _, later = both()
        assert isinstance(later[:2]._rows, _held.Held)
        assert isinstance(later._evolve(keys=dict(later._keys))._rows, _held.Held)
