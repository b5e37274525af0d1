"""Fixtures of the tests of times."""

import pytest

try:
    from engines import ENGINES
except ModuleNotFoundError:  # without the extras, what needs an engine is skipped
    ENGINES = {}


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    """From an Arrow table to a frame of each engine."""
    return request.param
