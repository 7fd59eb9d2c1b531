"""Fonts cut down to the characters that the book shows, as WOFF, which all browsers read.

Formulas are set in STIX Two Math. Three things in it do not suit browsers and are changed in the
cut font. Chromium makes a radical sign or bracket as wide as its largest form (and then leaves a
gap): the forms of a radical are narrowed to the width of the smallest, those of brackets that no
formula of ours reaches are left out. A prime is drawn for raised type, but browsers raise it once
more: its form for superscripts takes its place. And TeX's setminus is the long stroke.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from fontTools import subset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from mtlpaper.companion.book.errors import PublishError

#: The package that carries the font of formulas, and the font's name there.
DISTRIBUTION, FONT = "ziamath", "STIXTwoMath-Regular.ttf"
#: Browsers set a letter in a formula as the italic letter of Unicode's block of such letters.
ITALICS = (
    (ord("A"), 0x1D434, 26),
    (ord("a"), 0x1D44E, 26),
    (ord("Α"), 0x1D6E2, 25),  # Alpha
    (ord("α"), 0x1D6FC, 25),
)
#: ϕ and ϑ, ϵ, and h, whose italics stand elsewhere.
LONE_ITALICS = {0x3D5: 0x1D719, 0x3D1: 0x1D717, 0x3F5: 0x1D716, ord("h"): 0x210E}
#: A bracket keeps its forms of up to 2.4 times the height of the type.
BRACKET_FORMS = 7
RADICAL, PRIME, SECOND, SETMINUS = 0x221A, 0x2032, 0x2033, 0x2216


def math_font(characters: set[str], target: Path) -> None:
    """Write the font of formulas with these characters.

    Parameters
    ----------
    characters : set of str
        Characters of the formulas, letters as they are written there, upright.
    target : Path
        File to write.

    Raises
    ------
    PublishError
        Where the package that carries the font is not installed.
    """
    font = TTFont(_installed())
    _suit_browsers(font)
    codes = {ord(character) for character in characters} | {RADICAL}
    for first, italic, count in ITALICS:
        codes |= {italic + code - first for code in codes if 0 <= code - first < count}
    codes |= {LONE_ITALICS[code] for code in codes if code in LONE_ITALICS}
    _write(font, codes, target)


def icon_font(source: Path, codes: set[int], target: Path) -> None:
    """Write a font of icons with these code points, from the whole font ``source``."""
    _write(TTFont(source), codes, target)


def _write(font: TTFont, codes: set[int], target: Path) -> None:
    options = subset.Options(
        flavor="woff", hinting=False, layout_features=[], glyph_names=False, name_IDs=[0, 1, 13, 14]
    )
    options.drop_tables += ["GPOS", "GDEF"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=codes)
    cut.subset(font)
    font["head"].modified = font["head"].created  # equal pages give equal bytes
    font.recalcTimestamp = False
    subset.save_font(font, str(target), options)


def _suit_browsers(font: TTFont) -> None:
    forms = font["MATH"].table.MathVariants
    of = dict(zip(forms.VertGlyphCoverage.glyphs, forms.VertGlyphConstruction, strict=True))
    names = font.getBestCmap()
    for bracket in "()[]":
        larger = of[names[ord(bracket)]]
        larger.GlyphAssembly = None
        del larger.MathGlyphVariantRecord[BRACKET_FORMS:]
    radical = of[names[RADICAL]]
    radical.GlyphAssembly = None
    for record in radical.MathGlyphVariantRecord[1:]:
        _narrow(font, record.VariantGlyph, font["hmtx"][names[RADICAL]][0])
    other = {PRIME: "minute.ssty", SECOND: "second.ssty", SETMINUS: names[0x29F5]}
    for table in font["cmap"].tables:
        table.cmap.update({code: name for code, name in other.items() if code in table.cmap})


def _narrow(font: TTFont, glyph: str, width: int) -> None:
    advance, bearing = font["hmtx"][glyph]
    glyphs = font.getGlyphSet()
    pen = TTGlyphPen(glyphs)
    glyphs[glyph].draw(TransformPen(pen, (width / advance, 0, 0, 1, 0, 0)))
    font["glyf"][glyph] = pen.glyph()
    font["hmtx"][glyph] = (width, round(bearing * width / advance))


def _installed() -> Path:
    try:
        files = metadata.files(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        raise PublishError(f"{DISTRIBUTION} is not installed; install mtlpaper[book]") from None
    for file in files:
        if file.name == FONT:
            return Path(str(file.locate()))
    raise PublishError(f"{DISTRIBUTION} holds no {FONT}")
