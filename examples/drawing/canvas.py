"""Smooth shapes with soft light, drawn with Pillow: what the example's portraits are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720
MIDDLE = WIDTH / 2

FINENESS = 3  # drawn so many times larger, then scaled down: smooth edges

Point = tuple[float, float]
Colour = tuple[int, int, int]


class Canvas:
    """A picture in the making, in the coordinates of the finished one."""

    def __init__(self, background: Image.Image) -> None:
        self._picture = background.convert("RGB")

    def paint(
        self,
        shape: Image.Image,
        colour: Colour,
        *,
        blur: float = 0,
        opacity: float = 1,
        inside: Image.Image | None = None,
    ) -> None:
        """Lay a colour over the picture where `shape` is white, softened by `blur`, and only `inside` another shape."""
        box = around(shape, blur * FINENESS * 3)
        shape = shape.crop(box)
        if blur:
            shape = softened(shape, blur * FINENESS)
        if inside:
            shape = ImageChops.multiply(shape, inside.crop(box))
        if opacity < 1:
            shape = shape.point(lambda white: round(white * opacity))
        self._picture.paste(colour, box, shape)

    def finished(self) -> Image.Image:
        """The picture in its own size."""
        return self._picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def around(shape: Image.Image, margin: float) -> tuple[int, int, int, int]:
    """The box that holds all of a shape and a margin, within the picture."""
    left, top, right, bottom = shape.getbbox() or (0, 0, 1, 1)
    wider = math.ceil(margin)
    return (
        max(0, left - wider),
        max(0, top - wider),
        min(shape.width, right + wider),
        min(shape.height, bottom + wider),
    )


def softened(shape: Image.Image, radius: float) -> Image.Image:
    """The shape, blurred; a wide blur is done on a smaller copy, which looks the same and takes a tenth of the time."""
    smaller = 6 if radius >= 24 else 1
    blurred = shape.reduce(smaller).filter(ImageFilter.GaussianBlur(radius / smaller))
    return blurred.resize(shape.size, Image.Resampling.BICUBIC)


def darker(colour: Colour) -> Colour:
    """The colour at half its light."""
    return colour[0] // 2, colour[1] // 2, colour[2] // 2


def empty() -> Image.Image:
    """A shape with nothing in it."""
    return Image.new("L", (WIDTH * FINENESS, HEIGHT * FINENESS), 0)


def oval(centre: Point, across: float, down: float) -> Image.Image:
    """An ellipse by its centre, its width and its height."""
    shape = empty()
    (x, y), half, tall = centre, across / 2, down / 2
    box = [(x - half) * FINENESS, (y - tall) * FINENESS, (x + half) * FINENESS, (y + tall) * FINENESS]
    ImageDraw.Draw(shape).ellipse(box, fill=255)
    return shape


def blob(points: Sequence[Point]) -> Image.Image:
    """A closed shape with a smooth outline through `points`."""
    shape = empty()
    ImageDraw.Draw(shape).polygon([scaled(point) for point in smooth(points, closed=True)], fill=255)
    return shape


def stroke(points: Sequence[Point], thickness: Callable[[float], float]) -> Image.Image:
    """A smooth line through `points`, as thick as `thickness` says for 0 (its start) to 1 (its end)."""
    shape = empty()
    draw = ImageDraw.Draw(shape)
    line = smooth(points, closed=False)
    for place, point in enumerate(line):
        x, y = scaled(point)
        radius = thickness(place / (len(line) - 1)) * FINENESS / 2
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return shape


def smooth(points: Sequence[Point], *, closed: bool, steps: int = 60) -> list[Point]:
    """The Catmull-Rom curve through `points`."""
    count = len(points)
    curve: list[Point] = []
    for place in range(count if closed else count - 1):
        around = [place - 1, place, place + 1, place + 2]
        a, b, c, d = (points[at % count if closed else min(max(at, 0), count - 1)] for at in around)
        curve += [
            (spline(a[0], b[0], c[0], d[0], step / steps), spline(a[1], b[1], c[1], d[1], step / steps))
            for step in range(steps)
        ]
    return curve if closed else [*curve, points[-1]]


def spline(a: float, b: float, c: float, d: float, t: float) -> float:
    """The Catmull-Rom value between `b` and `c`, at `t` from 0 to 1."""
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def scaled(point: Point) -> Point:
    """A point in the coordinates of the enlarged picture."""
    return point[0] * FINENESS, point[1] * FINENESS


def mirrored(points: Sequence[Point]) -> list[Point]:
    """A closed outline of its right half, from top to bottom: the left half is added."""
    return [*points, *((2 * MIDDLE - x, y) for x, y in reversed(points) if x != MIDDLE)]


def beside(x: float) -> tuple[float, float]:
    """The two places at a distance from the middle."""
    return MIDDLE - x, MIDDLE + x


def union(*shapes: Image.Image) -> Image.Image:
    """Everything that any of the shapes covers."""
    whole = shapes[0]
    for shape in shapes[1:]:
        whole = ImageChops.lighter(whole, shape)
    return whole


def studio(edge: Colour, light: Colour, at: Point) -> Image.Image:
    """A plain wall with a soft light on it."""
    size = (WIDTH * FINENESS, HEIGHT * FINENESS)
    glow = Image.radial_gradient("L").resize((round(size[0] * 1.5), round(size[0] * 1.5)), Image.Resampling.BICUBIC)
    left, top = round(glow.width / 2 - at[0] * FINENESS), round(glow.height / 2 - at[1] * FINENESS)
    darkness = glow.crop((left, top, left + size[0], top + size[1]))
    return Image.composite(Image.new("RGB", size, edge), Image.new("RGB", size, light), darkness)
