"""`funnel`: areas by size between limits."""

import numpy as np
import pytest
from drawing import areas, beside, said, title_of, words
from matplotlib import pyplot as plt

import policemetrics as pm
from policemetrics import plot
from policemetrics.errors import InvalidInputError, InvalidTypeError


def test_title_is_the_finding():
    table = beside()
    assert title_of(plot.funnel(table)).startswith("Of 30 areas ")
    assert "once the spread between areas is allowed for" in title_of(plot.funnel(table))
    assert "spread" not in title_of(plot.funnel(beside(overdispersion=None)))


def test_limits_are_those_of_the_table():
    """At the size of each area the curve is its limit, on every scale and for rates."""
    table = areas()[:30]
    people = pm.rate(table["count"], table["out_of"], labels=table["label"].tolist(), per=1000)
    options = {"of": "label", "against": "pooled", "include_self": True, "winsorise": 0.2}
    for found in (
        pm.compare(table, **options),
        pm.compare(table, scale="arcsine", **options),
        pm.compare(people, **options),
        pm.compare(people, overdispersion="multiplicative", scale="identity", **options),
    ):
        ax = plot.funnel(found)
        curves = [line.get_xydata() for line in ax.lines if len(line.get_xdata()) == 200]
        names = [
            f"{end}{outer}{tail}"
            for end in ("lower", "upper")
            for tail in ("", "_spread")
            for outer in ("", "_outer")
        ]
        assert len(curves) == len(names) == 8
        for name, curve in zip(names, curves, strict=True):
            at = np.interp(found["denominator"], *curve.T)
            assert at == pytest.approx(found[name], rel=0.02, abs=1e-4 * found["reference"][0]), name
        plt.close(ax.figure)


def test_who_stands_out_is_named():
    """The farthest first, and no name over another or over a mark."""
    ax = plot.funnel(beside())
    names = [t.get_text() for t in ax.texts]
    assert "Force 09" in names
    marks = ax.transData.transform(np.column_stack((beside()["denominator"], beside()["value"]))[:30])
    ax.figure.draw_without_rendering()
    for text in ax.texts[1:]:
        if text.get_text() in names and text.get_text().startswith("Force"):
            assert not text.get_window_extent().count_contains(marks)
    assert words(ax)


def test_who_is_not_tested_is_in_the_caption():
    caption = said(plot.funnel(beside()))
    assert "Small (5.00%): not tested: fewer than 5 are expected" in caption
    assert "None: not available: a share of nothing" in caption


def test_one_figure_for_all():
    with pytest.raises(InvalidInputError, match=r"compare all areas with one figure.*include_self=True"):
        plot.funnel(beside(include_self=False))
    with pytest.raises(InvalidTypeError, match="table must be a table of areas beside a group"):
        plot.funnel(areas())
    assert "no area has a figure" in said(plot.funnel(beside()[-1:]))


def test_none_tested():
    ax = plot.funnel(beside()[-2:])
    assert title_of(ax) == "No area is tested"
