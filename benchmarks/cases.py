"""Every goal of speed: what is ours, what it is held against, and the ratio that is aimed at.

The references are what a careful user would write without this package: raw numpy, the engine's own
GROUP BY or quantiles, statsmodels. Each `build` checks first that both give the same figures.
"""

from __future__ import annotations

import functools
import itertools
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from statistics import NormalDist
from typing import Any, Final

import attrs
import duckdb
import numpy as np
import polars as pl
import pytest
import scipy.special
from numpy.typing import NDArray
from statsmodels.stats import proportion, rates

import policemetrics as pm
from benchmarks import times
from benchmarks.harness import Call, Case
from benchmarks.times import BY, TARGET, calls
from policemetrics.incidence import cumulative_incidence

__all__ = ["CASES", "FACTS", "Fact"]

AREAS, MONTHS, OFFENCES, GRADES = times.AREAS, times.MONTHS, 150, times.GRADES
Z: Final = NormalDist().inv_cdf(0.975)
MEGABYTE: Final = 2**20


@attrs.frozen
class Fact:
    """What is compared with no reference: `look` gives what was found, and what it must not pass, give or take some air."""

    id: str
    what: str
    look: Callable[[], tuple[float, float]]
    air: float = 1  # what a slower machine may add, where it is a time


# ---- rows -------------------------------------------------------------------------------


def crimes(rows: int) -> dict[str, NDArray[Any]]:
    """Rows of area, month and offence; offences are very unequally common."""
    random = np.random.default_rng(1)
    offence = np.minimum(random.zipf(1.3, rows), OFFENCES) - 1
    return {
        "area": random.integers(0, AREAS, rows).astype(np.int16),
        "month": random.integers(0, MONTHS, rows).astype(np.int16),
        "offence": offence.astype(np.int16),
    }


