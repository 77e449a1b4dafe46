"""Slices of the timeline's sound, exact to the sample, and what stands for the sound of a slice."""

from longtake.slices.chunks import chunk_recipe, prepare_chunk
from longtake.slices.digests import fingerprint, frame_digests, timeline_digests
from longtake.slices.pieces import Piece, Timeline
from longtake.slices.reading import UnfitAudio, iter_blocks, read_span, write_slice

__all__ = [
    "Piece",
    "Timeline",
    "UnfitAudio",
    "chunk_recipe",
    "fingerprint",
    "frame_digests",
    "iter_blocks",
    "prepare_chunk",
    "read_span",
    "timeline_digests",
    "write_slice",
]
