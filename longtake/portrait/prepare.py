"""Portraits and masks, prepared once: kept by their source, their size and the fit, whatever tools come later."""

from __future__ import annotations

from pathlib import Path

from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.frozen import Frozen
from longtake.options import Fit
from longtake.portrait.fit import fit_mask, fit_portrait
from longtake.portrait.size import Size


class FittedImage(Frozen):
    """A stored picture of the video's size."""

    asset: Asset
    width: int
    height: int


def prepare_portrait(path: Path, *, source: Asset, size: Size, fit: Fit, store: Store) -> FittedImage:
    """The portrait `source`, which lies at `path`, fitted. Raises ImageError."""
    recipe = Recipe(
        name="portrait", number=1, inputs={"source": source.sha256, "size": [size.width, size.height], "fit": fit}
    )
    prepared = prepare_once(
        store, recipe, lambda folder: (fit_portrait(path, size=size, fit=fit, output_folder=folder), {})
    )
    return FittedImage(asset=prepared.asset, width=size.width, height=size.height)


def prepare_mask(
    mask_path: Path, portrait_path: Path, *, source: Asset, portrait: Asset, size: Size, fit: Fit, store: Store
) -> FittedImage:
    """The mask `source` of the picture `portrait`, fitted as that is. Raises ImageError."""
    recipe = Recipe(
        name="mask",
        number=1,
        inputs={
            "source": source.sha256,
            "portrait": portrait.sha256,
            "size": [size.width, size.height],
            "fit": fit,
        },
    )
    prepared = prepare_once(
        store,
        recipe,
        lambda folder: (fit_mask(mask_path, portrait_path, size=size, fit=fit, output_folder=folder), {}),
    )
    return FittedImage(asset=prepared.asset, width=size.width, height=size.height)
