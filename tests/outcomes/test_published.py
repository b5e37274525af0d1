"""Outcomes on the large real files: the BBC's table from its detail, a street-level file, three national charge rates."""

from __future__ import annotations

import csv
import gzip
import io
import re

import numpy as np
import pandas as pd
import pytest

from policemetrics import (
    OutcomeSet,
    Results,
    Tally,
    match_outcomes,
    outcome_rate_change,
    positive_outcome_rate,
    tally,
)


@pytest.fixture(scope="module")
def bbc(shared_data):
    """The detail of the BBC's table as a tally by force and last outcome; blank is "(blank)"."""
    frame = pd.read_csv(shared_data / "outcomes" / "bbc_outcomes_by_category_force_year_2012_16.csv.gz")
    frame["last_outcome_category"] = frame["last_outcome_category"].fillna("(blank)")
    return tally(
        frame,
        by={"force": "reported_by", "year": "Year", "outcome": "last_outcome_category"},
        count="f0_",
        coverage=["force", "outcome"],
    )


class TestBBC:
    def test_force_cells(self, bbc, shared_data):
        """All 1,170 cells of the table by force follow from the detail; an empty cell is none."""
        text = (shared_data / "outcomes" / "bbc_outcomes_by_force_2012_16.csv").read_bytes().decode()
        rows = list(csv.DictReader(io.StringIO(text.replace("\r", "\n"))))
        found = dict.fromkeys(((r["Force"], o) for r in rows for o in r if o != "Force"), 0)
        columns = bbc.sum_to("force", "outcome").to_dict()
        found |= dict(
            zip(zip(columns["force"], columns["outcome"], strict=True), columns["count"], strict=True)
        )
        expected = {(r["Force"], o): int(n or 0) for r in rows for o, n in r.items() if o != "Force"}
        assert len(expected) == 1_170
        assert found == expected
        assert bbc.total == 29_343_720

    def test_wording(self, bbc):
        """22 of 26 wordings map; the blank, two of courts and "unable to prosecute" do not."""
        match = match_outcomes(bbc)
        assert len(match.codes) == 22
        assert set(match.unmatched) == {
            "(blank)",
            "Court case unable to proceed",
            "Suspect charged as part of another case",
            "Unable to prosecute suspect",
        }
        assert match.crimes == 29_343_720

    def test_a_rate(self, bbc):
        """Crimes charged in Kent in 2014, court results among them: by the file's own numbers."""
        kent = bbc.drop(outcome="(blank)").where(force="Kent Police", year=2014)
        unclear = [
            "Court case unable to proceed",
            "Suspect charged as part of another case",
            "Unable to prosecute suspect",
        ]
        found = positive_outcome_rate(
            kent.relabel("outcome", dict.fromkeys(unclear, "other")),
            positive="charged", basis="recorded", out_of="crimes", period="year",
        )  # fmt: skip
        counts = dict(zip(*list(kent.sum_to("outcome").to_dict().values()), strict=True))
        by_court = [
            o
            for o in counts
            if re.match(
                r"Offender (sent|fined|dep|ord|oth)|Offender given (abs|comm|cond|susp)|Defend|Court res|Await",
                o,
            )
        ]
        assert found.positive == sum(counts[o] for o in by_court)
        assert found.denominator == sum(counts.values())
        assert found.not_yet_assigned == counts["Under investigation"]
        assert found.when == "2014"


@pytest.fixture(scope="module")
def street(shared_data):
    """City of London, May 2023 to May 2025: recorded crimes, each once; anti-social behaviour is none."""
    with gzip.open(
        shared_data / "street_level" / "city_of_london_street_2023_05_to_2025_05.csv.gz", "rt"
    ) as file:
        frame = pd.read_csv(file)
    crimes = frame[frame["Crime type"] != "Anti-social behaviour"].drop_duplicates("Crime ID")
    return tally(crimes, by={"period": "Month", "outcome": "Last outcome category"})


