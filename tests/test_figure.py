"""What every answer is made of: `Interval`, `Exclusions`, `Figure`."""

import copy
import pickle
from decimal import Decimal

import attrs
import numpy as np
import pytest

import policemetrics as pm
from policemetrics import Figure, Interval, Tally
from policemetrics.errors import (
    InvalidTypeError,
    PoliceMetricsError,
)
from policemetrics.figures import Exclusions

NAN, INF = float("nan"), float("inf")
NASTY = "<script>alert('x')</script> & \"co\""


class TestInterval:
    def test_its_limits_belong_to_it(self):
        interval = Interval(-10.7, -9.9, confidence_level=0.95, method="score")
        assert -10.7 in interval
        assert -9.9 in interval
        assert Decimal(-10) in interval
        assert 0 not in interval
        assert NAN not in interval

    def test_may_have_no_end(self):
        assert 1e300 in Interval(3, INF, 0.95, "exact")
        assert -1e300 in Interval(-INF, 3, 0.95, "exact")

    def test_undefined(self):
        """An interval that is not available holds nothing, and equals another such."""
        nothing = Interval(NAN, NAN, 0.95, "score")
        assert 0 not in nothing
        assert nothing == Interval(NAN, NAN, 0.95, "score")
        assert hash(nothing) == hash(Interval(NAN, NAN, 0.95, "score"))
        assert nothing != Interval(0, 1, 0.95, "score")

    def test_keeps_plain_floats(self):
        interval = Interval(np.float32(1), np.int64(2), np.float64(0.95), "wilson")
        assert {type(v) for v in (interval.low, interval.high, interval.confidence_level)} == {float}

    def test_pickles_and_is_frozen(self):
        interval = Interval(1, 2, 0.95, "wilson")
        assert pickle.loads(pickle.dumps(interval)) == interval
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            interval.low = 0

    @pytest.mark.parametrize(
        ("given_", "named"),
        [
            (("a", 2, 0.95, "x"), "low"),
            ((1, None, 0.95, "x"), "high"),
            ((True, 2, 0.95, "x"), "low"),
            ((3, 2, 0.95, "x"), "low must be at most high"),
            ((1, 2, 95, "x"), "confidence_level .* Did you mean 0.95"),
            ((1, 2, 0.95, 5), "method"),
        ],
    )
    def test_bad_input(self, given_, named):
        with pytest.raises(PoliceMetricsError, match=named):
            Interval(*given_)

    @pytest.mark.parametrize("value", ["a", None, [1]])
    def test_holds_numbers_only(self, value):
        with pytest.raises(InvalidTypeError, match="value must be a number"):
            assert value in Interval(1, 2, 0.95, "x")


class TestExclusions:
    def test_sentence(self):
        some = Exclusions(
            "rows", counted=9_700, excluded=1_300, reasons={"missing force": 1_000, "negative": 300}
        )
        assert str(some) == "9,700 rows counted, 1,300 excluded (missing force 1,000, negative 300)"
        assert str(Exclusions("crimes", 5, 0, {})) == "5 crimes counted, 0 excluded"

    def test_equal_hashed_and_pickled(self):
        some = Exclusions("rows", 97, 3, {"missing force": 3})
        assert (
            some
            == Exclusions("rows", 97, 3, {"missing force": 3})
            != Exclusions("rows", 97, 3, {"negative": 3})
        )
        assert hash(some) == hash(copy.deepcopy(some))
        assert pickle.loads(pickle.dumps(some)) == some

    def test_corrections_may_have_been_excluded(self):
        assert Exclusions("crimes", -4, -2, {"dropped: force": -2}).excluded == -2

    @pytest.mark.parametrize(
        ("given_", "named"),
        [
            ((5, 1, 0, {}), "unit"),
            (("", 1, 0, {}), "unit"),
            (("rows", 1.5, 0, {}), "counted"),
            (("rows", 1, "0", {}), "excluded"),
            (("rows", 1, 1, {"missing force": 1.0}), "missing force"),
            (("rows", 1, 1, ["missing force"]), "reasons"),
            (("rows", 1, 2, {"missing force": 3}), "reasons must add up to excluded"),
        ],
    )
    def test_bad_input(self, given_, named):
        with pytest.raises(PoliceMetricsError, match=named):
            Exclusions(*given_)


