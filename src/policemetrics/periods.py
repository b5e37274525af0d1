"""Periods of whole calendar months: how they are written, read and compared."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._typing import Every, Label
from policemetrics.errors import InvalidInputError, InvalidTypeError

__all__ = ["Period", "as_period", "check_pair", "in_words", "read_labels", "same_period", "spelt_like"]

_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_KINDS: tuple[Every, ...] = ("month", "quarter", "financial_year", "calendar_year")
_FORMS = (
    "it is none of the forms that can be read: '2024-03' or 'Mar 2024' (month), '2024-Q1' (calendar quarter), "
    "'2023/24 Q1' (financial quarter), '2024' (calendar year), '2023/24' (financial year), "
    "'year ending March 2024', 'Apr 2023 to Sep 2023'."
)
_Kind: TypeAlias = Literal["month", "quarter", "financial_year", "calendar_year", "year_ending", "span"]


def _whole(value: object, name: str, low: float = -np.inf, high: float = np.inf) -> int:
    """Return a whole number from `low` to `high`; flags and floats are none."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise _check.wrong_type(value, f"{name} must be a whole number")
    if not low <= value <= high:
        raise InvalidInputError(f"{name} must be from {low} to {high}; got {value}.")
    return int(value)


@attrs.frozen(order=True)
class Period:
    """Whole calendar months, from the first day of one to the last day of another.

    Periods are equal, ordered and hashed by (start, end), so a financial year is the same period in every
    spelling.

    Parameters
    ----------
    start : datetime.date
        The first day, which is the first of a month.
    end : datetime.date
        The last day, inclusive, which is the last of a month.

    Raises
    ------
    InvalidInputError
        If the days are not whole months from 1800 to 2200, or `end` comes before `start`.
    InvalidTypeError
        If a day is not a ``datetime.date``; a ``datetime`` is refused too.

    See Also
    --------
    Period.parse : Read a label as it is in a table.

    Notes
    -----
    These constructors are clearer than dates: `month`, `quarter`, `financial_quarter`, `calendar_year`,
    `financial_year`, `year_ending`.

    Examples
    --------
    >>> year = Period.financial_year(2023)
    >>> year
    Period('2023/24')
    >>> year.months, year.days
    (12, 366)
    >>> year.previous().label
    '2022/23'
    >>> year == Period.parse("Apr 2023 to Mar 2024")
    True
    """

    start: date
    end: date

    def __attrs_post_init__(self) -> None:
        for name, day in (("start", self.start), ("end", self.end)):
            if not isinstance(day, date) or isinstance(day, datetime):
                raise _check.wrong_type(day, f"{name} must be a datetime.date")
            _whole(day.year, f"the year of {name}", _FIRST_YEAR, _LAST_YEAR)
        if self.start.day != 1:
            raise InvalidInputError(f"start must be the first day of a month; got {self.start}.")
        if self.end.day != monthrange(self.end.year, self.end.month)[1]:
            raise InvalidInputError(f"end must be the last day of a month, inclusive; got {self.end}.")
        if self.end < self.start:
            raise InvalidInputError(f"end must come after start; got {self.start} to {self.end}.")

    @classmethod
    def parse(cls, label: str | Period, *, kind: Every | None = None) -> Period:
        """Read a label as the field's files spell it.

        Parameters
        ----------
        label : str
            In any case, with any spacing and any hyphen or dash. A Period is returned as it is.
        kind : {"month", "quarter", "financial_year", "calendar_year"}, optional
            What the label must be. Only needed for a label that could be two things.

        Returns
        -------
        Period
            The months that the label names.

        Raises
        ------
        InvalidInputError
            If the label cannot be read, could be two things, or is not of that `kind`.
        InvalidTypeError
            If the label is not text.

        Notes
        -----
        These are read: months ("2024-03", "2024/03", "202403", "2024M03", "Mar-24", "March 2024", "03/2024"),
        quarters, years ("2024", "2023/24", "2023-2024", "FY 2023-24"), twelve months by their end ("year ending
        March 2024", "YE Mar-24", "12 months to 31 March 2024") and spans ("Apr 2023 to Mar 2024", "January-March
        2024", "2023-04 to 2024-03").

        A quarter of one year is a calendar quarter ("2024-Q1" is January to March); a quarter
        of a financial year is a financial one ("2023/24 Q1" is April to June).

        "2009-10" and "200910" could be October 2009 or the financial year 2009/10: they are
        refused unless `kind` decides. "2009/10" is always the financial year; in a span and after
        "year ending", "2009-10" is always the month.

        Years of two digits are read as ``strptime`` reads them: 00 to 68 are 2000 to 2068, and
        69 to 99 are 1969 to 1999.

        Examples
        --------
        >>> Period.parse("Year ending June 2024")
        Period('year ending 2024-06')
        >>> Period.parse("Q1 2023/24").start
        datetime.date(2023, 4, 1)
        >>> Period.parse("2009-10", kind="financial_year")
        Period('2009/10')
        """
        return as_period(label, "label") if kind is None else _of_kind(label, kind)

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """Return one calendar month; `month` is 1 to 12."""
        return _run(_month(year, month), 1)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Period:
        """Return a calendar quarter: 1 is January to March."""
        return _quarter_of(cls.calendar_year(year), quarter)

    @classmethod
    def financial_quarter(cls, first: int, quarter: int) -> Period:
        """Return a quarter of the financial year that begins in `first`: 1 is April to June."""
        return _quarter_of(cls.financial_year(first), quarter)

    @classmethod
    def calendar_year(cls, year: int) -> Period:
        """Return 1 January to 31 December."""
        return _run(_month(year, 1), 12)

    @classmethod
    def financial_year(cls, first: int) -> Period:
        """Return 1 April of the year `first` to 31 March of the next."""
        return _run(_month(first, 4, "first"), 12)

    @classmethod
    def year_ending(cls, year: int, month: int) -> Period:
        """Return the twelve months of which the last is `month`, 1 to 12, of `year`."""
        return _run(_month(year, month) - 11, 12)

    @property
    def months(self) -> int:
        """Number of months."""
        return _index(self.end) - _index(self.start) + 1

    @property
    def days(self) -> int:
        """Number of days; 366 in a year with a 29 February."""
        return (self.end - self.start).days + 1

    @property
    def label(self) -> str:
        """The one canonical spelling, such as "2024-05", "2024-Q1", "2023/24" or "year ending 2024-06"."""
        year, first, last = self.start.year, self.start.isoformat()[:7], self.end.isoformat()[:7]
        return {
            "month": first,
            "quarter": f"{year}-Q{self.end.month // 3}",
            "financial_year": _financial_label(year),
            "calendar_year": f"{year}",
            "year_ending": f"year ending {last}",
            "span": f"{first} to {last}",
        }[_kind(self)]

    def shift(self, months: int) -> Period:
        """Return the period of as many months that begins `months` later, or earlier if negative.

        Examples
        --------
        >>> Period.quarter(2024, 1).shift(-12)
        Period('2023-Q1')
        """
        return _run(_index(self.start) + _whole(months, "months"), self.months)

    def previous(self) -> Period:
        """Return the period of as many months that ends the day before this one starts."""
        return self.shift(-self.months)

    def overlaps(self, other: str | Period) -> bool:
        """Return whether the two share a month."""
        other = as_period(other, "other")
        return self.start <= other.end and other.start <= self.end

    def contains(self, other: str | Period) -> bool:
        """Return whether every month of `other` is in this period."""
        other = as_period(other, "other")
        return self.start <= other.start and other.end <= self.end

    def __repr__(self) -> str:
        return f"Period({self.label!r})"

    def __str__(self) -> str:
        return self.label


