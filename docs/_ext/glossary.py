"""Links to the glossary: on every page for users the first use of each of its terms leads there.

They are made as a page is written, so that no page can lack one. A link that the author of a page has made at the first use
stays as it is. Words in code, headings and other links are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes

# By the anchor of its entry: how a term is used. `basis` has an everyday sense, too.
TERMS = {
    "tally": r"tall(?:y|ies)",
    "coverage": r"coverage",
    "ledger": r"ledgers?",
    "supplier": r"suppliers?",
    "basis": r"(?:(?<=closed )|(?<=recorded )|(?<=both )|(?<=which )|(?<=the )|(?<=official ))bas[ie]s(?! of)",
    "cohort": r"cohorts?",
    "exposure": r"exposures?",
    "vintage": r"vintages?",
    "harm-weight": r"harm weights?",
}
# The glossary itself, and the pages for those who work on the package.
PASSED_OVER = {"glossary", "design", "mutation", "fuzz", "benchmarks", "contributing"}
_NO_PROSE = (
    nodes.FixedTextElement,
    nodes.literal,
    nodes.math,
    nodes.raw,
    nodes.reference,
    nodes.rubric,
    nodes.term,
    nodes.title,
    addnodes.desc_signature,
)


def link(page: nodes.document, glossary: str) -> None:
    """Link the first use of each term on a page; `glossary` is the address of the glossary, as the page sees it."""
    for anchor, used in TERMS.items():
        pattern = re.compile(rf"(?<![\w-])(?:{used})(?![\w-])", re.IGNORECASE)
        for node in _prose(page):
            if isinstance(node, nodes.reference):
                if node.get("refuri", "").endswith(f"glossary.html#{anchor}"):
                    break
            elif found := pattern.search(node):
                said = nodes.reference("", found[0], refuri=f"{glossary}#{anchor}", internal=True)
                around = node[: found.start()], node[found.end() :]
                node.parent.replace(node, [nodes.Text(around[0]), said, nodes.Text(around[1])])
                break


def _prose(page: nodes.document) -> Iterator[nodes.Text | nodes.reference]:
    """Yield words and links in their order, without what is no prose."""
    for node in page.findall(lambda n: isinstance(n, nodes.Text | nodes.reference)):
        above = node.parent
        while above is not None and not isinstance(above, _NO_PROSE):
            above = above.parent
        if above is None:
            yield node


def _link(app: Any, page: nodes.document, name: str) -> None:
    if name not in PASSED_OVER and app.builder.format == "html":
        link(page, app.builder.get_relative_uri(name, "glossary"))


def setup(app: Any) -> dict[str, bool]:
    """Link once all other links of a page are known."""
    app.connect("doctree-resolved", _link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
