"""The sound in an answer, whatever its headers say it is: servers stream WAVs with sizes that are made up."""

from __future__ import annotations

import io

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from longtake.errors import VoiceFailed

_CHUNK_HEAD_BYTES = 8


def read_sound(data: bytes, voice: str) -> tuple[NDArray[np.int16], int]:
    """Mono 16-bit samples and their rate, of any format that ffmpeg reads. Raises VoiceFailed where there are none."""
    try:
        samples, rate = _decode(with_true_sizes(data))
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise VoiceFailed(f"the answer to the voice {voice} holds no sound: {_beginning(data)}") from error
    return check_sound(samples, voice), rate


def check_sound(samples: NDArray[np.int16], voice: str) -> NDArray[np.int16]:
    """The samples. Raises VoiceFailed when there are none, or all are silent."""
    if not samples.any():
        what = "only silence" if samples.size else "no sound"
        raise VoiceFailed(f"the answer to the voice {voice} holds {what}")
    return samples


def read_pcm(data: bytes, voice: str) -> NDArray[np.int16]:
    """Samples of 16 bits, little end first, as they came. Raises VoiceFailed where there are none."""
    return check_sound(np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.int16), voice)


def _decode(data: bytes) -> tuple[NDArray[np.int16], int]:
    with av.open(io.BytesIO(data), mode="r", metadata_errors="ignore") as container:
        stream = container.streams.audio[0]
        rate = stream.codec_context.sample_rate
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        blocks: list[NDArray[np.int16]] = []
        for frame in container.decode(stream):
            blocks.extend(_samples(resampler, frame))
        if blocks:
            blocks.extend(_samples(resampler, None))
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int16), rate


def _samples(resampler: av.AudioResampler, frame: AudioFrame | None) -> list[NDArray[np.int16]]:
    return [out.to_ndarray()[0].astype(np.int16, copy=False) for out in resampler.resample(frame)]


def with_true_sizes(data: bytes) -> bytes:
    """A WAV whose sound lasts as long as its bytes do; anything else as it is.

    Who streams a WAV does not know its size when the header is sent: it says 0, or the largest there is, or any.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return data
    at = 12
    while at + _CHUNK_HEAD_BYTES <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        begins = at + _CHUNK_HEAD_BYTES
        if data[at : at + 4] == b"data":
            if _is_followed_by_chunks(data, begins + size):
                return data
            true_size = (len(data) - begins).to_bytes(4, "little")
            return data[: at + 4] + true_size + data[begins:]
        at = begins + size + size % 2
    return data


def _is_followed_by_chunks(data: bytes, end: int) -> bool:
    """Whether there is more behind the sound, and all of it is chunks: then the size was not made up."""
    at = end + end % 2
    if at >= len(data):
        return False
    while at + _CHUNK_HEAD_BYTES <= len(data) and all(0x20 <= sign < 0x7F for sign in data[at : at + 4]):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += _CHUNK_HEAD_BYTES + size
        if at == len(data):
            return True
        at += size % 2
    return at == len(data)


def _beginning(data: bytes) -> str:
    """What it looks like instead, so that a page or a JSON is told from broken sound."""
    if not data:
        return "it is empty"
    first = data.lstrip()[:1]
    if first in (b"{", b"["):
        return f"it is JSON of {len(data)} bytes"
    return f"it is a page of {len(data)} bytes" if first == b"<" else f"{len(data)} bytes of something else"