def as_period(value: str | Period, name: str) -> Period:
    """Return the Period that `value` is or names; errors call it `name`."""
    readings = _read(value, name)
    if len(readings) == 1:
        return readings[0]
    raise InvalidInputError(
        f"{name} must name one period; {value!r} could be {_either(readings)}, "
        'or use Period.parse with kind="month" or kind="financial_year".'
    )


def read_labels(labels: Iterable[Label], name: str) -> tuple[Period, ...]:
    """Read a column of labels together, so that the clear ones decide for the ambiguous ones."""
    if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
        raise _check.wrong_type(labels, f"{name} must be a column of labels")
    labels = [str(v) if isinstance(v, int | np.integer) and not isinstance(v, bool) else v for v in labels]
    try:
        found = [_read(label, f"{name}[{i}]") for i, label in enumerate(labels)]
    except InvalidInputError as error:
        first = next(v for v in labels if not _is_read(v))
        if not isinstance(first, str) or not _meant(first):  # most labels of other dimensions end here
            raise
        meant = {v: _meant(v) for v in labels if isinstance(v, str) and not _is_read(v)}
        named = {v: m for v, m in meant.items() if m}
        raise InvalidInputError(
            f"{error} Relabel them first, as in tally(…).relabel({name!r}, {named})."
        ) from None
    clear = {
        _kind(readings[0]): label for label, readings in zip(labels, found, strict=True) if len(readings) == 1
    }
    unclear = [i for i, readings in enumerate(found) if len(readings) > 1]
    if not unclear or set(clear) == {"month"}:
        return tuple(readings[0] for readings in found)
    if set(clear) == {"financial_year"}:
        return tuple(readings[-1] for readings in found)
    raise InvalidInputError(
        f"{name} holds labels that could be months or financial years, and the clear ones "
        f"({_check.listing(clear.values())}) do not decide. Relabel them: {labels[unclear[0]]!r} "
        f"could be {_either(found[unclear[0]])}."
    )


