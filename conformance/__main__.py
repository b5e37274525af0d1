"""The command ``python -m conformance DIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from conformance import check
from conformance._report import as_json, as_markdown, as_text
from policemetrics.errors import PoliceMetricsError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of published cells worked out again.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line, without the program's name. Default is that of the process.

    Returns
    -------
    int
        The exit status: 0 if all cells that were checked agree; 1 if one should and does not, or a file is
        damaged; 2 if nothing was checked.
    """
    parser = argparse.ArgumentParser(
        prog="python -m conformance",
        description="Work out published police figures again, and say which cells agree.",
    )
    parser.add_argument("folder", metavar="DIR", help="the folder of published files")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", dest="write", action="store_const", const=as_json, help="print JSON")
    form.add_argument(
        "--markdown", dest="write", action="store_const", const=as_markdown, help="print Markdown"
    )
    parser.set_defaults(write=as_text)
    options = parser.parse_args(arguments)
    try:
        checked = check(options.folder)
    except PoliceMetricsError as error:
        print(error, file=sys.stderr)
        return 2
    print(options.write(checked))
    if any(c.status in {"fails", "damaged"} for c in checked):
        print("Not all that should agree does.", file=sys.stderr)
        return 1
    if not any(c.cells for c in checked):
        print(f"nothing was checked: {options.folder} holds the files of no source.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
