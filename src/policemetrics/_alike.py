"""Labels that are one in all but spelling: warned of where labels are made, and known again where one is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from policemetrics import _check
from policemetrics._typing import IntArray
from policemetrics.definitions import canonical_force_names
from policemetrics.errors import LabelSpellingWarning, Note


def warn_of_spellings(dim: str, labels: list[Any], codes: IntArray) -> None:
    """Warn of labels that differ only in case, spaces, dashes or "&" for "and", with the `relabel` that joins them.

    The spelling of most cells stays.
    """
    names = _check.spelt(labels)
    cells = np.bincount(codes[codes >= 0], minlength=len(labels)).tolist()
    best: dict[str, int] = {}
    for i, name in enumerate(names):
        if name not in best or cells[i] >= cells[best[name]]:
            best[name] = i
    joined = {labels[i]: labels[best[name]] for i, name in enumerate(names) if name and best[name] != i}
    old, new = next(iter(joined.items()))
    more = (
        f", and {len(joined) - 1} more pairs,"
        if len(joined) > 2
        else ", and one more pair,"
        if len(joined) == 2
        else ""
    )
    long = (
        f"in {dim!r}, {old!r} and {new!r}{more} differ only in case, spaces, dashes or '&' for 'and', and are counted apart; "
        f"if they are one, join them with relabel({dim!r}, {joined!r})"
    )
    _check.warn(LabelSpellingWarning, Note("label-spelling", f"{new} in two spellings", long))


def meant(label: object, known: Iterable[Any]) -> Any:
    """Return the label among those known that is the same in another spelling, or the same force; None where none is."""
    if not isinstance(label, str):
        return None
    listed = [v for v in known if isinstance(v, str)]
    for name in (_check.spelt, _forces):
        (wanted,), found = name([label]), name(listed)
        if wanted in found:
            return listed[found.index(wanted)]
    return None


def _forces(labels: list[str]) -> list[str]:
    names = canonical_force_names(labels)
    return [names.get(label, label) for label in labels]
