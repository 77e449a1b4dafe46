"""Sentences as cues: at most two lines of 42 characters, 1 to 7 seconds, broken where a reader would pause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from pydantic import Field

from longtake.captions.direction import Direction, directed, direction_of
from longtake.captions.gather import gathered
from longtake.captions.names import with_labels
from longtake.captions.words import LINE_WIDTH, Words
from longtake.frozen import Frozen
from longtake.prepared import TimedText

LINES = 2
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 7.0
READ_CHARACTERS_PER_SECOND = 20.0
"""What grown-ups read without haste: a cue is held for as long as that takes, where there is room."""

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
    speaker: str | None = Field(None, description="Who says it, where more than one speaks in the video.")
    direction: Direction | None = Field(None, description="Which way its lines run; None: all from left to right.")

    @property
    def shown_lines(self) -> tuple[str, ...]:
        """The lines with the marks by which players show what runs from right to left."""
        return tuple(directed(line, self.direction) for line in self.lines)

    @property
    def text(self) -> str:
        """The shown lines, one below the other."""
        return "\n".join(self.shown_lines)


def caption_cues(sentences: Sequence[TimedText], *, video_seconds: float | None = None) -> tuple[Cue, ...]:
    """The cues of timed sentences. Given in order and without overlap, so are the cues; no cue is empty.

    They are cut at the words' own times, where those are known; else time within a sentence is shared out by
    characters. Where the speaker changes, a cue begins with the name. A word wider than a line stays whole on a line of
    its own. A cue is shorter than a second only where the next one begins sooner, or at the end of the video.
    """
    together = gathered(sentences, shortest_seconds=SHORTEST_SECONDS, longest_seconds=LONGEST_SECONDS)
    spans = [span for sentence, label in with_labels(together) for span in _spans(sentence, label)]
    return tuple(_timed(spans, video_seconds))


class _Span(Frozen):
    """A cue's lines, when its words sound, and how long it takes to read it."""

    start_seconds: float
    end_seconds: float
    reading_seconds: float
    lines: tuple[str, ...]
    speaker: str | None
    direction: Direction | None


def _timed(spans: Sequence[_Span], video_seconds: float | None) -> Iterator[Cue]:
    """Cues on whole milliseconds, held a little longer where there is room."""
    end_of_all = math.inf if video_seconds is None else _milliseconds(video_seconds)
    starts = [
        int(min(_milliseconds(span.start_seconds), end_of_all - left))
        for span, left in zip(spans, range(len(spans), 0, -1), strict=True)
    ]
    earliest = 0
    for span, due, following in zip(spans, starts, [*starts, None][1:], strict=True):
        start = max(earliest, due)
        read = start + _milliseconds(span.reading_seconds)
        end = min(_milliseconds(span.end_seconds), start + _milliseconds(LONGEST_SECONDS))
        end = max(end, start + 1)
        if following is None:
            end = max(end, read)
        else:
            end = max(end, min(read, following))
            if end < following < end + _milliseconds(CLOSED_GAP_SECONDS):
                end = min(following, start + _milliseconds(LONGEST_SECONDS))
            if start < following:
                end = min(end, following)
        end = max(start + 1, int(min(end, end_of_all)))
        yield Cue(
            start_milliseconds=start,
            end_milliseconds=end,
            lines=span.lines,
            speaker=span.speaker,
            direction=span.direction,
        )
        earliest = end


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _spans(sentence: TimedText, label: str) -> Iterator[_Span]:
    words = Words(sentence.text, label)
    if not len(words):
        return
    begins = _piece_seconds(words, sentence)
    direction = direction_of(sentence.text)
    for first, end in pairwise(_cuts(words, begins)):
        reading = words.width(first, end) / READ_CHARACTERS_PER_SECOND
        yield _Span(
            start_seconds=sentence.start_seconds + begins[first],
            end_seconds=sentence.start_seconds + begins[end],
            reading_seconds=min(LONGEST_SECONDS, max(SHORTEST_SECONDS, reading)),
            lines=_lines(words, first, end),
            speaker=sentence.speaker,
            direction=direction,
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
