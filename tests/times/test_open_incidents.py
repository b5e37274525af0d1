"""Response times where some incidents are still open: by hand, by group, and every way the input can be wrong."""

import datetime as dt
import math

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import one_duckdb
from timings import ROWS, at, log, responded

from policemetrics import (
    response_times,
)
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.figures import ResponseSurvival

_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)


# ---- by hand ----------------------------------------------------------------------------


class TestByHand:
    def test_level_to_the_end(self, engine):
        """Three attended after 300, 600, 900 s and three open until 1,800 s: R says 1,350, the middle of the level."""
        rows = [("10:00", f"10:{minutes}") for minutes in ("05", "10", "15")] + [("10:00", None)] * 3
        asked = {"no_arrival": "censored", "as_at": at("2024-05-01 10:30")}
        assert responded(engine(log(*rows)), **asked).median == 1350

    def test_open_when_extracted(self, engine):
        """Followed for 9,000 and 1,800 s: of six, the shares beyond 0, 480, 720 and 1,200 s are 5/6 to 2/6."""
        found = responded(engine(log(*ROWS)), target=900, no_arrival="censored", as_at=at("2024-05-01 15:30"))
        assert isinstance(found, ResponseSurvival)
        assert (found.n, found.still_open, found.exclusions.counted) == (4, 2, 6)
        assert found.share_within == 0.5
        assert found.median == 960  # level at a half from 720 to 1,200
        assert (found.median_arrived, found.share_within_arrived) == (600, 0.75)
        assert found.reason is None
        assert math.isnan(found.p90)

    def test_open_until_closed(self, engine):
        """One was closed without an arrival after 1,800 s; the other was open, as only the extract's date tells."""
        found = responded(engine(log(*ROWS[:5])), no_arrival="censored", closed="closed")
        assert (found.n, found.still_open, found.exclusions.excluded) == (4, 1, 0)
        with pytest.raises(
            InvalidInputError, match="as_at must be given beside closed='closed': 1 have neither"
        ):
            responded(engine(log(*ROWS)), no_arrival="censored", closed="closed")
        both = responded(
            engine(log(*ROWS)), no_arrival="censored", closed="closed", as_at=at("2024-05-01 15:30")
        )
        assert (both.n, both.still_open, both.exclusions.reasons) == (4, 2, {})

    def test_as_it_stood(self, engine):
        """What arrived, or was closed, later had not by then; what began later was not there."""
        options = {"no_arrival": "censored", "closed": "closed", "as_at": at("2024-05-01 12:06")}
        found = responded(engine(log(*ROWS)), **options)
        assert (found.n, found.still_open) == (2, 1)
        assert found.exclusions.reasons == {"began after as_at": 3}
        rows = (
            ("10:00:00", None, "10:30:00"),
            ("10:00:00", None, "12:30:00"),
            ("10:00:00", "10:05:00", "10:30:00"),
        )
        found = responded(engine(log(*rows)), **options, target=7000)
        # Followed for 30 and 126 minutes: one of three has arrived, and one was followed beyond the target.
        assert (found.n, found.still_open, found.share_within) == (1, 2, pytest.approx(1 / 3))

    def test_an_extract_with_a_zone(self):
        """The instant may be given with a zone; between stamps with one it must be."""
        frame = pl.from_arrow(log(*ROWS))
        options = {"no_arrival": "censored", "target": 900}
        naive = responded(frame, as_at=at("2024-05-01 15:30"), **options)
        aware = responded(frame, as_at=dt.datetime(2024, 5, 1, 14, 30, tzinfo=dt.UTC), **options)
        assert aware.median == naive.median
        zoned = frame.with_columns(pl.col("created", "arrived").dt.replace_time_zone("Europe/London"))
        found = response_times(
            zoned,
            start="created",
            end="arrived",
            as_at=dt.datetime(2024, 5, 1, 14, 30, tzinfo=dt.UTC),
            **options,
        )
        assert (found.median, found.share_within) == (naive.median, naive.share_within)

    def test_closed_in_the_repeated_hour(self):
        """It matters for those that were followed until then, and for no others."""
        stamps = [
            ("2024-10-27 00:30", None, "2024-10-27 01:30"),
            ("2024-10-27 00:30", "2024-10-27 00:40", "2024-10-27 01:30"),
        ]
        frame = pl.DataFrame(
            {n: [at(r[i]) for r in stamps] for i, n in enumerate(("created", "arrived", "closed"))}
        )
        found = responded(frame, no_arrival="censored", closed="closed")
        assert (found.n, found.still_open, found.exclusions.reasons) == (1, 0, {"clock change": 1})

    def test_none_followed_for_so_long(self):
        """Half have been met; whether the open one will be within the target nobody knows yet."""
        frame = pl.from_arrow(log(("10:00:00", "10:00:10"), ("10:00:00", "10:00:10"), ("10:00:00", None)))
        found = responded(frame, target=60, no_arrival="censored", as_at=at("2024-05-01 10:00:30"))
        assert (found.median, found.share_within_arrived) == (10, 1)
        assert math.isnan(found.share_within)
        assert found.reason == "not available: share within the target (none was followed for 1 min)"


OPEN_BY_AREA = {"by": "area", "no_arrival": "censored", "as_at": at("2024-05-01 13:00")}


