"""The bundled definitions: offences and codes, names of forces, labels that hold others, harm weights, outcome types, names and sets, targets, words of claims.

Each is a table in this folder, read on first use. ``LICENCE.md`` beside them names the
source, licence, vintage and known faults of every table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeVar

import attrs

from policemetrics.definitions import _tables
from policemetrics.definitions._breaks import Break, breaks
from policemetrics.definitions._names import (
    ForceName,
    NotCrime,
    WholeLabel,
    canonical_force_names,
    force_names,
    not_crimes,
    wholes,
)
from policemetrics.definitions._offences import (
    Offence,
    OffenceCodeVariant,
    joined_offence_codes,
    offence_code_variants,
    offences,
)
from policemetrics.definitions._outcomes import (
    OutcomeName,
    OutcomeSetRecord,
    OutcomeType,
    outcome_codes,
    outcome_names,
    outcome_sets,
    outcome_types,
)
from policemetrics.definitions.answering import AnswerClock, AnswerTarget, answer_clocks, answer_targets
from policemetrics.definitions.control import ControlRule, control_rules
from policemetrics.definitions.placeholders import PlaceholderStamp, placeholder_stamps
from policemetrics.definitions.response import ResponseTargets, response_targets
from policemetrics.definitions.wording import ClaimRule, ClaimWord, ClaimWords, claim_words

__all__ = [
    "AnswerClock",
    "AnswerTarget",
    "Break",
    "ClaimRule",
    "ClaimWord",
    "ClaimWords",
    "ControlRule",
    "ForceName",
    "HarmWeightsRecord",
    "NotCrime",
    "Offence",
    "OffenceCodeVariant",
    "OutcomeName",
    "OutcomeSetRecord",
    "OutcomeType",
    "PartialWeight",
    "PlaceholderStamp",
    "ResponseTargets",
    "WholeLabel",
    "answer_clocks",
    "answer_targets",
    "breaks",
    "canonical_force_names",
    "claim_words",
    "control_rules",
    "force_names",
    "harm_weight_editions",
    "joined_offence_codes",
    "not_crimes",
    "offence_code_variants",
    "offences",
    "outcome_codes",
    "outcome_names",
    "outcome_sets",
    "outcome_types",
    "partial_weights",
    "placeholder_stamps",
    "response_targets",
    "wholes",
]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class HarmWeightsRecord:
    """One edition of a set of harm weights; the weights themselves are read when asked for.

    Attributes
    ----------
    name, version : str
        Together the key of the edition.
    unit : str
        Unit of one weight, "days" of sentence.
    title, publisher, source, licence, vintage : str
        What it is, who published it, where, under which licence, and when it was read.
    file : str
        The table in this folder.
    outside : tuple of str
        Offence codes that the scheme leaves out on purpose.
    caveat : str
        A known fault, shown with the scores.
    caveat_codes : tuple of str
        Offence codes that the caveat is about; empty if it is about all.
    superseded : str
        What is known about a later edition; empty for the latest. It is shown with every score.
    """

    name: str
    version: str
    unit: str
    title: str
    publisher: str
    source: str
    licence: str
    vintage: str
    file: str
    outside: tuple[str, ...]
    caveat: str
    caveat_codes: tuple[str, ...]
    superseded: str = ""

    def weights(self) -> Mapping[str, float]:
        """Return the weight of one crime by offence code, in `unit`, in the order of the file."""
        return _by_code(self.file, "weight", float)

    def groups(self) -> Mapping[str, str]:
        """Return the scheme's own group by offence code."""
        return _by_code(self.file, "group", str)


@cache
def _by_code(file: str, column: str, read: Callable[[str], T]) -> Mapping[str, T]:
    rows = _tables.rows("definitions", file)
    return MappingProxyType({row["offence_code"]: read(row[column]) for row in rows})


@cache
def harm_weight_editions() -> Mapping[tuple[str, str], HarmWeightsRecord]:
    """Return the bundled editions of harm weights, by name and version.

    Returns
    -------
    mapping of (str, str) to HarmWeightsRecord
        Read-only. Weights are not loaded until ``weights()`` is called.

    Examples
    --------
    >>> css = harm_weight_editions()["ons-css", "2020"]
    >>> css.unit, css.outside
    ('days', ('AF', 'CIFAS', 'FFA UK', 'UK Finance'))
    >>> round(css.weights()["34B"], 3)  # robbery of personal property
    799.629
    """
    editions = json.loads(_tables.text("definitions", "harm_weights.json"))
    return MappingProxyType(
        {
            (edition["name"], edition["version"]): HarmWeightsRecord(
                **{**edition, **{name: tuple(edition[name]) for name in ("outside", "caveat_codes")}}
            )
            for edition in editions
        }
    )


@attrs.frozen(kw_only=True)
class PartialWeight:
    """The weight of one offence, in an edition of which only a few weights are known.

    Attributes
    ----------
    code : str
        The offence code.
    edition : str
        The edition: ``"ons-css 2022"``.
    days : float
        The harm of one crime.
    how : str
        How it is known: solved from published scores, or printed, and to how many decimals.
    """

    code: str
    edition: str
    days: float
    how: str


@cache
def partial_weights() -> Mapping[str, PartialWeight]:
    """Return the known weights of the Crime Severity Score of 2022, by offence code.

    They are 13 of about 140 codes, so they cannot make a score. They show how far the edition of 2022 differs
    from that of 2020, which it supersedes.

    Returns
    -------
    mapping of str to PartialWeight
        Read-only.

    Examples
    --------
    >>> robbery = partial_weights()["34B"]
    >>> round(robbery.days, 2), round(harm_weight_editions()["ons-css", "2020"].weights()["34B"], 2)
    (993.55, 799.63)
    """
    file, edition = "partial_weights_ons_css_2022.csv", "ons-css 2022"
    return MappingProxyType(
        {
            row["offence_code"]: PartialWeight(
                code=row["offence_code"], edition=edition, days=float(row["days"]), how=row["how"]
            )
            for row in _tables.rows("definitions", file)
        }
    )
