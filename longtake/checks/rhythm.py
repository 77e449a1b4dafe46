"""Does sound that is not the same at least keep the rhythm of the same words, and where?

The loudness of every 10 ms is compared: it survives stretching, another codec or noise reduction, which change the
waveform beyond recognition. What viewers see, lips that move with the words, depends on the rhythm alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtake.checks.sound import RATE, Match, Samples, Sound, Speech, speech_windows

Levels = NDArray[np.float64]

_STEPS_PER_SECOND = 100
_STEP = RATE // _STEPS_PER_SECOND
_WINDOW_STEPS = 4 * _STEPS_PER_SECOND
_SEARCH_STEPS = 3 * _STEPS_PER_SECOND // 2
_SMOOTHED_STEPS = 5
_FLOOR_DB = 40.0


def match_rhythm(chunk: Samples, speech: Speech, clip: Sound) -> list[Match]:
    """Where the rhythm of the chunk is heard in the clip: up to three windows of 4 s; none for less sound than that."""
    sent = _levels(chunk)
    heard = np.pad(_levels(clip.samples), _SEARCH_STEPS + _WINDOW_STEPS, mode="edge")
    shift = round(clip.start_seconds * _STEPS_PER_SECOND)
    matches = []
    for start in speech_windows(speech, _WINDOW_STEPS):
        first = start - shift + _WINDOW_STEPS
        area = heard[max(0, first) : max(0, first + 2 * _SEARCH_STEPS + _WINDOW_STEPS)]
        if area.size == 2 * _SEARCH_STEPS + _WINDOW_STEPS:
            likeness = _likeness(sent[start : start + _WINDOW_STEPS], area)
            best = int(np.argmax(likeness))
            offset_ms = (best - _SEARCH_STEPS) * 1000 / _STEPS_PER_SECOND
            matches.append(Match(start / _STEPS_PER_SECOND, offset_ms, float(likeness[best])))
    return matches


def _levels(samples: Samples) -> Levels:
    if samples.size < _STEP * _SMOOTHED_STEPS:
        return np.zeros(1)
    steps = samples[: samples.size // _STEP * _STEP].reshape(-1, _STEP)
    levels = 10 * np.log10(np.square(steps, dtype=np.float64).mean(axis=1) + 1e-12)
    audible = np.maximum(levels, np.percentile(levels, 95) - _FLOOR_DB)
    return np.convolve(audible, np.full(_SMOOTHED_STEPS, 1 / _SMOOTHED_STEPS), mode="same")


def _likeness(window: Levels, area: Levels) -> Levels:
    places = np.lib.stride_tricks.sliding_window_view(area, window.size)
    centred = places - places.mean(axis=1, keepdims=True)
    shape = window - window.mean()
    norms = np.linalg.norm(centred, axis=1) * np.linalg.norm(shape)
    return np.asarray(centred @ shape / np.maximum(norms, 1e-9), dtype=np.float64)
