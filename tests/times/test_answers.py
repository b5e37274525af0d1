"""Calls answered: published figures, laws, and every way the input can be wrong."""

from __future__ import annotations

import datetime as dt
import math
import pickle

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import answer_times, definitions, summarise_times, time_change
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    PoliceMetricsWarning,
    UnknownNameError,
)
from policemetrics.exposure import Exposure
from policemetrics.figures import AnswerSummary
from policemetrics.tallies import Tally

ROWS = {
    "line": ["999", "999", "999", "999", "101", "101", "101", "101"],
    "result": ["answered", "answered", "answered", "abandoned", "answered", "abandoned", "abandoned", "answered"],
    "seconds": [4.0, 9.0, 10.0, 3.0, 60.0, 2.0, 90.0, None],
}  # fmt: skip
CALLS = pd.DataFrame(ROWS)
calls = st.lists(
    st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(0, 60), st.integers(1, 4)), min_size=1, max_size=25
)  # fmt: skip


def as_tally(rows):
    """A tally of (line, answered, seconds, count) rows."""
    line, answered, seconds, counts = zip(*rows, strict=True)
    result = ["answered" if v else "abandoned" for v in answered]
    return Tally.from_columns({"line": list(line), "result": result, "seconds": list(seconds)}, list(counts))


class TestPublished:
    def test_average_speed_of_answer(self):
        """4,800 seconds over 320 calls answered is 15 s, whatever hung up."""
        waits = Tally.from_columns({"seconds": [5, 25]}, [160, 160])
        found = answer_times(waits, target=10, out_of="answered", abandoned=40)
        assert (found.mean, found.n, found.offered) == (15, 320, 360)
        assert found.share_abandoned == 40 / 360

    @pytest.mark.parametrize(
        ("abandoned", "received", "per_cent"),
        [(21_379, 711_464, 3.00), (8_813, 758_733, 1.16), (43_970, 792_668, 5.55), (43_596, 586_385, 7.43)],
    )
    def test_avon_and_somerset(self, abandoned, received, per_cent):
        """Avon and Somerset, 101: calls abandoned after a minute or more, out of calls received."""
        answered = Tally.from_columns({"seconds": [18]}, [received - abandoned])
        found = answer_times(answered, target=30, out_of="offered_less_short", short=60, abandoned=abandoned)
        assert round(100 * found.share_abandoned, 2) == per_cent
        assert (found.offered, found.abandoned, found.short) == (received, abandoned, 60)
        assert "calls offered were abandoned after 1 min or more" in str(found)

    def test_northumbria(self):
        """Northumbria FOI 869/23, 101 in 2022/23: 169,481 of 228,182 answered, so 25.73% not."""
        found = answer_times(
            Tally.from_columns({"seconds": [212]}, [169_481]), target=60, out_of="offered", abandoned=58_701
        )
        assert found.offered == 228_182
        assert round(100 * found.share_abandoned, 2) == 25.73

    def test_call_level_file(self, shared_data):
        """The bank's file holds calls answered alone: 901 of 1,552 did not wait, and nobody can tell who hung up."""
        file = shared_data / "answer_times" / "anonymous_bank_internet_calls_1999_12.csv"
        found = answer_times(pd.read_csv(file), target=10, out_of="answered", seconds="q_time")
        assert (found.n, found.zeros) == (1552, 901)
        assert math.isnan(found.offered)
        assert str(found).endswith("how many calls were abandoned is not known.")


