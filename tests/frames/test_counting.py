"""Reading frames: every engine gives the same tally of the same rows, or the same refusal."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import ENGINES, cells, every_engine, ledger, one_duckdb, since, sql
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ids import stable
from strategies import as_columns, labels, rows

from policemetrics.errors import (
    CountOverflowError,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.frames.counting import tally
from policemetrics.frames.stamps import durations
from policemetrics.tallies import Tally

MAX = 2**63 - 1
MISSING = "(missing)"
LONDON, UTC = ZoneInfo("Europe/London"), dt.UTC

_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    """From an Arrow table to a frame of each engine."""
    return request.param


def frame(**columns):
    return pa.table(columns)


class TestCountingRows:
    def test_by_hand(self, engine):
        data = engine(frame(force=["Kent", "Essex", "Kent"], year=[2024, 2023, 2024]))
        found = tally(data, by=["force", "year"])
        assert found.to_dict() == {"force": ["Essex", "Kent"], "year": [2023, 2024], "count": [1, 2]}
        assert found.unit == "rows"
        assert [type(c[0]) for c in found.to_dict().values()] == [str, int, int]

    def test_one_dimension_or_none(self, engine):
        data = engine(frame(force=["Kent", "Essex", "Kent"]))
        assert cells(tally(data, "force")) == {("Essex",): 1, ("Kent",): 2}
        assert tally(data).to_dict() == {"count": [3]}
        assert tally(data, by=()) == tally(data, by="force").sum_to()

    def test_a_mapping_renames(self, engine):
        data = engine(frame(force_name=["Kent"], fy=["2023/24"]))
        assert tally(data, by={"period": "fy", "force": "force_name"}).to_dict() == {
            "period": ["2023/24"],
            "force": ["Kent"],
            "count": [1],
        }
        assert tally(data, by={"a": "fy", "b": "fy"}).to_dict() == {
            "a": ["2023/24"],
            "b": ["2023/24"],
            "count": [1],
        }

    def test_missing_labels(self, engine):
        data = engine(frame(force=["Kent", None, None], offence=[None, "theft", None]))
        found = tally(data, by=["force", "offence"])
        assert len(found) == 0
        assert ledger(found) == {
            ("Kent", MISSING, "missing offence"): 1,
            (MISSING, "theft", "missing force"): 1,
            (MISSING, MISSING, "missing force"): 1,
        }

    def test_missing_numbers(self):
        """pandas turns whole numbers with a gap into floats, so those are refused; the others keep them."""
        table = frame(year=[2024, None, 2024])
        for name, data in every_engine(table).items():
            if name == "pandas":
                with pytest.raises(
                    InvalidTypeError, match="whole numbers become decimal where one is missing"
                ):
                    tally(data, "year")
            else:
                assert cells(tally(data, "year")) == {(2024,): 2}
                assert ledger(tally(data, "year")) == {(MISSING, "missing year"): 1}
        assert cells(tally(table.to_pandas().convert_dtypes(), "year")) == {(2024,): 2}

    def test_a_column_of_nothing(self, engine):
        assert ledger(tally(engine(frame(force=pa.nulls(2))), "force")) == {(MISSING, "missing force"): 2}

    def test_empty_text_is_a_label(self, engine):
        assert cells(tally(engine(frame(force=["", " ", "Kent"])), "force")) == {
            ("",): 1,
            (" ",): 1,
            ("Kent",): 1,
        }

    def test_coverage_and_overlap(self, engine):
        data = engine(frame(force=["Kent", "Essex"], type=["1", "1A"]))
        found = tally(data, by=["force", "type"], coverage="force", overlapping="type")
        assert cells(found.coverage) == {("Essex",): 1, ("Kent",): 1}
        assert found.overlapping == {"type"}


class TestEnginesAgree:
    @given(rows("force", "offence", counts=st.none() | st.integers(-5, 9)))
    @settings(max_examples=10)
    @example([])
    def test_on_counts_with_gaps(self, found):
        """Small tables with every kind of gap: the rows counted one by one are the oracle."""
        columns, counts = as_columns(found, ("force", "offence"))
        table = pa.table(
            {d: pa.array(c, pa.string()) for d, c in columns.items()} | {"n": pa.array(counts, pa.int64())}
        )
        counted, gaps = Counter(), {}
        for force, offence, n in found:
            key = (force or MISSING, offence or MISSING)
            reason = None if force and offence else "missing force" if not force else "missing offence"
            if n is not None:
                counted[key, reason] += n
            else:
                gaps[(*key, "not supplied: n missing in the source")] = 0
                if reason:
                    gaps[(*key, reason)] = 0
        expected = {k: n for (k, reason), n in counted.items() if not reason}
        excluded = gaps | {(*k, reason): n for (k, reason), n in counted.items() if reason}
        for name, data in every_engine(table).items():
            made = tally(data, ["force", "offence"], count="n", coverage="force")
            assert cells(made) == expected, name
            assert ledger(made) == excluded, name
            assert made.total + sum(ledger(made).values()) == sum(n or 0 for *_, n in found)
            assert cells(made.coverage) == {(f,): 1 for f, _, n in found if f and n is not None}
            assert made.unit == "n"

    @given(rows("force", "year", counts=st.just(1)), st.data())
    @settings(max_examples=10)
    def test_on_parts_and_whole(self, found, data):
        """A tally of parts is the tally of the whole, on every engine; finer keys add up to coarser ones."""
        columns, _ = as_columns(found, ("force", "year"))
        table = pa.table(
            {"force": pa.array(columns["force"], pa.string()), "year": pa.array(columns["year"], pa.int16())}
        )
        cut = data.draw(st.integers(0, len(found)))
        for name, make in ENGINES.items():
            if name == "pandas" and None in columns["year"]:
                continue
            whole = tally(make(table), ["force", "year"])
            assert (
                tally(make(table[:cut]), ["force", "year"]) + tally(make(table[cut:]), ["force", "year"])
                == whole
            ), name
            assert tally(make(table)) == tally(make(table), ["force"]).sum_to() or None in columns["force"]

    @given(
        st.lists(st.tuples(labels("force", gaps=False), st.none() | st.integers(0, 9)), max_size=8), st.data()
    )
    @settings(max_examples=6)
    def test_on_parts_and_whole_with_missing_counts(self, found, data):
        """A missing count marks its cell, however the rows are dealt out, and however finely they are read."""
        table = pa.table(
            {
                "force": pa.array([f for f, _ in found], pa.string()),
                "n": pa.array([n for _, n in found], pa.int64()),
            }
        )
        cut = data.draw(st.integers(0, len(found)))
        for name, make in ENGINES.items():
            whole = tally(make(table), "force", count="n")
            assert (
                tally(make(table[:cut]), "force", count="n") + tally(make(table[cut:]), "force", count="n")
                == whole
            ), name
            assert tally(make(table), count="n") == whole.sum_to(), name

    def test_on_no_rows(self, engine):
        """No rows are no evidence of anything, with dimensions or without."""
        data = engine(pa.table({
            "force": pa.array([], pa.string()), "year": pa.array([], pa.int64()),
            "n": pa.array([], pa.int64()), "x": pa.array([], pa.float64()), "day": pa.array([], pa.timestamp("us")),
        }))  # fmt: skip
        for found in (
            tally(data, ["force", "year"], coverage="force"),
            tally(data, "force", count="n"),
            tally(data, count="x"),
            tally(data),
            tally(data, date="day", count="n"),
            tally(data, {"seconds": "x"}),
        ):
            assert (len(found), found.total, found.excluded) == (0, 0, None)
        assert len(tally(data, date="day").coverage) == 0


class TestCount:
    def test_adds_up(self, engine):
        data = engine(frame(force=["Kent", "Kent", "Essex"], n=[7, -5, 0]))
        assert cells(tally(data, "force", count="n")) == {("Essex",): 0, ("Kent",): 2}
        assert tally(data, count="n").to_dict() == {"count": [2]}

    @pytest.mark.parametrize(
        "values",
        [
            pa.array([100, 100], pa.int8()),
            pa.array([100, 100], pa.uint8()),
            pa.array([100, 100], pa.uint64()),
            pa.array([100.0, 100.0]),
            pa.array([100.0, 100.0], pa.float32()),
        ],
        ids=lambda v: str(v.type),
    )
    def test_small_types_do_not_wrap(self, engine, values):
        assert tally(engine(frame(n=values)), count="n").total == 200

    def test_differences_of_unsigned_counts(self, engine):
        """polars counts in 32 bits without a sign, where 1 - 2 would be 4,294,967,295."""
        data = engine(frame(force=["Kent", "Kent", "Essex"]))
        counts = tally(data, "force")._cells.counts
        assert (counts[0] - counts[1]).item() == -1

    @pytest.mark.parametrize(
        "counts",
        [[2**53 + 1, 2], [MAX], [MAX - 1, 1], [-MAX, -1], [MAX, MAX, -MAX], [-(2**62), 2**62 - 1]],
        ids=stable,
    )
    def test_large_counts_are_exact(self, engine, counts):
        """Beyond 2**53 floats lose units; and the sum may pass through more than 64 bits hold."""
        assert tally(engine(frame(force=["Kent"] * len(counts), n=counts)), "force", count="n").total == sum(
            counts
        )

    @pytest.mark.parametrize("by", [(), "force"])
    @pytest.mark.parametrize("counts", [[MAX, 1], [2**62] * 2, [2**62] * 4, [-MAX, -2]], ids=str)
    def test_overflow(self, engine, counts, by):
        """Left to themselves some engines wrap, to zero crimes or less than none."""
        data = engine(frame(force=["Kent"] * len(counts), n=counts))
        with pytest.raises(
            CountOverflowError, match=f"'n' must add up within 64 bits; got a sum of {sum(counts)} in "
        ):
            tally(data, by, count="n")

    @pytest.mark.parametrize("counts", [[2**63], [2**63] * 2, [2**64 - 1, 1]], ids=str)
    def test_overflow_of_unsigned_counts(self, engine, counts):
        data = engine(frame(n=pa.array(counts, pa.uint64())))
        with pytest.raises(CountOverflowError):
            tally(data, count="n")

    @pytest.mark.parametrize("count", [1e19, -1e30, float("inf"), float("-inf")])
    def test_overflow_of_floats(self, engine, count):
        data = engine(frame(force=["Kent", "Essex"], n=[count, 1.0]))
        with pytest.raises(
            CountOverflowError,
            match="'n' must hold finite numbers within 64 bits; got 1 that are not in force Kent",
        ):
            tally(data, "force", count="n")

    def test_overflow_of_wide_integers(self):
        wide = []
        if since(pl, 1, 18):
            frame = pl.DataFrame({"n": pl.Series([2**100], dtype=pl.Int128)})
            wide = [frame, frame.lazy()]
        for data in (*wide, sql("select 1180591620717411303424::HUGEINT as n")):
            with pytest.raises(CountOverflowError, match="64 bits"):
                tally(data, count="n")
        assert tally(sql("select 5::HUGEINT as n"), count="n").total == 5

    @pytest.mark.parametrize("by", [(), "force"])
    def test_fractions_are_refused(self, engine, by):
        """Also where they add up to a whole number."""
        data = engine(frame(force=["Kent", "Kent"], n=[0.5, 1.5]))
        with pytest.raises(
            InvalidInputError,
            match=r"'n' must hold whole numbers; got 2 that are not in (force Kent|the whole frame)",
        ):
            tally(data, by, count="n")

    def test_missing_counts(self, engine):
        """A row without a count is no row with 0: the cell is marked, and a cell of such rows only does not stand."""
        data = engine(frame(force=["Kent", "Kent", "Essex", "Surrey"], n=[7, None, None, 0]))
        found = tally(data, "force", count="n", coverage="force")
        assert cells(found) == {("Kent",): 7, ("Surrey",): 0}
        assert ledger(found) == dict.fromkeys(
            [(f, "not supplied: n missing in the source") for f in ("Essex", "Kent")], 0
        )
        assert found.coverage.labels("force") == ("Kent", "Surrey")

    def test_counts_that_are_not_a_number(self, engine):
        data = engine(frame(force=["Kent", "Essex"], n=[float("nan"), 4.0]))
        assert cells(tally(data, "force", count="n")) == {("Essex",): 4}
        assert len(ledger(tally(data, "force", count="n"))) == 1

    def test_no_counts_at_all(self, engine):
        data = engine(frame(force=["Kent", None], n=pa.array([None, None], pa.int64())))
        found = tally(data, "force", count="n", coverage="force")
        assert (len(found), len(found.coverage), found.total) == (0, 0, 0)
        assert set(ledger(found)) == {
            ("Kent", "not supplied: n missing in the source"),
            (MISSING, "not supplied: n missing in the source"),
            (MISSING, "missing force"),
        }
        assert set(ledger(found.sum_to())) == {("not supplied: n missing in the source",)}

    def test_the_figure_says_why(self):
        from policemetrics.rates import rate

        data = pl.DataFrame({"force": ["Kent", "Kent", "Essex"], "crimes": [7, None, 3]})
        found = rate(data, {"Kent": 1000, "Essex": 1000}, by="force", count="crimes")
        assert found.at(force="Essex").rate == 3
        assert found.at(force="Kent").reason == "not available: crimes missing in the source"

    def test_decimals(self, engine):
        """DuckDB adds integers up to decimals; pandas holds such as objects, which are refused."""
        data = engine(frame(n=[Decimal(2**53 + 1), Decimal(2), None]))
        if isinstance(data, pd.DataFrame) and data["n"].dtype == object:
            with pytest.raises(InvalidTypeError, match="turn it into integers first"):
                tally(data, count="n")
        else:
            assert tally(data, count="n").total == 2**53 + 3
        data = engine(frame(n=[Decimal("1.5"), Decimal("1.5")]))
        with pytest.raises(PoliceMetricsError, match="'n' must hold whole numbers"):
            tally(data, count="n")

    @pytest.mark.parametrize(
        "values",
        [
            ["7"],
            [True],
            [dt.date(2024, 1, 1)],
            [[7]],
            [dt.timedelta(1)],
            pa.nulls(1),
            pa.array(["7"]).dictionary_encode(),
        ],
        ids=stable,
    )
    def test_what_is_no_number(self, engine, values):
        if engine is ENGINES["duckdb"] and not since(duckdb, 2) and isinstance(values, pa.NullArray):
            pytest.skip("a column without a type is one of whole numbers in DuckDB 1")
        with pytest.raises(
            InvalidTypeError,
            match=r"count: column 'n' must hold whole numbers; got .*: turn it into integers",
        ):
            tally(engine(frame(n=values)), count="n")


class TestLabels:
    @pytest.mark.parametrize(
        ("values", "message"),
        [
            (
                [4.1, 4.10],
                r"got Float64: codes such as 4\.1 and 4\.10.*dtype=\{'code': str\}.*schema_overrides=\{'code': pl\.String\}",
            ),
            (pa.array([4.1], pa.float32()), "got Float32: codes"),
            ([True, False], "got Boolean: turn it into text first"),
            (pa.array([0], pa.timestamp("us")), "got Datetime.*give date='code'"),
            ([dt.timedelta(1)], "durations are the dimension 'seconds'"),
        ],
        ids=["float", "float32", "bool", "datetime", "duration"],
    )
    def test_refused_by_type(self, engine, values, message):
        with pytest.raises(InvalidTypeError, match=f"by: column 'code' must hold labels.*{message}"):
            tally(engine(frame(code=values)), "code")

    @pytest.mark.parametrize(
        "values",
        [[Decimal("4.1")], [dt.date(2024, 1, 1)], [dt.time(1)], [b"x"], [["x"]], [{"x": 1}]],
        ids=stable,
    )
    def test_refused_on_every_engine(self, engine, values):
        """pandas holds these as objects, so the value, not the type, tells."""
        with pytest.raises(InvalidTypeError, match=r"code|unhashable"):
            tally(engine(frame(code=values)), "code")

    def test_floats_are_refused_by_from_columns_too(self):
        with pytest.raises(InvalidTypeError, match=r"4\.1 and 4\.10"):
            Tally.from_columns({"code": pd.DataFrame({"code": [4.1]})["code"]}, [1])

    @pytest.mark.parametrize("kind", [pa.int8(), pa.uint32(), pa.int64(), pa.uint64()], ids=str)
    def test_whole_numbers(self, engine, kind):
        found = tally(engine(frame(year=pa.array([20, 3, 20], kind))), "year")
        assert found.to_dict() == {"year": [3, 20], "count": [1, 2]}
        assert type(found.labels("year")[0]) is int

    def test_numbers_beyond_64_bits(self, engine):
        with pytest.raises(InvalidInputError, match=f"64 bits; got {2**64 - 1}"):
            tally(engine(frame(code=pa.array([2**64 - 1, 1], pa.uint64()))), "code")

    @pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
    def test_text(self, engine, kind):
        assert cells(tally(engine(frame(force=pa.array(["Kent", None], kind))), "force")) == {("Kent",): 1}

    def test_dictionaries(self, engine):
        data = engine(
            frame(force=pa.array(["Kent", None, "Essex", "Kent"]).dictionary_encode(), other=[1, 1, 2, 1])
        )
        assert cells(tally(data, "force")) == {("Essex",): 1, ("Kent",): 2}
        assert cells(tally(data, ["other", "force"])) == {(1, "Kent"): 2, (2, "Essex"): 1}
        assert ledger(tally(data, "force")) == {(MISSING, "missing force"): 1}

    def test_dictionaries_of_numbers(self, engine):
        """The labels are the numbers, not the text of a float that a gap made of them."""
        data = engine(frame(year=pa.array([2023, None, 2024]).dictionary_encode()))
        assert cells(tally(data, "year")) == {(2023,): 1, (2024,): 1}


class TestPandas:
    @pytest.mark.parametrize(
        "column",
        [
            pd.Series(["Kent", None, "Kent"]),
            pd.Series(["Kent", None, "Kent"], dtype=object),
            pd.Series(["Kent", float("nan"), "Kent"], dtype=object),
            pd.Series(["Kent", pd.NA, "Kent"], dtype="string"),
            pd.Series(["Kent", None, "Kent"], dtype="category"),
            pd.Series(pd.Categorical(["Kent", None, "Kent"], categories=["Essex", "Kent"])),
            pd.Series(pd.Categorical(["Kent", None, "Kent"], categories=["Kent", "Essex"], ordered=True)),
            pd.Series(["Kent", None, "Kent"], dtype="string[pyarrow]"),
        ],
        ids=lambda c: str(c.dtype),
    )
    def test_text_of_every_kind(self, column):
        """Unused categories are no cells."""
        found = tally(pd.DataFrame({"force": column, "n": [1, 2, 4]}), "force", count="n")
        assert cells(found) == {("Kent",): 5}
        assert ledger(found) == {(MISSING, "missing force"): 2}

    @pytest.mark.parametrize(
        "values",
        [
            [1, 2, 1],
            pd.array([1, 2, 1], "Int8"),
            pd.Categorical([1, 2, 1]),
            pd.array([1, 2, 1], "uint64[pyarrow]"),
        ],
        ids=["int", "Int8", "category", "arrow"],
    )
    def test_whole_numbers_of_every_kind(self, values):
        assert cells(tally(pd.DataFrame({"year": values}), "year")) == {(1,): 2, (2,): 1}

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            (["1A", 2], "text or whole numbers, not both"),
            ([1, True], r"got True \(bool\)"),
            ([4.1, "4.10"], r"got 4\.1 \(float\)"),
            ([Decimal("4.1")], "Decimal"),
            ([True, "x"], "got True"),
            ([dt.date(2024, 1, 1)], "goes to date="),
            ([pd.Timestamp("2024-01-01")], "goes to date="),
            ([pd.Period("2024-01")], "turn it into text"),
            ([["x"]], r"got \['x'\] \(list\)"),
            ([2**70], "64 bits"),
            ([1j], "turn it into text"),
            ([object()], "turn it into text"),
        ],
        ids=stable,
    )
    def test_bad_objects(self, values, message):
        with pytest.raises(PoliceMetricsError, match=message):
            tally(pd.DataFrame({"code": pd.Series(values, dtype=object)}), "code")

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            (pd.Categorical([4.1, 4.2]), r"4\.1 and 4\.10"),
            (pd.Categorical([True]), "got True"),
            (pd.Categorical(pd.to_datetime(["2024-01-01"])), "goes to date="),
            (pd.period_range("2024-01", periods=1, freq="M"), "turn it into text"),
            (pd.array([True, None], "boolean"), "got Boolean"),
        ],
        ids=["floats", "flags", "dates", "periods", "boolean"],
    )
    def test_bad_types(self, values, message):
        """A category of codes read as floats is a column of floats all the same."""
        with pytest.raises(InvalidTypeError, match=message):
            tally(pd.DataFrame({"code": values}), "code")

    def test_the_index_does_not_matter(self):
        data = pd.DataFrame({"force": ["Kent", "Essex", "Kent"]}, index=pd.Index([1, 1, 0], name="force"))
        assert cells(tally(data, "force")) == {("Essex",): 1, ("Kent",): 2}

    def test_names_that_are_no_text(self):
        data = pd.DataFrame([["Kent", 7]])
        with pytest.raises(UnknownNameError, match="column must be one of 0, 1; got 'force'"):
            tally(data, "force")
        with pytest.raises(InvalidTypeError, match=r"by\[0\] must be text; got 0"):
            tally(data, [0])

    def test_names_that_occur_twice(self):
        with pytest.raises(InvalidInputError, match="distinct names of columns"):
            tally(pd.DataFrame([["Kent", 7]], columns=["a", "a"]), "a")

    def test_counts_with_a_gap(self):
        """pandas keeps them as floats, as the nullable type, or as Arrow."""
        for kind in ("float64", "Int64", "int64[pyarrow]", "Float64"):
            data = pd.DataFrame({"force": ["Kent", "Essex"], "n": pd.Series([7, None], dtype=kind)})
            found = tally(data, "force", count="n")
            assert cells(found) == {("Kent",): 7}
            assert ledger(found) == {("Essex", "not supplied: n missing in the source"): 0}


class TestPolarsAndDuckdb:
    @pytest.mark.parametrize("lazy", [False, True])
    @pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Enum(["Essex", "Kent"])], ids=str)
    def test_text_of_every_kind(self, kind, lazy):
        data = pl.DataFrame({"force": pl.Series(["Kent", None, "Kent"], dtype=kind)})
        found = tally(data.lazy() if lazy else data, "force")
        assert cells(found) == {("Kent",): 2}
        assert ledger(found) == {(MISSING, "missing force"): 1}

    def test_objects(self):
        assert cells(tally(pl.DataFrame({"force": pl.Series(["Kent"], dtype=pl.Object)}), "force")) == {
            ("Kent",): 1
        }
        with pytest.raises(InvalidTypeError, match="turn it into text first"):
            tally(pl.DataFrame({"force": pl.Series([object()], dtype=pl.Object)}), "force")

    @pytest.mark.parametrize("value", ["'Kent'::ENUM('Essex', 'Kent')", "'Kent'"])
    def test_text_of_duckdb(self, value):
        found = tally(sql(f"select {value} as force union all select null"), "force")
        assert (cells(found), ledger(found)) == ({("Kent",): 1}, {(MISSING, "missing force"): 1})

    @pytest.mark.parametrize(
        "kind", ["TINYINT", "UBIGINT", "HUGEINT", *(["UHUGEINT"] if since(duckdb, 2) else [])]
    )
    def test_numbers_of_duckdb(self, kind):
        """HUGEINT comes home as a decimal; the label is the number."""
        found = tally(sql(f"select 7::{kind} as code union all select null"), "code")
        assert (cells(found), ledger(found)) == ({(7,): 1}, {(MISSING, "missing code"): 1})

    def test_a_query_that_fails(self):
        """The engine's own words, in an error of ours."""
        data = pl.LazyFrame({"code": ["x"]}).select(pl.col("code").cast(pl.Int64))
        with pytest.raises(
            InvalidInputError, match=r"could not be grouped.*conversion from `str` to `i64` failed"
        ):
            tally(data, "code")

    def test_one_query(self, monkeypatch):
        """Grouping and counting are one query; nothing but the small result comes home."""
        collected = []
        collect = nw.LazyFrame.collect
        monkeypatch.setattr(
            nw.LazyFrame,
            "collect",
            lambda self, *a, **k: collected.append(collect(self, *a, **k)) or collected[-1],
        )
        data = sql(
            "select i % 3 as code, 1 as n, date '2024-01-01' + (i % 60)::INT as day from range(10000) t(i)"
        )
        tally(data, "code", count="n", date="day")
        assert [len(table) for table in collected] == [6]


