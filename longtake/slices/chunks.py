"""Chunks: the sound of a slot as a file of its own, prepared once and found again by its sound."""

from __future__ import annotations

from pathlib import Path

from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.slices.digests import fingerprint
from longtake.slices.pieces import Timeline
from longtake.slices.reading import write_slice


def chunk_recipe(sound: str) -> Recipe:
    """The recipe of the chunk that has the fingerprint `sound`."""
    return Recipe(name="chunk", number=1, inputs={"fingerprint": sound})


def prepare_chunk(
    timeline: Timeline, digests: bytes, start_frame: int, end_frame: int, sent_frames: int, store: Store
) -> Asset:
    """The chunk of a slot: a WAV of `sent_frames` frames, cut now or found. `digests` are those of the timeline."""

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        path = folder / "chunk.wav"
        write_slice(timeline, store, start_frame, end_frame, sent_frames, path)
        return path, {"frames": end_frame - start_frame, "sent_frames": sent_frames}

    sound = fingerprint(digests, start_frame, end_frame, sent_frames)
    return prepare_once(store, chunk_recipe(sound), make).asset
