"""Build the documentation as a web site with Sphinx. The Markdown files are read where they are (docs/adr/0015)."""

import configparser
import shutil
from pathlib import Path

from docutils.nodes import document, literal
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent.parent

setup_cfg = configparser.ConfigParser()
setup_cfg.read(ROOT / "setup.cfg", encoding="utf-8")

project = "Safeguarding reviews"
author = "the safeguarding-reviews contributors"
release = version = setup_cfg["metadata"]["version"]
language = "en_GB"

extensions = ["myst_parser", "sphinxcontrib.mermaid"]
root_doc = "README"
include_patterns = ["*.md", "docs/*.md", "docs/adr/*.md"]

myst_heading_anchors = 4  # the anchors that code hosts give to headings
myst_fence_as_directive = ["mermaid"]
nitpicky = True

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False

# The order of the pages. A page that is in none of these lists is an error.
CONTENTS = {
    "Using it": [
        "docs/cli",
        "docs/query-language",
        "docs/web",
        "docs/batch",
        "docs/analysis",
        "docs/python",
        "docs/json",
        "docs/columns",
        "docs/glossary",
        "docs/other-words",
    ],
    "Running it": [
        "docs/library",
        "docs/collecting",
        "docs/opensearch",
        "docs/nightly",
        "docs/container",
        "docs/data-format",
        "SECURITY",
        "docs/security-review",
    ],
    "How well it works": [
        "docs/reading",
        "docs/ranking",
        "docs/performance",
        "docs/measurements",
        "docs/reliability",
    ],
    "Working on it": [
        "ARCHITECTURE",
        "CONTRIBUTING",
        "CODE_OF_CONDUCT",
        "docs/adr/README",
        "CHANGELOG",
    ],
}
DECISIONS = sorted(path.stem for path in (ROOT / "docs" / "adr").glob("0*.md"))


def add_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Add the menu to the first page and to the list of decisions. On a code host, these are read without one."""
    if page == "README":
        source[0] += "".join(contents(caption, pages) for caption, pages in CONTENTS.items())
    elif page == "docs/adr/README":
        source[0] += contents("", DECISIONS)


def contents(caption: str, pages: list[str]) -> str:
    """Return a hidden table of contents."""
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}" if caption else "", *pages, "```", ""])


def name_folders(app: Sphinx, page: document) -> None:
    """Replace a link to a folder of the code with the folder's name.

    A code host has a page for the folder, but the site does not.
    """
    here = Path(app.env.doc2path(app.env.docname)).parent
    for link in list(page.findall(pending_xref)):
        if (here / link["reftarget"]).is_dir():
            link.replace_self(literal("", link.astext()))


def add_front_door(app: Sphinx, error: Exception | None) -> None:
    """Show the first page at the address of the site, too."""
    if error is None:
        shutil.copyfile(app.outdir / "README.html", app.outdir / "index.html")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("doctree-read", name_folders)
    app.connect("build-finished", add_front_door)
    app.connect("source-read", add_contents)
