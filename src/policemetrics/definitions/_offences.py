"""Offences of the recorded crime classification by code and year, and codes that stand for one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import attrs

from policemetrics import _check
from policemetrics.definitions import _tables
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.periods import as_period

RECORDED: Final = "recorded crime"
_FIRST: Final = (
    "2017/18"  # the bundled tables, the earliest and the latest, and the last year of the older names
)
_OLDER_NAMES: Final = "2019/20"
_LAST: Final = "2024/25"


@attrs.frozen(kw_only=True)
class Offence:
    """One offence of the Home Office recorded-crime classification.

    Attributes
    ----------
    code : str
        Always text: 4.1 and 4.10 are different offences.
    name, subgroup, group : str
        As in the recorded crime tables for 2019/20, for 2017/18 if the code had ended, and in the release of
        April 2026 if it began later. A code that another was split into has the subgroup and the group of that
        one. In ``offences(year=…)``: as the tables of that year name them.
    latest_name, latest_subgroup, latest_group : str
        As in the release of April 2026; empty if the code is not in it.
    years : tuple of str
        The bundled tables that list the code.
    first, last : str
        The first and the last financial year whose table may list it; empty if it was there before 2017/18, or
        still is in 2024/25.
    ended : str
        The last year in which crimes were recorded under it, if a source says so; tables list it longer, with few
        crimes or none.
    note : str
        What is not known of its years.
    street_level : str
        Its type of crime on data.police.uk; empty if no table says.
    """

    code: str
    name: str
    subgroup: str
    group: str
    latest_name: str = ""
    latest_subgroup: str = ""
    latest_group: str = ""
    years: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    ended: str = ""
    note: str = ""
    street_level: str = ""


@attrs.frozen(kw_only=True)
class OffenceCodeVariant:
    """One offence code that a published table joins with others.

    Attributes
    ----------
    code : str
        The separate code.
    joined : str
        The code under which it is joined. A joined code cannot be split again, so compare years by the joined
        code.
    scope : str
        ``"recorded crime"`` if the published counts join them, so that the two codes are the same crimes; or the
        edition of weights, ``"ons-css 2020"``, whose list gives them one line.
    years, joined_years : tuple of str
        Years of the bundled tables that list the code, and the joined one.
    since : str
        The year from which the joined code is recorded under separate codes; empty if no source gives it.
    note, source : str
        What is joined, and the table that does it.
    """

    code: str
    joined: str
    scope: str
    years: tuple[str, ...]
    joined_years: tuple[str, ...]
    since: str
    note: str
    source: str


def offences(*, year: str | None = None) -> Mapping[str, Offence]:
    """Return the offences of the recorded crime tables, by code.

    Parameters
    ----------
    year : str or Period, optional
        A financial year from 2017/18 to 2024/25: the codes in the table of that year, with its names. Default is
        every code, with one classification for all years.

    Returns
    -------
    mapping of str to Offence
        Read-only. The codes that occur in 2017/18, 2019/20 or 2024/25, fraud included.

    Raises
    ------
    InvalidInputError
        If `year` is not a financial year, or no table in the package covers it.

    See Also
    --------
    offence_code_variants : Which code each one was before.

    Notes
    -----
    One classification for all years: that of 2019/20. The tables of 2017/18 put five codes of unlawful driving
    (37.1, 4.4, 4.6, 4.8, 4.9) under "Violence with injury". If you grouped by the subgroup printed in each year,
    one subgroup would fall and another would rise from nothing. The release of April 2026, which gives 36 codes
    another subgroup or group, would have the same effect. Homicide is one code in 2017/18 (1/4.1/4.10/4.2) and
    four in 2019/20, all of the subgroup "Homicide".

    The package has the tables of three years. For a year between two of them it gives every code that may be
    listed, and `note` says what is not known.

    Examples
    --------
    >>> offences()["4.10"].name
    'Corporate manslaughter'
    >>> offences()["4.4"].subgroup
    'Death or serious injury - unlawful driving'
    >>> new = offences(year="2023/24")
    >>> new["28I"].name, new["15"].group
    ('Residential burglary of a home', 'Miscellaneous crimes against society')
    >>> "28I" in offences(year="2022/23"), offences()["15"].group
    (False, 'Miscellaneous crimes')
    """
    return _all() if year is None else _of_year(_financial_year(year))


def _financial_year(year: str) -> str:
    found = as_period(year, "year")
    if found.months != 12 or found.start.month != 4:
        msg = f"year must be a financial year, as in year='2023/24'; got {year!r}."
        raise InvalidInputError(msg)
    if not _FIRST <= found.label <= _LAST:
        msg = (
            f"year must be one of {_FIRST} to {_LAST}, of which tables of offences are bundled; got {year!r}. "
            "offences() gives every code that is known."
        )
        raise InvalidInputError(msg)
    return found.label


@cache
def _all() -> Mapping[str, Offence]:
    read = {"years": _tables.several}
    return _tables.records(Offence, "offences.csv", read, {"offence_code": "code", "offence": "name"})


@cache
def _of_year(year: str) -> Mapping[str, Offence]:
    found = {code: o for code, o in _all().items() if o.first <= year and (not o.last or year <= o.last)}
    if year > _OLDER_NAMES:
        found = {code: _as_of_late(o) for code, o in found.items()}
    return MappingProxyType(found)


def _as_of_late(offence: Offence) -> Offence:
    if not offence.latest_name:
        return offence
    return attrs.evolve(
        offence, name=offence.latest_name, subgroup=offence.latest_subgroup, group=offence.latest_group
    )


@cache
def offence_code_variants() -> Mapping[str, OffenceCodeVariant]:
    """Return the offence codes that a published table joins with others, by code.

    Returns
    -------
    mapping of str to OffenceCodeVariant
        Read-only. Only what the tables in the package document; nothing is guessed.

    See Also
    --------
    joined_offence_codes : The same as a mapping for `Tally.relabel`.

    Notes
    -----
    Homicide has one code in the recorded crime of 2017/18 and four in 2019/20. From 2023/24 residential burglary
    has separate codes for a home and for an unconnected building: 28E became 28I and 28M, and 28F to 28H and 29A
    were split in the same way. The ONS list of weights has one line for 28A and 28C, and one for 30A and 30C;
    counts keep these apart, and scores do not need them joined. The expired burglary codes 28A to 28D (dwellings)
    are not joined with 28E to 28H (residential, which also includes sheds and garages), because no table says
    that they are the same.

    Examples
    --------
    >>> variant = offence_code_variants()["4.1"]
    >>> variant.joined, variant.years, variant.joined_years
    ('1/4.1/4.10/4.2', ('2019/20', '2024/25'), ('2017/18',))
    >>> offence_code_variants()["28I"].joined, offence_code_variants()["28I"].since
    ('28E', '2023/24')
    """
    lists = {"years": _tables.several, "joined_years": _tables.several}
    return _tables.records(OffenceCodeVariant, "offence_code_variants.csv", lists, {"offence_code": "code"})


def joined_offence_codes(codes: Iterable[str], *, scope: str = RECORDED) -> dict[str, str]:
    """Return the joined code of each code that has one: a mapping for `Tally.relabel`.

    Parameters
    ----------
    codes : iterable of str
        The codes that occur, as `Tally.labels` gives them.
    scope : str, optional
        Which joins: ``"recorded crime"``, those of the published counts, or the edition of weights whose
        list joins them, ``"ons-css 2020"``. Default is ``"recorded crime"``.

    Returns
    -------
    dict of str to str
        The joined code by code, for those of `codes` that have one; empty if none has.

    Raises
    ------
    InvalidTypeError
        If `codes` is not several codes.
    UnknownNameError
        If there is no such scope.

    Examples
    --------
    Homicide of two years under one code:

    >>> from policemetrics import Tally
    >>> crimes = Tally.from_columns(
    ...     {"period": ["2017/18", "2019/20", "2019/20"], "offence": ["1/4.1/4.10/4.2", "1", "4.1"]}, [41, 40, 11]
    ... )
    >>> crimes.relabel("offence", joined_offence_codes(crimes.labels("offence"))).to_dict()["count"]
    [41, 51]
    """
    variants = offence_code_variants().values()
    _check.choice(scope, "scope", list(dict.fromkeys(v.scope for v in variants)))
    if isinstance(codes, str | bytes) or not isinstance(codes, Iterable):
        msg = f"codes must be several codes, as Tally.labels gives them; got {_check.shown(codes)}."
        raise InvalidTypeError(msg)
    joined = {v.code: v.joined for v in variants if v.scope == scope}
    return {code: joined[code] for code in codes if isinstance(code, str) and code in joined}
