"""What is read off a tally to score it: sides weighed by group, two periods of them, codes without a weight.

The checks of what `harm_score`, `harm_change` and `harm_drivers` were given stand here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NoReturn, get_args, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, intervals
from policemetrics._cells import Cells
from policemetrics._supply import (
    Reasons,
    Side,
    both_periods,
    exclusion_table,
    groups_of,
    keys_of,
    no_reasons,
    refuse_negative,
    refuse_one_sided,
    refuse_unsupplied,
    spanned,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics._write import percent, plain
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.exposure import Exposure, divide
from policemetrics.frames import as_tally
from policemetrics.harm.weights import READ_AS_TEXT, HarmWeights, is_category, nearest
from policemetrics.results import (
    ExclusionTable,
    Figure,
    Results,
    column,
    figure,
    input_field,
    label_array,
)
from policemetrics.tallies import Tally
from policemetrics.typing import Between, Counts, FloatArray, HarmMethod, IntArray, Names

METHODS: Final[tuple[str, ...]] = get_args(HarmMethod)
_MOST_NEIGHBOURS: Final = 3
_AT_ONCE: Final = 2**15  # cells


# ---- sides ------------------------------------------------------------------------------


def read(
    data: Any,
    editions: Sequence[HarmWeights],
    by: tuple[str, ...],
    offence: str,
    count: str | None,
    *,
    of: tuple[str, ...] = (),
    period: tuple[str, ...] = (),
) -> Tally:
    """Read a tally that keeps its offences; what any edition leaves out on purpose is set aside, with the reason."""
    tally = as_tally(
        data,
        by=_distinct(*by, *of, offence, *period),
        count=count,
        # Offences prove no supply: where there are rows at all, an absent one is 0.
        coverage=(*(d for d in by if d != offence), *period),
    )
    for weights in editions:
        left_out = [v for v in tally._cells.label(offence).tolist() if v in weights.outside]
        if left_out:
            tally = tally._exclude(
                {offence: label_array(left_out)}, f"outside the weights: {weights.edition}"
            )
    return tally


def _distinct(*dims: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(dims))


@attrs.frozen
class Scored:
    """One side, weighted: the sums of each group, and the offence that carries most of the variance."""

    crimes: IntArray
    score: FloatArray
    variance: FloatArray
    dominant_offence: NDArray[Any]
    dominant_share: FloatArray  # of the variance
    caveat: str  # of the weights, where it matters

    @classmethod
    def of(cls, side: Side, groups: Cells, offence: str, weights: HarmWeights) -> Scored:
        """Weigh a side by group; weights are looked up once for each distinct code."""
        summed = side.tally.sum_to(*_distinct(*groups.dims, offence))
        cells = summed._cells
        label = cells.label(offence)
        weight = np.array([weights[v] for v in label.tolist()], dtype=np.float64)
        table = _Weighted.of(cells, groups.dims, offence, weight)
        at = cells.keys(groups.dims).positions(groups, groups.dims)

        def by_group(found: NDArray[Any], none: Any = 0) -> NDArray[Any]:
            whole = np.full(len(groups), none, dtype=found.dtype)
            whole[at] = found
            return whole

        concerned = np.array([v in weights.caveat_codes for v in label.tolist()], dtype=bool)
        matters = not weights.caveat_codes or cells.counts[concerned[cells.code(offence)]].any()
        variance = by_group(table.variance)
        return cls(
            totals(Side(summed), groups),
            by_group(table.score),
            variance,
            by_group(np.where(table.peak > 0, label[table.largest], ""), ""),
            by_group(table.peak) / np.where(variance > 0, variance, np.nan),
            weights.caveat if matters else "",
        )

    def refuse(self, reasons: Reasons, label: str) -> None:
        """Say, for each group without a reason yet, that corrections leave no total that could be weighted."""
        refuse_negative(reasons, self.crimes, label)
        where = f" in {label}" if label else ""
        bad = (self.score < 0) | ((self.crimes == 0) & (self.variance > 0))
        for at in np.flatnonzero(bad & unexplained(reasons)).tolist():
            reasons[at] = (
                f"not available: a score of {plain(self.score[at])} on {self.crimes[at]:,} crimes{where}: "
                "corrections outweigh what was recorded"
            )

    def limits(self, there: NDArray[np.bool_], method: str, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the limits of each score; nan where it is not there."""
        score, variance, crimes = (np.where(there, v, 0) for v in (self.score, self.variance, self.crimes))
        if method == "normal":
            low, high = intervals.weighted_normal(score, variance, level)
            low, high = np.maximum(low, 0), np.where(crimes > 0, high, np.nan)
        else:
            low, high = intervals.dobson(
                score, variance, crimes, level, limits="byar" if method == "dobson-byar" else "garwood"
            )
        return np.where(there, low, np.nan), np.where(there, high, np.nan)


