"""The code on the pages of the documentation: found, and run page by page, block after block.

Fenced blocks of Python and the cells of notebooks are programs; blocks that start with ``>>>`` are doctests.
The blocks of a page share their names. A comment just above a block, which no reader of the page sees, says
what is special about it:

- ``<!-- not run: why -->``: it shows a form, and cannot run;
- ``<!-- run: engine -->``: it is a program of its own, which `test_clusters` runs;
- ``<!-- needs: module -->``: it is passed over where the module is not installed.
"""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs

DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>not run|run|needs): (?P<about>[^\n]+?) -->\n)?"
    r"^```(?:python|\{code-cell\}[^\n]*)\n(?::[^\n]*\n)*(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@attrs.frozen
class Block:
    """One block of code, with the mark above it."""

    code: str
    line: int  # of its first line on the page, counted from 0
    mark: str
    about: str

    @property
    def runs(self) -> bool:
        return not self.mark or (self.mark == "needs" and find_spec(self.about) is not None)


def pages() -> list[Path]:
    """List the pages that are written by hand and hold code."""
    written = (p for p in sorted(DOCS.rglob("*.md")) if "names" not in p.parts)
    return [p for p in written if any(blocks(p))]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("code"))
        yield Block(found["code"], line, found["mark"] or "", found["about"] or "")


def lacking(page: Path) -> list[str]:
    """List the modules that the code of a page imports or needs by `plot`, and that are not installed."""
    code = "\n".join(block.code for block in blocks(page) if block.runs)
    named = [
        *re.findall(r"^(?:>>> )?(?:import|from) (\w+)", code, re.MULTILINE),
        *["matplotlib"] * ("plot." in code),
    ]
    return sorted({name for name in named if find_spec(name) is None})


def run(page: Path) -> int:
    """Run the blocks of a page in order, and return how many ran; what is not as shown is an `AssertionError`."""
    names: dict[str, Any] = {"__name__": "__main__"}
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    ran = 0
    for block in blocks(page):
        if not block.runs:
            continue
        ran += 1
        if block.code.startswith(">>>"):
            _check(runner, block, names, page)
        else:
            # The lines before it are left empty, so that a traceback names the line of the page.
            exec(compile("\n" * block.line + block.code, str(page), "exec"), names)  # noqa: S102
    return ran


def _check(runner: doctest.DocTestRunner, block: Block, names: dict[str, Any], page: Path) -> None:
    test = doctest.DocTestParser().get_doctest(block.code, names, page.name, str(page), block.line)
    said: list[str] = []
    # A doctest has names of its own, copied from those it is given.
    runner.run(test, out=said.append, clear_globs=False)
    assert not said, "".join(said)
    names.update(test.globs)
