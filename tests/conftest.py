"""Fixtures and hypothesis profiles for the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

CI = os.environ.get("CI") == "true"

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("dev", deadline=None, max_examples=50)
settings.load_profile("ci" if CI else "dev")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The large real data: POLICEMETRICS_DATA, else shared/data beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("POLICEMETRICS_DATA") or beside)
    if not folder.is_dir():
        reason = f"the large real data are not in {folder}; set POLICEMETRICS_DATA to their folder"
        if CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
