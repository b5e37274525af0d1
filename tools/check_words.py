"""Look for words to avoid in the pages, the README and the docstrings; `tools/words.toml` says what to write instead.

``python tools/check_words.py`` exits with 1 where it finds one. With the extra ``dev`` the checks of
proselint run on the pages too, without those of typography: code and figures have their own.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
# Lists of what was measured and found, which are for developers.
PASSED_OVER = {"mutation.md", "fuzz.md", "benchmarks.md", "changelog.md", "contributing.md"}
# Code that was taken out leaves gaps, and figures have signs of their own.
_PASSED_BY = re.compile(r": (?:typography|lexical_illusions|dates_times)\b")
WORDS = tomllib.loads((ROOT / "tools" / "words.toml").read_text(encoding="utf-8"))
_CODE = re.compile(
    r"^---\n.*?^---$|^```.*?^```$|^\$\$.*?\$\$$|<!--.*?-->|`[^`\n]+`|\$[^$\n]+\$|(?<=\])\([^)]*\)|“[^”]*”|^>>> .*?(?=\n\s*\n|\Z)"
    r"|^\*\*Sources?(?: and date)?\.\*\*.*?(?=\n\s*\n|\Z)",  # titles of papers are not ours
    re.MULTILINE | re.DOTALL,
)


def prose(text: str) -> str:
    """Blank what is no prose, and keep the lines where they are."""
    return _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def pages() -> Iterator[tuple[Path, str]]:
    """Read the pages that are written for users, without their code."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if page.name not in PASSED_OVER and "names" not in page.parts:
            yield page, prose(page.read_text(encoding="utf-8"))
    for page in sorted((ROOT / "docs").rglob("*.ipynb")):
        cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
        yield page, prose("\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown"))


def docstrings() -> Iterator[tuple[Path, str]]:
    """Read the docstrings of each module, on the lines on which they stand."""
    for module in sorted((ROOT / "src").rglob("*.py")):
        lines = [""] * (module.read_text(encoding="utf-8").count("\n") + 2)
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if doc := ast.get_docstring(node):
                first = node.body[0].lineno - 1
                for at, line in enumerate(
                    prose(re.split(r"\n(?:References|Examples)\n", doc)[0]).splitlines()
                ):
                    lines[first + at] = line
        yield module, "\n".join(lines)


def avoided(text: str) -> Iterator[tuple[int, str]]:
    """Find the words to avoid, over the ends of lines as well."""
    for words, instead in WORDS.items():
        pattern = rf"(?<![\w-])(?:{words})(?![\w-])".replace(" ", r"\s+")
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield text.count("\n", 0, found.start()) + 1, f"{' '.join(found[0].split())!r}: {instead}"


def linted() -> Iterator[str]:
    """Run proselint on the pages, where it is installed."""
    if find_spec("proselint") is None:
        return
    with TemporaryDirectory() as folder:
        names = {}
        for page, text in pages():
            copy = Path(folder, "-".join(page.relative_to(ROOT).with_suffix(".md").parts))
            copy.write_text(text, encoding="utf-8")
            names[str(copy)] = str(page.relative_to(ROOT))
        command = [sys.executable, "-m", "proselint", "check", *names]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        for line in said.splitlines():
            copy, _, rest = line.partition(".md:")
            if f"{copy}.md" in names and not _PASSED_BY.search(rest):
                yield f"{names[f'{copy}.md']}:{rest}"


def main() -> int:
    found = sorted(
        f"{page.relative_to(ROOT)}:{line}: {what}"
        for page, text in [*pages(), *docstrings()]
        for line, what in avoided(text)
    )
    found += linted()
    print(*found, f"{len(found)} words to avoid", sep="\n")
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main())
