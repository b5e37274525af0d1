"""Names of police forces, and labels that hold others: totals, countries, regions, groups of offences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import attrs

from policemetrics import _check
from policemetrics.definitions import _tables
from policemetrics.errors import InvalidTypeError


@attrs.frozen(kw_only=True)
class ForceName:
    """One police force, or a body that a table lists with forces but is not one.

    Attributes
    ----------
    name : str
        As in the police force area tables of ONS.
    code : str
        Code of the police force area; empty where there is none.
    kind : str
        ``"territorial"``, one of the 43 of England and Wales; ``"other force"``; or ``"no force"``.
    within : str
        The region, or the country, in whose published totals it is counted.
    variants : tuple of str
        Other names in published tables.
    note : str
        What you must know about it, if it is not a territorial force or its rates per resident say little.
    """

    name: str
    code: str
    kind: str
    within: str
    variants: tuple[str, ...]
    note: str


@attrs.frozen(kw_only=True)
class WholeLabel:
    """A label that contains others, or is contained in one.

    Attributes
    ----------
    label : str
        The whole label; a label that only begins like this is a different one.
    within : str
        The label that contains it; empty if none is known.
    kind : str
        ``"total"`` if it names the total of everything; otherwise empty.
    without : tuple of str
        What such a total leaves out.
    variants : tuple of str
        Other names and codes of it.
    source : str
        Where it is used so.
    """

    label: str
    within: str
    kind: str
    without: tuple[str, ...]
    variants: tuple[str, ...]
    source: str


@attrs.frozen(kw_only=True)
class NotCrime:
    """A label that is listed with types of crime but is not one.

    Attributes
    ----------
    label : str
        As data.police.uk writes it.
    variants : tuple of str
        Other names of it.
    source : str
        Where it is listed so.
    """

    label: str
    variants: tuple[str, ...]
    source: str


def _apart(written: str) -> tuple[str, ...]:
    return tuple(filter(None, written.split("|")))


@cache
def force_names() -> Mapping[str, ForceName]:
    """Return the police forces of England and Wales, and other bodies that published tables list with them, by name.

    Returns
    -------
    mapping of str to ForceName
        Read-only. The 43 territorial forces, three other forces, and bodies that are not forces.

    See Also
    --------
    canonical_force_names : The names as a mapping for `Tally.relabel`.

    Examples
    --------
    >>> force_names()["Devon and Cornwall"].variants
    ('Devon & Cornwall', 'Devon & Cornwall Police', 'Devon and Cornwall Police')
    >>> sum(force.kind == "territorial" for force in force_names().values())
    43
    >>> force_names()["Action Fraud"].kind
    'no force'
    """
    return _tables.records(ForceName, "force_names.csv", {"variants": _apart})


def canonical_force_names(labels: Iterable[Any]) -> dict[str, str]:
    """Return the standard name, in `force_names`, for each label that is another name of a force: a mapping for `Tally.relabel`.

    Parameters
    ----------
    labels : iterable of str
        The labels that occur, as `Tally.labels` gives them. Case and spaces do not matter, nor "&" for "and", nor
        dashes for spaces ("west-midlands").

    Returns
    -------
    dict of str to str
        The name by label, for labels that are written in another way; empty if there are none.

    Raises
    ------
    InvalidTypeError
        If `labels` is not several labels.

    Examples
    --------
    Two years that write one force in two ways:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {"force": ["London, City of", "City of London Police"], "period": ["2017/18", "2019/20"]}, [5870, 8644]
    ... )
    >>> crimes.relabel("force", canonical_force_names(crimes.labels("force"))).labels("force")
    ('City of London',)
    """
    if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
        msg = f"labels must be several labels, as Tally.labels gives them; got {_check.shown(labels)}."
        raise InvalidTypeError(msg)
    listed = [label for label in labels if isinstance(label, str)]
    found = {
        label: _forces().get(name, label) for label, name in zip(listed, _check.spelt(listed), strict=True)
    }
    return {label: name for label, name in found.items() if name != label}


@cache
def _forces() -> Mapping[str, str]:
    """Return the name of each force by any of its names, as it is spelt."""
    names = [
        (force.name, written)
        for force in force_names().values()
        for variant in (force.name, *force.variants)
        for written in (variant, variant.replace(" ", "-"))  # as the files of data.police.uk are called
    ]
    return dict(zip(_check.spelt(variant for _, variant in names), (name for name, _ in names), strict=True))


@cache
def wholes() -> Mapping[str, WholeLabel]:
    """Return the labels that name a total, contain other labels of their dimension, or are contained in one.

    Returns
    -------
    mapping of str to WholeLabel
        Read-only, by label. The groups and subgroups of `offences` and the regions of `force_names` are known as
        well.

    Notes
    -----
    A total must not be added to its parts. If the counts prove that a label is a total, adding up is an error; if
    only its name says so, there is a warning. See `Tally.sum_to`.

    Examples
    --------
    >>> wholes()["Grand total"].kind
    'total'
    >>> wholes()["Residential burglary"].within
    'Burglary'
    >>> "All other theft" in wholes()  # only begins like a total
    False
    """
    return _tables.records(WholeLabel, "wholes.csv", {"variants": _apart, "without": _apart})


@cache
def not_crimes() -> Mapping[str, NotCrime]:
    """Return labels that published tables list with types of crime and that are not recorded crime, by label.

    Returns
    -------
    mapping of str to NotCrime
        Read-only. A figure that counts only these is not called recorded crime, and a figure that includes them
        says so.

    Examples
    --------
    >>> list(not_crimes())
    ['Anti-social behaviour']
    """
    return _tables.records(NotCrime, "not_crimes.csv", {"variants": _apart})
