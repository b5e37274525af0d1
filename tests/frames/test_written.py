"""Counts as tables write them, on every engine."""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES

import policemetrics as pm
from policemetrics import tally
from policemetrics.errors import CountOverflowError, InvalidInputError, InvalidTypeError

PRINTED = {
    "force": ["Kent", "Essex", "Kent", "Essex", "Surrey", None],
    "period": ["2022/23", "2022/23", "2023/24", "2023/24", "2023/24", "2023/24"],
    "n": ["1,200", "..", "1200 (r)", "<5", "[c]", "3~"],
}
MARKS = {"..": "never sent", "~": "revised", "(r)": "revised", "<5": "suppressed", "[c]": "confidential"}
YEARS = ("2022/23", "2023/24")


@pytest.fixture(params=ENGINES.values(), ids=list(ENGINES))
def engine(request):
    return request.param


def read(tally):
    table = tally.to_dict()
    counts = table.pop("count")
    return dict(zip(zip(*table.values(), strict=True) if table else [()] * len(counts), counts, strict=True))


def test_each_mark_has_its_reason(engine):
    found = tally(engine(pa.table(PRINTED)), ["force", "period"], count="n", marks=MARKS)
    assert read(found) == {("Kent", "2022/23"): 1200, ("Kent", "2023/24"): 1200}
    assert read(found.excluded) == {
        ("Essex", "2022/23", "not supplied: never sent"): 0, ("Essex", "2023/24", "not supplied: suppressed"): 0,
        ("Surrey", "2023/24", "not supplied: confidential"): 0, ("(missing)", "2023/24", "missing force"): 3,
    }  # fmt: skip
    table = pm.rate_change(found, between=YEARS, by="force")
    assert table.at(force="Kent").change == 0
    assert table.at(force="Essex").reason == "not available: never sent"
    assert pm.rate_change(found, between=YEARS).reason == "not available: never sent"


def test_the_call_that_is_proposed_reads_the_column(engine):
    """The message shows what is no number, and where; 1,200 does not become a missing one."""
    frame = engine(pa.table(PRINTED))
    for ask in (
        lambda: tally(frame, ["force", "period"], count="n"),
        lambda: pm.rate_change(frame, between=YEARS, by="force", count="n"),
    ):
        with pytest.raises(
            InvalidTypeError, match=r"column 'n' must hold whole numbers; got text, '.*' in force "
        ) as refused:
            ask()
        call = re.search(r"with (tally\(frame, .*\)), which reads", str(refused.value))[1]
        found = eval(call, {"tally": tally, "frame": frame})  # noqa: S307  # the code that the message proposes
        assert found.where(force="Kent").sum_to().total == 2400
        assert pm.rate_change(found, between=YEARS, by="force").at(force="Kent").change == 0


@pytest.mark.parametrize(
    "texts",
    [["1,200", "900"], ["1 200", "900"], ["1\u00a0200", " 900 "], ["1200.0", "900"], ["+1200", "900"]],
)
def test_numbers_as_they_are_printed(engine, texts):
    frame = engine(pa.table({"n": texts}))
    with pytest.raises(InvalidTypeError, match=re.escape("tally(frame, by=(), count='n', marks={})")):
        tally(frame, count="n")
    assert tally(frame, count="n", marks=()).total == 2100


def test_what_stands_beside_numbers():
    """Corrections; nothing at all; and numbers among the texts of a pandas column."""
    frame = pd.DataFrame({"n": ["-1,200", "\u2212300", "", None, 5, 7.0]})
    found = tally(frame, count="n", marks=[])
    assert (found.total, read(found.excluded)) == (-1488, {("not supplied: n missing in the source",): 0})


@pytest.mark.parametrize(
    "text",
    [
        "1,2",
        "1.200",
        "1.5",
        "12,00",
        "5 to 10",
        "1200 (r)",
        "1e3",
        "12%",
        "5+",
        "[c]",
        "99999999999999999999",
    ],
)
def test_what_is_neither_a_number_nor_a_mark(text):
    with pytest.raises(InvalidTypeError, match=re.escape(f"got text, {text!r}")):
        tally(pd.DataFrame({"n": ["7", text]}), count="n", marks=["(p)"])


def test_a_column_of_names_is_no_column_of_counts():
    with pytest.raises(
        InvalidTypeError, match="if it is a column of counts; 20 of its 20 texts are no numbers"
    ):
        tally(pd.DataFrame({"n": [f"force {i}" for i in range(20)]}), count="n")


def test_marks_alone():
    """A sequence of marks: what each commonly means; a column of numbers has none."""
    found = tally(pd.DataFrame({"n": ["..", "1", "#"]}), count="n", marks=["..", "#"])
    assert set(read(found.excluded)) == {
        ("not supplied: no figure given",),
        ("not supplied: # in the source",),
    }
    assert tally(pd.DataFrame({"n": [1, 2]}), count="n", marks=MARKS).total == 3
    with pytest.raises(InvalidInputError, match="marks= says what stands in place of a count"):
        tally(pd.DataFrame({"n": ["1"]}), marks=MARKS)
    with pytest.raises(InvalidTypeError, match="marks must be a mapping of mark to reason"):
        tally(pd.DataFrame({"n": ["1"]}), count="n", marks="[c]")


def test_no_sum_wraps():
    frame = pd.DataFrame({"n": ["9,223,372,036,854,775,807"] * 2})
    with pytest.raises(CountOverflowError, match="column 'n' must add up within 64 bits"):
        tally(frame, count="n", marks=())


def test_dates_beside():
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-01-05", "2024-02-05"]), "n": ["1,000", "[c]"]})
    with pytest.raises(
        InvalidTypeError,
        match=r"date='day', every='month', timezone='Europe/London', marks=\{'\[c\]': 'confidential'\}\)",
    ):
        tally(frame, date="day", count="n")
    assert read(tally(frame, date="day", count="n", marks=["[c]"])) == {("2024-01",): 1000}
