"""What a positive outcome rate is of: which outcomes, on which basis, out of what; and the arithmetic on arrays.

The types of the outcomes framework come from `policemetrics.definitions`; here stands what is made of them: sets of
positive outcomes, how labels are read as types, the three choices that have no default, the rates that they give,
and what every figure says of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np

from policemetrics import _check, intervals
from policemetrics._arguments import labels_and_counts, total_and_shares
from policemetrics._compare import Mask
from policemetrics._figure import comparable, read_only
from policemetrics._supply import Reasons, no_reasons
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics.definitions import OutcomeType, outcome_names, outcome_sets, outcome_types
from policemetrics.definitions._outcomes import REST, code_of, members_of, spelling
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.results import Figure, figure, input_field
from policemetrics.tallies import Tally
from policemetrics.typing import Alternates, Basis, Blank, FloatArray, OutOf

_OWN_SET: Final = "\nNo set is official. For one of your own, give an OutcomeSet, as in OutcomeSet(['1', '8'], name='ours')."


# ---- sets of positive outcomes ----------------------------------------------------------


def _codes(types: Iterable[str | int]) -> frozenset[str]:
    """Return the codes of a set of positive outcomes."""
    if isinstance(types, str) or not isinstance(types, Iterable):
        hint = f", as in [{types!r}]" if isinstance(types, str) else ""
        msg = f"types must be several codes of outcomes{hint}; got {types!r} ({type(types).__name__})."
        raise InvalidTypeError(msg)
    codes = frozenset(code for i, v in enumerate(types) for code in _members(v, f"types[{i}]"))
    if not codes:
        msg = "types must hold at least one code of an outcome; got none."
        raise InvalidInputError(msg)
    return codes


def _members(value: object, name: str) -> tuple[str, ...]:
    """Return the code of a type that may count as positive, or those of a group of types."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, str | int | np.integer):
        msg = f"{name} must be a code of an outcome, such as '1'; got {value!r} ({type(value).__name__})."
        raise InvalidTypeError(msg)
    code = code_of(value if isinstance(value, str) else int(value))
    if not code:
        msg = f"{name} must be a known type of outcome, by code or by name; got {value!r}: {why_unknown(value).rstrip('.')}. The types are:\n{known_types()}"
        raise UnknownNameError(msg)
    kind, why = outcome_types().get(code), ""
    if kind is None:
        return members_of(code)
    if not kind.is_outcome:
        why = "it stands for crimes that have no outcome yet"
    elif kind.parent:
        why = f"it lies inside type {kind.parent}; name that"
    elif code == REST:
        why = "it is the rest of a table, not a type"
    if why:
        msg = f"{name} must be a type of outcome; {code!r} ({kind.name}) cannot be in a set: {why}."
        raise InvalidInputError(msg)
    return (code,)


def types_of(codes: Sequence[str]) -> str:
    """Name types by their codes."""
    return f"type{'' if len(codes) == 1 else 's'} {', '.join(codes)}"


@attrs.frozen(repr=False)
class OutcomeSet:
    """The types of outcome that count as positive, with a name that is shown with the figure.

    Parameters
    ----------
    types : iterable of str or int
        Types of the crime outcomes framework, by code (``"1"``, 1) or by name (``"Charged/Summonsed"``); the name
        of a group, ``"Out-of-court (formal)"``, means all its types.
    name : str
        What the set is called in every figure that uses it.
    source : str, optional
        Who uses it, or where it is defined. Default is not stated.

    Raises
    ------
    InvalidInputError
        If there are no types, or one cannot be in a set: ``"0"`` is not an outcome, ``"1A"``, ``"2A"`` and
        ``"3A"`` are included in 1, 2 and 3, and ``"other"`` is not a type.
    UnknownNameError
        If there is no such type; the error lists those that exist.

    See Also
    --------
    outcome_set : The bundled sets, by name.

    Examples
    --------
    >>> ours = OutcomeSet(["1", "2", "3", "8"], name="ours", source="force performance board, 2024")
    >>> ours
    OutcomeSet 'ours': types 1, 2, 3, 8
    >>> "8" in ours.types
    True
    >>> OutcomeSet(["Charged/Summonsed", "Out-of-court (informal)"], name="by name").codes
    ('1', '7', '8')
    """

    types: frozenset[str] = attrs.field(converter=_codes)
    name: str = attrs.field(kw_only=True)
    source: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check.text(self.source, "source", empty=True)
        bundled = outcome_sets().get(_check.text(self.name, "name"))
        if bundled and self.types != set(bundled.types):
            msg = (
                f"name {self.name!r} is that of a bundled set, {types_of(bundled.types)}; "
                "give yours another name."
            )
            raise InvalidInputError(msg)

    @property
    def codes(self) -> tuple[str, ...]:
        """The types in the order of the framework."""
        return tuple(code for code in outcome_types() if code in self.types)

    def __repr__(self) -> str:
        return f"OutcomeSet {self.name!r}: {types_of(self.codes)}"


