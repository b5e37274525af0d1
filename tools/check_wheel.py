"""Check the built wheel: its contents, and what an import of it loads in a bare environment."""

from __future__ import annotations

import sys
import zipfile
from importlib.resources import files
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
HEAVY = ("scipy", "narwhals", "pandas", "polars", "pyarrow", "duckdb", "hypothesis", "matplotlib")


def main(wheel: str) -> int:
    held = zipfile.ZipFile(wheel).namelist()
    needed = [
        p.relative_to(SOURCE).as_posix() for p in SOURCE.rglob("*") if p.is_file() and p.suffix != ".pyc"
    ]
    missing = [name for name in needed if name not in held]
    stray = [n for n in held if not n.startswith(("policemetrics/", "policemetrics-")) or n.endswith(".pyc")]
    if missing or stray:
        print(f"the wheel lacks {missing} and holds {stray}")
        return 1
    import policemetrics as pm

    loaded = [name for name in HEAVY if name in sys.modules]
    if loaded:
        print(f"import policemetrics loads {loaded}")
        return 1
    package = files("policemetrics")
    figures = sorted(p.name for p in (package / "data").iterdir() if p.name.endswith(".csv"))
    print(f"policemetrics {pm.__version__}: {len(held)} files, figures {', '.join(figures)}")
    print(pm.rate_change(365_882, 328_104))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
