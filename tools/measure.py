"""Measure the house: code lines, what a reader of one call walks through, and circles of imports.

    python tools/measure.py

Lines are those of code: no blanks, comments or docstrings, nor the stubs of overloads unless it is said. Functions
are found through the public names, so that modules may be moved and renamed.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import statistics
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"
ROOT = "policemetrics"
LARGEST = 10
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


# ---- lines ------------------------------------------------------------------------------


def span(node: Any) -> set[int]:
    """Every line of a node, its decorators among them."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return set(range(first, node.end_lineno + 1))


def spans(nodes: Iterable[ast.AST]) -> set[int]:
    return set().union(*map(span, nodes))


def docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, _Definition | ast.Module) and ast.get_docstring(node, clean=False) is not None:
            yield node.body[0]


def is_overload(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        "overload" in ast.unparse(d) for d in node.decorator_list
    )


class Source:
    """One file: its tree, its lines of code, and those of them that are no stub of an overload."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self.name = str(path.relative_to(SOURCE / ROOT))
        self.tree = ast.parse(text)
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        lines = {n for t in tokens if t.type not in _NO_CODE for n in range(t.start[0], t.end[0] + 1)}
        self.with_overloads = lines - spans(docstrings(self.tree))
        self.code = self.with_overloads - spans(filter(is_overload, ast.walk(self.tree)))

    def of(self, nodes: Iterable[ast.AST]) -> int:
        return len(self.code & spans(nodes))

    @property
    def definitions(self) -> dict[str, Any]:
        """The functions and classes of the module itself; of overloads the implementation, which is the last."""
        return {node.name: node for node in self.tree.body if isinstance(node, _Definition)}


def used(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def reached(start: str, definitions: dict[str, Any], beyond: Iterable[str]) -> set[str]:
    """What a function uses of its own module, by way of what it uses; not `beyond`."""
    found, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += sorted((used(definitions[name]) & definitions.keys()).difference(beyond))
    return found


def function_lines(name: str) -> str:
    """Count a public function with those helpers of its module that no other public function reaches."""
    function = inspect.unwrap(getattr(importlib.import_module(ROOT), name))
    module = sys.modules[function.__module__]
    source = Source(Path(inspect.getfile(function)).resolve())
    figure = importlib.import_module(ROOT).Figure
    definitions = source.definitions
    figures = {n for n in definitions if isinstance(v := getattr(module, n), type) and issubclass(v, figure)}
    public = {n for n in definitions if not n.startswith("_")} - figures
    mine = reached(name, definitions, figures | public - {name})
    theirs = set().union(*(reached(p, definitions, figures | public - {p}) for p in public - {name}))
    imports = [n for n in source.tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    listed = [n for n in source.tree.body if isinstance(n, ast.Assign) and used(n) & {"__all__"}]
    # A figure has helpers for its sentence; they are part of its class.
    of_figures = set().union(*(reached(f, definitions, public) for f in figures)) - mine - theirs - public
    figured = [definitions[n] for n in figures | of_figures]
    left = len(source.code - spans([*imports, *listed, *figured]))
    heavy = len(source.code - spans(definitions[n] for n in figures))
    own = [definitions[n] for n in mine - theirs]
    return (
        f"  {name:16} {source.of(own):5} with its own helpers, {source.of([definitions[name]])} without; shared in the module "
        f"{source.of(definitions[n] for n in mine & theirs)}; {source.name} without figures and imports {left}, with imports {heavy}"
    )


# ---- what one call walks through --------------------------------------------------------


def walk(call: Callable[[], object]) -> list[tuple[str, int, str]]:
    """Return each function of the package that a call enters, in the order of the first visits; its tables are read before."""
    call()
    home = str(SOURCE / ROOT)
    seen: dict[tuple[str, int, str], None] = {}

    def note(frame: Any, event: str, _: object) -> None:
        code = frame.f_code
        # Modules being imported, and the expressions inside a function, are no functions of their own.
        if event == "call" and code.co_filename.startswith(home) and not code.co_name.startswith("<"):
            seen.setdefault((code.co_filename, code.co_firstlineno, code.co_qualname))

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return list(seen)


def calls() -> dict[str, Callable[[], object]]:
    """The calls that are walked: small data, every name imported before."""
    import pandas as pd

    import policemetrics as pm

    years = ("2022/23", "2023/24")
    forces, codes = ["Kent", "Kent", "Essex", "Essex"], ["theft", "robbery"] * 2
    frame = pd.DataFrame(
        {"force": forces * 2, "period": [y for y in years for _ in forces], "offence": codes * 2}
    )
    counts = [90, 10, 120, 20, 80, 15, 130, 10]
    crimes = pm.Tally.from_columns({c: frame[c].tolist() for c in frame}, counts)
    outcomes = pm.Tally.from_columns({"force": forces, "outcome": ["1", "18"] * 2}, counts[:4])
    weights = pm.HarmWeights({"theft": 10, "robbery": 800}, name="own", version="1")
    created = pd.to_datetime(["2024-05-01 10:00", "2024-05-01 11:00", "2024-05-01 12:00"])
    log = pd.DataFrame({"created": created, "arrived": created + pd.to_timedelta([480, 1200, 720], unit="s")})
    asked = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}
    clock = {"start": "created", "end": "arrived", "timezone": "Europe/London", "target": 900}
    tally, rate, harm, times = pm.tally, pm.positive_outcome_rate, pm.harm_change, pm.response_times
    change, drivers = pm.rate_change, pm.change_drivers
    return {
        "tally(frame)": lambda: tally(frame, by=["force", "period"]),
        "rate_change(t, between=, by=)": lambda: change(crimes, between=years, by="force"),
        "change_drivers(t, between=, of=)": lambda: drivers(crimes, between=years, of="offence"),
        "positive_outcome_rate(t, by=)": lambda: rate(outcomes, by="force", **asked),
        "harm_change(t, w, between=)": lambda: harm(crimes, weights, between=years),
        "response_times(frame, …)": lambda: times(log, **clock),
    }


# ---- imports ----------------------------------------------------------------------------


def module_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(module: str, tree: ast.AST, *, is_package: bool, modules: Iterable[str]) -> Iterator[str]:
    """The modules that a module names in an import, wherever it stands: in functions and under TYPE_CHECKING too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name in modules)
        elif isinstance(node, ast.ImportFrom):
            above = (
                module.split(".")[: len(module.split(".")) - node.level + is_package] if node.level else []
            )
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                found = f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules else base
                if found in modules and found != module:
                    yield found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Group modules that reach each other; those that reach nothing back are left out."""
    reach = {}
    for start, named in graph.items():
        found, todo = set(), list(named)
        while todo:
            at = todo.pop()
            if at not in found:
                found.add(at)
                todo += graph[at]
        reach[start] = found
    groups = {tuple(sorted(b for b in reach[a] if a in reach[b])) for a in graph}
    return sorted(map(list, filter(None, groups)), key=len)


# ---- all of it --------------------------------------------------------------------------


def main() -> None:
    sys.path.insert(0, str(SOURCE))  # of this checkout, whatever is installed
    paths = sorted((SOURCE / ROOT).rglob("*.py"))
    sources = {module_of(p): Source(p) for p in paths}
    by_size = sorted(sources.values(), key=lambda s: -len(s.code))
    print("code lines (with the stubs of overloads) by file:")
    for source in by_size if "--all" in sys.argv else by_size[:LARGEST]:
        print(f"  {len(source.code):5} {len(source.with_overloads):5}  {source.name}")
    if "--all" not in sys.argv and len(by_size) > LARGEST:
        print(f"  … {len(by_size) - LARGEST} more: --all")
    code, whole = sum(len(s.code) for s in by_size), sum(len(s.with_overloads) for s in by_size)
    median = statistics.median(len(s.code) for s in by_size)
    print(
        f"{code:,} in {len(by_size)} files ({whole:,} with overloads); median {median:g}, largest {len(by_size[0].code)}"
    )
    print("\ncode lines of functions:", *map(function_lines, ("rate_change", "change_drivers")), sep="\n")
    print("\nfiles, functions and changes of file in the order of a call:")
    for name, call in calls().items():
        call()  # once before: what is looked up once for a class is no part of a call
        files = [file for file, *_ in walk(call)]
        changes = sum(a != b for a, b in pairwise(files))
        print(f"  {name:34} {len(set(files)):3} {len(files):4} {changes:4}")
    graph = {
        name: set(imported(name, s.tree, is_package=s.name.endswith("__init__.py"), modules=sources))
        for name, s in sources.items()
    }
    found = circles(graph)
    print("\ncircles of imports, those under TYPE_CHECKING among them:", "" if found else "none")
    for circle in found:
        print(f"  {len(circle)}: {', '.join(m.removeprefix(f'{ROOT}.') for m in circle)}")


if __name__ == "__main__":
    main()