@attrs.frozen
class _Weighted:
    """What is added up of each key that has cells."""

    score: FloatArray
    variance: FloatArray
    peak: FloatArray  # the largest part of the variance
    largest: IntArray  # the code of the offence whose part that is, the first of equals

    @classmethod
    def of(cls, cells: Cells, dims: tuple[str, ...], offence: str, weight: FloatArray) -> _Weighted:
        """Weigh cells that are sorted by key, some keys at a time so that they stay in the cache."""
        starts = np.append(cells.starts(dims), len(cells))
        score, variance, peak = np.empty((3, len(starts) - 1))
        found = cls(score, variance, peak, np.empty(len(starts) - 1, dtype=np.int64))
        edges = np.searchsorted(starts, np.arange(0, len(cells), _AT_ONCE)).tolist()
        for first, last in pairwise([*dict.fromkeys(edges), len(starts) - 1]):
            found._add(
                cells.counts, cells.code(offence), weight, starts[first : last + 1], slice(first, last)
            )
        return found

    def _add(
        self, counts: IntArray, code: IntArray, weight: FloatArray, bounds: IntArray, keys: slice
    ) -> None:
        cells, starts = slice(bounds[0], bounds[-1]), bounds[:-1] - bounds[0]
        code = code[cells]
        each = weight.take(code)
        harm = each * counts[cells]
        spread = np.abs(harm * each)
        self.score[keys] = np.add.reduceat(harm, starts)
        self.variance[keys] = np.add.reduceat(spread, starts)
        self.peak[keys] = peak = np.maximum.reduceat(spread, starts)
        hits = np.flatnonzero(spread == np.repeat(peak, np.diff(bounds)))[::-1]
        # Backwards, so that the first of equals stays.
        self.largest[keys][np.searchsorted(starts, hits, side="right") - 1] = code[hits]


def weigh(
    side: Side, groups: Cells, offence: str, editions: Sequence[HarmWeights]
) -> tuple[list[Scored], Reasons]:
    """Weigh a side by group with each set of weights, and say which groups have no score."""
    reasons = no_reasons(len(groups))
    refuse_unsupplied(reasons, groups, side)
    scored = [Scored.of(side, groups, offence, weights) for weights in editions]
    for found in scored:
        found.refuse(reasons, side.label)
    return scored, reasons


@attrs.frozen
class Pair:
    """Two periods of one tally by group: what they score, and where they compare."""

    whole: Tally
    sides: tuple[Side, Side]
    groups: Cells
    scored: tuple[list[Scored], list[Scored]]  # by side, then by edition of the weights
    shown: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    reasons: Reasons
    there: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        data: Any,
        by: tuple[str, ...],
        editions: Sequence[HarmWeights],
        between: Between,
        offence: str,
        period: str,
        count: str | None,
        *,
        of: tuple[str, ...] = (),
    ) -> Pair:
        """Read two periods, with the dimensions of `of` beside those of `by`."""
        check_period(period, by, offence)
        tally = read(data, editions, by, offence, count, of=of, period=(period,))
        sides = both_periods(tally, between, period)
        refuse_unknown(sides, offence, editions)
        return cls.of_sides(tally, sides, groups_of(sides, by), editions, offence)

    @classmethod
    def of_sides(
        cls,
        tally: Tally,
        sides: tuple[Side, Side],
        groups: Cells,
        editions: Sequence[HarmWeights],
        offence: str,
    ) -> Pair:
        """Weigh two sides of a tally that was read, and say which groups compare."""
        old, new = sides
        before, why_not_before = weigh(old, groups, offence, editions)
        after, why_not_after = weigh(new, groups, offence, editions)
        shown = unexplained(why_not_before), unexplained(why_not_after)
        reasons = np.where(shown[0], why_not_after, why_not_before)
        refuse_one_sided(reasons, groups, old, new)
        return cls(tally, sides, groups, (before, after), shown, reasons, unexplained(reasons))

    @property
    def between(self) -> tuple[str, str]:
        """The two periods as they are written."""
        return self.sides[0].label, self.sides[1].label

    @property
    def crimes(self) -> IntArray:
        """Crimes by side and group; 0 where the two do not compare."""
        return np.where(self.there, [side[0].crimes for side in self.scored], 0)

    def excluded(self, groups: Cells, crimes: IntArray) -> ExclusionTable:
        """Gather what was left out of the two periods, by group."""
        return exclusion_table(groups, self.sides, crimes, self.whole)


# ---- exposure ---------------------------------------------------------------------------


