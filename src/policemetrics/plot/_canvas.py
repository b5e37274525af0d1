"""What the pictures share: `Picture`, axes in and out, a title that fits, rows with names, notes underneath."""

from __future__ import annotations

import math
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics._handover import optional
from policemetrics.definitions._codes import code_names
from policemetrics.errors import InvalidInputError, Note, SmallAxesWarning
from policemetrics.periods import in_words
from policemetrics.results import Exclusions, ExclusionTable, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.text import Annotation, Text

# Blue and vermilion of Okabe and Ito, told apart by every kind of colour vision; the vermilion darkened, so
# that they differ in grey as well.
MAIN: Final = "#0072B2"
FALL: Final = "#56B4E9"
RISE: Final = "#B04A00"
MUTED: Final = "0.45"  # a grey that reads on white and on black
SMALL: Final = "small"
_WIDTH: Final = 8.0  # inches
_ROW: Final = 0.36
_LEAST_ROW: Final = 0.2  # with letters of the common size
_REST: Final = 2.1
_TALL: Final = 11.0  # of a page of A4
_MOST_ROWS: Final = 200
_LONGEST_NAME: Final = 34  # characters a line
_SHORTEST_NAME: Final = 10
_MARKS: Final = 1.0  # inches that marks need beside their words
_NAMES: Final = 0.45  # of the width of the axes as they were, before the names beside them
_NARROWEST: Final = 24
_MOST_NAMED: Final = 3
_MOST_CAVEATS: Final = 4
_MOST_IN_CAPTION: Final = 12  # lines
_SLACK: Final = 1.0  # of a pixel
_LEAST_MARKS: Final = 0.4  # inches; with less there is no picture
_IN_ROW: Final = "_in a row"  # labels of texts, by which they are found again
_AT_END: Final = "_at an end"
_CAPTION: Final = "_caption"
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
        """A caveat to show with the figures."""
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
        """What the marks are, which stands below the axes; empty where the axes say it."""
        return ""

    @property
    def measured(self) -> tuple[str, str]:
        """What the axis across and the axis upwards measure, where their ticks do not say it."""
        return "", ""

    @property
    def rows(self) -> list[str]:
        """The names of rows, from the top; none where the picture has no rows."""
        return []

    def draw(self, ax: Axes) -> None:
        """Draw the marks."""
        raise NotImplementedError  # each picture says its own

    def finish(self, ax: Axes) -> None:
        """Place what depends on the size that the axes have got."""

    def on(self, ax: Axes | None, title: str | None, source: str | None) -> Axes:
        """Draw all of it on the caller's axes, or on new ones; warn where the caller's have no room for it."""
        if self.nothing:
            return say_on(ax, self.nothing, title, source)
        inches = _inches(self)
        if ax is None:
            axes = _new_axes(*inches)
            self._draw_on(axes, title, source, own=True)
            return axes
        if not self._fits(ax, title, source):
            _warn_of_room(*self._enough(title, source))
        return ax

    def _draw_on(self, ax: Axes, title: str | None, source: str | None, *, own: bool) -> bool:
        """Draw the marks and the words; return whether all words were said."""
        self.draw(ax)
        if self.rows:
            name_rows(ax, self.rows)
        words = [[self.unit, *self.remarks, *self._last(note.long for note in self.caveats), *_of(source)]]
        # Where there is no room for all of it, what must be said comes in its short form, and before the rest.
        words += [[*self._last(note.short for note in self.caveats), *_of(source), *self.remarks]]
        whole = _write_on(
            ax, self.finding if title is None else title, words, self.measured, self.rows, own=own
        )
        _spread(ax)
        self.finish(ax)
        return whole

    def _fits(self, ax: Axes, title: str | None, source: str | None) -> bool:
        """Draw on the caller's axes; return whether there is room for everything."""
        with warnings.catch_warnings():
            # What matplotlib says of axes without room, we say with the size that would do.
            warnings.filterwarnings("ignore", message="(constrained_layout|Tight layout) not applied")
            if not self._draw_on(ax, title, source, own=False):
                return False
            if _clear(ax):
                return True
            ax.figure.figure.draw_without_rendering()  # a layout may take two turns
            return _clear(ax)

    def _enough(self, title: str | None, source: str | None) -> tuple[float, float]:
        """Return the inches, across and up, that the picture needs: those of one of ours, and a little more."""
        from matplotlib.figure import Figure as Canvas

        own = Canvas(figsize=_inches(self), layout="tight")
        self._draw_on(own.subplots(), title, source, own=True)
        width, height = (math.ceil(2 * inches + 1) / 2 for inches in own.get_size_inches().tolist())
        return width, height

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


