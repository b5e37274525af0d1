"""What every answer is made of: `Figure`, the base of all value objects, and `Results`, a table of them.

The table holds arrays and makes its value objects only when they are asked for.
"""

from __future__ import annotations

import html
import importlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    TypeAlias,
    TypeVar,
    dataclass_transform,
    get_args,
    overload,
)

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics._typing import Column, IntArray, Label
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    MissingDependencyError,
    Note,
    OutOfRangeError,
    UnknownNameError,
    in_words,
)

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = [
    "ExclusionTable",
    "Exclusions",
    "Figure",
    "FigureT",
    "FigureT_co",
    "FrozenMapping",
    "Interval",
    "Results",
    "column",
    "definition_field",
    "figure",
    "input_field",
]


T = TypeVar("T")
FigureT = TypeVar("FigureT", bound="Figure")
FigureT_co = TypeVar("FigureT_co", bound="Figure", covariant=True)


def _refuse_change(*_: Any, **__: Any) -> Any:
    msg = "a figure cannot be changed; the mappings that it holds are read-only."
    raise InvalidTypeError(msg)


class FrozenMapping(dict[Any, Any]):
    """A read-only dict that pickles: the labels of a figure, its reasons."""

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = clear = setdefault = _refuse_change

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


Role: TypeAlias = Literal["", "numerator", "denominator", "estimate", "lower", "upper", "p"]
"""What a column is to its figure; a limit or a p-value is that of an estimate."""


def column(
    form: str, role: Role = "", *, of: str | tuple[str, ...] = (), counts: str = "", shown: bool = True
) -> Any:
    """Make a field of a figure that is a column of its table.

    Parameters
    ----------
    form : str
        How it is written: "count", "change", "number", "rate", "share", "percent", "points", "seconds",
        "seconds_change", "p". A share is a fraction, written in per cent; "percent" and "points" are changes.
    role : str, optional
        What it is: "numerator", "denominator", "estimate", "lower" or "upper" limit, "p". Default is none of them.
    of : str or tuple of str, optional
        The fields that it is worked out from: who knows those knows it. Default for ``<name>_low`` and
        ``<name>_high`` is ``<name>``.
    counts : str, optional
        What it counts, where that is something else than the figure counts. Default is the same.
    shown : bool, optional
        Whether it stands in the table on screen; every export has it. Default is True.

    Returns
    -------
    attrs.Attribute
        The field, for the body of a class under `figure`.

    Raises
    ------
    UnknownNameError
        If there is no such form or role.

    Examples
    --------
    >>> @figure(estimate="rate")
    ... class Detection(Figure):
    ...     detected: float = column("count", "numerator")
    ...     crimes: float = column("count", "denominator")
    ...     rate: float = column("share", "estimate", of=("detected", "crimes"))
    >>> Detection(detected=1, crimes=8, rate=0.125)
    Detection(detected=1, crimes=8, rate=0.125)
    """
    _check.known(form, "form", _write.FORMATS)
    return attrs.field(metadata={"column": form, "shown": shown, "counts": counts} | _part(role, of))


def input_field(role: Role = "", *, of: str | tuple[str, ...] = (), default: Any = attrs.NOTHING) -> Any:
    """Make a field that holds a number that a figure was made of, for its audit; nan where there is none.

    Parameters
    ----------
    role, of : str, str or tuple of str, optional
        As for `column`.
    default : float, optional
        What it is where it is not given. Default is that it must be.

    Returns
    -------
    attrs.Attribute
        The field, for the body of a class under `figure`.

    Raises
    ------
    UnknownNameError
        If there is no such role.

    Examples
    --------
    >>> @figure()
    ... class Detection(Figure):
    ...     rate: float = column("share", "estimate", of=("detected", "crimes"))
    ...     detected: float = input_field("numerator")
    ...     crimes: float = input_field("denominator")
    >>> Results.of([Detection(rate=0.125, detected=1, crimes=8)]).to_dict(audit=True)["crimes"]
    [8.0]
    """
    return attrs.field(default=default, converter=float, metadata=_part(role, of))


def definition_field(*, below: bool = False, default: Any = attrs.NOTHING) -> Any:
    """Make a field that says what a figure is: on screen it stands as a column where the rows differ in it.

    Parameters
    ----------
    below : bool, optional
        Whether it stands below the table where the rows do not differ. Default is False.
    default : object, optional
        What it is where it is not given. Default is that it must be.

    Returns
    -------
    attrs.Attribute
        The field, for the body of a class under `figure`.

    Examples
    --------
    >>> @figure()
    ... class Detection(Figure):
    ...     rate: float = column("share", "estimate")
    ...     detected: str = definition_field(below=True)
    >>> Results.of([Detection(rate=0.125, detected="charged")])
      rate
    ------
    12.50%
    [Detection, 1 row; detected: charged]
    """
    return attrs.field(default=default, metadata={"tells_apart": True, "below": below})


