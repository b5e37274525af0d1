"""Tests as another project would write them: public names and public strategies only, for code of its own."""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics.errors import InvalidInputError
from policemetrics.testing import assert_equal
from policemetrics.testing.strategies import (
    LABELS,
    durations,
    exposures,
    labels,
    outcome_tallies,
    periods,
    rows,
    stamps,
    tallies,
    weights,
)

# Few of these tests are about who sent what; those that are state it.
pytestmark = pytest.mark.filterwarnings("ignore::policemetrics.errors.AreasWithoutRowsWarning")

PAGE = Path(__file__).parents[1] / "docs" / "howto" / "testing.md"

# ---- the other project: a small board report ---------------------------------------------


def headline(crimes: pm.Tally, years: tuple[str, str]) -> str:
    """One sentence for the front page."""
    return str(pm.rate_change(crimes, between=years, like_for_like="match"))


def league(crimes: pm.Tally, residents: pm.Exposure) -> list[tuple[str, float]]:
    """Forces with their rate, the highest first; those without one are left out."""
    rates = pm.rate(crimes, residents, by="force")
    return [
        (str(row.group["force"]), row.rate)
        for row in rates.sort("rate", descending=True)
        if not math.isnan(row.rate)
    ]


def waits(created: list[dt.datetime | None], arrived: list[dt.datetime | None]) -> list[float]:
    """Seconds between stamps; pairs that cannot be are left out."""
    pairs = zip(created, arrived, strict=True)
    return [(b - a).total_seconds() for a, b in pairs if a is not None and b is not None and b >= a]


# ---- its tests ----------------------------------------------------------------------------

positive = tallies(
    "force", "year", gaps=False, excluding=False, counts=st.integers(0, 1000), coverage=["force", "year"]
)


@given(positive, exposures())
def test_the_league_is_sorted_and_whole(crimes, residents):
    found = league(crimes, residents)
    assert [rate for _, rate in found] == sorted((rate for _, rate in found), reverse=True)
    assert sorted(force for force, _ in found) == sorted(crimes.labels("force"))


@given(positive, exposures(complete=False))
def test_forces_without_residents_are_not_in_the_league(crimes, residents):
    for row in pm.rate(crimes, residents, by="force"):
        assert math.isnan(row.rate) == (row.reason is not None)


