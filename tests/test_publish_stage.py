"""What is put together before Sphinx runs: records, overlays, boxes, ledger, API pages, names."""

import gzip
import json
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import nbformat
import pytest
import yaml
from nbformat import v4
from pydantic import Field, create_model
from toy import registration
from toy.folder import write_record

import mtlpaper
from mtlpaper.companion.book import PublishError
from mtlpaper.companion.book.answers import answers
from mtlpaper.companion.book.api import api_pages, modules
from mtlpaper.companion.book.boxes import provenance_box
from mtlpaper.companion.book.ledger import settings_ledger, symbols
from mtlpaper.companion.book.overlay import LARGEST_SVG, lay_over, show_drawings, without_pictures
from mtlpaper.companion.book.sphinx_ext import escape_bars, printed_name
from mtlpaper.companion.book.stage import links, stage
from mtlpaper.companion.parameters import (
    Distinct,
    Parameters,
    Symbol,
    describe,
    parameter,
    symbol_of,
)
from mtlpaper.companion.registry import chapters, glossary
from mtlpaper.companion.runs import require_record


class Toy(Parameters):
    """Stand-in for an experiment's settings."""

    name: ClassVar[str] = "toy"
    title: ClassVar[str] = "A toy"
    presets: ClassVar[dict[str, dict[str, Any]]] = {"paper": {}, "quick": {"n_steps": 10}}

    N1: Annotated[int, Symbol("inputs")] = parameter(20, "stated", "Figure 1 | caption")
    n_steps: Annotated[int, Symbol("length", "steps")] = parameter(500, "script", "enough")
    rules: Distinct[Annotated[str, Symbol("label rules")]] = parameter(
        ("soft",), "inferred", "axes"
    )
    seed: Annotated[int, Symbol("seed")] = parameter(7, "ours", "any")


RECORD: dict[str, Any] = {
    "parameters": {"N1": 37, "n_steps": 10, "rules": ["soft"], "seed": 7},
    "changed": {"N1": 37},
    "seeds": {"seed": 7},
    "versions": {"numpy": "2.4.6"},
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "device": "cpu",
    "jobs": 2,
    "duration_s": 83.4,
    "command": "mtlpaper run toy --preset quick -p N1=37",
}


def notebook(*cells: Any) -> nbformat.NotebookNode:
    return v4.new_notebook(cells=list(cells))


def code(source: str, *, count: int | None = None, tag: str | None = None, out: str = "") -> Any:
    outputs = [v4.new_output("stream", text=out)] if out else []
    metadata = {"tags": [tag]} if tag else {}
    return v4.new_code_cell(source, execution_count=count, outputs=outputs, metadata=metadata)


def make_run(folder: Path, **changes: Any) -> Path:
    """Write a run folder as the runner leaves it."""
    folder.mkdir(parents=True)
    executed = notebook(
        v4.new_markdown_cell("# Old words"),
        code("N1 = 37", count=1, tag="parameters"),
        code("print(N1)", count=2, out="37\n"),
    )
    nbformat.write(executed, folder / "toy.ipynb")
    for name in ("toy.nc", "toy.csv", "curve.svg", "curve.png"):
        (folder / name).write_bytes(name.encode())
    write_record(folder, **{**RECORD, **changes})
    return folder


def make_source(root: Path) -> Path:
    """Write a source tree with one page and one notebook."""
    (root / "book" / "_assets").mkdir(parents=True)
    (root / "notebooks").mkdir()
    (root / "_config.yml").write_text("title: Toy\n")
    (root / "pyproject.toml").write_text("layers = []\n")
    (root / "CITATION.cff").write_text("cff-version: 1.2.0\n")
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n- file: notebooks/toy\n"
    )
    (root / "book" / "index.md").write_text("# Front\n")
    committed = notebook(
        v4.new_markdown_cell("# New words"),
        code("N1 = 20", tag="parameters"),
        code("print(N1)"),
    )
    nbformat.write(committed, root / "notebooks" / "toy.ipynb")
    return root


@pytest.fixture
def staged(tmp_path):
    root = make_source(tmp_path / "root")
    stage(root, {"toy": make_run(tmp_path / "run")}, tmp_path / "stage", preset="quick")
    return tmp_path / "stage"


# ------------------------------------------------------------------------------------------ staging


def test_staged_notebook_has_our_words_the_runs_numbers_and_the_box(staged):
    words, parameters, output, box = nbformat.read(staged / "notebooks" / "toy.ipynb", 4).cells
    assert words.source == "# New words"
    assert parameters.source == "N1 = 37"
    assert output.outputs[0].text == "37\n"
    assert ":class: provenance" in box.source


