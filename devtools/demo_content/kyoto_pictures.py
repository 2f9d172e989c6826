"""Pictures of an old town between hills, drawn by code."""

import math
from collections.abc import Callable, Mapping
from typing import Final

from devtools.demo_content.painting import HEIGHT, WIDTH, Painting, mix


def _eaves(art: Painting, x: float, y: float, half: float, rise: float, colour: str) -> None:
    """A roof with its corners turned up."""
    curve = [(share / 10, (share / 10) ** 2.6) for share in range(11)]
    right = [(x + half * (0.12 + 0.88 * out), y - rise * (1 - out) ** 1.5 - rise * 0.16 * up) for out, up in curve]
    left = [(2 * x - a, b) for a, b in reversed(right)]
    under = [(x + half * 0.94, y + rise * 0.04), (x - half * 0.94, y + rise * 0.04)]
    art.shape([*left, *right, *under], colour)


def _pagoda(art: Painting, x: float, base: float, size: float, colour: str, *, light: str = "") -> None:
    """Five roofs, each smaller than the one below, and the long finial."""
    y = base
    for floor in range(5):
        half = (98 - floor * 11) * size
        art.box(x - half * 0.52, y - 46 * size, x + half * 0.52, y, colour)
        if light:
            for step in range(-2, 3):
                art.box(
                    x + step * half * 0.2 - 4 * size,
                    y - 24 * size,
                    x + step * half * 0.2 + 4 * size,
                    y - 8 * size,
                    light,
                )
        _eaves(art, x, y - 36 * size, half, 36 * size, colour)
        y -= 58 * size
    art.line([(x, y), (x, y - 105 * size)], colour, 5 * size)
    for ring in range(5):
        art.dot(x, y - (26 + ring * 13) * size, 8 * size, colour, squash=0.35)


def _torii(art: Painting, x: float, base: float, size: float, red: str, dark: str) -> None:
    """A gate: two posts, the tie beam, the curved lintel with its dark cap."""
    for side in (-1, 1):
        top, foot = x + side * 118 * size, x + side * 130 * size
        art.shape(
            [
                (top - 13 * size, base - 300 * size),
                (top + 13 * size, base - 300 * size),
                (foot + 15 * size, base),
                (foot - 15 * size, base),
            ],
            red,
        )
        art.box(foot - 18 * size, base - 26 * size, foot + 18 * size, base, dark)
    art.box(x - 148 * size, base - 240 * size, x + 148 * size, base - 216 * size, red)
    art.box(x - 9 * size, base - 300 * size, x + 9 * size, base - 216 * size, red)
    arc = [(share / 10 * 190, -14 * (share / 10) ** 2) for share in range(-10, 11)]
    art.shape(
        [(x + dx * size, base + (dy - 318) * size) for dx, dy in arc]
        + [(x + dx * 0.93 * size, base + (dy - 290) * size) for dx, dy in reversed(arc)],
        red,
    )
    art.shape(
        [(x + dx * 1.03 * size, base + (dy * 1.1 - 334) * size) for dx, dy in arc]
        + [(x + dx * size, base + (dy - 316) * size) for dx, dy in reversed(arc)],
        dark,
    )


def _leaves(
    art: Painting,
    x: float,
    y: float,
    spread: float,
    count: int,
    colours: list[str],
    *,
    size: float = 9,
    flat: float = 0.6,
) -> None:
    """A cloud of leaves."""
    for _leaf in range(count):
        art.dot(
            x + art.random.gauss(0, spread),
            y + art.random.gauss(0, spread * flat),
            art.random.uniform(0.35, 1) * size,
            art.random.choice(colours),
            squash=0.75,
        )


def _branch(
    art: Painting, x: float, y: float, angle: float, length: float, colour: str, tips: list[tuple[float, float]]
) -> None:
    """A bough that forks until its twigs are short; the ends of the twigs are added to `tips`."""
    end = (x + math.cos(angle) * length, y - math.sin(angle) * length)
    art.line([(x, y), end], colour, max(1.5, length / 11))
    if length < 34:
        tips.append(end)
        return
    for turn in (-0.42, 0.36):
        _branch(
            art,
            *end,
            angle + turn + art.random.uniform(-0.18, 0.18),
            length * art.random.uniform(0.66, 0.8),
            colour,
            tips,
        )


