"""`Figure`, the base of all value objects, and what a class of figures says of itself.

A class of figures is made by `figure`; each field says whether it is a column of a table, how it is written, what
it is and what it is worked out from. Sentences, tables, pictures and claims read that and guess nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import zip_longest
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar, cast, dataclass_transform, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _screen, _sources, _write
from policemetrics._typing import FloatArray, IntArray, Label
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note, in_words

T = TypeVar("T")
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
FigureT = TypeVar("FigureT", bound="Figure")
FigureT_co = TypeVar("FigureT_co", bound="Figure", covariant=True)


def once(function: FunctionT) -> FunctionT:
    """Keep what a function finds for each class of figures, with the types that `cache` loses."""
    return cast("FunctionT", cache(function))


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
    return FrozenMapping(_check.instance(value, Mapping, "group and reasons must be mappings"))


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
    """A confidence interval with its level and method.

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
        Together they are all the data for this figure.
    reasons : mapping of str to int
        How much was left out for each reason; adds up to `excluded`.

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
            _check.instance(value, int, f"{name} must be a whole number")
        if sum(self.reasons.values()) != self.excluded:
            msg = f"reasons must add up to excluded; got {sum(self.reasons.values())} and {self.excluded}."
            raise InvalidInputError(msg)

    def __str__(self) -> str:
        unit = "" if self.unit == "counts" else f" {self.unit}"
        left_out = f" ({self.left_out})" if self.reasons else ""
        return f"{_write.count(self.counted)}{unit} counted, {_write.count(self.excluded)} excluded{left_out}"

    @property
    def left_out(self) -> str:
        """How much was left out for each reason, in words."""
        return ", ".join(f"{reason} {_write.count(n)}" for reason, n in self.reasons.items())


@attrs.frozen(eq=False)
class ExclusionTable:
    """The exclusions of every row: `counted` (rows,) and `counts` (rows, reasons), int64.

    Rows of one source share theirs, as the ages of one cohort do, or two comparisons with one year in common: in a
    total they count once. `parts` holds what each row left out by source: names (rows,) and counts (rows, reasons).
    """

    unit: str
    counted: IntArray
    reasons: tuple[str, ...]
    counts: IntArray
    parts: tuple[tuple[NDArray[Any], IntArray], ...] = attrs.field(
        default=attrs.Factory(lambda self: ((np.arange(len(self.counted)), self.counts),), takes_self=True)
    )

    @staticmethod
    def of(one: Exclusions) -> ExclusionTable:
        """Make a table of one row."""
        counts = np.array([list(one.reasons.values())], dtype=np.int64)
        return ExclusionTable(one.unit, np.array([one.counted]), tuple(one.reasons), counts)

    def take(self, index: NDArray[Any]) -> ExclusionTable:
        """Return some of the rows."""
        at = np.flatnonzero(index) if index.dtype == bool else index
        counts = self.counts.take(at, axis=0)
        parts = tuple(
            (source.take(at), counts if own is self.counts else own.take(at, axis=0))
            for source, own in self.parts
        )
        return attrs.evolve(self, counted=self.counted.take(at), counts=counts, parts=parts)

    def total(self) -> IntArray:
        """Add up each reason over the rows."""
        sources, counts = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        _, first = np.unique(sources, return_index=True)
        summed: IntArray = counts[first].sum(axis=0)
        return summed

    def counting(self, chosen: Collection[str], rows: NDArray[np.bool_]) -> ExclusionTable:
        """Count, in some of the rows, what some reasons left out: it is then left out no more."""
        moved = rows[:, None] & np.array([reason in chosen for reason in self.reasons], dtype=bool)
        parts = tuple((source, np.where(moved, 0, counts)) for source, counts in self.parts)
        counts = np.where(moved, 0, self.counts)
        counted = self.counted + (self.counts - counts).sum(axis=1)
        return attrs.evolve(self, counted=counted, counts=counts, parts=parts)

    @property
    def left_out(self) -> str:
        """How much each reason left out over all rows, in words."""
        total = zip(self.reasons, self.total().tolist(), strict=True)
        return ", ".join(f"{reason} {_write.count(n)}" for reason, n in total if n)

    def row(self, at: int) -> Exclusions:
        """Return the exclusions of one row."""
        named = {r: int(n) for r, n in zip(self.reasons, self.counts[at], strict=True) if n}
        return Exclusions(self.unit, int(self.counted[at]), sum(named.values()), named)


