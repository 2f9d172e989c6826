"""Pieces of PDF files: fonts that have the letters of people’s names, and texts set in them."""

import functools
import io
import itertools
from typing import Final
from xml.sax.saxutils import escape

import pymupdf_fonts
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

# FiraGO: Latin, Greek, Cyrillic, Vietnamese, Georgian, Hebrew, Arabic, Devanagari, Thai.
FONT: Final = "Body"
BOLD: Final = "Body-Bold"
# What every reader of PDF brings along for the rest, by the character set that tells who has a letter.
_ASIAN: Final = (("cp932", "HeiseiKakuGo-W5"), ("cp949", "HYSMyeongJo-Medium"), ("gb18030", "STSong-Light"))


@functools.cache
def _letters() -> frozenset[int]:
    """Register the fonts, once in a process; return the letters that FiraGO has."""
    for name, source in ((FONT, "figo"), (BOLD, "figbo")):
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(pymupdf_fonts.myfont(source))))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)
    for _charset, name in _ASIAN:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return frozenset(pdfmetrics.getFont(FONT).face.charWidths)


def has_letters(text: str) -> bool:
    """Return whether FiraGO has all letters of a text."""
    return all(letter.isspace() or ord(letter) in _letters() for letter in text)


def _font_of(letter: str) -> str:
    if letter.isspace() or ord(letter) in _letters():
        return ""
    for charset, name in _ASIAN:
        try:
            letter.encode(charset)
        except UnicodeEncodeError:
            continue
        return name
    return ""


def body_style(name: str = "body", **options: object) -> ParagraphStyle:
    """Return a style of ordinary text; `options` are those of `ParagraphStyle`."""
    _letters()
    return ParagraphStyle(name, **{"fontName": FONT, "fontSize": 10, "leading": 14, **options})


def paragraph(text: str, style: ParagraphStyle, *, bold: bool = False) -> Paragraph:
    """Return a plain text as a paragraph, each letter in a font that has it; line breaks stay."""
    parts = []
    for font, letters in itertools.groupby(text, key=_font_of):
        piece = escape("".join(letters)).replace("\n", "<br/>")
        parts.append(f'<font name="{font}">{piece}</font>' if font else piece)
    markup = "".join(parts)
    return Paragraph(f"<b>{markup}</b>" if bold else markup, style)
