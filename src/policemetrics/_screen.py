"""How a figure, or a table of figures, is shown: what it says it is, its headings and units, and which columns fit.

All of it is read off the fields of the figure, as its sentence is, once for text, HTML and Markdown. A field that is
no column and no input is a definition: it stands in the title where all rows have the same, else in a column, so that
two tables of different definitions never look the same.
"""

from __future__ import annotations

import html
import math
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from policemetrics import _write
from policemetrics.periods import in_words

Field = attrs.Attribute  # a column, or what a figure says of itself
_LEAST_WIDTH: Final = 80
_KEPT: Final = 1  # the highest rank of a column that is never left out
LAST: Final = {"excluded": 4, "reason": 5}  # the ranks of what is said below the table as well
# What a title says first; the rest follows as it is declared.
_FIRST: Final = (
    *("chosen", "outcomes", "outcome_types", "basis", "out_of", "between", "when", "base"),
    *("per", "exposure_name", "exposure_date", "weights", "harm_unit"),
)


@attrs.frozen
class Shown:
    """A column on screen; of those of the highest rank the last is left out first where there is no room."""

    heading: str
    cells: Sequence[str]
    words: bool = False  # and no figures
    rank: int = 0
    name: str = ""  # of the column of figures
    title: str = ""  # its heading for those who will not write code


# ---- what it is -------------------------------------------------------------------------


def definitions(fields: Iterable[Field[Any]]) -> list[Field[Any]]:
    """Return the fields that say what a figure is: a level stands beside its interval, sources below."""
    elsewhere = {"confidence_level", "sources"}
    return [f for f in fields if "role" not in f.metadata and f.name not in elsewhere]


