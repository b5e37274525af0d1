"""`stated`: what a published figure could mean, word by word; and that no text gives a foreign error."""

import contextlib
import doctest
import math
import pickle
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policemetrics import PoliceMetricsError, _write
from policemetrics.claims import Range, Stated, stated
from policemetrics.claims.ranges import exact
from policemetrics.claims.stated import _phrases
from policemetrics.definitions import claim_words
from policemetrics.errors import InvalidInputError, InvalidTypeError


def ends(text, **options):
    """Both ends as they are, None where there is none."""
    span = stated(text, **options).range
    return span.exact_low, span.exact_high


def included(text):
    span = stated(text).range
    return span.low_included, span.high_included


class TestPlainFigures:
    @pytest.mark.parametrize(
        ("text", "unit", "low", "high"),
        [
            ("10%", "per cent", "9.5", "10.5"),
            ("10.3%", "per cent", "10.25", "10.35"),
            ("10.30 per cent", "per cent", "10.295", "10.305"),
            ("100%", "per cent", "99.5", "100.5"),
            ("0.5 pc", "per cent", "0.45", "0.55"),
            ("2.4 percentage points", "points", "2.35", "2.45"),
            ("2 % points", "points", "1.5", "2.5"),
            ("8", "number", "7.5", "8.5"),
            ("328,104", "number", "328103.5", "328104.5"),
            ("328104", "number", "328103.5", "328104.5"),
            ("35,000", "number", "34500", "35500"),
            ("30,000", "number", "29500", "30500"),
            ("22,570", "number", "22565", "22575"),
            ("100", "number", "95", "105"),
            ("20", "number", "19.5", "20.5"),
            ("1.2 million", "number", "1150000", "1250000"),
            ("3 million", "number", "2500000", "3500000"),
            ("35k", "number", "34500", "35500"),
            ("thirty-five thousand", "number", "34500", "35500"),
            ("a hundred", "number", "50", "150"),
            ("eleven", "number", "10.5", "11.5"),
            (".5%", "per cent", "0.45", "0.55"),
            ("5 seconds", "seconds", "4.5", "5.5"),
            ("5s", "seconds", "4.5", "5.5"),
            ("4.7 s", "seconds", "4.65", "4.75"),
            ("2 minutes 14 seconds", "seconds", "133.5", "134.5"),
            ("2 min 14 s", "seconds", "133.5", "134.5"),
            ("2m14s", "seconds", "133.5", "134.5"),
            ("2 minutes 14", "seconds", "133.5", "134.5"),
            ("2 minutes 05", "seconds", "124.5", "125.5"),
            ("1 hour 30", "seconds", "5370", "5430"),
            ("1 hour 2 minutes 3", "seconds", "3722.5", "3723.5"),
            ("2 minutes 10 to 2 minutes 14", "seconds", "129.5", "134.5"),
            ("two minutes and fourteen seconds", "seconds", "133.5", "134.5"),
            ("2 minutes, 14 seconds", "seconds", "133.5", "134.5"),
            ("a 5-second", "seconds", "4.5", "5.5"),
            ("11 minutes", "seconds", "630", "690"),
            ("1 h 5 min", "seconds", "3870", "3930"),
            ("1.5 hours", "seconds", "5220", "5580"),
            ("2 days", "seconds", "129600", "216000"),
            ("“10%”.", "per cent", "9.5", "10.5"),
            ("0%", "per cent", "-0.5", "0.5"),
        ],
    )
    def test_rounding_of_what_is_printed(self, text, unit, low, high):
        """By hand: half a unit of the last printed digit on either side."""
        assert stated(text).unit == unit
        assert ends(text) == (Fraction(low), Fraction(high))

    def test_both_ends_belong(self):
        """10.35 is printed as 10.4 by Excel; as 10.3 by who rounds to even, were it 10.25."""
        assert included("10.3%") == (True, True)
        assert 10.25 in stated("10.3%")
        assert Decimal("10.35") in stated("10.3%")
        assert Decimal("10.350001") not in stated("10.3%")

    def test_exact(self):
        """A float stands for the decimal that it is printed as, so a tie is one."""
        assert 0.1 + 0.2 not in Range(exact_low=0, exact_high=0.3, unit="number")
        assert 0.3 in Range(exact_low=0, exact_high=Decimal("0.3"), unit="number")
        assert np.float32(0.5) in Range(exact_low=0.5, exact_high=0.5, unit="number")
        assert np.int64(5) in stated("5")


