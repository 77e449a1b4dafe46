"""When each picture is shown: clips that are a little too short or too long are made to fit their slots.

Times are in ticks of 1/90,000 s, in which a frame of the grid lasts 3,600. Nothing is read or written here.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from longtake.errors import ClipRejected
from longtake.frozen import Frozen
from longtake.grid import FRAMES_PER_SECOND

TICKS_PER_SECOND = 90_000
TICKS_PER_FRAME = TICKS_PER_SECOND // FRAMES_PER_SECOND
MOST_EXTRA_FRAMES = 8
SQUEEZED_FRAMES = 24
_SHORTEST_SHOWN_TICKS = 90  # a picture that would be on for under 1 ms is not worth showing

Ticks = NDArray[np.int64]


class Squeeze(Frozen):
    """How a long clip's end is hurried: what lies behind `from_ticks` takes `factor` of its time."""

    from_ticks: int
    factor: Fraction


def squeeze_for(times: Ticks, rate: Fraction, slot_ticks: int) -> Squeeze | None:
    """How a clip must be hurried to end with its slot; None when it fits or is shorter.

    `times` are its pictures' in order, from 0. Its last 24 pictures share what time is left. A last picture that is
    on for half its time at least is long enough.
    """
    frame = TICKS_PER_SECOND / rate
    if times[-1] <= slot_ticks - frame / 2:
        return None
    end = int(times[-1]) + frame
    start = int(times[max(0, len(times) - SQUEEZED_FRAMES)])
    if slot_ticks - start < (end - start) / 4:  # an uneven clip, whose last pictures come close together
        start = 0
    return Squeeze(from_ticks=start, factor=(slot_ticks - start) / (end - start))


def fit_to_slot(times: Ticks, rate: Fraction, slot_ticks: int) -> Ticks:
    """When a clip's pictures are shown, counted from its slot's start: all of them, in order, inside the slot."""
    squeeze = squeeze_for(times, rate, slot_ticks)
    if squeeze is None:
        return times
    start, factor = squeeze.from_ticks, squeeze.factor
    hurried = start + (times - start) * factor.numerator // factor.denominator
    fitted: Ticks = np.where(times < start, times, hurried)
    return fitted


def shown_of_padded(times: Ticks, slot_ticks: int) -> int:
    """How many of a padded clip's pictures begin inside its slot."""
    return max(1, int(np.searchsorted(times, slot_ticks - _SHORTEST_SHOWN_TICKS)))


def check_length(frames: int, rate: Fraction, sent_frames: int, number: int) -> None:
    """Raise ClipRejected when a clip is more than 8 of its own frames longer than what it was made from."""
    expected = round(Fraction(sent_frames, FRAMES_PER_SECOND) * rate)
    if frames > expected + MOST_EXTRA_FRAMES:
        raise ClipRejected(
            f"clip {number} is {frames - expected} frames longer than what was sent ({frames} for {expected}): "
            f"at most {MOST_EXTRA_FRAMES} can be made to fit"
        )
