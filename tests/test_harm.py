"""Harm scores, their change and what drives it, against published figures, hand arithmetic and laws."""

from __future__ import annotations

import copy
import csv
import enum
import gzip
import math
import pickle
from collections import Counter

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policemetrics import (
    HarmWeights,
    datasets,
    definitions,
    harm_change,
    harm_drivers,
    harm_score,
    harm_weights,
)
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError, UnknownNameError
from policemetrics.exposure import Exposure
from policemetrics.harm import score
from policemetrics.harm.change import share_out
from policemetrics.harm.weights import nearest
from policemetrics.tallies import Tally

BETWEEN = ("2017/18", "2019/20")
YEARS = ("2022/23", "2023/24")


def own(weights, **more) -> HarmWeights:
    return HarmWeights(weights, **({"name": "own", "version": "1"} | more))


def two_years(old: dict[str, int], new: dict[str, int], **more) -> Tally:
    """A tally of offences in two years."""
    columns = {
        "period": [YEARS[0]] * len(old) + [YEARS[1]] * len(new),
        "offence": [*old, *new],
    }
    return Tally.from_columns(columns, [*old.values(), *new.values()], **({"coverage": ["period"]} | more))


def read(path):
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def css() -> HarmWeights:
    return harm_weights("ons-css", version="2020")


@pytest.fixture(scope="module")
def west_midlands() -> Tally:
    columns = datasets.west_midlands_offences().columns
    names = {"period": "period", "quarter": "quarter", "offence": "offence_code"}
    return Tally.from_columns(
        {dim: columns[name] for dim, name in names.items()},
        columns["offences"],
        coverage=["period", "quarter"],
    )


@pytest.fixture(scope="module")
def residents() -> Exposure:
    columns = datasets.west_midlands_population().to_dict()
    sizes = dict(zip(columns["period"], columns["residents"], strict=True))
    return Exposure(sizes, by="period", name="residents", date="mid-year two years before")


# ---- weights ----------------------------------------------------------------------------


class TestHarmWeights:
    def test_reads_like_a_mapping(self):
        weights = own({"46": 12, "34B": 800.5}, outside=["AF"])
        assert dict(weights) == {"46": 12.0, "34B": 800.5}
        assert (len(weights), "46" in weights, 46 in weights, "AF" in weights) == (2, True, False, False)
        assert weights.edition == "own 1"
        assert weights.outside == frozenset({"AF"})
        assert weights.get("99") is None

    def test_repr_and_str_say_what_it_is(self):
        weights = own(
            {"46": 12}, unit="points", source="a paper.", licence="CC BY", caveat="a fault", outside=["AF"]
        )
        assert repr(weights) == (
            f"HarmWeights own 1: 1 offence, 1 outside, in points, checksum {weights.checksum}"
        )
        assert (
            str(weights) == f"{weights!r}\nOutside: AF.\nSource: a paper.\nLicence: CC BY.\nCaveat: a fault."
        )
        assert str(own({"46": 12, "1": 0})).startswith("HarmWeights own 1: 2 offences, in days, checksum ")

    def test_checksum(self):
        """By hand: printf '34B=800.0\\n46=12.0' | sha256sum."""
        weights = own({"46": 12, "34B": 800})
        assert weights.checksum == "2ddf14f5f083808a"
        assert own({"34B": 800.0, "46": 12.0}, version="2", caveat="c").checksum == weights.checksum
        assert own({"46": 12, "34B": 800.0000000000001}).checksum != weights.checksum

    def test_equal_weights_have_one_checksum(self):
        """Even where equal zeros, or equal codes, are written differently."""
        force = enum.Enum("Code", {"THEFT": "46"}, type=str)
        assert own({"46": -0.0}).checksum == own({force.THEFT: 0}).checksum
        assert len(own({"\ud800": 1}).checksum) == 16

    def test_equal_when_equal(self):
        """The order of codes does not count; name, version and every weight do."""
        first, second = own({"a": 1, "b": 2}), own({"b": 2, "a": 1})
        assert first == second
        assert hash(first) == hash(second)
        assert first != own({"a": 1, "b": 3})
        assert first != own({"a": 1, "b": 2}, version="2")
        assert first != own({"a": 1, "b": 2}, caveat_codes=["a"])
        assert first != {"a": 1.0, "b": 2.0}

    def test_pickles_and_copies(self, css):
        assert pickle.loads(pickle.dumps(css)) == css
        assert copy.deepcopy(css) == css

    def test_does_not_follow_its_source(self):
        source = {"46": 12.0}
        weights = own(source)
        source["46"] = 99.0
        assert weights["46"] == 12.0

    def test_is_frozen(self):
        with pytest.raises(AttributeError):
            own({"46": 12}).name = "other"

    def test_unknown_code_names_the_nearest(self, css):
        with pytest.raises(UnknownNameError, match=r"ons-css 2020 has no weight .* '34b'.* '34B'"):
            css["34b"]
        with pytest.raises(UnknownNameError, match=r"no weight for the offence 'ZZ'\.$"):
            css["ZZ"]
        with pytest.raises(KeyError):
            css[["46"]]

    @pytest.mark.parametrize(
        ("weights", "more", "error", "match"),
        [
            ({}, {}, InvalidInputError, "at least one offence"),
            ([("46", 12)], {}, InvalidTypeError, "must be a mapping .* got list"),
            ({"46": -1}, {}, InvalidInputError, r"weights\['46'\] must be >= 0; got -1"),
            ({"46": math.nan}, {}, InvalidInputError, r"weights\['46'\] must be a finite number"),
            ({"46": math.inf}, {}, InvalidInputError, "finite"),
            ({"46": 1e200}, {}, InvalidInputError, "lie between 1e-100 and 1e"),
            ({"46": 1e-200}, {}, InvalidInputError, "lie between"),
            ({"46": "12"}, {}, InvalidTypeError, r"weights\['46'\] must be a number; got '12'"),
            ({"46": True}, {}, InvalidTypeError, "must be a number"),
            ({4.1: 12}, {}, InvalidTypeError, "got the number 4.1: codes such as 4.1 and 4.10 would be one"),
            ({46: 12}, {}, InvalidTypeError, "got the number 46: .* read them as text"),
            ({None: 12}, {}, InvalidTypeError, "an offence code must be text; got None"),
            ({" ": 12}, {}, InvalidInputError, "an offence code must not be empty"),
            ({"46": 12}, {"name": " "}, InvalidInputError, "name must not be empty"),
            ({"46": 12}, {"version": ""}, InvalidInputError, "version must not be empty"),
            ({"46": 12}, {"version": 2020}, InvalidTypeError, "version must be text"),
            ({"46": 12}, {"unit": ""}, InvalidInputError, "unit must not be empty"),
            ({"46": 12}, {"source": None}, InvalidTypeError, "source must be text"),
            ({"46": 12}, {"outside": "AF"}, InvalidTypeError, "outside must be several codes"),
            ({"46": 12}, {"outside": 3}, InvalidTypeError, "outside must be several codes"),
            ({"46": 12}, {"outside": [4.1]}, InvalidTypeError, "outside must have codes as text"),
            ({"46": 12}, {"outside": ["46", "AF"]}, InvalidInputError, "that have a weight; got '46'"),
            ({"46": 12}, {"caveat_codes": "46"}, InvalidTypeError, r"several codes, as in caveat_codes=\["),
            ({"46": 12}, {"caveat_codes": [4.1]}, InvalidTypeError, "caveat_codes must have codes as text"),
            (
                {"46": 12},
                {"caveat_codes": ["21", "46"]},
                InvalidInputError,
                "caveat_codes must name codes that have a weight; got '21'",
            ),
        ],
    )
    def test_bad_input(self, weights, more, error, match):
        with pytest.raises(error, match=match):
            own(weights, **more)


FRAME = {"code": ["46", "34B", "46"], "days": [12.0, 800.5, 12.0]}
NAMED = {"offence": "code", "weight": "days", "name": "own", "version": "1"}


