"""Clips whose every frame says which clip and which frame it is, and masters that sound when a slot begins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from longtake.stitch import PlacedClip

COLUMNS, ROWS = 12, 2
CLIP_BITS, FRAME_BITS, CHECK_BITS = 9, 11, 4
SAMPLES_PER_FRAME = 1920
BURST_SAMPLES = 480


def code_bits(clip: int, frame: int) -> list[int]:
    check = (clip * 7 + frame * 3 + 5) % 16
    value = (clip << (FRAME_BITS + CHECK_BITS)) | (frame << CHECK_BITS) | check
    return [value >> bit & 1 for bit in range(COLUMNS * ROWS)]


def picture(clip: int, frame: int, width: int, height: int) -> np.ndarray:
    """A yuv420p picture: blocks of black and white in the upper half, something that moves in the lower."""
    luma = np.empty((height, width), np.uint8)
    cells = np.where(np.array(code_bits(clip, frame)), 220, 30).astype(np.uint8).reshape(ROWS, COLUMNS)
    half = height // 2
    luma[:half] = cells[np.arange(half) * ROWS // half][:, np.arange(width) * COLUMNS // width]
    luma[half:] = (np.arange(width) * 2 + frame * 5 + np.arange(half, height)[:, None]) % 200 + 20
    chroma = np.full((height // 2, width), 100 + clip % 50, np.uint8)
    return np.vstack([luma, chroma])


def read_code(luma: np.ndarray, height: int | None = None) -> tuple[int, int]:
    """(clip, frame) of a picture's luma, or of one channel of it."""
    half = (height or luma.shape[0]) // 2
    rows = [half * (2 * row + 1) // (2 * ROWS) for row in range(ROWS)]
    columns = [luma.shape[1] * (2 * column + 1) // (2 * COLUMNS) for column in range(COLUMNS)]
    bits = [int(np.mean(luma[r - 3 : r + 4, c - 3 : c + 4]) > 125) for r in rows for c in columns]
    value = sum(bit << place for place, bit in enumerate(bits))
    clip, frame = value >> (FRAME_BITS + CHECK_BITS), value >> CHECK_BITS & ((1 << FRAME_BITS) - 1)
    assert bits == code_bits(clip, frame), "no code can be read"
    return clip, frame


def write_clip(
    path: Path,
    number: int,
    frames: int,
    *,
    rate: Fraction | int = 25,
    size: tuple[int, int] = (320, 180),
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    sound: bool = False,
) -> Path:
    """A clip of `frames` coded frames. The default has B-frames that others refer to, and short closed GOPs."""
    usual = {"preset": "ultrafast", "bf": "3", "b-pyramid": "normal", "g": "24", "threads": "1", "crf": "26"}
    chosen = (usual if codec == "libx264" else {}) | (options or {})
    with av.open(str(path), "w", format="mp4" if path.suffix == ".mp4" else None) as container:
        stream = container.add_stream(codec, rate=rate, options=chosen)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        heard = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for frame in range(frames):
            image = av.VideoFrame.from_ndarray(picture(number, frame, *size), format="yuv420p")
            image.pts, image.time_base = frame, 1 / Fraction(rate)
            container.mux(stream.encode(image))
        container.mux(stream.encode(None))
        if heard:
            for block in tone_blocks(np.zeros(frames * SAMPLES_PER_FRAME, np.int16)):
                container.mux(heard.encode(block))
            container.mux(heard.encode(None))
    return path


def tone_blocks(samples: np.ndarray) -> Iterator[av.AudioFrame]:
    for start in range(0, len(samples), 1024):
        block = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="s16", layout="mono")
        block.rate, block.pts = 48_000, start
        yield block


def write_master(path: Path, starts: list[int], frames: int) -> Path:
    """AAC of exactly `frames` frames: silence, with a click of 10 ms at each of `starts` (in frames)."""
    samples = np.zeros(frames * SAMPLES_PER_FRAME, np.int16)
    burst = (np.sin(np.arange(BURST_SAMPLES) * 2 * np.pi * 3000 / 48_000) * 16_000).astype(np.int16)
    for start in starts:
        samples[start * SAMPLES_PER_FRAME :][:BURST_SAMPLES] = burst
    with av.open(str(path), "w", format="mp4", container_options={"movie_timescale": "48000"}) as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        stream.bit_rate = 96_000
        for block in tone_blocks(samples):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return path


def place(paths: list[Path], slots: list[int], sent: list[int] | None = None) -> tuple[PlacedClip, ...]:
    """Clips one behind the other, each in a slot of so many frames."""
    placed, start = [], 0
    for path, slot, length in zip(paths, slots, sent or slots, strict=True):
        placed.append(PlacedClip(path=path, start_frame=start, end_frame=start + slot, sent_frames=length))
        start += slot
    return tuple(placed)


def decoded(path: Path) -> Iterator[tuple[Fraction, np.ndarray]]:
    """Every picture of a file as a decoder gives it: its time in seconds, and its planes."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            assert not frame.is_corrupt
            yield frame.pts * frame.time_base, frame.to_ndarray(format="yuv420p")


def pixel_hash(planes: np.ndarray) -> str:
    return hashlib.sha256(planes.tobytes()).hexdigest()


def decoded_sound(path: Path) -> np.ndarray:
    """The sound as a decoder gives it, each sample at its time from 0."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        blocks = [(frame.pts, frame.to_ndarray()[0]) for frame in container.decode(stream)]
    sound = np.zeros(max(pts + len(block) for pts, block in blocks), np.float32)
    for pts, block in blocks:
        sound[max(pts, 0) : pts + len(block)] = block[max(0, -pts) :]
    return sound
