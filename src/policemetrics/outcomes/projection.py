"""`project_outcome_rate`: what the rate of a young cohort will be, if it matures as older ones did.

Crimes are followed as for `outcome_maturity`; `policemetrics.incidence` projects them from the cohorts before them, and
tests how far such projections of past cohorts turned out wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import MISSING, Cells
from policemetrics._compare import Mask, Rows
from policemetrics._supply import Side, groups_of, said_together, why_negative
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics.errors import InvalidInputError, Note
from policemetrics.incidence import Projection, projected_incidence
from policemetrics.outcomes.dates import Spans, notes_of
from policemetrics.outcomes.definition import Definition, OutcomeSet, noun_of
from policemetrics.outcomes.maturity import Followed, follow, month_label, months_in
from policemetrics.periods import Period, as_period, in_words
from policemetrics.results import Figure, Results, column, figure, found_field
from policemetrics.typing import Alternates, Blank, Columns, Counts, FloatArray, IntArray

_FEWEST: Final = 6  # past cohorts whose projection is tested, for a band
METHOD: Final = "aalen-johansen, back-test"
_WITHDRAWN: Final = Note(
    "withdrawn",
    "some outcomes were withdrawn",
    "some outcomes were withdrawn, rows below zero, so that a rate may come to less than what is known of it",
)
_AT_ONCE: Final = 2**22  # steps of cohorts: what is worked out of so many does not fill the memory


@figure(estimate="projected", counts="positive outcomes")
class OutcomeProjection(Figure):
    """What the positive outcome rate of a cohort, the crimes of one month, will be.

    Attributes
    ----------
    positive, crimes : float
        How many of its crimes have a positive outcome, and how many crimes there are: at the last month of the
        extract, or `until` months after the crime if they were followed for longer.
    still_open : float
        How many have no outcome.
    age : float
        How many months they have been followed, up to `until`; 0 is the end of their own month.
    at_least, at_most : float
        What the rate is if none of the open crimes gets a positive outcome, and if all do: certain bounds.
    projected, projected_low, projected_high : float
        The rate `until` months after the crime, if the cohort matures as older cohorts did, and the band from
        back-testing; nan if there are too few older cohorts.
    cohorts : float
        The number of older cohorts from which it is projected.
    tested : float
        How many of them could be projected in the same way at the same age, to see how far that was wrong.
    leans_on : str
        The months of these cohorts.
    until : int
        The age of the rate, in months after the month of the crime.
    outcomes, outcome_types, blank, alternates, as_at : optional
        As for `OutcomeMaturity`.
    method, confidence_level : str, float
        How the band was made, and how often it should contain the rate.
    """

    _unprotected: ClassVar[str] = "whose projections tell of the months before"

    at_least: float = column("share", of=("positive", "crimes"))
    at_most: float = column("share", of=("positive", "still_open", "crimes"))
    projected: float = column("share", "estimate")
    projected_low: float = column("share", "lower")
    projected_high: float = column("share", "upper")
    positive: float = column("count", "numerator")
    crimes: float = column("count", "denominator", counts="crimes")
    still_open: float = column("count", "numerator", counts="crimes")
    age: float = column("number", shown=False)
    cohorts: float = column("count", shown=False)
    tested: float = column("count", shown=False)
    leans_on: str = found_field()
    until: int
    outcomes: str
    outcome_types: tuple[str, ...]
    blank: str = ""
    alternates: str = ""
    as_at: str
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        if np.isnan(self.at_least):
            return f"Positive outcomes to be expected ({self.outcomes}): {self.reason}."
        noun = noun_of("crimes", self.blank)
        known = f"{written(self.positive)} of {written(self.crimes)}"
        when = (
            f"{self.until} month{'' if self.until == 1 else 's'} after the month in which they were recorded"
        )
        if self.age >= self.until:
            return f"{percent(self.at_least, 2)} of {noun} had a positive outcome {when} ({self.outcomes}: {known}, as at {in_words(self.as_at)})."
        so_far = (
            f"{percent(self.at_least, 2)} ({known}) have one so far, and {written(self.still_open)} are open, so that it is "
            f"{percent(self.at_least, 2)} at least and {percent(self.at_most, 2)} at most ({self.outcomes}, as at {in_words(self.as_at)})"
        )
        if np.isnan(self.projected):
            return f"Of {noun} {so_far}; {self.reason}."
        band = f"{self.confidence_level * 100:g}% band {percent(self.projected_low, 2)} to {percent(self.projected_high, 2)}, by how far {written(self.tested)} such projections were wrong"
        if np.isnan(self.projected_low):
            band = str(self.reason)
        return (
            f"If it matures as those of {self.leans_on} did, {percent(self.projected, 2)} of {noun} will have had a positive "
            f"outcome {when} ({band}); {so_far}."
        )


@_check.asking_together
def project_outcome_rate(
    data: Counts,
    /,
    *,
    positive: str | OutcomeSet | None = None,
    as_at: str | dt.date | Period,
    until: int = 24,
    cohorts: str | Period | Iterable[str | Period] | None = None,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns = (),
    period: str = "period",
    outcome_period: str = "outcome_period",
    outcome: str = "outcome",
    count: str | None = None,
    date: str | None = None,
    confidence_level: float = 0.95,
) -> Results[OutcomeProjection]:
    r"""Positive outcome rate that each month of crimes will have, from how older months matured, with certain bounds.

    The rate of last year's crimes is always too low, because many are still open. It looks like a fall, but is a
    false alarm. Here all cohorts are compared at one age.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by the month in which they were recorded, the month of their outcome, and its type, as for
        `outcome_maturity`.
    positive : str or OutcomeSet
        What counts as positive: the name of a bundled set, or a set of your own.
    as_at : str, datetime.date or Period
        The last month that the extract holds in full, as for `outcome_maturity`; an earlier date shows what could be
        known then.
    until : int, optional
        The age for which rates are given, in months after the month of the crime. Default is 24.
    cohorts : str, Period or several, optional
        The months of crimes from which to project, in any spelling of a period; a year means all its months.
        Leave out months before a change in how crimes are closed. Default is every month.
    blank, alternates : optional
        As for `outcome_maturity`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep, such as the offence group: each group is projected from its own older cohorts.
        Default is none.
    period, outcome_period, outcome : str, optional
        The dimensions, or columns, of the month of the crime, the month of the outcome and its type. Defaults are
        ``"period"``, ``"outcome_period"`` and ``"outcome"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into months, as by `tally`. Default is none: `period` holds labels.
    confidence_level : float, optional
        How often the band should contain the rate. Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Results of OutcomeProjection
        One row for each month of crimes in each group. Every row has the bounds. It has a projection if older
        cohorts were followed for `until` months, and a band if at least six of them can be tested.

    Raises
    ------
    ChoiceNeededError
        If `positive` is left out, or `blank` where there are blank outcomes.
    InvalidTypeError
        If `as_at` is no date, or `cohorts` no periods.
    InvalidInputError
        If `until` is no whole number >= 1, a period is not a single month, or `cohorts` has no month of the data.
    UnknownNameError
        If a set, a type of outcome, a dimension or a column does not exist.

    See Also
    --------
    outcome_maturity : The curve by which cohorts mature.
    policemetrics.incidence.projected_incidence : The method, for arrays.

    Notes
    -----
    Of a cohort of n crimes x have a positive outcome and o are open at the age of k months. Whatever happens to
    the open ones, the final rate lies between x/n and (x + o)/n. The projection is :math:`(x + o\,q)/n`. Here
    :math:`q = (F_T - F_k)/S_k`, from the Aalen-Johansen curves of older cohorts, is the chance that a crime open
    at age k has a positive outcome by age T. A cohort that was followed longer counts as it was at age T, so all
    rows are for one age.

    The band says how far past projections were wrong. Every older cohort that has reached age T is projected from
    age k with what was known then, and compared with its actual rate. The mean square error, with Student's
    quantile, gives the band, within the certain bounds. The band allows only for what has happened to these
    cohorts. A change in how fast crimes are closed, or in which outcome they get, moves all young cohorts at
    once. The page on the method says how often the band contains the rate.

    Withdrawn outcomes (rows below zero) may make a rate lower than its lower bound: a caveat says if there are
    any.

    Examples
    --------
    Three months of 100 crimes, at the end of March. Of 120 crimes that were open at the end of their own month 18 were
    charged in the next, and 6 of 48 in the one after:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {
    ...         "period": ["2024-01"] * 6 + ["2024-02"] * 4 + ["2024-03"] * 3,
    ...         "outcome_period": [
    ...             "2024-01", "2024-01", "2024-02", "2024-03", "2024-03", None,
    ...             "2024-02", "2024-02", "2024-03", None, "2024-03", "2024-03", None,
    ...         ],
    ...         "outcome": ["1", "18", "1", "1", "18", "0", "1", "18", "1", "0", "1", "18", "0"],
    ...     },
    ...     [10, 30, 12, 6, 2, 40, 8, 32, 6, 54, 9, 21, 70],
    ... )
    >>> found = project_outcome_rate(crimes, positive="charged", as_at="2024-03", until=2)
    >>> [round(100 * rate, 4) for rate in found["projected"].tolist()]
    [28.0, 20.75, 26.9375]
    >>> print(f"{found.at(period='2024-03'):short}")
    2024-03: if it matures as those of January 2024 to February 2024 did, 26.94% of crimes recorded will have had a positive outcome 2 months after the month in which they were recorded (not available: band, 0 projections of older months could be tested at this age, fewer than 6); 9.00% (9 of 100) have one so far, and 70 are open, so that it is 9.00% at least and 79.00% at most (charged, as at March 2024).

    By force:

    >>> crimes = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 5 + ["Kent"] * 5,
    ...         "period": ["2024-01", "2024-01", "2024-01", "2024-02", "2024-02"] * 2,
    ...         "outcome_period": ["2024-01", "2024-02", None, "2024-02", None] * 2,
    ...         "outcome": ["1", "1", "0", "1", "0"] * 2,
    ...     },
    ...     [10, 9, 81, 20, 80, 10, 18, 72, 10, 90],
    ... )
    >>> found = project_outcome_rate(crimes, positive="charged", as_at="2024-02", until=1, by="force")
    >>> found.at(force="Essex", period="2024-02").projected  # (20 + 80 x 9/90) / 100
    0.28
    """
    definition = Definition.of(positive, "recorded", "crimes", confidence_level, blank, alternates)
    steps = _check.at_least_one(until, "until")
    chosen = None if cohorts is None else _chosen(cohorts)
    definition, followed, kept, last = follow(
        data, definition, as_at, (by, date), (period, outcome_period, outcome), count
    )
    dims = tuple(d for d in kept if d != period)
    side = Side(followed.crimes)
    groups = groups_of([side], (*dims, period))
    rows = Rows.of_side(side, groups)
    rows.notes = notes_of(definition, Spans.of(followed.crimes, groups, period))
    cohorts_ = _Cohorts.of(followed, groups, period, last, steps)
    pool, leans_on = cohorts_.pool(chosen)
    found = cohorts_.projected(pool, definition.level)
    positive_, waiting, crimes = found["known"], found["waiting"], found["number"]
    for total in (crimes, positive_, waiting):
        rows.adopt(why_negative(total, ""))
    rows.explain(crimes == 0, "not available: no crimes recorded")
    rows.settle()
    rows.note_where([(_WITHDRAWN, rows.there & (found["withdrawn"] > 0))])
    over = (found["age"] >= steps) | (waiting == 0)
    chance, error = (np.where(over, 0, found[name]) for name in ("chance", "error"))
    _explain(rows, found, np.isnan(chance), np.isnan(error), steps)
    (whole,) = rows.usable(crimes)
    rates = {
        name: (positive_ + waiting * share) / whole
        for name, share in {
            "at_least": 0.0,
            "at_most": 1.0,
            "projected": chance,
            "projected_low": np.clip(chance - error, 0, 1),
            "projected_high": np.clip(chance + error, 0, 1),
        }.items()
    }
    values = {
        "positive": positive_,
        "crimes": crimes,
        "still_open": waiting,
        "age": found["age"],
        **{name: np.broadcast_to(rate, crimes.shape) for name, rate in rates.items()},
        "cohorts": found["cohorts"],
        "tested": np.where(over, 0, found["tested"]),
        "leans_on": np.where(rows.there, leans_on, ""),
        "until": steps,
        **{
            name: definition.audit[name]
            for name in ("outcomes", "outcome_types", "blank", "alternates", "confidence_level")
        },
        "as_at": month_label(last),
        "method": METHOD,
    }
    return rows.results(OutcomeProjection, values, single=False)


def _explain(rows: Rows, found: dict[str, FloatArray], no_chance: Mask, no_band: Mask, until: int) -> None:
    """Say which rows have no projection, and which no band."""
    cohorts, tested = found["cohorts"], found["tested"]
    rows.explain(no_chance & (cohorts == 0), "not available: projection, no older month to project from")
    rows.explain(
        no_chance,
        f"not available: projection, no older month shows what happens {until} months after the crime",
    )
    rows.explain(
        no_band,
        lambda row: (
            f"not available: band, {written(tested[row])} projections of older months could be tested at this age, fewer than "
            f"{_FEWEST}"
        ),
    )


# ---- months -----------------------------------------------------------------------------


def _chosen(cohorts: Any) -> list[Period]:
    """Read the months to lean on: one period, or several."""
    several = [cohorts] if isinstance(cohorts, str | Period) else cohorts
    if not isinstance(several, Iterable) or isinstance(several, bytes):
        raise _check.wrong_type(cohorts, "cohorts must be a period or several, as in ['2023/24', '2024-04']")
    return [as_period(one, f"cohorts[{i}]") for i, one in enumerate(several)]


@attrs.frozen(eq=False)
class _Cohorts:
    """Crimes by group, month and age, and which cohort each row is of.

    `group` and `month` (rows,) number the group and, from the first month there is, the month of each row; `at_group`,
    `at_month`, `age`, `end` and `counts` (cells,) are those of the crimes, where what ended after `until` months is open.
    """

    period: str
    first: int
    months: int
    steps: int
    group: IntArray
    month: IntArray
    at_group: IntArray
    at_month: IntArray
    age: IntArray
    end: IntArray
    counts: IntArray

    @classmethod
    def of(cls, followed: Followed, groups: Cells, period: str, last: int, until: int) -> _Cohorts:
        """Lay crimes out; a month that is spelt in two ways would be two rows of one cohort, and is refused."""
        dims = groups.dims[:-1]
        recorded = last - followed.follow_up
        first = int(recorded.min(initial=last))
        # Beyond the months there are nothing is known of any cohort.
        count, until = last - first + 1, min(until, last - first + 1)
        ended = followed.age <= until
        kept = groups.project(dims)
        month = months_in(groups, period, groups.where_label(period, lambda label: label != MISSING))
        labels = dict.fromkeys(zip(groups.column(period).tolist(), month.tolist(), strict=True))
        twice = [label for label, number in labels if [n for _, n in labels].count(number) > 1]
        if twice:
            msg = f"{period!r} must spell a month in one way; got {_check.listing(twice)}: Tally.relabel joins them."
            raise InvalidInputError(msg)
        return cls(
            period,
            first,
            count,
            until + 1,
            groups.positions(kept, dims),
            np.clip(
                month - first, 0, count - 1
            ),  # what is of no month, or of one after the extract, has no crimes
            followed.cells.positions(kept, dims),
            recorded - first,
            np.minimum(followed.age, until),
            np.where(ended, followed.end, 2),
            followed.cells.counts,
        )

    def pool(self, chosen: list[Period] | None) -> tuple[Mask, NDArray[np.object_]]:
        """Return which months are projected from, and for each row which of them are older, in words."""
        every = [as_period(month_label(self.first + i), self.period) for i in range(self.months)]
        there = np.bincount(self.at_month, minlength=self.months) > 0
        pool = there & np.array(
            [chosen is None or any(one.contains(month) for one in chosen) for month in every], dtype=bool
        )
        if chosen is not None and there.any() and not pool.any():
            msg = (
                f"cohorts must hold months of {self.period!r}, which has {in_words(every[0].label)} to {in_words(every[-1].label)}; got "
                f"{_check.listing(one.label for one in chosen)}."
            )
            raise InvalidInputError(msg)
        older = [[every[i] for i in np.flatnonzero(pool[:at]).tolist()] for at in range(self.months)]
        words = np.array([said_together(months) if months else "" for months in older], dtype=object)
        return pool, words[self.month]

    def projected(self, pool: Mask, level: float) -> dict[str, FloatArray]:
        """Project every cohort, some groups at a time, and give each row what is of its cohort."""
        groups = int(self.group.max(initial=-1)) + 1
        shape = (self.months, self.steps)
        names = [field.name for field in attrs.fields(Projection)]
        found = {name: np.zeros((groups, self.months)) for name in (*names, "number", "withdrawn", "cohorts")}
        at_once = max(1, _AT_ONCE // (shape[0] * shape[1]))
        for start in range(0, groups, at_once):
            some = slice(start, min(start + at_once, groups))
            own = (self.at_group >= some.start) & (self.at_group < some.stop)
            cohort = (self.at_group[own] - some.start) * self.months + self.at_month[own]
            counts, end, size = self.counts[own], self.end[own], (some.stop - some.start) * self.months
            number = np.bincount(cohort, counts, size).reshape(-1, self.months)
            place = (end * size + cohort) * self.steps + self.age[own]
            ends = np.bincount(place, counts, 3 * size * self.steps).reshape(3, -1, *shape)
            below = np.bincount(cohort, (counts < 0) & (end < 2), size).reshape(-1, self.months)
            made = projected_incidence(
                ends[0], ends[1], number, pool=pool, fewest=_FEWEST, confidence_level=level
            )
            for name in names:
                found[name][some] = getattr(made, name)
            found["number"][some], found["withdrawn"][some] = number, below
            leaned = pool & (np.bincount(cohort, minlength=size).reshape(-1, self.months) > 0)
            found["cohorts"][some] = np.cumsum(leaned, axis=1) - leaned
        rows = {name: values[self.group, self.month] for name, values in found.items()}
        return rows | {"age": np.minimum(self.months - 1 - self.month, self.steps - 1).astype(float)}
