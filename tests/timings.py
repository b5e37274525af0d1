"""What tests of times share: cells, two years, and a log of incidents given as times of day."""

import datetime as dt
import math

import pyarrow as pa

from policemetrics import Tally, response_times

TEN = [2, 3, 4, 5, 6, 7, 8, 9, 12, 31]
YEARS = ("2022/23", "2023/24")
# Two samples, made up; what R's t.test says of them stands at its test.
OLD, NEW = [2, 3, 4, 5, 6, 7, 8, 9, 12, 31], [6, 9, 14, 8, 11, 20, 7, 13, 25, 10]


def undefined(*values):
    """Whether none of the values is available."""
    return all(map(math.isnan, values))


def as_cells(rows):
    """A tally of (group, seconds, count) rows."""
    groups, seconds, counts = zip(*rows, strict=True)
    return Tally.from_columns({"g": list(groups), "seconds": list(seconds)}, list(counts))


def incidents(old, new):
    """A tally of (grade, seconds, count) rows in each of two years."""
    rows = [(YEARS[0], *row) for row in old] + [(YEARS[1], *row) for row in new]
    period, grade, times, counts = zip(*rows, strict=True)
    return Tally.from_columns(
        {"period": list(period), "grade": list(grade), "seconds": list(times)}, list(counts)
    )


def at(text):
    return None if text is None else dt.datetime.fromisoformat(text)


def log(*rows, **more):
    """A table of what was created, reached and closed on 1 May 2024, given as times of day."""
    names = ("created", "arrived", "closed")[: len(rows[0])]
    stamps = {
        n: pa.array([None if r[i] is None else at(f"2024-05-01 {r[i]}") for r in rows], pa.timestamp("us"))
        for i, n in enumerate(names)
    }
    return pa.table(stamps | more)


def responded(frame, **options):
    return response_times(
        frame, **({"start": "created", "end": "arrived", "timezone": "Europe/London"} | options)
    )


ROWS = (
    ("10:00:00", "10:08:00", "10:30:00"),
    ("11:00:00", "11:20:00", "11:40:00"),
    ("12:00:00", "12:12:00", "12:40:00"),
    ("13:00:00", None, "13:30:00"),
    ("14:00:00", "14:00:00", "14:10:00"),
    ("15:00:00", None, None),
)
