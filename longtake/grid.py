"""The grid that everything is laid on: 25 frames a second, 48,000 samples a second, 1,920 samples a frame."""

from __future__ import annotations

import math

FRAMES_PER_SECOND = 25
SAMPLES_PER_SECOND = 48_000
SAMPLES_PER_FRAME = SAMPLES_PER_SECOND // FRAMES_PER_SECOND
SECONDS_PER_FRAME = 1 / FRAMES_PER_SECOND


def frames_to_seconds(frames: int) -> float:
    """The length of a number of frames, in seconds."""
    return frames / FRAMES_PER_SECOND


def frames_covering(seconds: float) -> int:
    """The fewest whole frames that last at least `seconds`."""
    return math.ceil(round(seconds * FRAMES_PER_SECOND, 6))


def frames_within(seconds: float) -> int:
    """The most whole frames that last at most `seconds`."""
    return math.floor(round(seconds * FRAMES_PER_SECOND, 6))


def frames_of_samples(samples: int) -> int:
    """The fewest whole frames that hold `samples` samples at 48 kHz."""
    return -(-samples // SAMPLES_PER_FRAME)
