"""Read the files bundled with the package."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

T = TypeVar("T")


def text(folder: str, name: str) -> str:
    """Return the text of one bundled file."""
    return (files("policemetrics") / folder / name).read_text(encoding="utf-8")


def rows(folder: str, name: str) -> list[dict[str, str]]:
    """Return the rows of one bundled CSV file, every value as text: codes are never numbers."""
    return list(csv.DictReader(text(folder, name).splitlines()))


def read_only(found: Mapping[str, T]) -> Mapping[str, T]:
    """Return a mapping that nobody can write to."""
    return MappingProxyType(dict(found))


def several(written: str) -> tuple[str, ...]:
    """Return the words of a field that holds several, apart by spaces."""
    return tuple(written.split())


def records(
    kind: type[T], name: str, read: Mapping[str, Callable[[str], Any]] = {}, fields: Mapping[str, str] = {}
) -> Mapping[str, T]:
    """Return the rows of a bundled definition, read-only, by their first column.

    `read` turns the text of a field into its value. A column is the field of its own name, or the one in `fields`.
    """
    found = {}
    for row in rows("definitions", name):
        named = {fields.get(column, column): written for column, written in row.items()}
        values = {field: read.get(field, str)(written) for field, written in named.items()}
        found[next(iter(row.values()))] = kind(**values)
    return MappingProxyType(found)