class TestFigure:
    def test_labels_and_reasons_are_read_only(self):
        group = pm.rate([1], [10], labels=["Kent"])[0].group
        for change in (
            lambda: group.update(label="Essex"),
            lambda: group.pop("label"),
            group.clear,
            group.popitem,
            lambda: group.setdefault("force", "Kent"),
            lambda: group.__setitem__("label", "Essex"),
            lambda: group.__delitem__("label"),
            lambda: group.__ior__({"label": "Essex"}),
        ):
            with pytest.raises(InvalidTypeError, match="read-only"):
                change()
        assert group == {"label": "Kent"}

    def test_is_frozen(self):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            pm.share(1, 2).share = 0.9

    def test_equality_takes_nan_as_a_value(self):
        assert pm.share(0, 0) == pm.share(0, 0)
        assert hash(pm.share(0, 0)) == hash(pm.share(0, 0))
        assert pm.share(0, 0) != pm.share(0, 1)

    def test_equality_sees_every_input(self):
        first = pm.rate_change(5, 9)
        assert first == pm.rate_change(5, 9)
        for other in (
            pm.rate_change(5, 9, confidence_level=0.9),
            pm.rate_change(5, 9, method="exact"),
            pm.rate_change(5, 9, caveat="a break"),
            pm.rate_change(5, 9, subject="Burglary"),
            pm.share(5, 9),
            "Recorded crime",
        ):
            assert first != other

    def test_pickles_and_copies(self):
        figure = pm.rate_change([0], [5], labels=["Kent"])[0]
        for again in (pickle.loads(pickle.dumps(figure)), copy.copy(figure), copy.deepcopy(figure)):
            assert again == figure
            assert again.group["label"] == "Kent"
            with pytest.raises(InvalidTypeError):
                again.group["label"] = "Essex"

    def test_repr_names_the_columns(self):
        assert repr(pm.share(1, 4)).startswith("Share(count=1.0, out_of=4.0, share=0.25, share_low=0.04")
        assert repr(pm.share(0, 0)).endswith("reason='not available: a share of nothing')")
        assert "group={'label': 'Kent'}" in repr(pm.rate_change([1], [2], labels=["Kent"])[0])

    def test_a_figure_without_a_sentence_shows_itself(self):
        assert str(Figure()) == "Figure()"

    def test_group_must_be_a_mapping(self):
        with pytest.raises(InvalidTypeError, match="group"):
            Figure(group=["Kent"])

    def test_html_is_escaped(self):
        html = pm.rate_change([1], [2], labels=[NASTY], caveat=NASTY)[0]._repr_html_()
        assert "<script" not in html
        assert html.count("<table>") == 1
        assert "&lt;script&gt;" in html.split("<p>")[1]

    def test_html_of_what_is_not_available(self):
        html = pm.share(0, 0)._repr_html_()
        assert "nan" not in html
        assert html.endswith("<p>0 of 0: not available: a share of nothing.</p>")

    def test_sentence_begins_with_its_group(self):
        both = Tally.from_columns({"force": ["Kent"], "grade": [1]}, [5])
        figure = pm.rate(both, 1000, by=["force", "grade"], subject="999 calls")[0]
        assert str(figure).startswith("Kent, grade 1: 999 calls was 5.0 per 1,000")
        assert str(pm.rate(both, 1000, by="grade")[0]).startswith("grade 1: recorded crime was")


def test_a_bare_number_is_named_by_its_dimension():
    """A grade or a code does not look like the number of a list."""
    assert str(pm.rate_change([1], [3], labels=["1"])[0]).startswith("label 1: recorded crime rose by 2")
    assert str(pm.rate_change([1], [3], labels=["34B"])[0]).startswith("34B: recorded crime")
