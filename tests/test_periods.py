"""Periods: reading, writing, moving and comparing whole calendar months."""

import pickle
import re
import time
from datetime import date, datetime, timedelta

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError, UnknownNameError
from policemetrics.periods import Period, as_period, check_pair, in_words, read_labels

# The oracle of every table is a pair of days, written by hand.
FY_2023 = (date(2023, 4, 1), date(2024, 3, 31))
MARCH_2024 = (date(2024, 3, 1), date(2024, 3, 31))
MARCH_2003 = (date(2003, 3, 1), date(2003, 3, 31))
SPRING_2024 = (date(2024, 1, 1), date(2024, 3, 31))
YEAR_2024 = (date(2024, 1, 1), date(2024, 12, 31))
FIRST_OF_FY = (date(2023, 4, 1), date(2023, 6, 30))
LAST_OF_FY = SPRING_2024
TO_JUNE = (date(2023, 7, 1), date(2024, 6, 30))
HALF = (date(2023, 4, 1), date(2023, 9, 30))

SPELLINGS = [
    (FY_2023, [
        "2023/24", "2023-24", "2023/2024", "2023-2024", "2023\N{EN DASH}24", "2023\N{EM DASH}24",
        "2023\N{MINUS SIGN}24", "2023\N{NON-BREAKING HYPHEN}24", "2023 - 24", "2023 / 24", " 2023/24 ",
        "\N{NO-BREAK SPACE}2023/24\n", "2023_24", "202324", "'2023/24",
        "FY2023/24", "FY 2023-24", "fy 2023_24", "FY23/24", "FY 23-24", "Financial year 2023/24",
        "FINANCIAL  YEAR 2023/2024", "FY 2023-2024",
        "Apr 2023 to Mar 2024", "April 2023 to March 2024", "Apr 2023 - Mar 2024",
        "April 2023\N{EN DASH}March 2024", "April 2023-March 2024", "Apr-23 to Mar-24", "Apr-23 - Mar-24",
        "Apr 23 to Mar 24", "Apr '23 to Mar '24", "Apr \N{RIGHT SINGLE QUOTATION MARK}23 to\nMar 24",
        "2023-04 to 2024-03", "2023/04 to 2024/03", "2023-04 \N{EN DASH} 2024-03", "apr_2023_to_mar_2024",
        "1 April 2023 to 31 March 2024", "1st April 2023 - 31st March 2024", "2023-Q2 to 2024-Q1",
        "Year ending March 2024", "year ending 2024-03", "YE March 2024", "YE Mar-24", "Y/E Mar 24",
        "Year ending 31 March 2024", "Year ending 31st March, 2024", "Year ended March 2024",
        "Year ended 31 March 2024", "12 months to March 2024", "12 months ending March 2024",
        "12-month ending March 2024", "Twelve months to 31 March 2024", "Year to March 2024",
        "Rolling 12 months to Mar 2024", "Rolling year to 03/2024", "year_ending_2024-03",
    ]),
    (MARCH_2024, [
        "2024-03", "2024/03", "Mar 2024", "March 2024", "Mar-24", "Mar 24", "Mar/24", "March, 2024", "MARCH 2024",
        "03/2024", "3/2024", "03-2024", "2024 Mar", "2024-March", "2024M03", "2024m3", "2024 M03", "202403",
        "2024-3", "2024_03", "mar24", "March 2024 to March 2024", "1 March 2024 to 31 March 2024",
    ]),
    # Not next to each other, so no financial year either.
    (MARCH_2003, ["2003/03", "2003-03", "200303"]),
    (SPRING_2024, [
        "2024-Q1", "2024 Q1", "2024Q1", "Q1 2024", "Q1-2024", "q1/2024", "2024/Q1", "Quarter 1 2024",
        "2024 qtr 1", "CY2024 Q1", "Jan to Mar 2024", "January-March 2024", "January\N{EN DASH}March 2024",
        "Jan - Mar 2024", "1 January to 31 March 2024", "2024-01 to 2024-03", "JAN 24-MAR 24",
    ]),
    (FIRST_OF_FY, [
        "2023/24 Q1", "Q1 2023/24", "2023-24 Q1", "2023/24-Q1", "2023/24Q1", "FY2023/24 Q1", "Q1 FY 2023-24",
        "Q1 2023-2024", "2023_24_q1", "Quarter 1 2023/24", "FY23/24 Q1", "Apr-Jun 2023", "2023-Q2",
    ]),
    (LAST_OF_FY, ["2023/24 Q4", "Q4 2023/24"]),
    # Both readings of 2009-10 are known, but only a year has quarters.
    ((date(2009, 4, 1), date(2009, 6, 30)), ["2009-10 Q1", "Q1 2009-10"]),
    (YEAR_2024, [
        "2024", "CY2024", "cy 2024", "Calendar year 2024", "Jan to Dec 2024", "Jan 2024 - Dec 2024",
        "Year ending December 2024", "Q1 2024 to Q4 2024",
    ]),
    (TO_JUNE, ["year ending 2024-06", "Year ending June 2024", "Jul 2023 to Jun 2024", "YE 30 June 2024", "YE jun-24"]),
    (HALF, ["2023-04 to 2023-09", "April to September 2023", "Apr-Sept 2023", "2023/24 Q1 to 2023/24 Q2"]),
    # A slash and consecutive years: always the financial year.
    ((date(2010, 4, 1), date(2011, 3, 31)), ["2010/11", "FY 2010-11", "2010-2011", "year ending 2011-03"]),
    ((date(1999, 4, 1), date(2000, 3, 31)), ["1999/00", "1999-00", "1999/2000", "FY99/00", "199900"]),
    # In a span yyyy-mm is a month, though each end alone would be ambiguous.
    ((date(2008, 9, 1), date(2010, 11, 30)), ["2008-09 to 2010-11", "Sep 2008 to Nov 2010"]),
    ((date(2010, 4, 1), date(2012, 3, 31)), ["2010/11 to 2011/12"]),
    ((date(2008, 11, 1), date(2009, 10, 31)), ["year ending 2009-10"]),
    ((date(2021, 1, 1), date(2023, 12, 31)), ["2021 to 2023"]),
    ((date(2024, 2, 1), date(2024, 2, 29)), ["2024-02", "1 Feb 2024 to 29 Feb 2024"]),
]  # fmt: skip


