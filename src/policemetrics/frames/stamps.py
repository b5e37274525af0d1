"""Times from stamps, exactly: what lies between two of them, with all that could not be timed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from policemetrics.frames._timing import Timing, timed
from policemetrics.tallies import Tally
from policemetrics.typing import Columns

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

__all__ = ["durations"]


def durations(
    frame: IntoFrame,
    /,
    *,
    start: str,
    end: str,
    by: Columns = (),
    timezone: str | None = None,
    resolution: Literal["exact", "second"] = "exact",
    zero: Literal["keep", "exclude"] = "keep",
) -> Tally:
    """Count the times between two stamps by key and seconds, with what could not be timed in the ledger.

    Parameters
    ----------
    frame : data frame
        Any that narwhals reads: pandas, polars (eager or lazy), pyarrow, a DuckDB relation and others. The
        engine does the arithmetic and the grouping.
    start, end : str
        The columns of stamps. Both have a zone, of one name or two, or neither has.
    by : str, sequence of str or mapping of dimension to column, optional
        What to keep, as in `tally`. Default is no dimension but ``seconds``.
    timezone : str, optional
        Whose clocks stamps without a zone were read from, by its name in the zone database:
        ``"Europe/London"``. It must be given if they have none; stamps with a zone do not need it.
    resolution : {"exact", "second"}, optional
        ``"second"`` cuts each time down to whole seconds. To "within 15 minutes" such times must be compared
        with ``inclusive=False``, the default: cut, 900.7 s is 900. The tally cannot tell that it was cut, so that
        nothing refuses ``inclusive=True`` of it: that would count 900.7 s as in time. Default is ``"exact"``, to the microsecond.
    zero : {"keep", "exclude"}, optional
        What to do with times of 0, at that resolution. Default is ``"keep"``; `summarise_times` counts them
        in `zeros`.

    Returns
    -------
    Tally
        Counts over `by` and ``seconds``, of the unit ``"rows"``. Its ledger, `Tally.excluded`, has the rest by
        reason, so that counted and excluded make up the rows.

    Warns
    -----
    PoliceMetricsWarning
        If nearly all of a few times are negative: the columns may be swapped. Of ten or more that is an error.

    Raises
    ------
    InvalidTypeError
        If a column holds no stamps (text names the call that parses it, dates have no time of day), or only
        one of the two has a zone.
    InvalidInputError
        If stamps without a zone come without `timezone`, that is no zone, `end` comes before `start` nearly
        everywhere, or stamps lie a century apart, as those do that stand for a missing one.
    UnknownNameError
        If there is no such column; the columns there are get listed.

    Notes
    -----
    Each row that is not timed has one reason, the first that holds of: ``"missing start"``, ``"missing end"``,
    ``"clock change"``, ``"negative"``, and with ``zero="exclude"`` ``"zero"``. One that lacks a label of `by`
    as well has that for its reason. Negative times keep their seconds in the ledger.

    A stamp without a zone is what a clock showed. In the hour that is repeated in autumn it is ambiguous, in
    the one skipped in spring impossible: both are a ``"clock change"``. On either side of a change the time is
    that which has passed, not the difference of the readings. The changes are those of the system's zone data
    in the years of the stamps.

    One query, or two: without a zone the first and the last stamp are looked up before.

    Examples
    --------
    In the night of 27 October 2024 the hour from one to two came twice:

    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "created": pd.to_datetime(["2024-10-27 00:50", "2024-10-27 01:40", "2024-10-27 03:00"]),
    ...     "arrived": pd.to_datetime(["2024-10-27 02:10", "2024-10-27 01:10", None]),
    ... })
    >>> found = durations(log, start="created", end="arrived", timezone="Europe/London")
    >>> found.to_dict()
    {'seconds': [8400.0], 'count': [1]}
    >>> found.excluded.sum_to("reason").to_dict()
    {'reason': ['clock change', 'missing end'], 'count': [1, 1]}
    """
    timing = Timing(start=start, end=end, timezone=timezone, resolution=resolution, zero=zero)
    return timed(frame, by, timing)[0]
