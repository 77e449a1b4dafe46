"""How loud the music is, moment by moment: softer from a little before somebody speaks until a little after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from longtake.grid import FRAMES_PER_SECOND, SAMPLES_PER_FRAME, SAMPLES_PER_SECOND
from longtake.pauses import HOPS_PER_FRAME, SILENCE_DB, measure_envelope, silence_threshold_db
from longtake.timeline import LineSpan

ATTACK_SECONDS = 0.3
HOLD_SECONDS = 0.4
RELEASE_SECONDS = 0.8
FADE_IN_SECONDS = 1.0
FADE_OUT_SECONDS = 2.5
_MOST_OF_TALK = 4  # a short one is faded in and out over a quarter of it each

Shares = NDArray[np.float32]


def speaking_frames(blocks: Iterable[NDArray[np.int16]], lines: Sequence[LineSpan]) -> NDArray[np.bool_]:
    """For each frame of the talking whether somebody speaks in it. Measured: each line by its own room and voice."""
    envelope = np.concatenate([measure_envelope(block, SAMPLES_PER_SECOND) for block in blocks])
    speaking = np.zeros(envelope.size // HOPS_PER_FRAME, np.bool_)
    for line in lines:
        hops = envelope[line.start_frame * HOPS_PER_FRAME : line.end_frame * HOPS_PER_FRAME]
        loud = (hops >= silence_threshold_db(hops)) & (hops > SILENCE_DB)
        speaking[line.start_frame : line.end_frame] = loud.reshape(-1, HOPS_PER_FRAME).any(axis=1)
    return speaking


def ducked_share(speaking: NDArray[np.bool_]) -> Shares:
    """How far the music is ducked at the start of each frame and at the end: 0 is not at all, 1 is wholly.

    It is down when a sound begins, and stays down through pauses that are too short for it to come back.
    """
    edges = np.concatenate((speaking, [False])) | np.concatenate(([False], speaking))
    places = np.arange(edges.size)
    far = edges.size + FRAMES_PER_SECOND * 60
    since = places - np.maximum.accumulate(np.where(edges, places, -far))
    until = np.minimum.accumulate(np.where(edges, places, far + edges.size)[::-1])[::-1] - places
    before = 1 - until / (ATTACK_SECONDS * FRAMES_PER_SECOND)
    behind = 1 - (since - HOLD_SECONDS * FRAMES_PER_SECOND) / (RELEASE_SECONDS * FRAMES_PER_SECOND)
    share: Shares = np.clip(np.maximum(before, behind), 0, 1).astype(np.float32)
    return share


class Fader:
    """The music's gain at each sample of the talking: its level, less where somebody speaks, faded at both ends."""

    def __init__(self, share: Shares, *, gain_db: float, duck_db: float) -> None:
        self._gain_db = gain_db + duck_db * share.astype(np.float64)
        self._edges = np.arange(share.size) * SAMPLES_PER_FRAME
        self._total = (share.size - 1) * SAMPLES_PER_FRAME
        quarter = self._total / _MOST_OF_TALK
        self._fade_in = min(FADE_IN_SECONDS * SAMPLES_PER_SECOND, quarter)
        self._fade_out = min(FADE_OUT_SECONDS * SAMPLES_PER_SECOND, quarter)

    def gains(self, first_sample: int, samples: int) -> NDArray[np.float64]:
        """The linear gains of so many samples from `first_sample` on."""
        places = np.arange(first_sample, first_sample + samples)
        first, last = first_sample // SAMPLES_PER_FRAME, -(-(first_sample + samples) // SAMPLES_PER_FRAME) + 1
        gain_db = np.interp(places, self._edges[first:last], self._gain_db[first:last])
        fades = np.minimum(places / self._fade_in, (self._total - places) / self._fade_out)
        gains: NDArray[np.float64] = 10 ** (gain_db / 20) * np.clip(fades, 0, 1)
        return gains
