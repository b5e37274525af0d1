"""Help for tests of your own code: `assert_equal`, and hypothesis strategies in `policemetrics.testing.strategies`.

The strategies need the extra ``testing``; `assert_equal` needs nothing.
"""

from policemetrics.testing.equality import assert_equal

__all__ = ["assert_equal"]