ODD = [
    "fo rce",
    'q"uo`te',
    "it's",
    "a.b",
    "100%",
    "select",
    "k0",
    "k1",
    "y",
    "m",
    "n",
    "high",
    "low",
    "missing",
    "split",
    "beyond",
    "literal",
    "len",
    "index",
]


class TestNames:
    def test_odd_names(self, engine):
        """Spaces, quotes, keywords, and the names that the query itself uses."""
        if engine is ENGINES["duckdb"] and not since(duckdb, 2):
            pytest.skip("DuckDB 1 is not asked for names with a quote")
        data = engine(pa.table({name: [f"{name}1", f"{name}2"] for name in ODD} | {"c": [1, 2]}))
        assert tally(data, ODD, count="c").to_dict() == {name: [f"{name}1", f"{name}2"] for name in ODD} | {
            "count": [1, 2]
        }
        assert tally(data, ODD[::-1]).total == 2

    @pytest.mark.parametrize("count", ["n", "high", "missing", "k0"])
    def test_odd_names_of_the_count(self, engine, count):
        data = engine(pa.table({"k1": ["a", "b"], count: [1, 2]}))
        assert cells(tally(data, "k1", count=count)) == {("a",): 1, ("b",): 2}

    def test_names_that_differ_in_case(self):
        """DuckDB does not tell them apart, and renames one."""
        table = pa.table({"Force": ["a", "b"], "force": ["c", "d"], "N": [1, 2]})
        for name, data in every_engine(table).items():
            if name == "duckdb":
                with pytest.raises(UnknownNameError, match="'force_1'"):
                    tally(data, ["Force", "force"])
            else:
                assert cells(tally(data, ["Force", "force"], count="N")) == {("a", "c"): 1, ("b", "d"): 2}

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"by": "area"}, r"by\['area'\]: column must be one of 'force', 'n'; got 'area'"),
            ({"by": {"area": "region"}}, r"by\['area'\]: column .*got 'region'"),
            ({"by": "force", "count": "crimes"}, "count: column must be one of 'force', 'n'; got 'crimes'"),
            ({"by": "force", "date": "day"}, "date: column must be one of 'force', 'n'; got 'day'"),
            ({"by": "force", "coverage": "area"}, "coverage must be one of 'force'; got 'area'"),
            ({"by": "force", "overlapping": "area"}, "overlapping must be one of 'force'; got 'area'"),
        ],
        ids=["by", "mapping", "count", "date", "coverage", "overlapping"],
    )
    def test_unknown(self, engine, options, message):
        """What there is gets listed."""
        with pytest.raises(UnknownNameError, match=message):
            tally(engine(frame(force=["Kent"], n=[1])), **options)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"by": None}, "by must be a name or a sequence of names; got None"),
            ({"by": 3}, "by must be a name"),
            ({"by": [3]}, r"by\[0\] must be text"),
            ({"by": [""]}, r"by\[0\] must not be empty"),
            ({"by": ["force", "force"]}, "distinct names; got 'force' more than once"),
            ({"by": {"area": 3}}, r"by\['area'\] must be text"),
            (
                {"by": {"reason": "force"}},
                r"ledger's own dimension; rename it, as in by=\{'cause': 'force'\}",
            ),
            ({"by": {"count": "force"}}, "the column of the counts; rename it"),
            ({"by": [pl.col("force")]}, r"by\[0\] must be text"),
            ({"count": 3}, "count must be text"),
            ({"date": 3}, "date must be text"),
            ({"coverage": 3}, "coverage must be a name"),
            ({"every": 3}, "every must be one of"),
            (
                {"every": "week"},
                "every must be one of 'month', 'quarter', 'calendar_year', 'financial_year'; got 'week'",
            ),
        ],
        ids=stable,
    )
    def test_bad_options(self, options, message):
        with pytest.raises(PoliceMetricsError, match=message):
            tally(pl.DataFrame({"force": ["Kent"]}), **options)


