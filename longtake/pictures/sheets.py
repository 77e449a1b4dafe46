"""Contact sheets: small pictures in rows, each with a line below it that says what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SHEET_WIDTH = 1200
GAP, MARGIN, LINE, FONT_SIZE = 14, 18, 26, 15
BETWEEN = 2
_PAPER, _INK, _MAT = (247, 248, 250), (38, 46, 58), (224, 228, 234)
JPEG_QUALITY = 85


@dataclass(frozen=True)
class Tile:
    """Pictures side by side, all of one size, and the line below them."""

    pictures: Sequence[Image.Image]
    text: str

    @property
    def width(self) -> int:
        """Of all its pictures."""
        return sum(picture.width + BETWEEN for picture in self.pictures) - BETWEEN

    @property
    def height(self) -> int:
        """Of its pictures."""
        return max(picture.height for picture in self.pictures)


def fitted(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """The largest size of the same shape that lies within `width` and `height`; never larger than it was."""
    factor = min(width / size[0], height / size[1], 1.0)
    return max(2, round(size[0] * factor)), max(2, round(size[1] * factor))


def draw_sheet(tiles: Sequence[Tile]) -> Image.Image:
    """The tiles in rows, from left to right and from top to bottom."""
    width, height = max(tile.width for tile in tiles), max(tile.height for tile in tiles)
    in_row = max(1, min(len(tiles), (SHEET_WIDTH - 2 * MARGIN + GAP) // (width + GAP)))
    rows = -(-len(tiles) // in_row)
    sheet = Image.new(
        "RGB", (2 * MARGIN + in_row * (width + GAP) - GAP, 2 * MARGIN + rows * (height + LINE + GAP) - GAP), _PAPER
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=FONT_SIZE)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, in_row)
        left, top = MARGIN + column * (width + GAP), MARGIN + row * (height + LINE + GAP)
        draw.rectangle((left, top, left + width - 1, top + height - 1), fill=_MAT)
        at = left + (width - tile.width) // 2
        for picture in tile.pictures:
            sheet.paste(picture, (at, top + (height - picture.height) // 2))
            at += picture.width + BETWEEN
        line = _shortened(writable(tile.text), width, font)
        draw.text((left, top + height + LINE / 2), line, font=font, fill=_INK, anchor="lm")
    return sheet


def writable(text: str) -> str:
    """The text in letters that the font has."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line.encode("latin-1", errors="replace").decode("latin-1")


def _shortened(text: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}...") > width:
        text = text[:-1]
    return f"{text}..."


def write_jpeg(picture: Image.Image, path: Path) -> Path:
    """Write a JPEG that a browser begins to show while it loads."""
    picture.save(path, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return path
