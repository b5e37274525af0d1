"""The public surface as a whole: bad input to every function, what an import costs, and that all is documented."""

import datetime as dt
import inspect
import re
import subprocess
import sys
from collections import Counter
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import surface
from ids import stable

import policemetrics as pm
from policemetrics import Exposure, Interval, Period, PoliceMetricsError, Results, Tally
from policemetrics.claims import Range
from policemetrics.figures import Exclusions

NAN, INF = float("nan"), float("inf")
YEARS = ("2022/23", "2023/24")
COLUMNS = {
    "force": ["Kent", "Kent", "Essex", "Essex"],
    "period": [*YEARS, *YEARS],
    "offence": ["66", "66", "8L", "8L"],
    "outcome": ["1", "1", "18", "18"],
    "month": ["2022-05", "2023-05", "2022-05", "2023-05"],
    "outcome_month": ["2022-06", "2023-05", "2022-05", "2023-07"],
    "seconds": [30.0, 45.5, 60.0, 10.0],
    "n": [5, 6, 7, 8],
    "mean": [30.0, 45.5, 60.0, 10.0],
    "code": [4.1, 4.1, 4.1, 4.1],
    "day": [dt.datetime(2023, 5, d) for d in range(1, 5)],  # noqa: DTZ001  # as a file has it
    "met": [dt.datetime(2023, 5, d, 0, 9) for d in range(1, 5)],  # noqa: DTZ001
}
FRAME = pd.DataFrame(COLUMNS)
LABELS = ["force", "period", "offence", "outcome"]
CRIMES = Tally.from_columns({d: COLUMNS[d] for d in LABELS}, COLUMNS["n"])
RESIDENTS = Exposure({"Kent": 1_800, "Essex": 1_200}, by="force", name="residents", date="mid-2019")
WEIGHTS = pm.harm_weights("ons-css", version="2020")
OPEN = {"no_arrival": "censored", "as_at": dt.datetime(2023, 6, 1, tzinfo=dt.UTC)}
BANDS = pm.published.Bands({"66": (0, 10), "8L": (10, None)})
OUTCOMES = {"positive": pm.outcome_set("charged"), "basis": "recorded", "out_of": "outcomes"}
AREAS = pm.Results.of(list(pm.share([5, 6, 7], [50, 60, 60], labels=[*"abc"])))
MIXED = pm.rate(
    Tally.from_columns({"force": [*"aabb"], "offence": ["66", "8L"] * 2}, [50, 60, 70, 80]),
    Tally.from_columns({"force": [*"aabb"], "offence": ["66", "8L"] * 2}, [900] * 4),
    by=["force", "offence"],
)
AREAS = AREAS._evolve(keys={"force": AREAS["label"]})

