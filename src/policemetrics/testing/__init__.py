"""Help for tests of your own code: `assert_equal`, and hypothesis strategies in `policemetrics.testing.strategies`.

The strategies can be imported from here as well. They need the extra ``testing``; `assert_equal` needs nothing.
"""

from typing import TYPE_CHECKING, Any

from policemetrics.testing.equality import assert_equal

# With the strategies in it, `import *` would need hypothesis.
__all__ = ["assert_equal"]

if TYPE_CHECKING:
    from policemetrics.testing.strategies import *  # noqa: F403  # whatever it lists in __all__
else:  # type checkers would take any name for one

    def __getattr__(name: str) -> Any:
        # Tools ask modules for names of their own, which begin with an underscore: no strategy does.
        if not name.startswith("_"):
            from importlib import import_module

            strategies = import_module("policemetrics.testing.strategies")
            if name in strategies.__all__:
                return getattr(strategies, name)
        msg = f"module 'policemetrics.testing' has no attribute {name!r}"
        raise AttributeError(msg)

    def __dir__() -> list[str]:
        from importlib.util import find_spec

        if find_spec("hypothesis") is None:
            return sorted(globals())
        from policemetrics.testing import strategies

        return sorted({*globals(), *strategies.__all__})
