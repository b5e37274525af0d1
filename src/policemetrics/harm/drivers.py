"""What drives a change in harm: how much each offence, or each part of the crimes, has added to it."""

from __future__ import annotations

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._supply import added, groups_of, keys_of
from policemetrics._write import count as written
from policemetrics._write import percent, plain
from policemetrics.errors import InvalidInputError
from policemetrics.harm._scoring import Pair, Scored, check_weights
from policemetrics.harm.change import per_crime, share_out
from policemetrics.harm.weights import HarmWeights
from policemetrics.periods import in_words
from policemetrics.results import Figure, Results, shown_as
from policemetrics.typing import Between, Counts, Names

__all__ = ["HarmDriver", "harm_drivers"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class HarmDriver(Figure):
    """What one offence, or one part of the crimes, added to a change in harm.

    Attributes
    ----------
    crimes_old, crimes_new : float
        Crimes of the part in each period.
    change : float
        Its contribution to the change of the score, in `harm_unit`.
    from_volume : float
        What it would have added had all crimes risen or fallen alike.
    from_mix : float
        What it added by becoming a larger or smaller share of crimes; with `from_volume` it adds up to
        `change`.
    share_of_change : float
        `change` as a fraction of the change of the whole: negative where it went the other way, above 1
        where others made up for it. Not a number where the whole did not change.
    between : tuple of str
        The two periods, the earlier first.
    weights, harm_unit : str
        The edition of the weights, and their unit.
    """

    crimes_old: float = attrs.field(metadata=shown_as("count"))
    crimes_new: float = attrs.field(metadata=shown_as("count"))
    change: float = attrs.field(metadata=shown_as("change"))
    from_volume: float = attrs.field(metadata=shown_as("change"))
    from_mix: float = attrs.field(metadata=shown_as("change"))
    share_of_change: float = attrs.field(metadata=shown_as("share"))
    between: tuple[str, str]
    weights: str
    harm_unit: str

    def _sentence(self) -> str:
        name = f"Contribution to the change in harm ({self.weights})"
        if np.isnan(self.change):
            return f"{name}: {self.reason}."
        earlier, later = map(in_words, self.between)
        share = (
            "" if np.isnan(self.share_of_change) else f", {percent(self.share_of_change)} of the whole change"
        )
        return (
            f"{name}: {_signed(self.change)} {self.harm_unit}{share}; {_signed(self.from_volume)} from the number of all "
            f"crimes and {_signed(self.from_mix)} from its share of them; {written(self.crimes_old)} crimes in {earlier}, "
            f"{written(self.crimes_new)} in {later}."
        )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{plain(value)}"


def harm_drivers(
    data: Counts,
    weights: HarmWeights,
    /,
    *,
    between: Between,
    of: str = "offence",
    by: Names = (),
    offence: str = "offence",
    period: str = "period",
    count: str | None = None,
) -> Results[HarmDriver]:
    r"""Tell what each offence, or each part of the crimes, added to a change in harm.

    Parameters
    ----------
    data : Tally or data frame
        Crimes by offence code and period, and by `of` if that is another dimension.
    weights : HarmWeights
        The harm of one crime of each offence, for both periods.
    between : tuple of str or Period
        The two periods, (earlier, later), as for `harm_change`.
    of : str, optional
        The dimension whose parts are shown: the offence, its group, the area. Default is ``"offence"``.
    by : str or sequence of str, optional
        The dimensions whose changes are each explained. Default is the change of the whole.
    offence, period : str, optional
        The dimensions, or columns, of offence codes and periods. Defaults are ``"offence"`` and
        ``"period"``.
    count : str, optional
        For a frame: the column of counts. Default is to count its rows.

    Returns
    -------
    Results of HarmDriver
        One row for each part of each group. Within a group `change`, `from_volume` and `from_mix` add up to
        those of its `harm_change` without an exposure, whatever `of` is.

    Raises
    ------
    UnknownNameError
        If an offence of either period has no weight and is not outside them, or a dimension does not exist.
    InvalidInputError
        If the periods do not compare, or one dimension is given two roles.
    InvalidTypeError
        If codes are numbers, or `weights` is not a `HarmWeights`.

    See Also
    --------
    harm_change : The change that is explained.

    Notes
    -----
    Of N crimes a part has the share s, with harm w each: it contributes w s N. Of its change the number adds
    :math:`w\,\bar s\,\Delta N` and the mix :math:`w\,\Delta s\,\bar N`, means being those of old and
    new: the split is made by offence and then added up. A code that replaces another one shows as a fall of
    the one and a rise of the other; `Tally.relabel` joins them.

    Examples
    --------
    >>> from policemetrics import HarmWeights, Tally
    >>> own = HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2022/23", "2022/23", "2023/24", "2023/24"], "offence": ["theft", "robbery"] * 2},
    ...     [9000, 1000, 8000, 1000],
    ... )
    >>> harm_drivers(crimes, own, between=("2022/23", "2023/24")).sort("change")
    offence  crimes_old  crimes_new   change  from_volume   from_mix  share_of_change
    -------  ----------  ----------  -------  -----------  ---------  ---------------
    theft         9,000       8,000  −10,000     −8,944.4   −1,055.6          100.00%
    robbery       1,000       1,000        0    −84,444.4  +84,444.4            0.00%
    [HarmDriver, 2 rows]
    """
    check_weights(weights, "weights")
    kept = _check.names(by, "by")
    if _check.text(of, "of") in {*kept, _check.text(period, "period")}:
        msg = f"of must name another dimension than by= and period=; got {of!r}."
        raise InvalidInputError(msg)
    pair = Pair.of(data, kept, [weights], between, offence, period, count, of=(of,))
    rows = groups_of(pair.sides, (*kept, of))
    group = rows.positions(pair.groups, kept)
    there, reasons = pair.there[group], pair.reasons[group]
    before, after = (Scored.of(side, rows, offence, weights) for side in pair.sides)
    old, new = (np.where(there, side.score, 0) for side in (before, after))
    # The number of all crimes of the group, and the part's harm for each of them.
    crimes = pair.crimes[:, group]
    volume, mix = share_out(crimes[:, np.newaxis] * per_crime(np.array([old, new]), crimes), old, new)
    whole = (pair.scored[1][0].score - pair.scored[0][0].score)[group]
    reasons[there & (whole == 0)] = "not applicable: the whole did not change, so no part has a share of it"
    change = np.where(there, new - old, np.nan)
    columns = {
        "crimes_old": np.where(there, before.crimes, np.nan),
        "crimes_new": np.where(there, after.crimes, np.nan),
        "change": change,
        "from_volume": np.where(there, volume, np.nan),
        "from_mix": np.where(there, mix, np.nan),
        "share_of_change": change / np.where(whole == 0, np.nan, whole),
    }
    audit = {"between": pair.between, "weights": weights.edition, "harm_unit": weights.unit}
    excluded = pair.excluded(rows, added(before.crimes, after.crimes))
    caveat = before.caveat or after.caveat
    return Results(HarmDriver, keys_of(rows), columns, reasons, audit, excluded, caveat)
