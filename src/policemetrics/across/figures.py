"""`Counted`: the figures of a table as numerators out of denominators, read off what their class says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells, encode
from policemetrics._compare import Chosen
from policemetrics._figure import Figure, column_fields, comparable
from policemetrics._sources import joined
from policemetrics._totals import proven
from policemetrics._write import duration, percent
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, Note
from policemetrics.harm.score import HarmScore
from policemetrics.intervals import COUNTS
from policemetrics.intervals._shared import z_of
from policemetrics.results import Results
from policemetrics.times.answers import said_of
from policemetrics.typing import FloatArray

# What may differ from area to area in one table; all else that a figure says of itself is a part of its definition.
_OWN: Final = {
    "maturity",
    "age_months",
    "dominant_offence",
    "exposure",
    "sd",
    "seed",
    "method",
    "sources",
}
_COUNTS_OF: Final = {"dobson": "exact", "dobson-byar": "byar"}


@attrs.frozen
class Counted:
    """A column of a table of figures that is a numerator out of a denominator.

    Attributes
    ----------
    table : Results
        The figures.
    column, form : str
        The column, and how it is written: "share" or "rate".
    numerator, denominator, value : array of float64, (rows,)
        What it is worked out from, and the figure; nan where there is none.
    unit : float
        The size that it is per.
    model : str
        ``"share"``: a part of its whole; ``"rate"``: events of an exposure; ``"flows"``: a ratio of two counts, neither
        a part of the other; ``"weighted"``: a weighted sum per exposure; ``"mean"``: one per event.
    weight : array of float64, (rows,)
        For a weighted sum its variance by its size, the weight of an event on the average; otherwise 1.
    """

    table: Results[Any]
    column: str
    form: str
    numerator: FloatArray
    denominator: FloatArray
    value: FloatArray
    unit: float
    model: str
    weight: FloatArray

    @classmethod
    def of(
        cls, figures: Any, column: Any, dims: Iterable[str], example: str, *, one_target: bool = True
    ) -> Counted:
        """Read a table; what it is kept by besides must be one label, and all its figures of one definition.

        Times within a target have one target, but where each figure stands for itself.
        """
        if not isinstance(figures, Results):
            raise _check.wrong_type(figures, f"figures must be a table of figures, as {example} gives")
        options = _options(figures.kind)
        if not options:
            msg = (
                f"figures must be numerators out of denominators, as those of rate, share, positive_outcome_rate, harm_score, "
                f"answer_times or response_times; got a table of {figures.kind.__name__}."
            )
            raise InvalidTypeError(msg)
        if not len(figures):
            msg = "figures must have a row; the table is empty."
            raise InvalidInputError(msg)
        name = _chosen(figures, column, options)
        _refuse_several(figures, tuple(dims), ~np.isnan(figures[name]), one_target=one_target)
        above, below = (figures[part] for part in options[name].metadata["of"])
        form, weight, model = options[name].metadata["column"], np.ones(len(figures)), "rate"
        if figures.kind is HarmScore:
            model, weight = ("weighted" if name == "per_head" else "mean"), _weight(figures)
        elif form == "share":
            model = "flows" if getattr(figures[0], "method", "") == "rate ratio score" else "share"
        unit = float(getattr(figures[0], "per", 1.0))
        return cls(figures, name, form, above, below, figures[name], unit, model, weight)

    def codes(self, dims: Iterable[str]) -> tuple[Cells, list[NDArray[Any]]]:
        """Return the labels of some dimensions as cells, one a row, none of them twice and none a total of others."""
        dims = tuple(dims)
        labels, codes = zip(*(encode(self.table[d], d) for d in dims), strict=True)
        whole = np.nan_to_num(self.numerator).round().astype(np.int64)
        cells, rows = Cells(dims, labels, codes, whole), np.arange(len(self.table))
        twice = cells.positions(cells, dims) != rows
        if twice.any():
            named = {d: self.table[d].tolist()[int(np.argmax(twice))] for d in dims}
            msg = f"figures must have one row for each label; {named} stands there twice ({int(twice.sum())} in all)."
            raise InvalidInputError(msg)
        for dim in dims:
            held = [
                w.label
                for w in proven(Cells.of(dims, labels, codes, whole), dim, [d for d in dims if d != dim])
            ]
            if held:
                msg = (
                    f"figures must not hold a total beside its parts; {_check.listing(held)} of {dim!r} is the sum of others: "
                    f"leave it out, as in figures[figures[{dim!r}] != {held[0]!r}]."
                )
                raise InvalidInputError(msg)
        return cells, list(codes)

    @property
    def about(self) -> str:
        """What is measured, with the definition that must be said."""
        first: Any = self.first
        if self.column == "share_within":
            of = f" of the calls {said_of(first.service_level)}" if hasattr(first, "service_level") else ""
            several = len(np.unique(self.table["target"][~np.isnan(self.value)])) > 1
            return f"The share{of} within {'its target' if several else duration(first.target)}"
        if self.model in {"weighted", "mean"}:
            return f"{first._about} {self.column.replace('_', ' ')}"
        # What was chosen of a tally is said once, by the figure that is made of it.
        said = (
            getattr(first, "subject", "")
            or first._about
            or getattr(first, "part", "")
            or self.column.replace("_", " ")
        )
        over = first._per(self.column)
        per = (
            f" per {self.unit:,g}{f' {over}' if over else ''}"
            if self.model == "rate" and self.unit != 1
            else ""
        )
        return f"{said[0].upper()}{said[1:]}{per}"

    @property
    def first(self) -> Figure:
        """The first row with a figure, or the first."""
        found: Figure = self.table[int(np.argmax(~np.isnan(self.value)))]
        return found

    @property
    def chosen(self) -> Chosen:
        """Which part of a tally was chosen, and the files that it was read from."""
        read = self.table._audit["sources"]
        every = dict.fromkeys(read.tolist()) if isinstance(read, np.ndarray) else [read]
        return Chosen(self.first.chosen, sources=joined(*every))

    @property
    def notes(self) -> tuple[Note, ...]:
        """What must be known of areas beside each other: how much of their cohorts is open still."""
        name = "share_not_yet_assigned"
        waiting = self.table[name] if name in self.table.columns else np.full(1, np.nan)
        if not np.nanmax(waiting, initial=0) > 0:
            return ()
        ends = " to ".join(dict.fromkeys(percent(end) for end in (np.nanmin(waiting), np.nanmax(waiting))))
        long = f"{ends} of the crimes of an area have no outcome yet, so that rates will still grow, and not all alike"
        return (Note("not-yet-assigned", "not yet assigned", long),)

    @property
    def out_of(self) -> str:
        """What the denominators are; empty where nothing says it."""
        first = self.first
        own = {"per_crime": "crimes", "share_within": "times"}.get(self.column)
        return own or str(getattr(first, "exposure_name", "") or getattr(first, "_noun", ""))


def _options(kind: type[Figure]) -> dict[str, attrs.Attribute[Any]]:
    """Return the columns that are one count, or score, out of another; a change is of two figures, a comparison is made, and neither has any."""
    fields = {f.name: f for f in attrs.fields(kind)}
    columns = [
        f
        for f in column_fields(kind)
        if f.metadata["column"] in {"share", "rate"} and f.metadata["role"] == "estimate"
    ]
    roles = {f.name: [fields[of].metadata.get("role") for of in f.metadata["of"]] for f in columns}
    fits = (["numerator", "denominator"], ["estimate", "numerator"], ["estimate", "denominator"])
    return (
        {} if {"between", "by_chance"} & {*fields} else {f.name: f for f in columns if roles[f.name] in fits}
    )


def _chosen(figures: Results[Any], column: Any, options: dict[str, Any]) -> str:
    """Return the column asked for: the figure's own, or the only one that has a number; else it must be named."""
    if column is not None:
        _check.known(column, "column", options)
        return str(column)
    there = [name for name in options if not np.isnan(figures[name]).all()]
    own = [name for name in figures.kind._estimate if name in options]
    if own or len(there) == 1:
        return str([*own, *there][0])
    msg = f"column must be given: {_check.listing(there or options)} are different figures of one table."
    raise ChoiceNeededError(
        Note("choose-column", "column= must be given", msg), answers={"column": tuple(there or options)}
    )


