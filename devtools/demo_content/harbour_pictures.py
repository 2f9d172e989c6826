"""Pictures of a harbour town, drawn by code."""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Final

from devtools.demo_content.painting import WIDTH, Painting, mix

# Where the water of the canal begins.
CANAL: Final = 640


def _crane(art: Painting, x: float, base: float, size: float, colour: str) -> None:
    """A container crane on its four legs, its arm over the water."""
    legs, arm = 200 * size, 120 * size
    for foot in (0, 70 * size):
        art.line([(x + foot, base), (x + foot + 6 * size, base - legs)], colour, 7 * size)
    art.line([(x - 4 * size, base - legs * 0.5), (x + 80 * size, base - legs * 0.5)], colour, 5 * size)
    art.line([(x, base - legs * 0.5), (x + 76 * size, base - legs)], colour, 3 * size)
    art.line([(x - arm * 1.7, base - legs * 1.02), (x + 130 * size, base - legs * 1.02)], colour, 9 * size)
    art.line([(x + 40 * size, base - legs), (x + 40 * size, base - legs * 1.45)], colour, 6 * size)
    art.line([(x + 40 * size, base - legs * 1.45), (x - arm * 1.5, base - legs * 1.03)], colour, 2.5 * size)
    art.line([(x + 40 * size, base - legs * 1.45), (x + 125 * size, base - legs * 1.03)], colour, 2.5 * size)
    art.box(x + 55 * size, base - legs * 1.16, x + 105 * size, base - legs * 1.02, colour)


def _town(
    art: Painting, base: float, colour: str, *, low: float, high: float, left: float = 0, right: float = WIDTH
) -> None:
    """A row of houses and warehouses as a silhouette."""
    x = left
    while x < right:
        width = art.random.uniform(34, 92)
        top = base - art.random.uniform(low, high)
        art.box(x, top, x + width + 1, base, colour)
        roof = art.random.random()
        if roof < 0.45:
            art.shape([(x, top), (x + width / 2, top - art.random.uniform(16, 34)), (x + width, top)], colour)
        elif roof < 0.7:
            art.box(x + width * 0.6, top - 22, x + width * 0.72, top, colour)
        x += width


def _spire(art: Painting, x: float, base: float, height: float, colour: str) -> None:
    """A church tower with a lantern under its spire."""
    art.box(x - 26, base - height * 0.55, x + 26, base, colour)
    art.box(x - 20, base - height * 0.68, x + 20, base - height * 0.5, colour)
    art.dot(x, base - height * 0.68, 20, colour)
    art.box(x - 10, base - height * 0.8, x + 10, base - height * 0.66, colour)
    art.shape([(x - 11, base - height * 0.8), (x, base - height), (x + 11, base - height * 0.8)], colour)


def _boat(art: Painting, x: float, water: float, size: float, hull: str, house: str) -> None:
    """A harbour launch: hull, wheelhouse, mast."""
    art.shape(
        [
            (x - 90 * size, water - 22 * size),
            (x + 95 * size, water - 30 * size),
            (x + 74 * size, water + 8 * size),
            (x - 78 * size, water + 8 * size),
        ],
        hull,
    )
    art.box(x - 48 * size, water - 50 * size, x + 34 * size, water - 24 * size, house)
    art.box(x + 2 * size, water - 76 * size, x + 34 * size, water - 50 * size, house)
    art.line([(x - 20 * size, water - 50 * size), (x - 20 * size, water - 118 * size)], hull, 3 * size)


def _sail(art: Painting, x: float, water: float, size: float, sail: str, hull: str) -> None:
    """A small sailing boat."""
    art.shape(
        [(x - 4 * size, water - 150 * size), (x - 4 * size, water - 18 * size), (x - 62 * size, water - 18 * size)],
        sail,
    )
    art.shape(
        [(x + 2 * size, water - 138 * size), (x + 2 * size, water - 18 * size), (x + 44 * size, water - 18 * size)],
        mix(sail, hull, 0.18),
    )
    art.shape(
        [
            (x - 66 * size, water - 12 * size),
            (x + 60 * size, water - 12 * size),
            (x + 40 * size, water + 6 * size),
            (x - 50 * size, water + 6 * size),
        ],
        hull,
    )


