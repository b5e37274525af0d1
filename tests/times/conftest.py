"""Fixtures of the tests of times."""

import pytest
from engines import ENGINES


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    """From an Arrow table to a frame of each engine."""
    return request.param
