"""`maturity`: how the crimes of each month come to their outcomes, and where the young ones will come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check, _write
from policemetrics.errors import InvalidInputError, Note
from policemetrics.figures import OutcomeMaturity, OutcomeProjection
from policemetrics.outcomes.maturity import MONTHS
from policemetrics.plot import _canvas, _ticks
from policemetrics.results import Results
from policemetrics.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CURVES: Final = "curves must be a table of curves, as outcome_maturity(…, by='period') gives"
_PROJECTED: Final = "projected must be a table of project_outcome_rate, of the months of the curves"


def maturity(
    curves: Results[OutcomeMaturity],
    projected: Results[OutcomeProjection] | None = None,
    /,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Axes:
    r"""Draw the share of crimes with a positive outcome by age: a curve for each cohort, and what is projected.

    Parameters
    ----------
    curves : Results of OutcomeMaturity
        As ``outcome_maturity(…, by="period")`` gives them: a curve for each month of crimes, or for each group.
    projected : Results of OutcomeProjection, optional
        From `project_outcome_rate`, for the same months: what young cohorts are expected to reach. Default is
        none.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default is a new figure.
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
    InvalidTypeError
        If `curves` or `projected` is another table, or `ax` is not axes.
    InvalidInputError
        If `projected` has other dimensions or outcomes than the curves.
    MissingDependencyError
        If matplotlib is not installed.

    Notes
    -----
    A solid line is what is known. A broken line leads to what is projected, a ring with its band. One curve is
    highlighted, and the title is about it: the last that is projected, otherwise the last. The others are grey.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import policemetrics as pm
    >>> columns = {
    ...     "period": ["2024-01"] * 3 + ["2024-02"] * 2,
    ...     "outcome_period": ["2024-01", "2024-02", None, "2024-02", None],
    ...     "outcome": ["1", "1", "0", "1", "0"],
    ... }
    >>> crimes = pm.Tally.from_columns(columns, [10, 30, 60, 14, 86])
    >>> asked = {"positive": "charged", "as_at": "2024-02"}
    >>> curves = pm.outcome_maturity(crimes, by="period", **asked)
    >>> ax = pm.plot.maturity(curves, pm.project_outcome_rate(crimes, until=1, **asked))
    >>> ax.get_title(loc="left").replace("\n", " ")
    '2024-02: 14.0% had a positive outcome after 0 months; 42.7% after 1 month, if it matures as those of January 2024 did'
    >>> ax.figure.clear()
    """
    _canvas.check_options(ax, title, source, "plot.maturity")
    if not isinstance(curves, Results) or curves.kind is not OutcomeMaturity:
        raise _check.wrong_type(curves, _CURVES)
    if MONTHS not in curves._keys:
        msg = f"{_CURVES}; this one has no dimension {MONTHS!r}."
        raise InvalidInputError(msg)
    if projected is not None:
        _refuse_others(curves, projected)
    return _Curves(curves, projected).on(ax, title, source)


def _refuse_others(curves: Results[Any], projected: Any) -> None:
    """Refuse what is no projection of the same cohorts."""
    if not isinstance(projected, Results) or projected.kind is not OutcomeProjection:
        raise _check.wrong_type(projected, _PROJECTED)
    dims = [d for d in curves._keys if d != MONTHS]
    if {*dims} != {*projected._keys}:
        msg = f"{_PROJECTED}: kept by {_check.listing(dims)}; got one by {_check.listing(projected._keys)}."
        raise InvalidInputError(msg)
    for what in ("outcomes", "as_at"):
        of_both = [getattr(table[0], what) for table in (curves, projected) if len(table)]
        if len({*of_both}) > 1:
            msg = f"{_PROJECTED}; {what} is {of_both[0]!r} of the curves and {of_both[1]!r} of what is projected."
            raise InvalidInputError(msg)


@attrs.frozen
class _Curves(_canvas.PictureOfTable):
    """Curves by cohort, and where they will come to."""

    projected: Results[Any] | None

    @property
    def cohorts(self) -> list[str]:
        """The names of the curves, in the order of the table."""
        return list(dict.fromkeys(self.names.tolist()))

    @property
    def names(self) -> NDArray[np.object_]:
        """The name of the curve that each row is of."""
        return _named(self.table, MONTHS)

    @property
    def ahead(self) -> dict[str, Any]:
        """The projection of each cohort that has one, and is not over."""
        if self.projected is None or not len(self.projected):
            return {}
        known = ~np.isnan(self.projected["projected"]) & (self.projected["age"] < self.projected[0].until)
        names = _named(self.projected, "")
        return {names[at]: self.projected[at] for at in np.flatnonzero(known).tolist()}

    @property
    def chosen(self) -> str:
        """The curve that stands out."""
        ahead = [name for name in self.cohorts if name in self.ahead]
        there = [name for name in self.cohorts if len(self.points(name)[0])]
        return [*there, *ahead][-1] if there else self.cohorts[-1]

    @property
    def nothing(self) -> str:
        """No curve has a point."""
        if not len(self.table):
            return "Nothing to show: the table has no rows."
        return "" if len(self.points(self.chosen)[0]) else f"Nothing to show: {self.table[0].reason}."

    def points(self, name: str) -> tuple[FloatArray, FloatArray]:
        """Return the ages and shares of a curve."""
        own = (self.names == name) & ~np.isnan(self.table["share"])
        order = np.argsort(self.table[MONTHS][own], kind="stable")
        return self.table[MONTHS][own][order].astype(float), self.table["share"][own][order]

    def draw(self, ax: Axes) -> None:
        """Draw what is known as lines, and what is projected as broken ones to rings with bands."""
        _canvas.bare(ax, "y")
        _ticks.set_ticks(ax.xaxis, "count")
        _ticks.set_ticks(ax.yaxis, "share")
        ahead, top = self.ahead, 0.0
        for name in [*(n for n in self.cohorts if n != self.chosen), self.chosen]:
            ages, shares = self.points(name)
            if not len(ages):
                continue
            out = name == self.chosen
            style: dict[str, Any] = {
                "color": _canvas.MAIN if out else _canvas.MUTED,
                "zorder": 3 if out else 2,
            }
            # A cohort of one age is a point, which no line would show.
            size = 5 if out else 2.5 * (len(ages) == 1)
            ax.plot(ages, shares, lw=2.5 if out else 1.0, marker="o", ms=size, **style)
            top = max(top, float(shares.max()))
            found = ahead.get(name)
            if found is None:
                continue
            to = float(found.until)
            ax.plot([ages[-1], to], [shares[-1], found.projected], lw=1.5 if out else 0.8, ls="--", **style)
            ax.plot([to], [found.projected], marker="o", ms=7 if out else 3.5, mfc="none", ls="", **style)
            ends = [v for v in (found.projected_low, found.projected_high) if not np.isnan(v)]
            if out and ends:
                ax.plot([to, to], ends, lw=2.5, **style)
            top = max(top, found.projected, *ends)
        ax.set_ylim(0, 1.12 * top or 1.0)
        ax.set_xlim(left=-0.3)
        ages, shares = self.points(self.chosen)
        named: dict[str, Any] = {
            "color": _canvas.MAIN,
            "fontweight": "bold",
            "parse_math": False,
            "zorder": 4,
        }
        words = f"{_canvas.short(self.chosen)} {_write.percent(shares[-1])}".strip()
        _canvas.beside(ax, (ages[-1], shares[-1]), words, **named)
        if (found := ahead.get(self.chosen)) is not None:
            _canvas.beside(
                ax, (float(found.until), found.projected), _write.percent(found.projected), **named
            )

    @property
    def finding(self) -> str:
        """Say where the curve that stands out is, and where it will come to."""
        ages, shares = self.points(self.chosen)
        far = f"{_write.percent(shares[-1])} had a positive outcome after {_months(ages[-1])}"
        name = f"{_canvas.short(self.chosen)}: " if self.chosen else ""
        found = self.ahead.get(self.chosen)
        if found is None:
            return f"{name}{far}"
        band = (
            ""
            if np.isnan(found.projected_low)
            else f" ({found._interval_words('projected', _write.percent)})"
        )
        band = band.replace("interval", "band")
        return (
            f"{name}{far}; {_write.percent(found.projected)} after {_months(found.until)}{band}, if it matures as those of "
            f"{found.leans_on} did"
        )

    @property
    def unit(self) -> str:
        """Say what the lines are."""
        first = self.table[0]
        dashed = "; broken lines: projected" if self.ahead else ""
        return (
            f"Share of crimes recorded with a positive outcome ({first.outcomes}), a line a cohort{dashed}."
        )

    @property
    def measured(self) -> tuple[str, str]:
        """How old the cohorts are, and what they have come to."""
        return "Months after that of the crime", "With a positive outcome"

    @property
    def remarks(self) -> list[str]:
        """Name the cohorts of which there is no curve."""
        gone = [name for name in self.cohorts if not len(self.points(name)[0])]
        return [f"No curve of {_canvas.joined(gone, others=' cohorts')}."] if gone else []

    @property
    def caveats(self) -> list[Note]:
        """What travels with any of the rows of both tables."""
        of_both = [*super().caveats]
        if self.projected is not None:
            found = self.projected[
                np.array([n in self.ahead for n in _named(self.projected, "")], dtype=bool)
            ]
            of_both += [note for notes in found._notes_by_row for note in notes]
        return list(dict.fromkeys(of_both))


def _months(number: float) -> str:
    return f"{number:.0f} month{'' if number == 1 else 's'}"


def _named(table: Results[Any], but: str) -> NDArray[np.object_]:
    """Name each row by its labels, but for one dimension."""
    keys = {d: labels for d, labels in table._keys.items() if d != but}
    return np.array(_canvas.row_names(keys) or [""] * len(table), dtype=object)
