"""Logos: pictures laid over a corner, brought to their size once."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from longtake.around import Logo
from longtake.assets import Recipe, Store, prepare_once
from longtake.finish.finish import Stamp
from longtake.inputs import asset_of
from longtake.portrait import Size
from longtake.portrait.colour import to_srgb
from longtake.portrait.reading import read_upright
from longtake.stitch.ink import MARGIN

MOST_HEIGHT = 0.5
"""A tall logo is made no higher than that part of the video, whatever its width was to be."""


def prepare_logo(logo: Logo, size: Size, store: Store) -> Stamp:
    """The logo of a pinned storyboard at its size in a video of `size`, made now or found. Raises ImageError."""
    source = asset_of(logo.file)

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        output = folder / "logo.png"
        with store.local(source) as path:
            scaled_logo(path, logo, size).save(output)
        return output, {}

    inputs = {
        "source": source.sha256,
        "width": size.width,
        "height": size.height,
        "part": logo.width,
        "opacity": logo.opacity,
    }
    prepared = prepare_once(store, Recipe(name="logo", number=1, inputs=inputs), make)
    return Stamp(picture=prepared.asset, corner=logo.corner)


def scaled_logo(path: Path, logo: Logo, size: Size) -> Image.Image:
    """The logo in sRGB with its transparency, at its part of the video's width and never over the margins."""
    margin = 2 * MARGIN * min(size.width, size.height)
    upright, _ = read_upright(path, size, name="logo")
    widest = min(size.width * logo.width, size.width - margin)
    tallest = min(size.height * MOST_HEIGHT, size.height - margin)
    scale = min(widest / upright.width, tallest / upright.height)
    wanted = max(1, round(upright.width * scale)), max(1, round(upright.height * scale))
    colours, _ = to_srgb(upright)
    picture = colours.convert("RGBA").resize(wanted, Image.Resampling.LANCZOS)
    if logo.opacity < 1:
        picture.putalpha(picture.getchannel("A").point(lambda alpha: round(alpha * logo.opacity)))
    return picture
