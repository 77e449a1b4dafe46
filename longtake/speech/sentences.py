"""Sentences: what is spoken, kept and timed as one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import sentencex

from longtake.script.text import UNSPACED

LONGEST_SENTENCE_CHARACTERS = 600
_FEWEST_WORDS = 2
_SHORTEST_PART_SHARE = 0.25

_UNSPACED_LETTER = re.compile(f"[{UNSPACED}]")
_CLAUSE_END = re.compile(r"[,;:)\]\u2013\u2014\u060c\u061b\u0964\u3001\uff0c\uff1a\uff1b](?!\d)")
_SPACE = re.compile(r"\s")
_JOINERS = "\u200c\u200d"


def split_sentences(
    text: str, language: str, *, longest_characters: int = LONGEST_SENTENCE_CHARACTERS
) -> tuple[str, ...]:
    """The sentences of a text, in order. Put together they are the text, but for the white space between them.

    A piece of fewer than two words goes with the next one, the last with the one before. A sentence that is longer
    than `longest_characters` is parted behind a comma or its like, else at a space, else anywhere.
    """
    whole = _merged(sentencex.segment(language.replace("_", "-").split("-")[0].lower(), text))
    parts = (part.strip() for sentence in whole for part in parted(sentence.strip(), longest_characters))
    return tuple(filter(None, parts))


def _merged(segments: list[str]) -> list[str]:
    merged: list[str] = []
    waiting: list[str] = []
    words = 0.0
    for segment in segments:
        waiting.append(segment)
        words += _words(segment)
        if words >= _FEWEST_WORDS:
            merged.append("".join(waiting))
            waiting, words = [], 0
    rest = "".join(waiting)
    if merged:
        merged[-1] += rest
    else:
        merged.append(rest)
    return merged


def _words(text: str) -> float:
    """How many words a text has; two letters of a script without spaces count as one."""
    spaced = sum(any(map(str.isalnum, word)) for word in text.split())
    return max(spaced, len(_UNSPACED_LETTER.findall(text)) / 2)


def parted(sentence: str, longest: int) -> Iterator[str]:
    """The text in parts of at most `longest` characters; put together they are the text, character for character."""
    start = 0
    while len(sentence) - start > longest:
        cut = _best_cut(sentence[start : start + longest])
        yield sentence[start : start + cut]
        start += cut
    yield sentence[start:]


def _best_cut(window: str) -> int:
    """Where to part a text that is as long as a sentence may be: the last good place that is not at its very start."""
    for place in (_CLAUSE_END, _SPACE):
        ends = [found.end() for found in place.finditer(window)]
        if ends and ends[-1] >= len(window) * _SHORTEST_PART_SHARE:
            return ends[-1]
    cut = len(window) - 1
    while cut > len(window) // 2 and _holds_together(window[cut - 1], window[cut]):
        cut -= 1
    return max(cut, 1)


def _holds_together(before: str, after: str) -> bool:
    """Whether a mark or a joiner makes two characters one."""
    return after in _JOINERS or before in _JOINERS or unicodedata.category(after).startswith("M")
