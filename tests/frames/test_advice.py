"""What a message says of a column that holds no stamps: each call is taken from it and run, on the column that was refused."""

import datetime as dt
import re

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from engines import ENGINES, one_duckdb

from policemetrics import durations, response_times, summarise_times, tally
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    PoliceMetricsWarning,
)

_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)

NAMES = {"pd": pd, "pl": pl, "pa": pa, "pc": pc, "datetime": dt}
CLOCK = {"start": "a", "end": "b", "timezone": "Europe/London"}
NEAR = ["pandas", "pandas-arrow", "polars", "polars-lazy", "pyarrow", "duckdb"]


def said(frame, call=durations, **asked):
    """The message of a refusal."""
    with pytest.raises(PoliceMetricsError) as caught:
        call(frame, **asked)
    return str(caught.value)


def cured(frame, message, after, name="a", until=None):
    """The frame with the column that the call of a message makes, as it stands there: behind some words, up to others."""
    found = re.search(rf"{after} ?(.+?)(?={until or '; |, then|$'})", message)
    call = found.group(1).removesuffix(".")
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return frame.project(f"* REPLACE ({call} AS {name})")
    column = eval(call, NAMES | {"frame": frame, "table": frame})  # noqa: S307  # our own
    if isinstance(frame, pl.DataFrame | pl.LazyFrame):
        return frame.with_columns(column)
    if isinstance(frame, pa.Table):
        return frame.set_column(frame.column_names.index(name), name, column)
    return frame.assign(**{name: column})


def both_cured(frame, after, until=None):
    """The frame with both columns made stamps, the one after the other, as the messages say."""
    first = cured(frame, said(frame, **CLOCK), after, "a", until)
    # The end is asked for alone, as if it were the start: columns of two kinds are refused for that first.
    second = said(frame, **{**CLOCK, "start": "b", "end": "a"})
    return cured(first, second, after, "b", until)


EXCEL = {"a": [45413.4167, 45413.5], "b": [45413.4271, 45413.51]}
SINCE_1970 = {"a": [1714557600, 1714561200], "b": [1714558200, 1714561920]}


