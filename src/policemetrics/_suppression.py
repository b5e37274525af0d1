"""Which counts of a table are hidden, so that no small one can be worked out from what is shown.

A small count is hidden, and with it as many others as it takes: from what is shown, the totals that are published among
it, no hidden count may be bounded to fewer than so many whole numbers. What follows of a count that is hidden from sums
is a question of linear programming, and so is which others to hide: of the ways to let it move, the one that moves the
fewest crimes.

In a table of one or two dimensions the limits that linear programming finds are whole numbers, and so is all between
them [1]_. In three dimensions that is not so.

References
----------
.. [1] M. Fischetti and J. J. Salazar, "Models and algorithms for optimizing cell suppression in tabular data with linear
   constraints", Journal of the American Statistical Association 95 (2000), 916-928.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._screen import Shown
from policemetrics._typing import FloatArray, IntArray, Names
from policemetrics.errors import InvalidInputError, Note
from policemetrics.periods import read_labels

Mask = NDArray[np.bool_]
MARK: Final = "[c]"  # confidential: the symbol of the Government Statistical Service
REASON: Final = f"{MARK}: small, or would give away one that is"
ALL: Final = "all"


def hidden(counts: IntArray, sums: Sequence[Mask], below: int, start: Mask | None = None) -> Mask | None:
    """Choose what is hidden; None where a small count cannot be hidden beside the sums that are published.

    Parameters
    ----------
    counts : ndarray of int64, (cells,)
        None below 0.
    sums : sequence of mask, (cells,)
        The cells of each sum that is published.
    below : int
        What counts as small; and to how many whole numbers no hidden count is bounded closer.
    start : mask, (cells,), optional
        What is hidden already. Default is nothing.

    Returns
    -------
    ndarray of bool, (cells,) or None
        Which are hidden.
    """
    table = np.array(sums, dtype=float).reshape(-1, len(counts))
    found: Mask = (counts < below) | (False if start is None else start)
    settled = np.zeros(len(counts), dtype=bool)
    while (open_cells := np.flatnonzero(found & ~settled)).size:
        cell = int(open_cells[0])
        # A small one may be any from 0 up; of another it is enough that it moves as far, either way or both.
        down = [int(counts[cell])] if counts[cell] < below else [0, *range(below - 1, 0, -1)]
        best: tuple[float, Mask] | None = None
        for least in down:
            moves = [_move(counts, table, found, cell, by) for by in (-least, below - 1 - least) if by]
            known = [move for move in moves if move is not None]
            if len(known) == len(moves):
                # A small move beside whole ones is a rounding.
                more = np.any([np.abs(move) > 0.5 for move in known], axis=0) & ~found
                cost = float(counts[more].sum())
                best = (cost, more) if best is None or cost < best[0] else best
                if not more.any():
                    break
        if best is None:
            return None
        found = found | best[1]
        settled[cell] = True
    return found


def _move(counts: IntArray, table: FloatArray, found: Mask, cell: int, by: int) -> FloatArray | None:
    """Move one count and leave every sum as it is, at the least cost of what has to be hidden for it."""
    from scipy import optimize, sparse

    # How far each goes up, and down; what is hidden already moves at no cost.
    cost = np.where(found, 0.0, counts + 1.0)
    bounds = [(0.0, None)] * len(counts) + [(0.0, float(n)) for n in counts]
    at = cell + (len(counts) if by < 0 else 0)
    bounds[at] = (abs(by), abs(by))
    bounds[cell if by < 0 else cell + len(counts)] = (0.0, 0.0)
    sums: Any = sparse.csr_array(np.hstack([table, -table])) if len(table) else None
    moved: Any = optimize.linprog(
        np.concatenate([cost, cost]),
        A_eq=sums,
        b_eq=None if sums is None else np.zeros(len(table)),
        bounds=bounds,
        method="highs-ds",  # whose solutions are corners, and so whole
    )
    if moved.status != 0:
        return None
    up, down = np.split(moved.x, 2)
    return np.asarray(up - down, dtype=float)


# ---- the counts of a figure -------------------------------------------------------------


@attrs.frozen(eq=False)
class Linked:
    """Counts that are hidden together: their columns, and what each row is told of, one number a row; nan is not known."""

    columns: tuple[str, ...]
    counts: FloatArray

    @classmethod
    def of(cls, said: Sequence[str], column: Callable[[str], FloatArray]) -> Linked:
        """Read them as a class of figures says it: "count", "out_of - count"; "out_of - n?" where there is any."""
        names = dict.fromkeys(name for text in said for name in text.rstrip("?").split(" - "))
        numbers = [cls._number(text.rstrip("?"), column) for text in said]
        told = [
            (number > 0 if text.endswith("?") else ~np.isnan(number)).any()
            for text, number in zip(said, numbers, strict=True)
        ]
        return cls(tuple(names), np.array(numbers)[told])

    @staticmethod
    def _number(text: str, column: Callable[[str], FloatArray]) -> FloatArray:
        """Read a count, or what is left of it without others; of two flows one may be more than the other, and no part."""
        first, *less = (column(term) for term in text.split(" - "))
        rest = np.asarray(first - sum(less), dtype=float)
        return first if (rest < 0).any() else rest

    def chosen(self, sums: Mapping[str, Mask], below: int) -> Mask:
        """Choose the rows in which they are hidden: none of them may be known too well."""
        gone = np.zeros(self.counts.shape[1], dtype=bool)
        while True:
            before = gone.copy()
            for number in self.counts:
                there = ~np.isnan(number)
                whole = number[there].round().astype(np.int64)
                if (whole < 0).any():
                    msg = (
                        f"{' and '.join(self.columns)} must be >= 0; got {whole.min()}: a table in which corrections outweigh what "
                        "was recorded cannot be protected."
                    )
                    raise InvalidInputError(msg)
                found = hidden(whole, [s[there] for s in sums.values()], below, gone[there])
                if found is None:
                    msg = (
                        f"totals must leave room to hide a count below {below} in; beside {_check.listing(sums)} "
                        "it would be known. Publish fewer of them, and name those in totals=; () is none."
                    )
                    raise InvalidInputError(msg)
                gone[there] |= found
            if (gone == before).all():
                return gone


def what_follows(fields: Mapping[str, Any], masks: Mapping[str, Mask]) -> dict[str, Mask]:
    """Say of every number of a figure in which rows it would tell of a hidden count.

    Parameters
    ----------
    fields : mapping of str to Attribute
        Those of the class of figures.
    masks : mapping of str to mask
        Where each count is hidden.
    """
    rows: Mask = np.any([*masks.values()], axis=0)
    none, every = np.zeros_like(rows), np.full_like(rows, rows.any())

    def of(name: str) -> Mask:
        if name in masks:
            return masks[name]
        meta = fields[name].metadata
        base = name.removesuffix("_low").removesuffix("_high")
        if meta.get("role", "") == "denominator" or meta.get("definition") or "role" not in meta:
            return none  # it is no count of crimes, or none at all
        if name == "p_adjusted" or meta.get("column") == "count":
            return every  # one was adjusted for all rows at once, the other nobody has looked at
        if base != name and base in fields:
            return of(base)
        sources: list[Mask] = [of(source) for source in meta.get("of", ())]
        return np.any(sources, axis=0) if sources else rows

    return {name: of(name) for name in fields}


def rounded(values: FloatArray, step: int) -> FloatArray:
    """Round counts to multiples, halves up."""
    return np.floor(values / step + 0.5) * step


# ---- the table --------------------------------------------------------------------------


def published(
    keys: Mapping[str, list[Any]], counts: FloatArray, totals: Names | None, whole: Sequence[str] | None
) -> dict[str, Mask]:
    """Name the sums of a table that are published, each with its rows; a table that cannot be protected is refused.

    Parameters
    ----------
    keys : mapping of str to list
        The label of each row, by dimension.
    counts : ndarray, (columns, rows)
        Its counts.
    totals : str or sequence of str or None
        As the caller named them; None is all that there can be.
    whole : sequence of str or None
        The dimensions of the totals that the table itself holds, as a table of parts does; None for none.
    """
    if len(keys) not in {1, 2}:
        msg = f"suppress takes a table by one or two dimensions; got {_check.listing(keys) or 'none'}."
        raise InvalidInputError(msg)
    # In one dimension a total by its labels is what stands in the table.
    could = [*(keys if len(keys) == 2 else ()), ALL]
    wanted = could if totals is None else _check.names(totals, "totals")
    for name in wanted:
        _check.known(name, "totals", [*keys, ALL])
    if whole is not None:
        wanted = (*wanted, *(d for d in (whole or (ALL,)) if d not in wanted))
    found: dict[str, Mask] = {}
    for dim, labels in keys.items():
        column = np.fromiter(labels, dtype=object, count=len(labels))
        rows = {str(label): np.asarray(column == label, dtype=bool) for label in dict.fromkeys(labels)}
        _refuse_overlap(dim, rows, keys, counts)
        if dim in wanted and dim in could:
            found |= {f"{dim} {label}": mask for label, mask in rows.items()}
    return found | ({ALL: np.ones(counts.shape[1], dtype=bool)} if ALL in wanted else {})


def _refuse_overlap(
    dim: str, rows: Mapping[str, Mask], keys: Mapping[str, list[Any]], counts: FloatArray
) -> None:
    """Refuse labels that hold others: a row that is a sum would give away what it adds up."""
    others = [label for d, labels in keys.items() if d != dim for label in dict.fromkeys(labels)] or [None]
    apart = [
        np.array([label is None or label in key for key in zip(*keys.values(), strict=True)])
        for label in others
    ]
    for label, mask in rows.items() if len(rows) > 2 else ():
        pairs = [(counts[:, mask & o].sum(axis=1), counts[:, ~mask & o].sum(axis=1)) for o in apart]
        if counts[:, mask].any() and all((one == rest).all() for one, rest in pairs):
            msg = (
                f"rows must not hold one another; {dim} {label!r} is the sum of the others. Leave it out, as in "
                f"results[results[{dim!r}] != {label!r}], and name the total in totals=."
            )
            raise InvalidInputError(msg)
    try:
        periods = sorted(set(read_labels(list(rows), dim)), key=lambda p: p.start)
    except InvalidInputError:
        return  # no periods
    for one, other in pairwise(periods):
        if other.start <= one.end:
            msg = f"rows must not hold one another; {one.label} and {other.label} overlap."
            raise InvalidInputError(msg)


def note(below: int, sums: Mapping[str, Mask]) -> Note:
    """Say below a table what was hidden."""
    short = f"{MARK}: counts below {below} are hidden"
    beside = f", beside {len(sums)} published total{'' if len(sums) == 1 else 's'}" if sums else ""
    return Note("suppressed", short, f"{short}, and others that would give one away{beside}")


def note_rounding(step: int) -> Note:
    """Say below a table that its counts are rounded."""
    short = f"counts are rounded to multiples of {step}"
    return Note(
        "rounded",
        short,
        f"{short}, and what follows of them is worked out from those; intervals are left out",
    )


def apart(notes: Sequence[tuple[Note, ...]], rows: Mask) -> list[tuple[Note, ...]]:
    """Leave out of hidden rows what was said of them alone, as far as it says a number."""
    of_others = {n for own, gone in zip(notes, rows, strict=True) if not gone for n in own}
    return [
        tuple(n for n in own if n in of_others or not re.search(r"\d", n.long)) if gone else own
        for own, gone in zip(notes, rows, strict=True)
    ]


def marked(columns: Sequence[Shown], reasons: Sequence[str]) -> list[Shown]:
    """Show the symbol instead of figures that are hidden."""
    hidden_rows = [reason.startswith(MARK) for reason in reasons]
    if not any(hidden_rows):
        return list(columns)
    unknown = {"", "n/a"}
    return [
        attrs.evolve(
            c,
            cells=[
                MARK if hide and cell in unknown else cell
                for cell, hide in zip(c.cells, hidden_rows, strict=True)
            ],
        )
        for c in columns
    ]
