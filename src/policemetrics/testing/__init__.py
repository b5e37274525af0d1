"""Help for tests of your own code: `assert_equal`, and hypothesis strategies in `policemetrics.testing.strategies`.

The strategies can be imported from here as well. They need the extra ``testing``; `assert_equal` needs nothing.
"""

from typing import TYPE_CHECKING, Any, Final

from policemetrics.testing.equality import assert_equal

if TYPE_CHECKING:
    from policemetrics.testing.strategies import durations as durations
    from policemetrics.testing.strategies import exposures as exposures
    from policemetrics.testing.strategies import labels as labels
    from policemetrics.testing.strategies import outcome_tallies as outcome_tallies
    from policemetrics.testing.strategies import periods as periods
    from policemetrics.testing.strategies import rows as rows
    from policemetrics.testing.strategies import stamps as stamps
    from policemetrics.testing.strategies import tallies as tallies
    from policemetrics.testing.strategies import weights as weights

# With the strategies in it, `import *` would need hypothesis.
__all__ = ["assert_equal"]

_STRATEGIES: Final = frozenset(
    ["durations", "exposures", "labels", "outcome_tallies", "periods", "rows", "stamps", "tallies", "weights"]
)

# Type checkers read the imports above; with this they would take any name for one.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _STRATEGIES:
            from policemetrics.testing import strategies

            return getattr(strategies, name)
        msg = f"module 'policemetrics.testing' has no attribute {name!r}"
        raise AttributeError(msg)

    def __dir__() -> list[str]:
        return sorted({*globals(), *_STRATEGIES})
