"""Days from the record of a crime to its outcome: by hand, as the kernel says, on dates and stamps, and refused."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import Period, Tally, time_to_outcome
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.survival import kaplan_meier

CLOCK = {"start": "recorded", "end": "decided", "as_at": "2024-06-01"}


def days(*numbers):
    """Dates in May 2024, by number; None stays."""
    return [None if n is None else dt.date(2024, 5, 1) + dt.timedelta(n) for n in numbers]


# 0, 2, 6 and 10 days; two are open after 20 and 30.
RECORDED, DECIDED = days(0, 0, 0, 1, 11, 1), days(0, 2, 6, 11, None, None)
OFFENCES = ["theft", "theft", "theft", "robbery", "robbery", "theft"]
TYPES = ["18", "1", "18", "1", "0", "0"]
TABLE = pa.table({"recorded": RECORDED, "decided": DECIDED, "offence": OFFENCES, "outcome": TYPES})


def in_pandas(table):
    frame = table.to_pandas()
    return frame.assign(recorded=pd.to_datetime(frame["recorded"]), decided=pd.to_datetime(frame["decided"]))


FRAMES = {
    "pyarrow": lambda t: t,
    "polars": pl.from_arrow,
    "polars lazy": lambda t: pl.from_arrow(t).lazy(),
    "pandas": in_pandas,
    "duckdb": duckdb.from_arrow,
}


class TestByHand:
    @pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
    def test_six_crimes(self, make):
        """Half of six have one after 6 to 10 days, the middle of that level; of the four with one after 2 to 6."""
        found = time_to_outcome(make(TABLE), **CLOCK)
        assert (found.median, found.median_closed) == (8, 4)
        assert (found.n, found.still_open, found.same_day) == (4, 2, 1)
        assert found.share == pytest.approx(4 / 6)
        assert np.isnan(found.p90)
        assert (found.as_at, found.start, found.end) == ("2024-06-01", "recorded", "decided")

    def test_sentence(self):
        found = time_to_outcome(TABLE, **CLOCK)
        assert str(found) == (
            "Half of the crimes had an outcome within 8 days (95% interval 0 or more), from recorded to decided, estimated of 6 "
            "with 2 still open on 2024-06-01; without the open ones it would be 4 days."
        )

    def test_as_the_kernel(self):
        random = np.random.default_rng(3)
        took, open_ = random.geometric(0.05, 400) - 1, random.random(400) < 0.3
        recorded = np.datetime64("2024-01-01") + np.zeros(400, dtype="m8[D]")
        decided = np.where(open_, np.datetime64("NaT", "D"), recorded + took)
        table = pa.table({"recorded": recorded, "decided": decided})
        found = time_to_outcome(table, start="recorded", end="decided", as_at="2024-02-15")
        seen = np.where(~open_ & (took <= 45), took, 45).astype(float)
        times, at = np.unique(seen, return_inverse=True)
        ended = np.bincount(at, ~open_ & (took <= 45)).astype(np.int64)
        every = np.bincount(at).astype(np.int64)
        zeros = np.zeros(len(times), dtype=np.int64)
        (median,), (low,), (high,) = kaplan_meier(times, ended, every - ended, zeros, 1).percentiles([50])
        assert (found.median, found.median_low, found.median_high) == (median[0], low[0], high[0])
        assert found.median > found.median_closed

    def test_nine_tenths(self):
        table = pa.table({"recorded": days(*[0] * 20), "decided": days(*range(1, 21))})
        found = time_to_outcome(table, **CLOCK)
        assert (found.median, found.p90) == (10.5, 18.5)
        assert "within 10.5 days (95% interval " in str(found)
        assert ", nine tenths within 18.5 days, " in str(found)
        assert "without the open ones" not in str(found)

    def test_by_offence(self):
        found = time_to_outcome(TABLE, by="offence", **CLOCK)
        assert found["n"].tolist() == [1, 3]
        assert found["still_open"].tolist() == [1, 1]
        assert found.at(offence="theft").caveats == ()

    def test_by_outcome(self):
        """Open crimes belong to no outcome, which is said; they have a row of their own."""
        found = time_to_outcome(TABLE, by=["outcome"], **CLOCK)
        assert found["outcome"].tolist() == ["0", "1", "18"]
        assert found["median"].tolist() == pytest.approx([np.nan, 6, 3], nan_ok=True)
        assert found[0].reason == "not available: median (0.0% had an outcome when the last was followed)"
        assert "0.0% had an outcome" in str(found[0])
        assert "those that are open may still get it, later than these" in found[1].caveat
        assert time_to_outcome(TABLE, by={"type": "outcome"}, outcome="type", **CLOCK)[1].caveats

    def test_what_was_known_before(self):
        """Outcomes given later count as not yet given; what was recorded later is left out."""
        found = time_to_outcome(TABLE, **CLOCK | {"as_at": dt.date(2024, 5, 4)})
        assert (found.n, found.still_open) == (2, 3)
        assert found.exclusions.reasons == {"began after as_at": 1}
        month = time_to_outcome(TABLE, **CLOCK | {"as_at": Period.month(2024, 5)})
        assert (month.as_at, month.n) == ("2024-05-31", 4)

    def test_left_out(self):
        table = pa.table({"recorded": [*RECORDED, None, *days(3)], "decided": [*DECIDED, *days(4, 2)]})
        found = time_to_outcome(table, **CLOCK)
        assert found.exclusions.reasons == {"missing start": 1, "negative": 1}
        assert found.median == 8

    def test_nothing_there(self):
        found = time_to_outcome(TABLE.slice(0, 0), **CLOCK)
        assert np.isnan(found.median)
        assert "Days from recorded to decided: not available" in str(found)


class TestStamps:
    def test_the_date_counts(self):
        """From late one evening to early the next day is a day; by the clocks of London, not those of UTC."""
        stamps = pd.DataFrame(
            {
                "recorded": pd.to_datetime(["2024-05-01 23:30", "2024-05-01 00:10"]),
                "decided": pd.to_datetime(["2024-05-02 00:10", "2024-05-01 23:50"]),
            }
        )
        assert time_to_outcome(stamps, **CLOCK).same_day == 1
        for zone in ("Europe/London", "UTC"):
            zoned = stamps.apply(lambda c: c.dt.tz_localize("Europe/London").dt.tz_convert(zone))  # noqa: B023
            assert time_to_outcome(zoned, **CLOCK).same_day == 1
            assert time_to_outcome(pl.from_pandas(zoned), **CLOCK).same_day == 1


class TestRefused:
    def test_choices(self):
        with pytest.raises(ChoiceNeededError, match="start and end must be given"):
            time_to_outcome(TABLE, start="recorded", as_at="2024-06-01")

    def test_a_tally(self):
        with pytest.raises(InvalidTypeError, match="outcome_maturity takes counts by month"):
            time_to_outcome(Tally.from_columns({"offence": ["1"]}, [5]), **CLOCK)

    @pytest.mark.parametrize(
        ("as_at", "error"), [("soon", InvalidInputError), ("", InvalidInputError), (5, InvalidTypeError)]
    )
    def test_as_at(self, as_at, error):
        with pytest.raises(error, match="as_at must be a date"):
            time_to_outcome(TABLE, **CLOCK | {"as_at": as_at})

    def test_no_dates(self):
        with pytest.raises(InvalidTypeError, match="end: column 'offence' must hold dates or datetimes"):
            time_to_outcome(TABLE, **CLOCK | {"end": "offence"})
        with pytest.raises(UnknownNameError, match="nope"):
            time_to_outcome(TABLE, **CLOCK | {"end": "nope"})
        with pytest.raises(UnknownNameError, match="outcome: dimension of by="):
            time_to_outcome(TABLE, by="offence", outcome="kind", **CLOCK)

    def test_swapped(self):
        table = pa.table({"recorded": days(*range(2, 14)), "decided": days(*range(12))})
        with pytest.raises(InvalidInputError, match="swapped"):
            time_to_outcome(table, **CLOCK)


class TestLaws:
    @given(
        st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(0, 20)), min_size=1, max_size=40),
        st.randoms(),
    )
    def test_order_is_nothing(self, drawn, random):
        def found(rows):
            recorded = days(*(start for start, _ in rows))
            decided = days(*(None if took is None else start + took for start, took in rows))
            table = pa.table({"recorded": recorded, "decided": pa.array(decided, pa.date32())})
            return time_to_outcome(table, **CLOCK)

        one = found(drawn)
        random.shuffle(drawn)
        assert found(drawn) == one
        assert one.n + one.still_open == len(drawn)
        assert np.isnan(one.median) or np.isnan(one.median_closed) or one.median_closed <= one.median
