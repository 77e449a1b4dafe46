"""Fitting a portrait into the video's picture, and its mask with the very same geometry."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

from longtake.errors import ImageError
from longtake.frozen import Frozen
from longtake.options import Fit
from longtake.portrait.picture import opened, read_picture, upright_rgb
from longtake.portrait.size import Size

QUALITIES = (95, 92, 88, 84)
MOST_BYTES = 5_000_000
"""What BytePlus, the upstream of the providers, takes at most."""
SAME_ASPECT = 0.01
FEWEST_WHITE = 0.001
_BLUR_SHARE = 0.04
_BLUR_BRIGHTNESS = 0.75


class Geometry(Frozen):
    """Where a picture lands: scaled to `scaled`, its left upper corner at (left, top) of the output."""

    scaled: Size
    left: int
    top: int


def geometry(picture: Size, size: Size, fit: Fit) -> Geometry:
    """How a picture is scaled and placed. `contain` shows all of it, `cover` fills the output."""
    ratios = (size.width / picture.width, size.height / picture.height)
    ratio = max(ratios) if fit == "cover" else min(ratios)
    scaled = Size(width=max(1, round(picture.width * ratio)), height=max(1, round(picture.height * ratio)))
    if _nearly(picture.aspect, size.aspect):
        scaled = size
    return Geometry(scaled=scaled, left=(size.width - scaled.width) // 2, top=(size.height - scaled.height) // 2)


def _nearly(one: float, other: float) -> bool:
    return abs(one / other - 1) <= SAME_ASPECT


def fit_portrait(path: Path, *, size: Size, fit: Fit, output_folder: Path) -> Path:
    """A JPEG of exactly `size`, under 5 MB, of the picture at `path`. Raises ImageError.

    `contain` shows the whole picture before a blurred copy of it, `cover` fills the output and cuts off what is over,
    `exact` refuses a picture whose shape is more than 1 % off.
    """
    picture = upright_rgb(path)
    own = Size(width=picture.width, height=picture.height)
    if fit == "exact" and not _nearly(own.aspect, size.aspect):
        raise ImageError(
            f"the picture is {own}, which has not the shape of {size}.",
            where=str(path),
            hint="Crop it, or choose the fit contain or cover.",
        )
    place = geometry(own, size, fit)
    whole = (place.scaled.width, place.scaled.height) == (size.width, size.height)
    ground = Image.new("RGB", (size.width, size.height)) if whole or fit == "cover" else _blurred(picture, size)
    ground.paste(_scaled(picture, place.scaled), (place.left, place.top))
    output = output_folder / "portrait.jpg"
    for quality in QUALITIES:
        ground.save(output, "JPEG", quality=quality, subsampling=0 if quality > 90 else 2, optimize=True)
        if output.stat().st_size <= MOST_BYTES:
            return output
    raise ImageError(
        f"the picture is over 5 MB at {size}, however it is saved.", where=str(path), hint="Smooth its noise."
    )


def _scaled(picture: Image.Image, size: Size) -> Image.Image:
    return picture.resize((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _blurred(picture: Image.Image, size: Size) -> Image.Image:
    """The picture filling the output, soft and a little darker. Blurred small, which looks the same."""
    small = ImageOps.fit(picture, (max(2, size.width // 4), max(2, size.height // 4)), Image.Resampling.BILINEAR)
    soft = small.filter(ImageFilter.GaussianBlur(max(small.size) * _BLUR_SHARE))
    dark = soft.point(lambda value: value * _BLUR_BRIGHTNESS)
    return dark.resize((size.width, size.height), Image.Resampling.BICUBIC)


def fit_mask(mask_path: Path, portrait_path: Path, *, size: Size, fit: Fit, output_folder: Path) -> Path:
    """A black and white PNG of exactly `size`: white where the speaking person is. Raises ImageError.

    The mask is scaled and placed as its portrait is, and black outside. It must have the portrait's shape.
    """
    portrait = read_picture(portrait_path).size
    mask = _upright_mask(mask_path)
    own = Size(width=mask.width, height=mask.height)
    if not _nearly(own.aspect, portrait.aspect):
        raise ImageError(
            f"the mask is {own}, its portrait {portrait}.",
            where=str(mask_path),
            hint="Draw the mask in the portrait's size.",
        )
    place = geometry(portrait, size, fit)
    ground = Image.new("L", (size.width, size.height), 0)
    ground.paste(_scaled(mask, place.scaled), (place.left, place.top))
    ground = ground.point(lambda value: 255 if value >= 128 else 0)
    white = ground.histogram()[255] / (size.width * size.height)
    if white < FEWEST_WHITE:
        raise ImageError(
            "the mask is black: nobody would speak.", where=str(mask_path), hint="Paint the speaker white."
        )
    output = output_folder / "mask.png"
    ground.save(output, "PNG", optimize=True)
    return output


def _upright_mask(path: Path) -> Image.Image:
    """The mask upright in grey; what is transparent is black."""
    with opened(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            rgba = upright.convert("RGBA")
            ground = Image.new("RGB", rgba.size, (0, 0, 0))
            ground.paste(rgba, mask=rgba.getchannel("A"))
            return ground.convert("L")
        return upright.convert("L")
