"""Reading pictures: any kind that Pillow or a phone knows, upright, in sRGB, safe from bombs."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from pillow_heif import HeifImagePlugin  # noqa: F401  importing it teaches Pillow to read HEIC

from longtake.errors import ImageError
from longtake.frozen import Frozen
from longtake.portrait.size import Size

MOST_PIXELS = 60_000_000
FEWEST_SIDE = 64
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "TIFF", "BMP")
BACKGROUND = (255, 255, 255)
_DEEP_MODES = ("I", "I;16", "I;16B", "I;16L", "F")


class PictureInfo(Frozen):
    """A picture that can be read: its upright size, and its kind."""

    width: int
    height: int
    kind: str

    @property
    def size(self) -> Size:
        """Width and height."""
        return Size(width=self.width, height=self.height)


def read_picture(path: Path) -> PictureInfo:
    """Decode the whole picture and tell its size, as it is seen upright. Raises ImageError."""
    with opened(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        return PictureInfo(width=upright.width, height=upright.height, kind=picture.format or "")


def upright_rgb(path: Path) -> Image.Image:
    """The picture upright, opaque (transparency becomes white), in sRGB, 8 bits. Raises ImageError."""
    with opened(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in _DEEP_MODES:
            upright = _eight_bits(upright)
        return _opaque(_in_srgb(upright, picture.info.get("icc_profile")))


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The decoded first frame of a picture; every fault of the file becomes an ImageError that names it."""
    where = str(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata that does no harm
            with Image.open(path, formats=FORMATS) as picture:
                _must_be_reasonable(picture, where)
                picture.load()
                yield picture
    except IsADirectoryError as error:
        raise ImageError("this is a folder.", where=where, hint="Name a picture file.") from error
    except FileNotFoundError as error:
        raise ImageError("no such file.", where=where, hint="Check the path.") from error
    except PermissionError as error:
        raise ImageError("you may not read this file.", where=where, hint="Check its permissions.") from error
    except UnidentifiedImageError as error:
        kinds = "JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF or BMP"
        raise ImageError("this is no picture that can be read.", where=where, hint=f"Give a {kinds} file.") from error
    except Image.DecompressionBombError as error:
        raise _too_large(where) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError, RuntimeError) as error:
        raise ImageError(
            f"the picture is damaged ({error}).", where=where, hint="Save it again from where it came from."
        ) from error


def _must_be_reasonable(picture: Image.Image, where: str) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large(where)
    if min(picture.size) < FEWEST_SIDE:
        raise ImageError(
            f"the picture is {picture.width}x{picture.height}, too small to show a face.",
            where=where,
            hint=f"Each side needs at least {FEWEST_SIDE} pixels; 720 look good.",
        )


def _too_large(where: str) -> ImageError:
    return ImageError(
        f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels.", where=where, hint="Make it smaller."
    )


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Sixteen and more bits a pixel, in grey: Pillow alone would cut them off at 255."""
    values = np.asarray(picture).astype(np.float64)
    top = 65535.0 if values.max() > 255 else 255.0
    return Image.fromarray((values.clip(0, top) * (255 / top)).astype(np.uint8), "L")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    if transparent and picture.mode != "RGBA":
        picture = picture.convert("RGBA")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            colours = picture.convert("RGB") if picture.mode == "RGBA" else picture
            converted = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                if picture.mode == "RGBA":
                    converted.putalpha(picture.getchannel("A"))
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile: the colours are taken as they are
    return picture if picture.mode == "RGBA" else picture.convert("RGB")


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, BACKGROUND)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
