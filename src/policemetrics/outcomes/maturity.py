"""The maturity curve: which share of a cohort of crimes has a positive outcome after one, two, three months.

`outcome_maturity` reads crimes by their month and that of their outcome, follows each to the last month of the
extract (`Followed`), and hands counts by age to `policemetrics.incidence`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import MISSING, REASON, Cells, filled, merged
from policemetrics._compare import Mask, Rows
from policemetrics._held import AT_ONCE, Held, Later
from policemetrics._supply import Reasons, Side, groups_of, no_reasons
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics.errors import InvalidInputError
from policemetrics.frames import framed
from policemetrics.incidence import cumulative_incidence
from policemetrics.outcomes.counting import NOT_YET_ASSIGNED, Counter, read, refuse_by_outcome
from policemetrics.outcomes.dates import AsAt, Spans, notes_of
from policemetrics.outcomes.definition import Definition, OutcomeSet, noun_of
from policemetrics.periods import Period, in_words, read_labels
from policemetrics.results import Figure, Results, column, figure
from policemetrics.tallies import Tally
from policemetrics.typing import Alternates, Blank, Columns, Counts, FloatArray, IntArray

MONTHS: Final = "months"
METHOD: Final = "aalen-johansen, wilson"
_NARROW: Final = 2**32


@figure(estimate="share", counts="positive outcomes")
class OutcomeMaturity(Figure):
    """Share of crimes that have a positive outcome a number of months after they were recorded.

    The number of months is in `group`, as ``"months"``: 0 is the end of the month of the crime.

    Attributes
    ----------
    share, share_low, share_high : float
        Share of the crimes recorded that have a positive outcome by the end of the month, and its interval.
    assigned : float
        Share that have any outcome by then.
    at_risk : float
        Crimes still without an outcome when the month began, and followed to its end.
    positive, other : float
        Positive and other outcomes given to them in that month.
    censored : float
        Crimes still without an outcome at its end that are not followed any further.
    cohorts : float
        Months of recording that were followed for this long.
    outcomes : str
        Name of the set of positive outcomes.
    outcome_types : tuple of str
        The types in it.
    blank, alternates : str
        What was stated about blank outcomes and about types 1A, 2A and 3A.
    as_at : str
        The last month that is complete in the extract.
    method, confidence_level : str, float
        How the share and its interval were made.
    """

    _unprotected: ClassVar[str] = "in which each age tells of the one before"

    share: float = column("share", "estimate")
    share_low: float = column("share", "lower")
    share_high: float = column("share", "upper")
    assigned: float = column("share", "estimate")
    at_risk: float = column("count", "denominator", counts="crimes")
    positive: float = column("count", "numerator")
    other: float = column("count", "numerator")
    censored: float = column("count", "numerator", counts="crimes")
    cohorts: float = column("count")
    outcomes: str
    outcome_types: tuple[str, ...]
    blank: str = ""
    alternates: str = ""
    as_at: str
    method: str
    confidence_level: float

    def _sentence(self) -> str:
        if np.isnan(self.share):
            return f"Positive outcomes by age of the crime ({self.outcomes}): {self.reason}."
        followed = (
            f"{written(self.cohorts)} month{'' if self.cohorts == 1 else 's'} of recording followed so long"
        )
        return (
            f"{percent(self.share, 2)} of {noun_of('crimes', self.blank)} had a positive outcome {_by(self.group.get(MONTHS))} "
            f"({self.outcomes}, {self._interval_words()}); {percent(self.assigned, 2)} had any "
            f"outcome by then ({followed}, as at {in_words(self.as_at)})."
        )


def _by(months: Any) -> str:
    """Say how old the crimes are; without a number the figure was taken out of its table."""
    if months == 0:
        return "by the end of the month in which they were recorded"
    return f"within {months} month{'' if months == 1 else 's'} after the month in which they were recorded"


@_check.asking_together
def outcome_maturity(
    data: Counts,
    /,
    *,
    positive: str | OutcomeSet | None = None,
    as_at: str | dt.date | Period,
    blank: Blank | None = None,
    alternates: Alternates | None = None,
    by: Columns = (),
    period: str = "period",
    outcome_period: str = "outcome_period",
    outcome: str = "outcome",
    count: str | None = None,
    date: str | None = None,
    confidence_level: float = 0.95,
) -> Results[OutcomeMaturity]:
    r"""Share of crimes with a positive outcome after 0, 1, 2, ... months: how a cohort matures.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by the month in which they were recorded, the month of their outcome, and its type. Crimes
        without an outcome yet have type 0, and no month: they are counted, as still open.
    positive : str or OutcomeSet
        What counts as positive: the name of a bundled set, or a set of your own.
    as_at : str, datetime.date or Period
        The last month that is complete in the extract; for a day it is the last month that was over on that day.
        Nothing in the data says it. Outcomes given later count as not yet given, and crimes recorded later are
        left out, so an earlier date shows what could be known then.
    blank : {"not_yet_assigned", "excluded"}, optional
        What a blank outcome means: still open, or a row to leave out. It must be given if there are blank
        outcomes.
    alternates : {"inside", "beside"}, optional
        As for `positive_outcome_rate`. Default is ``"inside"``.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep, such as the offence group; `period` itself gives a curve for each month of
        recording. Default is one curve of all.
    period, outcome_period : str, optional
        The dimensions, or columns, of the month of the crime and of its outcome. Defaults are ``"period"`` and
        ``"outcome_period"``.
    outcome : str, optional
        The dimension that holds the type, by code or by name. Default is ``"outcome"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into months, as by `tally`. Default is none: `period` holds labels.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Results of OutcomeMaturity
        One row for each month of age in each group; the dimension ``months`` is the age. Of more than 131,072 rows a
        column is worked out when it is first looked at, and kept; `Results.to_polars` and the like work out all at once.

    Raises
    ------
    ChoiceNeededError
        If `positive` is left out, or `blank` where there are blank outcomes: the error lists the choices, and a
        complete call.
    InvalidTypeError
        If `as_at` is no date.
    InvalidInputError
        If `as_at` names no month, or a period is not a single month.
    UnknownNameError
        If a set, a type of outcome, a dimension or a column does not exist.

    See Also
    --------
    positive_outcome_rate : The rate of a cohort as it is now.
    policemetrics.incidence.cumulative_incidence : The method, for arrays.

    Notes
    -----
    The age of an outcome is the number of calendar months from the month of the crime to the month of the
    outcome. A cohort is the crimes of one month. It is followed from age 0 to the last month of the extract.
    Crimes that are open then are censored at that age: they count neither as unsolved nor as left out. Of the
    crimes still open when they reach age k, in the cohorts followed so far, the share with a positive outcome at
    that age is
    :math:`h_k` and with another outcome :math:`g_k`; with :math:`S_k = \prod_{j \le k} (1 - h_j - g_j)` the
    share with a positive outcome by age k is :math:`\sum_{j \le k} S_{j-1} h_j`, the Aalen-Johansen estimator.
    Other outcomes compete with positive ones: to treat a crime closed without a suspect as censored would
    overstate the share. For one cohort it is the plain share, with Wilson's interval.

    A curve of several cohorts assumes that they mature in the same way, because high ages are known from the
    older cohorts only. The curves of ``by="period"`` do not assume it. The outcome is the one in the extract: if
    it was changed, it counts in the month of the change.

    Outcomes dated before their crime, and outcomes without a month, are left out and listed among the exclusions.

    Examples
    --------
    Of 100 crimes of January 10 were charged at once and 20 in February; of 100 crimes of February 14 were
    charged at once, and 86 are open at its end. So the age of one month is known from January alone: 66
    of its crimes were open then, and 20 of them were charged:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {
    ...         "period": ["2024-01"] * 4 + ["2024-02"] * 2,
    ...         "outcome_period": ["2024-01", "2024-02", "2024-01", None, "2024-02", None],
    ...         "outcome": ["1", "1", "18", "0", "1", "0"],
    ...     },
    ...     [10, 20, 24, 46, 14, 86],
    ... )
    >>> curve = outcome_maturity(crimes, positive="charged", as_at="2024-02")
    >>> curve.at(months=0).share, curve.at(months=1).at_risk
    (0.12, 66.0)
    >>> round(curve.at(months=1).share, 4)  # 24/200 + (152/200) x 20/66
    0.3503

    A curve for each month of crimes:

    >>> curves = outcome_maturity(crimes, positive="charged", as_at="2024-02", by="period")
    >>> curves.at(period="2024-01", months=1).share
    0.3
    """
    definition = Definition.of(positive, "recorded", "crimes", confidence_level, blank, alternates)
    definition, followed, kept, last = follow(
        data, definition, as_at, (by, date), (period, outcome_period, outcome), count
    )
    side = Side(followed.crimes)
    groups = groups_of([side], kept)
    of_groups = Rows.of_side(side, groups)
    of_groups.notes = notes_of(definition, Spans.of(followed.crimes, groups, period))
    ages = followed.by_age(groups)
    of_groups.adopt(ages.why_unusable())
    ages = ages.of_groups(of_groups.there)
    table = Later(
        of_groups.keys,
        of_groups.exclusions,
        of_groups.notes,
        ages.of,
        MONTHS,
        partial(_by_age, definition, of_groups, ages, month_label(last)),
    )
    return Results._made(table)


def follow(
    data: Any,
    definition: Definition,
    as_at: Any,
    rows: tuple[Columns, str | None],
    roles: tuple[str, str, str],
    count: str | None,
) -> tuple[Definition, Followed, tuple[str, ...], int]:
    """Read crimes by the month of the crime, that of the outcome and its type, and follow them to the last month.

    Returned are the definition as the data have it, the crimes, the dimensions of the rows and the month's number.
    """
    period, outcome_period, outcome = roles
    data, dims = framed(data, *rows, period=_check.text(period, "period"))
    kept = _kept_dims(dims or (), outcome, outcome_period)
    if len(set(roles)) < len(roles):
        msg = f"period, outcome_period and outcome must name three dimensions; got {_check.listing(roles)}."
        raise InvalidInputError(msg)
    last = _last_month(as_at)
    needed = tuple(dict.fromkeys((*kept, period, outcome_period)))
    tally, counter = read(data, needed, outcome, count, definition)
    counter.ask_blank(tally)
    dims = (*(d for d in kept if d != period), period)
    return counter.definition, Followed.of(tally, counter, dims, outcome_period, last), kept, last


def _kept_dims(by: tuple[str, ...], outcome: str, outcome_period: str) -> tuple[str, ...]:
    """Return the dimensions of by=, which may be that of the crime's month, but not those that every curve needs."""
    kept = by
    refuse_by_outcome(kept, outcome)
    if _check.text(outcome_period, "outcome_period") in kept:
        msg = f"by must not name the outcome period dimension {outcome_period!r}: it is outcome_period=."
        raise InvalidInputError(msg)
    if MONTHS in kept:
        msg = f"by must not name {MONTHS!r}: that is the age of the crimes; rename the dimension."
        raise InvalidInputError(msg)
    return kept


