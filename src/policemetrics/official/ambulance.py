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
        The file as it was downloaded: .csv, .csv.gz, .xlsx or .ods, in a .zip or not.

    Returns
    -------
    Tally
        Counts by ``area``, ``period`` (the month) and ``measure``. Of England the measures are counts and total seconds,
        of which a mean is the ratio; they overlap and never add up. Of Wales they are calls, each in one: red ones with a
        response within 8 minutes, after, and without one; amber; green. The whole country is left apart. Medians and
        percentiles are no counts, and are not read.

    Raises
    ------
    InvalidInputError
        If the file is none of the two; if the printed country is not the sum of its areas, or a printed mean or per cent
        not that of its counts: both numbers are named.

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


def _month(table: Table, name: str, written: str) -> str:
    try:
        return Period.parse(written, kind="month").label
    except InvalidInputError as error:
        raise table.refuse(
            name, table.columns[name].labels.index(written), "must be a month, as in 'January 2021'"
        ) from error


def _of_wales(table: Table) -> Iterator[tuple[str, str, str, str]]:
    """Read the table of Wales: each call in one measure."""
    table.filled("period", "area")
    numbers = {
        name: table.counts(name, ())[0].tolist() for name in ("red", "responses", "within", "amber", "green")
    }
    sums: dict[tuple[str, str], int] = {}
    wales: dict[tuple[str, str], tuple[int, int]] = {}
    for at, row in enumerate(table.rows()):
        red, responses, within, amber, green = (numbers[name][at] for name in numbers)
        if responses and abs(100 * within / responses - float(row["percent"])) > _ROUNDED:
            raise table.differs("percent", at, row["percent"], 100 * within / responses)
        month = _month(table, "period", row["period"])
        parts = {
            _WITHIN: within,
            _AFTER: responses - within,
            _WITHOUT: red - responses,
            "amber calls": amber,
            "green calls": green,
        }
        for measure, count in parts.items():
            if row["area"].casefold() == "wales":
                wales[month, measure] = (at, count)
            else:
                sums[month, measure] = sums.get((month, measure), 0) + count
                yield row["area"], month, measure, str(count)
    for (month, measure), (at, count) in wales.items():
        if sums and sums.get((month, measure), 0) != count:
            raise table.differs("red", at, f"{measure}, {count}", sums.get((month, measure), 0))


def _of_england(table: Table) -> Iterator[tuple[str, str, str, str]]:
    """Read the indicators of England: counts and total seconds."""
    table.filled("year", "month", "area")
    marks, indicators = layout(_OF_ENGLAND).marks, _tables.rows("official", "nhs_indicators.csv")
    read = {i["code"]: table.counts(i["code"], marks) for i in indicators}
    texts = {code: [column.labels[c] for c in column.codes.tolist()] for code, (_, column) in read.items()}
    sums: dict[tuple[str, str], int] = {}
    rows = list(table.rows())
    months = [_month(table, "month", f"{row['year']}-{int(row['month']):02d}") for row in rows]
    for at, row in enumerate(rows):
        for code in (i["code"] for i in indicators if i["measure"]):
            if row["area"] != "England":
                key = (months[at], code)
                sums[key] = sums.get(key, 0) + int(read[code][0][at])
        for mean in (i for i in indicators if i["mean_of"] and texts[i["code"]][at] not in marks):
            seconds, calls = (int(read[mean[of]][0][at]) for of in ("mean_of", "by"))
            if calls and (2 * seconds + calls) // (2 * calls) != int(texts[mean["code"]][at]):
                raise table.differs(mean["code"], at, texts[mean["code"]][at], seconds / calls)
    for at, row in enumerate(rows):
        for i in (i for i in indicators if i["measure"]):
            if row["area"] != "England":
                yield row["area"], months[at], i["measure"], texts[i["code"]][at]
            elif texts[i["code"]][at] not in marks and sums.get((months[at], i["code"])) not in (
                None,
                int(texts[i["code"]][at]),
            ):
                raise table.differs(i["code"], at, texts[i["code"]][at], sums[months[at], i["code"]])


_READ: Final = {_OF_WALES: _of_wales, _OF_ENGLAND: _of_england}
