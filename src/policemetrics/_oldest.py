"""The oldest version of each package that can be served; an older one is refused before it is used.

`pyproject.toml` says the same to pip, with the reasons, and a test compares the two. It is asked again here, since
pip can be told otherwise, and asks for no extra on its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Final

from policemetrics.errors import MissingDependencyError

OLDEST: Final[Mapping[str, tuple[int, ...]]] = {
    "dask": (2025, 4),
    "duckdb": (1, 3),
    "ibis": (12,),
    "matplotlib": (3, 8),
    "narwhals": (2, 10),
    "pandas": (2, 2),
    "polars": (1, 0),
    "pyarrow": (15,),
    "pyspark": (4,),
    "python_calamine": (0, 3),
    "scipy": (1, 13),
    "sqlframe": (4, 9),
}
"""By the name under which each is imported."""
_PROJECTS: Final = {"ibis": "ibis-framework", "python_calamine": "python-calamine"}
_QUERIED: Final = {"dask", "duckdb", "ibis", "pyspark", "sqlframe"}
# Older ones lose the hours of DuckDB's durations without a word, and were not tried with the others.
_NARWHALS_FOR_QUERIES: Final = (2, 28)


def require(*packages: str) -> None:
    """Refuse a package that is too old, of those that are imported; what is not, is of no concern."""
    for package in packages:
        if package in OLDEST and version_of(package) < OLDEST[package]:
            raise _too_old(package, OLDEST[package])


@cache
def require_for(frames: type) -> None:
    """Refuse frames of an engine that is too old, or that is asked through a narwhals which is."""
    engines = {kind.__module__.partition(".")[0].lstrip("_") for kind in frames.__mro__}
    require(*sorted(engines & OLDEST.keys()))
    for engine in sorted(engines & _QUERIED):
        if version_of("narwhals") < _NARWHALS_FOR_QUERIES:
            raise _too_old("narwhals", _NARWHALS_FOR_QUERIES, f" beside {engine}")


def version_of(package: str) -> tuple[float, ...]:
    """Return the version of a package that is imported, as numbers; one that does not say passes for the newest."""
    return tuple(map(int, re.findall(r"\d+", _stated(package))[:3])) or (float("inf"),)


def _stated(package: str) -> str:
    """Return the version as the package states it, else as it was installed."""
    if package not in sys.modules:
        return ""
    stated = getattr(sys.modules[package], "__version__", None)
    if stated is None:
        from importlib import metadata

        with suppress(metadata.PackageNotFoundError):
            stated = metadata.version(_PROJECTS.get(package, package))
    return str(stated or "")


def _too_old(package: str, oldest: tuple[int, ...], where: str = "") -> MissingDependencyError:
    wanted, project = ".".join(map(str, oldest)), _PROJECTS.get(package, package)
    msg = f'{package} must be {wanted} or later{where}; got {_stated(package)}: pip install "{project}>={wanted}".'
    return MissingDependencyError(msg)
