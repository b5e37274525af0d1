"""`months`: twelve months beside the twelve before."""

import pytest
from drawing import by_month, crimes, drawn, said, title_of
from matplotlib import pyplot as plt

import policemetrics as pm
from policemetrics import PoliceMetricsError, Tally, plot
from policemetrics.errors import InvalidInputError, UnknownNameError


class TestTitles:
    """The finding, from the figures; the numbers by hand."""

    def test_months(self):
        flat = by_month([100] * 12 + [90] * 12)
        assert (
            title_of(plot.months(flat))
            == "Recorded crime fell by 10.0% (95% interval −17.1% to −2.3%), from 1,200 in 2022 to 1,080 in 2023"
        )
        rise = by_month([100] * 12 + [110] * 12)
        assert "rose by 10.0%" in title_of(plot.months(rise))
        same = by_month([100] * 24)
        assert (
            title_of(plot.months(same))
            == "Recorded crime did not change: 1,200 in 2022 and 1,200 in 2023 (0.0%, 95% interval −7.7% to +8.3%)"
        )

    @pytest.mark.parametrize(
        ("old", "new", "title"),
        [
            (  # the case: 12 and 14 are no rise
                [1] * 12, [1] * 10 + [2] * 2,
                "Homicide did not clearly change: 12 in 2022 and 14 in 2023 (+16.7%, 95% interval −45.1% to +147.8%)",
            ),
            (  # nor is a fiftieth of a thousandth
                [10**6] * 12, [10**6 + 20] * 12,
                "Homicide did not clearly change: 12,000,000 in 2022 and 12,000,240 in 2023 (0.0%, 95% interval −0.1% to +0.1%)",
            ),
            ([0] * 12, [5] * 12, "Homicide rose, from 0 in 2022 to 60 in 2023; percentage not applicable: nothing was recorded before"),
            (
                [0] * 12, [0] * 11 + [1],
                "Homicide did not clearly change: 0 in 2022 and 1 in 2023; percentage not applicable: nothing was recorded before",
            ),
        ],
    )  # fmt: skip
    def test_as_sure_as_the_figure_is(self, old, new, title):
        assert title_of(plot.months(by_month(old + new), subject="Homicide")) == title

    def test_caveats_travel(self):
        """Without coverage, an area that only one year has is named."""
        months = by_month().labels("period")
        tally = Tally.from_columns(
            {"period": [*months, *months[12:]], "area": ["A"] * 24 + ["B"] * 12}, [5] * 36
        )
        change = pm.rate_change(tally, between=("2022", "2023"))
        assert change.caveat
        assert f"Caveat: {change.caveat}." in said(plot.months(tally))


class TestShapes:
    def test_months_that_are_missing(self):
        text = said(drawn("months_gaps"))
        assert "No rows for May 2022 to June 2022, February 2023." in text
        alone = plot.months(by_month().where(period=["2023-11", "2023-12"]))
        assert "change not available: no rows for 2022" in title_of(alone)
        nothing = plot.months(by_month(), until="2030-12")
        assert said(nothing) == "Nothing to show: not available: no rows for 2029."

    def test_a_month_of_zero_is_shown(self):
        ax = plot.months(by_month([0] * 24))
        assert "No rows" not in said(ax)
        assert title_of(ax).startswith("Recorded crime did not change")

    def test_counts_stand_at_whole_numbers(self):
        for top in (1, 2, 3, 7, 40):
            ax = plot.months(by_month([1] * 23 + [top]))
            assert all(float(tick).is_integer() for tick in ax.get_yticks())

    def test_a_year_that_is_no_calendar_year(self):
        text = said(plot.months(by_month(), until="2023-06"))
        assert "year to June 2023" in text

    def test_negative_months(self):
        """Corrections may outweigh a month; the line then goes below 0."""
        ax = plot.months(by_month([100] * 12 + [90] * 11 + [-5]))
        assert ax.get_ylim()[0] < -5
        assert plot.months(by_month([-5] * 24)).get_ylim()[1] == 0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.months(crimes()), InvalidInputError, "'period' must hold single months; got '2022/23'"),
        (lambda: plot.months(by_month(), until="2023"), InvalidInputError, "until must be a single month"),
        (lambda: plot.months(by_month(), until="rubbish"), InvalidInputError, "until must name a period"),
        (lambda: plot.months(by_month(), subject=""), InvalidInputError, "subject"),
        (lambda: plot.months(by_month(), period="nope"), UnknownNameError, "nope"),
        (lambda: plot.months(by_month(), count="n"), PoliceMetricsError, "count"),
    ],
)  # fmt: skip
def test_bad_input(call, error, message):
    """An error of the family that names the argument, and no empty figure left open."""
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []
