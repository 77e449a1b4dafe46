"""Who speaks in a Markdown script: names at the beginning of texts."""

from __future__ import annotations

import re
import unicodedata

from longtake.script.schema import Head
from longtake.script.text import written_text
from longtake.storyboard import NARRATOR, Speaker

_COLON = re.compile(r"\s*[:：]\s*")


class Cast:
    """The declared speakers, found by name whatever its case."""

    def __init__(self, head: Head) -> None:
        narrator = () if head.defaults == Speaker() else (NARRATOR,)
        self._names = {_folded(name): name for name in (*narrator, *reversed(head.speakers))}
        alone = len(head.speakers) == 1 and head.defaults == Speaker()
        self.first = next(iter(head.speakers)) if alone else NARRATOR

    def split(self, text: str) -> tuple[str | None, str]:
        """The speaker that a text begins with, `Name: …`, and what is said."""
        colon = _COLON.search(text, 0, 400)
        name = self._names.get(_folded(text[: colon.start()])) if colon and self._names else None
        return (name, text[colon.end() :]) if colon and name else (None, text)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", written_text(name)).casefold()
