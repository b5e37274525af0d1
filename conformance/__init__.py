"""Published figures worked out again: ``python -m conformance DIR``.

A folder with files of official figures is read, and every published cell that the library can make is made
by public calls and set beside the one that was printed.
"""

from __future__ import annotations

import os
from pathlib import Path

from conformance._report import Checked, judged
from conformance._sources import SOURCES, Source
from policemetrics.errors import InvalidInputError, InvalidTypeError, PoliceMetricsError

__all__ = ["Checked", "check"]


def check(folder: str | os.PathLike[str]) -> tuple[Checked, ...]:
    """Work out again the published cells in a folder, and judge each.

    Parameters
    ----------
    folder : str or path
        Where the files are, in folders named after their subject: ``pfa_tables/pfa_counts.csv`` and so on.

    Returns
    -------
    tuple of Checked
        One for each source, in a fixed order. A source with a file missing is not checked, one with a
        damaged file says which line; neither ever counts as agreeing.

    Raises
    ------
    InvalidInputError
        If there is no such folder.
    InvalidTypeError
        If `folder` is no path.

    Notes
    -----
    A cell is equal to 1e-9, relative. Rounding allows half of the last printed place; for a rate, whatever
    denominators round to the printed one. A base is revised where a whole number other than the earlier
    count gives the printed percentage to 1e-9.

    Examples
    --------
    >>> import tempfile
    >>> {c.status for c in check(tempfile.gettempdir())}
    {'not checked'}
    """
    if not isinstance(folder, str | os.PathLike):
        msg = f"folder must be a path; got {folder!r} ({type(folder).__name__})."
        raise InvalidTypeError(msg)
    place = Path(folder)
    if not place.is_dir():
        msg = f"folder must be a folder that exists; got {str(folder)!r}."
        raise InvalidInputError(msg)
    return tuple(_checked(place, source) for source in SOURCES)


def _checked(folder: Path, source: Source) -> Checked:
    lacking = [path for path in dict.fromkeys(source.files) if not (folder / path).is_file()]
    if lacking:
        return Checked(source=source.title, status="not checked", why=f"there is no {', no '.join(lacking)}")
    try:
        return judged(source.title, source.check(folder), source.why)
    except PoliceMetricsError as error:
        # What a damaged file leads to further on is refused by the library, with what was wrong.
        return Checked(source=source.title, status="damaged", why=str(error).rstrip("."))
