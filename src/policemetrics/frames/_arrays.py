"""Columns as arrays. Arrow's own way imports pandas, where it is installed: a third of a second and 60 MiB, for nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["array_of", "chunks_of", "known_of"]


def array_of(column: Any) -> NDArray[Any]:
    """Turn a series of numbers or flags, none of them missing, into an array."""
    return chunks_of(column.to_native()) if column.implementation.is_pyarrow() else column.to_numpy()


def known_of(column: Any) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return the numbers that a series has, and which of its rows have none; None where all have one."""
    if not column.null_count():
        return array_of(column), None
    return array_of(column.drop_nulls()), array_of(column.is_null())


def chunks_of(column: Any) -> NDArray[Any]:
    """Turn an Arrow column of numbers or flags, none of them missing, into an array."""
    parts = [_chunk(part) for part in column.chunks] or [np.zeros(0, dtype=column.type.to_pandas_dtype())]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _chunk(part: Any) -> NDArray[Any]:
    import pyarrow as pa

    if pa.types.is_boolean(part.type):  # eight to a byte
        return np.from_dlpack(part.cast(pa.uint8())).astype(bool)
    return np.from_dlpack(part)
