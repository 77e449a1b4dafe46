"""Colours as they are meant: 8 bits, sRGB, nothing transparent."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

BACKDROP = (220, 220, 220)
"""What shows through transparent parts: a light grey that suits dark and fair hair."""

_PLAIN = ("L", "RGB", "RGBA", "CMYK")


def plain_mode(image: Image.Image) -> Image.Image:
    """The decoded image in a mode of 8 bits a channel: L, RGB, RGBA or CMYK."""
    image.load()
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in _PLAIN:
        return image.copy() if image.readonly else image
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(_eight_bits(np.asarray(image)))
    return image.convert("L" if image.mode == "1" else "RGB")


def _eight_bits(samples: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey of 16 or 32 bits, or a fraction, as 8 bits. The largest sample tells what full scale is."""
    if samples.dtype.kind == "u":
        return (samples >> 8).astype(np.uint8)
    largest = float(np.nanmax(samples, initial=0))
    full = next((scale for scale in (1.0, 255.0, 65535.0) if largest <= scale), largest)
    grey = np.empty(samples.shape, np.uint8)
    for row, values in enumerate(samples):  # a whole picture of floats takes a gigabyte
        grey[row] = np.nan_to_num(values.astype(np.float64) * (255 / full)).clip(0, 255).round()
    return grey


def to_srgb(image: Image.Image) -> tuple[Image.Image, bool]:
    """The image in RGB (or RGBA) by its colour profile, and whether its profile could be used.

    An image without a profile is taken as sRGB; it counts as usable.
    """
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    profile = image.info.get("icc_profile")
    usable = True
    if profile:
        try:
            colours = _converted(colours, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            usable = False
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours, usable


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert converted is not None  # None only for a conversion in place
    return converted


def flatten(image: Image.Image, backdrop: tuple[int, int, int]) -> Image.Image:
    """The image without transparency: what shows through is of one colour."""
    if image.mode != "RGBA":
        return image
    flat = Image.new("RGBA", image.size, (*backdrop, 255))
    flat.alpha_composite(image)
    return flat.convert("RGB")
