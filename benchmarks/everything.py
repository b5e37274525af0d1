"""All that ``docs/benchmarks.md`` shows, on an idle machine: ``python -m benchmarks.everything FOLDER [--cluster]``.

The tables go to FOLDER, a file each, and the figures of the scaling beside its module, from which its picture is drawn. It
takes about an hour on two cores, and 12 GiB of memory; the cluster, which needs Java and pyspark, is a quarter of that.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

__all__ = ["main"]


def main() -> int:
    """Run each in turn, and tell where its table is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.everything", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cluster", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    parts = {
        "cases": ["benchmarks", "--full", "--pairs", "15", "--markdown"],
        "scaling": ["benchmarks.scaling"],
        "scaling-tables": ["benchmarks.scaling", "--draw"],
        "large": ["benchmarks.large", str(asked.folder)],
        **({"cluster": ["benchmarks.cluster", str(asked.folder)]} if asked.cluster else {}),
    }
    failed = 0
    for name, program in parts.items():
        said = asked.folder / f"{name}.md"
        with said.open("w") as table:
            failed += (
                subprocess.run([sys.executable, "-m", *program], stdout=table, check=False).returncode > 1
            )
        print(said, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