class TestWords:
    @pytest.mark.parametrize(
        ("text", "low", "high"),
        [
            ("around 35,000", 32_500, 37_500),
            ("around 30,000", 27_500, 32_500),
            ("around 38,000", 37_500, 38_500),
            ("about 8%", Fraction(15, 2), Fraction(17, 2)),
            ("around 10%", Fraction(15, 2), Fraction(25, 2)),
            ("roughly 15 minutes", 750, 1050),
            ("some 12,500", 12_250, 12_750),
            ("10% or so", Fraction(15, 2), Fraction(25, 2)),
            ("~35,000", 32_500, 37_500),
            ("c. 35,000", 32_500, 37_500),
            ("approx. 10 p.c.", Fraction(15, 2), Fraction(25, 2)),
            ("30,000+", 29_500, None),
            ("almost 11%", Fraction(21, 2), 11),
            ("nearly 30,000", 27_500, 30_000),
            ("just over 20%", 20, Fraction(45, 2)),
            ("over 20%", 20, None),
            ("more than 5%", 5, None),
            ("at least 20%", Fraction(39, 2), None),
            ("20% or more", Fraction(39, 2), None),
            ("under 20%", 0, 20),
            ("fewer than 20", 0, 20),
            ("up to 40%", 0, Fraction(81, 2)),
            ("no more than 40%", 0, Fraction(81, 2)),
            ("exactly 10%", 10, 10),
        ],
    )
    def test_reach(self, text, low, high):
        """By hand, from the table of words."""
        assert ends(text) == (low, high)

    @pytest.mark.parametrize(
        ("text", "belong"),
        [
            ("around 35,000", (True, True)),
            ("almost 11%", (True, False)),
            ("just over 20%", (False, True)),
            ("over 20%", (False, False)),
            ("at least 20%", (True, False)),
            ("under 20%", (True, False)),
            ("up to 40%", (True, True)),
        ],
    )
    def test_ends(self, text, belong):
        """What is over 20% is not 20%; what is almost 11% is not 11%."""
        assert included(text) == belong

    @pytest.mark.parametrize(
        ("text", "low", "high"),
        [
            ("half", "47.5", "52.5"),
            ("a quarter", "22.5", "27.5"),
            ("two thirds", Fraction(200, 3) - Fraction(5, 2), Fraction(200, 3) + Fraction(5, 2)),
            ("one in eight", Fraction(200, 17), Fraction(200, 15)),
            ("1 in 9", Fraction(200, 19), Fraction(200, 17)),
            ("one in every 100", Fraction(100, 105), Fraction(100, 95)),
            ("one in a hundred", Fraction(100, 105), Fraction(100, 95)),
            ("three in ten", 25, 35),
            ("9 out of 10", 85, 95),
            ("almost one in eight", Fraction(200, 17), Fraction(25, 2)),
            ("halved", "-52.5", "-47.5"),
            ("doubled", 90, 110),
            ("twice as many", 90, 110),
            ("almost doubled", 90, 100),
            ("trebled", 190, 210),
            ("three times as many", 190, 210),
            ("1.5 times as many", 45, 55),
            ("more than halved", None, -50),
        ],
    )
    def test_parts_and_multiples(self, text, low, high):
        """One in eight is one in 7.5 to one in 8.5; the rest from the table of rules."""
        expected = tuple(e if e is None else Fraction(e) for e in (low, high))
        assert ends(text) == expected

    def test_the_home_office_phrase(self):
        """'Around 1 in 9 (12.0%)', 2025: 12.0% is nearer one in eight."""
        assert 12.0 not in stated("around 1 in 9")
        assert 12.0 in stated("around 1 in 8")

    @pytest.mark.parametrize(
        ("text", "low", "high"),
        [
            ("between 5 and 6%", "4.5", "6.5"),
            ("5% to 6%", "4.5", "6.5"),
            ("5–6%", "4.5", "6.5"),
            ("between 30 and 35 thousand", 29_500, 35_500),
            ("10 to 15 minutes", 570, 930),
            ("fell by between 4% and 6%", "-6.5", "-3.5"),
            ("−10.7% to −9.9%", "-10.75", "-9.85"),
            ("−1% to +2%", "-1.5", "2.5"),
        ],
    )
    def test_ranges(self, text, low, high):
        """From the lower end of the first to the upper end of the second."""
        assert ends(text) == (Fraction(low), Fraction(high))
        assert stated(text).value is None

    @pytest.mark.parametrize("nearest", [10_000, 10_000.0, Decimal(10_000), np.int64(10_000)])
    def test_the_caller_names_the_step(self, nearest):
        """It takes the place of the word's width."""
        assert ends("around 35,000", nearest=nearest) == (30_000, 40_000)
        assert ends("35,000", nearest=nearest) == (30_000, 40_000)
        assert stated("35,000", nearest=nearest).nearest == 10_000

    def test_a_step_ends_what_has_no_end(self):
        """Over 20% to the nearest 5 is up to 25%; a size does not go below nothing."""
        assert ends("over 20%", nearest=5) == (20, 25)
        assert ends("up to 40%", nearest=5) == (35, Fraction(85, 2))
        assert ends("under 2%", nearest=5) == (0, 2)
        assert ends("around 2%", nearest=10) == (0, 7)
        assert ends("5% to 10%", nearest=1) == (Fraction(9, 2), Fraction(21, 2))
        assert ends("exactly 10%", nearest=5) == (10, 10)


