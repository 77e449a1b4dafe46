"""Portraits and masks prepared once: fitted by a recipe, and found again by it whatever tools come later."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from longtake.assets import Asset, Prepared, Recipe, Store, prepare_once
from longtake.frozen import Frozen
from longtake.options import Fit
from longtake.portrait.fitting import fit_with_warnings
from longtake.portrait.masking import fit_mask_with_warnings
from longtake.portrait.size import Size


class FittedImage(Frozen):
    """A picture at the size of the video, and what its user should know of it."""

    asset: Asset
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    warnings: tuple[str, ...] = ()


def prepare_portrait(
    path: Path, *, source: Asset, size: Size, fit: Fit, store: Store, name: str | None = None
) -> FittedImage:
    """The portrait `source`, whose bytes are at `path`, fitted now or found. Raises ImageError.

    `name` is what messages call the file.
    """

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        target, warnings = fit_with_warnings(path, size=size, fit=fit, output_folder=folder, name=name)
        return target, {"warnings": warnings}

    recipe = Recipe(name="portrait", number=1, inputs={"source": source.sha256, **_how(size, fit)})
    return _image(prepare_once(store, recipe, make), size)


def prepare_mask(
    mask_path: Path,
    portrait_path: Path,
    *,
    source: Asset,
    portrait: Asset,
    size: Size,
    fit: Fit,
    store: Store,
    name: str | None = None,
) -> FittedImage:
    """The mask `source` of the unfitted portrait `portrait`, fitted now or found. Raises ImageError."""

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        target, warnings = fit_mask_with_warnings(
            mask_path, portrait_path, size=size, fit=fit, output_folder=folder, name=name
        )
        return target, {"warnings": warnings}

    inputs = {"source": source.sha256, "portrait": portrait.sha256, **_how(size, fit)}
    return _image(prepare_once(store, Recipe(name="mask", number=1, inputs=inputs), make), size)


def _how(size: Size, fit: Fit) -> dict[str, object]:
    return {"width": size.width, "height": size.height, "fit": fit}


def _image(prepared: Prepared, size: Size) -> FittedImage:
    return FittedImage(
        asset=prepared.asset,
        width=size.width,
        height=size.height,
        warnings=tuple(prepared.facts.get("warnings", ())),
    )