def hills() -> bytes:
    """Hills behind hills in the morning mist, a pagoda, and a large pale sun."""
    art = Painting(71, [(0, "#c9d4c4"), (0.35, "#eadfc9"), (0.6, "#f6d9c2"), (1, "#f2c9b4")])
    art.dot(1090, 300, 132, "#cf4a3c")
    art.glow(1090, 300, 420, "#ffd9c2", 0.5)
    art.mist(250, 520, "#f0dcc8", 0.75)
    for base, height, colour in ((480, 150, "#b9c4b4"), (560, 130, "#98aa98"), (640, 120, "#748c7c")):
        art.ridge(base, height, colour, rough=0.52, shift=base)
        art.mist(base - 60, base + 150, "#f0e2d0", 0.72)
    art.ridge(760, 90, "#4d6a5c", rough=0.5, shift=1)
    for _tree in range(120):
        x = art.random.uniform(0, WIDTH)
        y, size = 750 + art.random.uniform(-25, 60), art.random.uniform(14, 40)
        art.shape(
            [(x, y - size * 2), (x + size * 0.45, y), (x - size * 0.45, y)],
            mix("#4d6a5c", "#2c463b", art.random.random()),
        )
    _pagoda(art, 470, 775, 1.12, "#3b2a2a")
    art.mist(680, 880, "#ecdccb", 0.6)
    art.ridge(880, 60, "#2c463b", rough=0.55, shift=4)
    _leaves(art, 470, 880, 330, 900, ["#a83a2c", "#c4523a", "#8e2f28", "#d5744a", "#7b2a26"], size=15, flat=0.1)
    _leaves(art, 1320, 930, 260, 700, ["#a83a2c", "#c4523a", "#8e2f28", "#38574a", "#2c463b"], size=16, flat=0.16)
    return art.finished()


def gates() -> bytes:
    """A path through many red gates in the woods."""
    art = Painting(73, [(0, "#22382e"), (0.4, "#5e7f63"), (0.62, "#c7d3a4"), (1, "#7d7560")])
    art.glow(800, 560, 520, "#f4f1c0", 0.8)
    for layer, colour in enumerate(("#8aa57c", "#5f8262", "#3f624b", "#28463a")):
        for _tree in range(34 - layer * 6):
            x = art.random.uniform(0, WIDTH)
            if abs(x - 800) > 90 + layer * 120:
                width = 7 + layer * 7
                art.line(
                    [(x, 0), (x + art.random.uniform(-18, 18), art.random.uniform(690, 760) + layer * 30)],
                    mix(colour, "#33291f", 0.35),
                    width,
                )
        for _bush in range(36):
            x = art.random.uniform(-40, WIDTH + 40)
            if abs(x - 800) > 130 + layer * 110:
                _leaves(
                    art,
                    x,
                    art.random.uniform(60, 640 + layer * 40),
                    40,
                    22,
                    [colour, mix(colour, "#dfe8a8", 0.3), mix(colour, "#10201a", 0.25)],
                    size=16,
                )
        art.mist(440 + layer * 20, 700, "#dfe6b8", 0.22)
    for side in (-1, 1):
        for fern in range(90):
            away = 40 + fern * 9
            _leaves(
                art,
                800 + side * away,
                650 + away * 0.36,
                20 + away / 20,
                9,
                ["#28463a", "#35584a", "#4c7557", "#6f9465", "#1d352c"],
                size=9 + away / 40,
            )
    art.shape([(770, 600), (830, 600), (1270, HEIGHT), (330, HEIGHT)], "#8d8069")
    for step in range(15):
        share = (step / 15) ** 2.1
        y, half = 600 + share * 400, 30 + share * 440
        art.line([(800 - half, y), (800 + half, y)], mix("#8d8069", "#40382c", 0.5), 1 + share * 7)
    for number in range(13):
        near = (number / 12) ** 2.2
        size, base = 0.2 + near * 1.75, 606 + near * 390
        far = (1 - number / 12) * 0.42
        _torii(
            art,
            800 + math.sin(number * 0.9) * 9,
            base,
            size,
            mix("#c8402b", "#c7d3a4", far),
            mix("#2b1a17", "#7c8a68", far),
        )
    return art.finished()


