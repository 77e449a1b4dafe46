"""When the letters of a sentence sound: the words' own times, from the speech into the line, and into what is written.

A letter is a character that is no white space. The spoken text and the written one differ where a lexicon, a number or
an emoji stands between them; what is equal on both sides is timed, and so is the start of what is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate

from longtake.prepared import Moment
from longtake.script.text import UNSPACED, written_text
from longtake.speech.voice import SpokenWord

_TOKEN = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
_MOST_COMPARED = 250_000
"""Above so many pairs of words, texts that differ are not compared: it would take longer than it is worth."""


def spoken_moments(spoken: str, words: Sequence[SpokenWord], *, trimmed_seconds: float, seconds: float) -> list[Moment]:
    """When the words of a spoken text sound, from the start of its trimmed sound, which is `seconds` long.

    Words that are not in the text, where they should be, have no moment.
    """
    text = _letters(spoken)
    moments: list[Moment] = []
    at = 0
    for word in words:
        letters = _letters(word.text)
        found = text.find(letters, at) if letters else -1
        if found < 0:
            continue
        milliseconds = round(1000 * min(max(word.start_seconds - trimmed_seconds, 0.0), seconds))
        if not moments or (found > moments[-1][0] and milliseconds >= moments[-1][1]):
            moments.append((found, milliseconds))
            at = found + len(letters)
    return moments


def written_moments(written: str, spoken: str, moments: Sequence[Moment]) -> tuple[Moment, ...]:
    """The moments of a spoken text, as those of the text that was written for it."""
    shown = written_text(written)
    if not moments or _letters(shown) == _letters(spoken):
        return tuple(moments)
    places = dict(_equal_places(shown, spoken))
    return tuple((places[letter], milliseconds) for letter, milliseconds in moments if letter in places)


def _letters(text: str) -> str:
    return "".join(text.split())


def _equal_places(written: str, spoken: str) -> Iterator[tuple[int, int]]:
    """Pairs of letters, in the spoken and in the written text, at which the same begins in both."""
    here, there = _TOKEN.findall(spoken), _TOKEN.findall(written)
    ours, theirs = [0, *accumulate(map(len, here))], [0, *accumulate(map(len, there))]
    one, two = [*map(_plain, here)], [*map(_plain, there)]
    head = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    most = min(len(one), len(two)) - head
    tail = next((at for at in range(most) if one[-1 - at] != two[-1 - at]), most)
    yield from zip(ours[:head], theirs[:head], strict=True)
    middle, other = one[head : len(one) - tail], two[head : len(two) - tail]
    if middle and other and len(middle) * len(other) <= _MOST_COMPARED:
        for kind, start, end, to, _ in SequenceMatcher(None, middle, other, autojunk=False).get_opcodes():
            pairs = {"equal": end - start, "replace": 1}.get(kind, 0)
            yield from ((ours[head + start + step], theirs[head + to + step]) for step in range(pairs))
    yield from zip(ours[len(one) - tail : -1], theirs[len(two) - tail : -1], strict=True)


def _plain(token: str) -> str:
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFC", token).casefold()))
    return letters or token
