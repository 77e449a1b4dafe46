"""When cues come and go: held as long as it takes to read them, where there is room."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from longtake.captions.conventions import (
    CLOSED_GAP_SECONDS,
    LONGEST_SECONDS,
    READ_CHARACTERS_PER_SECOND,
    SHORTEST_SECONDS,
)
from longtake.captions.cue import Cue
from longtake.captions.direction import Direction
from longtake.captions.words import text_width
from longtake.frozen import Frozen


class Span(Frozen):
    """A cue's lines, and when its words sound."""

    start_seconds: float
    end_seconds: float
    lines: tuple[str, ...]
    speakers: tuple[str, ...]
    directions: tuple[Direction | None, ...]

    @property
    def read_seconds(self) -> float:
        """How long it should be shown at least."""
        reading = sum(map(text_width, self.lines)) / READ_CHARACTERS_PER_SECOND
        return min(LONGEST_SECONDS, max(SHORTEST_SECONDS, reading))


def quick_turns_together(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans, where two turns of one line each, the first of them over at once, are shown one below the other."""
    waiting: Span | None = None
    for span in spans:
        if waiting and _is_quick_turn(waiting, span):
            yield Span(
                start_seconds=waiting.start_seconds,
                end_seconds=span.end_seconds,
                lines=waiting.lines + span.lines,
                speakers=waiting.speakers + span.speakers,
                directions=waiting.directions + span.directions,
            )
            waiting = None
            continue
        if waiting:
            yield waiting
        waiting = span
    if waiting:
        yield waiting


def _is_quick_turn(one: Span, two: Span) -> bool:
    """Whether the first would be gone before anyone has read it, and there is room for both."""
    of_two = len(one.speakers) == len(two.speakers) == 1 and one.speakers != two.speakers
    is_quick = two.start_seconds - one.start_seconds < SHORTEST_SECONDS
    fits = len(one.lines) == len(two.lines) == 1 and two.end_seconds - one.start_seconds <= LONGEST_SECONDS
    return of_two and is_quick and fits


def timed(spans: Sequence[Span], video_seconds: float | None) -> Iterator[Cue]:
    """Cues on whole milliseconds, held a little longer where there is room."""
    end_of_all = math.inf if video_seconds is None else _milliseconds(video_seconds)
    starts = [
        int(min(_milliseconds(span.start_seconds), end_of_all - left))
        for span, left in zip(spans, range(len(spans), 0, -1), strict=True)
    ]
    earliest = 0
    for span, due, following in zip(spans, starts, [*starts, None][1:], strict=True):
        start = max(earliest, due)
        end = int(min(_end(span, start, following), end_of_all))
        earliest = max(start + 1, end)
        yield Cue(
            start_milliseconds=start,
            end_milliseconds=earliest,
            lines=span.lines,
            speakers=span.speakers or None,
            directions=span.directions if any(span.directions) else None,
        )


def _end(span: Span, start: int, following: int | None) -> int:
    """When a cue goes, if the next one comes at `following`; all in milliseconds."""
    longest = start + _milliseconds(LONGEST_SECONDS)
    read = start + _milliseconds(span.read_seconds)
    end = min(_milliseconds(span.end_seconds), longest)
    if following is None:
        return max(end, read)
    end = max(end, min(read, following))
    if end < following < end + _milliseconds(CLOSED_GAP_SECONDS):
        end = min(following, longest)
    return min(end, following) if start < following else end


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
