"""Fixtures of the tests of pictures."""

import pytest


@pytest.fixture(autouse=True)
def clean_style():
    """Nobody's own settings."""
    plt = pytest.importorskip("matplotlib.pyplot")
    with plt.style.context("default"):
        yield
