"""Published harm scores again from counts and weights: Crime Severity Score, Cambridge Crime Harm Index."""

from __future__ import annotations

import csv
import math
from collections import defaultdict

import pytest

from policemetrics import HarmWeights, harm_score
from policemetrics.tallies import Tally


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestCrimeSeverityScore:
    def test_groups_add_up_to_the_total_in_every_area_and_year(self, shared_data):
        """Trafford, Greater Manchester and England, ten years each: six groups, weighed by 1, are the total.

        The scores are published per head and not whole, so they enter as weights of one crime each.
        """
        groups = defaultdict(dict)
        for row in read(shared_data / "css" / "css_published_scores_trafford_gm_england.csv"):
            groups[row["area_code"], row["period"]][row["group"]] = float(row["value"])
        assert len(groups) == 30
        for scores in groups.values():
            total = scores.pop("Total recorded crime")
            assert len(scores) == 6
            weights = HarmWeights(scores, name="groups", version="2018", unit="days per head")
            assert harm_score(dict.fromkeys(scores, 1), weights).score == pytest.approx(total, rel=1e-14)


@pytest.fixture(scope="module")
def medians(shared_data):
    """Days by subgroup, and the subgroups of each category."""
    rows = read(shared_data / "cchi" / "cchi_2026_subgroup_medians.csv")
    categories = defaultdict(list)
    for row in rows:
        categories[row["category"]].append(row["prc_subgroup"])
    return {row["prc_subgroup"]: float(row["median_days"]) for row in rows}, categories


@pytest.fixture(scope="module")
def cells(shared_data):
    """Crimes and published days by force and category: seven forces, thirteen categories."""
    return {
        (row["force"], row["category"]): (int(row["offences_2024_25"]), float(row["harm_cchi_days"]))
        for row in read(shared_data / "cchi" / "cchi_2026_force_harm_2024_25_sample.csv")
    }


class TestCambridgeCrimeHarmIndex:
    def test_cells_of_one_weight(self, medians, cells):
        """Where a category has one weight, each cell is count times days: 63 of them, exactly."""
        days, categories = medians
        single = {c: days[s[0]] for c, s in categories.items() if len({days[v] for v in s}) == 1}
        wanted = {key: cell for key, cell in cells.items() if key[1] in single}
        assert len(wanted) == 63
        weights = HarmWeights(single, name="cchi", version="2026")
        crimes = Tally.from_columns(
            {"force": [f for f, _ in wanted], "offence": [c for _, c in wanted]},
            [n for n, _ in wanted.values()],
        )
        scores = harm_score(crimes, weights, by=["force", "offence"])
        assert len(scores) == 63
        for (force, category), (n, published) in wanted.items():
            row = scores.at(force=force, offence=category)
            assert (row.crimes, row.score) == (n, published)

    def test_totals_are_sums_of_cells(self, shared_data, cells):
        """Seven totals of thirteen cells each, exactly: quarter days have no rounding in binary."""
        totals = read(shared_data / "cchi" / "cchi_2026_force_harm_totals_2024_25.csv")
        assert (len(totals), len(cells)) == (7, 91)
        for row in totals:
            of_force = {c: days for (force, c), (_, days) in cells.items() if force == row["force"]}
            assert len(of_force) == 13
            weights = HarmWeights(of_force, name="cells", version="2026")
            score = harm_score(dict.fromkeys(of_force, 1), weights)
            assert score.score == float(row["harm_total_days"])

    def test_mixed_cells_within_the_rounding_of_their_effective_weight(self, shared_data, cells):
        """Days per crime, printed with two decimals, times crimes: within half a hundredth for each crime."""
        effective = read(shared_data / "cchi" / "cchi_2026_effective_weights_sample.csv")
        checked = 0
        for row in effective:
            n, published = cells.get((row["force"], row["category"]), (0, math.nan))
            if not n:
                continue
            checked += 1
            weights = HarmWeights(
                {row["category"]: float(row["cchi_days_rounded_2dp"])}, name="cchi", version="2026"
            )
            score = harm_score({row["category"]: n}, weights)
            assert abs(score.score - published) <= 0.005 * n * (1 + 1e-9)
            assert round(published / n, 2) == pytest.approx(score.per_crime, abs=1e-9)
        assert checked == len(effective) == 16
