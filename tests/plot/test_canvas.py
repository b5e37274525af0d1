"""All pictures: compared with images that were looked at; axes and titles of the caller; colours."""

import doctest
import itertools
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from drawing import (
    DRIVERS,
    EMPTY,
    GOOD,
    NOBODY,
    PICTURES,
    TABLE,
    YEARS,
    beside,
    by_month,
    changes,
    drawn,
    outcomes,
    said,
    save,
    title_of,
    words,
)
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.testing.compare import compare_images
from PIL import Image

import policemetrics as pm
from policemetrics import Tally, plot
from policemetrics.errors import InvalidInputError, InvalidTypeError, MissingDependencyError, SmallAxesWarning
from policemetrics.plot._canvas import FALL, RISE

BASELINES = Path(__file__).parents[1] / "pictures"
HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "pictures.md"
TOLERANCE = 1  # root mean square of 256 levels
SMALL = pytest.mark.filterwarnings("ignore::policemetrics.errors.SmallAxesWarning")


@pytest.mark.usefixtures("no_breaks")
@pytest.mark.parametrize("name", PICTURES)
class TestPictures:
    def test_looks_as_it_did(self, name, tmp_path):
        """Where a picture is meant to change: delete its image, run this, look at the new one."""
        new, kept = tmp_path / f"{name}.png", BASELINES / f"{name}.png"
        save(PICTURES[name](), new)
        if not kept.exists():
            kept.write_bytes(new.read_bytes())
            pytest.fail(f"there was no {kept}; it is there now: look at it")
        with Image.open(kept) as old, Image.open(new) as now:
            assert now.text["Description"].split("\n") == old.text["Description"].split("\n")
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


LONG = {"letters": "x" * 200, "wide": "W" * 200, "words": "word " * 40}


@pytest.mark.parametrize("size", [None, (6, 4), (4, 3)])
@pytest.mark.parametrize("long", LONG)
@SMALL
class TestLongLabels:
    """The marks keep room beside a label of 200 characters; matplotlib would warn where they have none."""

    def room(self, ax):
        ax.figure.draw_without_rendering()
        assert max(len(line) for line in title_of(ax).split()) < 60
        return ax.get_position().width

    def test_by_group(self, long, size):
        ax = size and plt.subplots(layout="constrained", figsize=size)[1]
        assert self.room(plot.by_group(changes((10, 12, LONG[long]), (20, 90, "Kent")), ax=ax)) > 0.1

    def test_drivers(self, long, size):
        ax = size and plt.subplots(layout="constrained", figsize=size)[1]
        columns = {"period": [YEARS[0]] * 2 + [YEARS[1]] * 2, "area": [LONG[long], "Kent"] * 2}
        crimes = Tally.from_columns(columns, [10, 20, 90, 21])
        table = pm.change_drivers(crimes, between=YEARS, of="area")
        ax = plot.drivers(table, ax=ax)
        assert self.room(ax) > 0.45
        assert title_of(ax).startswith("Recorded crime rose by 81")
        if size is None:  # a figure of ours grows with its words
            assert "… added most (+80)" in title_of(ax)


def test_a_long_row_of_a_mix():
    tally = Tally.from_columns(
        {"area": ["x" * 200, "x" * 200, "Kent", "Kent"], "outcome": ["1", "18"] * 2}, [10, 1, 20, 90]
    )
    ax = plot.outcome_mix(tally, by="area")
    ax.figure.draw_without_rendering()
    assert ax.get_position().height > 0.3
    assert title_of(ax).endswith(f"9.1% in {'x' * 38} …, the least")


class TestColours:
    def test_told_apart_in_grey(self):
        """Rises and falls differ in lightness, so that any colour vision and any printer will do."""
        rgb = [to_rgb(c) for c in (RISE, FALL)]
        dark, light = (float(np.dot(c, (0.2126, 0.7152, 0.0722))) for c in rgb)
        assert light - dark > 0.25

    def test_dark_style(self):
        """On a dark ground the words are light."""
        with plt.style.context("dark_background"):
            ax = PICTURES["drivers"]()
            assert all(to_rgb(t.get_color()) > (0.4, 0.4, 0.4) for t in words(ax))


