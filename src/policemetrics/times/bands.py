"""Calls known by bands of waits only: the share in time exactly at an edge, the rest as bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Final, overload

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._cells import Cells, plain
from policemetrics._compare import Rows
from policemetrics._figure import column_fields
from policemetrics._supply import no_reasons
from policemetrics._write import duration, one_sentence, percent, rounding
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.frames import as_tally, framed
from policemetrics.percentiles import PERCENTILE_METHODS, Runs, percentiles
from policemetrics.results import Figure, Results, column, figure
from policemetrics.tallies import Tally
from policemetrics.times import answers, estimates
from policemetrics.times.reading import refuse_no_label, several_labels
from policemetrics.times.summary import WithinColumns
from policemetrics.typing import (
    ByLabel,
    Columns,
    Counts,
    Every,
    FloatArray,
    IntArray,
    Label,
    Number,
    Percentile,
    Seconds,
    ServiceLevel,
)

_BOUNDED: Final = {p: estimates.PERCENTILES[p] for p in ("median", "p90")}
# Stands for no upper edge where a percentile is interpolated, which infinity would spoil.
_NO_EDGE: Final = 1e300


# ---- the bands --------------------------------------------------------------------------


def _edges(given: Mapping[Any, tuple[float, float | None]]) -> tuple[tuple[Label, float, float], ...]:
    """Return label, lower and upper edge of each band, ascending; they must meet."""
    if not isinstance(given, Mapping) or not given:
        msg = f"edges must be a mapping of label to (low, high), in seconds; got {_check.shown(given)} ({type(given).__name__})."
        raise InvalidTypeError(msg)
    found = sorted((_band(label, pair) for label, pair in given.items()), key=lambda band: band[1:])
    for (one, _, high), (other, low, _) in pairwise(found):
        if high != low:
            msg = (
                f"edges must meet, so that every time is in one band: {one!r} ends at {high:g} s and {other!r} begins at "
                f"{low:g} s. Bands of whole seconds, such as 0 to 9 and 10 to 59, are (0, 10) and (10, 60)."
            )
            raise InvalidInputError(msg)
    return tuple(found)


def _band(label: Any, pair: Any) -> tuple[Label, float, float]:
    name = f"edges[{label!r}]"
    refuse_no_label(label, "edges")
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        msg = f"{name} must be a pair (low, high) of seconds, with None for no upper edge; got {_check.shown(pair)}."
        raise InvalidTypeError(msg)
    first, last = (estimates.as_seconds(edge, name) for edge in pair)
    low = _check.number(first, f"{name}, low", low=0)
    high = math.inf if last is None else _check.number(last, f"{name}, high", above=low, infinite=True)
    return plain(label), low, high


def _labels(given: Label | Sequence[Label]) -> tuple[Label, ...]:
    return several_labels(given, "abandoned")


@attrs.frozen(repr=False)
class Bands:
    """What the labels of bands mean: from how many seconds to how many, and which labels mean abandoned.

    Attributes
    ----------
    edges : tuple of (label, low, high)
        The bands in seconds, ascending. Give them as a mapping of label to (low, high), numbers or timedeltas,
        with None for no upper edge. There must be no gap between them.
    inclusive : bool
        Whether a band includes its upper edge, and not its lower edge. Default is False: exactly 10.0 s is not in
        "under 10".
    abandoned : tuple of label
        The labels of abandoned calls, which are not bands. Default is none.

    Examples
    --------
    The bands in which 999 answer times have been published since 2021:

    >>> Bands({"under 10": (0, 10), "10 to under 60": (10, 60), "60 or more": (60, None)})
    Bands('under 10': 0 s to under 10 s, '10 to under 60': 10 s to under 1 min, '60 or more': 1 min or more)
    """

    edges: tuple[tuple[Label, float, float], ...] = attrs.field(converter=_edges)
    inclusive: bool = attrs.field(default=False, kw_only=True)
    abandoned: tuple[Label, ...] = attrs.field(default=(), kw_only=True, converter=_labels)

    def __attrs_post_init__(self) -> None:
        _check.flag(self.inclusive, "inclusive")
        both = [label for label in self.abandoned if label in self.labels]
        if both:
            msg = f"abandoned must name other labels than the bands; got {_check.listing(both)} for both."
            raise InvalidInputError(msg)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels of the bands, ascending in time."""
        return tuple(label for label, _, _ in self.edges)

    @property
    def lows(self) -> FloatArray:
        """The lower edges, in seconds."""
        return np.array([low for _, low, _ in self.edges])

    @property
    def highs(self) -> FloatArray:
        """The upper edges, in seconds; infinite if there is none."""
        return np.array([high for _, _, high in self.edges])

    def __repr__(self) -> str:
        over = "over " if self.inclusive else ""
        up_to = "" if self.inclusive else "under "
        shown = [f"{label!r}: {self._said(low, high, over, up_to)}" for label, low, high in self.edges]
        shown += [f"{label!r}: abandoned" for label in self.abandoned]
        return f"Bands({', '.join(shown)})"

    def _said(self, low: float, high: float, over: str, up_to: str) -> str:
        start = f"{over if low else ''}{duration(low)}"
        if math.isinf(high):
            return start if over and low else f"{start} or more"
        return f"{start} to {up_to}{duration(high)}"


