"""`harm_score`: crimes weighted by their harm; and what every figure of harm is made with.

How it is asked (`How`), and what one side of a tally weighs by group (`Scored`), serve the changes as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Final, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, definitions, intervals
from policemetrics._cells import Cells
from policemetrics._compare import Mask, Rows
from policemetrics._grouped import Grouped
from policemetrics._sent import Renamed
from policemetrics._supply import Side, spanned
from policemetrics._write import count as written
from policemetrics._write import percent, plain
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.exposure import Divisor, Exposure, areas_of, named_exposure
from policemetrics.frames import as_tally, framed
from policemetrics.harm.weights import HarmWeights, refuse_unweighted, weights_notes
from policemetrics.results import Figure, Results, column, figure, found_field, input_field, label_array
from policemetrics.tallies import Tally
from policemetrics.typing import Columns, Counts, Every, FloatArray, HarmMethod, IntArray

_AT_ONCE: Final = 2**15  # cells


@figure(counts="harm")
class Weighted(Figure):
    """What every score says of how it was made: the weights, the exposure, the interval."""

    weights: str
    harm_unit: str
    exposure_name: str = ""
    exposure_date: str = ""
    method: str
    confidence_level: float

    @property
    def _about(self) -> str:
        return f"Harm ({self.weights})"

    def _per_head(self, score: float, exposure: float) -> str:
        """Write a score per head, with what it was divided by."""
        return f"{plain(score)} per head ({written(exposure)} {self.exposure_name}, {self.exposure_date})"


@figure(estimate="score")
class HarmScore(Weighted):
    """Crimes weighted by their harm.

    Attributes
    ----------
    score, score_low, score_high : float
        The sum of weight times crimes, in `harm_unit`, and its interval. If there are no crimes, the score and
        the lower limit are 0 and the upper limit is nan, because it would depend on the offence.
    crimes : float
        How many crimes were weighted.
    per_crime : float
        The mean harm of a crime; nan if there are no crimes.
    per_head : float
        The score divided by the exposure; nan without one.
    dominant_share : float
        The largest share of the variance that comes from one offence, as a fraction. Near 1 the interval, and any
        change, depend on that offence and little else.
    dominant_offence : str
        That offence.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    exposure : float
        What `per_head` divides by; nan without one.
    when : str
        The period or periods added up, if known.
    exposure_name, exposure_date : str
        What the exposure counts, and its reference date.
    method, confidence_level : str, float
        How the interval was made.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("crimes",),)

    score: float = column("amount", "estimate", of="crimes", unit="{harm_unit}")
    score_low: float = column("amount", "lower")
    score_high: float = column("amount", "upper")
    crimes: float = column("count", "numerator", counts="crimes")
    per_crime: float = column("rate", "estimate", of=("score", "crimes"), unit="{harm_unit}")
    per_head: float = column(
        "rate",
        "estimate",
        of=("score", "exposure"),
        unit="{harm_unit}, {exposure_name}",
        needs="exposure_name",
    )
    dominant_share: float = column("share", "estimate", of="crimes")
    dominant_offence: str = found_field()
    exposure: float = input_field("denominator", default=np.nan)
    when: str = ""

    def _sentence(self) -> str:
        if np.isnan(self.score):
            return f"{self._about}: {self.reason}."
        when = f" in {self.when}" if self.when else ""
        amount = f"{self._about} was {plain(self.score)} {self.harm_unit}{when}"
        if not self.crimes:
            excluded = self.exclusions.excluded if self.exclusions else 0
            return f"{amount}: no crimes were counted{f', {written(excluded)} excluded' if excluded else ''}."
        head = ""
        if self.exposure_name:
            known = not np.isnan(self.per_head)
            head = f", {self._per_head(self.per_head, self.exposure) if known else f'per head {self.reason}'}"
        carries = ""
        if self.dominant_share > 0.5:
            carries = f"; offence {self.dominant_offence} alone carries {percent(self.dominant_share)} of the variance"
        return (
            f"{amount} ({self._interval_words(form=plain)}): "
            f"{plain(self.per_crime)} {self.harm_unit} per crime over {written(self.crimes)} crime{'' if self.crimes == 1 else 's'}"
            f"{head}{carries}."
        )


