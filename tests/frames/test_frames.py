"""The door to frames: what passes it, and which packages it leaves alone."""

import subprocess
import sys

import duckdb
import polars as pl
import pytest
from engines import ENGINES, one_duckdb, since

from policemetrics.errors import (
    InvalidInputError,
    UnknownNameError,
)
from policemetrics.frames import as_tally
from policemetrics.frames.counting import tally
from policemetrics.tallies import Tally

MAX = 2**63 - 1
MISSING = "(missing)"


_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    """From an Arrow table to a frame of each engine."""
    return request.param


class TestAsTally:
    def test_a_tally_passes(self):
        made = Tally.from_columns({"force": ["Kent"], "year": [2024]}, [7])
        assert as_tally(made, by=("force",), count=None) is made

    def test_a_tally_must_have_the_dimensions(self):
        with pytest.raises(UnknownNameError, match="no dimension 'year'; it has 'force'"):
            as_tally(Tally.from_columns({"force": ["Kent"]}, [7]), by=("year",), count=None)

    def test_a_tally_is_counted_already(self):
        with pytest.raises(InvalidInputError, match=r"count= names a column of a frame.*got count='n'"):
            as_tally(Tally.from_columns({"force": ["Kent"]}, [7]), by=(), count="n")

    def test_a_frame_is_read(self):
        data = pl.DataFrame({"force": ["Kent"], "n": [7]})
        assert as_tally(data, by=("force",), count="n", coverage=("force",)) == tally(
            data, "force", count="n", coverage="force"
        )


def test_a_polars_user_needs_nothing_else():
    """Reading a frame of polars imports no other engine."""
    code = (
        "import sys; sys.modules |= dict.fromkeys(['pandas', 'pyarrow', 'duckdb'])\n"
        "import polars as pl\n"
        "from policemetrics import tally\n"
        "print(tally(pl.DataFrame({'a': ['x', 'x'], 'n': [1, 2]}), 'a', count='n').total, end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603  # our own code
    assert (done.stdout, done.returncode) == ("3", 0), done.stderr


@pytest.mark.skipif(not since(duckdb, 2), reason="DuckDB 1 imports pandas by itself")
def test_an_arrow_user_does_not_wait_for_pandas():
    """Arrow's own way to an array imports it; rows with and without labels, counts and times are read without."""
    code = (
        "import sys, duckdb, policemetrics as pm\n"
        "table = duckdb.sql(\"select nullif('x' || range % 5, 'x0') as a, range % 3 as b, "
        'nullif(range % 11, 4) as seconds, nullif(range % 2, 0) as n from range(110)")\n'
        "for data in (table, table.to_arrow_table()):\n"
        "    print(pm.tally(data, by=['a', 'b']).total, pm.tally(data, count='b').total,\n"
        "          pm.tally(data, by='b', count='n').total, pm.tally(data, by='seconds').total)\n"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603  # our own code
    assert done.stdout.split() == ["88", "109", "55", "100"] * 2 + ["False"], done.stderr


def test_pandas_without_pyarrow():
    """In a process that cannot import it: text then has another store, which counts alike."""
    script = (
        "import sys\n"
        "from importlib.abc import MetaPathFinder\n"
        "class Refusing(MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.partition('.')[0] == 'pyarrow': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Refusing())\n"
        "import pandas as pd, policemetrics as pm\n"
        "frame = pd.DataFrame({'force': ['Kent', None, 'Kent'], 'grade': pd.Categorical(['a', 'b', 'a'])})\n"
        "print(pm.tally(frame, by=['force', 'grade']).to_dict())"
    )
    asked = [sys.executable, "-W", "ignore", "-c", script]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603  # our own script
    assert done.stdout.strip() == "{'force': ['Kent'], 'grade': ['a'], 'count': [2]}"


def test_a_tally_does_not_wait_for_narwhals():
    """The door opens without it, and a tally passes."""
    script = (
        "import sys, policemetrics as pm\n"
        "from policemetrics.frames import as_tally\n"
        "made = pm.Tally.from_columns({'force': ['Kent']}, [7])\n"
        "assert as_tally(made, by=('force',), count=None) is made\n"
        "print(pm.rate(made, by='force', exposure=10)['events'], 'narwhals' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  # our own script
    assert done.stdout.split() == ["[7.]", "False"]
