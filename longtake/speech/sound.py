"""The sound of one sentence, made ready for its line: trimmed, and brought to 48 kHz."""

from __future__ import annotations

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from longtake.grid import SAMPLES_PER_SECOND

KEPT_BEFORE_SECONDS = 0.02
KEPT_BEHIND_SECONDS = 0.06
"""What stays of the near-silence at both ends: soft onsets and fading vowels are not cut off."""

FADE_SECONDS = 0.005

_WINDOW_SECONDS = 0.005
_BELOW_LOUDEST_DB = 45.0
_SURELY_SILENT = 10 ** (-66 / 20) * 32768
_BLOCK_SAMPLES = 8192  # swresample is three times as fast on these as on one long frame


def trim_silence(samples: NDArray[np.int16], sample_rate_hz: int) -> NDArray[np.int16]:
    """The samples without the near-silence at both ends, but for a short margin; faded in and out over 5 ms.

    Empty when all of it is near-silent.
    """
    first, last = heard_between(samples, sample_rate_hz)
    return _faded(samples[first:last], round(FADE_SECONDS * sample_rate_hz))


def heard_between(samples: NDArray[np.int16], sample_rate_hz: int) -> tuple[int, int]:
    """What `trim_silence` keeps of the samples: [first, last). The same number twice when all of it is near-silent.

    Near-silent is what lies 45 dB below the loudest 5 ms, or below -66 dBFS.
    """
    window = max(1, round(_WINDOW_SECONDS * sample_rate_hz))
    windows = -(-len(samples) // window)
    padded = np.zeros(windows * window, np.float32)
    padded[: len(samples)] = samples
    rms = np.sqrt(np.square(padded.reshape(windows, window)).mean(axis=1)) if windows else padded
    threshold = max(_SURELY_SILENT, float(rms.max(initial=0)) * 10 ** (-_BELOW_LOUDEST_DB / 20))
    loud = np.flatnonzero(rms > threshold)
    if not loud.size:
        return 0, 0
    first = max(0, int(loud[0]) * window - round(KEPT_BEFORE_SECONDS * sample_rate_hz))
    last = min(len(samples), (int(loud[-1]) + 1) * window + round(KEPT_BEHIND_SECONDS * sample_rate_hz))
    return first, last


def _faded(samples: NDArray[np.int16], fade: int) -> NDArray[np.int16]:
    fade = min(fade, len(samples) // 2)
    if not fade:
        return samples
    ramp = np.arange(1, fade + 1, dtype=np.float32) / (fade + 1)
    faded = samples.copy()
    faded[:fade] = np.rint(faded[:fade] * ramp)
    faded[-fade:] = np.rint(faded[-fade:] * ramp[::-1])
    return faded


def to_grid_rate(samples: NDArray[np.int16], sample_rate_hz: int) -> NDArray[np.int16]:
    """The samples at 48 kHz, exactly as long to the nearest sample. The same answer on every call."""
    if sample_rate_hz == SAMPLES_PER_SECOND:
        return samples
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLES_PER_SECOND)
    blocks: list[NDArray[np.int16]] = []
    for start in range(0, len(samples), _BLOCK_SAMPLES):
        block = np.ascontiguousarray(samples[None, start : start + _BLOCK_SAMPLES])
        frame = AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate = sample_rate_hz
        blocks.extend(out.to_ndarray()[0] for out in resampler.resample(frame))
    blocks.extend(out.to_ndarray()[0] for out in resampler.resample(None))
    exact = np.zeros(round(len(samples) * SAMPLES_PER_SECOND / sample_rate_hz), np.int16)
    resampled = np.concatenate([exact[:0], *blocks])[: len(exact)]
    exact[: len(resampled)] = resampled
    return exact
