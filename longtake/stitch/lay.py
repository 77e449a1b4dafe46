"""Laying clips on the timeline: when each of their packets is decoded and shown in the joined video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longtake.stitch.fit import TICKS_PER_FRAME, TICKS_PER_SECOND, Ticks, fit_to_slot, shown_of_padded
from longtake.stitch.job import PlacedClip
from longtake.stitch.reading import ReadClip


@dataclass(frozen=True)
class LaidClip:
    """A clip's packets that go into the video, in order of decoding: which they are, and their places when shown.

    `times` are in ticks from the video's start, in order of showing. The last `hidden` of them are padding.
    """

    path: Path
    kept: NDArray[np.bool_]
    ranks: NDArray[np.int32]
    times: Ticks
    hidden: int
    carries_sets: bool


def lay_clip(clip: ReadClip, placed: PlacedClip) -> LaidClip:
    """Fit a clip to its slot. All its pictures stay, except padding that is decoded behind all that is shown."""
    start = placed.start_frame * TICKS_PER_FRAME
    slot = placed.slot_frames * TICKS_PER_FRAME
    if placed.sent_frames == placed.slot_frames:
        times, kept, hidden = fit_to_slot(clip.times, clip.rate, slot), np.ones(len(clip.ranks), np.bool_), 0
    else:
        shown = shown_of_padded(clip.times, slot)
        kept = _decoded_until(clip, shown)
        hidden = int(kept.sum()) - shown
        # padding that shown pictures may be predicted from is on for one tick each, right before the next clip begins
        times = np.concatenate([clip.times[:shown], slot - hidden + np.arange(hidden)])
    ranks = np.argsort(np.argsort(clip.ranks[kept])).astype(np.int32)
    return LaidClip(clip.path, kept, ranks, start + times, hidden, clip.carries_sets)


def _decoded_until(clip: ReadClip, shown: int) -> NDArray[np.bool_]:
    """The packets up to the last one, in order of decoding, of the first `shown` pictures."""
    last = int(np.flatnonzero(clip.ranks < shown)[-1])
    return np.arange(len(clip.ranks)) <= last


@dataclass(frozen=True)
class Schedule:
    """The times of all packets of a video, in ticks. Decoding runs `lead` ahead of showing."""

    shown: Ticks
    end: int
    lead: int

    def times_of(self, first: int, ranks: NDArray[np.int32]) -> tuple[list[int], list[int], list[int]]:
        """When the packets of a clip are shown, decoded, and how long they last; `first` counts those before it."""
        lasting = _lasting(self.shown, self.end, first, ranks)
        decoded = int(self.shown[first]) - self.lead + _since_first(lasting)
        return self.shown[first + ranks].tolist(), decoded.tolist(), lasting.tolist()


def schedule_of(clips: Sequence[LaidClip], end_ticks: int) -> Schedule:
    """The times of all packets. The last picture lasts until `end_ticks`.

    MP4 keeps how long a packet lasts as the distance to the next one in order of decoding, and players believe it. So
    decoding takes each picture as long as it is shown, which is in strict order; and it begins so early that none is
    shown before it is decoded.
    """
    shown = np.concatenate([clip.times for clip in clips])
    lead = first = 0
    for clip in clips:
        since = _since_first(_lasting(shown, end_ticks, first, clip.ranks))
        lead = max(lead, int(np.max(since - (clip.times[clip.ranks] - clip.times[0]))))
        first += len(clip.ranks)
    return Schedule(shown=shown, end=end_ticks, lead=lead)


def _lasting(shown: Ticks, end: int, first: int, ranks: NDArray[np.int32]) -> Ticks:
    """How long each picture of a clip is shown, in order of decoding."""
    behind = first + len(ranks)
    last = end if behind == len(shown) else int(shown[behind])
    lasting: Ticks = np.diff(shown[first:behind], append=last)[ranks]
    return lasting


def _since_first(lasting: Ticks) -> Ticks:
    """When each packet of a clip is decoded, from its first one's time. A picture that is held counts as a second."""
    since: Ticks = np.concatenate([[0], np.cumsum(np.minimum(lasting, TICKS_PER_SECOND))[:-1]])
    return since
