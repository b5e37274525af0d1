"""Sets of positive outcomes: those that are bundled, and your own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import attrs
import numpy as np

from policemetrics import _check
from policemetrics.definitions import outcome_sets, outcome_types
from policemetrics.definitions._outcomes import REST, code_of, members_of
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.outcomes.names import known_types, why_unknown

__all__ = ["OutcomeSet", "bundled", "one_of", "outcome_set"]

_OWN_SET: Final = "\nNo set is official. For one of your own, give an OutcomeSet, as in OutcomeSet(['1', '8'], name='ours')."

_Choice = TypeVar("_Choice", bound=str)


def _codes(types: Iterable[str | int]) -> frozenset[str]:
    """Return the codes of a set of positive outcomes."""
    if isinstance(types, str) or not isinstance(types, Iterable):
        hint = f", as in [{types!r}]" if isinstance(types, str) else ""
        msg = f"types must be several codes of outcomes{hint}; got {types!r} ({type(types).__name__})."
        raise InvalidTypeError(msg)
    codes = frozenset(code for i, v in enumerate(types) for code in _members(v, f"types[{i}]"))
    if not codes:
        msg = "types must hold at least one code of an outcome; got none."
        raise InvalidInputError(msg)
    return codes


def _members(value: object, name: str) -> tuple[str, ...]:
    """Return the code of a type that may count as positive, or those of a group of types."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, str | int | np.integer):
        msg = f"{name} must be a code of an outcome, such as '1'; got {value!r} ({type(value).__name__})."
        raise InvalidTypeError(msg)
    code = code_of(value if isinstance(value, str) else int(value))
    if not code:
        msg = f"{name} must be a known type of outcome, by code or by name; got {value!r}: {why_unknown(value).rstrip('.')}. The types are:\n{known_types()}"
        raise UnknownNameError(msg)
    kind, why = outcome_types().get(code), ""
    if kind is None:
        return members_of(code)
    if not kind.is_outcome:
        why = "it stands for crimes that have no outcome yet"
    elif kind.parent:
        why = f"it lies inside type {kind.parent}; name that"
    elif code == REST:
        why = "it is the rest of a table, not a type"
    if why:
        msg = f"{name} must be a type of outcome; {code!r} ({kind.name}) cannot be in a set: {why}."
        raise InvalidInputError(msg)
    return (code,)


def _types(codes: Sequence[str]) -> str:
    return f"type{'' if len(codes) == 1 else 's'} {', '.join(codes)}"


@attrs.frozen(repr=False)
class OutcomeSet:
    """The types of outcome that count as positive, under a name that travels with the figure.

    Parameters
    ----------
    types : iterable of str or int
        Types of the crime outcomes framework, by code (``"1"``, 1) or by name (``"Charged/Summonsed"``); the
        name of a group, ``"Out-of-court (formal)"``, stands for all its types.
    name : str
        What the set is called in every figure that uses it.
    source : str, optional
        Who uses it, or where it is defined. Default is not stated.

    Raises
    ------
    InvalidInputError
        If there are no types, or one cannot be in a set: ``"0"`` is no outcome, ``"1A"``, ``"2A"``
        and ``"3A"`` lie inside 1, 2 and 3, and ``"other"`` is no type.
    UnknownNameError
        If there is no such type; those there are get listed.

    See Also
    --------
    outcome_set : the sets that are bundled, by name.

    Examples
    --------
    >>> ours = OutcomeSet(["1", "2", "3", "8"], name="ours", source="force performance board, 2024")
    >>> ours
    OutcomeSet 'ours': types 1, 2, 3, 8
    >>> "8" in ours.types
    True
    >>> OutcomeSet(["Charged/Summonsed", "Out-of-court (informal)"], name="by name").codes
    ('1', '7', '8')
    """

    types: frozenset[str] = attrs.field(converter=_codes)
    name: str = attrs.field(kw_only=True)
    source: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check.text(self.source, "source", empty=True)
        bundled = outcome_sets().get(_check.text(self.name, "name"))
        if bundled and self.types != set(bundled.types):
            msg = (
                f"name {self.name!r} is that of a bundled set, {_types(bundled.types)}; "
                "give yours another name."
            )
            raise InvalidInputError(msg)

    @property
    def codes(self) -> tuple[str, ...]:
        """The types in the order of the framework."""
        return tuple(code for code in outcome_types() if code in self.types)

    def __repr__(self) -> str:
        return f"OutcomeSet {self.name!r}: {_types(self.codes)}"


def outcome_set(name: str) -> OutcomeSet:
    """Return a bundled set of positive outcomes by name.

    Parameters
    ----------
    name : {"charged", "out-of-court", "positive-dashboard", "solved-surrey", "solved-national", "sanction-detection"}
        The name; `policemetrics.definitions.outcome_sets` says where each comes from.

    Returns
    -------
    OutcomeSet
        Its types, name and source.

    Raises
    ------
    UnknownNameError
        If there is no such set; those there are get listed, with what they hold.

    Examples
    --------
    >>> outcome_set("positive-dashboard")
    OutcomeSet 'positive-dashboard': types 1, 2, 3, 6, 7, 8, 22
    """
    return bundled(name, "name")


def bundled(name: Any, argument: str) -> OutcomeSet:
    """Find a bundled set; `argument` is where its name was given."""
    sets = outcome_sets()
    held = {k: f"{_types(v.types)}. {v.description}" for k, v in sets.items()}
    found = sets[one_of(name, argument, held, _OWN_SET)]
    return OutcomeSet(found.types, name=found.name, source=found.origin)


def one_of(value: Any, name: str, meanings: Mapping[_Choice, str], more: str = "") -> _Choice:
    """Return the choice that was made, or say what each means: none of them is a default."""
    for choice in meanings:
        if isinstance(value, str) and value == choice:
            return choice
    lines = "".join(f"\n  {choice!r}: {meaning}" for choice, meaning in meanings.items())
    said = "it must be given, there is no default" if value is None else f"got {value!r}"
    msg = f"{name} must be one of these; {said}.{lines}{more}"
    raise (UnknownNameError if isinstance(value, str) else InvalidTypeError)(msg)
