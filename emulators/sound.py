"""Audio of any kind as the samples that a clip is drawn from."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from emulators.refusals import Refused, reason_for
from longtake.grid import SAMPLES_PER_FRAME, SAMPLES_PER_SECOND

Samples = NDArray[np.int16]


def decoded(audio: bytes) -> tuple[Samples, int]:
    """The audio as 48 kHz mono, and that rate. Raises Refused for what cannot be read."""
    try:
        with av.open(io.BytesIO(audio), "r") as media:
            if not media.streams.audio:
                raise Refused(reason_for("unsupported_audio_format"))
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLES_PER_SECOND)
            blocks = [out.to_ndarray()[0] for frame in media.decode(audio=0) for out in resampler.resample(frame)]
            blocks += [out.to_ndarray()[0] for out in resampler.resample(None)]
    except (av.FFmpegError, OSError) as error:
        raise Refused(reason_for("unsupported_audio_format")) from error
    return (np.concatenate(blocks) if blocks else np.zeros(0, np.int16)), SAMPLES_PER_SECOND


def write_chunk(audio: bytes, path: Path) -> int:
    """The audio as a WAV of whole frames, with silence behind it where it is short of one; the frames' number."""
    samples, rate = decoded(audio)
    frames = max(1, -(-samples.size // SAMPLES_PER_FRAME))
    whole = np.zeros(frames * SAMPLES_PER_FRAME, np.int16)
    whole[: samples.size] = samples
    soundfile.write(path, whole, rate, subtype="PCM_16", format="WAV")
    return frames
