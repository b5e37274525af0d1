"""What the pictures share: axes in and out, a title that fits, rows with names, notes underneath."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from policemetrics import _check, _write
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.results import Results, column_fields, optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = [
    "FALL",
    "MAIN",
    "MUTED",
    "RISE",
    "SMALL",
    "as_list",
    "bare",
    "beside",
    "check_options",
    "dims_of",
    "ink",
    "joined",
    "name_rows",
    "named",
    "new_axes",
    "nothing",
    "reason_in_row",
    "travelling",
    "when",
    "whole",
    "write",
]

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
_NARROWEST: Final = 24
_SPARE: Final = 0.95  # a line of wide letters is wider than the mean
_MOST_NAMED: Final = 3
_IN_TITLE: Final = 40


# ---- axes -------------------------------------------------------------------------------


def check_options(ax: object, title: object, user: str) -> None:
    """Refuse what are no axes and no title, before anything is drawn."""
    optional("matplotlib", user, extra="plot")
    from matplotlib.axes import Axes

    if ax is not None and not isinstance(ax, Axes):
        msg = f"ax must be matplotlib axes, as plt.subplots() gives; got {_check.shown(ax)} ({type(ax).__name__})."
        raise InvalidTypeError(msg)
    if ax is not None and (ax.name != "rectilinear" or ax.get_figure() is None):
        msg = "ax must be flat axes of a figure, neither polar nor in space, and not removed from it."
        raise InvalidInputError(msg)
    if title is not None:
        _check.text(title, "title", empty=True)


def new_axes(ax: Axes | None, *, rows: int, room: int = 0, width: float = 0.0) -> Axes:
    """Return the caller's axes, or new ones for so many rows, with room for some more, of at least such a width."""
    if rows > _MOST_ROWS:
        msg = f"a picture holds at most {_MOST_ROWS} rows; got {rows:,}: choose some of them, as in table.sort(column)[:40]."
        raise InvalidInputError(msg)
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    _, made = plt.subplots(figsize=(max(_WIDTH, width), _REST + _ROW * (rows + room)), layout="constrained")
    return made


def ink() -> Any:
    """Return the colour of text in the style that is in use, dark or light."""
    from matplotlib import rcParams

    return rcParams["text.color"]


def bare(ax: Axes) -> None:
    """Take away the frame and the ticks; what is left is a faint grid behind the figures."""
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.tick_params(axis="x", pad=9)  # clear of the names of the rows beside them
    ax.set_axisbelow(True)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Put names beside rows that run downwards from 0, long ones on two lines."""
    wrapped = ["\n".join(textwrap.wrap(n, _LONGEST_NAME, max_lines=2, placeholder=" …")) for n in names]
    ax.set_yticks(range(len(names)), wrapped, parse_math=False)
    ax.set_ylim(len(names) - 0.5, -0.5)


# ---- words ------------------------------------------------------------------------------


def write(ax: Axes, sentence: str, title: str | None, *, unit: str = "", notes: Iterable[str] = ()) -> None:
    """Write the title over the axes, and the unit and the notes under them, on lines as wide as they are."""
    # Settles the layout, so that the width is known.
    cast("Figure", ax.get_figure(root=True)).draw_without_rendering()
    # A text without mathematics: a label may hold dollar signs.
    heading = ax.set_title("", loc="left", fontweight="bold", pad=12, parse_math=False)
    _fit(heading, [sentence if title is None else title], ax)
    under = ax.set_xlabel("", loc="left", fontsize=SMALL, color=MUTED, parse_math=False)
    _fit(under, [line for line in (unit, *notes) if line], ax)


def _fit(text: Text, lines: Sequence[str], ax: Axes) -> None:
    """Wrap lines to the width of the axes, by how wide their letters are in the mean."""
    text.set_text("".join(lines))
    width = text.get_window_extent().width
    if not width:
        return
    letters = int(_SPARE * ax.get_window_extent().width * len(text.get_text()) / width)
    text.set_text("\n".join(textwrap.fill(line, max(letters, _NARROWEST)) for line in lines))


def nothing(ax: Axes | None, title: str | None, sentence: str) -> Axes:
    """Say on the axes why there is no picture."""
    ax = new_axes(ax, rows=1)
    ax.set_axis_off()
    words = textwrap.fill(sentence, 60)
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", parse_math=False)
    if title is not None:
        write(ax, "", title)
    return ax


def reason_in_row(ax: Axes, row: int, reason: str) -> None:
    """Say in the row of a figure that is not available why it is not."""
    words = "\n".join(textwrap.wrap(reason, 76, max_lines=2, placeholder=" …"))
    ax.text(
        0.01, row, words, transform=ax.get_yaxis_transform(), va="center", fontsize=SMALL, fontstyle="italic",
        color=MUTED, parse_math=False, bbox=_behind(ax),
    )  # fmt: skip


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


def travelling(table: Results[Any]) -> list[str]:
    """Return what must travel with the figures of a table: what was left out, and the caveat."""
    first, left_out = table[0], int(table["excluded"].sum())
    unit = first.exclusions.unit if first.exclusions else ""
    return [
        f"Left out: {_write.count(left_out)} {unit}." if left_out else "",
        f"Caveat: {first.caveat.rstrip('.')}." if first.caveat else "",
    ]


def dims_of(table: Results[Any]) -> tuple[str, ...]:
    """Return the dimensions of a table: what stands before its figures and its reason."""
    return table.columns[: -2 - len(column_fields(table.kind))]


def named(table: Results[Any]) -> list[str]:
    """Name each row by its labels; a table without a dimension has one row, of all."""
    columns = [table[d].tolist() for d in dims_of(table)]
    return [", ".join(map(str, key)) for key in zip(*columns, strict=True)] or ["All"] * len(table)


def joined(names: Sequence[str], *, others: str = "") -> str:
    """List a few names as a sentence does; more of them only as a number."""
    if len(names) > _MOST_NAMED:
        return f"{len(names)}{others}"
    return as_list([textwrap.shorten(name, _IN_TITLE, placeholder=" …") for name in names])


def as_list(parts: Sequence[str]) -> str:
    """Join words as a sentence does: the last two by "and"."""
    return " and ".join([*([", ".join(parts[:-1])] if parts[1:] else []), *parts[-1:]])


def when(earlier: str, later: str) -> str:
    """Say between which periods, where that is known."""
    return f", {earlier} to {later}" if earlier and later else ""
