"""What is written, and what of it is spoken. The written text goes into captions, the spoken one to the voice."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # they belong to the spelling of Persian and of Indic scripts
_FIRST_JOINING_LETTER = "\u0590"
_PLAIN = re.compile(r"[ -~\n]*")

# Controls but white space, halves of characters, byte order marks, and the two that force a direction on what follows.
_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\u202d\u202e\ufeff\ufffe\uffff]")
_EMOJI = re.compile(
    "[\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\u20e3\U0001f000-\U0001faff\U000e0000-\U000e007f]"
)

# Scripts that are written without spaces between words: Chinese and Japanese with their punctuation, Thai, Lao, Khmer,
# Burmese. Korean has spaces.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff65"
_UNSPACED = re.compile(f"[{UNSPACED}]")


def spoken_text(written: str) -> str:
    """What the voice is given: no emoji, no invisible or control characters, single spaces. Empty: nothing to say.

    A text says something when it has a letter or a digit of any script. The answer is in Unicode's form NFC.
    """
    if not _PLAIN.fullmatch(written):
        written = "".join(_spoken_characters(_EMOJI.sub(" ", unicodedata.normalize("NFC", written))))
    text = " ".join(written.split())
    return text if any(map(str.isalnum, text)) else ""


def _spoken_characters(text: str) -> list[str]:
    kept: list[str] = []
    for character in text:
        if character in _JOINERS:
            after_letter = kept and kept[-1] >= _FIRST_JOINING_LETTER and unicodedata.category(kept[-1])[0] in "LM"
            if after_letter:
                kept.append(character)
        elif character.isspace():
            kept.append(" ")
        elif unicodedata.category(character)[0] != "C":
            kept.append(character)
    while kept and kept[-1] in _JOINERS:
        kept.pop()
    return kept


def written_text(text: str) -> str:
    """The text as it is shown: single spaces, no control characters and nothing that forces a direction."""
    if not _PLAIN.fullmatch(text):
        text = _UNSHOWN.sub("", text)
    return " ".join(text.split())


def join_lines(lines: list[str]) -> str:
    """One text of the lines that it was wrapped into: with a space, or with none between scripts that use none."""
    parts: list[str] = []
    for line in filter(None, map(str.strip, lines)):
        if parts and not (_UNSPACED.match(parts[-1][-1]) and _UNSPACED.match(line)):
            parts.append(" ")
        parts.append(line)
    return "".join(parts)
