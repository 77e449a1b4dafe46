"""The face: its outline, light, eyes, nose and mouth."""

from __future__ import annotations

from PIL import Image

from drawing.canvas import HEIGHT, MIDDLE, WIDTH, Canvas, Point, beside, blob, darker, mirrored, oval, stroke
from drawing.person import Person

MOUTH = (0.50 * WIDTH, 0.62 * HEIGHT)


def face_shape(person: Person) -> Image.Image:
    """The outline of the face."""
    wide = person.jaw
    right = [
        (640, 142),
        (716, 158),
        (766, 214),
        (782, 296),
        (777 + wide / 2, 376),
        (756 + wide, 444),
        (720 + wide, 496),
        (686 + wide / 2, 523),
        (640, 534),
    ]
    return blob(mirrored(right))


def draw_head(canvas: Canvas, person: Person, face: Image.Image) -> None:
    """Ears and face with their light, from the left."""
    for x in beside(143):
        if person.woman:  # behind her hair
            continue
        ear = oval((x, 360), 42, 80)
        canvas.paint(ear, person.skin)
        canvas.paint(oval((x, 364), 22, 48), person.shade, blur=6, opacity=0.8, inside=ear)
    canvas.paint(face, person.skin)
    canvas.paint(oval((MIDDLE + 190, 370), 200, 480), person.shade, blur=46, opacity=0.62, inside=face)
    canvas.paint(oval((MIDDLE, 566), 360, 90), person.shade, blur=26, opacity=0.5, inside=face)
    canvas.paint(oval((MIDDLE - 70, 236), 190, 110), person.glow, blur=40, opacity=0.75, inside=face)
    canvas.paint(oval((MIDDLE - 88, 392), 90, 56), person.glow, blur=22, opacity=0.6, inside=face)
    canvas.paint(oval((MIDDLE, 506), 74, 34), person.glow, blur=14, opacity=0.4, inside=face)
    for x in beside(88):
        canvas.paint(oval((x, 408), 84, 54), person.blush, blur=20, opacity=0.38, inside=face)


def draw_eye(canvas: Canvas, person: Person, side: int) -> None:
    """An eye that looks at the viewer, with its brow: the left one for -1, the right one for 1."""
    x, y = MIDDLE + side * 62, 334

    def line(*points: Point) -> list[Point]:
        return [(x + side * across, y + down) for across, down in points]

    white = blob(line((-31, 5), (-16, -13), (6, -19), (27, -9), (33, 1), (14, 15), (-12, 15)))
    canvas.paint(oval((x, y - 6), 96, 56), person.shade, blur=12, opacity=0.4)
    canvas.paint(white, (250, 247, 243))
    canvas.paint(oval((x - 2, y - 2), 35, 35), darker(person.iris), inside=white)
    canvas.paint(oval((x - 2, y - 1), 29, 29), person.iris, inside=white)
    canvas.paint(oval((x - 2, y + 5), 20, 16), (255, 236, 200), blur=3, opacity=0.4, inside=white)
    canvas.paint(oval((x - 2, y - 2), 15, 15), (14, 10, 10), inside=white)
    lid_shadow = blob(line((-34, 0), (-14, -20), (8, -24), (34, -8), (8, -10), (-14, -7)))
    canvas.paint(lid_shadow, (30, 16, 14), blur=4, opacity=0.4, inside=white)
    canvas.paint(oval((x - 8, y - 8), 9, 9), (255, 255, 255))
    canvas.paint(oval((x + 5, y + 5), 5, 5), (255, 255, 255), opacity=0.6)
    lashes = line((-33, 6), (-16, -13), (6, -19), (27, -9), (40, -10) if person.woman else (34, 0))
    heavy = 16.5 if person.woman else 12
    canvas.paint(stroke(lashes, lambda t: 2 + heavy * t * (1.2 - t)), (38, 22, 20))
    crease = line((-26, -15), (-8, -26), (14, -29), (36, -17))
    canvas.paint(stroke(crease, lambda _: 2.4), person.shade, opacity=0.7)
    canvas.paint(stroke(line((-24, 14), (0, 19), (24, 13)), lambda _: 2), person.shade, opacity=0.5)
    brow = line((-34, -45), (-10, -55), (18, -57), (42, -43))
    thick = person.brow_thickness
    canvas.paint(stroke(brow, lambda t: thick * (0.55 + 1.5 * t * (1 - t)) * (1 - 0.45 * t)), person.brow, blur=0.7)


def draw_nose(canvas: Canvas, person: Person) -> None:
    """A nose of light and shade."""
    wide = 24 if person.woman else 32
    canvas.paint(
        blob([(648, 330), (662, 372), (640 + wide + 4, 396), (650, 404), (644, 372)]),
        person.shade,
        blur=7,
        opacity=0.55,
    )
    canvas.paint(oval((634, 360), 16, 66), person.glow, blur=8, opacity=0.6)
    canvas.paint(oval((636, 388), 26, 18), person.glow, blur=6, opacity=0.6)
    canvas.paint(
        stroke(
            [(640 - wide, 396), (628, 404), (640, 408), (652, 404), (640 + wide, 396)], lambda t: 3 + 2 * abs(2 * t - 1)
        ),
        person.shade,
        blur=1.2,
        opacity=0.95,
    )
    for x in beside(12):
        canvas.paint(oval((x, 402), 12, 6), darker(person.shade), blur=1.6, opacity=0.8)


def draw_mouth(canvas: Canvas, person: Person) -> None:
    """A smile that shows some teeth, its centre at MOUTH."""
    x, y = MOUTH
    half = 56
    upper = [(x - half, y - 6), (x - 22, y - 17), (x, y - 13), (x + 22, y - 17), (x + half, y - 6)]
    lower = [(x + 34, y + 12), (x, y + 23), (x - 34, y + 12)]
    canvas.paint(oval((x, y + 34), 70, 16), person.shade, blur=8, opacity=0.5)
    canvas.paint(blob([*upper, *lower]), person.lips)
    canvas.paint(oval((x - 8, y + 15), 46, 8), (255, 235, 225), blur=4, opacity=0.4)
    inner = blob(
        [
            (x - half + 8, y - 5),
            (x - 22, y - 7),
            (x, y - 5),
            (x + 22, y - 7),
            (x + half - 8, y - 5),
            (x + 26, y + 6),
            (x, y + 10),
            (x - 26, y + 6),
        ]
    )
    canvas.paint(inner, (84, 24, 26))
    canvas.paint(
        blob([(x - 42, y - 6), (x, y - 6), (x + 42, y - 6), (x + 24, y + 3), (x, y + 5), (x - 24, y + 3)]),
        (252, 248, 242),
        inside=inner,
    )
    for side in (-1, 1):
        corner = x + side * half
        canvas.paint(
            stroke(
                [(corner - side * 4, y - 4), (corner + side * 3, y - 8), (corner + side * 5, y - 14)], lambda _: 3.4
            ),
            person.shade,
            blur=1,
            opacity=0.9,
        )
