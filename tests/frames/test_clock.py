"""Dates and stamps on the clocks of a zone, cut into periods; and what engines say of their zones."""

import datetime as dt
import re
from collections import Counter
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import ENGINES, cells, every_engine, ledger, one_duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
)
from policemetrics.frames.counting import tally
from policemetrics.periods import Period

MAX = 2**63 - 1
MISSING = "(missing)"

LONDON, UTC = ZoneInfo("Europe/London"), dt.UTC

_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    """From an Arrow table to a frame of each engine."""
    return request.param


def frame(**columns):
    return pa.table(columns)


def stamps(*texts, zone=None):
    return [t and dt.datetime.fromisoformat(t).replace(tzinfo=zone) for t in texts]


class TestDates:
    """The oracle is Python's own clock: ``datetime.astimezone(ZoneInfo(…))``."""

    def test_days(self, engine):
        table = frame(day=pa.array([dt.date(2024, 1, 31), dt.date(2024, 2, 1), None, dt.date(2024, 2, 29)]))
        data = engine(table)
        if isinstance(data, pd.DataFrame) and data["day"].dtype == object:
            with pytest.raises(
                InvalidTypeError,
                match=r"date: column 'day' .*got Object: turn it into stamps first.*pd\.to_datetime",
            ):
                tally(data, date="day")
            return
        found = tally(data, date="day")
        assert cells(found) == {("2024-01",): 1, ("2024-02",): 2}
        assert ledger(found) == {(MISSING, "missing period"): 1}

    @pytest.mark.parametrize(
        ("every", "expected"),
        [
            ("month", ["2023-12", "2024-03", "2024-04", "2024-06", "2024-07"]),
            ("quarter", ["2023-Q4", "2024-Q1", "2024-Q2", "2024-Q2", "2024-Q3"]),
            ("calendar_year", ["2023", "2024", "2024", "2024", "2024"]),
            ("financial_year", ["2023/24", "2023/24", "2024/25", "2024/25", "2024/25"]),
        ],
    )
    def test_periods(self, engine, every, expected):
        data = engine(
            frame(
                at=stamps("2023-12-31T23:59:59", "2024-03-31", "2024-04-01", "2024-06-30T23:30", "2024-07-01")
            )
        )
        assert cells(tally(data, date="at", every=every)) == {
            (label,): n for label, n in Counter(expected).items()
        }

    # Half past eleven at night in UTC is half past midnight in London, in summer only.
    NEAR_MIDNIGHT = tuple(
        stamps(
            "2024-01-31T23:30",
            "2024-03-31T00:30",
            "2024-06-30T22:59:59.999999",
            "2024-06-30T23:00",
            "2024-10-31T23:30",
            None,
            zone=UTC,
        )
    )
    SEEN_IN_LONDON = ("2024-01", "2024-03", "2024-06", "2024-07", "2024-10")

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_stamps_with_a_zone_are_read_in_london(self, engine, unit):
        data = engine(
            frame(
                at=pa.array(self.NEAR_MIDNIGHT, pa.timestamp("us", "UTC")).cast(
                    pa.timestamp(unit, "UTC"), safe=False
                )
            )
        )
        found = tally(data, date="at")
        assert cells(found) == {(k,): 1 for k in self.SEEN_IN_LONDON}
        assert ledger(found) == {(MISSING, "missing period"): 1}

    @pytest.mark.parametrize("zone", ["America/New_York", "UTC"])
    def test_stamps_with_a_zone_are_read_where_one_says(self, zone):
        stored = pa.array(self.NEAR_MIDNIGHT, pa.timestamp("us", "Europe/Paris"))
        expected = Counter(f"{v.astimezone(ZoneInfo(zone)):%Y-%m}" for v in self.NEAR_MIDNIGHT if v)
        for name, data in every_engine(frame(at=stored)).items():
            if name == "duckdb":
                # DuckDB keeps no zone with the column, and narwhals cannot convert there: say what to do.
                with pytest.raises(
                    InvalidInputError, match=f"its session, Europe/London; .*SET TimeZone = '{zone}'"
                ):
                    tally(data, date="at", timezone=zone)
            else:
                assert cells(tally(data, date="at", timezone=zone)) == {
                    (k,): n for k, n in expected.items()
                }, name

    def test_zones_that_narwhals_does_not_know_in_pandas(self):
        """It takes names of letters and slashes only; the stamps are instants all the same."""
        for zone in ("America/New_York", "Etc/GMT+5", "America/Port-au-Prince"):
            data = pd.DataFrame({"at": pd.to_datetime(["2024-06-30 23:30"], utc=True).tz_convert(zone)})
            assert tally(data, date="at").labels("period") == ("2024-07",)
            assert tally(data, date="at", timezone="America/New_York").labels("period") == ("2024-06",)

    def test_what_to_do_in_duckdb(self):
        with duckdb.connect() as connection:
            for zone, month in (("Asia/Tokyo", "2024-07"), ("America/New_York", "2024-06")):
                connection.execute(f"SET TimeZone = '{zone}'")
                data = connection.sql("select timestamptz '2024-06-30 20:00:00+00' as at")
                assert tally(data, date="at", timezone=zone).labels("period") == (month,)
                with pytest.raises(InvalidInputError, match="SET TimeZone = 'Europe/London'"):
                    tally(data, date="at")

    def test_stamps_without_a_zone_are_read_as_they_stand(self, engine):
        data = engine(frame(at=[v and v.replace(tzinfo=None) for v in self.NEAR_MIDNIGHT]))
        assert tally(data, date="at").labels("period") == ("2024-01", "2024-03", "2024-06", "2024-10")

    @given(
        st.lists(
            st.none() | st.datetimes(*stamps("1995-01-01", "2035-01-01"), timezones=st.just(UTC)), max_size=6
        )
    )
    @settings(max_examples=15)
    def test_any_stamp(self, found):
        expected = Counter(f"{v.astimezone(LONDON):%Y-%m}" if v else None for v in found)
        gaps = expected.pop(None, 0)
        for name, data in every_engine(frame(at=pa.array(found, pa.timestamp("us", "UTC")))).items():
            made = tally(data, date="at")
            assert cells(made) == {(k,): n for k, n in expected.items()}, name
            assert sum(ledger(made).values()) == gaps, name

    def test_the_months_are_covered(self, engine):
        """So that a force without a row in a month that others have had none."""
        data = engine(
            frame(force=["Kent", "Essex", "Kent"], at=stamps("2024-01-05", "2024-02-05", "2024-02-07"))
        )
        assert cells(tally(data, "force", date="at").coverage) == {("2024-01",): 1, ("2024-02",): 1}
        by_force = tally(data, "force", date="at", coverage="force")
        assert cells(by_force.coverage) == {
            ("Kent", "2024-01"): 1,
            ("Essex", "2024-02"): 1,
            ("Kent", "2024-02"): 1,
        }
        assert tally(data, "force", date="at", coverage=["period", "force"]) == by_force

    def test_with_counts(self, engine):
        data = engine(frame(n=[7, None, 3], at=stamps("2024-01-05", "2024-02-05", None)))
        found = tally(data, date="at", count="n")
        assert cells(found) == {("2024-01",): 7}
        assert ledger(found) == {
            ("2024-02", "not supplied: n missing in the source"): 0,
            (MISSING, "missing period"): 3,
        }

    def test_no_date_at_all(self, engine):
        found = tally(engine(frame(at=pa.array([None], pa.timestamp("us")))), date="at")
        assert (len(found), len(found.coverage), found.excluded.total) == (0, 0, 1)

    def test_labels_are_periods(self):
        data = pl.DataFrame({"at": stamps("2024-01-05", "2024-02-05")})
        assert tally(data, date="at").where(period=Period.month(2024, 2)).total == 1
        assert tally(data, date="at").rolling(2).total == 2

    @pytest.mark.parametrize("year", [1700, 9999])
    def test_years_out_of_range(self, engine, year):
        """9999 is how some systems write that there is no date yet."""
        data = engine(frame(at=pa.array(stamps(f"{year}-12-31"), pa.timestamp("us"))))
        with pytest.raises(
            InvalidInputError,
            match=f"date: column 'at' holds a date of the year {year}: year must be from 1800 to 2200",
        ):
            tally(data, date="at")

    def test_text(self):
        """Refused with the call that parses it, in the words of the engine."""
        calls = {"pandas": "pd.to_datetime(frame['at'], ", "polars": "pl.col('at').str.to_datetime(", "pyarrow": "table['at'].cast("}  # fmt: skip
        calls |= {
            "duckdb": 'CAST("at" AS TIMESTAMP)',
            "pandas-arrow": calls["pandas"],
            "polars-lazy": calls["polars"],
        }
        for name, data in every_engine(frame(at=["2024-01-05"])).items():
            with pytest.raises(
                InvalidTypeError, match=f"got String: parse it first, as in {re.escape(calls[name])}"
            ):
                tally(data, date="at")

    @pytest.mark.parametrize("values", [[2024], [dt.time(1)], [dt.timedelta(1)], [True]], ids=str)
    def test_what_is_no_date(self, engine, values):
        with pytest.raises(
            InvalidTypeError,
            match=r"date: column 'at' must hold dates or datetimes.*(pd\.to_datetime|times of day have no date)",
        ):
            tally(engine(frame(at=values)), date="at")

    def test_two_periods(self):
        data = pl.DataFrame({"at": stamps("2024-01-05"), "period": ["2023/24"]})
        with pytest.raises(InvalidInputError, match="date= makes the dimension 'period'"):
            tally(data, "period", date="at")

    @pytest.mark.parametrize("zone", ["Mars", "", " ", "../etc/passwd", "Europe", "/etc/passwd", "europe"])
    def test_unknown_zone(self, zone):
        with pytest.raises(InvalidInputError, match="name of the zone database, such as 'Europe/London'"):
            tally(pl.DataFrame({"at": self.NEAR_MIDNIGHT}), date="at", timezone=zone)

    def test_zone_that_is_no_text(self):
        with pytest.raises(InvalidTypeError, match="timezone must be text"):
            tally(pl.DataFrame({"at": self.NEAR_MIDNIGHT}), date="at", timezone=None)
