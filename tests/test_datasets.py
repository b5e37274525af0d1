"""The bundled tables, against published figures and the data they come from."""

from __future__ import annotations

import csv
import gzip
import pickle
from collections import Counter, defaultdict

import attrs
import numpy as np
import pytest

from policemetrics import datasets
from policemetrics.definitions import offences, outcome_sets, outcome_types

ALL = [getattr(datasets, name) for name in datasets.__all__ if name != "Dataset"]
each = pytest.mark.parametrize("load", ALL, ids=lambda f: f.__name__)


def read(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(dataset):
    return list(zip(*dataset.to_dict().values(), strict=True))


@each
class TestDataset:
    def test_named(self, load):
        """A dataset carries the name of its function and says where it is from."""
        found = load()
        assert found.name == load.__name__
        for field in ("title", "publisher", "source", "vintage", "notes"):
            assert getattr(found, field).strip()
        assert found.licence == "Open Government Licence v3.0"

    def test_columns(self, load):
        """Columns have one length; numbers are whole, the rest is text."""
        found = load()
        assert {len(c) for c in found.columns.values()} == {len(found)}
        for column in found.columns.values():
            if isinstance(column, np.ndarray):
                assert column.dtype == np.int64
            else:
                assert all(isinstance(v, str) and v == v.strip() != "" for v in column)

    def test_read_only(self, load):
        """Neither the dataset, its columns nor its numbers can be changed."""
        found = load()
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            found.name = "changed"
        with pytest.raises(TypeError):
            found.columns["new"] = ()
        for column in found.columns.values():
            if isinstance(column, np.ndarray):
                with pytest.raises(ValueError, match="read-only"):
                    column[0] = 0

    def test_to_dict_is_a_copy(self, load):
        """Changing what was handed over does not change the dataset."""
        found = load()
        handed = found.to_dict()
        for column in handed.values():
            assert all(type(v) in (int, str) for v in column)
            column.clear()
        assert len(found) > 0
        assert all(len(c) == len(found) for c in found.to_dict().values())

    def test_read_once(self, load):
        """A second call reads nothing."""
        assert load() is load()

    def test_pickle(self, load):
        """A dataset survives a trip to another process, and equals itself there."""
        assert pickle.loads(pickle.dumps(load())) == load()

    def test_shown(self, load):
        """The short form names the columns, the long form the source and the licence."""
        found = load()
        assert repr(found).startswith(f"<Dataset {found.name}: {len(found)} rows of ")
        for part in (found.title, found.publisher, found.licence, found.notes, *found.columns):
            assert part in str(found)

    @pytest.mark.parametrize("engine", ["pandas", "polars"])
    def test_frames(self, load, engine):
        """Its columns make a data frame."""
        frame = pytest.importorskip(engine).DataFrame(load().to_dict())
        assert frame.shape == (len(load()), len(load().columns))


def test_differ():
    """Datasets with other figures are not equal."""
    assert datasets.west_midlands_annual() != datasets.west_midlands_population()
    annual = datasets.west_midlands_annual()
    changed = {**annual.columns, "crimes": annual.columns["crimes"] + 1}
    assert attrs.evolve(annual, columns=changed) != annual


class TestWestMidlandsAnnual:
    def test_anchor(self):
        """The commissioner's figures: down 10.33%, positive outcomes 5.51% to 7.93% closed, 8.26% cohort."""
        found = datasets.west_midlands_annual().columns
        crimes, closed, recorded = (
            found[c].tolist() for c in ("crimes", "positive_closed", "positive_recorded")
        )
        assert found["period"] == ("2022/23", "2023/24", "2024/25", "2025/26")
        assert (closed[1], crimes[1], recorded[1]) == (26_029, 328_104, 27_087)
        assert crimes[1] - crimes[0] == -37_778
        assert round(100 * (crimes[1] / crimes[0] - 1), 2) == -10.33
        assert [round(100 * a / b, 2) for a, b in zip(closed, crimes, strict=True)] == [
            5.51,
            7.93,
            12.21,
            15.66,
        ]
        assert [round(100 * a / b, 2) for a, b in zip(recorded, crimes, strict=True)] == [
            6.01,
            8.26,
            11.88,
            13.68,
        ]

    def test_agrees_with_outcomes(self):
        """Positive outcomes are the sum of the named set over the table by type."""
        positive = set(outcome_sets()["positive-dashboard"].types)
        total = Counter()
        for period, basis, outcome, count in rows(datasets.west_midlands_outcomes()):
            if outcome in positive:
                total[period, basis] += count
        for period, _, closed, recorded in rows(datasets.west_midlands_annual()):
            assert (total[period, "closed"], total[period, "recorded"]) == (closed, recorded)


class TestWestMidlandsOutcomes:
    def test_known_types(self):
        """Every outcome is a type of the framework, once in each year and basis."""
        found = datasets.west_midlands_outcomes().columns
        assert set(found["outcome"]) <= set(outcome_types())
        keys = list(zip(found["period"], found["basis"], found["outcome"], strict=True))
        assert len(set(keys)) == len(keys) == 5 * 2 * 8

    def test_without_type_22(self):
        """Leaving out type 22 moves 2023/24 from 7.93% to 7.68%."""
        by_type = {
            o: n for p, b, o, n in rows(datasets.west_midlands_outcomes()) if (p, b) == ("2023/24", "closed")
        }
        assert sum(by_type.values()) == 325_111
        positive = sum(n for o, n in by_type.items() if o != "other")
        assert round(100 * (positive - by_type["22"]) / 328_104, 2) == 7.68

    def test_source(self, shared_data):
        """The years in the source agree with it, cell by cell and in both its totals."""
        found = defaultdict(dict)
        for period, basis, outcome, count in rows(datasets.west_midlands_outcomes()):
            found[period, basis][outcome] = count
        published = [
            r
            for r in read(shared_data / "outcomes" / "ho_outcomes_force_year.csv")
            if r["force"] == "West Midlands"
        ]
        assert len(published) == 6
        for r in published:
            ours = found[r["financial_year"], r["basis"]]
            for column, value in r.items():
                _, found_type, code = column.rpartition("_t")
                if found_type and code.isdigit():
                    assert ours[code] == int(value)
            assert sum(ours.values()) == int(r["assigned_total"])
            assert sum(ours.values()) - ours["other"] == int(r["positive_total"])

    @pytest.mark.parametrize(
        ("period", "basis", "assigned"),
        [("2022/23", "closed", 363_205), ("2022/23", "recorded", 365_620), ("2023/24", "recorded", 327_607)],
    )
    def test_years_by_hand(self, period, basis, assigned):
        """The years not in the source folder add up to their published total."""
        counts = [n for p, b, _, n in rows(datasets.west_midlands_outcomes()) if (p, b) == (period, basis)]
        assert sum(counts) == assigned


class TestWestMidlandsOffences:
    def test_totals(self):
        """233,393 is what ONS published for the year ending March 2018."""
        total = Counter()
        for period, _, _, count in rows(datasets.west_midlands_offences()):
            total[period] += count
        assert total == {"2017/18": 233_393, "2019/20": 260_829}

    def test_keys_are_unique(self):
        """One row for each year, quarter and code, and every code in all four quarters."""
        keys = [row[:3] for row in rows(datasets.west_midlands_offences())]
        assert len(set(keys)) == len(keys)
        quarters = defaultdict(set)
        for period, quarter, code in keys:
            quarters[period, code].add(quarter)
        assert all(found == {1, 2, 3, 4} for found in quarters.values())

    def test_known_offences(self):
        """Every code is one of the classification, none is fraud."""
        codes = set(datasets.west_midlands_offences().columns["offence_code"])
        assert all(offences()[c].group != "Fraud offences" for c in codes)

    def test_source(self, shared_data):
        """The counts are the source's, repeated keys added up."""
        expected = Counter()
        for year in ("2017_18", "2019_20"):
            for r in read(shared_data / "recorded_crime" / f"prc_pfa_{year}.csv.gz"):
                if r["force_name"] == "West Midlands":
                    expected[r["financial_year"], int(r["financial_quarter"]), r["offence_code"]] += int(
                        r["offences"]
                    )
        assert {row[:3]: row[3] for row in rows(datasets.west_midlands_offences())} == expected

    @pytest.mark.parametrize(
        ("subgroup", "published"),
        [
            ("Homicide", 41),
            ("Violence with injury", 27_897),
            ("Violence without injury", 19_895),
            ("Stalking and harassment", 9_843),
            ("Death or serious injury - unlawful driving", 36),
            ("Domestic burglary", 20_925),
            ("Theft from the person", 3_012),
            ("Shoplifting", 19_883),
        ],
    )
    def test_published_subgroups(self, subgroup, published):
        """By our classification 2017/18 agrees with the ONS table P1 for the year ending March 2018."""
        total = sum(
            count
            for period, _, code, count in rows(datasets.west_midlands_offences())
            if period == "2017/18" and offences()[code].subgroup == subgroup
        )
        assert total == published


class TestWestMidlandsPopulation:
    def test_published_rate(self):
        """Reproduces the rate of table P3 for the year ending March 2018, in full precision."""
        residents = datasets.west_midlands_population().columns["residents"][0]
        assert 1000 * 233_393 / residents == pytest.approx(81.30599316995239, rel=1e-14)

    def test_source(self, shared_data):
        """Residents are the source's, and its rounded table agrees."""
        found = datasets.west_midlands_population().to_dict()
        published = {
            int(r["mid_year"]): int(r["population"])
            for r in read(shared_data / "population" / "england_force_population_exact_2009_2019.csv")
            if r["force_name"] == "West Midlands"
        }
        assert found["residents"] == [published[y] for y in found["mid_year"]]
        rounded = {
            int(r["population_year"]): int(r["population_rounded_100"])
            for r in read(shared_data / "pfa_tables" / "pfa_denominators.csv")
            if r["area_code"] == "E23000014"
        }
        for year, residents in zip(found["mid_year"], found["residents"], strict=True):
            assert abs(residents - rounded[year]) <= 50

    def test_published_rate_2019(self, shared_data):
        """Mid-2018 is what ONS divides the year ending December 2019 by."""

        def total(file, column):
            return next(
                float(r[column])
                for r in read(shared_data / "pfa_tables" / file)
                if (r["year_ending"], r["area_code"]) == ("2019-12", "E23000014")
                and r["offence"] == "Total recorded crime (excluding fraud)"
            )

        residents = datasets.west_midlands_population().columns["residents"][1]
        rate = 1000 * total("pfa_counts.csv", "offences") / residents
        assert rate == pytest.approx(total("pfa_rates_per_1000.csv", "rate_per_1000"), rel=1e-14)


class TestNhs999Calls:
    def test_pooled_and_plain(self):
        """September 2017: 21.65 s over the calls, 17.18 s as a plain mean of the four trusts."""
        september = [row for row in rows(datasets.nhs_999_calls()) if row[0] == "2017-09"]
        calls, seconds = (np.array([row[i] for row in september]) for i in (3, 4))
        assert len(september) == 4
        assert round(seconds.sum() / calls.sum(), 2) == 21.65
        assert round((seconds / calls).mean(), 2) == 17.18

    @pytest.mark.parametrize(
        ("period", "calls", "seconds"), [("2017-09", 289_824, 6_276_073), ("2026-04", 791_911, 1_750_188)]
    )
    def test_england(self, period, calls, seconds):
        """The trusts add up to the published row of England."""
        found = [row for row in rows(datasets.nhs_999_calls()) if row[0] == period]
        assert (sum(row[3] for row in found), sum(row[4] for row in found)) == (calls, seconds)

    def test_printed_means(self):
        """The printed mean is total over calls, rounded half up."""
        found = datasets.nhs_999_calls().columns
        rounded = np.floor(found["total_seconds"] / found["calls"] + 0.5)
        np.testing.assert_array_equal(rounded, found["mean_seconds"])

    def test_not_supplied(self):
        """Seven trusts gave nothing in September 2017; they are named, not counted as zero."""
        found = datasets.nhs_999_calls()
        assert len(found) == 15
        assert len(found.not_supplied) == 7
        assert "London Ambulance Service NHS Trust, 2017-09" in found.not_supplied
        assert "London Ambulance Service NHS Trust, 2017-09" in str(found)

    def test_source(self, shared_data):
        """The counts are the source's; what it marks with a full stop is not supplied."""
        expected, missing = {}, 0
        for r in read(shared_data / "answer_times" / "nhs_ambsys_2017_09_and_2026_04.csv"):
            if r["Org Name"] == "England":
                continue
            if r["A1"] == ".":
                missing += 1
                continue
            key = f"{r['Year']}-{r['Month']:0>2}", r["Org Code"], r["Org Name"].casefold()
            expected[key] = int(r["A1"]), int(r["A2"]), int(r["A3"])
        found = {
            (period, code, trust.casefold()): tuple(values)
            for period, code, trust, *values in rows(datasets.nhs_999_calls())
        }
        assert found == expected
        assert missing == len(datasets.nhs_999_calls().not_supplied)


class TestLfbFirstPump2009:
    def test_known_figures(self):
        """6,708 fires: mean 319.73 s, median 296, ninth decile 471, 71.15% at most and 70.86% under 360 s."""
        found = datasets.lfb_first_pump_2009().columns
        every = np.repeat(found["seconds"], found["calls"])
        assert len(every) == 6_708
        assert round(every.mean(), 2) == 319.73
        assert np.median(every) == 296
        assert np.percentile(every, 90) == 471
        assert round(100 * (every <= 360).mean(), 2) == 71.15
        assert round(100 * (every < 360).mean(), 2) == 70.86

    def test_source(self, shared_data):
        """The counts are the source's."""
        source = read(shared_data / "response_times" / "lfb_dwelling_fires_2009.csv")
        expected = Counter(int(r["FirstPumpArriving_AttendanceTime"]) for r in source)
        assert dict(rows(datasets.lfb_first_pump_2009())) == expected
