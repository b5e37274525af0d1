"""Every public metric on every engine: the same digits, to the last bit."""

import inspect
import warnings
from contextlib import nullcontext
from datetime import UTC, datetime

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pytest
import surface
from engines import COUNTED, MAKERS, frame_of, queries, require

import policemetrics as pm
from policemetrics.errors import InvalidInputError
from policemetrics.frames import TooManyKeysError, counting
from policemetrics.times import reading

ROWS = 400
CSS = pm.harm_weights("ons-css", version="2020")
CODES = ["1", "4.1", "28E", "30C", "34B", "8N"]
POPULATION = pm.Exposure(
    {"Kent": 1_875_893, "Essex": 1_856_100, "Surrey": 1_205_600},
    by="force",
    name="residents",
    date="mid-2020",
)


def _table():
    """Make one table of every kind of column that a metric reads, with gaps."""
    random = np.random.default_rng(11)

    def pick(values, gaps=0.0):
        found = random.choice(np.array(values, dtype=object), ROWS)
        return [None if gap else v for v, gap in zip(found, random.random(ROWS) < gaps, strict=True)]

    seconds = np.round(random.lognormal(6, 1, ROWS), 3)
    # The night in which the clocks go back, with some reversed and some missing.
    created = np.datetime64("2023-10-28T22:00:00", "us") + random.integers(0, 8 * 3600 * 10**6, ROWS)
    took = (seconds * 1e6 * np.where(random.random(ROWS) < 0.05, -1, 1)).astype(np.int64)
    return pa.table(
        {
            "force": pick(["Kent", "Essex", "Surrey"], gaps=0.02),
            "year": pa.array(pick([2023, 2024]), pa.int32()),
            "period": pick(["2022/23", "2023/24"]),
            "offence": pick(CODES),
            "outcome": pick(["0", "1", "1A", "8", "18"]),
            "result": pick(["answered", "abandoned"]),
            "band": pick(["fast", "slow"]),
            "month": pick(["2023-04", "2023-05", "2023-06"]),
            "outcome_month": pick(["2023-06", "2023-07", "2023-08"]),
            "n": pa.array(random.integers(0, 9, ROWS)),
            "gaps": pa.array(pick([1, 2, -1], gaps=0.1), pa.int64()),
            "seconds": pa.array(
                [None if r < 0.05 else s for s, r in zip(seconds, random.random(ROWS), strict=True)]
            ),
            "waited": pa.array(random.integers(0, 90, ROWS).astype(np.int16)),
            "mean": pa.array(np.round(random.lognormal(3, 1, ROWS), 1)),
            "created": pa.array(created, mask=random.random(ROWS) < 0.03),
            "arrived": pa.array(created + took, mask=random.random(ROWS) < 0.1),
            "day": pa.array(
                np.datetime64("2023-03-20T12:00:00", "us")
                + (random.random(ROWS) * 400 * 86_400e6).astype("timedelta64[us]")
            ),
        }
    )


TABLE = _table()
STAMPS = {"start": "created", "end": "arrived", "timezone": "Europe/London"}
BETWEEN = ("2022/23", "2023/24")
POSITIVE = {"positive": "positive-dashboard", "basis": "recorded", "out_of": "crimes"}

# The table has counts beside its rows, which not every call adds up.
pytestmark = pytest.mark.filterwarnings("ignore::policemetrics.errors.UnusedCountWarning")


