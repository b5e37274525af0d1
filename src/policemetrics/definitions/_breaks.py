"""Breaks in series: changes of counting rules, of systems and of codes; and what labels of offences and forces stand for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final, Literal

import attrs

from policemetrics import _check
from policemetrics.definitions import _tables
from policemetrics.definitions._names import force_names, wholes
from policemetrics.definitions._offences import RECORDED, offence_code_variants, offences
from policemetrics.periods import Period

# Everyday words for groups; "public", "criminal" and "possession" are words for other things as well.
_SHORT: Final = {
    "violence": "violence against the person",
    "sexual": "sexual offences",
    "theft": "theft offences",
    "stalking": "stalking and harassment",
}


@attrs.frozen(kw_only=True)
class Break:
    """A break in a series: figures before and after it do not count the same, or one of them does not count all of it.

    Attributes
    ----------
    name : str
        Its name: ``"counting-2023"``.
    force : str
        The force, by its name in `force_names`; empty for all of England and Wales.
    begins, by : date
        The earliest and the latest day on which it may have happened; the same day if that is known.
    ends : date or None
        The last day of figures that are incomplete; None for a change, which has no end.
    kind : {"change", "moved", "split", "incomplete"}
        A change of what is counted or of the system; offences that moved between the labels listed, whose sum can
        still be compared; codes that were split; or figures that were not all sent.
    touches : tuple of str
        What it affects: ``"recorded crime"``, ``"outcomes closed"``, ``"outcomes recorded"``, ``"response
        times"``.
    offences : tuple of str
        The codes, subgroups or groups that it affects; empty for all.
    codes : frozenset of str
        The codes of these.
    short, note : str
        What it is, in a few words and in a sentence.
    source, licence : str
        The source and its licence.
    """

    name: str
    force: str
    begins: date
    by: date
    ends: date | None
    kind: Literal["change", "moved", "split", "incomplete"]
    touches: tuple[str, ...]
    offences: tuple[str, ...]
    short: str
    note: str
    source: str
    licence: str
    codes: frozenset[str] = attrs.field(
        init=False, default=attrs.Factory(lambda self: _codes_of(self.offences), takes_self=True)
    )


@cache
def breaks() -> Mapping[str, Break]:
    """Return the breaks in series that are on record, by name.

    Returns
    -------
    mapping of str to Break
        Read-only: only what a source says. Codes that were split are included, from `offence_code_variants`.

    Notes
    -----
    A comparison of two periods across a break gets it as a caveat if it counts what the break affects: a force by
    any of its names, or a region or country that contains it; an offence by code, name, subgroup, group or its
    street-level category. If no force is named, the breaks of all England and Wales apply. The table is not
    complete: other series may also have breaks.

    Examples
    --------
    >>> found = breaks()["counting-2023"]
    >>> found.begins.year, found.offences, found.touches[0]
    (2023, ('Stalking and harassment',), 'recorded crime')
    >>> breaks()["code-28E"].kind, breaks()["code-28E"].offences
    ('split', ('28E', '28I', '28M'))
    """
    read = {
        "begins": date.fromisoformat,
        "by": date.fromisoformat,
        "ends": lambda written: date.fromisoformat(written) if written else None,
        "touches": _apart,
        "offences": _apart,
    }
    found = dict(_tables.records(Break, "breaks.csv", read))
    return _tables.read_only(found | {one.name: one for one in _splits()})


def _codes_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(offence_labels()[name] for name in _check.spelt(names)))


def _apart(written: str) -> tuple[str, ...]:
    return tuple(filter(None, written.split("|")))


def _splits() -> list[Break]:
    """Return a break for each code that stands for several in other years."""
    families: dict[str, list[str]] = {}
    for variant in offence_code_variants().values():
        if variant.scope == RECORDED:
            families.setdefault(variant.joined, []).append(variant.code)
    found = []
    for joined, codes in families.items():
        first = offence_code_variants()[codes[0]]
        # Where no source gives the year it lies between the tables that list the one and the others.
        ends, starts = Period.parse(first.joined_years[-1]), Period.parse(first.since or first.years[0])
        begins = starts.start if first.since else ends.shift(12).start
        when = (
            f"from {first.since}"
            if first.since
            else f"in {first.years[0]} and not in {first.joined_years[-1]}"
        )
        note = f"{joined} is {_check.listing(codes, most=9).replace(chr(39), '')} {when}: definitions.joined_offence_codes joins them"
        found.append(
            Break(
                name=f"code-{joined}",
                force="",
                begins=begins,
                by=starts.start,
                ends=None,
                kind="split",
                touches=(RECORDED,),
                offences=(joined, *codes),
                short=f"code {joined} was split",
                note=note,
                source=first.source,
                licence="OGL v3.0",
            )
        )
    return found


# ---- what labels stand for --------------------------------------------------------------


@cache
def offence_labels() -> Mapping[str, frozenset[str]]:
    """Return the codes that a label of offences stands for, as it is spelt: code, name, subgroup, group, street-level type.

    Some groups go by one word, too: "violence", "theft".
    """
    found: dict[str, set[str]] = {}
    for one in offences().values():
        names = (one.code, one.name, one.subgroup, one.group, one.street_level)
        for name in filter(None, (*names, one.latest_name, one.latest_subgroup, one.latest_group)):
            for spelt in _check.spelt(
                [name, name.replace(" ", "-")]
            ):  # as data.police.uk writes it in addresses
                found.setdefault(spelt, set()).add(one.code)
    for label in wholes().values():
        if label.kind == "total":
            fraud = (
                {c for c, o in offences().items() if o.group == "Fraud offences"} if label.without else set()
            )
            found |= {name: {*offences()} - fraud for name in _check.spelt((label.label, *label.variants))}
    for word, name in _SHORT.items():
        found.setdefault(word, found[name])
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def force_labels() -> Mapping[str, frozenset[str]]:
    """Return the forces that a label stands for, as it is spelt: name, code, region, country."""
    found: dict[str, set[str]] = {}
    for force in force_names().values():
        names = [force.name, *force.variants, *filter(None, (force.code,))]
        for name in _check.spelt([*names, *(name.replace(" ", "-") for name in names)]):
            found.setdefault(name, set()).add(force.name)
    for force in force_names().values():
        within = force.within
        while within and within in wholes():
            whole = wholes()[within]
            for name in _check.spelt((whole.label, *whole.variants)):
                found.setdefault(name, set()).add(force.name)
            within = whole.within
    return {name: frozenset(forces) for name, forces in found.items()}


@cache
def beyond_the_rules() -> frozenset[str]:
    """Return the forces that the rules of England and Wales do not bind, and bodies that are none."""
    known = force_names().values()
    return frozenset(
        f.name for f in known if f.kind == "no force" or f.within in {"Scotland", "Northern Ireland"}
    )