class TestWhatElseIsSaid:
    @pytest.mark.parametrize(
        ("text", "direction"),
        [
            ("10% fewer", "down"),
            ("10% lower", "down"),
            ("down 10%", "down"),
            ("fell by 10%", "down"),
            ("a fall of 10%", "down"),
            ("a 10% reduction", "down"),
            ("a 10% cut in crime", "down"),
            ("Crime has fallen by 10%.", "down"),
            ("−10%", "down"),
            ("-10%", "down"),
            ("–10%", "down"),
            ("minus 10%", "down"),
            ("10% more", "up"),
            ("up 10%", "up"),
            ("rose by 10%", "up"),
            ("+10%", "up"),
            ("10%", ""),
            ("up to 10%", ""),
            ("more than 10%", ""),
        ],
    )
    def test_direction(self, text, direction):
        """Which way it went, before or after the figure; a sign says it too."""
        claim = stated(text)
        assert claim.direction == direction
        assert claim.sense == ("change" if direction else "either")
        assert claim.value == (-10 if direction == "down" else 10)

    @pytest.mark.parametrize(
        ("text", "sense"),
        [
            ("8% of crimes", "level"),
            ("one in eight", "level"),
            ("fell to 328,104", "level"),
            ("down to 3 seconds", "level"),
            ("decreased to 328,104", "level"),
            ("has risen to 10%", "level"),
            ("8%", "either"),
            ("down by a third", "change"),
            ("halved", "change"),
        ],
    )
    def test_level_or_change(self, text, sense):
        """A part of something is no change; what it fell to is none either."""
        assert stated(text).sense == sense

    @pytest.mark.parametrize(
        ("text", "counts", "out_of"),
        [
            ("around 35,000 fewer victims", "victims", ""),
            ("35,000 fewer people", "victims", ""),
            ("10% fewer recorded crimes", "crimes", ""),
            ("a third fewer crimes", "crimes", ""),
            ("8% of crimes", "", "crimes"),
            ("13% of arrests", "", "arrests"),
            ("one in eight crimes", "", "crimes"),
            ("a quarter of all offences", "", "crimes"),
            ("10%", "", ""),
        ],
    )
    def test_what_is_counted(self, text, counts, out_of):
        """Fewer victims counts victims; 8% of crimes is a part of crimes."""
        assert (stated(text).counts, stated(text).out_of) == (counts, out_of)

    @pytest.mark.parametrize(
        ("text", "statistic"),
        [
            ("a median of 11 minutes", "median"),
            ("mean 5 s", "mean"),
            ("11 minutes on average", "average"),
            ("an average of 11 minutes", "average"),
            ("11 minutes", ""),
        ],
    )
    def test_which_average(self, text, statistic):
        """'On average' does not say which."""
        assert stated(text).statistic == statistic

    def test_is_a_value(self):
        """Frozen, equal to its like, and it pickles."""
        claim = stated("around 35,000 fewer victims", vintage="2024")
        assert claim == stated("around 35,000 fewer victims", vintage="2024")
        assert claim != stated("around 35,000 fewer victims")
        assert pickle.loads(pickle.dumps(claim)) == claim
        assert (claim.vintage, claim.words) == ("2024", "policemetrics-words 1")
        with pytest.raises(AttributeError):
            claim.value = 5

    def test_on_one_line(self):
        """Spaces and line ends within the text are one space; the short form names the text and the range."""
        assert stated(" 10%\n fewer ").text == "10% fewer"
        assert repr(stated("10%")) == "<Stated '10%': 9.5% to 10.5%>"
        assert repr(stated("10%").range) == "<Range 9.5% to 10.5%>"

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("around 35,000", "“around 35,000” is taken to mean 32,500 to 37,500."),
            ("almost 11%", "“almost 11%” is taken to mean 10.5% to below 11%."),
            ("just over 20% fewer", "“just over 20% fewer” is taken to mean −22.5% to below −20%."),
            ("over 20%", "“over 20%” is taken to mean above 20%."),
            ("at least 20%", "“at least 20%” is taken to mean at least 19.5%."),
            ("down by over 20%", "“down by over 20%” is taken to mean below −20%."),
            ("down at least 20%", "“down at least 20%” is taken to mean at most −19.5%."),
            ("exactly 10%", "“exactly 10%” is taken to mean exactly 10%."),
            ("2.4 points", "“2.4 points” is taken to mean 2.35 to 2.45 percentage points."),
            ("11 minutes", "“11 minutes” is taken to mean 10 min 30 s to 11 min 30 s."),
            ("1 h faster", "“1 h faster” is taken to mean −1 h 30 min to −30 min."),
            ("0 s", "“0 s” is taken to mean −0.5 s to 0.5 s."),
            ("one in eight", "“one in eight” is taken to mean 11.76% to 13.33%."),
        ],
    )
    def test_sentence(self, text, sentence):
        assert str(stated(text)) == sentence