def _gulls(art: Painting, count: int, colour: str, *, top: float, bottom: float) -> None:
    for _bird in range(count):
        x, y, size = art.random.uniform(150, 1450), art.random.uniform(top, bottom), art.random.uniform(7, 16)
        dip = art.random.uniform(0.2, 0.5)
        art.line(
            [
                (x - size, y - size * dip),
                (x - size * 0.4, y - size * 0.55),
                (x, y),
                (x + size * 0.4, y - size * 0.55),
                (x + size, y - size * dip),
            ],
            colour,
            1.6,
        )


def _windows(
    art: Painting,
    left: float,
    top: float,
    right: float,
    bottom: float,
    *,
    lit: float,
    colours: list[str],
    size: tuple[float, float] = (7, 11),
    gap: tuple[float, float] = (17, 24),
) -> None:
    """Rows of windows, `lit` (0 to 1) of them with light behind."""
    y = top
    while y + size[1] < bottom:
        x = left
        while x + size[0] < right:
            if art.random.random() < lit:
                art.box(x, y, x + size[0], y + size[1], art.random.choice(colours))
            x += gap[0]
        y += gap[1]


def dawn() -> bytes:
    """The harbour at sunrise: cranes, spires, a launch, and the sun on the water."""
    art = Painting(
        11, [(0, "#10264a"), (0.2, "#33507e"), (0.38, "#a3708a"), (0.5, "#ec9a6c"), (0.6, "#fbd08a"), (1, "#fbd08a")]
    )
    horizon, sun = 610, (1010, 548)
    for x, y, width in ((350, 190, 620), (1180, 130, 560), (760, 300, 760), (1420, 330, 420), (160, 360, 420)):
        art.cloud(x, y, width, "#ffb38a", 0.42)
    art.glow(*sun, 620, "#ffb066", 0.75)
    art.dot(*sun, 44, "#fff3d2")
    art.glow(*sun, 190, "#ffe9b0", 0.8)
    _town(art, horizon, "#8b6377", low=30, high=70)
    for x, size in ((120, 0.75), (330, 0.68), (1330, 0.72), (1500, 0.66)):
        _crane(art, x, horizon, size, "#6d5069")
    art.mist(horizon - 150, horizon + 20, "#f7b98a", 0.5)
    _town(art, horizon, "#3a3550", low=38, high=105, right=840)
    _spire(art, 560, horizon, 290, "#3a3550")
    _spire(art, 735, horizon, 220, "#3f3a55")
    for x, size in ((210, 1.1), (1180, 1.0)):
        _crane(art, x, horizon, size, "#2f2c47")
    art.water(horizon, "#27395c", 0.28)
    art.glints(sun[0], horizon, "#fff0c4", 420, spread=95)
    _boat(art, 520, 742, 1.25, "#181d33", "#2b3150")
    _sail(art, 1330, 700, 0.8, "#f6d9b8", "#1c2138")
    _gulls(art, 9, "#2b2a44", top=150, bottom=380)
    return art.finished()


