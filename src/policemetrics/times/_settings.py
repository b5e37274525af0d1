"""What a call asks of times, the same for all its groups: definitions, intervals, and what they give for runs."""

from __future__ import annotations

from typing import Any, Final, Literal

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._arguments import one_count
from policemetrics.errors import InvalidInputError
from policemetrics.percentiles import PERCENTILE_METHODS, Runs
from policemetrics.times._moments import AddedTimes, LinedTimes, Times
from policemetrics.times._statistics import averages, shares_within
from policemetrics.typing import FloatArray, IntArray, Percentile

__all__ = ["Settings"]

_LARGEST_SEED: Final = 2**32 - 1


@attrs.frozen
class Settings:
    """The settings of one call.

    `seed` is that of the bootstrap, None for Student's interval; `percentile_method` is empty where no
    percentiles are asked for.
    """

    inclusive: bool
    percentile_method: Percentile | Literal[""]
    level: float
    seed: int | None = None

    @classmethod
    def of(
        cls,
        inclusive: object,
        percentile_method: Any,
        confidence_level: object,
        mean_method: object = "student_t",
        seed: object = None,
        *,
        percentiles: object = True,
    ) -> Settings:
        """Check what was given."""
        _check.choice(percentile_method, "percentile_method", PERCENTILE_METHODS)
        if not _check.flag(percentiles, "percentiles"):
            if percentile_method != "linear":
                msg = f"percentile_method is for percentiles=True; without them there is nothing to define as {percentile_method!r}."
                raise InvalidInputError(msg)
            percentile_method = ""
        _check.choice(mean_method, "mean_method", ("student_t", "bootstrap"))
        if (seed is None) == (mean_method == "bootstrap"):
            msg = (
                "seed must be given with mean_method='bootstrap', so that the figure can be made again: seed=1, say."
                if seed is None
                else "seed is for mean_method='bootstrap'; Student's interval draws nothing."
            )
            raise InvalidInputError(msg)
        found = None if seed is None else one_count(seed, "seed")
        if found is not None and found > _LARGEST_SEED:
            msg = f"seed must be at most {_LARGEST_SEED:,}; got {found:,}."
            raise InvalidInputError(msg)
        return cls(
            _check.flag(inclusive, "inclusive"),
            percentile_method,
            _check.confidence_level(confidence_level),
            found,
        )

    def columns(
        self, times: Runs | AddedTimes, others: IntArray, targets: FloatArray
    ) -> dict[str, FloatArray]:
        """Work out the columns of every group; `others` are counted with the times but met no target."""
        runs = times if isinstance(times, Runs) else None
        found: Times = LinedTimes.of(times) if isinstance(times, Runs) else times
        columns = averages(found, self.level, runs, self.percentile_method, self.seed)
        return columns | shares_within(found, others, targets, self.level, inclusive=self.inclusive)

    @property
    def needs_every_time(self) -> bool:
        """Whether sums of the times are not enough."""
        return bool(self.percentile_method) or self.seed is not None

    @property
    def audit(self) -> dict[str, Any]:
        """What a figure keeps of them."""
        return {
            "inclusive": self.inclusive,
            "percentile_method": self.percentile_method,
            "mean_method": "student_t" if self.seed is None else "bootstrap",
            "seed": np.nan if self.seed is None else float(self.seed),
            "percentile_interval_method": "order_statistics" if self.percentile_method else "",
            "share_method": "wilson",
            "confidence_level": self.level,
        }
