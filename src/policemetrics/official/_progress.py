"""What is said while a large file is read."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, TypeAlias

from policemetrics import _check, _write
from policemetrics.errors import InvalidTypeError

Progress: TypeAlias = Callable[[int, int, str], object]
"""Called with how many parts are done, of how many, and what is read now."""

_PATIENCE: Final = 2.0  # seconds, before anything is said


def reporter(progress: Progress | bool | None) -> Progress:  # noqa: FBT001  # as the caller gave it
    """Return what is called as parts are read: the caller's own; by default a line on a terminal, once it takes long."""
    if callable(progress):
        return progress
    if progress is not None and not isinstance(progress, bool):
        msg = f"progress must be a function of (done, total, what), or False for silence; got {_check.shown(progress)}."
        raise InvalidTypeError(msg)
    begun = time.monotonic()

    def line(done: int, total: int, what: str) -> None:
        if time.monotonic() - begun > _PATIENCE:
            ending = "\n" if done == total else ""
            sys.stderr.write(
                f"\r\x1b[Kpolicemetrics: {_write.count(done)} of {_write.count(total)}, {what[-60:]}{ending}"
            )
            sys.stderr.flush()

    return line if progress or (progress is None and sys.stderr.isatty()) else _silent


def _silent(*_: object) -> None:
    """Say nothing."""
