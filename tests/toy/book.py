"""A notebook of one figure as a book takes it; made without a kernel."""

import nbformat
from nbformat import v4

ALT = "A line rising from left to right."


def drawn_notebook(figure: str, *outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A notebook whose figure has that name; executed where it has outputs."""
    shown = {"figure": {"name": figure, "caption": "A curve, $t$."}, "image": {"alt": ALT}}
    cells = [
        v4.new_markdown_cell("# A run\n\nIt says what it found, at some length, in its figure."),
        v4.new_code_cell("N1 = 20", metadata={"tags": ["parameters"]}),
        v4.new_code_cell("draw()", metadata={"mystnb": shown}, outputs=list(outputs)),
    ]
    if outputs:
        cells[1].execution_count, cells[2].execution_count = 1, 2
    return v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def glued(numbers: dict[str, float | str]) -> list[nbformat.NotebookNode]:
    """The outputs of a cell that glues numbers and words."""
    prefix = "application/papermill.record/"
    return [
        v4.new_output(
            "display_data",
            data={f"{prefix}text/plain": repr(value)},
            metadata={"scrapbook": {"name": name, "mime_prefix": prefix}},
        )
        for name, value in numbers.items()
    ]
