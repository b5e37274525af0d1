"""`by_group`: an estimate and its interval for every group."""

import hypothesis.strategies as st
import numpy as np
import pytest
from drawing import DRIVERS, TABLE, WEIGHTS, YEARS, by_month, changes, crimes, drawn, outcomes, said, title_of
from hypothesis import given
from matplotlib import pyplot as plt

import policemetrics as pm
from policemetrics import Results, Tally, _write, plot
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.plot import _ticks
from policemetrics.plot.groups import _Estimates


class TestTitles:
    """The finding, from the figures; the numbers by hand."""

    def test_changes(self):
        ax = plot.by_group(
            changes((60_000, 52_000, "Essex"), (900, 1_000, "Kent"), (50, 54, "Surrey"), (0, 5, "Sussex"))
        )
        assert title_of(ax) == (
            "Recorded crime rose in Kent, fell in Essex and did not clearly change in Surrey; not available for Sussex"
        )

    def test_many_changes_are_numbers(self):
        rows = [(60_000, 52_000, f"F{i}") for i in range(5)] + [(50, 54, "G")]
        assert (
            title_of(plot.by_group(changes(*rows)))
            == "Recorded crime fell in 5 of 6 and did not clearly change in G"
        )

    def test_one_change_is_its_sentence(self):
        change = pm.rate_change(60_000, 52_000)
        assert title_of(plot.by_group(change)) == str(change)
        warned = pm.rate_change([60_000], [52_000], labels=["Kent"], caveat="a new system")
        ax = plot.by_group(warned)
        assert title_of(ax) == f"Kent: r{str(change)[1:]}"
        assert said(ax).count("a new system") == 1  # in the caption

    def test_periods_of_changes(self):
        table = pm.rate_change(crimes(), between=YEARS, by="offence")
        assert title_of(plot.by_group(table)).endswith(", 2022/23 to 2023/24")

    def test_versus(self):
        """Where every row has periods of its own the title names none."""
        table = pm.rate_change(by_month(), versus="previous")
        assert " to " not in title_of(plot.by_group(table[1:4]))

    def test_definitions_are_named(self):
        harm = pm.harm_change(crimes(), WEIGHTS, between=YEARS, by="offence")
        assert title_of(plot.by_group(harm)).startswith("Harm (own 1) ")
        rates = pm.positive_outcome_rate(
            outcomes(), positive="charged", basis="recorded", out_of="outcomes", by="period"
        )
        title = title_of(plot.by_group(rates))
        assert title.startswith(
            "The positive outcome rate (charged, recorded basis, out of outcomes): highest in 2014/15 ("
        )

    def test_rates_say_what_they_are_per(self):
        residents = pm.Exposure(
            {"Kent": 2_000, "Essex": 4_000}, by="force", name="residents", date="mid-2019"
        )
        counts = Tally.from_columns({"force": ["Kent", "Essex"]}, [10, 40])
        title = title_of(plot.by_group(pm.rate(counts, residents, by="force")))
        assert (
            title
            == "Recorded crime per 1,000 residents: highest in Essex (10.00), lowest in Kent (5.00); their intervals overlap"
        )
        daily = pm.rate_change(crimes(), between=YEARS, by="offence", per_day=True)
        assert title_of(plot.by_group(daily)).startswith("Recorded crime per day fell in theft and did")

    def test_points(self):
        counts = {
            "period": [YEARS[0]] * 4 + [YEARS[1]] * 4,
            "force": ["A", "A", "B", "B"] * 2,
            "outcome": ["1", "18"] * 4,
        }
        change = pm.outcome_rate_change(
            Tally.from_columns(counts, [50, 950, 80, 920, 250, 750, 81, 919]), between=YEARS, by="force",
            positive="charged", basis="recorded", out_of="outcomes",
        )  # fmt: skip
        ax = plot.by_group(change)
        assert title_of(ax).endswith(" rose in A and did not clearly change in B, 2022/23 to 2023/24")
        assert "+20.00 " in said(ax)
        assert "Change in percentage points, with the 95% interval; hollow" in said(ax)

    def test_times(self):
        """A change in seconds is a change: it has a side, and no change is marked."""
        waits = Tally.from_columns(
            {
                "period": [YEARS[0]] * 6 + [YEARS[1]] * 6,
                "g": ["a", "b"] * 6,
                "seconds": [5, 9, 40, 8, 9, 7] * 2,
            },
            [50, 30, 20, 5, 6, 7, 60, 30, 10, 5, 6, 9],
        )
        table = pm.time_change(waits, between=YEARS, target=10, by="g")
        ax = plot.by_group(table)
        assert title_of(ax) == "Mean fell in a and did not clearly change in b, 2022/23 to 2023/24"
        assert "Mean change, with the 95% interval; hollow" in said(ax)
        assert "no change" in said(ax)
        share = title_of(plot.by_group(table, column="points"))
        assert share.startswith("The share within the target rose in a and did not change in b")

    def test_levels_that_do_not_differ(self):
        same = pm.rate([5, 5], [1_000, 1_000], labels=["a", "b"])
        assert title_of(plot.by_group(same)) == "Recorded crime: 5.00 in all"
        near = pm.rate([500, 505], [1_000, 1_000], labels=["a", "b"])
        assert title_of(plot.by_group(near)).endswith("; their intervals overlap")
        far = pm.rate([500, 900], [1_000, 1_000], labels=["a", "b"])
        assert title_of(plot.by_group(far)).endswith("lowest in a (500.00)")

    def test_not_available_among_levels(self):
        table = pm.share([1, 50, 0], [100, 100, 0], labels=["a", "b", "c"])
        assert title_of(plot.by_group(table)).endswith("; not available for c")