def bamboo() -> bytes:
    """A bamboo grove with light between the stems."""
    art = Painting(79, [(0, "#dfe9b8"), (0.45, "#b9d08e"), (0.75, "#86a866"), (1, "#4f6b42")])
    art.glow(820, 330, 620, "#fffbd8", 0.85)
    for layer in range(5):
        near = layer / 4
        tone = mix("#b5cb8f", "#2f5a33", near**0.8)
        for _stem in range(34 - layer * 5):
            x = art.random.uniform(-30, WIDTH + 30)
            if layer >= 2 and abs(x - 800) < 70 + 150 * near:
                continue
            width = 7 + 30 * near**1.5 + art.random.uniform(0, 5)
            lean = art.random.uniform(-26, 26)
            colour = mix(tone, art.random.choice(["#e7efb4", "#1d3d25"]), art.random.uniform(0, 0.22))
            art.line([(x, -10), (x + lean, HEIGHT - 210 + 160 * near)], colour, width)
            art.line(
                [(x - width * 0.28, -10), (x + lean - width * 0.28, HEIGHT - 210 + 160 * near)],
                mix(colour, "#f4f8cf", 0.45),
                width * 0.2,
            )
            y = art.random.uniform(0, 90)
            while y < HEIGHT - 220 + 160 * near:
                at = x + lean * y / HEIGHT
                art.line(
                    [(at - width * 0.58, y), (at + width * 0.58, y)],
                    mix(colour, "#20331f", 0.45),
                    max(1.5, width * 0.1),
                )
                art.line(
                    [(at - width * 0.5, y + width * 0.14), (at + width * 0.5, y + width * 0.14)],
                    mix(colour, "#f4f8cf", 0.4),
                    max(1, width * 0.07),
                )
                y += 70 + 120 * near + art.random.uniform(0, 26)
        if layer < 4:
            _leaves(
                art, 800, 40, 620, 260, [mix(tone, "#e4eeb0", 0.4), tone, mix(tone, "#1c3a22", 0.3)], size=13, flat=0.16
            )
            art.mist(380, 960, "#eef3c8", 0.2)
    art.shape([(740, 640), (860, 640), (1150, HEIGHT), (450, HEIGHT)], "#b59f78")
    art.shape([(740, 640), (760, 640), (540, HEIGHT), (450, HEIGHT)], "#9c8763")
    for side in (-1, 1):
        for post in range(16):
            share = (post / 15) ** 2
            x, y, tall = 800 + side * (66 + share * 300), 640 + share * 370, 16 + share * 140
            art.line([(x, y), (x + side * 3, y - tall)], "#8a6f42", 3 + share * 13)
        for height in (0.5, 0.92):
            art.line([(800 + side * 66, 640 - 16 * height), (800 + side * 366, 1010 - 156 * height)], "#a58a58", 5)
    _leaves(art, 800, 22, 760, 620, ["#2f5a33", "#3e6e3c", "#588a49", "#244b2b"], size=20, flat=0.075)
    return art.finished()


def pond() -> bytes:
    """A temple by a pond under red maples."""
    art = Painting(83, [(0, "#a9bfc0"), (0.35, "#dcdccb"), (0.6, "#f4e2c4"), (1, "#f4e2c4")])
    horizon = 650
    art.ridge(430, 120, "#a8b7a8", rough=0.5)
    art.mist(330, 600, "#eee3cf", 0.8)
    art.ridge(540, 80, "#6f8c74", rough=0.55, shift=3)
    for _tree in range(60):
        x = art.random.uniform(0, WIDTH)
        _leaves(
            art, x, 585, 26, 26, [art.random.choice(["#5d7d5e", "#496a50", "#b5533a", "#c77a45", "#7f9a66"])], size=14
        )
    art.box(560, 560, 1050, horizon, "#efe3cb")
    for post in range(9):
        art.box(560 + post * 60, 560, 568 + post * 60, horizon, "#5b3a2c")
    for bay in range(8):
        art.box(576 + bay * 60, 585, 612 + bay * 60, horizon - 12, "#fff2cd" if bay % 3 else "#8e2f28")
    _eaves(art, 805, 572, 320, 105, "#3d4140")
    art.box(690, 430, 920, 490, "#efe3cb")
    for post in range(5):
        art.box(690 + post * 55, 430, 698 + post * 55, 490, "#5b3a2c")
    _eaves(art, 805, 445, 195, 92, "#3d4140")
    art.box(540, horizon - 8, 1070, horizon + 4, "#4f3b30")
    art.box(0, horizon - 12, WIDTH, horizon + 6, "#5c6d4e")
    for stone in range(40):
        art.dot(
            stone * 42 + art.random.uniform(-12, 12),
            horizon + 2,
            art.random.uniform(12, 26),
            art.random.choice(["#77766c", "#8d8b7e", "#5f6159"]),
            squash=0.45,
        )
    tips: list[tuple[float, float]] = []
    _branch(art, 250, horizon + 4, 1.45, 150, "#3b2a24", tips)
    _branch(art, 1340, horizon + 4, 1.7, 160, "#3b2a24", tips)
    for x, y in tips:
        _leaves(art, x, y, 22, 22, ["#b3322a", "#cf4a33", "#8f2724", "#e0703f", "#d9573a"], size=9)
    art.water(horizon + 14, "#3f5a55", 0.28, ripple=5)
    for _pad in range(26):
        x, y = art.random.uniform(80, 1540), art.random.uniform(760, 980)
        art.dot(x, y, 14 + (y - 700) / 14, art.random.choice(["#5f8a5a", "#4d774f", "#73995f"]), squash=0.3)
    for _leaf in range(150):
        y = art.random.uniform(690, 990)
        art.dot(
            art.random.uniform(0, WIDTH),
            y,
            3 + (y - 690) / 60,
            art.random.choice(["#cf4a33", "#e0703f", "#b3322a"]),
            squash=0.45,
        )
    tips = []
    _branch(art, -20, 190, -0.15, 190, "#2c201c", tips)
    _branch(art, 1620, 120, 3.35, 170, "#2c201c", tips)
    for x, y in tips:
        _leaves(art, x, y, 34, 40, ["#b3322a", "#cf4a33", "#8f2724", "#e0703f"], size=14)
    return art.finished()