@overload
def harm_score(
    data: Mapping[str, int] | Counts,
    weights: HarmWeights,
    /,
    *,
    by: None = None,
    offence: str = "offence",
    count: str | None = None,
    exposure: Exposure | None = None,
    method: HarmMethod = "dobson",
    confidence_level: float = 0.95,
) -> HarmScore: ...
@overload
def harm_score(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    by: Columns,
    offence: str = "offence",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    method: HarmMethod = "dobson",
    confidence_level: float = 0.95,
) -> Results[HarmScore]: ...
def harm_score(
    data: Mapping[str, int] | Counts,
    weights: HarmWeights,
    /,
    *,
    by: Columns | None = None,
    offence: str = "offence",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    exposure: Exposure | None = None,
    method: HarmMethod = "dobson",
    confidence_level: float = 0.95,
) -> HarmScore | Results[HarmScore]:
    r"""Harm-weighted total of crimes, with an interval.

    Parameters
    ----------
    data : Tally, data frame or mapping of str to int
        Crimes by offence code; a mapping is one score.
    weights : HarmWeights
        The harm of one crime of each offence.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    offence : str, optional
        The dimension, or column, of offence codes. Default is ``"offence"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    exposure : Exposure, optional
        What the score per head divides by. Default is none.
    method : {"dobson", "dobson-byar", "normal"}, optional
        Dobson's interval from the exact limits of the number of crimes; from Byar's limits, as public health in
        England does; or the normal approximation, cut off at 0. Default is ``"dobson"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    HarmScore or Results of HarmScore
        A table if there is `by`; otherwise one figure. Crimes with codes that the weights leave out on purpose
        are excluded, with the reason "outside the weights".

    Raises
    ------
    UnknownNameError
        If an offence has no weight and is not in `outside` of the weights: the error lists all of them, and none
        counts as 0. If a dimension, column or method does not exist.
    InvalidTypeError
        If codes are numbers, or `weights` is not a `HarmWeights`.

    Notes
    -----
    The score is :math:`S = \sum_i w_i n_i`, and its variance, for independent Poisson counts,
    :math:`V = \sum_i w_i^2 n_i`. The limits for :math:`\sum_i n_i` are rescaled to S [1]_. If crimes come in
    series, the interval is too narrow. Better recording raises a score just as more crime does. Corrections below
    zero lower the score, and add to the variance.

    References
    ----------
    .. [1] Dobson, A. J., Kuulasmaa, K., Eberle, E. and Scherer, J. (1991). Confidence intervals for weighted
       sums of Poisson parameters. Statistics in Medicine, 10(3), 457-462.

    Examples
    --------
    Two homicides and a thousand shopliftings:

    >>> from policemetrics import harm_weights
    >>> css = harm_weights("ons-css", version="2020")
    >>> score = harm_score({"1": 2, "46": 1000}, css)
    >>> f"{score.score:.1f} days, {score.dominant_share:.1%} of the variance from {score.dominant_offence}"
    '27802.3 days, 99.9% of the variance from 1'

    By force, from a tally:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns({"force": ["Essex", "Essex", "Kent"], "offence": ["1", "46", "46"]}, [2, 1000, 800])
    >>> harm_score(crimes, css, by="force")["per_crime"].round(1).tolist()
    [27.7, 11.9]
    """
    how = How((weights,), offence, exposure, method, confidence_level)
    if isinstance(data, Mapping):
        if by is not None or count is not None or date is not None:
            msg = "by=, count= and date= belong to a tally or a data frame; a mapping of offence to count is one score."
            raise InvalidInputError(msg)
        data = Tally.from_columns({offence: list(data)}, list(data.values()), unit="crimes")
    data, dims = framed(data, by, date, every)
    kept = dims or ()
    # The counts keep the dimensions of the exposure, too, so that its areas are known.
    areas = areas_of(exposure, data)
    tally = how.set_aside(as_tally(data, by=distinct(*kept, offence, *areas), count=count))
    counted = Grouped.of(tally, kept, areas=areas_of(exposure), single=by is None)
    side, groups, crimes, rows = counted.side, counted.groups, counted.counted, counted.rows
    how.refuse_unweighted([side])
    (found,) = how.weigh(side, groups, crimes)
    found.explain(rows, "")
    rows.note(*found.notes)
    (sizes,) = how.sizes(rows, groups, side)
    low, high = found.limits(rows.there, how)
    values = {
        "score": found.score,
        "score_low": low,
        "score_high": high,
        "crimes": crimes,
        "per_crime": found.score / np.where(crimes > 0, crimes, np.nan),
        "per_head": found.score / sizes,
        "dominant_share": found.dominant_share,
        "dominant_offence": np.where(rows.there, found.dominant_offence, ""),
        "exposure": sizes,
        "when": spanned(side, groups),
        **how.said(tally),
    }
    return rows.results(HarmScore, values)


