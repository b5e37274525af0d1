"""`outcome_mix`: of all outcomes, the share that each kind has, by group or period."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics._compare import Rows
from policemetrics._supply import Reasons, Side, groups_of, totals, unexplained, why_negative
from policemetrics.definitions import outcome_types
from policemetrics.errors import InvalidInputError
from policemetrics.frames import as_tally
from policemetrics.periods import in_words, read_labels
from policemetrics.plot import _canvas
from policemetrics.results import ExclusionTable
from policemetrics.typing import Counts, FloatArray, IntArray, Names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR: Final = 0.56  # of a column; the rest is for the figure beside it
_LONGEST_OUTCOME: Final = 80  # characters in a title: names of the framework are never cut
_HEADING: Final = 17  # characters a line
_INCHES: Final = 1.35  # a column


def outcome_mix(
    data: Counts,
    /,
    *,
    by: Names = (),
    outcome: str = "outcome",
    period: str = "period",
    count: str | None = None,
    most: int = 6,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    r"""Draw the share of each outcome in all of them, by group or period: a column of bars an outcome.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by kind, and by the dimensions of `by`. Where the same outcomes stand on two bases, choose
        one first: ``tally.where(basis="recorded")``.
    by : str or sequence of str, optional
        The dimensions whose labels are the rows. Default is one row, of all.
    outcome, period : str, optional
        The dimensions, or columns, of outcomes and periods; rows of periods stand in order of time. Defaults
        are ``"outcome"`` and ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    most : int, optional
        How many outcomes have a column, the most frequent; the rest share one. Default is 6.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default is a new figure, as large as rows and columns need.
    title : str, optional
        What stands above. Default is the finding, in words.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, to go on with.

    Raises
    ------
    InvalidInputError
        If outcomes would be counted twice, on two bases or as a type and a part of it.
    InvalidTypeError
        If `data` is no table, or `ax` are no axes.
    UnknownNameError
        If there is no such column or dimension.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    Every bar of a column starts on one line, and all have one scale, so that any two can be compared; no
    colour is needed to tell outcomes apart. Codes of the Home Office get their names.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> outcomes = pm.Tally.from_columns(
    ...     {"period": ["2022/23"] * 2 + ["2023/24"] * 2, "outcome": ["1", "18"] * 2}, [5, 95, 8, 92]
    ... )
    >>> ax = pm.plot.outcome_mix(outcomes, by="period")
    >>> ax.get_title(loc="left").replace("\n", " ")
    'Charged or summonsed rose from 5.0% in 2022/23 to 8.0% in 2023/24 (+3.0 percentage points)'
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, "plot.outcome_mix")
    kept = _check.names(by, "by")
    if _check.text(outcome, "outcome") in kept:
        msg = f"by must not name the outcome dimension {outcome!r}: outcomes are the columns."
        raise InvalidInputError(msg)
    columns = _canvas.whole(most, "most")
    tally = as_tally(_check.one_data(data, "data"), by=(*kept, outcome), count=count)
    side = Side(tally.sum_to(*kept, outcome))
    return _Mix.of(side, kept, outcome, _check.text(period, "period"), columns).on(ax, title)