class TestVariants:
    """Of three calls answered, two within 10 s, and one abandoned after 3 s, three service levels are true."""

    @pytest.mark.parametrize(
        ("options", "out_of", "abandoned", "offered"),
        [
            ({"out_of": "answered"}, 3, 1, 4),
            ({"out_of": "offered"}, 4, 1, 4),
            ({"out_of": "offered_less_short", "short": 3}, 4, 1, 4),
            ({"out_of": "offered_less_short", "short": dt.timedelta(seconds=5)}, 3, 0, 3),
            ({"out_of": "answered", "short": 5}, 3, 0, 3),
        ],
    )
    def test_by_name(self, options, out_of, abandoned, offered):
        found = answer_times(CALLS[:4], target=10, result="result", **options)
        assert (found.within, found.out_of, found.abandoned, found.offered) == (2, out_of, abandoned, offered)
        assert found.share_within == 2 / out_of
        assert found.service_level == options["out_of"]
        # The waits of calls abandoned are none of answering.
        assert found.mean == pytest.approx(23 / 3)

    def test_exactly_the_target(self):
        """A call answered after 10.0 s is not within 10 s, unless it is said to be."""
        assert answer_times(CALLS[:4], target=10, out_of="answered", result="result").within == 2
        at_most = answer_times(CALLS[:4], target=10, out_of="answered", result="result", inclusive=True)
        assert (at_most.within, at_most.inclusive) == (3, True)

    def test_sentence(self):
        """Abandonment stands beside every service level, with its own denominator."""
        assert str(answer_times(CALLS[:4], target=10, out_of="offered", result="result")) == (
            "Mean 7.7 s (95% interval 0 s to 15.7 s), median 9 s, 90th percentile 9.8 s, of 3 calls answered; 50.00% of "
            "4 calls offered within 10 s (95% interval 15.00% to 85.00%), counted as under the target; 25.00% of 4 calls "
            "offered were abandoned."
        )
        less = answer_times(
            CALLS, target=10, out_of="offered_less_short", short=5, result="result", by="line"
        )
        assert str(less.at(line="999")) == (
            "line 999: mean 7.7 s (95% interval 0 s to 15.7 s), median 9 s, 90th percentile 9.8 s, of 3 calls answered; "
            "66.67% of 3 calls offered, less those abandoned too soon to count, within 10 s (95% interval 20.77% to "
            "93.85%), counted as under the target; 0.00% of 3 calls offered were abandoned after 5 s or more. Left out: "
            "abandoned within 5 s 1."
        )

    def test_table(self):
        """On screen stand the share within target and the share abandoned, side by side."""
        table = answer_times(CALLS, target=10, out_of="offered", result="result", by="line")
        headings = repr(table).splitlines()[1].split()
        assert headings[-5:] == ["offered", "abandoned", "share_abandoned", "excluded", "reason"]
        assert {"share_within", "mean", "median", "p90"} <= set(headings)
        assert isinstance(table[0], AnswerSummary)
        assert pickle.loads(pickle.dumps(table)) == table
        audit = table.to_polars(audit=True)
        assert audit["service_level"].to_list() == ["offered"] * 2
        assert audit["short"].to_list() == [None] * 2


