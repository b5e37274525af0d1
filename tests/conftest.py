"""Fixtures and hypothesis profiles for the whole suite, and what it skips where an extra is not installed."""

from __future__ import annotations

import ast
import os
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

CI = os.environ.get("CI") == "true"
os.environ.pop("COLUMNS", None)  # pytest-xdist sets it; a table then fits a terminal that is not there

# However slow a machine is, what holds holds.
UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
# The gate draws the same examples in every run, so that what it says of one state does not depend on luck.
settings.register_profile("ci", derandomize=True, max_examples=50, **UNTIMED)
settings.register_profile("dev", max_examples=50, **UNTIMED)
# --hypothesis-profile=few, where all has run before
settings.register_profile("few", derandomize=True, max_examples=10, **UNTIMED)
settings.load_profile("ci" if CI else "dev")

EXTRAS = {
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "pyarrow",
    "duckdb": "duckdb",
    "python_calamine": "official",
    "matplotlib": "plot",
}
LACKING = [name for name in EXTRAS if find_spec(name) is None]


class Unimportable(pytest.Module):
    """A module of tests that cannot be imported, for want of an extra."""

    def collect(self):
        extras = ",".join(EXTRAS[name] for name in lacked_by(self.path))
        pytest.skip(f"needs policemetrics[{extras}]", allow_module_level=True)


@cache
def lacked_by(path):
    """List what is not installed of the packages that a module imports when it is itself imported, or a module beside it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    found = {name.partition(".")[0] for name in named}
    beside = [Path(__file__).with_name(f"{name}.py") for name in sorted(found)]
    found.update(name for helper in beside if helper.is_file() for name in lacked_by(helper))
    return [name for name in LACKING if name in found]


def pytest_pycollect_makemodule(module_path, parent):
    return Unimportable.from_parent(parent, path=module_path) if LACKING and lacked_by(module_path) else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The large real data: POLICEMETRICS_DATA, else shared/data beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("POLICEMETRICS_DATA") or beside)
    if not folder.is_dir():
        reason = f"the large real data are not in {folder}; set POLICEMETRICS_DATA to their folder"
        if os.environ.get("POLICEMETRICS_DATA"):  # as the gate sets it
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(autouse=True)
def closed_figures():
    """Close what a test or a page has drawn; more than twenty open figures are a warning."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def no_breaks(monkeypatch):
    """Take no break in a series for known: for made-up counts, in years that stand for any two."""
    monkeypatch.setattr("policemetrics._compare.breaks", dict)