# One good call of every public function with a data frame, and one with plain numbers where it takes them.
GOOD = {
    "published.answer_bands": (
        pm.published.answer_bands, (FRAME, BANDS),
        {"target": 10, "out_of": "answered", "by": "force", "band": "offence", "count": "n"},
    ),
    "published.answer_bands of percentages": (
        pm.published.answer_bands, ({"66": 60, "8L": 40}, BANDS), {"target": 10, "rounded_to": 1},
    ),
    "answer_times": (
        pm.answer_times, (FRAME,),
        {"target": 60, "out_of": "answered", "short": 5, "by": "force", "count": "n", "result": "outcome",
         "answered": "1", "abandoned": "18"},
    ),
    "against": (pm.against, (FRAME,), {"expected": 5, "by": "force", "count": "n"}),
    "against of numbers": (pm.against, (5, 6), {}),
    "against of columns": (pm.against, ([5, 6],), {"expected": [4, 7], "labels": ["a", "b"]}),
    "against of figures": (pm.against, (AREAS,), {"expected": 0.5, "column": "share"}),
    "answer_times of numbers": (pm.answer_times, ([30, 45.5],), {"target": 60, "out_of": "offered", "abandoned": 1}),
    "change_drivers": (
        pm.change_drivers, (FRAME,), {"between": YEARS, "of": "offence", "by": "force", "count": "n"},
    ),
    "claims.check_claim": (pm.claims.check_claim, (), {"figure": pm.share(1, 4), "claim": "a quarter", "column": "share", "vintage": "2024"}),
    "control_chart": (
        pm.control_chart, (FRAME,),
        {"chart": "xmr", "by": "force", "count": "n", "per": 100, "good": "lower", "target": 5},
    ),
    "control_chart of numbers": (pm.control_chart, ([30, 45.5],), {"chart": "xmr"}),
    "control_chart of figures": (
        pm.control_chart, (pm.rate([5, 6], 10, labels=["2023-01", "2023-02"]),), {"chart": "u", "period": "label", "value": "rate"},
    ),
    "detectable_change": (pm.detectable_change, (400,), {"out_of": 1_000, "power": 0.9, "dispersion": 2}),
    "detectable_change of columns": (pm.detectable_change, ([400, 500],), {"labels": ["a", "b"]}),
    "detectable_change of months": (
        pm.detectable_change, (400,), {"dispersion": "estimate", "history": [400, 380] * 6},
    ),
    "directly_standardised_rate": (
        pm.directly_standardised_rate, (MIXED,),
        {"standard": {"66": 1, "8L": 2}, "of": "offence", "column": "rate", "method": "dobson"},
    ),
    "durations": (pm.durations, (FRAME,), {"start": "day", "end": "met", "by": "force", "timezone": "UTC"}),
    "compare": (
        pm.compare, (AREAS,),
        {"against": "pooled", "include_self": True, "members": [*"abc"], "column": "share", "scale": "arcsine",
         "overdispersion": "additive", "winsorise": 0.1, "adjust": "bh", "least_expected": 5, "confidence_levels": (0.95, 0.998)},
    ),
    "harm_change": (pm.harm_change, (FRAME, WEIGHTS), {"between": YEARS, "by": "force", "count": "n"}),
    "harm_drivers": (pm.harm_drivers, (FRAME, WEIGHTS), {"between": YEARS, "by": "force", "count": "n"}),
    "harm_index": (pm.harm_index, (FRAME, WEIGHTS), {"base": YEARS[0], "by": "force", "count": "n"}),
    "published.change": (pm.published.change, (6.6, 8.6), {"rounded_to": 0.1}),
    "published.harm_per_crime_change": (pm.published.harm_per_crime_change, (), {"crime": -10, "harm": -5, "rounded_to": 1}),
    "harm_outcome_change": (
        pm.harm_outcome_change, (FRAME, WEIGHTS), {"between": YEARS, "by": "force", "count": "n"} | OUTCOMES,
    ),
    "harm_outcome_drivers": (
        pm.harm_outcome_drivers, (FRAME, WEIGHTS), {"between": YEARS, "by": "force", "count": "n"} | OUTCOMES,
    ),
    "harm_outcome_rate": (pm.harm_outcome_rate, (FRAME, WEIGHTS), {"by": "force", "count": "n"} | OUTCOMES),
    "harm_score": (pm.harm_score, (FRAME, WEIGHTS), {"by": "force", "count": "n"}),
    "harm_weights": (pm.harm_weights, ("ons-css",), {"version": "2020"}),
    "claims.implied_change": (
        pm.claims.implied_change, (), {"before": "5 s", "after": "3 s", "change": "2 s faster", "percent_change": "down 40%"},
    ),
    "claims.implied_harm_per_crime": (pm.claims.implied_harm_per_crime, (), {"crime": "10% lower", "harm": "5% lower"}),
    "claims.implied_parts": (pm.claims.implied_parts, (), {"parts": {"solved": "12%", "rest": None}, "total": "exactly 100%"}),
    "match_outcomes": (pm.match_outcomes, (CRIMES,), {"outcome": "outcome"}),
    "outcome_maturity": (
        pm.outcome_maturity, (FRAME,),
        {
            "positive": OUTCOMES["positive"], "as_at": "2023-07", "period": "month", "outcome_period": "outcome_month",
            "by": "force", "count": "n",
        },
    ),
    "outcome_rate_change": (
        pm.outcome_rate_change, (FRAME,), {"between": YEARS, "by": "force", "count": "n"} | OUTCOMES,
    ),
    "outcome_rate_drivers": (
        pm.outcome_rate_drivers, (FRAME,),
        {"between": YEARS, "of": "offence", "by": "force", "count": "n"} | OUTCOMES,
    ),
    "outcome_rate_split": (
        pm.outcome_rate_split, (FRAME,),
        {"between": YEARS, "of": "offence", "by": "force", "count": "n"} | OUTCOMES,
    ),
    "outcome_set": (pm.outcome_set, ("charged",), {}),
    "project_outcome_rate": (
        pm.project_outcome_rate, (FRAME,),
        {
            "positive": OUTCOMES["positive"], "as_at": "2023-07", "until": 2, "cohorts": "2022", "period": "month",
            "outcome_period": "outcome_month", "by": "force", "count": "n",
        },
    ),
    "published.pool_means": (pm.published.pool_means, (FRAME,), {"mean": "mean", "count": "n", "by": "force"}),
    "published.pool_means of numbers": (pm.published.pool_means, ([30, 45], [5, 6]), {}),
    "positive_outcome_rate": (pm.positive_outcome_rate, (FRAME,), {"by": "force", "count": "n"} | OUTCOMES),
    "published.time_change": (pm.published.time_change, (5, 3), {"of": "mean", "rounded_to": 1}),
    "rate": (pm.rate, (FRAME, RESIDENTS), {"by": "force", "count": "n"}),
    "rate of numbers": (pm.rate, (5, 100), {}),
    "rate of columns": (pm.rate, ([5, 6], [100, 200]), {"labels": ["a", "b"]}),
    "rate_change": (pm.rate_change, (FRAME,), {"between": YEARS, "by": "force", "count": "n"}),
    "rate_change of months": (
        pm.rate_change, (FRAME,),
        {"versus": "same_months", "by": "force", "period": "month", "count": "n", "years": 1, "margin": 3},
    ),
    "rate_change of numbers": (pm.rate_change, (5, 6), {"exposure": (1, 2)}),
    "rate_change of columns": (pm.rate_change, ([5, 6], [7, 8]), {"labels": ["a", "b"]}),
    "response_times": (
        pm.response_times, (FRAME,),
        {"start": "day", "end": "met", "by": "force", "timezone": "UTC", "target": 60} | OPEN,
    ),
    "time_to_outcome": (
        pm.time_to_outcome, (FRAME,), {"start": "day", "end": "met", "by": "force", "as_at": "2023-06-01"},
    ),
    "share": (pm.share, (FRAME,), {"part": {"outcome": "1"}, "by": "force", "count": "n"}),
    "share of numbers": (pm.share, (1, 4), {}),
    "share_change": (
        pm.share_change, (FRAME,), {"part": {"outcome": "1"}, "between": YEARS, "by": "force", "count": "n"},
    ),
    "share_change of numbers": (pm.share_change, (1, 2), {"out_of": (4, 5)}),
    "share of columns": (pm.share, ([1, 2], [3, 4]), {"labels": ["a", "b"]}),
    "standardised_ratio": (
        pm.standardised_ratio, (MIXED,), {"reference": "pooled", "of": "offence", "column": "rate", "method": "phe"},
    ),
    "claims.stated": (pm.claims.stated, (), {"text": "around 35,000", "nearest": 5_000, "vintage": "2024"}),
    "summarise_times": (pm.summarise_times, (FRAME,), {"by": "force", "target": 60, "count": "rows"}),
    "summarise_times of numbers": (
        pm.summarise_times, ([30, 45.5],), {"target": 60, "mean_method": "bootstrap", "seed": 1},
    ),
    "tally": (pm.tally, (FRAME, ["force"]), {"count": "n"}),
    "time_change": (pm.time_change, (FRAME,), {"between": YEARS, "by": "force", "count": "n", "target": 60}),
    "time_change of figures": (
        pm.time_change, (pm.summarise_times([30, 45]), pm.summarise_times([30, 60])), {"caveat": "moved"},
    ),
    "time_drivers": (
        pm.time_drivers, (FRAME,), {"between": YEARS, "of": "offence", "by": "force", "count": "n"},
    ),
}  # fmt: skip