class TestFromFrame:
    @pytest.mark.parametrize("engine", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table])
    def test_every_frame_gives_the_same(self, engine):
        """Identical repeats are one weight."""
        weights = HarmWeights.from_frame(
            engine(FRAME),
            **NAMED,
            source="s",
            outside=["AF"],
            licence="l",
            caveat="c",
            caveat_codes=["46"],
            unit="u",
        )
        expected = own(
            {"46": 12, "34B": 800.5},
            source="s",
            outside=["AF"],
            licence="l",
            caveat="c",
            caveat_codes=["46"],
            unit="u",
        )
        assert weights == expected

    def test_column_names_may_be_anything(self):
        frame = pd.DataFrame({"offence": ["46"], "weight": [12]})
        assert HarmWeights.from_frame(frame, **NAMED | {"offence": "offence", "weight": "weight"})["46"]

    @pytest.mark.parametrize(
        ("frame", "error", "match"),
        [
            ({"code": ["46", "46", "1"], "days": [12, 13, 1]}, InvalidInputError, r"got '46': 12.*, 13"),
            ({"code": ["46", None], "days": [12, 13]}, InvalidInputError, "lacks one in 1 of 2, at 1"),
            ({"code": ["46", "4.1"], "days": [12, None]}, InvalidInputError, "lacks that of '4.1'"),
            ({"code": ["46", "4.1"], "days": [12.0, math.nan]}, InvalidInputError, "lacks that of '4.1'"),
            ({"code": [46, 1], "days": [12, 13]}, InvalidTypeError, "got the number 46: .* as text"),
            ({"code": [4.1, 4.2], "days": [12, 13]}, InvalidTypeError, "4.1 and 4.10 would be one number"),
            ({"code": ["46"], "days": ["twelve"]}, InvalidTypeError, r"weights\['46'\] must be a number"),
            ({"code": ["46"], "days": [-1]}, InvalidInputError, "must be >= 0"),
            ({"kode": ["46"], "days": [1]}, UnknownNameError, r"offence: column .* 'kode'"),
            ({"code": ["46"], "weeks": [1]}, UnknownNameError, "'weeks'"),
            ({"code": pd.Series([], dtype=str), "days": pd.Series([], dtype=float)}, InvalidInputError, "at"),
        ],
    )
    def test_bad_input(self, frame, error, match):
        with pytest.raises(error, match=match):
            HarmWeights.from_frame(pd.DataFrame(frame), **NAMED)

    def test_not_a_frame(self):
        with pytest.raises(InvalidTypeError, match="data frame"):
            HarmWeights.from_frame(FRAME, **NAMED)


class TestBundled:
    def test_carries_where_it_comes_from(self, css):
        record = definitions.harm_weight_editions()["ons-css", "2020"]
        assert (css.unit, css.licence, css.caveat) == (record.unit, record.licence, record.caveat)
        assert "Office for National Statistics" in css.source
        assert "code 21" in css.caveat.casefold()
        assert css.caveat_codes == {"21"}
        assert css.outside == {"AF", "CIFAS", "FFA UK", "UK Finance"}

    def test_is_the_published_list(self, css, shared_data):
        rows = read(shared_data / "css" / "css_weights.csv")
        assert len(rows) == len(css)
        for row in rows:
            assert css[row["offence_code"]] == pytest.approx(float(row["weight"]), rel=1e-9)

    @pytest.mark.parametrize(("name", "version"), [("ons-css", "2016"), ("cchi", "2020")])
    def test_unknown_edition_lists_what_there_is(self, name, version):
        with pytest.raises(UnknownNameError, match=r"there are harm_weights\('ons-css', version='2020'\)"):
            harm_weights(name, version=version)

    def test_bad_names(self):
        with pytest.raises(InvalidTypeError, match="version must be text; got 2020"):
            harm_weights("ons-css", version=2020)
        with pytest.raises(InvalidInputError, match="name must not be empty"):
            harm_weights("", version="2020")


# ---- scores -----------------------------------------------------------------------------


class TestPublished:
    def test_greater_manchester(self, css, shared_data):
        """Five of the six group scores of the Crime Severity Score, and the sum of the five.

        Sexual offences differ, by the known fault of the public copy of the weights (code 21).
        """
        rows = read(shared_data / "css" / "greater_manchester_2017_18_inputs.csv")
        published = {
            row["css_group"]: (float(row["published_score"]), int(row["population_mid_2016"]))
            for row in read(shared_data / "css" / "greater_manchester_2017_18_expected.csv")
        }
        people = {g: n for g, (_, n) in published.items()}
        names = {"group": "css_group", "offence": "offence_code"}
        crimes = Tally.from_columns(
            {dim: [row[name] for row in rows] for dim, name in names.items()},
            [int(row["offences"]) for row in rows],
        )
        exposure = Exposure(people, by="group", name="residents", date="mid-2016")
        scores = harm_score(crimes, css, by="group", exposure=exposure)
        found = {row.group["group"]: row.per_head for row in scores}
        right = set(found) - {"Sexual offences"}
        assert len(right) == 5
        for group in right:
            assert found[group] == pytest.approx(published[group][0], rel=1e-12)
        assert sum(found[g] for g in right) == pytest.approx(sum(published[g][0] for g in right), rel=1e-12)
        assert found["Sexual offences"] / published["Sexual offences"][0] - 1 == pytest.approx(
            -0.01103, abs=5e-6
        )
        total = harm_score(crimes, css)
        assert total.score / 2780844 == pytest.approx(20.725092056671954, rel=1e-12)
        assert "Code 21" in str(total)

    def test_from_the_home_office_file(self, css, shared_data):
        """The same from the rows as published: quarters, four rows of homicide, negative counts."""
        frame = pd.read_csv(
            shared_data / "recorded_crime" / "prc_pfa_2017_18.csv.gz", dtype={"offence_code": str}
        )
        scores = harm_score(frame, css, by="force_name", offence="offence_code", count="offences")
        manchester = scores.at(force_name="Greater Manchester")
        assert manchester.crimes == 339818
        assert manchester.score == pytest.approx(20.725092056671954 * 2780844, rel=1e-12)
        fraud = scores.at(force_name="CIFAS")
        assert np.isnan(fraud.score)
        assert fraud.exclusions.reasons == {"outside the weights: ons-css 2020": 276997}
        assert "all offences were excluded (outside the weights: ons-css 2020 276,997)" in str(fraud)

    def test_two_homicides_and_a_thousand_shopliftings(self):
        """Hand arithmetic on the weights as printed."""
        weights = own({"homicide": 7973.393423, "shoplifting": 11.855539})
        crimes = Tally.from_columns(
            {"town": ["T", "T"], "offence": ["homicide", "shoplifting"]},
            [2, 1000],
        )
        town = Exposure({"T": 100_000}, by="town", name="residents", date="mid-2020")
        score = harm_score(crimes, weights, by="town", exposure=town, method="normal")[0]
        assert score.score == pytest.approx(27802.325846, abs=1e-9)
        assert score.per_head == pytest.approx(0.27802325846, abs=1e-14)
        assert score.per_crime == pytest.approx(27802.325846 / 1002)
        assert (score.score_high - score.score) / 1.959963984540054 == pytest.approx(11282.31, abs=0.01)
        assert score.dominant_offence == "homicide"
        assert score.dominant_share == pytest.approx(0.999, abs=5e-4)

    @pytest.mark.parametrize(
        ("method", "low", "high"),
        [
            ("dobson-byar", 9717.709067985681, 11178.94091547925),
            ("dobson", 9717.715880792566, 11178.93513009431),
        ],
    )
    def test_dobson(self, method, low, high):
        """A directly standardised rate is a weighted sum of counts: PHEindicatormethods, testdata_DSR_ISR.xlsx."""
        counts = [127, 25, 18, 21, 12, 27, 48, 27, 29, 32, 32, 34, 45, 65, 38, 68, 74, 82, 91]
        people = [
            636,
            558,
            609,
            543,
            384,
            594,
            669,
            843,
            660,
            576,
            606,
            522,
            426,
            273,
            300,
            288,
            153,
            123,
            207,
        ]
        standard = [5, 5.5, 5.5, 5.5, 6, 6, 6.5, 7, 7, 7, 7, 6.5, 6, 5.5, 5, 4, 2.5, 1.5, 1]
        ages = [f"age {i}" for i in range(19)]
        weights = own(
            {a: s / p / sum(standard) * 1e5 for a, s, p in zip(ages, standard, people, strict=True)}
        )
        rate = harm_score(dict(zip(ages, counts, strict=True)), weights, method=method)
        assert rate.score == pytest.approx(10430.247991469423, rel=1e-13)
        assert (rate.score_low, rate.score_high) == pytest.approx((low, high), rel=1e-9)
        assert rate.interval.method == method

    def test_equal_weights_are_garwoods_limits(self):
        """Ten events: 4.795389 to 18.390356, in every table of Poisson limits."""
        score = harm_score({"a": 4, "b": 6}, own({"a": 100, "b": 100}))
        assert score.interval.low == pytest.approx(479.5389, abs=1e-4)
        assert score.interval.high == pytest.approx(1839.0356, abs=1e-4)