@pytest.mark.parametrize(("days", "label"), [(days, label) for days, labels in SPELLINGS for label in labels])
def test_every_spelling_is_read(days, label):
    found = Period.parse(label)
    assert (found.start, found.end) == days
    assert Period.parse(f"  {label.upper()} ") == Period.parse(label.lower()) == found


@pytest.mark.parametrize(
    ("period", "label", "months", "days"),
    [
        (Period.month(2024, 5), "2024-05", 1, 31),
        (Period.month(2024, 2), "2024-02", 1, 29),
        (Period.month(1900, 2), "1900-02", 1, 28),
        (Period.quarter(2024, 1), "2024-Q1", 3, 91),
        (Period.quarter(2023, 4), "2023-Q4", 3, 92),
        (Period.financial_quarter(2023, 1), "2023-Q2", 3, 91),
        (Period.financial_quarter(2023, 4), "2024-Q1", 3, 91),
        (Period.calendar_year(2024), "2024", 12, 366),
        (Period.financial_year(2022), "2022/23", 12, 365),
        (Period.financial_year(2023), "2023/24", 12, 366),
        (Period.financial_year(1999), "1999/00", 12, 366),
        (Period.financial_year(2099), "2099/00", 12, 365),
        (Period.year_ending(2024, 3), "2023/24", 12, 366),
        (Period.year_ending(2024, 12), "2024", 12, 366),
        (Period.year_ending(2024, 6), "year ending 2024-06", 12, 366),
        (Period.year_ending(2024, 1), "year ending 2024-01", 12, 365),
        (Period(date(2023, 4, 1), date(2023, 9, 30)), "2023-04 to 2023-09", 6, 183),
        (Period(date(2024, 2, 1), date(2024, 4, 30)), "2024-02 to 2024-04", 3, 90),
        (Period(date(2020, 4, 1), date(2023, 3, 31)), "2020-04 to 2023-03", 36, 1095),
        (Period(date(1800, 1, 1), date(2200, 12, 31)), "1800-01 to 2200-12", 4812, 146462),
    ],
)
def test_canonical_label_months_and_days(period, label, months, days):
    assert (period.label, period.months, period.days) == (label, months, days)
    assert str(period) == label
    assert repr(period) == f"Period({label!r})"


months_of_time = st.integers(1850 * 12, 2150 * 12)


