"""The size of a video's picture: from a shape, a resolution, and the first portrait."""

from __future__ import annotations

import math

from pydantic import Field

from longtake.frozen import Frozen
from longtake.models import Resolution

SHORT_SIDE = {"720p": 720, "1080p": 1080}
PIXELS = {"720p": 1280 * 720, "1080p": 1920 * 1080}
SHAPES = {"16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1.0}
WIDEST = 21 / 9
"""Portraits that are wider (or taller) are shown in a picture of this shape."""


class Size(Frozen):
    """Width and height in pixels."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def output_size(shape: str, resolution: Resolution, picture: Size) -> Size:
    """The size of the video's picture; both sides are even.

    A named shape has a short side of 720 or 1080. `own` is the shape of `picture`, with as many pixels as 16:9 has at
    that resolution, and no further from square than 21:9.
    """
    if shape in SHAPES:
        short = SHORT_SIDE[resolution]
        aspect = SHAPES[shape]
        return Size(width=_even(short * max(aspect, 1)), height=_even(short / min(aspect, 1)))
    aspect = min(max(picture.aspect, 1 / WIDEST), WIDEST)
    return Size(
        width=_even(math.sqrt(PIXELS[resolution] * aspect)), height=_even(math.sqrt(PIXELS[resolution] / aspect))
    )


def _even(length: float) -> int:
    return 2 * round(length / 2)