def _part(role: Role, of: str | tuple[str, ...]) -> dict[str, Any]:
    _check.known(role, "role", get_args(Role))
    return {"role": role, "of": (of,) if isinstance(of, str) else of}


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    eq_default=False,
    field_specifiers=(attrs.field, column, input_field, definition_field),
)
def figure(
    *, estimate: str | tuple[str, ...] = (), method: str = "method", counts: str = "", slots: bool = True
) -> Callable[[type[T]], type[T]]:
    """Make a class of figures: frozen, with keywords alone, compared by value.

    Parameters
    ----------
    estimate : str or tuple of str, optional
        The columns that say what the figure is about, the first before all: `Figure.interval` is its own.
    method : str, optional
        The field that names how that interval was made. Default is ``"method"``.
    counts : str, optional
        What the figure counts: "harm". Default is that of the class it inherits from, or its field `subject`.
    slots : bool, optional
        False for a group of fields that several figures join: Python lets a class have one base with slots only.

    Returns
    -------
    callable
        The decorator, for a class that inherits from `Figure`.

    Raises
    ------
    UnknownNameError
        If an estimate is no column of the class, or a column is worked out from what is no field of it.

    Examples
    --------
    >>> @figure(estimate="rate")
    ... class Detection(Figure):
    ...     rate: float = column("share", "estimate")
    ...     rate_low: float = column("share", "lower")
    ...     rate_high: float = column("share", "upper")
    ...     method: str
    ...     confidence_level: float
    >>> Detection(rate=0.2, rate_low=0.1, rate_high=0.3, method="wilson", confidence_level=0.95).interval
    Interval(low=0.1, high=0.3, confidence_level=0.95, method='wilson')
    """

    def made(kind: type[T]) -> type[T]:
        made: Any = attrs.frozen(kw_only=True, eq=False, repr=False, slots=slots)(kind)
        made._estimate = (estimate,) if isinstance(estimate, str) else estimate
        made._interval_method = method
        made._counts = counts or made._counts
        fields = {f.name: f for f in attrs.fields(made)}
        for name in made._estimate:
            _check.known(name, "estimate", [n for n, f in fields.items() if "column" in f.metadata])
        # A group of fields, which has no estimate, may be worked out from fields of the figures that join it.
        for name, field in fields.items() if estimate else ():
            for source in field.metadata.get("of", ()):
                _check.known(source, f"of= of {name}", fields)
        return made  # type: ignore[no-any-return]

    return made


def words_below(kind: type[Figure], value_of: Callable[[str], Any]) -> str:
    """Write what a figure says below its table: those of the fields so marked that are one word for all."""
    words = {f.name: value_of(f.name) for f in audit_fields(kind) if f.metadata.get("below")}
    return "".join(f"; {name}: {word}" for name, word in words.items() if isinstance(word, str) and word)


@figure()
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
    caveats : tuple of Note
        What must travel with the figure, each with a code, a short and a long form.

    Notes
    -----
    A class of figures of your own says its sentence in ``_sentence``; `policemetrics.extend` says how.
    """

    _estimate: ClassVar[tuple[str, ...]] = ()
    _interval_method: ClassVar[str] = "method"
    _counts: ClassVar[str] = ""

    group: Mapping[str, Label] = attrs.field(factory=dict, converter=read_only)
    reason: str | None = None
    exclusions: Exclusions | None = None
    caveats: tuple[Note, ...] = ()

    @property
    def caveat(self) -> str:
        """What must travel with the figure, in words; empty where nothing must."""
        return in_words(self.caveats)

    @property
    def interval(self) -> Interval:
        """The interval of the figure's estimate."""
        name = self._estimate[0] if self._estimate else ""
        if f"{name}_low" not in {f.name for f in column_fields(type(self))}:
            msg = f"{type(self).__name__} has no interval."
            raise AttributeError(msg)
        low, high = (getattr(self, f"{name}_{end}") for end in ("low", "high"))
        level, method = (getattr(self, field) for field in ("confidence_level", self._interval_method))
        return Interval(low, high, level, method)

    @property
    def _about(self) -> str:
        """What is measured, with the definition that must be said; empty where nothing says it."""
        return str(getattr(self, "subject", ""))

    def _per(self, name: str) -> str:
        """Name what a column is divided by, where that is an exposure."""
        fields = attrs.fields_dict(type(self))
        divided = any(fields[of].metadata.get("role") == "denominator" for of in fields[name].metadata["of"])
        return str(getattr(self, "exposure_name", "")) if divided else ""

    def _written(self, name: str) -> str:
        """Write a column in a sentence as it stands in the table."""
        form: str = attrs.fields_dict(type(self))[name].metadata["column"]
        return _write.FORMATS[form](getattr(self, name))

    def _interval_words(self, name: str = "", form: Callable[[float], str] | None = None) -> str:
        """Write the interval of a column in a sentence, as "95% interval −10.7% to −9.9%"."""
        name = name or self._estimate[0]
        form = form or _write.FORMATS[attrs.fields_dict(type(self))[name].metadata["column"]]
        low, high = (getattr(self, f"{name}_{end}") for end in ("low", "high"))
        # An upper limit that is not known, as where there are no crimes, leaves the interval open.
        limits = _write.limits(form(low), form(high), unbounded=not math.isfinite(high))
        return f"{getattr(self, 'confidence_level') * 100:g}% interval {limits}"  # noqa: B009  # a subclass has it

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


