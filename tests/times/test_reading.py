"""How times are given: columns of numbers and of durations, and targets."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from timings import undefined

from policemetrics import (
    Tally,
    summarise_times,
)
from policemetrics.errors import (
    InvalidInputError,
    TargetUnitWarning,
)

CELLS = Tally.from_columns({"g": ["a", "b"], "seconds": [1, 2]}, [1, 1])


class TestColumn:
    @pytest.mark.parametrize(
        "values",
        [
            [1, 2.5, Decimal(4)],
            (1.0, 2.5, 4.0),
            np.array([4, 2.5, 1], dtype=np.float32),
            pd.Series([1, 2.5, 4], index=[7, 8, 9]),
            pd.Series([1, 2.5, 4], dtype="Float64"),
            pl.Series([1.0, 2.5, 4.0]),
            pa.array([1, 2.5, 4]),
            pa.chunked_array([[1], [2.5, 4]], type=pa.float64()),
        ],
        ids=lambda v: f"{type(v).__module__}.{type(v).__name__}",
    )
    def test_kinds(self, values):
        """Any column of numbers will do."""
        found = summarise_times(values, target=4)
        assert (found.n, found.mean, found.median, found.within, found.out_of) == (3, 2.5, 2.5, 2, 3)

    @pytest.mark.parametrize(
        "values",
        [
            [1, None, -2, 3],
            [1, math.nan, -2.0, 3],
            np.ma.array([1, 7, -2, 3], mask=[False, True, False, False]),
            pd.Series([1, None, -2, 3], dtype="Int64"),
            pd.Series([1, pd.NA, -2, 3], dtype="object"),
            pl.Series([1, None, -2, 3]),
            pa.array([1, None, -2, 3]),
        ],
        ids=lambda v: f"{type(v).__module__}.{type(v).__name__}",
    )
    def test_excluded_by_reason(self, values):
        """Missing and negative seconds are left out on request, each counted."""
        found = summarise_times(values, invalid="exclude")
        assert (found.n, found.mean) == (2, 2)
        assert dict(found.exclusions.reasons) == {"missing": 1, "negative": 1}
        with pytest.raises(
            InvalidInputError,
            match=r"must not be missing; got nan at seconds\[1\] \(1 of 4\).*invalid='exclude'",
        ):
            summarise_times(values)

    @pytest.mark.parametrize(
        "make",
        [
            list,
            tuple,
            lambda v: np.array(v, dtype="m8[us]"),
            lambda v: np.array(v, dtype="m8[ns]"),
            pd.Series,
            pd.to_timedelta,
            lambda v: pd.Series(v).astype("duration[us][pyarrow]"),
            lambda v: pd.Series(v, dtype=object),
            pl.Series,
            pa.array,
            lambda v: pa.chunked_array([pa.array(v[:1]), pa.array(v[1:])]),
            lambda v: [np.timedelta64(x) for x in v if x is not None] + [np.timedelta64("NaT", "s")],
            lambda v: [pd.Timedelta(x) for x in v],
        ],
    )  # fmt: skip
    def test_durations(self, make):
        """Durations are what they are, to the microsecond: 16.213703 s, 2 min 14 s, and one that is missing."""
        given = [dt.timedelta(microseconds=16_213_703), dt.timedelta(minutes=2, seconds=14), None]
        found = summarise_times(make(given), target=dt.timedelta(minutes=2), invalid="exclude")
        assert (found.n, found.mean, found.within) == (2, float(Fraction(150_213_703, 2 * 10**6)), 1)
        assert dict(found.exclusions.reasons) == {"missing": 1}
        assert found.target == 120

    @pytest.mark.parametrize(
        ("target", "says"), [(0.25, "0.25 s, under one second"), (604_801, "over a week")]
    )
    def test_a_target_of_another_unit_warns(self, target, says):
        """A target in minutes cannot be told from one in seconds, but the absurd ones can; it warns where it is given."""
        with pytest.warns(TargetUnitWarning, match=says) as caught:
            found = summarise_times([1.0], target=target)
        assert caught[0].message.note.code == "target-unit"
        assert found.target == target
        assert caught[0].filename == __file__
        with pytest.warns(TargetUnitWarning, match=r"target\['a'\] is"):
            summarise_times(CELLS, by="g", target={"a": target, "b": 1})
        for plain in (1, 604_800):
            summarise_times([1.0], target=plain)

    def test_nothing(self):
        """No rows, or none that counts, give a figure that says so."""
        found = summarise_times([], target=5)
        assert (found.n, found.out_of, found.within) == (0, 0, 0)
        assert undefined(found.mean, found.share_within, found.p99_high)
        assert str(found) == "Times: not available: no rows."
        assert (
            summarise_times([None, -1], invalid="exclude").reason
            == "not available: all rows were excluded (missing 1, negative 1)"
        )

    def test_one(self):
        """A single time has a mean and a median, and no interval worth the name."""
        found = summarise_times([5])
        assert (found.mean, found.median, found.p99) == (5, 5, 5)
        assert undefined(found.mean_low, found.mean_high)
        assert (found.median_low, found.median_high) == (0, math.inf)
        assert found.reason is None
        assert str(found) == "Mean 5 s, median 5 s, 90th percentile 5 s, of 1."

    def test_zeros(self):
        """Zero times are kept and counted; −0 is 0."""
        found = summarise_times([0, -0.0, 4], target=1)
        assert (found.zeros, found.mean, found.within) == (2, 4 / 3, 2)
        assert math.copysign(1, found.median) == 1

    def test_no_target(self):
        """Without a target there is no share, which is no fault."""
        found = summarise_times([1, 2])
        assert undefined(found.target, found.within, found.share_within)
        assert found.reason is None
        assert "within" not in str(found)

    def test_target_to_the_microsecond(self):
        """A target, and a time, that floating point has moved off its decimals still compare as written."""
        assert 1.1 + 2.2 > 3.3
        assert summarise_times([1.1 + 2.2], target=3.3).within == 0
        assert summarise_times([1.1 + 2.2], target=3.3, inclusive=True).within == 1
        assert summarise_times([3.3], target=1.1 + 2.2).within == 0

    def test_interval_holds_its_estimate(self):
        """Where a definition goes beyond the order statistics, the interval is widened to it."""
        # Of two values the 99th percentile has the second as its lower limit.
        found = summarise_times([1, 2])
        assert found.p99 == pytest.approx(1.99)
        assert found.p99_low == found.p99


def test_targets_of_numpy():
    """A target of 10 s is the same as numpy's."""
    assert summarise_times([5, 12], target=np.timedelta64(10_000, "ms")).share_within == 0.5
