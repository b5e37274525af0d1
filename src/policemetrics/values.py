"""What every answer is made of: `Figure`, the base of all value objects, with `Interval` and `Exclusions`."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from policemetrics import _check, _write
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
)
from policemetrics.typing import Label

__all__ = [
    "Exclusions",
    "Figure",
    "FigureT",
    "FigureT_co",
    "FrozenMapping",
    "Interval",
    "audit_fields",
    "column_fields",
    "comparable",
    "read_only",
    "screen_cell",
    "screen_columns",
    "shown_as",
    "telling_apart",
    "uncapitalised",
    "words_below",
]


def _read_only(*_: Any, **__: Any) -> Any:
    msg = "a figure cannot be changed; the mappings that it holds are read-only."
    raise InvalidTypeError(msg)


class FrozenMapping(dict[Any, Any]):
    """A read-only dict that pickles: the labels of a figure, its reasons."""

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = clear = setdefault = _read_only

    def __reduce__(self) -> tuple[type[FrozenMapping], tuple[dict[Any, Any]]]:
        return FrozenMapping, (dict(self),)

    def __hash__(self) -> int:  # type: ignore[override]  # read-only, so hashable
        return hash(frozenset(self.items()))


def read_only(value: object) -> FrozenMapping:
    """Return a mapping that cannot be changed, and pickles."""
    if not isinstance(value, Mapping):
        msg = f"group and reasons must be mappings; got {_check.shown(value)} ({type(value).__name__})."
        raise InvalidTypeError(msg)
    return FrozenMapping(value)


def comparable(value: Any) -> Any:
    """Stand for a value that may be nan by something that equals itself."""
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def _limit(value: object, name: str) -> float:
    """Return a number as a float; infinity and nan are limits too."""
    undefined = isinstance(value, float) and math.isnan(value)
    return math.nan if undefined else _check.number(value, name, infinite=True)


def _low(value: object) -> float:
    return _limit(value, "low")


def _high(value: object) -> float:
    return _limit(value, "high")


@attrs.frozen
class Interval:
    """A confidence interval that carries its level and method.

    Attributes
    ----------
    low, high : float
        The limits; both belong to the interval.
    confidence_level : float
        Strictly between 0 and 1.
    method : str
        The name of the method, as the function's ``method=`` spells it.

    Examples
    --------
    >>> interval = Interval(-10.7, -9.9, confidence_level=0.95, method="score")
    >>> -10.3 in interval
    True
    """

    low: float = attrs.field(converter=_low, eq=comparable)
    high: float = attrs.field(converter=_high, eq=comparable)
    confidence_level: float = attrs.field(converter=_check.confidence_level)
    method: str

    def __attrs_post_init__(self) -> None:
        _check.text(self.method, "method")
        if self.low > self.high:
            msg = f"low must be at most high; got {self.low} and {self.high}."
            raise InvalidInputError(msg)

    def __contains__(self, value: float) -> bool:
        return self.low <= _limit(value, "value") <= self.high


@attrs.frozen
class Exclusions:
    """What a figure counted and what it left out, by reason.

    Attributes
    ----------
    unit : str
        What is counted: "rows" of the input, or what ``count=`` adds up.
    counted, excluded : int
        Together everything that came in for this figure.
    reasons : mapping of str to int
        How much each reason left out; adds up to `excluded`.

    Examples
    --------
    >>> print(Exclusions("rows", counted=97, excluded=3, reasons={"missing force": 3}))
    97 rows counted, 3 excluded (missing force 3)
    """

    unit: str
    counted: int
    excluded: int
    reasons: Mapping[str, int] = attrs.field(converter=read_only)

    def __attrs_post_init__(self) -> None:
        _check.text(self.unit, "unit")
        for name, value in {"counted": self.counted, "excluded": self.excluded, **self.reasons}.items():
            if not isinstance(value, int):
                msg = f"{name} must be a whole number; got {_check.shown(value)} ({type(value).__name__})."
                raise InvalidTypeError(msg)
        if sum(self.reasons.values()) != self.excluded:
            msg = f"reasons must add up to excluded; got {sum(self.reasons.values())} and {self.excluded}."
            raise InvalidInputError(msg)

    def __str__(self) -> str:
        unit = "" if self.unit == "counts" else f" {self.unit}"
        left_out = f" ({self.left_out})" if self.reasons else ""
        return f"{_write.count(self.counted)}{unit} counted, {_write.count(self.excluded)} excluded{left_out}"

    @property
    def left_out(self) -> str:
        """How much each reason left out, in words."""
        return ", ".join(f"{reason} {_write.count(n)}" for reason, n in self.reasons.items())


def shown_as(kind: str, *, shown: bool = True) -> dict[str, Any]:
    """Mark a field of a figure as a column of its table, and say how it is written.

    Columns with ``shown=False`` are left out of the table on screen; they are there in every export.
    """
    return {"column": kind, "shown": shown}


def telling_apart(*, below: bool = False) -> dict[str, Any]:
    """Mark a field that says what a figure is: on screen it stands as a column where the rows differ in it.

    With `below` it stands below the table where they do not.
    """
    return {"tells_apart": True, "below": below}


def words_below(kind: type[Figure], value_of: Callable[[str], Any]) -> str:
    """Write what a figure says below its table: those of the fields so marked that are one word for all."""
    words = {f.name: value_of(f.name) for f in audit_fields(kind) if f.metadata.get("below")}
    return "".join(f"; {name}: {word}" for name, word in words.items() if isinstance(word, str) and word)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Figure:
    """Base of every value object: one row of a `Results`, frozen, with its inputs.

    Attributes
    ----------
    group : mapping of str to label
        The group's label by dimension; empty for a single figure.
    reason : str or None
        Why the figure, or a part of it, is not available; None where all is.
    exclusions : Exclusions or None
        What was counted and what was left out; None where nothing was counted from a table.
    caveat : str
        What the caller said must travel with the figure.
    """

    group: Mapping[str, Label] = attrs.field(factory=dict, converter=read_only)
    reason: str | None = None
    exclusions: Exclusions | None = None
    caveat: str = ""

    def _sentence(self) -> str:
        """Say the figure in one sentence, without its group and its caveat."""
        return repr(self)

    def __str__(self) -> str:
        sentence = self._sentence()
        if self.group:
            named = ", ".join(_said(d, v) for d, v in self.group.items())
            sentence = f"{named}: {uncapitalised(sentence)}"
        if self.exclusions is not None and self.exclusions.excluded:
            sentence = f"{sentence} Left out: {self.exclusions.left_out}."
        return f"{sentence} Caveat: {self.caveat.rstrip('.')}." if self.caveat else sentence

    def __repr__(self) -> str:
        names = ["group"] if self.group else []
        names += [f.name for f in column_fields(type(self))]
        names += ["reason"] if self.reason else []
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in names)})"

    def _cells(self) -> tuple[list[str], list[str]]:
        """Headers and the one row, as text."""
        columns = screen_columns(type(self), getattr(self, "confidence_level", None))
        headers = [*self.group, *(heading for heading, _, _ in columns)]
        row = [
            *map(str, self.group.values()),
            *(screen_cell(n, f, self.__getattribute__) for _, n, f in columns),
        ]
        return headers, row

    def to_markdown(self) -> str:
        """Return the figure as a Markdown table of one row, with its sentence underneath.

        Returns
        -------
        str
            A table with pipes, an empty line, the sentence. What Markdown would read as more than text is escaped.

        Examples
        --------
        >>> import policemetrics as pm
        >>> print(pm.share(1, 4).to_markdown())
        | count | out_of | share | 95% interval |
        | ---: | ---: | ---: | ---: |
        | 1 | 4 | 25.00% | 4.56% to 69.94% |
        <BLANKLINE>
        1 of 4 is 25.00% (95% interval 4.56% to 69.94%).
        """
        headers, row = self._cells()
        table = _write.markdown_table(headers, [row], left=len(self.group))
        return f"{table}\n\n{_write.markdown(str(self))}"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        headers, row = self._cells()
        caption = f"{type(self).__name__}{words_below(type(self), self.__getattribute__)}"
        table = _write.html_table(headers, [row], left=len(self.group), caption=caption)
        return f"{table}<p>{html.escape(str(self))}</p>"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def _key(self) -> tuple[object, ...]:
        """Every field, with nan as a value that equals itself."""
        return tuple(comparable(getattr(self, f.name)) for f in attrs.fields(type(self)))


FigureT = TypeVar("FigureT", bound=Figure)
FigureT_co = TypeVar("FigureT_co", bound=Figure, covariant=True)


def _said(dim: str, label: Label) -> str:
    """Name a label; a bare number or code needs its dimension: "grade 1"."""
    return label if isinstance(label, str) and not label.isdigit() else f"{dim} {label}"


def uncapitalised(sentence: str) -> str:
    """Start a sentence in lower case where it starts with a word and not with an abbreviation."""
    return sentence[0].lower() + sentence[1:] if sentence[1:2].islower() else sentence


def column_fields(kind: type[Figure]) -> list[attrs.Attribute[Any]]:
    """List the fields of a figure that are columns of its table."""
    return [f for f in attrs.fields(kind) if "column" in f.metadata]


def audit_fields(kind: type[Figure]) -> list[attrs.Attribute[Any]]:
    """List the fields of a figure that say what it was made of."""
    base = {f.name for f in attrs.fields(Figure)}
    return [f for f in attrs.fields(kind) if "column" not in f.metadata and f.name not in base]


def screen_columns(kind: type[Figure], level: object) -> list[tuple[str, str, Callable[[float], str]]]:
    """Choose what is shown on screen: heading, name and form; an interval has one column for both limits.

    Of several intervals each says of what it is, for those who hear the headings and do not see what stands beside.
    """
    interval = f"{level * 100:g}% interval" if isinstance(level, float) else "interval"
    shown = [f for f in column_fields(kind) if f.metadata["shown"] and not f.name.endswith("_high")]
    several = sum(f.name.endswith("_low") for f in shown) > 1

    def heading(name: str) -> str:
        estimate = name.removesuffix("_low")
        if estimate == name:
            return name
        return f"{interval} of {estimate}" if several else interval

    return [(heading(f.name), f.name, _write.FORMATS[f.metadata["column"]]) for f in shown]


def screen_cell(name: str, form: Callable[[float], str], value_of: Callable[[str], float]) -> str:
    """Write one cell on screen: a number, or both limits of an interval."""
    low = value_of(name)
    if not name.endswith("_low"):
        return form(low)
    high = value_of(name.removesuffix("_low") + "_high")
    if math.isnan(low) or math.isnan(high):
        return ""
    return _write.limits(form(low), form(high), unbounded=math.isinf(high))