class TestWhatBecameOfCalls:
    def test_rows(self):
        """An abandoned call counts without its wait; an answered one without a wait is left out, and counted so."""
        frame = pd.DataFrame(ROWS | {"seconds": [4.0, 9.0, 10.0, None, 60.0, None, 90.0, None]})
        table = answer_times(frame, target=10, out_of="offered", result="result", by="line")
        assert table["abandoned"].tolist() == [2, 1]
        assert table["n"].tolist() == [1, 3]
        assert table["excluded"].tolist() == [1, 0]
        assert table[0].exclusions.reasons == {"missing seconds": 1}
        assert table[0].exclusions.counted + table[0].exclusions.excluded == 4

    def test_answered_without_a_wait(self):
        """Of ten calls two were abandoned, 20%, though four of the eight answered have no wait."""
        frame = pd.DataFrame(
            {"res": ["answered"] * 8 + ["abandoned"] * 2, "seconds": [3, 4, 6, 8] + [None] * 4 + [2, 30]}
        )
        offered, less = (
            answer_times(frame, target=10, result="res", **more)
            for more in ({"out_of": "offered"}, {"out_of": "offered_less_short", "short": 5})
        )
        assert (offered.offered, offered.share_abandoned) == (10, 0.2)
        assert (less.offered, less.share_abandoned) == (9, 1 / 9)
        for found in (offered, less):
            assert (found.n, found.mean) == (4, 5.25)
            assert math.isnan(found.share_within)
            assert found.reason == "not available: 4 calls answered have no wait"
            assert "; service level not available: 4 calls answered have no wait; " in str(found)
            assert (found.exclusions.reasons, found.exclusions.counted) == (
                {"missing seconds": 4} | ({"abandoned within 5 s": 1} if found is less else {}),
                6 if found is offered else 5,
            )
        assert answer_times(frame, target=10, result="res", out_of="answered").share_within == 1
        # Given apart from the calls abandoned, they are offered all the same.
        waits = [3, 4, 6, 8, None]
        found = answer_times(waits, target=10, out_of="offered", abandoned=5)
        assert (found.offered, found.share_abandoned) == (10, 0.5)
        assert found.reason == "not available: 1 call answered has no wait"

    def test_short_needs_waits(self):
        """With a wait missing nobody can say whether it was short; the times still stand."""
        frame = pd.DataFrame(ROWS | {"seconds": [4.0, 9.0, 10.0, None, 60.0, 2.0, 90.0, None]})
        table = answer_times(
            frame, target=10, out_of="offered_less_short", short=5, result="result", by="line"
        )
        found = table.at(line="999")
        assert (
            found.reason == "not available: of the calls abandoned, 1 has no waiting time to compare with 5 s"
        )
        assert math.isnan(found.share_within)
        assert math.isnan(found.offered)
        assert found.mean == pytest.approx(23 / 3)
        assert "; service level not available: of the calls abandoned" in str(found)
        assert (table.at(line="101").abandoned, table.at(line="101").offered) == (1, 3)
        # Out of calls answered the service level does not need them.
        found = answer_times(frame, target=10, out_of="answered", short=5, result="result", by="line").at(
            line="999"
        )
        assert found.share_within == 2 / 3
        assert math.isnan(found.share_abandoned)
        assert "; how many calls were abandoned after 5 s or more is not known." in str(found)
        assert found.reason is not None

    def test_own_labels(self):
        """Every label must mean one or the other; several may mean the same."""
        own = CALLS.replace({"answered": "ANS", "abandoned": "HANGUP"})
        own.loc[0, "result"] = "DONE"
        options = {"target": 10, "out_of": "offered", "result": "result", "by": "line"}
        found = answer_times(own, answered=["ANS", "DONE"], abandoned="HANGUP", **options)
        assert found.to_dict() == answer_times(CALLS, **options).to_dict()
        with pytest.raises(
            UnknownNameError, match="'DONE' does not; got answered='ANS' and abandoned='HANGUP'"
        ):
            answer_times(own, answered="ANS", abandoned="HANGUP", **options)
        # What was left out on purpose need not be named, and is counted.
        data = Tally.from_columns(
            {d: own[d].tolist() for d in ("line", "result")} | {"seconds": own.seconds}, [1] * 8
        )
        left = answer_times(data.drop(result="DONE"), answered="ANS", abandoned="HANGUP", **options)
        assert left.at(line="999").exclusions.reasons == {"dropped: result": 1}

    def test_codes(self):
        """Labels may be whole numbers."""
        data = Tally.from_columns({"code": [1, 1, 0], "seconds": [5, 30, 8]}, [6, 2, 2])
        found = answer_times(
            data, target=10, out_of="offered", result="code", answered=1, abandoned=np.int64(0)
        )
        assert (found.within, found.out_of) == (6, 10)

    def test_nobody_answered(self):
        """Out of calls offered none was in time; the times are not available."""
        data = Tally.from_columns({"line": ["a"], "result": ["abandoned"], "seconds": [5]}, [3])
        found = answer_times(data, target=10, out_of="offered", result="result")
        assert (found.n, found.within, found.share_within, found.share_abandoned) == (0, 0, 0, 1)
        assert found.reason == "not available: no call was answered"
        assert str(found) == (
            "Calls: not available: no call was answered; 0.00% of 3 calls offered within 10 s (95% interval 0.00% to "
            "56.15%), counted as under the target; 100.00% of 3 calls offered were abandoned."
        )
        assert math.isnan(answer_times(data, target=10, out_of="answered", result="result").share_within)

    def test_no_wait_of_any_call_answered(self):
        """Calls answered whose waits are all missing are not none answered: the service level is not 0."""
        frame = CALLS[4:].assign(seconds=[None, 2.0, 90.0, None])
        found = answer_times(frame, target=10, out_of="offered", result="result")
        assert found.reason == "not available: no call answered was counted (missing seconds 2)"
        assert math.isnan(found.share_within)
        assert (found.abandoned, found.n) == (2, 0)

    def test_missing_labels(self):
        """A call of which nobody knows what became is left out, by that reason; so is one without its line."""
        frame = pd.DataFrame(
            {"line": ["a", "a", None], "result": ["answered", None, "abandoned"], "seconds": [5, 6, 7]}
        )
        table = answer_times(frame, target=10, out_of="offered", result="result", by="line")
        assert table.at(line="a").exclusions.reasons == {"missing result": 1}
        assert table.at(line="(missing)").reason == "not available: all rows were excluded (missing line 1)"
        total = sum(f.exclusions.counted + f.exclusions.excluded for f in table)
        assert total == len(frame)

    def test_a_ledger_in_another_order(self):
        """An abandoned call that lacks both its wait and its line is left out, whichever the tally names first."""
        data = Tally.from_columns(
            {
                "seconds": [5, None, None],
                "result": ["answered", "abandoned", "abandoned"],
                "line": ["a", None, "a"],
            },
            [1] * 3,
        )
        table = answer_times(data, target=10, out_of="offered", result="result", by="line")
        assert table.at(line="a").abandoned == 1
        assert table.at(line="(missing)").exclusions.reasons == {"missing seconds": 1}

    def test_engines(self):
        """pandas, polars, pyarrow and DuckDB give equal tables, and so does their tally."""
        options = {"target": 10, "out_of": "offered_less_short", "short": 3, "result": "result", "by": "line"}
        expected = answer_times(CALLS, **options)
        table = pa.table(ROWS)
        for frame in (pl.DataFrame(ROWS), pl.LazyFrame(ROWS), table, duckdb.from_arrow(table)):
            assert answer_times(frame, **options) == expected
        durations = pl.DataFrame(ROWS).with_columns(
            pl.duration(milliseconds=pl.col("seconds") * 1000).alias("seconds")
        )
        assert answer_times(durations, **options) == expected

    def test_supply(self):
        """Coverage proves that a line without calls had none; a marked one is not available."""
        data = Tally.from_columns(
            {"line": ["a", "b"], "result": ["answered", "answered"], "seconds": [5, 5]},
            [4, 0],
            coverage="line",
        )
        table = answer_times(data, target=10, out_of="offered", result="result", by="line")
        assert table[1].reason == "not available: no call was answered"
        assert table[1].offered == 0
        assert str(table[1]) == "b: calls: not available: no call was answered; no calls were offered."
        marked = answer_times(
            data.not_supplied("line closed", line="a"),
            target=10,
            out_of="offered",
            result="result",
            by="line",
        )
        assert marked.at(line="a").reason == "not available: line closed"
        assert math.isnan(marked.at(line="a").n)
        assert str(marked.at(line="a")).startswith("a: calls: not available: line closed.")

    def test_corrections(self):
        """Calls abandoned that come to less than none leave the share unknown."""
        data = Tally.from_columns({"result": ["answered", "abandoned"], "seconds": [5, 5]}, [4, -1])
        found = answer_times(data, target=10, out_of="offered", result="result")
        assert "a total of −1 in the calls abandoned, below zero" in found.reason
        assert math.isnan(found.share_within)
        assert found.mean == 5


