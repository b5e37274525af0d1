"""How the labels of some data meet the types of the outcomes framework: a report to read before any rate."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import numpy as np

from policemetrics import _cells, _check
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics.definitions import outcome_names, outcome_types
from policemetrics.definitions._outcomes import code_of, spelling
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.results import comparable, read_only
from policemetrics.tallies import Tally

__all__ = ["OutcomeMatch", "known_types", "match_outcomes", "refuse_unknown", "why_unknown"]

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
    """How the labels of some data meet the types of the outcomes framework.

    Attributes
    ----------
    codes : mapping of label to str
        The code of each label that stands for a type; several joined by "/" where it does not tell them
        apart.
    unmatched : mapping of label to str
        The labels that stand for none, with the reason: the functions of outcomes refuse them.
    sources : mapping of label to str
        Where the reading of a label was found, for those that are neither a code nor the name of a type.
    crimes : float
        Number of outcomes, or crimes, of all labels; not a number where the data gave no counts, or counts
        that overlap, as on two bases.
    share_unmatched : float
        Share of them whose label is unmatched, as a fraction. Not a number without counts, or where
        corrections leave a number below zero.
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
    """Tell how the labels of some data are read as types of outcome, and which are not.

    Parameters
    ----------
    outcomes : sequence of str or int, mapping of label to int, or Tally
        The labels that occur; with their counts where there are any.
    outcome : str, optional
        For a tally: the dimension that holds the labels. Default is ``"outcome"``.

    Returns
    -------
    OutcomeMatch
        The code of each label that has one, the labels that have none with the reason, and their share.

    Raises
    ------
    InvalidTypeError
        If `outcomes` holds anything but labels, or counts that are not numbers.
    InvalidInputError
        If a label is missing: blank cells are for the caller to name.
    UnknownNameError
        If the tally has no such dimension.

    See Also
    --------
    policemetrics.definitions.outcome_names : The wordings that are known, with their sources.

    Notes
    -----
    Nothing is guessed: a wording maps where a source or the framework's own words say so. A crime under
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
    """
    labels, counts = _labels_of(outcomes, _check.text(outcome, "outcome"))
    codes = {label: code_of(label) for label in labels}
    unmatched = {label: why_unknown(label) for label, code in codes.items() if not code}
    by_spelling = {spelling(n.name): n.source for n in outcome_names().values()}
    total, share = np.nan, np.nan
    if counts is not None:
        total = float(sum(counts.values()))
        if total > 0 and min(counts.values()) >= 0:
            share = sum(counts[label] for label in unmatched) / total
    return OutcomeMatch(
        codes={label: code for label, code in codes.items() if code},
        unmatched=unmatched,
        sources={v: by_spelling[spelling(str(v))] for v in labels if spelling(str(v)) in by_spelling},
        crimes=total,
        share_unmatched=share,
    )


def _labels_of(outcomes: Any, outcome: str) -> tuple[list[Any], dict[Any, int] | None]:
    """Return the distinct labels, sorted, and how many each has where that was given."""
    if isinstance(outcomes, Mapping):
        outcomes = Tally.from_columns({outcome: list(outcomes)}, list(outcomes.values()))
        if outcomes.excluded is not None:
            msg = "outcomes must not be missing; one of the labels is."
            raise InvalidInputError(msg)
    if isinstance(outcomes, Tally):
        labels = list(outcomes.labels(outcome))
        if any(len(outcomes.labels(dim)) > 1 for dim in outcomes.overlapping - {outcome}):
            return labels, None  # on two bases, say: what overlaps does not add up
        return labels, dict(zip(labels, outcomes.cells.project((outcome,)).counts.tolist(), strict=True))
    if not hasattr(outcomes, "__len__"):
        msg = f"outcomes must be labels, a mapping of label to count, or a Tally; got {type(outcomes).__name__}."
        raise InvalidTypeError(msg)
    found, at = _cells.encode(outcomes, "outcomes")
    if (at < 0).any():
        msg = f"outcomes must not be missing; got none at outcomes[{int(np.argmax(at < 0))}]: name blanks first, by '0' if they are crimes without an outcome yet."
        raise InvalidInputError(msg)
    return found.tolist(), None
