"""Portraits and masks: any picture, brought to the size and kind that a provider takes."""

from longtake.portrait.fit import fit_mask, fit_portrait
from longtake.portrait.picture import PictureInfo, read_picture
from longtake.portrait.prepare import FittedImage, prepare_mask, prepare_portrait
from longtake.portrait.size import Size, output_size

__all__ = [
    "FittedImage",
    "PictureInfo",
    "Size",
    "fit_mask",
    "fit_portrait",
    "output_size",
    "prepare_mask",
    "prepare_portrait",
    "read_picture",
]
