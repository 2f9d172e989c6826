"""The picture that stands for a page where somebody shares it."""

import io
from typing import BinaryIO, Final

import pymupdf_fonts
from PIL import Image, ImageDraw, ImageFont, features

from cms.rules import text_on
from tenancy.documents import has_letters

SIZE: Final = (1200, 630)
# Goes into the addresses of the pictures: who draws them otherwise counts it up.
DRAWING: Final = 1
_MARGIN: Final = 72
_LINES: Final = 3


def draw_share_image(
    *, title: str, name: str, colour: str, picture: BinaryIO | None = None, logo: BinaryIO | None = None
) -> bytes:
    """Return a JPEG of 1200 × 630 pixels: a picture (of that size) under the title, with the organization's name, logo and colour.

    Without a picture the ground is the colour, `#` and six digits. Words in letters that our font lacks are left out.
    """
    ground, ink = colour, text_on(colour)
    image = Image.new("RGB", SIZE, ground)
    if picture is not None:
        with Image.open(picture) as opened:
            image.paste(opened.convert("RGB").resize(SIZE))
    draw = ImageDraw.Draw(image)
    lines = _wrapped(draw, title)
    font, small = _font(62), _font(34, bold=False)
    top = SIZE[1] - _MARGIN - 56 - 78 * len(lines)
    if picture is not None:
        # The words stand on the colour, whatever the picture is like there.
        draw.rectangle((0, top - 44, SIZE[0], SIZE[1]), fill=ground)
    else:
        draw.rectangle((_MARGIN, top - 44, _MARGIN + 120, top - 34), fill=ink)
    for number, line in enumerate(lines):
        draw.text((_MARGIN, top + 78 * number), line, font=font, fill=ink)
    left = _MARGIN
    if logo is not None:
        left += _paste_logo(image, logo, (_MARGIN, SIZE[1] - _MARGIN - 38))
    if _can_write(name):
        room = SIZE[0] - _MARGIN - left
        draw.text((left, SIZE[1] - _MARGIN - 32), _fitting(draw, name, small, room), font=small, fill=ink)
    made = io.BytesIO()
    image.save(made, "JPEG", quality=84, optimize=True, progressive=True)
    return made.getvalue()


def _font(size: int, *, bold: bool = True) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(pymupdf_fonts.myfont("figbo" if bold else "figo")), size)


def _can_write(text: str) -> bool:
    # Letters that join each other, or run from the right, need a library that lays them out.
    return has_letters(text) and (text.isascii() or max(text, default="") < "\u0590" or bool(features.check("raqm")))


def _wrapped(draw: ImageDraw.ImageDraw, text: str) -> list[str]:
    """The lines of the title, as many as fit; what does not fit is cut."""
    if not _can_write(text):
        return []
    font, room = _font(62), SIZE[0] - 2 * _MARGIN
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and draw.textlength(longer, font) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1]} …"]
    return [_fitting(draw, line, font, room) for line in lines]


def _fitting(draw: ImageDraw.ImageDraw, line: str, font: ImageFont.FreeTypeFont, room: int) -> str:
    whole = line
    while line and draw.textlength(line if line == whole else f"{line}…", font) > room:
        line = line[:-1]
    return line if line == whole else f"{line}…"


def _paste_logo(image: Image.Image, logo: BinaryIO, at: tuple[int, int]) -> int:
    """Put the logo on white, so that it can be seen on every colour; return how much room it takes."""
    with Image.open(logo) as opened:
        mark = opened.convert("RGBA")
    mark.thumbnail((160, 48))
    width, height = mark.width + 20, 56
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((at[0], at[1] - 6, at[0] + width, at[1] - 6 + height), 10, fill="#ffffff")
    image.paste(mark, (at[0] + 10, at[1] - 6 + (height - mark.height) // 2), mark)
    return width + 20
