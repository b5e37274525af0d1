"""What is said of a published cell when it is worked out again, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from conformance._reading import TextArray
from policemetrics.typing import FloatArray, IntArray

__all__ = ["VERDICTS", "Cells", "compare", "together"]

VERDICTS: Final = ("equal", "within_rounding", "base_revised", "differing", "failed")
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12


@attrs.frozen(eq=False)
class Cells:
    """Published cells beside ours: name, both values and the position of the verdict in `VERDICTS`."""

    names: TextArray
    published: FloatArray
    found: FloatArray
    verdict: IntArray

    def __len__(self) -> int:
        return len(self.verdict)

    @property
    def tally(self) -> dict[str, int]:
        """How many cells there are of each verdict."""
        return dict(zip(VERDICTS, np.bincount(self.verdict, minlength=len(VERDICTS)).tolist(), strict=True))

    def of(self, verdict: str) -> list[tuple[str, float, float]]:
        """Return name, published and found value of the cells with a verdict."""
        at = self.verdict == VERDICTS.index(verdict)
        columns = (self.names[at], self.published[at], self.found[at])
        return list(zip(*(c.tolist() for c in columns), strict=True))


def compare(
    names: TextArray,
    published: NDArray[np.generic],
    found: NDArray[np.generic],
    *,
    step: float = 0.0,
    limits: tuple[FloatArray, FloatArray] | None = None,
    revised: NDArray[np.bool_] | None = None,
    explained: NDArray[np.bool_] | None = None,
) -> Cells:
    """Judge cells: equal, else within what rounding allows, else revised, else explained, else failed.

    Rounding allows half a `step` of the published value, or whatever lies between `limits`. nan is a
    figure that is withheld; it equals itself.
    """
    printed, ours = published.astype(np.float64), found.astype(np.float64)
    low, high = limits or (ours - step / 2, ours + step / 2)
    slack = _RELATIVE * np.abs(printed) + _ABSOLUTE
    never = np.zeros(len(printed), dtype=bool)
    holds = [
        np.isclose(ours, printed, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True),
        (low - slack <= printed) & (printed <= high + slack),
        never if revised is None else revised,
        never if explained is None else explained,
        ~never,
    ]
    return Cells(names, printed, ours, np.argmax(holds, axis=0).astype(np.int64))


def together(parts: Sequence[Cells]) -> Cells:
    """Put the cells of several comparisons below one another."""
    columns = zip(*((p.names, p.published, p.found, p.verdict) for p in parts), strict=True)
    names, published, found, verdict = map(np.concatenate, columns)
    return Cells(names, published, found, verdict)
