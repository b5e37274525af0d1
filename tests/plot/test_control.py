"""`control_chart`: points over time, those out of the ordinary marked."""

import numpy as np
import pytest
from drawing import said, title_of
from matplotlib import pyplot as plt

import policemetrics as pm
from policemetrics import Tally, plot
from policemetrics.errors import InvalidInputError, InvalidTypeError

ONE_HIGH = [20, 22, 21, 19] * 3 + [60]


def lines(ax):
    """Return the marks that are drawn, by what they stand for."""
    return {line.get_label(): line for line in ax.get_lines()}


class TestTitles:
    def test_nothing(self):
        chart = pm.control_chart([20, 22, 21, 19] * 3, chart="xmr", subject="Demand")
        assert title_of(plot.control_chart(chart)) == "Demand: none of 12 points is out of the ordinary"

    def test_one(self):
        chart = pm.control_chart(ONE_HIGH, chart="xmr", baseline=12, good="lower")
        assert title_of(plot.control_chart(chart)) == (
            "Recorded crime: 1 of 13 points is out of the ordinary; 13 was above the upper limit (concern)"
        )

    def test_several(self):
        chart = pm.control_chart([*ONE_HIGH, 0], chart="xmr", baseline=12)
        assert title_of(plot.control_chart(chart)) == (
            "Recorded crime: 2 of 14 points are out of the ordinary; the last, 14, was below the lower limit"
        )

    def test_caption(self):
        chart = pm.control_chart([1, 2, 3], chart="xmr")
        text = said(plot.control_chart(chart, source="A table"))
        assert "Centre and limits of all points (xmr, rules nhs); the lower limit is below 0" in text
        assert "provisional" in text
        assert "Source: A table." in text


class TestMarks:
    def test_colour_and_shape(self):
        for good, mark in (("lower", "v"), ("higher", "^")):
            low = pm.control_chart([*ONE_HIGH, 0], chart="xmr", baseline=12, good=good)
            drawn = lines(plot.control_chart(low))
            assert drawn["improvement"].get_marker() == mark
            assert drawn["improvement"].get_color() != drawn["concern"].get_color()
            assert len(drawn["concern"].get_xdata()) == 1

    def test_a_gap_is_a_gap(self):
        labels = ["2023-01", "2023-02", "2023-04", "2023-05"]
        chart = pm.control_chart(Tally.from_columns({"period": labels}, [10, 11, 20, 22]), chart="xmr")
        ax = plot.control_chart(chart)
        points = next(
            line for line in ax.get_lines() if line.get_linestyle() == "-" and len(line.get_xdata()) == 5
        )
        assert any(np.isnan(line.get_ydata()[2]) for line in ax.get_lines() if len(line.get_ydata()) == 5)
        assert points is not None

    def test_target(self):
        chart = pm.control_chart([20, 22, 21, 19] * 3, chart="xmr", target=25, good="lower")
        assert "target 25.00" in said(plot.control_chart(chart))

    @pytest.mark.parametrize("values", [[5], [0, 0, 0], [1e9, 2e9, 1.5e9], [np.nan, 1, 2], [-5, 5, -5]])
    def test_awkward(self, values):
        assert title_of(plot.control_chart(pm.control_chart(values, chart="xmr")))
        plt.close("all")

    def test_times_and_shares(self):
        table = pm.share([10, 30, 20], [100, 100, 100], labels=["2023-01", "2023-02", "2023-03"])
        ax = plot.control_chart(pm.control_chart(table, chart="p", period="label"))
        ax.figure.canvas.draw()
        assert all(tick.get_text().endswith("%") for tick in ax.get_yticklabels() if tick.get_text())


class TestRefused:
    def test_several_series(self):
        crimes = Tally.from_columns(
            {"force": ["Kent", "Essex"] * 2, "period": ["2023-01"] * 2 + ["2023-02"] * 2}, [1] * 4
        )
        chart = pm.control_chart(crimes, chart="xmr", by="force")
        with pytest.raises(
            InvalidInputError, match="must hold one series; this holds 2 by 'force'"
        ) as caught:
            plot.control_chart(chart)
        assert "chart[chart['force'] == 'Essex']" in str(caught.value)
        assert title_of(plot.control_chart(chart[chart["force"] == "Essex"]))

    def test_other_tables(self):
        with pytest.raises(InvalidTypeError, match=r"control_chart\(…\)"):
            plot.control_chart(pm.share([1], [2], labels=["a"]))
        with pytest.raises(InvalidTypeError, match="chart must be a table"):
            plot.control_chart([1, 2])
