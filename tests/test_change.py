"""`rate_change` and `change_drivers`: published figures, the traps really seen, laws, and what they say in words."""

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import attrs
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from strategies import FORCES, rows, tally_of

import policemetrics as pm
from policemetrics import Exposure, Period, Tally, change_drivers, datasets, plot, rate_change, tally
from policemetrics.errors import (
    CountOverflowError,
    InvalidInputError,
    InvalidTypeError,
    LabelSpellingWarning,
    PoliceMetricsError,
    UnknownNameError,
)

# Few of these tests are about who sent what; those that are state it.
pytestmark = [
    pytest.mark.filterwarnings("ignore::policemetrics.errors.AreasWithoutRowsWarning"),
    pytest.mark.usefixtures("no_breaks"),
]

METHODS = ("score", "exact", "midp")
YEARS = ("2022/23", "2023/24")
COUNTS = st.integers(0, 200) | st.sampled_from([10**5, 10**7])
SIZES = st.integers(1, 10**7)
LEVELS = st.floats(0.5, 0.999)
NAN = float("nan")


def two_years(*found, **options):
    """Make a tally of (force, old, new)."""
    columns = {"force": [f for f, *_ in found for _ in YEARS], "period": [*YEARS] * len(found)}
    return Tally.from_columns(columns, [n for _, *pair in found for n in pair], **options)


def months(year, counts):
    return {f"{year}-{month:02d}": n for month, n in enumerate(counts, 1)}


def by_month(*parts, **options):
    whole = {k: v for part in parts for k, v in part.items()}
    return Tally.from_columns({"period": list(whole)}, list(whole.values()), **options)


def tenths(value):
    """Round half away from zero, by hand, to one decimal."""
    rounded = Decimal(value.numerator) / Decimal(value.denominator)
    return rounded.quantize(Decimal("0.1"), ROUND_HALF_UP)


class TestPublished:
    @pytest.mark.parametrize(
        ("old", "new", "change", "percent"),
        [
            (365_882, 328_104, "−37,778", "−10.3%"),
            (3_455_173, 3_561_443, "+106,270", "+3.1%"),  # England and Wales, published
            (54_721, 53_036, "−1,685", "−3.1%"),
            (182_336, 204_010, "+21,674", "+11.9%"),
            (66_125, 65_976, "−149", "−0.2%"),
            (109_946, 110_168, "+222", "+0.2%"),
            (742_376, 760_853, "+18,477", "+2.5%"),  # eight forces, pooled
            (810_868, 732_440, "−78,428", "−9.7%"),  # calls, published as 10 percent
            (16, 25, "+9", "+56.3%"),  # Wheeler: 56.25
            (4, 9, "+5", "+125.0%"),
            (233_393, 259_661, "+26,268", "+11.3%"),
        ],
    )
    def test_figures(self, old, new, change, percent):
        """As printed in each, or by hand where only the counts are.

        Home Office open data for West Midlands; Lancashire PCC, scrutiny meeting of 23 June 2015 (England and
        Wales, the forces, eight of them pooled); Express & Star, 27 January 2026 (calls); A. Wheeler,
        andrewpwheeler.com (16 and 25, 4 and 9); ONS, year ending March 2019 (West Midlands).
        """
        table = rate_change([old], [new], labels=["x"])
        shown = repr(table).splitlines()[3].split()
        assert shown[3:5] == [change, percent]

    def test_west_midlands_to_the_last_digit(self):
        """ONS, police force area tables, year ending March 2019, Table P2."""
        assert rate_change(233_393, 259_661).percent_change == pytest.approx(11.254836263298385, rel=1e-14)

    def test_per_day(self):
        """2023/24 has 366 days: −10.57% a day, by hand."""
        figure = rate_change(two_years(("West Midlands", 365_882, 328_104)), between=YEARS, per_day=True)
        assert round(figure.percent_change, 2) == -10.57
        assert (figure.old_exposure, figure.new_exposure) == (365, 366)
        assert figure.change == -37_778

    def test_pooled_and_not_the_mean_of_changes(self):
        """Eight forces: +2.5% as published, where the mean of their changes is +2.9%."""
        pairs = [
            (95_509, 92_739), (82_561, 89_653), (91_983, 93_984), (69_412, 74_220),
            (68_345, 73_034), (66_125, 65_976), (109_946, 110_168), (158_495, 161_079),
        ]  # fmt: skip
        group = two_years(*((f"force {i}", *pair) for i, pair in enumerate(pairs)))
        whole = rate_change(group, between=YEARS)
        each = rate_change(group, between=YEARS, by="force")
        assert (whole.old, whole.new) == (742_376, 760_853)
        assert round(whole.percent_change, 1) == 2.5
        assert round(float(each["percent_change"].mean()), 1) == 2.9

    @pytest.mark.parametrize(
        ("old", "new", "method", "low", "high"),
        [
            (100, 120, "exact", -8.7394221653, 58.074200702),
            (1400, 1500, "exact", -0.4500567086, 15.320301943),
            (15, 5, "exact", -90.52235985926, -3.5186386333),
            (10, 0, "exact", -100, -55.3874450408),
            (100, 120, "score", -7.8991655496, 56.350374955),
            (15, 5, "score", -87.4049231313, -11.7821095736),
            (10, 0, "score", -100, -61.5854117931),
            (1400, 1500, "score", -0.3818281002, 15.235921497),
        ],
    )
    def test_intervals(self, old, new, method, low, high):
        """R 4.2.2, poisson.test, and ratesci 1.1.0, scoreci(distrib="poi", skew=FALSE); as percentages."""
        figure = rate_change(old, new, method=method)
        assert (figure.percent_change_low, figure.percent_change_high) == pytest.approx((low, high), rel=1e-9)

    @pytest.mark.parametrize(
        ("old", "new", "method", "p"),
        [
            (100, 120, "exact", 0.200092229028),
            (15, 5, "exact", 0.041389465332),
            (10, 0, "exact", 0.001953125),
            (1400, 1500, "exact", 0.0659873496652),
            (100, 120, "midp", 0.178381570628),
            (15, 5, "midp", 0.0266036987305),
            (10, 0, "midp", 0.0009765625),
        ],
    )
    def test_p_values(self, old, new, method, p):
        """R, doubled tails of the family of the interval: rateratio.test, and exactci's poisson.exact(midp=TRUE)."""
        assert rate_change(old, new, method=method).p_value == pytest.approx(p, rel=1e-9)

    @pytest.mark.parametrize(
        ("method", "low", "high"),
        [("score", 1.36596243019, 3.2593061525), ("exact", 1.33973572177, 3.38836557362)],
    )
    def test_ratio_of_rates(self, method, low, high):
        """Gu et al. 2008, example 1: 60 in 51,477.5 against 30 in 54,308.7."""
        figure = rate_change(30, 60, exposure=(54_308.7, 51_477.5), method=method)
        assert figure.percent_change == pytest.approx(110.999757175, rel=1e-9)
        found = (figure.percent_change_low / 100 + 1, figure.percent_change_high / 100 + 1)
        assert found == pytest.approx((low, high), rel=1e-9)

    def test_nothing_before(self):
        """10 after 0: no percentage, but at least +124.1521% by the exact limits."""
        figure = rate_change(0, 10, method="exact")
        assert math.isnan(figure.percent_change)
        assert figure.percent_change_low == pytest.approx(124.15214751, rel=1e-9)
        assert figure.percent_change_high == math.inf

    def test_changes_of_the_ons(self, shared_data):
        """Percentages that ONS published, from counts that it published a year apart.

        The counts of the year before were often revised; a program apart from the package found
        1,271 percentages of these tables to agree to 1e-9, among them 54 totals. The dashes of ONS stand where
        fewer than 50 were recorded before, but for a few whose base was revised since.
        """
        counts, printed = (
            pd.read_csv(shared_data / "pfa_tables" / f"pfa_{name}.csv", dtype=str).fillna(
                {"area_code": "BTP"}
            )
            for name in ("counts", "percent_change")
        )
        counts = counts[counts["offences"] != ".."]
        crimes = pm.tally(
            counts.assign(offences=counts["offences"].astype(int)),
            by={"period": "year_ending", "area": "area_code", "offence": "offence"},
            count="offences",
            overlapping=["area", "offence"],
        )
        crimes = crimes.relabel("period", {p: f"year ending {p}" for p in crimes.labels("period")})
        table = rate_change(crimes, versus="year_before", by=["area", "offence"], minimum_base=50)
        found = table[~np.isnan(table["change"])].to_pandas()
        found["year_ending"] = [Period.parse(p).end.strftime("%Y-%m") for p in found["period"]]
        found = found.rename(columns={"area": "area_code"}).merge(
            printed, on=["year_ending", "area_code", "offence"], suffixes=("", "_printed")
        )
        published = pd.to_numeric(found["percent_change_printed"], errors="coerce")
        exact = (found["percent_change"] - published).abs() < 1e-9
        assert exact.sum() == 1271
        assert exact[found["offence"].str.startswith("Total recorded crime")].sum() == 54
        withheld = found["percent_change"].isna()
        assert (withheld == (found["old"] < 50)).all()
        dashes = found["percent_change_printed"] == "-"
        assert (dashes & ~withheld).sum() <= 6
        assert (dashes & withheld).sum() > 360
        assert (published.notna() & withheld).sum() <= 5


FRAUD = ["Action Fraud", "CIFAS", "UK Finance", "Financial Fraud Action UK"]
RENAMED = {"Avon and Somerset": "Avon & Somerset", "Devon and Cornwall": "Devon & Cornwall"}
FILES = ("prc_pfa_2017_18.csv.gz", "prc_pfa_2019_20.csv.gz")
BETWEEN = ("2017/18", "2019/20")


def from_pandas(folder):
    """The job in five statements of pandas."""
    rows = pd.concat(pd.read_csv(folder / f, dtype={"offence_code": str}) for f in FILES)
    crimes = pm.tally(
        rows, count="offences", coverage=["force", "period", "quarter"],
        by={"force": "force_name", "period": "financial_year", "quarter": "financial_quarter", "offence": "offence_code"},
    )  # fmt: skip
    crimes = crimes.relabel("force", RENAMED)
    crimes = crimes.drop(force=[*FRAUD, "British Transport Police"])
    return pm.rate_change(crimes, between=BETWEEN, by="force")


def from_polars(folder):
    """The same in polars."""
    rows = pl.concat(pl.read_csv(folder / f, schema_overrides={"offence_code": pl.String}) for f in FILES)
    crimes = pm.tally(
        rows, count="offences", coverage=["force", "period", "quarter"],
        by={"force": "force_name", "period": "financial_year", "quarter": "financial_quarter", "offence": "offence_code"},
    )  # fmt: skip
    crimes = crimes.relabel("force", RENAMED)
    crimes = crimes.drop(force=[*FRAUD, "British Transport Police"])
    return pm.rate_change(crimes, between=BETWEEN, by="force")