def stacked(tables: Sequence[ExclusionTable | None]) -> ExclusionTable | None:
    """Put exclusions below one another, over the reasons of all."""
    known = [t for t in tables if t is not None]
    if len(known) < len(tables):
        return None
    reasons = list(dict.fromkeys(r for t in known for r in t.reasons))

    def spread(table: ExclusionTable, counts: IntArray) -> IntArray:
        wide = np.zeros((len(counts), len(reasons)), dtype=np.int64)
        wide[:, [reasons.index(r) for r in table.reasons]] = counts
        return wide

    parts = []
    for sources in zip_longest(*(t.parts for t in known)):
        names, wide = [], []
        for at, (table, part) in enumerate(zip(known, sources, strict=True)):
            source, counts = part or (np.full(len(table.counted), ""), np.zeros_like(table.counts))
            # Rows that are numbered are those of one table; sources that have a name are the same in all.
            numbered = source.dtype.kind != "U"
            names.append(np.char.add(f"{at} ", source.astype(str)) if numbered else source)
            wide.append(spread(table, counts))
        parts.append((np.concatenate(names), np.concatenate(wide)))
    return ExclusionTable(
        known[0].unit,
        np.concatenate([t.counted for t in known]),
        tuple(reasons),
        np.concatenate([spread(t, t.counts) for t in known]),
        tuple(parts),
    )


# ---- a class of figures -----------------------------------------------------------------

Role: TypeAlias = Literal["", "numerator", "denominator", "estimate", "lower", "upper", "p"]
"""What a column is to its figure; a limit or a p-value is that of an estimate."""


def column(
    form: str,
    role: Role = "",
    *,
    of: str | tuple[str, ...] = (),
    counts: str = "",
    shown: bool = True,
    unit: str = "",
    needs: str = "",
    definition: bool = False,
) -> Any:
    """Make a field of a figure that is a column of its table.

    Parameters
    ----------
    form : str
        How it is written: "count", "change", "amount", "amount_change", "number", "rate", "share", "percent",
        "points", "seconds", "seconds_change", "days", "p". A share is a fraction, written in per cent; "percent" and
        "points" are changes; an amount is of something weighted, as harm is.
    role : str, optional
        What it is: "numerator", "denominator", "estimate", "lower" or "upper" limit, "p". Default is none of them.
    of : str or tuple of str, optional
        The fields that it is worked out from: who knows those knows it. Default for ``<name>_low`` and
        ``<name>_high`` is ``<name>``.
    counts : str, optional
        What it counts, where that is something else than the figure counts. Default is the same.
    shown : bool, optional
        Whether it stands in the table on screen; every export has it. Default is True.
    unit : str, optional
        Its unit, for its heading, with fields of the figure in braces: ``"{harm_unit} per crime"``; ``"{per}"`` is what
        a rate is per, "1,000 residents". Nothing is said where a field is empty. Default is none.
    needs : str, optional
        A field without which there is no such column: on screen it is left out where that is empty. Default is none.
    definition : bool, optional
        Whether it is a part of what the figure is, as a target: it stands in the title where all rows have the same,
        else in a column. Default is False.

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
    on_screen = {"shown": shown, "unit": unit, "needs": needs, "definition": definition}
    return attrs.field(metadata={"column": form, "counts": counts} | on_screen | _part(role, of))


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
    >>> from policemetrics import Results
    >>> from policemetrics.extend import Figure, column, figure, input_field
    >>> @figure()
    ... class Detection(Figure):
    ...     rate: float = column("share", "estimate", of=("detected", "crimes"))
    ...     detected: float = input_field("numerator")
    ...     crimes: float = input_field("denominator")
    >>> Results.of([Detection(rate=0.125, detected=1, crimes=8)]).to_dict(audit=True)["crimes"]
    [8.0]
    """
    return attrs.field(default=default, converter=float, metadata=_part(role, of))


def found_field(*, default: Any = attrs.NOTHING) -> Any:
    """Make a field that holds words that were found, as the offence that carries most: no part of a definition.

    Parameters
    ----------
    default : object, optional
        What it is where it is not given. Default is that it must be.

    Returns
    -------
    attrs.Attribute
        The field, for the body of a class under `figure`.

    Notes
    -----
    A field that is made by none of these is a definition: what the figure is, how it was made. It stands in the title
    of a table where all rows have the same and in a column where they differ, unless it is the default of its class.

    Examples
    --------
    >>> from policemetrics import Results
    >>> from policemetrics.extend import Figure, column, figure
    >>> @figure()
    ... class Detection(Figure):
    ...     rate: float = column("share", "estimate")
    ...     detected: str
    >>> Results.of([Detection(rate=0.125, detected="charged")])
    Detection; detected: charged
      rate
    ------
    12.50%
    [Detection, 1 row]
    """
    return attrs.field(default=default, metadata={"role": ""})


def _part(role: Role, of: str | tuple[str, ...]) -> dict[str, Any]:
    _check.known(role, "role", get_args(Role))
    return {"role": role, "of": (of,) if isinstance(of, str) else of}


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    eq_default=False,
    field_specifiers=(attrs.field, column, input_field, found_field),
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
        return made  # type: ignore[no-any-return]  # with slots attrs makes another class

    return made


