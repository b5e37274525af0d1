"""What a function of counts was given: single numbers, columns with labels, or a table.

The names of the arguments decide, never the type of a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policemetrics import _checks, _labels
from policemetrics.errors import InvalidInputError, InvalidTypeError

__all__ = ["as_columns", "exposure_pair", "one_count", "one_data", "refuse_options"]


def one_count(value: object, name: str) -> int:
    """Return a single whole number >= 0."""
    _checks.number(value, name)
    return int(_checks.counts(value, name))


def one_data(value: Any, name: str) -> Any:
    """Refuse plain columns without labels before a frame reader sees them."""
    if isinstance(value, list | tuple | np.ndarray) or _checks.is_number(value):
        msg = f"{name} must be a number, a Tally or a data frame; several numbers need labels=, one for each; got {type(value).__name__}."
        raise InvalidTypeError(msg)
    return value


def refuse_options(**options: Any) -> None:
    """Refuse what has no meaning for plain numbers, or for a table."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        what = "a tally or frame with periods" if "labels" in given else "plain numbers"
        msg = f"{_checks.listing(f'{n}=' for n in given)} cannot go with {what}; it belongs to another form of the call."
        raise InvalidInputError(msg)


def exposure_pair(exposure: Any) -> dict[str, Any]:
    if exposure is None:
        return {}
    if isinstance(exposure, str) or not isinstance(exposure, Sequence) or len(exposure) != 2:
        msg = f"exposure must be a pair (before, after); got {exposure!r}."
        raise InvalidTypeError(msg)
    return {"exposure[0]": exposure[0], "exposure[1]": exposure[1]}


def as_columns(labels: Any, given: dict[str, Any]) -> tuple[dict[str, NDArray[Any]], list[Any], bool]:
    """Bring numbers to columns of one length: with labels several rows, without one."""
    if labels is None:
        for name, value in given.items():
            if not _checks.is_number(value):
                hint = (
                    "; several numbers need labels=, one for each"
                    if hasattr(value, "__len__") and not isinstance(value, str)
                    else ""
                )
                msg = f"{name} must be a number; got {value!r} ({type(value).__name__}){hint}."
                raise InvalidTypeError(msg)
        return {}, list(given.values()), True
    found, codes = _labels.encode(labels, "labels")
    if (codes < 0).any():
        msg = f"labels must not be missing; got none at labels[{int(np.argmax(codes < 0))}]."
        raise InvalidInputError(msg)
    several = {n: v for n, v in given.items() if not _checks.is_number(v)}
    for name, value in several.items():
        if not hasattr(value, "__len__") or isinstance(value, str):
            msg = f"{name} must be a number or a column of numbers; got {value!r} ({type(value).__name__})."
            raise InvalidTypeError(msg)
    _checks.same_length({"labels": codes} | several)
    _checks.same_index({"labels": labels} | several)
    columns = [several.get(n, [v] * len(codes) if n not in several else None) for n, v in given.items()]
    return {"label": found[codes]}, columns, False
