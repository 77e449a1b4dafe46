"""Where a picture goes in the video: which part of it is used, and where that part is put."""

from __future__ import annotations

from dataclasses import dataclass

from longtake.errors import ImageError
from longtake.options import Fit
from longtake.portrait.size import Size

_FACE_HEIGHT = 1 / 3
"""What is cut off above, of all that is cut off in height: faces are in the upper part of a portrait."""


@dataclass(frozen=True)
class Placing:
    """`part` of the picture (left, top, right, bottom; each a fraction of its side) fills `box` (in pixels)."""

    part: tuple[float, float, float, float]
    box: tuple[int, int, int, int]

    @property
    def size(self) -> tuple[int, int]:
        """The box's width and height."""
        left, top, right, bottom = self.box
        return right - left, bottom - top

    def crop_of(self, width: int, height: int) -> tuple[float, float, float, float]:
        """The part in pixels of a picture of this size."""
        left, top, right, bottom = self.part
        return left * width, top * height, right * width, bottom * height

    def enlargement(self, picture: Size) -> float:
        """How much the picture is enlarged; below 1 it is made smaller."""
        return self.size[0] / ((self.part[2] - self.part[0]) * picture.width)


def place(picture: Size, size: Size, fit: Fit, *, where: str) -> Placing:
    """Where a picture goes in a video of `size`. Raises ImageError when `exact` asks for another shape.

    A picture of the video's shape, but for 1 %, fills it whatever the fit; what is over is cut off.
    """
    if picture.is_shaped_like(size) or fit == "cover":
        return Placing(_covering_part(picture, size), (0, 0, size.width, size.height))
    if fit == "exact":
        raise ImageError(
            f"the picture has {picture} pixels, which is another shape than the video's {size}.",
            where=where,
            hint="Crop it to that shape, or choose the fit contain or cover.",
        )
    scale = min(size.width / picture.width, size.height / picture.height)
    width = min(size.width, max(1, round(picture.width * scale)))
    height = min(size.height, max(1, round(picture.height * scale)))
    left, top = (size.width - width) // 2, (size.height - height) // 2
    return Placing((0.0, 0.0, 1.0, 1.0), (left, top, left + width, top + height))


def _covering_part(picture: Size, size: Size) -> tuple[float, float, float, float]:
    if picture.aspect > size.aspect:
        kept = size.aspect / picture.aspect
        return (1 - kept) / 2, 0.0, (1 + kept) / 2, 1.0
    kept = picture.aspect / size.aspect
    top = (1 - kept) * _FACE_HEIGHT
    return 0.0, top, 1.0, top + kept
