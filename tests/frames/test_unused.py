"""A count that was forgotten, on every engine; and what is none."""

from __future__ import annotations

import warnings

import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES

import policemetrics as pm
from policemetrics import tally
from policemetrics.errors import InvalidInputError, PoliceMetricsWarning, UnusedCountWarning
from policemetrics.frames.unused import _meaning

YEARS = ("2022/23", "2023/24")
TWO = {"period": list(YEARS), "offences": [900, 1000]}
NAMED = "named like one"


@pytest.fixture(params=ENGINES.values(), ids=list(ENGINES))
def engine(request):
    return request.param


@pytest.mark.parametrize("metric", ["rate_change", "harm_score", "tally", "times"])
def test_a_column_named_like_a_count(engine, metric):
    """The warning names the column, and both calls that it proposes run on the same frame."""
    frame = engine(pa.table(TWO | {"offence": ["1", "1"], "took": [60.0, 90.0]}))
    weights = pm.HarmWeights({"1": 2.0}, name="w", version="1", unit="days")
    ask = {
        "rate_change": lambda **more: pm.rate_change(frame, between=YEARS, **more).new,
        "harm_score": lambda **more: pm.harm_score(frame, weights, **more).crimes,
        "tally": lambda **more: tally(frame, "period", **more).total,
        "times": lambda **more: (
            pm.summarise_times(frame, seconds="took", percentiles=False, target=75, **more).n
        ),
    }[metric]
    with pytest.warns(
        UnusedCountWarning, match=r"'offences' \(named like one\): count='offences' adds it up"
    ) as said:
        rows = ask()
    assert len(said) == 1
    assert said[0].filename == __file__
    assert ask(count="rows") == rows
    assert ask(count="offences") == {"rate_change": 1000}.get(metric, 1900)


def test_keys_that_are_all_distinct(engine):
    """Twelve forces, a row each: whatever the column is called. Of nine it is not known."""
    forces = [f"force {i}" for i in range(12)]
    table = pa.table({"force": forces, "stolen": [7] * 12})
    with pytest.warns(
        UnusedCountWarning, match=r"'stolen' \(of whole numbers, and each of the 12 rows has a key"
    ):
        tally(engine(table), "force")
    assert tally(engine(table), "force", count="rows").total == 12
    assert tally(engine(table), "force", count="stolen").total == 84
    assert tally(engine(table.slice(0, 9)), "force").total == 9


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "Crime ID",
        "incidentid",
        "year",
        "hour",
        "Age",
        "grade",
        "crime_number",
        "x",
        "Unnamed: 0",
        "incident",
        "Log",
        "case",
    ],
)
def test_what_is_no_count(name):
    """Identifiers, times, places and grades: each row has a key of its own, and no other kind of column."""
    log = pd.DataFrame(
        {"lsoa": [f"E{i}" for i in range(12)], name: range(12), "share": [0.5] * 12, "open": [True] * 12}
    )
    assert tally(log, "lsoa").total == 12


def test_several_rows_of_a_key():
    log = pd.DataFrame({"force": ["Kent"] * 12, "stolen": [7] * 12})
    assert tally(log, "force").total == 12
    assert tally(log).total == 12


def test_what_is_used_is_not_unused():
    assert tally(pd.DataFrame({"n": [1, 1, 2]}), "n").total == 3
    assert tally(pd.DataFrame({"number": [1, 1, 2]}), {"grade": "number"}).total == 3
    assert tally(pd.DataFrame({"force": ["Kent"], "n": [7]})[:0], "force").total == 0


def test_times_of_their_own_are_no_table():
    """Nearly every row of a log has a time of its own."""
    log = pd.DataFrame({"seconds": [10.5 * i for i in range(12)], "crew": range(12)})
    assert pm.summarise_times(log).n == 12


def test_numbers_that_a_gap_has_made_decimal():
    frame = pd.DataFrame({"force": ["Kent", "Essex"], "Number of Offences": [7.0, None]})
    with pytest.warns(UnusedCountWarning, match="'Number of Offences'"):
        tally(frame, "force")


def test_a_column_called_rows(engine):
    frame = engine(pa.table({"force": ["Kent"], "rows": [7]}))
    with pytest.raises(InvalidInputError, match="rename it, to 'n' say"):
        tally(frame, "force", count="rows")
    renamed = engine(pa.table({"force": ["Kent"], "n": [7]}))
    assert tally(renamed, "force", count="n").total == 7


def test_a_tally_is_counted_already():
    with pytest.raises(InvalidInputError, match="a tally is counted already"):
        pm.rate_change(tally(pd.DataFrame(TWO), "period", count="offences"), between=YEARS, count="rows")


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("n", "count"), ("OffenceCount", "count"), ("Number of Offences", "count"), ("TOTAL", "count"),
        ("Total recorded crime (excluding fraud)", "count"), ("Force outcomes", "count"), ("Crimes 2023", "count"),
        ("total_cost", "other"), ("offence_code", "other"), ("incident_hour", "other"), ("discount", ""), ("grid", "other"),
        ("seen", ""), ("", ""), ("крим", ""),
    ],
)  # fmt: skip
def test_names(name, meaning):
    assert _meaning(name) == meaning


def test_the_warning_is_one_of_the_family():
    with warnings.catch_warnings():
        warnings.simplefilter("error", PoliceMetricsWarning)
        with pytest.raises(UnusedCountWarning):
            tally(pd.DataFrame(TWO), "period")