# ---- how it is asked --------------------------------------------------------------------


def _refuse_weights(given: Sequence[object]) -> None:
    """Refuse what is no set of weights, and two sets that do not compare."""
    for value, name in zip(given, ("weights", "weights_new"), strict=False):
        if not isinstance(value, HarmWeights):
            msg = (
                f"{name} must be a HarmWeights, as from harm_weights('ons-css', version='2020') or "
                f"HarmWeights({{…}}, name=…, version=…); got {type(value).__name__}."
            )
            raise InvalidTypeError(msg)
    units = list(dict.fromkeys(edition.unit for edition in given if isinstance(edition, HarmWeights)))
    if len(units) > 1:
        msg = f"weights and weights_new must have one unit; got {_check.listing(units)}."
        raise InvalidInputError(msg)


def _offence(value: object) -> str:
    return _check.text(value, "offence")


@attrs.frozen
class How:
    """How harm is weighed, what it is divided by, and how an interval is made; checked as it is given."""

    weights: tuple[HarmWeights, ...]
    offence: str = attrs.field(converter=_offence)
    # A bare number is refused: a score per head must say whose heads.
    exposure: Exposure | None = attrs.field(default=None, converter=named_exposure)
    method: str = "dobson"
    confidence_level: float = attrs.field(default=0.95, converter=_check.confidence_level)

    def __attrs_post_init__(self) -> None:
        _refuse_weights(self.weights)
        _check.choice(self.method, "method", tuple(intervals.WEIGHTED_SUMS))

    def said(self, data: Tally) -> dict[str, Any]:
        """Return what figures say of it; what the caller renamed to a code that has a weight is a part of that."""
        return {
            "weights": " to ".join(dict.fromkeys(self._scored_as(edition, data) for edition in self.weights)),
            "harm_unit": self.weights[0].unit,
            "exposure_name": self.exposure.name if self.exposure else "",
            "exposure_date": self.exposure.date if self.exposure else "",
            "method": self.method,
            "confidence_level": self.confidence_level,
        }

    def _scored_as(self, weights: HarmWeights, data: Tally) -> str:
        """Name a set of weights, and which offences are scored as another one: codes that were renamed, not spellings."""
        as_others: dict[str, dict[str, None]] = {}
        known = definitions.offences()
        for step in (step for one in data._sent for step in one.steps):
            for old, new in (
                step.labels.items() if isinstance(step, Renamed) and step.dim == self.offence else ()
            ):
                if old in known and old not in weights and new in weights:
                    as_others.setdefault(new, {})[old] = None
        named = [f"{_check.cut(old)} as {new}" for new, old in as_others.items()]
        return f"{weights.edition}, {_check.cut(named)}" if named else weights.edition

    def set_aside(self, tally: Tally) -> Tally:
        """Exclude what any edition leaves out on purpose, so that all editions weigh the same crimes."""
        for weights in self.weights:
            left_out = [v for v in tally._cells.label(self.offence).tolist() if v in weights.outside]
            if left_out:
                why = f"outside the weights: {weights.edition}"
                tally = tally._exclude({self.offence: label_array(left_out)}, why)
        return tally

    def refuse_unweighted(self, sides: Sequence[Side]) -> None:
        """Refuse codes without a weight, in whatever cell, even one of 0."""
        labels = dict.fromkeys(v for side in sides for v in side.tally._cells.label(self.offence).tolist())
        whole = sides[0].tally
        count = "" if whole.unit in {"rows", "counts"} else f", count={whole.unit!r}"
        refuse_unweighted(
            list(labels), self.offence, self.weights, f"tally(frame, by={list(whole.dims)}{count})"
        )

    def weigh(self, side: Side, groups: Cells, crimes: IntArray) -> list[Scored]:
        """Weigh a side by group with each set of weights."""
        return [Scored.of(side, groups, crimes, self.offence, weights) for weights in self.weights]

    def sizes(self, rows: Rows, groups: Cells, *sides: Side) -> list[FloatArray]:
        """Find the exposure of each group, nan where there is none; what is not per head stands without."""
        if self.exposure is None:
            return [np.full(len(groups), np.nan) for _ in sides]
        return rows.divide(groups, sides, Divisor.of(self.exposure, groups.dims, "exposure"), part=True)


def distinct(*dims: str) -> tuple[str, ...]:
    """Return dimensions in order, each once."""
    return tuple(dict.fromkeys(dims))


# ---- sides, weighed ---------------------------------------------------------------------


