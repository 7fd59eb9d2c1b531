"""Comparisons in prose turn with the data: "more", "only", "at most" stand beside a glued value.

After a page's first figure, a sentence with such a word must show a value of the run, or cite who
says it; quotations, formulas, headings, questions and lines that lead to a table are free. What no
data can turn (a definition, a proof, a choice) is listed by its first words in
`NOT_FROM_DATA` of the chapter's ``numbers``.
"""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from mtlpaper.companion.registry import chapters

FOLDER = Path(__file__).parents[1] / "notebooks"
COMPARISON = re.compile(
    r"\b(more|most|less|least|fewer|fewest|only|never|always|nearly|almost|everywhere|nowhere|none"
    r"|up to|at most|better|best|worse|worst|closer|closest|nearer|nearest|farther|farthest"
    r"|larger|largest|smaller|smallest|higher|highest|lower|lowest|earlier|later|faster|slower"
    r"|stronger|strongest|weaker|weakest|twice|exceeds?)\b(?! loss)",  # the least loss: of training
    re.IGNORECASE,
)
#: What is not the page's own word: quotations, formulas, names of other pages.
NOT_OURS = re.compile(
    r'"[^"]*"|\$\$.*?\$\$|\$[^$]*\$|\{(?!glue|cite)[^}]*\}`[^`]*`|\[[^]]*\]\([^)]*\)', re.DOTALL
)
END = re.compile(r"(?<!Eq\.)(?<=[.!?:])[*)]*\s+(?=[^a-z\s])|\n\s*[-*] |\n\s*\n")


def bare(markdown: str) -> list[str]:
    """Sentences that compare and show no value."""
    sentences = [" ".join(one.split()) for one in END.split(NOT_OURS.sub("_", markdown))]
    return [
        one
        for one in sentences
        if COMPARISON.search(one)
        and not re.search(r"\{glue|\{cite|^#|[?:]$", one.removesuffix("**"))
    ]


def after_the_first_figure(path: Path) -> str:
    found, seen = [], False
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown" and seen:
            found.append("".join(cell["source"]))
        seen = seen or "figure" in cell["metadata"].get("mystnb", {})
    return "\n\n".join(found)


@pytest.mark.parametrize("name", chapters())
def test_comparisons_show_a_value_or_are_listed_as_not_from_data(name):
    numbers = import_module(f"{chapters()[name].package}.numbers")
    listed = getattr(numbers, "NOT_FROM_DATA", ())
    sentences = bare(after_the_first_figure(FOLDER / f"{name}.ipynb"))
    assert [one for one in sentences if not one.startswith(listed)] == []
    assert [one for one in listed if not any(s.startswith(one) for s in sentences)] == []


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("It helps. It harms\nonly here: not there.", ["It harms only here: not there."]),
        ("All:\n- None helps.\n- **All.** Most do.", ["None helps.", "Most do."]),
        ("Largest at {glue:text}`top:.2f` here.", []),
        ('As "the largest" says, $x_{most}$ and {doc}`the best page <best>` are not ours.', []),
        ("## Only a heading\n\nIs it more? The largest ones:", []),
        ("{cite:t}`someone` finds more. Training stops at the least loss.", []),
    ],
)
def test_a_comparison_without_a_value_is_found(markdown, found):
    assert bare(markdown) == found
