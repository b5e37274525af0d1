"""The names of codes: of offences and of outcome types, whichever the labels of a dimension are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from policemetrics.definitions._outcomes import outcome_types
from policemetrics.errors import ChoiceNeededError, Note

_HINTS: Final = {"outcome": "outcomes", "offence": "offences", "offense": "offences"}


def _tables() -> dict[str, Callable[[], Mapping[str, Any]]]:
    from policemetrics.definitions import offences

    return {"offences": offences, "outcomes": outcome_types}


def code_names(labels: Sequence[Any], dim: str, names: str = "definitions") -> dict[Any, str]:
    """Return the name of each label that is a code, by what its dimension is called, else by which codes they are.

    Two codes of one name keep their code behind it, so that two labels remain two.
    """
    tables, known = _tables(), [label for label in labels if isinstance(label, str)]
    which = names if names in tables else next((w for hint, w in _HINTS.items() if hint in dim.lower()), "")
    if not which:
        fits = [w for w, table in tables.items() if known and set(known) <= set(table())]
        if len(fits) > 1:
            msg = f"names must be one of {fits}: {dim!r} has codes that both have, such as {known[0]!r}."
            raise ChoiceNeededError(
                Note("names", "whose codes", msg),
                answers={"names": fits},
                call=f"relabel({dim!r}, {fits[0]!r})",
            )
        which = fits[0] if fits else ""
    if not which:
        return {}
    table = tables[which]()
    found = {label: str(table[label].name) for label in known if label in table}
    twice = [name for name in found.values() if [*found.values()].count(name) > 1]
    return {label: f"{name} ({label})" if name in twice else name for label, name in found.items()}
