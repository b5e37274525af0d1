"""What the theme leaves out for readers who do not see the page, or do not use a mouse; found with axe."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_CHANGED = (
    # A heading has a level.
    (
        re.compile(r'class="caption" role="heading"(?! aria-level)'),
        'class="caption" role="heading" aria-level="2"',
    ),
    # Two landmarks of one kind have names.
    (re.compile(r'<aside class="sidebar-drawer">'), '<aside class="sidebar-drawer" aria-label="All pages">'),
    (
        re.compile(r'<aside class="toc-drawer([^"]*)">'),
        r'<aside class="toc-drawer\1" aria-label="On this page">',
    ),
    # A list of references whose items are no items of a list.
    (re.compile(r'role="list" (class="citation-list")'), r"\1"),
    (re.compile(r'(class="citation"[^>]*?) role="doc-biblioentry"'), r"\1"),
    # What scrolls is reached with the keyboard.
    (re.compile(r'(table-of-text[^"]*">\s*<div class="highlight">)<pre>'), r'\1<pre tabindex="0">'),
    (re.compile(r'<div class="cell_output ([^"]*)">'), r'<div class="cell_output \1" tabindex="0">'),
    (re.compile(r'<div class="table-wrapper ([^"]*)">'), r'<div class="table-wrapper \1" tabindex="0">'),
)


def _complete(app: Any, error: Exception | None) -> None:
    if error is None and app.builder.name == "html":
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            for pattern, instead in _CHANGED:
                text = pattern.sub(instead, text)
            page.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Change the pages when all are written."""
    app.connect("build-finished", _complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
