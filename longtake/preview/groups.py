"""A clip's frames in groups: each begins with a keyframe and ends with a picture that the others are drawn from too.

These two show the voice at rest or loud, so a group ends best where the voice comes to rest or swells: there its last
picture and the next one's first are right as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from longtake.preview.voice import LOUDEST

Level = int
REST: Level = 0
LOUD: Level = 5
KEYS = (REST, LOUD)
SHAPES = 2
"""The bars have two shapes, which take turns from syllable to syllable."""

LONGEST_GROUP_FRAMES = 32
"""What a picture's number in the stream can count."""

_SHORTEST = 8
_GOOD_LENGTH = 25
_LENGTH_COST = 0.12
_SAME_KEY_COST = 20.0
"""More than any other: whoever looks at keyframes alone sees that the picture moves while there is a voice."""


class State(NamedTuple):
    """What a picture shows of the voice: how loud it is, and in which shape."""

    level: Level
    shape: int


STATES = (State(REST, 0), *(State(level, shape) for shape in range(SHAPES) for level in range(1, LOUDEST + 1)))


class Group(NamedTuple):
    """Frames [start, end): the first shows the key `first`, the last the key `last`, those between their `states`."""

    start: int
    end: int
    first: State
    last: State
    states: tuple[State, ...]


def grouped(levels: Sequence[Level]) -> list[Group]:
    """The frames of a clip in groups of at most LONGEST_GROUP_FRAMES."""
    spans = _spans(levels)
    keys = [key for start, end, first, last in spans for key in ((start, first), (end - 1, last))]
    shapes = _shapes(levels, [frame for frame, level in keys if level == LOUD])
    groups = []
    for start, end, first, last in spans:
        inner = tuple(
            State(level, shape if level else 0)
            for level, shape in zip(levels[start + 1 : end - 1], shapes[start + 1 : end - 1], strict=True)
        )
        groups.append(Group(start, end, State(first, 0), State(last, 0), inner))
    return groups


def _spans(levels: Sequence[Level]) -> list[tuple[int, int, Level, Level]]:
    """Start, end, first and last key of each group."""
    spans = []
    start, key = 0, min(KEYS, key=lambda key: abs(levels[0] - key))
    while start < len(levels):
        end, last = _best_end(levels, start, key)
        spans.append((start, end, key, last))
        start, key = end, last
    return spans


def _best_end(levels: Sequence[Level], start: int, key: Level) -> tuple[int, Level]:
    """Where the group that starts here ends best, and with which key."""
    latest = min(start + LONGEST_GROUP_FRAMES, len(levels))
    voice_from = next((frame for frame in range(start, latest) if levels[frame]), latest)
    earliest = min(start + _SHORTEST, len(levels))
    best = (float("inf"), latest, REST)
    for end in range(earliest, latest + 1):
        for last in KEYS:
            around = levels[end - 1 : end + 1]
            cost = _LENGTH_COST * abs(end - start - _GOOD_LENGTH) + sum(abs(level - last) for level in around)
            if last == key and voice_from < end:
                cost += _SAME_KEY_COST
            best = min(best, (cost, end, last))
    return best[1], best[2]


def _shapes(levels: Sequence[Level], loud: Sequence[int]) -> list[int]:
    """The shape of the bars in each frame: another one for each syllable; the keys' shape, 0, around a loud key.

    `loud` are the frames that show one, in order.
    """
    dips = [n for n in range(1, len(levels) - 1) if levels[n - 1] > levels[n] <= levels[n + 1]]
    shapes: list[int] = []
    shape, at = 0, 0
    for start, end in pairwise([0, *dips, len(levels)]):
        while at < len(loud) and loud[at] < start:
            at += 1
        holds_key = at < len(loud) and loud[at] < end
        shape = 0 if holds_key else 1 - shape
        shapes += [shape] * (end - start)
    return shapes
