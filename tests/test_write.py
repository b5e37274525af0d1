"""How figures are written: half away from zero, signs, durations, and tables in text and HTML."""

import decimal
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policemetrics import _write

NAN, INF = float("nan"), float("inf")
WHOLE = st.integers(-(10**9), 10**9)


class TestFixed:
    @pytest.mark.parametrize(
        ("value", "digits", "written"),
        [
            (0.5, 0, "1"),
            (1.5, 0, "2"),
            (2.5, 0, "3"),
            (-0.5, 0, "−1"),
            (-2.5, 0, "−3"),
            (0.45, 1, "0.5"),
            (2.675, 2, "2.68"),  # Python's round() gives 2.67
            (1.005, 2, "1.01"),
            (-0.04, 1, "0.0"),
            (-0.05, 1, "−0.1"),
            (0.0, 2, "0.00"),
            (-0.0, 0, "0"),
            (1234567.891, 1, "1,234,567.9"),
            (-1234.5, 0, "−1,235"),
            (999.95, 1, "1,000.0"),
            (5e-324, 2, "0.00"),
            (1e27, 1, "1,000,000,000,000,000,000,000,000,000.0"),
            (NAN, 2, "n/a"),
            (INF, 2, "infinity"),
            (-INF, 2, "−infinity"),
        ],
    )
    def test_half_away_from_zero(self, value, digits, written):
        """As published figures are, on the digits as they are printed, not on the binary ones behind them."""
        assert _write.fixed(value, digits) == written

    @given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6))
    def test_every_float_is_written_within_half_a_digit(self, value, digits):
        written = _write.fixed(value, digits).replace(",", "").replace("−", "-")
        assert abs(Fraction(written) - Fraction(repr(value))) <= Fraction(1, 2 * 10**digits)
        assert "E" not in written
        assert len(written.partition(".")[2]) == digits

    @given(WHOLE, st.sampled_from([10, 100, 1000]))
    def test_ties_go_outwards(self, whole, scale):
        value = (whole + (0.5 if whole >= 0 else -0.5)) / scale
        digits = {10: 1, 100: 2, 1000: 3}[scale]
        expected = Decimal(whole + (1 if whole >= 0 else -1)) / scale
        assert Decimal(_write.fixed(value, digits).replace(",", "").replace("−", "-")) == expected

    def test_is_not_swayed_by_the_callers_arithmetic(self):
        """A program that works in decimals may round to few digits, or raise where it would."""
        with decimal.localcontext() as context:
            context.prec, context.rounding = 3, decimal.ROUND_FLOOR
            context.traps[decimal.Inexact] = True
            assert _write.fixed(1234567.89, 1) == "1,234,567.9"
            assert _write.percent(0.28505, 2) == "28.51%"
            assert _write.duration(123456.7) == "1 d 10 h"


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "written"),
        [(5, "5"), (5.0, "5"), (5.25, "5.3"), (-37778.0, "−37,778"), (NAN, "n/a"), (INF, "infinity")],
    )
    def test_count(self, value, written):
        assert _write.count(value) == written

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (0, "0"),
            (0.16666, "0.1667"),
            (0.054116, "0.05412"),
            (1.5, "1.500"),
            (79.505, "79.51"),
            (999.96, "1,000.0"),
            (1234.5, "1,235"),
            (-0.00012345, "−0.0001235"),
            (1e-14, "0.000000000000"),
            (1e-320, "0.000000000000"),
            (NAN, "n/a"),
            (INF, "infinity"),
        ],
    )
    def test_plain_keeps_four_figures(self, value, written):
        assert _write.plain(value) == written

    @pytest.mark.parametrize(
        ("value", "written"), [(79.505, "79.5"), (1, "1.0"), (0.1667, "0.1667"), (0, "0"), (NAN, "n/a")]
    )
    def test_rate(self, value, written):
        assert _write.rate(value) == written

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (5.64, "+5.6%"),
            (-10.33, "−10.3%"),
            (0.0, "0.0%"),
            (0.04, "0.0%"),
            (-0.04, "0.0%"),
            (0.05, "+0.1%"),
            (1993.63, "+1,993.6%"),
            (NAN, "n/a"),
            (INF, "+infinity%"),
            (-INF, "−infinity%"),
        ],
    )
    def test_signed(self, value, written):
        """A rounded zero has no sign: it is neither a rise nor a fall."""
        assert _write.signed(value, 1, "%") == written

    @pytest.mark.parametrize(
        ("value", "digits", "written"),
        [
            (0.0793, 1, "7.9%"),
            (0.285, 0, "29%"),
            (0.28505, 2, "28.51%"),
            (1.0, 2, "100.00%"),
            (NAN, 1, "n/a"),
        ],
    )
    def test_percent(self, value, digits, written):
        """Moving the point is no multiplication: 0.28505 × 100 is below 28.505 in binary."""
        assert _write.percent(value, digits) == written

    @given(st.integers(0, 20_000))
    def test_percent_of_a_tie(self, n):
        """Every share that ends on a 5 in the fourth decimal rounds up, as by hand."""
        by_hand = (Decimal(n) / 200).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert _write.percent(n / 20_000, 2) == f"{by_hand}%"

    def test_limits(self):
        assert _write.limits("1", "2", unbounded=False) == "1 to 2"
        assert _write.limits("1", "infinity", unbounded=True) == "1 or more"