def _front(art: Painting, edges: tuple[float, float], *, side: int, wall: str, mirrored: bool) -> None:
    """A brick warehouse along the canal, seen at a slant: `edges` are its far and near distance from the middle."""

    def at(share: float, height: float) -> tuple[float, float]:
        # `share` runs from the far edge to the near one, `height` from the water (0) to the eaves (1).
        away = edges[0] + (edges[1] - edges[0]) * share
        base = CANAL + (away - 96) * 0.235
        y = height * (64 + (away - 96) * 0.93)
        return 800 + side * away, base + y if mirrored else base - y

    def block(left: float, low: float, right: float, high: float, colour: str) -> None:
        art.shape([at(left, low), at(right, low), at(right, high), at(left, high)], colour)

    dark, pale = mix(wall, "#1f120e", 0.42), mix(wall, "#f2d3ab", 0.22)
    block(0, 0, 1, 1, wall)
    gable = [(0, 1), (0, 1.05), (0.14, 1.05), (0.14, 1.11), (0.28, 1.11), (0.28, 1.17), (0.42, 1.17), (0.5, 1.24)]
    art.shape([at(*step) for step in [*gable, *((1 - share, height) for share, height in reversed(gable))]], wall)
    block(0.47, 1.03, 0.53, 1.15, dark)
    block(0.46, 0.06, 0.54, 0.98, mix(wall, "#1f120e", 0.2))
    for floor in range(7):
        low = 0.07 + floor * 0.131
        block(0, low - 0.022, 1, low - 0.014, pale)
        for column in range(6):
            left = 0.05 + column * 0.155 + (0.02 if column > 2 else 0)
            glass = art.random.choice(["#ffd48a", "#2c3440", "#3a4653", "#35404c", "#f8c476", "#2f3a46", "#46535f"])
            block(left, low, left + 0.085, low + 0.075, glass)
            art.shape([at(left, low + 0.075), at(left + 0.0425, low + 0.092), at(left + 0.085, low + 0.075)], glass)
            block(left + 0.038, low, left + 0.047, low + 0.088, dark)
    block(0, 0, 1, 0.035, mix(wall, "#1c2420", 0.6))
    block(0, 0, 0.025, 1, dark)


def warehouses() -> bytes:
    """Brick warehouses along a canal, with a bridge and the first lights."""
    art = Painting(23, [(0, "#4d7ba8"), (0.3, "#9cbcd0"), (0.55, "#f3dcb8"), (1, "#f3dcb8")])
    art.cloud(700, 150, 560, "#ffffff", 0.6)
    art.cloud(1000, 260, 420, "#fff4e2", 0.6)
    art.glow(800, 600, 560, "#ffe0a0", 0.8)
    _town(art, CANAL, "#b59a8c", low=30, high=90, left=640, right=960)
    _spire(art, 790, CANAL, 250, "#a18a80")
    art.mist(420, CANAL + 20, "#f6dfbd", 0.5)
    arch = [(x, CANAL - 14 - 34 * math.sin((x - 680) / 240 * math.pi)) for x in range(680, 921, 8)]
    art.line(arch, "#56605f", 6)
    art.box(670, CANAL - 20, 930, CANAL - 10, "#56605f")
    for x in range(700, 920, 22):
        art.line([(x, CANAL - 14 - 34 * math.sin((x - 680) / 240 * math.pi)), (x, CANAL - 16)], "#56605f", 2)
    art.mirror(CANAL, "#35505a", 0.25)
    edges = [96, 150, 222, 322, 468, 690, 1010]
    bricks = ["#8c4633", "#74362a", "#944f39", "#6f3226", "#83402f", "#7a3a2c"]
    fronts = [(pair, brick) for pair, brick in zip(itertools.pairwise(edges), bricks, strict=True)]
    for (pair, brick), side in itertools.product(fronts, (-1, 1)):
        _front(art, pair, side=side, wall=mix(brick, "#2f4650", 0.45), mirrored=True)
    art.ripple(CANAL, 7)
    for (pair, brick), side in itertools.product(fronts, (-1, 1)):
        far = max(0, 1 - (pair[0] - 96) / 400) * 0.42
        shade = mix(brick, "#3b1a14", 0.12 if side < 0 else 0)
        _front(art, pair, side=side, wall=mix(shade, "#eecda6", far), mirrored=False)
    art.glints(800, CANAL + 10, "#ffe7b8", 260, spread=75)
    _boat(art, 850, 815, 1.2, "#1d2b35", "#e5d3b1")
    return art.finished()


