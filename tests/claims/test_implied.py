"""What several published figures imply: by hand, by closed forms, and against linear programming."""

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import policemetrics as pm
from policemetrics.claims import Range, implied_change, implied_harm_per_crime, implied_parts, stated
from policemetrics.claims.implied import _QUANTITIES, _corners
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError


def ends(span):
    return span.exact_low, span.exact_high


class TestByHand:
    def test_ten_per_cent_and_35_000(self):
        """32,500 / 0.105 to 37,500 / 0.095 before; after, each less its own fall."""
        found = implied_change(percent_change="10% fewer", change="around 35,000 fewer")
        assert ends(found["before"]) == (
            Fraction(32_500) / Fraction("0.105"),
            Fraction(37_500) / Fraction("0.095"),
        )
        assert ends(found["after"]) == (
            Fraction(32_500) / Fraction("0.105") - 32_500,
            Fraction(37_500) / Fraction("0.095") - 37_500,
        )
        assert found.consistent
        assert str(found) == (
            "“around 35,000 fewer” and “10% fewer” together imply 309,524 to 394,737 before; 277,024 to 357,237 after."
        )

    def test_five_seconds_to_three(self):
        """Published as a 40 percent improvement: 2.5/5.5 to 3.5/4.5 of what it was, −55% to −22%."""
        found = implied_change(before="5 s", after="3 s")
        assert ends(found["percent_change"]) == (
            100 * (Fraction("2.5") / Fraction("5.5") - 1),
            100 * (Fraction("3.5") / Fraction("4.5") - 1),
        )
        assert [round(found["percent_change"].low), round(found["percent_change"].high)] == [-55, -22]
        assert ends(found["change"]) == (-3, -1)
        assert implied_change(before="5 s", after="3 s", percent_change="down 40%").consistent

    def test_rates_in_points(self):
        """5.51% to 7.93%: +2.42 points, give or take 0.01; 44% up."""
        found = implied_change(before="5.51%", after="7.93%")
        assert ends(found["change"]) == (Fraction("2.41"), Fraction("2.43"))
        assert found["change"].unit == "points"
        assert 43.99 in found["percent_change"]
        assert implied_change(before="5.51%", change="up 2.42 points")["after"].unit == "per cent"

    def test_harm_of_a_crime(self):
        """The news item: 0.945/0.905 to 0.955/0.895, up 4.4% to 6.7%."""
        found = implied_harm_per_crime(crime="10% lower", harm="5% lower")
        assert found.rounding_low == pytest.approx(100 * (0.945 / 0.905 - 1), abs=1e-12)
        assert found.rounding_high == pytest.approx(100 * (0.955 / 0.895 - 1), abs=1e-12)
        assert (round(found.rounding_low, 1), round(found.rounding_high, 1)) == (4.4, 6.7)
        plain = pm.published.harm_per_crime_change(crime=-10, harm=-5, rounded_to=1)
        assert str(found) == str(plain)
        assert found.rounding_low == plain.rounding_low
        assert math.isnan(found.rounded_to)

    def test_harm_of_a_crime_with_other_widths(self):
        """Each claim has its own width: crime to a tenth, harm to 5."""
        found = implied_harm_per_crime(crime="down 10.3%", harm=stated("around 5% lower"))
        assert found.rounding_low == pytest.approx(100 * (0.925 / 0.8975 - 1), abs=1e-12)
        assert found.rounding_high == pytest.approx(100 * (0.975 / 0.8965 - 1), abs=1e-12)

    def test_parts(self):
        """Violence fell by 17,949 of 22,573; what is left of it fell by 4,624, give or take 1."""
        found = implied_parts({"violence": "17,949 fewer", "the rest": None}, total="22,573 fewer")
        assert ends(found["the rest"]) == (-4_625, -4_623)
        assert str(found) == "“17,949 fewer” and “22,573 fewer” together imply the rest of −4,625 to −4,623."

    def test_parts_narrow_one_another(self):
        """12% and 85% to 88%: the second cannot be less than 87.5%, if they are all there is."""
        found = implied_parts({"solved": "12%", "unsolved": "85% to 88%"}, total="exactly 100%")
        assert ends(found["solved"]) == (Fraction("11.5"), Fraction("12.5"))
        assert ends(found["unsolved"]) == (Fraction("87.5"), Fraction("88.5"))
        assert ends(found["total"]) == (100, 100)
        assert str(found) == "“12%”, “85% to 88%” and “exactly 100%” can all be true."

    def test_parts_that_cannot_add_up(self):
        found = implied_parts({"solved": "12%", "unsolved": "91%"}, total="exactly 100%")
        assert not found.consistent
        assert not found.ranges
        assert (
            str(found) == "“12%”, “91%” and “exactly 100%” cannot all be true: the parts make 102% to 104%."
        )
        with pytest.raises(InvalidInputError, match="the parts make"):
            found["solved"]

    def test_a_part_is_not_below_nothing(self):
        """Levels are not negative, changes may be: a part of 12 of a total of 10."""
        assert not implied_parts({"a": "12", "b": None}, total="10").consistent
        found = implied_parts({"a": "12 more", "b": None}, total="10 more")
        assert ends(found["b"]) == (-3, -1)
        assert str(implied_parts({"a": "12", "b": "20"})["total"]) == "31 to 33"
        assert (
            str(implied_parts({"a": "12", "b": None}))
            == "“12” implies b of at least 0; total of at least 11.5."
        )

    @pytest.mark.parametrize(
        ("given_", "sentence"),
        [
            (
                {"before": "5 s", "after": "3 s", "percent_change": "down 60%"},
                "“5 s”, “3 s” and “down 60%” cannot all be true: “5 s” and “3 s” imply a change of −54.5% to −22.2%.",
            ),
            (
                {"before": "5", "change": "10 fewer"},
                "“5” and “10 fewer” cannot all be true: no figures before and after fit them.",
            ),
            (
                {"change": "5 fewer", "percent_change": "down 120%"},
                "“5 fewer” and “down 120%” cannot all be true: no figures before and after fit them.",
            ),
            (
                {"before": "5", "after": "over 10"},
                "“5” and “over 10” together imply a change of above 4.5; a change of above 81.8%.",
            ),
            (
                {"change": "over 5 fewer", "percent_change": "over 10% lower"},
                "“over 5 fewer” and “over 10% lower” together imply above 5 before; at least 0 after.",
            ),
            (
                {"after": "303,343", "change": "19,828 fewer"},
                "“303,343” and “19,828 fewer” together imply 323,170 to 323,172 before; a change of −6.1356% to −6.1353%.",
            ),
            (
                {
                    "before": "exactly 200",
                    "after": "exactly 179",
                    "change": "21 fewer",
                    "percent_change": "down 10.5%",
                },
                "“exactly 200”, “exactly 179”, “21 fewer” and “down 10.5%” can all be true.",
            ),
        ],
    )
    def test_sentence(self, given_, sentence):
        assert str(implied_change(**given_)) == sentence

    def test_ends_that_do_not_belong(self):
        """Over 10 of 100 is a change above 10; the strict and the closed end meet nowhere."""
        found = implied_change(before="exactly 100", after="over 110")
        assert str(found["change"]) == "above 10"
        assert str(found["percent_change"]) == "above 10%"
        both = {"before": "exactly 100", "after": "over 110"}
        assert not implied_change(**both, change="up exactly 10").consistent
        assert not implied_change(**both, percent_change="up exactly 10%").consistent
        assert not implied_change(**both, percent_change="under 10% higher").consistent
        assert implied_change(**both, percent_change="up to 10% higher").consistent

    def test_from_nothing(self):
        """Before may be as near nothing as one likes, so the percentage has no end."""
        found = implied_change(before="up to 5", after="at least 3")
        assert str(found["percent_change"]) == "at least −54.55%"
        assert not implied_change(before="exactly 0", after="5").consistent

    def test_parts_may_have_any_name(self):
        found = implied_parts({"{0}": None, "before": None, "change": "5"}, total="9")
        assert str(found) == "“5” and “9” together imply {0} of 0 to 5; before of 0 to 5."

    def test_is_a_value(self):
        found = implied_change(before="5 s", after="3 s")
        assert repr(found).startswith(
            "<Implied before 4.5 s to 5.5 s, after 2.5 s to 3.5 s, change −3 s to −1 s, "
        )
        assert (
            repr(implied_change(before="5", change="10 fewer"))
            == "<Implied no figures before and after fit them.>"
        )
        assert pickle.loads(pickle.dumps(found)) == found
        assert list(found.ranges) == list(_QUANTITIES)
        assert list(found.given) == ["before", "after"]
        with pytest.raises(InvalidTypeError, match="read-only"):
            found.ranges["before"] = None
        with pytest.raises(UnknownNameError, match="no quantity 'nope'; there are 'before'"):
            found["nope"]