def _between(first, length):
    start = pd.Period(year=first // 12, month=first % 12 + 1, freq="M")
    return Period(start.start_time.date(), (start + length - 1).end_time.date())


periods = st.builds(_between, months_of_time, st.one_of(st.sampled_from([1, 3, 12]), st.integers(1, 60)))


@given(periods)
@example(Period.month(2009, 10))
@example(Period.month(2000, 1))
def test_canonical_labels_parse_back(period):
    """Only a month's label can also be a financial year's, and then `kind` decides."""
    year, last = divmod(period.start.year + 1, 100)[1], period.start.month
    if period.months == 1 and year == last:
        with pytest.raises(InvalidInputError, match="could be"):
            Period.parse(period.label)
        assert Period.parse(period.label, kind="month") == period
    else:
        assert Period.parse(period.label) == period


def test_the_last_january_is_no_financial_year():
    """None begins in 2200, so that its first month alone is meant; "2200/01" is how a financial year is written."""
    assert Period.parse("2200-01") == Period.parse("2200-1") == Period.month(2200, 1)


@given(periods, periods)
def test_one_label_per_period(one, other):
    assert (one.label == other.label) == (one == other)
    assert (hash(one) == hash(other)) or one != other
    assert len({one, other}) == 1 + (one != other)


@given(periods, st.integers(-300, 300), st.integers(-300, 300))
def test_shifts_add_up(period, a, b):
    assert period.shift(a).shift(b) == period.shift(a + b)
    assert period.shift(a).months == period.months
    assert period.shift(0) == period


@given(months_of_time, st.integers(1, 40), st.integers(-500, 500))
@settings(max_examples=50)
def test_shift_agrees_with_pandas(first, length, months):
    assert _between(first, length).shift(months) == _between(first + months, length)


@given(periods)
def test_previous_ends_the_day_before(period):
    previous = period.previous()
    assert previous.end + timedelta(days=1) == period.start
    assert previous.months == period.months
    assert not previous.overlaps(period)
    assert Period(previous.start, period.end).days == previous.days + period.days


@given(periods)
def test_days_of_the_months_add_up(period):
    first = Period.month(period.start.year, period.start.month)
    parts = [first.shift(i) for i in range(period.months)]
    assert sum(part.days for part in parts) == period.days
    assert all(period.contains(part) and period.overlaps(part) for part in parts)
    assert parts[-1].end == period.end


@given(periods, periods)
def test_overlap_is_symmetric_and_agrees_with_days(one, other):
    shared = (min(one.end, other.end) - max(one.start, other.start)).days >= 0
    assert one.overlaps(other) == other.overlaps(one) == shared
    assert one.contains(other) <= one.overlaps(other)
    assert (one.contains(other) and other.contains(one)) == (one == other)


@given(st.lists(periods, max_size=8))
def test_order_is_by_start_then_end(several):
    assert sorted(several) == sorted(several, key=lambda p: (p.start.isoformat(), p.end.isoformat()))


def test_pickled_periods_are_equal_and_frozen():
    period = Period.financial_year(2023)
    assert pickle.loads(pickle.dumps(period)) == period
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        period.start = date(2023, 5, 1)


def test_overlaps_and_contains_take_labels():
    assert Period.parse("2023/24").contains("2024-Q1")
    assert not Period.parse("2023/24").overlaps("2024-Q2")
    with pytest.raises(InvalidTypeError, match="other must be text"):
        Period.parse("2023/24").overlaps(2024)


@pytest.mark.parametrize("two", range(100))
def test_two_digit_years_as_strptime(two):
    expected = datetime.strptime(f"{two:02d}", "%y").year  # noqa: DTZ007
    assert Period.parse(f"Mar-{two:02d}") == Period.month(expected, 3)


# ---- ambiguity and kind -----------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    ["2009-10", "2010-11", "2011-12", "2008-09", "2001-02", "2000-01", "1900-01", "200910", "2009_10"],
)
def test_month_or_financial_year_is_refused(label):
    first = int(label[:4])
    assert Period.parse(label, kind="month") == Period.month(first, int(label[-2:]))
    assert Period.parse(label, kind="financial_year") == Period.financial_year(first)
    with pytest.raises(InvalidInputError, match=f"could be .* {first} or the financial year {first}/"):
        Period.parse(label)


def test_the_ambiguity_names_both_readings_and_the_way_out():
    with pytest.raises(InvalidInputError) as refused:
        Period.parse("2009-10")
    for part in ("October 2009", "financial year 2009/10", 'kind="month"', 'kind="financial_year"'):
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("label", "kind", "expected"),
    [
        ("year ending March 2024", "financial_year", Period.financial_year(2023)),
        ("Year ending December 2024", "calendar_year", Period.calendar_year(2024)),
        ("Apr-Jun 2023", "quarter", Period.quarter(2023, 2)),
        ("2023/24 Q1", "quarter", Period.quarter(2023, 2)),
        ("2024", "calendar_year", Period.calendar_year(2024)),
        ("2010/11", "financial_year", Period.financial_year(2010)),
        ("2024-03", "month", Period.month(2024, 3)),
        (Period.month(2024, 3), "month", Period.month(2024, 3)),
    ],
)
def test_kind_accepts_what_is_of_that_kind(label, kind, expected):
    assert Period.parse(label, kind=kind) == expected


