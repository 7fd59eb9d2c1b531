"""A book is rendered again whenever anything that its pages depend on, or a page, has changed."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from test_publish_build import make_run, make_source

from mtlpaper.companion.book import Fault, FaultKind, build, unchanged


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A source tree with its run and a book; what Sphinx would do takes no time here."""

    def render(staged: Path, _: Path) -> Path:
        html = staged / "_build" / "html"
        (html / "book").mkdir(parents=True)
        (html / "book" / "index.html").write_text("a page")
        return html

    monkeypatch.setattr(build, "render", render)
    monkeypatch.setattr(build, "lighten", lambda *_: None)
    monkeypatch.setattr(build, "check_pages", lambda *_: [])
    # What these make follows from the package and its versions, of which there are tests below.
    for name in ("_stage_generated", "_stage_claims", "_stage_links"):
        monkeypatch.setattr(f"mtlpaper.companion.book.stage.{name}", lambda *_: None)
    root = tmp_path / "project"
    make_source(root)
    make_run(root / "runs" / "toy")
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("'''A sentence that the reference shows.'''")
    here = SimpleNamespace(__file__=str(package / "__init__.py"))
    monkeypatch.setattr(unchanged, "mtlpaper", here)
    assert rendered(root)
    return root


def rendered(root: Path) -> bool:
    out = root / "_build" / "html"
    return build.build_book(root, {"toy": root / "runs" / "toy"}, out, preset="quick")


def test_nothing_changed_renders_nothing(project):
    page = project / "_build" / "html" / "book" / "index.html"
    before = page.stat().st_mtime_ns
    assert not rendered(project)
    assert page.stat().st_mtime_ns == before


CHANGES = {
    "book/index.md": "More.\n",
    "book/_assets/custom.css": "\n",
    "_config.yml": "author: somebody else\n",
    "pyproject.toml": "\n",
    "CITATION.cff": "\n",
    "runs/toy/run.json": "\n",  # which has the checksums of the others
    "../package/__init__.py": "\n",
    "_build/html/book/index.html": "\n",
    "_build/html/index.html": "\n",
    "_build/html.json": "?",
}


def test_a_change_of_any_file_renders_the_book_again(project):
    for name, added in CHANGES.items():
        with (project / name).open("a") as file:
            file.write(added)
        assert rendered(project), name
        assert (project / "_build" / "html" / "book" / "index.html").read_text() == "a page"
    for name in ("_build/html/book/index.html", "_build/html.json"):
        (project / name).unlink()
        assert rendered(project), name
    stray = project / "_build" / "html" / "stray.html"
    stray.write_text("a page of an earlier state")
    assert rendered(project)
    assert not stray.exists()
    assert not rendered(project)


def test_a_fault_of_a_page_is_told_and_leaves_the_book(project, monkeypatch):
    faults = [Fault("a.html", FaultKind.EMPTY_PAGE, "no words")]
    monkeypatch.setattr(build, "check_pages", lambda *_: faults)
    (project / "book" / "index.md").write_text("# A book of other words")
    page = project / "_build" / "html" / "book" / "index.html"
    before = page.stat().st_mtime_ns
    with pytest.raises(build.PublishError) as caught:
        rendered(project)
    assert str(caught.value).splitlines()[1:] == [f"  {fault}" for fault in faults]
    assert page.stat().st_mtime_ns == before


def test_another_version_or_preset_renders_the_book_again(project, monkeypatch):
    out = project / "_build" / "html"
    assert build.build_book(project, {"toy": project / "runs" / "toy"}, out, preset="paper")
    monkeypatch.setattr(unchanged, "distributions", list)
    assert build.build_book(project, {"toy": project / "runs" / "toy"}, out, preset="paper")
