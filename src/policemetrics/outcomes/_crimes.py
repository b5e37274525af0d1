"""The crimes recorded that outcomes are divided by, where the outcomes themselves do not tell how many there were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._arguments import one_count
from policemetrics._cells import Cells
from policemetrics._supply import (
    Reasons,
    Side,
    no_reasons,
    refuse_one_sided,
    refuse_unmatched,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.exposure import Exposure, divide
from policemetrics.tallies import Tally
from policemetrics.typing import FloatArray

__all__ = ["Crimes", "adopt", "as_crimes", "basis_dims", "divisors", "refuse_wider", "require_dims"]

_BASIS: Final = "basis"

Crimes: TypeAlias = float | Side | Exposure | None


def as_crimes(crimes: Any, by: tuple[str, ...], tally: Tally, period: str) -> Crimes:
    """Check the crimes that a single table of outcomes is divided by."""
    if crimes is None or isinstance(crimes, Exposure):
        return crimes
    if isinstance(crimes, Tally):
        require_dims(crimes, by)
        refuse_wider(crimes, tally, by, period)
        if period in crimes.dims and period in tally.dims and period not in by:
            mine, theirs = tally.labels(period), crimes.labels(period)
            if set(mine) != set(theirs):
                msg = (
                    f"crimes must be of the same periods as the outcomes; crimes have {_check.listing(theirs)}, outcomes "
                    f"{_check.listing(mine)}. Choose with where(), or keep {period!r} in by=."
                )
                raise InvalidInputError(msg)
        return Side(crimes)
    if isinstance(crimes, Mapping):
        if not by:
            msg = "crimes must be a number where there is no by=; a mapping is keyed by the labels of by=."
            raise InvalidInputError(msg)
        keys = [k if isinstance(k, tuple) else (k,) for k in crimes]
        for key in keys:
            if len(key) != len(by):
                msg = f"crimes must be keyed by one label for each of {_check.listing(by)}; got the key {key!r}."
                raise InvalidInputError(msg)
        numbers = [one_count(v, f"crimes[{k!r}]") for k, v in crimes.items()]
        return Side(Tally.from_columns({d: [k[i] for k in keys] for i, d in enumerate(by)}, numbers))
    if not _check.is_number(crimes):
        msg = (
            "crimes must be a number, a mapping of label to number, an Exposure or a Tally (a frame becomes one "
            f"by tally()); got {type(crimes).__name__}."
        )
        raise InvalidTypeError(msg)
    return float(one_count(crimes, "crimes"))


def require_dims(crimes: Tally, dims: Iterable[str]) -> None:
    """Refuse a tally of crimes that has not kept what the outcomes are grouped by."""
    lacking = [d for d in dims if d not in crimes.dims]
    if lacking:
        msg = f"crimes must be a tally that keeps {_check.listing(lacking)}; it has {_check.listing(crimes.dims)}."
        raise UnknownNameError(msg)


def basis_dims(dims: Iterable[str]) -> list[str]:
    """Name the dimensions, or columns, that tell the basis, however they are spelt."""
    return [d for d in dims if d.strip().casefold() == _BASIS]


def refuse_wider(crimes: Tally, outcomes: Tally, by: Iterable[str], *dims: str) -> None:
    """Refuse crimes added up over several periods, or bases, where outcomes do not tell theirs: they may be too many."""
    for dim in (*dims, *basis_dims(crimes.dims)):
        if dim in crimes.dims and dim not in {*outcomes.dims, *by} and len(crimes.labels(dim)) > 1:
            msg = (
                f"crimes must be of what the outcomes are of; crimes have several labels of {dim!r}, "
                f"{_check.listing(crimes.labels(dim))}, which the outcomes do not tell. Choose one with "
                f"where({dim}=...), or keep {dim!r} in the outcomes too."
            )
            raise InvalidInputError(msg)


def divisors(crimes: float | Side | Exposure, groups: Cells, side: Side, reasons: Reasons) -> FloatArray:
    """Find the crimes of each group; a group that has none gives its reason."""
    if isinstance(crimes, Exposure):
        return divide(crimes, groups, side, reasons)
    if isinstance(crimes, Side):
        own = no_reasons(len(groups))
        refuse_unsupplied(own, groups, crimes)
        adopt(
            reasons, own, lambda why: f"not available: of the crimes, {why.removeprefix('not available: ')}"
        )
        unlike = no_reasons(len(groups))
        _refuse_unlike(unlike, groups, side, crimes)
        adopt(reasons, unlike, lambda why: f"{why} (of outcomes and crimes)")
        return np.where(unexplained(own), totals(crimes, groups), np.nan)
    if len(groups) > 1:
        msg = (
            f"crimes must be given for each group, as a mapping, an Exposure or a Tally, where by= makes several; got the "
            f"one number {written(crimes)} for {len(groups)} groups."
        )
        raise InvalidInputError(msg)
    return np.full(len(groups), crimes)


def _refuse_unlike(reasons: Reasons, groups: Cells, side: Side, crimes: Side) -> None:
    """Say which suppliers only the outcomes or only the crimes have; without coverage, by each dimension alone."""
    mine, theirs = side.tally.supplied, crimes.tally.supplied
    if mine is None or theirs is None:
        refuse_unmatched(reasons, groups, side, crimes, "outcomes and crimes")
        return
    common = [d for d in mine.dims if d in theirs.dims]
    if len(side.parts) != len(crimes.parts):  # months on one side, a year on the other
        common = [d for d in common if d != side.period]
    outcomes, recorded = (
        attrs.evolve(
            one,
            tally=attrs.evolve(one.tally, supplied=proof.keys(common)),
            period=one.period if one.period in common else "",
        )
        for one, proof in ((side, mine), (crimes, theirs))
    )
    refuse_one_sided(reasons, groups, outcomes, recorded)


def adopt(reasons: Reasons, own: Reasons, say: Callable[[str], str]) -> None:
    """Take over, in other words, the reasons of groups that have none yet."""
    for at in np.flatnonzero(unexplained(reasons) & ~unexplained(own)).tolist():
        reasons[at] = say(own[at])