@pytest.mark.parametrize(
    ("label", "kind", "says"),
    [
        ("2024", "financial_year", "calendar year 2024. Which is meant, 2023/24 or 2024/25?"),
        ("2024", "month", "must be a month; '2024' was read as the calendar year 2024."),
        ("2010/11", "month", "read as the financial year 2010/11"),
        ("2009-10", "quarter", "read as October 2009"),
        ("2024-Q1", "financial_year", "read as the quarter 2024-Q1"),
        ("YE June 2024", "financial_year", "read as the year ending 2024-06"),
        ("Apr to Sep 2023", "quarter", "read as the span 2023-04 to 2023-09"),
        (Period.month(2024, 3), "quarter", "'2024-03' was read as March 2024"),
    ],
)
def test_kind_refuses_another_kind_and_says_what_was_read(label, kind, says):
    with pytest.raises(InvalidInputError) as refused:
        Period.parse(label, kind=kind)
    assert says in str(refused.value)


def test_kind_must_exist():
    with pytest.raises(UnknownNameError, match="kind must be one of 'month'"):
        Period.parse("2024", kind="year")


# ---- refusals ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("", "label must not be empty"),
        ("  ", "label must not be empty"),
        ("_", "forms that can be read"),
        ("2023-13", "13 is no month, and the financial year that begins in 2023 is 2023/24"),
        ("2023/25", "begins in 2023 is 2023/24"),
        ("2023-00", "00 is no month"),
        ("2023-2025", "the second year must be the one after the first, as in 2023/24"),
        ("FY2023/25", "as in 2023/24"),
        ("FY 2009/09", "as in 2009/10"),
        ("FY2024", "Which is meant, 2023/24 or 2024/25?"),
        ("financial year 24", "Which is meant, 2023/24 or 2024/25?"),
        ("FY2024 Q1", "Which is meant"),
        ("13/2024", "month must be from 1 to 12; got 13"),
        ("2024M13", "month must be from 1 to 12"),
        ("Q5 2024", "quarter must be from 1 to 4; got 5"),
        ("2024-Q0", "quarter must be from 1 to 4; got 0"),
        ("2024/03 Q1", "is no year that has quarters"),
        ("24 Q1", "is no year that has quarters"),
        ("1066", "year must be from 1800 to 2200; got 1066"),
        ("9999/00", "first must be from 1800 to 2200"),
        ("2200/01", "years 1800 to 2200; this one runs from 2200 to 2201"),
        ("2024-03-15", "a date is no period. Use Period.month"),
        ("2024-03-15T10:20:30Z", "a date is no period"),
        ("20240315", "a date is no period"),
        ("15/03/2024", "a date is no period"),
        ("15/03/2024 10:20", "a date is no period"),
        ("15.3.24", "a date is no period"),
        ("15 March 2024", "date= when tallying"),
        ("March 15th, 2024", "a date is no period"),
        ("Apr to Mar 2024", "it ends (March 2024) before it begins (April 2024)"),
        ("Apr 2023 to 2023/24", "its ends differ in kind (April 2023, the financial year 2023/24)"),
        ("2 April 2023 to 31 March 2024", "April 2023 begins on day 1"),
        ("1 April 2023 to 30 March 2024", "March 2024 ends on day 31"),
        ("Year ending 30 March 2024", "March 2024 ends on day 31"),
        ("year ending 2024", "'2024' is no month"),
        ("year ending 2010/11", "'2010/11' is no month"),
        ("year ending soon", "forms that can be read"),
        ("Apr to date", "forms that can be read"),
        ("-mar 2024", "forms that can be read"),
        ("jan-feb-mar 2024", "forms that can be read"),
        ("March", "forms that can be read"),
        ("last year", "'year ending March 2024'"),
        ("\u0662\u0660\u0662\u0664", "forms that can be read"),  # digits, but not ours
    ],
)
def test_a_label_that_cannot_be_read_says_why(label, says):
    with pytest.raises(InvalidInputError) as refused:
        Period.parse(label)
    assert says in str(refused.value)
    assert "label must" in str(refused.value)


