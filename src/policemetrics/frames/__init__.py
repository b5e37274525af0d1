"""The one door to data frames: no other room knows narwhals, or imports what lies behind this module.

Whatever the engine, rows are grouped and counted there. One ``GROUP BY`` with counts and sums is all that is
asked of it; what comes back is small, and leaves as plain Python labels and 64-bit counts.

Each function imports its module when a frame comes, so that plain numbers and tallies never wait for narwhals.
`policemetrics.tally` and `policemetrics.durations`, which take nothing but frames, are read from `counting` and
`stamps` themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, get_args

import attrs

from policemetrics import _check
from policemetrics._cells import Cells, plain
from policemetrics._typing import Columns, Every, IntArray, Label
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note
from policemetrics.tallies import Tally, as_given

if TYPE_CHECKING:  # what others call the types of narwhals, which only this package knows
    from narwhals.typing import IntoDataFrame as IntoDataFrame
    from narwhals.typing import IntoFrame as IntoFrame

    from policemetrics.frames.clock import Dates
    from policemetrics.frames.moments import Moments as Moments

__all__ = [
    "TooManyKeysError",
    "as_tally",
    "framed",
    "holds_text",
    "labels_by_column",
    "near_ranks",
    "read_columns",
    "sum_times",
    "text_columns",
    "timed",
    "with_flags",
]

PERIOD: Final = "period"
"""The dimension that dates are cut into."""


@attrs.frozen(eq=False)
class Framed:
    """A frame that a metric was given, and what its columns are called: by dimension, where that is another name.

    `date` is the column that is cut into periods of the length `every`; empty for none, and where `dates` were read already.
    """

    frame: Any
    columns: Mapping[str, str]
    date: str = ""
    every: Every = "month"
    dates: Dates | None = None

    @classmethod
    def of(cls, data: Any) -> Framed:
        """Take a frame whose columns are called as they are, or one of which more was said."""
        return data if isinstance(data, cls) else cls(data, {})

    def by(self, dims: Columns) -> dict[str, str]:
        """Return the column of each dimension; the periods that dates are cut into have none."""
        given = dims if isinstance(dims, Mapping) else {dim: dim for dim in _check.names(dims, "by")}
        # Who names them as well may mean a column, which `tally` looks for.
        dated = {PERIOD} - self.columns.keys() if self.date else set()
        return {dim: self.columns.get(dim, column) for dim, column in given.items() if dim not in dated}


def framed(
    data: Any, by: Columns | None, date: str | None = None, every: Every = "month", *, period: str = ""
) -> tuple[Any, tuple[str, ...] | None]:
    """Read how a metric was asked of a frame, as `tally` is: by= may rename columns, date= makes the periods.

    Parameters
    ----------
    data : Tally, data frame or anything else
        What the metric was given. A tally has its dimensions, which nothing renames.
    by : str, sequence of str, mapping of dimension to column or None
        The dimensions of the rows.
    date : str or None
        The column that is cut into periods.
    every : str
        How long they are.
    period : str
        The dimension whose labels are compared, where there is one: that of the dates, then. Of a metric that compares
        nothing each period has a row.

    Returns
    -------
    tuple of object and tuple of str or None
        The data, for `as_tally`; and the dimensions of the rows, None where none were asked for.
    """
    is_tally = isinstance(data, Tally)
    _check.choice(every, "every", get_args(Every))
    if date is not None:
        if is_tally:
            msg = (
                f"date= names a column of a frame; a tally has its periods already: leave date={date!r} out."
            )
            raise InvalidInputError(msg)
        _check.text(date, "date")
        if period not in {"", PERIOD}:
            msg = f"date= makes the dimension 'period'; leave period={period!r} out, or date=."
            raise InvalidInputError(msg)
    elif every != "month":
        msg = f"every= says into what date= is cut; give date=, the column of dates, or leave every={every!r} out."
        raise InvalidInputError(msg)
    columns: dict[str, str] = {}
    if isinstance(by, Mapping):
        columns = {dim: _check.text(by[dim], f"by[{dim!r}]") for dim in _check.names(tuple(by), "by")}
        by = tuple(columns)
        if is_tally:
            msg = (
                "by= renames columns of a frame only; a tally has its dimensions, "
                f"{_check.listing(data.dims) or 'none'}: name them, as in by={[*(data.dims or by)]!r}; got {_check.shown(columns)}."
            )
            raise InvalidInputError(msg)
    dims = None if by is None else _check.names(by, "by")
    if date is not None and PERIOD in (dims or ()):
        columns.setdefault(PERIOD, PERIOD)
    elif date is not None and not period:
        if dims is None:
            msg = "date= gives each period a row of its own: say so in by=, as in by='period'."
            raise InvalidInputError(msg)
        dims = (*dims, PERIOD)
    return (Framed(data, columns, date or "", every) if columns or date else data), dims


def labels_by_column(chosen: object) -> dict[str, tuple[Label, ...]]:
    """Return the labels to be left out, by column."""
    if chosen is None:
        return {}
    if not isinstance(chosen, Mapping) or not chosen:
        msg = f"self_initiated must be a mapping of column to label or labels, as in {{'reception': 'OFFICER'}}; got {_check.shown(chosen)}."
        raise InvalidTypeError(msg)
    found = {}
    for name, labels in chosen.items():
        several = isinstance(labels, Iterable) and not isinstance(labels, str)
        listed = [plain(v) for v in (labels if several else [labels])]
        if not listed or any(not isinstance(v, str | int) for v in listed):
            msg = f"self_initiated[{name!r}] must be a label or labels, text, whole numbers or True and False; got {_check.shown(labels)}."
            raise InvalidTypeError(msg)
        found[_check.text(name, "self_initiated: column")] = tuple(listed)
    return found


class TooManyKeysError(InvalidInputError):
    """An engine found more keys than it may send home."""


def as_tally(
    data: Any,
    *,
    by: Sequence[str] | Mapping[str, str],
    count: str | None,
    coverage: tuple[str, ...] | None = None,
    marks: Mapping[str, str] | None = None,
) -> Tally:
    """Turn what a metric was given, a tally or a frame, into a tally that has the dimensions it needs."""
    if isinstance(data, Tally):
        return as_given(data, by, count)
    from policemetrics.frames.counting import tally

    asked = Framed.of(data)
    dated: dict[str, Any] = {"date": asked.date, "every": asked.every} if asked.date else {}
    return tally(asked.frame, by=asked.by(by), count=count, coverage=coverage, marks=marks, **dated)


def timed(
    frame: Any,
    by: Columns,
    timing: Mapping[str, Any],
    incidents: Mapping[str, Any],
    otherwise: Callable[[Any, tuple[str, ...]], Moments | None] | None = None,
) -> tuple[Tally, Tally, tuple[Note, ...], Moments | None]:
    """Count, by `by` and seconds, the times that have ended, with what was left out, those still open, and what to say.

    What is asked are the fields of `stamps.Timing` and of `stamps.Incidents`. Where an engine has more times than may be
    returned, `otherwise` is given a frame of them and its dimensions, and the last is what it makes of them.
    """
    from policemetrics.frames import stamps

    given = Framed.of(frame)
    asked = stamps.Timing(**timing, date=given.date or None, every=given.every), stamps.Incidents(**incidents)

    def added(table: Any, columns: Mapping[str, str], dates: Dates | None) -> Moments | None:
        return otherwise(Framed(table, columns, dates=dates), tuple(columns)) if otherwise else None

    return stamps.timed(given.frame, given.by(by), *asked, added)


def sum_times(
    frame: Any,
    by: Sequence[str],
    seconds: str,
    bounds: Sequence[int],
    *,
    inclusive: bool,
    minutes: bool = False,
    count: str | None = None,
) -> Moments | None:
    """Let an engine add up times, and count those that meet each bound; None where every time must be counted."""
    from policemetrics.frames import moments

    asked = Framed.of(frame)
    return moments.sum_times(
        asked, asked.by(by), seconds, bounds, inclusive=inclusive, count=count, minutes=minutes
    )


def near_ranks(
    frame: Any,
    by: Sequence[str],
    seconds: str,
    wanted: Callable[[Cells], IntArray],
    groups: Collection[str],
) -> Cells:
    """Let an engine count times roughly, and exactly where the ranks lie that are `wanted`."""
    from policemetrics.frames import moments

    asked = Framed.of(frame)
    return moments.near_ranks(asked, asked.by(by), seconds, wanted, groups)


def read_columns(
    frame: IntoDataFrame, by: Columns, value: str, *, by_name: str = "by", value_name: str = "value"
) -> tuple[tuple[str, ...], dict[str, list[Any]]]:
    """Read a small table whole: the labels by dimension, and one column of values.

    The names are those of the caller's arguments, for the errors.
    """
    from policemetrics.frames import reading

    return reading.read_columns(frame, by, value, by_name=by_name, value_name=value_name)


def holds_text(frame: Any, name: str, argument: str) -> bool:
    """Return whether a column of a frame holds text; one that is not there is refused as the argument's."""
    from policemetrics.frames import reading

    return reading.holds_text(Framed.of(frame).frame, name, argument)


def text_columns(frame: Any, *, whole: bool = False) -> list[str]:
    """Name the columns of a frame that hold text or categories; with `whole` whole numbers too."""
    from policemetrics.frames import reading

    return reading.text_columns(Framed.of(frame).frame, whole=whole)


def with_flags(frame: Any, names: Sequence[str], argument: str = "part") -> Any:
    """Turn columns of True and False into the labels 1 and 0; any other column stays as it is."""
    from policemetrics.frames import reading

    asked = Framed.of(frame)
    return attrs.evolve(asked, frame=reading.with_flags(asked.frame, names, argument))