# ---- the figure -------------------------------------------------------------------------


@figure(slots=False)
class BoundColumns(Figure):
    """The columns of what bands leave open: of how many calls, and between what each number lies."""

    n: float = column("count", "denominator")
    mean_least: float = column("seconds", shown=False)
    mean_most: float = column("seconds", shown=False)
    median_least: float = column("seconds")
    median_most: float = column("seconds")
    p90_least: float = column("seconds")
    p90_most: float = column("seconds")
    share_least: float = column("share", shown=False)
    share_most: float = column("share", shown=False)


@figure(estimate="share_within", method="share_method")
class BandSummary(answers.CallColumns, WithinColumns, BoundColumns):
    """How fast calls were answered, as far as bands of waits show.

    Attributes
    ----------
    n : float
        Calls answered; nan if only percentages were given.
    mean_least, mean_most : float
        The seconds between which the mean lies; the upper one is infinite if a band has no upper edge.
    median_least, median_most, p90_least, p90_most : float
        The seconds between which the median and the 90th percentile lie.
    target : float
        In seconds.
    within, out_of : float
        Calls in time, and out of how many; `within` is nan if the target is not an edge of a band.
    share_within, share_within_low, share_within_high : float
        The fraction in time, 0 to 1, and its Wilson interval; nan if the target is not an edge.
    share_least, share_most : float
        The fractions between which it lies. They are equal if the target is an edge and nothing was rounded. They
        are not a confidence interval.
    offered, abandoned, share_abandoned, share_abandoned_low, share_abandoned_high : float
        As in `AnswerSummary`.
    service_level : str
        The denominator of `share_within`: ``"answered"``, ``"offered"`` or ``"offered_less_short"``.
    short : float
        The seconds before which an abandoned call does not count; nan if every one counts.
    bands : str
        The bands and their edges.
    inclusive : bool
        Whether a band includes its upper edge, so that a time equal to the target meets it.
    rounded_to : float
        The step to which percentages were rounded; nan for counts.
    percentile_method, share_method, confidence_level : str, str, float
        How percentiles are defined and the intervals made.
    """

    _unprotected: ClassVar[str] = "whose shares tell of counts that it does not hold"

    bands: str
    rounded_to: float = float("nan")
    percentile_method: str
    share_method: str = "wilson"
    confidence_level: float

    def _sentence(self) -> str:
        published = not np.isnan(self.rounded_to)
        found = []
        if not np.isnan(self.share_least):
            whole = "calls answered" if published else answers.said_level(self)
            share, interval = self._share
            found.append(f"{share} of {whole} within {duration(self.target)}{interval}, {self._counted_as}")
        if np.isnan(self.median_least):
            found.insert(0, f"Calls: {self.reason}")
        else:
            named = {"median": "median", "90th percentile": "p90", "mean": "mean"}
            found += [self._bounds(said, name) for said, name in named.items()]
            if self.reason and np.isnan(self.share_least):
                found.append(f"service level {self.reason}")
        if not np.isnan(self.n):
            found.append(answers.said_abandoned(self))
        return one_sentence(found)

    @property
    def _share(self) -> tuple[str, str]:
        """The share within target, or what it lies between, and its interval."""
        least, most = percent(self.share_least, 2), percent(self.share_most, 2)
        if np.isnan(self.share_within):
            return f"{least} to {most}", ""
        exact = np.isnan(self.share_within_low)
        return percent(self.share_within, 2), (
            rounding(least, most) if exact else f" ({self._interval_words()})"
        )

    def _bounds(self, said: str, name: str) -> str:
        """Write the bounds of a mean or percentile."""
        least, most = getattr(self, f"{name}_least"), getattr(self, f"{name}_most")
        if math.isinf(most):
            return f"{said} {duration(least)} or more"
        return (
            f"{said} {duration(least)} to {duration(most)}" if least else f"{said} at most {duration(most)}"
        )


