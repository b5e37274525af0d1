"""Public type aliases: what the functions accept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from policemetrics._typing import (
    Alternates,
    Basis,
    Blank,
    ByLabel,
    Column,
    Columns,
    Dispersion,
    Durations,
    Every,
    FloatArray,
    HarmMethod,
    IntArray,
    Label,
    Labels,
    LikeForLike,
    MeanMethod,
    Names,
    NoArrival,
    Number,
    Numbers,
    OutOf,
    Percentile,
    RateMethod,
    RatioMethod,
    RecordedTo,
    Regraded,
    Seconds,
    ServiceLevel,
    ShareMethod,
    SurvivalMethod,
    Versus,
)
from policemetrics.exposure import Exposure
from policemetrics.periods import Period
from policemetrics.tallies import Tally

if TYPE_CHECKING:
    from policemetrics.frames import IntoFrame

__all__ = [
    "Alternates",
    "Basis",
    "Between",
    "Blank",
    "ByLabel",
    "Column",
    "Columns",
    "Counts",
    "Dispersion",
    "Divisor",
    "Durations",
    "Every",
    "FloatArray",
    "GroupsOf",
    "HarmMethod",
    "IntArray",
    "Label",
    "Labels",
    "LikeForLike",
    "MeanMethod",
    "Names",
    "NoArrival",
    "Number",
    "Numbers",
    "OutOf",
    "Percentile",
    "RateMethod",
    "RatioMethod",
    "RecordedTo",
    "Regraded",
    "Seconds",
    "ServiceLevel",
    "ShareMethod",
    "SurvivalMethod",
    "TwoGroups",
    "Versus",
]

Between: TypeAlias = tuple[str | Period, str | Period]
Counts: TypeAlias = "Tally | IntoFrame"
Divisor: TypeAlias = Number | ByLabel | Exposure | Tally
GroupsOf: TypeAlias = Mapping[str, tuple[Label, Label]]
TwoGroups: TypeAlias = tuple[Label, Label] | GroupsOf
