"""Harm as published: the Crime Severity Score, and a project's use of the Cambridge Crime Harm Index."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from conformance._reading import TextArray, find, joined, read
from conformance._verdicts import Cells, compare, together
from policemetrics import Exposure, HarmWeights, Tally, definitions, harm_score, harm_weights
from policemetrics.typing import FloatArray

__all__ = [
    "CCHI",
    "CSS",
    "CSS_COUNTS",
    "CSS_FORCES",
    "CSS_TOOLS",
    "cchi",
    "css_forces",
    "css_groups_add_up",
    "css_robbery",
    "css_scores",
    "css_tools_add_up",
]

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

CSS_TOOLS: Final = tuple(f"css/css_published_pfa_ons_{tool}_tool.csv.gz" for tool in ("2020", "2022"))
CSS_FORCES: Final = (
    "css/css_cells_recomputed_2020_weights.csv",
    CSS_TOOLS[0],
    "recorded_crime/prc_pfa_2017_18.csv.gz",
    "recorded_crime/prc_pfa_2019_20.csv.gz",
    "population/population_pfa_exact_mid2001_2019.csv",
)

_LATEST_ALIKE: Final = "2015-03-31"  # later counts were revised between the two tools
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


def css_tools_add_up(folder: Path) -> Cells:
    """Total scores of all areas and years, by either tool, beside the sums of their six groups."""
    parts = []
    for path in CSS_TOOLS:
        table = read(folder, path, "area_code", "css_group", "year_ending", "score").stated("score", "")
        value, whole = table.numbers("score"), table["css_group"] == _TOTAL
        area = joined(np.full(len(table), path[-20:-7]), table["area_code"], table["year_ending"])
        ours = _sums(joined(area, table["css_group"])[~whole], area[~whole], value[~whole])
        parts.append(compare(area[whole], value[whole], find(area[whole], *ours)))
    return together(parts)


def css_robbery(folder: Path) -> Cells:
    """Robbery by the tool of 2022, from that of 2020: both of its codes have one weight in either edition."""
    old, new = (
        read(folder, path, "area_code", "css_group", "year_ending", "score").stated("score", "")
        for path in CSS_TOOLS
    )
    old, new = (table.keep(table["css_group"] == "Robbery") for table in (old, new))
    names, before = (joined(table["area_code"], table["year_ending"]) for table in (new, old))
    weight = harm_weights("ons-css", version="2020")["34B"]
    ours = find(names, before, old.numbers("score")) / weight * definitions.partial_weights()["34B"].days
    there = ~np.isnan(ours)
    late = new["year_ending"] > _LATEST_ALIKE
    # The weight of 2022 is known to nine decimals.
    slack = 1e-9 * np.abs(ours)
    return compare(
        names[there],
        new.numbers("score")[there],
        ours[there],
        limits=((ours - slack)[there], (ours + slack)[there]),
        explained=late[there],
    )


def css_forces(folder: Path) -> Cells:
    """Scores of forces by group, 2017/18 and 2019/20, from counts of the Home Office and populations."""
    known = read(folder, CSS_FORCES[0], "area_code", "year_ending", "css_group", "agrees_1e-12")
    printed = read(folder, CSS_FORCES[1], "area_code", "css_group", "year_ending", "score").stated(
        "score", ""
    )
    names = joined(known["area_code"], known["year_ending"], known["css_group"])
    published = find(
        names,
        joined(printed["area_code"], printed["year_ending"], printed["css_group"]),
        printed.numbers("score"),
    )
    weights = harm_weights("ons-css", version="2020")
    groups = definitions.harm_weight_editions()["ons-css", "2020"].groups()
    people = read(folder, CSS_FORCES[4], "area_code", "mid_year", "population")
    found: list[tuple[TextArray, FloatArray]] = []
    for path, year, mid_year in (
        (CSS_FORCES[2], "2018-03-31", "2016"),
        (CSS_FORCES[3], "2020-03-31", "2018"),
    ):
        table = read(folder, path, "force_name", "offence_code", "offences")
        forces: list[str] = np.unique(table["force_name"]).tolist()
        spelt = definitions.canonical_force_names(forces)
        area = {name: definitions.force_names()[spelt.get(name, name)].code for name in forces}
        codes = np.array([area[name] for name in table["force_name"].tolist()])
        table, codes = table.keep(codes != ""), codes[codes != ""]
        crimes = Tally.from_columns(
            {
                "area": codes,
                "group": np.array([groups.get(code, "outside") for code in table["offence_code"].tolist()]),
                "offence": table["offence_code"],
            },
            table.whole("offences"),
        )
        then = people.keep(people["mid_year"] == mid_year)
        residents = Exposure(
            dict(zip(then["area_code"].tolist(), then.whole("population").tolist(), strict=True)),
            by="area",
            name="residents",
            date=f"mid-{mid_year}",
        )
        scores = harm_score(crimes, weights, by=["area", "group"], exposure=residents)
        keys = joined(scores["area"], np.full(len(scores), year), scores["group"])
        found.append((keys, scores["per_head"]))
    ours = find(names, np.concatenate([k for k, _ in found]), np.concatenate([v for _, v in found]))
    return compare(names, published, ours, explained=known["agrees_1e-12"] != "yes")


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
