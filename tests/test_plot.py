"""Pictures: compared with images that were looked at, and with the figures they are made of."""

import doctest
import itertools
import re
import sys
from functools import cache
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import policemetrics as pm
from policemetrics import PoliceMetricsError, Results, Tally, plot
from policemetrics.errors import InvalidInputError, InvalidTypeError, MissingDependencyError, UnknownNameError
from policemetrics.plot._canvas import FALL, RISE
from policemetrics.plot.groups import _Rows

matplotlib = pytest.importorskip("matplotlib", reason="pictures need matplotlib: policemetrics[plot]")
matplotlib.use("agg")
from matplotlib import pyplot as plt  # noqa: E402  # after the choice of backend
from matplotlib.testing.compare import compare_images  # noqa: E402
from matplotlib.text import Text  # noqa: E402
from PIL import Image  # noqa: E402

BASELINES = Path(__file__).parent / "pictures"
HOWTO = Path(__file__).parents[1] / "docs" / "howto" / "pictures.md"
TOLERANCE = 1  # root mean square of 256 levels
# Another release draws and spaces letters another way, so that nothing can be compared with its pictures.
DRAWN_BY = f"Matplotlib {matplotlib.__version__.rpartition('.')[0]}, FreeType {matplotlib.ft2font.__freetype_version__}"
YEARS = ("2022/23", "2023/24")
NASTY = "<b>$x^2$</b> & a name so long that no row of any table could ever hold the whole of it on a line"
WEIGHTS = pm.HarmWeights({"theft": 10, "robbery": 800, "assault": 100}, name="own", version="1")


def crimes(old=(9_000, 1_000, 2_000), new=(8_000, 1_040, 2_100)):
    columns = {"period": [YEARS[0]] * 3 + [YEARS[1]] * 3, "offence": ["theft", "robbery", "assault"] * 2}
    return Tally.from_columns(columns, [*old, *new])


def changes(*rows):
    old, new, labels = zip(*rows, strict=True)
    return pm.rate_change(list(old), list(new), labels=list(labels))


def many():
    """44 groups, one of which had nothing before and two of which have long names."""
    draw = np.random.default_rng(7)
    old = draw.integers(100, 200_000, 44)
    new = np.rint(old * draw.normal(0.97, 0.08, 44)).astype(int)
    labels = [f"Force {i:02d}" for i in range(44)]
    labels[3], labels[5], old[7] = NASTY, "x" * 70, 0
    return pm.rate_change(old, new, labels=labels).sort("percent_change")


def fires():
    columns = pm.datasets.lfb_first_pump_2009().columns
    return Tally.from_columns({"seconds": columns["seconds"]}, columns["calls"], unit="fires")


def outcomes():
    columns = pm.datasets.west_midlands_outcomes().columns
    names = ("period", "basis", "outcome")
    table = Tally.from_columns(
        {n: columns[n] for n in names}, columns["outcomes"], overlapping="basis", unit="outcomes"
    )
    return table.where(basis="recorded")


