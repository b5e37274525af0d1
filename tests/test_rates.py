"""`rate` and `share`: published figures, laws, and what a figure says when it is not available."""

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import FORCES

import policemetrics as pm
from policemetrics import Exposure, Tally, rate, share
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.figures import Rate, Share

# Few of these tests are about who sent what; those that are state it.
pytestmark = pytest.mark.filterwarnings("ignore::policemetrics.errors.AreasWithoutRowsWarning")

COUNTS = st.integers(0, 200) | st.sampled_from([10**6, 10**9])
SIZE_OF = {"Kent": 100, "Essex": 200, "Wiltshire": 300}
SIZES = st.integers(1, 10**9) | st.floats(1e-3, 1e9)
LEVELS = st.floats(0.5, 0.9999)
METHODS = ("exact", "byar", "phe")


def limits(figure):
    return figure.rate_low, figure.rate_high


class TestShare:
    @pytest.mark.parametrize(
        ("count", "out_of", "written"),
        [
            (241_038, 281_336, "85.68%"),  # Hansard, September 2008: 999 calls within target
            (21_379, 711_464, "3.00%"),  # Avon and Somerset Police, FOI on 101 (2016): abandoned of offered
            (8_813, 758_733, "1.16%"),
            (43_970, 792_668, "5.55%"),
            (43_596, 586_385, "7.43%"),  # by hand 7.4347
            (
                67_615,
                67_615 + 54_086,
                "55.56%",
            ),  # BBC (2011), West Midlands: priority calls within 30 minutes
            (26_029, 328_104, "7.93%"),  # Home Office, West Midlands 2023/24
        ],
    )
    def test_published(self, count, out_of, written):
        figure = share(count, out_of)
        assert f"is {written} (95% interval" in str(figure)
        assert figure.share == pytest.approx(float(Fraction(count, out_of)), rel=1e-15)

    def test_interval_is_wilsons(self):
        """Wilson (1927) on Home Office counts of West Midlands in 2023/24, worked out apart; 1 of 2 by hand."""
        figure = share(26_029, 328_104)
        assert (round(figure.share_low * 100, 3), round(figure.share_high * 100, 3)) == (7.841, 8.026)
        assert figure.interval == pm.Interval(figure.share_low, figure.share_high, 0.95, "wilson")
        half = share(1, 2)
        z2 = 1.959963984540054**2
        width = math.sqrt(z2 / (4 * (2 + z2)))
        assert half.share_low == pytest.approx(0.5 - width, rel=1e-12)
        assert half.share_high == pytest.approx(0.5 + width, rel=1e-12)

    def test_of_nothing(self):
        figure = share(0, 0)
        assert str(figure) == "0 of 0: not available: a share of nothing."
        assert math.isnan(figure.share)
        assert math.isnan(figure.interval.low)

    def test_columns(self):
        """One for each label, as of `rate`; each row is what it is alone."""
        table = share([1, 5, 20], [100, 100, 100], labels=["a", "b", "c"], confidence_level=0.9)
        assert table.to_dict()["share"] == [0.01, 0.05, 0.2]
        for row, count in zip(table, (1, 5, 20), strict=True):
            alone = share(count, 100, confidence_level=0.9)
            assert (row.share, row.interval) == (alone.share, alone.interval)
        assert table == share([1, 5, 20], 100, labels=["a", "b", "c"], confidence_level=0.9)

    def test_columns_with_one_of_nothing(self):
        table = share([1, 0], [4, 0], labels=["a", "b"])
        assert str(table.at(label="b")) == "b: 0 of 0: not available: a share of nothing."
        assert table.at(label="a").share == 0.25

    @pytest.mark.parametrize(
        ("count", "out_of", "labels", "message"),
        [
            ([1, 5], [100, 3], ["a", "b"], "count must be at most out_of; got 5 of 3, for b"),
            ([1, 5], [100, 3], None, "several numbers need labels=, one for each"),
            ([1, 5, 6], [100, 30], ["a", "b"], "length"),
            ([1, -5], 100, ["a", "b"], "count"),
            ([1, 5], [100, 30.5], ["a", "b"], "out_of"),
        ],
    )
    def test_bad_columns(self, count, out_of, labels, message):
        with pytest.raises(pm.PoliceMetricsError, match=message):
            share(count, out_of, labels=labels)

    @given(st.data(), st.integers(1, 10**7), LEVELS)
    def test_stays_inside_its_interval_inside_its_bounds(self, data, out_of, level):
        count = data.draw(st.integers(0, out_of))
        figure = share(count, out_of, confidence_level=level)
        assert 0 <= figure.share_low <= figure.share <= figure.share_high <= 1
        assert figure.share in figure.interval

    @given(st.data(), st.integers(1, 10**7), LEVELS, LEVELS)
    def test_a_higher_level_never_narrows(self, data, out_of, one, other):
        count = data.draw(st.integers(0, out_of))
        narrow, wide = (share(count, out_of, confidence_level=v) for v in sorted((one, other)))
        assert wide.share_low <= narrow.share_low
        assert narrow.share_high <= wide.share_high

    @given(st.data(), st.integers(1, 10**7))
    def test_the_rest_is_the_mirror_image(self, data, out_of):
        count = data.draw(st.integers(0, out_of))
        part, rest = share(count, out_of), share(out_of - count, out_of)
        assert part.share + rest.share == pytest.approx(1, abs=1e-12)
        assert part.share_low == pytest.approx(1 - rest.share_high, abs=1e-12)

    @given(st.data(), st.integers(1, 2000))
    def test_headline_rounds_half_away_from_zero(self, data, out_of):
        """On the fraction itself, in whole numbers; 57 of 20,000 is 0.285%, so 0.29%."""
        count = data.draw(st.integers(0, out_of))
        by_hand = (Decimal(count) * 100 / Decimal(out_of)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert str(share(count, out_of)).startswith(f"{count:,} of {out_of:,} is {by_hand}% (")

    def test_types(self):
        for kind in (int, np.int64, np.float64, Decimal, Fraction):
            assert share(kind(1), kind(4)) == share(1, 4)
        assert isinstance(share(1, 4), Share)

    @pytest.mark.parametrize(
        ("given_", "options", "named"),
        [
            ((5, 4), {}, r"count must be at most out_of; got 5 of 4\."),
            ((-1, 4), {}, "count"),
            ((1, -4), {}, "out_of"),
            ((1.5, 4), {}, "count must be a whole number"),
            ((1, 4.5), {}, "out_of must be a whole number"),
            ((np.nan, 4), {}, "count"),
            ((1, np.inf), {}, "out_of"),
            (("1", 4), {}, "count must be a number"),
            ((True, 4), {}, "count must be a number"),
            (([1], [4]), {}, "count must be a number"),
            ((2**63, 2**63), {}, "count must fit in 64 bits"),
            ((1, 4), {"confidence_level": 95}, "confidence_level .* Did you mean 0.95"),
        ],
    )
    def test_bad_input(self, given_, options, named):
        with pytest.raises(pm.PoliceMetricsError, match=named):
            share(*given_, **options)


ROWS = {
    "force": ["Kent"] * 5 + ["Essex"] * 2 + ["Surrey", None],
    "found": [True, False, None, True, False, True, True, None, True],
    "outcome": ["arrest", "nfa", None, "caution", "nfa", "arrest", "arrest", None, "nfa"],
}
COUNTED = ROWS | {"n": [1, 2, 3, 4, 5, 6, 7, 8, 9]}


class TestShareOfTables:
    """A part of the rows: counted by group, with supply, reasons and exclusions as every metric has them."""

    @pytest.mark.parametrize(
        "frame",
        [
            pd.DataFrame(ROWS),  # objects, since some are missing
            pd.DataFrame(ROWS).astype({"found": "boolean"}),
            pd.DataFrame(ROWS).assign(found=[1, 0, None, 1, 0, 1, 1, None, 1]),  # floats, for the same reason
            pl.DataFrame(ROWS),
            pl.DataFrame(ROWS).lazy(),
            pa.table(ROWS),
        ],
        ids=["pandas objects", "pandas boolean", "pandas float", "polars", "lazy", "pyarrow"],
    )
    def test_flags(self, frame):
        """Found is known of four searches in Kent, and two found something; what is not known is in neither."""
        table = share(frame, part="found", by="force")
        kent, essex, surrey = (table.at(force=f) for f in ("Kent", "Essex", "Surrey"))
        assert str(kent) == (
            "Kent: 2 of 4 (found) is 50.00% (95% interval 15.00% to 85.00%). Left out: missing found 1."
        )
        assert (essex.count, essex.out_of) == (2, 2)
        assert surrey.reason == "not available: all rows were excluded (missing found 1)"
        whole = share(frame, part="found")
        assert (whole.count, whole.out_of, whole.exclusions.excluded) == (5, 7, 2)
        assert str(share(frame, part={"found": False})).startswith("2 of 7 (not found) is 28.57%")

    def test_labels(self):
        frame = pd.DataFrame(COUNTED)
        table = share(frame, part={"outcome": ["arrest", "caution"]}, by="force", count="n")
        assert (table.at(force="Kent").count, table.at(force="Kent").out_of) == (5, 12)
        assert table.at(force="Kent").part == "outcome arrest or caution"
        assert table.at(force="Kent").exclusions.reasons == {"missing outcome": 3}
        both = share(frame, part={"outcome": "arrest", "found": True}, by="force", count="rows").at(
            force="Kent"
        )
        assert (both.count, both.out_of, both.part) == (1, 4, "outcome arrest and found")

    def test_tally(self):
        """Coverage proves supply: of a force that sent nothing at all there is no share, and no 0%."""
        tally = Tally.from_columns(
            {
                "force": ["Kent", "Kent", "Essex"],
                "period": ["2022", "2023", "2022"],
                "found": ["yes", "no", "no"],
            },
            [3, 1, 4],
            coverage=["force", "period"],
        )
        table = share(tally, part={"found": "yes"}, by=["force", "period"])
        assert table.at(force="Kent", period="2023").share == 0
        assert table.at(force="Essex", period="2022").share == 0
        gone = share(
            tally.not_supplied("never sent", force="Kent", period="2023"), part={"found": "yes"}, by=["force"]
        )
        assert gone.at(force="Kent").reason == "not available: never sent"
        no_cells = share(tally.drop(force="Kent", period="2022"), part={"found": "no"}, by="force")
        assert no_cells.at(force="Kent").share == 1

    def test_corrections(self):
        """Cells below zero add up; a part or a rest below zero is no count."""
        tally = Tally.from_columns({"force": ["A", "A", "A", "B", "B", "C", "C"], "x": ["y", "y", "n"] + ["y", "n"] * 2},
                                   [6, -1, 5, -1, 5, 5, -1])  # fmt: skip
        table = share(tally, part={"x": "y"}, by="force")
        assert (table.at(force="A").count, table.at(force="A").out_of) == (5, 10)
        assert all("below zero" in table.at(force=f).reason for f in "BC")

    def test_overlap(self):
        tally = Tally.from_columns({"basis": ["a", "b"], "x": ["y", "n"]}, [6, 5], overlapping="basis")
        with pytest.raises(InvalidInputError, match="basis"):
            share(tally, part={"x": "y"})

    @given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["y", "n", None]), st.integers(0, 50))))
    def test_parts_add_up(self, rows):
        """Part and rest are the whole, and whole and excluded are all that came in."""
        columns = {"force": [r[0] for r in rows], "x": [r[1] for r in rows] + []}
        tally = Tally.from_columns(columns, [r[2] for r in rows])
        if {"y", "n"} - set(tally.labels("x")):
            return
        yes, no = (share(tally, part={"x": label}, by="force") for label in "yn")
        for one, other in zip(yes, no, strict=True):
            if one.reason is None:
                assert one.count + other.count == one.out_of == other.out_of
                assert one.out_of + one.exclusions.excluded == sum(
                    r[2] for r in rows if r[0] == one.group["force"]
                )

    def test_columns(self):
        table = share([1, 5, 20, 0], [100, 100, 100, 0], labels=["a", "b", "c", "d"])
        assert [str(f).partition(": ")[2] for f in table[:3]] == [str(share(n, 100)) for n in (1, 5, 20)]
        assert table.at(label="d").reason == "not available: a share of nothing"

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({}, InvalidTypeError, "give part={'outcome': 'arrest'}"),
            (
                {"part": "outcome"},
                InvalidInputError,
                "it holds 'arrest', 'caution', 'nfa': say which .* part={'outcome': 'arrest'}",
            ),
            ({"part": "x"}, UnknownNameError, "part: column must be one of"),
            ({"part": {"outcome": "arest"}}, UnknownNameError, "Did you mean 'arrest'"),
            ({"part": {"outcome": True}}, InvalidInputError, "it holds 'arrest'"),
            ({"part": {"outcome": 1.5}}, UnknownNameError, "outcome must be one of"),
            (
                {"part": "found", "by": ["force", "found"]},
                InvalidInputError,
                "by must not name 'found', which is part=",
            ),
            ({"part": 5}, InvalidTypeError, "part must be a mapping"),
            ({"part": {}}, InvalidTypeError, "part must be a mapping"),
            ({"part": "found", "labels": ["a"]}, InvalidInputError, "'labels=' cannot go with"),
        ],
    )
    def test_bad_input(self, options, error, message):
        with pytest.raises(error, match=message):
            share(pd.DataFrame(ROWS), **options)

    def test_what_is_no_flag(self):
        """A half is neither True nor False."""
        with pytest.raises(InvalidTypeError, match="'found' must hold labels"):
            share(pd.DataFrame({"found": [0.5, 1.0]}), part="found")
        with pytest.raises(
            InvalidInputError, match=r"it holds 2: say which is meant, as in part=\{'found': 2\}"
        ):
            share(pd.DataFrame({"found": [0, 2]}), part="found")
        for options in ({"part": "found"}, {"by": "force"}, {"count": "n"}):
            with pytest.raises(InvalidInputError, match=r"cannot go with (part=|plain numbers)"):
                share(1, 4, **options)
        with pytest.raises(InvalidInputError, match=r"got 9 of 4, for b \(1 of 2\)"):
            share([1, 9], [3, 4], labels=["a", "b"])


