"""How the scorecard is laid out: one screen, the whole text, a page."""

from __future__ import annotations

import html
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from policemetrics import _write
from policemetrics._scorecard.pictures import Drawn
from policemetrics._scorecard.sections import WORDS, CheckedClaim, Section, in_words
from policemetrics.definitions import _tables

_SCREEN = 80
_WIDTH = 100
_TITLE = WORDS["title"]


def first_screen(claims: Sequence[CheckedClaim]) -> str:
    """Say of each claim what open data say, on one screen.

    Parameters
    ----------
    claims : sequence of CheckedClaim
        What `checked_claims` returned.

    Returns
    -------
    str
        At most 25 lines of at most 80 characters.
    """
    words = WORDS["screen"]
    wrapped = partial(textwrap.wrap, width=_SCREEN, break_on_hyphens=False)
    lines = _heading(words["title"], "=")
    for sentence in words["sentences"]:
        lines += wrapped(in_words(sentence, crime=claims[0].check.figure))
    lines += [
        "",
        *_aligned([words["headers"], *(claim.row for claim in claims)]),
        "",
        *wrapped(_counted(claims)),
    ]
    lines += [f"For {what}: {command}" for what, command in words["more"]]
    return "\n".join(lines)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Line words up in columns, under a heading; `_write.text_table` would break the heading and set words right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * width for width in widths]
    filled = (map(str.ljust, row, widths) for row in [rows[0], rule, *rows[1:]])
    return ["  ".join(cells).rstrip() for cells in filled]


def _counted(claims: Sequence[CheckedClaim]) -> str:
    verdicts = Counter(claim.check.verdict.replace(" ", "_") for claim in claims)
    names = ("supported", "contradicted", "cannot_tell")
    return in_words(WORDS["screen"]["end"], **{name: verdicts[name] for name in names})


def _heading(title: str, rule: str) -> list[str]:
    return [title, rule * len(title)]


def as_text(sections: Sequence[Section]) -> str:
    """Lay the whole scorecard out for a terminal.

    Parameters
    ----------
    sections : sequence of Section
        What `scorecard` returned.

    Returns
    -------
    str
        Lines of at most 100 characters.
    """
    wrapped = partial(textwrap.wrap, width=_WIDTH, break_on_hyphens=False)
    lines = _heading(_TITLE, "=")
    for section in sections:
        lines += ["", *_heading(section.title, "-")]
        for sentence in section.sentences:
            lines += wrapped(sentence, initial_indent="* ", subsequent_indent="  ")
        if section.rows:
            lines += ["", _write.text_table(section.headers, section.rows, left=1), ""]
        for name, value in section.origin:
            origin = f"{name}: {value.rstrip('.')}."
            lines += wrapped(origin, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


def as_html(
    claims: Sequence[CheckedClaim], sections: Sequence[Section], pictures: Mapping[str, Drawn] | None = None
) -> str:
    """Lay the scorecard out as a page; everything is escaped.

    Parameters
    ----------
    claims : sequence of CheckedClaim
        What `checked_claims` returned.
    sections : sequence of Section
        What `scorecard` returned.
    pictures : mapping of str to Drawn, optional
        The picture of a section, by its name, as `drawn` returns them. Default is none.

    Returns
    -------
    str
        A whole HTML document, without scripts and without anything to fetch.
    """
    words = WORDS["screen"]
    entries = [("claims", words["title"]), *((section.name, section.title) for section in sections)]
    contents = "".join(f'<li><a href="#{name}">{html.escape(title)}</a></li>' for name, title in entries)
    body = [
        f"<header><h1>{html.escape(_TITLE)}</h1></header>",
        f'<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ol>{contents}</ol></nav>',
        f'<main><section id="claims"><h2>{html.escape(words["title"])}</h2>',
        *(f"<p>{html.escape(in_words(s, crime=claims[0].check.figure))}</p>" for s in words["sentences"]),
        _table(words["headers"], [claim.row for claim in claims], "Claim by claim", prose=words["headers"]),
        f"<p>{html.escape(_counted(claims))}</p></section>",
    ]
    for section in sections:
        items = "".join(f"<li>{html.escape(s)}</li>" for s in section.sentences)
        body.append(f'<section id="{section.name}"><h2>{html.escape(section.title)}</h2><ul>{items}</ul>')
        if section.rows:
            body.append(_table(section.headers, section.rows, section.title))
        if picture := (pictures or {}).get(section.name):
            body.append(_figure(picture))
        origin = "".join(f"<dt>{n}</dt><dd>{html.escape(v)}</dd>" for n, v in section.origin)
        body.append(f"<dl>{origin}</dl></section>")
    head = (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{html.escape(_TITLE)}</title><style>{_tables.text('data', 'scorecard.css')}</style></head>"
    )
    return f"{head}<body>{''.join(body)}</main></body></html>\n"


def _table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], caption: str, *, prose: Sequence[str] = ()
) -> str:
    # A table that is wider than the window scrolls in a box, which the keyboard reaches as well.
    table = _write.html_table(headers, rows, left=1, caption=caption, prose=prose)
    return f'<div class="table" tabindex="0" role="region" aria-label="{html.escape(caption)}">{table}</div>'


def _figure(picture: Drawn) -> str:
    return (
        f'<figure><picture><source media="screen and (prefers-color-scheme: dark)" srcset="{picture.dark}">'
        f'<img src="{picture.light}" alt="{html.escape(picture.alternative)}"></picture></figure>'
    )
