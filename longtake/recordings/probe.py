"""What a recording's container says of its sound, nothing decoded."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer

from longtake.errors import MediaError
from longtake.frozen import Frozen

_FAKE_SIZE_BYTES = 0x7FFF0000  # a program that streams a WAV writes this or more, or 0, where its size belongs
_STATES_ITS_LENGTH = {"aiff", "asf", "avi", "caf", "flac", "matroska", "mov", "mp3", "mp4", "ogg", "w64", "wav", "webm"}


class Container(Frozen):
    """What a container says of its sound.

    `stated_seconds` is its length, None where the container does not say it (raw streams: libav's guess goes by the
    bit rate and is 7 % off). `promised_seconds` is what a WAV's header says that it was to hold, where that is known.
    """

    channels: int
    stated_seconds: float | None
    promised_seconds: float | None


def probe_recording(path: Path, name: str) -> Container:
    """What the container says. `name` is what messages call the file.

    Raises MediaError when the file is not there, is empty, is no audio or video, or has no audio track.
    """
    try:
        if path.stat().st_size == 0:
            raise MediaError("the file is empty.", where=name, hint="Give a recording that holds sound.")
        with av.open(f"file:{path}", metadata_errors="replace") as container:
            return _described(container, path, name)
    except (av.FFmpegError, OSError) as error:
        raise unreadable(name, error.strerror or type(error).__name__) from error


def unreadable(name: str, reason: str) -> MediaError:
    """The error for a file that is not what it should be."""
    return MediaError(
        f"it cannot be read as audio or video ({reason}).",
        where=name,
        hint="Check that it plays elsewhere, or save it again as WAV, FLAC, MP3 or M4A.",
    )


def _described(container: InputContainer, path: Path, name: str) -> Container:
    if not container.streams.audio:
        raise MediaError("it has no audio track.", where=name, hint="Give a file in which somebody speaks.")
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise unreadable(name, "its sound is coded in a way that nothing here knows")
    stated = None
    if _STATES_ITS_LENGTH & set(container.format.name.split(",")):
        if stream.duration is not None and stream.time_base is not None:
            stated = float(stream.duration * stream.time_base)
        elif container.duration is not None:
            stated = container.duration / av.time_base
    promised = None
    if container.format.name == "wav":
        with path.open("rb") as file:
            promised = _promised_by_wav(file)
    return Container(channels=stream.codec_context.channels, stated_seconds=stated, promised_seconds=promised)


def _promised_by_wav(file: BinaryIO) -> float | None:
    """The length by a WAV's own header. libav goes by the file's size instead, and so finds a cut-off one whole."""
    if file.read(12)[:4] != b"RIFF":
        return None
    bytes_per_second = 0
    while len(head := file.read(8)) == 8:
        kind, size = struct.unpack("<4sI", head)
        if kind == b"data":
            return size / bytes_per_second if bytes_per_second and 0 < size < _FAKE_SIZE_BYTES else None
        if kind == b"fmt ":
            start = file.read(12)
            if size < 12 or len(start) < 12:
                return None
            bytes_per_second = struct.unpack("<8xI", start)[0]
            size -= 12
        file.seek(size + size % 2, 1)
    return None
