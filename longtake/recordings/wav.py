"""A recording's levelled sound as a WAV file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from longtake.errors import MediaError
from longtake.grid import SAMPLES_PER_FRAME, SAMPLES_PER_SECOND
from longtake.loudness import Loudness, measure_blocks
from longtake.loudness.ahead import ahead
from longtake.loudness.level import HEADROOM_DB, limited, to_int16
from longtake.loudness.measure import linear
from longtake.recordings.measure import RecordingFacts
from longtake.recordings.read import Sound

_LARGEST_WAV_BYTES = 0xFFFFFFFF - 1024  # a WAV's sizes have 32 bits
_TOLERANCE_DB = 0.1
_MOST_ROUNDS = 4


def level_to_wav(
    path: Path, name: str, facts: RecordingFacts, gain_db: float, true_peak_dbtp: float, output: Path
) -> Loudness:
    """Write the recording with a gain and under a true peak: 48 kHz mono, 16 bits, silence behind to whole frames.

    The file is RF64, a WAV with larger sizes, above 4 GiB. Answers what it measures. Raises MediaError when the file
    no longer holds what was measured.
    """
    limit_db = true_peak_dbtp - HEADROOM_DB
    for _ in range(_MOST_ROUNDS):
        levelled = _write(Sound(path, name, left_only=facts.left_only), facts, gain_db, limit_db, output)
        above_db = (levelled.true_peak_dbtp or -100.0) - true_peak_dbtp
        if above_db <= _TOLERANCE_DB:
            break
        limit_db -= above_db
    return levelled


def _write(sound: Sound, facts: RecordingFacts, gain_db: float, limit_db: float, output: Path) -> Loudness:
    factor = np.float64(linear(gain_db))
    gained = (block * factor for block in sound.blocks())
    padding = -facts.samples % SAMPLES_PER_FRAME
    kind = "RF64" if 2 * (facts.samples + padding) > _LARGEST_WAV_BYTES else "WAV"
    with soundfile.SoundFile(output, "w", SAMPLES_PER_SECOND, 1, "PCM_16", format=kind) as file:

        def written() -> Iterator[NDArray[np.int16]]:
            for block in limited(gained, limit_db):
                samples = to_int16(block)
                file.write(samples)
                yield samples

        levelled = measure_blocks(ahead(written()))
        file.write(np.zeros(padding, np.int16))
    if sound.samples != facts.samples:
        raise MediaError("it changed while it was being read.", where=sound.name, hint="Run again.")
    return levelled
