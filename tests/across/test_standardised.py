"""Standardised figures, against R's PHEindicatormethods, by hand and by their laws."""

from __future__ import annotations

import csv
import gzip
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Tally, compare, directly_standardised_rate, standardised_ratio
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, UnknownNameError

AGES = [f"{5 * i:02d}" for i in range(19)]
COUNTS = [127, 25, 18, 21, 12, 27, 48, 27, 29, 32, 32, 34, 45, 65, 38, 68, 74, 82, 91]
SIZES = [636, 558, 609, 543, 384, 594, 669, 843, 660, 576, 606, 522, 426, 273, 300, 288, 153, 123, 207]
EUROPE = [
    5000,
    5500,
    5500,
    5500,
    6000,
    6000,
    6500,
    7000,
    7000,
    7000,
    7000,
    6500,
    6000,
    5500,
    5000,
    4000,
    2500,
    1500,
    1000,
]
# 50 of 10,000, 200 of 25,000 and 30 of 15,000.
SMALL = {"10-17": (50, 10_000), "18-64": (200, 25_000), "65+": (30, 15_000)}
STANDARD = {"10-17": 20_000, "18-64": 50_000, "65+": 30_000}


def rates_of(areas, *, per=1000, dim="age"):
    """Rates by force and group."""
    rows = [(force, group, *pair) for force, groups in areas.items() for group, pair in groups.items()]
    forces, groups, counts, sizes = zip(*rows, strict=True)
    columns = {"force": forces, dim: groups}
    return pm.rate(
        Tally.from_columns(columns, counts), Tally.from_columns(columns, sizes), by=["force", dim], per=per
    )


class TestDirect:
    @pytest.mark.parametrize(
        ("level", "low", "high"),
        [(0.95, 9717.709067985681, 11178.94091547925), (0.998, 9323.287880219903, 11620.595999522058)],
    )
    def test_nineteen_ages(self, level, low, high):
        """PHEindicatormethods' own table, with the European standard population of 2013."""
        rates = rates_of({"A": dict(zip(AGES, zip(COUNTS, SIZES, strict=True), strict=True))}, per=100_000)
        standard = dict(zip(AGES, EUROPE, strict=True))
        (found,) = directly_standardised_rate(
            rates, standard=standard, method="dobson-byar", confidence_level=level
        )
        assert found.rate == pytest.approx(10430.247991469423, rel=1e-12)
        assert (found.rate_low, found.rate_high) == pytest.approx((low, high), rel=1e-9)
        assert (found.events, found.exposure) == (895, sum(SIZES))

    def test_small(self):
        """5.6 per 1,000, by hand 0.2 · 5 + 0.5 · 8 + 0.3 · 2."""
        (found,) = directly_standardised_rate(
            rates_of({"Kent": SMALL}), standard=STANDARD, method="dobson-byar"
        )
        assert found.rate == pytest.approx(5.6)
        assert (found.rate_low, found.rate_high) == pytest.approx((4.96319331218, 6.29584838886), rel=1e-9)
        assert str(found) == (
            "Kent: recorded crime per 1,000, standardised by age: 5.600 (95% interval 4.96 to 6.30; 280 events)."
        )

    def test_too_few_events(self):
        """Under ten there is none, as in England's public health."""
        areas = {"Kent": SMALL, "Essex": dict.fromkeys(SMALL, (3, 1000))}
        found = directly_standardised_rate(rates_of(areas), standard=STANDARD)
        essex = found.at(force="Essex")
        assert essex.reason == "not available: 9 events, fewer than 10"
        assert (essex.events, np.isnan(essex.rate)) == (9, True)
        assert found.at(force="Kent").reason is None

    @given(st.floats(0.1, 1000))
    def test_only_proportions_of_the_standard_count(self, factor):
        one, other = (
            directly_standardised_rate(
                rates_of({"Kent": SMALL}), standard={k: v * f for k, v in STANDARD.items()}
            )[0]
            for f in (1, factor)
        )
        assert (one.rate, one.rate_low, one.rate_high) == pytest.approx(
            (other.rate, other.rate_low, other.rate_high)
        )

    def test_own_mix_gives_the_crude_rate(self):
        found = directly_standardised_rate(
            rates_of({"Kent": SMALL}), standard={k: n for k, (_, n) in SMALL.items()}
        )[0]
        crude = pm.rate(280, 50_000, method="exact")
        assert (found.rate, found.rate_low, found.rate_high) == pytest.approx(
            (crude.rate, crude.rate_low, crude.rate_high)
        )

    @pytest.mark.parametrize(
        ("standard", "error", "message"),
        [
            ({"10-17": 1, "18-64": 1}, InvalidInputError, "'65\\+' stands on one side only"),
            (STANDARD | {"all": 5}, InvalidInputError, "'all' stands on one side only"),
            (STANDARD | {"65+": -1}, InvalidInputError, r"standard\['65\+'\] must be"),
            ([1, 2, 3], InvalidTypeError, "standard must be a mapping"),
            (dict.fromkeys(SMALL, 0), InvalidInputError, "standard must have a size above 0"),
        ],
    )
    def test_refused(self, standard, error, message):
        with pytest.raises(error, match=message):
            directly_standardised_rate(rates_of({"Kent": SMALL}), standard=standard)


