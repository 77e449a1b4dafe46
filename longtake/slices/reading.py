"""Reading the samples of a span of the timeline, and writing them as a WAV file."""

from __future__ import annotations

import wave
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from longtake.assets import Asset, Store
from longtake.errors import LongtakeError
from longtake.grid import SAMPLES_PER_FRAME, SAMPLES_PER_SECOND
from longtake.slices.pieces import Piece, Timeline

BLOCK_FRAMES = 250


class UnfitAudio(LongtakeError):
    """Prepared audio is not what it must be: 48 kHz, mono, 16-bit PCM, and as long as its piece says."""


@contextmanager
def opened(asset: Asset, store: Store) -> Iterator[soundfile.SoundFile]:
    """The asset's audio, open for reading. Raises UnfitAudio when it is no 48 kHz mono 16-bit PCM."""
    with store.local(asset) as path:
        try:
            file = soundfile.SoundFile(path)
        except soundfile.LibsndfileError as error:
            raise UnfitAudio(f"audio {asset.sha256[:12]} cannot be read: {error}") from error
        with file:
            kind = (file.samplerate, file.channels, file.subtype)
            if kind != (SAMPLES_PER_SECOND, 1, "PCM_16"):
                raise UnfitAudio(f"audio {asset.sha256[:12]} is {kind}, not 48 kHz, mono, 16-bit")
            yield file


def blocks_of(file: soundfile.SoundFile, frames: int, block_frames: int) -> Iterator[NDArray[np.int16]]:
    """The next `frames` frames of an open file, in blocks. Raises UnfitAudio when it ends before."""
    while frames:
        wanted = min(frames, block_frames)
        samples = file.read(wanted * SAMPLES_PER_FRAME, dtype="int16")
        if len(samples) < wanted * SAMPLES_PER_FRAME:
            raise UnfitAudio(f"audio {Path(file.name).name} ends {frames} frames before its piece does")
        yield samples
        frames -= wanted


def _piece_blocks(piece: Piece, store: Store, block_frames: int) -> Iterator[NDArray[np.int16]]:
    if piece.audio is None:
        for first in range(0, piece.frames, block_frames):
            yield np.zeros(min(block_frames, piece.frames - first) * SAMPLES_PER_FRAME, np.int16)
        return
    with opened(piece.audio, store) as file:
        file.seek(min(piece.start_frame * SAMPLES_PER_FRAME, file.frames))
        yield from blocks_of(file, piece.frames, block_frames)


def _blocks(pieces: Iterable[Piece], store: Store, block_frames: int) -> Iterator[NDArray[np.int16]]:
    for piece in pieces:
        yield from _piece_blocks(piece, store, block_frames)


def iter_blocks(timeline: Timeline, store: Store, block_frames: int = BLOCK_FRAMES) -> Iterator[NDArray[np.int16]]:
    """All samples of the timeline in order, in blocks of at most `block_frames` frames."""
    return _blocks(timeline.pieces, store, block_frames)


def read_span(timeline: Timeline, store: Store, start_frame: int, end_frame: int) -> NDArray[np.int16]:
    """Exactly the samples of [start_frame, end_frame); nothing else is read."""
    blocks = list(_blocks(timeline.span(start_frame, end_frame), store, BLOCK_FRAMES))
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)


def write_slice(
    timeline: Timeline, store: Store, start_frame: int, end_frame: int, sent_frames: int, target: Path
) -> None:
    """Write [start_frame, end_frame), and silence up to `sent_frames`, as a 48 kHz mono 16-bit WAV.

    The header is the plain one of 44 bytes; equal sound gives equal bytes.
    """
    silence = sent_frames - (end_frame - start_frame)
    if silence < 0:
        raise ValueError(f"a slot of {end_frame - start_frame} frames does not fit in {sent_frames}")
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLES_PER_SECOND)
        file.setnframes(sent_frames * SAMPLES_PER_FRAME)
        for samples in _blocks(timeline.span(start_frame, end_frame), store, BLOCK_FRAMES):
            file.writeframesraw(samples.astype("<i2", copy=False).tobytes())
        file.writeframesraw(bytes(2 * silence * SAMPLES_PER_FRAME))
