"""A small book built in earnest with the real configuration, then with faults in its source."""

import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from nbformat import v4
from toy import registration
from toy.book import ALT, drawn_notebook, glued
from toy.folder import write_record

import mtlpaper
from mtlpaper.companion.book import FaultKind, PublishError, build, build_book, check_pages
from mtlpaper.companion.book.pdf import BROWSERS, PDF, join_pages, print_page, write_pdf

ROOT = Path(mtlpaper.__file__).parents[1]

TOC = """\
format: jb-book
root: book/index
chapters:
  - file: notebooks/toy
  - file: book/settings
  - file: book/api/publishing
"""

INDEX = r"""# A book in miniature

The largest gap is {glue:text}`../notebooks/toy.ipynb::gap:.2f`, see {ref}`a curve <fig-curve>` and
{eq}`eq-T7a`; [holds]{.verdict-holds}, says {cite}`lee2019`.

$$
\hat s = \boldsymbol{x}
$$ (eq-T7a)

```{figure} ../runs/toy/curve.svg
:name: fig-front
:alt: A line rising from left to right.

The same, $t/\tau$.
```

```{include} _generated/chapters.md
```

```{include} _generated/pdf.md
```

```{bibliography}
```
"""

BIBLIOGRAPHY = "@misc{lee2019, author={A. Lee}, title={Multitask}, year={2019}}\n"
FONTS = ("math", "icons")
NUMBERS = {"gap": 0.0123, "first": 0.4567}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 9L9 0"/></svg>'
#: One grey pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


NARROW_SVG = SVG.replace("9", "3")


def make_source(root: Path) -> None:
    for folder in ("_assets", "_templates", "api"):
        shutil.copytree(ROOT / "book" / folder, root / "book" / folder)
    shutil.copy(ROOT / "_config.yml", root)
    (root / "_toc.yml").write_text(TOC)
    shutil.copy(ROOT / "pyproject.toml", root)  # the API index quotes it
    shutil.copy(ROOT / "CITATION.cff", root)
    (root / "book" / "index.md").write_text(INDEX)
    (root / "book" / "settings.md").write_text(
        "# Settings\n\nEvery parameter of every experiment, each with its source; see {eq}`eq-T7a`."
    )
    (root / "book" / "references.bib").write_text(BIBLIOGRAPHY)
    (root / "notebooks").mkdir()
    nbformat.write(drawn_notebook("fig-curve"), root / "notebooks" / "toy.ipynb")


