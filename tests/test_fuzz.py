"""Wild input gives a right answer or an error of the family: no foreign traceback, no warning, no hang.

A hundred inputs each as a part of the suite; many more with POLICEMETRICS_FUZZ, the number of them:

    POLICEMETRICS_FUZZ=100000 python -m pytest tests/test_fuzz.py
"""

from __future__ import annotations

import datetime as dt
import math
import os
import re
from collections import Counter
from fractions import Fraction

import polars as pl
import pytest
import wild
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import HarmWeights, Period, PoliceMetricsError
from policemetrics.definitions import outcome_types
from policemetrics.errors import PoliceMetricsWarning

many = settings(
    max_examples=int(os.environ.get("POLICEMETRICS_FUZZ", "100")),
    deadline=dt.timedelta(minutes=2),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def mostly(usual, others):
    return st.integers(0, 4).flatmap(lambda n: others if n == 4 else st.just(usual))


def refused(error):
    """Say in `--hypothesis-show-statistics` how many were refused; each with a message of one sentence or more."""
    event("refused")
    assert str(error)


# ---- texts --------------------------------------------------------------------------------


@many
@given(
    wild.period_texts | wild.texts | wild.other_than_text,
    mostly(None, st.sampled_from(["month", "quarter", "financial_year", "calendar_year", "week", 1])),
)
def test_a_period_is_read_or_refused(text, kind):
    """A label of the period reads as the period, and its years and months are those of the text."""
    try:
        found = Period.parse(text, kind=kind)
    except PoliceMetricsError as error:
        refused(error)
        return
    event("answered")
    assert (found.start.day, (found.end + dt.timedelta(days=1)).day) == (1, 1)
    again = "month" if found.months == 1 else None  # 2009-10 is a financial year too
    assert Period.parse(found.label, kind=again) == found
    written = str(text)
    years = {int(y) for y in re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", written)}
    assert years <= {found.start.year - 1, found.start.year, found.end.year, found.start.year + 1}
    said = {MONTHS.index(m.lower()) + 1 for m in re.findall(f"(?i){'|'.join(MONTHS)}", written)}
    assert said <= {found.start.month, found.end.month}
    if written.isascii():
        assert Period.parse(f" {written.upper()}\t", kind=kind) == found


def contains(found, number):
    """Tell whether a range, its ends among it, has the number that was printed."""
    assert (found.low is None or found.high is None) or found.low <= found.high
    return (found.low is None or found.low <= number) and (found.high is None or number <= found.high)


@many
@given(
    wild.figures | wild.texts | wild.other_than_text,
    mostly(None, st.floats() | st.integers() | st.just("1")),
)
def test_a_figure_is_read_or_refused(text, nearest):
    """What was printed is in its range, and is one of the numbers of the text."""
    try:
        found = pm.claims.stated(text, nearest=nearest)
    except PoliceMetricsError as error:
        refused(error)
        return
    event("answered")
    assert str(found) == f"“{found.text}” is taken to mean {found.range}."
    assert pm.claims.stated(found.text, nearest=nearest).range == found.range
    if found.value is not None:
        assert math.isfinite(found.value)
        assert contains(found.range, found.value)
        assert (found.value < 0) <= (found.direction == "down")


WORDS = ("", "around ", "about ", "almost ", "just over ", "over ", "at least ", "up to ", "under ")
UNITS = ("", "%", " per cent", " points", " seconds", " minutes", "k", " million", " in 1,000")


@many
@given(
    st.sampled_from(WORDS),
    st.integers(0, 10**9) | st.decimals(0, 10**6, places=2) | st.integers(0, 10**30),
    st.sampled_from(UNITS),
    st.sampled_from(["", " fewer", " more", " lower", " fewer victims"]),
)
def test_the_number_said_is_in_the_range(word, number, unit, direction):
    """Whatever the word: the number stands in the range or at its end, with the sign of the direction."""
    scale = {" minutes": 60, "k": 1_000, " million": 10**6, " in 1,000": Fraction(1, 10)}.get(unit, 1)
    try:
        found = pm.claims.stated(f"{word}{number:,}{unit}{direction}")
    except PoliceMetricsError as error:
        refused(error)
        return
    event("answered")
    size = Fraction(number) * scale
    said = -size if direction in {" fewer", " lower", " fewer victims"} else size
    low, high = found.range.exact_low, found.range.exact_high
    assert low is None or low <= said
    assert high is None or said <= high


FIGURES = (
    pm.rate_change(365_882, 328_104),
    pm.rate_change(0, 5),
    pm.share(26_029, 328_104),
    pm.rate(328_104, 2_956_000),
    pm.summarise_times([30.0, 40.5, 900.0], target=900),
    pm.summarise_times([]),
)


@many
@given(st.sampled_from(FIGURES), wild.figures | wild.texts, mostly(None, wild.names))
def test_a_claim_is_checked_or_refused(figure, text, column):
    """One of three answers, with its sentence."""
    try:
        found = pm.claims.check_claim(figure, text, column=column)
    except PoliceMetricsError as error:
        refused(error)
        return
    event("answered")
    assert found.verdict in {"supported", "contradicted", "cannot tell"}
    assert str(found).startswith(found.verdict.capitalize())


@many
@given(
    st.lists(
        wild.VALUES["text"] | wild.VALUES["mixed"] | st.sampled_from(sorted(outcome_types())), max_size=6
    )
    | st.dictionaries(wild.labels | wild.whole, wild.VALUES["mixed"], max_size=4)
)
def test_labels_of_outcomes_are_matched_or_refused(labels):
    """Each label is on one side, and what it stands for is a type."""
    try:
        found = pm.match_outcomes(labels)
    except PoliceMetricsError as error:
        refused(error)
        return
    event("answered")
    assert {*found.codes} | {*found.unmatched} == {*labels}
    assert not {*found.codes} & {*found.unmatched}
    assert {code for joined in found.codes.values() for code in joined.split("/")} <= {*outcome_types()}
    assert str(found)


# ---- frames -------------------------------------------------------------------------------


def rows_of(tally, *dims):
    """Return the rows of a tally as a counter."""
    columns = tally.to_dict()
    return Counter(dict(zip(zip(*(columns[d] for d in dims), strict=True), columns["count"], strict=True)))


def kept(tally):
    return sum(tally.to_dict()["count"])


def left_out(tally):
    return 0 if tally.excluded is None else kept(tally.excluded)


@st.composite
def asked(draw, *usual):
    """Draw a frame, its columns, and which of them to ask for: mostly those that are of the usual kind."""
    frame = draw(wild.frames(*usual))
    other = st.sampled_from([*frame.columns, "no such column"])
    return frame, [draw(other) if draw(st.integers(0, 7)) == 7 else name for name in frame.columns] or ["a"]


@pytest.mark.filterwarnings("ignore::policemetrics.errors.LabelSpellingWarning")
@pytest.mark.filterwarnings("ignore::policemetrics.errors.UnusedCountWarning")
@many
@given(
    asked(("few", "flag", "float", "stamp"), ("utf", "few", "text"), ("utf", "span")),
    st.sampled_from(["rows", "count", "date"]),
    st.integers(0, 3),
    mostly(None, st.sampled_from([(), "a", ["a", "b"]])),
    st.booleans(),
)
def test_a_frame_is_counted_or_refused(found, how, size, coverage, overlapping):
    """Rows in are rows counted and rows excluded; where labels are beyond doubt, Python counts the same."""
    frame, (other, *by) = found
    by = by[:size]
    options = {} if how == "rows" or other is None else {how: other}
    try:
        counted = pm.tally(
            frame.native, by, coverage=coverage, overlapping=by[:1] if overlapping else (), **options
        )
        assert str(counted)
    except PoliceMetricsError as error:
        refused(error)
        return
    event("answered")
    size = max(map(len, frame.columns.values()), default=0)
    if "count" in options:
        known = [
            n for n in frame.columns[other] if n is not None and n == n
        ]  # nan and NaT are not themselves
        assert kept(counted) + left_out(counted) == sum(map(int, known))
        return
    if frame.columns:
        assert kept(counted) + left_out(counted) == size
    if not options and by and "seconds" not in by and all(wild.sure(frame.columns[b]) for b in by):
        rows = Counter(row for row in zip(*(frame.columns[b] for b in by), strict=True) if None not in row)
        assert rows_of(counted, *by) == rows


@many
@given(asked(("code", "code", "text"), ("weight",)), mostly(["n"], st.sampled_from([(), "a"])))
def test_weights_are_read_or_refused(found, outside):
    """Each row has the weight that was read, and the weights make a frame that gives them again."""
    frame, (offence, *others) = found
    weight = others[0] if others else offence
    named = {"name": "wild", "version": "1"}
    try:
        read = HarmWeights.from_frame(frame.native, offence=offence, weight=weight, outside=outside, **named)
    except PoliceMetricsError as error:
        refused(error)
        return
    event("answered")
    assert {*read} == {*frame.columns[offence]}
    for code, number in zip(frame.columns[offence], frame.columns[weight], strict=True):
        assert read[code] == float(number) >= 0
    table = pl.DataFrame({"code": [*read], "weight": [*read.values()]})
    assert HarmWeights.from_frame(table, offence="code", weight="weight", outside=outside, **named) == read


@many
@given(
    asked(("near", "near", "stamp", "aware"), ("near", "near", "stamp", "aware"), ("utf",)),
    mostly("Europe/London", st.sampled_from([None, "UTC", "Mars/Olympus", ""])),
    st.sampled_from(["exact", "second"]),
    st.sampled_from(["keep", "exclude"]),
)
def test_stamps_are_timed_or_refused(found, timezone, resolution, zero):
    """Every row is timed, or left out for a reason; a warning is ours."""
    frame, (start, *others) = found
    end, *by = others or [start]
    try:
        timed = pm.durations(
            frame.native, start=start, end=end, by=by, timezone=timezone, resolution=resolution, zero=zero
        )
    except (PoliceMetricsError, PoliceMetricsWarning) as error:
        refused(error)
        return
    event("answered")
    assert kept(timed) + left_out(timed) == len(frame.columns[start])


@many
@given(wild.other_than_text | wild.texts)
@pytest.mark.parametrize("call", ["tally", "weights", "durations"])
def test_what_is_no_frame_is_refused(call, thing):
    """Whatever it is, an error of the family says so."""
    calls = {
        "tally": lambda: pm.tally(thing, "a"),
        "weights": lambda: HarmWeights.from_frame(thing, offence="a", weight="b", name="x", version="1"),
        "durations": lambda: pm.durations(thing, start="a", end="b"),
    }
    with pytest.raises(PoliceMetricsError):
        calls[call]()