POSITIVE = st.fractions(min_value=1, max_value=1000, max_denominator=20)
WIDTHS = st.fractions(min_value=0, max_value=50, max_denominator=20)
UNITS = {"before": "number", "after": "number", "change": "number", "percent_change": "per cent"}


def span(low, width, unit="number", **belong):
    return Range(exact_low=low, exact_high=low + width, unit=unit, **belong)


class TestLaws:
    """Closed forms for each pair, from the monotony of each formula; linear programming for more than two."""

    @given(POSITIVE, WIDTHS, POSITIVE, WIDTHS)
    def test_before_and_after(self, b, bw, a, aw):
        found = _corners({"before": span(b, bw), "after": span(a, aw)}, UNITS)
        assert ends(found["change"]) == (a - b - bw, a + aw - b)
        assert ends(found["percent_change"]) == (100 * (a / (b + bw) - 1), 100 * ((a + aw) / b - 1))

    @given(POSITIVE, WIDTHS, st.fractions(-90, 200, max_denominator=20), WIDTHS)
    def test_one_side_and_per_cent(self, x, xw, p, pw):
        percent = span(p, pw, "per cent")
        low, high = 1 + p / 100, 1 + (p + pw) / 100
        after = _corners({"before": span(x, xw), "percent_change": percent}, UNITS)["after"]
        assert ends(after) == (x * low, (x + xw) * high)
        before = _corners({"after": span(x, xw), "percent_change": percent}, UNITS)["before"]
        assert ends(before) == (x / high, (x + xw) / low)

    @given(POSITIVE, WIDTHS, st.fractions(1, 80, max_denominator=20), st.fractions(0, 15, max_denominator=20))
    def test_a_fall_and_per_cent(self, d, dw, p, pw):
        fall, percent = -span(d, dw), -span(p, pw, "per cent")
        found = _corners({"change": fall, "percent_change": percent}, UNITS)
        least, most = d / ((p + pw) / 100), (d + dw) / (p / 100)
        assert ends(found["before"]) == (least, most)
        assert ends(found["after"]) == (least - d, most - d - dw)

    @settings(max_examples=60)
    @given(
        st.lists(st.sampled_from(_QUANTITIES), min_size=2, max_size=4, unique=True),
        POSITIVE, POSITIVE, st.lists(st.tuples(WIDTHS, WIDTHS), min_size=4, max_size=4),
    )  # fmt: skip
    def test_against_linear_programming(self, names, before, after, widths):
        """Ranges around one true pair of figures: never contradictory, hold the pair, and end where scipy says."""
        true = {
            "before": before,
            "after": after,
            "change": after - before,
            "percent_change": 100 * (after / before - 1),
        }
        spans = {
            n: Range(exact_low=true[n] - low, exact_high=true[n] + high, unit=UNITS[n])
            for n, (low, high) in zip(names, widths, strict=False)
        }
        found = _corners(spans, UNITS)
        assert all(true[n] in found[n] for n in _QUANTITIES)
        assert all(found[n].overlap(spans[n]) == found[n] for n in names)
        rows = {"before": (1, 0), "after": (0, 1), "change": (-1, 1)}
        matrix, limits = [], []
        for n, s in spans.items():
            for end, sign in ((s.low, -1), (s.high, 1)):
                row = rows.get(n, (-(1 + end / 100), 1))
                matrix.append([sign * r for r in row])
                limits.append(0.0 if n == "percent_change" else sign * end)
        for n, row in rows.items():
            for sign, end in ((1, found[n].low), (-1, found[n].high)):
                solved = linprog([sign * r for r in row], A_ub=matrix, b_ub=limits, bounds=[(0, None)] * 2)
                if solved.status == 3:  # unbounded
                    assert math.isinf(end)
                elif solved.status == 0:
                    assert solved.fun == pytest.approx(sign * end, rel=1e-6, abs=1e-5)

    @given(st.lists(st.tuples(POSITIVE, WIDTHS), min_size=1, max_size=4), st.randoms(use_true_random=False))
    def test_parts_hold_the_truth(self, parts, random):
        """Any figures within the ranges of the parts have a total, and parts, within what is implied."""
        claims = {str(i): stated("5", nearest=1) for i in range(len(parts))}
        assume(len(claims) == len(parts))
        texts = {
            str(i): f"{float(low):.1f} to {float(low + width + 1):.1f}"
            for i, (low, width) in enumerate(parts)
        }
        drawn = [random.uniform(stated(t).range.low, stated(t).range.high) for t in texts.values()]
        total = f"{sum(drawn):.1f}"
        found = implied_parts(texts, total=total)
        assert found.consistent
        slack = 1e-6
        for name, value in zip(texts, drawn, strict=True):
            assert found[name].low - slack <= value <= found[name].high + slack
        assert found["total"].overlap(stated(total).range) == found["total"]

    @given(st.integers(-60, 60).filter(bool), st.integers(-60, 60).filter(bool))
    def test_harm_agrees_with_plain_numbers(self, crime, harm):
        """`harm_per_crime_change` of the same numbers, rounded to whole per cent."""
        found = implied_harm_per_crime(crime=f"{crime:+d}%", harm=f"{harm:+d}%")
        plain = pm.published.harm_per_crime_change(crime=crime, harm=harm, rounded_to=1)
        assert np.allclose([found.percent_change, found.rounding_low, found.rounding_high],
                           [plain.percent_change, plain.rounding_low, plain.rounding_high], rtol=0, atol=1e-12)  # fmt: skip