class TestStreetLevel:
    def test_wording(self, street):
        """Two of thirteen wordings do not map, 27.6% of the crimes."""
        match = match_outcomes(street)
        assert set(match.unmatched) == {"Status update unavailable", "Unable to prosecute suspect"}
        assert round(match.share_unmatched, 3) == 0.276

    def test_by_month(self, street):
        """A snapshot of a cohort: later months look less resolved, and are flagged."""
        ours = OutcomeSet(
            ["Charged/Summonsed", "Offender given a caution", 6, 7, 8], name="charged or out of court"
        )
        known = street.relabel(
            "outcome", {"Unable to prosecute suspect": "other", "Status update unavailable": "0"}
        )
        table = positive_outcome_rate(
            known,
            positive=ours,
            basis="recorded",
            out_of="crimes",
            by="period",
            as_at="2025-06",
            mature_after=12,
        )
        assert len(table) == 25
        assert table["denominator"].sum() == street.total == 18_923
        assert table["maturity"].tolist() == ["mature"] * 14 + ["immature"] * 11
        assert table["share_not_yet_assigned"][-1] > 2 * table["share_not_yet_assigned"][0]
        assert table["rate"][-1] < table["rate"][:12].min()
        first = table[0]
        assert first.positive == 110
        assert str(first).startswith("2023-05: 15.28% of crimes recorded have so far had a positive outcome")


@pytest.fixture(scope="module")
def national(shared_data):
    """The national rows without fraud, by year, basis and type; "other" is the rest of the total assigned."""
    with (shared_data / "outcomes" / "ho_outcomes_national_year.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = [r for r in csv.DictReader(file) if r["fraud"] == "ex_fraud"]
    cells = [
        (r["financial_year"], r["basis"], code, n)
        for r in rows
        for code, n in [
            *((c.rpartition("_t")[2], int(v)) for c, v in r.items() if re.search(r"_t\d+$", c)),
            ("other", int(r["assigned_total"]) - int(r["positive_total"])),
        ]
    ]
    columns = dict(zip(("period", "basis", "outcome"), list(zip(*cells, strict=True))[:3], strict=True))
    return Tally.from_columns(columns, [c[-1] for c in cells], overlapping="basis")


class TestNational:
    def test_three_charge_rates(self, national):
        """8.55%, 9.23% and 10.47% of one year, each with the words that tell it from the others."""
        open_ = Tally.from_columns(
            {"period": ["2025/26"], "basis": ["recorded"], "outcome": ["0"]}, [384_808]
        )
        cohort = national.where(period="2025/26", basis="recorded") + open_
        closed = national.where(period="2025/26", basis="closed")
        rates = [
            positive_outcome_rate(data, positive="charged", basis=basis, out_of=out_of, as_at="July 2026")
            for data, basis, out_of in (
                (cohort, "recorded", "crimes"),
                (cohort, "recorded", "outcomes"),
                (closed, "closed", "outcomes"),
            )
        ]
        assert [(f.positive, f.denominator, f"{100 * f.rate:.2f}") for f in rates] == [
            (447_514, 5_235_213, "8.55"),
            (447_514, 4_850_405, "9.23"),
            (550_778, 5_258_158, "10.47"),
        ]
        said = [
            "447,514 of 5,235,213 crimes recorded in 2025/26",
            "447,514 of 4,850,405 outcomes given so far to crimes recorded in 2025/26",
            "550,778 of 5,258,158 outcomes given in 2025/26, whenever the crime was recorded",
        ]
        for figure, words in zip(rates, said, strict=True):
            assert words in str(figure)
        table = repr(Results.of(rates))
        for words in ("basis", "out_of", "recorded  crimes ", "recorded  outcomes", "closed    outcomes"):
            assert words in table

    def test_published_counts(self, national):
        """447,514 and 217,209 of the bulletin, exactly."""
        cohort = national.where(period="2025/26", basis="recorded")
        asked = {"basis": "recorded", "out_of": "outcomes"}
        assert (
            positive_outcome_rate(cohort, positive="charged", **asked).positive
            == 319_984 + 127_530
            == 447_514
        )
        assert (
            positive_outcome_rate(cohort, positive="out-of-court", **asked).positive
            == 111_286 + 105_923
            == 217_209
        )

    def test_the_series(self, national):
        """Twelve years on each basis: type 22 is told in the years in which it was not in use by all."""
        for basis in ("closed", "recorded"):
            table = positive_outcome_rate(
                national.where(basis=basis),
                positive="positive-dashboard",
                basis=basis,
                out_of="outcomes",
                by="period",
            )
            kinds = [
                "exist"
                if "exist" in f.caveat or "not in use" in f.caveat
                else "voluntary"
                if "voluntary" in f.caveat
                else ""
                for f in table
            ]
            assert kinds == ["exist"] * 5 + ["voluntary"] * 2 + [""] * 5
            assert not np.isnan(table["rate"]).any()
        change = outcome_rate_change(
            national.where(basis="closed"),
            between=("2018/19", "2021/22"), positive="positive-dashboard", basis="closed", out_of="outcomes",
        )  # fmt: skip
        assert "the definition changed between the two: type 22 did not exist in 2018/19" in change.caveat