def same_period(value: Any, known: Sequence[Any], name: str) -> list[Any]:
    """Return the known labels of the period that `value` names in another spelling; itself where it names none of them."""
    with suppress(InvalidInputError, InvalidTypeError):
        meant = _read(str(value) if isinstance(value, int) and not isinstance(value, bool) else value, name)
        found = [
            label for label, period in zip(known, read_labels(known, name), strict=True) if period in meant
        ]
        return found or [value]
    return [value]


def spelt_like(period: Period, read: Mapping[Any, Period]) -> str:
    """Write a quarter or a year as labels that were read spell it, where that is clear by itself; else canonically."""
    own = next((label for label, known in read.items() if known == period and isinstance(label, str)), "")
    if period.months == 1 or _kind(period) == "span" or (own and len(_read(own, "label")) > 1):
        return period.label
    if own:
        return own
    financial = any(p.months == 3 and "/" in str(label) for label, p in read.items())
    if financial and _kind(period) == "quarter":
        year, month = divmod(_index(period.start) - 3, 12)  # which begins in April
        return f"{_financial_label(year)} Q{month // 3 + 1}"
    return period.label


def check_pair(earlier: Period, later: Period, name: str = "between") -> None:
    """Refuse two periods that cannot be compared fairly: equal, overlapping, reversed or of two lengths."""
    shared = _index(min(earlier.end, later.end)) - _index(max(earlier.start, later.start)) + 1
    if earlier == later:
        rule = "name two different periods; these are the same months."
    elif shared > 0:
        rule = f"not overlap; these share {shared} month{'s' * (shared > 1)}. Choose an earlier one that ends before the later starts."
    elif later < earlier:
        rule = f"be (earlier, later). Swap them: {name}=({later.label!r}, {earlier.label!r})."
    elif earlier.months != later.months:
        rule = f"be of one length; these have {earlier.months} and {later.months} months. Choose two of the same length."
    else:
        return
    raise InvalidInputError(f"{name}, {earlier.label!r} and {later.label!r}, must {rule}")


# ---- whole months -----------------------------------------------------------------------


