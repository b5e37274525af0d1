"""A published file as it was downloaded: what it is, what is in it, and that it does no harm.

Nothing is ever unpacked to the disk. What kind of file it is, its first bytes say, not its name.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import partial
from os import PathLike, fspath
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

import attrs

from policemetrics import _check
from policemetrics._sources import Source
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.official._extent import Extent

# A member may hold so much, and be so much larger than it is packed; sheets of a workbook pack 10 to 40 times.
_MOST_BYTES: Final = 4 << 30
_MOST_RATIO: Final = 250
_SMALL: Final = 16 << 20  # below, no ratio does harm
_AT_ONCE: Final = 1 << 20
_OF_WORKBOOKS: Final = {"xl/workbook.xml", "content.xml"}
_TABLES: Final = (".csv", ".csv.gz", ".xlsx", ".ods")
# How files begin that are taken for a table and are none.
_NOT_TABLES: Final = (
    (b"%PDF", "a PDF; take the table that is published beside it"),
    (
        b"\xd0\xcf\x11\xe0",
        "a workbook of the time before .xlsx, or one with a password; open it and save it as .xlsx",
    ),
    (b"<!doctype html", "a web page; open it and download the file that it links to"),
    (b"<html", "a web page; open it and download the file that it links to"),
    (b"version https://git-lfs", "the pointer that Git LFS keeps in place of a file; fetch the file itself"),
)


@attrs.frozen(eq=False)
class Part:
    """One table of bytes: a file, or a member of an archive, of a kind ``"csv"`` or ``"workbook"``."""

    name: str
    kind: str
    open: Callable[[], BinaryIO]
    """Open it for reading, not beyond what it may hold."""

    @property
    def stem(self) -> str:
        """Its name without folders."""
        return PurePosixPath(self.name.replace("\\", "/").partition(": ")[2] or self.name).name


@attrs.frozen(eq=False)
class Published:
    """A published file, or a folder or an archive of them."""

    name: str
    parts: Sequence[Part]
    sums: Callable[[], str]

    @classmethod
    def opened(cls, path: Any, *, several: bool = False) -> Published:
        """Look into a file; a folder, or an archive of more than one table, is taken where `several` may be read."""
        if not isinstance(path, str | PathLike):
            msg = f"path must be the path of a file; got {_check.shown(path)} ({type(path).__name__})."
            raise InvalidTypeError(msg)
        place = Path(fspath(path))
        if place.is_dir() and several:
            found = sorted(p for p in place.rglob("*") if p.is_file() and p.name.casefold().endswith(_TABLES))
            files = [(p.relative_to(place).as_posix(), p) for p in found]
            parts = [part for name, p in files for part in _parts(p, name)]
            name = f"{place.resolve().name} ({len(files)} files)"
            published = cls(name, parts, partial(_sum_of_folder, files))
        elif place.is_file():
            published = cls(place.name, _parts(place, place.name), partial(_sum_of, place))
        else:
            what = "a folder" if place.is_dir() else "no file"
            msg = f"path must be a file that can be read; {str(place)!r} is {what}."
            raise InvalidInputError(msg)
        if not published.parts or (len(published.parts) > 1 and not several):
            inside = _check.listing([part.name for part in published.parts], most=5)
            wanted = "at least one table" if several else "one table"
            msg = f"path must hold {wanted}, {_check.listing(_TABLES)}; {published.name!r} holds {inside}."
            raise InvalidInputError(msg)
        return published

    def source(self, title: str, sheets: Iterable[str] = (), released: str = "") -> Source:
        """Say where counts were read."""
        return Source(
            file=self.name, sha256=self.sums(), title=title, sheets=tuple(sheets), released=released
        )


def _sum_of(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sum_of_folder(files: Sequence[tuple[str, Path]]) -> str:
    """Return the checksum of the list that ``sha256sum`` would print."""
    listed = "".join(f"{_sum_of(place)}  {name}\n" for name, place in files)
    return hashlib.sha256(listed.encode()).hexdigest()


def _parts(place: Path, name: str) -> list[Part]:
    with place.open("rb") as file:
        head = file.read(256)
    if head.startswith(b"PK"):
        return _parts_of_zip(place, name)
    if head.startswith(b"\x1f\x8b"):
        size = place.stat().st_size
        return [Part(name, "csv", lambda: _bounded(gzip.open(place), name, size))]
    _refuse_no_table(head, name)
    return [Part(name, "csv", lambda: _bounded(place.open("rb"), name, _MOST_BYTES))]


def _refuse_no_table(head: bytes, name: str) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    for magic, what in _NOT_TABLES:
        if start[: len(magic)].lower() == magic.lower():
            msg = f"{name}: a table was expected, .csv, .xlsx or .ods; this is {what}."
            raise InvalidInputError(msg)
    if not start or b"\0" in head:
        what = "is empty" if not start else "holds bytes that are no text"
        msg = f"{name}: a table was expected, .csv, .xlsx or .ods; the file {what}."
        raise InvalidInputError(msg)


# ---- archives ---------------------------------------------------------------------------


def _parts_of_zip(place: Path, name: str) -> list[Part]:
    archive, members = _looked_into(place, name)
    if {info.filename for info in members} & _OF_WORKBOOKS:
        return [Part(name, "workbook", lambda: place.open("rb"))]
    tables = [i for i in members if i.filename.casefold().endswith(_TABLES) and "__MACOSX" not in i.filename]
    return [
        Part(f"{name}: {info.filename}", _kind(info.filename), partial(_open_member, archive, info, name))
        for info in sorted(tables, key=lambda info: info.filename)
    ]


def _looked_into(file: Any, name: str) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """Open an archive, which closes when nothing holds it, and look at what is in it."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _broken(name, error) from error
    members = [info for info in archive.infolist() if not info.is_dir()]
    for info in members:
        _refuse_member(info, name)
    return archive, members


