"""Every engine that frames come from: how to make one of an Arrow table, and what to do where it is not installed.

``POLICEMETRICS_ENGINES`` names engines that must be there; one of them that is not fails. The others
skip, with the reason.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

REQUIRED = set(filter(None, os.environ.get("POLICEMETRICS_ENGINES", "").split(",")))
# A process has either Spark, the classic one or the one behind Spark Connect; the tests are the same.
CONNECT = "spark-connect" in REQUIRED


def since(package: Any, *version: int) -> bool:
    """Whether a package is of a version, or a later one: what older ones lack is not asked of them."""
    return tuple(map(int, re.findall(r"\d+", package.__version__)[:3])) >= version


def as_polars(table: Any) -> pl.DataFrame:
    """Hand a table of figures, or a tally, over to polars as it stands; older ones read no Arrow stream."""
    return pl.DataFrame(table) if since(pl, 1, 10) else pl.DataFrame(pl.from_arrow(table.to_arrow()))


SESSION: dict[str, duckdb.DuckDBPyConnection] = {}


def duck() -> duckdb.DuckDBPyConnection:
    """One DuckDB, on the clocks of London."""
    if "duckdb" not in SESSION:
        SESSION["duckdb"] = duckdb.connect()
        SESSION["duckdb"].execute("SET TimeZone = 'Europe/London'")
    return SESSION["duckdb"]


def one_duckdb():
    """One DuckDB for a module; closed before Python ends."""
    yield duck()
    SESSION.pop("duckdb").close()


def sql(query: str) -> Any:
    """Ask the one DuckDB."""
    return duck().sql(query)


@cache
def spark() -> Any:
    """One Spark of two threads, on the clocks of UTC: Spark reads a stamp's parts on those of its session."""
    from pyspark.sql import SparkSession

    return spark_session(
        SparkSession.builder.remote("local[2]") if CONNECT else SparkSession.builder.master("local[2]")
    )


def spark_session(builder: Any) -> Any:
    """Start Spark without a web page, on this machine alone."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.log.level": "ERROR",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


@cache
def ibis_duckdb() -> Any:
    import ibis

    return ibis.duckdb.connect()


def _postgres_programs() -> Path | None:
    """Find the programs of the newest PostgreSQL that the system has, such as Debian's package brings."""
    places = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *map(Path, os.environ.get("PATH", "").split(os.pathsep)),
    ]
    there = [place for place in places if (place / "initdb").exists() and (place / "postgres").exists()]
    return max(there, key=lambda place: [int(n) for n in re.findall(r"\d+", str(place))], default=None)


@cache
def postgres_folder() -> Path:
    """Start a PostgreSQL of our own, to be had by a socket in a folder alone; it ends with the tests."""
    programs = _postgres_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="postgres"))
    # It refuses to run as root.
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, **user)
    subprocess.run(  # noqa: S603  # our own
        [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "tests",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **user,
    )
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "log_statement=all", "fsync=off")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603  # our own
            [programs / "postgres", "-D", folder / "data", *(a for s in settings for a in ("-c", s))],
            stdout=log,
            stderr=log,
            cwd=folder,
            **user,
        )

    def stop() -> None:
        server.send_signal(signal.SIGINT)  # at once, whoever is still connected
        server.wait(timeout=30)
        shutil.rmtree(folder)

    atexit.register(stop)
    for _ in range(300):
        ready = subprocess.run(  # noqa: S603  # our own
            [programs / "pg_isready", "-q", "-h", folder, "-U", "tests"], check=False
        ).returncode
        if ready == 0:
            return folder
        time.sleep(0.1)
    raise RuntimeError((folder / "log").read_text())


@cache
def ibis_postgres() -> Any:
    import ibis

    found = ibis.postgres.connect(host=str(postgres_folder()), user="tests", database="postgres")
    atexit.register(found.disconnect)  # before the server ends
    return found


@cache
def ibis_sqlite() -> Any:
    import ibis

    return ibis.sqlite.connect()


@cache
def sqlframe_session() -> Any:
    from sqlframe.duckdb import DuckDBSession

    return DuckDBSession(conn=duckdb.connect())


def _dask(table: pa.Table) -> Any:
    import dask.dataframe as dd

    return dd.from_pandas(table.to_pandas(types_mapper=pd.ArrowDtype), npartitions=3)


def _spark(table: pa.Table) -> Any:
    found = spark().createDataFrame(table)
    # As Arrow hands them over, stamps without a zone would be read on the clocks of the session.
    stamps = [
        name
        for name, kind in found.dtypes
        if kind == "timestamp" and table.schema.field(name).type.tz is None
    ]
    return found.withColumns({n: found[n].cast("timestamp_ntz") for n in stamps}) if stamps else found


