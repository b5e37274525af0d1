"""Ticks: where they stand, what they say, and how many find room."""

from itertools import pairwise

import numpy as np
import pytest
from drawing import by_month
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt

import policemetrics as pm
from policemetrics import Tally, plot
from policemetrics.plot import _ticks


def ticked(kind, low, high, size=(6, 4), **options):
    """Return the ticks of an axis, and what is written at them."""
    figure, ax = plt.subplots(figsize=size)
    ax.set_xlim(low, high)
    _ticks.set_ticks(ax.xaxis, kind, **options)
    figure.draw_without_rendering()
    labels = ax.get_xticklabels()
    boxes = [label.get_window_extent() for label in labels]
    found = ax.get_xticks().tolist(), [label.get_text() for label in labels]
    plt.close(figure)
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
    return found


@pytest.mark.parametrize(
    ("kind", "low", "high", "words"),
    [
        ("count", 0, 3, ["0", "1", "2", "3"]),
        ("count", -2, 1, ["−2", "−1", "0", "1"]),
        ("seconds", 0, 45_000, ["0 s", "2 h", "4 h", "6 h", "8 h", "10 h", "12 h"]),
        ("seconds", 0, 150_000, ["0 s", "6 h", "12 h", "18 h", "1 d", "1 d 6 h", "1 d 12 h"]),
        ("seconds", 0, 300 * 86_400, ["0 s", "50 d", "100 d", "150 d", "200 d", "250 d", "300 d"]),
        ("seconds", 13_890, 13_990, ["3 h 52 min", "3 h 53 min"]),  # no minute is written twice
        ("seconds_change", -90, 60, ["−1 min 30 s", "−1 min", "−30 s", "no change", "+30 s", "+1 min"]),
        ("percent", -5, 10, ["−5%", "−2.5%", "no change", "+2.5%", "+5%", "+7.5%", "+10%"]),
        ("points", -1, 1, ["−1", "−0.5", "no change", "+0.5", "+1"]),
        ("share", 0, 0.1, ["0%", "2%", "4%", "6%", "8%", "10%"]),
        ("rate", 0, 0.003, ["0", "0.0005", "0.001", "0.0015", "0.002", "0.0025", "0.003"]),
    ],
)
def test_where_they_stand(kind, low, high, words):
    assert ticked(kind, low, high, size=(12, 4))[1] == words


def test_fewer_where_there_is_no_room():
    assert ticked("percent", -1e20, 1e22, size=(2, 2))[1] == ["no change"]
    assert len(ticked("count", 0, 5_000_000, size=(3, 3))[0]) < len(
        ticked("count", 0, 5_000_000, size=(9, 3))[0]
    )


def test_none_beyond():
    assert max(ticked("count", 0, 14, upto=10)[0]) == 10


@given(st.floats(0, 1e6), st.floats(0.1, 1e6))
def test_a_count_stands_at_whole_numbers(low, width):
    for ticks in _ticks._steps("count", low, low + width):
        assert all(tick.is_integer() for tick in ticks.tolist())


def test_sizes():
    """Of a logarithmic axis, at most three in a power of ten."""
    for low, high, size, at in (
        (900, 60_000, (9, 4), [1_000, 2_000, 5_000, 10_000, 20_000, 50_000]),
        (900, 60_000, (4, 4), [1_000, 10_000]),
        (1, 1e30, (4, 4), [1.0]),
    ):
        figure, ax = plt.subplots(figsize=size)
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        _ticks.set_sizes(ax.xaxis)
        assert set(at) <= set(ax.get_xticks().tolist())
        plt.close(figure)


def test_the_case():
    """Control charts of mean times, and months of few counts: no "2 h 47 min" and no half of a crime."""
    draw = np.random.default_rng(1)
    periods = np.repeat([f"2023-{month:02d}" for month in range(1, 13)], 50)
    waits = Tally.from_columns({"period": periods, "seconds": draw.gamma(2, 5_000, 600).round()}, [1] * 600)
    means = pm.control_chart(pm.summarise_times(waits, by="period"), chart="xbar_times")
    ax = plot.control_chart(means)
    assert {tick % 300 for tick in ax.get_yticks().tolist()} == {0}
    few = pm.control_chart(by_month([1, 0, 2, 1, 3, 0] * 4), chart="xmr")
    ax = plot.control_chart(few)
    assert ax.get_ylim()[0] == 0  # what is never below 0 has no axis there, though a limit is
    assert "the lower limit is below 0" in ax.texts[-1].get_text().replace("\n", " ")