# ---- a figure ---------------------------------------------------------------------------


@figure()
class Figure(Mapping[str, Any]):
    """Base of every value object: one row of a `Results`, frozen, with its inputs.

    Attributes
    ----------
    group : mapping of str to label
        The label of the group by dimension; empty for a single figure.
    reason : str or None
        Why the figure, or a part of it, is not available; None if all of it is.
    exclusions : Exclusions or None
        What was counted and what was left out; None if nothing was counted from a table.
    caveats : tuple of Note
        The caveats to show with the figure, each with a code, a short and a long form.
    chosen : str
        Which part of a tally was chosen, as with ``where(group="Robbery")``. It is part of the subject of the
        figure.
    sources : tuple of Source
        The published files from which `policemetrics.official` read the counts.

    Notes
    -----
    ``str()`` is the sentence with the caveats, ``format(figure, "short")`` the sentence without.

    Your own class of figures makes its sentence in ``_sentence``: see `policemetrics.extend`.
    """

    __attrs_attrs__: ClassVar[Any]  # for type checkers, which do not see through `figure`
    _estimate: ClassVar[tuple[str, ...]] = ()
    _interval_method: ClassVar[str] = "method"
    _counts: ClassVar[str] = ""
    # What `Results.suppress` knows of it: the counts that are hidden together, as `_suppression.Linked` reads them; whether
    # its rows are parts of a whole that each row tells of; which words follow of its counts, or of its limits; what tells of counts that it does
    # not hold; or why it cannot be protected.
    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = ()
    _holds_whole: ClassVar[bool] = False
    _tells: ClassVar[Mapping[str, Literal["counts", "limits"]]] = {}
    _unseen: ClassVar[tuple[str, ...]] = ()
    _unprotected: ClassVar[str] = "which holds no counts"

    group: Mapping[str, Label] = attrs.field(factory=dict, converter=read_only)
    reason: str | None = None
    exclusions: Exclusions | None = None
    caveats: tuple[Note, ...] = ()
    chosen: str = ""
    sources: tuple[_sources.Source, ...] = ()

    @property
    def caveat(self) -> str:
        """The caveats of the figure in words; empty if there are none."""
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
        return self._what()

    def _what(self, end: str = "") -> str:
        """Name the subject with what was chosen of it, and an `end` where that is said; a subject of the caller's wins."""
        subject = str(getattr(self, "subject", ""))
        field = attrs.fields_dict(type(self)).get("subject")
        own = field is None or subject != field.default
        return subject if own or not self.chosen else f"{subject}, {self.chosen}{end}"

    def _per(self, name: str) -> str:
        """Name what a column is divided by, where that is an exposure."""
        fields = attrs.fields_dict(type(self))
        divided = any(fields[of].metadata.get("role") == "denominator" for of in fields[name].metadata["of"])
        return str(getattr(self, "exposure_name", "")) if divided else ""

    def _form(self, name: str) -> Callable[[float], str]:
        """How a column is written."""
        return _write.FORMATS[attrs.fields_dict(type(self))[name].metadata["column"]]

    def _written(self, name: str) -> str:
        """Write a column in a sentence as it stands in the table."""
        return self._form(name)(getattr(self, name))

    def _interval_words(self, name: str = "", form: Callable[[float], str] | None = None) -> str:
        """Write the interval of a column in a sentence, as "95% interval −10.7% to −9.9%"."""
        name = name or self._estimate[0]
        form = form or self._form(name)
        low, high = (getattr(self, f"{name}_{end}") for end in ("low", "high"))
        if math.isnan(low) and math.isnan(high):  # as of counts that were rounded
            return f"{getattr(self, 'confidence_level') * 100:g}% interval left out"  # noqa: B009  # a subclass has it
        # An upper limit that is not known, as where there are no crimes, leaves the interval open.
        limits = _write.limits(form(low), form(high), unbounded=not math.isfinite(high))
        return f"{getattr(self, 'confidence_level') * 100:g}% interval {limits}"  # noqa: B009  # a subclass has it

    def _sentence(self) -> str:
        """Say the figure in one sentence, without its group and its caveat."""
        return repr(self)

    @classmethod
    def _worked_out(cls, number: Callable[[str], FloatArray]) -> dict[str, FloatArray]:  # noqa: ARG003  # a class that has some reads it
        """Work out, of counts that were rounded, what follows of them alone; a class of which nothing does has no such words."""
        return {}

    @classmethod
    def _together(cls, table: Any) -> str:  # noqa: ARG003  # one that has such words reads them off it
        """Say what a table of such figures shows as a whole; empty where that is no more than its rows do."""
        return ""

    def _finding(self) -> str:
        """Say the figure and its group in one sentence, without its caveat."""
        sentence = self._sentence()
        named = [said(d, v) for d, v in self.group.items()]
        named += [self.chosen] if self.chosen and not hasattr(self, "subject") else []
        return f"{', '.join(named)}: {uncapitalised(sentence)}" if named else sentence

    def __str__(self) -> str:
        sentence = self._finding()
        if self.exclusions is not None and self.exclusions.excluded:
            sentence = f"{sentence} Left out: {self.exclusions.left_out}."
        sentence += f" Source: {_sources.in_words(self.sources)}." if self.sources else ""
        return f"{sentence} Caveat: {self.caveat.rstrip('.')}." if self.caveat else sentence

    def __repr__(self) -> str:
        names = ["group"] if self.group else []
        names += [f.name for f in column_fields(type(self))]
        names += ["reason"] if self.reason else []
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in names)})"

    def __format__(self, spec: str) -> str:
        if spec not in {"", "short"}:
            msg = f"a figure is written as '' or 'short', which leaves out its caveats; got {spec!r}."
            raise InvalidInputError(msg)
        return self._finding() if spec else str(self)

    def _page(self) -> _screen.Page:
        """Lay it out as a table of one row."""
        kind = type(self)
        same = {f.name: getattr(self, f.name) for f in attrs.fields(kind)}
        values = {f.name: [getattr(self, f.name)] for f in column_fields(kind)}
        return _screen.Page(
            _screen.title(kind.__name__, definitions_of(kind), same),
            [_screen.Shown(d, [str(v)]) for d, v in self.group.items()],
            _screen.columns(column_fields(kind), self._estimate, values, same),
            1,
            lambda *_: "",
            str(self),
        )

    def to_markdown(self) -> str:
        """Return the figure as a Markdown table of one row, with its sentence underneath.

        Returns
        -------
        str
            A table with pipes, an empty line, the sentence. Characters with a meaning in Markdown are escaped.

        Examples
        --------
        >>> import policemetrics as pm
        >>> print(pm.share(1, 4).to_markdown())
        **Share**
        <BLANKLINE>
        | count | out_of | share | 95% interval |
        | ---: | ---: | ---: | ---: |
        | 1 | 4 | 25.00% | 4.56% to 69.94% |
        <BLANKLINE>
        1 of 4 is 25.00% (95% interval 4.56% to 69.94%).
        """
        return self._page().markdown()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        return self._page().html()

    # As a mapping it is the row that it is in a table: pandas makes a data frame of a table, or a list of figures.

    def __getitem__(self, name: str) -> Any:
        if name in self.group:
            return self.group[name]
        if name == "excluded":
            return self.exclusions.excluded if self.exclusions else 0
        if name not in set(self):
            raise KeyError(name)
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter((*self.group, *(f.name for f in column_fields(type(self))), "reason", "excluded"))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.object_]:  # noqa: FBT001  # as the protocol has it
        # Among others it is one object, and no column of names.
        found = np.empty((), dtype=object)
        found[()] = self
        return found

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def _key(self) -> tuple[object, ...]:
        """Every field, with nan as a value that equals itself."""
        return tuple(comparable(getattr(self, f.name)) for f in attrs.fields(type(self)))


