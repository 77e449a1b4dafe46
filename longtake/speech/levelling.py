"""A laid out line brought to its loudness, sentence by sentence, and written as a WAV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from longtake.grid import SAMPLES_PER_FRAME, SAMPLES_PER_SECOND
from longtake.loudness import LoudnessPreset, level_samples, measure_blocks
from longtake.speech.layout import Layout, sound_between, sound_blocks

SHORTEST_MEASURED_SECONDS = 3.0
"""Speech that is shorter is levelled by its voice's fixed gain: its own measure would say more of its words."""

LONGEST_MEASURED_SECONDS = 30.0
LONG_LINE_GAIN_STEP_DB = 0.5

_MISS_LU = 0.2
_NOTICED_LOSS_DB = 0.1
_BLOCK_SAMPLES = 10 * SAMPLES_PER_SECOND


def level_line(sound: Path, layout: Layout, preset: LoudnessPreset, fixed_gain_db: float | None, target: Path) -> None:
    """Write the laid out line `sound` at the preset's loudness to `target`: 48 kHz, mono, 16 bits.

    Without `fixed_gain_db` the line is measured, and corrected once when the limiter took away more than 0.2 LU. Of a
    long line the beginning counts, and the gain has steps: so a changed sentence leaves most others as they are.
    """
    if fixed_gain_db is not None:
        _write_levelled(sound, layout, fixed_gain_db, preset, target)
        return
    head = _head(layout)
    gain_db = _measured_gain_db(sound, head, preset, target)
    if head is not layout:
        gain_db = round(gain_db / LONG_LINE_GAIN_STEP_DB) * LONG_LINE_GAIN_STEP_DB
        _write_levelled(sound, layout, gain_db, preset, target)


def _head(layout: Layout) -> Layout:
    """The beginning of a long line: the sentences that start within its first LONGEST_MEASURED_SECONDS."""
    for place, span in enumerate(layout.spans):
        if span.start_sample >= LONGEST_MEASURED_SECONDS * SAMPLES_PER_SECOND:
            return Layout(layout.spans[:place], span.start_sample // SAMPLES_PER_FRAME, ())
    return layout


def _measured_gain_db(sound: Path, layout: Layout, preset: LoudnessPreset, target: Path) -> float:
    """The gain that brings a line to the preset; the line is written to `target` with it."""
    measured = _integrated_lufs(sound_blocks(sound, _BLOCK_SAMPLES, samples=layout.frames * SAMPLES_PER_FRAME))
    if measured is None:
        _write_levelled(sound, layout, 0.0, preset, target)
        return 0.0
    gain_db = preset.integrated_lufs - measured
    loss_db = _write_levelled(sound, layout, gain_db, preset, target)
    if loss_db <= _NOTICED_LOSS_DB:
        return gain_db
    levelled = _integrated_lufs(soundfile.blocks(str(target), _BLOCK_SAMPLES, dtype="int16"))
    if levelled is not None and abs(preset.integrated_lufs - levelled) > _MISS_LU:
        gain_db += preset.integrated_lufs - levelled
        _write_levelled(sound, layout, gain_db, preset, target)
    return gain_db


def _integrated_lufs(blocks: Iterator[NDArray[np.int16]]) -> float | None:
    return measure_blocks(blocks, SAMPLES_PER_SECOND, true_peak=False).integrated_lufs


def _write_levelled(sound: Path, layout: Layout, gain_db: float, preset: LoudnessPreset, target: Path) -> float:
    """Write the line with its sentences made louder; answers how many dB the limiter took from what was asked for.

    The pauses between sentences are silent and longer than the limiter remembers, so each sentence is its own.
    """
    asked = got = 0.0
    with soundfile.SoundFile(target, "w", SAMPLES_PER_SECOND, 1, "PCM_16", format="WAV") as file:
        for span in layout.spans:
            file.write(np.zeros(span.start_sample - file.tell(), np.int16))
            sentence = sound_between(sound, span.start_sample, span.end_sample)
            levelled = level_samples(sentence, gain_db, preset)
            file.write(levelled)
            asked += _energy(sentence)
            got += _energy(levelled)
        file.write(np.zeros(layout.frames * SAMPLES_PER_FRAME - file.tell(), np.int16))
    return gain_db - float(10 * np.log10(max(got, 1.0) / max(asked, 1.0)))


def _energy(samples: NDArray[np.int16]) -> float:
    return float(np.square(samples.astype(np.float32)).sum(dtype=np.float64))
