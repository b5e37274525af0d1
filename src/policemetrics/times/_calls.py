"""What became of calls: answered or abandoned, by group, and out of what a service level is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, intervals
from policemetrics._arguments import one_count
from policemetrics._cells import MEASURED, MISSING, Cells
from policemetrics._supply import (
    Reasons,
    Side,
    exclusion_table,
    groups_of,
    no_reasons,
    refuse_negative,
    refuse_unmatched,
    refuse_unsupplied,
    totals,
    unexplained,
)
from policemetrics._write import count as written
from policemetrics._write import duration, percent
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.results import ExclusionTable, label_array
from policemetrics.tallies import REASON, Tally, filled
from policemetrics.times._shared import duration_in, seconds_of
from policemetrics.typing import FloatArray, IntArray, ServiceLevel

__all__ = ["Calls", "Offered", "Variant", "only_known", "said_abandoned", "said_level", "said_of"]

_MEANINGS: Final[Mapping[ServiceLevel, str]] = {
    "answered": "the calls answered; those abandoned are left out of it",
    "offered": "all calls offered: answered and abandoned",
    "offered_less_short": "the calls answered, and those abandoned after short= seconds or more",
}
_SAID: Final[Mapping[ServiceLevel, str]] = {
    "answered": "answered",
    "offered": "offered",
    "offered_less_short": "offered, less those abandoned too soon to count,",
}


# ---- what is asked ----------------------------------------------------------------------


@attrs.frozen
class Variant:
    """Out of what the service level is; abandoned calls that waited less than `short` do not count."""

    out_of: ServiceLevel
    short: float

    @classmethod
    def of(cls, out_of: Any, short: Any) -> Variant:
        """Check what was named: there is no default."""
        if not isinstance(out_of, str) or out_of not in _MEANINGS:
            lines = "".join(f"\n  {name!r}: {meaning}" for name, meaning in _MEANINGS.items())
            said = (
                "it must be given, there is no default" if out_of is None else f"got {_check.shown(out_of)}"
            )
            msg = f"out_of must be one of these; {said}.{lines}"
            raise (UnknownNameError if isinstance(out_of, str) else InvalidTypeError)(msg)
        if short is None and out_of == "offered_less_short":
            msg = (
                "short must be given with out_of='offered_less_short': the seconds before which an abandoned call "
                "does not count."
            )
            raise InvalidInputError(msg)
        if short is not None and out_of == "offered":
            msg = (
                "short cannot go with out_of='offered', which counts every call abandoned; use "
                "out_of='offered_less_short'."
            )
            raise InvalidInputError(msg)
        return cls(cast("ServiceLevel", out_of), np.nan if short is None else duration_in(short, "short"))

    @property
    def audit(self) -> dict[str, Any]:
        """What a figure keeps of it."""
        return {"service_level": self.out_of, "short": self.short}


def said_of(service_level: str) -> str:
    """Write of which calls a service level is."""
    return _SAID[cast("ServiceLevel", service_level)].rstrip(",")


def said_level(figure: Any) -> str:
    """Write out of what a service level is: "320 calls answered"."""
    return f"{_calls(figure.out_of)} {_SAID[figure.service_level]}"


def said_abandoned(figure: Any, side: str = "") -> str:
    """Write the share of calls abandoned, which stands beside every service level; `side` is that of a change."""
    offered, share = (getattr(figure, f"{side}{name}") for name in ("offered", "share_abandoned"))
    after = "" if np.isnan(figure.short) else f" after {duration(figure.short)} or more"
    if np.isnan(offered):
        return f"how many calls were abandoned{after} is not known"
    if not offered:
        return "no calls were offered"
    return f"{percent(share, 2)} of {_calls(offered)} offered were abandoned{after}"


def _calls(number: float) -> str:
    return f"{written(number)} call{'' if number == 1 else 's'}"


# ---- what is given ----------------------------------------------------------------------


@attrs.frozen
class Calls:
    """The calls of one table: those answered, with their measure; those abandoned, and how long these waited.

    `whole` tells what was supplied. `waited` holds the abandoned calls whose wait is known, where any can be, and
    `waitless` the answered ones whose wait is not: they were offered, and in time or not.
    """

    by: tuple[str, ...]
    whole: Tally
    answered: Tally
    abandoned: Tally | None
    waited: Cells | None
    waits: str
    waitless: Cells | None

    @classmethod
    def divided(
        cls, data: Tally, by: tuple[str, ...], dim: str, labels: tuple[Any, ...], measure: str
    ) -> Calls:
        """Divide one table by the labels of a dimension that mean abandoned."""
        summed = data.sum_to(*dict.fromkeys((*by, dim, measure)))
        cells, ledger, wanted = summed.cells, summed.ledger, {dim: label_array(labels)}
        mask, kept, lost = cells.match(wanted), by if measure == dim else (*by, measure), None
        waitless = None
        if ledger is not None:
            without = ledger.match(wanted) & ledger.where_label(REASON, f"missing {measure}".__eq__)
            lost = filled(ledger.select(without).project((*kept, REASON)))
            waitless = _lacking_wait(ledger.select(~without), measure, (*by, dim))
            ledger = filled(ledger.select(~without).project((*by, REASON)))
        abandoned, waited = _without_waits(Tally(cells.select(mask).project(kept), None, lost), measure)
        answered = cells.select(~mask).project((*by, measure))
        counted = answered.project(by).union(abandoned.cells.project(by))
        supplied = counted.keys() if summed.supplied is None else summed.supplied
        whole = Tally(counted, supplied, ledger, unit=data.unit)
        return cls(
            by,
            whole,
            attrs.evolve(whole, cells=answered),
            attrs.evolve(abandoned, supplied=supplied),
            waited,
            measure,
            waitless,
        )

    @classmethod
    def joined(
        cls, data: Tally, by: tuple[str, ...], abandoned: Any, measure: str, waits: str = MEASURED
    ) -> Calls:
        """Join a table of calls answered with what is known of those abandoned: a number, numbers by group, a tally."""
        found, waited = _abandoned(abandoned, by), None
        if found is not None:
            found, waited = _without_waits(found, waits)
        answered = data.sum_to(*by, measure)
        waitless = None if answered.ledger is None else _lacking_wait(answered.ledger, measure, by)
        return cls(by, data, answered, found, waited, waits, waitless)

    def offered(self, variant: Variant) -> Offered:
        """Count by group what was abandoned, and tell where that, or all, is not available."""
        sides = [Side(part) for part in (self.answered, self.abandoned) if part is not None]
        groups = groups_of(sides, self.by)
        reasons, unknown = no_reasons(len(groups)), no_reasons(len(groups))
        refuse_unsupplied(reasons, groups, Side(self.whole))
        gone, short = self._gone(groups, variant, unknown)
        counted = totals(sides[0], groups) + np.where(unexplained(unknown), gone, 0)
        lost = exclusion_table(groups, sides, counted)
        known = None if self.abandoned is None else unknown
        waitless = np.zeros(len(groups), dtype=np.int64)
        if self.waitless is not None:
            found = self.waitless.project(self.by)
            waitless[found.positions(groups, self.by)] = found.counts
        return Offered(groups, variant, reasons, known, gone, short, waitless, lost)

    def _gone(self, groups: Cells, variant: Variant, unknown: Reasons) -> tuple[IntArray, IntArray]:
        """Count the calls abandoned, less those that were short, and these; say where that is not known."""
        short = np.zeros(len(groups), dtype=np.int64)
        if self.abandoned is None:
            return short, short
        side = Side(self.abandoned)
        refuse_unsupplied(unknown, groups, side)
        refuse_unmatched(unknown, groups, Side(self.whole), side, "the calls answered and those abandoned")
        every = totals(side, groups)
        if self.waited is not None and not np.isnan(variant.short):
            cells = self.waited.project((*self.by, self.waits))
            group = cells.positions(groups, self.by)
            soon = seconds_of(cells, self.waits) < variant.short
            np.add.at(short, group[soon], cells.counts[soon])
            waitless = every.copy()
            np.subtract.at(waitless, group, cells.counts)
            for i in np.flatnonzero((waitless > 0) & unexplained(unknown)).tolist():
                have = "has" if waitless[i] == 1 else "have"
                unknown[i] = (
                    f"{waitless[i]:,} {have} no waiting time to compare with {duration(variant.short)}"
                )
        gone = every - short
        refuse_negative(unknown, gone, "the calls abandoned")
        return gone, short


def _without_waits(tally: Tally, waits: str) -> tuple[Tally, Cells | None]:
    """Count calls abandoned whatever their wait, those among them whose wait is missing; and return the waits."""
    if waits not in tally.dims:
        return tally, None
    dims = tuple(d for d in tally.dims if d != waits)
    counted, ledger = tally.cells.project(dims), tally.ledger
    if ledger is not None:
        found = _lacks_wait(ledger, waits, dims)
        counted = counted.union(ledger.select(found).project(dims))
        ledger = filled(ledger.select(~found).project((*dims, REASON)))
    return Tally(counted, tally.supplied, ledger, tally.overlapping - {waits}, tally.unit), tally.cells


def _lacks_wait(ledger: Cells, waits: str, dims: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which cells of a ledger lack their wait, and none of the labels."""
    found = ledger.where_label(REASON, f"missing {waits}".__eq__)
    for dim in dims:
        found &= ledger.where_label(dim, MISSING.__ne__)
    return found


