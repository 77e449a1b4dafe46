"""The master: the whole timeline's sound, brought to the target and encoded once. It is what viewers hear."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from longtake.files import written_whole
from longtake.frozen import Frozen
from longtake.grid import SAMPLES_PER_SECOND
from longtake.loudness.aac import MASTER_PRIMING_SAMPLES, heard, written_aac
from longtake.loudness.ahead import ahead
from longtake.loudness.level import limited
from longtake.loudness.measure import Loudness, linear, measure_blocks
from longtake.loudness.presets import LoudnessPreset

Block = NDArray[np.int16] | NDArray[np.float32]
Blocks = Callable[[], Iterable[Block]]

_CODEC_HEADROOM_DB = 0.4  # a true peak above the limiter's samples, and what the codec adds to it
_TOLERANCE_LU = 0.25
_TOLERANCE_DB = 0.1
_MOST_ROUNDS = 4
_MOST_CORRECTION_DB = 12.0


class MasterReport(Frozen):
    """What the encoded master measures, decoded again; None where there is only silence."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None
    correction_db: float = Field(description="The gain between the levelled sound and the master.")
    seconds: float
    priming_samples: int = MASTER_PRIMING_SAMPLES


class _Aim(Frozen):
    """How a round is encoded: with which gain, and under which limit. None: nothing comes near it."""

    gain_db: float
    limit_db: float | None


def encode_master(
    blocks: Blocks, *, preset: LoudnessPreset, output: Path, dtype: type[np.int16 | np.float32] = np.int16
) -> MasterReport:
    """Encode a timeline's levelled sound to mono AAC-LC in an .m4a, at the preset's loudness and under its true peak.

    `blocks()` gives the sound anew each time, as 48 kHz mono blocks of `dtype`: 16-bit ones, or floats whose full scale
    is 1.0, which may go beyond it. It is read twice, and again for each round that misses: by more than 0.25 LU, or
    0.1 dB of true peak. What was levelled before needs a correction of a few tenths. The target is what a stereo player
    plays from the mono file, 3 LU above its one channel. Nothing is kept in memory or beside the file; the same sound
    gives the same bytes. Raises ValueError when there is no sample at all.
    """
    count = _Count()
    before = measure_blocks(ahead(count.of(_seconds(blocks()))), dtype=dtype, true_peak=False)
    if not count.samples:
        raise ValueError("there is no sound to encode")
    aim = _first_aim(before, preset)
    with written_whole(output) as part:
        after = _encode(blocks, aim, part)
        for _ in range(_MOST_ROUNDS - 1):
            better = _better_aim(aim, before, after, preset)
            if better == aim:
                break
            aim = better
            after = _encode(blocks, aim, part)
    return MasterReport(
        integrated_lufs=after.integrated_lufs,
        true_peak_dbtp=after.true_peak_dbtp,
        correction_db=aim.gain_db,
        seconds=count.samples / SAMPLES_PER_SECOND,
    )


def _seconds(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks in pieces of a second at most, so that the few that wait between two steps stay small."""
    for block in blocks:
        for start in range(0, block.size, SAMPLES_PER_SECOND):
            yield block[start : start + SAMPLES_PER_SECOND]


class _Count:
    """Counts the samples of a stream that passes through."""

    def __init__(self) -> None:
        self.samples = 0

    def of(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            self.samples += block.size
            yield block


def _first_aim(before: Loudness, preset: LoudnessPreset) -> _Aim:
    loudness = before.integrated_lufs
    gain_db = 0.0 if loudness is None else _bounded(preset.integrated_lufs - loudness)
    return _Aim(gain_db=gain_db, limit_db=_limit(before, gain_db, preset.true_peak_dbtp - _CODEC_HEADROOM_DB))


def _better_aim(aim: _Aim, before: Loudness, after: Loudness, preset: LoudnessPreset) -> _Aim:
    """What would mend what the encoded sound misses; the same aim when it misses nothing."""
    gain_db, limit_db = aim.gain_db, aim.limit_db
    if after.integrated_lufs is not None:
        missed_lu = preset.integrated_lufs - after.integrated_lufs
        if abs(missed_lu) > _TOLERANCE_LU:
            gain_db = _bounded(gain_db + missed_lu)
    limit_or_default_db = preset.true_peak_dbtp - _CODEC_HEADROOM_DB if limit_db is None else limit_db
    if after.true_peak_dbtp is not None and after.true_peak_dbtp > preset.true_peak_dbtp + _TOLERANCE_DB:
        limit_db = limit_or_default_db - (after.true_peak_dbtp - preset.true_peak_dbtp)
    elif limit_db is None:
        limit_db = _limit(before, gain_db, limit_or_default_db)
    return _Aim(gain_db=gain_db, limit_db=limit_db)


def _limit(before: Loudness, gain_db: float, limit_db: float) -> float | None:
    highest = before.true_peak_dbtp
    return None if highest is None or highest + gain_db <= limit_db else limit_db


def _bounded(gain_db: float) -> float:
    return round(max(-_MOST_CORRECTION_DB, min(gain_db, _MOST_CORRECTION_DB)), 2)


def _encode(blocks: Blocks, aim: _Aim, output: Path) -> Loudness:
    """Encode with a gain and under a limit, and measure what comes out of a decoder, while it is being written."""
    factor = np.float64(linear(aim.gain_db))
    gained: Iterable[NDArray[np.float64]] = (
        block * (factor / 32768 if block.dtype == np.int16 else factor) for block in _seconds(blocks())
    )
    if aim.limit_db is not None:
        gained = ahead(limited(gained, aim.limit_db))
    return measure_blocks(heard(ahead(written_aac(gained, output))), dtype=np.float32)