def sizes_of(exposure: Exposure | None, groups: Cells, side: Side, reasons: Reasons) -> FloatArray:
    """Find the exposure of each group, and say where there is none; nan where none is given."""
    return np.full(len(groups), np.nan) if exposure is None else divide(exposure, groups, side, reasons)


def exposure_names(exposure: Exposure | None) -> dict[str, str]:
    """Name the exposure as figures keep it."""
    name, date = ("", "") if exposure is None else (exposure.name, exposure.date)
    return {"exposure_name": name, "exposure_date": date}


# ---- checks -----------------------------------------------------------------------------


def check_weights(value: object, name: str) -> None:
    """Refuse what is no set of weights."""
    if not isinstance(value, HarmWeights):
        msg = (
            f"{name} must be a HarmWeights, as from harm_weights('ons-css', version='2020') or "
            f"HarmWeights({{…}}, name=…, version=…); got {type(value).__name__}."
        )
        raise InvalidTypeError(msg)


def check_period(period: str, by: tuple[str, ...], offence: str) -> None:
    """Refuse a period dimension that has another role too."""
    if _check.text(period, "period") in {*by, _check.text(offence, "offence")}:
        msg = f"period must name another dimension than by= and offence=, since it is what is compared; got {period!r}."
        raise InvalidInputError(msg)


def check_exposure(value: object) -> None:
    """Refuse a bare number: a score per head must say whose heads."""
    if value is not None and not isinstance(value, Exposure):
        msg = f"exposure must be an Exposure, which has a name and a reference date; got {type(value).__name__}."
        raise InvalidTypeError(msg)


def refuse_unknown(sides: Sequence[Side], offence: str, editions: Sequence[HarmWeights]) -> None:
    """Refuse codes without a weight: all of them at once, in whatever cell, even one of 0."""
    labels = list(dict.fromkeys(v for side in sides for v in side.tally._cells.label(offence).tolist()))
    numbers = [v for v in labels if not isinstance(v, str)]
    if numbers:
        msg = f"{offence} must hold offence codes as text; got the number {numbers[0]}: {READ_AS_TEXT}."
        raise InvalidTypeError(msg)
    for weights in editions:
        unknown = [v for v in labels if v not in weights]
        if unknown:
            _raise_unknown(unknown, offence, weights)


def _raise_unknown(unknown: Sequence[str], offence: str, weights: HarmWeights) -> NoReturn:
    categories = [v for v in unknown if is_category(v)]
    near = {v: nearest(v, weights) for v in unknown if v not in categories}
    hints = [f"{v!r}: {_check.listing(found)}" for v, found in near.items() if found][:_MOST_NEIGHBOURS]
    msg = f"{offence} must hold codes that {weights.edition} has a weight for; it has none for {_check.listing(unknown, most=len(unknown))}."
    if hints:
        msg += f" The nearest it has are {'; '.join(hints)}."
    if categories:
        msg += (
            f" {_check.listing(categories)} {'is a category' if len(categories) == 1 else 'are categories'} of many offences, "
            "not an offence code: weights must meet counts at offence level, since a mean over the offences of a category "
            "misleads (for burglary in the ONS list it is 703 days, where most burglaries weigh 438)."
        )
    msg += " Relabel or drop them, or name them in outside= of the weights, but do not guess a weight."
    raise UnknownNameError(msg)