@pytest.mark.parametrize(
    "label", [None, 2024.5, True, 2024, b"2024", date(2024, 3, 1), ["2024"], float("nan")]
)
def test_a_label_must_be_text(label):
    with pytest.raises(InvalidTypeError, match="label must be text"):
        Period.parse(label)


@given(st.text())
@settings(max_examples=150)
def test_any_text_is_read_or_refused_by_our_errors(text):
    try:
        Period.parse(text)
    except PoliceMetricsError as error:
        message = str(error)
    else:
        return
    assert message.startswith("label must")


WORDS = [
    "apr", "april", "2023", "24", "03", "2009", "10", "/", "-", "to", "31", "1", "q1", "fy",
    "cy", "year", "ending", "months", "12", "ye", "rolling", "m", "–", "_", ",", "'", "202403",
]  # fmt: skip


@given(st.lists(st.sampled_from([*WORDS, " ", " "]), max_size=9).map("".join))
@settings(max_examples=400)
def test_near_labels_are_read_or_refused_by_our_errors(text):
    try:
        found = Period.parse(text)
    except PoliceMetricsError:
        return
    assert Period.parse(found.label, kind="month" if found.months == 1 else None) == found


@pytest.mark.parametrize(
    "unit", ["1", "apr ", "to ", "a to ", "-a", "q1", "2023/24 ", "year to ", " - ", "fy", "1 - "]
)
def test_a_long_label_is_refused_quickly_and_shown_short(unit):
    began = time.process_time()
    with pytest.raises(InvalidInputError) as refused:
        Period.parse("year to " + unit * 50_000)
    with pytest.raises(InvalidInputError):
        Period.parse(unit * 50_000)
    assert time.process_time() - began < 1
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (date(2023, 4, 2), date(2024, 3, 31), "start must be the first day of a month"),
        (date(2023, 4, 1), date(2024, 3, 30), "end must be the last day of a month"),
        (date(2023, 2, 1), date(2024, 2, 28), "end must be the last day of a month"),
        (date(2023, 4, 1), date(2023, 3, 31), "end must come after start"),
        (date(1799, 4, 1), date(2023, 3, 31), "the year of start must be from 1800"),
        (date(2023, 4, 1), date(2201, 3, 31), "the year of end must be from 1800"),
    ],
)
def test_days_must_be_whole_months(start, end, says):
    with pytest.raises(InvalidInputError, match=says):
        Period(start, end)


@pytest.mark.parametrize("day", ["2023-04-01", datetime(2023, 4, 1), pd.Timestamp("2023-04-01"), None])  # noqa: DTZ001
def test_days_must_be_dates(day):
    with pytest.raises(InvalidTypeError, match="start must be a datetime"):
        Period(day, date(2023, 4, 30))
    with pytest.raises(InvalidTypeError, match="end must be a datetime"):
        Period(date(2023, 4, 1), day)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Period.month(2024, 13), "month must be from 1 to 12; got 13"),
        (lambda: Period.month(2024, 0), "month must be from 1 to 12; got 0"),
        (lambda: Period.month(1799, 1), "year must be from 1800 to 2200; got 1799"),
        (lambda: Period.quarter(2024, 5), "quarter must be from 1 to 4"),
        (lambda: Period.financial_quarter(2024, 0), "quarter must be from 1 to 4"),
        (lambda: Period.calendar_year(2201), "year must be from"),
        (lambda: Period.financial_year(1799), "first must be from"),
        (lambda: Period.financial_year(2200), "a period must lie in the years 1800 to 2200"),
        (lambda: Period.year_ending(1800, 3), "a period must lie in"),
        (lambda: Period.month(1800, 1).previous(), "a period must lie in"),
        (lambda: Period.month(2200, 12).shift(1), "a period must lie in"),
        (lambda: Period.month(2024, 1).shift(10**30), "a period must lie in"),
    ],
)
def test_constructors_refuse_values_out_of_range(make, says):
    with pytest.raises(InvalidInputError, match=says):
        make()


@pytest.mark.parametrize("value", [True, 3.0, "3", None, np.bool_(True), np.float64(3)])
def test_constructors_refuse_what_is_no_whole_number(value):
    for make in (
        lambda: Period.month(2024, value),
        lambda: Period.calendar_year(value),
        lambda: Period.quarter(2024, value),
        lambda: Period.month(2024, 1).shift(value),
    ):
        with pytest.raises(InvalidTypeError, match="must be a whole number"):
            make()


