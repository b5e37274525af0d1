"""Outcomes of crimes as published: sums by set, by force, and street-level outcomes."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from conformance._reading import Table, TextArray, find, joined, read
from conformance._verdicts import Cells, compare, together
from policemetrics import OutcomeSet, Tally, outcome_set, positive_outcome_rate
from policemetrics.typing import IntArray

__all__ = [
    "BBC",
    "BULLETINS",
    "FORCES",
    "NATIONAL",
    "SHARES",
    "bulletins",
    "charged_shares",
    "forces_add_up",
    "sets_add_up",
    "street_outcomes",
]

FORCES: Final = "outcomes/ho_outcomes_force_year.csv"
NATIONAL: Final = "outcomes/ho_outcomes_national_year.csv"
BULLETINS: Final = "outcomes/published_checks.csv"
SHARES: Final = "outcomes/charged_share_england_wales_2003_2023.csv"
BBC: Final = tuple(
    f"outcomes/bbc_outcomes_{name}"
    for name in ("by_category_force_year_2012_16.csv.gz", "by_force_2012_16.csv", "totals_2012_16.csv")
)

_TYPES: Final = {
    "charged_summonsed_t1": "1",
    "caution_youth_t2": "2",
    "caution_adult_t3": "3",
    "penalty_notice_t6": "6",
    "cannabis_khat_warning_t7": "7",
    "community_resolution_t8": "8",
    "diversionary_activity_t22": "22",
}
_SETS: Final[dict[str, str | OutcomeSet]] = {
    "charged": "charged",
    "other positive outcome": OutcomeSet(["2", "3", "4", "6", "7"], name="other positive outcome"),
}
_MOST: Final = 7_000_000  # crimes of a year that there can be
_PLACES: Final = frozenset(
    {10, 20, 40, 50, 100, 125, 200, 250, 500, 1000}
)  # of shares printed to three places
_TOTALS: Final = ("out_of_court_total", "positive_total", "assigned_total")
_YEAR: Final = ("financial_year", "basis")
_OUT_OF_COURT: Final = OutcomeSet(["2", "3", "6", "7", "8", "22"], name="out of court with 22")
_NONE: Final = "(blank)"


def sets_add_up(folder: Path) -> Cells:
    """Set printed totals beside the positive outcomes of that set: every force, year and basis."""
    forces = read(folder, FORCES, "force", *_YEAR, *_TYPES, *_TOTALS)
    national = read(folder, NATIONAL, *_YEAR, "fraud", *_TYPES, *_TOTALS)
    parts = []
    for table, by in ((forces, ("force", *_YEAR)), (national, ("fraud", *_YEAR))):
        names = joined(*(table[name] for name in by))
        outcomes = _by_type(table, names)
        for total, positive in (
            ("positive_total", outcome_set("positive-dashboard")),
            ("out_of_court_total", _OUT_OF_COURT),
        ):
            # Rows of either basis, one key each: the basis is in the key.
            found = positive_outcome_rate(
                outcomes, positive=positive, basis="recorded", out_of="outcomes", by="key"
            )
            ours = find(names, found["key"].astype(np.str_), found["positive"])
            parts.append(compare(joined(names, np.full(len(names), total)), table.whole(total), ours))
    return together(parts)


def forces_add_up(folder: Path) -> Cells:
    """National counts beside the sums of the forces, in every column."""
    forces = read(folder, FORCES, "force", *_YEAR, *_TYPES, *_TOTALS)
    national = read(folder, NATIONAL, *_YEAR, "fraud", *_TYPES, *_TOTALS)
    national = national.keep(
        (national["fraud"] == "all") & np.isin(national["financial_year"], forces["financial_year"])
    )
    names, years = (joined(*(t[name] for name in _YEAR)) for t in (national, forces))
    parts = []
    for column in (*_TYPES, *_TOTALS):
        sums = Tally.from_columns({"year": years, "force": forces["force"]}, forces.whole(column)).sum_to(
            "year"
        )
        ours = find(names, *_counted(sums, "year"))
        parts.append(compare(joined(names, np.full(len(names), column)), national.whole(column), ours))
    return together(parts)


def bulletins(folder: Path) -> Cells:
    """Figures of Home Office bulletins from the national table of a later vintage."""
    printed = read(folder, BULLETINS, *_YEAR, "fraud", "measure", "published_value", "agrees")
    national = read(folder, NATIONAL, *_YEAR, "fraud", *_TYPES, *_TOTALS)
    outcomes = _by_type(national, joined(*(national[name] for name in (*_YEAR, "fraud"))))
    wanted = joined(*(printed[name] for name in (*_YEAR, "fraud")))
    ours = np.full(len(printed), np.nan)
    per_cent = np.char.find(printed["measure"], "%") >= 0
    for name, chosen in (
        ("charged", np.char.startswith(printed["measure"], "charged")),
        ("out-of-court", np.char.startswith(printed["measure"], "out of court")),
    ):
        found = positive_outcome_rate(outcomes, positive=name, basis="recorded", out_of="outcomes", by="key")
        keys = found["key"].astype(np.str_)
        values = np.where(
            per_cent, 100 * find(wanted, keys, found["rate"]), find(wanted, keys, found["positive"])
        )
        ours = np.where(chosen, values, ours)
    known = np.char.startswith(printed["agrees"], "no")
    names = joined(wanted, printed["measure"])
    return compare(names, printed.numbers("published_value"), ours, explained=known)


def charged_shares(folder: Path) -> Cells:
    """Shares at full precision, from the whole numbers that they are of; two of these numbers were printed, too."""
    table = read(folder, SHARES, "year", "outcome", "pct")
    printed, names = table.numbers("pct"), joined(table["year"], table["outcome"])
    ours, counts = np.full(len(table), np.nan), dict[str, int]()
    rounded = np.zeros(len(table), dtype=bool)
    for year in np.unique(table["year"]).tolist():
        rows = np.flatnonzero(table["year"] == year)
        parts = [Fraction(share).limit_denominator(_MOST) for share in printed[rows].tolist()]
        crimes = math.lcm(*(part.denominator for part in parts))
        rounded[rows] = crimes in _PLACES
        if crimes > _MOST or crimes in _PLACES:
            continue
        for row, part in zip(rows.tolist(), parts, strict=True):
            positive = part.numerator * (crimes // part.denominator)
            found = positive_outcome_rate(
                positive, crimes, positive=_SETS[table["outcome"][row]], basis="recorded", out_of="crimes"
            )
            ours[row], counts[f"{int(year[:4]) - 1}/{year[2:4]}, {table['outcome'][row]}"] = (
                found.rate,
                positive,
            )
    shares = compare(names, printed, ours, explained=rounded)
    bulletin = read(folder, BULLETINS, "financial_year", "measure", "published_value")
    years = joined(bulletin["financial_year"], np.full(len(bulletin), "charged"))
    known = (bulletin["measure"] == "charged or summonsed") & np.isin(years, list(counts))
    found_counts = find(years[known], np.array(list(counts)), np.array(list(counts.values())))
    return together([shares, compare(years[known], bulletin.numbers("published_value")[known], found_counts)])


def street_outcomes(folder: Path) -> Cells:
    """Last outcomes by force, and in all, added up over years and types of crime."""
    rows = read(folder, BBC[0], "f0_", "reported_by", "last_outcome_category")
    outcome = np.where(rows["last_outcome_category"] == "", _NONE, rows["last_outcome_category"])
    crimes = Tally.from_columns({"force": rows["reported_by"], "outcome": outcome}, rows.whole("f0_"))
    totals = read(folder, BBC[2], "Outcome", "Total 2012-2016")
    kinds = totals["Outcome"]
    forces = read(folder, BBC[1], "Force", *kinds.tolist())
    cells = crimes.to_dict()
    keys, counts = joined(cells["force"], cells["outcome"]), np.array(cells["count"])
    parts = [
        compare(
            kinds,
            totals.whole("Total 2012-2016"),
            find(kinds, *_counted(crimes.sum_to("outcome"), "outcome")),
        )
    ]
    for kind in kinds.tolist():
        names = joined(forces["Force"], np.full(len(forces), kind))
        # An empty cell says that there was none, as an absent key does.
        ours = np.nan_to_num(find(names, keys, counts))
        parts.append(compare(names, forces.whole(kind, ""), ours))
    return together(parts)


def _by_type(table: Table, keys: TextArray) -> Tally:
    """Count outcomes by row and type; "other" is what the assigned total leaves."""
    counts = [table.whole(column) for column in _TYPES]
    rest = table.whole("assigned_total") - np.sum(counts, axis=0)
    codes = (*_TYPES.values(), "other")
    return Tally.from_columns(
        {"key": np.tile(keys, len(codes)), "outcome": np.repeat(codes, len(keys))},
        np.concatenate([*counts, rest]),
        unit="outcomes",
    )


def _counted(tally: Tally, dim: str) -> tuple[TextArray, IntArray]:
    cells = tally.to_dict()
    return np.array(cells[dim]), np.array(cells["count"], dtype=np.int64)