class TestAxes:
    def test_times_stand_at_hours(self):
        """The case: 5 minutes beside a day and a half."""
        table = pm.summarise_times(
            Tally.from_columns({"g": ["a", "b"] * 2, "seconds": [300, 90_000, 400, 150_000]}, [5] * 4), by="g"
        )
        ax = plot.by_group(table)
        ax.figure.draw_without_rendering()
        ticks = [label.get_text() for label in ax.get_xticklabels()]
        assert ticks == ["0 s", "6 h", "12 h", "18 h", "1 d", "1 d 6 h", "1 d 12 h"]

    @given(st.lists(st.floats(0.5, 1e6), min_size=1, max_size=4))
    def test_no_time_below_zero(self, seconds):
        """Ticks are whole steps of a clock, and none is negative."""
        _, ax = plt.subplots()
        ax.set_xlim(0.0, max(seconds))
        _ticks.set_ticks(ax.xaxis, "seconds")
        ticks = ax.get_xticks()
        plt.close(ax.figure)
        assert (ticks >= 0).all()
        assert 2 <= len(ticks) <= 8
        step = ticks[1] - ticks[0]
        assert np.isclose(ticks / step, np.rint(ticks / step)).all()
        written = [_write.duration(t) for t in ticks]
        assert len({*written}) == len(written)

    def test_nothing_below_zero(self):
        for table in (
            pm.rate([0, 3], [1_000, 1_000], labels=["a", "b"]),
            pm.share([0, 3], [1_000, 1_000], labels=["a", "b"]),
        ):
            assert plot.by_group(table).get_xlim()[0] == 0


class TestShapes:
    def test_undefined_rows_say_why(self):
        text = said(drawn("changes"))
        assert "not applicable: nothing was recorded before" in text
        text = said(drawn("changes_undefined"))
        assert text.count("not applicable: nothing was recorded before") == 2
        assert "not available for any of 2" in text

    def test_percentages_of_a_small_base(self):
        """The figure grows with the words beside the marks, so that there is still room for the marks."""
        ax = plot.by_group(changes((1, 2**61, "a"), (1, 10**12, "b")))
        ax.figure.draw_without_rendering()
        assert ax.get_window_extent().width > 200

    @given(
        st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=6),
    )
    def test_every_estimate_is_on_the_axis(self, pairs):
        """Whatever the limits are: an estimate is never cut off, and no change is always there."""
        table = changes(*((a, b, str(i)) for i, (a, b) in enumerate(pairs)))
        rows = _Estimates.of(table, None)
        low, high = rows.span
        assert low < 0 < high
        known = rows.value[~np.isnan(rows.value)]
        assert ((known > low) & (known < high)).all()

    def test_a_limit_that_dwarfs_the_rest_ends_in_an_arrow(self):
        rows = [(1_000, 1_000 + i, f"F{i}") for i in range(5)]
        ax = plot.by_group(changes(*rows, (1, 1, "tiny")))
        assert "an arrow goes on beyond the axis" in said(ax)
        assert ax.get_xlim()[1] < 100


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.by_group(5), InvalidTypeError, "table must be a Results table"),
        (lambda: plot.by_group(TABLE, column="old"), UnknownNameError, "column must be one of 'percent_change'"),
        (lambda: plot.by_group(TABLE, column=5), UnknownNameError, "column must be one of"),
        (lambda: plot.by_group(DRIVERS), InvalidInputError, "table must hold figures with an interval; ChangeDriver"),
    ],
)  # fmt: skip
def test_bad_input(call, error, message):
    """An error of the family that names the argument, and no empty figure left open."""
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []


def test_an_estimate_without_interval():
    """Of one time there is no interval of the mean: the mark stands alone."""
    times = pm.summarise_times(
        Tally.from_columns({"area": ["A", "B"], "seconds": [30, 40]}, [1, 1]), by="area"
    )
    text = said(plot.by_group(times))
    assert "Mean: highest in B (40 s), lowest in A (30 s)" in text
    assert " to " not in text


def test_several_figures():
    """Figures put together by hand are a table like any other."""
    table = Results.of([pm.rate_change(60_000, 52_000), pm.rate_change(900, 1_000)])
    assert "All" in said(plot.by_group(table))


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (["19C", "other"], ["Rape of a female aged 16 and over", "other"]),
        (["19C", "99Z"], ["19C", "99Z"]),  # codes of somebody else's
    ],
)
def test_names_stand_for_codes(labels, shown):
    counts = Tally.from_columns(
        {"period": [*YEARS] * 2, "offence": [labels[0]] * 2 + [labels[1]] * 2}, [5, 6, 7, 8]
    )
    ax = plot.by_group(pm.rate_change(counts, between=YEARS, by="offence"))
    assert sorted(" ".join(t.get_text().split()) for t in ax.get_yticklabels()) == sorted(shown)