class TestBadInput:
    @pytest.mark.parametrize(
        ("text", "one", "other"),
        [
            ("1/2", "1 in 2", "a date or a period"),
            ("2022/23", "2022 in 23", "a date or a period"),
            ("5.32.00", "5 hours 32 minutes", "5 minutes 32 seconds"),
            ("0:08:00", "8 minutes", "8 seconds"),
            ("2:14", "2 hours 14 minutes", "2 minutes 14 seconds"),
            ("0:00", "0 minutes", "0 seconds"),
            ("1:01:01", "1 hour 1 minute 1 second", "1 minute 1 second 1 hundredths of a second"),
            ("2.14 minutes", "a decimal, '2.14'", "2 minutes 14 seconds"),
            ("1.05h", "a decimal, '1.05'", "1 hour 5 minutes"),
            ("5m", "million", "minutes"),
            ("1.2m fewer crimes", "million", "minutes"),
            ("10,3%", "10.3", "103"),
            ("1,50", "1.50", "150"),
            ("3 times more", "3 times as many", "once more"),
            ("three times higher", "three times as many", "once more"),
        ],
    )
    def test_two_readings(self, text, one, other):
        """What can be read in two ways is refused with both."""
        with pytest.raises(InvalidInputError, match="can mean") as caught:
            stated(text)
        assert one in str(caught.value)
        assert other in str(caught.value)

    @pytest.mark.parametrize(
        "text",
        ["", "   ", "a lot", "%", "-", "10% of burglaries", "£5", "10% ± 2", "35 000", "half a million", "1e5",
         "several", "not 10%", "10 per 1,000", "n/a", "infinity", "½", "١٠%", "10\x00%", "between 5%", "1,0000"],
    )  # fmt: skip
    def test_lists_the_forms(self, text):
        """What cannot be read is refused with the forms that can."""
        with pytest.raises(InvalidInputError, match="forms that can be read: '328,104'"):
            stated(text)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("down 10% up", "both 'down' and 'up'"),
            ("around over 10%", "both 'around' and 'over'"),
            ("mean median 10 s", "both 'mean' and 'median'"),
            ("down −10%", "twice which way"),
            ("down halved", "twice which way"),
            ("fell to 10% fewer", "state them as two figures"),
            ("around 5% to 6%", "nothing to widen"),
            ("6% to 5%", "from its lower end to its"),
            ("5% to 6 s", "both in one unit"),
            ("under 0", "nothing is under 0"),
            ("10% in", "do not make sense with it"),
            ("half a million", "do not make sense with it"),
            ("14 seconds 2 minutes", "from its largest unit"),
            ("2 minutes 3 minutes", "from its largest unit"),
            ("10%\n20%", "more than one figure"),
            ("2 minutes 60", "more than one figure"),
            ("2 minutes 14.5", "more than one figure"),
            ("2.5 minutes 14", "more than one figure"),
            ("5 seconds 3", "more than one figure"),
            ("2 days 4", "more than one figure"),
            ("11 minutes 40 calls", "more than one figure"),
            ("11 minutes 40%", "more than one figure"),
            ("5 s 3 s", "from its largest unit"),
            ("1.5 in 8", "two whole numbers"),
            ("8 in 3", "two whole numbers"),
            ("0 in 3", "two whole numbers"),
            ("one in one", "two whole numbers"),
            ("five quarters", "part of one"),
            ("zero thirds", "part of one"),
            ("9" * 16, "more than 15 digits"),
            ("5" * 200, "longer than 120 characters"),
        ],
    )
    def test_says_why(self, text, why):
        with pytest.raises(InvalidInputError, match=why):
            stated(text)

    @pytest.mark.parametrize("text", [None, 5, 10.3, b"10%", ["10%"], Stated])
    def test_no_text(self, text):
        with pytest.raises(InvalidTypeError, match="text must be text"):
            stated(text)

    @pytest.mark.parametrize(
        "nearest", [0, -5, math.nan, math.inf, "5", True, 1e-16, 1e16, Decimal("1e-999999999"), 10**400]
    )
    def test_no_step(self, nearest):
        with pytest.raises(PoliceMetricsError, match="nearest must"):
            stated("10%", nearest=nearest)

    @pytest.mark.parametrize("vintage", [None, 5, b"2024"])
    def test_no_vintage(self, vintage):
        with pytest.raises(InvalidTypeError, match="vintage must be text"):
            stated("10%", vintage=vintage)


