"""Versions that are too old: refused before they are used, in words that say what to install."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import policemetrics as pm
from policemetrics import _oldest
from policemetrics.errors import MissingDependencyError

PROJECT = tomllib.loads((Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
TABLE = pa.table({"force": ["Kent", "Kent", "Essex"]})


@pytest.fixture(autouse=True)
def _anew():
    """What was found of a class of frames is looked up once."""
    _oldest.require_for.cache_clear()
    yield
    _oldest.require_for.cache_clear()


def named(requirement):
    """Read the package and its lower bound off a requirement, as in ``ibis-framework[duckdb]>=12``."""
    found = re.match(r"([\w-]+)(?:\[[\w,]+\])?>=([\d.]+)", requirement)
    return found and (found[1], tuple(map(int, found[2].split("."))))


def test_pip_is_told_the_same():
    """Every package that the extras and the dependencies name has the bound that is asked for when it is used."""
    extras = PROJECT["optional-dependencies"]
    stated = [*PROJECT["dependencies"], *(r for e in _oldest.OLDEST for r in extras.get(_extra(e), ()))]
    bounds = {}
    for package, oldest in filter(None, map(named, stated)):
        bounds.setdefault(package, []).append(oldest)
    for package, oldest in _oldest.OLDEST.items():
        assert oldest in bounds[_oldest._PROJECTS.get(package, package)], package
    # And none asks for less.
    for package, found in bounds.items():
        if package in _oldest.OLDEST:
            assert min(found) == _oldest.OLDEST[package]
    for engine in _oldest._QUERIED:
        found = dict(filter(None, map(named, extras[_extra(engine)])))
        assert found["narwhals"] == _oldest._NARWHALS_FOR_QUERIES, engine


def _extra(package):
    return {"pyspark": "spark", "matplotlib": "plot", "python_calamine": "official"}.get(package, package)


@pytest.mark.parametrize("package", _oldest.OLDEST)
def test_too_old(package, monkeypatch):
    """The last version before the oldest is refused with what to install; the oldest, and one that does not say, pass."""
    oldest = _oldest.OLDEST[package]
    *first, last = oldest[:-1] if oldest[-1] == 0 else oldest
    for stated, passes in [
        (".".join(map(str, oldest)), True),
        (".".join(map(str, (*oldest, 0))) + "rc1", True),
        (".".join(map(str, (*first, last - 1, 99, 9))), False),
        ("unknown", True),
    ]:
        fake = ModuleType(package)
        fake.__version__ = stated
        monkeypatch.setitem(sys.modules, package, fake)
        if passes:
            _oldest.require(package)
            continue
        wanted = ".".join(map(str, oldest))
        with pytest.raises(
            MissingDependencyError,
            match=rf"{package} must be {wanted} or later; got {stated}: pip install \"",
        ):
            _oldest.require(package)


@pytest.mark.parametrize(
    ("package", "frame"),
    [
        ("pandas", TABLE.to_pandas()),
        ("polars", pl.from_arrow(TABLE)),
        ("polars", pl.from_arrow(TABLE).lazy()),
        ("pyarrow", TABLE),
        ("pyarrow", TABLE.to_pandas(types_mapper=pd.ArrowDtype)),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_frame_of_an_engine_that_is_too_old(package, frame, monkeypatch):
    monkeypatch.setattr(sys.modules[package], "__version__", "0.9.1")
    for call in (
        lambda: pm.tally(frame, by="force"),
        lambda: pm.rate_change(frame, between=("a", "b"), period="force"),
    ):
        with pytest.raises(
            MissingDependencyError, match=rf"{package} must be [\d.]+ or later; got 0.9.1: pip inst"
        ):
            call()


def test_a_package_that_says_nothing_of_itself(monkeypatch):
    """As calamine, which has no version of its own; pip knows it."""
    monkeypatch.setitem(sys.modules, "python_calamine", ModuleType("python_calamine"))
    monkeypatch.setattr("importlib.metadata.version", {"python-calamine": "0.2.3"}.get)
    with pytest.raises(
        MissingDependencyError,
        match=r'python_calamine must be 0\.3 or later; got 0\.2\.3: pip install "python-calamine>=0\.3"',
    ):
        _oldest.require("python_calamine")
    monkeypatch.delitem(sys.modules, "python_calamine")
    _oldest.require("python_calamine")


def test_pandas_alone_asks_for_no_pyarrow(monkeypatch):
    """An old pyarrow that a pandas frame does not use is no reason to refuse it."""
    monkeypatch.setattr(pa, "__version__", "0.9.1")
    assert pm.tally(pd.DataFrame({"force": ["Kent", "Kent"]}), by="force").total == 2


def test_duckdb(monkeypatch):
    """DuckDB hands over by Arrow; asked through an older narwhals it would lose hours without a word."""
    relation = duckdb.sql("select 'Kent' as force")
    with monkeypatch.context() as patched:
        patched.setattr(duckdb, "__version__", "1.0.0")
        with pytest.raises(
            MissingDependencyError, match=r"duckdb must be 1\.3 or later; got 1\.0\.0: pip inst"
        ):
            pm.tally(relation, by="force")
    _oldest.require_for.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(pa, "__version__", "14.0.2")
        with pytest.raises(MissingDependencyError, match=r"pyarrow must be 15 or later; got 14\.0\.2"):
            pm.tally(relation, by="force")
    import narwhals

    _oldest.require_for.cache_clear()
    monkeypatch.setattr(narwhals, "__version__", "2.27.0")
    with pytest.raises(
        MissingDependencyError, match=r"narwhals must be 2\.28 or later beside duckdb; got 2\.27\.0"
    ):
        pm.tally(relation, by="force")
    assert pm.tally(TABLE, by="force").total == 3


def test_results_are_not_handed_to_what_is_too_old(monkeypatch):
    found = pm.rate_change([1], [2], labels=["Kent"])
    for package, call in (
        ("pandas", found.to_pandas),
        ("polars", found.to_polars),
        ("pyarrow", found.to_arrow),
    ):
        monkeypatch.setattr(sys.modules[package], "__version__", "0.9.1")
        with pytest.raises(MissingDependencyError, match=f"{package} must be"):
            call()


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("narwhals", "pm.tally(object(), by='force')"),
        ("scipy", "pm.intervals.clopper_pearson(1, 2)"),
        ("scipy", "pm.rate(5, 10)"),
        ("matplotlib", "pm.plot.by_group(None)"),
    ],
)
def test_what_is_imported_when_first_used(package, call):
    """In a process of its own, where nothing has been imported yet: before a name is missed that only later ones have."""
    pytest.importorskip(package)
    script = (
        f"import sys, {package}, policemetrics as pm\n"
        f"{package}.__version__ = '0.9.1'\n"
        "try:\n"
        f"    {call}\n"
        "except pm.errors.MissingDependencyError as error:\n"
        "    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  # our own script
    wanted = ".".join(map(str, _oldest.OLDEST[package]))
    assert (
        done.stdout.strip()
        == f'{package} must be {wanted} or later; got 0.9.1: pip install "{package}>={wanted}".'
    )
