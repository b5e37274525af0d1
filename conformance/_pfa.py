"""Police force area tables of the Office for National Statistics: rates, changes, sums."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from conformance._reading import Table, TextArray, find, joined, read
from conformance._verdicts import Cells, compare, together
from policemetrics import Tally, rate, rate_change
from policemetrics.typing import FloatArray

__all__ = [
    "CHANGES",
    "COUNTS",
    "EXACT",
    "RATES",
    "areas_add_up",
    "changes",
    "implied_changes",
    "offences_add_up",
    "rates",
]

COUNTS: Final = "pfa_tables/pfa_counts.csv"
CHANGES: Final = "pfa_tables/pfa_percent_change.csv"
RATES: Final = ("pfa_tables/pfa_rates_per_1000.csv", "pfa_tables/pfa_denominators.csv")
EXACT: Final = "population/england_force_population_exact_2009_2019.csv"

_KEYS: Final = ("year_ending", "area_code", "area_name", "offence")
_TRANSPORT: Final = "BTP"
_HOUSEHOLDS: Final = " (households)"
_WITHHELD: Final = 50  # below this base ONS prints a dash
_ROUNDED: Final = 50  # populations are printed to the nearest 100
_PARTS: Final = {
    "Total recorded crime (excluding fraud)": (
        "Violence against the person", "Sexual offences", "Robbery", "Theft offences", "Criminal damage and arson",
        "Drug offences", "Possession of weapons offences", "Public order offences", "Miscellaneous crimes against society",
    ),
    "Violence against the person": (
        "Homicide", "Violence with injury", "Violence without injury", "Stalking and harassment",
        "Death or serious injury - unlawful driving",
    ),
    "Theft offences": (
        "Burglary", "Vehicle offences", "Theft from the person", "Bicycle theft", "Shoplifting", "Other theft offences",
    ),
    "Burglary": ("Residential burglary", "Non-residential burglary"),
}  # fmt: skip


def rates(folder: Path) -> Cells:
    """Rates per 1,000: equal on the exact population, else within the rounding of the printed one."""
    printed = read(folder, RATES[0], *_KEYS, "rate_per_1000").stated("rate_per_1000", "+", "..")
    counted = _counts(folder)
    sizes = read(
        folder, RATES[1], *_KEYS[:2], "population_year", "population_rounded_100", "households_rounded_100"
    ).stated("population_rounded_100", "..")
    exact = read(folder, EXACT, "force_name", "mid_year", "population")
    offence = printed["offence"]
    per_household = np.char.endswith(offence, _HOUSEHOLDS)
    place, area = (
        joined(printed["year_ending"], printed["area_code"]),
        joined(sizes["year_ending"], sizes["area_code"]),
    )
    residents, households = (
        find(place, area, sizes.numbers(name))
        for name in ("population_rounded_100", "households_rounded_100")
    )
    rounded = np.where(per_household, households, residents)
    year = find(place, area, sizes.numbers("population_year"))
    # A force and a region share a name; only forces have an exact figure.
    force = np.where(np.char.startswith(printed["area_code"], "E23"), printed["area_name"], "")
    known = find(
        joined(force, year),
        joined(exact["force_name"], exact.numbers("mid_year")),
        exact.numbers("population"),
    )
    names = _named(printed)
    events = find(
        joined(place, np.char.replace(offence, _HOUSEHOLDS, "")),
        joined(counted["year_ending"], counted["area_code"], counted["offence"]),
        counted.whole("offences"),
    )
    best, most, least = (
        _rates(events, size, names)
        for size in (
            np.where(per_household | np.isnan(known), rounded, known),
            rounded - _ROUNDED,
            rounded + _ROUNDED,
        )
    )
    return compare(names, printed.numbers("rate_per_1000"), best, limits=(least, most))


def _rates(events: FloatArray, sizes: FloatArray, names: TextArray) -> FloatArray:
    """Rates of the cells that have both; nan for the others."""
    there = ~np.isnan(events) & (sizes > 0)
    found = np.full(len(names), np.nan)
    found[there] = rate(events[there], sizes[there], labels=names[there])["rate"]
    return found


@attrs.frozen(eq=False)
class _Changes:
    """Printed percentages with their count, the base that they imply and that of the workbook a year before."""

    names: TextArray
    printed: FloatArray
    new: FloatArray
    old: FloatArray
    implied: FloatArray

    @classmethod
    def of(cls, folder: Path) -> _Changes:
        """Read them; a dash, no percentage given, is nan."""
        counted = _counts(folder)
        table = _with_codes(read(folder, CHANGES, *_KEYS, "percent_change"), counted)
        table = table.stated("percent_change", "..")
        cells = joined(counted["year_ending"], counted["area_code"], counted["offence"])
        counts = counted.whole("offences")
        before = _year_before(table["year_ending"])
        new, old = (
            find(joined(y, table["area_code"], table["offence"]), cells, counts)
            for y in (table["year_ending"], before)
        )
        printed = table.numbers("percent_change", "-")
        return cls(_named(table), printed, new, old, np.rint(new / (1 + printed / 100)))

    def keep(self, mask: NDArray[np.bool_]) -> _Changes:
        return _Changes(*(getattr(self, f.name)[mask] for f in attrs.fields(_Changes)))

    def since(self, old: FloatArray, minimum_base: int = 0) -> FloatArray:
        """Percentages since a base; nan where there is none."""
        there = ~np.isnan(old) & ~np.isnan(self.new)
        found = np.full(len(old), np.nan)
        found[there] = rate_change(
            old[there], self.new[there], labels=self.names[there], minimum_base=minimum_base
        )["percent_change"]
        return found


def changes(folder: Path) -> Cells:
    """Percentages and dashes since the count in the workbook of a year before.

    Where another whole number gives the percentage exactly, that was the base; a dash says that it was below 50.
    """
    found = _Changes.of(folder)
    dash = np.isnan(found.printed)
    # A dash for a count that is not there says nothing.
    found = found.keep(~np.isnan(found.old) & ~(dash & np.isnan(found.new)))
    dash = np.isnan(found.printed)
    ours = np.where(dash, found.since(found.old, _WITHHELD), found.since(found.old))
    revised = np.isclose(found.since(found.implied), found.printed, rtol=1e-9, atol=1e-12)
    # A dash tells no base; one from a little above 50 is taken as revised below it.
    revised |= dash & (found.old < 2 * _WITHHELD)
    transport = np.char.startswith(found.names, _TRANSPORT)
    return compare(found.names, found.printed, ours, revised=revised, explained=dash & transport)


def implied_changes(folder: Path) -> Cells:
    """Percentages whose earlier workbook is not there: each must be that of some whole base."""
    found = _Changes.of(folder)
    found = found.keep(np.isnan(found.old) & ~np.isnan(found.printed))
    return compare(found.names, found.printed, found.since(found.implied))


def offences_add_up(folder: Path) -> Cells:
    """Totals of offences beside the sums of their groups, for every area and year."""
    counts, tally = _tally(folder)
    parts = []
    for whole, of in _PARTS.items():
        printed = counts.keep(counts["offence"] == whole)
        sums = tally.where(offence=of).sum_to("period", "area").to_dict()
        names = joined(printed["year_ending"], printed["area_code"])
        ours = find(names, joined(sums["period"], sums["area"]), np.array(sums["count"]))
        parts.append(compare(_named(printed), printed.whole("offences"), ours))
    return together(parts)


def areas_add_up(folder: Path) -> Cells:
    """Countries beside the sums of their forces and of their regions, for every offence and year."""
    counts, tally = _tally(folder)
    areas = np.unique(counts["area_code"])
    forces, welsh, regions = (
        areas[np.char.startswith(areas, kind)].tolist() for kind in ("E23", "W15", "E12")
    )
    sums_to = {
        "E92000001": (forces, regions),
        "W92000004": (welsh,),
        "K04000001": (["E92000001", "W92000004", _TRANSPORT],),
    }
    parts = []
    for whole, ways in sums_to.items():
        printed = counts.keep(counts["area_code"] == whole)
        names = joined(printed["year_ending"], printed["offence"])
        for of in ways:
            sums = tally.where(area=of).sum_to("period", "offence").to_dict()
            ours = find(names, joined(sums["period"], sums["offence"]), np.array(sums["count"]))
            parts.append(compare(_named(printed), printed.whole("offences"), ours))
    return together(parts)


def _counts(folder: Path) -> Table:
    table = read(folder, COUNTS, *_KEYS, "offences").stated("offences", "..")
    return _with_codes(table, table)


def _tally(folder: Path) -> tuple[Table, Tally]:
    table = _counts(folder)
    columns = {"period": table["year_ending"], "area": table["area_code"], "offence": table["offence"]}
    return table, Tally.from_columns(columns, table.whole("offences"))


def _with_codes(table: Table, known: Table) -> Table:
    """Fill in area codes that a table left out, by the name of the force; British Transport Police never has one."""
    forces = np.char.startswith(known["area_code"], "E23") | np.char.startswith(known["area_code"], "W15")
    code_of = dict(zip(known["area_name"][forces].tolist(), known["area_code"][forces].tolist(), strict=True))
    names, at = np.unique(table["area_name"], return_inverse=True)
    by_name = np.array([code_of.get(name, _TRANSPORT) for name in names.tolist()])[at]
    codes = np.where(table["area_code"] == "", by_name, table["area_code"])
    return Table(table.path, table.columns | {"area_code": codes}, table.lines)


def _named(table: Table) -> TextArray:
    return joined(table["area_code"], table["area_name"], table["year_ending"], table["offence"])


def _year_before(years: TextArray) -> TextArray:
    ends, at = np.unique(years, return_inverse=True)
    return np.array([f"{int(end[:4]) - 1}{end[4:]}" for end in ends.tolist()])[at]
