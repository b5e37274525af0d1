"""Harm as published: the Crime Severity Score, and a project's use of the Cambridge Crime Harm Index."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from conformance._reading import TextArray, find, joined, read
from conformance._verdicts import Cells, compare, together
from policemetrics import Exposure, HarmWeights, Tally, harm_score, harm_weights
from policemetrics.typing import FloatArray

__all__ = ["CCHI", "CSS", "CSS_COUNTS", "cchi", "css_groups_add_up", "css_scores"]

CSS: Final = "css/css_published_scores_trafford_gm_england.csv"
CSS_COUNTS: Final = "css/greater_manchester_2017_18_inputs.csv"
CCHI: Final = tuple(
    f"cchi/cchi_2026_{name}.csv"
    for name in (
        "subgroup_medians",
        "force_harm_2024_25_sample",
        "force_harm_totals_2024_25",
        "effective_weights_sample",
    )
)

_TOTAL: Final = "Total recorded crime"
_PEOPLE: Final = 2_780_844  # Greater Manchester, mid-2016, ONS


def css_groups_add_up(folder: Path) -> Cells:
    """Total scores beside the sums of their six groups; scores are not whole and enter as weights of one crime."""
    table = read(folder, CSS, "area_name", "period", "group", "value")
    value, whole = table.numbers("value"), table["group"] == _TOTAL
    year = joined(table["area_name"], table["period"])
    ours = _sums(joined(year, table["group"])[~whole], year[~whole], value[~whole])
    return compare(year[whole], value[whole], find(year[whole], *ours))


def css_scores(folder: Path) -> Cells:
    """Greater Manchester 2017/18 from its counts, the bundled weights and its population."""
    table = read(folder, CSS_COUNTS, "offence_code", "css_group", "offences")
    printed = read(folder, CSS, "area_name", "period", "group", "value")
    printed = printed.keep((printed["area_name"] == "Greater Manchester") & (printed["period"] == "2017/18"))
    area = np.full(len(table), "Greater Manchester")
    crimes = Tally.from_columns(
        {"area": area, "group": table["css_group"], "offence": table["offence_code"]}, table.whole("offences")
    )
    weights = harm_weights("ons-css", version="2020")
    people = Exposure({"Greater Manchester": _PEOPLE}, by="area", name="residents", date="mid-2016")
    groups = harm_score(crimes, weights, by=["area", "group"], exposure=people)
    total = harm_score(crimes, weights, by="area", exposure=people)
    ours = find(
        printed["group"],
        np.append(groups["group"].astype(np.str_), _TOTAL),
        np.append(groups["per_head"], total["per_head"]),
    )
    # The list of weights that was stored kept one row of each code that ONS splits.
    known = np.isin(printed["group"], ["Sexual offences", _TOTAL])
    return compare(printed["group"], printed.numbers("value"), ours, explained=known)


def cchi(folder: Path) -> Cells:
    """Days by force and category, their totals, and shares of the national total, from counts and medians."""
    medians = read(folder, CCHI[0], "prc_subgroup", "category", "median_days", "national_count_2024_25")
    sample = read(folder, CCHI[1], "force", "category", "offences_2024_25", "harm_cchi_days")
    totals = read(folder, CCHI[2], "force", "harm_total_days", "harm_share_pct")
    rounded = read(folder, CCHI[3], "force", "category", "cchi_days_rounded_2dp")
    days, crimes = medians.numbers("median_days"), sample.whole("offences_2024_25")
    cell, printed = joined(sample["force"], sample["category"]), sample.numbers("harm_cchi_days")

    # Categories with one weight: exactly count times days.
    categories, at = np.unique(medians["category"], return_inverse=True)
    low, high = np.full(len(categories), np.inf), np.full(len(categories), -np.inf)
    np.minimum.at(low, at, days)
    np.maximum.at(high, at, days)
    single = dict(zip(categories[low == high].tolist(), low[low == high].tolist(), strict=True))
    plain = np.isin(sample["category"], list(single))
    scores = harm_score(
        Tally.from_columns(
            {"cell": cell[plain], "offence": sample["category"][plain]},
            crimes[plain],
        ),
        HarmWeights(single, name="cchi", version="2026"),
        by="cell",
    )
    exact = compare(
        cell[plain], printed[plain], find(cell[plain], scores["cell"].astype(np.str_), scores["score"])
    )

    # Mixed categories: days per crime are printed to two places.
    mixed = joined(rounded["force"], rounded["category"])
    each, number = rounded.numbers("cchi_days_rounded_2dp"), find(mixed, cell, crimes)
    scores = harm_score(
        Tally.from_columns({"cell": mixed, "offence": mixed}, number),
        HarmWeights(dict(zip(mixed.tolist(), each.tolist(), strict=True)), name="cchi", version="2026"),
        by="cell",
    )
    ours = find(mixed, scores["cell"].astype(np.str_), scores["score"])
    slack = 0.005 * number
    effective = compare(mixed, find(mixed, cell, printed), ours, limits=(ours - slack, ours + slack))

    # Totals by force, and what part they are of the country's.
    forces, sums = _sums(cell, sample["force"], printed)
    national = harm_score(
        Tally.from_columns({"offence": medians["prc_subgroup"]}, medians.whole("national_count_2024_25")),
        HarmWeights(
            dict(zip(medians["prc_subgroup"].tolist(), days.tolist(), strict=True)),
            name="cchi",
            version="2026",
        ),
    )
    ours = find(totals["force"], forces, sums)
    whole = compare(totals["force"], totals.numbers("harm_total_days"), ours)
    part = compare(
        joined(totals["force"], np.full(len(totals), "share")),
        totals.numbers("harm_share_pct"),
        100 * ours / national.score,
        step=0.0001,
    )
    return together([exact, effective, whole, part])


def _sums(cells: TextArray, groups: TextArray, values: FloatArray) -> tuple[TextArray, FloatArray]:
    """Add up by group what is not whole: one crime of each cell, weighing its value."""
    one = Tally.from_columns({"group": groups, "offence": cells}, np.ones(len(cells), dtype=np.int64))
    weights = HarmWeights(
        dict(zip(cells.tolist(), values.tolist(), strict=True)), name="cells", version="as printed"
    )
    found = harm_score(one, weights, by="group")
    return found["group"].astype(np.str_), found["score"]
