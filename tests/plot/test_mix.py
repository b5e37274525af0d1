"""`outcome_mix`: the share of each outcome."""

import pytest
from drawing import drawn, outcomes, said, title_of
from matplotlib import pyplot as plt

import policemetrics as pm
from policemetrics import PoliceMetricsError, Tally, plot
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError


class TestTitles:
    """The finding, from the figures; the numbers by hand."""

    def test_mix(self):
        assert title_of(drawn("mix")) == (
            "Charged or summonsed fell from 17.3% in 2014/15 to 9.7% in 2025/26 so far (−7.6 percentage points, "
            "95% interval −7.8 to −7.4)"
        )

    def test_mix_of_groups(self):
        counts = Tally.from_columns(
            {"force": ["A", "A", "B", "B"], "outcome": ["yes", "no"] * 2}, [3, 1, 1, 1]
        )
        title = title_of(plot.outcome_mix(counts, by="force"))
        assert title == "yes: 75.0% in A, the most, and 50.0% in B, the least"
        assert title_of(plot.outcome_mix(counts)) == "yes: 66.7% of 6 counts"

    def test_young_periods(self):
        """What is recorded in a young year has outcomes to come; what was given in it has none."""
        assert "so far" in title_of(drawn("mix"))
        assert "the more of its outcomes are still to come" in said(drawn("mix"))
        bare = outcomes().sum_to("period", "outcome")
        given = plot.outcome_mix(bare, by="period", basis="closed")
        assert "so far" not in title_of(given)
        assert "Caveat" not in said(given)
        assert "basis not stated" in said(plot.outcome_mix(bare, by="period"))
        assert "so far" in title_of(plot.outcome_mix(bare, by="period", basis="recorded"))
        assert "Caveat" not in said(plot.outcome_mix(outcomes().where(period="2025/26"), by="period"))

    def test_two_bases_are_not_added(self):
        """However the column is called, in a tally that did not say that they overlap, and in a frame."""
        columns = {
            "Outcome basis": ["recorded", "closed"] * 2,
            "outcome": ["1", "1", "18", "18"],
            "n": [5, 6, 7, 8],
        }
        tally = Tally.from_columns({k: columns[k] for k in ("Outcome basis", "outcome")}, columns["n"])
        frame = pytest.importorskip("pandas").DataFrame(columns)
        for data, options in ((tally, {}), (frame, {"count": "n"})):
            with pytest.raises(
                InvalidInputError, match="'Outcome basis' has the labels 'closed', 'recorded'"
            ):
                plot.outcome_mix(data, **options)
            assert title_of(plot.outcome_mix(data, by="Outcome basis", **options)).endswith(
                "in closed, the least"
            )
        chosen = tally.where(**{"Outcome basis": "closed"})  # the call that is proposed
        assert (
            title_of(plot.outcome_mix(chosen))
            == "Investigation complete, no suspect identified: 57.1% of 14 counts"
        )
        with pytest.raises(
            InvalidInputError, match="basis is 'recorded', but the outcomes say that theirs is 'closed'"
        ):
            plot.outcome_mix(chosen, basis="recorded")

    def test_as_sure_as_the_counts_are(self):
        """5 of 100 and 8 of 100: Newcombe's interval by hand."""
        tally = Tally.from_columns(
            {"period": ["2022/23"] * 2 + ["2023/24"] * 2, "outcome": ["1", "18"] * 2}, [5, 95, 8, 92]
        )
        assert title_of(plot.outcome_mix(tally, by="period", basis="closed")) == (
            "Charged or summonsed did not clearly change: 5.0% in 2022/23 and 8.0% in 2023/24 (+3.0 percentage points, "
            "95% interval −4.3 to +10.6)"
        )

    def test_equal_shares_have_no_most_and_least(self):
        """Two bases count the same outcomes."""
        columns = pm.datasets.west_midlands_outcomes().columns
        both = Tally.from_columns(
            {n: columns[n] for n in ("period", "basis", "outcome")}, columns["outcomes"], overlapping="basis"
        )
        assert (
            title_of(plot.outcome_mix(both, by="basis"))
            == "Charged or summonsed: 8.0% in closed and recorded"
        )
        many = Tally.from_columns({"force": list("ABCDE") * 2, "outcome": ["yes"] * 5 + ["no"] * 5}, [1] * 10)
        assert title_of(plot.outcome_mix(many, by="force")) == "no: 50.0% in each of 5"