def _sqlframe(table: pa.Table) -> Any:
    connection = sqlframe_session()._conn
    connection.register("source", table)
    # A table of its own, since the name is free again for the next one.
    name = f"t{len(connection.execute('show tables').fetchall())}"
    connection.table("source").create(name)
    return sqlframe_session().table(name)


def _ibis(connection: Callable[[], Any]) -> Callable[[pa.Table], Any]:
    def make(table: pa.Table) -> Any:
        return connection().create_table(f"t{len(connection().list_tables())}", table)

    return make


# SQLite has no types of its own for these; Ibis reads the name that a column was declared with.
_DECLARED = {
    "large_string": "TEXT",
    "string": "TEXT",
    "dictionary": "TEXT",
    "bool": "BOOLEAN",
    "date32": "DATE",
}


def _sqlite(table: pa.Table) -> Any:
    connection = ibis_sqlite()
    columns = []
    for field in table.schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_timestamp(kind):
            declared = "TIMESTAMP" if kind.tz is None else "TIMESTAMPTZ"
        elif pa.types.is_integer(kind):
            declared = "BIGINT"
        elif pa.types.is_floating(kind):
            declared = "DOUBLE"
        else:
            declared = _DECLARED.get(str(kind).partition("[")[0], "NUMERIC")
        columns.append(f'"{field.name.replace(chr(34), 2 * chr(34))}" {declared}')
    name = f"t{len(connection.list_tables())}"
    connection.con.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
    rows = zip(*(map(_of_sqlite, column.to_pylist()) for column in table.columns), strict=True)
    connection.con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * table.num_columns)})", rows)  # noqa: S608  # our own
    return connection.table(name)


def _of_sqlite(value: Any) -> Any:
    """Write stamps and dates as SQLite's own functions do, as text."""
    if hasattr(value, "isoformat"):
        return value.isoformat(*([" "] if hasattr(value, "hour") else []))
    return str(value) if isinstance(value, Decimal) else value


def _polars(table: pa.Table) -> Any:
    if not since(pl, 1, 20):  # they read dictionaries of text alone
        for at, field in enumerate(table.schema):
            if pa.types.is_dictionary(field.type) and not pa.types.is_string(field.type.value_type):
                table = table.set_column(at, field.name, table.column(at).cast(field.type.value_type))
    return pl.from_arrow(table)


MAKERS: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda table: table.to_pandas(),
    "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": _polars,
    "polars-lazy": lambda table: pl.DataFrame(_polars(table)).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": lambda table: duck().from_arrow(table),
    "dask": _dask,
    "spark": _spark,
    "sqlframe": _sqlframe,
    "ibis": _ibis(ibis_duckdb),
    "ibis-postgres": _ibis(ibis_postgres),
    "ibis-sqlite": _sqlite,
}

# Those that everyone has who runs the tests.
ENGINES = {
    name: MAKERS[name] for name in ("pandas", "pandas-arrow", "polars", "polars-lazy", "pyarrow", "duckdb")
}


def every_engine(table: pa.Table) -> dict[str, Any]:
    """Make a frame of each engine that everyone has."""
    return {name: make(table) for name, make in ENGINES.items()}


_PACKAGES = {
    "dask": "dask.dataframe",
    "spark": "pyspark",
    "sqlframe": "sqlframe",
    "ibis": "ibis",
    "ibis-postgres": "ibis",
    "ibis-sqlite": "ibis",
}


def require(engine: str) -> None:
    """Skip a test where an engine is not installed, with the reason; fail where it was asked for."""
    lacks = ""
    package = _PACKAGES.get(engine, "")
    if package and importlib.util.find_spec(package.split(".", maxsplit=1)[0]) is None:
        lacks = f"{package} is not installed; pip install 'policemetrics[{engine.partition('-')[0]}]'"
    elif engine == "spark" and shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        lacks = "Spark needs Java, and there is none; install a Java 17 runtime"
    elif engine == "ibis-postgres" and importlib.util.find_spec("psycopg") is None:
        lacks = "psycopg is not installed; pip install 'ibis-framework[postgres]'"
    elif engine == "ibis-postgres" and _postgres_programs() is None:
        lacks = "there is no PostgreSQL to start; install the server"
    if lacks and engine in REQUIRED:
        pytest.fail(f"{engine} must be tested here: {lacks}")
    if lacks:
        pytest.skip(lacks)


def set_zone(engine: str, zone: str) -> None:
    """Put the clocks of an engine's session right, or wrong."""
    if engine == "spark":
        spark().conf.set("spark.sql.session.timeZone", zone)
    elif engine == "ibis-postgres":
        ibis_postgres().raw_sql(f"SET TimeZone = '{zone}'").close()
    else:
        _connection(engine).execute(f"SET TimeZone = '{zone}'")