def test_every_bad_weight_is_named():
    with pytest.raises(
        InvalidInputError,
        match=r"weights\['b'\] must be a finite number; got nan. Nor .* 'c', 'd' be weights",
    ):
        HarmWeights({"a": 1, "b": float("nan"), "c": -1, "d": 1e300}, name="own", version="1")


class TestHarmScore:
    WEIGHTS = own({"theft": 10, "robbery": 800, "note": 0}, outside=["fraud", "scam"])

    def test_sentence(self):
        score = harm_score({"theft": 100, "robbery": 2}, self.WEIGHTS)
        assert str(score) == (
            "Harm (own 1) was 2,600 days (95% interval 482.3 to 5,054): 25.49 days per crime over 102 crimes; "
            "offence robbery alone carries 99.2% of the variance."
        )
        one = harm_score({"theft": 1, "robbery": 0}, own({"theft": 10, "robbery": 800}, unit="points"))
        assert "10.00 points per crime over 1 crime; offence theft alone" in str(one)
        level = harm_score(
            {"theft": 100, "robbery": 0, "note": 1}, own({"theft": 1, "note": 10, "robbery": 8})
        )
        assert "alone" not in str(level)

    def test_sentence_per_head(self):
        crimes = Tally.from_columns(
            {"force": ["Kent", "Kent", "Essex"], "offence": ["theft", "robbery", "theft"]}, [50, 1, 5]
        )
        kent = Exposure({"Kent": 1000}, by="force", name="residents", date="mid-2020")
        scores = harm_score(crimes, self.WEIGHTS, by="force", exposure=kent)
        assert ", 1.300 per head (1,000 residents, mid-2020); offence" in str(scores.at(force="Kent"))
        essex = scores.at(force="Essex")
        assert essex.score == 50
        assert math.isnan(essex.per_head)
        assert essex.reason == "not available: no residents for Essex"
        assert ", per head not available: no residents for Essex" in str(essex)
        assert scores["reason"].tolist() == ["not available: no residents for Essex", None]

    def test_no_crimes(self):
        """Zero is a score; how much there might have been is not known."""
        for method in ("dobson", "dobson-byar", "normal"):
            score = harm_score({"theft": 0}, self.WEIGHTS, method=method)
            assert (score.score, score.score_low, score.crimes) == (0, 0, 0)
            assert math.isnan(score.score_high)
            assert math.isnan(score.per_crime)
            assert math.isnan(score.dominant_share)
            assert score.dominant_offence == ""
            assert str(score) == "Harm (own 1) was 0 days: no crimes were counted."

    def test_nothing_supplied(self):
        score = harm_score({}, self.WEIGHTS)
        assert str(score) == "Harm (own 1): not available: no rows."
        assert math.isnan(score.score)

    def test_weightless_crimes(self):
        score = harm_score({"note": 7}, self.WEIGHTS)
        assert (score.score, score.score_low, score.score_high, score.per_crime) == (0, 0, 0, 0)

    def test_outside_goes_to_the_ledger(self):
        score = harm_score({"theft": 3, "fraud": 5, "scam": 0}, self.WEIGHTS)
        assert (score.score, score.crimes) == (30, 3)
        assert str(score.exclusions) == "3 crimes counted, 5 excluded (outside the weights: own 1 5)"

    def test_group_of_excluded_crimes_alone_does_not_vanish(self):
        crimes = Tally.from_columns({"force": ["Kent", "Bureau"], "offence": ["theft", "fraud"]}, [3, 5])
        scores = harm_score(crimes, self.WEIGHTS, by="force")
        assert scores["force"].tolist() == ["Bureau", "Kent"]
        assert "all counts were excluded (outside the weights: own 1 5)" in scores[0].reason
        assert np.isnan(scores["score"]).tolist() == [True, False]

    def test_corrections(self):
        """A negative cell is taken as it is, and adds to the variance; a negative total is no figure."""
        crimes = Tally.from_columns(
            {"force": ["A", "A", "B", "B", "C", "C", "D"], "offence": ["theft", "robbery"] * 3 + ["theft"]},
            [90, -1, 3, -1, 1, -1, -2],
        )
        scores = harm_score(crimes, self.WEIGHTS, by="force")
        first = scores.at(force="A")
        assert (first.score, first.crimes) == (100, 89)
        assert first.dominant_share == pytest.approx(640000 / 649000)
        assert scores.at(force="B").reason == (
            "not available: a score of −770.0 on 2 crimes: corrections outweigh what was recorded"
        )
        assert "on 0 crimes" in scores.at(force="C").reason
        assert "below zero" in scores.at(force="D").reason
        assert np.isnan(scores["score"][1:]).all()
        assert np.isnan(scores["dominant_share"][1:]).all()

    def test_corrections_net_out_before_they_are_squared(self):
        quarters = Tally.from_columns({"quarter": [1, 2], "offence": ["robbery"] * 2}, [5, -1])
        assert harm_score(quarters, self.WEIGHTS) == harm_score(
            Tally.from_columns({"offence": ["robbery"]}, [4]), self.WEIGHTS
        )

    def test_by_offence(self):
        scores = harm_score(
            Tally.from_columns({"offence": ["theft", "robbery"]}, [3, 2]), self.WEIGHTS, by="offence"
        )
        assert scores["score"].tolist() == [1600, 30]
        assert scores["dominant_share"].tolist() == [1, 1]

    def test_of_equals_the_first_is_named(self):
        score = harm_score({"b": 1, "a": 1}, own({"a": 5, "b": 5}))
        assert (score.dominant_offence, score.dominant_share) == ("a", 0.5)

    def test_caveat_of_the_weights_travels(self):
        weights = own({"theft": 10}, caveat="a known fault.")
        score = harm_score({"theft": 1}, weights)
        assert str(score).endswith("Caveat: a known fault.")
        assert "caveat: a known fault" in repr(
            harm_score(Tally.from_columns({"offence": ["theft"]}, [1]), weights, by="offence")
        )

    def test_audit(self):
        crimes = Tally.from_columns({"offence": ["theft"]}, [1])
        table = harm_score(crimes, self.WEIGHTS, by=[]).to_dict(audit=True)
        assert (table["weights"], table["harm_unit"], table["method"]) == (["own 1"], ["days"], ["dobson"])
        assert table["dominant_offence"] == ["theft"]
        assert table["exposure"] == [None]

    def test_overlapping_offences_do_not_add(self):
        crimes = Tally.from_columns({"offence": ["theft", "robbery"]}, [3, 2], overlapping="offence")
        with pytest.raises(InvalidInputError, match="overlap"):
            harm_score(crimes, self.WEIGHTS)

    def test_pickles(self):
        crimes = Tally.from_columns({"force": ["A", "B"], "offence": ["theft", "robbery"]}, [3, 2])
        scores = harm_score(crimes, self.WEIGHTS, by="force")
        assert pickle.loads(pickle.dumps(scores)) == scores
        assert scores.to_polars().height == len(scores.to_pandas()) == 2


