"""The lexicon: words that are spoken otherwise than they are written."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping

from longtake.script.text import UNSPACED

_UNSPACED = re.compile(f"[{UNSPACED}]")
_SPACES = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"
_MOST_KEPT = 64


def respelled(text: str, say: Mapping[str, str]) -> str:
    """A text as it is spoken: each word or phrase of the lexicon in its other spelling, the longest first.

    Whole words only, but in scripts that put no spaces between them. An entry in lower case stands for any case, one
    with capitals for that very spelling. What an entry puts in is not looked up again.
    """
    if not say or not text:
        return text
    text = unicodedata.normalize("NFC", text)
    pattern, spoken = _compiled(tuple(say.items()), _marks(text))
    return pattern.sub(lambda found: spoken[(found.lastindex or 1) - 1], text)


def _marks(text: str) -> str:
    """The signs in a text that belong to the letter before them, which `\\w` does not know."""
    if text.isascii():
        return ""
    return "".join(sorted({c for c in text if c in _JOINERS or unicodedata.category(c)[0] == "M"}))


@functools.lru_cache(_MOST_KEPT)
def _compiled(say: tuple[tuple[str, str], ...], marks: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """A pattern with a group for each entry, and what stands for each."""
    entries = [(unicodedata.normalize("NFC", _SPACES.sub(" ", word.strip())), spoken) for word, spoken in say]
    entries = sorted(filter(lambda entry: entry[0], entries), key=lambda entry: (-len(entry[0]), _any_case(entry[0])))
    letter = rf"(?:[^\W{UNSPACED}]|[{re.escape(marks)}])" if marks else rf"[^\W{UNSPACED}]"
    return re.compile("|".join(_alternative(word, letter) for word, _ in entries) or r"(?!)"), tuple(
        spoken for _, spoken in entries
    )


def _alternative(word: str, letter: str) -> str:
    body = re.escape(word).replace(r"\ ", r"\s+")
    before = f"(?<!{letter})" if _ends_with_letter(word[0]) else ""
    after = f"(?!{letter})" if _ends_with_letter(word[-1]) else ""
    return f"{before}({'(?i:' if _any_case(word) else '(?:'}{body})){after}"


def _any_case(word: str) -> bool:
    return word == word.lower()


def _ends_with_letter(character: str) -> bool:
    is_word = character == "_" or unicodedata.category(character)[0] in "LMN"
    return is_word and not _UNSPACED.match(character)
