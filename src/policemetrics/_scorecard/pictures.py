"""The pictures of the scorecard, as they stand in its page: drawn once for a light page and once for a dark one."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final, cast

import attrs
import numpy as np

from policemetrics import _write, plot
from policemetrics._handover import optional
from policemetrics._scorecard.sections import attendance_times, change_by_group, positive_by_year
from policemetrics.plot._canvas import MAIN, RISE
from policemetrics.typing import Basis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_LINES: Final[dict[Basis, tuple[str, str]]] = {"closed": (MAIN, "o"), "recorded": (RISE, "s")}


@attrs.frozen
class Drawn:
    """A picture as two addresses that hold it, and what it shows in words."""

    light: str
    dark: str
    alternative: str


def drawn() -> dict[str, Drawn]:
    """Draw the picture of each section that has one.

    Returns
    -------
    dict of str to Drawn
        By the name of the section.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed, or is too old.
    """
    optional("matplotlib", "a page with pictures", extra="plot")
    drivers, fires = change_by_group(), attendance_times()
    return {
        "groups": _twice(lambda: plot.drivers(drivers)),
        "outcomes": _twice(_by_year),
        "attendance": _twice(lambda: plot.times(fires, target=360)),
    }


def _twice(draw: Callable[[], Axes]) -> Drawn:
    light, title = _address(draw, "default")
    return Drawn(light, _address(draw, "dark_background")[0], title)


def _address(draw: Callable[[], Axes], style: str) -> tuple[str, str]:
    """Draw in a style, and return the picture as an address, with its title."""
    with _style(style):
        axes = draw()
        held = BytesIO()
        # Without the date, and on the ground of the page.
        cast("Canvas", axes.get_figure()).savefig(
            held, format="svg", transparent=True, metadata={"Date": None}
        )
    title = " ".join(axes.get_title(loc="left").split())
    return f"data:image/svg+xml;base64,{b64encode(held.getvalue()).decode('ascii')}", title


@contextmanager
def _style(name: str) -> Iterator[None]:
    """Draw in a style, without a screen, and leave no figure open."""
    from matplotlib import pyplot as plt

    before = plt.get_fignums()
    with plt.style.context(["default", name, {"svg.hashsalt": "policemetrics"}]):
        try:
            yield
        finally:
            for number in set(plt.get_fignums()) - set(before):
                plt.close(number)


def _by_year() -> Axes:
    """Draw the positive outcomes by year on both bases, each line with its name at its end."""
    from matplotlib import pyplot as plt

    axes = plt.subplots(figsize=(8, 4), layout="tight")[1]
    tables = {basis: positive_by_year(basis) for basis in _LINES}
    highest = np.maximum(*(table["rate"] for table in tables.values()))
    said = []
    # At numbers: Matplotlib before 3.9 writes no words at a place that is a word.
    years = sorted({year for table in tables.values() for year in table["period"]})
    for basis, (colour, marker) in _LINES.items():
        rates = tables[basis]["rate"]
        at = [years.index(year) for year in tables[basis]["period"]]
        axes.plot(at, 100 * rates, color=colour, marker=marker, markersize=5)
        words = [f"{_write.fixed(100 * rate, 1)}%" for rate in rates]
        for place, rate, text, above in zip(at, rates, words, rates == highest, strict=True):
            axes.annotate(
                text, (place, 100 * rate), xytext=(0, 8 if above else -16), textcoords="offset points", ha="center",
                fontsize="small",
            )  # fmt: skip
        end = (at[-1], 100 * rates[-1])
        axes.annotate(basis, end, xytext=(24, 0), textcoords="offset points", va="center")
        said.append(f"from {words[0]} to {words[-1]} on the {basis} basis")
    axes.set_xticks(range(len(years)), [str(year) for year in years])
    axes.set_ylim(bottom=0)
    axes.margins(x=0.08)
    axes.set_ylabel("% of crimes recorded in the year")
    axes.spines[["top", "right"]].set_visible(False)
    title = f"Positive outcomes went {said[0]},\nand {said[1]} so far"
    axes.set_title(title, loc="left", fontweight="bold")
    return axes