def test_every_file_of_the_run_can_be_downloaded_from_its_page(staged):
    box = nbformat.read(staged / "notebooks" / "toy.ipynb", 4).cells[-1].source
    linked = set(re.findall(r"\{download\}`[^<]+</([^>]+)>`", box))
    files = {path for path in (staged / "runs").rglob("*") if path.is_file()}
    assert {staged / name for name in linked} == files
    names = {"toy.nc", "toy.csv.gz", "curve.svg", "toy.ipynb", "run.json"}
    assert {path.name for path in files} == names
    packed = (staged / "runs" / "toy" / "toy.csv.gz").read_bytes()
    assert gzip.decompress(packed) == b"toy.csv"


def test_a_notebook_shows_the_drawings_that_the_run_saved(tmp_path):
    (tmp_path / "curve.svg").write_text("<svg/>")
    (tmp_path / "cloud.svg").write_text(f"<svg>{' ' * LARGEST_SVG}</svg>")
    bundles = [
        {"image/png": "AAAA", "text/plain": f"<figure {name}>"}
        for name in ("curve", "cloud", "other")  # the last was not saved
    ]
    bundles.append({"text/plain": "<figure curve>"})
    cell = code("draw()", count=1)
    cell.outputs = [v4.new_output("display_data", data=dict(bundle)) for bundle in bundles]
    show_drawings(drawn := notebook(cell), tmp_path)
    curve, *others = [output.data for output in cell.outputs]
    assert curve == {"image/svg+xml": "<svg/>", "text/plain": "<figure curve>"}
    assert others == bundles[1:]
    without_pictures(drawn)
    assert [list(output.data) for output in cell.outputs] == [["text/plain"]] * 4


def test_staging_reads_only(tmp_path):
    root, run = make_source(tmp_path / "root"), make_run(tmp_path / "run")

    def contents() -> dict[Path, bytes]:
        paths = [*root.rglob("*"), *run.rglob("*")]
        return {path: path.read_bytes() for path in paths if path.is_file()}

    before = contents()
    stage(root, {"toy": run}, tmp_path / "stage", preset="paper")
    assert contents() == before


@pytest.mark.parametrize("preset", ["paper", "quick"])
def test_only_a_preview_is_announced_as_one(preset, tmp_path):
    root, run = make_source(tmp_path / "root"), make_run(tmp_path / "run")
    stage(root, {"toy": run}, tmp_path / "stage", preset=preset)
    html = yaml.safe_load((tmp_path / "stage" / "_config.yml").read_text())["html"]
    assert ("announcement" in html) == (preset == "quick")
    assert f"Preset {preset}, commit 0123456789" in html["extra_footer"]


def test_a_pdf_is_linked_where_there_will_be_one(tmp_path, staged):
    fragment = Path("book") / "_generated" / "pdf.md"  # its change renders the book again
    assert (staged / fragment).read_text() == ""
    stage(tmp_path / "root", {"toy": tmp_path / "run"}, tmp_path / "b", preset="quick", pdf=True)
    assert '<a href="../book.pdf">' in (tmp_path / "b" / fragment).read_text()


def test_every_page_of_published_data_says_so(tmp_path):
    root, published = make_source(tmp_path / "root"), make_run(tmp_path / "published")
    entry = json.loads((published / "run.json").read_text()) | {"file": "toy.nc", "sha256": "0"}
    for name in ("changed", "threads", "jobs", "cell_durations_s"):
        del entry[name]
    run = make_run(tmp_path / "run", published=entry, commit="f" * 40, started="2027-02-03")
    stage(root, {"toy": run}, tmp_path / "stage", preset="paper")
    html = yaml.safe_load((tmp_path / "stage" / "_config.yml").read_text())["html"]
    assert "the published ones (commit 0123456789, 2026-01-02)" in html["announcement"]
    assert "<code>make book</code> computes them anew" in html["announcement"]
    assert "Published data, preset paper, commit 0123456789" in html["extra_footer"]
    box = nbformat.read(tmp_path / "stage" / "notebooks" / "toy.ipynb", 4).cells[-1].source
    assert "**Published data**, taken from `results/` and not computed for this copy" in box
    assert "commit `0123456789` · seed `7` · cpu, float64 · 2 January 2026, 03:04 UTC" in box
    assert "were made from them on 3 February 2027, 00:00 UTC, commit `ffffffffff`." in box
    assert "Compute them anew:" in box
    assert "jobs" not in box


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ({}, "no run for toy"),
        ({"toy": "run", "other": "run"}, "no page notebooks/other"),
        ({"toy": "nothing"}, "is no sound run folder: there is no file .*run.json"),
    ],
)
def test_runs_must_match_the_table_of_contents(runs, message, tmp_path):
    root = make_source(tmp_path / "root")
    make_run(tmp_path / "run")
    folders = {name: tmp_path / folder for name, folder in runs.items()}
    with pytest.raises(PublishError, match=message):
        stage(root, folders, tmp_path / "stage", preset="paper")