def texts(columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Put text in the place of codes."""
    return {
        name: np.array([f"{name} {i:03}" for i in range(int(codes.max()) + 1)], dtype=object)[codes]
        for name, codes in columns.items()
    }


KEYS = ["area", "month", "offence"]
SQL = "select area, month, offence, count(*) as n from frame group by all order by all"


def _check(tally: pm.Tally, expected: NDArray[Any]) -> None:
    np.testing.assert_array_equal(tally._cells.counts, expected)


def counting_by_bincount(rows: int) -> tuple[Call, Call]:
    """Ours has the key to make; the reference has it ready."""
    columns = crimes(rows)
    frame = pl.DataFrame(columns)
    key = (columns["area"].astype(np.int64) * MONTHS + columns["month"]) * OFFENCES + columns["offence"]
    expected = np.bincount(key)
    _check(pm.tally(frame, by=KEYS), expected[expected > 0])
    return lambda: pm.tally(frame, by=KEYS), lambda: np.bincount(key)


def counting_by_one_expression(rows: int) -> tuple[Call, Call]:
    """The reference makes its key in one expression, with temporaries as long as the rows."""
    columns = crimes(rows)
    area, month, offence = columns.values()
    frame = pl.DataFrame(columns)

    def reference() -> NDArray[Any]:
        return np.bincount((area.astype(np.int64) * MONTHS + month) * OFFENCES + offence)

    return lambda: pm.tally(frame, by=KEYS), reference


def counting_codes_by_polars(rows: int) -> tuple[Call, Call]:
    frame = pl.DataFrame(crimes(rows))
    query = frame.lazy().group_by(KEYS).len()
    _check(pm.tally(frame, by=KEYS), query.collect().sort(KEYS)["len"].to_numpy())
    return lambda: pm.tally(frame, by=KEYS), query.collect


def counting_codes_by_duckdb(rows: int) -> tuple[Call, Call]:
    """Count the same arrays, which DuckDB reads where they lie."""
    data = pl.DataFrame(crimes(rows))
    connection = duckdb.connect()
    connection.register("frame", data.to_arrow())
    _check(pm.tally(data, by=KEYS), connection.sql(SQL).to_arrow_table()["n"].to_numpy())
    return lambda: pm.tally(data, by=KEYS), lambda: connection.sql(SQL).to_arrow_table()


def counting_categories_by_polars(rows: int) -> tuple[Call, Call]:
    frame = pl.DataFrame(texts(crimes(rows))).with_columns(pl.all().cast(pl.Categorical))
    query = frame.lazy().group_by(KEYS).len()
    return lambda: pm.tally(frame, by=KEYS), query.collect


def counting_gaps_by_polars(rows: int) -> tuple[Call, Call]:
    """One row in eight lacks its offence, so that it is excluded, counted; the reference counts it by null."""
    gap = pl.when(pl.int_range(pl.len()) % 8 > 0).then("offence").alias("offence")
    frame = pl.DataFrame(crimes(rows)).with_columns(gap)
    query = frame.lazy().group_by(KEYS).len()
    ours = pm.tally(frame, by=KEYS)
    assert ours.excluded is not None
    assert ours.total + ours.excluded.total == rows
    _check(ours, query.collect().drop_nulls().sort(KEYS)["len"].to_numpy())
    return lambda: pm.tally(frame, by=KEYS), query.collect


def counting_texts_by_polars(rows: int) -> tuple[Call, Call]:
    frame = pl.DataFrame(texts(crimes(rows)))
    query = frame.lazy().group_by(KEYS).len()
    ours = pm.tally(frame, by=KEYS).to_dict()
    theirs = query.collect().sort(KEYS)
    assert ours["count"] == theirs["len"].to_list()
    assert ours["offence"] == theirs["offence"].to_list()
    return lambda: pm.tally(frame, by=KEYS), query.collect


def counting_texts_by_pandas(rows: int) -> tuple[Call, Call]:
    frame = pl.DataFrame(texts(crimes(rows))).to_pandas()
    return lambda: pm.tally(frame, by=KEYS), lambda: frame.groupby(KEYS).size()


def counting_lazily(rows: int) -> tuple[Call, Call]:
    frame = pl.DataFrame(crimes(rows)).lazy()
    query = frame.group_by(KEYS).len()
    return lambda: pm.tally(frame, by=KEYS), query.collect


def counting_in_duckdb(rows: int) -> tuple[Call, Call]:
    connection = duckdb.connect()
    connection.register("source", pl.DataFrame(crimes(rows)).to_arrow())
    connection.execute("create table frame as from source")
    relation = connection.table("frame")
    return lambda: pm.tally(relation, by=KEYS), lambda: connection.sql(SQL).to_arrow_table()


# ---- metrics ----------------------------------------------------------------------------

GROUPS: Final = AREAS * MONTHS * GRADES


def _harm() -> tuple[pm.Tally, pm.HarmWeights, NDArray[np.int64], NDArray[np.float64]]:
    random = np.random.default_rng(4)
    counts = random.poisson(random.lognormal(2, 1.5, OFFENCES), (GROUPS, OFFENCES))
    weight = random.lognormal(4, 1.5, OFFENCES)
    codes = np.array([f"c{i:03}" for i in range(OFFENCES)], dtype=object)
    areas = np.array([f"a{i:04}" for i in range(GROUPS)], dtype=object)
    columns = {"area": np.repeat(areas, OFFENCES), "offence": np.tile(codes, GROUPS)}
    tally = pm.Tally.from_columns(columns, counts.ravel(), coverage=["area"])
    weights = pm.HarmWeights(dict(zip(codes.tolist(), weight.tolist(), strict=True)), name="own", version="1")
    return tally, weights, counts, weight


def harm(_: int) -> tuple[Call, Call]:
    """A table with intervals, reasons and exclusions; the reference is a product of ready arrays."""
    tally, weights, counts, weight = _harm()
    np.testing.assert_allclose(
        pm.harm_score(tally, weights, by="area")["score"], counts.astype(float) @ weight, rtol=1e-12
    )
    return lambda: pm.harm_score(tally, weights, by="area"), lambda: counts.astype(float) @ weight


def every_metric(_: int) -> tuple[Call, Call]:
    """Harm, change with an exact interval, positive outcomes and times of 3,096 groups, from tallies."""
    crimes_by_group, weights, *_ = _harm()
    random = np.random.default_rng(5)
    areas = np.array([f"a{i:04}" for i in range(GROUPS)], dtype=object)
    periods = np.array(["2022/23", "2023/24"], dtype=object)
    change = pm.Tally.from_columns(
        {"area": np.repeat(areas, 2), "period": np.tile(periods, GROUPS)}, random.poisson(300, 2 * GROUPS)
    )
    outcome = np.array(["0", "1", "8", "18"], dtype=object)
    outcomes = pm.Tally.from_columns(
        {"area": np.repeat(areas, 4), "outcome": np.tile(outcome, GROUPS)}, random.poisson(90, 4 * GROUPS)
    )
    times = pm.tally(pl.DataFrame(calls(1_000_000)), by=[*BY, "seconds"])
    numbers = random.integers(0, 2**32, 1_000_000, dtype=np.uint32)

    def ours() -> None:
        pm.harm_score(crimes_by_group, weights, by="area")
        pm.rate_change(change, between=("2022/23", "2023/24"), by="area", method="exact")
        pm.positive_outcome_rate(outcomes, positive="charged", basis="recorded", out_of="crimes", by="area")
        pm.summarise_times(times, by=BY, target=TARGET)

    return ours, lambda: np.sort(numbers)


def areas_beside(groups: int) -> tuple[Call, Call]:
    """Every area beside the others, with all limits, ranks and adjusted p-values, of rates, whose limits are exact."""
    random = np.random.default_rng(5)
    labels = [f"a{i}" for i in range(groups)]
    rates = pm.rate(random.poisson(50, groups), np.full(groups, 1_000.0), labels=labels)
    asked = {"of": "label", "against": "pooled", "include_self": False, "adjust": "bh"}
    found = pm.compare(rates, **asked)
    rest = (rates["events"].sum() - rates["events"]) / (rates["exposure"].sum() - rates["exposure"])
    np.testing.assert_allclose(found["reference"], 1_000 * rest)
    numbers = random.integers(0, 2**32, 1_000_000, dtype=np.uint32)
    return lambda: pm.compare(rates, **asked), lambda: np.sort(numbers)


def changes_from_a_tally(groups: int) -> tuple[Call, Call]:
    """Two periods of many groups, found by their labels; the reference is given both as columns."""
    random = np.random.default_rng(6)
    old, new = random.poisson(300, (2, groups))
    areas = np.array([f"a{i:06}" for i in range(groups)], dtype=object)
    between = ("2022/23", "2023/24")
    tally = pm.Tally.from_columns(
        {"area": np.repeat(areas, 2), "period": np.tile(np.array(between, dtype=object), groups)},
        np.column_stack((old, new)).ravel(),
    )
    ours, theirs = pm.rate_change(tally, between=between, by="area"), pm.rate_change(old, new, labels=areas)
    for name in ("percent_change", "percent_change_low", "percent_change_high", "p_value"):
        np.testing.assert_array_equal(ours[name], theirs[name])
    return (
        lambda: pm.rate_change(tally, between=between, by="area"),
        lambda: pm.rate_change(old, new, labels=areas),
    )


def outcomes_by_month(groups: int) -> pm.Tally:
    """Crimes of ten years by area, thirty an area, one in five of which was charged; the first month has one of each area."""
    random, each, months = np.random.default_rng(7), 30, 120
    labels = np.array([f"{2014 + i // 12}-{i % 12 + 1:02}" for i in range(2 * months)], dtype=object)
    recorded, age = random.integers(0, months, (2, groups * each))
    recorded[::each] = 0
    still = recorded + age >= months
    outcome = np.where(random.random(len(age)) < 0.2, "1", "18").astype(object)
    outcome[still] = "0"
    given = labels[recorded + age]
    given[still] = None
    columns = {
        "area": np.repeat(np.arange(groups), each),
        "period": labels[recorded],
        "outcome_period": given,
        "outcome": outcome,
    }
    return pm.Tally.from_columns(columns, np.ones(len(age), dtype=np.int64))


MATURITY: Final[dict[str, Any]] = {"positive": "charged", "as_at": "2023-12", "by": "area"}


def maturity_by_curves(groups: int) -> tuple[Call, Call]:
    """From a tally, with the one column that is looked at; the reference has the crimes by age ready and makes their curves."""
    tally = outcomes_by_month(groups)
    found = pm.outcome_maturity(tally, **MATURITY)
    ends = [found[name].reshape(groups, 120) for name in ("positive", "other", "censored")]
    curves = cumulative_incidence(*ends)
    np.testing.assert_array_equal(found["share"], curves.share.ravel())
    return lambda: pm.outcome_maturity(tally, **MATURITY)["share"], lambda: cumulative_incidence(*ends)


# ---- intervals --------------------------------------------------------------------------


def _shares(groups: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    random = np.random.default_rng(6)
    whole = random.integers(1, 5000, groups)
    return random.binomial(whole, 0.1), whole


def _wald(x: NDArray[Any], n: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    share = x / n
    margin = Z * np.sqrt(share * (1 - share) / n)
    return share - margin, share + margin


def charts_by_numpy(series: int) -> tuple[Call, Call]:
    values = np.random.default_rng(9).poisson(100, (series, 60)).astype(float)

    def ours() -> Any:
        return pm.spc.individuals(values)

    def reference() -> Any:
        centre = values.mean(axis=-1, keepdims=True)
        far = 2.66 * np.abs(np.diff(values)).mean(axis=-1, keepdims=True)
        return centre, centre - far, centre + far

    for found, same in zip((ours().centre, ours().low, ours().high), reference(), strict=True):
        np.testing.assert_allclose(found, np.broadcast_to(same, values.shape))
    return ours, reference


def wilson_by_wald(groups: int) -> tuple[Call, Call]:
    x, n = _shares(groups)
    return lambda: pm.intervals.wilson(x, n), lambda: _wald(x, n)


def wilson_by_statsmodels(groups: int) -> tuple[Call, Call]:
    x, n = _shares(groups)
    np.testing.assert_allclose(
        pm.intervals.wilson(x, n), proportion.proportion_confint(x, n, method="wilson"), rtol=1e-9, atol=1e-15
    )
    return lambda: pm.intervals.wilson(x, n), lambda: proportion.proportion_confint(x, n, method="wilson")


def newcombe_by_statsmodels(groups: int) -> tuple[Call, Call]:
    (x, n), (y, m) = _shares(groups), _shares(groups)
    m = m + 7
    return (
        lambda: pm.intervals.newcombe(x, n, y, m),
        lambda: proportion.confint_proportions_2indep(x, n, y, m, method="newcomb"),
    )


def _rates_apart(x: Any, n: Any, y: Any, m: Any, level: float = 0.95) -> Any:
    return pm.intervals.rate_difference(x, y, n, m, level)


def _ratios_apart(x: Any, n: Any, y: Any, m: Any, level: float) -> Any:
    ratios = ((a / b, *pm.intervals.rate_ratio(a, b, confidence_level=level)) for a, b in ((x, n), (y, m)))
    return pm.intervals.square_and_add(*itertools.chain(*ratios))


# Of each kernel: what is timed, and limits that, at the level of a p-value, just reach what it tests.
PAIRS: Final[dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any], float]]] = {
    "odds ratios": (pm.intervals.odds_ratio, pm.intervals.proportions_p_value, pm.intervals.odds_ratio, 1),
    "ratios of shares": (
        pm.intervals.proportion_ratio,
        pm.intervals.proportions_p_value,
        pm.intervals.proportion_ratio,
        1,
    ),
    "differences of shares": (
        pm.intervals.proportion_difference,
        pm.intervals.proportions_p_value,
        pm.intervals.proportion_difference,
        0,
    ),
    "differences of rates": (
        _rates_apart,
        lambda x, n, y, m: pm.intervals.rate_ratio_p_value(x, y, n, m),
        _rates_apart,
        0,
    ),
    "p-values of Newcombe's limits": (
        pm.intervals.newcombe_p_value,
        pm.intervals.newcombe_p_value,
        pm.intervals.newcombe,
        0,
    ),
    "p-values of ratios, squared and added": (
        pm.intervals.square_and_add_p_value,
        pm.intervals.square_and_add_p_value,
        _ratios_apart,
        0,
    ),
}


def pairs_by_newcombe(name: str) -> Callable[[int], tuple[Call, Call]]:
    """Limits, or a p-value, by a search; the reference has them in closed form."""
    kernel, p_value, limits, null = PAIRS[name]

    def build(pairs: int) -> tuple[Call, Call]:
        (x, n), (y, m) = _shares(pairs), [column[::-1].copy() for column in _shares(pairs)]
        for at in range(20):
            pair = x[at], n[at], y[at], m[at]
            np.testing.assert_allclose(np.array(kernel(x, n, y, m))[..., at], kernel(*pair), rtol=1e-9)
            reached = np.array(limits(*pair, 1 - float(p_value(*pair))))
            np.testing.assert_allclose(np.abs(reached - null).min(), 0, atol=1e-6)
        return lambda: kernel(x, n, y, m), lambda: pm.intervals.newcombe(x, n, y, m)

    return build


def byar_by_wald(groups: int) -> tuple[Call, Call]:
    x, n = _shares(groups)
    return lambda: pm.intervals.byar(x), lambda: _wald(x, n)


def poisson_by_statsmodels(groups: int) -> tuple[Call, Call]:
    x, _ = _shares(groups)
    np.testing.assert_allclose(
        pm.intervals.garwood(x)[1], rates.confint_poisson(x, 1, method="exact-c")[1], rtol=1e-9
    )
    return lambda: pm.intervals.garwood(x), lambda: rates.confint_poisson(x, 1, method="exact-c")


def clopper_pearson_by_scipy(groups: int) -> tuple[Call, Call]:
    x, n = _shares(groups)
    x, n = x.astype(float), n.astype(float)

    def bare() -> tuple[Any, Any]:
        with np.errstate(all="ignore"):
            return scipy.special.betaincinv(x, n - x + 1, 0.025), scipy.special.betainccinv(
                x + 1, n - x, 0.025
            )

    return lambda: pm.intervals.clopper_pearson(x, n), bare


# ---- objects and imports ----------------------------------------------------------------


def table_by_objects(groups: int) -> tuple[Call, Call]:
    """One table of many groups; the reference makes a hundredth of them one by one, so the goal is 1."""
    random = np.random.default_rng(7)
    old, new = random.poisson(300, groups), random.poisson(300, groups)
    labels = np.arange(groups)
    few = [(int(a), int(b)) for a, b in zip(old[: groups // 100], new[: groups // 100], strict=True)]
    return (
        lambda: pm.rate_change(old, new, labels=labels),
        lambda: [pm.rate_change(a, b) for a, b in few],
    )


def _process(code: str) -> Call:
    """Return a call that runs our own line in a new process, of compiled files as every process but the first has."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": _compiled().name}

    def call() -> None:
        subprocess.run([sys.executable, "-c", code], check=True, env=environment, stdout=subprocess.DEVNULL)

    call()
    return call