@pytest.fixture(scope="module")
def all_crimes(shared_data):
    """Everything in the two files of the Home Office, the fraud bodies included, with supply by quarter."""
    rows = pd.concat(
        pd.read_csv(shared_data / "recorded_crime" / f, dtype={"offence_code": str}) for f in FILES
    )
    by = {
        "force": "force_name",
        "period": "financial_year",
        "quarter": "financial_quarter",
        "offence": "offence_code",
    }
    with pytest.warns(
        LabelSpellingWarning, match="'Avon and Somerset' and 'Avon & Somerset', and one more pair, differ"
    ):
        crimes = pm.tally(rows, count="offences", coverage=["force", "period", "quarter"], by=by)
    return crimes.relabel("force", RENAMED)


class TestHomeOfficeFiles:
    def test_43_forces_in_pandas_and_in_polars(self, shared_data):
        """Two renamed forces relabelled, the fraud bodies and British Transport Police dropped; figures added by hand."""
        with pytest.warns(LabelSpellingWarning, match=r"join them with relabel\('force', "):
            table = from_pandas(shared_data / "recorded_crime")
        assert len(table) == 43
        with pytest.warns(LabelSpellingWarning):
            assert table == from_polars(shared_data / "recorded_crime")
        lines = pd.read_csv(shared_data / "recorded_crime" / "prc_pfa_annual_by_subgroup.csv")
        lines["force_name"] = lines["force_name"].replace(RENAMED)
        by_hand = lines.groupby(["force_name", "financial_year"])["offences"].sum().to_dict()
        for figure in table:
            force = figure.group["force"]
            assert (figure.old, figure.new) == (by_hand[force, "2017/18"], by_hand[force, "2019/20"])
            assert figure.reason is None
        assert table.at(force="West Midlands").change == 260_829 - 233_393
        assert table.sort("percent_change", descending=True)[0].group["force"] == "London, City of"

    def test_a_supplier_of_three_quarters_of_four(self, all_crimes):
        """UK Finance sent three quarters in 2017/18: +71.8%, if nobody looks."""
        trap = rate_change(59_367, 101_988)
        assert "+71.8%" in str(trap)
        figure = rate_change(all_crimes, between=BETWEEN, by="force").at(force="UK Finance")
        assert (
            figure.reason
            == "not like for like: supplied for one only: UK Finance quarter 1; like_for_like='match' leaves out what one side lacks"
        )
        assert (figure.old, figure.new) == (59_367, 101_988)
        assert math.isnan(figure.change)
        assert math.isnan(figure.percent_change)

    def test_the_total_refuses_too(self, all_crimes):
        figure = rate_change(all_crimes, between=BETWEEN)
        assert str(figure) == (
            "Recorded crime: change not like for like: supplied for one only: Financial Fraud Action UK quarter 1, UK Finance quarter 1; like_for_like='match' leaves out what one side lacks."
        )
        uk_finance = all_crimes.where(force="UK Finance").sum_to("period")
        assert "supplied for one only: UK Finance quarter 1" in str(rate_change(uk_finance, between=BETWEEN))

    def test_match_puts_the_rest_to_the_ledger(self, all_crimes):
        whole = rate_change(all_crimes, between=BETWEEN, like_for_like="match")
        assert sum(whole.exclusions.reasons.values()) == 50_994
        assert {r.split(" (")[0] for r in whole.exclusions.reasons} == {"not like for like"}
        (why,) = [r for r in whole.exclusions.reasons if "UK Finance" in r]
        assert whole.exclusions.counted + whole.exclusions.excluded == all_crimes.total
        row = rate_change(all_crimes, between=BETWEEN, by="force", like_for_like="match").at(
            force="UK Finance"
        )
        assert row.new == 101_988 - row.exclusions.reasons[why]
        assert row.old == 59_367

    def test_what_was_dropped_is_counted(self, all_crimes):
        kept = all_crimes.drop(force=[*FRAUD, "British Transport Police"])
        figure = rate_change(kept, between=BETWEEN)
        assert figure.exclusions.reasons == {"dropped: force": all_crimes.total - kept.total}
        assert figure.exclusions.counted == figure.old + figure.new == kept.total


class TestSentences:
    @pytest.mark.parametrize(
        ("figure", "sentence"),
        [
            (
                lambda: rate_change(two_years(("West Midlands", 365_882, 328_104)), between=YEARS),
                (
                    "Recorded crime fell by 37,778 (−10.3%, 95% interval −10.7% to −9.9%), from 365,882 in 2022/23 to "
                    "328,104 in 2023/24."
                ),
            ),
            (
                lambda: rate_change(0, 5),
                "Recorded crime rose by 5, from 0 to 5; percentage not applicable: nothing was recorded before.",
            ),
            (
                lambda: rate_change(5, 0),
                "Recorded crime fell by 5 (−100.0%, 95% interval −100.0% to −23.2%), from 5 to 0.",
            ),
            (
                lambda: rate_change(0, 0),
                (
                    "Recorded crime did not change: 0 before and after; percentage not applicable: nothing was recorded in "
                    "either period."
                ),
            ),
            (
                lambda: rate_change(5, 5),
                "Recorded crime did not change (0.0%, 95% interval −69.0% to +222.7%): 5 before and after.",
            ),
            (
                lambda: rate_change(two_years(("Kent", 5, 5)), between=YEARS),
                "Recorded crime did not change (0.0%, 95% interval −69.0% to +222.7%): 5 in 2022/23 and in 2023/24.",
            ),
            (
                lambda: rate_change(40, 52, minimum_base=50),
                "Recorded crime rose by 12, from 40 to 52; percentage withheld: the base of 40 is below 50.",
            ),
            (
                lambda: rate_change(
                    100, 120, caveat="Counting rules changed in spring 2023.", confidence_level=0.9
                ),
                (
                    "Recorded crime rose by 20 (+20.0%, 90% interval −3.9% to +49.9%), from 100 to 120. "
                    "Caveat: Counting rules changed in spring 2023."
                ),
            ),
            (
                lambda: rate_change(two_years(("Kent", 365, 732)), between=YEARS, per_day=True),
                (
                    "Recorded crime per day rose by 100.0% (95% interval +76.4% to +126.7%), from 1.0 in 2022/23 (365 for 365 "
                    "days) to 2.0 in 2023/24 (732 for 366 days)."
                ),
            ),
            (
                lambda: rate_change(two_years(("Kent", 365, 366)), between=YEARS, per_day=True),
                (
                    "Recorded crime per day did not change (95% interval −13.5% to +15.6%), from 1.0 in 2022/23 (365 for 365 "
                    "days) to 1.0 in 2023/24 (366 for 366 days)."
                ),
            ),
            (
                lambda: rate_change(two_years(("Kent", 0, 366)), between=YEARS, per_day=True),
                (
                    "Recorded crime per day went from 0 in 2022/23 (0 for 365 days) to 1.0 in 2023/24 (366 for 366 days); "
                    "percentage not applicable: nothing was recorded before."
                ),
            ),
            (
                lambda: rate_change(
                    two_years(("Kent", 150, 120)), between=YEARS, by="force", exposure=RESIDENTS
                )[0],
                (
                    "Kent: recorded crime per 1,000 residents fell by 20.0% (95% interval −37.0% to +1.6%), from 83.3 in "
                    "2022/23 (150 for 1,800 residents) to 66.7 in 2023/24 (120 for 1,800 residents); mid-2019."
                ),
            ),
            (
                lambda: rate_change(
                    two_years(("Kent", 150, 120), coverage=["force", "period"]),
                    between=YEARS,
                    exposure=RESIDENTS,
                    per_day=True,
                ),
                (
                    "Recorded crime per 1,000 residents × days fell by 20.2% (95% interval −37.2% to +1.4%), from 0.2283 in "
                    "2022/23 (150 for 657,000 residents × days) to 0.1821 in 2023/24 (120 for 658,800 residents × days); mid-2019."
                ),
            ),
            (
                lambda: rate_change(two_years(("Kent", 5, 6)), between=("2021/22", "2023/24")),
                "Recorded crime: change not available: no rows for 2021/22.",
            ),
            (
                lambda: rate_change(
                    Tally.from_columns(
                        {"period": ["year ending June 2022", "year ending June 2023"]}, [100, 110]
                    ),
                    between=("year ending June 2022", "year ending June 2023"),
                ),
                (
                    "Recorded crime rose by 10 (+10.0%, 95% interval −16.0% to +44.1%), from 100 in the year ending June 2022 to "
                    "110 in the year ending June 2023."
                ),
            ),
        ],
    )
    def test_in_words(self, figure, sentence):
        assert str(figure()) == sentence

    def test_subject(self):
        assert str(rate_change(10, 5, subject="999 calls")).startswith("999 calls fell by 5 (−50.0%")
        assert str(rate_change([10], [5], labels=["Kent"], subject="Burglary")[0]).startswith(
            "Kent: burglary fell"
        )

    def test_never_says_victims_or_points(self):
        """A change in the number of crimes is neither a change in victims nor one in percentage points."""
        for pair in ((0, 5), (5, 0), (0, 0), (365_882, 328_104)):
            assert not {"victims", "victim", "points", "per cent"} & set(str(rate_change(*pair)).split())


RESIDENTS = Exposure({"Kent": 1_800, "Essex": 1_200}, by="force", name="residents", date="mid-2019")


def test_a_base_of_one_is_withheld():
    assert rate_change(1, 5, minimum_base=2).reason == "withheld: the base of 1 is below 2"


def test_parts_of_an_exposure():
    """Ten in half a year and twenty in a whole one are the same rate."""
    assert rate_change(10, 20, exposure=(0.5, 1)).percent_change == 0


def test_small_steps_are_said():
    """Up is up, be it one crime, or half a per cent of a rate."""
    assert "rose by 1 (" in str(rate_change(10, 11))
    assert "rose by 0.5%" in str(rate_change(1000, 1005, exposure=(10_000, 10_000)))


