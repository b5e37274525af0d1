"""What the public surface looks like to a type checker: never run, checked by mypy --strict and pyright.

Every overload stands here with its exact result, so that a change of a signature fails. What an analyst may hold
is meant: plain numbers, numpy scalars, elements and columns of pandas and polars, and whole frames. Each section
is a function that nobody calls; its arguments are what is at hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, assert_type

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from duckdb import DuckDBPyRelation
from hypothesis.strategies import SearchStrategy
from matplotlib.axes import Axes
from numpy.typing import NDArray

import conformance
import policemetrics as pm
from policemetrics import (
    Exposure,
    Figure,
    HarmWeights,
    Interval,
    OutcomeSet,
    Period,
    Results,
    Tally,
)
from policemetrics.claims import ClaimCheck, Implied, Range, Stated
from policemetrics.figures import (
    AnswerSummary,
    AreaRate,
    AreaShare,
    ChangeDriver,
    CountAgainst,
    Exclusions,
    HarmChange,
    HarmDriver,
    HarmIndex,
    HarmOutcomeChange,
    HarmOutcomeDriver,
    HarmOutcomeRate,
    HarmScore,
    OutcomeMatch,
    OutcomeMaturity,
    OutcomeProjection,
    OutcomeRate,
    OutcomeRateChange,
    OutcomeRateDriver,
    OutcomeRateSplit,
    Rate,
    RateAgainst,
    RateChange,
    ResponseSummary,
    ResponseSurvival,
    Share,
    ShareAgainst,
    ShareChange,
    StandardisedRate,
    StandardisedRatio,
    SurvivalChange,
    TimeChange,
    TimeDriver,
    TimeSummary,
    TimeToOutcome,
    WeightMatch,
)
from policemetrics.published import AverageChange, Bands, BandSummary, HarmPerCrimeChange, PooledMean
from policemetrics.testing import assert_equal, outcome_tallies, strategies
from policemetrics.typing import Between, Counts, Divisor, LikeForLike, Names

YEARS = ("2022/23", "2023/24")


def tallies(
    pandas_rows: pd.DataFrame,
    polars_rows: pl.DataFrame,
    lazy_rows: pl.LazyFrame,
    arrow_rows: pa.Table,
    duck_rows: DuckDBPyRelation,
    counts: NDArray[np.int64],
    forces: list[str],
) -> None:
    assert_type(pm.tally(pandas_rows), Tally)
    assert_type(pm.tally(polars_rows, "force"), Tally)
    assert_type(pm.tally(lazy_rows, ["force", "period"], count="n"), Tally)
    assert_type(pm.tally(arrow_rows, by={"force": "force_name"}, count="n", coverage=["force"]), Tally)
    assert_type(pm.tally(duck_rows, by=("force", "period"), overlapping="force"), Tally)
    assert_type(pm.tally(pandas_rows, date="day", every="financial_year", timezone="Europe/London"), Tally)

    crimes = Tally.from_columns({"force": ["Kent", "Essex"], "period": [2023, 2024]}, [5, 6])
    assert_type(crimes, Tally)
    assert_type(Tally.from_columns({"force": pandas_rows["force"]}, pandas_rows["n"]), Tally)
    assert_type(Tally.from_columns({"force": polars_rows["force"]}, polars_rows["n"], coverage="f"), Tally)
    assert_type(Tally.from_columns({"force": forces}, counts, unit="crimes"), Tally)

    assert_type(crimes.dims, tuple[str, ...])
    assert_type(crimes.total, int)
    assert_type(len(crimes), int)
    assert_type(crimes.overlapping, frozenset[str])
    assert_type(crimes.unit, str)
    assert_type(crimes.coverage, Tally | None)
    assert_type(crimes.excluded, Tally | None)
    assert_type(crimes.labels("force"), tuple[Any, ...])
    assert_type(crimes + crimes, Tally)
    assert_type(crimes.sum_to(), Tally)
    assert_type(crimes.sum_to("force", "period"), Tally)
    assert_type(crimes.where(force="Kent", period=[2023, 2024]), Tally)
    assert_type(crimes.where(force=pandas_rows["force"], period=np.int64(2023)), Tally)
    assert_type(crimes.drop(force=["Kent"]), Tally)
    assert_type(crimes.relabel("force", {"Kent": "Kent Police"}, others="refuse"), Tally)
    assert_type(crimes.rolling(12, period="period"), Tally)
    assert_type(crimes.to_periods("financial_year"), Tally)
    assert_type(crimes.to_periods("quarter", period="month"), Tally)
    assert_type(crimes.forget(), Tally)
    assert_type(crimes.not_supplied("nothing sent", force="Kent"), Tally)
    assert_type(pm.against(5, 7), CountAgainst)
    assert_type(pm.against([5, 6], [7, 8], labels=["a", "b"]), Results[CountAgainst])
    assert_type(pm.against(pm.share(1, 4), 0.5), RateAgainst | ShareAgainst)
    assert_type(
        pm.against(pm.rate([5], [6], labels=["a"]), [1]), Results[RateAgainst] | Results[ShareAgainst]
    )
    assert_type(pm.against(crimes, 5), CountAgainst)
    assert_type(pm.against(crimes, {"Kent": 5}, by="force"), Results[CountAgainst])
    assert_type(crimes.to_dict(), dict[str, list[Any]])
    assert_type(crimes == crimes.where(force="Kent"), bool)


def periods_and_exposures(pandas_rows: pd.DataFrame, polars_rows: pl.DataFrame) -> None:
    year = Period.parse("2023/24")
    assert_type(year, Period)
    assert_type(Period.parse("2009-10", kind="month"), Period)
    assert_type(Period.financial_year(2023).previous(), Period)
    assert_type(year.label, str)
    assert_type(year.days, int)
    assert_type(year.months, int)
    assert_type(year.overlaps("2022/23"), bool)
    assert_type(year < Period.year_ending(2024, 6), bool)

    assert_type(Exposure({"Kent": 1_860_000, "Essex": 0.5}, by="force", name="residents", date="d"), Exposure)
    assert_type(Exposure({("Kent", 2023): 1.0}, by=["force", "year"], name="residents", date="d"), Exposure)
    assert_type(Exposure.from_frame(pandas_rows, by="force", value="n", name="residents", date="d"), Exposure)
    assert_type(Exposure.from_frame(polars_rows, by={"f": "f"}, value="n", name="r", date="d"), Exposure)


def shares(series: pd.Series[int], column: pl.Series) -> None:
    assert_type(pm.share(1, 4), Share)
    assert_type(pm.share_change(1, 2, out_of=(4, 5)), ShareChange)
    assert_type(pm.share_change([1], [2], out_of=([4], [5]), labels=["a"]), Results[ShareChange])
    assert_type(pm.share(np.int64(1), np.float64(4), confidence_level=0.9), Share)
    assert_type(pm.share(series.sum(), Decimal(4)), Share)
    assert_type(pm.share(column[0], column[1]), Share)
    assert_type(pm.share(1, 4).share, float)
    assert_type(pm.share([1, 2], 4, labels=["a", "b"]), Results[Share])
    assert_type(pm.share(series.to_frame(), part="found"), Share)
    assert_type(
        pm.share(series.to_frame(), part={"outcome": ["arrest"]}, by="force", count="n"), Results[Share]
    )
    assert_type(pm.share(1, 4).interval, Interval)


def rates(
    crimes: Tally,
    residents: Exposure,
    pandas_rows: pd.DataFrame,
    polars_rows: pl.DataFrame,
    lazy_rows: pl.LazyFrame,
    arrow_rows: pa.Table,
    duck_rows: DuckDBPyRelation,
    series: pd.Series[int],
    column: pl.Series,
    array: NDArray[np.int64],
) -> None:
    assert_type(pm.rate(5, 100), Rate)
    assert_type(pm.rate(np.int64(5), np.float32(100.5)), Rate)
    assert_type(pm.rate(array[0], Decimal(100)), Rate)
    assert_type(pm.rate(column[0], 100, per=100_000, method="phe"), Rate)
    assert_type(pm.rate(events=5, exposure=100), Rate)
    assert_type(pm.rate(pandas_rows, 100, count="n"), Rate)
    assert_type(pm.rate(polars_rows, residents, by=None), Rate)
    assert_type(pm.rate(crimes, residents), Rate)
    assert_type(pm.rate(crimes, crimes, by=None), Rate)
    assert_type(pm.rate(crimes, crimes, by="force"), Results[Rate])
    assert_type(pm.rate(crimes, {"Kent": 100, "Essex": 200.5}, by=["force"]), Results[Rate])
    assert_type(pm.rate(lazy_rows, residents, by="force", count="n"), Results[Rate])
    assert_type(pm.rate(arrow_rows, crimes, by=("force", "period")), Results[Rate])
    assert_type(
        pm.rate(duck_rows, {"Kent": 100}, by="force", method="byar", subject="Burglary"), Results[Rate]
    )
    assert_type(pm.rate([5, 6], 100, labels=["a", "b"]), Results[Rate])
    assert_type(pm.rate([5, 6], [100, 200.5], labels=(1, 2)), Results[Rate])
    assert_type(pm.rate(series, column, labels=pandas_rows["force"]), Results[Rate])
    assert_type(pm.rate(array, array, labels=array), Results[Rate])

    rate = pm.rate(5, 100)
    assert_type(rate.events, float)
    assert_type(rate.rate_low, float)
    assert_type(rate.interval, Interval)
    assert_type(rate.interval.low, float)
    assert_type(rate.interval.method, str)
    assert_type(3.5 in rate.interval, bool)
    assert_type(rate.group, Mapping[str, str | int])
    assert_type(rate.reason, str | None)
    assert_type(rate.exclusions, Exclusions | None)
    assert_type(rate.caveat, str)
    assert_type(str(rate), str)


def rate_changes(
    crimes: Tally,
    residents: Exposure,
    pandas_rows: pd.DataFrame,
    polars_rows: pl.DataFrame,
    lazy_rows: pl.LazyFrame,
    arrow_rows: pa.Table,
    duck_rows: DuckDBPyRelation,
    series: pd.Series[int],
    column: pl.Series,
) -> None:
    assert_type(pm.rate_change(5, 6), RateChange)
    assert_type(pm.rate_change(np.int64(5), np.uint8(6), exposure=(365, 366)), RateChange)
    assert_type(pm.rate_change(column[0], column[1], method="midp"), RateChange)
    assert_type(pm.rate_change(series.sum(), 6, minimum_base=50, caveat="a break"), RateChange)
    assert_type(pm.rate_change(old=5, new=6, dispersion=1.5), RateChange)
    assert_type(pm.rate_change([5, 6], [7, 8], labels=["a", "b"]), Results[RateChange])
    assert_type(pm.rate_change([5, 6], [7, 8], labels=["a", "b"], adjust="bh"), Results[RateChange])
    assert_type(pm.rate_change(series, series, labels=series.index), Results[RateChange])
    assert_type(pm.rate_change(column, 6, labels=column, exposure=(1, [2, 3])), Results[RateChange])
    assert_type(pm.rate_change(crimes, between=("2022/23", "2023/24")), RateChange)
    assert_type(pm.rate_change(crimes, between=(Period.month(2023, 1), "2023-02"), per_day=True), RateChange)
    assert_type(pm.rate_change(pandas_rows, between=YEARS, count="n", like_for_like="match"), RateChange)
    assert_type(pm.rate_change(polars_rows, between=YEARS, by=None, exposure=residents), RateChange)
    assert_type(pm.rate_change(crimes, between=YEARS, by="force"), Results[RateChange])
    assert_type(pm.rate_change(lazy_rows, between=YEARS, by=["force"], count="n"), Results[RateChange])
    assert_type(pm.rate_change(arrow_rows, between=YEARS, by="force", period="year"), Results[RateChange])
    assert_type(pm.rate_change(duck_rows, between=YEARS, by="force", subject="Theft"), Results[RateChange])
    assert_type(pm.rate_change(crimes, versus="year_before"), Results[RateChange])
    assert_type(pm.rate_change(crimes, groups=("Kent", "Essex"), of="force"), RateChange)
    assert_type(pm.rate_change(crimes, groups={"force": ("Kent", "Essex")}), RateChange)
    assert_type(pm.rate_change(crimes, groups=(1, 2), of="grade", by="force"), Results[RateChange])
    assert_type(pm.rate_change(pandas_rows, versus="previous", by="force", count="n"), Results[RateChange])

    change = pm.rate_change(5, 6)
    assert_type(change.percent_change, float)
    assert_type(change.p_value, float)
    assert_type(change.between, tuple[str, str])
    assert_type(change.interval, Interval)


def tables(
    changes: Results[RateChange], change: RateChange, pandas_rows: pd.DataFrame, polars_rows: pl.DataFrame
) -> None:
    assert_type(changes.columns, tuple[str, ...])
    assert_type(len(changes), int)
    assert_type(iter(changes), Iterator[RateChange])
    assert_type(list(changes), list[RateChange])
    assert_type([row.percent_change for row in changes], list[float])

    assert_type(changes[0], RateChange)
    assert_type(changes[-1], RateChange)
    assert_type(changes[np.int64(0)], RateChange)
    assert_type(changes[np.argmax(changes["change"])], RateChange)
    assert_type(changes["percent_change"], NDArray[Any])
    assert_type(changes[:5], Results[RateChange])
    assert_type(changes[::-1], Results[RateChange])
    assert_type(changes[changes["percent_change"] > 5], Results[RateChange])
    assert_type(changes[np.array([True, False])], Results[RateChange])
    assert_type(changes[[True, False]], Results[RateChange])
    assert_type(changes[[0, 1]], Results[RateChange])
    assert_type(changes[pandas_rows["n"] > 5], Results[RateChange])
    assert_type(changes[polars_rows["n"] > 5], Results[RateChange])

    assert_type(changes.at(force="Kent"), RateChange)
    assert_type(changes.at(force="Kent", year=2024).interval.low, float)
    assert_type(changes.sort("percent_change"), Results[RateChange])
    assert_type(changes.sort("percent_change", descending=True)[:5][0], RateChange)
    assert_type(changes.to_dict(), dict[str, list[Any]])
    assert_type(changes.to_pandas(audit=True), pd.DataFrame)
    assert_type(changes.to_polars(), pl.DataFrame)
    assert_type(pl.DataFrame(changes), pl.DataFrame)  # by the Arrow capsule
    assert_type(changes == changes[:5], bool)
    assert_type(Results.of([change, change]), Results[RateChange])
    assert_type(Results.of(list(changes)), Results[RateChange])
    assert_type(sentences(changes), list[str])


def sentences(table: Results[Figure]) -> list[str]:
    """Take a table of any figures."""
    return [str(figure) for figure in table]


def report(data: Tally | pd.DataFrame | pl.LazyFrame, forces: Sequence[str]) -> Results[RateChange]:
    """Take what an analyst may hold, and hand over a table."""
    table = pm.rate_change(data, between=YEARS, by="force")
    return table[[force in forces for force in table["force"]]]


def of_ones_own(crimes: Counts, people: Divisor, years: Between, by: Names) -> Results[RateChange]:
    """A function that is annotated with the aliases hands on what it was given."""
    assert_type(pm.rate(crimes, people, by=by), Results[Rate])
    return pm.rate_change(crimes, between=years, by=by)


def harm(crimes: Tally, rows: pd.DataFrame, residents: Exposure) -> None:
    css = pm.harm_weights("ons-css", version="2020")
    assert_type(css, HarmWeights)
    assert_type(css["46"], float)
    own = HarmWeights({"46": 11.9, "34B": 799.6}, name="own", version="1", outside=["AF"])
    assert_type(
        HarmWeights.from_frame(rows, offence="code", weight="days", name="own", version="1"), HarmWeights
    )
    assert_type(pm.harm_score({"46": 100}, own), HarmScore)
    assert_type(pm.harm_score(crimes, css), HarmScore)
    assert_type(pm.harm_score(rows, css, count="offences", exposure=residents), HarmScore)
    assert_type(pm.harm_score(crimes, css, by="force"), Results[HarmScore])
    assert_type(pm.harm_change(crimes, css, between=YEARS), HarmChange)
    assert_type(pm.harm_change(rows, css, between=YEARS, by=["force"]), Results[HarmChange])
    assert_type(pm.harm_drivers(crimes, css, between=YEARS), Results[HarmDriver])
    assert_type(pm.harm_change(crimes, css, between=YEARS).interval, Interval)
    assert_type(pm.harm_change(crimes, css, groups=("Kent", "Essex"), of="force"), HarmChange)
    assert_type(pm.harm_change(rows, css, groups=("Kent", "Essex"), of="force", by=[]), Results[HarmChange])
    assert_type(pm.harm_index(crimes, css, base="2022/23"), Results[HarmIndex])
    assert_type(pm.harm_index(rows, css, base=Period.financial_year(2022), by="force"), Results[HarmIndex])
    assert_type(pm.harm_index(crimes, css, base="2022/23")[0].interval, Interval)
    assert_type(pm.published.harm_per_crime_change(crime=-10, harm=-5, rounded_to=1), HarmPerCrimeChange)
    assert_type(pm.published.harm_per_crime_change(crime=-10.5, harm=3.5).percent_change, float)
    assert_type(css.match(crimes), WeightMatch)
    assert_type(css.match({"46": 100}), WeightMatch)
    assert_type(css.match(["46", "34B"]).unmatched, tuple[str, ...])
    assert_type(css.match(rows["offence"]).share_without_weight, float)
    joined = pm.definitions.joined_offence_codes(crimes.labels("offence"))
    assert_type(crimes.relabel("offence", joined), Tally)
    assert_type(pm.change_drivers(crimes, between=YEARS, of="offence"), Results[ChangeDriver])
    assert_type(pm.change_drivers(rows, between=YEARS, of="group", by="force")[0].points, float)


def outcomes(results: Tally, rows: pl.DataFrame, crimes: Tally, series: pd.Series[int]) -> None:
    own = OutcomeSet(["1", "2"], name="own")
    rate = pm.positive_outcome_rate(
        20_158, 365_882, positive="positive-dashboard", basis="closed", out_of="crimes"
    )
    assert_type(rate, OutcomeRate)
    assert_type(
        pm.positive_outcome_rate(
            series.iloc[0], series.sum(), positive=own, basis="recorded", out_of="outcomes"
        ),
        OutcomeRate,
    )
    assert_type(
        pm.positive_outcome_rate(results, positive=own, basis="closed", out_of="crimes", crimes=crimes),
        OutcomeRate,
    )
    assert_type(
        pm.positive_outcome_rate(rows, positive=own, basis="recorded", out_of="crimes", by="force"),
        Results[OutcomeRate],
    )
    assert_type(pm.outcome_rate_change(rate, rate), OutcomeRateChange)
    of_two = {"force": ("Kent", "Essex")}
    assert_type(
        pm.outcome_rate_change(results, groups=of_two, positive=own, basis="recorded", out_of="outcomes"),
        OutcomeRateChange,
    )
    assert_type(
        pm.outcome_rate_change(results, between=YEARS, positive=own, basis="recorded", out_of="outcomes"),
        OutcomeRateChange,
    )
    assert_type(
        pm.outcome_rate_change(
            results, between=YEARS, positive=own, basis="recorded", out_of="outcomes", by=["force"]
        ),
        Results[OutcomeRateChange],
    )
    assert_type(
        pm.positive_outcome_rate(
            9, 20, positive=own, basis="recorded", out_of="crimes", not_yet_assigned=2, as_at=date(2026, 7, 1)
        ).immature,
        bool,
    )
    rates = pm.positive_outcome_rate(
        results,
        positive=own,
        basis="recorded",
        out_of="outcomes",
        by="force",
        as_at="2026-07",
        mature_after=12,
    )
    assert_type(pm.standardised_ratio(rates, reference="pooled"), Results[StandardisedRatio])
    assert_type(
        pm.directly_standardised_rate(rates, standard={"10-17": 2}, by=["force"]), Results[StandardisedRate]
    )
    assert_type(
        pm.compare(rates, against="pooled", include_self=True, adjust="bh"),
        Results[AreaShare] | Results[AreaRate],
    )
    assert_type(
        pm.outcome_rate_split(
            results, between=YEARS, of="offence", positive=own, basis="recorded", out_of="outcomes"
        ),
        OutcomeRateSplit,
    )
    assert_type(
        pm.outcome_rate_split(
            rows, between=YEARS, of="offence", positive=own, basis="recorded", out_of="outcomes", by="force"
        ),
        Results[OutcomeRateSplit],
    )
    assert_type(
        pm.outcome_rate_drivers(
            rows, between=YEARS, of="offence", positive=own, basis="recorded", out_of="outcomes"
        ),
        Results[OutcomeRateDriver],
    )
    weights = pm.harm_weights("ons-css", version="2020")
    assert_type(pm.harm_outcome_rate(results, weights, positive=own, basis="recorded"), HarmOutcomeRate)
    assert_type(
        pm.harm_outcome_rate(rows, weights, positive=own, basis="recorded", by="force"),
        Results[HarmOutcomeRate],
    )
    assert_type(
        pm.harm_outcome_change(results, weights, between=YEARS, positive=own, basis="recorded"),
        HarmOutcomeChange,
    )
    assert_type(
        pm.harm_outcome_change(rows, weights, between=YEARS, positive=own, basis="recorded", by="force"),
        Results[HarmOutcomeChange],
    )
    assert_type(
        pm.harm_outcome_drivers(rows, weights, between=YEARS, positive=own, basis="recorded"),
        Results[HarmOutcomeDriver],
    )
    assert_type(
        pm.outcome_maturity(rows, positive=own, as_at="2026-06", by="group"), Results[OutcomeMaturity]
    )
    assert_type(
        pm.project_outcome_rate(rows, positive=own, as_at="2026-06", until=12, cohorts=["2024", "2025"]),
        Results[OutcomeProjection],
    )
    assert_type(
        pm.incidence.projected_incidence([[1, 2]], [[0, 1]], [3]).chance,
        NDArray[np.float64],
    )
    assert_type(pm.time_to_outcome(rows, start="recorded", end="closed", as_at="2026-06-30"), TimeToOutcome)
    assert_type(
        pm.time_to_outcome(rows, start="recorded", end="closed", as_at="2026-06-30", by="group"),
        Results[TimeToOutcome],
    )
    assert_type(pm.match_outcomes(results), OutcomeMatch)
    assert_type(pm.match_outcomes(["1", "8"]).share_unmatched, float)
    assert_type(pm.definitions.outcome_codes(["1", 1]), dict[Any, str])
    assert_type(results.relabel("outcome", pm.definitions.outcome_codes(results.labels("outcome"))), Tally)
    assert_type(pm.incidence.cumulative_incidence([1, 2], [0, 1], [3, 4]).share, NDArray[np.float64])


def times(waits: Tally, rows: pl.DataFrame, series: pd.Series[float], array: NDArray[np.float64]) -> None:
    assert_type(pm.summarise_times([30, 15, 45.5], target=60), TimeSummary)
    assert_type(pm.summarise_times(series), TimeSummary)
    assert_type(pm.summarise_times(array, percentile_method="weibull"), TimeSummary)
    assert_type(pm.summarise_times(waits, target=10, inclusive=True), TimeSummary)
    assert_type(pm.summarise_times(rows, by="grade", target={"1": 900, "2": 3600}), Results[TimeSummary])
    assert_type(pm.durations(rows, start="created", end="arrived"), Tally)
    assert_type(pm.durations(rows, start="created", end="arrived", by={"grade": "g"}, zero="exclude"), Tally)
    assert_type(pm.response_times(rows, start="created", end="arrived", target=900), ResponseSummary)
    quarter = dt.timedelta(minutes=15)
    assert_type(pm.response_times(rows, start="created", end="arrived", target=quarter), ResponseSummary)
    assert_type(
        pm.response_times(rows, start="created", end="arrived", by="grade", target={"1": quarter}),
        Results[ResponseSummary],
    )
    assert_type(pm.response_times(rows, start="created", end="arrived", no_arrival="missed"), ResponseSummary)
    assert_type(
        pm.response_times(rows, start="created", end="arrived", by="grade", target={"1": 900, "2": 3600}),
        Results[ResponseSummary],
    )
    assert_type(
        pm.response_times(
            rows, start="created", end="arrived", by={"grade": "g"}, self_initiated={"how": ["OFFICER"]}
        ),
        Results[ResponseSummary],
    )
    assert_type(
        pm.response_times(rows, start="created", end="arrived", no_arrival="censored", closed="closed"),
        ResponseSurvival,
    )
    assert_type(
        pm.response_times(
            rows,
            start="created",
            end="arrived",
            by="grade",
            no_arrival="censored",
            as_at=pd.Timestamp("2025-01-01"),
        ),
        Results[ResponseSurvival],
    )
    assert_type(pm.definitions.response_targets()["national-2026"].seconds, dict[str, float])
    assert_type(
        pm.summarise_times([dt.timedelta(minutes=5), None], target=dt.timedelta(minutes=15)), TimeSummary
    )
    assert_type(pm.summarise_times(array, mean_method="bootstrap", seed=1), TimeSummary)
    assert_type(pm.summarise_times(waits, percentiles=False), TimeSummary)
    assert_type(pm.summarise_times(array, percentiles=False), TimeSummary)
    assert_type(pm.summarise_times(rows, by="grade", percentiles=False), Results[TimeSummary])
    summaries = pm.summarise_times(waits, by="line", target={"999": dt.timedelta(seconds=10), "101": None})
    assert_type(pm.published.pool_means([7, 25], [300, 100], rounded_to=1), PooledMean)
    assert_type(pm.published.pool_means(rows, mean="mean", count="calls", by="force"), Results[PooledMean])
    assert_type(pm.published.pool_means(summaries), PooledMean)
    assert_type(pm.published.pool_means(summaries, by="line"), Results[PooledMean])
    assert_type(pm.published.pool_means(pm.published.pool_means(summaries, by="line")), PooledMean)


def calls(waits: Tally, rows: pl.DataFrame, series: pd.Series[float], gone: Tally) -> None:
    assert_type(pm.answer_times([30, 15, 45.5], target=10, out_of="answered"), AnswerSummary)
    assert_type(pm.answer_times(series, target=10, out_of="offered", abandoned=3), AnswerSummary)
    assert_type(pm.answer_times(waits, target=10, out_of="offered", abandoned=gone), AnswerSummary)
    assert_type(
        pm.answer_times(
            rows, target=dt.timedelta(seconds=10), out_of="offered_less_short", short=5, result="status",
            answered=["ANS", "DONE"], abandoned="HANGUP",
        ),
        AnswerSummary,
    )  # fmt: skip
    by_line = pm.answer_times(
        rows, target={"999": 10, "101": 60}, out_of="answered", by="line", abandoned={"999": 5}
    )
    assert_type(by_line, Results[AnswerSummary])
    assert_type(by_line.at(line="999").share_abandoned, float)
    bands = Bands({"under 10": (0, 10), "10 or more": (10, None)}, inclusive=False, abandoned=["lost"])
    assert_type(pm.published.answer_bands(waits, bands, target=10, out_of="answered"), BandSummary)
    assert_type(
        pm.published.answer_bands(rows, bands, target=10, out_of="offered", abandoned=3, count="n"),
        BandSummary,
    )
    assert_type(
        pm.published.answer_bands(rows, bands, target=10, out_of="answered", by="force"), Results[BandSummary]
    )
    assert_type(
        pm.published.answer_bands({"under 10": 63, "10 or more": 37}, bands, target=10, rounded_to=1),
        BandSummary,
    )


def changes_of_times(waits: Tally, rows: pl.DataFrame, old: TimeSummary, new: TimeSummary) -> None:
    assert_type(pm.time_change(old, new), TimeChange)
    assert_type(pm.time_change(waits, groups=("a", "b"), of="line", target=10), TimeChange)
    assert_type(pm.time_change(waits, groups={"line": ("a", "b")}, by="grade"), Results[TimeChange])
    assert_type(pm.time_change(waits, between=YEARS, target=900, caveat="regraded"), TimeChange)
    assert_type(pm.time_change(waits, between=YEARS, still_open="open"), SurvivalChange)
    assert_type(
        pm.time_change(
            rows, groups={"line": ("a", "b")}, by="grade", still_open="open", survival_method="log"
        ),
        Results[SurvivalChange],
    )
    assert_type(
        pm.time_change(rows, between=YEARS, by="grade", target={"1": 900, "2": 3600}), Results[TimeChange]
    )
    assert_type(
        pm.time_drivers(rows, between=YEARS, of="grade", by=["force"], target=900), Results[TimeDriver]
    )
    assert_type(pm.published.change(6.6, Decimal("8.6"), rounded_to=(0.1, 1)), pm.published.PublishedChange)
    assert_type(
        pm.published.change([6.6], [8.6], labels=["a"], between=YEARS, subject="The score", caveat="c"),
        Results[pm.published.PublishedChange],
    )
    assert_type(pm.published.time_change(5, 3, of="mean", rounded_to=1), AverageChange)


def claims(change: RateChange, table: Results[RateChange], step: np.int64, value: np.float64) -> None:
    claim = pm.claims.stated("around 35,000 fewer", nearest=step, vintage="2024")
    assert_type(claim, Stated)
    assert_type(claim.range, Range)
    assert_type(claim.range.low, float)
    assert_type(value in claim, bool)
    assert_type(pm.claims.check_claim(change, claim, column="change", vintage="2026"), ClaimCheck)
    assert_type(
        pm.claims.check_claim(table[0], "10% fewer").verdict,
        Literal["supported", "contradicted", "cannot tell"],
    )
    assert_type(pm.claims.implied_change(before="5 s", after=pm.claims.stated("3 s")), Implied)
    assert_type(pm.claims.implied_change(change=claim, percent_change="10% fewer")["before"], Range)
    assert_type(pm.claims.implied_parts({"violence": claim, "the rest": None}, total="40,000 fewer"), Implied)
    assert_type(pm.claims.implied_harm_per_crime(crime="10% lower", harm="5% lower"), HarmPerCrimeChange)


def like_for_like(
    crimes: Tally, results: Tally, waits: Tally, rows: pd.DataFrame, like: LikeForLike, css: HarmWeights
) -> None:
    """Every comparison takes like_for_like= and caveat=, with every overload."""
    assert_type(
        pm.rate_change(crimes, between=YEARS, like_for_like="match", caveat="a new system"), RateChange
    )
    assert_type(
        pm.rate_change(rows, between=YEARS, by="force", like_for_like=like, caveat="c"), Results[RateChange]
    )
    assert_type(
        pm.rate_change(crimes, versus="previous", like_for_like="require", caveat="c"), Results[RateChange]
    )
    assert_type(
        pm.change_drivers(crimes, between=YEARS, of="offence", like_for_like=like, caveat="c"),
        Results[ChangeDriver],
    )
    assert_type(pm.harm_change(crimes, css, between=YEARS, like_for_like="match", caveat="c"), HarmChange)
    assert_type(
        pm.harm_change(rows, css, between=YEARS, by="force", like_for_like=like, caveat="c"),
        Results[HarmChange],
    )
    assert_type(
        pm.harm_drivers(crimes, css, between=YEARS, like_for_like=like, caveat="c"), Results[HarmDriver]
    )
    assert_type(
        pm.harm_index(crimes, css, base="2022/23", like_for_like=like, caveat="c"), Results[HarmIndex]
    )
    own = OutcomeSet(["1", "2"], name="own")
    assert_type(
        pm.outcome_rate_change(
            results, between=YEARS, positive=own, basis="recorded", out_of="outcomes",
            like_for_like="match", caveat="c",
        ),
        OutcomeRateChange,
    )  # fmt: skip
    assert_type(
        pm.outcome_rate_change(
            rows, between=YEARS, positive=own, basis="recorded", out_of="crimes", by="force", crimes=crimes,
            like_for_like=like, caveat="c",
        ),
        Results[OutcomeRateChange],
    )  # fmt: skip
    assert_type(
        pm.outcome_rate_split(
            results, between=YEARS, of="offence", positive=own, basis="recorded", out_of="outcomes",
            like_for_like=like, caveat="c",
        ),
        OutcomeRateSplit,
    )  # fmt: skip
    assert_type(
        pm.outcome_rate_split(
            rows, between=YEARS, of="offence", positive=own, basis="recorded", out_of="outcomes", by="force",
            like_for_like="match", caveat="c",
        ),
        Results[OutcomeRateSplit],
    )  # fmt: skip
    assert_type(
        pm.outcome_rate_drivers(
            results, between=YEARS, of="offence", positive=own, basis="recorded", out_of="outcomes",
            like_for_like=like, caveat="c",
        ),
        Results[OutcomeRateDriver],
    )  # fmt: skip
    assert_type(pm.time_change(waits, between=YEARS, like_for_like="match", caveat="c"), TimeChange)
    assert_type(
        pm.time_change(rows, between=YEARS, by="grade", like_for_like=like, caveat="c"), Results[TimeChange]
    )
    assert_type(
        pm.time_drivers(waits, between=YEARS, of="grade", like_for_like=like, caveat="c"), Results[TimeDriver]
    )


def caveats_of_two_figures(
    old: TimeSummary, new: TimeSummary, before: OutcomeRate, after: OutcomeRate
) -> None:
    """Two figures that were made before take a caveat; like_for_like= is of what has suppliers."""
    assert_type(pm.time_change(old, new, caveat="regraded"), TimeChange)
    assert_type(pm.outcome_rate_change(before, after, caveat="other rules"), OutcomeRateChange)
    assert_type(pm.rate_change([5], [6], labels=["a"], caveat="a break"), Results[RateChange])


def pictures(
    changes: Results[RateChange],
    harm: Results[HarmDriver],
    parts: Results[ChangeDriver],
    whole: HarmChange,
    rows: pd.DataFrame,
    tally: Tally,
    axes: Axes,
) -> None:
    assert_type(pm.plot.by_group(changes, ax=axes, title=""), Axes)
    assert_type(pm.plot.by_group(whole, column="percent_change"), Axes)
    assert_type(pm.plot.drivers(harm, total=whole), Axes)
    assert_type(pm.plot.drivers(parts, most=8), Axes)
    assert_type(pm.plot.times([30, 15.5], target=60, inclusive=True), Axes)
    assert_type(pm.plot.times(rows["seconds"]), Axes)
    assert_type(pm.plot.times(rows, seconds="wait", count="calls"), Axes)
    assert_type(pm.plot.outcome_mix(tally, by=["force", "period"]), Axes)
    curves = pm.outcome_maturity(rows, positive="charged", as_at="2026-06", by="period")
    assert_type(pm.plot.maturity(curves), Axes)
    ahead = pm.project_outcome_rate(rows, positive="charged", as_at="2026-06")
    assert_type(pm.plot.maturity(curves, ahead), Axes)
    assert_type(pm.plot.months(rows, count="n", until="2024-03"), Axes)
    assert_type(changes.to_markdown(), str)
    assert_type(whole.to_markdown(), str)


def notebook(files: list[str]) -> None:
    rows = pd.concat(pd.read_csv(f, dtype={"offence_code": str}) for f in files)
    crimes = pm.tally(
        rows,
        count="offences",
        coverage=["force", "period", "quarter"],
        by={
            "force": "force_name",
            "period": "financial_year",
            "quarter": "financial_quarter",
            "offence": "offence_code",
        },
    )
    crimes = crimes.relabel("force", {"Avon and Somerset": "Avon & Somerset"})
    crimes = crimes.drop(force=["Action Fraud", "CIFAS", "UK Finance", "Financial Fraud Action UK"])
    assert_type(str(pm.rate_change(crimes, between=("2017/18", "2019/20"))), str)
    change = pm.rate_change(crimes, between=("2017/18", "2019/20"), by="force")
    assert_type(change.sort("percent_change", descending=True)[:5], Results[RateChange])
    assert_type(change.at(force="West Midlands").percent_change, float)
    assert_type(change.to_polars().filter(pl.col("percent_change") > 5), pl.DataFrame)

    residents = Exposure.from_frame(
        pd.read_csv("population.csv"), by="force", value="mid_2018", name="residents", date="mid-2018"
    )
    for figure in pm.rate(crimes.where(period="2019/20"), residents, by="force"):
        assert_type(figure.rate, float)
        assert_type(figure.exclusions.excluded if figure.exclusions else 0, int)


def test_tools(crimes: Tally, table: Results[Rate], figure: Rate) -> None:
    assert_type(strategies.labels("force"), SearchStrategy[Any])
    assert_type(strategies.rows("force", "year"), SearchStrategy[list[strategies.Row]])
    assert_type(strategies.tallies("force", coverage="force"), SearchStrategy[Tally])
    assert_type(outcome_tallies("force"), SearchStrategy[Tally])
    assert_type(strategies.outcome_tallies("force"), SearchStrategy[Tally])
    assert_type(strategies.exposures("force", complete=False), SearchStrategy[Exposure])
    assert_type(strategies.weights(["46"]), SearchStrategy[HarmWeights])
    assert_type(strategies.periods("financial_year"), SearchStrategy[Period])
    assert_type(strategies.durations(bad=["missing"]), SearchStrategy[list[float | None]])
    assert_type(strategies.stamps(bad=["clock change"]), SearchStrategy[strategies.Stamps])
    assert_equal(crimes, crimes)
    assert_equal(table, table, rtol=1e-9)
    assert_equal(figure, figure)


def conforms(folder: str) -> None:
    checked = conformance.check(folder)
    assert_type(checked, tuple[conformance.Checked, ...])
    assert_type(checked[0].equal, int)
