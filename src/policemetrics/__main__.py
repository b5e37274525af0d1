"""The worked example: a news item on West Midlands Police, checked against real bundled figures.

``python -m policemetrics`` prints one screen; ``--full`` prints all of it; ``--html FILE`` writes a page with pictures.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from policemetrics import _scorecard, _write
from policemetrics.errors import MissingDependencyError

__all__ = ["main"]

_PLAIN_SIGNS = {ord(_write.MINUS): "-", ord("“"): '"', ord("”"): '"'}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scorecard, or write it as a page.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line, without the program's name. Default is that of the process.

    Returns
    -------
    int
        The exit status: 0, or 2 where the page cannot be written.
    """
    parser = argparse.ArgumentParser(
        prog="python -m policemetrics",
        description="A worked example: a news item on West Midlands Police, checked against real bundled figures.",
    )
    parser.add_argument(
        "--full", action="store_true", help="print every figure, with its source and definition"
    )
    parser.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help="write all of it as a page with pictures, and print nothing else",
    )
    options = parser.parse_args(arguments)
    if options.html is not None:
        return _write_page(options.html)
    if options.full:
        _say(_scorecard.as_text(_scorecard.scorecard()))
    else:
        _say(_scorecard.first_screen(_scorecard.checked_claims()))
    return 0


def _say(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        # A terminal that has no true minus sign gets a plain one, not a traceback; quotation marks likewise.
        text = text.translate(_PLAIN_SIGNS).encode(encoding, "replace").decode(encoding)
    print(text)


def _write_page(file: Path) -> int:
    hint, pictures = "", None
    try:
        pictures = _scorecard.drawn()
    except MissingDependencyError as error:
        hint = f" without pictures: {error}"
    page = _scorecard.as_html(_scorecard.checked_claims(), _scorecard.scorecard(), pictures)
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        print(f"cannot write {file}: {error.strerror}; name a file in a folder that exists.", file=sys.stderr)
        return 2
    _say(f"wrote {file}{hint}")
    return 0


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it, such as head, had read enough
        # What is left to be written goes nowhere, or Python would say so when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    raise SystemExit(status)
