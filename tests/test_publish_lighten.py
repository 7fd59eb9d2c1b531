"""Formulas as MathML, their font, and style sheets without rules that fit nothing."""

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from mtlpaper.companion.book.fonts import math_font
from mtlpaper.companion.book.lighten import purge
from mtlpaper.companion.book.mathematics import mathml

MACROS = {"tr": r"\operatorname{tr}"}


def test_a_formula_keeps_its_source_and_knows_our_macros():
    soup = BeautifulSoup(mathml(r"\tr W < 1", display=True, macros=MACROS), "html.parser")
    assert soup.math["display"] == "block"
    assert soup.annotation.extract().get_text() == r"\tr W < 1"
    assert "".join(soup.get_text().split()).replace("\u2061", "") == "trW<1"


@pytest.mark.parametrize(
    ("tex", "complaint"),
    [
        (r"\nosuch x", "nosuch"),
        (r"\frac{1}", "argument"),
        (r"a \\ b", r"\\begin{aligned}"),
        ("a\n\nb", r"\\begin{aligned}"),
    ],
)
def test_what_cannot_be_set_is_refused(tex, complaint):
    with pytest.raises(ValueError, match=complaint):
        mathml(tex, display=True, macros={})


def test_lines_may_break_in_an_environment():
    tex = r"\begin{aligned} a &= 1 \\ b &= \begin{cases} 0 & x \\ 1 & y \end{cases} \end{aligned}"
    assert mathml(tex, display=True, macros={}).count("<mtr") == 4


@pytest.fixture(scope="module")
def font(tmp_path_factory):
    target = tmp_path_factory.mktemp("font") / "math.woff"
    math_font(set("Wγϕ√(′∖"), target)
    return TTFont(target)


def test_letters_have_their_italics(font):
    assert {ord(letter) for letter in "W𝑊γ𝛾ϕ𝜙√(′∖"} <= font.getBestCmap().keys()
    assert ord("Z") not in font.getBestCmap()


def forms(font, character):
    table = font["MATH"].table.MathVariants
    name = font.getBestCmap()[ord(character)]
    larger = table.VertGlyphConstruction[table.VertGlyphCoverage.glyphs.index(name)]
    assert larger.GlyphAssembly is None
    return [font["hmtx"][one.VariantGlyph][0] for one in larger.MathGlyphVariantRecord]


def test_radicals_of_all_sizes_are_equally_wide(font):
    widths = forms(font, "√")
    assert len(widths) > 2
    assert len(set(widths)) == 1


def test_the_largest_brackets_are_left_out(font):
    assert max(forms(font, "(")) < 1.5 * forms(font, "(")[0]


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".on{a:b}.off{a:b}", ".on{a:b}"),
        (".off, p .off{a:b}", ""),
        ("p:not(.off) > a{a:b}", "p:not(.off)>a{a:b}"),
        (":is(.off, .on) b{a:b}", ":is(.off,.on) b{a:b}"),
        ("@media print{.off{a:b} .on{a:b}}", "@media print{.on{a:b}}"),
        ("@font-face{src:url(../vendor/fontawesome/a.ttf)}", ""),
        (".on{.off &{a:b} p{a:b}}", ".on{& p{a:b}}"),
        ("p{--off:1;--on:2}", "p{--on:2}"),
        (".on{a:b}/*! ours *//* x */", "/*! ours */\n.on{a:b}"),
    ],
)
def test_rules_that_fit_nothing_go(css, left):
    assert purge(css, {"on", "--on"}) == left