def lights() -> bytes:
    """The harbour at night: lit windows, a concert hall like a wave, and long reflections."""
    art = Painting(37, [(0, "#050b1c"), (0.3, "#0c1c3c"), (0.5, "#233a63"), (0.62, "#6a5a72"), (1, "#6a5a72")])
    horizon = 640
    for _star in range(170):
        art.dot(
            art.random.uniform(0, WIDTH),
            art.random.uniform(0, 380),
            art.random.uniform(0.5, 1.4),
            mix("#0c1c3c", "#ffffff", art.random.uniform(0.3, 0.95)),
        )
    art.dot(1290, 150, 34, "#f3edd8")
    art.dot(1276, 142, 31, "#0a1732")
    art.glow(1290, 150, 150, "#c9d6ff", 0.35)
    art.glow(700, 660, 760, "#ff9f5a", 0.35)
    warm = ["#ffd27a", "#ffe3a8", "#ffb95a", "#fff0cc"]
    _town(art, horizon, "#141f3d", low=60, high=150)
    _windows(art, 10, horizon - 110, WIDTH - 10, horizon - 16, lit=0.16, colours=warm, size=(4, 6), gap=(15, 18))
    _spire(art, 330, horizon, 330, "#0d1530")
    hall = [
        (
            x,
            318
            + 26 * math.cos((x - 620) / 310 * math.tau)
            + (x - 620) * 0.14
            - 60 * abs(math.sin((x - 620) / 310 * math.pi * 1.5)) * 0.5,
        )
        for x in range(620, 931, 6)
    ]
    art.shape([*hall, (930, 500), (620, 500)], "#38578a")
    for row in range(9):
        for column in range(20):
            x, y = 628 + column * 15, 372 + row * 14
            if y > 380 + (column - 6) * 1.5:
                art.box(
                    x,
                    y,
                    x + 10,
                    y + 8,
                    mix("#38578a", art.random.choice([*warm, "#9fc3ff", "#6f93cf"]), art.random.uniform(0.25, 1)),
                )
    art.box(620, 500, 930, horizon, "#5e2d26")
    _windows(
        art, 634, 516, 922, horizon - 10, lit=0.5, colours=["#ffca70", "#40201c", "#4a2620"], size=(9, 12), gap=(20, 27)
    )
    for left, right, top in (
        (960, 1070, 470),
        (1080, 1160, 420),
        (1172, 1290, 500),
        (1305, 1390, 450),
        (1400, 1540, 520),
        (40, 150, 500),
        (160, 270, 540),
        (400, 500, 520),
        (510, 605, 560),
    ):
        art.box(left, top, right, horizon, "#101a35")
        _windows(art, left + 8, top + 10, right - 6, horizon - 8, lit=0.42, colours=warm)
    for x in range(20, WIDTH, 66):
        art.dot(x, horizon - 8, 3.4, "#fff1c8")
        art.glow(x, horizon - 8, 34, "#ffc873", 0.7)
    art.water(horizon, "#0a1430", 0.22, ripple=9)
    for x in range(20, WIDTH, 66):
        art.glints(x, horizon, "#ffca78", 16, spread=7)
    art.glints(775, horizon, "#ffb860", 160, spread=110)
    _boat(art, 1130, 790, 1.35, "#060b1a", "#1a2747")
    for offset in range(-52, 40, 18):
        art.dot(1130 + offset, 738, 4, "#ffe4a3")
        art.glow(1130 + offset, 738, 26, "#ffc873", 0.7)
    return art.finished()