def stamp_in(written: str) -> datetime | None:
    """Read a day, "23 July 2026" or "2026-07-23", as its beginning, and a stamp "2026-07-23 08:00"; None for anything else."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    day = _DAY_AND_MONTH.fullmatch(written)
    if day is None:
        return None
    try:
        month = as_period(day[2], "day").start
        return datetime(month.year, month.month, int(day[1]))  # noqa: DTZ001  # on no clock yet
    except ValueError:
        return None


def in_words(label: str) -> str:
    """Write a label as it is in a sentence: where it is canonical, months by name; a rolling year with its article."""
    named = label
    if re.fullmatch(r"(year ending )?\d{4}-\d\d( to \d{4}-\d\d)?", label):
        named = re.sub(r"(\d{4})-(\d\d)", lambda m: f"{_MONTHS[int(m[2]) - 1]} {m[1]}", label)
    return f"the y{named[1:]}" if named.lower().startswith("year ") else named


def _month(year: int, month: int, name: str = "year") -> int:
    return _whole(year, name, _FIRST_YEAR, _LAST_YEAR) * 12 + _whole(month, "month", 1, 12) - 1


def _index(day: date) -> int:
    """Count months from year 0, so that moving a period is addition."""
    return day.year * 12 + day.month - 1


def _run(first: int, months: int) -> Period:
    """Make the period of that many months that begins at the month of this index."""
    (year, month), (last_year, last_month) = divmod(first, 12), divmod(first + months - 1, 12)
    if not _FIRST_YEAR <= year <= last_year <= _LAST_YEAR:
        raise InvalidInputError(
            f"a period must lie in the years {_FIRST_YEAR} to {_LAST_YEAR}; this one runs from {year} to {last_year}."
        )
    last_day = monthrange(last_year, last_month + 1)[1]
    return Period(date(year, month + 1, 1), date(last_year, last_month + 1, last_day))


def _quarter_of(year: Period, quarter: int) -> Period:
    return _run(_index(year.start) + 3 * (_whole(quarter, "quarter", 1, 4) - 1), 3)


def _kind(period: Period) -> _Kind:
    match period.months, period.end.month:
        case 1, _:
            return "month"
        case 3, 3 | 6 | 9 | 12:
            return "quarter"
        case 12, 3:
            return "financial_year"
        case 12, 12:
            return "calendar_year"
        case 12, _:
            return "year_ending"
    return "span"


# ---- words ------------------------------------------------------------------------------


def _financial_label(first: int) -> str:
    return f"{first}/{(first + 1) % 100:02d}"


def _said(period: Period) -> str:
    """Say what a period is, for a message."""
    if period.months == 1:
        return f"{_MONTHS[period.start.month - 1]} {period.start.year}"
    kind = _kind(period)
    return f"the {kind.replace('_', ' ')} {period.label}".replace("the year ending year", "the year")


def _which(year: int) -> str:
    return f"Which is meant, {_financial_label(year - 1)} or {_financial_label(year)}?"


# ---- reading ----------------------------------------------------------------------------

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_SPELLING = str.maketrans({"_": " ", ",": " ", "'": "", "\u2018": "", "\u2019": ""}) | _DASHES


def _of_kind(label: object, kind: Every) -> Period:
    _check.choice(kind, "kind", _KINDS)
    readings = _read(label, "label")
    for period in readings:
        if _kind(period) == kind:
            return period
    which = kind == "financial_year" and _kind(readings[0]) == "calendar_year"
    raise InvalidInputError(
        f"label must be a {kind.replace('_', ' ')}; {str(label)!r} was read as {_said(readings[0])}."
        + f" {_which(readings[0].start.year)}" * which
    )


def _either(readings: tuple[Period, ...]) -> str:
    month, year = map(_said, readings)
    return f"{month} or {year}: write {month!r} or {readings[1].label!r}"


def _read(label: object, name: str) -> tuple[Period, ...]:
    """Return what a label can mean: one period, or a month and a financial year."""
    if isinstance(label, Period):
        return (label,)
    text = _check.text(label, name)
    try:
        return _readings(" ".join(text.lower().translate(_SPELLING).split()))
    except InvalidInputError as error:
        shown = repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
        meant = _meant(text)
        says = f". Did you mean {meant!r}?" if meant else f": {error}"
        raise InvalidInputError(f"{name} must name a period; got {shown}{says}") from None


def _is_read(label: object) -> bool:
    """Return whether a label can be read."""
    try:
        _read(label, "label")
    except InvalidInputError:
        return False
    return True


def _meant(label: str) -> str:
    """Return the label that one which cannot be read probably means: without note marks, with whole years; "" for none."""
    if len(label) > _LONGEST:
        return ""
    text = _check.unmarked(label.translate(_SPELLING))
    text = _CALENDAR.sub(
        lambda m: f"{int(m['d'] or m['d2'])} {_MONTHS[int(m['m'] or m['m2']) - 1]} {m['y'] or m['y2']}", text
    )
    text = re.sub(r"(?<=[0-9 -])q0(?=[1-4])", "q", text)
    text = re.sub(r"^(?:r12|12m) (?:to )?", "12 months to ", text)
    text = re.sub(r"^q([1-4]) ?\([a-z]{3}-[a-z]{3}\)", r"q\1", text)
    if (m := _SHORT_YEARS.search(text)) and int(m[2]) == (int(m[1]) + 1) % 100:
        text = f"{text[: m.start()]}{_financial_label(_year(m[1]))}{text[m.end() :]}"
    try:
        readings = _readings(" ".join(text.lower().split()))
    except InvalidInputError:
        return ""
    return readings[0].label if len(readings) == 1 else ""


def _pair(m: re.Match[str]) -> tuple[Period, ...]:
    """2023-24, 2024-03, 2009-10: the month, if there is such a month, stands first."""
    first, second = int(m["y"]), int(m["m"])
    follows = second == (first + 1) % 100
    # 2010/11 is how the financial year is written here, so a slash decides.
    readings = [Period.month(first, second)] if 1 <= second <= 12 and not (follows and "/" in m[0]) else []
    # No financial year begins in the last year there is: 2200-01 is its January.
    if follows and (first < _LAST_YEAR or not readings):
        readings.append(Period.financial_year(first))
    if not readings:
        raise InvalidInputError(
            f"{m['m']} is no month, and the financial year that begins in {first} is {_financial_label(first)}."
        )
    return tuple(readings)


def _financial_year(m: re.Match[str]) -> tuple[Period, ...]:
    first = _year(m["y"])
    if m["y2"] is None:
        raise InvalidInputError(f"a financial year spans two calendar years. {_which(first)}")
    if m["y2"] != str(first + 1)[-len(m["y2"]) :]:
        raise InvalidInputError(
            f"the second year must be the one after the first, as in {_financial_label(first)}."
        )
    return (Period.financial_year(first),)


def _named_month(m: re.Match[str]) -> tuple[Period, ...]:
    number = int(m["m"]) if m["m"].isdigit() else _NAMES.index(m["m"][:3]) + 1
    return (Period.month(_year(m["y"]), number),)


def _quarter(m: re.Match[str]) -> tuple[Period, ...]:
    # A month has no quarters, so "2009-10 Q1" is of the financial year.
    for year in _simple(m["y"]):
        if year.months == 12:
            return (_quarter_of(year, int(m["q"])),)
    raise InvalidInputError(f"{m['y']!r} is no year that has quarters; write '2024-Q1' or '2023/24 Q1'.")


def _a_date(_: re.Match[str]) -> tuple[Period, ...]:
    raise InvalidInputError("a date is no period. Use Period.month(year, month), or date= when tallying.")


def _year(digits: str) -> int:
    """Return the year; of two digits as ``strptime`` does."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year <= 68 else 1900)


