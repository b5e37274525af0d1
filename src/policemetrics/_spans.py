"""Months and quarters added up: to longer periods, and to windows that overlap.

Who sent what goes along: a longer period keeps the parts that it is made of, and a window holds whoever sent all of
its months; what the others sent of it is in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from policemetrics import _check
from policemetrics._cells import MISSING, NOT_SUPPLIED, PARTLY, REASON, Cells, filled
from policemetrics._sent import Sent, Windows, identities, is_time, reports
from policemetrics._typing import Every
from policemetrics.errors import InvalidInputError
from policemetrics.periods import Period, read_labels
from policemetrics.results import label_array

Relations: TypeAlias = tuple[Cells, Cells | None, Cells | None, tuple[Cells, ...]]
"""What was counted, the coverage, the ledger and the marks of what was not supplied."""


def longer(
    every: Every, known: Sequence[Any], ever: Sequence[Any], period: str
) -> tuple[dict[Any, Period], bool]:
    """Return the longer period in which each label lies, and whether none is longer than what it holds."""
    _check.choice(every, "every", ("month", "quarter", "calendar_year", "financial_year"))
    read = dict(zip(known, read_labels(known, period), strict=True))
    within = {label: _within_one(p, every) for label, p in read.items()}
    outside = [label for label, p in read.items() if not within[label].contains(p)]
    if outside:
        msg = f"{period!r} must hold periods that lie within one {every}; got {_check.listing(outside)}."
        raise InvalidInputError(msg)
    same = all(within[label] == p for label, p in read.items())
    # Rows of what was not chosen prove, too, that a month came in.
    for label in ever:
        if label not in within and is_time([label]):
            (part,) = read_labels([label], period)
            if (whole := _within_one(part, every)).contains(part):
                within[label] = whole
    return within, same


def _within_one(wanted: Period, every: str) -> Period:
    """Return the month, quarter or year in which a period begins."""
    months = {"month": 1, "quarter": 3, "calendar_year": 12, "financial_year": 12}[every]
    first = wanted.start.year * 12 + wanted.start.month - 1
    offset = 3 if every == "financial_year" else 0
    first = (first - offset) // months * months + offset
    opening = Period.month(first // 12, first % 12 + 1)
    return Period(opening.start, opening.shift(months - 1).end)


def windows_of(
    months: int, known: Sequence[Any], sent: Sequence[Sent], period: str
) -> tuple[dict[Any, str], Windows]:
    """Return how each label is written as a period, and the windows of so many months."""
    if not isinstance(months, int | np.integer) or isinstance(months, bool) or months < 1:
        msg = f"months must be a whole number >= 1; got {months!r}."
        raise InvalidInputError(msg)
    read = dict(zip(known, read_labels(known, period), strict=True))
    lengths = {p.months for p in read.values()} or {1}
    if len(lengths) > 1 or months % max(lengths):
        msg = (
            f"{period!r} must hold single months, or periods of one length of which {months} months are made, to be "
            f"rolled; got {_check.listing(known, most=5)}."
        )
        raise InvalidInputError(msg)
    senders = set().union(*(one.renamed for one in sent)) - {period}
    who = {dim: identities(sent, dim) for dim in senders}
    windows = Windows.of(period, months, max(lengths), read.values(), who)
    if not windows.labels:
        msg = f"months must be at most the number of months there are; got {months} of {len(read) * max(lengths)}."
        raise InvalidInputError(msg)
    return {label: p.label for label, p in read.items()}, windows


def rolled(
    windows: Windows,
    relations: Relations,
    sent: Sequence[Sent],
    then: Sequence[Sent],
    grain: Callable[[], Cells],
) -> Relations:
    """Add up every window; of who did not send all of one the counts go to the ledger, as what has no cell does.

    What was sent is given before and after the windows were made; `grain` counts it after them, by who sent it.
    """
    cells, supplied, ledger, marks = relations
    period, parts = windows.dim, f"{windows.months} months"
    reason = f"{PARTLY}{parts} supplied"
    if supplied is not None:
        whole = reports(then)
        supplied = whole.keys(supplied.dims)
        if (
            not set(whole.dims) <= set(cells.dims)
            and windows.spread(reports(sent)).keys().within(whole).all()
        ):
            whole = whole.keys([period])  # everyone sent all of every window
        found = windows.spread(cells) if set(whole.dims) <= set(cells.dims) else grain()
    else:
        # Where the cells are the only evidence, a sum over windows of which some are missing would be too small.
        whole, found = windows.complete(cells.keys(cells.dims)), windows.spread(cells)
        reason = (
            f"{NOT_SUPPLIED}not all {parts} have a cell; state coverage=, or use sum_to() before rolling()"
        )
    complete = found.within(whole)
    left = found.select(~complete).project(cells.dims).extend(REASON, reason)
    if ledger is not None:
        undated = ledger.select(ledger.match({period: label_array([MISSING])}))
        left = windows.spread(ledger).union(undated).union(left)
    marks = tuple(windows.spread(m).keys() if period in m.dims else m for m in marks)
    return found.select(complete).project(cells.dims), supplied, filled(left), marks