@attrs.frozen
class _Mix(_canvas.Picture):
    """Counts by row and outcome; a row with a reason is not available."""

    rows: list[str]
    names: list[str]
    rest: NDArray[np.bool_]
    counts: IntArray
    reasons: Reasons
    of_periods: bool
    exclusions: ExclusionTable | None
    unit_name: str

    @classmethod
    def of(cls, side: Side, kept: tuple[str, ...], outcome: str, period: str, most: int) -> _Mix:
        """Lay counts out by row and outcome, the most frequent outcomes first, and the rest of them together."""
        groups = groups_of([side], kept)
        cells = side.tally._cells.project((*kept, outcome))
        labels = cells.label(outcome).tolist()
        _refuse_parts(labels)
        counts = np.zeros((len(groups), len(labels)), dtype=np.int64)
        counts[cells.positions(groups, kept), cells.code(outcome)] = cells.counts
        found, total = Rows.of_side(side, groups), totals(side, groups)
        found.adopt(why_negative(counts.min(axis=1, initial=0), ""))
        found.explain(total == 0, "not available: a share of nothing")
        order = np.arange(len(groups))
        if period in kept:
            starts = [p.start.toordinal() for p in read_labels(found.keys[period].tolist(), period)]
            rest = [groups.code(d) for d in kept if d != period]
            order = np.lexsort([np.array(starts), *rest[::-1]])
        # What is a rest in the data comes last, whatever its size: it is no outcome of its own.
        rests = np.array([label == "other" for label in labels], dtype=bool)
        ranks = np.lexsort((-counts.sum(axis=0), rests))
        counts, rests = counts[order][:, ranks], rests[ranks]
        known = outcome_types()
        coded = all(label in known for label in labels)
        outcomes = [known[labels[i]].name if coded else str(labels[i]) for i in ranks]
        if len(outcomes) > most + 1:
            counts = np.hstack([counts[:, :most], counts[:, most:].sum(axis=1, keepdims=True)])
            outcomes, rests = [*outcomes[:most], "All others"], np.arange(most + 1) == most
        names = _canvas.row_names(found.keys) or ["All"]
        rows, reasons = [names[i] for i in order], found.reasons[order]
        of_periods = kept == (period,)
        return cls(rows, outcomes, rests, counts, reasons, of_periods, found.exclusions, side.tally.unit)

    @property
    def size(self) -> tuple[int, int, float]:
        """A row for each group, as wide as the columns need, whose names stand above."""
        return len(self.rows), 2, 2.5 + _INCHES * len(self.names)

    @property
    def nothing(self) -> str:
        """No group, or no outcome."""
        return "" if self.rows and self.names else "Nothing to show: no outcomes were counted."

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which rows are available."""
        return unexplained(self.reasons)

    @property
    def shares(self) -> FloatArray:
        """Return the share of each outcome in its row; nan where that is not available."""
        total = np.where(self.known, self.counts.sum(axis=1), 1)
        found: FloatArray = np.where(self.known[:, None], self.counts / total[:, None], np.nan)
        return found

    def draw(self, ax: Axes) -> None:
        """Draw a column of bars for each outcome, under its name."""
        shares = self.shares
        named = shares[:, ~self.rest]
        longest = named[~np.isnan(named)].max(initial=0.0)
        scale = _BAR / longest if longest else 0.0
        _canvas.name_rows(ax, self.rows)
        _canvas.bare(ax)
        ax.set_xlim(0, len(self.names))
        ax.xaxis.tick_top()
        heads = ["\n".join(textwrap.wrap(n, _HEADING, max_lines=5, placeholder=" …")) for n in self.names]
        ax.set_xticks(
            range(len(heads)), heads, ha="left", fontsize=_canvas.SMALL, fontweight="bold", parse_math=False
        )
        for column in range(len(self.names)):
            ax.axvline(column, color=_canvas.MUTED, linewidth=0.8)
            for row in np.flatnonzero(self.known).tolist():
                # A rest is a figure only: as a bar it would dwarf what the picture is about.
                width = 0.0 if self.rest[column] else shares[row, column] * scale
                ax.barh(row, width, left=column, height=0.55, color=_canvas.MAIN)
                _canvas.beside(ax, (column + width, row), _write.percent(shares[row, column]))
        for row in range(len(self.rows)):
            if self.reasons[row] is not None:
                _canvas.reason_in_row(ax, row, self.reasons[row])
            else:
                of = f"of {_write.count(self.counts[row].sum())}"
                _canvas.in_row(ax, 1.01, row, of, color=_canvas.MUTED)

    @property
    def unit(self) -> str:
        """Say what the bars are a share of."""
        return f"Share of all {self.unit_name} in the row; bars of one scale."

    @property
    def notes(self) -> list[str]:
        """What was left out."""
        return _canvas.left_out(self.exclusions)

    @property
    def finding(self) -> str:
        """Say how the mix moved over time, or which outcome is the most frequent."""
        shares, there = self.shares, np.flatnonzero(self.known)
        if not len(there):
            return f"The mix of outcomes is {self.reasons[0]}"
        first, last = int(there[0]), int(there[-1])
        if self.of_periods and first != last:
            moved = np.where(self.rest, 0.0, shares[last] - shares[first])
            at = int(np.abs(moved).argmax())
            verb = "rose" if moved[at] > 0 else "fell"
            return (
                f"{_canvas.short(self.names[at], _LONGEST_OUTCOME)} {verb} from {_write.percent(shares[first, at])} in {in_words(self.rows[first])} to "
                f"{_write.percent(shares[last, at])} in {in_words(self.rows[last])} "
                f"({_write.signed(100 * moved[at], 1)} percentage points)"
            )
        most = _canvas.short(self.names[0], _LONGEST_OUTCOME)
        if len(self.rows) == 1:
            return f"{most}: {_write.percent(shares[0, 0])} of {_write.count(self.counts[0].sum())} {self.unit_name}"
        low, high = (int(there[f(shares[there, 0])]) for f in (np.argmin, np.argmax))
        return (
            f"{most}: {_write.percent(shares[high, 0])} in {_canvas.short(self.rows[high])}, the most, and "
            f"{_write.percent(shares[low, 0])} in {_canvas.short(self.rows[low])}, the least"
        )


def _refuse_parts(labels: list[Any]) -> None:
    """Refuse a type beside a part of it: its outcomes would count twice."""
    known = outcome_types()
    twice = [v for v in labels if v in known and known[v].parent in labels]
    if twice:
        msg = (
            f"data must hold each outcome once; {_check.listing(twice)} are parts of types that stand beside them: "
            "leave them out with drop()."
        )
        raise InvalidInputError(msg)