def test_constructors_take_numpy_integers_and_keep_none():
    period = Period.month(np.int64(2024), np.int32(3)).shift(np.int8(-1))
    assert period == Period.month(2024, 2)
    assert type(period.start.year) is int


# ---- helpers ----------------------------------------------------------------------------


def test_as_period_takes_either_and_names_the_argument():
    year = Period.financial_year(2023)
    assert as_period(year, "between") is year
    assert as_period("2023/24", "between") == year
    with pytest.raises(InvalidInputError, match="between must name a period; got '2023/25'"):
        as_period("2023/25", "between")
    with pytest.raises(InvalidInputError, match="between must name one period; '2009-10' could be"):
        as_period("2009-10", "between")
    with pytest.raises(InvalidTypeError, match="between must be text; got 2024"):
        as_period(2024, "between")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([], ()),
        (["2024-03", "2023/24", "2024"], (Period.month(2024, 3), Period.financial_year(2023), Period.calendar_year(2024))),
        ([2023, np.int64(2024), "2025"], tuple(map(Period.calendar_year, (2023, 2024, 2025)))),
        ([202403], (Period.month(2024, 3),)),
        (["2009-09", "2009-10", "200911"], tuple(Period.month(2009, m) for m in (9, 10, 11))),
        (["2008-09", "2009-10", "2012-13"], tuple(map(Period.financial_year, (2008, 2009, 2012)))),
        (["2009-10", "2010/11"], tuple(map(Period.financial_year, (2009, 2010)))),
        (["2009-10", "Nov 2009"], (Period.month(2009, 10), Period.month(2009, 11))),
        (["2009-10", "year ending March 2011"], tuple(map(Period.financial_year, (2009, 2010)))),
        (["2009-10", Period.month(2009, 11)], (Period.month(2009, 10), Period.month(2009, 11))),
    ],
)  # fmt: skip
def test_a_column_of_labels_is_read_together(labels, expected):
    assert read_labels(labels, "period") == expected


@pytest.mark.parametrize("make", [tuple, np.array, pd.Series, lambda labels: (v for v in labels)])
def test_a_column_can_be_of_any_library(make):
    expected = (Period.month(2009, 10), Period.month(2009, 11))
    assert read_labels(make(["2009-10", "2009-11"]), "period") == expected


@pytest.mark.parametrize(
    "labels",
    [
        ["2009-10"],
        ["2009-10", "2010-11", "200809"],
        ["2009-10", "2009-11", "2010/11"],
        ["2009-10", "2024"],
        ["2009-10", "2024-Q1"],
        ["2009-10", "2009-11", "Apr to Sep 2023"],
    ],
)
def test_a_column_that_stays_ambiguous_is_refused(labels):
    with pytest.raises(InvalidInputError) as refused:
        read_labels(labels, "period")
    for part in ("period holds labels", "Relabel", "October 2009", "the financial year 2009/10", "'2009/10'"):
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("labels", "error", "says"),
    [
        (["2024", "soon"], InvalidInputError, r"period\[1\] must name a period; got 'soon'"),
        (["2024", ""], InvalidInputError, r"period\[1\] must not be empty"),
        ([1066], InvalidInputError, r"period\[0\] .*1066"),
        ([None], InvalidTypeError, r"period\[0\] must be text; got None"),
        ([2024.0], InvalidTypeError, r"period\[0\] must be text; got 2024.0"),
        ([True], InvalidTypeError, r"period\[0\] must be text; got True"),
        ("2024", InvalidTypeError, "period must be a column of labels"),
        (2024, InvalidTypeError, "period must be a column of labels"),
    ],
)
def test_a_bad_column_names_the_label_and_the_argument(labels, error, says):
    with pytest.raises(error, match=says):
        read_labels(labels, "period")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2017/18", "2019/20"),
        ("2022", "2023/24"),
        ("2024-Q1", "2024-Q2"),
        ("2023-04 to 2023-09", "2024-04 to 2024-09"),
    ],
)
def test_fair_pairs_pass_and_reversed_ones_are_refused(earlier, later):
    earlier, later = Period.parse(earlier), Period.parse(later)
    check_pair(earlier, later)
    with pytest.raises(InvalidInputError, match=r"must be \(earlier, later\)") as refused:
        check_pair(later, earlier)
    assert f"Swap them: between=({earlier.label!r}, {later.label!r})" in str(refused.value)


