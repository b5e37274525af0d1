"""The entries of the reference: examples that can be pasted, and links to the method and the how-to.

A docstring's example runs inside its module, where its names are known; on a page it starts with the imports that it
needs. The links are read off the pages: the page on methods that names a function above its first heading or in one, and
the first how-to, in the order of the menu, whose code calls it.
"""

from __future__ import annotations

import ast
import builtins
import doctest
import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from sphinx.util import logging

import policemetrics

_log = logging.getLogger(__name__)
_DOCS = Path(__file__).parents[1]
# What the pages do not show by how often they name a function, and the pages of rooms that stand in no formula.
_METHODS = {
    "outcome_rate_change": "outcomes",
    "intervals": "intervals",
    "spc": "control-charts",
    "incidence": "outcomes",
    "decomposition": "change",
}
_HOWTOS = {
    "tally": "/howto/as-published",
    "match_outcomes": "/howto/own-positive-set",
    "claims": "/howto/press-release",
    "extend": "/howto/own-metric",
    "testing": "/howto/testing",
    "official": "/howto/official-files",
    "plot": "/howto/pictures",
    "published": "/which-function",
}
_ROOMS = ("testing", "testing.strategies", "typing")


@cache
def _public() -> dict[int, str]:
    """Say for every public object where it is imported from."""
    names = [n for n in policemetrics.__all__ if inspect.ismodule(getattr(policemetrics, n))]
    rooms = [importlib.import_module(f"policemetrics.{name}") for name in (*names, *_ROOMS)]
    found = {id(getattr(room, name)): room.__name__ for room in rooms for name in room.__all__}
    top = {id(getattr(policemetrics, name)): "policemetrics" for name in policemetrics.__all__}
    return found | top


def imports(doc: str, room: ModuleType) -> list[str]:
    """Return the lines that import what the examples of a docstring use and do not define.

    A name that is nothing public is a `NameError`.
    """
    code = "".join(example.source for example in doctest.DocTestParser().get_examples(doc))
    tree = ast.parse(code)
    bound = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    bound |= {
        (a.asname or a.name).split(".")[0]
        for node in ast.walk(tree)
        for a in getattr(node, "names", ())
        if isinstance(a, ast.alias)
    }
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - bound - set(dir(builtins))
    modules, places = [], {}
    for name in sorted(used):
        value = getattr(room, name, None)
        if inspect.ismodule(value) and value.__name__ == name:
            modules.append(f"import {name}")
        elif inspect.ismodule(value) and not value.__name__.startswith("policemetrics"):
            modules.append(f"import {value.__name__} as {name}")
        elif inspect.ismodule(value) and name in policemetrics.__all__:
            places.setdefault("policemetrics", []).append(name)
        elif value is not None and id(value) in _public():
            places.setdefault(_public()[id(value)], []).append(name)
        else:
            msg = f"{name} in the example is nothing public of {room.__name__}"
            raise NameError(msg)
    return [*modules, *(f"from {place} import {', '.join(names)}" for place, names in sorted(places.items()))]


@cache
def _menu() -> tuple[Path, ...]:
    """List the how-tos in the order of the menu."""
    index = (_DOCS / "index.md").read_text(encoding="utf-8")
    pages = re.findall(r"^((?:tutorial|howto)/[\w-]+)$", index, re.MULTILINE)
    return tuple(
        next(_DOCS.glob(f"{page}.*")) for page in sorted(pages, key=lambda page: page.startswith("tutorial"))
    )


def method_of(name: str) -> str:
    """Return the page on methods that says most about a function; empty where none does."""
    called = re.compile(rf"`(?:pm\.)?{re.escape(name)}(?:\(.*?\))?`|\bpm\.{re.escape(name)}\(")
    pages = {
        page.stem: len(called.findall(page.read_text(encoding="utf-8")))
        for page in (_DOCS / "methods").glob("*.md")
    }
    best = max(sorted(pages), key=lambda page: pages[page])
    return _METHODS.get(name) or (best if pages[best] else _METHODS.get(name.split(".", maxsplit=1)[0], ""))


def howto_of(name: str) -> str:
    """Return the how-to that calls a function most, the first of them in the menu; empty where none does."""
    called = re.compile(rf"(?<![\w.]){'' if '.' in name else 'pm.'}(?:pm\.)?{re.escape(name)}\(")
    pages = {page: len(called.findall(page.read_text(encoding="utf-8"))) for page in _menu()}
    best = max(pages, key=lambda page: pages[page])
    if name in _HOWTOS or not pages[best]:
        return (
            _HOWTOS.get(name)
            or _HOWTOS.get(name.partition(".")[0])
            or ("" if "." in name else "/which-function")
        )
    return f"/{best.parent.name}/{best.stem}"


def links(name: str) -> str:
    """Return a line of links for the entry of a function."""
    method, howto = method_of(name), howto_of(name)
    found = [f":doc:`the method </methods/{method}>`"] if method else []
    found += [f":doc:`{howto}`"] if howto else []
    return f"Read on: {', '.join(found)}." if found else ""


def _complete(_app: Any, what: str, name: str, found: Any, _options: Any, lines: list[str]) -> None:
    room = inspect.getmodule(inspect.unwrap(found) if callable(found) else found)
    doc = "\n".join(lines)
    if room is not None and "Examples\n--------" in doc:
        try:
            needed = imports(doc, room)
        except NameError as error:
            _log.warning("%s: %s", name, error)
            needed = []
        first = next(i for i, line in enumerate(lines) if line.lstrip().startswith(">>> "))
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        lines[first:first] = [f"{indent}>>> {line}" for line in needed]
    if what == "function" and (more := links(name.removeprefix("policemetrics."))):
        # Below the summary, before the first section.
        rule = next(
            (i for i, line in enumerate(lines) if re.fullmatch(r"-{4,}", line.strip())), len(lines) + 1
        )
        lines[rule - 1 : rule - 1] = [more, ""]


def setup(app: Any) -> dict[str, bool]:
    """Complete each docstring before numpydoc reads it."""
    app.connect("autodoc-process-docstring", _complete, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
