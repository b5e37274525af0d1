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
    """One police force, or a body that stands among forces in a table and is none.

    Attributes
    ----------
    name : str
        As in the police force area tables of ONS.
    code : str
        Code of the police force area; empty where there is none.
    kind : str
        ``"territorial"``, one of the 43 of England and Wales; ``"other force"``; or ``"no force"``.
    within : str
        The region, or the country, that the published totals count it in.
    variants : tuple of str
        Other names in published tables.
    note : str
        What must be known of one that is no territorial force, or whose rates per resident say little.
    """

    name: str
    code: str
    kind: str
    within: str
    variants: tuple[str, ...]
    note: str


@attrs.frozen(kw_only=True)
class WholeLabel:
    """A label that holds others, or lies in one that does.

    Attributes
    ----------
    label : str
        The whole label; a label that only begins so is another.
    within : str
        The label that it lies in; empty where none is known.
    kind : str
        ``"total"`` where it names all that there is; otherwise empty.
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
    """A label that stands among types of crime and is none.

    Attributes
    ----------
    label : str
        As data.police.uk writes it.
    variants : tuple of str
        Other names of it.
    source : str
        Where it stands so.
    """

    label: str
    variants: tuple[str, ...]
    source: str


def _apart(written: str) -> tuple[str, ...]:
    return tuple(filter(None, written.split("|")))


@cache
def force_names() -> Mapping[str, ForceName]:
    """Return the police forces of England and Wales, and what stands beside them in published tables, by name.

    Returns
    -------
    mapping of str to ForceName
        Read-only. The 43 territorial forces, three other forces, and bodies that are none.

    See Also
    --------
    canonical_force_names : the names as a mapping for `Tally.relabel`.

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
    """Return the name in `force_names` of each label that is another name of a force: a mapping for `Tally.relabel`.

    Parameters
    ----------
    labels : iterable of str
        The labels that occur, as `Tally.labels` gives them; case, spaces and "&" for "and" do not matter, nor do
        dashes for spaces, "west-midlands".

    Returns
    -------
    dict of str to str
        The name by label, for those that are written in another way; empty where none is.

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
    """Return the labels that name a total, or hold others of their dimension, or lie in one that does.

    Returns
    -------
    mapping of str to WholeLabel
        Read-only, by label. The groups and subgroups of `offences` and the regions of `force_names` are known besides.

    Notes
    -----
    Where a dimension is added up, a label that holds others stands beside its parts. If the counts prove it, that is
    refused; if only the name says it, it is warned of. See `Tally.sum_to`.

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
    """Return what stands among types of crime and is no recorded crime, by label.

    Returns
    -------
    mapping of str to NotCrime
        Read-only. A figure of it alone is not called recorded crime, and one that holds it says so.

    Examples
    --------
    >>> list(not_crimes())
    ['Anti-social behaviour']
    """
    return _tables.records(NotCrime, "not_crimes.csv", {"variants": _apart})
