"""A line's sentences laid on the frame grid, before they are levelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longtake.assets import Prepared, Store
from longtake.grid import FRAMES_PER_SECOND, SAMPLES_PER_FRAME, SAMPLES_PER_SECOND, frames_of_samples
from longtake.pauses import LONGEST_GAP_SECONDS, long_gap_cuts, measure_envelope
from longtake.prepared import CutPoint
from longtake.speech.kept import read_sentence
from longtake.speech.sound import heard_between, to_grid_rate, trim_silence
from longtake.speech.utterances import Delivery

_BLOCK_SAMPLES = 60 * SAMPLES_PER_SECOND


@dataclass(frozen=True)
class Span:
    """Where a sentence sounds, in samples from the start of its line; it starts on a frame."""

    start_sample: int
    end_sample: int
    trimmed_seconds: float
    """Silence that was cut off in front of it."""


@dataclass(frozen=True)
class Layout:
    """Where everything in a line stands. The sound itself is a file of 16-bit samples at 48 kHz."""

    spans: tuple[Span, ...]
    frames: int
    cuts: tuple[CutPoint, ...]

    @property
    def tail_seconds(self) -> float:
        """The silence behind the last sentence."""
        return (self.frames * SAMPLES_PER_FRAME - self.spans[-1].end_sample) / SAMPLES_PER_SECOND


def lay_out(delivery: Delivery, sentences: Sequence[Prepared], store: Store, target: Path) -> Layout:
    """Write the line's sound to `target`: each sentence starts on a frame, and the whole is a number of whole frames.

    A pause is stretched until it ends on a frame. One sentence at a time is held in memory.
    """
    spans: list[Span] = []
    cuts: list[CutPoint] = []
    end = 0
    with target.open("wb") as file:
        for utterance, sentence in zip(delivery.utterances, sentences, strict=True):
            frame = frames_of_samples(end + round(utterance.pause_seconds * SAMPLES_PER_SECOND))
            start = frame * SAMPLES_PER_FRAME
            if frame:
                pause = round((start - end) / SAMPLES_PER_SECOND, 6)
                cuts.append(CutPoint(frame=frame, pause_seconds=pause, kind=utterance.kind))
            samples, rate = read_sentence(sentence, store)
            trimmed_seconds = heard_between(samples, rate)[0] / rate
            sound = to_grid_rate(trim_silence(samples, rate), rate)
            file.seek(2 * start)
            file.write(sound.tobytes())
            end = start + len(sound)
            spans.append(Span(start, end, trimmed_seconds))
        frames = frames_of_samples(end + round(delivery.tail_seconds * SAMPLES_PER_SECOND))
        file.truncate(2 * frames * SAMPLES_PER_FRAME)
    return Layout(tuple(spans), frames, _fitted_cuts(target, frames, cuts))


def sound_between(path: Path, start_sample: int, end_sample: int) -> NDArray[np.int16]:
    """A part of a laid out line; shorter where the line ends."""
    return np.fromfile(path, np.int16, count=end_sample - start_sample, offset=2 * start_sample)


def sound_blocks(path: Path, block_samples: int, *, samples: int | None = None) -> Iterator[NDArray[np.int16]]:
    """A laid out line, or its first `samples`, block by block."""
    samples = path.stat().st_size // 2 if samples is None else samples
    for start in range(0, samples, block_samples):
        yield sound_between(path, start, min(start + block_samples, samples))


def _fitted_cuts(path: Path, frames: int, cuts: Sequence[CutPoint]) -> tuple[CutPoint, ...]:
    """The cuts, and more of them inside a sentence or a pause that is longer than a clip may be."""
    ends = [0, *(cut.frame for cut in cuts), frames]
    longest = max(end - start for start, end in pairwise(ends))
    if longest <= LONGEST_GAP_SECONDS * FRAMES_PER_SECOND:
        return tuple(cuts)
    envelope = [measure_envelope(block, SAMPLES_PER_SECOND) for block in sound_blocks(path, _BLOCK_SAMPLES)]
    return long_gap_cuts(np.concatenate(envelope), frames, cuts)
