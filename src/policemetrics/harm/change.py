"""The change in harm between two periods, its interval, and what it is made of."""

from __future__ import annotations

from typing import Any, overload

import numpy as np

from policemetrics import _check
from policemetrics._supply import added, base_and_periods, exclusion_table, groups_of, keys_of
from policemetrics._write import count as written
from policemetrics._write import fixed, limits, percent, plain, signed
from policemetrics.decomposition import symmetric_split
from policemetrics.errors import InvalidInputError
from policemetrics.exposure import Exposure
from policemetrics.harm.score import (
    METHODS,
    Pair,
    Scored,
    check_exposure,
    check_period,
    check_weights,
    exposure_names,
    read,
    refuse_unknown,
    sizes_of,
)
from policemetrics.harm.weights import HarmWeights
from policemetrics.periods import Period, in_words
from policemetrics.results import Figure, Results, column, figure, input_field
from policemetrics.typing import Between, Counts, FloatArray, HarmMethod, IntArray, Names


@figure(estimate=("percent_change", "change"))
class HarmChange(Figure):
    """A change in harm from one period to another, and what it is made of.

    Attributes
    ----------
    old, new : float
        The two scores, in `harm_unit`.
    change : float
        `new` less `old`.
    percent_change, percent_change_low, percent_change_high : float
        Change of the score in per cent, and its interval. Not a number where there was no harm before.
        Where there are no crimes after, the lower limit is −100 and the upper is not known.
    from_population : float
        Part of `change` that comes from more or fewer people (or what else the exposure counts); 0 without
        an exposure.
    from_volume : float
        Part from more or fewer crimes; with an exposure, crimes per head.
    from_mix : float
        Part from the mix of offences: whether crimes were more or less serious.
    from_weights : float
        Part from other weights; 0 unless two editions are compared on purpose. The four parts add up to
        `change`.
    crimes_old, crimes_new : float
        How many crimes were weighted.
    per_crime_change : float
        Change of the mean harm of a crime, in per cent. Harm may fall while this rises.
    between : tuple of str
        The two periods, the earlier first.
    weights, harm_unit : str
        The edition of the weights, or both editions; and their unit.
    old_exposure, new_exposure : float
        The exposure of each period; not a number without one.
    exposure_name, exposure_date : str
        What the exposure counts, and which estimate it is.
    method, confidence_level : str, float
        How the interval was made.
    """

    old: float = column("count")
    new: float = column("count")
    change: float = column("change")
    percent_change: float = column("percent")
    percent_change_low: float = column("percent", "lower")
    percent_change_high: float = column("percent", "upper")
    from_population: float = column("change")
    from_volume: float = column("change")
    from_mix: float = column("change")
    from_weights: float = column("change")
    crimes_old: float = input_field()
    crimes_new: float = input_field()
    per_crime_change: float = input_field()
    between: tuple[str, str]
    weights: str
    harm_unit: str
    old_exposure: float = input_field(default=float("nan"))
    new_exposure: float = input_field(default=float("nan"))
    exposure_name: str = ""
    exposure_date: str = ""
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        name = f"Harm ({self.weights})"
        if np.isnan(self.change):
            return f"{name}: change {self.reason}."
        earlier, later = map(in_words, self.between)
        path = f", from {plain(self.old)} {self.harm_unit} in {earlier} to {plain(self.new)} in {later}"
        if np.isnan(self.percent_change):
            verb = "rose" if self.change > 0 else "did not change"
            return f"{name} {verb}{path}; percentage {self.reason}."
        low, high = (signed(v, 1, "%") for v in (self.percent_change_low, self.percent_change_high))
        within = limits(low, high, unbounded=not np.isfinite(self.percent_change_high))
        moved = (
            f"{name} {_moved(self.percent_change)} ({self.confidence_level * 100:g}% interval {within}){path}"
        )
        if np.isnan(self.per_crime_change):
            return f"{moved}."
        return f"{moved}; on {self._crimes}, harm per crime {_moved(self.per_crime_change)}."

    @property
    def _crimes(self) -> str:
        if self.crimes_old == self.crimes_new:
            return "as many crimes"
        change = (self.crimes_new / self.crimes_old - 1) * 100
        return f"{fixed(abs(change), 1)}% {'more' if change > 0 else 'fewer'} crimes"