def make_run(folder: Path) -> None:
    folder.mkdir(parents=True)
    picture = v4.new_output(
        "display_data", data={"image/png": b64encode(PNG).decode(), "text/plain": "<figure curve>"}
    )
    notebook = drawn_notebook("fig-curve", picture, *glued(NUMBERS))
    nbformat.write(notebook, folder / "toy.ipynb")
    (folder / "curve.svg").write_text(SVG)
    (folder / "curve.narrow.svg").write_text(NARROW_SVG)
    (folder / "toy.nc").write_bytes(b"data")
    made = {"command": "mtlpaper run toy --preset quick", "numbers": NUMBERS}
    write_record(folder, parameters={"N1": 20}, versions={"numpy": "2"}, **made)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A source tree with its run; nothing built yet."""
    root = tmp_path_factory.mktemp("book")
    make_source(root)
    make_run(root / "runs" / "toy")
    return root


@pytest.fixture(scope="module")
def html(project):
    """The book of the sound project, which passes its own page check on the way.

    What stands for its PDF is made by no browser.
    """
    out = project / "_build" / "html"
    with pytest.MonkeyPatch.context() as patch, registration.registered():
        patch.setenv("SOURCE_DATE_EPOCH", "1")  # in 1970
        patch.setattr(build, "write_pdf", lambda html, _: (html / PDF).write_bytes(b"%PDF"))
        build_book(project, {"toy": project / "runs" / "toy"}, out, preset="quick", pdf=True)
    return out


def page(html: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((html / name).read_text(encoding="utf-8"), "html.parser")


def test_numbers_figures_and_equations_arrive_on_the_page(html):
    front = page(html, "book/index.html")
    text = front.article.get_text()
    assert "The largest gap is 0.01, see a curve and (T 7a); holds" in " ".join(text.split())
    assert front.select_one(".math .eqno").get_text().startswith("(T 7a)")
    assert front.select_one("figure img")["alt"] == ALT
    assert not front.select(".caption-number")  # figures bear the papers' names


def test_the_front_page_tells_what_a_chapter_asks_and_its_run_answers(html):
    (row,) = page(html, "book/index.html").select("table tbody tr")
    cells = [" ".join(cell.get_text().split()) for cell in row.select("td")]
    assert cells == ["A run", "What | comes first?", "The number 0.46."]
    assert row.a["href"] == "../notebooks/toy.html"


def test_a_page_opens_with_its_question_and_its_answer(html):
    box = page(html, "notebooks/toy.html").article.select_one(".opening")
    assert box.find_previous(["h1", "p", "figure"]).name == "h1"
    assert " ".join(box.get_text().split()) == "What | comes first? The number 0.46."


def test_the_year_of_the_copyright_is_that_of_the_configuration(html):
    holder = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["copyright"]
    assert holder in page(html, "book/index.html").select_one("p.copyright").get_text()


def test_the_executed_page_bears_its_box_and_data(html):
    toy = page(html, "notebooks/toy.html")
    box = toy.select_one(".admonition.provenance")
    assert "mtlpaper run toy --preset quick" in box.get_text()
    names = {link["download"] or Path(link["href"]).name for link in box.select("a.download")}
    assert names == {"toy.nc", "curve.svg", "toy.ipynb", "run.json"}
    drawing = toy.select_one("figure#fig-curve img")
    assert drawing["alt"] == ALT
    # The page shows the run's drawing, not the notebook's PNG, and offers the very file it shows.
    (offered,) = (link for link in box.select("a.download") if "curve" in str(link))
    assert offered["download"] == "curve.svg"
    assert offered["href"] == drawing["src"]
    assert (html / "notebooks" / drawing["src"]).read_text() == SVG
    narrow = toy.select_one("figure#fig-curve picture > source")
    assert narrow["media"] == "(max-width: 650px)"
    assert (html / "notebooks" / narrow["srcset"]).read_text() == NARROW_SVG
    assert len(list(html.rglob("*.svg"))) == 4  # beside both the logo and the tab's icon


def test_formulas_and_icons_need_no_script(html):
    front = page(html, "book/index.html")
    formula = front.select_one("div.math math")
    assert formula.annotation.get_text() == r"\hat s = \boldsymbol{x}"
    assert formula.mover.get_text() == "sˆ"
    known = {name: TTFont(html / "_static" / f"{name}.woff").getBestCmap() for name in FONTS}
    assert {ord(letter) for letter in "\U0001d460ˆ="} <= known["math"].keys()  # an italic s
    assert {0xF002, 0xF071} <= known["icons"].keys()  # a magnifying glass, a sign of warning
    scripts = {Path(tag["src"].split("?")[0]).stem for tag in front.select("script[src]")}
    assert not scripts & {"fontawesome", "tex-chtml", "searchindex"}


def test_an_equation_cited_from_another_page_is_on_the_page_that_cites(html):
    tip = page(html, "book/settings.html").select_one("#tip-equation-eq-t7a")
    assert tip.find_parent(hidden=True)
    assert tip.annotation == page(html, "book/index.html").select_one("div.math annotation")
    assert tip.select_one(".headerlink") is None


def test_what_no_page_uses_of_the_theme_is_gone(html):
    theme = html / "_static" / "styles" / "pydata-sphinx-theme.css"
    assert theme.stat().st_size < 150e3  # of 397
    text = theme.read_text(encoding="utf-8")
    for part in (".bd-sidebar-primary", "Font Awesome Free", "Licensed under MIT"):
        assert part in text
    assert not list((html / "_static").rglob("*.map"))


def test_the_api_reference_shows_docstrings(html):
    text = page(html, "book/api/publishing.html").article.get_text()
    assert "build_book" in text
    assert "Check every page of a built book." in text


# ---------------------------------------------------------------------------------------- the PDF


def test_all_pages_but_the_api_reference_are_joined_for_print(html, project):
    whole = BeautifulSoup(join_pages(html, project / "_toc.yml"), "html.parser")
    _, *titles = (heading.get_text() for heading in whole.select("article h1"))
    assert titles == ["Contents", "A run", "Settings"]
    ids = [tag["id"] for tag in whole.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = {link["href"] for link in whole.select("article a[href]")}
    assert {"#notebooks-toy", "#book-settings", "#notebooks-toy--fig-curve"} <= links
    assert links <= {f"#{place}" for place in ids}  # so to no file of this machine
    loaded = [tag["src"] for tag in whole.select("img, script[src]")]
    loaded += [tag["href"] for tag in whole.select("link[rel=stylesheet]")]
    assert all((html / address.partition("?")[0]).is_file() for address in loaded)
    assert whole.select("article details:not([open]), article script") == []
    assert whole.select("article details")
    assert "short preset quick" in whole.select_one("article > p").get_text()


def test_the_front_page_links_the_pdf(html):
    assert page(html, "book/index.html").select_one('.d-print-none a[href="../book.pdf"]')


@pytest.fixture
def _chromium():
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip("no Chromium")


def n_pages(pdf: Path) -> int:
    return pdf.read_bytes().count(b"/Type /Page\n")


@pytest.mark.usefixtures("_chromium")
def test_chromium_prints_the_pages(html, project, tmp_path):
    pages = shutil.copytree(html, tmp_path / "html")
    write_pdf(pages, project / "_toc.yml")
    printed = (pages / PDF).read_bytes()
    assert printed.startswith(b"%PDF-")
    assert all(f"/Title ({title})".encode() in printed for title in ("Contents", "Settings"))
    assert n_pages(pages / PDF) >= 4
    assert b"file:" not in printed
    assert {path.name for path in pages.iterdir()} == {path.name for path in html.iterdir()}


@pytest.mark.usefixtures("_chromium")
def test_a_page_is_printed_with_its_title(html, tmp_path):
    print_page(html / "book" / "settings.html", tmp_path / "page.pdf")
    assert b"/Title (Settings)" in (tmp_path / "page.pdf").read_bytes()


@pytest.mark.usefixtures("_chromium")
@pytest.mark.parametrize(("style", "pages"), [("custom.css", 4), ("none.css", 1)])
def test_a_closed_box_is_printed_open_without_scripts(html, tmp_path, style, pages):
    box = "<details><summary>Box</summary><div style='height: 80cm'></div></details>"
    sheet = f"<link rel=stylesheet href='{(html / '_static' / style).as_uri()}'>"
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html>{sheet}<article class='bd-article'>{box}</article>")
    print_page(page, tmp_path / "page.pdf")
    assert n_pages(tmp_path / "page.pdf") == pages


@pytest.mark.parametrize(
    ("names", "message"),
    [(("no-such-browser",), "apt install chromium"), (("false",), "false printed no PDF")],
)
def test_a_pdf_that_cannot_be_printed(html, project, tmp_path, monkeypatch, names, message):
    pages = shutil.copytree(html, tmp_path / "html")
    monkeypatch.setattr("mtlpaper.companion.book.pdf.BROWSERS", names)
    with pytest.raises(PublishError, match=message):
        write_pdf(pages, project / "_toc.yml")


FAULTS = [
    (FaultKind.NO_PROVENANCE, "notebooks/toy.html", "provenance admonition", "admonition"),
    (FaultKind.NO_ALT_TEXT, "notebooks/toy.html", 'alt="A line rising', 'data-x="A line rising'),
    (FaultKind.UNRESOLVED_GLUE, "book/index.html", ">0.01<", "><"),
    (FaultKind.BROKEN_LINK, "book/index.html", "#fig-curve", "#fig-none"),
    (
        FaultKind.EXTERNAL_ASSET,
        "search.html",
        "<head>",
        '<head><script src="//x.org/a.js"></script>',
    ),
]


def test_faults_in_built_pages_are_found(html, project, tmp_path):
    spoilt = tmp_path / "html"
    shutil.copytree(html, spoilt)
    for _, name, old, new in FAULTS:
        good = (spoilt / name).read_text(encoding="utf-8")
        assert old in good
        (spoilt / name).write_text(good.replace(old, new, 1), encoding="utf-8")
    found = check_pages(spoilt, project / "_toc.yml")
    assert sorted((fault.kind, fault.page) for fault in found) == sorted(
        (kind, name) for kind, name, *_ in FAULTS
    )


def test_jupyter_book_refuses_the_source_and_leaves_the_book(project, html):
    former = {path: path.stat().st_mtime_ns for path in html.rglob("*")}
    call = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    done = subprocess.run([*call, str(project)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "`make book`" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in html.rglob("*")} == former


BAD = r"""
{glue:text}`../notebooks/toy.ipynb::none:.2f` {eq}`eq-T99` {nosuchrole}`x`

See :ref:`x`.

<img src="https://example.org/a.png" alt="A curve.">
"""


def test_a_bad_source_fails_the_build_and_leaves_the_book(project, html, tmp_path):
    """Of one half of it Sphinx warns; the other half only the page check sees."""
    root = tmp_path / "book"
    shutil.copytree(project, root, ignore=shutil.ignore_patterns("stage"))
    former = sorted(path.relative_to(html) for path in html.rglob("*"))
    with (root / "book" / "index.md").open("a") as source:
        source.write(BAD)
    out = root / "_build" / "html"
    with pytest.raises(PublishError) as error:
        build_book(root, {"toy": root / "runs" / "toy"}, out, preset="quick")
    assert sorted(path.relative_to(out) for path in out.rglob("*")) == former
    for complaint in ("book/index.md", "Glue reference 'none' not found", "eq-T99", "nosuchrole"):
        assert complaint in str(error.value)
    assert ":ref:" not in str(error.value)
    found = check_pages(root / "_build" / "stage" / "_build" / "html", root / "_toc.yml")
    assert {
        "book/index.html: raw markup: reStructuredText role “:ref:”",
        "book/index.html: external asset: https://example.org/a.png",
    } <= {str(fault) for fault in found}
