"""The bundled definitions: offences and codes, names of forces, labels that hold others, harm weights, outcome types, names and sets, targets, words of claims.

Each is a table in this folder, read on first use. ``LICENCE.md`` beside them names the
source, licence, vintage and known faults of every table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeVar

import attrs

from policemetrics import _check
from policemetrics.definitions import _tables
from policemetrics.definitions._names import (
    ForceName,
    NotCrime,
    WholeLabel,
    canonical_force_names,
    force_names,
    not_crimes,
    wholes,
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
from policemetrics.definitions.control import ControlRule, control_rules
from policemetrics.definitions.placeholders import PlaceholderStamp, placeholder_stamps
from policemetrics.definitions.response import ResponseTargets, response_targets
from policemetrics.definitions.wording import ClaimRule, ClaimWord, ClaimWords, claim_words
from policemetrics.errors import InvalidTypeError

__all__ = [
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
    "PlaceholderStamp",
    "ResponseTargets",
    "WholeLabel",
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
    "placeholder_stamps",
    "response_targets",
    "wholes",
]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Offence:
    """One offence of the Home Office recorded-crime classification.

    Attributes
    ----------
    code : str
        Always text: 4.1 and 4.10 are different offences.
    name, subgroup, group : str
        As in the recorded crime tables for 2019/20, or 2017/18 where the code ended.
    """

    code: str
    name: str
    subgroup: str
    group: str


@attrs.frozen(kw_only=True)
class OffenceCodeVariant:
    """One offence code that a published table joins with others.

    Attributes
    ----------
    code : str
        The code that stands alone.
    joined : str
        The code that it is joined under. A joined code cannot be split again, so that years meet there.
    scope : str
        ``"recorded crime"`` where the published counts join them, so that the two codes are the same crimes;
        or the edition of weights, ``"ons-css 2020"``, whose list gives them one line.
    years, joined_years : tuple of str
        Years of the bundled tables in which the code occurs, and the joined one.
    note, source : str
        What is joined, and the table that does it.
    """

    code: str
    joined: str
    scope: str
    years: tuple[str, ...]
    joined_years: tuple[str, ...]
    note: str
    source: str


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
        A known fault that must travel with the scores.
    caveat_codes : tuple of str
        Offence codes that the caveat is about; empty where it is about all.
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
def offences() -> Mapping[str, Offence]:
    """Return the offences of the recorded crime tables, by code.

    Returns
    -------
    mapping of str to Offence
        Read-only. The codes that occur in 2017/18 or 2019/20, fraud included.

    Notes
    -----
    One classification for both years. The tables of 2017/18 themselves put five codes of
    unlawful driving (37.1, 4.4, 4.6, 4.8, 4.9) under "Violence with injury"; grouping by the
    subgroup printed in each year would show a fall in one subgroup and a rise from nothing in
    another. Homicide is one code in 2017/18 (1/4.1/4.10/4.2) and four in 2019/20, all of the
    subgroup "Homicide".

    Examples
    --------
    >>> offences()["4.10"].name
    'Corporate manslaughter'
    >>> offences()["4.4"].subgroup
    'Death or serious injury - unlawful driving'
    """
    return _tables.records(Offence, "offences.csv", fields={"offence_code": "code", "offence": "name"})


@cache
def offence_code_variants() -> Mapping[str, OffenceCodeVariant]:
    """Return the offence codes that a published table joins with others, by code.

    Returns
    -------
    mapping of str to OffenceCodeVariant
        Read-only. Only what the bundled tables themselves document; nothing is guessed.

    See Also
    --------
    joined_offence_codes : the same as a mapping for `Tally.relabel`.

    Notes
    -----
    Homicide is one code in the recorded crime of 2017/18 and four in that of 2019/20. The ONS list of
    weights has one line for 28A and 28C and one for 30A and 30C; counts keep these apart, and scores do not
    need them joined. The expired burglary codes 28A to 28D (dwellings) are not joined with 28E to 28H
    (residential, which holds sheds and garages too): no table says that they are the same.

    Examples
    --------
    >>> variant = offence_code_variants()["4.1"]
    >>> variant.joined, variant.years, variant.joined_years
    ('1/4.1/4.10/4.2', ('2019/20',), ('2017/18',))
    """
    lists = {"years": _tables.several, "joined_years": _tables.several}
    return _tables.records(OffenceCodeVariant, "offence_code_variants.csv", lists, {"offence_code": "code"})


def joined_offence_codes(codes: Iterable[str], *, scope: str = "recorded crime") -> dict[str, str]:
    """Return the joined code of each code that has one: a mapping for `Tally.relabel`.

    Parameters
    ----------
    codes : iterable of str
        The codes that occur, as `Tally.labels` gives them.
    scope : str, optional
        Which joins: ``"recorded crime"``, those of the published counts, or the edition of weights whose
        list joins them, ``"ons-css 2020"``. Default is ``"recorded crime"``.

    Returns
    -------
    dict of str to str
        The joined code by code, for those of `codes` that have one; empty where none has.

    Raises
    ------
    InvalidTypeError
        If `codes` is not several codes.
    UnknownNameError
        If there is no such scope.

    Examples
    --------
    Homicide of two years under one code:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2017/18", "2019/20", "2019/20"], "offence": ["1/4.1/4.10/4.2", "1", "4.1"]}, [41, 40, 11]
    ... )
    >>> crimes.relabel("offence", joined_offence_codes(crimes.labels("offence"))).to_dict()["count"]
    [41, 51]
    """
    variants = offence_code_variants().values()
    _check.choice(scope, "scope", list(dict.fromkeys(v.scope for v in variants)))
    if isinstance(codes, str | bytes) or not isinstance(codes, Iterable):
        msg = f"codes must be several codes, as Tally.labels gives them; got {_check.shown(codes)}."
        raise InvalidTypeError(msg)
    joined = {v.code: v.joined for v in variants if v.scope == scope}
    return {code: joined[code] for code in codes if isinstance(code, str) and code in joined}


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