class TestWhatIsAsked:
    def test_one_call_and_two(self):
        for waits, said in (([10], "of 1 call answered"), ([10, 12], "of 2 calls answered")):
            assert said in str(answer_times(waits, target=20, out_of="answered"))

    def test_plain_waits_have_no_counts(self):
        with pytest.raises(InvalidInputError, match="count="):
            answer_times([10, 12], target=20, out_of="answered", count="n")

    def test_only_a_line_with_calls_needs_a_target(self):
        columns = {"line": ["quiet", "busy", "busy"], "seconds": [9, 9, 30]}
        answered = Tally.from_columns(columns, [0, 1, 1])
        options = {"by": "line", "out_of": "offered", "abandoned": {"quiet": 0, "busy": 2}}
        found = answer_times(answered, target={"busy": 20}, **options)
        assert found.at(line="busy").share_within == 0.25
        with pytest.raises(UnknownNameError, match="it lacks 'busy'"):
            answer_times(answered, target={"quiet": 20}, **options)


class TestAbandonedApart:
    """Calls abandoned counted in another table than those answered."""

    ANSWERED = Tally.from_columns({"line": ["a", "a", "b"], "seconds": [5, 20, 5]}, [6, 2, 4])

    def test_number(self):
        found = answer_times([5, 20], target=10, out_of="offered", abandoned=2)
        assert (found.share_within, found.share_abandoned) == (0.25, 0.5)
        assert answer_times(self.ANSWERED, target=10, out_of="offered", abandoned=np.int64(3)).offered == 15

    def test_mapping(self):
        table = answer_times(
            self.ANSWERED, target=10, out_of="offered", abandoned={"a": 2, "b": 0}, by="line"
        )
        assert table["share_within"].tolist() == [0.6, 1]
        assert table["share_abandoned"].tolist() == [0.2, 0]

    def test_mapping_by_labels(self):
        data = Tally.from_columns({"line": ["a", "a"], "day": [1, 2], "seconds": [5, 5]}, [3, 4])
        table = answer_times(
            data, target=10, out_of="offered", abandoned={(1, "a"): 1, (2, "a"): 0}, by=("day", "line")
        )
        assert table["offered"].tolist() == [4, 4]

    def test_what_is_lacking(self):
        """A line in one table only is not available in part, or at all, and says why."""
        options = {"target": 10, "abandoned": {"a": 2, "c": 5}, "by": "line"}
        table = answer_times(self.ANSWERED, out_of="offered", **options)
        assert table.at(line="b").reason == "not available: of the calls abandoned, no rows for b"
        assert table.at(line="b").mean == 5
        assert math.isnan(table.at(line="b").share_within)
        assert table.at(line="c").reason == "not available: no rows for c"
        table = answer_times(self.ANSWERED, out_of="answered", **options)
        assert table.at(line="b").share_within == 1
        assert str(table.at(line="b")).endswith("how many calls were abandoned is not known.")

    def test_tally(self):
        """A tally of those abandoned may have their waits, which `short` divides, and a ledger, which is shown."""
        gone = Tally.from_columns(
            {"line": ["a", "a", "a", "b", None], "seconds": [1, 8, None, 30, 2]},
            [3, 2, 1, 1, 7],
            unit="calls",
        )
        table = answer_times(self.ANSWERED, target=10, out_of="offered", abandoned=gone, by="line")
        assert table["line"].tolist() == ["(missing)", "a", "b"]
        assert table["abandoned"][1:].tolist() == [6, 1]
        assert table[0].exclusions.reasons == {"missing line": 7}
        less = answer_times(
            self.ANSWERED,
            target=10,
            out_of="offered_less_short",
            short=5,
            abandoned=gone.where(line="b"),
            by="line",
        )
        assert less.at(line="b").abandoned == 1
        known = gone.drop(line="a") + Tally.from_columns({"line": ["a", "a"], "seconds": [1, 8]}, [3, 2])
        less = answer_times(
            self.ANSWERED, target=10, out_of="offered_less_short", short=5, abandoned=known, by="line"
        )
        assert less.at(line="a").abandoned == 2
        assert less.at(line="a").exclusions.reasons["abandoned within 5 s"] == 3

    def test_tally_without_waits(self):
        """Numbers without waits are taken to leave short ones out already."""
        gone = Tally.from_columns({"line": ["a", "b"]}, [3, 1])
        table = answer_times(
            self.ANSWERED, target=10, out_of="offered_less_short", short=60, abandoned=gone, by="line"
        )
        assert table["abandoned"].tolist() == [3, 1]

    def test_of_other_months(self):
        """The two tables must hold the same months, or whatever else both know."""
        answered = Tally.from_columns({"month": ["2024-01", "2024-02"], "seconds": [5, 5]}, [3, 4])
        gone = Tally.from_columns({"month": ["2024-01", "2024-03"]}, [1, 1])
        found = answer_times(answered, target=10, out_of="offered", abandoned=gone)
        assert found.reason == (
            "not available: of the calls abandoned, not like for like: the calls answered and those abandoned differ in "
            "month, only one has 2024-02, 2024-03"
        )

    def test_no_calls_offered(self):
        """A line that was covered, and nobody rang: none of no calls were abandoned, and no target is needed."""
        answered = Tally.from_columns({"line": ["a", "b"], "seconds": [5, 5]}, [9, 0], coverage="line")
        table = answer_times(
            answered, target={"a": 10}, out_of="offered", abandoned={"a": 1, "b": 0}, by="line"
        )
        busy, idle = table
        assert (busy.share_within, busy.share_abandoned, busy.reason) == (0.9, 0.1, None)
        assert (idle.offered, idle.abandoned) == (0, 0)
        assert np.isnan([idle.target, idle.share_within, idle.share_abandoned]).all()
        assert str(idle) == "b: calls: not available: no call was answered; no calls were offered."

    def test_calls_of_unknown_result_may_have_been_in_time(self):
        """Two calls abandoned and one of which nobody knows: 0 of 2 in time is not said."""
        data = pd.DataFrame(
            {"result": ["abandoned", "abandoned", None], "seconds": [1.0, 2, 3], "line": ["a", "a", "a"]}
        )
        (found,) = answer_times(data, target=10, out_of="offered", result="result", by="line")
        assert found.reason == "not available: no call answered was counted (missing result 1)"
        assert math.isnan(found.share_within)

    def test_a_group_keeps_its_first_reason(self):
        """Corrections make a line not available; that a wait is missing, too, is not said instead."""
        data = pd.DataFrame({"line": ["a", "a", "a", "b"], "seconds": [1.0, 2, None, 4], "n": [-1, 2, 3, 1]})
        table = answer_times(
            data, target=10, out_of="offered", abandoned={"a": 1, "b": 1}, by="line", count="n"
        )
        assert table["reason"].tolist() == [
            "not available: a count of −1 at 1 s, below zero: corrections outweigh what was recorded",
            None,
        ]

    @pytest.mark.parametrize(
        ("waits", "said"), [([3], "of 1 call answered"), ([3, 3], "of 2 calls answered")]
    )
    def test_one_call(self, waits, said):
        assert f"{said};" in str(answer_times(waits, target=10, out_of="offered", abandoned=1))

    def test_one_call_answered_needs_a_target(self):
        one = Tally.from_columns({"line": ["a"], "seconds": [5]}, [1])
        with pytest.raises(UnknownNameError, match="target must name every group of 'line'; it lacks 'a'"):
            answer_times(one, target={"b": 10}, out_of="answered", by="line")

    def test_nothing_at_all(self):
        assert answer_times([], target=10, out_of="offered", abandoned=3).reason == "not available: no rows"

    def test_missing_waits_of_a_column(self):
        """In a column a missing wait is left out, by its reason."""
        found = answer_times([5, None], target=10, out_of="answered")
        assert found.exclusions.reasons == {"missing seconds": 1}
        assert found.exclusions.unit == "rows"


