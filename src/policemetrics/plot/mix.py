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
from policemetrics.errors import InvalidInputError, Note
from policemetrics.frames import as_tally, framed, text_columns
from policemetrics.intervals import newcombe
from policemetrics.outcomes.counting import basis_dims, basis_of
from policemetrics.outcomes.definition import BASES
from policemetrics.periods import Period, in_words, read_labels
from policemetrics.plot import _canvas
from policemetrics.results import ExclusionTable
from policemetrics.tallies import Tally
from policemetrics.typing import Basis, Columns, Counts, Every, FloatArray, IntArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR: Final = 0.56  # of a column; the rest is for the figure beside it
_LONGEST_OUTCOME: Final = 80  # characters in a title: names of the framework are never cut
_HEADING: Final = 17  # characters a line
_INCHES: Final = 1.3  # a column


def outcome_mix(
    data: Counts,
    /,
    *,
    by: Columns = (),
    outcome: str = "outcome",
    period: str = "period",
    basis: Basis | None = None,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    most: int = 6,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    r"""Draw the share of each outcome, by group or period: a column of bars for each outcome.

    Parameters
    ----------
    data : Tally or data frame
        Outcomes by kind, and by the dimensions of `by`. If the same outcomes are counted on two bases, choose one
        first: ``tally.where(basis="recorded")``.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions whose labels are the rows. Default is one row, of all.
    outcome, period : str, optional
        The dimensions, or columns, of outcomes and periods; rows of periods are in order of time. Defaults are
        ``"outcome"`` and ``"period"``.
    basis : {"recorded", "closed"}, optional
        Whether the outcomes are those of crimes recorded in the period, which may still get more, or those given
        in the period. It changes only the words. Default is what a dimension called "basis" or "Outcome basis"
        says.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    most : int, optional
        How many of the most frequent outcomes have a column; the rest share one. Default is 6.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default is a new figure, as large as rows and columns need.
    title : str, optional
        The title. Default is the finding, in words.
    source : str, optional
        Where the data come from, for the caption. Default is none.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, which you can edit.

    Raises
    ------
    InvalidInputError
        If outcomes would be counted twice, on two bases or as a type and a part of it.
    InvalidTypeError
        If `data` is not a table, or `ax` is not axes.
    UnknownNameError
        If there is no such column or dimension.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    All bars of a column start on the same line, and all have the same scale, so you can compare any two; no
    colour is needed. Home Office codes are shown with their names. If periods are rows, periods missing between
    two others have a row that says so, and the title has Newcombe's interval for the difference between the first
    and the last. On the recorded basis the later period is less mature: more of its outcomes are still to come.
    The title and the caption say so.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> outcomes = pm.Tally.from_columns(
    ...     {"period": ["2022/23"] * 2 + ["2023/24"] * 2, "outcome": ["1", "18"] * 2}, [5, 95, 8, 92]
    ... )
    >>> ax = pm.plot.outcome_mix(outcomes, by="period", basis="closed")
    >>> ax.get_title(loc="left").replace("\n", " ")
    'Charged or summonsed did not clearly change: 5.0% in 2022/23 and 8.0% in 2023/24 (+3.0 percentage points, 95% interval −4.3 to +10.6)'
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.outcome_mix")
    data, dims = framed(_check.one_data(data, "data"), by, date, every)
    kept = dims or ()
    if _check.text(outcome, "outcome") in kept:
        msg = f"by must not name the outcome dimension {outcome!r}: outcomes are the columns."
        raise InvalidInputError(msg)
    columns = _check.at_least_one(most, "most")
    also = () if isinstance(data, Tally) else basis_dims(text_columns(data))
    tally = as_tally(data, by=tuple(dict.fromkeys((*kept, outcome, *also))), count=count)
    stated = basis_of(tally, kept)
    if basis is not None:
        _check.choice(basis, "basis", tuple(BASES))
        if stated not in {"", basis}:
            msg = f"basis is {basis!r}, but the outcomes say that theirs is {stated!r}: leave it out."
            raise InvalidInputError(msg)
    side = Side(tally.sum_to(*kept, outcome))
    mix = _Mix.of(side, kept, outcome, _check.text(period, "period"), columns, stated or basis or "")
    return mix.on(ax, title, source)


@attrs.frozen
class _Mix(_canvas.Picture):
    """Counts by row and outcome; a row with a reason is not available."""

    groups: list[str]
    names: list[str]
    rest: NDArray[np.bool_]
    counts: IntArray
    reasons: Reasons
    of_periods: bool
    periods: int
    exclusions: ExclusionTable | None
    unit_name: str
    basis: str

    @classmethod
    def of(cls, side: Side, kept: tuple[str, ...], outcome: str, period: str, most: int, basis: str) -> _Mix:
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
        read: list[Period] = []
        if period in kept:
            read = list(read_labels(found.keys[period].tolist(), period))
            rest = [groups.code(d) for d in kept if d != period]
            order = np.lexsort([np.array([p.start.toordinal() for p in read]), *rest[::-1]])
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
        # From the last row up, so that the places of those above stay.
        for at in range(len(order) - 1, 0, -1) if read else ():
            before, after = order[at - 1], order[at]
            same = all(groups.code(d)[before] == groups.code(d)[after] for d in kept if d != period)
            gap = _between(read[before], read[after]) if same else None
            if gap is not None:
                labels = (gap if d == period else str(found.keys[d][after]) for d in kept)
                rows.insert(at, ", ".join(labels))
                reasons = np.insert(reasons, at, "no rows")
                counts = np.insert(counts, at, 0, axis=0)
        of_periods = kept == (period,)
        return cls(
            rows, outcomes, rests, counts, reasons, of_periods, len({*read}), found.exclusions, side.tally.unit, basis
        )  # fmt: skip

    @property
    def rows(self) -> list[str]:
        """A row for each group, and for what lies between two periods."""
        return self.groups

    @property
    def size(self) -> tuple[int, int, float]:
        """A row for each group, as wide as the columns need, whose names stand above."""
        return len(self.groups), 2, 2.5 + _INCHES * len(self.names)

    @property
    def nothing(self) -> str:
        """No group, or no outcome."""
        return "" if self.groups and self.names else "Nothing to show: no outcomes were counted."

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
        for row in range(len(self.groups)):
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
    def left_out(self) -> str:
        """What was left out."""
        return _canvas.of_exclusions(self.exclusions)

    @property
    def caveats(self) -> list[Note]:
        """That later periods have outcomes still to come, unless the outcomes are those given in each."""
        if self.basis == "closed" or self.periods < 2:
            return []
        if self.basis == "recorded":
            short = "recorded basis: the later the period, the more of its outcomes are still to come"
            return [
                Note(
                    "immature",
                    short,
                    f"{short}, so that a period that is young is not like one that is complete",
                )
            ]
        short = "basis not stated: of crimes recorded in each, the later have outcomes still to come"
        return [
            Note("basis-not-stated", short, f"{short}; basis='closed' says that they are those given in each")
        ]

    @property
    def finding(self) -> str:
        """Say how the mix moved over time, or which outcome is the most frequent."""
        shares, there = self.shares, np.flatnonzero(self.known)
        if not len(there):
            return f"The mix of outcomes is {self.reasons[0]}"
        first, last = int(there[0]), int(there[-1])
        if self.of_periods and first != last:
            return self._moved(first, last)
        most = _canvas.short(self.names[0], _LONGEST_OUTCOME)
        if len(self.groups) == 1:
            return f"{most}: {_write.percent(shares[0, 0])} of {_write.count(self.counts[0].sum())} {self.unit_name}"
        low, high = (int(there[f(shares[there, 0])]) for f in (np.argmin, np.argmax))
        if _write.percent(shares[high, 0]) == _write.percent(shares[low, 0]):
            named = [self.groups[i] for i in there.tolist()]
            where = _write.listed(map(_canvas.short, named)) if len(named) < 4 else f"each of {len(named)}"
            return f"{most}: {_write.percent(shares[high, 0])} in {where}"
        return (
            f"{most}: {_write.percent(shares[high, 0])} in {_canvas.short(self.groups[high])}, the most, and "
            f"{_write.percent(shares[low, 0])} in {_canvas.short(self.groups[low])}, the least"
        )

    def _moved(self, first: int, last: int) -> str:
        """Say which outcome moved most from the first period to the last, and how sure that is."""
        shares, total = self.shares, self.counts.sum(axis=1)
        change = np.where(self.rest, 0.0, shares[last] - shares[first])
        at = int(np.abs(change).argmax())
        both = self.counts[[last, first], at], total[[last, first]]
        low, high = (float(v) for v in newcombe(both[0][0], both[1][0], both[0][1], both[1][1]))
        how = _canvas.moved(float(change[at]), low, high)
        open_ = " so far" if self.basis == "recorded" else ""
        old, new = (
            f"{_write.percent(shares[row, at])} in {in_words(self.groups[row])}" for row in (first, last)
        )
        path = f"from {old} to {new}{open_}" if how in {"rose", "fell"} else f": {old} and {new}{open_}"
        points, *ends = (_write.signed(100 * v, 1) for v in (change[at], low, high))
        return (
            f"{_canvas.short(self.names[at], _LONGEST_OUTCOME)} {how} {path} ".replace(" :", ":")
            + f"({points} percentage points, 95% interval {' to '.join(ends)})"
        )


def _between(before: Period, after: Period) -> str | None:
    """Name the time between two periods; None where there is none."""
    first, last = before.shift(before.months), after.previous()
    if first.start >= after.start:
        return None
    if first.months != last.months:
        return in_words(Period(first.start, last.end).label)
    return in_words(first.label) if first == last else f"{in_words(first.label)} to {in_words(last.label)}"


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