class TestLaws:
    @given(COUNTS, COUNTS, LEVELS, st.sampled_from(METHODS))
    def test_estimate_inside_its_interval(self, old, new, level, method):
        figure = rate_change(old, new, method=method, confidence_level=level)
        assert -100 <= figure.percent_change_low <= figure.percent_change_high
        if old:
            assert figure.percent_change_low <= figure.percent_change * (1 + 1e-12) + 1e-9
            assert figure.percent_change * (1 - 1e-12) - 1e-9 <= figure.percent_change_high
        else:
            assert math.isnan(figure.percent_change)
            assert figure.percent_change_high == math.inf
        assert 0 <= figure.p_value <= 1

    @given(COUNTS, COUNTS, LEVELS, LEVELS, st.sampled_from(METHODS))
    def test_a_higher_level_never_narrows(self, old, new, one, other, method):
        narrow, wide = (
            rate_change(old, new, method=method, confidence_level=v) for v in sorted((one, other))
        )
        slack = 1e-9 * (1 + abs(narrow.percent_change_low))
        assert wide.percent_change_low <= narrow.percent_change_low + slack
        if math.isfinite(wide.percent_change_high):
            most = wide.percent_change_high
            assert narrow.percent_change_high <= most + 1e-9 * (100 + abs(most))

    @given(COUNTS, COUNTS, SIZES, SIZES, LEVELS, st.sampled_from(METHODS))
    def test_p_agrees_with_the_interval(self, old, new, before, after, level, method):
        """p < alpha exactly when the interval leaves 0% out; within rounding at the limit itself."""
        figure = rate_change(old, new, exposure=(before, after), method=method, confidence_level=level)
        leaves_out = figure.percent_change_low > 0 or figure.percent_change_high < 0
        alpha = 1 - level
        if abs(figure.p_value - alpha) > 1e-7 * alpha:
            assert (figure.p_value < alpha) == leaves_out

    @given(COUNTS, COUNTS, st.floats(1, 20), LEVELS)
    def test_p_agrees_when_widened(self, old, new, dispersion, level):
        figure = rate_change(old, new, dispersion=dispersion, confidence_level=level)
        plain = rate_change(old, new, confidence_level=level)
        leaves_out = figure.percent_change_low > 0 or figure.percent_change_high < 0
        if abs(figure.p_value - (1 - level)) > 1e-7 * (1 - level):
            assert (figure.p_value < 1 - level) == leaves_out
        assert figure.percent_change_low <= plain.percent_change_low + 1e-9
        assert figure.p_value >= plain.p_value - 1e-12
        assert figure.percent_change == plain.percent_change or old == 0

    @given(st.integers(1, 10**7), st.integers(1, 10**7), st.sampled_from(METHODS))
    def test_there_and_back(self, old, new, method):
        """A to B and then B to A multiply to 1; so do their limits, the other way round."""
        there, back = rate_change(old, new, method=method), rate_change(new, old, method=method)
        assert (1 + there.percent_change / 100) * (1 + back.percent_change / 100) == pytest.approx(
            1, rel=1e-8
        )
        low_high = (1 + there.percent_change_low / 100) * (1 + back.percent_change_high / 100)
        assert low_high == pytest.approx(1, rel=1e-6)
        assert there.change == -back.change
        assert there.p_value == pytest.approx(back.p_value, rel=1e-6)

    @given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 1000))
    def test_scaling_both_keeps_the_percentage(self, old, new, by):
        small, large = rate_change(old, new), rate_change(old * by, new * by)
        assert large.percent_change == pytest.approx(small.percent_change, rel=1e-12)
        assert large.percent_change_high <= small.percent_change_high + 1e-6

    @given(COUNTS, COUNTS, SIZES, SIZES, st.integers(1, 1000))
    def test_scaling_both_exposures_changes_nothing(self, old, new, before, after, by):
        one = rate_change(old, new, exposure=(before, after))
        other = rate_change(old, new, exposure=(before * by, after * by))
        for column in ("percent_change", "percent_change_low", "percent_change_high", "p_value"):
            assert getattr(one, column) == pytest.approx(
                getattr(other, column), rel=1e-9, abs=1e-9, nan_ok=True
            )

    @given(st.integers(1, 5000), st.integers(0, 20_000))
    @example(80, 103)  # +28.75%, which a division before the multiplication puts just below
    @example(80, 57)
    def test_headline_rounds_half_away_from_zero(self, old, new):
        """On the exact fraction: 80 to 103 is +28.75%, which is +28.8%."""
        shown = repr(rate_change([old], [new], labels=["x"])).splitlines()[3].split()[4]
        by_hand = tenths(Fraction(100 * (new - old), old))
        assert Decimal(shown.replace(",", "").replace("−", "-").strip("+%")) == by_hand
        assert shown.startswith("+") == (by_hand > 0)

    @given(st.lists(st.tuples(st.sampled_from(FORCES), COUNTS, COUNTS), min_size=1, max_size=6))
    def test_groups_add_up_to_the_total(self, found):
        crimes = two_years(*found)
        table, whole = rate_change(crimes, between=YEARS, by="force"), rate_change(crimes, between=YEARS)
        for column in ("old", "new", "change"):
            assert table[column].sum() == getattr(whole, column)
        assert sum(f.exclusions.counted for f in table) == whole.exclusions.counted == whole.old + whole.new

    @given(st.lists(st.tuples(st.sampled_from(FORCES), COUNTS, COUNTS), min_size=1, max_size=6))
    def test_rows_equal_single_figures(self, found):
        """From a tally or from two plain numbers: the same figure."""
        for row in rate_change(two_years(*found), between=YEARS, by="force"):
            alone = rate_change(int(row.old), int(row.new))
            assert attrs.evolve(row, group={}, exclusions=None, between=("", "")) == alone

    @given(
        st.lists(st.tuples(st.sampled_from(FORCES), st.sampled_from(YEARS), st.integers(0, 99)), max_size=8)
    )
    def test_same_from_a_tally_and_from_any_frame(self, found):
        columns = {
            "force": [f for f, _, _ in found],
            "period": [p for _, p, _ in found],
            "offences": [n for _, _, n in found],
        }
        frame = pl.DataFrame(columns, schema={"force": pl.String, "period": pl.String, "offences": pl.Int64})
        crimes = pm.tally(frame, by=["force", "period"], count="offences", coverage=["force", "period"])
        expected = rate_change(crimes, between=YEARS, by="force")
        for data in (frame, frame.lazy(), frame.to_arrow(), frame.to_pandas()):
            assert rate_change(data, between=YEARS, by="force", count="offences") == expected

    @given(rows("force", "offence", "period", counts=st.integers(-3, 9)))
    def test_counted_and_excluded_are_what_came_in(self, found):
        """Of the two periods compared, and of no period; whatever was excluded, and for whatever reason."""
        crimes = tally_of(found, "force", "offence", "period", coverage=["force", "period"])
        between = ("2023-12", "2024-01")
        came_in = sum(row[-1] for row in found if row[-2] in {*between, None})
        for options in ({}, {"like_for_like": "match"}):
            whole = rate_change(crimes, between=between, **options).exclusions
            assert whole.counted + whole.excluded == came_in
            table = rate_change(crimes, between=between, by="force", **options)
            assert sum(f.exclusions.counted + f.exclusions.excluded for f in table) == came_in


class TestMinimumBase:
    def test_withheld_below_and_only_below(self):
        table = rate_change([49, 50, 0], [60, 60, 60], labels=["a", "b", "c"], minimum_base=50)
        assert table["reason"].tolist() == [
            "withheld: the base of 49 is below 50", None, "not applicable: nothing was recorded before",
        ]  # fmt: skip
        assert np.isnan(table["percent_change"]).tolist() == [True, False, True]
        assert np.isnan(table["percent_change_low"]).tolist() == [True, False, False]
        assert table["change"].tolist() == [11, 10, 60]

    def test_off_by_default(self):
        assert rate_change(1, 2).percent_change == 100


class TestExposure:
    def test_pairs_and_columns_of_them(self):
        table = rate_change([10, 20], [10, 20], labels=["a", "b"], exposure=([100, 100], 200))
        assert table["percent_change"].tolist() == [-50, -50]
        assert [f.new_exposure for f in table] == [200, 200]
        assert table[0].exposure_name == "exposure"

    def test_each_period_with_its_own_estimate(self):
        residents = Exposure(
            {("Kent", "2022/23"): 100, ("Kent", "2023/24"): 200, ("Essex", "2022/23"): 50, ("Essex", "2023/24"): 50},
            by=["force", "period"], name="residents", date="mid-year two years before",
        )  # fmt: skip
        crimes = two_years(("Kent", 10, 10), ("Essex", 5, 6))
        table = rate_change(crimes, between=YEARS, by="force", exposure=residents)
        assert table.at(force="Kent").percent_change == -50
        assert table.at(force="Essex").percent_change == pytest.approx(20)
        whole = rate_change(crimes, between=YEARS, exposure=residents)
        assert (whole.old_exposure, whole.new_exposure) == (150, 250)
        assert whole.exposure_date == "mid-year two years before"
        assert whole.change == 1

    def test_a_missing_estimate_makes_that_figure_unavailable(self):
        crimes = two_years(("Kent", 10, 10), ("Surrey", 5, 6))
        table = rate_change(crimes, between=YEARS, by="force", exposure=RESIDENTS)
        assert table.at(force="Surrey").reason == "not available: no residents for Surrey"
        assert table.at(force="Surrey").old == 5
        assert table.at(force="Kent").percent_change == 0
        assert "no residents for Surrey" in str(rate_change(crimes, between=YEARS, exposure=RESIDENTS))

    def test_person_days(self):
        figure = rate_change(two_years(("Kent", 10, 10)), between=YEARS, exposure=RESIDENTS, per_day=True)
        assert (figure.old_exposure, figure.new_exposure) == (1_800 * 365, 1_800 * 366)
        assert figure.exposure_name == "residents × days"


