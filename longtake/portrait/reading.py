"""Opening pictures that nobody has looked at yet: only known formats, no bombs, nothing that cannot be decoded."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pillow_heif
from PIL import Image, UnidentifiedImageError

from longtake.errors import ImageError
from longtake.frozen import Frozen
from longtake.portrait.colour import plain_mode
from longtake.portrait.size import Size

MOST_PIXELS = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "TIFF", "BMP", "JPEG2000", "PPM")
"""Pillow knows more, and would start Ghostscript for some of them."""

_TURNED_BY_PILLOW = ("TIFF", "HEIF")
_ORIENTATION = 0x0112
_QUARTER_TURNS_FROM = 5
_ONE_AT_A_TIME = threading.Lock()
_USABLE = "Use a JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP picture."


class PictureInfo(Frozen):
    """What a picture is. Width and height are those of the picture upright, as its EXIF orientation tells."""

    width: int
    height: int
    format: str
    mode: str
    has_alpha: bool
    is_animated: bool
    orientation: int

    @property
    def size(self) -> Size:
        """The upright picture's size."""
        return Size(width=self.width, height=self.height)

    @property
    def is_turned(self) -> bool:
        """Whether the file holds the picture lying on its side."""
        return self.orientation >= _QUARTER_TURNS_FROM


@functools.cache
def _register_heif() -> None:
    pillow_heif.register_heif_opener()


def _set_warnings() -> None:
    """Pillow's warnings on bombs are errors, those on odd metadata are nobody's concern.

    The filters stay, for what Python offers to take them back is not safe for threads.
    """
    _register_heif()
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def _refusal(where: str, error: Exception) -> ImageError:
    """What to tell the user of an error that a picture gave."""
    if isinstance(error, UnidentifiedImageError):
        return ImageError("this is no picture that can be read.", where=where, hint=_USABLE)
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return _too_large(where, "far too many pixels, ")
    if isinstance(error, OSError) and error.errno:
        return ImageError(f"the picture cannot be opened: {error.strerror}.", where=where, hint="Check the path.")
    return ImageError(
        "the picture is damaged or cut off and cannot be decoded.",
        where=where,
        hint="Open it in a picture editor and save it again, or use another one.",
    )


def _too_large(where: str, size: str) -> ImageError:
    return ImageError(
        f"the picture has {size}more than {MOST_PIXELS // 1_000_000} million.",
        where=where,
        hint="Scale it down: 4096 pixels a side are plenty.",
    )


@contextmanager
def opened(path: Path, name: str | None = None) -> Iterator[Image.Image]:
    """The picture, its header read. Whatever its decoder raises inside the context becomes an ImageError.

    `name` is what messages call the file.
    """
    where = name or str(path)
    _set_warnings()
    try:
        if path.stat().st_size == 0:
            raise ImageError("the file is empty.", where=where, hint=_USABLE)
        with Image.open(path, formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_large(where, f"{image.width}x{image.height} pixels, ")
            yield image
    except ImageError:
        raise
    except Exception as error:  # decoders raise nearly everything for damaged files
        raise _refusal(where, error) from error


def read_picture(path: Path, *, name: str | None = None) -> PictureInfo:
    """Decode the picture and tell what it is. Raises ImageError naming the file, or `name`, and what to do."""
    with opened(path, name) as image:
        image.load()
        return upright_info(image)


def upright_info(image: Image.Image) -> PictureInfo:
    """What the opened picture is."""
    orientation = _orientation_of(image)
    turned = orientation >= _QUARTER_TURNS_FROM
    return PictureInfo(
        width=image.height if turned else image.width,
        height=image.width if turned else image.height,
        format=image.format or "",
        mode=image.mode,
        has_alpha=image.has_transparency_data,
        is_animated=getattr(image, "is_animated", False),
        orientation=orientation,
    )


def _orientation_of(image: Image.Image) -> int:
    """How the decoded image is still to be turned, 1 to 8; 1: it stands upright."""
    if image.format in _TURNED_BY_PILLOW:
        return 1
    try:
        orientation = int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # odd metadata does not spoil a good picture
        return 1
    return orientation if 1 <= orientation <= 8 else 1


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """The image turned upright from an EXIF orientation."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def read_upright(path: Path, wanted: Size, *, name: str | None = None) -> tuple[Image.Image, PictureInfo]:
    """The picture upright, in a mode of 8 bits (L, RGB, RGBA or CMYK), and what it is.

    A picture far larger than `wanted` comes reduced by a whole factor, to twice that size or more. Only one is decoded
    at a time: the largest take half a gigabyte while they are.
    """
    with _ONE_AT_A_TIME, opened(path, name) as image:
        info = upright_info(image)
        profile = image.info.get("icc_profile")
        longest = 2 * max(wanted.width, wanted.height)
        if image.format == "JPEG":
            image.draft(image.mode, (longest, longest))  # decoded at a half, a quarter or an eighth
        plain = plain_mode(image)
    factor = min(plain.width, plain.height) // longest
    upright = turn(plain.reduce(factor) if factor > 1 else plain, info.orientation)
    upright.info = {"icc_profile": profile} if profile else {}
    return upright, info
