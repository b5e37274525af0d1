"""What the README and the pages on methods show is what happens."""

import doctest
import re
from pathlib import Path

import pages
import pytest

README = Path(__file__).parents[1] / "README.md"


def test_examples_run():
    """Every example of the README gives what it says."""
    if lacks := pages.lacking(README):
        pytest.skip(f"its code needs {', '.join(lacks)}")
    found = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert found.attempted > 5
    assert found.failed == 0


@pytest.mark.parametrize("name", ["main-job", "tests", "docs"])
def test_commands_are_one_line(name):
    """Each command is a single line that makes its own virtual environment."""
    block = re.search(rf"<!-- {name} -->\n```sh\n(.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    assert "\n" not in block[1]
    assert block[1].startswith("python3 -m venv ")


def test_names_of_files_exist():
    """Files that the README points to are there."""
    text = README.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:docs|src)/[\w./-]+|[A-Z]+\.md)`", text):
        assert (README.parent / name).exists(), name
