"""What drives a change in times: how much each grade has added to it, by its own times and by the mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from policemetrics import _check
from policemetrics._cells import MEASURED, Cells
from policemetrics._compare import Asked, Comparison, Mask, Rows, kept_dims, part_of
from policemetrics._supply import Reasons, groups_of, no_reasons, unexplained
from policemetrics._write import percent, seconds_change, signed
from policemetrics.decomposition import kitagawa_parts
from policemetrics.frames import framed
from policemetrics.periods import in_words
from policemetrics.results import Figure, Results, column, figure, input_field
from policemetrics.times.change import halves_of, parts_of
from policemetrics.times.estimates import (
    EVERYWHERE,
    Settings,
    by_side,
    count_missed,
    read_targets,
    targets_of,
)
from policemetrics.times.reading import Wanted
from policemetrics.typing import (
    Between,
    Columns,
    Counts,
    Every,
    FloatArray,
    GroupsOf,
    IntArray,
    LikeForLike,
    Names,
    Seconds,
)


@figure(estimate="mean_change")
class TimeDriver(Figure):
    """What one grade, or one part of any kind, added to a change in the mean and in the share within target.

    Attributes
    ----------
    old_n, new_n : float
        How many times of the part were measured.
    old_mix, new_mix : float
        Those as a fraction of all times of the whole.
    old_mean, new_mean : float
        Its mean, in seconds; nan if it has no times.
    mean_change : float
        What it added to the change of the mean of the whole, in seconds; the parts add up to that change.
    mean_from_within : float
        What it added because its own times became longer or shorter.
    mean_from_mix : float
        What it added because it became a larger or smaller part of the whole; with `mean_from_within` it adds up
        to `mean_change`.
    target : float
        In seconds; nan without one.
    old_share_within, new_share_within : float
        Its fraction within the target, 0 to 1.
    points, points_from_within, points_from_mix : float
        The same for the share of the whole that is within target, in percentage points.
    between : tuple of str
        The two periods, the earlier first, or the two groups.
    compared : str
        The dimension of the two groups; empty if periods are compared.
    inclusive : bool
        Whether a time equal to the target meets it.
    missed : str
        The reasons for exclusion whose rows count as not within the target.
    whole_old_mean, whole_new_mean : float
        The two means of the whole, in seconds.
    whole_old_share_within, whole_new_share_within : float
        The two fractions of the whole within target.
    """

    _unprotected: ClassVar[str] = "whose parts tell of the whole"

    old_n: float = column("count", "denominator")
    new_n: float = column("count", "denominator")
    old_mix: float = column("share", "estimate", shown=False)
    new_mix: float = column("share", "estimate", shown=False)
    old_mean: float = column("seconds", "estimate")
    new_mean: float = column("seconds", "estimate")
    mean_change: float = column("seconds_change", "estimate", of=("mean_from_within", "mean_from_mix"))
    mean_from_within: float = column("seconds_change", "estimate")
    mean_from_mix: float = column("seconds_change", "estimate")
    target: float = column("seconds", shown=False, definition=True)
    old_share_within: float = column("share", "estimate", shown=False)
    new_share_within: float = column("share", "estimate", shown=False)
    points: float = column("points", "estimate", of=("points_from_within", "points_from_mix"))
    points_from_within: float = column("points", "estimate")
    points_from_mix: float = column("points", "estimate")
    between: tuple[str, str]
    compared: str = ""
    inclusive: bool = False
    missed: str = ""
    whole_old_mean: float = input_field("estimate")
    whole_new_mean: float = input_field("estimate")
    whole_old_share_within: float = input_field("estimate")
    whole_new_share_within: float = input_field("estimate")

    def _sentence(self) -> str:
        if np.isnan(self.mean_change):
            return (
                f"Contribution to the {'difference' if self.compared else 'change'} in times: {self.reason}."
            )
        earlier, later = map(in_words, self.between)
        what, verb, when = "change", "changed", f"from {earlier} to {later}"
        if self.compared:
            what, verb, when = "difference", "differed", f"in {later} from that in {earlier}"
        whole = seconds_change(self.whole_new_mean - self.whole_old_mean)
        found = [
            (
                f"Contribution to the {what} in times: {seconds_change(self.mean_change)} of the {whole} by which the mean {verb} "
                f"{when}, {seconds_change(self.mean_from_within)} from its own times and "
                f"{seconds_change(self.mean_from_mix)} from its part of all, {percent(self.old_mix)} to {percent(self.new_mix)}"
            )
        ]
        if not np.isnan(self.points):
            change = 100 * (self.whole_new_share_within - self.whole_old_share_within)
            found.append(
                f"{signed(self.points, 2)} of the {signed(change, 2)} percentage points by which the share within target "
                f"{verb}, {signed(self.points_from_within, 2)} from its own times and {signed(self.points_from_mix, 2)} "
                "from its part of all"
            )
        return f"{'; '.join(found)}."


def time_drivers(
    data: Counts,
    /,
    *,
    between: Between | None = None,
    groups: GroupsOf | None = None,
    of: str,
    by: Columns = (),
    target: Seconds | Mapping[Any, Seconds | None] | None = None,
    inclusive: bool = False,
    missed: Names = (),
    period: str = "period",
    seconds: str = MEASURED,
    count: str | None = None,
    date: str | None = None,
    every: Every = "month",
    like_for_like: LikeForLike = "require",
    caveat: str = "",
) -> Results[TimeDriver]:
    r"""Say what each grade added to a change in the mean and in the share within target.

    Parameters
    ----------
    data : Tally or data frame
        Times by period and by `of`.
    between : tuple of str or Period, optional
        The two periods, (earlier, later), as for `time_change`.
    groups : mapping of str to tuple, optional
        Two groups instead of two periods: their dimension and both labels, ``{"district": ("Eastside",
        "Westside")}``.
    of : str
        The dimension whose parts are shown: the grade, the area, the hour of the day.
    by : str, sequence of str or mapping of dimension to column, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    target : float or timedelta, or mapping of label to them, optional
        In seconds, > 0: one target, or one for each label of `of` (with `by`, for each tuple of labels of `by`
        and `of`). Default is none.
    inclusive, missed, seconds, count : optional
        As for `summarise_times`.
    date : str, optional
        For a frame: the column of dates that is cut into periods, as by `tally`. Default is none: `period` holds labels.
    every : {"month", "quarter", "calendar_year", "financial_year"}, optional
        How long those periods are. Default is ``"month"``.
    period : str, optional
        The dimension that holds the period. Default is ``"period"``.
    like_for_like : {"require", "match"}, optional
        What to do if a supplier has data for one period only, as for `time_change`. Default is ``"require"``.
    caveat : str, optional
        A caveat to show with the figures. Default is none.

    Returns
    -------
    Results of TimeDriver
        One row for each part of each group. Within a group `mean_change` adds up to that of its
        `time_change`, and `points` to its points.

    Raises
    ------
    InvalidInputError
        If the periods do not compare, or one dimension is given two roles.
    InvalidTypeError
        If not exactly one of `between` and `groups` is given, or `groups` is no such mapping.
    UnknownNameError
        If a dimension or column does not exist, or a part has no target.

    Warns
    -----
    TargetUnitWarning
        If a target is under one second or over a week.

    See Also
    --------
    time_change : The change that is explained, and the change of the median, which cannot be split.
    change_drivers, harm_drivers : The same for counts and for harm.

    Notes
    -----
    The mean of the whole is the sum of the means m of the parts, each times its share s of all times. A part adds
    :math:`\Delta m\,\bar s` through its own times and :math:`\Delta s\,(\bar m - \bar M)` through the mix [1]_. A
    bar is the mean of old and new, and M is the mean of the whole: a larger share of a part that takes longer
    than the whole raises the mean. A part without times in one period changes the mix alone. The share within
    target is split in the same way, with `out_of` instead of the number of times.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the American
       Statistical Association, 50(272), 1168-1194.

    Examples
    --------
    Both grades are as fast as before, and yet the mean rises by a minute: fewer incidents are urgent.

    >>> from policemetrics import Tally
    >>> times = Tally.from_columns(
    ...     {"period": ["2022/23"] * 2 + ["2023/24"] * 2, "grade": ["1", "2"] * 2, "seconds": [600, 1200] * 2},
    ...     [50, 50, 40, 60],
    ... )
    >>> drivers = time_drivers(times, between=("2022/23", "2023/24"), of="grade")
    >>> drivers["mean_from_within"].tolist(), drivers["mean_from_mix"].round(9).tolist()
    ([0.0, 0.0], [33.0, 27.0])

    By force:

    >>> times = Tally.from_columns(
    ...     {
    ...         "force": ["Essex"] * 4 + ["Kent"] * 4,
    ...         "period": ["2022/23", "2022/23", "2023/24", "2023/24"] * 2,
    ...         "grade": ["1", "2"] * 4,
    ...         "seconds": [600, 1200] * 4,
    ...     },
    ...     [50, 50, 40, 60, 30, 70, 30, 70],
    ... )
    >>> drivers = time_drivers(times, between=("2022/23", "2023/24"), of="grade", by="force")
    >>> round(drivers.at(force="Essex", grade="2").mean_from_mix)
    27
    """
    settings = Settings.of(inclusive, "linear", 0.95, percentiles=False)
    chosen = _check.names(missed, "missed")
    asked = Asked.of_parts(between, period, groups, by=by, of=of, seconds=seconds)
    data, dims = framed(data, by, date, every, period=asked.period)
    kept = kept_dims(dims, period=asked.dim)
    part = part_of(of, by=kept, period=asked.dim, seconds=seconds)
    aims, sides_of = read_targets(target), parts_of(asked, (*kept, part), like_for_like)
    given = Wanted(data, (*kept, part, asked.dim), seconds, count, aims, settings).given(sides_of)
    tally = given.tally
    pair = Comparison.of(
        tally,
        asked.sides(tally),
        kept,
        like_for_like=like_for_like,
        caveat=caveat,
        counts="response times",
        apart=(given.seconds,),
    )
    parts = groups_of(pair.sides, (*kept, part), tally)
    halves = halves_of(pair, parts, given, chosen)
    group = parts.positions(pair.groups, kept)
    for half in halves:
        _explain_parts(pair.rows, half.below, group, parts, part)
    for half, label in zip(halves, pair.between, strict=True):
        of_group = np.bincount(group, half.times.sizes, minlength=len(pair.groups))
        pair.rows.explain(of_group == 0, f"not available: no times in {label}")
    pair.rows.settle()
    rows, group, counted = pair.by_part(part, parts)
    some = sum(half.times.sizes + half.others for half in halves) > 0
    targets = targets_of(aims, parts, rows.there & some)
    count_missed(rows, chosen, targets)
    sides = [settings.summary(half.times, half.others, targets) for half in halves]
    old_mix, new_mix, within, mix, old_mean, new_mean = _split(group, pair.rows.there, sides, "n", "mean")
    _, _, share_within, share_mix, old_share, new_share = _split(
        group, pair.rows.there, sides, "out_of", "share_within"
    )
    values = by_side(sides, "mean", "share_within") | {
        "old_n": counted[0],
        "new_n": counted[1],
        "old_mix": old_mix,
        "new_mix": new_mix,
        "mean_change": within + mix,
        "mean_from_within": within,
        "mean_from_mix": mix,
        "target": targets,
        "points": 100 * (share_within + share_mix),
        "points_from_within": 100 * share_within,
        "points_from_mix": 100 * share_mix,
        **pair.beside.fields,
        "inclusive": settings.inclusive,
        "missed": "; ".join(chosen),
        "whole_old_mean": old_mean,
        "whole_new_mean": new_mean,
        "whole_old_share_within": old_share,
        "whole_new_share_within": new_share,
    }
    stand = {name: shown[group] for name, shown in zip(("old_n", "new_n"), pair.shown, strict=True)}
    return rows.results(TimeDriver, values, stand | {"target": EVERYWHERE}, single=False)


def _explain_parts(rows: Rows, below: Reasons, group: IntArray, parts: Cells, of: str) -> None:
    """Say of each group which of its parts is below zero: if a part cannot be counted, neither can its group."""
    why = no_reasons(len(rows))
    for at in np.flatnonzero(~unexplained(below))[::-1].tolist():  # so that the first stays
        of_part = str(below[at]).removeprefix("not available: ")
        why[group[at]] = f"not available: of {of} {parts.column(of)[at]}, {of_part}"
    rows.adopt(why)


def _split(
    group: IntArray, there: Mask, sides: Sequence[Mapping[str, Any]], weight: str, rate: str
) -> list[FloatArray]:
    """Split the change of a mean of parts, each with its weight, where all that has weight has a rate.

    A row a part comes back: its share of the weight, old and new; the parts of the change that are within it and
    from the mix; the mean of the whole, old and new.
    """
    groups = len(there)
    # One line a group, one place a part: groups have as many parts as they have, and the rest of a line is 0.
    first = np.searchsorted(group, np.arange(groups))
    place = np.arange(len(group)) - first[group]
    shape = (groups, int(place.max(initial=-1)) + 1)
    sound, arrays = there.copy(), []
    for side in sides:
        total = np.bincount(group, side[weight], minlength=groups)
        lacking = np.bincount(group, np.isnan(side[rate]) & (side[weight] > 0), minlength=groups)
        sound &= (total > 0) & (lacking == 0)
        share = side[weight] / np.where(total > 0, total, 1)[group]
        arrays += [share, np.where(share > 0, side[rate], np.nan)]
    dense = np.zeros((4, *shape))
    for values, array in zip(dense, arrays, strict=True):
        values[group, place] = np.where(sound[group], array, 0)
    s0, r0, s1, r1 = dense
    within, mix = (part[group, place] for part in kitagawa_parts(s0, r0, s1, r1))
    wholes = [np.nansum(s * r, axis=1)[group] for s, r in ((s0, r0), (s1, r1))]
    columns = (*arrays[::2], within, mix, *wholes)
    return [np.where(sound[group], array, np.nan) for array in columns]
