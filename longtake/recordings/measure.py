"""Measuring a recording in one decode: how loud it is, where it is quiet, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from longtake.errors import MediaError
from longtake.frozen import Frozen
from longtake.grid import SAMPLES_PER_SECOND
from longtake.loudness import Loudness, measure_blocks
from longtake.loudness.ahead import ahead
from longtake.loudness.level import to_int16
from longtake.pauses import measure_envelope
from longtake.recordings.probe import Container, probe_recording, unreadable
from longtake.recordings.read import Sound

SHORTEST_SECONDS = 0.2
SILENT_LUFS = -60.0

_CUT_OFF_SECONDS = 0.5
_CLIPPED_SHARE = 0.0005
_FULL_SCALE = 0.9999


class RecordingFacts(Frozen):
    """What a recording measures, its channels mixed to one."""

    seconds: float
    samples: int = Field(description="At 48 kHz.")
    integrated_lufs: float = Field(description="As a stereo player gives it.")
    true_peak_dbtp: float
    clipped_share: float = Field(description="Of its samples, how many are at full scale or above: 0 to 1.")
    left_only: bool = Field(description="Its channels cancel each other out, so that only the first is used.")
    warnings: tuple[str, ...] = Field(description="What a person should know about it, as sentences.")


@dataclass(frozen=True)
class RecordingMeasure:
    """A recording's facts, and its envelope: the RMS of each 10 ms in dB of full scale, float32."""

    facts: RecordingFacts
    envelope_db: NDArray[np.float32]


def measure_recording(path: Path, *, name: str | None = None) -> RecordingMeasure:
    """Decode a recording once and measure it; of any length, in memory only its envelope (1.4 MB an hour).

    `name` is what messages call it, `path` unless given. Raises MediaError when the file is no audio or video, has no
    audio track, is silent, is shorter than 0.2 s, or ends before its time with the decoder complaining.
    """
    name = name or str(path)
    container = probe_recording(path, name)
    listener = _Listener(Sound(path, name))
    loudness = listener.listen()
    _refuse_cut_off(container, listener.sound, name)
    if (
        _is_silent(loudness) and container.channels > 1
    ):  # a wrongly soldered cable: one channel is the other upside down
        listener = _Listener(Sound(path, name, left_only=True))
        loudness = listener.listen()
    if listener.sound.seconds < SHORTEST_SECONDS:
        raise MediaError(
            f"it is only {listener.sound.seconds:.2f} s long.", where=name, hint="Give at least 0.2 s of speech."
        )
    if loudness.integrated_lufs is None or loudness.true_peak_dbtp is None or _is_silent(loudness):
        raise MediaError(
            "it is silent: nothing in it is louder than -60 LUFS.",
            where=name,
            hint="Check that the microphone was on and that this is the right file.",
        )
    facts = RecordingFacts(
        seconds=listener.sound.seconds,
        samples=listener.sound.samples,
        integrated_lufs=loudness.integrated_lufs,
        true_peak_dbtp=loudness.true_peak_dbtp,
        clipped_share=listener.clipped_share,
        left_only=listener.sound.left_only,
        warnings=tuple(_warnings(container, listener)),
    )
    return RecordingMeasure(facts=facts, envelope_db=listener.envelope)


def _is_silent(loudness: Loudness) -> bool:
    return loudness.integrated_lufs is None or loudness.integrated_lufs < SILENT_LUFS


class _Listener:
    """Hears a sound once, and takes its loudness, envelope and clipped samples in passing."""

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self._envelopes: list[NDArray[np.float32]] = []
        self._clipped = 0

    def listen(self) -> Loudness:
        return measure_blocks(ahead(self._heard()))

    def _heard(self) -> Iterator[NDArray[np.int16]]:
        for block in self.sound.blocks():
            self._clipped += int(np.count_nonzero(np.abs(block) >= _FULL_SCALE))
            samples = to_int16(block)
            self._envelopes.append(measure_envelope(samples, SAMPLES_PER_SECOND))
            yield samples

    @property
    def envelope(self) -> NDArray[np.float32]:
        return np.concatenate(self._envelopes)

    @property
    def clipped_share(self) -> float:
        return round(self._clipped / self.sound.samples, 6)


def _refuse_cut_off(container: Container, sound: Sound, name: str) -> None:
    if not sound.samples:
        raise unreadable(name, sound.complaints[-1] if sound.complaints else "nothing in it could be decoded")
    for whole_seconds, sure in ((container.promised_seconds, True), (container.stated_seconds, bool(sound.complaints))):
        if sure and whole_seconds is not None and sound.seconds < whole_seconds - _CUT_OFF_SECONDS:
            raise MediaError(
                f"it is cut off or damaged: {sound.seconds:.1f} s of {whole_seconds:.1f} s could be read.",
                where=name,
                hint="Copy or export it again; to use what is there, convert it to FLAC first.",
            )


def _warnings(container: Container, listener: _Listener) -> Iterator[str]:
    sound = listener.sound
    if container.stated_seconds is not None and sound.seconds < container.stated_seconds - _CUT_OFF_SECONDS:
        yield f"It says that it is {container.stated_seconds:.1f} s long, but holds {sound.seconds:.1f} s of sound."
    elif sound.complaints:
        yield f"It is damaged in places: the decoder complained {len(sound.complaints)} times."
    if listener.clipped_share > _CLIPPED_SHARE:
        yield f"It was recorded too loud: {listener.clipped_share:.2%} of it is at full scale and sounds distorted."
    if sound.left_only:
        yield "Its channels cancel each other out, so only the first is used."
