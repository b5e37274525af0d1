"""Sets of weights, bundled or the caller's own, and how the codes of some data meet them."""

from __future__ import annotations

import copy
import enum
import math
import pickle
import re
from functools import partial

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from harms import own, read
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import (
    HarmWeights,
    Tally,
    definitions,
    harm_change,
    harm_drivers,
    harm_index,
    harm_score,
    harm_weights,
    tally,
)
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError, UnknownNameError
from policemetrics.harm import weights as module

OWN = HarmWeights({"46": 12, "34B": 800, "1": 7000}, name="own", version="1", outside=["AF"])
WHOLE = "1/4.1/4.10/4.2"


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

    def test_half_a_letter_is_no_code(self):
        with pytest.raises(InvalidInputError, match="lone surrogate"):
            own({"\ud800": 1})

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


def test_every_bad_weight_is_named():
    with pytest.raises(
        InvalidInputError,
        match=r"weights\['b'\] must be a finite number; got nan. Nor .* 'c', 'd' be weights",
    ):
        HarmWeights({"a": 1, "b": float("nan"), "c": -1, "d": 1e300}, name="own", version="1")


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
        assert css.superseded == record.superseded
        assert css.caveat_codes == {*record.caveat_codes}
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


def test_the_lightest_and_the_heaviest():
    assert own({"a": 1e-100, "b": 1e100})["b"] == 1e100


@given(st.text(max_size=5), st.one_of(st.none(), st.text(max_size=3), st.floats(), st.integers()))
def test_any_weights_are_taken_or_refused_in_our_own_words(code, value):
    try:
        weights = HarmWeights({code: value}, name="own", version="1")
    except PoliceMetricsError:
        return
    assert weights[code] == float(value)


# ---- how codes meet weights -------------------------------------------------------------


