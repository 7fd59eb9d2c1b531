"""A repository of one notebook, for runs that nothing else depends on."""

import os
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = """\
# every kind of value
n = 5  # points
ratio = 5e-1
rate = 0.1
rule = "soft"
sizes = [2, 3]  # à two
cap = None
flag = True
seed = 1
device = "cpu"
fault = "none"
"""
COMPUTE = """\
from mtlpaper import notebook
from mtlpaper.chapters.toy import figures
params = notebook.parameters("{name}", globals())
data = notebook.dataset(params)
"""
SHOW = """\
notebook.figure(figures.points(data), "{name}")
notebook.numbers(data)
notebook.table(data.x.to_dataframe())
"""


def make_repository(root: Path, *names: str) -> Path:
    (root / "notebooks").mkdir(parents=True)
    for name in names:
        parameters = new_code_cell(PARAMETERS, id="parameters")
        parameters.metadata.tags = ["parameters"]
        cells = [
            new_markdown_cell(f"# {name}", id="title"),
            parameters,
            new_code_cell(COMPUTE.format(name=name), id="compute"),
            new_code_cell(SHOW.format(name=name), id="show"),
        ]
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        notebook = new_notebook(cells=cells, metadata=metadata)
        nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")
    return root


def python_path() -> str:
    """Folders a new Python needs on its path to know the toy."""
    here = Path(__file__).parent
    folders = [here / "site", here.parent, here.parents[1]]
    return os.pathsep.join(filter(None, [*map(str, folders), os.environ.get("PYTHONPATH")]))
