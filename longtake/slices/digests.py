"""What stands for the sound of a slice: a digest of each frame, and the fingerprint of a row of them.

A fingerprint depends on the samples alone: not on the line or recording they come from, nor on the place in the video.
The digests of a prepared file are worked out once and kept, so a fingerprint costs one hash of 8 bytes a frame.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.grid import SAMPLES_PER_FRAME
from longtake.slices.pieces import Piece, Timeline
from longtake.slices.reading import BLOCK_FRAMES, UnfitAudio, blocks_of, opened

DIGEST_BYTES = 8


def frame_digests(samples: NDArray[np.int16]) -> bytes:
    """A digest of 8 bytes for each frame of 1,920 samples, joined. Raises ValueError for part of a frame."""
    if len(samples) % SAMPLES_PER_FRAME:
        raise ValueError(f"{len(samples)} samples are no whole frames of {SAMPLES_PER_FRAME}")
    data = memoryview(samples.astype("<i2", copy=False).tobytes())
    size = 2 * SAMPLES_PER_FRAME
    return b"".join(
        hashlib.blake2b(data[at : at + size], digest_size=DIGEST_BYTES).digest() for at in range(0, len(data), size)
    )


_SILENT_FRAME = frame_digests(np.zeros(SAMPLES_PER_FRAME, np.int16))


def fingerprint(digests: bytes, start_frame: int, end_frame: int, sent_frames: int) -> str:
    """64 hex digits for the sound of [start_frame, end_frame), with silence behind it up to `sent_frames`."""
    if not 0 <= start_frame < end_frame <= len(digests) // DIGEST_BYTES:
        raise ValueError(f"frames {start_frame} to {end_frame} are not inside {len(digests) // DIGEST_BYTES}")
    sound = hashlib.sha256(digests[start_frame * DIGEST_BYTES : end_frame * DIGEST_BYTES])
    sound.update(sent_frames.to_bytes(DIGEST_BYTES, "big"))
    return sound.hexdigest()


def timeline_digests(timeline: Timeline, store: Store) -> bytes:
    """The digests of all frames of the timeline. Each audio file is read the first time only."""
    kept: dict[Asset, bytes] = {}

    def of_piece(piece: Piece) -> bytes:
        if piece.audio is None:
            return _SILENT_FRAME * piece.frames
        if piece.audio not in kept:
            kept[piece.audio] = _digests_of(piece.audio, store)
        first, last = piece.start_frame, piece.start_frame + piece.frames
        found = kept[piece.audio][first * DIGEST_BYTES : last * DIGEST_BYTES]
        if len(found) < piece.frames * DIGEST_BYTES:
            raise UnfitAudio(f"audio {piece.audio.sha256[:12]} is shorter than its piece, which ends at frame {last}")
        return found

    return b"".join(map(of_piece, timeline.pieces))


def _digests_of(audio: Asset, store: Store) -> bytes:
    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        path = folder / "frames.digests"
        with opened(audio, store) as file, path.open("wb") as output:
            frames, rest = divmod(file.frames, SAMPLES_PER_FRAME)
            if rest:
                raise UnfitAudio(f"audio {audio.sha256[:12]} is no whole number of frames: {rest} samples are over")
            for samples in blocks_of(file, frames, BLOCK_FRAMES):
                output.write(frame_digests(samples))
        return path, {"frames": frames}

    prepared = prepare_once(store, Recipe(name="digests", number=1, inputs={"audio": audio.sha256}), make)
    with store.open(prepared.asset) as file:
        return file.read()