class TestWhatIsNotThere:
    def test_empty_tables_say_so(self):
        assert said(drawn("changes_empty")) == "Nothing to show: the table has no rows."
        assert said(plot.drivers(DRIVERS[:0])) == "Nothing to show: the table has no rows."
        assert said(drawn("times_empty")) == "Times: not available: no rows."
        assert said(plot.outcome_mix(NOBODY, by="period")) == "Nothing to show: no outcomes were counted."
        assert said(plot.months(NOBODY)) == "Nothing to show: no months were counted."

    def test_what_was_left_out(self):
        columns = {"period": [*YEARS, YEARS[0]], "outcome": ["1", "1", None]}
        assert "Left out: missing outcome 4." in said(
            plot.outcome_mix(Tally.from_columns(columns, [2, 3, 4]), by="period")
        )
        times = Tally.from_columns({"seconds": [30, 40, None]}, [1, 1, 5])
        assert "Left out: missing seconds 5." in said(plot.times(times))
        missed = plot.times(times, target=35, missed="missing seconds")
        assert "5 more have no time, and count as missing the target." in said(missed)
        assert "Left out" not in said(missed)
        assert missed.get_title(loc="left").startswith(
            "14.3% (95% interval 2.6% to 51.3%) took less than the target of 35 s"
        )
        lacking = Tally.from_columns({"period": [*YEARS] * 2, "force": ["A", "A", None, None]}, [5, 6, 1, 2])
        ax = plot.by_group(pm.rate_change(lacking, between=YEARS, by="force", caveat="a break in recording."))
        assert "Caveat: a break in recording; left out because a label is missing: 1 of 6" in said(ax)
        dated = Tally.from_columns(
            {"period": [*by_month().labels("period"), "2023-05"], "area": [*["A"] * 24, None]}, [5] * 25
        )
        assert "Left out" not in said(plot.months(dated))  # what is of no area is of its month all the same
        left = Tally.from_columns(
            {"period": [*YEARS, YEARS[0]], "offence": ["theft", "theft", None], "area": ["A", "A", "A"]},
            [5, 6, 7],
        )
        assert "Left out: missing offence 7." in said(
            plot.drivers(pm.change_drivers(left, between=YEARS, of="offence"))
        )


# ---- the caption ------------------------------------------------------------------------


def forces():
    """All 43, one of which had nothing before."""
    draw = np.random.default_rng(1)
    names = [n for n, force in pm.definitions.force_names().items() if force.kind == "territorial"]
    old = draw.integers(10_000, 200_000, len(names))
    new, old[7] = np.rint(old * draw.normal(1, 0.08, len(names))).astype(int), 0
    return pm.rate_change(old, new, labels=names).sort("percent_change")


CAVEAT = "the recording system was replaced in April 2023, and nobody knows what that did to the counts"
SOURCE = "Home Office, police recorded crime"


def harm():
    """One figure with a long sentence and a long caveat."""
    data = pm.datasets.west_midlands_offences().columns
    tally = Tally.from_columns({"period": data["period"], "offence": data["offence_code"]}, data["offences"])
    return pm.harm_change(tally, pm.harm_weights("ons-css", version="2020"), between=("2017/18", "2019/20"))


def inside(ax):
    """Every word is on the figure, and the marks have room."""
    edge = ax.figure.get_window_extent()
    for text, box in words(ax).items():
        if text.axes is not ax:
            continue
        assert box.x0 > edge.x0 - 1, text
        assert box.y0 > edge.y0 - 1, text
        assert box.x1 < edge.x1 + 1, text
        assert box.y1 < edge.y1 + 1, text
    assert ax.get_window_extent().height > 40


@SMALL
@pytest.mark.parametrize("name", plot.__all__)
class TestCaption:
    """It is nobody's label: whatever is done to the axes, it is there and can be read."""

    def drawn(self, name, **options):
        return getattr(plot, name)(GOOD[name], source=SOURCE, **options)

    def test_survives_a_label_of_the_caller(self, name):
        ax = self.drawn(name)
        ax.set_xlabel("a label of the caller")
        assert f"Source: {SOURCE}." in said(ax)
        boxes = {text.get_text(): box for text, box in words(ax).items()}
        caption = next(box for text, box in boxes.items() if f"Source: {SOURCE}." in " ".join(text.split()))
        label = boxes["a label of the caller"]
        assert caption.y1 <= label.y0 + 1  # it has moved down
        inside(ax)

    def test_survives_layouts(self, name, tmp_path):
        ax = self.drawn(name)
        ax.figure.tight_layout()
        inside(ax)
        ax.figure.savefig(tmp_path / "a.png", bbox_inches="tight")
        assert f"Source: {SOURCE}." in said(ax)

    @pytest.mark.parametrize("layout", [None, "constrained", "tight"])
    @pytest.mark.parametrize("size", [(6, 4), (4, 3)])
    def test_on_axes_of_the_caller(self, name, layout, size):
        _, ax = plt.subplots(figsize=size, layout=layout)
        self.drawn(name, ax=ax)
        inside(ax)
        assert SOURCE.split(", ", maxsplit=1)[0] in said(ax)

    def test_beside_others(self, name):
        _, axes = plt.subplots(2, 2, figsize=(10, 8), layout="constrained")
        for ax in axes.flat:
            self.drawn(name, ax=ax)
        for ax in axes.flat:
            inside(ax)

    def test_of_nothing(self, name):
        assert f"Source: {SOURCE}." in said(getattr(plot, name)(EMPTY[name], source=SOURCE))

    @pytest.mark.parametrize("bad", [5, "", b"x"])
    def test_bad_source(self, name, bad):
        with pytest.raises((InvalidInputError, InvalidTypeError), match="source must"):
            getattr(plot, name)(GOOD[name], source=bad)
        assert plt.get_fignums() == []