def _lacking_wait(ledger: Cells, waits: str, dims: tuple[str, ...]) -> Cells:
    """Count what a ledger has of calls without a wait."""
    return ledger.select(_lacks_wait(ledger, waits, dims)).project(dims)


def _abandoned(given: Any, by: tuple[str, ...]) -> Tally | None:
    """Bring what is known of the calls abandoned into the form of a tally over the groups."""
    if given is None:
        return None
    if isinstance(given, Tally):
        given.need(*by)
        return given
    if isinstance(given, Mapping):
        if not by:
            msg = "abandoned by label needs by=, whose labels it is keyed by; or give one number."
            raise InvalidInputError(msg)
        counts = [one_count(v, f"abandoned[{k!r}]") for k, v in given.items()]
        keys = [k if isinstance(k, tuple) else (k,) for k in given]
        if any(len(k) != len(by) for k in keys):
            msg = f"abandoned must be keyed by the labels of {_check.listing(by)}, in that order; got {_check.listing(given)}."
            raise InvalidInputError(msg)
        columns = {d: [k[i] for k in keys] for i, d in enumerate(by)}
        found = Tally.from_columns(columns, counts)
        if len(found) < len(keys):
            msg = f"abandoned must be keyed by distinct labels, none of them missing; got {_check.listing(given)}."
            raise InvalidInputError(msg)
        return found
    if not _check.is_number(given):
        msg = (
            "abandoned must be a number, a mapping of label to number, or a Tally; a label goes with result=; got "
            f"{_check.shown(given)} ({type(given).__name__})."
        )
        raise InvalidTypeError(msg)
    count = one_count(given, "abandoned")
    if by:
        msg = f"abandoned must be given for each group of by=, as a mapping of label to number or a Tally; got {count}."
        raise InvalidInputError(msg)
    return Tally(attrs.evolve(Cells.single(), counts=np.array([count], dtype=np.int64)))