@figure(estimate="score")
class HarmScore(Figure):
    """Crimes weighted by their harm.

    Attributes
    ----------
    score, score_low, score_high : float
        The sum of weight times crimes, in `harm_unit`, and its interval. Where there are no crimes the
        score and the lower limit are 0 and the upper is not a number: how high the harm might be depends
        on which offence the unseen crimes would have been.
    crimes : float
        How many crimes were weighted.
    per_crime : float
        The mean harm of a crime; not a number where there are none.
    per_head : float
        The score divided by the exposure; not a number without one.
    dominant_share : float
        Share of the variance that comes from one offence alone, the largest such share, as a fraction. Near
        1 the interval, and any change, tells of that offence and little else.
    dominant_offence : str
        The offence whose share that is.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    exposure : float
        What `per_head` divides by; not a number without one.
    when : str
        The period or periods added up, where the counts say.
    exposure_name, exposure_date : str
        What the exposure counts, and its reference date.
    method, confidence_level : str, float
        How the interval was made.
    """

    score: float = column("count")
    score_low: float = column("count", "lower")
    score_high: float = column("count", "upper")
    crimes: float = column("count")
    per_crime: float = column("rate")
    per_head: float = column("rate")
    dominant_share: float = column("share")
    dominant_offence: str
    weights: str
    harm_unit: str
    exposure: float = input_field(default=float("nan"))
    exposure_name: str = ""
    exposure_date: str = ""
    when: str = ""
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        name = f"Harm ({self.weights})"
        if np.isnan(self.score):
            return f"{name}: {self.reason}."
        when = f" in {self.when}" if self.when else ""
        amount = f"{name} was {plain(self.score)} {self.harm_unit}{when}"
        if not self.crimes:
            excluded = self.exclusions.excluded if self.exclusions else 0
            return f"{amount}: no crimes were counted{f', {written(excluded)} excluded' if excluded else ''}."
        head = ""
        if self.exposure_name:
            dated = f", {self.exposure_date}" if self.exposure_date else ""
            head = (
                f", per head {self.reason}"
                if np.isnan(self.per_head)
                else f", {plain(self.per_head)} per head ({written(self.exposure)} {self.exposure_name}{dated})"
            )
        carries = ""
        if self.dominant_share > 0.5:
            carries = f"; offence {self.dominant_offence} alone carries {percent(self.dominant_share)} of the variance"
        return (
            f"{amount} ({self.confidence_level * 100:g}% interval {plain(self.score_low)} to {plain(self.score_high)}): "
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
    by: Names,
    offence: str = "offence",
    count: str | None = None,
    exposure: Exposure | None = None,
    method: HarmMethod = "dobson",
    confidence_level: float = 0.95,
) -> Results[HarmScore]: ...
def harm_score(
    data: Any,
    weights: HarmWeights,
    /,
    *,
    by: Names | None = None,
    offence: str = "offence",
    count: str | None = None,
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
    by : str or sequence of str, optional
        The dimensions to keep; gives a table.
    offence : str, optional
        The dimension, or column, of offence codes. Default is ``"offence"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    exposure : Exposure, optional
        What the score per head divides by. Default is none.
    method : {"dobson", "dobson-byar", "normal"}, optional
        Dobson's interval on exact limits of the number of crimes; on Byar's, as public health in England
        does; or the normal approximation, cut at 0. Default is ``"dobson"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    HarmScore or Results of HarmScore
        A table if there is `by`; otherwise one figure. Crimes of codes that the weights leave out on purpose
        are excluded: "outside the weights".

    Raises
    ------
    UnknownNameError
        If an offence has no weight and is not outside them: all such are listed, none is taken as 0. If a
        dimension, column or method does not exist.
    InvalidTypeError
        If codes are numbers, or `weights` is not a `HarmWeights`.

    Notes
    -----
    The score is :math:`S = \sum_i w_i n_i`, and its variance, for independent Poisson counts,
    :math:`V = \sum_i w_i^2 n_i`. The limits for :math:`\sum_i n_i` are rescaled to S [1]_. Crimes that come
    in series make the interval too narrow; better recording raises a score as more crime does. Offences
    weigh what their code weighs: corrections below zero are taken as they are, and add to the variance.

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
    """
    check_weights(weights, "weights")
    _check.choice(method, "method", METHODS)
    level = _check.confidence_level(confidence_level)
    check_exposure(exposure)
    kept = () if by is None else _check.names(by, "by")
    _check.text(offence, "offence")
    if isinstance(data, Mapping):
        if by is not None or count is not None:
            msg = "by= and count= belong to a tally or a data frame; a mapping of offence to count is one score."
            raise InvalidInputError(msg)
        data = Tally.from_columns({offence: list(data)}, list(data.values()), unit="crimes")
    side = Side(read(data, [weights], kept, offence, count))
    refuse_unknown([side], offence, [weights])
    groups = groups_of([side], kept)
    (scored,), reasons = weigh(side, groups, offence, [weights])
    there = unexplained(reasons)
    sizes = sizes_of(exposure, groups, side, reasons)
    low, high = scored.limits(there, method, level)
    score, crimes = (np.where(there, v, np.nan) for v in (scored.score, scored.crimes))
    columns = {
        "score": score,
        "score_low": low,
        "score_high": high,
        "crimes": crimes,
        "per_crime": score / np.where(crimes > 0, crimes, np.nan),
        "per_head": score / sizes,
        "dominant_share": np.where(there, scored.dominant_share, np.nan),
    }
    audit = {
        "dominant_offence": np.where(there, scored.dominant_offence, ""),
        "weights": weights.edition,
        "harm_unit": weights.unit,
        "exposure": sizes,
        **exposure_names(exposure),
        "when": spanned(side.tally, kept),
        "method": method,
        "confidence_level": level,
    }
    excluded = exclusion_table(groups, [side], scored.crimes)
    table = Results(HarmScore, keys_of(groups), columns, reasons, audit, excluded, scored.caveat)
    return table[0] if by is None else table