class TestNotAvailable:
    def test_absent_is_not_minus_a_hundred_per_cent(self):
        crimes = Tally.from_columns({"force": ["Kent", "Essex"], "period": YEARS}, [5, 6])
        table = rate_change(crimes, between=YEARS, by="force")
        assert table.at(force="Kent").reason == "not available: no rows for Kent, 2023/24"
        assert table.at(force="Essex").reason == "not available: no rows for Essex, 2022/23"
        assert table["old"].tolist() == pytest.approx([NAN, 5], nan_ok=True)

    def test_inside_coverage_absent_is_zero(self):
        columns = {"force": ["Kent"] * 3, "period": [*YEARS, "2023/24"], "offence": ["1", "1", "66"]}
        crimes = Tally.from_columns(columns, [5, 6, 7], coverage=["force", "period"])
        row = rate_change(crimes, between=YEARS, by=["force", "offence"]).at(offence="66")
        assert (row.old, row.new, row.change) == (0, 7, 7)
        assert row.reason == "not applicable: nothing was recorded before"

    def test_a_standing_zero_is_evidence(self):
        assert rate_change(two_years(("Kent", 5, 0)), between=YEARS).percent_change == -100

    def test_one_row_one_reason_the_first_side_first(self):
        nothing = rate_change(two_years(("Kent", 5, 6)), between=("2012/13", "2013/14"), by="force")
        assert len(nothing) == 0
        figure = rate_change(two_years(("Kent", 5, 6)), between=("2012/13", "2013/14"))
        assert figure.reason == "not available: no rows for 2012/13"
        assert math.isnan(figure.p_value)

    def test_corrections_outweigh(self):
        """Wiltshire 2019/20, code 67: −1."""
        figure = rate_change(two_years(("Wiltshire", 3, -1)), between=YEARS)
        assert figure.reason == (
            "not available: a total of −1 in 2023/24, below zero: corrections outweigh what was recorded"
        )
        assert (figure.old, figure.new) == (3, -1)

    def test_what_the_caller_marked(self):
        """Some sources write 0 where nothing was supplied."""
        crimes = two_years(("Cumbria", 40, 0), ("Kent", 10, 8), coverage=["force", "period"])
        marked = crimes.not_supplied("nothing sent in 2023/24", force="Cumbria", period="2023/24")
        table = rate_change(marked, between=YEARS, by="force")
        assert table.at(force="Cumbria").reason == "not available: nothing sent in 2023/24"
        assert table.at(force="Cumbria").old == 40
        assert table.at(force="Kent").percent_change == -20
        assert rate_change(marked, between=YEARS).reason == "not available: nothing sent in 2023/24"

    def test_two_marks_on_one_figure(self):
        """One figure, one reason; and an interval is there for whoever asks."""
        crimes = two_years(("Cumbria", 40, 0), ("Kent", 10, 0), ("Essex", 5, 6), coverage=["force", "period"])
        marked = crimes.not_supplied("lost", force="Kent", period="2023/24")
        marked = marked.not_supplied("nothing sent", force="Cumbria", period="2023/24")
        assert rate_change(marked, between=YEARS).reason == "not available: lost"
        assert math.isnan(rate_change(marked, between=YEARS).interval.low)
        figure = rate_change(marked, between=YEARS, by="force").at(force="Essex")
        assert figure.percent_change in figure.interval
        assert (figure.interval.method, figure.interval.confidence_level) == ("score", 0.95)

    def test_match_leaves_out_whoever_did_not_supply(self):
        crimes = two_years(("Cumbria", 40, 0), ("Kent", 10, 8), coverage=["force", "period"])
        marked = crimes.not_supplied("nothing sent in 2023/24", force="Cumbria", period="2023/24")
        figure = rate_change(marked, between=YEARS, like_for_like="match")
        assert (figure.old, figure.new) == (10, 8)
        assert figure.exclusions.reasons == {"not like for like (Cumbria)": 40}
        table = rate_change(marked, between=YEARS, by="force", like_for_like="match")
        assert (
            table.at(force="Cumbria").reason
            == "not available: all counts were excluded (not like for like (Cumbria) 40)"
        )
        assert table.at(force="Kent").percent_change == -20

    def test_match_says_why_a_group_has_no_earlier_period(self):
        crimes = two_years(("Cumbria", 0, 40), ("Kent", 10, 8), coverage=["force", "period"])
        marked = crimes.not_supplied("nothing sent in 2022/23", force="Cumbria", period="2022/23")
        table = rate_change(marked, between=YEARS, by="force", like_for_like="match")
        assert table.at(force="Cumbria").reason == "not available: nothing sent in 2022/23"
        assert rate_change(marked, between=YEARS, like_for_like="match").old == 10

    def test_match_does_not_forgive_a_gap_inside_a_supplier(self):
        """A supplier of both years who left out one offence is still compared, so the gap still tells."""
        columns = {
            "force": ["Kent"] * 4, "period": [*YEARS] * 2, "offence": ["1", "1", "66", "66"],
        }  # fmt: skip
        crimes = Tally.from_columns(columns, [5, 6, 7, 0], coverage=["force", "period"])
        marked = crimes.not_supplied("lost", force="Kent", period="2023/24", offence="66")
        assert rate_change(marked, between=YEARS, like_for_like="match").reason == "not available: lost"

    def test_no_supplier_of_both(self):
        crimes = Tally.from_columns(
            {"force": ["Kent", "Essex"], "period": YEARS}, [5, 6], coverage=["force", "period"]
        )
        for by in (None, "force"):
            found = rate_change(crimes, between=YEARS, by=by, like_for_like="match")
            for figure in found if by else [found]:
                assert figure.reason.startswith("not available")

    def test_all_rows_of_a_group_excluded(self):
        columns = {
            "force": ["Kent", "Kent", "Essex"],
            "period": [*YEARS, "2022/23"],
            "offence": ["1", "1", "66"],
        }
        crimes = Tally.from_columns(columns, [5, 6, 7]).drop(offence="66")
        # Of Essex nothing is left: it is no supplier any more, and has no row of its own.
        assert rate_change(crimes, between=YEARS, by="force")["force"].tolist() == ["Kent"]
        whole = rate_change(crimes, between=YEARS)
        assert whole.change == 1
        assert whole.exclusions.reasons == {"dropped: offence": 7}

    def test_some_rows_of_a_group_excluded(self):
        """What is there is not "all excluded": a month that lacks is named."""
        columns = {
            "period": ["2022-01", "2022-02", "2022-03", "2021-01", "2021-02"],
            "offence": ["1", "1", "66", "1", "1"],
        }
        crimes = Tally.from_columns(columns, [5, 6, 7, 8, 9]).drop(offence="66")
        assert (
            rate_change(crimes, between=("2021-Q1", "2022-Q1")).reason == "not available: no rows for 2021-03"
        )

    def test_long_lists_are_cut(self):
        crimes = by_month(months(2022, range(1, 13)), months(2023, [1, 2, 3]))
        assert rate_change(crimes, between=("2022", "2023")).reason == (
            "not available: no rows for 2023-04, 2023-05, 2023-06, 2023-07, 2023-08 and 4 more"
        )

    def test_many_suppliers_of_one_period(self):
        columns = {"force": [f"f{i}" for i in range(9)] + ["both"], "period": ["2022/23"] * 9 + ["2023/24"]}
        crimes = Tally.from_columns(columns, [1] * 10, coverage=["force", "period"])
        assert rate_change(crimes, between=YEARS).reason.endswith(
            "supplied for one only: both, f0, f1, f2, f3 and 5 more; like_for_like='match' leaves out what one side lacks"
        )

    def test_many_groups_without_rows_take_no_time(self):
        """Each is told its own reason, at a cost that grows with their number and not with its square."""
        names = [f"force {i}" for i in range(20_000)]
        crimes = Tally.from_columns({"force": names, "period": ["2022/23"] * len(names)}, [1] * len(names))
        table = rate_change(crimes, between=YEARS, by="force")
        assert table.at(force="force 19999").reason == "not available: no rows for force 19999, 2023/24"

    def test_empty_input(self):
        nothing = Tally.from_columns({"force": [], "period": []}, [])
        assert rate_change(nothing, between=YEARS).reason == "not available: no rows for 2022/23"
        for found in (
            rate_change(nothing, between=YEARS, by="force"),
            rate_change(nothing, versus="previous", by="force"),
            rate_change(nothing, versus="previous"),
            rate_change([], [], labels=[]),
        ):
            assert len(found) == 0
            assert found.columns[-3:] == ("p_value", "reason", "excluded")


class TestLikeForLike:
    def test_suppliers_of_one_period_only(self):
        crimes = two_years(("Kent", 10, 8), coverage=["force", "period"]) + Tally.from_columns(
            {"force": ["Essex"], "period": ["2023/24"]}, [5], coverage=["force", "period"]
        )
        assert (
            rate_change(crimes, between=YEARS).reason
            == "not like for like: supplied for one only: Essex; like_for_like='match' leaves out what one side lacks"
        )
        matched = rate_change(crimes, between=YEARS, like_for_like="match")
        assert (matched.old, matched.new) == (10, 8)
        assert str(matched.exclusions) == "18 counted, 5 excluded (not like for like (Essex) 5)"

    def test_coverage_that_says_nothing_of_time_proves_no_period(self):
        columns = {"force": ["Kent", "Kent", "Essex"], "period": [*YEARS, "2023/24"]}
        crimes = Tally.from_columns(columns, [10, 8, 2], coverage="force")
        table = rate_change(crimes, between=YEARS, by="force")
        assert table.at(force="Essex").reason == "not available: no rows for Essex, 2022/23"
        assert table.at(force="Kent").percent_change == -20

    def test_match_knows_the_suppliers_that_were_summed_away(self):
        """A total still holds the forces beneath, so that one of one year only is left out of it."""
        crimes = two_years(("Kent", 10, 8), ("Essex", 1, 2), coverage=["force", "period"])
        crimes += Tally.from_columns(
            {"force": ["Surrey"], "period": YEARS[:1]}, [5], coverage=["force", "period"]
        )
        whole = rate_change(crimes.sum_to("period"), between=YEARS, like_for_like="match")
        assert (whole.old, whole.new, whole.change) == (11, 10, -1)
        assert whole.exclusions.reasons == {"not like for like (Surrey)": 5}

    def test_months_tell_suppliers_apart(self):
        """A force that sent one month less is not compared, although both years have twelve months."""
        kent = {("Kent", f"{y}-{m:02d}"): 1 for y in (2022, 2023) for m in range(1, 13)}
        essex = {
            ("Essex", f"{y}-{m:02d}"): 1 for y in (2022, 2023) for m in range(1, 13) if (y, m) != (2023, 7)
        }
        keys = [*kent, *essex]
        columns = {"force": [f for f, _ in keys], "period": [p for _, p in keys]}
        crimes = Tally.from_columns(columns, [1] * len(keys), coverage=["force", "period"])
        figure = rate_change(crimes, between=("2022", "2023"))
        assert (
            figure.reason
            == "not like for like: supplied for one only: Essex 2023-07; like_for_like='match' leaves out what one side lacks"
        )
        by_force = rate_change(crimes, between=("2022", "2023"), by="force")
        assert by_force.at(force="Essex").reason == "not available: no rows for Essex, 2023-07"
        assert by_force.at(force="Kent").change == 0
        matched = rate_change(crimes, between=("2022", "2023"), like_for_like="match")
        assert (matched.old, matched.new, matched.exclusions.excluded) == (23, 23, 1)

    def test_half_years_tell_suppliers_apart(self):
        """Two parts already are several: the one that is lacking is named."""
        keys = [
            (force, f"{y}-Q{q}")
            for force in ("Essex", "Kent")
            for y in (2022, 2023)
            for q in (1, 2)
            if (force, y, q) != ("Essex", 2023, 2)
        ]
        columns = {"force": [f for f, _ in keys], "period": [p for _, p in keys]}
        crimes = Tally.from_columns(columns, [1] * len(keys), coverage=["force", "period"])
        halves = [Period(dt.date(year, 1, 1), dt.date(year, 6, 30)) for year in (2022, 2023)]
        figure = rate_change(crimes, between=halves)
        assert (
            figure.reason
            == "not like for like: supplied for one only: Essex 2023-Q2; like_for_like='match' leaves out what one side lacks"
        )

    def test_match_knows_a_supplier_that_recorded_none(self):
        """Kent sent 2023/24 and no arson in it: 0. What Essex sent for one year only does not change that."""
        found = [
            ("2022/23", "Kent", "arson", "none", 3), ("2022/23", "Kent", "theft", "none", 7),
            ("2023/24", "Kent", "theft", "none", 6), ("2023/24", "Essex", "arson", "none", 5),
        ]  # fmt: skip
        lost = ("2023/24", "Kent", "arson", None, 2)

        def arson(rows):
            names = ("period", "force", "offence", "weapon")
            columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
            crimes = Tally.from_columns(columns, [row[-1] for row in rows], coverage=["force", "period"])
            return rate_change(crimes, between=YEARS, by="offence", like_for_like="match").at(offence="arson")

        assert (arson(found).old, arson(found).new, arson(found).percent_change) == (3, 0, -100)
        # Kent's own arson of no known weapon is arson.
        assert arson([*found, lost]).new == 2

    def test_what_was_dropped_of_both_periods_alike_is_no_reason(self):
        """Only Kent's later year has thefts: they were dropped by offence, not by year."""
        columns = {
            "force": ["Kent"] * 3, "period": [*YEARS, "2023/24"], "offence": ["arson", "arson", "theft"],
        }  # fmt: skip
        crimes = Tally.from_columns(columns, [10, 8, 5], coverage=["force", "period"]).drop(offence="theft")
        assert rate_change(crimes, between=YEARS, by="force").at(force="Kent").percent_change == -20

    def test_five_suppliers_are_all_named(self):
        later = [(f"f{i}", "2023/24") for i in range(5)]
        keys = [("both", "2022/23"), ("both", "2023/24"), *later]
        columns = {"force": [f for f, _ in keys], "period": [p for _, p in keys]}
        crimes = Tally.from_columns(columns, [1] * len(keys), coverage=["force", "period"])
        assert rate_change(crimes, between=YEARS).reason.endswith(
            "supplied for one only: f0, f1, f2, f3, f4; like_for_like='match' leaves out what one side lacks"
        )

    def test_match_in_a_frame(self):
        """A frame does not state who supplies: match asks for a tally that does."""
        data = pd.DataFrame({"force": ["A", "A", "B"], "period": ["2022", "2023", "2022"], "n": [10, 20, 30]})
        asked = {"between": ("2022", "2023"), "by": "force", "like_for_like": "match"}
        with pytest.raises(InvalidInputError, match="state coverage= when tallying"):
            rate_change(data, count="n", **asked)
        stated = tally(data, by=["force", "period"], count="n", coverage=["force", "period"])
        table = rate_change(stated, **asked)
        assert table.at(force="A").percent_change == 100
        assert table.at(force="B").reason == "not available: all n were excluded (not like for like (B) 30)"


