"""Ask the same questions of one library's frames, of every kind that it has, and write down each digit of the answers.

`tools/versions.py` runs it with many versions of each library, and compares. One job is one question of one kind of frame.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import policemetrics as pm
from policemetrics import plot

TEXT = ["force", "year", "offence", "outcome", "result"]
OWN = pm.HarmWeights({"4.1": 100, "4.10": 90, "34B": 8.5, "28E": 4}, name="own", version="1")
NAIVE = {"start": "created", "end": "arrived", "timezone": "Europe/London"}
ZONED = {"start": "created_z", "end": "arrived_z"}


def made_up(size: int = 400) -> dict[str, list[Any]]:
    """Make rows with gaps, reversed times, and times around a change of the clocks."""
    chance = random.Random(1)
    first = dt.datetime(2022, 4, 1)  # noqa: DTZ001  # what a clock showed
    rows: dict[str, list[Any]] = {}
    for i in range(size):
        created = first + dt.timedelta(
            seconds=chance.randint(0, 729 * 86_400), microseconds=chance.randint(0, 999_999)
        )
        took = dt.timedelta(seconds=chance.randint(0, 3_000), microseconds=chance.randint(0, 999_999))
        if i % 11 == 0:
            created = dt.datetime(2023, 3, 26, 0, chance.randint(30, 59))  # noqa: DTZ001
            took = dt.timedelta(hours=1, minutes=chance.randint(5, 59))
        arrived = None if i % 17 == 0 else created + (dt.timedelta(minutes=-3) if i % 53 == 1 else took)
        gap = i % 29 == 0
        row = {
            "force": None if i % 37 == 0 else chance.choice(["Kent", "Essex", "Greater Manchester"]),
            "year": chance.choice(["2022/23", "2023/24"]),
            "offence": chance.choice(["4.1", "4.10", "34B", "28E"]),
            "no": None if i % 41 == 0 else str(i),
            "n": chance.randint(0, 50),
            "when": (first + dt.timedelta(days=chance.randint(0, 729))).date(),
            "created": created,
            "arrived": arrived,
            "created_z": created.replace(tzinfo=dt.UTC),
            "arrived_z": arrived and arrived.replace(tzinfo=dt.UTC),
            "outcome": chance.choice(["1", "2", "3", "6", "7", "8", "22", "18", "0"]),
            "wait": None if gap else dt.timedelta(microseconds=chance.randint(0, 60_000_000)),
            "seconds": None if gap else round(chance.random() * 60, 3),
            "result": chance.choice(["answered"] * 8 + ["abandoned"]),
        }
        for name, value in row.items():
            rows.setdefault(name, []).append(value)
    return rows


# ---- frames -----------------------------------------------------------------------------


def of_pandas(rows: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    import pandas as pd

    frame = pd.DataFrame(rows)
    frame["when"] = pd.to_datetime(frame["when"])
    yield "default", frame
    yield "category", frame.astype(dict.fromkeys(TEXT, "category"))
    yield "nullable", frame.astype(dict.fromkeys(TEXT, "string") | {"n": "Int64"})
    yield "float", frame.astype({"n": "float64"})
    for unit in ("ns", "s"):
        yield unit, frame.astype(dict.fromkeys(["created", "arrived"], f"datetime64[{unit}]"))
    local = {name: frame[name].dt.tz_convert("Europe/London") for name in ("created_z", "arrived_z")}
    yield "London", frame.assign(**local)
    yield "Arrow", frame.convert_dtypes(dtype_backend="pyarrow")
    import pyarrow as pa

    table = arrow_table(rows, coded=True)
    assert isinstance(table, pa.Table)
    yield "Arrow dictionaries", table.to_pandas(types_mapper=pd.ArrowDtype)


def of_polars(rows: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    import polars as pl

    frame = pl.DataFrame(rows)
    coded = pl.col(*TEXT).cast(pl.Categorical)
    yield "eager", frame
    yield "lazy", frame.lazy()
    yield "categories", frame.with_columns(coded)
    yield "categories, lazy", frame.lazy().with_columns(coded)
    yield "London", frame.with_columns(pl.col("created_z", "arrived_z").dt.convert_time_zone("Europe/London"))


def arrow_table(rows: dict[str, list[Any]], *, coded: bool = False) -> Any:
    import pyarrow as pa

    columns = {name: pa.array(values) for name, values in rows.items()}
    return pa.table({n: c.dictionary_encode() if coded and n in TEXT else c for n, c in columns.items()})


def of_pyarrow(rows: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    yield "table", arrow_table(rows)
    yield "dictionaries", arrow_table(rows, coded=True)


def of_duckdb(rows: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Europe/London'")
    connection.register("source", arrow_table(rows))
    connection.execute("CREATE TABLE crimes AS SELECT * FROM source")
    yield "relation", connection.table("crimes")
    yield "query", connection.sql("SELECT * FROM crimes WHERE n >= 0")
    yield (
        "odd names",
        connection.sql('SELECT *, force AS "for""ce", force AS "force.name" FROM crimes'),
    )


FRAMES = {"pandas": of_pandas, "polars": of_polars, "pyarrow": of_pyarrow, "duckdb": of_duckdb}


# ---- questions --------------------------------------------------------------------------


def questions() -> dict[str, Callable[[Any], Any]]:
    """Give each question of a frame."""
    key = {"force": "force", "period": "year"}
    years = ("2022/23", "2023/24")
    supplied = {"count": "n", "coverage": ["force", "period"]}
    return {
        "tally": lambda f: pm.tally(f, by={**key, "offence": "offence"}, **supplied),
        "rows": lambda f: pm.tally(f, by={**key, "offence": "offence"}, count="rows"),
        "years": lambda f: pm.tally(f, by="force", date="when", every="financial_year", count="rows"),
        "months": lambda f: pm.tally(f, by="force", date="created_z", timezone="Europe/London", count="rows"),
        "rate_change": lambda f: pm.rate_change(pm.tally(f, by=key, **supplied), between=years, by="force"),
        "rate_change of rows": lambda f: pm.rate_change(
            f, between=years, by="force", period="year", count="n"
        ),
        "harm_score": lambda f: pm.harm_score(f, OWN, by="force", count="n"),
        "positive_outcome_rate": lambda f: pm.positive_outcome_rate(
            f, positive="charged", basis="recorded", out_of="crimes", by="force", count="n"
        ),
        "response_times": lambda f: pm.response_times(
            f, target=900, no_arrival="missed", by="force", **NAIVE
        ),
        "to the second": lambda f: pm.response_times(f, target=900, resolution="second", by="force", **NAIVE),
        "with a zone": lambda f: pm.response_times(f, target=900, by="force", **ZONED),
        "censored": lambda f: pm.response_times(
            f,
            target=900,
            no_arrival="censored",
            as_at=dt.datetime(2024, 6, 1),  # noqa: DTZ001  # on the clocks of the stamps
            by="force",
            **NAIVE,
        ),
        "by incident": lambda f: pm.response_times(f, target=900, by="force", incident="no", **NAIVE),
        "answer_times of durations": lambda f: pm.answer_times(
            f,
            target=10,
            out_of="answered",
            result="result",
            by="force",
            seconds="wait",
            count="rows",
        ),
        "answer_times": lambda f: pm.answer_times(
            f, target=10, out_of="offered", result="result", by="force", seconds="seconds", count="rows"
        ),
        "summarise_times": lambda f: pm.summarise_times(
            f, by="force", seconds="seconds", target=10, percentiles=False, count="rows"
        ),
        "durations": lambda f: pm.durations(f, by="force", **NAIVE),
    }


def handed_over() -> dict[str, Callable[[], Any]]:
    """Give what needs no frame: each table that figures are handed over as, and a picture."""
    found = pm.rate_change([10, 20], [12, 0], labels=["a", "b"])

    def picture() -> str:
        import matplotlib as mpl

        mpl.use("agg")
        return plot.by_group(found).get_title(loc="left")

    exports = {
        name: lambda name=name: str(getattr(found, name)().shape)
        for name in ("to_pandas", "to_polars", "to_arrow")
    }
    return {**exports, "picture": picture, "on screen": lambda: repr(found)}


def written(answer: Any) -> Any:
    """Write an answer with every digit, and with what was left out."""
    if isinstance(answer, pm.Tally):
        left_out = None if answer.excluded is None else answer.excluded.to_dict()
        return [answer.to_dict(), left_out]
    return answer.to_dict(audit=True) if isinstance(answer, pm.Results) else str(answer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", choices=FRAMES)
    parser.add_argument("output", type=Path)
    asked = parser.parse_args()
    said: list[str] = []
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, category, *_, **__: said.append(
        f"{category.__name__}: {str(message).splitlines()[0]}"
    )
    answers: dict[str, Any] = {}

    def ask(name: str, question: Callable[[], Any]) -> None:
        try:
            answers[name] = written(question())
        except pm.PoliceMetricsError as error:
            answers[name] = f"refused: {error}"
        except Exception as error:  # noqa: BLE001  # whatever it is, it is not ours
            answers[name] = f"FOREIGN {type(error).__name__}: {error}"

    for kind, frame in FRAMES[asked.library](made_up()):
        for name, question in questions().items():
            ask(f"{kind}/{name}", lambda frame=frame, question=question: question(frame))
        if kind == "odd names":
            for odd in ('for"ce', "force.name"):
                ask(
                    f"{kind}/{odd}",
                    lambda frame=frame, odd=odd: pm.tally(frame, by={"force": odd}, count="n"),
                )
    for name, question in handed_over().items():
        ask(name, question)
    asked.output.write_text(json.dumps({"answers": answers, "warnings": said}, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