class TestNumbers:
    @pytest.mark.parametrize("kind", NEAR)
    def test_days_of_excel(self, kind):
        """Ten o'clock and noon of 1 May 2024, to the second: 15 minutes as far as four digits go, and 14 min 24 s."""
        frame = ENGINES[kind](pa.table(EXCEL))
        assert "unit='D', origin='1899-12-30'" in said(frame, **CLOCK)
        found = durations(both_cured(frame, r"1899-12-30'\):"), **CLOCK)
        assert found.labels("seconds") == (864, 898)

    @pytest.mark.parametrize("kind", NEAR)
    @pytest.mark.parametrize(("unit", "many"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
    def test_units_since_1970(self, kind, unit, many):
        frame = ENGINES[kind](pa.table({n: [v * many for v in c] for n, c in SINCE_1970.items()}))
        assert f"(unit={unit!r})" in said(frame, **CLOCK)
        found = both_cured(frame, r"\(unit='\w+'\):")
        assert durations(found, **CLOCK).labels("seconds") == (600, 720)
        # They are instants, in UTC: eleven in the morning in London.
        assert tally(found, date="a").labels("period") == ("2024-05",)

    @pytest.mark.parametrize("kind", NEAR)
    def test_numbers_as_text(self, kind):
        frame = ENGINES[kind](pa.table({n: [str(v) for v in c] for n, c in EXCEL.items()}))
        found = durations(both_cured(frame, r"1899-12-30'\):"), **CLOCK)
        assert found.labels("seconds") == (864, 898)

    def test_some_are_missing(self):
        """pandas has them as floats then."""
        frame = pd.DataFrame({n: [*(1000 * v for v in c), None] for n, c in SINCE_1970.items()})
        found = durations(both_cured(frame, r"\(unit='\w+'\):"), **CLOCK)
        assert (found.labels("seconds"), found.excluded.total) == ((600, 720), 1)

    @pytest.mark.parametrize("kind", NEAR)
    @pytest.mark.parametrize(
        ("values", "after", "expected"),
        [
            ([45017, 45018, 45383], r"1899-12-30'\):", {"2023-04": 2, "2024-04": 1}),
            ([20230401, 20230402, 20240401], r"written as one:", {"2023-04": 2, "2024-04": 1}),
            ([1680350400000, 1680436800000, 1711972800000], r"\(unit='ms'\):", {"2023-04": 2, "2024-04": 1}),
        ],
    )
    def test_dates(self, kind, values, after, expected):
        frame = ENGINES[kind](pa.table({"day": values}))
        found = tally(cured(frame, said(frame, tally, date="day"), after, "day"), date="day")
        assert dict(zip(*found.to_dict().values(), strict=True)) == expected

    @pytest.mark.parametrize("kind", NEAR)
    @pytest.mark.parametrize(
        ("form", "value"), [("%Y%m%d%H%M", 202405011000), ("%Y%m%d%H%M%S", 20240501100000)]
    )
    def test_stamps_as_one_number(self, kind, form, value):
        frame = ENGINES[kind](pa.table({"a": [value, value], "b": [value, value]}))
        message = said(frame, **CLOCK)
        assert f"{form!r} written as one" in message
        found = tally(cured(frame, message, "written as one:"), date="a")
        assert found.labels("period") == ("2024-05",)

    @pytest.mark.parametrize("values", [[5.0], [480, 900], [2024, 2025], [99_999]])
    def test_numbers_that_are_no_stamps(self, values):
        message = said(pl.DataFrame({"a": values, "b": values}), **CLOCK)
        assert "times that were measured already go to tally(), by={'seconds': …}" in message


OF_DAY = {"date": ["2024-05-01", "2024-05-02"], "a": ["23:55:00", "10:00:00"], "b": ["23:59:30", "10:08:00"]}


class TestTimesOfDay:
    def frames(self, kind):
        text = pa.table(OF_DAY)
        dated = text.set_column(0, "date", text["date"].cast(pa.date32()))
        clock = [dt.time.fromisoformat(v) for c in "ab" for v in OF_DAY[c]]
        timed = dated.set_column(1, "a", [clock[:2]]).set_column(2, "b", [clock[2:]])
        return [ENGINES[kind](table) for table in (text, dated, timed)]

    @pytest.mark.parametrize("kind", NEAR)
    def test_joined_with_the_date(self, kind):
        """As text, and as the type that an engine has for them."""
        for frame in self.frames(kind)[1:]:
            assert "times of day have no date" in said(frame, **CLOCK)
            found = durations(both_cured(frame, "as in", "; an end"), **CLOCK)
            assert found.labels("seconds") == (270, 480)

    def test_minutes(self):
        frame = pl.DataFrame({"date": ["2024-05-01"], "a": ["23:55"], "b": ["23:59"]})
        assert durations(both_cured(frame, "as in", "; an end"), **CLOCK).labels("seconds") == (240,)

    @pytest.mark.parametrize("kind", NEAR)
    def test_parsed_without_a_date(self, kind):
        """A parser puts 1 January 1900 before them."""
        rows = {n: [f"1900-01-01 {v}" for v in OF_DAY[n]] for n in "ab"}
        stamps = pa.table({n: pa.array(v).cast(pa.timestamp("us")) for n, v in rows.items()})
        frame = ENGINES[kind](stamps.append_column("date", pa.array(OF_DAY["date"]).cast(pa.date32())))
        message = said(frame, **CLOCK)
        assert message.startswith(
            "start: column 'a' must hold stamps; all 2 of it lie at 1900-01-01, as times of day"
        )
        once = cured(frame, message, "as in", "a", "; an end")
        again = said(frame, **{**CLOCK, "start": "b", "end": "a"})
        assert durations(cured(once, again, "as in", "b", "; an end"), **CLOCK).labels("seconds") == (
            270,
            480,
        )

    def test_midnight(self):
        """Joined with one date for both, an end past midnight is a day early: three of them say so, and how to go on."""
        frame = pd.DataFrame(
            {"date": ["2024-05-01"] * 4, "a": ["23:55"] * 3 + ["10:00"], "b": ["00:05"] * 3 + ["10:08"]}
        )
        found = both_cured(frame, "as in", "; an end")
        with pytest.warns(
            PoliceMetricsWarning, match=r"3 of 3 times below zero lie within 6 hours of −24 h"
        ) as caught:
            durations(found, **CLOCK)
        moved = cured(found, str(caught[0].message), "become times by", "b")
        assert durations(moved, **CLOCK).to_dict() == {"seconds": [480, 600], "count": [1, 3]}


class TestBeginningsOfCalendars:
    @pytest.mark.parametrize("kind", NEAR)
    @pytest.mark.parametrize("numbers", [EXCEL, SINCE_1970])
    @pytest.mark.parametrize("many", [1, 1000])
    def test_numbers_read_without_their_unit(self, kind, numbers, many):
        """What pandas makes of numbers as they are: nanoseconds since 1970."""
        raw = pa.table({n: [v * many for v in c] if numbers is SINCE_1970 else c for n, c in numbers.items()})
        stamps = {n: pa.array([int(v) for v in raw[n].to_pylist()], pa.timestamp("ns")) for n in "ab"}
        message = said(ENGINES[kind](pa.table(stamps)), **CLOCK)
        assert message.startswith(
            "start: column 'a' must hold stamps; all 2 of it lie at 1970-01-01, as numbers do"
        )
        if many == 1 and numbers is SINCE_1970:
            return  # seconds, of which the message only says that they go as well
        after, until = (
            ("or by", " if they are days") if numbers is EXCEL else ("again, by", " if they are milli")
        )
        frame = ENGINES[kind](raw)
        once = cured(frame, message, after, "a", until)
        other = said(ENGINES[kind](pa.table(stamps)), **{**CLOCK, "start": "b", "end": "a"})
        expected = (864, 898) if numbers is EXCEL else (600, 720)
        assert durations(cured(once, other, after, "b", until), **CLOCK).labels("seconds") == expected

    def test_ends_alone(self):
        stamps = pd.to_datetime(["2024-05-01 10:00"] * 3)
        frame = pd.DataFrame({"a": stamps, "b": pd.to_datetime([0, 1, None])})
        with pytest.raises(
            InvalidInputError, match="end: column 'b' must hold stamps; all 2 of it lie at 1970-01-01"
        ):
            response_times(frame, **CLOCK)

    @pytest.mark.parametrize("kind", NEAR)
    def test_dates_of_1970(self, kind):
        """A tally by month would have one month, with everything in it."""
        frame = ENGINES[kind](pa.table({"day": pa.array([45017, 45383], pa.timestamp("ns"))}))
        message = said(frame, tally, date="day")
        assert "all of it lie in 1970-01, as numbers do that are read without their unit" in message
        numbers = ENGINES[kind](pa.table({"day": [45017, 45383]}))
        found = cured(numbers, message, "or by", "day", " if they are days")
        assert tally(found, date="day").labels("period") == ("2023-04", "2024-04")


class TestClockTimesOfDurations:
    @pytest.mark.parametrize("kind", NEAR)
    def test_of_a_frame(self, kind):
        """2 min 14 s and 1 h 12 min, as a reader of Excel has cells of hh:mm:ss."""
        frame = ENGINES[kind](
            pa.table({"took": pa.array([dt.time(0, 2, 14), dt.time(1, 12)], pa.time64("us"))})
        )
        message = said(frame, tally, by={"seconds": "took"})
        found = cured(frame, message, "become some by", "took")
        assert tally(found, by={"seconds": "took"}).labels("seconds") == (134, 4320)

    def test_of_a_column(self):
        column = pd.Series([dt.time(0, 2, 14), dt.time(1, 12)])
        message = said(column, summarise_times)
        call = message.partition("take ")[2].removesuffix(".")
        assert summarise_times(eval(call, {"pd": pd, "column": column})).mean == 2227  # noqa: S307  # our own

    @pytest.mark.parametrize("kind", NEAR)
    def test_stamps_are_no_seconds(self, kind):
        frame = ENGINES[kind](pa.table({"at": pa.array([10**15], pa.timestamp("us"))}))
        assert "by durations(frame, start=…, end=…)" in said(frame, tally, by={"seconds": "at"})


class TestDates:
    @pytest.mark.parametrize("kind", NEAR)
    def test_dates_alone(self, kind):
        days = [dt.date(2024, 5, 1)] * 2
        frame = ENGINES[kind](pa.table({"a": days, "b": days}))
        with pytest.raises(
            InvalidTypeError, match="dates have no time of day, so that nothing can be timed by them"
        ):
            durations(frame, **CLOCK)

    @pytest.mark.parametrize("kind", NEAR)
    @pytest.mark.parametrize("zone", [None, "UTC"])
    def test_all_at_midnight(self, kind, zone):
        """Dates that were read as stamps: a day between them is no response time, over a change of the clocks either."""
        a, b = (pa.array([dt.datetime(2024, *d, tzinfo=dt.UTC).replace(tzinfo=None) for d in c], pa.timestamp("us")).cast(pa.timestamp("us", zone))
                for c in (((5, 1), (3, 30)), ((5, 1), (3, 31))))  # fmt: skip
        frame = ENGINES[kind](pa.table({"a": a, "b": b}))
        with pytest.raises(
            InvalidInputError, match="all of 'a' and 'b' are at midnight, 00:00:00, as dates are"
        ):
            durations(frame, **CLOCK)

    def test_whole_days_of_stamps(self):
        """What took two days to the second did; one row tells nothing; nor do times of nought."""
        start = pd.to_datetime(["2024-05-01 10:00", "2024-05-03 11:00"])
        assert durations(pd.DataFrame({"a": start, "b": start + pd.Timedelta("2D")}), **CLOCK).total == 2
        assert durations(pd.DataFrame({"a": start, "b": start}), **CLOCK).total == 2
        one = pd.to_datetime(["2024-05-01"])
        assert durations(pd.DataFrame({"a": one, "b": one}), **CLOCK).total == 1

    def test_dates_in_objects(self):
        """pandas has them as objects; as dates of a tally they need no zone."""
        frame = pd.DataFrame({"day": [dt.date(2024, 5, 1)]})
        message = said(frame, tally, date="day")
        assert tally(cured(frame, message, "as in", "day", " if none"), date="day").labels("period") == (
            "2024-05",
        )
