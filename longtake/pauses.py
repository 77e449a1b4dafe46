"""Where a recording may be cut: the end of each pause, and the quietest places where nobody pauses for long.

An envelope is the loudness over time: one RMS value in dB for each 10 ms hop, so four values a frame.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from longtake.grid import FRAMES_PER_SECOND
from longtake.prepared import CutPoint

HOPS_PER_SECOND = 100
HOPS_PER_FRAME = HOPS_PER_SECOND // FRAMES_PER_SECOND
SILENCE_DB = -120.0

SHORTEST_PAUSE_SECONDS = 0.12
LONGEST_GAP_SECONDS = 8.0
"""No stretch between two cuts is longer, so that every limit from 10 seconds on can be met."""

_ABOVE_FLOOR_DB = 6.0
_BELOW_SPEECH_DB = 28.0
_BELOW_LOUD_DB = 10.0
_GAP_FRAMES = int(LONGEST_GAP_SECONDS * FRAMES_PER_SECOND)


def measure_envelope(samples: NDArray[np.int16], samples_per_second: int) -> NDArray[np.float32]:
    """The RMS of each 10 ms of mono 16-bit samples, in dB of full scale. Part of a hop at the end counts as one."""
    hop = samples_per_second // HOPS_PER_SECOND
    hops = -(-len(samples) // hop)
    padded = np.zeros(hops * hop, np.float32)
    padded[: len(samples)] = samples
    power = np.square(padded.reshape(hops, hop) / 32768).mean(axis=1)
    loudness: NDArray[np.float32] = (10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10)))).astype(np.float32)
    return loudness


def find_cuts(envelope_db: NDArray[np.float32], frames: int) -> tuple[CutPoint, ...]:
    """Where a sound of `frames` frames may be cut, in order: the ends of its pauses, and the quietest places elsewhere.

    A cut lies on the last frame boundary before the sound that ends the pause, so that what follows begins with speech.
    Between two cuts, and before the first and after the last, lie at most LONGEST_GAP_SECONDS.
    """
    hops = _fitted(envelope_db, frames)
    return tuple(_with_minima(hops, frames, _pauses(hops)))


def long_gap_cuts(envelope_db: NDArray[np.float32], frames: int, cuts: Sequence[CutPoint] = ()) -> tuple[CutPoint, ...]:
    """`cuts`, and more of them wherever they leave a gap of more than LONGEST_GAP_SECONDS: pauses first, then minima.

    For a sentence that is longer than a clip may be. Without such a gap the answer is `cuts`.
    """
    hops = _fitted(envelope_db, frames)
    ends = [0, *(cut.frame for cut in cuts), frames]
    if all(end - start <= _GAP_FRAMES for start, end in pairwise(ends)):
        return tuple(cuts)

    def fills_a_gap(pause: CutPoint) -> bool:
        behind = bisect_right(ends, pause.frame)
        start, end = ends[behind - 1 : behind + 1]
        return start < pause.frame and end - start > _GAP_FRAMES

    merged = sorted(chain(cuts, filter(fills_a_gap, _pauses(hops))), key=lambda cut: cut.frame)
    return tuple(_with_minima(hops, frames, merged))


def _fitted(envelope_db: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """Exactly the hops of `frames` frames, finite; silence stands for hops that are missing."""
    hops = np.full(frames * HOPS_PER_FRAME, SILENCE_DB, np.float32)
    given = envelope_db[: len(hops)]
    hops[: len(given)] = np.nan_to_num(given, nan=SILENCE_DB, neginf=SILENCE_DB, posinf=0.0)
    return np.maximum(hops, SILENCE_DB)


def silence_threshold_db(envelope_db: NDArray[np.float32]) -> float:
    """Below it nobody speaks: between the room's noise (5th percentile) and the speech (75th).

    It stays well below the loudest parts (95th), so that steady noise and music are not taken for one long pause.
    """
    floor, speech, loud = np.percentile(envelope_db, [5, 75, 95])
    return float(min(max(floor + _ABOVE_FLOOR_DB, speech - _BELOW_SPEECH_DB), loud - _BELOW_LOUD_DB))


def _pauses(hops: NDArray[np.float32]) -> Iterator[CutPoint]:
    """The pauses between sounds. Silence before the first sound and after the last separates nothing."""
    if not len(hops):
        return
    silent = np.concatenate(([False], hops < silence_threshold_db(hops), [False]))
    edges = np.flatnonzero(np.diff(silent.astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    shortest = round(SHORTEST_PAUSE_SECONDS * HOPS_PER_SECOND)
    kept = (ends - starts >= shortest) & (starts > 0) & (ends < len(hops))
    for start, end in zip(starts[kept].tolist(), ends[kept].tolist(), strict=True):
        pause_seconds = (end - start) / HOPS_PER_SECOND
        yield CutPoint(frame=end // HOPS_PER_FRAME, pause_seconds=pause_seconds, kind="pause")


def _with_minima(hops: NDArray[np.float32], frames: int, cuts: Iterable[CutPoint]) -> Iterator[CutPoint]:
    """The cuts, with energy minima so that no gap is longer than LONGEST_GAP_SECONDS."""
    loudness = _boundary_loudness(hops)
    last = 0
    for cut in cuts:
        yield from _minima(loudness, last, cut.frame)
        yield cut
        last = cut.frame
    yield from _minima(loudness, last, frames)


def frame_loudness(envelope_db: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """How loud it is around the start of each of so many frames, in dB."""
    return _boundary_loudness(_fitted(envelope_db, frames))


def _boundary_loudness(hops: NDArray[np.float32]) -> NDArray[np.float32]:
    """How loud it is around the start of each frame: the mean of the two hops before and the two after it."""
    half = HOPS_PER_FRAME // 2
    around = np.concatenate((hops[:half], hops))[: len(hops)]
    loudness: NDArray[np.float32] = around.reshape(-1, HOPS_PER_FRAME).mean(axis=1)
    return loudness


def _minima(loudness: NDArray[np.float32], start: int, end: int) -> Iterator[CutPoint]:
    """The quietest boundaries in [start, end): each in the second half of the longest gap behind the one before."""
    while end - start > _GAP_FRAMES:
        first = start + _GAP_FRAMES // 2
        window = loudness[first : min(start + _GAP_FRAMES + 1, end - _GAP_FRAMES // 4)]
        start = first + int(window.argmin())
        yield CutPoint(frame=start, pause_seconds=0, kind="energy")