# What no argument of that name may be, whatever the function.
BAD = {
    "confidence_level": [95, 0, 1, -0.5, 1.5, "0.95", None, NAN, INF, True, [0.95], Decimal("sNaN")],
    "method": [None, 5, "nope", ["exact"], b"exact"],
    "by": [5, "nope", ["force", "force"], ["force", "nope"], [3], "", b"force", FRAME],
    "count": [5, "nope", "force", b"n", ["n"]],
    "between": [
        "2022/23", ("2022/23",), (*YEARS, "2024/25"), YEARS[::-1], ("2022/23", "2022/23"), ("2022/23", "rubbish"),
        ("2022/23", "2023-Q3"), ("2022/23", "year ending June 2023"), (1, 2), (None, None), 5, set(YEARS),
    ],
    "base": [None, 5, "rubbish", b"2022/23", "", ["2022/23"], "2022-Q3", "year ending June 2022"],
    "crime": [None, "10", [1], NAN, INF, -100, -101, -99.5, 0.5, True, Decimal("sNaN")],
    "harm": [None, "10", [1], NAN, INF, -100, -101, -99.5, 0.5, True, Decimal("sNaN")],
    "caveat": [None, 5, b"x", ["x"]],
    "clock": [None, 5, b"x", ["x"]],
    "subject": [None, 5, "", b"x"],
    "of": [None, 5, "nope", b"offence", "period", "force", ["offence"]],
    "offence": [None, 5, "nope", b"offence"],
    "outcome": [None, 5, "nope", b"outcome"],
    "period": [None, 5, "nope", b"period"],
    "seconds": [None, 5, "nope", b"seconds"],
    "mean": [5, "nope", "force", b"mean"],
    "weights": [None, "ons-css", 5, {"66": 1.0}, {}],
    "weights_new": ["ons-css", 5, {"66": 1.0}],
    "version": [None, 2020, "1066", "", b"2020"],
    "name": [None, 5, "nope", "", b"x"],
    "positive": [None, 5, "nope", [], b"charged", ["99"], "1"],
    "basis": [None, 5, "nope", b"closed"],
    "out_of": [None, 5, "nope", b"crimes"],
    "per": [0, -1, NAN, INF, "1000", None, True],
    "per_day": ["no", 1, None],
    "groups": [5, "nope", ("Kent",), ("Kent", "Kent"), ("Kent", "nope"), {"force": ("Kent", "nope")}, {}, [None, None]],
    "like_for_like": [None, 5, "nope"],
    "dispersion": [0, -1, NAN, INF, "2", None, True],
    "adjust": ["BH", "", 5, True, b"bh"],
    "minimum_base": [-1, 2.5, NAN, INF, "50", None, True, 2**64],
    "versus": [5, "nope", ("previous",)],
    "inclusive": ["no", 1, None],
    "percentiles": ["no", 1, None],
    "invalid": [None, 5, "nope"],
    "bands": [None, 5, "police.uk", {"66": (0, 10)}],
    "band": [None, 5, "nope", b"offence", "force"],
    "short": [0, -1, NAN, INF, "5", True, [5]],
    "result": [5, "nope", b"outcome", "force"],
    "answered": [None, 5.5, True, [None], "nope", "18"],
    "mean_method": [None, 5, "nope"],
    "seed": [-1, 1.5, NAN, "1", True, 2**32, [1]],
    "missed": [5, "nope", [3]],
    "target": [-1, NAN, INF, "60", True, [60], {"Kent": -1}, {"Kent": "x"}],
    "percentile_method": [None, 5, "nope"],
    "rounded_to": [0, -1, NAN, INF, "1", True],
    "date": [5, "nope", "force", "n", b"x"],
    "every": [None, 5, "nope"],
    "timezone": [None, 5, "nope", "Mars/Base", b"x"],
    "marks": [5, "[c]", {"[c]": 5}, {5: "suppressed"}, [5]],
    "unique": [5, "nope", ["force", "force"], b"force"],
    "coverage": [5, "nope", ["force", "force"], b"force"],
    "overlapping": [None, 5, "nope", ["force", "force"], b"force"],
    "as_at": [None, 5, b"x"],
    "text": [None, 5, b"10%", ["10%"], "", "a lot", "1/2", "0:08:00", "9" * 5000],
    "nearest": [0, -1, NAN, INF, "5", True, [5], 10**400, Decimal("sNaN")],
    "vintage": [None, 5, b"2024"],
    "figure": [None, 5, "10%", FRAME, Results, pm.rate([1], 10, labels=["a"])],
    "claim": [None, 5, b"10%", ["10%"]],
    "column": [5, "nope", "share_low", b"share", ""],
    "before": [5, b"5 s", "a lot", "5%", "5 s faster"],
    "after": [5, b"5 s", "a lot", "5%", "5 s faster"],
    "change": [5, b"5 s", "a lot", "5%", "5 s"],
    "percent_change": [5, b"5%", "a lot", "5%", "5 s faster"],
    "part": [None, 5, "nope", "force", {}, {"nope": 1}, {"outcome": "nope"}, b"outcome"],
    "parts": [None, 5, "12%", ["12%"], {}, {"a": "a lot"}, {"a": 5}, {"a": "5 s"}, {5: "5%"}, {"total": "5%"}],
    "total": [5, b"5%", "a lot", "5 s", "5% lower"],
    "start": [None, 5, "nope", b"day", "force", "n", "met"],
    "end": [None, 5, "nope", b"met", "force", "n", "day"],
    "closed": [5, "nope", b"day", "force"],
    "resolution": [None, 5, "nope"],
    "recorded_to": [5, "nope", "hour", ["minute"]],
    "zero": [None, 5, "nope", True],
    "no_arrival": [None, 5, "nope", "exclude"],
    "incident": [5, "nope", b"force", "day"],
    "self_initiated": [5, "force", {}, {"nope": "x"}, {"force": "nope"}, {"force": 5}, {"force": []}, {"code": "x"}],
    "grades": [5, "force", ("force",), ("force", "nope"), ("force", "force"), ("force", "outcome")],
    "regraded": [5, "nope", "final", b"final"],
    "upgraded": [5, "nope", "day"],
    "survival_method": [None, 5, "nope"],
    "still_open": [5, "nope", b"n", "force"],
    "mature_after": [-1, 2.5, NAN, INF, "12", True, 2**64, [12]],
    "not_yet_assigned": [-1, 2.5, NAN, INF, "5", True, 2**64, [5], 10**6],
    "outcome_period": [None, 5, "nope", b"month", "month", "outcome", "force"],
    "members": [5, "nope", "Kent", ["nope"], [], [None], b"Kent", [4.1]],
    "include_self": [None, "yes", 1, [True]],
    "margin": [0, -1, NAN, INF, "3", True, [3]],
    "years": [0, -1, 1.5, NAN, INF, "3", None, True, [3]],
    "history": [5, "nope", [-1] * 12, [NAN] * 12, {5, 6}, [5] * 11],
    "power": [0, 0.4, 1, 80, NAN, "0.8", None, True, [0.8]],
    "against": [None, -1, 0, NAN, INF, "nope", b"pooled", ["pooled"], True],
    "expected": [None, -1, 0, NAN, INF, "5", b"5", True, {"nope": 5}, {5}],
    "reference": [None, 5, "nope", b"pooled", {}, {"66": 1}, {"66": 1, "8L": -1}, {"66": 1, "8L": 1, "nope": 1}, True],
    "standard": [None, 5, "nope", [1, 2], {}, {"66": 1}, {"66": 1, "8L": -1}, {"66": 0, "8L": 0}, {"66": 1, "8L": NAN}],
    "scale": [5, "nope", b"log", "log"],
    "overdispersion": [5, "nope", b"additive", True],
    "winsorise": [None, -0.1, 0.5, 1, NAN, "0.1", True],
    "least_expected": [None, -1, NAN, INF, "5", True],
    "confidence_levels": [None, 0.95, (0.95,), (0.95, 0.9), (0.95, 0.95), (95, 99.8), "0.95", (0.9, 0.95, 0.99), (0, 0.5)],
    "blank": [5, "nope", b"excluded", True],
    "chart": [None, 5, "nope", b"xmr", ["xmr"]],
    "rules": [None, 5, "nope", b"nhs", ["nhs"]],
    "scaling": [None, 5, "nope", 2.66],
    "baseline": [0, 1, 2.5, 99, NAN, True, "2022/23", ("2022/23",), ("2022/23", "nope"), YEARS[::-1], (None, None), {1, 2}],
    "breaks": [None, 5, "nope", b"2022/23", ["nope"], [None], NAN, "2031-01", True],
    "seasonal": ["no", 1, None],
    "good": [5, "nope", True, ["lower"]],
    "value": [5, "nope", "rate_low", b"rate", ""],
    "alternates": [5, "nope", b"beside", True],
    "until": [0, -1, 1.5, "24", None, NAN, True],
    "cohorts": [5, "nope", b"2022", True, ["nope"], [None], "2031", []],
}  # fmt: skip

