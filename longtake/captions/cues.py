"""Sentences as cues: at most two lines of 42 characters, 1 to 7 seconds, broken where a reader would pause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from longtake.captions.conventions import LINE_WIDTH, LINES, LONGEST_SECONDS, SHORTEST_SECONDS
from longtake.captions.cue import Cue
from longtake.captions.direction import direction_of
from longtake.captions.gather import gathered
from longtake.captions.names import with_labels
from longtake.captions.timing import Span, quick_turns_together, timed
from longtake.captions.words import Words
from longtake.prepared import TimedText

_CUE_COST = 1.0
_UNEVEN_COST = 2.0
_HASTY_COST = 0.7
_UNEVEN_FOLD_COST = 0.6


def caption_cues(sentences: Sequence[TimedText], *, video_seconds: float | None = None) -> tuple[Cue, ...]:
    """The cues of timed sentences. Given in order and without overlap, so are the cues; no cue is empty.

    They are cut at the words' own times, where those are known; else time within a sentence is shared out by
    characters. Where the speaker changes, a line begins with the name. A word wider than a line stays whole on a line
    of its own. A cue is shorter than a second only where the next one begins sooner and does not fit beside it, or at
    the end of the video.
    """
    together = gathered(sentences)
    spans = (span for sentence, label in with_labels(together) for span in _spans(sentence, label))
    return tuple(timed([*quick_turns_together(spans)], video_seconds))


def _spans(sentence: TimedText, label: str) -> Iterator[Span]:
    words = Words(sentence.text, label)
    if not len(words):
        return
    begins = _piece_seconds(words, sentence)
    direction = direction_of(sentence.text)
    for first, end in pairwise(_cuts(words, begins)):
        lines = _lines(words, first, end)
        yield Span(
            start_seconds=sentence.start_seconds + begins[first],
            end_seconds=sentence.start_seconds + begins[end],
            lines=lines,
            speakers=(sentence.speaker,) if sentence.speaker else (),
            directions=(direction,) * len(lines),
        )


def _piece_seconds(words: Words, sentence: TimedText) -> list[float]:
    """When each piece begins, and the last one ends, from the start of the sentence."""
    length = max(0.0, sentence.end_seconds - sentence.start_seconds)
    whole = words.letters[-1]
    known = [(place, milliseconds / 1000) for place, milliseconds in sentence.moments if 0 < place < whole]
    places, seconds = zip((0, 0.0), *known, (whole, length), strict=True)
    begins = np.interp(words.letters, places, np.minimum(seconds, length))
    return [float(each) for each in begins]


def _cuts(words: Words, begins: Sequence[float]) -> list[int]:
    """Where a sentence is cut into cues: the cheapest way, found from its start on (dynamic programming)."""
    whole, seconds = len(words), begins[-1]
    if words.width(0, whole) <= LINE_WIDTH and seconds <= LONGEST_SECONDS:
        return [0, whole]
    pieces = max(math.ceil(words.width(0, whole) / (LINES * LINE_WIDTH)), math.ceil(seconds / LONGEST_SECONDS))
    even = words.width(0, whole) / pieces
    cost = [0.0] + [math.inf] * whole
    cut_before = [0] * (whole + 1)
    for end in range(1, whole + 1):
        for first in range(end - 1, -1, -1):
            if not words.is_one_word(first, end) and not _fits(words, first, end, begins):
                break
            total = cost[first] + _cue_cost(words, first, end, begins, even)
            if total < cost[end]:
                cost[end], cut_before[end] = total, first
    cuts = [whole]
    while cuts[-1]:
        cuts.append(cut_before[cuts[-1]])
    return cuts[::-1]


def _cue_cost(words: Words, first: int, end: int, begins: Sequence[float], even: float) -> float:
    uneven = (words.width(first, end) - even) / (LINES * LINE_WIDTH)
    hasty = begins[end] - begins[first] < SHORTEST_SECONDS
    return _CUE_COST + _UNEVEN_COST * uneven * uneven + words.break_cost(end) + (_HASTY_COST if hasty else 0.0)


def _fits(words: Words, first: int, end: int, begins: Sequence[float]) -> bool:
    return begins[end] - begins[first] <= LONGEST_SECONDS and words.fit_two_lines(first, end)


def _lines(words: Words, first: int, end: int) -> tuple[str, ...]:
    """One line where it fits, else two of about the same width, broken after punctuation where there is any."""
    if words.width(first, end) <= LINE_WIDTH or end - first == 1:
        return (words.line(first, end),)
    middle = min(range(first + 1, end), key=lambda at: _fold_cost(words, first, at, end))
    return words.line(first, middle), words.line(middle, end)


def _fold_cost(words: Words, first: int, middle: int, end: int) -> tuple[float, float]:
    above, below = words.width(first, middle), words.width(middle, end)
    too_wide = max(0.0, above - LINE_WIDTH) + max(0.0, below - LINE_WIDTH)
    return too_wide, _UNEVEN_FOLD_COST * abs(above - below) / LINE_WIDTH + words.break_cost(middle)
