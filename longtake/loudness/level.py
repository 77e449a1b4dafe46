"""Sound brought to a level: a gain, and a limiter only where a true peak would pass the ceiling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtake.grid import SAMPLES_PER_SECOND
from longtake.loudness.graphs import filtered
from longtake.loudness.measure import decibels, linear, measure_samples
from longtake.loudness.presets import LoudnessPreset

HEADROOM_DB = 0.3
"""What a true peak usually has above the samples that the limiter sees."""

_SURELY_BELOW_DB = 6.0  # no true peak of real sound lies further above its samples
_MOST_ROUNDS = 6


def level_samples(samples: NDArray[np.int16], gain_db: float, preset: LoudnessPreset) -> NDArray[np.int16]:
    """48 kHz mono samples made louder by `gain_db`, with no true peak above the preset's.

    The same number of samples, none shifted. Without gain and without peaks the very same samples come back.
    More than 300 times real time, more than 3000 where no peak comes near the ceiling; may run in many threads at once.
    """
    if not samples.size:
        return samples
    gained = samples * np.float64(linear(gain_db) / 32768)
    ceiling_db = preset.true_peak_dbtp
    sample_peak_db = decibels(float(np.abs(gained).max()))
    if sample_peak_db <= ceiling_db - _SURELY_BELOW_DB:
        return to_int16(gained)
    limit_db = ceiling_db - HEADROOM_DB
    for _ in range(_MOST_ROUNDS):
        levelled = to_int16(np.concatenate([*limited([gained], limit_db)]) if sample_peak_db > limit_db else gained)
        true_peak = measure_samples(levelled).true_peak_dbtp
        if true_peak is None or true_peak <= ceiling_db:
            return levelled
        limit_db -= true_peak - ceiling_db + 0.05
    return to_int16(gained * linear(ceiling_db - _SURELY_BELOW_DB - sample_peak_db))


def limited(blocks: Iterable[NDArray[np.float64]], limit_db: float) -> Iterator[NDArray[np.float64]]:
    """48 kHz samples (full scale is 1.0) with none above `limit_db`: as many, none shifted, the quiet ones unchanged.

    alimiter's defaults are a trap: it turns up what it limited to 0 dBFS (level), and is late by its attack (latency).
    """
    options = f"limit={linear(limit_db):.6f}:level=disabled:attack=5:release=50:latency=1"
    for frame in filtered(blocks, SAMPLES_PER_SECOND, [("alimiter", options)], np.float64):
        yield frame.to_ndarray()[0]


def to_int16(samples: NDArray[np.floating[Any]]) -> NDArray[np.int16]:
    """Samples whose full scale is 1.0 as 16-bit ones, rounded to the nearest."""
    rounded: NDArray[np.int16] = np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
    return rounded