# Some arguments only mean something beside, or instead of, another one.
BESIDE = {
    ("rate_change", "versus"): {"between": None},
    ("tally", "every"): {"date": None},
    ("tally", "timezone"): {"date": "day"},
}
# There the period need not be named, and a table is its own whole.
NOT_NEEDED = {
    ("positive_outcome_rate", "period"),
    ("harm_outcome_rate", "period"),
    ("share", "out_of"),
    ("detectable_change", "out_of"),
    ("durations", "as_at"),
    ("rate_change", "of"),
    ("share_change", "of"),
    ("share_change", "out_of"),
    ("rate_change of months", "of"),
    ("harm_change", "of"),
    ("outcome_rate_change", "of"),
    ("harm_outcome_change", "of"),
    ("time_change", "of"),
}
# What reads the columns of a small table has its own words for them.
ALSO = {
    ("pool_means", "count"): ("value",),
    ("pool_means", "mean"): ("seconds",),
    ("response_times", "grades"): ("regraded",),  # without which a pair of grades says nothing
    ("outcome_maturity", "outcome_period"): ("by",),
    ("project_outcome_rate", "outcome_period"): ("by",),
    ("answer_bands", "band"): ("by",),
    ("answer_times", "result"): ("by",),
    ("share", "part"): ("by", "outcome"),
    ("share_change", "part"): ("by", "outcome", "nope"),
}
NO_DATA = [None, "crimes.csv", b"crimes", object(), pd.Series([1, 2]), iter([1]), print, Tally, {1, 2}]
NO_COUNT = [
    -1,
    1.5,
    NAN,
    INF,
    "5",
    None,
    True,
    5j,
    2**64,
    [5],
    Decimal("sNaN"),
    np.datetime64("2024-01-01"),
    pd.NA,
    pd.NaT,
]
NO_SIZE = [0, -1, NAN, -INF, INF, "5", None, True, 5j, 10**400, Decimal("sNaN"), pd.NA]
NO_COLUMN = [
    [5, -1], [5, 1.5], [5, NAN], [5, INF], [5, None], [5, "6"], [5, True], [5], [5, 6, 7], [[5, 6], [7, 8]], [[5], [6, 7]],
    "56", {"a": 5, "b": 6}, {5, 6}, iter([5, 6]), [2**64, 5], np.ones((2, 2)), np.ma.array([5, 6], mask=[0, 1]),
    pd.Series(["5", "6"]), pl.Series([5, None]), pa.array([5, None]), pd.Series([5, 6], dtype="datetime64[ns]"), object(),
]  # fmt: skip


