"""What surrounds the face: hair, glasses, neck and sweater."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image, ImageChops

from drawing.canvas import FINENESS, MIDDLE, Canvas, Point, blob, mirrored, oval, stroke, union
from drawing.person import Person


def draw_long_hair(canvas: Canvas, person: Person) -> None:
    """Hair behind the head, down to the shoulders."""
    right = [(640, 72), (738, 88), (806, 160), (830, 280), (838, 400), (850, 500), (846, 590), (780, 640), (640, 610)]
    hair = blob(mirrored(right))
    canvas.paint(hair, (0, 0, 0), blur=18, opacity=0.3)
    canvas.paint(hair, person.hair)
    canvas.paint(oval((MIDDLE, 560), 250, 260), (0, 0, 0), blur=24, opacity=0.45, inside=hair)


def tapering(thick: float) -> Callable[[float], float]:
    """The thickness of a lock of hair: nearly nothing at its end."""
    return lambda t: thick * (1.15 - t)


def draw_fringe(canvas: Canvas, person: Person, face: Image.Image) -> None:
    """Hair parted at the side, that frames the face and falls on the shoulders."""
    left = blob(
        [
            (704, 84),
            (640, 72),
            (542, 88),
            (474, 160),
            (450, 280),
            (442, 400),
            (424, 520),
            (438, 630),
            (486, 664),
            (520, 610),
            (514, 510),
            (500, 420),
            (500, 340),
            (520, 268),
            (584, 214),
            (664, 176),
        ]
    )
    right = blob(
        [
            (656, 74),
            (738, 88),
            (806, 160),
            (830, 280),
            (838, 400),
            (856, 520),
            (842, 630),
            (796, 660),
            (762, 600),
            (768, 510),
            (782, 420),
            (778, 300),
            (744, 228),
            (692, 178),
        ]
    )
    whole = union(left, right)
    canvas.paint(ImageChops.offset(whole, 5 * FINENESS, 12 * FINENESS), person.shade, blur=9, opacity=0.75, inside=face)
    below = ImageChops.subtract(ImageChops.offset(whole, 4 * FINENESS, 10 * FINENESS), face)
    canvas.paint(below, person.cloth_shade, blur=10, opacity=0.55, inside=body_shape(person))
    canvas.paint(whole, person.hair)
    locks: list[tuple[list[Point], float, float]] = [
        ([(672, 120), (590, 132), (520, 196), (484, 300), (474, 420), (468, 520)], 26, 0.75),
        ([(484, 430), (492, 520), (488, 620)], 12, 0.55),
        ([(800, 430), (806, 520), (806, 610)], 12, 0.4),
        ([(664, 150), (604, 172), (548, 214), (514, 262)], 8, 0.5),
        ([(692, 118), (752, 152), (790, 240), (806, 340), (812, 440)], 20, 0.5),
    ]
    for curve, thick, strength in locks:
        lock = stroke(curve, tapering(thick))
        canvas.paint(lock, person.hair_light, blur=8, opacity=strength, inside=whole)
    canvas.paint(
        stroke([(684, 84), (686, 112), (678, 144)], lambda _: 3), (30, 14, 12), blur=2, opacity=0.6, inside=whole
    )


def draw_short_hair(canvas: Canvas, person: Person, face: Image.Image) -> None:
    """Short hair."""
    crown = blob(
        [
            (496, 318),
            (484, 220),
            (512, 140),
            (572, 96),
            (640, 84),
            (708, 96),
            (768, 140),
            (796, 220),
            (784, 318),
            (774, 262),
            (756, 212),
            (700, 188),
            (640, 184),
            (580, 188),
            (524, 212),
            (506, 262),
        ]
    )
    canvas.paint(ImageChops.offset(crown, 0, 10 * FINENESS), person.shade, blur=8, opacity=0.7, inside=face)
    canvas.paint(crown, person.hair, blur=1.5)
    canvas.paint(oval((MIDDLE - 60, 126), 190, 44), person.hair_light, blur=18, opacity=0.9, inside=crown)


def draw_glasses(canvas: Canvas, person: Person, face: Image.Image) -> None:
    """Round glasses with thin rims."""
    frame = (24, 22, 26)
    turns = [turn * math.tau / 24 for turn in range(25)]
    for side in (-1, 1):
        centre = MIDDLE + side * 62
        rim = [(centre + 49 * math.cos(turn), 338 + 42 * math.sin(turn)) for turn in turns]
        shadow = [(x + 3, y + 7) for x, y in rim]
        glint = [(centre - 34, 330), (centre - 22, 314), (centre - 8, 306)]
        canvas.paint(stroke(shadow, lambda _: 4), person.shade, blur=4, opacity=0.6, inside=face)
        canvas.paint(stroke(rim, lambda _: 4.5), frame)
        canvas.paint(stroke(glint, lambda _: 4), (255, 255, 255), blur=1, opacity=0.35)
        canvas.paint(stroke([(centre + side * 49, 330), (MIDDLE + side * 140, 324)], lambda _: 5), frame)
    canvas.paint(stroke([(627, 336), (640, 329), (653, 336)], lambda _: 4.5), frame)


def draw_neck(canvas: Canvas, person: Person, face: Image.Image) -> None:
    """The neck, and the chin's shadow on it."""
    wide = 64 if person.woman else 84
    neck = blob(
        mirrored([(640, 440), (640 + wide, 446), (640 + wide - 3, 530), (640 + wide + 3, 600), (680, 690), (640, 700)])
    )
    canvas.paint(stroke(collar(person, back=True), lambda _: 19), person.cloth_shade)
    canvas.paint(neck, person.skin)
    canvas.paint(
        ImageChops.offset(face, 10 * FINENESS, 36 * FINENESS), person.shade, blur=12, opacity=0.85, inside=neck
    )
    canvas.paint(oval((MIDDLE + 76, 560), 90, 220), person.shade, blur=18, opacity=0.6, inside=neck)
    canvas.paint(oval((MIDDLE - 20, 624), 120, 30), person.glow, blur=14, opacity=0.4, inside=neck)


