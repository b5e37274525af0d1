"""`outcome_mix`: the share of each outcome."""

import pytest
from drawing import drawn, outcomes, said, title_of
from matplotlib import pyplot as plt

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


class TestShapes:
    def test_undefined_mixes(self):
        """A row of nothing but zeros, and one below zero."""
        counts = Tally.from_columns({"force": ["A", "A", "B"], "outcome": ["1", "18", "1"]}, [0, 0, -3])
        ax = plot.outcome_mix(counts, by="force")
        assert title_of(ax) == "The mix of outcomes is not available: a share of nothing"
        assert "not available: a total of −3, below zero" in said(ax)

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