class TestOracles:
    @pytest.mark.parametrize(
        ("events", "low", "high", "low_998", "high_998"),
        [
            (0, 0, 3.68887945411, 0, 6.90775527898),
            (1, 0.0253178079843, 5.57164339094, 0.00100050033358, 9.23341347645),
            (5, 1.62348639012, 11.6683320793, 0.739371731918, 16.4547452037),
            (9, 4.11537309738, 17.0848034514, 2.45242440436, 22.6573733091),
            (10, 4.79538869613, 18.390356042, 2.96052037274, 24.1339711454),
            (100, 81.3639912509, 121.626793792, 71.921397495, 134.924319061),
            (500, 457.1285769, 545.809268565, 433.739541304, 573.027603257),
        ],
    )
    def test_exact(self, events, low, high, low_998, high_998):
        """R 4.2.2, poisson.test: Garwood (1936), for one unit of exposure."""
        assert limits(rate(events, 1, per=1)) == pytest.approx((low, high), rel=1e-9)
        wide = rate(events, 1, per=1, confidence_level=0.998)
        assert limits(wide) == pytest.approx((low_998, high_998), rel=1e-9)

    @pytest.mark.parametrize(
        ("events", "low", "high"),
        [
            (9, 4.10688502401, 17.0857806885),
            (10, 4.78744991397, 18.3914586058),
            (100, 81.3621054905, 121.627937579),
        ],
    )
    def test_byar(self, events, low, high):
        """R, PHEindicatormethods 2.0.0: Breslow and Day (1987), x below and x + 1 above."""
        assert limits(rate(events, 1, per=1, method="byar")) == pytest.approx((low, high), rel=1e-9)

    @pytest.mark.parametrize(
        ("events", "size", "value", "low", "high", "low_998", "high_998"),
        [
            (0, 25_000, 0, 0, 0.147555178165, 0, 0.276310211159),
            (5, 30_000, 0.166666666667, 0.0541162130039, 0.388944402644, 0.0246457243973, 0.548491506789),
            (9, 41_000, 0.219512195122, 0.1003749535946, 0.416702523205, None, None),
            (10, 52_000, 0.192307692308, 0.0920663444994, 0.353681896265, None, None),
            (1_234, 150_000, 8.22666666667, 7.7740083597487, 8.698805165127, 7.521888691077, 8.976398967398),
            (
                87_456,
                1_100_000,
                79.5054545455,
                78.9793893674657,
                80.034153920938,
                78.6772502589248,
                80.339754202863,
            ),
        ],
    )
    def test_phe(self, events, size, value, low, high, low_998, high_998):
        """R: PHEindicatormethods 2.0.0, per 1,000; exact under 10 events, Byar's from 10."""
        found = rate(events, size, method="phe")
        assert (found.rate, *limits(found)) == pytest.approx((value, low, high), rel=1e-9)
        if low_998 is not None:
            wide = rate(events, size, method="phe", confidence_level=0.998)
            assert limits(wide) == pytest.approx((low_998, high_998), rel=1e-9)

    def test_published_worked_example(self):
        """14 events in 400 (a help page re-posted from a statistics package)."""
        found = rate(14, 400, per=1)
        assert (found.rate, *limits(found)) == pytest.approx((0.035, 0.019135, 0.058724), abs=5e-7)

    @pytest.mark.parametrize(
        ("events", "size", "value", "low", "high"),
        [
            (20, 100, 20_000, 12211.428834875936, 30889.880369197064),
            (65, 100, 65_000, 50163.18771045945, 82849.13854593984),
            (7_776_456, 7_564_336_677, 102.80420256339154, 102.73196005302074, 102.87648334092832),
            (999, 3_456, 28906.25, 27141.30493609052, 30755.833237378415),
        ],
    )
    def test_published_tables(self, events, size, value, low, high):
        """PHEindicatormethods' own test data, per 100,000."""
        found = rate(events, size, per=100_000, method="phe")
        assert (found.rate, *limits(found)) == pytest.approx((value, low, high), rel=1e-12)

    def test_groups_are_added_up_first(self):
        """130 in 200, from two rows of 65 in 100 (same test data); a rate may exceed its base."""
        rows = Tally.from_columns({"area": ["x", "x", "y"]}, [65, 65, 250])
        found = rate(rows, {"x": 200, "y": 220}, by="area", per=100_000, method="phe")
        assert limits(found.at(area="x")) == pytest.approx((54306.52101925725, 77182.74430661963), rel=1e-12)
        assert limits(found.at(area="y")) == pytest.approx((99984.94738532876, 128631.14487455782), rel=1e-12)

    def test_everything_dropped_leaves_no_rows(self):
        """There is no group left to have a reason, where the group itself was dropped."""
        crimes = Tally.from_columns({"force": ["Kent"], "year": [2023]}, [7], coverage=["force", "year"])
        nothing = crimes.drop(force="Kent")
        assert len(rate(nothing, {"Kent": 10}, by="force")) == 0
        assert len(rate(nothing, {2023: 10}, by="year")) == 0

    def test_published_rates_of_the_ons(self, shared_data):
        """Every force, total recorded crime and burglary, eight years ending.

        The table prints its population rounded to 100, so that the published rate, which used the exact one, must lie
        between the rates on 50 more and 50 fewer residents.
        """
        folder = shared_data / "pfa_tables"
        keys = ["year_ending", "area_code", "offence"]
        rates, counts, sizes = (
            pd.read_csv(folder / f"pfa_{name}.csv", dtype=str).dropna(subset="area_code")
            for name in ("rates_per_1000", "counts", "denominators")
        )
        whole = rates[rates["offence"].isin(["Total recorded crime (excluding fraud)", "Burglary"])].merge(
            counts, on=keys
        )
        whole = whole[pd.to_numeric(whole["rate_per_1000"], errors="coerce").notna()]
        crimes = Tally.from_columns(
            {"period": whole["year_ending"], "area": whole["area_code"], "offence": whole["offence"]},
            whole["offences"].astype(int),
            overlapping=["area", "offence"],
        )
        printed = dict(
            zip(
                zip(*(whole[k] for k in keys), strict=True), whole["rate_per_1000"].astype(float), strict=True
            )
        )
        sizes = sizes[sizes["population_rounded_100"].str.fullmatch("[0-9]+")]
        sizes = sizes.assign(size=sizes["population_rounded_100"].astype(int))
        low, high = (
            rate(
                crimes,
                Exposure.from_frame(
                    sizes.assign(size=sizes["size"] + more),
                    by={"period": "year_ending", "area": "area_code"},
                    value="size",
                    name="residents",
                    date="mid-year two years before",
                ),
                by=["period", "area", "offence"],
            )
            for more in (50, -50)
        )
        assert len(low) == len(printed) > 850
        for least, most in zip(low, high, strict=True):
            published = printed[tuple(least.group.values())]
            assert least.rate <= published * (1 + 1e-12), least.group
            assert published <= most.rate * (1 + 1e-12), most.group