class TestUnknownOffences:
    def test_all_are_listed(self, css):
        unknown = [f"X{i}" for i in range(30)]
        with pytest.raises(UnknownNameError) as caught:
            harm_score(dict.fromkeys(unknown, 1) | {"46": 1}, css)
        for code in unknown:
            assert repr(code) in str(caught.value)
        assert "'46'," not in str(caught.value)

    def test_the_nearest_are_named(self, css):
        with pytest.raises(UnknownNameError, match=r"none for '34b'\. The nearest it has are '34b': '34B'"):
            harm_score({"34b": 1}, css)

    @pytest.mark.parametrize("name", ["Burglary", "vehicle-crime", "Domestic burglary", "Sexual offences"])
    def test_a_category_is_not_an_offence(self, css, name):
        with pytest.raises(
            UnknownNameError, match=f"'{name}' is a category .* at offence level.* 703 .* 438"
        ):
            harm_score({name: 1}, css)
        with pytest.raises(UnknownNameError, match="are categories"):
            harm_score({name: 1, "Robbery": 2}, css)

    def test_even_a_zero_cell(self, css):
        with pytest.raises(InvalidInputError, match="'X9'"):
            harm_score({"46": 3, "X9": 0}, css)

    def test_only_the_periods_compared_count(self, css):
        """A code that ended before either period stops nothing."""
        ended = Tally.from_columns({"period": ["2012/13"], "offence": ["X9"]}, [1], coverage=["period"])
        crimes = two_years({"46": 3}, {"46": 4}) + ended
        assert harm_change(crimes, css, between=YEARS).crimes_new == 4
        with pytest.raises(UnknownNameError, match="'X9'"):
            harm_score(crimes, css)

    def test_the_new_edition_too(self):
        with pytest.raises(UnknownNameError, match=r"codes that own 2 has a weight for; .* 'b'"):
            harm_change(
                two_years({"a": 1}, {"b": 1}),
                own({"a": 1, "b": 2}),
                between=YEARS,
                weights_new=own({"a": 1}, version="2"),
            )

    def test_codes_as_numbers(self, css):
        with pytest.raises(InvalidTypeError, match=r"4.1 and 4.10 would be one number"):
            harm_score({4.1: 1}, css)
        with pytest.raises(InvalidTypeError, match=r"got the number 46: .* as text"):
            harm_score({46: 1}, css)
        with pytest.raises(InvalidTypeError, match=r"4.1 and 4.10 would be one number"):
            harm_score(pd.DataFrame({"offence": [4.1]}), css)


# ---- change -----------------------------------------------------------------------------


class TestHarmChange:
    WEIGHTS = own({"theft": 10, "robbery": 800, "note": 0})

    def test_fewer_crimes_of_more_harm(self):
        """Crime −10%, harm −5%: harm per crime +5.6%, and the sentence says both."""
        change = harm_change(
            two_years({"a": 10_000}, {"a": 8_500, "b": 500}), own({"a": 1, "b": 2}), between=YEARS
        )
        assert change.percent_change == pytest.approx(-5)
        assert change.per_crime_change == pytest.approx(5.5556, abs=1e-4)
        assert str(change) == (
            "Harm (own 1) fell by 5.0% (95% interval −7.7% to −2.2%), from 10,000 days in 2022/23 to 9,500 in "
            "2023/24; on 10.0% fewer crimes, harm per crime rose by 5.6%."
        )
        assert (change.from_volume, change.from_mix) == pytest.approx((-1027.78, 527.78), abs=0.01)

    def test_das_gupta_three_factors(self):
        """Population 1,000,000, crimes per 1,000 80, severity 15.2, to 1,012,000, 84.5, 14.1 (R, DasGuptR)."""
        people = Exposure(
            dict(zip(YEARS, (1_000_000, 1_012_000), strict=True)), by="period", name="residents", date="mid"
        )
        change = harm_change(
            two_years({"a": 80_000}, {"b": 85_514}),
            own({"a": 15.2, "b": 14.1}),
            between=YEARS,
            exposure=people,
        )
        parts = change.from_population, change.from_volume, change.from_mix, change.from_weights
        assert parts == pytest.approx((14454.6, 66315.6, -91022.8, 0), rel=1e-9)
        assert (change.old, change.new, change.change) == pytest.approx((1216000, 1205747.4, -10252.6))
        assert (change.old_exposure, change.new_exposure) == (1_000_000, 1_012_000)
        assert (change.exposure_name, change.exposure_date) == ("residents", "mid")

    def test_mix_and_weights(self):
        """Counts 3000 5000 2000 to 3300 4200 2100, severities 40 8 3 to 42 8.5 3 (R): +1.334375 and +0.878125."""
        old, new = {"a": 2880, "b": 4800, "c": 1920}, {"a": 3300, "b": 4200, "c": 2100}
        change = harm_change(
            two_years(old, new),
            own({"a": 40, "b": 8, "c": 3}),
            between=YEARS,
            weights_new=own({"a": 42, "b": 8.5, "c": 3}, version="2"),
        )
        assert change.from_volume == 0
        assert change.from_mix == pytest.approx(9600 * 1.334375)
        assert change.from_weights == pytest.approx(9600 * 0.878125)
        assert (change.old, change.new) == pytest.approx((9600 * 16.6, 9600 * 18.8125))
        assert change.weights == "own 1 to own 2"

    def test_limits_solve_their_equation(self):
        """Each limit is where the difference from the ratio times the old score just reaches 0."""
        crimes = two_years({"theft": 40, "robbery": 3}, {"theft": 60, "robbery": 2})
        change = harm_change(crimes, self.WEIGHTS, between=YEARS)
        old, new = (harm_score(crimes.where(period=year), self.WEIGHTS) for year in YEARS)
        low, high = (1 + change.percent_change_low / 100, 1 + change.percent_change_high / 100)
        assert new.score - low * old.score == pytest.approx(
            math.hypot(new.score - new.score_low, low * (old.score_high - old.score))
        )
        assert high * old.score - new.score == pytest.approx(
            math.hypot(new.score_high - new.score, high * (old.score - old.score_low))
        )

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ({"theft": 0}, {"theft": 5}, "not applicable: there was no harm before"),
            ({"note": 4}, {"theft": 5}, "not applicable: there was no harm before"),
            ({"theft": 0}, {"theft": 0}, "not applicable: there was no harm in either period"),
        ],
    )
    def test_nothing_before(self, old, new, reason):
        change = harm_change(two_years(old, new), self.WEIGHTS, between=YEARS)
        assert change.reason == reason
        assert math.isnan(change.percent_change)
        assert math.isnan(change.percent_change_high)
        assert math.isnan(change.per_crime_change)
        assert change.from_volume + change.from_mix == change.change == change.new
        assert reason in str(change)

    def test_nothing_before_in_words(self):
        change = harm_change(two_years({"theft": 0}, {"theft": 5}), self.WEIGHTS, between=YEARS)
        assert str(change) == (
            "Harm (own 1) rose, from 0 days in 2022/23 to 50.00 in 2023/24; "
            "percentage not applicable: there was no harm before."
        )
        assert change.from_mix == 0

    def test_nothing_after(self):
        change = harm_change(two_years({"theft": 5, "robbery": 1}, {"theft": 0}), self.WEIGHTS, between=YEARS)
        assert (change.percent_change, change.percent_change_low) == (-100, -100)
        assert math.isnan(change.percent_change_high)
        assert (change.from_volume, change.from_mix) == (-850, 0)
        assert str(change) == (
            "Harm (own 1) fell by 100.0% (95% interval −100.0% or more), from 850.0 days in 2022/23 to 0 in 2023/24."
        )

    def test_only_weightless_crimes_after(self):
        change = harm_change(two_years({"theft": 5}, {"note": 5}), self.WEIGHTS, between=YEARS)
        assert change.percent_change_high == change.percent_change == -100
        assert change.from_mix == -50
        assert str(change).endswith("on as many crimes, harm per crime fell by 100.0%.")

    def test_few_crimes_before(self):
        """Where the old score may be 0, no ratio is too high."""
        change = harm_change(
            two_years({"robbery": 1, "theft": 1}, {"theft": 50}), self.WEIGHTS, between=YEARS
        )
        assert change.percent_change_high == math.inf
        assert "or more)" in str(change)

    def test_small_moves_in_words(self):
        same = harm_change(two_years({"theft": 5}, {"theft": 5}), self.WEIGHTS, between=YEARS)
        assert "did not change" in str(same)
        assert str(same).endswith("on as many crimes, harm per crime did not change.")
        barely = harm_change(two_years({"theft": 10_000}, {"theft": 10_001}), self.WEIGHTS, between=YEARS)
        assert "Harm (own 1) rose by less than 0.1%" in str(barely)
        assert str(barely).endswith("on 0.0% more crimes, harm per crime did not change.")

    def test_years_ending(self):
        ends = ("year ending 2023-06", "year ending 2024-06")
        crimes = Tally.from_columns({"period": ends, "offence": ["theft"] * 2}, [5, 6])
        sentence = str(harm_change(crimes, self.WEIGHTS, between=ends))
        assert "in the year ending June 2023 to 60.00 in the year ending June 2024" in sentence

    def test_not_supplied(self):
        crimes = Tally.from_columns(
            {"force": ["A", "A", "B"], "period": [*YEARS, YEARS[0]], "offence": ["theft"] * 3},
            [5, 6, 7],
            coverage=["force", "period"],
        )
        table = harm_change(crimes, self.WEIGHTS, between=YEARS, by="force")
        lacking = table.at(force="B")
        assert lacking.reason == "not available: no rows for B, 2023/24"
        assert str(lacking) == "B: harm (own 1): change not available: no rows for B, 2023/24."
        assert lacking.old == 70
        for name in ("new", "change", "percent_change", "from_population", "from_volume", "from_weights"):
            assert math.isnan(getattr(lacking, name))
        whole = harm_change(crimes, self.WEIGHTS, between=YEARS)
        assert whole.reason == "not like for like: supplied for one only: B"
        assert math.isnan(whole.change)

    def test_corrections(self):
        change = harm_change(
            two_years({"theft": 5}, {"theft": 3, "robbery": -1}), self.WEIGHTS, between=YEARS
        )
        assert "a score of −770.0 on 2 crimes in 2023/24" in change.reason
        assert change.old == 50
        assert math.isnan(change.new)

    def test_exposure_missing_for_one(self):
        """The change stands; what would need the exposure does not."""
        crimes = Tally.from_columns(
            {"force": ["A", "A", "B", "B"], "period": [*YEARS] * 2, "offence": ["theft"] * 4}, [5, 6, 7, 8]
        )
        people = Exposure({"A": 100}, by="force", name="residents", date="mid")
        table = harm_change(crimes, self.WEIGHTS, between=YEARS, by="force", exposure=people)
        first, second = table
        assert (first.from_population, first.from_volume) == (0, pytest.approx(10))
        assert second.change == 10
        assert second.reason == "not available: no residents for B"
        assert math.isnan(second.from_volume)
        assert math.isnan(second.from_population)

    def test_outside_either_edition(self):
        """What either edition leaves out is left out of both periods, so that they score the same crimes."""
        first = own({"theft": 10, "robbery": 800}, outside=["fraud"], caveat="one.")
        second = own({"theft": 12, "fraud": 3}, outside=["robbery"], version="2", caveat="two")
        crimes = two_years({"theft": 5, "robbery": 2, "fraud": 1}, {"theft": 5, "robbery": 9})
        change = harm_change(crimes, first, between=YEARS, weights_new=second, caveat="A new system.")
        assert (change.old, change.new, change.from_weights) == (50, 60, pytest.approx(10))
        assert change.exclusions.reasons == {
            "outside the weights: own 1": 1,
            "outside the weights: own 2": 11,
        }
        assert change.caveat == "A new system. one. two"

    def test_quarters_add_up(self):
        crimes = Tally.from_columns(
            {
                "period": [
                    *(f"2022-Q{q}" for q in (2, 3, 4)),
                    *(f"2023-Q{q}" for q in (1, 2, 3, 4)),
                    "2024-Q1",
                ],
                "offence": ["theft"] * 8,
            },
            [1, 2, 3, 4, 5, 6, 7, 8],
        )
        change = harm_change(crimes, self.WEIGHTS, between=YEARS)
        assert (change.old, change.new, change.between) == (100, 260, YEARS)

    def test_by_offence_an_absent_one_is_zero(self):
        frame = pd.DataFrame(
            {"period": [*YEARS, YEARS[0]], "offence": ["theft", "theft", "robbery"], "n": [5, 6, 1]}
        )
        table = harm_change(frame, self.WEIGHTS, between=YEARS, by="offence", count="n")
        assert table["change"].tolist() == [-800, 10]
        assert table["from_mix"].tolist() == [0, 0]


