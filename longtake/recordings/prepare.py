"""A recording made ready: levelled, on the frame grid, with the places where it may be cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from longtake.assets import Asset, Prepared, Recipe, Store, prepare_once
from longtake.frozen import Frozen
from longtake.grid import FRAMES_PER_SECOND, frames_of_samples
from longtake.loudness import Loudness, LoudnessPreset
from longtake.pauses import HOPS_PER_FRAME, HOPS_PER_SECOND, SILENCE_DB, find_cuts, silence_threshold_db
from longtake.prepared import CutPoint, PreparedLine
from longtake.recordings.measure import RecordingFacts, measure_recording
from longtake.recordings.transcribed import transcribed
from longtake.recordings.wav import level_to_wav

GAIN_STEP_DB = 0.5
_MISSED_LU = 0.5
_MOST_GAINS = 3
_LOUD_GAIN_DB = 24.0


class PreparedRecording(Frozen):
    """A recording's line, and how it came about. `gain_db` is what a video pins, so that later runs sound the same."""

    line: PreparedLine
    gain_db: float
    facts: RecordingFacts
    levelled: Loudness
    warnings: tuple[str, ...] = Field(description="What a person should know about the recording, as sentences.")


def prepare_recording(
    path: Path,
    *,
    source: Asset,
    preset: LoudnessPreset,
    store: Store,
    gain_db: float | None = None,
    name: str | None = None,
) -> PreparedLine:
    """A recording's levelled sound, whole frames of 48 kHz mono, and its cuts. See `level_recording`."""
    return level_recording(path, source=source, preset=preset, store=store, gain_db=gain_db, name=name).line


def level_recording(
    path: Path,
    *,
    source: Asset,
    preset: LoudnessPreset,
    store: Store,
    gain_db: float | None = None,
    name: str | None = None,
) -> PreparedRecording:
    """Bring a recording to the preset's loudness and keep it; what was prepared before is found again.

    The gain is what it takes, in steps of 0.5 dB, or `gain_db` where a video has pinned one. Where the limiter takes
    more than half a unit of loudness away, the gain is raised and the levelling done again. `name` is what messages
    call the file, `path` unless given. Raises MediaError as `measure_recording` does.
    """
    name = name or str(path)
    heard = _measured(path, name, source, store)
    facts = RecordingFacts.model_validate(heard.facts)
    gain = _stepped(preset.integrated_lufs - facts.integrated_lufs if gain_db is None else gain_db)
    for _ in range(_MOST_GAINS):
        prepared = _levelled(path, name, source, heard, gain, preset, store)
        levelled = Loudness.model_validate(prepared.facts["levelled"])
        missed = 0.0 if levelled.integrated_lufs is None else preset.integrated_lufs - levelled.integrated_lufs
        if gain_db is not None or missed <= _MISSED_LU:
            break
        gain += max(GAIN_STEP_DB, _stepped(missed))
    line = PreparedLine.model_validate({"audio": prepared.asset, **prepared.facts["line"]})
    gained = prepared.facts["gain_db"]
    warnings = facts.warnings
    if gained >= _LOUD_GAIN_DB:
        warnings += (f"It is very quiet: it was raised by {gained:.1f} dB, and its noise with it.",)
    return PreparedRecording(line=line, gain_db=gained, facts=facts, levelled=levelled, warnings=warnings)


def transcribed_recording(
    line: PreparedLine, path: Path, transcript: Path, *, source: Asset, store: Store, name: str | None = None
) -> PreparedLine:
    """A prepared recording's line with its transcript's sentences and cuts; its sound stays. See `transcribed`.

    `path` is the recording as it was given, `name` what messages call the transcript.
    """
    heard = _measured(path, str(path), source, store)
    facts = RecordingFacts.model_validate(heard.facts)
    with store.local(heard.asset) as envelope:
        return transcribed(line, transcript, envelope_db=np.load(envelope), seconds=facts.seconds, name=name)


def _stepped(gain_db: float) -> float:
    return round(gain_db / GAIN_STEP_DB) * GAIN_STEP_DB


def _measured(path: Path, name: str, source: Asset, store: Store) -> Prepared:
    """The recording's facts, with its envelope as the file: a row of float32."""

    def make(folder: Path) -> tuple[Path, dict[str, Any]]:
        measure = measure_recording(path, name=name)
        output = folder / "envelope.npy"
        np.save(output, measure.envelope_db)
        return output, measure.facts.model_dump(mode="json")

    return prepare_once(store, Recipe(name="recording-measure", number=1, inputs={"source": source.sha256}), make)


def _levelled(
    path: Path, name: str, source: Asset, heard: Prepared, gain_db: float, preset: LoudnessPreset, store: Store
) -> Prepared:
    recipe = Recipe(
        name="recording",
        number=1,
        inputs={"source": source.sha256, "gain_db": gain_db, "true_peak_dbtp": preset.true_peak_dbtp},
    )

    def make(folder: Path) -> tuple[Path, dict[str, Any]]:
        facts = RecordingFacts.model_validate(heard.facts)
        output = folder / "recording.wav"
        levelled = level_to_wav(path, name, facts, gain_db, preset.true_peak_dbtp, output)
        with store.local(heard.asset) as envelope:
            line = _line_facts(np.load(envelope), frames_of_samples(facts.samples))
        return output, {"gain_db": gain_db, "levelled": levelled.model_dump(mode="json"), "line": line}

    return prepare_once(store, recipe, make)


def _line_facts(envelope_db: NDArray[np.float32], frames: int) -> dict[str, Any]:
    cuts: tuple[CutPoint, ...] = find_cuts(envelope_db, frames)
    return {
        "frames": frames,
        "tail_seconds": _tail_seconds(envelope_db, frames),
        "cuts": [cut.model_dump(mode="json") for cut in cuts],
    }


def _tail_seconds(envelope_db: NDArray[np.float32], frames: int) -> float:
    """How long the silence at the end is, with what fills the last frame."""
    filled = np.full(frames * HOPS_PER_FRAME, SILENCE_DB, np.float32)
    filled[: len(envelope_db)] = envelope_db
    sounding = np.flatnonzero(filled >= silence_threshold_db(filled))
    if not len(sounding):
        return 0.0
    return float(round(frames / FRAMES_PER_SECOND - (int(sounding[-1]) + 1) / HOPS_PER_SECOND, 2))
