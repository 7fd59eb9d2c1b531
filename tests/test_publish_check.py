"""The page check: a sound site passes, and each single fault put into it is found and named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mtlpaper.companion.book import Fault, FaultKind, check_pages

TOC = """\
format: jb-book
root: book/index
chapters:
  - file: notebooks/toy
"""

FRAME = """\
<!DOCTYPE html>
<html lang="en"><head>
<title>A page with \\(x\\) in its title</title>
<link rel="canonical" href="https://example.org/book/index.html">
<link rel="next" href="https://example.org/next.html">
<link rel="stylesheet" href="../_static/book.css">
<link rel="icon" href="../_static/icon.svg">
<style>p {{ background: url(data:image/png;base64,AAAA) }}</style>
<script src="../_static/book.js"></script>
<script>const home = "https://example.org/", mine = "../_static/book.js";</script>
</head><body>
<a href="#"><img class="logo" src="../_static/icon.svg" alt=""></a>
<main><article>{article}</article></main>
</body></html>
"""

FRONT = """\
<h1 id="top">The book</h1>
<p>The largest gap is <span class="glue glue-gap">0.012</span>, see
<a href="../notebooks/toy.html#figure"><span class="xref std-numref">Fig. 1</span></a>,
<a href="../notebooks/">the folder</a>, <a href="mailto:nobody@example.org">us</a> and
<a href="https://example.org/paper">the paper</a>. Costs $5, or $6.</p>
<p>Meant to be read: <code>{ref}`x`</code>, <math><semantics><mi>s</mi>
<annotation encoding="application/x-tex">\\hat s</annotation></semantics></math>.</p>
<pre>Traceback: \\begin{x} ::: {glue:text}`a`</pre>
<p><code class="xref py py-class">ndarray</code></p>
<!-- {ref}`commented` \\frac -->
"""

TOY = """\
<h1>A toy</h1>
<div class="cell"><div class="cell_output">
<figure id="figure"><picture>
<source media="(max-width: 650px)" srcset="../_images/a1.narrow.svg">
<img src="../_images/a1.svg" alt="A rising curve."></picture></figure>
</div></div>
<div class="admonition provenance"><p>Commit 0123456789, seed 0.</p>
<a href="../_downloads/ab/toy.nc"><code class="xref download">toy.nc</code></a></div>
"""

Files = dict[str, str]


def sound_site() -> Files:
    return {
        "_toc.yml": TOC,
        "index.html": '<meta http-equiv="Refresh" content="0; url=book/index.html" />',
        "book/index.html": FRAME.format(article=FRONT),
        "notebooks/index.html": FRAME.format(article="<p>A folder's own page, not listed.</p>"),
        "notebooks/toy.html": FRAME.format(article=TOY),
        "_static/book.css": "/* url(https://old.example) */ @font-face { src: url('f.woff2?v=1') }",
        "_static/f.woff2": "",
        "_static/book.js": "",
        "_static/icon.svg": "",
        "_static/template.html": '<script src="https://example.org/a.js"></script>',
        "_images/a1.svg": " " * 300_000,
        "_images/a1.narrow.svg": " " * 300_000,
        "_downloads/ab/toy.nc": "",
    }


def faults_of(files: Files, folder: Path) -> list[Fault]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return check_pages(folder, folder / "_toc.yml")


def test_a_sound_site_has_no_faults(tmp_path):
    assert faults_of(sound_site(), tmp_path) == []


def replace(name: str, old: str, new: str) -> Callable[[Files], None]:
    def inject(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return inject


def says(article: str) -> Callable[[Files], None]:
    """Add something to the front page."""
    return replace("book/index.html", "</article>", f"{article}</article>")


def head(tag: str) -> Callable[[Files], None]:
    return replace("book/index.html", "</head>", f"{tag}</head>")


def becomes(name: str, text: str) -> Callable[[Files], None]:
    return lambda files: files.update({name: text})


def without(name: str) -> Callable[[Files], None]:
    def inject(files: Files) -> None:
        del files[name]

    return inject


FAR = "https://cdn.example.org"
K = FaultKind
FRONT_PAGE, TOY_PAGE, CSS = "book/index.html", "notebooks/toy.html", "_static/book.css"
ALT = "A rising curve."
HASH = "../_images/0f3a9c1b2d4e5f60718293a4b5c6d7e8.png"
BARE = '<h1>A title that is quite long, but nothing below it</h1> <a id="figure"></a>'
ERROR = '<div class="output traceback"><pre>KeyError: 1</pre></div>'

INJECTIONS = [
    (K.MISSING_PAGE, "book/absent.html", becomes("_toc.yml", TOC + "  - file: book/absent\n")),
    (K.EMPTY_PAGE, TOY_PAGE, becomes(TOY_PAGE, FRAME.format(article=BARE))),
    (K.TRACEBACK, FRONT_PAGE, says("<p>Traceback (most recent call last): ...</p>")),
    (K.TRACEBACK, FRONT_PAGE, says("<pre>Traceback (most recent call last)\nKeyError</pre>")),
    (K.TRACEBACK, TOY_PAGE, replace(TOY_PAGE, "<figure", f"{ERROR}<figure")),
    (K.UNRESOLVED_GLUE, FRONT_PAGE, replace(FRONT_PAGE, "0.012", "")),
    (K.UNRESOLVED_GLUE, FRONT_PAGE, says("<p>The gap is {glue:text}`gap`.</p>")),
    (K.UNRESOLVED_GLUE, FRONT_PAGE, says("<p>The gap is {glue}<code>gap</code>.</p>")),
    (K.EXTERNAL_ASSET, FRONT_PAGE, head(f'<script src="{FAR}/a.js"></script>')),
    (K.EXTERNAL_ASSET, FRONT_PAGE, head('<script src="//cdn.example.org/a.js"></script>')),
    (K.EXTERNAL_ASSET, FRONT_PAGE, head(f'<script>import("{FAR}/a.mjs")</script>')),
    (K.EXTERNAL_ASSET, FRONT_PAGE, head(f"<script>var s = '{FAR}/require.min.js'</script>")),
    (K.EXTERNAL_ASSET, FRONT_PAGE, head(f'<script>fetch("{FAR}/count")</script>')),
    (K.EXTERNAL_ASSET, FRONT_PAGE, head(f'<link rel="stylesheet" href="{FAR}/a.css">')),
    (K.EXTERNAL_ASSET, FRONT_PAGE, head(f'<link rel="preconnect" href="{FAR}">')),
    (K.EXTERNAL_ASSET, FRONT_PAGE, head(f"<style>@import '{FAR}/a.css';</style>")),
    (K.EXTERNAL_ASSET, FRONT_PAGE, says(f'<img src="{FAR}/a.png" alt="A curve.">')),
    (
        K.EXTERNAL_ASSET,
        FRONT_PAGE,
        says(f'<img src="../_images/a1.svg" srcset="{FAR}/a.png 2x" alt="A curve.">'),
    ),
    (K.EXTERNAL_ASSET, FRONT_PAGE, says(f'<iframe src="{FAR}/"></iframe>')),
    (K.EXTERNAL_ASSET, FRONT_PAGE, says(f'<p style="background: url({FAR}/a.png)">x</p>')),
    (K.EXTERNAL_ASSET, FRONT_PAGE, says(f'<svg><image xlink:href="{FAR}/a.png"/></svg>')),
    (K.EXTERNAL_ASSET, CSS, replace(CSS, "f.woff2?v=1", f"{FAR}/f.woff2")),
    (K.EXTERNAL_ASSET, CSS, replace(CSS, "@font-face", f'@import "{FAR}/a.css"; @font-face')),
    (K.EXTERNAL_ASSET, "index.html", replace("index.html", FRONT_PAGE, FAR)),
    (K.MISSING_ASSET, "index.html", replace("index.html", FRONT_PAGE, "book/none.html")),
    (K.MISSING_ASSET, TOY_PAGE, without("_images/a1.svg")),
    (K.MISSING_ASSET, TOY_PAGE, without("_images/a1.narrow.svg")),
    (K.MISSING_ASSET, CSS, without("_static/f.woff2")),
    (K.BROKEN_LINK, FRONT_PAGE, replace(FRONT_PAGE, "toy.html#figure", "toys.html")),
    (K.BROKEN_LINK, FRONT_PAGE, replace(FRONT_PAGE, "toy.html#figure", "toy.html#fig")),
    (K.BROKEN_LINK, FRONT_PAGE, says('<p><a href="#nowhere">here</a></p>')),
    (K.BROKEN_LINK, FRONT_PAGE, says('<p><a href="../../other.html">out</a></p>')),
    (K.BROKEN_LINK, FRONT_PAGE, says('<p><a href="/notebooks/toy.html">root</a></p>')),
    (K.BROKEN_LINK, FRONT_PAGE, says('<p><a href="file:///Users/me/a.html">mine</a></p>')),
    (K.BROKEN_LINK, FRONT_PAGE, says('<p><code class="xref eq">eq-T1</code></p>')),
    (K.BROKEN_LINK, TOY_PAGE, without("_downloads/ab/toy.nc")),
    (K.NO_ALT_TEXT, TOY_PAGE, replace(TOY_PAGE, ' alt="A rising curve."', "")),
    (K.NO_ALT_TEXT, TOY_PAGE, replace(TOY_PAGE, ALT, "")),
    (K.NO_ALT_TEXT, TOY_PAGE, replace(TOY_PAGE, ALT, HASH)),
    (K.NO_ALT_TEXT, TOY_PAGE, replace(TOY_PAGE, ALT, "curve.svg")),
    (K.NO_ALT_TEXT, FRONT_PAGE, replace(FRONT_PAGE, ' alt=""', "")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>See {ref}`toy`.</p>")),
    (K.RAW_MARKUP, TOY_PAGE, replace(TOY_PAGE, "</picture>", "</picture><picture></picture>")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>See {numref}<code>toy</code>.</p>")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>See :eq:`eq-T1`.</p>")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>See :eq:<code>eq-T1</code>.</p>")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>:::{note}</p>")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>where \\hat s grows</p>")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>where $s_1$ grows</p>")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>It [holds]{.verdict-holds}.</p>")),
    (K.RAW_MARKUP, FRONT_PAGE, says('<p><span class="problematic">``x</span></p>')),
    (K.RAW_MARKUP, TOY_PAGE, replace(TOY_PAGE, ALT, "s against $t/\\tau$")),
    (K.RAW_MARKUP, FRONT_PAGE, says("<p>where \\(s_1\\) grows</p>")),
    (K.TOO_HEAVY, FRONT_PAGE, says(f"<p>{'word ' * 120_000}</p>")),
    (K.TOO_HEAVY, TOY_PAGE, becomes("_images/a1.svg", " " * 600_000)),
    (K.TOO_HEAVY, TOY_PAGE, becomes("_images/a1.narrow.svg", " " * 600_000)),
    (K.TOO_HEAVY, ".", becomes("_downloads/ab/toy.nc", " " * 40_000_000)),
    (K.NO_PROVENANCE, TOY_PAGE, replace(TOY_PAGE, "admonition provenance", "admonition")),
]


@pytest.mark.parametrize(
    ("kind", "page", "inject"),
    INJECTIONS,
    ids=[f"{kind.name.lower()}-{n}" for n, (kind, *_) in enumerate(INJECTIONS)],
)
def test_a_single_fault_is_found_and_named(kind, page, inject, tmp_path):
    files = sound_site()
    inject(files)
    found = {(fault.kind, fault.page) for fault in faults_of(files, tmp_path)}
    assert found == {(kind, page)}


def test_every_kind_of_fault_is_injected():
    assert {kind for kind, *_ in INJECTIONS} == set(FaultKind)


def test_a_fault_reads_as_one_line(tmp_path):
    files = sound_site()
    says("<p>See {ref}`toy`.</p>")(files)
    (fault,) = faults_of(files, tmp_path)
    assert str(fault) == "book/index.html: raw markup: MyST role “{ref}`toy`.”"