class TestSeconds:
    def test_longer_than_floats_count_in_microseconds(self, engine):
        """Arrow casts no whole number past 2^53 to a float; such times, 285 years and more, are read all the same."""
        long = dt.timedelta(days=104_250)
        data = engine(frame(took=[dt.timedelta(0), long, long]))
        assert tally(data, by={"seconds": "took"}).to_dict() == {
            "seconds": [0.0, 9_007_200_000.0],
            "count": [1, 2],
        }

    @pytest.mark.parametrize(
        "values",
        [
            [5.0, 0.1, None, 5.0],
            [Decimal(5), Decimal("0.1"), None, Decimal(5)],
            [dt.timedelta(seconds=5), dt.timedelta(seconds=0.1), None, dt.timedelta(seconds=5)],
        ],
        ids=["float", "decimal", "duration"],
    )
    def test_by_hand(self, engine, values):
        data = engine(frame(took=values))
        if isinstance(data, pd.DataFrame) and data["took"].dtype == object:
            with pytest.raises(
                InvalidTypeError, match="must hold seconds as numbers or durations; got Object"
            ):
                tally(data, {"seconds": "took"})
            return
        found = tally(data, {"seconds": "took"})
        assert found.to_dict() == {"seconds": [0.1, 5.0], "count": [1, 2]}
        assert ledger(found) == {(MISSING, "missing seconds"): 1}

    def test_whole_numbers_are_seconds(self, engine):
        assert tally(engine(frame(took=[5, 7])), {"seconds": "took"}).labels("seconds") == (5.0, 7.0)

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_durations_of_every_unit(self, engine, unit):
        data = engine(frame(took=pa.array([90], pa.duration("s")).cast(pa.duration(unit))))
        assert tally(data, {"seconds": "took"}).labels("seconds") == (90.0,)

    @pytest.mark.parametrize("values", [["5"], [True], [dt.date(2024, 1, 1)]], ids=str)
    def test_what_is_no_time(self, engine, values):
        with pytest.raises(
            InvalidTypeError, match="by: column 'took' must hold seconds as numbers or durations"
        ):
            tally(engine(frame(took=values)), {"seconds": "took"})

    def test_infinite(self, engine):
        with pytest.raises(InvalidInputError, match="seconds must hold finite numbers"):
            tally(engine(frame(took=[float("inf")])), {"seconds": "took"})

    @given(st.lists(st.integers(0, 10**10), max_size=6))
    @settings(max_examples=10)
    @example([16_213_703, 3_600_000_000])
    def test_to_the_microsecond(self, found):
        """In pandas narwhals cuts the one of the example; before 2.28 it lost the hours of the other in DuckDB."""
        expected = {(us / 1e6,): n for us, n in Counter(found).items()}
        for name, data in every_engine(frame(took=pa.array(found, pa.duration("us")))).items():
            assert cells(tally(data, {"seconds": "took"})) == expected, name


