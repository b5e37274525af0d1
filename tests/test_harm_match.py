"""How codes meet weights, and what two headlines say of the harm of a crime."""

from __future__ import annotations

import math
import pickle
from decimal import Decimal

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import HarmWeights, datasets, definitions, harm_drivers, harm_score, harm_weights
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.harm import weights
from policemetrics.published import harm_per_crime_change
from policemetrics.tallies import Tally

OWN = HarmWeights({"46": 12, "34B": 800, "1": 7000}, name="own", version="1", outside=["AF"])
WHOLE = "1/4.1/4.10/4.2"


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


class TestHarmPerCrimeChange:
    def test_the_example_of_the_headlines(self):
        """By hand: 0.95/0.90, 0.945/0.905 and 0.955/0.895."""
        change = harm_per_crime_change(crime=-10, harm=-5, rounded_to=1)
        assert change.percent_change == pytest.approx((0.95 / 0.90 - 1) * 100)
        assert change.rounding_low == pytest.approx((0.945 / 0.905 - 1) * 100)
        assert change.rounding_high == pytest.approx((0.955 / 0.895 - 1) * 100)
        assert str(change) == (
            "Crime fell by 10% and harm fell by 5%: harm fell less than crime, so harm per crime rose by 5.6%, between "
            "+4.4% and +6.7% as far as the rounding tells."
        )

    @pytest.mark.parametrize(
        ("crime", "harm", "rounded_to", "says"),
        [
            (5, 5, None, "harm moved as crime did, so harm per crime did not change."),
            (0, 0, None, "Crime did not change and harm did not change: harm moved as crime did"),
            (
                5,
                5,
                1,
                "the rounding leaves open whether harm per crime rose or fell (0.0%, between −0.9% and +1.0%",
            ),
            (0, 3, 1, "Crime did not change and harm rose by 3%: harm per crime rose by 3.0%"),
            (4, -2, 0.5, "Crime rose by 4% and harm fell by 2%: harm per crime fell by 5.8%"),
            (10, 2, 1, "harm rose less than crime, so harm per crime fell by 7.3%"),
            (2, 10.5, None, "harm rose by 10.5%: harm rose more than crime, so harm per crime rose by 8.3%."),
            (0, 0.5, None, "harm rose by 0.5%: harm per crime rose by 0.5%."),
            (0.5, 0.9, None, "harm rose by 0.9%: harm rose more than crime, so harm per crime rose by 0.4%."),
            (5, 0, None, "harm did not change: harm per crime fell by 4.8%."),
            (-10, -9, 1, "leaves open whether harm per crime rose or fell (+1.1%, between 0.0% and +2.2%"),
            (-9, -10, 1, "leaves open whether harm per crime rose or fell (−1.1%, between −2.2% and 0.0%"),
            (-10, -10.001, None, "harm fell more than crime, so harm per crime fell by less than 0.1%."),
        ],
    )
    def test_sentences(self, crime, harm, rounded_to, says):
        assert says in str(harm_per_crime_change(crime=crime, harm=harm, rounded_to=rounded_to))

    def test_without_rounding(self):
        change = harm_per_crime_change(crime=-10, harm=-5)
        assert change.percent_change == pytest.approx(100 * 5 / 90)
        assert math.isnan(change.rounding_low)
        assert math.isnan(change.rounding_high)
        assert math.isnan(change.rounded_to)
        assert harm_per_crime_change(crime=-10, harm=-5, rounded_to=5).rounded_to == 5

    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"crime": -100}, InvalidInputError, "crime must be > -100"),
            ({"harm": -100}, InvalidInputError, "harm must be > -100"),
            (
                {"crime": -99.5, "rounded_to": 0.5, "harm": -99.9},
                InvalidInputError,
                "harm must be a multiple",
            ),
            (
                {"crime": -99, "rounded_to": 3},
                InvalidInputError,
                "crime must be > -100 however it was rounded",
            ),
            ({"crime": -96, "harm": 0, "rounded_to": 8}, InvalidInputError, "may be as low as -100"),
            (
                {"crime": -10.3, "rounded_to": 1},
                InvalidInputError,
                "crime must be a multiple of rounded_to, 1",
            ),
            ({"crime": math.nan}, InvalidInputError, "crime must be a finite number"),
            ({"crime": "-10"}, InvalidTypeError, "crime must be a number"),
            ({"rounded_to": 0}, InvalidInputError, "rounded_to must be > 0"),
        ],
    )
    def test_bad_input(self, options, error, match):
        with pytest.raises(error, match=match):
            harm_per_crime_change(**({"crime": -10, "harm": -6} | options))

    def test_any_number_will_do(self):
        change = harm_per_crime_change(crime=Decimal("-10.3"), harm=np.float64(4.2), rounded_to=0.1)
        assert change.rounding_low < change.percent_change < change.rounding_high

    @given(
        st.integers(-900, 3000),
        st.integers(-900, 3000),
        st.floats(-0.4999, 0.4999),
        st.floats(-0.4999, 0.4999),
    )
    def test_whatever_was_rounded_lies_within(self, crime, harm, c, h):
        """Tenths of a per cent: the change of the unrounded values is between the limits."""
        change = harm_per_crime_change(crime=crime / 10, harm=harm / 10, rounded_to=0.1)
        true = 100 * ((1000 + harm + h) / (1000 + crime + c) - 1)
        assert change.rounding_low - 1e-9 <= true <= change.rounding_high + 1e-9
        assert change.rounding_low < change.percent_change < change.rounding_high


def test_one_crime_of_a_code_spelt_nearly_right():
    found = HarmWeights({"46": 1, "34B": 2}, name="own", version="1").match({"461": 1})
    assert (found.nearest, found.share_unmatched) == ((("46",),), 1)


def test_a_code_in_two_cases():
    found = HarmWeights({"34B": 2}, name="own", version="1").match(["34B", "34b"])
    assert found.duplicates == (("34B", "34b"),)


def test_as_many_hints_as_are_shown():
    """No more are spoken of where there are none."""
    codes = [f"{n}{n}{n}A" for n in range(1, weights._MOST_NAMED + 1)]
    own = HarmWeights(dict.fromkeys(codes, 1), name="own", version="1")
    assert " more" not in str(own.match([f"{code}a" for code in codes]))
    assert " and 0 more" not in str(own.match([code.lower() for code in codes]))
