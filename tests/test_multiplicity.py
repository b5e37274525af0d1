"""P-values adjusted for how many tests there are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.multiplicity import adjusted

P = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_published():
    """The fifteen tests of Benjamini and Hochberg (1995, table 1): four are found at 5%, Bonferroni finds three."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert (adjusted(p) <= 0.05).sum() == 4
    assert (adjusted(p, "bonferroni") <= 0.05).sum() == 3


def test_by_hand():
    """0.01 · 4/1, then the smaller of 0.04 · 4/3 and what follows, for the last two of four."""
    assert adjusted([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert adjusted([0.01, 0.04, 0.03, 0.5], "bonferroni") == pytest.approx([0.04, 0.16, 0.12, 1])


def test_what_is_no_test_does_not_count():
    assert adjusted([0.01, np.nan, 0.5]).tolist()[0] == 0.02
    assert np.isnan(adjusted([np.nan, 0.5])[0])
    assert len(adjusted([])) == 0


@given(P)
def test_laws(p):
    """Never below the p-value, in its order, never above Bonferroni's; the largest stays."""
    found, most = adjusted(p), adjusted(p, "bonferroni")
    given_p = np.array(p)
    assert (found >= given_p * (1 - 1e-12)).all()
    assert (found <= most + 1e-12).all()
    order = np.argsort(given_p, kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()
    assert found.max() == pytest.approx(given_p.max())


@given(P, st.floats(0.001, 0.5))
def test_steps_up(p, q):
    """What is found at the level q is what the procedure as published finds."""
    ordered = np.sort(p)
    m = len(p)
    passed = np.flatnonzero(ordered <= q * np.arange(1, m + 1) / m)
    last = ordered[passed[-1]] if len(passed) else -1.0
    near = np.abs(adjusted(p) - q) < 1e-9
    assert ((adjusted(p) <= q) == (np.array(p) <= last))[~near].all()


def test_refused():
    for bad in ([0.5, 1.5], [-0.1], [[0.1], [0.2]]):
        with pytest.raises(InvalidInputError, match="p must be one column"):
            adjusted(bad)
    with pytest.raises(UnknownNameError, match="method must be one of 'bh', 'bonferroni'"):
        adjusted([0.5], "holm")
    with pytest.raises(InvalidTypeError):
        adjusted(["a"])


class TestBenjaminiHochberg:
    """Against the paper, values of R's ``p.adjust(p, "BH")`` worked by hand, and another program."""

    PAPER = (
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("p", "expected"),
        [
            # n p / rank from the largest down, never more than the one above: 0.0278 × 15 / 6 = 0.0695 becomes 0.0298 × 15 / 7.
            (
                PAPER,
                (0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.447 / 7, 0.447 / 7, 0.0645,
                 0.0765, 0.486, 6.393 / 11, 0.714875, 9.792 / 13, 11.385 / 14, 1.0),
            ),
            ((0.01, 0.02, 0.03, 0.04, 0.05), (0.05,) * 5),
            ((0.05, 0.01), (0.05, 0.02)),
            ((0.5, 0.005, math.nan, 0.05, 0.009), (0.5, 0.018, math.nan, 0.2 / 3, 0.018)),
            ((0.04,), (0.04,)),
            ((), ()),
            ((math.nan, math.nan), (math.nan, math.nan)),
            ((0.0, 1.0), (0.0, 1.0)),
        ],
    )  # fmt: skip
    def test_known(self, p, expected):
        assert adjusted(np.array(p, dtype=float)) == pytest.approx(expected, rel=1e-12, nan_ok=True)

    def test_the_paper_rejects_the_first_four(self):
        """Benjamini and Hochberg (1995), section 4: 4 of 15 at 5%."""
        assert (adjusted(np.array(self.PAPER)) <= 0.05).tolist() == [True] * 4 + [False] * 11

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
    def test_another_program(self, p):
        assert adjusted(np.array(p)) == pytest.approx(false_discovery_control(p), rel=1e-12)