def _moved(percent_change: float) -> str:
    if percent_change == 0:
        return "did not change"
    verb = "rose" if percent_change > 0 else "fell"
    if abs(percent_change) < 0.05:  # what one decimal cannot show
        return f"{verb} by less than 0.1%"
    return f"{verb} by {fixed(abs(percent_change), 1)}%"


@overload
def harm_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between,
    by: None = None,
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    exposure: Exposure | None = None,
    weights_new: HarmWeights | None = None,
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> HarmChange: ...
@overload
def harm_change(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between,
    by: Names,
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    exposure: Exposure | None = None,
    weights_new: HarmWeights | None = None,
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[HarmChange]: ...
def harm_change(
    data: Any,
    weights: HarmWeights,
    /,
    *,
    between: Between,
    by: Names | None = None,
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    exposure: Exposure | None = None,
    weights_new: HarmWeights | None = None,
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> HarmChange | Results[HarmChange]:
    r"""Change in harm between two periods, with an interval, split into what it is made of.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by offence code and period.
    weights : HarmWeights
        The harm of one crime of each offence, for both periods.
    between : tuple of str or Period
        The two periods, (earlier, later): of one length, without overlap. Where the tally holds shorter
        periods, quarters say, those that make up each are added.
    by : str or sequence of str, optional
        The dimensions to keep; gives a table.
    offence, period : str, optional
        The dimensions, or columns, of offence codes and periods. Defaults are ``"offence"`` and
        ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    exposure : Exposure, optional
        Residents, say, with the period among its dimensions where each has its own estimate: splits off the
        part of the change that comes from their number. Default is none.
    weights_new : HarmWeights, optional
        Other weights, of the same unit, for the later period: only to see what a new edition does. Crimes of
        codes outside either set are excluded. Default is to weigh both periods alike.
    method : {"dobson", "dobson-byar", "normal"}, optional
        The interval of each period's score, as for `harm_score`; that of the percentage is made from both.
        Default is ``"dobson"``.
    caveat : str, optional
        What must travel with the figure: a break in recording, say. Default is none.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    HarmChange or Results of HarmChange
        A table if there is `by`; otherwise one figure. What was not supplied, or not supplied alike, is not
        available, and says why.

    Raises
    ------
    UnknownNameError
        If an offence of either period has no weight and is not outside them: all such are listed.
    InvalidInputError
        If the periods are reversed, equal, unequal in length or overlap, or the two sets of weights have
        different units.
    InvalidTypeError
        If codes are numbers, or `weights` is not a `HarmWeights`.

    Notes
    -----
    The score is population × crimes per head × mean harm of a crime. How much each has added is found by Das
    Gupta's symmetric split [1]_, which treats all factors alike and adds up. Where one period has no crimes,
    its mix is taken as that of the other, so that all of the change comes from the number.

    The interval of the ratio :math:`R = S_1 / S_0` recovers the variance of each score from its own limits
    l, u [2]_. With :math:`a = 1 - l_1/S_1`, :math:`b = u_0/S_0 - 1`, :math:`c = u_1/S_1 - 1` and
    :math:`d = 1 - l_0/S_0`,

    .. math::

        L = R\,\frac{1 - a^2}{1 + \sqrt{a^2 + b^2 - a^2 b^2}}, \qquad
        U = R\,\frac{1 + \sqrt{c^2 + d^2 - c^2 d^2}}{1 - d^2}.

    It holds the estimate, and that of the way back is its reciprocal. The two periods are taken to be
    independent.

    References
    ----------
    .. [1] Das Gupta, P. (1993). Standardization and Decomposition of Rates: A User's Manual. Current
       Population Reports P23-186, U.S. Bureau of the Census.
    .. [2] Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean
       and standard deviation. Statistical Methods in Medical Research, 21(4), 347-359.

    Examples
    --------
    A tenth fewer crimes, and yet harm hardly fell, since what is left is more serious:

    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23", "2022/23", "2023/24", "2023/24"], "offence": ["theft", "robbery"] * 2},
    ...     [9000, 1000, 8000, 1000],
    ... )
    >>> change = harm_change(crimes, own, between=("2022/23", "2023/24"))
    >>> print(change)
    Harm (own 1) fell by 1.1% (95% interval −8.7% to +7.1%), from 890,000 days in 2022/23 to 880,000 in 2023/24; on 10.0% fewer crimes, harm per crime rose by 9.9%.
    >>> round(change.from_volume), round(change.from_mix)
    (-93389, 83389)
    """
    editions = [weights] if weights_new is None else [weights, weights_new]
    for edition, name in zip(editions, ("weights", "weights_new"), strict=False):
        check_weights(edition, name)
    if len({edition.unit for edition in editions}) > 1:
        msg = f"weights and weights_new must have one unit; got {_check.listing(e.unit for e in editions)}."
        raise InvalidInputError(msg)
    _check.choice(method, "method", METHODS)
    level = _check.confidence_level(confidence_level)
    _check.text(caveat, "caveat", empty=True)
    check_exposure(exposure)
    kept = () if by is None else _check.names(by, "by")
    pair = Pair.of(data, kept, editions, between, offence, period, count)
    there, reasons = pair.there, pair.reasons
    before, after = pair.scored[0][0], pair.scored[1][-1]
    old, new = (np.where(there, side.score, 0) for side in (before, after))
    ratio, low, high = score_ratio(
        old, new, before.limits(there, method, level), after.limits(there, method, level)
    )
    reasons[there & (old == 0)] = "not applicable: there was no harm before"
    reasons[there & (old == 0) & (new == 0)] = "not applicable: there was no harm in either period"
    sizes = np.array([sizes_of(exposure, pair.groups, side, reasons) for side in pair.sides])
    parts, harm_per_crime = _parts(pair, None if exposure is None else sizes)
    columns = {
        "old": np.where(pair.shown[0], before.score, np.nan),
        "new": np.where(pair.shown[1], after.score, np.nan),
        "change": np.where(there, new - old, np.nan),
        "percent_change": (ratio - 1) * 100,
        "percent_change_low": (low - 1) * 100,
        "percent_change_high": (high - 1) * 100,
    }
    names = ("from_population", "from_volume", "from_mix", "from_weights")
    columns |= dict(zip(names, parts, strict=True))
    audit = {
        "crimes_old": np.where(there, before.crimes, np.nan),
        "crimes_new": np.where(there, after.crimes, np.nan),
        "per_crime_change": harm_per_crime,
        "between": pair.between,
        "weights": " to ".join(dict.fromkeys(e.edition for e in editions)),
        "harm_unit": weights.unit,
        "old_exposure": sizes[0],
        "new_exposure": sizes[1],
        **exposure_names(exposure),
        "method": method,
        "confidence_level": level,
    }
    of_weights = (found.caveat for scored in zip(*pair.scored, strict=True) for found in scored)
    caveats = dict.fromkeys(c.rstrip(".") for c in (caveat, *of_weights) if c)
    excluded = pair.excluded(pair.groups, added(before.crimes, after.crimes))
    table = Results(HarmChange, keys_of(pair.groups), columns, reasons, audit, excluded, ". ".join(caveats))
    return table[0] if by is None else table


def _parts(pair: Pair, sizes: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Share the change out: population, volume, mix, weights; and the change of harm per crime, in per cent."""
    scores = np.where(pair.there, [[found.score for found in side] for side in pair.scored], 0)
    crimes = pair.crimes
    severity = per_crime(scores, crimes[:, np.newaxis])
    known = pair.there if sizes is None else pair.there & np.isfinite(sizes).all(axis=0)
    people = np.ones(crimes.shape) if sizes is None else np.where(known, sizes, 1.0)
    corners = people[:, None, None, None] * (crimes / people)[:, None, None] * severity
    # What cannot differ is no factor: its part is 0, to the bit.
    factors = [sizes is not None, True, True, scores.shape[1] > 1]
    chosen = corners[tuple(slice(None) if factor else 0 for factor in factors)]
    parts = np.zeros((4, len(pair.groups)))
    parts[factors] = share_out(chosen, scores[0, 0], scores[1, -1])
    parts[:, ~known] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (severity[1, -1] / severity[0, 0] - 1) * 100
    return parts, np.where((crimes > 0).all(axis=0) & (severity[0, 0] > 0), change, np.nan)


def per_crime(scores: FloatArray, crimes: IntArray) -> FloatArray:
    """Divide scores by crimes, old and new; a period without crimes is taken to have the mix of the other."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = scores / crimes
    found = np.nan_to_num(np.where(crimes == 0, found[::-1], found))
    # One mix, scored on two numbers of crimes, differs by rounding alone.
    same = np.abs(found[1] - found[0]) <= 1e-13 * found[0]
    found[1, same] = found[0, same]
    return found


def share_out(corners: FloatArray, old: FloatArray, new: FloatArray) -> FloatArray:
    """Share out the change from old to new; what the corners have lost of it by rounding goes to the largest part."""
    parts = symmetric_split(corners, factors=corners.ndim - 1)
    parts[np.abs(parts).argmax(axis=0), np.arange(len(old))] += (new - old) - parts.sum(axis=0)
    return parts


def score_ratio(
    old: FloatArray,
    new: FloatArray,
    old_limits: tuple[FloatArray, FloatArray],
    new_limits: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return new / old and limits recovered from those of each; nan where there was nothing before."""
    base = np.where(old > 0, old, np.nan)
    later = np.where(new > 0, new, np.nan)
    ratio = new / base
    a, b = 1 - new_limits[0] / later, old_limits[1] / base - 1
    c, d = new_limits[1] / later - 1, 1 - old_limits[0] / base
    with np.errstate(divide="ignore"):  # the old score may be 0: no ratio is too high
        low = ratio * (1 - a**2) / (1 + np.sqrt(a**2 + b**2 * (1 - a**2)))
        high = ratio * (1 + np.sqrt(d**2 + c**2 * (1 - d**2))) / (1 - d**2)
    # A score of 0 has the upper limit 0, its crimes being without weight, or none, there being no crimes.
    none = (new == 0) & ~np.isnan(ratio)
    return ratio, np.where(none, 0, low), np.where(none, new_limits[1], high)


@figure(estimate="index")
class HarmIndex(Figure):
    """Harm in one period, where that of the base period is 100.

    Attributes
    ----------
    index, index_low, index_high : float
        The score of the period, per head where there is an exposure, for 100 in the base period; and its
        interval. The base itself is 100 by definition, without uncertainty. Where there are no crimes
        in the period, the lower limit is 0 and the upper is not known.
    score : float
        The sum of weight times crimes, in `harm_unit`.
    crimes : float
        How many crimes were weighted.
    per_head : float
        The score divided by the exposure; not a number without one.
    base : str
        The base period.
    base_score : float
        The score of the base period.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    exposure, base_exposure : float
        What the two scores are divided by; not a number without an exposure.
    exposure_name, exposure_date : str
        What the exposure counts, and which estimate it is.
    method, confidence_level : str, float
        How the interval was made.
    """

    index: float = column("rate")
    index_low: float = column("rate", "lower")
    index_high: float = column("rate", "upper")
    score: float = column("count")
    crimes: float = column("count")
    per_head: float = column("rate")
    base: str
    base_score: float = input_field()
    weights: str
    harm_unit: str
    exposure: float = input_field(default=float("nan"))
    base_exposure: float = input_field(default=float("nan"))
    exposure_name: str = ""
    exposure_date: str = ""
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        name = f"Harm index ({self.weights}{', per head' if self.exposure_name else ''})"
        if np.isnan(self.index):
            return f"{name}: {self.reason}."
        if self.index_low == self.index_high == 100:
            return f"{name}: 100, the base period; {self._amount}."
        low, high = fixed(self.index_low, 1), fixed(self.index_high, 1)
        within = limits(low, high, unbounded=not np.isfinite(self.index_high))
        return (
            f"{name}: {fixed(self.index, 1)} ({self.confidence_level * 100:g}% interval {within}), where {in_words(self.base)} "
            f"is 100; {self._amount}."
        )

    @property
    def _amount(self) -> str:
        amount = f"{plain(self.score)} {self.harm_unit}"
        if not self.exposure_name:
            return amount
        return f"{amount}, {plain(self.per_head)} per head ({written(self.exposure)} {self.exposure_name}, {self.exposure_date})"


def harm_index(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    base: str | Period,
    by: Names = (),
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
    exposure: Exposure | None = None,
    method: HarmMethod = "dobson",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[HarmIndex]:
    r"""Harm of every period as an index, where that of a base period is 100.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by offence code and period; the periods are of one length and do not overlap the base.
    weights : HarmWeights
        The harm of one crime of each offence, for all periods.
    base : str or Period
        The period whose harm is 100.
    by : str or sequence of str, optional
        The dimensions to keep: each group has an index of its own. Default is one index.
    offence, period : str, optional
        The dimensions, or columns, of offence codes and periods. Defaults are ``"offence"`` and
        ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    exposure : Exposure, optional
        Residents, say, with the period among its dimensions where each has its own estimate: the index is
        then that of the score per head. Default is none, an index of the score.
    method : {"dobson", "dobson-byar", "normal"}, optional
        The interval of each period's score, as for `harm_score`; that of the index is made from both.
        Default is ``"dobson"``.
    caveat : str, optional
        What must travel with the figures: a break in recording, say. Default is none.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Results of HarmIndex
        One row for each group and period, in their order. What was not supplied, or not supplied in the
        base period alike, is not available, and says why.

    Raises
    ------
    UnknownNameError
        If an offence has no weight and is not outside them: all such are listed.
    InvalidInputError
        If a period is of another length than the base or overlaps it.
    InvalidTypeError
        If codes are numbers, or `weights` is not a `HarmWeights`.

    See Also
    --------
    harm_change : Two periods, with what made the change.

    Notes
    -----
    The index of a period with the score S and the exposure P, to the base :math:`S_0` and :math:`P_0`, is
    :math:`100\,(S / P) / (S_0 / P_0)`, in the manner of the Crime Severity Index of Statistics Canada,
    whose base year is 100. One set of weights serves all periods: a new edition would move the index
    without any crime. The limits are those of the ratio of scores in `harm_change`. Every interval holds
    the uncertainty of the base too, so that two periods other than the base are compared with
    `harm_change`, not by whether their intervals overlap.

    Examples
    --------
    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23", "2022/23", "2023/24", "2023/24"], "offence": ["theft", "robbery"] * 2},
    ...     [9000, 1000, 8000, 1000],
    ... )
    >>> print(harm_index(crimes, own, base="2022/23").at(period="2023/24"))
    2023/24: harm index (own 1): 98.9 (95% interval 91.3 to 107.1), where 2022/23 is 100; 880,000 days.
    """
    check_weights(weights, "weights")
    _check.choice(method, "method", METHODS)
    level = _check.confidence_level(confidence_level)
    _check.text(caveat, "caveat", empty=True)
    check_exposure(exposure)
    kept = _check.names(by, "by")
    check_period(period, kept, offence)
    tally = read(data, [weights], kept, offence, count, period=(period,))
    first, sides = base_and_periods(tally, base, period)
    refuse_unknown(sides, offence, [weights])
    groups = groups_of([first, *sides], kept)
    pairs = [Pair.of_sides(tally, (first, side), groups, [weights], offence) for side in sides]
    of_weights = {pair.scored[1][0].caveat for pair in pairs}
    caveats = ". ".join(c.rstrip(".") for c in (caveat, *of_weights) if c)
    tables = [_table(pair, weights, exposure, method, level, caveats) for pair in pairs]
    stacked = Results._stack(tables, {period: [side.label for side in sides]})
    for dim in reversed(kept):
        stacked = stacked.sort(dim)
    return stacked


def _table(
    pair: Pair, weights: HarmWeights, exposure: Exposure | None, method: str, level: float, caveat: str
) -> Results[HarmIndex]:
    """Work out one period by group; the first side of the pair is the base."""
    reasons, there = pair.reasons.copy(), pair.there
    first, this = (side[0] for side in pair.scored)
    old, new = (np.where(there, side.score, 0) for side in (first, this))
    ratio, low, high = score_ratio(
        old, new, first.limits(there, method, level), this.limits(there, method, level)
    )
    reasons[there & (old == 0)] = "not applicable: there was no harm in the base period"
    sizes = np.array([sizes_of(exposure, pair.groups, side, reasons) for side in pair.sides])
    per_head = 1.0 if exposure is None else sizes[0] / sizes[1]
    base, label = pair.between
    if base == label:
        low, high = ratio, ratio
    columns = {
        name: 100 * part * per_head
        for name, part in (("index", ratio), ("index_low", low), ("index_high", high))
    }
    columns |= {
        "score": np.where(pair.shown[1], this.score, np.nan),
        "crimes": np.where(pair.shown[1], this.crimes, np.nan),
        "per_head": np.where(pair.shown[1], this.score / sizes[1], np.nan),
    }
    audit = {
        "base": base,
        "base_score": np.where(pair.shown[0], first.score, np.nan),
        "weights": weights.edition,
        "harm_unit": weights.unit,
        "exposure": sizes[1],
        "base_exposure": sizes[0],
        **exposure_names(exposure),
        "method": method,
        "confidence_level": level,
    }
    excluded = exclusion_table(pair.groups, pair.sides[1:], this.crimes, pair.whole)
    return Results(HarmIndex, keys_of(pair.groups), columns, reasons, audit, excluded, caveat)


@figure(estimate="change")
class HarmDriver(Figure):
    """What one offence, or one part of the crimes, added to a change in harm.

    Attributes
    ----------
    crimes_old, crimes_new : float
        Crimes of the part in each period.
    change : float
        Its contribution to the change of the score, in `harm_unit`.
    from_volume : float
        What it would have added had all crimes risen or fallen alike.
    from_mix : float
        What it added by becoming a larger or smaller share of crimes; with `from_volume` it adds up to
        `change`.
    share_of_change : float
        `change` as a fraction of the change of the whole: negative where it went the other way, above 1
        where others made up for it. Not a number where the whole did not change.
    between : tuple of str
        The two periods, the earlier first.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    """

    crimes_old: float = column("count")
    crimes_new: float = column("count")
    change: float = column("change")
    from_volume: float = column("change")
    from_mix: float = column("change")
    share_of_change: float = column("share")
    between: tuple[str, str]
    weights: str
    harm_unit: str

    def _sentence(self) -> str:
        name = f"Contribution to the change in harm ({self.weights})"
        if np.isnan(self.change):
            return f"{name}: {self.reason}."
        earlier, later = map(in_words, self.between)
        share = (
            "" if np.isnan(self.share_of_change) else f", {percent(self.share_of_change)} of the whole change"
        )
        return (
            f"{name}: {_signed(self.change)} {self.harm_unit}{share}; {_signed(self.from_volume)} from the number of all "
            f"crimes and {_signed(self.from_mix)} from its share of them; {written(self.crimes_old)} crimes in {earlier}, "
            f"{written(self.crimes_new)} in {later}."
        )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{plain(value)}"


def harm_drivers(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between,
    of: str = "offence",
    by: Names = (),
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
) -> Results[HarmDriver]:
    r"""Tell what each offence, or each part of the crimes, added to a change in harm.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by offence code and period, and by `of` if that is another dimension.
    weights : HarmWeights
        The harm of one crime of each offence, for both periods.
    between : tuple of str or Period
        The two periods, (earlier, later), as for `harm_change`.
    of : str, optional
        The dimension whose parts are shown: the offence, its group, the area. Default is ``"offence"``.
    by : str or sequence of str, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    offence, period : str, optional
        The dimensions, or columns, of offence codes and periods. Defaults are ``"offence"`` and
        ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.

    Returns
    -------
    Results of HarmDriver
        One row for each part of each group. Within a group `change`, `from_volume` and `from_mix` add up to
        those of its `harm_change` without an exposure, whatever `of` is.

    Raises
    ------
    UnknownNameError
        If an offence of either period has no weight and is not outside them, or a dimension does not exist.
    InvalidInputError
        If the periods do not compare, or one dimension is given two roles.
    InvalidTypeError
        If codes are numbers, or `weights` is not a `HarmWeights`.

    See Also
    --------
    harm_change : The change that is explained.

    Notes
    -----
    Of N crimes a part has the share s, with harm w each: it contributes w s N. Of its change the number adds
    :math:`w\,\bar s\,\Delta N` and the mix :math:`w\,\Delta s\,\bar N`, means being those of old and
    new: the split is made by offence and then added up. A code that replaces another one shows as a fall of
    the one and a rise of the other; `Tally.relabel` joins them.

    Examples
    --------
    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23", "2022/23", "2023/24", "2023/24"], "offence": ["theft", "robbery"] * 2},
    ...     [9000, 1000, 8000, 1000],
    ... )
    >>> harm_drivers(crimes, own, between=("2022/23", "2023/24")).sort("change")
    offence  crimes_old  crimes_new   change  from_volume   from_mix  share_of_change
    -------  ----------  ----------  -------  -----------  ---------  ---------------
    theft         9,000       8,000  −10,000     −8,944.4   −1,055.6          100.00%
    robbery       1,000       1,000        0    −84,444.4  +84,444.4            0.00%
    [HarmDriver, 2 rows]
    """
    check_weights(weights, "weights")
    kept = _check.names(by, "by")
    if _check.text(of, "of") in {*kept, _check.text(period, "period")}:
        msg = f"of must name another dimension than by= and period=; got {of!r}."
        raise InvalidInputError(msg)
    pair = Pair.of(data, kept, [weights], between, offence, period, count, of=(of,))
    rows = groups_of(pair.sides, (*kept, of))
    group = rows.positions(pair.groups, kept)
    there, reasons = pair.there[group], pair.reasons[group]
    before, after = (Scored.of(side, rows, offence, weights) for side in pair.sides)
    old, new = (np.where(there, side.score, 0) for side in (before, after))
    # The number of all crimes of the group, and the part's harm for each of them.
    crimes = pair.crimes[:, group]
    volume, mix = share_out(crimes[:, np.newaxis] * per_crime(np.array([old, new]), crimes), old, new)
    whole = (pair.scored[1][0].score - pair.scored[0][0].score)[group]
    reasons[there & (whole == 0)] = "not applicable: the whole did not change, so no part has a share of it"
    change = np.where(there, new - old, np.nan)
    columns = {
        "crimes_old": np.where(there, before.crimes, np.nan),
        "crimes_new": np.where(there, after.crimes, np.nan),
        "change": change,
        "from_volume": np.where(there, volume, np.nan),
        "from_mix": np.where(there, mix, np.nan),
        "share_of_change": change / np.where(whole == 0, np.nan, whole),
    }
    audit = {"between": pair.between, "weights": weights.edition, "harm_unit": weights.unit}
    excluded = pair.excluded(rows, added(before.crimes, after.crimes))
    caveat = before.caveat or after.caveat
    return Results(HarmDriver, keys_of(rows), columns, reasons, audit, excluded, caveat)