class TestPeriods:
    def test_months_make_up_years(self):
        crimes = by_month(months(2022, range(12)), months(2023, range(12, 24)))
        figure = rate_change(crimes, between=("2022", "2023"))
        assert (figure.old, figure.new, figure.between) == (66, 210, ("2022", "2023"))
        quarters = rate_change(crimes, between=("2022-Q1", "2023-Q1"), per_day=True)
        assert (quarters.old, quarters.new, quarters.old_exposure) == (3, 39, 90)

    def test_quarters_make_up_financial_years(self):
        labels = [f"{y} Q{q}" for y in YEARS for q in range(1, 5)]
        crimes = Tally.from_columns({"period": labels}, range(8))
        figure = rate_change(crimes, between=YEARS)
        assert (figure.old, figure.new) == (6, 22)

    def test_eleven_months_against_twelve(self):
        """Really seen: +12.7%."""
        crimes = by_month(months(2022, [10] * 11), months(2023, [10] * 12))
        figure = rate_change(crimes, between=("2022", "2023"))
        assert figure.reason == "not available: no rows for 2022-12"
        assert math.isnan(figure.percent_change)
        by_force = Tally.from_columns(
            {"force": ["Kent"] * 23, "period": [*months(2022, [1] * 11), *months(2023, [1] * 12)]}, [10] * 23
        )
        table = rate_change(by_force, between=("2022", "2023"), by="force")
        assert table[0].reason == "not available: no rows for Kent, 2022-12"

    def test_the_period_itself_is_preferred_to_its_parts(self):
        """A year beside its quarters is not added to them."""
        crimes = Tally.from_columns({"period": ["2022/23", "2023/24", "2023/24 Q1"]}, [7, 10, 8])
        assert rate_change(crimes, between=YEARS).new == 10

    def test_a_year_of_one_force_beside_the_quarters_of_another(self):
        """Neither may be left out without a word."""
        quarters = [f"{year} Q{q}" for year in YEARS for q in (1, 2, 3, 4)]
        crimes = Tally.from_columns(
            {"force": ["A"] * 2 + ["B"] * 8, "period": [*YEARS, *quarters]},
            [100, 110, *[50] * 4, *[100] * 4],
            coverage=["force", "period"],
        )
        with pytest.raises(InvalidInputError, match="for others only shorter periods inside it"):
            rate_change(crimes, between=YEARS)
        assert rate_change(crimes.where(force="B"), between=YEARS).change == 200

    def test_the_quarters_of_one_force_beside_years_of_both(self):
        """That one force has both its years and its quarters does not help the other."""
        quarters = [f"{year} Q{q}" for year in YEARS for q in (1, 2, 3, 4)]
        crimes = Tally.from_columns(
            {"force": ["A"] * 10 + ["B"] * 8, "period": [*YEARS, *quarters, *quarters]}, [1] * 18
        )
        with pytest.raises(InvalidInputError, match="for others only shorter periods inside it"):
            rate_change(crimes, between=YEARS)

    def test_cells_dropped_from_one_period(self):
        """A drop never makes a zero."""
        columns = {
            "force": ["A", "A", "B", "B"],
            "period": [*YEARS, *YEARS],
            "offence": ["x"] * 4,
        }
        crimes = Tally.from_columns(columns, [5, 5, 6, 6], coverage=["force", "period"])
        by_force = rate_change(
            crimes.drop(force="A", period="2023/24", offence="x"), between=YEARS, by="force"
        )
        assert np.isnan(by_force.at(force="A").change)
        assert by_force.at(force="B").change == 0
        total = rate_change(crimes.drop(force="A", period="2023/24", offence="x"), between=YEARS)
        assert total.reason == "not like for like: cells of one of the two periods were dropped"

    def test_parts_of_two_lengths(self):
        crimes = Tally.from_columns({"period": ["2022/23", "2023/24 Q1", "2023-07"]}, [7, 10, 8])
        with pytest.raises(
            InvalidInputError, match="'period' must hold 2023/24 itself, or periods of one length"
        ):
            rate_change(crimes, between=YEARS)

    def test_quarters_do_not_make_five_months(self):
        """The first quarter lies in them, the second does not: its two months are not told apart."""
        crimes = Tally.from_columns({"period": ["2022-Q1", "2022-Q2", "2023-Q1", "2023-Q2"]}, [1, 2, 3, 4])
        between = ("2022-01 to 2022-05", "2023-01 to 2023-05")
        with pytest.raises(
            InvalidInputError, match=r"periods of one length that make it up.*there are '2022-Q1'"
        ):
            rate_change(crimes, between=between)

    def test_rolling_windows_do_not_add_up(self):
        crimes = by_month(months(2022, range(12)), months(2023, range(12, 24)), coverage="period")
        assert rate_change(crimes.rolling(12), between=("2022", "2023")).change == 144
        with pytest.raises(InvalidInputError, match="periods of one length that make it up"):
            rate_change(crimes.rolling(6), between=("2022", "2023"))

    def test_spellings_of_one_period_add_up(self):
        crimes = Tally.from_columns({"period": ["2022/23", "2023/24", "Apr 2023 to Mar 2024"]}, [7, 10, 8])
        assert rate_change(crimes, between=("2022-23", "year ending March 2024")).new == 18

    def test_periods_and_whole_numbers(self):
        crimes = Tally.from_columns({"year": [2022, 2023]}, [10, 8])
        for between in (
            (2022, 2023),
            ("2022", "2023"),
            [Period.calendar_year(2022), Period.calendar_year(2023)],
        ):
            assert rate_change(crimes, between=between, period="year").percent_change == -20

    def test_labels_that_could_be_two_things(self):
        """2009-10 among months is a month, among financial years a year; alone it is refused."""
        clear = Tally.from_columns({"period": ["2009-10", "2010-10", "2013-05"]}, [10, 8, 7])
        assert rate_change(clear, between=("2009-10", "2010-10"), per_day=True).old_exposure == 31
        years = Tally.from_columns({"period": ["2009-10", "2010-11", "2012-13"]}, [10, 8, 7])
        assert rate_change(years, between=("2009-10", "2010-11"), per_day=True).old_exposure == 365
        with pytest.raises(InvalidInputError, match="October 2009 or the financial year 2009/10"):
            rate_change(Tally.from_columns({"period": ["2009-10", "2010-11"]}, [1, 2]), versus="previous")

    def test_a_label_that_was_dropped_need_not_be_a_period(self):
        crimes = Tally.from_columns({"period": [*YEARS, "Total"]}, [10, 8, 18], coverage="period")
        with pytest.raises(InvalidInputError, match=r"period\[.\] must name a period; got 'Total'"):
            rate_change(crimes, between=YEARS)
        kept = crimes.drop(period="Total")
        assert rate_change(kept, between=YEARS).percent_change == -20
        assert len(rate_change(kept, versus="previous")) == 2

    def test_rows_without_a_period_belong_to_every_comparison(self):
        frame = pd.DataFrame({"period": [*YEARS, None], "n": [10, 8, 7]})
        figure = rate_change(frame, between=YEARS, count="n")
        assert str(figure.exclusions) == "18 n counted, 7 excluded (missing period 7)"
        table = rate_change(frame, versus="previous", count="n")
        assert [f.exclusions.excluded for f in table] == [7, 7]