class TestWestMidlands:
    def test_scores_from_other_copies(self, css, west_midlands, shared_data):
        """The bundled tables give what the published files give, added up one by one."""
        weights = {
            r["offence_code"]: float(r["weight"]) for r in read(shared_data / "css" / "css_weights.csv")
        }
        for year, name in zip(BETWEEN, ("prc_pfa_2017_18.csv.gz", "prc_pfa_2019_20.csv.gz"), strict=True):
            counts = Counter()
            for row in read(shared_data / "recorded_crime" / name):
                if row["force_name"] == "West Midlands" and row["offence_group"] != "Fraud offences":
                    counts[row["offence_code"]] += int(row["offences"])
            expected = math.fsum(weights[code] * n for code, n in counts.items())
            score = harm_score(west_midlands.where(period=year), css)
            assert score.score == pytest.approx(expected, rel=1e-9)
            assert score.crimes == sum(counts.values())

    def test_change(self, css, west_midlands, residents):
        change = harm_change(west_midlands, css, between=BETWEEN, exposure=residents)
        assert (change.crimes_old, change.crimes_new) == (233_393, 260_829)
        assert str(change).startswith(
            "Harm (ons-css 2020) rose by 12.8% (95% interval +11.2% to +14.3%), from 45,298,601 days in 2017/18 to "
            "51,076,863 in 2019/20; on 11.8% more crimes, harm per crime rose by 0.9%. Caveat: Code 21"
        )
        parts = change.from_population + change.from_volume + change.from_mix + change.from_weights
        assert parts == pytest.approx(change.change, rel=1e-15)

    def test_drivers_add_up_to_the_change(self, css, west_midlands):
        change = harm_change(west_midlands, css, between=BETWEEN)
        groups = {code: o.group for code, o in definitions.offences().items()}
        known = west_midlands.labels("offence")
        grouped = Tally.from_columns(
            {
                **{d: west_midlands.to_dict()[d] for d in west_midlands.dims},
                "group": [groups[c] for c in west_midlands.to_dict()["offence"]],
            },
            west_midlands.to_dict()["count"],
            coverage=["period", "quarter"],
        )
        for drivers in (
            harm_drivers(west_midlands, css, between=BETWEEN),
            harm_drivers(grouped, css, between=BETWEEN, of="group"),
        ):
            for name in ("change", "from_volume", "from_mix"):
                assert math.fsum(drivers[name]) == pytest.approx(getattr(change, name), rel=1e-12)
            assert math.fsum(drivers["share_of_change"]) == pytest.approx(1)
            assert (drivers["crimes_old"].sum(), drivers["crimes_new"].sum()) == (233_393, 260_829)
        assert len(harm_drivers(west_midlands, css, between=BETWEEN)) == len(known)

    def test_homicide_by_either_code(self, css, west_midlands):
        """2017/18 has one code of homicide and 2019/20 four; with one weight the change is the same."""
        joined = west_midlands.relabel(
            "offence", dict.fromkeys(["1", "4.1", "4.10", "4.2"], "1/4.1/4.10/4.2")
        )
        split, whole = (harm_change(t, css, between=BETWEEN) for t in (west_midlands, joined))
        assert (whole.change, whole.from_mix) == pytest.approx((split.change, split.from_mix), rel=1e-9)
        homicide = harm_drivers(joined, css, between=BETWEEN).at(offence="1/4.1/4.10/4.2")
        assert (homicide.crimes_old, homicide.crimes_new) == (41, 51)
        apart = harm_drivers(west_midlands, css, between=BETWEEN)
        codes = ["1", "4.1", "4.10", "4.2", "1/4.1/4.10/4.2"]
        assert math.fsum(apart.at(offence=c).change for c in codes) == pytest.approx(homicide.change)

    def test_every_frame_gives_the_same(self, css):
        data = datasets.west_midlands_offences().to_dict()
        tables = []
        for frame in (pd.DataFrame(data), pl.DataFrame(data), pl.LazyFrame(data), pa.table(data)):
            settings = {"between": BETWEEN, "offence": "offence_code", "count": "offences"}
            drivers = harm_drivers(frame, css, of="offence_code", **settings)
            tables.append((harm_change(frame, css, by="quarter", **settings), drivers))
        relation = duckdb.from_arrow(pa.table(data))
        tables.append(
            (
                harm_change(relation, css, by="quarter", **settings),
                harm_drivers(relation, css, of="offence_code", **settings),
            )
        )
        assert all(table == tables[0] for table in tables[1:])