class TestBadInput:
    @pytest.mark.parametrize(
        ("given_", "why"),
        [
            ({}, "two or more of 'before'"),
            ({"before": "5 s"}, "two or more of 'before'"),
            ({"before": "5 s", "after": "3%"}, "must be in one unit; got before '5 s' \\(seconds\\), after '3%'"),
            ({"before": "5%", "after": "3 points"}, "must be in one unit"),
            ({"before": "5 s", "change": "down 3%"}, "belongs to percent_change"),
            ({"before": "5 s", "change": "3 s"}, "change must be a figure that says which way"),
            ({"before": "5 s", "percent_change": "10%"}, "percent_change must be a figure that says which way"),
            ({"before": "5 s", "percent_change": "10 s faster"}, "percent_change must be in per cent"),
            ({"before": "5 s faster", "after": "3 s"}, "before must be a figure that is the figure of one period"),
            ({"before": "rubbish", "after": "3 s"}, "before: text 'rubbish' cannot be read"),
            ({"before": "mean 5 s", "after": "median 3 s"}, "before and after must be of one thing"),
            ({"change": "5 fewer victims", "percent_change": "10% fewer crimes"}, "change and percent_change must be of one thing"),
            ({"before": "5% of crimes", "after": "5% of arrests"}, "must be of one thing"),
        ],
    )  # fmt: skip
    def test_change(self, given_, why):
        with pytest.raises(InvalidInputError, match=why):
            implied_change(**given_)

    def test_an_average_may_be_a_mean(self):
        assert implied_change(before="an average of 5 s", after="mean 3 s").consistent

    @pytest.mark.parametrize("name", _QUANTITIES)
    @pytest.mark.parametrize("value", [5, 5.5, b"5 s", ["5 s"]])
    def test_no_text(self, name, value):
        with pytest.raises(InvalidTypeError, match=f"{name} must be text"):
            implied_change(**{"before": "5", "after": "3"} | {name: value})

    @pytest.mark.parametrize("parts", [None, 5, "12%", ["12%"]])
    def test_no_parts(self, parts):
        with pytest.raises(InvalidTypeError, match="parts must be a mapping"):
            implied_parts(parts)

    @pytest.mark.parametrize(
        ("parts", "total", "why"),
        [
            ({}, "10", "parts must name one or more"),
            ({"total": "5"}, "10", "none of them 'total'"),
            ({"a": None}, None, "parts must hold one or more published figures"),
            ({"a": "5", "b": "5%"}, None, "parts and total must be of one kind"),
            ({"a": "5 fewer", "b": "5"}, None, "parts and total must be of one kind"),
            ({"a": "5 crimes"}, "5 victims", "a and total must be of one thing"),
            ({"a": "rubbish"}, "5", "parts\\['a'\\]: text 'rubbish' cannot be read"),
            ({"a": "5"}, "rubbish", "total: text 'rubbish' cannot be read"),
        ],
    )
    def test_parts(self, parts, total, why):
        with pytest.raises(InvalidInputError, match=why):
            implied_parts(parts, total=total)

    def test_names_of_parts(self):
        with pytest.raises(InvalidTypeError, match="the names of parts must be text"):
            implied_parts({5: "5"})

    @pytest.mark.parametrize(
        ("crime", "why"),
        [
            ("10%", "says which way"),
            ("10 fewer", "crime must be a change in per cent with two ends"),
            ("over 10% lower", "with nearest="),
            ("−11% to −9%", "crime must be a change in per cent with two ends"),
            ("100% lower", "crime must be > -100"),
            ("rubbish", "crime: text 'rubbish'"),
        ],
    )
    def test_harm(self, crime, why):
        with pytest.raises(InvalidInputError, match=why):
            implied_harm_per_crime(crime=crime, harm="5% lower")
