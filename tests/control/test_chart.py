"""Control charts of counts, of figures and of plain values."""

import datetime as dt
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Exposure, Tally, control_chart
from policemetrics.control import axis
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, UnknownNameError

YEAR = [f"2023-{m:02}" for m in range(1, 13)]
SENT = ["force", "period"]
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def months(counts, labels=YEAR, **options):
    return Tally.from_columns({"period": labels[: len(counts)]}, counts, **options)


class TestCounts:
    def test_per_day_by_default(self):
        """The same number of crimes a day is no dip in February."""
        chart = control_chart(months(DAYS * 10), chart="xmr")
        assert chart["value"].tolist() == [10.0] * 12
        assert set(chart["lower"].tolist()) == set(chart["upper"].tolist()) == {10.0}
        assert "unit: per day" in repr(chart)
        counts = control_chart(months(DAYS * 10), chart="xmr", per_day=False)
        assert counts["value"].tolist() == (DAYS * 10).tolist()
        assert "per day" not in repr(counts)

    def test_in_order_of_time(self):
        labels = ["Apr 2023", "Feb 2023", "Jan 2023", "Mar 2023"]
        chart = control_chart(
            Tally.from_columns({"period": labels}, [4, 2, 1, 3]), chart="xmr", per_day=False
        )
        assert chart["period"].tolist() == ["Jan 2023", "Feb 2023", "Mar 2023", "Apr 2023"]
        assert chart["value"].tolist() == [1, 2, 3, 4]

    def test_month_without_rows(self):
        """It is a gap, not 0, and no range goes across it."""
        labels = ["2023-01", "2023-02", "2023-04", "2023-05"]
        chart = control_chart(months([10, 11, 20, 22], labels), chart="xmr", per_day=False)
        assert chart["period"].tolist() == ["2023-01", "2023-02", "2023-03", "2023-04", "2023-05"]
        assert np.isnan(chart["value"][2])
        assert "no rows" in chart[2].reason
        assert chart["upper"][0] == pytest.approx(15.75 + 2.66 * 1.5)

    def test_no_row_of_an_offence_that_was_sent(self):
        """Where it is stated who sent what, no row is 0."""
        columns = {
            "offence": ["arson", "theft", "theft", "arson"],
            "period": ["2023-01", "2023-01", "2023-02", "2023-03"],
        }
        crimes = Tally.from_columns(columns, [1, 9, 9, 2], coverage="period")
        chart = control_chart(crimes, chart="u", by="offence", per_day=False)
        assert chart.at(offence="arson", period="2023-02").value == 0
        assert chart.at(offence="theft", period="2023-03").value == 0
        unstated = Tally.from_columns(columns, [1, 9, 9, 2])
        assert np.isnan(
            control_chart(unstated, chart="u", by="offence").at(offence="arson", period="2023-02").value
        )

    def test_not_everyone_sent(self):
        """Essex sent nothing for March: a fall that is none."""
        columns = {
            "force": ["Kent"] * 4 + ["Essex"] * 3,
            "period": [*YEAR[:4], "2023-01", "2023-02", "2023-04"],
        }
        crimes = Tally.from_columns(columns, [10] * 7, coverage=SENT)
        chart = control_chart(crimes, chart="xmr", per_day=False)
        assert chart["value"][[0, 1, 3]].tolist() == [20, 20, 20]
        assert chart[2].reason == "not available: sent by 1 of 2, by force"
        by_force = control_chart(crimes, chart="xmr", by="force", per_day=False)
        assert by_force.at(force="Kent", period="2023-03").value == 10
        assert "no rows" in by_force.at(force="Essex", period="2023-03").reason

    def test_per_head(self):
        people = Exposure({"Kent": 2000, "Essex": 1000}, by="force", name="residents", date="mid-2022")
        columns = {"force": ["Kent"] * 3 + ["Essex"] * 3, "period": YEAR[:3] * 2}
        crimes = Tally.from_columns(columns, [31, 28, 31, 62, 56, 62], coverage=SENT)
        whole = control_chart(crimes, chart="u", exposure=people)
        assert whole["value"].tolist() == pytest.approx([1.0] * 3)
        assert whole[0].unit == "per 1,000 residents per day"
        by_force = control_chart(crimes, chart="xmr", exposure=people, by="force", per_day=False)
        assert by_force.at(force="Essex", period="2023-01").value == 62
        number = control_chart(crimes, chart="u", exposure=3000, per=100, per_day=False)
        assert number[0].value == pytest.approx(3.1)
        with pytest.raises(InvalidInputError, match="must be given for each group"):
            control_chart(crimes, chart="u", exposure=3000, by="force")

    def test_quarters_and_weeks(self):
        quarters = Tally.from_columns({"period": ["2023-Q1", "2023-Q2", "2023-Q4"]}, [90, 91, 92])
        chart = control_chart(quarters, chart="xmr")
        assert chart["period"].tolist() == ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"]
        assert chart["value"][[0, 1, 3]].tolist() == pytest.approx([1, 1, 1])
        weeks = Tally.from_columns({"period": ["2020-W52", "2020-W53", "2021-W02"]}, [7, 14, 21])
        chart = control_chart(weeks, chart="c")
        assert chart["period"].tolist() == ["2020-W52", "2020-W53", "2021-W01", "2021-W02"]
        assert chart["value"][[0, 1, 3]].tolist() == [7, 14, 21]
        assert chart["upper"][0] == pytest.approx(14 + 3 * 14**0.5)

    def test_not_over_yet(self, monkeypatch):
        class Today(dt.date):
            @classmethod
            def today(cls):
                return cls(2023, 12, 31)

        monkeypatch.setattr(axis.dt, "date", Today)
        chart = control_chart(months([10] * 11 + [3]), chart="xmr", per_day=False)
        assert chart[11].reason == "not available: the period is not over"
        assert chart["lower"][0] == chart["upper"][0] == 10

    def test_frames(self):
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame({"period": YEAR[:3], "n": [3, 4, 5]})
        assert control_chart(frame, chart="xmr", count="n", per_day=False)["value"].tolist() == [3, 4, 5]


