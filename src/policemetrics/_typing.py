"""The type aliases that name no class of the package; `policemetrics.typing` offers them to users with the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@runtime_checkable
class Column(Protocol):
    """A column of a table: pandas, polars, pyarrow or numpy; ``__len__`` keeps numpy scalars out."""

    def __array__(self) -> NDArray[Any]: ...
    def __len__(self) -> int: ...


Label: TypeAlias = str | int
Number: TypeAlias = int | float | Decimal | np.integer[Any] | np.floating[Any]
Numbers: TypeAlias = Sequence[Number] | Column
Seconds: TypeAlias = float | dt.timedelta
Durations: TypeAlias = Sequence[dt.timedelta | None] | Column
Labels: TypeAlias = Sequence[Label] | Column
Names: TypeAlias = str | Sequence[str]
Columns: TypeAlias = Names | Mapping[str, str]
ByLabel: TypeAlias = Mapping[Any, Number]
LikeForLike: TypeAlias = Literal["require", "match"]
"""What to do with a supplier of one period only: refuse the comparison, or leave it out of both."""

Versus: TypeAlias = Literal["year_before", "previous"]
Dispersion: TypeAlias = float | Literal["estimate"]
Every: TypeAlias = Literal["month", "quarter", "calendar_year", "financial_year"]
Basis: TypeAlias = Literal["recorded", "closed"]
OutOf: TypeAlias = Literal["crimes", "crimes_with_outcome", "outcomes"]
Blank: TypeAlias = Literal["not_yet_assigned", "excluded"]
Alternates: TypeAlias = Literal["inside", "beside"]
ServiceLevel: TypeAlias = Literal["answered", "offered", "offered_less_short"]
RateMethod: TypeAlias = Literal["exact", "byar", "phe"]
ShareMethod: TypeAlias = Literal["miettinen-nurminen", "koopman"]
RatioMethod: TypeAlias = Literal["score", "exact", "midp"]
NoArrival: TypeAlias = Literal["exclude", "missed", "censored"]
RecordedTo: TypeAlias = Literal["minute", "second"]
Regraded: TypeAlias = Literal["initial", "final", "from_upgrade", "exclude"]
SurvivalMethod: TypeAlias = Literal["log-log", "log"]
MeanMethod: TypeAlias = Literal["student_t", "bootstrap"]
HarmMethod: TypeAlias = Literal["dobson", "dobson-byar", "normal"]
Percentile: TypeAlias = Literal[
    "linear",
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "median_unbiased",
    "normal_unbiased",
]
IntArray: TypeAlias = NDArray[np.int64]
FloatArray: TypeAlias = NDArray[np.float64]