@attrs.frozen
class Scored:
    """One side, weighed by group with one set of weights.

    Attributes
    ----------
    crimes : array of int64, (groups,)
        How many crimes were weighed.
    score, variance : array of float64, (groups,)
        The sum of weight times count, and that of squared weight times count, corrections taken without sign.
    dominant_offence, dominant_share : array, (groups,)
        The offence with the largest part of the variance, the first of equals, and that part as a fraction.
    notes : tuple of Note
        The caveats of the weights: that they are superseded, and, where crimes are counted that it is about, a fault.
    """

    crimes: IntArray
    score: FloatArray
    variance: FloatArray
    dominant_offence: NDArray[Any]
    dominant_share: FloatArray
    notes: tuple[Note, ...]

    @classmethod
    def of(cls, side: Side, groups: Cells, crimes: IntArray, offence: str, weights: HarmWeights) -> Scored:
        """Weigh a side by group; weights are looked up once for each distinct code."""
        cells = side.tally._summed(distinct(*groups.dims, offence))._cells
        label = cells.label(offence)
        weight = np.array([weights[v] for v in label.tolist()], dtype=np.float64)
        score, variance, peak, largest = _weighed(cells, groups.dims, offence, weight)
        at = groups.positions(cells.keys(groups.dims), groups.dims)  # -1 for a group without cells
        variance = np.append(variance, 0)[at]
        concerned = np.array([v in weights.caveat_codes for v in label.tolist()], dtype=bool)
        matters = not weights.caveat_codes or cells.counts[concerned[cells.code(offence)]].any()
        return cls(
            crimes,
            np.append(score, 0)[at] + 0.0,  # no crimes less of an offence without weight are 0, not −0
            variance,
            np.append(np.where(peak > 0, label[largest], ""), "")[at],
            np.append(peak, 0)[at] / np.where(variance > 0, variance, np.nan),
            weights_notes(weights, bool(matters)),
        )

    @property
    def stands(self) -> Mask:
        """Where corrections leave a score: one that is not below zero, of crimes that do not merely cancel out."""
        cancelled = (self.crimes == 0) & (self.variance > 0)
        found: Mask = (self.crimes >= 0) & (self.score >= 0) & ~cancelled
        return found

    def explain(self, rows: Rows, label: str) -> None:
        """Say of which groups corrections leave no score."""
        where = f" in {label}" if label else ""
        rows.explain(
            ~self.stands,
            lambda row: (
                f"not available: a score of {plain(self.score[row])} on {self.crimes[row]:,} crimes{where}: "
                "corrections outweigh what was recorded"
            ),
        )
        rows.settle()

    def limits(self, there: Mask, how: How) -> tuple[FloatArray, FloatArray]:
        """Return the limits of each score that is there."""
        given = [np.where(there, v, 0) for v in (self.score, self.variance, self.crimes)]
        family = intervals.WEIGHTED_SUMS[how.method]
        return family.limits(*given, confidence_level=how.confidence_level)


def _weighed(
    cells: Cells, dims: tuple[str, ...], offence: str, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """Weigh cells that are sorted by key, some keys at a time so that they stay in the cache.

    Of each key that has cells: the score, its variance, the largest part of that, and the code of the offence whose
    part it is, the first of equals.
    """
    starts = np.append(cells.starts(dims), len(cells))
    score, variance, peak = np.empty((3, len(starts) - 1))
    largest = np.empty(len(starts) - 1, dtype=np.int64)
    edges = np.searchsorted(starts, np.arange(0, len(cells), _AT_ONCE)).tolist()
    for first, last in pairwise([*dict.fromkeys(edges), len(starts) - 1]):
        keys, bounds = slice(first, last), starts[first : last + 1]
        some, inner = slice(bounds[0], bounds[-1]), bounds[:-1] - bounds[0]
        code = cells.code(offence)[some]
        each = weight.take(code)
        harm = each * cells.counts[some]
        spread = np.abs(harm * each)  # a correction is as uncertain as what it takes back
        score[keys] = np.add.reduceat(harm, inner)  # every key has cells, as `reduceat` needs
        variance[keys] = np.add.reduceat(spread, inner)
        peak[keys] = np.maximum.reduceat(spread, inner)
        # Every cell that reaches the peak of its key is written to its key's place, the last one first, so that the
        # first of equals stays.
        hits = np.flatnonzero(spread == np.repeat(peak[keys], np.diff(bounds)))[::-1]
        largest[keys][np.searchsorted(inner, hits, side="right") - 1] = code[hits]
    return score, variance, peak, largest