def _said(dim: str, label: Label) -> str:
    """Name a label; a bare number or code needs its dimension: "grade 1"."""
    return label if isinstance(label, str) and not label.isdigit() else f"{dim} {label}"


def uncapitalised(sentence: str) -> str:
    """Start a sentence in lower case where it starts with a word and not with an abbreviation."""
    return sentence[0].lower() + sentence[1:] if sentence[1:2].islower() else sentence


@cache
def column_fields(kind: type[Figure]) -> tuple[attrs.Attribute[Any], ...]:
    """List the fields of a figure that are columns of its table."""
    return tuple(f for f in attrs.fields(kind) if "column" in f.metadata)


@cache
def limits_of(kind: type[Figure]) -> dict[str, tuple[str, str]]:
    """Name the two limits of each column that has an interval; how far a rounding leaves it open is none."""
    roles = {f.name: f.metadata["role"] for f in column_fields(kind)}
    ends = {name: (f"{name}_low", f"{name}_high") for name in roles}
    return {n: both for n, both in ends.items() if [roles.get(end) for end in both] == ["lower", "upper"]}


@cache
def audit_fields(kind: type[Figure]) -> tuple[attrs.Attribute[Any], ...]:
    """List the fields of a figure that say what it was made of."""
    base = {f.name for f in attrs.fields(Figure)}
    return tuple(f for f in attrs.fields(kind) if "column" not in f.metadata and f.name not in base)


@cache
def _declared(kind: type[Figure]) -> tuple[list[str], set[str]]:
    """Name the columns of a table of figures, in order, and the inputs."""
    return [f.name for f in column_fields(kind)], {f.name for f in audit_fields(kind)}


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


_MOST_ROWS_SHOWN: Final = 60
_MOST_CAVEATS_SHOWN: Final = 4
_AUDIT: Final = "audit_"


@attrs.frozen(eq=False)
class ExclusionTable:
    """The exclusions of every row: `counted` (rows,) and `counts` (rows, reasons), int64.

    Rows of one `source` share theirs, as the ages of one cohort do: in a total they count once.
    """

    unit: str
    counted: IntArray
    reasons: tuple[str, ...]
    counts: IntArray
    source: IntArray = attrs.field(
        default=attrs.Factory(lambda self: np.arange(len(self.counted)), takes_self=True)
    )

    def take(self, index: NDArray[Any]) -> ExclusionTable:
        """Return some of the rows."""
        return attrs.evolve(
            self, counted=self.counted[index], counts=self.counts[index], source=self.source[index]
        )

    def total(self) -> IntArray:
        """Add up each reason over the rows."""
        _, first = np.unique(self.source, return_index=True)
        summed: IntArray = self.counts[first].sum(axis=0)
        return summed

    @property
    def left_out(self) -> str:
        """How much each reason left out over all rows, in words."""
        total = zip(self.reasons, self.total().tolist(), strict=True)
        return ", ".join(f"{reason} {_write.count(n)}" for reason, n in total if n)

    def row(self, at: int) -> Exclusions:
        """Return the exclusions of one row."""
        named = {r: int(n) for r, n in zip(self.reasons, self.counts[at], strict=True) if n}
        return Exclusions(self.unit, int(self.counted[at]), sum(named.values()), named)


