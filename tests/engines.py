"""The engines that every reading of a frame is tested on, each made of an Arrow table."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl

SESSION: dict[str, duckdb.DuckDBPyConnection] = {}

ENGINES = {
    "pandas": lambda table: table.to_pandas(),
    "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "polars-lazy": lambda table: pl.from_arrow(table).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": lambda table: SESSION["duckdb"].from_arrow(table),  # noqa: PLW0108  # no session yet
}


def every_engine(table):
    return {name: make(table) for name, make in ENGINES.items()}


def sql(query):
    return SESSION["duckdb"].sql(query)


def one_duckdb():
    """One DuckDB for a module, on the clocks of London; closed before Python ends."""
    SESSION["duckdb"] = duckdb.connect()
    SESSION["duckdb"].execute("SET TimeZone = 'Europe/London'")
    yield
    SESSION.pop("duckdb").close()