def workbook_of(part: Part) -> io.BytesIO:
    """Return a workbook whole, when all of it has been looked at: a reader of workbooks lays it out as it is."""
    with part.open() as file:
        found = io.BytesIO(file.read())
    archive, members = _looked_into(found, part.name)
    for info in members:
        # A sheet may have any name in the workbook.
        extent = Extent(f"{part.name}, {info.filename}", ods=info.filename == "content.xml")
        with _open_member(archive, info, part.name) as member:
            while piece := member.read(_AT_ONCE):
                extent.feed(piece)
    found.seek(0)
    return found


def _kind(name: str) -> str:
    return "workbook" if name.casefold().endswith((".xlsx", ".ods")) else "csv"


def _broken(name: str, error: Exception) -> InvalidInputError:
    msg = f"{name}: the archive must be whole, and is truncated or broken ({error}); download it again."
    return InvalidInputError(msg)


def _refuse_member(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse what no publisher packs: a path outside, a member that is locked, one that swells beyond measure."""
    inside = info.orig_filename.replace("\\", "/")
    what = ""
    if inside.startswith("/") or re.match("[A-Za-z]:", inside) or ".." in inside.split("/"):
        what = "has a path that leads outside of the archive"
    elif info.flag_bits & 1:
        what = "is locked by a password"
    elif info.file_size > min(_MOST_BYTES, max(_SMALL, info.compress_size * _MOST_RATIO)):
        what = f"would be {info.file_size:,} bytes, of {info.compress_size:,} that are packed"
    if what:
        msg = f"{name}: every member of the archive must be a plain file; {inside!r} {what}. Nothing of it was read."
        raise InvalidInputError(msg)


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> BinaryIO:
    """Open a member; one that holds more than it says is cut off by what it may hold, and not by what it says."""
    honest = copy(info)
    honest.file_size = _MOST_BYTES
    whole = f"{name}: {info.filename}"
    try:
        found: Any = archive.open(honest)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise _broken(whole, error) from error
    if info.filename.casefold().endswith(".gz"):
        found = gzip.GzipFile(fileobj=found)
    return _bounded(found, whole, info.compress_size)


class _Bounded(io.RawIOBase):
    """A stream of bytes that ends in an error where it holds more than it may, or breaks off."""

    def __init__(self, inner: Any, name: str, packed: int) -> None:
        self._inner, self._name = inner, name
        self._most = min(_MOST_BYTES, max(_SMALL, packed * _MOST_RATIO))
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        try:
            found = self._inner.read(len(buffer))
        except (zipfile.BadZipFile, EOFError, OSError, zlib.error) as error:
            raise _broken(self._name, error) from error
        self._read += len(found)
        if self._read > self._most:
            msg = f"{self._name}: the file must be no larger than {self._most:,} bytes once it is unpacked, and is."
            raise InvalidInputError(msg)
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def _bounded(inner: Any, name: str, packed: int) -> BinaryIO:
    return io.BufferedReader(_Bounded(inner, name, packed), _AT_ONCE)
