"""Copy the outputs of an executed notebook into the committed one.

The text of a page comes from the committed notebook and its numbers from the run. A changed
sentence needs no new run; a code cell that was changed since the run is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from mtlpaper.companion.book.errors import PublishError

#: Bytes up to which a page shows an SVG instead of the PNG.
LARGEST_SVG = 80_000
PARAMETERS = "parameters"  # the tag of the cell whose values a run rewrites


def lay_over(committed: nbformat.NotebookNode, executed: nbformat.NotebookNode, name: str) -> None:
    """Put the outputs of an executed copy into the committed notebook, in place.

    The parameters cell is the run's, for it holds the values that were in force.

    Parameters
    ----------
    committed, executed : NotebookNode
        The notebook of the source tree, and papermill's executed copy of it.
    name : str
        The notebook's name, for messages.

    Raises
    ------
    PublishError
        Where the code cells differ, or one was not executed.
    """
    mine, ran = _code_cells(committed), _code_cells(executed)
    if [_fixed_source(cell) for cell in mine] != [_fixed_source(cell) for cell in ran]:
        raise PublishError(f"{name}: code cells changed since the run; run it again")
    for cell, source in zip(mine, ran, strict=True):
        _copy_outputs(cell, source, name)
    committed.metadata.pop("widgets", None)  # would load require.js from another host


def shown(svg: Path) -> Path:
    """Return the file of a drawing that a page shows: its SVG, or the PNG where that is large."""
    return svg if svg.stat().st_size <= LARGEST_SVG else svg.with_suffix(".png")


def show_drawings(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Put the SVG that a run saved in the place of each PNG of a figure; it is sharper.

    Where the SVG is large, for it draws thousands of marks, the PNG stays.

    Parameters
    ----------
    notebook : NotebookNode
        Executed by the run; changed in place.
    folder : Path
        The run's folder.
    """
    for cell in _code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            drawn = folder / f"{data.get('text/plain', '')[len('<figure ') : -1]}.svg"
            if "image/png" not in data or not drawn.is_file():
                continue
            if shown(drawn) == drawn:
                data["image/svg+xml"] = drawn.read_text(encoding="utf-8")
                del data["image/png"]


def without_pictures(notebook: nbformat.NotebookNode) -> None:
    """Leave out the pictures of an executed notebook, in place; their names stay."""
    for cell in _code_cells(notebook):
        for output in cell.outputs:
            for kind in ("image/png", "image/svg+xml"):
                output.get("data", {}).pop(kind, None)


def append_markdown(notebook: nbformat.NotebookNode, text: str, cell_id: str) -> None:
    """Append a Markdown cell."""
    notebook.cells.append(nbformat.v4.new_markdown_cell(text, id=cell_id))


def insert_under_title(notebook: nbformat.NotebookNode, text: str) -> None:
    """Put Markdown between the title of a notebook, its first line, and what follows."""
    title, _, rest = notebook.cells[0].source.partition("\n")
    notebook.cells[0].source = f"{title}\n\n{text}\n{rest}"


def _copy_outputs(cell: Any, executed: Any, name: str) -> None:
    if executed.source.strip() and executed.execution_count is None:
        first = executed.source.strip().splitlines()[0]
        raise PublishError(f"{name}: the cell starting `{first}` was not executed")
    cell.source = executed.source
    cell.outputs = executed.outputs
    cell.execution_count = executed.execution_count


def _fixed_source(cell: Any) -> str:
    """Return a cell's source; that of the parameters cell may differ, so only its tag."""
    return PARAMETERS if PARAMETERS in cell.metadata.get("tags", []) else str(cell.source)


def _code_cells(notebook: nbformat.NotebookNode) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
