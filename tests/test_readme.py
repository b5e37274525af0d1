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


def test_links_lead_somewhere():
    """Files that the README links to, or shows, are there."""
    text = README.read_text(encoding="utf-8")
    named = re.findall(r"\]\(([\w./-]+)\)|(?:srcset|src)=\"([\w./-]+)\"", text)
    assert len(named) > 20
    for name in (link or picture for link, picture in named):
        assert (README.parent / name).exists(), name


def test_opens_with_the_essentials():
    """On its first screen: a sentence, the install line, two numbers, a table with its chart, what it will not do."""
    text = README.read_text(encoding="utf-8")
    told = (
        "pip install 'policemetrics[pandas,plot]'",
        "rate_change(365_882",
        "pm.tally(",
        "plot.by_group",
        "<picture>",
        "will not quietly",
        "which-function.md",
        "## More examples",
    )
    places = [text.index(words) for words in told]
    assert places == sorted(places)
