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


def spoken_moments(
    spoken: str, words: Sequence[SpokenWord], *, trimmed_seconds: float, seconds: float
) -> tuple[Moment, ...]:
    """When the words of a spoken text sound, from the start of its trimmed sound, which is `seconds` long.

    A voice may tell other words than it was given, such as those of a number: they have no moment.
    """
    told: list[Moment] = []
    place = 0
    for word in words:
        letters = _letters(word.text)
        milliseconds = round(1000 * min(max(word.start_seconds - trimmed_seconds, 0.0), seconds))
        if letters and (not told or milliseconds >= told[-1][1]):
            told.append((place, milliseconds))
        place += len(letters)
    return _moved(spoken, " ".join(word.text for word in words), told)


def written_moments(written: str, spoken: str, moments: Sequence[Moment]) -> tuple[Moment, ...]:
    """The moments of a spoken text, as those of the text that was written for it."""
    return _moved(written_text(written), spoken, moments)


def _moved(text: str, heard: str, moments: Sequence[Moment]) -> tuple[Moment, ...]:
    """The moments of what was heard, as those of another text: of all that is equal in both."""
    if not moments or _letters(text) == _letters(heard):
        return tuple(moments)
    places = dict(_equal_places(text, heard))
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