CALLS = {
    "tally": [
        lambda f: pm.tally(f, by=["force", "year", "offence"]),
        pm.tally,
        lambda f: pm.tally(f, by="force", count="gaps", coverage="force"),
        lambda f: pm.tally(f, by=["force", "outcome"], date="day", every="quarter"),
        lambda f: pm.tally(f, by=["force", "seconds"]),
        lambda f: pm.tally(f, by={"seconds": "waited", "force": "force"}, count="n"),
    ],
    "control_chart": [
        lambda f: pm.control_chart(f, chart="xmr", by="force", period="year", count="n"),
        lambda f: pm.control_chart(f, chart="u", period="year", exposure=4_937_593),
    ],
    "rate": [
        lambda f: pm.rate(f, POPULATION, by="force", count="n"),
        lambda f: pm.rate(f, 4_937_593, count="n", method="phe"),
    ],
    "rate_change": [
        lambda f: pm.rate_change(f, between=BETWEEN, by=["force", "offence"]),
        lambda f: pm.rate_change(f, versus="previous", by="force", count="n"),
    ],
    "change_drivers": [lambda f: pm.change_drivers(f, between=BETWEEN, of="offence", by="force")],
    "harm_score": [lambda f: pm.harm_score(f, CSS, by="force", count="n", exposure=POPULATION)],
    "harm_change": [lambda f: pm.harm_change(f, CSS, between=BETWEEN, by="force")],
    "harm_drivers": [lambda f: pm.harm_drivers(f, CSS, between=BETWEEN, by="force")],
    "harm_index": [lambda f: pm.harm_index(f, CSS, base="2022/23", by="force")],
    "harm_outcome_rate": [lambda f: pm.harm_outcome_rate(f, CSS, by="force", **POSITIVE)],
    "harm_outcome_change": [
        lambda f: pm.harm_outcome_change(f, CSS, between=BETWEEN, by="force", **POSITIVE)
    ],
    "harm_outcome_drivers": [
        lambda f: pm.harm_outcome_drivers(f, CSS, between=BETWEEN, by="force", **POSITIVE)
    ],
    "positive_outcome_rate": [lambda f: pm.positive_outcome_rate(f, by=["force", "period"], **POSITIVE)],
    "outcome_rate_change": [lambda f: pm.outcome_rate_change(f, between=BETWEEN, by="force", **POSITIVE)],
    "outcome_rate_split": [
        lambda f: pm.outcome_rate_split(f, between=BETWEEN, of="offence", by="force", **POSITIVE)
    ],
    "outcome_rate_drivers": [
        lambda f: pm.outcome_rate_drivers(f, between=BETWEEN, of="offence", by="force", **POSITIVE)
    ],
    "outcome_maturity": [
        lambda f: pm.outcome_maturity(
            f,
            positive="positive-dashboard",
            as_at="2023-09",
            period="month",
            outcome_period="outcome_month",
            by="force",
        )
    ],
    "project_outcome_rate": [
        lambda f: pm.project_outcome_rate(
            f,
            positive="positive-dashboard",
            as_at="2023-09",
            until=6,
            period="month",
            outcome_period="outcome_month",
            by="force",
        )
    ],
    "against": [lambda f: pm.against(f, 5, by="force", count="n")],
    "standardised_ratio": [
        lambda f: pm.standardised_ratio(
            pm.positive_outcome_rate(f, by=["force", "offence"], **POSITIVE), of="offence", reference="pooled"
        )
    ],
    "directly_standardised_rate": [
        lambda f: pm.directly_standardised_rate(
            pm.positive_outcome_rate(f, by=["force", "period"], **POSITIVE),
            of="period",
            standard=dict(zip(BETWEEN, (1, 2), strict=True)),
        )
    ],
    "summarise_times": [
        lambda f: pm.summarise_times(f, by="force", target=900, missed="missing seconds"),
        lambda f: pm.summarise_times(f, by="period", seconds="waited", count="n", target=10),
        lambda f: pm.summarise_times(f, by="force", target=900, missed="missing seconds", percentiles=False),
        lambda f: pm.summarise_times(
            f,
            by=["year", "band"],
            seconds="waited",
            target={(y, b): t for y in (2023, 2024) for b, t in (("fast", 10), ("slow", 40))},
            inclusive=True,
            percentiles=False,
        ),
        lambda f: pm.summarise_times(f, percentiles=False),
        lambda f: pm.summarise_times(f, by="period", seconds="waited", count="n", percentiles=False),
        lambda f: pm.summarise_times(f, by="force", date="day", every="quarter", percentiles=False),
    ],
    "answer_times": [
        lambda f: pm.answer_times(
            f,
            seconds="waited",
            result="result",
            abandoned="abandoned",
            target=10,
            out_of="offered",
            by="force",
        ),
    ],
    "published.answer_bands": [
        lambda f: pm.published.answer_bands(
            f,
            pm.published.Bands({"fast": (0, 10), "slow": (10, None)}),
            band="band",
            target=10,
            out_of="answered",
            by="force",
        ),
    ],
    "share": [
        lambda f: pm.share(f, part={"band": "fast"}, by="force"),
        lambda f: pm.share(f, part={"band": ["fast", "slow"], "year": 2023}, count="n"),
    ],
    "share_change": [
        lambda f: pm.share_change(f, part={"band": "fast"}, between=BETWEEN, by="force"),
    ],
    "time_change": [
        lambda f: pm.time_change(f, between=BETWEEN, by="force", seconds="waited", target=10),
    ],
    "time_drivers": [
        lambda f: pm.time_drivers(f, between=BETWEEN, of="offence", by="force", seconds="waited", target=10),
    ],
    "durations": [
        lambda f: pm.durations(f, by="force", **STAMPS),
        lambda f: pm.durations(f, zero="exclude", resolution="second", **STAMPS),
        lambda f: pm.durations(f, by="force", as_at=datetime(2023, 10, 29, 12, tzinfo=UTC), **STAMPS),
    ],
    "response_times": [
        lambda f: pm.response_times(f, by="force", target=900, no_arrival="missed", **STAMPS),
        lambda f: pm.response_times(
            f, target=900, no_arrival="censored", as_at=datetime(2023, 10, 29, 12, tzinfo=UTC), **STAMPS
        ),
    ],
    "time_to_outcome": [
        lambda f: pm.time_to_outcome(f, by="force", start="created", end="arrived", as_at="2023-10-29")
    ],
    "published.pool_means": [
        lambda f: pm.published.pool_means(f, mean="mean", count="n", by="force", rounded_to=0.1)
    ],
}


