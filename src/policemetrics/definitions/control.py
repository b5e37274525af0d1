"""Rules of control charts: what points must do to be out of the ordinary, by named set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from math import inf
from types import MappingProxyType

import attrs

from policemetrics.definitions import _tables


@attrs.frozen(kw_only=True)
class ControlRule:
    """One rule of a set.

    Attributes
    ----------
    name : str
        The set, and a word for the rule.
    rule_set : str
        ``"nhs"``, ``"western-electric"`` or ``"nelson"``.
    kind, points, of, beyond, up_to : str, int, int, float, float
        What the points must do, as `policemetrics.spc.Pattern` has it.
    above, below : str
        What is said of points of it, on either side.
    source : str
        Who set the rule.
    """

    name: str
    rule_set: str
    kind: str
    points: int
    of: int
    beyond: float
    up_to: float
    above: str
    below: str
    source: str


@cache
def control_rules() -> Mapping[str, tuple[ControlRule, ...]]:
    """Return the rules of control charts, by set, in the order in which they are looked for.

    Returns
    -------
    mapping of str to tuple of ControlRule
        Read-only.

    Examples
    --------
    >>> [rule.above for rule in control_rules()["nhs"]]
    ['above the upper limit', '7 or more above the centre', '6 or more rising', '2 of 3 near the upper limit']
    """
    listed = [_rule(row) for row in _tables.rows("definitions", "control_rules.csv")]
    return MappingProxyType(
        {name: tuple(rules) for name, rules in groupby(listed, lambda rule: rule.rule_set)}
    )


def _rule(row: dict[str, str]) -> ControlRule:
    words = {name: row[name] for name in ("name", "rule_set", "kind", "above", "below", "source")}
    return ControlRule(
        points=int(row["points"]),
        of=int(row["of"]),
        beyond=float(row["beyond"] or 0),
        up_to=float(row["up_to"] or inf),
        **words,
    )