class TestSentences:
    @pytest.mark.parametrize(
        ("figure", "sentence"),
        [
            (
                lambda: rate(87_456, 1_100_000),
                "Recorded crime was 79.5 per 1,000 (95% interval 79.0 to 80.0): 87,456 for 1,100,000.",
            ),
            (
                lambda: rate(5, 30_000, subject="Homicide", confidence_level=0.998),
                "Homicide was 0.1667 per 1,000 (99.8% interval 0.02465 to 0.5485): 5 for 30,000.",
            ),
            (
                lambda: rate(0, 1000, per=1),
                "Recorded crime was 0 per 1 (95% interval 0 to 0.003689): 0 for 1,000.",
            ),
            (
                lambda: rate(Tally.from_columns({"force": ["Kent", "Essex"]}, [120, 80]), RESIDENTS),
                "Recorded crime was 66.7 per 1,000 residents (95% interval 57.7 to 76.6): 200 for 3,000 residents, mid-2019.",
            ),
            (
                lambda: rate(
                    Tally.from_columns({"force": ["Kent", "Surrey"]}, [120, 80], coverage="force"), RESIDENTS
                ),
                "Recorded crime per 1,000: not available: no residents for Surrey.",
            ),
            (
                lambda: rate(Tally.from_columns({"force": []}, []), 10),
                "Recorded crime per 1,000: not available: no rows.",
            ),
        ],
    )
    def test_says_the_figure_and_what_it_is_made_of(self, figure, sentence):
        assert str(figure()) == sentence

    def test_never_says_victims(self):
        assert "victim" not in str(rate(5, 10))