# ---- the metric -------------------------------------------------------------------------


@overload
def answer_bands(
    percentages: Mapping[Any, Number], bands: Bands, /, *, target: Seconds, rounded_to: float
) -> BandSummary: ...
@overload
def answer_bands(
    data: Counts,
    bands: Bands,
    /,
    *,
    target: Seconds,
    out_of: ServiceLevel,
    short: Seconds | None = None,
    abandoned: Number | Tally | None = None,
    by: None = None,
    band: str = "band",
    count: str | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> BandSummary: ...
@overload
def answer_bands(
    data: Counts,
    bands: Bands,
    /,
    *,
    target: Seconds | Mapping[Any, Seconds | None],
    out_of: ServiceLevel,
    short: Seconds | None = None,
    abandoned: ByLabel | Tally | None = None,
    by: Columns,
    band: str = "band",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> Results[BandSummary]: ...
@_check.asking_together
def answer_bands(
    data: Mapping[Any, Number] | Counts,
    bands: Bands,
    /,
    *,
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    out_of: ServiceLevel | None = None,
    short: Seconds | None = None,
    abandoned: Number | ByLabel | Tally | None = None,
    by: Columns | None = None,
    band: str = "band",
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    rounded_to: float | None = None,
    percentile_method: Percentile = "linear",
    confidence_level: float = 0.95,
) -> BandSummary | Results[BandSummary]:
    """Service level, abandonment, and bounds of median and mean, for calls counted in bands of waits.

    Give counts by band, or published percentages with their rounding.

    Parameters
    ----------
    data : Tally, data frame, or mapping of label to float
        Counts of calls by band; or for each band the published percentage of calls answered.
    bands : Bands
        What the labels of the bands mean.
    target : float or timedelta, or mapping of label to them
        In seconds, > 0; with `by` also by label, as for `summarise_times`.
    out_of : {"answered", "offered", "offered_less_short"}
        The denominator of the service level, as for `answer_times`. It must be given with counts.
    short : float or timedelta, optional
        The seconds before which an abandoned call does not count, if the given numbers leave such calls out.
    abandoned : int, mapping of label to int, or Tally, optional
        How many calls were abandoned, as for `answer_times`. Default is to count the labels in `abandoned` of
        `bands`.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions to keep; gives a table.
    band : str, optional
        The dimension or column of the bands. Default is ``"band"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.
    date : str, optional
        For a frame: the column of dates that is cut into the dimension ``period``, as by `tally`; with `by` each period
        has a row of its own. Default is none.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    rounded_to : float, optional
        For percentages, where it must be given: the step to which they were rounded, 1 for whole per cent.
    percentile_method : str, optional
        For counts: the definition of the percentiles, as for `summarise_times`. Default is ``"linear"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    BandSummary or Results of BandSummary
        A table if there is `by`; otherwise one figure. The share within a target is exact if the target is an
        edge of the bands, or lies in a band without calls. Otherwise it has bounds, and a reason. A group without
        calls is not available: its share is not 0.

    Raises
    ------
    UnknownNameError
        If the data have a label that is not a band, a published table lacks a band, or a dimension, column,
        definition or variant does not exist.
    InvalidInputError
        If abandoned calls are needed and not given, a percentage is not between 0 and 100, or percentages cannot
        add up to 100, however they were rounded.
    InvalidTypeError
        If `bands` is not a `Bands`; as `ChoiceNeededError` if `out_of` is left out.

    See Also
    --------
    answer_times : The same from the waits themselves.

    Notes
    -----
    Groups are pooled by adding their counts, never by averaging their percentages. A percentile lies between two
    values: the percentile with every call at the lower edge of its band, and the percentile with every call at
    the upper edge. So does the mean; without an upper edge it has no upper bound.

    Each published percentage may be off by half a step, but the true ones add up to 100: the bounds cover every
    set of shares that could have been printed like this. The number of calls is then not known, so a percentile
    is the wait that this percentage of calls did not exceed, without interpolation.

    Examples
    --------
    >>> from policemetrics import Tally
    >>> bands = Bands({"under 10": (0, 10), "10 to under 60": (10, 60), "60 or more": (60, None)}, abandoned=["none"])
    >>> calls = Tally.from_columns({"band": ["under 10", "10 to under 60", "60 or more", "none"]}, [7_000, 2_500, 400, 100])
    >>> print(answer_bands(calls, bands, target=10, out_of="answered"))
    70.71% of 9,900 calls answered within 10 s (95% interval 69.80% to 71.60%), counted as under the target; median at most 10 s; 90th percentile 10 s to 1 min; mean 4.9 s or more; 1.00% of 10,000 calls offered were abandoned.
    >>> print(answer_bands({"under 10": 63, "10 to under 60": 25, "60 or more": 11}, bands, target=10, rounded_to=1))
    63.00% of calls answered within 10 s (63.00% to 63.50% as far as the rounding tells), counted as under the target; median at most 10 s; 90th percentile 1 min or more; mean 9.2 s or more.

    By line:

    >>> calls = Tally.from_columns(
    ...     {"line": ["101"] * 3 + ["999"] * 3, "band": ["under 10", "10 to under 60", "60 or more"] * 2},
    ...     [200, 300, 500, 900, 90, 10],
    ... )
    >>> answer_bands(calls, bands, target=10, out_of="answered", by="line")["share_within"].tolist()
    [0.2, 0.9]
    """
    if not isinstance(bands, Bands):
        msg = f"bands must be a Bands, which says what each label stands for; got {_check.shown(bands)} ({type(bands).__name__})."
        raise InvalidTypeError(msg)
    if target is None:
        msg = "target must be given: the seconds within which a call shall be answered."
        raise InvalidTypeError(msg)
    if isinstance(data, Mapping):
        _check.refuse_options(out_of=out_of, short=short, abandoned=abandoned, by=by, count=count, date=date)
        return _of_percentages(data, bands, target, rounded_to, _check.confidence_level(confidence_level))
    if rounded_to is not None:
        msg = "rounded_to goes with percentages, a mapping of label to number; counts are not rounded."
        raise InvalidInputError(msg)
    _check.choice(percentile_method, "percentile_method", PERCENTILE_METHODS)
    level = _check.confidence_level(confidence_level)
    definition = answers.ServiceLevelDefinition.of(out_of, short)
    data, dims = framed(data, by, date, every)
    kept = dims or ()
    if _check.text(band, "band") in kept:
        msg = f"by must not name {band!r}: the bands are what is summarised."
        raise InvalidInputError(msg)
    calls = _calls(as_tally(data, by=(*kept, band), count=count), kept, band, bands, abandoned, definition)
    offered = calls.offered(definition, single=by is None)
    lows, highs = _lined_up(calls.answered._cells, offered, band, bands)
    targets = offered.targets(estimates.read_targets(target), lows.sizes)
    bounds = _bounds(lows, highs, offered.others, targets, percentile_method, level)
    levels = offered.explain(lows.sizes)
    offered.rows.explain(
        levels & (bounds["share_least"] < bounds["share_most"]), lambda row: _said_inside(bands, targets[row])
    )
    asked = _inputs(bands, level) | {"percentile_method": percentile_method}
    return offered.results(BandSummary, bounds | asked, levels)


def _inputs(bands: Bands, level: float) -> dict[str, Any]:
    return {"bands": repr(bands), "inclusive": bands.inclusive, "confidence_level": level}


# ---- counts -----------------------------------------------------------------------------


def _calls(
    data: Tally,
    by: tuple[str, ...],
    band: str,
    bands: Bands,
    abandoned: Any,
    definition: answers.ServiceLevelDefinition,
) -> answers.Calls:
    """Take the calls answered and abandoned, each label being a band or one of abandoned calls."""
    strange = [v for v in data.labels(band) if v not in {*bands.labels, *bands.abandoned}]
    if strange:
        msg = (
            f"{band!r} must hold labels that bands knows, {_check.listing((*bands.labels, *bands.abandoned))}; got "
            f"{_check.listing(strange)}: a total is to be dropped, and calls abandoned are named in Bands(abandoned=)."
        )
        raise UnknownNameError(msg)
    if bands.abandoned:
        if abandoned is not None:
            msg = f"abandoned cannot go with bands that name calls abandoned, {_check.listing(bands.abandoned)}: they would count twice."
            raise InvalidInputError(msg)
        return answers.Calls.divided(data, by, band, bands.abandoned, band)
    definition.refuse_unknown(abandoned, "Bands(abandoned=) the label of such calls")
    return answers.Calls.joined(data, by, abandoned, band)


def _lined_up(cells: Cells, offered: answers.Offered, band: str, bands: Bands) -> list[Runs]:
    """Line up the calls of each group by the lower edge of their band, and by the upper one."""
    # By its place a band is sorted as its times are: its label's place in the alphabet says nothing of them.
    found, below = estimates.lined_up(
        cells.relabel(band, bands.labels.index),
        offered.groups,
        band,
        "the calls answered",
        lambda at: f"in the band {bands.labels[int(at)]!r}",
    )
    offered.rows.adopt(below)
    at = found.runs.values.astype(np.int64)
    return [attrs.evolve(found.runs, values=edges[at]) for edges in (bands.lows, bands.highs)]


def _bounds(
    lows: Runs, highs: Runs, others: IntArray, targets: FloatArray, method: Percentile, level: float
) -> dict[str, FloatArray]:
    """Work out bounds from the edges of the bands, and the share that is surely, or possibly, in time."""
    n = lows.sizes
    some = np.where(n > 0, n, np.nan)
    columns = {"n": n.astype(float)}
    columns["mean_least"] = lows.sums(lows.values * lows.counts) / some
    columns["mean_most"] = highs.sums(highs.values * highs.counts) / some
    finite = attrs.evolve(highs, values=np.minimum(highs.values, _NO_EDGE))
    least, most = (percentiles(runs, list(_BOUNDED.values()), method=method) for runs in (lows, finite))
    for i, name in enumerate(_BOUNDED):
        columns[f"{name}_least"] = least[:, i]
        columns[f"{name}_most"] = np.where(most[:, i] > estimates.LONGEST, np.inf, most[:, i])
    aims = lows.spread(targets)
    surely = highs.sums(np.where(highs.values <= aims, highs.counts, 0)).astype(float)
    maybe = lows.sums(np.where(lows.values < aims, lows.counts, 0)).astype(float)
    out_of = (n + others).astype(float)
    aimed = ~np.isnan(targets) & (out_of > 0)
    exact = aimed & (surely == maybe)
    whole = np.maximum(out_of, 1)
    return columns | {
        "target": targets,
        "within": np.where(exact, surely, np.nan),
        "out_of": out_of,
        **estimates.share_of("share_within", surely, out_of, exact, level),
        "share_least": np.where(aimed, surely, np.nan) / whole,
        "share_most": np.where(aimed, maybe, np.nan) / whole,
    }


def _said_inside(bands: Bands, target: float) -> str:
    """Say why the share within a target that is no edge is not known."""
    name = next(repr(label) for label, low, high in bands.edges if low < target < high)
    return f"not exact: {duration(target)} lies inside the band {name}, whose calls may be in time or not"


# ---- percentages as printed -------------------------------------------------------------

_CLOSE: Final = 1e-9  # what rounding in floating point may leave of a percentage


def _of_percentages(
    given: Mapping[Any, Any], bands: Bands, target: Any, rounded_to: Any, level: float
) -> BandSummary | Results[BandSummary]:
    """Say what shares that were rounded when printed leave possible."""
    if rounded_to is None:
        msg = "rounded_to must be given with percentages: the step to which they were rounded, 1 for whole per cent."
        raise InvalidInputError(msg)
    step = _check.number(rounded_to, "rounded_to", above=0)
    rows = Rows({}, no_reasons(1), True)
    (aim,) = estimates.targets_of(estimates.read_targets(target), Cells.single(), rows.there).tolist()
    bounds = Percentages.of(given, bands, step).bounds(bands, aim, _BOUNDED)
    nothing = {f.name: np.nan for f in column_fields(BandSummary)}
    values = {name: np.array([value]) for name, value in {**nothing, **bounds, "target": aim}.items()}
    rows.explain(np.isnan(values["share_within"]), lambda _: _said_inside(bands, aim))
    asked = {"rounded_to": step, "service_level": "answered", "percentile_method": ""}
    return rows.results(BandSummary, values | _inputs(bands, level) | asked)


@attrs.frozen(eq=False)
class Percentages:
    """The percentage of each band as printed, and the least and the most that it can have been."""

    printed: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, given: Mapping[Any, Any], bands: Bands, step: float) -> Percentages:
        """Read one percentage for each band, in their order; they must be able to add up to 100."""
        for label in given:
            _check.known(label, "percentages: band", bands.labels)
        lacking = [label for label in bands.labels if label not in given]
        if lacking:
            msg = f"percentages must have every band, a 0 that was printed among them; they lack {_check.listing(lacking)}."
            raise UnknownNameError(msg)
        printed = np.array([_check.number(given[v], f"percentages[{v!r}]", low=0) for v in bands.labels])
        for label, value in zip(bands.labels, printed.tolist(), strict=True):
            if value > 100:
                msg = f"percentages[{label!r}] must be at most 100; got {value:g}."
                raise InvalidInputError(msg)
            _check.refuse_unrounded(value, f"percentages[{label!r}]", step)
        low, high = np.maximum(printed - step / 2, 0), np.minimum(printed + step / 2, 100)
        if low.sum() > 100 + _CLOSE or high.sum() < 100 - _CLOSE:
            msg = (
                f"percentages must be able to add up to 100, each rounded to {step:g}; they add up to {printed.sum():g}. "
                "Is a band missing, or are they out of all calls offered?"
            )
            raise InvalidInputError(msg)
        return cls(printed, low, high)

    def bounds(self, bands: Bands, target: float, percents: Mapping[str, int]) -> dict[str, float]:
        """Give the bounds of the share within a target, of percentiles and of the mean."""
        low, high = self.low, self.high
        # The share up to each band: at least the least of its parts, or what the most of the others leaves of 100; at
        # most the most of its parts, or what the least of the others leaves.
        least = np.maximum(np.cumsum(low), 100 - (high.sum() - np.cumsum(high)))
        most = np.minimum(np.cumsum(high), 100 - (low.sum() - np.cumsum(low)))
        surely, maybe = int((bands.highs <= target).sum()), int((bands.lows < target).sum())
        share_least, share_most = np.append(0, least)[surely] / 100, np.append(0, most)[maybe] / 100
        order = np.arange(len(low))
        found = {
            "mean_least": self._mean(bands.lows, order),
            "mean_most": self._mean(bands.highs, order[::-1]),
            "share_least": share_least,
            "share_most": share_most,
        }
        for name, q in percents.items():
            found[f"{name}_least"] = bands.lows[np.argmax(most >= q - _CLOSE)]
            found[f"{name}_most"] = bands.highs[np.argmax(least > q + _CLOSE)]
        if surely == maybe:
            found["share_within"] = np.clip(self.printed[:surely].sum() / 100, share_least, share_most)
        return {name: float(value) for name, value in found.items()}

    def _mean(self, edges: FloatArray, order: IntArray) -> float:
        """Take the mean of the edges, with as much as can be in the bands that come first in `order`.

        Every band has its least at first; what is then left of 100 goes to the bands in turn, as much as fits.
        """
        room, left = (self.high - self.low)[order], 100 - self.low.sum()
        before = np.cumsum(room) - room
        shares = self.low[order] + np.clip(left - before, 0, room)
        held = shares > 0
        return float((shares[held] * edges[order][held]).sum() / 100)
