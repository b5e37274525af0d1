"""`assert_equal`: which cell, row or column of two answers differs, with both values."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs

from policemetrics import _check
from policemetrics.errors import Note
from policemetrics.results import Figure, Results
from policemetrics.tallies import COUNT, Tally

_MOST: Final = 12
_AnswerT = TypeVar("_AnswerT", bound="Tally | Results[Any] | Figure")


def assert_equal(found: _AnswerT, expected: _AnswerT, /, *, rtol: float = 0.0) -> None:
    """Check that two tallies, tables or figures are equal, and say where they are not.

    Parameters
    ----------
    found, expected : Tally, Results or Figure
        Both of one kind. Undefined values (nan) equal one another.
    rtol : float, optional
        How far apart two floats may be, as a fraction of the larger; counts of a tally are always exact.
        Default is 0: the same as ``==``.

    Raises
    ------
    AssertionError
        If they differ; the message names each cell, row and column with both values, the first twelve.
    InvalidTypeError
        If one is neither a tally, a table nor a figure.
    InvalidInputError
        If `rtol` is negative or not finite.

    Examples
    --------
    >>> import policemetrics as pm
    >>> crimes = pm.Tally.from_columns({"force": ["Essex", "Kent"]}, [3, 7])
    >>> assert_equal(crimes, pm.Tally.from_columns({"force": ["Essex", "Kent"]}, [3, 8]))
    Traceback (most recent call last):
    AssertionError: Tally differs, found and expected:
      count at force 'Kent': 7 and 8

    Figures of another program need not agree in the last digit:

    >>> assert_equal(pm.share(1, 3), pm.share(1, 3), rtol=1e-9)
    """
    rtol = _check.number(rtol, "rtol", low=0)
    for name, value in (("found", found), ("expected", expected)):
        if not isinstance(value, Tally | Results | Figure):
            raise _check.wrong_type(value, f"{name} must be a Tally, Results or Figure")
    if found == expected:
        return
    if _kind(found) != _kind(expected):
        msg = f"{_kind(found)} was found, {_kind(expected)} was expected."
        raise AssertionError(msg)
    differences = list(_differences(found, expected, rtol))
    if not differences:
        return
    if len(differences) > _MOST:
        differences = [*differences[:_MOST], f"and {len(differences) - _MOST} more"]
    lines = "".join(f"\n  {line}" for line in differences)
    msg = f"{_kind(found)} differs, found and expected:{lines}"
    raise AssertionError(msg)


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{name} of {value.kind.__name__}" if isinstance(value, Results) else name


def _differences(found: Any, expected: Any, rtol: float) -> Iterator[str]:
    if isinstance(found, Tally):
        return _of_tallies(found, expected)
    if isinstance(found, Results):
        return _of_tables(found, expected, rtol)
    return _of_figures(found, expected, rtol)


def _of_tallies(found: Tally, expected: Tally) -> Iterator[str]:
    if found.overlapping != expected.overlapping:
        yield f"overlapping: {_check.listing(sorted(found.overlapping))} and {_check.listing(sorted(expected.overlapping))}"
    yield from _of_relations("count", found, expected)
    yield from _of_relations("coverage", found.coverage, expected.coverage)
    yield from _of_relations("excluded", found.excluded, expected.excluded)


def _of_relations(name: str, found: Tally | None, expected: Tally | None) -> Iterator[str]:
    """Compare counts by key, whatever the order of dimensions and cells."""
    if found is None or expected is None:
        if found is not expected:
            yield f"{name}: {_summary(found)} and {_summary(expected)}"
        return
    if set(found.dims) != set(expected.dims):
        yield f"{name}: by {_check.listing(found.dims)} and by {_check.listing(expected.dims)}"
        return
    ours, theirs = (_cells(t, expected.dims) for t in (found, expected))
    for key in dict.fromkeys((*theirs, *ours)):
        here, there = ours.get(key, "absent"), theirs.get(key, "absent")
        if here != there:
            where = _named(dict(zip(expected.dims, key, strict=True)))
            yield f"{name}{f' at {where}' if where else ''}: {here} and {there}"


def _summary(tally: Tally | None) -> str:
    return "none" if tally is None else f"{len(tally)} cells, {tally.total} in all"


def _cells(tally: Tally, dims: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    columns = tally.to_dict()
    counts = columns[COUNT]
    return dict(zip(_keys([columns[d] for d in dims], len(counts)), counts, strict=True))


def _of_tables(found: Results[Any], expected: Results[Any], rtol: float) -> Iterator[str]:
    if found.columns != expected.columns:
        yield f"columns: {_check.listing(found.columns)} and {_check.listing(expected.columns)}"
        return
    ours, theirs = _columns(found), _columns(expected)
    rows, others = (
        [_named(dict(zip(t._keys, key, strict=True))) for key in _keys(t._keys.values(), len(t))]
        for t in (found, expected)
    )
    if rows != others:
        yield from _of_rows(rows, others)
        return
    for name, column in ours.items():
        for row, here, there in zip(rows, column, theirs[name], strict=True):
            if not _same(here, there, rtol):
                yield f"{name}{f' at {row}' if row else ''}: {_said(here)} and {_said(there)}"


def _columns(table: Results[Any]) -> dict[str, list[Any]]:
    """Return what a table holds, its caveats as notes: two of one wording may be of different kinds."""
    columns = table.to_dict(audit=True)
    del columns["caveat"]
    return columns | {"caveats": table._notes_by_row}


def _keys(columns: Collection[Iterable[Any]], rows: int) -> Iterable[tuple[Any, ...]]:
    """Put the labels of each row together."""
    return zip(*columns, strict=True) if columns else [()] * rows


def _of_rows(rows: list[str], others: list[str]) -> Iterator[str]:
    if len(rows) != len(others):
        yield f"rows: {len(rows)} and {len(others)}"
    elif sorted(rows) == sorted(others):
        yield "rows: the same in another order; sort() both"
    yield from (f"row {row}: not expected" for row in rows if row not in set(others))
    yield from (f"row {row}: not found" for row in others if row not in set(rows))


def _of_figures(found: Figure, expected: Figure, rtol: float) -> Iterator[str]:
    for field in attrs.fields(type(found)):
        here, there = getattr(found, field.name), getattr(expected, field.name)
        if not _same(here, there, rtol):
            yield f"{field.name}: {_said(here)} and {_said(there)}"


def _said(value: object) -> str:
    if isinstance(value, tuple) and value and all(isinstance(note, Note) for note in value):
        return "; ".join(f"{note.long!r} ({note.code})" for note in value)
    return str(dict(value)) if isinstance(value, Mapping) else repr(value)


def _same(here: object, there: object, rtol: float) -> bool:
    if isinstance(here, float) and isinstance(there, float):
        return math.isclose(here, there, rel_tol=rtol) or (math.isnan(here) and math.isnan(there))
    return here == there


def _named(labels: Mapping[str, object]) -> str:
    return ", ".join(f"{dim} {label!r}" for dim, label in labels.items())