def outcome_set(name: str) -> OutcomeSet:
    """Return a bundled set of positive outcomes by name.

    Parameters
    ----------
    name : {"charged", "out-of-court", "positive-dashboard", "solved-surrey", "solved-national", "sanction-detection"}
        The name; `policemetrics.definitions.outcome_sets` gives the source of each.

    Returns
    -------
    OutcomeSet
        Its types, name and source.

    Raises
    ------
    UnknownNameError
        If there is no such set; the error lists those that exist, with what they hold.

    Examples
    --------
    >>> outcome_set("positive-dashboard")
    OutcomeSet 'positive-dashboard': types 1, 2, 3, 6, 7, 8, 22
    """
    return bundled(name, "name")


def bundled(name: Any, argument: str) -> OutcomeSet:
    """Find a bundled set; `argument` is where its name was given."""
    sets = outcome_sets()
    if not isinstance(name, str) or name not in sets:
        held = {k: f"{types_of(v.types)}. {v.description}" for k, v in sets.items()}
        _check.one_of(name, argument, held, _OWN_SET)  # which refuses it
    found = sets[name]
    return OutcomeSet(found.types, name=found.name, source=found.origin)


# ---- labels, read as types --------------------------------------------------------------

_MOST_NAMED: Final = 12
_MOST_EXPLAINED: Final = 6
_UNKNOWN: Final = "no type and no wording of this name is known"


def known_types() -> str:
    """List every type of outcome, a line each."""
    return "\n".join(f"  {code}: {kind.name}" for code, kind in outcome_types().items())


def refuse_unknown(labels: Iterable[Any], name: str) -> None:
    """Refuse labels that stand for no type of outcome, all by name, and list the types."""
    lacking = [label for label in labels if not code_of(label)]
    if lacking:
        why = "".join(f"\n  {label!r}: {why_unknown(label)}" for label in lacking[:_MOST_EXPLAINED])
        msg = (
            f"{name!r} must hold types of the crime outcomes framework, by code or by name; got "
            f"{_check.listing(lacking, most=40)}.{why}\nRelabel them with Tally.relabel ('other' is an outcome whose type is not "
            "given, '0' no outcome yet), or leave them out with Tally.drop; match_outcomes() shows how all labels are read. "
            f"The types are:\n{known_types()}"
        )
        raise UnknownNameError(msg)


def why_unknown(label: Any) -> str:
    """Say why a label stands for no type, and which name is spelt most like it."""
    spelt = spelling(str(label))
    for found in outcome_names().values():
        if spelling(found.name) == spelt:
            return found.note
    names = {spelling(n): n for n in (*outcome_names(), *(t.name for t in outcome_types().values()))}
    near = difflib.get_close_matches(spelt, names, n=1)
    return f"{_UNKNOWN}; the nearest is {names[near[0]]!r}" if near else _UNKNOWN