@attrs.frozen(init=False, eq=False, repr=False)
class Results(Generic[FigureT_co]):
    """A table of figures: one row a group, one column an attribute.

    It holds arrays, makes value objects when asked, and hands over to a data frame for the rest.
    Tables are made by the functions of the package, or by `of`. Two equal tables compare equal,
    undefined values included. What is undefined is ``nan`` with a `reason` here and null in every
    export.

    Attributes
    ----------
    columns : tuple of str
        The group's dimensions, then the attributes of the value object, then ``"reason"`` and
        ``"excluded"``.

    Examples
    --------
    >>> import policemetrics as pm
    >>> change = pm.rate_change([54721, 182336], [53036, 204010], labels=["Cumbria", "Kent"])
    >>> change.at(label="Kent").change
    21674.0
    >>> change["percent_change"].round(1).tolist()
    [-3.1, 11.9]
    """

    kind: type[FigureT_co]
    _keys: Mapping[str, NDArray[Any]]
    _values: Mapping[str, NDArray[np.float64]]
    _reason: NDArray[np.object_]
    _audit: Mapping[str, Any] = attrs.field(factory=dict)
    _exclusions: ExclusionTable | None = None
    _notes: tuple[Note, ...] | NDArray[np.object_] = ()  # one tuple for all rows, or one a row

    def __init__(self, *_: Any, **__: Any) -> None:
        msg = "a table is made by a function, as rate_change(…, by=…), or of figures, by Results.of([…])."
        raise InvalidTypeError(msg)

    @classmethod
    def _made(cls, kind: type[FigureT], *parts: Any, **named: Any) -> Results[FigureT]:
        """Make a table: the one door, which checks that its columns are those of the kind, all of one length."""
        found = object.__new__(cls)
        found.__attrs_init__(kind, *parts, **named)  # type: ignore[attr-defined]
        found._check()
        return found

    def _check(self) -> None:
        columns, inputs = _declared(self.kind)
        if (list(self._values), set(self._audit)) != (columns, inputs):
            msg = (
                f"a table of {self.kind.__name__} has the columns {_check.listing(columns, most=60)} and the inputs "
                f"{_check.listing(sorted(inputs), most=60)}; got {_check.listing(self._values, most=60)} and {_check.listing(self._audit, most=60)}."
            )
            raise InvalidInputError(msg)
        taken = [d for d in self._keys if d in {*columns, "reason", "excluded"}]
        if taken:
            msg = (
                f"by must not name {_check.listing(taken)}: the table has a column of that name. Rename the "
                f"dimension, as in by={{'my_{taken[0]}': {taken[0]!r}}} when tallying a frame."
            )
            raise InvalidInputError(msg)
        held = (
            *self._keys.values(),
            *self._values.values(),
            self._reason,
            self._notes,
            *self._audit.values(),
        )
        arrays = [array for array in held if isinstance(array, np.ndarray)]
        if any(len(array) != len(self) for array in arrays):
            named = {
                "reason": self._reason,
                **self._keys,
                **self._values,
                **self._audit,
                "caveats": self._notes,
            }
            _check.same_length(
                {name: array for name, array in named.items() if isinstance(array, np.ndarray)}
            )
        for array in arrays:
            array.setflags(write=False)

    def _evolve(self, **changes: Any) -> Results[FigureT_co]:
        """Return a copy with some parts changed, through the same door."""
        parts = {f.alias: getattr(self, f.name) for f in attrs.fields(type(self))} | changes
        return self._made(**parts)

    def __reduce__(self) -> tuple[Any, ...]:
        # By way of the door, since a copied or unpickled array can be written to again.
        return type(self)._made, tuple(getattr(self, f.name) for f in attrs.fields(type(self)))

    @staticmethod
    def of(figures: Sequence[FigureT]) -> Results[FigureT]:
        """Make a table of figures of one kind with the same dimensions, in the order given.

        Parameters
        ----------
        figures : sequence of Figure
            At least one; all of one class, with the same group dimensions.

        Returns
        -------
        Results
            One row a figure. Exclusions are not carried over where the units differ.

        Raises
        ------
        InvalidInputError
            If there are none, or they are of different kinds or dimensions.

        Examples
        --------
        >>> import policemetrics as pm
        >>> len(Results.of([pm.share(1, 4), pm.share(2, 4)]))
        2
        """
        figures = list(figures) if isinstance(figures, Iterable) else []
        if (
            not all(isinstance(f, Figure) for f in figures)
            or len({(type(f), tuple(f.group)) for f in figures}) != 1
        ):
            msg = "figures must be one or more of one kind, grouped by the same dimensions."
            raise InvalidInputError(msg)
        kind = type(figures[0])
        dims = tuple(figures[0].group)
        reasons = dict.fromkeys(r for f in figures if f.exclusions for r in f.exclusions.reasons)
        units = {f.exclusions.unit if f.exclusions else None for f in figures}
        exclusions = None
        if None not in units and len(units) == 1:
            exclusions = ExclusionTable(
                str(units.pop()),
                np.array([f.exclusions.counted for f in figures if f.exclusions], dtype=np.int64),
                tuple(reasons),
                np.array(
                    [[f.exclusions.reasons.get(r, 0) for r in reasons] for f in figures if f.exclusions],
                    dtype=np.int64,
                ).reshape(len(figures), len(reasons)),
            )
        return Results._made(
            kind,
            {d: label_array(f.group[d] for f in figures) for d in dims},
            {
                c.name: np.array([getattr(f, c.name) for f in figures], dtype=float)
                for c in column_fields(kind)
            },
            _objects([f.reason for f in figures]),
            {a.name: _one_or_all([getattr(f, a.name) for f in figures]) for a in audit_fields(kind)},
            exclusions,
            _one_or_all([f.caveats for f in figures]),
        )

    @staticmethod
    def _stack(tables: Sequence[Results[FigureT]], labels: Mapping[str, Sequence[Label]]) -> Results[FigureT]:
        """Put tables of one kind below one another, with a label for each as a last dimension."""
        first = tables[0]
        lengths = [len(t) for t in tables]

        def column(parts: Sequence[Any]) -> NDArray[Any]:
            whole = [
                p if isinstance(p, np.ndarray) else _objects([p] * n)
                for p, n in zip(parts, lengths, strict=True)
            ]
            return np.concatenate(whole)

        keys = {d: np.concatenate([t._keys[d] for t in tables]) for d in first._keys}
        keys |= {
            d: label_array(v for v, n in zip(own, lengths, strict=True) for _ in range(n))
            for d, own in labels.items()
        }
        audit = {name: column([t._audit[name] for t in tables]) for name in first._audit}
        # What is the same for all tables stays one value.
        audit |= {
            k: v
            for k, v in first._audit.items()
            if not isinstance(v, np.ndarray) and all(_same(t._audit[k], v) for t in tables)
        }
        return Results._made(
            first.kind,
            keys,
            {name: np.concatenate([t._values[name] for t in tables]) for name in first._values},
            np.concatenate([t._reason for t in tables]),
            audit,
            _stacked([t._exclusions for t in tables]),
            _one_or_all(column([t._notes for t in tables]).tolist()) if sum(lengths) else first._notes,
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return (*self._keys, *self._values, "reason", "excluded")

    @property
    def _excluded(self) -> IntArray:
        if self._exclusions is None:
            return np.zeros(len(self), dtype=np.int64)
        total: IntArray = self._exclusions.counts.sum(axis=1, dtype=np.int64)
        return total

    @property
    def _notes_by_row(self) -> list[tuple[Note, ...]]:
        """What travels with every row."""
        return [self._notes] * len(self) if isinstance(self._notes, tuple) else self._notes.tolist()

    @property
    def _caveats(self) -> list[str]:
        """The caveat of every row."""
        words = {notes: in_words(notes) for notes in set(self._notes_by_row)}
        return [words[notes] for notes in self._notes_by_row]

    def __len__(self) -> int:
        return len(self._reason)

    def __iter__(self) -> Iterator[FigureT_co]:
        return (self._row(i) for i in range(len(self)))

    def _row(self, at: int) -> FigureT_co:
        audit = {k: v.item(at) if isinstance(v, np.ndarray) else v for k, v in self._audit.items()}
        return self.kind(
            group={d: k.item(at) for d, k in self._keys.items()},
            reason=self._reason[at],
            exclusions=self._exclusions.row(at) if self._exclusions else None,
            caveats=self._notes if isinstance(self._notes, tuple) else self._notes[at],
            **{c: float(v[at]) for c, v in self._values.items()},
            **audit,
        )

    @overload
    def __getitem__(self, key: str) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, key: int | np.integer[Any]) -> FigureT_co: ...
    @overload
    def __getitem__(self, key: slice | Sequence[bool] | Sequence[int] | Column) -> Results[FigureT_co]: ...
    def __getitem__(self, key: Any) -> Any:
        """Return a column by name, a figure by position, or a part of the table by slice or mask."""
        if isinstance(key, str):
            return self._column(key)
        if isinstance(key, int | np.integer) and not isinstance(key, bool):
            self._refuse_beyond(int(key), int(key))
            return self._row(int(key) % len(self))
        try:
            if isinstance(key, slice):
                return self._take(np.arange(len(self))[key])
            index = np.asarray(key)
        except (TypeError, ValueError) as error:
            msg = f"a part of the table is taken by a slice of whole numbers, by positions or by a mask; got {_check.shown(key)}."
            raise InvalidTypeError(msg) from error
        if index.size == 0:
            index = index.astype(np.int64)
        if (
            index.ndim != 1
            or index.dtype.kind not in "biu"
            or (index.dtype.kind == "b") > (len(index) == len(self))
        ):
            msg = (
                f"a part of the table is taken by a slice, by positions or by a mask of {len(self)} "
                f"booleans; got {type(key).__name__} of {index.dtype} with shape {index.shape}."
            )
            raise InvalidTypeError(msg)
        rows = np.flatnonzero(index) if index.dtype.kind == "b" else index
        if rows.size:
            self._refuse_beyond(int(rows.min()), int(rows.max()))
        return self._take(rows)

    def _refuse_beyond(self, first: int, last: int) -> None:
        """Refuse positions that the table does not have."""
        if not -len(self) <= first <= last < len(self):
            there = (
                f"lie between {-len(self)} and {len(self) - 1}" if len(self) else "exist; the table has none"
            )
            msg = f"rows must {there}; got {first if first == last else f'{first} to {last}'}."
            raise OutOfRangeError(msg)

    def _column(self, name: Any) -> NDArray[Any]:
        if name == "reason":
            return self._reason
        if name == "excluded":
            return self._excluded
        if (
            isinstance(name, str) and name in self._audit
        ):  # what the figures were made of can be read as a column too
            value = self._audit[name]
            return value if isinstance(value, np.ndarray) else _objects([value] * len(self))
        if not isinstance(name, str) or name not in {*self._keys, *self._values}:
            msg = f"no column {_check.shown(name)}; the columns are {_check.listing(self.columns, most=60)}."
            raise UnknownNameError(msg)
        return self._keys[name] if name in self._keys else self._values[name]

    def _take(self, index: NDArray[Any]) -> Results[FigureT_co]:
        return self._evolve(
            keys={k: v[index] for k, v in self._keys.items()},
            values={k: v[index] for k, v in self._values.items()},
            reason=self._reason[index],
            audit={k: v[index] if isinstance(v, np.ndarray) else v for k, v in self._audit.items()},
            exclusions=self._exclusions.take(index) if self._exclusions else None,
            notes=self._notes if isinstance(self._notes, tuple) else self._notes[index],
        )

    def at(self, /, **labels: Label) -> FigureT_co:
        """Return the one figure with these labels.

        Parameters
        ----------
        **labels : str or int
            A label for each dimension that is needed to tell the row.

        Returns
        -------
        Figure
            The row as a value object.

        Raises
        ------
        UnknownNameError
            If a dimension or a label is not in the table; those there are get listed.
        InvalidInputError
            If several rows match.

        Examples
        --------
        >>> import policemetrics as pm
        >>> shares = pm.rate([9, 10], [41000, 52000], labels=["A", "B"])
        >>> shares.at(label="B").events
        10.0
        """
        mask = np.ones(len(self), dtype=bool)
        for dim, label in labels.items():
            _check.known(dim, "dimension", self._keys)
            if not isinstance(label, str) and not _check.is_number(label):
                msg = f"{dim} must be one label, text or a whole number; got {_check.shown(label)} ({type(label).__name__})."
                raise InvalidTypeError(msg)
            found = self._keys[dim] == label
            if not np.any(found):
                msg = f"no row with {dim}={label!r}; {dim} has {_check.listing(dict.fromkeys(self._keys[dim].tolist()), most=60)}."
                raise UnknownNameError(msg)
            mask &= found
        where = np.flatnonzero(mask)
        if len(where) != 1:
            others = [d for d in self._keys if d not in labels]
            more = f"; name also {_check.listing(others)}" if len(where) and others else ""
            kind = InvalidInputError if len(where) else UnknownNameError
            msg = f"labels must match one row; {len(where)} rows match {labels}{more}."
            raise kind(msg)
        return self._row(int(where[0]))

    def sort(self, column: str, *, descending: bool = False) -> Results[FigureT_co]:
        """Return the table in the order of a column; what is not available comes last.

        Parameters
        ----------
        column : str
            Name of a column.
        descending : bool, optional
            Whether the largest come first. Default is False. Equal values keep their order.

        Returns
        -------
        Results
            The same rows in another order.

        Raises
        ------
        UnknownNameError
            If there is no such column.

        Examples
        --------
        >>> import policemetrics as pm
        >>> pm.rate([5, 9], [100, 90], labels=["A", "B"]).sort("rate", descending=True)[0].group["label"]
        'B'
        """
        values = self._column(column)
        _check.flag(descending, "descending")
        if values.dtype.kind == "O":
            order = {
                v: i for i, v in enumerate(sorted({v for v in values if v is not None}, key=_label_order))
            }
            values = np.array([order.get(v, np.nan) for v in values], dtype=float)
        # A nan sorts last either way, and a stable sort keeps the order of equal values.
        return self._take(np.argsort(-values if descending else values, kind="stable"))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Results):
            return NotImplemented
        if self.kind is not other.kind or self.columns != other.columns or len(self) != len(other):
            return False
        mine, theirs = self.to_dict(audit=True), other.to_dict(audit=True)
        return mine == theirs and self._notes_by_row == other._notes_by_row

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    # ---- handing over -------------------------------------------------------------------

    def to_dict(self, *, audit: bool = False) -> dict[str, list[Any]]:
        """Return the columns as lists; undefined is None.

        Parameters
        ----------
        audit : bool, optional
            Whether to add what the figure was made of: method, level, definition, caveat, what was
            counted, and the exclusions by reason. Default is False.

        Returns
        -------
        dict of str to list
            One list a column, all of one length.

        Examples
        --------
        >>> import policemetrics as pm
        >>> pm.rate_change([0], [5], labels=["A"]).to_dict()["percent_change"]
        [None]
        """
        table: dict[str, list[Any]] = {k: v.tolist() for k, v in self._keys.items()}
        for name, values in self._values.items():
            table[name] = [None if math.isnan(v) else v for v in values.tolist()]
        table["reason"] = self._reason.tolist()
        table["excluded"] = self._excluded.tolist()
        if _check.flag(audit, "audit"):
            # A dimension may have the name of an input: "unit" or "method", say.
            table |= {f"{_AUDIT if k in table else ''}{k}": v for k, v in self._audit_columns().items()}
        return table

    def _audit_columns(self) -> dict[str, list[Any]]:
        table: dict[str, list[Any]] = {}
        for name, value in self._audit.items():
            values = value.tolist() if isinstance(value, np.ndarray) else [value] * len(self)
            table[name] = [_audit_cell(v, " to " if name == "between" else ", ") for v in values]
        rows = [self._exclusions.row(i) for i in range(len(self))] if self._exclusions else []
        table["caveat"] = self._caveats
        table["unit"] = [r.unit for r in rows] or [None] * len(self)
        table["counted"] = [r.counted for r in rows] or [None] * len(self)
        table["excluded_reasons"] = [
            "; ".join(f"{k}: {n}" for k, n in r.reasons.items()) or None for r in rows
        ] or [None] * len(self)
        return table

    def _types(self, table: Mapping[str, list[Any]]) -> dict[str, str]:
        """Name the type of each column: it follows from the kind of figure, never from the values."""
        # A type is text where the class is made under `from __future__ import annotations`.
        declared = {f.name: getattr(f.type, "__name__", str(f.type)) for f in attrs.fields(self.kind)}
        declared["counted"] = "int or None"

        def kind(column: str) -> str:
            if column in self._keys:
                return {"i": "int", "f": "float"}.get(self._keys[column].dtype.kind, "str")
            if column == "excluded":
                return "int"
            found = declared.get(column.removeprefix(_AUDIT), "str")
            return found if found in {"float", "bool", "int or None"} else "str"

        return {column: kind(column) for column in table}

    def to_pandas(self, *, audit: bool = False) -> pd.DataFrame:
        """Return the table as a pandas data frame; undefined is missing.

        Parameters
        ----------
        audit : bool, optional
            Whether to add what the figures were made of. Default is False.

        Returns
        -------
        pandas.DataFrame
            One row a figure.

        Raises
        ------
        MissingDependencyError
            If pandas is not installed.
        """
        table = self.to_dict(audit=audit)
        frame: pd.DataFrame = to_pandas(table, self._types(table))
        return frame

    def to_polars(self, *, audit: bool = False) -> pl.DataFrame:
        """Return the table as a polars data frame; undefined is null.

        Parameters
        ----------
        audit : bool, optional
            Whether to add what the figures were made of. Default is False.

        Returns
        -------
        polars.DataFrame
            One row a figure.

        Raises
        ------
        MissingDependencyError
            If polars is not installed.
        """
        table = self.to_dict(audit=audit)
        frame: pl.DataFrame = to_polars(table, self._types(table))
        return frame

    def to_arrow(self, *, audit: bool = False) -> pa.Table:
        """Return the table as an Arrow table; undefined is null.

        Parameters
        ----------
        audit : bool, optional
            Whether to add what the figures were made of. Default is False.

        Returns
        -------
        pyarrow.Table
            One row a figure.

        Raises
        ------
        MissingDependencyError
            If pyarrow is not installed.
        """
        table = self.to_dict(audit=audit)
        found: pa.Table = to_arrow(table, self._types(table))
        return found

    def to_markdown(self) -> str:
        """Return the table as Markdown, with all its rows, written as on screen, and what was left out.

        Returns
        -------
        str
            A table with pipes, an empty line, a line that says what the table is. What Markdown would read as more
            than text is escaped.

        Examples
        --------
        >>> import policemetrics as pm
        >>> print(pm.rate_change([54721, 0], [53036, 5], labels=["Cumbria", "Kent"]).to_markdown())
        | label | old | new | change | percent_change | 95% interval | reason |
        | :--- | ---: | ---: | ---: | ---: | ---: | :--- |
        | Cumbria | 54,721 | 53,036 | −1,685 | −3.1% | −4.2% to −1.9% |  |
        | Kent | 0 | 5 | +5 | n/a | +30.2% or more | not applicable: nothing was recorded before |
        <BLANKLINE>
        RateChange, 2 rows
        """
        return self._markdown(len(self))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the table over by the Arrow PyCapsule protocol: polars, pyarrow and DuckDB read it."""
        return arrow_stream(self, requested_schema)

    # ---- showing ------------------------------------------------------------------------

    def _cells(self, most: int = _MOST_ROWS_SHOWN) -> tuple[list[str], list[list[str]]]:
        """Headers and rows as text: an estimate, then its interval in one column."""
        columns = screen_columns(self.kind, self._audit.get("confidence_level"))
        apart = self._told_apart()
        headers = [*self._keys, *apart, *(heading for heading, _, _ in columns), "excluded", "reason"]
        rows = []
        for i in range(min(len(self), most)):
            row = [str(k[i]) for k in (*self._keys.values(), *apart.values())]
            values = {name: column.item(i) for name, column in self._values.items()}
            row += [screen_cell(name, form, values.__getitem__) for _, name, form in columns]
            rows.append([*row, _write.count(self._excluded[i]), self._reason[i] or ""])
        # A column that says nothing in any row only takes room.
        keep = [
            i
            for i, h in enumerate(headers)
            if h not in {"reason", "excluded"} or any(r[i] not in {"", "0"} for r in rows)
        ]
        return [headers[i] for i in keep], [[r[i] for i in keep] for r in rows]

    def _told_apart(self) -> dict[str, NDArray[Any]]:
        """Return the words of a definition in which the rows differ: without them they would look alike."""
        marked = [f.name for f in audit_fields(self.kind) if f.metadata.get("tells_apart")]
        words = {name: self._audit.get(name) for name in marked}
        return {n: v for n, v in words.items() if isinstance(v, np.ndarray) and len(set(v.tolist())) > 1}

    @property
    def _left(self) -> int:
        """How many columns of a table on screen hold words."""
        return len(self._keys) + len(self._told_apart())

    def _footer(self, most: int = _MOST_ROWS_SHOWN) -> str:
        rows = f"{len(self)} row{'' if len(self) == 1 else 's'}"
        cut = f", the first {most} shown" if len(self) > most else ""
        excluded = ""
        if self._exclusions and self._excluded.any():
            excluded = f"; excluded {self._exclusions.unit}: {self._exclusions.left_out}"
        caveats = list(dict.fromkeys(filter(None, self._caveats)))
        more = (
            f"; and {len(caveats) - _MOST_CAVEATS_SHOWN} more" if len(caveats) > _MOST_CAVEATS_SHOWN else ""
        )
        caveat = f"; caveat: {'; '.join(caveats[:_MOST_CAVEATS_SHOWN])}{more}" if caveats else ""
        return f"{self.kind.__name__}, {rows}{cut}{words_below(self.kind, self._word)}{excluded}{caveat}"

    def _word(self, name: str) -> Any:
        """Return what a definition says of every row, if it is one word."""
        value = self._audit.get(name)
        if not isinstance(value, np.ndarray):
            return value
        return value[0] if len(value) and all(v == value[0] for v in value) else None

    def __repr__(self) -> str:
        headers, rows = self._cells()
        return f"{_write.text_table(headers, rows, left=self._left)}\n[{self._footer()}]"

    def _repr_html_(self) -> str:
        headers, rows = self._cells()
        return _write.html_table(headers, rows, left=self._left, caption=self._footer(), prose=("reason",))

    def _repr_markdown_(self) -> str:
        return self._markdown(_MOST_ROWS_SHOWN)

    def _markdown(self, most: int) -> str:
        headers, rows = self._cells(most)
        table = _write.markdown_table(headers, rows, left=self._left, prose=("reason",))
        return f"{table}\n\n{_write.markdown(self._footer(most))}"


def _same(one: Any, other: Any) -> bool:
    return bool(comparable(one) == comparable(other))


def _one_or_all(values: Sequence[Any]) -> Any:
    """Keep what is the same in every row once."""
    return values[0] if all(_same(v, values[0]) for v in values) else _objects(values)


def _stacked(tables: Sequence[ExclusionTable | None]) -> ExclusionTable | None:
    """Put exclusions below one another, over the reasons of all."""
    known = [t for t in tables if t is not None]
    if len(known) < len(tables):
        return None
    reasons = list(dict.fromkeys(r for t in known for r in t.reasons))
    counts = [np.zeros((len(t.counted), len(reasons)), dtype=np.int64) for t in known]
    for part, table in zip(counts, known, strict=True):
        part[:, [reasons.index(r) for r in table.reasons]] = table.counts
    starts = np.cumsum([0, *(int(t.source.max(initial=-1)) + 1 for t in known)])
    return ExclusionTable(
        known[0].unit,
        np.concatenate([t.counted for t in known]),
        tuple(reasons),
        np.concatenate(counts),
        np.concatenate([t.source + start for t, start in zip(known, starts, strict=False)]),
    )


def label_array(labels: Iterable[Any]) -> NDArray[Any]:
    """Return labels as an array: int64 where all are whole numbers, else Python objects."""
    listed = list(labels)
    if listed and all(isinstance(v, int) for v in listed):
        return np.array(listed, dtype=np.int64)
    return _objects(listed)


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """Keep Python labels as they are: a text array would cut, an int array would leak numpy scalars."""
    return np.fromiter(values, dtype=object, count=len(values))


def _audit_cell(value: Any, separator: str) -> Any:
    if isinstance(value, tuple):
        return separator.join(map(str, value)) if any(value) else None
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def _label_order(label: Any) -> tuple[bool, Any]:
    return isinstance(label, str), label


def to_pandas(table: Mapping[str, list[Any]], types: Mapping[str, str]) -> Any:
    """Make a pandas data frame of columns; None is missing, and the types are those said."""
    pandas = optional("pandas", "Results.to_pandas")
    text = "str" if int(pandas.__version__.split(".")[0]) >= 3 else "object"
    names = {"str": text, "int": "int64", "int or None": "Int64", "float": "float64", "bool": "bool"}
    return pandas.DataFrame({c: pandas.Series(v, dtype=names[types[c]]) for c, v in table.items()})


def to_polars(table: Mapping[str, list[Any]], types: Mapping[str, str]) -> Any:
    """Make a polars data frame of columns; None is null, and the types are those said."""
    polars = optional("polars", "Results.to_polars")
    names = {"str": polars.String, "float": polars.Float64, "bool": polars.Boolean}
    names |= {"int": polars.Int64, "int or None": polars.Int64}
    return polars.DataFrame(table, schema={c: names[types[c]] for c in table})


def to_arrow(table: Mapping[str, list[Any]], types: Mapping[str, str]) -> Any:
    """Make an Arrow table of columns; None is null, and the types are those said."""
    arrow = optional("pyarrow", "Results.to_arrow")
    names = {"str": arrow.string(), "float": arrow.float64(), "bool": arrow.bool_()}
    names |= {"int": arrow.int64(), "int or None": arrow.int64()}
    return arrow.table(table, schema=arrow.schema([(c, names[types[c]]) for c in table]))


def arrow_stream(table: Any, requested_schema: object) -> object:
    """Hand over `table` by the Arrow C stream, through whichever of pyarrow and polars is installed."""
    try:
        return table.to_arrow().__arrow_c_stream__(requested_schema)
    except MissingDependencyError:
        if not hasattr(table, "to_polars"):
            raise
    try:
        return table.to_polars().__arrow_c_stream__(requested_schema)
    except MissingDependencyError as error:
        msg = 'handing a table over by Arrow needs pyarrow or polars; install "policemetrics[pyarrow]".'
        raise MissingDependencyError(msg) from error


def optional(module: str, user: str, *, extra: str = "") -> Any:
    """Import an optional package, or say which extra installs it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        msg = f'{user} needs {module}; install "policemetrics[{extra or module}]".'
        raise MissingDependencyError(msg) from error