@functools.cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def importing(_: int) -> tuple[Call, Call]:
    return _process("import policemetrics"), _process("import numpy")


def first_figure(_: int) -> tuple[Call, Call]:
    return (
        _process("import policemetrics; print(policemetrics.rate_change(120, 100))"),
        _process("import numpy, scipy.special"),
    )


def modules_at_import() -> tuple[float, float]:
    """Count the heavy packages that an import brings in."""
    heavy = ("scipy", "narwhals", "pandas", "polars", "pyarrow", "duckdb", "matplotlib", "hypothesis")
    script = f"import sys, policemetrics; print(sum(n in sys.modules for n in {heavy}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )  # our own script
    return float(done.stdout), 0


def memory_of_a_tally() -> tuple[float, float]:
    """Measure the peak in mebibytes of counting four million rows, beside tally and 8 MiB."""
    frame = pl.DataFrame(crimes(4_000_000))
    pm.tally(frame, by=KEYS)
    tracemalloc.start()
    found = pm.tally(frame, by=KEYS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    own = found._cells.counts.nbytes + sum(codes.nbytes for codes in found._cells.codes)
    return peak / MEGABYTE, own / MEGABYTE + 8


def memory_of_maturity() -> tuple[float, float]:
    """Measure the peak in mebibytes of a table of maturity at which nobody has looked; its nine columns are 82 MiB."""
    tally = outcomes_by_month(10_000)
    pm.outcome_maturity(tally, **MATURITY)
    tracemalloc.start()
    found = pm.outcome_maturity(tally, **MATURITY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 1_200_000
    return peak / MEGABYTE, 50


def queries_of_a_call() -> tuple[float, float]:
    """Count the queries that a summary of a lazy frame makes."""
    frame, collect, made = pl.DataFrame(calls(1000)).lazy(), pl.LazyFrame.collect, []

    def counted(self: pl.LazyFrame, *args: Any, **options: Any) -> Any:
        made.append(1)
        return collect(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl.LazyFrame, "collect", counted)
        pm.summarise_times(frame, by=BY, target=TARGET)
    return len(made), 1


def fixed_cost() -> tuple[float, float]:
    """Measure the milliseconds that a tally of ten rows takes, more than the engine's own query."""
    frame = pl.DataFrame(texts(crimes(10))).lazy()
    pm.tally(frame, by=KEYS)

    def took(call: Call) -> float:
        start = time.perf_counter()
        for _ in range(20):
            call()
        return (time.perf_counter() - start) / 20 * 1e3

    ours, theirs = (
        min(took(call) for _ in range(7))
        for call in (lambda: pm.tally(frame, by=KEYS), frame.group_by(KEYS).len().collect)
    )
    return ours - theirs, 5


FACTS = [
    Fact("E2", "heavy packages in sys.modules after the import", modules_at_import),
    Fact("P1", "MiB at the peak of counting 4,000,000 rows; at most the tally and 8", memory_of_a_tally),
    Fact("P2", "MiB at the peak of maturity of 10,000 groups by 120 months", memory_of_maturity),
    Fact("Q1", "queries that a summary of times makes of a lazy frame", queries_of_a_call),
    Fact("T4", "ms of fixed cost beside the engine's own query", fixed_cost, 4),
]

MILLION: Final = 1_000_000
TEN: Final = 10 * MILLION
_SORTS: Final = 6  # numpy sorts five times as fast on some processors as on others


def _rows(small: float | None, large: float) -> dict[int, float | None]:
    return {MILLION: small, TEN: large}


def _fives(goal: float | None) -> dict[int, float | None]:
    return {MILLION: goal, 5 * MILLION: goal}


def _groups(goal: float) -> dict[int, float | None]:
    return {MILLION // 10: goal, MILLION: goal}


CASES = [
    # At a million rows what is made of the 99,000 cells counts as much as the rows.
    Case(
        "T1", "count rows by 3 codes / np.bincount of a ready key", counting_by_bincount, _rows(2.4, 1.8), 4
    ),
    Case(
        "T2",
        "count rows by 3 codes / the same in one numpy expression",
        counting_by_one_expression,
        _rows(None, 0.8),
    ),
    Case("T3", "count rows by 3 codes / polars lazy", counting_codes_by_polars, _rows(None, 0.5)),
    Case("T3", "count rows by 3 codes / DuckDB over Arrow", counting_codes_by_duckdb, _rows(None, 0.5)),
    Case("T3", "count rows by 3 categories / polars lazy", counting_categories_by_polars, _rows(None, 0.5)),
    Case(
        "T3", "count rows by 3 codes, some missing / polars lazy", counting_gaps_by_polars, _rows(None, 0.5)
    ),
    Case("T4", "count rows by 3 texts in polars / its own", counting_texts_by_polars, _rows(None, 1.15)),
    Case("T4", "count rows by 3 texts in pandas / its own", counting_texts_by_pandas, _rows(None, 1.15)),
    Case("T4", "count a lazy polars frame / its own", counting_lazily, _rows(None, 1.15)),
    Case("T4", "count a DuckDB table / its own", counting_in_duckdb, _rows(None, 1.15)),
    Case("T6", "mean and share within target in DuckDB / its own", times.shares_of_answers, _rows(None, 1.5)),
    Case(
        "T6",
        "mean and share of response times in DuckDB / its own",
        times.shares_of_responses,
        _rows(None, 1.5),
    ),
    Case("M1", "four metrics of 3,096 groups from tallies / np.sort of 1,000,000", every_metric, {GROUPS: 4}),
    Case("M2", "harm score with interval, 3,096 groups by 150 offences / H @ w", harm, {GROUPS: 6}, 8),
    Case(
        "M4",
        "rate_change of 100,000 groups from a tally / from columns",
        changes_from_a_tally,
        {100_000: 2},
        3,
    ),
    Case(
        "M5",
        "maturity by 120 months, and its shares / the curves alone",
        maturity_by_curves,
        {10_000: None, 100_000: None},
    ),
    Case(
        "M3", "10,000 areas beside the others, all limits / np.sort of 1,000,000", areas_beside, {10_000: 4}
    ),
    Case(
        "B1",
        "summary of times with intervals from rows / np.sort of as many",
        times.times_by_sorting,
        _rows(2.5, 1.7),
        _SORTS,
    ),
    Case(
        "B2",
        "summary of times with intervals from rows / polars without",
        times.times_by_polars,
        _rows(None, 0.35),
    ),
    Case(
        "B2",
        "summary of times with intervals from rows / DuckDB without",
        times.times_by_duckdb,
        _rows(None, 0.25),
    ),
    Case(
        "B3", "summary of times from counts by second / from rows", times.times_from_a_tally, _rows(None, 0.1)
    ),
    Case(
        "R1",
        "response times from polars / np.sort of their keys",
        times.responses_by_sorting,
        _fives(1.8),
        _SORTS,
    ),
    Case("R2", "response times from polars / its own", times.responses_by_polars, _fives(0.3), 10),
    Case(
        "R3",
        "response times from a tally / np.sort of their keys",
        times.responses_from_a_tally,
        _fives(0.8),
        _SORTS,
    ),
    Case(
        "R4",
        "tally of response times by second / np.sort of their keys",
        times.tally_of_responses,
        _fives(1.5),
        _SORTS,
    ),
    Case("R5", "response times of 100,000 groups / polars", times.responses_of_wide_groups, _fives(None)),
    Case("S1", "response times from stamps in DuckDB / its own", times.stamps_by_duckdb, _fives(1.3), 6),
    Case("S2", "response times from stamps in polars / its own", times.stamps_by_polars, _fives(None)),
    Case("S3", "response times from stamps in pandas / its own", times.stamps_by_pandas, _fives(None)),
    Case("C1", "Wilson / two lines of Wald", wilson_by_wald, _groups(2), 3),
    Case("C1", "Wilson / statsmodels", wilson_by_statsmodels, _groups(0.6), 4),
    Case("C2", "Newcombe / statsmodels", newcombe_by_statsmodels, _groups(0.8), 3),
    *(
        Case("C6", f"{name} / Newcombe's limits", pairs_by_newcombe(name), {MILLION // 10: 3})
        for name in PAIRS
    ),
    Case("C2", "Byar / two lines of Wald", byar_by_wald, _groups(3.2), 2),
    Case("C3", "exact Poisson / statsmodels", poisson_by_statsmodels, _groups(0.1)),
    Case("C4", "Clopper-Pearson / its two bare special functions", clopper_pearson_by_scipy, _groups(1.1)),
    Case(
        "C5",
        "limits of 100,000 control charts of 60 points / the same arithmetic in numpy",
        charts_by_numpy,
        {100_000: 3},
    ),
    Case("D1", "one table / a hundredth of its figures one by one", table_by_objects, _groups(1)),
    Case("E1", "import policemetrics / import numpy, a process each", importing, {1: 1.5}),
    Case("E3", "first figure of a process / import numpy and scipy.special", first_figure, {1: 1.5}),
]
