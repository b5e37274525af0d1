"""`caterpillar`: areas in order, with the ranks that chance leaves open."""

import pytest
from drawing import areas, beside, said, title_of

import policemetrics as pm
from policemetrics import plot
from policemetrics.errors import InvalidTypeError


def test_the_finding():
    """Three apart have ranks of their own; the numbers by hand."""
    shares = pm.share([100, 200, 300], [1000, 1000, 1000], labels=[*"abc"])
    ax = plot.caterpillar(pm.compare(shares, of="label", against="pooled", include_self=True))
    assert title_of(ax) == "Highest in c (30.00%), lowest in a (10.00%); chance leaves 1 ranks open"
    assert [t.get_text() for t in ax.get_yticklabels()] == ["c", "b", "a"]
    assert [t.get_text() for t in ax.texts[:3]] == ["1  (1 to 1)", "2  (2 to 2)", "3  (3 to 3)"]


def test_who_has_no_rank():
    ax = plot.caterpillar(beside()[-2:])
    assert "not available: a share of nothing" in said(ax)
    assert title_of(ax) == "Highest in Small (5.00%), lowest in Small (5.00%)"
    assert title_of(plot.caterpillar(beside()[-1:])) == "No area has a figure"


def test_other_tables():
    with pytest.raises(InvalidTypeError, match="table must be a table of areas"):
        plot.caterpillar(areas())
