"""One family of errors: each names the argument, the rule, the value and what to do.

Every error that the package raises on purpose is a `PoliceMetricsError`, and also the
builtin that a caller would catch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

__all__ = [
    "AreasWithoutRowsWarning",
    "ChoiceNeededError",
    "CountOverflowError",
    "DateNotAdvancedWarning",
    "IncidentNumberWarning",
    "IncompatibleTalliesError",
    "InvalidInputError",
    "InvalidTypeError",
    "LabelSpellingWarning",
    "MissingDependencyError",
    "NotCrimeWarning",
    "Note",
    "OnlyPositiveOutcomesWarning",
    "OutOfRangeError",
    "PoliceMetricsError",
    "PoliceMetricsWarning",
    "SmallAxesWarning",
    "SwappedStampsWarning",
    "TargetUnitWarning",
    "TotalByNameWarning",
    "UnknownNameError",
    "UnusedCountWarning",
]


class Note(NamedTuple):
    """A message about a figure or a call: a caveat, a warning, a question.

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
    """A package is needed that is missing or too old; the message says how to install it."""


class ChoiceNeededError(InvalidTypeError):
    """You must make a choice on which the field has not agreed. One error lists all choices that a call lacks.

    Parameters
    ----------
    *notes : Note
        The questions.
    answers : mapping of str to sequence of str, optional
        What may be chosen, by argument.
    call : str, optional
        A call with one choice of each, which runs on the same data; empty if none is known.

    Attributes
    ----------
    notes, answers, call : tuple of Note, mapping, str
        As they were given.
    note : Note
        The first of the questions.
    """

    def __init__(
        self, *notes: Note, answers: Mapping[str, Sequence[object]] | None = None, call: str = ""
    ) -> None:
        shown = [f"This call runs, with one choice of each: {call}"] if call else []
        super().__init__("\n".join([*(note.long for note in notes), *shown]))
        self.notes, self.answers, self.call = notes, dict(answers or {}), call

    @property
    def note(self) -> Note:
        """The first of the questions."""
        return self.notes[0]

    def __reduce__(self) -> tuple[Callable[..., ChoiceNeededError], tuple[Note, ...]]:
        return partial(type(self), answers=self.answers, call=self.call), self.notes


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
    """An exposure has areas without any counts, and it was not stated whether they sent data."""


class DateNotAdvancedWarning(PoliceMetricsWarning):
    """Many times below zero lie just above −24 or −12 hours, which points to one fault of the log."""


class IncidentNumberWarning(PoliceMetricsWarning):
    """Rows of one incident start more than a day apart: its number may have been used again."""


class LabelSpellingWarning(PoliceMetricsWarning):
    """Labels that differ only in case, spaces, dashes or "&" for "and" are counted separately."""


class NotCrimeWarning(PoliceMetricsWarning):
    """Something called recorded crime includes what is not, such as anti-social behaviour."""


class OnlyPositiveOutcomesWarning(PoliceMetricsWarning):
    """A table of outcomes, for a rate out of outcomes, has positive outcomes only."""


class SmallAxesWarning(PoliceMetricsWarning):
    """Your axes are too small for the words of a picture."""


class SwappedStampsWarning(PoliceMetricsWarning):
    """Most times end before they start, as if the two columns were swapped."""


class TotalByNameWarning(PoliceMetricsWarning):
    """A label that is a total by its name is added up with others, although the counts do not show that it is their sum."""


class TargetUnitWarning(PoliceMetricsWarning):
    """A target so short or so long that it is probably not in seconds."""


class UnusedCountWarning(PoliceMetricsWarning):
    """Rows were counted, though the frame has a column that looks like their count."""
