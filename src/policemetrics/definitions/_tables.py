"""Read the files bundled with the package."""

from __future__ import annotations

import csv
from importlib.resources import files

__all__ = ["rows", "text"]


def text(folder: str, name: str) -> str:
    """Return the text of one bundled file."""
    return (files("policemetrics") / folder / name).read_text(encoding="utf-8")


def rows(folder: str, name: str) -> list[dict[str, str]]:
    """Return the rows of one bundled CSV file, every value as text: codes are never numbers."""
    return list(csv.DictReader(text(folder, name).splitlines()))