def test_the_days_of_a_year():
    """Years of any last month, and those at both ends of what is read."""
    ending = Period.year_ending(2024, 6)
    assert (ending.start, ending.end) == (date(2023, 7, 1), date(2024, 6, 30))
    assert Period.calendar_year(1800).start == date(1800, 1, 1)
    assert Period.calendar_year(2200).end == date(2200, 12, 31)


def test_a_year_that_is_no_month_leaves_nothing_open():
    """Which year is meant is asked only where it could be another."""
    with pytest.raises(InvalidInputError) as refused:
        Period.parse("2024", kind="month")
    assert "Which" not in str(refused.value)


def test_sixty_characters_are_shown():
    for text, shown in (("x" * 60, "x" * 60), ("x" * 61, "x" * 60 + "...")):
        with pytest.raises(InvalidInputError, match=f"'{re.escape(shown)}'"):
            Period.parse(text)


@pytest.mark.parametrize(
    ("earlier", "later", "says"),
    [
        ("2023/24", "year ending March 2024", "these are the same months"),
        ("year ending May 2024", "year ending June 2024", "share 11 months"),
        ("year ending June 2024", "year ending May 2024", "share 11 months"),
        ("2024-03", "2024-Q1", "share 1 month. "),
        ("2024-Q1", "2024-02 to 2024-04", "share 2 months. "),
        ("2017/18", "2019-Q2", "have 12 and 3 months"),
    ],
)
def test_unfair_pairs_are_refused_each_with_its_reason(earlier, later, says):
    with pytest.raises(InvalidInputError) as refused:
        check_pair(Period.parse(earlier), Period.parse(later), "pair")
    assert says in str(refused.value)
    assert str(refused.value).startswith("pair, ")


@given(periods)
def test_a_period_and_the_one_before_it_make_a_fair_pair(period):
    check_pair(period.previous(), period)


def test_ten_thousand_labels_are_read_in_a_blink():
    labels = [f"{year}-{month:02d}" for year in range(2013, 2023) for month in range(1, 13)] * 84
    began = time.process_time()
    assert len(read_labels(labels, "period")) == 10_080
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2023/24", "2023/24"),
        ("2024", "2024"),
        ("2024-Q1", "2024-Q1"),
        ("2009-10", "October 2009"),
        ("year ending 2024-06", "the year ending June 2024"),
        ("2023-01 to 2023-06", "January 2023 to June 2023"),
        ("Year ending June 2024", "the year ending June 2024"),
        ("2018/19 Q4", "2018/19 Q4"),
        ("FY 2009-10", "FY 2009-10"),
    ],
)
def test_in_words(label, words):
    """Months are named in a sentence, and a rolling year has its article."""
    assert in_words(label) == words


HINTS = {
    "2023/24 (p)": "2023/24", "2023/24 [p]": "2023/24", "2023/24p": "2023/24", "2023/24 [note 3]": "2023/24",
    "2023/24*": "2023/24", "2023/24 (provisional)": "2023/24", "2023/24 [note 3][r]": "2023/24", "23/24": "2023/24",
    "23-24": "2023/24", "2324": "2023/24", "04/05": "2004/05", "99/00": "1999/00", "2025Q01": "2025-Q1",
    "Q1 23/24": "2023-Q2", "Q1 (Apr-Jun) 2023/24": "2023-Q2", "01/04/2023 to 31/03/2024": "2023/24",
    "01/04/2023 - 31/03/2024": "2023/24", "2023-04-01 to 2024-03-31": "2023/24", "Y/E 31/03/2024": "2023/24",
    "12m to Mar 24": "2023/24", "R12 Mar 2024": "2023/24", "2024.0": "2024", "April 2023 to March 2024 [note 2]": "2023/24",
}  # fmt: skip


@pytest.mark.parametrize(("label", "meant"), HINTS.items(), ids=HINTS)
def test_what_a_label_probably_means(label, meant):
    """It is not read so without a word; and what is proposed is read."""
    with pytest.raises(InvalidInputError, match=re.escape(f"{label!r}. Did you mean {meant!r}?")):
        Period.parse(label)
    assert Period.parse(meant).label == meant


@pytest.mark.parametrize(
    "label", ["24/26", "15/04/2023 to 31/03/2024", "2023-04-01", "2009-10 [r]", "E01000001", "Kent", "13/13"]
)
def test_no_hint_where_it_would_be_a_guess(label):
    with pytest.raises(InvalidInputError) as refused:
        Period.parse(label)
    assert "Did you mean" not in str(refused.value)


