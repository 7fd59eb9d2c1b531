"""Equations and meanings of symbols, written into rendered pages and shown beside links."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import mtlpaper
from mtlpaper.companion.book.mathematics import mathml
from mtlpaper.companion.book.tips import add_tips


def formula(tex: str) -> str:
    return mathml(tex, display=False, macros={})


SIGNAL, TEACHER = formula("S_A"), formula(r"\hat\Sigma")
ROWS = [
    (r"\hat\Sigma = \bar W + \xi", "noisy teacher", "<code>Sigma_hat</code>"),
    (r"\bar u, \bar v", "its vectors", "<code>u, v</code>"),
    ("s", "a bare letter", "<code>s</code>"),
    ("w_A", "one", "<code>w_A</code>"),
    ("w_A", "another", "<code>w</code>"),
    ("S_A", "<code>S_A</code>", "signal of <em>A</em>; see (T 1)"),
]
NOTATION = "".join(
    f'<tr class="row"><td><p>{formula(tex)}</p></td><td><p>{one}</p></td><td><p>{two}</p></td></tr>'
    for tex, one, two in ROWS
)
THEORY = (
    '<div class="math" id="equation-eq-t1"><span class="eqno">(T 1)<a class="headerlink"'
    f' href="#equation-eq-t1">#</a></span>{mathml("s = 1", display=True, macros={})}</div>\n'
    '<p><a class="reference internal" href="#equation-eq-t1">(T 1)</a></p>'
)
CHAPTER = (
    f"<h1>{SIGNAL}</h1><p>{SIGNAL}, <a href='#x'>{TEACHER}</a>, {formula('s')}</p>"
    f"<p>{formula('w_A')}.</p>"
    f"<p>{SIGNAL} and {TEACHER};"
    ' <a class="reference internal" href="../book/theory.html#equation-eq-t1">(T 1)</a></p>'
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    html = tmp_path_factory.mktemp("html")
    articles = {"book/notation": NOTATION, "book/theory": THEORY, "notebooks/chapter": CHAPTER}
    for name, article in articles.items():
        path = html / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'<main><article class="a">{article}</article></main>', encoding="utf-8")
    add_tips(html)
    return {
        name: BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        for name in articles
    }


def test_a_symbol_leads_to_its_meaning_where_the_page_first_has_it(pages):
    links = pages["notebooks/chapter"].select("a.symbol")
    told = {link.annotation.get_text(): link["title"] for link in links}
    assert told == {"S_A": "signal of A", r"\hat\Sigma": "noisy teacher"}
    assert len(links) == 2
    assert links[0].parent.name == "p"
    assert links[1].find_previous("p") != links[0].parent  # not the one inside a link
    for link in links:
        page, _, row = link["href"].partition("#")
        assert page == "../book/notation.html"
        assert link.annotation.get_text() in pages["book/notation"].select_one(f"#{row}").get_text()


def test_an_equation_comes_with_the_page_that_cites_it(pages):
    tip = pages["notebooks/chapter"].select_one("div[hidden] > #tip-equation-eq-t1")
    assert tip.annotation.get_text() == "s = 1"
    assert tip.select_one("a") is None
    assert pages["book/theory"].select_one("div[hidden]") is None  # the equation is there


SCRIPT = Path(mtlpaper.__file__).parents[1] / "book" / "_assets" / "custom.js"
#: What a reader does, and what the page then shows.
MOVES = """
<script>
addEventListener("DOMContentLoaded", () => {
  const said = () => document.querySelector("[role=tooltip]")?.textContent.trim() ?? "nothing";
  const [symbol, equation] = document.querySelectorAll("article a");
  const log = [said()];
  for (const link of [symbol, equation]) {
    link.focus();
    log.push(said(), link.title, link.getAttribute("aria-describedby"));
  }
  equation.blur();
  log.push(said());
  symbol.dispatchEvent(new MouseEvent("mouseenter"));
  log.push(said());
  dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  log.push(said(), symbol.title);
  document.body.dataset.log = JSON.stringify(log);
});
</script>
"""


def test_tips_show_on_focus_and_on_hover_and_go_with_escape(browser, tmp_path):
    links = (
        '<a class="symbol" href="notation.html#symbol-1" title="a signal">S</a>'
        ' <a class="reference internal" href="theory.html#equation-eq-t1">(T 1)</a>'
        '<div hidden><div class="math" id="tip-equation-eq-t1">s = 1</div></div>'
    )
    page = tmp_path / "page.html"
    script = f'<script src="{SCRIPT.as_uri()}"></script>'
    page.write_text(f"<!DOCTYPE html>{script}{MOVES}<article>{links}</article>", encoding="utf-8")
    log = json.loads(browser(page.as_uri()).body["data-log"])
    assert log == [
        *("nothing", "a signal", "", "tip", "s = 1", "", "tip"),
        *("nothing", "a signal", "nothing", "a signal"),
    ]


def test_a_search_finds_pages_before_modules_and_fetches_nothing(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "<!DOCTYPE html><script>var Scorer = {}, DOCUMENTATION_OPTIONS = {}</script>"
        f"""<script src="{SCRIPT.as_uri()}"></script><body><script>
        addEventListener("DOMContentLoaded", () => {{
          const scores = [["book/api/model", 20], ["notebooks/figure2", 2]].map(
            ([page, score]) => Scorer.score([page, "", "", "", score, ""]));
          document.body.dataset.pages = scores[0] < scores[1];
          document.body.dataset.fetches = DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY;
        }});</script>""",
        encoding="utf-8",
    )
    body = browser(page.as_uri()).body
    assert (body["data-pages"], body["data-fetches"]) == ("true", "false")
