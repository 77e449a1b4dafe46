"""How large the video is: from the shape and resolution that were chosen, and the picture's own shape."""

from __future__ import annotations

import math

from pydantic import Field

from longtake.frozen import Frozen
from longtake.models import Resolution
from longtake.options import Shape

SAME_ASPECT = 0.01
"""Shapes that differ by less than this part count as the same."""

_SHORT_SIDE = {"480p": 480, "720p": 720, "1080p": 1080}
_ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
_WIDEST = 21 / 9


class Size(Frozen):
    """Width and height in pixels."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    def is_shaped_like(self, other: Size) -> bool:
        """Whether both have the same shape, but for 1 %."""
        return abs(self.aspect / other.aspect - 1) <= SAME_ASPECT


def output_size(shape: Shape, resolution: Resolution, picture_size: Size) -> Size:
    """The size of the video; its sides are even, and never over 4096.

    A named shape has a short side of 720 or 1080 pixels. The picture's own shape gets as many pixels as 16:9 has at
    that resolution; pictures wider than 21:9 or taller than 9:21 count as 21:9 or 9:21.
    """
    short = _SHORT_SIDE[resolution]
    if shape != "own":
        wide, high = _ASPECTS[shape]
        return Size(width=short * wide // min(wide, high), height=short * high // min(wide, high))
    aspect = _own_aspect(picture_size)
    pixels = short * short * 16 / 9
    return Size(width=_even_below(math.sqrt(pixels * aspect)), height=_even_below(math.sqrt(pixels / aspect)))


def _own_aspect(picture: Size) -> float:
    for wide, high in _ASPECTS.values():
        if picture.is_shaped_like(Size(width=wide, height=high)):
            return wide / high
    return min(max(picture.aspect, 1 / _WIDEST), _WIDEST)


def _even_below(length: float) -> int:
    return int(round(length, 6)) // 2 * 2
