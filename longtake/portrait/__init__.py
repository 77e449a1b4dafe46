"""Portraits and masks: read whatever format they have, and fitted to the size of the video."""

from longtake.portrait.fitting import fit_portrait
from longtake.portrait.masking import fit_mask
from longtake.portrait.prepare import FittedImage, prepare_mask, prepare_portrait
from longtake.portrait.reading import PictureInfo, read_picture
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
