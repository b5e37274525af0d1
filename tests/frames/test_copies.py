"""One crime, one count, on every engine."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES
from hypothesis import given, settings
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import tally
from policemetrics.errors import InvalidInputError, UnknownNameError

STREET = {
    "Crime ID": [None, *["7ee5"] * 13, "a1", None], "Month": ["2022-08"] * 15 + ["2022-09"],
    "Crime type": ["Anti-social behaviour", *["Violence and sexual offences"] * 13, "Drugs", "Anti-social behaviour"],
}  # fmt: skip


@pytest.fixture(params=ENGINES.values(), ids=list(ENGINES))
def engine(request):
    return request.param


def read(tally):
    table = tally.to_dict()
    counts = table.pop("count")
    return dict(zip(zip(*table.values(), strict=True) if table else [()] * len(counts), counts, strict=True))


def test_thirteen_copies(engine):
    frame = engine(pa.table(STREET))
    found = tally(frame, {"period": "Month", "type": "Crime type"}, unique="Crime ID")
    assert read(found) == {
        ("2022-08", "Anti-social behaviour"): 1, ("2022-08", "Violence and sexual offences"): 1,
        ("2022-08", "Drugs"): 1, ("2022-09", "Anti-social behaviour"): 1,
    }  # fmt: skip
    assert read(found.excluded) == {
        ("2022-08", "Violence and sexual offences", "further row of one Crime ID"): 12
    }
    assert tally(frame, unique="Crime ID").total == 4
    change = pm.rate_change(found, between=("2022-08", "2022-09"), subject="Incidents")
    assert "from 3 in August 2022 to 1 in September 2022. Left out: further row of one Crime ID 12." in str(
        change
    )


def test_dates_numbers_and_rows_without_a_label(engine):
    """Identifiers may be numbers; a copy that lacks a label is a copy; an empty text identifies nothing."""
    when = pd.to_datetime(["2024-01-05", "2024-01-05", "2024-02-01", None, None, None])
    table = pa.table(
        {"id": ["1", "1", "2", "3", "3", None], "number": [1, 1, 2, 3, 3, 4], "ref": ["", "", "", "", "", ""],
         "when": pa.array(when, from_pandas=True), "force": ["Kent", "Kent", "Kent", None, None, None]}
    )  # fmt: skip
    found = tally(engine(table), "force", date="when", unique="id")
    assert read(found) == {("Kent", "2024-01"): 1, ("Kent", "2024-02"): 1}
    assert Counter(k[-1] for k in read(found.excluded)) == {"missing force": 1, "further row of one id": 2}
    assert sum(read(found.excluded).values()) == 4
    assert found.sum_to().total == 4
    assert tally(engine(table), unique="ref").total == 6
    assert tally(engine(table), unique="number").total == 4


def test_one_identifier_with_several_labels(engine):
    """Which of them counts, only the caller knows; the call that is proposed counts one for each."""
    table = pa.table({"id": ["a", "a", "a", "b", "b"], "type": ["theft", "theft", "drugs", "theft", None]})
    with pytest.raises(InvalidInputError, match="2 have several, the first 'a': mend the rows") as refused:
        tally(engine(table), "type", unique="id")
    proposed = re.search(r"unique=(\[.*\])\.", str(refused.value))[1]
    found = tally(engine(table), "type", unique=ast.literal_eval(proposed))
    assert read(found) == {("theft",): 2, ("drugs",): 1}
    assert tally(engine(table), unique="id").total == 2


def test_what_does_not_go_together():
    frame = pd.DataFrame({"id": ["a"], "n": [3]})
    with pytest.raises(InvalidInputError, match="unique= counts rows once, and cannot go with count='n'"):
        tally(frame, count="n", unique="id")
    with pytest.raises(UnknownNameError, match="unique: column must be one of"):
        tally(frame, unique="Crime ID", count="rows")
    assert tally(frame, unique="id", count="rows").total == 1


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(1, 2)), max_size=12))
@settings(max_examples=15)
def test_rows_in_are_rows_counted_and_left_out(rows):
    """Counted are the identifiers and the rows without one; with every label part of the identifier, on every engine."""
    table = pa.table(
        {"id": pa.array([i for i, _ in rows], pa.string()), "x": pa.array([x for _, x in rows], pa.int64())}
    )
    expected = Counter(x for i, x in {(i, x) for i, x in rows if i}) + Counter(
        x for i, x in rows if i is None
    )
    for name, make in ENGINES.items():
        found = tally(make(table), "x", unique=["id", "x"])
        assert read(found) == {(x,): n for x, n in expected.items()}, name
        assert found.total + (found.excluded.total if found.excluded else 0) == len(rows), name
