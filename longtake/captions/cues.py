"""Sentences as cues: at most two lines of 42 characters, 1 to 7 seconds, broken where a reader would pause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pydantic import Field

from longtake.captions.words import LINE_WIDTH, Words
from longtake.frozen import Frozen
from longtake.prepared import TimedText

LINES = 2
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 7.0
CLOSED_GAP_SECONDS = 0.5
"""A gap between two cues that is shorter is closed: a text that blinks is hard to read."""

_CUE_COST = 1.0
_UNEVEN_COST = 2.0
_HASTY_COST = 0.7
_UNEVEN_FOLD_COST = 0.6


class Cue(Frozen):
    """What is shown from one moment to another: one or two lines, in milliseconds from the start of the video."""

    start_milliseconds: int = Field(ge=0)
    end_milliseconds: int = Field(gt=0)
    lines: tuple[str, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(self.lines)


def caption_cues(sentences: Sequence[TimedText]) -> tuple[Cue, ...]:
    """The cues of timed sentences. Given in order and without overlap, so are the cues; no cue is empty.

    Time within a sentence is shared out by characters. A word wider than a line stays whole on a line of its own. A
    cue is shorter than a second only where the next one begins sooner.
    """
    spans = [span for sentence in sentences for span in _spans(sentence)]
    return tuple(_timed(spans))


class _Span(Frozen):
    """A cue's lines, and when its words sound."""

    start_seconds: float
    end_seconds: float
    lines: tuple[str, ...]


def _timed(spans: Sequence[_Span]) -> Iterator[Cue]:
    """Cues on whole milliseconds, held a little longer where there is room."""
    earliest = 0
    for place, span in enumerate(spans):
        start = max(earliest, _milliseconds(span.start_seconds))
        following = _milliseconds(spans[place + 1].start_seconds) if place + 1 < len(spans) else None
        end = min(_milliseconds(span.end_seconds), start + _milliseconds(LONGEST_SECONDS))
        end = max(end, start + 1)
        if following is None:
            end = max(end, start + _milliseconds(SHORTEST_SECONDS))
        else:
            end = max(end, min(start + _milliseconds(SHORTEST_SECONDS), following))
            if end < following < end + _milliseconds(CLOSED_GAP_SECONDS):
                end = min(following, start + _milliseconds(LONGEST_SECONDS))
            if start < following:
                end = min(end, following)
        yield Cue(start_milliseconds=start, end_milliseconds=end, lines=span.lines)
        earliest = end


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _spans(sentence: TimedText) -> Iterator[_Span]:
    words = Words(sentence.text)
    if not len(words):
        return
    seconds = max(0.0, sentence.end_seconds - sentence.start_seconds)
    for first, end in pairwise(_cuts(words, seconds)):
        yield _Span(
            start_seconds=sentence.start_seconds + seconds * words.share(first),
            end_seconds=sentence.start_seconds + seconds * words.share(end),
            lines=_lines(words, first, end),
        )


def _cuts(words: Words, seconds: float) -> list[int]:
    """Where a sentence is cut into cues: the cheapest way, found from its start on (dynamic programming)."""
    whole = len(words)
    if words.width(0, whole) <= LINE_WIDTH and seconds <= LONGEST_SECONDS:
        return [0, whole]
    pieces = max(math.ceil(words.width(0, whole) / (LINES * LINE_WIDTH)), math.ceil(seconds / LONGEST_SECONDS))
    even = words.width(0, whole) / pieces
    cost = [0.0] + [math.inf] * whole
    cut_before = [0] * (whole + 1)
    for end in range(1, whole + 1):
        for first in range(end - 1, -1, -1):
            if first < end - 1 and not _fits(words, first, end, seconds):
                break
            total = cost[first] + _cue_cost(words, first, end, seconds, even)
            if total < cost[end]:
                cost[end], cut_before[end] = total, first
    cuts = [whole]
    while cuts[-1]:
        cuts.append(cut_before[cuts[-1]])
    return cuts[::-1]


def _cue_cost(words: Words, first: int, end: int, seconds: float, even: float) -> float:
    uneven = (words.width(first, end) - even) / (LINES * LINE_WIDTH)
    hasty = _shown_seconds(words, first, end, seconds) < SHORTEST_SECONDS
    return _CUE_COST + _UNEVEN_COST * uneven * uneven + words.break_cost(end) + (_HASTY_COST if hasty else 0.0)


def _shown_seconds(words: Words, first: int, end: int, seconds: float) -> float:
    return seconds * (words.share(end) - words.share(first))


def _fits(words: Words, first: int, end: int, seconds: float) -> bool:
    return _shown_seconds(words, first, end, seconds) <= LONGEST_SECONDS and words.fit_two_lines(first, end)


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
