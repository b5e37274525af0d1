"""One family of errors: each names the argument, the rule, the value and what to do.

Every error that the package raises on purpose is a `PoliceMetricsError`, and also the
builtin that a caller would catch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = [
    "AreasWithoutRowsWarning",
    "ChoiceNeededError",
    "CountOverflowError",
    "IncompatibleTalliesError",
    "InvalidInputError",
    "InvalidTypeError",
    "MissingDependencyError",
    "Note",
    "OutOfRangeError",
    "PoliceMetricsError",
    "PoliceMetricsWarning",
    "SwappedStampsWarning",
    "TargetUnitWarning",
    "UnknownNameError",
]


class Note(NamedTuple):
    """What is said of a figure, or asked of a caller: a caveat, a warning, a question.

    Attributes
    ----------
    code : str
        The kind, for a program: ``"coverage-not-stated"``.
    short : str
        A few words, for a table.
    long : str
        The whole of it, for a sentence.

    Examples
    --------
    >>> print(Note("stated", "new system", "a new system since April 2023"))
    a new system since April 2023
    """

    code: str
    short: str
    long: str

    def __str__(self) -> str:
        return self.long


def in_words(notes: Iterable[Note]) -> str:
    """Join what several notes say, each once."""
    return "; ".join(dict.fromkeys(note.long.rstrip(".") for note in notes))


class PoliceMetricsError(Exception):
    """Base class of every error this package raises on purpose."""


class InvalidInputError(PoliceMetricsError, ValueError):
    """The type is right but the value cannot be."""


class InvalidTypeError(PoliceMetricsError, TypeError):
    """The function cannot use this type."""


class UnknownNameError(InvalidInputError, KeyError):
    """A column, dimension, label, method, set or scheme that does not exist here."""

    # KeyError shows the repr of its argument, which would put the sentence in quotes.
    __str__ = Exception.__str__


class OutOfRangeError(InvalidInputError, IndexError):
    """A position beyond the end of a table."""


class CountOverflowError(InvalidInputError, OverflowError):
    """A sum of counts that does not fit in 64 bits; it never wraps."""


class IncompatibleTalliesError(InvalidInputError):
    """Two tallies that cannot be added or compared."""


class MissingDependencyError(PoliceMetricsError, ImportError):
    """A package is needed that is not there, or is too old; the message says what installs it."""


class ChoiceNeededError(InvalidTypeError):
    """A choice that the field has not agreed on is left to the caller; `note` says which, the message how.

    Parameters
    ----------
    note : Note
        The question.
    """

    def __init__(self, note: Note) -> None:
        super().__init__(note.long)
        self.note = note

    def __reduce__(self) -> tuple[type[ChoiceNeededError], tuple[Note]]:
        return type(self), (self.note,)


class PoliceMetricsWarning(UserWarning):
    """A figure that can be computed but may not mean what it seems to; each kind is a subclass.

    Parameters
    ----------
    note : Note
        What is warned of.
    """

    def __init__(self, note: Note) -> None:
        super().__init__(note.long)
        self.note = note

    def __reduce__(self) -> tuple[type[PoliceMetricsWarning], tuple[Note]]:
        return type(self), (self.note,)


class AreasWithoutRowsWarning(PoliceMetricsWarning):
    """An exposure has areas of which nothing was counted, and nobody said whether they sent anything."""


class SwappedStampsWarning(PoliceMetricsWarning):
    """Most times end before they start, as where the two columns are swapped."""


class TargetUnitWarning(PoliceMetricsWarning):
    """A target so short or so long that it is hardly in seconds."""