def by_month(counts=None, first=2022):
    labels = [f"{first + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
    season = np.rint(1_000 + 200 * np.sin(np.arange(24) / 2)).astype(int)
    return Tally.from_columns({"period": labels}, season if counts is None else counts)


def few_times():
    columns = {"area": ["Essex"] * 3 + ["Kent"] * 30, "seconds": [30.0, 40, 50, *range(20, 50)]}
    return pm.summarise_times(Tally.from_columns(columns, [1] * 33), by="area")


PICTURES = {
    "changes": lambda: plot.by_group(
        changes((60_000, 52_000, "Essex"), (900, 1_000, "Kent"), (50, 54, "Surrey"), (0, 5, NASTY))
    ),
    "changes_negative": lambda: plot.by_group(changes((60_000, 52_000, "Essex"), (900, 700, "Kent"))),
    "changes_many": lambda: plot.by_group(many()),
    "change_of_one": lambda: plot.by_group(pm.rate_change(60_000, 52_000)),
    "changes_undefined": lambda: plot.by_group(changes((0, 5, "Essex"), (0, 1, "Kent"))),
    "changes_empty": lambda: plot.by_group(many()[:0]),
    "medians_without_limit": lambda: plot.by_group(few_times(), column="median"),
    "drivers": lambda: plot.drivers(
        pm.harm_drivers(crimes(), WEIGHTS, between=YEARS).sort("change"),
        total=pm.harm_change(crimes(), WEIGHTS, between=YEARS),
    ),
    "drivers_few_named": lambda: plot.drivers(pm.change_drivers(crimes(), between=YEARS, of="offence"), most=1),
    "drivers_without_total": lambda: plot.drivers(pm.harm_drivers(crimes(), WEIGHTS, between=YEARS)),
    "times": lambda: plot.times(fires(), target=360),
    "times_tail": lambda: plot.times([*range(100), 5_000.0], target=90, inclusive=True),
    "times_one": lambda: plot.times([4.0]),
    "times_empty": lambda: plot.times([]),
    "mix": lambda: plot.outcome_mix(outcomes(), by="period", most=4),
    "mix_undefined": lambda: plot.outcome_mix(
        outcomes().not_supplied("nothing valid was sent", period="2022/23"), by="period"
    ),
    "months": lambda: plot.months(by_month()),
    "months_gaps": lambda: plot.months(by_month().drop(period=["2022-05", "2022-06", "2023-02"])),
}  # fmt: skip


TABLE = changes((5, 6, "a"), (7, 8, "b"))
DRIVERS = pm.change_drivers(crimes(), between=YEARS, of="offence")
NOBODY = Tally.from_columns({"period": [], "outcome": []}, [])
GOOD = {"by_group": TABLE, "drivers": DRIVERS, "months": by_month(), "outcome_mix": outcomes(), "times": [5]}
EMPTY = {"by_group": TABLE[:0], "drivers": DRIVERS[:0], "months": NOBODY, "outcome_mix": NOBODY, "times": []}


def words(ax):
    """All that is written in a picture, by its place."""
    ax.figure.draw_without_rendering()
    # A tick beyond the ends of its axis is made, but not drawn.
    axes = (ax.xaxis, ax.yaxis) if ax.axison else ()
    ticks = {
        label
        for axis in (ax.xaxis, ax.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
    }
    drawn = {label for axis in axes for tick in axis._update_ticks() for label in (tick.label1, tick.label2)}
    texts = (t for t in ax.figure.findobj(Text) if t.get_visible() and t.get_text().strip())
    return {t: t.get_window_extent() for t in texts if t not in ticks - drawn}


def title_of(ax):
    return " ".join(ax.get_title(loc="left").split())


def said(ax):
    return " ".join(" ".join(t.get_text() for t in words(ax)).split())


@pytest.fixture(autouse=True)
def clean_style():
    """Nobody's own settings, and no figure left open."""
    with plt.style.context("default"):
        yield
    plt.close("all")


def save(ax, file):
    """Keep a small picture, with what drew it."""
    ax.figure.savefig(file, dpi=50, metadata={"Software": DRAWN_BY})


@cache
def drawn(name):
    """A picture that several tests look at, drawn once."""
    return PICTURES[name]()


@pytest.mark.parametrize("name", PICTURES)
class TestPictures:
    def test_looks_as_it_did(self, name, tmp_path):
        """Where a picture is meant to change: delete its image, run this, look at the new one."""
        new, kept = tmp_path / f"{name}.png", BASELINES / f"{name}.png"
        save(drawn(name), new)
        if not kept.exists():
            kept.write_bytes(new.read_bytes())
            pytest.fail(f"there was no {kept}; it is there now: look at it")
        with Image.open(kept) as image:
            by = image.text["Software"]
        if by != DRAWN_BY:
            pytest.skip(f"the picture kept was drawn by {by}, and this is {DRAWN_BY}")
        assert compare_images(str(kept), str(new), TOLERANCE) is None

    def test_every_word_can_be_read(self, name):
        """No text lies over another one, or beyond the edge; minus signs are true."""
        ax = drawn(name)
        boxes = words(ax)
        edge = ax.figure.get_window_extent()
        for text, box in boxes.items():
            assert box.x0 > edge.x0 - 1, text
            assert box.x1 < edge.x1 + 1, text
            assert box.y0 > edge.y0 - 1, text
            assert box.y1 < edge.y1 + 1, text
        for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
            overlap = min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
            assert not overlap, (one, other)
        assert not re.search(r"(?<![\w-])-\d", said(ax))


def test_another_picture_is_seen(tmp_path):
    """The comparison is not so tolerant that a changed figure passes."""
    for i, change in enumerate((52_000, 52_300)):
        rows = [(60_000, change, "Essex"), (900, 700, "Kent")]
        save(plot.by_group(changes(*rows)), tmp_path / f"{i}.png")
    assert compare_images(str(tmp_path / "0.png"), str(tmp_path / "1.png"), TOLERANCE) is not None


@pytest.mark.parametrize("name", plot.__all__)
@pytest.mark.parametrize("title", ["My own $title$", ""])
def test_axes_and_title_of_the_caller(name, title):
    """The caller's axes come back, no other figure appears, and the caller's title stands, or none."""
    figure, own = plt.subplots(figsize=(9, 6), layout="constrained")
    assert getattr(plot, name)(GOOD[name], ax=own, title=title) is own
    assert plt.get_fignums() == [figure.number]
    assert title_of(own) == title
    _, empty = plt.subplots()
    assert getattr(plot, name)(EMPTY[name], ax=empty, title=title) is empty
    assert title_of(empty) == title


class TestColours:
    def test_told_apart_in_grey(self):
        """Rises and falls differ in lightness, so that any colour vision and any printer will do."""
        rgb = [matplotlib.colors.to_rgb(c) for c in (RISE, FALL)]
        dark, light = (float(np.dot(c, (0.2126, 0.7152, 0.0722))) for c in rgb)
        assert light - dark > 0.25

    def test_dark_style(self):
        """On a dark ground the words are light."""
        with plt.style.context("dark_background"):
            ax = PICTURES["drivers"]()
            assert all(matplotlib.colors.to_rgb(t.get_color()) > (0.4, 0.4, 0.4) for t in words(ax))


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
        assert title == "Recorded crime per 1,000 residents: highest in Essex (10.00), lowest in Kent (5.00)"
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

    def test_drivers(self):
        """Harm fell by 9,000 × 10 − … : theft −10,000, robbery +32,000, assault +10,000."""
        table = pm.harm_drivers(crimes(), WEIGHTS, between=YEARS)
        ax = plot.drivers(table, total=pm.harm_change(crimes(), WEIGHTS, between=YEARS))
        assert title_of(ax) == (
            "Harm (own 1) rose by 32,000 days (+2.9%), 2022/23 to 2023/24: robbery added most (+32,000), "
            "theft took most away (−10,000)"
        )  # fmt: skip

    def test_drivers_of_no_change(self):
        still = crimes(new=(9_000, 1_000, 2_000))
        ax = plot.drivers(pm.change_drivers(still, between=YEARS, of="offence"))
        assert title_of(ax) == "Recorded crime did not change, 2022/23 to 2023/24"

    def test_times(self):
        """99 of 101 times are at most 98; the inclusive target of 90 is met by 0 to 90."""
        ax = PICTURES["times_tail"]()
        assert (
            title_of(ax)
            == "90.1% took at most the target of 1 min 30 s; median 50 s, 90th percentile 1 min 30 s"
        )
        assert "1 longer, up to 1 h 23 min" in said(ax)

    def test_mix(self):
        assert title_of(drawn("mix")) == (
            "Charged or summonsed fell from 17.3% in 2014/15 to 9.7% in 2025/26 (−7.6 percentage points)"
        )

    def test_mix_of_groups(self):
        counts = Tally.from_columns(
            {"force": ["A", "A", "B", "B"], "outcome": ["yes", "no"] * 2}, [3, 1, 1, 1]
        )
        title = title_of(plot.outcome_mix(counts, by="force"))
        assert title == "yes: 75.0% in A, the most, and 50.0% in B, the least"
        assert title_of(plot.outcome_mix(counts)) == "yes: 66.7% of 6 counts"

    def test_months(self):
        flat = by_month([100] * 12 + [90] * 12)
        assert (
            title_of(plot.months(flat)) == "Recorded crime fell by 10.0%, from 1,200 in 2022 to 1,080 in 2023"
        )
        rise = by_month([100] * 12 + [110] * 12)
        assert "rose by 10.0%" in title_of(plot.months(rise))
        same = by_month([100] * 24)
        assert (
            title_of(plot.months(same))
            == "Recorded crime did not change, from 1,200 in 2022 to 1,200 in 2023"
        )


class TestWhatIsNotThere:
    def test_undefined_rows_say_why(self):
        text = said(drawn("changes"))
        assert "not applicable: nothing was recorded before" in text
        text = said(drawn("changes_undefined"))
        assert text.count("not applicable: nothing was recorded before") == 2
        assert "not available for any of 2" in text

    def test_empty_tables_say_so(self):
        assert said(drawn("changes_empty")) == "Nothing to show: the table has no rows."
        assert said(plot.drivers(DRIVERS[:0])) == "Nothing to show: the table has no rows."
        assert said(drawn("times_empty")) == "Times: not available: no rows."
        assert said(plot.outcome_mix(NOBODY, by="period")) == "Nothing to show: no outcomes were counted."
        assert said(plot.months(NOBODY)) == "Nothing to show: no months were counted."

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

    def test_undefined_mixes(self):
        """A row of nothing but zeros, and one below zero."""
        counts = Tally.from_columns({"force": ["A", "A", "B"], "outcome": ["1", "18", "1"]}, [0, 0, -3])
        ax = plot.outcome_mix(counts, by="force")
        assert title_of(ax) == "The mix of outcomes is not available: a share of nothing"
        assert "not available: a total of −3, below zero" in said(ax)

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

    def test_a_year_that_is_no_calendar_year(self):
        text = said(plot.months(by_month(), until="2023-06"))
        assert "year to June 2023" in text

    def test_what_was_left_out(self):
        columns = {"period": [*YEARS, YEARS[0]], "outcome": ["1", "1", None]}
        assert "Left out: missing outcome 4." in said(
            plot.outcome_mix(Tally.from_columns(columns, [2, 3, 4]), by="period")
        )
        times = Tally.from_columns({"seconds": [30, 40, None]}, [1, 1, 5])
        assert "Left out: missing seconds 5." in said(plot.times(times))
        lacking = Tally.from_columns({"period": [*YEARS] * 2, "force": ["A", "A", None, None]}, [5, 6, 1, 2])
        ax = plot.by_group(pm.rate_change(lacking, between=YEARS, by="force", caveat="a break in recording."))
        assert "Caveat: a break in recording." in said(ax)
        dated = Tally.from_columns(
            {"period": [*by_month().labels("period"), "2023-05"], "area": [*["A"] * 24, None]}, [5] * 25
        )
        assert "Left out: missing area 5." in said(plot.months(dated))
        left = Tally.from_columns(
            {"period": [*YEARS, YEARS[0]], "offence": ["theft", "theft", "theft"], "area": ["A", "A", None]},
            [5, 6, 7],
        )
        assert "Left out: 7 counts." in said(
            plot.drivers(pm.change_drivers(left, between=YEARS, of="offence"))
        )

    @pytest.mark.parametrize("name", plot.__all__)
    def test_without_matplotlib(self, name, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        with pytest.raises(
            MissingDependencyError, match=rf"plot\.{name} needs matplotlib; .*\"policemetrics\[plot\]\""
        ):
            getattr(plot, name)(None)


class TestShapes:
    def test_sources_agree(self):
        """A frame, its tally and a column of the same times give the same words."""
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame({"t": [30.0, 15, 45, 60, 10], "n": [1, 1, 1, 1, 1]})
        column = plot.times(frame["t"], target=45)
        of_frame = plot.times(frame, seconds="t", count="n", target=45)
        of_tally = plot.times(Tally.from_columns({"seconds": frame["t"]}, frame["n"]), target=45)
        whole = plot.times(
            Tally.from_columns({"wait": [30, 15, 45, 60, 10]}, [1] * 5), seconds="wait", target=45
        )
        assert len({title_of(ax) for ax in (column, of_frame, of_tally, whole)}) == 1
        months = pd.DataFrame({"m": by_month().labels("period"), "k": [100] * 12 + [90] * 12})
        assert title_of(plot.months(months, period="m", count="k")).startswith("Recorded crime fell by 10.0%")
        mix = pd.DataFrame({"o": ["yes", "no"], "k": [3, 1]})
        assert title_of(plot.outcome_mix(mix, outcome="o", count="k")) == "yes: 75.0% of 4 k"

    def test_zeros(self):
        assert "median 0 s" in said(plot.times([0, 0]))

    def test_long_times(self):
        """Days: the steps go on in whole days."""
        assert "in steps of 5 d" in said(plot.times(np.arange(1, 200) * 86_400.0))

    def test_periods_stand_in_order_of_time(self):
        labels = ["Apr 2024", "Jan 2024"]
        counts = Tally.from_columns({"period": labels * 2, "outcome": ["1", "1", "18", "18"]}, [1, 2, 3, 4])
        ax = plot.outcome_mix(counts, by="period")
        assert [t.get_text() for t in ax.get_yticklabels()] == ["Jan 2024", "Apr 2024"]

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

    def test_negative_months(self):
        """Corrections may outweigh a month; the line then goes below 0."""
        ax = plot.months(by_month([100] * 12 + [90] * 11 + [-5]))
        assert ax.get_ylim()[0] < -5
        assert plot.months(by_month([-5] * 24)).get_ylim()[1] == 0

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
        rows = _Rows.of(table, None)
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
        (lambda: plot.drivers(TABLE), InvalidTypeError, "table must be what change_drivers.*got RateChange"),
        (lambda: plot.drivers(None), InvalidTypeError, "table must be what change_drivers.*got NoneType"),
        (lambda: plot.drivers(DRIVERS, total=5), InvalidTypeError, "total must be one change"),
        (lambda: plot.drivers(DRIVERS, total=pm.share(1, 2)), InvalidTypeError, "total must be one change"),
        (lambda: plot.drivers(DRIVERS, total=pm.rate_change(5, 6)), InvalidInputError, "total must be the change.*−860"),
        (lambda: plot.drivers(DRIVERS, most=0), InvalidInputError, "most must be >= 1"),
        (lambda: plot.drivers(DRIVERS, most=1.5), InvalidInputError, "most must be a whole number"),
        (lambda: plot.drivers(DRIVERS, most="2"), InvalidTypeError, "most must be a number"),
        (lambda: plot.drivers(two_groups()), InvalidInputError, r"table must explain one change; .*table\[\"force\"\] == 'A'"),
        (lambda: plot.times(None), InvalidTypeError, "data must be a Tally or a data frame"),
        (lambda: plot.times([-1]), InvalidInputError, "seconds must be >= 0"),
        (lambda: plot.times([5], target=-1), InvalidInputError, "target"),
        (lambda: plot.times([5], inclusive="no"), InvalidTypeError, "inclusive"),
        (lambda: plot.times(fires(), seconds="nope"), UnknownNameError, "nope"),
        (lambda: plot.times(fires(), count="calls"), PoliceMetricsError, "count"),
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
        (lambda: plot.months(crimes()), InvalidInputError, "'period' must hold single months; got '2022/23'"),
        (lambda: plot.months(by_month(), until="2023"), InvalidInputError, "until must be a single month"),
        (lambda: plot.months(by_month(), until="rubbish"), InvalidInputError, "until must name a period"),
        (lambda: plot.months(by_month(), subject=""), InvalidInputError, "subject"),
        (lambda: plot.months(by_month(), period="nope"), UnknownNameError, "nope"),
        (lambda: plot.months(by_month(), count="n"), PoliceMetricsError, "count"),
        *(
            (lambda f=f, a=a, bad=bad: getattr(plot, f)(a, **bad), InvalidTypeError, f"{next(iter(bad))} must be")
            for f, a in GOOD.items()
            for bad in ({"ax": 5}, {"ax": "left"}, {"title": 5}, {"title": b"x"})
        ),
        (
            lambda: plot.by_group(pm.rate([1] * 201, 10, labels=range(201))),
            InvalidInputError, "a picture holds at most 200 rows; got 201",
        ),
    ],
)  # fmt: skip
def test_bad_input(call, error, message):
    """An error of the family that names the argument, and no empty figure left open."""
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []


def test_other_axes():
    """In space, round, or taken out of their figure: none of them can hold the picture."""
    figure = plt.figure()
    gone = figure.add_subplot()
    gone.remove()
    for ax in (figure.add_subplot(projection="polar"), figure.add_subplot(projection="3d"), gone):
        with pytest.raises(InvalidInputError, match="ax must be flat axes of a figure"):
            plot.by_group(TABLE, ax=ax)


def test_axes_of_a_part_of_a_figure():
    part, _ = plt.figure(layout="constrained").subfigures(1, 2)
    ax = part.subplots()
    assert plot.by_group(TABLE, ax=ax) is ax


def test_an_estimate_without_interval():
    """Of one time there is no interval of the mean: the mark stands alone."""
    times = pm.summarise_times(
        Tally.from_columns({"area": ["A", "B"], "seconds": [30, 40]}, [1, 1]), by="area"
    )
    text = said(plot.by_group(times))
    assert "Mean: highest in B (40 s), lowest in A (30 s)" in text
    assert " to " not in text


def two_groups():
    counts = Tally.from_columns(
        {"period": [*YEARS] * 2, "force": ["A", "A", "B", "B"], "group": ["x"] * 4}, [5, 6, 7, 8]
    )
    return pm.change_drivers(counts, between=YEARS, of="group", by="force")


def test_one_group_of_several_is_drawn():
    table = two_groups()
    assert "Recorded crime rose by 1 (+20.0%)" in title_of(plot.drivers(table[table["force"] == "A"]))


def test_several_figures():
    """Figures put together by hand are a table like any other."""
    table = Results.of([pm.rate_change(60_000, 52_000), pm.rate_change(900, 1_000)])
    assert "All" in said(plot.by_group(table))


def test_the_how_to_runs():
    found = doctest.testfile(str(HOWTO), module_relative=False, encoding="utf-8")
    assert found.attempted > 5
    assert found.failed == 0
