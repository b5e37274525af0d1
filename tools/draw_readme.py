"""Draw the chart of the README, for light pages and dark ones, from the code that the README shows.

``python tools/draw_readme.py`` writes ``docs/_static/readme-light.svg`` and ``readme-dark.svg``. It needs the extras
``pandas`` and ``plot``.
"""

import doctest
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parents[1]
STYLES = {"light": "default", "dark": "dark_background"}


def main() -> None:
    mpl.use("agg")
    code = "".join(
        example.source
        for example in doctest.DocTestParser().get_examples((ROOT / "README.md").read_text(encoding="utf-8"))
    )
    # What comes after the chart is not needed for it.
    code = code[: code.index("\n", code.index("plot.by_group")) + 1]
    for name, style in STYLES.items():
        with plt.style.context(["default", style, {"svg.hashsalt": "policemetrics"}]):
            names: dict[str, object] = {}
            exec(compile(code, "README.md", "exec"), names)
            target = ROOT / "docs" / "_static" / f"readme-{name}.svg"
            names["ax"].figure.savefig(target, transparent=True, metadata={"Date": None})
            plt.close("all")
            print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
