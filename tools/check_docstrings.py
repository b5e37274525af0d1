"""Check that every public name has a complete numpydoc docstring."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

from numpydoc.validate import validate

import policemetrics as pm

# Left out: sections that say nothing (extended summary, See Also), and rules of wording that the
# project does not share (a summary may span lines; sections are in numpydoc's order anyway).
CHECKED = ("GL08", "SS01", "SS03", "PR01", "PR02", "PR03", "PR04", "RT01", "RT03", "YD01", "EX02")
MODULES = ("intervals", "decomposition")


def names() -> Iterator[str]:
    for name in pm.__all__:
        found = getattr(pm, name)
        yield f"policemetrics.{name}"
        if inspect.isclass(found) and not issubclass(found, Exception):
            yield from (
                f"policemetrics.{name}.{member}"
                for member, value in vars(found).items()
                if not member.startswith("_")
                and callable(getattr(value, "__func__", value))
                and inspect.getdoc(value)
            )
    for module in MODULES:
        found = __import__(f"policemetrics.{module}", fromlist=["__all__"])
        yield from (f"policemetrics.{module}.{name}" for name in found.__all__)


def main() -> int:
    bad = 0
    checked = list(names())
    for name in checked:
        faults = [(code, text) for code, text in validate(name)["errors"] if code in CHECKED]
        bad += bool(faults)
        for code, text in faults:
            print(f"{name}: {code} {text}")
    print(f"{len(checked)} public names checked, {bad} with faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