def lane() -> bytes:
    """A lane of wooden houses with lanterns at dusk, the pagoda above the roofs."""
    art = Painting(89, [(0, "#24304f"), (0.3, "#5a5876"), (0.5, "#c67f72"), (0.62, "#f2b487"), (1, "#f2b487")])
    art.cloud(500, 160, 620, "#e09a8c", 0.45)
    art.cloud(1160, 240, 520, "#e8a58c", 0.45)
    art.glow(800, 620, 560, "#ffbf85", 0.75)
    art.ridge(600, 60, "#6e5a6c", rough=0.5)
    _pagoda(art, 850, 640, 1.25, "#352a3b")
    art.mist(520, 720, "#f0b38c", 0.4)
    art.shape([(740, 690), (860, 690), (1500, HEIGHT), (100, HEIGHT)], "#57504f")
    for row in range(18):
        share = (row / 18) ** 2
        y, half = 692 + share * 308, 62 + share * 640
        art.line([(800 - half, y), (800 + half, y)], mix("#57504f", "#2d2a2d", 0.5), 1 + share * 3)
    distances = [64, 110, 180, 285, 440, 680, 1060]
    for number in range(6):
        for side in (-1, 1):
            _house(art, distances[number], distances[number + 1], side, number)
    for number in range(6):
        for side in (-1, 1):
            away = (distances[number] + distances[number + 1]) / 2 - (distances[number + 1] - distances[number]) * 0.1
            size = away / 800
            x, y = 800 + side * away * 0.93, 690 + away * 0.1 - away * 0.30
            art.glow(x, y, 240 * size + 16, "#ff9c4a", 0.85)
            art.dot(x, y, 25 * size + 2, "#ffd9a0", squash=1.3)
            art.box(x - 9 * size, y - 37 * size, x + 9 * size, y - 29 * size, "#2b1c1a")
            art.box(x - 9 * size, y + 29 * size, x + 9 * size, y + 37 * size, "#2b1c1a")
    return art.finished()


def _house(art: Painting, far: float, near: float, side: int, number: int) -> None:
    """A wooden house front along the lane, seen at a slant."""

    def at(share: float, height: float) -> tuple[float, float]:
        away = far + (near - far) * share
        return 800 + side * away, 690 + (away - 62) * 0.48 - height * away * 0.98

    def block(left: float, low: float, right: float, high: float, colour: str) -> None:
        art.shape([at(left, low), at(right, low), at(right, high), at(left, high)], colour)

    wood = mix(["#3e2a25", "#4a312a", "#35241f"][number % 3], "#8a5f5c", (5 - number) / 5 * 0.35)
    block(0, 0, 1, 1, wood)
    block(0.06, 0.1, 0.94, 0.42, "#ffcf87")
    for slat in range(17):
        left = 0.06 + slat * 0.052
        block(left, 0.1, left + 0.024, 0.42, mix(wood, "#0f0a0a", 0.3))
    block(0.16, 0.62, 0.84, 0.84, "#e8a866" if number % 2 else "#3a2a30")
    for slat in range(13):
        left = 0.16 + slat * 0.053
        block(left, 0.62, left + 0.028, 0.84, mix(wood, "#0f0a0a", 0.25))
    tiles = mix("#23262f", "#7a6673", (5 - number) / 5 * 0.3)
    art.shape(
        [
            at(-0.02, 0.47),
            at(1.02, 0.47),
            (at(1.02, 0.53)[0] - side * near * 0.12, at(1.02, 0.45)[1]),
            (at(-0.02, 0.53)[0] - side * far * 0.12, at(-0.02, 0.45)[1]),
        ],
        mix(tiles, "#000000", 0.25),
    )
    block(-0.02, 0.47, 1.02, 0.57, tiles)
    block(-0.02, 0.98, 1.02, 1.17, tiles)
    block(-0.02, 1.15, 1.02, 1.18, mix(tiles, "#f2b487", 0.3))
    block(0, 0, 0.03, 1, mix(wood, "#000000", 0.35))


PICTURES: Final[Mapping[str, Callable[[], bytes]]] = {
    "hills": hills,
    "gates": gates,
    "bamboo": bamboo,
    "pond": pond,
    "lane": lane,
}
