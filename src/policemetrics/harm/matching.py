"""How the codes of some data meet a set of weights: a report to read before any score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from policemetrics import _cells, _check, definitions
from policemetrics._write import count as written
from policemetrics._write import percent
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.harm._codes import READ_AS_TEXT, is_category, nearest, spelling
from policemetrics.results import comparable
from policemetrics.tallies import Tally

if TYPE_CHECKING:
    from policemetrics.harm.weights import HarmWeights

__all__ = ["WeightMatch", "match_offences"]

_MOST_NAMED: Final = 12


@attrs.frozen(kw_only=True)
class WeightMatch:
    """How the offence codes of some data meet a set of weights.

    Attributes
    ----------
    weights : str
        The edition of the weights.
    matched : tuple of str
        Codes of the data that have a weight.
    unmatched : tuple of str
        Codes of the data that have none and are not left out on purpose: a score refuses them.
    outside : tuple of str
        Codes of the data that the weights leave out on purpose.
    unused : tuple of str
        Codes that have a weight and do not occur in the data.
    duplicates : tuple of tuple of str
        Codes of the data that name the same crimes: spelt alike but for case and blanks, or a joined code
        that stands beside one of its parts (`definitions.offence_code_variants`).
    nearest : tuple of tuple of str
        For each of `unmatched` the codes of the weights that are spelt most like it; none for a public
        category, which holds offences of many weights.
    crimes : float
        Number of crimes of all codes; not a number where the data gave no counts.
    share_unmatched, share_outside : float
        Share of crimes, as a fraction, of unmatched codes and of codes left out on purpose. Not a number
        without counts, or where corrections leave a number of crimes below zero.
    """

    weights: str
    matched: tuple[str, ...]
    unmatched: tuple[str, ...]
    outside: tuple[str, ...]
    unused: tuple[str, ...]
    duplicates: tuple[tuple[str, ...], ...]
    nearest: tuple[tuple[str, ...], ...]
    crimes: float = attrs.field(eq=comparable)
    share_unmatched: float = attrs.field(eq=comparable)
    share_outside: float = attrs.field(eq=comparable)

    @property
    def share_without_weight(self) -> float:
        """Share of crimes that no weight is applied to: those unmatched and those outside."""
        return self.share_unmatched + self.share_outside

    def __str__(self) -> str:
        codes = len(self.matched) + len(self.unmatched) + len(self.outside)
        parts = [f"{self.weights} has a weight for {len(self.matched)} of {codes} offence codes."]
        if self.unmatched:
            hinted = list(map(_hinted, self.unmatched, self.nearest))
            more = f" and {len(hinted) - _MOST_NAMED} more" if len(hinted) > _MOST_NAMED else ""
            parts.append(f"It has none for {', '.join(hinted[:_MOST_NAMED])}{more}.")
        if self.outside:
            parts.append(f"It leaves out on purpose {_listed(self.outside)}.")
        if self.unused:
            one = len(self.unused) == 1
            parts.append(
                f"{len(self.unused)} of its codes {'does' if one else 'do'} not occur: {_listed(self.unused)}."
            )
        if self.duplicates:
            groups = (" and ".join(map(repr, group)) for group in self.duplicates)
            parts.append(f"These name the same crimes: {'; '.join(groups)}.")
        if self.share_without_weight == 0:
            parts.append(f"All {written(self.crimes)} crimes have a weight.")
        elif not np.isnan(self.share_without_weight):
            parts.append(
                f"Of {written(self.crimes)} crimes {percent(self.share_without_weight)} have no weight: "
                f"{percent(self.share_unmatched)} of unmatched codes, {percent(self.share_outside)} left out on purpose."
            )
        return " ".join(parts)


def _hinted(code: str, near: tuple[str, ...]) -> str:
    if is_category(code):
        return f"{code!r} (a category of many offences)"
    return f"{code!r} (the nearest: {_listed(near)})" if near else repr(code)


def _listed(codes: Iterable[str]) -> str:
    return _check.listing(codes, most=_MOST_NAMED)


def match_offences(weights: HarmWeights, offences: Any, offence: str) -> WeightMatch:
    """Compare the codes of a sequence, a mapping or a tally with those of a set of weights."""
    codes, counts = _read(offences, _check.text(offence, "offence"))
    matched, outside = ([c for c in codes if c in among] for among in (weights, weights.outside))
    unmatched = [c for c in codes if c not in weights and c not in weights.outside]
    crimes, shares = np.nan, (np.nan, np.nan)
    if counts is not None:
        crimes = float(sum(counts.values()))
        without = [sum(counts[c] for c in some) for some in (unmatched, outside)]
        if crimes > 0 and min(counts.values()) >= 0:
            shares = without[0] / crimes, without[1] / crimes
    return WeightMatch(
        weights=weights.edition,
        matched=tuple(matched),
        unmatched=tuple(unmatched),
        outside=tuple(outside),
        unused=tuple(sorted(weights.keys() - set(codes))),
        duplicates=_duplicates(codes),
        nearest=tuple(() if is_category(c) else _near(c, weights) for c in unmatched),
        crimes=crimes,
        share_unmatched=shares[0],
        share_outside=shares[1],
    )


def _near(code: str, weights: HarmWeights) -> tuple[str, ...]:
    """Find a code spelt alike but for case and blanks, else the most similar ones."""
    return tuple([w for w in weights if spelling(w) == spelling(code)] or nearest(code, weights))


def _read(offences: Any, offence: str) -> tuple[list[str], dict[str, int] | None]:
    """Return the distinct codes, sorted, and how many crimes each has where that was given."""
    if isinstance(offences, Mapping):
        offences = Tally.from_columns({offence: list(offences)}, list(offences.values()))
        if offences.excluded is not None:
            msg = "offences must not be missing; one of the codes is."
            raise InvalidInputError(msg)
    if isinstance(offences, Tally):
        columns = offences.sum_to(offence).to_dict()
        codes, counts = columns[offence], dict(zip(columns[offence], columns["count"], strict=True))
    else:
        if not hasattr(offences, "__len__"):
            msg = f"offences must be codes, a mapping of code to count, or a Tally; got {type(offences).__name__}."
            raise InvalidTypeError(msg)
        found, at = _cells.encode(offences, "offences")
        if (at < 0).any():
            msg = f"offences must not be missing; got none at offences[{int(np.argmax(at < 0))}]."
            raise InvalidInputError(msg)
        codes, counts = found.tolist(), None
    numbers = [c for c in codes if not isinstance(c, str)]
    if numbers:
        msg = f"offences must hold codes as text; got the number {numbers[0]}: {READ_AS_TEXT}."
        raise InvalidTypeError(msg)
    return codes, counts


def _duplicates(codes: list[str]) -> tuple[tuple[str, ...], ...]:
    """Group the codes that name the same crimes, by spelling or by documented variant."""
    groups: dict[str, list[str]] = {}
    for code in codes:
        groups.setdefault(spelling(code), []).append(code)
    spelt = [tuple(group) for group in groups.values() if len(group) > 1]
    joined = definitions.joined_offence_codes(codes)
    both = [
        (whole, *(part for part in codes if joined.get(part) == whole))
        for whole in dict.fromkeys(joined.values())
        if whole in codes
    ]
    return (*spelt, *both)
