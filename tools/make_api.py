"""Write down the public signatures: every name, class, method, property and field, one a line.

``python tools/make_api.py`` rewrites tests/api.txt, and src/policemetrics/__init__.pyi from the table of names in
__init__.py. A test compares, so that a change of what callers can write is a decision: run this, read the diff,
and commit it with an entry in CHANGELOG.md.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "tests" / "api.txt"
STUB = ROOT / "src" / "policemetrics" / "__init__.pyi"
MODULES = (
    "policemetrics",
    "policemetrics.claims",
    "policemetrics.datasets",
    "policemetrics.decomposition",
    "policemetrics.definitions",
    "policemetrics.errors",
    "policemetrics.extend",
    "policemetrics.figures",
    "policemetrics.incidence",
    "policemetrics.intervals",
    "policemetrics.official",
    "policemetrics.plot",
    "policemetrics.published",
    "policemetrics.spc",
    "policemetrics.testing",
    "policemetrics.testing.strategies",
    "policemetrics.typing",
)
OPERATORS = (
    "__add__", "__radd__", "__sub__", "__contains__", "__getitem__", "__iter__", "__len__", "__eq__", "__lt__", "__hash__",
    "__arrow_c_stream__", "__array__",
)  # fmt: skip


def api() -> str:
    """Return the public surface as text, sorted, so that a diff shows what changed and nothing else."""
    return "".join(f"{line}\n" for module in MODULES for line in of_module(module))


def stub() -> str:
    """Return the names of the package as type checkers read them, room by room."""
    package = importlib.import_module("policemetrics")
    lines = [f"from policemetrics import {name} as {name}" for name in package._MODULES]  # noqa: SLF001  # its own table
    lines += [
        f"from policemetrics.{room} import {name} as {name}"
        for room, names in package._ROOMS.items()  # noqa: SLF001
        for name in names
    ]
    return "# Written by tools/make_api.py from the table of names in __init__.py.\n" + "".join(
        f"{line}\n" for line in [*lines, "", "__version__: str"]
    )


def of_module(name: str) -> Iterator[str]:
    module = importlib.import_module(name)
    sources = aliases(module)
    for member in sorted(module.__all__):
        found, path = getattr(module, member), f"{name}.{member}"
        if member in sources:
            yield f"{path} = {sources[member]}"
        elif inspect.isclass(found):
            yield from of_class(path, found)
        elif inspect.ismodule(found):
            yield f"module {path}"
        elif callable(found):
            yield from of_function(path, inspect.unwrap(found))
        else:
            yield f"{path}: {module.__annotations__.get(member, type(found).__name__)}"


def aliases(module: Any) -> dict[str, str]:
    """Find the type aliases of a module as they are written: their repr changes with Python and numpy."""
    tree = ast.parse(inspect.getsource(module))
    if module.__name__ == "policemetrics.typing":  # most of them stand below it
        tree.body += ast.parse(inspect.getsource(importlib.import_module("policemetrics._typing"))).body
    return {
        node.target.id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
        and ast.unparse(node.annotation) == "TypeAlias"
    }  # fmt: skip


def of_class(path: str, found: type) -> Iterator[str]:
    bases = ", ".join(b.__name__ for b in bases_of(found) if b not in {object, typing.Generic})
    yield f"class {path}{f'({bases})' if bases else ''}"
    if issubclass(found, BaseException):
        return
    members = {k: v for c in reversed(found.__mro__) if own(c, found) for k, v in vars(c).items()}
    public = [b for b in found.__mro__ if attrs.has(b) and not own(b, found)]
    stand_there = {f.name for base in public for f in attrs.fields(base)}
    fields = {f.name: f for f in attrs.fields(found) if f.name not in stand_there} if attrs.has(found) else {}
    keywords_only = bool(fields) and all(f.kw_only for f in attrs.fields(found))
    if not keywords_only and "__init__" in members and not getattr(found, "_is_protocol", False):
        yield from of_function(f"{path}.__init__", members["__init__"])
    for name, field in sorted(fields.items()):
        if not name.startswith("_"):
            yield f"{path}.{name}: {field.type}{default(field.default, attrs.NOTHING)}"
    if typing.is_typeddict(found):
        yield from (
            f"{path}[{key!r}]: {kind.__forward_arg__}" for key, kind in sorted(found.__annotations__.items())
        )
        return
    for name, value in sorted(members.items()):
        if name in fields or (name.startswith("_") and name not in OPERATORS):
            continue
        if isinstance(value, property):
            yield f"{path}.{name}: {value.fget.__annotations__['return']}  (property)"
        elif isinstance(value, classmethod | staticmethod):
            yield from of_function(f"{type(value).__name__} {path}.{name}", value.__func__)
        elif name in OPERATORS:
            yield f"{path}.{name}{' = None' if value is None else ''}"
        elif inspect.isfunction(value):
            yield from of_function(f"{path}.{name}", value)


def bases_of(found: type) -> Iterator[type]:
    """Name the bases of a class; for one that is not public its own."""
    for base in found.__bases__:
        yield from bases_of(base) if own(base, found) else [base]


def own(base: type, found: type) -> bool:
    """Tell whether the members of a base belong to a class: those of a public base stand there."""
    public = any(getattr(importlib.import_module(name), base.__name__, None) is base for name in MODULES)
    return base is found or (base.__module__.startswith("policemetrics.") and not public)


def of_function(path: str, function: Any) -> Iterator[str]:
    yield f"{path}{written(function)}"
    for overload in typing.get_overloads(function):
        yield f"    overload {written(overload)}"


class Bare(str):
    """Text that is written without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def written(function: Any) -> str:
    signature = inspect.signature(function)
    parameters = [
        p.replace(
            annotation=bare(p.annotation), default=p.empty if p.default is p.empty else Bare(shown(p.default))
        )
        for p in signature.parameters.values()
    ]
    return str(signature.replace(parameters=parameters, return_annotation=bare(signature.return_annotation)))


def bare(annotation: Any) -> Any:
    if annotation is inspect.Parameter.empty:
        return annotation
    return Bare(annotation if isinstance(annotation, str) else getattr(annotation, "__name__", annotation))


def default(value: Any, missing: Any) -> str:
    return "" if value is missing else f" = {shown(value)}"


def shown(value: Any) -> str:
    """Write a default; one that is an object only says that there is one."""
    return repr(value) if isinstance(value, str | int | float | tuple | type(None)) else "..."


if __name__ == "__main__":
    for file, now in ((PAGE, api()), (STUB, stub())):
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(now, encoding="utf-8")
        print(f"{file.name}: {len(now.splitlines())} lines, {'unchanged' if before == now else 'changed'}")