# ---- what an engine was asked -----------------------------------------------------------

LAZY = ("polars-lazy", "duckdb", "dask", "spark", "sqlframe", "ibis", "ibis-postgres", "ibis-sqlite")
# Those that say what they were asked, or can be overheard.
COUNTED = tuple(
    name
    for name in LAZY
    if not (CONNECT and name == "spark")
    and (since(duckdb, 1, 4) or name not in {"duckdb", "sqlframe", "ibis"})
)
# Asked of the catalogue, these read no data.
_OF_THE_CATALOGUE = (
    "CREATE OR REPLACE TEMPORARY VIEW",
    "SELECT CURRENT_",
    "information_schema",
    "duckdb_logs",
)


def _connection(engine: str) -> Any:
    """The DuckDB that an engine stands on."""
    if engine == "duckdb":
        return duck()
    return sqlframe_session()._conn if engine == "sqlframe" else ibis_duckdb().con


def _queries_of_duckdb(engine: str) -> int:
    found = _connection(engine).execute("SELECT message FROM duckdb_logs WHERE type = 'QueryLog'").fetchall()
    return sum(not any(part in query for part in _OF_THE_CATALOGUE) for (query,) in found)


def _queries_of_spark() -> int:
    session = spark()._jsparkSession
    session.sparkContext().listenerBus().waitUntilEmpty()
    return session.sharedState().statusStore().executionsCount()


def _queries_of_postgres() -> int:
    said = (postgres_folder() / "log").read_text(encoding="utf-8")
    asked = re.split(r"LOG:  (?:statement|execute [^:]*): ", said)[1:]
    return sum(map(_reads_data, asked))


def _reads_data(query: str) -> bool:
    """Whether a query asks for more than what tables, columns and types there are."""
    catalogues = (
        "pg_catalog",
        "information_schema",
        "CURRENT_",
        "pg_type",
        "sqlite_schema",
        "sqlite_master",
        "pragma",
        "current_setting",
        "typeof(",
    )
    return query.lstrip().startswith(("SELECT", "WITH", "DECLARE")) and not any(
        c in query for c in catalogues
    )


@contextmanager
def queries(engine: str) -> Iterator[Callable[[], int]]:
    """Count the queries that read data, by the engine's own account of them where it keeps one."""
    if engine == "spark":
        before = _queries_of_spark()
        yield lambda: _queries_of_spark() - before
    elif engine == "ibis-postgres":
        before = _queries_of_postgres()
        yield lambda: _queries_of_postgres() - before
    elif engine == "ibis-sqlite":
        said: list[str] = []
        ibis_sqlite().con.set_trace_callback(said.append)
        yield lambda: sum(_reads_data(query) for query in said)
        ibis_sqlite().con.set_trace_callback(None)
    elif engine == "dask":
        from dask.callbacks import Callback

        started: list[Any] = []
        with Callback(start=started.append):
            yield lambda: len(started)
    elif engine == "polars-lazy":
        made: list[Any] = []
        collect = pl.LazyFrame.collect

        def counted(self: pl.LazyFrame, *args: Any, **options: Any) -> Any:
            if not options.get("_eager"):  # by which older ones work on a column in memory
                made.append(self)
            return collect(self, *args, **options)

        with mock.patch.object(pl.LazyFrame, "collect", counted):
            yield lambda: len(made)
    else:
        _connection(engine).execute("CALL enable_logging('QueryLog')")
        before = _queries_of_duckdb(engine)
        yield lambda: _queries_of_duckdb(engine) - before


# ---- frames -----------------------------------------------------------------------------


def frame_of(engine: str, table: pa.Table) -> Any:
    """Make a frame of an engine; what the engines themselves announce is not ours to mend."""
    require(engine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MAKERS[engine](table)


# ---- reading back -----------------------------------------------------------------------


def cells(found: Any) -> dict[tuple[Any, ...], int]:
    """Read the cells of a tally as a dictionary by key."""
    table = found.to_dict()
    counts = table.pop("count")
    return dict(zip(zip(*table.values(), strict=True), counts, strict=True))


def ledger(found: Any) -> dict[tuple[Any, ...], int]:
    """Read what was left out by key and reason."""
    return {} if found.excluded is None else cells(found.excluded)


def reasons(found: Any) -> dict[str, int]:
    """Read what was left out by reason alone."""
    return (
        {} if found.excluded is None else {k: n for (k,), n in cells(found.excluded.sum_to("reason")).items()}
    )
