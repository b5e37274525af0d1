"""What the pictures share: `Picture`, axes in and out, a title that fits, rows with names, notes underneath."""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics._handover import optional
from policemetrics.definitions._codes import code_names
from policemetrics.errors import InvalidInputError, Note
from policemetrics.periods import in_words
from policemetrics.results import Exclusions, ExclusionTable, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
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
_REST: Final = 2.1
_MOST_ROWS: Final = 200
_LONGEST_NAME: Final = 34  # characters a line
_SHORTEST_NAME: Final = 4
_NAMES: Final = 0.45  # of the width of the axes as they were, before the names beside them
_NARROWEST: Final = 24
_MOST_NAMED: Final = 3
_MOST_CAVEATS: Final = 4
_MOST_IN_TITLE: Final = 6  # lines
_MOST_IN_CAPTION: Final = 12
_CLOCK: Final = (
    0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
)  # fmt: skip
_DAY: Final = 86_400.0
_TICK: Final = 0.9  # inches of a tick with its words
_LEADING: Final = 1.25  # the height of a line, in letters
_IN_TITLE: Final = 40


# ---- a picture --------------------------------------------------------------------------


class Picture:
    """What is drawn: marks on axes, and words over and under them; each picture says its own."""

    @property
    def size(self) -> tuple[int, int, float]:
        """How many rows it holds, how many it needs besides, and the least width in inches."""
        return 8, 0, 0.0

    @property
    def left_out(self) -> str:
        """What was left out, in words; empty where that is nothing."""
        return ""

    @property
    def caveats(self) -> list[Note]:
        """What must travel with the figures."""
        return []

    @property
    def remarks(self) -> list[str]:
        """What else must be known to read the marks."""
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

    def on(self, ax: Axes | None, title: str | None, source: str | None) -> Axes:
        """Draw all of it on the caller's axes, or on new ones."""
        if self.nothing:
            return say_on(ax, self.nothing, title, source)
        axes = _new_axes(ax, *self.size)
        self.draw(axes)
        words = [[self.unit, *self.remarks, *self._last(note.long for note in self.caveats), *_of(source)]]
        # Where there is no room for all of it, what must be said comes in its short form, and before the rest.
        words += [[*self._last(note.short for note in self.caveats), *_of(source), *self.remarks]]
        _write_on(axes, self.finding if title is None else title, words, own=ax is None)
        return axes

    def _last(self, caveats: Iterable[str]) -> list[str]:
        said = "; ".join(dict.fromkeys(words.rstrip(".") for words in caveats))
        return [
            f"Left out: {self.left_out}." if self.left_out else "",
            f"Caveat: {said}." if said else "",
        ]


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
    def left_out(self) -> str:
        """What was left out of all rows, each of it once."""
        return of_exclusions(self.table._exclusions)

    @property
    def caveats(self) -> list[Note]:
        """What travels with any of the rows, each once."""
        every = list(dict.fromkeys(note for notes in self.table._notes_by_row for note in notes))
        beyond = len(every) - _MOST_CAVEATS
        more = f"and {beyond} more: see the table"
        return [*every[:_MOST_CAVEATS], *([Note("more", more, more)] if beyond > 0 else [])]


# ---- axes -------------------------------------------------------------------------------


def check_options(ax: object, title: object, source: object, user: str) -> None:
    """Refuse what are no axes, no title and no source, before anything is drawn."""
    optional("matplotlib", user, extra="plot")
    from matplotlib.axes import Axes

    if ax is not None and not isinstance(ax, Axes):
        raise _check.wrong_type(ax, "ax must be matplotlib axes, as plt.subplots() gives")
    if ax is not None and (ax.name != "rectilinear" or ax.get_figure() is None):
        msg = "ax must be flat axes of a figure, neither polar nor in space, and not removed from it."
        raise InvalidInputError(msg)
    if title is not None:
        _check.text(title, "title", empty=True)
    if source is not None:
        _check.text(source, "source")


def _new_axes(ax: Axes | None, height: int, room: int = 0, width: float = 0.0) -> Axes:
    """Return the caller's axes, or new ones for so many rows, with room for some more, of at least such a width."""
    if height > _MOST_ROWS:
        msg = f"a picture holds at most {_MOST_ROWS} rows; got {height:,}: choose some of them, as in table.sort(column)[:40]."
        raise InvalidInputError(msg)
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    size = max(_WIDTH, width), _REST + _ROW * (height + room)
    return plt.subplots(figsize=size, layout="tight")[1]


def ticks(kind: str, most: int = 8) -> Any:
    """Return what places the ticks of an axis: a count stands at whole numbers, a time at ones that are read off a clock."""
    from matplotlib.ticker import MaxNLocator

    if kind not in {"seconds", "seconds_change"}:
        return MaxNLocator(most, integer=kind in {"count", "change"}, steps=[1, 2, 2.5, 5, 10])

    class Clock(MaxNLocator):
        def tick_values(self, vmin: float, vmax: float) -> Any:
            step = clock_step((vmax - vmin) / most)
            return np.arange(np.ceil(vmin / step), np.floor(vmax / step) + 1) * step

    return Clock()


def most_ticks(ax: Axes) -> int:
    """Return how many ticks with words find room beside each other."""
    width = ax.get_window_extent().width / ax.figure.figure.dpi
    return int(np.clip(width / _TICK, 1, 4))


def clock_step(least: float) -> float:
    """Return the readable length of time that is at least so long."""
    return next((float(s) for s in _CLOCK if s >= least), float(np.ceil(least / _DAY)) * _DAY)


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


def _of(source: str | None) -> list[str]:
    return [f"Source: {source.rstrip('.')}."] if source else []


