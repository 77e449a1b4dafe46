"""What a clip is, told by reading its packets and decoding nothing: 5-15 ms for half a minute."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray
from pydantic import Field

from longtake.errors import MediaError
from longtake.frozen import Frozen

_STANDARD_RATES = [Fraction(n * 1000, d) for n in (24, 25, 30, 50, 60) for d in (1000, 1001)]
_RATE_TOLERANCE = Fraction(4, 10_000)  # under half the distance from 29.97 to 30


class ClipShape(Frozen):
    """A clip's video as its container and its packets tell it."""

    codec: str = Field(description="Name of the video codec, such as h264.")
    width: int
    height: int
    fps: str = Field(description="Frames per second as a fraction, such as 25 or 30000/1001.")
    pix_fmt: str
    frames: int = Field(description="Pictures in the file, counted.")
    duration_seconds: float = Field(description="From the first picture's start to the last one's end.")
    has_audio: bool
    extradata_sha256: str = Field(description="SHA-256 of the decoder's set-up (H.264: its parameter sets).")
    first_pts_seconds: float = Field(description="When the first picture is shown, by the clip's own clock.")

    @property
    def rate(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.fps)


@contextmanager
def open_clip(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """An open clip and its video stream. Raises MediaError when it is no readable video.

    Errors of libav while the context lasts become MediaError too.
    """
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            streams = [
                stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic
            ]
            if not streams:
                raise MediaError("there is no video in it.", where=str(path))
            yield container, streams[0]
    except (av.error.FFmpegError, OSError) as error:
        reason = error.strerror or type(error).__name__
        raise MediaError(f"it cannot be read as a video ({reason}).", where=str(path)) from error


def probe_clip(path: Path) -> ClipShape:
    """Read a clip's packets. Raises MediaError when it has no video or cannot be read to its end."""
    with open_clip(path) as (container, stream):
        times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
        context = stream.codec_context
        if not times or stream.time_base is None or not context.pix_fmt or not context.width:
            raise MediaError("its video cannot be decoded.", where=str(path))
        if stream.frames > len(times):
            raise MediaError(f"it is cut off: {len(times)} of {stream.frames} frames are there.", where=str(path))
        rate = frame_rate(np.array(times, dtype=np.int64), stream.time_base, stream.average_rate)
        return ClipShape(
            codec=context.name,
            width=context.width,
            height=context.height,
            fps=str(rate),
            pix_fmt=context.pix_fmt,
            frames=len(times),
            duration_seconds=float((times[-1] - times[0]) * stream.time_base + 1 / rate),
            has_audio=bool(container.streams.audio),
            extradata_sha256=hashlib.sha256(bytes(context.extradata or b"")).hexdigest(),
            first_pts_seconds=float(times[0] * stream.time_base),
        )


def frame_rate(times: NDArray[np.int64], time_base: Fraction, told: Fraction | None) -> Fraction:
    """The rate of pictures at `times` (sorted, in `time_base`); `told` is the container's word, for a single picture.

    A mean rate near a standard one is that one: a container in milliseconds cannot say 1/30 s exactly.
    """
    if len(times) < 2 or times[0] == times[-1]:
        return told or Fraction(25)
    mean = Fraction(len(times) - 1) / (int(times[-1] - times[0]) * time_base)
    nearest = min(_STANDARD_RATES, key=lambda rate: abs(rate - mean))
    if abs(mean / nearest - 1) <= _RATE_TOLERANCE:
        return nearest
    return mean.limit_denominator(1001)
