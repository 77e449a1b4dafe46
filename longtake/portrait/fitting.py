"""Fitting a portrait to the video's size, as a JPEG that every provider takes."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter

from longtake.errors import ImageError
from longtake.files import written_whole
from longtake.options import Fit
from longtake.portrait.colour import BACKDROP, flatten, to_srgb
from longtake.portrait.placing import Placing, place
from longtake.portrait.reading import PictureInfo, read_upright
from longtake.portrait.size import Size

LEAST_SIDE = 256
MOST_BYTES = 5_000_000
_LADDER = ((95, "4:4:4"), (92, "4:4:4"), (88, "4:2:0"), (84, "4:2:0"))
_NOTED_ENLARGEMENT = 1.05
_BLUR_OF_SHORT_SIDE = 1 / 22
_FILL_BRIGHTNESS = 0.72


def fit_portrait(path: Path, *, size: Size, fit: Fit, output_folder: Path) -> Path:
    """The portrait at exactly `size`, in sRGB, as `portrait.jpg` of at most 5 MB in `output_folder`.

    `contain` shows all of it in front of a blurred copy; `cover` cuts off what is over; `exact` takes the video's own
    shape only. Raises ImageError.
    """
    return fit_with_warnings(path, size=size, fit=fit, output_folder=output_folder)[0]


def fit_with_warnings(
    path: Path, *, size: Size, fit: Fit, output_folder: Path, name: str | None = None
) -> tuple[Path, tuple[str, ...]]:
    """The fitted portrait, and what its user should know of it. `name` is what messages call the file."""
    where = name or str(path)
    upright, info = read_upright(path, size, name=name)
    if min(info.width, info.height) < LEAST_SIDE:
        raise ImageError(
            f"the picture has only {info.size} pixels, too few for a portrait.",
            where=where,
            hint=f"Use one of at least {LEAST_SIDE} pixels a side; {size} would be best.",
        )
    placing = place(info.size, size, fit, where=where)
    crop = placing.crop_of(upright.width, upright.height)
    part = upright.resize(placing.size, Image.Resampling.LANCZOS, box=crop, reducing_gap=3.0)
    part.info = upright.info
    colours, profile_used = to_srgb(part)
    target = output_folder / "portrait.jpg"
    with written_whole(target) as draft:
        draft.write_bytes(_jpeg(_framed(flatten(colours, BACKDROP), placing, size)))
    return target, _warnings(info, placing, size, profile_used=profile_used)


def _framed(part: Image.Image, placing: Placing, size: Size) -> Image.Image:
    """The part in its box, in front of itself: enlarged to fill the frame, blurred and darkened."""
    whole = (size.width, size.height)
    if part.size == whole:
        return part
    filling = place(Size(width=part.width, height=part.height), size, "cover", where="")
    small = (max(1, size.width // 4), max(1, size.height // 4))  # blurred all the same, and much faster
    fill = part.resize(small, Image.Resampling.BOX, box=filling.crop_of(*part.size))
    fill = fill.filter(ImageFilter.GaussianBlur(min(small) * _BLUR_OF_SHORT_SIDE))
    fill = ImageEnhance.Brightness(fill).enhance(_FILL_BRIGHTNESS).resize(whole, Image.Resampling.BICUBIC)
    fill.paste(part, placing.box[:2])
    return fill


def _jpeg(image: Image.Image) -> bytes:
    """The image at the best quality of the ladder that stays below the size limit."""
    data = b""
    for quality, subsampling in _LADDER:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, subsampling=subsampling)
        data = buffer.getvalue()
        if len(data) <= MOST_BYTES:
            break
    return data


def _warnings(info: PictureInfo, placing: Placing, size: Size, *, profile_used: bool) -> tuple[str, ...]:
    found = []
    enlargement = placing.enlargement(info.size)
    if enlargement > _NOTED_ENLARGEMENT:
        found.append(
            f"the picture has {info.size} pixels and is enlarged {enlargement:.1f} times for a video of {size}; "
            "a larger picture looks sharper"
        )
    if info.has_alpha:
        found.append("transparent parts of the picture show light grey")
    if info.is_animated:
        found.append("the picture is animated; its first frame is used")
    if not profile_used:
        found.append("the picture's colour profile cannot be used; its colours are taken as sRGB")
    return tuple(found)