class PictureOfRows(PictureOfTable):
    """A picture in which each row of a table has a row with its name."""

    @property
    def rows(self) -> list[str]:
        """Their names."""
        return [str(name) for name in self.named]


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


def _inches(picture: Picture) -> tuple[float, float]:
    """Return the width and the height of a figure of ours: rows whose names need one line stay within a page of A4."""
    height, room, width = picture.size
    if height > _MOST_ROWS:
        msg = f"a picture holds at most {_MOST_ROWS} rows; got {height:,}: choose some of them, as in table.sort(column)[:40]."
        raise InvalidInputError(msg)
    row = _ROW
    if max(map(len, picture.rows), default=_LONGEST_NAME + 1) <= _LONGEST_NAME:
        row = min(max((_TALL - _REST) / (height + room), _LEAST_ROW), _ROW)
    return max(_WIDTH, width), _REST + row * (height + room)


def _new_axes(width: float, height: float) -> Axes:
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=(width, height), layout="tight")[1]


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


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Put names beside rows that run downwards from 0, long ones on two lines."""
    _set_names(ax, names, _LONGEST_NAME)
    ax.set_ylim(len(names) - 0.5, -0.5)


def _set_names(ax: Axes, names: Sequence[str], letters: int, lines: int = 2, **style: Any) -> int:
    """Name the rows in lines of so many letters, fewer where they would leave no room for marks; return the most lines."""
    wrapped: list[str] = []
    box = _extent(ax)
    most = _NAMES * (box.x1 - min([box.x0, *(text.get_window_extent().x0 for text in ax.get_yticklabels())]))
    while True:
        wrapped = ["\n".join(_wrapped(n, letters, lines)) for n in names]
        ax.set_yticks(range(len(wrapped)), wrapped, parse_math=False, **style)
        width = max((text.get_window_extent().width for text in ax.get_yticklabels()), default=0.0)
        if width <= most or letters <= _SHORTEST_NAME:  # wide letters, or small axes
            return 1 + max((name.count("\n") for name in wrapped), default=0)
        letters = max(min(int(letters * most / width), letters - 1), _SHORTEST_NAME)


def _fit_rows(ax: Axes, names: Sequence[str]) -> None:
    """Write the names, and what stands beside the marks, as large as the rows allow."""
    from matplotlib.font_manager import FontProperties

    canvas = ax.figure.figure
    canvas.draw_without_rendering()
    pitch = ax.get_window_extent().height / canvas.dpi * 72 / len(names)
    beside = [text for text in ax.texts if text.get_label() == _IN_ROW]
    for size, lines in ((None, 2), (SMALL, 2), (SMALL, 1), ("x-small", 1)):
        points = FontProperties(size=size or ax.get_yticklabels()[0].get_fontsize()).get_size_in_points()
        letters = _LONGEST_NAME * (3 - lines)
        style = {} if size is None else {"fontsize": size}
        if _set_names(ax, names, letters, lines, **style) * _LEADING * points <= pitch:
            break
    if size == "x-small":
        for text in beside:
            text.set_fontsize(size)
    canvas.draw_without_rendering()
    if ax.get_window_extent().width < _MARKS * canvas.dpi:
        for text in beside:  # the interval is drawn; what is left is the figure
            text.set_text(text.get_text().partition("  ")[0])
        canvas.draw_without_rendering()


# ---- words ------------------------------------------------------------------------------


def _of(source: str | None) -> list[str]:
    return [f"Source: {source.rstrip('.')}."] if source else []


def _write_on(
    ax: Axes,
    title: str,
    words: Sequence[Sequence[str]],
    axes: tuple[str, str] = ("", ""),
    rows: Sequence[str] = (),
    *,
    own: bool,
) -> bool:
    """Write the title over the axes, what these measure, and a caption under them; return whether all of it is there.

    Title and caption are as wide as the axes with their names. The caption stands below the label of the axis, and moves
    with it. On a figure of ours the figure grows with the words; on the caller's axes they get a part of the height, and
    no more: of the ways to say them the first that fits, cut if need be.
    """
    canvas = ax.figure.figure
    placed = canvas.get_layout_engine() is None
    canvas.draw_without_rendering()  # settles the layout, so that the width is known
    if placed:
        _keep_inside(ax, canvas)
    left, right = _sides(ax)
    # Texts without mathematics: a label may hold dollar signs.
    heading = ax.set_title("", loc="left", fontweight="bold", pad=12, parse_math=False)
    under = ax.annotate(
        "", (0, 0), xycoords="axes fraction", xytext=(0, -7), textcoords="offset points", va="top",
        annotation_clip=False, fontsize=SMALL, color=MUTED, parse_math=False, label=_CAPTION,
    )  # fmt: skip
    _hang(ax, heading, under)
    most: tuple[float, float] = (np.inf, _MOST_IN_CAPTION)
    if not own:
        over, beside = (part * _height(ax) / _line(text) for part, text in ((0.22, heading), (0.3, under)))
        most = max(int(over), 1), min(max(int(beside), 1), _MOST_IN_CAPTION)
    whole = _fit(heading, [title], right - left, most[0])
    if not whole:
        for line in _shorter(title):
            if _fit(heading, [line], right - left, most[0]):
                break
    for name, text, room in zip("xy", axes, _extent(ax).size, strict=True):
        if text:
            label = getattr(ax, f"set_{name}label")("", fontsize=SMALL, parse_math=False)
            _fit(label, [text], float(room), 2)
    said = [_fit(under, [line for line in words[0] if line], right - left, most[1])]
    if not said[0]:
        said.append(_fit(under, [line for line in words[-1] if line], right - left, most[1]))
    if own:
        spare = sum(max(text.get_text().count("\n") - 1, 0) * _line(text) for text in (heading, under))
        canvas.set_figheight(canvas.get_figheight() + spare / canvas.dpi)
    elif placed:
        _keep_inside(ax, canvas)
    if rows:
        _fit_rows(ax, rows)
    else:
        canvas.draw_without_rendering()
    _hang(ax, heading, under)
    return whole and any(said)


def _hang(ax: Axes, heading: Text, under: Annotation) -> None:
    """Begin the title and the caption where the names beside the axes begin, wherever the axes are moved."""
    from matplotlib.text import OffsetFrom
    from matplotlib.transforms import ScaledTranslation

    canvas = ax.figure.figure
    aside = (_extent(ax).x0 - _sides(ax)[0]) / canvas.dpi
    heading.set_transform(
        ax.transAxes + cast("Any", ax).titleOffsetTrans + ScaledTranslation(-aside, 0, canvas.dpi_scale_trans)
    )
    if ax.axison:
        under.xycoords = ("axes fraction", OffsetFrom(ax.xaxis.label, (0, 0)))
    under.xyann = (-72 * aside, -7)


def _sides(ax: Axes) -> tuple[float, float]:
    """Return where the axes with all that is beside them begin and end, title and caption apart, on the figure."""
    box, canvas = _extent(ax), ax.figure.figure
    texts = [text for text in (*ax.get_yticklabels(), ax.yaxis.label, *ax.texts) if _is_beside(text)]
    found = [text.get_window_extent() for text in texts] if ax.axison else []
    left = min([box.x0, *(b.x0 for b in found)])
    return max(left, canvas.bbox.x0), min(max([box.x1, *(b.x1 for b in found)]), canvas.bbox.x1)


def _is_beside(text: Text) -> bool:
    return text.get_visible() and text.get_label() != _CAPTION and bool(text.get_text().strip())


def _extent(ax: Axes) -> Any:
    return ax.get_window_extent()


def _line(text: Text) -> float:
    """Return the height of a line of a text, in pixels."""
    canvas = cast("Canvas", text.figure).figure
    return float(cast("float", text.get_fontsize()) * canvas.dpi / 72 * _LEADING)


def _wrapped(line: str, letters: int, most: float = np.inf) -> list[str]:
    """Break a line between words, never inside a time; only a word that is longer than the line is broken."""
    limit: dict[str, Any] = {} if np.isinf(most) else {"max_lines": int(most), "placeholder": " …"}
    parts = textwrap.wrap(_write.unbroken(line), letters, break_on_hyphens=False, **limit)
    return [part.replace("\N{NO-BREAK SPACE}", " ") for part in parts]


def _fit(text: Text, lines: Sequence[str], room: float, most: float) -> bool:
    """Wrap lines to a width, and cut them after the most that there may be; return whether all of it is there."""
    text.set_text("".join(lines))
    turned = text.get_rotation() == 90
    width = getattr(text.get_window_extent(), "height" if turned else "width")
    letters = int(room * len(text.get_text()) / width) if width else _NARROWEST
    while True:
        wrapped = [part for line in lines for part in _wrapped(line, max(letters, _NARROWEST))]
        if whole := len(wrapped) <= most:
            text.set_text("\n".join(wrapped))
        else:
            text.set_text("\n".join([*wrapped[: int(most) - 1], f"{wrapped[int(most) - 1]} …"]))
        # Some letters are wider than the mean of them.
        width = getattr(text.get_window_extent(), "height" if turned else "width")
        if letters <= _NARROWEST or width <= room:
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


def _clear(ax: Axes) -> bool:
    """Whether every word can be read: none lies over another one or beyond the figure, and marks have room."""
    canvas = ax.figure.figure
    labels = (
        [*ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label] if ax.axison else []
    )
    title = getattr(ax, "_left_title")  # noqa: B009  # there is no other way to it
    texts = [t for t in (*ax.texts, *labels, title) if t.get_visible() and t.get_text().strip()]
    boxes = np.array([t.get_window_extent().extents for t in texts]).reshape(-1, 4)
    low, high = boxes[:, :2], boxes[:, 2:]
    shared = (np.minimum(high[:, None], high) - np.maximum(low[:, None], low) > _SLACK).all(axis=2)
    edge, marks = np.asarray(canvas.bbox.extents), _extent(ax)
    inside = (low >= edge[:2] - _SLACK).all() and (high <= edge[2:] + _SLACK).all()
    return bool(
        inside and shared.sum() == len(texts) and min(marks.width, marks.height) > _LEAST_MARKS * canvas.dpi
    )


def _warn_of_room(width: float, height: float) -> None:
    """Warn that axes are too small, with the size that would do."""
    msg = (
        "ax is too small for this picture: words lie over each other or over the edge, or are cut. It needs a figure of about "
        f"{width:g} by {height:g} inches of its own, as plt.subplots(figsize=({width:g}, {height:g}), layout='constrained') "
        "gives; without ax= it makes one."
    )
    _check.warn(SmallAxesWarning, Note("small-axes", "axes too small", msg))


def say_on(ax: Axes | None, sentence: str, title: str | None, source: str | None) -> Axes:
    """Say on the axes why there is no picture."""
    own, ax = ax is None, ax or _new_axes(_WIDTH, _REST + _ROW)
    ax.set_axis_off()
    words = textwrap.fill(sentence, 60)
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", parse_math=False)
    if title is not None or source is not None:
        _write_on(ax, title or "", [_of(source)], own=own)
    return ax


def in_row(ax: Axes, at: float, row: int, words: str, **style: Any) -> None:
    """Write in a row, at a fraction of the width of the axes."""
    ax.text(
        at,
        row,
        words,
        transform=ax.get_yaxis_transform(),
        va="center",
        fontsize=SMALL,
        label=_IN_ROW,
        **style,
    )


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


def at_end(ax: Axes, at: tuple[float, float], words: str, **style: Any) -> None:
    """Name a line at its end; names that would lie over each other are moved apart."""
    ax.annotate(
        words, at, xytext=(8, 0), textcoords="offset points", va="center", annotation_clip=False,
        fontsize=SMALL, label=_AT_END, parse_math=False, **style,
    )  # fmt: skip


def _spread(ax: Axes) -> None:
    """Move the names at the ends of lines apart, upwards, and down again where they would leave the axes."""
    ends = [cast("Annotation", text) for text in ax.texts if text.get_label() == _AT_END]
    if not ends:
        return
    boxes = sorted(((text.get_window_extent(), text) for text in ends), key=lambda pair: float(pair[0].y0))
    middle = [(box.y0 + box.y1) / 2 for box, _ in boxes]
    apart = [(a.height + b.height) / 2 for (a, _), (b, _) in pairwise(boxes)]
    new = middle.copy()
    for i, gap in enumerate(apart):
        new[i + 1] = max(new[i + 1], new[i] + gap)
    new[-1] = min(new[-1], max(_extent(ax).y1 - boxes[-1][0].height / 2, middle[-1]))
    for i, gap in reversed([*enumerate(apart)]):
        new[i] = min(new[i], new[i + 1] - gap)
    for (_, text), old, now in zip(boxes, middle, new, strict=True):
        across, up = text.xyann
        text.xyann = (across, up + (now - old) * 72 / ax.figure.figure.dpi)


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
    """Name offences and outcomes, where the dimension is called so; words beside the codes stay, an unknown code leaves all."""
    if not re.search("offen[cs]e|outcome", dim, re.IGNORECASE):
        return labels
    names = code_names(list(dict.fromkeys(labels)), dim)
    codes = [v for v in labels if re.search(r"\d", str(v))]
    return [names.get(v, v) for v in labels] if all(v in names for v in codes) else labels


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
