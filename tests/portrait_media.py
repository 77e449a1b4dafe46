"""Pictures for tests: a face whose four corners have colours of their own, in every format and mode."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageDraw

CORNERS = {"red": (210, 40, 40), "green": (40, 170, 60), "blue": (50, 70, 200), "yellow": (220, 200, 50)}
MIDDLE = (235, 200, 170)
NAMES = {"red": (0, 0), "green": (1, 0), "blue": (0, 1), "yellow": (1, 1)}

pillow_heif.register_heif_opener()


def face(size: tuple[int, int] = (640, 400)) -> Image.Image:
    """Red, green, blue and yellow quarters (left to right, top to bottom) behind a light ellipse."""
    width, height = size
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    for name, (column, row) in NAMES.items():
        left, top = column * width // 2, row * height // 2
        draw.rectangle((left, top, left + width // 2, top + height // 2), fill=CORNERS[name])
    draw.ellipse((width * 0.3, height * 0.2, width * 0.7, height * 0.8), fill=MIDDLE)
    return picture


def saved(picture: Image.Image, path: Path, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def corners_of(picture: Image.Image, *, margin: float = 0.06) -> list[str]:
    """The colours nearest to what the corners show: top left, top right, bottom left, bottom right."""
    rgb = np.asarray(picture.convert("RGB")).astype(int)
    height, width = rgb.shape[:2]
    x, y = max(2, round(width * margin)), max(2, round(height * margin))
    spots = [(y, x), (y, width - 1 - x), (height - 1 - y, x), (height - 1 - y, width - 1 - x)]

    def nearest(spot: tuple[int, int]) -> str:
        return min(CORNERS, key=lambda name: int(np.abs(rgb[spot] - CORNERS[name]).sum()))

    return [nearest(spot) for spot in spots]


def stored_with_orientation(upright: Image.Image, orientation: int) -> tuple[Image.Image, Image.Exif]:
    """What a camera stores so that a viewer who minds the orientation sees `upright`."""
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    return (upright.transpose(undo) if undo is not None else upright), exif


def sixteen_bits(picture: Image.Image) -> Image.Image:
    """The picture in grey of 16 bits."""
    grey = np.asarray(picture.convert("L")).astype(np.uint16) * 257
    return Image.fromarray(grey)


def wide_gamut_profile() -> bytes:
    """A colour profile in which red and green are exchanged, so that nobody can miss whether it was used."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    profile[red + 4 : red + 12], profile[green + 4 : green + 12] = (
        profile[green + 4 : green + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
