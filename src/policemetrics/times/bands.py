"""`Bands`: what the labels of published bands of times stand for; and what can be known of times within them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._cells import plain
from policemetrics._write import duration
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.times._shared import as_seconds, refuse_no_label, several_labels
from policemetrics.typing import FloatArray, Label

__all__ = ["Bands"]


def _edges(given: Mapping[Any, tuple[float, float | None]]) -> tuple[tuple[Label, float, float], ...]:
    """Return label, lower and upper edge of each band, ascending; they must meet."""
    if not isinstance(given, Mapping) or not given:
        msg = f"edges must be a mapping of label to (low, high), in seconds; got {_check.shown(given)} ({type(given).__name__})."
        raise InvalidTypeError(msg)
    found = sorted((_band(label, pair) for label, pair in given.items()), key=lambda band: band[1:])
    for (one, _, high), (other, low, _) in pairwise(found):
        if high != low:
            msg = (
                f"edges must meet, so that every time is in one band: {one!r} ends at {high:g} s and {other!r} begins at "
                f"{low:g} s. Bands of whole seconds, such as 0 to 9 and 10 to 59, are (0, 10) and (10, 60)."
            )
            raise InvalidInputError(msg)
    return tuple(found)


def _band(label: Any, pair: Any) -> tuple[Label, float, float]:
    name = f"edges[{label!r}]"
    refuse_no_label(label, "edges")
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        msg = f"{name} must be a pair (low, high) of seconds, with None for no upper edge; got {_check.shown(pair)}."
        raise InvalidTypeError(msg)
    first, last = (as_seconds(edge, name) for edge in pair)
    low = _check.number(first, f"{name}, low", low=0)
    high = math.inf if last is None else _check.number(last, f"{name}, high", above=low, infinite=True)
    return plain(label), low, high


def _labels(given: Label | Sequence[Label]) -> tuple[Label, ...]:
    return several_labels(given, "abandoned")


@attrs.frozen(repr=False)
class Bands:
    """What the labels of bands stand for: from how many seconds to how many, and which mean abandoned.

    Attributes
    ----------
    edges : tuple of (label, low, high)
        The bands in seconds, ascending. They are given as a mapping of label to (low, high), numbers or
        timedeltas with None for no upper edge, and must meet.
    inclusive : bool
        Whether a band holds its upper edge, and not its lower one. Default is False: exactly 10.0 s is not
        in "under 10".
    abandoned : tuple of label
        The labels, beside the bands, of calls abandoned. Default is none.

    Examples
    --------
    The bands in which 999 answer times have been published since 2021:

    >>> Bands({"under 10": (0, 10), "10 to under 60": (10, 60), "60 or more": (60, None)})
    Bands('under 10': 0 s to under 10 s, '10 to under 60': 10 s to under 1 min, '60 or more': 1 min or more)
    """

    edges: tuple[tuple[Label, float, float], ...] = attrs.field(converter=_edges)
    inclusive: bool = attrs.field(default=False, kw_only=True)
    abandoned: tuple[Label, ...] = attrs.field(default=(), kw_only=True, converter=_labels)

    def __attrs_post_init__(self) -> None:
        _check.flag(self.inclusive, "inclusive")
        both = [label for label in self.abandoned if label in self.labels]
        if both:
            msg = f"abandoned must name other labels than the bands; got {_check.listing(both)} for both."
            raise InvalidInputError(msg)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels of the bands, ascending in time."""
        return tuple(label for label, _, _ in self.edges)

    @property
    def lows(self) -> FloatArray:
        """The lower edges, in seconds."""
        return np.array([low for _, low, _ in self.edges])

    @property
    def highs(self) -> FloatArray:
        """The upper edges, in seconds; infinite where there is none."""
        return np.array([high for _, _, high in self.edges])

    def __repr__(self) -> str:
        over = "over " if self.inclusive else ""
        up_to = "" if self.inclusive else "under "
        shown = [f"{label!r}: {self._said(low, high, over, up_to)}" for label, low, high in self.edges]
        shown += [f"{label!r}: abandoned" for label in self.abandoned]
        return f"Bands({', '.join(shown)})"

    def _said(self, low: float, high: float, over: str, up_to: str) -> str:
        start = f"{over if low else ''}{duration(low)}"
        if math.isinf(high):
            return start if over and low else f"{start} or more"
        return f"{start} to {up_to}{duration(high)}"
