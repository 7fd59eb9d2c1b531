"""The scorecard page: every claim with its anchor, verdict, links, and what would refute it."""

import json
import re
import shutil
from functools import partial
from pathlib import Path
from typing import get_args

import nbformat
import pytest
import xarray as xr
from bs4 import BeautifulSoup, Tag
from claims_data import IDEAL, sourced, sourced_claims
from nbformat import v4
from toy.book import drawn_notebook
from toy.folder import write_record

import mtlpaper
from mtlpaper.companion import registry, results
from mtlpaper.companion.book import PublishError, build_book
from mtlpaper.companion.book.scorecard import (
    Context,
    escaped,
    figure_labels,
    refuted,
    scorecard,
    stage_scorecard,
)
from mtlpaper.companion.claims import (
    BADGES,
    SYMBOLS,
    Finding,
    MissingDataError,
    all_claims,
    as_json,
    by_document,
    judge_all,
)
from mtlpaper.companion.claims.claim import Settings
from mtlpaper.companion.parameters.base import Status
from mtlpaper.companion.registry import chapters, documents

ROOT = Path(mtlpaper.__file__).parents[1]
TOC = """\
format: jb-book
root: book/index
chapters:
  - file: book/scorecard
  - file: notebooks/depth
  - file: notebooks/finite_data
  - file: book/settings
  - file: book/claims
"""
#: The modules whose code decides; the API page proper refers to classes on other pages.
DECIDING = {claim.statistic.__module__ for claim in all_claims().values() if claim.statistic}
API = "\n".join(f"```{{eval-rst}}\n.. automodule:: {module}\n```\n" for module in sorted(DECIDING))