def test_the_relabelling_that_is_proposed_cures_a_column():
    """Of all labels that cannot be read, in one call that gives the right figure."""
    from policemetrics import Tally, rate_change

    crimes = Tally.from_columns({"period": ["2022/23", "2023/24 (p)", "24/25 [note 2]"]}, [10, 12, 9])
    with pytest.raises(
        InvalidInputError, match=r"period\[1\] must name a period; got '2023/24 \(p\)'"
    ) as refused:
        rate_change(crimes, between=("2022/23", "2023/24"))
    call = re.search(r"tally\(…\)(\.relabel\(.*\))\.$", str(refused.value))[1]
    cured = eval(f"crimes{call}", {"crimes": crimes})  # noqa: S307  # the code that the message proposes
    assert rate_change(cured, between=("2023/24", "2024/25")).change == -3


class TestSpelling:
    """The caller's spelling comes back, and any other of the same period is understood."""

    SPELT = (
        ("2018/19 Q4", "2019/20 Q4", "2020-Q1"),
        ("Year ending March 2019", "Year ending March 2020", "2019/20"),
        ("FY 2018-19", "FY 2019-20", "year ending 2020-03"),
        ("202401", "202501", "Jan 2025"),
        ("2009-10", "2010/11", "FY 2010-11"),
        ("2018", "2019", "Jan 2019 to Dec 2019"),
    )

    @pytest.mark.parametrize(("old", "new", "other"), SPELT)
    def test_comes_back_in_tables_at_and_where(self, old, new, other):
        crimes = pm.Tally.from_columns({"period": [old, new], "offence": ["a", "a"]}, [10, 12])
        table = pm.rate_change(crimes, versus="year_before")
        assert table["period"].tolist() == [old, new]
        for spelling in (new, other, Period.parse(other)):
            assert table.at(period=spelling).change == 2
            assert crimes.where(period=spelling).labels("period") == (new,)
            assert crimes.drop(period=spelling).labels("period") == (old,)
            assert pm.rate_change(crimes, between=(old, spelling)).change == 2
        index = pm.harm_index(crimes, pm.HarmWeights({"a": 1}, name="o", version="1"), base=old)
        assert index["period"].tolist() == [old, new]
        assert index.at(period=other).score == 12

    @given(
        st.integers(1950, 2060),
        st.sampled_from(["FY {0}/{1}", "{0}/{1}", "year ending March {2}", "YE Mar {2}"]),
    )
    def test_any_financial_year(self, first, form):
        """Whatever the spelling, the sentence says it as the data do, and names no other months."""
        old, new = (form.format(y, f"{(y + 1) % 100:02}", y + 1) for y in (first, first + 1))
        change = pm.rate_change(pm.Tally.from_columns({"period": [old, new]}, [1, 2]), between=(old, new))
        assert change.between == (old, new)
        assert Period.parse(change.between[0]) == Period.financial_year(first)
        assert table_joins(old, new)

    def test_years_as_numbers(self):
        for labels in (["2017", "2019"], [2017, 2019]):
            crimes = pm.Tally.from_columns({"period": labels}, [10, 12])
            for asked in ((2017, 2019), ("2017", "2019"), (2017, "2019")):
                assert pm.rate_change(crimes, between=asked).change == 2
        with pytest.raises(InvalidTypeError, match=r"between\[0\] must be text"):
            pm.rate_change(crimes, between=(1, 2))

    def test_what_is_absent_is_named_alike(self):
        crimes = pm.Tally.from_columns({"period": ["2018/19 Q4", "2019/20 Q4"]}, [10, 12])
        assert pm.rate_change(crimes, versus="previous")[1].reason == "not available: no rows for 2019/20 Q3"

    def test_an_ambiguous_label_is_no_sentence(self):
        """Among clear ones 2009-10 is a year: never October 2009."""
        crimes = pm.Tally.from_columns({"period": ["2009-10", "2010/11"]}, [10, 12])
        assert "from 10 in 2009/10 to 12 in 2010/11" in str(
            pm.rate_change(crimes, between=("2009/10", "2010/11"))
        )

    def test_what_is_no_period_is_unknown(self):
        crimes = pm.Tally.from_columns({"force": ["Kent", "2020"]}, [1, 2])
        with pytest.raises(UnknownNameError):
            crimes.where(force="year ending December 2020")


def table_joins(old, new):
    """Join a table to the data that it was made of, by period."""
    data = pd.DataFrame({"period": [old, new], "n": [1, 2]})
    table = pm.rate_change(
        pm.Tally.from_columns({"period": [old, new]}, [1, 2]), versus="previous"
    ).to_pandas()
    return len(data.merge(table, on="period")) == 2