RESIDENTS = Exposure({"Kent": 1_800, "Essex": 1_200}, by="force", name="residents", date="mid-2019")


class TestTables:
    def test_from_plain_columns(self):
        table = rate([9, 10], [41_000, 52_000], labels=["A", "B"])
        assert table.columns == (
            "label",
            "events",
            "exposure",
            "rate",
            "rate_low",
            "rate_high",
            "reason",
            "excluded",
        )
        assert table.at(label="B").rate == pytest.approx(0.192307692308)

    def test_one_number_serves_every_row(self):
        assert rate([9, 10], 1000, labels=[1, 2])["exposure"].tolist() == [1000, 1000]
        assert rate(5, [10, 20], labels=["A", "B"])["events"].tolist() == [5, 5]

    @pytest.mark.parametrize(
        "column",
        [list, tuple, np.array, pd.Series, pl.Series, pa.array, lambda v: pd.Series(v, dtype="Int64"),
         lambda v: pa.chunked_array([v[:1], v[1:]])],
    )  # fmt: skip
    def test_columns_of_every_kind(self, column):
        expected = rate([9, 10], [41_000, 52_000], labels=["A", "B"])
        assert rate(column([9, 10]), column([41_000, 52_000]), labels=["A", "B"]) == expected
        assert rate(column([9, 10]), column([41_000, 52_000]), labels=pl.Series(["A", "B"])) == expected

    def test_leaves_its_input_alone(self):
        events, sizes = np.array([5, 6]), np.array([10.0, 20.0])
        rate(events, sizes, labels=np.array([1, 2]))
        events[0], sizes[0] = 7, 70
        assert (events[0], sizes[0]) == (7, 70)

    def test_same_from_a_tally_and_from_any_frame(self):
        rows = {"force": ["Kent", "Kent", "Essex"], "offences": [70, 50, 80]}
        crimes = Tally.from_columns({"force": rows["force"]}, rows["offences"], unit="offences")
        expected = rate(crimes, RESIDENTS, by="force")
        for frame in (pd.DataFrame(rows), pl.DataFrame(rows), pl.LazyFrame(rows), pa.table(rows)):
            assert rate(frame, RESIDENTS, by="force", count="offences") == expected
        assert (
            rate(crimes, {"Kent": 1_800, "Essex": 1_200}, by="force")["rate"].tolist()
            == expected["rate"].tolist()
        )
        residents = Tally.from_columns({"force": ["Kent", "Essex", "Surrey"]}, [1_800, 1_200, 5_000])
        assert rate(crimes, residents, by="force")["rate"].tolist() == expected["rate"].tolist()

    def test_a_tally_as_divisor_is_joined_by_label(self):
        """A label of the divisor that the counts lack must not spill into another row."""
        crimes = Tally.from_columns({"force": ["Essex", "Kent"]}, [1, 2])
        divisor = Tally.from_columns({"force": ["Essex", "Kent", "Surrey"]}, [10, 20, 30])
        assert rate(crimes, divisor, by="force")["exposure"].tolist() == [10, 20]

    def test_rows_are_counted_without_count(self):
        frame = pd.DataFrame({"force": ["Kent", "Kent", "Essex"]})
        assert rate(frame, RESIDENTS, by="force")["events"].tolist() == [1, 2]
        assert rate(frame, 100).events == 3

    def test_mapping_keyed_by_several_dimensions(self):
        crimes = Tally.from_columns({"force": ["Kent", "Kent"], "year": [2023, 2024]}, [5, 6])
        table = rate(crimes, {("Kent", 2023): 50, ("Kent", 2024): 40}, by=["force", "year"], per=1)
        assert table["rate"].tolist() == [0.1, 0.15]

    @given(
        st.lists(st.tuples(st.sampled_from(FORCES), st.integers(0, 50)), min_size=1),
        st.dictionaries(st.sampled_from(FORCES), st.integers(1, 1000), min_size=len(FORCES)),
    )
    def test_rows_add_up_to_the_total(self, rows, sizes):
        """Counts and exposures by force add up to those of all forces that were counted."""
        crimes = Tally.from_columns({"force": [f for f, _ in rows]}, [n for _, n in rows])
        residents = Exposure(sizes, by="force", name="residents", date="mid-2019")
        table, whole = rate(crimes, residents, by="force"), rate(crimes, residents)
        assert table["events"].sum() == whole.events
        assert table["exposure"].sum() == whole.exposure
        for row in table:
            alone = rate(int(row.events), sizes[row.group["force"]])
            assert (row.rate, *limits(row)) == (alone.rate, *limits(alone))