class TestMatch:
    def test_both_sides(self):
        found = OWN.match({"46": 900, "AF": 60, "34b": 30, "Burglary": 10})
        assert (found.matched, found.outside) == (("46",), ("AF",))
        assert found.unmatched == ("34b", "Burglary")
        assert found.unused == ("1", "34B")
        assert found.nearest == (("34B",), ())
        assert (found.crimes, found.share_unmatched, found.share_outside) == (1000, 0.04, 0.06)
        assert found.share_without_weight == pytest.approx(0.1)
        assert found.duplicates == ()

    def test_in_words(self):
        assert str(OWN.match({"46": 900, "AF": 60, "34b": 30, "Burglary": 10})) == (
            "own 1 has a weight for 1 of 4 offence codes. It has none for '34b' (the nearest: '34B'), 'Burglary' (a "
            "category of many offences). It leaves out on purpose 'AF'. 2 of its codes do not occur: '1', '34B'. Of "
            "1,000 crimes 10.0% have no weight: 4.0% of unmatched codes, 6.0% left out on purpose."
        )
        assert str(OWN.match({"46": 5, "34B": 5})) == (
            "own 1 has a weight for 2 of 2 offence codes. 1 of its codes does not occur: '1'. All 10 crimes have a weight."
        )

    def test_many_are_cut_short(self):
        text = str(OWN.match([f"X{i:02}" for i in range(30)]))
        assert "'X11' and 18 more." in text.replace(" (the nearest: '1')", "")

    @pytest.mark.parametrize(
        "codes",
        [
            ["46", "AF", "46", "99"],
            ("99", "AF", "46"),
            np.array(["46", "AF", "99"]),
            pd.Series(["46", "AF", "99", "99"]),
            pl.Series(["46", "AF", "99"]),
            pa.array(["46", "AF", "99"]),
        ],
        ids=lambda v: type(v).__module__,
    )
    def test_a_column_of_codes_has_no_counts(self, codes):
        found = OWN.match(codes)
        assert (found.matched, found.unmatched, found.outside) == (("46",), ("99",), ("AF",))
        assert math.isnan(found.crimes)
        assert math.isnan(found.share_without_weight)
        assert "crimes" not in str(found)

    def test_a_tally(self, css, west_midlands):
        """Every code of the real data has a weight; homicide stands under the code of either year."""
        found = css.match(west_midlands)
        assert found.crimes == 494_222
        assert found.share_without_weight == 0
        assert found.duplicates == ((WHOLE, "1", "4.1", "4.10", "4.2"),)
        assert css.match(west_midlands.where(period="2019/20")).duplicates == ()
        own_name = Tally.from_columns({"code": ["46", "34B"]}, [1, 2])
        assert OWN.match(own_name, offence="code").matched == ("34B", "46")

    def test_what_a_score_refuses_is_unmatched(self, css):
        counts = {"46": 10, "34b": 1, "Burglary": 2, "AF": 3}
        found = css.match(counts)
        with pytest.raises(UnknownNameError, match="'34b', 'Burglary'"):
            harm_score(counts, css)
        kept = {c: n for c, n in counts.items() if c not in found.unmatched}
        assert harm_score(kept, css).exclusions.excluded == 3

    def test_joined_code_beside_its_parts(self, css):
        assert css.match(["1", "4.1", "46"]).duplicates == ()
        assert css.match([WHOLE, "46"]).duplicates == ()
        assert css.match([WHOLE, "4.1", "46"]).duplicates == ((WHOLE, "4.1"),)

    def test_spelt_alike(self):
        found = OWN.match(["34B", "34b", "34 B", "46", "4.6"])
        assert found.duplicates == (("34 B", "34B", "34b"),)
        assert "These name the same crimes: '34 B' and '34B' and '34b'." in str(found)

    def test_corrections_leave_no_share(self):
        found = OWN.match({"46": 10, "99": -3})
        assert found.crimes == 7
        assert math.isnan(found.share_unmatched)
        assert math.isnan(OWN.match({"46": 0}).share_unmatched)

    def test_nothing(self):
        found = OWN.match([])
        assert (found.matched, found.unmatched, found.unused) == ((), (), ("1", "34B", "46"))
        assert OWN.match({}).crimes == 0

    def test_is_a_value(self):
        found = OWN.match(["46"])
        assert found == OWN.match(["46"])
        assert hash(found) == hash(OWN.match(["46"]))
        assert pickle.loads(pickle.dumps(found)) == found
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            found.matched = ()

    @pytest.mark.parametrize(
        ("offences", "error", "match"),
        [
            (None, InvalidTypeError, "offences must be codes, a mapping of code to count, or a Tally"),
            (5, InvalidTypeError, "offences must be codes"),
            (iter(["46"]), InvalidTypeError, "offences must be codes"),
            ("46", InvalidTypeError, "offences must be a column of labels"),
            ({"46"}, InvalidTypeError, "offences must be a column of labels"),
            (["46", None], InvalidInputError, r"none at offences\[1\]"),
            ([4.1], InvalidTypeError, "4.1 and 4.10 would be one number"),
            ([46], InvalidTypeError, "codes as text; got the number 46"),
            ({46: 1}, InvalidTypeError, "codes as text; got the number 46"),
            ({4.1: 1}, InvalidTypeError, "4.1 and 4.10 would be one number"),
            ({None: 1}, InvalidInputError, "offences must not be missing"),
            ({"46": 1.5}, InvalidInputError, "counts"),
            ({"46": "5"}, InvalidTypeError, "counts"),
            (pd.DataFrame({"code": ["46"]}), InvalidInputError, "offences must be a column of labels"),
            (Tally.from_columns({"code": ["46"]}, [1]), UnknownNameError, "no dimension 'offence'"),
        ],
    )
    def test_bad_input(self, offences, error, match):
        with pytest.raises(error, match=match):
            OWN.match(offences)

    @pytest.mark.filterwarnings("ignore::policemetrics.errors.LabelSpellingWarning")
    @given(
        st.dictionaries(
            st.sampled_from(["46", "34B", "34b", "1", "4.1", WHOLE, "AF", "Z"]), st.integers(0, 99)
        )
    )
    def test_every_code_has_one_place(self, counts):
        found = OWN.match(counts)
        assert sorted((*found.matched, *found.unmatched, *found.outside)) == sorted(counts)
        assert set(found.unused) | set(found.matched) == set(OWN)
        if sum(counts.values()):
            weighted = sum(counts[c] for c in found.matched) / sum(counts.values())
            assert found.share_without_weight == pytest.approx(1 - weighted)


class TestJoinedCodes:
    def test_homicide_of_two_years_meets(self, css, west_midlands):
        """41 and 51, by hand from the files; apart it would be a fall to nothing beside four rises."""
        mapping = definitions.joined_offence_codes(west_midlands.labels("offence"))
        joined = west_midlands.relabel("offence", mapping)
        row = harm_drivers(joined, css, between=("2017/18", "2019/20")).at(offence=WHOLE)
        assert (row.crimes_old, row.crimes_new) == (41, 51)
        assert css.match(joined).duplicates == ()

    def test_lines_of_the_weights_leave_scores_alone(self, css, west_midlands):
        mapping = definitions.joined_offence_codes(west_midlands.labels("offence"), scope="ons-css 2020")
        joined = west_midlands.relabel("offence", mapping)
        assert harm_score(joined, css).score == pytest.approx(harm_score(west_midlands, css).score, rel=1e-14)


def test_one_crime_of_a_code_spelt_nearly_right():
    found = HarmWeights({"46": 1, "34B": 2}, name="own", version="1").match({"461": 1})
    assert (found.nearest, found.share_unmatched) == ((("46",),), 1)


def test_a_code_in_two_cases():
    found = HarmWeights({"34B": 2}, name="own", version="1").match(["34B", "34b"])
    assert found.duplicates == (("34B", "34b"),)


def test_as_many_hints_as_are_shown():
    """No more are spoken of where there are none."""
    codes = [f"{n}{n}{n}A" for n in range(1, module._MOST_NAMED + 1)]
    found = HarmWeights(dict.fromkeys(codes, 1), name="own", version="1")
    assert " more" not in str(found.match([f"{code}a" for code in codes]))
    assert " and 0 more" not in str(found.match([code.lower() for code in codes]))


