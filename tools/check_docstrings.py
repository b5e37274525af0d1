"""Check that public names are documented: functions in full numpydoc, classes with their attributes."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpydoc.docscrape import ClassDoc
from numpydoc.validate import validate

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for `conformance`, which is not installed

MODULES = (
    "policemetrics",
    "policemetrics.claims",
    "policemetrics.figures",
    "policemetrics.published",
    "policemetrics.spc",
    "policemetrics.intervals",
    "policemetrics.decomposition",
    "policemetrics.incidence",
    "policemetrics.datasets",
    "policemetrics.extend",
    "conformance",
    "policemetrics.plot",
    "policemetrics.testing",
    "policemetrics.testing.strategies",
)
# A summary that ends in a full stop; every parameter documented with its type; what comes back; an example.
FULL = ("GL08", "SS01", "SS03", "PR01", "PR02", "PR04", "RT01", "RT03", "EX01")


def public() -> Iterator[tuple[str, Any]]:
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.isclass(found) or inspect.isroutine(
                inspect.unwrap(found)
            ):  # no modules, aliases, constants
                yield f"{module_name}.{name}", found


def faults_of(name: str, found: Any) -> Iterator[str]:
    if inspect.isclass(found):
        if not inspect.getdoc(found):
            yield "has no docstring"
        elif not issubclass(found, Exception | Warning):
            doc = ClassDoc(found)
            if not doc["Attributes"] and not doc["Parameters"]:
                yield "documents neither Attributes nor Parameters"
        for member, value in vars(found).items():
            method = getattr(value, "__func__", value)
            if not member.startswith("_") and inspect.isfunction(method) and not inspect.getdoc(method):
                yield f"{member}() has no docstring"
    else:
        yield from (f"{code} {text}" for code, text in validate(name)["errors"] if code in FULL)


def main() -> int:
    checked = dict(public())
    faults = [f"{name}: {fault}" for name, found in checked.items() for fault in faults_of(name, found)]
    print("\n".join([*faults, f"{len(checked)} public names checked, {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
