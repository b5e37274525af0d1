"""Formulae as MathML, made when the pages are built: nothing to fetch, nothing to run, and readable aloud."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.util import logging

_log = logging.getLogger(__name__)
# docutils reads these as something else, without a word: a half as twelve over what follows.
_MISREAD = re.compile(r"\\[tdc]?frac\s*[^{\s]|\\bar\s*(?:\w|\{\w\})_")


def _markup(node: nodes.Element, *, block: bool) -> str:
    formula = node.astext()
    if _MISREAD.search(formula):
        _log.warning("write \\frac{1}{2} and \\bar{s_i}, with braces: %s", formula, location=node)
    return latex2mathml.tex2mathml(formula, as_block=block)


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(_markup(node, block=False))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{_markup(node, block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Offer the renderer to Sphinx."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
