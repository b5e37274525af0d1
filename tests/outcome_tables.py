"""What the tests of outcomes share: definitions of a rate, and small tables."""

from __future__ import annotations

import pandas as pd

from policemetrics import Tally, datasets, tally

DASHBOARD = "positive-dashboard"
CLOSED = {"positive": DASHBOARD, "basis": "closed", "out_of": "crimes"}
COHORT = {"positive": DASHBOARD, "basis": "recorded", "out_of": "crimes"}
GIVEN = {"positive": DASHBOARD, "basis": "closed", "out_of": "outcomes"}
ASKED = [
    CLOSED,
    COHORT,
    GIVEN,
    COHORT | {"out_of": "crimes_with_outcome"},
    COHORT | {"out_of": "outcomes"},
]
YEARS = ("2022/23", "2023/24")


def by_type(counts, **labels):
    """A tally of one group: counts by type of outcome."""
    columns = {d: [v] * len(counts) for d, v in labels.items()}
    return Tally.from_columns(columns | {"outcome": list(counts)}, list(counts.values()))


def by_force(counts):
    """A tally of several forces: counts by force, then by type."""
    rows = [(force, code, n) for force, types in counts.items() for code, n in types.items()]
    forces, codes, numbers = zip(*rows, strict=True)
    return Tally.from_columns({"force": forces, "outcome": codes}, numbers)


def by_period(counts, **options):
    """A tally of counts by period and type."""
    rows = [(*key, n) for key, n in counts.items()]
    *columns, numbers = zip(*rows, strict=True)
    names = ["force", "period", "outcome"][3 - len(columns) :]
    return Tally.from_columns(dict(zip(names, columns, strict=True)), numbers, **options)


# A cohort of 1,000: 80 positive by the dashboard's set, 55 charged, 70 not yet assigned.
COUNTS = {"0": 70, "1": 55, "2": 3, "8": 17, "22": 5, "4": 10, "14": 100, "18": 740}

TWO_YEARS = by_period(
    {
        ("2022/23", "0"): 0,
        ("2022/23", "1"): 10,
        ("2022/23", "18"): 90,
        ("2023/24", "0"): 20,
        ("2023/24", "1"): 30,
        ("2023/24", "18"): 150,
    }
)

# The bundled outcomes of West Midlands, by year and basis, and its crimes by year.
WEST_MIDLANDS = tally(
    pd.DataFrame(datasets.west_midlands_outcomes().to_dict()),
    by=["period", "basis", "outcome"],
    count="outcomes",
    overlapping="basis",
)
WEST_MIDLANDS_CRIMES = tally(
    pd.DataFrame(datasets.west_midlands_annual().to_dict()), by="period", count="crimes"
)


def shown(rate):
    return f"{100 * rate:.2f}"