class TestNotAvailable:
    @pytest.fixture
    def crimes(self):
        columns = {"force": ["Kent", "Essex", "Wiltshire", None], "offence": ["4.1", "99", "67", "4.1"]}
        return Tally.from_columns(columns, [7, 4, -1, 2])

    def test_corrections_outweigh(self, crimes):
        """Wiltshire had −1 crimes of code 67 in 2019/20: a cell, but no rate."""
        row = rate(crimes, SIZE_OF, by="force").at(force="Wiltshire")
        assert (
            row.reason == "not available: a total of −1, below zero: corrections outweigh what was recorded"
        )
        assert math.isnan(row.events)
        assert math.isnan(row.rate)

    def test_a_group_of_which_nothing_is_left_vanishes(self, crimes):
        """And the whole says what was dropped."""
        left = crimes.drop(offence="99")
        assert "Essex" not in rate(left, SIZE_OF, by="force")["force"]
        assert rate(left, 100).exclusions.reasons["dropped: offence"] == 4

    def test_a_group_that_was_dropped_vanishes(self, crimes):
        assert "Essex" not in rate(crimes.drop(force="Essex"), SIZE_OF, by="force")["force"]

    def test_excluded_entirely_without_groups(self):
        nothing = Tally.from_columns({"force": [None, None]}, [3, 4])
        assert rate(nothing, 100).events == 7  # a total needs no force; residents by force do
        figure = rate(nothing, Exposure({"Kent": 100}, by="force", name="residents", date="mid-2022"))
        assert figure.reason == "not available: all counts were excluded (missing force 7)"
        assert figure.exclusions.excluded == 7

    def test_what_the_caller_marked(self, crimes):
        marked = crimes.not_supplied("nothing sent since July", force="Essex")
        assert (
            rate(marked, SIZE_OF, by="force").at(force="Essex").reason
            == "not available: nothing sent since July"
        )
        assert rate(marked, 100).reason == "not available: nothing sent since July"

    def test_a_divisor_that_is_missing(self, crimes):
        row = rate(crimes, {"Kent": 10}, by="force").at(force="Essex")
        assert row.reason == "not available: no divisor for Essex"
        assert (row.events, math.isnan(row.exposure), math.isnan(row.rate)) == (4, True, True)

    def test_a_divisor_of_zero(self):
        crimes = Tally.from_columns({"force": ["Kent", "Essex"]}, [1, 2])
        officers = Tally.from_columns({"force": ["Kent", "Essex"]}, [10, 0])
        assert (
            rate(crimes, officers, by="force").at(force="Essex").reason
            == "not available: no divisor for Essex"
        )

    def test_inside_coverage_absent_is_zero(self):
        crimes = Tally.from_columns(
            {"force": ["Kent", "Essex"], "offence": ["4.1", "99"]}, [7, 4], coverage="force"
        )
        homicide = crimes.where(offence="4.1")
        assert rate(homicide, SIZE_OF, by="force").at(force="Essex").events == 0
        bare = Tally.from_columns({"force": ["Kent", "Essex"], "offence": ["4.1", "99"]}, [7, 4]).where(
            offence="4.1"
        )
        assert rate(bare, SIZE_OF, by="force")["force"].tolist() == ["Kent"]

    def test_nothing_is_dropped_silently(self, crimes):
        """Counted and excluded together are what came in."""
        whole = rate(crimes.drop(offence="99"), 100).exclusions
        assert whole.counted + whole.excluded == 7 + 4 - 1 + 2
        total = rate(crimes.drop(force="Essex"), 100)
        assert (total.exclusions.counted, total.exclusions.reasons) == (
            8,
            {"dropped: force": 4},
        )

    def test_empty_input(self):
        table = rate(Tally.from_columns({"force": []}, []), SIZE_OF, by="force")
        assert len(table) == 0
        assert len(rate([], [], labels=[])) == 0