_NAMES = tuple(month[:3].lower() for month in _MONTHS)
_NAME = "(?:" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS).lower().replace("sep(?:", "sep(?:t|") + ")"
_FY, _CY, _YY = "(?:fy|financial year) ?", "(?:cy|calendar year) ?", r"(?:[0-9]{4}|[0-9]{2})"
_Q = "q(?:uarter|tr)? ?(?P<q>[0-9])"
_OF_YEAR = rf"(?P<y>(?:{_FY}|{_CY})?{_YY}(?:[-/ ]{_YY})?)"
_NTH = "[0-9]{1,2}(?:st|nd|rd|th)?"

# The first form that fits the whole label reads it. All are of bounded length: no label can stall them.
_TABLE: tuple[tuple[str, Callable[[re.Match[str]], tuple[Period, ...]]], ...] = (
    (r"[0-9]{8}|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[t ][0-9:.+z]*)?", _a_date),
    (rf"[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.]{_YY}(?: [0-9:.]*)?", _a_date),
    (rf"{_NTH}[-/ ]{_NAME}[-/ ]{_YY}|{_NAME} {_NTH} {_YY}", _a_date),
    (rf"(?:{_CY})?(?P<y>[0-9]{{4}})", lambda m: (Period.calendar_year(int(m["y"])),)),
    ("(?P<y>[0-9]{4})[-/ ]?(?P<m>[0-9]{2})", _pair),
    ("(?P<y>[0-9]{4})[-/ ](?P<y2>[0-9]{4})", _financial_year),
    (rf"{_FY}(?P<y>{_YY})(?:[-/ ](?P<y2>{_YY}))?", _financial_year),
    (rf"(?P<m>{_NAME})[-/ ]?(?P<y>{_YY})", _named_month),
    (rf"(?P<y>[0-9]{{4}})[-/ ]?(?P<m>{_NAME})", _named_month),
    ("(?P<m>[0-9]{1,2})[-/](?P<y>[0-9]{4})", _named_month),
    ("(?P<y>[0-9]{4})(?:[-/]| ?m ?)(?P<m>[0-9]{1,2})", _named_month),
    (rf"{_OF_YEAR}[-/ ]?{_Q}", _quarter),
    (rf"{_Q}[-/ ]?{_OF_YEAR}", _quarter),
)
_DAY_AND_MONTH = re.compile(r"(\d{1,2}) ([a-z]+ \d{4})", re.IGNORECASE)
_TWELVE_MONTHS = re.compile(
    "(?:(?:rolling )?(?:year|12[- ]?months?|twelve months) (?:ending|ended|end|to)|y/?e) (?P<end>.+)"
)
_LONGEST = 60  # letters of a label that is shown whole, and looked at again
_CALENDAR = re.compile(
    "(?P<d>[0-9]{1,2})[-/.](?P<m>0?[1-9]|1[0-2])[-/.](?P<y>[0-9]{4})"
    "|(?P<y2>[0-9]{4})[-/.](?P<m2>0[1-9]|1[0-2])[-/.](?P<d2>[0-9]{2})"
)
_SHORT_YEARS = re.compile(r"(?<![0-9/-])([0-9]{2})[-/]?([0-9]{2})(?![0-9/-])")
_MONTH_ONLY = re.compile(rf"(?:{_NTH}[- ])?{_NAME}")
_DAY = re.compile(rf"([0-9]{{1,2}})(?:st|nd|rd|th)?[- ](?={_NAME})")


