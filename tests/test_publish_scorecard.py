"""The scorecard page: every claim with its anchor, verdict, links, and what would refute it."""

import json
import re
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import nbformat
import pytest
import xarray as xr
from bs4 import BeautifulSoup, Tag
from claims_data import IDEAL, sourced, sourced_claims
from nbformat import v4
from toy.book import drawn_notebook, glued
from toy.folder import write_record

import mtlpaper
from mtlpaper.companion import registry, results
from mtlpaper.companion.book import PublishError, build_book
from mtlpaper.companion.book.cards import Context, card, escaped, row
from mtlpaper.companion.book.scorecard import (
    figure_labels,
    judge,
    refuted,
    scorecard,
)
from mtlpaper.companion.claims import (
    BADGES,
    SYMBOLS,
    Finding,
    MissingDataError,
    all_claims,
    as_json,
    by_document,
    is_own,
    judge_all,
    sections,
    word,
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
    numbers = dict.fromkeys(re.findall(r"{([\w-]+)", chapters()[name].answer), 0.5)
    notebook = drawn_notebook(FIGURES[name], DRAWN, *glued(numbers))
    nbformat.write(notebook, folder / f"{name}.ipynb")
    results.save(data, folder / f"{name}.nc")
    write_record(folder, experiment=name, numbers=numbers)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("book")
    for folder in ("_assets", "_templates"):
        shutil.copytree(ROOT / "book" / folder, root / "book" / folder)
    for name in ("_config.yml", "pyproject.toml", "CITATION.cff", "book/scorecard.md"):
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


def shown(page: Tag, name: str) -> Tag:
    """The card that a link to the claim leads to."""
    found = page.find(id=f"claim-{name}")
    assert "claim" in found["class"]
    return found


def words(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def printed(text: str) -> str:
    """A text as Sphinx prints it."""
    return text.replace("'", "’")


# ----------------------------------------------------------------------------------- the built page


def test_every_claim_has_its_anchor_and_its_verdict(page):
    expected = findings()
    assert len(page.select("details.claim")) == len(all_claims())
    for name, claim in all_claims().items():
        card = shown(page, name)
        badge = card.select_one("summary [class^=verdict-]")
        assert badge.get_text() == word(expected[name].verdict, is_own(claim))
        assert f"claim-{badge['class'][0].removeprefix('verdict-')}" in card["class"]


def counted(document: str, verdicts: list[str]) -> str:
    """How many claims there are, and of each verdict that there is."""
    own = documents()[document].own
    given = [verdict for verdict in SYMBOLS if verdict in verdicts]
    counts = [f"{verdicts.count(verdict)} {word(verdict, own)}" for verdict in given]
    return f"{len(verdicts)} claims: {' '.join(counts)}"


def test_every_section_counts_its_claims(page):
    expected, boxes = findings(), page.select("details.of-section")
    for box, (title, claims) in zip(boxes, sections().items(), strict=True):
        assert box.has_attr("open")
        assert words(box.find_previous("h3")).startswith(printed(title))
        (name,) = (one for one, known in documents().items() if title in known.sections)
        assert words(box.summary) == counted(name, [expected[one.name].verdict for one in claims])
        cards = [card["id"] for card in box.select("details.claim")]
        assert cards == [f"claim-{claim.name}" for claim in claims]


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


def test_the_front_page_counts_verdicts_and_leads_to_them(html, page):
    front = BeautifulSoup((html / "book" / "index.html").read_text(encoding="utf-8"), "html.parser")
    told = front.select("article .counts")
    for line, (name, claims) in zip(told, by_document().items(), strict=True):
        document, expected = documents()[name], findings()
        assert words(line) == counted(name, [expected[claim.name].verdict for claim in claims])
        assert words(line.find_previous("p")).startswith(f"{document.cited}: {document.title}")
        assert document.own or line.find_previous("p").select_one("a")["href"] == document.link
        for link in line.select("a"):
            address, anchor = link["href"].split("#")
            (verdict,) = (cls.removeprefix("verdict-") for cls in link["class"])
            assert address == f"scorecard.html?document={name}&verdict={verdict}"
            assert page.find(id=anchor)
            wanted = page.select(f".document-{name}.claim-{verdict}")
            assert link.get_text().startswith(f"{len(wanted)} ")


def test_a_chapter_opens_with_its_claims_which_lead_to_their_cards_and_back(html, page):
    chapter = html / "notebooks" / "depth.html"
    article = BeautifulSoup(chapter.read_text(encoding="utf-8"), "html.parser").select_one(
        "article"
    )
    box = article.select_one(".opening")
    assert box.find_previous(["h1", "p", "figure"]).name == "h1"
    assert words(box.select_one(".admonition-title")) == chapters()["depth"].question
    expected = findings()
    for claim, line in zip(chapters()["depth"].claims, box.select(".claim-row"), strict=True):
        link = line.select_one("a")
        assert link.get_text() == word(expected[claim.name].verdict, is_own(claim))
        assert link["href"] == f"../book/scorecard.html#claim-{claim.name}"
        assert claim.where in words(line.summary)
        assert words(line.summary).startswith(printed(claim.says))
        back = {link["href"] for link in shown(page, claim.name).select("a")}
        assert "../notebooks/depth.html" in back


def test_a_reproduced_row_shows_that_changed_data_refute_it(page):
    text = words(shown(page, "depth-shift").select_one(".claim-rule"))
    assert text == (
        "True if < 0 nats: the direction alone is claimed. "
        "The same data, with the sign of shift reversed on purpose: not reproduced"
    )
    assert "on purpose" not in words(shown(page, "finite-size").select_one(".claim-rule"))


def test_a_row_tells_numbers_and_explanation(page):
    text = words(shown(page, "finite-size"))
    assert "101.00 (100.90 to 101.10) %, least favourable: classes = 2" in text
    assert "0 of 2" in text
    assert "Eq. (3) as printed does not depend on the number of points" in text
    assert "Not in: classes = 2; classes = 20." in text
    missing = words(shown(page, "row-b"))
    assert "There is no run of table1 in this book." in missing
    assert "Found" not in missing


def test_a_row_shows_badge_and_number_of_every_source(page):
    lines = shown(page, "depth-shift").select_one("dl")
    told = zip(lines.select("dt"), lines.select("dd"), strict=True)
    assert {words(term): words(said) for term, said in told} == {
        "Expected": "< 0 (mean benefit minus the linear student’s)",
        "Authors’ published rows": "not reproduced (published: reproduced) +0.2000 "
        "(+0.1990 to +0.2010) nats, least favourable: 3 ReLU; 0 of 2 parts held",
        "Our networks (decides)": "reproduced −0.1000 (−0.1010 to −0.0990) "
        "nats, least favourable: 1 ReLU; 2 of 2 parts held",
        "Our networks, text’s settings": "not testable Not in these data: there is no source = "
        "text.",
    }
    badges = [badge["class"][0] for badge in lines.select("dd [class^=verdict-]")]
    assert badges == ["verdict-fails", "verdict-holds", "verdict-holds", "verdict-untestable"]
    assert words(shown(page, "depth-shift").select_one(".claim-why")) == "Theirs train for longer."
    counts = [words(line) for line in page.select(".survey > .counts")]
    assert [line.partition(": ")[0] for line in counts] == [
        "3 by authors’ published rows",
        "3 by our networks",
        "3 by our networks, text’s settings",
    ]
    assert "1 not reproduced" in counts[0]


def test_the_style_sheet_draws_every_verdict_and_status():
    style = (ROOT / "book" / "_assets" / "custom.css").read_text()
    names = {f"verdict-{name}" for name in BADGES.values()}
    names |= {f"status-{name}" for name in (*get_args(Status), *get_args(Settings))}
    for name in names:
        assert re.search(rf"^\.{name}::before {{ content: ", style, re.M)
        assert re.search(rf"\.{name}(, [.\w-]+)? {{ color: ", style)
    for name in BADGES.values():
        assert f".claim-{name} {{ border-inline-start-color: " in style


def test_a_row_leads_to_figure_data_and_code_where_there_are_any(html, page):
    links = {
        link.get_text(): link["href"]
        for link in shown(page, "depth-shift").select(".claim-links a")
    }
    assert links["figure"] == "../notebooks/depth.html#fig-depth"
    assert links["code"].startswith("claims.html#module-mtlpaper.chapters.depth.claims")
    data = (html / "book" / links["data"]).resolve()
    assert results.load(data).identical(found()["depth"])
    bare = {link.get_text() for link in shown(page, "finite-size").select(".claim-links a")}
    assert bare == {"page", "data", "code"}  # its figure is not in this book
    assert {link.get_text() for link in shown(page, "row-b").select(".claim-links a")} == {"code"}
    assert shown(page, "complex-networks").select("a") == []


def test_a_preview_says_so_and_shows_other_published_verdicts(page):
    assert "short preset quick" in words(page.select_one(".admonition"))
    assert "reproduced (published: partly)" in words(shown(page, "depth-shift"))
    assert "(published:" not in words(shown(page, "depth-trends"))


# -------------------------------------------------------------------------------------- the filter


def visible(browser, html: Path, asked: str) -> tuple[set[str], str]:
    """Names of the claims that an address shows, and what the page says of their number."""
    page = browser(f"{(html / 'book' / 'scorecard.html').as_uri()}{asked}")
    cards = [one for one in page.select("details.claim") if not one.has_attr("hidden")]
    for one in cards:
        assert not one.find_parents(hidden=True)
    names = {one["id"].removeprefix("claim-") for one in cards}
    return names, page.select_one("#filter [role=status]").get_text()


def test_an_address_filters_the_claims(browser, html):
    expected = findings()
    for name, claims in by_document().items():
        untestable = {one.name for one in claims if expected[one.name].verdict == "not testable"}
        shown, told = visible(browser, html, f"?document={name}&verdict=untestable")
        assert shown == untestable
        assert told == f"{len(untestable)} of {len(all_claims())} claims"
    assert visible(browser, html, "") == (set(all_claims()), "")
    assert visible(browser, html, "?verdict=nonsense") == (set(all_claims()), "")


def test_an_address_opens_its_claim_also_where_a_filter_hides_it(browser, html):
    for asked in ("", "?verdict=untestable"):
        address = (html / "book" / "scorecard.html").as_uri()
        page = browser(f"{address}{asked}#claim-depth-shift")
        assert [one["id"] for one in page.select("details.claim[open]")] == ["claim-depth-shift"]
        assert not page.select_one("#claim-depth-shift").has_attr("hidden")


# ---------------------------------------------------------------------------------- the parts of it


def test_the_published_book_bears_no_preview_notice():
    text = scorecard(findings(), Context("paper"))
    assert "Preview" not in text
    assert "Preview" in scorecard(findings(), Context("quick"))


def test_a_control_that_refutes_nothing_is_shown_as_such():
    text = scorecard(findings(), Context("paper", refuted={"depth-shift": "reproduced"}))
    told = "with the sign of `shift` reversed on purpose: [reproduced]{.verdict-holds}"
    assert told in text


def test_a_caveat_and_a_remark_of_another_chapter_stand_on_card_and_row():
    claim = replace(all_claims()["depth-shift"], caveat="It was fitted.")
    context = Context("paper", remarks={"depth-shift": ("multiverse", "Holds in 1 % of S_B.")})
    finding = findings()["depth-shift"]
    for text in (card(claim, finding, context, "lee2019"), row(claim, finding, context)):
        assert "[with a caveat]{.claim-where}" in text
        assert "{.claim-caveat}\nIt was fitted." in text
        assert "Holds in 1 % of $S_{B}$. {doc}`More. </notebooks/multiverse>`" in text


def test_nothing_of_our_own_is_called_reproduced():
    own = next(claim for claim in all_claims().values() if is_own(claim))
    for verdict, called in (("reproduced", "holds"), ("not reproduced", "fails")):
        text = card(own, Finding(verdict, held=1, total=1), Context("paper"), "ours")
        assert f"unfold}} [{called}]{{.verdict-{BADGES[verdict]}}}" in text


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
        judge(tmp_path, tmp_path / "stage", "paper")
