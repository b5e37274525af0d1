"""Curves of maturity: what stands out, what is said, what is refused."""

import numpy as np
import pytest
from drawing import maturing, said, title_of

import policemetrics as pm
from policemetrics import plot
from policemetrics._write import percent
from policemetrics.errors import InvalidInputError, InvalidTypeError

CURVES, AHEAD = maturing()


class TestMaturity:
    def test_the_youngest_stands_out(self):
        ax = plot.maturity(CURVES, AHEAD)
        last = AHEAD[-1]
        assert title_of(ax) == (
            f"2023-08: {percent(CURVES[-1].share)} had a positive outcome after 0 months; {percent(last.projected)} after 6 "
            f"months (95% band {percent(last.projected_low)} to {percent(last.projected_high)}), if it matures as those of "
            "January 2022 to July 2023 did"
        )
        assert "broken lines: projected" in said(ax)
        lines = {line.get_linestyle() for line in ax.lines}
        assert {"-", "--"} <= lines
        # A line for each month, and a broken one for each that is not over.
        assert sum(line.get_linestyle() == "--" for line in ax.lines) == 6

    def test_known_alone(self):
        ax = plot.maturity(CURVES)
        assert title_of(ax).startswith("2023-08: ")
        assert "projected" not in said(ax)
        assert {line.get_linestyle() for line in ax.lines} == {"-"}

    def test_without_a_band(self):
        curves, ahead = maturing(6, 4)
        assert "band" not in title_of(plot.maturity(curves, ahead))
        assert "after 4 months, if it matures as those of" in title_of(plot.maturity(curves, ahead))

    def test_one_curve_of_all(self):
        both = pm.Tally.from_columns(
            {"period": ["2024-01"] * 2, "outcome_period": ["2024-01"] * 2, "outcome": ["1", "18"]}, [3, 7]
        )
        asked = {"positive": "charged", "as_at": "2024-01"}
        ax = plot.maturity(pm.outcome_maturity(both, **asked))
        assert title_of(ax) == "30.0% had a positive outcome after 0 months"
        nothing = pm.project_outcome_rate(both, **asked)
        assert "30.0% had" in title_of(
            plot.maturity(pm.outcome_maturity(both, by="period", **asked), nothing)
        )
        assert "30.0% had" in title_of(
            plot.maturity(pm.outcome_maturity(both, by="period", **asked), nothing[:0])
        )

    def test_not_available(self):
        """A cohort without a curve is named; without any there is no picture."""
        rows = pm.Tally.from_columns(
            {
                "period": ["2024-01", "2024-01", "2024-02"],
                "outcome_period": ["2024-01", "2024-01", "2024-02"],
                "outcome": ["1", "18", "1"],
            },
            [3, 7, 0],
        )
        curves = pm.outcome_maturity(rows, by="period", positive="charged", as_at="2024-02")
        ax = plot.maturity(curves)
        assert "No curve of 2024-02." in said(ax)
        assert title_of(ax).startswith("2024-01: 30.0%")
        empty = curves[np.isnan(curves["share"])]
        assert "Nothing to show: not available: no crimes recorded." in said(plot.maturity(empty))

    def test_small_shares(self):
        rows = pm.Tally.from_columns(
            {"period": ["2024-01"] * 2, "outcome_period": ["2024-01"] * 2, "outcome": ["1", "18"]}, [3, 997]
        )
        ax = plot.maturity(pm.outcome_maturity(rows, by="period", positive="charged", as_at="2024-01"))
        assert "0.1%" in said(ax)

    @pytest.mark.parametrize("curves", [AHEAD, None, 5, [CURVES], "curves"])
    def test_no_curves(self, curves):
        with pytest.raises(InvalidTypeError, match="curves must be a table of curves, as outcome_maturity"):
            plot.maturity(curves)

    @pytest.mark.parametrize("projected", [CURVES, 5, [AHEAD]])
    def test_no_projection(self, projected):
        with pytest.raises(InvalidTypeError, match="projected must be a table of project_outcome_rate"):
            plot.maturity(CURVES, projected)

    def test_of_others(self):
        with pytest.raises(InvalidInputError, match="kept by 'force'"):
            plot.maturity(CURVES._evolve(keys={"force": CURVES["period"], "months": CURVES["months"]}), AHEAD)
        with pytest.raises(InvalidInputError, match="as_at is '2022-04' of the curves"):
            plot.maturity(maturing(4)[0], AHEAD)
        with pytest.raises(InvalidInputError, match="no dimension 'months'"):
            plot.maturity(CURVES._evolve(keys={"period": CURVES["period"]}))