@attrs.frozen(kw_only=True)
class OutcomeMatch:
    """Which labels of some data are types of the outcomes framework.

    Attributes
    ----------
    codes : mapping of label to str
        The code of each label that means a type; several joined by "/" if it may be any of them.
    unmatched : mapping of label to str
        The labels that mean no type, with the reason: in the outcome functions they are an error.
    sources : mapping of label to str
        The source for the meaning of a label that is neither a code nor the name of a type.
    crimes : float
        Number of outcomes, or crimes, of all labels; nan if there are no counts, or counts that overlap, as on
        two bases.
    share_unmatched : float
        Share of them whose label is unmatched, as a fraction. It is nan without counts, or if corrections make a
        number negative.
    """

    codes: Mapping[Any, str] = attrs.field(converter=read_only)
    unmatched: Mapping[Any, str] = attrs.field(converter=read_only)
    sources: Mapping[Any, str] = attrs.field(converter=read_only)
    crimes: float = attrs.field(eq=comparable)
    share_unmatched: float = attrs.field(eq=comparable)

    def __str__(self) -> str:
        labels = len(self.codes) + len(self.unmatched)
        lines = [f"{len(self.codes)} of {labels} labels stand for a type of the outcomes framework."]
        if not np.isnan(self.share_unmatched) and self.unmatched:
            lines[0] += (
                f" Of {written(self.crimes)} counted, {percent(self.share_unmatched)} have another label."
            )
        known = outcome_types()
        for label, code in list(self.codes.items())[:_MOST_NAMED]:
            name = " or ".join(known[c].name for c in code.split("/"))
            lines.append(f"  {label!r}: {code}, {name}")
        if len(self.codes) > _MOST_NAMED:
            lines.append(f"  and {len(self.codes) - _MOST_NAMED} more")
        if self.unmatched:
            lines.append("Not matched:")
            lines += [f"  {label!r}: {why}" for label, why in self.unmatched.items()]
        return "\n".join(lines)


def match_outcomes(outcomes: Any, /, *, outcome: str = "outcome") -> OutcomeMatch:
    """Say as which type of outcome each label of some data is read, and which labels cannot be read.

    Parameters
    ----------
    outcomes : sequence of str or int, mapping of label to int, or Tally
        The labels that occur, with their counts if known.
    outcome : str, optional
        For a tally: the dimension that holds the labels. Default is ``"outcome"``.

    Returns
    -------
    OutcomeMatch
        The code of each label that has one; the labels without a code, with the reason, and their share.

    Raises
    ------
    InvalidTypeError
        If `outcomes` holds anything but labels, or counts that are not numbers.
    InvalidInputError
        If a label is missing: name blank cells yourself.
    UnknownNameError
        If the tally has no such dimension.

    See Also
    --------
    policemetrics.definitions.outcome_names : The wordings that are known, with their sources.

    Notes
    -----
    Nothing is guessed: a wording has a type only if a source or the framework's own words say so. A crime under
    investigation has type 0, no outcome yet.

    Examples
    --------
    >>> match = match_outcomes({"Charged/Summonsed": 40, "Under investigation": 50, "Unable to prosecute suspect": 10})
    >>> print(match)
    2 of 3 labels stand for a type of the outcomes framework. Of 100 counted, 10.0% have another label.
      'Charged/Summonsed': 1, Charged or summonsed
      'Under investigation': 0, Not yet assigned an outcome
    Not matched:
      'Unable to prosecute suspect': An outcome, but of which type it does not say: evidential difficulties \
(types 14 to 16), prosecution prevented (11 to 13) and others.

    From a tally:

    >>> from policemetrics import Tally
    >>> outcomes = Tally.from_columns({"outcome": ["Charged/Summonsed", "Under investigation"]}, [40, 50])
    >>> match_outcomes(outcomes).codes["Charged/Summonsed"]
    '1'
    """
    labels, counts = _labels_of(outcomes, _check.text(outcome, "outcome"))
    codes = {label: code_of(label) for label in labels}
    unmatched = {label: why_unknown(label) for label, code in codes.items() if not code}
    by_spelling = {spelling(n.name): n.source for n in outcome_names().values()}
    total, share = total_and_shares(counts, list(unmatched))
    return OutcomeMatch(
        codes={label: code for label, code in codes.items() if code},
        unmatched=unmatched,
        sources={v: by_spelling[spelling(str(v))] for v in labels if spelling(str(v)) in by_spelling},
        crimes=total,
        share_unmatched=share,
    )


