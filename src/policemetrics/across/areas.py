"""`compare`: each area of a table of figures beside a group: which stand out, by chance alone and beyond it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from policemetrics import _check
from policemetrics._compare import Mask, Rows
from policemetrics._figure import uncapitalised
from policemetrics._write import plain
from policemetrics.across.chance import SCALES, Scale, Test
from policemetrics.across.figures import Counted
from policemetrics.across.placed import WITHIN, AreaRate, AreaShare
from policemetrics.definitions import canonical_force_names, force_names
from policemetrics.errors import ChoiceNeededError, InvalidInputError, InvalidTypeError, Note
from policemetrics.funnels import normal_p, ranks, spread
from policemetrics.intervals._shared import Limits
from policemetrics.multiplicity import ADJUSTMENTS, Adjustment, adjusted
from policemetrics.results import Results
from policemetrics.typing import FloatArray, IntArray, Label

Against: TypeAlias = Literal["pooled", "mean_of_rates"] | float
Overdispersion: TypeAlias = Literal["additive", "multiplicative"]
Members: TypeAlias = Iterable[Label] | Mapping[Label, Iterable[Label]]

_AGAINST: Final = {
    "pooled": "all that was counted in the group out of all that it is out of: larger areas weigh more",
    "mean_of_rates": "the plain mean of the figures: every area weighs the same, whatever its size",
}
_SELF: Final = "include_self must be True or False: whether an area belongs to the group it is compared with. Both are official conventions, and they differ."
_LEAST: Final = 3  # areas, itself among them: of two each is as far above the other as that is below it
_LIMITS: Final = (
    "value_low", "value_high", "lower", "upper", "lower_outer", "upper_outer", "lower_spread", "upper_spread",
    "lower_outer_spread", "upper_outer_spread",
)  # fmt: skip
_HEADS: Final = ("resident", "popul", "people", "person", "head", "household", "inhabitant")


_DATA_FIRST: Final = Note(
    "check-the-data",
    "check the data",
    "so far from the others the data come first: whether all was sent, and counted in the same way",
)


# ---- compare ----------------------------------------------------------------------------


@_check.asking_together
def compare(
    figures: Results[Any],
    /,
    *,
    of: str = "force",
    against: Against | None = None,
    include_self: bool | None = None,
    members: Members | None = None,
    column: str | None = None,
    scale: Scale | None = None,
    overdispersion: Overdispersion | None = "additive",
    winsorise: float = 0.1,
    adjust: Adjustment | None = None,
    least_expected: float = 5,
    confidence_levels: tuple[float, float] = (0.95, 0.998),
) -> Results[AreaShare] | Results[AreaRate]:
    r"""Compare each area of a table of figures with a group, and say which stand out.

    Parameters
    ----------
    figures : Results
        The figures by area, as `rate`, `share`, `positive_outcome_rate`, `harm_score`, `answer_times` or
        `response_times` give them with ``by="force"``: any with a numerator and a denominator.
    of : str, optional
        The dimension whose labels are compared. Default is ``"force"``.
    against : {"pooled", "mean_of_rates"} or float
        The figure of the group: its events divided by its denominators, both added up; or the plain mean of its
        figures. Or a number of your own, such as a target. It must be given.
    include_self : bool
        Whether an area belongs to the group it is compared with. It must be given if there is a group.
    members : iterable of label, or mapping of label to labels, optional
        The areas of the group with which all areas of the table are compared; or, for each area to compare, the
        areas similar to it. Default is all areas that have a figure.
    column : str, optional
        Which figure, where a table has several: ``"per_head"`` or ``"per_crime"`` of `harm_score`.
    scale : {"identity", "arcsine", "log"}, optional
        The scale on which the spread is measured. Default is identity for shares and logarithmic for rates.
    overdispersion : {"additive", "multiplicative"} or None, optional
        How to allow for the spread between areas: add it to the variance of chance, or multiply that variance.
        None tests against chance alone. Default is ``"additive"``.
    winsorise : float, optional
        The share of the z at either end that is pulled in before the spread is measured, 0 to under 0.5. Default
        is 0.1.
    adjust : {"bh", "bonferroni"}, optional
        How p-values are adjusted for the number of areas tested. Default is not at all.
    least_expected : float, optional
        How many events an area must be expected to have to be tested; for a share also how many cases without the
        event. Default is 5.
    confidence_levels : tuple of two float, optional
        The levels of the limits, the lower first. Default is (0.95, 0.998).

    Returns
    -------
    Results of AreaShare or Results of AreaRate
        A row per area. An area without a figure says why, and is not in the group. An area that is not tested is
        shown, and says why.

    Raises
    ------
    ChoiceNeededError
        If `against` or `include_self` is missing, or `column` if there are several.
    InvalidTypeError
        If `figures` is not a table of such figures, or an argument has no use.
    InvalidInputError
        If an area occurs twice, the figures have several definitions, a total is among its parts, or a group has
        fewer than three areas.
    UnknownNameError
        If an area, a column, a scale or a dimension does not exist.

    See Also
    --------
    against : Each figure beside a value by itself, with an exact test.
    standardised_ratio : Figures adjusted for their mix, which can also be compared.
    plot.funnel, plot.caterpillar : The pictures.

    Notes
    -----
    Let y be the area's figure and t the group's, both on the scale, and s the standard error from chance: z =
    (y - t) / s. For shares
    :math:`s = \sqrt{t(1-t)/n}`, on the arcsine scale :math:`1 / (2 \sqrt{n})`; for rates :math:`1 / \sqrt{E}` on the
    logarithmic scale, with E events expected. A ratio of two flows has the chance of both. :math:`\phi` and
    :math:`\tau` measure the spread, and limits are :math:`t \pm z \sqrt{s^2 + \tau^2}` [1]_ [2]_. Limits by chance alone are
    those of Wilson's score test for shares, exact for rates. The group's figure is taken as known.

    References
    ----------
    .. [1] Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine,
       24(8), 1185-1202.
    .. [2] Spiegelhalter, D., Sherlaw-Johnson, C., Bardsley, M., Blunt, I., Wood, C. and Grigg, O. (2012). Statistical
       methods for healthcare regulation: rating, screening and surveillance. Journal of the Royal Statistical Society,
       Series A, 175(1), 1-47.

    Examples
    --------
    >>> import policemetrics as pm
    >>> forces = ["Kent", "Essex", "Dorset", "Surrey"]
    >>> shares = pm.share([120, 340, 95, 710], [1000, 2500, 1000, 5000], labels=forces)
    >>> found = compare(shares, of="label", against="pooled", include_self=True, overdispersion=None)
    >>> found.at(label="Dorset").by_chance, round(found.at(label="Dorset").z, 2)
    ('below 99.8%', -3.55)
    """
    asked = _Asked.of(
        against, include_self, members, overdispersion, winsorise, adjust, least_expected, confidence_levels
    )
    counted = Counted.of(figures, column, (of,), "positive_outcome_rate(…, by='force')")
    cells, (code,) = counted.codes((of,))
    labels = cells.label(of)[code]
    if scale is not None:
        _check.choice(scale, f"scale of a {counted.form}", SCALES[counted.model])
    test = Test(counted, scale or SCALES[counted.model][0], asked.levels, asked.least)
    if counted.model == "share" and not isinstance(asked.against, str) and asked.against >= 1:
        msg = f"against must be a fraction under 1 for a share, as 0.12 for 12%; got {plain(asked.against)}."
        raise InvalidInputError(msg)
    few = _few_residents(counted, labels)
    why = few if members is None else np.full(len(few), "", dtype=object)  # who is named is tested
    group = _Group.of(labels, ~np.isnan(counted.value) & (why == ""), members, asked)
    with np.errstate(all="ignore"):  # of what is not tested nothing is shown, whatever a formula gives
        return _placed(test, group, asked, few, of)


@attrs.frozen
class _Asked:
    """What was asked for."""

    against: str | float
    include_self: bool | None
    overdispersion: Overdispersion | None
    winsorise: float
    adjust: Adjustment | None
    least: float
    levels: tuple[float, float]

    @classmethod
    def of(
        cls,
        against: Any,
        include_self: Any,
        members: Any,
        overdispersion: Any,
        winsorise: Any,
        adjust: Any,
        least: Any,
        levels: Any,
    ) -> _Asked:
        """Check it; what has no default is asked for together."""
        if _check.is_number(against):
            if include_self is not None or members is not None:
                msg = "include_self= and members= go with a group; against= is a number: leave them out."
                raise InvalidTypeError(msg)
            chosen: Any = _check.number(against, "against", above=0)
        else:
            chosen, _ = _check.together(
                lambda: _check.one_of(against, "against", _AGAINST, "\nOr give a number, a target say."),
                lambda: _said_self(include_self),
            )
        for value, name, options in (
            (overdispersion, "overdispersion", ("additive", "multiplicative")),
            (adjust, "adjust", ADJUSTMENTS),
        ):
            if value is not None:
                _check.choice(value, name, options)
        share = _check.number(winsorise, "winsorise", low=0)
        few = _check.number(least, "least_expected", low=0)
        if share >= 0.5:
            msg = f"winsorise must be under 0.5, which is all that lies on one side; got {winsorise}."
            raise InvalidInputError(msg)
        pair = levels if isinstance(levels, tuple | list) and len(levels) == 2 else (0, 0)
        inner, outer = (_check.number(level, "confidence_levels") for level in pair)
        if not 0 < inner < outer < 1:
            msg = f"confidence_levels must be two levels between 0 and 1, the lower first, as (0.95, 0.998); got {_check.shown(levels)}."
            raise InvalidInputError(msg)
        return cls(chosen, include_self, overdispersion, share, adjust, few, (inner, outer))

    @property
    def audit(self) -> dict[str, Any]:
        """What a figure says of it, by the name of its field."""
        return {
            "against": self.against if isinstance(self.against, str) else plain(self.against),
            "include_self": {None: "", True: "yes", False: "no"}[self.include_self],
            "overdispersion": self.overdispersion or "",
            "adjust": self.adjust or "",
            "winsorise": self.winsorise,
            "confidence_levels": self.levels,
            "confidence_level": self.levels[0],
        }


def _said_self(include_self: Any) -> bool:
    if include_self is None:
        raise ChoiceNeededError(
            Note("choose-include-self", "include_self= must be given", _SELF),
            answers={"include_self": (True, False)},
        )
    return _check.flag(include_self, "include_self")


def _few_residents(counted: Counted, labels: NDArray[Any]) -> NDArray[np.object_]:
    """Say which areas have too few residents for a rate per head to say much; empty for all others."""
    why = np.full(len(labels), "", dtype=object)
    over = counted.out_of.casefold()
    if counted.model in {"rate", "weighted"} and (not over or any(word in over for word in _HEADS)):
        known = {n: force.note for n, force in force_names().items() if force.kind == "territorial"}
        canonical = canonical_force_names(labels.tolist())
        named = {n: note for n, note in known.items() if note}
        for label in (*named, *(label for label, name in canonical.items() if name in named)):
            why[labels == label] = named[canonical.get(label, label)].rstrip(".")
    return why


# ---- the group --------------------------------------------------------------------------


@attrs.frozen
class _Group:
    """Which areas are compared (`rows`), and with which: `at` (groups, members), -1 for none; one group, or one for each.

    Of one group an area is `added` (1) where it is no member, or taken out (-1), as was asked.
    """

    rows: IntArray
    at: IntArray
    usable: Mask
    added: FloatArray
    lacking: Mapping[int, str]

    @classmethod
    def of(cls, labels: NDArray[Any], usable: Mask, members: Any, asked: _Asked) -> _Group:
        """Find the members of each group; those without a figure are not in it."""
        place = {label: row for row, label in enumerate(labels.tolist())}
        every = np.arange(len(labels))
        if isinstance(members, Mapping):
            _refuse_few([len(members) * _LEAST], ["any area: members= is empty"])
            rows = np.array([_row(area, place) for area in members], dtype=np.int64)
            own = [[row] if asked.include_self else [] for row in rows.tolist()]
            listed = [
                [j for j in _several(of, place) if j != row] + mine
                for row, of, mine in zip(rows.tolist(), members.values(), own, strict=True)
            ]
            _refuse_few([len({*g, r}) for g, r in zip(listed, rows.tolist(), strict=True)], list(members))
            at = np.full((len(rows), max(map(len, listed))), -1, dtype=np.int64)
            for i, group in enumerate(listed):
                at[i, : len(group)] = group
            added = np.zeros(len(rows))
        else:
            chosen = every if members is None else np.array(_several(members, place), dtype=np.int64)
            rows, at = every, chosen[None]
            among = np.zeros(len(labels), dtype=bool)
            among[chosen] = True
            added = (
                np.where(among, 0.0 if asked.include_self else -1.0, float(bool(asked.include_self))) * usable
            )
            if asked.against in _AGAINST or asked.overdispersion is not None:
                _refuse_few([int((among & usable).sum())], ["the table"])
        gone = (at >= 0) & ~np.append(usable, True)[at]
        named = {
            i: _check.cut(map(str, labels[at[i][gone[i]]].tolist()))
            for i in np.flatnonzero(gone.any(axis=1)).tolist()
        }
        return cls(rows, np.where(gone, -1, at), usable, added, named)

    def references(self, counted: Counted, asked: _Asked) -> tuple[FloatArray, FloatArray]:
        """Return the figure of each group, nan of too few, and how many are in it."""
        one = np.ones(len(self.usable))
        size = self.sums(one)
        if asked.against not in _AGAINST:
            return np.full(len(size), float(asked.against)), size * np.nan
        pooled = counted.numerator * counted.unit, counted.denominator
        above, below = map(self.sums, pooled if asked.against == "pooled" else (counted.value, one))
        few = size < _LEAST - (not asked.include_self)
        return above / np.where(few | (below <= 0), np.nan, below), size

    def sums(self, values: FloatArray) -> FloatArray:
        """Add up a column over the group of each area."""
        found = np.append(np.where(self.usable, values, 0), 0)
        total: FloatArray = found[self.at].sum(axis=1) + self.added * found[self.rows]
        return total


def _row(area: Any, place: Mapping[Any, int]) -> int:
    if not isinstance(area, str | int) or area not in place:
        _check.known(area, "members", place)
    return place[area]


def _several(members: Any, place: Mapping[Any, int]) -> list[int]:
    if isinstance(members, str) or not isinstance(members, Iterable):
        raise _check.wrong_type(members, "members must be several labels, or a mapping of label to several")
    return list(dict.fromkeys(_row(area, place) for area in members))


def _refuse_few(sizes: list[int], names: list[Any]) -> None:
    few = [name for name, size in zip(names, sizes, strict=True) if size < _LEAST]
    if few:
        msg = (
            f"a group must have at least {_LEAST} areas with a figure, the area itself among them; got fewer for {_check.listing(few)}: "
            "give more in members=, or set areas beside a figure of your own, as in against=0.12, overdispersion=None."
        )
        raise InvalidInputError(msg)


# ---- every area ------------------------------------------------------------------------


def _placed(test: Test, group: _Group, asked: _Asked, few: NDArray[np.object_], of: str) -> Results[Any]:
    """Place every area: its reference, how far it is from there, the limits, its rank."""
    counted, at = test.counted, group.rows
    value, (t, size) = counted.value[at], group.references(counted, asked)
    rows, tested = _tested(test, group, asked, few, t)
    phi, tau = _spread(test, group, t, asked.winsorise)
    s, z, (p, *by_chance) = test.error(at, t), test.z(at, t), test.by_chance(at, t)
    wide = np.hypot(s, tau) if asked.overdispersion == "additive" else s * np.sqrt(np.maximum(phi, 1))
    z_spread = z * s / wide
    p_spread, allowed = normal_p(z_spread), [test.limits(t, wide, level) for level in asked.levels]
    last = p if asked.overdispersion is None else p_spread
    joint = test.interval(at, tested, asked.levels[0] ** (1 / max(int(tested.sum()), 1)))
    rank = ranks(np.where(tested, value, np.nan), *joint)
    tests = {"z": z, "p": p, "z_spread": z_spread, "p_spread": p_spread}
    tests["p_adjusted"] = adjusted(np.where(tested, last, np.nan), asked.adjust or "bh")
    tests |= zip(("rank", "rank_low", "rank_high"), rank, strict=True)
    sides = [
        _sides(v, limits, tested, asked.levels)
        for v, limits in zip(test.values(at), (by_chance, allowed), strict=True)
    ]
    side = sides[0 if asked.overdispersion is None else 1]
    pairs = [test.interval(at, rows.there, asked.levels[0]), *by_chance, *allowed]
    counts = {"numerator": counted.numerator[at], "denominator": counted.denominator[at]}
    stand = {**dict.fromkeys(tests, tested), **{name: ~np.isnan(count) for name, count in counts.items()}}
    none = np.zeros(len(t), dtype=bool)
    stand |= (
        dict.fromkeys(("z_spread", "p_spread", *_LIMITS[-4:]), none) if asked.overdispersion is None else {}
    )
    stand |= {"p_adjusted": none} if asked.adjust is None else {}
    known = np.nan if asked.overdispersion is None else 1
    rows.note(*counted.notes)
    _say(rows, group, asked, np.where(tested, few[at], ""), side)
    values = {
        **tests, **counts, **dict(zip(_LIMITS, chain.from_iterable(pairs), strict=True)), "value": value, "reference": t,
        "difference": (100 if counted.form == "share" else 1) * (value - t), "phi": known * phi, "tau": known * tau,
        "members": size, "areas": float(tested.sum()), "by_chance": sides[0], "side": side, "of_what": counted.about,
        "out_of_what": counted.out_of, "of": of, "scale": test.scale, "limits_method": test.method, **asked.audit,
    }  # fmt: skip
    return rows.results(AreaShare if counted.form == "share" else AreaRate, values, stand, single=False)


def _tested(
    test: Test, group: _Group, asked: _Asked, few: NDArray[np.object_], t: FloatArray
) -> tuple[Rows, Mask]:
    """Start the rows of the answer: who has no figure, and who is not tested, says why."""
    at, table = group.rows, test.counted.table[group.rows]
    silent = np.where(np.isnan(test.counted.value[at]), table["reason"], np.array(None))
    keys = {dim: table[dim] for dim in table[0].group}
    rows = Rows(keys, silent, exclusions=table._exclusions, notes=table._notes, chosen=test.counted.chosen)
    rows.explain(np.isnan(t), "not available: of its group fewer than three have a figure")
    rows.settle()
    enough, apart = test.enough(at, t), (few[at] != "") & ~group.usable[at]
    rows.explain(
        apart, lambda row: f"not tested: {uncapitalised(few[at][row])}; name it in members= to test it"
    )
    rows.explain(
        ~enough, f"not tested: fewer than {asked.least:g} are expected of it, of a share on either side"
    )
    return rows, rows.there & enough & ~apart


def _spread(test: Test, group: _Group, t: FloatArray, winsorise: float) -> tuple[FloatArray, FloatArray]:
    """Measure the spread of each group: φ and τ, of the members that can be tested."""
    at = group.at
    beside = np.append(t, np.nan)[at] if len(at) < len(t) else t[:, None]
    there = (at >= 0) & test.enough(at, beside)
    z, s = (np.where(there, v, np.nan) for v in (test.z(at, beside), test.error(at, beside)))
    phi, tau = spread(z, s, winsorise)
    return np.broadcast_to(phi, t.shape), np.broadcast_to(tau, t.shape)


def _sides(
    value: FloatArray, limits: Sequence[Limits], tested: Mask, levels: tuple[float, float]
) -> NDArray[np.object_]:
    """Say on which side of which limit each value lies."""
    (low, high), (lowest, highest) = limits
    where = [~tested, value > highest, value < lowest, value > high, value < low]
    words = [f"{way} {100 * level:g}%" for level in reversed(levels) for way in ("above", "below")]
    found: NDArray[np.object_] = np.array(["", *words, WITHIN], dtype=object)[np.select(where, range(5), 5)]
    return found


def _say(rows: Rows, group: _Group, asked: _Asked, few: NDArray[Any], side: NDArray[np.object_]) -> None:
    """Say whom a group is without, who has few residents, and that of one that stands out the data come first."""
    without = {
        i: Note("group-without", "group without some", f"the group is without {who}")
        for i, who in group.lacking.items()
    }
    if asked.against in _AGAINST and len(group.at) < len(rows):
        rows.note(*without.values())
    elif asked.against in _AGAINST:
        rows.note_some(without)
    named = np.flatnonzero(few != "").tolist()
    rows.note_some({row: Note("few-residents", "few residents", uncapitalised(few[row])) for row in named})
    if asked.overdispersion is not None:
        outer = f"{100 * asked.levels[1]:g}%"
        far = np.flatnonzero([v.endswith(outer) for v in side.tolist()]).tolist()
        rows.note_some(dict.fromkeys(far, _DATA_FIRST))
