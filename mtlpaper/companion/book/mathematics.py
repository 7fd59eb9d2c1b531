"""Formulas as MathML, made when the book is built: they read without scripts and are no tab stops.

A Sphinx extension. The TeX source of each formula is kept beside it as an annotation.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

ENVIRONMENT = re.compile(r"\\begin\{([a-z]+\*?)\}.*?\\end\{\1\}", re.DOTALL)
LINES = re.compile(r"\\\\|\n\s*\n")
logger = logging.getLogger(__name__)


def mathml(tex: str, *, display: bool, macros: dict[str, str]) -> str:
    r"""Return a formula as MathML.

    Parameters
    ----------
    tex : str
        The formula in TeX, without dollars.
    display : bool
        Whether it stands by itself, not in a line of text.
    macros : dict
        Commands of ours: ``{"tr": r"\operatorname{tr}"}``.

    Raises
    ------
    ValueError
        Where the formula holds an unknown command or environment, or breaks a line outside one.
    """
    if LINES.search(ENVIRONMENT.sub("", tex)):
        raise ValueError(r"lines of a formula must stand in an environment: \begin{aligned}")
    converter = LatexToMathML(macros=macros, annotation=True, fancy_error=False)
    try:
        return converter.convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        raise ValueError(str(error)) from None


def _converted(writer: Any, node: nodes.Element, *, display: bool) -> str:
    tex = node.astext().strip()
    try:
        return mathml(tex, display=display, macros=writer.builder.config.mtlpaper_macros)
    except ValueError as error:
        logger.warning("the formula %r: %s", tex, error, location=node)
        return ""


def _visit_inline(self: Any, node: nodes.math) -> None:
    self.body.append(_converted(self, node, display=False))
    raise nodes.SkipNode


def _visit_display(self: Any, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(f"{_converted(self, node, display=True)}</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("mtlpaper_macros", default={}, rebuild="env", types=[dict])
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
