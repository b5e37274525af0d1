"""`times`: how measured times are spread."""

import numpy as np
import pytest
from drawing import PICTURES, by_month, fires, said, title_of
from matplotlib import pyplot as plt

from policemetrics import PoliceMetricsError, Tally, plot
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.plot import _ticks


class TestTitles:
    """The finding, from the figures; the numbers by hand."""

    def test_times(self):
        """99 of 101 times are at most 98; the inclusive target of 90 is met by 0 to 90."""
        ax = PICTURES["times_tail"]()
        assert (
            title_of(ax)
            == "90.1% (95% interval 82.7% to 94.5%) took at most the target of 1 min 30 s; median 50 s, 90th percentile 1 min 30 s"
        )
        assert "1 longer, up to 1 h 23 min" in said(ax)


class TestShapes:
    def test_sources_agree(self):
        """A frame, its tally and a column of the same times give the same words."""
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame({"t": [30.0, 15, 45, 60, 10], "n": [1, 1, 1, 1, 1]})
        column = plot.times(frame["t"], target=45)
        of_frame = plot.times(frame, seconds="t", count="n", target=45)
        of_tally = plot.times(Tally.from_columns({"seconds": frame["t"]}, frame["n"]), target=45)
        whole = plot.times(
            Tally.from_columns({"wait": [30, 15, 45, 60, 10]}, [1] * 5), seconds="wait", target=45
        )
        assert len({title_of(ax) for ax in (column, of_frame, of_tally, whole)}) == 1
        months = pd.DataFrame({"m": by_month().labels("period"), "k": [100] * 12 + [90] * 12})
        assert title_of(plot.months(months, period="m", count="k")).startswith("Recorded crime fell by 10.0%")
        mix = pd.DataFrame({"o": ["yes", "no"], "k": [3, 1]})
        assert title_of(plot.outcome_mix(mix, outcome="o", count="k")) == "yes: 75.0% of 4 k"

    def test_zeros(self):
        assert "median 0 s" in said(plot.times([0, 0]))

    def test_long_times(self):
        """Days: the steps go on in whole days."""
        assert "in steps of 5 d" in said(plot.times(np.arange(1, 200) * 86_400.0))

    def test_gaps(self):
        """What the refusal advises works, and the caption says what was left out."""
        with pytest.raises(InvalidInputError, match="with invalid='exclude'"):
            plot.times([1, 2, float("nan")], target=3)
        ax = plot.times([1, 2, float("nan"), -4], target=3, invalid="exclude")
        assert title_of(ax).startswith(
            "100.0% (95% interval 34.2% to 100.0%) took less than the target of 3 s"
        )
        assert "2 in all. Left out: missing 1, negative 1." in said(ax)
        assert "Times: not available" in said(plot.times([None], invalid="exclude"))

    def test_steps_are_written_as_they_are(self):
        """A quarter of a second would read as 0.3 s."""
        assert all(round(step, 1) == step for step in _ticks.CLOCK)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.times(None), InvalidTypeError, "data must be a Tally or a data frame"),
        (lambda: plot.times([-1]), InvalidInputError, "seconds must be >= 0"),
        (lambda: plot.times([5], invalid="drop"), UnknownNameError, "invalid must be one of"),
        (lambda: plot.times(fires(), invalid="exclude"), InvalidInputError, "invalid= is for a column"),
        (lambda: plot.times([5], target=-1), InvalidInputError, "target"),
        (lambda: plot.times([5], inclusive="no"), InvalidTypeError, "inclusive"),
        (lambda: plot.times(fires(), seconds="nope"), UnknownNameError, "nope"),
        (lambda: plot.times(fires(), count="calls"), PoliceMetricsError, "count"),
    ],
)  # fmt: skip
def test_bad_input(call, error, message):
    """An error of the family that names the argument, and no empty figure left open."""
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []
