"""`Axis`: the periods of a series in order of time, those among them of which nothing is known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics.errors import InvalidInputError
from policemetrics.periods import Period, as_period, read_labels
from policemetrics.typing import FloatArray, IntArray

_WEEK: Final = re.compile(r"(\d{4})-?W(\d\d)")


@attrs.frozen
class Axis:
    """Months, quarters or weeks from the first to the last; or points that are only numbered, of which no more is known.

    Attributes
    ----------
    labels : list of str or int
        How each is written: as the caller writes it where there is a row of it.
    spans : list of tuple of date
        The first and the last day of each; empty for points that are only numbered.
    """

    labels: list[Any]
    spans: list[tuple[dt.date, dt.date]]

    @classmethod
    def of(cls, labels: Sequence[Any], name: str) -> Axis:
        """Read periods of one kind, and put in those that lie between."""
        if not labels:
            return cls([], [])
        weeks = [_WEEK.fullmatch(str(label)) for label in labels]
        if all(weeks):
            return cls._of_weeks(
                {_monday(found): label for found, label in zip(weeks, labels, strict=True) if found}
            )
        read = dict(zip(read_labels(labels, name), labels, strict=True))
        first, last = min(read), max(read)
        if any(p.months != first.months or (p.start.month - first.start.month) % p.months for p in read):
            msg = f"{name!r} must hold periods of one kind, as months, quarters or weeks; got {_check.listing(labels, most=5)}."
            raise InvalidInputError(msg)
        every = [first]
        while every[-1] < last:
            every.append(every[-1].shift(first.months))
        return cls([read.get(p, p.label) for p in every], [(p.start, p.end) for p in every])

    @classmethod
    def _of_weeks(cls, there: dict[dt.date, Any]) -> Axis:
        first, last = min(there), max(there)
        every = [first + dt.timedelta(days) for days in range(0, (last - first).days + 1, 7)]
        written = [there.get(day, "{}-W{:02}".format(*day.isocalendar()[:2])) for day in every]
        return cls(written, [(day, day + dt.timedelta(6)) for day in every])

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def days(self) -> FloatArray:
        """How many days each has."""
        return np.array([(last - first).days + 1 for first, last in self.spans], dtype=float)

    @property
    def seasons(self) -> list[int]:
        """The month in which each begins, or the week of the year."""
        weekly = [last - first == dt.timedelta(6) for first, last in self.spans]
        return [
            first.isocalendar()[1] if week else first.month
            for (first, _), week in zip(self.spans, weekly, strict=True)
        ]

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which are over, as of today."""
        today = dt.date.today()  # noqa: DTZ011  # the day where the reader is
        ends = [last < today for _, last in self.spans]
        return np.array(ends or [True] * len(self), dtype=bool)

    def positions(self, labels: Sequence[Any]) -> IntArray:
        """Return where each label stands."""
        where = {label: at for at, label in enumerate(self.labels)}
        return np.array([where[label] for label in labels], dtype=np.int64)

    def place(self, wanted: Any, name: str, *, last: bool = False) -> int:
        """Return where a period stands, however it is spelt; a longer one by its first or its last point."""
        if wanted not in self.labels and self.spans and not _WEEK.fullmatch(str(wanted)):
            period = as_period(wanted if isinstance(wanted, Period) else str(wanted), name)
            within = [at for at, (_, end) in enumerate(self.spans) if period.start <= end <= period.end]
            if within:
                return within[-1 if last else 0]
        _check.known(str(wanted) if isinstance(wanted, Period) else wanted, name, self.labels)
        return self.labels.index(wanted)


def _monday(week: re.Match[str]) -> dt.date:
    try:
        return dt.date.fromisocalendar(int(week[1]), int(week[2]), 1)
    except ValueError as error:
        msg = f"a week must be one of its ISO year, as 2024-W05; got {week[0]!r}: {error}."
        raise InvalidInputError(msg) from None
