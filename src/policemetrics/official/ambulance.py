"""Ambulance calls: the systems indicators of NHS England, and the emergency responses of StatsWales."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from typing import Final

import numpy as np

from policemetrics.definitions import _tables
from policemetrics.errors import InvalidInputError
from policemetrics.official import _counting
from policemetrics.official._files import Published
from policemetrics.official._progress import reporter
from policemetrics.official._tables import Column, Reading, Table, layout, read_tables
from policemetrics.periods import Period
from policemetrics.tallies import Tally

_OF_WALES: Final = "ambulance wales"
_OF_ENGLAND: Final = "ambulance england"
_TITLES: Final = {
    _OF_WALES: "StatsWales, emergency responses of ambulances",
    _OF_ENGLAND: "NHS England, Ambulance Systems Indicators",
}
_ROUNDED: Final = 5e-7  # what is printed to six places
_WITHIN: Final = "red calls, response within 8 minutes"
_AFTER: Final = "red calls, response after 8 minutes"
_WITHOUT: Final = "red calls without a response at the scene"


def ambulance(path: str | PathLike[str], /) -> Tally:
    r"""Read a published table of ambulance calls: AmbSYS of NHS England, or the emergency responses of Wales.

    Parameters
    ----------
    path : str or path
        The file as downloaded: .csv, .csv.gz, .xlsx or .ods; any of them may be in a .zip.

    Returns
    -------
    Tally
        Counts by ``area``, ``period`` (the month) and ``measure``. For England the measures are counts and total
        seconds, whose ratio is a mean; they overlap and never add up. For Wales they are calls, each in one
        measure: red calls with a response within 8 minutes, with a later response, and without a response; amber;
        green. The whole country is left out. Medians and percentiles are not counts, and are not read.

    Raises
    ------
    InvalidInputError
        If the file is neither of the two; if the printed country is not the sum of its areas, or a printed mean
        or percentage does not agree with its counts: the error gives both numbers.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> red, scene = "red_calls", "resulting_in_an_emergency_response_at_the_scene"
    >>> percent = f"{red}_percent_of_emergency_responses_arriving_at_the_scene_within_8_minutes"
    >>> table = f"date,hb_code,hb,{red},{red}_{scene},amber_calls,green_calls,{red}_{scene}_within_8_minutes,{percent}\n"
    >>> table += "January 2021,7A1,Betsi Cadwaladr,580,577,6926,2419,319,55.285962\n"
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "wales.csv").write_text(table)
    ...     calls = ambulance(Path(folder, "wales.csv"))
    >>> import policemetrics as pm
    >>> within, after = "red calls, response within 8 minutes", "red calls, response after 8 minutes"
    >>> pm.share(calls.where(measure=[within, after]), part={"measure": within}).share
    0.552859...
    """
    published = Published.opened(path)
    kind, reading = _recognised(published)
    wanted, cells = layout(kind), [cell for table in reading.tables for cell in _READ[kind](table)]
    names = ("area", "period", "measure", "calls")
    columns = {
        n: Column.of(v, np.arange(len(v))) for n, v in zip(names, zip(*cells, strict=True), strict=True)
    }
    source = published.source(_TITLES[kind], reading.sheets, reading.released)
    found = _counting.counted([columns], "calls", source, wanted.marks, coverage=("area", "period"))
    return found if kind == _OF_WALES else found._evolve(overlapping=frozenset({"measure"}))


def _recognised(published: Published) -> tuple[str, Reading]:
    """Find out which of the tables it is: the one whose columns are there."""
    errors = []
    for kind in _TITLES:
        try:
            return kind, read_tables(published, layout(kind), reporter(progress=False))
        except InvalidInputError as error:
            errors.append(str(error))
    raise InvalidInputError(" Or: ".join(errors))


def _month(written: str) -> str:
    return Period.parse(written, kind="month").label


def _of_wales(table: Table) -> Iterator[tuple[str, str, str, str]]:
    """Read the table of Wales: each call in one measure."""
    table.filled("period", "area")
    names = ("red", "responses", "within", "amber", "green")
    columns = [table.counts(name, ())[0].tolist() for name in names]
    months = table.read("period", _month, "must be a month, as in 'January 2021'").texts()
    table.read("percent", lambda v: str(float(v or 0)), "must be a number")
    percents = table.columns["percent"].texts()
    areas = table.columns["area"].texts()
    sums: dict[tuple[str, str], int] = {}
    wales: dict[tuple[str, str], tuple[int, int]] = {}
    for at, (area, month, percent, *numbers) in enumerate(
        zip(areas, months, percents, *columns, strict=True)
    ):
        red, responses, within, amber, green = numbers
        if responses and not abs(100 * within / responses - float(percent or 0)) <= _ROUNDED:
            raise table.differs("percent", at, percent, 100 * within / responses)
        measures = (_WITHIN, _AFTER, _WITHOUT, "amber calls", "green calls")
        parts = (within, responses - within, red - responses, amber, green)
        for measure, count in zip(measures, parts, strict=True):
            if area.casefold() == "wales":
                wales[month, measure] = (at, count)
            else:
                sums[month, measure] = sums.get((month, measure), 0) + count
                yield area, month, measure, str(count)
    for (month, measure), (at, count) in wales.items():
        if sums.get((month, measure), count) != count:
            raise table.differs("red", at, f"{measure}, {count}", sums[month, measure])


def _of_england(table: Table) -> Iterator[tuple[str, str, str, str]]:
    """Read the indicators of England: counts and total seconds."""
    table.filled("year", "month", "area")
    months = table.together(
        ("year", "month"),
        lambda year, n: _month(f"{year}-{int(n):02d}"),
        "must be a year and the number of a month",
    ).texts()
    areas, marks = table.columns["area"].texts(), layout(_OF_ENGLAND).marks
    sums: dict[tuple[str, str], int] = {}
    england: dict[tuple[str, str], tuple[int, int]] = {}
    indicators = _tables.rows("official", "nhs_indicators.csv")
    read = {i["code"]: table.counts(i["code"], marks) for i in indicators}
    for i in indicators:
        numbers, texts = read[i["code"]][0].tolist(), read[i["code"]][1].texts()
        for at, (area, month, number, text) in enumerate(zip(areas, months, numbers, texts, strict=True)):
            if i["mean_of"]:
                seconds, calls = (int(read[i[of]][0][at]) for of in ("mean_of", "by"))
                if text not in marks and calls and (2 * seconds + calls) // (2 * calls) != number:
                    raise table.differs(i["code"], at, text, seconds / calls)
            elif area != "England":
                sums[month, i["code"]] = sums.get((month, i["code"]), 0) + number
                yield area, month, i["measure"], text
            elif text not in marks:
                england[month, i["code"]] = (at, number)
    for key, (at, number) in england.items():
        if sums.get(key, number) != number:
            raise table.differs(key[1], at, number, sums[key])


_READ: Final = {_OF_WALES: _of_wales, _OF_ENGLAND: _of_england}
