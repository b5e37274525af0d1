"""Targets of response times by grade, as forces and the government have stated them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from types import MappingProxyType

import attrs

from policemetrics.definitions import _tables


@attrs.frozen(kw_only=True)
class ResponseTargets:
    """The targets of one scheme of grades.

    Attributes
    ----------
    name : str
        The name to ask for it: whose targets, and of which year.
    publisher, source : str
        Who set the targets, and the source.
    as_of : str
        The year for which they were stated.
    grades : tuple of str
        The grades that have a target, as their users write them.
    minutes : tuple of float
        The target of each.
    applies_to : tuple of str
        What each means; empty where the source does not say.
    """

    name: str
    publisher: str
    source: str
    as_of: str
    grades: tuple[str, ...]
    minutes: tuple[float, ...]
    applies_to: tuple[str, ...]

    @property
    def seconds(self) -> dict[str, float]:
        """The target of each grade in seconds, as `target` of `response_times` takes it."""
        return {grade: 60 * minutes for grade, minutes in zip(self.grades, self.minutes, strict=True)}


@cache
def response_targets() -> Mapping[str, ResponseTargets]:
    """Return targets of response times that are on record, by name of the scheme.

    Returns
    -------
    mapping of str to ResponseTargets
        Read-only. There is no common scheme of grades: these are examples, each with its year and source.

    Notes
    -----
    None of the sources says at which stamp the clock starts, nor whether a response of exactly the target meets
    it. For a force's own targets give any mapping of grade to seconds.

    Examples
    --------
    >>> targets = response_targets()["national-2026"]
    >>> targets.seconds
    {'urban': 900.0, 'rural': 1200.0}
    >>> targets.applies_to
    ('the most serious incidents', 'the most serious incidents')
    """
    found = {}
    for name, rows in groupby(_tables.rows("definitions", "response_targets.csv"), lambda row: row["scheme"]):
        listed = list(rows)
        found[name] = ResponseTargets(
            name=name,
            publisher=listed[0]["publisher"],
            source=listed[0]["source"],
            as_of=listed[0]["as_of"],
            grades=tuple(row["grade"] for row in listed),
            minutes=tuple(float(row["minutes"]) for row in listed),
            applies_to=tuple(row["applies_to"] for row in listed),
        )
    return MappingProxyType(found)