def collar(person: Person, *, back: bool = False) -> list[Point]:
    """The line of the sweater's collar, before the neck or behind it."""
    low, wide = person.collar
    ends = [(640 - wide - 1, low - 50), (640 + wide + 1, low - 50)]
    if back:
        between = [(640 - wide * 0.8, low - 70), (640, low - 78), (640 + wide * 0.8, low - 70)]
    else:
        between = [(640 - wide * 0.66, low - 12), (640, low + 3), (640 + wide * 0.66, low - 12)]
    return [ends[0], *between, ends[1]]


def body_shape(person: Person) -> Image.Image:
    """The outline of the shoulders, down from the collar."""
    low, wide = person.collar
    spread = 0 if person.woman else 50
    right = [
        (640, low),
        (640 + wide * 0.62, low - 12),
        (640 + wide, low - 50),
        (706 + wide, low - 40),
        (808 + spread, 616),
        (890 + spread, 654),
        (944 + spread, 712),
        (975 + spread, 800),
        (640, 810),
    ]
    return blob(mirrored(right))


def draw_body(canvas: Canvas, person: Person) -> None:
    """Shoulders in a sweater with a round neck."""
    body = body_shape(person)
    canvas.paint(body, (0, 0, 0), blur=16, opacity=0.35)
    canvas.paint(body, person.cloth)
    canvas.paint(oval((MIDDLE + 340, 760), 440, 360), person.cloth_shade, blur=50, opacity=0.75, inside=body)
    canvas.paint(oval((MIDDLE - 210, 654), 240, 80), (255, 255, 255), blur=40, opacity=0.22, inside=body)
    neckline = collar(person)
    canvas.paint(
        stroke([(x, y + 12) for x, y in neckline], lambda _: 26), person.cloth_shade, blur=6, opacity=0.7, inside=body
    )
    band = stroke(neckline, lambda _: 19)
    canvas.paint(band, person.cloth)
    canvas.paint(band, (255, 255, 255), opacity=0.16)
