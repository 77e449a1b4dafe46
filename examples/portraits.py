"""Draws the portraits of the example: `python examples/portraits.py [FOLDER]`.

The people are nobody, and the pictures are free to use. In both, the centre of the mouth lies at 50 % of the width and
62 % of the height: a good place in any portrait of your own, for that is where the preview expects a mouth.
"""

from __future__ import annotations

import sys
from pathlib import Path

from drawing.canvas import MIDDLE, Canvas, studio
from drawing.dress import draw_body, draw_fringe, draw_glasses, draw_long_hair, draw_neck, draw_short_hair
from drawing.face import draw_eye, draw_head, draw_mouth, draw_nose, face_shape
from drawing.person import Person
from PIL import Image

ADA = Person(
    name="ada",
    wall=((37, 84, 92), (118, 178, 178)),
    skin=(236, 186, 152),
    shade=(196, 128, 98),
    glow=(255, 222, 194),
    blush=(226, 118, 100),
    hair=(66, 36, 30),
    hair_light=(122, 70, 50),
    brow=(70, 40, 32),
    iris=(78, 108, 72),
    lips=(190, 76, 76),
    cloth=(232, 168, 62),
    cloth_shade=(176, 112, 32),
    brow_thickness=11,
    jaw=0,
    collar=(640, 74),
    woman=True,
)
THEO = Person(
    name="theo",
    wall=((98, 58, 52), (222, 164, 128)),
    skin=(146, 94, 66),
    shade=(92, 52, 36),
    glow=(190, 134, 98),
    blush=(150, 70, 52),
    hair=(28, 22, 24),
    hair_light=(66, 54, 54),
    brow=(28, 20, 20),
    iris=(66, 40, 26),
    lips=(128, 62, 56),
    cloth=(46, 74, 104),
    cloth_shade=(26, 44, 68),
    brow_thickness=13,
    jaw=12,
    collar=(626, 90),
    woman=False,
)


def portrait(person: Person) -> Image.Image:
    """The person's picture, 1280 x 720."""
    canvas = Canvas(studio(*person.wall, (MIDDLE - 130, 250)))
    if person.woman:
        draw_long_hair(canvas, person)
    face = face_shape(person)
    draw_neck(canvas, person, face)
    draw_body(canvas, person)
    draw_head(canvas, person, face)
    for side in (-1, 1):
        draw_eye(canvas, person, side)
    draw_nose(canvas, person)
    draw_mouth(canvas, person)
    if person.woman:
        draw_fringe(canvas, person, face)
    else:
        draw_short_hair(canvas, person, face)
        draw_glasses(canvas, person, face)
    return canvas.finished()


def main(folder: Path) -> None:
    """Draw everyone into a folder."""
    for person in (ADA, THEO):
        portrait(person).save(folder / f"{person.name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
