"""What two published averages say of a change, with the rounding that they were printed with."""

from __future__ import annotations

from typing import Literal

import attrs
import numpy as np

from policemetrics import _check
from policemetrics._write import duration, seconds_change, signed
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.results import Figure, shown_as
from policemetrics.times._shared import as_seconds, duration_in, seconds_field
from policemetrics.typing import Seconds

__all__ = ["PublishedTimeChange", "published_time_change"]

_OF = {"mean": "mean", "median": "median", "p90": "90th percentile"}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PublishedTimeChange(Figure):
    """The change between two published averages, and where their rounding lets it lie.

    Attributes
    ----------
    old, new : float
        The two figures as published, in seconds.
    change, change_rounding_low, change_rounding_high : float
        The second less the first, in seconds, and where it can lie if both were rounded; the limits are not a
        number where that was not said. They are no confidence interval.
    percent_change, percent_rounding_low, percent_rounding_high : float
        The same in per cent of `old`; not a number where that is 0.
    of : str
        What was published: ``"mean"``, ``"median"`` or ``"p90"``.
    rounded_to : float
        The step to which the figures were rounded, in seconds; not a number where that was not said.
    """

    old: float = seconds_field(shown=True)
    new: float = seconds_field(shown=True)
    change: float = attrs.field(metadata=shown_as("seconds_change"))
    change_rounding_low: float = attrs.field(metadata=shown_as("seconds_change", shown=False))
    change_rounding_high: float = attrs.field(metadata=shown_as("seconds_change", shown=False))
    percent_change: float = attrs.field(metadata=shown_as("percent"))
    percent_rounding_low: float = attrs.field(metadata=shown_as("percent", shown=False))
    percent_rounding_high: float = attrs.field(metadata=shown_as("percent", shown=False))
    of: str
    rounded_to: float

    def _sentence(self) -> str:
        exact = np.isnan(self.rounded_to)
        low, high = (self.change,) * 2 if exact else (self.change_rounding_low, self.change_rounding_high)
        name, old, new = _OF[self.of], duration(self.old), duration(self.new)
        if low == high == 0:
            return f"The {name} did not change: {old} before and after."
        moved = f"The {name} {'fell' if high <= 0 else 'rose'} from {old} to {new}"
        if low < 0 < high:
            moved = f"The rounding leaves open whether the {name}, {old} and then {new}, rose or fell"
        tells = (
            ""
            if exact
            else f" ({seconds_change(low)} to {seconds_change(high)} as far as the rounding tells)"
        )
        if np.isnan(self.percent_change):
            return f"{moved}: {seconds_change(self.change)}{tells}; percentage {self.reason}."
        relative, *limits = (
            signed(v, 1, "%")
            for v in (self.percent_change, self.percent_rounding_low, self.percent_rounding_high)
        )
        return f"{moved}: {seconds_change(self.change)}{tells}, {relative}{'' if exact else f' ({limits[0]} to {limits[1]})'}."


def published_time_change(
    old: Seconds,
    new: Seconds,
    /,
    *,
    of: Literal["mean", "median", "p90"] | None = None,
    rounded_to: Seconds | None = None,
) -> PublishedTimeChange:
    """Change between two published average times, with what their rounding leaves open.

    Parameters
    ----------
    old, new : float or timedelta
        The two figures, in seconds, >= 0.
    of : {"mean", "median", "p90"}
        What they are, which must be said: "average" may be either. It alters the sentence alone.
    rounded_to : float or timedelta, optional
        The step to which both were rounded: 1 for whole seconds, 60 for whole minutes. It gives the limits
        between which the change must lie. Default is none.

    Returns
    -------
    PublishedTimeChange
        The change in seconds and in per cent, and how far the rounding leaves them open. Where the first
        figure is 0 there is no percentage.

    Raises
    ------
    InvalidInputError
        If a figure is negative, or no multiple of `rounded_to`.
    InvalidTypeError
        If a figure is not a number, or `of` is left out.

    See Also
    --------
    time_change : The same from the times, with an interval.
    pool_means : The mean of everything from published means.

    Notes
    -----
    A figure printed as x was between x − step / 2 and x + step / 2, and not below 0. The percentage is least
    where the first one was rounded down and the second one up, and greatest the other way round.

    Examples
    --------
    "From 5 to 3 seconds, an improvement of 40 per cent", by figures in whole seconds:

    >>> print(published_time_change(5, 3, of="mean", rounded_to=1))
    The mean fell from 5 s to 3 s: −2 s (−3 s to −1 s as far as the rounding tells), −40.0% (−54.5% to −22.2%).
    """
    if of is None:
        msg = "of must be given: 'mean', 'median' or 'p90', for an average may be either."
        raise InvalidTypeError(msg)
    _check.choice(of, "of", tuple(_OF))
    before, after = (
        _check.number(as_seconds(value, name), name, low=0) for name, value in (("old", old), ("new", new))
    )
    step = np.nan if rounded_to is None else duration_in(rounded_to, "rounded_to")
    for name, value in {"old": before, "new": after}.items():
        if rounded_to is not None and abs(value / step - round(value / step)) > 1e-6:
            msg = f"{name} must be a multiple of rounded_to, {step:g}, if it was rounded to that; got {value:g}."
            raise InvalidInputError(msg)
    first, second = (np.maximum([v - step / 2, v + step / 2], 0) for v in (before, after))
    # A step that was not said leaves limits that are not a number.
    base = np.where(before > 0, [before, first[1], first[0]], np.nan)
    relative, low, high = (100 * (np.array([after, second[0], second[1]]) / base - 1)).tolist()
    return PublishedTimeChange(
        old=before,
        new=after,
        change=after - before,
        change_rounding_low=float(second[0] - first[1]),
        change_rounding_high=float(second[1] - first[0]),
        percent_change=relative,
        percent_rounding_low=low,
        percent_rounding_high=high,
        of=of,
        rounded_to=step,
        reason=None if before else "not applicable: the first figure is 0",
    )