def refused(call, *named):
    """An error of the family, that names an argument: never another error, and never an answer."""
    with pytest.raises(PoliceMetricsError) as caught:
        call()
    message = str(caught.value)
    assert len(message) < 4000, "a table does not belong in a message"
    assert any(re.search(rf"\b{name}\b", message) for name in named), message


def cases():
    for title, (function, args, options) in GOOD.items():
        signature = inspect.signature(function)
        for name, values in BAD.items():
            takes_frame = args and args[0] is FRAME
            if name not in signature.parameters or (
                not takes_frame and name not in {"confidence_level", *options}
            ):
                continue
            for value in values:
                if value is None and (title, name) in NOT_NEEDED:
                    continue
                bound = signature.bind(*args, **options)
                bound.arguments |= BESIDE.get((title, name), {}) | {name: value}
                yield pytest.param(function, bound, name, id=f"{title}, {name}={stable(value)[:30]!r}")


class TestBadInput:
    @pytest.mark.parametrize("title", GOOD)
    def test_the_good_calls_are_good(self, title):
        function, args, options = GOOD[title]
        function(*args, **options)

    def test_every_function_is_in_the_table(self):
        assert set(surface.functions()) == {title.partition(" of ")[0] for title in GOOD}

    def test_every_argument_is_in_the_table(self):
        """An argument that is added without a row here fails this."""
        elsewhere = {  # below, for they differ from function to function
            "data", "old", "new", "events", "exposure", "labels", "count", "out_of", "means", "counts", "frame",
            "denominator", "crimes", "figures", "outcomes",
            "abandoned",
        }  # fmt: skip
        for function, _, _ in GOOD.values():
            assert set(inspect.signature(function).parameters) <= elsewhere | set(BAD), function.__name__

    @pytest.mark.parametrize(("function", "bound", "name"), list(cases()))
    def test_each_argument(self, function, bound, name):
        refused(lambda: function(*bound.args, **bound.kwargs), *ALSO.get((function.__name__, name), ()), name)

    @pytest.mark.parametrize("data", NO_DATA, ids=lambda v: type(v).__name__)
    @pytest.mark.parametrize("title", [t for t, (_, args, _) in GOOD.items() if args and args[0] is FRAME])
    def test_what_is_no_table(self, title, data):
        function, args, options = GOOD[title]
        first = ("data", "frame", "events", "old", "means", "labels", "seconds", "by")
        refused(lambda: function(data, *args[1:], **options), *first)

    @pytest.mark.parametrize(
        "engine", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table], ids=lambda e: e.__name__
    )
    @pytest.mark.parametrize(
        "title", [t for t, (_, args, o) in GOOD.items() if args and args[0] is FRAME and "by" in o]
    )
    def test_columns_of_the_wrong_kind(self, title, engine):
        """Codes read as floats; a column that is not there, with those that are."""
        function, args, options = GOOD[title]
        frame = engine(COLUMNS)
        with pytest.raises(PoliceMetricsError, match=r"by: column 'code' must hold labels.* 4\.1 and 4\.10"):
            function(frame, *args[1:], **options | {"by": "code"})
        with pytest.raises(
            PoliceMetricsError, match=r"by\['nope'\]: column must be one of 'force', 'period'"
        ):
            function(frame, *args[1:], **options | {"by": "nope"})
        if "count" in inspect.signature(function).parameters:
            with pytest.raises(PoliceMetricsError, match=r"(count|value): column .*'force'"):
                function(frame, *args[1:], **options | {"count": "nope"})

    @pytest.mark.parametrize("title", [t for t, (_, args, _) in GOOD.items() if args and args[0] is FRAME])
    def test_empty_frames(self, title):
        """No rows: no error, and no figure out of thin air."""
        function, args, options = GOOD[title]
        empty = pl.DataFrame(COLUMNS).clear()
        found = function(empty, *args[1:], **options)
        assert len(found) == 0
        if title not in {
            "durations",
            "tally",
            "published.pool_means",
        }:  # a mean of a frame is always by group
            single = function(empty, *args[1:], **{k: v for k, v in options.items() if k != "by"})
            for figure in single if isinstance(single, Results) else [single]:
                assert figure.reason.startswith("not available")

    @pytest.mark.parametrize("value", NO_COUNT, ids=stable)
    def test_single_counts(self, value):
        refused(
            lambda: pm.rate(value, 100),
            "events",
            "data",
        )
        refused(lambda: pm.rate_change(value, 5), "old")
        refused(lambda: pm.rate_change(5, value), "new", "between")
        refused(lambda: pm.share(value, 5), "count")
        refused(lambda: pm.share(5, value), "out_of")

    @pytest.mark.parametrize("value", NO_SIZE, ids=stable)
    def test_single_sizes(self, value):
        refused(lambda: pm.rate(5, value), "exposure")
        refused(lambda: pm.rate(CRIMES, value, by="force"), "exposure")
        refused(lambda: pm.rate(CRIMES, {"Kent": value, "Essex": 1}, by="force"), "values")
        refused(lambda: pm.rate_change(5, 6, exposure=(value, 1)), "exposure")
        refused(lambda: pm.rate_change(5, 6, exposure=(1, value)), "exposure")
        refused(lambda: Exposure({"Kent": value}, by="force", name="residents", date="mid-2019"), "values")

    @pytest.mark.parametrize("value", NO_COLUMN, ids=stable)
    def test_columns(self, value):
        labels = ["a", "b"]
        refused(lambda: pm.rate(value, 10, labels=labels), "events", "labels")
        refused(lambda: pm.rate_change(value, [1, 2], labels=labels), "old", "labels")
        refused(lambda: pm.rate_change([1, 2], value, labels=labels), "new", "labels")

    @pytest.mark.parametrize(
        "value",
        [
            [0, 1],
            [1, -1],
            [1, NAN],
            [1, INF],
            [1, None],
            [1, "2"],
            [1],
            [1, 2, 3],
            {"a": 1, "b": 2},
            "12",
            iter([1, 2]),
        ],
        ids=stable,
    )
    def test_columns_of_sizes(self, value):
        refused(lambda: pm.rate([1, 2], value, labels=["a", "b"]), "exposure")
        refused(lambda: pm.rate_change([1, 2], 3, labels=["a", "b"], exposure=(value, 1)), "exposure")

    @pytest.mark.parametrize(
        "labels",
        ["ab", b"ab", 5, ["a"], ["a", None], [1.5, 2.5], ["a", 1], [["a"], ["b"]], {"a", "b"}, {"a": 1, "b": 2}, [True, False],
         np.ones((2, 2), dtype=int), pd.Series(["a", "b"], index=[7, 8]), pd.to_datetime(["2024-01-01", "2024-01-02"])],
        ids=stable,
    )  # fmt: skip
    def test_labels(self, labels):
        events = pd.Series([1, 2])
        refused(lambda: pm.rate(events, 10, labels=labels), "labels")
        refused(lambda: pm.rate_change(events, events, labels=labels), "labels")

    def test_series_with_different_indexes(self):
        """Arithmetic by position would pair the wrong forces."""
        one, other = pd.Series([1, 2], index=["Kent", "Essex"]), pd.Series([3, 4], index=["Essex", "Kent"])
        labels = ["Kent", "Essex"]
        refused(lambda: pm.rate_change(one, other, labels=labels), "old", "new")
        refused(lambda: pm.rate(one, other, labels=labels), "events", "exposure")
        refused(lambda: pm.rate_change(one, 5, exposure=(one, other), labels=labels), "exposure")
        refused(
            lambda: Tally.from_columns({"force": pd.Series(["a", "b"])}, pd.Series([1, 2], index=[1, 0])),
            "counts",
        )

    def test_sums_past_64_bits(self):
        big = {
            "force": ["Kent", "Kent"],
            "period": ["2022/23"] * 2,
            "offence": ["66"] * 2,
            "outcome": ["1"] * 2,
        }
        refused(lambda: Tally.from_columns(big, [2**62, 2**62]), "counts")
        for engine in (pd.DataFrame, pl.DataFrame, pa.table):
            frame = engine(big | {"n": [2**62, 2**62]})
            for title in ("rate", "rate_change", "tally", "harm_score", "positive_outcome_rate"):
                function, args, options = GOOD[title]
                refused(lambda f=function, a=args, o=options, d=frame: f(d, *a[1:], **o), "counts", "count")
        apart = Tally.from_columns({"force": ["Kent", "Essex"], "period": YEARS}, [2**62, 2**62])
        refused(lambda: pm.rate(apart, 10), "counts")
        refused(lambda: pm.rate_change(apart, between=YEARS), "counts")

    def test_numerator_above_denominator(self):
        refused(lambda: pm.share(5, 4), "count")

    @pytest.mark.parametrize(
        ("call", "named"),
        [
            (lambda: Interval(2, 1, 0.95, "score"), "low"),
            (lambda: Interval("1", 2, 0.95, "score"), "low"),
            (lambda: Interval(1, 2, 95, "score"), "confidence_level"),
            (lambda: Exclusions("rows", 1, 2, {"a": 1}), "reasons"),
            (lambda: Range(exact_low=2, exact_high=1, unit="number"), "exact_low"),
            (lambda: Range(exact_low="1", exact_high=2, unit="number"), "exact_low"),
            (lambda: Range(exact_low=1, exact_high=2, high_included=1, unit="number"), "high_included"),
            (lambda: Range(exact_low=1, exact_high=2, unit="crimes"), "unit"),
            (lambda: "1" in pm.claims.stated("1"), "value"),
            (lambda: Results.of([]), "figures"),
            (lambda: Results.of(5), "figures"),
            (lambda: Exposure({}, by="force", name="residents", date="mid-2019"), "exposure"),
            (lambda: Exposure([1], by="force", name="residents", date="mid-2019"), "values"),
            (lambda: Exposure({"Kent": 1}, by=5, name="residents", date="mid-2019"), "by"),
            (lambda: Exposure({"Kent": 1}, by=["a", "b"], name="residents", date="mid-2019"), "values"),
            (lambda: Exposure({"Kent": 1}, by="force", name="", date="mid-2019"), "name"),
            (lambda: Exposure({"Kent": 1}, by="force", name="residents", date=None), "date"),
            (lambda: Exposure({None: 1}, by="force", name="residents", date="mid-2019"), "values"),
            (lambda: Exposure({4.1: 1}, by="force", name="residents", date="mid-2019"), "force"),
            (lambda: Exposure.from_frame(FRAME, by="force", value="n", name="residents", date="d"), "frame"),
            (lambda: Exposure.from_frame(FRAME, by="nope", value="n", name="residents", date="d"), "by"),
            (
                lambda: Exposure.from_frame(FRAME, by="force", value="nope", name="residents", date="d"),
                "value",
            ),
            (lambda: Period.parse("rubbish"), "label"),
            (lambda: Period.parse(5), "label"),
            (lambda: Period.month(2024, 13), "month"),
            (lambda: Period.financial_year("2024"), "first"),
            (lambda: Period.quarter(2024, 5), "quarter"),
            (lambda: Tally.from_columns([1], [1]), "columns"),
            (lambda: Tally.from_columns({"force": ["a"]}, 5), "counts"),
            (lambda: Tally.from_columns({"force": ["a"]}, [1.5]), "counts"),
            (lambda: Tally.from_columns({"force": ["a"]}, [NAN]), "counts"),
            (lambda: Tally.from_columns({"force": ["a"]}, [1, 2]), "counts"),
            (lambda: Tally.from_columns({"force": ["a"]}, [2**64]), "counts"),
            (lambda: Tally.from_columns({"code": [4.1]}, [1]), "code"),
            (lambda: Tally.from_columns({"force": "a"}, [1]), "force"),
            (lambda: Tally.from_columns({"force": ["a"]}, [1], coverage="nope"), "coverage"),
            (lambda: Tally.from_columns({"force": ["a"]}, [1], overlapping="nope"), "overlapping"),
            (lambda: Tally.from_columns({"force": ["a"]}, [1], unit=5), "unit"),
            (lambda: CRIMES.where(force="nope"), "force"),
            (lambda: CRIMES.where(nope="x"), "nope"),
            (CRIMES.drop, "dimension"),
            (lambda: CRIMES.drop(force=4.1), "force"),
            (lambda: CRIMES.sum_to("nope"), "nope"),
            (lambda: CRIMES.sum_to(5), "dims"),
            (lambda: CRIMES.labels("nope"), "nope"),
            (lambda: CRIMES.relabel("force", {"nope": "x"}), "mapping"),
            (lambda: CRIMES.relabel("force", ["Kent"]), "mapping"),
            (lambda: CRIMES.relabel("force", {}, others="nope"), "others"),
            (lambda: CRIMES.rolling(0), "months"),
            (lambda: CRIMES.not_supplied("", force="Kent"), "reason"),
            (lambda: CRIMES.not_supplied("lost", force="nope"), "force"),
            (lambda: CRIMES + CRIMES.sum_to("force"), "dimensions"),
        ],
    )
    def test_classes(self, call, named):
        refused(call, named)

    def test_errors_are_also_the_builtin_a_caller_would_catch(self):
        with pytest.raises(ValueError, match="count must be at most"):
            pm.share(5, 4)
        with pytest.raises(TypeError, match="count must be a number"):
            pm.share("5", 4)
        with pytest.raises(KeyError, match="no column"):
            pm.rate([1], 10, labels=["a"])["nope"]
        with pytest.raises(IndexError, match="rows must lie"):
            pm.rate([1], 10, labels=["a"])[1]
        with pytest.raises(OverflowError, match="64 bits"):
            pm.rate(Tally.from_columns({"force": ["a", "b"]}, [2**62, 2**62]), 10)


