"""Names of test cases that are the same in every process, as running them in parallel needs."""

from __future__ import annotations

import re


def stable(value: object) -> str:
    """Write a value without its place in memory, and a set in order."""
    text = str(sorted(value)) if isinstance(value, set | frozenset) else str(value)
    return re.sub(r" at 0x\w+", "", text)[:40]