class TestLimits:
    def test_nothing(self):
        assert len(control_chart([], chart="xmr")) == 0
        assert len(control_chart(months([]), chart="u", by=[])) == 0

    def test_provisional(self):
        assert (
            "limits of 11 points are provisional" in control_chart(months([10] * 11), chart="xmr")[0].caveat
        )
        assert not control_chart(months([10] * 12), chart="xmr")[0].caveat

    def test_one_point(self):
        chart = control_chart(months([5]), chart="xmr")
        assert np.isnan(chart["upper"][0])
        assert chart[0].reason == "no limits: two points that follow each other are needed"

    def test_baseline_and_breaks(self):
        counts = [10, 12, 10, 12, 10, 12, 20, 24, 20, 24, 20, 24]
        crimes = months(counts)
        first = control_chart(crimes, chart="xmr", per_day=False, baseline=6)
        assert set(first["centre"].tolist()) == {11.0}
        assert first[0].baseline == "2023-01 to 2023-06"
        named = control_chart(crimes, chart="xmr", per_day=False, baseline=("Jan 2023", "2023-Q2"))
        assert named == first
        anew = control_chart(crimes, chart="xmr", per_day=False, breaks="July 2023")
        assert anew["centre"].tolist() == [11.0] * 6 + [22.0] * 6
        assert anew[0].baseline == "all points, anew from 2023-07"
        assert control_chart(crimes, chart="xmr", breaks="2023-01") == control_chart(crimes, chart="xmr")
        both = control_chart(crimes, chart="xmr", per_day=False, breaks="2023-07", baseline=4)
        assert both["centre"].tolist() == [11.0] * 6 + [22.0] * 6

    def test_seasonal(self):
        """Every December is 40; the last is 60."""
        labels = [f"{y}-{m:02}" for y in (2020, 2021, 2022) for m in range(1, 13)]
        counts = [*([20, 22] * 5 + [21, 40]), *([22, 20] * 5 + [21, 40]), *([21] * 11 + [60])]
        crimes = months(counts, labels)
        chart = control_chart(crimes, chart="xmr", per_day=False, seasonal=True, baseline=24)
        assert [p.group["period"] for p in chart if "above" in p.signal] == ["2022-12"]
        assert chart["centre"][11] == 40
        plain = control_chart(crimes, chart="xmr", per_day=False, baseline=24)
        assert "above the upper limit" in plain.at(period="2020-12").signal
        with pytest.raises(InvalidInputError, match="every month or week twice in the baseline"):
            control_chart(crimes, chart="xmr", seasonal=True, baseline=12)
        with pytest.raises(InvalidInputError, match="goes with chart='xmr'"):
            control_chart(crimes, chart="u", seasonal=True)

    @pytest.mark.parametrize(
        ("target", "good", "says"),
        [(5, "higher", "always"), (40, "higher", "never"), (20, "higher", "hit and miss"),
         (40, "lower", "always"), (5, "lower", "never"), (21, "lower", "hit and miss")],
    )  # fmt: skip
    def test_assurance(self, target, good, says):
        chart = control_chart([20, 22, 21, 19] * 3, chart="xmr", target=target, good=good)
        assert {point.assurance for point in chart} == {says}

    def test_meaning(self):
        values = [20, 22, 21, 19] * 3 + [60, 0]
        for good, names in (
            (None, ["higher", "lower"]),
            ("lower", ["concern", "improvement"]),
            ("higher", ["improvement", "concern"]),
        ):
            chart = control_chart(values, chart="xmr", good=good, baseline=12)
            assert [chart[12].meaning, chart[13].meaning, chart[0].meaning] == [*names, ""]

    @given(st.lists(st.integers(0, 30), min_size=13, max_size=30))
    def test_words_name_the_points(self, values):
        """What is said of a point are points of the series that are said to be of the same signal."""
        chart = control_chart(values, chart="xmr")
        said = [point.signal for point in chart]
        for at, words in enumerate(said):
            for first, last in re.findall(r"\((\d+) to (\d+)\)", words):
                assert int(first) <= at + 1 <= int(last)
                assert said[int(first) - 1]
                assert said[int(last) - 1]