def word(field: Field[Any], value: Any) -> str:
    """Write what a definition says; empty where it says nothing, or only what goes without saying."""
    if isinstance(value, float) and math.isnan(value):
        return ""
    if "column" in field.metadata:
        return _write.FORMATS[field.metadata["column"]](value)
    if value == field.default and field.name != "subject":
        return ""
    if field.name == "confidence_level":
        return f"{value * 100:g}%"
    if field.name == "between" and isinstance(value, tuple):
        return " to ".join(map(in_words, value)) if any(value) else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def title(name: str, fields: Sequence[Field[Any]], values: Mapping[str, Any]) -> str:
    """Say what a table is: of what, and by which definitions, those that all its rows have in common."""
    said = {f.name: word(f, values[f.name]) for f in fields if f.name in values}
    head = said.pop("subject", "") or spaced(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
    per = _per(values)
    if said.get("compared") and said.get("between"):  # two groups, the second against the first
        said["between"] = f"{' against '.join(reversed(values['between']))} ({said.pop('compared')})"
    phrases = {
        "between": "{0}",
        "when": "in {0}",
        "per": f"per {per}",
        "exposure_name": "" if per or said.get("exposure_date") else "exposure: {0}",
        "exposure_date": f"{said.get('exposure_name') or 'exposure'}: {{0}}",
        "harm_unit": "in {0}",
    }
    order = [n for n in _FIRST if n in said] + [n for n in said if n not in _FIRST]
    parts = [(n, phrases.get(n, f"{n.replace('_', ' ')}: {{0}}")) for n in order if said[n]]
    if parts and parts[0][0] == "chosen":
        head = f"{head}, {said['chosen']}"
        parts = parts[1:]
    return "; ".join([head, *(phrase.replace("{0}", said[n]) for n, phrase in parts if phrase)])


def _per(values: Mapping[str, Any]) -> str:
    return _write.per_words(values.get("per", math.nan), values.get("exposure_name", ""))


# ---- its columns ------------------------------------------------------------------------


def columns(
    fields: Sequence[Field[Any]],
    estimates: Sequence[str],
    values: Mapping[str, Sequence[float]],
    same: Mapping[str, Any],
) -> list[Shown]:
    """Write the columns that are shown; an interval has one column for both limits.

    Of several intervals each says of what it is, for those who hear the headings and do not see what stands beside.

    Parameters
    ----------
    fields : sequence of Attribute
        The columns of the class.
    estimates : sequence of str
        Those that it is about, the first before all.
    values : mapping of str to sequence of float
        The numbers, by column.
    same : mapping of str to object
        What the rows have in common.
    """
    level = same.get("confidence_level")
    interval = f"{level * 100:g}% interval" if isinstance(level, float) else "interval"
    shown = [f for f in fields if _is_shown(f, same) and not f.name.endswith("_high")]
    several = sum(f.name.endswith("_low") for f in shown) > 1
    found = []
    for field in shown:
        name, form = field.name, _write.FORMATS[field.metadata["column"]]
        about = name.removesuffix("_low")
        # What it is about, and what tells it apart, stay; what was asked for goes after what stands there always.
        stays = about in estimates[:1] or field.metadata.get("definition")
        rank = _KEPT if stays else _KEPT + 1 if field.metadata.get("needs") else _KEPT + 2
        if about == name:
            unit = unit_of(field, same)
            cells = [form(value) for value in values[name]]
            heading = f"{name} ({unit})" if unit else name
            found.append(Shown(heading, cells, rank=rank, name=name, title=_readable(name, heading, same)))
            continue
        both = zip(values[name], values[f"{about}_high"], strict=True)
        heading = f"{interval} of {about}" if several else interval
        title = f"{interval} of {_readable(about, about, same).lower()}" if several else interval
        found.append(Shown(heading, [_interval(form, *limits) for limits in both], rank=rank, title=title))
    return found


def _is_shown(field: Field[Any], same: Mapping[str, Any]) -> bool:
    """Say whether a column is shown: a definition is one that the title does not say, but the rows differ in."""
    if field.metadata.get("definition"):
        return field.name not in same
    needs = field.metadata.get("needs", "")
    return bool(field.metadata["shown"]) and (not needs or _given(same.get(needs, True)))


def _given(value: object) -> bool:
    return value not in {"", None} and value == value  # noqa: PLR0124  # nan is not itself


def unit_of(field: Field[Any], same: Mapping[str, Any]) -> str:
    """Write the unit of a column, where every part of it is known and the rows do not differ in it."""
    unit = str(field.metadata.get("unit", ""))
    words = {**same, "per": _per(same)}
    named = re.findall(r"{(\w+)", unit)
    return unit.format_map(words) if all(words.get(n) for n in named) else ""


def _interval(form: Callable[[float], str], low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    return _write.limits(form(low), form(high), unbounded=math.isinf(high))


def spaced(name: str) -> str:
    """Write the name of a column as a heading: "percent_change" as "Percent change"."""
    words = name.replace("_", " ")
    return f"{words[:1].upper()}{words[1:].lower()}"


def _readable(name: str, heading: str, same: Mapping[str, Any]) -> str:
    """Write a heading for those who will not write code: with the period itself for old and new."""
    periods = same.get("between")
    for side, period in zip(("old", "new"), periods if isinstance(periods, tuple) else (), strict=False):
        if period and re.search(rf"^{side}(_|$)|_{side}$", name):
            what = spaced(re.sub(rf"^{side}_?|_{side}$", "", name))
            return f"{what} {in_words(period)}".strip() + heading[len(name) :]
    return spaced(name) + heading[len(name) :]


# ---- the whole --------------------------------------------------------------------------


@attrs.frozen
class Page:
    """A table as it is shown: what it is, its columns, and what is said below it.

    Attributes
    ----------
    title : str
        What it is.
    keys, columns : list of Shown
        What names the rows; the figures.
    rows : int
        How many are shown.
    below : callable
        What is said below it, given the names of the columns for which there is no room, and whether a long caveat
        is to be short.
    sentence : str
        Of one figure, which says all of it.
    """

    title: str
    keys: list[Shown]
    columns: list[Shown]
    rows: int
    below: Callable[[Sequence[str], bool], str]
    sentence: str = ""

    @property
    def _all(self) -> list[Shown]:
        return [*self.keys, *self.columns]

    def _parts(self, columns: Sequence[Shown]) -> tuple[list[str], list[list[str]]]:
        return [c.heading for c in columns], [[c.cells[i] for c in columns] for i in range(self.rows)]

    @property
    def _prose(self) -> list[str]:
        return [c.heading for c in self.columns if c.words]

    def readable(self) -> Page:
        """Head its columns for those who will not write code; names that would be one stay as they are."""
        titles = [c.title or spaced(c.heading) for c in self._all]
        named = [
            attrs.evolve(c, heading=title if titles.count(title) == 1 else c.heading)
            for c, title in zip(self._all, titles, strict=True)
        ]
        return attrs.evolve(self, keys=named[: len(self.keys)], columns=named[len(self.keys) :])

    def cells(self) -> dict[str, list[str]]:
        """Return the cells as text, by heading."""
        return {c.heading: list(c.cells) for c in self._all}

    def text(self) -> str:
        """Lay it out for the width that the terminal has; where there is none, as in a file, it is as wide as it is."""
        width = max(_LEAST_WIDTH, found) if (found := shutil.get_terminal_size((0, 0)).columns) else 0
        shown, dropped = self._all, list[str]()
        while width and _width(shown) > width and max(c.rank for c in shown) > _KEPT:
            most = max(c.rank for c in shown)
            last = [c for c in shown if c.rank == most][-1]
            # One of two periods alone says little.
            pair = {last.name, last.name.replace("new", "old")} if last.name else {last.name}
            dropped[:0] = [c.heading for c in shown if c is last or (c.name in pair and c.name)]
            shown = [c for c in shown if c is not last and (c.name not in pair or not c.name)]
        table = _write.text_table(*self._parts(shown), left=len(self.keys))
        parts = (
            _write.wrapped(self.title, width),
            table,
            _write.wrapped(f"[{self.below(dropped, True)}]", width),
        )
        return "\n".join(filter(None, parts))

    def html(self) -> str:
        """Lay it out in HTML: what is said below it is the foot of the table, and so goes with it."""
        table = _write.html_table(
            *self._parts(self._all),
            left=len(self.keys),
            caption=self.title,
            prose=self._prose,
            below=self.below((), False),
        )
        return f"{table}<p>{html.escape(self.sentence)}</p>" if self.sentence else table

    def markdown(self) -> str:
        """Lay it out in Markdown, its title in bold."""
        table = _write.markdown_table(*self._parts(self._all), left=len(self.keys), prose=self._prose)
        head = f"**{_write.markdown(self.title)}**" if self.title else ""
        last = _write.markdown(self.below((), False) or self.sentence)
        return "\n\n".join(filter(None, (head, table, last)))


def _width(shown: Sequence[Shown]) -> int:
    return sum(_write.column_width(c.heading, c.cells) + 2 for c in shown) - 2