class TestVersus:
    def test_year_before(self):
        crimes = by_month(months(2022, range(12)), months(2023, range(12, 24)), coverage="period")
        table = rate_change(crimes, versus="year_before")
        assert len(table) == 24
        assert table.columns[0] == "period"
        assert table.at(period="2023-02").between == ("2022-02", "2023-02")
        assert table.at(period="2023-02").percent_change == 1200
        assert table.at(period="2022-02").reason == "not available: no rows for 2021-02"
        assert table.at(period="2022-02").new == 1

    def test_previous(self):
        crimes = by_month({"2023-11": 10, "2023-12": 8, "2024-01": 12})
        table = rate_change(crimes, versus="previous")
        assert table["old"].tolist() == pytest.approx([NAN, 10, 8], nan_ok=True)
        assert table["period"].tolist() == ["2023-11", "2023-12", "2024-01"]

    @given(
        st.lists(
            st.tuples(st.sampled_from(FORCES), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=5
        )
    )
    def test_rows_equal_the_single_comparison(self, found):
        crimes = two_years(*found)
        table = rate_change(crimes, versus="year_before", by="force")
        single = rate_change(crimes, between=YEARS, by="force")
        for figure in single:
            row = table.at(force=figure.group["force"], period="2023/24")
            assert attrs.evolve(row, group=figure.group) == figure

    def test_ordered_by_group_then_period(self):
        crimes = two_years(("Kent", 1, 2), ("Essex", 3, 4))
        table = rate_change(crimes, versus="previous", by="force")
        assert [tuple(f.group.values()) for f in table] == [
            ("Essex", "2022/23"), ("Essex", "2023/24"), ("Kent", "2022/23"), ("Kent", "2023/24"),
        ]  # fmt: skip

    def test_schema_of_an_empty_table(self):
        full = rate_change(two_years(("Kent", 1, 2)), versus="previous", by="force")
        empty = rate_change(
            Tally.from_columns({"force": [], "period": []}, []), versus="previous", by="force"
        )
        assert empty.to_arrow(audit=True).schema == full.to_arrow(audit=True).schema

    def test_exposures_and_caveats_travel(self):
        table = rate_change(
            two_years(("Kent", 10, 8)), versus="previous", by="force", exposure=RESIDENTS, caveat="a break"
        )
        figure = table.at(period="2023/24")
        assert (figure.old_exposure, figure.exposure_name, figure.caveat) == (1_800, "residents", "a break")

    def test_longer_than_a_year(self):
        crimes = Tally.from_columns({"period": ["2020-01 to 2021-12", "2022-01 to 2023-12"]}, [1, 2])
        assert rate_change(crimes, versus="previous")[1].percent_change == 100
        thirteen = crimes.relabel("period", {"2020-01 to 2021-12": "2020-01 to 2021-01"})
        with pytest.raises(InvalidInputError, match="at most a year; 'period' has 2020-01 to 2021-01"):
            rate_change(thirteen.where(period="2020-01 to 2021-01"), versus="year_before")
        with pytest.raises(InvalidInputError, match="versus='year_before' needs periods of at most a year"):
            rate_change(crimes, versus="year_before")


class TestBadInput:
    """What is particular to rate_change; the rest stands in test_public_api.py."""

    CRIMES = two_years(("Kent", 10, 8))

    @pytest.mark.parametrize(
        ("between", "named"),
        [
            (
                ("2023/24", "2022/23"),
                r"must be \(earlier, later\). Swap them: between=\('2022/23', '2023/24'\)",
            ),
            (("2022/23", "2022/23"), "must name two different periods"),
            (("2022/23", "year ending June 2023"), "must not overlap; these share 9 months"),
            (("2022/23", "2023-Q3"), "must be of one length; these have 12 and 3 months"),
            (("rubbish", "2023/24"), r"between\[0\] must name a period; got 'rubbish'"),
            (("2022/23", "2009-10"), r"between\[1\] must name one period"),
            ((1, 2), r"between\[0\] must be text"),
            ("2022/23", "between must be a pair"),
            (Period.financial_year(2022), "between must be a pair"),
            (("2022/23",), "between must be a pair"),
            (set(YEARS), "between must be a pair"),
        ],
    )
    def test_between(self, between, named):
        with pytest.raises(PoliceMetricsError, match=named):
            rate_change(self.CRIMES, between=between)

    @pytest.mark.parametrize(
        ("options", "error", "named"),
        [
            ({}, InvalidTypeError, r"give between=\(earlier, later\) or versus="),
            ({"between": YEARS, "versus": "previous"}, InvalidTypeError, "give between="),
            (
                {"versus": "last"},
                UnknownNameError,
                "versus must be one of 'year_before', 'previous'; got 'last'",
            ),
            ({"versus": 1}, InvalidTypeError, "versus must be one of"),
            (
                {"between": YEARS, "labels": ["a"]},
                InvalidInputError,
                "'labels=' cannot go with a tally or frame",
            ),
            (
                {"between": YEARS, "by": "offence"},
                UnknownNameError,
                "no dimension 'offence'; it has 'force', 'period'",
            ),
            ({"between": YEARS, "by": "period"}, InvalidInputError, "by must not name the period dimension"),
            ({"between": YEARS, "period": "year"}, UnknownNameError, "no dimension 'year'"),
            ({"between": YEARS, "period": 5}, InvalidTypeError, "period must be text; got 5"),
            ({"between": YEARS, "exposure": (1, 2)}, InvalidTypeError, "exposure must be an Exposure"),
            ({"between": YEARS, "per_day": "no"}, InvalidTypeError, "per_day must be True or False"),
            (
                {"between": YEARS, "like_for_like": "maybe"},
                UnknownNameError,
                "like_for_like must be one of 'require'",
            ),
            ({"between": YEARS, "count": "n"}, InvalidInputError, "count= names a column"),
        ],
    )
    def test_options_of_a_tally(self, options, error, named):
        with pytest.raises(error, match=named):
            rate_change(self.CRIMES, **options)

    @pytest.mark.parametrize(
        "options",
        [
            {"between": YEARS}, {"versus": "previous"}, {"by": "force"}, {"count": "n"}, {"per_day": True},
            {"period": "year"}, {"like_for_like": "match"},
        ],
    )  # fmt: skip
    def test_options_that_plain_numbers_cannot_use(self, options):
        """None of them is ignored: a figure would be taken for what it is not."""
        (name,) = options
        with pytest.raises(InvalidInputError, match=f"'{name}=' cannot go with plain numbers"):
            rate_change(5, 6, **options)

    @pytest.mark.parametrize("exposure", [5, (1,), (1, 2, 3), "12", np.array([1, 2]), {1, 2}])
    def test_exposure_is_a_pair(self, exposure):
        with pytest.raises(InvalidTypeError, match=r"exposure must be a pair \(before, after\)"):
            rate_change(5, 6, exposure=exposure)

    @pytest.mark.parametrize(
        ("exposure", "named"),
        [((0, 1), r"exposure\[0\]"), ((1, -1), r"exposure\[1\]"), ((1, NAN), r"exposure\[1\]")],
    )
    def test_exposure_is_positive(self, exposure, named):
        with pytest.raises(InvalidInputError, match=rf"{named} must be a finite number > 0"):
            rate_change(5, 6, exposure=exposure)

    def test_exposure_of_another_length(self):
        with pytest.raises(
            InvalidInputError, match=r"labels has 2, old has 2, new has 2, exposure\[0\] has 3"
        ):
            rate_change([1, 2], [3, 4], labels=["a", "b"], exposure=([1, 2, 3], 4))

    def test_only_the_score_interval_can_be_widened(self):
        with pytest.raises(InvalidInputError, match="dispersion must be 1 with method 'exact'"):
            rate_change(5, 6, dispersion=2, method="exact")

    def test_several_numbers_need_labels(self):
        with pytest.raises(InvalidTypeError, match=r"old must be a number; .* several numbers need labels="):
            rate_change([5, 6], [7, 8])
        with pytest.raises(InvalidTypeError, match="data must be a number, a Tally or a data frame"):
            rate_change([5, 6], between=YEARS)
        with pytest.raises(InvalidTypeError, match="old must be a number; got period"):
            rate_change(Tally.from_columns({"period": YEARS}, [1, 2]), 5)

    def test_sums_past_64_bits(self):
        """Of a group, of the whole, and of the two sides in the audit: an error, never a wrap."""
        big = Tally.from_columns({"force": ["Kent", "Essex"], "period": YEARS}, [2**62, 2**62])
        with pytest.raises(
            CountOverflowError, match="counts must add up within 64 bits; got a sum of 9223372036854775808"
        ):
            rate_change(big, between=YEARS)
        with pytest.raises(CountOverflowError, match="64 bits"):
            rate_change(two_years(("Kent", 2**62, 1), ("Essex", 2**62, 1)), between=YEARS)
        assert rate_change(two_years(("Kent", 2**62, 1)), between=YEARS).change == float(1 - 2**62)

    def test_overlapping_labels_do_not_add_up(self):
        crimes = two_years(("Kent", 10, 8), ("England", 20, 18), overlapping="force")
        with pytest.raises(InvalidInputError, match="the labels of 'force' overlap"):
            rate_change(crimes, between=YEARS)
        assert len(rate_change(crimes, between=YEARS, by="force")) == 2

    def test_a_frame_needs_its_columns(self):
        frame = pa.table({"year": ["2022/23"], "n": [5]})
        with pytest.raises(
            UnknownNameError, match=r"by\['period'\]: column must be one of 'year', 'n'; got 'period'"
        ):
            rate_change(frame, between=YEARS)
        with pytest.raises(
            UnknownNameError, match="count: column must be one of 'year', 'n'; got 'offences'"
        ):
            rate_change(frame, between=YEARS, period="year", count="offences")


class TestWithoutCoverage:
    """Cells are then their own evidence, and a total over suppliers that differ says so."""

    def test_caveat_names_what_one_period_lacks(self):
        crimes = Tally.from_columns(
            {"force": ["Kent", "Kent", "Essex"], "period": [*YEARS, "2022/23"]}, [100, 120, 50]
        )
        total = rate_change(crimes, between=YEARS)
        assert total.change == -30
        assert total.caveat == "no coverage was stated, and only one of the periods has cells of Essex"
        own = rate_change(crimes, between=YEARS, caveat="counted anew")
        assert own.caveat.startswith("counted anew; no coverage")
        assert rate_change(crimes, between=YEARS, by="force").at(force="Kent").caveat == ""

    def test_no_caveat_where_all_is_there(self):
        columns = {"force": ["Kent", "Kent", "Essex", "Essex"], "period": [*YEARS, *YEARS]}
        assert rate_change(Tally.from_columns(columns, [1, 2, 3, 4]), between=YEARS).caveat == ""
        stated = Tally.from_columns(
            {"force": ["Kent", "Kent", "Essex"], "period": [*YEARS, "2022/23"]}, [1, 2, 3], coverage="period"
        )
        assert rate_change(stated, between=YEARS).caveat == ""


def test_match_with_months_leaves_the_month_out_of_both():
    """Eleven months that both years have are compared with each other, in the total and by force."""
    months = [f"{year}-{month:02d}" for year in (2022, 2023) for month in range(1, 13)]
    crimes = Tally.from_columns(
        {"force": ["A"] * 24 + ["B"] * 24, "period": months * 2},
        [10] * 24 + [20] * 24,
        coverage=["force", "period"],
    ).not_supplied("a new system", force="A", period="2023-02")
    total = rate_change(crimes, between=("2022", "2023"), like_for_like="match")
    assert (total.old, total.new) == (350, 350)
    by_force = rate_change(crimes, between=("2022", "2023"), like_for_like="match", by="force")
    assert [(f.old, f.new) for f in by_force] == [(110, 110), (240, 240)]


def test_match_needs_coverage_and_whole_years_per_day():
    """Without coverage nobody is known to supply; per day needs every day."""
    bare = Tally.from_columns({"force": ["A", "B", "A"], "period": ["2022", "2022", "2023"]}, [1, 2, 3])
    with pytest.raises(InvalidInputError, match="state coverage="):
        rate_change(bare, between=("2022", "2023"), like_for_like="match")
    months = [f"{year}-{month:02d}" for year in (2022, 2023) for month in range(1, 13)]
    crimes = Tally.from_columns(
        {"force": ["A"] * 23, "period": months[:-1]}, [10] * 23, coverage=["force", "period"]
    )
    found = rate_change(crimes, between=("2022", "2023"), like_for_like="match", per_day=True)
    assert found.reason == "not available: no rows for 2022-12"


def test_dispersion_never_narrows():
    """Counts cannot be surer than Poisson here: dispersion below 1 is refused."""
    with pytest.raises(InvalidInputError, match="dispersion must be >= 1"):
        rate_change(1000, 1200, dispersion=0.2)


def test_between_and_versus_together():
    """Two ways to name the periods at once are refused, and the message says so."""
    crimes = Tally.from_columns({"period": list(YEARS)}, [1, 2])
    with pytest.raises(InvalidTypeError, match="not both"):
        rate_change(crimes, between=YEARS, versus="previous")


def test_dropped_dimension_whose_name_joins_two():
    """A dimension called "drugs and alcohol" is one dimension."""
    crimes = Tally.from_columns(
        {"drugs and alcohol": ["yes", "yes", "no", "no"], "period": [*YEARS, *YEARS]}, [1, 2, 3, 4]
    ).drop(**{"drugs and alcohol": "yes"})
    assert rate_change(crimes, between=YEARS, by="drugs and alcohol")["drugs and alcohol"].tolist() == ["no"]


# ---- change_drivers ---------------------------------------------------------------------


def parts_of_years(old, new, **more):
    """Make a tally of two periods by group."""
    columns = {"period": [YEARS[0]] * len(old) + [YEARS[1]] * len(new), "group": [*old, *new]}
    return Tally.from_columns(columns, [*old.values(), *new.values()], **({"coverage": ["period"]} | more))


def drivers(old, new, **more):
    return change_drivers(parts_of_years(old, new), between=YEARS, of="group", **more)


class TestDriversByHand:
    def test_a_fall_of_a_tenth(self):
        """1,000 crimes fall to 900: theft by 130, drugs rise by 30."""
        table = drivers({"theft": 600, "drugs": 400}, {"theft": 470, "drugs": 430})
        assert table["group"].tolist() == ["drugs", "theft"]
        assert table["change"].tolist() == [30, -130]
        assert table["points"].tolist() == [3, -13]
        assert table["share_of_change"].tolist() == pytest.approx([-0.3, 1.3])
        theft = table.at(group="theft")
        assert (theft.old, theft.new, theft.whole_old, theft.whole_new) == (600, 470, 1000, 900)
        assert theft.between == YEARS

    def test_sentence(self):
        table = drivers({"theft": 600, "drugs": 400}, {"theft": 470, "drugs": 430}, subject="Crime")
        assert str(table.at(group="drugs")) == (
            "drugs: crime: +30, from 400 in 2022/23 to 430 in 2023/24; +3.00 percentage points of the −10.0% by "
            "which the whole fell, −30.0% of the change."
        )

    def test_a_category_that_did_not_move(self):
        row = drivers({"a": 10, "b": 5}, {"a": 12, "b": 5}).at(group="b")
        assert (row.change, row.points, row.share_of_change, row.reason) == (0, 0, 0, None)
        assert "5 in both 2022/23 and 2023/24" in str(row)

    def test_absent_on_one_side_is_zero(self):
        table = drivers({"a": 10}, {"b": 4})
        assert table["change"].tolist() == [-10, 4]
        assert table["points"].tolist() == [-100, 40]

    def test_no_change_as_a_whole(self):
        """Points stand, a share of nothing does not."""
        row = drivers({"a": 10, "b": 5}, {"a": 5, "b": 10})[0]
        assert (row.change, row.points) == (-5, pytest.approx(-100 / 3))
        assert math.isnan(row.share_of_change)
        assert row.reason == "not applicable: the whole did not change, so no part has a share of it"
        assert str(row).endswith("−33.33 percentage points; the whole did not change.")

    def test_nothing_before(self):
        row = drivers({"a": 0}, {"a": 10})[0]
        assert (row.change, row.share_of_change) == (10, 1)
        assert math.isnan(row.points)
        assert row.reason == "not applicable: nothing was recorded before"
        assert str(row).endswith(
            "the whole rose, and has no percentage: not applicable: nothing was recorded before."
        )

    def test_nothing_in_either_period(self):
        row = drivers({"a": 0}, {"a": 0})[0]
        assert (row.change, row.reason) == (0, "not applicable: nothing was recorded before")
        assert "the whole did not change, and has no percentage" in str(row)

    def test_corrections_below_zero(self):
        """A category may be negative; a whole may not."""
        row = drivers({"a": 10, "b": -1}, {"a": 8, "b": 0}).at(group="b")
        assert (row.old, row.change, row.points) == (-1, 1, pytest.approx(100 / 9))
        assert drivers({"a": -10}, {"a": 8})[0].reason.startswith("not available: a total of −10 in 2022/23")

    def test_each_group_adds_up_to_its_own_whole(self):
        columns = {
            "force": ["Kent", "Kent", "Essex", "Essex"] * 2,
            "period": [YEARS[0]] * 4 + [YEARS[1]] * 4,
            "group": ["a", "b"] * 4,
        }
        tally = Tally.from_columns(columns, [10, 10, 50, 50, 12, 13, 50, 40], coverage=["force", "period"])
        table = change_drivers(tally, between=YEARS, of="group", by="force")
        assert table.columns[:2] == ("force", "group")
        assert [(r.group["force"], r.points) for r in table] == [
            ("Essex", 0),
            ("Essex", -10),
            ("Kent", 10),
            ("Kent", 15),
        ]


class TestDriversLikeForLike:
    def test_a_period_that_was_not_supplied(self):
        row = drivers({"a": 10}, {})[0]
        assert row.reason == "not available: no rows for 2023/24"
        assert math.isnan(row.change)
        assert str(row) == "a: recorded crime: change not available: no rows for 2023/24."

    def test_a_supplier_of_one_period(self):
        columns = {"force": ["Kent", "Essex", "Kent"], "period": [YEARS[0], YEARS[0], YEARS[1]]}
        tally = Tally.from_columns(columns, [5, 6, 7], coverage=["force", "period"])
        for row in change_drivers(tally, between=YEARS, of="force"):
            assert row.reason.startswith("not like for like: supplied for one only: Essex")

    def test_overlapping_categories_do_not_add(self):
        with pytest.raises(InvalidInputError, match="overlap"):
            change_drivers(
                parts_of_years({"a": 1, "all": 1}, {"a": 1, "all": 1}, overlapping="group"),
                between=YEARS,
                of="group",
            )

    def test_what_was_dropped_is_in_the_ledger(self):
        tally = parts_of_years({"a": 10, "b": 5}, {"a": 12, "b": 6}).drop(group="b")
        (row,) = change_drivers(tally, between=YEARS, of="group")
        assert row.points == 20

    def test_a_row_of_none_proves_supply(self):
        """A row without its offence, of 0 crimes: the year came in, and nothing was recorded."""
        data = pd.DataFrame({"offence": [None, "theft"], "period": ["2022", "2023"], "n": [0, 5]})
        found = change_drivers(data, between=("2022", "2023"), of="offence", count="n").at(offence="theft")
        assert (found.old, found.new) == (0, 5)
        assert found.reason == "not applicable: nothing was recorded before"


class TestDriversWestMidlands:
    def test_points_add_up_to_the_published_rise(self):
        """Every engine alike; the counts are the published totals."""
        data = datasets.west_midlands_offences().to_dict()
        settings = {"between": ("2017/18", "2019/20"), "count": "offences"}
        frames = [pd.DataFrame(data), pl.DataFrame(data), pl.LazyFrame(data), pa.table(data)]
        relation = duckdb.from_arrow(pa.table(data))
        tables = [change_drivers(frame, of="offence_code", **settings) for frame in (*frames, relation)]
        assert all(table == tables[0] for table in tables)
        assert (tables[0]["old"].sum(), tables[0]["new"].sum()) == (233_393, 260_829)
        whole = rate_change(frames[0], **settings)
        assert tables[0]["change"].sum() == whole.change
        assert math.fsum(tables[0]["points"]) == pytest.approx(whole.percent_change, rel=1e-12)
        assert tables[0].sort("change")[0].group == {"offence_code": "46"}  # shoplifting fell most


class TestDriversBadInput:
    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"of": "period"}, InvalidInputError, "of must name another dimension .* which is period="),
            ({"of": "group", "by": "group"}, InvalidInputError, "which is by="),
            ({"of": "group", "by": "period"}, InvalidInputError, "by must not name the period dimension"),
            ({"of": "nope"}, UnknownNameError, "has no dimension 'nope'"),
            ({"of": "group", "between": YEARS[::-1]}, InvalidInputError, "Swap them"),
            ({"of": "group", "subject": ""}, InvalidInputError, "subject must not be empty"),
        ],
    )
    def test_arguments(self, options, error, match):
        with pytest.raises(error, match=match):
            change_drivers(parts_of_years({"a": 1}, {"a": 2}), **({"between": YEARS} | options))


