"""How long something takes when part of it has not ended yet: Kaplan-Meier and the log-rank test, of counts by time.

All groups are worked out at once; the rows are never written out. What a group gets does not hang on the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._typing import FloatArray, IntArray, SurvivalMethod
from policemetrics.intervals import wilson
from policemetrics.intervals._shared import z_of
from policemetrics.percentiles import Runs

__all__ = ["SURVIVAL_METHODS", "LogRank", "Survival", "kaplan_meier", "log_rank"]

SURVIVAL_METHODS: Final[tuple[str, ...]] = get_args(SurvivalMethod)

_ROUNDING: Final = 1e-12

Followed: TypeAlias = tuple[FloatArray, IntArray, IntArray, IntArray]
"""Times, how many ended at each, how many were followed until then and had not, and the number of the group; (runs,) each."""


@attrs.frozen(eq=False)
class Survival:
    """The share that has ended by each time at which something did, group after group.

    Attributes
    ----------
    runs : Runs
        All times, of what ended and of what was still open.
    times : ndarray of float64, (steps,)
        The times at which something ended, ascending within each group.
    lengths : ndarray of int64, (groups,)
        How many steps each group has; a group may have none.
    ended, low, high : ndarray of float64, (steps,)
        The share, above 0, that has ended by each, and its interval.
    confidence_level : float
        That of the interval.
    """

    runs: Runs
    times: FloatArray
    lengths: IntArray
    ended: FloatArray
    low: FloatArray
    high: FloatArray
    confidence_level: float

    def at(self, bound: FloatArray, *, inclusive: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the share that has ended by a time of each group, and its interval.

        Parameters
        ----------
        bound : ndarray of float64, (groups,)
            The times; nan for none.
        inclusive : bool
            Whether what ended exactly at that time has ended by it.

        Returns
        -------
        share, low, high : ndarray of float64, (groups,)
            Fractions; nan where nothing was followed for so long.
        """
        spread = np.repeat(bound, self.lengths)
        steps = self._sums(self.times <= spread if inclusive else self.times < spread)
        last = np.where(steps > 0, self._starts + steps - 1, -1)
        ahead = self.runs.sums(np.where(self.runs.values >= self.runs.spread(bound), self.runs.counts, 0))
        # Where nothing has ended yet, the limit is what as many as were followed for so long can tell.
        _, most = wilson(np.zeros(len(ahead)), ahead.astype(float), self.confidence_level)
        share, low = np.append(self.ended, 0.0)[last], np.append(self.low, 0.0)[last]
        high = np.where(steps > 0, np.append(self.high, 0.0)[last], most)
        known = (ahead > 0) | (share == 1)
        return np.where(known, share, np.nan), np.where(known, low, np.nan), np.where(known, high, np.nan)

    def percentiles(self, q: Sequence[float]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the times by which shares of each group have ended, and their intervals.

        Parameters
        ----------
        q : sequence of float
            Which, in per cent, above 0 and below 100.

        Returns
        -------
        estimate, low, high : ndarray of float64, (groups, len(q))
            The first time by which at least the share has ended; where exactly the share has, the middle
            of that level: halfway to the next step, or where there is none to the end of follow-up. nan where
            it was not reached; a limit that was not reached is nan below and infinite above.
        """
        columns: list[tuple[FloatArray, FloatArray, FloatArray]] = []
        for share in (np.asarray(q) / 100).tolist():
            estimate, low = (
                self._crossing(self.ended, share, np.nan),
                self._crossing(self.high, share, np.nan),
            )
            columns.append((estimate, low, self._crossing(self.low, share, np.inf)))
        estimate, low, high = (np.stack(column, axis=1) for column in zip(*columns, strict=True))
        return estimate, low, high

    def reached(self) -> FloatArray:
        """Return the share of each group that had ended when the last was followed.

        Returns
        -------
        ndarray of float64, (groups,)
            Fractions; 0 for a group without a step.
        """
        last = np.where(self.lengths > 0, self._starts + self.lengths - 1, -1)
        found: FloatArray = np.append(self.ended, 0.0)[last]
        return found

    @property
    def _starts(self) -> IntArray:
        found: IntArray = np.cumsum(self.lengths) - self.lengths
        return found

    def _sums(self, chosen: NDArray[np.bool_]) -> IntArray:
        through = np.append(0, np.cumsum(chosen))
        found: IntArray = through[self._starts + self.lengths] - through[self._starts]
        return found

    def _first(self, chosen: NDArray[np.bool_]) -> IntArray:
        """Find the first chosen step of each group; -1 where there is none."""
        never = len(chosen)
        found = np.full(len(self.lengths), never, dtype=np.int64)
        filled = self.lengths > 0
        if filled.any():
            places = np.where(chosen, np.arange(never), never)
            found[filled] = np.minimum.reduceat(places, self._starts[filled])
        return np.where(found < never, found, -1)

    def _crossing(self, column: FloatArray, share: float, never: float) -> FloatArray:
        """Return where a column reaches a share, in each group: the middle of a level that is the very share."""
        reached, passed = (self._first(column >= share + off) for off in (-_ROUNDING, _ROUNDING))
        there = np.append(self.times, never)[reached]
        followed = np.append(self.runs.values, never)[np.cumsum(self.runs.lengths) - 1]
        after = np.where(passed >= 0, np.append(self.times, never)[passed], followed)
        return np.where((reached >= 0) & (passed != reached), (there + after) / 2, there)


def kaplan_meier(
    values: FloatArray,
    ended: IntArray,
    still_open: IntArray,
    group: IntArray,
    groups: int,
    *,
    method: SurvivalMethod = "log-log",
    confidence_level: float = 0.95,
) -> Survival:
    r"""Estimate the share that has ended by each time, where part was still open when last followed.

    Parameters
    ----------
    values : ndarray of float64, (runs,)
        Distinct times, ascending within each group.
    ended, still_open : ndarray of int64, (runs,)
        How many ended at each time, and how many were followed until then and had not; >= 0, not both 0.
    group : ndarray of int64, (runs,)
        The number of the group that each belongs to, ascending.
    groups : int
        How many groups there are.
    method : {"log-log", "log"}, optional
        On which scale the interval is symmetric. Default is ``"log-log"``.
    confidence_level : float, optional
        Strictly between 0 and 1. Default is 0.95.

    Returns
    -------
    Survival
        The steps, which answer for any time or percentile.

    Notes
    -----
    Of :math:`n_i` that last at least as long as a time, :math:`d_i` end at it [1]_:

    .. math:: S_k = \prod_{i \le k} \frac{n_i - d_i}{n_i}, \qquad
              G_k = \sum_{i \le k} \frac{d_i}{n_i (n_i - d_i)}.

    With Greenwood's :math:`G` and the normal quantile z the limits are :math:`S^{\exp(\pm z \sqrt G / \ln S)}`
    (log-log) or :math:`S e^{\pm z \sqrt G}` (log), and the share that has ended is 1 - S. Where S is 0 or 1 they
    say nothing, and Wilson's limit for as many as are concerned takes their place. What is still open must not
    differ, in how long it will take, from what lasted as long and then ended.

    Most factors cancel. With :math:`c_i` still open, :math:`n_{i+1} = n_i - d_i - c_i`, so that

    .. math:: S_k = \frac{n_k - d_k}{n_1} \prod_{i < k} \left(1 + \frac{c_i}{n_{i+1}}\right):

    the plain share to the last bit where nothing is open. G is summed the same way. Where S, or a limit, is exactly
    level with a percentile, the middle of the level is its time, up to the end of follow-up for the last, as in R's ``survfit``.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal
       of the American Statistical Association, 53(282), 457-481.

    Examples
    --------
    Four took 5, 8, 12 and 30 minutes; a fifth is open after 20:

    >>> one = np.zeros(5, dtype=np.int64)
    >>> times, ended = np.array([5.0, 8, 12, 20, 30]), np.array([1, 1, 1, 0, 1])
    >>> found = kaplan_meier(times, ended, 1 - ended, one, 1)
    >>> found.ended.round(2).tolist()
    [0.2, 0.4, 0.6, 1.0]
    """
    _check.choice(method, "survival_method", SURVIVAL_METHODS)
    runs = Runs.of(values, ended + still_open, group, groups)
    starts = np.cumsum(runs.lengths) - runs.lengths
    through = np.cumsum(runs.counts)
    before_group = np.append(0, through)[starts]
    at_risk = runs.spread(runs.sizes + before_group) - through + runs.counts
    left = at_risk - runs.counts  # at the next time

    opens = np.flatnonzero((still_open > 0) & (left > 0))
    place = np.arange(len(opens)) - np.searchsorted(opens, starts)[group[opens]]
    later, gone = left[opens].astype(float), still_open[opens].astype(float)
    grown = np.append(1.0, _running(np.multiply, 1 + gone / later, place))
    shrunk = np.append(0.0, _running(np.add, gone / (later * (later + gone)), place))

    steps = np.flatnonzero(ended > 0)
    # How many times with something open come before each step, in its group and in all.
    earlier = np.searchsorted(opens, steps)
    own = earlier > np.searchsorted(opens, starts)[group[steps]]
    at = np.where(own, earlier, 0)
    n, after, size = (
        at_risk[steps].astype(float),
        (at_risk - ended)[steps].astype(float),
        runs.sizes[group[steps]],
    )
    still = after * grown[at]
    with np.errstate(divide="ignore"):
        variance = np.maximum(1 / after - 1 / size - shrunk[at], 0)
    low, high = _limits(still / size, variance, n, method, confidence_level)
    lengths = np.bincount(group[steps], minlength=groups).astype(np.int64)
    return Survival(runs, values[steps], lengths, (size - still) / size, 1 - high, 1 - low, confidence_level)


@attrs.frozen(eq=False)
class LogRank:
    """How many ended in each of two groups, how many would have were both alike, and the test; pair by pair.

    Attributes
    ----------
    observed, expected : ndarray of float64, (2, pairs)
        How many ended in the first and the second of each pair, and how many of all that ended would have, given how many
        were followed at each time.
    statistic : ndarray of float64, (pairs,)
        Chi-squared with one degree of freedom; nan where nothing ended while both were followed.
    p_value : ndarray of float64, (pairs,)
        Of equal hazards at all times; nan where the statistic is.
    """

    observed: FloatArray
    expected: FloatArray
    statistic: FloatArray
    p_value: FloatArray


def followed(ended: Runs, still_open: Runs) -> Followed:
    """Put the times of what ended and of what had not beside each other, as `kaplan_meier` takes them.

    Parameters
    ----------
    ended, still_open : Runs
        Of the same groups.

    Returns
    -------
    values, ended, still_open, group : ndarray, (runs,)
        Distinct times, ascending within each group, with how many of each ended, and had not.

    Examples
    --------
    >>> done, waiting = Runs.of_rows(np.array([5.0, 8, 8])), Runs.of_rows(np.array([8.0, 9]))
    >>> values, ended, still_open, group = followed(done, waiting)
    >>> values.tolist(), ended.tolist(), still_open.tolist()
    ([5.0, 8.0, 9.0], [1, 2, 0], [0, 1, 1])
    """
    both = ended, still_open
    values = np.concatenate([runs.values for runs in both]).astype(np.float64)
    group = np.concatenate([runs.spread(np.arange(len(runs.lengths))) for runs in both])
    counts = np.concatenate([runs.counts for runs in both])
    waiting = np.arange(len(values)) >= len(ended.values)
    order = np.lexsort((values, group))
    values, group, counts, waiting = values[order], group[order], counts[order], waiting[order]
    at = np.flatnonzero(_first_of_each(values, group))
    done, rest = (np.add.reduceat(np.where(side, counts, 0), at) for side in (~waiting, waiting))
    return values[at], done, rest, group[at]


def _first_of_each(values: FloatArray, group: IntArray) -> NDArray[np.bool_]:
    """Return which runs are the first of their value in their group."""
    found = np.ones(len(values), dtype=bool)
    found[1:] = (values[1:] != values[:-1]) | (group[1:] != group[:-1])
    return found


def log_rank(first: Followed, second: Followed, pairs: int) -> LogRank:
    r"""Test whether what lasts ends as fast in the second group of each pair as in the first.

    Parameters
    ----------
    first, second : tuple of ndarray, (runs,)
        Of the first and the second group of each pair the times, how many ended at each, how many were followed until then
        and had not, and the number of the pair; in any order.
    pairs : int
        How many pairs there are.

    Returns
    -------
    LogRank
        Observed and expected numbers, statistic and p-value.

    Notes
    -----
    Of :math:`n_{1i}` and :math:`n_{2i}` that last at least as long as a time, :math:`d_{1i}` and :math:`d_{2i}` end at it, n and d
    being their sums. With

    .. math:: U = \sum_i \frac{d_{2i} n_{1i} - d_{1i} n_{2i}}{n_i}, \qquad
              V = \sum_i \frac{d_i (n_i - d_i) n_{1i} n_{2i}}{n_i^2 (n_i - 1)}

    :math:`U^2 / V` is the statistic [1]_ [2]_, as in R's ``survdiff``.

    References
    ----------
    .. [1] Mantel, N. (1966). Evaluation of survival data and two new rank order statistics arising in its
       consideration. Cancer Chemotherapy Reports, 50(3), 163-170.
    .. [2] Peto, R. and Peto, J. (1972). Asymptotically efficient rank invariant test procedures. Journal of the Royal
       Statistical Society, Series A, 135(2), 185-207.

    Examples
    --------
    1, 2 and 3 days beside 2, 4 and more than 5:

    >>> one, none = np.ones(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    >>> first = np.array([1.0, 2, 3]), one, none, none
    >>> second = np.array([2.0, 4, 5]), np.array([1, 1, 0]), np.array([0, 0, 1]), none
    >>> found = log_rank(first, second, 1)
    >>> found.observed[:, 0].tolist(), found.statistic.round(3).tolist(), found.p_value.round(3).tolist()
    ([3.0, 2.0], [2.244], [0.134])
    """
    values, pair = np.concatenate([first[0], second[0]]), np.concatenate([first[3], second[3]])
    ended, still_open = (np.concatenate([first[i], second[i]]) for i in (1, 2))
    later = np.arange(len(values)) >= len(first[0])
    order = np.lexsort((values, pair))
    values, pair, later = values[order], pair[order], later[order]
    ended, gone = ended[order], (ended + still_open)[order]
    at = np.flatnonzero(_first_of_each(values, pair))
    of_pair = pair[at]
    lengths = np.bincount(of_pair, minlength=pairs).astype(np.int64)
    starts, filled = np.cumsum(lengths) - lengths, lengths > 0

    def sums(terms: NDArray[Any]) -> FloatArray:
        """Add up terms, one a time, by pair."""
        found = np.zeros(pairs)
        found[filled] = np.add.reduceat(terms, starts[filled])
        return found

    over, at_risk = [], []
    for side in (~later, later):
        ends, leave = (np.add.reduceat(np.where(side, n, 0), at) for n in (ended, gone))
        before = np.append(0, np.cumsum(leave))
        left = before[(starts + lengths)[of_pair]] - before[:-1]
        over.append(ends.astype(float))
        at_risk.append(left.astype(float))
    (d1, d2), (n1, n2) = over, at_risk
    d, n = d1 + d2, np.maximum(n1 + n2, 1)
    # Joined so that the other way round gives the same bits.
    variance = sums(d * (n - d) / np.maximum(n - 1, 1) * ((n1 / n) * (n2 / n)))
    apart = sums((d2 * n1 - d1 * n2) / n)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where(variance > 0, apart**2 / variance, np.nan)
    from policemetrics.intervals._special import erfc

    p_value: FloatArray = erfc(np.sqrt(statistic / 2))
    expected = np.stack([sums(d * n1 / n), sums(d * n2 / n)])
    return LogRank(np.stack([sums(d1), sums(d2)]), expected, statistic, p_value)


def _limits(
    share: FloatArray, variance: FloatArray, n: FloatArray, method: str, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the interval of shares below 1; of one that is 0, what as many can tell."""
    error = z_of(level) * np.sqrt(variance)
    inside = np.where(share > 0, share, 0.5)
    if method == "log":
        low, high = inside * np.exp(-error), np.minimum(inside * np.exp(error), 1)
    else:
        wider = np.exp(error / np.abs(np.log(inside)))
        low, high = inside**wider, inside ** (1 / wider)
    _, most = wilson(np.zeros_like(n), n, level)
    return low, np.where(share > 0, high, most)  # 0 has an infinite variance, and so the lower limit 0


def _running(join: np.ufunc, terms: FloatArray, place: IntArray) -> FloatArray:
    """Join the terms of each group from its first, by doubling; `place` counts them from 0 within it.

    One running sum over all groups would carry the rounding of each into the next.
    """
    found, step = terms.copy(), 1
    while step <= place.max(initial=0):
        found[step:] = np.where(place[step:] >= step, join(found[step:], found[:-step]), found[step:])
        step *= 2
    return found
