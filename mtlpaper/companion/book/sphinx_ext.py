"""Sphinx extension: what this project expects of Sphinx beyond its settings.

An equation's printed name is its label, so that it never shifts: the one labelled ``eq-T7a`` is
printed and cited as (T 7a) wherever it stands, and ``eq-3`` is the paper's Eq. (3). Labels that do
not start with ``eq-`` keep Sphinx's running number.

Every value pasted from a notebook stands in an element of class ``glue``: MyST-NB removes a value
it does not find without leaving a trace, and an empty element is one that the page check can find.

The source tree is no book: its notebooks lack the runs' outputs and its pages what is generated.
A build of it ends here, before it writes anything, with a word on the command that builds the book.

The directive ``unfold`` is a line, its argument, that unfolds to its content, without any script;
its option ``open`` lets it begin unfolded.

A drawing of a run stands on a page as a ``picture`` with the one for narrow windows, of which a
browser loads one; the two belong together by the names of their files.

Docstrings may write absolute values as ``|x|``, which reStructuredText takes for a substitution,
and a constant's comment may hold a colon, before which napoleon expects a type.
"""

from __future__ import annotations

import posixpath
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from mtlpaper.companion.results import NARROW

LABEL = re.compile(r"eq-(?P<letters>[A-Za-z]*)-?(?P<rest>[\w-]*)\Z")
#: Inline literals, roles and doctests, in which a backslash would be printed.
LITERAL = re.compile(r"(``.+?``|`[^`]+`|^\s*>>>.*$)")


def _require_staged(_app: Sphinx, config: Config) -> None:
    if not config.mtlpaper_staged:
        raise ExtensionError(
            "this folder holds the book's source without results, and nothing was built from it; "
            "`make book` (or `mtlpaper book`) runs the experiments and builds the book"
        )


def printed_name(label: str) -> str | None:
    """Return an equation's printed name, "T 7a" for the label ``eq-T7a``; None for other labels."""
    match = LABEL.match(label)
    return f"{match['letters']} {match['rest']}".strip() if match else None


def _name_equations(app: Sphinx, document: nodes.document) -> None:
    equations: dict[str, Any] = app.env.get_domain("math").data.setdefault("objects", {})
    for node in document.findall(nodes.math_block):
        name = printed_name(node.get("label") or "")
        if name is not None:
            node["number"] = name
            equations[node["label"]] = (app.env.docname, name)


class _WrapGlue(SphinxPostTransform):
    """Wrap values to be pasted, before MyST-NB (priority 5) replaces or removes them."""

    default_priority = 4

    def run(self, **_kwargs: Any) -> None:
        for node in list(self.document.findall(PendingGlueReference)):
            kind = nodes.inline if node.inline else nodes.container
            wrapper = kind("", classes=["glue", f"glue-{node.key}"])
            node.replace_self(wrapper)
            wrapper += node


details = type("details", (nodes.General, nodes.Element), {})
summary = type("summary", (nodes.General, nodes.TextElement), {})


class _Unfold(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {"class": directives.class_option, "open": directives.flag}

    def run(self) -> list[nodes.Node]:
        line, messages = self.state.inline_text(self.arguments[0], self.lineno)
        box = details(classes=self.options.get("class", []), open="open" in self.options)
        box += summary("", "", *line)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box, *messages]


def _start(html: HTML5Translator, node: nodes.Element) -> None:
    given = {"open": "open"} if node.get("open") else {}
    html.body.append(html.starttag(node, type(node).__name__, **given))


def _end(html: HTML5Translator, node: nodes.Element) -> None:
    html.body.append(f"</{type(node).__name__}>\n")


picture = type("picture", (nodes.General, nodes.Element), {})
#: A collector of images finds it, and copies its file, for it is one.
source = type("source", (nodes.image,), {})
#: Pixels of a window up to which a page shows the narrow drawing.
NARROW_WINDOW = 650


class _Pictures(SphinxTransform):
    """Put drawings of a run and those for narrow windows together, before images are collected.

    MyST-NB names a drawing that it shows by the checksum of its text.
    """

    default_priority = 500

    def apply(self, **_kwargs: Any) -> None:
        folder = Path(self.env.srcdir, "runs")
        named: dict[str, Path] = {}
        for narrow in folder.glob(f"{Path(self.env.docname).name}/*{NARROW}.*"):
            name = narrow.name.partition(NARROW)[0]
            for wide in narrow.parent.glob(f"{name}.[sp][vn]g"):
                named[sha256(wide.read_bytes().strip()).hexdigest()] = narrow
        for image in list(self.document.findall(nodes.image)):
            if (drawn := named.get(Path(image["uri"]).stem)) is not None:
                image["classes"].append("no-scaled-link")  # between `picture` and `img` stands none
                box = picture()
                image.replace_self(box)
                address = f"/{drawn.relative_to(self.env.srcdir).as_posix()}"
                box += [source(uri=address, alt=""), image]


def _start_source(html: HTML5Translator, node: nodes.Element) -> None:
    address = posixpath.join(html.builder.imgpath, html.builder.images[node["uri"]])
    given = {"media": f"(max-width: {NARROW_WINDOW}px)", "srcset": address}
    html.body.append(html.emptytag(node, "source", **given))


def _nothing(_html: HTML5Translator, _node: nodes.Element) -> None:
    pass


def escape_bars(lines: list[str]) -> list[str]:
    """Return a docstring's lines with every ``|`` of its prose escaped, literals left alone."""
    escaped: list[str] = []
    block: int | None = None  # indentation of the paragraph that announced a literal block
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if block is not None and line.strip() and indent <= block:
            block = None
        if block is None:
            parts = LITERAL.split(line)
            parts[::2] = [re.sub(r"(?<!\\)\|", r"\\|", part) for part in parts[::2]]
            escaped.append("".join(parts))
            if line.rstrip().endswith("::"):
                block = indent
        else:
            escaped.append(line)
    return escaped


class _Docstrings:
    """Handlers before and after napoleon's (whose priority is 500)."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def before(self, _app: Sphinx, _what: str, _name: str, *rest: Any) -> None:
        self.written = escape_bars(rest[-1])
        rest[-1][:] = self.written

    def after(self, _app: Sphinx, what: str, _name: str, *rest: Any) -> None:
        if what in {"data", "attribute", "property"}:
            rest[-1][:] = self.written


def _without_contents(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    """Leave the book's contents uncollected for source code, which shows none: half of a build."""
    if page.startswith("_modules/"):
        context["toctree"] = lambda **_options: ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    docstrings = _Docstrings()
    app.add_config_value("mtlpaper_staged", default=False, rebuild="", types=[bool])
    app.connect("config-inited", _require_staged, priority=0)
    app.add_directive("unfold", _Unfold)
    app.add_node(details, html=(_start, _end))
    app.add_node(summary, html=(_start, _end))
    app.add_node(picture, html=(_start, _end))
    app.add_node(source, html=(_start_source, _nothing))
    app.add_transform(_Pictures)
    app.add_post_transform(_WrapGlue)
    app.connect("doctree-read", _name_equations)
    app.connect("html-page-context", _without_contents, priority=400)  # before the theme's
    app.connect("autodoc-process-docstring", docstrings.before, priority=400)
    app.connect("autodoc-process-docstring", docstrings.after, priority=600)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