class TestLaws:
    @given(calls)
    def test_times_are_those_of_calls_answered(self, rows):
        """Average, percentiles and service level of calls answered are those of a summary of their waits."""
        table = answer_times(as_tally(rows), target=20, out_of="answered", result="result", by="line")
        answered = [(line, s, n) for line, kept, s, n in rows if kept]
        for found in table:
            waits = [s for line, s, n in answered for _ in range(n) if line == found.group["line"]]
            plain = summarise_times(waits, target=20)
            for name in (
                "n",
                "mean",
                "mean_high",
                "median",
                "p90",
                "zeros",
                "within",
                "out_of",
                "share_within",
            ):
                assert getattr(found, name) == pytest.approx(getattr(plain, name), nan_ok=True), name

    @given(calls, st.integers(1, 60))
    def test_counts_add_up(self, rows, short):
        """Answered, abandoned and left out are all there are; every variant counts the same calls in time."""
        data = as_tally(rows)
        for options in ({"out_of": "offered"}, {"out_of": "offered_less_short", "short": short}):
            found = answer_times(data, target=20, result="result", **options)
            assert found.n + found.abandoned == found.offered == found.out_of
            assert found.exclusions.counted + found.exclusions.excluded == data.total
            assert found.within == answer_times(data, target=20, out_of="answered", result="result").within

    @given(calls, st.integers(1, 30), st.integers(0, 30))
    def test_monotone(self, rows, target, more):
        """A longer target is met no less often; out of more calls it is met no more often; a longer `short` raises it."""
        data = as_tally(rows)
        levels = [
            answer_times(data, target=t, out_of="offered", result="result").share_within
            for t in (target, target + more)
        ]
        assert levels[0] <= levels[1]
        less = [
            answer_times(
                data, target=target, out_of="offered_less_short", short=s, result="result"
            ).share_within
            for s in (target, target + more)
        ]
        if not math.isnan(less[1]):
            assert levels[0] <= less[0] <= less[1]

    @given(calls, calls)
    def test_merging(self, first, second):
        """The figures of two tables added up are those of all their calls, and lie between those of the two."""
        merged, whole = as_tally(first) + as_tally(second), as_tally(first + second)
        options = {"target": 20, "out_of": "offered", "result": "result"}
        assert answer_times(merged, by="line", **options) == answer_times(whole, by="line", **options)
        pooled = answer_times(whole, **options)
        parts = [answer_times(as_tally(rows), **options) for rows in (first, second)]
        for name in ("share_within", "share_abandoned"):
            shares = [getattr(p, name) for p in parts]
            assert min(shares) - 1e-12 <= getattr(pooled, name) <= max(shares) + 1e-12

    @given(calls, st.randoms(use_true_random=False))
    def test_order_is_irrelevant(self, rows, random):
        shuffled = list(rows)
        random.shuffle(shuffled)
        options = {"target": 20, "out_of": "offered", "result": "result", "by": "line"}
        assert answer_times(as_tally(rows), **options) == answer_times(as_tally(shuffled), **options)

    @given(calls)
    def test_divided_or_apart(self, rows):
        """One table with what became of each call says what two tables do."""
        data = as_tally(rows)
        kept = [v for v in ("answered", "abandoned") if v in data.labels("result")]
        parts = {v: data.where(result=v).sum_to("line", "seconds") for v in kept}
        options = {"target": 20, "out_of": "offered", "by": "line"}
        if len(parts) == 2 and len({p.labels("line") for p in parts.values()}) == 1:
            apart = answer_times(parts["answered"], abandoned=parts["abandoned"], **options)
            assert apart.to_dict() == answer_times(data, result="result", **options).to_dict()


