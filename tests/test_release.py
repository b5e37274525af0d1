"""What a release says of itself is one thing: version, changelog, citation, workflow, CONTRIBUTING.md."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import policemetrics as pm

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RELEASES = re.findall(r"^## (\S+) \((\d{4}-\d\d-\d\d|unreleased)\)$", CHANGELOG, re.MULTILINE)


def test_versions_agree():
    """The package, its citation and the newest entry of the changelog name one version, and one date."""
    version, date = RELEASES[0]
    assert version == pm.__version__ == CITATION["version"]
    assert str(CITATION.get("date-released", "unreleased")) == date


def test_every_release_says_what_it_does_to_the_numbers():
    """Each entry of the changelog has the heading, and something under it."""
    entries = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]
    assert len(entries) == len(RELEASES)
    for entry in entries:
        assert re.search(r"^### Numbers\n\n- \w", entry, re.MULTILINE), entry.splitlines()[0]


def test_the_citation_is_of_this_project():
    """Nobody is named who does not exist, and what is named is as in the package."""
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["title"] == PROJECT["name"]
    assert [author["name"] for author in CITATION["authors"]] == [a["name"] for a in PROJECT["authors"]]
    assert CITATION["license"] in PROJECT["license"].split(" AND ")
    assert CITATION["keywords"] == PROJECT["keywords"]
    assert not {"doi", "url", "repository-code"} & CITATION.keys()


@pytest.mark.parametrize("text", [CONTRIBUTING], ids=["CONTRIBUTING.md"])
def test_what_is_named_is_there(text):
    """Files, folders and modules that the page points to exist."""
    named = {
        n
        for n in re.findall(r"`([\w./-]+)`", text)
        if "/" in n or n.endswith((".py", ".md", ".toml", ".cff"))
    }
    named |= set(re.findall(r"\]\(([\w./-]+)\)", text))
    places = (ROOT, ROOT / "src" / "policemetrics", ROOT / ".github" / "workflows")
    # The gate and the workflow are in the repository only.
    elsewhere = {
        ".ci/run",
        ".github/workflows/release.yml",
        ".github/workflows/matrix.yml",
        "release.yml",
        "pypa/gh-action-pypi-publish",
    }
    missing = [n for n in named - elsewhere if not any((place / n).exists() for place in places)]
    assert not missing


def test_the_rooms_are_those_of_the_import_rules():
    """The page on the design lists the modules in the order in which they may import one another."""
    table = (
        (ROOT / "docs" / "design.md")
        .read_text(encoding="utf-8")
        .split("\n## The rooms\n")[1]
        .split("\n## ")[0]
    )
    rows = [re.findall(r"`([\w/]+)`", row) for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)]
    layers = SETTINGS["tool"]["importlinter"]["contracts"][0]["layers"]
    allowed = [room.strip(" ()") for layer in layers for room in layer.split("|")]
    package = Path(pm.__file__).parent
    there = [room for room in allowed if (package / room).is_dir() or (package / f"{room}.py").is_file()]
    assert [room.rstrip("/") for row in rows for room in row] == there


def test_the_commands_are_those_of_the_readme_and_the_gate():
    """The command for the tests is the README's."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"<!-- tests -->\n```sh\n(.*?)\n```", readme)[1] in CONTRIBUTING


@pytest.mark.skipif(not (ROOT / ".github").is_dir(), reason="the workflow is in the repository only")
def test_only_the_publishing_job_may_ask_for_a_token():
    """Trusted publishing: no password, and the right to a token for one job alone."""
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in workflow["jobs"]["build"]
    publish = workflow["jobs"]["publish"]
    assert (publish["permissions"], publish["environment"]) == ({"id-token": "write"}, "pypi")
    assert publish["steps"][-1]["uses"].startswith("pypa/gh-action-pypi-publish@")
    assert "secrets." not in text


@pytest.mark.skipif(not (ROOT / ".github").is_dir(), reason="the workflows are in the repository only")
@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_workflows(path):
    """Each reads as YAML; actions are pinned by commit, with the version beside it; whatever is run by name is there."""
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text)
    for used in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used
    for name in re.findall(r"(tools/[\w.]+)", text):
        assert (ROOT / name).exists(), name


@pytest.mark.skipif(not (ROOT / ".github").is_dir(), reason="the workflows are in the repository only")
def test_every_python_is_tested():
    """Those that the classifiers name, from the one that is required."""
    named = [c.rpartition(" ")[2] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)]
    text = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["jobs"]["tests"]["strategy"]["matrix"]["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"


@pytest.mark.skipif(not (ROOT / "conda").is_dir(), reason="the recipe is in the repository only")
def test_the_recipe_asks_for_what_the_package_asks_for():
    """The same lower bounds, those of the extras as constraints, the same version and licence."""
    recipe = yaml.safe_load((ROOT / "conda" / "recipe.yaml").read_text(encoding="utf-8"))
    plain = re.compile(r"([\w-]+) ?>=([\w.]+)$")
    run = dict(plain.match(r).groups() for r in recipe["requirements"]["run"] if "${{" not in r)
    assert run == dict(plain.match(r).groups() for r in PROJECT["dependencies"])
    named = {"python-duckdb": "duckdb", "matplotlib-base": "matplotlib"}
    bounds = dict(plain.match(r).groups() for r in recipe["requirements"]["run_constraints"])
    extras = [
        r
        for name in ("pandas", "polars", "pyarrow", "duckdb", "plot")
        for r in PROJECT["optional-dependencies"][name]
    ]
    wanted = dict(plain.match(r).groups() for r in extras)
    assert {named.get(n, n): v for n, v in bounds.items()} == {
        n: v for n, v in wanted.items() if n != "narwhals"
    }
    assert recipe["context"] == {
        "version": pm.__version__,
        "python_min": PROJECT["requires-python"].removeprefix(">="),
    }
    assert (recipe["about"]["license"], recipe["about"]["license_file"]) == (
        PROJECT["license"],
        PROJECT["license-files"],
    )