class TestFigures:
    def test_shares(self):
        table = pm.share([10, 30, 20], [100, 100, 100], labels=YEAR[:3])
        chart = control_chart(table, chart="p", period="label")
        assert chart["value"].tolist() == [0.1, 0.3, 0.2]
        assert chart["upper"][0] == pytest.approx(0.32)
        assert "20.00%" in repr(chart)
        assert chart.to_dict(audit=True)["denominator"] == [100] * 3

    def test_rates(self):
        table = pm.rate([31, 28], [1000, 1000], labels=YEAR[:2])
        chart = control_chart(table, chart="u", period="label")
        assert chart["value"].tolist() == [31, 28]
        assert chart["upper"][0] == pytest.approx(29.5 + 3 * 29.5**0.5)

    def test_mean_times(self):
        calls = {
            "period": np.repeat(YEAR[:3], 4),
            "seconds": [8.0, 12, 10, 10, 18, 22, 20, 20, 9, 11, 10, 10],
        }
        table = pm.summarise_times(Tally.from_columns(calls, [1] * 12), by="period")
        chart = control_chart(table, chart="xbar_times", value="mean")
        assert chart["value"].tolist() == [10, 20, 10]
        assert chart["centre"][0] == pytest.approx(40 / 3)
        s = (
            np.var([8, 12, 10, 10], ddof=1)
            + np.var([18, 22, 20, 20], ddof=1)
            + np.var([9, 11, 10, 10], ddof=1)
        ) / 3
        assert chart["upper"][0] - chart["centre"][0] == pytest.approx(3 * s**0.5 / (0.921318 * 2), rel=1e-6)
        assert "13.3 s" in repr(chart)
        assert control_chart(table, chart="xmr", value="median")["value"].tolist() == [10, 20, 10]

    def test_without_a_figure(self):
        table = pm.share([10, 0, 20], [100, 0, 100], labels=YEAR[:3])
        chart = control_chart(table, chart="p", period="label")
        assert chart[1].reason == "not available: a share of nothing"

    def test_by_force(self):
        table = pm.rate([1, 2, 3, 4], [1, 1, 1, 1], labels=YEAR[:4])
        assert len(control_chart(table, chart="u", period="label")) == 4
        columns = {"force": ["Kent", "Kent", "Essex", "Essex"], "period": YEAR[:2] * 2, "found": ["yes"] * 4}
        searches = Tally.from_columns(columns, [1, 2, 3, 4])
        found = pm.share(searches, part={"found": "yes"}, by=["force", "period"])
        chart = control_chart(found, chart="p_prime")
        assert chart["force"].tolist() == ["Essex", "Essex", "Kent", "Kent"]