class TestLaws:
    @given(COUNTS, SIZES, LEVELS, st.sampled_from(METHODS))
    def test_estimate_inside_its_interval_above_zero(self, events, size, level, method):
        found = rate(events, size, method=method, confidence_level=level)
        assert 0 <= found.rate_low <= found.rate <= found.rate_high
        assert found.rate in found.interval
        assert found.interval.method == method

    @given(COUNTS, LEVELS, LEVELS, st.sampled_from(METHODS))
    def test_a_higher_level_never_narrows(self, events, one, other, method):
        narrow, wide = (rate(events, 10, method=method, confidence_level=v) for v in sorted((one, other)))
        assert wide.rate_low <= narrow.rate_low
        assert narrow.rate_high <= wide.rate_high

    @given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from([1, 10, 1000, 100_000]))
    def test_per_scales_the_rate_only(self, events, size, per):
        one, many = rate(events, size, per=1), rate(events, size, per=per)
        assert (many.events, many.exposure, many.per) == (events, size, per)
        assert (many.rate, *limits(many)) == pytest.approx(
            [v * per for v in (one.rate, *limits(one))], rel=1e-12
        )

    @given(st.integers(0, 10**5), st.integers(1, 10**5))
    @example(2002, 8000)  # 250.25, which a division before the multiplication puts just below
    def test_headline_rounds_half_away_from_zero(self, events, size):
        by_hand = Decimal(events * 1000) / Decimal(size)
        assume(by_hand >= 1)
        written = f"{by_hand.quantize(Decimal('0.1'), ROUND_HALF_UP):,}"
        assert str(rate(events, size)).startswith(f"Recorded crime was {written} per 1,000 (")

    @given(st.integers(0, 10**6))
    def test_more_events_never_lower_the_limits(self, events):
        fewer, more = rate(events, 10), rate(events + 1, 10)
        assert fewer.rate_low <= more.rate_low
        assert fewer.rate_high <= more.rate_high

    def test_at_the_ends_of_what_can_be_counted(self):
        found = rate(10**9, 1, per=1)
        assert 10**9 - 62_000 < found.rate_low < 10**9 - 61_900
        assert rate(0, 10**9).rate_low == 0
        assert rate(10**9, 1e-300).rate == math.inf


