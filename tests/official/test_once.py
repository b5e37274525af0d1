"""One crime, one count, against a plain model: every row is counted once or left out."""

from collections import Counter, defaultdict

import numpy as np
import pytest
import python_calamine  # noqa: F401  # skipped without it
from hypothesis import given
from hypothesis import strategies as st

from policemetrics.errors import InvalidInputError
from policemetrics.official._once import COUNT, SEVERAL, Rows, once
from policemetrics.official._tables import Column

ROW = st.tuples(
    st.sampled_from(["", "a", "b", "c"]),
    st.sampled_from(["Drugs", "Robbery"]),
    st.sampled_from(["", "x", "y"]),
)
FILES = st.lists(st.lists(ROW, min_size=1, max_size=8), min_size=1, max_size=3)


def column(texts):
    return Column.of(list(texts), np.arange(len(texts)))


def rows_of(file, month):
    ids, types, outcomes = zip(*file, strict=True)
    columns = {"period": column([month] * len(file)), "type": column(types), "outcome": column(outcomes)}
    return Rows.of(columns, column(ids))


def cells(columns):
    found = Counter()
    texts = {name: column.texts() for name, column in columns.items()}
    for period, kind, outcome, n in zip(
        *(texts[d] for d in ("period", "type", "outcome", COUNT)), strict=True
    ):
        found[period, kind, outcome] += int(n)
    return +found


def model(files, unique):
    """Count the rows of each crime by hand; None where they differ in more than their outcome."""
    crimes, counted, left = defaultdict(list), Counter(), Counter()
    for month, file in files:
        for crime, kind, outcome in file:
            key = month, kind, outcome
            if unique is False or not crime:
                counted[key] += 1
            else:
                crimes[(crime, key) if unique == "labels" else crime].append(key)
    for keys in crimes.values():
        if len({key[:2] for key in keys}) > 1:
            return None
        key = keys[0] if len(set(keys)) == 1 else (*keys[0][:2], SEVERAL)
        counted[key] += 1
        left[key] += len(keys) - 1
    return +counted, +left


@given(FILES, st.sampled_from([True, False, "labels"]))
def test_every_row_once(files, unique):
    named = [(f"2024-0{i + 1}", file) for i, file in enumerate(files)]
    expected = model(named, unique)
    parts = [rows_of(file, month) for month, file in named]
    if expected is None:
        with pytest.raises(
            InvalidInputError, match="rows of one Crime ID must have the same force, month and type"
        ):
            once(parts, unique)
        return
    counted, left = map(cells, once(parts, unique))
    assert (counted, left) == expected
    assert counted.total() + left.total() == sum(map(len, files))
