"""`Source`: the published file that counts were read from. It travels with them into every figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from policemetrics import _check

_MOST_SAID: Final = 3


@attrs.frozen(kw_only=True)
class Source:
    """A published file, as it was read.

    Attributes
    ----------
    file : str
        Its name, without the folder. For a folder of files: the name of the folder and how many files there are.
    sha256 : str
        The checksum of the file, as ``sha256sum`` prints it. For a folder: the checksum of its list of checksums
        and names.
    title : str
        What is published, and by whom.
    sheets : tuple of str
        The sheets that were read, of a workbook.
    released : str
        The date of release as given in the file; empty if it gives none.

    Examples
    --------
    >>> print(Source(file="prc.ods", sha256="9f86d081", title="Home Office, police recorded crime", sheets=("2019-20",)))
    Home Office, police recorded crime, prc.ods (sheet '2019-20'), sha256 9f86d081
    """

    file: str
    sha256: str
    title: str = ""
    sheets: tuple[str, ...] = ()
    released: str = ""

    @property
    def said(self) -> str:
        """The source in a sentence: without its checksum."""
        return ", ".join(filter(None, [self.title, self._file]))

    @property
    def _file(self) -> str:
        several = "sheets" if len(self.sheets) > 1 else "sheet"
        inside = f"{several} {_check.listing(self.sheets, most=_MOST_SAID)}" if self.sheets else ""
        parts = ", ".join(filter(None, [inside, f"released {self.released}" if self.released else ""]))
        return f"{self.file}{f' ({parts})' if parts else ''}"

    def __str__(self) -> str:
        return f"{self.said}, sha256 {self.sha256}" if self.sha256 else self.said


def joined(*several: Sequence[Source]) -> tuple[Source, ...]:
    """Return every source once, sheets of one file as one."""
    found: dict[tuple[str, str, str], Source] = {}
    for source in (one for sources in several for one in sources):
        key = (source.file, source.sha256, source.released)
        known = found.setdefault(key, source)
        sheets = tuple(dict.fromkeys((*known.sheets, *source.sheets)))
        found[key] = attrs.evolve(known, sheets=sheets)
    return tuple(found.values())


def in_words(sources: Sequence[Source]) -> str:
    """Name several sources in a sentence, those of one title together."""
    titles: dict[str, list[str]] = {}
    for source in sources:
        titles.setdefault(source.title, []).append(source._file)  # noqa: SLF001  # of this module
    return "; ".join(
        ", ".join(filter(None, [title, _check.cut(files, _MOST_SAID)])) for title, files in titles.items()
    )
