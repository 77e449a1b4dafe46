"""Rendering a preview clip: every picture it can need is encoded once, the clip is put together from the packets.

A clip is a row of blocks of five frames, each a GOP of its own: an IDR picture and four that follow it. A block goes
from one loudness to another, of four; so sixteen blocks are all there are, however long the clip is.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import soundfile
from av import AudioFrame, Packet
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream
from numpy.typing import NDArray

from longtake.errors import MediaError
from longtake.grid import FRAMES_PER_SECOND, SAMPLES_PER_FRAME, SAMPLES_PER_SECOND
from longtake.preview.drawing import Stage

BLOCK_FRAMES = 5
_MP4 = {"movflags": "+faststart", "fflags": "+bitexact"}
LEVELS = 4
QUIET_DB, LOUD_DB = -42.0, -18.0
_X264 = {
    "preset": "superfast",
    "crf": "26",
    "bf": "0",
    "g": str(BLOCK_FRAMES),
    "x264-params": "scenecut=0:rc-lookahead=0:mbtree=0:sync-lookahead=0:open-gop=0",
}
Block = tuple[int, int]


def render_preview(image: Path, chunk: Path, output: Path, *, label: str) -> None:
    """Write an MP4 of as many frames as `chunk` (48 kHz mono WAV) has, showing `image` and the voice's loudness.

    H.264 at 25 frames a second and AAC. Clips of pictures of one size can be joined without encoding them again.
    Raises MediaError for a chunk that is not on the frame grid.
    """
    samples, rate = soundfile.read(chunk, dtype="int16")
    if rate != SAMPLES_PER_SECOND or samples.ndim != 1 or not len(samples) or len(samples) % SAMPLES_PER_FRAME:
        raise MediaError("this is no chunk: 48 kHz mono, whole frames of 1,920 samples.", where=str(chunk))
    frames = len(samples) // SAMPLES_PER_FRAME
    blocks = _blocks(samples)
    with av.open(
        str(output), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
    ) as container:
        stage = Stage(image, label)
        video = _video_stream(container, stage)
        audio = container.add_stream(
            "aac", rate=SAMPLES_PER_SECOND, layout="mono", bit_rate=96_000, options={"aac_coder": "fast"}
        )
        audio.codec_context.flags |= av.codec.context.Flags.bitexact
        bank = _bank(stage, video, blocks)
        for packet in _laid_out(bank, blocks, frames, video):
            container.mux(packet)
        for frame in _audio_frames(samples):
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))


def _video_stream(container: OutputContainer, stage: Stage) -> VideoStream:
    stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=_X264)
    stream.width, stream.height = stage.width, stage.height
    stream.pix_fmt = "yuv420p"
    stream.time_base = Fraction(1, FRAMES_PER_SECOND)
    context = stream.codec_context
    context.thread_count = 1  # the bytes must not depend on the number of cores
    context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
    context.color_range = 1
    return stream


def _blocks(samples: NDArray[np.int16]) -> list[Block]:
    """The loudness that each block of five frames begins and ends with."""
    frames = samples.reshape(-1, SAMPLES_PER_FRAME).astype(np.float32) / 32768
    rms_db = 10 * np.log10(np.mean(np.square(frames), axis=1) + 1e-12)
    share = np.clip((rms_db - QUIET_DB) / (LOUD_DB - QUIET_DB), 0, 1)
    levels = np.round(share * (LEVELS - 1)).astype(int)
    edges = range(0, len(levels) + BLOCK_FRAMES, BLOCK_FRAMES)
    at_edges = [int(levels[max(0, edge - 2) : edge + 3].max(initial=0)) for edge in edges]
    return list(pairwise(at_edges))


def _bank(stage: Stage, stream: VideoStream, blocks: list[Block]) -> dict[Block, list[bytes]]:
    """The packets of each block that occurs, five to a block."""
    order = list(dict.fromkeys(blocks))
    packets: list[bytes] = []
    for number, (first, last) in enumerate(order):
        for phase in range(BLOCK_FRAMES):
            level = first + (last - first) * phase / BLOCK_FRAMES
            frame = stage.frame(level / (LEVELS - 1), phase if level else 0)
            frame.pts = number * BLOCK_FRAMES + phase
            frame.time_base = Fraction(1, FRAMES_PER_SECOND)
            frame.pict_type = PictureType.I if phase == 0 else PictureType.NONE
            packets.extend(bytes(packet) for packet in stream.encode(frame))
    packets.extend(bytes(packet) for packet in stream.encode(None))
    return {block: packets[at * BLOCK_FRAMES : (at + 1) * BLOCK_FRAMES] for at, block in enumerate(order)}


def _laid_out(
    bank: dict[Block, list[bytes]], blocks: list[Block], frames: int, stream: VideoStream
) -> Iterator[Packet[VideoStream]]:
    at = 0
    for block in blocks:
        for phase, data in enumerate(bank[block]):
            if at == frames:
                return
            packet: Packet[VideoStream] = Packet(data)
            packet.stream = stream
            packet.time_base = Fraction(1, FRAMES_PER_SECOND)
            packet.pts = packet.dts = at
            packet.duration = 1
            packet.is_keyframe = phase == 0
            yield packet
            at += 1


def _audio_frames(samples: NDArray[np.int16]) -> Iterator[AudioFrame]:
    for at in range(0, len(samples), SAMPLES_PER_SECOND):
        frame = AudioFrame.from_ndarray(samples[None, at : at + SAMPLES_PER_SECOND], format="s16", layout="mono")
        frame.sample_rate = SAMPLES_PER_SECOND
        frame.pts = at
        frame.time_base = Fraction(1, SAMPLES_PER_SECOND)
        yield frame