class TestHarmDrivers:
    WEIGHTS = own({"theft": 10, "robbery": 800, "note": 0}, outside=["fraud"])

    def test_by_hand(self):
        """100 crimes, 90 and 10, to 80, 72 and 8: all fell alike, so nothing comes from the mix."""
        crimes = two_years({"theft": 90, "robbery": 10}, {"theft": 72, "robbery": 8})
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS)
        assert drivers["offence"].tolist() == ["robbery", "theft"]
        assert drivers["from_volume"].tolist() == pytest.approx([-1600, -180])
        assert drivers["from_mix"].tolist() == [0, 0]
        assert drivers["share_of_change"].tolist() == pytest.approx([1600 / 1780, 180 / 1780])
        assert str(drivers[0]) == (
            "robbery: contribution to the change in harm (own 1): −1,600 days, 89.9% of the whole change; −1,600 from "
            "the number of all crimes and 0 from its share of them; 10 crimes in 2022/23, 8 in 2023/24."
        )

    def test_swapped_offences(self):
        """As many crimes, ten of them robbery and not theft: all of it is mix."""
        crimes = two_years({"theft": 20}, {"theft": 10, "robbery": 10})
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS)
        assert drivers["from_volume"].tolist() == [0, 0]
        assert drivers["from_mix"].tolist() == [8000, -100]

    def test_no_change_as_a_whole(self):
        crimes = two_years({"theft": 80, "robbery": 1}, {"theft": 0, "robbery": 2})
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS)
        assert drivers["change"].tolist() == [800, -800]
        assert np.isnan(drivers["share_of_change"]).all()
        assert "the whole did not change" in drivers[0].reason
        assert "of the whole change" not in str(drivers[0])

    def test_by_group_each_adds_up(self):
        columns = {
            "force": ["A", "A", "A", "A", "B", "B"],
            "period": [*YEARS, *YEARS, *YEARS],
            "offence": ["theft", "theft", "robbery", "robbery", "theft", "theft"],
        }
        crimes = Tally.from_columns(columns, [50, 40, 1, 3, 7, 9], coverage=["force", "period"])
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS, by="force")
        assert drivers.columns[:2] == ("force", "offence")
        changes = harm_change(crimes, self.WEIGHTS, between=YEARS, by="force")
        for force in "AB":
            part = drivers[drivers["force"] == force]
            for name in ("change", "from_volume", "from_mix"):
                assert part[name].sum() == pytest.approx(getattr(changes.at(force=force), name))

    def test_of_areas(self):
        """Forces of one region: the shares in the change of all."""
        columns = {"force": ["A", "A", "B", "B"], "period": [*YEARS, *YEARS], "offence": ["theft"] * 4}
        crimes = Tally.from_columns(columns, [50, 40, 50, 80], coverage=["force", "period"])
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS, of="force")
        assert drivers["change"].tolist() == [-100, 300]
        assert drivers["share_of_change"].tolist() == [-0.5, 1.5]

    def test_not_like_for_like(self):
        columns = {"force": ["A", "A", "B"], "period": [*YEARS, YEARS[0]], "offence": ["theft"] * 3}
        crimes = Tally.from_columns(columns, [50, 40, 9], coverage=["force", "period"])
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS, of="force")
        assert set(drivers["reason"]) == {"not like for like: supplied for one only: B"}
        assert np.isnan(drivers["change"]).all()
        assert "contribution to the change in harm (own 1): not like for like" in str(drivers[0])

    def test_outside_shows_as_excluded(self):
        crimes = two_years({"theft": 20, "fraud": 4}, {"theft": 10, "fraud": 5})
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS)
        fraud = drivers.at(offence="fraud")
        assert (fraud.change, fraud.exclusions.excluded) == (0, 9)


# ---- the caveat of the weights ----------------------------------------------------------


class TestCaveatCodes:
    """A caveat about some codes travels only with figures in which one of them counts."""

    WEIGHTS = own({"theft": 10, "robbery": 800, "fault": 0}, caveat="Known.", caveat_codes=["fault"])
    LATER = own(
        {"theft": 9, "robbery": 700, "fault": 5}, version="2", caveat="Other", caveat_codes=["robbery"]
    )

    @pytest.mark.parametrize(
        ("crimes", "caveat"),
        [
            ({"theft": 3}, ""),
            ({"theft": 3, "fault": 0}, ""),
            ({"theft": 3, "fault": 1}, "Known."),
            ({"theft": 3, "fault": -1}, "Known."),
            ({}, ""),
        ],
    )
    def test_score(self, crimes, caveat):
        score = harm_score(crimes, self.WEIGHTS)
        assert score.caveat == caveat
        assert ("Caveat: Known." in str(score)) == bool(caveat)

    def test_without_codes_always(self):
        assert harm_score({"theft": 0}, own({"theft": 10}, caveat="Known.")).caveat == "Known."

    def test_the_bundled_set(self, css):
        assert "Caveat" not in str(harm_score({"46": 10}, css))
        assert "Caveat: Code 21" in str(harm_score({"46": 10, "21": 1}, css))

    def test_table(self):
        crimes = Tally.from_columns({"force": ["A", "B"], "offence": ["theft", "fault"]}, [3, 1])
        assert "caveat: Known" in repr(harm_score(crimes, self.WEIGHTS, by="force"))
        without = harm_score(crimes.drop(force="B"), self.WEIGHTS, by="force")
        assert "caveat" not in repr(without)
        assert without.to_dict(audit=True)["caveat"] == [""]

    def test_what_cancels_out_does_not_matter(self):
        crimes = Tally.from_columns({"quarter": [1, 2], "offence": ["fault"] * 2}, [1, -1])
        assert harm_score(crimes, self.WEIGHTS).caveat == ""
        assert harm_score(crimes, self.WEIGHTS, by="quarter")[0].caveat == "Known."

    @pytest.mark.parametrize(
        ("old", "new", "caveat"),
        [
            ({"theft": 3}, {"theft": 4, "fault": 0}, ""),
            ({"theft": 3, "fault": 1}, {"theft": 4}, "Known."),
            ({"theft": 3}, {"theft": 4, "fault": 1}, "Known."),
        ],
    )
    def test_either_period(self, old, new, caveat):
        crimes = two_years(old, new)
        change = harm_change(crimes, self.WEIGHTS, between=YEARS)
        assert change.caveat == caveat.rstrip(".")
        assert {row.caveat for row in harm_drivers(crimes, self.WEIGHTS, between=YEARS)} == {caveat}

    def test_only_the_periods_compared(self):
        other = Tally.from_columns({"period": ["2012/13"], "offence": ["fault"]}, [1], coverage=["period"])
        crimes = two_years({"theft": 3}, {"theft": 4}) + other
        assert harm_change(crimes, self.WEIGHTS, between=YEARS).caveat == ""

    @pytest.mark.parametrize(
        ("old", "new", "caveat"),
        [
            ({"theft": 3}, {"theft": 4}, "Break"),
            ({"theft": 3}, {"theft": 4, "fault": 1}, "Break. Known"),
            ({"robbery": 3}, {"theft": 4}, "Break. Other"),
            ({"robbery": 3}, {"theft": 4, "fault": 1}, "Break. Known. Other"),
        ],
    )
    def test_each_edition_for_itself(self, old, new, caveat):
        """The caller's own comes first, then that of each edition that matters, in their order."""
        change = harm_change(
            two_years(old, new), self.WEIGHTS, between=YEARS, weights_new=self.LATER, caveat="Break."
        )
        assert change.caveat == caveat

    def test_drivers_of_parts_that_cancel_out(self):
        columns = {
            "force": list("ABABAB"),
            "period": [YEARS[0]] * 2 + [YEARS[1]] * 4,
            "offence": ["theft"] * 4 + ["fault"] * 2,
        }
        crimes = Tally.from_columns(columns, [5, 5, 5, 5, 3, -3], coverage=["force", "period"])
        assert harm_change(crimes, self.WEIGHTS, between=YEARS).caveat == ""
        assert harm_drivers(crimes, self.WEIGHTS, between=YEARS, of="force")[0].caveat == "Known."


