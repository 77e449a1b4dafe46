"""Times of words, from those of characters or from speech marks. Where they make no sense there are none."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator
from typing import Any

from longtake.speech.voice import SpokenWord

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA")


def words_of_alignment(alignment: object) -> tuple[SpokenWord, ...]:
    """Words of ElevenLabs' alignment: characters, and when each starts and ends, in seconds.

    A word is what stands between spaces; in Chinese and Japanese, which have none, each character with the marks
    behind it. Empty for anything but three lists that fit each other.
    """
    if not isinstance(alignment, dict):
        return ()
    lists = [
        alignment.get(name) for name in ("characters", "character_start_times_seconds", "character_end_times_seconds")
    ]
    if not all(isinstance(each, list) for each in lists) or len({len(each or ()) for each in lists}) != 1:
        return ()
    characters, starts, ends = (each or [] for each in lists)
    if not all(isinstance(sign, str) for sign in characters) or not all(map(_is_time, [*starts, *ends])):
        return ()
    return tuple(
        SpokenWord(
            text="".join(characters[first:behind]),
            start_seconds=starts[first],
            end_seconds=max(starts[first], ends[behind - 1]),
        )
        for first, behind in _spans(characters)
    )


def _spans(characters: list[str]) -> Iterator[tuple[int, int]]:
    """Where each word begins, and where it has ended."""
    first: int | None = None
    for at, sign in enumerate(characters):
        is_gap = not sign.strip()
        if first is not None and (is_gap or _is_unspaced(sign)):
            yield first, at
            first = None
        if first is None and not is_gap:
            first = at
    if first is not None:
        yield first, len(characters)


def _is_unspaced(sign: str) -> bool:
    return unicodedata.name(sign[0], "").startswith(_UNSPACED)


def words_of_marks(lines: bytes, sound_seconds: float) -> tuple[SpokenWord, ...]:
    """Words of Polly's speech marks, a JSON object a line. Each ends where the next begins, the last with the sound."""
    marks = [mark for line in lines.splitlines() if (mark := _word_mark(line))]
    ends = [start for start, _ in marks[1:]] + [sound_seconds] * bool(marks)
    return tuple(
        SpokenWord(text=text, start_seconds=start, end_seconds=max(start, end))
        for (start, text), end in zip(marks, ends, strict=True)
    )


def _word_mark(line: bytes) -> tuple[float, str] | None:
    try:
        mark = json.loads(line)
    except ValueError:
        return None
    if not isinstance(mark, dict) or mark.get("type") != "word" or not _is_time(mark.get("time")):
        return None
    text = mark.get("value")
    return (mark["time"] / 1000, text) if isinstance(text, str) else None


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
