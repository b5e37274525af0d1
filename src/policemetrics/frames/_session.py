"""On whose clocks an engine reads stamps that have a zone: some keep it with the session, not with the column."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from policemetrics.errors import InvalidInputError

__all__ = ["ANY", "same_clocks", "session_zone", "wrong_clocks"]

ANY: Final = "unknown"
"""The zone of a session that cannot be asked."""


def session_zone(frame: Any) -> str | None:
    """Ask a session for its zone; None where each column has its own.

    narwhals has it too, but from when it first looked, and a session can be told another one at any time.
    """
    engine, native = frame.implementation, frame.to_native()
    if engine.is_spark_like():
        return str(native.sparkSession.conf.get("spark.sql.session.timeZone"))
    if engine.is_ibis():
        backend = native.get_backend()
        if backend.name != "duckdb":
            return ANY
        return str(backend.raw_sql("SELECT current_setting('TimeZone')").fetchall()[0][0])
    return None


def same_clocks(one: str, other: str) -> bool:
    """Tell whether two zones are one, as Etc/UTC and UTC are."""
    return one == other or (_is_utc(one) and _is_utc(other))


def _is_utc(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name).utcoffset(None) == dt.timedelta(0)
    except (OSError, ValueError, KeyError):  # as Spark's +01:00
        return False


def wrong_clocks(argument: str, name: str, found: str, wanted: str, otherwise: str = "") -> InvalidInputError:
    """Say that a column is read on the clocks of the session, and how to set them."""
    if found == ANY:
        return InvalidInputError(
            f"{argument}: this engine does not say on whose clocks it reads the column {name!r}, which has a zone: turn "
            "it into stamps without one first, on the clocks that timezone= names."
        )
    return InvalidInputError(
        f"{argument}: this engine reads the column {name!r} only on the clocks of its session, {found}; set those to "
        f"{wanted} first (in Spark spark.conf.set('spark.sql.session.timeZone', '{wanted}'), in DuckDB SET TimeZone = "
        f"'{wanted}'){otherwise}."
    )