@lru_cache(maxsize=4096)
def _readings(text: str) -> tuple[Period, ...]:
    if m := _TWELVE_MONTHS.fullmatch(text):
        last = _end(m["end"], last=True)
        if last.months != 1:
            raise InvalidInputError(
                f"{m['end']!r} is no month; write the month that is the last of the twelve."
            )
        return (_run(_index(last.start) - 11, 12),)
    if found := _simple(text):
        return found
    for separator in (" to ", " - ", "-(?=[a-z])"):
        ends = re.split(separator, text)
        if len(ends) == 2:
            return (_span(*ends),)
    raise InvalidInputError(_FORMS)


def _simple(text: str) -> tuple[Period, ...]:
    """Read a month, quarter or year; nothing if it looks like none."""
    text = re.sub(" ?([-/]) ?", r"\1", text)
    for form, reader in _TABLE:
        if m := re.fullmatch(form, text):
            return reader(m)
    return ()


def _span(first: str, last: str) -> Period:
    """Read two ends; a month without a year takes the year of the other end."""
    end = _end(last, last=True)
    if _MONTH_ONLY.fullmatch(first):
        first = f"{first} {end.end.year}"
    start = _end(first, last=False)
    if start.months != end.months:
        raise InvalidInputError(f"its ends differ in kind ({_said(start)}, {_said(end)}); write two months.")
    if end < start:
        raise InvalidInputError(
            f"it ends ({_said(end)}) before it begins ({_said(start)}); write the year of both ends."
        )
    return _run(_index(start.start), _index(end.end) - _index(start.start) + 1)


def _end(text: str, *, last: bool) -> Period:
    """Read one end of a span: yyyy-mm is a month there, and a day must be its first or its last."""
    day = _DAY.match(text)
    found = _simple(text[day.end() :] if day else text)
    if not found:
        raise InvalidInputError(_FORMS)
    edge = found[0].end if last else found[0].start
    if day and int(day[1]) != edge.day:
        raise InvalidInputError(
            f"a period is whole months, and {_said(found[0])} {'ends' if last else 'begins'} on day {edge.day}."
        )
    return found[0]