def test_a_run_of_another_experiment_is_refused(tmp_path):
    root, run = make_source(tmp_path / "root"), make_run(tmp_path / "run", experiment="rem")
    with pytest.raises(PublishError, match="is a run of rem, not of toy"):
        stage(root, {"toy": run}, tmp_path / "stage", preset="paper")


def test_a_missing_source_is_named(tmp_path):
    root, run = make_source(tmp_path / "root"), make_run(tmp_path / "run")
    (root / "_config.yml").unlink()
    with pytest.raises(PublishError, match=r"lacks _config\.yml"):
        stage(root, {"toy": run}, tmp_path / "stage", preset="paper")


# ------------------------------------------------------------------------------------- front page


def test_only_addresses_that_are_configured_are_shown(staged):
    shown = (staged / "book" / "_generated" / "links.md").read_text(encoding="utf-8")
    assert shown == links("") == "- Cite: {download}`CITATION.cff </CITATION.cff>`\n"
    assert "<https://host/us>\n" in links("https://host/us")
    assert "<https://host/us/issues>\n" in links("https://host/us/")


@pytest.mark.parametrize("form", [":.2f", ""])
def test_an_answer_takes_its_numbers_from_the_page(form, monkeypatch):
    with registration.registered():
        monkeypatch.setattr("mtlpaper.chapters.toy.numbers.ANSWER", f"{{doc}}`/x`: {{first{form}}}")
        head, _, row = answers({"toy": ["first"]}).splitlines()
    assert head == "| page | question | answer |"
    number = f"{{glue:text}}`/notebooks/toy.ipynb::first{form or ':s'}`"
    assert row == f"| {{doc}}`/notebooks/toy` | What \\| comes first? | {{doc}}`/x`: {number} |"


@pytest.mark.parametrize(
    ("numbers", "hint"), [({"frist": 1.0}, "did you mean frist?"), ({}, "it has none")]
)
def test_an_answer_without_its_number_fails_the_build(numbers, hint, tmp_path):
    root, run = make_source(tmp_path / "root"), make_run(tmp_path / "run", numbers=numbers)
    message = r"toy\.numbers: the placeholder \{first:\.2f\} of `ANSWER` must name .*; " + hint
    with registration.registered(), pytest.raises(PublishError, match=message):
        stage(root, {"toy": run}, tmp_path / "stage", preset="quick")


# --------------------------------------------------------------------------------- records, overlay


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("toy.nc", None, "`toy.nc`, which run.json lists, is missing; run again"),
        ("toy.nc", "altered", "`toy.nc`, which run.json lists, was altered; run again"),
        ("run.json", "{", "is no valid JSON"),
        ("run.json", '{"experiment": "toy"}', "lacks title, preset, parameters"),
    ],
)
def test_a_damaged_run_is_refused(name, content, message, tmp_path):
    root, run = make_source(tmp_path / "root"), make_run(tmp_path / "run")
    (run / name).unlink() if content is None else (run / name).write_text(content)
    with pytest.raises(PublishError, match=message):
        stage(root, {"toy": run}, tmp_path / "stage", preset="quick")


def test_a_code_cell_edited_since_the_run_is_refused():
    committed = notebook(code("print(N1 + 1)"))
    with pytest.raises(PublishError, match="toy: code cells changed since the run"):
        lay_over(committed, notebook(code("print(N1)", count=1)), "toy")


def test_a_cell_that_was_not_executed_is_refused():
    with pytest.raises(PublishError, match=r"the cell starting `print\(N1\)` was not executed"):
        lay_over(notebook(code("print(N1)")), notebook(code("print(N1)")), "toy")


# -------------------------------------------------------------------------------------------- boxes


def box_of(tmp_path: Path, **changes: Any) -> str:
    record = require_record(make_run(tmp_path / "run", **changes))
    return provenance_box(record, "/runs/toy", describe(Toy))


def test_the_box_tells_what_ran_where_and_how_to_run_it_again(tmp_path):
    box = box_of(tmp_path)
    for fact in (
        "Preset **quick**",
        "commit `0123456789`",
        "seed `7`",
        "cpu, float64",
        "1 thread, 2 jobs",
        "2 January 2026, 03:04 UTC, took 1 min 23 s",
        "$ mtlpaper run toy --preset quick -p N1=37",
        "4 parameters, 1 changed from the preset",
        "| `N1` | `37` | [changed]{.changed}, quick: `20`, paper: `20` |",
        "| `n_steps` | `10` steps | paper: `500` |",
        "| `rules` | `(soft)` |  |",
        "| numpy | `2.4.6` |",
    ):
        assert fact in box
    assert "uncommitted" not in box


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"dirty": True}, "commit `0123456789` **with uncommitted changes**"),
        ({"commit": None, "dirty": None, "commit_unknown": "no git"}, "commit unknown (no git)"),
        ({"dirty": None, "commit_unknown": "why"}, "commit `0123456789`, changes unknown (why)"),
        ({"changed": {}}, "4 parameters, all as in the preset"),
        ({"seeds": {"seed_A": 1, "seed_B": 2}}, "seeds `1`, `2`"),
        ({"seeds": {}}, "seeds none"),
        ({"duration_s": 3725}, "took 1 h 2 min"),
        ({"duration_s": 0.96}, "took 1.0 s"),
    ],
)
def test_the_box_in_other_cases(changes, fact, tmp_path):
    assert fact in box_of(tmp_path, **changes)


