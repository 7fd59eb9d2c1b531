"""What every committed notebook keeps to. Whether its outputs still hold, nbval finds out."""

import ast
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

from mtlpaper.companion.book.answers import answers
from mtlpaper.companion.claims import all_claims
from mtlpaper.companion.registry import chapters
from mtlpaper.companion.runs import cell_values, parameters_cell

FOLDER = Path(__file__).parents[1] / "notebooks"
FILES = sorted(FOLDER.glob("*.ipynb"))
#: Folders that only exist on the machine a notebook was run on.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|work|mnt|opt|usr|var|build)/\w")
#: A number in prose: of which notebook, if not of the page itself, and its name.
REFERENCE = re.compile(r"\{glue:text\}`(?:\.\./notebooks/(\w+)\.ipynb::)?([\w-]+)(?::[^`:]+)?`")
IMPORTS = {"mtlpaper", "pandas", *sys.stdlib_module_names}


def read(path: Path):
    return nbformat.read(path, as_version=4)


def code_of(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def calls(cell, function: str) -> bool:
    return bool(re.search(rf"\bnotebook\.{function}\(", cell.source))


def test_every_experiment_has_its_notebook_and_every_notebook_its_experiment():
    assert [path.stem for path in FILES] == sorted(chapters())


@pytest.fixture(params=FILES, ids=[path.stem for path in FILES])
def path(request) -> Path:
    return request.param


@pytest.fixture
def notebook(path):
    return read(path)


def test_is_valid_and_begins_with_a_title(notebook):
    nbformat.validate(notebook)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")


def test_is_executed_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_of(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_shows_no_error_and_nothing_from_standard_error(notebook):
    outputs = [output for cell in code_of(notebook) for output in cell.outputs]
    assert outputs
    assert not [out for out in outputs if out.output_type == "error"]
    assert not [out for out in outputs if out.get("name") == "stderr"]


def test_keeps_nothing_that_every_execution_would_change(notebook):
    assert not [cell.id for cell in notebook.cells if "execution" in cell.metadata]  # the times
    assert "version" not in notebook.metadata.language_info  # of Python


def test_readers_see_results_before_settings(path, notebook):
    """The page's box lists all parameters; their cell and the imports are folded."""
    first = [parameters_cell(notebook, path.stem)]
    first += [cell for cell in code_of(notebook) if calls(cell, "dataset")]
    assert all("hide-input" in cell.metadata.tags for cell in first)
    told = [cell for cell in code_of(notebook) if calls(cell, "numbers")]
    assert all("remove-input" in cell.metadata.tags for cell in told)


def test_parameters_are_those_of_the_quick_preset(path, notebook):
    preset = chapters()[path.stem].parameters.preset("quick").plain()
    values = cell_values(parameters_cell(notebook, path.stem).source)
    assert values == preset
    # In the order of `mtlpaper show`, and 1 is not written 1.0 or True.
    assert json.dumps(values) == json.dumps(preset)


def test_reads_its_own_parameters(path, notebook):
    source = "\n".join(cell.source for cell in code_of(notebook))
    assert f'notebook.parameters("{path.stem}", globals())' in source
    assert "notebook.dataset(params)" in source


def test_defines_nothing_and_imports_no_numerics(notebook):
    for cell in code_of(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= IMPORTS
            if isinstance(node, ast.ImportFrom):
                assert node.module.partition(".")[0] in IMPORTS


def test_figures_have_name_caption_and_alternative_text(notebook):
    names = []
    for cell in code_of(notebook):
        images = [out for out in cell.outputs if "image/png" in out.get("data", {})]
        assert len(images) == calls(cell, "figure"), "one figure a cell, shown by notebook.figure"
        if not images:
            continue
        told = cell.metadata["mystnb"]
        names.append(told["figure"]["name"])
        caption, alt = told["figure"]["caption"], told["image"]["alt"]
        assert names[-1].startswith("fig-")
        assert min(len(caption), len(alt)) > 30
        assert alt != caption
    assert names
    assert len(set(names)) == len(names)


def test_judges_by_claims_of_its_own_data_alone(path, notebook):
    for cell in code_of(notebook):
        names = re.findall(r'\bnotebook\.claim\("([^"]*)", data\)', cell.source)
        assert {all_claims()[name].experiment for name in names} <= {path.stem}
        assert len(names) == cell.source.count("notebook.claim(")
        assert len(names) == len(re.findall("class=.{0,2}verdict-", json.dumps(cell.outputs)))


def glued(notebook) -> list[str]:
    """Names of what the prose can show."""
    outputs = [output for cell in code_of(notebook) for output in cell.outputs]
    return [out.metadata["scrapbook"]["name"] for out in outputs if "scrapbook" in out.metadata]


def test_stores_its_numbers_in_one_cell_and_every_name_once(notebook):
    (cell,) = (cell for cell in code_of(notebook) if calls(cell, "numbers"))
    assert cell.source == "notebook.numbers(data)"
    assert len(set(glued(notebook))) == len(glued(notebook))


def test_prose_shows_what_a_notebook_stores():
    pages = {path.stem: path.read_text() for path in FOLDER.parent.glob("book/*.md")}
    pages |= {path.stem: path.read_text() for path in FILES}
    known = {path.stem: glued(read(path)) for path in FILES}
    seen = [
        (notebook or page, name)
        for page, text in pages.items()
        for notebook, name in REFERENCE.findall(text)
    ]
    assert len(seen) == sum(text.count("{glue:") for text in pages.values()) > 100
    assert [one for one in seen if one[1] not in known[one[0]]] == []


def test_the_front_page_has_a_question_and_an_answer_of_every_chapter():
    lines = answers({path.stem: glued(read(path)) for path in FILES}).splitlines()[2:]
    rows = [line.strip("| ").split(" | ") for line in lines]
    assert [row[0] for row in rows] == [f"{{doc}}`/notebooks/{name}`" for name in chapters()]
    assert all(question.endswith("?") and answer for _, question, answer in rows)


def test_tells_nothing_of_the_machine_it_ran_on(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)  # where any text may occur by chance
    assert not MACHINE_PATH.findall(json.dumps(notebook))
    assert "papermill" not in notebook.metadata


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("File /Users/ada/x.py", True),
        ('"/tmp/ipykernel_1/2.py"', True),
        ("https://example.org/usr/x", False),
        ("and/or", False),
        ("t/tau", False),
    ],
)
def test_a_machine_path_is_recognised(text, found):
    assert bool(MACHINE_PATH.search(text)) == found
