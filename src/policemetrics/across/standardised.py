"""`standardised_ratio`, `directly_standardised_rate`: figures of areas as if all had the same mix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._compare import Mask, Rows
from policemetrics._supply import keys_of, no_reasons
from policemetrics._write import count as written
from policemetrics._write import fixed, plain
from policemetrics.across.figures import Counted
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, Note
from policemetrics.intervals import COUNTS, WEIGHTED_SUMS
from policemetrics.results import ExclusionTable, Figure, Results, column, figure
from policemetrics.typing import FloatArray, HarmMethod, IntArray, Label, Names, RateMethod

_FEWEST: Final = 10  # events, as in public health in England
_REFERENCE: Final = (
    "reference must be 'pooled' (all areas together), labels of by=, or a figure for each label of of="
)


# ---- the figures ------------------------------------------------------------------------


@figure(estimate="ratio")
class StandardisedRatio(Figure):
    """The events counted in an area, compared with those expected from its mix at the rates of a reference.

    Attributes
    ----------
    observed, expected : float
        Events counted, and events expected at the rates of the reference, group by group.
    ratio, ratio_low, ratio_high : float
        Observed divided by expected (1 if they are equal), and its interval.
    of_what : str
        What is measured.
    mix, reference : str
        The dimension of the groups, and whose rates were used.
    exposure_name : str
        What the denominators of the expected events count.
    method, confidence_level : str, float
        How the interval was made.
    """

    _unprotected: ClassVar[str] = "whose expected numbers tell of all groups"

    observed: float = column("count", "numerator")
    expected: float = column("number", "denominator")
    ratio: float = column("rate", "estimate", of=("observed", "expected"))
    ratio_low: float = column("rate", "lower")
    ratio_high: float = column("rate", "upper")
    of_what: str = ""
    mix: str
    reference: str
    exposure_name: str = ""
    method: str
    confidence_level: float

    @property
    def _about(self) -> str:
        return f"{self.of_what}, adjusted for {self.mix}"

    def _sentence(self) -> str:
        if np.isnan(self.ratio):
            return f"{self._about}: {self.reason}."
        return (
            f"{self._about}: {fixed(self.ratio, 2)} times what its mix gives at the rates of {self.reference} "
            f"({self._interval_words()}; {written(self.observed)} observed, {fixed(self.expected, 1)} expected)."
        )


@figure(estimate="rate")
class StandardisedRate(Figure):
    """The rate that an area would have with the mix of a standard.

    Attributes
    ----------
    events, exposure : float
        The events of all groups, and what they are divided by.
    rate, rate_low, rate_high : float
        The standardised rate, per `per`, and its interval.
    per : float
        The size that the rate is per.
    of_what, mix, exposure_name : str
        What is measured, the dimension of the groups, and what the exposure counts.
    method, confidence_level : str, float
        How the interval was made.
    """

    _unprotected: ClassVar[str] = "whose parts are weighed, and not in the table"

    events: float = column("count", "numerator")
    exposure: float = column("count", "denominator")
    rate: float = column("rate", "estimate", of=("events", "exposure"))
    rate_low: float = column("rate", "lower")
    rate_high: float = column("rate", "upper")
    per: float
    of_what: str = ""
    mix: str
    exposure_name: str = ""
    method: str
    confidence_level: float

    @property
    def _about(self) -> str:
        return f"{self.of_what}, standardised by {self.mix}"

    def _sentence(self) -> str:
        if np.isnan(self.rate):
            return f"{self._about}: {self.reason}."
        return f"{self._about}: {plain(self.rate)} ({self._interval_words()}; {written(self.events)} events)."


# ---- areas by groups --------------------------------------------------------------------


@attrs.frozen
class _Grid:
    """The rows of a table by area and group: `at` (areas, groups), -1 where there is none."""

    counted: Counted
    dim: str
    areas: Cells
    labels: tuple[Label, ...]
    at: IntArray

    @classmethod
    def of(cls, figures: Any, dim: str, by: Names, chosen: str | None) -> _Grid:
        """Lay a table out."""
        kept = _check.names(by, "by")
        if _check.text(dim, "of") in kept:
            msg = f"of must name another dimension than by=; got {dim!r}."
            raise InvalidInputError(msg)
        counted = Counted.of(figures, chosen, (*kept, dim), f"rate(…, by={[*kept, dim]})")
        if counted.model not in {"share", "rate", "flows"}:
            msg = "figures must be rates or shares of counts; a score is weighted already: standardise its counts."
            raise InvalidTypeError(msg)
        cells, codes = counted.codes((*kept, dim))
        areas = Cells.of(cells.dims, cells.labels, codes, cells.counts).keys(kept)
        at = np.full((len(areas), len(cells.label(dim))), -1, dtype=np.int64)
        at[cells.positions(areas, kept), codes[-1]] = np.arange(len(figures))
        return cls(counted, dim, areas, tuple(cells.label(dim).tolist()), at)

    def column(self, name: str) -> FloatArray:
        """Lay out the numerators or the denominators; nan where there is none, or no figure but of nothing."""
        c = self.counted
        known = ~np.isnan(c.value) | (c.denominator == 0)
        found: FloatArray = np.append(np.where(known, getattr(c, name), np.nan), np.nan)[self.at]
        return found

    def given(self, values: Any, name: str) -> FloatArray:
        """Read a number for each group, by label: neither more of them nor fewer than the table has."""
        if not isinstance(values, Mapping):
            raise _check.wrong_type(values, f"{name} must be a mapping of label of {self.dim!r} to number")
        apart = [
            label
            for label in {**dict.fromkeys(self.labels), **values}
            if label not in values or label not in self.labels
        ]
        if apart:
            msg = f"{name} must have a number for each label of {self.dim!r}, and none besides; {_check.listing(apart)} stands on one side only."
            raise InvalidInputError(msg)
        return np.array([_check.number(values[label], f"{name}[{label!r}]", low=0) for label in self.labels])

    def rows(self, unknown: Mask) -> Rows:
        """Start the rows of the answer: who lacks a group says which; exclusions add up, and what travels travels."""
        table, own = self.counted.table, self.counted.table._exclusions
        excluded = None
        if own is not None:
            sums = (
                np.concatenate((n, np.zeros_like(n[:1])))[self.at].sum(axis=1)
                for n in (own.counted, own.counts)
            )
            counted, counts = sums
            excluded = ExclusionTable(own.unit, counted, own.reasons, counts)
        rows = Rows(keys_of(self.areas), no_reasons(len(self.areas)), exclusions=excluded)
        rows.chosen = self.counted.chosen
        if isinstance(table._notes, tuple):
            rows.note(*table._notes)
        else:
            said = [
                dict.fromkeys(n for at in area if at >= 0 for n in table._notes[at])
                for area in self.at.tolist()
            ]
            rows.notes = np.fromiter(map(tuple, said), dtype=object, count=len(said))
        rows.note(*self.counted.notes)
        names = np.array([str(label) for label in self.labels], dtype=object)
        rows.explain(
            np.asarray(unknown.any(axis=1)),
            lambda row: f"not available: no figure for {_check.cut(names[unknown[row]])}",
        )
        return rows


# ---- indirect ---------------------------------------------------------------------------


def standardised_ratio(
    figures: Results[Any],
    /,
    *,
    reference: Literal["pooled"] | Label | Sequence[Label] | Mapping[Label, float] | None = None,
    of: str = "offence_group",
    by: Names = "force",
    column: str | None = None,
    method: RateMethod = "phe",
    confidence_level: float = 0.95,
) -> Results[StandardisedRatio]:
    r"""Events of each area, divided by those expected from its mix at the rates of a reference: indirect standardisation.

    Parameters
    ----------
    figures : Results
        Rates or shares by area and group, as ``positive_outcome_rate(…, by=["force", "offence_group"])`` gives.
    reference : "pooled", label, sequence of labels, or mapping of label to float
        Whose rates are used: all areas together; one or some of the areas; or a figure for each label of `of`, in
        the unit of the table. It must be given.
    of : str, optional
        The dimension of the mix. Default is ``"offence_group"``.
    by : str or sequence of str, optional
        The dimensions of the areas. Default is ``"force"``.
    column : str, optional
        Which figure, where a table has several.
    method : {"phe", "byar", "exact"}, optional
        The interval of the events counted: exact for fewer than 10 and Byar's from 10 (``"phe"``), or one of the
        two. Default is ``"phe"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Results of StandardisedRatio
        A row per area. `compare` takes it, ``against=1``.

    Raises
    ------
    ChoiceNeededError
        If `reference` is missing.
    InvalidTypeError, InvalidInputError, UnknownNameError
        If the table is of another kind, a reference or a dimension does not exist, or rates lack a label.

    See Also
    --------
    compare : Which of the ratios stand out.
    directly_standardised_rate : The rate with the mix of a standard.

    Notes
    -----
    The expected events are :math:`E = \sum_g n_g r_g`, with the denominators :math:`n_g` of the area and the
    rates :math:`r_g` of the reference [1]_. The interval treats E as known and the events as a Poisson count; for
    shares it is a little too wide. Compare each ratio with the reference, not the ratios of two areas with each
    other, because their mixes differ.

    References
    ----------
    .. [1] Breslow, N. E. and Day, N. E. (1987). Statistical Methods in Cancer Research, Volume II: The Design and Analysis of
       Cohort Studies. International Agency for Research on Cancer, Lyon.

    Examples
    --------
    Both solve 5% of thefts and 50% of drug offences; the one has more of the latter:

    >>> import policemetrics as pm
    >>> columns = {"force": ["Kent"] * 2 + ["Essex"] * 2, "offence_group": ["theft", "drugs"] * 2}
    >>> solved, crimes = pm.Tally.from_columns(columns, [50, 50, 50, 500]), pm.Tally.from_columns(columns, [1000, 100, 1000, 1000])
    >>> rates = pm.rate(solved, crimes, by=["force", "offence_group"])
    >>> standardised_ratio(rates, reference="pooled")["ratio"].tolist()
    [1.0, 1.0]
    """
    _check.choice(method, "method", tuple(COUNTS))
    level = _check.confidence_level(confidence_level)
    grid = _Grid.of(figures, of, by, column)
    above, below = grid.column("numerator"), grid.column("denominator")
    taken, whose = _reference(grid, reference, above, below)
    unknown = np.isnan(above) | np.isnan(below) | (np.isnan(taken) & (below > 0))
    rows, lacking = grid.rows(unknown), np.asarray(unknown.any(axis=1))
    observed = above.sum(axis=1)
    expected = np.where(below > 0, below * taken, 0).sum(axis=1) / grid.counted.unit
    rows.explain(expected == 0, "not available: nothing is expected")
    rows.settle()
    events, divisor = rows.usable(observed, expected)
    low, high = COUNTS[method].limits(events, confidence_level=level)
    numbers = {"observed": observed, "expected": expected, "ratio": events / divisor}
    numbers |= {"ratio_low": low / divisor, "ratio_high": high / divisor}
    name = grid.counted.out_of
    words = {
        "of_what": grid.counted.about,
        "mix": of,
        "reference": whose,
        "method": method,
        "confidence_level": level,
    }
    words["exposure_name"] = f"events expected{f' of {name}' if name else ''}"
    known = ~lacking
    stand = {"observed": known, "expected": known}
    return rows.results(StandardisedRatio, numbers | words, stand, single=False)


def _reference(grid: _Grid, reference: Any, above: FloatArray, below: FloatArray) -> tuple[FloatArray, str]:
    """Return the rate of the reference in each group, and who that is."""
    if reference is None:
        note = Note("choose-reference", "reference= must be given", f"{_REFERENCE}; there is no default.")
        raise ChoiceNeededError(note, answers={"reference": ("pooled",)})
    if isinstance(reference, Mapping):
        return grid.given(reference, "reference"), "the reference given"
    several = [reference] if isinstance(reference, str | int) else reference
    if not isinstance(several, Iterable) or isinstance(reference, bool | bytes):
        raise _check.wrong_type(reference, _REFERENCE)
    chosen = np.ones(len(grid.areas), dtype=bool)
    if reference != "pooled":
        labels = grid.areas.column(grid.areas.dims[0])
        listed = list(several)
        for label in listed:
            _check.known(label, "reference", dict.fromkeys(labels.tolist()))
        chosen = np.isin(labels, np.array(listed, dtype=labels.dtype))
    with np.errstate(invalid="ignore"):
        known = chosen[:, None] & ~np.isnan(above + below)
        taken = np.where(known, above, 0).sum(axis=0) / np.where(known, below, 0).sum(axis=0)
    return taken * grid.counted.unit, "all areas together" if reference == "pooled" else _check.cut(
        map(str, several)
    )


# ---- direct -----------------------------------------------------------------------------


def directly_standardised_rate(
    figures: Results[Any],
    /,
    *,
    standard: Mapping[Label, float],
    of: str = "age",
    by: Names = "force",
    column: str | None = None,
    method: HarmMethod = "dobson",
    confidence_level: float = 0.95,
) -> Results[StandardisedRate]:
    r"""Rate that each area would have with the mix of a standard population: direct standardisation, with Dobson's limits.

    Parameters
    ----------
    figures : Results
        Rates by area and group, as ``rate(…, by=["force", "age"])`` gives.
    standard : mapping of label to float
        The standard population: a size for each label of `of`; only their proportions matter.
    of : str, optional
        The dimension of the mix. Default is ``"age"``.
    by : str or sequence of str, optional
        The dimensions of the areas. Default is ``"force"``.
    column : str, optional
        Which figure, where a table has several.
    method : {"dobson", "dobson-byar", "normal"}, optional
        The interval: Dobson's from the exact limits of the count, from Byar's, or normal. Default is
        ``"dobson"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Results of StandardisedRate
        A row per area. With fewer than 10 events there is no rate, as in public health in England.

    Raises
    ------
    InvalidTypeError, InvalidInputError, UnknownNameError
        If the table is of another kind, a dimension does not exist, or `standard` lacks a size for a label.

    See Also
    --------
    standardised_ratio : Events against those expected at the rates of a reference; better if groups are small.

    Notes
    -----
    With the shares :math:`w_g` of the standard the rate is :math:`\sum_g w_g x_g / n_g`, of variance
    :math:`\sum_g w_g^2 x_g / n_g^2`; Dobson's method scales the limits of the count to it [1]_.

    References
    ----------
    .. [1] Dobson, A. J., Kuulasmaa, K., Eberle, E. and Scherer, J. (1991). Confidence intervals for weighted sums of Poisson
       parameters. Statistics in Medicine, 10(3), 457-462.

    Examples
    --------
    50 of 10,000, 200 of 25,000 and 30 of 15,000, for a standard of 2, 5 and 3 parts:

    >>> import policemetrics as pm
    >>> columns = {"force": ["Kent"] * 3, "age": ["10-17", "18-64", "65+"]}
    >>> victims = pm.Tally.from_columns(columns, [50, 200, 30])
    >>> people = pm.Tally.from_columns(columns, [10_000, 25_000, 15_000])
    >>> rates = pm.rate(victims, people, by=["force", "age"])
    >>> round(directly_standardised_rate(rates, standard={"10-17": 2, "18-64": 5, "65+": 3})[0].rate, 6)
    5.6
    """
    _check.choice(method, "method", tuple(WEIGHTED_SUMS))
    level = _check.confidence_level(confidence_level)
    grid = _Grid.of(figures, of, by, column)
    above, below = grid.column("numerator"), grid.column("denominator")
    sizes = grid.given(standard, "standard")
    if not sizes.sum():
        msg = "standard must have a size above 0; all are 0."
        raise InvalidInputError(msg)
    unknown = np.isnan(above) | ~(below > 0)
    rows, lacking = grid.rows(unknown), np.asarray(unknown.any(axis=1))
    events = above.sum(axis=1)
    rows.explain(
        events < _FEWEST, lambda row: f"not available: {written(events[row])} events, fewer than {_FEWEST}"
    )
    rows.settle()
    there = rows.there[:, None]
    each = grid.counted.unit * sizes / sizes.sum() / np.where(there, below, 1)
    score, variance = ((np.where(there, above, 0) * weight).sum(axis=1) for weight in (each, each**2))
    low, high = WEIGHTED_SUMS[method].limits(
        score, variance, np.where(rows.there, events, 0), confidence_level=level
    )
    numbers = {
        "events": events,
        "exposure": below.sum(axis=1),
        "rate": score,
        "rate_low": low,
        "rate_high": high,
    }
    words = {
        "of_what": grid.counted.about,
        "mix": of,
        "exposure_name": grid.counted.out_of,
        "per": grid.counted.unit,
    }
    known = ~lacking
    stand = {"events": known, "exposure": known}
    return rows.results(
        StandardisedRate, numbers | words | {"method": method, "confidence_level": level}, stand, single=False
    )
