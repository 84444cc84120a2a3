"""How Sphinx builds the documents into a site: ./dev docs. Its source folder is the project's own.

docs/index.md alone says the order: each of its headings is a part of the site's contents, with the documents that it
links to.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LINKED = re.compile(r"\[([^\]]+)\]\(([^)#]+)\.md\)")


def version_in(build_file: Path) -> str:
    found = re.search(r"^project\(\w+ VERSION ([\d.]+)", build_file.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise ValueError(f"{build_file}: no project(… VERSION …)")
    return found[1]


def contents(page: str, by_title: bool) -> str:
    """Sphinx's lists of contents, which make the sidebar: one for each heading of this page that links to documents.
    A document stands there under its own title, or else under the words of the link."""
    lists = []
    for part in re.split(r"^## ", page, flags=re.MULTILINE):
        if documents := [name if by_title else f"{words} <{name}>" for words, name in LINKED.findall(part)]:
            caption = part.splitlines()[0] if not part.startswith("# ") else ""
            lists.append("\n".join(["```{toctree}", ":hidden:", *([f":caption: {caption}"] if caption else []), "",
                                    *documents, "```"]))
    return "\n\n".join(["", *lists, ""])


def add_contents(app, name: str, source: list[str]) -> None:
    if name in ("docs/index", "docs/adr/index"):
        source[0] += contents(source[0], by_title=name != root_doc)


def lead_to_the_index(app, exception) -> None:
    """The first page under the name that every server and every browser looks for."""
    if exception is None:
        page = '<!doctype html><meta charset="utf-8"><title>Evenkeel</title>' \
               '<meta http-equiv="refresh" content="0; url=docs/index.html"><a href="docs/index.html">Documents</a>\n'
        (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def setup(app) -> dict:
    app.connect("source-read", add_contents)
    app.connect("build-finished", lead_to_the_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


project, author, copyright = "Evenkeel", "the Evenkeel authors", "the Evenkeel authors, Apache-2.0"
version = release = version_in(ROOT / "CMakeLists.txt")
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**"]
exclude_patterns = ["build*", "dist", "src", "tests", "scripts", "scenarios", "packaging", "deploy", "bench", "fuzz",
                    ".*"]
myst_heading_anchors = 6
smartquotes = False  # it would make one long dash of the two of an option
highlight_language = "none"
html_theme = "furo"
html_title = f"Evenkeel {version}"
html_static_path = ["static"]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False
