"""`drivers`: the parts of a change, from the old total to the new one."""

import pytest
from drawing import DRIVERS, TABLE, WEIGHTS, YEARS, crimes, said, title_of
from matplotlib import pyplot as plt

import policemetrics as pm
from policemetrics import Tally, plot
from policemetrics.errors import InvalidInputError, InvalidTypeError


def two_groups():
    counts = Tally.from_columns(
        {"period": [*YEARS] * 2, "force": ["A", "A", "B", "B"], "group": ["x"] * 4}, [5, 6, 7, 8]
    )
    return pm.change_drivers(counts, between=YEARS, of="group", by="force")


class TestTitles:
    """The finding, from the figures; the numbers by hand."""

    def test_drivers(self):
        """Harm fell by 9,000 × 10 − … : theft −10,000, robbery +32,000, assault +10,000."""
        table = pm.harm_drivers(crimes(), WEIGHTS, between=YEARS)
        ax = plot.drivers(table, total=pm.harm_change(crimes(), WEIGHTS, between=YEARS))
        assert title_of(ax) == (
            "Harm (own 1) did not clearly change (+32,000 days, +2.9%, 95% interval −3.6% to +9.9%), 2022/23 to 2023/24: "
            "robbery added most (+32,000), theft took most away (−10,000)"
        )  # fmt: skip

    def test_drivers_of_no_change(self):
        still = crimes(new=(9_000, 1_000, 2_000))
        ax = plot.drivers(pm.change_drivers(still, between=YEARS, of="offence"))
        assert (
            title_of(ax)
            == "Recorded crime did not change (0.0%, 95% interval −2.5% to +2.6%), 2022/23 to 2023/24"
        )


class TestShapes:
    def test_undefined_drivers(self):
        """Theft of a force that sent nothing afterwards."""
        counts = Tally.from_columns(
            {"period": [YEARS[0], YEARS[0], YEARS[1]], "force": ["A", "B", "A"], "group": ["x"] * 3}, [5, 6, 7],
            coverage=["period", "force"],
        )  # fmt: skip
        table = pm.change_drivers(counts, between=YEARS, of="group", by="force")
        ax = plot.drivers(table[table["force"] == "B"])
        assert title_of(ax) == "Recorded crime, 2022/23 to 2023/24: the change is not available"
        assert "not available: no rows for B" in said(ax)

    def test_drivers_end_at_the_new_total(self):
        """Bars hang together: each begins where the last ended, from old to new."""
        table = pm.change_drivers(crimes(), between=YEARS, of="offence")
        bars = plot.drivers(table).patches
        starts = [b.get_x() for b in bars]
        ends = [b.get_x() + b.get_width() for b in bars]
        assert starts[0] == 12_000
        assert ends[-1] == 11_140
        assert starts[1:] == ends[:-1]

    def test_a_part_that_did_not_move(self):
        still = crimes(new=(8_000, 1_000, 2_000))
        assert "0" in said(plot.drivers(pm.change_drivers(still, between=YEARS, of="offence")))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.drivers(TABLE), InvalidTypeError, "table must be what change_drivers.*got RateChange"),
        (lambda: plot.drivers(None), InvalidTypeError, "table must be what change_drivers.*got NoneType"),
        (lambda: plot.drivers(DRIVERS, total=5), InvalidTypeError, "total must be one change"),
        (lambda: plot.drivers(DRIVERS, total=pm.share(1, 2)), InvalidTypeError, "total must be one change"),
        (lambda: plot.drivers(DRIVERS, total=pm.rate_change(5, 6)), InvalidInputError, "total must be the change.*−860"),
        (lambda: plot.drivers(DRIVERS, most=0), InvalidInputError, "most must be >= 1"),
        (lambda: plot.drivers(DRIVERS, most=1.5), InvalidInputError, "most must be a whole number"),
        (lambda: plot.drivers(DRIVERS, most="2"), InvalidTypeError, "most must be a number"),
        (lambda: plot.drivers(two_groups()), InvalidInputError, r"table must explain one change; .*table\[\"force\"\] == 'A'"),
    ],
)  # fmt: skip
def test_bad_input(call, error, message):
    """An error of the family that names the argument, and no empty figure left open."""
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []


def test_one_group_of_several_is_drawn():
    table = two_groups()
    assert "Recorded crime did not clearly change (+1, +20.0%, 95% interval −61.1% to +270.1%)" in title_of(
        plot.drivers(table[table["force"] == "A"])
    )
