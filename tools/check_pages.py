"""Open the built pages in a browser: nothing may be cut or scroll at 1366 pixels, and axe must find no error.

``python tools/check_pages.py [build/docs]`` needs ``pip install axe-playwright-python`` and Chromium on the PATH. Every page
is measured; axe looks at five of them, and at the page of the main job, in light and in dark. It exits with 1 where something
is found.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SCREEN: Any = {"width": 1366, "height": 768}
PAGES = (
    "index.html",
    "which-function.html",
    "howto/gallery.html",
    "methods/outcomes.html",
    "reference/names/policemetrics.rate_change.html",
)
# What is wider than its box and does not show all of it.
_CUT = """() => [document.documentElement, ...document.querySelectorAll('article *')].filter(
    it => it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0
        && (it === document.documentElement || getComputedStyle(it).overflowX !== 'visible')
).map(it => `${it.tagName.toLowerCase()} ${it.className}: ${it.scrollWidth} of ${it.clientWidth} pixels`)"""


def cut(browser: Any, site: Path) -> Iterator[str]:
    """Measure every page."""
    tab = browser.new_page(viewport=SCREEN)
    for page in sorted(site.rglob("*.html")):
        tab.goto(page.as_uri())
        yield from (f"{page.relative_to(site)}: {what}" for what in tab.evaluate(_CUT))


def barred(browser: Any, pages: list[Path]) -> Iterator[str]:
    """Ask axe what keeps readers out of some pages, in light and in dark."""
    for scheme in ("light", "dark"):
        tab = browser.new_context(viewport=SCREEN, color_scheme=scheme).new_page()
        for page in pages:
            tab.goto(page.as_uri())
            for fault in Axe().run(tab).response["violations"]:
                yield f"{page.name}, {scheme}: {fault['id']}, {len(fault['nodes'])} times: {fault['nodes'][0]['html'][:120]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "docs")
    site = parser.parse_args().folder.resolve()
    with TemporaryDirectory() as folder, sync_playwright() as program:
        job = Path(folder, "scorecard.html")
        command = [sys.executable, "-m", "policemetrics", "--html", str(job)]
        subprocess.run(command, check=True, capture_output=True)
        browser = program.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        found = [*cut(browser, site), *barred(browser, [*(site / page for page in PAGES), job])]
        browser.close()
    print(*found, f"{len(found)} faults of pages", sep="\n")
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main())