def has_no_total(counts):
    """Return whether no label is the sum of the others, or half of it, of the labels alone or with a and b as one."""
    joined = [counts["a"] + counts["b"], counts["c"], counts["d"]]
    whole = sum(joined)
    return not any(n and whole % n == 0 and whole // n <= 4 for n in (*counts.values(), *joined))


DRIVER_COUNTS = st.fixed_dictionaries(dict.fromkeys("abcd", st.integers(0, 10**6))).filter(has_no_total)


class TestDriversLaws:
    @given(DRIVER_COUNTS, DRIVER_COUNTS)
    def test_parts_add_up_to_the_whole(self, old, new):
        table = drivers(old, new)
        whole = rate_change(parts_of_years(old, new), between=YEARS)
        assert table["change"].sum() == whole.change
        if whole.old:
            assert math.fsum(table["points"]) == pytest.approx(whole.percent_change, rel=1e-12, abs=1e-9)
        if whole.change:
            assert math.fsum(table["share_of_change"]) == pytest.approx(1)

    @given(DRIVER_COUNTS, DRIVER_COUNTS)
    def test_swapping_the_periods_turns_the_signs(self, old, new):
        there, back = drivers(old, new), drivers(new, old)
        assert (there["change"] == -back["change"]).all()
        assert np.allclose(there["share_of_change"], back["share_of_change"], equal_nan=True)

    @given(DRIVER_COUNTS, DRIVER_COUNTS)
    def test_merging_categories_adds_their_parts(self, old, new):
        apart = drivers(old, new)
        tally = parts_of_years(old, new).relabel("group", {"a": "ab", "b": "ab"})
        joined = change_drivers(tally, between=YEARS, of="group").at(group="ab")
        assert joined.change == apart.at(group="a").change + apart.at(group="b").change
        parts = apart.at(group="a").points + apart.at(group="b").points
        assert joined.points == pytest.approx(parts, nan_ok=True, abs=1e-9)


def test_one_more_is_a_rise():
    """A whole that grows by a single crime rose."""
    crimes = Tally.from_columns({"offence": ["a"] * 2, "period": ["2022/23", "2023/24"]}, [10, 11])
    assert "the +10.0% by which the whole rose" in str(
        change_drivers(crimes, of="offence", between=("2022/23", "2023/24"))[0]
    )


# ---- the same months, dispersion, margin ------------------------------------------------------

MONTHLY = [f"{y}-{m:02}" for y in (2020, 2021, 2022, 2023) for m in range(1, 13)][:45]


def by_months(counts, labels=MONTHLY, **options):
    return Tally.from_columns({"period": labels}, counts, **options)


class TestSameMonths:
    def test_by_hand(self):
        """Nine months of 2023 beside the mean of those of 2020 to 2022: 900 each, and 990."""
        counts = [100] * 36 + [110] * 9
        found = rate_change(by_months(counts), versus="same_months")
        assert (found.old, found.new, found.old_rate, found.new_rate) == (2700, 990, 900, 990)
        assert found.percent_change == pytest.approx(10)
        assert found.between == ("2020-01 to 2020-09 and the same months until 2022", "2023-01 to 2023-09")
        assert "(990 for 1 year)" in str(found)
        plain = rate_change(2700, 990, exposure=(3, 1))
        assert (found.percent_change_low, found.percent_change_high, found.p_value) == (
            plain.percent_change_low, plain.percent_change_high, plain.p_value,
        )  # fmt: skip
        assert found.z == pytest.approx((990 - 922.5) / (3690 * 0.25 * 0.75) ** 0.5)
        one = rate_change(by_months(counts), versus="same_months", years=1)
        assert (one.old, one.between) == (900, ("2022-01 to 2022-09", "2023-01 to 2023-09"))

    def test_one_year_is_between(self):
        tally = by_months(np.arange(45) + 50)
        one = rate_change(tally, versus="same_months", years=1)
        both = rate_change(tally, between=("2022-01 to 2022-09", "2023-01 to 2023-09"))
        assert (one.old, one.new, one.p_value) == (both.old, both.new, both.p_value)

    def test_a_month_is_missing(self):
        tally = by_months([100] * 45).drop(period="2021-03")
        found = rate_change(tally, versus="same_months")
        assert np.isnan(found.percent_change)
        assert found.reason.startswith("not available")
        assert rate_change(tally, versus="same_months", years=1).percent_change == 0

    def test_by_force_and_per_head(self):
        rows = {"force": ["Kent"] * 45 + ["Essex"] * 45, "period": MONTHLY * 2}
        tally = Tally.from_columns(rows, [100] * 36 + [110] * 9 + [200] * 45, coverage=["force", "period"])
        people = Exposure({"Kent": 1000, "Essex": 4000}, by="force", name="residents", date="mid-2021")
        table = rate_change(tally, versus="same_months", by="force", exposure=people)
        kent = table.at(force="Kent")
        assert (kent.old_exposure, kent.new_exposure) == (3000, 1000)
        assert kent.percent_change == pytest.approx(10)
        assert table.at(force="Essex").percent_change == 0
        days = rate_change(tally, versus="same_months", per_day=True, by="force").at(force="Essex")
        assert (days.old_exposure, days.new_exposure) == (274 + 273 + 273, 273)

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ({"years": 0}, "years must be"),
            ({"years": 1.5}, "years must be a whole number"),
            ({"years": True}, "years"),
        ],
    )
    def test_refused(self, options, says):
        with pytest.raises(PoliceMetricsError, match=says):
            rate_change(by_months([1] * 45), versus="same_months", **options)

    def test_needs_months(self):
        years = Tally.from_columns({"period": ["2022", "2023"]}, [1, 2])
        with pytest.raises(InvalidInputError, match="'same_months' needs single months"):
            rate_change(years, versus="same_months")


