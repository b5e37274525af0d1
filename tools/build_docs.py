"""Build the documentation, warnings as errors; every notebook in it is run.

The pages land in build/docs, or in the folder that is named.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from sphinx.cmd.build import main as sphinx

ROOT = Path(__file__).parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "docs")
    pages = parser.parse_args().folder
    # Entries of names that are gone would be built again, and warn.
    shutil.rmtree(ROOT / "docs" / "reference" / "names", ignore_errors=True)
    scratch = ROOT / "build" / "doctrees"
    status = sphinx(
        ["-W", "--keep-going", "-q", "-E", "-a", "-d", str(scratch), str(ROOT / "docs"), str(pages)]
    )
    if status == 0:
        print(f"built {sum(1 for _ in pages.rglob('*.html'))} pages: {pages / 'index.html'}")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
