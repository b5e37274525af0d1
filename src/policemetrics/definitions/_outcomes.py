"""The crime outcomes framework: its types, the wordings they go by, and the named sets of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

import attrs

from policemetrics import _check
from policemetrics.definitions import _tables
from policemetrics.errors import InvalidTypeError

REST: Final = "other"
_NUMBERED: Final = re.compile(r"(?:outcome |oc? ?)?(?:type |code )?0*(\d{1,2}[a-z]?)(?: (.+))?")
# What a table adds to a label: the marks of its notes, and the ".0" of codes that were read as numbers.
_ADDED: Final = re.compile(r"(\s*\[[^\]]*\])+$|(?<=^\d)\.0+$|(?<=^\d\d)\.0+$")


@attrs.frozen(kw_only=True)
class OutcomeType:
    """One type of the crime outcomes framework.

    Attributes
    ----------
    code : str
        The Home Office code, or "other" where a table gives only the remainder.
    name, group : str
        The type and the Home Office group it belongs to.
    parent : str
        The type that includes this one, so that the two must not be added; empty for the rest.
    valid_from, valid_to : datetime.date or None
        First and last day of use; None if it has not ended or no date was found.
    compulsory_from : datetime.date or None
        First day on which every force had to use it, if that is later than the first day of use.
    is_outcome : bool
        False for type 0, crimes not yet assigned an outcome.
    note : str
        What to know before you use it.
    """

    code: str
    name: str
    group: str
    parent: str = ""
    valid_from: date | None = None
    compulsory_from: date | None = None
    valid_to: date | None = None
    is_outcome: bool = True
    note: str = ""


@attrs.frozen(kw_only=True)
class OutcomeName:
    """One wording that a published table uses for an outcome.

    Attributes
    ----------
    name : str
        The wording; case, spaces and punctuation do not matter.
    code : str
        The type it means; several joined by "/" if it may be any of them (``"2/3"``, a caution of a youth or of
        an adult); empty if no source says which.
    scheme : str
        Whose wording it is: ``"home office"``, ``"home office group"``, ``"force"`` or ``"data.police.uk"``.
    note, source : str
        Why it means that type, or none, and the source.
    """

    name: str
    code: str
    scheme: str
    note: str
    source: str


@attrs.frozen(kw_only=True)
class OutcomeSetRecord:
    """A named set of outcome types, and who uses it.

    Attributes
    ----------
    name : str
        The name to ask for it.
    types : tuple of str
        Codes of the outcome types in it.
    origin, description : str
        Where the set comes from, and what it holds in words.
    """

    name: str
    types: tuple[str, ...]
    origin: str
    description: str


@cache
def outcome_types() -> Mapping[str, OutcomeType]:
    """Return the types of the crime outcomes framework, by code.

    Returns
    -------
    mapping of str to OutcomeType
        Read-only. Types 0 to 22, the "of which" types 1A, 2A and 3A, and "other" for the
        remainder of a table that gives some types and the total assigned.

    Examples
    --------
    >>> outcome_types()["8"].name
    'Community resolution'
    >>> outcome_types()["1A"].parent
    '1'
    >>> outcome_types()["22"].valid_from, outcome_types()["22"].compulsory_from
    (datetime.date(2019, 4, 1), datetime.date(2021, 4, 1))
    """
    read = {"valid_from": _date, "compulsory_from": _date, "valid_to": _date, "is_outcome": _is_yes}
    return _tables.records(OutcomeType, "outcome_types.csv", read)


def _date(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


def _is_yes(written: str) -> bool:
    return written == "yes"


@cache
def outcome_names() -> Mapping[str, OutcomeName]:
    """Return the wordings that published tables use for outcomes, in addition to the names of the types.

    Returns
    -------
    mapping of str to OutcomeName
        Read-only, by wording: that of the Home Office tables, of its groups, of forces, and the "Last outcome
        category" of data.police.uk. Wordings without a code are included, with the reason.

    See Also
    --------
    outcome_codes : The code of each label of some data, in any wording.

    Notes
    -----
    Court results are a wording of type 1, charged or summonsed, where the joint notice on the justice outcomes of
    police.uk (July 2012) says that they are published only if a suspect was charged in relation to the crime.
    "Court case unable to proceed" and "Suspect charged as part of another case" have no code: they can be read in
    more than one way.

    Examples
    --------
    >>> outcome_names()["Offender given a caution"].code
    '2/3'
    >>> print(outcome_names()["Investigation complete; no suspect identified"].note)
    Called No further action until 2014.
    """
    return _tables.records(OutcomeName, "outcome_names.csv")


def outcome_codes(labels: Iterable[Any]) -> dict[Any, str]:
    """Return the code of each label that names an outcome: a mapping for `Tally.relabel`.

    Parameters
    ----------
    labels : iterable of str or int
        The labels that occur, as `Tally.labels` gives them: codes ("1", 1, "Outcome 1"), names of types, or
        a wording of `outcome_names`; in any case, spacing and punctuation.

    Returns
    -------
    dict of label to str
        The code by label, for labels that have one. A label that may be one of several types has them joined,
        "2/3".

    Raises
    ------
    InvalidTypeError
        If `labels` is not several labels.

    Examples
    --------
    >>> outcome_codes(["Charged/Summonsed", "CHARGED / SUMMONSED", 1, "Outcome 16", "Offender given a caution"])
    {'Charged/Summonsed': '1', 'CHARGED / SUMMONSED': '1', 1: '1', 'Outcome 16': '16', 'Offender given a caution': '2/3'}
    >>> outcome_codes(["Status update unavailable"])
    {}
    """
    if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
        msg = f"labels must be several labels, as Tally.labels gives them; got {_check.shown(labels)}."
        raise InvalidTypeError(msg)
    found = {label: code_of(label) for label in labels if isinstance(label, str | int)}
    return {label: code for label, code in found.items() if code}


def code_of(label: str | int) -> str:
    """Return the code that a label stands for, members joined by "/" where it leaves several; empty where none."""
    text = _bare(str(label))
    if text in outcome_types():
        return text
    if text.startswith("-"):
        return ""  # a number below zero, which the spelling would not show
    parts = set(text.split("/"))
    if len(parts) > 1 and parts <= _joinable():
        return "/".join(sorted(parts, key=int))
    spelt = spelling(text)
    if spelt in _by_spelling():
        return _by_spelling()[spelt]
    numbered = _NUMBERED.fullmatch(spelt)
    if not numbered:
        return ""
    code, rest = numbered[1].upper(), numbered[2]
    return code if code in outcome_types() and (not rest or _by_spelling().get(rest) == code) else ""


def _bare(label: str) -> str:
    return _ADDED.sub("", label.strip())


def members_of(code: str) -> tuple[str, ...]:
    """Return the types that a code stands for: itself, or the several that are joined in it."""
    return tuple(code.split("/"))


def spelling(label: str) -> str:
    """Return a label without what typing adds to it: case, spaces and punctuation, and the marks of notes."""
    return re.sub(r"[^0-9a-z]+", " ", _bare(label).casefold().replace("&", " and ")).strip()


@cache
def _joinable() -> frozenset[str]:
    """Return the types that stand on their own, of which a label may leave several open."""
    return frozenset(c for c, t in outcome_types().items() if t.is_outcome and not t.parent and c != REST)


@cache
def _by_spelling() -> Mapping[str, str]:
    """Return the code of each wording that has one, by its spelling."""
    named = {spelling(n.name): n.code for n in outcome_names().values() if n.code}
    return named | {spelling(t.name): code for code, t in outcome_types().items()} | {REST: REST}


@cache
def outcome_sets() -> Mapping[str, OutcomeSetRecord]:
    """Return the named sets of outcome types that are in use, by name.

    Returns
    -------
    mapping of str to OutcomeSetRecord
        Read-only. None of them is official: there is no official list of "positive" outcomes.

    Examples
    --------
    >>> list(outcome_sets())  # doctest: +NORMALIZE_WHITESPACE
    ['charged', 'out-of-court', 'positive-dashboard', 'solved-surrey', 'solved-national',
     'sanction-detection']
    >>> outcome_sets()["solved-surrey"].types
    ('1', '2', '3', '4', '8')
    """
    return _tables.records(OutcomeSetRecord, "outcome_sets.csv", {"types": _tables.several})
