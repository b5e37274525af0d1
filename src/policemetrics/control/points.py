"""`Points`: what is charted, read off counts, off a table of figures, or off plain values."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._cells import Cells
from policemetrics._compare import Rows, read_counts
from policemetrics._supply import Side, groups_of, no_reasons, totals, whole_side, why_negative
from policemetrics._write import count as written
from policemetrics.control.axis import Axis
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.exposure import Divisor, Exposure
from policemetrics.frames import framed
from policemetrics.results import Results, label_array
from policemetrics.tallies import Tally
from policemetrics.typing import Columns, Every, FloatArray, IntArray


@attrs.define
class Points:
    """The points of all series, a row each, and where each stands in a table of series by periods.

    Attributes
    ----------
    rows : Rows
        The rows, with why some have no point.
    axis : Axis
        The periods.
    series, at : array of int, (rows,)
        The series of each row, and its place on the axis.
    over, under : array of float, (rows,)
        The values; or what they are the ratio of.
    kind : str
        ``"count"`` for counts and rates of them, ``"share"``, ``"times"`` for means with a deviation; else the form of
        the column, which has no law of its own.
    deviation : array of float, (rows,), optional
        That of the times of each mean, of which `under` says how many there are.
    per : float
        What the ratio is multiplied by.
    unit, subject : str
        What the values are, for the sentence.
    """

    rows: Rows
    axis: Axis
    series: IntArray
    at: IntArray
    over: FloatArray
    under: FloatArray | None = None
    kind: str = "number"
    deviation: FloatArray | None = None
    per: float = 1.0
    unit: str = ""
    subject: str = ""

    def __attrs_post_init__(self) -> None:
        places, n = np.unique(self.series * len(self.axis) + self.at, return_counts=True)
        if (n > 1).any():
            label = self.axis.labels[int(places[n > 1][0]) % len(self.axis)]
            msg = f"data must have one point for each period of a series; {label!r} occurs {n.max()} times."
            raise InvalidInputError(msg)

    @property
    def value(self) -> FloatArray:
        """The points themselves."""
        return self.over if self.under is None or self.kind == "times" else self.over / self.under * self.per

    def spread(self, values: FloatArray) -> FloatArray:
        """Lay values of rows out by series and period, nan where there is none."""
        found = np.full((int(self.series.max(initial=-1)) + 1, len(self.axis)), np.nan)
        found[self.series, self.at] = np.where(self.rows.there, values, np.nan)
        return found


# ---- counts -----------------------------------------------------------------------------


def of_counts(
    data: Any,
    by: tuple[str, ...],
    period: str,
    count: str | None,
    exposure: Any,
    per: float,
    *,
    per_day: bool,
    subject: str,
) -> Points:
    """Count every period of every series; one that was not supplied, or not by everyone, is a gap that says so."""
    areas = exposure if isinstance(exposure, Exposure) else None
    tally, dims = read_counts(data, (*by, period), "", count, exposure=areas)
    if period in tally.overlapping:
        msg = (
            f"the windows of {period!r} overlap, so that neighbours hold the same crimes and rise and fall together; a control "
            f"chart needs points of their own: chart the months, without rolling()."
        )
        raise InvalidInputError(msg)
    side = whole_side(tally, () if areas is None else areas.by)
    groups, axis = groups_of([side], dims[:-1]), Axis.of(tally._known_labels(period), period)
    grid = _every(groups, axis, dims)
    counted = totals(side, grid)
    rows = Rows.of_side(side, grid, counted)
    rows.adopt(why_negative(counted, ""))
    rows.adopt(_why_fewer(side.tally._supplied, grid, dims[:-1], period))
    at = axis.positions(grid.column(period).tolist())
    series = grid.positions(groups, dims[:-1]) if dims[1:] else np.zeros(len(grid), dtype=np.int64)
    under, unit = (axis.days[at], ["per day"]) if per_day else (None, [])
    if exposure is not None:
        sizes = _sizes(rows, grid, side, exposure)
        under = sizes if under is None else sizes * under
        unit = [f"per {written(per)}{f' {areas.name}' if areas else ''}", *unit]
    return Points(
        rows,
        axis,
        series,
        at,
        counted.astype(float),
        under,
        "count",
        None,
        per if exposure is not None else 1.0,
        " ".join(unit),
        subject,
    )


def _every(groups: Cells, axis: Axis, dims: tuple[str, ...]) -> Cells:
    """Return every period of every group."""
    labels, codes = np.unique(label_array(axis.labels), return_inverse=True)
    columns = [*(np.repeat(c, len(axis)) for c in groups.codes), np.tile(codes, len(groups))]
    return Cells.of(dims, [*groups.labels, labels], columns, np.ones(len(groups) * len(axis), dtype=np.int64))


def _sizes(rows: Rows, grid: Cells, side: Side, exposure: Any) -> FloatArray:
    if _check.is_number(exposure) and len(grid.dims) == 1:
        return np.full(len(grid), _check.number(exposure, "exposure", above=0))
    (sizes,) = rows.divide(grid, [side], Divisor.of(exposure, grid.dims, "exposure"))
    return sizes


def _why_fewer(supplied: Cells | None, grid: Cells, by: tuple[str, ...], period: str) -> NDArray[np.object_]:
    """Say of which points not everyone sent something who did for other points of the series: a fall that is none."""
    reasons = no_reasons(len(grid))
    own = tuple(d for d in by if supplied is not None and d in supplied.dims)
    who = () if supplied is None else tuple(d for d in supplied.dims if d not in (*own, period))
    if supplied is None or period not in supplied.dims or not who:
        return reasons
    sent, every = _one_each(supplied, (*own, period), who), _one_each(supplied, own, who)
    at = sent.positions(grid, (*own, period))
    among = every.positions(grid, own) if own else np.zeros(len(grid), dtype=np.int64)
    for row in np.flatnonzero((at >= 0) & (sent.counts[at] < every.counts[among])).tolist():
        reasons[row] = (
            f"not available: sent by {sent.counts[at[row]]} of {every.counts[among[row]]}, by {' and '.join(who)}"
        )
    return reasons


def _one_each(supplied: Cells, dims: tuple[str, ...], who: tuple[str, ...]) -> Cells:
    """Count the suppliers of each label."""
    senders = supplied.keys((*dims, *who))
    return attrs.evolve(senders, counts=np.ones(len(senders), dtype=np.int64)).project(dims)


# ---- figures ----------------------------------------------------------------------------


def of_results(table: Results[Any], period: str, value: str | None) -> Points:
    """Take a column of a table of figures that has a row for each period."""
    if period not in table._keys:
        msg = f"period must name a dimension of the table; got {period!r}, and it has {_check.listing(table._keys)}."
        raise InvalidInputError(msg)
    columns, fields = table.to_dict(audit=True), attrs.fields_dict(table.kind)
    name = table.kind._estimate[0] if value is None else value
    _check.known(name, "value", [n for n, f in fields.items() if f.metadata.get("role") == "estimate"])
    values = np.array([np.nan if v is None else v for v in columns[name]], dtype=float)
    keys = [table._keys[d].tolist() for d in table._keys if d != period]
    axis = Axis.of(list(dict.fromkeys(columns[period])), period)
    series: dict[tuple[Any, ...], int] = {}
    groups = zip(*keys, strict=True) if keys else [()] * len(table)
    rows = Rows(dict(table._keys), no_reasons(len(table)), notes=table._notes)
    rows.adopt(
        label_array(
            why or "not available" if np.isnan(v) else None
            for why, v in zip(columns["reason"], values, strict=True)
        )
    )
    points = Points(
        rows,
        axis,
        np.array([series.setdefault(group, len(series)) for group in groups], dtype=np.int64),
        axis.positions(columns[period]),
        values,
        kind=fields[name].metadata["column"],
        subject=f"The {name.replace('_', ' ')}",
    )
    of = fields[name].metadata["of"]
    if [fields[part].metadata.get("role") for part in of] == ["numerator", "denominator"]:
        points.over, points.under = (np.array(columns[part], dtype=float) for part in of)
        points.per = float(columns.get("per", [1.0])[0]) if len(table) else 1.0
        points.kind = points.kind if points.kind == "share" else "count"
        points.unit = f"per {written(points.per)}" if points.per != 1 else ""
    elif name == "mean" and "sd" in columns:
        points.under, points.deviation = (np.array(columns[part], dtype=float) for part in ("n", "sd"))
        points.kind = "times"
    return points


# ---- plain values -----------------------------------------------------------------------


def of_values(values: Any, labels: Any, out_of: Any, kind: str, per: float, subject: str) -> Points:
    """Take plain values in order of time, or what they are the ratio of."""
    given = np.atleast_1d(_check.as_array(values, "data")).astype(float)
    named = list(range(1, len(given) + 1)) if labels is None else [*labels]
    _check.same_length({"data": given, "labels=": named})
    axis = Axis(named, []) if labels is None else Axis.of(named, "labels")
    rows = Rows({"point" if labels is None else "label": label_array(named)}, no_reasons(len(given)))
    rows.adopt(label_array("not available: no value" if np.isnan(v) else None for v in given.tolist()))
    under = None if out_of is None else np.broadcast_to(_check.positive(out_of, "exposure"), given.shape)
    scale, none = per if under is not None and kind == "count" else 1.0, np.zeros(len(given), dtype=np.int64)
    unit = f"per {written(scale)}" if scale != 1 else ""
    return Points(rows, axis, none, axis.positions(named), given, under, kind, None, scale, unit, subject)


def read(
    data: Any,
    *,
    chart: str,
    period: str,
    by: Columns,
    dated: tuple[str | None, Every],
    labels: Any,
    value: str | None,
    exposure: Any,
    per: float,
    per_day: bool,
    count: str | None,
    subject: str,
) -> Points:
    """Read what was given: a table of figures, plain values, or counts."""
    if isinstance(data, Results):
        _check.refuse_options(labels=labels, exposure=exposure, count=count, by=by or None, date=dated[0])
        return of_results(data, period, value)
    # Frames of some engines have an attribute of every name.
    column = (
        hasattr(type(data), "__array__") and isinstance(getattr(data, "ndim", None), int) and data.ndim == 1
    )
    if isinstance(data, list | tuple | np.ndarray) or column:
        _check.refuse_options(value=value, count=count, by=by or None, date=dated[0])
        kind = {"p": "share", "p_prime": "share", "c": "count", "u": "count", "u_prime": "count"}.get(
            chart, "number"
        )
        return of_values(data, labels, exposure, kind, per, subject)
    _check.refuse_options(labels=labels, value=value)
    if not isinstance(data, Tally) and data is None:
        raise InvalidTypeError("data must be a tally, a frame, a table of figures or values; got None.")
    data, dims = framed(_check.one_data(data, "data"), by, *dated, period=period)
    return of_counts(data, dims or (), period, count, exposure, per, per_day=per_day, subject=subject)
