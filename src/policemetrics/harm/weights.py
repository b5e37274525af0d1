"""The harm of one crime by offence: named, versioned sets of weights, and how the codes of some data meet them.

A set is bundled or the caller's own (`HarmWeights`). What is known here of codes: how they are read as text, which
ones name the same crimes, and which labels are categories of many offences, to which no weight applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from policemetrics import _check, definitions
from policemetrics._arguments import labels_and_counts, total_and_shares
from policemetrics._cells import is_missing
from policemetrics._figure import comparable
from policemetrics._write import count as written
from policemetrics._write import percent, plain
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note, UnknownNameError
from policemetrics.frames import read_columns
from policemetrics.tallies import Tally
from policemetrics.typing import Labels

if TYPE_CHECKING:
    from policemetrics.frames import IntoDataFrame

_READ_AS_TEXT: Final = (
    "codes such as 4.1 and 4.10 would be one number: read them as text "
    "(in pandas dtype={column: str}, in polars schema_overrides={column: pl.String})"
)
# Beyond these the square of a weight, times a count, would leave the range of a float.
_LIGHTEST, _HEAVIEST = 1e-100, 1e100
_MOST_NAMED: Final = 12
_MOST_NEIGHBOURS: Final = 3
# The categories of the street-level data and of the bulletins that are not in the offence table.
_STREET_CATEGORIES: Final = frozenset(
    {
        "anti social behaviour",
        "burglary",
        "drugs",
        "other crime",
        "other theft",
        "possession of weapons",
        "public order",
        "vehicle crime",
        "vehicle offences",
        "violence and sexual offences",
        "violent crime",
    }
)


# ---- reading weights --------------------------------------------------------------------


def _code(value: object, name: str) -> str:
    """Return an offence code, or say how codes are read as text."""
    if _check.is_number(value):
        msg = f"{name} must have codes as text; got the number {value}: {_READ_AS_TEXT}."
        raise InvalidTypeError(msg)
    return _check.text(value, f"{name}: an offence code")


def _weights_of(given: Mapping[str, float]) -> dict[str, float]:
    """Read weights by code; of those that are none the first is shown, and the others are named."""
    if not isinstance(given, Mapping):
        msg = f"weights must be a mapping of offence code to number; got {type(given).__name__}."
        raise InvalidTypeError(msg)
    if not given:
        msg = "weights must hold at least one offence; got none."
        raise InvalidInputError(msg)
    found, faults = {}, {}
    for code, value in given.items():
        name = _code(code, "weights")
        try:
            found[name] = _weight(value, code)
        except InvalidInputError as fault:
            faults[name] = fault
    if faults:
        first, *others = faults
        more = f" Nor can those of {_check.listing(others)} be weights." if others else ""
        msg = f"{faults[first]}{more}"
        raise InvalidInputError(msg)
    return found


def _weight(value: object, code: object) -> float:
    name = f"weights[{code!r}]"
    found = _check.number(value, name, low=0)
    if found and not _LIGHTEST <= found <= _HEAVIEST:
        msg = f"{name} must be 0, or lie between {_LIGHTEST:g} and {_HEAVIEST:g}; got {value}."
        raise InvalidInputError(msg)
    return found


def _codes(values: object, name: str) -> frozenset[str]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        msg = f"{name} must be several codes, as in {name}=['AF']; got {values!r}."
        raise InvalidTypeError(msg)
    return frozenset(_code(code, name) for code in values)


def _outside(codes: Iterable[str]) -> frozenset[str]:
    return _codes(codes, "outside")


def _caveat_codes(codes: Iterable[str]) -> frozenset[str]:
    return _codes(codes, "caveat_codes")


def _refuse_missing(codes: Sequence[Any], values: Sequence[Any], offence: str, weight: str) -> None:
    """Refuse rows without a code or without a weight, and name them."""
    without_code = [str(i) for i, code in enumerate(codes) if is_missing(code)]
    if without_code:
        msg = (
            f"offence: column {offence!r} must have a code in every row; it lacks one in {len(without_code)} of "
            f"{len(codes)}, at {', '.join(without_code[:5])}. Leave those rows out first."
        )
        raise InvalidInputError(msg)
    unweighted = [code for code, value in zip(codes, values, strict=True) if is_missing(value)]
    if unweighted:
        msg = (
            f"weight: column {weight!r} must have a weight for every code; it lacks that of "
            f"{_check.listing(unweighted)}. Leave those rows out, and name the codes in outside=."
        )
        raise InvalidInputError(msg)


# ---- a set of weights -------------------------------------------------------------------


@attrs.frozen(repr=False)
class HarmWeights(Mapping[str, float]):
    """The harm of one crime by offence code: a named, versioned set of weights; a read-only mapping.

    Parameters
    ----------
    weights : mapping of str to float
        The weight of one crime, >= 0, by offence code as text.
    name, version : str
        The name of the set and its edition; both are shown with every figure.
    unit : str, optional
        Unit of one weight, in the plural. Default is ``"days"``.
    source : str, optional
        Where the weights come from. Default is none.
    outside : iterable of str, optional
        Codes that the set leaves out on purpose. Crimes with these codes are counted as excluded. A code that is
        neither in `weights` nor here is an error. Default is none.
    licence : str, optional
        The licence under which the weights may be used. Default is none.
    caveat : str, optional
        A known fault of the set, shown with the figures. Default is none.
    caveat_codes : iterable of str, optional
        Codes that the caveat is about: it is shown only with figures that count crimes with one of them. Default
        is none: the caveat is shown with every figure.
    superseded : str, optional
        What is known about a later edition; shown with every figure. Default is none.

    Raises
    ------
    InvalidInputError
        If there are no weights, one is negative, not finite or absurdly small or large, a code is blank
        or both weighted and outside, the caveat is about a code without a weight, or the name or version
        is empty.
    InvalidTypeError
        If a code is not text, or a weight not a number.

    Examples
    --------
    >>> own = HarmWeights({"46": 12, "34B": 800}, name="own", version="2024")
    >>> own
    HarmWeights own 2024: 2 offences, in days, checksum 2ddf14f5f083808a
    >>> own["34B"]
    800.0
    """

    _weights: dict[str, float] = attrs.field(converter=_weights_of, hash=False)
    name: str = attrs.field(kw_only=True)
    version: str = attrs.field(kw_only=True)
    unit: str = attrs.field(kw_only=True, default="days")
    source: str = attrs.field(kw_only=True, default="")
    outside: frozenset[str] = attrs.field(kw_only=True, default=(), converter=_outside)  # pyright: ignore[reportAssignmentType]  # the converter takes it
    licence: str = attrs.field(kw_only=True, default="")
    caveat: str = attrs.field(kw_only=True, default="")
    caveat_codes: frozenset[str] = attrs.field(kw_only=True, default=(), converter=_caveat_codes)  # pyright: ignore[reportAssignmentType]
    superseded: str = attrs.field(kw_only=True, default="")

    def __attrs_post_init__(self) -> None:
        may_be_empty = {"source", "licence", "caveat", "superseded"}
        for field in ("name", "version", "unit", *sorted(may_be_empty)):
            _check.text(getattr(self, field), field, empty=field in may_be_empty)
        both = sorted(self.outside & self.keys())
        if both:
            msg = f"outside must not name codes that have a weight; got {_check.listing(both)}."
            raise InvalidInputError(msg)
        unweighted = sorted(self.caveat_codes - self.keys())
        if unweighted:
            msg = f"caveat_codes must name codes that have a weight; got {_check.listing(unweighted)}."
            raise InvalidInputError(msg)

    @classmethod
    def from_frame(
        cls,
        frame: IntoDataFrame,
        /,
        *,
        offence: str,
        weight: str,
        name: str,
        version: str,
        unit: str = "days",
        source: str = "",
        outside: Iterable[str] = (),
        licence: str = "",
        caveat: str = "",
        caveat_codes: Iterable[str] = (),
        superseded: str = "",
    ) -> HarmWeights:
        """Make weights from a data frame with one row per offence, such as a workbook read with pandas or polars.

        Parameters
        ----------
        frame : data frame
            Any that narwhals reads: pandas, polars, pyarrow, DuckDB and others.
        offence : str
            The column of offence codes, as text. A code may be in several rows if its weight is the same in all
            of them.
        weight : str
            The column of weights.
        name, version, unit, source : str
            As for `HarmWeights`.
        outside : iterable of str, optional
            As for `HarmWeights`.
        licence, caveat : str, optional
            As for `HarmWeights`.
        caveat_codes : iterable of str, optional
            As for `HarmWeights`.
        superseded : str, optional
            As for `HarmWeights`.

        Returns
        -------
        HarmWeights
            One weight per code.

        Raises
        ------
        InvalidInputError
            If a row has no code or no weight, or a code occurs with different weights, which are never
            averaged.
        InvalidTypeError
            If the codes are not text.
        UnknownNameError
            If there is no such column.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"code": ["46", "34B"], "harm": [12, 800]})
        >>> HarmWeights.from_frame(frame, offence="code", weight="harm", name="own", version="2024")["46"]
        12.0
        """
        _, columns = read_columns(frame, {"offence": offence}, weight, by_name="offence", value_name="weight")
        codes, values = columns["offence"], columns[weight]
        _refuse_missing(codes, values, offence, weight)
        found: dict[str, dict[float, None]] = {}  # the weights of each code, each once
        for code, value in zip(codes, values, strict=True):
            number = _weight(value, code)
            found.setdefault(_code(code, f"offence: column {offence!r}"), {})[number] = None
        differing = [f"{code!r}: {', '.join(map(plain, v))}" for code, v in found.items() if len(v) > 1]
        if differing:
            msg = (
                f"weight: column {weight!r} must hold one weight for each code, since a mean would be a weight "
                f"that no offence has; got {'; '.join(differing)}. Keep the row that is meant."
            )
            raise InvalidInputError(msg)
        return cls(
            {code: number for code, (number,) in found.items()},
            name=name,
            version=version,
            unit=unit,
            source=source,
            outside=outside,
            licence=licence,
            caveat=caveat,
            caveat_codes=caveat_codes,
            superseded=superseded,
        )

    def match(
        self, offences: Labels | Mapping[str, int] | Tally, /, *, offence: str = "offence"
    ) -> WeightMatch:
        """Report which codes of some data have a weight, before any score.

        Parameters
        ----------
        offences : sequence of str, mapping of str to int, or Tally
            The codes of the data. With the number of crimes for each, the report gives the share of crimes
            without a weight.
        offence : str, optional
            For a tally: the dimension of offence codes. Default is ``"offence"``.

        Returns
        -------
        WeightMatch
            Codes on both sides, on one side only, and codes that name the same crimes.

        Raises
        ------
        InvalidInputError
            If a code is missing, or a count is not whole.
        InvalidTypeError
            If codes are numbers, or `offences` is not one of the three.
        UnknownNameError
            If the tally has no such dimension.

        Examples
        --------
        >>> css = harm_weights("ons-css", version="2020")
        >>> found = css.match({"46": 900, "AF": 60, "Burglary": 40})
        >>> found.unmatched, found.outside, found.share_without_weight
        (('Burglary',), ('AF',), 0.1)
        """
        codes, counts = labels_and_counts(offences, "offences", _check.text(offence, "offence"), "code")
        _refuse_numbers(codes, "offences must hold codes")
        outside = [code for code in codes if code in self.outside]
        unmatched = [code for code in codes if code not in self and code not in self.outside]
        before = predecessors(unmatched, self)
        near = (() if is_category(v) else (before[v],) if v in before else _near(v, self) for v in unmatched)
        crimes, share_unmatched, share_outside = total_and_shares(counts, unmatched, outside)
        return WeightMatch(
            weights=self.edition,
            matched=tuple(code for code in codes if code in self),
            unmatched=tuple(unmatched),
            outside=tuple(outside),
            unused=tuple(sorted(self.keys() - set(codes))),
            duplicates=_duplicates(codes),
            nearest=tuple(near),
            crimes=crimes,
            share_unmatched=share_unmatched,
            share_outside=share_outside,
        )

    @property
    def edition(self) -> str:
        """Name and version, as figures cite them: "ons-css 2020"."""
        return f"{self.name} {self.version}"

    @property
    def checksum(self) -> str:
        """The first 16 hex digits of the sha256 over all sorted lines "code=weight", whatever the set is called."""
        # A zero loses its sign, so that equal weights have one checksum.
        lines = sorted("=".join((code, repr(weight + 0.0))) for code, weight in self.items())
        return sha256("\n".join(lines).encode(errors="surrogatepass")).hexdigest()[:16]

    def __getitem__(self, offence: str) -> float:
        try:
            return self._weights[offence]
        except (KeyError, TypeError):
            near = nearest(str(offence), self)
            hint = f" The nearest are {_check.listing(near)}." if near else ""
            msg = f"{self.edition} has no weight for the offence {offence!r}.{hint}"
            raise UnknownNameError(msg) from None

    def __contains__(self, offence: object) -> bool:
        return isinstance(offence, str) and offence in self._weights

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def __repr__(self) -> str:
        outside = f", {len(self.outside)} outside" if self.outside else ""
        offences = f"{len(self)} offence{'s' if len(self) > 1 else ''}{outside}"
        return f"HarmWeights {self.edition}: {offences}, in {self.unit}, checksum {self.checksum}"

    def __str__(self) -> str:
        parts = {
            "Outside": ", ".join(sorted(self.outside)),
            "Source": self.source,
            "Licence": self.licence,
            "Superseded": self.superseded,
            "Caveat": self.caveat,
        }
        return "\n".join([repr(self), *(f"{k}: {v.rstrip('.')}." for k, v in parts.items() if v)])


def harm_weights(name: str, *, version: str) -> HarmWeights:
    """Return a bundled set of harm weights.

    Parameters
    ----------
    name : str
        Name of the set: ``"ons-css"``, the Crime Severity Score of the Office for National Statistics.
    version : str
        Its edition. There is no default, because scores with two editions cannot be compared.

    Returns
    -------
    HarmWeights
        The weights with their source, licence and caveat.

    Raises
    ------
    UnknownNameError
        If there is no such set or edition; the error lists those that exist.

    Examples
    --------
    >>> css = harm_weights("ons-css", version="2020")
    >>> css
    HarmWeights ons-css 2020: 134 offences, 4 outside, in days, checksum cf93137e9580314d
    >>> round(css["46"], 3)  # shoplifting
    11.856
    """
    editions = definitions.harm_weight_editions()
    key = (_check.text(name, "name"), _check.text(version, "version"))
    if key not in editions:
        known = "; ".join(f"harm_weights({n!r}, version={v!r})" for n, v in editions)
        msg = f"there are no bundled weights {name!r} of version {version!r}; there are {known}. For your own make a HarmWeights."
        part = [v for v in definitions.partial_weights().values() if v.edition == f"{name} {version}"]
        if part:
            msg += f" Of {part[0].edition} {len(part)} weights are known, definitions.partial_weights(): no table to score with."
        raise UnknownNameError(msg)
    return _edition(*key)


@cache
def _edition(name: str, version: str) -> HarmWeights:
    record = definitions.harm_weight_editions()[name, version]
    alike = ("name", "version", "unit", "outside", "licence", "caveat", "caveat_codes", "superseded")
    said: dict[str, Any] = {field: getattr(record, field) for field in alike}
    source = f"{record.publisher}, {record.source}, {record.vintage}"
    return HarmWeights(record.weights(), source=source, **said)


# ---- how codes meet weights -------------------------------------------------------------


@attrs.frozen(kw_only=True)
class WeightMatch:
    """Which offence codes of some data have a weight in a set.

    Attributes
    ----------
    weights : str
        The edition of the weights.
    matched : tuple of str
        Codes of the data that have a weight.
    unmatched : tuple of str
        Codes of the data that have none and are not left out on purpose: in a score they are an error.
    outside : tuple of str
        Codes of the data that the weights leave out on purpose.
    unused : tuple of str
        Codes that have a weight and do not occur in the data.
    duplicates : tuple of tuple of str
        Codes of the data that name the same crimes: they differ only in case and blanks, or a joined code occurs
        together with one of its parts (`definitions.offence_code_variants`).
    nearest : tuple of tuple of str
        For each of `unmatched` the code from which it was split, otherwise the codes of the weights with the most
        similar spelling; none for a public category, which has offences of many weights.
    crimes : float
        Number of crimes of all codes; nan if there are no counts.
    share_unmatched, share_outside : float
        Share of crimes, as a fraction, with unmatched codes and with codes left out on purpose. Nan without
        counts, or if corrections make a number of crimes negative.
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
        """Share of crimes without a weight: unmatched codes and codes outside the set."""
        return self.share_unmatched + self.share_outside

    def __str__(self) -> str:
        codes = len(self.matched) + len(self.unmatched) + len(self.outside)
        parts = [f"{self.weights} has a weight for {len(self.matched)} of {codes} offence codes."]
        if self.unmatched:
            hinted = map(_hinted, self.unmatched, self.nearest)
            parts.append(f"It has none for {_check.cut(hinted, _MOST_NAMED)}.")
        if self.outside:
            parts.append(f"It leaves out on purpose {_check.listing(self.outside)}.")
        if self.unused:
            one = len(self.unused) == 1
            parts.append(
                f"{len(self.unused)} of its codes {'does' if one else 'do'} not occur: {_check.listing(self.unused)}."
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
    return f"{code!r} (the nearest: {_check.listing(near)})" if near else repr(code)


def _near(code: str, weights: HarmWeights) -> tuple[str, ...]:
    """Find the codes that differ in case and blanks alone, else the most similar ones."""
    return tuple(nearest(code, weights))


def _duplicates(codes: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Group the codes that name the same crimes, by spelling or by documented variant."""
    groups: dict[str, list[str]] = {}
    for code in codes:
        groups.setdefault(_spelling(code), []).append(code)
    spelt = [tuple(group) for group in groups.values() if len(group) > 1]
    joined = definitions.joined_offence_codes(codes)
    both = [
        (whole, *(part for part in codes if joined.get(part) == whole))
        for whole in dict.fromkeys(joined.values())
        if whole in codes
    ]
    return (*spelt, *both)


def weights_notes(weights: HarmWeights, matters: bool) -> tuple[Note, ...]:  # noqa: FBT001
    """Return the caveats of weights: that they are superseded, and, where it matters to what was counted, a fault."""
    return (
        Note("weights-superseded", f"{weights.edition} is superseded", weights.superseded),
        Note("weights", f"a known fault of {weights.edition}", weights.caveat if matters else ""),
    )


# ---- codes without a weight -------------------------------------------------------------


def refuse_unweighted(
    labels: Sequence[Any], offence: str, editions: Iterable[HarmWeights], counted: str = "tally(frame, by=…)"
) -> None:
    """Refuse codes without a weight in one of the editions: all of them at once, none is taken as 0.

    `counted` is the call that makes a tally of a frame.
    """
    _refuse_numbers(labels, f"{offence} must hold offence codes")
    for weights in editions:
        unknown = [v for v in labels if v not in weights]
        if unknown:
            raise UnknownNameError(_unweighted(unknown, offence, weights, counted))


def _refuse_numbers(codes: Iterable[Any], must: str) -> None:
    numbers = [code for code in codes if not isinstance(code, str)]
    if numbers:
        msg = f"{must} as text; got the number {numbers[0]}: {_READ_AS_TEXT}."
        raise InvalidTypeError(msg)


def _unweighted(unknown: Sequence[str], offence: str, weights: HarmWeights, counted: str) -> str:
    """Say what is wrong with codes without a weight, and what to do about them."""
    categories = [v for v in unknown if is_category(v)]
    before = predecessors(unknown, weights)
    near = {v: nearest(v, weights) for v in unknown if v not in {*categories, *before}}
    hints = [f"{v!r}: {_check.listing(found)}" for v, found in near.items() if found][:_MOST_NEIGHBOURS]
    msg = f"{offence} must hold codes that {weights.edition} has a weight for; it has none for {_check.listing(unknown, most=len(unknown))}."
    if hints:
        msg += f" The nearest it has are {'; '.join(hints)}."
    if categories:
        msg += (
            f" {_check.listing(categories)} {'is a category' if len(categories) == 1 else 'are categories'} of many offences, "
            "not an offence code: weights must meet counts at offence level, since a mean over the offences of a category "
            "misleads (for burglary in the ONS list it is 703 days, where most burglaries weigh 438)."
        )
    if before:
        msg += _relabelled(unknown, before, offence, counted)
    if len(before) == len(unknown):
        return msg
    others = "the others" if before else "them"
    return (
        f"{msg} Relabel or drop {others}, or name them in outside= of the weights, but do not guess a weight."
    )


def predecessors(codes: Iterable[str], weights: Mapping[str, float]) -> dict[str, str]:
    """Return the code that each of some codes without a weight was split from, where that has one."""
    joined = definitions.joined_offence_codes(codes)
    return {new: old for new, old in joined.items() if new not in weights and old in weights}


def _relabelled(unknown: Sequence[str], before: Mapping[str, str], offence: str, counted: str) -> str:
    """Say how new codes are scored as what they were split from, which is the caller's choice; the call runs."""
    since = " and ".join(sorted({definitions.offence_code_variants()[v].since for v in before}))
    new = [v for v in unknown if v not in before and v in definitions.offences()]
    rest = f".drop({_check.keyword(offence, new)})" if new else ""
    why = f", and leaves out {_check.listing(new)}, of which no source says what it was before" if new else ""
    return (
        f" {_check.listing(before, most=len(before))} {'is' if len(before) == 1 else 'are'} new since {since}. This scores them as what "
        f"they were split from, and the figure says so{why}: counts.relabel({offence!r}, {dict(before)}){rest}, where counts is the "
        f"tally; of a frame {counted}; of a mapping Tally.from_columns({{{offence!r}: [*crimes]}}, [*crimes.values()])."
    )


# ---- spelling ---------------------------------------------------------------------------


def nearest(offence: str, codes: Iterable[str]) -> list[str]:
    """Return the code that one not among them is in another spelling, or the two that are spelt most like it."""
    return _check.nearest(offence, codes, 2)


def _spelling(code: str) -> str:
    """Return a code without what typing adds to it: case and blanks."""
    return "".join(code.split()).casefold()


def is_category(label: str) -> bool:
    """Return whether a label names a group of offences, which has several weights."""
    return _bare(label) in _categories()


def _bare(name: str) -> str:
    return name.casefold().replace("-", " ").strip()


@cache
def _categories() -> frozenset[str]:
    """Return the bare names of what holds many offences."""
    known = definitions.offences().values()
    return _STREET_CATEGORIES | {
        _bare(name)
        for offence in known
        for name in (offence.group, offence.subgroup, offence.latest_group, offence.latest_subgroup)
    }
