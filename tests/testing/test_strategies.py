"""The strategies: what they draw, what they shrink to, and that they use public names only."""

from __future__ import annotations

import ast
import datetime as dt
import functools
import importlib
import inspect
import math
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import find as hypothesis_find
from hypothesis import given, settings
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Tally
from policemetrics.errors import (
    InvalidInputError,
    InvalidTypeError,
    MissingDependencyError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.testing import assert_equal, strategies

# An example remembered from another run, of a strategy that has changed since, would not be shrunk again.
find = functools.partial(hypothesis_find, settings=settings(database=None, max_examples=2_000))
LONDON = ZoneInfo("Europe/London")
TESTS = Path(__file__).parents[1]


class TestShrinking:
    """What a failing example comes down to."""

    @pytest.mark.parametrize(
        ("strategy", "condition", "least"),
        [
            (strategies.labels("year"), lambda v: v is not None, 2023),
            (strategies.rows("force", "year"), lambda _: True, []),
            (strategies.rows("force"), lambda found: sum(r[-1] for r in found) < 0, [("Avon & Somerset", -1)]),
            (strategies.durations(), lambda found: len(found) > 1, [0.0, 0.0]),
            (strategies.durations(), lambda found: None in found, [None]),
            (strategies.durations(), lambda found: any(v is not None and v < 0 for v in found), [-1.0]),
            (strategies.periods(), lambda _: True, pm.Period.month(2011, 1)),
            (strategies.periods("quarter"), lambda p: p.start.year > 2013, pm.Period.quarter(2014, 1)),
        ],
    )  # fmt: skip
    def test_plain(self, strategy, condition, least):
        assert find(strategy, condition) == least

    def test_tallies(self):
        empty = find(strategies.tallies("force", "year"), lambda _: True)
        assert (len(empty), empty.excluded) == (0, None)
        assert_equal(
            find(strategies.tallies("force", "year"), lambda t: t.total > 6),
            Tally.from_columns({"force": ["Avon & Somerset"], "year": [2023]}, [7]),
        )
        assert len(find(strategies.tallies(), lambda t: t.total == 2)) == 1

    @pytest.mark.parametrize("reason", ["missing force", "dropped: force", "not supplied: never sent"])
    def test_every_way_to_leave_out_occurs(self, reason):
        found = find(
            strategies.tallies("force"),
            lambda t: t.excluded is not None and reason in t.excluded.labels("reason"),
        )
        assert len(found) + len(found.excluded) <= 2

    def test_weights_and_exposures(self):
        assert dict(find(strategies.weights(), lambda _: True)) == dict.fromkeys(("4.1", "4.10", "105A"), 0)
        part = find(strategies.weights(["46"]), lambda w: not w["46"].is_integer())
        assert part["46"] == 1 / 64
        crimes = Tally.from_columns({"force": strategies.LABELS["force"]}, [1, 1, 1])
        least = find(strategies.exposures(), lambda _: True)
        assert pm.rate(crimes, least, by="force", per=1)["exposure"].tolist() == [1, 1, 1]
        assert len(find(strategies.exposures(complete=False), lambda _: True)) == 1

    def test_stamps(self):
        assert find(strategies.stamps(), lambda _: True) == {"created": [], "arrived": []}
        start = dt.datetime(2024, 6, 3)  # noqa: DTZ001
        one = find(strategies.stamps(bad=()), lambda s: len(s["created"]) == 1)
        assert one == {"created": [start], "arrived": [start]}


class TestDraws:
    @pytest.mark.filterwarnings("ignore::policemetrics.errors.OnlyPositiveOutcomesWarning")
    @given(strategies.outcome_tallies("force"))
    def test_outcomes_are_counts_of_known_types(self, outcomes):
        """Every draw is one that the metric takes, also where one number is the sum of the others."""
        found = pm.positive_outcome_rate(outcomes, positive="charged", basis="recorded", out_of="outcomes")
        waiting = outcomes.where(outcome="0").total if "0" in outcomes.labels("outcome") else 0
        assert math.isnan(found.rate) == (outcomes.total == waiting)

    def test_numbers_of_outcomes_that_look_like_a_total(self):
        """Drawn once: 1,000,001 beside 1 and 1,000,000. The labels say that they hold no others."""
        found = find(strategies.outcome_tallies("force"), lambda t: len(t.labels("outcome")) == 2)
        assert found._no_totals == {dim: frozenset(found.labels(dim)) for dim in ("force", "outcome")}

    @given(st.data())
    def test_clean_columns(self, data):
        seconds = data.draw(strategies.durations(bad=()))
        assert pm.summarise_times(seconds).n == len(seconds)
        stamps = data.draw(strategies.stamps(bad=()))
        assert all(b >= a for a, b in zip(stamps["created"], stamps["arrived"], strict=True))

    @given(strategies.stamps(bad=["clock change"]).filter(lambda s: s["created"]))
    def test_clock_changes_are_in_the_hours_that_london_repeats_or_skips(self, stamps):
        for at in stamps["created"]:
            first, second = (at.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
            june = at.month in {6, 7}
            assert (first.utcoffset() == second.utcoffset()) == june

    @given(strategies.stamps(bad=["missing", "reversed"]))
    def test_faults_are_those_asked_for(self, stamps):
        for created, arrived in zip(stamps["created"], stamps["arrived"], strict=True):
            assert created is None or arrived is None or created.month in {6, 7}

    def test_labels_of_your_own(self):
        wards = {"ward": ["Aston", "Bordesley"]}
        found = find(strategies.tallies("ward", known=wards, gaps=False), lambda t: len(t) == 2)
        assert found.labels("ward") == ("Aston", "Bordesley")

    @given(strategies.tallies("force", "period", coverage="period", overlapping="force"))
    def test_coverage_and_overlap(self, found):
        assert found.overlapping == {"force"}
        assert found.coverage is not None

    @pytest.mark.parametrize(
        "kind", ["month", "financial_quarter", "calendar_year", "financial_year", "year_ending"]
    )
    def test_periods_of_a_kind(self, kind):
        length = {"month": 1, "financial_quarter": 3}.get(kind, 12)
        assert find(strategies.periods(kind), lambda _: True).months == length


class TestBadInput:
    @pytest.mark.parametrize(
        ("call", "error", "said"),
        [
            (lambda: strategies.labels("ward"), UnknownNameError, "dim must be one of 'force', .* give known="),
            (lambda: strategies.labels("force", known=5), InvalidTypeError, "known must be a mapping"),
            (lambda: strategies.labels("ward", known={"ward": []}), InvalidInputError, r"known\['ward'\] must hold"),
            (lambda: strategies.labels("force", gaps=1), InvalidTypeError, "gaps must be True or False"),
            (lambda: strategies.rows("force", max_size=-1), InvalidInputError, "max_size must be"),
            (lambda: strategies.tallies("ward"), UnknownNameError, "dim must be one of"),
            (lambda: strategies.tallies("force", excluding="no"), InvalidTypeError, "excluding must be"),
            (lambda: strategies.outcome_tallies("ward"), UnknownNameError, "dim must be one of"),
            (lambda: strategies.exposures("ward"), UnknownNameError, "dim must be one of"),
            (lambda: strategies.exposures(complete=None), InvalidTypeError, "complete must be"),
            (lambda: strategies.weights(5), InvalidTypeError, "codes must be a name or a sequence"),
            (lambda: strategies.weights([]), InvalidInputError, "codes must name at least one"),
            (lambda: strategies.weights([4.1]), InvalidTypeError, r"codes\[0\] must be text"),
            (lambda: strategies.periods("week"), UnknownNameError, "kind must be one of 'month'"),
            (lambda: strategies.durations(bad=["late"]), UnknownNameError, "bad must be one of 'missing', 'negative'"),
            (lambda: strategies.durations(max_size=1.5), InvalidInputError, "max_size must be"),
            (lambda: strategies.stamps(bad=5), InvalidTypeError, "bad must be a name"),
            (lambda: strategies.stamps(max_size=None), InvalidTypeError, "max_size must be"),
        ],
    )  # fmt: skip
    def test_strategies(self, call, error, said):
        with pytest.raises(error, match=said) as caught:
            call()
        assert isinstance(caught.value, PoliceMetricsError)

    def test_without_hypothesis(self, monkeypatch):
        """The strategies name the extra; `assert_equal` does without."""
        for name in [n for n in sys.modules if n.partition(".")[0] == "hypothesis"]:
            monkeypatch.setitem(sys.modules, name, None)
        for name in ("policemetrics.testing.strategies", "policemetrics.testing"):
            monkeypatch.delitem(sys.modules, name)
        assert (
            importlib.import_module("policemetrics.testing").assert_equal(pm.share(1, 2), pm.share(1, 2))
            is None
        )
        with pytest.raises(MissingDependencyError, match=r'install "policemetrics\[testing\]"'):
            importlib.import_module("policemetrics.testing.strategies")
        with pytest.raises(MissingDependencyError, match=r'install "policemetrics\[testing\]"'):
            _ = importlib.import_module("policemetrics.testing").tallies


def test_the_strategies_can_be_had_from_the_package():
    package = importlib.import_module("policemetrics.testing")
    named = [n for n in strategies.__all__ if n.islower()]
    assert len(named) == 9
    assert all(getattr(package, n) is getattr(strategies, n) for n in named)
    assert {"assert_equal", *named} <= set(dir(package))
    with pytest.raises(AttributeError, match=r"'policemetrics\.testing' has no attribute 'tally'"):
        _ = package.tally


def test_the_tests_of_another_project_use_public_names_only():
    """`test_downstream.py` is what it says: of the package it takes what is in some ``__all__``, and nothing of our own tests."""
    tree = ast.parse((TESTS / "test_downstream.py").read_text(encoding="utf-8"))
    modules = {f"policemetrics{room}" for room in ("", ".errors", ".testing", ".testing.strategies")}
    ours = {path.stem for path in TESTS.rglob("*.py")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named = {alias.name for alias in node.names}
            assert {n for n in named if n.startswith("policemetrics")} <= {"policemetrics"}
            assert not named & ours
        elif isinstance(node, ast.ImportFrom):
            assert node.module not in ours
            if node.module.startswith("policemetrics"):
                assert node.module in modules
                assert {alias.name for alias in node.names} <= {*importlib.import_module(node.module).__all__}
        elif isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
            if isinstance(node.value, ast.Name) and node.value.id == "pm":
                assert node.attr in pm.__all__
            elif isinstance(node.value, ast.Attribute) and ast.unparse(node.value.value) == "pm":
                room = getattr(pm, node.value.attr)
                assert not inspect.ismodule(room) or node.attr in room.__all__