# ---- bad input --------------------------------------------------------------------------


class TestBadInput:
    CRIMES = two_years({"theft": 5}, {"theft": 6})
    WEIGHTS = own({"theft": 10})

    @pytest.mark.parametrize(
        ("data", "options", "error", "match"),
        [
            ([1, 2], {}, InvalidTypeError, "Tally or a data frame"),
            (None, {}, InvalidTypeError, "Tally or a data frame"),
            ({"theft": 1.5}, {}, InvalidInputError, "whole"),
            ({"theft": math.nan}, {}, InvalidInputError, "whole"),
            ({"theft": "5"}, {}, InvalidTypeError, "counts"),
            ({"theft": 5}, {"by": "force"}, InvalidInputError, "a mapping of offence to count is one score"),
            ({"theft": 5}, {"count": "n"}, InvalidInputError, "a mapping of offence to count is one score"),
            (CRIMES, {"by": "force"}, UnknownNameError, "no dimension 'force'; it has 'period', 'offence'"),
            (CRIMES, {"offence": "code"}, UnknownNameError, "no dimension 'code'"),
            (CRIMES, {"offence": 3}, InvalidTypeError, "offence must be text"),
            (CRIMES, {"count": "n"}, InvalidInputError, "counted already"),
            (CRIMES, {"method": "exact"}, UnknownNameError, "'dobson', 'dobson-byar', 'normal'"),
            (CRIMES, {"method": None}, InvalidTypeError, "method must be one of"),
            (CRIMES, {"confidence_level": 95}, InvalidInputError, "Did you mean 0.95"),
            (CRIMES, {"exposure": 1000}, InvalidTypeError, "exposure must be an Exposure"),
        ],
    )
    def test_score(self, data, options, error, match):
        with pytest.raises(error, match=match):
            harm_score(data, self.WEIGHTS, **options)

    @pytest.mark.parametrize("function", [harm_score, harm_change, harm_drivers])
    @pytest.mark.parametrize("weights", [{"theft": 10}, "ons-css", None])
    def test_weights(self, function, weights):
        more = {} if function is harm_score else {"between": YEARS}
        with pytest.raises(InvalidTypeError, match="weights must be a HarmWeights, as from harm_weights"):
            function(self.CRIMES, weights, **more)

    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"between": YEARS[::-1]}, InvalidInputError, "earlier"),
            ({"between": (YEARS[0], YEARS[0])}, InvalidInputError, "different|equal|same"),
            ({"between": YEARS[0]}, InvalidTypeError, "pair"),
            ({"between": ("2022/23", "2023-04")}, InvalidInputError, "length"),
            ({"by": "period"}, InvalidInputError, "period must name another dimension"),
            ({"period": "offence"}, InvalidInputError, "period must name another dimension"),
            ({"period": None}, InvalidTypeError, "period must be text"),
            ({"period": "month"}, UnknownNameError, "no dimension 'month'"),
            ({"method": "score"}, UnknownNameError, "'dobson'"),
            ({"caveat": None}, InvalidTypeError, "caveat must be text"),
            ({"confidence_level": 1}, InvalidInputError, "strictly between"),
            ({"exposure": (1, 2)}, InvalidTypeError, "exposure must be an Exposure"),
            ({"weights_new": {"theft": 10}}, InvalidTypeError, "weights_new must be a HarmWeights"),
            (
                {"weights_new": own({"theft": 1}, unit="points")},
                InvalidInputError,
                "one unit; got 'days', 'points'",
            ),
        ],
    )
    def test_change(self, options, error, match):
        with pytest.raises(error, match=match):
            harm_change(self.CRIMES, self.WEIGHTS, **{"between": YEARS} | options)

    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"of": "period"}, InvalidInputError, "of must name another dimension"),
            ({"by": "offence"}, InvalidInputError, "of must name another dimension"),
            ({"of": "force"}, UnknownNameError, "no dimension 'force'"),
            ({"of": 3}, InvalidTypeError, "of must be text"),
        ],
    )
    def test_drivers(self, options, error, match):
        with pytest.raises(error, match=match):
            harm_drivers(self.CRIMES, self.WEIGHTS, **{"between": YEARS} | options)

    def test_a_mapping_has_no_periods(self):
        with pytest.raises(InvalidTypeError, match="data frame"):
            harm_change({"theft": 5}, self.WEIGHTS, between=YEARS)


# ---- laws -------------------------------------------------------------------------------

CODES = ("a", "b", "c", "d")
counts = st.dictionaries(st.sampled_from(CODES), st.integers(0, 5000), min_size=1)
positive_counts = counts.filter(lambda c: sum(c.values()) > 0)
weight = st.one_of(st.just(0.0), st.floats(0.01, 10_000))
weight_sets = st.fixed_dictionaries(dict.fromkeys(CODES, weight))
methods = st.sampled_from(["dobson", "dobson-byar", "normal"])


