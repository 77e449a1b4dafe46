"""Writing from right to left, in players that cannot know which way a line runs.

SubRip and the captions' track of an MP4 say nothing of direction. Some players take every line from the left, others
go by its first letter, as browsers do with WebVTT (W3C, WebVTT, "unicode-bidi: plaintext"). Either way the full stop
of a Hebrew line, or a Latin name in front of it, ends up on the wrong side. A line between RIGHT-TO-LEFT EMBEDDING and
POP DIRECTIONAL FORMATTING is shown right by all (Unicode Standard Annex 9, X2 and P2).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Direction = Literal["ltr", "rtl"]

_EMBEDDING: dict[Direction, str] = {"ltr": "\u202a", "rtl": "\u202b"}
_POP = "\u202c"
# Hebrew, Arabic, Syriac, Thaana, N'Ko and what follows up to Devanagari; presentation forms; Adlam and its like.
_FROM_THE_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


def direction_of(text: str) -> Direction | None:
    """Which way a sentence runs, by most of its letters; None where no letter of it runs from right to left."""
    if not _FROM_THE_RIGHT.search(text):
        return None
    kinds = [unicodedata.bidirectional(character) for character in text]
    from_the_right = sum(kind in ("R", "AL") for kind in kinds)
    return "rtl" if from_the_right >= kinds.count("L") else "ltr"


def directed(line: str, direction: Direction | None) -> str:
    """A line of a sentence that runs this way, with the marks that make players show it so."""
    if direction is None or (direction == "ltr" and not _FROM_THE_RIGHT.search(line)):
        return line
    return f"{_EMBEDDING[direction]}{line}{_POP}"
