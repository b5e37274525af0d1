"""What the pages of the documentation show is what happens, and every public name has an entry."""

import importlib
import inspect
import re

import pages
import pytest
import surface

import policemetrics as pm

REFERENCE = pages.DOCS / "reference"
# What returns a figure has a page on its method; these three make what goes in.
NO_METRICS = {"tally", "harm_weights", "outcome_set"}


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.relative_to(pages.DOCS).as_posix())
def test_code_on_the_page_runs(page, tmp_path, monkeypatch):
    """Every block runs, one after the other, and prints what the page says."""
    if lacks := pages.lacking(page):
        pytest.skip(f"its code needs {', '.join(lacks)}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    pages.run(page)


class TestTheMechanism:
    def page(self, tmp_path, text):
        page = tmp_path / "page.md"
        page.write_text(text, encoding="utf-8")
        return page

    def test_blocks_share_their_names(self, tmp_path):
        """Programs, cells and doctests go on from one another."""
        text = "```python\na = 1\n```\n\n```{code-cell} ipython3\n:tags: [hide]\nb = a + 1\n```\n\n```python\n>>> c = b + 1; c\n3\n```\n\n```python\nassert c == 3\n```\n"
        assert pages.run(self.page(tmp_path, text)) == 4

    @pytest.mark.parametrize("mark", ["not run: a form", "run: spark", "needs: no_such_module"])
    def test_marked_blocks_are_passed_over(self, tmp_path, mark):
        """A block that cannot run here does not."""
        page = self.page(tmp_path, f"<!-- {mark} -->\n```python\n1 / 0\n```\n")
        assert pages.run(page) == 0

    @pytest.mark.parametrize("code", [">>> 1 + 1\n3\n", "1 / 0\n", "assert 1 > 2\n"])
    def test_what_is_not_so_fails(self, tmp_path, code):
        """An output that differs and a program that raises are both found."""
        with pytest.raises((AssertionError, ZeroDivisionError)):
            pages.run(self.page(tmp_path, f"```python\n{code}```\n"))

    def test_a_failure_names_the_line_of_the_page(self, tmp_path):
        """A doctest that fails says where."""
        with pytest.raises(AssertionError, match=r"page\.md\", line 4"):
            pages.run(self.page(tmp_path, "Text.\n\n```python\n>>> 1\n2\n```\n"))


def public_names():
    modules = {name: value for name in pm.__all__ if inspect.ismodule(value := getattr(pm, name))}
    for name in ("typing", "testing", "testing.strategies"):
        modules[name] = importlib.import_module(f"policemetrics.{name}")
    # The two errors that are in the root as well have their entry with the others.
    elsewhere = set(pm.errors.__all__)
    yield from (f"policemetrics.{name}" for name in pm.__all__ if name not in {*modules, *elsewhere})
    for name, module in modules.items():
        yield from (f"policemetrics.{name}.{public}" for public in module.__all__)


def entries():
    """Read the names that the pages of the reference have an entry for."""
    found = set()
    for page in REFERENCE.glob("*.md"):
        module, listing, whole = "policemetrics", False, None
        for line in page.read_text(encoding="utf-8").splitlines():
            directive = re.match(r"\s*\.\. (\w+):: ?([\w.]*)", line)
            if directive:
                kind, name = directive.groups()
                listing = kind == "autosummary"
                module = name if kind == "currentmodule" else module
                whole = importlib.import_module(name) if kind == "automodule" else None
                if kind in {"autoclass", "data"}:
                    found.add(f"{module}.{name}")
            elif whole and line.strip() == ":members:":
                # Sphinx takes anything else for imported, aliases of types among it, and passes over it.
                made_here = (n for n in whole.__all__ if getattr(whole, n).__module__ == whole.__name__)
                found |= {f"{whole.__name__}.{name}" for name in made_here}
            elif listing and re.fullmatch(r"   [\w.]+", line):
                found.add(f"{module}.{line.strip()}")
    return found


def test_every_public_name_has_an_entry():
    """Whatever can be imported is in the reference."""
    missing = sorted(set(public_names()) - entries())
    assert not missing, f"name these on a page of docs/reference: {missing}"


def test_every_entry_is_a_public_name():
    """The reference lists nothing that is gone."""
    assert entries() <= set(public_names())


class TestTheReference:
    @pytest.fixture
    def built(self, monkeypatch):
        pytest.importorskip("sphinx")
        monkeypatch.syspath_prepend(pages.DOCS / "_ext")
        return importlib.import_module("entries")

    def test_examples_can_be_pasted(self, built):
        """What an example uses is imported in it, or by lines that its page puts in front."""
        seen = 0
        for name in public_names():
            found = getattr(importlib.import_module(name.rpartition(".")[0]), name.rpartition(".")[2])
            if callable(found) and ">>>" in (doc := inspect.getdoc(found) or ""):
                lines = built.imports(doc, inspect.getmodule(found))
                exec("\n".join(lines), {})  # noqa: S102  # our own examples
                seen += 1
        assert seen > 100

    def test_imports_are_those_that_lack(self, built):
        """By hand: the function itself, what it needs of another room, and a package under its short name."""
        room = importlib.import_module("policemetrics.change")
        doc = "Examples\n--------\n>>> x = rate_change(1, 2)\n>>> np.array([x.old])\n"
        assert built.imports(doc, room) == ["import numpy as np", "from policemetrics import rate_change"]
        with pytest.raises(NameError, match="nothing public"):
            built.imports(">>> nowhere(1)\n", room)

    @pytest.mark.parametrize("name", sorted(surface.functions()))
    def test_examples_show_what_a_function_takes(self, name):
        """A tally, ``by=`` and ``between=``, where it takes them."""
        found = surface.functions()[name]
        doc = inspect.getdoc(found)
        examples = doc.partition("Examples\n--------")[2]
        for argument in {"by", "between"} & set(inspect.signature(found).parameters):
            assert re.search(rf"\b{argument}=", examples), argument
        if re.search(r"Parameters\n-+\n.* : .*\bTally\b", doc):
            assert re.search(r"\b(?:tally|from_columns)\(", examples)

    def test_every_metric_leads_on(self, built):
        """To its method, and to a page that calls it."""
        for name in surface.functions().keys() - NO_METRICS:
            assert built.method_of(name), name
            assert built.howto_of(name), name


class TestTheGlossary:
    @pytest.fixture
    def made(self, monkeypatch):
        pytest.importorskip("sphinx")
        monkeypatch.syspath_prepend(pages.DOCS / "_ext")
        return importlib.import_module("glossary")

    @pytest.fixture
    def linked(self, made):
        """Return what a page in reStructuredText links to: the words, and where they lead."""
        from docutils import nodes
        from docutils.core import publish_doctree

        def read(text):
            page = publish_doctree(text)
            made.link(page, "../glossary.html")
            return [(node.astext(), node["refuri"]) for node in page.findall(nodes.reference)]

        return read

    def test_its_terms_have_an_entry(self, made):
        """Each link leads somewhere."""
        headings = re.findall(
            r"^## (.+)$", (pages.DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert made.TERMS.keys() <= {heading.lower().replace(" ", "-") for heading in headings}

    def test_the_first_use_on_a_page_is_linked(self, linked):
        """Once, in any form, and neither in code nor in a heading."""
        text = "Tallies\n=======\n\nGive ``tally`` a frame. A Tally adds up: tallies add.\n\nHarm weights and the ledger."
        assert linked(text) == [
            ("Tally", "../glossary.html#tally"),
            ("Harm weights", "../glossary.html#harm-weight"),
            ("ledger", "../glossary.html#ledger"),
        ]

    def test_a_link_of_the_page_is_kept(self, linked):
        """A page that links the first use itself gets no second link."""
        text = "A `supplier <../glossary.html#supplier>`_ sends. Suppliers send."
        assert linked(text) == [("supplier", "../glossary.html#supplier")]

    def test_everyday_words_are_not_terms(self, linked):
        """A basis is a term only where outcomes have one."""
        assert linked("The basis of a claim, and residents on two bases.") == []
        assert linked("On the closed basis they may be more.") == [("basis", "../glossary.html#basis")]


def test_every_metric_has_a_page_on_its_method():
    """Definition, formula, example by hand, source, and what the figure cannot tell."""
    metrics = surface.functions().keys() - NO_METRICS
    text = "".join(p.read_text(encoding="utf-8") for p in (pages.DOCS / "methods").glob("*.md"))
    missing = sorted(name for name in metrics if not re.search(rf"`(?:pm\.)?{re.escape(name)}\b", text))
    assert not missing, f"describe these on a page of docs/methods: {missing}"
