"""What the pictures share: `Picture`, axes in and out, a title that fits, rows with names, notes underneath."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics.errors import InvalidInputError
from policemetrics.periods import in_words
from policemetrics.results import Exclusions, ExclusionTable, Results, optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

# Blue and vermilion of Okabe and Ito, told apart by every kind of colour vision; the vermilion darkened, so
# that they differ in grey as well.
MAIN: Final = "#0072B2"
FALL: Final = "#56B4E9"
RISE: Final = "#B04A00"
MUTED: Final = "0.45"  # a grey that reads on white and on black
SMALL: Final = "small"
_WIDTH: Final = 8.0  # inches
_ROW: Final = 0.36
_REST: Final = 1.8
_MOST_ROWS: Final = 200
_LONGEST_NAME: Final = 34  # characters a line
_SHORTEST_NAME: Final = 4
_NAMES: Final = 0.45  # of the width of the axes as they were, before the names beside them
_NARROWEST: Final = 24
_SPARE: Final = 0.95  # a line of wide letters is wider than the mean
_MOST_NAMED: Final = 3
_IN_TITLE: Final = 40


# ---- a picture --------------------------------------------------------------------------


class Picture:
    """What is drawn: marks on axes, and words over and under them; each picture says its own."""

    @property
    def size(self) -> tuple[int, int, float]:
        """How many rows it holds, how many it needs besides, and the least width in inches."""
        return 8, 0, 0.0

    @property
    def notes(self) -> list[str]:
        """What travels with the figures."""
        return []

    @property
    def nothing(self) -> str:
        """Why there is no picture; empty where there is one."""
        return ""

    @property
    def finding(self) -> str:
        """What the picture shows, which is its title."""
        raise NotImplementedError  # each picture says its own

    @property
    def unit(self) -> str:
        """What the marks are, which stands below the axes."""
        raise NotImplementedError  # each picture says its own

    def draw(self, ax: Axes) -> None:
        """Draw the marks."""
        raise NotImplementedError  # each picture says its own

    def on(self, ax: Axes | None, title: str | None) -> Axes:
        """Draw all of it on the caller's axes, or on new ones."""
        if self.nothing:
            return say_on(ax, self.nothing, title)
        axes = _new_axes(ax, *self.size)
        self.draw(axes)
        _write_on(axes, self.finding if title is None else title, [self.unit, *self.notes])
        return axes


@attrs.frozen
class PictureOfTable(Picture):
    """A picture of the rows of a table."""

    table: Results[Any]

    @property
    def named(self) -> NDArray[np.object_]:
        """The name of each row."""
        return np.array(row_names(self.table._keys) or ["All"] * len(self.table), dtype=object)

    @property
    def nothing(self) -> str:
        """A table without rows."""
        return "" if len(self.table) else "Nothing to show: the table has no rows."

    @property
    def notes(self) -> list[str]:
        """What was left out of all rows, and the caveat."""
        first, excluded = self.table[0], int(self.table["excluded"].sum())
        unit = first.exclusions.unit if first.exclusions else ""
        return [
            f"Left out: {_write.count(excluded)} {unit}." if excluded else "",
            f"Caveat: {first.caveat.rstrip('.')}." if first.caveat else "",
        ]


# ---- axes -------------------------------------------------------------------------------


def check_options(ax: object, title: object, user: str) -> None:
    """Refuse what are no axes and no title, before anything is drawn."""
    optional("matplotlib", user, extra="plot")
    from matplotlib.axes import Axes

    if ax is not None and not isinstance(ax, Axes):
        raise _check.wrong_type(ax, "ax must be matplotlib axes, as plt.subplots() gives")
    if ax is not None and (ax.name != "rectilinear" or ax.get_figure() is None):
        msg = "ax must be flat axes of a figure, neither polar nor in space, and not removed from it."
        raise InvalidInputError(msg)
    if title is not None:
        _check.text(title, "title", empty=True)


def _new_axes(ax: Axes | None, height: int, room: int = 0, width: float = 0.0) -> Axes:
    """Return the caller's axes, or new ones for so many rows, with room for some more, of at least such a width."""
    if height > _MOST_ROWS:
        msg = f"a picture holds at most {_MOST_ROWS} rows; got {height:,}: choose some of them, as in table.sort(column)[:40]."
        raise InvalidInputError(msg)
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    size = max(_WIDTH, width), _REST + _ROW * (height + room)
    return plt.subplots(figsize=size, layout="constrained")[1]


def ink() -> Any:
    """Return the colour of text in the style that is in use, dark or light."""
    from matplotlib import rcParams

    return rcParams["text.color"]


def bare(ax: Axes, grid: Literal["", "x", "y"] = "") -> None:
    """Take away the frame and the ticks; what is left is a faint grid behind the figures, where there is one."""
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.tick_params(axis="x", pad=9)  # clear of the names of the rows beside them
    ax.set_axisbelow(True)
    if grid:
        ax.grid(visible=True, axis=grid, color="0.5", alpha=0.25, linewidth=0.8)