def said(dim: str, label: Label) -> str:
    """Name a label; a bare number or code needs its dimension: "grade 1"."""
    return label if isinstance(label, str) and not label.isdigit() else f"{dim} {label}"


def uncapitalised(sentence: str) -> str:
    """Start a sentence in lower case where it starts with a word and not with an abbreviation."""
    return sentence[0].lower() + sentence[1:] if sentence[1:2].islower() else sentence


@once
def column_fields(kind: type[Figure]) -> tuple[attrs.Attribute[Any], ...]:
    """List the fields of a figure that are columns of its table."""
    return tuple(f for f in attrs.fields(kind) if "column" in f.metadata)


@once
def limits_of(kind: type[Figure]) -> dict[str, tuple[str, str]]:
    """Name the two limits of each column that has an interval; how far a rounding leaves it open is none."""
    roles = {f.name: f.metadata["role"] for f in column_fields(kind)}
    ends = {name: (f"{name}_low", f"{name}_high") for name in roles}
    return {n: both for n, both in ends.items() if [roles.get(end) for end in both] == ["lower", "upper"]}


@once
def audit_fields(kind: type[Figure]) -> tuple[attrs.Attribute[Any], ...]:
    """List the fields of a figure that say what it was made of."""
    base = {f.name for f in attrs.fields(Figure)} - {"chosen", "sources"}
    return tuple(f for f in attrs.fields(kind) if "column" not in f.metadata and f.name not in base)


@once
def definitions_of(kind: type[Figure]) -> tuple[attrs.Attribute[Any], ...]:
    """List the fields of a figure that say what it is, columns among them."""
    columns = (f for f in column_fields(kind) if f.metadata.get("definition"))
    return (*_screen.definitions(audit_fields(kind)), *columns)
