"""Rendering a preview clip: the few pictures it can need are encoded once, and the clip is put together from them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import soundfile
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from longtake.errors import MediaError
from longtake.files import written_whole
from longtake.grid import FRAMES_PER_SECOND, SAMPLES_PER_FRAME, SAMPLES_PER_SECOND
from longtake.preview.bank import X264_OPTIONS, coded_pictures
from longtake.preview.groups import grouped
from longtake.preview.stage import Stage
from longtake.preview.voice import voice_levels

_MUXER = {"movflags": "+faststart", "fflags": "+bitexact", "video_track_timescale": "12800", "movie_timescale": "1000"}
# A fixed quality takes half of the time that a fixed bit rate takes: about 55 kb/s.
_AAC = {
    "aac_coder": "fast",
    "aac_tns": "0",
    "aac_pns": "0",
    "cutoff": "10000",
    "flags": "+qscale+bitexact",
    "global_quality": "118",
}
_FRAME = Fraction(1, FRAMES_PER_SECOND)

Timed: TypeAlias = "tuple[float, Packet[Any]]"


def render_preview(image: Path, chunk: Path, output: Path, *, label: str) -> None:
    """Write an MP4 that shows `image`, a badge with `label`, and a light that follows the voice of `chunk`.

    It has exactly as many frames as the chunk (a 48 kHz mono WAV of whole frames), H.264 at 25 frames a second, the
    chunk's sound as AAC, and faststart. Clips of one size can be joined without encoding them again; equal input gives
    equal bytes. Raises ImageError or MediaError.
    """
    samples = _samples(chunk)
    levels = voice_levels(samples).tolist()
    stage = Stage(image, label)
    with written_whole(output) as part, av.open(str(part), "w", format="mp4", container_options=_MUXER) as container:
        video, audio = _video_stream(container, stage), _audio_stream(container)
        container.start_encoding()
        pictures = _picture_packets(stage, levels, video)
        for _, packet in heapq.merge(pictures, _sound_packets(samples, audio), key=itemgetter(0)):
            container.mux_one(packet)


def _samples(chunk: Path) -> NDArray[np.int16]:
    try:
        samples, rate = soundfile.read(chunk, dtype="int16")
    except (soundfile.LibsndfileError, OSError) as error:
        raise MediaError("the chunk cannot be read as audio.", where=str(chunk)) from error
    if rate != SAMPLES_PER_SECOND or samples.ndim != 1 or not samples.size or samples.size % SAMPLES_PER_FRAME:
        raise MediaError("this is no chunk: 48 kHz, mono, whole frames of 1,920 samples.", where=str(chunk))
    return np.asarray(samples, np.int16)


def _video_stream(container: OutputContainer, stage: Stage) -> VideoStream:
    stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=X264_OPTIONS)
    stream.width, stream.height, stream.pix_fmt = stage.width, stage.height, "yuv420p"
    context = stream.codec_context
    context.thread_count = 1  # x264 gives the same bytes only for the same number of threads
    context.time_base = _FRAME
    context.color_range = context.colorspace = context.color_primaries = context.color_trc = 1  # MPEG range, BT.709
    return stream


def _audio_stream(container: OutputContainer) -> AudioStream:
    return container.add_stream("aac", rate=SAMPLES_PER_SECOND, layout="mono", options=_AAC)


def _picture_packets(stage: Stage, levels: list[int], stream: VideoStream) -> Iterator[Timed]:
    for number, picture in enumerate(coded_pictures(stage, grouped(levels), stream)):
        packet: Packet[Any] = Packet(picture.data)
        packet.stream, packet.time_base = stream, _FRAME
        # the last picture of a group is decoded second: so all are decoded one frame ahead of the first one's time
        packet.pts, packet.dts, packet.duration = picture.shown_frame, number - 1, 1
        packet.is_keyframe = picture.is_key
        yield number / FRAMES_PER_SECOND, packet


def _sound_packets(samples: NDArray[np.int16], stream: AudioStream) -> Iterator[Timed]:
    for at in range(0, samples.size, SAMPLES_PER_SECOND):
        block = samples[None, at : at + SAMPLES_PER_SECOND].astype(np.float32) / np.float32(32768)
        frame = AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLES_PER_SECOND, at, Fraction(1, SAMPLES_PER_SECOND)
        for packet in stream.encode(frame):
            yield at / SAMPLES_PER_SECOND, packet
    for packet in stream.encode(None):
        yield samples.size / SAMPLES_PER_SECOND, packet