class TestIndirect:
    def test_small(self):
        """At 4, 4.5 and 1.786 per 1,000 there would be 179.3: 40 + 112.5 + 26.8."""
        reference = {"10-17": 4.0, "18-64": 4.5, "65+": 2500 / 1400}
        (found,) = standardised_ratio(rates_of({"Kent": SMALL}), of="age", reference=reference)
        assert found.expected == pytest.approx(179.285714286)
        assert found.ratio == pytest.approx(1.56175298805)
        assert (found.ratio_low, found.ratio_high) == pytest.approx((1.38415749742, 1.75581429172), rel=1e-9)
        assert str(found) == (
            "Kent: recorded crime per 1,000, adjusted for age: 1.56 times what its mix gives at the rates of the reference given "
            "(95% interval 1.38 to 1.76; 280 observed, 179.3 expected)."
        )

    def test_exact_under_ten(self):
        """9 observed of 835.88 expected, PHEindicatormethods."""
        rates = rates_of({"Kent": {"a": (9, 1000), "b": (0, 1000)}})
        (found,) = standardised_ratio(rates, of="age", reference={"a": 835.8835612311743, "b": 0})
        assert (found.ratio, found.ratio_low, found.ratio_high) == pytest.approx(
            (0.010767049882813684, 0.004923380825095776, 0.02043921455549973), rel=1e-9
        )

    def test_whose_rates(self):
        """Of all together, of one, of some; the reference itself has a ratio of 1."""
        areas = {"Kent": SMALL, "Essex": {k: (3 * x, n) for k, (x, n) in SMALL.items()}, "Dorset": SMALL}
        rates = rates_of(areas)
        assert standardised_ratio(rates, of="age", reference="Essex")["ratio"] == pytest.approx(
            [1 / 3, 1, 1 / 3]
        )
        assert standardised_ratio(rates, of="age", reference=["Kent", "Dorset"])["ratio"] == pytest.approx(
            [1, 3, 1]
        )
        assert standardised_ratio(rates, of="age", reference="pooled")["ratio"] == pytest.approx(
            [0.6, 1.8, 0.6]
        )
        with pytest.raises(
            UnknownNameError, match="reference must be one of 'Dorset', 'Essex', 'Kent'; got 'Surrey'"
        ):
            standardised_ratio(rates, of="age", reference="Surrey")
        with pytest.raises(ChoiceNeededError, match="reference must be 'pooled'"):
            standardised_ratio(rates, of="age")
        with pytest.raises(InvalidTypeError, match="reference must be"):
            standardised_ratio(rates, of="age", reference=5.5)

    def test_not_sent(self):
        """A group that an area lacks is no 0, and is named; the others stand."""
        areas = {"Kent": SMALL, "Essex": {"10-17": (50, 10_000), "18-64": (200, 25_000)}, "Dorset": SMALL}
        found = standardised_ratio(rates_of(areas), of="age", reference="pooled")
        assert found.at(force="Essex").reason == "not available: no figure for 65+"
        assert found.at(force="Kent").ratio == pytest.approx(1)

    def test_nothing_of_a_group_is_no_gap(self):
        """An area without crimes of a group has nothing expected of it there."""
        data = Tally.from_columns(
            {
                "force": ["A"] * 4 + ["B"] * 2,
                "offence_group": ["x", "x", "y", "y", "x", "x"],
                "outcome": ["1", "18"] * 3,
            },
            [10, 90, 5, 5, 20, 80],
        )
        data = data + Tally.from_columns({"force": ["B"], "offence_group": ["y"], "outcome": ["1"]}, [0])
        shares = pm.positive_outcome_rate(
            data, positive="charged", basis="closed", out_of="outcomes", by=["force", "offence_group"]
        )
        found = standardised_ratio(shares, reference="pooled").at(force="B")
        assert (found.observed, found.expected) == (20, 15)

    def test_what_is_no_figure_is_no_count(self):
        """Of more outcomes than crimes there is no rate, and what was counted is not used either."""
        columns = {"force": [*"AABB"], "offence_group": [*"xyxy"]}
        outcomes = Tally.from_columns(columns | {"outcome": ["1"] * 4}, [60, 50, 20, 30])
        crimes = Tally.from_columns(columns, [50, 500, 500, 500])
        shares = pm.positive_outcome_rate(
            outcomes,
            positive="charged",
            basis="recorded",
            out_of="crimes",
            crimes=crimes,
            by=["force", "offence_group"],
        )
        assert np.isnan(shares.at(force="A", offence_group="x").rate)
        found = standardised_ratio(shares, reference="pooled")
        assert found.at(force="A").reason == "not available: no figure for x"
        assert found.at(force="B").ratio == pytest.approx(50 / (20 + 500 * 80 / 1000))

    def test_a_total_among_groups(self):
        whole = {
            k: v | {"All ages": tuple(map(sum, zip(*v.values(), strict=True)))}
            for k, v in {"Kent": SMALL, "Essex": SMALL}.items()
        }
        with pytest.raises(InvalidInputError, match="'All ages' of 'age' is the sum of others"):
            standardised_ratio(rates_of(whole), of="age", reference="pooled")

    def test_dimensions(self):
        rates = rates_of({"Kent": SMALL})
        with pytest.raises(UnknownNameError, match="of: dimension must be one of 'force', 'age'"):
            standardised_ratio(rates, reference="pooled")
        with pytest.raises(InvalidInputError, match="of must name another dimension than by="):
            standardised_ratio(rates, of="force", reference="pooled")
        weights = pm.HarmWeights({"a": 1.0}, name="own", version="1")
        crimes = Tally.from_columns({"force": ["K", "E"], "age": ["x", "x"], "offence": ["a", "a"]}, [5, 6])
        harm = pm.harm_score(crimes, weights, by=["force", "age"])
        with pytest.raises(InvalidTypeError, match="a score is weighted already"):
            standardised_ratio(harm, of="age", reference="pooled")

    @given(st.lists(st.tuples(st.integers(1, 500), st.integers(500, 5000)), min_size=9, max_size=9))
    def test_pooled_adds_up(self, cells):
        """At the rates of all together as many are expected of all as were observed."""
        areas = {f: dict(zip("xyz", cells[3 * i : 3 * i + 3], strict=True)) for i, f in enumerate("ABC")}
        rates = rates_of(areas)
        found = standardised_ratio(rates, of="age", reference="pooled")
        assert found["expected"].sum() == pytest.approx(found["observed"].sum())
        assert (found["ratio_low"] <= found["ratio"]).all()
        assert (found["ratio"] <= found["ratio_high"]).all()

    def test_what_travels(self):
        """Caveats and what was left out of the groups are those of the area."""
        rows = [(f, g, o) for f in "AB" for g in "xy" for o in ("1", "18")]
        forces, groups, outcomes = zip(*rows, strict=True)
        columns = {"force": forces, "offence_group": groups, "outcome": outcomes, "period": ["2014/15"] * 8}
        more = {"force": ["A"], "offence_group": ["x"], "outcome": ["1A"], "period": ["2014/15"]}
        data = Tally.from_columns({d: [*columns[d], *more[d]] for d in columns}, [10, 90] * 4 + [2])
        shares = pm.positive_outcome_rate(
            data,
            positive="positive-dashboard",
            basis="closed",
            out_of="outcomes",
            by=["force", "offence_group"],
        )
        found = standardised_ratio(shares, reference="pooled").at(force="A")
        assert found.caveat == "type 22 did not exist in 2014/15 (in use from April 2019)"
        assert found.exclusions.reasons == {"inside type 1": 2}