def _refuse_several(
    figures: Results[Any], dims: tuple[str, ...], there: NDArray[np.bool_], *, one_target: bool
) -> None:
    """Refuse figures of several definitions, or kept by more than is compared."""
    known = figures._keys
    for dim in dims:
        _check.known(_check.text(dim, "of"), "of: dimension", known)
    for dim in known:
        labels = dict.fromkeys(figures[dim].tolist())
        if dim not in dims and len(labels) > 1:
            first = next(iter(labels))
            msg = (
                f"figures are kept by {dim!r} too, which has {_check.listing(labels)}: compare one at a time, as in "
                f"figures[figures[{dim!r}] == {first!r}]."
            )
            raise InvalidInputError(msg)
    named = [
        n for n, v in figures._audit.items() if n not in _OWN and isinstance(v, np.ndarray)
    ]  # others are one value
    for what in [*named, *(["target"] if one_target and "target" in figures.columns else [])]:
        several = list(dict.fromkeys(comparable(v) for v in figures[what][there].tolist()))
        if len(several) > 1:
            msg = f"figures must be of one definition; {what} is {_check.listing(several)}. Compare those of one."
            raise InvalidInputError(msg)


def _weight(figures: Results[HarmScore]) -> FloatArray:
    """Return the variance of each score by its size, read off its interval, which Dobson's method scales from that of a count."""
    score, crimes, high = figures["score"], figures["crimes"], figures["score_high"]
    level, method = figures[0].confidence_level, figures[0].method
    if method in _COUNTS_OF:
        _, most = COUNTS[_COUNTS_OF[method]].limits(np.nan_to_num(crimes), confidence_level=level)
        variance = crimes * ((high - score) / (most - crimes)) ** 2
    else:
        variance = ((high - score) / z_of(level)) ** 2
    found: FloatArray = variance / np.where(score > 0, score, np.nan)
    return found
