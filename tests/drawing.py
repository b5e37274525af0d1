"""What the tests of pictures share: the pictures, what they are made of, and what is written in them."""

from functools import cache

import numpy as np
import pytest

import policemetrics as pm
from policemetrics import Tally, plot

matplotlib = pytest.importorskip("matplotlib", reason="pictures need matplotlib: policemetrics[plot]")
matplotlib.use("agg")
from matplotlib.text import Text  # noqa: E402  # after the choice of backend

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


def maturing(months=20, until=6):
    """Crimes of some months, by the month of their outcome: curves, and where they will come to."""
    labels = [f"{2022 + m // 12}-{m % 12 + 1:02d}" for m in range(months)]
    draw, rows = np.random.default_rng(4), []
    for at, month in enumerate(labels):
        left = 2_000
        for age, later in enumerate(labels[at:]):
            ended = draw.binomial(left, [0.03 * 0.85**age, 0.12 * 0.9**age]).tolist()
            rows += [(month, later, code, n) for code, n in zip(("1", "18"), ended, strict=True)]
            left -= sum(ended)
        rows.append((month, None, "0", left))
    *columns, counts = zip(*rows, strict=True)
    names = ("period", "outcome_period", "outcome")
    crimes = Tally.from_columns(dict(zip(names, columns, strict=True)), counts)
    asked = {"positive": "charged", "as_at": labels[-1]}
    return (
        pm.outcome_maturity(crimes, by="period", **asked),
        pm.project_outcome_rate(crimes, until=until, **asked),
    )


def by_month(counts=None, first=2022):
    labels = [f"{first + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
    season = np.rint(1_000 + 200 * np.sin(np.arange(24) / 2)).astype(int)
    return Tally.from_columns({"period": labels}, season if counts is None else counts)


def few_times():
    columns = {"area": ["Essex"] * 3 + ["Kent"] * 30, "seconds": [30.0, 40, 50, *range(20, 50)]}
    return pm.summarise_times(Tally.from_columns(columns, [1] * 33), by="area")


def areas():
    """30 areas around 13.5%, a few far from it; one of too few cases, one without any, one with a long name."""
    draw = np.random.default_rng(3)
    whole = np.rint(np.exp(draw.uniform(6, 11, 30))).astype(int)
    part = draw.binomial(whole, np.clip(draw.normal(0.135, 0.015, 30), 0.02, 0.4))
    part[4], part[9] = 0.25 * whole[4], 0.05 * whole[9]
    labels = [f"Force {i:02d}" for i in range(30)]
    labels[4] = NASTY
    return pm.share([*part, 1, 0], [*whole, 20, 0], labels=[*labels, "Small", "None"])


def beside(**options):
    return pm.compare(areas(), of="label", **{"against": "pooled", "include_self": True} | options)


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
    "funnel": lambda: plot.funnel(beside()),
    "funnel_by_chance": lambda: plot.funnel(beside(overdispersion=None)[:6]),
    "caterpillar": lambda: plot.caterpillar(beside(include_self=False)[20:]),
    "maturity": lambda: plot.maturity(*maturing()),
    "maturity_known": lambda: plot.maturity(maturing(4)[0]),
    "months": lambda: plot.months(by_month()),
    "control": lambda: plot.control_chart(
        pm.control_chart(by_month(), chart="u_prime", baseline=12, good="lower", target=40), source="A table"
    ),
    "control_gaps": lambda: plot.control_chart(
        pm.control_chart(by_month().drop(period=["2022-05", "2022-06", "2023-02"]), chart="xmr", breaks="2023-01")
    ),
    "months_gaps": lambda: plot.months(by_month().drop(period=["2022-05", "2022-06", "2023-02"])),
}  # fmt: skip
TABLE = changes((5, 6, "a"), (7, 8, "b"))
DRIVERS = pm.change_drivers(crimes(), between=YEARS, of="offence")
CHART = pm.control_chart([20, 22, 21, 19] * 3 + [60], chart="xmr", baseline=12)
NOBODY = Tally.from_columns({"period": [], "outcome": []}, [])
AREAS = beside()[20:]
GOOD = {
    "by_group": TABLE,
    "control_chart": CHART,
    "caterpillar": AREAS,
    "funnel": AREAS,
    "drivers": DRIVERS,
    "maturity": maturing(4)[0],
    "months": by_month(),
    "outcome_mix": outcomes(),
    "times": [5],
}
EMPTY = {
    "by_group": TABLE[:0],
    "control_chart": CHART[:0],
    "caterpillar": AREAS[:0],
    "funnel": AREAS[:0],
    "drivers": DRIVERS[:0],
    "maturity": maturing(4)[0][:0],
    "months": NOBODY,
    "outcome_mix": NOBODY,
    "times": [],
}


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


def save(ax, file):
    """Keep a small picture of the marks, and in it the words.

    Each release of matplotlib draws and spaces letters another way; lines, bars and points it draws as every other. So the
    axes get one place on one size of figure, and what is written is kept as text.
    """
    figure = ax.figure
    figure.set_layout_engine("none")
    figure.set_size_inches(8, 5)
    ax.set_position((0.3, 0.2, 0.4, 0.6))
    written = sorted(" ".join(text.get_text().split()) for text in words(ax))
    for text in figure.findobj(Text):
        text.set_visible(False)
    if ax.get_legend():  # it is as wide as its words
        ax.get_legend().set_visible(False)
    ax.tick_params(labelbottom=False, labeltop=False, labelleft=False)
    figure.savefig(file, dpi=50, metadata={"Software": "matplotlib", "Description": "\n".join(written)})


@cache
def drawn(name):
    """A picture that several tests look at, drawn once."""
    return PICTURES[name]()
