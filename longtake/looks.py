"""The looks of a video: every portrait and mask that it shows, fitted to one size."""

from __future__ import annotations

from longtake.assets import Store
from longtake.inputs import asset_of
from longtake.options import RenderOptions
from longtake.orders import FittedLook
from longtake.portrait import Size, output_size, prepare_mask, prepare_portrait, read_picture
from longtake.progress import note_once
from longtake.storyboard import Look, Storyboard


def looks_of(storyboard: Storyboard) -> tuple[Look, ...]:
    """Every look that some line has, once each, in order."""
    looks = (storyboard.look(scene, line) for scene in storyboard.scenes for line in scene.lines)
    return tuple(dict.fromkeys(looks))


def video_size(looks: tuple[Look, ...], options: RenderOptions, store: Store) -> Size:
    """The size of the whole video: the chosen shape, or that of the first portrait."""
    with store.local(asset_of(looks[0].image)) as path:
        picture = read_picture(path)
    return output_size(options.shape, options.resolution, Size(width=picture.width, height=picture.height))


def fit_look(look: Look, size: Size, options: RenderOptions, store: Store) -> FittedLook:
    """A look with its portrait and mask fitted to the video's size."""
    portrait = asset_of(look.image)
    with store.local(portrait) as path:
        fitted = prepare_portrait(path, source=portrait, size=size, fit=options.fit, store=store)
        for warning in fitted.warnings:
            note_once(warning)
        if look.mask is None:
            return FittedLook(image=fitted.asset, prompt=look.prompt)
        mask = asset_of(look.mask)
        with store.local(mask) as mask_path:
            fitted_mask = prepare_mask(
                mask_path, path, source=mask, portrait=portrait, size=size, fit=options.fit, store=store
            )
    for warning in fitted_mask.warnings:
        note_once(warning)
    return FittedLook(image=fitted.asset, mask=fitted_mask.asset, prompt=look.prompt)
