"""What two published percentages, of crime and of harm, say of the harm of a crime."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from policemetrics import _check
from policemetrics._write import moved, plain, signed, size
from policemetrics.errors import InvalidInputError
from policemetrics.results import Figure, column, figure


@figure(estimate="percent_change", counts="harm")
class HarmPerCrimeChange(Figure):
    """The change in the mean harm of a crime that two published percentages imply.

    Attributes
    ----------
    crime, harm : float
        The published changes in the number of crimes and in their harm, in per cent.
    percent_change : float
        Change in harm per crime, in per cent.
    rounding_low, rounding_high : float
        Its bounds if both percentages were rounded; nan if no step was given. They are not a confidence interval.
    rounded_to : float
        The one step to which both percentages were rounded; nan if no step was given.
    """

    crime: float = column("percent", "denominator")
    harm: float = column("percent", "numerator")
    percent_change: float = column("percent", "estimate", of=("crime", "harm"))
    rounding_low: float = column("percent", "lower", of="percent_change", shown=False)
    rounding_high: float = column("percent", "upper", of="percent_change", shown=False)
    rounded_to: float

    def _sentence(self) -> str:
        headline = f"Crime {_moved(self.crime)} and harm {_moved(self.harm)}"
        exact = np.isnan(self.rounding_low)
        low, high = (self.percent_change,) * 2 if exact else (self.rounding_low, self.rounding_high)
        estimate, *both = (signed(v, 1, "%") for v in (self.percent_change, low, high))
        between = "" if exact else f", between {both[0]} and {both[1]} as far as the rounding tells"
        if low == high == 0:
            return f"{headline}: harm moved as crime did, so harm per crime did not change."
        if low <= 0 <= high:
            return f"{headline}: the rounding leaves open whether harm per crime rose or fell ({estimate}{between})."
        change = moved(low or high, f"{size(self.percent_change, 1)}%")
        return f"{headline}: {self._compared}harm per crime {change}{between}."

    @property
    def _compared(self) -> str:
        """Say which moved more, where both moved one way: of two falls the smaller leaves more harm in a crime."""
        if self.crime * self.harm <= 0:
            return ""
        more = "more" if abs(self.harm) > abs(self.crime) else "less"
        return f"harm {'fell' if self.harm < 0 else 'rose'} {more} than crime, so "


def _moved(percent: float) -> str:
    written = plain(abs(percent))
    digits = written.rstrip("0").rstrip(".") if "." in written else written
    return moved(percent, f"{digits}%")


def harm_per_crime_change(
    *, crime: float, harm: float, rounded_to: float | None = None
) -> HarmPerCrimeChange:
    """Change in the mean harm of a crime, from the published changes of crime and of harm.

    Parameters
    ----------
    crime : float
        Change in the number of crimes, in per cent, > −100: −10 for a fall by a tenth.
    harm : float
        Change in their harm over the same two periods, in per cent, > −100.
    rounded_to : float, optional
        The step to which both were rounded: 1 for whole per cent. It gives the limits between which the
        result must lie. Default is none.

    Returns
    -------
    HarmPerCrimeChange
        The change of harm per crime, in per cent, and the range that the rounding allows.

    Raises
    ------
    InvalidInputError
        If a change is −100% or less, or could be before rounding, or is not a multiple of `rounded_to`.
    InvalidTypeError
        If one of them is not a number.

    See Also
    --------
    harm_change : The same from counts, with an interval and with what made the change.

    Notes
    -----
    Harm per crime is multiplied by :math:`(1 + h/100) / (1 + c/100)`. It is lowest if harm was rounded up and
    crime down by half a step, and highest if it was the other way round. If harm fell less than crime, there was
    still less harm: there were fewer crimes, with more harm per crime on average.

    Examples
    --------
    >>> print(harm_per_crime_change(crime=-10, harm=-5, rounded_to=1))
    Crime fell by 10% and harm fell by 5%: harm fell less than crime, so harm per crime rose by 5.6%, between +4.4% and +6.7% as far as the rounding tells.
    """
    given = {"crime": crime, "harm": harm}
    found = {name: _check.number(value, name, above=-100) for name, value in given.items()}
    step = np.nan
    if rounded_to is not None:
        step = _check.number(rounded_to, "rounded_to", above=0)
        for name, value in found.items():
            _check.refuse_unrounded(value, name, step)
    limits = {name: (value - step / 2, value, value + step / 2) for name, value in found.items()}
    return per_crime_change_between(limits, rounded_to=step)


def per_crime_change_between(
    changes: Mapping[str, tuple[float, float, float]], *, rounded_to: float = np.nan
) -> HarmPerCrimeChange:
    """Work the change out of "crime" and "harm", each as the least it can be, as published, and the most."""
    for name, (low, value, _) in changes.items():
        if low <= -100:
            msg = f"{name} must be > -100 however it was rounded; got {value:g}, which may be as low as {low:g}."
            raise InvalidInputError(msg)
    crime, harm = changes["crime"], changes["harm"]
    # Least where harm is least and crimes are most, and the other way round.
    return HarmPerCrimeChange(
        crime=crime[1],
        harm=harm[1],
        percent_change=_percent(crime[1], harm[1]),
        rounding_low=_percent(crime[2], harm[0]),
        rounding_high=_percent(crime[0], harm[2]),
        rounded_to=rounded_to,
    )


def _percent(crime: float, harm: float) -> float:
    """Return the change of harm per crime; as a difference first, so that equal changes give 0 to the bit."""
    return 100 * (harm - crime) / (100 + crime)