ANSWERED = {"target": 10, "out_of": "answered"}
OFFERED = {"target": 10, "out_of": "offered"}


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: answer_times(CALLS, target=10, result="result"), ChoiceNeededError, r"(?s)out_of= is required and has no default. Choose one of:\n  'answered': .*\n  'offered'.*: answer_times\(data, target=10, out_of='answered', result='result'\)"),
        (lambda: answer_times(CALLS, target=10, out_of="calls", result="result"), UnknownNameError, "got 'calls'"),
        (lambda: answer_times(CALLS, target=10, out_of=["offered"], result="result"), InvalidTypeError, "out_of must"),
        (lambda: answer_times(CALLS, out_of="answered"), InvalidTypeError, "target must be given"),
        (lambda: answer_times(CALLS, target="10", out_of="answered"), InvalidTypeError, "target must be a number"),
        (lambda: answer_times(CALLS, **OFFERED), InvalidInputError, "abandoned must be given with out_of='offered'.*result="),
        (lambda: answer_times(CALLS, **OFFERED, result="result", short=5), InvalidInputError, "short cannot go with out_of='offered'"),
        (lambda: answer_times(CALLS, target=10, out_of="offered_less_short", result="result"), InvalidInputError, "short must be given"),
        (lambda: answer_times(CALLS, **ANSWERED, short=0, result="result"), InvalidInputError, "short must be > 0"),
        (lambda: answer_times(CALLS, **ANSWERED, short="5", result="result"), InvalidTypeError, "short must be a number"),
        (lambda: answer_times(CALLS, **ANSWERED, answered="ok"), InvalidInputError, "answered goes with result="),
        (lambda: answer_times(CALLS, **OFFERED, abandoned="abandoned"), InvalidTypeError, "a label goes with result="),
        (lambda: answer_times(CALLS, **OFFERED, abandoned=[1, 2]), InvalidTypeError, "abandoned must be a number"),
        (lambda: answer_times(CALLS, **OFFERED, abandoned=Exposure({"a": 1}, by="line", name="x", date="d")), InvalidTypeError, "abandoned must be"),
        (lambda: answer_times(CALLS, **OFFERED, abandoned=-1), InvalidInputError, "abandoned must be a whole number >= 0"),
        (lambda: answer_times(CALLS, **OFFERED, abandoned=1.5), InvalidInputError, "abandoned must be a whole number"),
        (lambda: answer_times(CALLS, **OFFERED, abandoned=3, by="line"), InvalidInputError, "for each group of by="),
        (lambda: answer_times(CALLS, **OFFERED, abandoned={"999": 3}), InvalidInputError, "abandoned by label needs by="),
        (lambda: answer_times(CALLS, **OFFERED, abandoned={"999": -3}, by="line"), InvalidInputError, r"abandoned\['999'\] must"),
        (lambda: answer_times(CALLS, **OFFERED, abandoned={("999", 1): 3}, by="line"), InvalidInputError, "keyed by the labels of 'line'"),
        (lambda: answer_times(CALLS, **OFFERED, abandoned={None: 3}, by="line"), InvalidInputError, "none of them missing"),
        (lambda: answer_times(CALLS, **OFFERED, abandoned=Tally.from_columns({"x": ["a"]}, [1]), by="line"), UnknownNameError, "no dimension 'line'"),
        (lambda: answer_times(CALLS, **OFFERED, result="result", abandoned=5.5), InvalidTypeError, "abandoned must hold labels.*5.5"),
        (lambda: answer_times(CALLS, **OFFERED, result="result", answered=True), InvalidTypeError, "answered must hold labels"),
        (lambda: answer_times(CALLS, **OFFERED, result="result", answered=["abandoned", "answered"]), InvalidInputError, "different labels; got 'abandoned' for both"),
        (lambda: answer_times(CALLS, **OFFERED, result="result", answered="answerd"), UnknownNameError, "'answered' does not"),
        (lambda: answer_times(CALLS, **OFFERED, result="status"), UnknownNameError, "'status'"),
        (lambda: answer_times(CALLS, **OFFERED, result=5), InvalidTypeError, "result must be text"),
        (lambda: answer_times(CALLS, **OFFERED, result="result", by="result"), InvalidInputError, "by must not name 'result'"),
        (lambda: answer_times(CALLS, **OFFERED, result="result", by="seconds"), InvalidInputError, "by must not name 'seconds'"),
        (lambda: answer_times(CALLS, **OFFERED, result="result", by="line", count="n"), UnknownNameError, "count: column"),
        (lambda: answer_times([5], **ANSWERED, by="line"), InvalidInputError, "by="),
        (lambda: answer_times([5], **ANSWERED, result="line"), InvalidInputError, "result="),
        (lambda: answer_times([5], **ANSWERED, seconds="wait"), InvalidInputError, "seconds="),
        (lambda: answer_times([5, -3], **ANSWERED), InvalidInputError, "seconds must be >= 0; got -3"),
        (lambda: answer_times(["5"], **ANSWERED), InvalidTypeError, "the text '5'"),
        (lambda: answer_times(CALLS.assign(seconds=-1.0), **OFFERED, result="result"), InvalidInputError, "seconds must be >= 0; got -1"),
        (lambda: answer_times(CALLS.assign(seconds="5"), **OFFERED, result="result"), InvalidTypeError, "column 'seconds' must hold numbers"),
        (lambda: answer_times(CALLS, target={"999": 10}, out_of="offered", result="result", by="line"), UnknownNameError, "target must name every group"),
        (lambda: answer_times(CALLS, **OFFERED, result="result", percentile_method="type 7"), UnknownNameError, "percentile_method"),
        (lambda: answer_times(5, **ANSWERED), InvalidTypeError, "Tally or a data frame"),
    ],
)  # fmt: skip
def test_bad_input(call, error, says):
    """Every fault is an error of the family that names the argument and the value."""
    with pytest.raises(error, match=says) as caught:
        call()
    assert isinstance(caught.value, PoliceMetricsError)


