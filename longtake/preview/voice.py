"""How loud the voice is, frame by frame, in the eight steps that a preview can show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtake.grid import FRAMES_PER_SECOND, SAMPLES_PER_FRAME

LOUDEST = 7
"""The highest level; 0 is rest."""

_SILENT_DB = -50.0
_SHOWN_DB = 22.0
_SOFTEST_BELOW_LOUDEST_DB = 26.0
_FALL_A_FRAME = 2

Levels = NDArray[np.int64]


def voice_levels(samples: NDArray[np.int16]) -> Levels:
    """The level of each frame of 1,920 samples, 0 to LOUDEST.

    Full height is the loudest moment within a second, so that a soft voice moves the light as a loud one does; what is
    below -50 dB is rest. Levels rise at once and fall over a few frames, as an eye likes it.
    """
    loudness_db = _rms_db(samples)
    reference_db = np.maximum(_peak_around(loudness_db), np.percentile(loudness_db, 98) - _SOFTEST_BELOW_LOUDEST_DB)
    share = (loudness_db - reference_db) / _SHOWN_DB + 1
    levels = np.ceil(share.clip(0, 1) * LOUDEST).astype(np.int64)
    levels[loudness_db < _SILENT_DB] = 0
    return _falling_slowly(levels)


def _rms_db(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    frames = samples.reshape(-1, SAMPLES_PER_FRAME).astype(np.float32) / np.float32(32768)
    power = np.einsum("ij,ij->i", frames, frames) / np.float32(SAMPLES_PER_FRAME)
    decibels: NDArray[np.float32] = 10 * np.log10(power + np.float32(1e-12))
    return decibels


def _peak_around(loudness_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """The loudest frame within a second before and behind each frame."""
    padded = np.pad(loudness_db, FRAMES_PER_SECOND, mode="edge")
    peaks: NDArray[np.float32] = np.lib.stride_tricks.sliding_window_view(padded, 2 * FRAMES_PER_SECOND + 1).max(axis=1)
    return peaks


def _falling_slowly(levels: Levels) -> Levels:
    fallen = levels.tolist()
    for frame in range(1, len(fallen)):
        fallen[frame] = max(fallen[frame], fallen[frame - 1] - _FALL_A_FRAME)
    return np.array(fallen, dtype=np.int64)
