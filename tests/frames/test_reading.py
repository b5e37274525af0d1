"""How a frame is opened: what is no frame, whole small tables, the errors of an engine."""

import re

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import ENGINES, cells, one_duckdb, sql

from policemetrics import HarmWeights
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
)
from policemetrics.frames import read_columns, text_columns
from policemetrics.frames.counting import tally
from policemetrics.frames.stamps import durations
from policemetrics.tallies import Tally

MAX = 2**63 - 1
MISSING = "(missing)"


_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    """From an Arrow table to a frame of each engine."""
    return request.param


def frame(**columns):
    return pa.table(columns)


@pytest.mark.parametrize(
    "data",
    [
        None,
        3,
        "crimes.csv",
        ["Kent"],
        {"force": ["Kent"]},
        np.ones((2, 2)),
        pd.Series(["Kent"]),
        pl.Series(["Kent"]),
        pa.array(["Kent"]),
        iter([]),
        pd.DataFrame,
        pl.col("force"),
        duckdb,
    ],
    ids=lambda d: type(d).__name__,
)
def test_what_is_no_frame(data):
    with pytest.raises(InvalidTypeError, match=r"must be a Tally or a data frame.*Tally\.from_columns; got "):
        tally(data, "force")


def test_a_tally_is_counted_already():
    with pytest.raises(InvalidTypeError, match="a Tally is counted already"):
        tally(Tally.from_columns({"force": ["Kent"]}, [7]), "force")


def test_frames_of_narwhals_pass():
    for data in (pl.DataFrame({"force": ["Kent"]}), pl.LazyFrame({"force": ["Kent"]})):
        assert tally(nw.from_native(data), "force").total == 1


class TestReadColumns:
    def test_whole(self, engine):
        """Rows stay as they are, gaps too, in the order of the table."""
        dims, columns = read_columns(
            engine(frame(area=["Kent", None], code=[1, 2], size=[1.5, 2.5])),
            {"force": "area", "code": "code"},
            "size",
        )
        assert dims == ("force", "code")
        assert sorted(zip(columns["code"], columns["size"], strict=True)) == [(1, 1.5), (2, 2.5)]
        assert "Kent" in columns["force"]

    def test_bad(self):
        data = pl.DataFrame({"force": ["Kent"], "size": [1.5]})
        for by, value, message in (
            ("area", "size", r"by: column must be one of 'force', 'size'"),
            ("force", "people", "value: column must be one of"),
            ("size", "size", "codes such as|must not name"),
            ({"size": "force"}, "size", "must not name the dimension 'size'"),
        ):
            with pytest.raises(PoliceMetricsError, match=message):
                read_columns(data, by, value)
        with pytest.raises(InvalidTypeError, match="data frame"):
            read_columns({"force": ["Kent"]}, "force", "size")


def test_text_columns(engine):
    """Categories are text too; numbers, flags and dates are not."""
    found = frame(
        force=["Kent"],
        n=[1],
        seen=[True],
        at=pa.array([0], pa.timestamp("us")),
        area=pa.array(["x"]).dictionary_encode(),
    )
    assert text_columns(engine(found)) == ["force", "area"]
    assert text_columns(pl.DataFrame({"a": pl.Series(["x"], dtype=pl.Enum(["x"])), "b": [1.5]})) == ["a"]


def test_the_errors_of_an_engine_are_ours():
    """DuckDB's own come from no error of Python's."""
    data = sql("select cast(x as int) as a from (values ('1'), ('q')) t(x)")
    with pytest.raises(InvalidInputError, match="could not be grouped and counted by its engine"):
        tally(data, "a")


class TestNamesOfDuckDB1:
    """It takes names with a quote or a dot apart, and may read another column without a word."""

    NAMES = ('for"ce', '"force"', "force.kent", 'it\'s "one"', 'a."b"')

    @pytest.mark.parametrize("name", NAMES)
    def test_read_or_refused_by_name(self, name, monkeypatch):
        quoted = '"' + name.replace('"', '""') + '"'
        relation = sql(f"""select 'Kent' as {quoted}, 'other' as "force", 7 as n""")
        if duckdb.__version__ >= "2":
            assert cells(tally(relation, {"force": name}, count="rows")) == {("Kent",): 1}
            monkeypatch.setattr(duckdb, "__version__", "1.4.1")
        with pytest.raises(InvalidInputError, match="cannot be asked of DuckDB 1") as refused:
            tally(relation, {"force": name}, count="rows")
        assert str(refused.value).startswith(f"by['force']: column {name!r} cannot")
        # What the message proposes runs as it stands, on the very relation.
        proposed = re.search(r"as in (relation\.project\(.*?\)), or pip", str(refused.value))[1]
        mended = eval(proposed, {"relation": relation})  # noqa: S307  # our own message
        assert cells(tally(mended, {"force": "renamed"}, count="rows")) == {("Kent",): 1}
        # The other columns are read as ever.
        assert cells(tally(relation, "force", count="n")) == {("other",): 7}

    def test_every_argument(self, monkeypatch):
        monkeypatch.setattr(duckdb, "__version__", "1.4.1")
        relation = sql(
            """select 'Kent' as force, 7 as "n.n", timestamp '2024-01-01' as "s.s", timestamp '2024-01-02' as e"""
        )
        for call, argument in (
            (lambda: tally(relation, "force", count="n.n"), "count"),
            (lambda: tally(relation, "force", date="s.s"), "date"),
            (lambda: durations(relation, start="s.s", end="e", timezone="UTC"), "start"),
        ):
            with pytest.raises(InvalidInputError, match=f"^{argument}: column '[ns].[ns]' cannot be asked"):
                call()


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("us"), pl.Duration("ms")])
def test_weights_that_are_no_numbers(dtype):
    """Dates past all calendars made polars panic when they were listed; by their type they are refused before."""
    far = pl.Series([2**31 - 1], dtype=pl.Int32 if dtype == pl.Date else pl.Int64).cast(dtype)
    with pytest.raises(InvalidTypeError, match="weight: column 'w' must hold numbers; got D"):
        HarmWeights.from_frame(
            pl.DataFrame({"code": ["46"], "w": far}), offence="code", weight="w", name="own", version="1"
        )
