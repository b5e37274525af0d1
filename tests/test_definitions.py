"""The bundled definitions, against the published figures and the data they come from."""

from __future__ import annotations

import csv
import gzip
import hashlib
import importlib.util
import math
import pickle
import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import attrs
import pytest

from policemetrics import HarmWeights, Period, harm_score, harm_weights
from policemetrics.definitions import (
    answer_clocks,
    answer_targets,
    breaks,
    canonical_force_names,
    force_names,
    harm_weight_editions,
    joined_offence_codes,
    offence_code_variants,
    offences,
    outcome_codes,
    outcome_names,
    outcome_sets,
    outcome_types,
    partial_weights,
    response_targets,
)
from policemetrics.definitions._outcomes import spelling
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError

PACKAGE = files("policemetrics")
TABLES = sorted(
    f"{folder}/{file.name}"
    for folder in ("data", "definitions")
    for file in (PACKAGE / folder).iterdir()
    if file.name.endswith((".csv", ".json"))
)
YEARS = [f"{y}/{y + 1 - 2000}" for y in range(2017, 2025)]
SPLITS = {
    **dict.fromkeys(("28I", "28M"), "28E"),
    **dict.fromkeys(("28J", "28N"), "28F"),
    **dict.fromkeys(("28K", "28O"), "28G"),
    **dict.fromkeys(("28L", "28P"), "28H"),
    **dict.fromkeys(("29B", "29C"), "29A"),
}
FRAUD = {"AF", "CIFAS", "FFA UK", "UK Finance"}


def read(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def css():
    return harm_weight_editions()["ons-css", "2020"]


class TestFiles:
    def test_checksums(self):
        """The licence file names every bundled table with its checksum."""
        licence = (PACKAGE / "definitions" / "LICENCE.md").read_text(encoding="utf-8")
        found = dict(re.findall(r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", licence, re.MULTILINE))
        assert found == {
            name: hashlib.sha256(PACKAGE.joinpath(name).read_bytes()).hexdigest() for name in TABLES
        }

    @pytest.mark.parametrize("name", TABLES)
    def test_source(self, name):
        """The licence file has a heading for every table."""
        licence = (PACKAGE / "definitions" / "LICENCE.md").read_text(encoding="utf-8")
        headings = [line for line in licence.splitlines() if line.startswith("### ")]
        assert sum(f"`{name}`" in line for line in headings) == 1

    def test_attribution(self):
        """The statement the licence asks for is there, word for word."""
        licence = (PACKAGE / "definitions" / "LICENCE.md").read_text(encoding="utf-8")
        statement = "Contains public sector information licensed under the Open Government Licence v3.0."
        assert statement in licence

    @pytest.mark.parametrize("name", TABLES)
    def test_small(self, name):
        """No bundled table is larger than 200 kB."""
        assert len(PACKAGE.joinpath(name).read_bytes()) < 200_000

    def test_remade(self, shared_data, tmp_path):
        """The script makes the bundled tables again, byte for byte."""
        script = Path(__file__).resolve().parents[1] / "tools" / "make_tables.py"
        if not script.exists():
            pytest.skip("tools/make_tables.py is in the repository only")
        spec = importlib.util.spec_from_file_location("make_tables", script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.make(shared_data, tmp_path)
        made = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.csv"))
        by_hand = {
            "data/datasets.json",
            "definitions/answer_clocks.csv",
            "definitions/answer_targets.csv",
            "definitions/breaks.csv",
            "definitions/claim_phrases.json",
            "definitions/claim_words.json",
            "definitions/column_names.csv",
            "definitions/control_rules.csv",
            "definitions/count_marks.csv",
            "definitions/force_names.csv",
            "definitions/harm_weights.json",
            "definitions/not_crimes.csv",
            "definitions/outcome_names.csv",
            "definitions/outcome_sets.csv",
            "definitions/outcome_types.csv",
            "definitions/partial_weights_ons_css_2022.csv",
            "definitions/placeholder_stamps.csv",
            "definitions/response_targets.csv",
            "definitions/wholes.csv",
        }
        assert set(made) == set(TABLES) - by_hand
        for name in made:
            assert (tmp_path / name).read_bytes() == PACKAGE.joinpath(name).read_bytes(), name


@pytest.mark.parametrize(
    "read_table",
    [
        answer_clocks,
        answer_targets,
        breaks,
        harm_weight_editions,
        offence_code_variants,
        offences,
        outcome_names,
        outcome_sets,
        outcome_types,
        partial_weights,
        response_targets,
    ],
)
class TestTables:
    def test_read_only(self, read_table):
        """Neither the mapping nor its records can be changed."""
        table = read_table()
        key = next(iter(table))
        with pytest.raises(TypeError):
            table[key] = None
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            table[key].name = "changed"

    def test_read_once(self, read_table):
        """A second call reads nothing."""
        assert read_table() is read_table()

    def test_records_pickle(self, read_table):
        """Records survive a trip to another process."""
        records = list(read_table().values())
        assert pickle.loads(pickle.dumps(records)) == records

    def test_text_is_clean(self, read_table):
        """No text has blanks at its ends, or doubled."""
        for record in read_table().values():
            for value in attrs.asdict(record).values():
                if isinstance(value, str):
                    assert value == " ".join(value.split())


class TestOffences:
    def test_codes_are_text(self):
        """4.1 and 4.10 are different offences."""
        assert offences()["4.1"].name == "Manslaughter"
        assert offences()["4.10"].name == "Corporate manslaughter"

    def test_keyed_by_code(self):
        """Each record stands under its own code, and has all its names."""
        assert all(code == o.code for code, o in offences().items())
        assert all(o.name and o.subgroup and o.group for o in offences().values())

    def test_ten_groups(self):
        """Nine groups of recorded crime, and fraud."""
        groups = {o.group for o in offences().values()}
        assert len(groups) == 10
        assert {o.code for o in offences().values() if o.group == "Fraud offences"} == FRAUD

    def test_every_recorded_code(self, shared_data):
        """Every code of the three years is there, named as in 2019/20, or in the year that has it."""
        found = {}
        for r in read(shared_data / "recorded_crime" / "prc_offence_codes_2024_25.csv"):
            # Codes that were split stay in the subgroup of what they were, so that years compare by subgroup.
            subgroup = "Domestic burglary" if r["offence_code"] in SPLITS else r["subgroup"]
            found[r["offence_code"]] = (r["offence"], subgroup, r["group"])
        for year in ("2017_18", "2019_20"):
            for r in read(shared_data / "recorded_crime" / f"prc_pfa_{year}.csv.gz"):
                found[r["offence_code"]] = (
                    r["offence_description"],
                    r["offence_subgroup"],
                    r["offence_group"],
                )
        ours = {code: (o.name, o.subgroup, o.group) for code, o in offences().items()}
        assert ours == found
        assert len(ours) == 150

    def test_latest_names(self, shared_data):
        """Beside them stand the names of April 2026, which put 36 known codes elsewhere."""
        table = read(shared_data / "recorded_crime" / "prc_offence_codes_2024_25.csv")
        latest = {r["offence_code"]: (r["offence"], r["subgroup"], r["group"]) for r in table}
        ours = {c: (o.latest_name, o.latest_subgroup, o.latest_group) for c, o in offences().items()}
        assert {c: names for c, names in ours.items() if any(names)} == latest
        in_both = [o for o in offences().values() if o.latest_name and not o.first > "2019/20"]
        moved = [o for o in in_both if (o.subgroup, o.group) != (o.latest_subgroup, o.latest_group)]
        assert len(moved) == 36

    def test_the_codes_of_a_year(self, shared_data):
        """Of a year that is bundled exactly its own; of the others as many as the tables are known to have."""
        for year in ("2017_18", "2019_20"):
            table = read(shared_data / "recorded_crime" / f"prc_pfa_{year}.csv.gz")
            assert set(offences(year=year.replace("_", "/"))) == {r["offence_code"] for r in table}
        table = read(shared_data / "recorded_crime" / "prc_offence_codes_2024_25.csv")
        assert set(offences(year="2024/25")) == {r["offence_code"] for r in table}
        of_police = {y: [o for o in offences(year=y).values() if o.group != "Fraud offences"] for y in YEARS}
        assert {y: len(of_police[y]) for y in ("2022/23", "2023/24")} == {"2022/23": 134, "2023/24": 144}

    def test_one_classification(self):
        """What was one code is in one subgroup before and after, in the classification for all years."""
        for code, variant in offence_code_variants().items():
            mine, whole = offences()[code], offences()[variant.joined]
            assert (mine.subgroup, mine.group) == (whole.subgroup, whole.group)

    def test_twelve_new_codes(self):
        """Ten of burglary from 2023/24; two that began before, in a year that no source gives."""
        new = {c: o.first for c, o in offences().items() if o.first > "2019/20"}
        assert {c for c, year in new.items() if year == "2023/24"} == set(SPLITS)
        assert {c for c, year in new.items() if year == "2020/21"} == {"8T", "8U"}
        assert all(offences()[c].note for c in ("8T", "8U", "90"))
        assert {c for c, o in offences().items() if o.ended == "2022/23"} == set(SPLITS.values())

    def test_names_of_a_year(self):
        """The tables of a year have the names of their time."""
        assert offences(year="2019/20")["28E"].subgroup == "Domestic burglary"
        assert offences(year="2023/24")["28E"].subgroup == "Residential burglary"
        assert offences(year="2017/18")["1/4.1/4.10/4.2"].name == "Homicide"
        assert offences(year=Period.financial_year(2023)) is offences(year="FY 2023-24")

    @pytest.mark.parametrize(
        ("year", "error", "match"),
        [
            ("2023", InvalidInputError, "year must be a financial year, as in year='2023/24'; got '2023'"),
            ("2023-05", InvalidInputError, "year must be a financial year"),
            ("2016/17", InvalidInputError, "year must be one of 2017/18 to 2024/25"),
            ("2025/26", InvalidInputError, "year must be one of 2017/18 to 2024/25"),
            ("soon", InvalidInputError, "year must name a period"),
            (2023, InvalidTypeError, "year must be text"),
        ],
    )
    def test_bad_year(self, year, error, match):
        with pytest.raises(error, match=match):
            offences(year=year)

    def test_unlawful_driving(self):
        """One classification for both years: the five codes that moved are together."""
        moved = {c for c, o in offences().items() if o.subgroup.startswith("Death or serious injury")}
        assert moved == {"37.1", "4.4", "4.6", "4.8", "4.9"}


class TestOffenceCodeVariants:
    def test_homicide(self):
        """One code in 2017/18, four in 2019/20: the years that the files themselves have."""
        homicide = {c: v for c, v in offence_code_variants().items() if v.joined == "1/4.1/4.10/4.2"}
        assert set(homicide) == {"1", "4.1", "4.10", "4.2"}
        for variant in homicide.values():
            assert (variant.years, variant.joined_years) == (("2019/20", "2024/25"), ("2017/18",))
            assert not variant.since

    def test_residential_burglary(self):
        """A home and an unconnected building have a code each from 2023/24, of five kinds of burglary."""
        split = {c: v.joined for c, v in offence_code_variants().items() if v.since}
        assert split == SPLITS
        assert {v.since for v in offence_code_variants().values() if v.since} == {"2023/24"}
        assert joined_offence_codes(["28M", "29C", "46"]) == {"28M": "28E", "29C": "29A"}

    def test_never_both_in_one_year(self, shared_data):
        """A code and the one it is joined under are never counted in the same year."""
        for year in ("2017_18", "2019_20"):
            codes = {
                r["offence_code"] for r in read(shared_data / "recorded_crime" / f"prc_pfa_{year}.csv.gz")
            }
            written = year.replace("_", "/")
            for code, found in offence_code_variants().items():
                assert (code in codes) == (written in found.years)
                assert (found.joined in codes) == (written in found.joined_years)
                assert found.scope != "recorded crime" or not {code, found.joined} <= codes

    def test_lines_of_the_list_of_weights(self, css):
        """Two codes stand under another code's line, whose weight is theirs."""
        lines = {c: v.joined for c, v in offence_code_variants().items() if v.scope == "ons-css 2020"}
        assert lines == {"28A": "28C", "30A": "30C"}
        assert all(css.weights()[code] == css.weights()[line] for code, line in lines.items())

    def test_every_code_is_an_offence(self):
        """Codes on both sides occur in the recorded crime tables; none is joined twice over."""
        for code, found in offence_code_variants().items():
            assert {code, found.joined} <= set(offences())
            assert found.joined not in offence_code_variants()
            assert found.note
            assert found.source

    def test_joined(self):
        """Only codes that occur, so that the mapping relabels a tally as it is."""
        assert joined_offence_codes(["46", "4.1", "28A"]) == {"4.1": "1/4.1/4.10/4.2"}
        assert joined_offence_codes(["46", "4.1", "28A"], scope="ons-css 2020") == {"28A": "28C"}
        assert joined_offence_codes(["46", "1/4.1/4.10/4.2"]) == {}
        assert joined_offence_codes([]) == {}

    @pytest.mark.parametrize(
        ("codes", "scope", "error", "match"),
        [
            ("4.1", "recorded crime", InvalidTypeError, "codes must be several codes"),
            (4.1, "recorded crime", InvalidTypeError, "codes must be several codes"),
            (["4.1"], "nope", UnknownNameError, "scope must be one of 'recorded crime', 'ons-css 2020'"),
            (["4.1"], None, InvalidTypeError, "scope must be one of"),
        ],
    )
    def test_bad_input(self, codes, scope, error, match):
        with pytest.raises(error, match=match):
            joined_offence_codes(codes, scope=scope)


class TestHarmWeights:
    def test_positive_and_finite(self, css):
        """Every weight is a number of days above zero."""
        assert all(math.isfinite(w) and w > 0 for w in css.weights().values())

    @pytest.mark.parametrize(
        ("code", "days"),
        [
            ("1", 7973.393),
            ("2", 4654.298),
            ("34A", 799.629),
            ("92E", 1.7706),
        ],
    )
    def test_known(self, css, code, days):
        """Homicide, attempted murder, robbery and cannabis carry the weights named in the source notes."""
        assert css.weights()[code] == pytest.approx(days, abs=5e-4)

    def test_covers_all_but_fraud(self, css):
        """Every offence has a weight, or is outside the score on purpose."""
        new = {*SPLITS, "8T", "8U"}  # since the edition
        assert set(css.weights()) | set(css.outside) == set(offences()) - new
        assert not set(css.weights()) & set(css.outside)
        assert set(css.outside) == FRAUD

    def test_one_line_one_weight(self, css):
        """The five codes of homicide are one line of the list."""
        assert len({css.weights()[c] for c in ("1", "1/4.1/4.10/4.2", "4.1", "4.10", "4.2")}) == 1

    def test_groups(self, css):
        """Six groups, for every code that has a weight."""
        assert list(css.groups()) == list(css.weights())
        assert set(css.groups().values()) == {
            "Criminal damage and arson",
            "Other crimes against society",
            "Robbery",
            "Sexual offences",
            "Theft offences",
            "Violence against the person",
        }

    def test_read_only(self, css):
        """Weights and groups cannot be changed."""
        with pytest.raises(TypeError):
            css.weights()["1"] = 0.0
        with pytest.raises(TypeError):
            css.groups()["1"] = ""

    def test_caveat(self, css):
        """The known fault travels with the edition."""
        assert "1.1% to 3.5% low" in css.caveat
        assert set(css.caveat_codes) == {c for c, g in css.groups().items() if g == "Sexual offences"}
        assert "13.37" in css.superseded
        assert "14.86" in css.superseded
        assert css.unit == "days"

    def test_source(self, css, shared_data):
        """Weights are the source's to the last digit it printed."""
        for r in read(shared_data / "css" / "css_weights.csv"):
            digits = len(r["weight"].partition(".")[2])
            ours = css.weights()[r["offence_code"]]
            assert ours == pytest.approx(float(r["weight"]), abs=10.0**-digits, rel=1e-15)

    @pytest.mark.parametrize(
        ("group", "published"),
        [
            ("Criminal damage and arson", 0.34189214883519514),
            ("Other crimes against society", 1.2100239657120646),
            ("Robbery", 1.9964526043234154),
            ("Theft offences", 5.881039605267259),
            ("Violence against the person", 5.8501046611958945),
        ],
    )
    def test_published_score(self, css, shared_data, group, published):
        """Five groups of Greater Manchester 2017/18 agree with the score ONS published."""
        weights, groups = css.weights(), css.groups()
        days = sum(
            weights[r["offence_code"]] * int(r["offences"])
            for r in read(shared_data / "recorded_crime" / "prc_pfa_2017_18.csv.gz")
            if r["force_name"] == "Greater Manchester" and groups.get(r["offence_code"]) == group
        )
        assert days / 2_780_844 == pytest.approx(published, rel=1e-13)

    def test_known_fault(self, css, shared_data):
        """Sexual offences come out 1.1% under the published score, as the caveat says."""
        weights, groups = css.weights(), css.groups()
        days = sum(
            weights[r["offence_code"]] * int(r["offences"])
            for r in read(shared_data / "recorded_crime" / "prc_pfa_2017_18.csv.gz")
            if r["force_name"] == "Greater Manchester" and groups.get(r["offence_code"]) == "Sexual offences"
        )
        assert days / 2_780_844 / 5.506295315618093 - 1 == pytest.approx(-0.0110, abs=5e-5)

    @pytest.mark.parametrize("row", range(9))
    def test_the_fault_is_of_every_force(self, css, shared_data, row):
        """Sexual offences of nine more force-years come out low by what the caveat says, and no weight of code 21 cures it."""
        gap = read(shared_data / "css" / "css_sexual_offences_gap.csv")[row]
        cells = read(shared_data / "css" / "css_cells_recomputed_2020_weights.csv")
        (people,) = {
            int(c["population"])
            for c in cells
            if (c["force"], c["year_ending"]) == (gap["force"], gap["year_ending"])
        }
        year = {"2018-03-31": "2017_18", "2020-03-31": "2019_20"}[gap["year_ending"]]
        days = sum(
            css.weights()[r["offence_code"]] * int(r["offences"])
            for r in read(shared_data / "recorded_crime" / f"prc_pfa_{year}.csv.gz")
            if r["force_name"] == gap["force"] and r["offence_code"] in css.caveat_codes
        )
        low = 100 * (days / people / float(gap["published"]) - 1)
        assert low == pytest.approx(float(gap["percent_difference"]), abs=5e-4)
        assert -3.5 < low < -1.05

    def test_superseded(self, css, shared_data):
        """The two tools as published: England and Wales 2017/18."""
        scores = []
        for tool in ("2020", "2022"):
            for r in read(shared_data / "css" / f"css_published_pfa_ons_{tool}_tool.csv.gz"):
                if (r["area_code"], r["css_group"], r["year_ending"]) == (
                    "K04000001",
                    "Total recorded crime",
                    "2018-03-31",
                ):
                    scores.append(f"{float(r['score']):.2f}")
        assert scores == ["13.37", "14.86"]
        assert all(score in css.superseded for score in scores)


class TestPartialWeights:
    def test_as_derived(self, shared_data):
        """Thirteen, to the digit that is known."""
        table = read(shared_data / "css" / "css_weights_2022_partial.csv")
        assert {c: w.days for c, w in partial_weights().items()} == {
            r["offence_code"]: float(r["weight"]) for r in table
        }
        assert {w.edition for w in partial_weights().values()} == {"ons-css 2022"}

    def test_is_no_set_of_weights(self):
        """Nothing takes it for one, and no edition of that name is there."""
        with pytest.raises(InvalidTypeError, match=r"weights\['34A'\] must be a number"):
            HarmWeights(partial_weights(), name="ons-css", version="2022")
        with pytest.raises(InvalidTypeError, match="weights must be a HarmWeights"):
            harm_score({"34A": 1}, partial_weights())
        with pytest.raises(UnknownNameError, match="Of ons-css 2022 13 weights are known"):
            harm_weights("ons-css", version="2022")


class TestOutcomeTypes:
    def test_codes(self):
        """0 to 22, three "of which" types, and the remainder."""
        assert set(outcome_types()) == {*map(str, range(23)), "1A", "2A", "3A", "other"}
        assert all(code == t.code for code, t in outcome_types().items())

    def test_of_which(self):
        """The "of which" types lie inside 1, 2 and 3, and in the same group."""
        types = outcome_types()
        assert {c: t.parent for c, t in types.items() if t.parent} == {"1A": "1", "2A": "2", "3A": "3"}
        assert all(t.group == types[t.parent].group for t in types.values() if t.parent)

    def test_not_yet_assigned(self):
        """Type 0 alone is no outcome."""
        assert [c for c, t in outcome_types().items() if not t.is_outcome] == ["0"]

    def test_dates(self):
        """Types 20 to 22 came later than the framework, which was widened a year on; none is known to have ended."""
        types = outcome_types()
        began = {c: t.valid_from for c, t in types.items() if t.valid_from}
        assert {c for c, day in began.items() if day == date(2013, 4, 1)} == {*map(str, range(1, 9)), "19"}
        assert {c for c, day in began.items() if day == date(2014, 4, 1)} == {*map(str, range(9, 19))}
        later = {c: day for c, day in began.items() if day > date(2014, 4, 1)}
        assert later == {"20": date(2015, 4, 1), "21": date(2016, 1, 1), "22": date(2019, 4, 1)}
        assert {c: t.compulsory_from for c, t in types.items() if t.compulsory_from} == {
            "22": date(2021, 4, 1)
        }
        assert not [c for c, t in types.items() if t.valid_to]
        assert "none of the twelve force workbooks" in types["19"].note

    def test_home_office_groups(self):
        """The groups whose members the Home Office tables confirm."""
        members = {}
        for code, found in outcome_types().items():
            if not found.parent:
                members.setdefault(found.group, []).append(code)
        assert members["Out-of-court (formal)"] == ["2", "3", "6"]
        assert members["Out-of-court (informal)"] == ["7", "8"]
        assert members["Taken into consideration"] == ["4"]
        assert members["Diversionary, educational or intervention activity"] == ["22"]


class TestOutcomeNames:
    @pytest.mark.parametrize("found", outcome_names().values(), ids=outcome_names())
    def test_every_name(self, found):
        """It stands for types that exist, or says why for none; its source is named."""
        assert found.source
        assert found.scheme in {"home office", "home office group", "force", "data.police.uk"}
        assert found.code or found.note
        assert set(found.code.split("/")) <= {*outcome_types(), ""}
        assert outcome_codes([found.name]) == ({found.name: found.code} if found.code else {})

    def test_no_spelling_has_two_meanings(self):
        """Names that differ in case and punctuation alone, and the types' own names, agree."""
        meanings = {}
        for name, code in [(n.name, n.code) for n in outcome_names().values()] + [
            (t.name, c) for c, t in outcome_types().items()
        ]:
            meanings.setdefault(spelling(name), set()).add(code)
        assert {s: codes for s, codes in meanings.items() if len(codes) > 1} == {}

    @pytest.mark.parametrize("code", [c for c in outcome_types() if c != "other"])
    def test_every_type_by_code_and_name(self, code):
        """A type is found by its code, however written, and by its name in any case."""
        name = outcome_types()[code].name
        labels = [
            code,
            f" {code} ",
            f"Outcome {code}",
            f"type {code.lower()}",
            f"0{code}",
            f"{code} - {name}",
        ]
        labels += [name, name.upper(), name.replace(",", " - "), f"Outcome type {code}: {name}"]
        assert outcome_codes(labels) == dict.fromkeys(labels, code)
        if code.isdigit():
            assert outcome_codes([int(code)]) == {int(code): code}

    @pytest.mark.parametrize(
        ("label", "code"),
        [
            ("Charged/Summonsed", "1"),
            ("CHARGED / SUMMONSED", "1"),
            ("Community Resolution", "8"),
            ("Evidential difficulties: suspect identified; victim supports action", "15"),
            ("Investigation complete – no suspect identified", "18"),
            ("Not in public interest (Police)", "10"),
            ("Out-of-court (formal)", "2/3/6"),
            ("Offender given a caution", "2/3"),
            ("3/2", "2/3"),
            ("Other", "other"),
            ("Adult caution", "3"),
            ("Youth Caution", "2"),
            ("Caution", "2/3"),
            ("OC2", "2"),
            ("O18", "18"),
            ("OC 1 - Charged", "1"),
            ("TIC", "4"),
            ("PNDs", "6"),
            ("Charged/Summonsed/Postal requisition", "1"),
            ("Postal Requisition", "1"),
            ("1.0", "1"),
            ("16.00", "16"),
            ("Charged/Summonsed [note 19][note 20]", "1"),
        ],
    )
    def test_wordings(self, label, code):
        """As they stand in the Home Office tables, its groups and data.police.uk."""
        assert outcome_codes([label]) == {label: code}

    @pytest.mark.parametrize(
        "label",
        [
            "Not charged",
            "Detected",
            "23",
            "1B",
            "",
            "  ",
            "0/1",
            "1A/2",
            "other/1",
            "1 - Community resolution",
            "1.5",
            "1.10",
            "OC23",
            "[note 3]",
            "2.0 - Charged",
            "(blank)",
            23,
            -1,
        ],
    )
    def test_what_is_not_known(self, label):
        """Nothing is guessed: neither from a part of a name, nor from a code beside another's name."""
        assert outcome_codes([label]) == {}

    def test_court_results_have_their_source(self):
        """Each court result that is read as charged names the notice that says so."""
        court = [n for n in outcome_names().values() if n.note.startswith("A court result")]
        assert len(court) == 13
        assert {n.code for n in court} == {"1"}
        assert all("justice outcome data on the police.uk website (July 2012)" in n.source for n in court)

    def test_several_labels(self):
        """A single text is no sequence of labels."""
        with pytest.raises(InvalidTypeError, match="labels must be several labels"):
            outcome_codes("1")
        assert outcome_codes([None, 1.5]) == {}


class TestOutcomeSets:
    @pytest.mark.parametrize("found", outcome_sets().values(), ids=outcome_sets())
    def test_known_types(self, found):
        """Every type of a set exists, is an outcome, and is not counted twice."""
        types = outcome_types()
        assert len(set(found.types)) == len(found.types)
        assert all(types[t].is_outcome and not types[t].parent and t != "other" for t in found.types)

    @pytest.mark.parametrize("found", outcome_sets().values(), ids=outcome_sets())
    def test_says_whose(self, found):
        """Every set says who uses it and what it holds."""
        assert found.origin
        assert found.description

    def test_out_of_court_is_two_groups(self):
        """The set is the two Home Office groups, without type 22."""
        groups = {"Out-of-court (formal)", "Out-of-court (informal)"}
        members = [c for c, t in outcome_types().items() if t.group in groups and not t.parent]
        assert sorted(outcome_sets()["out-of-court"].types) == sorted(members)

    def test_positive(self):
        """Positive is charged, out of court and type 22."""
        sets = outcome_sets()
        whole = {*sets["charged"].types, *sets["out-of-court"].types, "22"}
        assert set(sets["positive-dashboard"].types) == whole


class TestResponseTargets:
    def test_what_is_on_record(self):
        """15 minutes in towns and 20 in the country; an hour for priority; eight for the rest in Cleveland."""
        found = {name: targets.seconds for name, targets in response_targets().items()}
        assert found["national-2026"] == {"urban": 900, "rural": 1200}
        assert found["west-midlands-2018"] == {"P1": 900, "P2": 3600}
        assert found["cleveland-2024"] == {"emergency": 900, "priority": 3600, "standard": 28_800}
        assert found["metropolitan-2018"] == {"I": 900, "S": 3600}
        assert found["dorset-2022"] == {"immediate": 1200}

    def test_all_have_their_source(self):
        for name, targets in response_targets().items():
            assert name == targets.name
            assert name.endswith(targets.as_of)
            assert targets.publisher
            assert targets.source
            assert len(targets.grades) == len(targets.minutes) == len(targets.applies_to)


class TestAnswering:
    def test_targets(self):
        """A share within a target, or a mean under one: two measures, which no one row mixes."""
        assert {t.name: (t.statistic, t.seconds, t.share) for t in answer_targets().values()} == {
            "forces-999": ("share within", 10.0, 0.9),
            "police-scotland-999": ("mean", 10.0, None),
            "metropolitan-999": ("share within", 15.0, None),
        }
        assert all(t.source and t.as_of and t.line for t in answer_targets().values())

    def test_clocks(self):
        """To the switchboard and to a call handler are two clocks of one line."""
        ends = {c.name: c.end for c in answer_clocks().values() if c.line == "101"}
        assert ends["wiltshire-101"] == "the answer of the switchboard"
        assert ends["staffordshire-101"] == "the answer of a call handler"
        assert answer_clocks()["national-999"].words.startswith("from the transfer by BT")


class TestForceNames:
    def test_the_43(self):
        """Each territorial force has a code of its own, and a region or country."""
        forces = [f for f in force_names().values() if f.kind == "territorial"]
        assert len(forces) == len({f.code for f in forces}) == 43
        assert all(re.fullmatch(r"E230000\d\d|W150000\d\d", f.code) and f.within for f in forces)
        assert sum(f.within == "Wales" for f in forces) == 4

    def test_bodies_that_are_none(self):
        others = {f.name: f.kind for f in force_names().values() if f.kind != "territorial"}
        assert others["British Transport Police"] == "other force"
        for name in ("Action Fraud", "CIFAS", "UK Finance", "National Fraud Intelligence Bureau"):
            assert others[name] == "no force"
        assert not [f.name for f in force_names().values() if f.kind != "territorial" and f.code]

    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("Devon & Cornwall", "Devon and Cornwall"),
            ("London, City of", "City of London"),
            ("Metropolitan Police Service", "Metropolitan Police"),
            ("west-midlands", "West Midlands"),
            ("avon-and-somerset", "Avon and Somerset"),
            ("city-of-london", "City of London"),
            ("NFIB", "National Fraud Intelligence Bureau"),
            ("BTP", "British Transport Police"),
            ("Hampshire & Isle of Wight", "Hampshire"),
        ],
    )
    def test_published_variants(self, written, name):
        assert canonical_force_names([written]) == {written: name}

    def test_every_name_of_the_published_tables(self, shared_data):
        """Whatever stands as a force in the tables of recorded crime and outcomes is known."""
        names = {
            r["force_name"]
            for y in ("2017_18", "2019_20")
            for r in read(shared_data / "recorded_crime" / f"prc_pfa_{y}.csv.gz")
        }
        names |= {r["force"] for r in read(shared_data / "outcomes" / "ho_outcomes_force_year.csv")}
        known = canonical_force_names(names)
        assert {known.get(name, name) for name in names} <= set(force_names())