def test_a_target_of_another_unit_warns():
    with pytest.warns(PoliceMetricsWarning, match="under one second"):
        answer_times([5], target=0.17, out_of="answered")


def test_one_key_of_another_length():
    """Of several keys one has a label too many: it is not cut short."""
    data = Tally.from_columns({"line": ["a", "c"], "seconds": [5, 5]}, [1, 1])
    with pytest.raises(InvalidInputError, match="abandoned must be keyed by the labels of 'line'"):
        answer_times(data, target=10, out_of="offered", abandoned={("a", "b"): 1, "c": 2}, by="line")


def test_plain_numbers_take_no_count():
    with pytest.raises(InvalidInputError, match=r"count=.*plain numbers"):
        answer_times([1, 2], target=10, out_of="answered", count="n")


@pytest.mark.parametrize("second", [np.timedelta64(1500, "ms"), dt.timedelta(seconds=1.5)])
def test_durations_of_numpy_among_objects(second):
    """Two lengths of numpy's, or one of Python's beside it: 5 s and 1.5 s."""
    found = answer_times([np.timedelta64(5, "s"), second, None], target=10, out_of="answered")
    assert (found.mean, found.exclusions.reasons) == (3.25, {"missing seconds": 1})


CLOCK = {"target": 10, "out_of": "answered"}


