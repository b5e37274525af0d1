"""Blocks of code and output: sentences wrap, tables keep their lines and scroll."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes

_RULE = re.compile(r"^-{3,}(?:  -{3,})+$", re.MULTILINE)  # under the headings of a table


def _mark_tables(_app: Any, doctree: nodes.document) -> None:
    for block in doctree.findall(nodes.literal_block):
        if _RULE.search(block.astext()):
            block["classes"].append("table-of-text")


def setup(app: Any) -> dict[str, bool]:
    """Mark the tables as each page is read."""
    app.connect("doctree-read", _mark_tables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
