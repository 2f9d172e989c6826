"""The marks of the demo's two organizations, drawn by code."""

import io
import math
from typing import Final

from PIL import Image, ImageDraw

SIZE: Final = 1024


def _finished(mark: Image.Image) -> bytes:
    stream = io.BytesIO()
    mark.resize((256, 256), Image.Resampling.LANCZOS).save(stream, "PNG")
    return stream.getvalue()


def sail() -> bytes:
    """A sail over two waves, on navy."""
    mark = Image.new("RGBA", (SIZE, SIZE))
    brush = ImageDraw.Draw(mark)
    brush.ellipse([8, 8, 1016, 1016], fill="#12355b")
    brush.polygon([(500, 170), (500, 610), (270, 610)], fill="#ffffff")
    brush.polygon([(545, 250), (545, 610), (745, 610)], fill="#f2b544")
    for number, colour in enumerate(("#ffffff", "#f2b544")):
        middle = 700 + number * 110
        for x in range(230, 796, 2):
            y = middle + 34 * math.sin((x - 200 + number * 70) / 104 * math.pi)
            brush.ellipse([x - 23, y - 23, x + 23, y + 23], fill=colour)
    return _finished(mark)


def gate() -> bytes:
    """A gate before the sun, on deep red."""
    mark = Image.new("RGBA", (SIZE, SIZE))
    brush = ImageDraw.Draw(mark)
    brush.ellipse([8, 8, 1016, 1016], fill="#7c1f22")
    brush.ellipse([352, 210, 672, 530], fill="#d9dcc8")
    brush.polygon([(190, 330), (834, 330), (800, 400), (224, 400)], fill="#ffffff")
    brush.rectangle([250, 470, 774, 522], fill="#ffffff")
    brush.rectangle([484, 400, 540, 470], fill="#ffffff")
    for left in (308, 648):
        brush.rectangle([left, 400, left + 68, 800], fill="#ffffff")
    return _finished(mark)