def market() -> bytes:
    """An old market hall at first light, with boats at the quay."""
    art = Painting(41, [(0, "#2a4a6b"), (0.3, "#6f97a8"), (0.48, "#f1b9a0"), (0.62, "#ffdcb0"), (1, "#ffdcb0")])
    horizon = 690
    art.cloud(420, 170, 760, "#ffc7b0", 0.55)
    art.cloud(1180, 250, 660, "#ffd9bd", 0.55)
    art.cloud(900, 120, 420, "#ffd0b5", 0.4)
    art.glow(260, 640, 560, "#ffc98a", 0.75)
    _town(art, horizon, "#a07f85", low=50, high=120)
    art.mist(520, 720, "#ffd3b0", 0.5)
    wall, roof, trim = "#a8543a", "#4a5a60", "#f2ddc0"
    art.box(470, 470, 1290, horizon, wall)
    art.shape([(450, 470), (520, 385), (1240, 385), (1310, 470)], roof)
    art.shape([(740, 400), (880, 300), (1020, 400)], roof)
    art.shape([(775, 400), (880, 322), (985, 400)], wall)
    art.dot(880, 372, 20, trim)
    art.box(868, 240, 892, 305, roof)
    art.shape([(862, 240), (880, 205), (898, 240)], roof)
    art.box(450, 464, 1310, 474, trim)
    for number in range(9):
        x = 500 + number * 90
        glow = "#ffd892" if number not in (2, 6) else "#5b6b70"
        art.box(x, 545, x + 58, horizon, glow)
        art.dot(x + 29, 545, 29, glow)
        art.line([(x + 29, 518), (x + 29, horizon)], "#7a3d2b", 3)
        art.line([(x, 560), (x + 58, 560)], "#7a3d2b", 3)
        art.box(x - 12, 505, x - 6, horizon, mix(wall, trim, 0.35))
    for number, colour in enumerate(("#c8452f", "#e8b04a", "#2f6f7e", "#e9e0cf", "#c8452f", "#2f6f7e", "#e8b04a")):
        x = 505 + number * 112
        art.shape([(x, 628), (x + 74, 628), (x + 84, 650), (x - 10, 650)], colour)
        art.line([(x, 650), (x, horizon)], "#3b2c28", 3)
        art.line([(x + 74, 650), (x + 74, horizon)], "#3b2c28", 3)
    art.box(0, horizon - 6, WIDTH, horizon + 26, "#4d4a4c")
    art.water(horizon + 26, "#41606c", 0.3)
    art.glints(260, horizon + 30, "#ffe4b8", 260, spread=120)
    for x, size, hull in ((230, 1.35, "#1f3b52"), (1390, 1.2, "#7e2b22"), (820, 1.0, "#21474a")):
        _boat(art, x, 800 if x != 820 else 770, size, hull, "#efe3cd")
        art.line([(x - 20 * size, 800 - 118 * size), (x + 90 * size, 770)], "#3a3a3f", 1.4)
    _gulls(art, 14, "#3d4552", top=130, bottom=420)
    return art.finished()


def river() -> bytes:
    """Sailing boats on the wide river on a clear day."""
    art = Painting(53, [(0, "#2f74ad"), (0.35, "#7fb5d8"), (0.58, "#dcecf2"), (1, "#dcecf2")])
    horizon = 560
    for x, y, width in ((330, 150, 520), (1010, 110, 640), (1390, 260, 460), (640, 290, 460)):
        art.cloud(x, y, width, "#ffffff", 0.85)
    art.ridge(520, 70, "#a9c3c6", rough=0.5)
    art.mist(430, 570, "#e6f0f2", 0.7)
    art.ridge(540, 52, "#5f8f74", rough=0.55, shift=2)
    for _tree in range(150):
        x, size = art.random.uniform(0, WIDTH), art.random.uniform(9, 20)
        art.dot(
            x, 556 - art.random.uniform(0, 20), size, art.random.choice(["#3f7158", "#4c8063", "#598d69", "#35634f"])
        )
    for number in range(16):
        x = 60 + number * 98 + art.random.uniform(-22, 22)
        art.box(x, 535, x + 34, 562, art.random.choice(["#f3eee2", "#e7d9c3", "#d9e1e3"]))
        art.shape([(x - 4, 535), (x + 17, 515), (x + 38, 535)], art.random.choice(["#a5523c", "#8b4636", "#4f5b66"]))
    art.box(1330, 470, 1352, 566, "#f4f1ea")
    art.box(1330, 495, 1352, 515, "#c5392b")
    art.box(1330, 535, 1352, 553, "#c5392b")
    art.box(1326, 456, 1356, 472, "#33424c")
    art.shape([(1326, 456), (1341, 438), (1356, 456)], "#c5392b")
    art.water(horizon + 6, "#2c6a93", 0.5, ripple=8)
    art.glints(700, horizon, "#ffffff", 380, spread=420)
    for x, y, size, sail in (
        (350, 640, 0.8, "#f7f3e8"),
        (620, 610, 0.5, "#f0d9b0"),
        (1050, 690, 1.25, "#fbf8f0"),
        (820, 600, 0.42, "#f7f3e8"),
        (1300, 625, 0.62, "#e26a4a"),
    ):
        _sail(art, x, y, size, sail, "#1d3347")
    _gulls(art, 8, "#f7fafc", top=180, bottom=430)
    return art.finished()