class TestBadInput:
    """What is particular to rate; the rest stands in test_public_api.py."""

    def test_plain_columns_need_labels(self):
        for events in ([1, 2], np.array([1, 2]), (1, 2)):
            with pytest.raises(
                InvalidTypeError, match=r"events must be a number.*several numbers need labels="
            ):
                rate(events, 10)

    @pytest.mark.parametrize(
        "columns", [np.ones((2, 2)), [[1, 2], [3, 4]], np.array(5), pd.DataFrame({"a": [1, 2]})]
    )
    def test_columns_have_one_dimension(self, columns):
        with pytest.raises(InvalidTypeError, match="events must be a number or a column of numbers"):
            rate(columns, 10, labels=["a", "b"])
        with pytest.raises(InvalidTypeError, match="exposure must be a number or a column of numbers"):
            rate([1, 2], columns, labels=["a", "b"])

    @pytest.mark.parametrize("labels", [{"a", "b"}, {"a": 1, "b": 2}])
    def test_labels_stand_in_the_order_of_the_numbers(self, labels):
        with pytest.raises(InvalidTypeError, match="labels must be a column of labels in the order"):
            rate([1, 2], 10, labels=labels)

    def test_an_iterator_is_read_only_once(self):
        with pytest.raises(InvalidTypeError, match="events must be a number or a column"):
            rate(iter([1, 2]), 10, labels=["a", "b"])

    def test_missing_label(self):
        with pytest.raises(InvalidInputError, match=r"labels must not be missing; got none at labels\[1\]"):
            rate([1, 2], 10, labels=["a", None])

    def test_options_of_another_form(self):
        with pytest.raises(InvalidInputError, match="'by=', 'count=' cannot go with plain numbers"):
            rate(5, 10, by="force", count="n")
        with pytest.raises(InvalidInputError, match="'by='"):
            rate([5], 10, labels=["a"], by="force")
        crimes = Tally.from_columns({"force": ["Kent"]}, [5])
        with pytest.raises(InvalidInputError, match="count= names a column of a frame"):
            rate(crimes, 10, count="n")

    def test_a_mapping_needs_groups(self):
        crimes = Tally.from_columns({"force": ["Kent"]}, [5])
        with pytest.raises(InvalidInputError, match=r"exposure must be a number where there is no by=;"):
            rate(crimes, {"Kent": 10})

    def test_an_exposure_by_what_the_tally_lacks(self):
        with pytest.raises(
            UnknownNameError, match="residents are given by 'force', which the counts do not keep"
        ):
            rate(Tally.from_columns({"region": ["Wales"]}, [5]), RESIDENTS)

    def test_sums_past_64_bits(self):
        crimes = Tally.from_columns({"force": ["Kent", "Essex"]}, [2**62, 2**62])
        with pytest.raises(CountOverflowError, match="counts must add up within 64 bits"):
            rate(crimes, 10)
        assert isinstance(rate(crimes, RESIDENTS, by="force")[0], Rate)

    def test_overlapping_labels_do_not_add_up(self):
        crimes = Tally.from_columns({"offence": ["Theft", "Total"]}, [5, 9], overlapping="offence")
        with pytest.raises(InvalidInputError, match="the labels of 'offence' overlap"):
            rate(crimes, 10)
        assert rate(crimes, {"Theft": 10, "Total": 10}, by="offence").at(offence="Total").events == 9