def test_charged_by_nine_offence_groups(shared_data):
    """Closed charges of 2019/20 out of crimes, of 43 forces: at the rates of all, ratios that `compare` takes.

    Greater Manchester sent a small part, North Yorkshire's figures are incomplete: said so, they are not shamed.
    """
    crimes: Counter[tuple[str, str]] = Counter()
    with gzip.open(shared_data / "recorded_crime" / "prc_pfa_2019_20.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            crimes[row["force_name"], row["offence_group"]] += int(row["offences"])
    path = shared_data / "outcomes" / "outcomes_by_force_group_2018_24.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["financial_year"] == "2019/20"]
    canonical = pm.definitions.canonical_force_names({force for force, _ in crimes})
    names = {"Miscellaneous crimes": "Miscellaneous crimes against society"}
    sizes = {(canonical.get(f, f), names.get(group, group)): n for (f, group), n in crimes.items()}
    territorial = {n for n, f in pm.definitions.force_names().items() if f.kind == "territorial"}
    rows = [r for r in rows if r["force"] in territorial]
    columns = {"force": [r["force"] for r in rows], "offence_group": [r["offence_group"] for r in rows]}
    assert {(r["force"], r["offence_group"]) for r in rows} <= sizes.keys()
    charged = Tally.from_columns(columns, [int(r["charged_closed"]) for r in rows])
    recorded = Tally.from_columns(columns, [sizes[r["force"], r["offence_group"]] for r in rows])
    known = charged.not_supplied("most was not sent", force=["Greater Manchester", "North Yorkshire"])
    rates = pm.rate(known, recorded, by=["force", "offence_group"], subject="Charges")
    ratios = standardised_ratio(rates, reference="pooled")
    assert len(ratios) == 43
    assert ratios.at(force="Greater Manchester").reason.startswith("not available: no figure for ")
    assert ratios["observed"][~np.isnan(ratios["ratio"])].sum() == pytest.approx(
        np.nansum(ratios["expected"])
    )
    found = compare(ratios, against=1)
    assert found[0].areas == 41
    assert found.at(force="Greater Manchester").side == ""
    silent = standardised_ratio(pm.rate(charged, recorded, by=["force", "offence_group"]), reference="pooled")
    assert silent.at(force="Greater Manchester").ratio < 0.4