def name_rows(ax: Axes, names: Iterable[str]) -> None:
    """Put names beside rows that run downwards from 0, long ones on two lines."""
    listed, longest = list(names), _LONGEST_NAME
    _set_names(ax, listed, longest)
    width = max((text.get_window_extent().width for text in ax.get_yticklabels()), default=0.0)
    most = _NAMES * ax.get_window_extent().width
    if width > most:  # wide letters, or small axes: the marks would have no room left
        _set_names(ax, listed, max(int(longest * most / width), _SHORTEST_NAME))
    ax.set_ylim(len(listed) - 0.5, -0.5)


def _set_names(ax: Axes, names: Sequence[str], letters: int) -> None:
    wrapped = ["\n".join(textwrap.wrap(n, letters, max_lines=2, placeholder=" …")) for n in names]
    ax.set_yticks(range(len(wrapped)), wrapped, parse_math=False)


# ---- words ------------------------------------------------------------------------------


def _write_on(ax: Axes, title: str, notes: Sequence[str]) -> None:
    """Write the title over the axes, and the notes under them, on lines as wide as they are."""
    # Settles the layout, so that the width is known. The figure of a figure within one is the whole.
    ax.figure.figure.draw_without_rendering()
    # A text without mathematics: a label may hold dollar signs.
    heading = ax.set_title("", loc="left", fontweight="bold", pad=12, parse_math=False)
    _fit(heading, [title], ax)
    under = ax.set_xlabel("", loc="left", fontsize=SMALL, color=MUTED, parse_math=False)
    _fit(under, [note for note in notes if note], ax)


def _fit(text: Text, lines: Sequence[str], ax: Axes) -> None:
    """Wrap lines to the width of the axes, by how wide their letters are in the mean."""
    text.set_text("".join(lines))
    width = text.get_window_extent().width
    if not width:
        return
    letters = int(_SPARE * ax.get_window_extent().width * len(text.get_text()) / width)
    text.set_text("\n".join(textwrap.fill(line, max(letters, _NARROWEST)) for line in lines))


def say_on(ax: Axes | None, sentence: str, title: str | None) -> Axes:
    """Say on the axes why there is no picture."""
    ax = _new_axes(ax, 1)
    ax.set_axis_off()
    words = textwrap.fill(sentence, 60)
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", parse_math=False)
    if title is not None:
        _write_on(ax, title, ())
    return ax


def in_row(ax: Axes, at: float, row: int, words: str, **style: Any) -> None:
    """Write in a row, at a fraction of the width of the axes."""
    ax.text(at, row, words, transform=ax.get_yaxis_transform(), va="center", fontsize=SMALL, **style)


def reason_in_row(ax: Axes, row: int, reason: str) -> None:
    """Say in the row of a figure that is not available why it is not."""
    words = "\n".join(textwrap.wrap(reason, 76, max_lines=2, placeholder=" …"))
    style = {"fontstyle": "italic", "color": MUTED, "parse_math": False, "bbox": _behind(ax)}
    in_row(ax, 0.01, row, words, **style)


def beside(ax: Axes, at: tuple[float, float], words: str, *, right: bool = True, **style: Any) -> None:
    """Write a figure beside the mark that shows it."""
    ax.annotate(
        words, at, xytext=(5 if right else -5, 0), textcoords="offset points", va="center",
        ha="left" if right else "right", fontsize=SMALL, bbox=_behind(ax), **style,
    )  # fmt: skip


def _behind(ax: Axes) -> dict[str, Any]:
    """Return a ground for text, so that no line runs through it."""
    return {"facecolor": ax.get_facecolor(), "edgecolor": "none", "pad": 1}


def whole(value: object, name: str) -> int:
    """Return a whole number >= 1."""
    found = _check.number(value, name, low=1)
    if not found.is_integer():
        msg = f"{name} must be a whole number; got {value}."
        raise InvalidInputError(msg)
    return int(found)


def left_out(excluded: Exclusions | ExclusionTable | None) -> list[str]:
    """Say what was left out, in a list; nothing where that is nothing."""
    return [f"Left out: {excluded.left_out}."] if excluded is not None and excluded.left_out else []


def row_names(keys: Mapping[str, NDArray[Any]]) -> list[str]:
    """Name each row by its labels; without a dimension there is no name."""
    return [", ".join(map(str, key)) for key in zip(*(k.tolist() for k in keys.values()), strict=True)]


def joined(names: Sequence[str], *, others: str = "") -> str:
    """List a few names as a sentence does; more of them only as a number."""
    if len(names) > _MOST_NAMED:
        return f"{len(names)}{others}"
    return _write.listed(map(short, names))


def short(name: str, most: int = _IN_TITLE) -> str:
    """Cut a name to what fits in a title: after a word, or within one that is too long itself."""
    name = " ".join(name.split())
    if len(name) <= most:
        return name
    head = name[: most - 2]
    return f"{head.rpartition(' ')[0] or head} …"


def when(between: tuple[str, str]) -> str:
    """Say between which periods, where that is known."""
    return f", {' to '.join(map(in_words, between))}" if all(between) else ""
