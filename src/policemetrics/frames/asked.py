"""What other rooms ask of frames, and what they get back: plain objects that know no engine.

They are apart from the modules that work on frames, so that the door of the package need not import narwhals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._typing import IntArray, Label
from policemetrics.errors import InvalidInputError
from policemetrics.tallies import Tally

_GRADE: Final = "grade"


@attrs.frozen(kw_only=True)
class Timing:
    """What is timed in each row, by which clocks, and until when a row without an end was followed."""

    start: str
    end: str
    timezone: str | None
    resolution: str = "exact"
    zero: str = "keep"
    closed: str | None = None
    as_at: dt.datetime | None = None

    def __attrs_post_init__(self) -> None:
        _check.choice(self.resolution, "resolution", ("exact", "second"))
        _check.choice(self.zero, "zero", ("keep", "exclude"))
        for argument, name in self.stamps.items():
            _check.text(name, argument)
        if self.start == self.end:
            msg = f"start and end must be two columns; got {self.start!r} for both."
            raise InvalidInputError(msg)

    @property
    def stamps(self) -> dict[str, str]:
        """The columns of stamps, by argument."""
        return {"start": self.start, "end": self.end} | (
            {"closed": self.closed} if self.closed is not None else {}
        )


@attrs.frozen(kw_only=True)
class Incidents:
    """Which rows are incidents to be answered: one a row, or several rows for each `incident`."""

    incident: str | None = None
    self_initiated: Mapping[str, Sequence[Label]] = attrs.field(factory=dict)
    grades: tuple[str, str] | None = None
    regraded: str | None = None
    upgraded: str | None = None

    @property
    def stamps(self) -> dict[str, str]:
        """The columns of stamps, by argument."""
        return {} if self.upgraded is None else {"upgraded": self.upgraded}

    def columns_of(self, dims: Mapping[str, str]) -> dict[str, str]:
        """Give the dimension of the grade its column: the initial or the final one."""
        chosen = self.regraded in {"initial", "final"}
        if self.grades is None or not (_GRADE in dims or chosen):
            return dict(dims)
        if _GRADE not in dims:
            msg = (
                f"regraded={self.regraded!r} needs the dimension 'grade', as in by='grade', which it takes from grades=: "
                f"it says under which grade an incident counts; got by={_check.listing(dims)}."
            )
            raise InvalidInputError(msg)
        if dims[_GRADE] not in {_GRADE, *self.grades}:
            msg = f"by: the dimension 'grade' is taken from grades=, {_check.listing(self.grades)}; got the column {dims[_GRADE]!r}."
            raise InvalidInputError(msg)
        return {**dims, _GRADE: self.grades[0 if self.regraded == "initial" else 1]}


@attrs.frozen(eq=False)
class Moments:
    """The times of each key, added up in whole numbers, of which `unit` make a second.

    `data` holds what a tally of the times would hold, except the times themselves: each is 0 there.
    """

    data: Tally
    keys: Cells
    unit: int
    zeros: IntArray
    total: NDArray[np.object_]
    squares: NDArray[np.object_]
    met: Mapping[int, IntArray]
