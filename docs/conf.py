"""How Sphinx builds the documentation; `tools/build_docs.py` calls it."""

import inspect
import sys
from pathlib import Path
from typing import Any

from sphinx.util.nodes import make_refnode

import policemetrics

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "policemetrics"
author = "The policemetrics contributors"
release = policemetrics.__version__
language = "en_GB"

extensions = [
    "myst_nb",  # reads every page, and runs those that are notebooks
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_copybutton",
    "mathml",
    "blocks",
    "entries",
    "glossary",
    "accessible",
    "pictures",
]
exclude_patterns = ["_templates"]
templates_path = ["_templates"]

myst_enable_extensions = ["deflist", "dollarmath", "attrs_inline"]
myst_heading_anchors = 3

# Each notebook runs in a folder of its own. One that raises gives a warning with its traceback, and warnings
# are errors; nb_execution_raise_on_error would hide the traceback.
nb_execution_mode = "force"
# These read published files that are not in the repository; tools/run_notebooks.py runs them and keeps their outputs.
nb_execution_excludepatterns = ["howto/job-*.ipynb"]
nb_execution_show_tb = True
nb_execution_in_temp = True
nb_execution_timeout = 120
nb_merge_streams = True

default_role = "py:obj"  # in docstrings `name` is a name
add_module_names = False
autodoc_typehints = "none"  # the docstrings say what is accepted
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # the template lists them

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"policemetrics {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


def _only_if_made_by_hand(
    _app: Any, what: str, _name: str, found: Any, *_rest: Any
) -> tuple[str, None] | None:
    """Leave out how a class is made where its docstring has no Parameters: the package makes it."""
    by_hand = what != "class" or "Parameters\n----" in (inspect.getdoc(found) or "")
    return None if by_hand else ("", None)


def _in_another_room(app: Any, env: Any, node: Any, contnode: Any) -> Any:
    """Link `RateChange` in the docstring of `rate_change` to where it stands, `policemetrics.figures`."""
    objects = env.get_domain("py").objects
    named = (f"policemetrics.{room}.{node['reftarget']}" for room in ("figures", "published", "claims"))
    found = next((name for name in named if name in objects), None)
    if node.get("refdomain") != "py" or found is None:
        return None
    entry, page = objects[found], node["refdoc"]
    return make_refnode(app.builder, page, entry.docname, entry.node_id, contnode, found)


def setup(app: Any) -> None:
    """Connect what stands above."""
    app.connect("missing-reference", _in_another_room)
    app.connect("autodoc-process-signature", _only_if_made_by_hand)