# --------------------------------------------------------------------------- ledger, API, equations


def test_the_ledger_has_a_row_a_parameter():
    text = settings_ledger({"toy": Toy})
    assert text.startswith("(settings-toy)=\n## A toy\n")
    assert "4 parameters: 1 stated, 1 script, 1 inferred, 1 ours." in text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [
        r"| `N1` | `20` | inputs | [stated]{.status .status-stated} Figure 1 \| caption |",
        "| `n_steps` | `500` steps; quick: `10` | length | "
        "[script]{.status .status-script} enough |",
        "| `rules` | `(soft)` | label rules | [inferred]{.status .status-inferred} axes |",
        "| `seed` | `7` | seed | [ours]{.status .status-ours} any |",
    ]


def test_the_table_of_symbols_says_what_each_means_and_leads_to_the_experiments_that_have_it():
    length = Annotated[float, Field(ge=0, lt=1), Symbol("a | b", "m", r"\ell", "eq-1")]
    rule = Annotated[Literal["soft", "hard"], Symbol("label rule")]
    entries = {"N1": Annotated[int, Symbol("inputs")], "length": length, "rule": rule}
    users: Any = dict.fromkeys("abcde", Toy)
    one = create_model("One", __base__=Parameters, length=(length, parameter(0.5, "ours", "any")))
    text = symbols(entries, {**users, "one": one})
    assert text.splitlines()[2:] == [
        "|  | `N1` | inputs |  | all but {ref}`one <settings-one>` |",
        r"| $\ell$ | `length` | a \| b; see {eq}`eq-1` | [0, 1) m | {ref}`one <settings-one>` |",
        "|  | `rule` | label rule | soft, hard |  |",
    ]


def test_the_page_on_notation_lists_every_parameter_of_every_chapter(staged):
    """And the glossary says what each is, once."""
    text = (staged / "book" / "_generated" / "symbols.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\|[^|]*\| `(\w+)` \|", text, re.MULTILINE)
    assert listed == list(glossary())
    used = set()
    for name, chapter in chapters().items():
        for label, field in chapter.parameters.model_fields.items():
            symbol = symbol_of(field.annotation, field.metadata)
            assert symbol is symbol_of(glossary()[label]), f"{name}: {label}"
            used.add(label)
    assert used == set(listed)
    page = Path(mtlpaper.__file__).parents[1] / "book" / "notation.md"
    assert "{include} _generated/symbols.md" in page.read_text(encoding="utf-8")


def test_every_public_module_stands_once_in_the_api_reference():
    package = Path(mtlpaper.__file__).parent
    documented = re.findall(r"automodule:: (\S+)", "\n".join(api_pages(package).values()))
    assert sorted(documented) == modules(package)
    assert {
        "mtlpaper.tasks",
        "mtlpaper.companion.parameters.base",
        "mtlpaper.companion.book.check",
    } <= set(documented)


def test_every_api_page_is_committed_and_listed():
    root = Path(mtlpaper.__file__).parents[1]
    toc = (root / "_toc.yml").read_text()
    for page in api_pages(Path(mtlpaper.__file__).parent):
        assert f"_generated/api-{page}.md" in (root / "book" / "api" / f"{page}.md").read_text()
        assert f"book/api/{page}\n" in toc


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("eq-T1", "T 1"),
        ("eq-T7a", "T 7a"),
        ("eq-3", "3"),
        ("eq-REM", "REM"),
        ("energy", None),
    ],
)
def test_an_equation_is_printed_under_its_label(label, name):
    assert printed_name(label) == name


@pytest.mark.parametrize(
    ("line", "escaped"),
    [
        ("sigma |1 - c| and ``|x|``", r"sigma \|1 - c\| and ``|x|``"),
        (":math:`|x|` but |y|", r":math:`|x|` but \|y\|"),
        ("    >>> a | b", "    >>> a | b"),
        (r"already \| so", r"already \| so"),
    ],
)
def test_bars_are_escaped_in_prose_only(line, escaped):
    assert escape_bars([line]) == [escaped]


def test_bars_in_a_literal_block_stay():
    block = ["An example::", "", "    a | b", "", "And |c|."]
    assert escape_bars(block) == [*block[:-1], r"And \|c\|."]
