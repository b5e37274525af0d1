"""`harm_outcome_rate`: which part of the harm was brought to a positive outcome.

The outcomes are read as for `positive_outcome_rate`, offence by offence, and the weights as for `harm_score`. What one
side weighs by group (`Harm`) serves the changes as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce
from typing import Any, ClassVar, Literal, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._compare import Mask, Rows
from policemetrics._supply import Reasons, Side, groups_of, no_reasons, whole_side
from policemetrics._write import count as written
from policemetrics._write import percent, plain, signed
from policemetrics.errors import InvalidTypeError, Note
from policemetrics.exposure import Divisor
from policemetrics.frames import framed
from policemetrics.harm.score import How, distinct
from policemetrics.harm.weights import HarmWeights, is_category, weights_notes
from policemetrics.outcomes.counting import Counter, crimes_of, read, refuse_by_outcome, refuse_crimes
from policemetrics.outcomes.dates import AsAt, Spans, maturities, notes_of, one_or_all
from policemetrics.outcomes.definition import Counted, Definition, OutcomeFigure, OutcomeSet, still_open
from policemetrics.outcomes.split import by_category
from policemetrics.periods import Period
from policemetrics.results import Results, column, figure, found_field
from policemetrics.tallies import Tally
from policemetrics.typing import Alternates, Basis, Blank, Columns, Counts, Every, FloatArray, IntArray, OutOf


@figure(estimate="rate", counts="harm")
class HarmOutcomeRate(OutcomeFigure):
    """Harm of the crimes that had a positive outcome, as a fraction of the harm of all.

    Attributes
    ----------
    positive_harm, harm : float
        The harm with a positive outcome, and the harm it is out of, in `harm_unit`.
    rate, rate_low, rate_high : float
        The first as a fraction of the second, and its interval. On the closed basis out of crimes it is a ratio
        of two flows, which may be above 1.
    plain_rate : float
        The same without weights: positive outcomes as a fraction of crimes or of outcomes.
    points : float
        `rate` less `plain_rate`, in percentage points: above 0 if the more harmful crimes have a positive outcome
        more often.
    positive, denominator : float
        Positive outcomes and their denominator, not weighted.
    effective : float
        How many crimes of equal weight would say as much about a rate; far below `denominator` if a few harmful
        crimes decide.
    share_weighed : float
        Share of the crimes, or outcomes, that have a weight; the others are outside the weights, and left out.
    dominant_share : float
        The largest share of the variance that comes from one offence, as a fraction.
    dominant_offence : str
        That offence.
    share_not_yet_assigned : float
        Share of the harm of the cohort that has no outcome yet; nan if the data do not say, and on the closed
        basis.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    outcomes, outcome_types, basis, out_of, blank, alternates, as_at, when, maturity : optional
        As for `OutcomeRate`.
    method, confidence_level : str, float
        How the interval was made: ``"wilson"`` or ``"rate ratio score"``, on effective counts.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (("positive", "denominator - positive"),)
    _tells: ClassVar[Mapping[str, Literal["counts", "limits"]]] = {"maturity": "counts"}
    _unseen: ClassVar[tuple[str, ...]] = ("share_not_yet_assigned", "share_weighed")

    # No count out of another: `compare` takes a share for one, and this has the variance of its most harmful crimes.
    positive_harm: float = column("amount", of="positive", unit="{harm_unit}")
    harm: float = column("amount", of="denominator", unit="{harm_unit}")
    rate: float = column("share", "estimate", of=("positive_harm", "harm"))
    rate_low: float = column("share", "lower")
    rate_high: float = column("share", "upper")
    plain_rate: float = column("share", "estimate", of=("positive", "denominator"))
    points: float = column("points", "estimate", of=("rate", "plain_rate"))
    positive: float = column("count", counts="positive outcomes", shown=False)
    denominator: float = column("count", counts="crimes", shown=False)
    effective: float = column("number", shown=False)
    share_weighed: float = column("share", shown=False)
    dominant_share: float = column("share", "estimate", of="denominator")
    share_not_yet_assigned: float = column("share", shown=False)
    dominant_offence: str = found_field()
    weights: str
    harm_unit: str
    as_at: str = ""
    when: str = ""
    maturity: str = ""
    method: str
    confidence_level: float

    @property
    def _about(self) -> str:
        return f"The harm-weighted outcome rate ({self._of_what}, {self.weights})"

    def _sentence(self) -> str:
        if np.isnan(self.rate):
            return f"{self._about}: {self.reason}."
        when = f" in {self.when}" if self.when else ""
        whole = f"{self._noun}{when}"
        stated = f"{percent(self.rate, 2)} of the harm of {whole} {{}} a positive outcome".format(
            "has so far come to" if self.basis == "recorded" else "came to"
        )
        if (
            self.method != "wilson"
        ):  # the outcomes belong to crimes of any period, and may weigh more than these
            stated = f"The harm of positive outcomes{when} was {percent(self.rate, 2)} of that of {whole}"
        dated = f", as at {self.as_at}" if self.as_at else ""
        carries = ""
        if self.dominant_share > 0.5:
            carries = f"; offence {self.dominant_offence} alone carries {percent(self.dominant_share)} of the variance"
        some = ""
        if self.share_weighed < 1:
            some = f"; {percent(self.share_weighed)} of all have a weight"
        waiting = still_open(self.basis, self.share_not_yet_assigned, self.maturity).replace(
            "of the crimes", "of the harm"
        )
        return (
            f"{stated} ({self.outcomes}, {self.basis} basis, {self.weights}: {plain(self.positive_harm)} of {plain(self.harm)} {self.harm_unit}{dated}; "
            f"{self._interval_words()}{waiting}), {signed(self.points, 2)} percentage points beside the {percent(self.plain_rate, 2)} "
            f"without weights ({written(self.positive)} of {written(self.denominator)}){carries}{some}."
        )


@overload
def harm_outcome_rate(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf = "crimes",
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: None = None,
    outcome: str = "outcome",
    offence: str = "offence",
    period: str | None = None,
    count: str | None = None,
    as_at: str | dt.date | Period = "",
    confidence_level: float = 0.95,
) -> HarmOutcomeRate: ...
@overload
def harm_outcome_rate(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf = "crimes",
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns,
    outcome: str = "outcome",
    offence: str = "offence",
    period: str | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    as_at: str | dt.date | Period = "",
    confidence_level: float = 0.95,
) -> Results[HarmOutcomeRate]: ...
@_check.asking_together
def harm_outcome_rate(
    data: Any,
    weights: HarmWeights,
    /,
    *,
    positive: str | OutcomeSet | None = None,
    basis: Basis | None = None,
    out_of: OutOf = "crimes",
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns | None = None,
    outcome: str = "outcome",
    offence: str = "offence",
    period: str | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    as_at: str | dt.date | Period = "",
    confidence_level: float = 0.95,
) -> HarmOutcomeRate | Results[HarmOutcomeRate]:
    r"""Harm of the crimes with a positive outcome as a fraction of the harm of all, with an interval.

    In `positive_outcome_rate` a positive outcome of a homicide and one of a shoplifting count the same. Here each
    counts by the weight of its offence.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by type and offence.
    weights : HarmWeights
        The harm of one crime of each offence.
    positive : str or OutcomeSet
        What counts as positive, as for `positive_outcome_rate`.
    basis : {"recorded", "closed"}
        Outcomes given so far to the crimes recorded in the period; or outcomes given in the period.
    out_of : {"crimes", "crimes_with_outcome", "outcomes"}, optional
        The denominator: the harm of which crimes. Default is ``"crimes"``, all crimes recorded.
    crimes : Tally, optional
        Crimes recorded by offence, for ``out_of="crimes"``. On the closed basis they must be given; on the recorded
        basis the default is to count the rows, which must then include type 0.
    blank, alternates : optional
        As for `positive_outcome_rate`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    outcome, offence : str, optional
        The dimensions, or columns, of the type of outcome and of the offence code. Defaults are ``"outcome"`` and
        ``"offence"``.
    period : str, optional
        The dimension, or column, that holds the period. Default is ``"period"``, where there is one.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    as_at : str, datetime.date or Period, optional
        The date of the extract; a cohort's rate grows with it.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    HarmOutcomeRate or Results of HarmOutcomeRate
        A table if there is `by`; otherwise one figure. Crimes of codes that the weights leave out on purpose are
        excluded, and `share_weighed` says how many are left.

    Raises
    ------
    ChoiceNeededError
        If `positive` or `basis` is left out, or `crimes`, `blank` or `alternates` where the data call for it.
    UnknownNameError
        If an offence has no weight and is not in `outside` of the weights: the error lists all of them. If a set,
        a type of outcome, a dimension or a column does not exist.
    InvalidInputError
        As for `positive_outcome_rate`.
    InvalidTypeError
        If codes are numbers, `weights` is not a `HarmWeights`, or `crimes` no tally that keeps the offence.

    See Also
    --------
    positive_outcome_rate : The same without weights.
    harm_outcome_change : The change from one period to another.

    Notes
    -----
    With weights w, positive outcomes x and crimes n of the offences i the rate is
    :math:`R = \sum_i w_i x_i / \sum_i w_i n_i`, a weighted clearance rate like that of Statistics Canada [1]_. Its
    limits are those for equal weights, on effective counts. With :math:`u = \sum w^2 n / \sum w n`, the harm that
    says as much as one crime, they are Wilson's for R out of :math:`\sum w n / u = (\sum w n)^2 / \sum w^2 n`. On
    the closed basis out of crimes it is the score interval of the ratio of :math:`(\sum w x)^2 / \sum w^2 x` and
    :math:`(\sum w n)^2 / \sum w^2 n`, scaled to R. With equal weights both are those of `positive_outcome_rate`. If
    no outcome is positive, the upper limit assumes that a positive one would weigh as much as the crimes do on
    average. Corrections below zero lower the sums, and add to the variance.

    If the weights are for groups of offences, the mean harm of each group, they hide which offences in a group
    were solved; a caveat says so.

    References
    ----------
    .. [1] Statistics Canada. Police-reported clearance rates in Canada, 2010. Juristat, catalogue no. 85-002-X,
       table 1.

    Examples
    --------
    Two of three homicides and ten of a hundred shopliftings were charged, 11.65% of the crimes:

    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"homicide": 100, "shoplifting": 1}, name="own", version="1")
    >>> crimes = Tally.from_columns(
    ...     {"offence": ["homicide"] * 2 + ["shoplifting"] * 2, "outcome": ["1", "0"] * 2}, [2, 1, 10, 90]
    ... )
    >>> found = harm_outcome_rate(crimes, own, positive="charged", basis="recorded")
    >>> found.positive_harm, found.harm, found.rate, round(found.plain_rate, 4)
    (210.0, 400.0, 0.525, 0.1165)

    By force:

    >>> crimes = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 4 + ["Kent"] * 4,
    ...         "offence": ["homicide", "homicide", "shoplifting", "shoplifting"] * 2,
    ...         "outcome": ["1", "0"] * 4,
    ...     },
    ...     [2, 1, 10, 90, 3, 1, 20, 180],
    ... )
    >>> harm_outcome_rate(crimes, own, positive="charged", basis="recorded", by="force")["rate"].round(3).tolist()
    [0.525, 0.533]
    """
    definition = Definition.of(positive, basis, out_of, confidence_level, blank, alternates)
    how, extract = How((weights,), offence, confidence_level=confidence_level), AsAt.of(as_at)
    data, dims = framed(data, by, date, every)
    kept = dims or ()
    refuse_by_outcome((*kept, offence), outcome)
    named = () if period is None or _check.text(period, "period") in kept else (period,)
    period = "period" if period is None else period
    needed = tuple(dict.fromkeys((*kept, offence, *named)))
    tally, counter = read(data, needed, outcome, count, definition, useful=(period,))
    definition = counter.definition
    refuse_crimes(crimes, counter, tally, of_which=f"a Tally that keeps {offence!r}")
    recorded = crimes_by_offence(crimes, (*kept, offence))
    given = tally, recorded
    tally, recorded = how.set_aside(tally), recorded and how.set_aside(recorded)
    side, of_crimes = whole_side(tally), None if recorded is None else Side(recorded)
    how.refuse_unweighted([side] if of_crimes is None else [side, of_crimes])
    divisor = crimes_of(recorded, kept, tally, period)
    if divisor is not None and of_crimes is not None:  # without what lacks an offence, which has no weight
        divisor = attrs.evolve(divisor, given=of_crimes)
    groups = groups_of([side], kept)
    rows = Rows.of_side(side, groups, single=by is None)
    known = rows.there
    counted, reasons = counter.count(groups, side, divisor)
    for why in reasons:
        rows.adopt(why)
    harm = Harm.of(counter, groups, side, of_crimes, how)
    rows.adopt(harm.why_impossible(definition, ""))
    whole, all_crimes = given
    all_of_it = by_category(
        counter, groups, whole_side(whole), None if all_crimes is None else Side(all_crimes)
    ).denominator
    spans = Spans.of(tally, groups, period)
    rows.notes = notes_of(definition, spans)
    rows.note(*(counter.notes if divisor is None else divisor.notes(groups, side)), *harm.notes(how))
    rows.note_some(harm.more_than_all(definition))
    rate, low, high = harm.rates(definition, rows.there)
    plain_rate, *_ = definition.rates(counted, rows.there)
    share = np.where(rows.there, definition.open_share(harm.weighed), np.nan)
    maturity, _ = maturities(extract, None, spans, share)
    values = {
        "positive_harm": harm.weighed.positive,
        "harm": harm.weighed.denominator,
        "rate": rate,
        "rate_low": low,
        "rate_high": high,
        "plain_rate": plain_rate,
        "points": 100 * (rate - plain_rate),
        "positive": counted.positive,
        "denominator": counted.denominator,
        "effective": harm.effective,
        "share_weighed": counted.denominator / np.where(rows.there, all_of_it, np.nan),
        "share_not_yet_assigned": share,
        **harm.dominant(definition, rows.there),
        **definition.audit,
        **{name: how.said(tally)[name] for name in ("weights", "harm_unit")},
        "as_at": extract.written,
        "maturity": one_or_all(np.where(rows.there, maturity, "not known")) if definition.is_cohort else "",
        "when": "" if period in kept else spans.when,
    }
    return rows.results(HarmOutcomeRate, values, dict.fromkeys(("positive", "denominator"), known))


# ---- harm by group ----------------------------------------------------------------------


def crimes_by_offence(crimes: Any, needed: tuple[str, ...]) -> Tally | None:
    """Read the crimes that harm is a part of: a tally that keeps the offence, since each weighs its own."""
    if crimes is None:
        return None
    if not isinstance(crimes, Tally):
        msg = (
            f"crimes must be a Tally that keeps {_check.listing(needed)}, since each crime weighs what its offence does (a frame "
            f"becomes one by tally()); got {type(crimes).__name__}."
        )
        raise InvalidTypeError(msg)
    of_crimes: Any = Divisor.of(crimes, needed, "crimes", noun="crimes", whole=True).given
    found: Tally = of_crimes.tally
    return found


@attrs.frozen(eq=False)
class Harm:
    """What one side weighs, by group.

    Attributes
    ----------
    parts : Cells
        The groups by offence.
    offence : str
        The dimension of the offence.
    group : array of int64, (parts,)
        The group of each.
    weight : array of float64, (parts,)
        The harm of one crime of each.
    counted : Counted
        Counts by part.
    weighed : Counted
        Their harm by group.
    spread, spread_positive : array of float64, (groups,)
        The sum of squared weight times count of what the rate is out of, and of what is positive; corrections without
        sign.
    """

    parts: Cells
    offence: str
    group: IntArray
    weight: FloatArray
    counted: Counted
    weighed: Counted
    spread: FloatArray
    spread_positive: FloatArray

    @classmethod
    def of(
        cls,
        counter: Counter,
        groups: Cells,
        side: Side,
        crimes: Side | None,
        how: How,
        parts: Cells | None = None,
    ) -> Harm:
        """Weigh a side by group; `parts` where two sides are to have the same."""
        parts = parts_of(groups, how.offence, *filter(None, (side, crimes))) if parts is None else parts
        group, (weights,) = parts.positions(groups, groups.dims), how.weights
        each = np.array([weights[v] for v in parts.label(how.offence).tolist()])
        weight = each[parts.code(how.offence)]
        counted = by_category(counter, parts, side, crimes)

        def added(values: FloatArray) -> FloatArray:
            return np.bincount(group, values, minlength=len(groups)).astype(
                float
            )  # of no parts they are integers

        return cls(
            parts,
            how.offence,
            group,
            weight,
            counted,
            Counted(*(added(weight * values) for values in attrs.astuple(counted))),
            added(weight**2 * np.abs(counted.denominator)),
            added(weight**2 * np.abs(counted.positive)),
        )

    @property
    def effective(self) -> FloatArray:
        """How many crimes of one weight tell as much; nan where there is no harm."""
        return self.weighed.denominator / self._unit(self.spread, self.weighed.denominator, np.nan)

    @staticmethod
    def _unit(spread: FloatArray, harm: FloatArray, otherwise: FloatArray | float) -> FloatArray:
        """Return the harm that tells as much as one crime: their weight, where all weigh the same."""
        some = harm > 0
        return np.where(some, spread / np.where(some, harm, 1), otherwise)

    def why_impossible(self, definition: Definition, label: str) -> Reasons:
        """Say of each group why its harm makes no rate, whatever its counts do."""
        where, above, below = f" in {label}" if label else "", self.weighed.positive, self.weighed.denominator
        outweighed = (above < 0) | (below < 0)
        # Sums of weights that differ by rounding alone are equal.
        beyond = (above > below * (1 + 1e-12)) & (not definition.is_ratio)
        reasons = no_reasons(len(above))
        for at in np.flatnonzero(outweighed | beyond | (below == 0)).tolist():
            part = f"a harm of {plain(above[at])} with a positive outcome{where}"
            why = f"{part}, more than the {plain(below[at])} of the {definition.noun} that it must be part of"
            if outweighed[at]:
                why = f"{part}, of {plain(below[at])}: corrections outweigh what was recorded"
            elif below[at] == 0:
                why = f"no harm{where}: what was counted weighs nothing"
            reasons[at] = f"not available: {why}"
        return reasons

    def more_than_all(self, definition: Definition) -> dict[int, Note]:
        """Say of which groups some offence has more positive outcomes than crimes, although the group has not."""
        more = (self.counted.positive > self.counted.denominator) & (not definition.is_ratio)
        named: dict[int, list[str]] = {}
        labels = self.parts.column(self.offence)
        for at in np.flatnonzero(more).tolist():
            told = f"{labels[at]} ({written(self.counted.positive[at])} of {written(self.counted.denominator[at])})"
            named.setdefault(int(self.group[at]), []).append(told)
        return {
            row: Note(
                "more-than-all",
                "more positive than there are",
                f"more positive outcomes than {definition.noun}, of which they must be part: {_check.cut(found)}",
            )
            for row, found in named.items()
        }

    def rates(self, definition: Definition, there: Mask) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Work out the rates that are there, with the limits of as many crimes of one weight as tell as much."""
        above, below = self.weighed.positive, self.weighed.denominator
        unit = self._unit(self.spread, below, 1.0)
        own = self._unit(self.spread_positive, above, unit) if definition.is_ratio else unit
        effective = attrs.evolve(self.weighed, positive=above / own, denominator=below / unit)
        rate, low, high = (found * (own / unit) for found in definition.rates(effective, there))
        return rate, low, high

    def dominant(self, definition: Definition, there: Mask) -> dict[str, Any]:
        """Find the offence that carries the largest part of the variance of each rate, and that part."""
        variance = self.weight**2 * np.abs(self.counted.denominator)
        whole = self.spread
        if definition.is_ratio:  # of the logarithm, to which both counts add
            above, below = (
                np.where(harm > 0, harm, np.inf)[self.group]
                for harm in (self.weighed.positive, self.weighed.denominator)
            )
            variance = variance / below**2 + self.weight**2 * np.abs(self.counted.positive) / above**2
            whole = np.bincount(self.group, variance, minlength=len(there)).astype(float)
        peak = np.zeros(len(there))
        np.maximum.at(peak, self.group, variance)
        hits = np.flatnonzero((variance == peak[self.group]) & (peak[self.group] > 0))[
            ::-1
        ]  # the first of equals stays
        offence: NDArray[np.object_] = np.full(len(there), "", dtype=object)
        offence[self.group[hits]] = self.parts.column(self.offence)[hits]
        return {
            "dominant_share": peak / np.where(whole > 0, whole, np.nan),
            "dominant_offence": np.where(there, offence, ""),
        }

    def notes(self, how: How) -> tuple[Note, ...]:
        """Say what is known of the weights, and that those of groups hide what lies within."""
        (weights,), counts = how.weights, self.counted
        counted = (counts.denominator != 0) | (counts.positive != 0)
        used = list(dict.fromkeys(self.parts.column(self.offence)[counted].tolist()))
        wholes = [v for v in used if is_category(v)]
        verb = (
            "is a group of offences with one weight"
            if len(wholes) == 1
            else "are groups of offences with one weight each"
        )
        long = f"{_check.cut(wholes)} {verb}: the figure cannot say which offences within a group had a positive outcome"
        return (
            *weights_notes(weights, any(v in weights.caveat_codes for v in used)),
            *([Note("weights-of-groups", "weights of groups", long)] if wholes else []),
        )


def parts_of(groups: Cells, offence: str, *sides: Side) -> Cells:
    """Return every group by every offence that has a cell on any of the sides."""
    dims = distinct(*groups.dims, offence)
    found = reduce(Cells.union, (side.tally._cells.keys(dims) for side in sides)).keys()
    return found.select(found.within(groups))