# ---- by group ---------------------------------------------------------------------------


@attrs.frozen
class Offered:
    """The groups of some calls, and how many of each were abandoned; `unknown` says where that is not known.

    It is None where nothing was given.
    """

    groups: Cells
    variant: Variant
    reasons: Reasons
    unknown: Reasons | None
    abandoned: IntArray
    short: IntArray
    waitless: IntArray
    lost: ExclusionTable

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Whether the calls abandoned are known."""
        return np.zeros(len(self.groups), dtype=bool) if self.unknown is None else unexplained(self.unknown)

    @property
    def others(self) -> IntArray:
        """What is in the denominator of the service level beside the calls answered."""
        return np.where(self.counted & (self.variant.out_of != "answered"), self.abandoned, 0)

    @property
    def excluded(self) -> ExclusionTable:
        """What was left out, the calls abandoned too soon among it."""
        if not self.short.any():
            return self.lost
        name = f"abandoned within {duration(self.variant.short)}"
        counts = np.column_stack((self.lost.counts, self.short))
        return attrs.evolve(self.lost, reasons=(*self.lost.reasons, name), counts=counts)

    def complete(self, answered: IntArray) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Give every group its reason; tell which counts may stand, and which service levels."""
        known = unexplained(self.reasons)
        of_answered = self.variant.out_of == "answered"
        levels = known & (self.counted & (self.waitless == 0) | of_answered)
        for i in np.flatnonzero(known & (self.waitless > 0) & (not of_answered)).tolist():
            have = "has" if self.waitless[i] == 1 else "have"
            self.reasons[i] = f"not available: {_calls(self.waitless[i])} answered {have} no wait"
        for i in np.flatnonzero(known & (answered == 0)).tolist():
            self.reasons[i] = "not available: no call was answered"
            if self.lost.counts[i].any():
                # They may have been answered calls, in time or not.
                left_out = self.lost.row(i).left_out
                self.reasons[i] = f"not available: no call answered was counted ({left_out})"
                levels[i] = False
        if self.unknown is not None:
            for i in np.flatnonzero(known & ~self.counted).tolist():
                why = self.unknown[i].removeprefix("not available: ")
                self.reasons[i] = f"not available: of the calls abandoned, {why}"
        return known, levels

    def columns(self, answered: IntArray, known: NDArray[np.bool_], level: float) -> dict[str, FloatArray]:
        """Work out the calls offered and the share of them that were abandoned."""
        there = known & self.counted
        gone = np.where(there, self.abandoned, 0)
        offered = np.where(there, answered + self.waitless, 0) + gone
        low, high = intervals.wilson(gone, offered, level)
        some = there & (offered > 0)
        return {
            "offered": np.where(there, offered, np.nan),
            "abandoned": np.where(there, gone, np.nan),
            "share_abandoned": np.where(some, gone, np.nan) / np.maximum(offered, 1),
            "share_abandoned_low": np.where(some, low, np.nan),
            "share_abandoned_high": np.where(some, high, np.nan),
        }


def only_known(
    columns: Mapping[str, FloatArray], known: NDArray[np.bool_], levels: NDArray[np.bool_]
) -> dict[str, FloatArray]:
    """Leave of each column what may stand: the times where they are known, the service level where that is."""

    def may_stand(name: str) -> NDArray[np.bool_]:
        if name == "target":
            return np.ones_like(known)
        return levels if name in {"within", "out_of"} or name.startswith("share") else known

    return {name: np.where(may_stand(name), column, np.nan) for name, column in columns.items()}
