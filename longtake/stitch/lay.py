"""Laying clips on the timeline: when each of their packets is decoded and shown in the joined video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longtake.stitch.fit import TICKS_PER_FRAME, Ticks, fit_to_slot, reorder_depth, shown_of_padded
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
    """Fit a clip to its slot. All its pictures stay, except padding that no shown picture needs for its decoding."""
    start = placed.start_frame * TICKS_PER_FRAME
    slot = placed.slot_frames * TICKS_PER_FRAME
    if placed.sent_frames == placed.slot_frames:
        times, kept, hidden = fit_to_slot(clip.times, clip.rate, slot), np.ones(len(clip.ranks), np.bool_), 0
    else:
        shown = shown_of_padded(clip.times, slot)
        kept = _needed(clip, shown)
        hidden = int(kept.sum()) - shown
        # padding that must be decoded is shown for one tick each, right before the next clip begins
        times = np.concatenate([clip.times[:shown], slot - hidden + np.arange(hidden)])
    ranks = np.argsort(np.argsort(clip.ranks[kept])).astype(np.int32)
    return LaidClip(clip.path, kept, ranks, start + times, hidden, clip.carries_sets)


def _needed(clip: ReadClip, shown: int) -> NDArray[np.bool_]:
    """The packets of the first `shown` pictures, and those decoded among them that others may be predicted from."""
    is_shown = clip.ranks < shown
    last = int(np.flatnonzero(is_shown)[-1])
    decoded = np.arange(len(clip.ranks)) <= last
    return is_shown | (decoded & clip.referred)


@dataclass(frozen=True)
class Schedule:
    """The times of all packets of a video, in ticks. `depth` is how far decoding runs ahead of showing."""

    shown: Ticks
    depth: int
    end: int

    def times_of(self, first: int, ranks: NDArray[np.int32]) -> tuple[list[int], list[int], list[int]]:
        """When the packets of a clip are shown, decoded, and how long they last; `first` counts those before it.

        A packet is decoded when the picture that stands `depth` places before it is shown: always in strict order,
        and never after it is shown itself.
        """
        places = first + ranks
        following = np.append(self.shown[first + 1 : first + len(ranks) + 1], self.end)[: len(ranks)]
        lasting = (following - self.shown[first : first + len(ranks)])[ranks]
        order = np.arange(first, first + len(ranks)) - self.depth
        decoded = np.where(order >= 0, self.shown[np.maximum(order, 0)], order * TICKS_PER_FRAME)
        return self.shown[places].tolist(), decoded.tolist(), lasting.tolist()


def schedule_of(clips: Sequence[LaidClip], end_ticks: int) -> Schedule:
    """The times of all packets. The last picture lasts until `end_ticks`."""
    shown = np.concatenate([clip.times for clip in clips])
    return Schedule(shown=shown, depth=max(reorder_depth(clip.ranks) for clip in clips), end=end_ticks)
