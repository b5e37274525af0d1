"""`check_claim`: supported, contradicted or cannot tell; and the claims really made about West Midlands Police."""

import csv
import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import PoliceMetricsError, Tally, extend
from policemetrics.claims import check_claim, stated
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError

CRIME = pm.rate_change(365_882, 328_104)  # −37,778, −10.325%
OUTCOMES = {"positive": "positive-dashboard", "basis": "closed", "out_of": "crimes"}
OLD_RATE = pm.positive_outcome_rate(20_158, 365_882, **OUTCOMES)
RATE = pm.positive_outcome_rate(26_029, 328_104, **OUTCOMES)  # 7.933%
RATE_CHANGE = pm.outcome_rate_change(OLD_RATE, RATE)  # +2.42 points, +44.0%
TIMES = pm.summarise_times([3, 4, 5, 6, 30], target=10)  # mean 9.6, median 5
POOLED = pm.published.pool_means([7, 25], [300, 100], rounded_to=1)  # 11.5, 11 to 12
NO_TIMES = pm.summarise_times(Tally.from_columns({"seconds": []}, []))


class TestAnswers:
    @pytest.mark.parametrize(
        ("figure", "claim", "verdict", "ground"),
        [
            (CRIME, "10%", "supported", "within"),
            (CRIME, "10% fewer", "supported", "within"),
            (CRIME, "10.3% fewer recorded crimes", "supported", "within"),
            (CRIME, "down by over 10%", "supported", "within"),
            (CRIME, "around 40,000 fewer", "supported", "within"),
            (CRIME, "down by a tenth", "supported", "within"),
            (CRIME, "37,778", "supported", "within"),
            (CRIME, "around 35,000 fewer", "contradicted", "outside"),
            (CRIME, "around 35,000", "contradicted", "outside"),
            (CRIME, "almost 11%", "contradicted", "outside"),
            (CRIME, "10% more", "contradicted", "outside"),
            (CRIME, "10.4% fewer", "contradicted", "outside"),
            (CRIME, "halved", "contradicted", "outside"),
            (CRIME, "around 35,000 fewer victims", "cannot tell", "what is counted"),
            (CRIME, "37,778 fewer victims", "cannot tell", "what is counted"),
            (CRIME, "10% fewer calls", "cannot tell", "what is counted"),
            (CRIME, "10 percentage points", "cannot tell", "unit"),
            (CRIME, "2 minutes", "cannot tell", "unit"),
            (CRIME, "10% of crimes", "cannot tell", "unit"),
            (CRIME, "one in ten", "cannot tell", "unit"),
            (CRIME, "fell to 328,104", "cannot tell", "unit"),
            (CRIME, "a mean 10%", "cannot tell", "which figure"),
            (CRIME, "328,104", "cannot tell", "which figure"),
            (RATE, "8%", "supported", "within"),
            (RATE, "about 8% of crimes", "supported", "within"),
            (RATE, "around one in 13", "supported", "within"),
            (RATE, "26,000 outcomes", "supported", "within"),
            (RATE, "one in eight", "contradicted", "outside"),
            (RATE, "13% of arrests", "cannot tell", "what is counted"),
            (RATE, "8% of victims", "cannot tell", "what is counted"),
            (RATE, "26,000 crimes", "cannot tell", "what is counted"),
            (RATE, "8 points", "cannot tell", "unit"),
            (RATE, "up 8%", "cannot tell", "unit"),
            (RATE_CHANGE, "up 2.4 percentage points", "supported", "within"),
            (RATE_CHANGE, "up 44%", "supported", "within"),
            (RATE_CHANGE, "up 2.4%", "contradicted", "outside"),
            (RATE_CHANGE, "up 44 points", "contradicted", "outside"),
            (TIMES, "a median of 5 seconds", "supported", "within"),
            (TIMES, "mean 10 s", "supported", "within"),
            (TIMES, "80%", "supported", "within"),
            (TIMES, "between 5 and 10 seconds", "supported", "within"),
            (TIMES, "mean 5 s", "contradicted", "outside"),
            (TIMES, "10 minutes", "contradicted", "outside"),
            (TIMES, "5 s", "cannot tell", "which figure"),
            (TIMES, "an average of 10 s", "cannot tell", "which figure"),
            (TIMES, "20.4 s", "cannot tell", "which figure"),  # the 90th percentile
            (TIMES, "2 seconds faster", "cannot tell", "unit"),
            (pm.share(3, 10), "30%", "supported", "within"),
            (pm.rate(5, 100), "50", "supported", "within"),
        ],
    )
    def test_verdict(self, figure, claim, verdict, ground):
        """By hand, from the figures above."""
        check = check_claim(figure, claim)
        assert (check.verdict, check.ground) == (verdict, ground)
        assert str(check) == f"{verdict.capitalize()}: {check.reason}"
        assert check.reason.endswith(".")
        assert f"“{claim}”" in check.reason
        assert check.figure is figure

    @pytest.mark.parametrize(
        ("figure", "claim", "column", "verdict"),
        [
            (CRIME, "328,104", "new", "supported"),
            (CRIME, "fell to 328,000", "new", "supported"),
            (CRIME, "around 330,000 crimes", "new", "supported"),
            (CRIME, "around 380,000", "old", "contradicted"),
            (CRIME, "35,000 fewer", "new", "cannot tell"),
            (CRIME, "10%", "change", "cannot tell"),
            (TIMES, "5 s", "median", "supported"),
            (TIMES, "5 s", "mean", "contradicted"),
            (TIMES, "median 5 s", "mean", "cannot tell"),
            (TIMES, "20.4 s", "p90", "supported"),
            (TIMES, "median 20.4 s", "p90", "cannot tell"),
            (RATE, "328,104 crimes", "denominator", "supported"),
            (RATE, "328,104 outcomes", "denominator", "cannot tell"),
            (POOLED, "400 calls", "n", "supported"),
        ],
    )
    def test_a_named_column(self, figure, claim, column, verdict):
        """The caller says what the claim is about; what the claim says itself still counts."""
        assert check_claim(figure, claim, column=column).verdict == verdict

    def test_other_kinds_of_figure(self):
        """The harm of crimes, its drivers and its index; the headline is what the class of figure estimates."""
        crimes = Tally.from_columns(
            {"period": ["2022/23", "2023/24"] * 2, "offence": ["46", "46", "34B", "34B"]}, [100, 80, 10, 10]
        )
        weights = pm.harm_weights("ons-css", version="2020")
        years = {"between": ("2022/23", "2023/24")}
        change = pm.harm_change(crimes, weights, **years)  # 20 × 11.8555 of 9181.8: −2.58%
        assert check_claim(change, "down 3%").verdict == "supported"
        assert check_claim(change, "3% fewer crimes").ground == "what is counted"
        driver = pm.harm_drivers(crimes, weights, **years).at(offence="46")
        assert check_claim(driver, "20 fewer crimes").ground == "what is counted"
        assert check_claim(driver, "80 crimes", column="crimes_new").verdict == "supported"
        count = pm.change_drivers(crimes, of="offence", **years).at(offence="46")
        assert check_claim(count, "20 fewer").verdict == "supported"
        index = pm.harm_index(crimes, weights, base="2022/23")[1]
        assert check_claim(index, "97").verdict == "supported"
        assert check_claim(index, "97 crimes").ground == "what is counted"
        assert check_claim(index, "90 crimes", column="crimes").verdict == "supported"

    def test_averages_of_changes(self):
        """From 10 and 20 s to 5 and 10 s: the mean fell by 7.5 s, the median too; the claim may say which."""
        times = Tally.from_columns(
            {"period": ["2022/23"] * 2 + ["2023/24"] * 2, "seconds": [10, 20, 5, 10]}, [1, 1, 1, 1]
        )
        change = pm.time_change(times, between=("2022/23", "2023/24"))
        assert check_claim(change, "7.5 s faster").columns == ("mean_change", "median_change")
        check = check_claim(change, "a mean 7.5 s faster")
        assert (check.verdict, check.columns) == ("supported", ("mean_change",))
        assert check_claim(change, "a median 6 s faster").verdict == "contradicted"
        assert check_claim(change, "7.5 s").ground == "within"
        assert check_claim(change, "50% faster").ground == "unit"

    def test_victims_are_never_crimes(self):
        """Whatever the subject is called, unless it is victims."""
        for subject in ("Recorded crime", "Burglary", "Violence against the person"):
            check = check_claim(pm.rate_change(100, 90, subject=subject), "10 fewer victims")
            assert check.ground == "what is counted", subject
        burgled = pm.rate_change(100, 90, subject="Victims of burglary")
        assert check_claim(burgled, "10 fewer victims").verdict == "supported"
        assert check_claim(burgled, "10 fewer crimes").ground == "what is counted"
        assert (
            check_claim(pm.rate_change(100, 90, subject="Burglary"), "10 fewer offences").verdict
            == "supported"
        )

    def test_a_rate_is_not_a_count(self):
        """Per day the fall is 10.57%, which is not what "fewer crimes" counts; and the sentence says what it is."""
        daily = pm.rate_change(
            Tally.from_columns({"period": ["2022/23", "2023/24"]}, [365_882, 328_104]),
            between=("2022/23", "2023/24"),
            per_day=True,
        )
        assert check_claim(daily, "10.3% fewer crimes").ground == "what is counted"
        assert "is of a rate, by days" in check_claim(daily, "10.3% fewer crimes").reason
        assert check_claim(daily, "37,778 fewer crimes").verdict == "supported"
        assert "the change of the rate, by days, is −10.57%" in str(check_claim(daily, "10.6% lower"))

    def test_burglary_may_be_of_crimes(self):
        """A subject that names nothing known matches crimes, and nothing else."""
        burglary = pm.rate_change(100, 90, subject="Burglary")
        assert check_claim(burglary, "10 fewer crimes").verdict == "supported"
        assert check_claim(burglary, "10 fewer calls").ground == "what is counted"