class TestTallyAsDivisor:
    """A tally divides only what it covers."""

    CRIMES = Tally.from_columns(
        {"force": ["A", "A", "B", "B"], "period": ["2022/23", "2023/24"] * 2}, [100, 120, 50, 40]
    )

    def test_other_areas(self):
        found = rate(self.CRIMES, self.CRIMES.where(force="A"))
        assert (
            found.reason == "not like for like: the counts and their divisor differ in force, only one has B"
        )

    def test_other_periods(self):
        by_force = rate(self.CRIMES, self.CRIMES.where(period="2023/24"), by="force")
        assert set(by_force["reason"]) == {
            "not like for like: the counts and their divisor differ in period, only one has 2022/23"
        }

    def test_the_same(self):
        assert rate(self.CRIMES, self.CRIMES, per=1).rate == 1
        assert rate(self.CRIMES, self.CRIMES.sum_to("period"), per=1).rate == 1

    def test_what_was_not_supplied(self):
        gaps = self.CRIMES.not_supplied("nothing sent", force="B", period="2023/24")
        by_force = rate(self.CRIMES, gaps, by="force")
        assert by_force.at(force="B").reason == "not available: of the divisor, nothing sent"
        assert by_force.at(force="A").reason is None


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        (["2023/24"], " in 2023/24 ("),
        (["2023-04", "2023-05"], " in April 2023 to May 2023 ("),
        (["2017/18", "2019/20"], " in 2017/18 and 2019/20 ("),
        (
            [f"20{y}-01" for y in (10, 12, 14, 16, 18)],
            " in January 2010, January 2012, January 2014, January 2016 and January 2018 (",
        ),
        ([f"20{y}-01" for y in range(10, 20)], " in 10 periods from January 2010 to January 2019 ("),
        (["one", "two"], " per 1,000 ("),
    ],
)
def test_sentence_names_the_periods(periods, words):
    """Which years a rate adds up is said with it."""
    crimes = Tally.from_columns({"period": periods}, [100] * len(periods))
    assert words in str(rate(crimes, 1000))
