"""The public surface is frozen: what callers can write changes only when somebody decides so."""

from __future__ import annotations

import difflib
import importlib.util
from pathlib import Path

import pytest
import surface

import policemetrics as pm

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tests" / "api.txt"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("make_api", ROOT / "tools" / "make_api.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_public_surface_is_what_was_decided(tool):
    kept, now = KEPT.read_text(encoding="utf-8").splitlines(), tool.api().splitlines()
    diff = list(difflib.unified_diff(kept, now, "decided", "now", lineterm="", n=0))
    if diff:
        pytest.fail(
            "\n".join(
                [
                    "the public surface has changed:",
                    *diff,
                    "If that is meant: python tools/make_api.py, commit what it writes, and say so in CHANGELOG.md.",
                ]
            ),
            pytrace=False,
        )


def test_every_public_name_is_in_it(tool):
    held = KEPT.read_text(encoding="utf-8")
    for name in surface.members():
        assert f"policemetrics.{name}" in held


def test_checkers_read_the_names_that_there_are(tool):
    """The table of names is written once, in ``__init__.py``; the stub is made from it."""
    stub = Path(pm.__file__).with_suffix(".pyi")
    assert stub.read_text(encoding="utf-8") == tool.stub(), "python tools/make_api.py, and commit the stub"


def test_what_a_line_says(tool):
    """One of each kind: a function with its overloads, a class, a method, a property, a field, an alias."""
    lines = KEPT.read_text(encoding="utf-8").splitlines()
    at = lines.index(
        "    overload (count: Number, out_of: Number, /, *, confidence_level: float = 0.95) -> Share"
    )
    assert lines[at - 1].startswith("policemetrics.share(data: Any")
    for line in (
        "policemetrics.published.harm_per_crime_change(*, crime: float, harm: float, rounded_to: float | None = None) -> HarmPerCrimeChange",
        "class policemetrics.figures.Share(Figure)",
        "policemetrics.figures.Share.share: float",
        "policemetrics.Figure.interval: Interval  (property)",
        "policemetrics.Period.shift(self, months: int) -> Period",
        "classmethod policemetrics.Period.month(cls, year: int, month: int) -> Period",
        "policemetrics.Tally.__add__",
        "policemetrics.typing.Names = str | Sequence[str]",
        "policemetrics.testing.strategies.Stamps['created']: list[dt.datetime | None]",
    ):
        assert line in lines


def test_a_change_is_seen(tool, monkeypatch):
    before = tool.api()
    monkeypatch.setattr(pm, "share", lambda count, out_of: count / out_of)
    after = tool.api()
    assert before != after
    assert "policemetrics.share(count, out_of)\n" in after