READ_OFF = [
    lambda f: pm.summarise_times(f, by="force"),
    lambda f: pm.answer_times(
        f, by="force", result="result", short=9, target=10, out_of="offered_less_short"
    ),
    lambda f: pm.time_change(f, between=BETWEEN, by="force", target=900),
]

# All the others ask once. Stamps without a zone are looked up before, the first and the last of them: that
# tells which changes of the clock there were between them.
TWICE = {"durations", "response_times"}
# In SQLite stamps are text, the form of which is looked up once more; where days are asked for, in each column.
DATED = {("tally", 3), ("summarise_times", 6)}
BY_DAY = "time_to_outcome"


@pytest.fixture(params=[name for name in MAKERS if name != "pyarrow"])
def other(request):
    """Name an engine, beside the one that is the measure."""
    require(request.param)
    return request.param


def test_every_metric_is_here():
    """A metric that reads a frame must be asked of every engine."""
    functions = surface.functions().items()
    assert {n for n, f in functions if "by" in inspect.signature(f).parameters} == set(CALLS)


@pytest.mark.parametrize(
    ("name", "at"), [(n, i) for n, calls in CALLS.items() for i in range(len(calls))], ids=str
)
def test_same_digits(other, name, at):
    """The same to the last bit, and of an engine that reads data by query in one query, or in the two that it takes."""
    call, frame = CALLS[name][at], frame_of(other, TABLE)
    with warnings.catch_warnings():
        # Dask and Spark announce their own futures.
        warnings.simplefilter("ignore", FutureWarning)
        with queries(other) if other in COUNTED else nullcontext() as asked:
            found = call(frame)
            if asked is not None:
                stamped = 2 if name == BY_DAY else name in TWICE or (name, at) in DATED
                assert asked() == (2 if name in TWICE else 1) + (stamped if other == "ibis-sqlite" else 0)
    assert found == call(TABLE)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_queries_are_counted(other):
    """What is counted is counted: a call made twice takes twice the queries, and columns are looked up for none."""
    if other not in COUNTED:
        pytest.skip("read in memory, or by an engine that does not say what it was asked")
    frame = frame_of(other, TABLE)
    with queries(other) as asked:
        nw.from_native(frame).collect_schema()
        assert asked() == 0
        pm.tally(frame, by="force")
        pm.tally(frame, by="year")
        assert asked() == 2


@pytest.mark.filterwarnings("ignore::FutureWarning")  # Dask and Spark announce their own
def test_result_is_bounded(other, monkeypatch):
    """An engine stops where too much would come home; what fits comes home whole."""
    frame = frame_of(other, TABLE)
    if not isinstance(nw.from_native(frame), nw.LazyFrame):
        pytest.skip("a frame in memory is counted where it is")
    wanted = pm.tally(TABLE, by=["force", "seconds"])
    cells = len(wanted) + len(wanted.excluded)
    monkeypatch.setattr(counting, "MOST_CELLS", cells)
    assert pm.tally(frame, by=["force", "seconds"]) == wanted
    monkeypatch.setattr(counting, "MOST_CELLS", 20)
    with pytest.raises(
        InvalidInputError, match="more than 20 distinct keys of 'force', 'offence': leave out a col"
    ):
        pm.tally(frame, by=["force", "offence"])
    with pytest.raises(
        InvalidInputError, match=r"keys of 'force', 'period', 'seconds': .* percentiles=False"
    ):
        pm.time_change(frame, by="force", between=("2022/23", "2023/24"))
    for call in READ_OFF:  # in several queries then
        monkeypatch.setattr(counting, "MOST_CELLS", 2**26)
        wanted = call(TABLE)
        monkeypatch.setattr(counting, "MOST_CELLS", 300)
        with monkeypatch.context() as patch:
            patch.setattr(reading.Wanted, "sums_and_ranks", lambda *_: None)
            with pytest.raises(TooManyKeysError):
                call(frame)
        assert call(frame) == wanted
    monkeypatch.setattr(counting, "MOST_CELLS", 20)
    with pytest.raises(InvalidInputError, match=r"keys of 'state', 'times': .*resolution='second'"):
        pm.durations(frame, **STAMPS)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_great_counts(other):
    """Sums beyond what a float holds, in engines that divide as floats do, too."""
    table = pa.table({"g": ["a", "a", "b"], "n": pa.array([2**60 + 1, 3, -(2**55) - 7], pa.int64())})
    assert pm.tally(frame_of(other, table), by="g", count="n").to_dict()["count"] == [2**60 + 4, -(2**55) - 7]