@given(rows("force", "year"), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(found, random):
    names = ["force", "year", "n"]
    mixed = random.sample(found, len(found))
    one, other = (
        pl.DataFrame(r, schema={"force": pl.String, "year": pl.Int64, "n": pl.Int64}, orient="row")
        for r in (found, mixed)
    )
    assert_equal(*(pm.tally(frame, names[:2], count="n") for frame in (one, other)))


@given(tallies("force", "period"), tallies("force", "period"))
def test_halves_make_the_whole(one, other):
    assert_equal(one + other, other + one)
    # Cell by cell: numbers that are drawn may look like a total beside its parts, which is refused.
    cells = [sum(tally.to_dict()["count"]) for tally in (one + other, one, other)]
    assert cells[0] == cells[1] + cells[2]


@given(tallies("force", "year", excluding=False, gaps=False), labels("force", gaps=False))
def test_what_is_dropped_is_in_the_ledger(crimes, force):
    if force in crimes.labels("force"):
        # Numbers that are drawn may look like a total beside its parts, which none of these is.
        crimes = crimes.no_total(force=crimes.labels("force"))
        rest = crimes.drop(force=force)
        assert rest.total + rest.excluded.total == crimes.total


@given(tallies("offence", gaps=False, excluding=False, counts=st.integers(0, 1000)), weights())
def test_harm_adds_up(crimes, harm):
    parts = [pm.harm_score(crimes.where(offence=o), harm).score for o in crimes.labels("offence")]
    whole = pm.harm_score(crimes, harm)
    if len(crimes):
        assert whole.score == pytest.approx(sum(parts))


@pytest.mark.filterwarnings("ignore::policemetrics.errors.OnlyPositiveOutcomesWarning")
@given(outcome_tallies("force"))
def test_no_force_solves_more_than_it_has(outcomes):
    try:
        rates = pm.positive_outcome_rate(
            outcomes, positive="positive-dashboard", basis="recorded", out_of="outcomes", by="force"
        )
    except InvalidInputError as error:
        assert "total beside its parts" in str(error)  # noqa: PT017  # numbers that happen to add up
        return
    for row in rates:
        assert math.isnan(row.rate) or 0 <= row.rate <= 1


@given(periods("financial_year"), st.integers(0, 1000), st.integers(0, 1000))
def test_the_headline_names_both_years(year, old, new):
    before = year.previous()
    crimes = pm.Tally.from_columns(
        {"force": ["Kent", "Kent"], "period": [before.label, year.label]},
        [old, new],
        coverage=["force", "period"],
    )
    assert year.label in headline(crimes, (before.label, year.label))


@given(durations())
def test_bad_durations_are_counted(seconds):
    column = pd.Series(seconds, dtype=float)
    found = pm.summarise_times(column, invalid="exclude")
    assert found.n + found.exclusions.excluded == len(seconds)


@given(stamps(bad=["missing", "reversed"]))
def test_waits_are_never_negative(columns):
    found = waits(**columns)
    assert all(wait >= 0 for wait in found)
    assert pm.summarise_times(found).n == len(found)


@given(stamps())
def test_stamps_go_into_any_frame(columns):
    assert len(pd.DataFrame(columns)) == len(pl.DataFrame(columns)) == len(columns["created"])


RESIDENTS = pm.Exposure(dict.fromkeys(LABELS["force"], 1_000), by="force", name="residents", date="mid-2023")
# Every metric, asked of a tally of everything by force.
ASKED = {
    "rate": lambda crimes, by: pm.rate(crimes, crimes, by=by),
    "rate, by residents": lambda crimes, by: pm.rate(crimes, RESIDENTS, by=by),
    "rate_change": lambda crimes, by: pm.rate_change(crimes, between=("2023-11", "2024-01"), by=by),
    "rate_change, match": lambda crimes, by: pm.rate_change(
        crimes, between=("2023-12", "2024-01"), by=by, like_for_like="match", per_day=True
    ),
    "rate_change, versus": lambda crimes, by: pm.rate_change(crimes, versus="previous", by=by or ()),
    "change_drivers": lambda crimes, by: pm.change_drivers(
        crimes, between=("2023-11", "2024-01"), of="offence", by=by or ()
    ),
    "harm_score": lambda crimes, by: pm.harm_score(crimes, HARM, by=by),
    "harm_change": lambda crimes, by: pm.harm_change(crimes, HARM, between=("2023-11", "2024-01"), by=by),
    "harm_drivers": lambda crimes, by: pm.harm_drivers(
        crimes, HARM, between=("2023-11", "2024-01"), by=by or ()
    ),
    "harm_index": lambda crimes, by: pm.harm_index(crimes, HARM, base="2023-11", by=by or ()),
    "positive_outcome_rate": lambda crimes, by: pm.positive_outcome_rate(
        crimes, positive="charged", basis="recorded", out_of="outcomes", by=by
    ),
    "outcome_rate_change": lambda crimes, by: pm.outcome_rate_change(
        crimes, between=("2023-11", "2024-01"), positive="charged", basis="recorded", out_of="outcomes", by=by
    ),
    "compare": lambda crimes, by: pm.compare(
        pm.rate(crimes, crimes, by=by), against="pooled", include_self=True
    ),
    "standardised_ratio": lambda crimes, by: pm.standardised_ratio(
        pm.rate(crimes, crimes, by=["force", *(() if by is None else by)]), of="year", reference="pooled"
    ),
    "against": lambda crimes, by: pm.against(crimes, 5, by=by),
    "share": lambda crimes, by: pm.share(crimes, part={"outcome": "1"}, by=by),
    "share_change": lambda crimes, by: pm.share_change(
        crimes, part={"outcome": "1"}, between=("2023", "2024"), period="year", by=by
    ),
    "summarise_times": lambda crimes, by: pm.summarise_times(crimes, by=by, seconds="year", target=2023.5),
}

HARM = pm.HarmWeights({"4.1": 1_000, "4.10": 900, "105A": 1.5}, name="invented", version="1")
DIMS = ("force", "period", "offence", "outcome", "year")


@pytest.mark.filterwarnings("ignore::policemetrics.errors.OnlyPositiveOutcomesWarning")
@pytest.mark.parametrize("asked", ASKED)
@given(
    st.sampled_from([None, ["force"], ["period"], ["force", "period"]]).flatmap(
        lambda coverage: tallies(*DIMS, coverage=coverage)
    ),
    st.sampled_from([None, "force", ("force", "year"), ()]),
)
def test_every_metric_answers_or_says_why(asked, crimes, by):
    """Whatever was left out: a figure, a figure with its reason, or an error of the family; never another one."""
    try:
        found = ASKED[asked](crimes, by)
    except pm.PoliceMetricsError:
        return
    for figure in found if isinstance(found, pm.Results) else [found]:
        assert str(figure)


# ---- the page that shows it ---------------------------------------------------------------


def test_the_programs_of_the_how_to_page():
    """Its blocks run one after the other, and its tests pass."""
    names: dict[str, object] = {}
    text = PAGE.read_text(encoding="utf-8")
    for block in re.finditer(r"```python\n(.*?)```", text, re.DOTALL):
        # Where it stands on the page, since hypothesis reads the source of lambdas there.
        above = "\n" * text.count("\n", 0, block.start(1))
        exec(compile(above + block[1], str(PAGE), "exec"), names)  # noqa: S102  # our own page
    tests = [call for name, call in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for call in tests:
        call()