@pytest.fixture(scope="module", autouse=True)
def one_claim_on_sources():
    """Let sources judge one of the claims."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "claims", partial(list, sourced_claims("depth-shift")))
        yield


def found() -> dict[str, xr.Dataset]:
    """Depth as the paper says it, one of its claims by one source; finite data the opposite."""
    finite_data = IDEAL["finite_data"]()
    control = all_claims()["finite-size"].control
    assert control is not None
    return {"depth": sourced(IDEAL["depth"](), "shift"), "finite_data": control(finite_data)}


def findings():
    data = found()

    def load(name: str) -> xr.Dataset:
        if name not in data:
            raise MissingDataError(f"no {name}")
        return data[name]

    return judge_all(load)


#: The other figure has a label of which no claim knows.
FIGURES = {"depth": "fig-depth", "finite_data": "fig-other"}
DRAWN = v4.new_output(
    "display_data",
    data={"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain": "-"},
)


def make_run(folder: Path, name: str, data: xr.Dataset) -> None:
    folder.mkdir(parents=True)
    nbformat.write(drawn_notebook(FIGURES[name], DRAWN), folder / f"{name}.ipynb")
    results.save(data, folder / f"{name}.nc")
    numbers = dict.fromkeys(re.findall(r"{([\w-]+)", chapters()[name].answer), 0.5)
    write_record(folder, experiment=name, numbers=numbers)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("book")
    shutil.copytree(ROOT / "book" / "_assets", root / "book" / "_assets")
    for name in ("_config.yml", "pyproject.toml", "book/scorecard.md"):
        shutil.copy(ROOT / name, root / name)
    (root / "_toc.yml").write_text(TOC)
    (root / "book" / "references.bib").write_text("")
    (root / "book" / "index.md").write_text(
        "# Front\n\nA book of very few pages, made for one of them: its scorecard.\n\n"
        "```{include} _generated/scorecard-counts.md\n```\n"
    )
    (root / "book" / "claims.md").write_text(f"# Code of the claims\n\n{API}")
    # The ledger of settings leads to every notebook and has a page of its own to be tested by.
    (root / "book" / "settings.md").write_text(
        "# Settings ledger\n\nWhat is known of the parameters, and by whom it was told.\n"
    )
    (root / "notebooks").mkdir()
    for name, data in found().items():
        make_run(root / "runs" / name, name, data)
        nbformat.write(drawn_notebook(FIGURES[name]), root / "notebooks" / f"{name}.ipynb")
    (root / "results").mkdir()
    by_source = {"ours": Finding("partly"), "published": Finding("reproduced")}
    published = as_json(
        {
            "depth-shift": Finding("partly", held=1, total=1, sources=by_source),
            "depth-trends": Finding("reproduced", held=1, total=1),
        }
    )
    (root / "results" / "verdicts.json").write_text(json.dumps(published))
    return root


@pytest.fixture(scope="module")
def html(project) -> Path:
    """The book, which has passed the page check: no link on it leads to nothing."""
    out = project / "_build" / "html"
    runs = {name: project / "runs" / name for name in found()}
    build_book(project, runs, out, preset="quick")
    return out


@pytest.fixture(scope="module")
def page(html) -> Tag:
    text = (html / "book" / "scorecard.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser").select_one("article")


def card(page: Tag, name: str) -> Tag:
    """The card that a link to the claim leads to."""
    anchor = page.find(id=f"claim-{name}")
    assert anchor is not None
    return anchor if "claim" in anchor.get("class", ()) else anchor.find_next(class_="claim")


def words(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


# ----------------------------------------------------------------------------------- the built page


def test_every_claim_has_its_anchor_and_its_verdict(page):
    expected = findings()
    assert len(page.select("div.claim")) == len(all_claims())
    for name in all_claims():
        shown = card(page, name)
        badge = shown.select_one(".claim-says [class^=verdict-]")
        assert badge.get_text() == expected[name].verdict
        assert f"claim-{badge['class'][0].removeprefix('verdict-')}" in shown["class"]


def test_every_document_has_a_tally_that_counts_and_leads_to_its_claims(page):
    expected, tallies = findings(), page.select(".tally")
    assert len(tallies) == len(by_document()) > 1
    for shown, (document, claims) in zip(tallies, by_document().items(), strict=True):
        links = [link["href"] for link in shown.select("a")]
        assert sorted(links) == sorted(f"#claim-{claim.name}" for claim in claims)
        verdicts = [expected[claim.name].verdict for claim in claims]
        counts = [f"{verdicts.count(verdict)} {verdict}" for verdict in SYMBOLS]
        told = shown.find_previous(class_="counts")
        assert words(told) == f"{len(claims)} claims: {' '.join(counts)}"
        marks = "".join(mark.get_text() for mark in shown.select("a"))
        assert marks == "".join(SYMBOLS[verdict] * verdicts.count(verdict) for verdict in SYMBOLS)
        assert all(link["aria-label"].endswith(".") for link in shown.select("a"))
        assert documents()[document].cited in words(shown.find_previous("h2"))


def test_every_sentence_of_the_abstracts_leads_to_its_rows(page):
    expected = findings()
    boxes = page.select("div.abstract")
    sentences = [one for document in documents().values() for one in document.abstract]
    assert len(boxes) == len(sentences)
    for box, sentence in zip(boxes, sentences, strict=True):
        assert sentence.says in words(box)
        links = [link["href"] for link in box.select("li a")]
        assert links == [f"#claim-{name}" for name in sentence.claims]
        badges = [badge.get_text() for badge in box.select("li [class^=verdict-]")]
        assert badges == [expected[name].verdict for name in sentence.claims]


def test_the_front_page_counts_the_verdicts_behind_every_sentence(html):
    front = BeautifulSoup((html / "book" / "index.html").read_text(encoding="utf-8"), "html.parser")
    tables = front.select("article table")
    for shown, (name, claims) in zip(tables, by_document().items(), strict=True):
        document, expected = documents()[name], findings()
        head, *rows = shown.select("tr")
        assert [words(cell) for cell in head.select("th")] == [document.cited, *SYMBOLS]
        assert head.select_one("a")["href"] == f"scorecard.html#document-{name}"
        behind = [one.claims for one in document.abstract] + [[claim.name for claim in claims]]
        for row, names in zip(rows, behind, strict=True):
            verdicts = [expected[claim].verdict for claim in names]
            told = [int(words(cell)) for cell in row.select("td")[1:]]
            assert told == [verdicts.count(verdict) for verdict in SYMBOLS]


def test_a_reproduced_row_shows_that_changed_data_refute_it(page):
    text = words(card(page, "depth-shift").select_one(".claim-rule"))
    assert text == (
        "True if < 0 nats: the direction alone is claimed. "
        "With the sign of shift reversed: not reproduced"
    )
    assert "With" not in words(card(page, "finite-size").select_one(".claim-rule"))


def test_a_row_tells_numbers_and_explanation(page):
    text = words(card(page, "finite-size"))
    assert "101.00 (100.90 to 101.10) %, least favourable: classes = 2" in text
    assert "0 of 2" in text
    assert "Eq. (3) as printed does not depend on the number of points" in text
    assert "Not in: classes = 2; classes = 20." in text
    missing = words(card(page, "row-b"))
    assert "There is no run of table1 in this book." in missing
    assert "Found" not in missing


def test_a_row_shows_badge_and_number_of_every_source(page):
    shown = card(page, "depth-shift").select_one("dl")
    told = zip(shown.select("dt"), shown.select("dd"), strict=True)
    assert {words(term): words(said) for term, said in told} == {
        "Expected": "< 0 (mean benefit minus the linear student’s)",
        "Authors’ published rows": "not reproduced (published: reproduced) +0.2000 "
        "(+0.1990 to +0.2010) nats, least favourable: 3 ReLU; 0 of 2 parts held",
        "Our networks (decides)": "reproduced −0.1000 (−0.1010 to −0.0990) "
        "nats, least favourable: 1 ReLU; 2 of 2 parts held",
        "Our networks, text’s settings": "not testable Not in these data: there is no source = "
        "text.",
    }
    badges = [badge["class"][0] for badge in shown.select("dd [class^=verdict-]")]
    assert badges == ["verdict-fails", "verdict-holds", "verdict-holds", "verdict-untestable"]
    assert words(card(page, "depth-shift").select_one(".claim-why")) == "Theirs train for longer."
    lines = [words(line) for line in page.select(".counts") if " by " in words(line)]
    assert [line.partition(": ")[0] for line in lines] == [
        "3 by authors’ published rows",
        "3 by our networks",
        "3 by our networks, text’s settings",
    ]
    assert "1 not reproduced" in lines[0]


def test_the_style_sheet_draws_every_verdict_and_status():
    style = (ROOT / "book" / "_assets" / "custom.css").read_text()
    names = {f"verdict-{name}" for name in BADGES.values()}
    names |= {f"status-{name}" for name in (*get_args(Status), *get_args(Settings))}
    for name in names:
        assert re.search(rf"^\.{name}::before {{ content: ", style, re.M)
        assert re.search(rf"\.{name}(, [.\w-]+)? {{ color: ", style)
    for name in BADGES.values():
        assert f".tally-{name} > a {{ background: " in style
        assert f".claim-{name} {{ border-inline-start-color: " in style


def test_a_row_leads_to_figure_data_and_code_where_there_are_any(html, page):
    links = {link.get_text(): link["href"] for link in card(page, "depth-shift").select("a")}
    assert links["Fig. 1"] == "../notebooks/depth.html#fig-depth"
    assert links["code"].startswith("claims.html#module-mtlpaper.chapters.depth.claims")
    data = (html / "book" / links["data"]).resolve()
    assert results.load(data).identical(found()["depth"])
    bare = {link.get_text() for link in card(page, "finite-size").select("a")}
    assert bare == {"data", "code"}  # its figure is not in this book
    assert {link.get_text() for link in card(page, "row-b").select("a")} == {"code"}
    assert card(page, "complex-networks").select("a") == []


def test_a_preview_says_so_and_shows_other_published_verdicts(page):
    assert "short preset quick" in words(page.select_one(".admonition"))
    assert "reproduced (published: partly)" in words(card(page, "depth-shift"))
    assert "(published:" not in words(card(page, "depth-trends"))


# ---------------------------------------------------------------------------------- the parts of it


def test_the_published_book_bears_no_preview_notice():
    text = scorecard(findings(), Context("paper"))
    assert "Preview" not in text
    assert "Preview" in scorecard(findings(), Context("quick"))


def test_a_control_that_refutes_nothing_is_shown_as_such():
    text = scorecard(findings(), Context("paper", refuted={"depth-shift": "reproduced"}))
    assert "With the sign of `shift` reversed: [reproduced]{.verdict-holds}" in text


def test_only_reproduced_rows_are_put_to_their_controls():
    data = found()
    assert refuted(findings(), data) == dict.fromkeys(
        ("depth-trends", "depth-shift", "axis-figure3-right"), "not reproduced"
    )


def test_figures_are_those_of_the_staged_runs(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("depth", "unstaged"):
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        nbformat.write(drawn_notebook(f"fig-{name}"), path)
    (tmp_path / "runs" / "depth").mkdir(parents=True)
    assert figure_labels(tmp_path) == {"fig-depth"}


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("> 0 (high minus low S_B)", r"\> 0 (high minus low $S_{B}$)"),
        ("reference [25]", r"reference \[25\]"),
        ("r_AB, s_A", "$r_{AB}$, $s_{A}$"),
        ("there is no `growth_left_B`", "there is no `growth_left_B`"),
        ("no file_name, *no* $x$", r"no file\_name, \*no\* \$x\$"),
        ("within ±0.021", "within ±0.021"),
    ],
)
def test_a_text_is_shown_as_it_stands(text, markdown):
    assert escaped(text) == markdown


def test_published_verdicts_that_cannot_be_read_stop_the_build(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "verdicts.json").write_text("[]")
    (tmp_path / "stage" / "runs").mkdir(parents=True)
    with pytest.raises(PublishError, match=r"verdicts\.json is not as expected"):
        stage_scorecard(tmp_path, tmp_path / "stage", tmp_path, "paper")
