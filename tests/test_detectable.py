"""By how much a figure must move: by hand, by simulation, and laws."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import detectable_change
from policemetrics.errors import InvalidInputError

STEP = 1.959963985 + 0.841621234  # of 95% and of 80%


class TestByHand:
    def test_count(self):
        """√400 = 20, and δ/√2 = 1.98103: (20 ± 1.98103)²."""
        found = detectable_change(400)
        assert (found.fall_to, found.rise_to) == pytest.approx((324.6833, 483.1657), abs=1e-3)
        assert (found.fall_percent, found.rise_percent) == pytest.approx((-18.829, 20.791), abs=1e-3)

    def test_share(self):
        """Cohen: h = 0.2801585 of two times 200; arcsin √0.25 = π/6."""
        found = detectable_change(50, out_of=200)
        h = STEP * (2 / 200) ** 0.5
        assert found.rise_to == pytest.approx(np.sin(np.pi / 6 + h / 2) ** 2)
        assert found.fall_to == pytest.approx(np.sin(np.pi / 6 - h / 2) ** 2)
        assert str(found).startswith(
            "From 25.0% of 200 it takes a fall to 14.0% (−44.0%) or a rise to 37.9% (+51.8%)"
        )

    def test_too_few(self):
        found = detectable_change(3)
        assert np.isnan(found.fall_to)
        assert found.reason == "no fall is far enough to be told from chance"
        assert (
            str(found)
            == "From 3 it takes a rise to 13.8 (+359.6%) to be told from chance in 80 of 100 cases at 95% confidence."
        )
        neither = detectable_change(1, out_of=2)
        assert str(neither) == "From 50.0% of 2 no fall and no rise is far enough to be told from chance."

    def test_table(self):
        table = detectable_change([400, 3], labels=["Kent", "Essex"])
        assert table.at(label="Kent").rise_to == detectable_change(400).rise_to
        assert table["fall_to"].tolist()[0] == detectable_change(400).fall_to


@pytest.mark.parametrize("base", [50, 400, 5_000])
def test_is_found_as_often_as_it_says(base):
    """20,000 pairs of counts each: a change of that size leaves 0 out of the interval in 80% of them."""
    draw = np.random.default_rng(1)
    found = detectable_change(base)
    for to in (found.fall_to, found.rise_to):
        old, new = draw.poisson(base, 20_000), draw.poisson(to, 20_000)
        table = pm.rate_change(old, new, labels=np.arange(20_000))
        share = np.mean((table["percent_change_low"] > 0) | (table["percent_change_high"] < 0))
        assert share == pytest.approx(0.8, abs=0.03)


class TestLaws:
    @given(st.floats(10, 1e6), st.floats(0.5, 0.99), st.floats(0.5, 0.99))
    def test_more_sure_takes_more(self, base, power, level):
        plain = detectable_change(base, power=power, confidence_level=level)
        for more in (
            {"power": power + 0.005, "confidence_level": level},
            {"power": power, "confidence_level": level + 0.005},
            {"power": power, "confidence_level": level, "dispersion": 1.1},
        ):
            assert detectable_change(base, **more).rise_to > plain.rise_to

    @given(st.floats(20, 1e6), st.floats(1, 100))
    def test_a_larger_count_tells_smaller_changes(self, base, times):
        smaller = detectable_change(base * times).rise_percent
        assert smaller <= detectable_change(base).rise_percent * (1 + 1e-12)  # but for rounding

    @given(st.integers(100, 10**6), st.floats(1.01, 50))
    def test_dispersion_is_a_smaller_count(self, base, spread):
        """So many times the variance is as if there were so many times fewer."""
        assert detectable_change(base, dispersion=spread).rise_percent == pytest.approx(
            detectable_change(base / spread).rise_percent
        )

    @given(st.integers(1, 99))
    def test_a_share_and_the_rest(self, part):
        """What a share must rise to, the rest must fall to."""
        one, rest = detectable_change(part, out_of=100), detectable_change(100 - part, out_of=100)
        assert one.rise_to == pytest.approx(1 - rest.fall_to, nan_ok=True)


def test_from_the_months_before():
    """Twelve months of 8 and 12: Pearson's statistic is 12 × 0.4 over 11."""
    found = detectable_change(10, dispersion="estimate", history=[8, 12] * 6)
    assert found.dispersion == 1
    wild = detectable_change(10, dispersion="estimate", history=[0, 20] * 6)
    assert wild.dispersion == pytest.approx(120 / 11)
    assert wild.rise_to == detectable_change(10, dispersion=120 / 11).rise_to


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"dispersion": "estimate"}, "needs history="),
        ({"dispersion": "estimate", "history": [5] * 11}, "history must hold at least 12 counts; got 11"),
        ({"history": [5] * 12}, "history= goes with dispersion='estimate'"),
        ({"power": 0.4}, "power must be"),
        ({"power": 1}, "power must be at least 0.5 and below 1"),
        ({"dispersion": 0}, "dispersion must be"),
        ({"out_of": 400}, "base must be below out_of; got 400 of 400"),
        ({"confidence_level": 95}, "confidence_level"),
    ],
)
def test_refused(options, says):
    with pytest.raises(InvalidInputError, match=re.escape(says)):
        detectable_change(400, **options)