class TestClock:
    """Between what the waits run is a part of the definition."""

    def test_said(self):
        found = answer_times([3, 8], clock="wiltshire-101", **CLOCK)
        assert found.clock == "from the call to the answer of the switchboard"
        assert "2 calls answered, from the call to the answer of the switchboard" in str(found)
        own = answer_times([3, 8], clock="from the menu to the answer", **CLOCK)
        assert own.clock == "from the menu to the answer"
        assert answer_times([3, 8], **CLOCK).clock == ""

    def test_in_a_table(self):
        calls = Tally.from_columns({"force": ["a", "b"], "seconds": [3, 8]}, [1, 1])
        table = answer_times(calls, by="force", clock="national-999", **CLOCK)
        assert {f.clock for f in table} == {definitions.answer_clocks()["national-999"].words}

    @pytest.mark.parametrize("other", ["staffordshire-101", ""])
    def test_two_do_not_compare(self, other):
        old, new = (answer_times([3, 8], clock=c, **CLOCK) for c in ("wiltshire-101", other))
        with pytest.raises(InvalidInputError, match="old and new must have one clock"):
            time_change(old, new)
        assert time_change(old, old).mean_change == 0

    def test_bad_input(self):
        with pytest.raises(InvalidTypeError, match="clock must be text"):
            answer_times([3], clock=999, **CLOCK)