class TestWhatIsCompared:
    def test_the_interval_does_not_widen_the_claim(self):
        """16 to 25 is +56% with an interval of −20% to +190%; a claim of 20% misquotes it all the same."""
        small = pm.rate_change(16, 25)
        assert small.percent_change_low < 20 < small.percent_change_high
        assert check_claim(small, "up 20%").verdict == "contradicted"

    @pytest.mark.parametrize(
        ("old", "new", "supported"),
        [(200, 179, ["down 10%", "down 11%", "down 10.5%"]), (8, 7, ["down 12%", "down 13%", "down 12.5%"])],
    )
    def test_a_tie_is_either(self, old, new, supported):
        """−10.5% and −12.5% exactly: one program prints the lower figure, another the higher."""
        change = pm.rate_change(old, new)
        for claim in supported:
            assert check_claim(change, claim).verdict == "supported"

    @given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 2))
    def test_what_is_printed_is_supported(self, old, new, digits):
        """The change as the package prints it, with its sign, is a claim that the change bears out."""
        change = pm.rate_change(old, new)
        for column, unit in (("change", ""), ("percent_change", "%")):
            text = pm._write.signed(getattr(change, column), digits, unit)
            assert check_claim(change, text).verdict == "supported"

    def test_figures_of_rounded_ones(self):
        """11 to 12 s as far as the rounding tells: nearer than that nothing can be told."""
        for claim, verdict in (
            ("mean 11 s", "cannot tell"),
            ("mean 11.5 s", "cannot tell"),
            ("mean 10 to 13 s", "supported"),
            ("mean 20 s", "contradicted"),
        ):
            assert check_claim(POOLED, claim).verdict == verdict, claim
        assert check_claim(POOLED, "mean 11 s").ground == "rounding"
        assert check_claim(POOLED, "11.5 s").ground == "which figure"
        assert check_claim(pm.published.pool_means([7, 25], [300, 100]), "mean 11.5 s").verdict == "supported"

    def test_harm_per_crime_of_headlines(self):
        """+4.4% to +6.7%; and where the rounding leaves open which way, no size is settled."""
        implied = pm.claims.implied_harm_per_crime(crime="10% lower", harm="5% lower")
        assert check_claim(implied, "over 4% more").verdict == "supported"
        assert check_claim(implied, "5% lower").verdict == "contradicted"
        assert check_claim(implied, "up 5%").ground == "rounding"
        open_ = pm.claims.implied_harm_per_crime(crime="5% lower", harm="5% lower")
        assert check_claim(open_, "under 2%").verdict == "supported"
        assert check_claim(open_, "9%").verdict == "contradicted"
        assert check_claim(open_, "5%").ground == "which figure"  # it is that of crime and of harm
        assert check_claim(open_, "1%").ground == "rounding"

    def test_enough_decimals_to_see_why(self):
        """A figure just beyond the end of a claim is not printed as if it were at the end."""
        change = pm.rate_change(1_000_000, 894_990)  # −10.501%
        assert str(check_claim(change, "down 10%")) == (
            "Contradicted: “down 10%” means −10.5% to −9.5%, but the change is −10.501%."
        )

    @pytest.mark.parametrize(
        ("figure", "claim", "sentence"),
        [
            (CRIME, "10% fewer", "Supported: “10% fewer” means −10.5% to −9.5%, and the change is −10.33%."),
            (
                CRIME,
                "10%",
                (
                    "Supported: “10%” means 9.5% to 10.5%, and the change is −10.33%, compared by size since the claim "
                    "does not say which way."
                ),
            ),
            (
                CRIME,
                "35,000 fewer victims",
                (
                    "Cannot tell: “35,000 fewer victims”: the claim counts victims, the figure recorded crime; one person "
                    "may suffer several crimes, and some crimes have no victim."
                ),
            ),
            (
                RATE_CHANGE,
                "up 2.4%",
                (
                    "Contradicted: “up 2.4%” means 2.35% to 2.45%, but the change is 43.99%; in percentage points it would "
                    "fit (2.42 percentage points)."
                ),
            ),
            (
                CRIME,
                "10 points",
                "Cannot tell: “10 points”: the claim is in percentage points, the figure a plain number and in per cent.",
            ),
            (
                TIMES,
                "5 s",
                (
                    "Cannot tell: “5 s” means 4.5 s to 5.5 s; the mean is 9.6 s and the median is 5 s, and the claim does "
                    "not say which of them it is."
                ),
            ),
            (
                NO_TIMES,
                "5 s",
                "Cannot tell: “5 s”: the figure is not available: no rows.",
            ),
            (
                TIMES,
                "a median of 80%",
                "Cannot tell: “a median of 80%”: the claim is a median, and the figure's share within the target is none.",
            ),
        ],
    )
    def test_sentence(self, figure, claim, sentence):
        assert str(check_claim(figure, claim)) == sentence

    def test_what_is_not_available(self):
        """With the figure's own reason; or which part of it there is not."""
        assert check_claim(pm.rate_change(0, 5), "up 10%").ground == "not available"
        assert "nothing was recorded before" in check_claim(pm.rate_change(0, 5), "up 10%").reason
        assert check_claim(pm.rate_change(0, 5), "5 more").verdict == "supported"
        assert "no share within" in check_claim(pm.summarise_times([5.0]), "80%").reason


