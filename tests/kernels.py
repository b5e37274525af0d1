"""What the tests of the interval kernels share: the tables of oracles, tolerances, and how each kernel is called.

The tables are in ``oracles/intervals.json``, each with its source. Other figures stand beside the test that
uses them: [R] run in R 4.2.2, [T] printed in the test suite of the package named, [Py] run in scipy.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from policemetrics.intervals import byar, clopper_pearson, garwood, phe, rate_ratio, wilson

ORACLES = json.loads((Path(__file__).parent / "oracles" / "intervals.json").read_text(encoding="utf-8"))
CLOSED = 1e-9  # relative, for closed forms
SEARCHED = 1e-6  # relative, for what was or is found by a search
METHODS = ["score", "exact", "midp"]
BILLION = 10**9


def oracle(name: str, *columns: str) -> list[tuple[float, ...]]:
    """Rows of a table of oracles that have a figure in each of the columns."""
    table = ORACLES[name]
    at = [table["columns"].index(column) for column in columns]
    rows = [tuple(row[i] for i in at) for row in table["rows"]]
    found = [tuple(map(float, row)) for row in rows if None not in row]
    assert found
    return found


def close(found: tuple[Any, Any], low: float, high: float, rel: float = CLOSED, scale: float = 1.0) -> None:
    """Both limits, times a scale, are the ones expected."""
    assert float(found[0]) * scale == pytest.approx(low, rel=rel, abs=1e-300)
    assert float(found[1]) * scale == pytest.approx(high, rel=rel, abs=1e-300)


# One call of each interval with a single array of events: what is asked of all.
ONE_COUNT: dict[str, Callable[..., Any]] = {"garwood": garwood, "byar": byar, "phe": phe}
TWO_COUNTS: dict[str, Callable[..., Any]] = {
    "wilson": lambda x, y, c=0.95: wilson(x, np.add(x, y), c),
    "clopper_pearson": lambda x, y, c=0.95: clopper_pearson(x, np.add(x, y), c),
    **{
        method: lambda x, y, c=0.95, method=method: rate_ratio(x, y, 2.0, 3.0, c, method=method)
        for method in METHODS
    },
}


counts = st.one_of(st.integers(0, 30), st.integers(0, 10**4), st.integers(0, 10**9))
levels = st.floats(0.01, 0.999)