class TestNamesOfOurOwn:
    """Columns that the query itself makes can have no name of the caller's."""

    def test_tally(self, engine):
        data = engine(
            frame(
                y=["a", "b", "a"],
                m=["x", "x", "y"],
                d=pa.array([dt.datetime(2023, 1, 1, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC")),
            )
        )
        assert cells(tally(data, ["y", "m"], date="d")) == {
            ("a", "x", "2023-01"): 1,
            ("b", "x", "2023-01"): 1,
            ("a", "y", "2023-01"): 1,
        }

    def test_durations(self, engine):
        stamps = [dt.datetime(2023, 1, 1, h, tzinfo=UTC) for h in (1, 2)]
        data = engine(
            frame(state=["a", "b"], us=["x", "y"], s=stamps, e=[t + dt.timedelta(seconds=60) for t in stamps])
        )
        found = durations(data, start="s", end="e", by=["state", "us"])
        assert cells(found) == {("a", "x", 60.0): 1, ("b", "y", 60.0): 1}


class TestWideNumbers:
    @pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
    def test_counts_near_the_limit_beside_a_gap(self, make):
        """As floats they would lose their last digits, or their sign."""
        values = [2**63 - 2, None], [2**53 + 1, 4]
        for column in values:
            kind = {"dtype": "UInt64"} if make is pd.DataFrame else {}
            series = pd.array(column, **kind) if kind else pl.Series(column, dtype=pl.UInt64)
            found = tally(make({"n": series}), count="n")
            assert found.total == sum(v or 0 for v in column)

    @pytest.mark.parametrize("kind", [pl.Int64, pl.UInt64], ids=str)
    def test_the_largest_label_beside_a_gap(self, kind):
        found = tally(pl.DataFrame({"k": pl.Series([MAX, None], dtype=kind)}), "k")
        assert (cells(found), ledger(found)) == ({(MAX,): 1}, {(MISSING, "missing k"): 1})

    def test_both_ends_beside_a_gap(self):
        found = tally(pl.DataFrame({"k": [MAX, None, -MAX - 1]}), "k")
        assert cells(found) == {(MAX,): 1, (-MAX - 1,): 1}

    @pytest.mark.skipif(not since(pl, 1, 18), reason="polars has had them since 1.18")
    def test_seconds_of_128_bits(self):
        data = pl.DataFrame({"seconds": pl.Series([1, 2], dtype=pl.Int128)})
        assert cells(tally(data, "seconds")) == {(1.0,): 1, (2.0,): 1}


class TestDictionaries:
    """Labels that Arrow keeps in dictionaries, one for each part of a column."""

    def test_parts_of_many_labels(self):
        """An index of eight bits holds those of each part, but not of both."""
        parts = [
            pa.Table.from_pandas(pd.DataFrame({"k": pd.Categorical([f"{p}{i}" for i in range(100)])}))
            for p in "ab"
        ]
        assert len(tally(pa.concat_tables(parts), "k")) == 200

    def test_missing_among_the_labels(self):
        part = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["x", None]))
        found = tally(pa.table({"k": pa.chunked_array([part, part])}), "k")
        assert (cells(found), ledger(found)) == ({("x",): 2}, {(MISSING, "missing k"): 2})

    @pytest.mark.parametrize("index", [pa.uint64(), pa.uint32(), pa.int16()], ids=str)
    def test_index_of_any_kind(self, index):
        column = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], index), pa.array(["x", "y"]))
        table = pa.table({"a": ["p", "p", "p"], "k": column})
        for data in (table, table.to_pandas(types_mapper=pd.ArrowDtype)):
            assert cells(tally(data, ["a", "k"])) == {("p", "x"): 1, ("p", "y"): 1}


def test_an_infinite_count(engine):
    data = engine(pa.table({"n": [1.0, float("inf"), None]}))
    with pytest.raises(CountOverflowError, match="1 that are not"):
        tally(data, count="n")
