"""Blocks of code and output: sentences wrap, tables keep their lines and scroll.

A block in which code is wider than a page, beside a table, falls into several, so that the code wraps.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes

_RULE = re.compile(r"^-{3,}(?:  -{3,})+$", re.MULTILINE)  # under the headings of a table


_WIDEST = 100  # characters of a page of 1366 pixels


def _parts(text: str) -> list[str]:
    """Take a doctest apart before and after each statement that prints a table."""
    parts: list[list[str]] = []
    for statement in re.split(r"^(?=>>> )", text, flags=re.MULTILINE):
        table = _RULE.search(statement) is not None
        if not parts or table or _RULE.search(parts[-1][-1]):
            parts.append([])
        parts[-1].append(statement)
    return [part for part in map("".join, parts) if part]


def _mark_tables(_app: Any, doctree: nodes.document) -> None:
    for block in list(doctree.findall(nodes.literal_block)):
        text = block.astext()
        if not _RULE.search(text):
            continue
        wide = any(len(line) > _WIDEST for line in text.splitlines())
        parts = _parts(text) if wide and text.startswith(">>>") else [text]
        blocks = [nodes.literal_block(part, part, **block.attributes) for part in parts]
        for part in blocks:
            part.source, part.line = block.source, block.line
            part["classes"] = [*block["classes"], *["table-of-text"] * bool(_RULE.search(part.astext()))]
        block.replace_self(blocks)


def setup(app: Any) -> dict[str, bool]:
    """Mark the tables as each page is read."""
    app.connect("doctree-read", _mark_tables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
