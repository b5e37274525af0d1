"""`positive_outcome_rate`: positive outcomes as a fraction of crimes or of outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Literal, overload

import numpy as np

from policemetrics import _check
from policemetrics._compare import Mask, Rows
from policemetrics._supply import groups_of, no_reasons, whole_side
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.exposure import Exposure, areas_of
from policemetrics.frames import framed
from policemetrics.outcomes.counting import crimes_of, read, refuse_by_outcome, refuse_crimes
from policemetrics.outcomes.dates import AsAt, Spans, maturities, notes_of, one_or_all
from policemetrics.outcomes.definition import (
    NOUNS,
    Counted,
    Definition,
    OutcomeFigure,
    OutcomeSet,
    still_open,
)
from policemetrics.periods import Period
from policemetrics.results import Results, column, figure, input_field
from policemetrics.tallies import Tally
from policemetrics.typing import (
    Alternates,
    Basis,
    Blank,
    Columns,
    Counts,
    Divisor,
    Every,
    FloatArray,
    Number,
    OutOf,
)

_PERIOD: Final = "period"
# By basis and denominator; the bracket is left open for what else is to be said.
_SENTENCES: Final[Mapping[Basis, Mapping[OutOf, str]]] = {
    "closed": {
        "outcomes": "{rate} of outcomes were positive ({which}: {positive} of {whole} outcomes given in {when}, whenever the crime was recorded",
        # Not "of crimes had": the outcomes belong to crimes of any period, and may outnumber these.
        "crimes": "Positive outcomes were {rate} of crimes recorded ({which}: {positive} outcomes given in {when}, whenever the crime was recorded, out of {whole} crimes recorded in {it}",
    },
    "recorded": {
        "outcomes": "{rate} of outcomes were positive ({which}: {positive} of {whole} outcomes given so far to crimes recorded in {when}",
        "crimes": "{rate} of crimes recorded have so far had a positive outcome ({which}: {positive} of {whole} crimes recorded in {when}",
        "crimes_with_outcome": "{rate} of crimes with an outcome have so far had a positive one ({which}: {positive} of {whole} crimes recorded in {when} that have an outcome",
    },
}
# Where crimes with a blank outcome were left out, these are not the crimes recorded.
_OF_SOME: Final = "{rate} of {noun} have so far had a positive one ({which}: {positive} of {whole} such crimes recorded in {when}"


@figure(estimate=("rate", "positive"))
class OutcomeRate(OutcomeFigure):
    """Positive outcomes as a fraction of crimes or of outcomes.

    Attributes
    ----------
    positive : float
        Outcomes whose type is in the set.
    denominator : float
        Their denominator.
    rate, rate_low, rate_high : float
        The fraction (0.0793 for 7.93%) and its interval. On the closed basis out of crimes it is a
        ratio of two flows, which may pass 1; otherwise a proportion.
    not_yet_assigned, share_not_yet_assigned : float
        Crimes without an outcome yet (type 0), and their share of the cohort; nan if the data do not say. On the
        closed basis there is no cohort, so there is no share.
    outcomes : str
        Name of the set of positive outcomes.
    outcome_types : tuple of str
        The types in it.
    when : str
        The period or periods added up, if known.
    blank, alternates : str
        What was stated about blank outcomes and about types 1A, 2A and 3A; empty if the data had none, or nothing
        was stated.
    basis, out_of, as_at : str
        Which outcomes, out of what, and the date of the extract if it was given.
    maturity : str
        Of a cohort ``"immature"``, ``"mature"`` or ``"not known"``; empty on the closed basis.
    age_months, mature_after : float
        Whole months from the end of the period to the extract, and how many its outcomes need; nan if they are
        not known.
    method, confidence_level : str, float
        How the interval was made: ``"wilson"`` or ``"rate ratio score"``.
    """

    _may_hide: ClassVar[tuple[tuple[str, ...], ...]] = (
        (
            "positive",
            "denominator - positive",
            "not_yet_assigned?",
            "denominator - positive - not_yet_assigned?",
        ),
    )
    _tells: ClassVar[Mapping[str, Literal["counts", "limits"]]] = {"maturity": "counts"}

    positive: float = column("count", "numerator")
    denominator: float = column("count", "denominator")
    rate: float = column("share", "estimate", of=("positive", "denominator"))
    rate_low: float = column("share", "lower")
    rate_high: float = column("share", "upper")
    not_yet_assigned: float = column("count", "numerator", counts="crimes", shown=False)
    share_not_yet_assigned: float = column("share", "estimate", of=("not_yet_assigned", "denominator"))
    as_at: str = ""
    when: str = ""
    maturity: str = ""
    age_months: float = input_field(default=np.nan)
    mature_after: float = input_field(default=np.nan)
    method: str
    confidence_level: float

    @classmethod
    def _worked_out(cls, number: Callable[[str], FloatArray]) -> dict[str, FloatArray]:
        whole = number("denominator")
        return {
            "rate": number("positive") / whole,
            "share_not_yet_assigned": number("not_yet_assigned") / whole,
        }

    @property
    def immature(self) -> bool:
        """Whether the cohort is younger than its outcomes need."""
        return self.maturity == "immature"

    def _sentence(self) -> str:
        if np.isnan(self.rate):
            return f"Positive outcomes ({self._of_what}): {self.reason}."
        sentence = _OF_SOME if self._noun != NOUNS[self.out_of] else _SENTENCES[self.basis][self.out_of]
        stated = sentence.format(
            rate=percent(self.rate, 2),
            which=f"{self.outcomes}, {self.basis} basis",
            noun=self._noun,
            positive=written(self.positive),
            whole=written(self.denominator),
            when=self.when or "the period",
            it="them" if " and " in self.when or "periods" in self.when else "it",
        )
        dated = f", as at {self.as_at}" if self.as_at else ""
        interval = self._interval_words()
        if self.method != "wilson":
            interval = interval.replace("% interval ", "% interval of a ratio of counts, ", 1)
        waiting = still_open(
            self.basis, self.share_not_yet_assigned, self.maturity, self.age_months, self.mature_after
        )
        return f"{stated}{dated}; {interval}{waiting})."


@overload
def positive_outcome_rate(
    positive_outcomes: Number,
    denominator: Number,
    /,
    *,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    not_yet_assigned: Number | None = None,
    as_at: str | dt.date | Period = "",
    confidence_level: float = 0.95,
) -> OutcomeRate: ...
@overload
def positive_outcome_rate(
    data: Counts,
    /,
    *,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Divisor | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: None = None,
    outcome: str = "outcome",
    period: str | None = None,
    count: str | None = None,
    as_at: str | dt.date | Period = "",
    mature_after: int | None = None,
    confidence_level: float = 0.95,
) -> OutcomeRate: ...
@overload
def positive_outcome_rate(
    data: Counts,
    /,
    *,
    positive: str | OutcomeSet,
    basis: Basis,
    out_of: OutOf,
    crimes: Divisor | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns,
    outcome: str = "outcome",
    period: str | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    as_at: str | dt.date | Period = "",
    mature_after: int | None = None,
    confidence_level: float = 0.95,
) -> Results[OutcomeRate]: ...
@_check.asking_together
def positive_outcome_rate(
    data: Any,
    denominator: Any = None,
    /,
    *,
    positive: str | OutcomeSet | None = None,
    basis: Basis | None = None,
    out_of: OutOf | None = None,
    crimes: Any = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    not_yet_assigned: Number | None = None,
    by: Columns | None = None,
    outcome: str = "outcome",
    period: str | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    as_at: str | dt.date | Period = "",
    mature_after: int | None = None,
    confidence_level: float = 0.95,
) -> OutcomeRate | Results[OutcomeRate]:
    """Positive outcomes out of crimes or of outcomes, with an interval.

    You must name the set of positive outcomes, the basis and the denominator. One force has several true rates
    for the same year, and no convention is official.

    Parameters
    ----------
    data : int, Tally or data frame
        Outcomes with their type in the dimension `outcome`; or the number of positive outcomes, a
        whole number >= 0.
    denominator : int, optional
        The denominator of a number of positive outcomes: a whole number >= 0. Not with a table.
    positive : str or OutcomeSet
        What counts as positive: the name of a bundled set, or a set of your own.
    basis : {"recorded", "closed"}
        Outcomes given so far to the crimes recorded in the period; or outcomes given in the period,
        whenever the crime was recorded.
    out_of : {"crimes", "crimes_with_outcome", "outcomes"}
        Out of all crimes recorded in the period; of those that have an outcome (recorded basis
        only); or of all outcomes given.
    crimes : float, mapping, Exposure or Tally, optional
        Crimes recorded, for ``out_of="crimes"``. On the closed basis they must be given; on the
        recorded basis the default is to count the rows, which must then include type 0.
    blank : {"not_yet_assigned", "excluded"}, optional
        What a blank outcome means on the recorded basis: no outcome yet, or a row to leave out, of the crimes as
        well. Out of crimes it must be given if the data have such rows and `crimes` does not count them.
    alternates : {"inside", "beside"}, optional
        Whether types 1A, 2A and 3A are included in types 1, 2 and 3, or are counted separately and must be added.
        Default is ``"inside"``; it must be given if the rows add up to `crimes` only with them.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    outcome : str, optional
        The dimension that holds the type, by code ("1", 1) or by name ("Charged/Summonsed", and the wordings
        of `definitions.outcome_names`). Default is ``"outcome"``.
    period : str, optional
        The dimension, or column, of the period. It shows which types did not exist yet, and how old a cohort is.
        Default is ``"period"``, if there is one; in a frame as text.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    not_yet_assigned : int, optional
        With two numbers on the recorded basis: the crimes that have no outcome yet.
    as_at : str, datetime.date or Period, optional
        The date of the extract; the rate of a cohort grows with it. If a date is needed: a day, or a month or
        year in any spelling of `Period`. Otherwise any words.
    mature_after : int, optional
        On the recorded basis: how many months after the end of its period a cohort needs for its outcomes, as
        `outcome_maturity` shows. A cohort that is younger at `as_at` is called immature. Default is to call every
        cohort immature in which some crime has no outcome yet.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    OutcomeRate or Results of OutcomeRate
        A table if there is `by`; otherwise one figure. What was not supplied, or is out of nothing,
        is not available, and says why.

    Raises
    ------
    ChoiceNeededError
        If `positive`, `basis` or `out_of` is left out, or `crimes`, `blank` or `alternates` where the data call for it:
        the choices of all get listed with their meaning, and with a complete call.
    UnknownNameError
        If a set, a basis, a denominator, a type of outcome, a dimension or a column does not exist.
    InvalidInputError
        If `crimes` has no use, more outcomes are positive than there are, the rows are
        of another basis, a part (type 1A) comes without its whole, the set has a type that the table gives
        only within "other" or together with one that is not in the set, or `as_at` is no date where one is
        needed, or comes before the end of a period.

    See Also
    --------
    outcome_rate_change : The change from one period to another.
    outcome_maturity : How the rate of a cohort grows from month to month.
    compare : Each force beside a group.
    match_outcomes : How labels are read as types.

    Notes
    -----
    Type 0, not yet assigned, is not an outcome. Types 1A, 2A and 3A are included in 1, 2 and 3. They are not
    counted again, but listed among the exclusions; with ``alternates="beside"`` they are added.

    A blank outcome (a missing label, or text without a letter) is not an outcome either. Out of outcomes it is
    left out and listed among the exclusions; how much of a cohort is open is then not known. If a table has
    positive outcomes only, the figure says so, and there is a warning.

    If the positive outcomes are part of the denominator, the interval is Wilson's score interval for a
    proportion. On the closed basis out of crimes they are not part of it: outcomes given in the period belong to
    crimes of any period, and may outnumber the crimes recorded in it. There it is the score interval for the
    ratio of two Poisson counts, and nothing is cut at 100%.

    A caveat says if a type in the set did not exist for the whole period, or was not compulsory for every force:
    `definitions.outcome_types` has the dates.

    Examples
    --------
    >>> rate = positive_outcome_rate(20_158, 365_882, positive="positive-dashboard", basis="closed", out_of="crimes")
    >>> round(rate.rate, 4), rate.method
    (0.0551, 'rate ratio score')

    All crimes recorded in the period, one row per type; type 0 has no outcome yet:

    >>> import policemetrics as pm
    >>> crimes = pm.Tally.from_columns({"outcome": ["0", "1", "8", "18"]}, [80, 55, 25, 840])
    >>> print(positive_outcome_rate(crimes, positive="positive-dashboard", basis="recorded", out_of="crimes"))
    8.00% of crimes recorded have so far had a positive outcome (positive-dashboard, recorded basis: 80 of 1,000 \
crimes recorded in the period; 95% interval 6.47% to 9.85%; immature: 8.0% of the crimes not yet assigned an outcome).

    By force:

    >>> crimes = pm.Tally.from_columns(
    ...     {"force": ["Essex"] * 3 + ["Kent"] * 3, "outcome": ["0", "1", "18"] * 2}, [40, 60, 500, 30, 20, 350]
    ... )
    >>> rates = positive_outcome_rate(crimes, positive="charged", basis="recorded", out_of="crimes", by="force")
    >>> rates["rate"].round(3).tolist()
    [0.1, 0.05]
    """
    definition = Definition.of(positive, basis, out_of, confidence_level, blank, alternates)
    extract, needed = AsAt.of(as_at), _months_needed(mature_after, definition)
    if _check.is_number(data):
        _check.refuse_options(
            crimes=crimes,
            blank=blank,
            alternates=alternates,
            by=by,
            count=count,
            date=date,
            mature_after=mature_after,
        )
        rows = Rows({}, no_reasons(1), single=True)
        counted = _of_numbers(definition, data, denominator, not_yet_assigned)
        rows.adopt(definition.why_impossible(counted, ""))
        return _rates(definition, rows, counted, np.ones(1, dtype=bool), extract, None, Spans.unknown(1))
    if denominator is not None:
        if isinstance(data, str):
            msg = f"positive_outcomes must be a number; got {data!r}, which is text."
            raise InvalidTypeError(msg)
        msg = "denominator goes with a number of positive outcomes; for a tally or frame give crimes= with out_of='crimes'."
        raise InvalidInputError(msg)
    if not_yet_assigned is not None:
        msg = "not_yet_assigned goes with a number of positive outcomes; in a tally or frame it is the rows of type '0'."
        raise InvalidInputError(msg)
    data, dims = framed(data, by, date, every)
    kept = dims or ()
    refuse_by_outcome(kept, outcome)
    named = () if period is None or _check.text(period, "period") in kept else (period,)
    period = _PERIOD if period is None else period
    areas = areas_of(crimes, data) if isinstance(crimes, Exposure) else ()
    wanted = tuple(dict.fromkeys((*kept, *named, *areas)))
    tally, counter = read(data, wanted, outcome, count, definition, useful=(period,))
    definition = counter.definition
    refuse_crimes(crimes, counter, tally)
    side = whole_side(tally, crimes.by if isinstance(crimes, Exposure) else ())
    divisor = crimes_of(crimes, kept, tally, period)
    groups = groups_of([side], kept)
    rows = Rows.of_side(side, groups, single=by is None)
    known = rows.there
    counted, reasons = counter.count(groups, side, divisor)
    for why in reasons:
        rows.adopt(why)
    left_open = counter.notes if divisor is None else divisor.notes(groups, side)
    spans = Spans.of(tally, groups, period)
    if needed is not None and not spans.known:
        _refuse_ageless(tally, period)
    when = {} if period in kept else {"when": spans.when}
    return _rates(definition, rows, counted, known, extract, needed, spans, left_open, **when)


def _months_needed(mature_after: Any, definition: Definition) -> int | None:
    if mature_after is None:
        return None
    if definition.basis == "closed":
        msg = "mature_after= goes with basis='recorded': outcomes given in a period that is over do not grow; leave it out."
        raise InvalidInputError(msg)
    return _check.one_count(mature_after, "mature_after")


def _refuse_ageless(tally: Tally, period: str) -> None:
    """Raise if mature_after= is given but no period can be read. An empty table is accepted."""
    what = f"the tally has no dimension {period!r}"
    if period in tally.dims:
        labels = tally.labels(period)
        if not labels:
            return
        what = f"{period!r} has {_check.listing(labels)}"
    msg = f"mature_after= needs periods that can be read, which tell how old a cohort is; {what}. Name their dimension with period=."
    raise InvalidInputError(msg)


def _of_numbers(definition: Definition, positive: Any, denominator: Any, waiting: Any) -> Counted:
    """Check plain numbers; more than all is an error here, since nothing is absent."""
    if denominator is None:
        msg = f"denominator must be given with a number of positive outcomes: the number of {NOUNS[definition.out_of]}."
        raise InvalidTypeError(msg)
    part, whole = (
        _check.one_count(positive, "positive_outcomes"),
        _check.one_count(denominator, "denominator"),
    )
    if part > whole and not definition.is_ratio:
        msg = (
            f"positive_outcomes must be at most denominator, which they are part of; got {part} of {whole}. "
            "Only basis='closed' with out_of='crimes' may pass 100%."
        )
        raise InvalidInputError(msg)
    still = np.nan
    if waiting is not None:
        if definition.basis == "closed":
            msg = "not_yet_assigned goes with basis='recorded': only a cohort has crimes without an outcome; leave it out."
            raise InvalidInputError(msg)
        still = float(_check.one_count(waiting, "not_yet_assigned"))
        if definition.out_of == "crimes" and part + int(still) > whole:
            msg = f"not_yet_assigned must be among the crimes that have no positive outcome; got {waiting} beside {part} of {whole}."
            raise InvalidInputError(msg)
    # Of the outcomes at least the positive ones are known.
    return Counted(*(np.array([float(n)]) for n in (part, whole, still, part)))


def _rates(
    definition: Definition,
    rows: Rows,
    counted: Counted,
    known: Mask,
    extract: AsAt,
    mature_after: int | None,
    spans: Spans,
    left_open: tuple[Note, ...] = (),
    **more: Any,
) -> OutcomeRate | Results[OutcomeRate]:
    """Work out every row; `known` says which counts stand where the rate may not, `left_open` what a divisor leaves open."""
    rate, low, high = definition.rates(counted, rows.there)
    share = np.where(rows.there, definition.open_share(counted), np.nan)
    maturity, age = maturities(extract, mature_after, spans, share)
    if definition.is_cohort:
        more |= {"maturity": one_or_all(np.where(rows.there, maturity, "not known")), "age_months": age}
    rows.notes = notes_of(definition, spans)
    rows.note(*left_open)
    values = {
        "positive": counted.positive,
        "denominator": counted.denominator,
        "rate": rate,
        "rate_low": low,
        "rate_high": high,
        "not_yet_assigned": counted.not_yet_assigned,
        "share_not_yet_assigned": share,
        "as_at": extract.written,
        "mature_after": np.nan if mature_after is None else float(mature_after),
        **definition.audit,
        **more,
    }
    return rows.results(
        OutcomeRate, values, dict.fromkeys(("positive", "denominator", "not_yet_assigned"), known)
    )