def _labels_of(outcomes: Any, outcome: str) -> tuple[list[Any], dict[Any, int] | None]:
    if isinstance(outcomes, Tally) and any(
        len(outcomes.labels(dim)) > 1 for dim in outcomes.overlapping - {outcome}
    ):
        return list(outcomes.labels(outcome)), None  # on two bases, say: what overlaps does not add up
    hint = ": name blanks first, by '0' if they are crimes without an outcome yet"
    return labels_and_counts(outcomes, "outcomes", outcome, "label", hint)


# ---- what a rate is of ------------------------------------------------------------------

BASES: Final[Mapping[Basis, str]] = {
    "recorded": "outcomes given so far to the crimes recorded in the period, which still grow",
    "closed": "outcomes given in the period, whenever the crime was recorded",
}
_DENOMINATORS: Final[Mapping[OutOf, str]] = {
    "crimes": "all crimes recorded in the period, with an outcome or without",
    "crimes_with_outcome": "the crimes recorded in the period that have an outcome",
    "outcomes": "all outcomes given",
}
NOUNS: Final[Mapping[OutOf, str]] = {
    "crimes": "crimes recorded",
    "crimes_with_outcome": "crimes with an outcome",
    "outcomes": "outcomes",
}
BLANKS: Final[Mapping[Blank, str]] = {
    "not_yet_assigned": "a crime that has no outcome yet, as of type 0",
    "excluded": "left out, of the crimes too: the figure is of the crimes whose outcome is not blank",
}
ALTERNATES: Final[Mapping[Alternates, str]] = {
    "beside": "they are counted separately from types 1, 2 and 3 and are added to them, as in many forces' own tables",
    "inside": "they are among the types 1, 2 and 3, as in the tables of the Home Office, and are not added again",
}


def noun_of(out_of: OutOf, blank: str) -> str:
    """Name what a rate is out of; crimes of which some were left out are not all that were recorded."""
    left_out = out_of == "crimes" and blank == "excluded"
    return "crimes whose outcome is not blank" if left_out else NOUNS[out_of]


@attrs.frozen
class Counted:
    """Counts by group: positive, out of, not yet assigned, and all outcomes; nan where they are not known."""

    positive: FloatArray
    denominator: FloatArray
    not_yet_assigned: FloatArray
    outcomes: FloatArray