class TestOpenByGroup:
    """One incident attended in ten minutes, one open, one without a start and one where they were: by hand."""

    def frame(self):
        rows = [("10:00:00", "10:10:00"), ("11:00:00", None), (None, "12:00:00"), ("12:30:00",) * 2]
        return log(*rows, area=pa.array(["one", "open", "none", "there"]))

    def test_each(self):
        table = responded(self.frame(), **OPEN_BY_AREA, target=900)
        one, still_open, none = (table.at(area=area) for area in ("one", "open", "none"))
        assert (one.n, one.median, one.share_within) == (1, 600, 1)
        assert (one.median_arrived, one.share_within_arrived) == (600, 1)
        assert (one.zeros, table.at(area="there").zeros) == (0, 1)
        assert (one.as_at, one.closed, one.timezone) == ("2024-05-01 13:00:00", "", "Europe/London")
        assert (still_open.n, still_open.still_open, still_open.share_within) == (0, 1, 0)
        assert math.isnan(still_open.median_arrived)
        assert math.isnan(still_open.share_within_arrived)
        assert none.reason == "not available: all rows were excluded (missing start 1)"
        assert all(map(math.isnan, (none.median, none.median_low, none.median_high, none.share_within)))
        at_median = table.columns.index("median")
        assert table.columns[at_median : at_median + 3] == ("median", "median_low", "median_high")

    def test_only_what_has_times_needs_a_target(self):
        found = responded(self.frame(), **OPEN_BY_AREA, target={"one": 600, "open": 600, "there": 60})
        assert found["share_within"].tolist() == pytest.approx([math.nan, 0, 0, 1], nan_ok=True)
        for lacking in ("one", "open"):
            targets = {"one": 600, "open": 600, "none": 600, "there": 600}
            del targets[lacking]
            with pytest.raises(UnknownNameError, match=f"it lacks '{lacking}'"):
                responded(self.frame(), **OPEN_BY_AREA, target=targets)

    def test_a_target_met_to_the_second(self):
        for inclusive in (False, True):
            found = responded(self.frame(), **OPEN_BY_AREA, target=600, inclusive=inclusive).at(area="one")
            assert (found.share_within, found.share_within_arrived) == (inclusive, inclusive)


def test_methods_differ():
    frame = pl.from_arrow(log(*ROWS))
    options = {"target": 900, "no_arrival": "censored", "as_at": at("2024-05-01 15:30")}
    one, other = (responded(frame, **options, survival_method=m) for m in ("log-log", "log"))
    assert one.share_within == other.share_within
    assert one.share_within_low != other.share_within_low
    wide = responded(frame, **options, confidence_level=0.99)
    assert wide.share_within_low < one.share_within_low


TABLE = log(*ROWS, g=["1"] * 6, x=[1.5] * 6, day=pa.array([dt.date(2024, 5, 1)] * 6))
OPEN = {"no_arrival": "censored", "as_at": at("2024-05-01 15:30")}


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"no_arrival": "open"}, UnknownNameError, "no_arrival must be one of 'exclude', 'missed', 'censored'; got 'open'"),
        ({"no_arrival": "censored"}, InvalidInputError, "as_at= or closed= must be given for no_arrival='censored'"),
        ({"as_at": at("2024-05-01")}, InvalidInputError, "as_at= and closed= go with no_arrival='censored' only; got no_arrival='exclude'"),
        ({"closed": "closed", "no_arrival": "missed"}, InvalidInputError, "go with no_arrival='censored' only"),
        ({"survival_method": "log"}, InvalidInputError, "survival_method= goes with no_arrival='censored' only"),
        (OPEN | {"survival_method": "plain"}, UnknownNameError, "survival_method must be one of 'log-log', 'log'"),
        (OPEN | {"percentile_method": "weibull"}, InvalidInputError, "percentile_method= cannot go with no_arrival='censored'"),
        (OPEN | {"as_at": 20240501}, InvalidTypeError, r"as_at must be a datetime, as in datetime\(.*got 20240501 \(int\)"),
        (OPEN | {"as_at": "May 2024"}, InvalidInputError, "as_at must be a day or a stamp, as in '2024-03-31' or '2024-03-31 12:00'; got 'May 2024'"),
        (OPEN | {"as_at": "31 February 2024"}, InvalidInputError, "as_at must be a day or a stamp"),
        (OPEN | {"as_at": pd.NaT}, InvalidInputError, "as_at must not be missing"),
        (OPEN | {"as_at": at("2024-10-27 01:30")}, InvalidInputError, "as_at must be one instant; the clocks of Europe/London showed .* twice, or never"),
        (OPEN | {"as_at": at("9999-12-31")}, InvalidInputError, "of the years 1800 to 2199"),
        (OPEN | {"closed": "nope"}, UnknownNameError, "closed: column must be one of"),
        (OPEN | {"closed": "day"}, InvalidTypeError, "closed: column 'day' must hold datetimes; got Date"),
        (OPEN | {"inclusive": 1}, InvalidTypeError, "inclusive must be True or False"),
        (OPEN | {"target": -1}, InvalidInputError, "target must be > 0"),
        (OPEN | {"by": "g", "target": {"2": 5}}, UnknownNameError, "target must name every group of 'g'; it lacks '1'"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input(options, error, says):
    """Every fault is an error of the family that names the argument."""
    with pytest.raises(error, match=says) as caught:
        responded(pl.from_arrow(TABLE), **options)
    assert isinstance(caught.value, PoliceMetricsError)


def test_an_extract_between_stamps_with_a_zone():
    zoned = pl.from_arrow(TABLE).with_columns(
        pl.col("created", "arrived").dt.replace_time_zone("Europe/London")
    )
    with pytest.raises(InvalidInputError, match="as_at must have a zone, as the stamps have"):
        response_times(zoned, start="created", end="arrived", **OPEN)
