"""Rows of one crime that published files hold several times: one crime, one count."""

from __future__ import annotations

from binascii import Error, unhexlify
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _write
from policemetrics._typing import IntArray
from policemetrics.errors import InvalidInputError
from policemetrics.official._tables import Column, joined

COUNT: Final = "n"  # the column of the counts
SEVERAL: Final = "several outcomes"
_OUTCOME: Final = "outcome"
_BYTES: Final = 32  # of a Crime ID, a SHA-256


@attrs.frozen(eq=False)
class Rows:
    """Rows by their labels: how many there are of each, and of which crime each is that has a Crime ID.

    Attributes
    ----------
    keys : mapping of str to Column
        Their labels, by dimension.
    counts : array of int64, (keys,)
        How many rows have them.
    crimes : array of uint64
        64 bits of the Crime ID of each row that has one. That two of 4 million crimes of one force share them by chance
        has a probability of 1 in 2 million.
    which : array of int64
        The labels that each of these rows has.
    """

    keys: Mapping[str, Column]
    counts: IntArray
    crimes: NDArray[np.uint64]
    which: IntArray

    @classmethod
    def of(cls, columns: Mapping[str, Column], ids: Column | None) -> Rows:
        """Count rows by their labels."""
        keys, which = _distinct(columns)
        counts = np.bincount(which, minlength=len(keys[next(iter(keys))]))
        if ids is None:
            return cls(keys, counts, np.zeros(0, np.uint64), np.zeros(0, np.int64))
        known = np.array([label != "" for label in ids.labels], dtype=bool)[ids.codes]
        return cls(keys, counts, _numbers(ids.labels)[ids.codes][known], which[known])

    @classmethod
    def none(cls, labels: Mapping[str, str]) -> Rows:
        """Return no row, with the labels that are known of it."""
        one = np.zeros(1, dtype=np.int64)
        return cls({d: Column([v], one) for d, v in labels.items()}, one, np.zeros(0, np.uint64), one[:0])


def once(
    parts: Sequence[Rows],
    unique: bool | Literal["labels"],  # noqa: FBT001  # as the caller gave it
) -> tuple[dict[str, Column], dict[str, Column]]:
    """Count every crime once: the labels with their counts, and with the further rows that were left out.

    A crime with several outcomes has `SEVERAL` for its outcome: which of them counts, the file does not say.
    """
    start = np.cumsum([0, *(len(part.counts) for part in parts)])
    keys, again = _distinct(joined([part.keys for part in parts]))
    counts = np.zeros(len(keys[next(iter(keys))]), dtype=np.int64)
    np.add.at(counts, again, np.concatenate([part.counts for part in parts]))
    copies, none = np.zeros_like(counts), counts == 0
    which = again[np.concatenate([part.which + at for part, at in zip(parts, start.tolist(), strict=False)])]
    crimes = np.concatenate([part.crimes for part in parts])
    if unique is False or not len(crimes):
        return _counted(keys, counts, none), _counted(keys, copies)
    order = np.lexsort((which, crimes)) if unique == "labels" else np.argsort(crimes, kind="stable")
    crimes, which = crimes[order], which[order]
    new = np.append(True, crimes[1:] != crimes[:-1])
    if unique == "labels":
        new[1:] |= which[1:] != which[:-1]
    crime, first = np.cumsum(new) - 1, which[new]
    rows, several = np.bincount(crime), np.zeros(len(first), dtype=bool)
    several[crime[which != first[crime]]] = True
    _refuse_several(keys, which, first[crime])
    np.subtract.at(counts, which, 1)
    np.add.at(counts, first[~several], 1)
    np.add.at(copies, first[~several], rows[~several] - 1)
    open_keys = {d: Column.of(c.labels, c.codes[first[several]]) for d, c in keys.items()}
    if several.any():
        open_keys[_OUTCOME] = open_keys[_OUTCOME].mapped(lambda _: SEVERAL)
    both = joined([keys, open_keys])
    counts = np.append(counts, np.ones(int(several.sum()), dtype=np.int64))
    none = np.append(none, np.zeros(int(several.sum()), dtype=bool))
    return _counted(both, counts, none), _counted(both, np.append(copies, rows[several] - 1))


def _refuse_several(keys: Mapping[str, Column], which: IntArray, first: IntArray) -> None:
    """Refuse crimes of which the rows differ in more than their outcome: which of them counts, only the caller can know."""
    for dim, column in keys.items():
        differ = column.codes[which] != column.codes[first]
        if dim != _OUTCOME and differ.any():
            at = int(np.argmax(differ))
            both = [
                {d: c.labels[int(c.codes[int(row[at])])] for d, c in keys.items()} for row in (first, which)
            ]
            named = " and as ".join(", ".join(filter(None, labels.values())) for labels in both)
            msg = (
                f"unique: rows of one Crime ID must have the same force, month and type; {_write.count(differ.sum())} rows differ "
                f'from the first of theirs in {dim}, one crime standing as {named}. unique="labels" counts a crime once for '
                f"each of its labels."
            )
            raise InvalidInputError(msg)


def _counted(
    keys: Mapping[str, Column], counts: IntArray, none: NDArray[np.bool_] | None = None
) -> dict[str, Column]:
    """Lay counts beside their labels; those of no row are left out, unless they are reports of `none`."""
    there = counts != 0 if none is None else (counts != 0) | none
    shown, codes = np.unique(counts[there], return_inverse=True)
    numbers = Column([str(n) for n in shown.tolist()], codes.reshape(-1))
    return {d: Column.of(c.labels, c.codes[there]) for d, c in keys.items()} | {COUNT: numbers}


def _distinct(columns: Mapping[str, Column]) -> tuple[dict[str, Column], IntArray]:
    """Return the combinations of labels that occur, and which of them each row has."""
    code = np.zeros(len(next(iter(columns.values()))), dtype=np.int64)
    for column in columns.values():
        code = code * max(1, len(column.labels)) + column.codes
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    return {d: Column(c.labels, c.codes[first]) for d, c in columns.items()}, which.reshape(-1)


def _numbers(ids: Sequence[str]) -> NDArray[np.uint64]:
    """Return 64 bits of each Crime ID: its own, or of one that is no SHA-256 those of its checksum."""
    try:
        whole = np.frombuffer(unhexlify("".join(ids)), dtype=np.uint8)
        if len(whole) == _BYTES * len([one for one in ids if one]) and all(
            len(one) in {0, 2 * _BYTES} for one in ids
        ):
            found = np.zeros(len(ids), dtype=np.uint64)
            there = np.array([one != "" for one in ids], dtype=bool)
            found[there] = np.ascontiguousarray(whole.reshape(-1, _BYTES)[:, :8]).view(np.uint64).ravel()
            return found
    except (Error, ValueError):
        pass
    sums = b"".join(blake2b(one.encode(), digest_size=8).digest() for one in ids)
    return np.frombuffer(sums, dtype=np.uint64)
