"""Response times: real logs, and the choices a caller must make."""

import csv
import datetime as dt
import math
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pytest
from engines import ENGINES, every_engine, one_duckdb, sql
from hypothesis import given, settings
from hypothesis import strategies as st
from timings import ROWS, at, log, responded

import policemetrics as pm
from policemetrics import (
    Tally,
    durations,
    response_times,
    summarise_times,
)
from policemetrics.errors import (
    ChoiceNeededError,
    IncidentNumberWarning,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.figures import ResponseSummary

_session = pytest.fixture(scope="module", autouse=True)(one_duckdb)
NEW_YORK = "America/New_York"


# ---- real logs --------------------------------------------------------------------------

STAMPS = ["Incident_Start_Time", "Incident_Queue_Time", "Incident_Dispatch_Time", "Incident_Enroute_Time", "Incident_Arrival_Time", "Final_Closed_Time"]  # fmt: skip
CLOCK = {"start": "Incident_Start_Time", "end": "Incident_Arrival_Time", "timezone": NEW_YORK}


@pytest.fixture(scope="module")
def alexandria(shared_data):
    """Eighteen weeks of a real log, as a reader of CSV gives it: NULL is missing, stamps are parsed."""
    options = pa.csv.ConvertOptions(
        null_values=["NULL", ""],
        strings_can_be_null=True,
        timestamp_parsers=[pa.csv.ISO8601],
        column_types={n: pa.timestamp("us") for n in STAMPS} | {"Master_Incident_Number": pa.string()},
    )
    return pa.csv.read_csv(
        shared_data / "response_times" / "alexandria_cad_2025_weeks35_52.csv.gz", convert_options=options
    )


@pytest.fixture(scope="module")
def police(alexandria):
    return alexandria.filter(pa.compute.equal(alexandria["Agency"], "POLICE"))


class TestAlexandria:
    METRICS = {"Phone Time": "Phone_Time", "Processing Time": "Processing_Time", "Time to Dispatch": "Time_To_Dispatch", "Time to Queue": "Time_To_Queue"}  # noqa: RUF012  # fmt: skip

    def test_the_published_summary(self, alexandria, shared_data):
        """Every row of three weeks: n, median, 90th and 99th percentile, and the shares at most 15 and 20 s."""
        with (shared_data / "response_times" / "alexandria_elapsed_summary_published.csv").open() as file:
            published = list(csv.DictReader(file))
        tables = {}
        for metric, column in self.METRICS.items():
            by = {"week": "WeekNo", "agency": "Agency", "priority": "Priority_Number", "seconds": column}
            found = pm.tally(alexandria, by=by)
            negative = [s for s in found.labels("seconds") if s < 0]
            tables[metric] = found.drop(seconds=negative) if negative else found
        for row in published:
            week = tables[row["metric"]].where(week=int(row["week"]))
            group = row["group"]
            if row["breakdown"] == "priority" and row["week"] != "46":
                # Their label is the place in the list of priorities sorted as text.
                group = sorted(map(str, week.labels("priority")))[int(group) - 1]
            if row["breakdown"] != "overall":
                week = week.where(
                    **{row["breakdown"]: int(group) if row["breakdown"] == "priority" else group}
                )
            figures = [summarise_times(week, target=t, inclusive=True) for t in (15, 20)]
            assert figures[0].n == int(row["n"]), row
            assert figures[0].median == pytest.approx(float(row["median"]))
            assert figures[0].p90 == pytest.approx(float(row["p90"]))
            assert not row["p99"] or figures[0].p99 == pytest.approx(float(row["p99"]))
            for figure, share in zip(figures, (row["pct_le_15"], row["pct_le_20"]), strict=True):
                assert 100 * figure.share_within == pytest.approx(float(share), abs=0.05 + 1e-9)
        assert len(published) == 128

    @pytest.mark.parametrize("name", ENGINES)
    def test_under_fifteen_minutes(self, police, name):
        """As printed, 10,665 of 16,920 under 900 s exactly, 10,659 if rounded, 10,672 if cut and compared with <=."""
        as_printed = ENGINES[name](police.select([*STAMPS, "Agency"]))
        found = durations(as_printed, start=CLOCK["start"], end=CLOCK["end"], timezone="UTC")
        assert summarise_times(found, target=900).within == 10_665
        assert found.total == 16_920
        assert found.excluded.sum_to("reason").to_dict() == {
            "reason": ["missing end", "negative"],
            "count": [2_067, 2],
        }
        rounded = Tally.from_columns(
            {"seconds": np.rint(found.to_dict()["seconds"])}, found.to_dict()["count"]
        )
        assert summarise_times(rounded, target=900).within == 10_659
        cut = durations(
            as_printed, start=CLOCK["start"], end=CLOCK["end"], timezone="UTC", resolution="second"
        )
        assert summarise_times(cut, target=900, inclusive=True).within == 10_672
        assert summarise_times(cut, target=900).within == 10_665

    def test_the_clocks_of_new_york(self, police):
        """Six of the 16,920, and the two negative ones, touch the hour that came twice: to the ledger with them."""
        for name, frame in every_engine(police.select([*STAMPS, "Priority_Number"])).items():
            found = durations(frame, **CLOCK, by={"grade": "Priority_Number"})
            assert found.total == 16_920 - 6, name
            reasons = found.excluded.sum_to("reason").to_dict()
            assert reasons == {"reason": ["clock change", "missing end"], "count": [8, 2_067]}
            assert found.total + found.excluded.total == 18_989

    def test_the_night_of_the_change(self, alexandria):
        """Incident 25-092461 is published with −2,007 s, truly 1,593: never a negative, and never a wrong time."""
        number = alexandria["Master_Incident_Number"]
        for incident in ("25-092461", "25-092462"):
            row = alexandria.filter(pa.compute.equal(number, incident))
            for start in STAMPS[:2]:
                for end in ("Incident_Dispatch_Time", "Incident_Arrival_Time"):
                    found = durations(row, start=start, end=end, timezone=NEW_YORK)
                    assert found.total == 0
                    assert found.excluded.labels("reason") == ("clock change",)

    def test_rows_that_span_the_change(self, alexandria):
        """From before the hour that came twice to after it, an hour more has passed than the clock showed."""
        start, end = (alexandria[n].to_pylist() for n in STAMPS[::4])
        first, last = at("2025-11-02 01:00"), at("2025-11-02 02:00")
        spans = [
            bool(s and e and s < first and e >= last and s > at("2025-11-01"))
            for s, e in zip(start, end, strict=True)
        ]
        rows = alexandria.filter(pa.array(spans))
        printed, passed = (
            durations(rows, **CLOCK | {"timezone": z}).labels("seconds") for z in ("UTC", NEW_YORK)
        )
        assert len(rows) > 0
        assert [b - a for a, b in zip(printed, passed, strict=True)] == pytest.approx([3600] * len(passed))

    def test_priority_one(self, police):
        """729 of 756 have an arrival: 97.26% of those within 15 minutes, 93.78% if the others count as missed."""
        first = police.filter(pa.compute.equal(police["Priority_Number"], 1))
        left_out, missed = (
            response_times(first, **CLOCK, target=900, no_arrival=n) for n in ("exclude", "missed")
        )
        assert (left_out.n, left_out.within, left_out.not_arrived) == (729, 709, 27)
        assert (left_out.out_of, missed.out_of) == (729, 756)
        assert (round(left_out.share_within, 4), round(missed.share_within, 4)) == (0.9726, 0.9378)
        assert left_out.median == missed.median

    def test_officers_came_upon_them(self, police):
        """Most responses of no time at all are those of officers who were there already."""
        options = CLOCK | {"target": 900, "zero": "exclude"}
        everything = response_times(police, **options)
        called = response_times(police, **options, self_initiated={"Call_Reception": "OFFICER"})
        assert called.exclusions.reasons["self-initiated"] == 3_398
        assert everything.exclusions.reasons["zero"] == 3_767
        assert called.exclusions.reasons["zero"] == 746
        for found in (everything, called):
            assert found.exclusions.counted + found.exclusions.excluded == 18_989

    def test_left_out_flatters(self, police):
        """With incidents not met by the end of the file as open, the median is more than two minutes longer."""
        found = response_times(police, **CLOCK, target=900, no_arrival="censored", as_at=at("2025-12-28"))
        plain = response_times(police, **CLOCK, target=900, percentile_method="averaged_inverted_cdf")
        assert (found.n, found.still_open) == (16_910, 2_071)
        assert (found.n + found.still_open + found.exclusions.excluded) == 18_989
        assert found.median_arrived == pytest.approx(plain.median, abs=0.5)
        assert found.median - found.median_arrived > 120
        assert found.share_within < found.share_within_arrived
        closed = {"no_arrival": "censored", "closed": "Final_Closed_Time"}
        with pytest.raises(InvalidInputError, match=r"as_at must be given.*636 have neither"):
            response_times(police, **CLOCK, target=900, **closed)
        by_close = response_times(police, **CLOCK, target=900, **closed, as_at=at("2025-12-28"))
        assert found.share_within < by_close.share_within < found.share_within_arrived


class TestOtherLogs:
    def test_london_fires(self, shared_data):
        """6,708 first pumps: mean 319.73 s; 71.15% within six minutes at most, 70.86% under them."""
        frame = pl.read_csv(
            shared_data / "response_times" / "lfb_dwelling_fires_2009.csv",
            null_values="NULL",
            infer_schema_length=None,
        )
        first, second = (
            summarise_times(frame, seconds=f"{n}PumpArriving_AttendanceTime", target=360)
            for n in ("First", "Second")
        )
        assert (first.n, round(first.mean, 2)) == (6_708, 319.73)
        assert round(100 * first.share_within, 2) == 70.86
        assert second.exclusions.reasons == {"missing seconds": 1_673}
        with pytest.raises(InvalidTypeError, match=r"must hold numbers of seconds.*got text.*NULL"):
            summarise_times(
                pl.read_csv(
                    shared_data / "response_times" / "lfb_dwelling_fires_2009.csv", infer_schema_length=None
                ),
                seconds="SecondPumpArriving_AttendanceTime",
            )

    def test_the_first_of_several_pumps(self, shared_data):
        """Twenty mobilisations, one a row: brought down to incidents they are the first pump's attendance times."""
        folder = shared_data / "response_times"
        frame = pd.read_csv(folder / "lfb_mobilisations_raw_head_2009.csv", dtype={"IncidentNumber": str})
        for name in ("DateAndTimeMobilised", "DateAndTimeArrived"):
            frame[name] = pd.to_datetime(frame[name], format="%d/%m/%Y %H:%M:%S")
        clock = {"start": "DateAndTimeMobilised", "end": "DateAndTimeArrived", "timezone": "Europe/London"}
        found = response_times(frame, **clock, incident="IncidentNumber")
        incidents = pd.read_csv(folder / "lfb_incidents_raw_head_2009.csv", dtype={"IncidentNumber": str})
        known = dict(zip(incidents.IncidentNumber, incidents.FirstPumpArriving_AttendanceTime, strict=True))
        joined = frame[frame.IncidentNumber.isin([k for k, v in known.items() if not math.isnan(v)])]
        times = durations(
            joined.groupby("IncidentNumber", as_index=False)[[clock["start"], clock["end"]]].min(), **clock
        )
        by_incident = response_times(joined, **clock, incident="IncidentNumber")
        assert by_incident.n == joined.IncidentNumber.nunique() == times.total
        assert by_incident.mean == pytest.approx(np.mean([known[i] for i in joined.IncidentNumber.unique()]))
        assert found.n + found.exclusions.reasons["further row of an incident"] == len(frame) == 20

    def test_seattle(self, shared_data):
        """Officer-started calls are the zeros; what else has no arrival is left out, counted."""
        frame = pd.read_csv(shared_data / "response_times" / "seattle_calls_2018_23.csv")
        for name in ("Original Time Queued", "Arrived Time"):
            frame[name] = pd.to_datetime(frame[name], format="%m/%d/%Y %I:%M:%S %p")
        clock = {"start": "Original Time Queued", "end": "Arrived Time", "timezone": "America/Los_Angeles"}
        found = response_times(frame, **clock, zero="exclude")
        assert found.exclusions.reasons == {"missing end": 36, "zero": 13}
        found = response_times(frame, **clock, self_initiated={"Call Type": "ONVIEW"})
        assert found.zeros == 0
        assert found.exclusions.counted + found.exclusions.excluded == 222


# ---- by hand ----------------------------------------------------------------------------


class TestByHand:
    def test_no_arrival(self, engine):
        """Four of six arrived, three within 15 minutes: 75%, or 50% with the others missed."""
        for choice, share, out_of in (("exclude", 0.75, 4), ("missed", 0.5, 6)):
            found = responded(engine(log(*ROWS)), target=900, no_arrival=choice)
            assert isinstance(found, ResponseSummary)
            assert (found.share_within, found.out_of, found.n, found.not_arrived) == (share, out_of, 4, 2)
            assert (found.median, found.zeros) == (600, 1)
            # Counted or left out, never both.
            assert found.exclusions.counted == out_of
            assert found.exclusions.reasons == ({"missing end": 2} if choice == "exclude" else {})

    def test_placeholders(self, engine):
        """`no_arrival` decides of an arrival in 2079 as of any that is missing."""
        rows = [
            *(("2024-05-01 10:00", f"2024-05-01 10:{m}") for m in ("10", "12", "08")),
            ("2024-05-01 10:00", "2079-06-06"),
        ]
        table = pa.table(
            {
                n: pa.array([at(r[i]) for r in rows], pa.timestamp("us"))
                for i, n in enumerate(("created", "arrived"))
            }
        )
        frame = engine(table)
        found = responded(frame, target=900)
        assert (found.n, found.mean, found.share_within, found.not_arrived) == (3, 600, 1, 1)
        assert found.exclusions.reasons == {"placeholder 2079-06-06": 1}
        found = responded(frame, target=900, no_arrival="missed")
        assert (found.share_within, found.out_of, found.not_arrived, found.exclusions.reasons) == (
            0.75,
            4,
            1,
            {},
        )
        found = responded(frame, target=900, no_arrival="censored", as_at=at("2024-05-01 11:00"))
        assert (found.n, found.still_open, found.share_within) == (3, 1, 0.75)
        times = durations(frame, start="created", end="arrived", timezone="Europe/London")
        assert summarise_times(times, target=900, missed="missing end").out_of == 4

    def test_missed_without_a_target(self):
        """Where there is no share nothing can be missed in it: the incident is left out of all there is."""
        frame = pl.from_arrow(log(*ROWS, g=["1", "1", "1", "2", "2", "2"]))
        found = responded(frame, no_arrival="missed")
        assert (found.out_of, found.not_arrived, found.exclusions.counted) == (4, 2, 4)
        assert str(found).endswith("of 4. Left out: missing end 2.")
        table = responded(frame, by="g", target={"1": None, "2": 900}, no_arrival="missed")
        assert [(f.out_of, f.not_arrived, f.exclusions.excluded) for f in table] == [(3, 0, 0), (3, 2, 0)]
        assert "Left out" not in repr(table)

    def test_missed_all_of_them(self):
        frame = pl.from_arrow(log(("10:00", None), ("11:00", None)))
        found = responded(frame, target=900, no_arrival="missed")
        assert str(found).startswith(
            "From created to arrived: times: not available: no time was measured; 0.00% of 2, with 2 missed, within 15 min"
        )
        assert (found.exclusions.counted, found.exclusions.excluded) == (2, 0)

    def test_by_group(self, engine):
        """A target for each grade, from a force's own mapping or from those on record."""
        frame = engine(log(*ROWS, g=["1", "1", "1", "2", "2", "2"]))
        found = responded(frame, by={"grade": "g"}, target={"1": 900, "2": 3600}, no_arrival="missed")
        assert found["grade"].tolist() == ["1", "2"]
        assert found["not_arrived"].tolist() == [0, 2]
        assert found["share_within"].tolist() == pytest.approx([2 / 3, 1 / 3])
        frame = engine(log(*ROWS, area=["urban"] * 3 + ["rural"] * 3))
        targets = pm.definitions.response_targets()["national-2026"].seconds
        found = responded(frame, by="area", target=targets)
        assert dict(zip(found["area"], found["target"], strict=True)) == {"rural": 1200, "urban": 900}
        found = responded(
            frame, by="area", target=targets, no_arrival="censored", as_at=at("2024-05-01 15:10")
        )
        assert found.at(area="urban").still_open == 0
        assert (found.at(area="rural").n, found.at(area="rural").still_open) == (1, 2)

    def test_missing_labels(self):
        frame = pl.from_arrow(log(*ROWS, g=["1", None, "1", None, "1", "2"]))
        for options in ({}, {"no_arrival": "censored", "as_at": at("2024-05-01 16:00")}):
            found = responded(frame, by="g", **options)
            assert found["g"].tolist()[0] == "(missing)"
            assert found["excluded"].tolist()[0] == 2
            assert found["n"].tolist()[1] == 3

    def test_nothing_to_time(self):
        """Groups without a time say why; the open ones of the others are counted."""
        frame = pl.from_arrow(
            log(("10:00:00", None), (None, "10:00:00"), ("10:00:00", "10:01:00"), g=["a", "b", "c"])
        )
        found = responded(frame, by="g", target=60)
        assert found.at(g="a").reason == "not available: all rows were excluded (missing end 1)"
        found = responded(frame, by="g", target=60, no_arrival="censored", as_at=at("2024-05-01 10:00:30"))
        a = found.at(g="a")
        assert (a.n, a.still_open) == (0, 1)
        assert (
            a.reason
            == "not available: median (0.0% had been attended when the last was followed); share within the target (none was followed for 1 min)"
        )
        assert str(a) == f"a: from created to arrived: {a.reason}, estimated of 1 with 1 still open."
        b = found.at(g="b")
        assert b.reason == "not available: all rows were excluded (missing start 1)"
        assert str(b) == f"b: from created to arrived: {b.reason}. Left out: missing start 1."
        assert math.isnan(b.median_high)

    def test_missed_reasons_of_stamps(self):
        """Reasons of the clock may be named whether or not they occur, but not for times that came as seconds."""
        times = durations(pl.from_arrow(log(ROWS[0][:2])), start="created", end="arrived", timezone="UTC")
        assert summarise_times(times, missed=["missing end", "negative"]).out_of == 1
        seconds = pl.DataFrame({"seconds": [5.0, None]})
        with pytest.raises(UnknownNameError, match="'missing seconds'; got 'missing end'"):
            summarise_times(seconds, missed="missing end")

    def test_no_rows(self):
        empty = pl.from_arrow(log(*ROWS, g=["a"] * 6)).clear()
        for options in ({}, {"no_arrival": "censored", "as_at": at("2024-05-01 16:00")}):
            assert len(responded(empty, by="g", self_initiated={"g": "x"}, **options)) == 0
            assert responded(empty, **options).reason == "not available: no rows"


class TestIncidents:
    ROWS = (
        ("10:00:00", "10:09:00"), ("10:00:00", "10:08:00"), ("10:00:00", None),
        ("11:00:00", None), ("11:00:00", None),
        ("12:00:00", "12:20:00"),
        ("13:00:00", "13:01:00"), ("14:00:00", None),
    )  # fmt: skip
    NUMBERS = ("A", "A", "A", "B", "B", "C", None, " ")

    def test_first_at_the_scene(self, engine):
        """Eight rows of three incidents, two of no known one: each counted once, and every row accounted for."""
        found = responded(engine(log(*self.ROWS, no=self.NUMBERS)), incident="no", target=600)
        assert (found.n, found.mean, found.share_within) == (2, 840, 0.5)
        assert found.exclusions.reasons == {
            "further row of an incident": 3,
            "missing end": 1,
            "missing incident": 2,
        }
        assert found.exclusions.counted + found.exclusions.excluded == 8

    def test_numbers_tell_incidents_apart(self, engine):
        numbers = pa.array([1, 1, 1, 2, 2, 3, 4, 5])
        found = responded(engine(log(*self.ROWS, no=numbers)), incident="no")
        assert (found.n, found.exclusions.reasons["further row of an incident"]) == (3, 3)
        found = responded(
            engine(log(*self.ROWS, no=pa.array(self.NUMBERS).dictionary_encode())), incident="no"
        )
        assert found.exclusions.reasons["missing incident"] == 2

    @pytest.mark.parametrize("typed", ["text", "date", "stamp"])
    def test_numbers_used_again(self, engine, typed):
        """Number 7 stands for two incidents, a week apart: with the date each is timed."""
        start = [at(f"2024-05-{day} 10:00") for day in ("01", "01", "08", "02")]
        end = [v + dt.timedelta(minutes=m) for v, m in zip(start, (9, 8, 20, 5), strict=True)]
        days = {
            "text": [str(v.date()) for v in start],
            "date": [v.date() for v in start],
            "stamp": pa.array([dt.datetime(*v.timetuple()[:3]) for v in start], pa.timestamp("us")),  # noqa: DTZ001
        }
        table = pa.table(
            {"created": pa.array(start, pa.timestamp("us")), "arrived": pa.array(end, pa.timestamp("us"))}
        )
        frame = engine(
            table.append_column("log", [[7, 7, 7, 9]]).append_column("date", pa.array(days[typed]))
        )
        with pytest.warns(IncidentNumberWarning) as caught:
            found = responded(frame, incident="log")
        assert str(caught[0].message).startswith(
            "rows of one incident start more than a day apart, of 7 first and of 1 in all: numbers that are used again"
        )
        assert "incident=['log', 'date'], which is made by" in str(caught[0].message)
        assert (found.n, found.caveats[0].code) == (2, "incident-numbers")
        found = responded(frame, incident=["log", "date"])
        assert (found.n, found.mean, found.incident, found.caveats) == (3, 660, "log, date", ())
        assert found.exclusions.reasons == {"further row of an incident": 1}

    def test_the_date_that_a_message_makes(self):
        """As it stands there, of a frame without one."""
        start = pd.to_datetime(["2024-05-01 10:00", "2024-05-08 10:00"])
        frame = pd.DataFrame({"created": start, "arrived": start + pd.Timedelta("8min"), "log": ["A1", "A1"]})
        for made, names in (
            (frame, {"frame": frame}),
            (pl.from_pandas(frame), {"frame": pl.from_pandas(frame), "pl": pl}),
        ):
            with pytest.warns(IncidentNumberWarning, match="of A1 first") as caught:
                responded(made, incident="log")
            call = str(caught[0].message).partition("made by ")[2]
            dated = eval(call, names)  # noqa: S307  # our own
            assert responded(dated, incident=["log", "date"]).n == 2

    def test_a_missing_date_is_a_missing_incident(self, engine):
        frame = engine(log(*self.ROWS, no=self.NUMBERS, day=["1"] * 5 + [None] * 3))
        assert responded(frame, incident=["no", "day"]).exclusions.reasons["missing incident"] == 3

    def test_a_night_is_no_second_incident(self):
        """Resources sent within a day of the first."""
        start = pd.to_datetime(["2024-05-01 23:00", "2024-05-02 22:59"])
        frame = pd.DataFrame({"created": start, "arrived": start + pd.Timedelta("8min"), "log": ["A1", "A1"]})
        assert responded(frame, incident="log").caveats == ()

    def test_by_group(self, engine):
        grades = ["1", "1", "1", "2", "2", "1", "1", "2"]
        found = responded(engine(log(*self.ROWS, no=self.NUMBERS, g=grades)), incident="no", by="g")
        assert found["n"].tolist() == [2, 0]
        assert found["excluded"].tolist() == [3, 3]

    def test_open_ones(self, engine):
        found = responded(
            engine(log(*self.ROWS, no=self.NUMBERS)),
            incident="no",
            no_arrival="censored",
            as_at=at("2024-05-01 15:00"),
        )
        assert (found.n, found.still_open, found.exclusions.excluded) == (2, 1, 5)

    def test_labels_that_differ(self, engine):
        """An incident with two labels would be counted twice."""
        stations = ["North", "South", "South", "North", "North", "North", None, "South"]
        with pytest.raises(
            InvalidInputError,
            match="by must name labels that all rows of an incident share; 1 more occur with a second one",
        ):
            responded(engine(log(*self.ROWS, no=self.NUMBERS, station=stations)), incident="no", by="station")

    def test_queries(self, monkeypatch):
        """Two: the first stamp, the last and the labels that differ in one, the rest in the other."""
        import narwhals.stable.v2 as nw

        found, collect = [], nw.LazyFrame.collect
        monkeypatch.setattr(
            nw.LazyFrame, "collect", lambda self, *a, **k: found.append(collect(self, *a, **k)) or found[-1]
        )
        data = sql(
            "select i // 3 as no, timestamp '2024-05-01' as created, timestamp '2024-05-01' + to_seconds(i % 20) as arrived, 'a' as g from range(900) t(i)"
        )
        assert responded(data, incident="no", by="g")[0].n == 300
        assert len(found) == 2


class TestChoices:
    def test_self_initiated(self, engine):
        """Left out by label, before anything else is asked of the row; one label or several, of one column or two."""
        how = ["999", "OFFICER", None, "OFFICER", "radio", "999"]
        frame = engine(log(*ROWS, how=how, n=[1, 2, 3, 4, 5, 6]))
        found = responded(frame, self_initiated={"how": "OFFICER"})
        assert (found.n, found.exclusions.reasons) == (3, {"self-initiated": 2, "missing end": 1})
        assert found.self_initiated == "how: OFFICER"
        found = responded(frame, self_initiated={"how": ["OFFICER", "radio"], "n": np.array([1])})
        assert (found.n, found.exclusions.reasons) == (1, {"self-initiated": 4, "missing end": 1})
        assert found.self_initiated == "how: OFFICER, radio; n: 1"

    def test_labels_of_categories(self):
        how = pa.array(["999", "OFFICER", None, "OFFICER", "radio", "999"]).dictionary_encode()
        for frame in every_engine(log(*ROWS, how=how)).values():
            assert responded(frame, self_initiated={"how": "OFFICER"}).n == 3

    def test_categories_by_group(self):
        """Categories of incidents and of groups, unused ones among them, in every engine."""
        table = log(
            *ROWS,
            g=pa.array(["b", "a", "b", None, "b", "a"]).dictionary_encode(),
            no=pa.array(list("xyyzwv")).dictionary_encode(),
        )
        table = pa.concat_tables([table.slice(0, 2), table.slice(3)])
        for name, frame in every_engine(table).items():
            found = responded(frame, by="g", incident="no")
            assert found["g"].tolist() == ["(missing)", "a", "b"], name
            assert found["n"].tolist() == [0, 1, 2], name

    GRADES = {"first": ["2", "2", "1", "3", "1", None], "last": ["1", "2", "1", "1", "2", "1"]}  # noqa: RUF012

    def regraded(self, engine, **options):
        up = pa.array(
            [at("2024-05-01 10:06"), None, None, at("2024-05-01 13:10"), None, None], pa.timestamp("us")
        )
        frame = engine(log(*ROWS, **self.GRADES, up=up))
        return responded(frame, grades=("first", "last"), by="grade", **options)

    def test_initial_and_final_grade(self, engine):
        """One of grade 2 became 1 after six minutes and was met after eight; that of grade 1 became 2."""
        initial, final = (self.regraded(engine, regraded=r) for r in ("initial", "final"))
        assert initial["grade"].tolist() == ["(missing)", "1", "2", "3"]
        assert initial["n"].tolist() == [0, 2, 2, 0]
        assert (initial.at(grade="1").mean, initial.at(grade="2").mean) == (360, 840)
        assert final["grade"].tolist() == ["1", "2"]
        assert (final.at(grade="1").mean, final.at(grade="2").mean) == (600, 600)
        assert final.at(grade="1").regraded == "final"

    def test_the_clock_from_the_upgrade(self, engine):
        """Two minutes from the upgrade to the arrival; one that was regraded, when is not known, is left out."""
        found = self.regraded(engine, regraded="from_upgrade", upgraded="up")
        assert found.at(grade="1").mean == pytest.approx((120 + 720) / 2)
        assert (found.at(grade="1").regraded, found.at(grade="1").upgraded) == ("from_upgrade", "up")
        assert found.at(grade="2").exclusions.reasons == {"missing upgrade": 1}
        censored = self.regraded(
            engine, regraded="from_upgrade", upgraded="up", no_arrival="censored", as_at=at("2024-05-01 13:30"),
        )  # fmt: skip
        assert censored.at(grade="1").still_open == 1

    def test_regraded_left_out(self, engine):
        found = self.regraded(engine, regraded="exclude")
        assert found.at(grade="1").exclusions.reasons == {"regraded": 2, "missing end": 1}
        assert found.at(grade="2").exclusions.reasons == {"regraded": 1}
        assert found["n"].tolist() == [1, 1]

    def test_a_column_called_grade(self):
        """Without a pair, by= names columns as ever."""
        frame = pl.from_arrow(log(*ROWS, grade=["1"] * 6, other=["2"] * 6))
        assert responded(frame, by="grade")["grade"].tolist() == ["1"]
        pair = {"grades": ("grade", "other")}
        for column in ("grade", "other"):
            for regraded, label in (("initial", "1"), ("final", "2"), ("from_upgrade", "2")):
                more = {"upgraded": "created"} if regraded == "from_upgrade" else {}
                found = responded(frame, by={"grade": column}, **pair, regraded=regraded, **more)
                assert found["grade"].tolist() == [label]

    def test_upgraded_before_the_start(self, engine):
        """A stamp of the upgrade that lies before the start measures nothing; without a start there is nothing to say."""
        rows = (
            ("10:00:00", "10:20:00"),
            ("10:00:00", "10:20:00"),
            (None, "10:20:00"),
            ("10:00:00", "10:20:00"),
        )
        ups = ["09:00:00", "10:05:00", "10:15:00", "09:00:00"]
        frame = log(
            *rows, g=["2"] * 4, g2=["1", "1", "1", "2"],
            up=pa.array([at(f"2024-05-01 {v}") for v in ups], pa.timestamp("us")),
        )  # fmt: skip
        found = responded(engine(frame), grades=("g", "g2"), regraded="from_upgrade", upgraded="up")
        assert (found.n, found.mean) == (3, (15 + 5 + 20) * 60 / 3)
        assert found.exclusions.reasons == {"upgrade before start": 1}

    def test_left_out_row_by_row(self, engine):
        """Rows are left out, the first reason that holds counts, and the incident is timed by the others."""
        rows = (
            ("10:00:00", "10:01:00"),
            ("10:02:00", "10:12:00"),
            ("10:03:00", "10:30:00"),
            ("11:00:00", "11:05:00"),
        )
        frame = log(
            *rows, no=["a", "a", "a", "b"], how=["OFFICER", "999", "999", "OFFICER"], g=["2", "1", "1", "2"],
            g2=["1", "1", "1", "1"],
        )  # fmt: skip
        options = {"incident": "no", "self_initiated": {"how": "OFFICER"}}
        found = responded(engine(frame), **options)
        assert (found.n, found.mean) == (1, 600)
        assert found.exclusions.reasons == {"self-initiated": 2, "further row of an incident": 1}
        assert found.exclusions.counted + found.exclusions.excluded == 4
        both = responded(engine(frame), **options, grades=("g", "g2"), regraded="exclude", by="g2")
        assert both[0].exclusions.reasons == {"self-initiated": 2, "further row of an incident": 1}
        # A row that is left out may have another label.
        table = responded(engine(frame), **options, by="g")
        assert table["n"].tolist() == [1, 0]

    def test_some_rows_lack_the_upgrade(self, engine):
        """Regraded after five minutes, by one row of two; the other has no stamp."""
        frame = log(
            ("10:00:00", "10:20:00"), ("10:00:00", "10:10:00"), no=["a", "a"], g=["2", "2"], g2=["1", "1"],
            up=pa.array([at("2024-05-01 10:05:00"), None], pa.timestamp("us")),
        )  # fmt: skip
        found = responded(
            engine(frame), incident="no", grades=("g", "g2"), regraded="from_upgrade", upgraded="up"
        )
        assert (found.n, found.mean, found.exclusions.reasons) == (1, 900, {"missing upgrade": 1})

    def test_incidents_without_a_number(self, engine):
        """Not a number is none, on every engine."""
        frame = log(*[("10:00:00", "10:10:00")] * 3, no=pa.array([1.0, math.nan, None]))
        found = responded(engine(frame), incident="no")
        assert (found.n, found.exclusions.reasons) == (1, {"missing incident": 2})

    def test_surely_still_open(self, engine):
        """What arrived in the repeated hour of autumn, or the skipped one of spring, was open hours before it."""
        for day, as_at, still_open in (
            (
                "2024-10-27",
                dt.datetime(2024, 10, 27, 0, 15, tzinfo=dt.UTC),
                True,
            ),  # 01:30 is 00:30 or 01:30 UTC
            ("2024-10-27", dt.datetime(2024, 10, 27, 0, 45, tzinfo=dt.UTC), False),
            (
                "2024-03-31",
                dt.datetime(2024, 3, 31, 0, 15, tzinfo=dt.UTC),
                True,
            ),  # 00:30 or 01:30 UTC, if it was
            ("2024-03-31", dt.datetime(2024, 3, 31, 0, 45, tzinfo=dt.UTC), False),
        ):
            stamps = {"created": f"{day} 00:10", "arrived": f"{day} 01:30"}
            frame = pa.table({n: pa.array([at(v)], pa.timestamp("us")) for n, v in stamps.items()})
            found = responded(engine(frame), no_arrival="censored", as_at=as_at)
            assert (found.still_open, found.exclusions.reasons) == (
                (1, {}) if still_open else (0, {"clock change": 1})
            )

    def test_closed_before_the_start(self):
        """The column to blame is that of the closes."""
        frame = pl.from_arrow(log(*[("10:00:00", None, "09:00:00")] * 10, ("10:00:00", "10:10:00", None)))
        with pytest.raises(
            InvalidInputError, match="closed must come after start; got 'closed' before 'created' in 10 of 10"
        ):
            responded(frame, no_arrival="censored", closed="closed")


class TestLaws:
    rows = st.lists(
        st.tuples(st.sampled_from("ab"), st.none() | st.integers(0, 50), st.integers(0, 50)),
        min_size=1,
        max_size=12,
    )

    @staticmethod
    def frame(rows):
        start = at("2024-05-01")
        return pl.DataFrame({
            "g": [g for g, _, _ in rows],
            "created": [start + dt.timedelta(minutes=60 - waited) for _, _, waited in rows],
            "arrived": [None if took is None else start + dt.timedelta(minutes=60 - waited, seconds=took) for _, took, waited in rows],
        }, schema={"g": pl.String, "created": pl.Datetime, "arrived": pl.Datetime})  # fmt: skip

    @given(rows, st.integers(1, 55))
    @settings(max_examples=20)
    def test_one_way_or_the_other(self, rows, target):
        """`response_times` is `summarise_times` of `durations`, and says so of its clock."""
        frame, clock = self.frame(rows), {"start": "created", "end": "arrived", "timezone": "Europe/London"}
        found = response_times(frame, **clock, by="g", target=target, no_arrival="missed")
        plain = summarise_times(
            durations(frame, **clock, by="g"), by="g", target=target, missed="missing end"
        )
        assert {k: v for k, v in found.to_dict().items() if k != "not_arrived"} == plain.to_dict()
        for choice in ("exclude", "missed"):
            table = response_times(frame, **clock, by="g", target=target, no_arrival=choice)
            assert all(f.exclusions.counted == f.out_of for f in table)
            assert sum(f.exclusions.counted + f.exclusions.excluded for f in table) == len(rows)

    @given(rows, st.integers(1, 55))
    @settings(max_examples=20)
    def test_nothing_open(self, rows, target):
        """With every arrival known Kaplan and Meier say what the plain share and median say."""
        rows = [(g, took or 0, waited) for g, took, waited in rows]
        options = {"by": "g", "target": target}
        plain = responded(self.frame(rows), **options, percentile_method="averaged_inverted_cdf")
        found = responded(self.frame(rows), **options, no_arrival="censored", as_at=at("2024-05-01 02:00"))
        for one, other in zip(found, plain, strict=True):
            assert one.share_within == one.share_within_arrived == other.share_within or one.reason
            assert (one.median, one.p90) == (other.median, other.p90)
            assert one.median_arrived == one.median
            assert (one.still_open, one.zeros) == (0, other.zeros)

    @given(rows)
    @settings(max_examples=15)
    def test_every_row_once(self, rows):
        for options in (
            {},
            {"no_arrival": "missed"},
            {"no_arrival": "censored", "as_at": at("2024-05-01 00:40")},
        ):
            found = responded(self.frame(rows), target=30, **options)
            assert found.exclusions.counted + found.exclusions.excluded == len(rows)
            by_group = responded(self.frame(rows), target=30, by="g", **options)
            assert sum(f.exclusions.counted for f in by_group) == found.exclusions.counted

    @given(rows)
    @settings(max_examples=8)
    def test_engines(self, rows):
        options = {"by": "g", "target": 20, "no_arrival": "censored", "as_at": at("2024-05-01 00:40")}
        expected = responded(self.frame(rows), **options)
        for name, frame in every_engine(
            self.frame(rows)
            .to_arrow()
            .cast(
                pa.schema(
                    [("g", pa.string()), ("created", pa.timestamp("us")), ("arrived", pa.timestamp("us"))]
                )
            )
        ).items():
            assert responded(frame, **options) == expected, name


class TestFigures:
    def test_sentences(self):
        """The start of the clock, and the end, stand first; what was left out stands last."""
        frame = pl.from_arrow(log(*ROWS))
        assert str(responded(frame, target=900, no_arrival="missed")) == (
            "From created to arrived: mean 10 min (95% interval 0 s to 23 min 15 s), median 10 min, 90th percentile 17 min 36 s, "
            "of 4; 50.00% of 6, with 2 missed, within 15 min (95% interval 18.76% to 81.24%), counted as under the target."
        )
        found = responded(
            frame, target=900, no_arrival="censored", as_at=at("2024-05-01 15:30"), inclusive=True
        )
        assert str(found) == (
            "From created to arrived: median 16 min (95% interval 0 s or more), estimated of 6 with 2 still open; 50.00% within "
            "15 min (95% interval 19.63% to 88.91%), counted as at or under the target; without the open ones it would be a "
            "median of 10 min and 75.00%."
        )
        assert "15 min" not in str(responded(frame, no_arrival="censored", as_at=at("2024-05-01 15:30")))

    def test_resolution(self):
        """Fractions of a second are cut off, and a time of less than one is none; the figure says so."""
        frame = pl.DataFrame({"created": [at("2024-05-01 10:00")] * 3}).with_columns(
            arrived=pl.col("created") + pl.Series([400_000, 14_900_000, 15_200_000]).cast(pl.Duration("us"))
        )
        exact, cut = (responded(frame, target=15, resolution=r) for r in ("exact", "second"))
        assert (exact.mean, exact.zeros, exact.within, exact.resolution) == (
            pytest.approx(30.5 / 3),
            0,
            2,
            "exact",
        )
        assert (cut.mean, cut.zeros, cut.within, cut.resolution) == (pytest.approx(29 / 3), 1, 2, "second")
        found = responded(frame, no_arrival="censored", as_at=at("2024-05-01 11:00"), resolution="second")
        assert (found.median, found.resolution) == (14, "second")

    def test_audit(self):
        frame = pl.from_arrow(log(*ROWS, no=list("abcdef"), g=["1"] * 6))
        found = responded(frame, incident="no", by="g", zero="exclude").to_polars(audit=True)
        assert found.select("start", "end", "timezone", "no_arrival", "zero", "incident").row(0) == (
            "created", "arrived", "Europe/London", "exclude", "exclude", "no",
        )  # fmt: skip
        found = responded(
            frame,
            by="g",
            no_arrival="censored",
            as_at=at("2024-05-01 15:30"),
            closed="closed",
            survival_method="log",
        )
        audit = found.to_polars(audit=True)
        assert audit.select("as_at", "closed", "no_arrival", "survival_method", "inclusive").row(0) == (
            "2024-05-01 15:30:00", "closed", "censored", "log", False,
        )  # fmt: skip

    def test_pickle_and_show(self):
        frame = pl.from_arrow(log(*ROWS, g=["1"] * 6))
        for options in ({}, {"no_arrival": "censored", "as_at": at("2024-05-01 15:30")}):
            table = responded(frame, by="g", target=900, **options)
            assert pickle.loads(pickle.dumps(table)) == table
            assert "not_arrived" in repr(table) or "still_open" in repr(table)
            assert responded(frame, target=900, **options)._repr_html_().startswith("<table>")


TABLE = log(*ROWS, g=["1"] * 6, x=[1.5] * 6, day=pa.array([dt.date(2024, 5, 1)] * 6))


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"start": None}, ChoiceNeededError, "start and end must be given"),
        ({"end": None}, ChoiceNeededError, "start and end must be given.*there is no default"),
        ({"end": 5}, InvalidTypeError, "end must be text; got 5"),
        ({"grades": ("g", "g2"), "regraded": "initial"}, InvalidInputError, "regraded='initial' needs the dimension 'grade', as in by='grade'.*got by=none"),
        ({"grades": ("g", "g2"), "regraded": "final", "by": {"group": "g"}}, InvalidInputError, "needs the dimension 'grade'.*got by='group'"),
        ({"grades": ("g", "g2"), "regraded": "final", "by": {"grade": "x"}}, InvalidInputError, "is taken from grades=, 'g', 'g2'; got the column 'x'"),
        ({"end": "created"}, InvalidInputError, "start and end must be two columns"),
        ({"timezone": None}, InvalidInputError, "timezone must be given"),
        ({"incident": "nope"}, UnknownNameError, "incident: column must be one of"),
        ({"incident": "day"}, InvalidTypeError, "incident: column 'day' must hold text or numbers that tell incidents apart"),
        ({"incident": 5}, InvalidTypeError, "incident must be a name or a sequence of names"),
        ({"self_initiated": "OFFICER"}, InvalidTypeError, r"self_initiated must be a mapping of column to label or labels, as in \{'reception': 'OFFICER'\}"),
        ({"self_initiated": {}}, InvalidTypeError, "self_initiated must be a mapping"),
        ({"self_initiated": {"g": []}}, InvalidTypeError, r"self_initiated\['g'\] must be a label or labels"),
        ({"self_initiated": {"g": 1.5}}, InvalidTypeError, r"self_initiated\['g'\] must be a label or labels"),
        ({"self_initiated": {"g": True}}, InvalidTypeError, r"self_initiated\['g'\] must hold labels as the column does, which has String; got True"),
        ({"self_initiated": {"g": ["1", True]}}, InvalidTypeError, r"self_initiated\['g'\] must hold labels as the column does"),
        ({"self_initiated": {3: "x"}}, InvalidTypeError, "self_initiated: column must be text"),
        ({"self_initiated": {"g": 1}}, InvalidTypeError, r"self_initiated\['g'\] must hold labels as the column does, which has String; got 1"),
        ({"self_initiated": {"nope": "x"}}, UnknownNameError, r"self_initiated\['nope'\]: column must be one of"),
        ({"self_initiated": {"x": "y"}}, InvalidTypeError, r"self_initiated\['x'\]: column 'x' must hold labels"),
        ({"self_initiated": {"g": ["1", "2"]}}, UnknownNameError, r"self_initiated\['g'\] must be one of '1'; got '2'"),
        ({"grades": "g"}, InvalidInputError, r"grades must be a pair of columns, \(initial, final\); got 'g'"),
        ({"grades": ("g", "g"), "regraded": "final"}, InvalidInputError, "grades must hold distinct names"),
        ({"grades": 5}, InvalidTypeError, "grades must be a name or a sequence of names"),
        ({"grades": ("g", "nope"), "regraded": "exclude"}, UnknownNameError, r"grades\[1\]: column must be one of"),
        ({"grades": ("g", "nope"), "regraded": "final", "by": "grade"}, UnknownNameError, r"by\['grade'\]: column must be one of"),
        ({"grades": ("g", "x"), "regraded": "exclude"}, InvalidTypeError, "column 'x' must hold labels"),
        ({"grades": ("g", "x")}, InvalidTypeError, "regraded must be one of 'initial', 'final', 'from_upgrade', 'exclude'; got None"),
        ({"regraded": "final"}, InvalidInputError, "regraded= needs grades="),
        ({"upgraded": "closed"}, InvalidInputError, "upgraded= goes with regraded='from_upgrade' only"),
        ({"grades": ("g", "x"), "regraded": "from_upgrade"}, InvalidInputError, "upgraded=, a column of stamps, must be given for regraded='from_upgrade'"),
        ({"grades": ("g", "g2"), "regraded": "from_upgrade", "upgraded": "day"}, InvalidTypeError, "upgraded: column 'day' must hold datetimes"),
        ({"by": "nope"}, UnknownNameError, r"by\['nope'\]"),
        ({"by": {"seconds": "g"}}, InvalidInputError, "by must not name 'seconds'"),
        ({"resolution": "minute"}, UnknownNameError, "resolution must be one of 'exact', 'second'"),
        ({"resolution": "second", "inclusive": True}, InvalidInputError, "inclusive=True cannot go with resolution='second'"),
        ({"zero": "drop"}, UnknownNameError, "zero must be one of 'keep', 'exclude'"),
        ({"confidence_level": 95}, InvalidInputError, "Did you mean 0.95"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input(options, error, says):
    """Every fault is an error of the family that names the argument."""
    with pytest.raises(error, match=says) as caught:
        responded(pl.from_arrow(TABLE), **options)
    assert isinstance(caught.value, PoliceMetricsError)


def test_a_tally_has_no_stamps():
    times = durations(pl.from_arrow(TABLE), start="created", end="arrived", timezone="UTC")
    with pytest.raises(
        InvalidTypeError,
        match="frame must be a data frame with stamps; the times of a tally go to summarise_times",
    ):
        responded(times)
    assert summarise_times(times, missed=["missing end", "zero", "clock change"]).n == 4


def test_a_definition_that_is_not_asked_for_must_still_exist():
    with pytest.raises(UnknownNameError, match="survival_method must be one of"):
        responded(log(*ROWS), no_arrival="exclude", survival_method="plain")