def new_quarter() -> bytes:
    """A new quarter by the water: quay steps, balconies, an afternoon sky."""
    art = Painting(67, [(0, "#3c6f9c"), (0.4, "#9cc0d6"), (0.62, "#f3e3cb"), (1, "#f3e3cb")])
    horizon = 690
    art.cloud(480, 160, 720, "#ffffff", 0.65)
    art.cloud(1200, 230, 560, "#fff3e0", 0.65)
    art.glow(1250, 420, 480, "#fff0cc", 0.55)
    _town(art, horizon, "#a9b9c2", low=90, high=230)
    art.mist(470, 700, "#eee6d8", 0.4)
    fronts = ["#e9e4d9", "#b5563d", "#d8c8ac", "#5c6f7b", "#efece4", "#8d4a38", "#c9d2d4"]
    x = -20.0
    for number, front in enumerate(fronts):
        width = 205 + art.random.uniform(0, 55)
        top = 330 + art.random.uniform(-70, 80)
        art.box(x, top, x + width, horizon, front)
        art.box(x, top, x + width, top + 8, mix(front, "#2a3238", 0.5))
        art.box(x + width - 26, top, x + width, horizon, mix(front, "#1d252b", 0.18))
        glass = ["#7fa3b8", "#5f8398", "#9dbccb", "#ffe2a6", "#486b80"]
        rows = int((horizon - top - 40) / 46)
        for row in range(rows):
            y = top + 26 + row * 46
            shift = 14 if number % 2 and row % 2 else 0
            for column in range(int((width - 40) / 44)):
                left = x + 14 + column * 44 + shift
                art.box(left, y, left + 27, y + 29, art.random.choice(glass))
                if (row + column + number) % 4 == 0:
                    art.box(left - 4, y + 27, left + 33, y + 36, mix(front, "#20303a", 0.55))
        x += width + 14
    for step in range(5):
        art.box(0, horizon - 8 + step * 11, WIDTH, horizon + 6 + step * 11, mix("#d6cfc2", "#7d7a76", step / 5))
    for tree in range(9):
        left = 90 + tree * 178 + art.random.uniform(-20, 20)
        art.line([(left, horizon - 4), (left, horizon - 76)], "#4a3b30", 5)
        for _leaf in range(26):
            art.dot(
                left + art.random.gauss(0, 20),
                horizon - 96 + art.random.gauss(0, 17),
                art.random.uniform(7, 15),
                art.random.choice(["#5f7f45", "#77964f", "#4f6f3e", "#8ba85c"]),
            )
    art.water(horizon + 48, "#3b6478", 0.4, ripple=6)
    art.glints(1100, horizon + 50, "#fff6dd", 200, spread=260)
    _sail(art, 420, 850, 0.95, "#fbf8f0", "#203542")
    _boat(art, 1120, 880, 1.2, "#1f3b4a", "#f1e8d8")
    return art.finished()


PICTURES: Final[Mapping[str, Callable[[], bytes]]] = {
    "dawn": dawn,
    "warehouses": warehouses,
    "lights": lights,
    "market": market,
    "river": river,
    "new-quarter": new_quarter,
}
