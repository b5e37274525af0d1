"""`detectable_change`: by how much a count or a share must move to be told from chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, overload

import numpy as np
from scipy.special import ndtri

from policemetrics import _check, spc
from policemetrics._compare import Rows
from policemetrics._write import count as written
from policemetrics._write import percent, signed
from policemetrics.errors import InvalidInputError
from policemetrics.results import Figure, Results, column, figure, input_field
from policemetrics.typing import Column, Dispersion, FloatArray, Label, Number, Numbers

_FEW: Final = 12


@figure(estimate=("fall_percent", "rise_percent"))
class DetectableChange(Figure):
    """The smallest change of a count, or of a share, that a comparison of two periods would find.

    Attributes
    ----------
    base : float
        The count expected without a change; for a share its numerator.
    fall_to, rise_to : float
        A fall to this count (or share, as a fraction) or below is found, and a rise to this or above; nan if none
        would be.
    fall_percent, rise_percent : float
        The same in per cent of the base.
    out_of : float
        The denominator of the share; nan for a count.
    power, confidence_level, dispersion : float
        How often such a change is found, at which level, and the variance of the counts divided by that of
        Poisson counts.
    """

    _unprotected: ClassVar[str] = "which is for planning"

    base: float = column("number", "numerator")
    fall_to: float = column("number")
    rise_to: float = column("number")
    fall_percent: float = column("percent", "estimate", of=("fall_to", "base"))
    rise_percent: float = column("percent", "estimate", of=("rise_to", "base"))
    out_of: float = input_field("denominator", default=np.nan)
    power: float
    confidence_level: float
    dispersion: float

    def _sentence(self) -> str:
        share = not np.isnan(self.out_of)
        form = percent if share else written
        start = (
            f"{percent(self.base / self.out_of)} of {written(self.out_of)}" if share else written(self.base)
        )
        ends = [
            f"a {word} to {form(to)} ({signed(by, 1, '%')})"
            for word, to, by in (
                ("fall", self.fall_to, self.fall_percent),
                ("rise", self.rise_to, self.rise_percent),
            )
            if not np.isnan(to)
        ]
        found = " or ".join(ends)
        often = f"in {self.power * 100:g} of 100 cases at {self.confidence_level * 100:g}% confidence"
        if not found:
            return f"From {start} {self.reason}."
        return f"From {start} it takes {found} to be told from chance {often}."


@overload
def detectable_change(
    base: Number,
    /,
    *,
    out_of: Number | None = None,
    power: float = 0.8,
    confidence_level: float = 0.95,
    dispersion: Dispersion = 1,
    history: Sequence[Number] | Column | None = None,
) -> DetectableChange: ...
@overload
def detectable_change(
    base: Numbers,
    /,
    *,
    labels: Sequence[Label] | Column,
    out_of: Number | Numbers | None = None,
    power: float = 0.8,
    confidence_level: float = 0.95,
    dispersion: Dispersion = 1,
    history: Sequence[Number] | Column | None = None,
) -> Results[DetectableChange]: ...
def detectable_change(
    base: Any,
    /,
    *,
    labels: Any = None,
    out_of: Any = None,
    power: float = 0.8,
    confidence_level: float = 0.95,
    dispersion: Dispersion = 1,
    history: Sequence[Number] | Column | None = None,
) -> DetectableChange | Results[DetectableChange]:
    r"""How much a count, or a share, must change between two periods to be told from chance.

    Parameters
    ----------
    base : float, or sequence of float with `labels`
        The expected count of the first period, > 0; or the numerator of its share.
    labels : sequence of str or int, optional
        A label for each; gives a table with the dimension ``label``.
    out_of : float, or sequence of float with `labels`, optional
        The denominator of the share, in either period. Default is none: `base` is a count.
    power : float, optional
        The share of such cases in which the change is found; between 0.5 and 1. Default is 0.8.
    confidence_level : float, optional
        The level of the interval, or test, that is to find it. Strictly between 0 and 1. Default is 0.95.
    dispersion : float or "estimate", optional
        The variance of the counts, divided by that of Poisson (or binomial) counts. ``"estimate"`` is Pearson's
        estimate, `policemetrics.spc.dispersion`, from `history`, but at least 1. Default is 1.
    history : sequence of float, optional
        With ``dispersion="estimate"``, for a count: at least twelve counts of earlier periods of one length.

    Returns
    -------
    DetectableChange or Results of DetectableChange
        How far the figure must fall, or rise. If it cannot fall that far, there is no such fall, and the reason
        says so.

    Raises
    ------
    InvalidInputError
        If a base is not above 0, a share not below 1, or an option out of its range.

    See Also
    --------
    rate_change : The comparison itself.
    control_chart : Many periods instead of two.

    Notes
    -----
    The square root of a Poisson count has nearly the same variance whatever the count is; so has the arcsine of
    the root of a share [1]_. With :math:`\delta = z_{1 - \alpha/2} + z_{\mathrm{power}}` and the dispersion
    :math:`\varphi` a count
    :math:`b` must move to

    .. math:: \left(\sqrt b \pm \delta \sqrt{\varphi/2}\right)^2,

    and a share :math:`p` of :math:`n` to :math:`\sin^2\left(\arcsin\sqrt p \pm \delta\sqrt{\varphi/(2n)}\right)` [2]_. For
    counts under about ten this is rough.

    References
    ----------
    .. [1] Anscombe, F. J. (1948). The transformation of Poisson, binomial and negative-binomial data. Biometrika,
       35(3/4), 246-254.
    .. [2] Cohen, J. (1988). Statistical power analysis for the behavioral sciences (2nd ed.), chapter 6. Erlbaum.

    Examples
    --------
    >>> print(detectable_change(400))
    From 400 it takes a fall to 324.7 (−18.8%) or a rise to 483.2 (+20.8%) to be told from chance in 80 of 100 cases at 95% confidence.
    """
    level = _check.confidence_level(confidence_level)
    power = _check.number(power, "power", low=0.5)
    if power >= 1:
        msg = f"power must be at least 0.5 and below 1; got {power:g}."
        raise InvalidInputError(msg)
    spread = (
        _check.number(dispersion, "dispersion", above=0)
        if dispersion != "estimate"
        else _estimated(history, labels, out_of)
    )
    if history is not None and dispersion != "estimate":
        msg = "history= goes with dispersion='estimate'; leave it out, or ask for the estimate."
        raise InvalidInputError(msg)
    given = {"base": base} | ({} if out_of is None else {"out_of": out_of})
    rows, columns = Rows.of_numbers(labels, given)
    start = np.atleast_1d(_check.positive(columns[0], "base")).astype(float)
    step = float(ndtri((1 + level) / 2) + ndtri(power)) * np.sqrt(spread / 2)
    if out_of is None:
        whole, root = np.full(len(start), np.nan), np.sqrt(start)
        fall = np.where(root > step, (root - step) ** 2, np.nan)
        rise, reference = (root + step) ** 2, start
    else:
        whole = np.broadcast_to(
            np.atleast_1d(_check.positive(columns[1], "out_of")).astype(float), start.shape
        )
        if (start >= whole).any():
            at = int(np.argmax(start >= whole))
            msg = f"base must be below out_of; got {start[at]:g} of {whole[at]:g}."
            raise InvalidInputError(msg)
        fall, rise, reference = _of_share(start / whole, step / np.sqrt(whole))
    rows.explain(np.isnan(fall) & np.isnan(rise), "no fall and no rise is far enough to be told from chance")
    rows.explain(np.isnan(fall), "no fall is far enough to be told from chance")
    rows.explain(np.isnan(rise), "no rise is far enough to be told from chance")
    values = {
        "base": start,
        "fall_to": fall,
        "rise_to": rise,
        "fall_percent": 100 * (fall / reference - 1),
        "rise_percent": 100 * (rise / reference - 1),
        "out_of": whole,
        "power": power,
        "confidence_level": level,
        "dispersion": spread,
    }
    stand = {
        name: ~np.isnan(values[name])
        for name in ("base", "fall_to", "rise_to", "fall_percent", "rise_percent")
    }
    return rows.results(DetectableChange, values, stand)


def _estimated(history: Any, labels: Any, out_of: Any) -> float:
    """Estimate the dispersion of one count from those before it."""
    if history is None or labels is not None or out_of is not None:
        msg = "dispersion='estimate' needs history=, the counts of at least twelve earlier periods, and is of one count."
        raise InvalidInputError(msg)
    counts = np.atleast_1d(_check.nonnegative(history, "history"))
    if len(counts) < _FEW:
        msg = f"history must hold at least {_FEW} counts; got {len(counts)}."
        raise InvalidInputError(msg)
    return float(np.fmax(spc.dispersion(counts, np.ones(len(counts))), 1.0))


def _of_share(share: FloatArray, step: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return to what a share must fall and rise, and the share."""
    angle = np.arcsin(np.sqrt(share))
    fall = np.where(angle > step, np.sin(angle - step) ** 2, np.nan)
    rise = np.where(angle + step < np.pi / 2, np.sin(angle + step) ** 2, np.nan)
    return fall, rise, share