@SMALL
class TestLongWords:
    """A figure of its own grows with its words; on axes of the caller they never take the room of the marks."""

    def test_of_one_figure(self):
        ax = plot.by_group(harm(), source=SOURCE)
        inside(ax)
        assert title_of(ax).endswith("harm per crime rose by 0.9%.")
        assert "Caveat: This edition is superseded" in said(ax)
        assert said(ax).count("This edition is superseded") == 1

    @pytest.mark.parametrize("layout", [None, "constrained", "tight"])
    @pytest.mark.parametrize("size", [(8, 3), (4, 3), (3, 3)])
    def test_on_small_axes(self, layout, size):
        _, ax = plt.subplots(figsize=size, layout=layout)
        plot.by_group(harm(), ax=ax, source=SOURCE)
        ax.figure.draw_without_rendering()
        assert ax.get_window_extent().height > 40
        assert "Caveat: " in said(ax)  # its short form, where there is no more room
        assert not title_of(ax).endswith("(95% …")

    def test_a_caveat_without_end(self):
        change = pm.rate_change(60_000, 52_000, caveat=" ".join([CAVEAT] * 30))
        inside(plot.by_group(change))
        _, ax = plt.subplots(figsize=(6, 4), layout="constrained")
        inside(plot.by_group(change, ax=ax))
        assert said(ax).endswith("…") or "…" in said(ax)

    @pytest.mark.parametrize("size", [(8.27, 11.69), (13.33, 7.5)])
    def test_43_forces_on_a_page_and_on_a_slide(self, size):
        """And no warning, which would be an error here."""
        table = forces()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            inside(plot.by_group(table, ax=plt.subplots(figsize=size, layout="constrained")[1]))
        own = plot.by_group(table)
        assert own.figure.get_figwidth() <= 8.27
        assert own.figure.get_figheight() <= 11.69
        inside(own)

    @pytest.mark.parametrize("layout", ["constrained", "tight"])
    def test_axes_without_room(self, layout):
        """They are warned of in our words, with a size that would do: the cure is run."""
        calls = {
            "by_group": lambda **on: plot.by_group(forces(), **on),
            "outcome_mix": lambda **on: plot.outcome_mix(outcomes(), by="period", **on),
            "funnel": lambda **on: plot.funnel(beside(), **on),
        }
        for name, call in calls.items():
            _, small = plt.subplots(figsize=(3, 2.2), layout=layout)
            with pytest.warns(SmallAxesWarning, match="ax is too small for this picture") as caught:
                assert call(ax=small) is small, name
            figsize = eval(re.search(r"figsize=(\(.*?\))", str(caught[0].message))[1])  # noqa: S307
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                inside(call(ax=plt.subplots(figsize=figsize, layout=layout)[1]))

    def test_a_title_loses_whole_clauses(self):
        """Never a part of an interval."""
        _, ax = plt.subplots(figsize=(3, 3), layout="constrained")
        plot.months(by_month([1_000] * 12 + [1_100] * 12), ax=ax)
        assert title_of(ax) in {
            "Recorded crime rose by 10.0% …",
            "Recorded crime rose by 10.0% (95% interval +7.3% to +12.8%) …",
        }


def test_caveats_of_all_rows():
    """Each once, whichever row it travels with; the first row may have none."""
    one = pm.rate_change([60_000], [52_000], labels=["Kent"])[0]
    others = [
        pm.rate_change([900], [700], labels=[name], caveat=why)[0]
        for name, why in (("Essex", CAVEAT), ("Surrey", CAVEAT), ("Sussex", "a strike"))
    ]
    text = said(plot.by_group(pm.Results.of([one, *others])))
    assert text.count(CAVEAT) == 1
    assert "a strike" in text
    many = [pm.rate_change([9], [7], labels=[f"F{i}"], caveat=f"why {i}")[0] for i in range(7)]
    assert "why 3; and 3 more: see the table" in said(plot.by_group(pm.Results.of(many)))


def test_what_was_left_out_of_two_comparisons_counts_once():
    lacking = Tally.from_columns(
        {"period": ["2021/22", *YEARS, YEARS[0]], "area": ["A", "A", "A", None]},
        [5, 5, 6, 7],
        overlapping="area",
    )
    table = pm.rate_change(lacking, versus="previous")
    assert "Left out: missing area 7." in said(plot.by_group(table))


@pytest.mark.parametrize("name", plot.__all__)
def test_without_matplotlib(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        MissingDependencyError, match=rf"plot\.{name} needs matplotlib; .*\"policemetrics\[plot\]\""
    ):
        getattr(plot, name)(None)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
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


def test_the_how_to_runs():
    found = doctest.testfile(str(HOWTO), module_relative=False, encoding="utf-8")
    assert found.attempted > 5
    assert found.failed == 0
