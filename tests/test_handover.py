"""Tables of figures and tallies, handed as they are to what a notebook uses; what is not installed is skipped."""

import copy
import pickle
from collections.abc import Mapping

import numpy as np
import pytest

import policemetrics as pm
from policemetrics.errors import InvalidInputError, InvalidTypeError, MissingDependencyError, OutOfRangeError

FORCES = ["Cumbria", "Kent", "Essex"]
CHANGES = [-1685.0, 5.0, 4.0]


@pytest.fixture
def results():
    return pm.rate_change([54721, 0, 5], [53036, 5, 9], labels=FORCES)


@pytest.fixture
def counts():
    return pm.Tally.from_columns({"force": ["Kent", "Essex"], "year": [2023, 2024]}, [7, 5])


class Capsule:
    """An object that is known by nobody, and has the Arrow PyCapsule alone."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


class TestDataFrames:
    def test_pandas_makes_rows_and_columns_of_it(self, results):
        pd = pytest.importorskip("pandas")
        found = pd.DataFrame(results)
        assert set(found.columns) == set(results.columns)
        if not pd.__version__.startswith(
            ("2.", "3.0.")
        ):  # which put the keys of mappings in the order of the alphabet
            assert list(found.columns) == list(results.columns)
        assert found["label"].tolist() == FORCES
        assert found["change"].tolist() == CHANGES
        assert found["change"].dtype == "float64"
        assert found["excluded"].dtype == "int64"
        assert np.isnan(found["percent_change"][1])

    def test_pandas_makes_rows_of_figures(self, results):
        pd = pytest.importorskip("pandas")
        found = pd.DataFrame([results[2], results[0]])
        assert found["label"].tolist() == ["Essex", "Cumbria"]

    def test_columns_are_chosen_as_of_any_data(self, results):
        pd = pytest.importorskip("pandas")
        assert pd.DataFrame(results, columns=["label", "new"]).shape == (3, 2)

    @pytest.mark.parametrize("name", ["results", "counts"])
    def test_polars_and_arrow_read_it(self, name, request):
        table = request.getfixturevalue(name)
        pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
        if tuple(map(int, pl.__version__.split(".")[:2])) >= (
            1,
            3,
        ):  # older ones do not look for the protocol
            assert pl.DataFrame(table).equals(table.to_polars())
        assert pa.table(table).equals(table.to_arrow())

    def test_duckdb_reads_it(self, results):
        duckdb = pytest.importorskip("duckdb")
        pytest.importorskip("pyarrow")
        found = results  # noqa: F841  # DuckDB finds it by its name
        assert duckdb.sql("select sum(change) from found").fetchall() == [(-1676.0,)]

    @pytest.mark.parametrize("door", ["narwhals", "narwhals.stable.v1", "narwhals.stable.v2"])
    @pytest.mark.parametrize("only", [{}, {"eager_only": True}])
    @pytest.mark.parametrize("name", ["results", "counts"])
    def test_narwhals_opens_it(self, door, only, name, request):
        nw = pytest.importorskip(door)
        pytest.importorskip("polars")
        table = request.getfixturevalue(name)
        found = nw.from_native(table, **only)
        assert isinstance(found, nw.DataFrame)
        assert found.to_dict(as_series=False) == table.to_dict()

    def test_any_one_package_will_do(self, results, monkeypatch):
        nw = pytest.importorskip("narwhals")
        for package in ("pyarrow", "pandas", "polars"):
            pytest.importorskip(package)

        def only(package):
            def found(module, user, *, extra=""):
                if module != package:
                    raise MissingDependencyError(f"{user} needs {module}")
                return __import__(module)

            monkeypatch.setattr("policemetrics._handover.optional", found)

        for package in ("polars", "pyarrow", "pandas"):
            only(package)
            native = nw.from_native(results).to_native()
            assert type(native).__module__.startswith(package)
        for package in ("pyarrow", "pandas"):
            only(package)
            assert results.__dataframe__().num_rows() == 3
        only("none")
        with pytest.raises(MissingDependencyError, match="needs polars or pyarrow or pandas"):
            nw.from_native(results)

    def test_numpy_keeps_figures_whole(self, results):
        found = np.asarray(results)
        assert (found.shape, found[2]) == ((3,), results[2])
        assert np.array([results[0], results[1]], dtype=object).shape == (2,)


class TestFigureIsARow:
    def test_it_is_a_mapping_of_its_columns(self, results):
        row = results[1]
        assert isinstance(row, Mapping)
        assert tuple(row) == results.columns
        assert (row["label"], row["new"], row["reason"]) == (
            "Kent",
            5.0,
            "not applicable: nothing was recorded before",
        )
        assert len(row) == len(results.columns)
        assert "method" not in row
        with pytest.raises(KeyError):
            row["nonsense"]

    def test_it_is_still_compared_and_hashed_by_value(self, results):
        assert results[0] == copy.copy(results[0])
        assert len({results[0], results[0], results[1]}) == 2
        assert results[0] != dict(results[0])


class TestNotebooks:
    """The packages of a notebook; a chart of the change by force has three bars of the right length."""

    def test_altair(self, results):
        alt = pytest.importorskip("altair")
        chart = alt.Chart(results).mark_bar().encode(x="change", y="label").to_dict()
        ((rows),) = chart["datasets"].values()
        assert [(row["label"], row["change"]) for row in rows] == list(zip(FORCES, CHANGES, strict=True))
        assert chart["encoding"]["x"]["type"] == "quantitative"
        assert chart["encoding"]["y"]["type"] == "nominal"

    def test_plotly(self, results):
        px = pytest.importorskip("plotly.express")
        (bars,) = px.bar(results, x="label", y="change").data
        assert (list(bars.x), list(bars.y)) == (FORCES, CHANGES)

    # pandas calls the protocol deprecated by which seaborn reads what is no data frame of pandas.
    @pytest.mark.filterwarnings("ignore:The Dataframe Interchange Protocol")
    def test_seaborn(self, results):
        pytest.importorskip("seaborn")
        import matplotlib as mpl

        mpl.use("agg")
        import seaborn as sns
        from matplotlib import pyplot as plt

        axes = sns.barplot(results, x="label", y="change")
        assert [bar.get_height() for bar in axes.patches] == CHANGES
        plt.close(axes.figure)

    def test_marimo(self, results):
        mo = pytest.importorskip("marimo")
        assert mo.ui.table(results).data is not None
        assert list(mo.ui.dataframe(results).value.columns) == list(results.columns)

    def test_itables(self, results):
        itables = pytest.importorskip("itables")
        page = itables.to_html_datatable(results, connected=True)
        assert "percent_change" in page
        assert "Cumbria" in page

    def test_great_tables_takes_a_data_frame(self, results):
        # It has no hook for what is no data frame of its own list.
        gt = pytest.importorskip("great_tables")
        assert "Cumbria" in gt.GT(results.to_polars()).as_raw_html()


class TestWhatIsRead:
    """Whatever has the Arrow PyCapsule is a data frame to the package, tables of figures among them."""

    @pytest.fixture
    def log(self):
        pa = pytest.importorskip("pyarrow")
        return Capsule(
            pa.table(
                {
                    "force": ["Kent", "Kent", "Essex"],
                    "period": ["2022/23", "2023/24", "2023/24"],
                    "n": [4, 5, 6],
                }
            )
        )

    def test_tally(self, log):
        assert pm.tally(log, by="force", count="n").to_dict() == {"force": ["Essex", "Kent"], "count": [6, 9]}

    def test_metric(self, log):
        assert pm.rate_change(log, between=("2022/23", "2023/24"), count="n").new == 11

    def test_weights(self):
        pa = pytest.importorskip("pyarrow")
        frame = Capsule(pa.table({"code": ["1", "2"], "weight": [2.0, 0.5]}))
        found = pm.HarmWeights.from_frame(
            frame, offence="code", weight="weight", name="mine", version="1", unit="days", source="by hand"
        )
        assert found["2"] == 0.5

    def test_exposure(self):
        pa = pytest.importorskip("pyarrow")
        frame = Capsule(pa.table({"force": ["Kent", "Essex"], "people": [100, 200]}))
        residents = pm.Exposure.from_frame(
            frame, by="force", value="people", name="residents", date="mid-2020"
        )
        log = pm.Tally.from_columns({"force": ["Kent", "Essex"]}, [1, 4])
        assert pm.rate(log, residents, by="force")["rate"].tolist() == [20.0, 10.0]

    def test_results(self, results):
        pytest.importorskip("polars")
        assert pm.tally(results, by="label", count="new").to_dict()["count"] == [53036, 9, 5]

    def test_a_column_is_no_frame(self):
        pa = pytest.importorskip("pyarrow")
        if not hasattr(pa.ChunkedArray, "__arrow_c_stream__"):
            pytest.skip("columns of pyarrow 15 have no such protocol")
        column = Capsule(pa.chunked_array([["Kent"]]))
        with pytest.raises(InvalidTypeError, match="data must be a Tally or a data frame"):
            pm.tally(column, by="force")


class TestAttributes:
    def test_a_column_is_no_attribute(self, results):
        with pytest.raises(AttributeError, match=r"no 'percent_change'; use results\['percent_change'\]"):
            results.percent_change

    def test_nor_is_an_input(self, results):
        with pytest.raises(AttributeError, match=r"use results\['method'\]"):
            results.method

    def test_what_a_data_frame_may_have(self, results):
        with pytest.raises(AttributeError, match=r"no 'to_csv'; results\.to_pandas"):
            results.to_csv
        assert not hasattr(results, "__iter_columns__")

    def test_the_proposed_column_is_there(self, results):
        assert results["percent_change"][0] == results[0].percent_change

    def test_it_is_copied_and_pickled(self, results):
        assert copy.deepcopy(results) == pickle.loads(pickle.dumps(results)) == results

    def test_head(self, results):
        assert results.head(2) == results[:2]
        assert results.head() == results
        assert len(results.head(0)) == 0
        with pytest.raises((OutOfRangeError, InvalidInputError), match="rows"):
            results.head(-1)
        with pytest.raises(InvalidTypeError, match="rows"):
            results.head("2")


class TestTally:
    def test_the_types_are_those_of_arrow(self):
        pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
        log = pm.Tally.from_columns({"year": [2023, None, 2024], "seconds": [1.5, 2.0, 2.5]}, [1, 2, 3])
        assert dict(log.to_polars().schema) == {"year": pl.Int64, "seconds": pl.Float64, "count": pl.Int64}
        assert log.to_pandas().dtypes.astype(str).to_dict() == {
            "year": "int64",
            "seconds": "float64",
            "count": "int64",
        }
        gaps = pm.Tally.from_columns(
            {"year": [2023, None], "force": [None, "Kent"]}, [1, 2]
        ).excluded.to_pandas()
        assert str(gaps["year"].dtype) == "Int64"
        assert sorted(gaps["year"].isna()) == [False, True]
        assert pd.DataFrame(log.to_dict())["count"].tolist() == log.to_pandas()["count"].tolist()