def test_two_neighbours_are_named():
    assert module.nearest("46", ["461", "462", "463"]) == module.nearest("46", ["461", "462", "463"])[:2]


class TestNewCodes:
    """Codes that are newer than the weights: what the error proposes runs on what caused it, and is right."""

    DATA = Tally.from_columns(
        {
            "period": ["2022/23", "2023/24", "2023/24", "2023/24", "2023/24"],
            "offence": ["28E", "28I", "28M", "46", "29B"],
        },
        [100, 60, 30, 500, 2],
    )
    FRAME = pd.DataFrame({"crime code": ["28I", "28M", "46"], "n": [6, 3, 5]})

    def refused(self, call):
        with pytest.raises(UnknownNameError) as refused:
            call()
        return str(refused.value)

    def cure(self, message, **names):
        """Run the code that the message shows: on the tally, or on one made as it says."""
        (code,) = re.findall(r"counts\.relabel\(.*?\}\)(?:\.drop\([^)]*\))?(?=,)", message)
        if "counts" not in names:
            kind = "of a frame" if "frame" in names else "of a mapping"
            (made,) = re.findall(rf"{kind} (.*?\))(?:;|\.$)", message)
            names["counts"] = eval(made, {"tally": tally, "Tally": Tally}, names)  # noqa: S307
        return eval(code, {}, names)  # noqa: S307

    def test_a_tally(self, css):
        message = self.refused(lambda: harm_score(self.DATA, css))
        assert "'28I', '28M', '29B' are new since 2023/24" in message
        assert "nearest" not in message
        found = harm_score(self.cure(message, counts=self.DATA), css)
        expected = 190 * css["28E"] + 500 * css["46"] + 2 * css["29A"]
        assert found.score == pytest.approx(expected, rel=1e-12)
        assert found.weights == "ons-css 2020, 28I, 28M as 28E, 29B as 29A"
        assert "Harm (ons-css 2020, 28I, 28M as 28E, 29B as 29A)" in str(found)

    @pytest.mark.parametrize("made", [pd.DataFrame, pl.DataFrame])
    def test_a_frame(self, css, made):
        frame = made(self.FRAME.to_dict("list"))
        message = self.refused(lambda: harm_score(frame, css, offence="crime code", count="n"))
        found = harm_score(self.cure(message, frame=frame), css, offence="crime code")
        assert found.score == pytest.approx(9 * css["28E"] + 5 * css["46"], rel=1e-12)

    def test_a_mapping(self, css):
        crimes = {"28I": 5, "46": 3}
        message = self.refused(lambda: harm_score(crimes, css))
        found = harm_score(self.cure(message, crimes=crimes), css)
        assert found.score == pytest.approx(5 * css["28E"] + 3 * css["46"], rel=1e-12)

    def test_every_metric(self, css):
        years = ("2022/23", "2023/24")
        for call in (
            lambda data: harm_change(data, css, between=years),
            lambda data: harm_drivers(data, css, between=years)[0],
            lambda data: harm_index(data, css, base="2022/23")[1],
        ):
            cured = self.cure(self.refused(partial(call, self.DATA)), counts=self.DATA)
            assert call(cured).weights == "ons-css 2020, 28I, 28M as 28E, 29B as 29A"

    def test_codes_of_which_nothing_is_known(self, css):
        """8T and 8U were nothing that a source names: they are left out, and the ledger says so."""
        data = Tally.from_columns({"offence": ["28I", "8T", "8U", "46"]}, [6, 2, 1, 5])
        message = self.refused(lambda: harm_score(data, css))
        assert "leaves out '8T', '8U', of which no source says what it was before" in message
        found = harm_score(self.cure(message, counts=data), css)
        assert found.score == pytest.approx(6 * css["28E"] + 5 * css["46"], rel=1e-12)
        assert found.exclusions.excluded == 3
        alone = self.refused(lambda: harm_score({"8T": 1}, css))
        assert "counts.relabel" not in alone

    def test_weights_that_have_them(self):
        mine = own({"28I": 5, "28E": 7})
        found = harm_score({"28I": 2}, mine)
        assert (found.score, found.weights) == (10, "own 1")

    def test_only_what_is_a_choice_is_said(self, css):
        """A spelling that is put right is none."""
        spelt = Tally.from_columns({"offence": ["28e", "Shoplifting"]}, [6, 2])
        found = harm_score(spelt.relabel("offence", {"28e": "28E", "Shoplifting": "46"}), css)
        assert found.weights == "ons-css 2020"
        other = Tally.from_columns({"offence": ["8T"]}, [6]).relabel("offence", {"8T": "104"})
        assert harm_score(other, css).weights == "ons-css 2020, 8T as 104"

    def test_match(self, css):
        """The report names what they were split from."""
        found = css.match({"28I": 5, "29C": 1, "46": 3})
        assert dict(zip(found.unmatched, found.nearest, strict=True)) == {"28I": ("28E",), "29C": ("29A",)}