class TestRefused:
    def test_asks_which(self):
        with pytest.raises(ChoiceNeededError, match="'u': counts per day or per head"):
            control_chart(months([1, 2]))

    @pytest.mark.parametrize(
        ("call", "says"),
        [
            (lambda: control_chart(months([1, 2]), chart="c"), "these have 28 to 31 days: use chart='u'"),
            (lambda: control_chart(months([1, 2]), chart="p"), "chart='p' is of shares"),
            (lambda: control_chart(months([1, 2]), chart="xbar_times"), "is of mean times"),
            (lambda: control_chart(months([1] * 12).rolling(3), chart="xmr"), "chart the months, without rolling"),
            (lambda: control_chart(months([1, 2]), chart="xmr", baseline=3), "at most the 2 that there are"),
            (lambda: control_chart(months([1, 2]), chart="xmr", baseline=("2023-02", "2023-01")), "an earlier to a later"),
            (lambda: control_chart([1, 2, 3], chart="xmr", breaks=2, baseline=(1, 3)), "no break between"),
            (lambda: control_chart([1.5, 2], chart="c"), "whole numbers"),
            (lambda: control_chart([1, 2], chart="c", labels=["2023-01", "2023-02"]), "28 to 31 days"),
            (lambda: control_chart([1, 2], chart="c", exposure=10), "these are per 1,000"),
            (lambda: control_chart([1, 2], chart="xmr", labels=["2023-01", "2023-01"]), "occurs 2 times"),
            (lambda: control_chart([1, 2], chart="xmr", labels=["2023-01", "2023-Q2"]), "periods of one kind"),
            (lambda: control_chart([1, 2], chart="xmr", labels=["2023-W54", "2023-W01"]), "a week must be one"),
            (lambda: control_chart(pm.share([1], [2], labels=YEAR[:1]), chart="p"), "period must name a dimension"),
            (lambda: control_chart(pm.share([1], [2], labels=YEAR[:1]), chart="u", period="label"), "is of counts"),
        ],
    )  # fmt: skip
    def test_values(self, call, says):
        with pytest.raises(InvalidInputError, match=re.escape(says)):
            call()

    def test_names(self):
        with pytest.raises(UnknownNameError, match="breaks must be one of"):
            control_chart(months([1, 2]), chart="xmr", breaks="2031-01")
        with pytest.raises(UnknownNameError, match="rules must be one of"):
            control_chart([1, 2], chart="xmr", rules="nhs-england")

    def test_types(self):
        with pytest.raises(InvalidTypeError, match="good= must be given with target="):
            control_chart([1, 2], chart="xmr", target=3)
        with pytest.raises(InvalidTypeError, match="got None"):
            control_chart(None, chart="xmr")
        with pytest.raises(InvalidTypeError, match="baseline must be a number of points"):
            control_chart([1, 2], chart="xmr", baseline="2023")


def test_atlanta(shared_data):
    """Residential burglary by month, the first 24 months as the baseline; worked out elsewhere."""
    pd = pytest.importorskip("pandas")
    daily = pd.read_csv(
        shared_data / "charts" / "atlanta_daily_crime_2010_2019.csv.gz", parse_dates=["offense_date"]
    )
    burglary = daily[daily["offense_type"] == "BURGLARY-RESIDENCE"]
    crimes = pm.tally(burglary, by=[], date="offense_date", every="month", count="n", coverage="period")
    counts = control_chart(crimes, chart="xmr", baseline=24, per_day=False)
    assert [counts[n][0] for n in ("centre", "lower", "upper")] == pytest.approx(
        [546.7083, 377.6249, 715.7918], abs=5e-5
    )
    below = [p.group["period"] for p in counts if "below the lower limit" in p.signal]
    assert below[:3] == ["2011-02", "2012-02", "2013-02"]
    expected = {
        "xmr": (17.9411, 13.1894, 22.6927),
        "u": (17.973973, 15.6896, 20.2583),
        "u_prime": (17.973973, 13.3446, 22.6033),
    }
    for chart, lines in expected.items():
        found = control_chart(crimes, chart=chart, baseline=("2010", "2011"))[0]
        assert (found.centre, found.lower, found.upper) == pytest.approx(lines, abs=5e-5)