def _last_month(as_at: Any) -> int:
    """Return the number, from year 0, of the last month that is over on a day."""
    day = AsAt.of(as_at).needed("the last month that the extract holds in full")
    after = day + dt.timedelta(days=1)
    return 12 * after.year + after.month - 1


def month_label(month: int) -> str:
    """Write the month of a number."""
    return Period.month((month - 1) // 12, (month - 1) % 12 + 1).label


@attrs.frozen
class Followed:
    """Crimes by how they stand at the extract: the age at which they end, and how.

    `cells` holds them by group and month of recording, and what else tells them apart; `age`, `end` and
    `follow_up` go with its cells: months of age, (0) positive, (1) other or (2) open, and months followed.
    """

    crimes: Tally
    cells: Cells
    age: IntArray
    end: IntArray
    follow_up: IntArray

    @classmethod
    def of(
        cls, tally: Tally, counter: Counter, dims: tuple[str, ...], outcome_period: str, last: int
    ) -> Followed:
        """Follow every crime to its outcome, or to the last month; what cannot be followed goes to the ledger."""
        period, chosen = dims[-1], counter.positive
        tally = tally.sum_to(*dims, outcome_period, counter.outcome)
        opened, ledger = _without_outcome(tally, dims, outcome_period, counter.outcome)
        cells = tally._cells.union(opened)
        still = cells.where_label(counter.outcome, lambda code: code == NOT_YET_ASSIGNED)
        recorded = months_in(cells, period, np.ones(len(cells), dtype=bool))
        decided = np.where(still, last + 1, months_in(cells, outcome_period, ~still))
        late, reversed_ = recorded > last, decided < recorded
        for mask, why in (
            (late, "recorded after the extract"),
            (reversed_ & ~late, "outcome before the crime"),
        ):
            if mask.any():
                ledger = merged(ledger, cells.select(mask).project(dims).extend(REASON, why))
        kept = ~(late | reversed_)
        cells, recorded, decided = cells.select(kept), recorded[kept], decided[kept]
        positive = cells.where_label(counter.outcome, chosen.__contains__)
        follow_up, still = last - recorded, decided > last
        return cls(
            tally._evolve(cells=cells.project(dims), ledger=filled(ledger), sent=None, marks=()),
            cells,
            np.where(still, follow_up, decided - recorded),
            np.where(still, 2, np.where(positive, 0, 1)),
            follow_up,
        )

    def by_age(self, groups: Cells) -> _Ages:
        """Add up, for each group and age, how crimes end, and the cohorts followed so long."""
        at = self.cells.positions(groups, groups.dims)
        longest = np.zeros(len(groups), dtype=np.int64)
        np.maximum.at(longest, at, self.follow_up)
        of = longest + 1
        first, ages = (np.cumsum(of) - of)[at], int(of.sum())
        begun = np.zeros(ages, dtype=bool)
        # A month may be spelt in several ways, or told apart by what is not kept: it is one cohort.
        begun[first + self.follow_up] = True
        ends = np.zeros(3 * ages, _narrowest(at, self.cells.counts))
        np.add.at(ends, self.end * ages + first + self.age, self.cells.counts.astype(ends.dtype))
        return _Ages(of, list(ends.reshape(3, -1)), begun)


def _narrowest(group: IntArray, counts: IntArray) -> np.dtype[Any]:
    """Find the narrowest numbers that hold a part of what was counted in any group; corrections may be below zero."""
    most = np.bincount(group, counts).max(initial=0)
    whole = counts.min(initial=0) >= 0 and most < _NARROW
    return np.min_scalar_type(int(most)) if whole else np.dtype(np.float64)


def _without_outcome(
    tally: Tally, dims: tuple[str, ...], outcome_period: str, outcome: str
) -> tuple[Cells, Cells | None]:
    """Take the crimes without an outcome out of the ledger, where a missing month has put them."""
    ledger = tally._ledger
    if ledger is None:
        return tally._cells.select(np.zeros(len(tally), dtype=bool)), None

    def missing(dim: str) -> Mask:
        return ledger.where_label(dim, lambda label: label == MISSING)

    chosen = ledger.where_label(outcome, lambda label: label == NOT_YET_ASSIGNED)
    chosen &= ledger.where_label(REASON, lambda reason: reason == f"missing {outcome_period}")
    for dim in dims:
        chosen &= ~missing(dim)
    opened = ledger.select(chosen).project(tally.dims)
    return opened, ledger.select(~chosen).project((*dims, REASON))


def months_in(cells: Cells, dim: str, used: Mask) -> IntArray:
    """Give the number, from year 0, of the month of each cell that is used; 0 for the others."""
    labels, codes = cells.label(dim), cells.code(dim)
    there = np.unique(codes[used])
    read = read_labels(labels[there].tolist(), dim)
    longer = [p.label for p in read if p.months != 1]
    if longer:
        msg = f"{dim!r} must hold single months, which tell the age of an outcome; got {_check.listing(longer, most=5)}."
        raise InvalidInputError(msg)
    months = np.zeros(len(labels), dtype=np.int64)
    months[there] = [12 * p.start.year + p.start.month for p in read]
    return months[codes]


# ---- curves -----------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Ages:
    """The ages of each group, one after another: `of` (groups,) says how many, 0 to the longest that it was followed.

    `ends` counts the crimes that end there: with a positive outcome, with another one, out of sight; `begun`
    (ages,) says whether a cohort was followed as long and no longer. A million ages take a few megabytes, their curves a
    hundred.
    """

    of: IntArray
    ends: Sequence[NDArray[Any]]
    begun: Mask

    @property
    def first(self) -> IntArray:
        """The first age of each group."""
        found: IntArray = np.cumsum(self.of) - self.of
        return found

    @property
    def group(self) -> IntArray:
        """The group of each."""
        found: IntArray = np.repeat(np.arange(len(self.of)), self.of)
        return found

    @property
    def months(self) -> IntArray:
        """The number of months of each."""
        found: IntArray = np.arange(len(self.begun))
        found -= np.repeat(self.first, self.of)
        return found

    def why_unusable(self) -> Reasons:
        """Say of each group why its counts make no curve."""
        reasons = no_reasons(len(self.of))
        if len(reasons):
            # Of whole numbers, none of which is below zero, the greatest tells as well, and need not be turned into floats.
            fold = np.add if self.ends[0].dtype.kind == "f" else np.maximum
            crimes = sum(fold.reduceat(end, self.first).astype(np.float64) for end in self.ends)
            reasons[crimes == 0] = "not available: no crimes recorded"
        below = np.flatnonzero(np.any([end < 0 for end in self.ends], axis=0))[::-1]
        if len(below):
            for row, age in zip(self.group[below].tolist(), self.months[below].tolist(), strict=True):
                reasons[row] = (
                    f"not available: a total below zero {age} month{'' if age == 1 else 's'} after the crime: corrections "
                    "outweigh what was recorded"
                )
        return reasons

    def of_groups(self, there: Mask) -> _Ages:
        """Keep the ages of some groups; one without a curve has one row, of nothing."""
        if there.all():
            return self
        all_of = np.repeat(there, self.of)
        kept = all_of.copy()
        kept[self.first] = True
        return _Ages(
            np.where(there, self.of, 1), [(end * all_of)[kept] for end in self.ends], self.begun[kept]
        )

    def some(self, groups: IntArray) -> _Ages:
        """Take some groups, given by position."""
        of = self.of[groups]
        rows = np.arange(of.sum()) + np.repeat(self.first[groups] - (np.cumsum(of) - of), of)
        return _Ages(of, [end[rows] for end in self.ends], self.begun[rows])

    def curves(self, level: float) -> dict[str, FloatArray]:
        """Work out the curves, and how many cohorts were followed to each age or longer, some groups at a time."""
        names = ("share", "low", "high", "ended", "at_risk", "cohorts")
        found = {name: np.empty(len(self.begun)) for name in names}
        step, done = max(1, AT_ONCE // int(self.of.max(initial=1))), 0
        for start in range(0, len(self.of), step):
            of = self.of[start : start + step]
            rows = slice(done, done := done + int(of.sum()))
            own = np.arange(of.max()) < of[:, np.newaxis]
            ends, begun = np.zeros((3, *own.shape)), np.zeros(own.shape)
            for at, known in enumerate(self.ends):
                ends[at][own] = known[rows]
            begun[own] = self.begun[rows]
            curve = cumulative_incidence(ends[0], ends[1], ends[2], level)
            longer = np.flip(np.cumsum(np.flip(begun, -1), -1), -1)
            for name, values in found.items():
                known = longer if name == "cohorts" else getattr(curve, name)
                values[rows] = np.ascontiguousarray(known)[own]
        return found


def _by_age(definition: Definition, of_groups: Rows, ages: _Ages, as_at: str, groups: IntArray) -> Held:
    """Lay the curves of some groups out, with a row for every age that a cohort of the group has reached."""
    ages = ages.some(groups)
    group, age = groups[ages.group], ages.months
    keys = {d: labels[group] for d, labels in of_groups.keys.items()} | {MONTHS: age}
    rows = Rows(keys, of_groups.reasons[group], there=of_groups.there[group], chosen=of_groups.chosen)
    curve = ages.curves(definition.level)
    columns = {
        "share": curve["share"],
        "share_low": curve["low"],
        "share_high": curve["high"],
        "assigned": curve["ended"],
        "at_risk": curve["at_risk"],
        **{n: end.astype(float) for n, end in zip(("positive", "other", "censored"), ages.ends, strict=True)},
        "cohorts": curve["cohorts"],
    }
    everywhere = np.ones(1, dtype=bool)
    nothing = np.flatnonzero(~rows.there)
    for long in columns.values():  # the table shall not copy them
        long[nothing] = np.nan
        long.setflags(write=False)
    lost = "not available: of the crimes still open none was followed for {} months"
    by_months = np.array([lost.format(k) for k in range(int(ages.of.max(initial=0)))], dtype=object)
    unknown = np.isnan(columns["share"])
    rows.explain(unknown, by_months[age])
    values = columns | definition.audit | {"as_at": as_at, "method": METHOD}
    return rows._held(OutcomeMaturity, values, dict.fromkeys(columns, everywhere))
