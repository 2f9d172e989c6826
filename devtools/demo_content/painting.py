"""A brush and paper for the demo's pictures: light, mist, water and silhouettes, drawn by rules and the same each time."""

import io
import math
import random
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

WIDTH: Final = 1600
HEIGHT: Final = 1000
# Drawn larger and made smaller at the end, so that edges are smooth.
SCALE: Final = 2

Point = tuple[float, float]
Stops = Sequence[tuple[float, str]]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """Return a colour between two, `share` (0 to 1) of the way to the second."""
    pairs = zip(_rgb(first), _rgb(second), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * share):02x}" for one, other in pairs)


def _ramp(stops: Stops, length: int) -> Image.Image:
    """A column of `length` pixels whose colours run from stop to stop (positions 0 to 1)."""
    column = Image.new("RGB", (1, length))
    for y in range(length):
        at = y / max(1, length - 1)
        before = max((stop for stop in stops if stop[0] <= at), key=lambda stop: stop[0], default=stops[0])
        after = min((stop for stop in stops if stop[0] >= at), key=lambda stop: stop[0], default=stops[-1])
        span = after[0] - before[0]
        column.putpixel((0, y), _rgb(mix(before[1], after[1], (at - before[0]) / span if span else 0)))
    return column


class Painting:
    """A picture in the making. Coordinates are those of 1600 × 1000, from the top left corner."""

    def __init__(self, seed: int, sky: Stops) -> None:
        self.random = random.Random(seed)  # noqa: S311  # the same picture each time
        self.image = _ramp(sky, HEIGHT * SCALE).resize((WIDTH * SCALE, HEIGHT * SCALE))
        self._brush = ImageDraw.Draw(self.image)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * SCALE, y * SCALE) for x, y in points]

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """Fill a polygon."""
        self._brush.polygon(self._scaled(points), fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """Fill a rectangle."""
        self._brush.rectangle([left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1], fill=colour)

    def line(self, points: Sequence[Point], colour: str, width: float = 2) -> None:
        """Draw a line through points."""
        self._brush.line(self._scaled(points), fill=colour, width=max(1, round(width * SCALE)), joint="curve")

    def dot(self, x: float, y: float, radius: float, colour: str, *, squash: float = 1) -> None:
        """Fill a circle, or with `squash` below 1 a flat ellipse."""
        self._brush.ellipse(
            [
                (x - radius) * SCALE,
                (y - radius * squash) * SCALE,
                (x + radius) * SCALE,
                (y + radius * squash) * SCALE,
            ],
            fill=colour,
        )

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float) -> None:
        """Let light shine from a point; `strength` 0 to 1."""
        size = round(radius * 2 * SCALE)
        # The library's gradient reaches 180 at the middle of each side.
        fade = [round(max(0, 1 - away / 180) ** 2 * strength * 255) for away in range(256)]
        light = Image.radial_gradient("L").point(fade).resize((size, size), Image.Resampling.BICUBIC)
        corner = (round((x - radius) * SCALE), round((y - radius) * SCALE))
        mask = Image.new("L", self.image.size)
        mask.paste(light, corner)
        self._screen(colour, mask)

    def _screen(self, colour: str, mask: Image.Image) -> None:
        box = mask.getbbox()
        if box is None:
            return
        part = self.image.crop(box)
        lit = ImageChops.screen(part, Image.new("RGB", part.size, colour))
        self.image.paste(lit, box, mask.crop(box))

    def mist(self, top: float, bottom: float, colour: str, strength: float) -> None:
        """Lay mist over a band, none at `top` and `strength` (0 to 1) at `bottom`, gone again a little below."""
        height = round((bottom - top) * SCALE)
        column = Image.new("L", (1, height))
        for y in range(height):
            share = y / height
            rise = min(1, share / 0.75) ** 2 * min(1, (1 - share) / 0.25)
            column.putpixel((0, y), round(rise * strength * 255))
        mask = column.resize((self.image.width, height))
        self.image.paste(Image.new("RGB", mask.size, colour), (0, round(top * SCALE)), mask)

    def ridge(self, base: float, height: float, colour: str, *, rough: float = 0.5, shift: float = 0) -> list[Point]:
        """Draw a range of hills whose tops are around `base`; return the line of the tops."""
        waves = [
            (height * rough**octave, (octave + 1) * 1.7 + self.random.random(), self.random.random() * 6 + shift)
            for octave in range(6)
        ]
        tops = [
            (x, base - sum(size * math.sin(x / WIDTH * pace * math.tau + phase) for size, pace, phase in waves) / 2)
            for x in range(0, WIDTH + 9, 8)
        ]
        self.shape([*tops, (WIDTH, HEIGHT), (0, HEIGHT)], colour)
        return tops

    def cloud(self, x: float, y: float, width: float, colour: str, strength: float) -> None:
        """Draw a soft cloud with a flat belly."""
        mask = Image.new("L", (WIDTH // 2, HEIGHT // 2))
        brush = ImageDraw.Draw(mask)
        for _puff in range(34):
            away = self.random.uniform(-1, 1)
            size = width * self.random.uniform(0.035, 0.1) * (1.15 - abs(away))
            left, middle = (x + away * width / 2) / 2, (y - self.random.uniform(0, 0.05) * width * (1 - abs(away))) / 2
            brush.ellipse([left - size, middle - size * 0.5, left + size, middle + size * 0.22], fill=255)
        soft = mask.filter(ImageFilter.GaussianBlur(width / 28))
        mask = ImageChops.lighter(soft, mask.filter(ImageFilter.GaussianBlur(width / 110)).point(lambda v: v * 2 // 3))
        mask = mask.point([round(v * strength) for v in range(256)])
        self._screen(colour, mask.resize(self.image.size, Image.Resampling.BILINEAR))

    def mirror(self, horizon: float, tint: str, share: float) -> None:
        """Turn what is below `horizon` into a mirror of what is above, `share` (0 to 1) of it tinted."""
        top = round(horizon * SCALE)
        depth = self.image.height - top
        above = self.image.crop((0, max(0, top - depth), self.image.width, top))
        mirrored = ImageOps.flip(above).resize((self.image.width, depth))
        self.image.paste(Image.blend(mirrored, Image.new("RGB", mirrored.size, tint), share), (0, top))

    def water(self, horizon: float, tint: str, share: float, *, ripple: float = 7) -> None:
        """Turn what is below `horizon` into water that mirrors what is above, `share` (0 to 1) of it tinted."""
        self.mirror(horizon, tint, share)
        self.ripple(horizon, ripple)

    def ripple(self, horizon: float, ripple: float) -> None:
        """Let small waves run over what is below `horizon`, `ripple` wide at most."""
        top = round(horizon * SCALE)
        depth = self.image.height - top
        mirrored = self.image.crop((0, top, self.image.width, self.image.height))
        mirrored = mirrored.filter(ImageFilter.GaussianBlur(1.6 * SCALE))
        rippled = mirrored.copy()
        step = SCALE
        phase = self.random.random() * 6
        for y in range(0, depth, step):
            near = y / depth
            wave = math.sin(y / (SCALE * (3 + 15 * near)) + phase) + self.random.uniform(-0.8, 0.8)
            offset = round(wave * ripple * SCALE * (0.25 + near))
            strip = mirrored.crop((0, y, mirrored.width, y + step))
            rippled.paste(ImageChops.offset(strip, offset, 0), (0, y))
        self.image.paste(rippled, (0, top))

    def glints(self, x: float, horizon: float, colour: str, count: int, *, spread: float = 60) -> None:
        """Scatter short bright strokes on the water below a light at `x`."""
        for _glint in range(count):
            near = self.random.random() ** 1.3
            y = horizon + 6 + near * (HEIGHT - horizon - 10)
            left = x + self.random.gauss(0, spread * (0.35 + near))
            half = self.random.uniform(6, 34) * (0.3 + near)
            self.dot(
                left, y, half, mix(self._colour_at(left, y), colour, self.random.uniform(0.25, 0.85)), squash=0.055
            )

    def _colour_at(self, x: float, y: float) -> str:
        inside = (min(WIDTH - 1, max(0, x)) * SCALE, min(HEIGHT - 1, max(0, y)) * SCALE)
        red, green, blue = self.image.getpixel((round(inside[0]), round(inside[1])))  # type: ignore[misc]
        return f"#{red:02x}{green:02x}{blue:02x}"

    def finished(self, *, grain: float = 0.035) -> bytes:
        """Return the picture as a JPEG, with a little grain and darker corners."""
        small = self.image.reduce(SCALE)
        vignette = Image.radial_gradient("L").resize(small.size).point([max(0, v - 140) // 2 for v in range(256)])
        small.paste(Image.new("RGB", small.size, "#05070a"), (0, 0), vignette)
        noise = Image.frombytes("L", small.size, self.random.randbytes(WIDTH * HEIGHT)).filter(ImageFilter.BoxBlur(0.6))
        small = Image.blend(small, ImageChops.overlay(small, Image.merge("RGB", (noise, noise, noise))), grain * 3)
        stream = io.BytesIO()
        small.save(stream, "JPEG", quality=88, progressive=True)
        return stream.getvalue()
