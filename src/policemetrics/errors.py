"""One family of errors: each names the argument, the rule, the value and what to do.

Every error that the package raises on purpose is a `PoliceMetricsError`, and also the
builtin that a caller would catch.
"""

from __future__ import annotations

__all__ = [
    "CountOverflowError",
    "IncompatibleTalliesError",
    "InvalidInputError",
    "InvalidTypeError",
    "MissingDependencyError",
    "OutOfRangeError",
    "PoliceMetricsError",
    "PoliceMetricsWarning",
    "UnknownNameError",
]


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
    """An optional package is needed; the message says which extra installs it."""


class PoliceMetricsWarning(UserWarning):
    """A figure that can be computed but may not mean what it seems to."""
