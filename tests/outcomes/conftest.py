"""The tables of the Home Office by force, as a tally."""

from __future__ import annotations

import csv
import re

import pytest

from policemetrics import tally


@pytest.fixture(scope="session")
def force_outcomes(shared_data):
    """The 44 forces by year, basis and type; "other" is what the assigned total leaves."""
    import pandas as pd  # the tests that use it need it, not the folder

    with (shared_data / "outcomes" / "ho_outcomes_force_year.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    types = {c: c.rpartition("_t")[2] for c in rows[0] if re.search(r"_t\d+$", c)}
    columns = {"force": [], "period": [], "basis": [], "outcome": [], "n": []}
    for row in rows:
        counts = {code: int(row[column]) for column, code in types.items()}
        counts["other"] = int(row["assigned_total"]) - int(row["positive_total"])
        for code, n in counts.items():
            for name, value in zip(
                columns, (row["force"], row["financial_year"], row["basis"], code, n), strict=True
            ):
                columns[name].append(value)
    frame = pd.DataFrame(columns)
    return rows, tally(
        frame,
        by=["force", "period", "basis", "outcome"],
        count="n",
        overlapping=["basis"],
        coverage=["force"],
    )