def _write_on(ax: Axes, title: str, words: Sequence[Sequence[str]], *, own: bool) -> None:
    """Write the title over the axes and a caption under them, on lines as wide as they are.

    The caption stands below the label of the axis, which is the caller's, and moves with it. On a figure of ours the
    figure grows with the words; on the caller's axes they get a part of the height, and no more: of the ways to say
    them the first that fits, cut if need be.
    """
    from matplotlib.text import OffsetFrom

    canvas = ax.figure.figure
    placed = canvas.get_layout_engine() is None
    canvas.draw_without_rendering()  # settles the layout, so that the width is known
    if placed:
        _keep_inside(ax, canvas)
    room = ax.get_window_extent().width
    # Texts without mathematics: a label may hold dollar signs.
    heading = ax.set_title("", loc="left", fontweight="bold", pad=12, parse_math=False)
    place: Any = ("axes fraction", OffsetFrom(ax.xaxis.label, (0, 0)) if ax.axison else "axes fraction")
    under = ax.annotate(
        "", (0, 0), xycoords=place, xytext=(0, -7), textcoords="offset points", va="top", annotation_clip=False,
        fontsize=SMALL, color=MUTED, parse_math=False,
    )  # fmt: skip
    most = (_MOST_IN_TITLE, _MOST_IN_CAPTION)
    if not own:
        over, beside = (part * _height(ax) / _line(text) for part, text in ((0.22, heading), (0.3, under)))
        most = min(max(int(over), 1), most[0]), min(max(int(beside), 1), most[1])
    for line in (title, *_shorter(title)):
        if _fit(heading, [line], room, most[0]):
            break
    for lines in words:
        if _fit(under, [line for line in lines if line], room, most[1]):
            break
    if own:
        spare = sum(max(text.get_text().count("\n") - 1, 0) * _line(text) for text in (heading, under))
        canvas.set_figheight(canvas.get_figheight() + spare / canvas.dpi)
    elif placed:
        _keep_inside(ax, canvas)


def _line(text: Text) -> float:
    """Return the height of a line of a text, in pixels."""
    canvas = cast("Canvas", text.figure).figure
    return float(cast("float", text.get_fontsize()) * canvas.dpi / 72 * _LEADING)


def _fit(text: Text, lines: Sequence[str], room: float, most: int) -> bool:
    """Wrap lines to a width, and cut them after the most that there may be; return whether all of it is there."""
    text.set_text("".join(lines))
    width = text.get_window_extent().width
    letters = int(room * len(text.get_text()) / width) if width else _NARROWEST
    wrapped: list[str] = []
    while True:
        wrapped = [part for line in lines for part in textwrap.wrap(line, max(letters, _NARROWEST))]
        if whole := len(wrapped) <= most:
            text.set_text("\n".join(wrapped))
        else:
            text.set_text("\n".join([*wrapped[: most - 1], f"{wrapped[most - 1]} …"]))
        # Some letters are wider than the mean of them.
        if letters <= _NARROWEST or text.get_window_extent().width <= room:
            return whole
        letters -= 1


def _shorter(title: str) -> Iterator[str]:
    """Leave off one clause after another from the end, none of them within brackets."""
    depth, ends = 0, []
    for at, letter in enumerate(title):
        if depth == 0 and title[at : at + 2] in {", ", "; ", ": ", " ("}:
            ends.append(at)
        depth += (letter == "(") - (letter == ")")
    yield from (f"{title[:end]} …" for end in reversed(ends))


def _height(ax: Axes) -> float:
    """Return the height in pixels that axes, with their words, have on a figure."""
    cell = ax.get_subplotspec()
    if cell is None:
        return float(ax.get_window_extent().height)
    rows = cell.get_gridspec().nrows
    return float(cast("Canvas", ax.get_figure()).bbox.height * len(cell.rowspan) / rows)


def _keep_inside(ax: Axes, canvas: Canvas) -> None:
    """Make room for words that would fall off a figure that has no layout of its own."""
    box, edge = ax.get_tightbbox(), canvas.bbox
    if box is not None and not (box.x0 >= 0 <= box.y0 and box.x1 <= edge.x1 and box.y1 <= edge.y1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of axes that were placed by hand, which stay where they are
            canvas.tight_layout()


def say_on(ax: Axes | None, sentence: str, title: str | None, source: str | None) -> Axes:
    """Say on the axes why there is no picture."""
    own, ax = ax is None, _new_axes(ax, 1)
    ax.set_axis_off()
    words = textwrap.fill(sentence, 60)
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", parse_math=False)
    if title is not None or source is not None:
        _write_on(ax, title or "", [_of(source)], own=own)
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


def of_exclusions(excluded: Exclusions | ExclusionTable | None) -> str:
    """Say what was left out, by reason; nothing where that is nothing."""
    return excluded.left_out if excluded is not None else ""


def moved(value: float, low: float, high: float) -> str:
    """Say which way something went, as far as its interval tells."""
    if low > 0 or high < 0:
        return "rose" if value > 0 else "fell"
    return "did not clearly change" if value else "did not change"


def row_names(keys: Mapping[str, NDArray[Any]]) -> list[str]:
    """Name each row by its labels, codes by their names; without a dimension there is no name."""
    labels = [_named(dim, k.tolist()) for dim, k in keys.items()]
    return [", ".join(map(str, key)) for key in zip(*labels, strict=True)]


def _named(dim: str, labels: list[Any]) -> list[Any]:
    """Name offences and outcomes, where the dimension is called so and all its labels are codes."""
    if not re.search("offen[cs]e|outcome", dim, re.IGNORECASE):
        return labels
    names = code_names(list(dict.fromkeys(labels)), dim)
    return [names[v] for v in labels] if all(v in names for v in labels) else labels


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