class TestTable:
    def test_every_word_is_read(self):
        """Each word of the table reads, and gives the word that it is taken for."""
        for word in claim_words().words.values():
            assert word.rationale
            for said in word.also:
                text = f"20% {said}" if said.startswith("or ") else f"{said} 20%"
                assert stated(text).word == word.word, said

    def test_edition(self):
        words = claim_words()
        assert words is claim_words()
        assert (words.name, words.version, words.edition) == (
            "policemetrics-words",
            "1",
            "policemetrics-words 1",
        )
        assert words.rationale
        assert all(rule.rationale for rule in words.rules.values())
        assert pickle.loads(pickle.dumps(words)) == words
        with pytest.raises(TypeError, match="read-only"):
            words.words["over"] = None


SAID = sorted(" ".join(words) for words in _phrases())
NUMBERS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.integers(0, 10**6).map("{:,}".format),
    st.decimals(0, 1000, places=1).map(str),
    st.decimals(0, 1000, places=2).map(str),
)
SIZES = NUMBERS.filter(lambda n: n.strip("0."))
PARTS = st.one_of(
    NUMBERS, st.sampled_from(SAID), st.sampled_from([*"+-−–/:.,%½ \n\x00é", "1/2", "2:14", "m", "£", "not"])
)
FIGURES = st.sampled_from(["{}", "{}%", "{} points", "{} s", "{} days", "{} million"])


class TestPage:
    """docs/methods/claims.md: its examples run, and its tables say what the code does."""

    PAGE = Path(__file__).parents[2] / "docs" / "methods" / "claims.md"

    def test_examples_run(self):
        found = doctest.testfile(str(self.PAGE), module_relative=False, encoding="utf-8")
        assert found.attempted > 15
        assert found.failed == 0

    def test_every_word_is_in_the_table(self):
        lines = self.PAGE.read_text(encoding="utf-8").splitlines()
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        table = {cells[0]: cells for cells in rows if len(cells) == 4}
        for word in claim_words().words.values():
            _, also, means, _ = table[word.word]
            assert set(filter(None, also.split(", "))) <= set(word.also)
            said = str(stated(f"{word.word} 20%".removeprefix("plain ")).range)
            shown = {"exactly 20%": "20%", "at least 19.5%": "19.5% or more"}.get(said, said)
            assert means == shown, word.word

    @pytest.mark.parametrize(
        ("text", "means"),
        [
            ("10.3%", "10.25% to 10.35%"),
            ("328,104", "328,103.5 to 328,104.5"),
            ("35,000", "34,500 to 35,500"),
            ("30,000", "29,500 to 30,500"),
            ("2 minutes 14 seconds", "2 min 13.5 s to 2 min 14.5 s"),
            ("2 minutes 14", "2 min 13.5 s to 2 min 14.5 s"),
            ("11 minutes", "10 min 30 s to 11 min 30 s"),
            ("a quarter", "22.5% to 27.5%"),
            ("halved", "−52.5% to −47.5%"),
            ("5% to 6%", "4.5% to 6.5%"),
        ],
    )
    def test_plain_figures(self, text, means):
        assert f"| {text} | {means} |" in self.PAGE.read_text(encoding="utf-8")
        assert str(stated(text).range) == means


