"""`check_claim`: whether a figure bears out a published one, contradicts it, or cannot tell.

Nothing here knows a metric: what a figure is about, in which unit, and what it counts is what its class says of
itself, so that a figure of another package is checked in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Literal, NoReturn, TypeAlias

import attrs

from policemetrics import _check
from policemetrics._figure import column_fields
from policemetrics.claims.ranges import UNITS, Range, Unit, exact, say
from policemetrics.claims.stated import Stated, family_of, stated
from policemetrics.errors import InvalidTypeError
from policemetrics.results import Figure, Results

Verdict: TypeAlias = Literal["supported", "contradicted", "cannot tell"]
Ground: TypeAlias = Literal[
    "within", "outside", "vintage", "not available", "what is counted", "unit", "which figure", "rounding"
]


@attrs.frozen(kw_only=True, repr=False)
class ClaimCheck:
    """Whether a figure supports a published one, and why; ``str()`` gives the sentence.

    It is neither true nor false, because there are three answers: use `verdict`.

    Attributes
    ----------
    verdict : {"supported", "contradicted", "cannot tell"}
        The answer.
    ground : str
        Why, in a word: "within" or "outside" the range of the claim; or why it cannot be told:
        "vintage", "not available", "what is counted", "unit", "which figure", "rounding".
    reason : str
        The same in a sentence.
    claim : Stated
        What was published.
    figure : Figure or None
        What it was checked against; None if there is nothing.
    columns : tuple of str
        Which attributes of the figure were compared; empty if none could be.
    vintage : str
        Which data the figure was made from, if that was stated.
    """

    verdict: Verdict
    ground: Ground
    reason: str
    claim: Stated
    figure: Figure | None
    columns: tuple[str, ...] = ()
    vintage: str = ""

    def __bool__(self) -> NoReturn:
        msg = "a check has three answers and is neither true nor false; compare its verdict: check.verdict == 'supported'."
        raise InvalidTypeError(msg)

    def __str__(self) -> str:
        return f"{self.verdict.capitalize()}: {self.reason}"

    def __repr__(self) -> str:
        return f"<ClaimCheck {self.claim.text!r}: {self.verdict} ({self.ground})>"


def check_claim(
    figure: Figure, claim: str | Stated, *, column: str | None = None, vintage: str = ""
) -> ClaimCheck:
    """Check a published figure against one that was worked out.

    Parameters
    ----------
    figure : Figure
        What `rate_change`, `positive_outcome_rate`, `summarise_times` and the other metrics return; one row of a
        table.
    claim : str or Stated
        What was published. A text is read by `stated`.
    column : str, optional
        The attribute of the figure that the claim is about, such as ``"new"``, ``"median"`` or ``"p90"``. Default
        is the headline figure in the unit of the claim: the change for a change, the rate for a rate; for times
        both the mean and the median, unless the claim says which.
    vintage : str, optional
        Which data the figure was made from, such as the `vintage` of a `Dataset`. Default is not stated.

    Returns
    -------
    ClaimCheck
        The answer, and why.

    Raises
    ------
    InvalidInputError
        If the claim cannot be read, or the column holds no figure that is published.
    InvalidTypeError
        If `figure` is not a figure.
    UnknownNameError
        If the figure has no such column.

    See Also
    --------
    stated : How a text is read.
    implied_change : What several claims together imply.

    Notes
    -----
    The exact computed figure is compared with the range of the claim. The figure's own confidence interval is not
    used: it describes chance, and would accept claims that misquote the figure. Only a figure that was itself
    made from rounded figures (`rounding_low`, `rounding_high`) counts as a range.

    The answer is "cannot tell" if the claim counts something else (victims, but the figure counts crimes); if it
    is in another unit (points, per cent); if it does not say which average, and mean and median disagree; if the
    figure is not available; or if the figure lies outside the claim but the vintages differ, or may differ
    because only one was given. If no vintage is given, both are taken to come from the same data.

    A claim without a direction is compared with the size of a change, and the sentence says so.

    Examples
    --------
    >>> import policemetrics as pm
    >>> change = pm.rate_change(365_882, 328_104)
    >>> print(check_claim(change, "10% fewer"))
    Supported: “10% fewer” means −10.5% to −9.5%, and the change is −10.33%.
    >>> print(check_claim(change, "around 35,000 fewer"))
    Contradicted: “around 35,000 fewer” means −37,500 to −32,500, but the change is −37,778.
    >>> check_claim(change, "around 35,000 fewer victims").ground
    'what is counted'
    """
    if not isinstance(figure, Figure):
        hint = (
            "; take one row of the table, as in table.at(force='Kent')" if isinstance(figure, Results) else ""
        )
        msg = f"figure must be a figure, as rate_change and the others return; got {type(figure).__name__}{hint}."
        raise InvalidTypeError(msg)
    if not isinstance(claim, Stated):
        claim = stated(_check.text(claim, "claim", empty=True))
    fields = _fields(figure)
    if column is not None:
        _check.known(_check.text(column, "column"), "column", fields)
    return _Check(figure, fields, claim, _check.text(vintage, "vintage", empty=True), column).answer()


# ---- what a figure says of itself -------------------------------------------------------

# The unit that each format of a column is in, and whether it is a change or a level.
_UNITS: Final[Mapping[str, tuple[Unit, bool]]] = {
    "count": ("number", False),
    "change": ("number", True),
    "number": ("number", False),
    "rate": ("number", False),
    "percent": ("per cent", True),
    "share": ("per cent", False),
    "points": ("points", True),
    "seconds": ("seconds", False),
    "seconds_change": ("seconds", True),
}
_SPOKEN: Final[Mapping[str, str]] = {
    "percent_change": "change",
    "points": "change",
    "old": "figure before",
    "new": "figure after",
    "positive": "number of positive outcomes",
    "share_within": "share within the target",
    "p90": "90th percentile",
    "p95": "95th percentile",
    "p99": "99th percentile",
}


def _spoken(name: str) -> str:
    """Write the name of a column in a sentence."""
    return _SPOKEN.get(name, name.replace("_", " "))


def _average_of(name: str) -> str:
    """Return which average a column is of, "mean" or "median"; empty where it is of none."""
    first = name.split("_", maxsplit=1)[0]
    return first if first in {"mean", "median"} else ""


def _fields(figure: Figure) -> dict[str, attrs.Attribute[Any]]:
    """Return the columns that a claim can be about, by name.

    The limits of an interval are not among them, nor is a target, which is set and not measured.
    """
    return {
        f.name: f
        for f in column_fields(type(figure))
        if f.metadata["column"] in _UNITS
        and f.metadata["role"] not in {"lower", "upper"}
        and f.name != "target"
    }


@attrs.frozen(kw_only=True)
class _Column:
    """One number of a figure, exactly; `low` and `high` differ from `value` where it was made of rounded ones."""

    name: str
    unit: Unit
    change: bool
    value: Fraction
    low: Fraction
    high: Fraction
    per: str = ""

    @classmethod
    def of(cls, figure: Figure, field: attrs.Attribute[Any]) -> _Column | None:
        """Read a column; None where it is not available."""
        value = getattr(figure, field.name)
        if not math.isfinite(value):
            return None
        bounds = [getattr(figure, name, math.nan) for name in ("rounding_low", "rounding_high")]
        if field.name not in figure._estimate or not all(map(math.isfinite, bounds)):
            bounds = [value, value]
        form = field.metadata["column"]
        # Fractions are published in per cent.
        value, low, high = (exact(v, field.name) * (100 if form == "share" else 1) for v in (value, *bounds))
        unit, change = _UNITS[form]
        per = figure._per(field.name) if form == "percent" else ""
        return cls(name=field.name, unit=unit, change=change, value=value, low=low, high=high, per=per)

    @property
    def size(self) -> _Column:
        """The same without its sign."""
        ends = sorted((abs(self.low), abs(self.high)))
        low = Fraction(0) if self.low < 0 < self.high else ends[0]
        return attrs.evolve(self, value=abs(self.value), low=low, high=ends[1])

    def said(self, beside: Range) -> str:
        """Name it with its value, with as many decimals as tell it from the ends of a range."""
        ends = [abs(e) for e in (beside.exact_low, beside.exact_high) if e is not None]
        gaps = [abs(abs(self.value) - e) for e in ends if abs(self.value) != e]
        digits = next((d for d in range(2, 6) if all(gap >= Fraction(1, 10**d) for gap in gaps)), 6)
        whole = self.value.denominator == 1
        rate = f" of the rate, by {self.per}," if self.per else ""
        return f"the {_spoken(self.name)}{rate} is {say(self.value, self.unit, None if whole else digits)}"


# ---- one figure beside one claim --------------------------------------------------------

_IN_WORDS: Final[dict[Unit, str]] = {
    "number": "a plain number",
    "per cent": "in per cent",
    "points": "in percentage points",
    "seconds": "a time",
}
_VERDICTS: Final[dict[Ground, Verdict]] = {"within": "supported", "outside": "contradicted"}


@attrs.frozen
class _Check:
    """One figure, with those of its columns that a claim can be about, beside one claim."""

    figure: Figure
    fields: Mapping[str, attrs.Attribute[Any]]
    claim: Stated
    vintage: str
    named: str | None

    def answer(self) -> ClaimCheck:
        """Compare, or say why there is nothing to compare."""
        asked = self._headline if self.named is None else (self.named,)
        names = [name for name in asked if self._fits(name)]
        if other := self._other_thing():
            return self._answer("what is counted", f": {other}")
        if not names:
            return self._answer("unit", f": {self._other_unit(asked)}")
        if unsaid := self._other_average(names):
            return self._answer("which figure", f": {unsaid}")
        if self._average:
            names = [name for name in names if _average_of(name) == self._average]
        found = {name: _Column.of(self.figure, field) for name, field in self.fields.items()}
        columns = [c for c in (found[name] for name in names) if c is not None]
        if len(columns) < len(names):
            lacking = ", no ".join(_spoken(name) for name in names if found[name] is None)
            reason = self.figure.reason or f"not available: no {lacking}"
            return self._answer("not available", f": the figure is {reason}.", names)
        rest = [c for n, c in found.items() if n not in names and c is not None and self._fits(n)]
        ground, why = self._compared(columns, rest)
        return self._answer(ground, f" means {self.claim.range}{why}", names)

    @property
    def _headline(self) -> tuple[str, ...]:
        """The columns that a claim without more words is about."""
        return tuple(name for name in self.figure._estimate if name in self.fields)

    @property
    def _average(self) -> str:
        """Which average the claim names; "average" could be either."""
        return _average_of(self.claim.statistic)

    def _answer(self, ground: Ground, why: str, names: Sequence[str] = ()) -> ClaimCheck:
        return ClaimCheck(
            verdict=_VERDICTS.get(ground, "cannot tell"),
            ground=ground,
            reason=f"{self.claim.quoted}{why}",
            claim=self.claim,
            figure=self.figure,
            columns=tuple(names),
            vintage=self.vintage,
        )

    # ---- what can be compared -----------------------------------------------------------

    def _other_thing(self) -> str:
        """Say what is counted on either side where that differs."""
        (subject, whole), claim = self._counted(), self.claim
        per = [self.figure._per(name) for name, f in self.fields.items() if f.metadata["column"] == "percent"]
        if claim.counts and claim.unit == "per cent" and any(per):
            return (
                f"the claim counts {claim.counts}, and the figure is of a rate, by {next(filter(None, per))}."
            )
        # A subject of another name, such as burglary, may well be of crimes; of nothing else.
        if claim.counts and subject and claim.counts != (family_of(subject) or "crimes"):
            why = "; one person may suffer several crimes, and some crimes have no victim"
            said = f"the claim counts {claim.counts}, the figure {subject[0].lower()}{subject[1:]}"
            return f"{said}{why if claim.counts == 'victims' else ''}."
        if claim.out_of and whole and claim.out_of != whole:
            return f"the claim is a part of all {claim.out_of}, the figure of all {whole}."
        return ""

    def _counted(self) -> tuple[str, str]:
        """Return what the figure, or its column that was named, counts and what it is a part of; empty where it does not say."""
        column = self.fields[self.named].metadata if self.named is not None else {"counts": "", "role": ""}
        if column["counts"]:
            return column["counts"], ""
        figure = self.figure
        whole = getattr(figure, "out_of", "")
        if not isinstance(whole, str) or not whole:
            return figure._counts or str(getattr(figure, "subject", "")), ""
        whole = "outcomes" if whole == "outcomes" else "crimes"
        return (whole, "") if column["role"] == "denominator" else (figure._counts, whole)

    def _fits(self, name: str) -> bool:
        """Return whether a column is in the unit of the claim, and a change or a level as the claim is."""
        unit, change = _UNITS[self.fields[name].metadata["column"]]
        return unit == self.claim.unit and self.claim.sense in {"either", "change" if change else "level"}

    def _other_unit(self, asked: Sequence[str]) -> str:
        """Say in what the figure is, where the claim is in something else."""
        if not asked:
            return (
                f"it is not settled what of a {type(self.figure).__name__} a claim is about; name the column."
            )
        units = {_UNITS[self.fields[name].metadata["column"]][0] for name in asked}
        if self.claim.unit not in units:
            held = " and ".join(_IN_WORDS[unit] for unit in UNITS if unit in units)
            return f"the claim is {_IN_WORDS[self.claim.unit]}, the figure {held}."
        if self.claim.sense == "change":
            return "the claim is of a change, and the figure of a level."
        return (
            "the claim reads as a level or a part, and the figure is a change; if a change is meant, say which way "
            "it went, as in 'down a tenth'; if not, name the column."
        )

    def _other_average(self, names: Sequence[str]) -> str:
        """Say where a claim is, or may be, of an average that the figure does not hold."""
        held, said = [a for a in map(_average_of, names) if a], self._average
        if said in held or (not said and (self.named or len(held) != 1)):
            return ""
        if said:
            return f"the claim is a {said}, and the figure's {' and '.join(map(_spoken, names))} is none."
        return f"the claim does not say whether it is a mean or a median, and the figure holds the {held[0]} only."

    # ---- the comparison -----------------------------------------------------------------

    def _compared(self, columns: Sequence[_Column], rest: Sequence[_Column]) -> tuple[Ground, str]:
        """Compare every reading of the claim: there is an answer where all of them agree."""
        span = self.claim.range
        sides = {self._side(c) for c in columns}
        sized = self.claim.sense == "either" and columns[0].change
        size = ", compared by size since the claim does not say which way" if sized else ""
        found = f"{' and '.join(c.said(span) for c in columns)}{size}"
        if sides == {"within"}:
            by = f", by data of {self._other_vintage}" if self._other_vintage else ""
            return "within", f", and {found}{by}."
        if "open" in sides:
            return "rounding", f"; {found}, and its own rounding leaves open whether that is within."
        if "within" in sides:
            return "which figure", f"; {found}, and the claim does not say which of them it is."
        instead = [c.said(span) for c in rest if self._side(c) == "within"]
        if instead and not (self.named or self._average) and self.claim.sense == "either":
            return "which figure", f"; {found}, but {' and '.join(instead)}: name the column that is meant."
        if self._other_vintage:
            claim, figure = (v.strip() or "not said" for v in (self.claim.vintage, self.vintage))
            return "vintage", (
                f", and {found}, but by data of {self._other_vintage}, and counts are revised (claim: {claim}; "
                f"figure: {figure})."
            )
        return "outside", f", but {found}{self._mixed_up}."

    def _side(self, column: _Column) -> Literal["within", "outside", "open"]:
        """Return whether a column lies within the claim, whose range is of the size where it does not say which way."""
        column = column.size if column.change and self.claim.sense == "either" else column
        span = self.claim.range
        if column.low in span and column.high in span:
            return "within"
        # The ends alone would not tell: a figure made of rounded ones may stick out on both sides.
        whole = Range(exact_low=column.low, exact_high=column.high, unit=column.unit)
        return "open" if whole.overlap(span) else "outside"

    @property
    def _mixed_up(self) -> str:
        """Say that the claim would fit in points where it is in per cent, or the other way round."""
        for column in (_Column.of(self.figure, self.fields[name]) for name in self._headline):
            if column and column.change and {column.unit, self.claim.unit} == {"per cent", "points"}:
                value = abs(column.value) if self.claim.sense == "either" else column.value
                if value in self.claim.range:
                    return f"; {_IN_WORDS[column.unit]} it would fit ({say(column.value, column.unit, 2)})"
        return ""

    @property
    def _other_vintage(self) -> str:
        """Say that the data are, or may be, of two vintages; where neither is said they are taken to be of one."""
        claim, figure = self.claim.vintage.strip(), self.vintage.strip()
        if claim == figure:
            return ""
        return "another vintage" if claim and figure else "what may be another vintage"
