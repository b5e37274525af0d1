"""Check the wheel and the sdist, from an environment that has the wheel and what it needs, and nothing more.

    bare/bin/python -I tools/check_wheel.py dist

Both are compared with the tree that this file is in, byte by byte; a fresh checkout has nothing that is not
committed. Then the wheel is imported.
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "policemetrics"
HEAVY = ("scipy", "narwhals", "pandas", "polars", "pyarrow", "duckdb", "hypothesis", "matplotlib")
REQUIRED = ("attrs", "numpy", "scipy", "narwhals")
LICENCES = ("LICENSE", "src/policemetrics/definitions/LICENCE.md")
IN_SDIST = ("src", "tests", "docs", "tools", "benchmarks", "conformance", "conda")
BESIDE = (
    *("README.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md"),
    *("CITATION.cff", "LICENSE", "pyproject.toml"),
)
MADE = ("PKG-INFO", ".gitignore")  # the second always comes along


def tree(folder: Path) -> dict[str, bytes]:
    found = (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def differing(held: dict[str, bytes], wanted: dict[str, bytes], what: str) -> Iterator[str]:
    yield from (f"{what} lacks {name}" for name in sorted(wanted.keys() - held.keys()))
    yield from (
        f"{what} holds {name}, which is not in the tree" for name in sorted(held.keys() - wanted.keys())
    )
    yield from (
        f"{what} has another {n}" for n in sorted(held.keys() & wanted.keys()) if held[n] != wanted[n]
    )


def faults_of_wheel(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    package = {f"policemetrics/{name}": content for name, content in tree(PACKAGE).items()}
    info = f"{'-'.join(path.name.split('-')[:2])}.dist-info"
    metadata = message_from_bytes(held[f"{info}/METADATA"])
    made = {f"{info}/{name}": held.get(f"{info}/{name}", b"") for name in ("METADATA", "WHEEL", "RECORD")}
    licences = {f"{info}/licenses/{name}": (ROOT / name).read_bytes() for name in LICENCES}
    yield from differing(held, {**package, **licences, **made}, "the wheel")
    if "policemetrics/py.typed" not in held:
        yield "the wheel lacks py.typed"
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    if sorted(line.split(">=")[0] for line in needed) != sorted(REQUIRED):
        yield f"the wheel requires {needed}"
    if tuple(metadata.get_all("License-File", [])) != LICENCES:
        yield f"the wheel names the licences {metadata.get_all('License-File')}"


def faults_of_sdist(path: Path) -> Iterator[str]:
    with tarfile.open(path) as archive:
        held = {
            member.name.partition("/")[2]: content.read()
            for member in archive.getmembers()
            if (content := archive.extractfile(member)) is not None
        }
    wanted = {f"{folder}/{name}": found for folder in IN_SDIST for name, found in tree(ROOT / folder).items()}
    wanted |= {name: (ROOT / name).read_bytes() for name in BESIDE if (ROOT / name).exists()}
    yield from (f"the tree lacks {name}" for name in BESIDE if not (ROOT / name).exists())
    yield from differing({n: c for n, c in held.items() if n not in MADE}, wanted, "the sdist")


def faults_of_import() -> Iterator[str]:
    import policemetrics as pm

    home = Path(pm.__file__)
    if "site-packages" not in home.parts:
        yield f"what is imported is no wheel: {home}"
    yield from (f"import policemetrics loads {name}" for name in HEAVY if name in sys.modules)
    yield from (
        f"the environment is not bare: it has {n}" for n in HEAVY if n not in REQUIRED and find_spec(n)
    )
    data = files("policemetrics") / "data"
    figures = sorted(p.name for p in data.iterdir() if p.name.endswith(".csv"))
    print(f"policemetrics {pm.__version__}, figures {', '.join(figures)}")
    print(pm.rate_change(365_882, 328_104))


def main(folder: Path) -> int:
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    faults = [*faults_of_wheel(wheel), *faults_of_sdist(sdist), *faults_of_import()]
    print("\n".join([*faults, f"{wheel.name}, {sdist.name}: {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
