"""Ask the same questions with many versions of each library, and write the tables of `docs/versions.md`.

    python tools/versions.py [--keep FOLDER] [--only WORD]

Every row is an environment of its own, made by uv in a scratch folder. Nothing but the packages is downloaded.
With `--ran` it asks nothing, and writes down what `tools/matrix.sh` ran.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "versions.md"
START, END = "<!-- the table, made by tools/versions.py -->", "<!-- the end of the table -->"
RAN, LAST = "<!-- what ran, written by tools/matrix.sh -->", "<!-- the end of what ran -->"
LIBRARIES = ("pandas", "polars", "pyarrow", "duckdb")  # with which version_jobs.py is run
ALL = ("pandas", "polars", "pyarrow", "duckdb", "matplotlib")
CLOSE = 1e-10

# What is named is at that version; all else is the newest that pip finds beside it. The first row is what the others are held against.
ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "the newest of everything": (),
    "pandas 2.2.3": ("pandas==2.2.3",),
    "pandas 2.3.3": ("pandas==2.3.3",),
    "pandas 3.0.0": ("pandas==3.0.0",),
    "DuckDB 1.3.2, polars 1.10": ("duckdb==1.3.2", "polars==1.10.0"),
    "DuckDB 1.4.1, polars 1.22, pyarrow 18": ("duckdb==1.4.1", "polars==1.22.0", "pyarrow==18.0.0"),
    "narwhals 2.10, pandas 3.0, without DuckDB": ("narwhals==2.10.0", "pandas==3.0.0"),
    "the lowest of everything": (
        *(
            "attrs==23.1.0",
            "numpy==1.26.0",
            "scipy==1.13.0",
            "narwhals==2.28.0",
            "pandas==2.2.0",
            "polars==1.0.0",
        ),
        *("pyarrow==15.0.0", "duckdb==1.3.0", "matplotlib==3.8.0", "pyparsing==3.2.*"),
    ),
}


def uv(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "uv", *map(str, arguments)], check=True)


def answers(folder: Path, pins: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Make an environment, and ask what it says of each library's frames."""
    python = folder / "bin" / "python"
    wanted = [r for r in ALL if not any(re.match(rf"{r}\W", pin) for pin in pins)]
    libraries = [
        r for r in LIBRARIES if not (r == "duckdb" and any(pin == "narwhals==2.10.0" for pin in pins))
    ]
    uv("venv", "--quiet", "--python", sys.executable, folder)
    uv("pip", "install", "--quiet", "--python", python, *pins, *wanted, ROOT)
    found = {}
    for library in libraries:
        said = folder / f"{library}.json"
        subprocess.run([python, ROOT / "tools" / "version_jobs.py", library, said], check=True)
        found[library] = json.loads(said.read_text(encoding="utf-8"))
    return found


def is_close(one: Any, other: Any) -> bool:
    """Whether two answers are one but for digits past the tenth of numbers."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or math.isclose(one, other, rel_tol=CLOSE)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_close, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_close(v, other[k]) for k, v in one.items())
    return bool(one == other)


def cell(found: dict[str, Any], right: dict[str, Any]) -> tuple[str, list[str]]:
    """Say how many answers are the same, and which are not."""
    asked, wanted = found["answers"], right["answers"]
    same = sum(asked.get(name) == answer for name, answer in wanted.items())
    close = sum(is_close(asked.get(name), answer) for name, answer in wanted.items())
    refused = sum(str(asked.get(name)).startswith("refused: ") for name in wanted)
    parts = [f"{same} of {len(wanted)}"]
    if close > same:
        parts.append(f"{close - same} but for digits past the tenth")
    if refused:
        parts.append(f"{refused} refused")
    if found["warnings"]:
        parts.append(f"{len(found['warnings'])} warnings")
    off = [
        f"{n}: {str(asked.get(n))[:200]}"
        for n, answer in wanted.items()
        if not is_close(asked.get(n), answer)
    ]
    return ", ".join(parts), off + sorted(set(found["warnings"]))


def put(start: str, end: str, lines: list[str]) -> None:
    """Put lines between two marks of the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.partition(start)[0], page.partition(end)[2]
    PAGE.write_text(before + "\n".join([start, *lines, end]) + after, encoding="utf-8")


def note_what_ran(name: str, said: str, beside: str) -> None:
    """Write the row of a part, in the place of the one before: what pytest said of it last, and what was installed."""
    rows = PAGE.read_text(encoding="utf-8").partition(f"{RAN}\n")[2].partition(f"\n{LAST}")[0].splitlines()
    counts = ", ".join(f"{n} {what}" for n, what in re.findall(r"(\d+) (passed|skipped|xfailed)", said))
    row = f"| {name} | {counts} | {today()} | {beside} |"
    known = {line.split(" | ")[0].removeprefix("| "): line for line in rows}
    put(RAN, LAST, list({**known, name: row}.values()))
    print(row, flush=True)


def today() -> str:
    return f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="where the environments stay; default: nowhere")
    parser.add_argument(
        "--only", default="", help="rows whose name holds this, beside the first; the page stays as it is"
    )
    parser.add_argument("--ran", help="what tools/matrix.sh ran")
    parser.add_argument("--said", help="the last line of pytest on it")
    parser.add_argument("--beside", help="what it ran with")
    asked = parser.parse_args()
    if asked.ran:
        note_what_ran(asked.ran, asked.said, asked.beside)
        return 0
    rows, wrong, right = [], 0, None
    with tempfile.TemporaryDirectory() as scratch:
        for number, (name, pins) in enumerate(ENVIRONMENTS.items()):
            if number and asked.only not in name:
                continue
            found = answers((asked.keep or Path(scratch)) / f"e{number}", pins)
            right = right or found
            cells = []
            for library in LIBRARIES:
                text, off = cell(found[library], right[library]) if library in found else ("–", [])
                cells.append(text)
                for line in off:
                    print(f"{name}, {library}: {line}")
                wrong += sum(" refused: " not in f" {line.partition(': ')[2]}" for line in off)
            rows.append(f"| {name} | {' | '.join(cells)} |")
            print(rows[-1], flush=True)
    version = ".".join(map(str, sys.version_info[:3]))
    table = [
        f"Python {version}, {today()}. Answers that are the same to the last bit as in the first row:",
        "",
        f"| versions | {' | '.join(LIBRARIES)} |",
        f"| :--- | {' | '.join(':---' for _ in LIBRARIES)} |",
        *rows,
    ]
    if not asked.only:
        put(START, END, table)
    return min(wrong, 1)


if __name__ == "__main__":
    raise SystemExit(main())