class TestLaws:
    @given(counts, weight_sets, st.floats(1e-3, 1e3), methods)
    def test_scaling_the_weights_scales_score_and_limits(self, crimes, weights, factor, method):
        score = harm_score(crimes, own(weights), method=method)
        scaled = harm_score(crimes, own({k: v * factor for k, v in weights.items()}), method=method)
        for name in ("score", "score_low", "score_high", "per_crime"):
            assert getattr(scaled, name) == pytest.approx(
                getattr(score, name) * factor, rel=1e-9, abs=1e-6 * factor, nan_ok=True
            )
        assert scaled.dominant_share == pytest.approx(score.dominant_share, nan_ok=True)

    @given(counts, counts, weight_sets)
    def test_scores_of_merged_tallies_add(self, first, second, weights):
        parts = [Tally.from_columns({"offence": list(c)}, list(c.values())) for c in (first, second)]
        whole, one, two = (harm_score(t, own(weights)) for t in (parts[0] + parts[1], *parts))
        assert whole.score == pytest.approx(one.score + two.score, rel=1e-12)
        assert whole.crimes == one.crimes + two.crimes

    @given(positive_counts, weight_sets, methods, st.floats(0.5, 0.99))
    def test_estimate_lies_in_its_interval(self, crimes, weights, method, level):
        score = harm_score(crimes, own(weights), method=method, confidence_level=level)
        assert 0 <= score.score_low <= score.score <= score.score_high
        wider = harm_score(crimes, own(weights), method=method, confidence_level=0.995)
        assert wider.score_low <= score.score_low + 1e-9
        assert wider.score_high >= score.score_high - 1e-9

    @given(counts, counts, weight_sets, weight_sets, st.tuples(*[st.integers(1, 10**7)] * 2))
    def test_parts_add_up_to_the_last_bit_or_so(self, old, new, weights, weights_new, people):
        exposure = Exposure(dict(zip(YEARS, people, strict=True)), by="period", name="residents", date="mid")
        change = harm_change(
            two_years(old, new),
            own(weights),
            between=YEARS,
            exposure=exposure,
            weights_new=own(weights_new, version="2"),
        )
        parts = [change.from_population, change.from_volume, change.from_mix, change.from_weights]
        size = max(1.0, *map(abs, parts))
        assert math.fsum(parts) == pytest.approx(change.change, rel=1e-15, abs=1e-15 * size)
        assert change.change == change.new - change.old

    @given(positive_counts, positive_counts, weight_sets, methods)
    def test_there_and_back(self, old, new, weights, method):
        """Swapping the periods turns the sign of every part, and takes the reciprocal of ratio and limits."""
        there, back = (
            harm_change(two_years(a, b), own(weights), between=YEARS, method=method)
            for a, b in ((old, new), (new, old))
        )
        tolerance = 1e-9 * (there.old + there.new)
        for name in ("change", "from_population", "from_volume", "from_mix", "from_weights"):
            assert getattr(there, name) == pytest.approx(-getattr(back, name), abs=tolerance)
        assume(there.old > 0 and there.new > 0)
        ratio, low, high = (
            1 + v / 100 for v in (there.percent_change, there.percent_change_low, there.percent_change_high)
        )
        assert 0 <= low <= ratio <= high
        assert ratio * (1 + back.percent_change / 100) == pytest.approx(1)
        assert 1 + back.percent_change_low / 100 == pytest.approx(
            0 if math.isinf(high) else 1 / high, rel=1e-6, abs=1e-9
        )
        assert there.percent_change in there.interval

    @given(st.integers(1, 10**6), st.integers(0, 10**6), st.floats(0.01, 1e4))
    def test_one_offence_has_no_mix(self, old, new, weight):
        change = harm_change(two_years({"a": old}, {"a": new}), own({"a": weight}), between=YEARS)
        assert change.from_mix == 0
        assert change.from_volume == change.change

    @given(positive_counts, weight_sets, st.integers(1, 50), st.integers(1, 50))
    def test_equal_mixes_have_none(self, crimes, weights, first, second):
        old, new = ({k: v * n for k, v in crimes.items()} for n in (first, second))
        change = harm_change(two_years(old, new), own(weights), between=YEARS)
        assert change.from_mix == 0
        drivers = harm_drivers(two_years(old, new), own(weights), between=YEARS)
        assert drivers["from_mix"].tolist() == [0] * len(drivers)

    @given(counts, counts, weight_sets)
    def test_drivers_add_up(self, old, new, weights):
        crimes = two_years(old, new)
        change = harm_change(crimes, own(weights), between=YEARS)
        drivers = harm_drivers(crimes, own(weights), between=YEARS)
        for name in ("change", "from_volume", "from_mix"):
            assert drivers[name].sum() == pytest.approx(
                getattr(change, name), abs=1e-11 * (change.old + change.new)
            )
        assert drivers["crimes_new"].sum() == change.crimes_new
        assert drivers["from_volume"] + drivers["from_mix"] == pytest.approx(drivers["change"])

    @given(
        st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(CODES), st.integers(-50, 50)), max_size=12)
    )
    def test_any_corrections_give_a_figure_or_a_reason(self, rows):
        """Never a negative score, never a nan without a reason, never an error."""
        columns = {"force": [f for f, _, _ in rows], "offence": [c for _, c, _ in rows]}
        crimes = Tally.from_columns(columns, [n for _, _, n in rows])
        for row in harm_score(crimes, own({"a": 1, "b": 10, "c": 100, "d": 0}), by="force"):
            assert (row.reason is None) == (row.score >= 0)
            assert row.reason is None or math.isnan(row.score)

    @given(st.text(max_size=5), st.one_of(st.none(), st.text(max_size=3), st.floats(), st.integers()))
    def test_any_weights_are_taken_or_refused_in_our_own_words(self, code, value):
        try:
            weights = HarmWeights({code: value}, name="own", version="1")
        except PoliceMetricsError:
            return
        assert weights[code] == float(value)


class TestWeighing:
    """The sums of each group, whatever their size."""

    FORCES = Tally.from_columns(
        {"force": [*"AAABBBCCC"], "offence": ["a", "b", "c"] * 3}, [1, 5, 1, 0, 1, 9, 0, 0, 4]
    )
    WEIGHTS = own({"a": 10, "b": 1, "c": 0.5})

    @pytest.mark.parametrize("at_once", [2**15, 5, 4, 3, 1])
    def test_some_groups_at_a_time(self, monkeypatch, at_once):
        """By hand: the score, and the offence with the largest part of the variance, weight squared by count."""
        monkeypatch.setattr(score, "_AT_ONCE", at_once)
        rows = harm_score(self.FORCES, self.WEIGHTS, by="force")
        assert [(r.score, r.dominant_offence) for r in rows] == [(15.5, "a"), (5.5, "c"), (2, "c")]
        assert [r.dominant_share for r in rows] == pytest.approx([100 / 105.25, 2.25 / 3.25, 1])

    def test_none_counted(self):
        """What was left out is said."""
        some, none = (
            harm_score(Tally.from_columns({"offence": ["a", "F"]}, [0, n]), own({"a": 1}, outside=["F"]))
            for n in (3, 0)
        )
        assert "no crimes were counted, 3 excluded." in str(some)
        assert "no crimes were counted." in str(none)

    def test_the_lightest_and_the_heaviest(self):
        assert own({"a": 1e-100, "b": 1e100})["b"] == 1e100

    def test_light_offences(self):
        """One crime of half a day is all there is of the variance; none of no weight is of it."""
        row = harm_score(self.FORCES.where(force="A", offence="c"), self.WEIGHTS)
        assert (row.dominant_offence, row.dominant_share) == ("c", 1)
        assert harm_score(self.FORCES.where(force="A", offence="c"), own({"c": 0})).dominant_offence == ""

    def test_normal_limits_by_hand(self):
        """A hundred crimes of ten days: 1,000 days, give or take 1.96 times 100; one crime: no less than none."""
        found = harm_score(Tally.from_columns({"offence": ["a"]}, [100]), self.WEIGHTS, method="normal")
        assert (found.score_low, found.score_high) == pytest.approx((804.0036, 1195.9964))
        found = harm_score(Tally.from_columns({"offence": ["a"]}, [1]), self.WEIGHTS, method="normal")
        assert (found.score_low, found.score_high) == pytest.approx((0, 29.59964))

    def test_corrections_of_light_offences(self):
        """One theft more and one less of another kind are no crimes, yet something happened."""
        tally = Tally.from_columns({"offence": ["c", "d"]}, [1, -1])
        assert "corrections outweigh" in harm_score(tally, own({"c": 0.5, "d": 0.5})).reason

    def test_light_scores_change_like_heavy_ones(self):
        """The unit of the weights does not matter, however small a score it gives."""
        data = two_years({"a": 30}, {"a": 20})
        light, heavy = (harm_change(data, own({"a": w}), between=YEARS) for w in (0.01, 10))
        for name in ("percent_change", "percent_change_low", "percent_change_high"):
            assert getattr(light, name) == pytest.approx(getattr(heavy, name), rel=1e-9)

    def test_a_light_driver(self):
        found = harm_drivers(two_years({"c": 1}, {"c": 2}), self.WEIGHTS, between=YEARS)
        assert "+0.5" in str(found[0])

    def test_residents_of_one_year_only(self):
        """Without those of the other nothing is shared out."""
        people = Exposure({YEARS[1]: 10}, by="period", name="residents", date="mid-year")
        found = harm_change(two_years({"a": 1}, {"a": 2}), self.WEIGHTS, between=YEARS, exposure=people)
        parts = (found.from_population, found.from_volume, found.from_mix, found.from_weights)
        assert np.isnan(parts).all()

    def test_a_single_crime_has_its_harm(self):
        """From one of ten days to one of a day: 90% less a crime."""
        assert harm_change(two_years({"a": 1}, {"b": 1}), self.WEIGHTS, between=YEARS).per_crime_change == -90

    def test_from_no_harm_to_some(self):
        """Half a day from nothing is a rise, and nothing from nothing is none."""
        some = harm_change(two_years({"b": 0}, {"c": 1}), self.WEIGHTS, between=YEARS)
        none = harm_change(two_years({"b": 0}, {"c": 0}), self.WEIGHTS, between=YEARS)
        assert "(own 1) rose, from 0" in str(some)
        assert "did not change, from 0" in str(none)

    def test_what_the_corners_lost_goes_to_the_largest_part(self):
        parts = share_out(np.array([[[1.0], [3]], [[2], [4]]]), np.array([1.0]), np.array([4.5]))
        assert parts.tolist() == [[1], [2.5]]

    def test_what_to_do_about_unknown_codes(self):
        with pytest.raises(UnknownNameError, match="do not guess a weight"):
            harm_score(self.FORCES, own({"a": 1}))

    def test_two_neighbours_are_named(self):
        assert nearest("46", ["461", "462", "463"]) == nearest("46", ["461", "462", "463"])[:2]