class TestVintage:
    @pytest.mark.parametrize(
        ("claim", "figure", "verdict", "says"),
        [
            ("", "", "contradicted", ""),
            ("2024", "2024 ", "contradicted", ""),
            ("2024", "2026", "cannot tell", "by data of another vintage, and counts are revised (claim: 2024; figure: 2026)"),
            ("2024", "", "cannot tell", "what may be another vintage"),
            ("", "2026", "cannot tell", "(claim: not said; figure: 2026)"),
        ],
    )  # fmt: skip
    def test_another_vintage_contradicts_nothing(self, claim, figure, verdict, says):
        check = check_claim(CRIME, stated("around 35,000 fewer", vintage=claim), vintage=figure)
        assert check.verdict == verdict
        assert says in check.reason
        assert check.vintage == figure

    def test_it_may_support(self):
        check = check_claim(CRIME, stated("10% fewer", vintage="2024"), vintage="2026")
        assert check.verdict == "supported"
        assert check.reason.endswith("by data of another vintage.")


class TestValue:
    def test_is_neither_true_nor_false(self):
        with pytest.raises(InvalidTypeError, match="compare its verdict"):
            bool(check_claim(CRIME, "10%"))

    def test_is_a_value(self):
        check = check_claim(CRIME, "10%")
        assert check == check_claim(CRIME, stated("10%"))
        assert pickle.loads(pickle.dumps(check)) == check
        assert check.columns == ("percent_change",)
        assert repr(check) == "<ClaimCheck '10%': supported (within)>"