class TestSurface:
    def test_names_are_sorted_and_there(self):
        assert list(pm.__all__) == sorted(pm.__all__)
        for name in pm.__all__:
            assert getattr(pm, name).__doc__.strip()

    def test_every_public_method_is_documented(self):
        for name, item in surface.classes().items():
            for method, member in vars(item).items():
                if not method.startswith("_") and (
                    callable(member) or isinstance(member, property | classmethod)
                ):
                    assert inspect.getdoc(getattr(item, method)), f"{name}.{method}"

    def test_every_module_lists_its_names(self):
        for name in pm.__all__:
            item = getattr(pm, name)
            if inspect.ismodule(item):
                assert item.__all__ == sorted(item.__all__), name
                assert all(getattr(item, n).__doc__ for n in item.__all__)

    def test_import_leaves_the_heavy_packages_alone(self):
        """In a process of its own, since this one has imported them all."""
        script = (
            "import sys, policemetrics as pm\n"
            "pm.Tally.from_columns({'force': ['Kent']}, [5])\n"
            "heavy = ('scipy', 'narwhals', 'pandas', 'polars', 'pyarrow', 'duckdb', 'matplotlib', 'hypothesis')\n"
            "print([n for n in heavy if n in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  # our own script
        assert done.stdout.strip() == "[]"

    @pytest.mark.parametrize(
        ("name", "home"),
        [("Bands", "published.Bands"), ("stated", "claims.stated"), ("RateChange", "figures.RateChange")],
    )
    def test_a_name_of_another_room_is_told_where_it_stands(self, name, home):
        """Who looks for it here is sent there; what is misspelt is proposed by Python itself."""
        with pytest.raises(AttributeError, match=rf"it is policemetrics\.{home}$"):
            getattr(pm, name)
        with pytest.raises(AttributeError, match=r"no attribute 'rate_chnge'$") as caught:
            getattr(pm, "rate_chnge")  # noqa: B009  # so that no checker refuses it first
        assert (caught.value.name, caught.value.obj) == ("rate_chnge", pm)

    def test_few_names_at_the_top(self):
        """What a user writes or constructs, and the rooms; the classes of the answers are in `figures`."""
        assert len(pm.__all__) <= 60
        assert not {"Any", "Final", "TYPE_CHECKING"} & set(dir(pm))
        assert set(dir(pm)) - {"__doc__", "__name__", "__version__"} == set(pm.__all__)

    def test_no_name_stands_in_two_rooms(self):
        """Whoever reads a name knows where it is from; that of a change of times says which in `published`."""
        names = Counter(name.rpartition(".")[2] for name in surface.members())
        assert [name for name, times in names.items() if times > 1] == ["time_change"]

    def test_first_use(self):
        """A name is there when it is asked for, and so is a module; anything else is not."""
        script = (
            "import sys, policemetrics as pm\n"
            "assert 'numpy' not in sys.modules and set(pm.__all__) < set(dir(pm))\n"
            "assert pm.share(1, 4).share == 0.25\n"
            "assert pm.tally and callable(pm.tally) and callable(pm.durations)\n"
            "assert pm.figures.HarmScore and pm.published.time_change is not pm.time_change\n"
            "assert pm.testing.assert_equal and pm.typing.Counts\n"
            "from policemetrics import *\n"
            "print(Tally.from_columns({'a': ['x']}, [3]).total, hasattr(pm, 'nope'), hasattr(pm, '_nope'))"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  # our own script
        assert done.stdout.split() == ["3", "False", "False"]

    def test_version(self):
        assert re.fullmatch(r"\d+\.\d+\.\d+", pm.__version__)
