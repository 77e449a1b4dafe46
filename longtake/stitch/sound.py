"""The master: its AAC packets, copied as they are, and the exact moment at which they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from longtake.errors import MediaError
from longtake.stitch.fit import TICKS_PER_SECOND

MOST_MISSING_SECONDS = 1.0
"""How far the sound's end may lie from the last slot's: an encoder's last block, never a part of the speech."""


@contextmanager
def open_master(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The open master and its AAC stream. Raises MediaError when it is none."""
    try:
        # without the advanced reading of edit lists a long index is built once, not twice; the times are the same
        with av.open(str(path), options={"advanced_editlist": "0"}) as container:
            streams = container.streams.audio
            if not streams or streams[0].codec_context.name != "aac":
                raise MediaError("the master is no AAC sound.", where=str(path))
            yield container, streams[0]
    except (av.error.FFmpegError, OSError) as error:
        reason = error.strerror or type(error).__name__
        raise MediaError(f"the master cannot be read ({reason}).", where=str(path)) from error


def sound_end_ticks(path: Path, slots_end_ticks: int) -> int:
    """Where the master's last packet ends, in ticks. Raises MediaError when that is not where the slots end."""
    with open_master(path) as (container, stream):
        assert stream.time_base is not None
        if stream.duration:
            container.seek(max(0, stream.duration - stream.time_base.denominator), stream=stream)
        ends = [packet.pts + (packet.duration or 0) for packet in container.demux(stream) if packet.pts is not None]
        if not ends:
            raise MediaError("the master holds no sound.", where=str(path))
        end = round(max(ends) * stream.time_base * TICKS_PER_SECOND)
    missing = (slots_end_ticks - end) / TICKS_PER_SECOND
    if abs(missing) > MOST_MISSING_SECONDS:
        what = "shorter" if missing > 0 else "longer"
        raise MediaError(f"the master is {abs(missing):.2f} s {what} than the clips' slots.", where=str(path))
    return end