class TestBadInput:
    @pytest.mark.parametrize("figure", [None, 5, "10%", stated("10%"), pm.rate_change])
    def test_no_figure(self, figure):
        with pytest.raises(InvalidTypeError, match="figure must be a figure"):
            check_claim(figure, "10%")

    def test_a_table(self):
        with pytest.raises(InvalidTypeError, match="take one row of the table"):
            check_claim(pm.rate([1, 2], 10, labels=["a", "b"]), "10")

    @pytest.mark.parametrize("claim", [None, 5, b"10%", ["10%"]])
    def test_no_claim(self, claim):
        with pytest.raises(InvalidTypeError, match="claim must be text"):
            check_claim(CRIME, claim)

    def test_a_claim_that_cannot_be_read(self):
        with pytest.raises(InvalidInputError, match="forms that can be read"):
            check_claim(CRIME, "a lot")

    @pytest.mark.parametrize("column", ["nope", "p_value", "percent_change_low", "between", ""])
    def test_no_column(self, column):
        with pytest.raises(InvalidInputError, match="column must"):
            check_claim(CRIME, "10%", column=column)

    def test_columns_are_listed(self):
        with pytest.raises(
            UnknownNameError, match="'old', 'new', 'change', 'old_rate', 'new_rate', 'percent_change'"
        ):
            check_claim(CRIME, "10%", column="percentage")
        with pytest.raises(InvalidTypeError, match="column must be text"):
            check_claim(CRIME, "10%", column=5)
        with pytest.raises(UnknownNameError, match="column must be one of"):
            check_claim(TIMES, "10 s", column="target")

    @pytest.mark.parametrize("vintage", [None, 5, b"2024"])
    def test_no_vintage(self, vintage):
        with pytest.raises(InvalidTypeError, match="vintage must be text"):
            check_claim(CRIME, "10%", vintage=vintage)

    def test_a_figure_of_someone_else(self):
        """A figure that another package made is read by its formats; without an estimate the column must be named."""

        @extend.figure()
        class Stops(extend.Figure):
            found: float = extend.column("share")

        assert check_claim(Stops(found=0.25), "a quarter").ground == "unit"
        assert check_claim(Stops(found=0.25), "a quarter", column="found").verdict == "supported"
        assert check_claim(Stops(found=np.inf), "a quarter", column="found").ground == "not available"

    @given(st.sampled_from([CRIME, RATE, RATE_CHANGE, TIMES, POOLED, NO_TIMES]), st.text(max_size=20))
    def test_never_a_foreign_error(self, figure, claim):
        try:
            check_claim(figure, claim)
        except PoliceMetricsError:
            return


