"""Alternative texts of pictures: what a cell draws is named by what it found, which is its title.

A cell whose last line is a picture prints its axes, ``<Axes: title={'left': '…'}>``. The words become the alternative text,
and the line goes. A picture without such a line is named by the heading that it stands under.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from docutils import nodes

_AXES = re.compile(r"\A<Axes: .*?title=(?P<titles>\{.*?\})(?:, [xy]label=.*)?>\s*\Z", re.DOTALL)


def _name_pictures(_app: Any, doctree: nodes.document, _page: str) -> None:
    for cell in doctree.findall(nodes.container):
        if "cell" not in cell["classes"]:
            continue
        title = ""
        for block in list(cell.findall(nodes.literal_block)):
            found = _AXES.match(block.astext())
            if found:
                title = " ".join(ast.literal_eval(found["titles"]).get("left", "").split())
                block.parent.remove(block)
        for image in cell.findall(nodes.image):
            if not image.get("alt"):
                image["alt"] = title or _heading(cell)


def _heading(node: nodes.Node) -> str:
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    return node.next_node(nodes.title).astext() if node is not None else ""


def setup(app: Any) -> dict[str, bool]:
    """Name the pictures once their cells have run."""
    app.connect("doctree-resolved", _name_pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
