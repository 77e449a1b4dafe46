"""Fitting a mask with exactly its portrait's geometry: white is the person who speaks."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from longtake.errors import ImageError
from longtake.files import written_whole
from longtake.options import Fit
from longtake.portrait.colour import flatten
from longtake.portrait.placing import place
from longtake.portrait.reading import PictureInfo, opened, read_upright, turn, upright_info
from longtake.portrait.size import Size

_WHITE_FROM = 128
_BLACK = (0, 0, 0)


def fit_mask(mask_path: Path, portrait_path: Path, *, size: Size, fit: Fit, output_folder: Path) -> Path:
    """The mask at exactly `size`, as `mask.png` in `output_folder`: one channel of 0 and 255.

    It is scaled and cut as its portrait is, and black where the portrait does not reach. It must have the portrait's
    size, or its shape but for 1 %. Raises ImageError.
    """
    return fit_mask_with_warnings(mask_path, portrait_path, size=size, fit=fit, output_folder=output_folder)[0]


def fit_mask_with_warnings(
    mask_path: Path, portrait_path: Path, *, size: Size, fit: Fit, output_folder: Path, name: str | None = None
) -> tuple[Path, tuple[str, ...]]:
    """The fitted mask, and what its user should know of it. `name` is what messages call the mask."""
    where = name or str(mask_path)
    with opened(portrait_path) as image:
        portrait = upright_info(image)
    mask, info = read_upright(mask_path, size, name=name)
    mask = _as_portrait_stands(mask, info, portrait, where)
    placing = place(portrait.size, size, fit, where=str(portrait_path))
    grey = flatten(mask, _BLACK).convert("L")
    crop = placing.crop_of(grey.width, grey.height)
    part = grey.resize(placing.size, Image.Resampling.BILINEAR, box=crop)
    fitted = Image.new("L", (size.width, size.height), 0)
    fitted.paste(part.point([255 if level >= _WHITE_FROM else 0 for level in range(256)]), placing.box[:2])
    warnings = _checked(fitted, grey, where)
    target = output_folder / "mask.png"
    with written_whole(target) as draft:
        fitted.save(draft, "PNG", optimize=True)
    return target, warnings


def _as_portrait_stands(mask: Image.Image, info: PictureInfo, portrait: PictureInfo, where: str) -> Image.Image:
    """The mask upright. One drawn on the portrait as its file holds it, before EXIF turns it, is turned like it.

    Raises ImageError when the mask has neither the upright portrait's shape nor the file's.
    """
    lying = Size(width=portrait.height, height=portrait.width)
    if portrait.is_turned and info.size == lying != portrait.size:
        return turn(mask, portrait.orientation)
    if info.size.is_shaped_like(portrait.size):
        return mask
    if portrait.is_turned and info.size.is_shaped_like(lying):
        return turn(mask, portrait.orientation)
    raise ImageError(
        f"the mask has {info.size} pixels and its portrait {portrait.size}.",
        where=where,
        hint="Draw the mask on the portrait, so that both have the same size.",
    )


def _checked(fitted: Image.Image, whole: Image.Image, where: str) -> tuple[str, ...]:
    """Warnings about the mask. Raises ImageError when it shows nobody."""
    white = fitted.histogram()[255]
    if white == 0:
        cut_off = sum(whole.histogram()[_WHITE_FROM:]) > 0
        reason = "is black in the part that the video shows" if cut_off else "is black everywhere"
        raise ImageError(
            f"the mask {reason}, so nobody would speak.",
            where=where,
            hint="Paint the person who speaks white." + (" Or choose the fit contain." if cut_off else ""),
        )
    if white == fitted.width * fitted.height:
        return ("the mask is white everywhere, so it picks nobody out: it can be left away",)
    return ()