class TestDuration:
    @pytest.mark.parametrize(
        ("seconds", "written"),
        [
            (0, "0 s"),
            (5.0, "5 s"),
            (5.25, "5.3 s"),
            (0.04, "0 s"),
            (59.94, "59.9 s"),
            (59.95, "1 min"),
            (60, "1 min"),
            (134, "2 min 14 s"),
            (134.5, "2 min 15 s"),
            (3599.4, "59 min 59 s"),
            (3599.5, "1 h"),
            (3600, "1 h"),
            (3629, "1 h"),
            (3630, "1 h 1 min"),
            (3719, "1 h 2 min"),
            (86_369, "23 h 59 min"),
            (86_370, "1 d"),
            (86_459, "1 d"),
            (88_200, "1 d 1 h"),
            (100_000, "1 d 4 h"),
            (-134, "−2 min 14 s"),
            (-5.25, "−5.3 s"),
            (NAN, "n/a"),
            (INF, "infinity"),
        ],
    )
    def test_words(self, seconds, written):
        """Beyond an hour the seconds are noise, beyond a day the minutes: rounded, not cut off."""
        assert _write.duration(seconds) == written

    @given(st.floats(0, 1e7))
    def test_within_half_of_the_last_unit(self, seconds):
        sizes = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
        parts = _write.duration(seconds).split()
        told = sum(float(n) * sizes[unit] for n, unit in zip(parts[::2], parts[1::2], strict=True))
        last = 0.1 if seconds < 59.95 else 1 if seconds < 3600 else 60 if seconds < 86_400 else 3600
        assert abs(told - seconds) <= last / 2 + 1e-6
        assert len(parts) <= 4


class TestFormats:
    @pytest.mark.parametrize(
        ("kind", "value", "written"),
        [
            ("count", 5.0, "5"),
            ("change", -37778.0, "−37,778"),
            ("change", 2.5, "+2.5"),
            ("change", INF, "+infinity"),
            ("percent", 5.64, "+5.6%"),
            ("points", 2.424, "+2.42"),
            ("share", 0.07933, "7.93%"),
            ("rate", 79.505, "79.51"),
            ("rate", 0.16667, "0.1667"),
            ("seconds", 134.0, "2 min 14 s"),
            ("p", 0.0009, "< 0.001"),
            ("p", 0.0415, "0.042"),
            ("p", 1.0, "1.000"),
            ("number", 0.5, "0.5000"),
        ],
    )
    def test_each(self, kind, value, written):
        assert _write.FORMATS[kind](value) == written

    @pytest.mark.parametrize("kind", sorted(_write.FORMATS))
    def test_undefined(self, kind):
        assert _write.FORMATS[kind](NAN) == "n/a"


class TestChanges:
    @pytest.mark.parametrize(
        ("value", "written"),
        [(134, "+2 min 14 s"), (-134, "−2 min 14 s"), (0, "0 s"), (0.04, "0 s"), (-0.04, "0 s"), (0.05, "+0.1 s"),
         (float("inf"), "+infinity"), (float("-inf"), "−infinity"), (NAN, "n/a"), (59.96, "+1 min")],
    )  # fmt: skip
    def test_seconds(self, value, written):
        assert _write.seconds_change(value) == written

    @pytest.mark.parametrize(
        ("value", "digits", "written"),
        [(-2.416, 2, "2.42"), (0.004, 2, "less than 0.01"), (0.005, 2, "0.01"), (-0.04, 1, "less than 0.1"), (1234.5, 0, "1,235")],
    )  # fmt: skip
    def test_size(self, value, digits, written):
        assert _write.size(value, digits) == written


class Cells(HTMLParser):
    """Collect the tags and texts of a table."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


class TestTables:
    def test_text(self):
        written = _write.text_table(["force", "n"], [["Kent", "5"], ["London", "1,000"]], left=1)
        assert written == "force       n\n------  -----\nKent        5\nLondon  1,000"

    def test_text_without_rows_or_labels(self):
        assert _write.text_table(["force", "n"], [], left=1) == "force  n\n-----  -"
        assert _write.text_table(["n"], [["5"]], left=0) == "n\n-\n5"

    def test_html_is_escaped_everywhere(self):
        nasty = "<script>alert('x')</script> & \"co\""
        html = _write.html_table([nasty], [[nasty], [nasty]], left=1, caption=nasty)
        assert "<script" not in html
        parsed = Cells(html)
        assert parsed.texts == [nasty] * 4

    def test_html_has_scopes_and_a_caption(self):
        parsed = Cells(_write.html_table(["force", "n"], [["Kent", "5"]], left=1, caption="One row"))
        assert [attrs.get("scope") for tag, attrs in parsed.tags if tag == "th"] == ["col", "col", "row"]
        assert [tag for tag, _ in parsed.tags if tag in {"caption", "td"}] == ["caption", "td"]
        assert "<caption>" not in _write.html_table(["n"], [], left=0)


def test_an_empty_label_heads_no_row():
    """A heading without words is none for who listens to the page; the cell keeps its place."""
    table = _write.html_table(["label", "n"], [["", "1"], ["Kent", "2"]], left=1)
    assert table.count('scope="row"') == 1
    assert table.count("<td") == 3