@attrs.frozen
class Definition:
    """Which outcomes, on which basis, out of what; and what blanks and alternates are, where the data have any."""

    positive: OutcomeSet
    basis: Basis
    out_of: OutOf
    level: float
    blank: Blank | None = None
    alternates: Alternates | None = None

    @classmethod
    def of(
        cls,
        positive: Any,
        basis: Any,
        out_of: Any,
        confidence_level: float,
        blank: Any = None,
        alternates: Any = None,
    ) -> Definition:
        """Read the three choices of which none has a default, and the two that the data may call for."""
        chosen, basis, out_of = _check.together(
            lambda: positive if isinstance(positive, OutcomeSet) else bundled(positive, "positive"),
            lambda: _check.one_of(basis, "basis", BASES),
            lambda: _check.one_of(out_of, "out_of", _DENOMINATORS),
        )
        if blank is not None:
            _check.one_of(blank, "blank", BLANKS)
        if alternates is not None:
            _check.one_of(alternates, "alternates", ALTERNATES)
        if blank is not None and basis == "closed":
            msg = "blank= goes with basis='recorded': outcomes given in a period have no blank ones among them; leave it out."
            raise InvalidInputError(msg)
        if basis == "closed" and out_of == "crimes_with_outcome":
            msg = (
                "out_of='crimes_with_outcome' cannot go with basis='closed': an outcome given in a period need "
                "not belong to a crime recorded in it; use out_of='outcomes', or out_of='crimes'."
            )
            raise InvalidInputError(msg)
        return cls(chosen, basis, out_of, _check.confidence_level(confidence_level), blank, alternates)

    @classmethod
    def of_figure(cls, one: OutcomeFigure, confidence_level: float) -> Definition:
        """Take what a figure is of, at a level of one's own."""
        positive = OutcomeSet(one.outcome_types, name=one.outcomes)
        said = one.blank or None, one.alternates or None
        return cls.of(positive, one.basis, one.out_of, confidence_level, *said)

    @property
    def is_ratio(self) -> bool:
        """Whether the numerator is no part of the denominator, so that the rate may pass 1."""
        return self.basis == "closed" and self.out_of == "crimes"

    @property
    def noun(self) -> str:
        """What the rate is out of."""
        return noun_of(self.out_of, self.blank or "")

    @property
    def is_cohort(self) -> bool:
        """Whether the outcomes are those of the crimes of one time, of which some have none yet."""
        return self.basis == "recorded"

    @property
    def other_types(self) -> list[OutcomeType]:
        """The types that the rate is out of besides those of the set; crimes are there whatever their outcome."""
        known = outcome_types().values() if self.out_of != "crimes" else ()
        return [
            kind
            for kind in known
            if kind.is_outcome and not kind.parent and kind.code not in {REST, *self.positive.types}
        ]

    @property
    def audit(self) -> dict[str, Any]:
        """What a figure says of it, by the name of its field."""
        return {
            "outcomes": self.positive.name,
            "outcome_types": self.positive.codes,
            "basis": self.basis,
            "out_of": self.out_of,
            "blank": self.blank or "",
            "alternates": self.alternates or "",
            "method": "rate ratio score" if self.is_ratio else "wilson",
            "confidence_level": self.level,
        }

    def rates(self, counted: Counted, there: Mask) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Work out the rates that are there, with their limits."""
        positive = np.where(there, counted.positive, 0.0)
        denominator = np.where(there, counted.denominator, 1.0)
        family = intervals.RATIOS["score"] if self.is_ratio else intervals.PROPORTIONS["wilson"]
        low, high = family.limits(positive, denominator, confidence_level=self.level)
        rate = positive / denominator
        # Between huge counts a limit can pass the estimate by a rounding.
        found = (rate, np.minimum(low, rate), np.maximum(high, rate))
        rate, low, high = (np.where(there, v, np.nan) for v in found)
        return rate, low, high

    def p_values(self, counted: Sequence[Counted], stand: Sequence[Mask]) -> FloatArray:
        """Test whether the rates of two sides are one, by the limits that `rates` gives each; nan where one is not there."""
        both = stand[0] & stand[1]
        old, new = (
            (np.where(both, side.positive, 0.0), np.where(both, side.denominator, 1.0)) for side in counted
        )
        test = intervals.square_and_add_p_value if self.is_ratio else intervals.newcombe_p_value
        return np.where(both, test(*new, *old), np.nan)

    def open_share(self, counted: Counted) -> FloatArray:
        """Work out which share of a cohort has no outcome yet; the closed basis has no cohort."""
        if not self.is_cohort:
            return np.full(len(counted.not_yet_assigned), np.nan)
        cohort = counted.denominator + (0 if self.out_of == "crimes" else counted.not_yet_assigned)
        return counted.not_yet_assigned / np.where(cohort > 0, cohort, np.nan)

    def open_shares(self, counted: Sequence[Counted], stand: Sequence[Mask]) -> dict[str, FloatArray]:
        """Work out that share of two cohorts, where their rates stand, by the names of its fields."""
        old, new = (
            np.where(there, self.open_share(one), np.nan) for one, there in zip(counted, stand, strict=True)
        )
        return {"old_share_not_yet_assigned": old, "new_share_not_yet_assigned": new}

    def why_impossible(self, counted: Counted, label: str) -> Reasons:
        """Say of each group why its counts make no rate: nothing to divide by, or more than all."""
        noun, where = self.noun, f" in {label}" if label else ""
        positive, whole = counted.positive, counted.denominator
        waiting = np.fmax(counted.not_yet_assigned, 0)  # 0 where it is not known
        nothing, too_many = whole == 0, (positive > whole) & (not self.is_ratio)
        # A cohort holds its crimes with an outcome and those without one.
        too_full = (counted.outcomes + waiting > whole) & (self.is_cohort and self.out_of == "crimes")
        reasons = no_reasons(len(whole))
        for at in np.flatnonzero(nothing | too_many | too_full).tolist():
            told = f"{written(positive[at])} positive outcomes"
            if not too_many[at]:
                open_ones = f" and {written(waiting[at])} crimes not yet assigned one" if waiting[at] else ""
                told = f"{written(counted.outcomes[at])} outcomes{open_ones}"
            more = f"{told}{where}, more than the {written(whole[at])} {noun} that they must be part of"
            reasons[at] = f"not available: {f'no {noun}{where}' if nothing[at] else more}"
        return reasons


# ---- what a figure says of it -----------------------------------------------------------


@figure(counts="positive outcomes")
class OutcomeFigure(Figure):
    """What every figure of outcomes is of.

    Attributes
    ----------
    outcomes : str
        Name of the set of positive outcomes.
    outcome_types : tuple of str
        The types in it.
    basis, out_of : str
        Which outcomes, out of what.
    blank, alternates : str
        What was said of blank outcomes and of types 1A, 2A and 3A; empty where the data had none, or it was not said.
    """

    outcomes: str
    outcome_types: tuple[str, ...]
    basis: Basis
    out_of: OutOf
    blank: str = ""
    alternates: str = ""

    @property
    def _noun(self) -> str:
        return noun_of(self.out_of, self.blank)

    @property
    def _of_what(self) -> str:
        return f"{self.outcomes}, {self.basis} basis, out of {self._noun}"

    @property
    def _about(self) -> str:
        return f"The positive outcome rate ({self._of_what})"


@figure()
class OutcomeFigureOfTwo(OutcomeFigure):
    """What every comparison of outcomes is of, and how far its two cohorts are.

    Attributes
    ----------
    between : tuple of str
        The two periods, the earlier first, or the two groups; empty where they are not known.
    compared : str
        The dimension of the two groups, of which `old` is the first; empty where periods are compared.
    old_share_not_yet_assigned, new_share_not_yet_assigned : float
        Share of the crimes of each cohort that have no outcome yet; nan on the closed basis, or where the data do
        not say.
    """

    between: tuple[str, str] = ("", "")
    compared: str = ""
    old_share_not_yet_assigned: float = input_field("estimate", default=np.nan)
    new_share_not_yet_assigned: float = input_field("estimate", default=np.nan)

    @property
    def _less_mature(self) -> str:
        """Say of two cohorts how many of their crimes have no outcome yet, and which has had less time."""
        old, new = self.old_share_not_yet_assigned, self.new_share_not_yet_assigned
        if not (old > 0 or new > 0):
            return ""
        if old == new:
            return f" Of the crimes of either cohort {percent(new)} have no outcome yet."
        if self.compared:
            told = ["not known" if np.isnan(share) else percent(share) for share in (old, new)]
            first, second = self.between
            return f" Of the crimes in {first} {told[0]} have no outcome yet, of those in {second} {told[1]}."
        if np.isnan(old) or np.isnan(new):
            which, known, other = ("later", new, "earlier") if np.isnan(old) else ("earlier", old, "later")
            return f" Of the crimes of the {which} cohort {percent(known)} have no outcome yet; of the {other} that is not known."
        less, more = ("earlier", "later") if old > new else ("later", "earlier")
        return (
            f" The {less} cohort is the less mature: {percent(max(old, new))} of its crimes have no outcome yet, "
            f"of the {more} {percent(min(old, new))}; project_outcome_rate brings both to one age."
        )


def still_open(
    basis: Basis, share: float, maturity: str, age: float = np.nan, mature_after: float = np.nan
) -> str:
    """Say at the end of a bracket how much of a cohort is still open; the closed basis has none."""
    if basis == "closed":
        return ""
    told = f"{percent(share)} of the crimes not yet assigned an outcome"
    if np.isnan(share):
        told = "how many crimes have no outcome yet is not known"
    if maturity != "immature":
        return f"; {told}"
    if not np.isnan(mature_after):
        told = f"{age:.0f} of the {mature_after:.0f} months old that its outcomes need, {told}"
    return f"; immature: {told}"