class TestDispersionOfTheMonthsBefore:
    def test_by_hand(self):
        """Twelve months of 31 and 30 days, as many crimes a day but for two: Pearson's statistic over 11."""
        labels = [f"2022-{m:02}" for m in range(1, 13)] + ["2023-01", "2023-02"]
        days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
        counts = [*(days * 10), 310, 400]
        counts[0], counts[2] = 360, 260
        tally = by_months(counts, labels)
        found = rate_change(tally, between=("2023-01", "2023-02"), dispersion="estimate")
        before = np.array([*counts[:12], 310])
        days = np.append(days, 31)
        mean = days * before.sum() / days.sum()
        assert found.dispersion == pytest.approx(((before - mean) ** 2 / mean).sum() / 12)
        same = rate_change(310, 400, dispersion=found.dispersion)
        assert found.percent_change_low == pytest.approx(same.percent_change_low)
        assert found.p_value == pytest.approx(same.p_value)

    def test_never_below_one(self):
        tally = by_months([100] * 45)
        assert rate_change(tally, versus="same_months", dispersion="estimate").dispersion == 1

    def test_each_group_its_own(self):
        rows = {"force": ["Kent"] * 45 + ["Essex"] * 45, "period": MONTHLY * 2}
        tally = Tally.from_columns(rows, [50, 150] * 22 + [50] + [100] * 45)
        table = rate_change(tally, between=("2022", "2021")[::-1], by="force", dispersion="estimate")
        assert table.at(force="Kent").dispersion > 20
        assert table.at(force="Essex").dispersion == 1

    def test_refused(self):
        tally = by_months([100] * 45)
        with pytest.raises(InvalidInputError, match="at least 12 single months before 2020-02"):
            rate_change(tally, between=("2020-01", "2020-02"), dispersion="estimate")
        with pytest.raises(InvalidInputError, match="goes with method='score'"):
            rate_change(tally, between=("2021", "2022"), dispersion="estimate", method="exact")
        with pytest.raises(PoliceMetricsError, match="dispersion must be"):
            rate_change(5, 6, dispersion="estimate")


class TestMargin:
    def test_words(self):
        assert str(rate_change(10_000, 10_010, margin=3)).endswith(
            "; known to be no more than a margin of 3%."
        )
        assert str(rate_change(100, 400, margin=3)).endswith("; known to be more than a margin of 3%.")
        assert str(rate_change(100, 110, margin=3)).endswith(
            "; not known to be more or less than a margin of 3%."
        )
        assert rate_change(0, 5, margin=3).reason
        assert "margin" not in str(rate_change(100, 110))

    @given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0.5, 50))
    def test_by_the_intervals(self, old, new, margin):
        """Within, if the interval at twice the error lies within; beyond, if the one at the level lies beyond."""
        found = rate_change(old, new, margin=margin)
        narrow = rate_change(old, new, confidence_level=0.9)
        within = -margin < narrow.percent_change_low and narrow.percent_change_high < margin
        beyond = found.percent_change_low > margin or found.percent_change_high < -margin
        assert found.material == ("no" if within else "yes" if beyond else "open")


class TestManyComparisons:
    """``adjust="bh"``: each p-value knows of the others."""

    TABLE = rate_change([100, 100, 100, 5], [130, 101, 80, 0], labels=list("abcd"), adjust="bh")

    def test_by_hand(self):
        p = self.TABLE["p_value"]
        a, b, c, d = p
        assert d < a < c < b
        least = min(4 * d, 2 * a, 4 * c / 3, b)
        expected = [min(2 * a, 4 * c / 3, b), b, min(4 * c / 3, b), least]
        assert self.TABLE["p_adjusted"].tolist() == pytest.approx(expected)

    def test_is_said(self):
        how = "Benjamini-Hochberg over 4 comparisons"
        assert repr(self.TABLE).startswith(f"Recorded crime; adjust: {how}; method: score\n")
        assert "p_adjusted" in repr(self.TABLE)
        assert str(self.TABLE[0]).endswith(f"; p 0.096 by {how}.")
        assert "p_adjusted" not in repr(rate_change([1], [2], labels=["a"]))

    def test_a_part_keeps_the_number_of_all(self):
        assert self.TABLE[:1]["p_adjusted"].tolist() == self.TABLE["p_adjusted"][:1].tolist()
        assert "over 4" in self.TABLE[0].adjust

    def test_over_all_periods_at_once(self):
        crimes = Tally.from_columns(
            {"force": list("ab") * 3, "period": [y for y in ("2021", "2022", "2023") for _ in "ab"]},
            [100, 50, 140, 51, 90, 70],
        )
        table = rate_change(crimes, versus="previous", by="force", adjust="bh")
        known = ~np.isnan(table["p_value"])
        assert known.sum() == 4
        assert table["p_adjusted"][known].tolist() == pytest.approx(
            false_discovery_control(table["p_value"][known]).tolist()
        )
        assert "over 4 comparisons" in table[0].adjust

    @pytest.mark.parametrize("given", [{"adjust": "bh"}])
    def test_one_is_not_many(self, given):
        with pytest.raises(InvalidInputError, match="adjust= is for many comparisons"):
            rate_change(5, 6, **given)
        crimes = Tally.from_columns({"period": ["2021", "2022"]}, [5, 6])
        with pytest.raises(InvalidInputError, match="adjust= is for many comparisons"):
            rate_change(crimes, between=("2021", "2022"), **given)

    def test_the_picture_fills_what_remains(self):
        """And its title says of the others that they did not clearly change."""
        matplotlib = pytest.importorskip("matplotlib")
        matplotlib.use("agg")
        ax = plot.by_group(self.TABLE)
        assert "rose" not in ax.get_title(loc="left")
        alone = plot.by_group(rate_change([100, 100, 100, 5], [130, 101, 80, 0], labels=list("abcd")))
        assert "rose in a" in alone.get_title(loc="left")
        for drawn in (ax, alone):
            drawn.figure.clear()

    def test_of_published_robberies_and_burglaries(self, shared_data):
        """The numbers of the how-to: 32 of 41 forces, 5 with the dispersion of another pair of years, none at once."""
        rows = pd.read_csv(shared_data / "pfa_tables" / "pfa_counts.csv")
        rows = rows[
            rows["area_code"].fillna("").str.match("E23|W15") & (rows["offence"] == "Residential burglary")
        ]
        rows["n"] = pd.to_numeric(rows["offences"], errors="coerce")
        wide = rows.pivot_table(index="area_name", columns="year_ending", values="n")
        wide = wide[["2018-03", "2019-03", "2018-12", "2019-12"]].dropna().astype(int)
        years = wide[["2018-03", "2019-03"]].to_numpy()
        expected = years.sum(axis=1, keepdims=True) * years.sum(axis=0) / years.sum()
        dispersion = ((years - expected) ** 2 / expected).sum() / (len(wide) - 1)
        assert (len(wide), round(dispersion, 1)) == (41, 28.7)
        pair = wide["2018-12"].tolist(), wide["2019-12"].tolist()
        assert (rate_change(*pair, labels=list(wide.index))["p_value"] < 0.05).sum() == 32
        table = rate_change(*pair, labels=list(wide.index), dispersion=dispersion, adjust="bh")
        assert (table["p_value"] < 0.05).sum() == 5
        assert (table["p_adjusted"] < 0.05).sum() == 0


class TestRateDifference:
    """The difference of two rates, per 1,000, with the score interval, which agrees with the percentage and p."""

    # Gu et al. (2008), example 1, in R by ratesci: scoreci(60, 51477.5, 30, 54308.7, distrib = "poi", skew = FALSE)
    SIZES = (54308.7, 51477.5)

    def test_published(self):
        found = rate_change(30, 60, exposure=self.SIZES)
        assert found.rate_difference == pytest.approx(found.new_rate - found.old_rate)
        assert (found.rate_difference_low, found.rate_difference_high) == pytest.approx(
            (0.26579646294, 0.98919220039)
        )

    def test_without_an_exposure(self):
        found = rate_change(30, 60)
        assert np.isnan([found.rate_difference, found.rate_difference_low]).all()

    def test_other_methods(self):
        """An exact interval of a ratio has none of a difference that agrees with it."""
        found = rate_change(30, 60, method="exact", exposure=self.SIZES)
        assert found.rate_difference > 0
        assert np.isnan(found.rate_difference_low)

    @given(st.integers(0, 90), st.integers(0, 90), st.floats(0.5, 9), st.floats(1, 4))
    def test_agrees(self, old, new, size, dispersion):
        found = rate_change(old, new, exposure=(1, size), dispersion=dispersion)
        if abs(found.p_value / 0.05 - 1) > 1e-6:
            assert (found.p_value < 0.05) == (
                not found.rate_difference_low <= 0 <= found.rate_difference_high
            )
