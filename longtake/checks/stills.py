"""Pictures that stand still, and pictures that are black."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import numpy as np

from longtake.checks.pictures import Look, Track
from longtake.checks.sound import Speech

Span = tuple[float, float]

# x264 at crf 35 changes a frozen picture by up to 4 steps where a keyframe comes; a mouth of 16 x 6 pixels in
# 1280 x 720 changes its spot by 15.
_MOVES_FROM_STEPS = 5.0
_BLACK_BELOW_STEPS = 32.0  # black is 16 in most videos, 0 in some
_BLACK_PERCENTILE = 98
_SEEN_SECONDS = 0.25


def still_spans(looks: Sequence[Look]) -> Iterator[Span]:
    """From when to when all looks are alike. Between two looks that lie far apart nothing is known to be still."""
    start = 0
    for number in range(1, len(looks) + 1):
        if number == len(looks) or looks[start].differs(looks[number]) >= _MOVES_FROM_STEPS:
            yield looks[start].seconds, _seen_until(looks, number - 1)
            start = number


def black_spans(looks: Sequence[Look]) -> Iterator[Span]:
    """From when to when all looks are black, each as long as it is seen."""
    for dark, members in groupby(range(len(looks)), key=lambda number: _is_black(looks[number])):
        if dark:
            numbers = list(members)
            yield looks[numbers[0]].seconds, _seen_until(looks, numbers[-1])


def _is_black(look: Look) -> bool:
    return float(np.percentile(look.luma, _BLACK_PERCENTILE)) < _BLACK_BELOW_STEPS


def _seen_until(looks: Sequence[Look], number: int) -> float:
    here = looks[number].seconds
    following = looks[number + 1].seconds if number + 1 < len(looks) else here
    return following if following - here <= _SEEN_SECONDS else here


def held_spans(track: Track) -> Iterator[Span]:
    """From when to when one picture is held because the next comes late."""
    for here, following in pairwise(sorted(track.seconds)):
        if following - here > _SEEN_SECONDS:
            yield here, following


def speech_within(speech: Speech, span: Span) -> float:
    """The seconds of speech in a span; `speech` has one entry for each 10 ms."""
    return float(np.count_nonzero(speech[round(span[0] * 100) : round(span[1] * 100)])) / 100
