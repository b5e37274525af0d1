"""The harm of crimes: their number weighted by offence, with an interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._supply import Side, exclusion_table, groups_of, keys_of, spanned, unexplained
from policemetrics._write import count as written
from policemetrics._write import percent, plain
from policemetrics.errors import InvalidInputError
from policemetrics.exposure import Exposure
from policemetrics.harm._scoring import (
    METHODS,
    check_exposure,
    check_weights,
    exposure_names,
    read,
    refuse_unknown,
    sizes_of,
    weigh,
)
from policemetrics.harm.weights import HarmWeights
from policemetrics.results import Figure, Interval, Results, shown_as
from policemetrics.tallies import Tally
from policemetrics.typing import Counts, HarmMethod, Names

__all__ = ["HarmScore", "harm_score"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
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

    score: float = attrs.field(metadata=shown_as("count"))
    score_low: float = attrs.field(metadata=shown_as("count"))
    score_high: float = attrs.field(metadata=shown_as("count"))
    crimes: float = attrs.field(metadata=shown_as("count"))
    per_crime: float = attrs.field(metadata=shown_as("rate"))
    per_head: float = attrs.field(metadata=shown_as("rate"))
    dominant_share: float = attrs.field(metadata=shown_as("share"))
    dominant_offence: str
    weights: str
    harm_unit: str
    exposure: float = attrs.field(default=float("nan"), converter=float)
    exposure_name: str = ""
    exposure_date: str = ""
    when: str = ""
    method: str
    confidence_level: float

    @property
    def interval(self) -> Interval:
        """The interval of `score`."""
        return Interval(self.score_low, self.score_high, self.confidence_level, self.method)

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
