"""Sound brought to a level: a gain, and a limiter only where a true peak would pass the ceiling."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtake.loudness.graphs import filtered
from longtake.loudness.measure import measure_samples
from longtake.loudness.presets import LoudnessPreset

SAMPLES_PER_SECOND = 48_000
_HEADROOM_DB = 0.3  # what a true peak usually has above the samples that the limiter sees
_SURELY_BELOW_DB = 6.0  # no true peak of real sound lies further above its samples
_MOST_ROUNDS = 6


def level_samples(samples: NDArray[np.int16], gain_db: float, preset: LoudnessPreset) -> NDArray[np.int16]:
    """48 kHz mono samples made louder by `gain_db`, with no true peak above the preset's.

    The same number of samples, none shifted. Without gain and without peaks the very same samples come back.
    More than 300 times real time, more than 4000 where no peak comes near the ceiling; may run in many threads at once.
    """
    if not samples.size:
        return samples
    gained = samples * (10 ** (gain_db / 20) / 32768)
    ceiling_db = preset.true_peak_dbtp
    sample_peak_db = 20 * math.log10(max(float(np.abs(gained).max()), 1e-9))
    if sample_peak_db <= ceiling_db - _SURELY_BELOW_DB:
        return to_int16(gained)
    limit_db = ceiling_db - _HEADROOM_DB
    for _ in range(_MOST_ROUNDS):
        levelled = to_int16(limited(gained, limit_db) if sample_peak_db > limit_db else gained)
        true_peak = measure_samples(levelled).true_peak_dbtp
        if true_peak is None or true_peak <= ceiling_db:
            return levelled
        limit_db -= true_peak - ceiling_db + 0.05
    return to_int16(gained * 10 ** ((ceiling_db - _SURELY_BELOW_DB - sample_peak_db) / 20))


def limited(samples: NDArray[np.float64], limit_db: float) -> NDArray[np.float64]:
    """The samples (full scale is 1.0) with no peak above `limit_db`; as many, in place, the quiet ones unchanged."""
    out = [frame.to_ndarray()[0] for frame in filtered([samples], SAMPLES_PER_SECOND, [limiter(limit_db)], np.float64)]
    return np.concatenate(out)


def limiter(limit_db: float) -> tuple[str, str]:
    """The limiter as a filter's name and options.

    alimiter's defaults are a trap: it turns up what it limited to 0 dBFS (level), and is late by its attack (latency).
    """
    linear = 10 ** (limit_db / 20)
    return "alimiter", f"limit={linear:.6f}:level=disabled:attack=5:release=50:latency=1"


def to_int16(samples: NDArray[np.floating[Any]]) -> NDArray[np.int16]:
    """Samples whose full scale is 1.0 as 16-bit ones, rounded to the nearest."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
