"""Single pictures of a video: found by a jump to the key picture before them, one decoded at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from av import VideoFrame
from av.container import InputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from PIL import Image

from longtake.errors import MediaError
from longtake.probe import open_clip

MOST_DECODED = 3000
"""A video whose key pictures are further apart than this is not searched on: what was decoded last is shown."""


class Frames:
    """The pictures of an open video."""

    def __init__(self, container: InputContainer, stream: VideoStream, where: str) -> None:
        self._container = container
        self._stream = stream
        self._where = where
        stream.thread_type = "AUTO"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self._stream.codec_context.width, self._stream.codec_context.height

    def at(self, seconds: float, size: tuple[int, int]) -> Image.Image:
        """The picture that is on at that time, scaled to `size`. Raises MediaError when none can be decoded."""
        base = self._stream.time_base
        assert base is not None, "an open video has a clock"
        wanted = max(0, round(seconds / base))
        self._container.seek(wanted, stream=self._stream, backward=True)
        shown: VideoFrame | None = None
        for count, frame in enumerate(self._container.decode(self._stream)):
            if shown and (frame.pts is None or frame.pts > wanted or count > MOST_DECODED):
                break
            shown = frame
        if shown is None:
            raise MediaError(f"no picture can be decoded at {seconds:.1f} s.", where=self._where)
        return _scaled(shown, size)


def _scaled(frame: VideoFrame, size: tuple[int, int]) -> Image.Image:
    """The picture as a browser shows it: what does not say its colours is BT.709 in limited range."""
    is_full = frame.color_range == ColorRange.JPEG
    scaled = frame.reformat(
        width=size[0],
        height=size[1],
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG if is_full else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation="AREA",
    )
    return Image.fromarray(np.asarray(scaled.to_ndarray(), np.uint8))


@contextmanager
def opened_frames(path: Path) -> Iterator[Frames]:
    """The pictures of a video file, for as long as the context lasts. Raises MediaError."""
    with open_clip(path) as (container, stream):
        yield Frames(container, stream, str(path))