PREFIX = {
    "integer": "",
    "1dp": "",
    "almost": "almost ",
    "over": "over ",
    "more than": "more than ",
    "around": "around ",
}


@pytest.fixture(scope="module")
def rows(shared_data):
    with (shared_data / "headline_claims" / "west_midlands_headlines.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


class TestPublishedHeadlines:
    """The claims really made, from press and commissioner's pages; the figures are read where they are kept."""

    @staticmethod
    def claims_of(row):
        """What a row states, in words: percentage, number of crimes, level."""
        word = PREFIX.get(row["precision_of_pct"], "")
        found = {"percent_change": f"down {word}{row['change_pct_as_stated'].lstrip('-')}%"}
        if row["change_absolute"]:
            count = f"{int(row['change_absolute'].lstrip('-')):,}"
            about = {"around": "around ", "2dp (count nearly)": "nearly "}.get(
                row["precision_of_pct"], "exactly "
            )
            found["change"] = f"down {about}{count}"
        if row["level_current"]:
            found["after"] = f"exactly {int(row['level_current']):,}"
        return found

    def test_every_row_is_read(self, rows):
        assert len(rows) == 18
        for row in rows:
            for text in self.claims_of(row).values():
                assert stated(text).direction in {"down", ""}

    def test_rows_with_a_count_and_a_change(self, rows):
        """The two that can be worked out: −6.135% is "6%", −10.887% is "almost 11%", by hand."""
        found = []
        for row in rows:
            if row["level_current"] and row["change_absolute"]:
                new, change = int(row["level_current"]), int(row["change_absolute"])
                figure = pm.rate_change(new - change, new)
                check = check_claim(figure, self.claims_of(row)["percent_change"])
                found.append((round(figure.percent_change, 3), check.verdict))
        assert sorted(found) == [(-10.887, "supported"), (-6.135, "supported")]

    def test_what_each_row_implies_is_possible(self, rows):
        """No publisher contradicts itself within a row, and the implied base holds the one worked out later."""
        implied = {}
        for row in rows:
            claims = self.claims_of(row)
            if len(claims) > 1:
                found = pm.claims.implied_change(**claims)
                assert found.consistent, str(found)
                implied[row["period"], row["measure"]] = found
        base = implied["2023/24", "total recorded crime excl fraud"]["before"]
        assert 365_882 in base  # the count of 2022/23 as revised since
        assert 365_000 in base  # by hand, from the count of 2024/25: 308,491 / 0.939 / 0.9 is about 365,000
        # The base of the year to June 2025 was first published as 323,197, and is revised to 323,171.
        revised = implied["year ending 2025-06", "total recorded crime excl fraud"]["before"]
        first = stated("exactly 323,197").range
        assert 323_171 in revised
        assert revised.overlap(first) is None

    def test_a_chain_of_years(self, rows):
        """By hand: 308,491 with −6.1% implies about 328,500; −10% before that about 365,000, a fall of about 36,500."""
        row = next(r for r in rows if r["period"] == "2024/25")
        year = pm.claims.implied_change(
            after="exactly 308,491", percent_change=self.claims_of(row)["percent_change"]
        )
        low, high = year["before"].low, year["before"].high
        assert 328_300 < low < 328_500 < high < 328_800
        before = pm.claims.implied_change(after=f"{low:.0f} to {high:.0f}", percent_change="down 10%")
        assert 365_000 in before["before"]
        assert -36_500 in before["change"]
        # It is consistent with "around 35,000" only if the unrounded fall was near 9.6%.
        both = pm.claims.implied_change(
            after=f"{low:.0f} to {high:.0f}", percent_change="down 10%", change="down around 35,000"
        )
        assert both.consistent
        assert both["percent_change"].low > -10.3

    def test_parts_of_a_fall(self, rows):
        """Year to September 2023: violence 17,949 of a fall of 22,573, 80% of it; the rest fell by 4,624."""
        year = {r["measure"]: r for r in rows if r["period"] == "year ending 2023-09"}
        total, violence = (
            self.claims_of(year[m])["change"]
            for m in ("total recorded crime excl fraud", "violence against the person")
        )
        implied = pm.claims.implied_parts({"violence": violence, "the rest": None}, total=total)
        assert implied["the rest"].low == implied["the rest"].high == -4_624


def test_every_pair_of_words_is_decided():
    """Each figure beside a claim in each unit and sense has an answer with a reason."""
    claims = [
        "10%",
        "10% lower",
        "10% of crimes",
        "10",
        "10 fewer",
        "fell to 10",
        "10 s",
        "10 s faster",
        "10 points",
        "mean 10",
    ]
    for figure, claim in itertools.product((CRIME, RATE, RATE_CHANGE, TIMES, POOLED, NO_TIMES), claims):
        assert check_claim(figure, claim).reason