class TestShapes:
    def test_undefined_mixes(self):
        """A row of nothing but zeros, and one below zero."""
        counts = Tally.from_columns({"force": ["A", "A", "B"], "outcome": ["1", "18", "1"]}, [0, 0, -3])
        ax = plot.outcome_mix(counts, by="force")
        assert title_of(ax) == "The mix of outcomes is not available: a share of nothing"
        assert "not available: a total of −3, below zero" in said(ax)

    def test_years_that_are_missing_are_seen(self):
        """One row for all that lies between two, and none between neighbours."""
        names = [t.get_text() for t in drawn("mix").get_yticklabels()]
        assert names == ["2014/15", "2015/16 to 2021/22", "2022/23", "2023/24", "2024/25", "2025/26"]
        assert "no rows" in said(drawn("mix"))
        columns = {
            "force": ["A"] * 4 + ["B"] * 2, "period": ["2019/20"] * 2 + ["2023/24"] * 4, "outcome": ["yes", "no"] * 3,
        }  # fmt: skip
        ax = plot.outcome_mix(Tally.from_columns(columns, [5] * 6), by=["force", "period"])
        assert [t.get_text() for t in ax.get_yticklabels()] == [
            "A, 2019/20",
            "A, 2020/21 to 2022/23",
            "A, 2023/24",
            "B, 2023/24",
        ]
        uneven = Tally.from_columns(
            {"period": ["2022", "2022", "2024-03", "2024-03"], "outcome": ["yes", "no"] * 2}, [1] * 4
        )
        ax = plot.outcome_mix(uneven, by="period")
        assert ax.get_yticklabels()[1].get_text() == "January 2023 to February 2024"

    def test_periods_stand_in_order_of_time(self):
        labels = ["Apr 2024", "Jan 2024"]
        counts = Tally.from_columns({"period": labels * 2, "outcome": ["1", "1", "18", "18"]}, [1, 2, 3, 4])
        ax = plot.outcome_mix(counts, by="period")
        assert [t.get_text() for t in ax.get_yticklabels()] == [
            "Jan 2024",
            "February 2024 to March 2024",
            "Apr 2024",
        ]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.outcome_mix(None), PoliceMetricsError, "data"),
        (lambda: plot.outcome_mix([1]), InvalidTypeError, "data must be a number, a Tally or a data frame"),
        (lambda: plot.outcome_mix(outcomes(), by="outcome"), InvalidInputError, "by must not name the outcome"),
        (lambda: plot.outcome_mix(outcomes(), by="nope"), UnknownNameError, "nope"),
        (lambda: plot.outcome_mix(outcomes(), outcome=5), InvalidTypeError, "outcome must be text"),
        (lambda: plot.outcome_mix(outcomes(), period=5), InvalidTypeError, "period must be text"),
        (lambda: plot.outcome_mix(outcomes(), basis="rec"), UnknownNameError, "basis must be one of"),
        (lambda: plot.outcome_mix(outcomes(), basis=5), InvalidTypeError, "basis must be one of"),
        (lambda: plot.outcome_mix(outcomes(), most=0), InvalidInputError, "most"),
        (
            lambda: plot.outcome_mix(Tally.from_columns({"outcome": ["1", "1A"]}, [5, 1])),
            InvalidInputError, "data must hold each outcome once; '1A'",
        ),
    ],
)  # fmt: skip
def test_bad_input(call, error, message):
    """An error of the family that names the argument, and no empty figure left open."""
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []
