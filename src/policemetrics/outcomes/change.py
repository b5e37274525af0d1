"""`outcome_rate_change`: the change in a positive outcome rate, in percentage points and in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, overload

import attrs
import numpy as np

from policemetrics import _check, intervals
from policemetrics._compare import Asked, Beside, Chosen, Mask, Rows
from policemetrics._sources import joined
from policemetrics._supply import compared_figures, no_reasons
from policemetrics._write import path, percent, size
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.frames import framed
from policemetrics.intervals.pairs import square_and_add_ratio
from policemetrics.outcomes.counting import Outcomes
from policemetrics.outcomes.dates import notes_between
from policemetrics.outcomes.definition import Counted, Definition, OutcomeFigureOfTwo, OutcomeSet, noun_of
from policemetrics.outcomes.rate import OutcomeRate
from policemetrics.periods import check_pair, in_words, read_labels
from policemetrics.results import Results, column, figure, input_field, label_array
from policemetrics.tallies import Tally
from policemetrics.typing import (
    Alternates,
    Basis,
    Between,
    Blank,
    Columns,
    Counts,
    Every,
    Label,
    LikeForLike,
    OutOf,
    TwoGroups,
)


@figure(estimate=("points", "percent_change"))
class OutcomeRateChange(OutcomeFigureOfTwo):
    """A change in a positive outcome rate, in percentage points and in per cent.

    Attributes
    ----------
    old, new : float
        The two rates, as fractions.
    points, points_low, points_high : float
        `new` less `old` in percentage points (+2.42), and its interval.
    percent_change, percent_change_low, percent_change_high : float
        The same change in per cent of `old` (+44.0), and its interval; nan where `old` is 0.
    p_value : float
        For no change. It and both intervals come from one method, so they always agree.
    between : tuple of str
        The two periods, the earlier first, or the two groups; empty where they are not known.
    compared : str
        The dimension of the two groups (`old` is the first, `new` the second); empty if periods are compared.
    outcomes, outcome_types : str, tuple of str
        The set of positive outcomes.
    basis, out_of : str
        Which outcomes, out of what.
    blank, alternates : str
        What was stated about blank outcomes and about types 1A, 2A and 3A.
    old_positive, old_denominator, new_positive, new_denominator : float
        What the two rates were made of.
    old_share_not_yet_assigned, new_share_not_yet_assigned : float
        Share of the crimes of each cohort that have no outcome yet; nan on the closed basis, or where the data do
        not say.
    method, confidence_level : str, float
        How the intervals of the two rates were made, from which the interval of the points comes.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("old_positive", "old_denominator - old_positive"),
        ("new_positive", "new_denominator - new_positive"),
    )
    _unseen: ClassVar[tuple[str, ...]] = ("old_share_not_yet_assigned", "new_share_not_yet_assigned")

    old: float = column("share", "estimate", of=("old_positive", "old_denominator"))
    new: float = column("share", "estimate", of=("new_positive", "new_denominator"))
    points: float = column("points", "estimate", of=("old", "new"))
    points_low: float = column("points", "lower")
    points_high: float = column("points", "upper")
    percent_change: float = column("percent", "estimate", of=("old", "new"))
    percent_change_low: float = column("percent", "lower", shown=False)
    percent_change_high: float = column("percent", "upper", shown=False)
    p_value: float = column("p", "p", of="points", shown=False)
    old_positive: float = input_field("numerator")
    old_denominator: float = input_field("denominator")
    new_positive: float = input_field("numerator")
    new_denominator: float = input_field("denominator")
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        if np.isnan(self.points):
            return f"{self._about}: change {self.reason}."
        amount, both = (
            f"{size(self.points, 2)} percentage points",
            (percent(self.old, 2), percent(self.new, 2)),
        )
        limits, groups = f" ({self._interval_words()})", bool(self.compared)
        moved = path(self.points, amount, limits, both, map(in_words, self.between), groups=groups)
        relative = f", which is {size(self.percent_change, 1)}% {'higher' if self.points > 0 else 'lower'}"
        if np.isnan(self.percent_change):
            relative = f"; percentage {self.reason}"
        return f"{self._about} {moved}{relative if self.points else ''}.{self._less_mature}"


@overload
def outcome_rate_change(
    data: Counts,
    /,
    *,
    between: Between,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: None = None,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> OutcomeRateChange: ...
@overload
def outcome_rate_change(
    data: Counts,
    /,
    *,
    between: Between,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[OutcomeRateChange]: ...
@overload
def outcome_rate_change(
    data: Counts,
    /,
    *,
    groups: TwoGroups,
    of: str | None = None,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: None = None,
    outcome: str = "outcome",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> OutcomeRateChange: ...
@overload
def outcome_rate_change(
    data: Counts,
    /,
    *,
    groups: TwoGroups,
    of: str | None = None,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns,
    outcome: str = "outcome",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> Results[OutcomeRateChange]: ...
@overload
def outcome_rate_change(
    old: OutcomeRate, new: OutcomeRate, /, *, caveat: str = "", confidence_level: float = 0.95
) -> OutcomeRateChange: ...
@_check.asking_together
def outcome_rate_change(
    old: Any,
    new: Any = None,
    /,
    *,
    between: Between | None = None,
    groups: TwoGroups | None = None,
    of: str | None = None,
    positive: str | OutcomeSet | None = None,
    basis: Basis | None = None,
    out_of: OutOf | None = None,
    crimes: Tally | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns | None = None,
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
    confidence_level: float = 0.95,
) -> OutcomeRateChange | Results[OutcomeRateChange]:
    """Change in a positive outcome rate, in percentage points and in per cent.

    Give two rates; or a tally or data frame with `between`, or with `groups` to compare two groups.

    Parameters
    ----------
    old, new : OutcomeRate
        The rates before and after, of one set, basis and denominator. For a table give the tally or data frame of
        outcomes as `old`, and leave out `new`.
    between : tuple of str or Period, optional
        The two periods, (earlier, later): of one length, without overlap. If the tally has shorter periods, such
        as months, those within each period are added up.
    groups : tuple of str or int, optional
        Two labels of the dimension `of`, instead of `between`, as for `rate_change`.
    of : str, optional
        The dimension of `groups`; `crimes` also needs it.
    positive, basis, out_of : optional
        As for `positive_outcome_rate`; they must be given with a tally or frame.
    crimes : Tally, optional
        Crimes recorded, with the same period dimension, for ``out_of="crimes"``.
    blank, alternates : optional
        As for `positive_outcome_rate`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    outcome, period : str, optional
        The dimensions that hold the type and the period. Default is ``"outcome"``, ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only: refuse the comparison, or compare the suppliers of
        both, of outcomes and of crimes, and list the rest of the outcomes in the ledger. Default is
        ``"require"``.
    caveat : str, optional
        A caveat to show with the figure. A caveat about a type that was not in use for the whole of both periods
        is added automatically.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    OutcomeRateChange or Results of OutcomeRateChange
        A table if there is `by`; otherwise one figure. Where data are missing, or the two periods have different
        suppliers, the figure is not available and `reason` says why.

    Raises
    ------
    InvalidInputError
        If the two rates differ in set, basis or denominator, or are of two groups; or the periods are reversed,
        equal, unequal in length or overlap. Also as for `positive_outcome_rate`.
    InvalidTypeError
        If the two rates are no `OutcomeRate`, or not one of `between` and `groups` is given.
    ChoiceNeededError
        If a choice is left out, as for `positive_outcome_rate`: the error lists all choices with their meaning,
        and a complete call.
    UnknownNameError
        If a set, a basis, a denominator, a type of outcome, a dimension or a column does not exist.

    See Also
    --------
    positive_outcome_rate : the rates themselves.

    Notes
    -----
    The interval of the points squares and adds the distances of the two rates from their own limits: for
    proportions this is Newcombe's; for the closed basis out of crimes the limits are those of a ratio of counts
    [1]_. It assumes that the two periods are independent. The interval of the percentage comes from the same
    limits [2]_: it excludes 0 exactly when the interval of the points does, and when `p_value` is below ``1 -
    confidence_level``.

    References
    ----------
    .. [1] Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a
       general approach. Statistics in Medicine, 27(10), 1693-1702.
    .. [2] Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and
       standard deviation. Statistical Methods in Medical Research, 21(4), 347-359.

    Examples
    --------
    >>> from policemetrics import positive_outcome_rate
    >>> asked = {"positive": "positive-dashboard", "basis": "closed", "out_of": "crimes"}
    >>> change = outcome_rate_change(
    ...     positive_outcome_rate(20_158, 365_882, **asked), positive_outcome_rate(26_029, 328_104, **asked)
    ... )
    >>> print(change)
    The positive outcome rate (positive-dashboard, closed basis, out of crimes recorded) rose by 2.42 \
percentage points (95% interval +2.30 to +2.55), from 5.51% to 7.93%, which is 44.0% higher.

    By force, from a tally:

    >>> from policemetrics import Tally
    >>> outcomes = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 4 + ["Kent"] * 4,
    ...         "period": ["2022/23", "2022/23", "2023/24", "2023/24"] * 2,
    ...         "outcome": ["1", "18"] * 4,
    ...     },
    ...     [50, 950, 70, 930, 90, 910, 80, 920],
    ... )
    >>> asked = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}
    >>> changes = outcome_rate_change(outcomes, between=("2022/23", "2023/24"), by="force", **asked)
    >>> changes["points"].round(1).tolist()
    [2.0, -1.0]
    """
    if isinstance(old, OutcomeRate) or new is not None:
        _refuse_asked(
            between=between,
            groups=groups,
            of=of,
            positive=positive,
            basis=basis,
            out_of=out_of,
            crimes=crimes,
            blank=blank,
            alternates=alternates,
            by=by,
            count=count,
            date=date,
            like_for_like=None if like_for_like == "require" else like_for_like,
        )
        return _of_figures(old, new, _check.text(caveat, "caveat", empty=True), confidence_level)
    definition = Definition.of(positive, basis, out_of, confidence_level, blank, alternates)
    instead = "; or give two OutcomeRate figures"
    asked = Asked.of(between, period, groups, of, instead=instead, by=by, outcome=outcome)
    old, dims = framed(old, by, date, every, period=asked.period)
    outcomes = Outcomes.read(old, definition, dims, outcome, asked, count)
    found = outcomes.compare(crimes, like_for_like, caveat)
    pair = found.pair
    return _changes(
        outcomes.counter.definition, pair.rows, found.counted, pair.shown, found.stand, pair.beside
    )


# ---- two figures ------------------------------------------------------------------------


def _refuse_asked(**options: Any) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        msg = f"{_check.listing(f'{n}=' for n in given)} cannot go with two figures, which carry their own definition; leave it out."
        raise InvalidInputError(msg)


def _of_figures(
    old: Any, new: Any, caveat: str, confidence_level: float
) -> OutcomeRateChange | Results[OutcomeRateChange]:
    """Compare two figures; their limits are made again, so that both are at the level asked for."""
    for name, given in (("old", old), ("new", new)):
        if not isinstance(given, OutcomeRate):
            msg = f"{name} must be an OutcomeRate, as positive_outcome_rate returns it; got {type(given).__name__}."
            raise InvalidTypeError(msg)
    _refuse_unlike_figures(old, new)
    group, between = _times_of(old, new)
    definition = Definition.of_figure(old, confidence_level)
    counted = [
        Counted(*(np.array([n]) for n in (f.positive, f.denominator, f.not_yet_assigned, f.positive)))
        for f in (old, new)
    ]
    stand = [np.array([not np.isnan(f.rate)]) for f in (old, new)]
    reasons = no_reasons(1)
    reasons[0] = new.reason if stand[0][0] else old.reason
    notes = [Note("stated", caveat, caveat)]
    if between[0]:
        notes += notes_between(definition, read_labels(between, "between"))
    # What is said of both together says again what each figure brings along.
    told = "; ".join(note.long for note in notes)
    notes[1:1] = [note for f in (old, new) for note in f.caveats if note.long not in told]
    if old.as_at != new.as_at:
        dates = " and ".join(f.as_at or "a date that is not stated" for f in (old, new))
        dated = f"the two extracts are of {dates}: outcomes of the one had more time"
        notes.append(Note("extracts-differ", "two extracts", dated))
    rows = Rows({d: label_array([v]) for d, v in group.items()}, reasons, True, there=stand[0] & stand[1])
    rows.chosen = Chosen(
        old.chosen if old.chosen == new.chosen else "", sources=joined(old.sources, new.sources)
    )
    rows.note(*notes)
    return _changes(definition, rows, counted, stand, stand, Beside(between))


def _times_of(old: OutcomeRate, new: OutcomeRate) -> tuple[dict[str, Label], tuple[str, str]]:
    """Return what two figures are of, and their two periods where they tell: by their label, or as added up."""
    if any(f.exclusions is None and not f.group for f in (old, new)):
        # Numbers that were typed in do not say what they are of.
        return compared_figures(old, new)
    apart = [[d for d in a.group if d not in b.group] for a, b in ((old, new), (new, old))]
    common = [
        attrs.evolve(f, group={d: v for d, v in f.group.items() if d not in own})  # type: ignore[misc]  # @figure makes it by attrs
        for f, own in zip((old, new), apart, strict=True)
    ]
    group, between = compared_figures(common[0], common[1])
    if between[0] and not any(apart):
        return group, between
    told = [
        [f.group[d] for d in own] or ([f.when.removeprefix("the ")] if f.when else [])
        for f, own in zip((old, new), apart, strict=True)
    ]
    if not any(apart) and not all(told):
        return group, between
    try:
        (earlier,), (later,) = told
        periods = read_labels([earlier, later], "period")
    except ValueError as error:
        named = " and ".join(f"{dict(f.group)}{f' of {f.when}' if f.when else ''}" for f in (old, new))
        msg = f"old and new must be of one group, in one period each; got {named}."
        raise InvalidInputError(msg) from error
    check_pair(periods[0], periods[1], "old and new")
    return group, (periods[0].label, periods[1].label)


def _refuse_unlike_figures(old: OutcomeRate, new: OutcomeRate) -> None:
    """Refuse two rates that are not of one definition, and name both."""
    for what, of in (
        ("basis", lambda f: f.basis),
        ("denominator", lambda f: f.out_of),
        ("kind of crimes", lambda f: noun_of(f.out_of, f.blank)),
        ("set of positive outcomes", lambda f: f"{f.outcomes}: {', '.join(f.outcome_types)}"),
    ):
        if of(old) != of(new):
            msg = f"old and new must have one {what}; got {of(old)!r} and {of(new)!r}: these are different rates, not a change."
            raise InvalidInputError(msg)


# ---- the figures ------------------------------------------------------------------------


def _changes(
    definition: Definition,
    rows: Rows,
    counted: Sequence[Counted],
    shown: Sequence[Mask],
    stand: Sequence[Mask],
    beside: Beside,
) -> OutcomeRateChange | Results[OutcomeRateChange]:
    """Work out every row; `shown` says which counts, and `stand` which rates, stand where the change may not."""
    (old, old_low, old_high), (new, new_low, new_high) = map(definition.rates, counted, stand)
    low, high = intervals.square_and_add(new, new_low, new_high, old, old_low, old_high)
    less, more = square_and_add_ratio(new, new_low, new_high, old, old_low, old_high)
    rows.explain(old == 0, f"not applicable: the rate was 0 {beside.before}")
    inputs = definition.open_shares(counted, stand)
    for name, side, seen in zip(("old", "new"), counted, shown, strict=True):
        inputs[f"{name}_positive"] = np.where(seen, side.positive, np.nan)
        inputs[f"{name}_denominator"] = np.where(seen, side.denominator, np.nan)
    values = {
        "old": old,
        "new": new,
        "points": 100 * (new - old),
        "points_low": 100 * low,
        "points_high": 100 * high,
        "percent_change": 100 * (new / np.where(old > 0, old, np.nan) - 1),
        "percent_change_low": 100 * (less - 1),
        "percent_change_high": 100 * (more - 1),
        "p_value": definition.p_values(counted, stand),
        **beside.fields,
        **inputs,
        **definition.audit,
    }
    return rows.results(OutcomeRateChange, values, {"old": stand[0], "new": stand[1]})
