"""Sentences too short to be read alone are shown together with the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from longtake.captions.conventions import LONGEST_SECONDS, SHORTEST_SECONDS
from longtake.captions.words import Words
from longtake.prepared import Moment, TimedText
from longtake.script.text import join_lines, written_text


def gathered(sentences: Iterable[TimedText]) -> Iterator[TimedText]:
    """The sentences, where one that the next would follow too soon is joined with it, if both fit into one cue."""
    waiting: TimedText | None = None
    for sentence in sentences:
        if not len(Words(sentence.text)):
            continue
        if waiting is None:
            waiting = sentence
            continue
        is_hasty = sentence.start_seconds - waiting.start_seconds < SHORTEST_SECONDS
        both = _joined(waiting, sentence) if is_hasty and waiting.speaker == sentence.speaker else None
        if both and _fits(both):
            waiting = both
        else:
            yield waiting
            waiting = sentence
    if waiting:
        yield waiting


def _fits(both: TimedText) -> bool:
    words = Words(both.text)
    return words.fit_two_lines(0, len(words)) and both.end_seconds - both.start_seconds <= LONGEST_SECONDS


def _joined(one: TimedText, two: TimedText) -> TimedText:
    letters = sum(map(len, written_text(one.text).split()))
    behind = round(1000 * (two.start_seconds - one.start_seconds))
    first: tuple[Moment, ...] = tuple(moment for moment in one.moments if moment[1] <= behind)
    later = tuple((letters + place, behind + milliseconds) for place, milliseconds in two.moments if place)
    return one.model_copy(
        update={
            "text": join_lines([written_text(one.text), written_text(two.text)]),
            "end_seconds": max(one.end_seconds, two.end_seconds),
            "moments": (*first, (letters, behind), *later),
        }
    )