class TestLaws:
    @settings(max_examples=600)
    @given(st.lists(PARTS, max_size=6), st.sampled_from(["", " "]))
    def test_never_a_foreign_error(self, parts, glue):
        """A text is read, or refused by an error of the family; what is read can be read again."""
        text = glue.join(parts)
        try:
            claim = stated(text)
        except PoliceMetricsError:
            return
        assert claim.range.low <= claim.range.high
        assert stated(claim.text) == claim
        assert str(claim).startswith("“")
        if claim.value is not None and claim.word in {"plain", "around", "exactly", "at least", "up to"}:
            assert claim.value in claim

    @settings(max_examples=200)
    @given(st.text(max_size=140))
    def test_any_text(self, text):
        with contextlib.suppress(PoliceMetricsError):
            stated(text)

    @given(SIZES, FIGURES)
    def test_words_widen_and_narrow(self, number, figure):
        """Exactly is within plain, plain within around; almost and just over are halves of around."""
        plain = figure.format(number)
        spans = {word: stated(f"{word} {plain}".removeprefix("plain ")).range for word in claim_words().words}
        within = [("exactly", "plain"), ("plain", "around"), ("almost", "around"), ("just over", "around"),
                  ("over", "at least"), ("under", "up to"), ("just over", "over"), ("almost", "under")]  # fmt: skip
        for inner, outer in within:
            assert spans[inner].overlap(spans[outer]) == spans[inner], (inner, outer)
        assert spans["over"].overlap(spans["under"]) is None
        assert spans["almost"].overlap(spans["just over"]) is None

    @given(
        SIZES, FIGURES, st.sampled_from(sorted(claim_words().words)), st.integers(1, 50), st.integers(0, 50)
    )
    def test_a_wider_step_widens(self, number, figure, word, step, more):
        text = f"{word} {figure.format(number)}".removeprefix("plain ")
        narrow, wide = (stated(text, nearest=s).range for s in (step, step + more))
        assert narrow.overlap(wide) == narrow

    @given(SIZES, FIGURES, st.sampled_from(sorted(claim_words().words)))
    def test_up_mirrors_down(self, number, figure, word):
        """The range of a fall is that of a rise of the same size, the other way round."""
        text = f"{word} {figure.format(number)}".removeprefix("plain ")
        assert stated(f"down by {text}").range == -stated(f"up by {text}").range
        assert stated(f"up by {text}").range == stated(text).range

    @given(st.decimals(0, 1000, places=2))
    def test_more_decimals_narrow(self, value):
        """10.0% says more than 10%."""
        spans = [stated(f"{value:.{d}f}%").range for d in (2, 1)]
        assert spans[0].high - spans[0].low < spans[1].high - spans[1].low

    @settings(max_examples=300)
    @given(st.floats(-1e9, 1e9), st.integers(0, 4))
    def test_reads_back_what_the_library_prints(self, value, digits):
        """A figure printed by `_display` and read again contains the figure."""
        for text, shown in (
            (_write.fixed(value, digits), value),
            (_write.count(value), value),
            (_write.signed(value, digits, "%"), value),
            (_write.plain(value), value),
            (_write.duration(value), value),
            (_write.percent(value / 1e6, digits), exact(value / 1e6, "value") * 100),
        ):
            assert shown in stated(text), text

    @given(st.integers(0, 10**12))
    def test_reads_back_a_count(self, value):
        assert value in stated(_write.count(value))

    @given(st.floats(-1000, 1000), st.floats(0.2, 1000))
    def test_reads_back_an_interval(self, low, width):
        """Both limits, as `limits` writes them."""
        high = low + width
        text = _write.limits(_write.signed(low, 1, "%"), _write.signed(high, 1, "%"), unbounded=False)
        claim = stated(text)
        assert low in claim
        assert high in claim
